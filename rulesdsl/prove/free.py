"""The core as logic where whatever is asked of many things at once may be anything.

``encode`` knows cases with so many things of a kind. Here a quantifier over things, or over a list of which only so
many elements are looked at, is a variable: what no case is like then, no case is like, however many things it has.
"""

from collections.abc import Iterator
from typing import Any

from rulesdsl.core import ir, types
from rulesdsl.core.trees import expressions
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.frame import Frame, Many
from rulesdsl.prove.sym import NotProvable, Sym, strict

_MANY = ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick


class FreeEncoder(Encoder):
    """An edition as logic, over things that may stand beside any number of others."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._freed: dict[tuple[int, ir.Expr], Sym] = {}

    def meaning(self, node: ir.Expr, frame: Frame) -> Sym:
        if isinstance(node, _MANY) and self._is_limited(node):
            return self._free(node, frame)
        if isinstance(node, ir.Contains) and self._is_shortened(node.items):
            free = self._free(node, frame)
            return strict(lambda *_: free.value, self.evaluate(node.items, frame), self.evaluate(node.value, frame))
        return super().meaning(node, frame)

    def _is_limited(self, node: Many) -> bool:
        match node.over:
            case ir.Children():
                return True
            case ir.Elements(items):
                return self._is_shortened(items)

    def _is_shortened(self, items: ir.Expr) -> bool:
        return is_shortened(items, self.world.uses)

    def _free(self, node: ir.Expr, frame: Frame) -> Sym:
        """Any value of the type; the same where the same is asked of the same thing."""
        if isinstance(node.type, types.ListOf | types.Record):
            raise NotProvable("en liste eller post som hentes fra en av mange")
        if frame.bound:
            return self._made(node, frame)
        key = id(frame.this), node
        if key not in self._freed:
            self._freed[key] = self._made(node, frame)
        return self._freed[key]

    def _made(self, node: ir.Expr, frame: Frame) -> Sym:
        made = self.world.part(frame.this, f"{frame.this.name}.mange", node.type)
        if isinstance(node, ir.Count):
            self.world.demands.append(made.value >= 0)
        return made


def is_shortened(items: ir.Expr, uses: dict[tuple[str, ...], bool]) -> bool:
    """Whether only so many elements of a list are looked at."""
    while isinstance(items, ir.Part):
        items = items.value
    if not isinstance(items, ir.Field | ir.Item) or not isinstance(items.type, types.ListOf):
        return False
    if isinstance(items, ir.Item):
        return True
    return not (uses.get(items.path, True) and isinstance(items.type.item, types.Code | types.Text | types.Bool))


def _nodes(edition: ir.Edition) -> Iterator[ir.Expr]:
    for result in edition.results.values():
        for part in expressions(result.groups):
            yield from ir.walk(part)


def has_limits(edition: ir.Edition, uses: dict[tuple[str, ...], bool]) -> bool:
    """Whether any rule of an edition looks at more things, or longer lists, than there is room for."""
    for node in _nodes(edition):
        match node:
            case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
                if isinstance(node.over, ir.Children) or is_shortened(node.over.items, uses):
                    return True
            case ir.Contains(_, items, _) if is_shortened(items, uses):
                return True
            case _:
                pass
    return False
