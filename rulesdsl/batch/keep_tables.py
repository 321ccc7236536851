"""The tables of a rulebook kept beside the data, for all queries of a run: an engine reads one of many thousand rows
once, and not in every query."""

import duckdb

from rulesdsl.batch.inputs import identifier
from rulesdsl.core import ir
from rulesdsl.sql.tables import cells, kept_name
from rulesdsl.sql.types import sql_type


def keep_tables(con: duckdb.DuckDBPyConnection, edition: ir.Edition) -> None:
    """Make the relations that queries with ``tables_kept`` read."""
    for name, found in edition.tables.items():
        kinds = [*found.keys, *found.columns]
        rows = cells(found)
        columns = [[None if row[at] is None else str(row[at]) for row in rows] for at, _ in enumerate(kinds)]
        told = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {sql_type(kind, edition)}) AS {identifier(called)}"
                         for called, kind in kinds)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(kept_name(edition, name))} AS SELECT {told}", columns)
