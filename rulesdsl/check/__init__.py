"""Syntax to core. Its main difference with the syntax is that what comes out means something: every name is
resolved, every expression typed, and whatever does not fit is a message, all of them at once.

``editions.check`` is the whole pass; the others are its steps: ``names`` (who is called what), ``declare`` (data),
``infer`` (expressions), ``lower`` (clauses), ``groups`` (exceptions and results), ``examples``.
"""
