"""The syntax: what was written, name by name and in the author's order. Nothing is resolved here."""
