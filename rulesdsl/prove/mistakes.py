"""Whether any case tells two editions apart that differ in a small mistake, and which."""

from typing import Literal

from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.prove.cases import World
from rulesdsl.prove.decode import Decoder, Document
from rulesdsl.prove.encode import Encoder, Outcome
from rulesdsl.prove.free import has_limits
from rulesdsl.prove.rooms import MOST
from rulesdsl.prove.solving import Solving
from rulesdsl.prove.sym import NotProvable, equal
from rulesdsl.prove.terms import Logic, conj, disj, neg, same
from rulesdsl.prove.words import Words, list_uses


@frozen(eq=False)
class Judged:
    """What the solver says of two editions, and a case that tells them apart, with the entity it is about. ``count`` is
    how many of a kind stand together at most in the cases that it speaks of; 0 where they may be any number."""

    verdict: Literal["ulike", "like", "ikke avgjort"]
    document: Document | None = None
    entity: str = ""
    reason: str = ""
    count: int = 0


def told_apart(one: ir.Edition, other: ir.Edition, seconds: float) -> Judged:
    """Whether any case comes out otherwise in the other edition, the smallest cases first. ``seconds`` is the limit of
    one question."""
    entities = list(dict.fromkeys(result.entity for result in one.results.values()))
    bounded = has_limits(one, list_uses(one, other))
    doubt: Judged | None = None
    for count in range(1, MOST + 1) if bounded else (1,):
        for entity in entities:
            judged = judge(one, other, entity, count, seconds)
            if judged.verdict == "ulike":
                return judged
            doubt = doubt or (judged if judged.verdict == "ikke avgjort" else None)
    return doubt or Judged("like", count=MOST if bounded else 0)


def judge(one: ir.Edition, other: ir.Edition, entity: str, count: int, seconds: float = 20) -> Judged:
    """Whether any case of an entity with up to ``count`` things of a kind comes out otherwise in the other edition."""
    world = World(one, Words(one, other), list_uses(one, other))
    thing = world.case(entity, "a", count, (one.valid_from, one.valid_to))[0]
    encoders = Encoder(one, world), Encoder(other, world)
    names = [name for name, result in one.results.items() if result.entity == entity]
    try:
        apart = disj(_apart(*(encoder.outcome(thing, name) for encoder in encoders)) for name in names)
        found = Solving(*encoders, seconds=seconds).find(apart)
    except NotProvable as error:
        return Judged("ikke avgjort", reason=error.reason)
    if found.answer == "ikke avgjort":
        return Judged("ikke avgjort", reason=found.reason)
    if found.model is None:
        return Judged("like", count=count)
    return Judged("ulike", Decoder(found.model, world).document(thing), entity)


def _apart(one: Outcome, other: Outcome) -> Logic:
    statuses = conj((same(one.no_rule, other.no_rule), same(one.conflict, other.conflict),
                     same(one.known, other.known)))
    return disj((neg(statuses), conj((one.known, other.known, neg(equal(one.state.value, other.state.value))))))
