"""What the user had better know of the columns of a run, and of what rows have in common: each may cost money, without
a word in any row."""

from collections.abc import Iterable, Mapping, Sequence

import duckdb
from sqlglot import exp

from rulesdsl.batch.columns import Field, Matching
from rulesdsl.core.ir import Edition
from rulesdsl.core.values import listed
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows, parent_key
from rulesdsl.sql.logic import column


def not_used(matching: Matching, fields: Mapping[str, Field], used: tuple[Edition, ...]) -> Iterable[str]:
    """Columns that are near to a field and are none, and those that some of the editions do not know."""
    for name, near in matching.ignored:
        if near:
            yield f"«{name}» er ikke et felt og brukes ikke. {near}"
    for each in matching.matches:
        without = [edition.id for edition in used if edition.id not in fields[each.path].types]
        if without:
            yield f"«{each.called}» er ikke et felt i {', '.join(without)} og brukes ikke der."


def alike(con: duckdb.DuckDBPyConnection, rows: Rows, edition: Edition, entity: str) -> Iterable[str]:
    """Rows of one key where nothing says whose they are: it may be the same thing twice, and nobody would see it."""
    key, group = edition.entities[entity].key, parent_key(edition, entity)
    if not group or group in rows.columns or key not in rows.columns:
        return
    twice = exp.select(exp.alias_(exp.Count(this=exp.Star()), "rader")).from_(
        exp.table_(exp.to_identifier(rows.relation, quoted=True))).where(
        exp.Is(this=column(key), expression=exp.null()).not_()).group_by(column(key)).having(
        exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))
    ((many,),) = con.execute(exp.select(exp.Sum(this=exp.column("rader"))).from_(
        exp.Subquery(this=twice, alias="s")).sql(DIALECT)).fetchall()
    if many:
        yield (f"{many} rader har en {key} som står flere ganger. Uten {group} avgjøres hver for seg, og det "
               "samme kan bli betalt to ganger.")


MOST_NAMED = 8
"""How many columns and fields a note names; the rest are counted."""


def left_out(matching: Matching, edition: Edition, entity: str) -> tuple[str, ...]:
    """The columns that are not used and the fields that no column is: each may cost money, without a word in any row.
    A column with a name that is near to a field has a note of its own."""
    group = parent_key(edition, entity)
    ignored = [name for name, near in matching.ignored if not near and name not in matching.unwanted]
    missing = [path for path in matching.missing if path != group
               and not any(path.startswith(f"{other}.") for other in matching.missing)]
    notes = []
    if group in matching.missing:
        plural = edition.entities[entity].plural
        notes.append(f"Ingen kolonne er {group}, så hver rad er avgjort alene; regler som ser på andre {plural}, "
                     "ser ingen.")
    if ignored:
        said = f"Kolonnene {_some(ignored)} er ikke felt" if len(ignored) > 1 else f"«{ignored[0]}» er ikke et felt"
        notes.append(f"{said} og brukes ikke.")
    if missing:
        notes.append(f"Ingen kolonne er {_some(missing)}: ukjent i alle rader.")
    return tuple(notes)


def _some(names: Sequence[str]) -> str:
    few = [*names[:MOST_NAMED]]
    return listed([*few, f"{len(names) - len(few)} til"] if len(names) > len(few) else few)
