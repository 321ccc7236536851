"""A local Spark session, and the answers that it gives, step by step and as they are printed."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from backends.held import Engine
from backends.typed_facts import answers_of, given_of, relation
from sqlglot import exp

from rulesdsl.batch.spark_session import RETAINED
from rulesdsl.core import ir
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.entities import compile_for, has_several
from rulesdsl.sql.spark import SETTINGS, planned_steps, script

_OPTIONS = {
    "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2", "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",  # what runs for seconds is not worth compiling well
}


@cache
def missing() -> str:
    """Why there can be no session here; nothing where there can."""
    if shutil.which("java") is None:
        return "her er ingen Java, som Spark trenger"
    with contextlib.suppress(ModuleNotFoundError):
        import pyspark  # noqa: F401

        return ""
    return "pyspark er ikke installert"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if missing():
        pytest.skip(missing())
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    building = SparkSession.builder.master("local[2]").appName("isfrules")
    kept = {"spark.sql.warehouse.dir": str(folder / "warehouse"), "spark.local.dir": str(folder)}
    for name, value in (_OPTIONS | RETAINED | SETTINGS | kept).items():
        building = building.config(name, value)
    session = building.getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def by_spark(spark: Any) -> Engine:
    """The answers of the compiled edition, step by step, with what each clause gave or took."""
    def answer(
        edition: ir.Edition, entity: ir.Entity, rows: list[list[Any]],
        others: Mapping[str, list[list[Any]]] | None = None,
    ) -> list[dict[str, Any]]:
        given = {**(others or {}), entity.name: rows}
        tables = {name: f"fakta {name}" for name in given}
        for name, found in given.items():
            _with_facts(spark, edition, edition.entities[name], found, tables[name])
        query = (compile_for(edition, entity.name, tables) if has_several(edition) else
                 compile_edition(edition, tables, with_contributions=True))
        *made, last = planned_steps(query)
        for step in made:
            found = spark.sql(step.text)
            (found.localCheckpoint() if step.kept else found).createOrReplaceTempView(step.name)
        found = spark.sql(last.text)
        told = found.collect()
        for name in (*tables.values(), *(step.name for step in made)):
            spark.catalog.dropTempView(name)
        return [answer | given for answer, given in zip(
            answers_of(edition, entity, found.columns, told), given_of(found.columns, told), strict=True)]

    return answer


@pytest.fixture
def as_printed(spark: Any) -> Engine:
    """The answers that the statements give, as they are printed."""
    def answer(edition: ir.Edition, entity: ir.Entity, rows: list[list[Any]]) -> list[dict[str, Any]]:
        _with_facts(spark, edition, entity, rows)
        *made, last = script(compile_edition(edition, {entity.name: "fakta"})).split(";\n")
        for statement in made:
            spark.sql(statement)
        found = spark.sql(last)
        return [*answers_of(edition, entity, found.columns, found.collect())]

    return answer


def _with_facts(
    spark: Any, edition: ir.Edition, entity: ir.Entity, rows: list[list[Any]], name: str = "fakta"
) -> None:
    """The typed facts as a relation."""
    kinds = {column: exp.DataType.build(kind, dialect="duckdb").sql("spark")
             for column, kind in relation(edition, entity).items()}
    schema = ", ".join(f"`{column}` {kind}" for column, kind in kinds.items())
    found = spark.createDataFrame([tuple(row) for row in rows], schema, verifySchema=False)
    found.coalesce(1).localCheckpoint().createOrReplaceTempView(f"`{name}`" if " " in name else name)
