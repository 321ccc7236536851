"""Decision tables row against row: rows that match at once, cases that no row matches, rows that are never reached.

Every column is split into finitely many parts, such that each cell treats all values of a part alike: the members of
a kodeverk, ja and nei, and numbers, dates and texts at the values that cells mention. A table with a column that
cannot be split so, or with columns that read the same fact, is left alone: nothing is said that is not sure.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from math import prod
from typing import assert_never

from attrs import define, frozen

from rulesdsl.check.fits import fold
from rulesdsl.check.scope import Scope
from rulesdsl.core import ir, types
from rulesdsl.core.ops import COMPARE, EXACT, rounded
from rulesdsl.core.types import Broken
from rulesdsl.source import Span
from rulesdsl.syntax import ast

MOST_COMBINATIONS = 20_000
"""How many combinations of parts are tried; a larger table is passed over."""

OPS: dict[str, ir.Comparison] = {"er": "=", "er ikke": "≠", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@frozen
class Part:
    """Some values that no cell tells apart: one of them, how it is said, and whether it is that there is none.
    ``odd`` are those below zero where every cell speaks of others; such a gap is not worth a word."""

    value: ir.Value
    said: str
    missing: bool = False
    odd: bool = False


@define
class Column:
    """What the cells of a column are held against: one expression, which may head several columns of the table.

    ``yes`` and ``maybe`` are bits by part: the rows whose cells match there, and those that could (a cell that asks
    for a value is undecided where there is none).
    """

    text: str
    parts: tuple[Part, ...]
    yes: list[int]
    maybe: list[int]
    asked: int


def check_rows(decision: ast.DecisionDecl, columns: Sequence[ir.Expr], scope: Scope) -> None:
    """The messages of one table whose cells all fit."""
    whole = next((number for number, row in enumerate(decision.rows) if _asks_nothing(row)), None)
    found = _columns(decision, columns, scope)
    if decision.policy == "én" and found is not None:
        _check_overlap(decision, found, scope)
        _check_gaps(decision, found, scope)
    reached, possible = _reached(decision, found) if found is not None else (-1, -1)
    for number, row in enumerate(decision.rows):
        after = whole if decision.policy == "første" and whole is not None and whole < number else None
        if after is None and reached >> number & 1:
            continue
        hint = "Ta bort raden, eller rett cellene."
        if after is not None:
            label, hint = f"rad {after + 1} passer alltid, og den står foran", f"Flytt rad {after + 1} nederst."
        elif possible >> number & 1:
            label = "radene over tar alle verdier som passer her"
        else:
            label = "ingen verdier passer med alle cellene"
        scope.report("ISF425", row.span, label, hint, f"rad {number + 1}")


def _asks_nothing(row: ast.RowDecl) -> bool:
    return all(isinstance(cell, ast.AnyCell) for cell in row.cells)


# ── Columns to parts ─────────────────────────────────────────────────────────────────────────────────────────


def _columns(decision: ast.DecisionDecl, columns: Sequence[ir.Expr], scope: Scope) -> list[Column] | None:
    """The columns in parts, those of one expression together; None where that cannot be done."""
    together: dict[ir.Expr, list[int]] = {}
    for index, column in enumerate(columns):
        together.setdefault(column, []).append(index)
    asked = [column for column, at in together.items()
             if any(not isinstance(row.cells[index], ast.AnyCell) for row in decision.rows for index in at)]
    if not _apart(asked):
        return None
    found = []
    for column in asked:
        cells = [[row.cells[index] for index in together[column]] for row in decision.rows]
        made = _column(decision.columns[together[column][0]].span, column, cells, scope)
        if made is None:
            return None
        found.append(made)
    return found


def _apart(columns: Sequence[ir.Expr]) -> bool:
    """Whether no two columns read the same fact, so that every combination of their values can be."""
    seen: set[object] = set()
    for column in columns:
        reads = {(type(node), getattr(node, "of", None), getattr(node, "path", getattr(node, "name", "")))
                 for node in ir.walk(column) if isinstance(node, ir.Field | ir.ResultOf)}
        if not reads or reads & seen:
            return False
        seen |= reads
    return True


def _column(at: Span, column: ir.Expr, cells: Sequence[Sequence[ast.Cell]], scope: Scope) -> Column | None:
    plain = all(isinstance(cell, ast.AnyCell | ast.KnownCell) for row in cells for cell in row)
    if not plain and isinstance(column.type, types.ListOf | types.Record | Broken):
        return None
    tests = [[_test(cell, column, scope) for cell in row] for row in cells]
    mentioned: dict[ir.Value, str] = {}
    for row in tests:
        for test in row:
            if test is None:
                return None
            mentioned.update(dict(zip(test.values, test.said, strict=True)))
    parts = _parts(column, mentioned, scope)
    if any(test is not None and test.op in ("finnes", "mangler") for row in tests for test in row):
        parts = (*parts, Part(False, "mangler", missing=True))
    yes, maybe = [], []
    for part in parts:
        fell = [[test.on(part) for test in row if test is not None] for row in tests]
        yes.append(sum(all(each is True for each in row) << number for number, row in enumerate(fell)))
        maybe.append(sum(all(each is not False for each in row) << number for number, row in enumerate(fell)))
    asked = sum(any(test is not None and test.op != "-" for test in row) << n for n, row in enumerate(tests))
    return Column(" ".join(at.text.split()), parts, yes, maybe, asked)


@frozen
class _Test:
    """What a cell asks: an operator and its fixed values, and how they were written."""

    op: str
    values: tuple[ir.Value, ...] = ()
    said: tuple[str, ...] = ()

    def on(self, part: Part) -> bool | None:
        """How the cell falls on a part; None where it cannot be decided."""
        if self.op == "-":
            return True
        if self.op in ("finnes", "mangler"):
            return part.missing == (self.op == "mangler")
        if part.missing:
            return None
        if self.op == "mellom":
            return bool(self.values[0] <= part.value <= self.values[1])  # type: ignore[operator]
        if self.op == "en av":
            return part.value in self.values
        return bool(COMPARE[OPS[self.op]](part.value, self.values[0]))


def _test(cell: ast.Cell, column: ir.Expr, scope: Scope) -> _Test | None:
    """What a cell asks; None where its values are not fixed, or the column is a list."""
    match cell:
        case ast.AnyCell():
            return _Test("-")
        case ast.KnownCell(missing):
            return _Test("mangler" if missing else "finnes")
        case ast.TestCell(op, value):
            return _fixed(op, (value,), column, scope)
        case ast.BetweenCell(low, high):
            return _fixed("mellom", (low, high), column, scope)
        case ast.SetCell(options):
            return _fixed("en av", options, column, scope)
        case _:
            assert_never(cell)


def _fixed(op: str, written: Sequence[ast.Expr], column: ir.Expr, scope: Scope) -> _Test | None:
    values = []
    for each in written:
        value = scope.infer(each, column.type)
        known = None if isinstance(value.type, Broken) else fold(value)
        if known is None:
            return None
        values.append(known)
    return _Test(op, tuple(values), tuple(each.span.text for each in written))


def _parts(column: ir.Expr, mentioned: dict[ir.Value, str], scope: Scope) -> tuple[Part, ...]:
    kind = column.type
    match kind:
        case types.Bool():
            return Part(True, "ja"), Part(False, "nei")
        case types.Code(kodeverk):
            members = filter(scope.declared.is_current, scope.declared.kodeverk[kodeverk].members)
            return tuple(Part(member.name, mentioned.get(member.name, member.name)) for member in members)
        case types.Text():
            other = "".join(map(str, mentioned)) + "…"
            said = "noe annet" if mentioned else "hva som helst"
            return *(Part(value, text) for value, text in mentioned.items()), Part(other, said)
        case types.Number() | types.Date():
            return _ordered_parts(kind, mentioned)
        case types.ListOf() | types.Record() | Broken():
            return (Part(True, "kjent"),)
        case _:
            assert_never(kind)


def _ordered_parts(kind: types.Number | types.Date, mentioned: dict[ir.Value, str]) -> tuple[Part, ...]:
    """Each value that is mentioned, and one value from each stretch before, between and after them."""
    if not mentioned:
        return (Part(True, "kjent"),)
    values: dict[ir.Value, str] = {}
    for value, text in mentioned.items():
        for near in _around(kind, value):
            values.setdefault(near, _said(near, kind))
        if value in values:
            values[value] = text
    positive = isinstance(kind, types.Number) and all(value >= 0 for value in mentioned)  # type: ignore[operator]
    return tuple(
        Part(value, text, odd=positive and value < 0)  # type: ignore[operator]
        for value, text in sorted(values.items())
    )


def _around(kind: types.Number | types.Date, value: ir.Value) -> tuple[ir.Value, ...]:
    """The nearest values below and above that the type has, and the value itself where the type has it."""
    if isinstance(value, datetime.date):
        day = datetime.timedelta(days=1)
        return value - day, value, value + day
    assert isinstance(value, Decimal)
    assert isinstance(kind, types.Number)
    below, above = rounded("avrund_ned", kind.scale, value), rounded("avrund_opp", kind.scale, value)
    step = EXACT.scaleb(Decimal(1), -kind.scale)
    return (EXACT.subtract(value, step), value, EXACT.add(value, step)) if below == above else (below, above)


def _said(value: ir.Value, kind: types.Number | types.Date) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    unit = types.unit_name(kind.unit) if isinstance(kind, types.Number) else ""
    return f"{value:f}".replace(".", ",") + (f" {'kr' if unit == 'kroner' else unit}" if unit else "")


# ── Rows against rows ────────────────────────────────────────────────────────────────────────────────────────


def _check_overlap(decision: ast.DecisionDecl, columns: Sequence[Column], scope: Scope) -> None:
    """Two rows overlap where each column has a part that both match; each row is held against those above it."""
    for number, row in enumerate(decision.rows):
        for above in range(number):
            both = 1 << number | 1 << above
            where = [next((i for i, yes in enumerate(each.yes) if yes & both == both), None) for each in columns]
            if None in where:
                continue
            chosen = [(each, each.parts[i]) for each, i in zip(columns, where, strict=True)
                      if i is not None and each.asked & both]
            label = f"rad {above + 1} og rad {number + 1} treffer begge{_when(chosen)}"
            other = decision.rows[above].span
            scope.declared.problems.add(
                "ISF423", row.span, label, detail=decision.name.text, clause=scope.clause,
                also=[(other, f"rad {above + 1}")],
                hint="Gjør radene smalere, eller skriv «treff første».",
            )
            break


def _check_gaps(decision: ast.DecisionDecl, columns: Sequence[Column], scope: Scope) -> None:
    """A combination that no row can match; the first one found stands for all."""
    if prod(len(each.parts) for each in columns) > MOST_COMBINATIONS:
        return
    every = (1 << len(decision.rows)) - 1
    for chosen in product(*(range(len(each.parts)) for each in columns)):
        rows, odd = every, False
        for each, part in zip(columns, chosen, strict=True):
            rows, odd = rows & each.maybe[part], odd or each.parts[part].odd
        if not rows and not odd:
            told = [(each, each.parts[part]) for each, part in zip(columns, chosen, strict=True)]
            scope.report("ISF424", decision.name.span, f"ingen rad treffer{_when(told)}",
                         "Legg til en rad for det som mangler.", decision.name.text)
            return


def _reached(decision: ast.DecisionDecl, columns: Sequence[Column]) -> tuple[int, int]:
    """The rows that some combination can reach (under ``treff første`` past those that stand before), and those that
    one could if each stood alone; both as bits."""
    if prod(len(each.parts) for each in columns) > MOST_COMBINATIONS:
        return -1, -1
    every = (1 << len(decision.rows)) - 1
    reached = possible = 0
    for chosen in product(*(range(len(each.parts)) for each in columns)):
        yes = maybe = every
        for each, part in zip(columns, chosen, strict=True):
            yes, maybe = yes & each.yes[part], maybe & each.maybe[part]
        possible |= maybe
        if decision.policy == "første" and yes:
            first = yes & -yes
            maybe &= first | (first - 1)
        reached |= maybe
        if reached == every:
            break
    return reached, possible


def _when(chosen: Sequence[tuple[Column, Part]]) -> str:
    """`` når hdg er 5 og sted mangler``."""
    said = [f"{each.text} {'' if part.missing else 'er '}{part.said}" for each, part in chosen]
    return " når " + " og ".join(said) if said else " alltid"
