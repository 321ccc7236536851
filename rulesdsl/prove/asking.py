"""Asking about one edition: what decided cases settle, what the solver must say, and what was found."""

from collections import deque
from itertools import chain

from attrs import define, field, frozen

from rulesdsl.core import ir
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.examples import try_examples
from rulesdsl.evaluate.trace import Run
from rulesdsl.evaluate.witness import Witness, smallest
from rulesdsl.prove.goals import Goal
from rulesdsl.prove.rooms import Answer, Kind, Rooms

Known = frozenset[tuple[str, str, int]]
"""What was found without the solver: code, file and line."""


LATEST = 40
"""How many of the cases that were found are looked at before the solver is asked for another."""


@frozen
class Spot:
    """A place, and what is said there. ``word`` is how the line begins, where it is not the first of its clause."""

    place: ir.Place
    label: str = ""
    word: str = ""


@frozen
class Finding:
    """Something to tell the author. ``case`` is a case in words that shows it."""

    code: str
    clause: str
    spot: Spot
    detail: str = ""
    also: tuple[Spot, ...] = ()
    case: str = ""
    hint: str = ""


@frozen
class Unsettled:
    """A question without an answer: what was asked, and why there is none."""

    asked: str
    reason: str


def key_of(finding: Finding) -> tuple[object, ...]:
    """What a finding is about, whatever edition it is found in."""
    return finding.code, finding.spot.place, finding.spot.word, *(each.place for each in finding.also)


@define(eq=False)
class Asking:
    """One edition under way. What is seen in a case that has been decided need not be asked. ``told_of`` is what has
    been told, of this edition or an older one. ``own`` is the edition whose clauses are asked about, and ``only`` those
    of them that are."""

    edition: ir.Edition
    known: Known
    seconds: float
    told_of: set[tuple[object, ...]]
    own: str
    only: frozenset[str] | None = None
    found: list[Finding] = field(factory=list)
    unsettled: list[Unsettled] = field(factory=list)
    asked: int = 0
    limited: int = 0
    _examples: list[tuple[Run, Thing]] = field(factory=list)
    _runs: deque[tuple[Run, Thing]] = field(factory=lambda: deque(maxlen=LATEST))
    _rooms: dict[str, Rooms] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for outcome in try_examples(self.edition):
            if outcome.run is not None:
                self._examples += [(outcome.run, thing) for thing in outcome.run.case.things]

    def is_seen(self, goal: Goal) -> bool:
        """Whether a case that has been decided is such a case."""
        return any(goal.seen(run, thing) for run, thing in chain(self._runs, self._examples)
                   if thing.entity == goal.entity)

    def find(self, goal: Goal, kind: Kind = "enhver") -> Answer:
        """The answer of the solver."""
        if goal.entity not in self._rooms:
            self._rooms[goal.entity] = Rooms(self.edition, goal.entity, self.seconds)
        answer = self._rooms[goal.entity].find(goal, kind)
        if answer.witness is not None:
            run = answer.witness.run
            self._runs.extendleft((run, thing) for thing in run.case.things)
        return answer

    def never(self, goal: Goal) -> bool:
        """Whether there is no such case, for sure."""
        self.asked += 1
        if self.is_seen(goal):
            return False
        answer = self.find(goal)
        if answer.reason:
            self.unsettled.append(Unsettled(goal.said, answer.reason))
        return answer.none

    def some(self, goal: Goal, *kinds: Kind) -> Witness | None:
        """A case of the first of some kinds that has one, made small."""
        self.asked += 1
        limited = False
        for kind in kinds:
            answer = self.find(goal, kind)
            if answer.witness is not None:
                return smallest(answer.witness, goal.seen)
            if answer.reason and not answer.up_to:
                self.unsettled.append(Unsettled(goal.said, answer.reason))
                return None
            limited = limited or answer.up_to
        self.limited += limited
        return None

    def tell(self, finding: Finding) -> None:
        key = key_of(finding)
        if key not in self.told_of:
            self.told_of.add(key)
            self.found.append(finding)

    def is_known(self, code: str, *places: ir.Place) -> bool:
        return any((code, place.file, place.line) in self.known for place in places)

    def is_own(self, clause: str) -> bool:
        return self.edition.clauses[clause].edition == self.own and (self.only is None or clause in self.only)
