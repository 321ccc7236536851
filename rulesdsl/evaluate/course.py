"""A course: what one patient met in a time, decided under several rulebooks, and who pays for it. Plain data, as the
explanation is; every format shows this and nothing else.

Only results whose rulebook says who pays are payments, and only known ones are in a sum. What waits, what stands in
conflict and what could not be decided is counted beside, never as nothing.
"""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from attrs import evolve

from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import KRONER, Number, Unit
from rulesdsl.evaluate.explanation import CaseError, CaseExplanation, ResultReason
from rulesdsl.source import frozen


@frozen
class Payment:
    """An amount that somebody pays, known or not. ``waits`` are the things of the course that it waits for, where these
    are not settled; the fields that it waits for are those of ``result``."""

    of: str
    result: ResultReason
    waits: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        value = self.result.value
        settled = self.result.status == "known" and not self.waits
        return value if settled and isinstance(value, Decimal) else None


@frozen
class Contact:
    """A thing that stands in a list of the course, with what belongs to it: a bill and its lines. ``cases`` are their
    explanations, the thing's own first. ``place`` is where in the document it stands. ``errors`` are what is wrong
    with any of them, or with what it says of another contact; then it is ``left_out`` of the sums. ``on`` are the
    contacts that it names and corrects."""

    rulebook: str
    place: str
    called: str
    day: datetime.date | None
    cases: tuple[CaseExplanation, ...]
    payments: tuple[Payment, ...] = ()
    errors: tuple[CaseError, ...] = ()
    left_out: bool = False
    on: tuple[str, ...] = ()

    @property
    def edition(self) -> str:
        return self.cases[0].edition if self.cases else ""

    @property
    def settled(self) -> bool:
        """Whether all that is paid for it is known."""
        return not self.errors and all(each.amount is not None for each in self.payments)


@frozen
class Share:
    """What one clause of a rulebook has somebody pay, in so many payments that are not nought."""

    rulebook: str
    clause: str
    title: str
    amount: Decimal
    payments: int


@frozen
class Waiting:
    """A payment of a contact; among those that wait, one that is in no sum."""

    contact: Contact
    payment: Payment


@frozen
class Total:
    """What somebody pays in one unit of money. ``amount`` is the sum of what is known, ``payments`` how many of these
    are not nought."""

    payer: str
    type: Number
    amount: Decimal
    payments: int
    shares: tuple[Share, ...]
    waiting: tuple[Waiting, ...]


@frozen
class Course:
    """A course, its ``contacts`` in order of date. ``sums`` are what all pay together, one for each unit of money;
    ``errors`` are what no rulebook decides, and ``notes`` what the answer presupposes."""

    key: str
    place: str
    contacts: tuple[Contact, ...]
    totals: tuple[Total, ...]
    sums: tuple[tuple[Number, Decimal], ...]
    errors: tuple[CaseError, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        return bool(self.errors) or any(each.errors for each in self.contacts)


def payments_of(cases: Iterable[CaseExplanation], called: str) -> tuple[Payment, ...]:
    """What is paid by the explanations of a contact, in the order of its document."""
    return tuple(Payment(case.heading.partition(" · ")[0] if number else called, result)
                 for number, case in enumerate(cases) for result in case.results if result.payer)


def course_of(
    key: str, place: str, contacts: Sequence[Contact], errors: tuple[CaseError, ...], notes: tuple[str, ...]
) -> Course:
    """The contacts in order of date, and summed; the order in which they stood does not matter."""
    ordered = tuple(sorted(contacts, key=lambda each: (
        each.day or datetime.date.max, bool(each.on), each.rulebook, each.called, each.place)))
    totals = _totals(ordered)
    return Course(key, place, ordered, totals, _sums(totals), errors, notes)


def _totals(contacts: Iterable[Contact]) -> tuple[Total, ...]:
    """What each pays: for every unit of money, the one who pays most first."""
    found: dict[tuple[str, Unit], list[Waiting]] = {}
    for contact in contacts:
        for payment in contact.payments:
            found.setdefault((payment.result.payer, _unit(payment)), []).append(Waiting(contact, payment))
    made = [_total(payer, unit, each) for (payer, unit), each in found.items()]
    return tuple(sorted(made, key=lambda each: (each.type.unit != KRONER, each.type.unit, -each.amount, each.payer)))


def _unit(payment: Payment) -> Unit:
    """Payers are those of amounts of money only, as the check of the rulebook holds them to."""
    kind = payment.result.type
    assert isinstance(kind, Number)
    return kind.unit


def _total(payer: str, unit: Unit, found: Sequence[Waiting]) -> Total:
    amount, known = Decimal(0), 0
    shares: dict[tuple[str, str], Share] = {}
    for each in found:
        one, result = each.payment.amount, each.payment.result
        if one is None or each.contact.left_out:
            continue
        amount, known = EXACT.add(amount, one), known + bool(one)
        title = title_of(result)
        key = each.contact.rulebook, result.clause
        before = shares.get(key, Share(*key, title, Decimal(0), 0))
        shares[key] = evolve(before, amount=EXACT.add(before.amount, one), payments=before.payments + bool(one))
    waiting = tuple(each for each in found if each.payment.amount is None or each.contact.left_out)
    ordered = sorted(shares.values(), key=lambda each: (each.rulebook, -each.amount, each.clause))
    digits = max(each.payment.result.type.scale for each in found if isinstance(each.payment.result.type, Number))
    return Total(payer, Number(digits, unit), amount, known, tuple(ordered), waiting)


def title_of(result: ResultReason) -> str:
    """The title of the clause that decides a result."""
    pending = list(result.reasons)
    while pending:
        clause = pending.pop()
        if clause.number == result.clause:
            return clause.title
        pending += clause.exceptions
    return ""


def _sums(totals: Iterable[Total]) -> tuple[tuple[Number, Decimal], ...]:
    found: dict[Unit, tuple[Number, Decimal]] = {}
    for each in totals:
        kind, amount = found.get(each.type.unit, (each.type, Decimal(0)))
        kind = each.type if each.type.scale > kind.scale else kind
        found[each.type.unit] = kind, EXACT.add(amount, each.amount)
    return tuple(found.values())
