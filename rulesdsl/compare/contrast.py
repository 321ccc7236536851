"""What a change of the rules is worth over a whole table, as plain data: in all, group by group, and for some rows.

Every row of the table is in every breakdown. It is ``compared`` where both editions know its result; the others are
counted by why not, and none of their kroner are in the sums.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from rulesdsl.compare.differences import Differences, Figure
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import Number
from rulesdsl.evaluate.documents import Json
from rulesdsl.evaluate.explanation import Split
from rulesdsl.source import frozen


@frozen
class Sums:
    """Some rows: how many they are, how many of them are ``compared``, and what these come to in both editions.
    ``gain`` is the sum over the ``up`` rows that get more, ``loss`` (below zero) over the ``down`` rows with less."""

    rows: int
    compared: int
    before: Decimal
    after: Decimal
    gain: Decimal
    loss: Decimal
    up: int
    down: int

    @property
    def change(self) -> Decimal:
        return EXACT.subtract(self.after, self.before)

    @property
    def same(self) -> int:
        return self.compared - self.up - self.down

    @property
    def left_out(self) -> int:
        return self.rows - self.compared

    def figure(self, kind: Number) -> Figure:
        return Figure(kind, self.before, self.after)


@frozen
class Group:
    """The rows that have a value in a column, or that one clause decided before and one decides now. ``values`` are
    these as the data or the rules write them (None: nothing), ``label`` how people read them."""

    values: tuple[str | None, ...]
    label: str
    sums: Sums


@frozen
class Rest:
    """The groups that are not told one by one, together."""

    groups: int
    sums: Sums


By = Literal["column", "punkt"]


@frozen
class Breakdown:
    """All rows by a column of the table, or by the clause that decides a result, before and now. ``name`` is the
    column or that result. The groups come with the most changed first."""

    by: By
    name: str
    title: str
    groups: tuple[Group, ...]
    rest: Rest | None = None

    @property
    def all(self) -> tuple[Sums, ...]:
        """The sums of the groups and of the rest: every row once."""
        return (*(each.sums for each in self.groups), *((self.rest.sums,) if self.rest else ()))


@frozen
class LeftOut:
    """Rows that cannot be compared: what the result is in either edition (``set_aside``: the row was not decided), how
    many they are, and what the edition that knows it gives."""

    before: str
    after: str
    rows: int
    total_before: Decimal | None
    total_after: Decimal | None


@frozen
class Clauses:
    """The clause and rule that decide a result, before and now."""

    result: str
    called: str
    before: tuple[str, str]
    after: tuple[str, str]


@frozen
class Example:
    """One row of a group, near the middle of its changes. ``split`` is its difference by the changes that cause it;
    where there is none, ``note`` says why. ``document`` is the row as a case, with all that belong with it."""

    row: int
    keys: Mapping[str, str | None]
    before: Decimal
    after: Decimal
    clauses: tuple[Clauses, ...]
    split: Split | None
    note: str
    document: Mapping[str, Json]

    @property
    def change(self) -> Decimal:
        return EXACT.subtract(self.after, self.before)


@frozen
class Cell:
    """The rows that are alike in every breakdown: in the columns, and in what decides. ``parts`` are the title of each
    and the label there."""

    parts: tuple[tuple[str, str], ...]
    sums: Sums
    example: Example


@frozen
class Worth:
    """A result over the table: its sums in both editions, what is left out, the breakdowns, and the most changed of
    the groups that are alike in all of them."""

    result: str
    called: str
    type: Number
    total: Sums
    left_out: tuple[LeftOut, ...]
    breakdowns: tuple[Breakdown, ...]
    cells: tuple[Cell, ...]

    @property
    def figure(self) -> Figure:
        return self.total.figure(self.type)

    @property
    def changed(self) -> bool:
        """Whether any row gets another sum."""
        return bool(self.total.up or self.total.down)


@frozen
class Contrast:
    """A table under two editions. ``rows_in`` is ``decided`` in both, ``only_before``, ``only_after``, and ``neither``,
    of which ``broken`` are lines that could not be read."""

    data: str
    differences: Differences
    rows_in: int
    decided: int
    only_before: int
    only_after: int
    neither: int
    broken: int
    worths: tuple[Worth, ...]
    notes: tuple[str, ...] = ()

    @property
    def unclear(self) -> bool:
        """Whether rules stand against each other, or none applies, in some row."""
        return any(status in ("conflict", "no_rule") for worth in self.worths for each in worth.left_out
                   for status in (each.before, each.after))
