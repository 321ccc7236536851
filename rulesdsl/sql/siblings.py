"""Quantifiers over things that belong together, as SQL: the relation joined with itself, within what they belong to."""

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
    coalesce,
    column,
    either,
    is_null,
    maybe,
    opposite,
    surely,
    text,
    whole,
)
from rulesdsl.sql.names import Waits, empty, gathered
from rulesdsl.sql.sheet import BEFORE, Join, table
from rulesdsl.sql.terms import HOME, ROW, Many, NotInSql, Terms
from rulesdsl.sql.types import constant, decimal_type

MINE, OTHER = "t", "e"


@define
class _Pair(Terms):
    """Expressions over this thing and the one that the quantifier called ``var`` is at. What speaks of one of them
    only is a column of the sheet."""

    var: str = ""
    main: Terms | None = None

    def value(self, node: ir.Expr) -> exp.Expr:
        assert self.main is not None
        who = mentioned(node)
        if isinstance(node, ir.Const):
            return constant(node.value)
        if who <= {"this"}:
            return self._of(self.main.value(node), MINE)
        if who == {self.var}:
            return self._of(self.main.value(_rebound(node, self.var)), OTHER)
        check_plain(node)
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
        who = mentioned(node)
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
class Siblings:
    """A quantifier over the things of the same parent, this one among them."""

    node: Many
    terms: Terms

    def compiled(self) -> tuple[exp.Expr, Waits]:
        node = self.node
        match node:
            case ir.Quantified(kind="finnes"):
                return self._exists(conjunction(node.where, node.test))
            case ir.Quantified():
                value, waits = self._exists(conjunction(node.where, ir.Not(BOOL, node.test)))
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
        return _among(kind(this=struct({"v": value}), expression=by), chosen)

    def _by(self, order: exp.Expr) -> exp.Expr:
        key = coalesce(column(self.terms.entity.key, OTHER), text(""))
        return struct({"a": order, "b": key, "c": column(ROW, OTHER)})

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


def conjunction(where: ir.Expr | None, test: ir.Expr) -> ir.Expr:
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


def check_plain(node: ir.Expr) -> None:
    """What speaks of both sides may hold no search of its own."""
    if any(isinstance(each, Many) for each in ir.walk(node)):
        raise NotInSql("et søk inne i et søk")


def mentioned(node: ir.Expr) -> set[str]:
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
            inner = {name for each in ir.children(node) for name in mentioned(each)} - {node.var}
            return inner | ({_root(node.over.of)} if isinstance(node.over, ir.Children) else set())
        case _:
            return {name for each in ir.children(node) for name in mentioned(each)}


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


def struct(values: dict[str, exp.Expr]) -> exp.Expr:
    return exp.Struct(expressions=[
        exp.PropertyEQ(this=exp.to_identifier(name), expression=value.copy()) for name, value in values.items()])


def _held_by(struct: exp.Expr) -> exp.Expr:
    return exp.Dot.build([struct.copy(), exp.to_identifier("v")])


def _zero() -> Any:
    from decimal import Decimal

    return Decimal(0)
