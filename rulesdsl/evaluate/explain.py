"""One run to one explanation: for each thing its results, each with its reasons, marks and alternatives."""

from collections.abc import Iterator

from rulesdsl.core import ir
from rulesdsl.core.types import Date
from rulesdsl.core.values import listed, shown, spoken
from rulesdsl.evaluate.alternatives import Tried, missing_alternatives, requirement_alternatives
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.contributions import contributions
from rulesdsl.evaluate.explanation import (
    Alternative,
    CaseExplanation,
    ClauseReason,
    Difference,
    Fact,
    Mark,
    ResultReason,
)
from rulesdsl.evaluate.facts import known, path_of
from rulesdsl.evaluate.marks import marks_of, results_used
from rulesdsl.evaluate.reasons import called, clause_reasons
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.evaluate.what_if import Change
from rulesdsl.evaluate.wording import result_called, said


def explain(run: Run, thing: Thing, alternatives: bool = True) -> CaseExplanation:
    """The explanation of one thing of a run. A thing with errors has them and no results."""
    edition = run.edition
    head = CaseExplanation(thing.entity, thing.key or "", heading(thing, edition), edition.id, edition.title, ())
    if thing.errors:
        return CaseExplanation(
            head.entity, head.key, head.heading, head.edition, head.edition_title, (), tuple(thing.errors)
        )
    taking = requirement_alternatives(run, thing) if alternatives else {}
    tried: Tried | None = {} if alternatives else None
    made: dict[str, ResultReason] = {}
    for name, result in edition.results.items():
        if result.entity == thing.entity:
            made[name] = _result(run.outcomes[thing, name], run, thing, made, taking, tried)
    shown = tuple(made[name] for name in edition.shown if name in made)
    return CaseExplanation(
        head.entity, head.key, head.heading, head.edition, head.edition_title, shown, (), _notes(run, thing)
    )


def heading(thing: Thing, edition: ir.Edition) -> str:
    """``Episode E17 · 1. juni 2020 · ISF 2020``."""
    day = thing.facts.get((edition.entities[thing.entity].date,))
    parts = [thing.label]
    if day is not None:
        parts.append(shown(Date(), day))  # type: ignore[arg-type]
    return " · ".join([*parts, f"{spoken(edition.rulebook).upper()} {edition.name}"])


def _result(
    outcome: Outcome, run: Run, thing: Thing, made: dict[str, ResultReason], taking: dict[str, Alternative],
    tried: Tried | None,
) -> ResultReason:
    result = outcome.result
    reasons = _reasons(run, thing, result.name)
    uses = tuple(name for name in results_used(reasons) if name in made)
    found: tuple[Alternative, ...] = ()
    if tried is not None and outcome.status == "unknown" and not result.is_decision:
        found = missing_alternatives(run, thing, outcome, tried)
    elif result.name in taking and not result.is_decision:
        found = (taking[result.name],)
    others = _marks_of_others(reasons, run, thing)
    marks = run.marks[thing, result.name] = marks_of(reasons, [*(made[name].marks for name in uses), *others])
    given = contributions(outcome, run, thing, lambda name: marks if name == result.name else made[name].marks)
    return ResultReason(
        result.name, result.title, result.type, result.name in run.edition.main, outcome.status, outcome.value,
        outcome.rule.clause if outcome.rule else "", outcome.rule.name if outcome.rule else "",
        tuple(sorted({path_of(each, thing) for each in outcome.waits.missing})), reasons, uses, found,
        marks, _sentence(outcome, run, thing), result.name in run.edition.final, result_called(result), given,
        result.payer,
    )


def _marks_of_others(reasons: tuple[ClauseReason, ...], run: Run, thing: Thing) -> Iterator[tuple[Mark, ...]]:
    """The marks of the results of other things that some reasons rest on."""
    others = run.frames[thing].others
    for path in results_used(reasons):
        if path in others:
            other, name = others[path]
            yield tuple(_seen_from(mark, path.removesuffix(name)) for mark in _marks(run, other, name))


def _reasons(run: Run, thing: Thing, name: str) -> tuple[ClauseReason, ...]:
    """The clauses asked for a result: made once, for others ask what it rests on too."""
    if (thing, name) not in run.reasons:
        run.reasons[thing, name] = clause_reasons(run.outcomes[thing, name], run.frames[thing])
    return run.reasons[thing, name]  # type: ignore[no-any-return]


def _marks(run: Run, thing: Thing, name: str) -> tuple[Mark, ...]:
    """The marks of a result, whosever it is."""
    if (thing, name) not in run.marks:
        reasons = _reasons(run, thing, name)
        own = [_marks(run, thing, each) for each in results_used(reasons) if (thing, each) in run.outcomes]
        run.marks[thing, name] = marks_of(reasons, [*own, *_marks_of_others(reasons, run, thing)])
    return run.marks[thing, name]  # type: ignore[no-any-return]


def _seen_from(mark: Mark, front: str) -> Mark:
    """A mark of another thing: a skjønn is of a fact, and says whose."""
    if mark.kind != "skjønn":
        return mark
    return Mark(mark.kind, front + mark.what, mark.text.replace(mark.what, front + mark.what, 1))


def _sentence(outcome: Outcome, run: Run, thing: Thing) -> str:
    """The answer and its ground in one line."""
    result = outcome.result
    name = result_called(result)
    match outcome.status:
        case "known":
            clause = run.edition.clauses[outcome.rule.clause] if outcome.rule else None
            ground = f" etter {_named(clause)}" if clause and clause.number != result.name else ""
            return f"{name} er {said(result.type, outcome.value)}{ground}."
        case "unknown":
            waits = sorted({path_of(each, thing) for each in outcome.waits.missing})
            if waits:
                return f"{name} er ukjent: mangler {', '.join(waits)}."
            stuck = sorted({each.replace("_", " ") for _, each in outcome.waits.stuck})
            return f"{name} er ukjent, for {listed(stuck)} kan ikke avgjøres."
        case "conflict":
            sides = opposed(outcome)
            told = [f"{_headed(run.edition.clauses[rule.clause])} ({rule.place.file}:{rule.place.line}) gir "
                    f"{said(result.type, value)}" for rule, value in sides]
            return f"ISF601 {name} er i konflikt: {', og '.join(told)}. Ingen av dem er unntak fra den andre."
        case "no_rule":
            return f"ISF602 {name} får ingen verdi: ingen regel gjelder for denne saken."


def opposed(outcome: Outcome) -> list[tuple[ir.Rule, ir.Value | None]]:
    """The rules that stand against each other: those that hold and that nothing goes before."""
    found: list[tuple[ir.Rule, ir.Value | None]] = []
    pending = list(outcome.groups)
    while pending:
        group = pending.pop(0)
        if any(each.state.empty == "no" for each in group.exceptions):
            pending = [*group.exceptions, *pending]
            continue
        for rule in group.rules:
            if rule.excepted.empty == "no":
                pending = [*rule.exceptions, *pending]
            elif rule.holds is True:
                found.append((rule.rule, known(rule.state.value)))
    told = [side for side in found if side[1] is not None]
    return told if len(told) > 1 else found


def _headed(clause: ir.Clause) -> str:
    """A clause by its number and title, as its heading has them; by its title where it has no official number."""
    return f"{clause.number} {clause.title}".strip() if clause.number[:1].isdigit() else clause.title or clause.number


def _named(clause: ir.Clause) -> str:
    """The same within a sentence."""
    return _headed(clause) if clause.number[:1].isdigit() else called(clause)


def _notes(run: Run, thing: Thing) -> tuple[str, ...]:
    """What the answer presupposes."""
    notes = []
    looked = run.frames[thing].looked
    for plural in sorted(run.edition.entities[entity].plural for above, entity in looked if above in run.case.around):
        notes.append(f"Saken er oppgitt alene; regler som ser på andre {plural}, ser ingen.")
    wrong = [other.label for other in run.case.everything
             if other is not thing and other.errors and (other.parent, other.entity) in looked]
    if wrong:
        notes.append(f"Feil i {', '.join(wrong)}: feltene det gjelder, regnes som ukjente her.")
    return tuple(notes)


# ── What if ──────────────────────────────────────────────────────────────────────────────────────────────────


def explain_changed(before: CaseExplanation, run: Run, thing: Thing, changes: list[Change]) -> CaseExplanation:
    """The explanation before and after some facts were set, and where the two part. ``run`` is the one after."""
    after = explain(run, thing)
    paths = [path_of((change.thing, change.path), thing) for change in changes]
    facts = tuple(
        Fact("field", path, path, change.field.type, change.value) for path, change in zip(paths, changes, strict=True)
    )
    others = {result.name: result for result in after.results}
    differences = tuple(
        Difference(first.name, first, second, _parting(first, second))
        for first, second in ((result, others[result.name]) for result in before.results if result.name in others)
        if _answer(first) != _answer(second)
    )
    return CaseExplanation(
        before.entity, before.key, before.heading, before.edition, before.edition_title, before.results, after.errors,
        before.notes, facts, after, differences,
    )


def _answer(result: ResultReason) -> tuple[object, ...]:
    """What tells two answers apart: the value, and the clause and requirement that give it. Which row of a table gave
    the same value is nothing to tell."""
    return result.status, result.value, result.clause, "" if result.rule.startswith("rad ") else result.rule


def _parting(first: ResultReason, second: ResultReason) -> str:
    before, after = said(first.type, first.value), said(second.type, second.value)
    values = f"{first.called} går fra {before} til {after}"
    old, new = _ground(first), _ground(second)
    if (first.status, first.value) == (second.status, second.value):
        return f"{first.called} er {after} i begge: etter {new}, ikke etter {old}."
    return values + (f", fra {old} til {new}." if first.clause != second.clause else ".")


def _ground(result: ResultReason) -> str:
    """The clause that decides, and which requirement of it."""
    named = f", {result.rule}" if result.rule and not result.rule.startswith("rad ") else ""
    return f"{result.clause}{named}" if result.clause else "ingen regel"


