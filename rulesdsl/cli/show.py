"""``isfrules show``: the editions and where they were found, an edition whole, or one clause of it."""

import sys
from pathlib import Path
from typing import Any

import click

from rulesdsl.cli.invocation import FINDINGS, fail, open_root, open_workspace, say, show_problems, write_json
from rulesdsl.cli.norwegian import Choice, Command
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast
from rulesdsl.syntax.formatter import format_tree
from rulesdsl.workspace import Root, Workspace


@click.command(
    "show", cls=Command, help="Viser utgavene som finnes, en utgave hel (isf@2020) eller ett punkt (isf@2020 4.3.6)."
)
@click.argument("edition", metavar="[UTGAVE]", required=False)
@click.argument("punkt", metavar="[PUNKT]", required=False)
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json"]), default="text",
              help="Formen på svaret: text eller json.")
@click.pass_obj
def command(rulebooks: Path | None, edition: str | None, punkt: str | None, form: str) -> None:
    workspace = open_workspace(rulebooks)
    if edition is None:
        _list(open_root(rulebooks), workspace, form)
        return
    known = workspace.checked.known
    if edition not in known:
        hint = did_you_mean(edition, known) or f"Her finnes {', '.join(known)}."
        fail(f"ISF413  Utgaven «{edition}» finnes ikke.", hint)
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
        write_json({"schema": "isfrules.edition/1", "edition": edition, "parts": shown})
        return
    for part in shown:
        say(f"# {part['edition']} · {part['file']}:{part['line']}\n{part['text']}")


def _list(root: Root, workspace: Workspace, form: str) -> None:
    broken = [{"id": each.id, "valid_from": str(each.valid_from), "valid_to": str(each.valid_to), "file": each.file}
              for each in workspace.broken]
    if form == "json":
        rows = [{"id": each.id, "title": each.title, "valid_from": str(each.valid_from),
                 "valid_to": str(each.valid_to), "file": each.file} for each in workspace.index]
        write_json({"schema": "isfrules.editions/1", "path": str(root.path), "found_by": root.found_by,
                    "editions": rows, "broken": broken})
    else:
        say(f"Regelverk i {root.path} ({root.found_by})\n")
        for each in workspace.index:
            say(f"  {each.id:<12} {each.valid_from} til {each.valid_to}  {each.title}")
        for row in broken:
            say(f"  {row['id']:<12} {row['valid_from']} til {row['valid_to']}  har feil; kjør «isfrules check»")
    if broken:
        sys.exit(FINDINGS)


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
