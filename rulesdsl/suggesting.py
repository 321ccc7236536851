"""Examples that would notice a mistake which none of an edition's own notices: cases that come out otherwise with it.

They are looked for near the edition's examples and at the borders of its rules, the same ones for the same seed. Where
none is found the mistake may make no difference to any case, which is not shown.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from rulesdsl.core import ir
from rulesdsl.core.mistakes import Mistake
from rulesdsl.evaluate.case import Thing as Decided
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.guarding import Asked, Suggestion
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.generate.aims import Choose, Stage, aim
from rulesdsl.generate.drawing import Thing, alone_or_not, draw_facts
from rulesdsl.generate.kinds import Kind, Plan, when_of
from rulesdsl.generate.plan import plan
from rulesdsl.prove.witness import Witness, replayed, smallest

POOL = 300
"""How many cases are made up once, to try every mistake on."""

AIMED = 60
"""How many are made up for one mistake, such that it is likely to matter."""


def suggestions(edition: ir.Edition, unnoticed: Sequence[Mistake], seed: int = 0) -> Iterator[Suggestion]:
    """Examples for as many mistakes as a case was found for, each of what no example before it notices."""
    made, chance = plan(edition), random.Random(seed)
    kinds = [made.kinds[name] for name in dict.fromkeys(each.entity for each in edition.results.values())]
    pool = _read(edition, (_drawn(made, kinds[at % len(kinds)], chance.randrange) for at in range(POOL)))
    left = list(unnoticed)
    while left:
        mistake, mistaken = left[0], left[0].made()
        aimed = _read(edition, (_aimed(mistake, made, chance.randrange) for _ in range(AIMED)))
        found = next(_telling(mistake, mistaken, [*pool, *aimed]), None)
        if found is None:
            del left[0]
            continue
        other, asked = decide(mistaken, found.run.case), Asked(found.run)
        results = _expected(found, other)
        notices = [each for each in left if each is mistake or (asked.may_notice(each) and _differing(
            found.run, decide(each.made(), found.run.case), found.thing, results))]
        yield Suggestion(found.run, other, found.thing, results, tuple(notices))
        left = [each for each in left if each not in notices]


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(edition: ir.Edition, documents: Iterator[Thing]) -> list[tuple[Thing, Run, Asked]]:
    """Documents as the edition decides them, without those that it cannot."""
    found = []
    for document in documents:
        case = load(Document(document), edition)
        if not case.errors:
            run = decide(edition, case)
            found.append((document, run, Asked(run)))
    return found


def _drawn(made: Plan, kind: Kind, choose: Choose) -> Thing:
    return alone_or_not(made, kind, choose, draw_facts(made, kind, choose, None))


def _aimed(mistake: Mistake, made: Plan, choose: Choose) -> Thing:
    """A case for which what is mistaken is likely to be what decides: all else that its rule asks for is so."""
    rules = mistake.rules or tuple(rule for each in made.rules.values() for rule in each)
    rule = rules[choose(len(rules))]
    entity = next(result.entity for result in made.edition.results.values()
                  if rule in made.rules.get(result.name, ()))
    kind = made.kinds[entity]
    facts = draw_facts(made, kind, choose, None)
    stage = Stage(made, {"": facts}, {"": kind}, {"": when_of(facts, kind, made)}, choose)
    for condition in rule.conditions:
        aim(condition, True, stage)
    if mistake.kind in ("vilkår", "alternativ", "grense", "kode") and mistake.before is not None:
        aim(mistake.before, mistake.kind == "alternativ" or choose(2) == 1, stage)
    return alone_or_not(made, kind, choose, facts)


def _telling(mistake: Mistake, mistaken: ir.Edition, cases: Sequence[tuple[Thing, Run, Asked]]) -> Iterator[Witness]:
    """The cases that come out otherwise with a mistake, each made small: first those that get another answer, then
    those that get none."""
    asking = [(document, run, decide(mistaken, run.case)) for document, run, asked in cases
              if asked.may_notice(mistake)]
    for answered in (True, False):
        def seen(run: Run, thing: Decided, answered: bool = answered) -> bool:
            return bool(_differing(run, decide(mistaken, run.case), thing, answered=answered))

        for document, run, other in asking:
            for thing in run.case.things:
                if _differing(run, other, thing, answered=answered):
                    again = replayed(_first(document, thing.place), run.edition, thing.entity)
                    if again is not None and seen(again.run, again.thing):
                        yield smallest(again, seen)


def _first(document: Thing, place: str) -> Thing:
    """The document with what stands at a place (``regninger[1].linjer[2]``) first in every list on the way."""
    if not place:
        return document
    step, _, rest = place.partition(".")
    name, _, at = step.rstrip("]").partition("[")
    items: Any = document[name]
    chosen = items[int(at)]
    return {**document, name: [_first(chosen, rest), *(each for each in items if each is not chosen)]}


# ── What differs ─────────────────────────────────────────────────────────────────────────────────────────────


def _differing(run: Run, other: Run, thing: Decided, results: Sequence[str] = (), *, answered: bool = False
               ) -> list[str]:
    """The results of a thing (some of them, or all) that are known, and that the other run does not give, or gives by
    another clause. ``answered``: that it gives no answer to is no difference."""
    found = []
    for name in results or run.edition.results:
        one = run.outcomes.get((thing, name))
        if one is not None and one.status == "known":
            outcome = other.outcomes[thing, name]
            if _answer(one) != _answer(outcome) and not (answered and outcome.status == "unknown"):
                found.append(name)
    return found


def _answer(outcome: Outcome) -> tuple[object, ...]:
    return outcome.status, outcome.value, outcome.rule.clause if outcome.rule else ""


def _expected(found: Witness, other: Run) -> tuple[str, ...]:
    """What an example of the case expects: those of the results that differ which people ask for, or else the last."""
    edition = found.run.edition
    differing = (_differing(found.run, other, found.thing, answered=True)
                 or _differing(found.run, other, found.thing))
    return tuple(name for name in edition.shown if name in differing and name in edition.main) or (differing[-1],)
