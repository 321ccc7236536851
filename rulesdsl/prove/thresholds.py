"""Where one step of a number or a date changes a result by much: every such value, over all cases.

What the solver finds at one value is spread to the values beside it, as far as the same case shows it there too, and
so on until there is none elsewhere. So each value of a stretch is proved, and that there are no others.
"""

import datetime
import time
from decimal import Decimal
from typing import Literal

from attrs import evolve, field, frozen

from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.evaluate.documents import Document as Given
from rulesdsl.evaluate.properties import Tried, try_property
from rulesdsl.prove.cases import Path
from rulesdsl.prove.decode import Document
from rulesdsl.prove.pairs import Pairs, Span, Unsettled
from rulesdsl.prove.properties import COUNT, SECONDS, looks_around
from rulesdsl.prove.spans import largest, merged, spread, without
from rulesdsl.prove.stepped import Stepped, after, step_of, stepped_fields, value_of
from rulesdsl.prove.sym import NotProvable
from rulesdsl.prove.terms import Logic, conj

Way = Literal["opp", "ned"]
SIGNS: dict[Way, int] = {"opp": 1, "ned": -1}

MOST_FOUND = 60
"""How often a field is asked for one more value, each way, before it is given up."""

TIMES = 6
"""How many times the limit of one question it may take to find the values of a field, and to measure them."""

FAR = 10**9
"""A change of more than this is told as one without a limit that says anything."""

BEFORE, AFTER = "før", "etter"


Cases = Literal["alene", "flere", "negative"]
"""The plainest cases that show it: ``alene``: a thing by itself, with no number below zero; ``flere``: beside others of
its kind; ``negative``: with a number below zero."""


@frozen(eq=False)
class Largest:
    """How much a step changes the result at the most, by size. ``known`` is whether there surely is no larger;
    ``beyond`` that it can be more than ``FAR``. ``without`` is a number that it rests on then: where that is ukjent,
    ``amount`` is the largest after all."""

    amount: Decimal
    known: bool
    beyond: bool = False
    without: Path = ()


@frozen(eq=False)
class Stretch:
    """Values in a row, ``first`` and ``last`` among them, from each of which a step changes the result by more than
    the amount in some case. ``documents`` are such a case before and after the step, at one of the values; ``promise``
    says that there is none there, and ``tried`` how they break it. ``largest`` is among all cases with no number below
    zero, and ``alone`` among those where the thing stands by itself; each is None where there is none, or it was not
    asked."""

    way: Way
    first: ir.Value
    last: ir.Value
    cases: Cases
    largest: Largest | None
    alone: Largest | None
    promise: ir.Property
    documents: tuple[Document, ...]
    tried: Tried = field(repr=False)


@frozen(eq=False)
class Thresholds:
    """What was found of a field and a result. ``read`` is whether a rule that the result rests on asks for the field;
    ``complete`` whether there surely are no other values, and ``reason`` why that cannot be said. ``count`` is how many
    things of a kind a case had at most, where the rules look at more than one; ``limits`` what else the answer is
    limited to."""

    edition: ir.Edition
    result: ir.Result
    stepped: Stepped
    more_than: Decimal
    read: bool = True
    stretches: tuple[Stretch, ...] = ()
    complete: bool = True
    reason: str = ""
    count: int = 0
    limits: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def kind(self) -> types.Type:
        """The type of the field."""
        return self.stepped.decl.type


def values(one: Thresholds, stretch: Stretch) -> list[Decimal | datetime.date]:
    """What the field is in each of the cases that show a stretch."""
    owners = [one.stepped.of(thing) for thing in stretch.tried.things]
    found = [owner.facts.get(one.stepped.path) for owner in owners if owner is not None]
    return [each for each in found if isinstance(each, Decimal | datetime.date)]


def takes_a_step(one: Thresholds, stretch: Stretch) -> bool:
    """Whether the two cases are a step apart, from one of the values of the stretch."""
    match values(one, stretch):
        case [before, then]:
            return stretch.first <= before <= stretch.last and then == after(one.kind, before)  # type: ignore[operator]
        case _:
            return False


def find_thresholds(
    edition: ir.Edition, result: ir.Result, path: Path, more_than: Decimal, *, seconds: float = SECONDS,
    count: int = COUNT,
) -> Thresholds:
    """Every value of a field from which one step changes a result by more than an amount, in some case of an edition.
    ``seconds`` is the limit of one question."""
    begun = time.monotonic()
    asked = Thresholds(edition, result, stepped_fields(edition, result.entity)[path], more_than)
    around = looks_around(step_promise(asked, "opp"), edition)
    asked = evolve(asked, count=count if around else 0)
    try:
        found = _Search(asked, seconds).answer()
    except NotProvable as error:
        found = evolve(asked, complete=False, reason=f"{error.reason}.")
    return evolve(found, seconds=time.monotonic() - begun)


def step_promise(asked: Thresholds, way: Way, span: tuple[ir.Value, ir.Value] | None = None) -> ir.Property:
    """That no step changes the result by more than the amount one way, from values of a span: ``før`` is a case before
    the step, and ``etter`` the same case after it. A field of one of several things has no name in a promise: that it
    takes the step, and from where, is not part of it then."""
    stepped, money = asked.stepped, asked.result.type
    before, after = (stepped.seen_from(name) for name in (BEFORE, AFTER))
    where = _stepped(asked.kind, before, after, span) if before is not None and after is not None else None
    greater, less = (AFTER, BEFORE) if way == "opp" else (BEFORE, AFTER)
    one, other = (ir.ResultOf(money, ir.Bound(name), asked.result.name) for name in (greater, less))
    grown = ir.Sum(money, (one, ir.Negate(money, other)))
    holds = ir.Compare(types.BOOL, "<=", grown, ir.Const(money, asked.more_than))
    return ir.Property(
        ".".join(stepped.name), "", asked.result.entity, (BEFORE, AFTER), False,
        ir.Likeness(AFTER, BEFORE, (stepped.path,) if stepped.name == stepped.path else ()), where, holds, None, (),
        asked.edition.id, ir.Place("", 0),
    )


def _stepped(kind: types.Type, before: ir.Expr, after: ir.Expr, span: tuple[ir.Value, ir.Value] | None) -> ir.Expr:
    """That one is a step after the other, which is within a span."""
    if isinstance(kind, types.Number):
        then: ir.Expr = ir.Sum(kind, (before, ir.Const(kind, step_of(kind))))
    else:
        then = ir.ShiftDate(kind, before, ir.Const(types.Number(0, types.DOGN), step_of(kind)))
    parts: list[ir.Expr] = [ir.Compare(types.BOOL, "=", after, then)]
    if span is not None:
        parts += [ir.Compare(types.BOOL, ">=", before, ir.Const(kind, span[0])),
                  ir.Compare(types.BOOL, "<=", before, ir.Const(kind, span[1]))]
    return ir.And(types.BOOL, tuple(parts))


@frozen(eq=False)
class _Layer:
    """Some of all cases, as logic: the plainest are asked first, for they say most and are quick."""

    cases: Cases
    pairs: Pairs
    plain: Logic

    def goal(self, way: Way, least: int) -> Logic:
        return conj((self.plain, self.pairs.more(SIGNS[way], least)))


@frozen(eq=False)
class _Lot:
    """Values that one case shows, and the case before and after the step, where the field is ``start``."""

    span: Span
    start: int
    documents: tuple[Document, ...]


class _Search:
    """One field and one result."""

    def __init__(self, asked: Thresholds, seconds: float) -> None:
        self.asked, self.seconds = asked, seconds
        self.ends = 0.0
        alone, among = (self._pairs(1), self._pairs(asked.count) if asked.count > 1 else None)
        self.all = among or alone
        self.scale = self.all.scale
        self.least = int(asked.more_than.scaleb(self.scale))
        layers = [_Layer("alene", alone, alone.plain())]
        layers += [_Layer("flere", among, among.plain())] if among else []
        self.layers = [*layers, _Layer("negative", self.all, True)]

    def _pairs(self, count: int) -> Pairs:
        return Pairs(self.asked.edition, self.asked.result, self.asked.stepped, count, self.seconds, self._late)

    def _late(self) -> str:
        over = time.monotonic() >= self.ends
        return f"tidsgrensen på {TIMES * self.seconds:g} sekunder for feltet ble nådd" if over else ""

    def _start(self) -> None:
        self.ends = time.monotonic() + TIMES * self.seconds

    def answer(self) -> Thresholds:
        limits = tuple(sorted(self.all.world.limits))
        if not self.all.read:
            return evolve(self.asked, read=False, limits=limits)
        self._start()
        found: list[tuple[Way, Span, _Layer, tuple[Document, ...]]] = []
        reasons = []
        for way in SIGNS:
            told, reason = self._found(way)
            found += told
            reasons.append(reason)
        self._start()
        stretches = [self._stretch(*each) for each in found]
        kept = tuple(each for each in stretches if each is not None)
        if len(kept) < len(stretches):
            reasons.append("et funn holdt ikke da det ble avgjort på nytt")
        reason = next(filter(None, reasons), "")
        return evolve(self.asked, stretches=kept, complete=not reason, reason=f"{reason}." if reason else "",
                      limits=limits)

    # ── Finding ──────────────────────────────────────────────────────────────────────────────────────────────

    def _found(self, way: Way) -> tuple[list[tuple[Way, Span, _Layer, tuple[Document, ...]]], str]:
        """The stretches one way, each by the plainest cases that show it, and why there may be more."""
        lots: list[_Lot] = []
        told: list[tuple[Way, Span, _Layer, tuple[Document, ...]]] = []
        reason = ""
        for layer in self.layers:
            before = merged([each.span for each in lots])
            # What an earlier layer could not settle may be told as of a later one, so that it cannot be left at that.
            reason = self._look(lots, layer, layer.goal(way, self.least)) or reason
            told += [(way, span, layer, self._documents(lots, span))
                     for span in without(merged([each.span for each in lots]), before)]
        return told, reason

    def _look(self, lots: list[_Lot], layer: _Layer, goal: Logic) -> str:
        """Add what the cases of a layer show; gives why there may be more."""
        pairs = layer.pairs
        try:
            while (model := pairs.find(goal, pairs.outside(merged([each.span for each in lots])))) is not None:
                if len(lots) == MOST_FOUND:
                    return f"det ble lett {MOST_FOUND} ganger"
                lots.append(_Lot(spread(pairs, model, goal), pairs.number(model, pairs.at), pairs.documents(model)))
        except Unsettled as error:
            return error.reason
        return ""

    @staticmethod
    def _documents(lots: list[_Lot], span: Span) -> tuple[Document, ...]:
        """A case at one of these values; nothing where each that was found is at another."""
        return next((each.documents for each in lots if span[0] <= each.start <= span[1]), ())

    # ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────

    def _stretch(self, way: Way, span: Span, layer: _Layer, documents: tuple[Document, ...]) -> Stretch | None:
        documents = self._at_plain_value(way, span, layer) or documents or self._at(way, span, layer)
        first, last = (value_of(self.asked.kind, each) for each in span)
        promise = step_promise(self.asked, way, (first, last))
        tried = try_property(promise, self.asked.edition, [Given(each) for each in documents]) if documents else None
        if tried is None or tried.verdict != "brutt":
            return None
        alone = among = None
        for each in self.layers[:-1]:
            if each is layer or (layer.cases == "alene" and each.cases == "flere"):
                among = self._largest(way, each, span, among)
                alone = among if each.cases == "alene" and self.asked.count > 1 else alone
        return Stretch(way, first, last, layer.cases, among, alone, promise, documents, tried)

    def _at_plain_value(self, way: Way, span: Span, layer: _Layer) -> tuple[Document, ...]:
        """Such a case at a value that is easy to read, where the stretch has one."""
        kind, edition = self.asked.kind, self.asked.edition
        middle = (edition.valid_from.toordinal() + edition.valid_to.toordinal()) // 2
        plain = 10**kind.scale if isinstance(kind, types.Number) else middle
        return self._at(way, (plain, plain), layer) if span[0] < span[1] and span[0] <= plain <= span[1] else ()

    def _at(self, way: Way, span: Span, layer: _Layer) -> tuple[Document, ...]:
        """Such a case at one of some values."""
        try:
            model = layer.pairs.find(layer.goal(way, self.least), layer.pairs.within(span))
        except Unsettled:
            return ()
        return () if model is None else layer.pairs.documents(model)

    def _largest(self, way: Way, layer: _Layer, span: Span, fewer: Largest | None) -> Largest:
        """How much among the cases of a layer, where ``fewer`` is what came of fewer of them."""
        pairs, sign, far = layer.pairs, SIGNS[way], FAR * 10**self.scale
        inside = conj((layer.plain, pairs.within(span)))
        size, sure = far + 1, False
        if fewer is None or not fewer.beyond:
            least = self.least if fewer is None else int(fewer.amount.scaleb(self.scale))
            size, sure = largest(pairs, sign, inside, least, far)
        if size <= far:
            return Largest(self._amount(size), sure)
        for path, unknown in pairs.other_numbers():
            among = conj((inside, unknown))
            try:
                if pairs.find(among, pairs.more(sign, far)) is not None:
                    continue
                model = pairs.find(among, pairs.more(sign, self.least))
            except Unsettled:
                break
            if model is not None:
                least = abs(pairs.number(model, pairs.grown))
                if fewer is not None and fewer.without == path:
                    least = max(least, int(fewer.amount.scaleb(self.scale)))
                less, sure = largest(pairs, sign, among, least, far)
                return Largest(self._amount(less), sure, True, path)
        return Largest(self._amount(size), False, True)

    def _amount(self, size: int) -> Decimal:
        return EXACT.scaleb(Decimal(size), -self.scale)
