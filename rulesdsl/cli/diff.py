"""``isfrules diff``: what is changed between two editions, clause by clause, and what that changes for given cases or
is worth over a table."""

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesdsl.cli.explain import read_file, shown_name
from rulesdsl.cli.invocation import (
    FINDINGS,
    check_solver,
    fail,
    open_workspace,
    say,
    show_page,
    show_problems,
    width,
    write_json,
)
from rulesdsl.cli.norwegian import Choice, Command, Day, Seconds, Whole
from rulesdsl.cli.run import INSTALL
from rulesdsl.compare.between import differences_between
from rulesdsl.compare.cases import CasesCompared, compare_cases
from rulesdsl.compare.differences import Differences
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import ENGINE, NoEdition, edition_named
from rulesdsl.diagnostics import did_you_mean, os_said
from rulesdsl.prove.difference import COUNT as MOST_TOGETHER
from rulesdsl.prove.difference import INSTALL as PROVE
from rulesdsl.prove.difference import PARTS as MOST_PARTS
from rulesdsl.prove.difference import SECONDS as MOST_SECONDS
from rulesdsl.workspace import Workspace

if TYPE_CHECKING:
    from rulesdsl.batch.contrast import Asked
    from rulesdsl.compare.contrast import Contrast

INSTALL_CHARTS = "pip install 'isfrules[charts]'"

TABLES = (".parquet", ".csv", ".tsv")
DATABASES = (".duckdb", ".db", ".ddb")


@click.command(
    "diff", cls=Command,
    help="Viser hva som er endret fra én utgave til en annen (isf@2019 isf@2020): punkt for punkt, i ord, og hva "
         "endringene betyr for saker du har, eller er verdt over en tabell.",
)
@click.argument("first", metavar="FRA")
@click.argument("second", metavar="TIL")
@click.option("--data", metavar="FIL", type=click.Path(readable=False, path_type=Path, allow_dash=True),
              help="Saker i JSON (de samme som for explain; «-» er standard inn), eller en tabell (som for run: "
                   "Parquet, CSV eller fil.duckdb:tabell). Alt avgjøres etter begge utgavene.")
@click.option("--by", multiple=True, metavar="KOLONNE",
              help="Del endringen i en tabell opp etter en kolonne. Kan gjentas. Ellers etter de vanlige som er der.")
@click.option("--result", "results", multiple=True, metavar="RESULTAT",
              help="Tallet som summeres over en tabell, for eksempel isf_poeng, eller det --prove spør om. Kan "
                   "gjentas. Ellers beløp i kroner, og med --prove de resultatene som ingen andre bruker.")
@click.option("--patients", metavar="DATA", help="Tabellen over pasientene, om de har sin egen.")
@click.option("--map", "naming", metavar="FIL", type=click.Path(readable=False, path_type=Path),
              help="Navn på kolonner i en tabell, som JSON (som for run).")
@click.option("--examples", metavar="FIL", type=click.Path(path_type=Path),
              help="Skriver eksemplene fra en tabell som saker i JSON, til explain.")
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json", "markdown", "csv", "html"]),
              default="text", help="Formen på svaret: text, json eller markdown (utkast til et kapittel om endringer); "
                                   "for en tabell også csv (til Excel) og html (en side med figurer).")
@click.option("--prove", is_flag=True,
              help="Beviser når utgavene kan gi ulikt svar, for alle saker: vilkåret i ord, et eksempel på hver del og "
                   "hvor mange kroner det kan bety. Krever " + PROVE + ".")
@click.option("--parts", metavar="ANTALL", type=Whole(min=1), default=None,
              help=f"Med --prove: høyst så mange deler av vilkåret. Ellers {MOST_PARTS}.")
@click.option("--seconds", metavar="SEKUNDER", type=Seconds(1, 86_400), default=None,
              help=f"Med --prove: høyst så lang tid. Ellers {MOST_SECONDS:g}.")
@click.option("--count", metavar="ANTALL", type=Whole(1, 8), default=None,
              help=f"Med --prove: hvor mange av hvert slag som kan stå sammen, for eksempel episoder på en pasient. "
                   f"Ellers {MOST_TOGETHER}.")
@click.option("--known", metavar="DATO", type=Day(), help="Utgavene slik de var kjent en dag, før senere rettelser.")
@click.pass_obj
def command(
    rulebooks: Path | None, first: str, second: str, data: Path | None, by: tuple[str, ...], results: tuple[str, ...],
    patients: str | None, naming: Path | None, examples: Path | None, form: str, prove: bool, parts: int | None,
    seconds: float | None, count: int | None, known: datetime.date | None,
) -> None:
    if data is not None and data.is_dir():
        fail(f"«{data}» er en mappe, og utgaver sammenlignes på én tabell eller en fil med saker.",
             f"Kjør mappen etter hver av dem: isfrules run {data} -o svar --edition {second}, og likeså {first}.")
    table = data is not None and _is_table(data)
    _check_proof(prove, data, {"--parts": parts, "--seconds": seconds, "--count": count})
    _check_call(table, form, {"--by": by, "--result": () if prove else results, "--patients": patients,
                              "--map": naming, "--examples": examples})
    text = read_file(data) if data is not None and not table else None
    workspace = open_workspace(rulebooks)
    before, after = (_edition(name, workspace, known) for name in (first, second))
    if before.rulebook != after.rulebook:
        fail(f"{before.id} og {after.id} er av hvert sitt regelverk.", "Velg to utgaver av samme regelverk.")
    if prove:
        _prove(before, after, results, parts or MOST_PARTS, seconds or MOST_SECONDS, count or MOST_TOGETHER, form)
        return
    found = differences_between(before, after)
    if data is not None and table:
        _table(str(data), before, after, found, workspace, form, by, results, patients, naming, examples, known)
        return
    cases = None
    if data is not None and text is not None:
        cases = compare_cases(text, shown_name(data), before, after, found)
    _show(found, cases, form)
    if cases and (cases.errors or cases.failed or any(each.unclear for each in cases.cases)):
        sys.exit(FINDINGS)


def _is_table(data: Path) -> bool:
    """Whether the data are a table, and not cases in JSON; a .txt file may be either."""
    path, _, name = str(data).rpartition(":")
    suffix = data.suffix.lower()
    if suffix == ".txt":
        try:
            with data.open("rb") as opened:
                return not opened.read(1000).removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))
        except OSError:
            return False
    return suffix in (*TABLES, *DATABASES) or (bool(name) and Path(path).suffix.lower() in DATABASES)


def _check_call(table: bool, form: str, options: dict[str, object]) -> None:
    """What is only for tables, without one."""
    if table:
        return
    if form in ("csv", "html"):
        fail(f"--format {form} er for en tabell.", "Oppgi en tabell med --data, eller velg text, json eller markdown.")
    for name, value in options.items():
        if value:
            fail(f"{name} er for en tabell.", "Oppgi en tabell med --data: Parquet, CSV eller fil.duckdb:tabell.")


def _check_proof(prove: bool, data: Path | None, options: dict[str, object]) -> None:
    """What is only for a proof, without one; and a proof with what it has no use for."""
    if prove and data is not None:
        fail("--prove gjelder alle saker, ikke dem i en fil.", "Ta bort --data eller --prove.")
    for name, value in options.items():
        if value is not None and not prove:
            fail(f"{name} er for --prove.", "Legg til --prove.")


def _prove(
    before: Edition, after: Edition, results: tuple[str, ...], parts: int, seconds: float, count: int, form: str
) -> None:
    """The condition under which the editions can differ."""
    check_solver()
    for name in results:
        if name not in before.results and name not in after.results:
            near = did_you_mean(name, {*before.results, *after.results})
            fail(f"Resultatet «{name}» finnes ikke i utgavene.", near or "Skriv navnet slik det står i regelverket.")
    from rulesdsl.cli.run import progress
    from rulesdsl.prove.difference_proof import prove_difference

    with progress() as step:
        made = prove_difference(before, after, results, parts=parts, seconds=seconds, count=count, step=step)
    match form:
        case "json":
            from rulesdsl.publish.difference_json import difference_json

            write_json(difference_json(made, ENGINE))
        case "markdown":
            from rulesdsl.publish.difference_markdown import difference_markdown

            click.echo(difference_markdown(made, ENGINE), nl=False)
        case _:
            from rulesdsl.publish.difference import page

            show_page(page(made))
    if not made.done:
        sys.exit(FINDINGS)


def _edition(name: str, workspace: Workspace, known: datetime.date | None) -> Edition:
    info = workspace.info(name)
    if info is not None and not info.is_known(known):
        fail(f"ISF436  Utgaven {name} ble kjent {info.known_from}.", "Velg en senere dag med --known.")
    try:
        return edition_named(name, workspace, known)
    except NoEdition as error:
        if error.broken:
            show_problems(workspace.checked.problems, stderr=True)
        fail(error.message, error.hint)


def _show(found: Differences, cases: CasesCompared | None, form: str) -> None:
    match form:
        case "json":
            from rulesdsl.publish.differences_json import differences_json

            write_json(differences_json(found, cases, ENGINE))
        case "markdown":
            from rulesdsl.publish.differences_markdown import differences_markdown

            click.echo(differences_markdown(found, cases, ENGINE), nl=False)
        case _:
            from rulesdsl.publish.differences import page

            show_page(page(found, cases))


# ── A table ──────────────────────────────────────────────────────────────────────────────────────────────────


def _table(
    data: str, before: Edition, after: Edition, found: Differences, workspace: Workspace, form: str,
    by: tuple[str, ...], results: tuple[str, ...], patients: str | None, naming: Path | None, examples: Path | None,
    known: datetime.date | None,
) -> None:
    """What the change is worth over a table."""
    _check_installed(form)
    from duckdb import Error

    from rulesdsl.batch.columns import Naming, read_naming
    from rulesdsl.batch.contrast import Asked
    from rulesdsl.batch.problems import CannotRun
    from rulesdsl.cli.run import refuse

    if examples is not None and examples.exists():
        fail(f"«{examples}» finnes allerede.", "Velg et annet navn med --examples.")
    try:
        named = read_naming(read_file(naming, "navn"), str(naming)) if naming is not None else Naming()
        asked = Asked(data, named, patients, known, by or None, results)
        made = _contrast(asked, found, before, after, workspace)
    except CannotRun as error:
        refuse(error)
    except (RuntimeError, Error) as stopped:
        if "interrupt" not in str(stopped).lower():
            raise
        raise click.Abort from None  # Ctrl-C while the engine was at work
    if examples is not None:
        _write_examples(made, examples)
    _show_table(made, form)
    if made.only_before or made.only_after or made.neither or made.unclear:
        sys.exit(FINDINGS)


def _check_installed(form: str) -> None:
    try:
        import duckdb  # noqa: F401  asked for here, so that its absence is a message
        import sqlglot  # noqa: F401
    except ImportError as error:
        fail(f"En tabell trenger {error.name}, som ikke er installert.", f"Installer med {INSTALL}")
    if form == "html":
        try:
            import altair  # noqa: F401
            import vl_convert  # noqa: F401
        except ImportError as error:
            fail(f"--format html trenger {error.name}, som ikke er installert.", f"Installer med {INSTALL_CHARTS}")


def _contrast(asked: "Asked", found: Differences, before: Edition, after: Edition, workspace: Workspace) -> "Contrast":
    from rulesdsl.batch.contrast import contrast
    from rulesdsl.cli.run import progress

    with progress() as step:
        return contrast(asked, found, before, after, workspace, step)


def _show_table(made: "Contrast", form: str) -> None:
    match form:
        case "json":
            from rulesdsl.publish.contrast_data import to_json

            write_json(to_json(made, ENGINE))
        case "csv":
            from rulesdsl.publish.contrast_data import to_csv

            click.echo(to_csv(made).encode(), nl=False)  # bytes, for the line ends are Excel's, not the terminal's
        case "markdown":
            from rulesdsl.publish.contrast_markdown import to_markdown

            click.echo(to_markdown(made, ENGINE), nl=False)
        case "html":
            from rulesdsl.publish.contrast_html import to_html

            click.echo(to_html(made, ENGINE), nl=False)
        case _:
            from rulesdsl.publish.contrast_text import to_text

            for line in to_text(made, width()):
                say(line)


def _write_examples(made: "Contrast", file: Path) -> None:
    from rulesdsl.publish.json import written

    documents = {written(cell.example.document): cell.example.document for worth in made.worths for cell in worth.cells}
    try:
        file.write_text(written(list(documents.values()), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"Kunne ikke skrive «{file}» ({os_said(error)}).")
