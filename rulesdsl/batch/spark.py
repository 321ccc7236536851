"""A table decided on Apache Spark, for when one machine is too small: the same files with the same answers.

All that is not finished stands in a hidden folder beside the output, which every machine of a cluster must reach. The
files get their names when all of them are whole, the answers last.
"""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from rulesdsl.batch.decide import read_by
from rulesdsl.batch.inputs import quoted
from rulesdsl.batch.origin import origin
from rulesdsl.batch.plan import Plan, plan, rulebook_of
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.run import Job, Step, check_out
from rulesdsl.batch.spark_session import session
from rulesdsl.batch.spark_sums import FAULTS, summed
from rulesdsl.batch.spark_tables import Broken, Tables, by_spark, opened, ticked, uri
from rulesdsl.batch.summary import Summary, to_json
from rulesdsl.batch.workplace import work_beside
from rulesdsl.core.ir import Edition
from rulesdsl.publish.json import written
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.facts import Rows, day, faults, typed
from rulesdsl.sql.logic import cast, column
from rulesdsl.sql.spark import planned_steps
from rulesdsl.sql.spark_values import in_spark
from rulesdsl.sql.terms import NotInSql
from rulesdsl.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_IN_ONE = 20_000_000
"""How many rows stand in one file; more become a folder of files, each with as many at most."""

_ROWS, _OWN, _TOGETHER = "delt", "egne", "samlet"
_EDITION, _READ_BY, _DAY, _HOME = "§utgave", "§leses", "§dag", "§til"


def planned(job: Job, workspace: Workspace) -> Plan:
    """The plan alone: nothing is written."""
    with tempfile.TemporaryDirectory() as folder, session(Path(folder)) as spark:
        tables = Tables(spark, Path(folder))
        try:
            return _plan(tables, job, workspace, keep=False)[0]
        finally:
            tables.forget_all()


def run(job: Job, workspace: Workspace, step: Step = lambda what, done, of: None) -> Summary:
    """Decide the table and write the files. Raises ``CannotRun`` and ``NoEdition``; then nothing was written."""
    check_out(job)
    with work_beside(job.out) as work, _explained(), session(work / "mellomlager") as spark:
        tables = Tables(spark, work)
        step("Leser", 0, 1)
        made, broken = _plan(tables, job, workspace, keep=True)
        total = 3 * len(read_by(made)) + 3
        count = iter(range(1, total + 1))

        def told(what: str) -> None:
            step(what, next(count), total)

        try:
            answers = _decide(tables, made, told)
            told("Teller")
            _set_aside(tables, made, broken)
            summary = summed(tables, made, answers, job.data, broken)
            told("Skriver")
            _write(tables, made, job, work, summary, answers)
        finally:
            tables.forget_all()
    step("Ferdig", total, total)
    return summary


def _plan(
    tables: Tables, job: Job, workspace: Workspace, keep: bool
) -> tuple[Plan, tuple[tuple[Broken, ...], tuple[Broken, ...]]]:
    """The plan, and the lines of both tables that could not be read."""
    rulebook = rulebook_of(workspace, job.edition, job.known)
    if job.parents is not None and not rulebook.parent:
        raise cannot(f"{rulebook.entity} hører ikke til noe i {rulebook.latest.id}.", "Utelat --patients.")
    source, broken = opened(tables, job.data, "kilde")
    parents, above = opened(tables, job.parents, "kilde2") if job.parents is not None else (None, ())
    con: Any = tables  # what a plan asks of DuckDB, the tables answer
    return plan(con, workspace, rulebook, source, parents, job.naming, keep), (broken, above)


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────────────────


def _decide(tables: Tables, made: Plan, told: Callable[[str], None]) -> dict[str, str]:
    """Under each edition: its rows and all that belong with them typed, what is wrong with its own, and the answers.
    Gives the table of the answers under each."""
    book = made.rulebook
    _divided(tables, made)
    answers: dict[str, str] = {}
    told("Leser")
    for edition in read_by(made):
        told(f"Leser etter {edition.id}")
        own, together = _rows_of(tables, made, edition)
        facts, parents = f"{book.entity} {edition.id}", None
        if made.parent_rows is not None:
            parents = f"{book.parent} {edition.id}"
            tables.keep(parents, in_spark(typed(edition, book.parent, made.parent_rows)))
        tables.keep(facts, in_spark(typed(edition, book.entity, together, parents)))
        told(f"Kontrollerer etter {edition.id}")
        tables.keep(_faults_of(edition), in_spark(faults(edition, book.entity, own, facts, parents)))
        told(f"Avgjør etter {edition.id}")
        if edition in made.used:
            answers[edition.id] = _answer(tables, made, edition, facts, parents)
        tables.forget(facts, *([parents] if parents else []))
    if made.parent_rows is not None:
        tables.keep("prøvd", in_spark(typed(book.latest, book.parent, made.parent_rows)))
        tables.keep(_PARENT_FAULTS, in_spark(faults(book.latest, book.parent, made.parent_rows, "prøvd")))
        tables.forget("prøvd")
    return answers


def _divided(tables: Tables, made: Plan) -> None:
    """Each row with its edition (NULL: none), the one it is read by, and what it belongs to."""
    book, rows = made.rulebook, made.rows
    tables.rows("dager", "dag DATE, utgave STRING", list(made.days.editions.items()))
    home = cast(column(book.group), "VARCHAR") if book.group in rows.columns else cast(exp.null(), "VARCHAR")
    dated = exp.select("*", exp.alias_(day(book.latest, book.entity, rows), _DAY, quoted=True),
                       exp.alias_(home, _HOME, quoted=True)).from_(exp.to_identifier(rows.relation, quoted=True))
    tables.keep(_ROWS, f"SELECT r.*, d.utgave AS `{_EDITION}`, coalesce(d.utgave, {quoted(book.latest.id)}) AS "
                       f"`{_READ_BY}` FROM ({in_spark(dated)}) AS r LEFT JOIN dager AS d ON r.`{_DAY}` = d.dag")


def _rows_of(tables: Tables, made: Plan, edition: Edition) -> tuple[Rows, Rows]:
    """The rows that an edition reads, and those with all that belong with them."""
    mine = f"`{_READ_BY}` = {quoted(edition.id)}"
    tables.view(_OWN, f"SELECT * FROM {_ROWS} WHERE {mine}")
    own = Rows(_OWN, made.rows.columns)
    if len(read_by(made)) == 1 or made.rulebook.group not in made.rows.columns:
        return own, own
    tables.view(_TOGETHER, f"SELECT * FROM {_ROWS} WHERE {mine} OR `{_HOME}` IN (SELECT `{_HOME}` FROM {_ROWS} WHERE "
                           f"{mine} AND `{_HOME}` IS NOT NULL)")
    return own, Rows(_TOGETHER, made.rows.columns)


def _answer(tables: Tables, made: Plan, edition: Edition, facts: str, parents: str | None) -> str:
    """The answers of an edition's rows. What is missing is asked for in a second look, at the few rows that wait and
    those that belong with them."""
    book = made.rulebook
    above = {book.parent: parents} if parents else {}
    results = [name for name, result in edition.results.items() if result.entity == book.entity]
    tables.keep("avgjøres", f"SELECT rad FROM {_ROWS} WHERE `{_EDITION}` = {quoted(edition.id)} EXCEPT SELECT rad FROM "
                            f"{ticked(_faults_of(edition))}")
    _worked_out(tables, edition, {book.entity: facts} | above, "avgjøres", waits=False, name="svar")
    unknown = " OR ".join(f"{ticked(f'{name}.status')} = 'unknown'" for name in results)
    tables.keep("venter", f"SELECT rad FROM svar WHERE {unknown or 'false'}")
    waiting = tables.asked("SELECT count(*) FROM venter") != [(0,)]
    if waiting:
        homes = f"SELECT `{_HOME}` FROM {_ROWS} WHERE rad IN (SELECT rad FROM venter) AND `{_HOME}` IS NOT NULL"
        tables.keep("nær", f"SELECT * FROM {ticked(facts)} WHERE rad IN (SELECT rad FROM venter) OR rad IN "
                           f"(SELECT rad FROM {_ROWS} WHERE `{_HOME}` IN ({homes}))")
        _worked_out(tables, edition, {book.entity: "nær"} | above, "venter", waits=True, name="mangler")
    group = book.group.rpartition(".")[2]
    keys = [f"f.{ticked(book.group)} AS {ticked(group)}"] if book.group else []
    keys.append(f"f.{ticked(edition.entities[book.entity].key)}")
    none = "CAST(array() AS ARRAY<STRING>)"
    columns: list[str] = []
    for name in results:
        columns += [f"s.{ticked(name + part)}" for part in ("", ".status", ".punkt", ".regel")]
        missing = ticked(f"{name}.mangler")
        columns.append(f"{f'coalesce(m.{missing}, {none})' if waiting else none} AS {missing}")
    late = "LEFT JOIN mangler AS m ON s.rad = m.rad" if waiting else ""
    tables.keep(_answers_of(edition), f"SELECT s.rad, {', '.join(keys)}, {quoted(edition.id)} AS utgave, "
                                      f"{', '.join(columns)} FROM svar AS s {late} JOIN {ticked(facts)} AS f "
                                      "ON s.rad = f.rad")
    tables.forget("avgjøres", "svar", "venter", "nær", "mangler")
    return _answers_of(edition)


def _worked_out(
    tables: Tables, edition: Edition, facts: dict[str, str], only: str, waits: bool, name: str
) -> None:
    """The answers of the rows that stand in ``only``, step by step."""
    asked = exp.In(this=column("rad"), query=exp.Subquery(this=exp.select("rad").from_(
        exp.to_identifier(only, quoted=True))))
    try:
        *made, answer = planned_steps(compile_edition(edition, facts, waits=waits, only=asked))
    except NotInSql as missing:
        raise cannot(f"{edition.id} har noe som ikke kan avgjøres som tabell ennå: {missing}.",
                     "Avgjør sakene med «isfrules explain».") from None
    for each in made:
        (tables.keep if each.kept else tables.view)(each.name, each.text)
    tables.keep(name, answer.text)
    tables.forget(*(each.name for each in made))


def _answers_of(edition: Edition) -> str:
    return f"svar {edition.id}"


def _faults_of(edition: Edition) -> str:
    return f"feil {edition.id}"


_PARENT_FAULTS = "feil over"


def _set_aside(
    tables: Tables, made: Plan, broken: tuple[tuple[Broken, ...], tuple[Broken, ...]]
) -> None:
    """All that is wrong: with the rows, with what they belong to, and with lines that could not be read."""
    book = made.rulebook
    refused = [(each, error.code, book.date, error.value, f"{error.message} {error.hint}".strip())
               for each, error in made.days.refused.items()]
    lines = [(entity, line, said[:200], why) for entity, found in zip((book.entity, book.parent), broken, strict=True)
             for line, why, said in found]
    tables.rows("avslått", "dag DATE, code STRING, field STRING, value STRING, message STRING", refused)
    tables.rows("brutt", "entitet STRING, linje BIGINT, value STRING, message STRING", lines)
    told = "code, field, value, message"
    parts = [f"SELECT {quoted(book.entity)} AS entitet, rad, NULL AS linje, {told} FROM {ticked(_faults_of(edition))}"
             for edition in read_by(made)]
    if made.parent_rows is not None:
        parts.append(f"SELECT {quoted(book.parent)}, rad, NULL, {told} FROM {ticked(_PARENT_FAULTS)}")
    parts.append(f"SELECT {quoted(book.entity)}, r.rad, NULL, {told} FROM {_ROWS} AS r JOIN `avslått` AS a "
                 f"ON r.`{_DAY}` = a.dag")
    parts.append("SELECT entitet, CAST(NULL AS BIGINT), linje, 'ISF531', NULL, value, message FROM brutt")
    tables.keep(FAULTS, " UNION ALL ".join(parts))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _write(tables: Tables, made: Plan, job: Job, work: Path, summary: Summary, answers: dict[str, str]) -> None:
    """All three in the hidden folder; then each gets its name."""
    first, *more = (tables.spark.table(ticked(name)) for name in answers.values())
    for each in more:
        first = first.unionByName(each, allowMissingColumns=True)
    found = {
        "svar": _written(first, ["rad"], summary.decided, work / "svar"),
        "feil": _written(tables.spark.table(ticked(FAULTS)), ["linje", "entitet", "rad", "field", "code"],
                         tables.asked(f"SELECT count(*) FROM {ticked(FAULTS)}")[0][0], work / "feil"),
        "sum": work / "sum.json",
    }
    sums = to_json(summary) | {"origin": origin(job, made)}
    found["sum"].write_text(written(sums, indent=2) + "\n", encoding="utf-8")
    job.out.unlink(missing_ok=True)
    for name, path in job.outputs.items():
        found[name].replace(path)


def _written(frame: "DataFrame", order: Sequence[str], count: int, place: Path) -> Path:
    """The rows in order: one file where they are few, and a folder where they are many."""
    from pyspark.sql.functions import expr

    keys = [expr(name).asc_nulls_last() for name in order]
    if count <= MOST_IN_ONE:
        frame.repartition(1).sortWithinPartitions(*keys).write.parquet(uri(place))
        (file,) = place.glob("part-*.parquet")
        return file
    parts = -(-count // MOST_IN_ONE)
    frame.repartitionByRange(parts, *keys).sortWithinPartitions(*keys).write.parquet(uri(place))
    for each in place.iterdir():
        if each.suffix != ".parquet":
            each.unlink()
    return place


@contextmanager
def _explained() -> Iterator[None]:
    """What stops Spark, where it is the disk or the memory, as it would be said of any other engine."""
    try:
        yield
    except Exception as error:
        if not by_spark(error):
            raise
        said = str(error)
        if "No space left on device" in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        if "OutOfMemoryError" in said:
            raise cannot("Spark har ikke nok minne til disse dataene.",
                         "Gi den mer, som i PYSPARK_SUBMIT_ARGS='--driver-memory 16g pyspark-shell'.") from None
        raise
