"""Most rows by the short way: what can be told at a glance is, and the rest is named.

Rows are read once. That gives a narrow relation: what belongs together, what searches look at, which rule decides each
result, and whether something is in doubt. From it come the answers of searches, the rows that must be decided with
care, and the answers of all others, as they are written. Memory goes with the narrow relation, which may lie on disk.
"""

from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp

from rulesdsl.batch.careful import Seen, Task, among
from rulesdsl.batch.engine import for_few_rows
from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.patterns import alike_rows, gather_alike, look_by_patterns, of_alike, replace_unread
from rulesdsl.source import frozen
from rulesdsl.sql import direct
from rulesdsl.sql.answered import unanswered
from rulesdsl.sql.contributions import CONTRIBUTIONS
from rulesdsl.sql.direct import UNREAD
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows
from rulesdsl.sql.logic import NULL, both, case, cast, column, refs, text, whole
from rulesdsl.sql.names import HOME, ROW
from rulesdsl.sql.patterns import PATTERN
from rulesdsl.sql.searches import on_side
from rulesdsl.sql.sure import Decided, Sure, compile_sure
from rulesdsl.sql.sure_searches import NotSure, SureSearch
from rulesdsl.sql.terms import NotInSql

ASKED, UNSURE, SEEKING, DOUBT, HOLES = "spurte fakta", "usikre", "søkende", "§tvil", " hull"


def look(con: duckdb.DuckDBPyConnection, task: Task) -> Sure | None:
    """The first reading: what is sure, in a narrow relation; those that need care stand in
    ``careful_of``. None where the rules have no short way."""
    edition, entity = task.edition, task.edition.entities[task.entity]
    coded = direct.looked_up_at_once(edition, task.entity, task.rows, task.within)
    try:
        sure = compile_sure(
            edition, entity, direct.bits(edition, task.entity, task.rows, task.within),
            with_contributions=not task.brief, dictionaries=coded if task.dictionaries else frozenset())
    except (NotSure, NotInSql):
        return None
    parents = None
    if task.parents is not None and sure.asks_above:
        all_of_it, key = task.parents.relation, identifier(task.parents.key)
        parents = f"{all_of_it} én gang"
        con.execute(f"CREATE TEMP VIEW {identifier(parents)} AS SELECT * FROM {identifier(all_of_it)} WHERE "
                    f"{key} NOT IN (FROM {identifier(task.parents.twice)})")
    wanted: list[tuple[str, exp.Expr]] = [(name, column(name)) for name in (ROW, HOME, UNREAD)]
    wanted += [(name, cast(column(name), "SMALLINT") if name in sure.numbers else column(name))
               for name in dict.fromkeys((*sure.border, entity.key))]
    wanted.append((DOUBT, sure.doubt_at_once))
    if not look_by_patterns(con, task, sure, parents, wanted, DOUBT, narrow(task)):
        read = direct.typed(edition, task.entity, task.rows, parents, within=task.within)
        _create(con, narrow(task), sure.of_facts(read, wanted).sql(DIALECT, copy=False))
    _again(con, task, sure, wanted, parents)
    for searches in _by_relation(sure):
        _answer(con, task, sure, searches, searches[0].keys)
    if sure.settled:
        gather_alike(con, sure, narrow(task), _own(task))
    _careful(con, task, sure)
    return sure


def _own(task: Task) -> list[tuple[str, exp.Expr]]:
    """What tells whose the answers of a row are."""
    above = [(name, column(HOME if path == task.group else path)) for name, path in task.identifying()]
    return [(ROW, column(ROW)), *above]


def seen(con: duckdb.DuckDBPyConnection, task: Task, sure: Sure) -> Seen:
    """What the first reading has for those that need care."""
    made = sure.answers(narrow(task), among(f"SELECT rad FROM {identifier(careful_of(task))}"))
    answered, query = made if made is not None else (None, None)
    told = "" if query is None else query.sql(DIALECT, copy=False)
    alone = answered is not None and all(each.round == 1 for each in sure.searches)
    return Seen(answered, told, lambda rows, hang: _near(con, task, sure, rows, hang and alone))


def _again(con: duckdb.DuckDBPyConnection, task: Task, sure: Sure, wanted: Sequence[tuple[str, exp.Expr]],
           parents: str | None) -> None:
    """Rows with something that is not read at a glance are read with care, so that others see what they say. Those that
    cannot stand are in doubt, and nothing more is known of them than what can."""
    all_of_it, unread = identifier(narrow(task)), identifier(UNREAD)
    if con.execute(f"SELECT count(*) FROM {all_of_it} WHERE {unread}").fetchone() == (0,):
        return
    picked = f"uleste {task.edition.id}"
    _create(con, picked, f"SELECT * FROM {identifier(task.rows.relation)} WHERE {ROW} IN "
                         f"(SELECT {ROW} FROM {all_of_it} WHERE {unread})")
    small = Rows(picked, task.rows.columns)
    read = direct.typed(task.edition, task.entity, small, parents, with_care=True, within=task.within)
    if sure.settled:
        replace_unread(con, narrow(task), sure.of_facts(read, wanted))
        return
    con.execute(f"DELETE FROM {all_of_it} WHERE {unread}")
    with for_few_rows(con):
        con.execute(f"INSERT INTO {all_of_it} {sure.of_facts(read, wanted).sql(DIALECT, copy=False)}")


def narrow(task: Task) -> str:
    """The relation of what the first reading came to."""
    return f"knappe fakta {task.edition.id}"


def careful_of(task: Task) -> str:
    """The relation of the rows that need care."""
    return f"tvilsomme {task.edition.id}"


def everything_with_care(con: duckdb.DuckDBPyConnection, task: Task) -> None:
    """Where the rules have no short way, all rows need care."""
    _create(con, careful_of(task), f"SELECT {ROW} FROM {identifier(task.rows.relation)}")


def _by_relation(sure: Sure) -> list[list[SureSearch]]:
    """The searches that are answered together, those that rest on no others first."""
    found: dict[str, list[SureSearch]] = {}
    for each in sorted(sure.searches, key=lambda each: each.round):
        found.setdefault(each.relation, []).append(each)
    return list(found.values())


# ── Searches ─────────────────────────────────────────────────────────────────────────────────────────────────


def _answer(con: duckdb.DuckDBPyConnection, task: Task, sure: Sure, searches: Sequence[SureSearch], keys: Sequence[str]
            ) -> None:
    """The answers of searches with the same keys, for each row that is not alone with its own. Where one may count and
    lacks a key, nothing is sure for those of its home that have the keys it does not lack."""
    relation, home = searches[0].relation, identifier(HOME)
    inputs = sorted({name for each in searches for name in each.inputs} | {sure.entity.key})
    wanted = [(name, column(name)) for name in (ROW, HOME, *inputs)]
    asked, holes = identifier(ASKED), identifier(relation + HOLES)
    made = sure.of_border(narrow(task), wanted).sql(DIALECT, copy=False)
    con.execute(f"CREATE OR REPLACE TEMP VIEW {asked} AS {made}")
    own = [identifier(each) for each in keys]
    known = " AND ".join(f"{each} IS NOT NULL" for each in (home, *own))
    place = f"hash({', '.join((home, *own))})"
    lost = " OR ".join(f"({each} IS NULL AND ({search.counts.sql(DIALECT)}) IS DISTINCT FROM FALSE)" for each in own
                        for search in searches) or "false"
    named = ", ".join((home, *own))
    _create(con, relation + HOLES, f"SELECT DISTINCT {named} FROM {asked} WHERE {home} IS NOT NULL AND ({lost})")
    _create(con, "delte", f"SELECT {place} AS plass FROM {asked} WHERE {known} GROUP BY 1 HAVING count(*) > 1")
    _create(con, UNSURE, f"SELECT {ROW}, {named} FROM {asked} WHERE {_may_share(con, holes, own)}")
    found = [f"{each.in_group(sure.entity.key, ROW).sql(DIALECT)} AS {identifier(each.answer)}" for each in searches]
    nothing = [f"NULL AS {identifier(each.answer)}" for each in searches]
    _create(con, relation, (
        f"SELECT {', '.join((ROW, named, *found))} FROM {asked} WHERE {known} AND {place} IN (FROM delte) AND "
        f"{ROW} NOT IN (SELECT {ROW} FROM {UNSURE}) WINDOW w AS (PARTITION BY {named}) UNION ALL "
        f"SELECT {', '.join((ROW, named, *nothing))} FROM {UNSURE}"))


def _may_share(con: duckdb.DuckDBPyConnection, relation: str, keys: Sequence[str]) -> str:
    """The condition that a row has the home of one in a relation, and all keys that this one is known to have. Asked by
    which keys they lack, so that it takes no longer where many rows of a home do."""
    if not keys:
        return f"{identifier(HOME)} IN (SELECT {identifier(HOME)} FROM {relation})"
    lacks = ", ".join(f"{each} IS NULL" for each in keys)
    ways: list[str] = []
    for lacking in sorted(con.execute(f"SELECT DISTINCT {lacks} FROM {relation}").fetchall()):
        has = ", ".join((identifier(HOME), *(key for key, lack in zip(keys, lacking, strict=True) if not lack)))
        those = " AND ".join(f"{key} IS {'' if lack else 'NOT '}NULL" for key, lack in zip(keys, lacking, strict=True))
        ways.append(f"({has}) IN (SELECT ({has}) FROM {relation} WHERE {those})")
    return f"({' OR '.join(ways) or 'false'})"


# ── Rows that need care ──────────────────────────────────────────────────────────────────────────────────────


def _careful(con: duckdb.DuckDBPyConnection, task: Task, sure: Sure) -> None:
    """The rows that are in doubt or cannot stand as they are."""
    home, own, all_of_it = identifier(HOME), identifier(sure.entity.key), identifier(narrow(task))
    parts = [f"SELECT {ROW} FROM {all_of_it} WHERE {identifier(UNREAD)} OR {identifier(DOUBT)}"]
    after = sure.doubt_after_all
    if sure.told_after_all(after):
        mark = identifier(PATTERN)
        doubtful = of_alike(sure, narrow(task), [(PATTERN, column(PATTERN))], after).sql(DIALECT, copy=False)
        parts.append(f"SELECT {ROW} FROM {identifier(alike_rows(narrow(task)))} WHERE {mark} IN ({doubtful})")
    elif after != exp.false():
        parts.append(sure.of_border(narrow(task), [(ROW, column(ROW))], after).sql(DIALECT, copy=False))
    known = f"{own} IS NOT NULL" + (f" AND {home} IS NOT NULL" if sure.entity.parent else "")
    place = f"hash({home}, {own})"
    parts.append(f"SELECT {ROW} FROM {all_of_it} WHERE {known} AND {place} IN (SELECT {place} FROM {all_of_it} "
                 f"WHERE {known} GROUP BY 1 HAVING count(*) > 1)")
    if task.parents is not None:
        key, relation = identifier(task.parents.key), identifier(task.parents.relation)
        parts.append(f"SELECT {ROW} FROM {all_of_it} WHERE {home} IS NOT NULL AND ({home} NOT IN (SELECT {key} FROM "
                     f"{relation} WHERE {key} IS NOT NULL) OR {home} IN (FROM {identifier(task.parents.twice)}))")
    _create(con, careful_of(task), " UNION ".join(f"({part})" for part in parts))


def _near(con: duckdb.DuckDBPyConnection, task: Task, sure: Sure, rows: str, told: bool) -> str:
    """The rows that a relation names, and those they may find: of the same keys, or of which too little is known. Those
    that are found may find others, for what rests on it. ``told``: no search rests on another, and the relation says
    which of them each row hangs on: one without keys for a search that it does not hang on need find nobody by it."""
    made = f"nære {task.edition.id}"
    home, all_of_it, asked, name = (identifier(each) for each in (HOME, narrow(task), rows, made))
    no_key, lacking = f"{identifier(sure.entity.key)} IS NULL", identifier(SEEKING)
    _create(con, made, f"SELECT {ROW} FROM {asked}")
    for searches in reversed(_by_relation(sure)):
        relation, keys = identifier(searches[0].relation), searches[0].keys
        own, near = [identifier(each) for each in keys], f"SELECT {ROW} FROM {name}"
        same, lost = ", ".join((home, *own)), " OR ".join(f"{each} IS NULL" for each in own) or "false"
        hangs = " OR ".join(identifier(unanswered(each.answer)) for each in searches) if told else "true"
        seeking = f"FROM {all_of_it} WHERE {ROW} IN ({near} EXCEPT SELECT {ROW} FROM {asked} WHERE NOT ({hangs}))"
        _create(con, SEEKING, f"SELECT DISTINCT {same} {seeking} AND ({lost})")
        con.execute(
            f"INSERT INTO {name} (SELECT {ROW} FROM {relation} WHERE ({same}) IN (SELECT ({same}) FROM {relation} "
            f"WHERE {ROW} IN ({near})) UNION SELECT {ROW} FROM {relation} WHERE ({lost}) AND {home} IN (SELECT {home} "
            f"FROM {relation} WHERE {ROW} IN ({near})) UNION SELECT {ROW} FROM {all_of_it} WHERE (({lost}) AND {home} "
            f"IN (SELECT {home} FROM {lacking})) OR {_may_share(con, lacking, own)} OR {home} IN (SELECT {home} "
            f"{seeking} AND {no_key})) EXCEPT {near}")
    return made


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────


def answers(con: duckdb.DuckDBPyConnection, sure: Sure, task: Task) -> str:
    """The query for all rows that need no care. What follows from the pattern of a row, or else from the number of a
    rule, stands in a small table, and is looked up there: so an engine has it once, and not for every row."""
    only: exp.Expr = exp.not_(among(f"SELECT {ROW} FROM {identifier(careful_of(task))}"))
    if task.decided:
        only = both(only, exp.maybe_parse(task.decided, dialect=DIALECT))
    own = _own(task)
    told = [f"s.{identifier(name)}" for name, _ in own]
    told.append(f"{task.words.said('utgave', quoted(sure.edition.id))} AS utgave")
    parts = [_answer_of(sure, task, each) for each in sure.results]
    if sure.told_after_all(*(value for part in parts for _, value in part.inner)):
        relation, mark = f"svar etter mønster i {sure.edition.id}", identifier(PATTERN)
        inner = [(PATTERN, column(PATTERN)), *(each for part in parts for each in part.inner)]
        made = of_alike(sure, narrow(task), inner).sql(DIALECT, copy=False)
        columns = ", ".join(each for part in parts for each in part.told(part.directly()))
        _create(con, relation, f"SELECT s.{mark}, {columns} FROM ({made}) AS s")
        told += [f"m.{identifier(name)}" for part in parts for name in part.columns]
        return (f"SELECT {', '.join(told)} FROM {identifier(alike_rows(narrow(task)))} AS s "
                f"JOIN {identifier(relation)} AS m USING ({mark}) WHERE {only.sql(DIALECT)}")
    joins: list[str] = []
    for part in parts:
        rule, relation = identifier(part.rule), f"etter {part.rule} i {sure.edition.id}"
        _create(con, relation, part.by_number())
        joins.append(f"JOIN {identifier(relation)} AS {rule} ON {rule}.nummer = s.{rule}")
        told += part.told({name: f"{rule}.{identifier(name)}" for name in part.follows})
    inner = [*own, *(each for part in parts for each in part.inner)]
    rows = sure.of_border(narrow(task), inner, only).sql(DIALECT, copy=False)
    return f"SELECT {', '.join(told)} FROM ({rows}) AS s {' '.join(joins)}"


@frozen
class Part:
    """A result among answers: the column with the number of the rule that decides it, and all such numbers; what is
    asked of each row or pattern, what follows from the number, and the columns that are told, in order: with the
    expression for each, but for those that follow from the number."""

    rule: str
    numbers: tuple[int, ...]
    inner: tuple[tuple[str, exp.Expr], ...]
    follows: Mapping[str, exp.Expr]
    columns: Mapping[str, str | None]

    def told(self, found: Mapping[str, str]) -> list[str]:
        """The columns, where it is found what follows from the number."""
        return [f"{value or found[name]} AS {identifier(name)}" for name, value in self.columns.items()]

    def directly(self) -> dict[str, str]:
        """What follows from the number, by the column of it: for few rows, since a join with each result's small table
        takes an engine longer to plan the more results there are."""
        number = column(self.rule, "s")
        return {name: on_side(value, lambda _: number.copy()).sql(DIALECT, copy=False)
                for name, value in self.follows.items()}

    def by_number(self) -> str:
        """The query for what follows from each number."""
        numbers = ", ".join(f"({number})" for number in self.numbers)
        called = ", ".join(f"nummer AS {identifier(one)}" for one in sorted(refs(*self.follows.values())))
        columns = ", ".join(f"{value.sql(DIALECT, copy=False)} AS {identifier(name)}"
                            for name, value in self.follows.items())
        return (f"SELECT nummer, {columns} FROM (SELECT nummer, {called} FROM (SELECT CAST(nummer AS SMALLINT) AS "
                f"nummer FROM (VALUES {numbers}) AS alle(nummer)))")


def _answer_of(sure: Sure, task: Task, each: Decided) -> Part:
    name = each.result.name
    rule, follows = f"regel {name}", _of_number(each, task)
    inner = [(rule, each.by)]
    columns: dict[str, str | None] = {name: None, **dict.fromkeys(follows)}
    if not each.fixed:
        inner.append((name, task.words.cast(name, each.value)))
        columns[name] = f"s.{identifier(name)}"
    if not task.brief:
        columns[f"{name}.mangler"] = "CAST([] AS VARCHAR[])"
    for amount in sure.amounts:
        if amount.result.name == name:
            given = f"{name}.{CONTRIBUTIONS}"
            inner.append((given, amount.contributions))
            columns[given] = f"s.{identifier(given)}"
    return Part(rule, tuple(sorted({0, *each.choice.values})), tuple(inner), follows, columns)


def _of_number(each: Decided, task: Task) -> dict[str, exp.Expr]:
    """What follows from the number of the rule that decides a result."""
    name = each.result.name
    none = exp.EQ(this=each.by, expression=whole(0))
    found = {f"{name}.status": case((none, text("no_rule")), otherwise=text("known"))}
    if each.fixed:
        found[name] = each.value
    if not task.brief:
        found |= {f"{name}.punkt": _named(each, 0), f"{name}.regel": _named(each, 1)}
    return {called: task.words.fixed(called, value) for called, value in found.items()}


def _named(each: Decided, part: int) -> exp.Expr:
    """The clause or the rule that a number stands for."""
    made = exp.Case(this=each.by)
    for number in sorted(each.choice.values.keys() & each.rules.keys()):
        made = made.when(whole(number), text(each.rules[number][part]), copy=False)
    return made if made.args.get("ifs") else exp.cast(NULL, "TEXT")


def _create(con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS {query}")
