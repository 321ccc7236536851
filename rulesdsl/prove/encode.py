"""What every expression, rule and result means, as logic: the arms of ``evaluate/interpreter.py``, in its order and by
its names. A value is a ``Sym``; what a thing comes to is a ``State`` and its status.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, assert_never

from attrs import define

from rulesdsl.core import ir, types
from rulesdsl.core.values import natural_key
from rulesdsl.prove.cases import Thing, World
from rulesdsl.prove.constants import constant
from rulesdsl.prove.defaults import EMPTY, State, overridden, side_by_side, together
from rulesdsl.prove.frame import Frame, refer
from rulesdsl.prove.many import over_many
from rulesdsl.prove.numbers import rounded
from rulesdsl.prove.sym import (
    NO,
    UNKNOWN,
    YES,
    Items,
    NotProvable,
    Sym,
    conjunction,
    disjunction,
    either,
    equal,
    is_yes,
    level,
    logic,
    negation,
    over_numbers,
    strict,
)
from rulesdsl.prove.tables import Tables
from rulesdsl.prove.terms import Logic, Whole, at_most, below, conj, disj, neg, pick, times, total


@define(eq=False)
class Outcome:
    """A result of a thing. Exactly one of ``no_rule``, ``conflict``, ``unknown`` and ``known`` holds."""

    state: State
    no_rule: Logic
    conflict: Logic
    known: Logic

    @property
    def unknown(self) -> Logic:
        return neg(disj((self.no_rule, self.conflict, self.known)))

    @property
    def value(self) -> Sym:
        return Sym(self.known, self.state.value.value, self.state.value.scale)


class Encoder:
    """An edition as logic, over the things of a world. ``elsewhere`` are the things that another edition decides, by
    identity."""

    def __init__(self, edition: ir.Edition, world: World) -> None:
        self.edition, self.world = edition, world
        self.tables = Tables(edition, world)
        self.elsewhere: dict[int, Encoder] = {}
        self.rules: list[ir.Rule] = []
        self._numbers: dict[int, int] = {}
        clauses = sorted({natural_key(name) for name in (*edition.clauses, "")})
        self._ranks = {key: number for number, key in enumerate(clauses)}
        self._frames: dict[int, Frame] = {}
        self._outcomes: dict[tuple[int, str], Outcome] = {}
        self._kept: list[Any] = []

    def frame(self, thing: Thing) -> Frame:
        return self._frames.setdefault(id(thing), Frame(thing))

    # ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────

    def outcome(self, thing: Thing, name: str) -> Outcome:
        """A result of a thing: its groups side by side. Known only if it is the same however the doubt falls."""
        if id(thing) in self.elsewhere:
            return self.elsewhere[id(thing)].outcome(thing, name)
        found = self._outcomes.get((id(thing), name))
        if found is None:
            frame = self.frame(thing)
            state = side_by_side([self.group_outcome(group, frame) for group in self.edition.results[name].groups])
            conflict = conj((state.sure, state.conflict))
            known = conj((state.sure, neg(state.conflict), state.value.known))
            found = self._outcomes[id(thing), name] = Outcome(state, neg(state.live), conflict, known)
        return found

    def group_outcome(self, group: ir.Group, frame: Frame) -> State:
        """The rules of a clause under its policy, and the clauses that are exceptions to it."""
        made = frame.groups.get(id(group))
        if made is None:
            rules = [self.rule_outcome(rule, frame) for rule in group.rules]
            own = together(group.policy, rules)
            made = frame.groups[id(group)] = overridden(self._exceptions(group.exceptions, frame), own)
        return made

    def _exceptions(self, groups: tuple[ir.Group, ...], frame: Frame) -> State:
        return side_by_side([self.group_outcome(group, frame) for group in groups])

    def rule_outcome(self, rule: ir.Rule, frame: Frame) -> State:
        """A rule holds when all its conditions do; then it gives its value. Its own exceptions replace it."""
        excepted = self._exceptions(rule.exceptions, frame)
        return overridden(excepted, self._rule(rule, frame))

    def _rule(self, rule: ir.Rule, frame: Frame) -> State:
        holds = self.holds(rule, frame)
        live = disj((neg(holds.known), holds.value))
        if live is False:
            return EMPTY
        value = self.evaluate(rule.value, frame)
        return State(is_yes(holds), live, False, value, self._number(rule), self._ranks[natural_key(rule.clause)])

    def holds(self, rule: ir.Rule, frame: Frame) -> Sym:
        """Whether all conditions of a rule do."""
        found = []
        for condition in rule.conditions:
            found.append(self.evaluate(condition, frame))
            if found[-1].known is True and found[-1].value is False:
                return NO
        return conjunction(found)

    def _number(self, rule: ir.Rule) -> int:
        if id(rule) not in self._numbers:
            self._numbers[id(rule)] = len(self.rules)
            self.rules.append(rule)
        return self._numbers[id(rule)]

    # ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────

    def evaluate(self, node: ir.Expr, frame: Frame) -> Sym:
        """The value of a node, remembered."""
        value = frame.seen.get(id(node))
        if value is None:
            value = frame.seen[id(node)] = self.meaning(node, frame)
            self._kept.append(node)  # an id is of one node only for as long as the node lives
        return value

    def meaning(self, node: ir.Expr, frame: Frame) -> Sym:
        """What a node means. The arms stand in the order of the interpreter."""
        match node:
            case ir.Field(type_, of, path):
                return self.world.fact(refer(of, frame), path, type_)
            case ir.Not():
                return negation(self.evaluate(node.value, frame))
            case ir.Known():
                return logic(True, self.evaluate(node.value, frame).known)
            case ir.Compare():
                return self._compare(node, frame)
            case ir.And():
                return conjunction(self._until(node.items, frame, NO))
            case ir.Contains():
                items, value = self.evaluate(node.items, frame), self.evaluate(node.value, frame)
                return strict(lambda held, one: _contains(held, one, value.scale), items, value)
            case ir.ResultOf():
                return self.outcome(refer(node.of, frame), node.name).value
            case ir.OneOf():
                value = self.evaluate(node.value, frame)
                options = [self.constant(node.value.type, option) for option in node.options]
                return strict(lambda _: disj(equal(value, option) for option in options), value)
            case ir.Or():
                return disjunction(self._until(node.items, frame, YES))
            case ir.Part():
                return self.evaluate(node.value, frame)
            case ir.If():
                return self._if(node, frame)
            case ir.RateOf():
                return self._rate(node, frame)
            case ir.Lookup():
                keys = [self.evaluate(key, frame) for key in node.keys]
                return self.tables.cell(node, keys, lambda: self.evaluate(node.otherwise, frame), self.constant)
            case ir.Item():
                element = frame.bound[node.name]
                found: Sym = element.value[node.path[0]] if node.path else element
                return found
            case ir.Sum():
                return over_numbers(total, [self.evaluate(item, frame) for item in node.items])
            case ir.Negate():
                value = self.evaluate(node.value, frame)
                return strict(lambda number: times(number, -1), value, scale=value.scale)
            case ir.Product():
                return self._product([self.evaluate(item, frame) for item in node.items])
            case ir.Round():
                return self._round(node, frame)
            case ir.Extreme():
                return self._extreme(node.which, [self.evaluate(item, frame) for item in node.items])
            case ir.DaysBetween():
                left, right = self.evaluate(node.left, frame), self.evaluate(node.right, frame)
                return strict(lambda one, other: total((one, times(other, -1))), left, right)
            case ir.ShiftDate():
                date, days = self.evaluate(node.date, frame), self.evaluate(node.days, frame)
                return strict(lambda one, by: total((one, by)), date, days)
            case ir.PartOfDate():
                return strict(partial(self.world.calendar.part, node.part), self.evaluate(node.date, frame))
            case ir.YearsBetween():
                start, end = self.evaluate(node.start, frame), self.evaluate(node.end, frame)
                return strict(self.world.calendar.years_between, start, end)
            case ir.Same():
                return YES if refer(node.left, frame) is refer(node.right, frame) else NO
            case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
                return over_many(node, frame, self)
            case ir.Const():
                return self.constant(node.type, node.value)
            case _:
                assert_never(node)

    def _until(self, nodes: tuple[ir.Expr, ...], frame: Frame, end: Sym) -> Iterator[Sym]:
        """The values of some nodes up to the first that settles them all."""
        for node in nodes:
            value = self.evaluate(node, frame)
            yield value
            if value.known is True and value.value is end.value:
                return

    def constant(self, type_: types.Type, value: ir.Value) -> Sym:
        """A fixed value."""
        return constant(type_, value, self.world.words)

    def _compare(self, node: ir.Compare, frame: Frame) -> Sym:
        left, right = self.evaluate(node.left, frame), self.evaluate(node.right, frame)
        if node.op in ("=", "≠"):
            alike = strict(lambda *_: equal(left, right), left, right)
            return alike if node.op == "=" else negation(alike)
        if left.known is False or right.known is False:
            return UNKNOWN
        (one, other), _ = level((left, right))
        if node.op in (">", ">="):
            one, other = other, one
        return logic(conj((left.known, right.known)), (below if node.op in ("<", ">") else at_most)(one, other))

    def _if(self, node: ir.If, frame: Frame) -> Sym:
        test = self.evaluate(node.test, frame)
        if test.known is True and isinstance(test.value, bool):
            return self.evaluate(node.then if test.value else node.otherwise, frame)
        then, otherwise = self.evaluate(node.then, frame), self.evaluate(node.otherwise, frame)
        settled = either(test.value, then, otherwise)
        if test.known is True:
            return settled
        alike = conj((then.known, otherwise.known, _alike(then, otherwise)))
        known = disj((conj((test.known, settled.known)), conj((neg(test.known), alike))))
        return Sym(known, settled.value, settled.scale)

    def _rate(self, node: ir.RateOf, frame: Frame) -> Sym:
        """The value of the day, moved into the edition where it lies outside."""
        rate, edition, entity = self.edition.rates[node.name], self.edition, self.edition.entities[frame.this.entity]
        if not entity.date:
            return UNKNOWN
        day = self.world.fact(frame.this, (entity.date,), types.Date())
        made: Sym | None = None
        for value in rate.values:
            each = self.constant(rate.type, value.value)
            if made is None or value.valid_from <= edition.valid_from:
                made = each
            elif value.valid_from <= edition.valid_to:
                made = either(day.value >= value.valid_from.toordinal(), each, made)
        assert made is not None
        return made

    # ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────

    def _product(self, items: list[Sym]) -> Sym:
        made: Whole = 1
        scale = 0
        for item in items:
            if item.known is False:
                return UNKNOWN
            made, scale = times(made, item.value), scale + item.scale
        return Sym(conj(item.known for item in items), made, scale)

    def _round(self, node: ir.Round, frame: Frame) -> Sym:
        value = self.evaluate(node.value, frame)
        divisor = Sym(True, 1) if node.divisor is None else self.evaluate(node.divisor, frame)
        zero = conj((divisor.known, equal(divisor, Sym(True, 0)))) if node.otherwise is not None else False
        otherwise = UNKNOWN if node.otherwise is None or zero is False else self.evaluate(node.otherwise, frame)
        never_divides = isinstance(divisor.value, int) and divisor.value == 0
        if value.known is False or divisor.known is False or never_divides:
            return either(zero, otherwise, UNKNOWN)
        made = Sym(conj((value.known, divisor.known)),
                   rounded(node.mode, node.scale, value, divisor, self.world), node.scale)
        return either(zero, otherwise, made)

    def _extreme(self, which: ir.Which, items: list[Sym]) -> Sym:
        def largest(values: list[Any]) -> Any:
            made = values[0]
            for value in values[1:]:
                made = pick(below(made, value) if which == "maks" else below(value, made), value, made)
            return made

        return over_numbers(largest, items)


def _contains(items: Items, value: Any, scale: int) -> Logic:
    one = Sym(True, value, scale)
    return disj(conj((slot.there, equal(slot.value, one))) for slot in items.slots)


def _alike(left: Sym, right: Sym) -> Logic:
    """Whether two values are surely the same; lists are not looked into."""
    try:
        return equal(left, right)
    except NotProvable:
        return False
