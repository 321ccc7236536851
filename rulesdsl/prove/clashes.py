"""Rules that stand against each other, and results without a rule: each with a case that shows it."""

from rulesdsl.core import ir
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.explain import opposed
from rulesdsl.evaluate.trace import Run
from rulesdsl.evaluate.witness import Witness, smallest, told
from rulesdsl.evaluate.wording import said
from rulesdsl.prove import goals
from rulesdsl.prove.asking import Asking, Finding, Spot, Unsettled
from rulesdsl.prove.goals import Goal

Side = tuple[ir.Rule, ir.Value | None]
"""A rule of a conflict, and what it gives."""

MOST_CONFLICTS = 5
"""How many pairs of clauses that stand against each other are told for a result at once."""


def clashes(work: Asking) -> None:
    """Results of which rules stand against each other, and results without a rule."""
    for result in work.edition.results.values():
        _conflicts(work, result)
        _gap(work, result)


def _conflicts(work: Asking, result: ir.Result) -> None:
    goal, pairs = goals.conflict(result), list[tuple[ir.Rule, ir.Rule]]()
    for _ in range(MOST_CONFLICTS):
        found = work.some(goals.apart(goal, pairs), "fornuftig", "kjent", "enhver")
        if found is None:
            return
        pair = _opposed(work, found, result)
        if pair is None:
            work.unsettled.append(Unsettled(goal.said, "reglene som står mot hverandre, er ikke funnet"))
            return
        (one, _), (other, _) = pair
        pairs.append((one, other))
        _say_conflict(work, pair, goal, found, result)


def _opposed(work: Asking, found: Witness, result: ir.Result) -> tuple[Side, Side] | None:
    """Two rules that stand against each other, in the order of the text."""
    sides = opposed(found.run.outcomes[found.thing, result.name])
    for at, (rule, value) in enumerate(sides):
        for other, given in sides[:at]:
            if value != given or _same_table(work, rule, other):
                first, second = sorted(((rule, value), (other, given)), key=lambda side: _order(side[0]))
                return first, second
    return None


def _order(rule: ir.Rule) -> tuple[str, int]:
    return rule.place.file, rule.place.line


def _same_table(work: Asking, rule: ir.Rule, other: ir.Rule) -> bool:
    return rule.clause == other.clause and work.edition.clauses[rule.clause].is_decision


def _say_conflict(
    work: Asking, pair: tuple[Side, Side], goal: Goal, found: Witness, result: ir.Result
) -> None:
    (one, first), (other, second) = pair
    if work.is_known("ISF426", one.place, other.place):
        return

    def seen(run: Run, thing: Thing) -> bool:
        sides = [rule for rule, _ in opposed(run.outcomes[thing, result.name])] if goal.seen(run, thing) else []
        return all(any(rule is side for side in sides) for rule in (one, other))

    found = smallest(found, seen)
    case = told(found, seen)
    if _same_table(work, one, other):
        work.tell(Finding("ISF617", other.clause, Spot(other.place, f"{one.name} og {other.name} treffer begge"),
                          result.name, (Spot(one.place, one.name),), case,
                          "Gjør radene smalere, eller skriv «treff første»."))
        return
    same = one.clause == other.clause
    hint = "Gi reglene vilkår som ikke gjelder samtidig." if same else (
        f"Skriv «unntak fra {one.clause}» i {other.clause}, eller gi dem vilkår som ikke gjelder samtidig.")
    against = "regelen over" if same else one.clause
    against_it, gives = said(result.type, first), said(result.type, second)
    work.tell(Finding("ISF610", other.clause, Spot(other.place, f"gir {gives}, mens {against} gir {against_it}"),
                      result.name, (Spot(one.place, f"gir {against_it}"),), case, hint))


def _gap(work: Asking, result: ir.Result) -> None:
    """A result without a value. One that takes a number below zero is not worth a word."""
    first = min((group.clause for group in result.groups),
                key=lambda name: (work.edition.clauses[name].place.file, work.edition.clauses[name].place.line))
    clause, goal = work.edition.clauses[first], goals.gap(result)
    if clause.is_decision and work.is_known("ISF424", clause.place):
        return
    found = work.some(goal, "fornuftig", "ikke negativ")
    if found is None:
        return
    table = clause.is_decision and clause.number == result.name
    work.tell(Finding(
        "ISF619" if table else "ISF611", clause.number,
        Spot(clause.place, "ingen rad treffer i saken under" if table else "ingen regel gir verdien i saken under"),
        result.name, (), told(found, goal.seen),
        "Legg til en rad for det som mangler." if table else
        "Skal resultatet alltid ha en verdi, legg til en regel uten vilkår som de andre er unntak fra.",
    ))
