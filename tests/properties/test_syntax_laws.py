"""The laws of text and syntax: reading what was written gives it back, formatting settles at once and loses nothing,
and no text whatever makes the parser fail or forget a declaration."""

import re
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from syntax_strategies import declarations, expressions, trees

from rulesdsl.diagnostics import Problems
from rulesdsl.source import Source, Span
from rulesdsl.syntax import ast
from rulesdsl.syntax.formatter import format_file, format_tree
from rulesdsl.syntax.parser import parse, read_text
from rulesdsl.syntax.split import TOP_KEYWORDS, split

ROOT = Path(__file__).parents[2]
REAL = sorted({*ROOT.glob("regelverk/**/*.isf"), *ROOT.glob("tests/cases/**/*.isf")})
TEXTS = [path.read_text(encoding="utf-8") for path in REAL]
QUICK = settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))


def read(text: str) -> tuple[ast.File, Problems]:
    problems = Problems()
    return parse(Source("prøve.isf", text), problems), problems


def formatted(text: str) -> str:
    source = Source("prøve.isf", text)
    return format_file(source, parse(source, Problems()))


def comments(text: str) -> list[str]:
    return [comment.text for comment in split(Source("prøve.isf", text), Problems())[1]]


def numbers(node: object) -> list[str]:
    """The digits of all numbers, since decimals that differ in trailing zeros only are equal."""
    return re.findall(r"Decimal\('([^']*)'\)", repr(node))


# ── Trees ────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(QUICK, max_examples=200)
@given(trees)
def test_reading_a_formatted_tree_gives_the_tree(tree: ast.File) -> None:
    text = format_tree(tree)
    again, problems = read(text)
    assert [p.code for p in problems] == ([] if tree.declarations else ["ISF105"]), text
    assert again == tree, text
    assert numbers(again) == numbers(tree), text
    assert formatted(text) == text


@QUICK
@given(expressions)
def test_expressions_survive(value: ast.Expr) -> None:
    nowhere = Span(Source("", ""), 0, 0)
    name = ast.Name("p", span=nowhere)
    clause = ast.ClauseDecl(name, "", (
        ast.Guard(value, span=nowhere), ast.PartDecl(name, value, span=nowhere),
        ast.PartDecl(name, value, span=nowhere), ast.RequirementDecl(name, "k", value, span=nowhere),
        ast.RuleDecl(name, value, value, otherwise=True, span=nowhere),
    ), span=nowhere)
    tree = ast.File((clause,), span=nowhere)
    assert read(format_tree(tree))[0] == tree, format_tree(tree)


@QUICK
@given(trees, st.data())
def test_comments_are_kept_wherever_they_stand(tree: ast.File, data: st.DataObject) -> None:
    """Comments are put between any two words of the text; all come out, in order, and the meaning stays."""
    words = re.findall(r"«[^«»]*»|\S+\s*", format_tree(tree))
    assume(words)
    places = data.draw(st.sets(st.integers(0, len(words) - 1), max_size=6))
    pieces = []
    for index, word in enumerate(words):
        pieces.append(word)
        if index in places:
            before = data.draw(st.sampled_from(["  ", "\n", "\n  ", "\n\n    "]))
            # What follows must not come to stand at the margin, unless it did.
            after = "\n" if index + 1 < len(words) and words[index + 1].strip() in TOP_KEYWORDS else "\n  "
            pieces.append(f"{before}# k{index}{after}")
    text = "".join(pieces)
    file, problems = read(text)
    assume(file == tree and not problems)
    once = formatted(text)
    assert comments(once) == comments(text), once
    assert read(once)[0] == tree, once
    assert formatted(once) == once, text


# ── Any text ─────────────────────────────────────────────────────────────────────────────────────────────────


def check_any(text: str) -> None:
    """What holds of every text: a message or a tree, no declaration lost, formatting keeps and settles."""
    file, problems = read(text)
    pieces, _ = split(Source("prøve.isf", text), Problems())
    assert len(file.declarations) == len(pieces)
    assert [d.span.start for d in file.declarations] == [piece.span.start for piece in pieces]
    broken = [d for d in file.declarations if isinstance(d, ast.BrokenDecl)]
    assert problems or not broken
    once = formatted(text)
    again, _ = read(once)
    assert again == file, once
    assert formatted(once) == once, once
    assert "".join(comments(once)) == "".join(comments(text))


_TOKENS = st.sampled_from([
    *TOP_KEYWORDS, "når", "krav", "der", "ellers", "hvis", "så", "og", "ikke", "er", "finnes", "i", "maks", "sum",
    "for", "4.3.6", "2020-01-01", "1 000", "0,5", "kr", "%", "«x»", '"y"', "«", "»", '"', "#", "# k\n", "\n",
    "\n  ", "\n\n",
    "(", ")", "{", "}", "[", "]", ";", ",", ":", "=", ".", "|", "||", "-", "æøå", "é", "R", "x", " ", "\t",
    "\r\n", "\ufeff", "\u00a0", "\u2028", "\x00",
])


@settings(QUICK, max_examples=150)
@given(st.one_of(st.text(max_size=60), st.lists(_TOKENS, max_size=25).map(" ".join), st.lists(_TOKENS).map("".join)))
@example("")
@example("#")
@example("punkt")
@example("punkt 1\n# a\n\n\n# b")
def test_any_text_can_be_read_and_formatted(text: str) -> None:
    check_any(text)


@settings(QUICK, max_examples=40)
@given(st.data())
def test_damaged_files_can_be_read_and_formatted(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    start = data.draw(st.integers(0, max(0, len(text) - 1500)))
    text = text[start : start + 1500]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(_TOKENS) + text[at + data.draw(st.integers(0, 5)) :]
    check_any(text)


@settings(QUICK, max_examples=60)
@given(st.lists(declarations, min_size=3, max_size=3), st.data())
def test_one_broken_clause_leaves_the_others(three: list[ast.Declaration], data: st.DataObject) -> None:
    nowhere = Span(Source("", ""), 0, 0)
    first, middle, last = (format_tree(ast.File((d,), span=nowhere)) for d in three)
    garbage = data.draw(st.text(string.ascii_lowercase + "()|;:= ", min_size=1, max_size=10))
    head, _, rest = middle.partition(" ")
    file, problems = read(f"{first}\n{head} ){garbage} {rest}\n{last}")
    assert (file.declarations[0], file.declarations[-1]) == (three[0], three[2])
    assert isinstance(file.declarations[1], ast.BrokenDecl)
    assert len(problems) == 1


@QUICK
@given(st.binary(max_size=40))
def test_any_bytes_give_text_or_a_message(data: bytes) -> None:
    problems = Problems()
    source = read_text("prøve.isf", data, problems)
    assert bool(problems) == (data.decode("utf-8", errors="ignore").encode() != data)
    parse(source, problems)


# ── The rulebooks ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", TEXTS, ids=[path.stem for path in REAL])
def test_the_laws_hold_on_every_file(text: str) -> None:
    check_any(text)
    assert comments(formatted(text)) == comments(text)
    assert numbers(read(formatted(text))[0]) == numbers(read(text)[0])
