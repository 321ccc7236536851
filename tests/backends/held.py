"""An engine held to the interpreter, on the same cases as others."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from backends.test_agreement import IN_LEVELS, drawn
from backends.typed_facts import decided
from rulebooks import Rulebook

from rulesdsl.core import ir
from rulesdsl.core.trees import all_groups, expressions
from rulesdsl.evaluate.case import Case, load
from rulesdsl.evaluate.documents import Document
from tests.shipped import SHIPPED, shipped

Engine = Callable[..., list[dict[str, Any]]]
"""Answers rows of typed facts, and where it is of several entities with those of the others, as
``typed_facts.by_duckdb`` does."""

LATEST = {each.rulebook: each.id for each in SHIPPED.index if each.rulebook not in {*IN_LEVELS, "isf"}}
"""The latest edition of each of the other schemes: DuckDB is held to all of them."""


def together_all() -> list[str]:
    """As few of these as have together every form of expression that some of them has, over every type of value, and
    every hit policy: for engines that take long to plan a query."""
    forms = {name: {_form(node) for result in edition.results.values() for part in expressions(result.groups)
                    for node in ir.walk(part)} | {(group.policy,) for result in edition.results.values()
                                                  for group in all_groups(result.groups)}
             for name in LATEST.values() if (edition := SHIPPED.edition(name)) is not None}
    left, chosen = set[tuple[str, ...]]().union(*forms.values()), list[str]()
    while left:
        best = max(sorted(forms), key=lambda name: len(forms[name] & left))
        chosen.append(best)
        left -= forms[best]
    return sorted(chosen)


def _form(node: ir.Expr) -> tuple[str, ...]:
    told = [getattr(node, name, "") for name in ("op", "which", "kind", "mode", "part")]
    return (type(node).__name__, type(node.type).__name__, *(each for each in told if isinstance(each, str)))


Differences = list[tuple[str, Any, Any]]
"""Results that an engine answers otherwise: the name, what the interpreter says, and what the engine does."""


def on_real_cases(engine: Engine, name: str, count: int, seed: int) -> Differences:
    edition = shipped(name)
    return _differences(engine, edition, drawn(edition, count, seed))


def on_documents(engine: Engine, book: Rulebook, documents: Iterable[Document]) -> Differences:
    edition = book.edition()
    return _differences(engine, edition, [load(document, edition) for document in documents])


def _differences(engine: Engine, edition: ir.Edition, cases: Sequence[Case]) -> Differences:
    entity = next(edition.entities[result.entity] for result in edition.results.values())
    wanted = decided(edition, entity, cases)
    return wanted.differences(engine(edition, entity, wanted.rows))
