"""What the fields of an entity may hold: for each the plainest value first, then those at the borders of the rules."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, InvalidOperation
from typing import assert_never

from rulesdsl.core import types
from rulesdsl.core.ir import Edition, FieldDecl, Value
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import ListOf, Number, Record, Type
from rulesdsl.evaluate.documents import Json
from rulesdsl.evaluate.read_value import Days, Wrong, converter, is_valid
from rulesdsl.generate.mentions import Mentions, Path
from rulesdsl.source import frozen

DAY = datetime.timedelta(1)


@frozen
class Away:
    """A date by its distance from the rettsdato: so many whole years back, and so many days on from there."""

    years: int
    days: int

    def on(self, day: datetime.date) -> datetime.date:
        year = max(day.year - self.years, types.FIRST_YEAR + 1)
        last = 29 if day.month == 2 and year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
        start = day.replace(year=year, day=min(day.day, last) if day.month == 2 else day.day)
        return min(max(start + datetime.timedelta(self.days), FIRST_DAY), LAST_DAY)


FIRST_DAY = datetime.date(types.FIRST_YEAR, 1, 1)
LAST_DAY = datetime.date(types.LAST_YEAR, 12, 31)

Option = bool | str | Decimal | Away
"""A value as a case file has it, or one that hangs on the rettsdato."""

Facts = dict[Path, Json]
"""What a case file says of a thing, by path; a record that is there and of which nothing is known is ``{}``."""


@frozen(eq=False)
class Slot:
    """A field. ``options`` are what it, or an element of it, may hold, the plainest first and the telling ones often;
    none where it is a record, which has ``fields`` instead. ``ordinary`` is the list that examples have most, for a
    list. ``dated`` are the members of its kodeverk that are not valid throughout the edition, ``spelt`` how a member is
    written whose name is the code of another."""

    path: Path
    type: Type
    many: bool
    optional: bool
    options: tuple[Option, ...]
    fields: "tuple[Slot, ...]"
    ordinary: tuple[Option, ...] = ()
    dated: Mapping[str, Days] = {}
    spelt: Mapping[str, str] = {}

    def fits(self, value: Json) -> bool:
        """Whether a number or a date is one that the field, or an element of it, may hold."""
        match value:
            case Decimal() if isinstance(self.type, Number):
                return fits(value, self.type)
            case str() if isinstance(self.type, types.Date):
                return FIRST_DAY.isoformat() <= value <= LAST_DAY.isoformat()
        return True

    def valid(self, option: Json, first: datetime.date, last: datetime.date) -> bool:
        """Whether a code is valid on some day from first to last; other values always are."""
        days = self.dated.get(option) if isinstance(option, str) else None
        return days is None or (days[0] <= last and days[1] >= first)


def slots(
    fields: Iterable[FieldDecl], edition: Edition, mentions: Mentions, shown: Mapping[Path, Counter[Option]],
    lists: Mapping[Path, Counter[tuple[Option, ...]]], above: Path = (), optional: bool = False,
) -> Iterator[Slot]:
    """The fields of an entity or record. ``shown`` are the values that examples give, ``lists`` the whole lists."""
    for decl in fields:
        path = (*above, decl.name)
        many = isinstance(decl.type, ListOf)
        kind = decl.type.item if isinstance(decl.type, ListOf) else decl.type
        leave = decl.optional or optional
        if isinstance(kind, Record):
            inner = slots(edition.records[kind.name].fields, edition, mentions, shown, lists, path)
            yield Slot(path, kind, many, leave, (), tuple(inner))
        else:
            options, dated, spelt = _options(path, kind, edition, mentions, shown.get(path, Counter()))
            usual = lists[path].most_common(1)[0][0] if many and lists.get(path) else ()
            yield Slot(path, kind, many, leave, options, (), usual, dated, spelt)


def _options(
    path: Path, kind: Type, edition: Edition, mentions: Mentions, shown: Counter[Option]
) -> tuple[tuple[Option, ...], dict[str, Days], dict[str, str]]:
    values, keys = mentions.values.get(path, {}), mentions.keys.get(path, {})
    seen = [value for value, _ in shown.most_common()]
    match kind:
        case types.Bool():
            return tuple(dict.fromkeys((*seen, False, True))), {}, {}
        case types.Text():
            hot = [each for each in values if isinstance(each, str)]
            warm = [each for each in keys if isinstance(each, str)]
            first = seen[:1] or hot[:1] or warm[:1] or ["A"]
            return _weighed(first, hot, [*warm, *seen, *_strange({*hot, *warm})]), {}, {}
        case Number():
            near = [each for value in values if isinstance(value, Decimal) for each in around(value, kind)]
            far = [each for value in keys if isinstance(value, Decimal) for each in around(value, kind)]
            step = Decimal((0, (1,), -kind.scale))
            ends = [each for each in (kind.low, kind.high) if each is not None]
            plain = [each for each in (Decimal(0), Decimal(1), Decimal(2), step, Decimal(1000), *ends)
                     if fits(each, kind)]
            usual = [Decimal(1)] if Decimal(1) in plain else plain[:1]
            return _weighed(seen[:1] or usual, near, [*far, *seen, *plain]), {}, {}
        case types.Date():
            telling, others = dates(path, edition, mentions)
            old = path in mentions.years and not mentions.days.get(path)
            return _weighed(seen[:1] or [Away(40 if old else 0, 0)], telling, [*others, *seen]), {}, {}
        case types.Code(name):
            return _codes(name, edition, seen, values)
        case types.ListOf() | types.Record() | types.Broken():
            return (), {}, {}
        case _:
            assert_never(kind)


def _weighed(first: Sequence[Option], hot: Iterable[Option], cold: Iterable[Option]) -> tuple[Option, ...]:
    """The plainest, then the hot ones so often that more than half of what is drawn is hot, then the rest."""
    telling = list(dict.fromkeys(hot))
    rest = list(dict.fromkeys(each for each in (*first, *cold) if each not in telling))
    times = 1 + len(rest) // len(telling) if telling else 0
    return (*first, *telling * times, *rest)


def _strange(known: set[str]) -> tuple[str, str]:
    """A text that stands in no rule and no table, and the empty one."""
    text = "Z"
    while text in known:
        text += "Z"
    return text, ""


ROUNDING = Context(prec=EXACT.prec, traps=[InvalidOperation])
"""For looking at a border from both sides: what no type can hold is rounded to what one can."""


def around(value: Decimal, kind: Number) -> Iterator[Decimal]:
    """A number and the nearest ones that the type can hold; none past its bound."""
    step = Decimal((0, (1,), -kind.scale))
    for rounding in (ROUND_FLOOR, ROUND_CEILING):
        at = value.quantize(step, rounding, ROUNDING)
        for each in (at, EXACT.subtract(at, step), EXACT.add(at, step)):
            if fits(each, kind):
                yield each


def fits(value: Decimal, kind: Number) -> bool:
    """Whether a number is within the limits of a type, and has no more decimals than it."""
    step = Decimal((0, (1,), -kind.scale))
    return kind.range[0] <= value <= kind.range[1] and value == value.quantize(step, context=ROUNDING)


def _codes(
    name: str, edition: Edition, seen: list[Option], values: Iterable[Value]
) -> tuple[tuple[Option, ...], dict[str, Days], dict[str, str]]:
    """The members that are valid on some day of the edition, by name; some by code as well, as extracts have it."""
    kodeverk = edition.kodeverk[name]
    read = converter(types.Code(name), edition)
    usable = [each for each in kodeverk.members if is_valid(each, edition.valid_from, edition.valid_to)]
    codes = Counter(member.code for member in kodeverk.members)
    dated: dict[str, Days] = {}
    members: dict[str, str] = {}
    by_code: list[Option] = []
    for member in usable:
        days = (member.valid_from or FIRST_DAY, member.valid_to or LAST_DAY)
        one_day = (max(days[0], edition.valid_from),) * 2
        written = next((each for each in (member.name, member.code) if read(each, one_day) == member.name), None)
        if written is None:
            continue  # spelt like the code of another, which goes before it
        members[member.name] = written
        always = days[0] <= edition.valid_from and days[1] >= edition.valid_to
        if not always:
            dated[written] = days
        elif codes[member.code] == 1 and not isinstance(read(member.code, one_day), Wrong):
            by_code.append(_number(member.code))
    hot = [members[each] for each in values if isinstance(each, str) and each in members]
    usual = [members[each] for each in seen if isinstance(each, str) and each in members]
    first = (usual or [each for each in members.values() if each not in dated] or list(members.values()))[:1]
    options = _weighed(first, hot, [*members.values(), *by_code[:5]]) if members else ()
    return options, dated, {name: written for name, written in members.items() if name != written}


def _number(code: str) -> Option:
    """A code as an extract has it: a number, unless noughts before it would be lost."""
    return Decimal(code) if code == "0" or (code.isdecimal() and code.isascii() and code[0] != "0") else code


# ── Dates ────────────────────────────────────────────────────────────────────────────────────────────────────


def dates(path: Path, edition: Edition, mentions: Mentions) -> tuple[list[Option], list[Option]]:
    """The dates that rules tell apart, and others. Distances are from the rettsdato."""
    found: list[Option] = []
    for number in mentions.years.get(path, ()):
        if 0 <= number <= 150:
            found += [Away(number, days) for days in (0, 1, -1)]
    for number in mentions.days.get(path, ()):
        if abs(number) < 5000:
            found += [Away(0, sign * number + more) for more in (0, 1, -1) for sign in (-1, 1)]
    for value in mentions.values.get(path, ()):
        if isinstance(value, datetime.date):
            found += [(value + more * DAY).isoformat() for more in (0, 1, -1) if FIRST_DAY < value < LAST_DAY]
    found += [day.isoformat() for day in _of_parts(path, edition, mentions)]
    others: list[Option] = [Away(0, 0), Away(0, -1), Away(0, 1), Away(0, -30), Away(1, 0), Away(18, 0), Away(67, 0)]
    return found, others


def _of_parts(path: Path, edition: Edition, mentions: Mentions) -> Iterator[datetime.date]:
    """Days on which a part of the date changes to what a rule asks of."""
    year = edition.valid_from.year
    for part, number in mentions.parts.get(path, {}):
        match part:
            case "år":
                for each in range(max(number - 1, 1801), min(number + 1, 2198) + 1) if 1801 < number < 2198 else ():
                    yield datetime.date(each, 1, 1)
                    yield datetime.date(each, 12, 31)
            case "måned":
                for first in _firsts(year, range(1, 13)) if number == 1 else _firsts(year, (number, number + 1)):
                    yield from (first, first - DAY)
            case "tertial":
                for first in _firsts(year, (1, 5, 9)):
                    yield from (first, first - DAY)
            case "ukedag":
                yield from (datetime.date(year, 6, 1) + each * DAY for each in range(7))
            case _:
                assert_never(part)


def _firsts(year: int, months: Iterable[int]) -> Iterator[datetime.date]:
    return (datetime.date(year, month, 1) for month in months if 1 <= month <= 12)


def days_of(edition: Edition, path: Path, mentions: Mentions) -> tuple[datetime.date, ...]:
    """Telling days of an edition: its first and last, and those on which a code, a sats or a part begins or ends."""
    found = [edition.valid_from, edition.valid_to, edition.valid_from + DAY, edition.valid_to - DAY]
    for kodeverk in edition.kodeverk.values():
        for member in kodeverk.members:
            found += [member.valid_from, member.valid_from - DAY] if member.valid_from else []
            found += [member.valid_to, member.valid_to + DAY] if member.valid_to else []
    for rate in edition.rates.values():
        found += [day for value in rate.values for day in (value.valid_from, value.valid_from - DAY)]
    found += [day for each in mentions.values.get(path, ()) if isinstance(each, datetime.date)
              for day in (each, each - DAY, each + DAY)]
    found += _of_parts(path, edition, mentions)
    return tuple(dict.fromkeys(day for day in found if edition.valid_from <= day <= edition.valid_to))


def written(value: Value) -> Json:
    """A value of an example as a case file has it."""
    if isinstance(value, tuple):
        return [written(each) for each in value]
    return value.isoformat() if isinstance(value, datetime.date) else value
