"""What is set aside, with the key of each row: rows that something is wrong with, and lines that could not be read."""

from collections.abc import Iterable

from sqlglot import exp

from rulesdsl.batch.careful import FAULTS
from rulesdsl.batch.decide import BROKEN
from rulesdsl.batch.inputs import identifier
from rulesdsl.batch.plan import Plan
from rulesdsl.core.ir import Edition
from rulesdsl.sql.duckdb import DIALECT, composed
from rulesdsl.sql.facts import Rows
from rulesdsl.sql.logic import cast, column, named, text
from rulesdsl.sql.names import ROW


def key_of(edition: Edition, entity: str, rows: Rows) -> exp.Select:
    """The key of each row, as it stands in the data, in NFC as keys are; NULL where the data have none."""
    name = edition.entities[entity].key
    key = composed(cast(column(name), "VARCHAR")) if name in rows.columns else cast(exp.null(), "VARCHAR")
    return exp.select(named(text(entity), "entitet"), column(ROW), named(key, "key")).from_(
        exp.to_identifier(rows.relation, quoted=True))


def keys_of(made: Plan) -> list[exp.Select]:
    """The keys of all rows of a run."""
    book = made.rulebook
    above = [key_of(book.latest, book.parent, made.parent_rows)] if made.parent_rows is not None else []
    return [key_of(book.latest, book.entity, made.rows), *above]


def set_aside(keys: Iterable[exp.Select]) -> str:
    """A query for all of it, on DuckDB. ``keys`` are those of each entity."""
    told = " UNION ALL ".join(each.sql(DIALECT) for each in keys)
    return (f"SELECT f.entitet, f.rad, NULL::BIGINT AS linje, k.key, code, field, value, message FROM "
            f"{identifier(FAULTS)} AS f LEFT JOIN ({told}) AS k ON f.entitet = k.entitet AND f.rad = k.rad UNION ALL "
            f"SELECT entitet, NULL, linje, NULL, 'ISF531', NULL, left(tekst, 200), grunn FROM {identifier(BROKEN)}")
