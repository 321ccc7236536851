"""Apache Spark held to the interpreter: value, status, clause, rule and missing facts, with no tolerance."""

from typing import Any

import pytest
from backends.every_form import cases, rulebook
from backends.spark_session import by_spark, spark, with_facts  # noqa: F401
from backends.test_agreement import WORKSPACE, drawn
from backends.typed_facts import answers_of, decided
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, documents, rulebooks

from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.spark import script
from rulesdsl.sql.terms import NotInSql

EDITIONS = ("isf@2020",)
"""The year with the most forms. DuckDB is held to all of them."""

CASES = 150
"""How many documents each edition is tried on."""


@pytest.mark.parametrize("name", EDITIONS)
def test_the_real_editions(spark: Any, name: str) -> None:  # noqa: F811
    edition = WORKSPACE.edition(name)
    assert edition is not None
    entity = edition.entities["Episode"]
    wanted = decided(edition, entity, drawn(edition, CASES, seed=1 + edition.valid_from.year))
    assert wanted.differences(by_spark(spark, edition, entity, wanted.rows)) == []


def test_every_form(spark: Any) -> None:  # noqa: F811
    edition = rulebook().edition()
    entity = edition.entities["Episode"]
    wanted = decided(edition, entity, [load(document, edition) for document in cases(120)])
    assert wanted.differences(by_spark(spark, edition, entity, wanted.rows)) == []


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(rulebooks(), st.lists(documents(), min_size=6, max_size=8))
def test_generated_rulebooks(spark: Any, book: Rulebook, found: list[Document]) -> None:  # noqa: F811
    edition = book.edition()
    entity = next(edition.entities[result.entity] for result in edition.results.values())
    wanted = decided(edition, entity, [load(document, edition) for document in found])
    try:
        answers = by_spark(spark, edition, entity, wanted.rows)
    except NotInSql as lacking:
        event(f"not in SQL: {lacking.what}")
        return
    assert wanted.differences(answers) == []


def test_the_statements_as_they_are_printed(spark: Any) -> None:  # noqa: F811
    edition = WORKSPACE.edition("isf@2017")
    assert edition is not None
    entity = edition.entities["Episode"]
    wanted = decided(edition, entity, drawn(edition, 40, seed=4))
    with_facts(spark, edition, entity, wanted.rows)
    *made, answer = script(compile_edition(edition, {entity.name: "fakta"})).split(";\n")
    for statement in made:
        spark.sql(statement)
    found = spark.sql(answer)
    assert wanted.differences(answers_of(edition, entity, found.columns, found.collect())) == []
