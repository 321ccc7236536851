"""The operators: what each means on known values, once, for every back end to agree with.

Nothing here knows of ukjent; that rule is the same for all operators of this file: any argument that is ukjent
makes the outcome ukjent. (``og``, ``eller``, ``hvis`` and the quantifiers have rules of their own, in the
interpreter.) Numbers are exact: a calculation that would lose a digit raises, and the checks see to it that none can.
"""

import datetime
import decimal
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from rulesdsl.core.ir import Comparison, DatePart, RoundMode, Which

EXACT = decimal.Context(
    prec=100, Emin=-9999, Emax=9999,
    traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow, decimal.DivisionByZero],
)
"""The context of every calculation. It holds more digits than any type does, and refuses to round."""

ZERO = Decimal(0)

COMPARE: dict[Comparison, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "≠": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def total(items: Iterable[Decimal]) -> Decimal:
    """The sum; 0 of nothing."""
    value = ZERO
    for item in items:
        value = EXACT.add(value, item)
    return value


def product(items: Iterable[Decimal]) -> Decimal:
    value = Decimal(1)
    for item in items:
        value = EXACT.multiply(value, item)
    return value


def extreme(which: Which, items: Iterable[Any]) -> Any:
    """The largest (``maks``) or smallest (``min``); there must be one."""
    return max(items) if which == "maks" else min(items)


def rounded(mode: RoundMode, scale: int, value: Decimal, divisor: Decimal = Decimal(1)) -> Decimal:
    """``value / divisor`` with ``scale`` digits after the comma, rounded once and exactly.

    ``avrund``: half away from zero. ``avrund_ned``: toward minus infinity. ``avrund_opp``: toward infinity.
    ``divisor`` is not zero.
    """
    above, below = value.as_integer_ratio()
    over, under = divisor.as_integer_ratio()
    numerator, denominator = above * under * 10**scale, below * over
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    match mode:
        case "avrund_ned":
            units = numerator // denominator
        case "avrund_opp":
            units = -(-numerator // denominator)
        case "avrund":
            units = (2 * abs(numerator) + denominator) // (2 * denominator)
            units = -units if numerator < 0 else units
    return EXACT.scaleb(Decimal(units), -scale)


def days_between(left: datetime.date, right: datetime.date) -> Decimal:
    """``left - right`` in døgn."""
    return Decimal((left - right).days)


def shifted(date: datetime.date, days: Decimal) -> datetime.date:
    """The date ``days`` døgn later; the checks keep it within the calendar."""
    return date + datetime.timedelta(days=int(days))


def part_of_date(part: DatePart, date: datetime.date) -> Decimal:
    """Year, month 1-12, tertial 1-3 or weekday (Monday 1)."""
    match part:
        case "år":
            return Decimal(date.year)
        case "måned":
            return Decimal(date.month)
        case "tertial":
            return Decimal((date.month + 3) // 4)
        case "ukedag":
            return Decimal(date.isoweekday())


def years_between(start: datetime.date, end: datetime.date) -> Decimal:
    """Completed years; 29 February falls on 1 March in other years. Negative where ``end`` is before ``start``."""
    if end < start:
        return EXACT.minus(years_between(end, start))
    return Decimal(end.year - start.year - ((end.month, end.day) < (start.month, start.day)))
