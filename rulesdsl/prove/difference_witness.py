"""A case that the solver found, decided in both editions, and made as small as it can be: nothing is shown that was
not decided again."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import z3
from attrs import frozen

from rulesdsl.compare.cases import Answer, Answers
from rulesdsl.core import ir
from rulesdsl.evaluate.case import Case, load
from rulesdsl.evaluate.case import Thing as Given
from rulesdsl.evaluate.counterexample import facts_of
from rulesdsl.evaluate.documents import Document as Read
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.evaluate.wording import result_called
from rulesdsl.prove.cases import Thing, World
from rulesdsl.prove.decode import Decoder, Document
from rulesdsl.prove.difference import Decided, Witness

Holds = Callable[[Decided], bool]


@frozen(eq=False)
class Replaying:
    """Two editions, and the result and kind of thing in question."""

    before: ir.Edition
    after: ir.Edition
    result: str
    entity: str

    def decided(self, document: Document, place: str) -> Decided | None:
        """How both editions decide the thing at a place of a document; None where one of them cannot."""
        found: list[tuple[Run, Given]] = []
        for edition in (self.before, self.after):
            case: Case = load(Read(document), edition)
            thing = next((each for each in case.things if each.entity == self.entity and each.place == place), None)
            if case.errors or thing is None:
                return None
            found.append((decide(edition, case), thing))
        return found[0], found[1]

    def answers(self, decided: Decided) -> Answers:
        first, second = (_answer(run.outcomes[thing, self.result]) for run, thing in decided)
        return Answers(self.result, result_called(self.after.results[self.result]), first, second)

    def witness(self, world: World, model: z3.ModelRef, thing: Thing, holds: Holds) -> Witness | None:
        """The case of a model; None where it is not what the solver said."""
        decoder = Decoder(model, world)
        document, place = decoder.document(thing), decoder.place(thing)
        decided = self.decided(document, place)
        if decided is None or not self.answers(decided).differ or not holds(decided):
            return None
        document, place, decided = self._smaller(document, place, decided, holds)
        return Witness(document, place, tuple(_told(decided, self.after)), self.answers(decided))

    def _smaller(
        self, document: Document, place: str, decided: Decided, holds: Holds
    ) -> tuple[Document, str, Decided]:
        """The same answers with as few facts as that can be had with."""
        answers = self.answers(decided)
        for path in list(_paths(document, ())):
            fewer = copy.deepcopy(document)
            if _taken(fewer, path):
                again = self.decided(fewer, place)
                if again is not None and self.answers(again) == answers and holds(again):
                    document, decided = fewer, again
        return document, place, decided


def _paths(document: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Everything that may be taken out of a document, the largest first; of a list its last elements first."""
    for name, value in document.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from _paths(value, (*above, name))
        elif isinstance(value, list):
            for at in reversed(range(len(value))):
                if isinstance(value[at], dict):
                    yield from _paths(value[at], (*above, name, at))
                else:
                    yield (*above, name, at)


def _taken(document: Any, path: tuple[Any, ...]) -> bool:
    """Take something out of a document, if it is still there."""
    for step in path[:-1]:
        if isinstance(document, dict) and step not in document:
            return False
        document = document[step]
    last = path[-1]
    if isinstance(document, dict) and last not in document:
        return False
    del document[last]
    return True


def _answer(outcome: Outcome) -> Answer:
    rule = outcome.rule
    value = outcome.value if outcome.status == "known" else None
    return Answer(outcome.result.type, outcome.status, value, rule.clause if rule else "", rule.name if rule else "")


def _told(decided: Decided, edition: ir.Edition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each thing with what is known of it, the decided one first. What that belongs to is told with it, and what
    belongs to any of them with that one."""
    _, thing = decided[1]
    yield thing.entity, tuple(f"{path} er {value}" for path, value in facts_of(thing, edition))
    for each in _beside(thing):
        above = tuple(f"{one.entity.lower()}." for one in each.above)
        facts = [f"{path} er {value}" for path, value in facts_of(each, edition) if not path.startswith(above)]
        called = f"En annen {each.entity.lower()}" if each.entity == thing.entity else each.entity
        yield called, tuple(facts) or ("uten opplysninger",)


def _beside(thing: Given) -> Iterator[Given]:
    """What stands beside a thing, and beside what it belongs to; not what belongs to these in turn."""
    if thing.parent is not None:
        for found in thing.parent.children.values():
            yield from (each for each in found if each is not thing)
        yield from _beside(thing.parent)
