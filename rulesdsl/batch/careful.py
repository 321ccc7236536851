"""Rows with all of the meaning: typed and checked value by value, and decided with whatever is in doubt."""

from collections.abc import Callable

import duckdb
from sqlglot import exp

from rulesdsl.batch.engine import for_few_rows, keep_few_rows
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

SHARED = 1_000_000
"""With more rows than this, there are enough for all processors as they are."""


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
    row = con.execute(f"SELECT count(*) FROM {identifier(rows)}").fetchone()
    asked = int(row[0]) if row else 0
    return None if seen is not None and not asked else _Care(con, task, seen, asked <= SHARED).decided(rows, decides)


ASKED, FIRST, REST = "spurt", "svar, besvarte søk", "svar, alt annet"


@frozen
class _Care:
    """Some rows of a task, decided with care; ``few`` of them are shared among processors."""

    con: duckdb.DuckDBPyConnection
    task: Task
    seen: Seen | None
    few: bool

    def decided(self, rows: str, decides: bool) -> str | None:
        task, edition = self.task, self.task.edition
        sight, in_two = self._sight(rows)
        small, facts = self._typed(sight)
        own = f"SELECT rad FROM {identifier(rows)}" + (f" WHERE {task.own}" if task.own else "")
        found = faults(edition, task.entity, small, facts, self._parents, among(own)).sql(DIALECT, copy=False)
        self.con.execute(f"INSERT INTO {identifier(FAULTS)} SELECT {quoted(task.entity)}, * FROM ({found})")
        made = None
        if decides:
            self._ask(rows)
            if self.seen is None or self.count(ASKED):
                parts = self._in_two(facts) if in_two else [self._rest(facts)]
                made = f"svar {edition.id}, med omhu"
                self._keep(made, _told(task, facts, " UNION ALL BY NAME ".join(parts)))
        for relation in (facts, small.relation):
            self.con.execute(f"DROP TABLE {identifier(relation)}")
        return made

    def count(self, relation: str) -> int:
        row = self.con.execute(f"SELECT count(*) FROM {identifier(relation)}").fetchone()
        return int(row[0]) if row else 0

    def _keep(self, name: str, query: str) -> None:
        if self.few:
            keep_few_rows(self.con, name, query)
        else:
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS {query}")

    @property
    def _parents(self) -> str | None:
        return self.task.parents.relation if self.task.parents else None

    def _sight(self, rows: str) -> tuple[str, bool]:
        """The relation of the rows to look at first, and whether a second look is to have others in sight as well."""
        if self.seen is None:
            return rows, False
        searched = self.seen.answered is not None
        if searched and self.count(rows) > self.task.few:
            return rows, True
        near = self.seen.near(rows, False)
        return (rows, True) if searched and self.count(near) > self.task.few else (near, False)

    def _typed(self, rows: str) -> tuple[Rows, str]:
        """The rows that a relation names, as they came, and the relation of their typed facts."""
        task = self.task
        small = Rows(f"{task.entity} {task.edition.id}, rader", task.rows.columns)
        self._keep(small.relation, f"SELECT * FROM {identifier(task.rows.relation)} WHERE rad IN (SELECT rad FROM "
                                   f"{identifier(rows)})")
        facts = f"{task.entity} {task.edition.id}, {rows}"
        self._keep(facts, typed(task.edition, task.entity, small, self._parents).sql(DIALECT, copy=False))
        return small, facts

    def _ask(self, rows: str) -> None:
        """Those of some rows that are to be decided, and can be."""
        self._keep(ASKED, (
            f"SELECT rad FROM {identifier(rows)} WHERE rad NOT IN (SELECT rad FROM {identifier(FAULTS)} WHERE "
            f"entitet = {quoted(self.task.entity)} AND rad IS NOT NULL)"
            + (f" AND {self.task.decided}" if self.task.decided else "")))

    def _in_two(self, facts: str) -> list[str]:
        """Queries for the answers: by those that searches got at a glance; and where these are not enough, with others
        in sight."""
        assert self.seen is not None
        assert self.seen.answered is not None
        beside = f"{facts}, besvart"
        self._keep(beside, f"SELECT * FROM {identifier(facts)} JOIN ({self.seen.answers}) USING (rad)")
        self._decide(FIRST, beside, self.seen.answered)
        hangs = [identifier(unanswered(name)) for _, name in self.seen.answered.columns]
        some, but = " OR ".join(hangs) or "false", f"EXCLUDE ({', '.join(hangs)})" if hangs else ""
        self._keep(ASKED, f"SELECT {', '.join(('rad', *hangs))} FROM {identifier(FIRST)} WHERE {some}")
        parts = [f"SELECT * {but} FROM {identifier(FIRST)} WHERE NOT ({some})"]
        if self.count(ASKED):
            _, with_others = self._typed(self.seen.near(ASKED, True))
            parts.append(self._rest(with_others))
        return parts

    def _rest(self, facts: str) -> str:
        """The query for the answers of the rows that are asked for, by facts of all that they may find."""
        self._decide(REST, facts, None)
        return f"SELECT * FROM {identifier(REST)}"

    def _decide(self, name: str, facts: str, answered: Answered | None) -> None:
        """The answers of the rows that are asked for. Where they are many, what is missing is asked for in a second
        look, at those that wait."""
        brief = self.task.brief
        several = self.count(ASKED) > MANY and not brief
        self._look(name, facts, answered, ASKED, waits=not several and not brief)
        if not several:
            return
        results = self.task.results()
        waiting = " OR ".join(f"{identifier(f'{each}.status')} = 'unknown'" for each in results)
        self._keep("venter", f"SELECT rad FROM {identifier(name)} WHERE {waiting}")
        group = identifier(self.task.group) if self.task.group else "NULL"
        self._keep("venter, fakta", f"SELECT * FROM {identifier(facts)} WHERE rad IN (FROM venter) OR {group} IN "
                                    f"(SELECT {group} FROM {identifier(facts)} WHERE rad IN (FROM venter))")
        self._look("mangler", "venter, fakta", answered, "venter", waits=True, with_contributions=False)
        late = ", ".join(f"coalesce(m.{missing}, []) AS {missing}"
                         for missing in (identifier(f"{each}.mangler") for each in results))
        self._keep(name, f"SELECT s.*, {late} FROM {identifier(name)} AS s LEFT JOIN mangler AS m USING (rad)")

    def _look(self, name: str, facts: str, answered: Answered | None, rows: str, *, waits: bool,
              with_contributions: bool = True) -> None:
        task = self.task
        try:
            query = compile_edition(
                task.edition, {task.entity: facts}, waits=waits, only=among(f"SELECT rad FROM {identifier(rows)}"),
                with_contributions=with_contributions and not task.brief, answered=answered, lean=True,
                tables_kept=True)
        except NotInSql as missing:
            raise cannot(f"{task.edition.id} har noe som ikke kan avgjøres som tabell ennå: {missing}.",
                         "Avgjør sakene med «isfrules explain».") from None
        with for_few_rows(self.con):
            self._keep(name, query.sql(DIALECT, copy=False))


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
