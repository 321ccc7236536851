"""The cells of a decision table to conditions on their column."""

from typing import assert_never

from rulesdsl.check.fits import BROKEN, fold, require
from rulesdsl.check.infer import between, compare, one_of
from rulesdsl.check.scope import Scope
from rulesdsl.core import ir
from rulesdsl.core.types import BOOL, Broken, ListOf
from rulesdsl.syntax import ast

_LIST_HINT = "Skriv en verdi som listen har, eller flere i klammer."


def cell_condition(cell: ast.Cell, column: ir.Expr, scope: Scope) -> ir.Expr | None:
    """What a cell asks of its column; ``-`` asks nothing. A list matches a value that it holds."""
    match cell:
        case ast.AnyCell():
            return None
        case ast.TestCell(op, value) if isinstance(column.type, ListOf):
            held = _holds(column, (value,), scope)
            if op not in ("er", "er ikke"):
                return scope.report("ISF309", cell.span, "kolonnen er en liste og har ingen rekkefølge", _LIST_HINT)
            return held if op == "er" else ir.Not(BOOL, held)
        case ast.TestCell(op, value):
            return compare(op, column, value, cell.span, scope)
        case ast.BetweenCell() if isinstance(column.type, ListOf):
            return scope.report("ISF309", cell.span, "kolonnen er en liste og har ingen rekkefølge", _LIST_HINT)
        case ast.BetweenCell(low, high):
            return between(column, low, high, cell.span, scope)
        case ast.SetCell(options) if isinstance(column.type, ListOf):
            return _holds(column, options, scope)
        case ast.SetCell(options):
            return one_of(column, options, cell.span, scope)
        case ast.KnownCell(missing):
            known = ir.Known(BOOL, column)
            return ir.Not(BOOL, known) if missing else known
        case _:
            assert_never(cell)


def _holds(column: ir.Expr, options: tuple[ast.Expr, ...], scope: Scope) -> ir.Expr:
    """That a list holds one of some fixed values."""
    assert isinstance(column.type, ListOf)
    kind = column.type.item
    values = [require(scope.infer(option, kind), kind, option.span, scope) for option in options]
    for option, value in zip(options, values, strict=True):
        if fold(value) is None:
            scope.report("ISF311", option.span, "er ikke en fast verdi", "Skriv en fast verdi, eller lag et punkt.")
    if any(isinstance(value.type, Broken) or fold(value) is None for value in values):
        return BROKEN
    tests: list[ir.Expr] = [ir.Contains(BOOL, column, value) for value in values]
    return tests[0] if len(tests) == 1 else ir.Or(BOOL, tuple(tests))
