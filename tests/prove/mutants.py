"""Editions with one small mistake each, and whether the solver tells them from the edition without it."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from rulesdsl.core import ir, types
from rulesdsl.core.rewrite import Rewriter
from rulesdsl.core.trees import all_groups, expressions
from rulesdsl.evaluate.case import Case, load
from rulesdsl.evaluate.documents import Document as Given
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.prove.decode import Document

_TURNED: dict[ir.Comparison, ir.Comparison] = {"=": "≠", "≠": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@frozen(eq=False)
class Mutant:
    """An edition with a mistake: what was done to it, and where."""

    kind: str
    said: str
    edition: ir.Edition


# ── Mistakes ─────────────────────────────────────────────────────────────────────────────────────────────────


def mutants(edition: ir.Edition) -> Iterator[Mutant]:
    """Every edition that is one mistake away."""
    groups = [group for result in edition.results.values() for group in result.groups]
    nodes = {id(node): node for part in expressions(groups) for node in ir.walk(part)}
    for node in nodes.values():
        for kind, other in _wrong(node):
            yield Mutant(kind, f"{node} → {other}", _with(edition, {id(node): other}))
    yield from _without_requirements(edition)
    yield from _turned_exceptions(edition)
    for rate in edition.rates.values():
        for at, value in enumerate(rate.values):
            other_value = evolve(value, value=value.value + _step(rate.type))
            values = (*rate.values[:at], other_value, *rate.values[at + 1 :])
            rates = {**edition.rates, rate.name: evolve(rate, values=values)}
            yield Mutant("sats", f"{rate.name} {value.valid_from}", evolve(edition, rates=rates))


def _wrong(node: ir.Expr) -> Iterator[tuple[str, ir.Expr]]:
    match node:
        case ir.Compare(_, op, _, ir.Const(types.Number() as kind, Decimal() as limit) as right):
            if op not in ("=", "≠"):
                for step in (_step(kind), -_step(kind)):
                    yield "grense", evolve(node, right=evolve(right, value=limit + step))
            yield "snudd", evolve(node, op=_TURNED[op])
        case ir.Compare(_, op):
            yield "snudd", evolve(node, op=_TURNED[op])
        case ir.OneOf() | ir.Contains() | ir.Known():
            yield "snudd", ir.Not(types.BOOL, node)


def _step(kind: types.Type) -> Decimal:
    return Decimal(1).scaleb(-kind.scale) if isinstance(kind, types.Number) else Decimal(1)


def _with(edition: ir.Edition, changed: dict[int, Any]) -> ir.Edition:
    return _rewritten(edition, lambda node: changed.get(id(node)))


def _rewritten(edition: ir.Edition, change: Callable[[Any], Any]) -> ir.Edition:
    rewrite = Rewriter(change)
    results = {name: evolve(result, groups=rewrite(result.groups)) for name, result in edition.results.items()}
    return evolve(edition, results=results)


def _without_requirements(edition: ir.Edition) -> Iterator[Mutant]:
    """A requirement that is left out: neither does anything follow from its fall, nor does anything wait for it."""
    for clause in edition.clauses.values():
        for requirement in clause.requirements:
            def change(node: Any, clause: ir.Clause = clause, dropped: ir.Requirement = requirement) -> Any:
                if not isinstance(node, ir.Group) or node.clause != clause.number:
                    return None
                left = [rule for rule in node.rules if rule.requirement != dropped.name]
                return evolve(node, rules=tuple(evolve(rule, conditions=tuple(
                    each for each in rule.conditions if each is not dropped.holds)) for rule in left))

            yield Mutant("krav", f"{clause.number}, {requirement.name}", _rewritten(edition, change))


def _turned_exceptions(edition: ir.Edition) -> Iterator[Mutant]:
    """An exception that stands beside what it was an exception to, and one that the other way round."""
    for result in edition.results.values():
        for at, group in enumerate(result.groups):
            for number, exception in enumerate(group.exceptions):
                bare = evolve(group, exceptions=(*group.exceptions[:number], *group.exceptions[number + 1 :]))
                ways = {"ved siden av": (bare, exception),
                        "omvendt": (evolve(exception, exceptions=(*exception.exceptions, bare)),)}
                for kind, groups in ways.items():
                    made = evolve(result, groups=(*result.groups[:at], *groups, *result.groups[at + 1 :]))
                    said = f"{exception.clause} {kind} {group.clause}"
                    yield Mutant("unntak", said, evolve(edition, results={**edition.results, result.name: made}))


# ── Told apart ───────────────────────────────────────────────────────────────────────────────────────────────


def outcomes(edition: ir.Edition, case: Case) -> list[tuple[str, str, Any]]:
    """What the interpreter makes of a case: status and value of each result of each thing."""
    return [(name, outcome.status, outcome.value if outcome.status == "known" else None)
            for (_, name), outcome in decide(edition, case).outcomes.items()]


def replayed_apart(one: ir.Edition, other: ir.Edition, document: Document) -> bool:
    """Whether the interpreter has it too that a case comes out otherwise."""
    cases = [load(Given(document), edition) for edition in (one, other)]
    assert not cases[0].errors, cases[0].errors
    assert not cases[1].errors, cases[1].errors
    return outcomes(one, cases[0]) != outcomes(other, cases[1])


def kinds_of(edition: ir.Edition) -> set[str]:
    """The policies of the rules of an edition, for the test that its rulebook is rich."""
    return {group.policy for result in edition.results.values() for group in all_groups(result.groups)}
