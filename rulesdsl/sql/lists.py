"""Quantifiers over lists as SQL: by the engine's own functions, or element by element beside the row."""

from attrs import define
from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.types import BOOL
from rulesdsl.sql.logic import TRUE, both, case, column, is_known, listed, whole
from rulesdsl.sql.names import Waits
from rulesdsl.sql.pairs import ELEMENT, INDEX, MINE, OTHER, beside, mentioned
from rulesdsl.sql.searches import Search, conjunction, struct
from rulesdsl.sql.sheet import BEFORE, table
from rulesdsl.sql.terms import Many, Terms
from rulesdsl.sql.types import constant


@define
class _Elements(Search):
    """A quantifier over the elements of a list."""

    items: ir.Expr

    def compiled(self) -> tuple[exp.Expr, Waits]:
        found = self.terms.value(self.items)
        value, waits = Search.compiled(self)
        known = is_known(found)
        return case((known, value)), [*self.terms.of(TRUE, self.items),
                                      *((both(known, test), names) for test, names in waits)]

    def order(self, key: exp.Expr) -> exp.Expr:
        return struct({"a": key, "b": column(f"{self.node.var}·{INDEX}")})

    def source(self, condition: ir.Expr) -> exp.Select:
        """Each row with the elements of its list."""
        pair, var = self.pair, self.node.var
        items = pair.outer_value(self.items)
        if isinstance(items, exp.Column):
            items = column(pair.outs[items.name].name, MINE)
        columns = [exp.to_identifier(ELEMENT, quoted=True)]
        alias = exp.TableAlias(this=exp.to_identifier(OTHER), columns=columns)
        each = exp.Unnest(expressions=[items], alias=alias, offset=exp.to_identifier(INDEX))
        found = [(name, column(made.name, MINE)) for name, made in pair.outs.items()]
        found += [(f"{var}·{name}", column(name, OTHER)) for name in (ELEMENT, INDEX)]
        inner = exp.select(*(exp.alias_(made, name, quoted=True) for name, made in found)).from_(table(BEFORE, MINE))
        return inner.join(each, join_type="cross", copy=False)


@define
class _Lambda(Terms):
    """Expressions over this thing and the element of a list called ``var``, within one of the engine's functions."""

    var: str = ""
    outer: Terms | None = None

    def made(self, node: ir.Expr) -> exp.Expr:
        assert self.outer is not None
        return self.meaning(node) if self.var in mentioned(node) else self.outer.value(node)

    def apart(self, name: str, value: exp.Expr) -> exp.Expr:
        return value  # an element has no columns


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
            return _elements(node, items, terms).compiled()


def _elements(node: Many, items: ir.Expr, terms: Terms) -> _Elements:
    held = items
    while isinstance(held, ir.Part):
        held = held.value
    owner = held if isinstance(held, ir.Field) else ir.Field(held.type, ir.This(), (node.var,))
    pair = beside(terms, node.var, terms.called(node.var), at=terms.fact(owner))
    return _Elements(node, terms, pair, items)


def _filtered(var: str, test: ir.Expr, found: exp.Expr, terms: Terms) -> exp.Expr:
    within = _Lambda(terms.edition, terms.entity, terms.sheet, terms.many, False, var=var, outer=terms)
    lambda_ = exp.Lambda(this=within.value(test), expressions=[exp.to_identifier(var, quoted=True)])
    return exp.ArrayFilter(this=found, expression=lambda_)
