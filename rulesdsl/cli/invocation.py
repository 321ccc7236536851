"""One call of a command: the rulebooks it works on, the terminal it writes to, and how it ends."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from rulesdsl.diagnostics import Diagnostic, os_said
from rulesdsl.publish.line import clean
from rulesdsl.workspace import Root, Workspace, find_root

if TYPE_CHECKING:
    from rich.console import Console

    from rulesdsl.publish.line import Line

FINDINGS, USAGE = 1, 2
"""Exit codes: 0 is well, 1 that something was found, 2 that the call itself was wrong."""

_STEERING = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
"""Signs that JSON lets through and that steer a terminal or hide in a text."""


def open_root(given: Path | None) -> Root:
    """The folder of rulebooks that a command works on; none is a message."""
    root = find_root(given, dict(os.environ), Path.cwd())
    if root is None:
        asked = given or os.environ.get("ISFRULES_RULEBOOKS")
        detail = f"«{asked}» finnes ikke." if asked else "Her er ingen mappe «regelverk»."
        fail(f"Fant ikke noe regelverk. {detail}", (given and _edition_hint(given)) or "Oppgi mappen med --rulebooks.")
    return root


def _edition_hint(given: Path) -> str:
    """Where the edition stands that was given in place of a file, if there is one."""
    root = find_root(None, dict(os.environ), Path.cwd())
    info = Workspace(root.path).info(str(given)) if root is not None else None
    return f"Utgaven {info.id} står i {info.file}. Oppgi filen." if info is not None else ""


def open_workspace(given: Path | None) -> Workspace:
    """The rulebooks that a command works on; that there are none is a message."""
    root = open_root(given)
    if root.path.is_file() and root.path.suffix != ".isf":
        fail(f"«{root.path}» er ikke en .isf-fil.", "Oppgi en mappe med regelverk eller en .isf-fil.")
    workspace = Workspace(root.path)
    try:
        found = workspace.rule_files()
    except OSError as error:
        fail(f"«{error.filename}» kan ikke leses ({os_said(error)}).", "Se etter rettighetene til filen.")
    if not found:
        fail(f"Fant ingen .isf-filer i «{root.path}».", "Oppgi mappen med --rulebooks.")
    return workspace


def fail(message: str, hint: str = "") -> NoReturn:
    """Ends with a message about the call itself."""
    click.echo(f"feil  {clean(message)}" + (f"\n  {clean(hint)}" if hint else ""), err=True)
    sys.exit(USAGE)


def check_solver() -> None:
    """That there is no solver is a message."""
    try:
        import z3  # noqa: F401  asked for here, so that its absence is a message
    except ImportError:
        fail("Et bevis trenger z3, som ikke er installert.", "Installer med pip install 'isfrules[prove]'")


def say(text: str = "") -> None:
    """A line of plain text, whatever names of files and titles are in it."""
    click.echo("\n".join([clean(line) for line in text.split("\n")]))


def write_json(document: Any) -> None:
    """A document for programs; on a terminal none of its texts steers it."""
    from rulesdsl.publish.json import written

    click.echo(_harmless(written(document, indent=2)))


def write_json_list(head: dict[str, Any], name: str, items: Iterable[Any]) -> None:
    """The same where the last part of a document is a list that may be long: each item on a line of its own."""
    from rulesdsl.publish.json import written

    opened = json.dumps(head, ensure_ascii=False).removesuffix("}")
    click.echo(f'{opened}, "{name}": [', nl=False)
    for number, item in enumerate(items):
        click.echo((",\n" if number else "\n") + _harmless(written(item)), nl=False)
    click.echo("\n]}")


def _harmless(text: str) -> str:
    return text if text.isascii() else _STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def in_colour(stderr: bool = False) -> bool:
    """Colour only where there is a terminal to show it, or somebody insists, and never where ``NO_COLOR`` is set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    stream = sys.stderr if stderr else sys.stdout
    return bool(os.environ.get("FORCE_COLOR")) or (stream is not None and stream.isatty())


def width() -> int:
    """How many columns to write for: those asked for, those of the terminal, or 80."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isascii() and asked.isdigit() and 0 < int(asked) < 10_000:
        return int(asked)
    for stream in (1, 2, 0):
        try:
            return os.get_terminal_size(stream).columns or 80
        except OSError:
            continue
    return 80


def console(stderr: bool = False) -> "Console":
    """A terminal with colours."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width(), force_terminal=True)


def batched(lines: Iterable[str]) -> Iterator[list[str]]:
    """Some lines at a time: a write for each takes long."""
    found = iter(lines)
    while some := list(islice(found, 500)):
        yield some


def show_page(page: "Line") -> None:
    """A page of lines, with colour where there is a terminal for it."""
    from rulesdsl.publish.terminal import render_page, render_page_plain

    if in_colour():
        console().print(render_page(page, width()))
    else:
        for lines in batched(render_page_plain(page, width())):
            click.echo("".join(lines), nl=False)


def show_problems(problems: Iterable[Diagnostic], stderr: bool = False) -> None:
    """All messages, with a blank line between."""
    from rulesdsl.publish.problems import plain_problems, render_problems

    found = list(problems)
    if found and in_colour(stderr):
        console(stderr).print(render_problems(found, colour=True, width=width()))
    elif found:
        click.echo(plain_problems(found), nl=False, err=stderr)
