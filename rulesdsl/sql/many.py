"""Quantifiers as SQL: which of the forms each takes."""

from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.sql.groups import grouped
from rulesdsl.sql.lists import over_list
from rulesdsl.sql.names import Waits
from rulesdsl.sql.siblings import over_things
from rulesdsl.sql.terms import Many, Terms


def over_many(node: Many, terms: Terms) -> tuple[exp.Expr, Waits]:
    """The value of a quantifier and what it waits for."""
    match node.over:
        case ir.Children():
            search = over_things(node, node.over, terms)
            return (grouped(search) or search).compiled()
        case ir.Elements(items):
            return over_list(node, items, terms)
