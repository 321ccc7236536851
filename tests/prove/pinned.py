"""One case given to the solver: every fact that an encoder asks for, pinned to what the case says."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import z3

from rulesdsl.core import ir, types
from rulesdsl.evaluate.case import Case
from rulesdsl.evaluate.case import Thing as Given
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.prove.cases import Path, World
from rulesdsl.prove.decode import Decoder
from rulesdsl.prove.defaults import NOBODY
from rulesdsl.prove.encode import Encoder, Outcome
from rulesdsl.prove.sym import Items, Sym
from rulesdsl.prove.words import OTHER, Words, list_uses

Answer = tuple[str, Any, str, str]
"""Status, value, and the deciding clause and rule."""


class Pinned:
    """An encoder of an edition, with room for so many things of each kind, that answers for one case after another."""

    def __init__(self, edition: ir.Edition, entity: str, count: int) -> None:
        self.edition = edition
        self.world = World(edition, Words(edition), list_uses(edition))
        self.things = self.world.case(entity, "a", count, None, named=count)
        for thing in self.things[1:]:
            thing.there = self.world.truth(thing.name)
        self.encoder = Encoder(edition, self.world)
        self.names = [result.name for result in edition.results.values() if result.entity == entity]
        self.outcomes: dict[tuple[int, str], Outcome] = {
            (at, name): self.encoder.outcome(thing, name)
            for at, thing in enumerate(self.things) for name in self.names
        }
        self.solver = z3.Solver()
        self._told = 0

    def differences(self, case: Case) -> list[tuple[str, Any, Any]]:
        """Results that the encoder has otherwise: the name, what the interpreter says, and what the encoder does."""
        given = list(_given(case, self.things[0].entity))
        demands = self.world.demands[self._told :]
        self._told = len(self.world.demands)
        self.solver.add([each for each in demands if each is not True])
        pins = list(self._pins(given))
        if any(pin is False for pin in pins):
            return [("fakta", "finnes ikke i kodingen", "")]
        pins = [pin for pin in pins if pin is not True]
        if self.solver.check(*pins) != z3.sat:
            return [("saken", "finnes", "kan ikke stå")]
        model = self.solver.model()
        while more := self.encoder.tables.told(model, self.encoder.constant):
            self.solver.add(more)
            assert self.solver.check(*pins) == z3.sat
            model = self.solver.model()
        run, found = decide(self.edition, case), []
        for at, thing in enumerate(given):
            for name in self.names:
                outcome = run.outcomes[thing, name]
                rule = outcome.rule
                wanted = (outcome.status, outcome.value if outcome.status == "known" else None,
                          rule.clause if rule else "", rule.name if rule else "")
                answer = self._answer(self.outcomes[at, name], name, model)
                if answer != wanted:
                    found.append((name, wanted, answer))
        return found

    # ── Pins ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _pins(self, given: list[Given]) -> Iterator[Any]:
        yield from (thing.there if at < len(given) else z3.Not(thing.there)
                    for at, thing in enumerate(self.things) if not isinstance(thing.there, bool))
        pairs = dict(zip(map(id, self.things), given, strict=False))
        first, above = self.things[0].parent, given[0].parent
        while first is not None and above is not None:
            pairs[id(first)] = above
            first, above = first.parent, above.parent
        keys = sorted({thing.key or "" for thing in given})
        for thing in self.world.things():
            if id(thing) in pairs:
                of = pairs[id(thing)]
                for path, fact in thing.facts.items():
                    key = self.edition.entities[thing.entity].key
                    if path == (key,):
                        yield fact.value == 10_000 + keys.index(of.key or "")
                    else:
                        yield from self._pin(fact, of.facts.get(path), path)

    def _pin(self, fact: Sym, value: Any, path: Path) -> Iterator[Any]:
        if value is None:
            yield _is(fact.known, False)
            return
        yield _is(fact.known, True)
        if isinstance(fact.value, Items):
            yield from self._pin_list(fact.value, value)
        elif fact.value is not None and not isinstance(fact.value, dict):
            yield fact.value == self._term(fact, value)

    def _pin_list(self, items: Items, values: tuple[Any, ...]) -> Iterator[Any]:
        if not items.counted:
            for slot in items.slots:
                yield _is(slot.there, any(self._is_slot(slot.value.value, value) for value in values))
            return
        if len(values) > len(items.slots):
            yield False
        for at, slot in enumerate(items.slots):
            yield _is(slot.there, at < len(values))
            if at < len(values):
                if isinstance(slot.value.value, dict):
                    for name, part in slot.value.value.items():
                        yield from self._pin(part, values[at].get(name), (name,))
                else:
                    yield slot.value.value == self._term(slot.value, values[at])

    def _is_slot(self, term: Any, value: Any) -> bool:
        """Whether a slot of a list stands for a value; all texts that no rule mentions are one."""
        if isinstance(term, z3.DatatypeRef):
            return str(term).split("!")[0].endswith(f".{value}")
        if isinstance(value, str):
            return bool(term == self.world.words.number(value if value in self.world.words.said else OTHER))
        return term is value

    def _term(self, fact: Sym, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, Decimal):
            return int(value.scaleb(fact.scale))
        if isinstance(value, datetime.date):
            return value.toordinal()
        if isinstance(fact.value, z3.DatatypeRef):
            sort = fact.value.sort()
            return next(sort.constructor(at)() for at in range(sort.num_constructors())
                        if sort.constructor(at).name().split("!")[0].endswith(f".{value}"))
        return self.world.words.number(value)

    # ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, outcome: Outcome, name: str, model: z3.ModelRef) -> Answer:
        def holds(term: Any) -> bool:
            return term if isinstance(term, bool) else z3.is_true(model.eval(term, model_completion=True))

        status = [word for word, term in (("no_rule", outcome.no_rule), ("conflict", outcome.conflict),
                                          ("known", outcome.known), ("unknown", outcome.unknown)) if holds(term)]
        assert len(status) == 1, status
        if status != ["known"]:
            return status[0], None, "", ""
        by = outcome.state.by
        number = by if isinstance(by, int) else model.eval(by).as_long()
        rule = self.encoder.rules[number] if number != NOBODY else None
        value = self._value(outcome.value, self.edition.results[name].type, model)
        return "known", value, rule.clause if rule else "", rule.name if rule else ""

    def _value(self, fact: Sym, kind: Any, model: z3.ModelRef) -> Any:
        decoder = Decoder(model, self.world)
        value: Any = decoder.value(kind, fact)
        if isinstance(kind, types.ListOf):
            return tuple(self._named(kind.item, each) for each in value)
        return self._named(kind, value)

    def _named(self, kind: types.Type, value: Any) -> Any:
        """A value of a document as the interpreter has it."""
        if isinstance(kind, types.Date):
            return datetime.date.fromisoformat(value)
        if isinstance(kind, types.Code):
            return next(each.name for each in self.edition.kodeverk[kind.kodeverk].members if each.code == value)
        return value


def _is(term: Any, holds: bool) -> Any:
    if isinstance(term, bool):
        return term == holds
    return term if holds else z3.Not(term)


def _given(case: Case, entity: str) -> Iterator[Given]:
    for thing in case.things:
        if thing.entity == entity:
            yield thing
