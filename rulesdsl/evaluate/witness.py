"""A case that was found, by a solver or among made-up ones: decided again, made as small as can be, told in words."""

import copy
import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from attrs import frozen

from rulesdsl.core import ir, types
from rulesdsl.core.trees import expressions
from rulesdsl.core.types import Type
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.counterexample import facts_of
from rulesdsl.evaluate.documents import Document as Given
from rulesdsl.evaluate.documents import Json
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Run

Document = dict[str, Json]
Seen = Callable[[Run, Thing], bool]
Step = str | int

PLAIN = tuple(map(Decimal, (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)))
"""Numbers that are tried in the place of another."""


@frozen(eq=False)
class Witness:
    """A case as it was decided: its document, the run, and the thing that it is about."""

    document: Document
    run: Run
    thing: Thing


def replayed(document: Document, edition: ir.Edition, entity: str) -> Witness | None:
    """A document as the interpreter decides it; None where it cannot stand."""
    case = load(Given(document), edition)
    thing = next((each for each in case.things if each.entity == entity), None)
    return None if case.errors or thing is None else Witness(document, decide(edition, case), thing)


def smallest(found: Witness, seen: Seen) -> Witness:
    """The case without whatever it takes nothing from, and with plain values where any would do."""
    edition, entity = found.run.edition, found.thing.entity
    first = edition.valid_from.isoformat()
    changed = True
    while changed:
        changed = False
        for path in list(_paths(found.document)):
            for other in _variants(found.document, path, edition.entities[entity].date, first):
                made = replayed(other, edition, entity)
                if made is not None and seen(made.run, made.thing):
                    found, changed = made, True
                    break
    return found


def _paths(document: Any, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Every place in a document, the later and deeper ones first: what stands by others goes before them."""
    items: list[tuple[Step, Any]] = []
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = list(enumerate(document))
    for step, inner in reversed(items):
        yield (*above, step)
        yield from _paths(inner, (*above, step))


def _variants(document: Document, path: tuple[Step, ...], date: str, first: str) -> Iterator[Document]:
    """The document without what stands at a place, or with a plainer value there."""
    value: Any = document
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError):
            return
    if path[-1] == date:
        if value != first:
            yield _with(document, path, first)
        return
    if path[-1] != 0 or not isinstance(value, dict):  # the first thing in a list is the one that the case is about
        yield _without(document, path)
    if isinstance(value, str) and _is_day(value):
        yield from (_with(document, path, day) for day in _nearer(value, first))
    if isinstance(value, Decimal):
        at = PLAIN.index(value) if value in PLAIN else len(PLAIN)
        yield from (_with(document, path, plain) for plain in PLAIN[:at])


def _is_day(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _nearer(value: str, first: str) -> Iterator[str]:
    """The first day of the edition, and the same day in the years around it, if they are nearer to it."""
    day, near = datetime.date.fromisoformat(value), datetime.date.fromisoformat(first)
    if day != near:
        yield first
    for year in (near.year, near.year + 1, near.year - 1, near.year + 2):
        other = day.replace(year=year, day=min(day.day, 28))
        if abs((other - near).days) < abs((day - near).days):
            yield other.isoformat()


def _without(document: Document, path: tuple[Step, ...]) -> Document:
    made, inner = _copied(document, path)
    del inner[path[-1]]
    return made


def _with(document: Document, path: tuple[Step, ...], value: Any) -> Document:
    made, inner = _copied(document, path)
    inner[path[-1]] = value
    return made


def _copied(document: Document, path: tuple[Step, ...]) -> tuple[Document, Any]:
    made: Any = copy.deepcopy(document)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    return made, inner


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────


def told(found: Witness, seen: Seen) -> str:
    """The case in words: its facts, and those of the things beside it."""
    edition, case = found.run.edition, found.run.case
    parts = [f"{path} er {value}" for path, value in facts_of(found.thing, edition)]
    parts += [f"{'.'.join(path)} mangler" for path in _lacking(found, seen)]
    text = "; ".join(parts)
    for number, other in enumerate((each for each in case.things if each is not found.thing), start=2):
        own = [f"{path} er {value}" for path, value in facts_of(other, edition) if "." not in path]
        text += f". {other.entity} {number}: {'; '.join(own)}"
    return text + "."


def _lacking(found: Witness, seen: Seen) -> Iterator[tuple[str, ...]]:
    """The fields that must lack in the case: a rule asks whether they are there, and with a value it is another."""
    edition, entity = found.run.edition, found.run.edition.entities[found.thing.entity]
    asked = dict.fromkeys(
        node.value.path for outcome in found.run.outcomes.values() for node in _known_asked(outcome.result)
        if isinstance(node.value, ir.Field) and isinstance(node.value.of, ir.This)
    )
    for path in asked:
        if path in found.thing.facts or len(path) > 1:
            continue
        kind = next(each.type for each in entity.fields if each.name == path[0])
        for value in _samples(kind, edition):
            other = copy.deepcopy(found.document)
            _place(other, found.thing, edition)[path[0]] = value
            made = replayed(other, edition, entity.name)
            if made is not None and not seen(made.run, made.thing):
                yield path
                break


def _known_asked(result: ir.Result) -> Iterator[ir.Known]:
    for part in expressions(result.groups):
        yield from (node for node in ir.walk(part) if isinstance(node, ir.Known))


def _place(document: Any, thing: Thing, edition: ir.Edition) -> Any:
    """Where the thing that the case is about stands in its document: first in each list on the way."""
    names: list[str] = []
    while thing.parent is not None:
        names.append(edition.entities[thing.entity].plural)
        thing = thing.parent
    for name in reversed(names):
        if name in document:
            document = document[name][0]
    return document


def _samples(kind: Type, edition: ir.Edition) -> list[Any]:
    """A few values of a type."""
    match kind:
        case types.Bool():
            return [True, False]
        case types.Number():
            return [Decimal(0), Decimal(1)]
        case types.Date():
            return [edition.valid_from.isoformat(), datetime.date(types.FIRST_YEAR, 1, 1).isoformat()]
        case types.Text():
            return ["annen"]
        case types.Code(kodeverk):
            return [member.code for member in edition.kodeverk[kodeverk].members]
        case types.ListOf():
            return [[]]
        case types.Record():
            return [{}]
        case types.Broken():
            return []

