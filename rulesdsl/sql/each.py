"""What is done with each element of a list, in the engine's own functions."""

from collections.abc import Callable

from sqlglot import exp

EACH = "§hver"
"""What the element is called. A column of the row, which an author names, must not be taken for it."""

Told = Callable[[exp.Expr], exp.Expr]
"""An expression over the element."""


def of_each(items: exp.Expr, made: Told) -> exp.Expr:
    """The list of what is made of each element of another."""
    return exp.Transform(this=items, expression=_lambda(made))


def those(items: exp.Expr, test: Told) -> exp.Expr:
    """The list of the elements that a test holds for."""
    return exp.ArrayFilter(this=items, expression=_lambda(test))


def _lambda(told: Told) -> exp.Lambda:
    name = exp.to_identifier(EACH, quoted=True)
    return exp.Lambda(this=told(exp.column(name)), expressions=[name.copy()])
