"""Asking about cases of growing size: of one thing, of a thing beside any number of others, and of up to so many.

That there is such a case is settled by one that the interpreter decides as the solver says. That there is none is
settled where nothing looks at more things than there is room for, or where it is so whatever others may stand there.
"""

from collections.abc import Iterator
from typing import Literal

from attrs import define, field, frozen

from rulesdsl.core import ir, types
from rulesdsl.core.fields import field_at
from rulesdsl.evaluate.witness import Witness, replayed
from rulesdsl.prove.cases import Thing, World
from rulesdsl.prove.decode import Decoder
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.free import FreeEncoder, has_limits
from rulesdsl.prove.goals import Goal
from rulesdsl.prove.solving import Solving
from rulesdsl.prove.sym import NotProvable
from rulesdsl.prove.terms import Logic, conj, implies
from rulesdsl.prove.words import Words, list_uses

Kind = Literal["fornuftig", "kjent", "ikke negativ", "enhver"]
"""Which cases are asked for. ``fornuftig``: every fact that is not ``valgfri`` is known, and no number is below zero;
``kjent``: numbers may be; ``ikke negativ``: facts may lack; ``enhver``: any."""

MOST = 3
"""How many things of a kind a case has at most, where rules look at more than one."""


@frozen(eq=False)
class Answer:
    """A case that was found, or that there is ``none``, or (``reason``) why neither is sure. ``up_to`` says that there
    is none in which no more than ``MOST`` stand together."""

    witness: Witness | None = None
    none: bool = False
    reason: str = ""
    up_to: bool = False


@define(eq=False)
class _Room:
    """The cases of an entity with so many things of each kind."""

    edition: ir.Edition
    entity: str
    count: int
    free: bool
    seconds: float
    world: World = field(init=False)
    thing: Thing = field(init=False)
    encoder: Encoder = field(init=False)
    solving: Solving = field(init=False)

    def __attrs_post_init__(self) -> None:
        edition = self.edition
        self.world = World(edition, Words(edition), list_uses(edition))
        self.thing = self.world.case(self.entity, "a", self.count, (edition.valid_from, edition.valid_to))[0]
        self.encoder = (FreeEncoder if self.free else Encoder)(edition, self.world)
        self.solving = Solving(self.encoder, seconds=self.seconds)

    def ask(self, goal: Goal, kind: Kind) -> Answer:
        """A case of this size; that there is none goes for this size only."""
        try:
            wanted = goal.ask(self.encoder, self.encoder.frame(self.thing))
            found = self.solving.find(wanted, *self._demanded(kind))
        except NotProvable as error:
            return Answer(reason=error.reason)
        if found.answer == "ikke avgjort":
            return Answer(reason=found.reason)
        if found.model is None:
            return Answer(none=True) if self._is_possible() else Answer(reason="ingen sak er mulig")
        if self.free:
            return Answer(reason="det kan komme an på hvor mange som står sammen")
        document = Decoder(found.model, self.world).document(self.thing)
        witness = replayed(document, self.edition, self.entity)
        if witness is None or not goal.seen(witness.run, witness.thing):
            return Answer(reason="saken som ble funnet, ble en annen da den ble avgjort på nytt")
        return Answer(witness)

    def _is_possible(self) -> bool:
        """Whether there is a case at all; else all that is said of them is empty."""
        return self.solving.find().answer == "finnes"

    def _demanded(self, kind: Kind) -> Iterator[Logic]:
        if kind == "enhver":
            return
        for thing in list(self.world.things()):
            for path, fact in list(thing.facts.items()):
                decl = field_at(self.edition.entities[thing.entity].fields, self.edition.records, path)
                above = True if len(path) == 1 else thing.facts[path[:-1]].known
                if decl is None:
                    continue
                if kind in ("fornuftig", "kjent") and not decl.optional:
                    yield implies(conj((thing.there, above)), fact.known)
                if kind in ("fornuftig", "ikke negativ") and isinstance(decl.type, types.Number):
                    yield implies(fact.known, fact.value >= 0)


@define(eq=False)
class Rooms:
    """All cases of one entity of an edition. ``bounded`` is whether a case with more things could be another."""

    edition: ir.Edition
    entity: str
    seconds: float
    bounded: bool = field(init=False)
    _made: dict[tuple[int, bool], _Room] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.bounded = has_limits(self.edition, list_uses(self.edition))

    def _room(self, count: int, free: bool = False) -> _Room:
        if (count, free) not in self._made:
            self._made[count, free] = _Room(self.edition, self.entity, count, free, self.seconds)
        return self._made[count, free]

    def find(self, goal: Goal, kind: Kind = "enhver") -> Answer:
        """A case that is looked for, the smallest first."""
        answer = self._room(1).ask(goal, kind)
        if answer.witness is not None or not self.bounded:
            return answer
        if self._room(1, free=True).ask(goal, kind).none:
            return Answer(none=True)
        reason = answer.reason
        for count in range(2, MOST + 1):
            answer = self._room(count).ask(goal, kind)
            if answer.witness is not None:
                return answer
            reason = reason or answer.reason
        if reason:
            return Answer(reason=reason)
        return Answer(reason=f"ingen sak der inntil {MOST} står sammen, er slik; flere er ikke prøvd", up_to=True)
