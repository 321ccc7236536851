"""Bad input in every way we could think of: each gives a message with code and place, and never a traceback."""

import json
import os
import re
import time
from pathlib import Path

import pytest
from conftest import ROOT, Isfrules
from sample_rulebook import FALLBACK, HEAD, NEXT_YEAR, ONE, TWO, case, write

ISF_EPISODE = {"episode_id": "E1", "utdato": "2020-06-01"}
ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def text_of(**facts: object) -> str:
    return json.dumps({**ISF_EPISODE, **facts}, ensure_ascii=False)


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────

CASES = {
    "empty": ("", "ISF501", "er tom"),
    "blank": (" \n\t\n", "ISF501", "er tom"),
    "no cases": ("[]", "ISF501", "har ingen saker"),
    "cut off": ('{"episode_id": "E1", "utdato"', "ISF502", "linje 1, tegn"),
    "decimal comma": ('{"episode_id": "E1",\n "korrigerte_poeng": 155,11}', "ISF502", "linje 2"),
    "not JSON at all": ("episode_id;utdato\nE1;2020-06-01\n", "ISF502", "linje 1"),
    "a text": ('"E1"', "ISF503", "E1"),
    "a list of numbers": ("[1, 2]", "ISF503", "[1]"),
    "null": ("null", "ISF503", "null"),
    "duplicate key": (
        '{"episode_id": "E1", "utdato": "2020-06-01",\n"drg": "1", "drg": "2"}', "ISF504", "linje 2, tegn 13: «drg»"
    ),
    "NaN": ('{"drg": "NaN", "utdato": "2020-06-01",\n"korrigerte_poeng": NaN}', "ISF505", "linje 2, tegn 21: NaN"),
    "Infinity": ('{"episode_id": "E1", "utdato": "2020-06-01", "korrigerte_poeng": -Infinity}', "ISF505", "Infinity"),
    "two million digits": (
        f'{{"utdato": "2020-06-01",\n"korrigerte_poeng": {"9" * 2_000_000}}}', "ISF505", "linje 2, tegn 21: tallet"
    ),
    "huge exponent": (text_of(drg="1")[:-1] + ', "korrigerte_poeng": 1e999999999999}', "ISF505", "1e9"),
    "deep lists": ("[" * 10_000 + "]" * 10_000, "ISF506", "linje 1"),
    "deep objects": ('{"a":' * 10_000 + "1" + "}" * 10_000, "ISF506", "linje 1"),
    "lone surrogate": ('{"episode_id": "E1\\ud83d", "utdato": "2020-06-01"}', "ISF507", "episode_id"),
    "no known field": ('{"opphold": "E1"}', "ISF508", "Ta med"),
    "unknown field": (text_of(debitr=1), "ISF509", "Mente du «debitor»?"),
    "unknown field of a record": (text_of(avtale={"forankrt": True}), "ISF509", "avtale.forankrt"),
    "field of the patient": (text_of(fodselsdato="1980-01-01"), "ISF509", "Pasient"),
    "no date": ('{"episode_id": "E1", "drg": "442"}', "ISF512", "utdato"),
    "wrong type": (text_of(drg=442), "ISF513", "drg"),
    "text for a truth": (text_of(journalfort="ja"), "ISF513", "journalfort"),
    "object for a date": ('{"episode_id": "E1", "utdato": {"år": 2020}}', "ISF513", "utdato"),
    "no such date": ('{"episode_id": "E1", "utdato": "2020-02-30"}', "ISF514", "2020-02-30"),
    "too many decimals": (text_of(korrigerte_poeng=0.12345), "ISF515", "korrigerte_poeng"),
    "too large": (text_of(korrigerte_poeng=10**40), "ISF516", "korrigerte_poeng"),
    "unknown code": (text_of(utfort_av="komune"), "ISF517", "Mente du «kommune»?"),
    "code not yet valid": (text_of(kontakttype=6), "ISF518", "kontakttype"),
    "long list": (text_of(utforende=[1] * 1001), "ISF519", "utforende"),
    "empty element": (text_of(utforende=[1, None]), "ISF520", "utforende[1]"),
    "no edition": ('{"episode_id": "E1", "utdato": "2031-06-01"}', "ISF412", "isf@2025 (2025-01-01 til 2025-12-31)"),
    "duplicate episodes": (
        json.dumps({"pasient_id": "P", "episoder": [ISF_EPISODE, ISF_EPISODE]}), "ISF511", "episoder[0]"
    ),
    "one line of many": (f"{text_of()}\n{{\n{text_of()}", "ISF502", "linje 2"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["tree", "json"])
def test_a_case_that_is_wrong(name: str, form: str, isfrules: Isfrules) -> None:
    text, code, place = CASES[name]
    result = isfrules("explain", "-", "--format", form, given=text)
    assert result.exit_code == 1
    if form == "json":
        errors = [error for each in json.loads(result.stdout)["cases"] for error in each["errors"]]
        assert code in [error["code"] for error in errors]
        assert place in json.dumps(errors, ensure_ascii=False)
    else:
        assert code in result.stdout
        assert place in re.sub(r"\s+", " ", result.stdout)


def test_one_wrong_case_leaves_the_others(isfrules: Isfrules) -> None:
    result = isfrules("explain", "-", "--format", "json", given=f"[{text_of()}, 3, {text_of(drg=1)}, {text_of()}]")
    statuses = [bool(each["results"]) for each in json.loads(result.stdout)["cases"]]
    assert sorted(statuses) == [False, False, True, True]
    assert result.exit_code == 1


@pytest.mark.parametrize("form", ["tree", "json", "markdown", "html"])
@pytest.mark.parametrize("sign", ["\x1b[31m", "\x1b]0;x\x07", "\x9b31m", "\x00", "\r", "\u202e", "\x7f"])
def test_no_sign_that_steers_a_terminal_comes_through(sign: str, form: str, isfrules: Isfrules) -> None:
    facts = {"episode_id": f"E{sign}1", "utdato": "2020-06-01", "drg": f"4{sign}"}
    text = json.dumps({**facts, f"debi{sign}tor": f"x{sign}"})
    result = isfrules("explain", "-", "--format", form, "--detail", "full", given=text)
    assert result.exit_code == 1
    assert not ESCAPES.search(result.stdout)
    assert "\u202e" not in result.stdout
    good = isfrules("explain", "-", "--format", form, "--detail", "full", given=json.dumps(facts))
    assert good.exit_code == 0
    assert not ESCAPES.search(good.stdout)


def test_markup_is_text(isfrules: Isfrules) -> None:
    hostile = json.dumps({"episode_id": "[bold]E[/bold]<script>alert(1)</script>", "utdato": "2020-06-01",
                          "[red]x[/red]": "<img src=x>"})
    tree = isfrules("explain", "-", given=hostile)
    assert "[bold]E[/bold]<script>" in tree.stdout
    assert "[red]x[/red]" in tree.stdout
    page = isfrules("explain", "-", "--format", "html", given=hostile).stdout
    assert "<script>" not in page
    assert "<img" not in page


@pytest.mark.parametrize("setting", [
    ("finnes.ikke=1", "ISF509"), ("debitr=1", "Mente du «debitor»?"), ("debitor=99x", "ISF517"),
    ("kontakttype=6", "ISF518"), ("journalfort=kanskje", "ISF513"), ("utdato=2031-01-01", "ISF412"),
    ("utdato=ukjent", "ISF512"), ("utdato=31.12.2020", "ISF514"), ("korrigerte_poeng=1,23456", "ISF515"),
    ("pasient.finnes_ikke=1", "ISF509"), ("debitor=\x1b[31m", "ISF51"),
])
def test_a_wrong_what_if(setting: tuple[str, str], isfrules: Isfrules) -> None:
    change, said = setting
    result = isfrules("explain", "-", "--what-if", change, given=text_of(debitor=1))
    assert result.exit_code == 1
    assert said in re.sub(r"\s+", " ", result.stdout)
    assert not ESCAPES.search(result.stdout)


def test_a_wrong_what_if_is_said_of_the_change_and_not_of_the_case(isfrules: Isfrules) -> None:
    headings = ["Kan ikke avgjøres", "Kan ikke avgjøres med endringen"]
    for given, heading in ((text_of(drg=1), headings[0]), (text_of(debitor=1), headings[1])):
        result = isfrules("explain", "-", "--what-if", "debitr=1", given=given)
        assert [line for line in result.stdout.splitlines() if line in headings] == [heading]


@pytest.mark.parametrize("date", ["01.06.2020", None])
@pytest.mark.parametrize("form", ["tree", "json"])
def test_a_case_without_a_date_that_can_be_read_names_no_edition(date: str | None, form: str, isfrules: Isfrules
                                                                 ) -> None:
    result = isfrules("explain", "-", "--format", form, given=text_of(utdato=date))
    assert result.exit_code == 1
    if form == "tree":
        assert result.stdout.startswith("Episode E1\n")
        assert "kvittering" not in result.stdout
        return
    (case,) = json.loads(result.stdout)["cases"]
    assert (case["heading"], case["edition"], case["receipt"]) == ("Episode E1", "", None)
    (forced,) = json.loads(isfrules("explain", "-", "--edition", "isf@2020", "--format", form,
                                    given=text_of(utdato=date)).stdout)["cases"]
    assert (forced["edition"], forced["receipt"]["edition"]) == ("isf@2020", "isf@2020")


@pytest.mark.parametrize("setting", ["debitor", "", "=1", " = "])
def test_a_what_if_that_is_no_change(setting: str, isfrules: Isfrules) -> None:
    result = isfrules("explain", "-", "--what-if", setting, given=text_of())
    assert result.exit_code == 2
    assert "er ikke en endring" in result.stderr


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_cannot_be_read(isfrules: Isfrules, tmp_path: Path) -> None:
    places = {tmp_path: "er en mappe", tmp_path / "nei.json": "finnes ikke", Path("x" * 5000): "kan ikke leses"}
    for path, why in places.items():
        result = isfrules("explain", path)
        assert (result.exit_code, why in result.stderr) == (2, True), result.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission(isfrules: Isfrules, tmp_path: Path) -> None:
    path = tmp_path / "sak.json"
    path.write_text(text_of())
    path.chmod(0)
    result = isfrules("explain", path)
    assert result.exit_code == 2
    assert "kan ikke leses" in result.stderr
    rulebooks = write(tmp_path / "regler", a=HEAD + FALLBACK)
    (rulebooks / "a.isf").chmod(0)
    assert "kan ikke leses" in isfrules("check", rulebooks).stderr


def test_a_case_file_that_is_not_utf8(isfrules: Isfrules, tmp_path: Path) -> None:
    path = tmp_path / "sak.json"
    path.write_bytes('{"episode_id":\n "Ø"}'.encode("latin-1"))
    result = isfrules("explain", path)
    assert result.exit_code == 2
    assert "ISF102" in result.stderr
    assert "linje 2" in result.stderr
    path.write_bytes(text_of().encode("utf-16"))
    assert "ISF102" in isfrules("explain", path).stderr
    path.write_bytes(b"\xef\xbb\xbf" + text_of().encode())
    assert isfrules("explain", path).exit_code == 0


def test_a_file_that_is_too_large(isfrules: Isfrules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rulesdsl.cli.explain.MOST_BYTES", 50)
    result = isfrules("explain", "-", given=" " * 51)
    assert result.exit_code == 2
    assert "større enn" in result.stderr


# ── Rulebooks ────────────────────────────────────────────────────────────────────────────────────────────────

CLAUSE = "\npunkt x «X»\n  ifølge oss\n  svar er {}\n"
DEEP = "ikke " * 10_000 + "a"
TABLE = "\ntabell vekt\n  nøkkel k : tekst\n  kolonne v : poeng\n  fil «vekt.csv»  ifølge oss\n"

RULEBOOKS: dict[str, tuple[dict[str, str | bytes], str, str]] = {
    "empty": ({"a": ""}, "ISF105", "regler/a.isf:1"),
    "not UTF-8": ({"a": (HEAD + FALLBACK).encode("latin-1")}, "ISF102", "regler/a.isf:1"),
    "deep": ({"a": HEAD + CLAUSE.format(DEEP)}, "ISF106", "regler/a.isf:2"),
    "two million digits": ({"a": HEAD + CLAUSE.format("9" * 2_000_000 + " er 1")}, "ISF110", "regler/a.isf:23"),
    "unknown name": ({"a": HEAD + CLAUSE.format("aa")}, "ISF201", "regler/a.isf:23"),
    "cyclic": ({"a": HEAD + CLAUSE.format("svar")}, "ISF206", "regler/a.isf"),
    "exception to nothing": (
        {"a": HEAD + CLAUSE.format("ja").replace("  svar", "  unntak fra hoved\n  svar")}, "ISF2", "regler/a.isf:23"
    ),
    "in conflict": ({"a": HEAD + CLAUSE.format("ja") + CLAUSE.format("nei").replace("x", "y")}, "ISF417", "punkt "),
    "no CSV": ({"a": HEAD + FALLBACK + TABLE}, "ISF4", "vekt.csv"),
    "CSV not UTF-8": ({"a": HEAD + FALLBACK + TABLE, "vekt_csv": "k;v\nÆ;1\n".encode("latin-1")}, "ISF", "vekt.csv"),
    "CSV without a column": ({"a": HEAD + FALLBACK + TABLE, "vekt_csv": "k;w\na;1\n"}, "ISF4", "vekt.csv"),
    "CSV that is empty": ({"a": HEAD + FALLBACK + TABLE, "vekt_csv": ""}, "ISF4", "vekt.csv"),
    "control signs": ({"a": HEAD + CLAUSE.format("\x1b[31m «\x1b]0;x\x07»")}, "ISF", "regler/a.isf"),
    "binary": ({"a": bytes(range(256)) * 20}, "ISF102", "regler/a.isf:2"),
    "same edition twice": ({"a": HEAD + FALLBACK, "b": HEAD + FALLBACK}, "ISF202", "regler/b.isf"),
    "editions that overlap": (
        {"a": HEAD + FALLBACK, "b": HEAD.replace("prøve 2020", "prøve neste") + FALLBACK}, "ISF411", "regler/"
    ),
}


@pytest.mark.parametrize("name", RULEBOOKS)
def test_a_rulebook_that_is_wrong(name: str, isfrules: Isfrules, tmp_path: Path) -> None:
    files, code, place = RULEBOOKS[name]
    regler = write(tmp_path / "regler", **files)
    result = isfrules("check", regler)
    assert result.exit_code == 1
    assert f"feil {code}" in result.stdout
    assert place in result.stdout
    assert not ESCAPES.search(result.stdout)
    for command in (["explain", "-"], ["schema"], ["test"], ["show", "prøve@2020"], ["show"]):
        again = isfrules("--rulebooks", regler, *command, given=json.dumps(case()))
        assert again.exit_code in (0, 1, 2)
        assert again.exit_code or command[0] != "test"
    isfrules("fmt", "--check", regler)


def test_a_folder_without_rulebooks(isfrules: Isfrules, tmp_path: Path) -> None:
    other = tmp_path / "notat.txt"
    other.write_text("x")
    places = {tmp_path / "nei": "finnes ikke", tmp_path: "Fant ingen .isf-filer", other: "ikke en .isf-fil"}
    for place, why in places.items():
        for command in (["explain", "-"], ["check"], ["fmt"], ["test"], ["show"], ["schema"]):
            result = isfrules("--rulebooks", place, *command, given=text_of())
            assert result.exit_code == 2
            assert why in result.stderr, command


def test_links_in_a_ring_end(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + FALLBACK)
    for name in ("ring", "runde"):
        (regler / name).symlink_to(regler, target_is_directory=True)
    assert isfrules("check", regler).stdout == "I orden: 1 fil, 1 utgave.\n"


def test_brackets_in_brackets_are_no_trouble(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + CLAUSE.format("(" * 10_000 + "a" + ")" * 10_000))
    assert isfrules("check", regler).exit_code == 0
    assert isfrules("fmt", regler).exit_code == 0
    assert "svar er a\n" in (regler / "a.isf").read_text()


def test_two_editions_on_one_day_decide_nothing(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + FALLBACK, b=HEAD.replace("prøve 2020", "prøve neste") + FALLBACK)
    result = isfrules("--rulebooks", regler, "explain", "-", given=json.dumps(case(a=True)))
    assert result.exit_code == 1
    assert "ISF411" in result.stdout
    assert isfrules("--rulebooks", regler, "explain", "-", "--edition", "prøve@neste",
                    given=json.dumps(case(a=True))).exit_code == 0


def test_rules_in_conflict_when_they_run(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + ONE + TWO)
    assert isfrules("check", regler).exit_code == 0
    result = isfrules("--rulebooks", regler, "explain", "-", given=json.dumps(case(a=True, b=True)), COLUMNS="200")
    assert result.exit_code == 1
    assert "ISF601" in result.stdout
    assert "En (regler/a.isf:24) gir ja" in re.sub(r"\s+[│ ]*", " ", result.stdout)
    assert "To (regler/a.isf:29) gir nei" in re.sub(r"\s+[│ ]*", " ", result.stdout)
    neither = isfrules("--rulebooks", regler, "explain", "-", given=json.dumps(case(a=False, b=False)))
    assert neither.exit_code == 1
    assert "ISF602" in neither.stdout


def test_an_edition_with_errors_does_not_stop_the_others(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + FALLBACK + CLAUSE.format("kanskje"))
    for _ in range(2):
        good = isfrules("--rulebooks", regler, "explain", "-", given=json.dumps(case(a=True)))
        assert good.exit_code == 0, good.output
        assert isfrules("--rulebooks", regler, "explain", "-", "--edition", "prøve@2020",
                        given=json.dumps(case(a=True))).exit_code == 0
        late = isfrules("--rulebooks", regler, "explain", "-", given=json.dumps(case(dato="2021-03-01")))
        assert late.exit_code == 1
        assert "prøve@2021 gjelder 2021-03-01, men har feil" in late.stdout
        named = isfrules("--rulebooks", regler, "explain", "-", "--edition", "prøve@2021", given=json.dumps(case()))
        assert named.exit_code == 2
        assert "«prøve@2021» har feil" in named.stderr
        assert "ISF201" in named.stderr
        assert "regler/b.isf:" in named.stderr
        listed = isfrules("--rulebooks", regler, "show")
        assert "har feil" in listed.stdout
        assert listed.exit_code == 1


# ── Much ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_many_cases_are_decided_one_by_one(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + FALLBACK)
    path = tmp_path / "saker.json"
    path.write_text(json.dumps([{**case(a=bool(number % 2)), "sak_id": f"S{number}"} for number in range(10_000)]))
    start = time.perf_counter()
    result = isfrules("--rulebooks", regler, "explain", path, "--format", "json")
    print(f"10 000 cases: {time.perf_counter() - start:.1f} s, {len(result.stdout) / 1e6:.0f} MB")
    cases = json.loads(result.stdout)["cases"]
    assert [each["results"]["svar"]["value"] for each in cases] == [False, True] * 5000
    lines = "\n".join(json.dumps(case(a=True)) for _ in range(30))
    assert isfrules("--rulebooks", regler, "explain", "-", given=lines).stdout.count("Sak S1") == 30


def test_the_examples_are_used_above(isfrules: Isfrules) -> None:
    assert isfrules("--rulebooks", ROOT / "regelverk", "explain", "-", given=text_of(debitor=1)).exit_code == 0
