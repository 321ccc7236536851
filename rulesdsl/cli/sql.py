"""``isfrules sql``: an edition as one SQL query, to be read, and to be made a view of in a warehouse."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from rulesdsl.cli.invocation import fail, open_workspace
from rulesdsl.cli.norwegian import Choice, Command, Day

if TYPE_CHECKING:
    from rulesdsl.core.ir import Edition
    from rulesdsl.workspace import Workspace


@click.command(
    "sql", cls=Command, help="Skriver en utgave som én SQL-spørring, med punktnumrene som merknader. Den leser en "
    "tabell med typede fakta: en kolonne for hvert felt, med navnet feltet har i regelverket. Med bare navnet på "
    "regelverket (isf) blir alle utgavene én spørring, der rettsdatoen i hver rad velger utgave."
)
@click.argument("edition", metavar="UTGAVE")
@click.option("--dialect", metavar="DIALEKT", type=Choice(["duckdb", "spark", "postgres"]), default="duckdb",
              help="Dialekten: duckdb, postgres eller spark. Spark tar ikke alt i én spørring, og får et skript.")
@click.option("--table", "relation", metavar="NAVN", default="fakta",
              help="Tabellen med fakta (fakta), gjerne i et skjema (mart.fakta). Med {utgave} i navnet har hver "
              "utgave sin egen (fakta_{utgave}). "
              "Gjelder reglene flere slags ting, har hver sin: fakta_pasient, eller der {entitet} står i navnet.")
@click.option("--no-missing", "waits", is_flag=True, flag_value=False, default=True,
              help="Utelat hvilke felter et ukjent svar mangler; spørringen blir kortere.")
@click.option("--known", metavar="DATO", type=Day(), help="Utgaven slik den var kjent en dag, før senere rettelser.")
@click.pass_obj
def command(
    rulebooks: Path | None, edition: str, dialect: Literal["duckdb", "spark", "postgres"], relation: str, waits: bool,
    known: datetime.date | None,
) -> None:
    try:
        from rulesdsl.sql.by_date import compile_by_date
        from rulesdsl.sql.dialects import in_dialect
        from rulesdsl.sql.entities import compile_for, decided_entities, needed_entities
        from rulesdsl.sql.printable import printable
        from rulesdsl.sql.reads import columns_told, in_schemas
        from rulesdsl.sql.terms import NotInSql
    except ModuleNotFoundError as error:
        fail(f"«isfrules sql» trenger {error.name}.", "Installer med pip install 'isfrules[batch]'.")
    if not all(relation.split(".")) or relation.count(".") > 2:
        fail(f"«{relation}» er ikke navnet på en tabell.", "Skriv det som fakta, mart.fakta eller base.mart.fakta.")
    found = _editions(open_workspace(rulebooks), edition, known)
    tables = {each.id: _tables(relation, each, needed_entities(each)) for each in found}
    said: list[str] = []
    try:
        for entity in decided_entities(found[-1]):
            query = (compile_by_date(found, entity, tables, waits=waits) if edition != found[0].id else
                     compile_for(found[0], entity, tables[edition], waits=waits))
            query = in_schemas(query, [name for each in tables.values() for name in each.values()])
            said.append(printable(in_dialect(query, dialect), dialect))
    except NotInSql as error:
        fail(f"{edition} kan ikke skrives som SQL: {error.what}.")
    for each in found:
        click.echo(f"-- {each.id} · {each.title} · regelverk {each.meaning[:12]}")
    for name, (entity, readers) in _readers(found, tables).items():
        for line in columns_told(name, entity, readers, dialect):
            click.echo(f"-- {line}")
    click.echo(";\n\n".join(said))


def _editions(workspace: "Workspace", name: str, known: datetime.date | None) -> list["Edition"]:
    """The edition of that name; or where it is a rulebook, all its editions by time."""
    if name in workspace.rulebooks():
        infos = [each for each in workspace.index if each.rulebook == name]
        editions = [found for each in infos if (found := workspace.edition(each.id, known)) is not None]
    else:
        found = workspace.edition(name, known)
        editions = [] if found is None else [found]
    if not editions:
        fail(*workspace.not_found(name))
    return editions


def _readers(
    editions: list["Edition"], tables: dict[str, dict[str, str]]
) -> dict[str, tuple[str, list["Edition"]]]:
    """By table, the entity whose facts stand in it, and the editions that read it."""
    found: dict[str, tuple[str, list[Edition]]] = {}
    for each in editions:
        for entity, name in tables[each.id].items():
            found.setdefault(name, (entity, []))[1].append(each)
    return found


def _tables(relation: str, edition: "Edition", entities: Sequence[str]) -> dict[str, str]:
    """The table of each entity's facts."""
    named = relation.replace("{utgave}", edition.name)
    if len(entities) > 1 and "{entitet}" not in named:
        named += "_{entitet}"
    return {each: named.replace("{entitet}", each.lower()) for each in entities}
