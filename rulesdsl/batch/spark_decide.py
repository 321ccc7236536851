"""Rows decided on Spark, edition by edition: typed and checked, decided with all of the meaning, and set aside."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from rulesdsl.batch.aside import keys_of
from rulesdsl.batch.belonging import read_by
from rulesdsl.batch.inputs import quoted
from rulesdsl.batch.plan import Plan
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.spark_tables import Broken, Tables, ticked
from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.ir import Edition
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.contributions import CONTRIBUTIONS
from rulesdsl.sql.facts import Rows, day, faults, typed
from rulesdsl.sql.logic import cast, column
from rulesdsl.sql.spark import planned_steps
from rulesdsl.sql.spark_values import in_spark
from rulesdsl.sql.terms import NotInSql

FAULTS = "feil"
"""The table of all that is wrong."""

_ROWS, _OWN, _TOGETHER = "delt", "egne", "samlet"
_EDITION, _READ_BY, _DAY, _HOME = "§utgave", "§leses", "§dag", "§til"


def decide_rows(
    tables: Tables, made: Plan, broken: tuple[Sequence[Broken], Sequence[Broken]], told: Callable[[str], None],
    brief: bool = False,
) -> dict[str, str]:
    """The tables of the answers of all rows that can be decided, by edition; ``brief``: only their values and statuses.
    What is wrong with the others stands in ``FAULTS``, with the lines of both tables that could not be read."""
    book = made.rulebook
    _divided(tables, made)
    answers: dict[str, str] = {}
    told("Leser")
    for edition in read_by(made):
        told(f"Leser etter {edition.id}")
        own, together = _rows_of(tables, made, edition)
        facts, parents = f"{book.entity} {edition.id}", _parents_read(tables, made, edition)
        tables.keep(facts, in_spark(typed(edition, book.entity, together, parents)))
        told(f"Kontrollerer etter {edition.id}")
        tables.keep(_faults_of(edition), in_spark(faults(edition, book.entity, own, facts, parents)))
        told(f"Avgjør etter {edition.id}")
        if edition in made.used:
            answers[edition.id] = _answer(tables, made, edition, facts, parents, brief)
        tables.forget(facts, *([parents] if parents else []))
    if book.latest not in read_by(made):
        _parents_read(tables, made, book.latest)
    _set_aside(tables, made, broken)
    return answers


def _parents_read(tables: Tables, made: Plan, edition: Edition) -> str | None:
    """What the rows belong to, typed; what is wrong with them is what the latest edition says."""
    book = made.rulebook
    if made.parent_rows is None:
        return None
    name = f"{book.parent} {edition.id}"
    tables.keep(name, in_spark(typed(edition, book.parent, made.parent_rows)))
    if edition.id == book.latest.id:
        tables.keep(_PARENT_FAULTS, in_spark(faults(edition, book.parent, made.parent_rows, name)))
    return name


def _divided(tables: Tables, made: Plan) -> None:
    """Each row with its edition (NULL: none), the one it is read by, and what it belongs to."""
    book, rows = made.rulebook, made.rows
    tables.rows("dager", {"dag": "DATE", "utgave": "STRING"}, list(made.days.editions.items()))
    home = cast(column(book.group), "VARCHAR") if book.group in rows.columns else cast(exp.null(), "VARCHAR")
    dated = exp.select("*", exp.alias_(day(book.latest, book.entity, rows), _DAY, quoted=True),
                       exp.alias_(home, _HOME, quoted=True)).from_(exp.to_identifier(rows.relation, quoted=True))
    tables.keep(_ROWS, f"SELECT r.*, d.utgave AS `{_EDITION}`, coalesce(d.utgave, {quoted(book.latest.id)}) AS "
                       f"`{_READ_BY}` FROM ({in_spark(dated)}) AS r LEFT JOIN dager AS d ON r.`{_DAY}` = d.dag")


def _rows_of(tables: Tables, made: Plan, edition: Edition) -> tuple[Rows, Rows]:
    """The rows that an edition reads, and those with all that belong with them."""
    mine = f"`{_READ_BY}` = {quoted(edition.id)}"
    tables.view(_OWN, f"SELECT * FROM {_ROWS} WHERE {mine}")
    own = Rows(_OWN, made.rows.columns)
    if len(read_by(made)) == 1 or made.rulebook.group not in made.rows.columns:
        return own, own
    tables.view(_TOGETHER, f"SELECT * FROM {_ROWS} WHERE {mine} OR `{_HOME}` IN (SELECT `{_HOME}` FROM {_ROWS} WHERE "
                           f"{mine} AND `{_HOME}` IS NOT NULL)")
    return own, Rows(_TOGETHER, made.rows.columns)


def _answer(tables: Tables, made: Plan, edition: Edition, facts: str, parents: str | None, brief: bool) -> str:
    """The answers of an edition's rows. What is missing is asked for in a second look, at the few rows that wait and
    those that belong with them."""
    book = made.rulebook
    above = {book.parent: parents} if parents else {}
    results = [name for name, result in edition.results.items() if result.entity == book.entity]
    tables.view("avgjøres", f"SELECT r.rad FROM {_ROWS} AS r LEFT ANTI JOIN {ticked(_faults_of(edition))} AS f "
                            f"ON r.rad = f.rad WHERE r.`{_EDITION}` = {quoted(edition.id)}")
    _worked_out(tables, edition, {book.entity: facts} | above, "avgjøres", "svar", with_contributions=not brief)
    waiting = not brief and _look_again(tables, edition, facts, above, results)
    group = book.group.rpartition(".")[2]
    keys = [f"f.{ticked(book.group)} AS {ticked(group)}"] if book.group else []
    keys.append(f"f.{ticked(edition.entities[book.entity].key)}")
    columns: list[str] = []
    for name in results:
        columns += [f"s.{ticked(name + part)}" for part in ("", ".status", *(() if brief else (".punkt", ".regel")))]
        if not brief:
            missing, none = ticked(f"{name}.mangler"), "CAST(array() AS ARRAY<STRING>)"
            columns.append(f"{f'coalesce(m.{missing}, {none})' if waiting else none} AS {missing}")
            columns += [f"s.{ticked(f'{name}.{CONTRIBUTIONS}')}"] if name in ladders_of(edition).ladders else []
    late = "LEFT JOIN mangler AS m ON s.rad = m.rad" if waiting else ""
    tables.keep(_answers_of(edition), f"SELECT s.rad, {', '.join(keys)}, {quoted(edition.id)} AS utgave, "
                                      f"{', '.join(columns)} FROM svar AS s {late} JOIN {ticked(facts)} AS f "
                                      "ON s.rad = f.rad")
    tables.forget("avgjøres", "svar", "venter", "nær", "mangler")
    return _answers_of(edition)


def _look_again(tables: Tables, edition: Edition, facts: str, above: dict[str, str], results: list[str]) -> bool:
    """What the rows that wait are missing, where there are any."""
    unknown = " OR ".join(f"{ticked(f'{name}.status')} = 'unknown'" for name in results)
    tables.view("venter", f"SELECT rad FROM svar WHERE {unknown}")
    if tables.asked("SELECT count(*) FROM venter") == [(0,)]:
        return False
    homes = f"SELECT `{_HOME}` FROM {_ROWS} WHERE rad IN (SELECT rad FROM venter) AND `{_HOME}` IS NOT NULL"
    tables.keep("nær", f"SELECT * FROM {ticked(facts)} WHERE rad IN (SELECT rad FROM venter) OR rad IN "
                       f"(SELECT rad FROM {_ROWS} WHERE `{_HOME}` IN ({homes}))")
    (entity,) = {edition.results[name].entity for name in results}
    _worked_out(tables, edition, {entity: "nær"} | above, "venter", "mangler", waits=True)
    return True


def _worked_out(
    tables: Tables, edition: Edition, facts: dict[str, str], only: str, name: str, waits: bool = False,
    with_contributions: bool = False,
) -> None:
    """The answers of the rows that stand in ``only``, step by step."""
    asked = exp.In(this=column("rad"), query=exp.Subquery(this=exp.select("rad").from_(
        exp.to_identifier(only, quoted=True))))
    try:
        *made, answer = planned_steps(compile_edition(edition, facts, waits=waits, only=asked,
                                                      with_contributions=with_contributions))
    except NotInSql as missing:
        raise cannot(f"{edition.id} har noe som ikke kan avgjøres som tabell ennå: {missing}.",
                     "Avgjør sakene med «isfrules explain».") from None
    for each in made:
        (tables.keep if each.kept else tables.view)(each.name, each.text)
    tables.keep(name, answer.text)
    tables.forget(*(each.name for each in made))


def _answers_of(edition: Edition) -> str:
    return f"svar {edition.id}"


def _faults_of(edition: Edition) -> str:
    return f"feil {edition.id}"


_PARENT_FAULTS = "feil over"


def _set_aside(tables: Tables, made: Plan, broken: tuple[Sequence[Broken], Sequence[Broken]]) -> None:
    """All that is wrong: with the rows, with what they belong to, and with lines that could not be read."""
    book = made.rulebook
    refused = [(each, error.code, book.date, error.value, f"{error.message} {error.hint}".strip())
               for each, error in made.days.refused.items()]
    lines = [(entity, line, said[:200], why) for entity, found in zip((book.entity, book.parent), broken, strict=True)
             for line, why, said in found]
    tables.rows("avslått", {"dag": "DATE"} | dict.fromkeys(("code", "field", "value", "message"), "STRING"), refused)
    tables.rows("brutt", {"entitet": "STRING", "linje": "BIGINT", "value": "STRING", "message": "STRING"}, lines)
    tables.view("nøkler", " UNION ALL ".join(in_spark(each) for each in keys_of(made)))
    told = "code, field, value, message"
    parts = [f"SELECT {quoted(book.entity)} AS entitet, rad, {told} FROM {ticked(_faults_of(edition))}"
             for edition in read_by(made)]
    if made.parent_rows is not None:
        parts.append(f"SELECT {quoted(book.parent)}, rad, {told} FROM {ticked(_PARENT_FAULTS)}")
    parts.append(f"SELECT {quoted(book.entity)}, r.rad, {told} FROM {_ROWS} AS r JOIN `avslått` AS a "
                 f"ON r.`{_DAY}` = a.dag")
    tables.keep(FAULTS, f"SELECT f.entitet, f.rad, CAST(NULL AS BIGINT) AS linje, n.key, {told} FROM "
                        f"({' UNION ALL '.join(parts)}) AS f LEFT JOIN `nøkler` AS n ON f.entitet = n.entitet AND "
                        "f.rad = n.rad UNION ALL SELECT entitet, CAST(NULL AS BIGINT), linje, NULL, 'ISF531', NULL, "
                        "value, message FROM brutt")
