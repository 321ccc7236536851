"""The steps of queries as tables, made one after the other: what several queries or steps read is computed once.

A step that is read more than once is a table with the columns that somebody reads later; those that are read once go
with the one that reads them. Each statement is small enough for an engine to plan in no time, and a table can be
dropped when it has been read for the last time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp

from rulesdsl.source import frozen
from rulesdsl.sql.logic import column, refs
from rulesdsl.sql.sheet import with_steps


@frozen
class Statement:
    """A table to make, and its query; after that, the tables that nobody reads any more. The answers of a query are a
    table that stays."""

    name: str
    query: exp.Select
    done: tuple[str, ...] = ()


def in_tables(
    steps: Sequence[tuple[str, exp.Query]], answers: Mapping[str, exp.Select], called: Mapping[str, str]
) -> list[Statement]:
    """The statements that make the answers, each in the table it is ``called``. A step reads only those before it."""
    names = {name for name, _ in steps}
    queries = [*steps, *((called[name], answer) for name, answer in answers.items())]
    reads = {name: _read(query, names) for name, query in queries}
    times = Counter(each for read in reads.values() for each in read)
    wanted = _wanted(queries, reads, frozenset(called.values()))
    within: dict[str, list[tuple[str, exp.Query]]] = {}
    made: list[tuple[str, exp.Select, set[str]]] = []
    for name, query in queries:
        before = _once(step for read in dict.fromkeys(reads[name]) for step in within.get(read, ()))
        if name in names and times[name] == 1:
            within[name] = [*before, (name, query)]
        elif name not in names or times[name]:
            columns = wanted.get(name)
            asked = exp.select(*(map(column, columns) if columns else (exp.Star(),)), copy=False).from_(
                exp.Subquery(this=query, alias=exp.to_identifier("s")), copy=False)
            own = {one for one, _ in before}
            tables = {one for _, each in (*before, (name, query)) for one in _read(each, names)} - own
            made.append((name, with_steps(asked, before), tables))
    last = {each: at for at, (_, _, read) in enumerate(made) for each in read}
    return [Statement(name, query, tuple(sorted(each for each in read if last[each] == at)))
            for at, (name, query, read) in enumerate(made)]


def _once(steps: Iterable[tuple[str, exp.Query]]) -> list[tuple[str, exp.Query]]:
    return list(dict(steps).items())


def _read(query: exp.Expr, names: set[str]) -> list[str]:
    return [each.name for each in query.find_all(exp.Table) if each.name in names]


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────


def _wanted(
    queries: Sequence[tuple[str, exp.Query]], reads: Mapping[str, list[str]], answers: frozenset[str]
) -> dict[str, list[str]]:
    """The columns of each step that somebody reads, by name alone: rather too many than too few. A step whose columns
    are not known is not among them."""
    has: dict[str, list[str]] = {}
    for name, query in queries:
        found = _columns(query, has)
        if found is not None:
            has[name] = found
    asked: dict[str, set[str]] = {name: set(has.get(name, ())) if name in answers else set() for name, _ in queries}
    for name, query in reversed(queries):
        mentioned = refs(query) | (asked[name] if query.find(exp.Star) is not None else set())
        for each in reads[name]:
            asked[each] |= mentioned
    return {name: [each for each in has[name] if each in asked[name]] for name in has}


def _columns(query: exp.Expr, known: Mapping[str, list[str]]) -> list[str] | None:
    """The names of the columns of a query, in order; None where it takes all of a relation that is not known."""
    if isinstance(query, exp.SetOperation):
        return _columns(query.this, known)
    if isinstance(query, exp.Subquery):
        return _columns(query.this, known)
    if isinstance(query, exp.Table):
        return known.get(query.name)
    assert isinstance(query, exp.Select)
    found: list[str] = []
    for each in query.expressions:
        if not each.is_star:
            found.append(each.alias_or_name)
            continue
        source = query.args["from_"].this
        if isinstance(each, exp.Column) and each.table != source.alias_or_name:
            return None
        of = _columns(source, known)
        if of is None:
            return None
        found += of
    return found
