"""The condition under which two editions can differ, as Markdown."""

from collections.abc import Iterator

from rulesdsl.prove.difference import Proof
from rulesdsl.publish.difference import page
from rulesdsl.publish.line import Line, Piece, clean
from rulesdsl.publish.markdown import escape


def difference_markdown(found: Proof, engine: str) -> str:
    """One document."""
    whole = page(found)
    blocks = [f"# {_pieces(whole.pieces)}"]
    for part in whole.children:
        if part.kind == "answers":
            blocks.append("\n".join(f"- {escape(line.label)}: {_pieces(line.pieces)}, {_pieces(line.aside)}"
                                    for line in part.children))
            continue
        blocks.append(f"## {_pieces(part.pieces)}")
        for line in part.children:
            blocks += _block(line)
    return "\n\n".join([*blocks, f"---\n\nBevist av {escape(engine)}"]) + "\n"


def _block(line: Line) -> Iterator[str]:
    if line.kind == "clause":
        yield f"### {_pieces(line.pieces)}"
        yield "\n".join(_items(line.children, ""))
    elif line.label:
        yield f"{escape(line.label)}: {_pieces(line.pieces)}"
    else:
        yield _pieces(line.pieces)
        if line.children:
            yield "\n".join(_items(line.children, ""))


def _items(lines: tuple[Line, ...], indent: str) -> Iterator[str]:
    for line in lines:
        aside = f" ({_pieces(line.aside)})" if line.aside else ""
        yield f"{indent}- {_pieces(line.pieces)}{aside}"
        yield from _items(line.children, indent + "  ")


def _pieces(pieces: tuple[Piece, ...]) -> str:
    return escape(clean("".join(each.text for each in pieces)))
