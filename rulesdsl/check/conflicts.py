"""Rules side by side that say different things, where that can be seen from their conditions alone.

Two fixed values differ or not; a value that is worked out may happen to be the same as another, and a rule with
exceptions of its own is not sure to apply, so that such a conflict is one that may be. What takes knowledge of the
values is for the proofs; these are the mistakes that an author makes: an exception that does not say what it is an
exception to, and two rules of a clause that both apply.
"""

from collections.abc import Iterable, Sequence

from attrs import define, field, fields

from rulesdsl.check.lower import Clauses
from rulesdsl.core import ir
from rulesdsl.core.types import Broken
from rulesdsl.source import Span

Conditions = frozenset[int]


@define
class _Shapes:
    """Numbers for expressions: two that are written alike have the same. Each object is looked at once."""

    _known: dict[int, int] = field(factory=dict)
    _numbers: dict[object, int] = field(factory=dict)

    def of(self, node: ir.Expr) -> int:
        if id(node) not in self._known:
            shape: object
            if isinstance(node, ir.Part):
                shape = ("same", self.of(node.value))
            else:
                shape = (type(node), *(self._piece(getattr(node, each.name)) for each in fields(type(node))))
            self._known[id(node)] = self._numbers.setdefault(shape, len(self._numbers))
        return self._known[id(node)]

    def _piece(self, piece: object) -> object:
        if isinstance(piece, ir.Expr):
            return self.of(piece)
        if isinstance(piece, ir.Elements):
            return ir.Elements, self.of(piece.items)
        if isinstance(piece, tuple):
            return tuple(self._piece(each) for each in piece)
        return piece

    def conditions(self, rule: ir.Rule) -> Conditions:
        """What must hold for a rule, ``og`` taken apart."""
        found: set[int] = set()
        pending = list(rule.conditions)
        while pending:
            node = pending.pop()
            if isinstance(node, ir.And):
                pending.extend(node.items)
            else:
                found.add(self.of(node))
        return frozenset(found)


@define
class _Side:
    """One rule of a row of rules that stand side by side, and the exceptions that can replace it."""

    rule: ir.Rule
    value: object
    conditions: Conditions
    exceptions: tuple[ir.Group, ...]


def check_conflicts(groups: Sequence[ir.Group], work: Clauses) -> None:
    """Every set of rules that stand side by side below a result: its own, and those of each set of exceptions."""
    shapes, seen = _Shapes(), set()
    pending: list[Sequence[ir.Group]] = [groups]
    while pending:
        beside = pending.pop()
        _check_beside(beside, shapes, work)
        for group in beside:
            if id(group) in seen:
                continue
            seen.add(id(group))
            pending.append(group.exceptions)
            pending.extend(rule.exceptions for rule in group.rules)


def _check_beside(groups: Iterable[ir.Group], shapes: _Shapes, work: Clauses) -> None:
    sides = [
        _Side(rule, _value(rule, shapes), shapes.conditions(rule), (*group.exceptions, *rule.exceptions))
        for group in groups if group.policy == "sammen"
        for rule in group.rules if rule.clause not in work.unsure and not isinstance(rule.value.type, Broken)
    ]
    if len({side.value for side in sides}) < 2:
        return
    # A rule is found by one condition, the newest, which few others have; one without conditions always applies.
    by_condition: dict[int, list[_Side]] = {}
    for side in sides:
        by_condition.setdefault(max(side.conditions, default=-1), []).append(side)
    for side in sides:
        near = (wider for key in (-1, *sorted(side.conditions)) for wider in by_condition.get(key, ()))
        for wider in near:
            differ = wider.conditions <= side.conditions and wider.value != side.value
            if differ and _report(side, wider, shapes, work):
                break


def _value(rule: ir.Rule, shapes: _Shapes) -> object:
    """What tells the values of rules apart: a fixed value, or how it is worked out."""
    return rule.value.value if isinstance(rule.value, ir.Const) else ("worked out", shapes.of(rule.value))


def _report(side: _Side, wider: _Side, shapes: _Shapes, work: Clauses) -> bool:
    """The message that ``wider`` applies whenever ``side`` does; whether there was one to give."""
    both = (*wider.exceptions, *side.exceptions)
    if any(shapes.conditions(rule) <= side.conditions for group in both for rule in group.rules):
        return False  # an exception goes before one of them just then
    here, there = side.rule, wider.rule
    same = side.conditions == wider.conditions
    if same and _written(here, work) < _written(there, work):
        return False  # said once, at the later of the two
    says = "sier" if isinstance(here.value, ir.Const) and isinstance(there.value, ir.Const) else "kan si"
    if here.clause == there.clause:
        other = "under" if there.place.line > here.place.line else "over"
        label, hint = f"{says} noe annet enn regelen {other}", "Gi reglene vilkår som ikke gjelder samtidig."
    else:
        label = f"{says} noe annet enn {there.clause}, som også gjelder da"
        hint = f"Skriv «unntak fra {there.clause}», eller gi dem vilkår som ikke gjelder samtidig."
    also = "gjelder under de samme vilkårene" if same else (
        "gjelder alltid" if not wider.conditions else "gjelder under færre vilkår")
    work.declared.problems.add(
        "ISF426" if both or says != "sier" else "ISF417", _line(here, work), label, clause=here.clause, hint=hint,
        also=[(_line(there, work), also)],
    )
    return True


def _written(rule: ir.Rule, work: Clauses) -> tuple[int, int]:
    """Where a rule stands: what is shared or inherited comes before what the edition itself says."""
    return list(work.declared.names.clauses).index(rule.clause), rule.place.line


def _line(rule: ir.Rule, work: Clauses) -> Span:
    """The first line of a rule."""
    source = work.declared.names.clauses[rule.clause].span.source
    text = source.line(rule.place.line)
    start = source.offset(rule.place.line) + len(text) - len(text.lstrip())
    return Span(source, start, start + len(text.strip()))
