"""Values as people read them in Norwegian, and exactly, as a program reads them."""

import datetime
import re
from collections.abc import Iterable
from decimal import Context, Decimal
from typing import assert_never

from rulesdsl.core.ir import Value
from rulesdsl.core.types import (
    MAX_DIGITS,
    Bool,
    Broken,
    Code,
    Date,
    ListOf,
    Number,
    Record,
    Text,
    Type,
    Unit,
    is_money,
)

NBSP = "\u00a0"
"""Stands between groups of digits and before a unit, so that a number is never broken over two lines."""

MINUS = "\u2212"

MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "desember",
)

UNKNOWN = "ukjent"

JsonValue = str | bool | None | list["JsonValue"]


def spoken(name: str) -> str:
    """The name of a field, result or code as people say it."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """The text with a capital first letter; the rest is left as it is."""
    return text[:1].upper() + text[1:]


def listed(words: Iterable[str]) -> str:
    """The words as people list them: ``a``, ``a og b``, ``a, b og c``."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} og {last}" if first else last


def natural_key(number: str) -> tuple[tuple[int, str], ...]:
    """Clause numbers in the order people count them: 4.3.6 before 4.3.10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", number))


def shown(type_: Type, value: Value | None) -> str:
    """A value as people read it: ``3 552 639,44 kr``, ``ja``, ``1. juni 2020``."""
    if value is None:
        return UNKNOWN
    match type_:
        case Code() if isinstance(value, str):
            return spoken(value)
        case Number(scale, unit) if isinstance(value, Decimal):
            return _number(value, scale, unit)
        case ListOf(item):
            parts = [shown(item, one) for one in value] if isinstance(value, tuple) else [str(value)]
            # A comma would be read as a decimal comma between numbers that have one.
            separator = "; " if isinstance(item, Number) and item.scale else ", "
            return separator.join(parts) or "ingen"
        case Bool() | Text() | Date() | Record() | Broken() | Number() | Code():
            return _plain(value)
        case _:
            assert_never(type_)


def limits_said(type_: Type) -> str:
    """What the author of a field says of its values: ``mellom 0 og 23``, ``minst 0 kr``; nothing where that is none."""
    if not isinstance(type_, Number) or type_.low is type_.high is None:
        return ""
    if type_.low is not None and type_.high is not None:
        return f"mellom {shown(type_, type_.low)} og {shown(type_, type_.high)}"
    return f"høyst {shown(type_, type_.high)}" if type_.low is None else f"minst {shown(type_, type_.low)}"


def exact(type_: Type, value: Value | None) -> JsonValue:
    """A value for a program: decimal text with the digits of the type, ISO dates, ``true`` and ``false``, lists."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, tuple):
        item = type_.item if isinstance(type_, ListOf) else Broken()
        return [exact(item, one) for one in value]
    if isinstance(value, Decimal):
        return _digits(value, type_.scale if isinstance(type_, Number) else 0)
    return value.isoformat()


def change(type_: Type, before: Value | None, after: Value | None) -> Decimal | None:
    """How much a number grew, where both are known numbers."""
    if isinstance(type_, Number) and isinstance(before, Decimal) and isinstance(after, Decimal):
        return Context(prec=2 * MAX_DIGITS).subtract(after, before)
    return None


def signed(type_: Type, amount: Decimal) -> str:
    """A change of a number, with its sign: ``+1 234,56 kr``."""
    return ("+" if amount > 0 else "") + shown(type_, amount)


def _plain(value: Value) -> str:
    """A value by what it is, where the type says no more."""
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, Decimal):
        return _number(value, 0, ())
    if isinstance(value, datetime.date):
        return f"{value.day}. {MONTHS[value.month - 1]} {value.year}"
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value) or "ingen"
    return value or "«»"


def _digits(value: Decimal, scale: int) -> str:
    """The value in full with at least ``scale`` digits after the point, and never a digit less than it has."""
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(scale, "0")
    text = whole + ("." + fraction if fraction else "")
    return text if value else text.removeprefix("-")


def _number(value: Decimal, scale: int, unit: Unit) -> str:
    digits = _digits(value, scale)
    whole, _, fraction = digits.removeprefix("-").partition(".")
    if not is_money(unit) and not fraction.strip("0"):
        fraction = ""
    # A plain number of four digits stands undivided, as a year must.
    if unit or len(whole) > 4:
        whole = _grouped(whole)
    text = (MINUS if digits.startswith("-") else "") + whole + ("," + fraction if fraction else "")
    return text + (NBSP + unit_shown(unit, one=value.copy_abs() == 1) if unit else "")


def _grouped(whole: str) -> str:
    first = len(whole) % 3
    groups = [whole[:first]] if first else []
    return NBSP.join(groups + [whole[i : i + 3] for i in range(first, len(whole), 3)])


_SHORT = {"kroner": "kr"}
_ONE = {"kroner": "kr", "timer": "time"}


def unit_shown(unit: Unit, one: bool = False) -> str:
    """A unit as people write it after a number: ``kr per poeng``, ``1 time``."""
    above = _ONE if one else _SHORT
    over = [above.get(name, name) for name, power in unit for _ in range(power)]
    under = [_ONE.get(name, name) for name, power in unit for _ in range(-power)]
    return " per ".join([" ganger ".join(over) or "1", *under]) if under else " ganger ".join(over)
