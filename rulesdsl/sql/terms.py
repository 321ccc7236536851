"""Expressions as SQL: what each node means, arm for arm like the interpreter, and what it waits for.

``value`` gives NULL where the interpreter gives ukjent. ``waits`` gives what the interpreter's ukjent names: entries of
a condition, which is never NULL itself, and a list of facts; they hold where the value is NULL.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import assert_never

from attrs import define, field
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.source import frozen
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    TRUE,
    both,
    case,
    cast,
    closed,
    column,
    either,
    greatest,
    is_known,
    is_null,
    least,
    listed,
    opposite,
    paren,
    surely,
    whole,
)
from rulesdsl.sql.names import DAY, HOME, ROW, SELF, Waits, fact, fact_among_many, gathered, table_name, way
from rulesdsl.sql.rounding import rounded
from rulesdsl.sql.sheet import Join, Sheet, table
from rulesdsl.sql.types import constant, decimal_type, wide

Many = ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick

_COMPARE: dict[ir.Comparison, type[exp.Expr]] = {
    "=": exp.EQ, "≠": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}


_SAID_OVER = ir.If | ir.Extreme | ir.Round | ir.YearsBetween
MOST_TOLD_OVER = 2
MOST_OPEN = 8
"""How many such nodes may stand within one another, and how many facts may be waited for by what is written out each
time: a column more is a step more of the query."""


class NotInSql(Exception):
    """A rulebook asks for something that has no form in SQL: ``what`` says it in Norwegian."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@define
class Terms:
    """The expressions of one entity's rules, as columns of its sheet. ``many`` compiles quantifiers; without
    ``with_waits`` nothing is said to be waited for. ``kin`` has the relations of other entities, where rules look at
    these. ``numbers`` tell searches apart. What several rules share is made once."""

    edition: ir.Edition
    entity: ir.Entity
    sheet: Sheet
    many: "Callable[[Many, Terms], tuple[exp.Expr, Waits]]"
    with_waits: bool = True
    kin: "Mapping[str, Relation] | None" = None
    numbers: Iterator[int] = field(factory=lambda: count(1))
    _values: dict[int, tuple[ir.Expr, exp.Expr]] = field(factory=dict)
    _waits: dict[int, Waits] = field(factory=dict)
    _quantified: dict[int, tuple[exp.Expr, Waits]] = field(factory=dict)
    _repeated: dict[int, tuple[ir.Expr, int]] = field(factory=dict)

    def within(self, entity: ir.Entity, sheet: Sheet) -> "Terms":
        """The expressions of another entity, as columns of its own sheet."""
        return Terms(self.edition, entity, sheet, self.many, self.with_waits, self.kin, self.numbers)

    def called(self, var: str) -> str:
        """A name for a search, which no other has."""
        return f"{var} {next(self.numbers)}"

    # ── things ──

    @property
    def rows(self) -> tuple[str, ...]:
        """The columns that tell the rows of the sheet apart."""
        return (ROW,)

    def place(self, ref: ir.Ref, name: str) -> exp.Expr:
        """A column of a thing: this one, or what it belongs to."""
        return column(way(ref) + name)

    def identity(self, ref: ir.Ref) -> exp.Expr:
        """What those that belong to a thing have for their home."""
        return self.place(ref.of, HOME) if isinstance(ref, ir.Parent) else column(SELF)

    def fact(self, node: ir.Field) -> exp.Expr:
        """The name of a fact that is missing."""
        of_many = self.kin is not None
        return (fact_among_many if of_many else fact)(node, self.edition, self.entity)

    # ── values ──

    def value(self, node: ir.Expr) -> exp.Expr:
        """The value of a node; NULL is ukjent."""
        made = self._values.get(id(node))
        if made is None:
            made = self._values[id(node)] = node, self.made(node)
        return made[1]

    def made(self, node: ir.Expr) -> exp.Expr:
        return self.meaning(node)

    def once(self, node: ir.Expr) -> exp.Expr:
        """The value of what is said several times over: a column of its own where more of that kind is within it, for
        the text would double with each."""
        value = self.value(node)
        return self.apart("ledd", value) if self._told_over(node) > MOST_TOLD_OVER else value

    def apart(self, name: str, value: exp.Expr) -> exp.Expr:
        """A column of what is said several times."""
        return self.sheet.add(name, value)

    def _told_over(self, node: ir.Expr) -> int:
        """How many nodes, one within the other, say several times over what they are of."""
        found = self._repeated.get(id(node))
        if found is None:
            below = () if isinstance(node, ir.Part) else ir.children(node)
            depth = max(map(self._told_over, below), default=0) + isinstance(node, _SAID_OVER)
            found = self._repeated[id(node)] = node, depth
        return found[1]

    def meaning(self, node: ir.Expr) -> exp.Expr:
        match node:
            case ir.Field():
                return self.place(node.of, ".".join(node.path))
            case ir.Not():
                return opposite(closed(self.value(node.value)))
            case ir.Known():
                return is_known(self.value(node.value))
            case ir.Compare():
                return _COMPARE[node.op](this=closed(self.value(node.left)), expression=closed(self.value(node.right)))
            case ir.And():
                return paren(both(*map(self.value, node.items)))
            case ir.Contains():
                return exp.ArrayContains(this=self.value(node.items), expression=self.value(node.value))
            case ir.ResultOf():
                return self.place(node.of, node.name)
            case ir.OneOf():
                asked = self.value(node.value)
                if not node.options:
                    return case((is_known(asked), FALSE))
                return exp.In(this=closed(asked), expressions=[constant(each) for each in node.options])
            case ir.Or():
                return paren(either(*map(self.value, node.items)))
            case ir.Part():
                return self.sheet.add(node.name, self.value(node.value))
            case ir.If():
                test, then, otherwise = map(self.once, (node.test, node.then, node.otherwise))
                same = exp.EQ(this=closed(then), expression=closed(otherwise))
                return case((surely(test), then), (both(is_known(test), opposite(closed(test))), otherwise),
                            (same, then))
            case ir.RateOf():
                return self._rate(self.edition.rates[node.name])
            case ir.Lookup():
                return self._lookup(node)
            case ir.Item():
                item = column(node.name)
                return exp.Dot.build([item, *map(exp.to_identifier, node.path)]) if node.path else item
            case ir.Sum():
                return paren(_joined(exp.Add, [closed(self.value(item)) for item in node.items]))
            case ir.Negate():
                return exp.Neg(this=paren(self.value(node.value)))
            case ir.Product():
                first, *others = node.items
                factors = [wide(self._exactly(first), first.type), *map(self._exactly, others)]
                return paren(_joined(exp.Mul, [closed(factor) for factor in factors]))
            case ir.Round():
                made = rounded(node, self.once(node.value), self.once(node.divisor) if node.divisor else None)
                if node.divisor is None or node.otherwise is None:
                    return made
                zero = exp.EQ(this=closed(self.value(node.divisor)), expression=whole(0))
                return case((surely(paren(zero)), self.value(node.otherwise)), otherwise=made)
            case ir.Extreme():
                values = [self.once(item) for item in node.items]
                made = (greatest if node.which == "maks" else least)(values)
                return case((either(*map(is_null, values)), NULL), otherwise=made)
            case ir.DaysBetween():
                days = exp.DateDiff(this=self.value(node.left), expression=self.value(node.right), unit=exp.var("DAY"))
                return cast(days, "DECIMAL(6, 0)")
            case ir.ShiftDate():
                moved = cast(self.value(node.days), "INT")
                return cast(exp.DateAdd(this=self.value(node.date), expression=moved, unit=exp.var("DAY")), "DATE")
            case ir.PartOfDate():
                return cast(_part(node.part, self.value(node.date)), "DECIMAL(4, 0)")
            case ir.YearsBetween():
                return _years(self.once(node.start), self.once(node.end))
            case ir.Same():
                return TRUE if node.left == node.right else FALSE
            case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
                return self._over_many(node)[0]
            case ir.Const():
                return constant(node.value)
            case _:
                assert_never(node)

    def _exactly(self, node: ir.Expr) -> exp.Expr:
        """A factor with no more digits than its type needs, so that a product stays within what engines hold."""
        value = self.value(node)
        exact = isinstance(node, ir.Const | ir.RateOf | ir.Field)
        return cast(value, decimal_type(node.type)) if isinstance(node.type, types.Number) and not exact else value

    def _rate(self, rate: ir.Rate) -> exp.Expr:
        """The value in force on the day of the row."""
        within = [each for each in rate.values if each.valid_from <= self.edition.valid_to]
        first = max((at for at, each in enumerate(within) if each.valid_from <= self.edition.valid_from), default=0)
        kind = decimal_type(rate.type) if isinstance(rate.type, types.Number) else "TEXT"
        whens = [
            (exp.GTE(this=column(DAY), expression=constant(each.valid_from)), cast(constant(each.value), kind))
            for each in reversed(within[first + 1 :])
        ]
        value = case(*whens, (is_known(column(DAY)), cast(constant(within[first].value), kind)))
        return self.sheet.add(rate.name, value, f"sats {rate.name}")

    def _lookup(self, node: ir.Lookup) -> exp.Expr:
        found = self.edition.tables[node.table]
        keys = [self.sheet.add(f"{node.table}, nøkkel", self.value(key)) for key in node.keys]
        names = [name for name, _ in found.keys]
        alias = f"{node.table} " + " ".join(key.sql() for key in keys)
        on = both(*(exp.EQ(this=column(name, alias), expression=key) for name, key in zip(names, keys, strict=True)))
        cell = self.sheet.add(f"{node.table}.{node.column}", column(node.column, alias), f"tabell {node.table}",
                              self._join(node.table, alias, on), [ref for key in keys for ref in [key.name] if ref])
        known = both(*map(is_known, keys))
        return case((is_known(cell), cell), (known, self.value(node.otherwise)))

    def _join(self, name: str, alias: str, on: exp.Expr) -> Join:
        for each in self.sheet.columns.values():
            if each.join is not None and each.join.alias == alias:
                return each.join
        return Join(alias, table(table_name(name), alias), on)

    def _over_many(self, node: Many) -> tuple[exp.Expr, Waits]:
        made = self._quantified.get(id(node))
        if made is None:
            made = self._quantified[id(node)] = self.many(node, self)
        return made

    # ── what is waited for ──

    def waits(self, node: ir.Expr) -> Waits:
        """What a node waits for where its value is NULL."""
        made = self._waits.get(id(node))
        if made is None:
            made = self._waits[id(node)] = self.waiting(node)
        return made

    def waiting(self, node: ir.Expr) -> Waits:
        match node:
            case ir.Field():
                return [(TRUE, listed([self.fact(node)]))]
            case ir.Known() | ir.Const() | ir.Same():
                return []
            case ir.RateOf():
                day = ir.Field(types.Date(), ir.This(), (self.entity.date,))
                return [(TRUE, listed([self.fact(day)]))]
            case ir.ResultOf():
                return [(TRUE, self.place(node.of, f"{node.name}.venter"))]
            case ir.Part():
                return self._of_part(node)
            case ir.If():
                test = self.value(node.test)
                open_ = is_null(test)
                holds, fell = surely(test), both(is_known(test), opposite(closed(test)))
                return [
                    *self.of(open_, node.test), *self.of(either(open_, holds), node.then),
                    *self.of(either(open_, fell), node.otherwise),
                ]
            case ir.Lookup():
                known = both(*(is_known(self.value(key)) for key in node.keys))
                return [*self.strictly(node.keys), *self.of(known, node.otherwise)]
            case ir.Round(otherwise=otherwise, divisor=divisor) if otherwise is not None and divisor is not None:
                zero = surely(paren(exp.EQ(this=closed(self.value(divisor)), expression=whole(0))))
                beside = [(both(opposite(zero), test), names) for test, names in self.strictly((node.value, divisor))]
                return [*self.of(zero, otherwise), *beside]
            case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
                return self._over_many(node)[1]
            case _:
                return self.strictly(tuple(ir.children(node)))

    def _of_part(self, node: ir.Part) -> Waits:
        """A column of its own, and each fact in it once: parts build upon one another, and what each says twice would
        double from part to part."""
        entries = self.waits(node.value)
        if len(entries) < 2:
            return entries
        return [(TRUE, self.sheet.add(f"{node.name} venter", exp.ArrayDistinct(this=gathered(entries))))]

    def strictly(self, nodes: Sequence[ir.Expr]) -> Waits:
        """What those of some nodes that are NULL wait for."""
        return [entry for node in nodes for entry in self.of(TRUE, node)]

    def of(self, test: exp.Expr, node: ir.Expr) -> Waits:
        """What a node waits for, where a condition holds and it is NULL."""
        null = is_null(self.value(node)) if self.with_waits else FALSE
        if both(test, null) == FALSE:
            return []
        entries = self.waits(node)
        open_ = both(test, self.apart("mangler", null) if len(entries) > MOST_OPEN else null)
        return [(both(open_, inner), names) for inner, names in entries]


# ── Relations ────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class Relation:
    """Where the rows of an entity stand, and with which columns."""

    name: str
    columns: frozenset[str]


# ── Small pieces ─────────────────────────────────────────────────────────────────────────────────────────────


def _joined(kind: type[exp.Expr], parts: Sequence[exp.Expr]) -> exp.Expr:
    made = parts[0]
    for part in parts[1:]:
        made = kind(this=made, expression=part)
    return made


def _part(part: ir.DatePart, date: exp.Expr) -> exp.Expr:
    month = exp.Month(this=date)
    match part:
        case "år":
            return exp.Year(this=date)
        case "måned":
            return month
        case "tertial":
            return exp.IntDiv(this=paren(exp.Add(this=month, expression=whole(3))), expression=whole(4))
        case "ukedag":
            return exp.Extract(this=exp.var("ISODOW"), expression=date)


def _years(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Completed years; negative where the end comes first."""
    def between(one: exp.Expr, other: exp.Expr) -> exp.Expr:
        def in_year(date: exp.Expr) -> exp.Expr:
            month = exp.Mul(this=exp.Month(this=date), expression=whole(100))
            return paren(exp.Add(this=month, expression=exp.Day(this=date)))

        years = exp.Sub(this=exp.Year(this=other), expression=exp.Year(this=one))
        short = case((exp.LT(this=in_year(other), expression=in_year(one)), whole(1)), otherwise=whole(0))
        return paren(exp.Sub(this=years, expression=paren(short)))

    earlier = exp.LT(this=end, expression=start)
    made = case((earlier, exp.Neg(this=between(end, start))), otherwise=between(start, end))
    return cast(made, "DECIMAL(4, 0)")
