"""One thing decided in two editions: both answers, what each change of the regelverk means, where the reasons part."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from attrs import define, field, frozen

from rulesdsl.compare.changes import Pair, pair
from rulesdsl.compare.mixed import Mixer
from rulesdsl.compare.mixtures import At, Mixtures, Team, at, read_differently
from rulesdsl.compare.words import cells_of, differences, named, part_change
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Number
from rulesdsl.core.values import change, spoken
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import CaseExplanation, Comparison, ResultReason, SharePart, Split
from rulesdsl.evaluate.trace import Run

AVERAGED = "Hver del er gjennomsnittet over alle rekkefølger endringene kan gjøres i."


@define(eq=False)
class Comparer:
    """Compares with one edition. What the editions have differently is found once, and the mixtures once a document."""

    other: Edition
    _pairs: list[tuple[Edition, Pair]] = field(factory=list)
    _mixers: list[Mixer] = field(factory=list)
    _mixtures: list[tuple[Run, Run, Mixtures]] = field(factory=list)

    def comparison(self, run: Run, thing: Thing, explained: CaseExplanation, later: Run) -> Comparison:
        """A thing of a run, explained before, and what it is in ``later``: the same document in the other edition."""
        called = f"{spoken(self.other.rulebook).upper()} {self.other.name}"
        if run.edition.id == self.other.id:
            return Comparison(called, True, explained)
        again = next((each for each in later.case.things if at(each) == at(thing)), None)
        if again is None:
            errors = later.case.errors
            return Comparison(called, False, CaseExplanation(
                thing.entity, thing.key or "", thing.label, self.other.id, self.other.title, (), errors))
        other = explain(later, again, alternatives=False)
        if explained.errors or other.errors:
            return Comparison(called, False, other)
        between = self._pair(run.edition)
        found = differences(explained.results, other.results, between.formerly)
        splits = self._splits(run, later, thing, explained.results, other.results)
        return Comparison(called, False, other, found, splits)

    def _pair(self, edition: Edition) -> Pair:
        made = next((found for known, found in self._pairs if known is edition), None)
        if made is None:
            made = pair(edition, self.other)
            self._pairs.append((edition, made))
        return made

    def _mixer(self, run: Run, later: Run) -> Mixer:
        """What mixes the two editions, for documents that they read differently or for those they do not."""
        between, reading = self._pair(run.edition), read_differently(run.case, later.case)
        made = next((each for each in self._mixers if each.pair is between and each.reading is reading), None)
        if made is None:
            made = Mixer(between, reading)
            self._mixers.append(made)
        return made

    def _mixed(self, run: Run, later: Run) -> Mixtures:
        """The mixtures of a document. Those of the document before are forgotten."""
        self._mixtures = [each for each in self._mixtures if each[1] is later]
        made = next((mixtures for known, _, mixtures in self._mixtures if known is run), None)
        if made is None:
            made = Mixtures(self._mixer(run, later), run, later)
            self._mixtures.append((run, later, made))
        return made

    # ── The difference split ─────────────────────────────────────────────────────────────────────────────────

    def _splits(
        self, run: Run, later: Run, thing: Thing, before: Sequence[ResultReason], after: Sequence[ResultReason]
    ) -> tuple[Split, ...]:
        """Of every number that people ask for and that both editions know, what each change moves it by."""
        others = {result.name: result for result in after}
        both = [(result, others[result.name]) for result in before if result.name in others]
        numbers = [(first, second) for first, second in both if (first.main or second.main) and _alike(first, second)]
        if not numbers:
            return ()
        cells, mixtures = cells_of((*before, *after)), self._mixed(run, later)
        case = _Case(mixtures, at(thing), _day(thing, run.edition), cells, (run.edition, self.other))
        made = [case.split(first, second) for first, second in numbers]
        return tuple(split for split in made if split.parts)


@frozen
class _Case:
    """What the words for the changes depend on: where the thing is, its day, and the cells of tables it came to."""

    mixtures: Mixtures
    where: At
    day: datetime.date | None
    cells: set[str]
    editions: tuple[Edition, Edition]

    def split(self, first: ResultReason, second: ResultReason) -> Split:
        kinds = [kind for kind in (second.type, first.type) if isinstance(kind, Number)]
        finest = max(kinds, key=lambda kind: kind.scale)
        total = change(finest, first.value, second.value)
        assert total is not None
        shared = self.mixtures.split(self.where, first.name, total, finest.scale)
        largest = sorted(shared.parts.items(), key=lambda part: (-abs(part[1]), part[1]))
        parts = tuple(self._share(team, amount) for team, amount in largest)
        notes = shared.together if len(parts) < 2 else (AVERAGED, *shared.together)
        return Split(first.name, finest, total, parts, notes)

    def _share(self, team: Team, amount: Decimal) -> SharePart:
        changes = sorted((each for player in team for each in player), key=lambda each: each.key)
        told = tuple(part_change(each, self.mixtures.pair, self.editions, self.day, self.cells) for each in changes)
        return SharePart(told, named(told), amount)


def _alike(first: ResultReason, second: ResultReason) -> bool:
    """Whether two results are known numbers of the same unit."""
    kinds = first.type, second.type
    return (first.status == second.status == "known" and isinstance(kinds[0], Number) and isinstance(kinds[1], Number)
            and kinds[0].unit == kinds[1].unit)


def _day(thing: Thing, edition: Edition) -> datetime.date | None:
    day = thing.facts.get((edition.entities[thing.entity].date,))
    return day if isinstance(day, datetime.date) else None
