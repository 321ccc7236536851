"""An explanation as Markdown that GitHub and its like render: a table of answers and nested lists."""

import re
from collections.abc import Iterator

from rulesdsl.evaluate.explanation import Explanation
from rulesdsl.publish.line import Detail, Line, Piece, Pieces
from rulesdsl.publish.outline import outline

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&$!])")
_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([-+=])")


def to_markdown(explanation: Explanation, detail: Detail = "medium") -> str:
    """One document for all cases."""
    blocks = [block for case in outline(explanation, detail) for block in _case(case)]
    return "\n\n".join([*blocks, f"---\n\nAvgjort av {escape(explanation.engine)}"]) + "\n"


def escape(text: str) -> str:
    """The text so that no sign of it is read as Markdown or HTML, not even at the start of a line."""
    safe = _SIGNS.sub(r"\\\1", text)
    return _START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", safe)


def _case(case: Line) -> Iterator[str]:
    yield "## " + escape("".join(one.text for one in case.pieces))
    for part in case.children:
        if part.kind == "answers":
            yield "\n".join(["| | | |", "|---|---|---|", *(_answer(line) for line in part.children)])
            continue
        if part.pieces:
            yield "### " + _pieces(part.pieces)
        yield "\n".join(_lines(part.children, ""))


def _answer(line: Line) -> str:
    return f"| {escape(line.label)} | {_pieces(line.pieces)} | {_pieces(line.aside)} |"


def _lines(lines: tuple[Line, ...], indent: str) -> Iterator[str]:
    for line in lines:
        yield indent + "- " + _line(line)
        yield from _lines(line.children, indent + "  ")


def _line(line: Line) -> str:
    said = _pieces(line.pieces)
    if line.kind == "clause":
        said = f"**{escape(''.join(one.text for one in line.pieces))}**"
    label = escape(line.label)
    if line.kind in ("requirement", "error", "difference", "mark"):
        label = f"**{label}**:" if label else ""
    elif label:
        label = f"*{label}*"
    start = " ".join(filter(None, [line.sign, label, said]))
    return start + (f" — {_pieces(line.aside)}" if line.aside else "")


def _pieces(pieces: Pieces) -> str:
    return "".join(_piece(one, first=number == 0) for number, one in enumerate(pieces))


def _piece(one: Piece, first: bool) -> str:
    # Only what begins a line can be taken for the start of a list or heading.
    text = escape(one.text) if first else _SIGNS.sub(r"\\\1", one.text)
    if one.link:
        address = re.sub(r"[()<>\\\s]", lambda found: f"%{ord(found[0]):02X}", one.link)
        return f"[{text}]({address})"
    core = text.strip(" ")
    if one.tone in ("strong", "value", "bad", "doubt") and core:
        return text.replace(core, f"**{core}**", 1)
    return text
