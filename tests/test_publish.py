"""Every format shows the same, at each level of detail, and none takes a text for anything but a text."""

import datetime
import html
import io
import re
import subprocess
import sys
from decimal import Decimal
from typing import Any

import jsonschema
import publish_samples as samples
import pytest
from attrs import evolve
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console

from rulesdsl.core.types import DOGN, KRONER, POENG, Bool, Code, Date, ListOf, Number, Text, unit_product
from rulesdsl.core.values import change, exact, shown, spoken
from rulesdsl.diagnostics import Diagnostic, Label, render_plain
from rulesdsl.evaluate.explanation import CaseExplanation, Comparison, Contribution, Explanation, Mark
from rulesdsl.publish import problems, terminal
from rulesdsl.publish.html import to_html
from rulesdsl.publish.json import explanation_schema, to_json
from rulesdsl.publish.line import Detail, clean, walk
from rulesdsl.publish.markdown import escape, to_markdown
from rulesdsl.publish.marks import gathered
from rulesdsl.publish.outline import BRIEF, outline
from rulesdsl.source import Source, Span

DETAILS: tuple[Detail, ...] = ("short", "medium", "full")
ALL = [pytest.param(case, id=name) for name, case in samples.SAMPLES.items()]
EVERY = pytest.mark.parametrize("case", ALL)
EACH_DETAIL = pytest.mark.parametrize("detail", DETAILS)

OUR_LABELS = {
    "", "gjelder fordi", "og", "vilkår", "når", "gir", "ville gitt", "kan gi", "kilde", "står i",
    "kvittering", "avgjort av", "utgave", "kjent", "rettelse", "regelverk", "sak", "sted",
}
OUR_OUTCOMES = {"ukjent", "konflikt", "ingen regel", "skjønn"}


def printed(case: CaseExplanation, detail: Detail, width: int = 100, colour: bool = False) -> str:
    console = Console(
        file=io.StringIO(), width=width, force_terminal=colour, color_system="standard" if colour else None,
        legacy_windows=False, _environ={},
    )
    console.print(terminal.render(samples.explanation(case), detail, width, colour))
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


def scalars(value: Any) -> set[str]:
    """All texts and numbers of a JSON document, names as people say them; a hash by its first digits too."""
    if isinstance(value, dict):
        return {spoken(key).casefold() for key in value} | {s for below in value.values() for s in scalars(below)}
    if isinstance(value, list):
        return {s for below in value for s in scalars(below)}
    found = spoken(str(value)).casefold()
    return {found, found[:BRIEF]} if re.fullmatch("[0-9a-f]{64}", found) else {found}


def said(case: CaseExplanation, detail: Detail) -> set[str]:
    """All that the outline says that is not a connecting word of our own."""
    lines = list(walk(outline(samples.explanation(case), detail)))
    pieces = {one.text for line in lines for one in (*line.pieces, *line.aside) if one.tone != "word"}
    return (pieces - OUR_OUTCOMES) | ({line.label for line in lines} - OUR_LABELS)


def flat(text: str) -> str:
    return " ".join(re.sub(r"[│├└─]", " ", text).split())


def text_of_html(page: str) -> str:
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return flat(html.unescape(re.sub(r"<[^>]*>", "", body)))


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────

PRICE = Number(2, unit_product(KRONER, POENG, -1))
HUGE = Decimal("99999999999999999999999999999999999.99")


@pytest.mark.parametrize(("type_", "value", "people", "program"), [
    (Number(2, KRONER), Decimal("3552639.44"), "3 552 639,44 kr", "3552639.44"),
    (Number(2, KRONER), Decimal(0), "0,00 kr", "0.00"),
    (Number(2, KRONER), Decimal("-0.00"), "0,00 kr", "0.00"),
    (Number(2, KRONER), Decimal("-1234.5"), "−1 234,50 kr", "-1234.50"),
    (Number(2, KRONER), Decimal("-0.05"), "−0,05 kr", "-0.05"),
    (Number(2, KRONER), Decimal("1E+6"), "1 000 000,00 kr", "1000000.00"),
    (Number(2, KRONER), HUGE, "99 999 999 999 999 999 999 999 999 999 999 999,99 kr", str(HUGE)),
    (Number(3, POENG), Decimal("0.215"), "0,215 poeng", "0.215"),
    (Number(3, POENG), Decimal("155.11"), "155,110 poeng", "155.110"),
    (Number(3, POENG), Decimal(1), "1 poeng", "1.000"),
    (PRICE, Decimal("45808"), "45 808 kr per poeng", "45808.00"),
    (PRICE, Decimal("43428.50"), "43 428,50 kr per poeng", "43428.50"),
    (Number(0, DOGN), Decimal(4), "4 døgn", "4"),
    (Number(0, (("timer", 1),)), Decimal(1), "1 time", "1"),
    (Number(0, (("timer", 1),)), Decimal(5), "5 timer", "5"),
    (Number(2, unit_product(KRONER, (("timer", 1),), -1)), Decimal(100), "100 kr per time", "100.00"),
    (Number(0), Decimal(2020), "2020", "2020"),
    (Number(0), Decimal(-12345), "−12 345", "-12345"),
    (Number(2), Decimal("0.4"), "0,40", "0.40"),
    (Number(1), Decimal("0.125"), "0,125", "0.125"),
    (Bool(), True, "ja", True),
    (Bool(), False, "nei", False),
    (Date(), datetime.date(2020, 6, 1), "1. juni 2020", "2020-06-01"),
    (Code("Utforer"), "privat_med_avtale", "privat med avtale", "privat_med_avtale"),
    (Text(), "A_1", "A_1", "A_1"),
    (Text(), "", "«»", ""),
    (ListOf(Text()), ("a", "b"), "a, b", ["a", "b"]),
    (ListOf(Number(1)), (Decimal("1.5"), Decimal(2)), "1,5; 2", ["1.5", "2.0"]),
    (ListOf(Code("X")), (), "ingen", []),
    (Number(2, KRONER), None, "ukjent", None),
])  # fmt: skip
def test_a_value_is_shown_as_people_read_it_and_exactly(type_: Any, value: Any, people: str, program: Any) -> None:
    assert shown(type_, value).replace("\u00a0", " ") == people
    assert exact(type_, value) == program


def test_a_number_is_never_broken_over_two_lines() -> None:
    assert " " not in shown(PRICE, Decimal("45808.00")).removesuffix(" per poeng")
    assert shown(Number(2, KRONER), Decimal("3552639.44")) == "3\u00a0552\u00a0639,44\u00a0kr"


def test_a_change_is_exact_however_large() -> None:
    moved = change(Number(2, KRONER), HUGE, HUGE.copy_negate())
    assert str(moved) == "-199999999999999999999999999999999999.98"
    assert change(Bool(), True, False) is None
    assert change(Number(0), None, Decimal(1)) is None


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_json_fits_its_schema() -> None:
    schema = explanation_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    document = to_json(samples.explanation(*samples.SAMPLES.values()))
    validator.validate(document)
    document["cases"][0]["results"]["refusjon"]["because"][0]["more"] = 1
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(document)


def test_json_has_what_the_contract_says() -> None:
    document = to_json(samples.explanation(samples.REFUSED))
    assert document["schema"] == "isfrules.explanation/1"
    found = document["cases"][0]
    assert (found["entity"], found["key"], found["edition"]) == ("Episode", "E17", "isf@2020")
    counts, refund = found["results"]["tellende"], found["results"]["refusjon"]
    assert (counts["value"], counts["status"], counts["punkt"], counts["missing"]) == (False, "known", "4.3.6", [])
    assert (refund["value"], refund["text"], refund["unit"]) == ("0.00", "0,00\u00a0kr", "kroner")
    assert to_json(samples.explanation(samples.UNKNOWN))["cases"][0]["results"]["refusjon"]["missing"] == [
        "avtale.forankret"
    ]


def test_every_object_of_the_schema_is_closed() -> None:
    def objects(value: Any) -> list[Any]:
        if isinstance(value, list):
            return [one for below in value for one in objects(below)]
        if not isinstance(value, dict):
            return []
        own = [value] if "properties" in value and value.get("type") == "object" else []
        return own + [one for below in value.values() for one in objects(below)]

    found = objects(explanation_schema())
    assert len(found) > 10
    for one in found:
        assert one["additionalProperties"] is False
        assert one["required"] == list(one["properties"])


# ── The formats agree ────────────────────────────────────────────────────────────────────────────────────────


@EVERY
@EACH_DETAIL
def test_json_holds_all_that_is_shown(case: CaseExplanation, detail: Detail) -> None:
    held = scalars(to_json(samples.explanation(case)))
    assert {text for text in said(case, detail) if spoken(text).casefold() not in held} == set()


@EVERY
@EACH_DETAIL
def test_every_format_shows_the_outline(case: CaseExplanation, detail: Detail) -> None:
    explanation = samples.explanation(case)
    in_terminal = flat(printed(case, detail, width=110))
    in_html = text_of_html(to_html(explanation, detail))
    markdown = MarkdownIt("gfm-like", {"linkify": False}).render(to_markdown(explanation, detail))
    in_markdown = flat(html.unescape(re.sub(r"<[^>]*>", "", markdown)))
    for text in said(case, detail):
        assert flat(text) in in_html
        assert flat(text) in in_markdown
        assert flat(text) in in_terminal or "://" in text, text


@EVERY
def test_more_detail_never_says_less_of_the_answer(case: CaseExplanation) -> None:
    def answers(detail: Detail) -> list[str]:
        lines = walk(outline(samples.explanation(case), detail))
        return [line.label + "".join(one.text for one in line.pieces) for line in lines if line.kind == "answer"]

    assert answers("short") == answers("medium") == answers("full")
    assert len(said(case, "short")) <= len(said(case, "medium")) <= len(said(case, "full"))


@pytest.mark.parametrize("detail", DETAILS)
def test_doubtful_values_are_marked_at_every_detail(detail: Detail) -> None:
    for shown_text in (
        printed(samples.MARKED, detail), text_of_html(to_html(samples.explanation(samples.MARKED), detail)),
        to_markdown(samples.explanation(samples.MARKED), detail),
    ):
        for mark in ("eksempel", "ubekreftet", "skjønn", "er oppdiktet"):
            assert mark in shown_text


# ── The look of the terminal ─────────────────────────────────────────────────────────────────────────────────

EXPECTED = """\
Episode E17 · utskrevet 1. juni 2020 · ISF 2020

  Refusjon   0,00 kr   etter refusjon – ISF-refusjon
  Tellende   nei       etter 4.3.6 Spesialisthelsetjenester utført av kommuner

Hva hvert punkt ga eller tok
  +3 552 639,44 kr  refusjon – ISF-refusjon
  −3 552 639,44 kr  4.3.6 Spesialisthelsetjenester utført av kommuner    ubekreftet
           0,00 kr  til sammen

Hvorfor
  Refusjon er 0,00 kr fordi episoden ikke teller.
  ├─ refusjon – ISF-refusjon
  │     gjelder fordi  ikke tellende
  │     gir            0,00 kr
  │     kilde          ISF-regelverket 2020 (offisiell) – kapittel 2
  │
  └─ Episoden teller ikke med.    Episoden inngår i beregningsgrunnlaget for ISF
     ├─ 4.3.6 Spesialisthelsetjenester utført av kommuner    unntak fra hovedregelen
     │     Det kommunen utfører, teller bare med når en avtale mellom nivåene oppfyller tre krav.
     │     gjelder fordi   utført av er kommune
     │     ✓ avtale        regulert i avtale mellom tjenestenivåene
     │     ✗ forankring    avtalen er forankret i samarbeidsavtalestrukturen
     │                     avtale.forankret er nei
     │     ✓ rapportering  avtalen sikrer aktivitetsrapportering til NPR
     │     gir             nei    krav forankring
     │     kilde           ISF-regelverket 2020 (offisiell) – 4.3.6
     │
     ├─ hovedregel – Hva som teller med    4.3.6 går foran
     │     Hovedregelen ville gitt ja, men 4.3.6 går foran.
     │
     └─ Gjaldt ikke
        └─ 4.3.2 Poliklinisk kontakt over video
              ✗ kontakttype er video    kontakttype er oppmøte

Hva som skulle til
  Var avtalen forankret, ville refusjonen vært 3 552 639,44 kr.    etter refusjon

Merk
  ubekreftet  Punkt 4.3.6 er ikke bekreftet av en publisert kilde.
"""


def test_a_refusal_looks_as_it_should() -> None:
    assert printed(samples.REFUSED, "medium").replace("\u00a0", " ") == EXPECTED


def test_short_is_the_answer_alone() -> None:
    assert printed(samples.REFUSED, "short").replace("\u00a0", " ") == "\n".join(EXPECTED.split("\n")[:4]) + "\n"


@EVERY
@EACH_DETAIL
@pytest.mark.parametrize("width", [12, 30, 60, 80, 140])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_the_terminal(case: CaseExplanation, detail: Detail, width: int, colour: bool) -> None:
    text = re.sub(r"\x1b(\[[0-9;]*m|\]8;[^\x1b]*\x1b\\)", "", printed(case, detail, width, colour))
    for line in text.split("\n"):
        assert cell_len(line) <= width
        assert colour or line == line.rstrip(" ")


@EVERY
@EACH_DETAIL
def test_without_colour_there_are_no_codes_and_the_text_is_the_same(case: CaseExplanation, detail: Detail) -> None:
    bare, coloured = printed(case, detail), printed(case, detail, colour=True)
    assert "\x1b" not in bare
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b(\[[0-9;]*m|\]8;[^\x1b]*\x1b\\)", "", coloured) == bare


def test_colour_off_holds_on_a_terminal_too() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="truecolor", _environ={})
    console.print(terminal.render(samples.explanation(samples.MARKED), "full", 80, colour=False))
    assert "\x1b" not in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_result_is_told_once() -> None:
    told = printed(samples.MARKED, "medium")
    assert told.count("Journalført aktivitet") == 1
    assert "Episoden teller med.    se over" in told


def test_of_many_that_fell_only_the_close_are_told() -> None:
    refused = samples.REFUSED.results[0]
    far = tuple(
        samples.clause(f"9.{n}", f"Langt unna {n}", "fell", guard=(samples.condition("drg er 1", False),))
        for n in range(6)
    )
    main = evolve(refused.reasons[0], exceptions=(*refused.reasons[0].exceptions, *far))
    text = printed(samples.case("E", evolve(refused, reasons=(main,))), "medium")
    assert "heller ikke 9.0, 9.1, 9.2, 9.3, 9.4, 9.5" in text
    assert "kontakttype er video" in text
    assert "Langt unna" not in text
    assert "Langt unna 3" in printed(samples.case("E", evolve(refused, reasons=(main,))), "full")


def test_an_unknown_says_what_is_missing_and_what_it_could_bring() -> None:
    text = printed(samples.UNKNOWN, "medium").replace("\u00a0", " ")
    assert "Refusjon   ukjent   mangler avtale.forankret" in text
    assert "? forankring" in text
    after = text[text.index("Hva som mangler") :]
    assert "avtale.forankret    trengs for Refusjon og Tellende" in after
    assert "Er avtalen forankret, er refusjonen 3 552 639,44 kr." in after
    assert "Er den ikke forankret, er refusjonen 0,00 kr." in after


def test_the_other_outcomes_are_said_in_words() -> None:
    assert "5.1 og 5.2 gir ulike svar" in printed(samples.CONFLICT, "short")
    assert "ikke noe punkt gjelder" in printed(samples.NO_RULE, "short")
    assert "drg er en av gruppe g    drg er 999" in printed(samples.NO_RULE, "medium")
    assert "ISF501  Kjenner ikke feltet" in printed(samples.ERRORED, "short")
    assert "0,00 kr → 3 552 639,44 kr (+3 552 639,44 kr)" in printed(samples.WHAT_IF, "short").replace("\u00a0", " ")


def test_clauses_that_agree_are_both_told() -> None:
    one = samples.clause("6.1", "Tolk", "decides", rules=(samples.rule("decides", True),))
    other = samples.clause("6.2", "Tegnspråk", "agrees", rules=(samples.rule("agrees", True),), standing="avledet")
    counts = samples.result("tolk", Bool(), True, clause="6.1", reasons=(one, other))
    text = printed(samples.case("E", counts), "medium")
    assert "Tolk er ja\n" in text
    assert "6.2 Tegnspråk    gir det samme · avledet" in text


def test_cases_are_kept_apart() -> None:
    console = Console(file=io.StringIO(), width=60, color_system=None)
    console.print(terminal.render(samples.explanation(samples.REFUSED, samples.ERRORED), "short", 60, colour=False))
    assert f"\n\n{'─' * 60}\n\nEpisode E21\n" in console.file.getvalue()  # type: ignore[attr-defined]
    page = to_html(samples.explanation(samples.REFUSED, samples.ERRORED), "short")
    assert "<h1>2 avgjørelser</h1>" in page
    assert '<a href="#sak-2">' in page


def test_an_edition_compared_is_named_with_what_each_change_is_worth() -> None:
    text = printed(samples.COMPARED, "medium").replace("\u00a0", " ")
    assert "Sammenlignet med ISF 2021\n" in text
    assert "  −47 360,56 kr  sats egenandel: ny, 100,00 kr\n" in text
    assert "+3 552 639,44 kr  til sammen\n" in text


WHAT_GAVE = """\
Hva hvert punkt ga eller tok
  Takst      0,00 kr
             +90,10 kr  5.3 Takst
             −90,10 kr  5.4 Uten takst
               0,00 kr  til sammen
  Egenandel  351,00 kr
             +401,00 kr  5.1 Poliklinikk
              −50,00 kr  5.2 Barn    ubekreftet
              351,00 kr  til sammen

"""


def test_of_several_amounts_each_is_named_and_what_one_clause_gave_is_not_told() -> None:
    assert WHAT_GAVE in printed(samples.TWO_AMOUNTS, "medium").replace("\u00a0", " ")
    assert WHAT_GAVE in printed(samples.TWO_AMOUNTS, "full").replace("\u00a0", " ")
    assert "ga eller tok" not in printed(samples.TWO_AMOUNTS, "short")
    assert "ga eller tok" not in printed(samples.MARKED, "full")


def test_the_answer_set_beside_tells_what_clauses_gave_with_full_detail_only() -> None:
    better = evolve(samples.REFUSED, results=(*samples.REFUSED.results[:1], evolve(
        samples.REFUSED.results[1], contributions=samples.GIVEN[:1] + samples.TWO_AMOUNTS.results[1].contributions)))
    changed = evolve(samples.WHAT_IF, changed=better)
    compared = evolve(samples.COMPARED, compared=evolve(samples.COMPARED.compared, other=better))
    for case, titled in ((changed, ", med endringen"), (compared, ", etter ISF 2021")):
        assert f"Hva hvert punkt ga eller tok{titled}\n" in printed(case, "full")
        assert f"Hva hvert punkt ga eller tok{titled}" not in printed(case, "medium")


def test_what_a_clause_gave_is_exact_in_json() -> None:
    found = to_json(samples.explanation(samples.REFUSED))["cases"][0]["results"]
    assert found["tellende"]["contributions"] == []
    first, second = found["refusjon"]["contributions"]
    assert first == {"punkt": "refusjon", "title": "ISF-refusjon", "amount": "3552639.44",
                     "text": "+3\u00a0552\u00a0639,44\u00a0kr", "marks": []}
    assert (second["amount"], second["text"]) == ("-3552639.44", "−3\u00a0552\u00a0639,44\u00a0kr")
    assert [mark["kind"] for mark in second["marks"]] == ["ubekreftet"]


def test_results_that_use_one_another_in_a_ring_do_not_hang() -> None:
    one, two = samples.REFUSED.results
    assert "Hvorfor" in printed(samples.case("E", evolve(one, uses=("refusjon",)), two), "full")


# ── Hostile texts ────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = "<script>alert(1)</script> [red]rød[/red] **fet** `kode` $x$ | # \x1b[31m\u202e & \"'"


def hostile() -> Explanation:
    refund = samples.REFUSED.results[1]
    source = evolve(samples.REGELVERK, title=HOSTILE, url="javascript:alert(1)")
    reason = evolve(
        refund.reasons[0], number=HOSTILE, title=HOSTILE, summary=HOSTILE, citations=samples.cite(HOSTILE, source),
        guard=(samples.condition(HOSTILE, False, samples.fact(HOSTILE, HOSTILE, Text())),), role="waits",
    )
    given = tuple(Contribution(number, Decimal(1), HOSTILE, (Mark("eksempel", HOSTILE, HOSTILE),))
                  for number in (HOSTILE, "4.3.6"))
    result = evolve(refund, title=HOSTILE, sentence=HOSTILE, reasons=(reason,), clause=HOSTILE, contributions=given)
    return samples.explanation(samples.case(HOSTILE, result, heading=HOSTILE, edition_title=HOSTILE))


@EACH_DETAIL
def test_html_takes_no_text_for_markup(detail: Detail) -> None:
    page = to_html(hostile(), detail)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page
    assert "\x1b" not in page


@EACH_DETAIL
def test_markdown_takes_no_text_for_markup(detail: Detail) -> None:
    page = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(to_markdown(hostile(), detail))
    assert "<script" not in page
    assert "<strong>fet" not in page
    assert "<code>" not in page
    assert 'href="javascript' not in page
    assert "[red]rød[/red]" in page


@EACH_DETAIL
def test_the_terminal_takes_no_text_for_markup(detail: Detail) -> None:
    text = printed(hostile().cases[0], detail)
    assert "[red]rød[/red]" in flat(text)
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("text", ["1. juni 2020", "2) to", "- strek", "+ pluss", "# tall", "> sitat", "=== x", "a_b_"])
def test_markdown_escapes_the_start_of_a_line(text: str) -> None:
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render("- " + escape(text))
    assert html.unescape(re.sub(r"<(?!/?(ul|li)>)[^>]*>", "¤", rendered)) == f"<ul>\n<li>{text}</li>\n</ul>\n"


def test_control_signs_are_made_visible() -> None:
    assert clean("a\nb\tc\x1b[0m\u202ed\u00ade\u00a0f") == "a b c�[0m�de\u00a0f"


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────────────────


@EACH_DETAIL
def test_html_needs_nothing_else(detail: Detail) -> None:
    page = to_html(samples.explanation(*samples.SAMPLES.values()), detail)
    assert page.lstrip().startswith("<!doctype html>")
    assert '<html lang="nb">' in page
    for outside in ("<script", "<link", "<img", "@import", "url(", "src="):
        assert outside not in page
    opened = re.findall(r"<(main|article|section|ul|li|div|dl|details|p|span|a)\b", page)
    closed = re.findall(r"</(main|article|section|ul|li|div|dl|details|p|span|a)>", page)
    assert sorted(opened) == sorted(closed)


def test_html_folds_what_did_not_apply_and_names_its_signs() -> None:
    page = to_html(samples.explanation(samples.REFUSED))
    assert re.search(r"<details>\s*<summary><span class=\"name\">Gjaldt ikke", page)
    assert 'role="img" aria-label="ikke oppfylt">✗' in page


# ── Messages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_in_colour_says_what_the_plain_one_says() -> None:
    source = Source("regelverk/isf/2020.isf", "punkt 4.3.6\n  når utfort_av er [red]komune[/red]\n")
    problem = Diagnostic(
        "ISF201", "komune", (Label(Span(source, 31, 42), "står ikke i kodeverket Utforer"),), clause="4.3.6",
        hint="Mente du «kommune»?",
    )
    in_case = Diagnostic("ISF501", path="episoder[2].drg")
    for one in (problem, in_case):
        assert problems.render_problem(one, colour=True).plain == render_plain(one)
        assert problems.render_problem(one, colour=False).plain == render_plain(one)
        assert not problems.render_problem(one, colour=False).spans
        assert problems.render_problem(one, colour=True).spans
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(problems.render_problems([problem, in_case], colour=False))
    written = console.file.getvalue()  # type: ignore[attr-defined]
    assert written == f"{render_plain(problem)}\n\n{render_plain(in_case)}\n\n2 feil\n"
    assert problems.tally([]) == "Ingen feil"


def test_only_what_is_used_is_imported() -> None:
    asked = "import sys, rulesdsl.publish.terminal, rulesdsl.publish.html, rulesdsl.publish.markdown;"
    heavy = "('jinja2', 'markdown_it', 'rich.markdown', 'lark', 'pygments')"
    run = subprocess.run(
        [sys.executable, "-c", f"{asked} print([m for m in {heavy} if m in sys.modules])"],
        capture_output=True, text=True, check=True,
    )
    assert run.stdout.strip() == "[]"


@EACH_DETAIL
def test_a_mark_of_an_answer_set_beside_is_told_as_that_ones(detail: Detail) -> None:
    """Those of both stand once, as the case's own; the others below a heading that says whose they are."""
    own, both, other = (Mark("eksempel", what, f"{what} er laget.") for what in ("Vekten", "Satsen", "Prisen"))
    before = samples.case("E1", samples.result("r", samples.KR, Decimal(1), marks=(own, both)))
    after = samples.case("E1", samples.result("r", samples.KR, Decimal(2), marks=(both, other)), edition="isf@2021")
    told = {
        "Merk, med endringen (ISF 2021)": evolve(before, changed=after),
        "Merk, med endringen": evolve(before, changed=evolve(after, edition="isf@2020")),
        "Merk, etter ISF 2021": evolve(before, compared=Comparison("ISF 2021", False, after)),
    }
    for heading, case in told.items():
        page = samples.explanation(case)
        for text in (printed(case, detail), to_markdown(page, detail), text_of_html(to_html(page, detail))):
            marks = text[text.index("Merk"):]
            first, found, second = marks.partition(heading)
            assert found
            assert "Vekten og satsen" in flat(first).replace("Satsen", "satsen")
            assert "Prisen" not in first
            assert "Prisen er laget." in flat(second)
            assert "Satsen" not in second
    assert "Merk, " not in printed(evolve(before, changed=before), detail)


def test_marks_that_say_the_same_are_one_sentence() -> None:
    said = {"ubekreftet": "er ikke bekreftet", "eksempel": "er laget"}
    marks = [Mark("ubekreftet", "punkt 1.2", "Punkt 1.2 er ikke bekreftet av en publisert kilde."),
             Mark("skjønn", "vurdert", "vurdert er et skjønn."), Mark("skjønn", "ment", "ment er et skjønn."),
             *(Mark(kind, what, f"{what} {says}.") for kind, says in said.items()  # type: ignore[arg-type]
               for what in ("pris", "andel", "vekt[A]"))]
    marks += [*(Mark("eksempel", f"punkt {number}", f"Punkt {number} er laget.") for number in (3, 4)), marks[0]]
    assert list(gathered(marks)) == [
        ("ubekreftet", "Punkt 1.2 er ikke bekreftet av en publisert kilde."),
        ("skjønn", "vurdert er et skjønn."), ("skjønn", "ment er et skjønn."),
        ("ubekreftet", "Pris, andel og vekt[A] er ikke bekreftet av en publisert kilde."),
        ("eksempel", "Pris, andel og vekt[A] er laget for at reglene skal kunne prøves; tallene er ikke ekte."),
        ("eksempel", "Punktene 3 og 4 er laget for at reglene skal kunne prøves; tallene er ikke ekte."),
    ]
