"""Several editions as one query: each row is decided by the edition that is in force on its day.

A row is decided as a case is: all that belong together are facts under its edition, whatever their own days are. So
each edition reads its own rows and those that belong with them. What the editions call the same must be of one kind.
"""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.sql.entities import compile_for
from rulesdsl.sql.logic import both, cast, column, either, joined_text, paren, text
from rulesdsl.sql.names import ROW, SEPARATOR, above, empty
from rulesdsl.sql.sheet import kept, table, with_steps
from rulesdsl.sql.terms import NotInSql
from rulesdsl.sql.types import constant, decimal_type, sql_type

EDITION = "utgave"
"""The column that names the edition of a row."""


def compile_by_date(
    editions: Sequence[ir.Edition], entity: str, tables: Mapping[str, Mapping[str, str]], *, waits: bool = True
) -> exp.Select:
    """The query of the results of an entity. ``tables`` has, for the id of each edition, the relations of its typed
    facts; the rows are the same in all of them. Rows of no edition are not given."""
    steps: list[tuple[str, exp.Expr]] = []
    answers: list[exp.Select] = []
    for edition in editions:
        if not any(result.entity == entity for result in edition.results.values()):
            continue
        given = {name: f"{edition.id} {name}" for name in tables[edition.id]}
        steps += [(given[name], _seen(edition, entity, name, tables[edition.id])) for name in given]
        query = compile_for(edition, entity, given, waits=waits, only=in_force(edition, entity))
        more, answer = _apart(query, edition.id)
        steps += more
        steps.append((f"{edition.id} svar", answer))
        answers.append(exp.select(column(ROW), exp.alias_(text(edition.id), EDITION, quoted=True), *common(
            editions, entity, edition, waits)).from_(table(f"{edition.id} svar")))
    made: exp.Expr = answers[0]
    for answer in answers[1:]:
        made = exp.Union(this=made, expression=answer, distinct=False)
    whole = exp.select(exp.Star()).from_(exp.Subquery(this=made, alias=exp.to_identifier("svar")))
    return kept(with_steps(whole, steps))


# ── Results ──────────────────────────────────────────────────────────────────────────────────────────────────


def result_types(editions: Sequence[ir.Edition], entity: str) -> dict[str, str]:
    """The results of all editions, each with a type that holds it in all of them. Raises ``NotInSql`` where none does.
    """
    found: dict[str, list[tuple[ir.Edition, types.Type]]] = {}
    for edition in editions:
        for result in edition.results.values():
            if result.entity == entity:
                found.setdefault(result.name, []).append((edition, result.type))
    made = {}
    for name, every in found.items():
        numbers = [kind for _, kind in every if isinstance(kind, types.Number)]
        first, *others = every
        kind = sql_type(first[1], first[0])
        unlike = next(((edition, its) for edition, its in others if sql_type(its, edition) != kind), None)
        if unlike and len(numbers) < len(every):
            (edition, its), (other, another) = first, unlike
            said = f"{types.type_name(its)} i {edition.id} og {types.type_name(another)} i {other.id}"
            raise NotInSql(f"{name} er {said}")
        made[name] = _widest(numbers) if numbers else kind
    return made


def _widest(numbers: Sequence[types.Number]) -> str:
    scale = max(each.scale for each in numbers)
    return decimal_type(types.Number(scale, bound=max(each.bound for each in numbers)))


def common(
    editions: Sequence[ir.Edition], entity: str, edition: ir.Edition, waits: bool, source: str = ""
) -> list[exp.Expr]:
    """The results that an edition gives of an entity, as columns that all editions have."""
    own = {result.name for result in edition.results.values() if result.entity == entity}
    return [made for name, kind in result_types(editions, entity).items()
            for made in _columns(name, kind, name in own, waits, source)]


def _columns(name: str, kind: str, there: bool, waits: bool, source: str = "") -> list[exp.Expr]:
    """A result as all editions give it; nothing where one does not have it."""
    parts = {name: kind} | {f"{name}.{part}": "TEXT" for part in ("status", "punkt", "regel")}
    found = [
        exp.alias_(cast(column(each, source) if there else exp.null(), type_), each, quoted=True)
        for each, type_ in parts.items()
    ]
    missing = f"{name}.mangler"
    if waits:
        found.append(column(missing, source) if there else exp.alias_(empty(), missing, quoted=True))
    return found


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def in_force(edition: ir.Edition, entity: str) -> exp.Expr:
    """Whether an edition is in force on the day of a row."""
    return exp.Between(this=column(edition.entities[entity].date), low=constant(edition.valid_from),
                       high=constant(edition.valid_to))


def _seen(edition: ir.Edition, entity: str, name: str, tables: Mapping[str, str]) -> exp.Select:
    """The rows of an entity that those in force may look at: themselves, and all that belong with them."""
    key, own = together(edition, name), together(edition, entity)
    tests = [in_force(edition, entity)] if name == entity else []
    if key and own:
        homes = exp.select(own).from_(table(tables[entity])).where(
            both(in_force(edition, entity), exp.not_(exp.Is(this=paren(own.copy()), expression=exp.null()))))
        tests.append(exp.In(this=paren(key), query=exp.Subquery(this=homes)))
    made = exp.select(exp.Star()).from_(table(tables[name]))
    return made.where(either(*tests)) if tests else made


def together(edition: ir.Edition, entity: str) -> exp.Expr | None:
    """What says which rows belong together: the key of the topmost thing, or of the highest that is known; nothing
    where none can."""
    *levels, (top, front) = above(edition, edition.entities[entity])
    if not levels:
        return column(top.key) if any(each.parent == entity for each in edition.entities.values()) else None
    made = column(front + top.key)
    known = [joined_text(text(f"{SEPARATOR}{each.name} "), column(over + each.key)) for each, over in reversed(levels)
             if any(one.parent == each.name for one in edition.entities.values())]
    return exp.Coalesce(this=made, expressions=known) if known else made


def _apart(query: exp.Select, edition: str) -> tuple[list[tuple[str, exp.Expr]], exp.Select]:
    """The steps of an edition's query, under names that no other edition has, and what is asked of them."""
    names = {each.alias for each in query.find_all(exp.CTE)}
    for step in query.find_all(exp.CTE):
        step.set("alias", exp.TableAlias(this=exp.to_identifier(f"{edition} {step.alias}", quoted=True)))
    for read in query.find_all(exp.Table):
        if read.name in names:
            read.set("this", exp.to_identifier(f"{edition} {read.name}", quoted=True))
    own = query.args["with_"].expressions
    query.set("with_", None)
    return [(each.alias, each.this) for each in own], query
