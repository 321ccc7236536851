"""Parts of dates as logic. A date is its number in the calendar, as ``date.toordinal`` has it."""

import datetime
from collections.abc import Callable

import z3

from rulesdsl.core.ir import DatePart
from rulesdsl.prove.terms import Logic, Whole, conj, disj, floor_of, pick

_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)

Define = Callable[[str], z3.ArithRef]
"""Makes a new number."""


class Calendar:
    """Years and days of year, each defined once for a date. ``define`` makes a number, ``demand`` says what is so."""

    def __init__(self, define: Define, demand: Callable[[Logic], None]) -> None:
        self._define, self._demand = define, demand
        self._years: dict[int, tuple[Whole, z3.ExprRef]] = {}
        self.ranges: dict[int, tuple[int, int]] = {}

    def bounded(self, date: z3.ArithRef, first: int, last: int) -> None:
        """Note where a date lies."""
        self._demand(conj((date >= first, date <= last)))
        self.ranges[date.get_id()] = first, last

    def year(self, date: Whole) -> Whole:
        if isinstance(date, int):
            return datetime.date.fromordinal(date).year
        found = self._years.get(date.get_id())
        if found is None:
            found = self._years[date.get_id()] = self._year(date), date
        return found[0]

    def _year(self, date: z3.ArithRef) -> Whole:
        first, last = self.ranges.get(date.get_id(), (None, None))
        if first is not None and last is not None:
            low, high = (datetime.date.fromordinal(day).year for day in (first, last))
            if low == high:
                return low
            if high - low < 6:
                made: Whole = high
                for year in range(high - 1, low - 1, -1):
                    made = pick(date < new_year(year + 1), year, made)
                return made
        year = self._define("år")
        self._demand(conj((new_year(year) <= date, date < new_year(year + 1))))
        return year

    def part(self, part: DatePart, date: Whole) -> Whole:
        match part:
            case "år":
                return self.year(date)
            case "måned":
                return self.month(date)
            case "tertial":
                return floor_of(self.month(date) + 3, 4)
            case "ukedag":
                return (date - 1) % 7 + 1  # ordinal 1 is a Monday

    def month(self, date: Whole) -> Whole:
        if isinstance(date, int):
            return datetime.date.fromordinal(date).month
        day, leap = date - new_year(self.year(date)), self._leap(self.year(date))
        month: Whole = 12
        for number in range(11, 0, -1):
            month = pick(day < before_of(number + 1, leap), number, month)
        return month

    def day(self, date: Whole) -> Whole:
        """The day of the month."""
        if isinstance(date, int):
            return datetime.date.fromordinal(date).day
        leap, month = self._leap(self.year(date)), self.month(date)
        before = before_of(12, leap)
        for number in range(11, 0, -1):
            before = pick(month <= number, before_of(number, leap), before)
        return date - new_year(self.year(date)) - before + 1

    @staticmethod
    def _leap(year: Whole) -> Logic:
        return disj((year % 400 == 0, conj((year % 4 == 0, year % 100 != 0))))

    def years_between(self, start: Whole, end: Whole) -> Whole:
        """Completed years; negative where ``end`` is before ``start``."""
        def completed(first: Whole, last: Whole) -> Whole:
            early = disj((
                self.month(last) < self.month(first),
                conj((self.month(last) == self.month(first), self.day(last) < self.day(first))),
            ))
            return self.year(last) - self.year(first) - pick(early, 1, 0)

        backwards = end < start
        return pick(backwards, -completed(end, start), completed(start, end))


def before_of(number: int, leap: Logic) -> Whole:
    """The days before a month, counted from 1."""
    return _DAYS_BEFORE[number - 1] + (pick(leap, 1, 0) if number >= 3 else 0)


def new_year(year: Whole) -> Whole:
    """The first day of a year."""
    before = year - 1
    return 365 * before + floor_of(before, 4) - floor_of(before, 100) + floor_of(before, 400) + 1
