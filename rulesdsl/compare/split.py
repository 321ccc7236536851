"""A difference split over the changes that cause it, by their Shapley value.

Every order is tried in which the changes could have been made one by one, with an answer after each; what a change
moves the answer by is averaged over all these orders. So no order is preferred, the parts come to the whole, and a
change that moves nothing gets nothing. Where some changes give an answer only together, they are one step, and share
one part. All is exact: ``Fraction``, and integers for the orders.

Changes are the bits of a number here: ``0b101`` is the first and the third.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import factorial
from typing import TypeVar

from rulesdsl.core.ops import EXACT

Value = Callable[[int], Decimal | None]
"""The answer with some changes made; None where there is none, as in a conflict. Without any and with all there is."""

Key = TypeVar("Key", bound=Hashable)


def shares(count: int, value: Value) -> dict[int, Fraction]:
    """What each change, or each set of changes that only together give an answer, moves the answer by on average over
    all orders. Sums to the whole difference; those that move nothing are left out."""
    values = {chosen: None if (found := value(chosen)) is None else Fraction(found) for chosen in range(1 << count)}
    if None in values.values():
        parts = _over_steps(count, {chosen: found for chosen, found in values.items() if found is not None})
    else:
        parts = _over_orders(count, values)  # type: ignore[arg-type]
    return {changes: part for changes, part in parts.items() if part}


def _over_orders(count: int, values: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """The plain Shapley value: all orders of single changes."""
    weights = [Fraction(factorial(size) * factorial(count - size - 1), factorial(count)) for size in range(count)]
    return {
        1 << each: sum((weights[chosen.bit_count()] * (values[chosen | 1 << each] - found)
                        for chosen, found in values.items() if not chosen >> each & 1), Fraction())
        for each in range(count)
    }


def _over_steps(count: int, values: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """The same over the orders of the smallest steps from an answer to an answer: how many orders lead through a step
    is how many lead to where it starts times how many lead on from where it ends."""
    steps = {chosen: _smallest_steps(chosen, count, values) for chosen in values}
    ways_to = dict.fromkeys(values, 0)
    ways_on = dict.fromkeys(values, 0)
    last = (1 << count) - 1
    ways_to[0] = ways_on[last] = 1
    ordered = sorted(values, key=lambda chosen: (chosen.bit_count(), chosen))
    for chosen in ordered:
        for step in steps[chosen]:
            ways_to[chosen | step] += ways_to[chosen]
    for chosen in reversed(ordered):
        ways_on[chosen] += sum(ways_on[chosen | step] for step in steps[chosen])
    found: dict[int, Fraction] = {}
    for chosen in ordered:
        for step in steps[chosen]:
            after = chosen | step
            moved = ways_to[chosen] * ways_on[after] * (values[after] - values[chosen])
            found[step] = found.get(step, Fraction()) + moved / ways_on[0]
    return found


def _smallest_steps(start: int, count: int, values: Mapping[int, Fraction]) -> list[int]:
    """The sets of changes that lead from one answer to another without passing a third."""
    found: list[int] = []
    open_ = {0}
    while open_:
        wider = {made | 1 << each for made in open_ for each in range(count) if not (start | made) >> each & 1}
        wider = {made for made in wider if not any(made & step == step for step in found)}
        reached = sorted(made for made in wider if start | made in values)
        found += reached
        open_ = wider.difference(reached)
    return found


def rounded_parts(
    parts: Mapping[Key, Fraction], total: Decimal, scale: int, order: Sequence[Key]
) -> dict[Key, Decimal]:
    """The parts with so many digits after the comma, such that they sum to ``total``. Each is cut off, and the units
    that are left go to the parts that lost most, those that come first in ``order`` before others that lost as much.

    The opposite parts are rounded to the opposite: it is done where the total, or else the first part, is positive.
    """
    first = next((parts[key] for key in order if parts.get(key)), Fraction())
    sign = 1 if (total or first) >= 0 else -1
    unit = Fraction(10) ** scale
    exact = {key: sign * parts[key] * unit for key in order if key in parts}
    whole = {key: part.numerator // part.denominator for key, part in exact.items()}
    left = int(sign * Fraction(total) * unit) - sum(whole.values())
    losers = sorted(exact, key=lambda key: whole[key] - exact[key])
    for key in losers[:left]:
        whole[key] += 1
    return {key: EXACT.scaleb(Decimal(sign * units), -scale) for key, units in whole.items() if units}
