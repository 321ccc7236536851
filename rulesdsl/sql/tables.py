"""The tables of a rulebook as relations: written out in the query, so that it stands alone, or kept beside the data."""

from collections.abc import Mapping

from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.sql.logic import NULL, cast, column, named
from rulesdsl.sql.names import table_name
from rulesdsl.sql.sheet import table
from rulesdsl.sql.types import constant, sql_type


def tables_of(edition: ir.Edition, kept: bool = False) -> Mapping[str, exp.Select]:
    """The rows of each ``tabell``, as queries. ``kept``: they stand in relations that are called ``kept_name``."""
    return {table_name(name): _kept(found, kept_name(edition, name)) if kept else _rows(found, edition)
            for name, found in edition.tables.items()}


def kept_name(edition: ir.Edition, name: str) -> str:
    """The relation in which the rows of a ``tabell`` are kept."""
    return f"{table_name(name)} i {edition.id}"


def _kept(found: ir.Table, relation: str) -> exp.Select:
    columns = (column(name) for name, _ in (*found.keys, *found.columns))
    return exp.select(*columns, copy=False).from_(table(relation), copy=False)


def _rows(found: ir.Table, edition: ir.Edition) -> exp.Select:
    kinds = [*found.keys, *found.columns]
    rows = [
        exp.Tuple(expressions=[NULL if value is None else constant(value) for value in row])
        for row in cells(found)
    ] or [exp.Tuple(expressions=[NULL for _ in kinds])]
    alias = exp.TableAlias(this=exp.to_identifier("v"), columns=[
        exp.to_identifier(name, quoted=True) for name, _ in kinds])
    values = exp.Values(expressions=rows, alias=alias)
    return exp.select(*(named(cast(column(name), sql_type(kind, edition)), name) for name, kind in kinds), copy=False
                      ).from_(values, copy=False)


def cells(found: ir.Table) -> list[tuple[ir.Value | None, ...]]:
    """The rows of a ``tabell``: the keys, then the columns."""
    return [(*key, *(row.values[name] for name, _ in found.columns)) for key, row in found.rows.items()]
