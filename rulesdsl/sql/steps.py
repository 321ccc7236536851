"""The steps of a query: all that stand in a ``WITH``, those of its subqueries as well, in the order they are needed."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlglot import exp

Query = TypeVar("Query", bound=exp.Expr)


def taken_apart(query: Query) -> tuple[list[tuple[str, exp.Select]], Query]:
    """The steps by name, and what is asked of the last of them. A step reads only those before it."""
    answer = query
    steps = list(_lifted(answer))
    names = [name for name, _ in steps]
    assert len(names) == len(set(names)), "two steps of one name"
    return steps, answer


def _lifted(select: exp.Expr) -> Iterator[tuple[str, exp.Select]]:
    """The steps of a query, taken out of it: first those that its own steps have in their subqueries."""
    own = select.args.get("with_")
    select.set("with_", None)
    for step in own.expressions if own is not None else ():
        yield from _lifted(step.this)
        yield step.alias, step.this
    for inner in list(select.find_all(exp.Query)):
        if inner is not select and inner.args.get("with_") is not None:
            yield from _lifted(inner)

def said_anew(query: Query, said: Callable[[exp.Expr], exp.Expr]) -> Query:
    """A query with each of its nodes said in another way, the innermost first. No node may stand in two places of it,
    as pieces of rules do: a copy of a query is such a one."""
    for node in reversed(list(query.walk())):
        made = said(node)
        if made is not node:
            node.replace(made)
    return query
