"""The explanation of a decision, as plain data. Every format shows this and nothing else.

All texts are Norwegian and ready to read. Values are kept with their type, so that a format can write them as
people do (``3 552 639,44 kr``) or exactly (``3552639.44``).
"""

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from rulesdsl.core.ir import Citation, Place, Standing, Value
from rulesdsl.core.types import Type
from rulesdsl.source import frozen

if TYPE_CHECKING:
    from rulesdsl.evaluate.course import Course
    from rulesdsl.evaluate.receipt import Receipt

Status = Literal["known", "unknown", "conflict", "no_rule"]
Truth = bool | None
"""A condition's value; None is ukjent."""

Role = Literal["decides", "agrees", "overridden", "fell", "waits", "conflicts"]
"""What a rule came to: it decides; it holds and says the same as the one that decides; it holds and an exception
goes before it; it does not hold; it cannot be told yet whether it holds or what it gives; it stands against another."""

MarkKind = Literal["ubekreftet", "eksempel", "avledet", "skjønn"]

CLAUSE = "punkt "
"""Stands before the number of a clause in ``Mark.what``."""


@frozen
class Mark:
    """A warning that follows a value everywhere: a standing other than offisiell, or ``skjønn``.

    ``what`` is the name of the figure, clause or fact; ``text`` a whole sentence.
    """

    kind: MarkKind
    what: str
    text: str


@frozen
class Fact:
    """A value that a condition or calculation used: ``name`` as people say it, ``path`` as it stands in the case.

    ``kind`` tells a field, another result, a sats, a table's cell, a named part of the clause, or a calculated
    value such as ``antall …``. ``value`` None is ukjent.
    """

    kind: Literal["field", "result", "rate", "table", "part", "computed"]
    name: str
    path: str
    type: Type
    value: Value | None
    citations: tuple[Citation, ...] = ()
    skjonn: bool = False


@frozen
class Condition:
    """One condition in words and how it fell. ``parts`` are the conditions it is made of; ``facts`` what it read.

    ``requirement`` is the name of the krav it states, with ``text`` then the requirement's own text.
    """

    text: str
    holds: Truth
    facts: tuple[Fact, ...] = ()
    parts: tuple["Condition", ...] = ()
    requirement: str = ""


@frozen
class Calculation:
    """How a value came about: the expression in words, its value, and what it read. ``within`` are what its sums and
    searches read of each thing that counted: the value rests on these, and they are too many to be shown."""

    text: str
    type: Type
    value: Value | None
    facts: tuple[Fact, ...] = ()
    within: tuple[Fact, ...] = ()


@frozen
class RuleReason:
    """One rule: how it was asked, how it fell, and what it gives.

    ``name`` is ``""`` for a plain rule, ``krav forankring`` or ``rad 3``. ``conditions`` are those of the rule
    itself; those it shares with its clause stand in the clause's reason.
    """

    name: str
    role: Role
    conditions: tuple[Condition, ...]
    gives: Calculation
    place: Place


@frozen
class ClauseReason:
    """One clause asked for one result. ``exceptions`` are the clauses that would go before it, each with its own.

    ``role`` sums up its rules; ``applies`` is whether its own ``når`` holds. ``exception_to`` names what it is an
    exception to (``hovedregel`` or ``4.3.6, avtale``); ``overridden_by`` the clauses that went before it.
    ``sentence`` says in one line what it came to and why.
    """

    number: str
    title: str
    summary: str
    edition: str
    role: Role
    applies: Truth
    guard: tuple[Condition, ...]
    requirements: tuple[Condition, ...]
    rules: tuple[RuleReason, ...]
    exceptions: tuple["ClauseReason", ...]
    exception_to: tuple[str, ...]
    overridden_by: tuple[str, ...]
    citations: tuple[Citation, ...]
    standing: Standing
    sentence: str
    place: Place


@frozen
class Alternative:
    """What the result would be were some facts known, or other than they are: ``facts`` in words, the outcome. Without
    any of ``facts``: what it is whatever the missing facts are."""

    facts: tuple[Fact, ...]
    status: Status
    value: Value | None
    clause: str
    sentence: str


@frozen
class Contribution:
    """A clause, and what it gave of an amount, in kroner; what it took is less than 0. ``title`` is the clause's;
    ``marks`` are what is doubtful in the amount with it and without, for the answer itself may not rest on that."""

    clause: str
    amount: Decimal
    title: str = ""
    marks: tuple[Mark, ...] = ()


@frozen
class ResultReason:
    """One result of one thing: the answer first, then why.

    ``clause`` and ``rule`` are those that decide; ``missing`` the facts it waits for; ``uses`` the other results
    that it rests on, by name; ``alternatives`` what the missing facts could bring, or, for a refusal, what it would
    take; ``marks`` every doubtful figure and every skjønn that it rests on, those of ``uses`` included.
    ``called`` is its name in a heading; ``final`` is whether no other result uses it; ``main`` whether people ask for
    it: a final one, or a ``resultat`` that a final one uses. ``contributions`` are what each clause gave or took of a
    known amount that people ask for; they come to the value, and none is 0. ``payer`` is who pays the amount, where the
    rulebook says so.
    """

    name: str
    title: str
    type: Type
    main: bool
    status: Status
    value: Value | None
    clause: str
    rule: str
    missing: tuple[str, ...]
    reasons: tuple[ClauseReason, ...]
    uses: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    marks: tuple[Mark, ...]
    sentence: str
    final: bool = True
    called: str = ""
    contributions: tuple[Contribution, ...] = ()
    payer: str = ""


@frozen
class CaseError:
    """What is wrong with the data of a case: a message of the 5xx or 4xx series."""

    code: str
    message: str
    field: str
    value: str
    hint: str = ""


@frozen
class Difference:
    """Where two runs part, with other facts or in another edition: a result, its two values, and a sentence on the
    clause where the reasons part."""

    result: str
    before: "ResultReason"
    after: "ResultReason"
    sentence: str


@frozen
class Written:
    """Where the text of a part of the regelverk stands: the edition it comes from, and the place, where it has one."""

    edition: str
    place: Place | None


@frozen
class PartChange:
    """A part of the regelverk that two editions have differently: ``kind`` is ``punkt``, ``beslutning``, ``sats``,
    ``tabell``, ``resultat``, ``kodeverk``, ``post`` or ``entitet``. ``text`` names it and says what is new, where that
    is short. ``before`` and ``after`` are where its two texts stand; None where an edition does not have it."""

    kind: str
    name: str
    way: Literal["new", "gone", "changed"]
    text: str
    before: Written | None
    after: Written | None


@frozen
class SharePart:
    """A share of a difference, and the changes that cause it together; ``text`` names them."""

    changes: tuple[PartChange, ...]
    text: str
    amount: Decimal


@frozen
class Split:
    """The difference of a result, split over the changes of the regelverk: the ``parts`` sum to ``total``. Each is what
    the change moves the result by on average over all orders in which the changes can be made, rounded to the digits
    of the result; ``notes`` say how the changes were taken."""

    result: str
    type: Type
    total: Decimal
    parts: tuple[SharePart, ...]
    notes: tuple[str, ...] = ()


@frozen
class Comparison:
    """The same thing decided in another edition. ``called`` is what people call that edition, ``same`` whether it is
    the case's own; ``other`` is the decision in it, with its own errors. ``differences`` are in the author's order."""

    called: str
    same: bool
    other: "CaseExplanation"
    differences: tuple[Difference, ...] = ()
    splits: tuple[Split, ...] = ()


@frozen
class OtherFact:
    """A fact of a way to a result: what it is now, and what it would have to be. ``options`` are all codes that would
    do, where it is a code, and ``values`` what the result is with each of them."""

    now: Fact
    then: Fact
    options: tuple[Value, ...] = ()
    values: tuple[Value, ...] = ()


@frozen
class Way:
    """Facts that together would bring a result, the value it then has, and the deciding clause, unless it hangs on
    which code is chosen."""

    facts: tuple[OtherFact, ...]
    value: Value
    clause: str


@frozen
class WhyNot:
    """What it would take for a result to come out as wanted. ``wanted`` says what in words, ``ways`` come the shortest
    first, ``note`` says whether there are others."""

    result: str
    type: Type
    wanted: str
    ways: tuple[Way, ...]
    note: str


@frozen
class CaseExplanation:
    """One thing that was decided. ``results`` stand in the author's order, ``heading`` is its one-line name.

    ``title`` and ``edition_title`` are for the heading; ``notes`` are sentences on what the answer presupposes.
    A case with ``errors`` has no results. ``receipt`` is None only where no edition decided it. ``place`` is where in
    its document it stands, ``day`` its rettsdato, where that is known.
    """

    entity: str
    key: str
    heading: str
    edition: str
    edition_title: str
    results: tuple[ResultReason, ...]
    errors: tuple[CaseError, ...] = ()
    notes: tuple[str, ...] = ()
    what_if: tuple[Fact, ...] = ()
    changed: "CaseExplanation | None" = None
    differences: tuple[Difference, ...] = ()
    compared: Comparison | None = None
    why_not: WhyNot | None = None
    receipt: "Receipt | None" = None
    place: str = ""
    day: datetime.date | None = None


@frozen
class Explanation:
    """All cases of one file, decided in one run by ``engine``. ``courses`` are what they come to, where they were
    decided as courses."""

    engine: str
    cases: tuple[CaseExplanation, ...]
    courses: "tuple[Course, ...]" = ()
