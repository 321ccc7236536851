"""How much an amount can change by between two editions: the most either way, exactly, or what it grows with."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import z3
from attrs import frozen

from rulesdsl.core import types
from rulesdsl.core.ops import EXACT
from rulesdsl.prove.cases import Thing
from rulesdsl.prove.difference import Extreme
from rulesdsl.prove.difference_search import Search
from rulesdsl.prove.difference_world import Both
from rulesdsl.prove.sym import Items, Sym
from rulesdsl.prove.terms import Logic, Whole, conj, disj, neg

FAR = (10**7, 10**5, 10**3)
"""In units of the result: changes by more than this are sought first, for they are those of large numbers."""

SMALL = 500
"""A number is small that is less than such a part of half of what its type holds."""


@frozen(eq=False)
class Number:
    """A number of a case, and what says whether it is in it. ``half`` is half of the least and of the most that its
    type holds; either is None where the author says how far it can go: then nothing grows with it without limit."""

    there: Logic
    fact: Sym
    half: tuple[int | None, int | None]

    @property
    def far(self) -> Logic:
        """That it is so large, or so far below zero, as only the type limits it to."""
        low, high = self.half
        value = self.fact.value
        return conj((self.there, self.fact.known, disj((False if low is None else value <= low,
                                                        False if high is None else value >= high))))

    @property
    def small(self) -> Logic:
        """That it is nowhere near that. What is not in the case may as well be small."""
        low, high = self.half
        value = self.fact.value
        return conj((True if low is None else value >= low // SMALL, True if high is None else value <= high // SMALL))


class Effects:
    """The changes of an amount, over the cases in which it is known in both editions. ``change`` is in its smallest
    step, of which there are ``10**scale`` in a unit."""

    def __init__(
        self, search: Search, world: Both, thing: Thing, known: Logic, change: Whole, scale: int
    ) -> None:
        self.search, self.world, self.change, self.scale = search, world, change, scale
        self.known = search.held(known)
        self.numbers: dict[str, list[Number]] = {}
        for each in world.things():
            front = "" if each.entity == thing.entity else f"{each.entity.lower()}."
            for name, number in _numbers(world, each):
                self.numbers.setdefault(front + name, []).append(number)
        self._decided = {id(number.fact) for _, number in _numbers(world, thing)}

    def never(self) -> bool:
        """Whether there is no case that both editions know the amount of."""
        return self.search.exists(self.known) is None

    def extreme(self, sign: int) -> Extreme:
        """The most upward (``sign`` 1), or downward (-1)."""
        if isinstance(self.change, int):
            return Extreme(self._amount(max(self.change * sign, 0) * sign))
        for far in FAR:
            beyond = self.search.held(self.change * sign > far * 10**self.scale)
            if self.search.exists(self.known, beyond) is not None:
                grows = self._growing(sign, beyond)
                if grows:
                    return self._without_limit(sign, grows)
        most = self._most(sign, [])
        reached = self.search.held(self.change * sign >= most)
        near = self.search.held(conj(neg(each.far) for found in self.numbers.values() for each in found))
        if most and self.search.exists(self.known, reached, near) is None:
            grows = self._growing(sign, reached)
            if grows:
                return self._without_limit(sign, grows)
        return Extreme(self._amount(most * sign))

    def _amount(self, steps: int) -> Decimal:
        return EXACT.scaleb(Decimal(steps), -self.scale)

    def _without_limit(self, sign: int, grows: tuple[str, ...]) -> Extreme:
        """That it grows with some facts, and the most with one unit of each, where a case can have that."""
        one = [self._one(name) for name in grows]
        if self.search.exists(self.known, *one) is None:
            return Extreme(None, grows)
        return Extreme(None, grows, self._amount(self._most(sign, one) * sign))

    def _growing(self, sign: int, beyond: z3.BoolRef) -> tuple[str, ...]:
        """The numbers that such cases grow with: each by itself, or else those that do only together."""
        alone = tuple(name for name in self.numbers if self._grows(sign, beyond, [name]))
        if alone:
            return alone
        needed = [name for name in self.numbers if self.search.exists(self.known, beyond, self._small([name])) is None]
        return tuple(needed) if len(needed) > 1 and self._grows(sign, beyond, needed) else ()

    def _small(self, names: Iterable[str]) -> z3.BoolRef:
        """The cases in which some numbers are far from the largest that their types hold."""
        return self.search.held(conj(each.small for name in names for each in self.numbers[name]))

    def _grows(self, sign: int, beyond: z3.BoolRef, names: Sequence[str]) -> bool:
        """Whether a case that is changed so much, with some numbers near the largest that their types hold and all
        others small, is changed by less and less when those alone are made three quarters, and half, of what they
        were: then it is they that make it large, and no rule limits it. Past a threshold it would be the same, or fall
        once."""
        numbers = [each for name in names for each in self.numbers[name]]
        if not all(any(each.far is not False for each in self.numbers[name]) for name in names):
            return False
        large = [self.search.held(disj(each.far for each in self.numbers[name])) for name in names]
        others = self._small(name for name in self.numbers if name not in names)
        model = self.search.exists(self.known, beyond, others, *large)
        if model is None:
            return False
        moved = [each for each in numbers if self._holds(model, each.far)]
        pins = [each == model.eval(each, model_completion=True)
                for each in self._terms({id(each.fact) for each in moved})]
        found = [self._of(model)]
        for quarters in (3, 2):
            fewer = [each.fact.value == _part(model.eval(each.fact.value, model_completion=True).as_long(), quarters)
                     for each in moved]
            other = self.search.exists(self.known, self.search.held(conj((*pins, *fewer))))
            if other is None:
                return False
            found.append(self._of(other))
        first, second, third = (sign * each for each in found)
        return first > second > third

    def _holds(self, model: z3.ModelRef, term: Logic) -> bool:
        return term if isinstance(term, bool) else z3.is_true(model.eval(term, model_completion=True))

    def _of(self, model: z3.ModelRef) -> int:
        return int(model.eval(self.change, model_completion=True).as_long())

    def _terms(self, but: set[int]) -> Iterator[z3.ExprRef]:
        """Everything that makes a case what it is, but for the values of some facts."""
        for thing in self.world.things():
            yield from _free(thing.there, but)
            for fact in thing.facts.values():
                yield from _free(fact, but)

    def _one(self, name: str) -> z3.BoolRef:
        """The cases in which a fact is one unit, of this thing and of whatever other has it, and so is every number of
        other things."""
        held: list[Logic] = []
        for called, numbers in self.numbers.items():
            for each in numbers:
                one = each.fact.value == 10**each.fact.scale
                own = id(each.fact) in self._decided
                if called == name and own and each.there is True:
                    held.append(conj((each.fact.known, one)))
                elif called == name or not own:
                    held.append(disj((neg(each.fact.known), one)))
        return self.search.held(conj(held))

    def _most(self, sign: int, held: list[z3.BoolRef]) -> int:
        """The largest change there is, found by ever larger steps and then by halving."""
        change, best, step = self.change * sign, 0, 1
        top: int | None = None
        while top is None or best < top:
            least = best + step if top is None else (best + top + 1) // 2
            model = self.search.exists(self.known, self.search.held(change >= least), *held)
            if model is not None:
                best, step = sign * self._of(model), step * 4
            else:
                top = least - 1
        return best


def _part(number: int, quarters: int) -> int:
    """So many quarters of a number, toward zero."""
    return abs(number) * quarters // 4 * (1 if number > 0 else -1)


def _free(term: Any, but: set[int]) -> Iterator[z3.ExprRef]:
    """The variables of a value, but for those that are the values of some facts."""
    match term:
        case z3.ExprRef():
            yield term
        case Sym():
            yield from _free(term.known, but)
            if id(term) not in but:
                yield from _free(term.value, but)
        case Items():
            for slot in term.slots:
                yield from _free(slot.there, but)
                yield from _free(slot.value, but)
        case dict():
            for part in term.values():
                yield from _free(part, but)
        case _:
            pass


def _numbers(world: Both, thing: Thing) -> Iterator[tuple[str, Number]]:
    """The numbers of a thing by path, those of the elements of its lists too."""
    for path, fact in thing.facts.items():
        name, kind = ".".join(path), world.kind(thing, path)
        if kind is not None:
            yield from ((name + more, number) for more, number in _within(world, thing.there, fact, kind))


def _within(world: Both, there: Logic, fact: Sym, kind: types.Type) -> Iterator[tuple[str, Number]]:
    match kind:
        case types.Number() if isinstance(fact.value, z3.ArithRef):
            least, most = kind.steps
            yield "", Number(there, fact, (least // 2 if kind.low is None else None,
                                           most // 2 if kind.high is None else None))
        case types.ListOf(item) if isinstance(fact.value, Items):
            for slot in fact.value.slots:
                yield from _within(world, conj((there, fact.known, slot.there)), slot.value, item)
        case types.Record(record) if isinstance(fact.value, dict):
            decls = {each.name: each.type for each in world.edition.records[record].fields}
            for part, value in fact.value.items():
                if part in decls:
                    yield from ((f".{part}{more}", number)
                                for more, number in _within(world, there, value, decls[part]))
        case _:
            pass
