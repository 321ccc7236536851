"""``isfrules thresholds``: where one step of a number or a date changes a result by much."""

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesdsl.cli.invocation import (
    check_solver,
    fail,
    open_workspace,
    show_page,
    write_json,
)
from rulesdsl.cli.norwegian import Choice, Command, Seconds, Whole
from rulesdsl.core.ir import Edition, Result
from rulesdsl.core.types import Number, is_money, type_name
from rulesdsl.core.values import listed
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.workspace import Workspace, there_is

if TYPE_CHECKING:
    from rulesdsl.prove.thresholds import Thresholds

SECONDS, COUNT, MORE_THAN = 20, 3, "1000"

FieldPath = tuple[str, ...]


@click.command(
    "thresholds", cls=Command,
    help="Finner hvor ett steg i et tall eller en dato (0,001 poeng, ett døgn, én dag) endrer et resultat mye, over "
         "alle saker som kan tenkes, og beviser at det ikke er flere steder. Uten FELT prøves alle tall og datoer.",
)
@click.argument("fields", metavar="[UTGAVE] [FELT]...", nargs=-1)
@click.option("--edition", metavar="UTGAVE", help="Utgaven, for eksempel isf@2020.")
@click.option("--result", "results", metavar="RESULTAT", multiple=True,
              help="Resultatet som skal følges. Kan gjentas. Ellers de endelige beløpene.")
@click.option("--more-than", "more_than", metavar="TALL", default=MORE_THAN, show_default=False,
              help=f"Hvor mye resultatet må endre seg for å være med ({MORE_THAN}).")
@click.option("--count", metavar="ANTALL", type=Whole(1, 8), default=COUNT, show_default=False,
              help=f"Hvor mange av hvert slag som kan stå sammen, for eksempel episoder på en pasient ({COUNT}).")
@click.option("--seconds", metavar="TALL", type=Seconds(0.1, 3600), default=SECONDS, show_default=False,
              help=f"Hvor lenge ett spørsmål kan ta ({SECONDS}); et felt kan ta tolv ganger så lenge.")
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json", "markdown"]), default="text",
              help="Formen på svaret: text, json eller markdown (en tabell).")
@click.pass_obj
def command(
    rulebooks: Path | None, fields: tuple[str, ...], edition: str | None, results: tuple[str, ...], more_than: str,
    count: int, seconds: float, form: str,
) -> None:
    check_solver()
    amount = _amount(more_than)
    workspace = open_workspace(rulebooks)
    named = [each for each in (*([edition] if edition else []), *fields) if "@" in each]
    if len(set(named)) > 1:
        fail(f"Én utgave om gangen, ikke {listed(dict.fromkeys(named))}.")
    chosen = _edition(workspace, named[0] if named else edition)
    asked = _asked(chosen, _results(chosen, results), tuple(each for each in fields if "@" not in each))
    found = _find(chosen, asked, amount, seconds, count)
    _show(found, form)


def _amount(text: str) -> Decimal:
    """An amount as people write it."""
    try:
        amount = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount < 10**9:
        fail(f"«{text}» er ikke et beløp.", "Skriv et tall fra 0, for eksempel --more-than 1000.")
    return amount


def _edition(workspace: Workspace, name: str | None) -> Edition:
    ids = [each.id for each in workspace.index]
    if name is None and len(ids) != 1:
        first = "Skriv den først, som i «isfrules thresholds isf@2020»."
        fail("Hvilken utgave?", f"{first} {there_is('', ids)}" if ids else
             "Kjør «isfrules check» og rett feilene først.")
    found = workspace.edition(name or ids[0])
    if found is None:
        fail(*workspace.not_found(name or ids[0]))
    return found


def _results(edition: Edition, names: tuple[str, ...]) -> list[Result]:
    """The results to follow: those asked for, or the amounts that no other result uses."""
    for name in names:
        if name not in edition.results:
            fail(f"Resultatet «{name}» finnes ikke i {edition.id}.",
                 did_you_mean(name, edition.results) or f"Her finnes {', '.join(edition.results)}.")
        kind = edition.results[name].type
        if not isinstance(kind, Number):
            fail(f"Resultatet «{name}» er ikke et tall, men {type_name(kind)}.", "Velg et beløp eller et annet tall.")
    if names:
        return [edition.results[name] for name in dict.fromkeys(names)]
    found = [each for name in edition.shown if name in edition.final and isinstance(
        (each := edition.results[name]).type, Number) and is_money(each.type.unit)]
    if not found:
        fail(f"Ingen av de endelige resultatene i {edition.id} er et beløp.", "Velg et tall med --result.")
    return found


def _asked(edition: Edition, results: list[Result], names: tuple[str, ...]) -> list[tuple[Result, FieldPath]]:
    """The fields that were asked for, of what each result is for and of what is around it, or all that are numbers or
    dates."""
    from rulesdsl.prove.stepped import fields_around, stepped_fields

    found = [(each, path) for each in results for path in stepped_fields(edition, each.entity)]
    known = dict.fromkeys(".".join(path) for _, path in found)
    for name in names:
        if name in known:
            continue
        kinds = {".".join(path): each.decl.type for result in results
                 for path, each in fields_around(edition, result.entity).items()}
        have = f"Tall og datoer er {', '.join(known)}." if known else ""
        if name in kinds:
            fail(f"Feltet «{name}» er ikke et tall eller en dato, men {type_name(kinds[name])}.", have)
        whose = listed(dict.fromkeys(each.entity for each in results))
        fail(f"Feltet «{name}» finnes ikke i {whose}.", did_you_mean(name, known) or have)
    chosen = [(each, path) for each, path in found if not names or ".".join(path) in names]
    if not chosen:
        fail("Her er ingen tall eller datoer å prøve.")
    return chosen


def _find(
    edition: Edition, asked: list[tuple[Result, FieldPath]], amount: Decimal, seconds: float, count: int
) -> "list[Thresholds]":
    """What is found of every field, with a bar on a terminal while it is worked out."""
    from rulesdsl.proving import thresholds

    found = []
    with click.progressbar(asked, label="Leter", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for result, path in bar:
            found.append(thresholds(edition, result, path, amount, seconds=seconds, count=count))
    return found


def _show(found: "list[Thresholds]", form: str) -> None:
    from rulesdsl.publish.thresholds import page, thresholds_json, to_markdown

    match form:
        case "json":
            write_json(thresholds_json(found))
        case "markdown":
            click.echo(to_markdown(found), nl=False)
        case _:
            show_page(page(found))
