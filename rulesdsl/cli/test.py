"""``isfrules test``: the examples of the rulebooks, and what they do not reach."""

import sys
from pathlib import Path
from typing import Any

import click

from rulesdsl.cli.invocation import FINDINGS, open_workspace, say, show_problems, write_json
from rulesdsl.cli.norwegian import Choice, Command
from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.examples import ExampleOutcome, Unreached, try_examples, unreached


@click.command(
    "test", cls=Command, help="Prøver eksemplene i regelverket og sier hvilke punkter og krav ingen av dem når."
)
@click.argument("path", metavar="[STI]", required=False, type=click.Path(readable=False, path_type=Path))
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json"]), default="text",
              help="Formen på svaret: text eller json.")
@click.pass_obj
def command(rulebooks: Path | None, path: Path | None, form: str) -> None:
    workspace = open_workspace(path or rulebooks)
    tried = []
    for info in workspace.index:
        edition = workspace.edition(info.id)
        if edition is not None and (workspace.root.is_dir() or workspace.rule_files()[0] in edition.files):
            outcomes = try_examples(edition)
            tried.append((edition, outcomes, unreached(edition, outcomes)))
    broken = any(problem.is_error for problem in workspace.checked.problems)
    if broken:
        show_problems(workspace.checked.problems, stderr=True)
    if form == "json":
        write_json(_json(tried))
    else:
        for edition, outcomes, missing in tried:
            _show(edition, outcomes, missing)
    if broken or any(outcome.failures for _, outcomes, _ in tried for outcome in outcomes):
        sys.exit(FINDINGS)


def _show(edition: Edition, outcomes: tuple[ExampleOutcome, ...], missing: tuple[Unreached, ...]) -> None:
    for outcome in outcomes:
        if outcome.failures:
            place = outcome.example.place
            say(f"✗ {outcome.example.title}\n  {place.file}:{place.line}")
            for failure in outcome.failures:
                say(f"  {failure}")
            say()
    failed = sum(bool(outcome.failures) for outcome in outcomes)
    say(f"{edition.id}: {len(outcomes) - failed} av {len(outcomes)} eksempler holder.")
    if missing:
        every = len(edition.clauses)
        reached = every - len({each.clause for each in missing if not each.part})
        say(f"\nIkke nådd av noe eksempel ({reached} av {every} punkter er nådd):")
        for each in missing:
            name = f"{each.clause}, krav {each.part}" if each.part else each.clause
            say(f"  {name}: {each.why}")
    else:
        say("Alle punkter og krav er nådd.")


def _json(tried: list[tuple[Edition, tuple[ExampleOutcome, ...], tuple[Unreached, ...]]]) -> dict[str, Any]:
    return {
        "schema": "isfrules.test/1",
        "editions": [
            {
                "edition": edition.id,
                "examples": [
                    {"title": each.example.title, "file": each.example.place.file, "line": each.example.place.line,
                     "holds": not each.failures, "failures": list(each.failures)} for each in outcomes
                ],
                "unreached": [{"punkt": each.clause, "krav": each.part or None, "why": each.why} for each in missing],
            }
            for edition, outcomes, missing in tried
        ],
    }
