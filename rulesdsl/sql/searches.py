"""Quantifiers as SQL: the rows of a sheet joined with what each of them searches through, and one row made of each.

The join is told by the domain: things that belong together (``siblings``) or the elements of a list (``lists``).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from attrs import define
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    TRUE,
    both,
    case,
    column,
    either,
    is_null,
    maybe,
    opposite,
    paren,
    surely,
    whole,
)
from rulesdsl.sql.names import Waits, empty, gathered
from rulesdsl.sql.pairs import Pair
from rulesdsl.sql.sheet import BEFORE, Join, with_steps
from rulesdsl.sql.terms import Many, Terms
from rulesdsl.sql.types import constant, decimal_type

DEEP = "§innerst før"
"""Stands, within a search in a search, for the columns that the outermost sheet has made so far."""


@define
class Search(ABC):
    """A quantifier within ``terms``, over the pairs that ``pair`` speaks of."""

    node: Many
    terms: Terms
    pair: Pair

    def compiled(self) -> tuple[exp.Expr, Waits]:
        """The value of the quantifier and what it waits for."""
        node = self.node
        match node:
            case ir.Quantified(kind="finnes"):
                return self._exists(condition_of(node))
            case ir.Quantified():
                value, waits = self._exists(condition_of(node))
                return opposite(paren(value)), waits
            case ir.Count():
                return self._chosen(condition_of(node), None, None)
            case ir.SumOver() | ir.ExtremeOver():
                return self._chosen(condition_of(node), node.take, None)
            case ir.Pick():
                return self._chosen(condition_of(node), node.take, node.key)

    @abstractmethod
    def source(self, condition: ir.Expr) -> exp.Select:
        """The pairs for which the condition may hold, with the columns that are asked of them."""

    @abstractmethod
    def order(self, key: exp.Expr) -> exp.Expr:
        """What ``første`` and ``siste`` go by."""

    # ── values ──

    def _exists(self, condition: ir.Expr) -> tuple[exp.Expr, Waits]:
        pair = self.pair
        holds = pair.value(condition)
        waits = gathered(pair.of(TRUE, condition))
        some, open_, names = self._joined(condition, [
            ("ja", exp.LogicalOr(this=surely(holds))), ("ukjent", exp.LogicalOr(this=is_null(holds))),
            ("venter", of_all(waits, is_null(holds))),
        ])
        value = case((surely(some), TRUE), (surely(open_), NULL), otherwise=FALSE)
        return value, [(both(opposite(surely(some)), surely(open_)), names)]

    def _chosen(self, condition: ir.Expr, take: ir.Expr | None, key: ir.Expr | None) -> tuple[exp.Expr, Waits]:
        """``antall``, ``sum``, ``maks``, ``min``, ``første`` and ``siste``: ukjent where it is not known who counts."""
        pair, node = self.pair, self.node
        holds = pair.value(condition)
        chosen, open_ = surely(paren(holds)), is_null(paren(holds))
        wanted: list[tuple[str, exp.Expr]] = [
            ("antall", exp.CountIf(this=chosen)), ("ukjent", exp.LogicalOr(this=open_)),
            ("venter", of_all(gathered(pair.of(TRUE, condition)), open_)),
        ]
        if take is not None:
            asked = key if key is not None else take
            value, order = pair.value(take), pair.value(asked)
            hole = both(chosen, is_null(paren(order)))
            wanted += [
                ("verdi", self._aggregate(value, order, chosen)), ("hull", exp.LogicalOr(this=hole)),
                ("venter på", of_all(gathered(pair.of(TRUE, asked)), hole)),
            ]
            if key is not None:
                first = gathered(pair.of(TRUE, take))
                wanted.append(("venter selv", self._ordered(empty() if first == NULL else first, order, chosen)))
        found = self._joined(condition, wanted)
        many, unsure, names = found[:3]
        if take is None:
            count = exp.cast(exp.Coalesce(this=many, expressions=[whole(0)]), "DECIMAL(7, 0)")
            return case((surely(unsure), NULL), otherwise=count), [(surely(unsure), names)]
        value, hole, held = found[3:6]
        none = either(is_null(many), exp.EQ(this=many, expression=whole(0)))
        waits: Waits = [(surely(unsure), names), (both(opposite(surely(unsure)), surely(hole)), held)]
        if isinstance(node, ir.SumOver):
            nothing = constant(Decimal(0))
            return case((surely(unsure), NULL), (surely(hole), NULL), (none, nothing), otherwise=value), waits
        picked = None if key is None else held_by(found[6])
        return self._of_chosen(unsure, hole, none, value if key is None else held_by(value), picked, waits)

    def _of_chosen(self, unsure: exp.Expr, hole: exp.Expr, none: exp.Expr, value: exp.Expr, picked: exp.Expr | None,
                   waits: Waits) -> tuple[exp.Expr, Waits]:
        """The value of the one that was chosen; what ``ellers`` says where there is none. ``picked`` is what the value
        itself waits for."""
        node = self.node
        assert isinstance(node, ir.ExtremeOver | ir.Pick)
        known = opposite(surely(unsure))
        if picked is not None:
            own = both(known, opposite(surely(hole)), opposite(paren(none)), is_null(value))
            waits = [*waits, (own, picked)]
        waits = [*waits, *self.terms.of(both(known, paren(none)), node.otherwise)]
        return case((surely(unsure), NULL), (surely(hole), NULL), (paren(none), self.terms.value(node.otherwise)),
                    otherwise=value), waits

    def _aggregate(self, value: exp.Expr, order: exp.Expr, chosen: exp.Expr) -> exp.Expr:
        node = self.node
        match node:
            case ir.SumOver():
                kind = node.type
                assert isinstance(kind, types.Number)
                return exp.cast(among(exp.Sum(this=value), chosen), decimal_type(kind))
            case ir.ExtremeOver():
                made = exp.Max(this=value) if node.which == "maks" else exp.Min(this=value)
                return among(made, chosen)
            case _:
                return self._ordered(value, order, chosen)

    def _ordered(self, value: exp.Expr, order: exp.Expr, chosen: exp.Expr) -> exp.Expr:
        """The value of the first or last: by its key, then by the key of the entity, then by its row."""
        assert isinstance(self.node, ir.Pick)
        kind = exp.ArgMin if self.node.which == "første" else exp.ArgMax
        return among(kind(this=struct({"v": value}), expression=self.order(order)), chosen)

    # ── the pairs as a relation ──

    def _joined(self, condition: ir.Expr, wanted: Sequence[tuple[str, exp.Expr]]) -> list[exp.Expr]:
        """Columns over all pairs of a row, where the condition may hold."""
        pair = self.pair
        mine = pair.rows[:-1]
        called = pair.sheet.prefix.strip()
        keys = [(f"nøkkel {at}", column(name)) for at, name in enumerate(mine, start=1)]
        inner = pair.sheet.query(f"{called} par", [*keys, *wanted]).group_by(*(value for _, value in keys), copy=False)
        relation: exp.Expr = with_steps(inner, [(f"{called} par", self.source(condition))])
        return self.beside(called, relation, [name for name, _ in wanted])

    def beside(self, called: str, relation: exp.Expr, wanted: Sequence[str]) -> list[exp.Expr]:
        """The columns of a relation that has a row for each row of the sheet, or none, beside these."""
        pair, terms = self.pair, self.terms
        reads = {each.name for each in pair.outs.values()} | pair.deep
        if isinstance(terms, Pair):
            terms.deep.update(pair.deep)
        else:
            relation = relation.transform(_outermost)
        on = both(*(exp.EQ(this=column(f"nøkkel {at}", called), expression=column(name, "r"))
                    for at, name in enumerate(terms.rows, start=1)))
        join = Join(called, exp.Subquery(this=relation, alias=exp.to_identifier(called, quoted=True)), on)
        says = f"søk over {self.node.var}"
        return [terms.sheet.add(f"{self.node.var}, {name}", column(name, called), says, join, reads)
                for name in wanted]


def _outermost(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Table) and node.name == DEEP:
        return exp.table_(exp.to_identifier(BEFORE, quoted=True), alias=node.alias or None)
    return node


def condition_of(node: Many) -> ir.Expr:
    """Whom a quantifier is about: those whose existence settles it, or those that count."""
    match node:
        case ir.Quantified(kind="finnes"):
            return conjunction(node.where, node.test)
        case ir.Quantified():
            return conjunction(node.where, ir.Not(BOOL, node.test))
        case _:
            return node.where or ir.Const(BOOL, True)


def conjunction(where: ir.Expr | None, test: ir.Expr) -> ir.Expr:
    return test if where is None else ir.And(BOOL, (where, test))


def parts_of(node: ir.Expr) -> Iterator[ir.Expr]:
    """The conditions of an «og», and of those within it."""
    match node:
        case ir.And(_, items):
            for item in items:
                yield from parts_of(item)
        case ir.Part(_, _, value):
            yield from parts_of(value)
        case _:
            yield node


def possible(condition: ir.Expr, pair: Pair) -> list[exp.Expr]:
    """Those parts of a condition that can be asked of a pair before anything else is known of it."""
    asked = [maybe(paren(pair.value(part))) for part in parts_of(condition)]
    return [each for each in asked if not any(name in pair.sheet.columns for name in _names(each))]


def _names(value: exp.Expr) -> set[str]:
    return {each.name for each in value.find_all(exp.Column)}


def among(made: exp.Expr, chosen: exp.Expr) -> exp.Expr:
    return made if chosen == TRUE else exp.Filter(this=made, expression=exp.Where(this=chosen))


def of_all(names: exp.Expr, open_: exp.Expr) -> exp.Expr:
    """The names of all rows where something is open, in one list."""
    if open_ == FALSE or names == NULL:
        return empty()
    return exp.Flatten(this=among(exp.ArrayAgg(this=names), open_))


def struct(values: dict[str, exp.Expr]) -> exp.Expr:
    return exp.Struct(expressions=[
        exp.PropertyEQ(this=exp.to_identifier(name), expression=value) for name, value in values.items()])


def held_by(struct: exp.Expr) -> exp.Expr:
    return exp.Dot.build([struct, exp.to_identifier("v")])


def qualified(value: exp.Expr, pair: Pair, mine: str, other: str) -> exp.Expr:
    """An expression over pairs as one over the two relations that make them."""
    def said(name: str) -> exp.Column:
        if name in pair.outs:
            return column(pair.outs[name].name, mine)
        return column(pair.ins[name].name, other) if name in pair.ins else column(name)

    return on_side(value, said)


def on_side(value: exp.Expr, said: Callable[[str], exp.Column]) -> exp.Expr:
    """An expression whose bare columns are called otherwise."""
    def called(node: exp.Expr) -> exp.Expr:
        return said(node.name) if isinstance(node, exp.Column) and not node.table else node

    return value.transform(called)
