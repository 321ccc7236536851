"""``isfrules check``: all messages of all files."""

import sys
from pathlib import Path

import click

from rulesdsl.cli.invocation import FINDINGS, open_workspace, say, show_problems
from rulesdsl.cli.norwegian import Command


@click.command("check", cls=Command, help="Leser og kontrollerer regelverket: alle meldinger om alle filer.")
@click.argument("path", metavar="[STI]", required=False, type=click.Path(readable=False, path_type=Path))
@click.pass_obj
def command(rulebooks: Path | None, path: Path | None) -> None:
    workspace = open_workspace(path or rulebooks)
    problems = workspace.checked.problems
    show_problems(problems)
    if any(problem.is_error for problem in problems):
        sys.exit(FINDINGS)
    files, editions = len(workspace.rule_files()), len(workspace.checked.known)
    say(f"I orden: {files} {'fil' if files == 1 else 'filer'}, {editions} "
        f"{'utgave' if editions == 1 else 'utgaver'}.")
