"""The core language: typed expressions, rules in groups of default logic, and editions.

Everything a user gets is computed from these nodes. A value is a ``bool``, a ``str`` (a text, or the name of a
member of a kodeverk), a ``Decimal``, a ``date`` or a tuple of values.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from attrs import field, fields

from rulesdsl.core.types import Type
from rulesdsl.source import frozen

Value = bool | str | Decimal | datetime.date | tuple["Value", ...]
Standing = Literal["offisiell", "avledet", "ubekreftet", "eksempel"]

# ── Which thing a rule speaks of ─────────────────────────────────────────────────────────────────────────────


@frozen
class This:
    """The thing that is decided: the episode whose result is sought."""


@frozen
class Bound:
    """A thing, or an element of a list, that a quantifier has named."""

    name: str


@frozen
class Parent:
    """The thing that ``of`` belongs to, and its entity: an episode's patient."""

    of: "Ref"
    entity: str


Ref = This | Bound | Parent


@frozen
class Children:
    """The domain of a quantifier: all things of an entity that belong to ``of``, which calls them ``plural``."""

    of: Ref
    entity: str
    plural: str


@frozen
class Elements:
    """The domain of a quantifier: the elements of a list."""

    items: "Expr"


Domain = Children | Elements

# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class Const:
    """A fixed value."""

    type: Type
    value: Value


@frozen
class Field:
    """A fact of a case: a field of ``of``, through records when the path is longer than one. ``spoken`` is its name
    in words, for explanations."""

    type: Type
    of: Ref
    path: tuple[str, ...]
    skjonn: bool = False
    spoken: str = ""


@frozen
class Item:
    """The element of a list that the quantifier called ``name`` is at, or a field of it where it is a record."""

    type: Type
    name: str
    path: tuple[str, ...] = ()


@frozen
class ResultOf:
    """Another result of ``of``."""

    type: Type
    of: Ref
    name: str


@frozen
class RateOf:
    """A ``sats`` on the rettsdato of the thing that is decided."""

    type: Type
    name: str


@frozen
class Lookup:
    """A cell of a ``tabell``. A key that is not there gives ``otherwise``."""

    type: Type
    table: str
    keys: tuple["Expr", ...]
    column: str
    otherwise: "Expr"


@frozen
class Part:
    """A named part of a clause (``der NAVN er …``): the value of ``value``, with a name for the explanation."""

    type: Type
    name: str
    value: "Expr"


@frozen
class Not:
    type: Type
    value: "Expr"


@frozen
class And:
    type: Type
    items: tuple["Expr", ...]


@frozen
class Or:
    type: Type
    items: tuple["Expr", ...]


@frozen
class If:
    type: Type
    test: "Expr"
    then: "Expr"
    otherwise: "Expr"


Comparison = Literal["=", "≠", "<", "<=", ">", ">="]


@frozen
class Compare:
    type: Type
    op: Comparison
    left: "Expr"
    right: "Expr"


@frozen
class OneOf:
    """Whether the value is among some fixed values (a set in braces, or a ``kodesett``, by its name)."""

    type: Type
    value: "Expr"
    options: tuple[Value, ...]
    name: str = ""


@frozen
class Contains:
    """Whether a list holds a value: ``«A0099» i sarkoder``."""

    type: Type
    items: "Expr"
    value: "Expr"


@frozen
class Known:
    """``x finnes``: always known itself."""

    type: Type
    value: "Expr"


@frozen
class Sum:
    type: Type
    items: tuple["Expr", ...]


@frozen
class Negate:
    type: Type
    value: "Expr"


@frozen
class Product:
    type: Type
    items: tuple["Expr", ...]


RoundMode = Literal["avrund", "avrund_ned", "avrund_opp"]


@frozen
class Round:
    """The one node that rounds: ``value / divisor`` to ``scale`` digits. Half goes away from zero (``avrund``),
    all toward minus infinity (``avrund_ned``), or all toward infinity (``avrund_opp``). A divisor of zero gives
    ``otherwise``; the checks see to it that there is one where the divisor can be zero."""

    type: Type
    mode: RoundMode
    scale: int
    value: "Expr"
    divisor: "Expr | None" = None
    otherwise: "Expr | None" = None


Which = Literal["maks", "min"]


@frozen
class Extreme:
    """The largest or smallest of some values."""

    type: Type
    which: Which
    items: tuple["Expr", ...]


@frozen
class DaysBetween:
    """``left - right`` in døgn."""

    type: Type
    left: "Expr"
    right: "Expr"


@frozen
class ShiftDate:
    """A date moved by a number of døgn."""

    type: Type
    date: "Expr"
    days: "Expr"


DatePart = Literal["år", "måned", "tertial", "ukedag"]


@frozen
class PartOfDate:
    """Year; month 1-12; tertial 1-3; or weekday, Monday 1 to Sunday 7."""

    type: Type
    part: DatePart
    date: "Expr"


@frozen
class YearsBetween:
    """Completed years from ``start`` to ``end``; 29 February falls on 1 March in other years."""

    type: Type
    start: "Expr"
    end: "Expr"


@frozen
class Same:
    """Whether two references are the same thing; always known."""

    type: Type
    left: Ref
    right: Ref


@frozen
class Quantified:
    """``finnes`` or ``alle``: over those elements where ``where`` holds, whether ``test`` holds for one, or for all."""

    type: Type
    kind: Literal["finnes", "alle"]
    var: str
    over: Domain
    where: "Expr | None"
    test: "Expr"


@frozen
class Count:
    """``antall``: how many elements ``where`` holds for."""

    type: Type
    var: str
    over: Domain
    where: "Expr | None"


@frozen
class SumOver:
    """``sum X for e i …``: 0 when there are none."""

    type: Type
    var: str
    over: Domain
    where: "Expr | None"
    take: "Expr"


@frozen
class ExtremeOver:
    """``maks X for e i … ellers Y``."""

    type: Type
    which: Which
    var: str
    over: Domain
    where: "Expr | None"
    take: "Expr"
    otherwise: "Expr"


@frozen
class Pick:
    """``første X for e i … der V etter K ellers Y``: X of the element with the smallest (``siste``: largest) K.
    Where two have the same K, the smaller key of the entity comes first, so that the answer is never chance."""

    type: Type
    which: Literal["første", "siste"]
    var: str
    over: Domain
    where: "Expr | None"
    key: "Expr"
    take: "Expr"
    otherwise: "Expr"


Expr = (
    Const | Field | Item | ResultOf | RateOf | Lookup | Part | Not | And | Or | If | Compare | OneOf | Contains | Known
    | Sum | Negate | Product | Round | Extreme | DaysBetween | ShiftDate | PartOfDate | YearsBetween | Same
    | Quantified | Count | SumOver | ExtremeOver | Pick
)


def children(node: Expr) -> Iterator[Expr]:
    """The expressions directly below a node, in the order they are written."""
    for attribute in fields(type(node)):
        below = getattr(node, attribute.name)
        if isinstance(below, Expr):
            yield below
        elif isinstance(below, Elements):
            yield below.items
        elif isinstance(below, tuple):
            yield from (item for item in below if isinstance(item, Expr))


def walk(node: Expr) -> Iterator[Expr]:
    """The node and all expressions below it, each object once however often it is shared."""
    seen: set[int] = set()
    pending = [node]
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending.extend(reversed(list(children(current))))


# ── Sources, clauses and rules ───────────────────────────────────────────────────────────────────────────────


@frozen
class Place:
    """Where something is written: file as shown to users, and line counted from 1."""

    file: str
    line: int


@frozen
class Kilde:
    """A source. ``standing`` is what its figures and rules are worth unless a citation says otherwise."""

    name: str
    title: str
    publisher: str
    year: int
    url: str
    standing: Standing
    note: str = ""


@frozen
class Citation:
    """What a value or clause rests on: a source, the standing it has here, and the author's note."""

    kilde: Kilde
    standing: Standing
    note: str = ""


@frozen
class Requirement:
    """One ``krav`` of a clause. ``holds`` is its condition."""

    name: str
    text: str
    holds: Expr


@frozen
class Clause:
    """A ``punkt`` or ``beslutning``: what its rules share. ``edition`` is where its text comes from; ``formerly`` the
    numbers it had before it was moved, the latest first."""

    number: str
    title: str
    summary: str
    edition: str
    place: Place
    citations: tuple[Citation, ...]
    guard: Expr | None = None
    requirements: tuple[Requirement, ...] = ()
    exception_to: tuple[tuple[str, str], ...] = ()
    is_decision: bool = False
    formerly: tuple[str, ...] = ()


@frozen
class Rule:
    """One rule. It holds when all of ``conditions`` do, and then gives ``value``.

    ``name`` is its own name, ``krav`` of the requirement whose fall it follows from, or ``rad N`` of a table.
    ``requirement`` is the requirement that must have fallen, where there is one.
    ``exceptions`` are the groups that replace this rule alone.
    """

    clause: str
    name: str
    conditions: tuple[Expr, ...]
    value: Expr
    place: Place
    requirement: str = ""
    exceptions: tuple["Group", ...] = ()


Policy = Literal["sammen", "første", "én", "alle"]


@frozen
class Group:
    """The rules of one clause for one result, and the groups that replace them where they apply.

    ``policy`` says how the rules stand together: ``sammen`` (side by side: different values are a conflict), or
    the hit policy of a decision table: ``første``, ``én`` (two that hold are a conflict) or ``alle`` (collects).
    """

    clause: str
    policy: Policy
    rules: tuple[Rule, ...]
    exceptions: tuple["Group", ...] = ()


@frozen
class Result:
    """A result of an entity, and the groups that can give it, side by side. ``payer`` is who pays the amount, where it
    is a payment and the rulebook says so."""

    name: str
    entity: str
    type: Type
    title: str
    groups: tuple[Group, ...]
    is_decision: bool = False
    payer: str = ""


# ── Data the rules speak of ──────────────────────────────────────────────────────────────────────────────────


@frozen
class Member:
    """A member of a kodeverk: its name, its code as text, and the days it is valid (both ends included)."""

    name: str
    code: str
    title: str
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None


@frozen
class Kodeverk:
    name: str
    title: str
    members: tuple[Member, ...]

    def written(self) -> dict[str, tuple[Member, ...]]:
        """The members by what data may write for them. A code goes before a name that is spelt like it, for the code
        is the register's own; several may have had one code, each in its time."""
        found: dict[str, tuple[Member, ...]] = {}
        for member in self.members:
            found[member.code] = (*found.get(member.code, ()), member)
        return {member.name: (member,) for member in self.members} | found


@frozen
class FieldDecl:
    """A field of an entity or record. ``fixed`` is a fact that nobody can change once it is so (``uforanderlig``)."""

    name: str
    type: Type
    title: str = ""
    optional: bool = False
    skjonn: bool = False
    fixed: bool = False


@frozen
class RecordDecl:
    name: str
    title: str
    fields: tuple[FieldDecl, ...]


@frozen
class Entity:
    """A kind of thing in a case. ``plural`` is the name under which its parent holds a list of them."""

    name: str
    title: str
    parent: str
    plural: str
    key: str
    date: str
    fields: tuple[FieldDecl, ...]


@frozen
class RateValue:
    valid_from: datetime.date
    value: Decimal
    citations: tuple[Citation, ...]


@frozen
class Rate:
    """A ``sats``: its values by first day, in order of time. ``edition`` is where its text comes from."""

    name: str
    title: str
    type: Type
    values: tuple[RateValue, ...]
    place: Place
    edition: str = ""

    def on(self, day: datetime.date) -> RateValue:
        """The value in force on a day; the checks see to it that there is one."""
        return next(value for value in reversed(self.values) if value.valid_from <= day)


@frozen
class Row:
    values: dict[str, Value | None]
    citations: tuple[Citation, ...]


@frozen
class Table:
    """A ``tabell``: rows by key. ``edition`` is where its text comes from."""

    name: str
    title: str
    keys: tuple[tuple[str, Type], ...]
    columns: tuple[tuple[str, Type], ...]
    rows: dict[tuple[Value, ...], Row]
    place: Place
    edition: str = ""


@frozen
class Fact:
    """A fact of an example: a field by its path."""

    path: tuple[str, ...]
    value: Value


@frozen
class Thing:
    """A thing of an example: its entity and facts. The first of an example is the one that is decided."""

    entity: str
    facts: tuple[Fact, ...]


@frozen
class Expectation:
    """What an example expects of a result; ``value`` None is ukjent. ``clause`` is the deciding one, if said."""

    result: str
    value: Value | None
    clause: str = ""


@frozen
class Example:
    title: str
    things: tuple[Thing, ...]
    expects: tuple[Expectation, ...]
    citations: tuple[Citation, ...]
    place: Place


@frozen
class Likeness:
    """``b er som a unntatt …`` of a property: the two have the same facts but for those at the paths of ``but``. With
    an ``edition`` the left one is the same case decided by that one."""

    left: str
    right: str
    but: tuple[tuple[str, ...], ...]
    edition: str = ""


@frozen
class Property:
    """An ``egenskap``: what is promised for all things of an entity.

    ``names`` are the things it speaks of, one or two, as ``Bound`` in its expressions. With ``together`` they are
    different things of the same parent, in one case; else each stands in a case of its own, and where there is a
    ``likeness`` the two cases are the same but for the named facts of that one thing. Where ``where`` holds,
    ``holds`` must. ``promised_from`` is the first day of the promise; before it, a counterexample breaks nothing.

    One that speaks of two editions has two names, the thing and the same as the other edition decides it, and is tried
    with ``other``, that edition, which is not kept with this one: it may change while this one does not.
    """

    name: str
    title: str
    entity: str
    names: tuple[str, ...]
    together: bool
    likeness: Likeness | None
    where: Expr | None
    holds: Expr
    promised_from: datetime.date | None
    citations: tuple[Citation, ...]
    edition: str
    place: Place
    other: "Edition | None" = field(default=None, eq=False, repr=False)

    @property
    def between(self) -> str:
        """The id of the other edition that it speaks of, if it speaks of two."""
        return self.likeness.edition if self.likeness else ""

    def decided_by(self, name: str, edition: "Edition") -> "Edition":
        """The edition that decides one of the things it speaks of, where it is a property of ``edition``."""
        if self.likeness is None or not self.likeness.edition or name != self.likeness.left:
            return edition
        if self.other is None:
            raise ValueError(f"{self.name} speaks of {self.likeness.edition}, which was not given")
        return self.other


@frozen
class Correction:
    """A ``rettelse`` that the text of an edition holds: of which edition it is, and since when it is known."""

    edition: str
    known_from: datetime.date
    title: str
    place: Place


@frozen
class Edition:
    """One edition of a rulebook, whole: all that is needed to decide a case on a day from first to last.

    ``results`` stand in such an order that each uses only earlier ones; ``shown`` is the author's order. ``final``
    are those that no other of the same entity uses; ``main`` those that people ask for: the final ones, and each
    ``resultat`` they use. ``changes`` is the edition it is a change to. ``corrections`` are those its text holds, its
    predecessors' among them, oldest first. ``meaning`` is the SHA-256 of what can decide an outcome.
    """

    rulebook: str
    name: str
    title: str
    valid_from: datetime.date
    valid_to: datetime.date
    known_from: datetime.date | None
    kodeverk: dict[str, Kodeverk]
    records: dict[str, RecordDecl]
    entities: dict[str, Entity]
    rates: dict[str, Rate]
    tables: dict[str, Table]
    clauses: dict[str, Clause]
    results: dict[str, Result]
    shown: tuple[str, ...]
    examples: tuple[Example, ...]
    files: tuple[str, ...] = ()
    final: frozenset[str] = frozenset()
    main: frozenset[str] = frozenset()
    changes: str = ""
    corrections: tuple[Correction, ...] = ()
    properties: dict[str, Property] = field(factory=dict)
    meaning: str = ""

    @property
    def id(self) -> str:
        return f"{self.rulebook}@{self.name}"
