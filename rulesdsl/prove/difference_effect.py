"""How much an amount can change by between two editions: the most either way, exactly, or what it grows with."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import z3

from rulesdsl.core import types
from rulesdsl.core.ops import EXACT
from rulesdsl.prove.cases import Thing
from rulesdsl.prove.difference import Extreme
from rulesdsl.prove.difference_search import OutOfTime, Search
from rulesdsl.prove.difference_world import Both
from rulesdsl.prove.sym import Items, Sym
from rulesdsl.prove.terms import Logic, conj, disj, neg

FAR = (10**7, 10**5, 10**3)
"""In units of the result: changes by more than this are sought first, for they are those of large numbers."""


class Effects:
    """The changes of an amount, over the cases in which it is known in both editions. ``change`` is in its smallest
    step, of which there are ``10**scale`` in a unit."""

    def __init__(
        self, search: Search, world: Both, thing: Thing, known: Logic, change: z3.ArithRef, scale: int
    ) -> None:
        self.search, self.world, self.change, self.scale = search, world, change, scale
        self.known = search.flag(known)
        self.numbers = {name: (fact, kind) for name, fact, kind in _numbers(world, thing)}
        self._others = [(fact, kind) for each in world.things() if each is not thing
                        for _, fact, kind in _numbers(world, each)]

    def extreme(self, sign: int) -> Extreme:
        """The most upward (``sign`` 1), or downward (-1)."""
        try:
            return self._extreme(sign)
        except OutOfTime as error:
            return Extreme(None, reason=error.reason)

    def _extreme(self, sign: int) -> Extreme:
        for far in FAR:
            beyond = self.search.flag(self.change * sign > far * 10**self.scale)
            if self.search.exists(self.known, beyond) is not None:
                grows = tuple(name for name in self.numbers if self._grows(sign, beyond, name))
                if grows:
                    return Extreme(None, grows, self._most(sign, [self._one(name) for name in grows]))
        most = self._most(sign, [])
        reached = self.search.flag(self.change * sign >= int(most.scaleb(self.scale) * sign))
        if self.search.exists(self.known, reached, self._halved()) is None:
            return Extreme(None, tuple(self.numbers))  # several numbers only together make it so large
        return Extreme(most)

    def _halved(self) -> z3.BoolRef:
        """The cases in which no number is more than half of what its type holds."""
        return self.search.flag(conj(
            disj((neg(fact.known), conj((fact.value <= kind.bound * 10**fact.scale // 2,
                                         fact.value >= -kind.bound * 10**fact.scale // 2))))
            for fact, kind in (*self.numbers.values(), *self._others)))

    def _grows(self, sign: int, beyond: z3.BoolRef, name: str) -> bool:
        """Whether a case that is changed so much, with a number near the largest that its type holds, is changed by
        less when that number alone is halved: then it is the number that makes it large, and no rule limits it."""
        fact, kind = self.numbers[name]
        half = kind.bound * 10**fact.scale // 2
        large = self.search.flag(conj((fact.known, disj((fact.value >= half, fact.value <= -half)))))
        model = self.search.exists(self.known, beyond, large)
        if model is None:
            return False
        number = model.eval(fact.value, model_completion=True).as_long()
        pins = [each == model.eval(each, model_completion=True) for each in self._terms(fact)]
        other = self.search.exists(self.known, self.search.flag(z3.And([*pins, fact.value == number // 2])))
        return other is not None and sign * (self._of(model) - self._of(other)) > 0

    def _of(self, model: z3.ModelRef) -> int:
        return int(model.eval(self.change, model_completion=True).as_long())

    def _terms(self, but: Sym) -> Iterator[z3.ExprRef]:
        """Everything that makes a case what it is, but for one fact."""
        for thing in self.world.things():
            yield from _free(thing.there)
            for fact in thing.facts.values():
                if fact is not but:
                    yield from _free(fact.known)
                    yield from _free(fact.value)

    def _one(self, name: str) -> z3.BoolRef:
        """The cases in which a fact is one unit, of this thing and of whatever other has it."""
        fact, _ = self.numbers[name]
        unit = 10**fact.scale
        others = conj(disj((neg(other.known), other.value == 10**other.scale)) for other, _ in self._others)
        return self.search.flag(conj((fact.known, fact.value == unit, others)))

    def _most(self, sign: int, held: list[z3.BoolRef]) -> Decimal:
        """The largest change there is, found by ever larger steps and then by halving."""
        change, best, step = self.change * sign, 0, 1
        top: int | None = None
        while top is None or best < top:
            least = best + step if top is None else (best + top + 1) // 2
            model = self.search.exists(self.known, self.search.flag(change >= least), *held)
            if model is not None:
                best, step = model.eval(change, model_completion=True).as_long(), step * 4
            else:
                top = least - 1
        return EXACT.scaleb(Decimal(best * sign), -self.scale)


def _free(term: Any) -> Iterator[z3.ExprRef]:
    """The variables of a value."""
    match term:
        case z3.ExprRef():
            yield term
        case Items():
            for slot in term.slots:
                yield from _free(slot.there)
                yield from _free(slot.value.value)
        case dict():
            for part in term.values():
                yield from _free(part.known)
                yield from _free(part.value)
        case _:
            pass


def _numbers(world: Both, thing: Thing) -> Iterator[tuple[str, Sym, types.Number]]:
    for path, fact in thing.facts.items():
        kind = world.kind(thing, path)
        if isinstance(kind, types.Number) and isinstance(fact.value, z3.ArithRef):
            yield ".".join(path), fact, kind
