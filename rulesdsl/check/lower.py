"""Clauses and decision tables to core: their guards, requirements, parts and rules."""

from collections.abc import Iterable, Sequence

from attrs import define, evolve, field

from rulesdsl.check.cells import cell_condition
from rulesdsl.check.declare import Declared, place
from rulesdsl.check.fits import condition, require
from rulesdsl.check.infer import infer
from rulesdsl.check.order import mentions, ordered
from rulesdsl.check.scope import Scope
from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL, Broken, Number, Type
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast

UNSETTLED_BOUND = 10**15
"""How large a result may be that is used before its own rules have been read (only where results are cyclic)."""


@define
class Clauses:
    """The clauses of an edition and their rules: by clause and result, in the order of the text."""

    declared: Declared
    clauses: dict[str, ir.Clause] = field(factory=dict)
    rules: dict[tuple[str, str], list[ir.Rule]] = field(factory=dict)
    policies: dict[str, ir.Policy] = field(factory=dict)
    settled: dict[str, Type] = field(factory=dict)

    def result_type(self, name: str) -> Type:
        """The type of a result; its size is settled once its rules have been read."""
        if name in self.settled:
            return self.settled[name]
        kind = self.declared.type_of(self.declared.names.results[name].type)
        return evolve(kind, bound=UNSETTLED_BOUND) if isinstance(kind, Number) else kind

    def scope(self, entity: str, clause: str) -> Scope:
        return Scope(self.declared, self.declared.entities[entity], self.result_type, infer, clause)


def lower_clauses(declared: Declared) -> Clauses:
    """All clauses and results of an edition; what does not fit is a message and is left out."""
    names, work = declared.names, Clauses(declared)
    using: dict[str, list[ast.ClauseDecl | ast.DecisionDecl]] = {name: [] for name in names.results}
    for clause in names.clauses.values():
        for result in _results_of(clause, work):
            using[result].append(clause)
    uses = {
        name: {mention for clause in clauses for mention in mentions(clause)} & using.keys()
        for name, clauses in using.items()
    }
    done: set[str] = set()
    for name in ordered(uses):
        for clause in using[name]:
            key = _name_of(clause).text
            if key not in done:
                done.add(key)
                _lower_clause(clause, work)
        _settle(name, work)
    for clause in names.clauses.values():
        if _name_of(clause).text not in done:
            _lower_clause(clause, work)
    return work


def _name_of(clause: ast.ClauseDecl | ast.DecisionDecl) -> ast.Name:
    return clause.number if isinstance(clause, ast.ClauseDecl) else clause.name


def _results_of(clause: ast.ClauseDecl | ast.DecisionDecl, work: Clauses) -> list[str]:
    """The results that a clause speaks of; a name that is no result is a message."""
    if isinstance(clause, ast.DecisionDecl):
        return [clause.name.text] if clause.entity.text in work.declared.entities else []
    found: dict[str, None] = {}
    for item in clause.items:
        if isinstance(item, ast.RuleDecl):
            decl = work.declared.names.results.get(item.result.text)
            if decl is None:
                work.declared.problems.add(
                    "ISF201", item.result.span, "er ikke et resultat", detail=item.result.text,
                    clause=clause.number.text, hint=did_you_mean(item.result.text, work.declared.names.results),
                )
            elif decl.entity.text in work.declared.entities:
                found[item.result.text] = None
    return list(found)


def _settle(name: str, work: Clauses) -> None:
    """The size of a result: the largest that any of its rules can give."""
    kind = work.declared.type_of(work.declared.names.results[name].type)
    values = [rule.value.type for (_, result), rules in work.rules.items() if result == name for rule in rules]
    if isinstance(kind, Number):
        kind = evolve(kind, bound=max((each.bound for each in values if isinstance(each, Number)), default=1))
        if kind.digits > types.MAX_DIGITS:
            span = work.declared.names.results[name].name.span
            work.declared.problems.add("ISF306", span, f"kan trenge {kind.digits} sifre", detail=name)
    elif isinstance(kind, types.Date):
        kind = types.Date(max((each.reach for each in values if isinstance(each, types.Date)), default=0))
    work.settled[name] = kind


# ── One clause ───────────────────────────────────────────────────────────────────────────────────────────────


def _lower_clause(clause: ast.ClauseDecl | ast.DecisionDecl, work: Clauses) -> None:
    if isinstance(clause, ast.DecisionDecl):
        _lower_decision(clause, work)
        return
    number, declared = clause.number.text, work.declared
    results = _results_quietly(clause, work)
    entities = {declared.names.results[name].entity.text for name in results}
    if len(entities) > 1:
        declared.problems.add("ISF419", clause.number.span, "gir resultater for " + " og ".join(sorted(entities)),
                              clause=number, hint="Del punktet i ett for hver entitet.")
    entity = next(iter(sorted(entities)), None) or next(
        (decl.entity.text for decl in declared.names.results.values() if decl.entity.text in declared.entities), None
    )
    if entity is None:
        return
    scope = work.scope(entity, number)
    for item in clause.items:
        if isinstance(item, ast.PartDecl):
            _add_part(item.name, item.value, scope)
    guard = _guard(clause, scope)
    requirements: dict[str, ir.Requirement] = {}
    for item in clause.items:
        if isinstance(item, ast.RequirementDecl):
            if item.name.text in requirements:
                scope.report("ISF202", item.name.span, "er brukt en gang til", detail=item.name.text)
            held = condition(item.condition, scope)
            requirements[item.name.text] = ir.Requirement(item.name.text, item.text, held)
    work.clauses[number] = ir.Clause(
        number, clause.title, " ".join(item.text for item in clause.items if isinstance(item, ast.Summary)), "",
        place(clause.span), declared.citations(_cites(clause.items), clause.number.span, f"punkt {number}", number),
        guard, tuple(requirements.values()), _targets(clause),
    )
    work.policies[number] = "sammen"
    rules = [item for item in clause.items if isinstance(item, ast.RuleDecl)]
    if not rules:
        scope.report("ISF416", clause.number.span, "sier ikke hva som gjelder", "Skriv for eksempel «tellende er nei».")
    if any(rule.otherwise for rule in rules) and not requirements:
        scope.report("ISF420", next(rule for rule in rules if rule.otherwise).span, "står uten krav",
                     "Skriv «krav NAVN «tekst» VILKÅR» før «ellers».")
    labels: set[str] = set()
    for rule in rules:
        if rule.label is not None:
            if rule.label.text in labels | requirements.keys():
                scope.report("ISF202", rule.label.span, "er brukt en gang til", detail=rule.label.text)
            labels.add(rule.label.text)
        _lower_rule(rule, guard, tuple(requirements.values()), scope, work)


def _results_quietly(clause: ast.ClauseDecl, work: Clauses) -> list[str]:
    known = work.declared.names.results
    named = [item.result.text for item in clause.items if isinstance(item, ast.RuleDecl)]
    entities = work.declared.entities
    return [name for name in dict.fromkeys(named) if name in known and known[name].entity.text in entities]


def _cites(items: Iterable[object]) -> list[ast.Cite]:
    return [item for item in items if isinstance(item, ast.Cite)]


def _targets(clause: ast.ClauseDecl) -> tuple[tuple[str, str], ...]:
    return tuple(
        (target.clause.text, target.part.text if target.part else "")
        for item in clause.items if isinstance(item, ast.ExceptionTo) for target in item.targets
    )


def _guard(clause: ast.ClauseDecl, scope: Scope) -> ir.Expr | None:
    guards = [item for item in clause.items if isinstance(item, ast.Guard)]
    if not guards:
        return None
    conditions = tuple(condition(item.condition, scope) for item in guards)
    return conditions[0] if len(conditions) == 1 else ir.And(BOOL, conditions)


def _add_part(name: ast.Name, value: ast.Expr, scope: Scope) -> None:
    if scope.value(name.text) is not None or scope.thing(name.text) is not None:
        scope.report("ISF202", name.span, "er alt et navn her", "Velg et annet navn.", name.text)
    inner = scope.infer(value)
    scope.parts[name.text] = ir.Part(inner.type, name.text, inner)


def _lower_rule(
    rule: ast.RuleDecl, guard: ir.Expr | None, requirements: Sequence[ir.Requirement], scope: Scope, work: Clauses
) -> None:
    own = (condition(rule.condition, scope),) if rule.condition is not None else ()
    if rule.result.text not in work.declared.names.results:
        infer(rule.value, scope)
        return
    wanted = work.declared.type_of(work.declared.names.results[rule.result.text].type)
    value = require(infer(rule.value, scope, wanted), wanted, rule.value.span, scope)
    shared = (guard,) if guard is not None else ()
    into = work.rules.setdefault((scope.clause, rule.result.text), [])
    label = rule.label.text if rule.label else ""
    if not rule.otherwise:
        holding = tuple(requirement.holds for requirement in requirements)
        into.append(ir.Rule(scope.clause, label, (*shared, *holding, *own), value, place(rule.span)))
    for requirement in requirements if rule.otherwise else ():
        fallen = ir.Not(BOOL, requirement.holds)
        into.append(ir.Rule(
            scope.clause, label or f"krav {requirement.name}", (*shared, fallen, *own), value, place(rule.span),
            requirement.name,
        ))


def _lower_decision(decision: ast.DecisionDecl, work: Clauses) -> None:
    name, declared = decision.name.text, work.declared
    if decision.entity.text not in declared.entities:
        return
    scope = work.scope(decision.entity.text, name)
    kind = declared.type_of(decision.type)
    if decision.policy == "alle" and not isinstance(kind, types.ListOf | Broken):
        hint = f"Skriv «liste av {decision.type.span.text}»."
        scope.report("ISF301", decision.type.span, "«treff alle» gir en liste", hint)
        kind = Broken()
    outcome = kind.item if decision.policy == "alle" and isinstance(kind, types.ListOf) else kind
    columns = [scope.infer(column) for column in decision.columns]
    work.clauses[name] = ir.Clause(
        name, decision.title, " ".join(item.text for item in decision.items if isinstance(item, ast.Summary)), "",
        place(decision.span), declared.citations(_cites(decision.items), decision.name.span, name, name),
        is_decision=True,
    )
    work.policies[name] = decision.policy
    rules = work.rules.setdefault((name, name), [])
    for number, row in enumerate(decision.rows, start=1):
        if len(row.cells) != len(columns):
            scope.report("ISF421", row.span, f"har {len(row.cells)} vilkår; tabellen har {len(columns)} kolonner")
            continue
        conditions = [
            found for cell, column in zip(row.cells, columns, strict=True)
            if (found := cell_condition(cell, column, scope)) is not None
        ]
        value = require(scope.infer(row.outcome, outcome), outcome, row.outcome.span, scope)
        rules.append(ir.Rule(name, f"rad {number}", tuple(conditions), value, place(row.span)))
