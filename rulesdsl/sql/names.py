"""Lists of missing facts as SQL."""

from collections.abc import Iterable, Sequence

from sqlglot import exp

from rulesdsl.sql.logic import FALSE, NULL, case, cast

Waits = list[tuple[exp.Expr, exp.Expr]]
"""Conditions, never NULL themselves, and lists of facts: what is waited for is all that stands where one holds."""


def gathered(entries: Iterable[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """The lists of all entries that hold, one after the other; NULL where there can be none."""
    return joined([
        case((test, names), otherwise=empty()).copy() for test, names in entries if test != FALSE and names != NULL
    ])


def joined(lists: Sequence[exp.Expr]) -> exp.Expr:
    if not lists:
        return NULL
    made = lists[0]
    for more in lists[1:]:
        made = exp.ArrayConcat(this=made, expressions=[more])
    return made


def empty() -> exp.Expr:
    return cast(exp.Array(expressions=[]), "TEXT[]")
