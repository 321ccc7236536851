"""Where the words and comments of a declaration stand in its source, for the formatter."""

import re
from bisect import bisect_left, bisect_right

from attrs import frozen

from rulesdsl.source import Source
from rulesdsl.syntax.split import Comment

_WORD = re.compile(r"""(?P<comment>\#[^\n]*)|«[^«»]*»|"[^"«»\n]*"|\w+|[^\s\ufeff]""")


@frozen
class Places:
    """The words of the stretch ``[start, end)`` and its comments, in order. Empty for a tree that has no source."""

    source: Source
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    comments: tuple[Comment, ...]
    comment_starts: tuple[int, ...]

    def anchor(self, offset: int, words: int = 0) -> int:
        """Where the word at ``offset`` stands, or ``words`` words before it; opening parentheses are counted with
        what they open."""
        index = bisect_right(self.starts, offset) - 1
        while index > 0 and self._is_parenthesis(index - 1):
            index -= 1
        return self.starts[max(0, index - words)] if self.starts else -1

    def _is_parenthesis(self, index: int) -> bool:
        return self.source.text[self.starts[index]] == "("

    def find_last(self, word: str) -> int:
        """Where a word stands last."""
        found = [s for s, e in zip(self.starts, self.ends, strict=True) if self.source.text[s:e] == word]
        return found[-1] if found else -1

    def comment_between(self, start: int, end: int) -> bool:
        return bisect_left(self.comment_starts, end) > bisect_right(self.comment_starts, start)

    def word_before(self, offset: int) -> int:
        """The last word that stands before ``offset``; -1 when none does."""
        index = bisect_left(self.starts, offset) - 1
        return self.starts[index] if index >= 0 else -1

    def word_after(self, offset: int) -> int | None:
        index = bisect_left(self.starts, offset)
        return self.starts[index] if index < len(self.starts) else None

    def blank_line_before(self, offset: int) -> bool:
        """Whether the author began a line at ``offset`` and left a blank one before it."""
        line_start = self.source.text.rfind("\n", 0, offset)
        if offset < 0 or line_start < 0 or self.source.text[line_start:offset].strip("\ufeff \t\r\n"):
            return False
        previous = self.source.text.rfind("\n", 0, line_start)
        return not self.source.text[previous + 1 : line_start].strip("\ufeff \t\r")


def places(source: Source, start: int, end: int, comments: tuple[Comment, ...]) -> Places:
    """The places of one declaration."""
    words = [found for found in _WORD.finditer(source.text, start, end) if found["comment"] is None]
    inside = tuple(comment for comment in comments if start <= comment.offset < end)
    return Places(
        source, tuple(word.start() for word in words), tuple(word.end() for word in words), inside,
        tuple(comment.offset for comment in inside),
    )
