"""Whether a typed expression fits the place where it stands, and what some expressions have in common."""

import re
from collections.abc import Sequence
from decimal import Decimal

from attrs import evolve

from rulesdsl.check.scope import Scope
from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import BOOL, MAX_DIGITS, Broken, Number, Type, type_name
from rulesdsl.core.values import listed
from rulesdsl.source import Span
from rulesdsl.syntax import ast

BROKEN = ir.Const(Broken(), False)
"""Stands in for what failed."""


def sized(kind: Number, span: Span, scope: Scope) -> Type:
    """The type, if every value of it fits in what all back ends hold."""
    if kind.digits <= MAX_DIGITS:
        return kind
    return scope.report(
        "ISF306", span, f"kan trenge {kind.digits} sifre; {MAX_DIGITS} er det meste",
        "Rund av en mellomverdi til færre desimaler.",
    ).type


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
            # Back ends write the value with the decimals of the place, and it must fit there too.
            kind = sized(Number(wanted.scale, have.unit, have.bound), span, scope)
            return BROKEN if isinstance(kind, Broken) else value
        many = "desimal" if have.scale == 1 else "desimaler"
        return scope.report(
            "ISF303", span, f"har {have.scale} {many}; her er det plass til {wanted.scale}",
            f"Skriv tallet med {wanted.scale} desimaler." if isinstance(value, ir.Const) else
            write(f"avrund({short(span)}; {wanted.scale})"),
        )
    label = f"er {type_name(have)}, ikke {type_name(wanted)}"
    return scope.report("ISF301", span, label, literal_hint(value, wanted, span))


def literal_hint(value: ir.Expr, wanted: Type, span: Span) -> str:
    """A literal of the wrong kind, written as one of the right kind."""
    match value, wanted:
        case ir.Const(Number(), _), types.Text():
            return write(f"«{span.text}»")
        case ir.Const(types.Text(), "ja" | "nei" as written), types.Bool():
            return f"Skriv {written}, uten anførselstegn."
        case ir.Const(Number(), _), types.Date():
            return day_hint(span)
        case _:
            return ""


def spoken_unit(unit: types.Unit) -> str:
    return types.unit_name(unit) or "et tall uten enhet"


def unit_hint(value: ir.Expr, have: Number, wanted: Number, span: Span) -> str:
    """A number without the unit that is wanted, or with one where none is: the hint writes it out."""
    if not isinstance(value, ir.Const) or bool(have.unit) == bool(wanted.unit):
        return ""
    if "%" in span.text:
        return f"Skriv hva det er prosent av: «{span.text} * beløp»."
    if have.unit:
        return write(re.sub(r"[^\d,]+$", "", span.text)) if span.text[:1].isdigit() else ""
    unit = types.unit_name(wanted.unit)
    return f"Skriv «{span.text} {'kr' if unit == 'kroner' else unit}»."


def day_hint(span: Span) -> str:
    """A day that is written as 31/12/2020, or as a number."""
    day = re.fullmatch(r"(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4})", span.text)
    number = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", span.text)
    if day:
        return f"Skriv datoen som {day[3]}-{int(day[2]):02}-{int(day[1]):02}."
    return f"Skriv datoen som {number[1]}-{number[2]}-{number[3]}." if number else ""


def write(text: str) -> str:
    """A hint that says what to write; texts in guillemets are not put within others."""
    return f"Skriv: {text}" if "«" in text else f"Skriv «{text}»."


def short(span: Span) -> str:
    """What stands at a place, if it is short enough for a hint."""
    return span.text if len(span.text) <= 40 and "\n" not in span.text else "…"


def unify(values: tuple[ir.Expr, ...], span: Span, scope: Scope) -> Type:
    """The type that all of some values have; numbers of one unit share the largest scale."""
    known = [value.type for value in values if not isinstance(value.type, Broken)]
    if len(known) < len(values):
        return Broken()
    if all(isinstance(kind, Number) for kind in known):
        numbers = [kind for kind in known if isinstance(kind, Number)]
        if len({number.unit for number in numbers}) == 1:
            scale, bound = max(number.scale for number in numbers), max(number.bound for number in numbers)
            return sized(Number(scale, numbers[0].unit, bound), span, scope)
        names = listed(sorted({spoken_unit(number.unit) for number in numbers}))
        return scope.report("ISF302", span, f"blander {names}").type
    if all(kind == known[0] for kind in known):
        return widest(known)
    names = listed(dict.fromkeys(type_name(kind) for kind in known))
    return scope.report("ISF301", span, f"blander {names}").type


def widest(kinds: Sequence[Type]) -> Type:
    """Of some types that are the same but for their bounds, one that holds the values of all."""
    first = kinds[0]
    match first:
        case Number():
            return evolve(first, bound=max(kind.bound for kind in kinds if isinstance(kind, Number)))
        case types.Date():
            return types.Date(max(kind.reach for kind in kinds if isinstance(kind, types.Date)))
        case types.ListOf():
            return types.ListOf(widest([kind.item for kind in kinds if isinstance(kind, types.ListOf)]))
        case _:
            return first


def fold(value: ir.Expr) -> ir.Value | None:
    """The value of a fixed expression: a constant, or a negative number."""
    match value:
        case ir.Const(_, known):
            return known
        case ir.Negate(_, ir.Const(_, Decimal() as known)):
            return EXACT.minus(known)
        case _:
            return None
