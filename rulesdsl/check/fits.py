"""Whether a typed expression fits the place where it stands, and what some expressions have in common."""

from decimal import Decimal

from rulesdsl.check.scope import Scope
from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import BOOL, Broken, Number, Type, type_name
from rulesdsl.source import Span
from rulesdsl.syntax import ast


def condition(node: ast.Expr, scope: Scope) -> ir.Expr:
    """An expression that must be ja or nei."""
    value = scope.infer(node, BOOL)
    return require(value, BOOL, node.span, scope)


def require(value: ir.Expr, wanted: Type, span: Span, scope: Scope) -> ir.Expr:
    """The value, if its type fits the place; a number may have fewer decimals than the place, never more."""
    have = value.type
    if isinstance(have, Broken) or isinstance(wanted, Broken) or have == wanted:
        return value
    if isinstance(have, Number) and isinstance(wanted, Number):
        if have.unit != wanted.unit:
            label = f"er {spoken_unit(have.unit)}, ikke {spoken_unit(wanted.unit)}"
            return scope.report("ISF302", span, label, unit_hint(value, have, wanted, span))
        if have.scale <= wanted.scale:
            return value
        return scope.report(
            "ISF303", span, f"har {have.scale} desimaler; {type_name(wanted)} har {wanted.scale}",
            f"Skriv «avrund({_short(span)}; {wanted.scale})».",
        )
    return scope.report("ISF301", span, f"er {type_name(have)}, ikke {type_name(wanted)}")


def spoken_unit(unit: types.Unit) -> str:
    return types.unit_name(unit) or "et tall uten enhet"


def unit_hint(value: ir.Expr, have: Number, wanted: Number, span: Span) -> str:
    """A bare number where a unit is wanted: the hint writes it out."""
    if not isinstance(value, ir.Const) or have.unit or not wanted.unit:
        return ""
    unit = types.unit_name(wanted.unit)
    return f"Skriv «{span.text} {'kr' if unit == 'kroner' else unit}»."


def _short(span: Span) -> str:
    return span.text if len(span.text) <= 40 and "\n" not in span.text else "…"


def unify(values: tuple[ir.Expr, ...], span: Span, scope: Scope) -> Type:
    """The type that all of some values have; numbers of one unit share the largest scale."""
    known = [value.type for value in values if not isinstance(value.type, Broken)]
    if len(known) < len(values):
        return Broken()
    if all(isinstance(kind, Number) for kind in known):
        numbers = [kind for kind in known if isinstance(kind, Number)]
        if len({number.unit for number in numbers}) == 1:
            return Number(
                max(number.scale for number in numbers), numbers[0].unit, max(number.bound for number in numbers)
            )
        names = " og ".join(sorted({spoken_unit(number.unit) for number in numbers}))
        return scope.report("ISF302", span, f"blander {names}").type
    if all(kind == known[0] for kind in known):
        return types.Date(max(kind.reach for kind in known)) if isinstance(known[0], types.Date) else known[0]  # type: ignore[union-attr]
    names = " og ".join(dict.fromkeys(type_name(kind) for kind in known))
    return scope.report("ISF301", span, f"blander {names}").type


def fold(value: ir.Expr) -> ir.Value | None:
    """The value of a fixed expression: a constant, or a negative number."""
    match value:
        case ir.Const(_, known):
            return known
        case ir.Negate(_, ir.Const(_, Decimal() as known)):
            return EXACT.minus(known)
        case _:
            return None
