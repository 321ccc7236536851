"""The rows of two decision tables, aligned: those that are new, gone or moved, and the cells that are others."""

from difflib import SequenceMatcher

from rulesdsl.compare.differences import Detail, Way
from rulesdsl.compare.phrases import counted
from rulesdsl.core import ir
from rulesdsl.evaluate.wording import words
from rulesdsl.source import frozen

SHORT = 90
"""Two cells of so many signs together stand in one sentence."""

FEW = 10
"""So many rows are told one by one; more are counted."""


@frozen
class _Row:
    """A row: what it asks of each column in words, by the column in words, and what it gives."""

    number: int
    cells: tuple[tuple[str, str], ...]
    value: str

    @property
    def signature(self) -> tuple[object, ...]:
        return self.cells, self.value

    @property
    def said(self) -> str:
        """``sektor er somatikk → ja``."""
        return f"{' og '.join(text for _, text in self.cells) or 'ellers'} → {self.value}"

    def likeness(self, other: "_Row", beside: bool) -> int:
        """How much alike two rows are. Two of which the one stands where the other stood can have just a column in
        common; others, a cell. What they give does not make them one."""
        cells = len(set(self.cells) & set(other.cells)) + (not self.cells and not other.cells)
        columns = len(dict(self.cells).keys() & dict(other.cells).keys()) if beside else 0
        return 4 * cells + 2 * columns + (self.value == other.value) if cells or columns else 0


def decision_details(old: ir.Group | None, new: ir.Group | None) -> list[Detail]:
    """What differs between two decision tables."""
    before, after = _rows(old), _rows(new)
    found: list[Detail] = []
    if old and new and old.policy != new.policy:
        found.append(Detail("treff", "", "changed", f"Treff går fra «{old.policy}» til «{new.policy}».",
                            old.policy, new.policy))
    gone, added, beside = _unmatched(before, after)
    moved = [(row, other) for row in gone for other in added if row.signature == other.signature]
    for row, other in moved:
        if row in gone and other in added:
            gone.remove(row)
            added.remove(other)
            found.append(Detail("rad", str(other.number), "moved",
                                f"Rad {row.number} er flyttet til rad {other.number} ({other.said}).",
                                str(row.number), str(other.number)))
    alike = {(row, other): row.likeness(other, (row, other) in beside) for row in gone for other in added}
    changed: list[tuple[_Row, _Row]] = []
    for row, other in sorted(alike, key=lambda pair: (-alike[pair], abs(pair[0].number - pair[1].number),
                                                      pair[0].number, pair[1].number)):
        if not alike[row, other]:
            break
        if row in gone and other in added:
            gone.remove(row)
            added.remove(other)
            changed.append((row, other))
    told = [(row.number, Detail("rad", str(row.number), "gone", f"Rad {row.number} er tatt bort: {row.said}.",
                                row.said)) for row in gone]
    told += [(row.number, Detail("rad", str(row.number), "new", f"Ny rad {row.number}: {row.said}.", "", row.said))
             for row in added]
    told += [(other.number, each) for row, other in changed for each in _cells(row, other)]
    return found + [each for _, each in sorted(told, key=lambda pair: pair[0])]


def decision_told(group: ir.Group, new: bool) -> list[Detail]:
    """A decision table that is new, or gone: how its rows hit, and each of them."""
    rows = _rows(group)
    way: Way = "new" if new else "gone"
    verb = "Har" if new else "Hadde"
    found = [Detail("treff", "", way, f"{verb} {counted(len(rows), 'én rad', 'rader')}, med treff «{group.policy}».")]
    found += [Detail("rad", str(row.number), way, f"Rad {row.number}: {row.said}.", minor=len(rows) > FEW)
              for row in rows]
    return found


def _rows(group: ir.Group | None) -> list[_Row]:
    return [
        _Row(number, tuple((_column(each), words(each)) for each in rule.conditions), words(rule.value))
        for number, rule in enumerate(group.rules if group else (), start=1)
    ]


def _column(condition: ir.Expr) -> str:
    """The column that a cell asks something of."""
    match condition:
        case ir.Not(_, value):
            return _column(value)
        case ir.Compare(_, _, subject, _) | ir.OneOf(_, subject) | ir.Contains(_, subject) | ir.Known(_, subject):
            return words(subject)
        case ir.And(_, (first, *_)) | ir.Or(_, (first, *_)):
            return _column(first)
        case _:
            return words(condition)


def _unmatched(before: list[_Row], after: list[_Row]) -> tuple[list[_Row], list[_Row], set[tuple[_Row, _Row]]]:
    """The rows that have no equal in the same order on the other side, and those that stand in the place of others."""
    gone: list[_Row] = []
    added: list[_Row] = []
    beside: set[tuple[_Row, _Row]] = set()
    matcher = SequenceMatcher(None, [row.signature for row in before], [row.signature for row in after], autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag != "equal":
            gone += before[start:end]
            added += after[other_start:other_end]
            if end - start == other_end - other_start:
                beside |= set(zip(before[start:end], after[other_start:other_end], strict=True))
    return gone, added, beside


def _cells(old: _Row, new: _Row) -> list[Detail]:
    """The cells in which a row is another."""
    before, after = dict(old.cells), dict(new.cells)
    where = f"Rad {new.number}" + (f" (før rad {old.number})" if old.number != new.number else "")
    found: list[Detail] = []
    for column in dict.fromkeys((*before, *after)):
        first, second = before.get(column, ""), after.get(column, "")
        if first == second:
            continue
        apart = len(first) + len(second) > SHORT and bool(first and second)
        if apart:
            said = f"{where} gjelder i andre tilfeller enn før."
        elif not second:
            said = f"{where} gjelder nå uansett {column}, ikke bare når {first}."
        elif not first:
            said = f"{where} gjelder nå bare når {second}."
        else:
            said = f"{where} gjelder når {second}, ikke når {first}."
        found.append(Detail("celle", column, "changed", said, first, second, apart=apart))
    if old.value != new.value:
        asked = f" ({' og '.join(after.values())})" if after else ""
        found.append(Detail("celle", "", "changed", f"{where} gir {new.value}, ikke {old.value}{asked}.",
                            old.value, new.value))
    return found
