"""Rows decided, edition by edition: most at a glance (``glance``), the rest with all of the meaning (``careful``)."""

from collections.abc import Callable

import duckdb
from sqlglot import exp

from rulesdsl.batch.careful import FAULTS, Task, decide_with_care
from rulesdsl.batch.glance import answers, careful_of, everything_with_care, look, seen
from rulesdsl.batch.inputs import broken_lines, identifier, quoted
from rulesdsl.batch.keep_tables import keep_tables
from rulesdsl.batch.parents import parents_read
from rulesdsl.batch.plan import Plan
from rulesdsl.batch.words import Words, words_of
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Text
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows, day
from rulesdsl.sql.logic import column
from rulesdsl.sql.values import Days, read

BROKEN = "brutte linjer"
_BELONGS = "tilhører"


def read_by(made: Plan) -> tuple[Edition, ...]:
    """The editions by which rows are read: those that decide, and for rows that none decides, the latest."""
    latest = made.rulebook.latest
    undecided = made.days.refused or None in made.days.rows
    return made.used if latest in made.used or not undecided else (*made.used, latest)


def decide_rows(
    con: duckdb.DuckDBPyConnection, made: Plan, told: Callable[[str], None], brief: bool = False
) -> list[str]:
    """Queries that together give the answers of all rows that can be decided; ``brief``: only their values and
    statuses. What is wrong with the others stands in ``FAULTS``, and lines that could not be read in ``BROKEN``."""
    book, editions = made.rulebook, read_by(made)
    con.execute(f"CREATE TABLE {identifier(FAULTS)} (entitet VARCHAR, rad BIGINT, code VARCHAR, field VARCHAR, "
                "value VARCHAR, message VARCHAR)")
    con.execute(f"CREATE TABLE {identifier(BROKEN)} AS SELECT CASE fil WHEN {quoted(made.source.text_file)} THEN "
                f"{quoted(book.entity)} ELSE {quoted(book.parent)} END AS entitet, * FROM ({broken_lines(con)})")
    several = len(editions) > 1 or bool(made.days.refused)
    if several:
        _belongs(con, made)
    words = words_of(con, made.used, book.entity)
    found: list[str] = []
    for edition in editions:
        told(f"Leser etter {edition.id}")
        keep_tables(con, edition)
        task = _task(con, made, edition, several, brief, words)
        sure = look(con, task) if edition in made.used else None
        if sure is None:
            everything_with_care(con, task)
        told(f"Avgjør etter {edition.id}")
        glanced = seen(con, task, sure) if sure is not None else None
        careful = decide_with_care(con, task, careful_of(task), glanced, edition in made.used)
        if careful is not None:
            found.append(f"SELECT * FROM {identifier(careful)}")
        told(f"Avgjør etter {edition.id}")
        if sure is not None:
            found.append(answers(con, sure, task))
    if book.latest not in editions:
        parents_read(con, made, book.latest)
    return found


def _task(con: duckdb.DuckDBPyConnection, made: Plan, edition: Edition, several: bool, brief: bool, words: Words
          ) -> Task:
    """What is to be decided under an edition: its own rows, of all that belong with them."""
    book, rows = made.rulebook, made.rows
    parents = parents_read(con, made, edition)
    within = all(edition.valid_from <= each <= edition.valid_to for each in made.days.rows if each is not None)
    dictionaries = made.source.is_parquet
    if not several:
        return Task(edition, book.entity, rows, parents, book.group, "", "", brief, words, within, dictionaries)
    own = f"SELECT rad FROM {identifier(_BELONGS)} WHERE leses = {quoted(edition.id)}"
    together = f"{own} OR til IN ({own.replace('SELECT rad', 'SELECT til', 1)})"
    name = f"{rows.relation} {edition.id}"
    con.execute(f"CREATE TEMP VIEW {identifier(name)} AS SELECT * FROM {identifier(rows.relation)} "
                f"WHERE rad IN ({together})")
    decided = f"SELECT rad FROM {identifier(_BELONGS)} WHERE utgave = {quoted(edition.id)}"
    return Task(edition, book.entity, Rows(name, rows.columns), parents, book.group, own, decided, brief, words, within,
                dictionaries)


def _belongs(con: duckdb.DuckDBPyConnection, made: Plan) -> None:
    """Each row with its edition (NULL: none), the one it is read by, and what it belongs to."""
    book, rows = made.rulebook, made.rows
    con.execute("CREATE TABLE dager (dag DATE, utgave VARCHAR)")
    if made.days.editions:
        con.executemany("INSERT INTO dager VALUES (?, ?)", [[*each] for each in made.days.editions.items()])
    home = _home(made).sql(DIALECT)
    on_day = day(book.latest, book.entity, rows).sql(DIALECT)
    con.execute(
        f"CREATE TABLE {identifier(_BELONGS)} AS SELECT r.rad, r.dag, d.utgave, coalesce(d.utgave, "
        f"{quoted(book.latest.id)}) AS leses, r.til FROM (SELECT rad, {on_day} AS dag, {home} AS til "
        f"FROM {identifier(rows.relation)}) AS r LEFT JOIN dager AS d USING (dag)")
    for refused, error in made.days.refused.items():
        con.execute(
            f"INSERT INTO {identifier(FAULTS)} SELECT ?, rad, ?, ?, ?, ? FROM {identifier(_BELONGS)} WHERE dag = ?",
            [book.entity, error.code, book.date, error.value, f"{error.message} {error.hint}".strip(), refused])


def _home(made: Plan) -> exp.Expr:
    """The key of what a row belongs to, as its typed facts have it; NULL where the data say nothing of it."""
    group, kinds = made.rulebook.group, made.rows.columns
    if group not in kinds:
        return exp.cast(exp.null(), "VARCHAR")
    return read(Text(), kinds[group], column(group), Days(made.rulebook.latest), key=True).value
