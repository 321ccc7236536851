"""Editions between two editions: the earlier one with some of the changes made.

Nothing is checked again. Changes that cannot stand one without the other are made together, as one ``Player``, so that
whatever a mixture names is there, with the type it is used with, and nothing rests on itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from typing import TypeVar

from attrs import evolve

from rulesdsl.compare.changes import DATA, Change, Pair, Side
from rulesdsl.compare.uses import Part, owner, results_used, uses_of_clause, uses_of_table
from rulesdsl.core.ir import Edition, Result
from rulesdsl.core.trees import applies_to, assemble

Player = tuple[Change, ...]
"""Changes that are made together, in the order of their keys."""

Chosen = frozenset[Player]

MOST_KEPT = 512
"""How many mixtures are kept; then all are forgotten."""

T = TypeVar("T")


class Mixer:
    """Makes the mixtures of a pair of editions. ``reading`` says whether the two read the document differently: only
    then is how it is read a player (all of it one), and else the earlier edition's data declarations stand."""

    def __init__(self, pair: Pair, reading: bool) -> None:
        self.pair, self.reading = pair, reading
        self.players = players(pair, reading)
        self._player = {change.part: player for player in self.players for change in player}
        first, second = pair.earlier, pair.later
        self._givers = {
            name: tuple(sorted({*first.own.get(name, ()), *second.own.get(name, ())}))
            for name in (*first.edition.results, *second.edition.results)
        }
        self._mixtures: dict[Chosen, Edition] = {}
        self._made: dict[tuple[str, Chosen], tuple[Result, frozenset[str]]] = {}

    @property
    def reader(self) -> Player | None:
        """The player that is how the document is read."""
        return next((player for player in self.players if any(change.kind in DATA for change in player)), None)

    def mixture(self, chosen: Chosen) -> Edition:
        """The earlier edition with the changes of some players made. The latest are kept, for other cases."""
        if chosen not in self._mixtures:
            if len(self._mixtures) >= MOST_KEPT:
                self._mixtures.clear()
            self._mixtures[chosen] = self._mixture(chosen)
        return self._mixtures[chosen]

    def _mixture(self, chosen: Chosen) -> Edition:
        earlier, later = self.pair.earlier.edition, self.pair.later.edition
        data = later if self.reader in chosen else earlier
        sides = {name: self._side(("resultat", name), chosen) for name in self._givers}
        made = {name: self._result(name, side, chosen) for name, side in sides.items() if name in side.edition.results}
        order = TopologicalSorter({name: sorted(used & made.keys()) for name, (_, used) in made.items()}).static_order()
        return evolve(
            earlier, kodeverk=data.kodeverk, records=data.records, entities=data.entities,
            rates=self._taken("sats", earlier.rates, later.rates, chosen),
            tables=self._taken("tabell", earlier.tables, later.tables, chosen),
            clauses=self._taken("punkt", earlier.clauses, later.clauses, chosen),
            results={name: made[name][0] for name in order},
        )

    def reach(self, result: str) -> list[str]:
        """A result, and all that it rests on in the one edition or the other."""
        found, pending = {result}, [result]
        while pending:
            new = self.pair.uses.get(pending.pop(), set()) - found
            found |= new
            pending += new
        return sorted(found)

    def _side(self, part: Part, chosen: Chosen) -> Side:
        return self.pair.later if self._player.get(part) in chosen else self.pair.earlier

    def _taken(self, kind: str, first: Mapping[str, T], second: Mapping[str, T], chosen: Chosen) -> dict[str, T]:
        """Each part of a kind as the one edition or the other has it, where it has it."""
        sides = {name: second if self._player.get((kind, name)) in chosen else first for name in (*first, *second)}
        return {name: side[name] for name, side in sides.items() if name in side}

    def _result(self, name: str, declared: Side, chosen: Chosen) -> tuple[Result, frozenset[str]]:
        """A result from the clauses that give it in a mixture, and the results it uses. Kept, for most mixtures have
        most results alike."""
        sides = {clause: self._side(("punkt", clause), chosen) for clause in self._givers[name]}
        parts = [("resultat", name), *(("punkt", clause) for clause in sides)]
        key = name, frozenset(player for part in parts if (player := self._player.get(part)) in chosen and player)
        if key not in self._made:
            own = {clause: group for clause, side in sides.items() if (group := side.own.get(name, {}).get(clause))}
            targets = {clause: sides[clause].edition.clauses[clause].exception_to for clause in own}
            groups = assemble(own, targets)
            used = frozenset(name for group in own.values() for name in results_used(group))
            self._made[key] = evolve(declared.edition.results[name], groups=groups), used
        return self._made[key]


# ── Changes that need each other ─────────────────────────────────────────────────────────────────────────────


def players(pair: Pair, reading: bool) -> tuple[Player, ...]:
    """The changes, those that cannot stand alone together with what they need.

    A changed part and a name it uses, in either of its versions, belong together where the name does not stand for the
    same in both editions. Changed clauses belong together where results, or exceptions, that they give could otherwise
    rest on themselves in a mixture: that is looked for in what both editions' uses come to taken as one.
    """
    changes = {change.part: change for change in pair.changes if reading or change.kind not in DATA}
    joined = _Joined(changes)
    data = [part for part in changes if part[0] in DATA]
    for part in data[1:]:
        joined.join(data[0], part)
    for part in changes:
        for side in (pair.earlier, pair.later):
            for needed in _needs(part, side, pair):
                if needed is None:
                    joined.join(part, *data[:1])
                elif needed in changes:
                    joined.join(part, needed)
    for together in _rings(pair):
        joined.join(*(part for part in together if part in changes))
    found: dict[Part, list[Change]] = {}
    for part, change in changes.items():
        found.setdefault(joined.root(part), []).append(change)
    made = [tuple(sorted(together, key=lambda change: change.key)) for together in found.values()]
    return tuple(sorted(made, key=player_key))


def player_key(player: Player) -> tuple[tuple[str, str], ...]:
    """An order of players that is the same whichever edition comes first."""
    return tuple(change.key for change in player)


class _Joined:
    """Parts in sets that grow together."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._above = {part: part for part in parts}

    def root(self, part: Part) -> Part:
        while self._above[part] != part:
            part = self._above[part]
        return part

    def join(self, *parts: Part) -> None:
        for part in parts[1:]:
            self._above[self.root(part)] = self.root(parts[0])


def _needs(part: Part, side: Side, pair: Pair) -> Iterator[Part | None]:
    """The parts that one version of a part needs, for what it names they have made another thing of. None stands for
    how the case is read."""
    kind, name = part
    edition = side.edition
    if kind == "punkt" and name in edition.clauses:
        uses = set(uses_of_clause(edition.clauses[name], side.own))
        for target, of_it in edition.clauses[name].exception_to:
            gives = [result for result, groups in side.own.items() if name in groups]
            ways = [[applies_to((target, of_it), name, each.own.get(result, {})) for result in gives]
                    for each in (pair.earlier, pair.later)]
            if ways[0] != ways[1]:
                yield "punkt", target
    elif kind == "tabell" and name in edition.tables:
        uses = set(uses_of_table(edition.tables[name]))
    else:
        return
    for use in uses:
        if pair.earlier.stands.get(use) != pair.later.stands.get(use):
            yield owner(use)


def _rings(pair: Pair) -> Iterator[list[Part]]:
    """The clauses that could come to rest on themselves: by what their results use, and as exceptions."""
    for ring in _strongly_joined(pair.uses):
        yield [("punkt", clause) for side in (pair.earlier, pair.later) for name in ring
               for clause in side.own.get(name, ())]
    above: dict[str, set[str]] = {}
    for side in (pair.earlier, pair.later):
        for number, clause in side.edition.clauses.items():
            above.setdefault(number, set()).update(target for target, _ in clause.exception_to)
    for ring in _strongly_joined(above):
        yield [("punkt", clause) for clause in ring]


def _strongly_joined(links: Mapping[str, set[str]]) -> list[list[str]]:
    """The largest sets of names, of two or more, in which each leads to every other."""
    reach: dict[str, set[str]] = {}
    for start in links:
        pending, found = [start], set[str]()
        while pending:
            new = links.get(pending.pop(), set()) - found
            found |= new
            pending += new
        reach[start] = found
    sets = {frozenset(other for other in reach[name] if name in reach.get(other, ())) for name in links}
    return [sorted(each) for each in sorted(sets, key=sorted) if len(each) > 1]
