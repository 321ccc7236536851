"""What a proof leaves aside: where rules stand against each other there is no answer, and so nothing is broken."""

from collections.abc import Iterator

from rulesdsl.core import ir
from rulesdsl.prove.decode import Decoder
from rulesdsl.prove.difference_atoms import relevant
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.solving import Solving
from rulesdsl.prove.sym import NotProvable
from rulesdsl.prove.terms import Logic, conj, disj

SECONDS = 5.0
"""How long one question may take; results of which it is not seen by then are told."""


def clashing(promise: ir.Property, encoder: Encoder, silent: Logic, solving: Solving) -> tuple[str, ...]:
    """The results that a property rests on and whose rules may stand against each other in some case of those that are
    ``silent``: cases where what it says is ukjent."""
    clashes = _clashes(promise, encoder)
    found: list[str] = []
    solving.seconds = min(SECONDS, solving.seconds)
    while clashes and silent is not False:
        answer = solving.find(silent, disj(clashes.values()))
        if answer.answer == "finnes ikke":
            break
        held = [name for name, each in clashes.items() if answer.model is None or Decoder(
            answer.model, encoder.world).holds(each)]
        found += held
        clashes = {name: each for name, each in clashes.items() if name not in held}
    return tuple(name for name in encoder.edition.results if name in found)


def _clashes(promise: ir.Property, encoder: Encoder) -> dict[str, Logic]:
    """Of each such result, that its rules stand against each other for some thing; those where they never can are left
    out."""
    found: dict[str, list[Logic]] = {}
    for name, clash in _each(promise, encoder):
        if clash is not False:
            found.setdefault(name, []).append(clash)
    return {name: disj(each) for name, each in found.items()}


def _each(promise: ir.Property, encoder: Encoder) -> Iterator[tuple[str, Logic]]:
    roots = [each for each in (promise.where, promise.holds) if each is not None]
    asked = tuple(node.name for root in roots for node in ir.walk(root) if isinstance(node, ir.ResultOf))
    for thing in list(encoder.world.things()):
        own = encoder.elsewhere.get(id(thing), encoder).edition
        for name in relevant(own, asked):
            if own.results[name].entity != thing.entity:
                continue
            try:
                yield name, conj((thing.there, encoder.outcome(thing, name).conflict))
            except NotProvable:
                yield name, True
