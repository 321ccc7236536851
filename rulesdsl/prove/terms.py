"""Terms of the solver, folded as they are made: what is fixed stays a Python value, so that a rule that asks nothing
new makes no term.

A ja/nei is a ``bool`` or a term; numbers, dates and texts are an ``int`` or a term; codes are always terms.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import z3

Logic: TypeAlias = bool | z3.BoolRef
Whole: TypeAlias = int | z3.ArithRef

MOST_CHOICES = 24
"""How many fixed values a factor may be one of and still be multiplied out, so that a product stays linear."""


def conj(items: Iterable[Logic]) -> Logic:
    """``og`` of what is known."""
    return _joined(items, True, z3.And)


def disj(items: Iterable[Logic]) -> Logic:
    """``eller`` of what is known."""
    return _joined(items, False, z3.Or)


def _joined(items: Iterable[Logic], neutral: bool, join: Callable[[list[z3.BoolRef]], Logic]) -> Logic:
    """What some items come to together: ``neutral`` ones say nothing, and one of the other kind says it all."""
    found: list[z3.BoolRef] = []
    for item in items:
        if isinstance(item, bool):
            if item is not neutral:
                return item
        else:
            found.append(item)
    if not found:
        return neutral
    return found[0] if len(found) == 1 else join(found)


def neg(item: Logic) -> Logic:
    """``ikke`` of what is known."""
    if isinstance(item, bool):
        return not item
    return item.arg(0) if z3.is_not(item) else z3.Not(item)


def implies(left: Logic, right: Logic) -> Logic:
    return disj((neg(left), right))


def same(left: Any, right: Any) -> Logic:
    """Whether two terms are equal."""
    if isinstance(left, bool | int) and isinstance(right, bool | int):
        return left == right
    if isinstance(left, bool):
        return right if left else neg(right)
    if isinstance(right, bool):
        return left if right else neg(left)
    if isinstance(left, z3.ExprRef) and isinstance(right, z3.ExprRef):
        if left.eq(right):
            return True
        if _is_member(left) and _is_member(right):
            return False
    return left == right


def _is_member(term: z3.ExprRef) -> bool:
    """Whether a term is one fixed member of a finite sort."""
    return z3.is_app(term) and bool(term.decl().kind() == z3.Z3_OP_DT_CONSTRUCTOR)


def pick(test: Logic, then: Any, otherwise: Any) -> Any:
    """``hvis`` of what is known, for terms of any one sort."""
    if isinstance(test, bool):
        return then if test else otherwise
    if then is otherwise or same(then, otherwise) is True:
        return then
    if isinstance(then, bool) or isinstance(otherwise, bool):
        if isinstance(then, bool) and isinstance(otherwise, bool):
            return test if then else neg(test)
        if isinstance(then, bool):
            return disj((test, otherwise)) if then else conj((neg(test), otherwise))
        return disj((neg(test), then)) if otherwise else conj((test, then))
    return z3.If(test, then, otherwise)


def among(term: Whole, numbers: Iterable[int]) -> Logic:
    """Whether a number is one of some, by the stretches they lie in."""
    ordered = sorted(set(numbers))
    if isinstance(term, int):
        return term in ordered
    stretches: list[list[int]] = []
    for number in ordered:
        if stretches and stretches[-1][1] == number - 1:
            stretches[-1][1] = number
        else:
            stretches.append([number, number])
    return disj(term == low if low == high else z3.And(low <= term, term <= high) for low, high in stretches)


def total(items: Sequence[Whole]) -> Whole:
    fixed = sum(item for item in items if isinstance(item, int))
    terms = [item for item in items if not isinstance(item, int)]
    if not terms:
        return fixed
    return z3.Sum([*terms, fixed]) if fixed or len(terms) > 1 else terms[0]


def times(left: Whole, right: Whole) -> Whole:
    """A product. Where a factor is one of a few fixed numbers, it is one of a few multiples, which is linear."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    if isinstance(left, int):
        left, right = right, left
    if isinstance(right, int):
        return 0 if right == 0 else left if right == 1 else _scaled(left, right)
    for one, other in ((right, left), (left, right)):
        if _choices(one) <= MOST_CHOICES:
            return _multiplied(one, other)
    return left * right


def _scaled(term: Whole, by: int) -> Whole:
    if isinstance(term, int):
        return term * by
    return _multiplied(term, by) if _choices(term) <= MOST_CHOICES else term * by


def _multiplied(choice: Any, other: Whole) -> Whole:
    """The product, for a factor that is made of choices between numbers."""
    if z3.is_int_value(choice):
        return times(other, choice.as_long())
    test, then, otherwise = choice.children()
    return pick(test, _multiplied(then, other), _multiplied(otherwise, other))


def _choices(term: Any) -> int:
    """How many fixed numbers a term chooses between; more than the most where it is not made so."""
    if z3.is_int_value(term):
        return 1
    if z3.is_app_of(term, z3.Z3_OP_ITE):
        found = 0
        for below in (term.arg(1), term.arg(2)):
            found += _choices(below)
            if found > MOST_CHOICES:
                break
        return found
    return MOST_CHOICES + 1


def floor_of(term: Whole, divisor: int) -> Whole:
    """``term / divisor`` toward minus infinity; the divisor is a fixed number above zero."""
    return term // divisor if isinstance(term, int) else term / z3.IntVal(divisor)


def below(left: Any, right: Any) -> Logic:
    return left < right


def at_most(left: Any, right: Any) -> Logic:
    return left <= right
