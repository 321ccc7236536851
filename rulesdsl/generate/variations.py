"""The same document with some facts of one thing changed, and nothing else."""

import copy
import datetime
from collections.abc import Iterable

from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Record
from rulesdsl.evaluate.documents import Json
from rulesdsl.generate.aims import Choose
from rulesdsl.generate.drawing import Thing, redraw
from rulesdsl.generate.fields import Facts, Slot
from rulesdsl.generate.kinds import Kind, Plan, When, nested, resolve
from rulesdsl.generate.mentions import Path


def things_in(document: Thing, kind: Kind) -> list[Thing]:
    """The things of a kind in a document that was drawn: the document itself, or those that stand within it."""
    found = document.get(kind.entity.plural) if kind.entity.plural else None
    if isinstance(found, list):
        return [each for each in found if isinstance(each, dict)]
    if kind.entity.key in document:
        return [document]
    inner = [each for below in document.values() if isinstance(below, list) for each in below if isinstance(each, dict)]
    return [thing for each in inner for thing in things_in(each, kind)]


def facts_of(thing: Thing, kind: Kind) -> Facts:
    """The facts of a thing by path, as drawing has them."""
    found: Facts = {}
    for path in ((kind.entity.key,), kind.date, *kind.slots):
        value: Json = thing
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        slot = kind.slots.get(path)
        if value is not None:
            # A record has its own facts one by one; that it is there at all is a fact as well.
            found[path] = {} if slot is not None and slot.fields and not slot.many else value
    return found


def set_facts(thing: Thing, kind: Kind, facts: Facts) -> None:
    """Give a thing these facts and no others; what belongs to it stays."""
    below = {name: value for name, value in thing.items() if name not in _fields(kind)}
    thing.clear()
    thing.update(nested(facts) | below)


def _fields(kind: Kind) -> set[str]:
    return {path[0] for path in kind.slots} | {kind.entity.key, kind.entity.date}


def vary(document: Thing, kind: Kind, plan: Plan, but: Iterable[Path], choose: Choose) -> Thing:
    """The document with other values at some fields of its first thing of a kind."""
    thing = things_in(document, kind)[0]
    return with_facts(document, kind, varied(facts_of(thing, kind), kind, plan, but, choose))


def with_facts(document: Thing, kind: Kind, facts: Facts) -> Thing:
    """The document with these facts, and no others, of its first thing of a kind."""
    made = copy.deepcopy(document)
    set_facts(things_in(made, kind)[0], kind, facts)
    return made


def varied(facts: Facts, kind: Kind, plan: Plan, but: Iterable[Path], choose: Choose) -> Facts:
    """The facts with other values at some fields."""
    made = dict(facts)
    for path in but:
        day = made.get(kind.date)
        when = plan.when(kind, datetime.date.fromisoformat(day) if isinstance(day, str) else kind.usual_day)
        if path == kind.date:
            _other_day(made, kind, plan, choose)
        elif path == (kind.entity.key,):
            made[path] = f"{made.get(path, '')}B"
        else:
            _other_value(made, kind.slots[path], kind, when, choose)
    return made


def _other_value(facts: Facts, slot: Slot, kind: Kind, when: When, choose: Choose) -> None:
    before = facts.get(slot.path)
    if slot.many or isinstance(slot.type, Record):
        whole = dict(facts)
        for _ in range(3):
            redraw(facts, slot, kind, when, choose)
            if facts != whole:
                return
        if not slot.many:
            facts[slot.path] = {}
        return
    values = [resolve(slot, at, when) for at in range(len(slot.options))]
    others: list[Json] = [value for value in values if value is not None and value != before]
    if slot.optional and before is not None:
        others.append(None)
    if others:
        value = others[choose(len(others))]
        facts.pop(slot.path, None) if value is None else facts.update({slot.path: value})


def _other_day(facts: Facts, kind: Kind, plan: Plan, choose: Choose) -> None:
    """Another telling day on which every code of the thing is valid."""
    days = [day.isoformat() for day in (kind.usual_day, *kind.days) if can_stand(facts, kind, plan, day)]
    others = [day for day in dict.fromkeys(days) if day != facts.get(kind.date)]
    if others:
        facts[kind.date] = others[choose(len(others))]


def can_stand(facts: Facts, kind: Kind, plan: Plan, day: datetime.date) -> bool:
    """Whether the codes of a thing are all valid on a day."""
    when = plan.when(kind, day)
    for path, value in facts.items():
        slot = kind.slots.get(path)
        for each in _leaves(value) if slot is not None else ():
            if not all(one.valid(each, when.first, when.last) for one in _inner(slot)):
                return False
    return True


def _leaves(value: Json) -> list[Json]:
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    return [value]


def _inner(slot: Slot | None) -> list[Slot]:
    return [] if slot is None else [slot, *(each for below in slot.fields for each in _inner(below))]


def fields_in(edition: Edition) -> set[str]:
    """The names of all fields of an edition, those of records among them."""
    entities, records = edition.entities.values(), edition.records.values()
    return {decl.name for each in entities for decl in each.fields} | {
        decl.name for each in records for decl in each.fields}


def without_fields(document: Thing, names: set[str]) -> Thing:
    """The document without the fields of some names, wherever they stand."""
    def kept(value: Json) -> Json:
        if isinstance(value, dict):
            return {name: kept(each) for name, each in value.items() if name not in names}
        return [kept(each) for each in value] if isinstance(value, list) else value

    return {name: kept(value) for name, value in document.items() if name not in names}
