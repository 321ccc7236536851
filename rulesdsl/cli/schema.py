"""``isfrules schema``: JSON Schema of the cases, or of the explanations."""

from pathlib import Path
from typing import Any

import click

from rulesdsl.cli.invocation import fail, open_workspace, write_json
from rulesdsl.cli.norwegian import Command
from rulesdsl.core.ir import Edition
from rulesdsl.workspace import Workspace


@click.command("schema", cls=Command, help="Gir JSON-skjemaet (2020-12) for sakene i en utgave.")
@click.option("--edition", metavar="ID", help="Utgaven sakene skal passe til, eller navnet på regelverket; ellers den "
              "nyeste utgaven av hvert regelverk.")
@click.option("--all", "courses", is_flag=True, help="Skjemaet for «explain --all»: forløp med listene til flere "
              "regelverk side om side.")
@click.option("--explanation", is_flag=True, help="Skjemaet for «explain --format json» i stedet.")
@click.pass_obj
def command(rulebooks: Path | None, edition: str | None, courses: bool, explanation: bool) -> None:
    if explanation:
        from rulesdsl.publish.json import explanation_schema

        write_json(explanation_schema())
        return
    if courses and edition:
        fail("--edition kan ikke brukes sammen med --all, som gjelder alle regelverk.")
    workspace = open_workspace(rulebooks)
    if not workspace.index:
        fail("Her er ingen utgave uten feil.", "Kjør «isfrules check» og rett feilene først.")
    latest = {each.rulebook: each.id for each in workspace.index}
    found = [_edition(workspace, name) for name in ([latest.get(edition, edition)] if edition else latest.values())]
    write_json(_schema(found, courses))


def _edition(workspace: Workspace, name: str) -> Edition:
    found = workspace.edition(name)
    if found is None:
        fail(*workspace.not_found(name))
    return found


def _schema(editions: list[Edition], courses: bool) -> dict[str, Any]:
    from rulesdsl.publish.case_schema import case_schema, one_of_several
    from rulesdsl.publish.course_schema import course_schema

    if courses:
        return course_schema(editions)
    schemas = [case_schema(each) for each in editions]
    return schemas[0] if len(schemas) == 1 else one_of_several(schemas)
