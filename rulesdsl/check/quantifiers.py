"""Many things at once: quantifiers over the things of a parent or the elements of a list, and membership."""

from rulesdsl.check.fits import BROKEN, condition, require, sized, unify, write
from rulesdsl.check.names import check_reserved
from rulesdsl.check.scope import BoundItem, BoundThing, Scope, thing_of
from rulesdsl.core import ir
from rulesdsl.core.types import BOOL, COUNT, MAX_MANY, Broken, Code, Date, ListOf, Number, Record, Type, type_name
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast


def infer_quantifier(node: ast.QuantifierExpr, scope: Scope, wanted: Type | None) -> ir.Expr:
    """``antall``, ``finnes``, ``alle``, ``sum``, ``maks``, ``min``, ``første`` and ``siste``."""
    found = _domain(node, scope)
    if found is None:
        return BROKEN
    over, inner = found
    name = node.var.text
    where = condition(node.where, inner) if node.where is not None else None
    if name == "annen":
        where = _apart(node, over, where, scope)
    match node.kind:
        case "antall":
            return ir.Count(COUNT, name, over, where)
        case "finnes":
            return ir.Quantified(BOOL, "finnes", name, over, None, where or ir.Const(BOOL, True))
        case "alle":
            assert node.test is not None
            return ir.Quantified(BOOL, "alle", name, over, where, condition(node.test, inner))
        case "sum":
            return _sum(node, over, where, inner)
        case "maks" | "min" | "første" | "siste":
            return _chosen(node, over, where, inner, scope, wanted)


def _domain(node: ast.QuantifierExpr, scope: Scope) -> tuple[ir.Domain, Scope] | None:
    """What a quantifier runs over, and the scope within it."""
    name = node.var.text
    if name != "annen":
        check_reserved(node.var, scope.declared.problems)
    if scope.is_taken(name):
        scope.report("ISF202", node.var.span, "er alt et navn her", "Velg et annet navn.", name)
    found = _things(node.over, scope)
    if found is not None:
        holder, entity = found
        over = ir.Children(holder, entity.name, entity.plural)
        return over, scope.binding(name, BoundThing(ir.Bound(name), entity))
    items = scope.infer(node.over)
    if isinstance(items.type, ListOf):
        return ir.Elements(items), scope.binding(name, BoundItem(name, items.type.item))
    if not isinstance(items.type, Broken):
        scope.report("ISF310", node.over.span, f"er {type_name(items.type)}, ikke en liste")
    return None


def _things(over: ast.Expr, scope: Scope) -> tuple[ir.Ref, ir.Entity] | None:
    """Whose things are run over, and of what entity: ``pasient.episoder``, or bare those of the one that is decided."""
    match over:
        case ast.NameRef(name) if scope.value(name) is None and (own := scope.own_many(name)) is not None:
            return ir.This(), own
        case ast.Access(of, name) if (holder := thing_of(of, scope)) is not None:
            entity = scope.many_of(holder, name.text)
            return None if entity is None else (holder.ref, entity)
        case _:
            return None


def _apart(node: ast.QuantifierExpr, over: ir.Domain, where: ir.Expr | None, scope: Scope) -> ir.Expr:
    """``annen`` leaves out the thing that is decided."""
    if not isinstance(over, ir.Children) or over.entity != scope.entity.name:
        return scope.report("ISF313", node.var.span, f"kan bare gå over flere av {scope.entity.name}",
                            "Bruk et annet navn.")
    apart = ir.Not(BOOL, ir.Same(BOOL, ir.Bound("annen"), ir.This()))
    return apart if where is None else ir.And(BOOL, (apart, where))


def _sum(node: ast.QuantifierExpr, over: ir.Domain, where: ir.Expr | None, inner: Scope) -> ir.Expr:
    assert node.take is not None
    take = inner.infer(node.take)
    if isinstance(take.type, Broken):
        return take
    if not isinstance(take.type, Number):
        return inner.report("ISF301", node.take.span, f"er {type_name(take.type)}, ikke et tall")
    kind = sized(Number(take.type.scale, take.type.unit, take.type.bound * MAX_MANY), node.span, inner)
    return ir.SumOver(kind, node.var.text, over, where, take)


def _chosen(
    node: ast.QuantifierExpr, over: ir.Domain, where: ir.Expr | None, inner: Scope, scope: Scope, wanted: Type | None
) -> ir.Expr:
    """One element's value: the largest, the smallest, the first, the last; or whether this one is it."""
    name, key = node.var.text, None
    if node.key is not None:
        keyed = " Er to like, går den med laveste nøkkel først." if isinstance(over, ir.Children) else ""
        key = _ordered(inner.infer(node.key), node.key, inner, keyed)
    if node.is_this:
        if not isinstance(over, ir.Children) or over.entity != scope.entity.name:
            return scope.report("ISF313", node.span, f"«denne» er en {scope.entity.name}; listen har noe annet")
        assert key is not None
        same = ir.Same(BOOL, ir.Bound(name), ir.This())
        return ir.Pick(BOOL, node.kind, name, over, where, key, same, ir.Const(BOOL, False))  # type: ignore[arg-type]
    assert node.take is not None
    assert node.otherwise is not None
    take = inner.infer(node.take, wanted)
    otherwise = scope.infer(node.otherwise, take.type if isinstance(take.type, Code) else wanted)
    kind = unify((take, otherwise), node.span, scope)
    if key is not None:
        return ir.Pick(kind, node.kind, name, over, where, key, take, otherwise)  # type: ignore[arg-type]
    _ordered(take, node.take, inner)
    return ir.ExtremeOver(kind, node.kind, name, over, where, take, otherwise)  # type: ignore[arg-type]


def _ordered(value: ir.Expr, node: ast.Expr, scope: Scope, more: str = "") -> ir.Expr:
    if isinstance(value.type, Number | Date | Broken):
        return value
    label = f"{type_name(value.type)} har ingen rekkefølge"
    return scope.report("ISF309", node.span, label, f"Bruk et tall eller en dato.{more}")


def infer_contains(node: ast.InExpr, scope: Scope) -> ir.Expr:
    """``x i kodesett`` or ``x i liste``."""
    if isinstance(node.items, ast.NameRef) and node.items.name in scope.declared.names.kodesett:
        return _in_kodesett(node, node.items.name, scope)
    if isinstance(node.items, ast.NameRef) and not scope.means(node.items.name):
        scope.infer(node.value, Broken())
        hint = did_you_mean(node.items.name, [*scope.declared.names.kodesett, *scope.known_names()])
        return scope.report("ISF201", node.items.span, "er verken et kodesett eller en liste", hint, node.items.name)
    items = scope.infer(node.items)
    if isinstance(items.type, Broken):
        return items
    if not isinstance(items.type, ListOf):
        label = f"er {type_name(items.type)}, verken en liste eller et kodesett"
        return scope.report("ISF310", node.items.span, label, _hint_contains(node))
    if isinstance(items.type.item, Record):
        return scope.report("ISF309", node.span, "sammenlikner hele poster", "Skriv «finnes e i … der e.felt er …».")
    value = scope.infer(node.value, items.type.item)
    if isinstance(value.type, ListOf):
        return scope.report("ISF309", node.span, "venstre side er en liste",
                            f"Skriv «finnes k i {node.value.span.text} der k i {node.items.span.text}».")
    value = require(value, items.type.item, node.value.span, scope)
    return BROKEN if isinstance(value.type, Broken) else ir.Contains(BOOL, items, value)


def _in_kodesett(node: ast.InExpr, name: str, scope: Scope) -> ir.Expr:
    decl = scope.declared.names.kodesett[name]
    kind = scope.declared.type_of(decl.type)
    value = scope.infer(node.value, kind)
    if isinstance(value.type, ListOf):
        return scope.report("ISF309", node.span, "venstre side er en liste",
                            f"Skriv «finnes k i {node.value.span.text} der k i {name}».")
    value = require(value, kind, node.value.span, scope)
    if isinstance(value.type, Broken):
        return BROKEN
    return ir.OneOf(BOOL, value, scope.declared.kodesett.get(name, ()), name)


def _hint_contains(node: ast.InExpr) -> str:
    """``x i liste`` with its sides turned around."""
    if isinstance(node.value, ast.TextLiteral | ast.NumberLiteral):
        return write(f"{node.items.span.text} er {node.value.span.text}")
    return ""


