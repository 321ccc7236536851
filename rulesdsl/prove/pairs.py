"""Two cases that are alike but for one number or date, which is a step larger in the second.

A step is the smallest that the type knows: 0,001 poeng, one time, one day. Values of the field are whole numbers of
steps here, as the solver has them.
"""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from attrs import frozen

from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.prove.cases import FIRST_DAY, LAST_DAY, Element, Path, World
from rulesdsl.prove.decode import Decoder, Document
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.solving import Found, Solving
from rulesdsl.prove.sym import Items, Sym
from rulesdsl.prove.terms import Logic, conj, neg
from rulesdsl.prove.words import Words, list_uses

Span = tuple[int, int]
"""The first value and the last."""

Late = Callable[[], str]
"""Why no more should be asked; nothing while there is time."""


class Unsettled(Exception):
    """The solver could not say; the reason, in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def stepped_fields(edition: ir.Edition, entity: str) -> dict[Path, ir.FieldDecl]:
    """The numbers and dates of an entity, and of the records in it."""
    return {path: decl for path, decl in declared(edition, edition.entities[entity].fields)
            if isinstance(decl.type, _STEPPED)}


def not_stepped(edition: ir.Edition, entity: str) -> list[str]:
    """The numbers and dates that are another thing's: those of what the entity belongs to or what belongs to it
    (``Pasient.fodselsdato``), and those of lists, which a step is never taken in."""
    found: list[str] = []
    for each in edition.entities.values():
        for path, decl in declared(edition, each.fields):
            name = f"{each.name}.{'.'.join(path)}"
            match decl.type:
                case types.ListOf(types.Record(record)):
                    found += [f"{name}.{'.'.join(inner)}" for inner, one in declared(
                        edition, edition.records[record].fields) if isinstance(one.type, _STEPPED)]
                case types.ListOf(types.Number() | types.Date()):
                    found.append(name)
                case types.Number() | types.Date() if each.name != entity:
                    found.append(name)
    return found


_STEPPED = types.Number | types.Date


def declared(
    edition: ir.Edition, fields: tuple[ir.FieldDecl, ...], above: Path = ()
) -> Iterator[tuple[Path, ir.FieldDecl]]:
    """All fields by path, those of records too."""
    for decl in fields:
        yield (*above, decl.name), decl
        if isinstance(decl.type, types.Record):
            yield from declared(edition, edition.records[decl.type.name].fields, (*above, decl.name))


def value_of(kind: types.Type, steps: int) -> ir.Value:
    """So many steps as a value."""
    if isinstance(kind, types.Number):
        return EXACT.scaleb(Decimal(steps), -kind.scale)
    return datetime.date.fromordinal(steps)


@frozen(eq=False)
class Fact:
    """A fact that both cases have."""

    type: types.Type
    sym: Sym


class Pairs:
    """All such pairs of cases of an edition, with up to ``count`` things of a kind together, as logic."""

    def __init__(
        self, edition: ir.Edition, result: ir.Result, path: Path, count: int, seconds: float, late: Late
    ) -> None:
        self.edition, self.path, self.late = edition, path, late
        self.kind = stepped_fields(edition, result.entity)[path].type
        self.world = World(edition, Words(edition), list_uses(edition))
        days = edition.valid_from, edition.valid_to
        self.before = self.world.case(result.entity, "før", count, days)[0]
        self.after = self.world.alike(self.before, (path,), "etter")
        encoder = Encoder(edition, self.world)
        first, second = (encoder.outcome(thing, result.name).value for thing in (self.before, self.after))
        self.read = path in self.before.facts or path in self.after.facts
        at, then = (self.world.fact(thing, path, self.kind) for thing in (self.before, self.after))
        self.at, self.then = at.value, then.value
        self.known = conj((first.known, second.known))
        self.grown: Any = 0 if self.known is False else second.value - first.value
        self.scale = first.scale
        self.solving = Solving(encoder, seconds=seconds)
        self.solving.demand(at.known, then.known, then.value == at.value + 1)

    @property
    def range(self) -> Span:
        """The values that the field may have before the step."""
        if isinstance(self.kind, types.Number):
            most = self.kind.bound * 10**self.kind.scale
            return -most, most - 1
        if self.path == (self.edition.entities[self.before.entity].date,):
            return self.edition.valid_from.toordinal(), self.edition.valid_to.toordinal() - 1
        return FIRST_DAY, LAST_DAY - 1

    def more(self, sign: int, amount: int) -> Logic:
        """That the result is known in both, and grows by more than an amount; with ``sign`` -1, that it falls."""
        return conj((self.known, self.grown > amount if sign > 0 else self.grown < -amount))

    def within(self, span: Span) -> Logic:
        first, last = span
        return self.at == first if first == last else conj((self.at >= first, self.at <= last))

    def outside(self, spans: list[Span]) -> Logic:
        return conj(neg(self.within(span)) for span in spans)

    def find(self, *items: Logic) -> Any:
        """A model of such a pair; None where there surely is none. Once it is late nothing more is asked."""
        if reason := self.late():
            raise Unsettled(reason)
        found: Found = self.solving.find(*items)
        if found.answer == "ikke avgjort":
            raise Unsettled(found.reason)
        return found.model

    def plain(self) -> Logic:
        """That no number of either case is below zero."""
        numbers = [fact.sym.value for fact in self._facts() if isinstance(fact.type, types.Number)]
        own = [self.at] if isinstance(self.kind, types.Number) else []
        return conj(each >= 0 for each in (*own, *numbers))

    def other_numbers(self) -> Iterator[tuple[Path, Logic]]:
        """The other numbers of the thing itself, and that each is ukjent."""
        for path, decl in stepped_fields(self.edition, self.before.entity).items():
            if path != self.path and path in self.before.facts and isinstance(decl.type, types.Number):
                yield path, neg(self.before.facts[path].known)

    def number(self, model: Any, term: Any) -> int:
        return term if isinstance(term, int) else int(model.eval(term, model_completion=True).as_long())

    def documents(self, model: Any) -> tuple[Document, Document]:
        """The two cases: before the step and after it."""
        decoder = Decoder(model, self.world)
        return decoder.document(self.before), decoder.document(self.after)

    # ── The same case at other values ────────────────────────────────────────────────────────────────────────

    def moves(self, model: Any) -> bool:
        """Whether a case has other facts that could move along with the field."""
        return any(self._alongside(fact) and Decoder(model, self.world).holds(fact.sym.known)
                   for fact in self._facts())

    def held(self, model: Any, along: bool) -> Logic:
        """Every other fact as a case has it, so that the field alone is free. With ``along``, other numbers or dates
        of its type keep their distance to it instead."""
        return conj(self._held(model, along))

    def _held(self, model: Any, along: bool) -> Iterator[Logic]:
        start = self.number(model, self.at)
        for thing in self.world.things():
            yield _same(thing.there, model)
        for fact in self._facts():
            yield _same(fact.sym.known, model)
            yield from self._value(fact, model, start if along else None)

    def _value(self, fact: Fact, model: Any, start: int | None) -> Iterator[Logic]:
        value = fact.sym.value
        if isinstance(value, Items):
            for slot in value.slots:
                yield _same(slot.there, model)
                parts = slot.value.value.values() if isinstance(slot.value.value, Element) else [slot.value]
                for part in parts:
                    yield _same(part.known, model)
                    yield from self._value(Fact(types.Broken(), part), model, None)
        elif start is not None and self._alongside(fact):
            yield value - self.at == self.number(model, value) - start
        elif value is not None:
            yield _same(value, model)

    def _alongside(self, fact: Fact) -> bool:
        if isinstance(self.kind, types.Number):
            return isinstance(fact.type, types.Number) and (fact.type.scale, fact.type.unit) == (
                self.kind.scale, self.kind.unit)
        return isinstance(fact.type, types.Date)

    def _facts(self) -> Iterator[Fact]:
        """Every fact of either case once, but for the field."""
        seen = {id(thing.facts[self.path]) for thing in (self.before, self.after)}
        for thing in self.world.things():
            kinds = dict(declared(self.edition, self.edition.entities[thing.entity].fields))
            for path, sym in thing.facts.items():
                if id(sym) not in seen:
                    seen.add(id(sym))
                    yield Fact(kinds[path].type, sym)


def _same(term: Any, model: Any) -> Logic:
    """A term as a case has it."""
    if isinstance(term, bool | int):
        return True
    return term == model.eval(term, model_completion=True)
