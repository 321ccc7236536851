"""``isfrules show``: the editions and where they were found, an edition whole, or one clause of it."""

import datetime
import sys
from pathlib import Path
from typing import Any

import click

from rulesdsl.check.editions import origins, texts_of
from rulesdsl.check.heads import header_of
from rulesdsl.check.inherit import whole
from rulesdsl.cli.invocation import FINDINGS, fail, open_root, open_workspace, say, show_problems, write_json
from rulesdsl.cli.norwegian import Choice, Command, Day
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast
from rulesdsl.syntax.formatter import format_tree
from rulesdsl.workspace import EditionInfo, Root, Workspace


@click.command(
    "show", cls=Command,
    help="Viser utgavene som finnes, de av ett regelverk (isf), en utgave hel (isf@2020), eller ett punkt, en sats, et "
         "kodeverk eller noe annet i den (isf@2020 4.3.6).",
)
@click.argument("edition", metavar="[UTGAVE]", required=False)
@click.argument("punkt", metavar="[PUNKT]", required=False)
@click.option("--known", metavar="DATO", type=Day(), help="Utgaven slik den var kjent en dag, før senere rettelser.")
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json"]), default="text",
              help="Formen på svaret: text eller json.")
@click.pass_obj
def command(
    rulebooks: Path | None, edition: str | None, punkt: str | None, known: datetime.date | None, form: str
) -> None:
    workspace = open_workspace(rulebooks)
    if edition is None:
        _list(open_root(rulebooks), workspace, form)
        return
    if edition in workspace.rulebooks() and punkt is None:
        _list(open_root(rulebooks), workspace, form, edition)
        return
    there = [each.id for each in (*workspace.index, *workspace.broken)]
    if edition not in there:
        fail(f"ISF413  Utgaven «{edition}» finnes ikke.", workspace.in_place_of(edition, there))
    files, texts = texts_of(list(workspace.parsed[0].values()), edition)
    if known is not None and files.known_from is not None and known < files.known_from:
        fail(f"ISF436  Utgaven {edition} ble kjent {files.known_from}.", "Velg en senere dag med --known.")
    if workspace.broken:
        show_problems(workspace.checked.problems, stderr=True)
    text = next((each for each in texts if each.until is None or (known is not None and known < each.until)), None)
    parts: list[ast.Declaration] = [files.header, *(whole(text.names) if text else ())]
    if punkt is not None:
        named = {_name(each): each for each in parts if _name(each)} | {
            _number(each): each for each in parts if _number(each)}
        if punkt not in named:
            fail(f"Punktet «{punkt}» finnes ikke i {edition}.", did_you_mean(punkt, named))
        parts = [named[punkt]]
    shown = [_part(each, origins(files)) for each in parts]
    if form == "json":
        write_json({
            "schema": "isfrules.edition/1", "edition": edition, "changes": files.base.id if files.base else None,
            "corrections": [_correction(each) for each in (text.corrections if text else ())], "parts": shown,
        })
        return
    for part in shown:
        say(f"# {part['edition']} · {part['file']}:{part['line']}\n{part['text']}")


def _list(root: Root, workspace: Workspace, form: str, rulebook: str = "") -> None:
    """The editions that there are, of one rulebook or of all."""
    index, bad = ([each for each in some if rulebook in ("", each.rulebook)]
                  for some in (workspace.index, workspace.broken))
    broken = [{"id": each.id, "valid_from": str(each.valid_from), "valid_to": str(each.valid_to), "file": each.file}
              for each in bad]
    unread = () if rulebook else workspace.unread
    if form == "json":
        rows = [{"id": each.id, "title": each.title, "valid_from": str(each.valid_from),
                 "valid_to": str(each.valid_to), "file": each.file,
                 "known_from": str(each.known_from) if each.known_from else None,
                 "corrected": [str(day) for day in each.earlier]} for each in index]
        write_json({"schema": "isfrules.editions/1", "path": str(root.path), "found_by": root.found_by,
                    "editions": rows, "broken": broken, "unread": unread})
    else:
        say(f"Regelverk i {root.path} ({root.found_by})\n")
        for each in index:
            say(f"  {each.id:<12} {each.valid_from} til {each.valid_to}  {each.title}{_history(each)}")
        for row in broken:
            say(f"  {row['id']:<12} {row['valid_from']} til {row['valid_to']}  har feil; kjør «isfrules check»")
        for file in unread:
            say(f"  {file} kan ikke leses; kjør «isfrules check»")
    if broken or unread:
        sys.exit(FINDINGS)


def _history(each: EditionInfo) -> str:
    """When its text was corrected."""
    return f" (rettet {', '.join(map(str, each.earlier))})" if each.earlier else ""


def _name(part: ast.Declaration) -> str:
    """What a declaration that is no clause is called; nothing where it has no name of its own."""
    name = getattr(part, "name", None)
    return name.text if isinstance(name, ast.Name) and not isinstance(part, ast.Header) else ""


def _number(part: ast.Declaration) -> str:
    match part:
        case ast.ClauseDecl(number):
            return number.text
        case ast.DecisionDecl(name):
            return name.text
        case _:
            return ""


def _part(part: ast.Declaration, origin: dict[str, str]) -> dict[str, Any]:
    """A declaration as it stands in the edition: its text, and the edition and file it comes from."""
    text = format_tree(ast.File((part,), span=part.span))
    file = part.span.source.name
    return {"punkt": _number(part) or None, "edition": origin[file], "file": file, "line": part.span.line, "text": text}


def _correction(file: ast.File) -> dict[str, Any]:
    header = header_of(file)
    assert header is not None
    known = header.known_from
    return {"known_from": str(known.value) if known else None, "title": header.title, "file": file.span.source.name}
