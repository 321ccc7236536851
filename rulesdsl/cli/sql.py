"""``isfrules sql``: an edition as one SQL query, to be read, and to be made a view of in a warehouse."""

import datetime
from pathlib import Path

import click

from rulesdsl.cli.invocation import fail, open_workspace
from rulesdsl.cli.norwegian import Choice, Command, Day


@click.command(
    "sql", cls=Command, help="Skriver en utgave som én SQL-spørring, med punktnumrene som merknader. Den leser en "
    "tabell med typede fakta: en kolonne for hvert felt, med navnet feltet har i regelverket."
)
@click.argument("edition", metavar="UTGAVE")
@click.option("--dialect", metavar="DIALEKT", type=Choice(["duckdb", "spark", "postgres"]), default="duckdb",
              help="Dialekten: duckdb, spark eller postgres.")
@click.option("--table", "relation", metavar="NAVN", default="fakta", help="Tabellen med fakta (fakta).")
@click.option("--no-missing", "waits", is_flag=True, flag_value=False, default=True,
              help="Utelat hvilke felter et ukjent svar mangler; spørringen blir kortere.")
@click.option("--known", metavar="DATO", type=Day(), help="Utgaven slik den var kjent en dag, før senere rettelser.")
@click.pass_obj
def command(
    rulebooks: Path | None, edition: str, dialect: str, relation: str, waits: bool, known: datetime.date | None
) -> None:
    try:
        from rulesdsl.sql.compile import compile_edition
        from rulesdsl.sql.dialects import in_dialect
        from rulesdsl.sql.terms import NotInSql
    except ModuleNotFoundError as error:
        fail(f"«isfrules sql» trenger {error.name}.", "Installer med pip install 'isfrules[batch]'.")
    workspace = open_workspace(rulebooks)
    found = workspace.edition(edition, known)
    if found is None:
        fail(*workspace.not_found(edition))
    entities = {result.entity for result in found.results.values()}
    try:
        query = compile_edition(found, dict.fromkeys(entities, relation), waits=waits)
    except NotInSql as error:
        fail(f"Utgaven {edition} kan ikke skrives som SQL ennå: {error.what}.")
    click.echo(f"-- {found.id} · {found.title} · regelverk {found.meaning[:12]}")
    click.echo(in_dialect(query, dialect))
