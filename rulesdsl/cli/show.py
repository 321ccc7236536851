"""``isfrules show``: the editions and where they were found, an edition whole, or one clause of it."""

import json
from pathlib import Path
from typing import Any

import click

from rulesdsl.cli.common import fail, open_root, show_problems
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast
from rulesdsl.syntax.formatter import format_tree
from rulesdsl.workspace import Root, Workspace


@click.command("show", help="Viser utgavene som finnes, en utgave hel (isf@2020) eller ett punkt (isf@2020 4.3.6).")
@click.argument("edition", required=False)
@click.argument("punkt", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Formen på svaret.")
@click.pass_obj
def command(rulebooks: Path | None, edition: str | None, punkt: str | None, form: str) -> None:
    root = open_root(rulebooks)
    workspace = Workspace(root.path)
    if edition is None:
        _list(root, workspace, form)
        return
    known = workspace.checked.known
    if edition not in known:
        fail(f"Utgaven «{edition}» finnes ikke.", did_you_mean(edition, known) or f"Her finnes {', '.join(known)}.")
    if any(problem.is_error for problem in workspace.checked.problems):
        show_problems(workspace.checked.problems, stderr=True)
    parts = [each for file in known[edition].files for each in file.declarations]
    if punkt is not None:
        clauses = {_number(each): each for each in parts if _number(each)}
        if punkt not in clauses:
            fail(f"Punktet «{punkt}» finnes ikke i {edition}.", did_you_mean(punkt, clauses))
        parts = [clauses[punkt]]
    shown = [_part(each, edition) for each in parts]
    if form == "json":
        click.echo(json.dumps({"schema": "isfrules.edition/1", "edition": edition, "parts": shown},
                              ensure_ascii=False, indent=2))
        return
    for part in shown:
        click.echo(f"# {part['edition']} · {part['file']}:{part['line']}\n{part['text']}")


def _list(root: Root, workspace: Workspace, form: str) -> None:
    if form == "json":
        rows = [{"id": each.id, "title": each.title, "valid_from": str(each.valid_from),
                 "valid_to": str(each.valid_to), "file": each.file} for each in workspace.index]
        click.echo(json.dumps({"schema": "isfrules.editions/1", "path": str(root.path), "found_by": root.found_by,
                               "editions": rows}, ensure_ascii=False, indent=2))
        return
    click.echo(f"Regelverk i {root.path} ({root.found_by})\n")
    for each in workspace.index:
        click.echo(f"  {each.id:<12} {each.valid_from} til {each.valid_to}  {each.title}")
    broken = set(workspace.checked.known) - {each.id for each in workspace.index} if not workspace.index else set()
    for name in sorted(broken):
        click.echo(f"  {name:<12} har feil; kjør «isfrules check»")


def _number(part: ast.Declaration) -> str:
    match part:
        case ast.ClauseDecl(number):
            return number.text
        case ast.DecisionDecl(name):
            return name.text
        case _:
            return ""


def _part(part: ast.Declaration, edition: str) -> dict[str, Any]:
    """A declaration as it stands in the edition: its text, and where it comes from."""
    text = format_tree(ast.File((part,), span=part.span))
    return {"punkt": _number(part) or None, "edition": edition, "file": part.span.source.name, "line": part.span.line,
            "text": text}
