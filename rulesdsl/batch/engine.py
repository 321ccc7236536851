"""How the engine is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from rulesdsl.batch.inputs import identifier, quoted

_ALWAYS = ("partial_aggregate_pushdown",)
"""That optimiser writes steps of a query into one another until each says all that it rests on."""

_FOR_FEW = (
    *_ALWAYS, "projection_pullup", "projection_placement", "join_order", "common_subplan", "aggregate_reuse",
    "duplicate_groups", "join_elimination", "outer_join_simplification", "join_filter_pushdown",
)
"""What takes longer over queries of thousands of columns than it saves where rows are few. These queries join each step
with small relations, in the order in which they are written, and nothing of it is there twice."""

ENGINE_SETTINGS = f"SET disabled_optimizers = '{','.join(_ALWAYS)}'; SET preserve_insertion_order = false"
"""To keep the order of rows, which their numbers tell, would leave the work to one processor."""


@contextmanager
def for_few_rows(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Large queries over few rows: less is done to make them quick."""
    con.execute(f"SET disabled_optimizers = '{','.join(_FOR_FEW)}'")
    try:
        yield
    finally:
        con.execute(f"SET disabled_optimizers = '{','.join(_ALWAYS)}'")


_SMALL, _GROUP = "smått", 8192


def share_few_rows(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Has relations of few rows that need much work in a file of their own, in small groups: the engine gives a group
    of rows to one processor, and they would else be one group."""
    con.execute(f"ATTACH {quoted(str(folder / 'smått.duckdb'))} AS {_SMALL} (ROW_GROUP_SIZE {_GROUP})")
    con.execute(f"SET search_path = current_database() || '.main,{_SMALL}.main'")


def keep_few_rows(con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Makes a relation of few rows that need much work."""
    shared = con.execute("SELECT count(*) FROM duckdb_databases() WHERE database_name = ?", [_SMALL]).fetchone()
    where, kind = (f"{_SMALL}.main.", "TABLE") if shared == (1,) else ("", "TEMP TABLE")
    con.execute(f"CREATE OR REPLACE {kind} {where}{identifier(name)} AS {query}")
