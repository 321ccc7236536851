"""What the change from one edition to another is worth over a table: both decide all rows, and the two files of answers
are held together row by row."""

import datetime
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
from attrs import evolve

from rulesdsl.batch.columns import Match, Naming
from rulesdsl.batch.contrast_examples import Examples, Reading, fewest_together
from rulesdsl.batch.contrast_sums import (
    By,
    Measure,
    Pairs,
    account,
    breakdowns,
    clause_columns,
    create,
    left_out,
    most_alike,
    total,
)
from rulesdsl.batch.contrast_sums import Naming as Called
from rulesdsl.batch.inputs import Source, identifier, open_source, quoted, renamed
from rulesdsl.batch.plan import Plan
from rulesdsl.batch.problems import CannotRun, Problem, cannot
from rulesdsl.batch.run import Job, Step, planned, run
from rulesdsl.batch.summary import Summary
from rulesdsl.compare.changes import moves
from rulesdsl.compare.contrast import Breakdown, Cell, Contrast, Worth
from rulesdsl.compare.differences import Differences
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import KRONER, Code, Number
from rulesdsl.core.values import spoken
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.wording import result_called
from rulesdsl.source import canonical_name, frozen
from rulesdsl.sql.duckdb import kind_of
from rulesdsl.sql.kinds import places
from rulesdsl.workspace import Workspace

USUAL = ("region", "rhf", "helseforetak", "hf", "foretak", "sektor", "omsorgsniva", "drg")
"""Columns that are summed by where nothing is asked for, if they are there and hold more than one value."""

MOST_USUAL = 1500
"""Where nothing is asked for, a column of more values than these is not summed by."""

MOST_CELLS = 10

MEMORY = "60%"
"""How much of the machine's memory the sums may take; what there is no room for is put on disk."""

_ROWS, _PARENTS = "kilde_rader", "kilde_overordnede"


@frozen
class Asked:
    """What was asked for. ``by`` are columns to sum by (None: the usual ones), ``results`` those to sum (none: every
    sum of kroner that people ask for)."""

    data: str
    naming: Naming = Naming()
    parents: str | None = None
    known: datetime.date | None = None
    by: tuple[str, ...] | None = None
    results: tuple[str, ...] = ()


def contrast(asked: Asked, differences: Differences, before: Edition, after: Edition, workspace: Workspace,
             step: Step = lambda what, done, of: None) -> Contrast:
    """Decide the table under both editions, whatever its days, and sum. Raises ``CannotRun`` and ``NoEdition``."""
    measures = _measures(asked.results, before, after)
    with tempfile.TemporaryDirectory(prefix="isfrules-") as folder:
        jobs = [Job(asked.data, Path(folder) / name, asked.naming, edition.id, asked.known, asked.parents)
                for name, edition in (("før.parquet", before), ("nå.parquet", after))]
        plans = [planned(job, workspace) for job in jobs]
        _by_columns(asked, plans)
        summaries = [_run(job, edition, workspace, step) for job, edition in zip(jobs, (before, after), strict=True)]
        step("Sammenligner", 0, 1)
        with duckdb.connect(str(Path(folder) / "arbeid.duckdb")) as con:
            con.execute(f"SET memory_limit = '{MEMORY}'; "
                        f"SET temp_directory = {quoted(str(Path(folder) / 'mellomlager'))}")
            made = _Table(con, asked, plans, before, after)
            return made.contrast([str(job.out) for job in jobs], summaries, measures, differences)


def _run(job: Job, edition: Edition, workspace: Workspace, step: Step) -> Summary:
    try:
        return run(job, workspace, lambda what, done, of: step(f"{edition.id}: {what}", done, of))
    except CannotRun as error:
        raise CannotRun(*(Problem(each.message, "La TMPDIR være et sted med mer plass." if "-o" in each.hint
                                  else each.hint) for each in error.problems)) from None


# ── What was asked for ───────────────────────────────────────────────────────────────────────────────────────


def _measures(names: Sequence[str], before: Edition, after: Edition) -> tuple[Measure, ...]:
    """The results to sum. What is asked for by name is a number of the same unit in both editions."""
    numbers = {name: _finer(kinds) for name, result in after.results.items()
               if name in before.results and len(kinds := [
                   kind for kind in (before.results[name].type, result.type) if isinstance(kind, Number)]) == 2
               and kinds[0].unit == kinds[1].unit}
    for name in names:
        if canonical_name(name) not in numbers:
            raise cannot(f"{before.id} og {after.id} har ikke begge et tall som heter «{name}».",
                         did_you_mean(name, numbers) or f"Velg blant {', '.join(numbers) or 'ingen'}.")
    wanted = [canonical_name(each) for each in dict.fromkeys(names)] or [
        name for name in after.shown if name in numbers and numbers[name].unit == KRONER
        and name in before.main and name in after.main]
    if not wanted:
        raise cannot(f"{before.id} og {after.id} har ikke begge et beløp i kroner som noen spør etter.",
                     f"Velg et tall med --result: {', '.join(numbers)}." if numbers else "")
    return tuple(Measure(name, result_called(after.results[name]), numbers[name]) for name in wanted)


def _finer(kinds: Sequence[Number]) -> Number:
    return max(kinds, key=lambda kind: kind.scale)


def _by_columns(asked: Asked, plans: Sequence[Plan]) -> tuple[Match, ...]:
    """The columns to sum by, each as it is called: any of the table, by its own name or by that of its field."""
    source = plans[0].source
    named = {canonical_name(name).lower(): Match(name, name, kind_of(said)) for name, said in source.columns}
    fields = {each.path.lower(): each for plan in plans for each in plan.matching.matches}
    inside = {each.called.lower(): each for each in fields.values()}
    if asked.by is None:
        return tuple(found for name in USUAL if (found := fields.get(name) or named.get(name)))
    asked_for: list[Match] = []
    for name in dict.fromkeys(asked.by):
        shape = canonical_name(name).lower()
        one = inside.get(shape) or named.get(shape) or fields.get(shape)
        if one is None:
            near = did_you_mean(shape, [*named, *fields])
            raise cannot(f"«{source.name}» har ingen kolonne «{name}».",
                         near or f"Her er {', '.join(name for name, _ in source.columns)}.")
        if one not in asked_for:
            asked_for.append(one)
    return tuple(asked_for)


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────


class _Table:
    """The source read once more, by the same numbers of rows, beside the answers to it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, asked: Asked, plans: Sequence[Plan], before: Edition,
                 after: Edition) -> None:
        self.con, self.asked, self.plans = con, asked, plans
        self.before, self.after = before, after
        self.source = open_source(con, asked.data, "kilde")
        columns = _by_columns(asked, plans)
        self.by = tuple(By(at, each.called, self._said(each)) for at, each in enumerate(columns))
        beside = [evolve(each, path=by.column) for each, by in zip(columns, self.by, strict=True)]
        self._read(self.source, [plan.matching.matches for plan in plans], beside, _ROWS)
        self.parents = None
        if asked.parents is not None:
            self.parents = _PARENTS
            self._read(open_source(con, asked.parents, "kilde2"), [
                plan.parent_matching.matches for plan in plans if plan.parent_matching], [], _PARENTS)
        if asked.by is None:
            self.by = tuple(each for each in self.by if 1 < self._distinct(each) <= MOST_USUAL)

    def _read(self, source: Source, matches: Sequence[Sequence[Match]], beside: Sequence[Match], name: str) -> None:
        """The columns that either edition reads, and others. Of a CSV file which lines can be read may depend on
        which columns are, so that it is read once, and the number of rows compared."""
        own = {each.path: each for some in matches for each in some}
        kind = "TABLE" if source.text_file else "VIEW"
        self.con.execute(f"CREATE {kind} {name} AS {renamed(source, (*own.values(), *beside))}")

    def _said(self, column: Match) -> Mapping[str, str]:
        """What people read for codes: their names, by what the data may write."""
        found: dict[str, str] = {}
        for edition in (self.before, self.after):
            for place in places(edition, self.plans[0].rulebook.entity):
                if place.path == column.path and isinstance(place.type, Code):
                    written = edition.kodeverk[place.type.kodeverk].written()
                    found |= {text: " eller ".join(dict.fromkeys(spoken(each.name) for each in members))
                              for text, members in written.items()}
        return found

    def _distinct(self, by: By) -> int:
        return self._one(f"SELECT count(DISTINCT {identifier(by.column)}) FROM {_ROWS}")

    def _one(self, query: str) -> int:
        row = self.con.execute(query).fetchone()
        return int(row[0] or 0) if row else 0

    def contrast(self, files: Sequence[str], summaries: Sequence[Summary], measures: tuple[Measure, ...],
                 differences: Differences) -> Contrast:
        entity = self.plans[0].rulebook.entity
        deciders = tuple(name for name in self.after.shown if name in self.before.main & self.after.main
                         and self.after.results[name].entity == entity)
        pairs = Pairs(measures, tuple(dict.fromkeys((*deciders, *(each.name for each in measures)))), self.by)
        create(self.con, _ROWS, files, pairs)
        both, only_before, only_after, neither = account(self.con)
        broken = self._checked(summaries, both, only_before, only_after, neither)
        worths = tuple(self._worth(each, pairs, broken, files) for each in measures)
        notes = tuple(dict.fromkeys(note for each in summaries for note in each.notes))
        return Contrast(self.asked.data, differences, summaries[0].rows_in, both, only_before, only_after,
                        neither + broken, broken, worths, notes)

    def _checked(self, summaries: Sequence[Summary], both: int, before: int, after: int, neither: int) -> int:
        """That every row is here, once, under the number it has in the answers; the lines that could not be read."""
        first, second = summaries
        here = both + before + after + neither
        if any(each.rows_in - each.broken != here for each in summaries):
            raise cannot(f"«{self.source.name}» har linjer som ikke kan leses når alle kolonnene er med.",
                         "Rett linjene, eller lagre filen som UTF-8 på nytt.")
        if (both + before, both + after) != (first.decided, second.decided):
            raise cannot(f"Regnskapet går ikke opp: {first.decided} og {second.decided} rader er avgjort, og "
                         f"{both + before} og {both + after} funnet igjen.",
                         "Dette er en feil i programmet; meld fra om den.")
        return first.broken

    # ── One result ───────────────────────────────────────────────────────────────────────────────────────────

    def _worth(self, measure: Measure, pairs: Pairs, broken: int, files: Sequence[str]) -> Worth:
        naming = Called(self.before, self.after, moves(self.before.clauses, self.after.clauses))
        found = tuple(breakdowns(self.con, measure.name, pairs, naming))
        summed = total(self.con, measure.name)
        cells = tuple(self._cells(measure, pairs, found, naming, files)) if summed.up or summed.down else ()
        return Worth(measure.name, measure.called, measure.type,
                     evolve(summed, rows=summed.rows + broken), left_out(self.con, measure.name, broken), found, cells)

    def _cells(self, measure: Measure, pairs: Pairs, found: Sequence[Breakdown], naming: Called,
               files: Sequence[str]) -> Iterator[Cell]:
        """The most changed groups that are alike in every breakdown, each with an example. A column of very many
        values would leave nothing but single rows, and is not among these."""
        few = tuple(by for by in pairs.by if not any(
            each.by == "column" and each.name == by.name and each.rest is not None for each in found))
        clauses = pairs.deciders
        columns = [*(identifier(by.column) for by in few), *(one for name in clauses for one in clause_columns(name))]
        alike = list(most_alike(self.con, measure.name, columns, MOST_CELLS))
        keys = self._keys()
        group = keys[0] if len(keys) > 1 else ""
        chosen = [fewest_together(self.con, files[1], group, each.candidates) for each in alike]
        examples = Examples(self.con, Reading(self.before, self.plans[0]), Reading(self.after, self.plans[1]), _ROWS,
                            self.parents)
        examples.take(chosen)
        for each, row in zip(alike, chosen, strict=True):
            named = [(by.name, by.label(value)) for by, value in zip(few, each.values, strict=False)]
            rest = each.values[len(few):]
            named += [(naming.called(name), naming.clauses(rest[2 * at : 2 * at + 2]))
                      for at, name in enumerate(clauses)]
            known, values = self._row(files, row, keys, measure)
            yield Cell(tuple(named), each.sums, examples.example(row, measure, pairs.deciders, known, values))

    def _keys(self) -> tuple[str, ...]:
        """The keys that answers have: of what a row belongs to, where it does, and its own."""
        book = self.plans[1].rulebook
        above = (book.group.rpartition(".")[2],) if book.group else ()
        return (*above, self.after.entities[book.entity].key)

    def _row(self, files: Sequence[str], row: int, keys: Sequence[str], measure: Measure
             ) -> tuple[dict[str, str | None], tuple[Decimal, Decimal]]:
        names = ", ".join(f"b.{identifier(each)}" for each in keys)
        value = identifier(measure.name)
        found = self.con.execute(
            f"SELECT a.{value}, b.{value}, {names} FROM read_parquet({quoted(files[0])}) AS a JOIN "
            f"read_parquet({quoted(files[1])}) AS b USING (rad) WHERE rad = {row}").fetchone()
        assert found is not None
        return dict(zip(keys, found[2:], strict=True)), (found[0], found[1])
