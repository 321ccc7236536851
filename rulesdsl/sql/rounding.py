"""The one node that rounds, in whole numbers only."""

from decimal import Decimal

from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.types import MAX_DIGITS, Number, Type
from rulesdsl.sql.logic import both, case, cast, closed, either, joined_text, paren, surely, text, whole
from rulesdsl.sql.types import NARROW, number, scale_of, wide


def rounded(node: ir.Round, value: exp.Expr, divisor: exp.Expr | None) -> exp.Expr:
    """``value / divisor`` with the digits of the node, rounded once."""
    kind = node.type
    assert isinstance(kind, Number)
    if divisor is None and node.mode == "avrund":
        return _nearest(node, value)
    if divisor is None:
        return _toward(node, value)
    return _divided(node, value, divisor)


def _nearest(node: ir.Round, value: exp.Expr) -> exp.Expr:
    """Half away from zero. DuckDB is some fifty times quicker at it where a value has no more digits than it needs to,
    as nearly all have."""
    made = exp.Round(this=value, decimals=whole(node.scale))
    kind, scale = node.value.type, scale_of(node.value)
    if not isinstance(kind, Number) or kind.digits <= NARROW or scale >= NARROW:
        return made
    most = number(Decimal(10 ** (NARROW - scale) - 1))
    small = both(exp.LTE(this=closed(value), expression=most),
                 exp.GTE(this=closed(value), expression=exp.Neg(this=most)))
    short = exp.Cast(this=value, to=exp.DataType.build(f"DECIMAL({NARROW}, {scale})"))
    return case((surely(paren(small)), exp.Round(this=short, decimals=whole(node.scale))), otherwise=made)


def _toward(node: ir.Round, value: exp.Expr) -> exp.Expr:
    """All toward minus infinity, or all toward infinity."""
    step, none = number(_unit(node.scale)), number(Decimal(0))
    over = paren(exp.Mod(this=closed(value), expression=step))
    cut = paren(exp.Sub(this=closed(value), expression=over))
    if node.mode == "avrund_ned":
        below = case((exp.LT(this=over, expression=whole(0)), step), otherwise=none)
        return paren(exp.Sub(this=cut, expression=paren(below)))
    above = case((exp.GT(this=over, expression=whole(0)), step), otherwise=none)
    return paren(exp.Add(this=cut, expression=paren(above)))


def _unit(scale: int) -> Decimal:
    """One of the last digit."""
    return Decimal(1).scaleb(-scale)


def _divided(node: ir.Round, value: exp.Expr, divisor: exp.Expr) -> exp.Expr:
    """The quotient in units of the last digit: both sides are made whole numbers, which divide exactly."""
    assert node.divisor is not None
    above, below = scale_of(node.value), scale_of(node.divisor)
    shift = node.scale + below - above
    over = _whole(value, node.value.type, max(shift, 0))
    under = _whole(divisor, node.divisor.type, max(-shift, 0))
    units = paren(exp.IntDiv(this=over, expression=under))
    taken = paren(exp.Mul(this=units, expression=under))
    rest = paren(exp.Sub(this=over, expression=taken))
    same_sign = paren(exp.EQ(this=paren(exp.LT(this=over, expression=whole(0))),
                                 expression=paren(exp.LT(this=under, expression=whole(0)))))
    some = exp.NEQ(this=rest, expression=whole(0))
    match node.mode:
        case "avrund":
            left = paren(exp.Sub(this=exp.Abs(this=under), expression=exp.Abs(this=rest)))
            half = exp.GTE(this=exp.Abs(this=rest), expression=left)  # the rest twice may be too large
            move = case((both(half, same_sign), whole(1)), (half, exp.Neg(this=whole(1))), otherwise=whole(0))
        case "avrund_ned":
            move = case((both(some, exp.not_(same_sign)), exp.Neg(this=whole(1))), otherwise=whole(0))
        case "avrund_opp":
            move = case((both(some, same_sign), whole(1)), otherwise=whole(0))
    moved = paren(exp.Add(this=units, expression=paren(move)))
    zero = exp.EQ(this=under, expression=whole(0))
    kind = node.type
    assert isinstance(kind, Number)
    digits = min(MAX_DIGITS, len(str(kind.bound)) + node.scale)
    made = exp.Mul(this=cast(moved, f"DECIMAL({digits}, 0)"), expression=number(_unit(node.scale)))
    return case((zero, exp.null()), (either(exp.not_(zero)), made))


def _whole(value: exp.Expr, kind: Type, more: int) -> exp.Expr:
    """A decimal as a whole number of its last digit, with more noughts behind. A product has the digits after the comma
    as well; where there is no room for them, the comma is taken out of what is written, which is slower."""
    assert isinstance(kind, Number)
    room = wide(value, kind)
    if kind.digits + kind.scale + more <= MAX_DIGITS:
        lifted = exp.Mul(this=closed(room), expression=number(Decimal(1).scaleb(kind.scale + more)))
        return cast(paren(lifted), "HUGEINT")
    written = exp.Anonymous(this="REPLACE", expressions=[cast(room, "TEXT"), text("."), text("")])
    return cast(paren(joined_text(written, text("0" * more))) if more else written, "HUGEINT")
