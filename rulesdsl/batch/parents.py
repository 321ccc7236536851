"""The rows of what the things belong to: read at a glance where they can be, and with care where not."""

import duckdb

from rulesdsl.batch.careful import FAULTS, Parents
from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.plan import Plan, readable
from rulesdsl.core.ir import Edition
from rulesdsl.sql import direct
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows, faults, typed

_ASIDE = "tvilsomme overordnede"


def parents_read(con: duckdb.DuckDBPyConnection, made: Plan, edition: Edition) -> Parents | None:
    """The rows of the parents, typed under an edition. What is wrong with them is told once, as the latest sees it."""
    if made.parent_rows is None or made.parents is None:
        return None
    with readable(made.parents):
        return _read(con, made, edition, made.parent_rows)


def _read(con: duckdb.DuckDBPyConnection, made: Plan, edition: Edition, rows: Rows) -> Parents:
    book, key = made.rulebook, edition.entities[made.rulebook.parent].key
    name = f"{book.parent} {edition.id}"
    at_once = direct.typed(edition, book.parent, rows)
    glanced = f"{name} ved første blikk"
    con.execute(f"CREATE TEMP TABLE {identifier(glanced)} AS {at_once.sql(DIALECT)}")
    own = identifier(key)
    twice = f"{name} to ganger"
    con.execute(f"CREATE TEMP TABLE {identifier(twice)} AS SELECT {own} FROM {identifier(glanced)} WHERE {own} IS NOT "
                f"NULL AND hash({own}) IN (SELECT hash({own}) FROM {identifier(glanced)} WHERE {own} IS NOT NULL "
                f"GROUP BY 1 HAVING count(*) > 1)")
    unread = identifier(direct.UNREAD)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(_ASIDE)} AS SELECT * FROM {identifier(rows.relation)} "
                f"WHERE rad IN (SELECT rad FROM {identifier(glanced)} WHERE {unread} OR {own} IN "
                f"(FROM {identifier(twice)}))")
    aside = Rows(_ASIDE, rows.columns)
    con.execute(f"CREATE TEMP TABLE {identifier(name)} AS SELECT * EXCLUDE ({unread}) FROM {identifier(glanced)} WHERE "
                f"rad NOT IN (SELECT rad FROM {identifier(_ASIDE)}) UNION ALL BY NAME "
                f"{typed(edition, book.parent, aside).sql(DIALECT)}")
    con.execute(f"DROP TABLE {identifier(glanced)}")
    if edition is made.rulebook.latest:
        _told(con, made, aside)
    return Parents(name, key, twice)


def _told(con: duckdb.DuckDBPyConnection, made: Plan, aside: Rows) -> None:
    """What is wrong with rows that could not be read at a glance."""
    book = made.rulebook
    con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier('prøvd')} AS "
                f"{typed(book.latest, book.parent, aside).sql(DIALECT)}")
    found = faults(book.latest, book.parent, aside, "prøvd")
    con.execute(f"INSERT INTO {identifier(FAULTS)} SELECT {quoted(book.parent)}, * FROM ({found.sql(DIALECT)})")

