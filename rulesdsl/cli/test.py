"""``isfrules test``: the examples of the rulebooks and what they do not reach, and the properties on made-up cases."""

import os
import sys
import textwrap
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from rulesdsl.cli import test_mistakes
from rulesdsl.cli.invocation import FINDINGS, check_solver, fail, open_workspace, say, show_problems, width, write_json
from rulesdsl.cli.norwegian import Choice, Command, Seconds, Whole
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.counterexample import counterexample
from rulesdsl.evaluate.examples import ExampleOutcome, Unreached, try_examples, unreached
from rulesdsl.evaluate.guarding import guarded
from rulesdsl.trying import Search, search
from rulesdsl.workspace import Workspace, find_root

CASES = 50
"""How many cases each property is tried on, unless more are asked for: a whole rulebook is tried in some seconds."""


FEW = 10
"""It is said of a property that held where it spoke of fewer than one in so many of the cases."""


SECONDS = 10
"""How long one question to the solver may take, unless more is asked for."""


@frozen
class Outcome:
    """What came of one edition; ``mistakes`` where small ones in it were asked for."""

    edition: Edition
    examples: tuple[ExampleOutcome, ...]
    unreached: tuple[Unreached, ...]
    searches: tuple[Search, ...]
    mistakes: "test_mistakes.Found | None" = None

    @property
    def fell(self) -> bool:
        broken = (_breaks(each, self.edition) for each in self.searches)
        return any(each.failures for each in self.examples) or any(broken)


@click.command(
    "test", cls=Command, help="Prøver eksemplene i regelverket og sier hvilke punkter og krav ingen av dem når, og "
    "prøver egenskapene på saker som lages for anledningen."
)
@click.argument("given", metavar="[UTGAVE|STI]", required=False)
@click.option("--cases", metavar="ANTALL", type=Whole(0, 1_000_000), default=CASES, show_default=False,
              help=f"Hvor mange saker hver egenskap prøves på ({CASES}; 0 lar dem være).")
@click.option("--seed", metavar="TALL", type=Whole(), default=0,
              help="Frøet som sakene lages av. Samme frø gir samme saker.")
@click.option("--mistakes", is_flag=True,
              help="Lager småfeil i reglene, én om gangen, og sier hvilke ingen eksempler merker.")
@click.option("--save", metavar="FIL", type=click.Path(dir_okay=False, path_type=Path),
              help="Lagrer eksempler som ville merket småfeilene, til å lime inn, med --mistakes.")
@click.option("--prove", "proving", is_flag=True,
              help="Leter også etter saker med en løser, og beviser hvilke småfeil som ikke betyr noe, med "
              "--mistakes. Krever isfrules[prove].")
@click.option("--seconds", metavar="ANTALL", type=Seconds(0.1, 3600), default=SECONDS, show_default=False,
              help=f"Hvor lenge ett spørsmål kan ta med --prove ({SECONDS}).")
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json"]), default="text",
              help="Formen på svaret: text eller json.")
@click.pass_obj
def command(
    rulebooks: Path | None, given: str | None, cases: int, seed: int, mistakes: bool, save: Path | None,
    proving: bool, seconds: float, form: str,
) -> None:
    for also, name in ((save is not None, "--save"), (proving, "--prove")):
        if also and not mistakes:
            fail(f"{name} gjelder småfeil og krever --mistakes.")
    if proving:
        check_solver()
    workspace, names = _asked(rulebooks, given)
    tried: list[Outcome] = []
    for name in names:
        edition = workspace.edition(name)
        if edition is not None and (workspace.root.is_dir() or workspace.rule_files()[0] in edition.files):
            examples = try_examples(edition)
            properties = workspace.promises(edition).values() if cases else ()
            searches = tuple(search(each, edition, cases=cases, seed=seed) for each in properties)
            found = test_mistakes.Found(edition, tuple(guarded(edition, examples))) if mistakes else None
            if found is not None and (save is not None or proving):
                found = test_mistakes.look(found, seed, seconds if proving else None, quiet=not sys.stderr.isatty())
            tried.append(Outcome(edition, examples, unreached(edition, examples), searches, found))
            if form == "text":
                _show(tried[-1], cases, seed)
    named = len(names) < len(workspace.index)  # then what is wrong in other files is asked for only where there is some
    broken = (not named or bool(workspace.broken)) and any(each.is_error for each in workspace.checked.problems)
    if broken:
        show_problems(workspace.checked.problems, stderr=True)
    if save is not None:
        test_mistakes.save([each.mistakes for each in tried if each.mistakes is not None], save, quiet=form == "json")
    if form == "json":
        write_json(_json(tried, seed))
    if broken or any(each.fell for each in tried):
        sys.exit(FINDINGS)


def _asked(rulebooks: Path | None, given: str | None) -> tuple[Workspace, list[str]]:
    """The rulebooks, and the editions that are tried: all of a folder, those that a file is part of, or those that a
    name says, of one edition or of a rulebook."""
    if given is not None and not Path(given).exists():
        root = find_root(rulebooks, dict(os.environ), Path.cwd())
        workspace = open_workspace(rulebooks) if root is not None else None
        names = [each.id for each in workspace.index if given in (each.id, each.rulebook)] if workspace else []
        if workspace is not None and names:
            return workspace, names
        if workspace is not None and "@" in given:
            fail(*workspace.not_found(given))
        if workspace is not None and given.isidentifier():
            fail(f"«{given}» er verken et regelverk, en utgave eller en fil.",
                 did_you_mean(given, workspace.rulebooks()) or "Se hva som finnes, med «isfrules show».")
    workspace = open_workspace(Path(given) if given is not None else rulebooks)
    return workspace, [each.id for each in workspace.index]


def _show(outcome: Outcome, cases: int, seed: int) -> None:
    edition = outcome.edition
    for each in outcome.examples:
        if each.failures:
            place = each.example.place
            say(f"✗ {each.example.title}\n  {place.file}:{place.line}")
            for failure in each.failures:
                say(f"  {failure}")
            say()
    failed = sum(bool(each.failures) for each in outcome.examples)
    say(f"{edition.id}: {len(outcome.examples) - failed} av {len(outcome.examples)} eksempler holder.")
    if outcome.unreached:
        every = len(_own(edition))
        reached = every - len({each.clause for each in outcome.unreached if not each.part})
        say(f"\nIkke nådd av noe eksempel ({reached} av {every} punkter er nådd):")
        for one in outcome.unreached:
            name = f"{one.clause}, krav {one.part}" if one.part else one.clause
            say(f"  {name}: {one.why}")
    elif edition.changes and not _own(edition):
        say(f"Utgaven har ingen egne punkter; resten er som i {edition.changes}.")
    else:
        say("Alle punkter og krav som utgaven endrer, er nådd." if edition.changes else "Alle punkter og krav er nådd.")
    if outcome.searches:
        _show_properties(outcome, cases, seed)
    if outcome.mistakes is not None:
        test_mistakes.show(outcome.mistakes)


def _own(edition: Edition) -> list[str]:
    """The clauses that stand in the edition's own files."""
    return [name for name, clause in edition.clauses.items() if clause.edition == edition.id]


# ── Properties ───────────────────────────────────────────────────────────────────────────────────────────────


def _promised(each: Search, edition: Edition) -> bool:
    first = each.promise.promised_from
    return first is None or first <= edition.valid_to


def _breaks(each: Search, edition: Edition) -> bool:
    """Whether a promise that holds for the edition was broken; before its day a counterexample breaks nothing."""
    return each.verdict == "brutt" and _promised(each, edition)


def _show_properties(outcome: Outcome, cases: int, seed: int) -> None:
    edition, searches = outcome.edition, outcome.searches
    held = sum(each.verdict == "holdt" for each in searches)
    say(f"{held} av {len(searches)} egenskaper holdt, prøvd på {cases} saker hver (frø {seed}). Det er ikke et bevis.")
    for each in searches:
        name, first = each.promise.name, each.promise.promised_from
        if each.verdict == "brutt" and not _promised(each, edition):
            say(f"  – {name}: brytes, men er lovet først fra {first}")
        elif each.verdict == "brutt":
            _show_broken(each)
        elif each.verdict == "ikke prøvd" and _promised(each, edition):
            say(f"  ? {name}: ingen av sakene oppfylte vilkårene")
        elif each.verdict == "uavklart":
            say(f"  ? {name}: svaret var ukjent i alle sakene den gjelder")
        elif each.verdict == "holdt" and (within := each.within - each.unsettled) * FEW < each.cases:
            say(f"  – {name}: prøvd på bare {within} av sakene, for i de andre gjaldt den ikke eller var svaret ukjent")


def _show_broken(each: Search) -> None:
    assert each.counterexample is not None
    place, found = each.promise.place, counterexample(each.counterexample)
    say(f"\n✗ {each.promise.name}: {each.promise.title or 'egenskapen'} – brutt")
    say(f"  {place.file}:{place.line}, sak nummer {each.cases}, gjort så enkel som mulig:")
    for side in found.sides:
        if each.promise.between:
            say(f"  etter {side.name}")
        else:
            _say_list(f"  {side.name}  ", [*side.facts])
        for other in side.beside:
            _say_list("     sammen med ", [other])
        for result in side.results:
            say(f"     → {result}")
    for other in found.beside:
        _say_list("  sammen med ", [other])
    if found.shared:
        _say_list("  saken: " if each.promise.between else "  ellers likt: ", [*found.shared])
    say()


def _say_list(head: str, parts: list[str]) -> None:
    text = head + ("; ".join(parts) or "ingenting skiller den ut")
    say(textwrap.fill(text, max(40, width()), subsequent_indent=" " * 5, break_long_words=False))


# ── For programs ─────────────────────────────────────────────────────────────────────────────────────────────


def _json(tried: list[Outcome], seed: int) -> dict[str, Any]:
    return {
        "schema": "isfrules.test/1",
        "editions": [
            {
                "edition": outcome.edition.id,
                "examples": [
                    {"title": each.example.title, "file": each.example.place.file, "line": each.example.place.line,
                     "holds": not each.failures, "failures": list(each.failures)} for each in outcome.examples
                ],
                "unreached": [
                    {"punkt": each.clause, "krav": each.part or None, "why": each.why} for each in outcome.unreached
                ],
                "mistakes": None if outcome.mistakes is None else test_mistakes.to_json(outcome.mistakes),
                "properties": [_property(each, outcome.edition, seed) for each in outcome.searches],
            }
            for outcome in tried
        ],
    }


_VERDICTS = {"holdt": "held", "brutt": "broken", "uavklart": "unsettled", "ikke prøvd": "not_tried"}


def _property(each: Search, edition: Edition, seed: int) -> dict[str, Any]:
    first = each.promise.promised_from
    found = counterexample(each.counterexample) if each.counterexample else None
    return {
        "property": each.promise.name, "title": each.promise.title, "file": each.promise.place.file,
        "line": each.promise.place.line, "promised_from": str(first) if first else None,
        "promised": _promised(each, edition), "verdict": _VERDICTS[each.verdict], "seed": seed, "cases": each.cases,
        "within": each.within, "unsettled": each.unsettled,
        "counterexample": None if found is None else {
            "documents": list(each.documents),
            "sides": [{"name": side.name, "facts": list(side.facts), "results": list(side.results),
                       "beside": list(side.beside)} for side in found.sides],
            "shared": list(found.shared), "beside": list(found.beside),
        },
    }
