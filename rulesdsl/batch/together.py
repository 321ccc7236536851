"""Things that look at one another decided by an edition, a part of them at a time: what belongs together stands in the
same part, and each step of the rules is a table that all that read it share.

So what a run takes of memory is settled by the size of a part, and its time grows as the rows do.
"""

from collections.abc import Callable, Mapping

import duckdb
from attrs import define, field
from sqlglot import exp

from rulesdsl.batch.careful import FAULTS
from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.words import Words
from rulesdsl.core.ir import Edition
from rulesdsl.sql.by_date import common, in_force, together
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.entities import compile_together
from rulesdsl.sql.facts import parent_key
from rulesdsl.sql.in_tables import Statement, in_tables
from rulesdsl.sql.logic import column
from rulesdsl.sql.searches import on_side
from rulesdsl.sql.terms import NotInSql

PART = 300_000
"""About so many rows of all tables are decided at a time."""

FEW = 20_000
"""With no more rows than this, what is missing is told at once; else it is asked for in a second look, at those that
wait and what belongs with them, for it costs the most."""

_HOMES, _WAITING = "hjem", "venter"


@define
class Deciding:
    """An edition that decides rows: ``facts`` are the relations of the typed facts of each entity, ``decided`` the
    entities that get answers, ``words`` the types of these. ``editions`` are all that decide some rows: their answers
    have the same columns. ``forced``: it decides all rows, whatever their day. ``brief``: only values and statuses are
    asked for."""

    con: duckdb.DuckDBPyConnection
    edition: Edition
    editions: tuple[Edition, ...]
    facts: Mapping[str, str]
    decided: tuple[str, ...]
    words: Mapping[str, Words]
    forced: bool
    brief: bool
    told: Callable[[str], None]
    _plans: dict[bool, list[tuple[Statement, str]]] = field(factory=dict)

    def add_answers(self) -> None:
        """Add the answers of the rows that the edition decides to the tables ``answers_of`` the entities."""
        con = self.con
        con.execute(f"CREATE TEMP TABLE {identifier(_WAITING)} (entitet VARCHAR, rad BIGINT, til VARCHAR)")
        rows = sum(self._count(relation) for relation in self.facts.values())
        self._look(first=not self.brief and rows > FEW, again=False)
        if self._count(_WAITING):
            self._look(first=False, again=True)
        con.execute(f"DROP TABLE {identifier(_WAITING)}")

    def _look(self, first: bool, again: bool) -> None:
        """Decide all rows, or ``again`` those that wait. At a ``first`` look these are only found."""
        con, parts = self.con, self._divided(again)
        for part in range(parts):
            self.told(f"Avgjør etter {self.edition.id}" + (" det som venter" if again else "")
                      + (f", del {part + 1} av {parts}" if parts > 1 else ""))
            rows = sum([self._taken(name, part, parts, again) for name in self.facts])
            if rows:
                self._make(waits=not self.brief and not first)
                waiting = self._wait() if first else 0
                for name in self.decided:
                    self._add(name, first)
                first = first and waiting * 2 < rows  # where most wait, to look at them twice is more work
            for name in self.facts:
                con.execute(f"DROP TABLE {identifier(_part_of(name))}")
        con.execute(f"DROP TABLE {identifier(_HOMES)}")

    # ── parts ──

    def _divided(self, again: bool) -> int:
        """Divide the rows that are to be decided, and all that belong with them: the number of parts."""
        homes = {name: home for name in self.facts if (home := together(self.edition, name)) is not None}
        seen = [f"SELECT {_sql(home)} AS til, rad FROM {identifier(self.facts[name])}" for name, home in homes.items()]
        own = [f"SELECT {_sql(homes[name])} FROM {identifier(self.facts[name])} WHERE "
               f"{_sql(self._own(name) or exp.true())}" for name in self.decided if name in homes]
        among = f" AND til IN ({' UNION ALL '.join(own)})" if own and not self.forced else ""
        if again:
            among = f" AND til IN (SELECT til FROM {identifier(_WAITING)})"
        rows = " UNION ALL ".join(seen) or "SELECT NULL::VARCHAR AS til, 0 AS rad"
        self.con.execute(
            f"CREATE TEMP TABLE {identifier(_HOMES)} AS SELECT til, CAST((sum(antall) OVER (ORDER BY rad, til) - "
            f"antall) // {PART} AS INTEGER) AS del FROM (SELECT til, min(rad) AS rad, count(*) AS antall "
            f"FROM ({rows}) WHERE til IS NOT NULL{among} GROUP BY til)")
        most = self.con.execute(f"SELECT max(del) FROM {identifier(_HOMES)}").fetchone()
        alone = self._count(_WAITING) if again else max(map(self._count, self.facts.values()))
        return 1 + max(alone // PART, int(most[0]) if most and most[0] is not None else 0)

    def _own(self, name: str) -> exp.Expr | None:
        """Whether a row is decided by this edition; None where all are. What has no day is decided by the latest."""
        if self.forced:
            return None
        if not self.edition.entities[name].date:
            return None if self.edition is self.editions[-1] else exp.false()
        return in_force(self.edition, name)

    def _taken(self, name: str, part: int, parts: int, again: bool) -> int:
        """Take out the rows of an entity that stand in a part, or alone: how many they are."""
        home, test = together(self.edition, name), self._own(name) if name in self.decided else exp.false()
        alone = f"rad % {parts} = {part}" + (f" AND {_sql(test)}" if test is not None else "")
        if again:
            alone += f" AND rad IN (SELECT rad FROM {identifier(_WAITING)} WHERE entitet = {quoted(name)})"
        chosen = alone if home is None else (
            f"{_sql(home)} IN (SELECT til FROM {identifier(_HOMES)} WHERE del = {part}) "
            f"OR {_sql(home)} IS NULL AND {alone}")
        self.con.execute(f"CREATE TEMP TABLE {identifier(_part_of(name))} AS SELECT * FROM "
                         f"{identifier(self.facts[name])} WHERE {chosen}")
        return self._count(_part_of(name))

    def _count(self, relation: str, condition: str = "true") -> int:
        row = self.con.execute(f"SELECT count(*) FROM {identifier(relation)} WHERE {condition}").fetchone()
        return int(row[0]) if row else 0

    # ── answers ──

    def _make(self, waits: bool) -> None:
        """Decide what stands in the part."""
        if waits not in self._plans:
            self._plans[waits] = self._statements(waits)
        for each, query in self._plans[waits]:
            self.con.execute(f"CREATE TEMP TABLE {identifier(each.name)} AS {query}")
            for name in each.done:
                self.con.execute(f"DROP TABLE {identifier(name)}")

    def _statements(self, waits: bool) -> list[tuple[Statement, str]]:
        try:
            made = compile_together(self.edition, self.decided, {name: _part_of(name) for name in self.facts},
                                    waits=waits, tables_kept=True)
        except NotInSql as missing:
            raise cannot(f"{self.edition.id} har noe som ikke kan avgjøres som tabell ennå: {missing}.",
                         "Avgjør sakene med «isfrules explain».") from None
        for name, answer in made.answers.items():
            for each in answer.expressions:
                if isinstance(each, exp.Alias) and each.alias.endswith((".punkt", ".regel")):
                    each.set("this", self.words[name].fixed(each.alias, each.this))
        found = in_tables(made.steps, made.answers, {name: _decided(name) for name in self.decided})
        return [(each, each.query.sql(DIALECT, copy=False)) for each in found]

    def _wait(self) -> int:
        """Note the rows that wait for something, and what they belong to: how many rows these have with all others."""
        for name in self.decided:
            home = together(self.edition, name)
            key = _sql(home) if home is not None else "NULL"
            open_ = " OR ".join(f"{identifier(f'{each}.status')} = 'unknown'" for each in self._results(name))
            self.con.execute(
                f"INSERT INTO {identifier(_WAITING)} SELECT {quoted(name)}, rad, {key} FROM "
                f"{identifier(_decided(name))} JOIN {identifier(_part_of(name))} USING (rad) WHERE {open_}")
        return sum(self._count(_part_of(name), self._waits(name)) for name in self.facts)

    def _waits(self, name: str) -> str:
        """Whether a row is one of those that wait, or belongs with them."""
        waiting = identifier(_WAITING)
        test = f"rad IN (SELECT rad FROM {waiting} WHERE entitet = {quoted(name)})"
        home = together(self.edition, name)
        return test if home is None else (
            f"({_sql(home)} IN (SELECT til FROM {waiting} WHERE til IS NOT NULL) OR {test})")

    def _add(self, name: str, first: bool) -> None:
        """Add the answers of an entity: of the rows that can be decided, their keys, edition and results. Those that
        wait are left out at a ``first`` look."""
        part = identifier(_part_of(name))
        aside = f"SELECT rad FROM {identifier(FAULTS)} WHERE entitet = {quoted(name)} AND rad IS NOT NULL"
        test = self._own(name)
        own = f" AND {_sql(on_side(test, lambda each: column(each, 'f')))}" if test is not None else ""
        late = f" AND f.rad NOT IN (SELECT rad FROM {part} WHERE {self._waits(name)})" if first else ""
        query = (f"SELECT s.rad, {', '.join(self._columns(name, first))} FROM {identifier(_decided(name))} AS s JOIN "
                 f"{part} AS f USING (rad) WHERE s.rad NOT IN ({aside}){own}{late}")
        table = identifier(answers_of(name))
        there = self.con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?",
                                 [answers_of(name)]).fetchone()
        self.con.execute(f"INSERT INTO {table} BY NAME {query}" if there and there[0] else
                         f"CREATE TABLE {table} AS {query}")
        self.con.execute(f"DROP TABLE {identifier(_decided(name))}")

    def _columns(self, name: str, first: bool) -> list[str]:
        about, words = self.edition.entities[name], self.words[name]
        keys = [about.key, *([parent_key(self.edition, name)] if about.parent else [])]
        told = [f"f.{identifier(key)} AS {identifier(key.rpartition('.')[2])}" for key in keys]
        told.append(f"{words.said('utgave', quoted(self.edition.id))} AS utgave")
        own = {f"{each}{part}" for each in self._results(name) for part in ("", ".status", ".punkt", ".regel")}
        for each in common(self.editions, name, self.edition, not self.brief, "s"):
            called, value = each.alias_or_name, each.sql(DIALECT)
            if self.brief and called.endswith((".punkt", ".regel")):
                continue
            if called in words.types:
                value = words.said(called, f"s.{identifier(called)}" if called in own else "NULL")
                value += f" AS {identifier(called)}"
            elif first and called.endswith(".mangler"):
                value = f"[]::VARCHAR[] AS {identifier(called)}"
            told.append(value)
        return told

    def _results(self, name: str) -> list[str]:
        return [each.name for each in self.edition.results.values() if each.entity == name]


def _part_of(name: str) -> str:
    return f"del {name}"


def _decided(name: str) -> str:
    return f"avgjort {name}"


def answers_of(name: str) -> str:
    """The table of the answers of an entity."""
    return f"svar {name}"


def _sql(value: exp.Expr) -> str:
    return f"({value.sql(DIALECT)})"
