"""``isfrules explain``: decides cases and shows which clause gave what, and why."""

import sys
from pathlib import Path

import click

from rulesdsl.cli.common import FINDINGS, console, fail, open_workspace, show_problems
from rulesdsl.deciding import NoEdition, Question, explain_text
from rulesdsl.evaluate.explanation import Explanation

MOST_BYTES = 200_000_000


@click.command("explain", help="Avgjør sakene i en fil (JSON; «-» er standard inn) og viser hvilket punkt som ga hva.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--format", "form", type=click.Choice(["tree", "json", "markdown", "html"]), default="tree",
              help="Formen på svaret.")
@click.option("--detail", type=click.Choice(["short", "medium", "full"]), default="medium",
              help="Hvor mye av begrunnelsen som vises.")
@click.option("--edition", metavar="ID",
              help="Utgaven det skal avgjøres etter, for eksempel isf@2020. Ellers velger datoen.")
@click.option("--what-if", "what_if", metavar="FELT=VERDI", multiple=True,
              help="Avgjør saken en gang til med et felt endret. Kan gjentas.")
@click.pass_obj
def command(
    rulebooks: Path | None, file: Path, form: str, detail: str, edition: str | None, what_if: tuple[str, ...]
) -> None:
    for setting in what_if:
        if "=" not in setting:
            fail(f"«{setting}» er ikke en endring.", "Skriv felt=verdi, for eksempel avtale.forankret=ja.")
    text = _read(file)
    workspace = open_workspace(rulebooks)
    try:
        explanation = explain_text(workspace, text, file.name, Question(edition, what_if))
    except NoEdition as error:
        if "check" in error.hint:
            show_problems(workspace.checked.problems, stderr=True)
        fail(error.message, error.hint)
    _show(explanation, form, detail)
    if has_findings(explanation):
        sys.exit(FINDINGS)


def _read(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        known = f"kan ikke leses ({error.strerror})"
        why = "er en mappe" if file.is_dir() else known if file.exists() else "finnes ikke"
        fail(f"«{file}» {why}.", "Oppgi en fil med saker i JSON, eller «-» for standard inn.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(f"ISF102  «{file}» er ikke UTF-8 (byte {error.start + 1}).", "Lagre filen som UTF-8.")


def _show(explanation: Explanation, form: str, detail: str) -> None:
    match form:
        case "json":
            import json

            from rulesdsl.publish.json import to_json

            click.echo(json.dumps(to_json(explanation), ensure_ascii=False, indent=2))
        case "markdown":
            from rulesdsl.publish.markdown import to_markdown

            click.echo(to_markdown(explanation, detail), nl=False)  # type: ignore[arg-type]
        case "html":
            from rulesdsl.publish.html import to_html

            click.echo(to_html(explanation, detail), nl=False)  # type: ignore[arg-type]
        case _:
            from rulesdsl.publish.terminal import render

            screen = console()
            colour = screen.color_system is not None
            screen.print(render(explanation, detail, screen.width, colour))  # type: ignore[arg-type]


def has_findings(explanation: Explanation) -> bool:
    """Whether a case could not be read, or the rules had no one answer to it."""
    return any(
        case.errors or any(result.status in ("conflict", "no_rule") for result in case.results if result.main)
        for case in explanation.cases
    )
