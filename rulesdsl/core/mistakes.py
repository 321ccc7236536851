"""Editions that are one small mistake away: what somebody might have written instead, and examples should notice."""

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from attrs import evolve, field

from rulesdsl.core import ir, types
from rulesdsl.core.rewrite import Rewriter
from rulesdsl.core.trees import all_groups
from rulesdsl.source import frozen

Kind = Literal["vilkår", "alternativ", "grense", "kode", "verdi", "ledd", "regel", "sats"]
"""``vilkår``: a condition is left out; ``alternativ``: one of several that are enough; ``grense``: a limit is a step
off, or may be reached or not; ``kode``: one is missing in a set; ``verdi``: a value is another; ``ledd``: a term of a
sum is left out, or the other of two words stands there (``maks`` for ``min``); ``regel``: a whole rule or row is left
out; ``sats``: a step off."""

MAX_OPTIONS = 12
"""Sets of more codes are lists that somebody has laid in, and not what an author writes by hand."""

_TRUE, _FALSE = ir.Const(types.BOOL, True), ir.Const(types.BOOL, False)
_MANY = ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick


@frozen
class Spot:
    """Where in the rules something stands: a clause, and the requirement, rule or row, where it is of one alone."""

    clause: str
    part: str
    place: ir.Place


@frozen(eq=False)
class Mistake:
    """A mistake: ``before`` is what stands in the rules and ``after`` what would stand there, None where it is left
    out. ``rules`` are those it stands in. ``rule`` is the rule that is left out, and ``rate`` the sats that is another;
    else both are nothing."""

    kind: Kind
    spot: Spot
    before: ir.Expr | None
    after: ir.Expr | None
    rule: ir.Rule | None = None
    rate: str = ""
    rules: tuple[ir.Rule, ...] = ()
    _original: ir.Edition = field(kw_only=True)
    _results: tuple[str, ...] = field(default=(), kw_only=True)
    _rates: dict[str, ir.Rate] = field(factory=dict, kw_only=True)
    _instead: ir.Expr | None = field(default=None, kw_only=True)

    def made(self) -> ir.Edition:
        """The edition with the mistake in it."""
        if self._rates:
            return evolve(self._original, rates=self._rates)

        def change(node: object) -> object:
            if self.rule is not None:
                return evolve(self.rule, conditions=(_FALSE,)) if node is self.rule else None
            return self._instead if node is self.before else None

        rewrite, results = Rewriter(change), dict(self._original.results)
        for name in self._results:
            results[name] = evolve(results[name], groups=rewrite(results[name].groups))
        return evolve(self._original, results=results)


def mistakes(edition: ir.Edition) -> tuple[Mistake, ...]:
    """Every small mistake in what stands in the edition's own text, clause by clause as they stand in it. What it has
    from another edition is that one's to guard, and the rows of a ``tabell`` are data."""
    found = [*_Rules(edition).mistakes(), *_in_rates(edition)]
    order = {name: number for number, name in enumerate(edition.clauses)}
    return tuple(sorted(found, key=lambda each: (order.get(each.spot.clause, len(order)), each.spot.place.line)))


def _in_rates(edition: ir.Edition) -> Iterator[Mistake]:
    for rate in edition.rates.values():
        for at, value in enumerate(rate.values if rate.edition == edition.id else ()):
            until = rate.values[at + 1].valid_from if at + 1 < len(rate.values) else datetime.date.max
            if value.valid_from > edition.valid_to or until <= edition.valid_from:
                continue
            step = Decimal(1).scaleb(-rate.type.scale) if isinstance(rate.type, types.Number) else Decimal(1)
            other = evolve(value, value=value.value + step)
            values = (*rate.values[:at], other, *rate.values[at + 1:])
            yield Mistake("sats", Spot("", rate.name, rate.place), ir.Const(rate.type, value.value),
                          ir.Const(rate.type, other.value), rate=rate.name, original=edition,
                          rates={**edition.rates, rate.name: evolve(rate, values=values)})


class _Rules:
    """The own rules of an edition: which results an expression stands in, and where."""

    def __init__(self, edition: ir.Edition) -> None:
        self._edition = edition
        self._rules: dict[int, tuple[ir.Rule, list[str]]] = {}
        self._nodes: dict[int, tuple[ir.Expr, list[ir.Rule], dict[str, None]]] = {}
        for result in edition.results.values():
            for group in all_groups(result.groups):
                for rule in group.rules if edition.clauses[group.clause].edition == edition.id else ():
                    self._rules.setdefault(id(rule), (rule, []))[1].append(result.name)
                    for node in _once(each for root in (*rule.conditions, rule.value) for each in ir.walk(root)):
                        kept = self._nodes.setdefault(id(node), (node, [], {}))
                        kept[1].append(rule)
                        kept[2][result.name] = None
        clauses = {rule.clause: edition.clauses[rule.clause] for rule, _ in self._rules.values()}
        self._guards = {id(node) for clause in clauses.values() if clause.guard for node in ir.walk(clause.guard)}
        self._required = {id(node): requirement.name for clause in clauses.values()
                          for requirement in clause.requirements for node in ir.walk(requirement.holds)}

    def mistakes(self) -> Iterator[Mistake]:
        for rule, results in self._rules.values():
            spot = Spot(rule.clause, rule.name, rule.place)
            yield Mistake("regel", spot, None, None, rule, rules=(rule,), original=self._edition,
                          results=tuple(results))
        asked = self._conditions()
        given = _once(each for rule, _ in self._rules.values() for each in _given(rule.value))
        for node, rules, among in self._nodes.values():
            slips = list(_slips(node))
            if id(node) in asked:
                slips.insert(0, asked[id(node)])
            if any(node is each for each in given) and isinstance(node, ir.Const):
                slips += [("verdi", other) for other in self._other(node)]
            for kind, other in slips:
                gone = kind in ("vilkår", "alternativ")
                yield Mistake(kind, self._spot(node, rules), node, None if gone else other, rules=tuple(rules),
                              original=self._edition, results=tuple(among), instead=other)

    def _spot(self, node: ir.Expr, rules: list[ir.Rule]) -> Spot:
        clause = self._edition.clauses[rules[0].clause]
        if id(node) in self._required:
            return Spot(clause.number, f"krav {self._required[id(node)]}", clause.place)
        if id(node) in self._guards:
            return Spot(clause.number, "når", clause.place)
        alone = all(rule.place == rules[0].place for rule in rules)
        return Spot(clause.number, rules[0].name if alone else "", rules[0].place if alone else clause.place)

    def _conditions(self) -> dict[int, tuple[Kind, ir.Expr]]:
        """What stands in place of each condition, and of each of several that are enough, where it is left out."""
        found: dict[int, tuple[Kind, ir.Expr]] = {}
        roots = [root for rule, _ in self._rules.values() for root in rule.conditions
                 if not (rule.requirement and isinstance(root, ir.Not) and id(root.value) in self._required)]
        roots += [node.where for node, _, _ in self._nodes.values() if isinstance(node, _MANY) and node.where]
        for root in roots:
            if not isinstance(_bare(root), ir.And | ir.Or | ir.Const):
                found[id(root)] = "vilkår", _TRUE
        for node, _, _ in self._nodes.values():
            for item in node.items if isinstance(node, ir.And | ir.Or) else ():
                if not isinstance(_bare(item), ir.And | ir.Or):
                    found[id(item)] = ("vilkår", _TRUE) if isinstance(node, ir.And) else ("alternativ", _FALSE)
        return found

    def _other(self, node: ir.Const) -> Iterator[ir.Expr]:
        """Another value in the place of one that a rule gives."""
        match node.type, node.value:
            case types.Bool(), bool(value):
                yield evolve(node, value=not value)
            case types.Number() as kind, Decimal() as value:
                yield evolve(node, value=value + _step(kind))
            case types.Code(name), value:
                members = [each.name for each in self._edition.kodeverk[name].members]
                if len(members) > 1 and value in members:
                    yield evolve(node, value=members[(members.index(str(value)) + 1) % len(members)])
            case types.Text(), str(value):
                yield evolve(node, value=f"{value} (en annen)")


def _slips(node: ir.Expr) -> Iterator[tuple[Kind, ir.Expr]]:
    """Small mistakes in an expression itself."""
    match node:
        case ir.Compare(_, "<" | "<=" | ">" | ">=" as op, left, right):
            if not isinstance(left, ir.Const) and not isinstance(right, ir.Const):
                yield "grense", evolve(node, op=_OR_NOT_ALIKE[op])
            if isinstance(left, ir.Const):
                yield from (("grense", evolve(node, left=other)) for other in _beside(left, right))
            if isinstance(right, ir.Const):
                yield from (("grense", evolve(node, right=other)) for other in _beside(right, left))
        case ir.OneOf(_, _, options, name) if not name and 1 < len(options) <= MAX_OPTIONS:
            for option in options:
                yield "kode", evolve(node, options=tuple(each for each in options if each != option))
        case ir.Sum(_, items):
            for item in items:
                left_out = tuple(each for each in items if each is not item)
                yield "ledd", left_out[0] if len(left_out) == 1 else evolve(node, items=left_out)
        case ir.If(_, _, then, _):
            yield "ledd", then
        case ir.Round(_, mode):
            yield "ledd", evolve(node, mode="avrund" if mode != "avrund" else "avrund_ned")
        case ir.Extreme(_, which) | ir.ExtremeOver(_, which):
            yield "ledd", evolve(node, which="min" if which == "maks" else "maks")
        case ir.Pick(_, which):
            yield "ledd", evolve(node, which="siste" if which == "første" else "første")
        case ir.Quantified(_, kind):
            yield "ledd", evolve(node, kind="alle" if kind == "finnes" else "finnes")


_OR_NOT_ALIKE: dict[ir.Comparison, ir.Comparison] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def _beside(limit: ir.Const, held: ir.Expr) -> Iterator[ir.Const]:
    """The limits a step from one, such steps as what is held against it can take; none below zero where it is not."""
    match limit.type, limit.value:
        case types.Number() as kind, Decimal() as value:
            finer = evolve(kind, scale=max(kind.scale, held.type.scale if isinstance(held.type, types.Number) else 0))
            for step in (_step(finer), -_step(finer))[:2 if value else 1]:
                yield evolve(limit, type=finer, value=value + step)
        case types.Date(), datetime.date() as day:
            for days in (1, -1):
                yield evolve(limit, value=day + datetime.timedelta(days))


def _step(kind: types.Number) -> Decimal:
    return Decimal(1).scaleb(-kind.scale)


def _given(value: ir.Expr) -> Iterator[ir.Expr]:
    """The parts of an expression that make up its value, without what it asks in conditions and look-ups."""
    match value:
        case ir.If(_, _, then, otherwise):
            yield from (*_given(then), *_given(otherwise))
        case ir.Lookup(_, _, _, _, otherwise):
            yield from _given(otherwise)
        case ir.Part(_, _, inner) | ir.Negate(_, inner) | ir.Round(_, _, _, inner):
            yield from _given(inner)
        case ir.Sum(_, items) | ir.Product(_, items) | ir.Extreme(_, _, items):
            for item in items:
                yield from _given(item)
        case ir.Const():
            yield value


def _bare(node: ir.Expr) -> ir.Expr:
    return _bare(node.value) if isinstance(node, ir.Part) else node


def _once(nodes: Iterable[ir.Expr]) -> list[ir.Expr]:
    """Each object once, in order."""
    return list({id(node): node for node in nodes}.values())
