"""What a change is worth over a table, as Markdown."""

from collections.abc import Iterator

from rulesdsl.compare.contrast import Contrast, Worth
from rulesdsl.publish.contrast import (
    CELLS,
    CELLS_SAID,
    Sheet,
    account,
    cell_called,
    cell_summed,
    example_called,
    example_summed,
    gained,
    left_out_sheet,
    shares,
    sheet,
    summed,
    title,
    unit,
)
from rulesdsl.publish.differences import summary
from rulesdsl.publish.line import clean
from rulesdsl.publish.markdown import escape

MOST_GROUPS = 20


def to_markdown(found: Contrast, engine: str) -> str:
    """The whole answer, ready to be pasted."""
    blocks = [f"# {_safe(title(found))}", _safe(account(found)), _safe(f"Endret: {summary(found.differences)}")]
    for worth in found.worths:
        blocks += _worth(worth)
    blocks += [f"- {_safe(note)}" for note in found.notes]
    return "\n\n".join([*blocks, f"---\n\nRegnet ut av {escape(engine)}"]) + "\n"


def _worth(worth: Worth) -> Iterator[str]:
    yield f"## {_safe(worth.called)}: {_safe(summed(worth))}"
    yield _safe(" ".join(gained(worth)))
    if worth.left_out:
        yield from _sheet(left_out_sheet(worth))
    if not worth.changed:
        return
    for each in worth.breakdowns:
        yield from _sheet(sheet(worth, each, MOST_GROUPS), unit(worth.type))
    yield f"### {CELLS}"
    yield _safe(CELLS_SAID)
    for number, cell in enumerate(worth.cells, 1):
        example = cell.example
        told = [f"{part} {text}".strip() for part, text in shares(example, worth)]
        yield "\n".join([
            f"{number}. **{_safe(cell_summed(cell, worth))}** {_safe(cell_called(cell))}",
            f"   - {_safe(example_called(example))}: {_safe(example_summed(example, worth))}",
            *(f"     - {_safe(each)}" for each in told)])


def _sheet(made: Sheet, unit_said: str = "") -> Iterator[str]:
    yield f"### {_safe(made.title)}" + (f" ({_safe(unit_said)})" if unit_said else "")
    lines = [made.heads, tuple("---" if not at else "--:" for at in range(len(made.heads))), *made.rows, made.total]
    yield "\n".join("| " + " | ".join(text if number == 1 else _cell(text) for text in line) + " |"
                    for number, line in enumerate(lines))


def _cell(text: str) -> str:
    """A cell cannot begin a list, so a sign of plus or minus is left as it is."""
    return _safe(f".{text}")[1:]


def _safe(text: str) -> str:
    return escape(clean(text))
