"""Rows with all of the meaning: typed and checked value by value, and decided with whatever is in doubt."""

from collections.abc import Callable

import duckdb
from sqlglot import exp

from rulesdsl.batch.engine import for_few_rows
from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.words import Words
from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.ir import Edition
from rulesdsl.source import frozen
from rulesdsl.sql.answered import Answered, unanswered
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.contributions import CONTRIBUTIONS
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows, faults, typed
from rulesdsl.sql.logic import column
from rulesdsl.sql.terms import NotInSql

FAULTS = "feil"
"""What is wrong with rows, which are set aside for it."""

MANY = 100_000
"""With more rows than this, what is missing is asked for in a second look, at those that wait: it costs the most."""

FEW = 10_000
"""How few rows in sight are asked about at once, where nothing is said."""


@frozen
class Parents:
    """The typed relation of what the things belong to, its key, and the relation of keys that stand twice in it."""

    relation: str
    key: str
    twice: str


@frozen
class Task:
    """What is to be decided under an edition: ``rows`` of an entity, and what they belong to by ``group``. ``own`` is
    the condition that a row is read by this edition, and ``decided`` that it decides it; others are there to be found
    by searches. Nothing: all of them. ``brief``: only values and statuses are asked for. ``words``: the types of the
    answers. ``within``: no row has a day outside the edition. ``dictionaries``: the data have each word of a column
    once, as Parquet does, and what is computed of one column is computed once for each. ``few``: with no more rows than
    this in sight, all is asked at once, for it takes longer to plan a query than to see more rows."""

    edition: Edition
    entity: str
    rows: Rows
    parents: Parents | None
    group: str
    own: str
    decided: str
    brief: bool = False
    words: Words = Words()
    within: bool = False
    dictionaries: bool = False
    few: int = FEW

    def identifying(self) -> list[tuple[str, str]]:
        """The columns of the facts that go with the answers, by their names there."""
        own = self.edition.entities[self.entity].key
        above = [(self.group.rpartition(".")[2], self.group)] if self.group else []
        return [*above, (own, own)]

    def results(self) -> list[str]:
        return [name for name, result in self.edition.results.items() if result.entity == self.entity]

    def amounts(self) -> list[str]:
        """The results of which it is told what each clause gave or took."""
        return [] if self.brief else list(ladders_of(self.edition).ladders)


@frozen
class Seen:
    """What was seen of rows at a glance. ``answers`` is a query for the answers that searches got, under the names that
    ``answered`` has; None where they are of no use. ``near`` makes a relation of the rows that a relation names and of
    those that they may find, and gives its name; yes: the relation says of each row which searches it hangs on."""

    answered: Answered | None
    answers: str
    near: Callable[[str, bool], str]


def among(query: str) -> exp.Expr:
    """Whether a row is one of those of a query."""
    return exp.In(this=column("rad"), query=exp.Subquery(this=exp.maybe_parse(query, dialect=DIALECT)))


def decide_with_care(
    con: duckdb.DuckDBPyConnection, task: Task, rows: str, seen: Seen | None, decides: bool = True
) -> str | None:
    """The relation of the answers of the rows that a relation names; None where there are none, and what was ``seen``
    of others tells how answers look. What is wrong with them is told in ``FAULTS``; such rows have no answer, and
    without ``decides`` no row has."""
    if seen is not None and not _count(con, rows):
        return None
    edition, entity = task.edition, task.entity
    sight, in_two = _sight(con, task, rows, seen)
    small, facts = _typed(con, task, sight)
    own = f"SELECT rad FROM {identifier(rows)}" + (f" WHERE {task.own}" if task.own else "")
    found = faults(edition, entity, small, facts, _parents(task), among(own))
    con.execute(f"INSERT INTO {identifier(FAULTS)} SELECT {quoted(entity)}, * FROM ({found.sql(DIALECT, copy=False)})")
    made = None
    if decides:
        _ask(con, task, rows)
        if seen is None or _count(con, ASKED):
            parts = _in_two(con, task, facts, seen) if in_two and seen else [_rest(con, task, facts)]
            made = f"svar {edition.id}, med omhu"
            _create(con, made, _told(task, facts, " UNION ALL BY NAME ".join(parts)))
    for relation in (facts, small.relation):
        con.execute(f"DROP TABLE {identifier(relation)}")
    return made


def _sight(con: duckdb.DuckDBPyConnection, task: Task, rows: str, seen: Seen | None) -> tuple[str, bool]:
    """The relation of the rows to look at first, and whether a second look is to have others in sight as well."""
    if seen is None or (seen.answered is not None and _count(con, rows) > task.few):
        return rows, seen is not None
    near = seen.near(rows, False)
    return (near, False) if seen.answered is None or _count(con, near) <= task.few else (rows, True)


def _typed(con: duckdb.DuckDBPyConnection, task: Task, rows: str) -> tuple[Rows, str]:
    """The rows that a relation names, as they came, and the relation of their typed facts."""
    small = Rows(f"{task.entity} {task.edition.id}, rader", task.rows.columns)
    _create(con, small.relation, f"SELECT * FROM {identifier(task.rows.relation)} WHERE rad IN (SELECT rad FROM "
                                 f"{identifier(rows)})")
    facts = f"{task.entity} {task.edition.id}, {rows}"
    _create(con, facts, typed(task.edition, task.entity, small, _parents(task)).sql(DIALECT, copy=False))
    return small, facts


def _parents(task: Task) -> str | None:
    return task.parents.relation if task.parents else None


ASKED, FIRST, REST = "spurt", "svar, besvarte søk", "svar, alt annet"


def _ask(con: duckdb.DuckDBPyConnection, task: Task, rows: str) -> None:
    """Those of some rows that are to be decided, and can be."""
    _create(con, ASKED, (
        f"SELECT rad FROM {identifier(rows)} WHERE rad NOT IN (SELECT rad FROM {identifier(FAULTS)} WHERE "
        f"entitet = {quoted(task.entity)} AND rad IS NOT NULL)"
        + (f" AND {task.decided}" if task.decided else "")))


def _in_two(con: duckdb.DuckDBPyConnection, task: Task, facts: str, seen: Seen) -> list[str]:
    """Queries for the answers: by those that searches got at a glance; and where these are not enough, with others in
    sight."""
    assert seen.answered is not None
    beside = f"{facts}, besvart"
    _create(con, beside, f"SELECT * FROM {identifier(facts)} JOIN ({seen.answers}) USING (rad)")
    _decided(con, task, FIRST, beside, seen.answered)
    hangs = [identifier(unanswered(name)) for _, name in seen.answered.columns]
    some, but = " OR ".join(hangs) or "false", f"EXCLUDE ({', '.join(hangs)})" if hangs else ""
    _create(con, ASKED, f"SELECT {', '.join(('rad', *hangs))} FROM {identifier(FIRST)} WHERE {some}")
    parts = [f"SELECT * {but} FROM {identifier(FIRST)} WHERE NOT ({some})"]
    if _count(con, ASKED):
        _, with_others = _typed(con, task, seen.near(ASKED, True))
        parts.append(_rest(con, task, with_others))
    return parts


def _rest(con: duckdb.DuckDBPyConnection, task: Task, facts: str) -> str:
    """The query for the answers of the rows that are asked for, by facts of all that they may find."""
    _decided(con, task, REST, facts, None)
    return f"SELECT * FROM {identifier(REST)}"


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {identifier(relation)}").fetchone()
    return int(row[0]) if row else 0


def _decided(con: duckdb.DuckDBPyConnection, task: Task, name: str, facts: str, answered: Answered | None) -> None:
    """The answers of the rows that are asked for. Where they are many, what is missing is asked for in a second look,
    at those that wait."""
    several = _count(con, ASKED) > MANY and not task.brief
    _look(con, task, name, facts, answered, ASKED, waits=not several and not task.brief)
    if not several:
        return
    statuses = [identifier(f"{each}.status") for each in task.results()]
    waiting = "SELECT rad FROM {} WHERE {}".format(
        identifier(name), " OR ".join(f"{status} = 'unknown'" for status in statuses))
    _create(con, "venter", waiting)
    group = identifier(task.group) if task.group else "NULL"
    _create(con, "venter, fakta", f"SELECT * FROM {identifier(facts)} WHERE rad IN (FROM venter) OR {group} IN "
                                  f"(SELECT {group} FROM {identifier(facts)} WHERE rad IN (FROM venter))")
    _look(con, task, "mangler", "venter, fakta", answered, "venter", waits=True, with_contributions=False)
    late = ", ".join(f"coalesce(m.{missing}, []) AS {missing}"
                     for missing in (identifier(f"{each}.mangler") for each in task.results()))
    _create(con, name, f"SELECT s.*, {late} FROM {identifier(name)} AS s LEFT JOIN mangler AS m USING (rad)")


def _look(
    con: duckdb.DuckDBPyConnection, task: Task, name: str, facts: str, answered: Answered | None, rows: str, *,
    waits: bool, with_contributions: bool = True,
) -> None:
    try:
        query = compile_edition(
            task.edition, {task.entity: facts}, waits=waits, only=among(f"SELECT rad FROM {identifier(rows)}"),
            with_contributions=with_contributions and not task.brief, answered=answered, lean=True,
            tables_kept=True)
    except NotInSql as missing:
        raise cannot(f"{task.edition.id} har noe som ikke kan avgjøres som tabell ennå: {missing}.",
                     "Avgjør sakene med «isfrules explain».") from None
    with for_few_rows(con):
        _create(con, name, query.sql(DIALECT, copy=False))


def _told(task: Task, facts: str, answers: str) -> str:
    """The columns of the output, from the answers."""
    columns = [f"f.{identifier(path)} AS {identifier(name)}" for name, path in task.identifying()]
    columns.append(f"{task.words.said('utgave', quoted(task.edition.id))} AS utgave")
    parts = ("", ".status") if task.brief else ("", ".status", ".punkt", ".regel", ".mangler")
    for name in task.results():
        columns += [f"{task.words.said(name + part, f's.{identifier(name + part)}')} AS {identifier(name + part)}"
                    for part in parts]
        if name in task.amounts():
            columns.append(f"s.{identifier(f'{name}.{CONTRIBUTIONS}')}")
    return f"SELECT s.rad, {', '.join(columns)} FROM ({answers}) AS s JOIN {identifier(facts)} AS f USING (rad)"


def _create(con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS {query}")
