"""Types and fixed values in SQL. No floating point: a number is a DECIMAL of just the digits that its type needs."""

import datetime
from decimal import Decimal
from typing import assert_never

from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.core.types import Type
from rulesdsl.sql.logic import cast, listed, text

NARROW = 18
"""The digits that DuckDB keeps in 64 bits."""


def sql_type(kind: Type, edition: ir.Edition) -> str:
    """The type of a column that holds values of a type, in words that every engine's dialect is made from."""
    match kind:
        case types.Bool() | types.Record():
            return "BOOLEAN"
        case types.Text() | types.Code() | types.Broken():
            return "TEXT"
        case types.Date():
            return "DATE"
        case types.Number():
            return decimal_type(kind)
        case types.ListOf(types.Record(name)):
            inner = edition.records[name].fields
            said = ", ".join(f'"{each.name}" {sql_type(each.type, edition)}' for each in inner)
            return f"STRUCT({said})[]"
        case types.ListOf(item):
            return f"{sql_type(item, edition)}[]"
        case _:
            assert_never(kind)


def decimal_type(kind: types.Number) -> str:
    digits = min(types.MAX_DIGITS, max(kind.digits, kind.scale + 1))
    return f"DECIMAL({digits}, {kind.scale})"


def constant(value: ir.Value) -> exp.Expr:
    """A fixed value."""
    match value:
        case bool():
            return exp.true() if value else exp.false()
        case Decimal():
            return number(value)
        case str():
            return text(value)
        case datetime.date():
            return exp.cast(text(value.isoformat()), "DATE")
        case tuple():
            return listed([constant(each) for each in value])
        case _:
            assert_never(value)


def number(value: Decimal) -> exp.Expr:
    """A number with just its own digits."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    plain = value if exponent <= 0 else value.quantize(Decimal(1))
    scale = max(0, -exponent)
    digits = max(len(plain.as_tuple().digits), scale + 1)
    return cast(text(f"{plain:f}"), f"DECIMAL({digits}, {scale})")


def to_type(value: exp.Expr, kind: Type) -> exp.Expr:
    """A value as its type has it: a number with the type's digits after the comma."""
    return cast(value, decimal_type(kind)) if isinstance(kind, types.Number) else value


def wide(value: exp.Expr, kind: Type) -> exp.Expr:
    """A factor with room for what it is multiplied by: DuckDB gives a product of factors of at most 18 digits just 18
    digits itself, and fails where it has more."""
    if not isinstance(kind, types.Number):
        return value
    digits = min(types.MAX_DIGITS, max(kind.digits, NARROW + 1))
    # not ``cast``, which leaves a value alone that is already cast to some DECIMAL
    return exp.Cast(this=value, to=exp.DataType.build(f"DECIMAL({digits}, {kind.scale})"))


def scale_of(node: ir.Expr) -> int:
    return node.type.scale if isinstance(node.type, types.Number) else 0
