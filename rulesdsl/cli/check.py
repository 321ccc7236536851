"""``isfrules check``: all messages of all files."""

import sys
from pathlib import Path

import click

from rulesdsl.cli.invocation import FINDINGS, check_solver, open_workspace, say, show_problems
from rulesdsl.cli.norwegian import Command, Seconds
from rulesdsl.diagnostics import Diagnostic

SECONDS = 10.0
"""How long one question to the solver may take, unless another limit is asked for."""


@click.command("check", cls=Command, help="Leser og kontrollerer regelverket: alle meldinger om alle filer.")
@click.argument("path", metavar="[STI]", required=False, type=click.Path(readable=False, path_type=Path))
@click.option("--prove", is_flag=True, help="Leter også etter konflikter, hull og det som aldri får virkning, i alle "
              "saker som kan tenkes. Krever isfrules[prove].")
@click.option("--seconds", metavar="ANTALL", type=Seconds(0.001, 86_400), default=SECONDS,
              show_default=False, help=f"Hvor lenge ett spørsmål kan ta med --prove ({SECONDS:g}).")
@click.pass_obj
def command(rulebooks: Path | None, path: Path | None, prove: bool, seconds: float) -> None:
    if prove:
        check_solver()
    workspace = open_workspace(path or rulebooks)
    problems, lines = list(workspace.checked.problems), list[str]()
    if prove:
        from rulesdsl.cli import check_prove

        found, lines = check_prove.prove(workspace, seconds)
        problems = sorted([*problems, *found], key=_place)
    show_problems(problems)
    if problems and lines:
        say()
    for line in lines:
        say(line)
    if any(problem.is_error for problem in problems):
        sys.exit(FINDINGS)
    files, editions = len(workspace.rule_files()), len(workspace.checked.known)
    say(f"I orden: {files} {'fil' if files == 1 else 'filer'}, {editions} "
        f"{'utgave' if editions == 1 else 'utgaver'}.")


def _place(problem: Diagnostic) -> tuple[str, int]:
    span = problem.labels[0].span
    return span.source.name, span.start
