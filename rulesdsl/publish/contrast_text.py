"""What a change is worth over a table, for a terminal: lines of text, the figures of each sheet in columns."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len, set_cell_size

from rulesdsl.compare.contrast import Contrast, Worth
from rulesdsl.publish.contrast import (
    CELLS,
    CELLS_SAID,
    NARROW,
    NOT_COMPARED,
    WIDE,
    Sheet,
    account,
    cell_called,
    cell_summed,
    example_called,
    example_summed,
    gained,
    how_to_explain,
    left_out_sheet,
    shares,
    sheet,
    summed,
    title,
    unit,
)
from rulesdsl.publish.differences import summary
from rulesdsl.publish.line import clean
from rulesdsl.publish.terminal import READABLE

MOST_GROUPS = 10
MUCH_ROOM = 30
"""Where every figure leaves the name of a group so much room, every figure is shown."""

LEAST_NAME = 16


def to_text(found: Contrast, width: int) -> Iterator[str]:
    """The whole answer, line by line; no line of a sheet is wider than there is room for."""
    yield title(found)
    yield from wrap(f"Endret: {summary(found.differences)}", min(width, READABLE), subsequent_indent="  ",
                    break_on_hyphens=False)
    yield ""
    yield account(found)
    for worth in found.worths:
        yield ""
        yield from _worth(worth, width)
    if any(worth.cells for worth in found.worths):
        yield how_to_explain(found)
    for note in found.notes:
        yield f"Merk: {note}"


def _worth(worth: Worth, width: int) -> Iterator[str]:
    yield f"{worth.called}  {summed(worth)}"
    yield from (f"  {each}" for each in gained(worth))
    if worth.left_out:
        yield ""
        yield from _sheet(left_out_sheet(worth), width, NOT_COMPARED)
    if not worth.changed:
        return
    for each in worth.breakdowns:
        made = sheet(worth, each, MOST_GROUPS, WIDE)
        if _room(_wide(made), width) < MUCH_ROOM:
            made = sheet(worth, each, MOST_GROUPS, NARROW)
        yield ""
        yield from _sheet(made, width, f"{made.title} ({unit(worth.type)})")
    yield ""
    yield CELLS
    yield f"  {CELLS_SAID}"
    for number, cell in enumerate(worth.cells, 1):
        example = cell.example
        yield ""
        yield f"  {number}. {cell_summed(cell, worth)}"
        yield from wrap(cell_called(cell), min(width, READABLE), initial_indent="     ", subsequent_indent="     ",
                        break_on_hyphens=False)
        yield f"     {example_called(example)}: {example_summed(example, worth)}"
        told = shares(example, worth)
        wide = max((cell_len(part) for part, _ in told), default=0)
        for part, text in told:
            start = " " * (7 + wide - cell_len(part)) + part + ("  " if part else "")
            yield from wrap(text, min(width, READABLE), initial_indent=start, subsequent_indent=" " * len(start),
                            break_on_hyphens=False)
    yield ""


def _sheet(made: Sheet, width: int, heading: str) -> Iterator[str]:
    """A sheet in columns: the first takes the room there is, and is cut off where that is too little."""
    lines, wide = _lines(made), _wide(made)
    first = max(LEAST_NAME, min(wide[0], _room(wide, width)))
    yield heading
    for line in lines:
        name = line[0] if cell_len(line[0]) <= first else set_cell_size(line[0], first - 1) + "…"
        rest = "".join("  " + " " * (size - cell_len(text)) + text
                       for size, text in zip(wide[1:], line[1:], strict=True))
        yield f"  {set_cell_size(name, first)}{rest}".rstrip()


def _lines(made: Sheet) -> list[tuple[str, ...]]:
    return [tuple(clean(each) for each in line) for line in (made.heads, *made.rows, made.total) if line]


def _wide(made: Sheet) -> list[int]:
    """How wide each column is."""
    lines = _lines(made)
    return [max(cell_len(line[at]) for line in lines) for at in range(len(made.heads))]


def _room(wide: Sequence[int], width: int) -> int:
    """What the figures leave for the names."""
    return width - 2 - sum(2 + each for each in wide[1:])
