"""What is doubtful, in few sentences."""

from collections.abc import Iterable, Iterator

from rulesdsl.evaluate.explanation import CLAUSE, Mark, MarkKind

_TOGETHER = {
    "eksempel": "er laget for at reglene skal kunne prøves; tallene er ikke ekte",
    "ubekreftet": "er ikke bekreftet av en publisert kilde",
    "avledet": "er utledet av publiserte tall",
}
"""What is said of several; a skjønn is said of each."""


def gathered(marks: Iterable[Mark]) -> Iterator[tuple[MarkKind, str]]:
    """Marks as sentences with their kind, where those that say the same of several clauses or figures are one."""
    alike: dict[tuple[MarkKind, bool], list[Mark]] = {}
    for mark in dict.fromkeys(marks):
        alike.setdefault((mark.kind, mark.what.startswith(CLAUSE)), []).append(mark)
    for (kind, clauses), found in alike.items():
        if len(found) == 1 or kind not in _TOGETHER:
            yield from ((kind, mark.text) for mark in found)
            continue
        names = [mark.what.removeprefix(CLAUSE) for mark in found]
        what = f"{'punktene ' if clauses else ''}{', '.join(names[:-1])} og {names[-1]}"
        yield kind, f"{what[:1].upper()}{what[1:]} {_TOGETHER[kind]}."
