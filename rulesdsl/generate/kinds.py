"""What is known of an edition when things are drawn from it, and what facts are made of: values, days, documents."""

import datetime

from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.core.ir import Edition, Entity
from rulesdsl.core.types import Date
from rulesdsl.evaluate.documents import Json
from rulesdsl.generate.fields import FIRST_DAY, LAST_DAY, Away, Facts, Slot
from rulesdsl.generate.mentions import Path


@frozen
class When:
    """The day that dates are measured from, and the days on one of which codes must be valid."""

    day: datetime.date
    first: datetime.date
    last: datetime.date


@frozen(eq=False)
class Kind:
    """An entity. ``slots`` are its fields and those of its records, but for its key and its rettsdato; ``telling`` the
    same, those that rules ask of more often. ``seeds`` come the plainest first, ``families`` are things that stand
    together in an example."""

    entity: Entity
    slots: dict[Path, Slot]
    telling: tuple[Slot, ...]
    days: tuple[datetime.date, ...]
    usual_day: datetime.date
    seeds: tuple[Facts, ...]
    families: tuple[tuple[Facts, ...], ...]
    children: tuple[str, ...]

    @property
    def date(self) -> Path:
        return (self.entity.date,)


@frozen(eq=False)
class Plan:
    """An edition's kinds, those that rules ask of from below (``above``), and all rules: those of each result, and
    those of each clause by the entity they are for."""

    edition: Edition
    kinds: dict[str, Kind]
    above: frozenset[str]
    rules: dict[str, tuple[ir.Rule, ...]]
    clauses: dict[str, tuple[tuple[ir.Rule, ...], ...]]

    def kind(self, name: str | None, with_parent: bool = False) -> Kind:
        """The kind of an entity. Without a name, of the first that has results and a rettsdato, or else the first that
        has one of them, or the first; ``with_parent`` asks for one that belongs to something, if there is any."""
        entities = self.edition.entities
        if name is not None:
            if name not in entities:
                raise ValueError(f"{self.edition.id} has no entity {name!r}, only {', '.join(entities)}")
            return self.kinds[name]
        decided = {result.entity for result in self.edition.results.values()}
        found = [each for each in entities.values() if each.parent or not with_parent] or list(entities.values())
        return self.kinds[max(found, key=lambda each: (each.name in decided, bool(each.date))).name]

    def when(self, kind: Kind, day: datetime.date) -> When:
        if kind.entity.date:
            return When(day, day, day)
        return When(day, self.edition.valid_from, self.edition.valid_to)


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────


def resolve(slot: Slot, at: int, when: When) -> Json:
    """The option at a place, as a case file has it; where it is a code that is not valid then, the next that is."""
    for step in range(len(slot.options)):
        option = slot.options[(at + step) % len(slot.options)]
        if isinstance(option, Away):
            return option.on(when.day).isoformat()
        if not slot.dated or slot.valid(option, when.first, when.last):
            return option
    return None


def ordinary(slot: Slot, when: When) -> Json:
    """The plainest value of a field; None where no code of its kodeverk is valid."""
    if slot.many:
        plain = [each for each in slot.ordinary if not isinstance(each, Away)]
        return [each for each in plain if slot.valid(each, when.first, when.last)]
    return {} if slot.fields else resolve(slot, 0, when)


def complete(facts: Facts, kind: Kind, when: When) -> Facts:
    """The facts with all that is not optional: what examples leave out is as plain as can be."""
    made = dict(facts)
    for path, slot in kind.slots.items():
        if path in made or slot.optional or (len(path) > 1 and not _there(path[:-1], made)):
            continue
        value = ordinary(slot, when)
        if value is not None:
            made[path] = value
    return made


def _there(record: Path, facts: Facts) -> bool:
    return any(path[: len(record)] == record for path in facts)


def moved(facts: Facts, kind: Kind, when: When) -> Facts:
    """The same facts on another day: dates keep their distance, and a code that is not valid then is replaced."""
    date = kind.date
    before = facts.get(date)
    shift = when.day - datetime.date.fromisoformat(before) if isinstance(before, str) else datetime.timedelta()
    made = dict(facts)
    if kind.entity.date:
        made[date] = when.day.isoformat()
    for path, value in facts.items():
        slot = kind.slots.get(path)
        if slot is None:
            continue
        if shift and isinstance(value, str) and isinstance(slot.type, Date):
            made[path] = _shifted(value, shift)
        elif isinstance(value, list):
            made[path] = _standing(value, slot, when)
        elif slot.dated and not slot.valid(value, when.first, when.last):
            other = None if slot.optional else resolve(slot, 0, when)
            made.pop(path) if other is None else made.update({path: other})
    return made


def _standing(items: list[Json], slot: Slot, when: When) -> list[Json]:
    """The elements without codes that are not valid then."""
    if not slot.fields:
        return [each for each in items if slot.valid(each, when.first, when.last)] if slot.dated else items
    return [_element(item, slot, when) for item in items if isinstance(item, dict)]


def _element(item: dict[str, Json], slot: Slot, when: When) -> dict[str, Json]:
    made = dict(item)
    for each in slot.fields:
        name = each.path[-1]
        value = made.get(name)
        if isinstance(value, list):
            made[name] = _standing(value, each, when)
        elif isinstance(value, dict):
            made[name] = _element(value, each, when)
        elif each.dated and not each.valid(value, when.first, when.last):
            del made[name]
    return made


def _shifted(value: str, shift: datetime.timedelta) -> str:
    return min(max(datetime.date.fromisoformat(value) + shift, FIRST_DAY), LAST_DAY).isoformat()


def when_of(facts: Facts, kind: Kind, made: Plan) -> When:
    """When a thing with these facts is."""
    day = facts.get(kind.date)
    return made.when(kind, datetime.date.fromisoformat(day) if isinstance(day, str) else kind.usual_day)


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────────────


def nested(facts: Facts) -> dict[str, Json]:
    """Facts by path as an object within objects."""
    made: dict[str, Json] = {}
    for path, value in facts.items():
        into = made
        for name in path[:-1]:
            below = into.get(name)
            if not isinstance(below, dict):
                below = into[name] = {}
            into = below
        if value == {}:
            into.setdefault(path[-1], {})
        else:
            into[path[-1]] = list(value) if isinstance(value, list) else value
    return made


def alone(thing: dict[str, Json], kind: Kind, made: Plan) -> dict[str, Json]:
    """A document of one thing: by itself, or within as plain a parent as can be where rules ask of that."""
    document, entity = thing, kind.entity
    for above in needed_above(kind, made):
        when = made.when(above, above.usual_day)
        document = {**nested(complete(moved(above.seeds[0], above, when), above, when)), entity.plural: [document]}
        entity = above.entity
    return document


def needed_above(kind: Kind, made: Plan) -> list[Kind]:
    """What a thing belongs to, from the nearest up to the last that rules ask of from below."""
    chain, entity = [], kind.entity
    while entity.parent:
        entity = made.edition.entities[entity.parent]
        chain.append(made.kinds[entity.name])
    return chain[: max((at for at, each in enumerate(chain, 1) if each.entity.name in made.above), default=0)]
