"""Quantifiers over things that belong together, as SQL: one relation joined with another, or with itself, within what
they belong to."""

from attrs import define
from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.sql.logic import both, coalesce, column, text
from rulesdsl.sql.names import HOME, ROW
from rulesdsl.sql.pairs import MINE, OTHER, Pair, beside
from rulesdsl.sql.searches import DEEP, Search, possible, qualified, struct
from rulesdsl.sql.sheet import BEFORE, Sheet, table
from rulesdsl.sql.terms import Many, NotInSql, Terms


@define
class Things(Search):
    """A quantifier over the things of an entity that belong to another thing."""

    over: ir.Children

    def order(self, key: exp.Expr) -> exp.Expr:
        it = ir.Bound(self.node.var)
        entity = self.pair.edition.entities[self.over.entity]
        return struct({"a": key, "b": coalesce(self.pair.place(it, entity.key), text("")),
                       "c": self.pair.place(it, ROW)})

    def source(self, condition: ir.Expr) -> exp.Select:
        pair = self.pair
        together = exp.EQ(this=pair.identity(self.over.of), expression=pair.place(ir.Bound(self.node.var), HOME))
        on = qualified(both(together, *self.further(), *possible(condition, pair)), pair, MINE, OTHER)
        found = [(name, column(made.name, MINE)) for name, made in pair.outs.items()]
        found += [(name, column(made.name, OTHER)) for name, made in pair.ins.items()]
        inner = exp.select(*(exp.alias_(made, name, quoted=True) for name, made in found)).from_(table(BEFORE, MINE))
        return inner.join(self.looked_through(), on=on, copy=False)

    def further(self) -> tuple[exp.Expr, ...]:
        """What else is asked of a pair before anything is known of it."""
        return ()

    def looked_through(self) -> exp.Expr:
        """The relation of those that are looked through."""
        pair, terms = self.pair, self.terms
        assert pair.inner is not None
        names = {each.name for each in pair.ins.values()}
        if pair.inner is _outermost(terms):
            pair.deep.update(names)
            return table(BEFORE if pair.inner is terms else DEEP, OTHER)
        assert terms.kin is not None
        wanted = [(name, column(name)) for name in names]
        relation = pair.inner.sheet.query(terms.kin[self.over.entity].name, wanted)
        return exp.Subquery(this=relation, alias=exp.to_identifier(OTHER))


def _outermost(terms: Terms) -> Terms:
    while isinstance(terms, Pair):
        terms = terms.around
    return terms


def over_things(node: Many, over: ir.Children, terms: Terms) -> Things:
    """The search of a quantifier over things."""
    edition, outermost = terms.edition, _outermost(terms)
    inner, called = outermost, terms.called(node.var)
    if over.entity != outermost.entity.name:
        if terms.kin is None or over.entity not in terms.kin:
            raise NotInSql(f"et søk over {over.entity} fra {outermost.entity.name}, uten tabell for begge")
        sheet = Sheet(terms.kin[over.entity].columns, prefix=f"{called} alene ")
        inner = terms.within(edition.entities[over.entity], sheet)
    return Things(node, terms, beside(terms, node.var, called, inner), over)
