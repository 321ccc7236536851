"""What a case comes to in the mixtures of two editions: every outcome, remembered, for one document.

The players are few for most results: only changes that move it, or what it rests on, when they are made alone, or
alone left out, are split over.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import evolve, frozen

from rulesdsl.compare.mixed import Chosen, Mixer, Player, player_key
from rulesdsl.compare.split import rounded_parts, shares
from rulesdsl.evaluate.case import Case, Thing
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Run

MOST_PLAYERS = 12
"""So many players are split over exactly; of more, some are taken together."""

At = tuple[str, str]
"""Where a thing is in both readings of a document: its entity and place."""

Outcomes = dict[tuple[At, str], tuple[str, Any]]
"""Status and value of each result of each thing."""

Team = frozenset[Player]
"""Players that are taken together."""


@frozen
class Shared:
    """The parts of a difference by the players that cause each, and which kinds of players were taken together."""

    parts: dict[Team, Decimal]
    together: tuple[str, ...]


def at(thing: Thing) -> At:
    return thing.entity, thing.place


class Mixtures:
    """The mixtures of a pair of editions for one document, as each of them reads it."""

    def __init__(self, mixer: Mixer, earlier: Run, later: Run) -> None:
        self.mixer, self.pair = mixer, mixer.pair
        self._cases = _whole(earlier.case), _whole(later.case)
        self._kept: dict[Chosen, Outcomes] = {}

    def outcomes(self, chosen: Chosen) -> Outcomes:
        """Every outcome with the changes of some players made."""
        if chosen not in self._kept:
            case = self._cases[self.mixer.reader in chosen]
            run = decide(self.mixer.mixture(chosen), case)
            self._kept[chosen] = {(at(thing), name): (each.status, each.value if each.status == "known" else None)
                                  for (thing, name), each in run.outcomes.items()}
        return self._kept[chosen]

    def _relevant(self, where: At, result: str) -> tuple[Player, ...]:
        """The players that move a result of a thing, or one that it rests on, alone: made, or left out. All players,
        should these not account for the whole difference."""
        everyone = frozenset(self.mixer.players)
        names = self.mixer.reach(result)

        def told(chosen: Chosen) -> list[tuple[str, Any] | None]:
            return [self.outcomes(chosen).get((where, name)) for name in names]

        none, all_ = told(frozenset()), told(everyone)
        found = tuple(player for player in self.mixer.players
                      if told(frozenset((player,))) != none or told(everyone - {player}) != all_)
        whole = told(frozenset(found)) == all_ and told(everyone.difference(found)) == none
        return found if whole else self.mixer.players

    def split(self, where: At, result: str, total: Decimal, scale: int) -> Shared:
        """The difference of a numeric result that both editions know, split over the players that matter to it. The
        others are once left out and once made, and the two splits averaged, so that neither edition is preferred."""
        relevant = self._relevant(where, result)
        teams, together = _teams(relevant, self._givers)
        rest = frozenset(self.mixer.players).difference(relevant)
        exact: dict[Team, Fraction] = {}
        for beside in {frozenset(), rest}:
            answers = [self._value(where, result, _chosen(teams, bits) | beside) for bits in range(1 << len(teams))]
            for bits, part in shares(len(teams), answers.__getitem__).items():
                team = _chosen(teams, bits)
                exact[team] = exact.get(team, Fraction()) + part / (2 if rest else 1)
        order = sorted(exact, key=lambda team: sorted(map(player_key, team)))
        return Shared(rounded_parts(exact, total, scale, order), together)

    def _value(self, where: At, result: str, chosen: Chosen) -> Decimal | None:
        found = self.outcomes(chosen).get((where, result))
        return found[1] if found is not None and found[0] == "known" else None

    def _givers(self, player: Player) -> set[str]:
        """The results that the clauses of a player give, in the one edition or the other."""
        numbers = {change.name for change in player if change.kind == "punkt"}
        return {name for side in (self.pair.earlier, self.pair.later) for name, groups in side.own.items()
                if numbers & groups.keys()}


def _chosen(teams: Sequence[Team], bits: int) -> Team:
    return frozenset(player for index, team in enumerate(teams) if bits >> index & 1 for player in team)


# ── Taken together ───────────────────────────────────────────────────────────────────────────────────────────


def _teams(players: Sequence[Player], givers: Callable[[Player], set[str]]) -> tuple[list[Team], tuple[str, ...]]:
    """The players, so few that they can be split over: first the satser are taken as one, then the tables, then the
    clauses that give the same result, then all clauses. Which of this was done comes with them, in words."""
    teams: list[Team] = [frozenset((player,)) for player in players]
    told: list[str] = []
    for words, alike in (
        ("Satsene er regnet som én endring.", _of_kind("sats")),
        ("Tabellene er regnet som én endring.", _of_kind("tabell")),
        ("Punkter som gir samme resultat, er regnet som én endring.", givers),
        ("Alle punkter er regnet som én endring.", lambda player: {"punkt"} if givers(player) else set()),
    ):
        if len(teams) > MOST_PLAYERS:
            fewer = _joined(teams, alike)
            if len(fewer) < len(teams):
                told.append(words)
            teams = fewer
    if len(teams) > MOST_PLAYERS:
        return [frozenset(players)], ("Alle endringene er regnet som én.",)
    return teams, tuple(told)


def _of_kind(kind: str) -> Callable[[Player], set[str]]:
    return lambda player: {kind} if all(change.kind == kind for change in player) else set()


def _joined(teams: Sequence[Team], alike: Callable[[Player], set[str]]) -> list[Team]:
    """The teams, those that have something alike as one."""
    found: list[tuple[Team, set[str]]] = []
    for team in teams:
        marks = {mark for player in team for mark in alike(player)}
        same = [each for each in found if each[1] & marks]
        found = [each for each in found if each not in same]
        found.append((team.union(*(each[0] for each in same)), marks.union(*(each[1] for each in same))))
    return [team for team, _ in found]


# ── Two readings of a document ───────────────────────────────────────────────────────────────────────────────


def _tree(thing: Thing) -> Iterator[Thing]:
    yield thing
    for children in thing.children.values():
        for child in children:
            yield from _tree(child)


def read_differently(earlier: Case, later: Case) -> bool:
    """Whether two editions read a document to different facts."""
    return _read(earlier.root) != _read(later.root)


def _read(root: Thing) -> list[tuple[object, ...]]:
    """All that was read of a case, in order."""
    return [(*at(thing), thing.key, thing.parent and at(thing.parent), thing.facts) for thing in _tree(root)]


def _whole(case: Case) -> Case:
    """The case with everything in it to be decided, for one edition may have results of more things than another."""
    return evolve(case, things=tuple(_tree(case.root)), around=())
