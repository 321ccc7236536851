"""What a run would do, known before it does: columns matched with fields, the editions of the dates, and what stands in
the way."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb
from attrs import evolve
from sqlglot import exp

from rulesdsl.batch.columns import Field, Match, Matching, Naming, fields_of, match
from rulesdsl.batch.inputs import Source, identifier, renamed
from rulesdsl.batch.notes import alike, left_out, not_used
from rulesdsl.batch.problems import CannotRun, Problem, cannot
from rulesdsl.batch.standing import standing_notes
from rulesdsl.batch.words import check_kinds
from rulesdsl.core.ir import Edition
from rulesdsl.core.values import listed
from rulesdsl.deciding import NoEdition, edition_named, on_day
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.source import canonical_name, frozen
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows, day, parent_key
from rulesdsl.sql.kinds import EMPTY, Kind, has_floats, kind_said, why_unfit
from rulesdsl.workspace import Workspace

ROWS, PARENTS = "rader", "overordnede"
"""The relations of the rows as they came, under the names of our fields."""


@frozen
class Rulebook:
    """The editions that may decide. ``entity`` is what the rows of the table are; ``latest`` the edition that its
    fields are known from, and by which a row is read that no edition covers. ``forced`` is the edition asked for."""

    editions: tuple[Edition, ...]
    entity: str
    latest: Edition
    forced: Edition | None
    known: datetime.date | None

    @property
    def parent(self) -> str:
        return self.latest.entities[self.entity].parent

    @property
    def date(self) -> str:
        return self.latest.entities[self.entity].date

    @property
    def group(self) -> str:
        """The column that says which rows belong together."""
        return parent_key(self.latest, self.entity)


@frozen
class Days:
    """The days of the rows, by how many rows have them: the edition of each, or why there is none."""

    editions: Mapping[datetime.date, str]
    refused: Mapping[datetime.date, CaseError]
    rows: Mapping[datetime.date | None, int]

    def rows_by_edition(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for each, name in self.editions.items():
            found[name] = found.get(name, 0) + self.rows[each]
        return found


@frozen
class Plan:
    """All that is known before a run. ``notes`` are what the user had better know; nothing stands in the way."""

    source: Source
    parents: Source | None
    rulebook: Rulebook
    matching: Matching
    parent_matching: Matching | None
    rows: Rows
    parent_rows: Rows | None
    days: Days
    notes: tuple[str, ...]

    @property
    def used(self) -> tuple[Edition, ...]:
        """The editions that decide some row, by time; of a table without any, the one that says how answers look."""
        names = set(self.days.editions.values())
        found = tuple(each for each in self.rulebook.editions if each.id in names)
        return found or (self.rulebook.latest,)

    @property
    def told(self) -> tuple[str, ...]:
        """The notes of a run, which shows no columns as a plan does, and what its sums rest on."""
        columns = left_out(self.matching, self.rulebook.latest, self.rulebook.entity)
        return (*self.notes, *columns, *standing_notes(self.used))


def rulebook_of(
    workspace: Workspace, edition: str | None, known: datetime.date | None, columns: Iterable[str] = (),
    name: str | None = None,
) -> Rulebook:
    """The editions to decide by, and what it is that they decide: those of the rulebook with that ``name``, or of the
    only one, or of the one that has most of the columns as fields."""
    found, forced = editions_of(workspace, edition, known, columns, name)
    latest = found[-1]
    entity = _entity(latest)
    if entity is None:
        decided = {result.entity for result in latest.results.values()}
        raise cannot(f"{latest.id} avgjør {listed(sorted(decided)) or 'ingenting'}.",
                     "Legg en tabell for hver i en mappe, og kjør mappen på DuckDB." if len(decided) > 1 else
                     "En tabell kan bare avgjøres der regelverket avgjør noe som har en rettsdato.")
    return Rulebook(found, entity, latest, forced, known)


def editions_of(
    workspace: Workspace, edition: str | None, known: datetime.date | None, columns: Iterable[str] = (),
    name: str | None = None, tables: Iterable[str] = (),
) -> tuple[tuple[Edition, ...], Edition | None]:
    """The editions to decide by, by time, and the one that was asked for, if one was. Where nothing is said of the
    rulebook, the columns of a table or the names of several tables tell it. A rulebook may also be named in place of
    one of its editions."""
    columns = [*columns]
    if edition in workspace.rulebooks():
        edition, name = None, edition
    forced = edition_named(edition, workspace, known) if edition is not None else None
    rulebooks = (forced.rulebook,) if forced else (name,) if name else workspace.rulebooks()
    if len(rulebooks) > 1:
        rulebooks = (_with_most(workspace, {canonical_name(each).lower() for each in columns})
                     or _with_tables(workspace, {canonical_name(each).lower() for each in tables}) or rulebooks)
    if len(rulebooks) != 1:
        if not rulebooks:
            raise NoEdition("Her er ingen utgave uten feil.", "Kjør «isfrules check» og rett feilene først.", True)
        raise NoEdition(f"Her er flere regelverk: {', '.join(rulebooks)}.",
                        f"Velg med --edition, for eksempel --edition {rulebooks[0]}.{_other_marks(columns)}")
    infos = [each for each in workspace.index if each.rulebook == rulebooks[0]]
    found = [forced] if forced else [one for each in infos if (one := workspace.edition(each.id, known)) is not None]
    if not found:
        raise NoEdition(f"Ingen utgave av {rulebooks[0]} var kjent {known}.", "Velg en senere dag med --known.")
    return tuple(found), forced


def _entity(edition: Edition) -> str | None:
    """What the rows of a table are: the one kind of thing that an edition decides, if it has a rettsdato."""
    decided = {result.entity for result in edition.results.values()}
    dated = [name for name in decided if edition.entities[name].date]
    return dated[0] if len(dated) == len(decided) == 1 else None


def _other_marks(columns: Sequence[str]) -> str:
    """What may be wrong where all the names of a table stand in one column."""
    mark = next((mark for mark in "|¦^~" for name in columns if len(columns) == 1 and mark in name), None)
    return "" if mark is None else (f" Kolonnene ser ut til å være skilt med «{mark}»; det skal være semikolon, komma "
                                    "eller tabulator.")


def _with_most(workspace: Workspace, columns: set[str]) -> tuple[str, ...]:
    """The rulebooks that know most of some columns, by the fields of their latest editions; none where no one does. A
    column may be a field, a record that holds some, or the key of what the rows belong to."""
    latest = {each.rulebook: each.id for each in workspace.index}
    scores: dict[str, int] = {}
    for name, last in latest.items():
        edition = workspace.edition(last)
        entity = _entity(edition) if edition is not None else None
        if edition is not None and entity is not None:
            fields = fields_of((edition,), entity)
            scores[name] = len(columns & {part.lower() for path, each in fields.items() for part in (
                path, path.rpartition(".")[2] if each.is_key else path.partition(".")[0])})
    return _best(scores)


def _with_tables(workspace: Workspace, names: set[str]) -> tuple[str, ...]:
    """The rulebooks whose latest editions know most of some tables by name; none where no one knows any."""
    latest = {each.rulebook: workspace.edition(each.id) for each in workspace.index}
    scores = {name: len(names & {called.lower() for each in edition.entities.values()
                                 for called in (each.plural, each.name)})
              for name, edition in latest.items() if edition is not None}
    return _best(scores)


def _best(scores: Mapping[str, int]) -> tuple[str, ...]:
    """Those with the highest score; none where it is 0."""
    most = max(scores.values(), default=0)
    return tuple(name for name, score in scores.items() if score == most) if most else ()


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────


def matched(
    rulebook: Rulebook, source: Source, parents: Source | None, naming: Naming
) -> tuple[Matching, Matching | None]:
    """The columns of both tables. A name that ``--map`` gives one of them is no mistake in the other."""
    fields = fields_of(rulebook.editions, rulebook.entity)
    above = fields_of(rulebook.editions, rulebook.parent) if parents else {}
    own, others = _divided(naming, source, parents, fields, above)
    mine = match(source.columns, fields, own, rulebook.group)
    missing = rulebook.date if rulebook.date in mine.missing else ""
    if missing:
        near = did_you_mean(missing, [name for name, _ in source.columns])
        raise cannot(f"«{source.name}» har ingen kolonne {missing}, og den velger utgave.",
                     near or f"Legg den til, eller si hvilken kolonne det er, i {naming.said[0]}: "
                     f'{{"columns": {{"…": "{missing}"}}}}.')
    if parents is None:
        return mine, None
    theirs = match(parents.columns, above, others)
    key = rulebook.latest.entities[rulebook.parent].key
    if key in theirs.missing:
        raise cannot(f"«{parents.name}» har ingen kolonne {key}.", "Uten den kan ingen rader kobles.")
    if rulebook.group in mine.missing:
        raise cannot(f"«{source.name}» har ingen kolonne {key}, så radene kan ikke kobles til «{parents.name}».",
                     f"Legg den til, eller si hvilken kolonne det er, i {naming.said[0]}.")
    return mine, theirs


def _divided(
    naming: Naming, source: Source, parents: Source | None, fields: Mapping[str, Field], above: Mapping[str, Field]
) -> tuple[Naming, Naming]:
    """What is said of the columns, for each table what is about it; the first also has what is about neither."""
    if parents is None:
        return naming, Naming()
    mine, theirs = ({name for name, _ in each.columns} for each in (source, parents))
    own = {name: path for name, path in naming.columns.items() if name in mine or name not in theirs}
    other = {name: path for name, path in naming.columns.items() if name in theirs}
    if both := own.keys() & other.keys():
        own = {name: path for name, path in own.items() if name not in both or path is None or path in fields}
        other = {name: path for name, path in other.items() if name not in both or path is None or path in above}
    values = {path: meant for path, meant in naming.values.items() if path in fields or path not in above}
    theirs_mean = {path: meant for path, meant in naming.values.items() if path in above}
    return evolve(naming, columns=own, values=values), evolve(naming, columns=other, values=theirs_mean)


def stage(con: duckdb.DuckDBPyConnection, source: Source, matching: Matching, name: str, keep: bool) -> Rows:
    """The matched columns as a table of their own (``keep``), or as they stand: for a plan, and where the file knows
    the numbers of its rows."""
    kind = "TABLE" if keep and not source.row else "TEMP VIEW"
    con.execute(f"CREATE {kind} {identifier(name)} AS {renamed(source, matching.matches)}")
    return Rows(name, {each.path: each.kind for each in matching.matches})


def fitting(con: duckdb.DuckDBPyConnection, rows: Rows, matching: Matching, fields: Mapping[str, Field],
            used: Iterable[Edition]) -> tuple[Rows, tuple[str, ...]]:
    """The rows, with columns that hold nothing known to be empty, and notes; raises where a column cannot be its
    field. Floats stand where they are all whole: then they are exact."""
    kinds: dict[str, Kind] = dict(rows.columns)
    problems: list[Problem] = []
    notes: list[str] = []
    editions = tuple(used)
    for each in matching.matches:
        about = fields[each.path]
        whys = [why for edition in editions if edition.id in about.types
                and (why := why_unfit(about.types[edition.id], each.kind, edition, about.is_key)) is not None]
        filled = f"SELECT count({identifier(each.path)}) FROM {identifier(rows.relation)}"
        if whys and not _number(con, filled):
            kinds[each.path] = EMPTY
        elif whys:
            problems.append(Problem(f"Kolonnen «{each.called}» {whys[0][0]}.", whys[0][1]))
        elif each.kind.name == "list" and has_floats(each.kind):
            problems.append(Problem(f"Kolonnen «{each.called}» har {kind_said(each.kind)} av flyttall.",
                                    "Skriv elementene som hele tall, DECIMAL eller tekst."))
        elif has_floats(each.kind):
            part = _number(con, f"{filled} WHERE NOT (isfinite({identifier(each.path)}) AND "
                                f"{identifier(each.path)} = floor({identifier(each.path)}))")
            if part:
                problems.append(Problem(
                    f"Kolonnen «{each.called}» har {kind_said(each.kind)}, og {part} av verdiene er ikke hele tall.",
                    "Et flyttall er ikke nøyaktig, og kroner og poeng er det. Skriv kolonnen som DECIMAL eller tekst."))
            else:
                notes.append(f"«{each.called}» er flyttall ({each.kind.said}) med bare hele tall, og leses som det.")
        elif each.kind.name == "time":
            notes.append(f"«{each.called}» er tidspunkter; bare datoen brukes.")
    if problems:
        raise CannotRun(*problems)
    return Rows(rows.relation, kinds), tuple(notes)


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


# ── Days ─────────────────────────────────────────────────────────────────────────────────────────────────────


def days_of(con: duckdb.DuckDBPyConnection, rows: Rows, rulebook: Rulebook, workspace: Workspace) -> Days:
    """The rettsdatoer of the rows, and the edition of each."""
    own = exp.alias_(day(rulebook.latest, rulebook.entity, rows), "dag")
    query = exp.select(own, exp.Count(this=exp.Star())).from_(
        exp.table_(exp.to_identifier(rows.relation, quoted=True))).group_by("ALL")
    counted: dict[datetime.date | None, int] = dict(con.execute(query.sql(DIALECT)).fetchall())
    editions: dict[datetime.date, str] = {}
    refused: dict[datetime.date, CaseError] = {}
    for each in sorted(one for one in counted if one is not None):
        picked = rulebook.forced or on_day(each, rulebook.latest.rulebook, workspace, rulebook.known)
        if isinstance(picked, CaseError):
            refused[each] = picked
        else:
            editions[each] = picked.id
    return Days(editions, refused, counted)


def plan(con: duckdb.DuckDBPyConnection, workspace: Workspace, rulebook: Rulebook, source: Source,
         parents: Source | None, naming: Naming, keep: bool) -> Plan:
    """The plan of a run. With ``keep`` the rows are taken in once and for all, as a run needs them."""
    mine, theirs = matched(rulebook, source, parents, naming)
    with readable(source):
        rows = stage(con, source, mine, ROWS, keep)
        days = _days_checked(con, rows, mine, rulebook, workspace)
    above = None
    if parents and theirs:
        with readable(parents):
            above = stage(con, parents, theirs, PARENTS, keep)
    made = Plan(source, parents, rulebook, mine, theirs, rows, above, days, ())
    check_kinds(made.used, rulebook.entity)
    used = (*made.used, rulebook.latest)
    fields = fields_of(rulebook.editions, rulebook.entity)
    rows, notes = fitting(con, rows, mine, fields, used)
    if above is not None and theirs is not None:
        above, more = fitting(con, above, theirs, fields_of(rulebook.editions, rulebook.parent, False), used)
        notes += more
    notes = (*notes, *not_used(mine, fields, made.used), *alike(con, rows, rulebook.latest, rulebook.entity))
    return Plan(source, parents, rulebook, mine, theirs, rows, above, days, notes)


_OURS = (duckdb.IOException, duckdb.TransactionException, duckdb.OutOfMemoryException, duckdb.InterruptException,
         duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.InternalException)
"""What stops the engine whatever the data are: the machine, or a mistake of ours."""


@contextmanager
def readable(source: Source) -> Iterator[None]:
    """Data that the engine gives up on are a message."""
    try:
        yield
    except _OURS:
        raise
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        hint = "Filen kan være skadet. Ta uttrekket på nytt."
        if source.text_file:
            hint = "Se etter en linje som er brutt i to, og lagre filen med like linjeskift (LF eller CRLF)."
        raise cannot(f"«{source.name}» kan ikke leses ({why}).", hint) from None


def _days_checked(con: duckdb.DuckDBPyConnection, rows: Rows, matching: Matching, rulebook: Rulebook,
                  workspace: Workspace) -> Days:
    """The days, where the column of the rettsdato can have any."""
    fields = fields_of(rulebook.editions, rulebook.entity)
    only = Matching(tuple(each for each in matching.matches if each.path == rulebook.date), (), ())
    checked, _ = fitting(con, rows, only, fields, (rulebook.latest,))
    return days_of(con, checked, rulebook, workspace)


def kept(match_: Match) -> str:
    """A match in a line: the column, and the field where it is called something else."""
    return match_.called if match_.called == match_.path else f"{match_.called} → {match_.path}"
