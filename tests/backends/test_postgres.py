"""PostgreSQL held to the interpreter: value, status, clause, rule and missing facts, with no tolerance."""

import pytest
from backends import every_form
from backends.held import LATEST, Engine, on_documents, on_real_cases
from backends.postgres_server import by_postgres, postgres  # noqa: F401
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, documents, rulebooks
from sqlglot import exp, parse_one

from rulesdsl.evaluate.documents import Document
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.dialects import in_dialect
from rulesdsl.sql.terms import NotInSql


@pytest.mark.parametrize("name", ["isf@2018", "isf@2020", "isf@2025"])
def test_the_real_editions(by_postgres: Engine, name: str) -> None:  # noqa: F811
    assert on_real_cases(by_postgres, name, 200, seed=2 + int(name[-4:])) == []


@pytest.mark.parametrize("name", sorted(LATEST.values()))
def test_the_other_schemes(by_postgres: Engine, name: str) -> None:  # noqa: F811
    assert on_real_cases(by_postgres, name, 60, seed=7) == []


def test_every_form_but_records_in_lists(by_postgres: Engine) -> None:  # noqa: F811
    assert on_documents(by_postgres, every_form.rulebook(without="tjenester"), every_form.cases(120)) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.lists(documents(), min_size=4, max_size=8))
def test_generated_rulebooks(by_postgres: Engine, book: Rulebook, found: list[Document]) -> None:  # noqa: F811
    try:
        assert on_documents(by_postgres, book, found) == []
    except NotInSql as lacking:
        event(f"not in PostgreSQL: {lacking.what}")


def test_records_in_lists_are_refused_by_name() -> None:
    edition = every_form.rulebook().edition()
    with pytest.raises(NotInSql, match="lister av poster"):
        in_dialect(compile_edition(edition, {"Episode": "fakta"}), "postgres")


def test_long_names_are_cut_and_still_tell_themselves_apart() -> None:
    names = [f"{'ø' * 40} {end}" for end in "ab"]
    query = exp.select(*(exp.column(exp.to_identifier(name, quoted=True)) for name in names)).from_("fakta")
    said = parse_one(in_dialect(query, "postgres"), read="postgres").named_selects
    assert len(set(said)) == 2
    assert all(len(name.encode()) <= 63 for name in said)
