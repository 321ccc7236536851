"""A value as logic: whether it is known, and what it is then. Where it is not known the value says nothing."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import define, frozen

from rulesdsl.prove.terms import Logic, Whole, conj, disj, neg, pick, same, times


class NotProvable(Exception):
    """A rule that logic has no form for here: the reason, in words for the author."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@frozen(eq=False)
class Slot:
    """A place in a list: whether there is an element there, and which."""

    there: Logic
    value: "Sym"


@frozen(eq=False)
class Items:
    """A list. ``counted`` is whether each element has a slot of its own; else a slot stands for all equal ones."""

    slots: tuple[Slot, ...]
    counted: bool = True


@define(eq=False)
class Sym:
    """A value that may be ukjent. ``value`` is a term of its sort, ``Items`` for a list, a dict of values by name for
    an element of a list of records, and nothing for a record. ``scale`` is how many of a number's digits stand after
    the comma."""

    known: Logic
    value: Any = None
    scale: int = 0


UNKNOWN = Sym(False, False)
YES, NO = Sym(True, True), Sym(True, False)


def logic(known: Logic, value: Logic) -> Sym:
    """A ja/nei."""
    return Sym(known, value)


def is_yes(item: Sym) -> Logic:
    return conj((item.known, item.value))


def is_no(item: Sym) -> Logic:
    return conj((item.known, neg(item.value)))


def conjunction(items: Iterable[Sym]) -> Sym:
    """``og``: nei if one is nei, else ukjent if one is ukjent, else ja."""
    found = [item for item in items if item is not YES]
    no = disj(is_no(item) for item in found)
    return logic(disj((no, conj(item.known for item in found))), neg(no))


def disjunction(items: Iterable[Sym]) -> Sym:
    """``eller``: ja if one is ja, else ukjent if one is ukjent, else nei."""
    found = [item for item in items if item is not NO]
    yes = disj(is_yes(item) for item in found)
    return logic(disj((yes, conj(item.known for item in found))), yes)


def negation(item: Sym) -> Sym:
    """``ikke``: ukjent stays ukjent."""
    return logic(item.known, neg(item.value))


def strict(meaning: Callable[..., Any], *items: Sym, scale: int = 0) -> Sym:
    """An operator: ukjent if an argument is."""
    if any(item.known is False for item in items):
        return UNKNOWN
    return Sym(conj(item.known for item in items), meaning(*(item.value for item in items)), scale)


def rescaled(item: Sym, scale: int) -> Whole:
    """The number with at least as many digits after the comma as it has."""
    by = 10 ** (scale - item.scale)
    return item.value if by == 1 else times(item.value, by)


def level(items: Sequence[Sym]) -> tuple[list[Any], int]:
    """Numbers with equally many digits after the comma, as the one that has most of them."""
    scale = max(item.scale for item in items)
    return [rescaled(item, scale) if scale else item.value for item in items], scale


def over_numbers(meaning: Callable[[list[Any]], Any], items: Sequence[Sym]) -> Sym:
    """An operator on any number of numbers: ukjent if one is."""
    if any(item.known is False for item in items):
        return UNKNOWN
    values, scale = level(items)
    return Sym(conj(item.known for item in items), meaning(values), scale)


def equal(left: Sym, right: Sym) -> Logic:
    """Whether two values are the same, where both are known."""
    if left.known is False or right.known is False:
        return False
    if isinstance(left.value, Items) or isinstance(right.value, Items):
        return _equal_lists(left.value, right.value)
    (one, other), _ = level((left, right))
    return same(one, other)


def _equal_lists(left: Any, right: Any) -> Logic:
    if left is right:
        return True
    if not isinstance(left, Items) or not isinstance(right, Items) or len(left.slots) != len(right.slots):
        raise NotProvable("to lister holdes mot hverandre")
    alike = [equal(one.value, other.value) for one, other in zip(left.slots, right.slots, strict=True)]
    if not all(each is True for each in alike):
        raise NotProvable("to lister holdes mot hverandre")
    return conj(same(one.there, other.there) for one, other in zip(left.slots, right.slots, strict=True))


def either(test: Logic, then: Sym, otherwise: Sym) -> Sym:
    """One of two values, by what is known."""
    if isinstance(test, bool):
        return then if test else otherwise
    if then is otherwise:
        return then
    known = pick(test, then.known, otherwise.known)
    if isinstance(then.value, Items) or isinstance(otherwise.value, Items):
        return Sym(known, _either_list(test, then, otherwise))
    if then.known is False:
        return Sym(known, otherwise.value, otherwise.scale)
    if otherwise.known is False:
        return Sym(known, then.value, then.scale)
    (one, other), scale = level((then, otherwise))
    return Sym(known, pick(test, one, other), scale)


def _either_list(test: Logic, then: Sym, otherwise: Sym) -> Items:
    found: list[Slot] = []
    counted = True
    for holds, side in ((test, then), (neg(test), otherwise)):
        if isinstance(side.value, Items):
            found += [Slot(conj((holds, slot.there)), slot.value) for slot in side.value.slots]
            counted = counted and side.value.counted
    return Items(tuple(found), counted)
