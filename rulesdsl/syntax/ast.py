"""The abstract syntax of ``.isf`` files.

Every node keeps the place it was written. Names are in NFC. Declarations keep their parts in the order of the
text, so that the formatter gives back what the author wrote.
"""

import datetime
from decimal import Decimal
from typing import Literal

from attrs import frozen

from rulesdsl.source import Node


@frozen
class Name(Node):
    """An identifier, or the number of a clause."""

    text: str


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class UnitName(Node):
    """``kr``, ``poeng``, ``kroner per poeng``: base units over base units. ``kr`` is ``kroner``; declared units are as
    they were written."""

    over: tuple[str, ...]
    under: tuple[str, ...] = ()


@frozen
class NumberLiteral(Node):
    """An exact number. ``value`` keeps the digits as written (``0,50`` has two after the comma).
    ``percent`` numbers have their written value here: ``40 %`` is 40."""

    value: Decimal
    unit: UnitName | None = None
    percent: bool = False


@frozen
class TextLiteral(Node):
    value: str


@frozen
class DateLiteral(Node):
    value: datetime.date


@frozen
class BoolLiteral(Node):
    value: bool


@frozen
class NameRef(Node):
    """A bare name: a field, a result, a part, a sats, a member of a kodeverk, or a quantifier's thing."""

    name: str


@frozen
class Access(Node):
    """``of.name``."""

    of: "Expr"
    name: Name


@frozen
class UnderExpr(Node):
    """``X etter isf 2019``: what X is as another edition decides the same case."""

    value: "Expr"
    rulebook: Name
    edition: Name

    @property
    def id(self) -> str:
        """The edition's id."""
        return f"{self.rulebook.text}@{self.edition.text}"


@frozen
class LookupExpr(Node):
    """``tabell[nøkkel; nøkkel].kolonne [ellers X]``."""

    table: Name
    keys: tuple["Expr", ...]
    column: Name
    otherwise: "Expr | None" = None


@frozen
class Call(Node):
    """A function with its arguments: ``avrund(x; 2)``, ``år(d)``; ``ellers`` only after a rounded division."""

    function: Name
    args: tuple["Expr", ...]
    otherwise: "Expr | None" = None


@frozen
class NotExpr(Node):
    value: "Expr"


@frozen
class AndExpr(Node):
    items: tuple["Expr", ...]


@frozen
class OrExpr(Node):
    items: tuple["Expr", ...]


@frozen
class IfExpr(Node):
    test: "Expr"
    then: "Expr"
    otherwise: "Expr"


@frozen
class CompareExpr(Node):
    """``op`` is ``er``, ``er ikke``, ``<``, ``<=``, ``>`` or ``>=``."""

    op: Literal["er", "er ikke", "<", "<=", ">", ">="]
    left: "Expr"
    right: "Expr"


@frozen
class BetweenExpr(Node):
    value: "Expr"
    low: "Expr"
    high: "Expr"


@frozen
class OneOfExpr(Node):
    """``x er en av {a; b}``."""

    value: "Expr"
    options: tuple["Expr", ...]


@frozen
class InExpr(Node):
    """``x i kodesett`` or ``x i liste``."""

    value: "Expr"
    items: "Expr"


@frozen
class KnownExpr(Node):
    """``x finnes``; ``x mangler`` when ``missing``."""

    value: "Expr"
    missing: bool = False


@frozen
class SumExpr(Node):
    """Terms with their signs; the first sign is always ``+``."""

    signs: tuple[Literal["+", "-"], ...]
    items: tuple["Expr", ...]


@frozen
class ProductExpr(Node):
    items: tuple["Expr", ...]


@frozen
class DivideExpr(Node):
    """Stands only inside a rounding."""

    left: "Expr"
    right: "Expr"


@frozen
class NegateExpr(Node):
    value: "Expr"


@frozen
class QuantifierExpr(Node):
    """``antall``, ``finnes``, ``alle``, ``sum``, ``maks``, ``min``, ``første`` or ``siste`` over a list.

    ``where`` is ``der V``; ``test`` the ``har V`` of ``alle``; ``take`` the X of ``sum X for``; ``key`` the K of
    ``etter K``. ``denne er første e i …`` has kind ``første``, no ``take``, and ``is_this``.
    """

    kind: Literal["antall", "finnes", "alle", "sum", "maks", "min", "første", "siste"]
    var: Name
    over: "Expr"
    where: "Expr | None" = None
    test: "Expr | None" = None
    take: "Expr | None" = None
    key: "Expr | None" = None
    otherwise: "Expr | None" = None
    is_this: bool = False


Expr = (
    NumberLiteral | TextLiteral | DateLiteral | BoolLiteral | NameRef | Access | UnderExpr | LookupExpr | Call | NotExpr
    | AndExpr | OrExpr | IfExpr | CompareExpr | BetweenExpr | OneOfExpr | InExpr | KnownExpr | SumExpr | ProductExpr
    | DivideExpr | NegateExpr | QuantifierExpr
)

# ── Types ────────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class BasicType(Node):
    name: Literal["ja/nei", "tekst", "dato"]


@frozen
class NumberType(Node):
    """``tall`` (no unit) or a unit; ``scale`` is that of ``med N desimaler``, or None."""

    unit: UnitName | None
    scale: int | None = None


@frozen
class NamedType(Node):
    name: str


@frozen
class ListType(Node):
    item: "TypeExpr"


TypeExpr = BasicType | NumberType | NamedType | ListType

# ── Declarations ─────────────────────────────────────────────────────────────────────────────────────────────

STANDINGS = ("offisiell", "avledet", "ubekreftet", "eksempel")


@frozen
class Cite(Node):
    """One ``ifølge``: a source, and where it differs a standing and a note."""

    kilde: Name
    standing: str = ""
    note: str = ""


@frozen
class EditionName(Node):
    """An edition as another names it: ``isf 2019``."""

    rulebook: Name
    edition: Name

    @property
    def id(self) -> str:
        return f"{self.rulebook.text}@{self.edition.text}"


@frozen
class Header(Node):
    """``regelverk isf 2020 «…»`` (``edition`` is 2020), ``felles npr «…»`` (``edition`` is None), or, where
    ``corrects``, ``rettelse isf 2020 «…»``."""

    name: Name
    edition: Name | None
    title: str
    valid: tuple[DateLiteral, DateLiteral] | None = None
    known_from: DateLiteral | None = None
    changes: EditionName | None = None
    uses: tuple[Name, ...] = ()
    corrects: bool = False


@frozen
class KildeDecl(Node):
    name: Name
    title: str
    publisher: str = ""
    year: int | None = None
    url: str = ""
    standing: str = ""
    note: str = ""


@frozen
class UnitDecl(Node):
    """``enhet danske_kroner «danske kroner» forkortet dkk med 2 desimaler``; ``scale`` is None where it is not said."""

    name: Name
    title: str
    short: Name
    scale: int | None = None


@frozen
class MemberDecl(Node):
    """``navn = kode «tekst» [fra D] [til D]``; ``code`` is the code as text."""

    name: Name
    code: str
    code_is_text: bool
    title: str = ""
    valid_from: DateLiteral | None = None
    valid_to: DateLiteral | None = None


@frozen
class KodeverkDecl(Node):
    name: Name
    title: str
    members: tuple[MemberDecl, ...]


@frozen
class KodesettDecl(Node):
    """``kodesett samhandling : tekst «…» ifølge K {«B0044»; «B0045»}``."""

    name: Name
    type: TypeExpr
    title: str
    cites: tuple[Cite, ...]
    items: tuple[Expr, ...]


@frozen
class FieldDecl(Node):
    """``role`` is ``nøkkel``, ``rettsdato`` or nothing. ``low`` and ``high`` are the least and the most that may stand:
    ``minst 0``, ``høyst 23``, ``mellom 0 og 23``."""

    name: Name
    type: TypeExpr
    role: Literal["", "nøkkel", "rettsdato"] = ""
    low: Expr | None = None
    high: Expr | None = None
    optional: bool = False
    skjonn: bool = False
    fixed: bool = False
    title: str = ""


@frozen
class PostDecl(Node):
    """A record."""

    name: Name
    title: str
    fields: tuple[FieldDecl, ...]


@frozen
class EntityDecl(Node):
    """``entitet Episode i Pasient som episoder «…»``."""

    name: Name
    parent: Name | None
    plural: Name | None
    title: str
    fields: tuple[FieldDecl, ...]


@frozen
class RateValueDecl(Node):
    valid_from: DateLiteral
    value: Expr
    cites: tuple[Cite, ...]


@frozen
class RateDecl(Node):
    name: Name
    type: TypeExpr
    title: str
    values: tuple[RateValueDecl, ...]


@frozen
class ColumnDecl(Node):
    """``role`` is ``nøkkel`` or ``kolonne``."""

    role: Literal["nøkkel", "kolonne"]
    name: Name
    type: TypeExpr


@frozen
class TableDecl(Node):
    name: Name
    title: str
    columns: tuple[ColumnDecl, ...]
    file: TextLiteral
    cites: tuple[Cite, ...]


@frozen
class ResultDecl(Node):
    """``resultat refusjon : kroner for Episode «ISF-refusjon» betales av «Staten»``."""

    name: Name
    type: TypeExpr
    entity: Name
    title: str
    payer: TextLiteral | None = None


@frozen
class Summary(Node):
    """``omtale «…»``."""

    text: str


@frozen
class Target(Node):
    """What an exception is an exception to: a clause, or one rule or requirement of it."""

    clause: Name
    part: Name | None = None


@frozen
class ExceptionTo(Node):
    """``unntak fra A; B, krav``."""

    targets: tuple[Target, ...]


@frozen
class Guard(Node):
    """``når VILKÅR`` at the head of a clause."""

    condition: Expr


@frozen
class PartDecl(Node):
    """``der NAVN er UTTRYKK``."""

    name: Name
    value: Expr


@frozen
class RequirementDecl(Node):
    """``krav NAVN «tekst» VILKÅR``."""

    name: Name
    text: str
    condition: Expr


@frozen
class RuleDecl(Node):
    """``[regel NAVN:] R er UTTRYKK [når VILKÅR]``; ``otherwise`` when it stands after ``ellers``."""

    result: Name
    value: Expr
    condition: Expr | None = None
    label: Name | None = None
    otherwise: bool = False


ClauseItem = Cite | Summary | ExceptionTo | Guard | PartDecl | RequirementDecl | RuleDecl


@frozen
class ClauseDecl(Node):
    """``formerly`` are the numbers it had in the edition that is changed (``tidligere 6.2``)."""

    number: Name
    title: str
    items: tuple[ClauseItem, ...]
    formerly: tuple[Name, ...] = ()


@frozen
class AnyCell(Node):
    """``-``"""


@frozen
class TestCell(Node):
    """A value (``op`` is ``er``) or a comparison with one."""

    __test__ = False
    op: Literal["er", "er ikke", "<", "<=", ">", ">="]
    value: Expr


@frozen
class BetweenCell(Node):
    """``mellom A og B``."""

    low: Expr
    high: Expr


@frozen
class SetCell(Node):
    """``{a; b}``; for a list: that it holds one of them."""

    options: tuple[Expr, ...]


@frozen
class KnownCell(Node):
    """``finnes`` or ``mangler``."""

    missing: bool


Cell = AnyCell | TestCell | BetweenCell | SetCell | KnownCell


@frozen
class RowDecl(Node):
    cells: tuple[Cell, ...]
    outcome: Expr


@frozen
class DecisionDecl(Node):
    """``beslutning navn : type for Entitet [«…»] treff første`` with its table; ``outcome_title`` heads the last
    column."""

    name: Name
    type: TypeExpr
    entity: Name
    title: str
    policy: Literal["én", "første", "alle"]
    items: tuple[Cite | Summary, ...]
    columns: tuple[Expr, ...]
    outcome_title: Name
    rows: tuple[RowDecl, ...]


RepealKind = Literal[
    "punkt", "beslutning", "sats", "tabell", "kodeverk", "kodesett", "post", "entitet", "resultat", "egenskap"
]


@frozen
class RepealDecl(Node):
    """``opphev punkt 7.2; 7.3``: takes what it names out of the edition."""

    kind: RepealKind
    names: tuple[Name, ...]
    cites: tuple[Cite, ...] = ()


@frozen
class LikenessDecl(Node):
    """``b er som a unntatt felt; post.felt``."""

    left: Name
    right: Name
    but: tuple[tuple[Name, ...], ...] = ()


@frozen
class PropertyDecl(Node):
    """``egenskap navn «…» [fra D] for alle Episode a, b [i samme Pasient] [der V] gjelder V``. With a ``likeness``,
    what stands after it and ``og`` is ``where``."""

    name: Name
    title: str
    promised_from: DateLiteral | None
    cites: tuple[Cite, ...]
    entity: Name
    names: tuple[Name, ...]
    together: Name | None
    likeness: LikenessDecl | None
    where: Expr | None
    holds: Expr


@frozen
class Given(Node):
    """``felt er verdi`` of an example; a list is a tuple of literals in braces; None is ``ukjent``."""

    path: tuple[Name, ...]
    value: Expr | tuple[Expr, ...] | None


@frozen
class ThingDecl(Node):
    """``gitt Episode …`` and each further ``og Episode …``."""

    entity: Name
    facts: tuple[Given, ...]


@frozen
class Expect(Node):
    """``så R er VERDI [etter PUNKT]``; a list is a tuple of literals in braces; ``value`` None is ``ukjent``."""

    result: Name
    value: Expr | tuple[Expr, ...] | None
    clause: Name | None = None


@frozen
class ExampleDecl(Node):
    title: str
    cites: tuple[Cite, ...]
    things: tuple[ThingDecl, ...]
    expects: tuple[Expect, ...]


@frozen
class BrokenDecl(Node):
    """A declaration that could not be read; its messages are given where it was parsed."""

    keyword: str


Declaration = (
    Header | KildeDecl | UnitDecl | KodeverkDecl | KodesettDecl | PostDecl | EntityDecl | RateDecl | TableDecl
    | ResultDecl | ClauseDecl | DecisionDecl | RepealDecl | PropertyDecl | ExampleDecl | BrokenDecl
)


@frozen
class File(Node):
    """A whole file."""

    declarations: tuple[Declaration, ...]
