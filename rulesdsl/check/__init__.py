"""Syntax to core. Its main difference with the syntax is that what comes out means something: every name is
resolved, every expression typed, and whatever does not fit is a message, all of them at once.

``editions.check`` is the whole pass; the others are its steps: ``names`` (who is called what), ``declare`` (data),
``tables`` (their files), ``infer`` (expressions), ``lower`` (clauses; ``cells`` and ``overlap`` for decision tables),
``groups`` (exceptions and results; ``conflicts`` for rules side by side), ``examples``.
"""
