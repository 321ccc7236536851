"""What each clause gave or took of an amount, as a list of (punkt, kroner).

It is the ladder of ``core.contributions``, climbed in one expression over the columns of its steps.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.contributions import Ladder
from rulesdsl.core.trees import all_groups
from rulesdsl.core.types import MAX_DIGITS, Number
from rulesdsl.source import frozen
from rulesdsl.sql.each import those
from rulesdsl.sql.logic import FALSE, NULL, both, case, cast, coalesce, either, is_known, is_null, paren, text, whole
from rulesdsl.sql.searches import struct

CONTRIBUTIONS = "bidrag"
"""The name of the column, after the result's."""

CLAUSE, AMOUNT = "punkt", "kroner"


@frozen
class Found:
    """A result as columns: its value, NULL where it is not known, and the number of the rule that decides, NULL or 0
    where none does. ``clauses`` has the clause of each number, and ``own`` those of rules that are exceptions to
    nothing."""

    value: exp.Expr
    by: exp.Expr
    clauses: Mapping[int, str]
    own: frozenset[int]

    @staticmethod
    def of(result: ir.Result, value: exp.Expr, by: exp.Expr, numbers: Mapping[tuple[str, str, int], int]) -> "Found":
        own = {id(rule) for group in result.groups for rule in group.rules}
        return Found(value, by, {number: clause for (clause, _, _), number in numbers.items()},
                     frozenset(number for (_, _, rule), number in numbers.items() if rule in own))

    @property
    def clause(self) -> exp.Expr:
        made = exp.Case(this=self.by)
        for number, clause in self.clauses.items():
            made = made.when(whole(number), text(clause), copy=False)
        return made

    @property
    def by_itself(self) -> exp.Expr:
        """Whether a rule decides that is an exception to nothing."""
        return exp.In(this=self.by, expressions=[whole(each) for each in sorted(self.own)])

    @property
    def by_exception(self) -> set[str]:
        """The clauses that may decide as exceptions."""
        return {clause for number, clause in self.clauses.items() if number not in self.own}


def contributions(
    amount: ir.Result, ladder: Ladder, found: Callable[[str], Found], keep: Callable[[str, exp.Expr], exp.Expr],
    asks: bool,
) -> exp.Expr:
    """The list of an amount, NULL where the amount is not known. ``keep`` makes a column of an expression.
    ``asks`` says whether some rule asks if a result is known: only then may a step that nothing decides move the
    amount."""
    assert isinstance(amount.type, Number)
    kind = f"DECIMAL({min(MAX_DIGITS, amount.type.digits + 1)}, {amount.type.scale})"
    last = found(amount.name)

    def entry(clause: exp.Expr, moved: exp.Expr) -> exp.Expr:
        return struct({CLAUSE: clause, AMOUNT: cast(moved, kind)})

    rungs = [*(found(step.amount) for step in ladder.steps), last]
    made = [(rungs[0].clause, coalesce(rungs[0].value, whole(0)))]
    base = {clause for rung in rungs for clause in rung.clauses.values()}
    could_be = [(base, base)]
    before = rungs[0].value
    for number, (rung, step) in enumerate(zip(rungs[1:], ladder.steps, strict=True), start=1):
        let_in = found(step.decided)
        undecided = either(is_null(let_in.by), exp.EQ(this=let_in.by, expression=whole(0)))
        first = is_null(before) if not asks else either(is_null(before), undecided)
        clause = case((paren(first), rung.clause), otherwise=let_in.clause)
        moved = exp.Sub(this=rung.value, expression=exp.Coalesce(this=before, expressions=[whole(0)]))
        made.append((keep(f"{amount.name} steg {number} punkt", clause),
                     keep(f"{amount.name} steg {number} kroner", case((is_known(rung.value), moved),
                                                                     otherwise=whole(0)))))
        could_be.append((let_in.by_exception | base, let_in.by_exception | (base if asks else set())))
        if rung is not last:
            before = keep(f"{amount.name} etter steg {number}", coalesce(rung.value, before))
    made = _joined(made, could_be)
    steps = those(exp.Array(expressions=[entry(*each) for each in made]), _moves)
    plain = both(*(found(name).by_itself for name in ladder.excepted),
                 exp.NEQ(this=last.value, expression=whole(0)))
    one = exp.Array(expressions=[entry(last.clause, last.value)])
    return case((is_null(last.value), NULL), (plain, one), otherwise=steps)


def _moves(item: exp.Expr) -> exp.Expr:
    """Whether an element of the list gives or takes something."""
    return exp.NEQ(this=exp.Dot.build([item, exp.to_identifier(AMOUNT)]), expression=whole(0))


def asks_if_known(results: Iterable[ir.Result]) -> bool:
    """Whether a rule of some results asks if a result is known."""
    nodes = (node for result in results for group in all_groups(result.groups) for rule in group.rules
             for each in (*rule.conditions, rule.value) for node in ir.walk(each))
    return any(isinstance(below, ir.ResultOf) for node in nodes if isinstance(node, ir.Known)
               for below in ir.walk(node.value))


def _joined(
    made: list[tuple[exp.Expr, exp.Expr]], could_be: list[tuple[set[str], set[str]]]
) -> list[tuple[exp.Expr, exp.Expr]]:
    """A clause that may stand twice has all it gave where it stands first. ``could_be`` has the clauses that each may
    have, and those that it may have once there are others before it."""
    clauses = [clause for clause, _ in made]
    amounts = [amount for _, amount in made]
    totals = list(amounts)
    again: list[exp.Expr] = [FALSE for _ in made]
    for one, other in combinations(range(len(made)), 2):
        if could_be[one][0] & could_be[other][1]:
            same = exp.EQ(this=clauses[one], expression=clauses[other])
            totals[one] = exp.Add(this=totals[one], expression=paren(case(
                (same, amounts[other]), otherwise=whole(0))))
            again[other] = either(again[other], paren(same))
    return [(clause, case((paren(twice) if twice != FALSE else FALSE, whole(0)), otherwise=total))
            for clause, total, twice in zip(clauses, totals, again, strict=True)]
