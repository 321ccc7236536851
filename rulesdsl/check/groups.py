"""Rules to results: which clause is an exception to which, and each result after those it uses."""

import re
from collections.abc import Sequence

from attrs import define, evolve, field

from rulesdsl.check.declare import Declared
from rulesdsl.check.lower import Clauses, lower_clauses
from rulesdsl.check.order import cycle_in, ordered
from rulesdsl.core import ir
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast

MAX_CHAIN = 30
"""How many exceptions may stand one upon another."""


@define
class Lowered:
    """The clauses and results of an edition, results in such an order that each uses only earlier ones."""

    clauses: dict[str, ir.Clause] = field(factory=dict)
    results: dict[str, ir.Result] = field(factory=dict)



def natural_key(number: str) -> tuple[tuple[int, str], ...]:
    """Clause numbers in the order people count them: 4.3.6 before 4.3.10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", number))


def lower(declared: Declared) -> Lowered:
    """The clauses and results of an edition; what does not fit is a message and is left out."""
    return _assemble(lower_clauses(declared))


def _assemble(work: Clauses) -> Lowered:
    declared = work.declared
    _check_targets(work)
    by_result: dict[str, list[str]] = {}
    for clause, result in work.rules:
        by_result.setdefault(result, []).append(clause)
    found: dict[str, ir.Result] = {}
    for name, decl in declared.names.results.items():
        if decl.entity.text not in declared.entities:
            declared.problems.add("ISF201", decl.entity.span, "er ikke en entitet", detail=decl.entity.text,
                                  hint=did_you_mean(decl.entity.text, declared.entities))
            continue
        if not declared.entities[decl.entity.text].date:
            declared.problems.add("ISF422", decl.entity.span, "har ingen rettsdato, så ingen utgave kan velges",
                                  hint="Gi resultatet til en entitet med rettsdato.")
        clauses = sorted(by_result.get(name, ()), key=natural_key)
        if not clauses:
            if not declared.names.broken_clauses:
                declared.problems.add("ISF414", decl.name.span, "får ingen verdi av noe punkt", detail=name)
            continue
        groups = _groups(name, clauses, work)
        is_decision = isinstance(decl, ast.DecisionDecl)
        found[name] = ir.Result(name, decl.entity.text, work.result_type(name), decl.title, groups, is_decision)
    return Lowered(work.clauses, _in_order(found, work))


def _check_targets(work: Clauses) -> None:
    """Exceptions name clauses that are there, and rules and requirements that they have."""
    problems, clauses = work.declared.problems, work.declared.names.clauses
    for clause in clauses.values():
        if not isinstance(clause, ast.ClauseDecl):
            continue
        number = clause.number.text
        own = {result for at, result in work.rules if at == number}
        for target in (each for item in clause.items if isinstance(item, ast.ExceptionTo) for each in item.targets):
            name = target.clause.text
            if name not in clauses:
                problems.add("ISF204", target.clause.span, "er ikke et punkt i utgaven", detail=name, clause=number,
                             hint=did_you_mean(name, clauses))
                continue
            shared = [result for result in own if (name, result) in work.rules]
            if own and not shared:
                problems.add("ISF210", target.span, f"{name} gir ikke noe av det {number} gir", clause=number)
            parts = {part for result in own for rule in work.rules.get((name, result), ())
                     for part in (rule.name, rule.requirement) if part}
            if shared and target.part is not None and target.part.text not in parts:
                problems.add("ISF205", target.part.span, f"er verken et krav eller en regel i {name}",
                             detail=target.part.text, clause=number, hint=did_you_mean(target.part.text, parts))


def _groups(result: str, clauses: Sequence[str], work: Clauses) -> tuple[ir.Group, ...]:
    """The groups of a result: each clause, with those that are exceptions to it or to one of its rules."""
    upon: dict[str, list[tuple[str, str]]] = {clause: [] for clause in clauses}
    roots = []
    for clause in clauses:
        targets = [each for each in work.clauses[clause].exception_to if each[0] in upon]
        for target, part in targets:
            upon[target].append((clause, part))
        if not targets:
            roots.append(clause)
    over = {clause: {each for each, _ in upon[clause]} for clause in clauses}
    ring = cycle_in(over)
    if ring:
        span = work.declared.names.clauses[ring[0]].span
        work.declared.problems.add("ISF207", Span(span.source, span.start, span.start + 5), "er unntak fra seg selv",
                                   detail=" → ".join([*ring, ring[0]]), clause=ring[0])
        return ()
    made: dict[str, tuple[ir.Group, int]] = {}
    for clause in ordered(over):
        depth = 1 + max((made[each][1] for each in over[clause]), default=0)
        if depth == MAX_CHAIN + 1:
            span = work.declared.names.clauses[clause].span
            work.declared.problems.add("ISF211", Span(span.source, span.start, span.start + 5),
                                       f"har unntak i mer enn {MAX_CHAIN} ledd", clause=clause)
        rules = tuple(
            evolve(rule, exceptions=tuple(
                made[each][0] for each, part in upon[clause] if part and part in (rule.name, rule.requirement)
            ))
            for rule in work.rules[clause, result]
        )
        whole = tuple(made[each][0] for each, part in upon[clause] if not part)
        made[clause] = (ir.Group(clause, work.policies[clause], rules, whole), depth)
    groups = tuple(made[clause][0] for clause in roots)
    _check_conflicts(groups, work)
    return groups


def _check_conflicts(groups: Sequence[ir.Group], work: Clauses) -> None:
    """Rules side by side that hold under just the same conditions and say different fixed things."""
    first: dict[tuple[ir.Expr, ...], ir.Rule] = {}
    for group in groups:
        if group.policy != "sammen":
            continue
        _check_conflicts(group.exceptions, work)
        for rule in group.rules:
            _check_conflicts(rule.exceptions, work)
            if group.exceptions or rule.exceptions or not isinstance(rule.value, ir.Const):
                continue
            other = first.setdefault(rule.conditions, rule)
            assert isinstance(other.value, ir.Const)
            if other.value.value != rule.value.value:
                here = work.declared.names.clauses[rule.clause].span
                there = work.declared.names.clauses[other.clause].span
                work.declared.problems.add(
                    "ISF417", _line(here, rule.place), f"sier noe annet enn {other.clause}", clause=rule.clause,
                    also=[(_line(there, other.place), "gjelder under de samme vilkårene")],
                    hint="Gjør det ene til unntak fra det andre, eller gi dem ulike vilkår.",
                )


def _line(clause: Span, at: ir.Place) -> Span:
    """The stretch of the line of a rule."""
    source = clause.source
    text = source.line(at.line)
    start = source.offset(at.line) + len(text) - len(text.lstrip())
    return Span(source, start, start + len(text.strip()))


def _in_order(results: dict[str, ir.Result], work: Clauses) -> dict[str, ir.Result]:
    """Each result after those it uses; a cycle is a message that names the way around."""
    uses = {name: {each for each in result.uses() if each in results} for name, result in results.items()}
    ring = cycle_in(uses)
    if ring:
        decl = work.declared.names.results[ring[0]]
        work.declared.problems.add("ISF206", decl.name.span, "kommer an på seg selv",
                                   detail=" → ".join([*ring, ring[0]]))
        return results
    return {name: results[name] for name in ordered(uses)}
