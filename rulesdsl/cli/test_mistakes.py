"""The part of ``isfrules test`` that puts small mistakes in rules and sees whether any example notices."""

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from rulesdsl.cli.invocation import fail, say, width
from rulesdsl.core.ir import Edition
from rulesdsl.core.mistakes import Mistake
from rulesdsl.diagnostics import os_said
from rulesdsl.evaluate.guarding import Guarded
from rulesdsl.publish.mistakes import by_place, examples_of, said

if TYPE_CHECKING:
    from rulesdsl.suggesting import Suggested


@frozen(eq=False)
class Found:
    """What came of small mistakes in an edition; ``suggested`` where examples were looked for."""

    edition: Edition
    guarded: tuple[Guarded, ...]
    suggested: "Suggested | None" = None

    @property
    def unnoticed(self) -> list[Mistake]:
        return [each.mistake for each in self.guarded if each.by is None]


def look(found: Found, seed: int, seconds: float | None, quiet: bool) -> Found:
    """Look for examples that would notice what none does; with ``seconds`` also by the solver."""
    from rulesdsl.suggesting import suggest

    edition, unnoticed = found.edition, found.unnoticed
    with click.progressbar(length=len(unnoticed), label=f"Leter etter saker, {edition.id}", file=sys.stderr,
                           hidden=quiet or not unnoticed) as bar:
        suggested = suggest(edition, unnoticed, seed, seconds, lambda done: bar.update(done - bar.pos))
        bar.update(len(unnoticed) - bar.pos)
    return Found(edition, found.guarded, suggested)


def show(found: Found) -> None:
    """How many mistakes examples notice, and those that none does, place by place."""
    guarded, unnoticed, suggested = found.guarded, found.unnoticed, found.suggested
    if not guarded:
        say("Utgaven har ingen egne regler å lage småfeil i.")
        return
    noticed = len(guarded) - len(unnoticed)
    say(f"\nEksemplene merker {noticed} av {len(guarded)} småfeil som kunne stått i reglene "
        f"({100 * noticed // len(guarded)} %).")
    alike = {id(mistake) for mistake, _ in suggested.alike} if suggested else set()
    _list("Ingen av dem merker:", [each for each in unnoticed if id(each) not in alike])
    if suggested is None:
        if unnoticed:
            say("«--save FIL» lagrer eksempler som ville merket dem, der en sak finnes.")
        return
    for count in sorted({count for _, count in suggested.alike}):
        within = f" der inntil {count} står sammen" if count else ""
        _list(f"Gir samme svar i alle saker{within}, bevist, så det som står der, kan være unødvendig:",
              [mistake for mistake, each in suggested.alike if each == count])
    if unnoticed:
        many = "Ett eksempel" if len(suggested.examples) == 1 else f"{len(suggested.examples)} eksempler"
        say(f"{many} ville merket {len(unnoticed) - len(suggested.alike) - len(suggested.left)} av de {len(unnoticed)}."
            + (f" For {len(suggested.left)} er det ikke funnet noen sak." if suggested.left else ""))


def _list(head: str, mistakes: Sequence[Mistake]) -> None:
    if mistakes:
        say(head)
    for place, told in by_place(mistakes).items():
        say(f"  {place}")
        for each in told:
            say(textwrap.fill(f"    {each}", max(40, width()), subsequent_indent=" " * 6, break_long_words=False))


def save(tried: Sequence[Found], file: Path, quiet: bool) -> None:
    """Write the examples that would notice what none does."""
    texts: list[str] = []
    for found in tried:
        examples = found.suggested.examples if found.suggested else ()
        if examples:
            texts.append(f"# ── {found.edition.id}: det utgaven svarer nå. Les det, og behold det som er riktig")
            texts += examples_of(examples)
    if not texts:
        if not quiet:
            say("Det er ingen eksempler å lagre.")
        return
    try:
        file.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"Kunne ikke skrive «{file}» ({os_said(error)}).")


_KINDS = {"vilkår": "condition", "alternativ": "alternative", "grense": "limit", "kode": "code", "verdi": "value",
          "ledd": "term", "regel": "rule", "sats": "rate"}


def to_json(found: Found) -> dict[str, Any]:
    """The same for programs: ``no_case_differs`` is proved, and then ``up_to`` is how many of a kind stand together at
    most, null where any number may; ``example`` whether one was found."""
    suggested, unnoticed = found.suggested, found.unnoticed
    alike = {id(mistake): count for mistake, count in suggested.alike} if suggested else {}
    left = {id(mistake) for mistake in suggested.left} if suggested else set()
    return {
        "made": len(found.guarded), "noticed": len(found.guarded) - len(unnoticed),
        "unnoticed": [
            {"kind": _KINDS[each.kind], "punkt": each.spot.clause or None, "part": each.spot.part or None,
             "file": each.spot.place.file, "line": each.spot.place.line, "text": said(each),
             "no_case_differs": id(each) in alike, "up_to": alike.get(id(each)) or None,
             "example": suggested is not None and id(each) not in alike and id(each) not in left}
            for each in unnoticed
        ],
    }
