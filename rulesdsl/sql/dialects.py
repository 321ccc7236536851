"""An edition's query as text that an engine runs. What only one of them says so is in ``spark`` and ``postgres``."""

from typing import Literal, assert_never

from sqlglot import exp

from rulesdsl.sql import postgres, spark

Dialect = Literal["duckdb", "spark", "postgres"]


def in_dialect(query: exp.Select, dialect: Dialect) -> str:
    """The text of a query, laid out for reading: one statement, but for Spark, which needs several. Raises ``NotInSql``
    for what the dialect has no form for."""
    match dialect:
        case "duckdb":
            return query.sql("duckdb", pretty=True)
        case "spark":
            return spark.script(query)
        case "postgres":
            return postgres.rewritten(query).sql("postgres", pretty=True)
        case _:
            assert_never(dialect)
