"""Look-ups as logic. A small table is a choice between its rows; a large one is a function of which the solver knows
only the rows it has asked for: a row is told when a model leans on what it would have to say."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import z3
from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.core.types import Type
from rulesdsl.prove.sym import UNKNOWN, Items, NotProvable, Sym, either, equal
from rulesdsl.prove.terms import Logic, among, conj, disj

if TYPE_CHECKING:
    from rulesdsl.prove.cases import World

MOST_ROWS = 60
"""How many rows of a table are told at once."""

Constant = Callable[[Type, ir.Value], Sym]


@frozen(eq=False)
class Asked:
    """A look-up in a large table: its key, whether there is such a row, and what it says."""

    table: ir.Table
    column: str
    key: z3.ArithRef
    hit: z3.BoolRef
    value: Sym


class Tables:
    """The tables of an edition."""

    def __init__(self, edition: ir.Edition, world: "World") -> None:
        self.edition, self.world = edition, world
        self.asked: list[Asked] = []

    def cell(self, node: ir.Lookup, keys: Sequence[Sym], otherwise: Callable[[], Sym], constant: Constant) -> Sym:
        """A cell of a table; what is not there, or has no value, gives ``otherwise``."""
        if any(key.known is False for key in keys):
            return UNKNOWN
        table = self.edition.tables[node.table]
        kinds = [kind for _, kind in table.keys]
        known = conj(key.known for key in keys)
        rows = [(tuple(constant(kind, value) for kind, value in zip(kinds, row_keys, strict=True)),
                 constant(dict(table.columns)[node.column], cell))
                for row_keys, row in table.rows.items() if (cell := row.values[node.column]) is not None]
        if len(rows) > MOST_ROWS and len(keys) == 1 and not isinstance(keys[0].value, int):
            made = self._large(table, node.column, keys[0], rows, otherwise)
        else:
            made = self._small(keys, rows, otherwise)
        return Sym(conj((known, made.known)), made.value, made.scale)

    def _small(self, keys: Sequence[Sym], rows: list[tuple[tuple[Sym, ...], Sym]], otherwise: Callable[[], Sym]) -> Sym:
        """A choice between the values that the table has, each by the keys that give it."""
        by_value: dict[Any, tuple[Sym, list[Logic]]] = {}
        for row_keys, cell in rows:
            hit = conj(equal(key, fixed) for key, fixed in zip(keys, row_keys, strict=True))
            if hit is True:
                return cell
            if hit is not False:
                name = str(cell.value), cell.scale
                by_value.setdefault(name, (cell, []))[1].append(hit)
        made = otherwise()
        for cell, hits in by_value.values():
            made = either(disj(hits), cell, made)
        return made

    def _large(
        self, table: ir.Table, column: str, key: Sym, rows: list[tuple[tuple[Sym, ...], Sym]],
        otherwise: Callable[[], Sym],
    ) -> Sym:
        """A row of which nothing is told yet but that the table has it, and how small and large its values are."""
        first = rows[0][1]
        if isinstance(first.value, Items) or not isinstance(first.value, int):
            raise NotProvable(f"tabellen {table.name} er for stor til å skrives ut")
        scale = max(cell.scale for _, cell in rows)
        values = [cell.value * 10 ** (scale - cell.scale) for _, cell in rows]
        hit = among(key.value, [row[0].value for row, _ in rows])
        value = Sym(True, self.world.number(f"{table.name}.{column}"), scale)
        self.world.demands.append(conj((value.value >= min(values), value.value <= max(values))))
        found = Asked(table, column, key.value, hit, value)
        for earlier in self.asked:
            if earlier.table is table and earlier.column == column:
                self.world.demands.append(disj((earlier.key != found.key, earlier.value.value == value.value)))
        self.asked.append(found)
        return either(hit, value, otherwise())

    def told(self, model: z3.ModelRef, constant: Constant) -> list[Logic]:
        """What the tables have to say of the rows that a model leans on, and does not have right."""
        found: list[Logic] = []
        for each in self.asked:
            number = model.eval(each.key, model_completion=True).as_long()
            text = self.world.words.text(number)
            row = each.table.rows.get((text,))
            cell = row.values[each.column] if row is not None else None
            if cell is None:
                continue
            fixed = constant(dict(each.table.columns)[each.column], cell)
            value = fixed.value * 10 ** (each.value.scale - fixed.scale)
            if model.eval(each.value.value, model_completion=True).as_long() != value:
                found += [z3.Implies(other.key == number, other.value.value == value)
                          for other in self.asked if other.table is each.table and other.column == each.column]
        return found
