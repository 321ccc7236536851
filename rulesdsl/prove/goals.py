"""What is asked of all cases at once: whether there is one in which a rule holds, a requirement falls, two rules stand
against each other. A goal is a term for the solver, and the same said of a run, by which every answer is tried again.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.core.trees import all_groups
from rulesdsl.evaluate.case import Thing as Given
from rulesdsl.evaluate.defaults import overridden, side_by_side
from rulesdsl.evaluate.defaults import together as come_together
from rulesdsl.evaluate.interpreter import evaluate
from rulesdsl.evaluate.trace import Run
from rulesdsl.prove import defaults
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.frame import Frame
from rulesdsl.prove.sym import Sym, equal, is_no, is_yes
from rulesdsl.prove.terms import Logic, conj, disj, neg


@frozen(eq=False)
class Goal:
    """A kind of case that is looked for, of things of an entity. ``said`` is the question in words."""

    entity: str
    said: str
    ask: Callable[[Encoder, Frame], Logic]
    seen: Callable[[Run, Given], bool]


def entity_of(clause: str, edition: ir.Edition) -> str:
    """The entity that a clause speaks of."""
    return next(result.entity for result in edition.results.values()
                for group in all_groups(result.groups) if group.clause == clause)


def condition(node: ir.Expr, entity: str, said: str) -> Goal:
    """A case in which a condition holds."""
    return Goal(entity, said, lambda encoder, frame: is_yes(encoder.evaluate(node, frame)),
                lambda run, thing: _value(node, run, thing) is True)


def requirement(clause: ir.Clause, found: ir.Requirement, entity: str, holds: bool) -> Goal:
    """A case of a clause in which a requirement of it holds, or falls."""
    def ask(encoder: Encoder, frame: Frame) -> Logic:
        item = encoder.evaluate(found.holds, frame)
        guard = True if clause.guard is None else is_yes(encoder.evaluate(clause.guard, frame))
        return conj((guard, is_yes(item) if holds else is_no(item)))

    def seen(run: Run, thing: Given) -> bool:
        guard = clause.guard is None or _value(clause.guard, run, thing) is True
        return guard and _value(found.holds, run, thing) is holds

    return Goal(entity, f"om kravet {found.name} i {clause.number} kan {'holde' if holds else 'falle'}", ask, seen)


def rules(found: Sequence[ir.Rule], entity: str, said: str) -> Goal:
    """A case in which one of some rules holds."""
    return Goal(entity, said, lambda encoder, frame: disj(is_yes(encoder.holds(rule, frame)) for rule in found),
                lambda run, thing: any(_holds(rule, run, thing) for rule in found))


def row(number: int, group: ir.Group, entity: str, said: str) -> Goal:
    """A case that comes as far as a row of a table that is read from above."""
    above, here = group.rules[:number], group.rules[number]

    def ask(encoder: Encoder, frame: Frame) -> Logic:
        return conj((is_yes(encoder.holds(here, frame)), *(is_no(encoder.holds(each, frame)) for each in above)))

    def seen(run: Run, thing: Given) -> bool:
        fallen = all(any(_value(each, run, thing) is False for each in rule.conditions) for rule in above)
        return fallen and _holds(here, run, thing)

    return Goal(entity, said, ask, seen)


def effect(group: ir.Group, exceptions: Sequence[ir.Group], entity: str, said: str) -> Goal:
    """A case in which a clause applies, and none of some exceptions to it."""
    def ask(encoder: Encoder, frame: Frame) -> Logic:
        own = defaults.together(group.policy, [encoder.rule_outcome(rule, frame) for rule in group.rules])
        excepted = defaults.side_by_side([encoder.group_outcome(each, frame) for each in exceptions])
        return conj((own.sure, neg(excepted.live)))

    def seen(run: Run, thing: Given) -> bool:
        made = run.frames[thing].groups.get(id(group))
        if made is None:
            return False
        meant = {id(each) for each in exceptions}
        own = come_together(group.policy, [overridden(rule.excepted, rule.state) for rule in made.rules])
        states = [each.state for each in made.exceptions if id(each.group) in meant]
        return own.empty == "no" and side_by_side(states).empty == "yes"

    return Goal(entity, said, ask, seen)


def rule_effect(rule: ir.Rule, group: ir.Group, entity: str, said: str) -> Goal:
    """A case in which a rule holds, and none of the exceptions to it alone does."""
    def ask(encoder: Encoder, frame: Frame) -> Logic:
        excepted = defaults.side_by_side([encoder.group_outcome(each, frame) for each in rule.exceptions])
        return conj((is_yes(encoder.holds(rule, frame)), neg(excepted.live)))

    def seen(run: Run, thing: Given) -> bool:
        made = run.frames[thing].groups.get(id(group))
        return made is not None and any(each.rule is rule and each.holds is True and each.excepted.empty == "yes"
                                        for each in made.rules)

    return Goal(entity, said, ask, seen)


def not_zero(rule: ir.Rule, entity: str, said: str) -> Goal:
    """A case in which a rule gives another number than 0."""
    def ask(encoder: Encoder, frame: Frame) -> Logic:
        value = encoder.evaluate(rule.value, frame)
        return conj((is_yes(encoder.holds(rule, frame)), value.known, neg(equal(value, Sym(True, 0)))))

    def seen(run: Run, thing: Given) -> bool:
        value = _value(rule.value, run, thing)
        return _holds(rule, run, thing) and isinstance(value, Decimal) and value != 0

    return Goal(entity, said, ask, seen)


def conflict(result: ir.Result) -> Goal:
    """A case in which rules of a result stand against each other."""
    return Goal(result.entity, f"om {result.name} kan komme i konflikt",
                lambda encoder, frame: encoder.outcome(frame.this, result.name).conflict,
                lambda run, thing: run.outcomes[thing, result.name].status == "conflict")


def gap(result: ir.Result) -> Goal:
    """A case in which no rule gives a result."""
    return Goal(result.entity, f"om {result.name} alltid får en verdi",
                lambda encoder, frame: encoder.outcome(frame.this, result.name).no_rule,
                lambda run, thing: run.outcomes[thing, result.name].status == "no_rule")


def apart(goal: Goal, pairs: Sequence[tuple[ir.Rule, ir.Rule]]) -> Goal:
    """The same in other cases than those in which both rules of a pair hold."""
    def ask(encoder: Encoder, frame: Frame) -> Logic:
        both = [conj((is_yes(encoder.holds(one, frame)), is_yes(encoder.holds(other, frame)))) for one, other in pairs]
        return conj((goal.ask(encoder, frame), *(neg(each) for each in both)))

    def seen(run: Run, thing: Given) -> bool:
        both = any(_holds(one, run, thing) and _holds(other, run, thing) for one, other in pairs)
        return goal.seen(run, thing) and not both

    return Goal(goal.entity, goal.said, ask, seen)


def _value(node: ir.Expr, run: Run, thing: Given) -> object:
    return evaluate(node, run.frames[thing])


def _holds(rule: ir.Rule, run: Run, thing: Given) -> bool:
    return all(_value(each, run, thing) is True for each in rule.conditions)
