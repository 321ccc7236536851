"""A document to the things of a case. Its main difference with the document is that every fact is known to be of its
type: what is not known is absent, and what cannot be right is absent too, with an error that says why.

A document is loaded under one edition. Callers with many documents keep a ``Reader``, which has looked up the fields,
types and kodeverk of the edition once.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from attrs import define, field, frozen

from rulesdsl.core.ir import Edition, Entity, FieldDecl, Value
from rulesdsl.core.types import MAX_MANY, ListOf, Record
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.documents import MAX_SHOWN, Document, Json, shortened, shown
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.evaluate.read_value import MAX_ITEMS, Convert, Days, Wrong, converter, kind_of, read_date
from rulesdsl.source import canonical_name

Element = dict[str, Value]
"""An element of a list of records: its known fields by name."""

Facts = dict[tuple[str, ...], Value | tuple[Element, ...]]
"""The known facts of a thing by path; a record that is there has ``True`` under its own name."""

MAX_HINTS = 50
"""After so many errors on one thing no more names are compared, which is slow."""


@define(eq=False)
class Thing:
    """A thing of a case. ``place`` is where in the document it stands: ``episoder[2]``, or nothing for the top."""

    entity: str
    key: str | None = None
    place: str = ""
    facts: Facts = field(factory=dict)
    parent: "Thing | None" = field(default=None, repr=False)
    children: dict[str, list["Thing"]] = field(factory=dict)
    errors: list[CaseError] = field(factory=list)

    @property
    def label(self) -> str:
        """How messages name it: ``Episode E1``."""
        if self.key is not None:
            return f"{self.entity} {shortened(self.key)}"
        return f"{self.entity} i {self.place}" if self.place else self.entity

    @property
    def above(self) -> "tuple[Thing, ...]":
        """What it belongs to, the nearest first."""
        return () if self.parent is None else (self.parent, *self.parent.above)


@frozen(eq=False)
class Case:
    """A document under an edition. ``things`` are those that have results, in the order of the document.

    ``place`` is where in the file the document stands. ``around`` is what the topmost thing of the document belongs
    to where it came alone, the nearest first: each is an empty one, and nothing is known of others that belong to it.
    """

    root: Thing
    things: tuple[Thing, ...]
    place: str = ""
    around: tuple[Thing, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether the topmost thing came without what it belongs to."""
        return bool(self.around)

    @property
    def everything(self) -> "Iterator[Thing]":
        """All things, in the order of the document, those without results included."""
        return _with_children(self.root)

    @property
    def errors(self) -> tuple[CaseError, ...]:
        """The errors of all things, those without results included."""
        return tuple(error for thing in self.everything for error in thing.errors)


def load(document: Document, edition: Edition) -> Case:
    """The case of a document under an edition."""
    return reader(edition).load(document)


def rettsdatoer(document: Document, entities: Mapping[str, Entity]) -> list[tuple[str, datetime.date | None]]:
    """The place and rettsdato of everything in a document that has one, for whoever picks the edition.

    None stands for a date that is missing or cannot be read; loading says so.
    """
    entity = _recognised(document.raw, entities, [entity for entity in entities.values() if entity.date])
    return [] if entity is None else list(_dates(document.raw, "", entity, entities))


def fits(document: Document, entities: Mapping[str, Entity]) -> int:
    """How many of the names in a document a rulebook with these entities knows; of many things, in the first."""
    entity = _recognised(document.raw, entities, [entity for entity in entities.values() if entity.date])
    return 0 if entity is None else _known(document.raw, entity, entities)


def _known(raw: Mapping[str, Json], entity: Entity, entities: Mapping[str, Entity]) -> int:
    found = sum(decl.name in raw for decl in entity.fields)
    for child in entities.values():
        items = raw.get(child.plural) if child.parent == entity.name else None
        if isinstance(items, list):
            found += 1 + next((_known(item, child, entities) for item in items if isinstance(item, dict)), 0)
    return found


@frozen(eq=False)
class Slot:
    """Where a field goes. Exactly one of ``convert`` (a plain value or element) and ``fields`` (a record) is there."""

    decl: FieldDecl
    path: tuple[str, ...]
    many: bool
    convert: Convert | None
    fields: "dict[str, Slot]"


@frozen(eq=False)
class Plan:
    """What is looked up once for an entity."""

    entity: Entity
    slots: dict[str, Slot]
    children: dict[str, str]
    decided: bool


class Reader:
    """Loads documents under one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        decided = {result.entity for result in edition.results.values()}
        self._decided = [entity for name, entity in edition.entities.items() if name in decided]
        self.plans = {
            name: Plan(
                entity, self._slots(entity.fields),
                {child.plural: child.name for child in edition.entities.values() if child.parent == name},
                name in decided,
            )
            for name, entity in edition.entities.items()
        }

    def _slots(self, fields: Iterable[FieldDecl], above: tuple[str, ...] = ()) -> dict[str, Slot]:
        slots = {}
        for decl in fields:
            path = (*above, decl.name)
            many = isinstance(decl.type, ListOf)
            kind = decl.type.item if isinstance(decl.type, ListOf) else decl.type
            if isinstance(kind, Record):
                inner = self._slots(self.edition.records[kind.name].fields, () if many else path)
                slots[decl.name] = Slot(decl, path, many, None, inner)
            else:
                slots[decl.name] = Slot(decl, path, many, converter(kind, self.edition), {})
        return slots

    # ── Loading ──────────────────────────────────────────────────────────────────────────────────────────────

    def load(self, document: Document) -> Case:
        """The case of a document. All its errors are found; a thing with errors keeps its good facts."""
        entity = _recognised(document.raw, self.edition.entities, self._decided)
        if entity is None:
            return Case(Thing("", errors=[self._unrecognised(document.raw)]), (), document.place)
        things: list[Thing] = []
        top = root = self._thing(self.plans[entity.name], document.raw, "", things)
        while parent := self.plans[root.entity].entity.parent:
            above = Thing(parent, children={name: [] for name in self.plans[parent].children.values()})
            above.children[root.entity] = [root]
            root.parent = above
            root = above
        return Case(root, tuple(things), document.place, top.above)

    def _thing(self, plan: Plan, raw: Json, place: str, things: list[Thing], keyed: bool = False) -> Thing:
        """A thing and all below it; those with results are added to ``things``."""
        thing = Thing(plan.entity.name, place=place)
        if plan.decided:
            things.append(thing)
        if not isinstance(raw, dict):
            code = "ISF520" if raw is None else "ISF503"
            fault(thing, "", Wrong(code, f"er {kind_of(raw)}, ikke et objekt", "Skriv saken mellom { og }."), raw)
            return thing
        self._key(thing, plan, raw, keyed)
        self._fill(thing, raw, plan.slots, thing.facts, self._days(thing, plan, raw), "", plan.children)
        if thing.key is None:
            thing.facts.pop((plan.entity.key,), None)
        for plural, name in plan.children.items():
            thing.children[name] = self._children(thing, plural, self.plans[name], raw.get(plural), things)
        return thing

    def _key(self, thing: Thing, plan: Plan, raw: dict[str, Json], keyed: bool) -> None:
        name = plan.entity.key
        key = raw.get(name)
        if isinstance(key, str) and key.strip():
            thing.key = canonical_name(key)
        elif key is None and keyed:
            fault(thing, name, Wrong("ISF510", "mangler", f"Gi hver {thing.entity} sin egen {name}."), None)
        elif isinstance(key, str):
            fault(thing, name, Wrong("ISF510", "er tom", "Skriv en nøkkel, eller ta bort feltet."), key)

    def _days(self, thing: Thing, plan: Plan, raw: dict[str, Json]) -> Days:
        """The days on which the codes of a thing must be valid."""
        name = plan.entity.date
        if not name:
            return self.edition.valid_from, self.edition.valid_to
        written = raw.get(name)
        if written is None:
            fault(thing, name, Wrong("ISF512", "mangler, og den velger utgave", "Legg til datoen."), None)
            return None
        day = read_date(written)
        return None if isinstance(day, Wrong) else (day, day)

    def _children(self, parent: Thing, plural: str, plan: Plan, raw: Json, things: list[Thing]) -> list[Thing]:
        if raw is None:
            return []
        if not isinstance(raw, list) or len(raw) > MAX_MANY:
            fault(parent, plural, _not_list(raw, MAX_MANY), raw)
            return []
        children: list[Thing] = []
        called: dict[str, list[Thing]] = {}
        for index, item in enumerate(raw):
            child = self._thing(plan, item, _joined(parent.place, f"{plural}[{index}]"), things, len(raw) > 1)
            child.parent = parent
            children.append(child)
            if child.key is not None:
                called.setdefault(child.key, []).append(child)
        for key, same in called.items():
            for child in same if len(same) > 1 else ():
                other = same[-1] if child is same[0] else same[0]
                fault(child, plan.entity.key, Wrong("ISF511", f"er den samme som i {other.place}"), key)
        return children

    def _fill(
        self, thing: Thing, raw: dict[str, Json], slots: dict[str, Slot], facts: Facts, days: Days, where: str,
        children: Iterable[str] = (),
    ) -> None:
        """The fields of an object to facts. ``where`` stands before their names in messages."""
        for name, value in raw.items():
            slot = slots.get(name)
            if slot is None:
                if name not in children:
                    self._unknown(thing, name, value, where, (*slots, *children))
            elif value is None:
                continue
            elif slot.convert is None or slot.many:
                self._compound(thing, slot, value, facts, days, where + name)
            else:
                read = slot.convert(value, days)
                if type(read) is Wrong:
                    fault(thing, where + name, read, value)
                else:
                    facts[slot.path] = read  # type: ignore[assignment]

    def _compound(self, thing: Thing, slot: Slot, raw: Json, facts: Facts, days: Days, where: str) -> None:
        """A record, a list, or a list of records. A list with an element that cannot stand is not known."""
        if not slot.many:
            if not isinstance(raw, dict):
                fault(thing, where, Wrong("ISF513", f"skal være et objekt, ikke {kind_of(raw)}",
                                           "Skriv feltene mellom { og }."), raw)
                return
            facts[slot.path] = True
            self._fill(thing, raw, slot.fields, facts, days, where + ".")
            return
        if not isinstance(raw, list) or len(raw) > MAX_ITEMS:
            fault(thing, where, _not_list(raw, MAX_ITEMS), raw)
            return
        before = len(thing.errors)
        values: list[Value] = []
        elements: list[Element] = []
        for index, item in enumerate(raw):
            at = f"{where}[{index}]"
            if item is None:
                fault(thing, at, Wrong("ISF520", "er tomt", "Ta bort elementet, eller skriv verdien."), None)
            elif slot.convert is not None:
                read = slot.convert(item, days)
                if isinstance(read, Wrong):
                    fault(thing, at, read, item)
                else:
                    values.append(read)
            elif isinstance(item, dict):
                inner: Facts = {}
                self._fill(thing, item, slot.fields, inner, days, at + ".")
                elements.append({path[0]: value for path, value in inner.items()})  # type: ignore[misc]
            else:
                fault(thing, at, Wrong("ISF513", f"skal være et objekt, ikke {kind_of(item)}"), item)
        if len(thing.errors) == before:
            facts[slot.path] = tuple(values) if slot.convert is not None else tuple(elements)

    # ── Names that are not there ─────────────────────────────────────────────────────────────────────────────

    def _unknown(self, thing: Thing, name: str, value: Json, where: str, known: tuple[str, ...]) -> None:
        hint = ""
        if len(thing.errors) < MAX_HINTS and len(name) <= MAX_SHOWN:
            hint = ("" if where else self._place_of(thing, name)) or near(name, known)
        what = f"finnes ikke i {self.edition.id}"
        fault(thing, where + shortened(name), Wrong("ISF509", what, hint), value)

    def _place_of(self, thing: Thing, name: str) -> str:
        """Where that should stand which belongs to another entity, most often to what the thing itself belongs to."""
        owner = next((each for each, plan in self.plans.items() if name in plan.slots and each != thing.entity), "")
        own = self.plans[thing.entity].entity
        if own.parent and not thing.place and (owner or name.capitalize()) == own.parent:
            key = self.plans[own.parent].entity.key
            return f'Det hører til {own.parent}. Skriv saken som {{"{key}": …, "{own.plural}": [{{…}}]}}.'
        return f"Flytt feltet til {owner}, det hører til der." if owner else ""

    def _unrecognised(self, raw: dict[str, Json]) -> CaseError:
        plans = self.plans.values()
        known = tuple({name: None for plan in plans for name in (*plan.slots, *plan.children)})
        names = [name for name in raw if len(name) <= MAX_SHOWN and name not in known][:MAX_HINTS]
        meant = next(filter(None, (near(name, known) for name in names)), "")
        wanted = " eller ".join(entity.name for entity in self._decided)
        fields = [entity.date for entity in self._decided] + [name for plan in plans for name in plan.children]
        return CaseError("ISF508", f"Saken har ingen av feltene som hører til {wanted} i {self.edition.id}", "",
                         shown(raw), meant or f"Ta med {' eller '.join(fields)}.")


def reader(edition: Edition) -> Reader:
    """The reader of an edition. The latest are kept, by identity: an edition is large and cannot be hashed."""
    global _kept
    found = next((kept for kept in _kept if kept.edition is edition), None)
    if found is None:
        found = Reader(edition)
        _kept = (found, *_kept[: MAX_KEPT - 1])
    return found


MAX_KEPT = 8
_kept: tuple[Reader, ...] = ()


def fault(thing: Thing, where: str, wrong: Wrong, value: Json) -> None:
    """Note what is wrong with a field of a thing."""
    thing.errors.append(error_of(thing, where, wrong, value))


def error_of(thing: Thing, where: str, wrong: Wrong, value: Json) -> CaseError:
    """The message that names the thing, the field and the value."""
    message = f"{thing.label}: {where} {wrong.message}" if where else f"{thing.label} {wrong.message}"
    return CaseError(wrong.code, message, _joined(thing.place, where), shown(value), wrong.hint)


@lru_cache(maxsize=1024)
def near(name: str, known: tuple[str, ...]) -> str:
    """``Mente du «drg»?``; kept, because an extract has the same wrong name in every row."""
    return did_you_mean(name, known)


def _joined(place: str, where: str) -> str:
    return f"{place}.{where}" if place and where else place or where


def _not_list(raw: Json, most: int) -> Wrong:
    if isinstance(raw, list):
        return Wrong("ISF519", f"har flere enn {most} elementer")
    return Wrong("ISF513", f"skal være en liste, ikke {kind_of(raw)}", "Skriv verdiene mellom [ og ].")


def _with_children(thing: Thing) -> Iterator[Thing]:
    yield thing
    for children in thing.children.values():
        for child in children:
            yield from _with_children(child)


def _recognised(raw: Mapping[str, Json], entities: Mapping[str, Entity], decided: list[Entity]) -> Entity | None:
    """What a document is: the entity whose children it holds, or else the decided one whose fields it has most of."""
    holders = [entities[each.parent] for each in entities.values() if each.parent and each.plural in raw]
    best, found = 0, None
    for entity in holders or decided:
        score = sum(decl.name in raw for decl in entity.fields) + bool(holders)
        if score > best:
            best, found = score, entity
    return found


def _dates(
    raw: Json, place: str, entity: Entity, entities: Mapping[str, Entity]
) -> Iterator[tuple[str, datetime.date | None]]:
    fields = raw if isinstance(raw, dict) else {}
    if entity.date:
        day = read_date(fields.get(entity.date))
        yield place, None if isinstance(day, Wrong) else day
    for child in entities.values():
        items = fields.get(child.plural) if child.parent == entity.name else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield from _dates(item, _joined(place, f"{child.plural}[{index}]"), child, entities)
