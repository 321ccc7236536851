"""``isfrules explain``: decides cases and shows which clause gave what, and why."""

import datetime
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import cast

import click

from rulesdsl.cli.invocation import (
    FINDINGS,
    batched,
    check_solver,
    console,
    fail,
    in_colour,
    open_workspace,
    show_problems,
    width,
    write_json,
    write_json_list,
)
from rulesdsl.cli.norwegian import Choice, Command, Day
from rulesdsl.deciding import ENGINE, NoEdition, Question, explain_each
from rulesdsl.diagnostics import os_said
from rulesdsl.evaluate.explanation import CaseExplanation, Explanation
from rulesdsl.evaluate.wanted import CannotReach
from rulesdsl.evaluate.what_if import setting_of
from rulesdsl.publish.line import Detail
from rulesdsl.workspace import Workspace

MOST_BYTES = 200_000_000
"""A larger file is rather split than held in memory."""

TABLES = (".csv", ".tsv", ".parquet", ".duckdb")
"""Files that are no cases, whatever is in them."""

FEW = 20
"""So many cases are set out as JSON that is easy on the eyes; more are written one a line."""


@click.command(
    "explain", cls=Command, help="Avgjør sakene i en fil (JSON; «-» er standard inn) og viser hvilket punkt som ga "
    "hva. Med --from og --row: én rad av det «isfrules run» har avgjort."
)
@click.argument("file", metavar="FIL", required=False,
                type=click.Path(readable=False, path_type=Path, allow_dash=True))
@click.option("--from", "answers", metavar="FIL", type=click.Path(path_type=Path),
              help="Svarene fra «isfrules run» (.parquet), som --row er en rad i.")
@click.option("--row", metavar="NØKKEL", help="Raden: nøkkelen, pasienten og nøkkelen (P1/E1), et radnummer (rad:12), "
              "eller en linje som ikke kunne leses (linje:12).")
@click.option("--all", "everything", is_flag=True,
              help="Avgjør et forløp med lister fra flere regelverk etter alle sammen, og viser hvem som betaler hva.")
@click.option("--format", "form", metavar="FORM", type=Choice(["tree", "json", "markdown", "html"]), default="tree",
              help="Formen på svaret: tree, json, markdown eller html.")
@click.option("--detail", metavar="GRAD", type=Choice(["short", "medium", "full"]), default="medium",
              help="Hvor mye av begrunnelsen som vises: short, medium eller full.")
@click.option("--edition", metavar="ID",
              help="Utgaven det skal avgjøres etter, for eksempel isf@2020, eller bare regelverket, for eksempel isf. "
                   "Ellers velger feltene og datoen.")
@click.option("--what-if", "what_if", metavar="FELT=VERDI", multiple=True,
              help="Avgjør saken en gang til med et felt endret, også i en annen episode (pasient.episoder[E2].felt). "
                   "Kan gjentas.")
@click.option("--why-not", "why_not", metavar="[RESULTAT=VERDI]", is_flag=False, flag_value="", default=None,
              help="Finner de minste endringene i saken som ville gitt et resultat (tellende=ja, «refusjon>=10000», "
                   "refusjon=+10000). Uten verdi: det du helst ville fått.")
@click.option("--compare", metavar="ID",
              help="Sammenlign med en annen utgave: begge svar, og hva hver endring av regelverket betyr i kroner.")
@click.option("--known", metavar="DATO", type=Day(),
              help="Avgjør etter reglene slik de var kjent en dag, for eksempel 2019-01-01.")
@click.pass_obj
def command(
    rulebooks: Path | None, file: Path | None, answers: Path | None, row: str | None, everything: bool, form: str,
    detail: str, edition: str | None, what_if: tuple[str, ...], why_not: str | None, compare: str | None,
    known: datetime.date | None,
) -> None:
    for setting in what_if:
        if not setting_of(setting)[0]:
            fail(f"«{setting}» er ikke en endring.", "Skriv felt=verdi, for eksempel avtale.forankret=ja.")
    if why_not is not None:
        check_solver()
    question = Question(edition, what_if, known=known, compare=compare, why_not=why_not)
    if everything and (answers is not None or row is not None):
        fail("--all og --from kan ikke stå sammen.", "En rad er avgjort etter ett regelverk; forklar den uten --all.")
    if answers is not None or row is not None:
        _explain_row(rulebooks, file, answers, row, question, form, cast(Detail, detail))
        return
    if file is None:
        raise click.MissingParameter(param=next(each for each in command.params if each.name == "file"))
    if file.suffix.lower() in TABLES and file.is_file():
        fail(f"«{file}» er en tabell, ikke saker i JSON.",
             f"Skriv isfrules run {file} -o svar.parquet, og så isfrules explain --from svar.parquet --row NØKKEL.")
    text = read_file(file)
    workspace = open_workspace(rulebooks)
    if everything:
        _explain_courses(workspace, text, shown_name(file), question, form, cast(Detail, detail))
        return
    found = _Findings()
    cases = found.watch(explain_each(workspace, text, shown_name(file), question))
    with _editions_of(workspace):
        first = list(islice(cases, FEW + 1))
        _show(first, cases, form, cast(Detail, detail))
    if found.any:
        sys.exit(FINDINGS)


def _explain_courses(
    workspace: Workspace, text: str, name: str, question: Question, form: str, detail: Detail
) -> None:
    """Every course of a file, under all rulebooks."""
    from rulesdsl.courses import explain_courses

    with _editions_of(workspace):
        explained = explain_courses(workspace, text, name, question)
    match form:
        case "tree" if not in_colour():
            from rulesdsl.publish.terminal import render_courses

            click.echo("".join(render_courses(explained, detail, width())), nl=False)
        case "tree":
            from rulesdsl.publish.terminal import render

            console().print(render(explained, detail, width(), colour=True))
        case "json":
            from rulesdsl.publish.json import to_json

            write_json(to_json(explained))
        case "markdown":
            from rulesdsl.publish.markdown import to_markdown

            click.echo(to_markdown(explained, detail), nl=False)
        case _:
            from rulesdsl.publish.html import to_html

            click.echo(to_html(explained, detail), nl=False)
    found = _Findings()
    if any(found.any for _ in found.watch(explained.cases)) or any(each.has_errors for each in explained.courses):
        sys.exit(FINDINGS)


def _explain_row(rulebooks: Path | None, file: Path | None, answers: Path | None, row: str | None, question: Question,
                 form: str, detail: Detail) -> None:
    """One row of a run, and whether its answer still is what stands there."""
    from rulesdsl.cli.explain_row import check_asked, say_whether_same, take_up

    answers, row = check_asked(file, answers, row, question)
    workspace = open_workspace(rulebooks)
    with _editions_of(workspace):
        again = take_up(answers, row, workspace, question)
    found = _Findings()
    _show(list(found.watch([again.explained])), iter(()), form, detail)
    say_whether_same(again, answers)
    if found.any or again.differences:
        sys.exit(FINDINGS)


@contextmanager
def _editions_of(workspace: Workspace) -> Iterator[None]:
    """That there is no edition to decide by is a message."""
    try:
        yield
    except NoEdition as error:
        if error.broken:
            show_problems(workspace.checked.problems, stderr=True)
        fail(error.message, error.hint)
    except CannotReach as error:
        fail(error.message, error.hint)


def shown_name(file: Path) -> str:
    return "standard inn" if str(file) == "-" else file.name


def read_file(file: Path, wanted: str = "saker") -> str:
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        known = f"kan ikke leses ({os_said(error) if isinstance(error, OSError) else 'ugyldig navn'})"
        why = "finnes ikke" if isinstance(error, FileNotFoundError) else known
        why = "er en mappe" if isinstance(error, IsADirectoryError) else why
        fail(f"«{file}» {why}.", f"Oppgi en fil med {wanted} i JSON, eller «-» for standard inn.")
    if len(data) > MOST_BYTES:
        fail(f"«{file}» er større enn {MOST_BYTES // 1_000_000} MB.", "Del sakene på flere filer.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fail(f"ISF102  «{file}» er ikke UTF-8: linje {line}, byte {error.start + 1} i filen.", "Lagre filen som UTF-8.")


def _show(first: list[CaseExplanation], rest: Iterator[CaseExplanation], form: str, detail: Detail) -> None:
    """Shows the cases as they are decided, where the form allows it."""
    cases = chain(first, rest)
    match form:
        case "json" if len(first) > FEW:
            from rulesdsl.publish.json import SCHEMA, case_json

            write_json_list({"schema": SCHEMA, "engine": ENGINE, "courses": []}, "cases", map(case_json, cases))
        case "json":
            from rulesdsl.publish.json import to_json

            write_json(to_json(Explanation(ENGINE, tuple(first))))
        case "markdown":
            from rulesdsl.publish.markdown import to_markdown

            click.echo(to_markdown(Explanation(ENGINE, tuple(cases)), detail), nl=False)
        case "html":
            from rulesdsl.publish.html import to_html

            click.echo(to_html(Explanation(ENGINE, tuple(cases)), detail), nl=False)
        case _ if in_colour():
            from rulesdsl.publish.terminal import render

            console().print(render(Explanation(ENGINE, tuple(cases)), detail, width(), colour=True))
        case _:
            from rulesdsl.publish.terminal import render_plain

            for lines in batched(render_plain(cases, ENGINE, detail, width())):
                click.echo("".join(lines), nl=False)


class _Findings:
    """Notes whether a case could not be read, or the rules had no one answer to it, as the cases go by."""

    any = False

    def watch(self, cases: Iterable[CaseExplanation]) -> Iterator[CaseExplanation]:
        for case in cases:
            unclear = [result for result in case.results if result.main and result.status in ("conflict", "no_rule")]
            compared = case.compared.other.errors if case.compared else ()
            self.any = self.any or bool(case.errors or unclear or compared)
            yield case
