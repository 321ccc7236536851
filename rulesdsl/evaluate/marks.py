"""Marks: every doubtful figure and every skjønn that a result rests on, through all results that it uses."""

from collections.abc import Iterable, Iterator

from rulesdsl.evaluate.explanation import ClauseReason, Condition, Fact, Mark, ResultReason
from rulesdsl.evaluate.reasons import standing_of

_SAYS = {
    "eksempel": "er laget for at regelen skal kunne prøves; tallet er ikke ekte",
    "ubekreftet": "er ikke bekreftet av en publisert kilde",
    "avledet": "er utledet av publiserte tall",
}


def marks_of(reasons: Iterable[ClauseReason], used: Iterable[ResultReason]) -> tuple[Mark, ...]:
    """The marks of a result: its own, then those of the results it uses, each once."""
    found: dict[Mark, None] = {}
    for reason in _all(reasons):
        for mark in _own(reason):
            found[mark] = None
    for result in used:
        for mark in result.marks:
            found[mark] = None
    return tuple(found)


def _all(reasons: Iterable[ClauseReason]) -> Iterator[ClauseReason]:
    for reason in reasons:
        yield reason
        yield from _all(reason.exceptions)


def _own(reason: ClauseReason) -> Iterator[Mark]:
    """What a clause adds: its own standing and figures where it carries the result; skjønn where it settled it."""
    if reason.role in ("decides", "waits", "conflicts"):
        if reason.standing != "offisiell":
            yield _mark(reason.standing, f"punkt {reason.number}")
        carried = [each for each in reason.rules if each.role == reason.role]
        facts = [fact for rule in carried for fact in rule.gives.facts]
        for each in (*reason.guard, *reason.requirements, *(c for rule in carried for c in rule.conditions)):
            facts += _facts(each)
        for fact in facts:
            yield from _of_fact(fact, figures=True)
    elif reason.role == "fell":
        broken = [each for each in (*reason.guard, *reason.requirements) if each.holds is False]
        for each in broken or reason.requirements:
            for fact in _facts(each):
                yield from _of_fact(fact, figures=False)


def _of_fact(fact: Fact, figures: bool) -> Iterator[Mark]:
    if fact.skjonn:
        yield Mark("skjønn", fact.path or fact.name, f"{fact.path or fact.name} er et skjønn som et menneske må ta.")
    if figures and fact.citations:
        standing = standing_of(fact.citations)
        if standing != "offisiell":
            yield _mark(standing, fact.name)


def _mark(standing: str, what: str) -> Mark:
    return Mark(standing, what, f"{what[:1].upper()}{what[1:]} {_SAYS[standing]}.")  # type: ignore[arg-type]


def _facts(condition: Condition) -> list[Fact]:
    return [*condition.facts, *(fact for part in condition.parts for fact in _facts(part))]
