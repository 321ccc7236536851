"""The one style, case by case: what stands in ``name.isf`` becomes ``name.expected.isf``."""

from pathlib import Path

import pytest

from rulesdsl.diagnostics import Problems
from rulesdsl.source import Source
from rulesdsl.syntax.formatter import format_file
from rulesdsl.syntax.parser import parse

CASES = sorted((Path(__file__).parent / "cases" / "format").glob("*.expected.isf"))


def formatted(text: str) -> str:
    source = Source("prøve.isf", text)
    return format_file(source, parse(source, Problems()))


@pytest.mark.parametrize("expected", CASES, ids=lambda path: path.name.split(".")[0])
def test_case(expected: Path) -> None:
    written = expected.with_name(expected.name.replace(".expected", ""))
    wanted = expected.read_text(encoding="utf-8")
    assert formatted(written.read_text(encoding="utf-8")) == wanted
    assert formatted(wanted) == wanted


def rule(body: str) -> str:
    return formatted(f"punkt 1\n  R er {body}\n").removeprefix("punkt 1\n  R er ").removesuffix("\n")


@pytest.mark.parametrize(("written", "shown"), [
    ("2020", "2020"), ("12345", "12 345"), ("1234 kr", "1 234 kr"), ("1234567,50 kroner", "1 234 567,50 kr"),
    ("4875 kr per poeng", "4 875 kroner per poeng"), ("0,50", "0,50"), ("1\u00a0000", "1000"), ("40%", "40 %"),
    ("1234 poeng", "1234 poeng"), ("007", "7"), ("30 døgn", "30 døgn"),
])
def test_numbers(written: str, shown: str) -> None:
    assert rule(written) == shown


@pytest.mark.parametrize("written", [
    "((a))", "(a og b) og c", "a - (b - c)", "a / (b / c)", "(a / b) / c", "-(-a)", "(a er b) er c",
    "(hvis a så b ellers c) + 1", "(finnes x i xs der a) eller b", "ikke (a og b)", "(f(a) ellers b).c",
    "f(a) ellers (g(b) ellers c)", "hvis a så (f(b) ellers c) ellers d", "(t[a].b ellers c) er ikke d",
])
def test_parentheses_keep_the_meaning(written: str) -> None:
    text = f"punkt 1\n  R er {written}\n"
    one = parse(Source("a", text), Problems())
    assert parse(Source("b", formatted(text)), Problems()) == one


def test_needless_parentheses_go() -> None:
    assert rule("((a)) + ((b * c))") == "a + b * c"
    assert rule("(a og b) eller (ikke (c))") == "a og b eller ikke c"


def test_a_long_condition_breaks_before_og_and_eller() -> None:
    terms = " og ".join(f"et_langt_navn_{n} er en_verdi_{n}" for n in range(5))
    text = formatted(f"punkt 1\n  når {terms}\n  R er ja\n")
    assert text.splitlines()[1:4] == [
        "  når et_langt_navn_0 er en_verdi_0", "    og et_langt_navn_1 er en_verdi_1",
        "    og et_langt_navn_2 er en_verdi_2",
    ]


def test_blank_lines_are_the_authors_at_most_one() -> None:
    text = "kilde a «A»\nkilde b «B»\n\n\nkilde c «C»\npunkt 1\n  R er ja\npunkt 2\n  R er ja\n"
    assert formatted(text) == (
        "kilde a «A»\nkilde b «B»\n\nkilde c «C»\n\npunkt 1\n  R er ja\n\npunkt 2\n  R er ja\n"
    )


def test_comments_that_share_a_line_stand_above_it() -> None:
    assert formatted("punkt 1\n  R er f(a; # en\n    b; # to\n    c) # tre\n") == (
        "punkt 1\n  R er f(a;  # en\n    b;       # to\n    c)       # tre\n"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# bare en kommentar\n", "hva som helst", "«", "punkt"])
def test_nothing_is_lost_of_what_cannot_be_read(text: str) -> None:
    assert formatted(text).split() == text.split()


@pytest.mark.parametrize("before", ["«uferdig\n", "# først\n«uferdig\n", "«uferdig # her\n"])
def test_a_comment_after_what_cannot_be_read_stays_with_what_follows(before: str) -> None:
    once = formatted(f"{before}# om punktet\npunkt 1 «x»\n  R er ja\n")
    assert once.endswith("\n\n# om punktet\npunkt 1 «x»\n  R er ja\n")
    assert formatted(once) == once


def test_windows_line_ends_become_plain() -> None:
    assert formatted("punkt 1 «x»\r\n  R er   ja # k\r\n") == "punkt 1 «x»\n  R er ja  # k\n"


def test_a_very_long_sum_is_formatted() -> None:
    assert rule(" + ".join(["a"] * 20_000)).count("+") == 19_999
