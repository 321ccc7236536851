"""What breaks a property, in words: the facts that part the things, those they share, and what they came to."""

from collections.abc import Iterator

from rulesdsl.core import ir
from rulesdsl.core.types import ListOf, Record, Type
from rulesdsl.core.values import shown
from rulesdsl.evaluate.case import Facts, Thing
from rulesdsl.evaluate.properties import Tried
from rulesdsl.evaluate.wording import result_called, said
from rulesdsl.source import frozen


@frozen
class Side:
    """One of the things: its name in the property, its facts that the others do not share, its results, and those that
    stand together with it and not with the others. Where a property speaks of two editions the name is that of the
    edition."""

    name: str
    facts: tuple[str, ...]
    results: tuple[str, ...]
    beside: tuple[str, ...] = ()


@frozen
class Counterexample:
    """The things that break a property, the facts that all of them have, and those that stand together with each."""

    sides: tuple[Side, ...]
    shared: tuple[str, ...]
    beside: tuple[str, ...] = ()


def counterexample(tried: Tried) -> Counterexample:
    """How a property fell, in words as a case worker says them."""
    facts = [dict(facts_of(thing, run.edition)) for thing, run in zip(tried.things, tried.runs, strict=True)]
    paths = dict.fromkeys(path for each in facts for path in each)
    shared = {path for path in paths if len(facts) > 1 and len({each.get(path) for each in facts}) == 1}
    names = [run.edition.id for run in tried.runs] if tried.promise.between else tried.promise.names
    others = [tuple(_beside(tried, at)) for at in range(len(facts))]
    alike = len({tuple(sorted(each)) for each in others}) == 1
    sides = [
        Side(name, tuple(f"{path} er {each.get(path, 'ukjent')}" for path in paths if path not in shared),
             tuple(_results(tried, at)), () if alike else others[at])
        for at, (name, each) in enumerate(zip(names, facts, strict=True))
    ]
    return Counterexample(tuple(sides), tuple(f"{path} er {facts[0][path]}" for path in paths if path in shared),
                          others[0] if alike else ())


def _beside(tried: Tried, at: int) -> Iterator[str]:
    """Each other thing that stands together with one of a property, by what parts it from that one; those that the
    property speaks of need no words."""
    first, run = tried.things[at], tried.runs[at]
    own = dict(_own(first, run.edition))
    named = [thing for thing, other in zip(tried.things, tried.runs, strict=True) if other is run]
    for thing in run.case.things:
        if thing.entity == first.entity and not any(thing is each for each in named):
            facts = dict(_own(thing, run.edition))
            apart = [f"{path} er {facts.get(path, 'ukjent')}" for path in dict.fromkeys((*own, *facts))
                     if facts.get(path) != own.get(path)]
            yield f"en som er lik, men {'; '.join(apart)}" if apart else "en som er lik"


def facts_of(thing: Thing, edition: ir.Edition) -> Iterator[tuple[str, str]]:
    """The known facts of a thing, of what it belongs to and of what belongs to it: path and value in words. Keys say
    nothing."""
    if thing.parent is not None:
        yield from _above(thing.parent, edition)
    yield from _own(thing, edition)
    yield from _below(thing, edition)


def _above(thing: Thing, edition: ir.Edition) -> Iterator[tuple[str, str]]:
    front = thing.entity.lower()
    for path, value in (*(_above(thing.parent, edition) if thing.parent else ()), *_own(thing, edition)):
        yield f"{front}.{path}", value


def _below(thing: Thing, edition: ir.Edition) -> Iterator[tuple[str, str]]:
    for entity, found in thing.children.items():
        for at, each in enumerate(found):
            for path, value in (*_own(each, edition), *_below(each, edition)):
                yield f"{edition.entities[entity].plural}[{at}].{path}", value


def _own(thing: Thing, edition: ir.Edition) -> Iterator[tuple[str, str]]:
    entity = edition.entities[thing.entity]
    yield from _fields(thing.facts, entity.fields, (), edition, {entity.key})


def _fields(
    facts: Facts, fields: tuple[ir.FieldDecl, ...], above: tuple[str, ...], edition: ir.Edition, hidden: set[str]
) -> Iterator[tuple[str, str]]:
    for decl in fields:
        path = (*above, decl.name)
        value = facts.get(path)
        if value is None or decl.name in hidden:
            continue
        if isinstance(decl.type, Record):
            inner = list(_fields(facts, edition.records[decl.type.name].fields, path, edition, set()))
            yield from inner or [(".".join(path), "oppgitt, men tom")]
        else:
            yield ".".join(path), _value(decl.type, value)


def _value(kind: Type, value: object) -> str:
    if isinstance(kind, ListOf) and isinstance(kind.item, Record) and isinstance(value, tuple):
        return f"{len(value)} oppgitt"
    return shown(kind, value)  # type: ignore[arg-type]


def _results(tried: Tried, at: int) -> Iterator[str]:
    """What the property speaks of came to for one of the things, and by which clause."""
    name, thing, run = tried.promise.names[at], tried.things[at], tried.runs[at]
    asked = dict.fromkeys(
        node.name for part in (tried.promise.holds, tried.promise.where) if part is not None
        for node in ir.walk(part) if isinstance(node, ir.ResultOf) and node.of in (ir.Bound(name), ir.This())
    )
    for result in asked:
        outcome = run.outcomes[thing, result]
        by = f" etter {outcome.rule.clause}" if outcome.rule else ""
        value = said(outcome.result.type, outcome.value) if outcome.status == "known" else "ukjent"
        yield f"{result_called(outcome.result)} er {value}{by}"
