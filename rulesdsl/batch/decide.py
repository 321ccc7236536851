"""Rows decided, edition by edition: most at a glance (``glance``), the rest with all of the meaning (``careful``)."""

from collections.abc import Callable

import duckdb

from rulesdsl.batch.belonging import OTHERS, belonging, read_by, several, write_others
from rulesdsl.batch.careful import FAULTS, Task, decide_with_care
from rulesdsl.batch.glance import answers, careful_of, everything_with_care, look, seen
from rulesdsl.batch.inputs import broken_lines, identifier, quoted
from rulesdsl.batch.keep_tables import keep_tables
from rulesdsl.batch.parents import parents_read
from rulesdsl.batch.plan import Plan
from rulesdsl.batch.words import Words, words_of
from rulesdsl.core.ir import Edition
from rulesdsl.sql.facts import Rows

BROKEN = "brutte linjer"


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
    if several(made):
        write_others(con, made)
        _refuse_days(con, made)
    words = words_of(con, made.used, book.entity)
    found: list[str] = []
    for edition in editions:
        told(f"Leser etter {edition.id}")
        keep_tables(con, edition)
        task = _task(con, made, edition, brief, words)
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


def _task(con: duckdb.DuckDBPyConnection, made: Plan, edition: Edition, brief: bool, words: Words) -> Task:
    """What is to be decided under an edition: its own rows, of all that belong with them."""
    book, rows = made.rulebook, made.rows
    parents = parents_read(con, made, edition)
    within = all(edition.valid_from <= each <= edition.valid_to for each in made.days.rows if each is not None)
    dictionaries = made.source.is_parquet
    if not several(made):
        return Task(edition, book.entity, rows, parents, book.group, "", "", brief, words, within, dictionaries)
    found, name = belonging(con, made, edition), f"{rows.relation} {edition.id}"
    con.execute(f"CREATE TEMP VIEW {identifier(name)} AS SELECT * FROM {identifier(rows.relation)} WHERE {found.sight}")
    return Task(edition, book.entity, Rows(name, rows.columns), parents, book.group, found.own, found.decided, brief,
                words, within, dictionaries)


def _refuse_days(con: duckdb.DuckDBPyConnection, made: Plan) -> None:
    """Days that no edition decides are wrong with their rows."""
    book = made.rulebook
    for refused, error in made.days.refused.items():
        con.execute(
            f"INSERT INTO {identifier(FAULTS)} SELECT ?, rad, ?, ?, ?, ? FROM {identifier(OTHERS)} WHERE dag = ?",
            [book.entity, error.code, book.date, error.value, f"{error.message} {error.hint}".strip(), refused])
