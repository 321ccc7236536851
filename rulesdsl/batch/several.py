"""A folder with a table for each entity, decided together: patients, bills and lines that look at one another.

Its main difference with ``run`` is that everything is read with all care, and each decided entity has its own answers.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
from attrs import evolve

from rulesdsl.batch.aside import key_of, set_aside
from rulesdsl.batch.careful import FAULTS, among
from rulesdsl.batch.columns import Matching, Naming, fields_of
from rulesdsl.batch.decide import BROKEN
from rulesdsl.batch.engine import ENGINE_SETTINGS
from rulesdsl.batch.inputs import DATABASES, TEXTS, Source, broken_lines, identifier, open_source, quoted
from rulesdsl.batch.keep_tables import keep_tables
from rulesdsl.batch.notes import left_out
from rulesdsl.batch.origin import origin_of_folder
from rulesdsl.batch.plan import Days, Rulebook, days_of, editions_of, fitting, matched, readable, stage
from rulesdsl.batch.problems import Problem, cannot
from rulesdsl.batch.run import Job, Step
from rulesdsl.batch.standing import standing_notes
from rulesdsl.batch.summary import Summary, account, to_json
from rulesdsl.batch.together import Deciding, answers_of
from rulesdsl.batch.words import check_kinds, words_of
from rulesdsl.batch.workplace import work_beside
from rulesdsl.core.ir import Edition
from rulesdsl.core.values import listed
from rulesdsl.deciding import ENGINE
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.publish.json import written
from rulesdsl.source import frozen
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.entities import decided_entities, needed_entities
from rulesdsl.sql.facts import Rows, day, faults, typed
from rulesdsl.sql.names import above
from rulesdsl.workspace import Workspace


@frozen
class Table:
    """The rows of an entity, as they came. ``days`` are there where the entity has a rettsdato, and ``count``, how many
    rows there are, in a plan."""

    book: Rulebook
    source: Source
    matching: Matching
    rows: Rows
    days: Days | None
    notes: tuple[str, ...]
    count: int = 0

    @property
    def told(self) -> tuple[str, ...]:
        """The notes of a run, which shows no columns as a plan does."""
        return (*self.notes, *left_out(self.matching, self.book.latest, self.book.entity))


def run_folder(job: Job, workspace: Workspace, step: Step = lambda what, done, of: None) -> dict[str, Summary]:
    """Decide the tables of the folder ``job.data`` and write a file of answers for each decided entity to the folder
    ``job.out``, with what was set aside and the sums. Raises ``CannotRun`` and ``NoEdition``; then nothing is written.
    """
    editions, forced = _editions_of(job, workspace)
    latest = editions[-1]
    files = _files(Path(job.data), latest)
    decided = _decided_of(job, latest, files)
    _check_out(job, [latest.entities[name].plural for name in decided])
    with work_beside(job.out.with_suffix(".parquet")) as work, duckdb.connect(str(work / "arbeid.duckdb")) as con:
        con.execute(f"SET memory_limit = {quoted(job.memory)}")
        con.execute(f"SET temp_directory = {quoted(str(work / 'mellomlager'))}")
        con.execute(ENGINE_SETTINGS)
        step("Leser", 0, 2)
        tables = {name: _taken(con, workspace, Rulebook(editions, name, latest, forced, job.known), file, job.naming)
                  for name, file in files.items()}
        _check_naming(job.naming, tables)
        used = _used(tables, editions)
        for name in decided:
            check_kinds(used, name)
        _read(con, tables, used, latest, forced)
        answers = _decided(con, tables, used, forced, decided, job.brief, work, lambda what: step(what, 1, 2))
        summaries: dict[str, Summary] = {}
        for name, file in answers.items():
            table = tables[name]
            notes = (*table.told, *standing_notes(used))
            summaries[name] = account(con, table.book, table.source, table.rows, used, file, notes, job.brief)
        aside = set_aside(key_of(latest, name, table.rows) for name, table in tables.items())
        con.execute(f"COPY (SELECT * FROM ({aside}) ORDER BY entitet, linje, rad, field, code) TO "
                    f"{quoted(str(work / 'feil.parquet'))} (FORMAT parquet)")
        came_from = origin_of_folder(
            job, {name: (file, _count(con, tables[name])) for name, file in files.items()}, forced, used)
        sums = {"engine": ENGINE, "origin": came_from} | {name: to_json(one) for name, one in summaries.items()}
        (work / "sum.json").write_text(written(sums, indent=2) + "\n", encoding="utf-8")
        _put_in_place(work, job.out, [*(f"{latest.entities[one].plural}.parquet" for one in decided), "feil.parquet"])
    step("Ferdig", 1, 1)
    return summaries


def _put_in_place(work: Path, out: Path, files: list[str]) -> None:
    """Give the files their names, the sums last: a folder that has them is of a run that was done."""
    whole = out if out.exists() else work / "svar"
    whole.mkdir(exist_ok=True)
    (whole / "sum.json").unlink(missing_ok=True)
    for name in (*files, "sum.json"):
        (work / name).replace(whole / name)
    if whole is not out:
        whole.rename(out)


def planned_folder(job: Job, workspace: Workspace) -> tuple[Table, ...]:
    """The tables of a folder as a run would read them, without what is in their rows: nothing is written."""
    editions, forced = _editions_of(job, workspace)
    files = _files(Path(job.data), editions[-1])
    _decided_of(job, editions[-1], files)
    with duckdb.connect(":memory:") as con:
        con.execute(ENGINE_SETTINGS)
        tables = {name: _taken(con, workspace, Rulebook(editions, name, editions[-1], forced, job.known), file,
                               job.naming, keep=False) for name, file in files.items()}
        _check_naming(job.naming, tables)
        return tuple(evolve(table, count=_count(con, table)) for table in tables.values())


def _decided_of(job: Job, latest: Edition, files: Mapping[str, str]) -> list[str]:
    """The entities that are decided; there must be some."""
    decided = [name for name in decided_entities(latest) if name in files]
    if not decided:
        raise cannot(f"«{job.data}» har ingen tabell over {' eller '.join(decided_entities(latest))}.",
                     f"Kall filen {latest.entities[decided_entities(latest)[0]].plural}.csv eller .parquet.")
    return decided


def _count(con: duckdb.DuckDBPyConnection, table: Table) -> int:
    row = con.execute(f"SELECT count(*) FROM {identifier(table.rows.relation)}").fetchone()
    return int(row[0]) if row else 0


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────


def _editions_of(job: Job, workspace: Workspace) -> tuple[tuple[Edition, ...], Edition | None]:
    names = [file.stem for file in Path(job.data).iterdir()]
    return editions_of(workspace, job.edition, job.known, tables=names)


def _wanted(edition: Edition) -> list[str]:
    """The entities whose rows may be read: those that are looked at, and what they belong to; the topmost first."""
    levels = {name: above(edition, edition.entities[name]) for name in needed_entities(edition)}
    found = {each.name: len(above(edition, each)) for chain in levels.values() for each, _ in chain}
    return sorted(found, key=found.__getitem__)


def _files(folder: Path, edition: Edition) -> dict[str, str]:
    """The file of each entity, which is called as rules call its things, or as the entity: ``linjer.csv``."""
    names = {called.lower(): name for name in _wanted(edition)
             for called in (edition.entities[name].plural or name, name)}
    found: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in (".parquet", *TEXTS, *DATABASES):
            continue
        name = names.get(file.stem.lower())
        if name is None:
            raise cannot(f"«{file}» er ikke noe regelverket avgjør eller ser på.", did_you_mean(file.stem, names)
                         or f"Her kan stå {', '.join(names)}.")
        if name in found:
            raise cannot(f"«{file}» og «{found[name]}» er begge tabeller over {name}.", "Ta bort den ene.")
        found[name] = str(file)
    return {name: found[name] for name in _wanted(edition) if name in found}


def _check_out(job: Job, plurals: list[str]) -> None:
    there = [path for name in (*plurals, "feil") if (path := job.out / f"{name}.parquet").exists()]
    if job.out.suffix or job.out.is_file():
        raise cannot(f"«{job.out}» er ikke en mappe.", "Svarene på flere tabeller skrives til en mappe, som -o svar.")
    if not job.out.resolve().parent.is_dir():
        raise cannot(f"Mappen «{job.out.parent}» finnes ikke.")
    if job.out.resolve() == Path(job.data).resolve():
        raise cannot(f"«{job.out}» ville skrevet over dataene.", "Velg et annet navn med -o.")
    if there and not job.overwrite:
        raise cannot(f"{listed(f'«{path}»' for path in there)} finnes allerede.",
                     "Velg et annet navn med -o, eller skriv over med --overwrite.")


def _check_naming(naming: Naming, tables: Mapping[str, Table]) -> None:
    columns = {name for table in tables.values() for name, _ in table.source.columns}
    wrong = [Problem(f"--map navngir kolonnen «{name}», som ikke er i dataene.", did_you_mean(name, columns))
             for name in naming.columns if name not in columns]
    if wrong:
        raise cannot(wrong[0].message, wrong[0].hint)


def _taken(con: duckdb.DuckDBPyConnection, workspace: Workspace, book: Rulebook, file: str, naming: Naming,
           keep: bool = True) -> Table:
    """The rows of a file, under the names of the fields, with what days they have."""
    table = opened(con, book, file, naming, keep)
    with readable(table.source):
        return evolve(table, days=days_of(con, table.rows, book, workspace) if book.date else None)


def opened(con: duckdb.DuckDBPyConnection, book: Rulebook, file: str, naming: Naming, keep: bool = True) -> Table:
    """The rows of a file, under the names of the fields."""
    source = open_source(con, file, "kilde")
    fields, own = fields_of(book.editions, book.entity), {name for name, _ in source.columns}
    said = Naming({name: path for name, path in naming.columns.items() if name in own},
                  {path: meant for path, meant in naming.values.items() if path in fields})
    matching, _ = matched(book, source, None, said)
    if book.group and book.group in matching.missing:
        raise cannot(f"«{file}» har ingen kolonne {book.group.rpartition('.')[2]}, og den sier hva radene hører til.",
                     "Legg den til, eller si hvilken kolonne det er, i --map.")
    with readable(source):
        rows = stage(con, source, matching, f"rader {book.entity}", keep)
        rows, notes = fitting(con, rows, matching, fields, book.editions)
    return Table(book, source, matching, rows, None, notes)


# ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────────


def _used(tables: Mapping[str, Table], editions: tuple[Edition, ...]) -> tuple[Edition, ...]:
    """The editions that some row is decided by."""
    names = {name for table in tables.values() if table.days for name in table.days.editions.values()}
    return tuple(each for each in editions if each.id in names) or (editions[-1],)


def _facts(edition: Edition, name: str) -> str:
    return f"fakta {edition.id} {name}"


def _read(con: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], used: tuple[Edition, ...], latest: Edition,
          forced: Edition | None) -> None:
    """The typed facts under each edition, those that others belong to first, and what is wrong with each row under the
    edition of its day; what has no day of its own is held to the latest."""
    con.execute(f"CREATE TABLE {identifier(FAULTS)} (entitet VARCHAR, rad BIGINT, code VARCHAR, field VARCHAR, "
                "value VARCHAR, message VARCHAR)")
    lines = " ".join(f"WHEN {quoted(table.source.text_file)} THEN {quoted(name)}" for name, table in tables.items())
    con.execute(f"CREATE TABLE {identifier(BROKEN)} AS SELECT CASE fil {lines} END AS entitet, * "
                f"FROM ({broken_lines(con)})")
    for name, table in tables.items():
        rows, days = table.rows, table.days
        on_day = day(latest, name, rows).sql(DIALECT)
        con.execute(f"CREATE TEMP TABLE dager AS SELECT rad, {on_day} AS dag FROM {identifier(rows.relation)}")
        for edition in used:
            over = tables.get(edition.entities[name].parent)
            parents = _facts(edition, over.book.entity) if over else None
            con.execute(f"CREATE TABLE {identifier(_facts(edition, name))} AS "
                        f"{typed(edition, name, rows, parents).sql(DIALECT)}")
            own = [each for each, its in days.editions.items() if its == edition.id] if days else []
            mine = ", ".join(f"DATE '{each}'" for each in own) or "NULL"
            others = ", ".join(f"DATE '{each}'" for each in (days.editions if days else ())) or "NULL"
            rest = f" OR dag IS NULL OR dag NOT IN ({others})" if edition is used[-1] else ""
            chosen = f"SELECT rad FROM dager WHERE dag IN ({mine}){rest}"
            found = faults(edition, name, rows, _facts(edition, name), parents, among(chosen))
            con.execute(f"INSERT INTO {identifier(FAULTS)} SELECT {quoted(name)}, * FROM ({found.sql(DIALECT)})")
        for refused, error in (days.refused.items() if days else ()):
            con.execute(f"INSERT INTO {identifier(FAULTS)} SELECT ?, rad, ?, ?, ?, ? FROM dager WHERE dag = ?",
                        [name, error.code, table.book.date, error.value, f"{error.message} {error.hint}".strip(),
                         refused])
        con.execute("DROP TABLE dager")
    for name in tables:
        _only_those_that_can_be_told_apart(con, name, used)


def _only_those_that_can_be_told_apart(con: duckdb.DuckDBPyConnection, name: str, used: tuple[Edition, ...]) -> None:
    """Of two rows of one key that others may belong to, nobody knows which they belong to: both are set aside, and
    those others see neither."""
    for edition in used:
        about, facts = edition.entities[name], identifier(_facts(edition, name))
        if not any(each.parent == name for each in edition.entities.values()):
            continue
        key = identifier(about.key)
        con.execute(f"CREATE TEMP TABLE like_ AS SELECT rad, {key} AS key FROM {facts} WHERE {key} IN (SELECT {key} "
                    f"FROM {facts} WHERE {key} IS NOT NULL GROUP BY 1 HAVING count(*) > 1)")
        con.execute(f"INSERT INTO {identifier(FAULTS)} SELECT ?, rad, 'ISF511', ?, key, ? FROM like_ WHERE rad NOT IN "
                    f"(SELECT rad FROM {identifier(FAULTS)} WHERE entitet = ? AND code = 'ISF511')",
                    [name, about.key, f"{about.key} står i flere rader", name])
        con.execute(f"DELETE FROM {facts} WHERE rad IN (SELECT rad FROM like_)")
        con.execute("DROP TABLE like_")


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────


def _decided(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], used: tuple[Edition, ...], forced: Edition | None,
    decided: Sequence[str], brief: bool, work: Path, step: Callable[[str], None],
) -> dict[str, Path]:
    """The files of answers."""
    latest = used[-1]
    words = {name: words_of(con, used, name, f"ord {name}") for name in decided}
    for edition in used:
        given = {result.entity for result in edition.results.values()}
        facts = {name: _facts(edition, name) for name in needed_entities(edition) if name in tables}
        own = tuple(name for name in decided if name in given)
        keep_tables(con, edition)
        Deciding(con, edition, used, facts, own, words, forced is not None, brief, step).add_answers()
    found = {name: work / f"{latest.entities[name].plural}.parquet" for name in decided}
    for name, file in found.items():
        con.execute(f"COPY (SELECT * FROM {identifier(answers_of(name))} ORDER BY rad) TO {quoted(str(file))} "
                    "(FORMAT parquet)")
        con.execute(f"DROP TABLE {identifier(answers_of(name))}")
    return found
