"""Default logic (Catala's) under doubt: how rules stand together, and how exceptions replace them.

A ``State`` says whether no rule applies (``empty``: no, maybe, yes) and what the value is if one does. All
combinations take all their parts at once, so that the order of rules never matters; where several rules say the
same, the first in the order of clauses is named.
"""

from collections.abc import Sequence

from rulesdsl.core.ir import Policy
from rulesdsl.core.values import natural_key
from rulesdsl.evaluate.kleene import NOTHING, Unknown, unknown_of
from rulesdsl.evaluate.trace import CONFLICT, Emptiness, State

EMPTY = State("yes")


def _is_known(state: State) -> bool:
    return state.value is not CONFLICT and not isinstance(state.value, Unknown)


def _same(left: State, right: State) -> bool:
    return _is_known(left) and _is_known(right) and bool(left.value == right.value)


def _differ(known: Sequence[State]) -> bool:
    return any(state.value != known[0].value for state in known)


def _rank(state: State) -> tuple[tuple[int, str], ...]:
    """The clause that a state names, in the order people count clauses: 4.3.6 before 4.3.10."""
    return natural_key(state.by.clause if state.by else "")


def side_by_side(states: Sequence[State], alone: bool = False) -> State:
    """Rules that may all apply: equal values agree, different values are a conflict.

    ``alone``: exactly one may apply (``treff én``); two that apply are a conflict even when they agree.
    """
    live = [state for state in states if state.empty != "yes"]
    if len(live) < 2:
        return live[0] if live else EMPTY
    certain = [state for state in live if state.empty == "no"]
    if any(state.value is CONFLICT for state in certain):
        return State("no", CONFLICT)
    if (alone and len(certain) > 1) or _differ([state for state in certain if _is_known(state)]):
        return State("no", CONFLICT)
    empty: Emptiness = "no" if certain else "maybe"
    named = sorted([state for state in certain or live if _is_known(state)], key=_rank)
    first = named[0] if named else live[0]
    settled = first if certain and named else None
    # Beside a rule that surely holds, one that may hold and says the same cannot change a thing.
    open_ = live if alone or settled is None else [state for state in live if not _same(settled, state)]
    waits = unknown_of(state.waits for state in open_)
    if not alone and all(_same(first, state) for state in live):
        return State(empty, first.value, first.by, waits)
    return State(empty, waits, None, waits)


def overridden(exceptions: State, base: State) -> State:
    """``base`` where no exception applies; the exceptions where they do; and what is the same either way."""
    match exceptions.empty:
        case "yes":
            return base
        case "no":
            return exceptions
        case "maybe":
            waits = unknown_of((exceptions.waits, base.waits))
            if base.empty == "yes":
                return exceptions
            if _same(exceptions, base):
                by = base.by if base.empty == "no" else exceptions.by
                return State(base.empty, base.value, by, NOTHING if base.empty == "no" else waits)
            return State(base.empty, waits, None, waits)


def first_that_holds(states: Sequence[State]) -> State:
    """``treff første``: each row goes before all that follow it."""
    outcome = EMPTY
    for state in reversed(states):
        outcome = overridden(state, outcome)
    return outcome


def collected(states: Sequence[State]) -> State:
    """``treff alle``: the list of the values of all rows that hold."""
    if any(state.empty == "no" and state.value is CONFLICT for state in states):
        return State("no", CONFLICT)
    waits = unknown_of(state.waits for state in states)
    if any(state.empty == "maybe" or isinstance(state.value, Unknown) for state in states):
        return State("no", waits, None, waits)
    held = [state for state in states if state.empty == "no"]
    return State("no", tuple(state.value for state in held), held[0].by if held else None)


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
