"""The definition of the language: what every expression, rule and result means for a case.

One arm a node. The SQL compiler and the SMT encoder keep these arms, their order and their names.
``decide`` gives the outcomes of a whole case and remembers every value on the way, for the explanation.
"""

import operator
from decimal import Decimal
from functools import partial
from typing import Any, assert_never

from rulesdsl.core import ir, ops
from rulesdsl.evaluate.case import Case, Thing
from rulesdsl.evaluate.defaults import EMPTY, overridden, side_by_side, together
from rulesdsl.evaluate.kleene import NOTHING, Unknown, conjunction, disjunction, many, negation, strict, unknown_of
from rulesdsl.evaluate.trace import CONFLICT, Frame, GroupOutcome, Outcome, RuleOutcome, Run, State, day_of

Many = ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick


def decide(edition: ir.Edition, case: Case) -> Run:
    """Every result of every thing of a case. Results come in such an order that each uses only earlier ones.

    A thing that came alone may ask for results of what it belongs to, of which nothing is known.
    """
    run, things = Run(edition, case), (*case.things, *case.around)
    for thing in things:
        run.frames[thing] = Frame(run, thing, day_of(thing, edition))
    for result in edition.results.values():
        for thing in things:
            if thing.entity == result.entity:
                run.outcomes[thing, result.name] = outcome(result, run.frames[thing])
    return run


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────


def outcome(result: ir.Result, frame: Frame) -> Outcome:
    """A result: its groups side by side. Known only if it is the same however the doubt falls."""
    groups = tuple([group_outcome(group, frame) for group in result.groups])
    state = side_by_side([group.state for group in groups])
    if state.empty == "yes":
        return Outcome(result, "no_rule", None, None, NOTHING, groups)
    if state.value is CONFLICT and state.empty == "no":
        return Outcome(result, "conflict", None, None, NOTHING, groups)
    if state.empty == "maybe" or isinstance(state.value, Unknown):
        return Outcome(result, "unknown", None, None, state.waits, groups)
    return Outcome(result, "known", state.value, state.by, NOTHING, groups)


def group_outcome(group: ir.Group, frame: Frame) -> GroupOutcome:
    """The rules of a clause under its policy, and the clauses that are exceptions to it."""
    made = frame.groups.get(id(group))
    if made is None:
        rules: list[RuleOutcome] = []
        for rule in group.rules:
            rules.append(rule_outcome(rule, frame))
            if group.policy == "første" and rules[-1].state.empty == "no":
                break  # no row of «treff første» is asked after the first that surely holds
        exceptions, state = _exceptions(group.exceptions, frame) if group.exceptions else ((), EMPTY)
        own = together(group.policy, [overridden(rule.excepted, rule.state) for rule in rules])
        made = frame.groups[id(group)] = GroupOutcome(group, tuple(rules), exceptions, overridden(state, own))
    return made


def _exceptions(groups: tuple[ir.Group, ...], frame: Frame) -> tuple[tuple[GroupOutcome, ...], State]:
    """Each of some exceptions, and what they come to side by side."""
    outcomes = tuple([group_outcome(group, frame) for group in groups])
    return outcomes, side_by_side([each.state for each in outcomes])


def rule_outcome(rule: ir.Rule, frame: Frame) -> RuleOutcome:
    """A rule holds when all its conditions do; then it gives its value."""
    exceptions, excepted = _exceptions(rule.exceptions, frame) if rule.exceptions else ((), EMPTY)
    holds = conjunction(evaluate(condition, frame) for condition in rule.conditions)
    if holds is False:
        return RuleOutcome(rule, holds, EMPTY, exceptions, excepted)
    value = evaluate(rule.value, frame)
    state = State("no" if holds is True else "maybe", value, rule, unknown_of((holds, value)))
    return RuleOutcome(rule, holds, state, exceptions, excepted)


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────


def evaluate(node: ir.Expr, frame: Frame) -> Any:
    """The value of a node, remembered: several rules may share it, and the explanation reads it."""
    value = frame.seen.get(id(node))
    if value is None:
        value = frame.seen[id(node)] = node.value if isinstance(node, ir.Const) else meaning(node, frame)
    return value


def meaning(node: ir.Expr, frame: Frame) -> Any:
    """What a node means. The arms stand in the order of how often rulebooks ask them."""
    match node:
        case ir.Field():
            thing = refer(node.of, frame)
            value = thing.facts.get(node.path)
            return Unknown(frozenset(((thing, node.path),))) if value is None else value
        case ir.Not():
            return negation(evaluate(node.value, frame))
        case ir.Known():
            return not isinstance(evaluate(node.value, frame), Unknown)
        case ir.Compare():
            return strict(ops.COMPARE[node.op], evaluate(node.left, frame), evaluate(node.right, frame))
        case ir.And():
            return conjunction(evaluate(item, frame) for item in node.items)
        case ir.Contains():
            return strict(operator.contains, evaluate(node.items, frame), evaluate(node.value, frame))
        case ir.ResultOf():
            asked = refer(node.of, frame), node.name
            found = frame.run.outcomes[asked]
            if found.status in ("conflict", "no_rule"):
                return Unknown(stuck=frozenset((asked,)))
            return found.value if found.status == "known" else found.waits
        case ir.OneOf():
            value = evaluate(node.value, frame)
            return value if isinstance(value, Unknown) else value in node.options
        case ir.Or():
            return disjunction(evaluate(item, frame) for item in node.items)
        case ir.Part():
            return evaluate(node.value, frame)
        case ir.If():
            test = evaluate(node.test, frame)
            if not isinstance(test, Unknown):
                return evaluate(node.then if test else node.otherwise, frame)
            then, otherwise = evaluate(node.then, frame), evaluate(node.otherwise, frame)
            same = not isinstance(then, Unknown) and not isinstance(otherwise, Unknown) and then == otherwise
            return then if same else unknown_of((test, then, otherwise))
        case ir.RateOf():
            if frame.day is None:
                return Unknown(frozenset(((frame.this, (frame.run.edition.entities[frame.this.entity].date,)),)))
            return frame.run.edition.rates[node.name].on(frame.day).value
        case ir.Lookup():
            keys = [evaluate(key, frame) for key in node.keys]
            if any(isinstance(key, Unknown) for key in keys):
                return unknown_of(keys)
            row = frame.run.edition.tables[node.table].rows.get(tuple(keys))
            cell = row.values[node.column] if row else None
            return evaluate(node.otherwise, frame) if cell is None else cell
        case ir.Item():
            element, (thing, place) = frame.bound[node.name], frame.places[node.name]
            value = element.get(node.path[0]) if node.path else element
            return Unknown(frozenset(((thing, (*place, *node.path)),))) if value is None else value
        case ir.Sum():
            return many(ops.total, [evaluate(item, frame) for item in node.items])
        case ir.Negate():
            return strict(ops.EXACT.minus, evaluate(node.value, frame))
        case ir.Product():
            return many(ops.product, [evaluate(item, frame) for item in node.items])
        case ir.Round():
            value = evaluate(node.value, frame)
            divisor = Decimal(1) if node.divisor is None else evaluate(node.divisor, frame)
            if divisor == 0 and node.otherwise is not None:
                return evaluate(node.otherwise, frame)
            return strict(partial(ops.rounded, node.mode, node.scale), value, divisor)
        case ir.Extreme():
            return many(partial(ops.extreme, node.which), [evaluate(item, frame) for item in node.items])
        case ir.DaysBetween():
            return strict(ops.days_between, evaluate(node.left, frame), evaluate(node.right, frame))
        case ir.ShiftDate():
            return strict(ops.shifted, evaluate(node.date, frame), evaluate(node.days, frame))
        case ir.PartOfDate():
            return strict(partial(ops.part_of_date, node.part), evaluate(node.date, frame))
        case ir.YearsBetween():
            return strict(ops.years_between, evaluate(node.start, frame), evaluate(node.end, frame))
        case ir.Same():
            return refer(node.left, frame) is refer(node.right, frame)
        case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
            return over_many(node, frame)
        case ir.Const():
            return node.value
        case _:
            assert_never(node)


def refer(ref: ir.Ref, frame: Frame) -> Thing:
    """The thing that a reference means."""
    match ref:
        case ir.This():
            return frame.this
        case ir.Bound():
            return frame.bound[ref.name]  # type: ignore[no-any-return]
        case ir.Parent():
            parent = refer(ref.of, frame).parent
            assert parent is not None
            return parent
        case _:
            assert_never(ref)


# ── Many things at once ──────────────────────────────────────────────────────────────────────────────────────


def over_many(node: Many, frame: Frame) -> Any:
    """The quantifiers: over the elements of the domain where ``where`` holds."""
    elements = element_frames(node, frame)
    if isinstance(elements, Unknown):
        return elements
    among = [(True if node.where is None else evaluate(node.where, element), element) for element in elements]
    frame.inner[id(node)] = [element for holds, element in among if holds is not False]
    if isinstance(node, ir.Quantified):
        tests = [(holds, evaluate(node.test, element)) for holds, element in among if holds is not False]
        if node.kind == "finnes":
            return disjunction([conjunction(pair) for pair in tests])
        return conjunction([disjunction((negation(holds), test)) for holds, test in tests])
    if any(isinstance(holds, Unknown) for holds, _ in among):
        return unknown_of(holds for holds, _ in among)
    chosen = [element for holds, element in among if holds]
    match node:
        case ir.Count():
            return Decimal(len(chosen))
        case ir.SumOver():
            return many(ops.total, [evaluate(node.take, element) for element in chosen])
        case _ if not chosen:
            return evaluate(node.otherwise, frame)
        case ir.ExtremeOver():
            return many(partial(ops.extreme, node.which), [evaluate(node.take, element) for element in chosen])
        case ir.Pick():
            keys = [evaluate(node.key, element) for element in chosen]
            if any(isinstance(key, Unknown) for key in keys):
                return unknown_of(keys)
            ties = [element.bound[node.var] for element in chosen]
            names = [tie.key or "" if isinstance(tie, Thing) else "" for tie in ties]
            order = sorted(range(len(chosen)), key=lambda at: (keys[at], names[at], at))
            return evaluate(node.take, chosen[order[0] if node.which == "første" else order[-1]])
        case _:
            assert_never(node)


def element_frames(node: Many, frame: Frame) -> list[Frame] | Unknown:
    """A frame for each element of a quantifier's domain; ukjent where the list itself is."""
    match node.over:
        case ir.Children(of, entity):
            made = [frame.with_thing(node.var, thing) for thing in refer(of, frame).children.get(entity, ())]
        case ir.Elements(items):
            elements = evaluate(items, frame)
            if isinstance(elements, Unknown):
                return elements
            while isinstance(items, ir.Part):
                items = items.value
            where = (refer(items.of, frame), items.path) if isinstance(items, ir.Field) else (frame.this, (node.var,))
            made = [frame.with_element(node.var, each, where, index) for index, each in enumerate(elements)]
    return made
