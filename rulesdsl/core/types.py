"""Types of the core. A number's type carries its unit, its scale and how large it can get."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from attrs import evolve, field

from rulesdsl.source import frozen

Unit = tuple[tuple[str, int], ...]
"""A product of base units with exponents, sorted by name: ``(("kroner", 1), ("poeng", -1))``."""

NO_UNIT: Unit = ()
KRONER: Unit = (("kroner", 1),)
POENG: Unit = (("poeng", 1),)
DOGN: Unit = (("døgn", 1),)

UNIT_SCALE = {"kroner": 2, "poeng": 3, "døgn": 0, "timer": 0}
"""The base units that are there from the start, and their number of digits after the comma."""

MONEY_SCALE = 2
"""The digits after the comma of money that a rulebook declares as a unit (``dkk``), where it does not say."""

MAX_DIGITS = 38
"""Digits before and after the comma together that every back end holds exactly."""

FIRST_YEAR, LAST_YEAR = 1800, 2199
"""The years that a date in a case may have."""

MAX_DAYS = 146_097
"""Days between the first and the last date that a case may have, rounded up (400 years)."""

MAX_REACH = 600_000
"""How many days calculation may move a date, so that no back end leaves its calendar."""

MAX_MANY = 1_000_000
"""The largest number of things that a sum or a count may run over."""


@frozen
class Bool:
    """ja or nei."""


@frozen
class Text:
    """A text."""


@frozen
class Date:
    """A date; ``reach`` is how many days calculation may have moved it."""

    reach: int = field(default=0, eq=False)


@frozen
class Number:
    """An exact decimal: ``scale`` digits after the comma, a unit, and a bound on its absolute value. ``low`` and
    ``high`` are the least and the most that a field may say, where its author says so; no expression has them."""

    scale: int
    unit: Unit = NO_UNIT
    bound: int = field(default=10**12, eq=False)
    low: Decimal | None = field(default=None, eq=False)
    high: Decimal | None = field(default=None, eq=False)

    @property
    def range(self) -> tuple[Decimal, Decimal]:
        """The least and the most that a value of the type may be."""
        return (Decimal(-self.bound) if self.low is None else self.low,
                Decimal(self.bound) if self.high is None else self.high)

    @property
    def steps(self) -> tuple[int, int]:
        """The same, counted in the smallest step that the type has."""
        least, most = (each.scaleb(self.scale) for each in self.range)
        return int(least.to_integral_value(ROUND_CEILING)), int(most.to_integral_value(ROUND_FLOOR))

    @property
    def digits(self) -> int:
        """Digits needed to hold any value of the type."""
        return len(str(self.bound)) + self.scale


@frozen
class Code:
    """A member of a kodeverk, named by its name in the ``.isf`` file."""

    kodeverk: str


@frozen
class ListOf:
    """A list."""

    item: "Type"


@frozen
class Record:
    """A record (``post``) by name."""

    name: str


@frozen
class Broken:
    """The type of what failed; it fits everywhere, so that one mistake gives one message."""


Type = Bool | Text | Date | Number | Code | ListOf | Record | Broken


def within(kind: Number, low: Decimal | None, high: Decimal | None) -> Number:
    """The type of a field whose values are no less than ``low`` and no more than ``high``, where these are given."""
    first, last = evolve(kind, low=low, high=high).range
    most = max(abs(first), abs(last), Decimal(1)).to_integral_value(ROUND_CEILING)
    return evolve(kind, low=low, high=high, bound=min(kind.bound, int(most)))


def unlimited(type_: Type) -> Type:
    """The type of what is read of a field: what its author says of the field goes for the data, not for what is made of
    them."""
    return evolve(type_, low=None, high=None) if isinstance(type_, Number) else type_


def unit_product(left: Unit, right: Unit, sign: int = 1) -> Unit:
    """The unit of ``left * right`` (``sign`` 1) or of ``left / right`` (``sign`` -1)."""
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def is_money(unit: Unit) -> bool:
    """Whether a unit is kroner, or one that a rulebook declares: these are amounts of money, and no others are."""
    return len(unit) == 1 and unit[0][1] == 1 and unit[0][0] not in UNIT_SCALE.keys() - {"kroner"}


def unit_name(unit: Unit) -> str:
    """A unit as authors write it: ``kroner per poeng``; nothing for a plain number."""
    over = [name for name, power in unit for _ in range(power)]
    under = [name for name, power in unit for _ in range(-power)]
    if not under:
        return " ganger ".join(over)
    return " per ".join([" ganger ".join(over) or "1", *under])


def type_name(type_: Type) -> str:
    """A type as authors write it."""
    match type_:
        case Bool():
            return "ja/nei"
        case Text():
            return "tekst"
        case Date():
            return "dato"
        case Number(scale, unit):
            name = unit_name(unit) or "tall"
            of_money = is_money(unit) or (unit and unit[0][0] == "kroner")
            expected = UNIT_SCALE.get(name, MONEY_SCALE if of_money else 0)
            return name if scale == expected else f"{name} med {scale} {'desimal' if scale == 1 else 'desimaler'}"
        case Code(kodeverk):
            return kodeverk
        case ListOf(item):
            return f"liste av {type_name(item)}"
        case Record(name):
            return name
        case Broken():
            return "ukjent type"


BOOL = Bool()
COUNT = Number(0, NO_UNIT, MAX_MANY)
"""The type of ``antall``."""
