"""Text to syntax: ``parse(source)`` gives a ``File`` and the messages of all its declarations at once."""

import re
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from rulesdsl.diagnostics import Problems, did_you_mean
from rulesdsl.source import Source, Span, canonical_name
from rulesdsl.syntax import ast
from rulesdsl.syntax.build import Builder
from rulesdsl.syntax.ellers import EllersOwner
from rulesdsl.syntax.split import TOP_KEYWORDS, Piece, split

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
    if not pieces and len(problems) == before:
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
        _report(error, piece, problems)
        return broken
    if _depth(tree) > MAX_DEPTH:
        _add(
            problems, piece, "ISF106", piece.span.start, piece.span.start + len(piece.keyword),
            f"er nøstet i mer enn {MAX_DEPTH} ledd", "Del uttrykket opp med «der NAVN er …».",
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
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False, postlex=EllersOwner())


def _depth(tree: Tree[Token]) -> int:
    deepest, todo = 0, [(tree, 1)]
    while todo:
        current, depth = todo.pop()
        # a / b / c is one node of the parser's tree, but nests in the syntax.
        depth += sum(isinstance(child, Token) and child.type == "SLASH" for child in current.children)
        deepest = max(deepest, depth)
        todo.extend((child, depth + 1) for child in current.children if isinstance(child, Tree))
    return deepest


# ── What the parser did not expect, in the author's words ────────────────────────────────────────────────────

_KINDS = {
    "NAME": "et navn", "NUMBER": "et tall", "TEXT": "en «tekst»", "DATE": "en dato (2020-01-31)",
    "CLAUSENO": "et punktnummer", "UNIT": "en enhet (kr, poeng, døgn, timer)",
    "ROLE": "«nøkkel» eller «rettsdato»", "COLUMN_ROLE": "«nøkkel» eller «kolonne»",
    "BASIC_TYPE": "en type (ja/nei, tekst, dato)", "STANDING": "status (offisiell, avledet, ubekreftet, eksempel)",
    "EXTREME": "«maks» eller «min»", "_ER_EN_AV": "«er en av»", "ER_IKKE": "«er ikke»",
    "_DESIMALER": "«desimaler»",
}

_VALUE_STARTS = {"NAME", "NUMBER", "TEXT", "DATE", "JA", "NEI", "_LPAR"}


def _report(error: UnexpectedInput, piece: Piece, problems: Problems) -> None:
    base = piece.span.start
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        start = base + (error.token.start_pos or 0)
        found, expected = str(error.token), set(error.accepts or error.expected)
        hint = _hint(found, expected)
        _add(problems, piece, "ISF107", start, start + len(found), _expectation(expected), hint)
    elif isinstance(error, UnexpectedCharacters):
        start = base + error.pos_in_stream
        found = re.match(r"\w+|.", piece.span.text[error.pos_in_stream :], re.DOTALL)
        word = found[0] if found else ""
        expected = set(error.allowed or ())
        _add(problems, piece, "ISF107", start, start + max(1, len(word)), _expectation(expected), _hint(word, expected))
    else:
        assert isinstance(error, UnexpectedEOF | UnexpectedToken)
        start, end = _last_word(piece)
        expected = set(getattr(error, "accepts", None) or error.expected)
        _add(problems, piece, "ISF108", start, end, f"her slutter det; {_expectation(expected)}", "")


def _add(problems: Problems, piece: Piece, code: str, start: int, end: int, label: str, hint: str) -> None:
    clause = ""
    if piece.keyword in ("punkt", "beslutning"):
        named = re.match(r"\w+\s+([\w.]+)", piece.span.text)
        clause = named[1] if named else ""
    problems.add(code, Span(piece.span.source, start, end), label, hint=hint, clause=clause)


def _last_word(piece: Piece) -> tuple[int, int]:
    code = re.sub(r"#[^\n]*", lambda found: " " * len(found[0]), piece.span.text)
    words = list(re.finditer(r"\S+", code))
    return piece.span.start + words[-1].start(), piece.span.start + words[-1].end()


def _expectation(expected: set[str]) -> str:
    if _VALUE_STARTS <= expected:
        return "her ventes et uttrykk"
    names = sorted({_terminal_name(name) for name in expected if name not in ("$END", "COMMENT", "SPACE")})
    if not names:
        return "passer ikke her"
    shown = names[:6]
    return "her ventes " + (", ".join(shown[:-1]) + " eller " + shown[-1] if len(shown) > 1 else shown[0])


def _terminal_name(terminal: str) -> str:
    return _KINDS.get(terminal) or f"«{_lark().get_terminal(terminal).pattern.value}»"


def _hint(found: str, expected: set[str]) -> str:
    keywords = [
        _lark().get_terminal(name).pattern.value for name in expected if name not in _KINDS and name not in ("$END",)
    ]
    if found in TOP_KEYWORDS:
        return f"«{found}» begynner en ny deklarasjon og skal stå helt til venstre."
    if found == "=":
        return "Skriv «er» for likhet."
    if found in (".", "!") or found == "!=":
        return "Desimaltegnet er komma, og ulikhet skrives «er ikke»."
    if found in (",",) and "_SEMI" in expected:
        return "Skill elementer med semikolon."
    return did_you_mean(found, [word for word in keywords if word.isalpha()])
