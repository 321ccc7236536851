"""An explanation on a terminal, or as plain text when it is piped: the signs carry the meaning, not the colour.

The lines are laid out once, in texts of our own; Rich colours them, and is not even loaded where nothing is coloured.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

from rulesdsl.evaluate.explanation import CaseExplanation, Explanation
from rulesdsl.publish.line import NODES, Detail, Kind, Line, Pieces, Sign, Tone, plain
from rulesdsl.publish.outline import case_line, outline
from rulesdsl.source import frozen

if TYPE_CHECKING:
    from rich.console import RenderableType

READABLE = 110
"""Text is never set wider than this, however wide the terminal is."""

NARROWEST = 24
"""With less room than this beside its label, a text goes below it."""

WIDEST_LABEL = 18

STYLES: dict[Tone, str] = {
    "word": "", "text": "", "strong": "bold", "value": "bold cyan", "faint": "dim", "good": "green", "bad": "bold red",
    "doubt": "yellow",
}
SIGN_STYLES: dict[Sign, str] = {"✓": "green", "✗": "bold red", "?": "bold yellow"}
LABEL_STYLES: dict[Kind, str] = {
    "answer": "", "difference": "", "requirement": "", "mark": "yellow", "error": "bold red",
    "share": "",
}


def render(explanation: Explanation, detail: Detail, width: int, colour: bool) -> "RenderableType":
    """All cases, ready for Rich to print; no line is wider than ``width``, and without ``colour`` nothing is styled."""
    from rich.console import Group
    from rich.text import Text as RichText

    # The lines are laid out already; the console must not break them once more.
    return Group(*(RichText.assemble(*line.runs, no_wrap=True, overflow="ignore")
                   for line in _lines_of(outline(explanation, detail), explanation.engine, detail, width, colour)))


def render_plain(cases: Iterable[CaseExplanation], engine: str, detail: Detail, width: int) -> Iterator[str]:
    """Just what ``render`` prints without colour, line by line."""
    for line in _lines_of((case_line(case, detail) for case in cases), engine, detail, width, colour=False):
        yield line.plain + "\n"


def render_courses(explanation: Explanation, detail: Detail, width: int) -> Iterator[str]:
    """The same of courses, which are shown when all of it is decided."""
    for line in _lines_of(outline(explanation, detail), explanation.engine, detail, width, colour=False):
        yield line.plain + "\n"


def _lines_of(
    cases: Iterable[Line], engine: str, detail: Detail, width: int, colour: bool
) -> "Iterator[Text]":
    page = _Page(width, colour)
    for number, case in enumerate(cases):
        if number:
            yield from (Text(), page.styled("─" * min(width, READABLE), "dim"), Text())
        for line in page.case(case):
            yield line.rstrip()
    if detail == "full":
        yield Text()
        yield from page.flow(page.styled(f"Avgjort av {engine}", "dim"))


def render_page(page: Line, width: int) -> "RenderableType":
    """A page that is no explanation, with its parts as children, ready for Rich to print."""
    from rich.console import Group
    from rich.text import Text as RichText

    return Group(*(RichText.assemble(*line.rstrip().runs, no_wrap=True, overflow="ignore")
                   for line in _Page(width, colour=True).page(page)))


def render_page_plain(page: Line, width: int) -> Iterator[str]:
    """Just what ``render_page`` prints without colour, line by line."""
    for line in _Page(width, colour=False).page(page):
        yield line.rstrip().plain + "\n"


@frozen
class Text:
    """Runs of text, each with the Rich style it is to have."""

    runs: tuple[tuple[str, str], ...] = ()

    @property
    def plain(self) -> str:
        return "".join([text for text, _ in self.runs])

    @property
    def cells(self) -> int:
        """How many columns of a terminal it takes."""
        return cell_len(self.plain)

    def __add__(self, other: "Text | str") -> "Text":
        more = other.runs if isinstance(other, Text) else ((other, ""),) if other else ()
        return Text(self.runs + more)

    def bold(self) -> "Text":
        return Text(tuple([(text, f"bold {style}".strip()) for text, style in self.runs]))

    def part(self, start: int, end: int | None = None) -> "Text":
        """What stands from one offset to another, as a slice does."""
        last, at, runs = len(self.plain) if end is None else end, 0, []
        for text, style in self.runs:
            if cut := text[max(0, start - at) : max(0, last - at)]:
                runs.append((cut, style))
            at += len(text)
        return Text(tuple(runs))

    def rstrip(self) -> "Text":
        return self.part(0, len(self.plain.rstrip()))


@frozen
class _Page:
    width: int
    colour: bool

    def styled(self, text: str, style: str) -> Text:
        return Text(((text, style if self.colour else ""),)) if text else Text()

    def text(self, pieces: Pieces, base: str = "") -> Text:
        styles = [(STYLES[one.tone] or base) + (f" link {one.link}" if one.link else "") for one in pieces]
        return Text(tuple([(one.text, style.strip() if self.colour else "")
                           for one, style in zip(pieces, styles, strict=True) if one.text]))

    # ── The whole case ───────────────────────────────────────────────────────────────────────────────────────

    def case(self, case: Line) -> Iterator[Text]:
        yield from self.flow(self._bold(self.text(case.pieces)))
        for part in case.children:
            yield Text()
            if part.kind == "answers":
                yield from self._answers(part.children, amounts=part.role == "amounts")
                continue
            yield from self.flow(self._bold(self.text(part.pieces)))
            yield from self._lines(part.children, "  ")

    def page(self, page: Line) -> Iterator[Text]:
        """A page whose parts are long lists: a blank line stands after each that has more than one line of its own."""
        yield from self.flow(self._bold(self.text(page.pieces)))
        for part in page.children:
            yield Text()
            if part.kind == "answers":
                yield from self._answers(part.children)
                continue
            yield from self.flow(self._bold(self.text(part.pieces)), rest="    ")
            leaves = tuple(line for line in part.children if line.kind not in NODES)
            yield from self._lines(leaves, "  ")
            long = bool(leaves)
            for number, node in enumerate(line for line in part.children if line.kind in NODES):
                lines = list(self._lines((node,), "  "))
                if long or (number and len(lines) > 2):
                    yield Text()
                yield from lines
                long = len(lines) > 2

    def _answers(self, answers: tuple[Line, ...], amounts: bool = False) -> Iterator[Text]:
        """Name, value and basis in three columns, or the basis below where there is no room for it. ``amounts`` stand
        with their last digits below one another."""
        names = max(cell_len(line.label) for line in answers) + 3
        values = max(cell_len(plain(line.pieces)) for line in answers) + 3
        beside = min(self.width, READABLE) - 2 - names - values >= 40
        for line in answers:
            value = self.text(line.pieces)
            head = Text() + line.label.ljust(names) + (" " * (values - 3 - value.cells) if amounts else "")
            if not beside:
                yield from self.flow(head + value, "  ", "    ")
                yield from self.flow(self.text(line.aside), "    ", "    ")
                continue
            value += " " * (3 if amounts else values - value.cells)
            indent = " " * (2 + names + values)
            lines = list(self.flow(self.text(line.aside), indent, indent))
            first = lines[0].part(len(indent)) if lines else Text()
            yield Text() + "  " + head + value + first
            yield from lines[1:]

    # ── The tree and its lines ───────────────────────────────────────────────────────────────────────────────

    def _lines(self, lines: tuple[Line, ...], indent: str) -> Iterator[Text]:
        """Sibling lines: leaves with their labels in one column, then branches with their guides."""
        yield from self._leaves([line for line in lines if line.kind not in NODES], indent)
        for line in lines:
            if line.kind in NODES:
                yield from self._node(line, indent, indent)

    def _node(self, node: Line, first: str, rest: str) -> Iterator[Text]:
        branches = [line for line in node.children if line.kind in NODES]
        leaves = [line for line in node.children if line.kind not in NODES]
        below = rest + ("│  " if branches else "   ")
        yield from self._aligned(node, self._head(node), first, below)
        yield from self._leaves(leaves, below)
        airy = node.kind != "group" or any(len(branch.children) > 2 for branch in branches)
        for number, branch in enumerate(branches):
            last = number == len(branches) - 1
            if (leaves or number) and airy:
                yield self.styled(rest + "│", "dim")
            yield from self._node(branch, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))

    def _head(self, node: Line) -> Text:
        text = self.text(node.pieces)
        return self._bold(text) if node.kind == "clause" else text

    def _leaves(self, lines: list[Line], indent: str) -> Iterator[Text]:
        labels = [_mark_width(line) for line in lines if line.label or line.sign]
        column = min(max(labels, default=0), WIDEST_LABEL) + 2 if any(line.label for line in lines) else 2
        for line in lines:
            yield from self._leaf(line, indent, column)

    def _leaf(self, line: Line, indent: str, column: int) -> Iterator[Text]:
        body = self.text(line.pieces)
        label = self._label(line)
        if not label.runs:
            hang = indent + ("  " if line.kind in ("alternative", "note", "missing") else "")
            yield from self._aligned(line, body, indent, hang)
            yield from self._lines(line.children, indent + "  ")
            return
        room = self._room(indent) - column
        if room < NARROWEST or label.cells >= column:
            # The label goes into the running text, and what follows hangs below it.
            yield from self._aligned(line, label + "  " + body, indent, indent + "    ")
            yield from self._lines(line.children, indent + "    ")
            return
        gap = " " * (column - label.cells)
        # Amounts stand with their last digits below one another.
        label = Text(((gap[2:], ""),)) + label + gap[:2] if line.kind == "share" else label + gap
        hanging = indent + " " * column
        lines = list(self._aligned(line, body, hanging, hanging))
        yield self.styled(indent, "dim") + label + lines[0].part(len(hanging))
        yield from lines[1:]
        yield from self._lines(line.children, hanging)

    def _label(self, line: Line) -> Text:
        text = self.styled(line.sign, SIGN_STYLES.get(line.sign, ""))
        if line.sign and line.label:
            text += " "
        return text + self.styled(line.label, LABEL_STYLES.get(line.kind, "dim"))

    def _aligned(self, line: Line, body: Text, first: str, rest: str) -> Iterator[Text]:
        """A text and its remark: beside it where there is room, else below."""
        aside = self.text(line.aside, "dim" if line.kind in NODES else "")
        if aside.runs and cell_len(first) + body.cells + 4 + aside.cells <= min(self.width, READABLE):
            body = body + "    " + aside
            aside = Text()
        yield from self.flow(body, first, rest)
        if aside.runs:
            yield from self.flow(aside, rest, rest)

    # ── Breaking lines ───────────────────────────────────────────────────────────────────────────────────────

    def _room(self, indent: str) -> int:
        return max(1, min(self.width, READABLE) - cell_len(indent))

    def flow(self, text: Text, first: str = "", rest: str = "") -> Iterator[Text]:
        """The text broken at spaces; a word that is too long for a line of its own is cut."""
        if not text.runs:
            return
        # Deep in a tree on a very narrow screen the guides give way to the text.
        first, rest = self._fitting(first), self._fitting(rest)
        breaks = _breaks(text.plain, self._room(first), self._room(rest))
        for start, end in pairwise([0, *breaks, len(text.plain)]):
            yield self.styled(rest if start else first, "dim") + text.part(start, end).rstrip()

    def _fitting(self, indent: str) -> str:
        most = max(0, min(self.width, READABLE) - NARROWEST // 2)
        return indent if len(indent) <= most else indent[: max(0, most - 1)] + " " * min(1, most)

    def _bold(self, text: Text) -> Text:
        return text.bold() if self.colour else text


def _mark_width(line: Line) -> int:
    return cell_len(line.sign) + cell_len(line.label) + bool(line.sign and line.label)


def _breaks(text: str, first: int, rest: int) -> list[int]:
    """Where to divide a text so that the first line has ``first`` cells at most and the others ``rest``.

    Only ordinary spaces break a line: a no-break space holds a number together with its unit.
    """
    found: list[int] = []
    start, used, room = 0, 0, first
    for token in text.split(" "):
        size = cell_len(token)
        gap = 1 if used else 0
        if not size:  # of several spaces in a row, a line is broken at the last
            used, start = used + gap, start + 1
            continue
        if used and used + gap + size > room:
            found.append(start)
            used, gap, room = 0, 0, rest
        if size > room:
            while cell_len(token) > room:
                part = _cut(chop_cells(token, room)[0])
                start += len(part)
                found.append(start)
                token, room = token[len(part) :], rest
            size = cell_len(token)
        used += gap + size
        start += len(token) + 1
    return [offset for offset in found if 0 < offset < len(text)]


def _cut(part: str) -> str:
    """As much of a too long word as the line holds; an address is rather cut after a slash."""
    return part[: part.rindex("/") + 1] if "/" in part.rstrip("/") and not part.endswith("//") else part
