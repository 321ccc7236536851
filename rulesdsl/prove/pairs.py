"""Two cases that are alike but for one number or date, which is a step larger in the second.

Values of the field are whole numbers of
steps here, as the solver has them.
"""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from rulesdsl.core import ir, types
from rulesdsl.prove.cases import FIRST_DAY, LAST_DAY, Element, Path, World
from rulesdsl.prove.decode import Decoder, Document
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.solving import Found, Solving
from rulesdsl.prove.stepped import Stepped, declared
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


@frozen(eq=False)
class Fact:
    """A fact that both cases have."""

    type: types.Type
    sym: Sym


class Pairs:
    """All such pairs of cases of an edition, with up to ``count`` things of a kind together, as logic."""

    def __init__(
        self, edition: ir.Edition, result: ir.Result, stepped: Stepped, count: int, seconds: float, late: Late
    ) -> None:
        self.edition, self.path, self.late = edition, stepped.path, late
        self.kind = stepped.decl.type
        self.world = World(edition, Words(edition), list_uses(edition))
        days = edition.valid_from, edition.valid_to
        self.before = self.world.case(result.entity, "før", count, days)[0]
        owner = stepped.of(self.before)
        assert owner is not None, "a world has at least one of each kind"
        self.after = self.world.alike(self.before, (self.path,), "etter", owner)
        twin = stepped.of(self.after)
        assert twin is not None, "like the case before"
        self.stepped = owner, twin
        encoder = Encoder(edition, self.world)
        first, second = (encoder.outcome(thing, result.name).value for thing in (self.before, self.after))
        self.read = any(self.path in thing.facts for thing in self.stepped)
        at, then = (self.world.fact(thing, self.path, self.kind) for thing in self.stepped)
        self.at, self.then = at.value, then.value
        self.known = conj((first.known, second.known))
        self.grown: Any = 0 if self.known is False else second.value - first.value
        self.scale = first.scale
        self.solving = Solving(encoder, seconds=seconds)
        self.solving.demand(owner.there, at.known, then.known, then.value == at.value + 1)

    @property
    def range(self) -> Span:
        """The values that the field may have before the step."""
        if isinstance(self.kind, types.Number):
            least, most = self.kind.steps
            return least, most - 1
        if self.stepped[0] is self.before and self.path == (self.edition.entities[self.before.entity].date,):
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
        field = self.stepped[0].facts[self.path]
        for path, decl in declared(self.edition, self.edition.entities[self.before.entity].fields):
            fact = self.before.facts.get(path)
            if isinstance(decl.type, types.Number) and fact is not None and fact is not field:
                yield path, neg(fact.known)

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
        seen = {id(thing.facts[self.path]) for thing in self.stepped}
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
