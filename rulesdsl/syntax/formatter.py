"""Syntax to text: every file looks the same, and nothing the author wrote is lost.

Each declaration becomes lines that remember where in the source they begin; the comments are then put back by these
places, and what could not be read is given back as it stood.
"""

from bisect import bisect_right

from attrs import evolve, frozen

from rulesdsl.diagnostics import Problems
from rulesdsl.source import Source
from rulesdsl.syntax import ast
from rulesdsl.syntax.layout import lines_of
from rulesdsl.syntax.parser import parse
from rulesdsl.syntax.phrases import Line
from rulesdsl.syntax.places import Places, places
from rulesdsl.syntax.split import Comment, split

_ROUNDS = 10


def format_file(source: Source, file: ast.File) -> str:
    """The text of a file in the one style. ``source`` is what ``file`` was parsed from."""
    _, comments = split(source, Problems())
    starts = [declaration.span.start for declaration in file.declarations]
    blocks = _before_first(source, starts[0] if starts else len(source.text), comments)
    for index, declaration in enumerate(file.declarations):
        end = starts[index + 1] if index + 1 < len(starts) else len(source.text)
        blocks += _declaration_blocks(source, declaration, end, comments)
    return _joined(blocks)


def format_tree(file: ast.File) -> str:
    """The text of a tree that was never written: its spans mean nothing."""
    nowhere = places(Source("", ""), 0, 0, ())
    return _joined([_Block(tuple(" " * x.indent + x.text for x in lines_of(d, nowhere))) for d in file.declarations])


@frozen
class _Block:
    """Lines that stand together: a declaration, or comments between two. ``blank`` is the author's blank line before;
    ``attached`` that a comment goes with what follows it."""

    lines: tuple[str, ...]
    blank: bool = False
    comment: bool = False


def _joined(blocks: list[_Block]) -> str:
    """Blank lines as the author had them, one at most, and always one around what takes more than a line."""
    out: list[str] = []
    tall = False
    for index, block in enumerate(blocks):
        following = next((b for b in blocks[index:] if not b.comment), None)
        parts = index > 0 and not (block.comment and blocks[index - 1].comment)
        forced = parts and not blocks[index - 1].comment and (tall or (following is not None and _is_tall(following)))
        if index > 0 and (block.blank or forced):
            out.append("")
        out.extend(block.lines)
        tall = not block.comment and _is_tall(block)
    return "".join(line + "\n" for line in out)


def _is_tall(block: _Block) -> bool:
    return len(block.lines) > 1


def _before_first(source: Source, end: int, comments: tuple[Comment, ...]) -> list[_Block]:
    """What stands before the first declaration: comments, or text that could not be read."""
    before = places(source, 0, end, comments)
    after = _for_what_follows(before) if before.starts else before.comments
    blocks = [_comment_block(before, comment) for comment in after]
    if before.starts:
        blocks.insert(0, _Block(tuple(_verbatim(source.text[: after[0].offset if after else end]))))
    return blocks


def _comment_block(at: Places, comment: Comment) -> _Block:
    return _Block((comment.text,), at.blank_line_before(comment.offset), True)


def _verbatim(text: str) -> list[str]:
    return text.replace("\r\n", "\n").rstrip().split("\n")


def _declaration_blocks(
    source: Source, declaration: ast.Declaration, end: int, comments: tuple[Comment, ...]
) -> list[_Block]:
    """The declaration, and the comments at the margin after it, which belong to what follows."""
    at = places(source, declaration.span.start, end, comments)
    after = _for_what_follows(at)
    kept = len(at.comments) - len(after)
    own = evolve(at, comments=at.comments[:kept], comment_starts=at.comment_starts[:kept])
    if isinstance(declaration, ast.BrokenDecl):
        stop = after[0].offset if after else end
        lines = _verbatim(source.text[declaration.span.start : stop])
    else:
        lines = _settled(declaration, own)
    block = _Block(tuple(lines), at.blank_line_before(declaration.span.start))
    return [block, *(_comment_block(at, comment) for comment in after)]


def _for_what_follows(at: Places) -> tuple[Comment, ...]:
    """The comments after the last word, from the first that stands at the margin."""
    tail = [comment for comment in at.comments if comment.offset > at.starts[-1]]
    kept = next((index for index, comment in enumerate(tail) if _at_margin(at.source, comment)), len(tail))
    return tuple(tail[kept:])


def _at_margin(source: Source, comment: Comment) -> bool:
    return comment.offset == 0 or source.text[comment.offset - 1] == "\n"


def _settled(declaration: ast.Declaration, at: Places) -> list[str]:
    """The lines with their comments. A comment that had to move may change where lines break: then once more."""
    for _ in range(_ROUNDS):
        lines, moved = _with_comments(lines_of(declaration, at), at)
        if not moved:
            break
        source = Source(at.source.name, "".join(line + "\n" for line in lines))
        declaration = parse(source, Problems()).declarations[0]
        at = places(source, 0, len(source.text), split(source, Problems())[1])
    return lines


# ── Comments ─────────────────────────────────────────────────────────────────────────────────────────────────


def _with_comments(lines: list[Line], at: Places) -> tuple[list[str], bool]:
    """Each comment of its own line before the line of what it stood before, each other at the end of the line of
    what it followed; and whether any had to stand otherwise than the author had it."""
    anchors = [line.anchor for line in lines]
    of_line: dict[int, list[Comment]] = {}
    moved = False
    for comment in at.comments:
        word = at.word_after(comment.offset) if comment.own_line else at.word_before(comment.offset)
        number = len(lines) if word is None else max(0, bisect_right(anchors, word) - 1)
        moved = moved or (comment.own_line and word is not None and word != anchors[number])
        of_line.setdefault(number, []).append(comment)
    out: list[str] = []
    trailing: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        above = of_line.get(index, [])
        beside = above.pop() if above and not above[-1].own_line else None
        moved = moved or any(not comment.own_line for comment in above)
        for comment in above:
            _blank_if(out, at.blank_line_before(comment.offset))
            out.append(" " * line.indent + comment.text)
        _blank_if(out, at.blank_line_before(line.anchor))
        out.append(" " * line.indent + line.text)
        if beside:
            trailing.append((len(out) - 1, beside.text))
    for comment in of_line.get(len(lines), []):
        _blank_if(out, at.blank_line_before(comment.offset))
        out.append("  " + comment.text)
    _put_beside(out, trailing)
    return out, moved


def _blank_if(out: list[str], wanted: bool) -> None:
    if wanted and out:
        out.append("")


def _put_beside(out: list[str], trailing: list[tuple[int, str]]) -> None:
    """Comments beside lines that follow each other stand in one column."""
    group: list[tuple[int, str]] = []
    for index, (line, text) in enumerate(trailing):
        group.append((line, text))
        if index + 1 < len(trailing) and trailing[index + 1][0] == line + 1:
            continue
        column = max(len(out[at]) for at, _ in group)
        for at, comment in group:
            out[at] = f"{out[at].ljust(column)}  {comment}"
        group = []
