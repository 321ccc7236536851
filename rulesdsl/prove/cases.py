"""Any case there could be: things whose facts are variables.

A case is a tree, as a document is: a thing at the top, and below it up to so many of each kind as were asked for, of
which any may be absent. A fact is made when a rule asks for it. What reading a case would refuse is demanded here:
a rettsdato must be there, a code valid on its day, a number within its type.
"""

import datetime
from collections.abc import Iterable, Iterator

import z3
from attrs import define, field

from rulesdsl.core import ir, types
from rulesdsl.core.fields import field_at
from rulesdsl.core.types import FIRST_YEAR, LAST_YEAR, Type
from rulesdsl.prove.dates import Calendar
from rulesdsl.prove.sym import UNKNOWN, Items, NotProvable, Slot, Sym
from rulesdsl.prove.terms import Logic, conj, disj, implies, neg
from rulesdsl.prove.words import OTHER, Words

Path = tuple[str, ...]

FIRST_DAY = datetime.date(FIRST_YEAR, 1, 1).toordinal()
LAST_DAY = datetime.date(LAST_YEAR, 12, 31).toordinal()

MOST_ITEMS = 3
"""How many elements a list may have, where the rules ask for more than what is in it."""


@define(eq=False)
class Thing:
    """A thing of which nothing is fixed. ``like`` is another whose facts it shares, but for those at ``but``. ``span``
    are the days its rettsdato may be; ``there`` whether it is there at all; ``key`` what its key is, as a number.
    ``alone`` is whether what belongs to it came without it: then nothing is known of it, and nobody else is there."""

    entity: str
    name: str
    there: Logic = True
    parent: "Thing | None" = None
    like: "Thing | None" = None
    but: tuple[Path, ...] = ()
    span: tuple[datetime.date, datetime.date] | None = None
    alone: Logic = False
    facts: dict[Path, Sym] = field(factory=dict)
    children: dict[str, list["Thing"]] = field(factory=dict)


class Element(dict[str, Sym]):
    """An element of a list of records; a field of it is made when a rule asks for it."""

    def __init__(self, world: "World", thing: Thing, name: str, record: ir.RecordDecl) -> None:
        super().__init__()
        self._world, self._thing, self._name = world, thing, name
        self._types = {decl.name: decl.type for decl in record.fields}

    def __missing__(self, field: str) -> Sym:
        kind = self._types.get(field)  # nothing is known of a field that the cases of a world do not have
        made = self[field] = UNKNOWN if kind is None else self._world.part(self._thing, f"{self._name}.{field}", kind)
        return made


class World:
    """The cases of a question, and what must be so for them to be cases at all.

    ``edition`` is the one whose kodeverk and records count. ``demands`` grows as facts are asked for.
    """

    def __init__(self, edition: ir.Edition, words: Words, uses: dict[Path, bool]) -> None:
        self.edition, self.words, self.uses = edition, words, uses
        self.demands: list[Logic] = []
        self.tops: list[Thing] = []
        self.limits: set[str] = set()
        self.calendar = Calendar(self.number, self.demands.append)
        self._made = 0

    # ── Variables ────────────────────────────────────────────────────────────────────────────────────────────

    def number(self, name: str) -> z3.ArithRef:
        self._made += 1
        return z3.Int(f"{name}!{self._made}")

    def truth(self, name: str) -> z3.BoolRef:
        self._made += 1
        return z3.Bool(f"{name}!{self._made}")

    # ── Things ───────────────────────────────────────────────────────────────────────────────────────────────

    def case(
        self, entity: str, name: str, count: int, span: tuple[datetime.date, datetime.date] | None, named: int = 1
    ) -> list[Thing]:
        """The ``named`` things of a case that a question speaks of; beside them, and in each list of the case, up to
        ``count`` of each kind."""
        chain = [entity]
        while parent := self.edition.entities[chain[-1]].parent:
            chain.append(parent)
        above: Thing | None = None
        for each in reversed(chain[1:]):
            above = self._placed(Thing(each, f"{name}.{each}", True, above), above)
        if above is None:
            found = [self._placed(Thing(entity, name, span=span), None)]
        else:
            found = [self._placed(Thing(entity, name if at == 0 else f"{name}{at + 1}", True, above, span=span), above)
                     for at in range(named)]
        top = found[0]
        while top.parent is not None:
            top = top.parent
        self.tops.append(top)
        if named == 1:
            self._may_come_alone(found[0])
        self._fill(top, count)
        for thing in self.things():
            self._date_of(thing)
        return found

    def _may_come_alone(self, thing: Thing) -> None:
        """A case may be of a thing without what it belongs to. Where that has a rettsdato, it is not known only then;
        elsewhere there is no need to tell the two apart."""
        alone: Logic = False
        while (thing := thing.parent) is not None:  # type: ignore[assignment]
            if self.edition.entities[thing.entity].date:
                above = self.truth(f"{thing.name} mangler")
                self.demands.append(implies(alone, above))
                alone = above
            thing.alone = alone

    def alike(self, thing: Thing, but: tuple[Path, ...], name: str, whose: Thing | None = None) -> Thing:
        """The same case once more, but for some facts of the thing, or of another one of its case."""
        differs = whose or thing
        twins: dict[int, Thing] = {}

        def copied(each: Thing, parent: Thing | None) -> Thing:
            made = Thing(each.entity, f"{name}:{each.name}", each.there, parent, each,
                         but if each is differs else (), each.span, each.alone)
            twins[id(each)] = made
            made.children = {entity: [copied(child, made) for child in found]
                             for entity, found in each.children.items()}
            self._date_of(made)
            return made

        top = thing
        while top.parent is not None:
            top = top.parent
        self.tops.append(copied(top, None))
        return twins[id(thing)]

    def _date_of(self, thing: Thing) -> None:
        """The rettsdato of a thing is a fact from the start: a case without it cannot be decided."""
        (name,) = self._date(thing)
        if name:
            self.fact(thing, (name,), types.Date())

    def _placed(self, thing: Thing, parent: Thing | None) -> Thing:
        if parent is not None:
            parent.children.setdefault(thing.entity, []).append(thing)
        return thing

    def _fill(self, thing: Thing, count: int) -> None:
        """Give a thing, and all below it, up to ``count`` of each kind that belongs to it."""
        for entity in self.edition.entities.values():
            if entity.parent != thing.entity:
                continue
            found = thing.children.setdefault(entity.name, [])
            while len(found) < count:
                there = self.truth(f"{thing.name}.{entity.plural}[{len(found)}]")
                if found and not isinstance(found[-1].there, bool):
                    self.demands.append(implies(there, found[-1].there))
                self.demands.append(implies(thing.alone, neg(there)))
                found.append(Thing(entity.name, f"{thing.name}.{entity.plural}[{len(found)}]", there, thing))
            for child in found:
                self._fill(child, count)

    def things(self) -> Iterator[Thing]:
        """All things of all cases."""
        for top in self.tops:
            yield from _below(top)

    def things_of(self, thing: Thing) -> Iterator[Thing]:
        """All things of the case that a thing stands in."""
        while thing.parent is not None:
            thing = thing.parent
        yield from _below(thing)

    def key(self, thing: Thing) -> z3.ArithRef:
        """The key of a thing, as a number: different for things of the same kind that stand together."""
        fact = self.fact(thing, (self.edition.entities[thing.entity].key,), types.Text())
        return fact.value

    def _siblings(self, thing: Thing) -> Iterable[Thing]:
        return thing.parent.children[thing.entity] if thing.parent is not None else ()

    # ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────

    def fact(self, thing: Thing, path: Path, type_: Type) -> Sym:
        """A fact of a thing. One that is shared with another is that one's."""
        found = thing.facts.get(path)
        if found is None:
            if thing.like is not None and not any(path[: len(each)] == each for each in thing.but):
                found = thing.facts[path] = self.fact(thing.like, path, type_)
                if self._date(thing) in thing.but:
                    self._demand_valid(thing, found, type_)
            else:
                found = thing.facts[path] = self._new(thing, path, type_)
        return found

    def _new(self, thing: Thing, path: Path, type_: Type) -> Sym:
        entity, name = self.edition.entities[thing.entity], f"{thing.name}.{'.'.join(path)}"
        if path == self._date(thing):
            return self._day(thing, name)
        known: Logic = conj((self.truth(f"{name}?"), neg(thing.alone)))
        if path == (entity.key,):
            known = self._new_key(thing, known)
        if len(path) > 1:
            record = self.fact(thing, path[:-1], types.Broken())
            self.demands.append(implies(known, record.known))
        if isinstance(type_, types.Record | types.Broken):
            return Sym(known)
        if isinstance(type_, types.ListOf):
            return Sym(known, self._list(thing, path, name, type_.item))
        decl = field_at(entity.fields, self.edition.records, path)
        made = self._value(name, type_ if decl is None else decl.type)
        made = Sym(known, made.value, made.scale)
        self._demand_valid(thing, made, type_)
        if path == (entity.key,):
            thing.facts[path] = made
            self.demands.append(made.value != self.words.number(""))  # which no key may be
            self._tell_apart(thing, path)
        return made

    def _new_key(self, thing: Thing, known: Logic) -> Logic:
        """Where several stand together each has a key."""
        others = disj(other.there for other in self._siblings(thing) if other is not thing)
        self.demands.append(implies(others, known))
        return known

    def _tell_apart(self, thing: Thing, path: Path) -> None:
        """No two that stand together have the same key."""
        for other in self._siblings(thing):
            if other is not thing:
                key = self.fact(other, path, types.Text())
                self.demands.append(implies(conj((thing.there, other.there)), key.value != thing.facts[path].value))

    def _date(self, thing: Thing) -> Path:
        return (self.edition.entities[thing.entity].date,)

    def _day(self, thing: Thing, name: str) -> Sym:
        """A rettsdato, which is always there where its thing is."""
        day = self.number(name)
        first, last = (each.toordinal() for each in thing.span) if thing.span else (FIRST_DAY, LAST_DAY)
        self.calendar.bounded(day, max(first, FIRST_DAY), min(last, LAST_DAY))
        return Sym(neg(thing.alone), day)

    def _value(self, name: str, type_: Type) -> Sym:
        """A variable of a plain type, within what a case may say."""
        match type_:
            case types.Bool():
                return Sym(True, self.truth(name))
            case types.Text():
                return Sym(True, self.number(name))
            case types.Date():
                day = self.number(name)
                self.calendar.bounded(day, FIRST_DAY, LAST_DAY)
                return Sym(True, day)
            case types.Number(scale):
                value = self.number(name)
                least, most = type_.steps
                self.demands.append(conj((value >= least, value <= most)))
                return Sym(True, value, scale)
            case types.Code(kodeverk):
                self._made += 1
                return Sym(True, z3.Const(f"{name}!{self._made}", self.words.sort(kodeverk)))
            case _:
                raise NotProvable(f"{name} er sammensatt på en måte som ikke kan bevises")

    # ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────

    def _list(self, thing: Thing, path: Path, name: str, item: Type) -> Items:
        """A list: what is in it, where rules ask no more than that; else one of limited length."""
        if self.uses.get(path, True) and isinstance(item, types.Code | types.Text | types.Bool):
            return Items(tuple(self._members(thing, name, item)), counted=False)
        return self._limited(thing, name, item)

    def _limited(self, thing: Thing, name: str, item: Type) -> Items:
        self.limits.add(f"lister med inntil {MOST_ITEMS} elementer")
        slots: list[Slot] = []
        for at in range(MOST_ITEMS):
            there = self.truth(f"{name}[{at}]")
            if slots:
                self.demands.append(implies(there, slots[-1].there))
            if isinstance(item, types.Record):
                value = Sym(True, Element(self, thing, f"{name}[{at}]", self.edition.records[item.name]))
            else:
                value = self._value(f"{name}[{at}]", item)
                self._demand_valid(thing, value, item, there)
            slots.append(Slot(there, value))
        return Items(tuple(slots))

    def part(self, thing: Thing, name: str, type_: Type) -> Sym:
        """A field of an element."""
        known = self.truth(f"{name}?")
        if isinstance(type_, types.ListOf):
            return Sym(known, self._limited(thing, name, type_.item))
        made = self._value(name, type_)
        made = Sym(known, made.value, made.scale)
        self._demand_valid(thing, made, type_)
        return made

    def _members(self, thing: Thing, name: str, item: Type) -> Iterator[Slot]:
        match item:
            case types.Code(kodeverk):
                for each in self.edition.kodeverk[kodeverk].members:
                    there = self.truth(f"{name}:{each.name}")
                    self.demands.append(implies(there, self._valid(thing, each)))
                    yield Slot(there, Sym(True, self.words.member(kodeverk, each.name)))
            case types.Text():
                for text in (*self.words.said, OTHER):
                    yield Slot(self.truth(f"{name}:{text}"), Sym(True, self.words.number(text)))
            case _:
                for value in (True, False):
                    yield Slot(self.truth(f"{name}:{value}"), Sym(True, value))

    # ── Codes on their day ───────────────────────────────────────────────────────────────────────────────────

    def _demand_valid(self, thing: Thing, fact: Sym, type_: Type, there: Logic = True) -> None:
        """A code must be one of its kodeverk, and valid on the day of the thing."""
        if isinstance(type_, types.ListOf):
            self._demand_list(thing, fact, type_.item)
        if not isinstance(type_, types.Code):
            return
        holds = conj((fact.known, there))
        present = {member.name: member for member in self.edition.kodeverk[type_.kodeverk].members}
        for name, term in self.words.members(type_.kodeverk).items():
            valid = self._valid(thing, present[name]) if name in present else False
            if valid is not True:
                self.demands.append(implies(conj((holds, fact.value == term)), valid))

    def _demand_list(self, thing: Thing, fact: Sym, item: Type) -> None:
        if isinstance(item, types.Code):
            for slot in fact.value.slots:
                self._demand_valid(thing, slot.value, item, conj((fact.known, slot.there)))

    def _valid(self, thing: Thing, member: ir.Member) -> Logic:
        """Whether a member is valid on the day of a thing, or on some day of the edition where it has none."""
        (name,) = self._date(thing)
        if not name:
            return (member.valid_from is None or member.valid_from <= self.edition.valid_to) and (
                member.valid_to is None or member.valid_to >= self.edition.valid_from)
        day = self.fact(thing, (name,), types.Date()).value
        first, last = (day, day) if isinstance(day, int) else self.calendar.ranges[day.get_id()]
        found: list[Logic] = []
        if member.valid_from is not None and member.valid_from.toordinal() > first:
            found.append(day >= member.valid_from.toordinal())
        if member.valid_to is not None and member.valid_to.toordinal() < last:
            found.append(day <= member.valid_to.toordinal())
        return conj(found)


def _below(thing: Thing) -> Iterator[Thing]:
    """A thing and all that belong to it."""
    yield thing
    for found in thing.children.values():
        for child in found:
            yield from _below(child)
