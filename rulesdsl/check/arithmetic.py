"""Numbers and dates: units, scales, sizes and the functions. Sizes are bounds on what a value can be, so that no
back end can overflow on any case."""

import datetime
from decimal import Decimal

from attrs import evolve

from rulesdsl.check.declare import FIRST_DAY, LAST_DAY
from rulesdsl.check.fits import BROKEN, fold, require, short, sized, spoken_unit, unify, unit_hint, write
from rulesdsl.check.scope import Scope
from rulesdsl.core import ir, types
from rulesdsl.core.types import MAX_DAYS, MAX_REACH, Broken, Date, Number, Type, unit_product
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast

FUNCTIONS = ("avrund", "avrund_ned", "avrund_opp", "maks", "min", "år", "måned", "tertial", "ukedag", "år_mellom")


def date(day: datetime.date, span: Span, scope: Scope) -> ir.Expr:
    """A fixed date; one outside the years of a case counts as moved, so that its moves stay within the calendar."""
    reach = max(0, (FIRST_DAY - day).days, (day - LAST_DAY).days)
    if reach > MAX_REACH:
        return scope.report("ISF315", span, "ligger utenfor kalenderen som regnes i",
                            f"Skriv en dato fra {types.FIRST_YEAR} til {types.LAST_YEAR}.")
    return ir.Const(Date(reach), day)


def number(value: Decimal, unit: ast.UnitName | None, percent: bool, scope: Scope) -> ir.Const:
    """A literal: its scale is the digits that were written; ``40 %`` is the plain number 0,40."""
    exact = value.scaleb(-2) if percent else value
    exponent = exact.as_tuple().exponent
    scale = -exponent if isinstance(exponent, int) else 0
    of = scope.declared.unit_of(unit)
    return BROKEN if of is None else ir.Const(Number(max(0, scale), of, int(abs(exact)) + 1), exact)


def _numbers(items: tuple[ast.Expr, ...], scope: Scope) -> list[tuple[ir.Expr, Number]] | None:
    """The items as numbers; a message for each that is not one."""
    found, whole = [], True
    for item in items:
        value = scope.infer(item)
        if isinstance(value.type, Number):
            found.append((value, value.type))
            continue
        whole = False
        if not isinstance(value.type, Broken):
            scope.report("ISF301", item.span, f"er {types.type_name(value.type)}, ikke et tall")
    return found if whole else None


def infer_sum(node: ast.SumExpr, scope: Scope) -> ir.Expr:
    """Sums and differences of numbers of one unit; dates less dates; dates moved by døgn."""
    values = [scope.infer(item) for item in node.items]
    if any(isinstance(value.type, Broken) for value in values):
        return BROKEN
    if isinstance(values[0].type, Date):
        return _date_sum(values, node, scope)
    terms: list[ir.Expr] = []
    units: dict[types.Unit, Span] = {}
    scale = bound = 0
    for sign, item, value in zip(node.signs, node.items, values, strict=True):
        if not isinstance(value.type, Number):
            hint = "Skriv datoen først, og så det som legges til." if isinstance(value.type, Date) else ""
            return scope.report("ISF301", item.span, f"er {types.type_name(value.type)}, ikke et tall", hint)
        units.setdefault(value.type.unit, item.span)
        scale, bound = max(scale, value.type.scale), bound + value.type.bound
        terms.append(value if sign == "+" else ir.Negate(value.type, value))
    if len(units) > 1:
        names = [spoken_unit(unit) for unit in units]
        at = list(units.values())[1]
        odd = next(value for value, item in zip(values, node.items, strict=True) if item.span is at)
        assert isinstance(odd.type, Number)
        hint = unit_hint(odd, odd.type, Number(0, next(iter(units))), at)
        return scope.report("ISF302", at, f"er {names[1]}; leddet før er {names[0]}", hint)
    return ir.Sum(sized(Number(scale, next(iter(units)), bound), node.span, scope), tuple(terms))


def _date_sum(values: list[ir.Expr], node: ast.SumExpr, scope: Scope) -> ir.Expr:
    value = values[0]
    for sign, item, step in zip(node.signs[1:], node.items[1:], values[1:], strict=True):
        if isinstance(value.type, Date) and isinstance(step.type, Date) and sign == "-":
            bound = MAX_DAYS + value.type.reach + step.type.reach
            value = ir.DaysBetween(Number(0, types.DOGN, bound), value, step)
        elif isinstance(value.type, Date) and isinstance(step.type, Number) and step.type.unit == types.DOGN:
            reach = value.type.reach + step.type.bound
            if step.type.scale:
                return scope.report("ISF315", item.span, "er ikke et helt antall døgn", "Rund av med «avrund(…; 0)».")
            if reach > MAX_REACH:
                return scope.report("ISF315", item.span, "kan flytte datoen ut av kalenderen",
                                    "Flytt datoen med et fast antall døgn i stedet.")
            days = step if sign == "+" else ir.Negate(step.type, step)
            value = ir.ShiftDate(Date(reach), value, days)
        elif isinstance(value.type, Number) and isinstance(step.type, Number) and step.type.unit == types.DOGN:
            terms = (value, step if sign == "+" else ir.Negate(step.type, step))
            kind = Number(max(value.type.scale, step.type.scale), types.DOGN, value.type.bound + step.type.bound)
            value = ir.Sum(sized(kind, node.span, scope), terms)
        else:
            return _date_misfit(value, step, item.span, scope)
    return value


def _date_misfit(value: ir.Expr, step: ir.Expr, at: Span, scope: Scope) -> ir.Expr:
    """What is neither a date less a date nor a number of døgn."""
    days = Number(0, types.DOGN)
    if isinstance(step.type, Number):
        label = f"er {spoken_unit(step.type.unit)}; leddet før er {types.type_name(value.type)}"
        hint = unit_hint(step, step.type, days, at) or "En dato kan flyttes med døgn: «utdato + 30 døgn»."
        return scope.report("ISF302", at, label, hint)
    return scope.report("ISF301", at, f"er {types.type_name(step.type)} og kan ikke stå her",
                        "En dato kan flyttes med døgn: «utdato + 30 døgn».")


def infer_product(items: tuple[ast.Expr, ...], span: Span, scope: Scope) -> ir.Expr:
    """A product: scales add up, units combine."""
    found = _numbers(items, scope)
    if found is None:
        return BROKEN
    scale, unit, bound = 0, types.NO_UNIT, 1
    for _, kind in found:
        scale, unit, bound = scale + kind.scale, unit_product(unit, kind.unit), bound * kind.bound
    return ir.Product(sized(Number(scale, unit, bound), span, scope), tuple(value for value, _ in found))


def infer_negate(node: ast.Expr, span: Span, scope: Scope) -> ir.Expr:
    found = _numbers((node,), scope)
    return ir.Negate(found[0][1], found[0][0]) if found else BROKEN


# ── Functions ────────────────────────────────────────────────────────────────────────────────────────────────


def infer_call(node: ast.Call, scope: Scope) -> ir.Expr:
    """A function by its name."""
    name = node.function.text
    wanted = {"år_mellom": 2, "år": 1, "måned": 1, "tertial": 1, "ukedag": 1}.get(name, 2)
    if name not in FUNCTIONS:
        _read_all(node.args, scope)
        return scope.report("ISF308", node.function.span, "er ikke en funksjon", did_you_mean(name, FUNCTIONS), name)
    if name not in ("maks", "min") and len(node.args) != wanted:
        _read_all(node.args, scope)
        rounds = name.startswith("avrund") and len(node.args) == 1
        return scope.report("ISF307", node.span, f"skal ha {wanted} {'verdi' if wanted == 1 else 'verdier'}, "
                            "skilt med semikolon", write(f"{name}({short(node.args[0].span)}; 2)") if rounds else "")
    if node.otherwise is not None and not (name.startswith("avrund") and isinstance(node.args[0], ast.DivideExpr)):
        _read_all(node.args, scope)
        return scope.report("ISF307", node.otherwise.span, "«ellers» hører bare til en avrundet deling her")
    match name:
        case "maks" | "min":
            values = tuple(scope.infer(item) for item in node.args)
            kind = unify(values, node.span, scope)
            if not isinstance(kind, Number | Date | Broken):
                return scope.report("ISF309", node.span, f"{types.type_name(kind)} har ingen rekkefølge",
                                    "Bruk tall eller datoer.")
            return ir.Extreme(_held(kind, name, values), name, values)
        case "avrund" | "avrund_ned" | "avrund_opp":
            return _rounding(name, node, scope)
    dates = [require(scope.infer(item), Date(), item.span, scope) for item in node.args]
    if any(isinstance(date.type, Broken) for date in dates):
        return BROKEN
    match name:
        case "år_mellom":
            return ir.YearsBetween(Number(0, types.NO_UNIT, 10_000), *dates)
        case "år" | "måned" | "tertial" | "ukedag":
            return ir.PartOfDate(Number(0, types.NO_UNIT, 9_999), name, dates[0])
    raise AssertionError(name)


def _read_all(args: tuple[ast.Expr, ...], scope: Scope) -> None:
    """Reads arguments for their own messages only."""
    for arg in args:
        for each in (arg.left, arg.right) if isinstance(arg, ast.DivideExpr) else (arg,):
            scope.infer(each)


def _held(kind: Type, name: str, values: tuple[ir.Expr, ...]) -> Type:
    """The type of a value that is held between two fixed ones, ``maks(min(x; 999); 0)``: it is no larger than they."""
    if not isinstance(kind, Number):
        return kind
    own = [abs(value) for each in values if isinstance(value := fold(each), Decimal)]
    other = [abs(value) for each in values if isinstance(each, ir.Extreme) and each.which != name
             for item in each.items if isinstance(value := fold(item), Decimal)]
    if len(values) != 2 or not own or not other:
        return kind
    return evolve(kind, bound=min(kind.bound, int(max(*own, *other)) + 1))


def _rounding(mode: ir.RoundMode, node: ast.Call, scope: Scope) -> ir.Expr:
    digits = node.args[1]
    if not isinstance(digits, ast.NumberLiteral) or digits.value not in range(13) or digits.unit or digits.percent:
        _read_all(node.args[:1], scope)
        return scope.report("ISF307", digits.span, "skal være antall desimaler, et helt tall fra 0 til 12")
    scale, inner = int(digits.value), node.args[0]
    if not isinstance(inner, ast.DivideExpr):
        found = _numbers((inner,), scope)
        if found is None:
            return BROKEN
        value, kind = found[0]
        rounded = Number(scale, kind.unit, kind.bound + 1)
        return ir.Round(sized(rounded, node.span, scope), mode, scale, value)
    pair = _numbers((inner.left, inner.right), scope)
    if pair is None:
        return BROKEN
    (value, over), (divisor, under) = pair
    bound = over.bound * 10**under.scale + 1
    kind = Number(scale, unit_product(over.unit, under.unit, -1), bound)
    # Back ends divide whole numbers of one size of step, and the divisor must have room for its own
    steps = Number(max(under.scale, over.scale - scale), under.unit, under.bound)
    if isinstance(sized(steps, inner.right.span, scope), Broken):
        return BROKEN
    if node.otherwise is None:
        if not _never_zero(divisor, scope):
            hint = "Skriv «ellers» og en verdi etter avrundingen."
            return scope.report("ISF305", inner.right.span, "kan være null", hint)
        return ir.Round(sized(kind, node.span, scope), mode, scale, value, divisor)
    otherwise = scope.infer(node.otherwise)
    return ir.Round(unify((ir.Const(kind, Decimal(0)), otherwise), node.span, scope), mode, scale, value, divisor,
                    otherwise)


def _never_zero(divisor: ir.Expr, scope: Scope) -> bool:
    match divisor:
        case ir.Const(_, value):
            return value != 0
        case ir.Part(_, _, value) | ir.Negate(_, value):
            return _never_zero(value, scope)
        case ir.Extreme(_, "maks", items):
            return any(isinstance(item, ir.Const) and item.value > 0 for item in items)  # type: ignore[operator]
        case ir.RateOf(_, name):
            return all(value.value != 0 for value in scope.declared.rates[name].values)
        case _:
            return False
