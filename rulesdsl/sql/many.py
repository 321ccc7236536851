"""Quantifiers as SQL: over things that belong together, by a join that stays within what they belong to; over lists."""

from collections.abc import Iterator
from typing import Any

from attrs import define, evolve, fields, has
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    TRUE,
    both,
    case,
    cast,
    coalesce,
    column,
    either,
    is_known,
    is_null,
    joined_text,
    listed,
    maybe,
    opposite,
    surely,
    text,
    whole,
)
from rulesdsl.sql.names import Waits, empty, gathered
from rulesdsl.sql.sheet import BEFORE, Join, table
from rulesdsl.sql.terms import HOME, ROW, Many, NotInSql, Terms, fact
from rulesdsl.sql.types import constant, decimal_type

MINE, OTHER = "t", "e"


def over_many(node: Many, terms: Terms) -> tuple[exp.Expr, Waits]:
    """The value of a quantifier and what it waits for."""
    match node.over:
        case ir.Children(of, entity) if of == ir.Parent(ir.This(), terms.entity.parent) and entity == terms.entity.name:
            return _Siblings(node, terms).compiled()
        case ir.Elements(items):
            return _elements(node, items, terms)
        case ir.Children(_, entity):
            raise NotInSql(f"et søk over {entity} fra {terms.entity.name}")


# ── Things that belong together ──────────────────────────────────────────────────────────────────────────────


@define
class _Pair(Terms):
    """Expressions over this thing and the one that the quantifier called ``var`` is at. What speaks of one of them
    only is a column of the sheet."""

    var: str = ""
    main: Terms | None = None

    def value(self, node: ir.Expr) -> exp.Expr:
        assert self.main is not None
        who = _mentioned(node)
        if isinstance(node, ir.Const):
            return constant(node.value)
        if who <= {"this"}:
            return self._of(self.main.value(node), MINE)
        if who == {self.var}:
            return self._of(self.main.value(_rebound(node, self.var)), OTHER)
        _check_plain(node)
        return self.meaning(node)

    def _of(self, value: exp.Expr, side: str) -> exp.Expr:
        assert self.main is not None
        named = self.main.sheet.add(f"{self.var}, ledd", value)
        return column(named.name, side) if isinstance(named, exp.Column) else named

    def meaning(self, node: ir.Expr) -> exp.Expr:
        if isinstance(node, ir.Same):
            if node.left == node.right:
                return TRUE
            return exp.EQ(this=column(ROW, OTHER), expression=column(ROW, MINE))
        if isinstance(node, ir.Lookup):
            raise NotInSql("et oppslag i et søk, med nøkler fra begge sider")
        return super().meaning(node)

    def waits(self, node: ir.Expr) -> Waits:
        assert self.main is not None
        who = _mentioned(node)
        if isinstance(node, ir.Const):
            return []
        if who <= {"this"}:
            return self._listed(self.main.of(TRUE, node), MINE)
        if who == {self.var}:
            return self._listed(self.main.of(TRUE, _rebound(node, self.var)), OTHER)
        return self._waiting(node)

    def _listed(self, entries: Waits, side: str) -> Waits:
        assert self.main is not None
        if not entries:
            return []
        named = self.main.sheet.add(f"{self.var}, venter", gathered(entries))
        return [(TRUE, column(named.name, side) if isinstance(named, exp.Column) else named)]


@define
class _Siblings:
    """A quantifier over the things of the same parent, this one among them."""

    node: Many
    terms: Terms

    def compiled(self) -> tuple[exp.Expr, Waits]:
        node = self.node
        match node:
            case ir.Quantified(kind="finnes"):
                return self._exists(_and(node.where, node.test))
            case ir.Quantified():
                value, waits = self._exists(_and(node.where, ir.Not(BOOL, node.test)))
                return opposite(exp.paren(value)), waits
            case ir.Count():
                return self._chosen(node.where or ir.Const(BOOL, True), None, None)
            case ir.SumOver() | ir.ExtremeOver():
                return self._chosen(node.where or ir.Const(BOOL, True), node.take, None)
            case ir.Pick():
                return self._chosen(node.where or ir.Const(BOOL, True), node.take, node.key)

    def _pair(self) -> Terms:
        terms = self.terms
        return _Pair(terms.edition, terms.entity, terms.sheet, terms.many, terms.with_waits, var=self.node.var,
                     main=terms)

    def _exists(self, condition: ir.Expr) -> tuple[exp.Expr, Waits]:
        pair = self._pair()
        holds = pair.value(condition)
        waits = gathered(pair.of(TRUE, condition))
        some, open_, names = self._joined(condition, pair, [
            ("ja", exp.LogicalOr(this=surely(holds))), ("ukjent", exp.LogicalOr(this=is_null(holds))),
            ("venter", _of_all(waits, is_null(holds))),
        ])
        value = case((surely(some), TRUE), (surely(open_), NULL), otherwise=FALSE)
        return value, [(both(opposite(surely(some)), surely(open_)), names)]

    def _chosen(self, condition: ir.Expr, take: ir.Expr | None, key: ir.Expr | None) -> tuple[exp.Expr, Waits]:
        """``antall``, ``sum``, ``maks``, ``min``, ``første`` and ``siste``: ukjent where it is not known who counts."""
        pair, node = self._pair(), self.node
        holds = pair.value(condition)
        chosen, open_ = surely(exp.paren(holds)), is_null(exp.paren(holds))
        wanted: list[tuple[str, exp.Expr]] = [
            ("antall", exp.CountIf(this=chosen)), ("ukjent", exp.LogicalOr(this=open_)),
            ("venter", _of_all(gathered(pair.of(TRUE, condition)), open_)),
        ]
        if take is not None:
            asked = key if key is not None else take
            value, order = pair.value(take), pair.value(asked)
            hole = both(chosen, is_null(exp.paren(order)))
            wanted += [
                ("verdi", self._aggregate(value, order, chosen)), ("hull", exp.LogicalOr(this=hole)),
                ("venter på", _of_all(gathered(pair.of(TRUE, asked)), hole)),
            ]
            if key is not None:
                first = gathered(pair.of(TRUE, take))
                wanted.append(("venter selv", self._ordered(empty() if first == NULL else first, order, chosen)))
        found = self._joined(condition, pair, wanted)
        many, unsure, names = found[:3]
        none = either(is_null(many), exp.EQ(this=many.copy(), expression=whole(0)))
        waits: Waits = [(surely(unsure), names)]
        if take is None:
            count = exp.cast(exp.Coalesce(this=many.copy(), expressions=[whole(0)]), "DECIMAL(7, 0)")
            return case((surely(unsure), NULL), otherwise=count), waits
        value, hole, held = found[3:6]
        known = opposite(surely(unsure))
        waits.append((both(known, surely(hole)), held))
        if isinstance(node, ir.SumOver):
            nothing = constant(_zero())
            return case((surely(unsure), NULL), (surely(hole), NULL), (none, nothing), otherwise=value), waits
        assert isinstance(node, ir.ExtremeOver | ir.Pick)
        if key is not None:
            own = both(known, opposite(surely(hole)), opposite(exp.paren(none)), is_null(_held_by(value)))
            waits.append((own, _held_by(found[6])))
            value = _held_by(value)
        other = self.terms.of(both(known, exp.paren(none)), node.otherwise)
        waits += other
        return case((surely(unsure), NULL), (surely(hole), NULL), (exp.paren(none), self.terms.value(node.otherwise)),
                    otherwise=value), waits

    def _aggregate(self, value: exp.Expr, order: exp.Expr, chosen: exp.Expr) -> exp.Expr:
        node = self.node
        match node:
            case ir.SumOver():
                kind = node.type
                assert isinstance(kind, types.Number)
                return exp.cast(_among(exp.Sum(this=value), chosen), decimal_type(kind))
            case ir.ExtremeOver():
                made = exp.Max(this=value) if node.which == "maks" else exp.Min(this=value)
                return _among(made, chosen)
            case _:
                return self._ordered(value, order, chosen)

    def _ordered(self, value: exp.Expr, order: exp.Expr, chosen: exp.Expr) -> exp.Expr:
        """The value of the first or last: by its key, then by the key of the entity, then by its row."""
        assert isinstance(self.node, ir.Pick)
        by = self._by(order)
        kind = exp.ArgMin if self.node.which == "første" else exp.ArgMax
        return _among(kind(this=_struct({"v": value}), expression=by), chosen)

    def _by(self, order: exp.Expr) -> exp.Expr:
        key = coalesce(column(self.terms.entity.key, OTHER), text(""))
        return _struct({"a": order, "b": key, "c": column(ROW, OTHER)})

    def _source(self, condition: ir.Expr, pair: Terms) -> exp.Select:
        """Each row with those of the same home for which the condition may hold."""
        on: list[exp.Expr] = [exp.EQ(this=column(HOME, MINE), expression=column(HOME, OTHER))]
        for part in _parts(condition):
            on.append(maybe(exp.paren(pair.value(part))))
        inner = exp.select(exp.alias_(column(ROW, MINE), ROW, quoted=True)).from_(table(BEFORE, MINE))
        return inner.join(table(BEFORE, OTHER), on=both(*on), copy=False)

    def _joined(
        self, condition: ir.Expr, pair: Terms, wanted: list[tuple[str, exp.Expr]]
    ) -> list[exp.Expr]:
        """Columns over the other things of the same home for which the condition may hold."""
        inner = self._source(condition, pair).group_by(column(ROW, MINE), copy=False)
        for name, made in wanted:
            inner = inner.select(exp.alias_(made, name, quoted=True), copy=False)
        alias = f"{self.node.var} {len(self.terms.sheet.columns)}"
        join = Join(alias, inner.subquery(alias), exp.EQ(this=column(ROW, alias), expression=column(ROW, "r")))
        rests = {each.name for each in inner.find_all(exp.Column)} - {name for name, _ in wanted}
        says = f"søk over {self.node.var}"
        return [self.terms.sheet.add(f"{self.node.var}, {name}", column(name, alias), says, join, rests)
                for name, _ in wanted]


def _and(where: ir.Expr | None, test: ir.Expr) -> ir.Expr:
    return test if where is None else ir.And(BOOL, (where, test))


def _parts(node: ir.Expr) -> Iterator[ir.Expr]:
    """The conditions of an «og», and of those within it."""
    match node:
        case ir.And(_, items):
            for item in items:
                yield from _parts(item)
        case ir.Part(_, _, value):
            yield from _parts(value)
        case _:
            yield node


def _check_plain(node: ir.Expr) -> None:
    """What speaks of both sides may hold no search of its own."""
    if any(isinstance(each, Many) for each in ir.walk(node)):
        raise NotInSql("et søk inne i et søk")


def _mentioned(node: ir.Expr) -> set[str]:
    """Whose facts an expression speaks of: this thing's, or those of what a quantifier around it has named. What things
    belong to is the same for all of them."""
    match node:
        case ir.Field(_, of) | ir.ResultOf(_, of):
            return {_root(of)}
        case ir.Same(_, left, right):
            return {_root(left), _root(right)}
        case ir.RateOf():
            return {"this"}
        case ir.Item():
            return {node.name}
        case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
            inner = {name for each in ir.children(node) for name in _mentioned(each)} - {node.var}
            return inner | ({_root(node.over.of)} if isinstance(node.over, ir.Children) else set())
        case _:
            return {name for each in ir.children(node) for name in _mentioned(each)}


def _root(ref: ir.Ref) -> str:
    while isinstance(ref, ir.Parent):
        ref = ref.of
    return ref.name if isinstance(ref, ir.Bound) else "this"


def _rebound(node: ir.Expr, var: str) -> ir.Expr:
    """The same expression about this thing."""
    return _replaced(node, ir.Bound(var))  # type: ignore[no-any-return]


def _replaced(node: Any, bound: ir.Bound) -> Any:
    if node == bound:
        return ir.This()
    if isinstance(node, tuple):
        return tuple(_replaced(each, bound) for each in node)
    if has(type(node)) and type(node).__module__ == ir.__name__:
        names = [each.name for each in fields(type(node)) if each.name != "type"]
        made = {name: _replaced(getattr(node, name), bound) for name in names}
        return evolve(node, **made) if any(made[name] is not getattr(node, name) for name in names) else node
    return node


def _among(made: exp.Expr, chosen: exp.Expr) -> exp.Expr:
    return made if chosen == TRUE else exp.Filter(this=made, expression=exp.Where(this=chosen))


def _of_all(names: exp.Expr, open_: exp.Expr) -> exp.Expr:
    """The names of all rows where something is open, in one list."""
    if open_ == FALSE or names == NULL:
        return empty()
    return exp.Flatten(this=_among(exp.ArrayAgg(this=names), open_))


def _struct(values: dict[str, exp.Expr]) -> exp.Expr:
    return exp.Struct(expressions=[
        exp.PropertyEQ(this=exp.to_identifier(name), expression=value.copy()) for name, value in values.items()])


def _held_by(struct: exp.Expr) -> exp.Expr:
    return exp.Dot.build([struct.copy(), exp.to_identifier("v")])


def _zero() -> Any:
    from decimal import Decimal

    return Decimal(0)


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────

INDEX = "nr"


@define
class _Element(Terms):
    """Expressions over this thing and the element of a list that the quantifier called ``var`` is at. What speaks of
    the thing only is a column of the sheet. ``place`` is how the names of missing facts begin."""

    var: str = ""
    main: Terms | None = None
    place: exp.Expr = NULL

    def value(self, node: ir.Expr) -> exp.Expr:
        assert self.main is not None
        if isinstance(node, ir.Const):
            return constant(node.value)
        if _mentioned(node) <= {"this"}:
            named = self.main.sheet.add(f"{self.var}, ledd", self.main.value(node))
            return column(named.name, MINE) if isinstance(named, exp.Column) else named
        _check_plain(node)
        return self.meaning(node)

    def meaning(self, node: ir.Expr) -> exp.Expr:
        if isinstance(node, ir.Item):
            item = column(node.name, OTHER)
            parts = [exp.to_identifier(name, quoted=True) for name in node.path]
            return exp.Dot.build([item, *parts]) if parts else item
        if isinstance(node, ir.Lookup):
            raise NotInSql("et oppslag i et søk i en liste, med elementet som nøkkel")
        return super().meaning(node)

    def waits(self, node: ir.Expr) -> Waits:
        assert self.main is not None
        if isinstance(node, ir.Const):
            return []
        if isinstance(node, ir.Item):
            at = cast(exp.Sub(this=column(INDEX, OTHER), expression=whole(1)), "TEXT")
            tail = text("".join(["]", *(f".{name}" for name in node.path)]))
            return [(TRUE, listed([joined_text(self.place, text("["), at, tail)]))] if node.path else []
        if _mentioned(node) <= {"this"}:
            entries = self.main.of(TRUE, node)
            if not entries:
                return []
            named = self.main.sheet.add(f"{self.var}, venter", gathered(entries))
            return [(TRUE, column(named.name, MINE) if isinstance(named, exp.Column) else named)]
        return self._waiting(node)


@define
class _Elements(_Siblings):
    """A quantifier over the elements of a list."""

    items: ir.Expr

    def compiled(self) -> tuple[exp.Expr, Waits]:
        found = self.terms.value(self.items)
        value, waits = super().compiled()
        known = is_known(found)
        return case((known, value)), [*self.terms.of(TRUE, self.items),
                                      *((both(known, test), names) for test, names in waits)]

    def _pair(self) -> Terms:
        terms, items = self.terms, self.items
        while isinstance(items, ir.Part):
            items = items.value
        field = items if isinstance(items, ir.Field) else ir.Field(items.type, ir.This(), (self.node.var,))
        place = fact(field, terms.edition, terms.entity)
        return _Element(terms.edition, terms.entity, terms.sheet, terms.many, terms.with_waits, var=self.node.var,
                        main=terms, place=place)

    def _by(self, order: exp.Expr) -> exp.Expr:
        return _struct({"a": order, "b": column(INDEX, OTHER)})

    def _source(self, condition: ir.Expr, pair: Terms) -> exp.Select:
        """Each row with the elements of its list."""
        named = self.terms.sheet.add(f"{self.node.var}, liste", self.terms.value(self.items))
        items = column(named.name, MINE) if isinstance(named, exp.Column) else named
        columns = [exp.to_identifier(self.node.var, quoted=True)]
        alias = exp.TableAlias(this=exp.to_identifier(OTHER), columns=columns)
        each = exp.Unnest(expressions=[items], alias=alias, offset=exp.to_identifier(INDEX))
        inner = exp.select(exp.alias_(column(ROW, MINE), ROW, quoted=True)).from_(table(BEFORE, MINE))
        return inner.join(each, join_type="cross", copy=False)


def _elements(node: Many, items: ir.Expr, terms: Terms) -> tuple[exp.Expr, Waits]:
    """A quantifier over a list: by the engine's own functions where its condition looks at the elements only."""
    found = terms.value(items)
    waits = terms.of(TRUE, items)
    tests = [each for each in (node.where, getattr(node, "test", None)) if each is not None]
    plain = not any(
        isinstance(each, ir.Field | ir.ResultOf | ir.Lookup | ir.RateOf | Many) or getattr(each, "path", ())
        for test in tests for each in ir.walk(test)
    )
    match node:
        case ir.Quantified(kind="finnes", test=ir.OneOf(_, ir.Item(path=()), options), where=None) if options:
            return exp.ArrayOverlaps(this=found, expression=listed(map(constant, options))), waits
        case ir.Quantified(kind="finnes") if plain:
            holding = _filtered(node.var, _and(node.where, node.test), found, terms)
            return case((is_known(found), exp.GT(this=exp.ArraySize(this=holding), expression=whole(0)))), waits
        case ir.Quantified() if plain:
            failing = _filtered(node.var, _and(node.where, ir.Not(BOOL, node.test)), found, terms)
            return case((is_known(found), exp.EQ(this=exp.ArraySize(this=failing), expression=whole(0)))), waits
        case ir.Count() if plain:
            holding = _filtered(node.var, node.where, found, terms) if node.where is not None else found
            return exp.cast(exp.ArraySize(this=holding), "DECIMAL(7, 0)"), waits
        case _:
            return _Elements(node, terms, items).compiled()


def _filtered(var: str, test: ir.Expr, found: exp.Expr, terms: Terms) -> exp.Expr:
    lambda_ = exp.Lambda(this=terms.value(test), expressions=[exp.to_identifier(var, quoted=True)])
    return exp.ArrayFilter(this=found, expression=lambda_)
