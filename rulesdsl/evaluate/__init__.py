"""Deciding and explaining. Its main difference with the core is that a case is at hand: every expression has a
value or is ukjent, and every decision keeps its reasons."""
