"""Quantifiers over things of one parent, found by groups: all that have the same keys are looked at once.

The condition must be a conjunction of keys (the same expression of the other as of this), of tests of the other alone,
and perhaps of its being another. A thing that is alone with its keys needs nobody else. Where a key or a test may be
ukjent, the answer is NULL: the whole meaning must tell. Raises ``NotSure`` for other conditions.
"""

from attrs import define, field
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.sql.groups import alike
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    TRUE,
    both,
    case,
    column,
    either,
    is_known,
    is_null,
    opposite,
    paren,
    refs,
    surely,
    whole,
)
from rulesdsl.sql.names import ROW
from rulesdsl.sql.pairs import mentioned, rebound
from rulesdsl.sql.searches import condition_of, struct
from rulesdsl.sql.sheet import Join, Sheet
from rulesdsl.sql.terms import Many, Terms
from rulesdsl.sql.types import decimal_type


class NotSure(Exception):
    """A rulebook asks for something that has no short way."""


@define(eq=False)
class SureSearch:
    """A quantifier. ``keys``, ``counts`` (whether a thing is one of those that count), ``take`` and ``order`` are
    columns of each thing; ``others`` says that oneself does not count. ``itself``: whether what is taken is that the
    one found is this thing. ``found`` is the answer as an expression. ``round``: after how many others, each resting on
    the last, it can be made."""

    number: int
    edition: str
    node: Many
    keys: tuple[str, ...]
    counts: exp.Expr
    others: bool
    take: exp.Expr = field(default=NULL)
    order: exp.Expr = field(default=NULL)
    itself: bool = False
    found: exp.Expr = field(default=NULL)
    otherwise: exp.Expr = field(default=NULL)
    round: int = 1

    @staticmethod
    def of(node: Many, terms: Terms, number: int) -> "SureSearch":
        over = node.over
        if not isinstance(over, ir.Children) or over.entity != terms.entity.name or over.of != ir.Parent(
                ir.This(), terms.entity.parent):
            raise NotSure("et søk over andre enn dem som hører sammen")
        found = alike(condition_of(node), node.var)
        if found is None or found.mine != found.theirs or found.of_this.items:
            raise NotSure("et søk som sammenligner på andre måter")

        def keep(name: str, value: ir.Expr) -> exp.Expr:
            return terms.sheet.add(f"søk {number} {name}", terms.value(value))

        named = tuple(sorted((keep("nøkkel", key) for key in found.mine), key=lambda each: each.sql()))
        if not all(isinstance(each, exp.Column) for each in named):
            raise NotSure("et søk med en fast nøkkel")
        tests = found.of_other.items
        counts = keep("teller", tests[0] if len(tests) == 1 else found.of_other)
        made = SureSearch(number, terms.edition.id, node, tuple(each.name for each in named), counts, found.apart)
        match node:
            case ir.SumOver() | ir.ExtremeOver():
                made.take = made.order = keep("verdi", _own(node.take, node.var))
            case ir.Pick(take=ir.Same(left=left, right=right)) if {left, right} == {ir.Bound(node.var), ir.This()}:
                made.itself, made.order = True, keep("rekkefølge", _own(node.key, node.var))
            case ir.Pick():
                made.take = keep("verdi", _own(node.take, node.var))
                made.order = keep("rekkefølge", _own(node.key, node.var))
        if isinstance(node, ir.ExtremeOver | ir.Pick):
            if found.apart or not isinstance(node.otherwise, ir.Const):
                raise NotSure("det beste av andre, eller noe utregnet ellers")
            made.otherwise = terms.value(node.otherwise)
        return made

    @property
    def answer(self) -> str:
        return f"søk {self.number}"

    @property
    def relation(self) -> str:
        """The relation that has the answers of all searches of a round with the same keys, for things not alone."""
        return " ".join((f"søk {self.round} etter", *self.keys, "i", self.edition))

    @property
    def inputs(self) -> set[str]:
        """The columns that the answers are made from."""
        return {*self.keys, *refs(self.counts, self.take, self.order)}

    def value(self, sheet: Sheet, join: Join) -> exp.Expr:
        """The answer for a thing, whether it is alone with its keys or not."""
        inputs = self.inputs
        found = sheet.add(f"søk {self.number} funnet", column(ROW, join.alias), "", join, inputs)
        answer = sheet.add(self.answer, column(self.answer, join.alias), f"søk over {self.node.var}", join, inputs)
        lost = either(*(is_null(column(key)) for key in self.keys))
        return case((is_known(found), answer), (lost, NULL), otherwise=self._alone())

    def _alone(self) -> exp.Expr:
        """What it comes to for a thing that nobody shares its keys with."""
        nobody, mine = self._of_nobody(), self._of_itself()
        if self.others:
            return nobody
        return case((is_null(self.counts), NULL), (paren(self.counts), mine), otherwise=nobody)

    def _of_nobody(self) -> exp.Expr:
        match self.node:
            case ir.Quantified(kind="finnes"):
                return FALSE
            case ir.Quantified():
                return TRUE
            case ir.Count():
                return exp.cast(whole(0), "DECIMAL(7, 0)")
            case ir.SumOver():
                assert isinstance(self.node.type, types.Number)
                return exp.cast(whole(0), decimal_type(self.node.type))
            case _:
                return self.otherwise

    def _of_itself(self) -> exp.Expr:
        match self.node:
            case ir.Quantified(kind="finnes"):
                return TRUE
            case ir.Quantified():
                return FALSE
            case ir.Count():
                return exp.cast(whole(1), "DECIMAL(7, 0)")
            case ir.Pick():
                return case((is_known(self.order), TRUE if self.itself else self.take))
            case ir.SumOver():
                assert isinstance(self.node.type, types.Number)
                return exp.cast(self.take, decimal_type(self.node.type))
            case _:
                return self.take

    # ── in a group ──

    def in_group(self, key: str, row: str) -> exp.Expr:
        """The answer for a thing among those of its group, with windows over the whole group, which the query calls
        ``w``. ``key`` and ``row`` settle which comes first of those that are alike."""
        def over(made: exp.Expr, where: exp.Expr) -> exp.Expr:
            chosen = exp.Filter(this=made, expression=exp.Where(this=where))
            return exp.Window(this=chosen, alias=exp.to_identifier("w"))

        counts, node = self.counts, self.node
        mine = paren(case((surely(counts), whole(1)), otherwise=whole(0))) if self.others else whole(0)
        unknown = paren(case((is_null(counts), whole(1)), otherwise=whole(0))) if self.others else whole(0)
        yes = paren(exp.Sub(this=over(exp.Count(this=exp.Star()), surely(counts)), expression=mine))
        open_ = paren(exp.Sub(this=over(exp.Count(this=exp.Star()), is_null(counts)), expression=unknown))
        some, unsure = (exp.GT(this=each, expression=whole(0)) for each in (yes, open_))
        match node:
            case ir.Quantified(kind="finnes"):
                return case((some, TRUE), (unsure, NULL), otherwise=FALSE)
            case ir.Quantified():
                return case((some, FALSE), (unsure, NULL), otherwise=TRUE)
            case ir.Count():
                return case((unsure, NULL), otherwise=exp.cast(yes, "DECIMAL(7, 0)"))
            case _:
                pass
        hole = exp.GT(this=over(exp.Count(this=exp.Star()), both(surely(counts), is_null(self.order))),
                      expression=whole(0))
        match node:
            case ir.SumOver():
                assert isinstance(node.type, types.Number)
                own = case((surely(counts), self.take), otherwise=whole(0)) if self.others else whole(0)
                total = exp.Coalesce(this=over(exp.Sum(this=self.take), surely(counts)), expressions=[whole(0)])
                made: exp.Expr = paren(exp.Sub(this=total, expression=paren(own)))
                made = exp.cast(made, decimal_type(node.type))
            case ir.ExtremeOver():
                kind = exp.Max if node.which == "maks" else exp.Min
                made = over(kind(this=self.take), surely(counts))
            case _:
                assert isinstance(node, ir.Pick)
                best = exp.ArgMin if node.which == "første" else exp.ArgMax
                by = struct({"a": self.order, "b": exp.Coalesce(this=column(key), expressions=[exp.Literal.string("")]),
                              "c": column(row)})
                taken = column(row) if self.itself else self.take
                found = over(best(this=struct({"v": taken}), expression=by), surely(counts))
                held = exp.Dot.build([paren(found), exp.to_identifier("v")])
                made = exp.EQ(this=held, expression=column(row)) if self.itself else held
        nobody = opposite(paren(some))
        return case((unsure, NULL), (hole, NULL), (nobody, self._of_nobody()), otherwise=made)


def _own(node: ir.Expr, var: str) -> ir.Expr:
    if not mentioned(node) <= {var}:
        raise NotSure("et søk som tar noe av begge")
    found: ir.Expr = rebound(node, var)
    return found
