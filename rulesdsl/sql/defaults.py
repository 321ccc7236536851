"""Default logic under doubt, as SQL: the interpreter's ``side_by_side``, ``overridden`` and the rest, in columns.

A ``State`` is what some rules come to. ``surely`` is whether one surely applies, ``live`` whether one applies or may;
``value`` is NULL for ukjent and conflict, ``conflict`` tells the two apart, ``by`` is the number of the rule that
decides, and ``waits`` the list of facts that would settle the rest, NULL where none can be. Every combination is kept
as columns of its own, so that what rests on it says no more than their names.
"""

from collections.abc import Callable, Sequence

from attrs import define
from sqlglot import exp

from rulesdsl.core.ir import Policy
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    TRUE,
    both,
    case,
    closed,
    coalesce,
    either,
    greatest,
    is_known,
    is_null,
    least,
    opposite,
    paren,
    surely,
    whole,
)
from rulesdsl.sql.names import gathered, joined


@define
class State:
    surely: exp.Expr
    live: exp.Expr
    value: exp.Expr
    conflict: exp.Expr
    by: exp.Expr
    waits: exp.Expr

    @property
    def known(self) -> exp.Expr:
        return both(opposite(self.conflict), is_known(self.value))


EMPTY = State(FALSE, FALSE, NULL, FALSE, NULL, NULL)

Add = Callable[[str, exp.Expr], exp.Expr]
"""Makes a column of an expression, under a name."""


@define
class Keep:
    """Makes columns of a state's pieces, under a name that tells whose it is."""

    add: Add
    name: str

    def __call__(self, state: State) -> State:
        return State(
            self.piece("gjelder", state.surely), self.piece("kan gjelde", state.live), self.piece("gir", state.value),
            self.piece("i konflikt", state.conflict), self.piece("etter", state.by), self.piece("venter", state.waits),
        )

    def piece(self, name: str, value: exp.Expr) -> exp.Expr:
        """A column of something that is said more than once."""
        return self.add(f"{self.name} {name}", value)


def side_by_side(states: Sequence[State], keep: Keep, alone: bool = False) -> State:
    """Rules that may all apply: equal values agree, different values are a conflict. ``alone``: two that surely apply
    are a conflict even when they agree."""
    states = [state for state in states if state.live != FALSE]
    if len(states) < 2:
        return states[0] if states else EMPTY
    certain = either(*(state.surely for state in states))
    live = either(*(state.live for state in states))
    same = _fixed(states)
    if same is not None and not alone:
        settled = certain
        by = case((certain, _first([(state.surely, state.by) for state in states])),
                  otherwise=_first([(state.live, state.by) for state in states]))
        waits = gathered([(both(state.live, opposite(closed(settled))), state.waits) for state in states])
        return keep(State(certain, live, case((live, same)), FALSE, by, waits))
    return keep(_mixed(states, certain, live, alone, keep))


def _fixed(states: Sequence[State]) -> exp.Expr | None:
    """The value that all states have wherever they apply, where their form tells."""
    values = []
    for state in states:
        value = state.value
        if isinstance(value, exp.Case) and len(value.args["ifs"]) == 1 and value.args.get("default") is None:
            value = value.args["ifs"][0].args["true"]
        values.append(value)
    fixed = exp.Boolean | exp.Literal | exp.Cast
    first = values[0]
    plain = isinstance(first, fixed) and not list(first.find_all(exp.Column))
    return first if plain and all(value == first for value in values) and all(
        state.conflict == FALSE for state in states) else None


def _mixed(states: Sequence[State], certain: exp.Expr, live: exp.Expr, alone: bool, keep: Keep) -> State:
    sure = [(both(state.surely, state.known), state) for state in states]
    low = keep.piece("minst", least(case((test, state.value)) for test, state in sure))
    high = greatest(case((test, state.value)) for test, state in sure)
    clash = either(*(both(state.surely, state.conflict) for state in states))
    if low != high:
        clash = either(clash, surely(paren(exp.NEQ(this=low, expression=high))))
    several = _more_than_one([state.surely for state in states]) if alone else FALSE
    conflict = keep.piece("i konflikt", either(clash, several))
    bad = either(*(both(state.live, opposite(closed(state.known))) for state in states))
    low_live = least(case((state.live, state.value)) for state in states)
    high_live = greatest(case((state.live, state.value)) for state in states)
    alike = both(opposite(closed(bad)), surely(paren(exp.EQ(this=low_live, expression=high_live))))
    if alone:
        alike = both(alike, opposite(closed(_more_than_one([state.live for state in states]))))
    agreed = both(opposite(closed(conflict)), alike)
    by = case(
        (certain, least(case((test, state.by)) for test, state in sure)),
        otherwise=least(case((both(state.live, state.known), state.by)) for state in states),
    )
    waits = []
    for state in states:
        other = TRUE if alone else either(is_null(low), opposite(closed(state.known)), _differs(state.value, low))
        waits.append((both(state.live, opposite(closed(conflict)), other), state.waits))
    return State(certain, live, case((agreed, coalesce(low_live))), conflict, by, gathered(waits))


def overridden(over: State, base: State, keep: Keep) -> State:
    """``base`` where no exception applies; the exceptions where they do; and what is the same either way."""
    if over.live == FALSE:
        return base
    if over.surely == TRUE:
        return over
    doubt = both(over.live, opposite(closed(over.surely)))
    equal = both(over.known, base.known, opposite(closed(_differs(over.value, base.value))))
    out = opposite(closed(over.live))
    alone = opposite(closed(base.live))
    kept = both(doubt, base.live, equal, base.surely)
    value = case((over.surely, over.value), (out, base.value), (alone, over.value), (equal, base.value))
    conflict = case((over.surely, over.conflict), (out, base.conflict), (alone, over.conflict), otherwise=FALSE)
    if over.conflict == FALSE and base.conflict == FALSE:
        conflict = FALSE
    by = case((over.surely, over.by), (out, base.by), (alone, over.by), (base.surely, base.by), otherwise=over.by)
    waits = gathered([
        (both(over.live, opposite(closed(kept))), over.waits),
        (either(out, both(doubt, base.live, opposite(closed(kept)))), base.waits),
    ])
    return keep(State(either(over.surely, base.surely), either(over.live, base.live), value, conflict, by, waits))


def first_that_holds(states: Sequence[State], keep: Keep) -> State:
    """``treff første``: each row goes before all that follow it.

    Said of all rows at once, as one row upon another would be as deep as they are many. The row that counts is the
    first that surely holds, and where none does, the first that may. A row before it, or after it where none is sure,
    can change the answer where it may hold and is unlike it; then all that may hold up to there are waited for. No
    clause is an exception to a row, so none is a conflict.
    """
    states = [state for state in states if state.live != FALSE]
    last = next((at for at, state in enumerate(states) if state.surely == TRUE), len(states))
    states = states[:last + 1]
    if len(states) < 2:
        return states[0] if states else EMPTY
    numbered = [(whole(number), state) for number, state in enumerate(states, start=1)]
    counts = [(state.surely, number, state) for number, state in numbered]
    counts += [(state.live, number, state) for number, state in numbered if state.surely != state.live]
    certain = keep.piece("gjelder", either(*(state.surely for state in states)))
    at = keep.piece("rad", case(*((test, number) for test, number, _ in counts)))
    value = keep.piece("første", case(*((test, state.value) for test, _, state in counts)))
    unlike = keep.piece("ulik", greatest(
        case((both(state.live, _unlike(state, value), either(opposite(closed(certain)), _before(number, at))), number))
        for number, state in numbered))
    until = keep.piece("til rad", case((certain, coalesce(unlike, whole(0))), otherwise=whole(len(states))))
    waits = gathered([
        (both(state.live, either(paren(exp.LTE(this=number, expression=until)),
                                 paren(exp.EQ(this=number, expression=at)))), state.waits)
        for number, state in numbered])
    return keep(State(
        certain, either(*(state.live for state in states)), case((is_null(unlike), value)), FALSE,
        case(*((test, state.by) for test, _, state in counts)), waits))


def _unlike(state: State, value: exp.Expr) -> exp.Expr:
    return either(opposite(closed(state.known)), is_null(value), _differs(state.value, value))


def _before(number: exp.Expr, at: exp.Expr) -> exp.Expr:
    return paren(exp.LT(this=number, expression=at))


def collected(states: Sequence[State], empty: exp.Expr, keep: Keep) -> State:
    """``treff alle``: the list of the values of all rows that hold."""
    clash = either(*(both(state.surely, state.conflict) for state in states))
    unsure = either(*(either(both(state.live, opposite(closed(state.surely))), both(state.live, is_null(state.value)))
                      for state in states))
    held = [case((state.surely, exp.Array(expressions=[state.value])), otherwise=empty) for state in states]
    by = _first([(state.surely, state.by) for state in states])
    waits = gathered([(opposite(closed(clash)), state.waits) for state in states])
    value = case((either(clash, unsure), NULL), otherwise=joined([empty, *held]))
    return keep(State(TRUE, TRUE, value, clash, by, waits))


def together(policy: Policy, states: Sequence[State], empty: exp.Expr, keep: Keep) -> State:
    """What the rules of one clause come to under its policy, before exceptions to the clause."""
    match policy:
        case "sammen":
            return side_by_side(states, keep)
        case "én":
            return side_by_side(states, keep, alone=True)
        case "første":
            return first_that_holds(states, keep)
        case "alle":
            return collected(states, empty, keep)


def _differs(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    if one == other:
        return FALSE
    return surely(paren(exp.NEQ(this=closed(one), expression=closed(other))))


def _first(whens: Sequence[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """The smallest number among those that hold: the first in the order of clauses."""
    return least(case((test, number)) for test, number in whens)


def _more_than_one(tests: Sequence[exp.Expr]) -> exp.Expr:
    ones = [case((test, exp.Literal.number(1)), otherwise=exp.Literal.number(0)) for test in tests]
    total: exp.Expr = paren(ones[0])
    for one in ones[1:]:
        total = exp.Add(this=total, expression=paren(one))
    return paren(exp.GT(this=total, expression=exp.Literal.number(1)))
