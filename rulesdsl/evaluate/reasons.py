"""The outcome of a run to reasons: each clause that was asked, how its rules fell, and what it came to."""

from collections.abc import Iterable, Sequence

from rulesdsl.core import ir
from rulesdsl.core.values import listed
from rulesdsl.evaluate.defaults import side_by_side
from rulesdsl.evaluate.explanation import ClauseReason, Condition, Role, RuleReason
from rulesdsl.evaluate.facts import calculation, condition, conjuncts, flattened, path_of, truth
from rulesdsl.evaluate.interpreter import evaluate
from rulesdsl.evaluate.kleene import Unknown
from rulesdsl.evaluate.trace import Frame, GroupOutcome, Outcome, RuleOutcome
from rulesdsl.evaluate.wording import said, stated

ORDER: tuple[Role, ...] = ("conflicts", "decides", "waits", "agrees", "overridden", "fell")
"""A clause's role is the first of these that one of its rules has."""

STANDINGS: tuple[ir.Standing, ...] = ("eksempel", "ubekreftet", "avledet", "offisiell")
"""From the weakest to the strongest."""


def standing_of(citations: Iterable[ir.Citation]) -> ir.Standing:
    """What a value is worth: no more than the weakest of what it rests on."""
    found = {citation.standing for citation in citations}
    return next((standing for standing in STANDINGS if standing in found), "ubekreftet")


def clause_reasons(outcome: Outcome, frame: Frame) -> tuple[ClauseReason, ...]:
    """All clauses asked for a result, those that are exceptions under what they are exceptions to."""
    told: set[str] = set()
    return tuple(_clause(group, outcome, frame, (), told) for group in outcome.groups)


def _clause(
    group: GroupOutcome, outcome: Outcome, frame: Frame, above: tuple[str, ...], told: set[str]
) -> ClauseReason:
    """One clause. One that is an exception to several is told under the first of them only (``told``)."""
    clause = frame.run.edition.clauses[group.group.clause]
    before = (*above, *winners(group.exceptions))
    own = [each for rule in group.rules for each in rule.exceptions]
    shared = {id(clause.guard), *[id(requirement.holds) for requirement in clause.requirements]}
    rules = tuple([_rule(rule, shared, outcome, frame, before) for rule in group.rules])
    role: Role = next((role for role in ORDER if any(rule.role == role for rule in rules)), "fell")
    guard, requirements = conjuncts(clause.guard, frame), _requirements(clause, frame)
    exceptions = []
    for each, over in [*((each, above) for each in group.exceptions), *((each, before) for each in own)]:
        if each.group.clause not in told:
            told.add(each.group.clause)
            exceptions.append(_clause(each, outcome, frame, over, told))
    overridden_by = before or winners(own)
    applies = True if clause.guard is None else truth(evaluate(clause.guard, frame))
    return ClauseReason(
        clause.number, clause.title, clause.summary, clause.edition, role, applies, guard, requirements, rules,
        tuple(exceptions), tuple(f"{number}, {each}" if each else number for number, each in clause.exception_to),
        overridden_by if role == "overridden" else (), clause.citations, standing_of(clause.citations),
        _sentence(clause, role, group, guard, requirements, rules, overridden_by, outcome, frame), clause.place,
    )


def winners(exceptions: Sequence[GroupOutcome]) -> tuple[str, ...]:
    """The clauses that surely go before what they are exceptions to."""
    if not exceptions or side_by_side([each.state for each in exceptions]).empty != "no":
        return ()
    sure = [each for each in exceptions if each.state.empty == "no"]
    return tuple(dict.fromkeys(number for each in sure for number in winners(each.exceptions) or (each.group.clause,)))


def _rule(
    rule: RuleOutcome, shared: set[int], outcome: Outcome, frame: Frame, before: tuple[str, ...]
) -> RuleReason:
    """One rule, with the conditions that it does not share with its clause."""
    own = [
        each for each in rule.rule.conditions
        if id(each) not in shared and not (isinstance(each, ir.Not) and id(each.value) in shared)
    ]
    replaced = before or winners(rule.exceptions)
    return RuleReason(
        rule.rule.name, _role(rule, outcome, bool(replaced)), tuple([condition(each, frame) for each in own]),
        calculation(rule.rule.value, frame, rule.holds is not False), rule.rule.place,
    )


def _role(rule: RuleOutcome, outcome: Outcome, replaced: bool) -> Role:
    if rule.holds is False:
        return "fell"
    if rule.rule is outcome.rule:
        return "decides"
    if replaced:
        return "overridden"
    if isinstance(rule.holds, Unknown) or isinstance(rule.state.value, Unknown):
        return "waits" if outcome.status != "known" else "agrees"
    if outcome.status == "conflict":
        return "conflicts"
    return "agrees" if outcome.status == "known" else "waits"


def _requirements(clause: ir.Clause, frame: Frame) -> tuple[Condition, ...]:
    found = []
    for requirement in clause.requirements:
        made = condition(requirement.holds, frame)
        found.append(Condition(requirement.text, made.holds, made.facts, made.parts, requirement.name))
    return tuple(found)


# ── Sentences ────────────────────────────────────────────────────────────────────────────────────────────────


def _sentence(
    clause: ir.Clause, role: Role, group: GroupOutcome, guard: Sequence[Condition], requirements: Sequence[Condition],
    rules: Sequence[RuleReason], overridden_by: Sequence[str], outcome: Outcome, frame: Frame,
) -> str:
    name, kind = called(clause), outcome.result.type
    match role:
        case "decides":
            fallen = [each.requirement for each in requirements if each.holds is False]
            because = [stated(each, True) for each in flattened(clause.guard)]
            if fallen and any(rule.name.startswith("krav ") for rule in rules if rule.role == "decides"):
                many = "kravene" if len(fallen) > 1 else "kravet"
                because.append(f"{many} {listed(fallen)} ikke er oppfylt")
            return f"{name} gjelder" + (f" fordi {listed(because)}." if because else ".")
        case "overridden":
            would = next((rule.gives.value for rule in rules if rule.role == "overridden"), None)
            gives = f" ville gitt {said(kind, would)}, men" if would is not None else " gjelder, men"
            before = [called(frame.run.edition.clauses[number]) for number in overridden_by]
            return f"{name}{gives} {listed(before) or 'en tidligere rad'} går foran."
        case "agrees":
            return f"{name} sier det samme."
        case "conflicts":
            return f"{name} gir {said(kind, next((r.gives.value for r in rules if r.role == 'conflicts'), None))}."
        case "waits":
            paths = sorted({path_of(each, frame.this) for each in group.state.waits.missing})
            return f"Om {name} gjelder, avhenger av {listed(paths)}." if paths else f"{name} kan ikke avgjøres."
        case "fell":
            why = [stated(each, False) for each in flattened(clause.guard) if frame.seen.get(id(each)) is False]
            if why:
                return f"{name} gjelder ikke, for {listed(why)}."
            if requirements and all(each.holds for each in requirements):
                return f"{name} stenger ikke, for alle krav er oppfylt."
            return f"{name} gjelder ikke."


def called(clause: ir.Clause) -> str:
    """How a sentence names a clause: by its official number, or by its title in guillemets."""
    return clause.number if clause.number[:1].isdigit() or not clause.title else f"«{clause.title}»"
