"""Examples that would notice a mistake which none of an edition's own notices: cases that come out otherwise with it.

They are looked for near the edition's examples and at the borders of its rules, the same ones for the same seed. Where
none is found the mistake may make no difference to any case, which only the solver can tell.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rulesdsl.core import ir
from rulesdsl.core.mistakes import Mistake
from rulesdsl.evaluate.case import Thing as Decided
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.guarding import Asked, Suggestion
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.evaluate.witness import Witness, replayed, smallest
from rulesdsl.generate.aims import Choose, Stage, aim
from rulesdsl.generate.drawing import Thing, alone_or_not, draw_facts
from rulesdsl.generate.kinds import Kind, Plan, when_of
from rulesdsl.generate.plan import plan
from rulesdsl.source import frozen

POOL = 300
"""How many cases are made up once, to try every mistake on."""

AIMED = 60
"""How many are made up for one mistake, such that it is likely to matter."""


@frozen(eq=False)
class Suggested:
    """What came of looking: ``examples``; the mistakes that change no answer of any case, proved, with how many of a
    kind stand together at most in these (0: any number); and those of which neither is known."""

    examples: tuple[Suggestion, ...]
    alike: tuple[tuple[Mistake, int], ...]
    left: tuple[Mistake, ...]


def suggest(
    edition: ir.Edition, unnoticed: Sequence[Mistake], seed: int = 0, seconds: float | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> Suggested:
    """Examples for as many mistakes as a case is found for, each of what no example before it notices. With ``seconds``
    the solver is asked, so long a question, where none is found. ``told`` hears how many mistakes are done with."""
    made, chance = plan(edition), random.Random(seed)
    kinds = [made.kinds[name] for name in dict.fromkeys(each.entity for each in edition.results.values())]
    pool = _read(edition, (_drawn(made, kinds[at % len(kinds)], chance.randrange) for at in range(POOL)))
    pending, examples = list(unnoticed), list[Suggestion]()
    alike, left = list[tuple[Mistake, int]](), list[Mistake]()
    while pending:
        told(len(unnoticed) - len(pending))
        mistake, mistaken = pending[0], pending[0].made()
        aimed = _read(edition, (_aimed(mistake, made, chance.randrange) for _ in range(AIMED)))
        found = next(_telling(mistake, mistaken, [*pool, *aimed]), None)
        count: int | None = None
        if found is None and seconds is not None:
            found, count = _proved(edition, mistaken, seconds)
        if found is None:
            del pending[0]
            if count is None:
                left.append(mistake)
            else:
                alike.append((mistake, count))
            continue
        other, asked = decide(mistaken, found.run.case), Asked(found.run)
        results = _expected(found, other)
        notices = [each for each in pending if each is mistake or (asked.may_notice(each) and _differing(
            found.run, decide(each.made(), found.run.case), found.thing, results))]
        examples.append(Suggestion(found.run, other, found.thing, results, tuple(notices)))
        pending = [each for each in pending if each not in notices]
    return Suggested(tuple(examples), tuple(alike), tuple(left))


def _proved(edition: ir.Edition, mistaken: ir.Edition, seconds: float) -> tuple[Witness | None, int | None]:
    """A case that the solver finds; or that there is none, and with how many of a kind at most."""
    from rulesdsl.prove.mistakes import told_apart

    judged = told_apart(edition, mistaken, seconds)
    if judged.document is None:
        return None, judged.count if judged.verdict == "like" else None
    found = replayed(judged.document, edition, judged.entity)
    return (_smallest(found, mistaken) if found is not None else None), None


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
        for document, run, other in asking:
            for thing in run.case.things:
                if _differing(run, other, thing, answered=answered):
                    again = replayed(_first(document, thing.place), run.edition, thing.entity)
                    small = _smallest(again, mistaken) if again is not None else None
                    if small is not None:
                        yield small


def _smallest(found: Witness, mistaken: ir.Edition) -> Witness | None:
    """The case without whatever it takes nothing from; None where it does not come out otherwise."""
    for answered in (True, False):
        def seen(run: Run, thing: Decided, answered: bool = answered) -> bool:
            return bool(_differing(run, decide(mistaken, run.case), thing, answered=answered))

        if seen(found.run, found.thing):
            return smallest(found, seen)
    return None


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
