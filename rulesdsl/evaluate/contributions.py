"""What each clause gave or took of an amount, for one case: the ladder of ``core.contributions``, climbed."""

from decimal import Decimal

from rulesdsl.core.contributions import Ladder, ladders_of
from rulesdsl.core.ops import EXACT
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.interpreter import outcome
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.source import frozen


@frozen
class Contribution:
    """A clause, and what it gave of an amount, in kroner; what it took is less than 0."""

    clause: str
    amount: Decimal


def contributions(found: Outcome, run: Run, thing: Thing) -> tuple[Contribution, ...]:
    """What each clause gave or took of a known result in kroner, in the order of the ladder: first the clause that
    gives it without exceptions. They come to the value, and none of them is 0. Of other results, nothing."""
    ladder = ladders_of(run.edition).ladders.get(found.result.name)
    if ladder is None or found.status != "known":
        return ()
    amounts: dict[str, Decimal] = {}
    before: Decimal | None = None
    for rung, decided in _rungs(ladder, found, run, thing):
        if rung.status == "known" and rung.rule is not None:
            by = rung.rule if before is None or decided is None or decided.rule is None else decided.rule
            moved = rung.value if before is None else EXACT.subtract(rung.value, before)
            amounts[by.clause] = EXACT.add(amounts.get(by.clause, Decimal(0)), moved)
            before = rung.value
    return tuple(Contribution(clause, amount) for clause, amount in amounts.items() if amount)


def _rungs(ladder: Ladder, found: Outcome, run: Run, thing: Thing) -> list[tuple[Outcome, Outcome | None]]:
    """The amount at each rung, and what was let in to reach it. Where no exception decides, all rungs are the last."""
    if all(_by_itself(run.outcomes[thing, name]) for name in ladder.excepted):
        return [(found, None)]
    for result in ladders_of(run.edition).results.values():
        if result.entity == thing.entity and (thing, result.name) not in run.outcomes:
            run.outcomes[thing, result.name] = outcome(result, run.frames[thing])
    rungs = [*(run.outcomes[thing, step.amount] for step in ladder.steps), found]
    return list(zip(rungs, [None, *(run.outcomes[thing, step.decided] for step in ladder.steps)], strict=True))


def _by_itself(found: Outcome) -> bool:
    """Whether a result is decided by a rule that is an exception to nothing."""
    return any(found.rule is rule for group in found.result.groups for rule in group.rules)
