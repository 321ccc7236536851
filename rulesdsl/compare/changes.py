"""Which named parts of the regelverk two editions have differently.

Both editions are first made ready to be mixed (``Pair``): their satser are settled, so that a day outside the edition
reads what its nearest day does, and the earlier one calls each clause by the number that the later one gives it. A
clause that was only moved is then no change at all.
"""

import datetime
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Literal

from attrs import evolve

from rulesdsl.compare.uses import Part, Use, owner, results_used, signatures
from rulesdsl.core.canonical import meanings
from rulesdsl.core.ir import Clause, Edition, Group, Rate
from rulesdsl.core.trees import bare_groups
from rulesdsl.source import frozen

DATA = ("kodeverk", "post", "entitet")
"""The kinds of parts that say how a document is read; all others say how a case is decided."""

Way = Literal["new", "gone", "changed"]

Own = Mapping[str, Mapping[str, Group]]
"""The rules of an edition by result and clause, without the exceptions to them."""


@frozen(eq=False)
class Change:
    """A part that is new, taken out, or has another meaning. ``kind`` is ``punkt`` (a beslutning too), ``sats``,
    ``tabell``, ``resultat`` or one of ``DATA``; ``name`` is what the later edition calls it, ``formerly`` the earlier.
    """

    kind: str
    name: str
    formerly: str
    way: Way

    @property
    def part(self) -> Part:
        return self.kind, self.name

    @property
    def key(self) -> tuple[str, str]:
        """An order of changes that is the same whichever edition comes first."""
        return self.kind, min(self.name, self.formerly)


@frozen(eq=False)
class Side:
    """An edition made ready: its rules by result and clause, and what each of its names stands for."""

    edition: Edition
    own: Own
    stands: Mapping[Use, object]


@frozen(eq=False)
class Pair:
    """Two editions made ready, and every change from the first to the second. ``formerly`` has the first edition's own
    numbers of the clauses that have moved, by those of the second; ``uses`` the results that each result reads in the
    one or the other."""

    earlier: Side
    later: Side
    formerly: Mapping[str, str]
    changes: tuple[Change, ...]
    uses: Mapping[str, set[str]]


def pair(before: Edition, after: Edition) -> Pair:
    """Two editions of a rulebook, ready to be held against each other."""
    moved = moves(before.clauses, after.clauses)
    formerly = {new: old for old, new in moved.items()}
    earlier, later = _side(_renumbered(before, moved)), _side(after)
    found = {change.part: change for change in _changes(earlier, later, formerly)}
    uses: dict[str, set[str]] = {}
    for side in (earlier, later):
        for name, groups in side.own.items():
            uses.setdefault(name, set()).update(used for group in groups.values() for used in results_used(group))
    return Pair(earlier, later, formerly, tuple(found[part] for part in sorted(found)), uses)


def _side(edition: Edition) -> Side:
    ready, own = settled(edition), bare_groups(edition)
    return Side(ready, own, signatures(edition))


def _changes(earlier: Side, later: Side, formerly: Mapping[str, str]) -> Iterator[Change]:
    first, second = meanings(earlier.edition), meanings(later.edition)
    names = earlier.stands.keys() | later.stands.keys()
    unlike = {owner(name) for name in names if earlier.stands.get(name) != later.stands.get(name)}
    for part in first.keys() | second.keys():
        kind, name = part
        former = formerly.get(name, name) if kind == "punkt" else name
        if part not in first:
            yield Change(kind, name, former, "new")
        elif part not in second:
            yield Change(kind, name, former, "gone")
        elif first[part] != second[part] or part in unlike:
            yield Change(kind, name, former, "changed")


# ── Made ready ───────────────────────────────────────────────────────────────────────────────────────────────


def moves(before: Mapping[str, Clause], after: Mapping[str, Clause]) -> dict[str, str]:
    """The clauses that have another number after than before, by the first: those without a namesake on the other
    side that share a number with one there, now or formerly."""
    lone = [clause for number, clause in sorted(before.items()) if number not in after]
    found: dict[str, str] = {}
    for number, clause in sorted(after.items()):
        if number not in before:
            numbers = {number, *clause.formerly}
            same = next((each.number for each in lone
                         if each.number not in found and numbers & {each.number, *each.formerly}), None)
            if same is not None:
                found[same] = number
    return found


def _renumbered(edition: Edition, moved: Mapping[str, str]) -> Edition:
    """The edition with other numbers for some clauses, wherever they are named."""
    if not moved:
        return edition
    made: dict[int, Group] = {}

    def called(number: str) -> str:
        return moved.get(number, number)

    def group(old: Group) -> Group:
        if id(old) not in made:
            rules = tuple(evolve(rule, clause=called(rule.clause), exceptions=tuple(map(group, rule.exceptions)))
                          for rule in old.rules)
            made[id(old)] = Group(called(old.clause), old.policy, rules, tuple(map(group, old.exceptions)))
        return made[id(old)]

    clauses = {
        called(number): evolve(clause, number=called(number),
                               exception_to=tuple((called(name), part) for name, part in clause.exception_to))
        for number, clause in edition.clauses.items()
    }
    results = {name: evolve(result, groups=tuple(map(group, result.groups)))
               for name, result in edition.results.items()}
    return evolve(edition, clauses=clauses, results=results)


def settled(edition: Edition) -> Edition:
    """The edition for every day there is: outside its own days a sats is what it is on the nearest of them."""
    rates = {name: _settled_rate(rate, edition.valid_from, edition.valid_to) for name, rate in edition.rates.items()}
    return evolve(edition, valid_from=datetime.date.min, valid_to=datetime.date.max, rates=rates)


def _settled_rate(rate: Rate, first: datetime.date, last: datetime.date) -> Rate:
    start = evolve(rate.on(first), valid_from=datetime.date.min)
    values = [start, *(value for value in rate.values if first < value.valid_from <= last)]
    return evolve(rate, values=tuple(next(same) for _, same in groupby(values, key=lambda each: each.value)))
