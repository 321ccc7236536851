"""PostgreSQL held to the interpreter: value, status, clause, rule and missing facts, with no tolerance."""

from typing import Any

import pytest
from backends.every_form import cases, rulebook
from backends.postgres_server import by_postgres, postgres  # noqa: F401
from backends.test_agreement import WORKSPACE, drawn
from backends.typed_facts import decided
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, documents, rulebooks
from sqlglot import exp, parse_one

from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.dialects import in_dialect
from rulesdsl.sql.terms import NotInSql

CASES = 200
"""How many documents each edition is tried on."""


@pytest.mark.parametrize("name", ["isf@2018", "isf@2020", "isf@2025"])
def test_the_real_editions(postgres: Any, name: str) -> None:  # noqa: F811
    edition = WORKSPACE.edition(name)
    assert edition is not None
    entity = edition.entities["Episode"]
    wanted = decided(edition, entity, drawn(edition, CASES, seed=2 + edition.valid_from.year))
    assert wanted.differences(by_postgres(postgres, edition, entity, wanted.rows)) == []


def test_every_form_but_records_in_lists(postgres: Any) -> None:  # noqa: F811
    edition = rulebook(without="tjenester").edition()
    entity = edition.entities["Episode"]
    wanted = decided(edition, entity, [load(document, edition) for document in cases(120)])
    assert wanted.differences(by_postgres(postgres, edition, entity, wanted.rows)) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.lists(documents(), min_size=4, max_size=8))
def test_generated_rulebooks(postgres: Any, book: Rulebook, found: list[Document]) -> None:  # noqa: F811
    edition = book.edition()
    entity = next(edition.entities[result.entity] for result in edition.results.values())
    wanted = decided(edition, entity, [load(document, edition) for document in found])
    try:
        answers = by_postgres(postgres, edition, entity, wanted.rows)
    except NotInSql as lacking:
        event(f"not in PostgreSQL: {lacking.what}")
        return
    assert wanted.differences(answers) == []


def test_records_in_lists_are_refused_by_name() -> None:
    edition = rulebook().edition()
    with pytest.raises(NotInSql, match="lister av poster"):
        in_dialect(compile_edition(edition, {"Episode": "fakta"}), "postgres")


def test_long_names_are_cut_and_still_tell_themselves_apart() -> None:
    names = [f"{'ø' * 40} {end}" for end in "ab"]
    query = exp.select(*(exp.column(exp.to_identifier(name, quoted=True)) for name in names)).from_("fakta")
    said = parse_one(in_dialect(query, "postgres"), read="postgres").named_selects
    assert len(set(said)) == 2
    assert all(len(name.encode()) <= 63 for name in said)
