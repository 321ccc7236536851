"""Text with places: sources, spans, and what nodes are made with.

Offsets count code points of the text as it was read. Identifiers are compared in NFC, so an å typed as
one character and an å typed as two are the same letter.
"""

import unicodedata
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from attrs import frozen as frozen
else:
    import attrs

    def frozen(kind=None, **options):
        """``attrs.frozen`` where ``==``, ``hash`` and ``repr`` are the same three functions for all classes. Attrs
        compiles them for each, and for a hundred classes that takes longer than all a short command does."""
        if kind is None:
            return lambda kind: frozen(kind, **options)
        by_identity = options.get("eq") is False
        made = attrs.frozen(kind, **{**options, "eq": False, "repr": False})
        made.__repr__ = _repr
        if not by_identity:
            made.__eq__, made.__hash__ = _eq, _hash
        return made

    def _compared(node):
        return [getattr(node, each.name) for each in node.__attrs_attrs__ if each.eq]

    def _eq(node, other):
        return _compared(node) == _compared(other) if type(other) is type(node) else NotImplemented

    def _hash(node):
        return hash((type(node), *_compared(node)))

    def _repr(node):
        shown = [f"{each.name}={getattr(node, each.name)!r}" for each in node.__attrs_attrs__ if each.repr]
        return f"{type(node).__qualname__}({', '.join(shown)})"


@define(frozen=True, slots=False)
class Source:
    """A named text. ``name`` is what a message shows as the file; ``text`` is its whole content."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        starts.extend(i + 1 for i, sign in enumerate(self.text) if sign == "\n")
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset) - 1
        return line + 1, offset - self._starts[line] + 1

    def offset(self, line: int) -> int:
        """The offset of the first sign of a line, counted from 1."""
        return self._starts[line - 1]

    def line(self, number: int) -> str:
        """The text of a line (counted from 1), without its line break."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


@frozen
class Span:
    """A half-open stretch ``[start, end)`` of a source."""

    source: Source = field(repr=False)
    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """The stretch from the start of this one to the end of ``other``."""
        return Span(self.source, self.start, other.end)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]


@frozen(kw_only=True)
class Node:
    """What every syntax node has: the place it was written, which never decides equality."""

    span: Span = field(eq=False, repr=False)


def canonical_name(text: str) -> str:
    """An identifier as it is compared: Unicode NFC."""
    return unicodedata.normalize("NFC", text)
