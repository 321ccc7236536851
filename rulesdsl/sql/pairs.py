"""A row beside another: the expressions of a search, over the row that searches and what the search is at.

The pairs of a search are a sheet of their own, so that a search or a look-up within it is done as one outside it is.
"""

from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field
from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.rewrite import Rewriter
from rulesdsl.sql.logic import NULL, TRUE, cast, column, joined_text, listed, text, whole
from rulesdsl.sql.names import ROW, Waits, gathered
from rulesdsl.sql.sheet import Sheet
from rulesdsl.sql.terms import Terms
from rulesdsl.sql.types import constant

MINE, OTHER = "t", "e"
"""The row that searches, and what the search is at, where the two are joined."""

INDEX, ELEMENT = "nr", "ledd"


@define
class Pair(Terms):
    """Expressions over a row of ``outer`` and what the quantifier called ``var`` is at: a thing, whose own expressions
    are columns of ``inner``; or an element of a list, the names of whose missing facts begin with ``at``. What speaks
    of one of the two only is a column of its sheet, and is noted: ``outs`` are those of ``outer``, ``ins`` those of
    ``inner``, and ``deep`` those that searches within this one read of the outermost sheet."""

    var: str = ""
    outer: Terms | None = None
    inner: Terms | None = None
    at: exp.Expr = NULL
    outs: dict[str, exp.Column] = field(factory=dict)
    ins: dict[str, exp.Column] = field(factory=dict)
    deep: set[str] = field(factory=set)

    @property
    def around(self) -> Terms:
        assert self.outer is not None
        return self.outer

    @property
    def rows(self) -> tuple[str, ...]:
        mine = [self.mine(column(name)).name for name in self.around.rows]
        return (*mine, self.theirs(column(ROW)).name if self.inner is not None else self._at(INDEX).name)

    # ── the two sides ──

    def mine(self, value: exp.Expr) -> exp.Expr:
        """An expression over the row that searches."""
        return _noted(self.around.sheet, value, self.var, "", self.outs)

    def theirs(self, value: exp.Expr) -> exp.Expr:
        """An expression over the thing that the search is at."""
        assert self.inner is not None
        return _noted(self.inner.sheet, value, self.var, self.var, self.ins)

    def outer_value(self, node: ir.Expr) -> exp.Expr:
        """The value of an expression over the row that searches."""
        return self.mine(self.around.value(node))

    def _at(self, name: str) -> exp.Column:
        """The element that the search is at, or its number."""
        return column(f"{self.var}·{name}")

    def _of(self, ref: ir.Ref, ask: Callable[[Terms, ir.Ref], exp.Expr]) -> exp.Expr:
        if self.inner is not None and root_of(ref) == self.var:
            return self.theirs(ask(self.inner, rebound(ref, self.var)))
        return self.mine(ask(self.around, ref))

    def place(self, ref: ir.Ref, name: str) -> exp.Expr:
        return self._of(ref, lambda terms, of: terms.place(of, name))

    def identity(self, ref: ir.Ref) -> exp.Expr:
        return self._of(ref, lambda terms, of: terms.identity(of))

    def fact(self, node: ir.Field) -> exp.Expr:
        return self._of(node.of, lambda terms, of: terms.fact(evolve(node, of=of)))

    # ── expressions ──

    def made(self, node: ir.Expr) -> exp.Expr:
        if isinstance(node, ir.Const):
            return constant(node.value)
        who = mentioned(node)
        if self.var not in who:
            return self.outer_value(node)
        if self.inner is not None and who == {self.var}:
            return self.theirs(self.inner.value(rebound(node, self.var)))
        return self.meaning(node)

    def apart(self, name: str, value: exp.Expr) -> exp.Expr:
        return value  # of both sides: it is a column of neither

    def meaning(self, node: ir.Expr) -> exp.Expr:
        match node:
            case ir.Item():
                parts = [exp.to_identifier(name, quoted=True) for name in node.path]
                return exp.Dot.build([self._at(ELEMENT), *parts]) if parts else self._at(ELEMENT)
            case ir.Same():
                if node.left == node.right:
                    return TRUE
                return exp.EQ(this=self.place(node.left, ROW), expression=self.place(node.right, ROW))
            case _:
                return super().meaning(node)

    def waiting(self, node: ir.Expr) -> Waits:
        if isinstance(node, ir.Const):
            return []
        who = mentioned(node)
        if self.var not in who:
            return _listed(self.around.of(TRUE, node), self.mine)
        if self.inner is not None and who == {self.var}:
            return _listed(self.inner.of(TRUE, rebound(node, self.var)), self.theirs)
        if isinstance(node, ir.Item):
            number = cast(exp.Sub(this=self._at(INDEX), expression=whole(1)), "TEXT")
            tail = text("".join(["]", *(f".{name}" for name in node.path)]))
            return [(TRUE, listed([joined_text(self.mine(self.at), text("["), number, tail)]))] if node.path else []
        return super().waiting(node)


def beside(outer: Terms, var: str, called: str, inner: Terms | None = None, at: exp.Expr = NULL) -> Pair:
    """The pairs of a search, on a sheet of their own."""
    return Pair(outer.edition, outer.entity, Sheet(frozenset(), prefix=f"{called} "), outer.many, outer.with_waits,
                outer.kin, outer.numbers, var=var, outer=outer, inner=inner, at=at)


def _noted(sheet: Sheet, value: exp.Expr, var: str, side: str, seen: dict[str, exp.Column]) -> exp.Expr:
    """An expression as a column of its sheet, and what the pairs call that."""
    named = sheet.add(f"{var}, ledd", value)
    if not isinstance(named, exp.Column):
        return named
    called = column(f"{side}·{named.name}")
    called.meta.update(named.meta)
    seen[called.name] = named
    return called


def _listed(entries: Waits, side: Callable[[exp.Expr], exp.Expr]) -> Waits:
    return [(TRUE, side(gathered(entries)))] if entries else []


# ── Whom an expression speaks of ─────────────────────────────────────────────────────────────────────────────


def mentioned(node: ir.Expr) -> set[str]:
    """Whose facts an expression speaks of: this thing's, or those of what a quantifier around it has named. What a
    thing belongs to goes with the thing."""
    match node:
        case ir.Field(_, of) | ir.ResultOf(_, of):
            return {root_of(of)}
        case ir.Same(_, left, right):
            return {root_of(left), root_of(right)}
        case ir.RateOf():
            return {"this"}
        case ir.Item():
            return {node.name}
        case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
            inner = {name for each in ir.children(node) for name in mentioned(each)} - {node.var}
            return inner | ({root_of(node.over.of)} if isinstance(node.over, ir.Children) else set())
        case _:
            return {name for each in ir.children(node) for name in mentioned(each)}


def root_of(ref: ir.Ref) -> str:
    while isinstance(ref, ir.Parent):
        ref = ref.of
    return ref.name if isinstance(ref, ir.Bound) else "this"


def rebound(node: Any, var: str) -> Any:
    """The same expression about this thing, where it was about the one that a quantifier called ``var``."""
    return Rewriter(lambda each: ir.This() if each == ir.Bound(var) else None)(node)
