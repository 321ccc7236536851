"""The part of ``isfrules test`` that puts small mistakes in rules and sees whether any example notices."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rulesdsl.cli.invocation import fail, say, width
from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.guarding import Guarded
from rulesdsl.publish.mistakes import by_place, examples_of, said


def show(guarded: Sequence[Guarded], saving: bool) -> None:
    """How many mistakes examples notice, and those that none does, place by place."""
    unnoticed = [each.mistake for each in guarded if each.by is None]
    if not guarded:
        say("Utgaven har ingen egne regler å lage småfeil i.")
        return
    noticed = len(guarded) - len(unnoticed)
    say(f"\nEksemplene merker {noticed} av {len(guarded)} småfeil som kunne stått i reglene "
        f"({100 * noticed // len(guarded)} %).")
    if unnoticed:
        say("Ingen av dem merker:")
    for place, told in by_place(unnoticed).items():
        say(f"  {place}")
        for each in told:
            say(textwrap.fill(f"    {each}", max(40, width()), subsequent_indent=" " * 6, break_long_words=False))
    if unnoticed and not saving:
        say("«--save FIL» lagrer eksempler som ville merket dem, der en sak finnes.")


def save(tried: Sequence[tuple[Edition, Sequence[Guarded]]], seed: int, file: Path, quiet: bool) -> None:
    """Write examples that would notice what none does, and say how far they go."""
    from rulesdsl.suggesting import suggestions

    texts: list[str] = []
    for edition, guarded in tried:
        unnoticed = [each.mistake for each in guarded if each.by is None]
        found = list(suggestions(edition, unnoticed, seed))
        if found:
            texts.append(f"# ── {edition.id}: dette svarer utgaven nå. Les om det er riktig, og behold det som er det")
        texts += examples_of(found)
        left = len(unnoticed) - len({id(each) for one in found for each in one.notices})
        if unnoticed and not quiet:
            many = "Ett eksempel" if len(found) == 1 else f"{len(found)} eksempler"
            say(f"{edition.id}: {many} ville merket {len(unnoticed) - left} av de {len(unnoticed)}."
                + (f" For {left} ble det ikke funnet noen sak; kanskje gjør de ingen forskjell." if left else ""))
    if not texts:
        say("Det er ingen eksempler å lagre.")
        return
    try:
        file.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"Kunne ikke skrive «{file}» ({error.strerror}).")


_KINDS = {"vilkår": "condition", "alternativ": "alternative", "grense": "limit", "kode": "code", "verdi": "value",
          "ledd": "term", "regel": "rule", "sats": "rate"}


def to_json(guarded: Sequence[Guarded]) -> dict[str, Any]:
    """The same for programs."""
    unnoticed = [each.mistake for each in guarded if each.by is None]
    return {
        "made": len(guarded), "noticed": len(guarded) - len(unnoticed),
        "unnoticed": [
            {"kind": _KINDS[each.kind], "punkt": each.spot.clause or None, "part": each.spot.part or None,
             "file": each.spot.place.file, "line": each.spot.place.line, "text": said(each)} for each in unnoticed
        ],
    }
