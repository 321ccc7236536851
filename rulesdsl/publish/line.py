"""The plain lines that every format for people is made of: what is said, of which kind, and in which tone."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from rulesdsl.source import frozen

Detail = Literal["short", "medium", "full"]

Kind = Literal[
    "case",  # one thing that was decided; its children are all that is said of it
    "answers", "answer",  # the answer first: label is the result, pieces the value, aside the clause
    "section",  # a heading: Hvorfor, Hva som mangler
    "result", "clause", "group",  # the nodes of the tree of reasons
    "summary",  # the author's omtale, or a sentence on what the clause came to
    "requirement", "condition", "calculation", "fact",  # why: sign, label, text; aside the values it had
    "source", "place",
    "mark", "missing", "alternative", "note", "difference", "error",
    "share",  # a part of a difference: label is the amount, pieces what causes it
]

NODES: frozenset[Kind] = frozenset({"result", "clause", "group"})
"""The kinds that make branches of the tree; the others are lines below a branch."""

Tone = Literal["word", "text", "strong", "value", "faint", "good", "bad", "doubt"]
"""How a piece is meant. ``word`` is our own connecting word; every other piece stands in the JSON too."""

Sign = Literal["", "✓", "✗", "?"]


@frozen
class Piece:
    """A stretch of a line in one tone; ``link`` is where it leads."""

    text: str
    tone: Tone = "text"
    link: str = ""


Pieces = tuple[Piece, ...]


@frozen
class Line:
    """One line: ``label`` names it in a column of its own, ``aside`` is a remark on it, ``children`` stand below.

    ``folded`` lines are of second rank: a format that can fold them away does. ``role`` says what a clause came to,
    or which section this is, to a format that styles them apart.
    """

    kind: Kind
    pieces: Pieces = ()
    label: str = ""
    sign: Sign = ""
    aside: Pieces = ()
    children: tuple["Line", ...] = ()
    folded: bool = False
    role: str = ""


def piece(text: str, tone: Tone = "text", link: str = "") -> Piece:
    """A piece that is safe to show: one line, and no sign that steers a terminal or turns the direction of writing."""
    safe = link if link.startswith(("https://", "http://")) else ""
    return Piece(clean(text), tone, clean(safe))


def word(text: str) -> Piece:
    """A connecting word of our own."""
    return Piece(text, "word")


def clean(text: str) -> str:
    """The text on one line; signs that cannot be seen but do something are made visible as ``�``."""
    if text.isprintable():
        return text
    return "".join(_visible(sign) for sign in text)


def _visible(sign: str) -> str:
    if sign in "\n\r\t":
        return " "
    if sign == "\u00ad":  # a soft hyphen, which comes along when text is copied from a web page
        return ""
    return "�" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign


def joined(groups: Iterable[Pieces], between: str) -> Pieces:
    """The groups after one another with a word between."""
    found: list[Piece] = []
    for group in groups:
        if found:
            found.append(word(between))
        found.extend(group)
    return tuple(found)


def enumerated(groups: Sequence[Pieces]) -> Pieces:
    """The groups as people list them: ``a``, ``a og b``, ``a, b og c``."""
    return joined((joined(groups[:-1], ", "), groups[-1]), " og ") if len(groups) > 1 else joined(groups, "")


def plain(pieces: Pieces) -> str:
    """The pieces as plain text."""
    return "".join(one.text for one in pieces)


def walk(lines: tuple[Line, ...]) -> Iterator[Line]:
    """The lines and all below them, in the order they are read."""
    for line in lines:
        yield line
        yield from walk(line.children)
