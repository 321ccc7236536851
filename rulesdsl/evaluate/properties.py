"""An ``egenskap`` decided for given cases: whether what it promises holds there.

Its expressions are those of rules, and mean what they mean there. Their main difference is that they speak of things
in different cases, each decided by itself.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Literal

from attrs import frozen

from rulesdsl.core.ir import Edition, Property
from rulesdsl.evaluate.case import Case, Thing, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide, evaluate
from rulesdsl.evaluate.kleene import NOTHING, Unknown
from rulesdsl.evaluate.trace import Frame, Run, day_of

Verdict = Literal["holder", "utenfor", "brutt", "uavklart"]
"""``holder``: what is promised is so. ``utenfor``: the cases are not, or not surely, among those it speaks of.
``brutt``: they are, and what is promised is not so. ``uavklart``: what is promised is ukjent for them."""

_WEIGHT: dict[Verdict, int] = {"utenfor": 0, "holder": 1, "uavklart": 2, "brutt": 3}


@frozen(eq=False)
class Tried:
    """A property tried on some things, in the order of its names, and the decision in which each of them stands (the
    same one twice where they stand together). ``waits`` is what an ``uavklart`` one waits for."""

    promise: Property
    verdict: Verdict
    things: tuple[Thing, ...]
    runs: tuple[Run, ...]
    waits: Unknown = NOTHING


def try_property(property_: Property, edition: Edition, documents: Sequence[Document]) -> Tried | None:
    """The worst that befalls a property in these cases; None where they lack the things that it speaks of."""
    return max(try_each(property_, edition, documents), key=lambda tried: _WEIGHT[tried.verdict], default=None)


def try_each(property_: Property, edition: Edition, documents: Sequence[Document]) -> Iterator[Tried]:
    """A property that speaks of things together: one document, and every choice of different things of it, in every
    order. Else a document for each name, of which the first thing of the entity is the one it speaks of.

    One that speaks of two editions: the same document twice, decided by either.

    Raises ``ValueError`` where a document has errors, or there are not as many documents as there should be.
    """
    wanted = 1 if property_.together else len(property_.names)
    if len(documents) != wanted:
        raise ValueError(f"{property_.name} is tried on {wanted} documents, not on {len(documents)}")
    names = property_.names if wanted == len(property_.names) else property_.names[:1]
    editions = [property_.decided_by(name, edition) for name in names]
    runs = [decide(each, _loaded(document, each)) for document, each in zip(documents, editions, strict=True)]
    found = [[thing for thing in run.case.things if thing.entity == property_.entity] for run in runs]
    if property_.together:
        siblings = [chosen for chosen in permutations(found[0], len(property_.names))
                    if len({id(thing.parent) for thing in chosen}) == 1]
        for chosen in siblings:
            yield _try(property_, chosen, (runs[0],) * len(chosen))
    elif all(found):
        yield _try(property_, tuple(things[0] for things in found), tuple(runs))


def _loaded(document: Document, edition: Edition) -> Case:
    case = load(document, edition)
    if case.errors:
        raise ValueError("; ".join(error.message for error in case.errors))
    return case


def _try(property_: Property, things: tuple[Thing, ...], runs: tuple[Run, ...]) -> Tried:
    frame = _frame(property_, things, runs)
    if property_.where is not None and evaluate(property_.where, frame) is not True:
        return Tried(property_, "utenfor", things, runs)
    holds = evaluate(property_.holds, frame)
    if isinstance(holds, Unknown):
        return Tried(property_, "uavklart", things, runs, holds)
    return Tried(property_, "holder" if holds else "brutt", things, runs)


def _frame(property_: Property, things: tuple[Thing, ...], runs: tuple[Run, ...]) -> Frame:
    """A frame that sees the results of all runs. A thing is in one of them only, so that none hides another's. Of what
    another edition decides a property asks no more than fields and results."""
    both = Run(runs[0].edition, runs[0].case)
    for run in runs:
        both.frames.update(run.frames)
        both.outcomes.update(run.outcomes)
    bound = dict(zip(property_.names, things, strict=True))
    return Frame(both, things[0], day_of(things[0], runs[0].edition), bound)
