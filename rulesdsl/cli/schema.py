"""``isfrules schema``: JSON Schema of the cases, or of the explanations."""

from pathlib import Path

import click

from rulesdsl.cli.invocation import fail, open_workspace, write_json
from rulesdsl.cli.norwegian import Command


@click.command("schema", cls=Command, help="Gir JSON-skjemaet (2020-12) for sakene i en utgave.")
@click.option("--edition", metavar="ID", help="Utgaven sakene skal passe til, eller navnet på regelverket; ellers den "
              "nyeste utgaven av hvert regelverk.")
@click.option("--explanation", is_flag=True, help="Skjemaet for «explain --format json» i stedet.")
@click.pass_obj
def command(rulebooks: Path | None, edition: str | None, explanation: bool) -> None:
    if explanation:
        from rulesdsl.publish.json import explanation_schema

        write_json(explanation_schema())
        return
    from rulesdsl.publish.case_schema import case_schema, one_of_several

    workspace = open_workspace(rulebooks)
    if not workspace.index:
        fail("Her er ingen utgave uten feil.", "Kjør «isfrules check» og rett feilene først.")
    latest = {each.rulebook: each.id for each in workspace.index}
    schemas = []
    for name in [latest.get(edition, edition)] if edition else latest.values():
        found = workspace.edition(name)
        if found is None:
            fail(*workspace.not_found(name))
        schemas.append(case_schema(found))
    write_json(schemas[0] if len(schemas) == 1 else one_of_several(schemas))
