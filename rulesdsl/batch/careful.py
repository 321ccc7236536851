"""Rows with all of the meaning: typed and checked value by value, and decided with whatever is in doubt."""

import duckdb
from sqlglot import exp

from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.problems import cannot
from rulesdsl.core.ir import Edition
from rulesdsl.source import frozen
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows, faults, typed
from rulesdsl.sql.logic import column
from rulesdsl.sql.terms import NotInSql

FAULTS = "feil"
"""What is wrong with rows, which are set aside for it."""

MANY = 100_000
"""With more rows than this, what is missing is asked for in a second look, at those that wait: it costs the most."""


@frozen
class Parents:
    """The typed relation of what the things belong to, its key, and the relation of keys that stand twice in it."""

    relation: str
    key: str
    twice: str


@frozen
class Task:
    """What is to be decided under an edition: ``rows`` of an entity, and what they belong to by ``group``. ``own`` is a
    query for the rows that are read by this edition, and ``decided`` for those it decides; others are there to be found
    by searches. Nothing: all of them."""

    edition: Edition
    entity: str
    rows: Rows
    parents: Parents | None
    group: str
    own: str
    decided: str

    def identifying(self) -> list[tuple[str, str]]:
        """The columns of the facts that go with the answers, by their names there."""
        own = self.edition.entities[self.entity].key
        above = [(self.group.rpartition(".")[2], self.group)] if self.group else []
        return [*above, (own, own)]

    def results(self) -> list[str]:
        return [name for name, result in self.edition.results.items() if result.entity == self.entity]


def among(query: str) -> exp.Expr:
    """Whether a row is one of those of a query."""
    return exp.In(this=column("rad"), query=exp.Subquery(this=exp.maybe_parse(query, dialect=DIALECT)))


def decide_with_care(
    con: duckdb.DuckDBPyConnection, task: Task, rows: str, near: str, decides: bool = True, anyway: bool = False
) -> str | None:
    """The relation of the answers of the rows that a relation names; None where there are none, and it is not wanted
    ``anyway``. ``near`` names these and those that they may find. What is wrong with them is told in ``FAULTS``; such
    rows have no answer, and without ``decides`` no row has."""
    edition, entity = task.edition, task.entity
    picked = f"{near}, rader"
    con.execute(f"CREATE TEMP TABLE {identifier(picked)} AS SELECT * FROM {identifier(task.rows.relation)} "
                f"WHERE rad IN (SELECT rad FROM {identifier(near)})")
    small = Rows(picked, task.rows.columns)
    facts = f"{entity} {edition.id}"
    parents = task.parents.relation if task.parents else None
    _create(con, facts, typed(edition, entity, small, parents).sql(DIALECT))
    own = f"SELECT rad FROM {identifier(rows)}" + (f" WHERE rad IN ({task.own})" if task.own else "")
    found = faults(edition, entity, small, facts, parents, among(own))
    con.execute(f"INSERT INTO {identifier(FAULTS)} SELECT {quoted(entity)}, * FROM ({found.sql(DIALECT)})")
    made = _answers(con, task, facts, rows, anyway) if decides else None
    for relation in (picked, facts):
        con.execute(f"DROP TABLE {identifier(relation)}")
    return made


def _answers(con: duckdb.DuckDBPyConnection, task: Task, facts: str, rows: str, anyway: bool) -> str | None:
    entity = quoted(task.entity)
    wanted = (f"SELECT rad FROM {identifier(rows)} WHERE rad NOT IN (SELECT rad FROM {identifier(FAULTS)} WHERE "
              f"entitet = {entity} AND rad IS NOT NULL)" + (f" AND rad IN ({task.decided})" if task.decided else ""))
    con.execute(f"CREATE OR REPLACE TEMP TABLE spurt AS {wanted}")
    row = con.execute("SELECT count(*) FROM spurt").fetchone()
    count = row[0] if row else 0
    if not count and not anyway:
        return None
    tables = {task.entity: facts}
    if count <= MANY:
        _decided(con, task, "svar", tables, "SELECT rad FROM spurt", True)
        con.execute("CREATE OR REPLACE TEMP VIEW mangler AS SELECT * FROM svar")
    else:
        _in_two_looks(con, task, tables)
    name = f"svar {task.edition.id}, med omhu"
    con.execute(f"CREATE TEMP TABLE {identifier(name)} AS {_told(task, facts)}")
    con.execute("DROP VIEW IF EXISTS mangler")
    con.execute("DROP TABLE svar")
    return name


def _in_two_looks(con: duckdb.DuckDBPyConnection, task: Task, tables: dict[str, str]) -> None:
    """First the answers, then what those wait for that are ukjent."""
    facts = tables[task.entity]
    _decided(con, task, "svar", tables, "SELECT rad FROM spurt", False)
    statuses = [identifier(f"{name}.status") for name in task.results()]
    waiting = "SELECT rad FROM svar WHERE " + " OR ".join(f"{status} = 'unknown'" for status in statuses)
    group = identifier(task.group) if task.group else "NULL"
    _create(con, "venter", f"SELECT * FROM {identifier(facts)} WHERE rad IN ({waiting}) OR {group} IN "
                           f"(SELECT {group} FROM {identifier(facts)} WHERE rad IN ({waiting}))")
    _decided(con, task, "svar som venter", {**tables, task.entity: "venter"}, waiting, True)
    con.execute('CREATE OR REPLACE TEMP VIEW mangler AS SELECT * FROM "svar som venter"')


def _decided(con: duckdb.DuckDBPyConnection, task: Task, name: str, tables: dict[str, str], rows: str, waits: bool
             ) -> None:
    try:
        query = compile_edition(task.edition, tables, waits=waits, only=among(rows)).sql(DIALECT)
    except NotInSql as missing:
        raise cannot(f"{task.edition.id} har noe som ikke kan avgjøres som tabell ennå: {missing}.",
                     "Avgjør sakene med «isfrules explain».") from None
    _create(con, name, query)


def _told(task: Task, facts: str) -> str:
    """The columns of the output, from the answers and what they wait for."""
    columns = [f"f.{identifier(path)} AS {identifier(name)}" for name, path in task.identifying()]
    columns.append(f"{quoted(task.edition.id)} AS utgave")
    for name in task.results():
        columns += [f"s.{identifier(name + part)}" for part in ("", ".status", ".punkt", ".regel")]
        waits = identifier(f"{name}.mangler")
        columns.append(f"coalesce(m.{waits}, []) AS {waits}")
    return (f"SELECT s.rad, {', '.join(columns)} FROM svar AS s LEFT JOIN mangler AS m USING (rad) "
            f"JOIN {identifier(facts)} AS f USING (rad)")


def _create(con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS {query}")
