"""The same tree with some of it put in another's place. What is not touched stays the very same object."""

from collections.abc import Callable
from typing import Any

from attrs import evolve, fields, has

from rulesdsl.core import ir


class Rewriter:
    """Puts what ``change`` gives for a node in its place (None: it stays, and what is below it is looked at). A node
    that is shared is made once, so that it is still shared."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        self._change = change
        self._made: dict[int, tuple[Any, Any]] = {}

    def __call__(self, node: Any) -> Any:
        """A node, a reference or a tuple of them, rewritten."""
        if isinstance(node, tuple):
            made = tuple(self(each) for each in node)
            return node if all(one is other for one, other in zip(made, node, strict=True)) else made
        if not has(type(node)) or type(node).__module__ != ir.__name__:
            return node
        if id(node) not in self._made:
            self._made[id(node)] = node, self._rewritten(node)
        return self._made[id(node)][1]

    def _rewritten(self, node: Any) -> Any:
        if (given := self._change(node)) is not None:
            return given
        names = [each.name for each in fields(type(node)) if each.name != "type"]
        made = {name: self(getattr(node, name)) for name in names}
        return evolve(node, **made) if any(made[name] is not getattr(node, name) for name in names) else node
