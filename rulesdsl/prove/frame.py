"""Where an expression is evaluated: the thing that is decided, and what quantifiers have named on the way."""

from typing import Any, Protocol, assert_never

from attrs import define, field

from rulesdsl.core import ir
from rulesdsl.prove.cases import Thing, World
from rulesdsl.prove.defaults import State
from rulesdsl.prove.sym import Sym

Many = ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick


@define(eq=False)
class Frame:
    """One thing that is decided, or one element of a quantifier within it. ``seen`` has what was asked, by identity."""

    this: Thing
    bound: dict[str, Any] = field(factory=dict)
    seen: dict[int, Sym] = field(factory=dict)
    groups: dict[int, State] = field(factory=dict)

    def binding(self, name: str, each: Any) -> "Frame":
        return Frame(self.this, {**self.bound, name: each})


class Evaluates(Protocol):
    """What gives expressions their meaning."""

    world: World

    def evaluate(self, node: ir.Expr, frame: Frame) -> Sym: ...


def refer(ref: ir.Ref, frame: Frame) -> Thing:
    """The thing that a reference means."""
    match ref:
        case ir.This():
            return frame.this
        case ir.Bound():
            thing: Thing = frame.bound[ref.name]
            return thing
        case ir.Parent():
            parent = refer(ref.of, frame).parent
            assert parent is not None
            return parent
        case _:
            assert_never(ref)
