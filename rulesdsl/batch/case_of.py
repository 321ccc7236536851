"""A row of a table, with all that belong with it, to a document: what ``explain`` takes, from what ``run`` took.

The rows are read and typed as in a run, and only what can stand becomes part of the document. So the document has
exactly the facts that the answers were made from.
"""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, assert_never

import duckdb
from attrs import evolve
from sqlglot import exp

from rulesdsl.batch.answered import Keyed
from rulesdsl.batch.columns import Matching, Naming, fields_of
from rulesdsl.batch.inputs import Source, identifier, open_source, quoted, renamed
from rulesdsl.batch.plan import Rulebook, fitting, matched
from rulesdsl.batch.problems import cannot
from rulesdsl.core import types
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Type
from rulesdsl.evaluate.documents import Json
from rulesdsl.source import frozen
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import ROW, Rows, day, typed
from rulesdsl.sql.kinds import Place, places

NEAR, ABOVE = "nære", "nære overordnede"
"""The relations of the rows that were taken in."""

_NUMBER = "file_row_number"
"""What the engine calls the number of a row in a Parquet file, from 0."""


@frozen
class Table:
    """A table of a run, opened again, with its columns matched. ``group`` and ``key`` are the fields that say what a
    row belongs to and which it is."""

    con: duckdb.DuckDBPyConnection
    source: Source
    matching: Matching
    group: str
    key: str

    def count(self) -> int | None:
        """How many rows there are, where that can be known without reading them."""
        row = self.con.execute(self.source.count).fetchone() if self.source.count else None
        return int(row[0] or 0) if row else None

    def keyed(self, condition: str, *given: object) -> list[Keyed]:
        """The rows for which a condition holds on ``rad``, ``gruppe`` and ``nøkkel``."""
        matches = tuple(each for each in self.matching.matches if each.path in (self.group, self.key))
        there = {each.path for each in matches}
        above, own = (_key(path) if path in there else "NULL::VARCHAR" for path in (self.group, self.key))
        # Of a text all columns are read, as a run does: which lines can be, and so the numbers, hang on that.
        query = renamed(self.source, self.matching.matches if self.source.text_file else matches)
        return [Keyed(*row) for row in self.con.execute(
            f'SELECT * FROM (SELECT {ROW}, {above} AS gruppe, {own} AS "nøkkel" FROM ({query})) WHERE {condition} '
            f"ORDER BY {ROW}", [*given]).fetchall()]

    def take(self, name: str, path: str, value: str | int) -> Rows:
        """The rows that have a value for one of the keys, or one by its number (``path`` is then ``rad``), as a run
        takes them in."""
        given = quoted(value) if isinstance(value, str) else str(value)
        relation, number = self.source.relation, ROW
        if relation.startswith("read_parquet(") and _NUMBER not in {each for each, _ in self.source.columns}:
            # The file finds a few of its rows by their number much faster than by reading all that is in all of them.
            called = {self.group: "gruppe", self.key: '"nøkkel"'}.get(path, ROW)
            rads = [each.rad for each in self.keyed(f"{called} = {given}")] or [0]
            relation = identifier(f"{name} fra filen")
            self.con.execute(
                f"CREATE TEMP TABLE {relation} AS SELECT * FROM {self.source.relation} WHERE {_NUMBER} IN "
                f"({', '.join(str(each - 1) for each in rads)}) ORDER BY {_NUMBER}")
            number, condition = f"({rads}::BIGINT[])[{ROW}]", "true"
        else:
            condition = f"{ROW if path == ROW else _key(path)} = {given}"
        query = renamed(evolve(self.source, relation=relation, row=""), self.matching.matches)
        self.con.execute(f"CREATE TEMP TABLE {identifier(name)} AS SELECT * REPLACE ({number} AS {ROW}) FROM ({query}) "
                         f"WHERE {condition} ORDER BY {ROW}")
        return Rows(name, {each.path: each.kind for each in self.matching.matches})


def _key(path: str) -> str:
    """A key as the typed relation has it."""
    return f"nfc_normalize(CAST({identifier(path)} AS VARCHAR))"


def opened(con: duckdb.DuckDBPyConnection, rulebook: Rulebook, data: str, parents: str | None, naming: Naming
           ) -> tuple[Table, Table | None]:
    """The tables of a run, opened again."""
    source = open_source(con, data, "kilde")
    above = open_source(con, parents, "kilde2") if parents is not None else None
    mine, theirs = matched(rulebook, source, above, naming)
    entities, book = rulebook.latest.entities, rulebook
    table = Table(con, source, mine, book.group, entities[book.entity].key)
    return table, Table(con, above, theirs, "", entities[book.parent].key) if above and theirs else None


# ── The rows ─────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class Near:
    """A row and those that belong with it, taken in."""

    con: duckdb.DuckDBPyConnection
    rulebook: Rulebook
    rows: Rows
    parents: Rows | None
    rad: int

    def day(self) -> datetime.date | None:
        """The rettsdato of the row; None where it is missing or cannot be read."""
        book = self.rulebook
        found = exp.select(day(book.latest, book.entity, self.rows)).from_(
            exp.table_(exp.to_identifier(self.rows.relation, quoted=True))).where(f"{ROW} = {self.rad}")
        row = self.con.execute(found.sql(DIALECT)).fetchone()
        return row[0] if row else None


def near(rulebook: Rulebook, table: Table, above: Table | None, rad: int, group: str | None) -> Near:
    """Take in a row and all that belong with it, in their order in the table. ``group`` is what it belongs to."""
    path, value = (rulebook.group, group) if group is not None else (ROW, rad)
    taken = table.take(NEAR, path, value)
    fields = fields_of(rulebook.editions, rulebook.entity)
    rows, _ = fitting(table.con, taken, table.matching, fields, rulebook.editions)
    parents = None
    if above is not None:
        theirs = above.take(ABOVE, above.key, group or "")
        fields = fields_of(rulebook.editions, rulebook.parent, False)
        parents, _ = fitting(table.con, theirs, above.matching, fields, rulebook.editions)
    return Near(table.con, rulebook, rows, parents, rad)


# ── The document ─────────────────────────────────────────────────────────────────────────────────────────────


def document(found: Near, edition: Edition) -> tuple[dict[str, Json], str]:
    """The case that a row is part of, under an edition, and where in it the row stands (``episoder[2]``)."""
    book = found.rulebook
    entity = edition.entities[book.entity]
    above = None
    if found.parents is not None:
        above = f"{ABOVE} etter {edition.id}"
        query = typed_query(edition, book.parent, found.parents, None)
        found.con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(above)} AS {query}")
    result = found.con.execute(f"{typed_query(edition, book.entity, found.rows, above)} ORDER BY {ROW}")
    names = [each[0] for each in result.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    at = next((number for number, row in enumerate(rows) if row[ROW] == found.rad), None)
    if at is None:
        raise cannot(f"Rad {found.rad} finnes ikke i dataene nå.", "Kjør dataene på nytt.")
    made = [filled(places(edition, entity.name), row, edition) for row in rows]
    if not entity.parent or rows[at].get(book.group) is None:
        return made[at], ""
    front = book.group.removesuffix(edition.entities[entity.parent].key)
    owner = {name.removeprefix(front): value for name, value in rows[at].items() if name.startswith(front)}
    top = filled(places(edition, entity.parent), owner, edition)
    top[entity.plural] = [*made]
    return top, f"{entity.plural}[{at}]"


def typed_query(edition: Edition, entity: str, rows: Rows, parents: str | None) -> str:
    """What gives the typed facts of some rows."""
    return typed(edition, entity, rows, parents).sql(DIALECT)


def filled(fields: Iterable[Place], row: Mapping[str, Any], edition: Edition) -> dict[str, Json]:
    """The known fields of a thing, those of records within them."""
    made: dict[str, Json] = {}
    for each in fields:
        value = row.get(each.path)
        if value is None:
            continue
        *within, name = each.path.split(".")
        inside = made
        for record in within:
            below = inside.get(record)
            if not isinstance(below, dict):
                below = inside[record] = {}
            inside = below
        inside[name] = {} if isinstance(each.type, types.Record) else written(each.type, value, edition)
    return made


def written(type_: Type, value: Any, edition: Edition) -> Json:
    """A typed value as a document has it. A member of a kodeverk stands by its name, and by its code where that name is
    also somebody's code."""
    match type_:
        case types.Bool():
            return bool(value)
        case types.Text():
            return str(value)
        case types.Date():
            return str(value)
        case types.Number():
            return Decimal(value)
        case types.Code(kodeverk):
            return _code(value, edition, kodeverk)
        case types.ListOf(types.Record(name)):
            fields = edition.records[name].fields
            return [{each.name: written(each.type, one[each.name], edition) for each in fields
                     if one[each.name] is not None} for one in value]
        case types.ListOf(item):
            return [written(item, one, edition) for one in value]
        case types.Record() | types.Broken():
            raise AssertionError(f"{type_} is no value")
        case _:
            assert_never(type_)


def _code(name: str, edition: Edition, kodeverk: str) -> str:
    known = edition.kodeverk[kodeverk]
    found = known.written().get(name, ())
    if [each.name for each in found] == [name]:
        return name
    return next(each.code for each in known.members if each.name == name)
