"""One value of a table: as the column has it to a value of its type, and what is wrong where it cannot stand.

Its main difference with ``evaluate.read_value`` is that it makes SQL, and that a column of text is how a table without
types (CSV) has all its values. The codes are the same, and so is which of them comes first.
"""

from typing import assert_never

from sqlglot import exp

from rulesdsl.core import types
from rulesdsl.core.ir import Edition, Kodeverk, Member
from rulesdsl.core.types import FIRST_YEAR, LAST_YEAR, MAX_DIGITS, Number, Type
from rulesdsl.core.values import limits_said
from rulesdsl.evaluate.read_value import is_valid
from rulesdsl.source import frozen
from rulesdsl.sql import duckdb as engine
from rulesdsl.sql.kinds import Kind
from rulesdsl.sql.logic import both, either, paren, text
from rulesdsl.sql.types import sql_type

BLANKS = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009" \
         "\u200a\u2028\u2029\u202f\u205f\u3000"
"""What a text may hold and still be empty."""

TRUE_WORDS, FALSE_WORDS = ("ja", "true", "1"), ("nei", "false", "0")
_WHOLE_SEPARATOR, _SEPARATOR = r"\s*[;|,]\s*", r"\s*[;|]\s*"


Test = tuple[exp.Expr, str, str]
"""A test that finds what is wrong with a value, its code, and what follows the field's name in the message."""


@frozen
class Reading:
    """How a value is read: the typed value, NULL where it cannot stand; and the tests that find what is wrong, in
    order. All tests suppose a value that is there."""

    value: exp.Expr
    wrong: tuple[Test, ...] = ()


@frozen
class Days:
    """The days on which a code must be valid: those of an edition, or the one in a column (NULL: not known)."""

    edition: Edition
    column: exp.Expr | None = None


def read(type_: Type, kind: Kind, x: exp.Expr, days: Days, key: bool = False) -> Reading:
    """How a plain value of a column of a kind is read. The column must fit (``kinds.why_unfit``)."""
    made = sql_type(type_, days.edition)
    if kind.name == "empty":
        return Reading(exp.cast(exp.null(), made))
    match type_:
        case types.Bool() | types.Record():
            return _truth(kind, x)
        case types.Text():
            return Reading(engine.composed(exp.cast(x, "VARCHAR") if key else x))
        case types.Date():
            return _date(kind, x)
        case Number():
            return _limited(type_, _number(type_, kind, x, made))
        case types.Code(name):
            return _code(days.edition.kodeverk[name], kind, x, days)
        case types.ListOf() | types.Broken():
            raise AssertionError(f"{type_} is no plain value")
        case _:
            assert_never(type_)


def as_list(item: Type, kind: Kind, x: exp.Expr) -> tuple[exp.Expr, Kind]:
    """A list as a column has it, and the kind of its elements. In a text they stand with ``;``, ``|`` or ``,`` between
    them (no comma between numbers with decimals), within brackets or not."""
    if kind.name == "list" and kind.item is not None:
        return x, kind.item
    inner = exp.RegexpReplace(this=x, expression=text(r"^\s*\[?\s*|\s*\]?\s*$"), replacement=text(""),
                              modifiers=text("g"))
    pattern = _SEPARATOR if isinstance(item, Number) and item.scale else _WHOLE_SEPARATOR
    empty = exp.cast(exp.Array(expressions=[]), "VARCHAR[]")
    made = exp.Case().when(exp.Is(this=x, expression=exp.null()), exp.null())
    made = made.when(exp.EQ(this=inner, expression=text("")), empty)
    return made.else_(engine.split(inner, pattern)), Kind("text", kind.said)


def blank(x: exp.Expr) -> exp.Expr:
    """Whether a text holds nothing that can be seen."""
    return exp.EQ(this=exp.Trim(this=x, expression=text(BLANKS)), expression=text(""))


# ── Types ────────────────────────────────────────────────────────────────────────────────────────────────────


def _truth(kind: Kind, x: exp.Expr) -> Reading:
    if kind.name == "truth":
        return Reading(x)
    word = exp.Lower(this=exp.cast(x, "VARCHAR"))
    value = exp.Case().when(_among(word, TRUE_WORDS), exp.true()).when(_among(word, FALSE_WORDS), exp.false())
    return Reading(value, ((exp.Is(this=value, expression=exp.null()), "ISF513",
                            "skal være ja eller nei (også true og false, 1 og 0)"),))


def _date(kind: Kind, x: exp.Expr) -> Reading:
    first, last = (exp.cast(text(f"{year}"), "DATE") for year in (f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31"))
    said = f"skal ligge fra {FIRST_YEAR} til {LAST_YEAR}"
    if kind.name == "text":
        written = exp.RegexpLike(this=x, expression=text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
        day: exp.Expr = exp.Case().when(written, exp.TryCast(this=x, to=exp.DataType.build("DATE")))
        wrong: tuple[Test, ...] = (
            (exp.not_(written), "ISF514", "er ikke skrevet som år-måned-dag"),
            (exp.Is(this=day, expression=exp.null()), "ISF514", "er ikke en dag i kalenderen"))
    else:
        day, wrong = exp.cast(x, "DATE"), ()
    within = exp.Between(this=day, low=first, high=last)
    return Reading(exp.Case().when(within, day), (*wrong, (exp.not_(within), "ISF514", said)))


def _number(type_: Number, kind: Kind, x: exp.Expr, made: str) -> Reading:
    many = "desimal" if type_.scale == 1 else "desimaler"
    large = ("ISF516", _outside(type_))
    fine = ("ISF515", f"skal ha høyst {type_.scale} {many}" if type_.scale else "skal være et helt tall")
    bound = exp.Literal.number(type_.bound)
    if kind.name in ("whole", "float") or (kind.name == "decimal" and kind.scale <= type_.scale):
        number = x if kind.name != "float" else exp.TryCast(
            this=x, to=exp.DataType.build(f"DECIMAL({MAX_DIGITS}, 0)"))
        within = exp.Between(this=number, low=exp.Neg(this=bound), high=bound)
        outside = exp.not_(exp.Coalesce(this=within, expressions=[exp.false()]))
        return Reading(exp.Case().when(within, exp.cast(number, made)), ((outside, *large),))
    written = exp.cast(x, "VARCHAR") if kind.name == "decimal" else x
    point = exp.Anonymous(this="REPLACE", expressions=[written, text(","), text(".")])
    is_number = _matches(point, r"^-?[0-9]+(\.[0-9]+)?$")
    fits = _matches(point, rf"^-?[0-9]+(\.[0-9]{{1,{type_.scale}}}0*)?$" if type_.scale else r"^-?[0-9]+(\.0+)?$")
    whole = exp.TryCast(this=exp.RegexpReplace(this=point, expression=text(r"\..*$"), replacement=text("")),
                        to=exp.DataType.build(f"DECIMAL({MAX_DIGITS}, 0)"))
    size = exp.Abs(this=whole)
    beyond = either(
        exp.Is(this=whole, expression=exp.null()), exp.GT(this=size, expression=bound),
        both(exp.EQ(this=size, expression=bound), _matches(point, r"\.0*[1-9]")))
    value = exp.Case().when(both(fits, exp.not_(paren(beyond))),
                            exp.TryCast(this=point, to=exp.DataType.build(made)))
    return Reading(value, ((exp.not_(is_number), "ISF513", "skal være et tall, som 155.11 eller 155,11"),
                           (beyond, *large), (exp.not_(fits), *fine)))


def _limited(type_: Number, reading: Reading) -> Reading:
    """A number that may be no less, or no more, than the author of its field says."""
    if type_.low is type_.high is None:
        return reading
    least, most = (exp.Literal.number(f"{each:f}") for each in type_.range)
    within = exp.Between(this=reading.value, low=least, high=most)
    value = exp.Case().when(within, reading.value)
    return Reading(value, (*reading.wrong, (exp.not_(within), "ISF516", _outside(type_))))


def _outside(type_: Number) -> str:
    limits = limits_said(type_)
    return f"skal være {limits}" if limits else (
        f"skal ikke være større enn {type_.bound}, eller mindre enn -{type_.bound}")


def _code(kodeverk: Kodeverk, kind: Kind, x: exp.Expr, days: Days) -> Reading:
    members = kodeverk.written()
    code = _code_text(kind, x)
    made = exp.Case()
    always: dict[str, list[str]] = {}
    for written, found in members.items():
        if len(found) == 1 and found[0].valid_from is None and found[0].valid_to is None:
            always.setdefault(found[0].name, []).append(written)
    for name, ways in always.items():
        made = made.when(_among(code, ways), text(name), copy=False)
    settled = {written for ways in always.values() for written in ways}
    dated = {written: found for written, found in members.items() if written not in settled}
    for written, found in dated.items():
        for member in found:
            valid = _valid(member, days)
            if valid is not None:
                made = made.when(both(exp.EQ(this=code, expression=text(written)), valid), text(member.name),
                                 copy=False)
    value: exp.Expr = made if made.args.get("ifs") else exp.cast(exp.null(), "VARCHAR")
    unknown = exp.not_(_among(code, list(members))) if members else exp.true()
    wrong: tuple[Test, ...] = ((unknown, "ISF517", f"står ikke i kodeverket {kodeverk.name}"),)
    if dated:
        out = exp.Is(this=value, expression=exp.null())
        wrong = (*wrong, (out, "ISF518", f"er en kode i {kodeverk.name} som ikke gjelder den dagen"))
    return Reading(value, wrong)


def _code_text(kind: Kind, x: exp.Expr) -> exp.Expr:
    if kind.name == "text":
        return engine.composed(x)
    if kind.name == "whole":
        return exp.cast(x, "VARCHAR")
    whole = exp.TryCast(this=x, to=exp.DataType.build("DECIMAL(38, 0)"))
    return exp.Case().when(exp.EQ(this=whole, expression=x), exp.cast(whole, "VARCHAR")).else_(
        exp.cast(x, "VARCHAR"))


def _valid(member: Member, days: Days) -> exp.Expr | None:
    """The condition under which a member is valid; None where it never is. A day that is not known hinders nothing."""
    if days.column is None:
        return exp.true() if is_valid(member, days.edition.valid_from, days.edition.valid_to) else None
    parts: list[exp.Expr] = []
    if member.valid_from is not None:
        parts.append(exp.GTE(this=days.column, expression=exp.cast(text(str(member.valid_from)), "DATE")))
    if member.valid_to is not None:
        parts.append(exp.LTE(this=days.column, expression=exp.cast(text(str(member.valid_to)), "DATE")))
    if not parts:
        return exp.true()
    return either(exp.Is(this=days.column, expression=exp.null()), both(*parts))


def _among(x: exp.Expr, words: list[str] | tuple[str, ...]) -> exp.Expr:
    if len(words) == 1:
        return exp.EQ(this=x, expression=text(words[0]))
    return exp.In(this=x, expressions=[text(word) for word in words])


def _matches(x: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=x, expression=text(pattern))
