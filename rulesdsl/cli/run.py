"""``isfrules run``: decides a table (Parquet, CSV or a DuckDB table), with an answer for every row, on DuckDB or
Spark."""

import datetime
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulesdsl.cli.explain import read_file
from rulesdsl.cli.invocation import FINDINGS, USAGE, fail, open_workspace, say, show_problems, write_json
from rulesdsl.cli.norwegian import Choice, Command, Day
from rulesdsl.cli.run_plan import show_folder_plan, show_plan
from rulesdsl.deciding import NoEdition
from rulesdsl.publish.line import clean

if TYPE_CHECKING:
    from rulesdsl.batch.problems import CannotRun
    from rulesdsl.batch.run import Job, Step

INSTALL = "pip install 'isfrules[batch]'"


@click.command(
    "run", cls=Command, help="Avgjør en tabell: Parquet, CSV eller en tabell i DuckDB (fil.duckdb:tabell). Hver rad "
    "får verdi, status, punkt og det som mangler. Avgjør regelverket flere slags ting, er DATA en mappe med en tabell "
    "for hver (regninger.csv, linjer.csv), og -o en mappe for svarene."
)
@click.argument("data", metavar="DATA")
@click.option("-o", "--out", metavar="FIL", type=click.Path(path_type=Path),
              help="Filen med svar, .parquet. Ved siden av den kommer …-feil.parquet og …-sum.json.")
@click.option("--engine", metavar="MOTOR", type=Choice(["duckdb", "spark"]), default="duckdb",
              help="Det som regner: duckdb, eller spark for data som én maskin er for liten til.")
@click.option("--map", "naming", metavar="FIL", type=click.Path(readable=False, path_type=Path),
              help='Navn på kolonner, som JSON: {"columns": {"din": "felt"}, "values": {"felt": {"din": "vår"}}}.')
@click.option("--plan", "only_plan", is_flag=True, help="Viser hva som ville blitt gjort, og gjør det ikke.")
@click.option("--edition", metavar="ID",
              help="Utgaven det skal avgjøres etter, for eksempel isf@2020, eller bare regelverket, for eksempel isf. "
                   "Ellers velger feltene og datoen.")
@click.option("--known", metavar="DATO", type=Day(),
              help="Avgjør etter reglene slik de var kjent en dag, for eksempel 2019-01-01.")
@click.option("--patients", metavar="DATA", help="Tabellen over pasientene, om de har sin egen.")
@click.option("--overwrite", is_flag=True, help="Skriver over filene om de finnes.")
@click.option("--memory", metavar="MENGDE", default="2.5GiB",
              help="Minnet DuckDB kan bruke (2.5GiB). Det som ikke får plass, legges på disk.")
@click.option("--brief", is_flag=True, help="Bare verdi og status: uten punkt, regel, det som mangler, og kronene "
              "hvert punkt ga eller tok.")
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json"]), default="text",
              help="Formen på summene: text eller json.")
@click.pass_obj
def command(
    rulebooks: Path | None, data: str, out: Path | None, engine: str, naming: Path | None, only_plan: bool,
    edition: str | None, known: datetime.date | None, patients: str | None, overwrite: bool, brief: bool, memory: str,
    form: str,
) -> None:
    try:
        import duckdb
        import sqlglot  # noqa: F401  asked for here, so that its absence is a message
    except ImportError as error:
        fail(f"«isfrules run» trenger {error.name}, som ikke er installert.", f"Installer med {INSTALL}")
    from rulesdsl.batch.columns import Naming, read_naming
    from rulesdsl.batch.problems import CannotRun
    from rulesdsl.batch.run import Job

    if out is None and not only_plan:
        fail("-o mangler.", "Skriv hvor svarene skal, for eksempel -o svar.parquet, eller se planen med --plan.")
    workspace = open_workspace(rulebooks)
    try:
        named = read_naming(read_file(naming, "navn"), str(naming)) if naming is not None else Naming()
        if Path(data).is_dir() and engine == "duckdb":  # to Spark a folder is one table, in parts
            _run_folder(Job(data, out or Path("svar"), named, edition, known, patients, overwrite, brief, memory),
                        workspace, only_plan, form)
            return
        job = Job(data, out or Path("svar.parquet"), named, edition, known, patients, overwrite, brief, memory)
        if only_plan:
            show_plan(_engine(engine).planned(job, workspace), form)
            return
        _run(job, workspace, engine, form)
    except CannotRun as error:
        refuse(error)
    except NoEdition as error:
        if error.broken:
            show_problems(workspace.checked.problems, stderr=True)
        fail(error.message, error.hint)
    except (RuntimeError, duckdb.Error) as stopped:
        if "interrupt" not in str(stopped).lower():
            raise
        raise click.Abort from None  # Ctrl-C while the engine was at work


def _engine(name: str) -> Any:
    """The module that plans and runs on an engine."""
    if name == "spark":
        from rulesdsl.batch import spark

        return spark
    from rulesdsl.batch import run

    return run


def _run(job: "Job", workspace: Any, engine: str, form: str) -> None:
    from rulesdsl.batch.summary import to_json, to_text

    with progress() as step:
        summary = _engine(engine).run(job, workspace, step)
    if form == "json":
        write_json(to_json(summary))
    else:
        for line in to_text(summary):
            say(line)
        faulty = summary.set_aside or summary.parents_at_fault
        aside = f", og det som er lagt til side, i {job.outputs['feil']}" if faulty else ""
        say(f"\nSvarene er i {job.out}{aside}.")
    unclear = any(each.status in ("conflict", "no_rule") and each.result in summary.main for each in summary.lines)
    if summary.set_aside or summary.parents_at_fault or unclear:
        sys.exit(FINDINGS)


def _run_folder(job: "Job", workspace: Any, only_plan: bool, form: str) -> None:
    """A folder with a table for each entity."""
    from rulesdsl.batch.several import planned_folder, run_folder
    from rulesdsl.batch.summary import to_json, to_text

    if job.parents is not None:
        fail("En mappe kjøres uten --patients.", "Utelat valget; tabellene i mappen sier selv hva som hører til hva.")
    if only_plan:
        show_folder_plan(planned_folder(job, workspace), form)
        return
    with progress() as step:
        summaries = run_folder(job, workspace, step)
    if form == "json":
        write_json({name: to_json(summary) for name, summary in summaries.items()})
    else:
        for name, summary in summaries.items():
            say(f"{name}\n")
            for line in to_text(summary):
                say(line)
        say(f"Svarene er i {job.out}.")
    unclear = any(line.status in ("conflict", "no_rule") and line.result in each.main
                  for each in summaries.values() for line in each.lines)
    if unclear or any(each.set_aside for each in summaries.values()):
        sys.exit(FINDINGS)


def refuse(error: "CannotRun") -> None:
    """Tells every reason, and ends."""
    for each in error.problems:
        click.echo(f"feil  {clean(each.message)}" + (f"\n  {clean(each.hint)}" if each.hint else ""), err=True)
    sys.exit(USAGE)


@contextmanager
def progress() -> "Iterator[Step]":
    """A bar on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda what, done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Leser", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of if of > 1 else None)
