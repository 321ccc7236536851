"""Two editions to what is changed from the one to the other, part by part.

What can change an outcome is told from what cannot by the meaning of each part (``core/canonical.py``), so that
nothing that decides a case can pass for words. Both editions are made ready as for a case that is decided in both
(``compare/changes.py``): the earlier one calls each clause by its new number, and so a clause that was only moved
means what it did.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from rulesdsl.compare.changes import Pair, Side, pair
from rulesdsl.compare.clauses import clause_details, clause_told
from rulesdsl.compare.declarations import (
    entity_details,
    fields_told,
    kodeverk_details,
    kodeverk_told,
    property_details,
    property_told,
    record_details,
    result_details,
    result_told,
    source_details,
)
from rulesdsl.compare.differences import KINDS, Detail, Differences, PartDifference, PartKind, Way, head_of
from rulesdsl.compare.figures import rate_details, rate_told, table_details, table_told
from rulesdsl.core import ir
from rulesdsl.core.canonical import meanings
from rulesdsl.core.values import natural_key
from rulesdsl.evaluate.explanation import Written

Part = TypeVar("Part")

BESIDE_WORDS = "Betyr noe annet enn før, på en måte som ikke vises i ord."

Unlike = frozenset[tuple[str, str]]
"""The parts, by kind and the later edition's name, that mean something else or that only one edition has."""


def differences_between(before: ir.Edition, after: ir.Edition) -> Differences:
    """All that is changed from one edition of a rulebook to another, which may be the older one. Clauses with official
    numbers come before those with names."""
    ready = pair(before, after)
    unlike = unlike_parts(ready)
    found = [*_clauses(ready, unlike), *_declared(ready, unlike)]
    found.sort(key=lambda each: (KINDS.index(each.kind), not each.name[:1].isdigit(), natural_key(each.name)))
    return Differences(head_of(before), head_of(after), tuple(found))


def unlike_parts(ready: Pair) -> Unlike:
    """What can change an outcome."""
    first, second = meanings(ready.earlier.edition), meanings(ready.later.edition)
    return frozenset(part for part in first.keys() | second.keys() if first.get(part) != second.get(part))


# ── Clauses ──────────────────────────────────────────────────────────────────────────────────────────────────


def _clauses(ready: Pair, unlike: Unlike) -> Iterator[PartDifference]:
    """The clauses and decision tables. The result that a decision table is goes with it."""
    before, after = ready.earlier.edition, ready.later.edition
    own = _by_clause(ready.earlier), _by_clause(ready.later)
    for number in before.clauses.keys() | after.clauses.keys():
        old, new = before.clauses.get(number), after.clauses.get(number)
        clause = new or old
        assert clause is not None
        affects = ("punkt", number) in unlike or (_is_table(number, ready) and ("resultat", number) in unlike)
        details: tuple[Detail, ...]
        if old is None or new is None:
            details = clause_told(clause, own[new is not None].get(number, {}), new is not None)
        else:
            details = clause_details(old, own[0].get(number, {}), new, own[1].get(number, {}), affects)
            if _is_table(number, ready):
                details += tuple(each for each in result_details(before.results[number], after.results[number])
                                 if each.aspect != "tittel")
        yield from _part(
            "beslutning" if clause.is_decision else "punkt", number, ready.formerly.get(number, number), clause.title,
            affects, _written(old, before), _written(new, after), details,
        )


def _is_table(number: str, ready: Pair) -> bool:
    """Whether both editions have a decision table of the name."""
    return all(number in side.edition.clauses and side.edition.clauses[number].is_decision
               for side in (ready.earlier, ready.later))


def _by_clause(side: Side) -> dict[str, dict[str, ir.Group]]:
    """The rules of each clause by result, without the exceptions to them."""
    found: dict[str, dict[str, ir.Group]] = {}
    for result, groups in side.own.items():
        for clause, group in groups.items():
            found.setdefault(clause, {})[result] = group
    return found


# ── What is declared ─────────────────────────────────────────────────────────────────────────────────────────


def _declared(ready: Pair, unlike: Unlike) -> Iterator[PartDifference]:
    before, after = ready.earlier.edition, ready.later.edition
    named = _Named(before, after, unlike)
    yield from named.parts("sats", before.rates, after.rates, rate_details, rate_told)
    yield from named.parts("tabell", before.tables, after.tables, table_details, table_told)
    yield from named.parts("kodeverk", before.kodeverk, after.kodeverk, kodeverk_details, kodeverk_told)
    yield from named.parts("entitet", before.entities, after.entities, entity_details,
                           lambda entity, new: fields_told(entity.fields, new))
    yield from named.parts("post", before.records, after.records, record_details,
                           lambda record, new: fields_told(record.fields, new))
    yield from named.parts("resultat", *_results(before, after), result_details, result_told)
    old_promises, new_promises = (  # what an edition says of itself and another, the next does not inherit
        {name: each for name, each in edition.properties.items() if not each.between} for edition in (before, after))
    yield from named.parts("egenskap", old_promises, new_promises, property_details, property_told)
    old, new = _sources(before), _sources(after)
    both = old.keys() & new.keys()
    yield from named.parts("kilde", {name: old[name] for name in both}, {name: new[name] for name in both},
                           source_details, lambda source, new: ())


def _sources(edition: ir.Edition) -> dict[str, ir.Kilde]:
    """The sources that something of an edition rests on."""
    cited = [clause.citations for clause in edition.clauses.values()]
    cited += [value.citations for rate in edition.rates.values() for value in rate.values]
    cited += [row.citations for table in edition.tables.values() for row in table.rows.values()]
    cited += [each.citations for each in edition.properties.values()]
    return {one.kilde.name: one.kilde for citations in cited for one in citations}


def _results(before: ir.Edition, after: ir.Edition) -> tuple[dict[str, ir.Result], dict[str, ir.Result]]:
    """The results that are told by themselves: not those that are decision tables, wherever there is such a result."""
    sides = [{name: each for name, each in edition.results.items() if not (
        each.is_decision and other.results.get(name, each).is_decision)} for edition, other in
        ((before, after), (after, before))]
    return sides[0], sides[1]


class _Named:
    """What is needed to tell of parts that go by their names."""

    def __init__(self, before: ir.Edition, after: ir.Edition, unlike: Unlike) -> None:
        self.before, self.after, self.unlike = before, after, unlike

    def parts(
        self, kind: PartKind, before: Mapping[str, Part], after: Mapping[str, Part],
        changed: Callable[[Part, Part], tuple[Detail, ...]], told: Callable[[Part, bool], tuple[Detail, ...]],
    ) -> Iterator[PartDifference]:
        for name in before.keys() | after.keys():
            old, new = before.get(name), after.get(name)
            if old is not None and new is not None:
                details = changed(old, new)
            else:
                details = told(new, True) if new is not None else told(old, False) if old is not None else ()
            part = new if new is not None else old
            yield from _part(kind, name, name, str(getattr(part, "title", "")), (kind, name) in self.unlike,
                             _written(old, self.before), _written(new, self.after), details)


def _written(part: object, edition: ir.Edition) -> Written | None:
    """Where a part is written; only some kinds know it."""
    if part is None:
        return None
    return Written(getattr(part, "edition", "") or edition.id, getattr(part, "place", None))


def _part(
    kind: PartKind, name: str, formerly: str, title: str, affects: bool, before: Written | None, after: Written | None,
    details: tuple[Detail, ...],
) -> Iterator[PartDifference]:
    """A part, where anything of it differs."""
    way: Way
    if before is None:
        way = "new"
    elif after is None:
        way = "gone"
    elif name != formerly:
        way = "moved"
    elif affects or any(not each.wording for each in details):
        way = "changed"
    elif details:
        way = "reworded"
    else:
        return
    if affects and way in ("moved", "changed") and all(each.wording for each in details):
        details = (Detail("annet", "", "changed", BESIDE_WORDS), *details)
    number = formerly if after is None else name
    yield PartDifference(kind, number, formerly, title, way, affects, before, after, details)
