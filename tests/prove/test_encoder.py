"""The encoder says what the interpreter says: value, status, and the clause and rule that decide."""

import pytest
from backends import every_form
from backends.test_agreement import drawn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prove.pinned import Pinned
from rulebooks import Rulebook, documents, rulebooks

from rulesdsl.evaluate.case import Case, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.prove.cases import MOST_ITEMS
from tests.shipped import shipped


def _fits(case: Case, count: int) -> bool:
    """Whether a case is small enough for the room there is, and can be decided."""
    lists = (value for thing in case.things for value in thing.facts.values() if isinstance(value, tuple))
    return (not case.errors and 0 < len(case.things) <= count and all(len(each) <= MOST_ITEMS for each in lists))


def test_every_form() -> None:
    edition = every_form.rulebook().edition()
    pinned = Pinned(edition, "Episode", 3)
    cases = [case for document in every_form.cases(60) if _fits(case := load(document, edition), 3)]
    assert len(cases) > 30
    assert [pinned.differences(case) for case in cases] == [[] for _ in cases]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.lists(documents(), min_size=1, max_size=6))
def test_generated_rulebooks(book: Rulebook, found: list[Document]) -> None:
    edition = book.edition()
    cases = [case for document in found if _fits(case := load(document, edition), 2)]
    entity = next(result.entity for result in edition.results.values())
    pinned = Pinned(edition, entity, 2)
    assert [pinned.differences(case) for case in cases] == [[] for _ in cases]


@pytest.mark.parametrize("name", ["isf@2017", "isf@2018", "isf@2019", "isf@2020", "isf@2023", "isf@2025"])
def test_real_editions(name: str) -> None:
    edition = shipped(name)
    pinned = Pinned(edition, "Episode", 3)
    cases = [case for case in drawn(edition, 40, 7) if _fits(case, 3)]
    assert len(cases) > 10
    assert [pinned.differences(case) for case in cases] == [[] for _ in cases]
