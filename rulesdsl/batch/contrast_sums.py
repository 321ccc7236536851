"""Two sets of answers held together, row by row, and summed: in the engine, exactly, and only groups come out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb

from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.compare.contrast import Breakdown, Group, LeftOut, Rest, Sums
from rulesdsl.core.ir import Clause, Edition
from rulesdsl.core.types import MAX_DIGITS, Number
from rulesdsl.core.values import spoken
from rulesdsl.evaluate.wording import result_called
from rulesdsl.source import frozen

MOST_GROUPS = 2000
"""So many groups of a breakdown are told one by one, the most changed; the others are one line."""

SET_ASIDE = "set_aside"
NOT_GIVEN = "ikke oppgitt"
NO_ANSWER = "uten svar"
PAIRS = "par"
SIDES = ("a", "b")

@frozen
class By:
    """A column of the table to sum by: its number, what it is called, and what people read for its values."""

    number: int
    name: str
    said: Mapping[str, str]

    @property
    def column(self) -> str:
        return f"etter {self.number}"

    def label(self, value: str | None) -> str:
        return NOT_GIVEN if value is None else self.said.get(value, value)


@frozen
class Measure:
    """A result to sum: a number of the same unit in both editions, and the finer of the two types."""

    name: str
    called: str
    type: Number


@frozen
class Pairs:
    """The relation of all rows with both answers: what it was made of, and the names its columns have."""

    measures: tuple[Measure, ...]
    deciders: tuple[str, ...]
    by: tuple[By, ...]


def create(con: duckdb.DuckDBPyConnection, rows: str, files: Sequence[str], pairs: Pairs) -> None:
    """Make the relation, from the rows as they are in the source (``rad`` and the columns to sum by) and the answers
    of each edition. A row that an edition has no answer for was set aside there."""
    columns = ["k.rad", *(
        f"nullif(trim(CAST(k.{identifier(each.column)} AS VARCHAR)), '') AS {identifier(each.column)}"
        for each in pairs.by)]
    for side in SIDES:
        columns.append(f"{side}.rad IS NOT NULL AS {identifier(f'her {side}')}")
        for each in pairs.measures:
            value = f"CAST({side}.{identifier(each.name)} AS DECIMAL({MAX_DIGITS}, {each.type.scale}))"
            status = f"coalesce({side}.{identifier(f'{each.name}.status')}, {quoted(SET_ASIDE)})"
            columns += [f"{value} AS {_value(each.name, side)}", f"{status} AS {_status(each.name, side)}"]
        for name in pairs.deciders:
            columns += [f"{side}.{identifier(f'{name}.{part}')} AS {identifier(f'{part} {side} {name}')}"
                        for part in ("punkt", "regel")]
    con.execute(f"CREATE TABLE {PAIRS} AS SELECT {', '.join(columns)} FROM {rows} AS k "
                f"LEFT JOIN read_parquet({quoted(files[0])}) AS a USING (rad) "
                f"LEFT JOIN read_parquet({quoted(files[1])}) AS b USING (rad)")


def _value(name: str, side: str) -> str:
    return identifier(f"verdi {side} {name}")


def _status(name: str, side: str) -> str:
    return identifier(f"status {side} {name}")


def clause_columns(name: str) -> tuple[str, str]:
    """The columns of the clauses that decide a result, before and now."""
    return identifier(f"punkt a {name}"), identifier(f"punkt b {name}")


def change_of(name: str) -> str:
    """What a result has grown by; NULL where it is not known in both."""
    return f"({_value(name, 'b')} - {_value(name, 'a')})"


def compared(name: str) -> str:
    """Whether both editions know a result."""
    return f"({_status(name, 'a')} = 'known' AND {_status(name, 'b')} = 'known')"


_SUMS = ("rader", "holdt", "før", "nå", "vekst", "fall", "opp", "ned")


def _aggregates(name: str) -> str:
    both, grown = compared(name), change_of(name)

    def over(what: str, *conditions: str) -> str:
        return f"{what} FILTER (WHERE {' AND '.join((both, *conditions))})"

    made = (
        "count(*)", over("count(*)"), over(f"sum({_value(name, 'a')})"), over(f"sum({_value(name, 'b')})"),
        over(f"sum({grown})", f"{grown} > 0"), over(f"sum({grown})", f"{grown} < 0"),
        over("count(*)", f"{grown} > 0"), over("count(*)", f"{grown} < 0"),
    )
    return ", ".join(f"coalesce({each}, 0) AS {called}" for each, called in zip(made, _SUMS, strict=True))


def _sums(row: Sequence[Any]) -> Sums:
    before, after, gain, loss = (Decimal(each) for each in row[2:6])
    return Sums(int(row[0]), int(row[1]), before, after, gain, loss, int(row[6]), int(row[7]))


def total(con: duckdb.DuckDBPyConnection, name: str) -> Sums:
    row = con.execute(f"SELECT {_aggregates(name)} FROM {PAIRS}").fetchone()
    assert row is not None
    return _sums(row)


def left_out(con: duckdb.DuckDBPyConnection, name: str, broken: int) -> tuple[LeftOut, ...]:
    """The rows that are not compared, by what they are in either edition; lines that could not be read among them."""
    rows = con.execute(
        f"SELECT {_status(name, 'a')}, {_status(name, 'b')}, count(*), sum({_value(name, 'a')}), "
        f"sum({_value(name, 'b')}) FROM {PAIRS} WHERE NOT {compared(name)} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    found = tuple(LeftOut(*row) for row in rows)
    return (*found, LeftOut("broken", "broken", broken, None, None)) if broken else found


def account(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int, int]:
    """Rows decided in both editions, only in the first, only in the second, and in neither."""
    a, b = (identifier(f"her {side}") for side in SIDES)
    row = con.execute(f"SELECT count(*) FILTER (WHERE {a} AND {b}), count(*) FILTER (WHERE {a} AND NOT {b}), "
                      f"count(*) FILTER (WHERE {b} AND NOT {a}), count(*) FILTER (WHERE NOT {a} AND NOT {b}) "
                      f"FROM {PAIRS}").fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]


# ── Breakdowns ───────────────────────────────────────────────────────────────────────────────────────────────


def breakdowns(con: duckdb.DuckDBPyConnection, name: str, pairs: Pairs, naming: "Naming") -> Iterator[Breakdown]:
    """All rows by the clauses that decide each result people ask for, the result's own first, and by each column."""
    own = [each for each in pairs.deciders if each == name]
    for result in (*own, *(each for each in pairs.deciders if each != name)):
        groups, rest = _grouped(con, name, clause_columns(result))
        told = tuple(Group(values, naming.clauses(values), sums) for values, sums in groups)
        yield Breakdown("punkt", result, f"Punkt som avgjør {naming.called(result)}", told, rest)
    for by in pairs.by:
        groups, rest = _grouped(con, name, (identifier(by.column),))
        told = tuple(Group(values, by.label(values[0]), sums) for values, sums in groups)
        yield Breakdown("column", by.name, by.name, told, rest)


def _grouped(
    con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str]
) -> tuple[list[tuple[tuple[str | None, ...], Sums]], Rest | None]:
    keys, wide = ", ".join(columns), len(columns)
    con.execute(f"CREATE OR REPLACE TEMP TABLE grupper AS SELECT *, row_number() OVER (ORDER BY abs(nå - før) DESC, "
                f"vekst - fall DESC, rader DESC, {keys}) AS nr FROM (SELECT {keys}, {_aggregates(name)} FROM {PAIRS} "
                "GROUP BY ALL)")
    wanted = ", ".join((keys, *_SUMS))
    rows = con.execute(f"SELECT {wanted} FROM grupper WHERE nr <= {MOST_GROUPS} ORDER BY nr").fetchall()
    over = con.execute("SELECT count(*), " + ", ".join(f"coalesce(sum({each}), 0)" for each in _SUMS)
                       + f" FROM grupper WHERE nr > {MOST_GROUPS}").fetchone()
    assert over is not None
    rest = Rest(over[0], _sums(over[1:])) if over[0] else None
    return [(row[:wide], _sums(row[wide:])) for row in rows], rest


@frozen
class Naming:
    """How results and clauses are called. ``moved`` is the new number of each clause that has one."""

    before: Edition
    after: Edition
    moved: Mapping[str, str]

    def called(self, result: str) -> str:
        return result_called(self.after.results.get(result) or self.before.results[result])

    def clauses(self, pair: Sequence[str | None]) -> str:
        """``poliklinisk_form → hovedregel``, or the one clause with its title where it is the same."""
        old, new = pair
        if old is None and new is None:
            return NO_ANSWER
        if new is not None and (old == new or self.moved.get(old or "") == new):
            formerly = f" (før {old})" if old != new else ""
            return _titled(new, self.after.clauses.get(new)) + formerly
        return f"{old or NO_ANSWER} → {new or NO_ANSWER}"


def _titled(number: str, clause: Clause | None) -> str:
    if clause is None or not clause.title or clause.title.lower() == spoken(number).lower():
        return number
    return f"{number} {clause.title}"


# ── Groups that are alike in all of them ─────────────────────────────────────────────────────────────────────


@frozen
class Alike:
    """Rows with the same values in every breakdown: a condition that finds them, their sums, and some of the rows
    whose change is near the middle, the nearest first."""

    where: str
    values: tuple[str | None, ...]
    sums: Sums
    candidates: tuple[int, ...]


MOST_CANDIDATES = 20


def most_alike(con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], most: int) -> Iterator[Alike]:
    """The most changed of the groups that are alike in all these columns."""
    keys = ", ".join(columns)
    grouped = f"GROUP BY {keys}" if keys else ""
    rows = con.execute(
        f"SELECT {', '.join((*columns, _aggregates(name)))} FROM {PAIRS} WHERE {compared(name)} {grouped} "
        f"HAVING nå <> før ORDER BY abs(nå - før) DESC, rader DESC{', ' + keys if keys else ''} LIMIT {most}"
    ).fetchall()
    for row in rows:
        values, sums = row[: len(columns)], _sums(row[len(columns):])
        where = " AND ".join((compared(name), *_same(columns, values)))
        yield Alike(where, values, sums, _near_the_middle(con, name, where, sums.change > 0))


def _same(columns: Iterable[str], values: Iterable[str | None]) -> Iterator[str]:
    for column, value in zip(columns, values, strict=True):
        yield f"{column} IS NULL" if value is None else f"{column} = {quoted(value)}"


def _near_the_middle(con: duckdb.DuckDBPyConnection, name: str, where: str, up: bool) -> tuple[int, ...]:
    grown = change_of(name)
    sign = f"{grown} {'>' if up else '<'} 0"
    rows = con.execute(
        f"WITH r AS (SELECT rad, {grown} AS endring FROM {PAIRS} WHERE {where} AND {sign}), "
        "m AS (SELECT quantile_disc(endring, 0.5) AS midt FROM r) SELECT rad FROM r, m "
        f"ORDER BY abs(endring - midt), rad LIMIT {MOST_CANDIDATES}").fetchall()
    return tuple(row[0] for row in rows)
