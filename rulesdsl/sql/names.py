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


def way(ref: ir.Ref) -> str:
    """What stands before the columns of a thing, or of what it belongs to, in the row of the one that asks:
    ``regning.pasient.``."""
    return f"{way(ref.of)}{accessor(ref.entity)}." if isinstance(ref, ir.Parent) else ""


def above(edition: ir.Edition, entity: ir.Entity) -> list[tuple[ir.Entity, str]]:
    """An entity and what it belongs to, the nearest first, each with what stands before its columns in a row of it."""
    found, front = [(entity, "")], ""
    while entity.parent:
        front += f"{accessor(entity.parent)}."
        entity = edition.entities[entity.parent]
        found.append((entity, front))
    return found


def identities(edition: ir.Edition, entity: ir.Entity) -> list[str]:
    """The columns that tell who a thing is, and who it belongs to, the nearest first."""
    fronts = [front for _, front in above(edition, entity)]
    return [SELF, *(f"{front}{HOME}" for front in fronts[:-1])]


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
    return text(f"{SEPARATOR * 2}{way(node.of)}{path}")


def fact_among_many(node: ir.Field, edition: ir.Edition, entity: ir.Entity) -> exp.Expr:
    """A fact that is missing, where things of several entities are decided: the entity, who it is and its key, the same
    of each that it belongs to, and last the path, to which a search in a list adds the element."""
    levels, whos = above(edition, entity), identities(edition, entity)
    first = next(at for at, (_, front) in enumerate(levels) if front == way(node.of))
    parts = [text(levels[first][0].name)]
    for (owner, front), who in zip(levels[first:], whos[first:], strict=True):
        between = text(SEPARATOR)
        parts += [between, column(who), between, coalesce(column(front + owner.key), text(""))]
    return joined_text(*parts, text(SEPARATOR + ".".join(node.path)))


Waits = list[tuple[exp.Expr, exp.Expr]]
"""Conditions, never NULL themselves, and lists of facts: what is waited for is all that stands where one holds."""


def gathered(entries: Iterable[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """The lists of all entries that hold, one after the other; NULL where there can be none."""
    return joined([
        case((test, names), otherwise=empty()) for test, names in entries if test != FALSE and names != NULL
    ])


def joined(lists: Sequence[exp.Expr]) -> exp.Expr:
    """Lists, one after the other: halves of halves, for what is as deep as they are many cannot be printed."""
    if len(lists) < 2:
        return lists[0] if lists else NULL
    half = len(lists) // 2
    return exp.ArrayConcat(this=joined(lists[:half]), expressions=[joined(lists[half:])])


def empty() -> exp.Expr:
    return cast(exp.Array(expressions=[]), "TEXT[]")
