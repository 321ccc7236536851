"""The catalogue of messages: every code is there, every entry is used, and its examples say what they show."""

import re
from pathlib import Path

import pytest

from rulesdsl.catalog import CATALOG, SERIES, entry
from rulesdsl.catalog.entry import Entry
from rulesdsl.catalog.frame import FILES, FRAME, in_frame
from rulesdsl.check.editions import Checked, check
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import read_documents
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.prove.findings import find
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse
from rulesdsl.verifying import NoExplanation, verify_text
from tests.shipped import SHIPPED, shipped

ROOT = Path(__file__).parent.parent

WITHOUT_EXAMPLE = {
    "ISF102": "a text that is not UTF-8 cannot stand in the catalogue; tests/cases/bad has a table that is not",
    "ISF411": "takes two files; tested below",
    "ISF413": "is about what is asked for on the command line, not about a text",
    "ISF430": "takes two files; test_editions.py",
    "ISF434": "takes two files; test_editions.py",
    "ISF435": "takes two files; test_editions.py",
    "ISF436": "is about the day that is asked for on the command line",
    "ISF501": "is about a file with nothing in it",
    "ISF524": "takes the receipt of a decision; tests/test_verify.py has one of each",
    "ISF525": "as ISF524",
    "ISF526": "as ISF524",
    "ISF527": "as ISF524",
    "ISF528": "as ISF524",
    "ISF530": "takes two tables; tests/test_facts_sql.py",
    "ISF531": "is about a line of a table; tests/test_run.py",
    "ISF532": "takes several rulebooks; tests/schemes/test_forlop.py",
    "ISF533": "as ISF532",
    "ISF534": "as ISF532",
    "ISF535": "as ISF532",
}
"""The entries whose wrong example is empty, and why."""

AT_RUN_TIME = {
    "ISF601": '{"episode_id": "E1", "utdato": "2020-06-01", "utfort_av": "kommune", "journalfort": true}',
    "ISF602": '{"episode_id": "E1", "utdato": "2020-06-01", "journalfort": false}',
}
"""Messages that a rulebook without mistakes gives for some case: here is one."""

ISF_TEXTS = [each for first in "234" for each in SERIES[first] if each.code not in WITHOUT_EXAMPLE]


def checked(text: str) -> Checked:
    problems = Problems()
    file = parse(Source("prøve.isf", in_frame(text)), problems)
    return check([file], lambda _, name: FILES[name].encode() if name in FILES else None, problems)


def edition_of(text: str) -> Edition:
    found = checked(text)
    assert not found.problems
    return found.editions["prøve@2020"]


# ── Codes ────────────────────────────────────────────────────────────────────────────────────────────────────


def used_codes() -> dict[str, str]:
    """Every code that the source names, and a file that does."""
    files = [path for path in (ROOT / "rulesdsl").rglob("*.py") if "catalog" not in path.parts]
    return {code: path.name for path in files for code in re.findall(r"ISF\d{3}", path.read_text(encoding="utf-8"))}


def test_every_code_in_the_source_has_an_entry() -> None:
    assert {code: file for code, file in used_codes().items() if code not in CATALOG} == {}


def test_every_entry_is_used() -> None:
    assert sorted(CATALOG.keys() - used_codes().keys()) == []


def test_codes_are_unique_and_in_the_file_of_their_series() -> None:
    every = [item.code for series in SERIES.values() for item in series]
    assert len(every) == len(set(every)) == len(CATALOG)
    for first, series in SERIES.items():
        codes = [item.code for item in series]
        assert codes == sorted(codes)
        assert all(re.fullmatch(rf"ISF{first}\d\d", code) for code in codes)


def test_an_unknown_code_is_a_bug() -> None:
    with pytest.raises(KeyError):
        entry("ISF999")


@pytest.mark.parametrize("item", CATALOG.values(), ids=lambda item: item.code)
def test_an_entry_has_words(item: Entry) -> None:
    assert item.title[0].isupper() or item.title[0] == "«"
    assert not item.title.endswith(".")
    assert len(item.title) <= 40
    assert item.why[0].isupper() or item.why[0] in "«"
    assert item.why.endswith(".")
    assert (item.code in WITHOUT_EXAMPLE) == (not item.wrong)


# ── Examples ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_frame_has_no_mistakes() -> None:
    assert edition_of("").clauses.keys() == {"hovedregel", "vekt", "refusjon"}


@pytest.mark.parametrize("item", ISF_TEXTS, ids=lambda item: item.code)
def test_the_wrong_example_gives_the_message(item: Entry) -> None:
    found = checked(item.wrong).problems
    assert {problem.code for problem in found} == {item.code}
    assert all(problem.is_error == (item.severity == "feil") for problem in found)
    own = in_frame(item.wrong).removesuffix(item.wrong).count("\n")
    for problem in found:
        span = problem.labels[0].span
        assert span.line > own, "the place is in the example, not in the frame"
        assert span.text.strip()
        assert "\n" not in span.text


@pytest.mark.parametrize("item", ISF_TEXTS, ids=lambda item: item.code)
def test_the_right_example_gives_none(item: Entry) -> None:
    assert item.right
    assert [problem.code for problem in checked(item.right).problems] == []


def sentences(text: str, case: str) -> str:
    edition = edition_of(text)
    documents, errors = read_documents(case, "sak.json")
    assert not errors
    loaded = load(documents[0], edition)
    assert not loaded.errors
    explained = explain(decide(edition, loaded), loaded.things[0])
    return "\n".join(reason.sentence for reason in explained.results)


@pytest.mark.parametrize("item", [each for each in SERIES["6"] if each.code < "ISF610"], ids=lambda item: item.code)
def test_a_case_shows_the_message(item: Entry) -> None:
    assert item.code in sentences(item.wrong, AT_RUN_TIME[item.code])
    assert "ISF6" not in sentences(item.right, AT_RUN_TIME[item.code])


@pytest.mark.parametrize("item", [each for each in SERIES["6"] if each.code >= "ISF610"], ids=lambda item: item.code)
def test_the_solver_shows_the_message(item: Entry) -> None:
    def codes(text: str) -> set[str]:
        own = in_frame(text).removesuffix(text).count("\n")
        (report,) = find([edition_of(text)], seconds=20)
        assert not report.unsettled
        return {each.code for each in report.findings if each.spot.place.line > own}

    assert codes(item.wrong) == {item.code}
    assert codes(item.right) == set()


@pytest.fixture(scope="module")
def isf_2020() -> Edition:
    return shipped("isf@2020")


@pytest.mark.parametrize("item", [each for each in SERIES["5"] if each.code < "ISF521"], ids=lambda item: item.code)
def test_a_wrong_case_gives_the_message(item: Entry, isf_2020: Edition) -> None:
    def codes(text: str) -> set[str]:
        documents, errors = read_documents(text, "sak.json")
        return {error.code for error in errors} | {
            error.code for document in documents for error in load(document, isf_2020).errors
        }

    assert codes(item.wrong) == {item.code}
    assert codes(item.right) == set()


@pytest.mark.parametrize("item", [each for each in SERIES["5"] if each.code >= "ISF521" and each.wrong],
                         ids=lambda item: item.code)
def test_a_wrong_explanation_gives_the_message(item: Entry) -> None:
    def codes(text: str) -> set[str]:
        try:
            return {found.code for case in verify_text(SHIPPED, text, "fil").cases for found in case.findings}
        except NoExplanation as error:
            return {each.code for each in error.errors}

    assert item.code in codes(item.wrong)
    assert codes(item.right) == set()


def test_editions_of_two_files_overlap() -> None:
    def file(edition: str, first: str, last: str) -> Source:
        head = f"regelverk prøve {edition} «Prøve»\n  gjelder {first} til {last}\n"
        return Source(f"{edition}.isf", FRAME.replace(FRAME[: FRAME.index("\n\n")], head))

    problems = Problems()
    sources = [file("2020", "2020-01-01", "2021-03-31"), file("2021", "2021-01-01", "2021-12-31")]
    files = [parse(source, problems) for source in sources]
    found = check(files, lambda _, name: FILES[name].encode(), problems)
    assert [(each.code, each.detail) for each in found.problems] == [("ISF411", "prøve@2021")]
    assert found.problems[0].labels[0].span.text == "2021-01-01"
