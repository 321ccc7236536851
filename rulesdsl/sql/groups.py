"""Searches among siblings where the condition asks whether they are alike, a row at a time and not two and two.

``e.tfg er tfg og e.tellende``: those that count are counted once for each group of siblings that are alike, and each
row looks at its own group. Rows are held against one another only where it is not known of the other whether it counts.
So a patient with very many episodes costs no more than many patients with few.
"""

from collections.abc import Sequence
from decimal import Decimal

from attrs import define, frozen
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.core.types import BOOL
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    TRUE,
    both,
    case,
    closed,
    coalesce,
    column,
    either,
    is_known,
    is_null,
    maybe,
    opposite,
    paren,
    refs,
    surely,
    text,
    whole,
)
from rulesdsl.sql.names import HOME, ROW, Waits, gathered
from rulesdsl.sql.pairs import MINE, mentioned, rebound
from rulesdsl.sql.searches import condition_of, of_all, on_side, parts_of
from rulesdsl.sql.sheet import BEFORE, Join, table
from rulesdsl.sql.siblings import Things
from rulesdsl.sql.types import constant, decimal_type

GROUP = "g"


@frozen
class Alike:
    """A condition on siblings: what must be equal, as said of this one and, as if it were this one, of the other; what
    is asked of the other, and of this one; and whether this one itself is left out."""

    mine: tuple[ir.Expr, ...]
    theirs: tuple[ir.Expr, ...]
    of_other: ir.And
    of_this: ir.And
    apart: bool


def alike(condition: ir.Expr, var: str) -> Alike | None:
    """The parts of a condition, where it has no others than these."""
    mine, theirs, of_other, of_this = [], [], [], []
    apart = False
    for part in parts_of(condition):
        who = mentioned(part)
        match part:
            case _ if var not in who:
                of_this.append(part)
            case _ if who == {var}:
                of_other.append(rebound(part, var))
            case ir.Not(_, ir.Same()):
                apart = True
            case ir.Compare(_, "=", left, right):
                sides = (left, right) if mentioned(right) == {var} else (right, left)
                if mentioned(sides[1]) != {var} or var in mentioned(sides[0]):
                    return None
                mine.append(sides[0])
                theirs.append(rebound(sides[1], var))
            case _:
                return None
    return Alike(tuple(mine), tuple(theirs), ir.And(BOOL, tuple(of_other)), ir.And(BOOL, tuple(of_this)), apart)


def grouped(search: Things) -> "Grouped | None":
    """The same search by groups, where it can be done so: among siblings, with a condition on their likeness, and
    nothing asked of two at once."""
    node, terms, pair = search.node, search.terms, search.pair
    if pair.inner is not terms:
        return None
    found = alike(condition_of(node), node.var)
    asked = [each for each in (getattr(node, "take", None), getattr(node, "key", None)) if each is not None]
    if found is None or any(mentioned(each) != {node.var} and not _is_this(each) for each in asked):
        return None
    return Grouped(node, terms, pair, search.over, found)


def _is_this(take: ir.Expr) -> bool:
    return isinstance(take, ir.Same)


@define
class Grouped(Things):
    """A quantifier over siblings that are alike. Of each row the sheet gets to know whether it ``counts`` in its group,
    or is ``open``: it may count somewhere, but not all of it is known; and, as one that searches, whether it is
    ``settled`` what group it looks at, or ``doubtful``."""

    alike: Alike

    def compiled(self) -> tuple[exp.Expr, Waits]:
        node = self.node
        match node:
            case ir.Quantified():
                value, waits = self._some()
                return (value if node.kind == "finnes" else opposite(paren(value))), waits
            case ir.Count():
                return self._count()
            case ir.SumOver():
                return self._sum()
            case ir.ExtremeOver() | ir.Pick():
                return self._picked(node)

    # ── what is known of each row ──

    def _column(self, name: str, value: exp.Expr) -> exp.Expr:
        return self.terms.sheet.add(f"{self.node.var}, {name}", value)

    def _about(self, node: ir.Expr) -> ir.Expr:
        """What is asked of the one that the search is at, as asked of this one."""
        return rebound(node, self.node.var)  # type: ignore[no-any-return]

    @property
    def order_of(self) -> ir.Expr | None:
        """What must be known of all that count: what they are ordered by, or what is summed."""
        node = self.node
        asked = node.key if isinstance(node, ir.Pick) else getattr(node, "take", None)
        return None if asked is None else self._about(asked)

    @property
    def mine(self) -> list[exp.Expr]:
        return [self._column("min nøkkel", self.terms.value(each)) for each in self.alike.mine]

    @property
    def theirs(self) -> list[exp.Expr]:
        return [self._column("nøkkel", self.terms.value(each)) for each in self.alike.theirs]

    @property
    def counts(self) -> exp.Expr:
        known = [] if self.order_of is None else [is_known(self._column("ordnes av", self.terms.value(self.order_of)))]
        test = self._column("kan telle", self.terms.value(self.alike.of_other))
        return self._column("teller", both(surely(test), *map(is_known, self.theirs), *known))

    @property
    def open(self) -> exp.Expr:
        test = self._column("kan telle", self.terms.value(self.alike.of_other))
        return self._column("er uavklart", both(maybe(test), opposite(closed(self.counts))))

    @property
    def settled(self) -> exp.Expr:
        holds = surely(closed(self.terms.value(self.alike.of_this)))
        return self._column("ser", both(holds, *map(is_known, self.mine)))

    @property
    def doubtful(self) -> exp.Expr:
        unsure = opposite(closed(self.settled))
        return self._column("ser kanskje", both(maybe(closed(self.terms.value(self.alike.of_this))), unsure))

    @property
    def within(self) -> exp.Expr:
        """Whether this row itself counts in the group it looks at, and must be left out of it."""
        if not self.alike.apart:
            return FALSE
        same = [surely(paren(exp.EQ(this=one, expression=other)))
                for one, other in zip(self.mine, self.theirs, strict=True) if one != other]
        return self._column("er med", both(self.counts, *same))

    # ── values ──

    def _some(self) -> tuple[exp.Expr, Waits]:
        unsure, waits = self._unsure()
        some = self._column("finnes", both(self.settled, exp.GT(this=self._many(), expression=whole(0))))
        value = case((some, TRUE), (unsure, NULL), otherwise=FALSE)
        return value, [(both(opposite(closed(some)), test), names) for test, names in waits]

    def _count(self) -> tuple[exp.Expr, Waits]:
        unsure, waits = self._unsure()
        value = case((unsure, NULL), (self.settled, self._many()), otherwise=whole(0))
        return exp.cast(value, "DECIMAL(7, 0)"), waits

    def _many(self) -> exp.Expr:
        """How many the group has besides this row."""
        (count,) = self._beside(self._groups([]), ["antall"])
        return self._without(coalesce(count, whole(0)), whole(1))

    def _without(self, total: exp.Expr, own: exp.Expr) -> exp.Expr:
        within = self.within
        return total if within == FALSE else paren(
            exp.Sub(this=total, expression=paren(case((within, own), otherwise=whole(0)))))

    def _sum(self) -> tuple[exp.Expr, Waits]:
        kind, take = self.node.type, self.order_of
        assert isinstance(kind, types.Number)
        assert take is not None
        own = self._column("ledd", self.terms.value(take))
        groups = self._groups([("sum", exp.Sum(this=own))])
        count, total = self._beside(groups, ["antall", "sum"])
        unsure, waits = self._unsure()
        none = either(opposite(closed(self.settled)), is_null(count))
        total = exp.cast(self._without(total, own), decimal_type(kind))
        return case((unsure, NULL), (paren(none), constant(Decimal(0))), otherwise=total), waits

    def _picked(self, node: ir.ExtremeOver | ir.Pick) -> tuple[exp.Expr, Waits]:
        """The first of the group, or the second where this row is the first and is left out."""
        take, terms = self._about(node.take), self.terms
        this_one = _is_this(node.take)
        value = column(ROW) if this_one else self._column("gir", terms.value(take))
        names = NULL if this_one or isinstance(node, ir.ExtremeOver) else gathered(terms.of(TRUE, take))
        wanted = {"rad": column(ROW), "verdi": value}
        if names != NULL:
            wanted["venter"] = self._column("gir, venter", names)
        found = dict(zip(
            [name for each in wanted for name in (f"{each} 1", f"{each} 2")],
            self._beside(self._ranked(wanted), [name for each in wanted for name in (f"{each} 1", f"{each} 2")]),
            strict=True))
        within = self.within
        first_is_this = both(within, exp.EQ(this=found["rad 1"], expression=column(ROW)))

        def chosen(name: str) -> exp.Expr:
            own = found[f"{name} 1"] if within == FALSE else case((first_is_this, found[f"{name} 2"]),
                                                                  otherwise=found[f"{name} 1"])
            return self._column(f"{name} av den", own)

        none = either(opposite(closed(self.settled)), is_null(chosen("rad")))
        unsure, waits = self._unsure()
        picked = chosen("verdi")
        if this_one:
            picked = exp.EQ(this=picked, expression=column(ROW))
        known = opposite(closed(unsure))
        if names != NULL:
            waits = [*waits, (both(known, opposite(paren(none)), is_null(picked)), chosen("venter"))]
        waits = [*waits, *terms.of(both(known, paren(none)), node.otherwise)]
        return case((unsure, NULL), (paren(none), terms.value(node.otherwise)), otherwise=picked), waits

    # ── groups ──

    def _beside(self, groups: exp.Select, wanted: Sequence[str]) -> list[exp.Expr]:
        """Columns of the group that a row looks at, beside the row."""
        sheet, called = self.terms.sheet, self.terms.called(self.node.var)
        keys = [column(HOME), *self.mine]
        on = both(*(exp.EQ(this=column(f"nøkkel {at}", called), expression=key)
                    for at, key in enumerate(keys, start=1)))
        join = Join(called, exp.Subquery(this=groups, alias=exp.to_identifier(called, quoted=True)), on)
        return [sheet.add(f"{self.node.var}, {name}", column(name, called), f"søk over {self.node.var}", join,
                          refs(groups)) for name in wanted]

    def _keys(self) -> list[exp.Expr]:
        return [column(HOME), *self.theirs]

    def _groups(self, more: Sequence[tuple[str, exp.Expr]]) -> exp.Select:
        """How many count in each group."""
        found = [(f"nøkkel {at}", key) for at, key in enumerate(self._keys(), start=1)]
        made = exp.select(*(exp.alias_(value, name, quoted=True) for name, value in
                            (*found, ("antall", exp.Count(this=exp.Star())), *more)))
        return made.from_(table(BEFORE)).where(self.counts).group_by(*self._keys())

    def _ranked(self, wanted: dict[str, exp.Expr]) -> exp.Select:
        """What is asked of the first of each group, and of the second."""
        node, asked = self.node, self.order_of
        assert asked is not None
        falling = isinstance(node, ir.ExtremeOver | ir.Pick) and node.which in ("maks", "siste")
        key = coalesce(column(self.terms.entity.key), text(""))
        by = [self._column("ordnes av", self.terms.value(asked)), key, column(ROW)]
        order = exp.Order(expressions=[exp.Ordered(this=each, desc=falling, nulls_first=False) for each in by])

        def over(value: exp.Expr) -> exp.Expr:
            return exp.Window(this=value, partition_by=self._keys(), order=order)

        found = [(f"nøkkel {at}", each) for at, each in enumerate(self._keys(), start=1)]
        found += [(f"{name} 1", value) for name, value in wanted.items()]
        found += [(f"{name} 2", over(exp.Lead(this=value))) for name, value in wanted.items()]
        found.append(("plass", over(exp.RowNumber())))
        inner = exp.select(*(exp.alias_(value, name, quoted=True) for name, value in found)).from_(table(BEFORE))
        first = exp.EQ(this=column("plass"), expression=whole(1))
        return exp.select(exp.Star()).from_(exp.Subquery(
            this=inner.where(self.counts), alias=exp.to_identifier(GROUP))).where(first)

    # ── what is not known ──

    def _unsure(self) -> tuple[exp.Expr, Waits]:
        """Whether it is unsure who counts, or what they come to: a sibling is open; or it is not known what group this
        row looks at, and one that it may be has somebody in it."""
        (doubt,) = self._beside_rows(self._doubted(), ["tvil"])
        unsure, waits = [surely(doubt)], [(surely(doubt), self._own_waits())]
        for test, names in self._open_pairs():
            unsure.append(surely(test))
            waits.append((surely(test), names))
        return self._column("uavklart", either(*unsure)), [each for each in waits if each[1] != NULL]

    def _own_waits(self) -> exp.Expr:
        """What it waits for to know which group this row looks at."""
        parts = [each for node in (self.alike.of_this, *self.alike.mine) for each in self.terms.of(TRUE, node)]
        return self._column("ser kanskje, venter", gathered(parts))

    def _beside_rows(self, relation: exp.Select, wanted: Sequence[str]) -> list[exp.Expr]:
        sheet, called = self.terms.sheet, self.terms.called(self.node.var)
        on = exp.EQ(this=column("nøkkel 1", called), expression=column(ROW, "r"))
        join = Join(called, exp.Subquery(this=relation, alias=exp.to_identifier(called, quoted=True)), on)
        return [sheet.add(f"{self.node.var}, {name}", column(name, called), f"søk over {self.node.var}", join,
                          refs(relation)) for name in wanted]

    def _doubted(self) -> exp.Select:
        """The rows of which it is not known what group they look at, and that may look at one with somebody in it."""
        def of_mine(value: exp.Expr) -> exp.Expr:
            return on_side(value, lambda name: column(name, MINE))

        def key(at: int) -> exp.Expr:
            return column(f"nøkkel {at}", GROUP)

        others: exp.Expr = whole(0)
        if self.alike.apart:
            same = [surely(paren(exp.EQ(this=key(at), expression=of_mine(each))))
                    for at, each in enumerate(self.theirs, start=2)]
            others = paren(case((both(of_mine(self.counts), *same), whole(1)), otherwise=whole(0)))
        on = both(
            exp.EQ(this=key(1), expression=column(HOME, MINE)), of_mine(self.doubtful),
            *(maybe(paren(exp.EQ(this=key(at), expression=of_mine(each))))
              for at, each in enumerate(self.mine, start=2)),
            exp.GT(this=column("antall", GROUP), expression=others),
        )
        made = exp.select(exp.alias_(column(ROW, MINE), "nøkkel 1", quoted=True), exp.alias_(TRUE, "tvil", quoted=True))
        return made.from_(table(BEFORE, MINE)).join(
            exp.Subquery(this=self._groups([]), alias=exp.to_identifier(GROUP)), on=on).group_by(column(ROW, MINE))

    def _open_pairs(self) -> Waits:
        """What the siblings that are open wait for, seen from each row: to count at all, and where they do, for what
        they are ordered by."""
        if self.open == FALSE:
            return []
        pair, condition = self.pair, condition_of(self.node)
        holds = pair.value(condition)
        open_ = is_null(paren(holds))
        wanted = [("ukjent", exp.LogicalOr(this=open_)), ("venter", of_all(gathered(pair.of(TRUE, condition)), open_))]
        node = self.node
        asked = node.key if isinstance(node, ir.Pick) else getattr(node, "take", None)
        if asked is not None:
            hole = both(surely(paren(holds)), is_null(paren(pair.value(asked))))
            wanted += [("hull", exp.LogicalOr(this=hole)), ("venter på", of_all(gathered(pair.of(TRUE, asked)), hole))]
        unsure, names, *more = self._joined(condition, wanted)
        if not more:
            return [(unsure, names)]
        return [(unsure, names), (both(opposite(surely(unsure)), surely(more[0])), more[1])]

    def further(self) -> tuple[exp.Expr, ...]:
        return (self.pair.theirs(self.open),)

