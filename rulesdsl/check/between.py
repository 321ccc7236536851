"""``egenskap`` blocks that speak of two editions: ``a.tellende er a.tellende etter isf 2019``.

Their main difference from other properties is that what stands before ``etter`` is read as the other edition reads it,
with its fields and results; so they are made when all editions have been. They are not inherited: they speak of two
editions by name.
"""

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from rulesdsl.check.declare import Declared
from rulesdsl.check.groups import Lowered
from rulesdsl.check.heads import EditionFiles, those_there
from rulesdsl.check.infer import infer
from rulesdsl.check.order import editions_asked
from rulesdsl.check.properties import Elsewhere, lower_property, things_in_scope
from rulesdsl.core import ir
from rulesdsl.core.types import Broken, Type
from rulesdsl.diagnostics import Problems
from rulesdsl.syntax import ast


@frozen(eq=False)
class Ready:
    """What the expressions of an edition are read with."""

    declared: Declared
    lowered: Lowered


def asking(files: Iterable[ast.File]) -> dict[str, None]:
    """The ids of the editions that some property asks beside its own."""
    return {each.id: None for file in files for decl in file.declarations if isinstance(decl, ast.PropertyDecl)
            for each in editions_asked(decl)}


def lower_between(
    own: EditionFiles, ready: Ready, others: Mapping[str, Ready], known: Iterable[str], problems: Problems
) -> dict[str, ir.Property]:
    """The properties of an edition that speak of another too. ``others`` are those that have no errors, by id, and
    ``known`` all that there are."""
    found: dict[str, ir.Property] = {}
    declared = evolve(ready.declared, problems=problems)
    for decl in declared.names.properties.values():
        asked = editions_asked(decl)
        before = len(problems)
        if not asked or not _fits(decl, asked, own, set(known), problems):
            continue
        elsewhere = _elsewhere(decl, asked[0], others, problems)
        made = None if elsewhere is None else lower_property(decl, declared, ready.lowered, elsewhere)
        if made is not None and len(problems) == before:
            found[made.name] = made
    return found


def _fits(
    decl: ast.PropertyDecl, asked: list[ast.UnderExpr], own: EditionFiles, known: set[str], problems: Problems
) -> bool:
    """Whether there is something to hold against each other."""
    name, before = decl.name.text, len(problems)
    if len(decl.names) != 1:
        problems.add("ISF427", decl.names[1].span, "er en ting til", detail=name,
                     hint="En egenskap om to utgaver gjelder én ting: den samme saken etter begge.")
    other = next((each for each in asked if each.id != asked[0].id), None)
    if other is not None:
        problems.add("ISF427", other.edition.span, "er en tredje utgave", detail=name,
                     hint="Skriv én egenskap for hver utgave.")
    for each in {each.id: each for each in asked}.values():
        if each.id == own.id:
            problems.add("ISF427", each.edition.span, "er denne utgaven", detail=name,
                         hint="Nevn en annen utgave, eller ta bort «etter».")
        elif each.id not in known:
            ids = [spoken(one) for one in known if one.split("@")[0] == own.id.split("@")[0]]
            problems.add("ISF413", each.rulebook.span.to(each.edition.span), "finnes ikke", detail=spoken(each.id),
                         hint=those_there(ids))
        elif each.rulebook.text != own.id.split("@")[0]:
            problems.add("ISF427", each.rulebook.span, "er et annet regelverk", detail=name,
                         hint="En sak kan bare holdes mot en annen utgave av det samme regelverket.")
    return len(problems) == before


def spoken(edition: str) -> str:
    """An edition as an author writes it: ``isf 2019``."""
    return edition.replace("@", " ", 1)


def _elsewhere(
    decl: ast.PropertyDecl, asked: ast.UnderExpr, others: Mapping[str, Ready], problems: Problems
) -> Elsewhere | None:
    """How the other edition is asked; nothing where it has errors, and messages of its own."""
    other = others.get(asked.id)
    if other is None:
        return None
    name = f"{decl.names[0].text} etter {asked.id}"
    entity = other.declared.entities.get(decl.entity.text)
    if entity is None:
        problems.add("ISF427", decl.entity.span, f"finnes ikke i {asked.id}", detail=decl.name.text)
        return None

    def inferred(node: ast.UnderExpr, wanted: Type | None) -> ir.Expr:
        """What stands before ``etter``, with the names that the other edition has."""
        found = Problems()
        scope = things_in_scope((), entity, evolve(other.declared, problems=found), other.lowered)
        scope = scope.binding(decl.names[0].text, things_in_scope((name,), entity, scope.declared, other.lowered)
                              .bound[name])
        made = infer(node.value, scope, wanted)
        if any(isinstance(each, ir.RateOf | ir.Lookup) for each in ir.walk(made)):
            scope.report("ISF428", node.value.span, "er en sats eller et oppslag", "Spør om et resultat eller et felt.")
        problems.extend(evolve(each, path=f"slik {asked.id} leser det") for each in found)
        return ir.Const(Broken(), False) if found else made

    return Elsewhere(name, asked.id, inferred)
