"""``isfrules check``: all messages of all files."""

import sys
from pathlib import Path

import click

from rulesdsl.cli.common import FINDINGS, open_root, show_problems
from rulesdsl.workspace import Workspace


@click.command("check", help="Leser og kontrollerer regelverket: alle meldinger om alle filer.")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def command(rulebooks: Path | None, path: Path | None) -> None:
    workspace = Workspace(open_root(path or rulebooks).path)
    problems = workspace.checked.problems
    show_problems(problems)
    errors = sum(problem.is_error for problem in problems)
    files, editions = len(workspace.rule_files()), len(workspace.checked.known)
    if errors:
        click.echo(f"{errors} feil i {files} {'fil' if files == 1 else 'filer'}.")
        sys.exit(FINDINGS)
    warnings = len(problems)
    click.echo(f"I orden: {files} {'fil' if files == 1 else 'filer'}, {editions} "
               f"{'utgave' if editions == 1 else 'utgaver'}{f', {warnings} advarsler' if warnings else ''}.")
