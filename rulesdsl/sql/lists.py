"""Quantifiers over lists as SQL: by the engine's own functions, or element by element beside the row."""

from attrs import define
from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.types import BOOL
from rulesdsl.sql.logic import (
    NULL,
    TRUE,
    both,
    case,
    cast,
    column,
    is_known,
    joined_text,
    listed,
    text,
    whole,
)
from rulesdsl.sql.names import Waits, gathered
from rulesdsl.sql.sheet import BEFORE, table
from rulesdsl.sql.siblings import MINE, OTHER, Siblings, check_plain, conjunction, mentioned, struct
from rulesdsl.sql.terms import ROW, Many, NotInSql, Terms, fact
from rulesdsl.sql.types import constant

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
        if mentioned(node) <= {"this"}:
            named = self.main.sheet.add(f"{self.var}, ledd", self.main.value(node))
            return column(named.name, MINE) if isinstance(named, exp.Column) else named
        check_plain(node)
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
        if mentioned(node) <= {"this"}:
            entries = self.main.of(TRUE, node)
            if not entries:
                return []
            named = self.main.sheet.add(f"{self.var}, venter", gathered(entries))
            return [(TRUE, column(named.name, MINE) if isinstance(named, exp.Column) else named)]
        return self._waiting(node)


@define
class _Elements(Siblings):
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
        return struct({"a": order, "b": column(INDEX, OTHER)})

    def _source(self, condition: ir.Expr, pair: Terms) -> exp.Select:
        """Each row with the elements of its list."""
        named = self.terms.sheet.add(f"{self.node.var}, liste", self.terms.value(self.items))
        items = column(named.name, MINE) if isinstance(named, exp.Column) else named
        columns = [exp.to_identifier(self.node.var, quoted=True)]
        alias = exp.TableAlias(this=exp.to_identifier(OTHER), columns=columns)
        each = exp.Unnest(expressions=[items], alias=alias, offset=exp.to_identifier(INDEX))
        inner = exp.select(exp.alias_(column(ROW, MINE), ROW, quoted=True)).from_(table(BEFORE, MINE))
        return inner.join(each, join_type="cross", copy=False)


def over_list(node: Many, items: ir.Expr, terms: Terms) -> tuple[exp.Expr, Waits]:
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
            holding = _filtered(node.var, conjunction(node.where, node.test), found, terms)
            return case((is_known(found), exp.GT(this=exp.ArraySize(this=holding), expression=whole(0)))), waits
        case ir.Quantified() if plain:
            failing = _filtered(node.var, conjunction(node.where, ir.Not(BOOL, node.test)), found, terms)
            return case((is_known(found), exp.EQ(this=exp.ArraySize(this=failing), expression=whole(0)))), waits
        case ir.Count() if plain:
            holding = _filtered(node.var, node.where, found, terms) if node.where is not None else found
            return exp.cast(exp.ArraySize(this=holding), "DECIMAL(7, 0)"), waits
        case _:
            return _Elements(node, terms, items).compiled()


def _filtered(var: str, test: ir.Expr, found: exp.Expr, terms: Terms) -> exp.Expr:
    lambda_ = exp.Lambda(this=terms.value(test), expressions=[exp.to_identifier(var, quoted=True)])
    return exp.ArrayFilter(this=found, expression=lambda_)
