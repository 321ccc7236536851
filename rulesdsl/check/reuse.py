"""What one check has made of a clause, used again in the editions that inherit it.

An edition inherits most of its clauses, and most of them mean what they meant. A clause is lowered again only where
something that it names is another declaration, or a result it uses has another size. What had a message is not kept,
so that each edition says what is wrong with it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from attrs import define, field

from rulesdsl.check.declare import Declared
from rulesdsl.check.names import name_of
from rulesdsl.check.order import mentions
from rulesdsl.core import ir
from rulesdsl.core.canonical import Digests
from rulesdsl.core.types import Date, ListOf, Number, Type
from rulesdsl.source import Node
from rulesdsl.syntax import ast

if TYPE_CHECKING:
    from rulesdsl.check.lower import Clauses

Decl = ast.ClauseDecl | ast.DecisionDecl
Meaning = tuple[object, ...]
"""What the names of a clause mean, so that two that are equal give the same core."""


@define
class _Made:
    """What a clause came to. ``decl`` is kept so that its identity stays its own."""

    decl: Decl
    meaning: Meaning
    clause: ir.Clause | None
    policy: ir.Policy | None
    rules: tuple[tuple[str, tuple[ir.Rule, ...]], ...]
    assumed: frozenset[str]


@define
class Memory:
    """What has been made in one check of many editions."""

    digests: Digests = field(factory=Digests)
    _made: dict[int, list[_Made]] = field(factory=dict)
    _mentions: dict[int, tuple[Decl, frozenset[str]]] = field(factory=dict)
    _names: dict[int, tuple[str, ...]] = field(factory=dict)
    _results: dict[int, tuple[ir.Expr, frozenset[str]]] = field(factory=dict)

    def mentions(self, decl: Decl) -> frozenset[str]:
        """Every name that stands bare or after a dot in a clause."""
        if id(decl) not in self._mentions:
            self._mentions[id(decl)] = decl, frozenset(mentions(decl))
            self._names[id(decl)] = tuple(sorted(set(_all_names(decl))))
        return self._mentions[id(decl)][1]

    def results_in(self, node: ir.Expr) -> frozenset[str]:
        """The results that an expression reads."""
        if id(node) not in self._results:
            found = frozenset(each.name for each in ir.walk(node) if isinstance(each, ir.ResultOf))
            self._results[id(node)] = node, found
        return self._results[id(node)][1]

    def lower(self, decl: Decl, work: "Clauses", types: Meaning, lowering: "Callable[[Decl, Clauses], None]") -> None:
        """Lowers a clause into ``work``, or takes what was made of it before. ``types`` is ``meaning_of_types``."""
        self.mentions(decl)
        meaning = (*types, *(_meaning(name, work) for name in self._names[id(decl)]))
        for made in self._made.get(id(decl), ()):
            if made.meaning == meaning:
                _put(made, work)
                return
        problems, assumed = len(work.declared.problems), work.assumed
        work.assumed = set()
        lowering(decl, work)
        used, work.assumed = frozenset(work.assumed), assumed | work.assumed
        if len(work.declared.problems) == problems:
            number = name_of(decl).text
            rules = tuple((result, tuple(work.rules[number, result])) for result in sorted(work.gives(number)))
            made = _Made(decl, meaning, work.clauses.get(number), work.policies.get(number), rules, used)
            self._made.setdefault(id(decl), []).append(made)


def _put(made: _Made, work: "Clauses") -> None:
    number = name_of(made.decl).text
    if made.clause is not None and made.policy is not None:
        work.clauses[number], work.policies[number] = made.clause, made.policy
    for result, rules in made.rules:
        work.rules_of(number, result).extend(rules)
    work.assumed |= made.assumed


def _all_names(node: object) -> Iterator[str]:
    pending: list[object] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.Name):
            yield current.text
        elif isinstance(current, tuple):
            pending.extend(current)
        elif isinstance(current, Node):
            if isinstance(current, ast.NameRef):
                yield current.name
            pending.extend(getattr(current, each) for each in current.__slots__ if each != "__weakref__")  # type: ignore[attr-defined]


def _meaning(name: str, work: "Clauses") -> Meaning:
    """What a name means in an edition: its declarations, and the type of a result once it is known, with its size."""
    parts, settled = work.declared.names.parts, work.settled.get(name)
    return id(parts.get(("kilde", name))), id(parts.get(("value", name))), settled, _size(settled)


def _size(kind: Type | None) -> int:
    """How large a value of a type may be, which two types need not have in common to be equal."""
    match kind:
        case Number(bound=size) | Date(reach=size):
            return size
        case ListOf(item):
            return _size(item)
        case _:
            return 0


def meaning_of_types(declared: Declared) -> Meaning:
    """What every clause may rest on: the types, which codes are valid in the edition, and what could not be read."""
    types = tuple((name, id(decl)) for (kind, name), decl in declared.names.parts.items() if kind == "type")
    current = tuple(
        tuple(declared.is_current(member) for member in kodeverk.members) for kodeverk in declared.kodeverk.values()
    )
    return types, current, frozenset(declared.names.broken)
