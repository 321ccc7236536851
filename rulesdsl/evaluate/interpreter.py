"""The definition of the language: what every expression, rule and result means for a case.

One arm a node. The SQL compiler and the SMT encoder keep these arms, their order and their names.
``decide`` gives the outcomes of a whole case and remembers every value on the way, for the explanation.
"""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, assert_never

from rulesdsl.core import ir, ops
from rulesdsl.core.ir import (
    And,
    Bound,
    Children,
    Compare,
    Const,
    Contains,
    Count,
    DaysBetween,
    Elements,
    Expr,
    Extreme,
    ExtremeOver,
    Field,
    If,
    Item,
    Known,
    Lookup,
    Negate,
    Not,
    OneOf,
    Or,
    Parent,
    Part,
    PartOfDate,
    Pick,
    Product,
    Quantified,
    RateOf,
    Ref,
    ResultOf,
    Round,
    Same,
    ShiftDate,
    Sum,
    SumOver,
    This,
    YearsBetween,
)
from rulesdsl.evaluate.case import Case, Thing
from rulesdsl.evaluate.defaults import EMPTY, overridden, side_by_side, together
from rulesdsl.evaluate.kleene import Unknown, conjunction, disjunction, negation, strict, unknown_of
from rulesdsl.evaluate.trace import CONFLICT, Frame, GroupOutcome, Outcome, RuleOutcome, Run, State


def decide(edition: ir.Edition, case: Case) -> Run:
    """Every result of every thing of a case. Results come in such an order that each uses only earlier ones."""
    run = Run(edition, case)
    for thing in case.things:
        run.frames[thing] = Frame(run, thing, day_of(thing, edition))
    for result in edition.results.values():
        for thing in case.things:
            if thing.entity == result.entity:
                run.outcomes[thing, result.name] = outcome(result, run.frames[thing])
    return run


def day_of(thing: Thing, edition: ir.Edition) -> datetime.date | None:
    """The day whose satser count: the rettsdato, or the nearest day of an edition that was asked for by name."""
    day = thing.facts.get((edition.entities[thing.entity].date,))
    return min(max(day, edition.valid_from), edition.valid_to) if isinstance(day, datetime.date) else None


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────


def outcome(result: ir.Result, frame: Frame) -> Outcome:
    """A result: its groups side by side. Known only if it is the same however the doubt falls."""
    groups = tuple(group_outcome(group, frame) for group in result.groups)
    state = side_by_side([group.state for group in groups])
    if state.empty == "yes":
        return Outcome(result, "no_rule", None, None, Unknown(), groups)
    if state.value is CONFLICT and state.empty == "no":
        return Outcome(result, "conflict", None, None, Unknown(), groups)
    if state.empty == "maybe" or state.value is CONFLICT or isinstance(state.value, Unknown):
        return Outcome(result, "unknown", None, None, state.waits, groups)
    return Outcome(result, "known", state.value, state.by, Unknown(), groups)


def group_outcome(group: ir.Group, frame: Frame) -> GroupOutcome:
    """The rules of a clause under its policy, and the clauses that are exceptions to it."""
    if id(group) in frame.groups:
        return frame.groups[id(group)]
    rules = tuple(rule_outcome(rule, frame) for rule in group.rules)
    exceptions = tuple(group_outcome(exception, frame) for exception in group.exceptions)
    own = together(group.policy, [overridden(_all_of(rule.exceptions), rule.state) for rule in rules])
    made = GroupOutcome(group, rules, exceptions, own, overridden(_all_of(exceptions), own))
    frame.groups[id(group)] = made
    return made


def _all_of(exceptions: Sequence[GroupOutcome]) -> State:
    return side_by_side([exception.state for exception in exceptions]) if exceptions else EMPTY


def rule_outcome(rule: ir.Rule, frame: Frame) -> RuleOutcome:
    """A rule holds when all its conditions do; then it gives its value."""
    exceptions = tuple(group_outcome(exception, frame) for exception in rule.exceptions)
    holds = conjunction([once(condition, frame) for condition in rule.conditions])
    if holds is False:
        return RuleOutcome(rule, holds, EMPTY, exceptions)
    value = once(rule.value, frame)
    state = State("no" if holds is True else "maybe", value, rule, unknown_of((holds, value)))
    return RuleOutcome(rule, holds, state, exceptions)


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────


def once(node: Expr, frame: Frame) -> Any:
    """The value of a node that several rules may share."""
    known = frame.seen.get(id(node))
    return evaluate(node, frame) if known is None else known


def evaluate(node: Expr, frame: Frame) -> Any:
    """The value of a node, remembered."""
    value = frame.seen[id(node)] = meaning(node, frame)
    return value


def meaning(node: Expr, frame: Frame) -> Any:
    match node:
        case Field(_, of, path):
            thing = refer(of, frame)
            known = thing.facts.get(path)
            return Unknown(frozenset(((thing, path),))) if known is None else known
        case Const(_, value):
            return value
        case Compare(_, op, left, right):
            return strict(ops.COMPARE[op], evaluate(left, frame), evaluate(right, frame))
        case OneOf(_, value, options):
            return strict(lambda known: known in options, evaluate(value, frame))
        case And(_, items):
            return conjunction([evaluate(item, frame) for item in items])
        case Or(_, items):
            return disjunction([evaluate(item, frame) for item in items])
        case Not(_, value):
            return negation(evaluate(value, frame))
        case Known(_, value):
            return not isinstance(evaluate(value, frame), Unknown)
        case If(_, test, then, otherwise):
            chosen = evaluate(test, frame)
            if not isinstance(chosen, Unknown):
                return evaluate(then if chosen else otherwise, frame)
            first, second = evaluate(then, frame), evaluate(otherwise, frame)
            same = not isinstance(first, Unknown) and not isinstance(second, Unknown) and first == second
            return first if same else unknown_of((chosen, first, second))
        case Part(_, _, value):
            return once(value, frame)
        case ResultOf(_, of, name):
            thing = refer(of, frame)
            known_as = frame.run.outcomes[thing, name]
            match known_as.status:
                case "known":
                    return known_as.value
                case "unknown":
                    return known_as.waits
                case _:
                    return Unknown(stuck=frozenset(((thing, name),)))
        case RateOf(_, name):
            if frame.day is None:
                return Unknown(frozenset(((frame.this, (frame.run.edition.entities[frame.this.entity].date,)),)))
            return frame.run.edition.rates[name].on(frame.day).value
        case Lookup(_, table, keys, column, otherwise):
            found = strict(lambda *key: (key,), *(evaluate(key, frame) for key in keys))
            if isinstance(found, Unknown):
                return found
            row = frame.run.edition.tables[table].rows.get(found[0])
            cell = row.values[column] if row else None
            return evaluate(otherwise, frame) if cell is None else cell
        case Contains(_, items, value):
            return strict(lambda known, sought: sought in known, evaluate(items, frame), evaluate(value, frame))
        case Item(_, name, path):
            element = frame.bound[name]
            known = element.get(path[0]) if path else element
            return Unknown(frozenset(((frame.this, (name, *path)),))) if known is None else known
        case Sum(_, items):
            return strict(lambda *terms: ops.total(terms), *(evaluate(item, frame) for item in items))
        case Negate(_, value):
            return strict(ops.EXACT.minus, evaluate(value, frame))
        case Product(_, items):
            return strict(lambda *factors: ops.product(factors), *(evaluate(item, frame) for item in items))
        case Round(_, mode, scale, value, divisor, otherwise):
            if divisor is None:
                return strict(lambda known: ops.rounded(mode, scale, known), evaluate(value, frame))
            above, below = evaluate(value, frame), evaluate(divisor, frame)
            if below == 0:
                return evaluate(otherwise, frame) if otherwise else unknown_of(())
            return strict(lambda known, by: ops.rounded(mode, scale, known, by), above, below)
        case Extreme(_, which, items):
            return strict(lambda *known: ops.extreme(which, known), *(evaluate(item, frame) for item in items))
        case DaysBetween(_, left, right):
            return strict(ops.days_between, evaluate(left, frame), evaluate(right, frame))
        case ShiftDate(_, date, days):
            return strict(ops.shifted, evaluate(date, frame), evaluate(days, frame))
        case PartOfDate(_, part, date):
            return strict(lambda known: ops.part_of_date(part, known), evaluate(date, frame))
        case YearsBetween(_, start, end):
            return strict(ops.years_between, evaluate(start, frame), evaluate(end, frame))
        case Same(_, left, right):
            return refer(left, frame) is refer(right, frame)
        case Quantified() | Count() | SumOver() | ExtremeOver() | Pick():
            return over_many(node, frame)
        case _:
            assert_never(node)


def refer(ref: Ref, frame: Frame) -> Thing:
    """The thing that a reference means."""
    match ref:
        case This():
            return frame.this
        case Bound(name):
            return frame.bound[name]  # type: ignore[no-any-return]
        case Parent(of):
            parent = refer(of, frame).parent
            assert parent is not None
            return parent
        case _:
            assert_never(ref)


def over_many(node: Quantified | Count | SumOver | ExtremeOver | Pick, frame: Frame) -> Any:
    """The quantifiers: over the elements of the domain where ``where`` holds."""
    frames = list(element_frames(node, frame))
    if frames and isinstance(frames[0], Unknown):
        return frames[0]
    held = [(True if node.where is None else evaluate(node.where, element), element) for element in frames]
    if isinstance(node, Quantified):
        tests = [
            False if where is False else conjunction([where, evaluate(node.test, element)])
            if node.kind == "finnes" else disjunction([negation(where), evaluate(node.test, element)])
            for where, element in held if node.kind == "finnes" or where is not False
        ]
        return disjunction(tests) if node.kind == "finnes" else conjunction(tests)
    if any(isinstance(where, Unknown) for where, _ in held):
        return unknown_of(where for where, _ in held)
    chosen = [element for where, element in held if where]
    match node:
        case Count():
            return Decimal(len(chosen))
        case SumOver(_, _, _, _, take):
            return strict(lambda *terms: ops.total(terms), *(evaluate(take, element) for element in chosen))
        case ExtremeOver(_, which, _, _, _, take, otherwise):
            if not chosen:
                return evaluate(otherwise, frame)
            return strict(lambda *known: ops.extreme(which, known), *(evaluate(take, element) for element in chosen))
        case Pick(_, which, var, _, _, key, take, otherwise):
            if not chosen:
                return evaluate(otherwise, frame)
            keys = [evaluate(key, element) for element in chosen]
            if any(isinstance(known, Unknown) for known in keys):
                return unknown_of(keys)
            order = sorted(range(len(chosen)), key=lambda i: (keys[i], _tie(chosen[i].bound[var]), i))
            return evaluate(take, chosen[order[0] if which == "første" else order[-1]])
        case _:
            assert_never(node)


def _tie(element: Any) -> str:
    return element.key or "" if isinstance(element, Thing) else ""


def element_frames(node: Any, frame: Frame) -> Iterator[Any]:
    """A frame for each element of a quantifier's domain; or one ukjent where the list itself is."""
    match node.over:
        case Children(of, entity):
            elements: Any = refer(of, frame).children.get(entity, ())
        case Elements(items):
            elements = evaluate(items, frame)
            if isinstance(elements, Unknown):
                yield elements
                return
    frame.inner.pop(id(node), None)
    for element in elements:
        yield frame.with_element(node, node.var, element)
