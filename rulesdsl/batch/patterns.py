"""The first reading by patterns: what rests on few fields is decided once for each combination of values that there is.

Most rules ask a few dozen codes and answers of ja and nei, and rows have far fewer combinations of these than there are
rows. Which fields make a pattern is chosen by a sample; that two patterns are never taken for one is seen by all rows.
"""

from collections.abc import Iterable, Sequence

import duckdb
from sqlglot import exp

from rulesdsl.batch.careful import Task
from rulesdsl.batch.engine import for_few_rows
from rulesdsl.batch.inputs import identifier
from rulesdsl.sql import direct, patterns
from rulesdsl.sql import duckdb as engine
from rulesdsl.sql.direct import UNREAD
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows
from rulesdsl.sql.kinds import places
from rulesdsl.sql.logic import cast, column, either, paren
from rulesdsl.sql.names import ROW
from rulesdsl.sql.patterns import PATTERN
from rulesdsl.sql.sheet import with_steps
from rulesdsl.sql.sure import Sure

NUMBER, DOUBTFUL, UNREADABLE = "§mønsternummer", "§mønster i tvil", "§mønster uleselig"
"""Columns of patterns: the number by which a row has its pattern, and what the reading says of all its rows."""

SAMPLE, ROWS_TO_ONE = 60_000, 2
"""How many rows are looked at to choose the fields, and how many rows there must be to a pattern."""

Wanted = Sequence[tuple[str, exp.Expr]]


def look_by_patterns(con: duckdb.DuckDBPyConnection, task: Task, sure: Sure, parents: str | None, wanted: Wanted,
                     doubt: str, narrow: str) -> bool:
    """Makes ``narrow``, which has what is ``wanted`` of each row, as a view of rows beside their patterns. ``doubt``
    is the column that says what is in doubt. No where there are too many patterns; then nothing is made."""
    fields = _chosen(con, task, patterns.possible(sure, task.rows, task.within))
    if not fields:
        return False
    told, early = patterns.settled(sure, task.rows, fields)
    same = _told_apart(con, task, sure, fields)
    read = direct.typed(task.edition, task.entity, task.rows, parents, within=task.within,
                        elsewhere=set(fields) - same.keys(), beside={patterns.as_read(each): each for each in fields})
    as_asked = {each: same.get(each, column(patterns.as_read(each))) for each in fields}
    made = patterns.marked(sure, read, as_asked, early, told).sql(DIALECT, copy=False)
    con.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(_marked(narrow))} AS {made}")
    if not _gathered(con, fields, early, narrow):
        return False
    sure.settled = told
    of_patterns, of_rows = sure.doubts_at_once(told)
    searched = {name for each in sure.searches for name in each.inputs}
    values = dict(wanted)
    theirs = values.keys() & told - searched
    mine = [(name, value) for name, value in wanted if name not in theirs and name not in (UNREAD, doubt)]
    ready = sorted(theirs | patterns.looked_at(sure, told, [of_rows, *(value for _, value in mine)]))
    every = {each.path for each in places(task.edition, task.entity)}
    kinds = {each: task.rows.columns[each] for each in fields}
    read = direct.typed(task.edition, task.entity, Rows(_raw(narrow), kinds), within=task.within,
                        elsewhere=every - kinds.keys(), beside={each: each for each in (PATTERN, *early)})
    _create(con, patterns_of(narrow), sure.of_facts(read, [
        (NUMBER, cast(column(ROW), "INTEGER")), (PATTERN, column(PATTERN)), (UNREADABLE, column(UNREAD)),
        (DOUBTFUL, of_patterns),
        *((name, cast(column(name), "SMALLINT") if name in sure.numbers else column(name)) for name in ready)
    ], early, some_day=True))
    con.execute(f"DROP TABLE {identifier(_raw(narrow))}")
    query = sure.sheet.query(_BESIDE, [
        *mine, (NUMBER, column(NUMBER)), (UNREAD, either(column(UNREAD), column(UNREADABLE))),
        (doubt, either(column(DOUBTFUL), paren(of_rows)))], ready=ready)
    steps = {**sure.tables, _BESIDE: patterns.beside(_marked(narrow), patterns_of(narrow), early)}
    _create(con, rows_of(narrow), with_steps(query, steps.items()))
    columns = ", ".join(f"{'m' if name in theirs else 'r'}.{identifier(name)}" for name in (*values, NUMBER))
    con.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(narrow)} AS SELECT {columns} FROM "
                f"{identifier(rows_of(narrow))} AS r JOIN {identifier(patterns_of(narrow))} AS m "
                f"USING ({identifier(NUMBER)})")
    return True


def replace_unread(con: duckdb.DuckDBPyConnection, narrow: str, query: exp.Select) -> None:
    """Puts rows that were read again in the place of those that could not be read: each has a pattern of its own."""
    again, rows, patterns_ = (identifier(each) for each in (f"{narrow}, lest igjen", rows_of(narrow),
                                                            patterns_of(narrow)))
    number = identifier(NUMBER)
    with for_few_rows(con):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {again} AS SELECT *, ((SELECT max({number}) FROM {patterns_}) + "
                    f"row_number() OVER ())::INTEGER AS {number} FROM ({query.sql(DIALECT, copy=False)})")
    con.execute(f"DELETE FROM {rows} WHERE {identifier(UNREAD)}")
    has = {row[0] for row in con.execute(f"DESCRIBE {again}").fetchall()}
    for relation in (rows, patterns_):
        own = [row[0] for row in con.execute(f"DESCRIBE {relation}").fetchall()]
        names = ", ".join(identifier(each) for each in own if each in has)
        con.execute(f"INSERT INTO {relation} ({names}) SELECT {names} FROM {again}")


def gather_alike(con: duckdb.DuckDBPyConnection, sure: Sure, narrow: str, kept: Wanted) -> bool:
    """When searches have been answered: the rows by all that their answers rest on, with what is ``kept`` of each, and
    these combinations with the columns of their patterns. No where they cannot be told apart; then nothing is made."""
    told, early = patterns.settled_after_all(sure)
    names = (NUMBER, *early)
    mark, number = identifier(PATTERN), identifier(NUMBER)
    of_row = exp.Anonymous(this="HASH", expressions=[column(name) for name in names])
    wanted = [*kept, *((name, column(name)) for name in names if name not in dict(kept)), (PATTERN, of_row)]
    _create(con, alike_rows(narrow), sure.of_border(narrow, wanted))
    rows, relation = identifier(alike_rows(narrow)), identifier(alike(narrow))
    common = "".join(f", m.{identifier(name)}" for name in sure.border if name in sure.settled)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT a.*{common} FROM (SELECT DISTINCT "
        f"{', '.join(map(identifier, (*names, PATTERN)))} FROM {rows}) AS a "
        f"JOIN {identifier(patterns_of(narrow))} AS m USING ({number})")
    apart = con.execute(f"SELECT count(*) = count(DISTINCT {mark}) FROM {relation}").fetchone()
    if apart == (True,):
        sure.settled_after_all, sure.asked_after_all = told, early
    return apart == (True,)


def alike_rows(narrow: str) -> str:
    return f"{narrow}, rader etter søk"


def alike(narrow: str) -> str:
    return f"{narrow}, like etter søk"


def of_alike(sure: Sure, narrow: str, wanted: Wanted, only: exp.Expr | None = None) -> exp.Select:
    """Some columns of what rows that are alike have in common."""
    query = sure.sheet.query(alike(narrow), wanted, only, (*sure.border, *sure.asked_after_all))
    return with_steps(query, sure.tables.items())


# ── Which fields ─────────────────────────────────────────────────────────────────────────────────────────────


def _chosen(con: duckdb.DuckDBPyConnection, task: Task, possible: Sequence[str]) -> list[str]:
    """Fields that have few combinations of values in a sample: those of most values are left out until they have."""
    fields = list(possible)
    sample = "mønsterprøve"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {sample} AS SELECT {', '.join(map(identifier, (ROW, *fields)))} FROM "
                f"{identifier(task.rows.relation)} LIMIT {SAMPLE}")
    if fields:
        counts = ", ".join(f"count(DISTINCT {identifier(each)})" for each in fields)
        (values,) = con.execute(f"SELECT {counts} FROM {sample}").fetchall()
        fields = [name for _, name in sorted(zip(values, fields, strict=True))]
    while fields and not _few(con, f"SELECT count(*), count(DISTINCT {_hashed(fields)}) FROM {sample}"):
        fields.pop()
    return fields


def _told_apart(con: duckdb.DuckDBPyConnection, task: Task, sure: Sure, fields: Sequence[str]) -> dict[str, exp.Expr]:
    """Codes of which the rules do not ask everything: each is taken for the first that gets the same answers to all
    questions, and what is no code for none, whose row is marked."""
    found: dict[str, exp.Expr] = {}
    at_once = direct.looked_up_at_once(task.edition, task.entity, task.rows, task.within)
    every = places(task.edition, task.entity)
    for place in every:
        asked = patterns.questions(sure, place.path) if place.path in at_once and place.path in fields else None
        codes = direct.read_as(task.edition, task.rows, place) if asked is not None else {}
        if asked is None or not codes:
            continue
        kind = task.rows.columns[place.path]
        keys = [direct.as_in(kind, each) for each in codes]
        said, relation = ", ".join(each.sql(DIALECT) for each in keys), "koder"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT row_number() OVER () AS {ROW}, kode AS "
                    f"{identifier(place.path)} FROM (SELECT unnest([{said}]) AS kode)")
        read = direct.typed(task.edition, task.entity, Rows(relation, {place.path: kind}), within=task.within,
                            elsewhere={each.path for each in every}, beside={_CODE: place.path})
        answers = [(f"{number}", each) for number, each in enumerate(asked)]
        query = sure.of_facts(read, [(_CODE, column(_CODE)), *answers], some_day=True)
        first: dict[str, str | int] = {}
        alike = {code: first.setdefault(repr(told), code)
                 for code, *told in sorted(con.execute(query.sql(DIALECT, copy=False)).fetchall())}
        taken = [direct.as_in(kind, alike[each]) for each in codes]
        found[place.path] = engine.looked_up(keys, taken, column(patterns.as_read(place.path)))
    return found


_CODE = "§kode"


def _gathered(con: duckdb.DuckDBPyConnection, fields: Sequence[str], early: Sequence[str], narrow: str) -> bool:
    """The patterns of all rows, with their values; no where they are many, or two of them are told apart by nothing."""
    raw, source, mark = identifier(_raw(narrow)), identifier(_marked(narrow)), identifier(PATTERN)
    columns = [f"{identifier(patterns.as_read(each))} AS {identifier(each)}" for each in fields]
    columns += [*map(identifier, early), mark]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {raw} AS SELECT row_number() OVER () AS {ROW}, * FROM (SELECT DISTINCT "
                f"{', '.join(columns)} FROM {source})")
    apart = con.execute(f"SELECT count(*) = count(DISTINCT {mark}) FROM {raw}").fetchone()
    return apart == (True,) and _few(con, f"SELECT (SELECT count(*) FROM {source}), (SELECT count(*) FROM {raw})")


def _few(con: duckdb.DuckDBPyConnection, query: str) -> bool:
    (rows, found), = con.execute(query).fetchall()
    return bool(rows >= ROWS_TO_ONE * found)


_BESIDE = "fakta og mønster"


def rows_of(narrow: str) -> str:
    return f"{narrow}, rader"


def patterns_of(narrow: str) -> str:
    return f"{narrow}, mønstre"


def _marked(narrow: str) -> str:
    return f"{narrow}, merket"


def _raw(narrow: str) -> str:
    return f"{narrow}, mønstre som lest"


def _hashed(fields: Iterable[str]) -> str:
    return f"hash({', '.join(map(identifier, fields))})"


def _create(con: duckdb.DuckDBPyConnection, name: str, query: exp.Select) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS {query.sql(DIALECT, copy=False)}")
