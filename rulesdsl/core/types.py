"""Types of the core. A number's type carries its unit, its scale and how large it can get."""

from attrs import field

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
    """An exact decimal: ``scale`` digits after the comma, a unit, and a bound on its absolute value."""

    scale: int
    unit: Unit = NO_UNIT
    bound: int = field(default=10**12, eq=False)

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
