"""``egenskap`` blocks to core: what is promised for all things of an entity.

Those that speak of another edition too are made when all editions have been (``check/between.py``).
"""

from collections.abc import Callable, Iterable

from attrs import evolve, frozen

from rulesdsl.check.declare import Declared, place
from rulesdsl.check.fits import condition
from rulesdsl.check.groups import Lowered
from rulesdsl.check.infer import infer
from rulesdsl.check.names import check_reserved
from rulesdsl.check.order import editions_asked
from rulesdsl.check.scope import BoundThing, Scope
from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL, Broken, Date
from rulesdsl.core.values import listed
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast


@frozen
class Elsewhere:
    """What a property says of another edition: the name that its thing has there, the id of that edition, and what
    gives the core of what is asked of it."""

    name: str
    edition: str
    infer: Callable[[ast.UnderExpr, types.Type | None], ir.Expr]


def lower_properties(declared: Declared, lowered: Lowered) -> dict[str, ir.Property]:
    """The properties of an edition that speak of no other; one that does not fit is a message and is left out."""
    found: dict[str, ir.Property] = {}
    for decl in declared.names.properties.values():
        if editions_asked(decl):
            continue
        before = len(declared.problems)
        made = lower_property(decl, declared, lowered)
        if made is not None and len(declared.problems) == before:
            found[made.name] = made
    return found


def lower_property(
    decl: ast.PropertyDecl, declared: Declared, lowered: Lowered, elsewhere: Elsewhere | None = None
) -> ir.Property | None:
    """One property; nothing where its entity cannot be read."""
    problems, name = declared.problems, decl.name.text
    entity = declared.entities.get(decl.entity.text)
    if entity is None:
        if decl.entity.text not in declared.names.broken:
            problems.add("ISF201", decl.entity.span, "er ikke en entitet", detail=decl.entity.text,
                         hint=did_you_mean(decl.entity.text, declared.entities))
        return None
    if not entity.date:
        problems.add("ISF427", decl.entity.span, "har ingen rettsdato, så ingen utgave kan velges", detail=name,
                     hint="Si det om noe som har en rettsdato.")
    _check_together(decl, entity, declared)
    names = tuple(each.text for each in decl.names)
    scope = things_in_scope(names, entity, declared, lowered)
    for each in decl.names:
        check_reserved(each, problems)
    likeness = _likeness(decl, entity, scope) if decl.likeness else None
    if elsewhere is not None:
        scope = evolve(scope, elsewhere=elsewhere.infer)
        likeness = ir.Likeness(elsewhere.name, names[0], (), elsewhere.edition)
        names = (names[0], elsewhere.name)
    where = condition(decl.where, scope) if decl.where is not None else None
    holds = condition(decl.holds, scope)
    cites = declared.citations(decl.cites, decl.span, f"egenskap {name}") if decl.cites else ()
    first = decl.promised_from.value if decl.promised_from else None
    if first is not None and entity.date and declared.first_day < first <= declared.last_day:
        within = tuple(_on_or_after(each.text, first, entity) for each in decl.names)
        where = ir.And(BOOL, (*within, where)) if where is not None else ir.And(BOOL, within)
    return ir.Property(
        name, decl.title, entity.name, names, decl.together is not None, likeness,
        where, holds, first, cites, "", place(decl.span),
    )


def _check_together(decl: ast.PropertyDecl, entity: ir.Entity, declared: Declared) -> None:
    problems, name = declared.problems, decl.name.text
    if len(decl.names) == 2 and decl.names[0].text == decl.names[1].text:
        problems.add("ISF427", decl.names[1].span, "er den samme", detail=name,
                     hint="Gi de to tingene hvert sitt navn.")
    if decl.together is None:
        return
    if decl.together.text != entity.parent:
        label = f"er ikke det {entity.name} hører til" if entity.parent else f"{entity.name} hører ikke til noe"
        problems.add("ISF427", decl.together.span, label, detail=name,
                     hint=f"Skriv «i samme {entity.parent}»." if entity.parent else "Ta bort «i samme».")
    if len(decl.names) != 2:
        problems.add("ISF427", decl.together.span, "gjelder to ting", detail=name,
                     hint=f"Skriv «for alle {entity.name} a, b i samme {decl.together.text}».")
    if decl.likeness is not None:
        problems.add("ISF427", decl.likeness.span, "gjelder to saker, ikke to ting i samme sak", detail=name,
                     hint="Ta bort «i samme» eller «er som».")


def things_in_scope(names: Iterable[str], entity: ir.Entity, declared: Declared, lowered: Lowered) -> Scope:
    """A scope in which nothing stands bare but the things that a property names."""
    def result_type(name: str) -> types.Type:
        return lowered.results[name].type if name in lowered.results else Broken()

    nobody = ir.Entity("egenskapen", "", "", "", "", "", ())
    scope = Scope(declared, nobody, result_type, infer)
    for each in names:
        scope = scope.binding(each, BoundThing(ir.Bound(each), entity))
    return scope


def _likeness(decl: ast.PropertyDecl, entity: ir.Entity, scope: Scope) -> ir.Likeness:
    assert decl.likeness is not None
    written, named = decl.likeness, [each.text for each in decl.names]
    for each in (written.left, written.right):
        if each.text not in named:
            scope.report("ISF427", each.span, "er ikke en av tingene egenskapen gjelder",
                         f"Egenskapen gjelder {listed(named)}.", decl.name.text)
    if written.left.text == written.right.text:
        scope.report("ISF427", written.right.span, "er den samme", "Sammenlign to ulike ting.", decl.name.text)
    but = tuple(path for each in written.but if (path := _path(each, entity, scope)))
    return ir.Likeness(written.left.text, written.right.text, but)


def _path(written: tuple[ast.Name, ...], entity: ir.Entity, scope: Scope) -> tuple[str, ...] | None:
    """The path of a field in which two things may differ."""
    declared = scope.declared
    fields, path = {each.name: each for each in entity.fields}, []
    for name in written:
        found = fields.get(name.text)
        if found is None:
            label = "er et resultat, ikke et felt" if name.text in declared.names.results else "er ikke et felt"
            scope.report("ISF201", name.span, label, did_you_mean(name.text, fields), name.text)
            return None
        path.append(name.text)
        record = declared.records.get(found.type.name) if isinstance(found.type, types.Record) else None
        fields = {each.name: each for each in record.fields} if record else {}
    return tuple(path)


def _on_or_after(name: str, day: object, entity: ir.Entity) -> ir.Expr:
    field = next(each for each in entity.fields if each.name == entity.date)
    date = ir.Field(field.type, ir.Bound(name), (entity.date,), field.skjonn, field.title or field.name)
    return ir.Compare(BOOL, ">=", date, ir.Const(Date(), day))  # type: ignore[arg-type]
