"""Cases as tables: documents made flat, and what the typed facts of a table come to, told as the loader tells it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import duckdb

from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Bool, ListOf, Record, Type
from rulesdsl.sql.duckdb import DIALECT, kind_of
from rulesdsl.sql.facts import Rows, above, faults, parent_key, typed
from rulesdsl.sql.kinds import places

Json = Any
Told = tuple[dict[int, dict[tuple[str, ...], Any]], set[tuple[int, str, str]]]
"""The known facts of each row by path, and the row, code and field of each fault."""


def raw_type(type_: Type, edition: Edition) -> str:
    """The type of a column that can hold a value however JSON writes it."""
    match type_:
        case Bool() | Record():
            return "BOOLEAN"
        case ListOf(Record(name)):
            inner = ", ".join(f'"{each.name}" {raw_type(each.type, edition)}' for each in edition.records[name].fields)
            return f"STRUCT({inner})[]"
        case ListOf():
            return "VARCHAR[]"
        case _:
            return "VARCHAR"


def flat(value: Json) -> Json:
    """A value of JSON as a column holds it: numbers as text, exactly."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, list):
        return [flat(each) for each in value]
    return {name: flat(each) for name, each in value.items()} if isinstance(value, dict) else value


def filled(value: Json, type_: Type, edition: Edition) -> Json:
    """A list of records, each with all its fields: a column has them for every row."""
    if not (isinstance(type_, ListOf) and isinstance(type_.item, Record) and isinstance(value, list)):
        return value
    names = [each.name for each in edition.records[type_.item.name].fields]
    return [{name: each.get(name) for name in names} if isinstance(each, dict) else each for each in value]


def at(raw: Json, path: Iterable[str]) -> Json:
    for name in path:
        raw = raw.get(name) if isinstance(raw, dict) else None
    return raw


def table(con: duckdb.DuckDBPyConnection, edition: Edition, entity: str, things: list[tuple[Json, Json]],
          name: str = "raw") -> Rows:
    """A table with a row of each thing and what it belongs to (None: it stands alone)."""
    columns: dict[str, tuple[str, list[Any]]] = {}
    for place in places(edition, entity):
        values = [at(raw, place.path.split(".")) for raw, _ in things]
        if isinstance(place.type, Record):
            values = [True if isinstance(value, dict) else None for value in values]
        columns[place.path] = (raw_type(place.type, edition), [filled(flat(value), place.type, edition)
                                                                for value in values])
    key = parent_key(edition, entity)
    if key:
        columns[key] = ("VARCHAR", [at(owner or {}, [key.partition(".")[2]]) for _, owner in things])
    return made(con, name, columns)


def made(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, tuple[str, list[Any]]]) -> Rows:
    declared = ", ".join(f'"{path}" {type_}' for path, (type_, _) in columns.items())
    con.execute(f'CREATE OR REPLACE TABLE "{name}" (rad BIGINT, {declared})')
    count = max((len(values) for _, values in columns.values()), default=0)
    holes = ", ".join(f"CAST(? AS {type_})" for type_, _ in columns.values())
    for row in range(count):
        con.execute(f'INSERT INTO "{name}" VALUES (?, {holes})',
                    [row + 1, *(values[row] for _, values in columns.values())])
    kinds = {path: kind_of(type_) for path, (type_, _) in columns.items()}
    return Rows(name, kinds)


def told(con: duckdb.DuckDBPyConnection, edition: Edition, entity: str, rows: Rows, parents: str | None = None) -> Told:
    """What the two queries say of a table."""
    con.execute(f'CREATE OR REPLACE TABLE "typed {entity}" AS '
                + typed(edition, entity, rows, parents).sql(DIALECT))
    result = con.execute(f'SELECT * FROM "typed {entity}" ORDER BY rad')
    names = [each[0] for each in result.description or ()]
    facts = {}
    for row in result.fetchall():
        known = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        number = known.pop("rad")
        facts[number] = {tuple(name.split(".")): as_fact(value) for name, value in known.items()}
    wrong = con.execute(faults(edition, entity, rows, f"typed {entity}", parents).sql(DIALECT)).fetchall()
    return facts, {(row, code, field) for row, code, field, _, _ in wrong}


def as_fact(value: Any) -> Any:
    """A value as the loader has it: tuples for lists, and no key for what is not known."""
    if isinstance(value, list):
        return tuple(as_fact(each) for each in value)
    if isinstance(value, dict):
        return {name: as_fact(each) for name, each in value.items() if each is not None}
    return value


def belongs(edition: Edition, entity: str) -> set[tuple[str, ...]]:
    return {tuple(each.path.split(".")) for each in above(edition, entity)}
