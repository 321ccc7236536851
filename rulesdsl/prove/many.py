"""The quantifiers as logic: what holds of, is taken from, or is counted among the elements of a domain."""

from typing import assert_never

from rulesdsl.core import ir
from rulesdsl.prove.cases import Thing
from rulesdsl.prove.frame import Evaluates, Frame, Many, refer
from rulesdsl.prove.sym import (
    UNKNOWN,
    YES,
    NotProvable,
    Sym,
    conjunction,
    disjunction,
    either,
    equal,
    level,
    logic,
    negation,
    over_numbers,
)
from rulesdsl.prove.terms import Logic, below, conj, disj, implies, neg, pick, total

Chosen = list[tuple[Logic, Frame]]
"""Elements, each with whether it is among those that are meant."""


def over_many(node: Many, frame: Frame, encoder: Evaluates) -> Sym:
    """The quantifiers: over the elements of the domain where ``where`` holds."""
    known, elements = _elements(node, frame, encoder)
    if known is False:
        return UNKNOWN
    among: list[tuple[Sym, Frame]] = []
    for there, element in elements:
        holds = YES if node.where is None else encoder.evaluate(node.where, element)
        holds = conjunction((logic(True, there), holds))
        if not (holds.known is True and holds.value is False):
            among.append((holds, element))
    made = _quantifier(node, frame, among, encoder)
    return Sym(conj((known, made.known)), made.value, made.scale)


def _quantifier(node: Many, frame: Frame, among: list[tuple[Sym, Frame]], encoder: Evaluates) -> Sym:
    if isinstance(node, ir.Quantified):
        tests = ((holds, encoder.evaluate(node.test, element)) for holds, element in among)
        if node.kind == "finnes":
            return disjunction(conjunction(pair) for pair in tests)
        return conjunction(disjunction((negation(holds), test)) for holds, test in tests)
    settled = conj(holds.known for holds, _ in among)
    chosen = [(holds.value, element) for holds, element in among]
    match node:
        case ir.Count():
            return Sym(settled, total([pick(holds, 1, 0) for holds, _ in chosen]))
        case ir.SumOver():
            taken = [(holds, encoder.evaluate(node.take, element)) for holds, element in chosen]
            zero = Sym(True, 0)
            made = over_numbers(total, [zero, *(either(holds, value, zero) for holds, value in taken)])
            return Sym(conj((settled, made.known)), made.value, made.scale)
    none = neg(disj(holds for holds, _ in chosen))
    made = UNKNOWN
    if chosen:
        meaning = _extreme_over if isinstance(node, ir.ExtremeOver) else _pick
        made = meaning(node, chosen, encoder)  # type: ignore[arg-type]
    otherwise = UNKNOWN if none is False else encoder.evaluate(node.otherwise, frame)
    made = either(none, otherwise, made)
    return Sym(conj((settled, made.known)), made.value, made.scale)


def _extreme_over(node: ir.ExtremeOver, chosen: Chosen, encoder: Evaluates) -> Sym:
    """The largest or smallest of those that are chosen, of which there is one."""
    found: Sym = UNKNOWN
    seen: Logic = False
    known: list[Logic] = []
    for holds, element in chosen:
        value = encoder.evaluate(node.take, element)
        known.append(implies(holds, value.known))
        if value.known is False:
            continue
        if seen is False:
            found, seen = value, holds
            continue
        (one, other), _ = level((found, value))
        better = below(one, other) if node.which == "maks" else below(other, one)
        found = either(conj((holds, disj((neg(seen), better)))), value, found)
        seen = disj((seen, holds))
    return Sym(conj(known), found.value, found.scale) if found is not UNKNOWN else UNKNOWN


def _pick(node: ir.Pick, chosen: Chosen, encoder: Evaluates) -> Sym:
    """The first or last by key; where two have the same, the smaller key of the entity comes first."""
    keys = [encoder.evaluate(node.key, element) for _, element in chosen]
    known = [implies(holds, key.known) for (holds, _), key in zip(chosen, keys, strict=True)]
    found = UNKNOWN
    for at, (holds, element) in enumerate(chosen):
        ahead: list[Logic] = [holds]
        for by, (other, rival) in enumerate(chosen):
            if by != at and keys[at].known is not False and keys[by].known is not False:
                ahead.append(implies(other, _precedes(node, (keys[at], element, at), (keys[by], rival, by), encoder)))
        found = either(conj(ahead), encoder.evaluate(node.take, element), found)
    return Sym(conj((*known, found.known)), found.value, found.scale)


def _precedes(
    node: ir.Pick, one: tuple[Sym, Frame, int], other: tuple[Sym, Frame, int], encoder: Evaluates
) -> Logic:
    if node.which == "siste":
        one, other = other, one
    (left, right), _ = level((one[0], other[0]))
    first, second = one[1].bound[node.var], other[1].bound[node.var]
    if isinstance(first, Thing):
        tie: Logic = encoder.world.key(first) < encoder.world.key(second)
    else:
        tie = one[2] < other[2]
    return disj((below(left, right), conj((equal(one[0], other[0]), tie))))


def _elements(node: Many, frame: Frame, encoder: Evaluates) -> tuple[Logic, Chosen]:
    """Whether the domain is known; and for each place in it whether something stands there, and its frame."""
    match node.over:
        case ir.Children(of, entity):
            things = refer(of, frame).children.get(entity, ())
            return True, [(thing.there, frame.binding(node.var, thing)) for thing in things]
        case ir.Elements(items):
            found = encoder.evaluate(items, frame)
            if found.known is False:
                return False, []
            if not found.value.counted and isinstance(node, ir.Count | ir.SumOver | ir.Pick):
                raise NotProvable("elementene i en liste telles")
            return found.known, [(slot.there, frame.binding(node.var, slot.value)) for slot in found.value.slots]
        case _:
            assert_never(node.over)
