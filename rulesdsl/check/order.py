"""What uses what: names that a declaration mentions, an order in which each comes after those it uses, and cycles."""

from collections.abc import Iterable, Iterator, Mapping

from rulesdsl.source import Node
from rulesdsl.syntax import ast


def mentions(node: Node) -> set[str]:
    """Every name that stands bare or after a dot anywhere below a node."""
    found: set[str] = set()
    pending: list[object] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.NameRef):
            found.add(current.name)
        elif isinstance(current, ast.Access):
            found.add(current.name.text)
            pending.append(current.of)
        else:
            pending.extend(_below(current))
    return found


def _below(current: object) -> Iterable[object]:
    """What stands directly below a node or in a tuple."""
    if isinstance(current, tuple):
        return current
    if isinstance(current, Node):
        return (getattr(current, name) for name in current.__slots__ if name != "__weakref__")  # type: ignore[attr-defined]
    return ()


def editions_asked(decl: ast.PropertyDecl) -> list[ast.UnderExpr]:
    """Where a property asks another edition, in no order."""
    found: list[ast.UnderExpr] = []
    pending: list[object] = [decl.where, decl.holds]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.UnderExpr):
            found.append(current)
        pending.extend(_below(current))
    return found


def ordered(uses: Mapping[str, set[str]]) -> list[str]:
    """The names, each after those it uses where that can be; the order of the mapping decides the rest."""
    done: dict[str, None] = {}
    started: set[str] = set()
    rank = {name: index for index, name in enumerate(uses)}
    for root in uses:
        pending: list[tuple[str, Iterator[str]]] = []
        if root not in started:
            started.add(root)
            pending.append((root, iter(sorted(uses[root], key=rank.__getitem__))))
        while pending:
            name, rest = pending[-1]
            following = next((each for each in rest if each not in started), None)
            if following is None:
                done[name] = None
                pending.pop()
            else:
                started.add(following)
                pending.append((following, iter(sorted(uses[following], key=rank.__getitem__))))
    return list(done)


def cycle_in(uses: Mapping[str, set[str]]) -> list[str]:
    """The names of one cycle, in order, or nothing."""
    done: set[str] = set()
    for root in uses:
        path: list[str] = []
        on_path: set[str] = set()
        pending: list[tuple[str, Iterator[str]]] = [] if root in done else [(root, iter(sorted(uses[root])))]
        if pending:
            path.append(root)
            on_path.add(root)
        while pending:
            name, rest = pending[-1]
            following = next((each for each in rest if each not in done), None)
            if following is None:
                done.add(name)
                on_path.discard(path.pop())
                pending.pop()
            elif following in on_path:
                return path[path.index(following) :]
            else:
                path.append(following)
                on_path.add(following)
                pending.append((following, iter(sorted(uses[following]))))
    return []
