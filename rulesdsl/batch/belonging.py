"""Which rows an edition reads and decides, where there are several: most rows of a run are of one year, so the others
are written down, and one edition has the rest."""

import duckdb
from sqlglot import exp

from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.plan import Plan
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Text
from rulesdsl.source import frozen
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import day
from rulesdsl.sql.logic import column
from rulesdsl.sql.values import Days, read

OTHERS, BESIDE = "andre rader", "rader ved andre"
"""The rows that the edition of most does not decide: with their day, their edition (NULL: none), the one they are read
by, and what they belong to; and those it does decide that belong to the same."""


@frozen
class Belonging:
    """Conditions on the number of a row; empty where it holds for all. ``sight``: an edition has it in sight, for it
    reads it or one that belongs to the same; ``own``: it reads it; ``decided``: it decides it."""

    sight: str = ""
    own: str = ""
    decided: str = ""


def read_by(made: Plan) -> tuple[Edition, ...]:
    """The editions by which rows are read: those that decide, and for rows that none decides, the latest."""
    latest = made.rulebook.latest
    undecided = made.days.refused or None in made.days.rows
    return made.used if latest in made.used or not undecided else (*made.used, latest)


def several(made: Plan) -> bool:
    """Whether some rows are not decided as the others are."""
    return len(read_by(made)) > 1 or bool(made.days.refused)


def write_others(con: duckdb.DuckDBPyConnection, made: Plan) -> None:
    """Makes ``OTHERS`` and ``BESIDE``."""
    book, rows, main = made.rulebook, made.rows, _main(made)
    con.execute("CREATE TABLE dager (dag DATE, utgave VARCHAR)")
    days = [[each, made.days.editions.get(each)] for each in made.days.rows if each is not None]
    if days:
        con.executemany("INSERT INTO dager VALUES (?, ?)", days)
    home, on_day = _home(made).sql(DIALECT), day(book.latest, book.entity, rows).sql(DIALECT)
    of_main = f"SELECT dag FROM dager WHERE utgave = {quoted(main)}"
    con.execute(
        f"CREATE TABLE {identifier(OTHERS)} AS SELECT rad, dag, utgave, coalesce(utgave, {quoted(book.latest.id)}) AS "
        f"leses, {home} AS til FROM (SELECT *, {on_day} AS dag FROM {identifier(rows.relation)}) LEFT JOIN dager USING "
        f"(dag) WHERE dag IS NULL OR dag NOT IN ({of_main})")
    con.execute(
        f"CREATE TABLE {identifier(BESIDE)} AS SELECT rad, {home} AS til FROM {identifier(rows.relation)} WHERE {home} "
        f"IN (SELECT til FROM {identifier(OTHERS)} WHERE til IS NOT NULL) AND rad NOT IN (SELECT rad FROM "
        f"{identifier(OTHERS)})")


def belonging(con: duckdb.DuckDBPyConnection, made: Plan, edition: Edition) -> Belonging:
    """What is an edition's, by the relations that ``write_others`` made."""
    others, beside, name = identifier(OTHERS), identifier(BESIDE), identifier(f"rader for {edition.id}")
    own = f"leses = {quoted(edition.id)}"
    homes = f"SELECT til FROM {others} WHERE {own} AND til IS NOT NULL"
    if edition.id != _main(made):
        con.execute(f"CREATE TEMP TABLE {name} AS SELECT rad FROM {others} WHERE {own} OR til IN ({homes}) "
                    f"UNION ALL SELECT rad FROM {beside} WHERE til IN ({homes})")
        return Belonging(f"rad IN (SELECT rad FROM {name})", f"rad IN (SELECT rad FROM {others} WHERE {own})",
                         f"rad IN (SELECT rad FROM {others} WHERE utgave = {quoted(edition.id)})")
    con.execute(f"CREATE TEMP TABLE {name} AS SELECT rad FROM {others} WHERE NOT {own} AND (til IS NULL OR til NOT IN "
                f"({homes} UNION ALL SELECT til FROM {beside}))")
    return Belonging(f"rad NOT IN (SELECT rad FROM {name})", f"rad NOT IN (SELECT rad FROM {others} WHERE NOT {own})",
                     f"rad NOT IN (SELECT rad FROM {others})")


def _main(made: Plan) -> str:
    """The edition that decides most rows; of the editions that read, where none decides any."""
    counted = made.days.rows_by_edition()
    return max(counted, key=lambda name: (counted[name], name)) if counted else made.rulebook.latest.id


def _home(made: Plan) -> exp.Expr:
    """The key of what a row belongs to, as its typed facts have it; NULL where the data say nothing of it."""
    group, kinds = made.rulebook.group, made.rows.columns
    if group not in kinds:
        return exp.cast(exp.null(), "VARCHAR")
    return read(Text(), kinds[group], column(group), Days(made.rulebook.latest), key=True).value
