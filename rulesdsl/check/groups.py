"""Rules to results: which clause is an exception to which, and each result after those it uses."""

from collections.abc import Sequence

from attrs import define, field

from rulesdsl.check.conflicts import check_conflicts
from rulesdsl.check.declare import Declared
from rulesdsl.check.lower import Clauses, lower_clauses
from rulesdsl.check.order import cycle_in, ordered
from rulesdsl.check.reuse import Memory
from rulesdsl.core import ir
from rulesdsl.core.trees import all_groups, applies_to, assemble
from rulesdsl.core.values import natural_key
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
    uses: dict[str, set[str]] = field(factory=dict)


def lower(declared: Declared, memory: Memory) -> Lowered:
    """The clauses and results of an edition; what does not fit is a message and is left out."""
    return _assemble(lower_clauses(declared, memory), memory)


def _assemble(work: Clauses, memory: Memory) -> Lowered:
    declared = work.declared
    _check_targets(work)
    by_result: dict[str, list[str]] = {}
    for clause, result in work.rules:
        by_result.setdefault(result, []).append(clause)
    found: dict[str, ir.Result] = {}
    for name, decl in declared.names.results.items():
        if decl.entity.text not in declared.entities and decl.entity.text in declared.names.broken:
            continue
        if decl.entity.text not in declared.entities:
            declared.problems.add("ISF201", decl.entity.span, "er ikke en entitet", detail=decl.entity.text,
                                  hint=did_you_mean(decl.entity.text, declared.entities))
            continue
        if not declared.entities[decl.entity.text].date:
            declared.problems.add("ISF422", decl.entity.span, "har ingen rettsdato, så ingen utgave kan velges",
                                  detail=name, hint="Gi resultatet til en entitet med rettsdato.")
        clauses = sorted(by_result.get(name, ()), key=natural_key)
        if not clauses:
            if not declared.names.broken_clauses:
                declared.problems.add("ISF414", decl.name.span, "får ingen verdi av noe punkt", detail=name,
                                      hint=f"Skriv et punkt med «{name} er …».")
            continue
        groups = _groups(name, clauses, work)
        is_decision = isinstance(decl, ast.DecisionDecl)
        payer = decl.payer.value if isinstance(decl, ast.ResultDecl) and decl.payer is not None else ""
        found[name] = ir.Result(name, decl.entity.text, work.result_type(name), decl.title, groups, is_decision, payer)
    return _in_order(found, work, memory)


def _check_targets(work: Clauses) -> None:
    """Exceptions name clauses that are there, and rules and requirements that they have."""
    for clause in work.declared.names.clauses.values():
        if isinstance(clause, ast.ClauseDecl):
            before = len(work.declared.problems)
            targets = [each for item in clause.items if isinstance(item, ast.ExceptionTo) for each in item.targets]
            for target in targets:
                _check_target(target, clause.number.text, work)
            broken = any(target.clause.text in work.declared.names.broken for target in targets)
            if broken or len(work.declared.problems) > before:
                work.unsure.add(clause.number.text)


def _check_target(target: ast.Target, number: str, work: Clauses) -> None:
    problems, clauses, own = work.declared.problems, work.declared.names.clauses, work.gives(number)
    name = target.clause.text
    if name not in clauses:
        if name not in work.declared.names.broken:
            problems.add("ISF204", target.clause.span, "er ikke et punkt i utgaven", detail=name, clause=number,
                         hint=did_you_mean(name, clauses))
        return
    shared = [result for result in sorted(own) if (name, result) in work.rules]
    if name == number:
        problems.add("ISF207", target.span, "er unntak fra seg selv", detail=f"{name} → {name}", clause=number)
    elif own and not shared and work.gives(name):
        others = (each for each in sorted(clauses, key=natural_key) if each != number and own & work.gives(each))
        near = next(others, "")
        problems.add("ISF210", target.span, f"{name} gir ikke noe av det {number} gir", clause=number,
                     hint=f"Skriv for eksempel «unntak fra {near}»." if near else "Ta bort unntaket.")
    elif shared and target.part is not None:
        _check_part(target.part, name, shared, number, work)


def _check_part(part: ast.Name, target: str, shared: Sequence[str], number: str, work: Clauses) -> None:
    """The rule or requirement that an exception names is one of the clause's, for a result that both give."""
    parts = {each for result in shared for rule in work.rules[target, result] for each in (rule.name, rule.requirement)}
    if part.text in parts:
        return
    clause = work.clauses.get(target)
    if clause is not None and any(each.name == part.text for each in clause.requirements):
        label, hint = "er et krav uten «ellers», så det er ikke noe å gjøre unntak fra", f"Skriv «unntak fra {target}»."
    else:
        label = f"er verken et krav eller en regel i {target}"
        hint = did_you_mean(part.text, (each for each in parts if " " not in each))
    work.declared.problems.add("ISF205", part.span, label, detail=part.text, clause=number, hint=hint)


def _groups(result: str, clauses: Sequence[str], work: Clauses) -> tuple[ir.Group, ...]:
    """The groups of a result: each clause, with those that are exceptions to it or to one of its rules."""
    own = {clause: ir.Group(clause, work.policies[clause], tuple(work.rules[clause, result])) for clause in clauses}
    targets = {clause: work.clauses[clause].exception_to for clause in clauses}
    over: dict[str, set[str]] = {clause: set() for clause in clauses}
    for clause in clauses:
        for each in targets[clause]:
            if applies_to(each, clause, own):
                over[each[0]].add(clause)
    ring = cycle_in(over)
    if ring:
        # Each is an exception to the one after it.
        ring = [ring[0], *reversed(ring[1:])]
        work.declared.problems.add(
            "ISF207", _target_span(ring[0], ring[1], work), "er til slutt unntak fra seg selv",
            detail=" → ".join([*ring, ring[0]]), clause=ring[0], hint="Ta bort ett av unntakene.",
        )
        return ()
    depth: dict[str, int] = {}
    for clause in ordered(over):
        depth[clause] = 1 + max((depth[each] for each in over[clause]), default=0)
        if depth[clause] == MAX_CHAIN + 1:
            decl = work.declared.names.clauses[clause]
            at = decl.number.span if isinstance(decl, ast.ClauseDecl) else decl.name.span
            work.declared.problems.add("ISF211", at, f"har unntak i mer enn {MAX_CHAIN} ledd", clause=clause,
                                       hint="Skriv vilkårene i ett punkt i stedet for i mange unntak.")
    if any(many > MAX_CHAIN for many in depth.values()):
        return ()
    groups = assemble(own, targets)
    check_conflicts(groups, work)
    return groups


def _target_span(clause: str, target: str, work: Clauses) -> Span:
    """Where a clause says that it is an exception to another."""
    decl = work.declared.names.clauses[clause]
    assert isinstance(decl, ast.ClauseDecl)
    return next(
        each.span for item in decl.items if isinstance(item, ast.ExceptionTo)
        for each in item.targets if each.clause.text == target
    )


def _uses(result: ir.Result, memory: Memory) -> frozenset[str]:
    """The results that a result reads. An exception to several clauses is looked at once."""
    rules = (rule for group in all_groups(result.groups) for rule in group.rules)
    return frozenset(name for rule in rules for root in (*rule.conditions, rule.value)
                     for name in memory.results_in(root))


def _in_order(results: dict[str, ir.Result], work: Clauses, memory: Memory) -> Lowered:
    """Each result after those it uses; a cycle is a message that names the way around."""
    uses = {name: {each for each in _uses(result, memory) if each in results} for name, result in results.items()}
    ring = cycle_in(uses)
    if ring:
        decl = work.declared.names.results[ring[0]]
        work.declared.problems.add("ISF206", decl.name.span, "kommer an på seg selv",
                                   detail=" → ".join([*ring, ring[0]]),
                                   hint="Regn ut ett av dem uten de andre." if len(ring) > 1 else "")
        return Lowered(work.clauses, results, uses)
    return Lowered(work.clauses, {name: results[name] for name in ordered(uses)}, uses)
