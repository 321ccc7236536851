"""Rows to typed facts, and to what is wrong with them: two queries for an entity under an edition.

What ``evaluate.case`` does to a document, as SQL. The rows are a relation with ``rad`` (the number of the row) and a
column for each field that the data have, called by its dotted path. Of what the entity belongs to it may have columns
too, with the accessor in front (``pasient.pasient_id``). The typed relation has every field, and NULL is ukjent; a fact
that cannot stand is NULL too, and the other query says why.
"""

from collections.abc import Mapping

from sqlglot import exp

from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Bool, Date, ListOf, Record, Text, Type
from rulesdsl.evaluate.documents import MAX_SHOWN
from rulesdsl.evaluate.read_value import MAX_ITEMS
from rulesdsl.source import frozen
from rulesdsl.sql import duckdb as engine
from rulesdsl.sql.kinds import Kind, Place, places
from rulesdsl.sql.logic import both, column, either, named, paren, text
from rulesdsl.sql.types import sql_type
from rulesdsl.sql.values import Days, Reading, as_list, blank, read

ROW = "rad"
FAULTS = ("rad", "code", "field", "value", "message")
"""The columns of the relation of faults: the row, and what the loader of documents would say of it."""

_DAY = "(dag)"


@frozen
class Rows:
    """Rows as they came: the relation they stand in, and the kind of each column by the path of its field."""

    relation: str
    columns: Mapping[str, Kind]


def accessor(edition: Edition, entity: str) -> str:
    """What stands before the fields of what an entity belongs to: ``pasient.``; nothing where it belongs to nothing."""
    parent = edition.entities[entity].parent
    return f"{parent.lower()}." if parent else ""


def above(edition: Edition, entity: str) -> tuple[Place, ...]:
    """The fields of all that an entity belongs to, under the names that its own typed relation has for them."""
    parent = edition.entities[entity].parent
    front = accessor(edition, entity)
    over = (*places(edition, parent), *above(edition, parent)) if parent else ()
    return tuple(Place(front + each.path, each.type, each.decl) for each in over)


def parent_key(edition: Edition, entity: str) -> str:
    """The column that says which rows belong together; nothing where the entity belongs to nothing."""
    parent = edition.entities[entity].parent
    return accessor(edition, entity) + edition.entities[parent].key if parent else ""


# ── Typed facts ──────────────────────────────────────────────────────────────────────────────────────────────


def typed(
    edition: Edition, entity: str, rows: Rows, parents: str | None = None, only: exp.Expr | None = None
) -> exp.Select:
    """The typed relation of an entity. ``parents`` is the typed relation of what it belongs to, where there is one: of
    one whose key stands twice nothing but the key is taken. ``only`` is a condition on the rows."""
    days = _days(edition, entity, rows)
    found = [named(fact(each, edition, entity, rows, days), each.path) for each in places(edition, entity)]
    key, own = parent_key(edition, entity), edition.entities[entity].parent
    for each in above(edition, entity):
        made = _parent_fact(each, key, edition, rows, parents, own)
        found.append(named(made, each.path))
    query = exp.select(column(ROW, "r"), *found, copy=False).from_(_with_day(edition, entity, rows, only), copy=False)
    if parents is not None and key in rows.columns:
        name = edition.entities[own].key
        twice = exp.select(column(name)).from_(_table(parents)).group_by(column(name)).having(
            exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))
        once = exp.select("*").from_(_table(parents)).where(
            exp.Is(this=column(name), expression=exp.null()).not_(),
            exp.not_(exp.In(this=column(name), query=exp.Subquery(
                this=twice.where(exp.Is(this=column(name), expression=exp.null()).not_())))))
        query = query.join(exp.Subquery(this=once, alias="f"), join_type="left", copy=False,
                           on=exp.EQ(this=column(name, "f"), expression=_key_value(rows, key, edition)))
    return query


def fact(place: Place, edition: Edition, entity: str, rows: Rows, days: Days) -> exp.Expr:
    """A field's typed value in a row called ``r``; NULL where nothing is said, or it cannot stand."""
    kind = rows.columns.get(place.path)
    if isinstance(place.type, Record):
        return _presence(place, edition, rows, days)
    if kind is None:
        return exp.cast(exp.null(), sql_type(place.type, edition))
    x = column(place.path, "r")
    key = place.path == edition.entities[entity].key
    if isinstance(place.type, ListOf):
        return _list(place.type, kind, x, days, 0)
    made = read(place.type, kind, x, days, key).value
    return _unless_blank(made) if key else made


def _presence(place: Place, edition: Edition, rows: Rows, days: Days) -> exp.Expr:
    """Whether a record is there: something is said of it, whether it can stand or not; or a column says that it is."""
    signs: list[exp.Expr] = [
        exp.Is(this=column(path, "r"), expression=exp.null()).not_()
        for path in rows.columns if path.startswith(f"{place.path}.")]
    kind = rows.columns.get(place.path)
    if kind is not None:
        signs.append(exp.Is(this=paren(read(Bool(), kind, column(place.path, "r"), days).value),
                            expression=exp.true()))
    made: exp.Expr = exp.Case().when(either(*signs), exp.true()) if signs else exp.null()
    return exp.cast(made, "BOOLEAN")


def _parent_fact(place: Place, key: str, edition: Edition, rows: Rows, parents: str | None, parent: str
                 ) -> exp.Expr:
    if place.path == key and key in rows.columns:
        return _key_value(rows, key, edition)
    name = place.path.removeprefix(f"{parent.lower()}.")
    if parents is not None and key in rows.columns:
        return column(name, "f")
    return exp.cast(exp.null(), sql_type(place.type, edition))


def _key_value(rows: Rows, key: str, edition: Edition) -> exp.Expr:
    return _unless_blank(read(Text(), rows.columns[key], column(key, "r"), Days(edition), key=True).value)


def _unless_blank(made: exp.Expr) -> exp.Expr:
    return exp.Case().when(exp.not_(blank(made)), made)


def _list(type_: ListOf, kind: Kind, x: exp.Expr, days: Days, depth: int) -> exp.Expr:
    """A list with all its elements; NULL where one of them cannot stand, or they are too many."""
    made = sql_type(type_, days.edition)
    if kind.name == "empty":
        return exp.cast(exp.null(), made)
    items, item = as_list(type_.item, kind, x)
    each = exp.column(f"e{depth}")
    element = _element(type_.item, item, each, days, depth + 1)
    values = exp.Transform(this=items, expression=exp.Lambda(this=element, expressions=[each.this]))
    few = exp.LTE(this=engine.length(items), expression=exp.Literal.number(MAX_ITEMS))
    return exp.cast(exp.Case().when(both(few, engine.all_known(values)), values), made)


def _element(type_: Type, kind: Kind, x: exp.Expr, days: Days, depth: int) -> exp.Expr:
    if not isinstance(type_, Record):
        return read(type_, kind, x, days).value
    inner = dict(kind.fields)
    values: dict[str, exp.Expr] = {}
    wrong: list[exp.Expr] = [exp.Is(this=x, expression=exp.null())]
    for decl in days.edition.records[type_.name].fields:
        if decl.name not in inner:
            values[decl.name] = exp.cast(exp.null(), sql_type(decl.type, days.edition))
            continue
        raw = engine.part(x, decl.name)
        one = (_list(decl.type, inner[decl.name], raw, days, depth) if isinstance(decl.type, ListOf)
               else _element(decl.type, inner[decl.name], raw, days, depth))
        values[decl.name] = one
        wrong.append(both(exp.Is(this=raw, expression=exp.null()).not_(),
                          exp.Is(this=paren(one), expression=exp.null())))
    return exp.Case().when(exp.not_(either(*wrong)), engine.record(values))


# ── Faults ───────────────────────────────────────────────────────────────────────────────────────────────────


def faults(
    edition: Edition, entity: str, rows: Rows, typed_as: str, parents: str | None = None,
    only: exp.Expr | None = None,
) -> exp.Expr:
    """What is wrong with the rows where ``only`` holds. ``typed_as`` is their typed relation, in which all that belong
    together stand, so that a key that stands twice is found; ``parents`` is that of what they belong to."""
    days = _days(edition, entity, rows)
    found: list[exp.Select] = []
    source = _with_day(edition, entity, rows, only)
    for place in (*places(edition, entity), *(each for each in above(edition, entity) if each.path in rows.columns)):
        kind = rows.columns.get(place.path)
        if kind is not None and kind.name != "empty":
            there = exp.Is(this=column(place.path), expression=exp.null()).not_()
            looked_at = (column(ROW), column(_DAY), named(text(place.path), "sted"), named(column(place.path), "x"))
            scan = exp.select(*looked_at, copy=False).from_(source, copy=False).where(there, copy=False)
            key = place.path in (edition.entities[entity].key, parent_key(edition, entity))
            found += _scanned(place.type, kind, scan, days, key)
    found += _keys(edition, entity, rows, typed_as, parents, only)
    return exp.union(*found, distinct=False, copy=False) if len(found) > 1 else found[0]


def _scanned(type_: Type, kind: Kind, scan: exp.Select, days: Days, key: bool = False) -> list[exp.Select]:
    """What is wrong with the values ``x`` of a scan, each of the field that ``sted`` names."""
    x = column("x")
    if not isinstance(type_, ListOf):
        made = read(type_, kind, x, days, key)
        wrong = ((blank(exp.cast(x, "VARCHAR")), "ISF510", "er tom"),) if key and kind.name == "text" else ()
        return _found(Reading(made.value, (*wrong, *made.wrong)), scan)
    items, item = as_list(type_.item, kind, x)
    listed = _inner(scan, {ROW: column(ROW), _DAY: column(_DAY), "sted": column("sted"), "x": items})
    many = exp.GT(this=engine.length(x), expression=exp.Literal.number(MAX_ITEMS))
    found = _found(Reading(x, ((many, "ISF519", f"har flere enn {MAX_ITEMS} elementer"),)), listed, shows=False)
    each, number = engine.elements(x)
    few = listed.where(exp.Is(this=paren(items), expression=exp.null()).not_())
    unnested = _inner(few, {ROW: column(ROW), _DAY: column(_DAY), "sted": column("sted"), "x": each, "nr": number},
                      exp.not_(many))
    place = exp.Concat(expressions=[column("sted"), text("["), exp.cast(column("nr"), "VARCHAR"), text("]")])
    elements = _inner(unnested, {ROW: column(ROW), _DAY: column(_DAY), "sted": place, "x": x})
    missing = exp.Is(this=x, expression=exp.null())
    found += _found(Reading(x, ((missing, "ISF520", "er tomt"),)), elements, shows=False)
    known = elements
    if not isinstance(type_.item, Record):
        return [*found, *_scanned(type_.item, item, _inner(known, _SAME, missing.not_()), days)]
    inner = dict(item.fields)
    for decl in days.edition.records[type_.item.name].fields:
        if decl.name in inner and inner[decl.name].name != "empty":
            below = exp.Concat(expressions=[column("sted"), text(f".{decl.name}")])
            part = engine.part(x, decl.name)
            one = _inner(known, {ROW: column(ROW), _DAY: column(_DAY), "sted": below, "x": part})
            told = _inner(one, _SAME, exp.Is(this=column("x"), expression=exp.null()).not_())
            found += _scanned(decl.type, inner[decl.name], told, days)
    return found


_SAME: Mapping[str, exp.Expr] = {name: column(name) for name in (ROW, _DAY, "sted", "x")}


def _inner(scan: exp.Select, columns: Mapping[str, exp.Expr], where: exp.Expr | None = None) -> exp.Select:
    made = exp.select(*(named(value, name) for name, value in columns.items()), copy=False).from_(
        exp.Subquery(this=scan, alias="s"), copy=False)
    return made if where is None else made.where(where, copy=False)


def _found(reading: Reading, scan: exp.Select, shows: bool = True) -> list[exp.Select]:
    """The values of a scan that a test finds, each once, by the first that does."""
    if not reading.wrong:
        return []
    number = exp.Case()
    for at, (test, _, _) in enumerate(reading.wrong):
        number = number.when(test, exp.Literal.number(at), copy=False)
    value = exp.cast(column("x"), "VARCHAR") if shows else exp.cast(exp.null(), "VARCHAR")
    judged = _inner(scan, {ROW: column(ROW), "sted": column("sted"), "value": value, "nr": number})
    code, message = exp.Case(this=column("nr")), exp.Case(this=column("nr"))
    for at, (_, its_code, said) in enumerate(reading.wrong):
        code = code.when(exp.Literal.number(at), text(its_code), copy=False)
        message = message.when(exp.Literal.number(at), text(said), copy=False)
    told = {"code": code, "field": column("sted"), "value": _shortened(column("value")),
            "message": exp.Concat(expressions=[column("sted"), text(" "), message])}
    return [_inner(judged, {ROW: column(ROW)} | told, exp.Is(this=column("nr"), expression=exp.null()).not_())]


def _shortened(x: exp.Expr) -> exp.Expr:
    cut = exp.Concat(expressions=[exp.Left(this=x, expression=exp.Literal.number(MAX_SHOWN - 1)), text("…")])
    return exp.Case().when(exp.GT(this=exp.Length(this=x), expression=exp.Literal.number(MAX_SHOWN)), cut).else_(
        x)


# ── Keys, and the rettsdato ──────────────────────────────────────────────────────────────────────────────────


def _keys(edition: Edition, entity: str, rows: Rows, typed_as: str, parents: str | None, only: exp.Expr | None
          ) -> list[exp.Select]:
    """A rettsdato or a key that is missing, a key that stands twice, and a row that belongs to nobody known."""
    about = edition.entities[entity]
    found: list[exp.Select] = []
    chosen = _table(rows.relation) if only is None else exp.Subquery(
        this=exp.select("*").from_(_table(rows.relation)).where(only), alias="r")
    if about.date:
        missing = (exp.true() if about.date not in rows.columns
                   else exp.Is(this=column(about.date), expression=exp.null()))
        found.append(_fault("ISF512", about.date, "mangler, og den velger utgave").from_(chosen).where(missing))
    group = parent_key(edition, entity)
    if about.parent and group not in rows.columns:
        return found
    all_of_it = exp.select(ROW).from_(chosen)
    mine = exp.In(this=column(ROW, "t"), query=exp.Subquery(this=all_of_it))
    typed_rows = exp.table_(exp.to_identifier(typed_as, quoted=True), alias="t")
    told = exp.Is(this=column(about.key, "t"), expression=exp.null()).not_()
    raw_missing = (exp.true() if about.key not in rows.columns else exp.In(
        this=column(ROW, "t"), query=exp.Subquery(this=exp.select(ROW).from_(_table(rows.relation)).where(
            exp.Is(this=column(about.key), expression=exp.null())))))
    by = [column(about.key)] + ([column(group)] if about.parent else [])
    ends = exp.alias_(exp.Min(this=column(ROW)), "forst"), exp.alias_(exp.Max(this=column(ROW)), "sist")
    twice = exp.select(*by, *ends).from_(_table(typed_as)).where(
        *(exp.Is(this=each, expression=exp.null()).not_() for each in by)).group_by(
        *(each for each in by)).having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))
    same = both(*(exp.EQ(this=column(each.name, "t"), expression=column(each.name, "d")) for each in by))
    other = exp.Case().when(exp.EQ(this=column(ROW, "t"), expression=column("forst", "d")), column("sist", "d")).else_(
        column("forst", "d"))
    said = exp.Concat(expressions=[text(f"{about.key} er den samme som i rad "), exp.cast(other, "VARCHAR")])
    found.append(_fault("ISF511", about.key, said, column(about.key, "t"), "t").from_(typed_rows).join(
        exp.Subquery(this=twice, alias="d"), on=same).where(told, mine))
    if not about.parent:
        found.append(_fault("ISF510", about.key, "mangler", table="t").from_(typed_rows).where(raw_missing, mine))
        return found
    several = exp.select(column(group)).from_(_table(typed_as)).where(
        exp.Is(this=column(group), expression=exp.null()).not_()).group_by(column(group)).having(
        exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))
    found.append(_fault("ISF510", about.key, "mangler", table="t").from_(typed_rows).where(
        raw_missing, exp.In(this=column(group, "t"), query=exp.Subquery(this=several)), mine))
    if parents is not None:
        name = edition.entities[about.parent].key
        there = exp.select(column(name)).from_(_table(parents)).where(
            exp.Is(this=column(name), expression=exp.null()).not_())
        unknown = text(f"{group} står ikke blant radene for {about.parent}")
        found.append(_fault("ISF530", group, unknown, column(group, "t"), "t").from_(typed_rows).where(
            exp.Is(this=column(group, "t"), expression=exp.null()).not_(),
            exp.not_(exp.In(this=column(group, "t"), query=exp.Subquery(this=there))), mine))
    return found


def _fault(code: str, path: str, said: str | exp.Expr, value: exp.Expr | None = None, table: str = ""
           ) -> exp.Select:
    message = text(f"{path} {said}") if isinstance(said, str) else said
    shown = exp.cast(exp.null(), "VARCHAR") if value is None else _shortened(value)
    return exp.select(column(ROW, table), exp.alias_(text(code), "code"), exp.alias_(text(path), "field"),
                      exp.alias_(shown, "value"), exp.alias_(message, "message"))


def _days(edition: Edition, entity: str, rows: Rows) -> Days:
    return Days(edition, column(_DAY)) if edition.entities[entity].date else Days(edition)


def _with_day(edition: Edition, entity: str, rows: Rows, only: exp.Expr | None) -> exp.Subquery:
    """The rows, with the day that their codes must be valid on."""
    made = exp.select("*", named(day(edition, entity, rows), _DAY)).from_(_table(rows.relation))
    return exp.Subquery(this=made if only is None else made.where(only), alias="r")


def day(edition: Edition, entity: str, rows: Rows) -> exp.Expr:
    """The rettsdato of a row; NULL where it is missing or cannot be read."""
    name = edition.entities[entity].date
    if not name or name not in rows.columns:
        return exp.cast(exp.null(), "DATE")
    return read(Date(), rows.columns[name], column(name), Days(edition)).value


def _table(name: str) -> exp.Table:
    return exp.table_(exp.to_identifier(name, quoted=True))
