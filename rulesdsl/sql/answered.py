"""Searches that have been answered before: the rules of a row then need no other row.

``search`` by ``search`` the facts have a column with the answer, NULL where it was not sure. Where a rule hangs on one
that is not, the query says so of the row and the search, and what it says else of that row counts for nothing.
"""

from collections.abc import Iterable, Iterator

from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.trees import all_groups
from rulesdsl.source import frozen
from rulesdsl.sql.logic import both, column, is_null, maybe
from rulesdsl.sql.many import over_many
from rulesdsl.sql.names import Waits
from rulesdsl.sql.terms import Many, NotInSql, Terms


def unanswered(name: str) -> str:
    """The column that says whether a row hangs on a search that was not answered, by the column of its answer."""
    return f"§ubesvart {name}"


@frozen
class Answered:
    """The searches of the rules, and the columns that have their answers."""

    columns: tuple[tuple[Many, str], ...]

    def many(self, node: Many, terms: Terms) -> tuple[exp.Expr, Waits]:
        """The answer of a quantifier; one over a list needs none."""
        if isinstance(node.over, ir.Elements):
            return over_many(node, terms)
        return column(self._of(node)), []

    def hangs(self, rule: ir.Rule, holds: exp.Expr, value: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
        """For each search that a rule asks, whether what the rule comes to hangs on it and it has no answer."""
        for nodes, open_ in ((rule.conditions, is_null(holds)), ((rule.value,), both(maybe(holds), is_null(value)))):
            for name in sorted({self._of(each) for node in nodes for each in searches_in(node)}):
                yield name, both(open_, is_null(column(name)))

    def _of(self, node: Many) -> str:
        for own in (True, False):
            for each, name in self.columns:
                if node is each if own else node == each:
                    return name
        raise NotInSql("et søk som ikke er besvart")


def searches_in(node: ir.Expr) -> Iterator[Many]:
    """The quantifiers over things within an expression, but for those within one of them."""
    if isinstance(node, Many) and isinstance(node.over, ir.Children):
        yield node
        return
    for below in ir.children(node):
        yield from searches_in(below)


def can_be_answered(results: Iterable[ir.Result]) -> bool:
    """Whether no rule asks if a search has an answer: it would take one that is not sure for one that is ukjent."""
    roots = (root for result in results for group in all_groups(result.groups) for rule in group.rules
             for root in (*rule.conditions, rule.value))
    asked = (node for root in roots for node in ir.walk(root) if isinstance(node, ir.Known))
    return not any(True for node in asked for _ in searches_in(node.value))
