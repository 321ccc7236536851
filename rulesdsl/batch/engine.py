"""How the engine is set."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

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
