"""Cuts a file into declarations: each begins with a top-level keyword at column 0, outside texts and comments.

Each piece is parsed by itself, so that a broken declaration never hides the messages of the others.
"""

import re

from attrs import frozen

from rulesdsl.diagnostics import Problems, did_you_mean
from rulesdsl.source import Source, Span

TOP_KEYWORDS = (
    "regelverk", "felles", "kilde", "enhet", "kodeverk", "kodesett", "post", "entitet", "sats", "tabell", "resultat",
    "punkt", "beslutning", "opphev", "egenskap", "eksempel", "rettelse",
)

BODY_KEYWORDS = (
    "gjelder", "kjent", "endrer", "bruker", "tidligere", "status", "merknad", "nøkkel", "rettsdato", "kolonne", "fil",
    "fra", "til", "ifølge", "omtale", "unntak", "når", "krav", "ellers", "der", "regel", "gitt", "og", "så",
    "etter", "for", "treff",
)

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<text>«[^«»]*»|"[^"«»\n]*")
      | (?P<open>[«»"])
      | ^(?P<word>[^\W\d]\w*)(?!\w)""",
    re.VERBOSE | re.MULTILINE,
)


@frozen
class Piece:
    """One declaration: its keyword and the stretch of the file it takes, comments that follow it included."""

    keyword: str
    span: Span


@frozen
class Comment:
    """A comment, ``#`` included; ``own_line`` when nothing else stands before it on its line."""

    offset: int
    text: str
    own_line: bool


def split(source: Source, problems: Problems) -> tuple[tuple[Piece, ...], tuple[Comment, ...]]:
    """The declarations and the comments of a file."""
    starts: list[tuple[int, str]] = []
    comments: list[Comment] = []
    for token in _TOKEN.finditer(source.text):
        if token["comment"] is not None:
            line_start = source.text.rfind("\n", 0, token.start()) + 1
            own = not source.text[line_start : token.start()].strip()
            comments.append(Comment(token.start(), token["comment"].rstrip(), own))
        elif token["open"] is not None:
            _unclosed(source, token, problems)
        elif (word := token["word"]) is not None and _starts_declaration(word, starts, source, token, problems):
            starts.append((token.start(), word))
    ends = [start for start, _ in starts[1:]] + [len(source.text)]
    pieces = tuple(Piece(word, Span(source, start, end)) for (start, word), end in zip(starts, ends, strict=False))
    _text_before_first(source, starts, problems)
    return pieces, tuple(comments)


def _starts_declaration(
    word: str, starts: list[tuple[int, str]], source: Source, token: re.Match[str], problems: Problems
) -> bool:
    """A misspelled keyword starts a declaration too, so that the one before it stays whole."""
    if word in TOP_KEYWORDS:
        return True
    following = source.text[token.end() : token.end() + 40].lstrip(" ")
    if word in BODY_KEYWORDS or following.startswith(("er ", ":", "=", ".")):
        return False
    hint = did_you_mean(word, TOP_KEYWORDS)
    if hint or not starts:
        problems.add("ISF101", Span(source, token.start(), token.end()), "er ikke et nøkkelord", hint=hint)
        return True
    return False


def _unclosed(source: Source, token: re.Match[str], problems: Problems) -> None:
    problems.add(
        "ISF103", Span(source, token.start(), token.end()), "har ikke sin motpart",
        hint="Skriv teksten mellom « og », uten slike tegn inni.",
    )


def _text_before_first(source: Source, starts: list[tuple[int, str]], problems: Problems) -> None:
    end = starts[0][0] if starts else len(source.text)
    before = re.sub(r"#[^\n]*", lambda found: " " * len(found[0]), source.text[:end])
    first = re.search(r"\S", before)
    if first:
        problems.add(
            "ISF104", Span(source, first.start(), first.start() + 1), "hører ikke til noen deklarasjon",
            hint="Begynn linjen med et nøkkelord, som «punkt», helt til venstre.",
        )
