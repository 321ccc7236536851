"""Simpler cases than the ones at hand, for whoever has found a counterexample: fewer things, and plainer facts.

A change is tried on documents that it may alter, and says whether it did. Where two documents are alike but for some
fields they are changed together, so that they stay so.
"""

from collections.abc import Callable, Iterator, Sequence

from rulesdsl.core.ir import Property
from rulesdsl.evaluate.documents import Json
from rulesdsl.generate.drawing import Thing
from rulesdsl.generate.kinds import Kind, Plan, moved, needed_above, resolve, when_of
from rulesdsl.generate.mentions import Path
from rulesdsl.generate.variations import facts_of, set_facts, things_in

Change = Callable[[Sequence[Thing]], bool]
"""Alters documents, and says whether it could."""


def simpler(property_: Property, plan: Plan, kind: Kind, documents: Sequence[Thing]) -> Iterator[Change]:
    """Changes that may make the documents simpler, the largest first."""
    likeness = property_.likeness
    groups = [tuple(range(len(documents)))] if likeness is not None else [(at,) for at in range(len(documents))]
    for group in groups:
        sizes = [len(things_in(documents[at], kind)) for at in group]
        for index in range(min(sizes) - 1, -1 if property_.together else 0, -1):
            yield _without(group, index, kind)
        yield _lone(group, kind, plan)
        yield _parent(group, kind, plan)
        if likeness is None or (kind.entity.key,) not in likeness.but:
            yield _numbered(group, kind)
        if min(sizes) > 1:
            every = range(min(sizes))
            yield _on_the_usual_day(group, kind, plan)
            for path in (kind.date, *kind.slots):
                yield _with(group, every, path, kind.seeds[0].get(path), kind)
                if path in facts_of(things_in(documents[group[0]], kind)[0], kind):
                    yield from _earlier(group, every, path, kind, plan, documents)
        for index in range(min(sizes)):
            yield _childless(group, index, kind, plan)
            paths = {path: None for at in group for path in facts_of(things_in(documents[at], kind)[index], kind)}
            for path in dict.fromkeys((*paths, *kind.seeds[0])):
                named = likeness is not None and index == 0 and any(path[: len(each)] == each for each in likeness.but)
                for each in [(at,) for at in group] if named else [group]:
                    yield _with(each, (index,), path, kind.seeds[0].get(path), kind)
            for path in paths:
                for each in [(at,) for at in group]:
                    if likeness is None or (index == 0 and any(path[: len(but)] == but for but in likeness.but)):
                        yield from _earlier(each, (index,), path, kind, plan, documents)


def _without(group: tuple[int, ...], index: int, kind: Kind) -> Change:
    """One thing fewer."""
    def change(documents: Sequence[Thing]) -> bool:
        done = False
        for at in group:
            found = _siblings(documents[at], kind)
            if found is not None and 1 < len(found) > index:
                del found[index]
                done = True
        return done
    return change


def _siblings(document: Thing, kind: Kind) -> list[Json] | None:
    found = document.get(kind.entity.plural) if kind.entity.plural else None
    return found if isinstance(found, list) else None


def _lone(group: tuple[int, ...], kind: Kind, plan: Plan) -> Change:
    """The only thing of a parent that no rule asks of, by itself."""
    def change(documents: Sequence[Thing]) -> bool:
        done = False
        for at in group:
            found = _siblings(documents[at], kind)
            if found is not None and len(found) == 1 and not needed_above(kind, plan) and isinstance(found[0], dict):
                only = found[0]
                documents[at].clear()
                documents[at].update(only)
                done = True
        return done
    return change


def _parent(group: tuple[int, ...], kind: Kind, plan: Plan) -> Change:
    """As plain a parent as can be."""
    def change(documents: Sequence[Thing]) -> bool:
        for at in group:
            if kind.entity.parent and _siblings(documents[at], kind) is not None:
                above = plan.kinds[kind.entity.parent]
                key = documents[at].get(above.entity.key)
                set_facts(documents[at], above, {**above.seeds[0], (above.entity.key,): key})
        return True
    return change


def _numbered(group: tuple[int, ...], kind: Kind) -> Change:
    """Keys in the order in which the things stand."""
    def change(documents: Sequence[Thing]) -> bool:
        for at in group:
            for number, thing in enumerate(things_in(documents[at], kind), 1):
                thing[kind.entity.key] = f"{kind.entity.name[0]}{number}"
        return True
    return change


def _on_the_usual_day(group: tuple[int, ...], kind: Kind, plan: Plan) -> Change:
    """All things as far from each other as they are, and the first on the plainest day."""
    def change(documents: Sequence[Thing]) -> bool:
        for at in group:
            facts = [facts_of(thing, kind) for thing in things_in(documents[at], kind)]
            days = [when_of(each, kind, plan).day for each in facts]
            moved_to = [kind.usual_day + (day - days[0]) for day in days]
            if not all(plan.edition.valid_from <= day <= plan.edition.valid_to for day in moved_to):
                return False
            for thing, each, day in zip(things_in(documents[at], kind), facts, moved_to, strict=True):
                set_facts(thing, kind, moved(each, kind, plan.when(kind, day)))
        return bool(kind.entity.date)
    return change


def _childless(group: tuple[int, ...], index: int, kind: Kind, plan: Plan) -> Change:
    """Nothing below a thing."""
    def change(documents: Sequence[Thing]) -> bool:
        found = _each_at(group, index, kind, documents)
        for thing in found:
            for name in kind.children:
                thing[plan.kinds[name].entity.plural] = []
        return bool(found and kind.children)
    return change


def _earlier(
    group: tuple[int, ...], places: Sequence[int], path: Path, kind: Kind, plan: Plan, documents: Sequence[Thing]
) -> Iterator[Change]:
    """A fact with one of the plainer values that its field may have, where it is neither that plain nor plainer yet."""
    slot = kind.slots.get(path)
    if slot is None or slot.many:
        return
    when = when_of(facts_of(things_in(documents[group[0]], kind)[places[0]], kind), kind, plan)
    values = [resolve(slot, slot.options.index(each), when) for each in list(dict.fromkeys(slot.options))[:MAX_EARLIER]]
    for at, value in enumerate(values):
        yield _with(group, places, path, value, kind, [kind.seeds[0].get(path), *values[: at + 1]])


MAX_EARLIER = 8
"""How many of the plainest values of a field are tried."""


def _with(
    group: tuple[int, ...], places: Sequence[int], path: Path, value: Json, kind: Kind, unless: Sequence[Json] = ()
) -> Change:
    """A fact as it is given, or none, for the things at some places, unless one of them is plain enough."""
    def change(documents: Sequence[Thing]) -> bool:
        found = [] if path == (kind.entity.key,) else [thing for index in places
                                                       for thing in _each_at(group, index, kind, documents)]
        for thing in found:
            facts = facts_of(thing, kind)
            if facts.get(path) in unless:
                return False
            for other in [each for each in facts if each[: len(path)] == path]:
                del facts[other]
            if value is not None:
                facts[path] = value
            set_facts(thing, kind, facts)
        return bool(found)
    return change


def _each_at(group: tuple[int, ...], index: int, kind: Kind, documents: Sequence[Thing]) -> list[Thing]:
    """The things at a place in some documents; none where a change before this one has taken one away."""
    found = [things_in(documents[at], kind) for at in group]
    return [things[index] for things in found] if all(index < len(things) for things in found) else []
