"""The text of a query without signs that nobody sees: one that is lost on the way makes another query of it."""

import re

_PIECES = re.compile(r"""--[^\n]*|/\*.*?\*/|"(?:[^"]|"")*"|'(?:[^']|'')*'""", re.DOTALL)
_BACKSLASHED = re.compile(r"""--[^\n]*|/\*.*?\*/|`[^`]*`|'(?:\\.|[^'\\])*'""", re.DOTALL)
_UNSEEN = re.compile(r"([\x00-\x1f\x7f])")


def printable(text: str, dialect: str) -> str:
    """The query with each control character of a literal written as the function that gives it."""
    pieces, function = (_BACKSLASHED, "char") if dialect == "spark" else (_PIECES, "chr")

    def written(found: re.Match[str]) -> str:
        literal = found[0]
        if literal[0] != "'" or not _UNSEEN.search(literal):
            return literal
        parts = [f"{function}({ord(part)})" if _UNSEEN.fullmatch(part) else f"'{part}'"
                 for part in _UNSEEN.split(literal[1:-1]) if part]
        return f"({' || '.join(parts)})" if len(parts) > 1 else parts[0]

    return pieces.sub(written, text)
