"""What a run came to: how many rows were decided and set aside, and for each result its totals by edition, status and
clause."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from attrs import evolve, field

from rulesdsl.batch.inputs import Source, identifier, quoted
from rulesdsl.batch.lines import broken_notes, check_lines
from rulesdsl.batch.plan import Plan, Rulebook
from rulesdsl.batch.problems import cannot
from rulesdsl.catalog import entry
from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.ir import Edition, Result
from rulesdsl.core.types import Number
from rulesdsl.core.values import exact, shown
from rulesdsl.deciding import ENGINE
from rulesdsl.evaluate.documents import shortened
from rulesdsl.evaluate.wording import result_called
from rulesdsl.source import frozen
from rulesdsl.sql.contributions import AMOUNT, CLAUSE, CONTRIBUTIONS
from rulesdsl.sql.facts import Rows

SCHEMA = "isfrules.run/1"
FEW = 5
"""How many clauses of a result, and how many facts that results wait for, are told to people."""

MOST_GIVEN = 10
"""How many clauses are named with what they gave or took, those of the largest amounts first."""

STATUS = {"known": "avgjort", "unknown": "ukjent", "conflict": "i strid", "no_rule": "uten regel"}


@frozen
class Line:
    """Rows of one result with one status and deciding clause, and the sum of their values, where it is a number."""

    edition: str
    result: str
    status: str
    punkt: str | None
    rows: int
    total: Decimal | None


@frozen
class Given:
    """What a clause gave or took of an amount in all rows that it moved the amount of."""

    edition: str
    result: str
    punkt: str
    rows: int
    total: Decimal


@frozen
class Aside:
    """Rows that were set aside for one kind of fault in one field. A row may have several. ``example`` is the first of
    the values that stand there."""

    code: str
    field: str | None
    rows: int
    example: str | None = None


@frozen
class Summary:
    """The totals of a run. ``rows_in`` is ``decided`` and ``set_aside`` together. ``broken`` of those set aside are
    lines that could not be read. ``missing`` has the facts that results wait for, with how many rows wait. ``given``
    has what each clause gave or took, which comes to the totals of the amounts. Without reasons (``brief``) both are
    empty, and no line has a clause."""

    data: str
    rows_in: int
    decided: int
    set_aside: int
    broken: int
    editions: Mapping[str, int]
    lines: tuple[Line, ...]
    aside: tuple[Aside, ...]
    missing: tuple[tuple[str, str, int], ...]
    results: Mapping[str, Result]
    main: frozenset[str]
    notes: tuple[str, ...] = ()
    parents_at_fault: int = field(default=0)
    given: tuple[Given, ...] = ()


def summed(con: duckdb.DuckDBPyConnection, made: Plan, file: Path, data: str, brief: bool = False) -> Summary:
    """Count everything, from the answers as they were written. Rows that are lost, or there twice, stop the run."""
    entity = made.rulebook.entity
    found = account(con, made.rulebook, made.source, made.rows, made.used, file, made.told, brief)
    given = () if brief else tuple(
        each for edition in made.used for each in _given(con, edition, f"svar {edition.id}"))
    above = _one(con, "SELECT count(DISTINCT rad) FROM feil WHERE entitet <> ?", entity)
    above += _one(con, 'SELECT count(*) FROM "brutte linjer" WHERE entitet <> ?', entity)
    return evolve(found, data=data, parents_at_fault=above, given=given)


def account(con: duckdb.DuckDBPyConnection, book: Rulebook, source: Source, rows: Rows, used: tuple[Edition, ...],
            file: Path, notes: tuple[str, ...], brief: bool) -> Summary:
    """The account of the rows of an entity, without what each clause gave or took."""
    entity = book.entity
    answers = {each.id: f"svar {each.id}" for each in used}
    for name, relation in answers.items():
        con.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(relation)} AS SELECT * FROM "
                    f"read_parquet({quoted(str(file))}) WHERE utgave = {quoted(name)}")
    decided = dict(con.execute(f"SELECT utgave, count(*) FROM read_parquet({quoted(str(file))}) GROUP BY 1").fetchall())
    decided = {name: decided.get(name, 0) for name in answers}
    faulty = _one(con, "SELECT count(DISTINCT rad) FROM feil WHERE entitet = ?", entity)
    broken = _one(con, 'SELECT count(*) FROM "brutte linjer" WHERE entitet = ?', entity)
    taken = _one(con, f"SELECT count(*) FROM {identifier(rows.relation)}")
    rows_in = (_one(con, source.count) if source.count else taken + broken)
    if source.text_file:
        check_lines(Path(source.text_file), source.name, taken + broken)
    total = sum(decided.values())
    if rows_in != total + faulty + broken or not _each_once(con, entity, rows, file):
        raise cannot(f"Regnskapet går ikke opp: {rows_in} rader inn, {total} avgjort og {faulty + broken} lagt til "
                     "side.", "Ingenting er skrevet. Dette er en feil i programmet; meld fra om den.")
    editions = {each.id: each for each in used}
    lines = tuple(line for name, relation in answers.items()
                  for line in _lines(con, editions[name], relation, entity, brief))
    aside = tuple(Aside(*row) for row in con.execute(
        "SELECT code, regexp_replace(field, '\\[[0-9]+\\]', '', 'g'), count(DISTINCT rad), min(value) FROM feil WHERE "
        "entitet = ? GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2", [entity]).fetchall())
    if broken:
        aside = (*aside, Aside("ISF531", None, broken))
        notes = (*notes, *broken_notes(dict(con.execute(
            'SELECT grunn, count(*) FROM "brutte linjer" WHERE entitet = ? GROUP BY 1', [entity]).fetchall())))
    results = {name: result for each in used for name, result in each.results.items() if result.entity == entity}
    main = frozenset(name for each in used for name in each.main if name in results)
    return Summary(source.name, rows_in, total, faulty + broken, broken, decided, lines, aside,
                   () if brief else _missing(con, entity, used, answers), results, main, notes)


def _lines(con: duckdb.DuckDBPyConnection, edition: Edition, relation: str, entity: str, brief: bool) -> list[Line]:
    found: list[Line] = []
    for name, result in edition.results.items():
        if result.entity != entity:
            continue
        total = f"sum({identifier(name)})" if isinstance(result.type, Number) else "NULL"
        clause = "NULL" if brief else identifier(f"{name}.punkt")
        rows = con.execute(
            f"SELECT {identifier(f'{name}.status')}, {clause}, count(*), {total} "
            f"FROM {identifier(relation)} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2").fetchall()
        found += [Line(edition.id, name, *row) for row in rows]
    return found


def _given(con: duckdb.DuckDBPyConnection, edition: Edition, relation: str) -> list[Given]:
    """Those that moved most first. They are added up exactly."""
    found: list[Given] = []
    for name in ladders_of(edition).ladders:
        each = f"SELECT unnest({identifier(f'{name}.{CONTRIBUTIONS}')}) AS del FROM {identifier(relation)}"
        rows = con.execute(f"SELECT del.{CLAUSE}, count(*), sum(del.{AMOUNT}) FROM ({each}) GROUP BY 1").fetchall()
        found += [Given(edition.id, name, *row) for row in rows]
    return sorted(found, key=lambda each: (each.result, -abs(each.total), each.punkt))


def _missing(
    con: duckdb.DuckDBPyConnection, entity: str, used: tuple[Edition, ...], answers: Mapping[str, str]
) -> tuple[tuple[str, str, int], ...]:
    """The facts that the results people ask for wait for."""
    found: list[tuple[str, str, int]] = []
    for name in sorted({each for edition in used for each in edition.main if edition.results[each].entity == entity}):
        waits = " UNION ALL ".join(f"SELECT unnest({identifier(f'{name}.mangler')}) AS felt FROM "
                                   f"{identifier(answers[each.id])}" for each in used if name in each.main)
        found += [(name, *row) for row in con.execute(
            f"SELECT regexp_replace(felt, '\\[[^]]*\\]', '[…]', 'g') AS felt, count(*) FROM ({waits}) GROUP BY 1"
        ).fetchall()]
    return tuple(sorted(found, key=lambda each: (-each[2], each[0], each[1])))


def _each_once(con: duckdb.DuckDBPyConnection, entity: str, rows: Rows, file: Path) -> bool:
    """Whether each row taken in was decided or set aside, and none was both: their numbers and the squares of these
    come to the same sum, which no row that is lost and another that is there twice would leave as it is."""
    def sums(relation: str) -> tuple[object, ...] | None:
        return con.execute(
            f"SELECT count(*), sum(rad::HUGEINT), sum(rad::HUGEINT * rad) FROM {relation}").fetchone()

    aside = f"SELECT DISTINCT rad FROM feil WHERE entitet = {quoted(entity)} AND rad IS NOT NULL"
    return sums(identifier(rows.relation)) == sums(
        f"(SELECT rad FROM read_parquet({quoted(str(file))}) UNION ALL ({aside}))")


def _one(con: duckdb.DuckDBPyConnection, query: str, *given: object) -> int:
    row = con.execute(query, [*given]).fetchone()
    return int(row[0] or 0) if row else 0


# ── For programs ─────────────────────────────────────────────────────────────────────────────────────────────


def to_json(summary: Summary) -> dict[str, Any]:
    """The totals as a document: by edition, result, status and clause, and over all editions by result."""
    return {
        "schema": SCHEMA, "engine": ENGINE, "data": summary.data,
        "rows": {"in": summary.rows_in, "decided": summary.decided, "set_aside": summary.set_aside,
                 "broken_lines": summary.broken},
        "editions": [{"edition": name, "rows": rows, "results": _results(summary, name)}
                     for name, rows in summary.editions.items()],
        "results": _results(summary, None),
        "set_aside": [{"code": each.code, "title": entry(each.code).title, "field": each.field, "rows": each.rows,
                       "example": each.example}
                      for each in summary.aside],
        "missing": [{"result": result, "field": path, "rows": rows} for result, path, rows in summary.missing],
        "notes": list(summary.notes),
    }


def _results(summary: Summary, edition: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, result in summary.results.items():
        lines = [each for each in summary.lines if each.result == name and edition in (None, each.edition)]
        if not lines:
            continue
        by = {status: sum(each.rows for each in lines if each.status == status) for status in STATUS}
        found[name] = {
            "title": result.title, "main": name in summary.main, "total": exact(result.type, total(lines)),
            "status": {status: rows for status, rows in by.items() if rows},
            "punkt": [{"punkt": each.punkt, "status": each.status, "rows": each.rows,
                       "total": exact(result.type, each.total)} for each in _by_clause(lines)],
            "contributions": [{"punkt": each.punkt, "rows": each.rows, "amount": exact(result.type, each.total)}
                              for each in given_by(summary, name, edition)],
        }
    return found


def total(lines: list[Line]) -> Decimal | None:
    """The sum of what is known; None where nothing is, or it is no number."""
    known = [each.total for each in lines if each.total is not None]
    return sum(known, Decimal(0)) if known else None


def given_by(summary: Summary, result: str, edition: str | None) -> list[Given]:
    """What each clause gave or took of a result, under an edition or all of them."""
    by: dict[str, list[Given]] = {}
    for each in summary.given:
        if each.result == result and edition in (None, each.edition):
            by.setdefault(each.punkt, []).append(each)
    made = [Given("", result, punkt, sum(each.rows for each in some), sum((each.total for each in some), Decimal(0)))
            for punkt, some in by.items()]
    return sorted(made, key=lambda each: (-abs(each.total), each.punkt))


def _by_clause(lines: list[Line]) -> list[Line]:
    by: dict[tuple[str, str | None], list[Line]] = {}
    for each in lines:
        by.setdefault((each.status, each.punkt), []).append(each)
    made = [Line("", some[0].result, status, punkt, sum(each.rows for each in some), total(some))
            for (status, punkt), some in by.items()]
    return sorted(made, key=lambda each: (-each.rows, each.status, each.punkt or ""))


# ── For people ───────────────────────────────────────────────────────────────────────────────────────────────


def rows_said(count: int) -> str:
    return f"{shown(Number(0, (), 10**15), Decimal(count))} {'rad' if count == 1 else 'rader'}"


def to_text(summary: Summary) -> list[str]:
    """The totals in lines: the account of rows, what people ask for, and what was set aside."""
    account = (f"{rows_said(summary.rows_in)} inn = {rows_said(summary.decided)} avgjort + "
               f"{rows_said(summary.set_aside)} lagt til side")
    lines = [account, ""]
    for name, rows in summary.editions.items():
        lines += [f"{name}  {rows_said(rows)}", *_main_lines(summary, name), ""]
    if len(summary.editions) > 1:
        lines += ["Alle utgaver", *_main_lines(summary, None), ""]
    if summary.missing:
        lines += ["Mangler", *_missing_lines(summary), ""]
    if summary.aside:
        lines += ["Lagt til side", *map(_aside_said, summary.aside[:10])]
        if len(summary.aside) > 10:
            lines.append(f"  og {len(summary.aside) - 10} slag til")
        lines.append("")
    if summary.parents_at_fault:
        lines += [f"I tabellen som ble gitt med --patients, er det feil i {rows_said(summary.parents_at_fault)}.", ""]
    return lines + [f"Merk: {note}" for note in summary.notes]


def _missing_lines(summary: Summary) -> list[str]:
    """What most rows wait for, and how much else there is."""
    lines = [f"  {result_called(summary.results[result])} venter på {path}: {rows_said(rows)}"
             for result, path, rows in summary.missing[:FEW]]
    if (rest := len(summary.missing) - FEW) > 0:
        lines.append(f"  og {rest} til")
    return lines


def _aside_said(each: Aside) -> str:
    where = f" ({each.field})" if each.field else ""
    value = f", som «{shortened(each.example)}»" if each.example is not None else ""
    return f"  {each.code}  {entry(each.code).title}{where}: {rows_said(each.rows)}{value}"


def _main_lines(summary: Summary, edition: str | None) -> list[str]:
    made: list[str] = []
    for name, found in _results(summary, edition).items():
        if not found["main"]:
            continue
        of = [each for each in summary.lines if each.result == name and edition in (None, each.edition)]
        result, known = summary.results[name], total(of)
        status = ", ".join(f"{STATUS[each]} {rows_said(rows)}" for each, rows in found["status"].items())
        amount = f"{shown(result.type, known)}  " if known is not None else ""
        made.append(f"  {result_called(result)}  {amount}({status})")
        made += _clause_lines([each for each in _by_clause(of) if each.punkt], result)
        made += _given_lines(given_by(summary, name, edition), result)
    return made


def _clause_lines(lines: list[Line], result: Result) -> list[str]:
    """The clauses that decided most rows, and the rest together."""
    few, rest = lines[:FEW], lines[FEW:]
    told = [(each.punkt, each.rows, each.total) for each in few]
    if rest:
        many = f"{len(rest)} andre punkter" if len(rest) > 1 else "ett annet punkt"
        told.append((f"og {many}", sum(each.rows for each in rest), total(rest)))
    return [f"    {called}: {rows_said(rows)}" + (f", {shown(result.type, amount)}" if amount is not None else "")
            for called, rows, amount in told]


def _given_lines(given: list[Given], result: Result) -> list[str]:
    """What each clause gave or took, the largest first, and the rest together; nothing where one gave all."""
    if len(given) < 2:
        return []
    few, rest = given[:MOST_GIVEN], given[MOST_GIVEN:]
    told = [(each.punkt, each.total, f"({rows_said(each.rows)})") for each in few]
    if rest:
        told.append((f"{len(rest)} andre punkter", sum((each.total for each in rest), Decimal(0)), ""))
    told.append(("til sammen", sum((each.total for each in given), Decimal(0)), ""))
    amounts = [f"{'+' if total > 0 else ''}{shown(result.type, total)}" for _, total, _ in told[:-1]]
    amounts.append(shown(result.type, told[-1][1]))
    wide, long = max(map(len, amounts)), max(len(punkt) for punkt, *_ in told)
    return ["    Det punktene ga og tok"] + [
        f"      {amount:>{wide}}  {punkt:<{long}}  {rows}".rstrip()
        for amount, (punkt, _, rows) in zip(amounts, told, strict=True)]
