"""``isfrules fmt``: every file set out one way; what it means and all comments are kept."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from rulesdsl.cli.invocation import FINDINGS, fail, open_workspace, say
from rulesdsl.cli.norwegian import Command
from rulesdsl.diagnostics import Problems, os_said
from rulesdsl.publish.line import clean
from rulesdsl.syntax.formatter import format_file
from rulesdsl.syntax.parser import parse, read_text


@click.command("fmt", cls=Command, help="Setter opp filene på én måte. Meningen og kommentarene er de samme.")
@click.argument("paths", metavar="[STI]...", nargs=-1, type=click.Path(readable=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Endrer ikke; sier hvilke filer som ville blitt endret.")
@click.pass_obj
def command(rulebooks: Path | None, paths: tuple[Path, ...], only_check: bool) -> None:
    files = _files(paths or (rulebooks,))
    changed = unreadable = 0
    for path, (name, content) in files.items():
        problems = Problems()
        source = read_text(name, content, problems)
        if problems.has_errors:
            click.echo(clean(f"feil ISF102  {name} er ikke UTF-8 og er latt være."), err=True)
            unreadable += 1
            continue
        text = format_file(source, parse(source, problems)).encode()
        if text == content:
            continue
        changed += 1
        if not only_check:
            _replace(path, text)
        say(f"{name}: {'ville blitt endret' if only_check else 'endret'}")
    if not changed and not unreadable:
        say(f"{len(files)} {'fil' if len(files) == 1 else 'filer'} er satt opp som de skal.")
    if unreadable or (changed and only_check):
        sys.exit(FINDINGS)


def _files(paths: Iterable[Path | None]) -> dict[Path, tuple[str, bytes]]:
    """The rule files that are asked for, each once, with its name and content. All are found before any is changed."""
    found: dict[Path, tuple[str, bytes]] = {}
    for path in paths:
        workspace = open_workspace(path)
        names = workspace.rule_files()
        for name in names[:1] if workspace.root.is_file() else names:
            found.setdefault(workspace.path_of(name).resolve(), (name, workspace.contents[name]))
    return found


def _replace(place: Path, content: bytes) -> None:
    """The file whole or not at all."""
    try:
        if not os.access(place, os.W_OK):
            raise PermissionError(13, "skrivebeskyttet")
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(temporary, place.stat().st_mode)
            os.replace(temporary, place)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        fail(f"«{place}» kan ikke skrives ({os_said(error)}).", "Se etter rettighetene til filen.")
