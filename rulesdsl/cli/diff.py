"""``isfrules diff``: what is changed between two editions, clause by clause, and what that changes for given cases."""

import datetime
import sys
from pathlib import Path

import click

from rulesdsl.cli.explain import batched, read_file, shown_name
from rulesdsl.cli.invocation import (
    FINDINGS,
    console,
    fail,
    in_colour,
    open_workspace,
    show_problems,
    width,
    write_json,
)
from rulesdsl.cli.norwegian import Choice, Command, Day
from rulesdsl.compare.between import differences_between
from rulesdsl.compare.cases import CasesCompared, compare_cases
from rulesdsl.compare.differences import Differences
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import ENGINE, NoEdition, edition_named
from rulesdsl.workspace import Workspace


@click.command(
    "diff", cls=Command,
    help="Viser hva som er endret fra én utgave til en annen (isf@2019 isf@2020): punkt for punkt, i ord, og hva "
         "endringene betyr for saker du har.",
)
@click.argument("first", metavar="FRA")
@click.argument("second", metavar="TIL")
@click.option("--data", metavar="FIL", type=click.Path(readable=False, path_type=Path, allow_dash=True),
              help="Saker i JSON (de samme som for explain; «-» er standard inn), avgjort etter begge utgavene.")
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json", "markdown"]), default="text",
              help="Formen på svaret: text, json eller markdown (utkast til et kapittel om endringer).")
@click.option("--known", metavar="DATO", type=Day(), help="Utgavene slik de var kjent en dag, før senere rettelser.")
@click.pass_obj
def command(
    rulebooks: Path | None, first: str, second: str, data: Path | None, form: str, known: datetime.date | None
) -> None:
    text = read_file(data) if data is not None else None
    workspace = open_workspace(rulebooks)
    before, after = (_edition(name, workspace, known) for name in (first, second))
    if before.rulebook != after.rulebook:
        fail(f"{before.id} og {after.id} er av hvert sitt regelverk.", "Velg to utgaver av samme regelverk.")
    found = differences_between(before, after)
    cases = None
    if data is not None and text is not None:
        cases = compare_cases(text, shown_name(data), before, after, found)
    _show(found, cases, form)
    if cases and (cases.errors or cases.failed or any(each.unclear for each in cases.cases)):
        sys.exit(FINDINGS)


def _edition(name: str, workspace: Workspace, known: datetime.date | None) -> Edition:
    info = workspace.info(name)
    if info is not None and not info.is_known(known):
        fail(f"ISF436  Utgaven {name} ble kjent {info.known_from}.", "Velg en senere dag med --known.")
    try:
        return edition_named(name, workspace, known)
    except NoEdition as error:
        if error.broken:
            show_problems(workspace.checked.problems, stderr=True)
        fail(error.message, error.hint)


def _show(found: Differences, cases: CasesCompared | None, form: str) -> None:
    match form:
        case "json":
            from rulesdsl.publish.differences_json import differences_json

            write_json(differences_json(found, cases, ENGINE))
        case "markdown":
            from rulesdsl.publish.differences_markdown import differences_markdown

            click.echo(differences_markdown(found, cases, ENGINE), nl=False)
        case _:
            from rulesdsl.publish.differences import page
            from rulesdsl.publish.terminal import render_page, render_page_plain

            if in_colour():
                console().print(render_page(page(found, cases), width()))
            else:
                for lines in batched(render_page_plain(page(found, cases), width())):
                    click.echo("".join(lines), nl=False)
