"""Clauses and decision tables to core: their guards, requirements, parts and rules."""

from collections.abc import Iterable, Sequence

from attrs import define, evolve, field

from rulesdsl.check.cells import cell_condition
from rulesdsl.check.declare import Declared, place
from rulesdsl.check.fits import condition, fold, require
from rulesdsl.check.infer import infer
from rulesdsl.check.names import check_reserved
from rulesdsl.check.order import ordered
from rulesdsl.check.overlap import check_rows
from rulesdsl.check.payers import check_payers
from rulesdsl.check.reuse import Memory, meaning_of_types
from rulesdsl.check.scope import Scope
from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL, Broken, Number, Type
from rulesdsl.core.values import listed
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast

MAX_PARTS_DEPTH = 60
"""How deep the parts of a clause may build upon one another, their expressions counted with them: what every pass and
back end can follow."""

ASSUMED_BOUND, ASSUMED_REACH = 10**15, types.MAX_REACH // 2
"""How large a result is taken to be, and how far moved, where it is used before all its rules have been read: by the
clause that gives it. Once they have been read, it must not be larger."""


@define
class Clauses:
    """The clauses of an edition and their rules: by clause and result, in the order of the text."""

    declared: Declared
    clauses: dict[str, ir.Clause] = field(factory=dict)
    rules: dict[tuple[str, str], list[ir.Rule]] = field(factory=dict)
    policies: dict[str, ir.Policy] = field(factory=dict)
    settled: dict[str, Type] = field(factory=dict)
    assumed: set[str] = field(factory=set)
    unsure: set[str] = field(factory=set)
    """Clauses that are exceptions to something that is not there."""
    _given: dict[str, set[str]] = field(factory=dict)

    def result_type(self, name: str) -> Type:
        """The type of a result; its size is settled once its rules have been read."""
        if name in self.settled:
            return self.settled[name]
        self.assumed.add(name)
        return _with_bounds(self.declared.type_of(self.declared.names.results[name].type), ASSUMED_BOUND, ASSUMED_REACH)

    def gives(self, clause: str) -> set[str]:
        """The results that a clause gives."""
        return self._given.get(clause, set())

    def rules_of(self, clause: str, result: str) -> list[ir.Rule]:
        """The rules of a clause for a result, to be filled."""
        self._given.setdefault(clause, set()).add(result)
        return self.rules.setdefault((clause, result), [])

    def scope(self, entity: str, clause: str) -> Scope:
        return Scope(self.declared, self.declared.entities[entity], self.result_type, infer, clause)


def lower_clauses(declared: Declared, memory: Memory) -> Clauses:
    """All clauses and results of an edition; what does not fit is a message and is left out."""
    names, work, types = declared.names, Clauses(declared), meaning_of_types(declared)
    _fold_kodesett(declared, work)
    _check_result_types(declared)
    check_payers(declared)
    using: dict[str, list[ast.ClauseDecl | ast.DecisionDecl]] = {name: [] for name in names.results}
    for clause in names.clauses.values():
        for result in _results_of(clause, work):
            using[result].append(clause)
    uses = {
        name: {mention for clause in clauses for mention in memory.mentions(clause)} & using.keys()
        for name, clauses in using.items()
    }
    done: set[str] = set()
    for name in ordered(uses):
        for clause in using[name]:
            key = _name_of(clause).text
            if key not in done:
                done.add(key)
                memory.lower(clause, work, types, _lower_clause)
        _settle(name, using[name], work)
    for clause in names.clauses.values():
        if _name_of(clause).text not in done:
            memory.lower(clause, work, types, _lower_clause)
    return work


def _fold_kodesett(declared: Declared, work: Clauses) -> None:
    """The members of each kodesett, and the messages of those that are none."""
    for decl in declared.names.kodesett.values():
        declared.citations(decl.cites, decl.name.span, f"kodesett {decl.name.text}")
        kind = declared.type_of(decl.type)
        if isinstance(kind, types.Record | types.ListOf):
            declared.problems.add("ISF301", decl.type.span, "et kodesett har enkle verdier")
            kind = Broken()
        scope = Scope(declared, ir.Entity("kodesettet", "", "", "", "", "", ()), work.result_type, infer)
        values = [(require(scope.infer(item, kind), kind, item.span, scope), item) for item in decl.items]
        found = {fixed: None for value, _ in values if (fixed := fold(value)) is not None}
        for value, item in values:
            if fold(value) is None:
                scope.report("ISF311", item.span, "er ikke en fast verdi", "Skriv verdien selv.")
        declared.kodesett[decl.name.text] = tuple(found)


def _check_result_types(declared: Declared) -> None:
    """A result is a plain value or a list of such: what is compound can only be read from a case."""
    for decl in declared.names.results.values():
        kind = declared.type_of(decl.type)
        if isinstance(kind.item if isinstance(kind, types.ListOf) else kind, types.Record | types.ListOf):
            declared.problems.add("ISF317", decl.type.span, "et resultat er en enkel verdi eller en liste av slike",
                                  detail=decl.name.text, hint="Gi et resultat for hvert felt.")


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
            if decl is None and item.result.text in work.declared.names.broken:
                continue
            if decl is None:
                work.declared.problems.add(
                    "ISF201", item.result.span, "er ikke et resultat", detail=item.result.text,
                    clause=clause.number.text, hint=did_you_mean(item.result.text, work.declared.names.results),
                )
            elif decl.entity.text in work.declared.entities:
                found[item.result.text] = None
    return list(found)


def _settle(name: str, using: Sequence[ast.ClauseDecl | ast.DecisionDecl], work: Clauses) -> None:
    """The size of a result: the largest that any of its rules can give."""
    kind = work.declared.type_of(work.declared.names.results[name].type)
    given = [rule.value.type for clause in using for rule in work.rules.get((_name_of(clause).text, name), ())]
    values = [each.item if isinstance(each, types.ListOf) else each for each in given]
    bound = max((each.bound for each in values if isinstance(each, Number)), default=1)
    reach = max((each.reach for each in values if isinstance(each, types.Date)), default=0)
    if name in work.assumed and (bound > ASSUMED_BOUND or reach > ASSUMED_REACH):
        span = work.declared.names.results[name].name.span
        work.declared.problems.add("ISF306", span, "kan bli for stort til å brukes i punktet som gir det", detail=name,
                                   hint="Regn videre med det i et eget punkt.")
    work.settled[name] = _with_bounds(kind, bound, reach)


def _with_bounds(kind: Type, bound: int, reach: int) -> Type:
    """The type of values no larger than ``bound`` and no further moved than ``reach``."""
    match kind:
        case Number():
            return evolve(kind, bound=bound)
        case types.Date():
            return types.Date(reach)
        case types.ListOf(item):
            return types.ListOf(_with_bounds(item, bound, reach))
        case _:
            return kind


# ── One clause ───────────────────────────────────────────────────────────────────────────────────────────────


def _lower_clause(clause: ast.ClauseDecl | ast.DecisionDecl, work: Clauses) -> None:
    if isinstance(clause, ast.DecisionDecl):
        _lower_decision(clause, work)
        return
    number, declared = clause.number.text, work.declared
    results = _results_quietly(clause, work)
    entities = {declared.names.results[name].entity.text for name in results}
    if len(entities) > 1:
        declared.problems.add("ISF419", clause.number.span, "gir resultater for " + listed(sorted(entities)),
                              clause=number, hint="Del punktet i ett for hver entitet.")
        work.clauses[number] = ir.Clause(number, clause.title, "", "", place(clause.span), ())
        work.policies[number] = "sammen"
        for name in results:
            work.rules_of(number, name)  # without rules, for they could be read as either's
        return
    named = {item.result.text for item in clause.items if isinstance(item, ast.RuleDecl)}
    if not results and any(name in declared.names.broken or name in declared.names.results for name in named):
        return  # what it speaks of could not be read
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
            check_reserved(item.name, declared.problems)
            if item.name.text in requirements:
                scope.report("ISF202", item.name.span, "er brukt en gang til", "Velg et annet navn.", item.name.text)
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
        first = next((each.name.text for each in declared.names.results.values() if each.entity.text == entity), "svar")
        scope.report("ISF416", clause.number.span, "sier ikke hva som gjelder", f"Skriv en regel: «{first} er …».")
    if any(rule.otherwise for rule in rules) and not requirements:
        scope.report("ISF420", next(rule for rule in rules if rule.otherwise).span, "står uten krav",
                     "Skriv «krav NAVN «tekst» VILKÅR» før «ellers».")
    labels: set[str] = set()
    for rule in rules:
        if rule.label is not None:
            check_reserved(rule.label, declared.problems)
            if rule.label.text in labels | requirements.keys():
                scope.report("ISF202", rule.label.span, "er brukt en gang til", "Velg et annet navn.", rule.label.text)
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
    check_reserved(name, scope.declared.problems)
    if scope.is_taken(name.text):
        scope.report("ISF202", name.span, "er alt et navn her", "Velg et annet navn.", name.text)
    inner = scope.infer(value)
    if scope.deepened(name.text, inner) > MAX_PARTS_DEPTH:
        inner = scope.report("ISF318", name.span, f"bygger på deler i mer enn {MAX_PARTS_DEPTH} ledd",
                             "Gjør en av delene til et resultat.", name.text)
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
    into = work.rules_of(scope.clause, rule.result.text)
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
    before = len(declared.problems)
    work.clauses[name] = ir.Clause(
        name, decision.title, " ".join(item.text for item in decision.items if isinstance(item, ast.Summary)), "",
        place(decision.span), declared.citations(_cites(decision.items), decision.name.span, name, name),
        is_decision=True,
    )
    work.policies[name] = decision.policy
    rules = work.rules_of(name, name)
    for number, row in enumerate(decision.rows, start=1):
        if len(row.cells) != len(columns):
            many = "1 celle" if len(row.cells) == 1 else f"{len(row.cells)} celler"
            heads = "1 kolonne" if len(columns) == 1 else f"{len(columns)} kolonner"
            scope.report("ISF421", row.span, f"har {many}; tabellen har {heads}",
                         "Skriv «-» i en celle der alt passer." if len(row.cells) < len(columns) else
                         "Ta bort det som er for mye.")
            scope.infer(row.outcome, outcome)
            continue
        conditions = [
            found for cell, column in zip(row.cells, columns, strict=True)
            if (found := cell_condition(cell, column, scope)) is not None
        ]
        value = require(scope.infer(row.outcome, outcome), outcome, row.outcome.span, scope)
        rules.append(ir.Rule(name, f"rad {number}", tuple(conditions), value, place(row.span)))
    if len(declared.problems) == before:
        check_rows(decision, columns, scope)
