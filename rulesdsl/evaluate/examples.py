"""The ``eksempel`` blocks tried, and which clauses and requirements they reach."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide, evaluate
from rulesdsl.evaluate.kleene import Unknown
from rulesdsl.evaluate.trace import GroupOutcome, Run
from rulesdsl.evaluate.wording import said, words


@frozen
class ExampleOutcome:
    """An example as it fell: ``failures`` are whole sentences; none means that it holds."""

    example: ir.Example
    failures: tuple[str, ...]
    run: Run | None = None


@frozen
class Unreached:
    """A clause or a requirement (``part``) that no example reaches, and why."""

    clause: str
    part: str
    why: str


def try_examples(edition: ir.Edition) -> tuple[ExampleOutcome, ...]:
    """Every example of an edition, decided."""
    return tuple(_try(example, edition) for example in edition.examples)


def _try(example: ir.Example, edition: ir.Edition) -> ExampleOutcome:
    case = load(Document(_document(example, edition), ""), edition)
    if case.errors:
        return ExampleOutcome(example, tuple(f"{error.field}: {error.message}" for error in case.errors))
    run = decide(edition, case)
    thing, failures = case.things[0], []
    for expected in example.expects:
        outcome = run.outcomes[thing, expected.result]
        kind, name = outcome.result.type, expected.result.replace("_", " ")
        clause = outcome.rule.clause if outcome.rule else ""
        if outcome.status not in ("known", "unknown"):
            what = {"conflict": "i konflikt"}.get(outcome.status, "uten en regel som gjelder")
            failures.append(f"{name} er {what}, ikke {said(kind, expected.value)}")
        elif outcome.value != expected.value:
            ground = f" etter {clause}" if clause else ""
            failures.append(f"{name} er {said(kind, outcome.value)}{ground}, ikke {said(kind, expected.value)}")
        elif expected.clause and expected.clause != clause:
            failures.append(f"{name} avgjøres av {clause}, ikke {expected.clause}")
    return ExampleOutcome(example, tuple(failures), run)


def _document(example: ir.Example, edition: ir.Edition) -> dict[str, Any]:
    """The example as a case: its things below what they belong to, the one that is decided first."""
    first = edition.entities[example.things[0].entity]
    if not first.parent:
        return _facts(example.things[0].facts)
    above: dict[str, Any] = {}
    siblings: list[dict[str, Any]] = []
    for thing in example.things:
        facts = _facts(thing.facts)
        if thing.entity == first.parent:
            above |= facts
        else:
            facts.setdefault(first.key, f"nr. {len(siblings) + 1}")
            siblings.append(facts)
    return above | {first.plural: siblings}


def _facts(facts: Iterable[ir.Fact]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for fact in facts:
        into = made
        for name in fact.path[:-1]:
            into = into.setdefault(name, {})
        into[fact.path[-1]] = _json(fact.value)
    return made


def _json(value: ir.Value) -> Any:
    if isinstance(value, tuple):
        return [_json(each) for each in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


# ── What no example reaches ──────────────────────────────────────────────────────────────────────────────────


def unreached(edition: ir.Edition, outcomes: Sequence[ExampleOutcome]) -> tuple[Unreached, ...]:
    """The clauses of which no rule holds in any example, and the requirements that never fall or never hold. Of a
    change to another edition, those that it has itself: the others are that one's to show."""
    runs = [outcome.run for outcome in outcomes if outcome.run is not None]
    reached = {name for run in runs for name in _holding(run)}
    found = []
    for clause in edition.clauses.values():
        if clause.edition != edition.id:
            continue
        if clause.number not in reached:
            found.append(Unreached(clause.number, "", _why(clause, runs)))
            if not clause.requirements:
                continue
        for requirement in clause.requirements:
            held = {_value(requirement.holds, run) for run in runs if _applies(clause, run)}
            if False not in held:
                why = "er oppfylt i alle eksempler" if True in held else "er ikke kjent i noe eksempel"
                found.append(Unreached(clause.number, requirement.name, f"{why}; ingen viser at det faller"))
            elif True not in held:
                why = "faller i alle eksempler; ingen viser at det holder"
                found.append(Unreached(clause.number, requirement.name, why))
    return tuple(found)


def _holding(run: Run) -> Iterator[str]:
    pending: list[GroupOutcome] = [group for outcome in run.outcomes.values() for group in outcome.groups]
    while pending:
        group = pending.pop()
        if any(rule.holds is True for rule in group.rules):
            yield group.group.clause
        pending.extend(group.exceptions)
        pending.extend(each for rule in group.rules for each in rule.exceptions)


def _applies(clause: ir.Clause, run: Run) -> bool:
    return clause.guard is None or _value(clause.guard, run) is True


def _value(node: ir.Expr, run: Run) -> bool | None:
    value = evaluate(node, run.frames[run.case.things[0]])
    return None if isinstance(value, Unknown) else value


def _why(clause: ir.Clause, runs: Sequence[Run]) -> str:
    """The condition that stands in the way: one that holds in no example, or that they never hold together."""
    if not runs:
        return "utgaven har ingen eksempler"
    parts = clause.guard.items if isinstance(clause.guard, ir.And) else (clause.guard,) if clause.guard else ()
    for part in parts:
        if not any(_value(part, run) is True for run in runs):
            return f"«{words(part)}» holder ikke i noe eksempel"
    if parts and not any(_applies(clause, run) for run in runs):
        return "vilkårene holder ikke samtidig i noe eksempel"
    return "ingen av reglene holder i noe eksempel"
