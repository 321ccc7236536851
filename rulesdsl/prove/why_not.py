"""What it would take: the fewest facts of a case to change, so that a result comes out as somebody wants.

Facts that nobody can change (``uforanderlig``), keys and the rettsdato are left alone. Every answer is decided again.
"""

import copy
import time
from typing import Any

from attrs import evolve, frozen

from rulesdsl.core import ir, types
from rulesdsl.core.ir import Value
from rulesdsl.evaluate.case import Thing as Given
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document, Json
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.wanted import Wanted, is_so
from rulesdsl.prove.constants import constant
from rulesdsl.prove.decode import Decoder
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.given import GivenWorld, Loose
from rulesdsl.prove.solving import Found, Solving
from rulesdsl.prove.sym import Items, NotProvable, Sym, equal, level
from rulesdsl.prove.terms import Logic, Whole, at_most, below, conj, disj, neg, pick, same, total
from rulesdsl.prove.words import OTHER, Words, list_uses

MOST_FACTS, MOST_WAYS = 3, 5
"""How many facts are changed at once, and how many ways are told."""

MOST_STEPS = 48
"""How many times a number is moved nearer to what it was."""

@frozen(eq=False)
class Changed:
    """A fact that is changed: ``path`` in the document of the thing, and its values (None for ukjent). ``options`` are
    all codes that would do, where it is a code, and ``values`` what the result is with each of them."""

    path: tuple[str, ...]
    field: ir.FieldDecl
    before: Any
    after: Any
    raw: Json
    options: tuple[Any, ...] = ()
    values: tuple[Value, ...] = ()


@frozen(eq=False)
class Way:
    """Some facts to change, and what the result is then, by which clause; none where it hangs on the code."""

    facts: tuple[Changed, ...]
    value: Value
    clause: str


@frozen(eq=False)
class WhyNot:
    """What it would take. ``ways`` come the shortest first. ``most`` is how many facts were changed at once at the
    most; ``complete`` whether there surely is no other way with so few, and ``reason`` why that cannot be said."""

    wanted: Wanted
    type: types.Type
    ways: tuple[Way, ...]
    most: int
    complete: bool
    reason: str = ""


def why_not(
    edition: ir.Edition, thing: Given, document: Document, wanted: Wanted, *, seconds: float, ways: int = MOST_WAYS
) -> WhyNot:
    """The smallest sets of facts of a thing to change so that a result is as wanted. ``document`` is the case it stands
    in; ``seconds`` the limit of the whole."""
    kind = edition.results[wanted.result].type
    try:
        search = _Search(edition, thing, document, wanted, seconds)
        return search.ways(ways)
    except NotProvable as error:
        return WhyNot(wanted, kind, (), 0, False, f"{error.reason}.")


class _Search:
    def __init__(
        self, edition: ir.Edition, thing: Given, document: Document, wanted: Wanted, seconds: float
    ) -> None:
        self.edition, self.given, self.document, self.wanted = edition, thing, document, wanted
        self.ends = time.monotonic() + seconds
        self.kind = edition.results[wanted.result].type
        self.world = GivenWorld(edition, Words(edition), list_uses(edition), thing)
        self.encoder = Encoder(edition, self.world)
        outcome = self.encoder.outcome(self.world.thing, wanted.result)
        value = outcome.value
        self.goal = conj((value.known, _compared(value, wanted, constant(self.kind, wanted.value, self.world.words))))
        self.loose = list(self.world.loose.values())
        self.solving = Solving(self.encoder, seconds=seconds)
        self.solving.demand(*self.world.records_are_their_facts())

    def ways(self, most: int) -> WhyNot:
        """The ways, those with the fewest facts first."""
        found: list[Way] = []
        reached, reason = 0, ""
        for count in range(1, min(MOST_FACTS, len(self.loose)) + 1):
            reason = self._of(count, found, most)
            if reason or len(found) >= most:
                break
            reached = count
        ranked = sorted(found, key=lambda way: (len(way.facts), [each.before is not None for each in way.facts]))
        return WhyNot(self.wanted, self.kind, tuple(ranked), reached or len(found[0].facts if found else ()),
                      not reason and len(found) < most, reason)

    def _of(self, count: int, found: list[Way], most: int) -> str:
        """Add the ways of so many facts; gives why it stopped, where it could not tell."""
        few = _count(self.loose) == count
        while len(found) < most:
            answer = self._find(self.goal, few)
            if answer.answer == "ikke avgjort":
                return f"{answer.reason}."
            if answer.model is None:
                return ""
            chosen = [each for each in self.loose if Decoder(answer.model, self.world).holds(each.changed)]
            way = self._nearest(chosen, answer.model)
            if way is None:
                return "en måte holdt ikke da den ble avgjort på nytt."
            found.append(way)
            self.solving.demand(disj(neg(each.changed) for each in chosen))
        return ""

    def _find(self, *items: Logic) -> Found:
        self.solving.seconds = max(0.05, self.ends - time.monotonic())
        return self.solving.find(*items)

    def _nearest(self, chosen: list[Loose], model: Any) -> Way | None:
        """The way that the solver found, its numbers and dates moved as near to what they were as they can be."""
        only = conj(each.changed if any(each is one for one in chosen) else neg(each.changed) for each in self.loose)
        for each in chosen:
            alone = conj((only, self._same_others(each, chosen, model)))
            if isinstance(each.field.type, types.Number | types.Date):
                model = self._moved(each, alone, model)
            elif isinstance(each.fact.value, Items):
                model = self._added(each, alone, model)
        way = self._replayed([self._changed(each, model) for each in chosen])
        return way and self._with_options(way)

    def _added(self, loose: Loose, only: Logic, model: Any) -> Any:
        """The model in which a list keeps what it had, and gets as little more as can be."""
        held = [constant(loose.field.type, (value,), self.world.words).value.slots[0].value.value
                for value in loose.before or ()]
        slots = loose.fact.value.slots
        kept = [slot.there for slot in slots if disj(same(slot.value.value, each) for each in held) is True]
        fewest = total([pick(slot.there, 1, 0) for slot in slots]) == len(kept) + 1
        for wish in (conj((*kept, fewest)), conj(kept), fewest):
            answer = self._find(self.goal, only, wish)
            if answer.model is not None:
                return answer.model
        return model

    def _with_options(self, way: Way) -> Way:
        """The way, a code in it with the other codes that would have done, in the order of the kodeverk. Of several
        codes it is the first that has any: with other codes at two places at once it may come out otherwise."""
        for changed in way.facts:
            options = self._options(changed, way)
            if len(options) > 1:
                told = evolve(changed, options=tuple(options), values=tuple(each.value for each in options.values()))
                clause = way.clause if {each.clause for each in options.values()} == {way.clause} else ""
                return Way(tuple(told if each is changed else each for each in way.facts), way.value, clause)
        return evolve(way, facts=tuple(evolve(each, options=(each.after,), values=(way.value,)) if _is_code(each)
                                       else each for each in way.facts))

    def _options(self, changed: Changed, way: Way) -> dict[str, Way]:
        """Each code that would do in place of one that is changed, and the way it is then."""
        if not isinstance(changed.field.type, types.Code) or not _is_code(changed):
            return {}
        found: dict[str, Way] = {}
        for member in self.edition.kodeverk[changed.field.type.kodeverk].members:
            if member.name == changed.before:
                continue
            tried = [evolve(each, raw=member.code) if each is changed else each for each in way.facts]
            other = way if member.name == changed.after else self._replayed(tried)
            if other is not None:
                found[member.name] = other
        return found

    def _same_others(self, moving: Loose, chosen: list[Loose], model: Any) -> Logic:
        """The other facts as the model has them."""
        return conj(
            conj((each.fact.known == model.eval(each.fact.known, model_completion=True),
                  each.fact.value == model.eval(each.fact.value, model_completion=True)))
            for each in chosen if each is not moving and not isinstance(each.fact.value, Items)
        )

    def _moved(self, loose: Loose, only: Logic, model: Any) -> Any:
        """The model in which a number is nearest to what it was, or to 0 where it was not known."""
        old = 0
        if loose.before is not None:
            fixed = constant(loose.field.type, loose.before, self.world.words)
            old = fixed.value * 10 ** (loose.fact.scale - fixed.scale)
        elif isinstance(loose.field.type, types.Date):
            return model
        decoder = Decoder(model, self.world)
        if not decoder.holds(loose.fact.known):
            return model
        near, far = 0, abs(model.eval(loose.fact.value, model_completion=True).as_long() - old)
        for _ in range(MOST_STEPS):
            if far - near < 2:
                break
            middle = (near + far) // 2
            value = loose.fact.value
            answer = self._find(self.goal, only, loose.fact.known, conj((value - old <= middle, old - value <= middle)))
            if answer.model is not None:
                model, far = answer.model, abs(answer.model.eval(value, model_completion=True).as_long() - old)
            elif answer.answer == "finnes ikke":
                near = middle
            else:
                break
        return model

    # ── Back to the case ─────────────────────────────────────────────────────────────────────────────────────

    def _changed(self, loose: Loose, model: Any) -> Changed:
        decoder = Decoder(model, self.world)
        known = decoder.holds(loose.fact.known)
        raw: Json = decoder.value(loose.field.type, loose.fact) if known else None
        if known and isinstance(loose.fact.value, Items) and isinstance(raw, list):
            raw = self._list(loose, decoder, raw)
        return Changed(loose.path, loose.field, loose.before, None, raw)

    def _list(self, loose: Loose, decoder: Decoder, chosen: list[Json]) -> list[Json]:
        """The list as it was, without what is taken away and with what is put in. Texts that no rule mentions stay."""
        assert isinstance(loose.field.type, types.ListOf)
        kept: list[Json] = []
        for value in loose.before or ():
            fixed = constant(loose.field.type.item, value, self.world.words)
            raw = decoder.value(loose.field.type.item, fixed)
            said = raw in chosen or (isinstance(value, str) and isinstance(loose.field.type.item, types.Text)
                                     and value not in self.world.words.said)
            if said:
                kept.append(raw)
        return [*kept, *(each for each in chosen if each not in kept and each != OTHER)]

    def _replayed(self, facts: list[Changed]) -> Way | None:
        """The way, if the interpreter says of the changed case what the solver did."""
        raw = _with(self.document.raw, self.given.place, facts)
        case = load(evolve(self.document, raw=raw), self.edition)
        thing = next((each for each in case.things if each.place == self.given.place), None)
        if case.errors or thing is None:
            return None
        outcome = decide(self.edition, case).outcomes[thing, self.wanted.result]
        if outcome.status != "known" or not is_so(outcome.value, self.wanted):
            return None
        after = tuple(evolve(each, after=thing.facts.get(each.path)) for each in facts)
        return Way(after, outcome.value, outcome.rule.clause if outcome.rule else "")


def _is_code(changed: Changed) -> bool:
    return isinstance(changed.field.type, types.Code) and changed.raw is not None


def _compared(value: Sym, wanted: Wanted, fixed: Sym) -> Logic:
    if wanted.op == "=":
        return equal(value, fixed)
    if value.known is False:
        return False
    (one, other), _ = level((value, fixed))
    if wanted.op in (">", ">="):
        one, other = other, one
    return below(one, other) if wanted.op in ("<", ">") else at_most(one, other)


def _count(loose: list[Loose]) -> Any:
    """How many facts are changed."""
    changed: list[Whole] = [pick(each.changed, 1, 0) for each in loose]
    return total(changed)


def _with(raw: dict[str, Json], place: str, facts: list[Changed]) -> dict[str, Json]:
    """A copy of a document with other facts of the thing at a place."""
    made = copy.deepcopy(raw)
    thing: Any = made
    for part in filter(None, place.split(".")):
        name, _, at = part.rstrip("]").partition("[")
        thing = thing[name][int(at)]
    for each in facts:
        holder = thing
        for name in each.path[:-1]:
            if not isinstance(holder.get(name), dict):
                holder[name] = {}
            holder = holder[name]
        if each.raw is None:
            holder.pop(each.path[-1], None)
        else:
            holder[each.path[-1]] = each.raw
    return made
