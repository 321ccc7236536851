"""Text to syntax: ``parse(source)`` gives a ``File`` and the messages of all its declarations at once."""

import re
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from rulesdsl.diagnostics import Problems
from rulesdsl.source import Source, Span, canonical_name
from rulesdsl.syntax import ast
from rulesdsl.syntax.build import Builder
from rulesdsl.syntax.ellers import EllersOwner
from rulesdsl.syntax.messages import FOREIGN, clause_of, report
from rulesdsl.syntax.split import Piece, split

MAX_DEPTH = 60
"""How deep expressions may be nested. Far beyond what a reader can follow, and safe for every pass."""


def read_text(name: str, data: bytes, problems: Problems) -> Source:
    """The text of a file: UTF-8, without a byte order mark, in NFC. What is not UTF-8 is a message."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = Source(name, canonical_name(data.decode("utf-8", errors="replace")))
        start = readable.text.find("\N{REPLACEMENT CHARACTER}")
        problems.add(
            "ISF102", Span(readable, start, start + 1), f"byte {error.start + 1} er ikke UTF-8",
            hint="Lagre filen som UTF-8.",
        )
        return Source(name, "")
    return Source(name, canonical_name(text))


def parse(source: Source, problems: Problems) -> ast.File:
    """All declarations of a file. A declaration that cannot be read becomes ``BrokenDecl`` and a message."""
    before = len(problems)
    pieces, _ = split(source, problems)
    broken_at = {label.span.start for problem in problems.found[before:] for label in problem.labels}
    declarations = tuple(_parse_piece(piece, broken_at, problems) for piece in pieces)
    unread = any(each.code == "ISF102" and each.labels[0].span.source.name == source.name for each in problems)
    if not pieces and len(problems) == before and not unread:
        problems.add("ISF105", Span(source, 0, 0), "", hint="Begynn med «regelverk» eller «felles».")
    return ast.File(declarations, span=Span(source, 0, len(source.text)))


def _parse_piece(piece: Piece, broken_at: set[int], problems: Problems) -> ast.Declaration:
    broken = ast.BrokenDecl(piece.keyword, span=piece.span)
    if any(piece.span.start <= offset < piece.span.end for offset in broken_at):
        return broken
    text = piece.span.text
    try:
        tree = _lark().parse(text)
    except UnexpectedInput as error:
        report(error, piece, _keyword, problems)
        return broken
    if _depth(tree) > MAX_DEPTH:
        head = Span(piece.span.source, piece.span.start, piece.span.start + len(piece.keyword))
        problems.add(
            "ISF106", head, f"er nøstet i mer enn {MAX_DEPTH} ledd", clause=clause_of(piece),
            hint="Del uttrykket opp med «der NAVN er …».",
        )
        return broken
    before = len(problems)
    declaration = Builder(piece.span, problems).transform(tree)
    if len(problems) > before:
        return broken
    assert isinstance(declaration, ast.Declaration)
    return declaration


@cache
def _lark() -> Lark:
    grammar = (files("rulesdsl.syntax") / "grammar.lark").read_text(encoding="utf-8")
    keywords = [*re.findall(r'^[A-Z_]+: "(\w+)"$', grammar, re.MULTILINE), *FOREIGN]
    grammar = grammar.replace("KEYWORDS", "|".join(keywords))
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False, postlex=EllersOwner())


def _depth(tree: Tree[Token]) -> int:
    deepest, pending = 0, [(tree, 1)]
    while pending:
        current, depth = pending.pop()
        # a / b / c is one node of the parser's tree, but nests in the syntax.
        depth += sum(isinstance(child, Token) and child.type == "SLASH" for child in current.children)
        deepest = max(deepest, depth)
        pending.extend((child, depth + 1) for child in current.children if isinstance(child, Tree))
    return deepest


def _keyword(terminal: str) -> str:
    return str(_lark().get_terminal(terminal).pattern.value)
