"""Look-ups as logic. A small table is a choice between its rows; a large one is a function of which the solver knows
only the rows it has asked for: a row is told when a model leans on what it would have to say."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import z3
from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.core.types import Text, Type
from rulesdsl.prove.sym import UNKNOWN, Items, NotProvable, Sym, either, equal
from rulesdsl.prove.terms import Logic, among, conj, disj, same

if TYPE_CHECKING:
    from rulesdsl.prove.cases import World

MOST_ROWS = 60
"""How many rows of a table are told at once."""

MOST_VALUES = 12
"""How many values a column may have and still be told whole, each by the keys that give it, however many rows there
are."""

Constant = Callable[[Type, ir.Value], Sym]


@frozen(eq=False)
class Asked:
    """A look-up by text in a large table: its key, whether there is such a row, and what it says."""

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
        self._hits: dict[tuple[Any, ...], tuple[Sequence[Sym], list[tuple[Sym, Logic]]]] = {}

    def cell(self, node: ir.Lookup, keys: Sequence[Sym], otherwise: Callable[[], Sym], constant: Constant) -> Sym:
        """A cell of a table; what is not there, or has no value, gives ``otherwise``."""
        if any(key.known is False for key in keys):
            return UNKNOWN
        table = self.edition.tables[node.table]
        known = conj(key.known for key in keys)
        asked = table.name, node.column, *(id(key.value) for key in keys)
        if asked not in self._hits:
            kinds = [kind for _, kind in table.keys]
            rows = [(tuple(constant(kind, value) for kind, value in zip(kinds, row_keys, strict=True)),
                     constant(dict(table.columns)[node.column], cell))
                    for row_keys, row in table.rows.items() if (cell := row.values[node.column]) is not None]
            by_text = len(keys) == 1 and isinstance(kinds[0], Text) and not isinstance(keys[0].value, int)
            if by_text and len(rows) > MOST_ROWS and len({str(cell.value) for _, cell in rows}) > MOST_VALUES:
                made = self._large(table, node.column, keys[0], rows, otherwise)
                return Sym(conj((known, made.known)), made.value, made.scale)
            self._hits[asked] = keys, list(self._by_value(keys, rows))  # the keys live on, for they go by identity
        made = self._chosen(self._hits[asked][1], otherwise)
        return Sym(conj((known, made.known)), made.value, made.scale)

    def _by_value(
        self, keys: Sequence[Sym], rows: list[tuple[tuple[Sym, ...], Sym]]
    ) -> Iterator[tuple[Sym, Logic]]:
        """The values that the table has, each with when the keys give it."""
        by_value: dict[Any, tuple[Sym, list[tuple[Sym, ...]]]] = {}
        for row_keys, cell in rows:
            by_value.setdefault((str(cell.value), cell.scale), (cell, []))[1].append(row_keys)
        for cell, found in by_value.values():
            hit = _is_one(keys, found)
            if hit is not False:
                yield cell, hit

    def _chosen(self, values: Iterable[tuple[Sym, Logic]], otherwise: Callable[[], Sym]) -> Sym:
        """A choice between values: no two of them are given by the same keys."""
        found = list(values)
        for cell, hit in found:
            if hit is True:
                return cell
        made = otherwise()
        for cell, hit in found:
            made = either(hit, cell, made)
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


def _is_one(keys: Sequence[Sym], rows: Sequence[tuple[Sym, ...]]) -> Logic:
    """Whether the keys are those of one of some rows. Where they are texts or numbers, rows that are alike but for the
    last key are told together."""
    plain = all(isinstance(fixed.value, int) and not isinstance(fixed.value, bool) and fixed.scale == key.scale
                for row in rows for key, fixed in zip(keys, row, strict=True))
    if not plain:
        return disj(conj(equal(key, fixed) for key, fixed in zip(keys, row, strict=True)) for row in rows)
    last: dict[tuple[int, ...], list[int]] = {}
    for row in rows:
        last.setdefault(tuple(each.value for each in row[:-1]), []).append(row[-1].value)
    alike: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for above, numbers in last.items():
        alike.setdefault((above[:-1], tuple(sorted(numbers))), []).extend(above[-1:])
    return disj(
        conj((*(same(key.value, number) for key, number in zip(keys, first, strict=False)),
              among(keys[-2].value, firsts) if firsts else True, among(keys[-1].value, numbers)))
        for (first, numbers), firsts in alike.items())
