"""What is doubtful, in few sentences."""

from collections.abc import Iterable, Iterator

from rulesdsl.evaluate.explanation import CLAUSE, CaseExplanation, Mark, MarkKind
from rulesdsl.publish.line import Detail
from rulesdsl.publish.reasons import edition_called, in_order

_TOGETHER = {
    "eksempel": "er laget for at reglene skal kunne prøves; tallene er ikke ekte",
    "ubekreftet": "er ikke bekreftet av en publisert kilde",
    "avledet": "er utledet av publiserte tall",
}
"""What is said of several; a skjønn is said of each."""


def marks_told(case: CaseExplanation, detail: Detail) -> Iterator[tuple[str, list[Mark]]]:
    """All that is doubtful in the answer of a case, and then what is so only in an answer set beside it, each with a
    heading that says whose it is."""
    own = _marks(case, contributions=detail != "short")
    yield "Merk", own
    if case.changed:
        other = case.changed.edition != case.edition
        by = f" ({edition_called(case.changed.edition)})" if other else ""
        yield f"Merk, med endringen{by}", _only(_marks(case.changed, contributions=detail == "full"), own)
    if case.compared and not case.compared.same:
        marks = _marks(case.compared.other, contributions=detail == "full")
        yield f"Merk, etter {case.compared.called}", _only(marks, own)


def _marks(case: CaseExplanation, contributions: bool) -> list[Mark]:
    """The marks of what people ask for, and, where they are told, of what clauses gave of it."""
    results = in_order(case)
    shares = [each for result in results if len(result.contributions) > 1 for each in result.contributions]
    found = [*results, *(shares if contributions else ())]
    return [mark for each in found for mark in each.marks]


def _only(marks: Iterable[Mark], own: list[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark not in own]


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
