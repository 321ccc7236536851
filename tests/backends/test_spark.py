"""Apache Spark held to the interpreter: value, status, clause, rule, missing facts, and what each clause gave or took,
with no tolerance."""

import pytest
from backends import every_form
from backends.held import Engine, on_documents, on_real_cases, together_all
from backends.spark_session import as_printed, by_spark, spark  # noqa: F401
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, amounts, documents, rulebooks

from rulesdsl.evaluate.documents import Document

FEW = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck),
               phases=[Phase.explicit, Phase.reuse, Phase.generate])
SOME_DOCUMENTS = st.lists(documents(), min_size=6, max_size=8)


def test_the_year_with_the_most_forms(by_spark: Engine) -> None:  # noqa: F811
    """DuckDB is held to all of them."""
    assert on_real_cases(by_spark, "isf@2020", 150, seed=2021) == []


@pytest.mark.parametrize("name", together_all())
def test_the_other_schemes(by_spark: Engine, name: str) -> None:  # noqa: F811
    """Few, and few cases, for to plan the steps takes nearly all the time."""
    assert on_real_cases(by_spark, name, 40, seed=7) == []


def test_every_form(by_spark: Engine) -> None:  # noqa: F811
    assert on_documents(by_spark, every_form.rulebook(), every_form.cases(120)) == []


@FEW
@given(rulebooks(), SOME_DOCUMENTS)
def test_generated_rulebooks(by_spark: Engine, book: Rulebook, found: list[Document]) -> None:  # noqa: F811
    assert on_documents(by_spark, book, found) == []


@settings(FEW, max_examples=8)
@given(amounts(), SOME_DOCUMENTS)
def test_what_each_clause_gave_or_took(by_spark: Engine, book: Rulebook, found: list[Document]) -> None:  # noqa: F811
    assert on_documents(by_spark, book, found) == []


def test_the_statements_as_they_are_printed(as_printed: Engine) -> None:  # noqa: F811
    assert on_real_cases(as_printed, "isf@2017", 40, seed=4) == []
