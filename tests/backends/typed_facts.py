"""Cases as a relation of typed facts, and what the interpreter says of them, for comparing back ends with it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from attrs import frozen

from rulesdsl.core import ir, types
from rulesdsl.core.contributions import ladders_of
from rulesdsl.evaluate.case import Case, Thing
from rulesdsl.evaluate.contributions import contributions
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.contributions import AMOUNT, CLAUSE, CONTRIBUTIONS
from rulesdsl.sql.entities import compile_for, compile_together, decided_entities, has_several
from rulesdsl.sql.in_tables import in_tables
from rulesdsl.sql.names import above
from rulesdsl.sql.types import sql_type

Answer = tuple[str, Any, str | None, str | None, list[str]]
"""Status, value, clause, rule and missing facts."""


def relation(edition: ir.Edition, entity: ir.Entity) -> dict[str, str]:
    """The columns of the relation of typed facts of an entity, and their types."""
    found = {"rad": "BIGINT"}

    def walk(fields: Iterable[ir.FieldDecl], above: tuple[str, ...]) -> None:
        for decl in fields:
            found[".".join((*above, decl.name))] = sql_type(decl.type, edition)
            if isinstance(decl.type, types.Record):
                walk(edition.records[decl.type.name].fields, (*above, decl.name))

    for owner, front in above(edition, entity):
        walk(owner.fields, tuple(front.split(".")[:-1]))
    return found


def record_lists(entity: ir.Entity, edition: ir.Edition) -> Iterator[tuple[ir.FieldDecl, tuple[ir.FieldDecl, ...]]]:
    """The fields that are lists of records, and the fields of these."""
    for decl in entity.fields:
        if isinstance(decl.type, types.ListOf) and isinstance(decl.type.item, types.Record):
            yield decl, edition.records[decl.type.item.name].fields


@frozen
class Decided:
    """The rows of some cases, and for each row the interpreter's answers by result."""

    rows: list[list[Any]]
    answers: list[dict[str, Answer] | None]
    """None for a row with a fault of its own: others see its facts, and it has no answer."""
    given: list[dict[str, Any]]
    """What each clause gave or took of each amount: clauses with amounts, None where the amount is not known."""

    def differences(self, found: list[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
        """Each result whose answer is another, or whose amount was given otherwise where that is told: its name, what
        the interpreter says and what the other one does."""
        return [
            (name, answer, other[name]) for wanted, other in zip(self.answers, found, strict=True) if wanted is not None
            for name, answer in wanted.items() if answer != other[name]
        ] + [
            (name, amounts, other[name]) for wanted, other in zip(self.given, found, strict=True)
            for name, amounts in wanted.items() if amounts != other.get(name, amounts)
        ]


def decided(edition: ir.Edition, entity: ir.Entity, cases: Sequence[Case]) -> Decided:
    columns = relation(edition, entity)
    rows: list[list[Any]] = []
    answers: list[dict[str, Answer] | None] = []
    given: list[dict[str, Any]] = []
    for number, case in enumerate(cases):
        run = decide(edition, case)
        for thing in all_things(case.root):
            if thing.entity == entity.name and thing not in case.around:
                facts = dict(facts_of(thing, edition, entity, number, case.around)) | {"rad": len(rows) + 1}
                facts |= {decl.name: [{each.name: plain(element.get(each.name)) for each in inner}
                                      for element in thing.facts[decl.name,]]  # type: ignore[union-attr]
                          for decl, inner in record_lists(entity, edition) if (decl.name,) in thing.facts}
                rows.append([facts.get(name) for name in columns])
                answers.append(None if thing.errors else {
                    name: answer(outcome, thing) for (each, name), outcome in run.outcomes.items() if each is thing})
                given.append({} if thing.errors else contributed(run, thing))
    return Decided(rows, answers, given)


def all_things(thing: Thing) -> Iterator[Thing]:
    """A thing and all that belong to it, whether they have results or not."""
    yield thing
    for below in thing.children.values():
        for each in below:
            yield from all_things(each)


def facts_of(
    thing: Thing, edition: ir.Edition, entity: ir.Entity, case: int, around: Sequence[Thing]
) -> Iterator[tuple[str, Any]]:
    """The facts by column. A topmost thing has a key that no other case has; a thing between must have one itself."""
    for (owner, front), each in zip(above(edition, entity), (thing, *thing.above), strict=True):
        for path, value in each.facts.items():
            yield front + ".".join(path), plain(value)
        if each in around:
            continue
        if not owner.parent and any(one.parent == owner.name for one in edition.entities.values()):
            yield front + owner.key, f"{case} {each.key or ''}"
        elif each.key is not None:
            yield front + owner.key, each.key


def plain(value: Any) -> Any:
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def answer(outcome: Outcome, thing: Thing) -> Answer:
    known = outcome.status == "known"
    rule = outcome.rule if known else None
    missing = sorted(path_of(each, thing) for each in outcome.waits.missing) if outcome.status == "unknown" else []
    return (outcome.status, plain(outcome.value) if known else None, rule.clause if rule else None,
            rule.name if rule else None, missing)


def contributed(run: Run, thing: Thing) -> dict[str, Any]:
    found = {name: run.outcomes[thing, name] for name in ladders_of(run.edition).ladders
             if run.edition.results[name].entity == thing.entity}
    return {f"{name}.{CONTRIBUTIONS}": [(each.clause, each.amount) for each in contributions(outcome, run, thing)]
            if outcome.status == "known" else None for name, outcome in found.items()}


def by_duckdb(
    edition: ir.Edition, entity: ir.Entity, rows: list[list[Any]], others: Mapping[str, list[list[Any]]] | None = None
) -> list[dict[str, Any]]:
    """The answers of the compiled edition for an entity, and what each clause gave or took where the rows are of one
    entity; ``others`` are the rows of the other entities."""
    connection = duckdb.connect(config={"threads": 1})
    given = {**(others or {}), entity.name: rows}
    for name, found in given.items():
        stored(connection, f"fakta {name}", relation(edition, edition.entities[name]), found)
    tables = {name: f"fakta {name}" for name in given}
    query = (compile_for(edition, entity.name, tables) if has_several(edition) else
             compile_edition(edition, tables, with_contributions=True)).sql("duckdb")
    cursor = connection.execute(query)
    names, told = [each[0] for each in cursor.description], cursor.fetchall()
    return [answer | given for answer, given in zip(
        answers_of(edition, entity, names, told), given_of(names, told), strict=True)]


def together_by_duckdb(edition: ir.Edition, rows: Mapping[str, list[list[Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The answers for every entity that is decided, each step of the rules once, in tables, as a run does it."""
    connection = duckdb.connect(config={"threads": 1})
    for name, found in rows.items():
        stored(connection, f"fakta {name}", relation(edition, edition.entities[name]), found)
    made = compile_together(edition, decided_entities(edition), {name: f"fakta {name}" for name in rows})
    for each in in_tables(made.steps, made.answers, {name: f"svar {name}" for name in made.answers}):
        connection.execute(f'CREATE TABLE "{each.name}" AS {each.query.sql("duckdb")}')
        for done in each.done:
            connection.execute(f'DROP TABLE "{done}"')
    answers = {}
    for name in made.answers:
        cursor = connection.execute(f'FROM "svar {name}"')
        names = [each[0] for each in cursor.description]
        answers[name] = [*answers_of(edition, edition.entities[name], names, cursor.fetchall())]
    return answers


def stored(
    con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    """A table of rows; by way of Arrow, which is much quicker than a row at a time."""
    said = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    con.execute(f'CREATE TABLE "{name}" ({said})')
    types = con.sql(f'FROM "{name}"').to_arrow_table().schema
    con.register("kommer", pa.table([pa.array([row[at] for row in rows], type=each.type)
                                     for at, each in enumerate(types)], schema=types))
    con.execute(f'INSERT INTO "{name}" FROM kommer')
    con.unregister("kommer")


def answers_of(
    edition: ir.Edition, entity: ir.Entity, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> list[dict[str, Answer]]:
    """The answers that a query gave, in the order of the facts."""
    found = sorted((dict(zip(names, row, strict=True)) for row in rows), key=lambda row: int(row["rad"]))
    results = [name for name, result in edition.results.items() if result.entity == entity.name]
    return [
        {name: (row[f"{name}.status"], row[name], row[f"{name}.punkt"], row[f"{name}.regel"], row[f"{name}.mangler"])
         for name in results} for row in found
    ]


def given_of(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """What each clause gave or took of the amounts of a query, in the order of the facts."""
    found = sorted((dict(zip(names, row, strict=True)) for row in rows), key=lambda row: int(row["rad"]))
    return [{name: None if given is None else [(each[CLAUSE], each[AMOUNT]) for each in given]
             for name, given in row.items() if name.endswith(f".{CONTRIBUTIONS}")} for row in found]
