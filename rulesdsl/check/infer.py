"""Expressions to typed core. ``infer`` gives the core of an expression; what does not fit is one message and a
broken node that fits everywhere. ``wanted`` is the type that the place asks for, where it is known; it decides what
a bare name of a kodeverk's member, or a bare code, means."""

from typing import assert_never

from rulesdsl.check import arithmetic
from rulesdsl.check.fits import condition, fold, require, spoken_unit, unify, unit_hint
from rulesdsl.check.quantifiers import infer_contains, infer_quantifier
from rulesdsl.check.scope import Scope, thing_of
from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL, Broken, Code, ListOf, Number, Record, Type, type_name
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast


def infer(node: ast.Expr, scope: Scope, wanted: Type | None = None) -> ir.Expr:
    """The core of an expression."""
    match node:
        case ast.NameRef(name):
            return _name(name, node.span, scope, wanted)
        case ast.Access():
            return _access(node, scope)
        case ast.NumberLiteral(value, unit, percent):
            if isinstance(wanted, Code) and unit is None and not percent:
                return code_const(str(value), node.span, scope, wanted)
            return arithmetic.number(value, unit, percent)
        case ast.TextLiteral(text):
            if isinstance(wanted, Code):
                return code_const(text, node.span, scope, wanted)
            return ir.Const(types.Text(), text)
        case ast.DateLiteral(date):
            return ir.Const(types.Date(), date)
        case ast.BoolLiteral(truth):
            return ir.Const(BOOL, truth)
        case ast.NotExpr(value):
            return ir.Not(BOOL, condition(value, scope))
        case ast.AndExpr(items):
            return ir.And(BOOL, tuple(condition(item, scope) for item in items))
        case ast.OrExpr(items):
            return ir.Or(BOOL, tuple(condition(item, scope) for item in items))
        case ast.IfExpr(test, then, otherwise):
            branches = (infer(then, scope, wanted), infer(otherwise, scope, wanted))
            return ir.If(unify(branches, node.span, scope), condition(test, scope), *branches)
        case ast.CompareExpr(op, left, right):
            return compare(op, infer(left, scope), right, node.span, scope)
        case ast.BetweenExpr(value, low, high):
            inner = infer(value, scope)
            return between(inner, low, high, node.span, scope)
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
            infer(left, scope), infer(right, scope)
            return scope.report("ISF304", node.span, "deler uten å runde av", "Skriv «avrund(a / b; 2)».")
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
        return code_const(name, span, scope, wanted)
    value = scope.value(name)
    if value is not None:
        return value
    if scope.thing(name) is not None:
        return scope.report("ISF201", span, "er en ting, ikke en verdi", f"Skriv «{name}.» og navnet på et felt.")
    if isinstance(wanted, Code):
        return code_const(name, span, scope, wanted)
    if isinstance(wanted, Broken):
        return ir.Const(wanted, False)  # what it is held against has its own message
    holders = [k.name for k in scope.declared.kodeverk.values() if any(m.name == name for m in k.members)]
    if holders:
        return scope.report("ISF201", span, f"er en kode i {holders[0]}, og her ventes noe annet")
    return scope.report("ISF201", span, f"er ikke et navn i {scope.entity.name}", scope.near(name), name)


def code_const(written: str, span: Span, scope: Scope, wanted: Code) -> ir.Expr:
    """A member of a kodeverk by its name or its code; it must be valid on some day of the edition."""
    kodeverk = scope.declared.kodeverk[wanted.kodeverk]
    for member in kodeverk.members:
        if written in (member.name, member.code):
            first, last = member.valid_from, member.valid_to
            if (first and first > scope.declared.last_day) or (last and last < scope.declared.first_day):
                days = f"gjelder {f'fra {first}' if first else ''}{f' til {last}' if last else ''}".replace("  ", " ")
                return scope.report("ISF314", span, f"{days}, utenfor utgaven", detail=member.name)
            return ir.Const(wanted, member.name)
    return scope.report(
        "ISF201", span, f"står ikke i kodeverket {wanted.kodeverk}",
        did_you_mean(written, [member.name for member in kodeverk.members]), written,
    )


def _access(node: ast.Access, scope: Scope) -> ir.Expr:
    holder, name = thing_of(node.of, scope), node.name.text
    if holder is not None:
        value = scope.member(holder, name)
        if value is not None:
            return value
        if scope.many_of(holder, name):
            return scope.report("ISF310", node.span, "er en liste, ikke en verdi",
                                f"Skriv «finnes e i {node.span.text} der …».")
        return scope.report("ISF201", node.name.span, f"er ikke et felt i {holder.entity.name}",
                            did_you_mean(name, scope.member_names(holder)), name)
    value = infer(node.of, scope)
    if isinstance(value.type, Broken):
        return value
    inner = scope.within(value, name)
    if inner is not None:
        return inner
    if isinstance(value.type, Record):
        fields = [decl.name for decl in scope.declared.records[value.type.name].fields]
        return scope.report("ISF201", node.name.span, f"er ikke et felt i {value.type.name}",
                            did_you_mean(name, fields), name)
    return scope.report("ISF201", node.name.span, f"{node.of.span.text} er {type_name(value.type)} og har ingen felter")


def _lookup(node: ast.LookupExpr, scope: Scope, wanted: Type | None) -> ir.Expr:
    table = scope.declared.tables.get(node.table.text)
    if table is None:
        return scope.report("ISF201", node.table.span, "er ikke en tabell",
                            did_you_mean(node.table.text, scope.declared.tables), node.table.text)
    column = dict(table.columns).get(node.column.text)
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


def compare(op: str, left: ir.Expr, right: ast.Expr, span: Span, scope: Scope) -> ir.Expr:
    """A comparison; its right side is read in the light of its left."""
    if isinstance(left.type, ListOf):
        name = right.span.text
        return scope.report("ISF309", span, "sammenlikner en liste med én verdi", f"Skriv «{name} i …».")
    value = infer(right, scope, left.type)
    if isinstance(left.type, Broken) or isinstance(value.type, Broken):
        return ir.Const(Broken(), False)
    both_numbers = isinstance(left.type, Number) and isinstance(value.type, Number)
    if both_numbers or left.type != value.type:
        fits = both_numbers and left.type.unit == value.type.unit  # type: ignore[union-attr]
        if not fits:
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
    return scope.report("ISF309", span, f"sammenlikner {type_name(left.type)} med {type_name(right.type)}")


def between(value: ir.Expr, low: ast.Expr, high: ast.Expr, span: Span, scope: Scope) -> ir.Expr:
    """Both ends included."""
    return ir.And(BOOL, (compare(">=", value, low, span, scope), compare("<=", value, high, span, scope)))


def one_of(value: ir.Expr, options: tuple[ast.Expr, ...], span: Span, scope: Scope) -> ir.Expr:
    """Membership of a set of fixed values."""
    found = []
    for option in options:
        each = compare("er", value, option, option.span, scope)
        if not isinstance(each, ir.Compare):
            return each
        fixed = fold(each.right)
        if fixed is None:
            return scope.report("ISF311", option.span, "er ikke en fast verdi", "Skriv «x er a eller x er b».")
        found.append(fixed)
    return ir.OneOf(BOOL, value, tuple(dict.fromkeys(found)))
