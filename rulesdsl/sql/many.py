"""Quantifiers as SQL: which of the forms each takes."""

from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.sql.lists import over_list
from rulesdsl.sql.names import Waits
from rulesdsl.sql.siblings import Siblings
from rulesdsl.sql.terms import Many, NotInSql, Terms


def over_many(node: Many, terms: Terms) -> tuple[exp.Expr, Waits]:
    """The value of a quantifier and what it waits for."""
    match node.over:
        case ir.Children(of, entity) if of == ir.Parent(ir.This(), terms.entity.parent) and entity == terms.entity.name:
            return Siblings(node, terms).compiled()
        case ir.Elements(items):
            return over_list(node, items, terms)
        case ir.Children(_, entity):
            raise NotInSql(f"et søk over {entity} fra {terms.entity.name}")
