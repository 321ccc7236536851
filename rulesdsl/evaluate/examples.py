"""The ``eksempel`` blocks tried, and which clauses and requirements they reach."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import define, field, frozen

from rulesdsl.core import ir
from rulesdsl.core.trees import all_groups
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide, evaluate
from rulesdsl.evaluate.kleene import Unknown
from rulesdsl.evaluate.trace import Frame, GroupOutcome, Run
from rulesdsl.evaluate.wording import said, words


@frozen
class ExampleOutcome:
    """An example as it fell: ``failures`` are whole sentences; none means that it holds. ``thing`` is the one of the
    case that it expects something of."""

    example: ir.Example
    failures: tuple[str, ...]
    run: Run | None = None
    thing: Thing | None = None


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
    document, place, unsaid = _document(example, edition)
    case = load(Document(document, ""), edition)
    errors = [error for each in case.everything if each.place not in unsaid for error in each.errors]
    if errors:
        return ExampleOutcome(example, tuple(f"{error.field}: {error.message}" for error in errors))
    run = decide(edition, case)
    thing = next(each for each in case.things if each.place == place)
    return ExampleOutcome(example, tuple(failures(example, run, thing)), run, thing)


def failures(example: ir.Example, run: Run, thing: Thing) -> Iterator[str]:
    """What an example expects and a run does not give, each a whole sentence."""
    for expected in example.expects:
        outcome = run.outcomes[thing, expected.result]
        kind, name = outcome.result.type, expected.result.replace("_", " ")
        clause = outcome.rule.clause if outcome.rule else ""
        if outcome.status not in ("known", "unknown"):
            what = {"conflict": "i konflikt"}.get(outcome.status, "uten en regel som gjelder")
            yield f"{name} er {what}, ikke {said(kind, expected.value)}"
        elif outcome.value != expected.value:
            ground = f" etter {clause}" if clause else ""
            yield f"{name} er {said(kind, outcome.value)}{ground}, ikke {said(kind, expected.value)}"
        elif expected.clause and expected.clause != clause:
            yield f"{name} avgjøres av {clause}, ikke {expected.clause}"


@define(eq=False)
class _Given:
    """A thing of an example among the others: what it holds, and what belongs to it."""

    entity: ir.Entity
    facts: dict[str, Any]
    above: "_Given | None" = None
    below: "list[_Given]" = field(factory=list)

    def take(self, other: "_Given") -> None:
        self.below.append(other)
        other.above = self
        alike = [each for each in self.below if each.entity is other.entity]
        other.facts.setdefault(other.entity.key, f"nr. {len(alike)}")

    def document(self) -> dict[str, Any]:
        made = dict(self.facts)
        for each in self.below:
            made.setdefault(each.entity.plural, []).append(each.document())
        return made

    @property
    def place(self) -> str:
        if self.above is None:
            return ""
        alike = [each for each in self.above.below if each.entity is self.entity]
        own = f"{self.entity.plural}[{alike.index(self)}]"
        return f"{self.above.place}.{own}" if self.above.place else own


def _document(example: ir.Example, edition: ir.Edition) -> tuple[dict[str, Any], str, set[str]]:
    """The example as a case, where in it the one stands that is decided, and where those that it does not speak of.

    A thing belongs to the last of its kind of parent that stands before it, or else to the first that stands after it,
    or else to one of which nothing is known. All belong to one in the end, and what is said of that in several places
    is said of the same."""
    entities, latest = edition.entities, dict[str, _Given]()
    waiting, unsaid = list[_Given](), list[_Given]()
    first: _Given | None = None
    for thing in example.things:
        entity, facts = entities[thing.entity], _facts(thing.facts)
        if not entity.parent and entity.name in latest:
            latest[entity.name].facts |= facts
            continue
        one = latest[entity.name] = _Given(entity, facts)
        first = first or one
        for other in [each for each in waiting if each.entity.parent == entity.name]:
            waiting.remove(other)
            one.take(other)
        if entity.parent in latest:
            latest[entity.parent].take(one)
        elif entity.parent:
            waiting.append(one)
    while waiting:
        parent = waiting[0].entity.parent
        if parent not in latest:
            latest[parent] = _Given(entities[parent], {})
            waiting += [latest[parent]] if entities[parent].parent else []
            unsaid.append(latest[parent])
        latest[parent].take(waiting.pop(0))
    assert first is not None, "an example has a thing"
    top = first
    while top.above is not None:
        top = top.above
    return top.document(), first.place, {each.place for each in unsaid}


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
    asked = {group.clause: result.entity for result in edition.results.values() for group in all_groups(result.groups)}
    found = []
    for clause in edition.clauses.values():
        if clause.edition != edition.id:
            continue
        frames = [frame for run in runs for thing, frame in run.frames.items()
                  if thing.entity == asked.get(clause.number)]
        if clause.number not in reached:
            lacking = asked.get(clause.number, "det")
            none = f"ingen eksempler har {lacking}" if runs else "utgaven har ingen eksempler"
            found.append(Unreached(clause.number, "", _why(clause, frames) if frames else none))
            if not clause.requirements:
                continue
        for requirement in clause.requirements:
            held = {_value(requirement.holds, frame) for frame in frames if _applies(clause, frame)}
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


def _applies(clause: ir.Clause, frame: Frame) -> bool:
    return clause.guard is None or _value(clause.guard, frame) is True


def _value(node: ir.Expr, frame: Frame) -> bool | None:
    value = evaluate(node, frame)
    return None if isinstance(value, Unknown) else value


def _why(clause: ir.Clause, frames: Sequence[Frame]) -> str:
    """The condition that stands in the way: one that holds in no example, or that they never hold together."""
    parts = clause.guard.items if isinstance(clause.guard, ir.And) else (clause.guard,) if clause.guard else ()
    for part in parts:
        if not any(_value(part, frame) is True for frame in frames):
            return f"«{words(part)}» holder ikke i noe eksempel"
    if parts and not any(_applies(clause, frame) for frame in frames):
        return "vilkårene holder ikke samtidig i noe eksempel"
    return "ingen av reglene holder i noe eksempel"
