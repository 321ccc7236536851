"""An engine held to the interpreter, on the same cases as others."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from backends.test_agreement import IN_LEVELS, WORKSPACE, drawn
from backends.typed_facts import decided
from rulebooks import Rulebook

from rulesdsl.core import ir
from rulesdsl.evaluate.case import Case, load
from rulesdsl.evaluate.documents import Document

Engine = Callable[..., list[dict[str, Any]]]
"""Answers rows of typed facts, and where it is of several entities with those of the others, as
``typed_facts.by_duckdb`` does."""

LATEST = {each.rulebook: each.id for each in WORKSPACE.index if each.rulebook not in {*IN_LEVELS, "isf"}}
"""The latest edition of each of the other schemes: DuckDB is held to all of them."""

Differences = list[tuple[str, Any, Any]]
"""Results that an engine answers otherwise: the name, what the interpreter says, and what the engine does."""


def on_real_cases(engine: Engine, name: str, count: int, seed: int) -> Differences:
    edition = WORKSPACE.edition(name)
    assert edition is not None
    return _differences(engine, edition, drawn(edition, count, seed))


def on_documents(engine: Engine, book: Rulebook, documents: Iterable[Document]) -> Differences:
    edition = book.edition()
    return _differences(engine, edition, [load(document, edition) for document in documents])


def _differences(engine: Engine, edition: ir.Edition, cases: Sequence[Case]) -> Differences:
    entity = next(edition.entities[result.entity] for result in edition.results.values())
    wanted = decided(edition, entity, cases)
    return wanted.differences(engine(edition, entity, wanted.rows))
