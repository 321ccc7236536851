"""How much an amount can change by between two editions: the most either way, exactly, or what it grows with."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

import z3

from rulesdsl.core import types
from rulesdsl.core.ops import EXACT
from rulesdsl.prove.cases import Thing
from rulesdsl.prove.difference import Extreme
from rulesdsl.prove.difference_search import OutOfTime, Search
from rulesdsl.prove.difference_world import Both
from rulesdsl.prove.sym import Sym
from rulesdsl.prove.terms import Logic, conj, disj, neg

Limit = Callable[[types.Number], int]
"""How large a number of a case may be, by its type."""

FAR = 10**9
"""In units of the result: what can change by more grows with a number of the case."""


def _plain(kind: types.Number) -> int:
    """So small that no change is far for it."""
    return min(100, kind.bound)


def _half(kind: types.Number) -> int:
    """Half of what the type holds: a change that is reached there, and never passed, has nothing to do with how large
    a number may be."""
    return kind.bound // 2


class Effects:
    """The changes of an amount, over the cases in which it is known in both editions. ``change`` is in its smallest
    step, of which there are ``10**scale`` in a unit."""

    def __init__(
        self, search: Search, world: Both, thing: Thing, known: Logic, change: z3.ArithRef, scale: int
    ) -> None:
        self.search, self.change, self.scale = search, change, scale
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
        beyond, limit = self.search.flag(self.change * sign > FAR * 10**self.scale), _plain
        if self.search.exists(self.known, beyond) is None:
            limit = _half
            most = self._most(sign, [self._small(self.numbers, limit)])
            beyond = self.search.flag(self.change * sign > int(most.scaleb(self.scale) * sign))
            if self.search.exists(self.known, beyond) is None:
                return Extreme(most)
        grows = tuple(self._grows(beyond, limit))
        return Extreme(None, grows, self._most(sign, [self._one(name) for name in grows]))

    def _grows(self, beyond: z3.BoolRef, limit: Limit) -> Iterator[str]:
        """The facts that alone bring it so far; all numbers, where none does alone."""
        found = [name for name in self.numbers
                 if self.search.exists(self.known, beyond, self._small((other for other in self.numbers
                                                                        if other != name), limit)) is not None]
        yield from found or self.numbers

    def _small(self, names: Iterable[str], limit: Limit) -> z3.BoolRef:
        """The cases in which some numbers of the thing, and all of other things, are within a limit."""
        facts = [*(self.numbers[name] for name in names), *self._others]
        return self.search.flag(conj(disj((neg(fact.known), conj((
            fact.value >= -limit(kind) * 10**fact.scale, fact.value <= limit(kind) * 10**fact.scale))))
            for fact, kind in facts))

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


def _numbers(world: Both, thing: Thing) -> Iterator[tuple[str, Sym, types.Number]]:
    for path, fact in thing.facts.items():
        kind = world.kind(thing, path)
        if isinstance(kind, types.Number) and isinstance(fact.value, z3.ArithRef):
            yield ".".join(path), fact, kind
