"""What each clause gave or took of an amount, as results of their own: the amount with exceptions let in one by one.

An amount rests on other results, and each may have exceptions. The first step is the amount as it would be were no
clause an exception to another; at each further step one more of the results that it rests on is what it is with its
exceptions. What a step moves the amount by is what the clause that decides that result gave or took. The last step ends
at the amount itself, so the parts always come to it. Other things than the one that is decided are as they are all along.

Numbers come first, then what decides whether they count, and last the amount's own exceptions: so a clause that takes an
episode out takes all that the episode would have given.
"""

from collections.abc import Iterable, Iterator, Mapping
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
    exceptions: where none of these is decided by an exception, all steps have the amount itself."""

    excepted: tuple[str, ...]
    steps: tuple[Step, ...]


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

    def ladder(self, amount: str) -> Ladder:
        reached = self._reached(amount)
        excepted = [name for name in self.edition.results if name in reached and _has_exceptions(self._result(name))]
        excepted.sort(key=lambda name: (name == amount, not isinstance(self._result(name).type, Number)))
        found, below = [], self._where(amount, frozenset())
        for at, name in enumerate(excepted, start=1):
            let_in = frozenset(excepted[:at])
            above = self._where(amount, let_in)
            if above != below:
                found.append(Step(below, self._where(name, let_in)))
            below = above
        return Ladder(tuple(excepted), tuple(found))

    def _where(self, name: str, let_in: frozenset[str]) -> str:
        """A result where only some results have their exceptions; its own name where that is no other."""
        result = self._result(name)
        groups = result.groups
        if name not in let_in and _has_exceptions(result):
            groups = tuple(_bare(group) for group in groups)
        uses = {used: self._where(used, let_in) for used in dict.fromkeys(_used(all_groups(groups)))}
        if groups is result.groups and all(used == called for used, called in uses.items()):
            return name
        key = name, groups is result.groups, tuple(sorted(uses.items()))
        if key not in self._names:
            called = self._names[key] = f"{name}{MARK}{sum(other == name for other, *_ in self._names)}"
            self.made[called] = evolve(result, name=called, groups=_renamed(groups, uses))
        return self._names[key]

    def _reached(self, amount: str) -> set[str]:
        """An amount and the results that it rests on."""
        found, pending = {amount}, [amount]
        while pending:
            new = set(_used(all_groups(self._result(pending.pop()).groups))) - found
            found |= new
            pending += new
        return found

    def _result(self, name: str) -> Result:
        return self.edition.results[name]


def _has_exceptions(result: Result) -> bool:
    return any(group.exceptions or any(rule.exceptions for rule in group.rules) for group in result.groups)


def _bare(group: Group) -> Group:
    return evolve(group, rules=tuple(evolve(rule, exceptions=()) for rule in group.rules), exceptions=())


def _used(groups: Iterable[Group]) -> Iterator[str]:
    """The results of the same thing that the rules of some groups ask for."""
    for group in groups:
        for rule in group.rules:
            for expression in (*rule.conditions, rule.value):
                yield from (node.name for node in walk(expression)
                            if isinstance(node, ResultOf) and isinstance(node.of, This))


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
