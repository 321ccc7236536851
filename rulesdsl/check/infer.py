"""Expressions to typed core. ``infer`` gives the core of an expression; what does not fit is one message and a
broken node that fits everywhere. ``wanted`` is the type that the place asks for, where it is known; it decides what
a bare name of a kodeverk's member, or a bare code, means."""

from typing import assert_never

from rulesdsl.check import arithmetic
from rulesdsl.check.declare import accessor
from rulesdsl.check.fits import (
    BROKEN,
    condition,
    day_hint,
    fold,
    literal_hint,
    require,
    short,
    spoken_unit,
    unify,
    unit_hint,
    write,
)
from rulesdsl.check.quantifiers import infer_contains, infer_quantifier
from rulesdsl.check.scope import BoundThing, Scope, thing_of
from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL, Broken, Code, ListOf, Number, Record, Type, type_name
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast, hints


def infer(node: ast.Expr, scope: Scope, wanted: Type | None = None) -> ir.Expr:
    """The core of an expression."""
    match node:
        case ast.NameRef(name):
            return _name(name, node.span, scope, wanted)
        case ast.Access():
            return _access(node, scope)
        case ast.UnderExpr():
            if scope.elsewhere is None:
                return scope.report("ISF428", node.span, "spør en annen utgave", "Skriv det i en «egenskap».")
            return scope.elsewhere(node, wanted)
        case ast.NumberLiteral(value, unit, percent):
            if isinstance(wanted, Code) and unit is None and not percent:
                # As it was written: a code may begin with zeros.
                return code_const(node.span.text.replace(" ", ""), node.span, scope, wanted)
            return arithmetic.number(value, unit, percent, scope)
        case ast.TextLiteral(text):
            if isinstance(wanted, Code):
                return code_const(text, node.span, scope, wanted)
            return ir.Const(types.Text(), text)
        case ast.DateLiteral(date):
            return arithmetic.date(date, node.span, scope)
        case ast.BoolLiteral(truth):
            return ir.Const(BOOL, truth)
        case ast.NotExpr(value):
            return ir.Not(BOOL, condition(value, scope))
        case ast.AndExpr(items):
            return ir.And(BOOL, tuple(condition(item, scope) for item in items))
        case ast.OrExpr(items):
            return ir.Or(BOOL, tuple(condition(item, scope) for item in items))
        case ast.IfExpr(test, then, otherwise):
            first = infer(then, scope, wanted)
            # A bare code in the second branch is of the kodeverk of the first.
            branches = (first, infer(otherwise, scope, first.type if isinstance(first.type, Code) else wanted))
            return ir.If(unify(branches, node.span, scope), condition(test, scope), *branches)
        case ast.CompareExpr(op, left, right):
            return compare(op, infer(left, scope), right, node.span, scope, left.span)
        case ast.BetweenExpr(value, low, high):
            return between(infer(value, scope), low, high, node.span, scope)
        case ast.OneOfExpr(value, options):
            return one_of(infer(value, scope), options, node.span, scope)
        case ast.InExpr():
            return infer_contains(node, scope)
        case ast.KnownExpr(value, missing):
            known = ir.Known(BOOL, infer(value, scope))
            return ir.Not(BOOL, known) if missing else known
        case ast.SumExpr():
            return arithmetic.infer_sum(node, scope)
        case ast.ProductExpr(items):
            return arithmetic.infer_product(items, node.span, scope)
        case ast.NegateExpr(value):
            return arithmetic.infer_negate(value, node.span, scope)
        case ast.DivideExpr(left, right):
            digits, at = wanted.scale if isinstance(wanted, Number) else 2, left.span.to(right.span)
            if day := day_hint(at):
                return scope.report("ISF309", at, "er ikke en dato", day)
            infer(left, scope), infer(right, scope)
            return scope.report("ISF304", at, "deler uten å runde av", write(f"avrund({short(at)}; {digits})"))
        case ast.Call():
            return arithmetic.infer_call(node, scope)
        case ast.LookupExpr():
            return _lookup(node, scope, wanted)
        case ast.QuantifierExpr():
            return infer_quantifier(node, scope, wanted)
        case _:
            assert_never(node)


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────


def _name(name: str, span: Span, scope: Scope, wanted: Type | None) -> ir.Expr:
    if isinstance(wanted, Code) and any(
        member.name == name for member in scope.declared.kodeverk[wanted.kodeverk].members
    ):
        return code_const(name, span, scope, wanted, is_name=True)
    value = scope.value(name)
    if value is not None:
        return value
    if scope.own_many(name) is not None:
        return _list_as_value(name, span, scope)
    if scope.thing(name) is not None:
        return scope.report("ISF201", span, "er en ting, ikke en verdi", f"Skriv «{name}.» og navnet på et felt.", name)
    if isinstance(wanted, Code) and name not in scope.declared.names.broken:
        return code_const(name, span, scope, wanted, is_name=True)
    if isinstance(wanted, Broken):
        return ir.Const(wanted, False)  # what it is held against has its own message
    if name in scope.declared.names.broken:
        return BROKEN
    return scope.report("ISF201", span, *_unknown(name, scope), name)


def _list_as_value(said: str, span: Span, scope: Scope) -> ir.Expr:
    return scope.report("ISF301", span, "er en liste, ikke en verdi",
                        f"Skriv «antall e i {said}» eller «finnes e i {said} der …».")


def _unknown(name: str, scope: Scope) -> tuple[str, str]:
    """What can be said of a bare name that means no value, and a hint."""
    names = scope.declared.names
    if name in names.tables:
        return "er en tabell", f"Skriv «{name}[nøkkel].kolonne ellers …»."
    if name in names.kodesett:
        return "er et kodesett", f"Skriv «x i {name}»."
    own = next((found for found, thing in scope.bound.items() if isinstance(thing, BoundThing)
                and scope.member(thing, name) is not None), "")
    if own:
        return f"står alene, men hører til «{own}»", f"Skriv «{own}.{name}»."
    if name in names.results:
        return f"er et resultat for {names.results[name].entity.text}, ikke for {scope.entity.name}", ""
    entity = next((each for each in scope.declared.entities if scope.declared.field_of(each, name)), "")
    if entity and (way := scope.way_to(entity)):
        return f"er et felt i {entity}", f"Skriv «{way}.{name}»."
    many = next((each for each in scope.declared.entities.values() if each.plural == name and each.parent), None)
    if many is not None:
        way = scope.way_to(many.parent)
        return f"hører til {many.parent}", f"Skriv «{way}.{name}»." if way else ""
    above = next((each for each in scope.declared.entities if accessor(each) == name and scope.way_to(each)), "")
    if above:
        return f"er det {scope.entity.parent} hører til", f"Skriv «{scope.way_to(above)}»."
    if entity:
        return f"er et felt i {entity}, ikke i {scope.entity.name}", ""
    holder = scope.declared.kodeverk_with(name)
    if holder:
        hint = f"Skriv «felt er {name}» eller «felt er en av {{…; {name}}}»."
        return f"er en kode i {holder}, og her ventes noe annet", hint
    return f"er ikke et navn i {scope.entity.name}", hints.VALUES.get(name.lower()) or scope.near(name)


def code_const(written: str, span: Span, scope: Scope, wanted: Code, is_name: bool = False) -> ir.Expr:
    """A member of a kodeverk by its name or its code (a bare name is first of all a name, a literal a code); it must
    be valid on some day of the edition."""
    kodeverk = scope.declared.kodeverk[wanted.kodeverk]
    named = [member for member in kodeverk.members if member.name == written]
    coded = [member for member in kodeverk.members if member.code == written]
    found = named or coded if is_name else coded or named
    for member in found:
        if scope.declared.is_current(member):
            return ir.Const(wanted, member.name)
    if found:
        first, last = found[0].valid_from, found[0].valid_to
        days = " ".join(f"{word} {day}" for word, day in (("fra", first), ("til", last)) if day)
        return scope.report("ISF314", span, f"gjelder {days}, utenfor utgaven", detail=found[0].name)
    if is_name and written in scope.declared.kodesett:
        hint = f"Skriv «x i {written}», eller «ikke x i {written}»."
        return scope.report("ISF201", span, "er et kodesett, ikke en kode", hint, written)
    hint = did_you_mean(written, [member.name for member in kodeverk.members])
    if not hint and len(kodeverk.members) <= 8:
        hint = f"Der står {', '.join(member.name for member in kodeverk.members)}."
    return scope.report("ISF201", span, f"står ikke i kodeverket {wanted.kodeverk}", hint, written)


def _access(node: ast.Access, scope: Scope) -> ir.Expr:
    holder, name = thing_of(node.of, scope), node.name.text
    if holder is not None:
        value = scope.member(holder, name)
        if value is not None:
            return value
        if scope.many_of(holder, name):
            return _list_as_value(node.span.text, node.span, scope)
        return scope.report("ISF201", node.name.span, f"er ikke et felt i {holder.entity.name}",
                            did_you_mean(name, scope.member_names(holder)), name)
    value = infer(node.of, scope)
    if isinstance(value.type, Broken):
        return value
    inner = scope.within(value, name)
    if inner is not None:
        return inner
    if isinstance(value.type, Record) and not isinstance(value, ir.Field | ir.Item | ir.Part):
        return scope.report("ISF317", node.span, "leser et felt av en post som er regnet ut",
                            "Les feltet av posten selv.")
    if isinstance(value.type, Record):
        fields = [decl.name for decl in scope.declared.records[value.type.name].fields]
        return scope.report("ISF201", node.name.span, f"er ikke et felt i {value.type.name}",
                            did_you_mean(name, fields), name)
    return scope.report("ISF201", node.name.span, f"{node.of.span.text} er {type_name(value.type)} og har ingen felter")


def _lookup(node: ast.LookupExpr, scope: Scope, wanted: Type | None) -> ir.Expr:
    table = scope.declared.tables.get(node.table.text)
    column = dict(table.columns).get(node.column.text) if table is not None else None
    if table is None or column is None or len(node.keys) != len(table.keys):
        for key in node.keys:
            infer(key, scope)
    if table is None and node.table.text in scope.declared.names.broken:
        return BROKEN
    if table is None:
        return scope.report("ISF201", node.table.span, "er ikke en tabell",
                            did_you_mean(node.table.text, scope.declared.tables), node.table.text)
    if column is None:
        return scope.report("ISF201", node.column.span, f"er ikke en kolonne i {table.name}",
                            did_you_mean(node.column.text, dict(table.columns)), node.column.text)
    if len(node.keys) != len(table.keys):
        many = "én nøkkel" if len(table.keys) == 1 else f"{len(table.keys)} nøkler, skilt med semikolon"
        return scope.report("ISF307", node.span, f"skal ha {many}")
    keys = tuple(
        require(infer(key, scope, kind), kind, key.span, scope)
        for key, (_, kind) in zip(node.keys, table.keys, strict=True)
    )
    if node.otherwise is None:
        return scope.report("ISF305", node.span, "sier ikke hva som gjelder når nøkkelen ikke står i tabellen",
                            "Skriv «ellers» og en verdi etter oppslaget.")
    otherwise = infer(node.otherwise, scope, column)
    kind = unify((ir.Const(column, False), otherwise), node.span, scope)
    return ir.Lookup(kind, table.name, keys, node.column.text, otherwise)


# ── Comparisons ──────────────────────────────────────────────────────────────────────────────────────────────

_OPS: dict[str, ir.Comparison] = {"er": "=", "er ikke": "≠", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def compare(
    op: str, left: ir.Expr, right: ast.Expr, span: Span, scope: Scope, at: Span | None = None
) -> ir.Expr:
    """A comparison; its right side is read in the light of its left. ``at`` is where the left side stands."""
    if isinstance(left.type, ListOf):
        infer(right, scope, left.type.item)
        held = f"{right.span.text} i {at.text}" if at else "verdi i liste"
        return scope.report("ISF309", span, "sammenlikner en liste med én verdi",
                            write(f"ikke {held}" if op == "er ikke" else held))
    value = infer(right, scope, left.type)
    if isinstance(left.type, Broken) or isinstance(value.type, Broken):
        return BROKEN
    if isinstance(left.type, Number) and isinstance(value.type, Number) and left.type.unit == value.type.unit:
        # Back ends compare with the decimals of both, and both must fit there.
        if isinstance(unify((left, value), span, scope), Broken):
            return BROKEN
    elif left.type != value.type or isinstance(left.type, Number):
        return _unlike(left, value, right.span, span, scope)
    if isinstance(left.type, Record):
        return scope.report("ISF309", span, "sammenlikner hele poster", "Sammenlikn feltene hver for seg.")
    if op not in ("er", "er ikke") and not isinstance(left.type, Number | types.Date):
        label = f"{type_name(left.type)} har ingen rekkefølge"
        return scope.report("ISF309", span, label, "Bruk «er» eller «er en av».")
    return ir.Compare(BOOL, _OPS[op], left, value)


def _unlike(left: ir.Expr, right: ir.Expr, at: Span, span: Span, scope: Scope) -> ir.Expr:
    if isinstance(left.type, Number) and isinstance(right.type, Number):
        label = f"er {spoken_unit(right.type.unit)}; venstre side er {spoken_unit(left.type.unit)}"
        return scope.report("ISF302", at, label, unit_hint(right, right.type, left.type, at))
    hint = literal_hint(right, left.type, at)
    return scope.report("ISF309", span, f"sammenlikner {type_name(left.type)} med {type_name(right.type)}", hint)


def between(value: ir.Expr, low: ast.Expr, high: ast.Expr, span: Span, scope: Scope) -> ir.Expr:
    """Both ends included."""
    least = compare(">=", value, low, span, scope)
    if isinstance(value.type, ListOf | Record):
        return least
    return ir.And(BOOL, (least, compare("<=", value, high, span, scope)))


def one_of(value: ir.Expr, options: tuple[ast.Expr, ...], span: Span, scope: Scope) -> ir.Expr:
    """Membership of a set of fixed values."""
    if isinstance(value.type, ListOf):
        return scope.report("ISF309", span, "sammenlikner en liste med verdier",
                            "Skriv «finnes k i … der k er en av {a; b}».")
    found: dict[ir.Value, None] = {}
    whole = True
    for option in options:
        each = compare("er", value, option, option.span, scope)
        fixed = fold(each.right) if isinstance(each, ir.Compare) else None
        if isinstance(each, ir.Compare) and fixed is None:
            scope.report("ISF311", option.span, "er ikke en fast verdi", "Skriv «x er a eller x er b».")
        if fixed is None:
            whole = False
        else:
            found[fixed] = None
        if isinstance(value.type, Record):
            break  # one message says it for all
    return ir.OneOf(BOOL, value, tuple(found)) if whole else BROKEN
