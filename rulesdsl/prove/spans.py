"""Values in a row of which the same holds: how far a case shows it, and how much a step changes among them."""

from typing import Any

from rulesdsl.prove.pairs import Pairs, Span, Unsettled
from rulesdsl.prove.terms import Logic, conj, neg


def merged(spans: list[Span]) -> list[Span]:
    """The same values, in as few stretches as can be."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def without(spans: list[Span], taken: list[Span]) -> list[Span]:
    """What is left of some stretches when others are taken away."""
    left = spans
    for low, high in taken:
        parts = [((first, min(last, low - 1)), (max(first, high + 1), last)) for first, last in left]
        left = [each for pair in parts for each in dict.fromkeys(pair) if each[0] <= each[1]]
    return left


def spread(pairs: Pairs, model: Any, goal: Logic) -> Span:
    """The values about that of a case of which the goal holds too, when all its other facts stay, or the numbers and
    dates of its type move along. Each of them is proved; where it cannot be said, the case speaks for itself alone."""
    start = pairs.number(model, pairs.at)
    first = last = start
    for along in (False, True) if pairs.moves(model) else (False,):
        held = pairs.held(model, along)
        try:
            first = min(first, _reach(pairs, conj((held, goal)), conj((held, neg(goal))), start, -1))
            last = max(last, _reach(pairs, conj((held, goal)), conj((held, neg(goal))), start, 1))
        except Unsettled:
            continue
    return first, last


def _reach(pairs: Pairs, good: Logic, bad: Logic, start: int, sign: int) -> int:
    """The farthest value on one side for which, and for all between, there is such a case and the goal holds of it.

    That a case can stand holds of values in a row, for what is demanded of it are limits and nothing else is free. So
    where it stands at the end, and is bad nowhere between, it is good everywhere between.
    """
    limit = pairs.range[sign > 0]
    if start == limit or pairs.find(good, pairs.at == start + sign) is None:
        return start
    end, clear = limit, start + sign
    model = pairs.find(bad, _between(pairs, start, limit))
    if model is not None:
        worst = pairs.number(model, pairs.at)
        while abs(worst - clear) > 1:
            middle = (clear + worst) // 2
            model = pairs.find(bad, _between(pairs, clear, middle))
            if model is None:
                clear = middle
            else:
                worst = pairs.number(model, pairs.at)
        end = clear
    stands = start + sign
    if pairs.find(good, pairs.at == end) is not None:
        return end
    while abs(end - stands) > 1:
        middle = (stands + end) // 2
        if pairs.find(good, pairs.at == middle) is not None:
            stands = middle
        else:
            end = middle
    return stands


def _between(pairs: Pairs, one: int, other: int) -> Logic:
    return pairs.within((min(one, other), max(one, other)))


def largest(pairs: Pairs, sign: int, inside: Logic, amount: int, far: int) -> tuple[int, bool]:
    """How much a step changes the result at the most in some cases, and whether that is sure. ``amount`` is a change
    that there is. More than ``far`` is as good as without a limit, and is told as soon as it is seen."""
    def beyond(size: int) -> int | None:
        model = pairs.find(inside, pairs.more(sign, size))
        return None if model is None else abs(pairs.number(model, pairs.grown))

    try:
        if (found := beyond(far)) is not None:
            return found, True
        above = far
        while amount < above:
            middle = min((amount + above) // 2, 2 * amount)
            if middle > amount and (found := beyond(middle)) is not None:
                amount = found
                continue
            above = middle
            # Amounts often come to what some table has: then the largest is seen long before halving is done.
            if (found := beyond(amount)) is None:
                above = amount
            else:
                amount = found
    except Unsettled:
        return amount, False
    return amount, True
