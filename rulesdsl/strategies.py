"""Hypothesis strategies made from a rulebook: cases to try promises on.

What is drawn is a document as a case file has it: a dict with codes by name or number, exact numbers (``Decimal``),
dates as ISO text, and no field that is not known. It loads without errors under the edition it was drawn for::

    load(Document(drawn), edition)

Draws are near the edition's own examples, with a few fields at the borders of its rules: the constants that fields
are compared with and their neighbours, the codes, texts and keys that rules and tables name, the days on which
something begins or ends. Nothing about any scheme is known here; an edition with examples that come to something
gives cases that do. A draw shrinks to the plainest example.
"""

import datetime
from collections.abc import Mapping, Sequence
from functools import lru_cache

from hypothesis import strategies as st

from rulesdsl.core.ir import Edition, Value
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document, Json
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.generate.aims import Choose
from rulesdsl.generate.drawing import Thing, draw_facts, draw_family, fix, fixed_facts, lone, together
from rulesdsl.generate.fields import Facts
from rulesdsl.generate.kinds import Kind, Plan
from rulesdsl.generate.mentions import Path
from rulesdsl.generate.plan import plan
from rulesdsl.generate.variations import vary

__all__ = ["episodes", "pairs", "patients", "results"]

COMPLETE = 0.9
"""How many of the things that are drawn have every fact that is not optional."""


def episodes(
    edition: Edition, *, entity: str | None = None, on: datetime.date | None = None, complete: float = COMPLETE,
    fixed: Mapping[str, Json] | None = None,
) -> st.SearchStrategy[Thing]:
    """One thing that stands alone: of ``entity``, or of the first one that has results and a rettsdato.

    ``on`` is its rettsdato, a day of the edition; else the day is drawn as well. ``complete`` says how often it has
    every fact that is not optional. ``fixed`` sets facts, dotted within records: ``{"avtale.forankret": True}``; None
    stands for a fact that is not known. Where rules ask of what the thing belongs to, it comes within that:
    ``{"fodselsdato": …, "episoder": [the thing]}``.
    """
    made = plan(edition)
    kind = made.kind(entity)
    day, set_by_hand = _set_by_hand(kind, on, fixed, edition)
    return _episodes(made, kind, day, complete, set_by_hand)


def patients(
    edition: Edition, *, entity: str | None = None, max_size: int = 5, on: datetime.date | None = None,
    complete: float = COMPLETE,
) -> st.SearchStrategy[Thing]:
    """What things of ``entity`` belong to, with two or more of them, at most ``max_size``.

    Most of them are much alike, on the same day or not far from it, for that is where rules that look at several meet.
    Keys are unique, and not always in the order in which the things stand.
    """
    made = plan(edition)
    kind = made.kind(entity, with_parent=True)
    if not kind.entity.parent:
        raise ValueError(f"{kind.entity.name} belongs to nothing: use episodes")
    if max_size < 2:
        raise ValueError("max_size is at least 2")
    day, _ = _set_by_hand(kind, on, None, edition)
    return _patients(made, kind, max_size, day, complete)


def pairs(
    edition: Edition, *, differing: Sequence[str], entity: str | None = None, on: datetime.date | None = None,
    complete: float = COMPLETE, fixed: Mapping[str, Json] | None = None,
) -> st.SearchStrategy[tuple[Thing, Thing]]:
    """Two documents of one thing each that are the same but for the fields named, dotted within records."""
    made = plan(edition)
    kind = made.kind(entity)
    but = tuple(fixed_facts(kind, dict.fromkeys(differing)))
    day, set_by_hand = _set_by_hand(kind, on, fixed, edition)
    return _pairs(made, kind, but, day, complete, set_by_hand)


def results(edition: Edition, document: Thing) -> tuple[dict[str, Value | None], ...]:
    """What each thing of a document comes to, by the name of the result, in the order of the document. None stands for
    what is not known: it waits for facts, rules stand against each other, or none applies."""
    case = load(Document(document), edition)
    if case.errors:
        raise ValueError("; ".join(error.message for error in case.errors))
    outcomes = decide(edition, case).outcomes
    return tuple({outcome.result.name: outcome.value for (thing, _), outcome in outcomes.items() if thing is each}
                 for each in case.things)


def _set_by_hand(
    kind: Kind, on: datetime.date | None, fixed: Mapping[str, Json] | None, edition: Edition
) -> tuple[datetime.date | None, dict[Path, Json]]:
    """The day that was asked for, and the facts; a rettsdato among these is the day."""
    facts = fixed_facts(kind, fixed or {})
    day = facts.pop(kind.date, None)
    chosen = datetime.date.fromisoformat(day) if isinstance(day, str) else on
    if chosen is not None and not edition.valid_from <= chosen <= edition.valid_to:
        raise ValueError(f"{edition.id} is not valid on {chosen}")
    return chosen, facts


# ── Choices, asked of hypothesis ─────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4096)
def _below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


def _asked(draw: st.DrawFn) -> Choose:
    return lambda count: draw(_below(count)) if count > 1 else 0


@st.composite
def _episodes(
    draw: st.DrawFn, made: Plan, kind: Kind, day: datetime.date | None, whole: float, fixed: Facts
) -> Thing:
    choose = _asked(draw)
    facts = fix(draw_facts(made, kind, choose, day, whole), fixed)
    return lone(made, kind, choose, facts)


@st.composite
def _patients(
    draw: st.DrawFn, made: Plan, kind: Kind, most: int, day: datetime.date | None, whole: float
) -> Thing:
    choose = _asked(draw)
    return together(made, kind, choose, draw_family(made, kind, choose, 2 + choose(most - 1), day, whole))


@st.composite
def _pairs(
    draw: st.DrawFn, made: Plan, kind: Kind, but: tuple[Path, ...], day: datetime.date | None, whole: float,
    fixed: Facts,
) -> tuple[Thing, Thing]:
    choose = _asked(draw)
    first = fix(draw_facts(made, kind, choose, day, whole), fixed)
    document = lone(made, kind, choose, first)
    return document, vary(document, kind, made, but, choose)
