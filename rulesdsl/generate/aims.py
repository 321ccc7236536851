"""What facts would make a condition hold. A good guess and no more: a condition that it does not reach is left alone.

Conditions that speak of other results lead on to the rules that give them what is wanted.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.core.ir import Value
from rulesdsl.core.types import Number, Type
from rulesdsl.evaluate.documents import Json
from rulesdsl.generate.fields import Facts, around, written
from rulesdsl.generate.kinds import Kind, Plan, When, resolve
from rulesdsl.generate.mentions import bare

Choose = Callable[[int], int]
"""A number from 0 up to, but not, the one it is given. 0 is the plainest choice."""

DEPTH = 4
"""How many results deep a condition is followed."""

MAX_OTHERS = 12
"""How many rules of a result are made to fall, so that another can decide."""


@frozen(eq=False)
class Stage:
    """The things that a condition speaks of, by name (nothing for ``This``), with what they are and when."""

    plan: Plan
    things: Mapping[str, Facts]
    kinds: Mapping[str, Kind]
    whens: Mapping[str, When]
    choose: Choose

    def only(self, name: str) -> "Stage":
        """The same with one thing as ``This``, for the rules of its results."""
        return Stage(self.plan, {"": self.things[name]}, {"": self.kinds[name]}, {"": self.whens[name]}, self.choose)


def aim(node: ir.Expr, wanted: bool, stage: Stage, depth: int = DEPTH) -> None:
    """Change the facts of the stage so that a condition is likely to be as wanted."""
    choose = stage.choose
    match node:
        case ir.Part(value=value):
            aim(value, wanted, stage, depth)
        case ir.Not(value=value):
            aim(value, not wanted, stage, depth)
        case ir.And(items=items) | ir.Or(items=items):
            every = isinstance(node, ir.And) == wanted
            for item in items if every else (items[choose(len(items))],):
                aim(item, wanted, stage, depth)
        case ir.Field():
            _set(node, wanted, stage)
        case ir.Known(value=value):
            known(bare(value), wanted, stage)
        case ir.OneOf(value=value, options=options):
            _become(bare(value), options, wanted, stage, depth)
        case ir.Contains(items=items, value=value):
            _contain(bare(items), bare(value), wanted, stage)
        case ir.ResultOf():
            _become(node, (True,), wanted, stage, depth)
        case ir.Compare(op=op, left=left, right=right):
            one, other = bare(left), bare(right)
            if isinstance(one, ir.Const) and not isinstance(other, ir.Const):
                one, other, op = other, one, _TURNED[op]
            _compare(one, op, other, wanted, stage, depth)
        case ir.Quantified(kind=kind, over=ir.Elements(items=items), var=var, where=where, test=test):
            if wanted == (kind == "finnes"):
                _element(bare(items), var, [each for each in (where, test) if each is not None], stage)
            elif isinstance(list_ := bare(items), ir.Field):
                _put(list_, [], stage)


_TURNED: Mapping[ir.Comparison, ir.Comparison] = {"=": "=", "≠": "≠", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE: Mapping[ir.Comparison, ir.Comparison] = {"=": "≠", "≠": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _compare(one: ir.Expr, op: ir.Comparison, other: ir.Expr, wanted: bool, stage: Stage, depth: int) -> None:
    held = op if wanted else _OPPOSITE[op]
    if isinstance(other, ir.Const):
        if held in ("=", "≠"):
            _become(one, (other.value,), held == "=", stage, depth)
        elif isinstance(one, ir.ResultOf):
            given = [rule.value for rule in stage.plan.rules.get(one.name, ())]
            fits = [each.value for each in given if isinstance(each, ir.Const)
                    and isinstance(each.value, Decimal) and _stands(each.value, held, other.value)]
            if fits:
                _become(one, fits, True, stage, depth)
        elif not _stands(_value(one, stage), held, other.value):
            value = _beside(other.value, held, _kind(one, stage), stage.choose)
            if value is not None:
                _become(one, (value,), True, stage, depth)
    elif isinstance(one, ir.DaysBetween):
        _compare(other, _TURNED[op], one, wanted, stage, depth) if isinstance(other, ir.Field) else None
    elif isinstance(one, ir.Field) and held in ("=", "<=", ">="):
        found = _value(other, stage)
        if found is not None:
            _put(one, found, stage)


def _value(node: ir.Expr, stage: Stage) -> Json:
    """What a field, or the days between two, is at the moment; None where it is not known or more than that."""
    match node:
        case ir.Field(of=of, path=path):
            return stage.things.get(_name(of) or "", {}).get(path) if _name(of) in stage.things else None
        case ir.DaysBetween(left=left, right=right):
            ends = [_value(bare(each), stage) for each in (left, right)]
            days = [datetime.date.fromisoformat(each) for each in ends if isinstance(each, str)]
            return Decimal((days[0] - days[1]).days) if len(days) == 2 else None
    return None


def _kind(node: ir.Expr, stage: Stage) -> Type:
    """The type of an expression; of a field with its limits, which expressions leave out."""
    if isinstance(node, ir.Field) and (name := _name(node.of)) in stage.kinds:
        assert name is not None
        slot = stage.kinds[name].slots.get(node.path)
        return node.type if slot is None else slot.type
    return node.type


def _beside(value: Value, op: ir.Comparison, type_: Type, choose: Choose) -> Value | None:
    """A value that stands as ``op`` says to another, the nearest one or one farther off."""
    if isinstance(value, Decimal) and isinstance(type_, Number):
        least, most = type_.range
        near = [each for each in around(min(max(value, least), most), type_) if _stands(each, op, value)]
        return near[choose(len(near))] if near else None
    if isinstance(value, datetime.date) and datetime.date(1801, 1, 1) < value < datetime.date(2199, 1, 1):
        days = {"<": (1,), "<=": (0, 1), ">": (-1,), ">=": (0, -1)}.get(op, (0,))
        return value - datetime.timedelta(days[choose(len(days))])
    return None


def _stands(one: Json, op: ir.Comparison, other: Value) -> bool:
    if not isinstance(one, Decimal) or not isinstance(other, Decimal):
        return False
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}.get(op, False)


def _become(node: ir.Expr, values: Sequence[Value], wanted: bool, stage: Stage, depth: int) -> None:
    """Make a field or a result one of some values, or none of them."""
    choose = stage.choose
    match node:
        case ir.Field() if (before := _value(node, stage)) is not None and (before in map(written, values)) == wanted:
            pass  # what holds already is left alone, for another condition may need it
        case ir.Field() if wanted:
            _set(node, values[choose(len(values))], stage)
        case ir.Field(of=of, path=path) if (name := _name(of)) in stage.things:
            assert name is not None
            slot, avoided = stage.kinds[name].slots.get(path), [written(value) for value in values]
            start = choose(len(slot.options)) if slot is not None and slot.options else 0
            for step in range(len(slot.options) if slot is not None else 0):
                assert slot is not None
                value = resolve(slot, (start + step) % len(slot.options), stage.whens[name])
                if value is not None and value not in avoided:
                    _put(node, value, stage)
                    return
        case ir.DaysBetween(left=left, right=right) if wanted and isinstance(values[0], Decimal):
            _apart(bare(left), bare(right), int(values[0]), stage)
        case ir.ResultOf(of=of, name=result) if depth and (name := _name(of)) in stage.things:
            assert name is not None
            _result(stage.plan.rules.get(result, ()), values, wanted, stage.only(name), depth - 1)


def _result(rules: Sequence[ir.Rule], values: Sequence[Value], wanted: bool, stage: Stage, depth: int) -> None:
    """Make a rule hold that gives one of some values, or none of them; and those fall that say otherwise."""
    fits = [rule for rule in rules if not isinstance(rule.value, ir.Const) or (rule.value.value in values) == wanted]
    if not fits:
        return
    chosen = fits[stage.choose(len(fits))]
    for rule in rules[:MAX_OTHERS]:
        if rule.conditions and not any(rule is each for each in fits):
            aim(rule.conditions[stage.choose(len(rule.conditions))], False, stage, depth)
    for condition in chosen.conditions:
        aim(condition, True, stage, depth)
    if not isinstance(chosen.value, ir.Const) and isinstance(values[0], bool):
        aim(chosen.value, values[0] == wanted, stage, depth)


def _apart(left: ir.Expr, right: ir.Expr, days: int, stage: Stage) -> None:
    """Move one of two dates so that so many days lie between them; the rettsdato stays."""
    for moved, fixed, sign in ((right, left, -1), (left, right, 1)):
        found = _value(fixed, stage)
        if isinstance(moved, ir.Field) and isinstance(found, str) and abs(days) < 5000:
            day = datetime.date.fromisoformat(found) + sign * datetime.timedelta(days)
            if _put(moved, day.isoformat(), stage):
                return


def _contain(items: ir.Expr, value: ir.Expr, wanted: bool, stage: Stage) -> None:
    if isinstance(items, ir.Field) and isinstance(value, ir.Const):
        name, member = _name(items.of), written(value.value)
        if name is None or name not in stage.things:
            return
        found = stage.things[name].get(items.path)
        kept = [each for each in found if each != member] if isinstance(found, list) else []
        _put(items, [*kept, member] if wanted else kept, stage)


def _element(items: ir.Expr, var: str, tests: Sequence[ir.Expr], stage: Stage) -> None:
    """Give a list an element that a quantifier asks for."""
    if not isinstance(items, ir.Field):
        return
    wanted: list[Value] = []
    for node in (each for test in tests for each in ir.walk(test)):
        match node:
            case ir.OneOf(value=ir.Item(name=name, path=()), options=options) if name == var:
                wanted += options
            case ir.Compare(left=ir.Item(name=name, path=()), right=ir.Const(value=value)) if name == var:
                wanted.append(value)
    if wanted:
        _put(items, [written(wanted[stage.choose(len(wanted))])], stage)


def known(node: ir.Expr, wanted: bool, stage: Stage) -> None:
    """Make a field be there, or not."""
    if not isinstance(node, ir.Field) or (name := _name(node.of)) not in stage.things:
        return
    assert name is not None
    facts, slot = stage.things[name], stage.kinds[name].slots.get(node.path)
    if slot is None:
        return
    if not wanted:
        for path in [each for each in facts if each[: len(node.path)] == node.path]:
            del facts[path]
    elif node.path not in facts:
        value: Json = {} if slot.fields and not slot.many else []
        if slot.options:
            value = resolve(slot, stage.choose(len(slot.options)), stage.whens[name])
            value = [value] if slot.many and value is not None else value
        if value is not None:
            _put(node, value, stage)


def _set(node: ir.Field, value: Value, stage: Stage) -> None:
    _put(node, written(value), stage)


def _put(node: ir.Field, value: Json, stage: Stage) -> bool:
    """Set a fact other than the key and the rettsdato, if the thing has such a field, which may hold the value then."""
    name = _name(node.of)
    if name is None or name not in stage.things:
        return False
    slot, when = stage.kinds[name].slots.get(node.path), stage.whens[name]
    if slot is not None and isinstance(value, list) == slot.many:
        values = [slot.spelt.get(each, each) if isinstance(each, str) else each
                  for each in (value if isinstance(value, list) else [value])]
        if all(slot.fits(each) and slot.valid(each, when.first, when.last) for each in values):
            stage.things[name][node.path] = values if slot.many else values[0]
            return True
    return False


def _name(ref: ir.Ref) -> str | None:
    """The name of a thing on the stage; what it belongs to stands there as ``parent``."""
    match ref:
        case ir.This():
            return ""
        case ir.Bound(name=name):
            return name
        case ir.Parent(of=of):
            above = _name(of)
            return None if above is None else f"{above}.parent"
    return None
