"""``isfrules verify``: what holds is said to hold, and each kind of change is told apart from the others."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import ROOT, Isfrules
from sample_rulebook import FALLBACK, HEAD, NEXT_YEAR, case, write

from rulesdsl.cli.verify import SCHEMA
from rulesdsl.evaluate.documents import read_documents
from rulesdsl.evaluate.receipt import case_hash

EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in (".json", ".jsonl"))
KOMMUNE = ROOT / "examples" / "kommune-avtale-ikke-forankret.json"
PATIENT = ROOT / "examples" / "stg-sovnapne-to-tertialer.json"

Document = dict[str, Any]


def explained(isfrules: Isfrules, *args: str | Path, **more: Any) -> Document:
    found: Document = json.loads(isfrules("explain", *args, "--format", "json", **more).stdout)
    return found


def verified(isfrules: Isfrules, document: Document | str, *before: str | Path, exit_code: int) -> Document:
    text = document if isinstance(document, str) else json.dumps(document)
    result = isfrules(*before, "verify", "-", "--format", "json", given=text)
    assert result.exit_code == exit_code, result.output
    found: Document = json.loads(result.stdout)
    assert found["schema"] == SCHEMA == "isfrules.verification/1"
    assert found["holds"] == (exit_code == 0)
    return found


def codes(found: Document) -> list[list[str]]:
    return [[finding["code"] for finding in each["findings"]] for each in found["cases"]]


def shown(isfrules: Isfrules, document: Document) -> Result:
    return isfrules("verify", "-", given=json.dumps(document))


# ── What holds ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_holds(path: Path, isfrules: Isfrules, tmp_path: Path) -> None:
    text = isfrules("explain", path, "--format", "json").stdout
    (tmp_path / "forklaring.json").write_text(text, encoding="utf-8")
    result = isfrules("verify", tmp_path / "forklaring.json")
    decided = [bool(each["edition"]) for each in json.loads(text)["cases"]]  # a day may have no edition
    many = sum(decided)
    assert result.exit_code == 0
    assert result.stdout.count("✓ ") == many
    said = f"{many} av {many} kvitteringer holder." if many else "Ingen kvitteringer å prøve."
    assert result.stdout.endswith(f"\n{said}\n")
    found = verified(isfrules, text, exit_code=0)
    assert codes(found) == [[]] * len(decided)
    assert [each["holds"] is True and not each["notes"] for each in found["cases"]] == decided


def test_a_file_that_is_written_case_by_case_holds(isfrules: Isfrules) -> None:
    one = json.loads(KOMMUNE.read_text(encoding="utf-8"))
    patient = {"pasient_id": "P", "episoder": [{**one, "episode_id": f"P{number}"} for number in range(15)]}
    text = json.dumps([{**one, "episode_id": f"E{number}"} for number in range(15)] + [patient])
    found = explained(isfrules, "-", given=text)
    documents = [bool(each["receipt"]["document"]) for each in found["cases"]]
    assert documents == [True] * 15 + [True] + [False] * 14
    assert codes(verified(isfrules, found, exit_code=0)) == [[]] * 30


def test_a_case_with_errors_has_a_receipt_that_holds(isfrules: Isfrules) -> None:
    found = explained(isfrules, "-", given='[{"episode_id": "E1", "utdato": "2020-06-01", "debitr": null}]')
    assert found["cases"][0]["errors"]
    assert found["cases"][0]["receipt"]["document"] == {"episode_id": "E1", "utdato": "2020-06-01", "debitr": None}
    assert codes(verified(isfrules, found, exit_code=0)) == [[]]
    found["cases"][0]["errors"] = []
    assert codes(verified(isfrules, found, exit_code=1)) == [["ISF527"]]


def test_a_case_without_an_edition_has_nothing_to_try(isfrules: Isfrules) -> None:
    found = explained(isfrules, "-", given='[{"episode_id": "E1", "utdato": "1990-06-01"}, {"x": 1}, 3]')
    assert [each["receipt"] for each in found["cases"]] == [None] * 3
    tried = verified(isfrules, found, exit_code=0)
    assert [each["holds"] for each in tried["cases"]] == [None] * 3
    assert "ingenting å prøve" in tried["cases"][0]["notes"][0]
    assert shown(isfrules, found).stdout.endswith("\nIngen kvitteringer å prøve.\n")


def test_an_edition_that_was_asked_for_is_asked_for_again(isfrules: Isfrules) -> None:
    text = json.dumps({**json.loads(KOMMUNE.read_text(encoding="utf-8")), "utdato": "2019-12-30"})
    found = explained(isfrules, "-", "--edition", "isf@2020", given=text)
    assert found["cases"][0]["receipt"]["forced"] is True
    assert codes(verified(isfrules, found, exit_code=0)) == [[]]


def test_what_if_is_not_covered_and_does_not_disturb(isfrules: Isfrules) -> None:
    for change in ("avtale.forankret=ja", "avtale.forankrt=ja"):
        found = explained(isfrules, KOMMUNE, "--what-if", change)
        (tried,) = verified(isfrules, found, exit_code=0)["cases"]
        assert any("sammenlignet" in note for note in tried["notes"])


def test_another_version_of_the_engine_is_a_note(isfrules: Isfrules) -> None:
    found = explained(isfrules, KOMMUNE)
    found["cases"][0]["receipt"]["engine"] = "isfrules 0.0.1"
    found["cases"][0]["results"]["refusjon"]["text"] = "0 kr"  # older versions may have other words
    (tried,) = verified(isfrules, found, exit_code=0)["cases"]
    assert tried["notes"] == [note for note in tried["notes"] if note.startswith("Avgjort av isfrules 0.0.1, prøvd av")]
    assert tried["notes"]


def test_numbers_are_exact(isfrules: Isfrules) -> None:
    text = KOMMUNE.read_text(encoding="utf-8").replace("155.11", "155.1100000000000000000000000000")
    answer = isfrules("explain", "-", "--format", "json", given=text).stdout
    assert '"korrigerte_poeng": 155.1100000000000000000000000000\n' in answer
    assert codes(verified(isfrules, answer, exit_code=0)) == [[]]
    huge = KOMMUNE.read_text(encoding="utf-8").replace("155.11", "155.1100000000000000000000000001")
    answer = isfrules("explain", "-", "--format", "json", given=huge).stdout
    assert codes(verified(isfrules, answer, exit_code=0)) == [[]]


# ── The hash of a case ───────────────────────────────────────────────────────────────────────────────────────


def hash_of(text: str) -> str:
    (document,), errors = read_documents(text, "sak")
    assert not errors
    return case_hash(document.raw)


ALIKE = [
    ('{"a": 1, "b": 2}', '{"b":2,"a":1}'), ('{"a": 1}', '{"a": 1.00}'), ('{"a": 100}', '{"a": 1e2}'),
    ('{"a": 0}', '{"a": -0.0}'), ('{"a": null, "b": true}', '{"b": true}'), ('{"a": "å"}', '{"a": "a\\u030a"}'),
    ('{"å": 1}', '{"a\\u030a": 1}'), ('{"a": "\\u0041"}', '{"a": "A"}'), ('{"a": {"b": null}}', '{"a": {}}'),
]
APART = [
    ('{"a": 1}', '{"a": "1"}'), ('{"a": 1}', '{"a": true}'), ('{"a": 1}', '{"a": 2}'), ('{"a": 1}', '{"b": 1}'),
    ('{"a": [1, 2]}', '{"a": [2, 1]}'), ('{"a": [1, null]}', '{"a": [1]}'), ('{"a": {}}', '{"b": 1}'),
    ('{"a": ["1,2"]}', '{"a": ["1", "2"]}'), ('{"a": "b", "c": "d"}', '{"a": "b\\",\\"c\\":\\"d"}'),
    ('{"a": 0.1}', '{"a": 0.10000000000000000000001}'), ('{"a": {"b": 1}}', '{"a": [{"b": 1}]}'),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_case_has_one_hash(one: str, other: str) -> None:
    assert hash_of(one) == hash_of(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_another_case_has_another_hash(one: str, other: str) -> None:
    assert hash_of(one) != hash_of(other)


# ── What was changed in the file ─────────────────────────────────────────────────────────────────────────────


def first(document: Document) -> Document:
    found: Document = document["cases"][0]
    return found


def receipt(document: Document) -> Document:
    found: Document = first(document)["receipt"]
    return found


def result(document: Document, name: str = "refusjon") -> Document:
    found: Document = first(document)["results"][name]
    return found


ZEROS = "0" * 64

CHANGES: dict[str, tuple[Callable[[Document], object], set[str]]] = {
    "value": (lambda each: result(each).update(value="1.00"), {"ISF527"}),
    "value as a number": (lambda each: result(each).update(value=0), {"ISF527"}),
    "text": (lambda each: result(each).update(text="1,00 kr"), {"ISF527"}),
    "status": (lambda each: result(each).update(status="unknown"), {"ISF527"}),
    "punkt": (lambda each: result(each, "tellende").update(punkt="4.3.7"), {"ISF527"}),
    "rule": (lambda each: result(each, "tellende").update(rule="krav avtale"), {"ISF527"}),
    "missing": (lambda each: result(each).update(missing=["drg"]), {"ISF527"}),
    "a result gone": (lambda each: first(each)["results"].pop("tellende"), {"ISF527"}),
    "a result more": (lambda each: first(each)["results"].update(bonus=result(each)), {"ISF527"}),
    "a result that is none": (lambda each: first(each)["results"].update(refusjon=3), {"ISF527"}),
    "no results": (lambda each: first(each).update(results=None), {"ISF527"}),
    "an error more": (lambda each: first(each).update(results={}, errors=[{"code": "ISF509"}]), {"ISF527"}),
    "whose it is": (lambda each: first(each).update(key="E99"), {"ISF527"}),
    "the heading": (lambda each: first(each).update(heading="Episode E99"), {"ISF527"}),
    "the edition shown": (lambda each: first(each).update(edition="isf@2021"), {"ISF527"}),
    "a fact": (lambda each: receipt(each)["document"].update(innmate_hast=5), {"ISF524"}),
    "a fact that decides": (lambda each: receipt(each)["document"]["avtale"].update(forankret=True),
                            {"ISF524", "ISF527"}),
    "a field more": (lambda each: receipt(each)["document"].update(hdg=21), {"ISF524"}),
    "the hash of the case": (lambda each: receipt(each).update(case=ZEROS), {"ISF524"}),
    "the hash of the rules": (lambda each: receipt(each).update(meaning=ZEROS), {"ISF525"}),
    "a correction": (lambda each: receipt(each).update(corrections=[{"edition": "isf@2020"}]), {"ISF525"}),
    "both hashes": (lambda each: receipt(each).update(meaning=ZEROS, case=ZEROS), {"ISF524", "ISF525"}),
    "the edition": (lambda each: receipt(each).update(edition="isf@1999"), {"ISF526"}),
    "the rulebook": (lambda each: receipt(each).update(edition=""), {"ISF526"}),
    "the place": (lambda each: receipt(each).update(place="episoder[1]"), {"ISF528"}),
    "the receipt": (lambda each: first(each).update(receipt=None), {"ISF522"}),
    "the receipt gone": (lambda each: first(each).pop("receipt"), {"ISF522"}),
    "a receipt that is none": (lambda each: first(each).update(receipt=[1]), {"ISF523"}),
    "an empty receipt": (lambda each: first(each).update(receipt={}), {"ISF523"}),
    "a hash that is cut": (lambda each: receipt(each).update(case=receipt(each)["case"][:63]), {"ISF523"}),
    "a hash in capitals": (lambda each: receipt(each).update(meaning=receipt(each)["meaning"].upper()), {"ISF523"}),
    "a hash with a line": (lambda each: receipt(each).update(case=receipt(each)["case"] + "\n"), {"ISF523"}),
    "a hash that is a number": (lambda each: receipt(each).update(meaning=7), {"ISF523"}),
    "forced": (lambda each: receipt(each).update(forced="ja"), {"ISF523"}),
    "known": (lambda each: receipt(each).update(known="i går"), {"ISF523"}),
    "known that is no day": (lambda each: receipt(each).update(known="2020-02-31"), {"ISF523"}),
    "a document that is none": (lambda each: receipt(each).update(document=[1]), {"ISF523"}),
    "an empty document": (lambda each: receipt(each).update(document={}), {"ISF524", "ISF528"}),
    "a document of its own depth": (
        lambda each: receipt(each).update(document={"avtale": json.loads("[" * 150 + "]" * 150)}), {"ISF523"}),
    "a case that is none": (lambda each: each.update(cases=[3]), {"ISF522"}),
}


@pytest.mark.parametrize(("change", "wanted"), CHANGES.values(), ids=CHANGES)
def test_each_change_is_told_apart_and_the_other_cases_are_still_tried(
    change: Callable[[Document], object], wanted: set[str], isfrules: Isfrules
) -> None:
    found = explained(isfrules, KOMMUNE)
    whole = deepcopy(first(found))
    change(found)
    found["cases"].append(whole)
    tried = verified(isfrules, found, exit_code=1)
    assert set(codes(tried)[0]) == wanted
    assert codes(tried)[1] == []
    text = shown(isfrules, found)
    assert text.exit_code == 1
    assert text.stdout.count("✗ ") == 1
    assert all(code in text.stdout for code in wanted)
    assert text.stdout.endswith("\n1 av 2 kvitteringer holder.\n")


def test_a_document_is_found_wherever_it_stands_in_the_file(isfrules: Isfrules) -> None:
    found = explained(isfrules, KOMMUNE)
    whole = deepcopy(first(found))
    receipt(found).update(document=None)
    assert codes(verified(isfrules, found, exit_code=1)) == [["ISF529"]]
    found["cases"].append(whole)
    tried = verified(isfrules, found, exit_code=1)
    assert codes(tried) == [[], ["ISF528"]]
    assert "to ganger" in tried["cases"][1]["findings"][0]["message"]


def test_a_wrong_result_is_named_with_both_sides(isfrules: Isfrules) -> None:
    found = explained(isfrules, KOMMUNE)
    result(found).update(value="3552639.44")
    result(found, "tellende").update(value=True, rule=None)
    (finding,) = verified(isfrules, found, exit_code=1)["cases"][0]["findings"]
    assert finding["disagreements"] == [
        {"result": "tellende", "stated": {"value": True, "rule": None},
         "given": {"value": False, "rule": "krav forankring"}},
        {"result": "refusjon", "stated": {"value": "3552639.44"}, "given": {"value": "0.00"}},
    ]
    text = shown(isfrules, found).stdout
    assert "Resultatet i filen er ikke det regelverket gir." in text
    assert "refusjon, verdi: filen sier 3552639.44, regelverket gir 0.00" in text
    assert "tellende, regel: filen sier ingen, regelverket gir krav forankring" in text


def test_the_cases_of_a_patient_belong_together(isfrules: Isfrules) -> None:
    whole = explained(isfrules, PATIENT)
    assert [each["receipt"]["place"] for each in whole["cases"]] == [f"episoder[{at}]" for at in range(4)]

    def after(change: Callable[[list[Document]], object]) -> list[list[str]]:
        found = deepcopy(whole)
        change(found["cases"])
        return codes(verified(isfrules, found, exit_code=1))

    assert after(lambda cases: cases.pop(2)) == [["ISF528"], [], []]
    assert after(lambda cases: cases.pop(0)) == [["ISF529"]] * 3
    assert after(lambda cases: cases.append(deepcopy(cases[1]))) == [[], [], [], [], ["ISF528"]]
    assert after(lambda cases: cases[3]["receipt"].update(place="episoder[9]")) == [["ISF528"], [], [], ["ISF528"]]
    assert after(lambda cases: cases[0]["receipt"]["document"]["episoder"].pop(2)) == [
        ["ISF524"], ["ISF524"], ["ISF524", "ISF527"], ["ISF524", "ISF528"]]
    assert after(lambda cases: cases[2]["receipt"].update(case=ZEROS)) == [["ISF528"], [], ["ISF529"], []]
    swapped = deepcopy(whole)
    swapped["cases"][1], swapped["cases"][2] = swapped["cases"][2], swapped["cases"][1]
    assert codes(verified(isfrules, swapped, exit_code=0)) == [[]] * 4


# ── What was changed in the rules ────────────────────────────────────────────────────────────────────────────


def test_rules_that_changed_say_whether_the_case_comes_out_the_same(isfrules: Isfrules, tmp_path: Path) -> None:
    rules = write(tmp_path / "regler", a=HEAD + FALLBACK)
    found = {a: explained(isfrules, "-", given=json.dumps(case(a=a)), ISFRULES_RULEBOOKS=str(rules))
             for a in (True, False)}
    write(rules, a=(HEAD + FALLBACK).replace("«Svaret»", "«Noe annet»") + "\n# bare tekst\n")
    assert codes(verified(isfrules, found[True], "--rulebooks", rules, exit_code=0)) == [[]]
    write(rules, a=(HEAD + FALLBACK).replace("når a", "når b"))
    for each in found.values():
        (tried,) = verified(isfrules, each, "--rulebooks", rules, exit_code=1)["cases"]
        (finding,) = tried["findings"]
        assert finding["code"] == "ISF525"
        assert "prøve@2020 er endret siden" in finding["message"]
        assert finding["message"].endswith("får saken et annet svar.")
        assert finding["disagreements"]
        assert tried["same_today"] is False
    write(rules, a=(HEAD + FALLBACK).replace("når a", "når a og a"))
    (tried,) = verified(isfrules, found[True], "--rulebooks", rules, exit_code=1)["cases"]
    assert tried["same_today"] is True
    assert tried["findings"][0]["message"].endswith("får saken samme svar.")
    assert tried["findings"][0]["disagreements"] == []


def test_an_edition_that_is_gone_broken_or_no_longer_of_that_day(isfrules: Isfrules, tmp_path: Path) -> None:
    rules = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + FALLBACK)
    found = explained(isfrules, "-", given=json.dumps([case(a=True), case(a=True, dato="2021-02-02")]),
                      ISFRULES_RULEBOOKS=str(rules))
    write(rules, a=HEAD + FALLBACK.replace("når a", "når finnes_ikke"))
    tried = verified(isfrules, found, "--rulebooks", rules, exit_code=1)
    assert codes(tried) == [["ISF526"], []]
    assert "har feil" in tried["cases"][0]["findings"][0]["message"]
    (rules / "a.isf").unlink()
    tried = verified(isfrules, found, "--rulebooks", rules, exit_code=1)
    assert codes(tried) == [["ISF526"], []]
    assert "finnes ikke" in tried["cases"][0]["findings"][0]["message"]
    write(rules, a=(HEAD + FALLBACK).replace("2020-12-31", "2020-03-31"))
    tried = verified(isfrules, found, "--rulebooks", rules, exit_code=1)
    assert codes(tried) == [["ISF525"], []]
    assert "Ingen utgave gjelder nå" in tried["cases"][0]["findings"][0]["message"]


CORRECTION = """\
rettelse prøve 2020 «Rettet»
  kjent fra 2020-02-01

punkt en «En»
  ifølge oss
  unntak fra ellers_nei
  når b
  svar er ja
"""


def test_rules_corrected_since_are_tried_as_they_were(isfrules: Isfrules, tmp_path: Path) -> None:
    text = HEAD.replace("2020-12-31\n", "2020-12-31\n  kjent fra 2019-12-01\n", 1) + FALLBACK
    rules = write(tmp_path / "regler", a=text)
    found = explained(isfrules, "-", given=json.dumps(case(a=True)), ISFRULES_RULEBOOKS=str(rules))
    write(rules, b=CORRECTION)
    tried = verified(isfrules, found, "--rulebooks", rules, exit_code=1)
    assert codes(tried) == [["ISF525"]]
    assert tried["cases"][0]["same_today"] is False
    found["cases"][0]["results"]["svar"]["rule"] = "x"
    assert codes(verified(isfrules, found, "--rulebooks", rules, exit_code=1)) == [["ISF525", "ISF527"]]
    known = explained(isfrules, "-", "--known", "2020-01-15", given=json.dumps(case(a=True)),
                      ISFRULES_RULEBOOKS=str(rules))
    assert receipt(known)["known"] == "2020-01-15"
    assert receipt(known)["corrections"] == []
    assert result(known, "svar")["value"] is True
    assert codes(verified(isfrules, known, "--rulebooks", rules, exit_code=0)) == [[]]
    today = explained(isfrules, "-", given=json.dumps(case(a=True)), ISFRULES_RULEBOOKS=str(rules))
    assert [each["known_from"] for each in receipt(today)["corrections"]] == ["2020-02-01"]
    receipt(known)["known"] = "2019-01-01"
    (tried,) = verified(isfrules, known, "--rulebooks", rules, exit_code=1)["cases"]
    assert tried["findings"][0]["code"] == "ISF526"
    assert "ikke kjent 2019-01-01" in tried["findings"][0]["message"]


# ── Files that are no explanation ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("text", "code"), [
    ("", "ISF501"), ("{", "ISF502"), ("nei", "ISF502"), ("[" * 1_000_000, "ISF506"), ('{"a":' * 1_000_000, "ISF506"),
    ("3", "ISF521"), ("[]", "ISF521"), ("{}", "ISF521"), ("null", "ISF521"), (json.dumps(case()), "ISF521"),
    ('{"schema": "isfrules.explanation/2", "cases": []}', "ISF521"), ('{"schema": "isfrules.explanation/1"}', "ISF521"),
    ('{"schema": "isfrules.explanation/1", "cases": {}}', "ISF521"),
])
def test_a_file_that_is_no_explanation(text: str, code: str, isfrules: Isfrules) -> None:
    found = isfrules("verify", "-", given=text)
    assert found.exit_code == 2
    assert found.stderr.startswith(code)
    assert found.stdout == ""


def test_a_file_that_is_not_there_and_one_that_is_not_text(isfrules: Isfrules, tmp_path: Path) -> None:
    found = isfrules("verify", tmp_path / "ingen.json")
    assert found.exit_code == 2
    assert "finnes ikke" in found.stderr
    assert "en forklaring i JSON" in found.stderr
    assert isfrules("verify", "-", given=b"\xff\xfe").exit_code == 2


def test_an_older_explanation_has_no_receipts(isfrules: Isfrules) -> None:
    found = explained(isfrules, PATIENT)
    for each in found["cases"]:
        del each["receipt"]
    assert codes(verified(isfrules, found, exit_code=1)) == [["ISF522"]] * 4


def test_an_explanation_of_nothing(isfrules: Isfrules) -> None:
    assert verified(isfrules, {"schema": "isfrules.explanation/1", "cases": []}, exit_code=0)["cases"] == []


def test_a_key_that_stands_twice_is_said_and_all_cases_are_tried(isfrules: Isfrules) -> None:
    text = isfrules("explain", PATIENT, "--format", "json").stdout
    doubled = text.replace('"status": "known",', '"status": "known", "status": "known",', 1)
    tried = verified(isfrules, doubled, exit_code=1)
    assert [each["code"] for each in tried["errors"]] == ["ISF504"]
    assert "linje " in tried["errors"][0]["message"]
    assert codes(tried) == [[]] * 4
    assert "ISF504" in isfrules("verify", "-", given=doubled).stdout


def test_texts_of_the_file_do_not_steer_the_terminal(isfrules: Isfrules) -> None:
    found = explained(isfrules, KOMMUNE)
    first(found).update(heading="\x1b[31mE1\u202e", key="\x1b]0;x\x07")
    result(found).update(value="\x1b[2J", missing=["\x1b[2J"])
    assert "\x1b" not in shown(isfrules, found).stdout
    text = isfrules("verify", "-", "--format", "json", given=json.dumps(found)).stdout
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_readme_says_what_a_receipt_proves() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "isfrules.verification/1" in text
    assert "no signature" in text
