"""What each clause gave or took of an amount, for one case: the ladder of ``core.contributions``, climbed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from rulesdsl.core.contributions import Ladder, ladders_of
from rulesdsl.core.ops import EXACT, total
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.explanation import Contribution, Mark
from rulesdsl.evaluate.interpreter import outcome
from rulesdsl.evaluate.marks import marks_of, results_used
from rulesdsl.evaluate.reasons import clause_reasons
from rulesdsl.evaluate.trace import Frame, Outcome, Run
from rulesdsl.source import frozen

Marks = Callable[[str], Iterable[Mark]]
"""The marks of a result of the thing, by its name."""


def contributions(found: Outcome, run: Run, thing: Thing, marks: Marks | None = None) -> tuple[Contribution, ...]:
    """What each clause gave or took of a known result in kroner, in the order of the ladder: first the clause that
    gives it without exceptions. They come to the value, and none of them is 0. Of other results, nothing. With
    ``marks`` it is told what is doubtful in each."""
    ladder = ladders_of(run.edition).ladders.get(found.result.name)
    if ladder is None or found.status != "known":
        return ()
    climb = _Climb(run, thing)
    moves: dict[str, list[_Move]] = {}
    before: Outcome | None = None
    for rung, decided in _rungs(ladder, found, climb):
        if rung.status == "known" and rung.rule is not None:
            by = rung.rule if before is None or decided is None or decided.rule is None else decided.rule
            moves.setdefault(by.clause, []).append(_Move(before, rung))
            before = rung
    return tuple(
        Contribution(clause, amount, run.edition.clauses[clause].title, climb.marks(each, marks) if marks else ())
        for clause, each in moves.items() if (amount := total(move.amount for move in each))
    )


@frozen
class _Move:
    """The amount before a step and after it; before the first that is known there is none."""

    before: Outcome | None
    after: Outcome

    @property
    def amount(self) -> Decimal:
        start = Decimal(0) if self.before is None else self.before.value
        return EXACT.subtract(self.after.value, start)


def _rungs(ladder: Ladder, found: Outcome, climb: "_Climb") -> Iterator[tuple[Outcome, Outcome | None]]:
    """The amount at each rung, and what was let in to reach it. Where no exception decides, the amount alone."""
    decided = None
    if not all(_by_itself(climb[name]) for name in ladder.excepted):
        for step in ladder.steps:
            yield climb[step.amount], decided
            decided = climb[step.decided]
    yield found, decided


def _by_itself(found: Outcome) -> bool:
    """Whether a result is decided by a rule that is an exception to nothing."""
    return any(found.rule is rule for group in found.result.groups for rule in group.rules)


class _Climb:
    """The results of a thing, and of the steps of its ladders: these are decided when they are first asked for. The run
    is left as it was: no step is among its outcomes, and what only a step looked at is nothing that it looked at."""

    def __init__(self, run: Run, thing: Thing) -> None:
        self._run, self._thing, self._steps = run, thing, ladders_of(run.edition).results
        self._outcomes: dict[str, Outcome] = {}
        self._marks: dict[str, tuple[Mark, ...]] = {}

    def __getitem__(self, name: str) -> Outcome:
        if name not in self._steps:
            return self._run.outcomes[self._thing, name]
        if name not in self._outcomes:
            self._outcomes[name] = outcome(self._steps[name], self._frame)
        return self._outcomes[name]

    @cached_property
    def _frame(self) -> Frame:
        """The thing as the steps see it, with all that the run has seen of it."""
        beside, before = Run(self._run.edition, self._run.case), self._run.frames[self._thing]
        beside.outcomes = _Beside(self._run, self._thing, self)
        beside.frames[self._thing] = Frame(beside, self._thing, before.day, seen=dict(before.seen),
                                           inner=dict(before.inner), groups=dict(before.groups))
        return beside.frames[self._thing]

    def marks(self, moves: Sequence[_Move], known: Marks) -> tuple[Mark, ...]:
        """What is doubtful in the amounts between which the moves are."""
        rungs = [rung for move in moves if move.amount for rung in (move.before, move.after) if rung is not None]
        return tuple(dict.fromkeys(mark for rung in rungs for mark in self._marks_of(rung.result.name, known)))

    def _marks_of(self, name: str, known: Marks) -> tuple[Mark, ...]:
        if name not in self._steps:
            return tuple(known(name))
        if name not in self._marks:
            reasons = clause_reasons(self[name], self._frame)
            used = [each for each in results_used(reasons) if each in self._steps or each in self._run.edition.results]
            below = [mark for each in used for mark in self._marks_of(each, known)]
            self._marks[name] = tuple(dict.fromkeys((*marks_of(reasons, ()), *below)))
        return self._marks[name]


class _Beside(dict[tuple[Thing, str], Outcome]):
    """The outcomes of a run, and those of the steps beside them."""

    def __init__(self, run: Run, thing: Thing, climb: _Climb) -> None:
        self._run, self._thing, self._climb = run, thing, climb

    def __missing__(self, key: tuple[Thing, str]) -> Outcome:
        self[key] = found = self._climb[key[1]] if key[0] is self._thing else self._run.outcomes[key]
        return found
