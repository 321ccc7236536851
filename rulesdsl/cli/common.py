"""What the commands share: the rulebooks they work on, the terminal, and how messages are shown."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from rulesdsl.diagnostics import Diagnostic
from rulesdsl.workspace import Root, Workspace, find_root

if TYPE_CHECKING:
    from rich.console import Console

FINDINGS, USAGE = 1, 2
"""Exit codes: 0 is well, 1 that something was found, 2 that the call itself was wrong."""


def open_root(given: Path | None) -> Root:
    """The folder of rulebooks that a command works on; none is a message."""
    root = find_root(given, dict(os.environ), Path.cwd())
    if root is None:
        asked = given or os.environ.get("ISFRULES_RULEBOOKS")
        detail = f"«{asked}» finnes ikke." if asked else "Her er ingen mappe «regelverk»."
        fail(f"Fant ikke noe regelverk. {detail}", "Oppgi mappen med --rulebooks.")
    return root


def open_workspace(given: Path | None) -> Workspace:
    return Workspace(open_root(given).path)


def fail(message: str, hint: str = "") -> NoReturn:
    """Ends with a message about the call itself."""
    click.echo(f"feil  {message}" + (f"\n  {hint}" if hint else ""), err=True)
    sys.exit(USAGE)


def console(stderr: bool = False) -> "Console":
    """The terminal: colour only where there is one, and never where ``NO_COLOR`` asks for none."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False)


def show_problems(problems: Iterable[Diagnostic], stderr: bool = False) -> None:
    """All messages, with a blank line between."""
    from rulesdsl.publish.problems import render_problems

    found, screen = list(problems), console(stderr)
    if found:
        screen.print(render_problems(found, colour=screen.color_system is not None))
