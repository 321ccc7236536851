"""A table decided: rows taken in, typed and checked under the edition of their day, decided, written, and counted.

All work is done in a hidden folder beside the output. The files get their names when all of them are whole: what was
set aside and the sums first, the answers last, so that where the answers are, all is.
"""

import datetime
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from sqlglot import exp

from rulesdsl.batch.columns import Naming
from rulesdsl.batch.inputs import broken_lines, identifier, open_source, quoted
from rulesdsl.batch.plan import Plan, plan, rulebook_of
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.summary import Summary, summed, to_json
from rulesdsl.core.ir import Edition
from rulesdsl.publish.json import written
from rulesdsl.source import frozen
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import day, faults, typed
from rulesdsl.sql.logic import both, column
from rulesdsl.sql.terms import NotInSql
from rulesdsl.workspace import Workspace

MEMORY = "60%"
"""How much of the machine's memory a run may take; what there is no room for is put on disk."""

Step = Callable[[str, int, int], None]
"""Told of each step: what is being done, how many steps are done, and of how many."""


@frozen
class Job:
    """What was asked for. ``out`` is the file of answers; the other two stand beside it."""

    data: str
    out: Path
    naming: Naming = Naming()
    edition: str | None = None
    known: datetime.date | None = None
    parents: str | None = None
    overwrite: bool = False

    @property
    def outputs(self) -> dict[str, Path]:
        """The files of a run, in the order in which they get their names: the answers last."""
        stem = self.out.with_suffix("")
        return {"feil": stem.with_name(f"{stem.name}-feil.parquet"), "sum": stem.with_name(f"{stem.name}-sum.json"),
                "svar": self.out}


def planned(job: Job, workspace: Workspace) -> Plan:
    """The plan alone: nothing is written."""
    with duckdb.connect(":memory:") as con:
        con.execute(f"SET memory_limit = '{MEMORY}'")
        return _plan(con, job, workspace, keep=False)


def run(job: Job, workspace: Workspace, step: Step = lambda what, done, of: None) -> Summary:
    """Decide the table and write the files. Raises ``CannotRun`` and ``NoEdition``; then nothing was written."""
    _check_out(job)
    with _work_beside(job.out) as work, duckdb.connect(str(work / "arbeid.duckdb")) as con:
        con.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = {quoted(str(work / 'mellomlager'))}")
        step("Leser", 0, 1)
        made = _plan(con, job, workspace, keep=True)
        steps = 3 * len(_read_by(made)) + 3
        count = iter(range(1, steps + 1))

        def told(what: str) -> None:
            step(what, next(count), steps)

        _belongs(con, made)
        _decide(con, made, told)
        told("Teller")
        summary = summed(con, made, _answers(made), job.data)
        told("Skriver")
        _write(con, made, job, work, summary)
    step("Ferdig", steps, steps)
    return summary


def _plan(con: duckdb.DuckDBPyConnection, job: Job, workspace: Workspace, keep: bool) -> Plan:
    rulebook = rulebook_of(workspace, job.edition, job.known)
    if job.parents is not None and not rulebook.parent:
        raise cannot(f"{rulebook.entity} hører ikke til noe i {rulebook.latest.id}.", "Utelat --patients.")
    source = open_source(con, job.data, "kilde")
    parents = open_source(con, job.parents, "kilde2") if job.parents is not None else None
    return plan(con, workspace, rulebook, source, parents, job.naming, keep)


def _check_out(job: Job) -> None:
    if job.out.suffix != ".parquet":
        raise cannot(f"«{job.out}» er ikke en .parquet-fil.", f"Skriv -o {job.out.with_suffix('.parquet')}.")
    if not job.out.parent.is_dir():
        raise cannot(f"Mappen «{job.out.parent}» finnes ikke.")
    there = [path for path in job.outputs.values() if path.exists()]
    given = {Path(each).resolve() for each in (job.data, job.parents) if each}
    if any(path.resolve() in given for path in job.outputs.values()):
        raise cannot(f"«{job.out}» ville skrevet over dataene.", "Velg et annet navn med -o.")
    if there and not job.overwrite:
        raise cannot(f"{' og '.join(f'«{path}»' for path in there)} finnes allerede.",
                     "Velg et annet navn med -o, eller skriv over med --overwrite.")


@contextmanager
def _work_beside(out: Path) -> Iterator[Path]:
    """A hidden folder for all that is not finished, gone afterwards. A full disk is a message."""
    work: Path | None = None
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        yield work
    except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
        said = str(error)
        if "No space left" in said or "max_temp_directory_size" in said or "disk" in said.lower():
            raise cannot(f"Disken er full der «{out}» skal ligge.", "Gi plass, eller velg et annet sted med -o. "
                         "Ingenting er skrevet.") from None
        if isinstance(error, duckdb.OutOfMemoryException):
            raise cannot("Maskinen har ikke nok minne til disse dataene.",
                         "Del dataene på flere filer, slik at en pasients episoder blir i samme fil.") from None
        if isinstance(error, OSError) and error.filename is not None and not isinstance(error, FileNotFoundError):
            raise cannot(f"Kunne ikke skrive «{error.filename}» ({error.strerror}).") from None
        raise
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────────────────

_BELONGS, _FAULTS, _BROKEN = "tilhører", "feil", "brutte linjer"


def _read_by(made: Plan) -> tuple[Edition, ...]:
    """The editions by which rows are read: those that decide, and for rows that none decides, the latest."""
    latest = made.rulebook.latest
    undecided = made.days.refused or None in made.days.rows
    return made.used if latest in made.used or not undecided else (*made.used, latest)


def _belongs(con: duckdb.DuckDBPyConnection, made: Plan) -> None:
    """Each row with its edition (NULL: none), the one it is read by, and what it belongs to."""
    book, rows = made.rulebook, made.rows
    con.execute("CREATE TABLE dager (dag DATE, utgave VARCHAR)")
    if made.days.editions:
        con.executemany("INSERT INTO dager VALUES (?, ?)", [[*each] for each in made.days.editions.items()])
    group = identifier(book.group) if book.group in rows.columns else "NULL"
    on_day = day(book.latest, book.entity, rows).sql(DIALECT)
    con.execute(
        f"CREATE TABLE {identifier(_BELONGS)} AS SELECT r.rad, r.dag, d.utgave, coalesce(d.utgave, "
        f"{quoted(book.latest.id)}) AS leses, r.til FROM (SELECT rad, {on_day} AS dag, CAST({group} AS VARCHAR) AS til "
        f"FROM {identifier(rows.relation)}) AS r LEFT JOIN dager AS d USING (dag)")
    con.execute(f"CREATE TABLE {identifier(_FAULTS)} (entitet VARCHAR, rad BIGINT, code VARCHAR, field VARCHAR, "
                "value VARCHAR, message VARCHAR)")
    con.execute(f"CREATE TABLE {identifier(_BROKEN)} AS SELECT CASE fil WHEN {quoted(made.source.text_file)} THEN "
                f"{quoted(book.entity)} ELSE {quoted(book.parent)} END AS entitet, * FROM ({broken_lines(con)})")
    for refused, error in made.days.refused.items():
        con.execute(
            f"INSERT INTO {identifier(_FAULTS)} SELECT ?, rad, ?, ?, ?, ? FROM {identifier(_BELONGS)} WHERE dag = ?",
            [book.entity, error.code, book.date, error.value, f"{error.message} {error.hint}".strip(), refused])


def _decide(con: duckdb.DuckDBPyConnection, made: Plan, told: Callable[[str], None]) -> None:
    """Under each edition: its rows and all that belong with them typed, what is wrong with its own, and the answers."""
    book, several = made.rulebook, len(_read_by(made)) > 1
    _parents_checked(con, made)
    told("Leser")
    for edition in _read_by(made):
        told(f"Leser etter {edition.id}")
        own = f"SELECT rad FROM {identifier(_BELONGS)} WHERE leses = {quoted(edition.id)}"
        together = f"{own} OR til IN ({own.replace('SELECT rad', 'SELECT til', 1)})"
        facts, parents = f"{book.entity} {edition.id}", None
        if made.parent_rows is not None:
            parents = f"{book.parent} {edition.id}"
            _create(con, parents, typed(edition, book.parent, made.parent_rows))
        _create(con, facts, typed(edition, book.entity, made.rows, parents, _among(together) if several else None))
        told(f"Kontrollerer etter {edition.id}")
        found = faults(edition, book.entity, made.rows, facts, parents, _among(own) if several else None)
        con.execute(f"INSERT INTO {identifier(_FAULTS)} SELECT {quoted(book.entity)}, * FROM ({found.sql(DIALECT)})")
        told(f"Avgjør etter {edition.id}")
        if edition in made.used:
            _answer(con, made, edition, facts, parents)
        for relation in filter(None, (facts, parents)):
            con.execute(f"DROP TABLE {identifier(relation)}")


def _parents_checked(con: duckdb.DuckDBPyConnection, made: Plan) -> None:
    """What is wrong with the rows of what the things belong to, as the latest edition sees it."""
    if made.parent_rows is None:
        return
    book = made.rulebook
    _create(con, "prøvd", typed(book.latest, book.parent, made.parent_rows))
    found = faults(book.latest, book.parent, made.parent_rows, "prøvd")
    con.execute(f"INSERT INTO {identifier(_FAULTS)} SELECT {quoted(book.parent)}, * FROM ({found.sql(DIALECT)})")
    con.execute(f"DROP TABLE {identifier('prøvd')}")


def _answer(con: duckdb.DuckDBPyConnection, made: Plan, edition: Edition, facts: str, parents: str | None) -> None:
    """The answers of an edition's rows. What is missing is asked for in a second look, at the few rows that wait and
    those that belong with them: it costs more than all the rest."""
    book = made.rulebook
    aside = f"SELECT rad FROM {identifier(_FAULTS)} WHERE entitet = {quoted(book.entity)}"
    own = f"SELECT rad FROM {identifier(_BELONGS)} WHERE utgave = {quoted(edition.id)}"
    above = {book.parent: parents} if parents else {}
    results = [name for name, result in edition.results.items() if result.entity == book.entity]
    only = both(_among(own), exp.not_(_among(aside)))
    con.execute(f"CREATE TEMP TABLE svar AS {_compiled(edition, {book.entity: facts} | above, only, waits=False)}")
    statuses = [identifier(f"{name}.status") for name in results]
    waiting = "SELECT rad FROM svar WHERE " + " OR ".join(f"{status} = 'unknown'" for status in statuses)
    near = (f"SELECT * FROM {identifier(facts)} WHERE rad IN ({waiting}) OR rad IN (SELECT rad FROM "
            f"{identifier(_BELONGS)} WHERE til IN (SELECT til FROM {identifier(_BELONGS)} WHERE rad IN ({waiting})))")
    con.execute(f"CREATE TEMP TABLE {identifier(_NEAR)} AS {near}")
    second = _compiled(edition, {book.entity: _NEAR} | above, _among(waiting), waits=True)
    con.execute(f"CREATE TEMP TABLE mangler AS {second}")
    group = book.group.rpartition(".")[2]
    keys = [f"f.{identifier(book.group)} AS {identifier(group)}"] if book.group else []
    keys.append(f"f.{identifier(edition.entities[book.entity].key)}")
    told = [
        f"s.{identifier(name + part)}" for name in results for part in ("", ".status", ".punkt", ".regel")
    ]
    missing = {name: f"coalesce(m.{identifier(name + '.mangler')}, []) AS {identifier(name + '.mangler')}"
               for name in results}
    columns = [each for at, name in enumerate(results) for each in (*told[4 * at : 4 * at + 4], missing[name])]
    con.execute(
        f"CREATE TABLE {identifier(answers_of(edition))} AS SELECT s.rad, {', '.join(keys)}, "
        f"{quoted(edition.id)} AS utgave, {', '.join(columns)} FROM svar AS s LEFT JOIN mangler AS m USING (rad) "
        f"JOIN {identifier(facts)} AS f USING (rad)")
    for name in ("svar", _NEAR, "mangler"):
        con.execute(f"DROP TABLE {identifier(name)}")


_NEAR = "venter"


def _compiled(edition: Edition, tables: dict[str, str], only: exp.Expr, waits: bool) -> str:
    try:
        return compile_edition(edition, tables, waits=waits, only=only).sql(DIALECT)
    except NotInSql as missing:
        raise cannot(f"{edition.id} har noe som ikke kan avgjøres som tabell ennå: {missing}.",
                     "Avgjør sakene med «isfrules explain».") from None


def answers_of(edition: Edition) -> str:
    """The relation of the answers under an edition."""
    return f"svar {edition.id}"


def _answers(made: Plan) -> dict[str, str]:
    return {edition.id: answers_of(edition) for edition in made.used}


def _among(query: str) -> exp.Expr:
    return exp.In(this=column("rad"), query=exp.Subquery(this=exp.maybe_parse(query, dialect=DIALECT)))


def _create(con: duckdb.DuckDBPyConnection, name: str, query: exp.Select) -> None:
    con.execute(f"CREATE TABLE {identifier(name)} AS {query.sql(DIALECT)}")


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _write(con: duckdb.DuckDBPyConnection, made: Plan, job: Job, work: Path, summary: Summary) -> None:
    """All three files in the hidden folder; then each gets its name."""
    answers = " UNION ALL BY NAME ".join(f"SELECT * FROM {identifier(name)}" for name in _answers(made).values())
    aside = ("SELECT entitet, rad, NULL::BIGINT AS linje, code, field, value, message FROM "
             f"{identifier(_FAULTS)} UNION ALL SELECT entitet, NULL, linje, 'ISF531', NULL, left(tekst, 200), grunn "
             f"FROM {identifier(_BROKEN)}")
    temporary = {name: work / path.name for name, path in job.outputs.items()}
    _copy(con, f"SELECT * FROM ({answers}) ORDER BY rad", temporary["svar"])
    _copy(con, f"SELECT * FROM ({aside}) ORDER BY linje, entitet, rad, field, code", temporary["feil"])
    temporary["sum"].write_text(written(to_json(summary), indent=2) + "\n", encoding="utf-8")
    job.out.unlink(missing_ok=True)
    for name, path in job.outputs.items():
        temporary[name].replace(path)


def _copy(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    con.execute(f"COPY ({query}) TO {quoted(str(file))} (FORMAT parquet)")
