"""Things made up from an edition: near what its examples show, and at the borders of its rules.

Every choice is asked of a ``Choose``, so that the same code serves hypothesis and a plain row of numbers.
"""
