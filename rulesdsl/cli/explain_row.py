"""One row of a run for ``isfrules explain``: ``--from`` names the answers, and ``--row`` the row in them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesdsl.cli.invocation import USAGE, fail
from rulesdsl.deciding import Question
from rulesdsl.publish.line import clean
from rulesdsl.workspace import Workspace

if TYPE_CHECKING:
    from rulesdsl.batch.reasons_of import Again

INSTALL = "pip install 'isfrules[batch]'"


def check_asked(file: Path | None, answers: Path | None, row: str | None, question: Question
                ) -> tuple[Path, str]:
    """What a call must and must not have; else it ends with a message."""
    if file is not None:
        fail(f"«{file}» og --from kan ikke stå sammen.", "Oppgi en fil med saker, eller --from og --row.")
    if answers is None:
        fail("--from mangler.", "Skriv hvilke svar raden er i, for eksempel --from svar.parquet.")
    if row is None:
        fail("--row mangler.", "Skriv hvilken rad, for eksempel --row E1 eller --row rad:12.")
    if question.edition is not None or question.known is not None:
        name = "--edition" if question.edition is not None else "--known"
        fail(f"{name} og --from kan ikke stå sammen: kjøringen sier hva raden ble avgjort etter.",
             "Se en annen utgave med --compare.")
    return answers, row


def take_up(answers: Path, row: str, workspace: Workspace, question: Question) -> "Again":
    """The row with its reasons; a message where it cannot be had. Raises ``NoEdition``."""
    try:
        import duckdb
        import sqlglot  # noqa: F401  asked for here, so that its absence is a message
    except ImportError as error:
        fail(f"--from trenger {error.name}, som ikke er installert.", f"Installer med {INSTALL}")
    from rulesdsl.batch.problems import CannotRun
    from rulesdsl.batch.reasons_of import explain_row
    from rulesdsl.batch.row_in_folder import explain_in_folder

    try:
        return (explain_in_folder if answers.is_dir() else explain_row)(answers, row, workspace, question)
    except CannotRun as error:
        for each in error.problems:
            click.echo(f"feil  {clean(each.message)}" + (f"\n  {clean(each.hint)}" if each.hint else ""), err=True)
        raise SystemExit(USAGE) from None
    except (RuntimeError, duckdb.InterruptException) as stopped:
        if "interrupt" not in str(stopped).lower():
            raise
        raise click.Abort from None  # Ctrl-C while the engine was at work


def say_whether_same(again: "Again", answers: Path) -> None:
    """Whether the answer still is what stands in the file. It goes where messages go: the explanation is all of the
    output, whatever its form."""
    for note in again.notes:
        _tell(f"Merk: {note}")
    match again.differences:
        case None:
            _tell(f"{again.row} i {answers}: lagt til side.")
        case ():
            _tell(f"{again.row} i {answers}: samme svar.")
        case found:
            _tell(f"{again.row} i {answers}: et annet svar enn det som står der.")
            for each in found:
                _tell(f"  {each}")


def _tell(text: str) -> None:
    click.echo(clean(text), err=True)
