"""Rows to typed facts by the short way: values that stand as most do are read at a glance, and the rest is left open.

Its main difference with ``facts.typed`` is that it need not read everything: a row with a value that it does not
recognise is marked (``§uleselig``), whatever is the matter with it, and is read again ``with_care``. What it does
read, it reads as ``facts.typed`` does. Codes are looked up in a MAP, which the engine does once for each value of a
dictionary.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache, partial

from sqlglot import exp

from rulesdsl.core.ir import Edition, Kodeverk
from rulesdsl.core.types import Bool, Code, ListOf, Number, Record, Text
from rulesdsl.evaluate.read_value import MAX_ITEMS, is_valid
from rulesdsl.source import frozen
from rulesdsl.sql import duckdb as engine
from rulesdsl.sql import facts
from rulesdsl.sql.each import of_each
from rulesdsl.sql.facts import Rows
from rulesdsl.sql.kinds import Kind, Place, places
from rulesdsl.sql.logic import (
    NULL,
    both,
    case,
    cast,
    column,
    either,
    is_known,
    is_null,
    listed,
    named,
    paren,
    text,
    whole,
)
from rulesdsl.sql.sheet import table
from rulesdsl.sql.types import constant, sql_type
from rulesdsl.sql.values import Days, read

_WHOLE = r"0|-?[1-9][0-9]{0,8}"
UNREAD = "§uleselig"
"""The column that says whether something in the row must be read with care."""

Codes = Mapping[str | int, str]
"""Names of codes by how a column has them."""


def typed(
    edition: Edition, entity: str, rows: Rows, parents: str | None = None, *, with_care: bool = False,
    within: bool = False, elsewhere: Collection[str] = (), beside: Mapping[str, str] = {},
) -> exp.Select:
    """The typed relation of an entity, as ``facts.typed`` has it, and whether there is more to a row: ``with_care``,
    whether there is something wrong with it. ``parents`` is the typed relation of what it belongs to; a row of an
    unknown one is marked, and so is one without a key. ``within``: no row has a day outside the edition. The fields
    that are read ``elsewhere`` mark no row. ``beside`` has more columns, by what they are of the rows."""
    about = edition.entities[entity]
    group, own = facts.parent_key(edition, entity), places(edition, entity)
    found: dict[str, exp.Expr] = {
        each.path: _carefully(each, edition, entity, rows) if with_care else _value(each, edition, entity, rows, within)
        for each in own}
    for each in facts.above(edition, entity):
        found[each.path] = _above(each, group, edition, rows, parents, about.parent)
    lists = bits(edition, entity, rows, within)
    numbers = {as_bits(path): _raw(as_bits(path)) if with_care else _whole_bits(path, each.strange)
               for path, each in lists.items()}
    said = {path: is_known(_raw(path)) for path, value in found.items()
            if path in rows.columns and rows.columns[path].name != "empty" and value != _raw(path)
            and path not in elsewhere}
    more = {name: _raw(each) for name, each in beside.items()}
    columns = {**more, **found, **numbers, **{_said(path): value for path, value in said.items()}}
    source = _with_bits(rows, lists)
    if parents is not None:
        columns[_NOBODY] = is_null(column(edition.entities[about.parent].key, "f"))
    query = exp.select(column(facts.ROW, "r"), *(named(value, path) for path, value in columns.items()), copy=False)
    query = query.from_(source, copy=False)
    if parents is not None:
        on = exp.EQ(this=column(edition.entities[about.parent].key, "f"), expression=found[group])
        query = query.join(table(parents, "f"), join_type="left", on=on, copy=False)
    # What was read is asked by its name, for how it was read may be long
    read: dict[str, exp.Expr] = {path: column(path) for path in found}
    told: dict[str, exp.Expr] = {each: column(each) for each in numbers}
    if with_care:  # an empty list has no bits at all
        told = {as_bits(path): case((is_known(read[path]), exp.Coalesce(
            this=column(as_bits(path)), expressions=[whole(0)]))) for path in lists}
    doubts = [both(column(_said(path)), is_null(told.get(as_bits(path), read[path]))) for path in said]
    doubts += [is_null(read[each]) for each in (about.key, about.date) if each and each not in elsewhere]
    if parents is not None:
        doubts.append(both(is_known(read[group]), column(_NOBODY)))
    unread = either(*(paren(each) for each in doubts))
    outer = {**{each: column(each) for each in beside}, **read, **told, UNREAD: unread}
    return exp.select(column(facts.ROW), *(named(value, path) for path, value in outer.items()), copy=False).from_(
        exp.Subquery(this=query, alias="l"), copy=False)


_NOBODY = "§uten hjem"


def _said(path: str) -> str:
    """The column that tells whether the data say something of a field."""
    return f"{path} §sagt"


def looked_up_at_once(edition: Edition, entity: str, rows: Rows, within: bool) -> frozenset[str]:
    """The codes that ``typed`` reads by nothing but a MAP: where the data have a dictionary, so has what is read."""
    found: set[str] = set()
    for place in places(edition, entity):
        kind = rows.columns.get(place.path)
        if kind is not None and isinstance(place.type, Code):
            codes = _codes(edition.kodeverk[place.type.kodeverk], kind, edition)
            if codes is not None and (within or codes[0] == codes[1] or not edition.entities[entity].date):
                found.add(place.path)
    return frozenset(found)


def read_as(edition: Edition, rows: Rows, place: Place) -> Codes:
    """The codes of a column that is looked up at once, as the data have them."""
    kind = rows.columns[place.path]
    found = _codes(edition.kodeverk[place.type.kodeverk], kind, edition) if isinstance(place.type, Code) else None
    return found[0] if found is not None else {}


def read_by_themselves(edition: Edition, entity: str, rows: Rows, within: bool) -> frozenset[str]:
    """The columns that ``typed`` reads alike whatever else stands in the row; ``within`` as there."""
    codes = looked_up_at_once(edition, entity, rows, within)
    found: set[str] = set()
    for place in places(edition, entity):
        kind = rows.columns.get(place.path)
        if kind is None or kind.name == "empty":
            continue
        match place.type:
            case Code():
                alone = place.path in codes
            case ListOf(Code(name)):
                item = kind.item
                alone = within and item is not None and _codes(edition.kodeverk[name], item, edition) is not None
            case ListOf(of):
                alone = isinstance(of, Bool | Text | Number)
            case Bool() | Text() | Number():
                alone = True
            case _:
                alone = False
        if alone:
            found.add(place.path)
    return frozenset(found)


def as_bits(path: str) -> str:
    """The column of a list of codes as a number, with a bit for each code that is there."""
    return f"{path} §biter"


MOST_BITS = 62
"""How many codes such a list may have. The next bit stands for whatever is none of them."""


@frozen
class Bits:
    """The bits of a list of codes, by the names of the codes and as the data write them. ``strange`` are those of what
    cannot be told at a glance."""

    by_name: Mapping[str, int]
    by_code: Mapping[int, int]
    strange: int


def bits(edition: Edition, entity: str, rows: Rows, within: bool) -> dict[str, Bits]:
    """The lists that can stand as numbers, which are much more quickly asked than lists: those of codes that are small
    whole numbers, each of one thing only, and read alike on all days that are asked of."""
    found: dict[str, Bits] = {}
    for place in places(edition, entity):
        kind = rows.columns.get(place.path)
        if kind is None or kind.item is None or "." in place.path:
            continue
        if isinstance(place.type, ListOf) and isinstance(place.type.item, Code) and kind.item.name == "whole":
            kodeverk = edition.kodeverk[place.type.item.kodeverk]
            codes = _codes(kodeverk, kind.item, edition)
            written = {each.code for each in kodeverk.members}
            small = all(re.fullmatch(_WHOLE, each) and 1 <= int(each) <= MOST_PLACES for each in written)
            if codes is None or not small or not len(written) == len(kodeverk.members) <= MOST_BITS:
                continue
            if within or codes[0] == codes[1] or not edition.entities[entity].date:
                by_code = {int(each.code): 1 << number for number, each in enumerate(kodeverk.members)}
                told = codes[0] if within else codes[1]
                strange = sum(bit for code, bit in by_code.items() if code not in told) + (1 << MOST_BITS)
                by_name = {each.name: by_code[int(each.code)] for each in kodeverk.members}
                found[place.path] = Bits(by_name, by_code, strange)
    return found


def _with_bits(rows: Rows, lists: Mapping[str, Bits]) -> exp.Expr:
    """The rows, and beside each list its bits."""
    if not lists:
        return table(rows.relation, "r")
    made: list[exp.Expr] = [exp.Star()]
    for path, of in lists.items():
        item = rows.columns[path].item
        assert item is not None
        each = of_each(column(path), partial(_bit, of, item))
        made.append(named(exp.Anonymous(this="LIST_BIT_OR", expressions=[each]), as_bits(path)))
    return exp.Subquery(this=exp.select(*made, copy=False).from_(table(rows.relation), copy=False), alias="r")


def _bit(of: Bits, kind: Kind, x: exp.Expr) -> exp.Expr:
    """The bit of an element; the one that is no code's where it is none of them."""
    found = [of.by_code.get(each) for each in range(1, max(of.by_code, default=0) + 1)]
    known = _at_place(listed(NULL if each is None else cast(whole(each), "BIGINT") for each in found), kind, x)
    return exp.Coalesce(this=known, expressions=[whole(1 << MOST_BITS)])


def _whole_bits(path: str, strange: int) -> exp.Expr:
    """The bits of a list that can stand; NULL of one that is not there, or cannot."""
    found, length = _raw(as_bits(path)), engine.length(_raw(path))
    odd = paren(exp.BitwiseAnd(this=found, expression=whole(strange)))
    stands = both(exp.LTE(this=length, expression=whole(MAX_ITEMS)), exp.EQ(this=odd, expression=whole(0)))
    return case((exp.EQ(this=length, expression=whole(0)), cast(whole(0), "BIGINT")), (stands, found))


def _raw(path: str) -> exp.Expr:
    return column(path, "r")


def _carefully(place: Place, edition: Edition, entity: str, rows: Rows) -> exp.Expr:
    """The typed value; NULL where it is not there, or cannot stand."""
    return facts.fact(place, edition, entity, rows, _days(edition, entity, rows))


def _days(edition: Edition, entity: str, rows: Rows) -> Days:
    return Days(edition, facts.day(edition, entity, rows)) if edition.entities[entity].date else Days(edition)


def _value(place: Place, edition: Edition, entity: str, rows: Rows, within: bool) -> exp.Expr:
    """The typed value; NULL where it is not there, or is not one that can be told at a glance."""
    kind, days = rows.columns.get(place.path), _days(edition, entity, rows)
    if kind is None or kind.name == "empty" or isinstance(place.type, Record):
        return facts.fact(place, edition, entity, rows, days)
    x = _raw(place.path)
    if place.path == edition.entities[entity].key:
        return _key(kind, x)
    match place.type:
        case Code(name) if (codes := _codes(edition.kodeverk[name], kind, edition)) is not None:
            return _name(codes, lambda some: _looked_up(some, kind, x), edition, days, within)
        case ListOf(Code(name)) if (item := kind.item) is not None and (
                codes := _codes(edition.kodeverk[name], item, edition)) is not None:
            return _whole_list(_name(
                codes, lambda some: of_each(x, partial(_counted_up, some, item)), edition, days, within))
        case ListOf(Text()) if kind.item is not None and kind.item.name == "text":
            return _whole_list(x)
        case ListOf():
            return facts.fact(place, edition, entity, rows, days)
        case _:
            return read(place.type, kind, x, days).value


def _whole_list(items: exp.Expr) -> exp.Expr:
    """A list all of whose elements were read, and which is not too long."""
    few = exp.LTE(this=engine.length(items), expression=whole(MAX_ITEMS))
    return exp.Case().when(both(few, engine.all_known(items)), items, copy=False)


def _key(kind: Kind, x: exp.Expr) -> exp.Expr:
    """A key: of visible signs of the oldest alphabet only, which has one way of writing each."""
    if kind.name != "text":
        return cast(x, "TEXT")
    visible = exp.GTE(this=x, expression=text("!"))
    plain = exp.EQ(this=exp.Anonymous(this="STRLEN", expressions=[x]), expression=exp.Length(this=x))
    return exp.Case().when(both(visible, plain), x, copy=False)


def _above(place: Place, key: str, edition: Edition, rows: Rows, parents: str | None, parent: str) -> exp.Expr:
    if place.path == key and key in rows.columns:
        return _key(rows.columns[key], _raw(key))
    if parents is not None and key in rows.columns:
        return column(place.path.removeprefix(f"{parent.lower()}."), "f")
    return exp.cast(exp.null(), sql_type(place.type, edition))


# ── Codes ────────────────────────────────────────────────────────────────────────────────────────────────────

def _codes(kodeverk: Kodeverk, kind: Kind, edition: Edition) -> tuple[Codes, Codes] | None:
    """The codes that hold on every day of an edition, and those that hold on any day at all, as a column of a kind has
    them; None where it has them otherwise."""
    if kind.name not in ("text", "whole"):
        return None
    throughout: dict[str | int, str] = {}
    forever: dict[str | int, str] = {}
    for written, members in kodeverk.written().items():
        if kind.name == "whole" and not (re.fullmatch(_WHOLE, written) and _fits(int(written), kind)):
            continue
        called = written if kind.name == "text" else int(written)
        valid = [each for each in members if is_valid(each, edition.valid_from, edition.valid_to)]
        always = [each for each in valid if (each.valid_from is None or each.valid_from <= edition.valid_from)
                  and (each.valid_to is None or each.valid_to >= edition.valid_to)]
        if len(valid) == 1 and always:
            throughout[called] = always[0].name
        if len(members) == 1 and members[0].valid_from is None and members[0].valid_to is None:
            forever[called] = members[0].name
    return throughout, forever


def _name(
    codes: tuple[Codes, Codes], looked_up: Callable[[Codes], exp.Expr], edition: Edition, days: Days, within: bool
) -> exp.Expr:
    """The name of a code, on the day of its row. A row without a day is marked whatever its codes are."""
    throughout, forever = codes
    if throughout == forever or days.column is None:
        return looked_up(forever)
    if within:
        return looked_up(throughout)
    first, last = constant(edition.valid_from), constant(edition.valid_to)
    that_year = exp.Between(this=days.column, low=first, high=last)
    return exp.Case().when(that_year, looked_up(throughout), copy=False).else_(looked_up(forever), copy=False)


def _looked_up(codes: Codes, kind: Kind, x: exp.Expr) -> exp.Expr:
    if not codes:
        return cast(NULL, "TEXT")
    return engine.looked_up((as_in(kind, each) for each in codes), (text(name) for name in codes.values()), x)


def as_in(kind: Kind, code: str | int) -> exp.Expr:
    """A code as a column of a kind has it."""
    if isinstance(code, str):
        return text(code)
    return exp.Cast(this=exp.Literal.number(code), to=_type(kind.said))


@cache
def _type(said: str) -> exp.DataType:
    return exp.DataType.build(said, dialect=engine.DIALECT)


_BITS = {"TINYINT": 7, "SMALLINT": 15, "UTINYINT": 8, "USMALLINT": 16}
"""The types that are too narrow for some of the codes of ``_WHOLE``, with the bits that they have for a number."""


def _fits(code: int, kind: Kind) -> bool:
    """Whether a column of a kind can have a code at all."""
    name = _type(kind.said).this.value
    beyond = 1 << _BITS.get(name, 64)
    return (0 if name.startswith("U") else -beyond) <= code < beyond


def _counted_up(codes: Codes, kind: Kind, x: exp.Expr) -> exp.Expr:
    """The same for an element of a list, where a MAP is slow: codes that are small numbers are places in a list."""
    numbers = [each for each in codes if isinstance(each, int)]
    if not numbers or min(numbers) < 1 or max(numbers) > MOST_PLACES:
        return _looked_up(codes, kind, x)
    names = [codes.get(each) for each in range(1, max(numbers) + 1)]
    made = listed(NULL if name is None else text(name) for name in names)
    return _at_place(made, kind, x)


_WIDE = ("UBIGINT", "INT128", "UINT128")
"""The types with numbers that are no place in a list."""


def _at_place(items: exp.Expr, kind: Kind, x: exp.Expr) -> exp.Expr:
    """The element at a place; NULL where there is none."""
    number = exp.TryCast(this=x, to=exp.DataType.build("BIGINT")) if _type(kind.said).this.value in _WIDE else x
    place = exp.Greatest(this=number, expressions=[whole(0)], ignore_nulls=True)
    return exp.Anonymous(this="LIST_EXTRACT", expressions=[items, place])


MOST_PLACES = 1000
