"""``isfrules schema``: JSON Schema of the cases, or of the explanations."""

import json
from pathlib import Path

import click

from rulesdsl.cli.common import fail, open_workspace


@click.command("schema", help="Gir JSON-skjemaet (2020-12) for sakene i en utgave.")
@click.option("--edition", metavar="ID", help="Utgaven sakene skal passe til; ellers den nyeste.")
@click.option("--explanation", is_flag=True, help="Skjemaet for «explain --format json» i stedet.")
@click.pass_obj
def command(rulebooks: Path | None, edition: str | None, explanation: bool) -> None:
    if explanation:
        from rulesdsl.publish.json import explanation_schema

        click.echo(json.dumps(explanation_schema(), ensure_ascii=False, indent=2))
        return
    from rulesdsl.publish.case_schema import case_schema

    workspace = open_workspace(rulebooks)
    if not workspace.index:
        fail("Her er ingen utgave uten feil.", "Kjør «isfrules check» og rett feilene først.")
    name = edition or max(workspace.index, key=lambda each: each.valid_to).id
    found = workspace.edition(name)
    if found is None:
        fail(f"Utgaven «{name}» finnes ikke.", workspace.near(name))
    click.echo(json.dumps(case_schema(found), ensure_ascii=False, indent=2))
