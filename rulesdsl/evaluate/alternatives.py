"""What the missing facts could bring, and what it would have taken: a few more runs of the same interpreter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product

from rulesdsl.core import ir
from rulesdsl.core.types import BOOL, Bool, Code, Type
from rulesdsl.core.values import listed
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.explanation import Alternative, Fact
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.interpreter import evaluate
from rulesdsl.evaluate.interpreter import outcome as outcome_of
from rulesdsl.evaluate.kleene import Missing
from rulesdsl.evaluate.read_value import is_valid
from rulesdsl.evaluate.trace import Frame, Outcome, Run, day_of
from rulesdsl.evaluate.wording import said

MOST_RUNS = 16
"""How many combinations of missing facts are tried; more cannot be said in a few lines."""

Settings = Mapping[Missing, ir.Value]


@contextmanager
def _set(settings: Settings) -> Iterator[None]:
    """The case with some facts set, for one run."""
    before = {thing: dict(thing.facts) for thing, _ in settings}
    try:
        for (thing, path), value in settings.items():
            for depth in range(1, len(path)):
                thing.facts[path[:depth]] = True
            thing.facts[path] = value
        yield
    finally:
        for thing, facts in before.items():
            thing.facts.clear()
            thing.facts.update(facts)


Tried = dict[tuple[tuple[Missing, ir.Value], ...], Run]
"""Runs with some facts set; several results of a thing often wait for the same."""


def _run_with(settings: Settings, thing: Thing, run: Run, tried: Tried) -> Run:
    key = tuple(settings.items())
    if key not in tried:
        with _set(settings):
            tried[key] = _decide_one(thing, run)
    return tried[key]


class _WhenAsked(dict[tuple[Thing, str], Outcome]):
    """The outcomes of a run, each decided when it is first asked for."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def __missing__(self, key: tuple[Thing, str]) -> Outcome:
        thing, name = key
        if thing not in self.run.frames:
            self.run.frames[thing] = Frame(self.run, thing, day_of(thing, self.run.edition))
        self[key] = made = outcome_of(self.run.edition.results[name], self.run.frames[thing])
        return made


def _decide_one(thing: Thing, run: Run) -> Run:
    """The results of one thing, and of others just those that they rest on: a patient may have thousands."""
    after = Run(run.edition, run.case)
    after.outcomes = _WhenAsked(after)
    for name in _results_of(thing, run):
        after.outcomes[thing, name]
    return after


def _results_of(thing: Thing, run: Run) -> list[str]:
    return [name for name, result in run.edition.results.items() if result.entity == thing.entity]


def missing_alternatives(run: Run, thing: Thing, outcome: Outcome, tried: Tried) -> tuple[Alternative, ...]:
    """For a result that is ukjent: what it would be, however its missing facts fell, where that can be counted up."""
    missing = sorted(outcome.waits.missing, key=lambda each: path_of(each, thing))
    choices = [values_of(each, run) for each in missing]
    runs = 1
    for choice in choices:
        runs *= len(choice)
    if not missing or not 0 < runs <= MOST_RUNS:
        return ()
    tries = [dict(zip(missing, values, strict=True)) for values in product(*choices)]
    after = [_run_with(settings, thing, run, tried).outcomes[thing, outcome.result.name] for settings in tries]
    if after[0].status != "unknown" and len({(each.status, each.value) for each in after}) == 1:
        return (_whatever(missing, after, thing),)
    found: dict[object, Alternative] = {}
    for settings, each in zip(tries, after, strict=True):
        key = (each.status, each.value) if len(missing) > 1 else tuple(settings.values())
        if key not in found:
            found[key] = _alternative(settings, each, thing, run)
    return tuple(found.values())


def requirement_alternatives(run: Run, thing: Thing) -> dict[str, Alternative]:
    """For results that rest on a requirement that fell: what each would be, had the fallen ja/nei facts been ja."""
    fallen: dict[Missing, ir.Value] = {}
    for name in _results_of(thing, run):
        outcome = run.outcomes[thing, name]
        if outcome.status == "known" and outcome.rule is not None and outcome.rule.requirement:
            fallen.update(_fallen(run, thing, outcome.rule.clause))
    if not fallen:
        return {}
    with _set(fallen):
        after = _decide_one(thing, run)
    found = {}
    for name in _results_of(thing, run):
        outcome, changed = run.outcomes[thing, name], after.outcomes[thing, name]
        if changed.status == "known" and changed.value != outcome.value:
            facts = tuple(_fact(each, value, thing, run) for each, value in fallen.items())
            said_facts = " og ".join(f"{fact.name} {said(fact.type, fact.value)}" for fact in facts)
            sentence = f"Var {said_facts}, ville {_called(name)} vært {said(outcome.result.type, changed.value)}."
            clause = changed.rule.clause if changed.rule else ""
            found[name] = Alternative(facts, "known", changed.value, clause, sentence)
    return found


def _fallen(run: Run, thing: Thing, clause: str) -> dict[Missing, ir.Value]:
    """The plain ja/nei facts that made requirements of a clause fall."""
    frame = run.frames[thing]
    found: dict[Missing, ir.Value] = {}
    for requirement in run.edition.clauses[clause].requirements:
        parts = requirement.holds.items if isinstance(requirement.holds, ir.And) else (requirement.holds,)
        for part in parts:
            if isinstance(part, ir.Field) and isinstance(part.of, ir.This) and evaluate(part, frame) is False:
                found[thing, part.path] = True
    return found


def _type_of(missing: Missing, run: Run) -> Type | None:
    thing, path = missing
    fields = run.edition.entities[thing.entity].fields
    kind: Type | None = None
    for name in path:
        kind = next((decl.type for decl in fields if decl.name == name), None)
        record = run.edition.records.get(getattr(kind, "name", ""))
        fields = record.fields if record else ()
    return kind


def values_of(missing: Missing, run: Run) -> tuple[ir.Value, ...]:
    """All values that a missing fact can have; none where they cannot be counted up."""
    match _type_of(missing, run):
        case Bool():
            return (True, False)
        case Code(kodeverk):
            day = day_of(missing[0], run.edition)
            first, last = (day, day) if day else (run.edition.valid_from, run.edition.valid_to)
            members = run.edition.kodeverk[kodeverk].members
            return tuple(member.name for member in members if is_valid(member, first, last))
        case _:
            return ()


def _fact(missing: Missing, value: ir.Value, asker: Thing, run: Run) -> Fact:
    path = path_of(missing, asker)
    return Fact("field", path, path, _type_of(missing, run) or BOOL, value)


def _whatever(missing: Iterable[Missing], after: Sequence[Outcome], thing: Thing) -> Alternative:
    """The same however the facts fall: they hang together in a way that the rules, asked one by one, do not see."""
    first = after[0]
    clauses = {each.rule.clause if each.rule else "" for each in after}
    names = listed([path_of(each, thing) for each in missing])
    return Alternative((), first.status, first.value if first.status == "known" else None,
                       clauses.pop() if len(clauses) == 1 else "", f"Uansett hva {names} er, er {_what(first)}.")


def _alternative(settings: Settings, after: Outcome, thing: Thing, run: Run) -> Alternative:
    facts = tuple(_fact(each, value, thing, run) for each, value in settings.items())
    given = " og ".join(f"{fact.name} {said(fact.type, fact.value)}" for fact in facts)
    clause = after.rule.clause if after.rule else ""
    return Alternative(facts, after.status, after.value if after.status == "known" else None, clause,
                       f"Er {given}, er {_what(after)}.")


def _what(after: Outcome) -> str:
    return {
        "known": f"{_called(after.result.name)} {said(after.result.type, after.value)}",
        "conflict": f"{_called(after.result.name)} i konflikt", "no_rule": "ingen regel som gjelder",
    }.get(after.status, f"{_called(after.result.name)} fortsatt ukjent")


def _called(name: str) -> str:
    return name.replace("_", " ")
