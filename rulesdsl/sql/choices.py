"""Which rule decides, where nothing is in doubt: the interpreter's defaults as one number a group.

Its main difference with ``defaults`` is that it gives up easily. ``by`` is the number of the rule that decides, 0 where
none applies, and NULL where it cannot be told at a glance, which is whenever a condition that was asked is ukjent, or
two rules may disagree. Who reads it must take NULL to a place that knows all of the meaning.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from attrs import field
from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.ir import Policy
from rulesdsl.source import frozen
from rulesdsl.sql.each import those
from rulesdsl.sql.logic import FALSE, NULL, both, case, either, greatest, is_known, is_null, least, paren, whole
from rulesdsl.sql.searches import parts_of

SETTLED = -1
"""The number of a table that collects, where no row of it holds: it has decided, and no rule has."""


@frozen
class Choice:
    """What some rules come to. ``values`` has what each number gives; ``rule`` and ``holds`` are those of a single rule
    with its condition."""

    by: exp.Expr
    values: Mapping[int, exp.Expr]
    rule: ir.Rule | None = None
    holds: exp.Expr = field(default=FALSE)

    @property
    def hit(self) -> exp.Expr:
        """Whether it applies; NULL or not true in doubt."""
        return self.holds if self.rule is not None else exp.NEQ(this=self.by, expression=whole(0))

    @property
    def open(self) -> exp.Expr:
        return is_null(self.holds if self.rule is not None else self.by)


NONE = Choice(whole(0), {})


def single(rule: ir.Rule, holds: exp.Expr, number: int, value: exp.Expr) -> Choice:
    """A rule by itself."""
    return Choice(_asked([(holds, is_null(holds), whole(number))]), {number: value}, rule, holds)


def side_by_side(choices: Sequence[Choice], alone: bool = False) -> Choice:
    """Rules that may all apply. Those of one value agree, and the first in the order of clauses is named; of others at
    most one may apply."""
    left = [each for each in choices if each.values]
    if len(left) < 2:
        return left[0] if left else NONE
    left.sort(key=lambda each: min(each.values))
    values = {number: value for each in left for number, value in each.values.items()}
    hits = [(each.hit, each.by if each.rule is None else whole(min(each.values))) for each in left]
    open_ = either(*(each.open for each in left))
    if _agree(values) and not alone:
        if all(max(one.values) < min(other.values) for one, other in pairwise(left)):
            return Choice(case(*hits, (open_, NULL), otherwise=whole(0)), values)
        first = least(case((hit, by)) for hit, by in hits)
        return Choice(case((either(*(paren(hit) for hit, _ in hits)), first), (open_, NULL), otherwise=whole(0)),
                      values)
    if _exclusive(left):
        return Choice(case(*hits, (open_, NULL), otherwise=whole(0)), values)
    low, high = (kind(case((hit, by)) for hit, by in hits) for kind in (least, greatest))
    several = exp.GT(this=_count([hit for hit, _ in hits]), expression=whole(1)) if alone else FALSE
    one = exp.EQ(this=low, expression=high)  # an exception to several clauses is one rule, wherever it stands
    return Choice(case((open_, NULL), (several, NULL), (one, low), (is_null(low), whole(0))), values)


def overridden(over: Choice, base: Choice) -> Choice:
    """``base`` where no exception applies, and the exception where one does."""
    if not over.values:
        return base
    if not base.values:
        return over
    values = {**base.values, **over.values}
    if over.rule is not None:
        return Choice(case((over.holds, whole(min(over.values))), (over.open, NULL), otherwise=base.by), values)
    return Choice(case((exp.EQ(this=over.by, expression=whole(0)), base.by), otherwise=over.by), values)


def first(choices: Sequence[Choice]) -> Choice:
    """The first row of a table that holds."""
    values = {number: value for each in choices for number, value in each.values.items()}
    return Choice(_asked([(each.hit, each.open, each.by if each.rule is None else whole(min(each.values)))
                          for each in choices]), values)


def collected(choices: Sequence[Choice], empty: exp.Expr) -> Choice:
    """``treff alle``: the list of the values of all rows that hold."""
    hits = [(each.hit, whole(min(each.values))) for each in choices]
    values = [next(iter(each.values.values())) for each in choices]
    open_ = either(*(each.open for each in choices),
                   *(both(paren(hit), is_null(value)) for (hit, _), value in zip(hits, values, strict=True)))
    by = case((open_, NULL), *hits, otherwise=whole(SETTLED))
    each = exp.Array(expressions=[case((hit, value)) for (hit, _), value in zip(hits, values, strict=True)])
    made = those(each, is_known)
    return Choice(by, {SETTLED: empty} | {number: made for choice in choices for number in choice.values})


def together(policy: Policy, choices: Sequence[Choice], empty: exp.Expr) -> Choice:
    """What the rules of one clause come to under its policy, before exceptions to the clause."""
    match policy:
        case "sammen":
            return side_by_side(choices)
        case "én":
            return side_by_side(choices, alone=True)
        case "første":
            return first(choices)
        case "alle":
            return collected(choices, empty)


def _asked(asked: Sequence[tuple[exp.Expr, exp.Expr, exp.Expr]]) -> exp.Expr:
    """The number of the first that holds, where none before it is in doubt."""
    whens: list[tuple[exp.Expr, exp.Expr]] = []
    for hit, open_, number in asked:
        whens += [(hit, number), (open_, NULL)]
    return case(*whens, otherwise=whole(0))


def _agree(values: Mapping[int, exp.Expr]) -> bool:
    """Whether all give one fixed value."""
    one, *others = values.values()
    return not list(one.find_all(exp.Column)) and all(other == one for other in others)


def _count(tests: Sequence[exp.Expr]) -> exp.Expr:
    made: exp.Expr = whole(0)
    for test in tests:
        made = exp.Add(this=made, expression=paren(case((test, whole(1)), otherwise=whole(0))))
    return paren(made)


# ── Rules that shut one another out ──────────────────────────────────────────────────────────────────────────


def _exclusive(choices: Sequence[Choice]) -> bool:
    """Whether the form of the rules tells that no two of them hold together."""
    rules = [each.rule for each in choices]
    told = [[part for condition in rule.conditions for part in parts_of(condition)]
            for rule in rules if rule is not None]
    return len(told) == len(choices) and all(
        any(_excludes(a, b) for a in one for b in other)
        for at, one in enumerate(told) for other in told[at + 1 :])


def _excludes(one: ir.Expr, other: ir.Expr) -> bool:
    match one, other:
        case (ir.OneOf(_, a, these), ir.OneOf(_, b, those)):
            return a == b and not set(these) & set(those)
        case (ir.Compare(_, "=", a, ir.Const(_, this)), ir.Compare(_, "≠", b, ir.Const(_, that))) | (
                ir.Compare(_, "≠", a, ir.Const(_, this)), ir.Compare(_, "=", b, ir.Const(_, that))):
            return a == b and this == that
        case (ir.Compare(_, "=", a, ir.Const(_, this)), ir.Compare(_, "=", b, ir.Const(_, that))):
            return a == b and this != that
        case (ir.OneOf(_, a, these), ir.Compare(_, "=", b, ir.Const(_, that))):
            return a == b and that not in these
        case (ir.Compare(_, "=", a, ir.Const(_, this)), ir.OneOf(_, b, those)):
            return a == b and this not in those
        case _:
            return one == ir.Not(other.type, other) or other == ir.Not(one.type, one)


def unsettled(by: exp.Expr, value: exp.Expr, may_be_null: bool) -> exp.Expr:
    """Whether it cannot be told what a result comes to."""
    if not may_be_null:
        return is_null(by)
    hole = both(exp.NEQ(this=by, expression=whole(0)), is_null(value))
    return either(is_null(by), paren(hole))

