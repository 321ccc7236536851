"""Rows to typed facts by the short way: values that stand as most do are read at a glance, and the rest is left open.

Its main difference with ``facts.typed`` is that it need not read everything: a row with a value that it does not
recognise is marked (``§uleselig``), whatever is the matter with it, and is read again ``with_care``. What it does
read, it reads as ``facts.typed`` does. Codes are looked up in a MAP, which the engine does once for each value of a
dictionary.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from rulesdsl.core.ir import Edition, Kodeverk
from rulesdsl.core.types import Code, ListOf, Record, Text
from rulesdsl.evaluate.read_value import MAX_ITEMS, is_valid
from rulesdsl.sql import duckdb as engine
from rulesdsl.sql import facts
from rulesdsl.sql.facts import Rows
from rulesdsl.sql.kinds import Kind, Place, places
from rulesdsl.sql.logic import NULL, both, cast, column, either, is_known, is_null, listed, named, paren, text, whole
from rulesdsl.sql.sheet import table
from rulesdsl.sql.types import constant, sql_type
from rulesdsl.sql.values import Days, read

_WHOLE = r"0|-?[1-9][0-9]{0,8}"
UNREAD = "§uleselig"
"""The column that says whether something in the row must be read with care."""


def typed(
    edition: Edition, entity: str, rows: Rows, parents: str | None = None, *, with_care: bool = False
) -> exp.Select:
    """The typed relation of an entity, as ``facts.typed`` has it, and whether there is more to a row: ``with_care``,
    whether there is something wrong with it. ``parents`` is the typed relation of what it belongs to; a row of an
    unknown one is marked, and so is one without a key."""
    about = edition.entities[entity]
    group, own = facts.parent_key(edition, entity), places(edition, entity)
    read_as = _carefully if with_care else _value
    found: dict[str, exp.Expr] = {each.path: read_as(each, edition, entity, rows) for each in own}
    for each in facts.above(edition, entity):
        found[each.path] = _above(each, group, edition, rows, parents, about.parent)
    doubts = [both(is_known(_raw(path)), is_null(value)) for path, value in found.items()
              if path in rows.columns and rows.columns[path].name != "empty" and value != _raw(path)]
    doubts.append(is_null(found[about.key]))
    if about.date:
        doubts.append(is_null(found[about.date]))
    query = exp.select(column(facts.ROW, "r"), *(named(value, path) for path, value in found.items()), copy=False)
    for path in codes_as_written(edition, entity, rows):
        known = exp.Case().when(is_known(found[path]), _raw(path), copy=False)
        query = query.select(named(known, as_written(path)), copy=False)
    query = query.from_(table(rows.relation, "r"), copy=False)
    if parents is not None:
        name = edition.entities[about.parent].key
        on = exp.EQ(this=column(name, "f"), expression=found[group])
        query = query.join(table(parents, "f"), join_type="left", on=on, copy=False)
        doubts.append(both(is_known(found[group]), is_null(column(name, "f"))))
    return query.select(named(either(*(paren(each) for each in doubts)), UNREAD), copy=False)


def as_written(path: str) -> str:
    """The column of a list of codes as the data have it."""
    return f"{path} §kode"


def codes_as_written(edition: Edition, entity: str, rows: Rows) -> dict[str, dict[str, exp.Expr]]:
    """For each list of codes that are whole numbers, how the data write each code, where no code has meant two things.
    A list is more quickly looked through as it is written."""
    found: dict[str, dict[str, exp.Expr]] = {}
    for place in places(edition, entity):
        kind = rows.columns.get(place.path)
        if kind is None or kind.item is None or kind.item.name != "whole" or not isinstance(place.type, ListOf):
            continue
        if isinstance(place.type.item, Code) and "." not in place.path:
            members = edition.kodeverk[place.type.item.kodeverk].members
            codes = {each.code for each in members}
            if len(codes) == len(members) and all(re.fullmatch(_WHOLE, each) for each in codes):
                found[place.path] = {each.name: cast(exp.Literal.number(int(each.code)), kind.item.said)
                                     for each in members}
    return found


def _raw(path: str) -> exp.Expr:
    return column(path, "r")


def _carefully(place: Place, edition: Edition, entity: str, rows: Rows) -> exp.Expr:
    """The typed value; NULL where it is not there, or cannot stand."""
    return facts.fact(place, edition, entity, rows, _days(edition, entity, rows))


def _days(edition: Edition, entity: str, rows: Rows) -> Days:
    return Days(edition, facts.day(edition, entity, rows)) if edition.entities[entity].date else Days(edition)


def _value(place: Place, edition: Edition, entity: str, rows: Rows) -> exp.Expr:
    """The typed value; NULL where it is not there, or is not one that can be told at a glance."""
    kind, days = rows.columns.get(place.path), _days(edition, entity, rows)
    if kind is None or kind.name == "empty" or isinstance(place.type, Record):
        return facts.fact(place, edition, entity, rows, days)
    x = _raw(place.path)
    if place.path == edition.entities[entity].key:
        return _key(kind, x)
    match place.type:
        case Code(name) if (codes := _codes(edition.kodeverk[name], kind, edition)) is not None:
            return _name(codes, lambda some: _looked_up(some, kind, x), edition, days)
        case ListOf(Code(name)) if (item := kind.item) is not None and (
                codes := _codes(edition.kodeverk[name], item, edition)) is not None:
            each = exp.column("e")

            def named(some: Codes) -> exp.Expr:
                element = _counted_up(some, item, each)
                return exp.Transform(this=x, expression=exp.Lambda(this=element, expressions=[each.this]))

            return _whole_list(_name(codes, named, edition, days))
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

Codes = Mapping[str | int, str]
"""Names of codes by how a column has them."""


def _codes(kodeverk: Kodeverk, kind: Kind, edition: Edition) -> tuple[Codes, Codes] | None:
    """The codes that hold on every day of an edition, and those that hold on any day at all, as a column of a kind has
    them; None where it has them otherwise."""
    if kind.name not in ("text", "whole"):
        return None
    throughout: dict[str | int, str] = {}
    forever: dict[str | int, str] = {}
    for written, members in kodeverk.written().items():
        if kind.name == "whole" and not re.fullmatch(_WHOLE, written):
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
    codes: tuple[Codes, Codes], looked_up: Callable[[Codes], exp.Expr], edition: Edition, days: Days
) -> exp.Expr:
    """The name of a code, on the day of its row."""
    throughout, forever = codes
    if throughout == forever or days.column is None:
        return looked_up(forever)
    first, last = constant(edition.valid_from), constant(edition.valid_to)
    within = exp.Between(this=days.column, low=first, high=last)
    return exp.Case().when(within, looked_up(throughout), copy=False).else_(looked_up(forever), copy=False)


def _looked_up(codes: Codes, kind: Kind, x: exp.Expr) -> exp.Expr:
    if not codes:
        return cast(NULL, "TEXT")
    keys: Iterable[exp.Expr] = (
        text(each) if isinstance(each, str) else cast(exp.Literal.number(each), kind.said) for each in codes)
    made = exp.Map(keys=listed(keys), values=listed(text(name) for name in codes.values()))
    return exp.Anonymous(this="MAP_EXTRACT_VALUE", expressions=[made, x])


def _counted_up(codes: Codes, kind: Kind, x: exp.Expr) -> exp.Expr:
    """The same for an element of a list, where a MAP is slow: codes that are small numbers are places in a list."""
    numbers = [each for each in codes if isinstance(each, int)]
    if not numbers or min(numbers) < 1 or max(numbers) > MOST_PLACES:
        return _looked_up(codes, kind, x)
    names = [codes.get(each) for each in range(1, max(numbers) + 1)]
    made = listed(NULL if name is None else text(name) for name in names)
    place = exp.Greatest(this=x, expressions=[whole(0)], ignore_nulls=True)
    return exp.Anonymous(this="LIST_EXTRACT", expressions=[made, place])


MOST_PLACES = 1000
