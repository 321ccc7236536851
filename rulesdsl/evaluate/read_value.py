"""One value of a case: from JSON, or from a text as an author types it, to a value of its type.

A converter gives the value, or a ``Wrong`` that says why it cannot stand. Converters are made once for an edition,
because every field of every case goes through one.
"""

import datetime
import decimal
import re
from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from attrs import frozen

from rulesdsl.core import types
from rulesdsl.core.ir import Edition, Kodeverk, Member, Value
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import FIRST_YEAR, LAST_YEAR, NO_UNIT, Number, Type, Unit, type_name, unit_name
from rulesdsl.core.values import limits_said
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.documents import MAX_NUMBER, Json, shortened, shown
from rulesdsl.source import canonical_name

Days = tuple[datetime.date, datetime.date] | None
"""The days on which a code must be valid, both included; None where the day is not known."""

MAX_ITEMS = 1000
"""How many elements a list of a case may have."""

_READING = decimal.Context(prec=2 * MAX_NUMBER, Emin=-9999, Emax=9999, traps=[decimal.InvalidOperation])
"""Unlike the context of calculations it rounds, so that the digits that a type has no room for can be seen."""


@frozen
class Wrong:
    """Why a value cannot stand. ``message`` follows the name of the field."""

    code: str
    message: str
    hint: str = ""


Convert = Callable[[Json, Days], Value | Wrong]


def converter(type_: Type, edition: Edition) -> Convert:
    """What makes values of a plain type; a list or record is made of several."""
    match type_:
        case types.Bool():
            return _bool
        case types.Text():
            return _text
        case types.Date():
            return read_date
        case Number():
            return _number(type_)
        case types.Code(kodeverk):
            return _code(edition.kodeverk[kodeverk])
        case types.ListOf() | types.Record() | types.Broken():
            return lambda raw, days: Wrong("ISF513", f"har typen {type_name(type_)}, som ikke er en enkel verdi")
        case _:
            assert_never(type_)


def kind_of(raw: Json) -> str:
    """What a JSON value is, in a word or two."""
    match raw:
        case None | bool():
            return shown(raw)
        case str():
            return "en tekst"
        case Decimal():
            return "et tall"
        case list():
            return "en liste"
        case _:
            return "et objekt"


def is_valid(member: Member, first: datetime.date, last: datetime.date) -> bool:
    """Whether a member of a kodeverk is valid on some day from first to last."""
    return (member.valid_from is None or member.valid_from <= last) and (
        member.valid_to is None or member.valid_to >= first
    )


def validity(member: Member) -> str:
    """The days on which a member is valid, in words."""
    ends = (("fra", member.valid_from), ("til", member.valid_to))
    return " ".join(f"{word} {day}" for word, day in ends if day)


def _bool(raw: Json, days: Days) -> Value | Wrong:
    if raw is True or raw is False:
        return raw
    hint = "Skriv true eller false, uten anførselstegn."
    meant = {"ja": "true", "true": "true", "1": "true", "nei": "false", "false": "false", "0": "false"}
    if isinstance(raw, str | Decimal) and shown(raw).lower() in meant:
        hint = f"Skriv {meant[shown(raw).lower()]}, uten anførselstegn."
    return Wrong("ISF513", f"skal være true eller false, ikke {kind_of(raw)}", hint)


def _text(raw: Json, days: Days) -> Value | Wrong:
    if isinstance(raw, str):
        return canonical_name(raw)
    hint = f"Skriv «{shown(raw)}» i anførselstegn." if isinstance(raw, Decimal) else ""
    return Wrong("ISF513", f"skal være en tekst, ikke {kind_of(raw)}", hint)


def read_date(raw: Json, days: Days = None) -> datetime.date | Wrong:
    """A date as ISO text. Python reads more forms than this one."""
    if not isinstance(raw, str):
        return Wrong("ISF513", f"skal være en dato, ikke {kind_of(raw)}", 'Skriv datoen som "2020-06-01".')
    if len(raw) == 10 and raw[4] == raw[7] == "-":
        try:
            day = datetime.date.fromisoformat(raw)
        except ValueError:
            return Wrong("ISF514", "er ikke en dag i kalenderen", _date_hint(raw))
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
        return Wrong("ISF514", f"skal ligge fra {FIRST_YEAR} til {LAST_YEAR}")
    return Wrong("ISF514", "er ikke skrevet som år-måned-dag", _date_hint(raw))


def _date_hint(raw: str) -> str:
    found = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", raw)
    parts = found.group(3, 2, 1) if found else None
    if not parts:
        found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?=$|[T ])", raw)
        parts = found.group(1, 2, 3) if found else None
    if parts:
        try:
            return f'Skriv "{datetime.date(*map(int, parts))}".'
        except ValueError:
            pass
    return 'Skriv datoen som "2020-06-01".'


def _number(type_: Number) -> Convert:
    bound, step, limits = Decimal(type_.bound), Decimal((0, (1,), -type_.scale)), limits_said(type_)
    zero, (low, high) = Decimal((0, (0,), -type_.scale)), type_.range

    def outside(raw: Decimal) -> Wrong:
        if limits:
            return Wrong("ISF516", f"skal være {limits}")
        return Wrong("ISF516", f"skal ikke være større enn {bound:f}" if raw > 0 else
                     f"skal ikke være mindre enn -{bound:f}")

    def read(raw: Json, days: Days) -> Value | Wrong:
        if not isinstance(raw, Decimal):
            return Wrong("ISF513", f"skal være et tall, ikke {kind_of(raw)}", _number_hint(raw))
        if raw.copy_abs() > bound:
            return outside(raw)
        value = raw.quantize(step, context=_READING) if raw else zero
        if value != raw:
            many = "desimal" if type_.scale == 1 else "desimaler"
            return Wrong("ISF515", f"skal ha høyst {type_.scale} {many}" if type_.scale else "skal være et helt tall")
        return value if not limits or low <= value <= high else outside(raw)

    return read


def _number_hint(raw: Json) -> str:
    if isinstance(raw, str):
        number = typed_number(raw, NO_UNIT)
        if isinstance(number, Decimal) and "%" not in raw:
            return f"Skriv {number:f}, uten anførselstegn."
        if re.fullmatch(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", raw):
            return f"Skriv {raw}, uten anførselstegn."
    return ""


def _code(kodeverk: Kodeverk) -> Convert:
    members = kodeverk.written()

    def read(raw: Json, days: Days) -> Value | Wrong:
        if isinstance(raw, str):
            found = members.get(raw) or members.get(canonical_name(raw))
        elif isinstance(raw, Decimal):
            found = members.get(str(raw)) or members.get(_whole(raw))
        else:
            return Wrong("ISF513", f"skal være en kode eller et navn fra {kodeverk.name}, ikke {kind_of(raw)}")
        if found is None:
            return Wrong("ISF517", f"er «{shown(raw)}», som ikke står i kodeverket {kodeverk.name}",
                         _code_hint(raw, kodeverk))
        for member in found:
            if days is None or is_valid(member, *days):
                return member.name
        member = found[-1]
        when = "" if days is None else f"{days[0]}" if days[0] == days[1] else f"{days[0]} til {days[1]}"
        return Wrong("ISF518", f"er {_named(member)}, som gjelder {validity(member)}, ikke {when}")

    return read


def _named(member: Member) -> str:
    return member.code if member.code == member.name else f"{member.code} ({member.name})"


def _whole(raw: Decimal) -> str:
    """A code that an extract writes as ``2.0``."""
    return str(int(raw)) if abs(raw.adjusted()) < MAX_NUMBER and raw == raw.to_integral_value() else ""


def _code_hint(raw: Json, kodeverk: Kodeverk) -> str:
    if isinstance(raw, Decimal):
        for member in kodeverk.members:
            if member.code != "0" and member.code.lstrip("0") == _whole(raw):
                return f'Skriv "{member.code}" i anførselstegn.'
    near = did_you_mean(shown(raw), [member.name for member in kodeverk.members])
    if near or len(kodeverk.members) > 12:
        return near
    return f"Velg en av {', '.join(_named(member) for member in kodeverk.members)}."


# ── What people type ─────────────────────────────────────────────────────────────────────────────────────────

UNKNOWN = "ukjent"
"""How people write that a fact is not known."""

_TYPED_NUMBER = re.compile(r"([-−]?)(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(,\d+)?\s*(%|[^\d\s,.%].*)?")
_UNITS = {"kr": "kroner"}
_QUOTES = (("«", "»"), ('"', '"'))


def typed(type_: Type, text: str) -> Json | Wrong:
    """The JSON value that a text means; ``ukjent`` is null. Whether it can stand is for the converter to say."""
    text = text.strip()
    if text == UNKNOWN:
        return None
    if not text:
        return Wrong("ISF513", "mangler en verdi", f"Skriv {UNKNOWN} når verdien ikke er kjent.")
    match type_:
        case types.Bool():
            if text in ("ja", "nei"):
                return text == "ja"
            return Wrong("ISF513", "skal være ja eller nei", did_you_mean(text, ("ja", "nei")))
        case Number(_, unit):
            return typed_number(text, unit)
        case types.ListOf(item):
            inner = text[1:-1] if text[0] + text[-1] == "{}" else text
            items: list[Json] = []
            for part in inner.split(";") if inner.strip() else ():
                value = typed(item, part)
                if isinstance(value, Wrong):
                    return value
                items.append(value)
            return items
        case types.Text() | types.Date() | types.Code():
            quoted = len(text) > 1 and (text[0], text[-1]) in _QUOTES
            return text[1:-1] if quoted else text
        case types.Record() | types.Broken():
            return Wrong("ISF513", "er sammensatt og kan ikke skrives som én verdi", "Skriv ett av feltene i den.")
        case _:
            assert_never(type_)


def typed_number(text: str, unit: Unit) -> Decimal | Wrong:
    """A number as in Norwegian text: decimal comma, spaces between thousands, and its unit if one likes."""
    found = _TYPED_NUMBER.fullmatch(text)
    if found is None or len(text) > MAX_NUMBER:
        hint = "Skriv desimaltall med komma, som i 155,11." if re.fullmatch(r"-?\d+\.\d+", text) else ""
        return Wrong("ISF513", "skal være et tall", hint)
    sign, whole, fraction, ending = found.groups(default="")
    number = EXACT.create_decimal(("-" if sign else "") + re.sub(r"\D", "", whole) + fraction.replace(",", "."))
    if ending == "%" and not unit:
        return EXACT.scaleb(number, -2)
    name = unit_name(unit)
    if ending and _UNITS.get(ending, ending) != name:
        return Wrong("ISF513", f"har ikke enheten {shortened(ending)}", f"Skriv tallet i {name}." if name else "")
    return number
