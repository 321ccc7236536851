"""``isfrules prove``: whether what the rules promise holds for every case there could be."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from rulesdsl.cli.invocation import (
    FINDINGS,
    check_solver,
    fail,
    open_workspace,
    say,
    show_page,
    show_problems,
    write_json,
)
from rulesdsl.cli.norwegian import Choice, Command, Seconds, Whole
from rulesdsl.core.ir import Edition, Property
from rulesdsl.diagnostics import did_you_mean, os_said
from rulesdsl.workspace import Workspace

if TYPE_CHECKING:
    from rulesdsl.prove.properties import Verdict

SECONDS, COUNT, MANY = 20, 3, 40


@click.command(
    "prove", cls=Command,
    help="Beviser egenskapene i regelverket for alle saker som kan tenkes, eller viser en sak som bryter dem. Uten "
         "UTGAVE prøves alle utgaver, i en tabell.",
)
@click.argument("names", metavar="[UTGAVE|EGENSKAP]...", nargs=-1)
@click.option("--edition", "editions", metavar="UTGAVE", multiple=True, help="Bare denne utgaven, "
              "eller utgavene av dette regelverket. Kan gjentas.")
@click.option("--count", metavar="ANTALL", type=Whole(1, 8), default=COUNT, show_default=False,
              help=f"Hvor mange av hvert slag som kan stå sammen, for eksempel episoder på en pasient ({COUNT}).")
@click.option("--seconds", metavar="TALL", type=Seconds(0.1, 3600), default=SECONDS, show_default=False,
              help=f"Hvor lenge ett spørsmål kan ta ({SECONDS}).")
@click.option("--detail", metavar="NIVÅ", type=Choice(["short", "medium", "full"]), default="short",
              help="Hvor mye som vises av en sak som bryter: short, medium eller full.")
@click.option("--save", metavar="FIL", type=click.Path(path_type=Path),
              help="Skriver sakene som bryter, som eksempler til å lime inn i en .isf-fil.")
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json", "markdown"]), default="text",
              help="Formen på svaret: text, json eller markdown (tabellen).")
@click.pass_obj
def command(
    rulebooks: Path | None, names: tuple[str, ...], editions: tuple[str, ...], count: int, seconds: float,
    detail: str, save: Path | None, form: str,
) -> None:
    check_solver()
    if save is not None and save.exists():
        fail(f"«{save}» finnes allerede.", "Velg et annet navn med --save.")
    workspace = open_workspace(rulebooks)
    editions += tuple(each for each in names if "@" in each)
    names = tuple(each for each in names if "@" not in each)
    asked = _asked(workspace, names, editions)
    told = len({edition.id for edition, _ in asked}) == 1 or bool(names)
    verdicts = _prove(asked, seconds, count, told or save is not None)
    if workspace.broken:
        show_problems(workspace.checked.problems, stderr=True)
    if save is not None:
        _save(verdicts, save)
    _show(verdicts, told, detail, form)
    from rulesdsl.publish.proofs import is_finding

    if any(is_finding(each) for each in verdicts):
        sys.exit(FINDINGS)


def _asked(workspace: Workspace, names: tuple[str, ...], editions: tuple[str, ...]) -> list[tuple[Edition, Property]]:
    """The properties that were asked for, edition by edition."""
    for each in editions:
        if workspace.info(each) is None and each not in workspace.rulebooks():
            fail(*workspace.not_found(each))
    ids = [info.id for info in workspace.index if not editions or info.rulebook in editions or info.id in editions]
    found = [edition for each in dict.fromkeys(ids) if (edition := workspace.edition(each)) is not None]
    promises = {edition.id: workspace.promises(edition) for edition in found}
    known = dict.fromkeys(name for each in promises.values() for name in each)
    for name in names:
        if name not in known:
            where = f" i {', '.join(editions)}" if editions else ""
            _none(workspace, f"Egenskapen «{name}» finnes ikke{where}", did_you_mean(name, known) or _have(known))
    asked = [(edition, promise) for edition in found for promise in promises[edition.id].values()
             if not names or promise.name in names]
    if not asked:
        _none(workspace, "Her er ingen egenskaper", "Lov noe med «egenskap» i en .isf-fil.")
    return asked


def _none(workspace: Workspace, message: str, hint: str) -> NoReturn:
    """What was asked for is not there; what is wrong with the rulebooks comes first, for it may hide it."""
    problems = workspace.checked.problems
    if any(each.is_error for each in problems):
        show_problems(problems, stderr=True)
        fail(f"{message}.", "Det som har feil, er ikke lest. Rett feilene først.")
    fail(f"{message}.", hint)


def _have(known: dict[str, None]) -> str:
    """What there is instead; of all editions together there may be very many."""
    if len(known) > MANY:
        return "Velg en utgave, for eksempel «isfrules prove isf@2020», for å se hva den lover."
    return f"Her finnes {', '.join(known)}." if known else ""


def _prove(
    asked: list[tuple[Edition, Property]], seconds: float, count: int, reasons: bool
) -> "list[Verdict]":
    """Every verdict, with a bar on a terminal while it is worked out."""
    from rulesdsl.proving import prove

    verdicts = []
    quiet = not sys.stderr.isatty()
    with click.progressbar(asked, label="Beviser", file=sys.stderr, hidden=quiet) as bar:
        for edition, promise in bar:
            verdicts.append(prove(promise, edition, seconds=seconds, count=count, reasons=reasons))
    return verdicts


def _show(verdicts: "list[Verdict]", told: bool, detail: Any, form: str) -> None:
    from rulesdsl.publish import proofs

    if form == "json":
        from rulesdsl.publish.proofs_json import proofs_json

        write_json(proofs_json(verdicts))
        return
    if form == "markdown":
        click.echo(proofs.to_markdown(verdicts), nl=False)
        return
    many = len({each.edition.id for each in verdicts}) > 1
    if many:
        _table(verdicts)
    shown = [each for each in verdicts if not many or (told and each.verdict != "bevist")]
    if shown and many:
        say()
    if shown:
        show_page(proofs.page(shown, detail))


def _table(verdicts: "list[Verdict]") -> None:
    """Editions down and properties across; the properties are numbered, for their names are long."""
    from rulesdsl.publish import proofs

    names, rows = proofs.table(verdicts)
    titles = {each.promise.name: each.promise.title for each in verdicts}
    if names:
        wide = max(len(row[0]) for row in rows)
        say(" " * wide + "".join(f"{number:>4}" for number in range(1, len(names) + 1)))
        for row in rows:
            say(row[0].ljust(wide) + "".join(cell.rjust(4) if not cell.endswith(")") else cell.rjust(5)[1:]
                                             for cell in row[1:]))
        say()
        for number, name in enumerate(names, start=1):
            say(f"{number:>4}  {name}" + (f": {titles[name]}" if titles[name] else ""))
        say()
    if held := proofs.between(verdicts):
        for sign, edition, other, name, title in held:
            say(f" {sign:>3}  {edition} mot {other}  {name}" + (f": {title}" if title else ""))
        say()
    say(proofs.LEGEND)
    if assumed := proofs.assumed(verdicts):
        say(assumed)


def _save(verdicts: "list[Verdict]", file: Path) -> None:
    from rulesdsl.publish.example_text import examples_of

    text = examples_of(verdicts)
    if not text:
        say("Ingen sak bryter noe, så det er ingen eksempler å lagre.")
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"Kunne ikke skrive «{file}» ({os_said(error)}).")
