"""What columns and missing facts are called, and lists of missing facts."""

from collections.abc import Iterable, Sequence

from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.sql.logic import FALSE, NULL, case, cast, coalesce, column, joined_text, text

DAY, ROW, HOME, SELF = "§dag", "rad", "§hjem", "§seg"
"""The day whose satser count; the number of the row; what it belongs to, or itself where it stands alone; and what
those that belong to it have for their home."""


def accessor(entity: str) -> str:
    """The name by which a thing's columns, and what it misses, speak of what it belongs to."""
    return entity.lower()


def table_name(name: str) -> str:
    """The relation that has the rows of a ``tabell``."""
    return f"tabell {name}"


# ── Missing facts ────────────────────────────────────────────────────────────────────────────────────────────

SEPARATOR = "\x1f"


def fact(node: ir.Field, edition: ir.Edition, entity: ir.Entity) -> exp.Expr:
    """A fact that is missing: whose it is (the number of its row, and its key), and its path. A fact of what the thing
    belongs to is nobody's row, and its path says whose it is."""
    path = ".".join(node.path)
    if isinstance(node.of, ir.This):
        key = coalesce(column(entity.key), text(""))
        return joined_text(cast(column(ROW), "TEXT"), text(SEPARATOR), key, text(SEPARATOR + path))
    return text(f"{SEPARATOR * 2}{accessor(entity.parent)}.{path}")


def fact_among_many(node: ir.Field, edition: ir.Edition, entity: ir.Entity) -> exp.Expr:
    """A fact that is missing, where things of several entities are decided: the entity, who it is, its home, its key,
    and the path."""
    path = ".".join(node.path)
    if isinstance(node.of, ir.This):
        owner, home = entity, column(HOME) if entity.parent else text("")
        who, key = column(SELF), column(entity.key)
    else:
        owner, home = edition.entities[entity.parent], text("")
        who, key = column(HOME), column(f"{accessor(entity.parent)}.{owner.key}")
    between = text(SEPARATOR)
    return joined_text(text(owner.name + SEPARATOR), who, between, home, between, coalesce(key, text("")),
                       text(SEPARATOR + path))


Waits = list[tuple[exp.Expr, exp.Expr]]
"""Conditions, never NULL themselves, and lists of facts: what is waited for is all that stands where one holds."""


def gathered(entries: Iterable[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """The lists of all entries that hold, one after the other; NULL where there can be none."""
    return joined([
        case((test, names), otherwise=empty()) for test, names in entries if test != FALSE and names != NULL
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
