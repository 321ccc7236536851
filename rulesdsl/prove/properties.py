"""An ``egenskap`` put to the solver: whether any case there could be breaks it."""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from attrs import field, frozen

from rulesdsl.core import ir
from rulesdsl.core.trees import expressions
from rulesdsl.evaluate.documents import Document as Given
from rulesdsl.evaluate.properties import Tried, try_property
from rulesdsl.prove.aside import clashing
from rulesdsl.prove.cases import Thing, World
from rulesdsl.prove.decode import Decoder, Document
from rulesdsl.prove.difference_world import Both
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.frame import Frame
from rulesdsl.prove.free import FreeEncoder
from rulesdsl.prove.solving import Found, Solving
from rulesdsl.prove.speaks_of import speaks_of
from rulesdsl.prove.sym import YES, NotProvable, Sym, is_no, is_yes
from rulesdsl.prove.terms import conj, disj, neg
from rulesdsl.prove.words import Words, list_uses

Proved = Literal["bevist", "motbevist", "tom", "ikke avgjort"]
"""``bevist``: no case breaks it. ``motbevist``: one does, and it was decided again. ``tom``: no case is among those it
speaks of, or what it promises is ukjent for all of them, so that it promises nothing. ``ikke avgjort``: neither."""

SECONDS = 20.0
"""How long one question may take, unless another limit is asked for."""

COUNT = 3
"""How many things of a kind may stand together, unless another limit is asked for."""

LARGEST = 8
"""How many things of a kind may be asked for at the most."""

NO_CASE = "vilkåret kan aldri være oppfylt, så egenskapen lover ingenting."
NEVER_KNOWN = "det den lover, er aldri kjent for noen sak den gjelder."

MOST_TOLD = 2
"""How many fields and codes that only one of two editions has are named; more are counted."""


@frozen(eq=False)
class Verdict:
    """What came of it. ``reason`` is why it is ``tom`` or ``ikke avgjort``; ``documents`` and ``counterexample`` what
    breaks it. ``count`` is how many things of a kind a case had at most, where the rules look at more than one;
    ``limits`` what else the answer is limited to; ``seconds`` how long it took. ``clauses`` are the smallest
    sets of clauses without which it would hold for every case; None where nobody asked. ``unbroken`` is whether an
    unsettled one is known to be broken by no case: a case that keeps it is then all that lacks. ``clashing`` are the
    results whose rules may stand against each other in cases that a proof therefore leaves aside."""

    promise: ir.Property
    edition: ir.Edition
    verdict: Proved
    seconds: float
    reason: str = ""
    count: int = 0
    limits: tuple[str, ...] = ()
    unbroken: bool = False
    documents: tuple[Document, ...] = ()
    counterexample: Tried | None = field(default=None, repr=False)
    clauses: tuple[tuple[str, ...], ...] | None = None
    clashing: tuple[str, ...] = ()

    @property
    def promised(self) -> bool:
        """Whether the promise has begun when the edition ends; before it has, nothing is broken."""
        first = self.promise.promised_from
        return first is None or first <= self.edition.valid_to

    @property
    def speaks_of(self) -> str:
        """The cases the answer is for, in words."""
        return speaks_of(self.edition, self.promise.entity, self.count)


def prove_property(
    promise: ir.Property, edition: ir.Edition, *, seconds: float = SECONDS, count: int = COUNT
) -> Verdict:
    """Whether a property holds for every case of an edition."""
    begun = time.monotonic()
    room = count if promise.together or looks_around(promise, edition) else 0
    size = max(room, len(promise.names) if promise.together else 1)
    try:
        question = Question(promise, edition, size, seconds)
        verdict, reason, documents, tried = question.answer()
        limits, unbroken = question.limits, question.unbroken
        if verdict == "tom" and (room or question.world.limits):
            free = Question(promise, edition, size, seconds, FreeEncoder)
            some = ", ".join([speaks_of(edition, promise.entity, room), *limits])
            reason = _reason_of_some(reason, free, some, more=0 < room < LARGEST)
        aside = question.clashing() if verdict == "bevist" or unbroken else ()
    except NotProvable as error:
        verdict, reason, documents, tried, limits = "ikke avgjort", f"{error.reason}.", (), None, ()
        unbroken, aside = False, ()
    took = time.monotonic() - begun
    return Verdict(promise, edition, verdict, took, reason, room, limits, unbroken, documents, tried, clashing=aside)


class Question:
    """One property of one edition, as logic."""

    def __init__(
        self, promise: ir.Property, edition: ir.Edition, count: int, seconds: float, encoding: type[Encoder] = Encoder
    ) -> None:
        self.promise, self.edition = promise, edition
        other = promise.decided_by(promise.names[-1], edition)
        self.world = World(edition, Words(edition), list_uses(edition)) if other is edition else Both(other, edition)
        self.things = self._things(count)
        self.encoder = encoding(edition, self.world)
        encoders = [self.encoder]
        if other is not edition:
            encoders.append(encoding(other, self.world))
            self.encoder.elsewhere = {id(each): encoders[1] for each in self.world.things_of(self.things[1])}
        self.frame = Frame(self.things[0], dict(zip(promise.names, self.things, strict=True)))
        self.where = YES if promise.where is None else self.encoder.evaluate(promise.where, self.frame)
        self.solving = Solving(*encoders, seconds=seconds)
        self.unbroken = False

    @cached_property
    def holds(self) -> Sym:
        """What is promised; it takes longer to say than what it speaks of."""
        return self.encoder.evaluate(self.promise.holds, self.frame)

    def _things(self, count: int) -> list[Thing]:
        """The things that the property names, in its order."""
        promise, days = self.promise, (self.edition.valid_from, self.edition.valid_to)
        if promise.together:
            return self.world.case(promise.entity, "a", count, days, named=len(promise.names))
        likeness = promise.likeness
        if likeness is None:
            return [self.world.case(promise.entity, name, count, days)[0] for name in promise.names]
        first = self.world.case(promise.entity, likeness.right, count, days)[0]
        other = self.world.alike(first, likeness.but, likeness.left)
        made = {likeness.right: first, likeness.left: other}
        return [made[name] for name in promise.names]

    @property
    def limits(self) -> tuple[str, ...]:
        """What the answer is limited to."""
        limits = sorted(self.world.limits)
        if isinstance(self.world, Both) and self.world.left_out:
            limits.insert(0, f"det de to utgavene ikke har likt, holdt utenfor ({_counted(self.world.left_out)})")
        return tuple(limits)

    def within(self) -> Found:
        """Some case that the property speaks of."""
        return self.solving.find(is_yes(self.where))

    def kept(self) -> Found:
        """Some case that the property speaks of, and in which what it promises is so."""
        return self.solving.find(is_yes(self.where), is_yes(self.holds))

    def answer(self) -> tuple[Proved, str, tuple[Document, ...], Tried | None]:
        within = is_yes(self.where)
        found = self.solving.find(within, is_no(self.holds))
        if found.answer == "ikke avgjort":
            return "ikke avgjort", f"{found.reason}.", (), None
        if found.model is None:
            return self._settled()
        decoder = Decoder(found.model, self.world)
        things = self.things[:1] if self.promise.together else self.things
        if self.promise.between:
            things = [self.things[0]] * 2  # one case: what either edition asks of it stands there
        documents = tuple(decoder.document(thing) for thing in things)
        tried = _replayed(self.promise, self.edition, documents)
        if tried is None or tried.verdict != "brutt":
            return "ikke avgjort", "motbeviset holdt ikke da det ble avgjort på nytt.", documents, None
        return "motbevist", "", documents, tried

    def clashing(self) -> tuple[str, ...]:
        """The results whose rules may stand against each other in cases where what it says is ukjent."""
        silent = conj((neg(is_no(self.where)), disj((neg(self.where.known), neg(self.holds.known)))))
        return clashing(self.promise, self.encoder, silent, self.solving)

    def _settled(self) -> tuple[Proved, str, tuple[Document, ...], Tried | None]:
        """Proved, unless it promises nothing."""
        kept = self.kept()
        if kept.answer == "finnes":
            return "bevist", "", (), None
        if kept.answer == "ikke avgjort":
            self.unbroken = True
            reason = f"ingen sak bryter den, men om noen sak oppfyller den, er åpent: {kept.reason}."
            return "ikke avgjort", reason, (), None
        if self.within().answer == "finnes ikke":
            return "tom", NO_CASE, (), None
        return "tom", NEVER_KNOWN, (), None


def _reason_of_some(reason: str, free: Question, some: str, more: bool) -> str:
    """Why a property promises nothing, where that was seen of ``some`` cases alone: of those only, unless it is so
    however many stand together. ``more`` is whether more can be asked for."""
    try:
        found = free.within() if reason == NO_CASE else free.kept()
    except NotProvable:
        found = None
    if found is not None and found.answer == "finnes ikke":
        return reason
    what = "ingen sak oppfyller vilkåret" if reason == NO_CASE else "det den lover, er aldri kjent"
    hint = " Prøv flere med --count." if more else ""
    return f"{what}. Det gjelder {some}; flere er ikke prøvd.{hint}"


def _counted(left_out: Sequence[str]) -> str:
    """What is left out in words, or how much where there is more than a reader wants."""
    return "; ".join(left_out) if len(left_out) <= MOST_TOLD else f"{len(left_out)} felter og koder"


def _replayed(promise: ir.Property, edition: ir.Edition, documents: tuple[Document, ...]) -> Tried | None:
    """How the interpreter decides what the solver found; None where it cannot stand."""
    try:
        return try_property(promise, edition, [Given(document) for document in documents])
    except ValueError:
        return None


def looks_around(promise: ir.Property, edition: ir.Edition) -> bool:
    """Whether anything that a property rests on looks at other things than the ones it names."""
    pending = [(part, edition) for part in (promise.where, promise.holds) if part is not None]
    seen: set[tuple[str, str]] = set()
    while pending:
        part, own = pending.pop()
        for node in ir.walk(part):
            if isinstance(node, ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick) and isinstance(
                    node.over, ir.Children):
                return True
            if isinstance(node, ir.ResultOf):
                by = promise.decided_by(_named(node.of), own)
                if (by.id, node.name) not in seen:
                    seen.add((by.id, node.name))
                    pending += [(each, by) for each in expressions(by.results[node.name].groups)]
    return False


def _named(ref: ir.Ref) -> str:
    """The name that a reference begins with; nothing for the thing itself."""
    while isinstance(ref, ir.Parent):
        ref = ref.of
    return ref.name if isinstance(ref, ir.Bound) else ""
