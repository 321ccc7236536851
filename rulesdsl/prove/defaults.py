"""Default logic under doubt, as logic: what ``evaluate/defaults.py`` says of values, said of terms.

``live`` is that a rule may apply, ``sure`` that one does (so that a state is empty where it is not live, and may be
empty where it is live and not sure). ``by`` is the number of the deciding rule and ``rank`` where its clause stands in
the order of clauses.
"""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from rulesdsl.core.ir import Policy
from rulesdsl.prove.sym import UNKNOWN, Items, Slot, Sym, either, equal
from rulesdsl.prove.terms import Logic, Whole, conj, disj, neg, pick

NOBODY = -1


@frozen(eq=False)
class State:
    """What some rules come to together. Where it is not live the rest says nothing."""

    sure: Logic
    live: Logic
    conflict: Logic = False
    value: Sym = UNKNOWN
    by: Whole = NOBODY
    rank: Whole = NOBODY

    @property
    def doubtful(self) -> Logic:
        return conj((self.live, neg(self.sure)))

    @property
    def known(self) -> Logic:
        return conj((neg(self.conflict), self.value.known))


EMPTY = State(False, False)


def chosen(test: Logic, then: State, otherwise: State) -> State:
    """One of two states."""
    if isinstance(test, bool):
        return then if test else otherwise
    return State(
        pick(test, then.sure, otherwise.sure), pick(test, then.live, otherwise.live),
        pick(test, then.conflict, otherwise.conflict), either(test, then.value, otherwise.value),
        pick(test, then.by, otherwise.by), pick(test, then.rank, otherwise.rank),
    )


def _same(left: State, right: State) -> Logic:
    return conj((left.known, right.known, equal(left.value, right.value)))


def side_by_side(states: Sequence[State], alone: bool = False) -> State:
    """Rules that may all apply: equal values agree, different values are a conflict. ``alone``: one at most."""
    states = [state for state in states if state.live is not False]
    if len(states) < 2:
        return states[0] if states else EMPTY
    live, sure = disj(state.live for state in states), disj(state.sure for state in states)
    one, many = _count([state.live for state in states])
    broken = [disj(conj((state.sure, state.conflict)) for state in states), _differ(states)]
    if alone:
        broken.append(_count([state.sure for state in states])[1])
    single = disj(conj((state.live, state.conflict)) for state in states)
    conflict = disj((conj((many, disj(broken))), conj((one, single))))
    named = _named(states, sure)
    agree = conj(disj((neg(state.live), _same(named, state))) for state in states)
    if alone:
        agree = conj((agree, neg(many)))
    value = Sym(conj((agree, named.value.known)), named.value.value, named.value.scale)
    return State(sure, live, conflict, value, named.by, named.rank)


def _count(items: Sequence[Logic]) -> tuple[Logic, Logic]:
    """Whether exactly one holds, and whether two or more do."""
    any_: Logic = items[0]
    many: Logic = False
    for item in items[1:]:
        many = disj((many, conj((any_, item))))
        any_ = disj((any_, item))
    return conj((any_, neg(many))), many


def _differ(states: Sequence[State]) -> Logic:
    """Whether two that surely apply have different known values."""
    found: list[Logic] = []
    first: State = EMPTY
    seen: Logic = False
    for state in states:
        counts = conj((state.sure, state.known))
        if seen is not False and counts is not False:
            found.append(conj((seen, counts, neg(equal(first.value, state.value)))))
        first = chosen(seen, first, state) if seen is not False else state
        seen = disj((seen, counts))
    return disj(found)


def _named(states: Sequence[State], any_sure: Logic) -> State:
    """The state that names the clause: the first in the order of clauses among the known ones that surely apply, or
    that may where none surely does."""
    found: State = states[0]
    seen: Logic = False
    for state in states:
        counts = conj((state.live, state.known, disj((state.sure, neg(any_sure)))))
        before: Logic = True if seen is False else disj((neg(seen), _before(state.rank, found.rank)))
        found = chosen(conj((counts, before)), state, found)
        seen = disj((seen, counts))
    return found


def _before(left: Any, right: Any) -> Logic:
    return left < right


def overridden(exceptions: State, base: State) -> State:
    """``base`` where no exception applies; the exceptions where they do; and what is the same either way."""
    if exceptions.live is False:
        return base
    alike = _same(exceptions, base)
    agreed = chosen(base.sure, base, exceptions)
    doubt = State(
        base.sure, True, False, Sym(alike, base.value.value, base.value.scale), agreed.by, agreed.rank,
    )
    maybe = chosen(base.live, doubt, exceptions)
    return chosen(exceptions.sure, exceptions, chosen(exceptions.live, maybe, base))


def first_that_holds(states: Sequence[State]) -> State:
    """``treff første``: each row goes before all that follow it."""
    outcome = EMPTY
    for state in reversed(states):
        outcome = overridden(state, outcome)
    return outcome


def collected(states: Sequence[State]) -> State:
    """``treff alle``: the list of the values of all rows that hold."""
    conflict = disj(conj((state.sure, state.conflict)) for state in states)
    known = conj(disj((neg(state.live), conj((state.sure, state.known)))) for state in states)
    slots = tuple(Slot(state.sure, Sym(True, state.value.value, state.value.scale)) for state in states)
    by: Whole = NOBODY
    rank: Whole = NOBODY
    for state in reversed(states):
        by, rank = pick(state.sure, state.by, by), pick(state.sure, state.rank, rank)
    return State(True, True, conflict, Sym(known, Items(slots)), by, rank)


def together(policy: Policy, states: Sequence[State]) -> State:
    """What the rules of one clause come to under its policy, before exceptions to the clause."""
    match policy:
        case "sammen":
            return side_by_side(states)
        case "én":
            return side_by_side(states, alone=True)
        case "første":
            return first_that_holds(states)
        case "alle":
            return collected(states)
