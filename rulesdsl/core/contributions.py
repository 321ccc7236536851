"""What each clause gave or took of an amount, as results of their own: the amount with exceptions let in one by one.

An amount rests on other results, and each may have exceptions. The first step is the amount as it would be were no
clause an exception to another; at each further step one more of the results that it rests on is what it is with its
exceptions. What a step moves the amount by is what the clause that decides that result gave or took. The last step ends
at the amount itself, so the parts always come to it. Other things than the one that is decided are as they are all
along.

Numbers come first, then what decides whether they count, and last the amount's own exceptions: so a clause that takes
an episode out takes all that the episode would have given.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from attrs import define, evolve, field

from rulesdsl.core.ir import Edition, Group, Result, ResultOf, Rule, This, walk
from rulesdsl.core.rewrite import Rewriter
from rulesdsl.core.trees import all_groups
from rulesdsl.core.types import KRONER, Number
from rulesdsl.source import frozen

MARK = "§"
"""Stands in the names of results that no author wrote."""


@frozen
class Step:
    """``amount`` is the result that has the amount before the step. The step lets the exceptions of one more result
    in, and ``decided`` is what that result then is."""

    amount: str
    decided: str


@frozen
class Ladder:
    """The steps towards an amount. ``excepted`` are the results among what it rests on, and itself, to which there are
    exceptions: where none of these is decided by an exception, the clause that gives the amount gives all of it.
    ``rungs`` are the results beside the edition's own that the steps rest on, each after those that it uses."""

    excepted: tuple[str, ...]
    steps: tuple[Step, ...]
    rungs: tuple[str, ...]


@frozen
class Ladders:
    """The ladder of each amount of an edition, and the results that the ladders need beside the edition's own, each
    after those that it uses."""

    ladders: Mapping[str, Ladder]
    results: Mapping[str, Result]


def ladders_of(edition: Edition) -> Ladders:
    """The ladder of every result in kroner that people ask for. Kept for the editions that were asked last."""
    if id(edition) not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        maker = _Maker(edition)
        amounts = [name for name, result in edition.results.items()
                   if name in edition.main and isinstance(result.type, Number) and result.type.unit == KRONER]
        _KEPT[id(edition)] = edition, Ladders({name: maker.ladder(name) for name in amounts}, maker.made)
    return _KEPT[id(edition)][1]


_MOST_KEPT = 32
_KEPT: dict[int, tuple[Edition, Ladders]] = {}


@define
class _Maker:
    edition: Edition
    made: dict[str, Result] = field(factory=dict)
    _names: dict[tuple[str, bool, tuple[tuple[str, str], ...]], str] = field(factory=dict)
    _uses: dict[tuple[str, bool], tuple[str, ...]] = field(factory=dict)

    def ladder(self, amount: str) -> Ladder:
        excepted = self._excepted(amount)
        rungs = [self._rung(amount, frozenset(excepted[:at])) for at in range(len(excepted) + 1)]
        steps = tuple(Step(below[amount], above[name])
                      for name, (below, above) in zip(excepted, pairwise(rungs), strict=True)
                      if below[amount] != above[amount])
        needed = {called for rung in rungs for called in rung.values()}
        return Ladder(excepted, steps, tuple(name for name in self.made if name in needed))

    def _excepted(self, amount: str) -> tuple[str, ...]:
        """The results that have exceptions, in the order of the ladder. Of two of a kind the one that the other rests
        on comes first; nothing depends on the order in which they were written."""
        depth: dict[str, int] = {}
        for name in self._reached(amount, frozenset(self.edition.results)):
            depth[name] = 1 + max((depth[used] for used in self._used(name, bare=False)), default=0)
        order = sorted(depth, key=lambda name: (
            name == amount, not isinstance(self.edition.results[name].type, Number), depth[name], name))
        return tuple(name for name in order if _has_exceptions(self.edition.results[name]))

    def _rung(self, amount: str, let_in: frozenset[str]) -> dict[str, str]:
        """What an amount, and all it rests on, is called where only some results have their exceptions: its own name
        where that changes nothing."""
        called: dict[str, str] = {}
        for name in self._reached(amount, let_in):
            bare = self._is_bare(name, let_in)
            uses = {used: called[used] for used in self._used(name, bare)}
            called[name] = self._named(name, bare, uses)
        return called

    def _named(self, name: str, bare: bool, uses: Mapping[str, str]) -> str:
        if not bare and all(used == called for used, called in uses.items()):
            return name
        key = name, bare, tuple(sorted(uses.items()))
        if key not in self._names:
            called = self._names[key] = f"{name}{MARK}{sum(other == name for other, *_ in self._names)}"
            groups = _renamed(self._groups(name, bare), uses)
            self.made[called] = evolve(self.edition.results[name], name=called, groups=groups)
        return self._names[key]

    def _reached(self, amount: str, let_in: frozenset[str]) -> list[str]:
        """An amount and what it rests on where only some results have their exceptions, each after those it uses."""
        found, pending = {amount}, [amount]
        while pending:
            name = pending.pop()
            new = set(self._used(name, self._is_bare(name, let_in))) - found
            found |= new
            pending += new
        return [name for name in self.edition.results if name in found]

    def _is_bare(self, name: str, let_in: frozenset[str]) -> bool:
        return name not in let_in and _has_exceptions(self.edition.results[name])

    def _used(self, name: str, bare: bool) -> tuple[str, ...]:
        """The results of the same thing that the rules of a result ask for."""
        if (name, bare) not in self._uses:
            roots = (root for group in all_groups(self._groups(name, bare)) for rule in group.rules
                     for root in (*rule.conditions, rule.value))
            self._uses[name, bare] = tuple(dict.fromkeys(
                node.name for root in roots for node in walk(root)
                if isinstance(node, ResultOf) and isinstance(node.of, This)))
        return self._uses[name, bare]

    def _groups(self, name: str, bare: bool) -> tuple[Group, ...]:
        groups = self.edition.results[name].groups
        return tuple(map(_bare, groups)) if bare else groups


def _has_exceptions(result: Result) -> bool:
    return any(group.exceptions or any(rule.exceptions for rule in group.rules) for group in result.groups)


def _bare(group: Group) -> Group:
    return evolve(group, rules=tuple(evolve(rule, exceptions=()) for rule in group.rules), exceptions=())


def _renamed(groups: tuple[Group, ...], names: Mapping[str, str]) -> tuple[Group, ...]:
    def change(node: Any) -> Any:
        mine = isinstance(node, ResultOf) and isinstance(node.of, This)
        return evolve(node, name=names[node.name]) if mine and names[node.name] != node.name else None

    rewrite = Rewriter(change)

    def rule(each: Rule) -> Rule:
        return evolve(each, conditions=rewrite(each.conditions), value=rewrite(each.value),
                      exceptions=tuple(map(group, each.exceptions)))

    def group(each: Group) -> Group:
        return evolve(each, rules=tuple(map(rule, each.rules)), exceptions=tuple(map(group, each.exceptions)))

    return tuple(map(group, groups))
