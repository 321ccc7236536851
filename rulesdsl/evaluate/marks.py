"""Marks: every doubtful figure and every skjønn that a result rests on, through all results that it uses."""

from collections.abc import Iterable, Iterator

from rulesdsl.evaluate.explanation import CLAUSE, ClauseReason, Condition, Fact, Mark
from rulesdsl.evaluate.reasons import standing_of

_SAYS = {
    "eksempel": "er laget for at regelen skal kunne prøves; tallet er ikke ekte",
    "ubekreftet": "er ikke bekreftet av en publisert kilde",
    "avledet": "er utledet av publiserte tall",
}


def marks_of(reasons: Iterable[ClauseReason], used: Iterable[tuple[Mark, ...]]) -> tuple[Mark, ...]:
    """The marks of a result: its own, then those of the results it uses, each once."""
    found: dict[Mark, None] = {}
    for reason in all_that_matter(reasons):
        for mark in _own(reason):
            found[mark] = None
    for marks in used:
        for mark in marks:
            found[mark] = None
    return tuple(found)


def all_that_matter(reasons: Iterable[ClauseReason], fallen: bool = True) -> Iterator[ClauseReason]:
    """The clauses that a result may rest on. Where a clause is overridden, it is all one that other exceptions to it
    fell; but what decides may be told below one of those, as an exception to it as well."""
    for reason in reasons:
        counts = fallen or reason.role != "fell"
        if counts:
            yield reason
        yield from all_that_matter(reason.exceptions, counts and reason.role != "overridden")


def rests_on(reason: ClauseReason) -> tuple[Fact, ...]:
    """The facts that a clause brought into the result: what its deciding rules read, or what made it not apply.

    A clause that fell on a plain fact rests on nothing more: another condition that was nei too changed nothing.
    """
    if reason.role in ("decides", "waits", "conflicts"):
        rules = [each for each in reason.rules if each.role == reason.role]
        asked = [*reason.guard, *reason.requirements, *(each for rule in rules for each in rule.conditions)]
        gives = [fact for rule in rules for fact in (*rule.gives.facts, *rule.gives.within)]
        return (*gives, *(fact for each in asked for fact in _facts(each)))
    if reason.role == "fell":
        own = [each for rule in reason.rules for each in rule.conditions]
        broken = [_facts(each) for each in (*reason.guard, *reason.requirements, *own) if each.holds is False]
        plain = any(not any(fact.skjonn or fact.kind == "result" for fact in facts) for facts in broken)
        settled = [] if plain else broken or [_facts(each) for each in reason.requirements]
        return tuple(fact for facts in settled for fact in facts)
    return ()


def results_used(reasons: Iterable[ClauseReason]) -> tuple[str, ...]:
    """The results that the clauses which matter rest on."""
    facts = (fact for reason in all_that_matter(reasons) for fact in rests_on(reason))
    return tuple(dict.fromkeys(fact.path for fact in facts if fact.kind == "result"))


def _own(reason: ClauseReason) -> Iterator[Mark]:
    """What a clause adds: its own standing and figures where it carries the result; skjønn where it settled it."""
    carries = reason.role in ("decides", "waits", "conflicts")
    if carries and reason.standing != "offisiell":
        yield _mark(reason.standing, f"{CLAUSE}{reason.number}")
    for fact in rests_on(reason):
        yield from _of_fact(fact, figures=carries)


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
