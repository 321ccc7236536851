"""``check``, ``fmt``, ``test``, ``show``, ``schema``, and what all commands share: help, messages, exit codes."""

import errno
import json
import os
import re
import stat
import subprocess
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT, Isfrules
from sample_rulebook import FALLBACK, HEAD, NEXT_YEAR, ONE, TWO, write

import rulesdsl
from rulesdsl.cli import COMMANDS
from rulesdsl.deciding import Question, explain_text
from rulesdsl.diagnostics import os_said
from tests.shipped import SHIPPED

EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir()
                  if path.suffix in (".json", ".jsonl") and path.stem != "forlop")
"""The cases that are of one rulebook each."""
ENGLISH = re.compile(
    r"\b(Usage|Error|Options|Commands|Show|Try|Missing|No such|Invalid|unexpected|Aborted|exit|default|is not|Path)\b"
)

EXAMPLE = """
eksempel «{name}»
  ifølge oss
  gitt Sak
    dato er 2020-05-05
    a er {a}
  så svar er {answer}
"""
TESTED = HEAD + FALLBACK + "".join(EXAMPLE.format(name=each.title(), a=each, answer=each) for each in ("ja", "nei"))
UNTIDY = (HEAD + FALLBACK).replace("  svar er ja", "\n\n    # husk dette\n      svar   er    ja # og dette")


@pytest.fixture
def regler(tmp_path: Path) -> Path:
    return write(tmp_path / "regler", a=TESTED)


# ── What all have in common ──────────────────────────────────────────────────────────────────────────────────


def test_help_is_norwegian_throughout(isfrules: Isfrules) -> None:
    pages = [isfrules("--help"), isfrules(), isfrules("-h"), *(isfrules(name, "--help") for name in COMMANDS)]
    for page in pages:
        assert page.exit_code == 0
        assert not ENGLISH.search(page.stdout), page.stdout
        assert page.stdout.startswith("Bruk: isfrules")
        assert "Viser denne hjelpen." in page.stdout
    assert pages[0].stdout == pages[1].stdout == pages[2].stdout
    for name, about in COMMANDS.items():
        assert f"{name} " in pages[0].stdout
        assert about in pages[0].stdout


WRONG_CALLS = {
    "chek": "«chek» er ikke en kommando. Mente du «check»?",
    "explain": "FIL mangler.",
    "explain a b": "Det er for mye i kallet: b.",
    "explain a --formt json": "Valget --formt finnes ikke. Mente du --format?",
    "explain a --rulebooks r": "Valget --rulebooks står før kommandoen: isfrules --rulebooks … explain …",
    "explain a --version": "Valget --version finnes ikke.",
    "explain a --qqqq": "Valget --qqqq finnes ikke.",
    "explain a --format xml": "«xml» er ikke ett av valgene. Velg en av tree, json, markdown, html.",
    "explain a --detail alt": "Velg en av short, medium, full.",
    "explain a --format": "Valget --format trenger en verdi.",
    "explain a --what-if": "Valget --what-if trenger en verdi.",
    "fmt --check=ja": "Valget --check tar ingen verdi.",
    "check --format json": "Valget --format finnes ikke.",
    "test --format html": "Velg en av text, json.",
    "show a b c": "Det er for mye i kallet: c.",
    "test --cases -1": "--cases: «-1» er ikke et helt tall fra 0 til 1000000.",
    "test --seed x": "--seed: «x» er ikke et helt tall.",
    "prove --count 9": "--count: «9» er ikke et helt tall fra 1 til 8.",
    "diff a b --parts 0": "--parts: «0» er ikke et helt tall fra 1.",
    "schema x": "Det er for mye i kallet: x.",
    "--nei": "Valget --nei finnes ikke.",
    "--rulebooks": "Valget --rulebooks trenger en verdi.",
    "-x": "Valget -x finnes ikke.",
}


@pytest.mark.parametrize("call", WRONG_CALLS)
def test_a_wrong_call_is_a_norwegian_message(call: str, isfrules: Isfrules) -> None:
    result = isfrules(*call.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("feil  ")
    assert WRONG_CALLS[call] in result.stderr
    assert "Hjelp: isfrules" in result.stderr
    assert not ENGLISH.search(result.stderr)


def test_a_call_cannot_steer_the_terminal(isfrules: Isfrules) -> None:
    for call in (["\x1b[31m"], ["explain", "\x1b[31m"], ["explain", "x", "\x1b[2J"], ["explain", "x", "--\x1b[2J"],
                 ["show", "\x1b[31m"], ["explain", "x", "--what-if", "\x1b[2J"], ["schema", "--edition", "\x1b[2J"],
                 ["--rulebooks", "\x1b[31m", "check"], ["explain", "x", "--format", "\x1b[2J"]):
        result = isfrules(*call)
        assert result.exit_code == 2
        assert "\x1b" not in result.output


def test_the_version(isfrules: Isfrules) -> None:
    assert isfrules("--version").stdout == f"isfrules {rulesdsl.__version__}\n"


def test_the_program_is_the_same_from_the_shell(program: list[str], isfrules: Isfrules) -> None:
    for call in (["--help"], ["chek"], ["show"], ["check"]):
        found = subprocess.run([*program, *call], cwd=ROOT, capture_output=True, check=False, encoding="utf-8",
                               env={**os.environ, "PYTHONPATH": str(ROOT)})
        same = isfrules(*call)
        assert (found.returncode, found.stdout, found.stderr) == (same.exit_code, same.stdout, same.stderr)


# ── check ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_check_of_our_own(isfrules: Isfrules) -> None:
    result = isfrules("check")
    assert result.exit_code == 0
    assert result.stdout.startswith("I orden: ")
    assert isfrules("check", ROOT / "regelverk").stdout == result.stdout
    assert isfrules("--rulebooks", ROOT / "regelverk", "check").stdout == result.stdout


def test_check_shows_all_messages_of_all_files_and_how_many(isfrules: Isfrules, tmp_path: Path) -> None:
    wrong = "\npunkt x «X»\n  ifølge oss\n  svar er kanskje\n"
    folder = write(tmp_path / "regler", a=HEAD + wrong + wrong.replace("x", "y"), b=NEXT_YEAR + wrong)
    result = isfrules("check", folder)
    assert result.exit_code == 1
    assert result.stdout.count("feil ISF201") == 3
    for place in ("regler/a.isf:23", "regler/a.isf:27", "regler/b.isf:23"):
        assert place in result.stdout
    assert result.stdout.endswith("\n\n3 feil\n")
    assert "  svar er kanskje\n        │           ^^^^^^^" in result.stdout
    assert isfrules("check", folder / "b.isf").exit_code == 1


def test_messages_are_not_broken_when_they_are_piped(isfrules: Isfrules, tmp_path: Path) -> None:
    long = "et_svært_langt_navn_" * 6
    folder = write(tmp_path / "regler", a=HEAD + f"\npunkt x «X»\n  ifølge oss\n  svar er {long}\n")
    assert f"svar er {long}\n" in isfrules("check", folder, COLUMNS="40").stdout
    coloured = isfrules("check", folder, FORCE_COLOR="1").stdout
    assert "\x1b[" in coloured


# ── fmt ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_fmt_in_place_keeps_comments_and_meaning(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=UNTIDY, b=NEXT_YEAR + FALLBACK)
    isfrules("fmt", folder / "b.isf")
    before = (folder / "a.isf").read_bytes()
    check = isfrules("fmt", "--check", folder)
    assert (check.exit_code, check.stdout) == (1, "regler/a.isf: ville blitt endret\n")
    assert (folder / "a.isf").read_bytes() == before
    done = isfrules("fmt", folder)
    assert (done.exit_code, done.stdout) == (0, "regler/a.isf: endret\n")
    text = (folder / "a.isf").read_text(encoding="utf-8")
    assert "# husk dette" in text
    assert "# og dette" in text
    assert "svar er ja" in text
    again = isfrules("fmt", folder)
    assert (again.exit_code, again.stdout) == (0, "2 filer er satt opp som de skal.\n")
    assert isfrules("fmt", "--check", folder).exit_code == 0
    assert isfrules("check", folder).exit_code == 0


def test_fmt_of_our_own_has_nothing_to_do(isfrules: Isfrules) -> None:
    assert isfrules("fmt", "--check").exit_code == 0


def test_fmt_of_windows_line_breaks_and_a_byte_order_mark(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK)
    isfrules("fmt", folder)
    tidy = (folder / "a.isf").read_bytes()
    (folder / "a.isf").write_bytes(b"\xef\xbb\xbf" + tidy.replace(b"\n", b"\r\n"))
    assert isfrules("check", folder).exit_code == 0
    assert isfrules("fmt", folder).stdout == "regler/a.isf: endret\n"
    assert (folder / "a.isf").read_bytes() == tidy


def test_fmt_of_one_file_leaves_the_others(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=UNTIDY, b=UNTIDY.replace("2020", "2021"))
    assert isfrules("fmt", folder / "b.isf").stdout == "b.isf: endret\n"
    assert (folder / "a.isf").read_text(encoding="utf-8") == UNTIDY


def test_fmt_of_several_files(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=UNTIDY, b=UNTIDY.replace("2020", "2021"), c=UNTIDY.replace("2020", "2022"))
    lost = isfrules("fmt", folder / "a.isf", folder / "borte.isf")
    assert (lost.exit_code, lost.stdout) == (2, "")
    assert (folder / "a.isf").read_text(encoding="utf-8") == UNTIDY
    done = isfrules("fmt", folder / "c.isf", folder / "b.isf", folder / "c.isf")
    assert (done.exit_code, done.stdout) == (0, "c.isf: endret\nb.isf: endret\n")
    assert isfrules("fmt", folder / "a.isf", folder).stdout == "a.isf: endret\n"
    assert isfrules("fmt", folder / "a.isf", folder).stdout == "3 filer er satt opp som de skal.\n"


def test_fmt_keeps_mode_and_follows_links(isfrules: Isfrules, tmp_path: Path) -> None:
    real = write(tmp_path / "ekte", a=UNTIDY) / "a.isf"
    real.chmod(0o640)
    folder = tmp_path / "regler"
    folder.mkdir()
    (folder / "lenke.isf").symlink_to(real)
    assert isfrules("fmt", folder).exit_code == 0
    assert (folder / "lenke.isf").is_symlink()
    assert real.read_text(encoding="utf-8") != UNTIDY
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in folder.iterdir()] == ["lenke.isf"]
    assert [path.name for path in real.parent.iterdir()] == ["a.isf"]


@pytest.mark.parametrize(("number", "said"), [
    (errno.ENOENT, "finnes ikke"), (errno.EACCES, "ingen tilgang"), (errno.ENOSPC, "disken er full"),
    (4711, "no words for it"), (None, "odd"),
])
def test_what_the_system_says_is_norwegian_where_that_is_known(number: int | None, said: str) -> None:
    assert os_said(OSError(number, "no words for it") if number else OSError("odd")) == said


def test_fmt_leaves_what_it_may_not_write(isfrules: Isfrules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "regler", a=UNTIDY)
    monkeypatch.setattr("os.access", lambda *_: False)  # as for a user, also where the superuser runs the tests
    result = isfrules("fmt", folder)
    assert result.exit_code == 2
    assert "kan ikke skrives" in result.stderr
    assert (folder / "a.isf").read_text(encoding="utf-8") == UNTIDY
    assert [path.name for path in folder.iterdir()] == ["a.isf"]


def test_fmt_leaves_what_it_cannot_read(isfrules: Isfrules, tmp_path: Path) -> None:
    latin = UNTIDY.encode("latin-1")
    broken = UNTIDY + "\npunkt ( «X»\n    svar   er\n"
    folder = write(tmp_path / "regler", a=latin, b=broken, c=UNTIDY)
    result = isfrules("fmt", folder)
    assert result.exit_code == 1
    assert "ISF102  regler/a.isf er ikke UTF-8" in result.stderr
    assert (folder / "a.isf").read_bytes() == latin
    assert "punkt ( «X»\n    svar   er\n" in (folder / "b.isf").read_text(encoding="utf-8")
    assert "regler/c.isf: endret" in result.stdout


def test_what_is_said_of_a_line_stands_below_it_where_there_is_no_room_beside(
    isfrules: Isfrules, tmp_path: Path
) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK.replace("når a", "når ukjent_navn"))
    def shown(columns: str) -> str:
        said = isfrules("check", folder, FORCE_COLOR="1", COLUMNS=columns).stdout
        return re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert "^^^^^^^^^^^ er ikke et navn i Sak\n" in shown("100")
    assert "  │       ^^^^^^^^^^^\n        │       er ikke et navn i Sak\n" in shown("40")
    assert all(len(line) <= 40 for line in shown("40").splitlines() if "│" in line)


# ── test ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_examples_that_hold(isfrules: Isfrules, regler: Path) -> None:
    result = isfrules("test", regler)
    assert result.exit_code == 0
    assert result.stdout == "prøve@2020: 2 av 2 eksempler holder.\nAlle punkter og krav er nådd.\n"


def test_an_example_that_fails_and_what_none_reaches(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK + EXAMPLE.format(name="Feil", a="nei", answer="ja"))
    result = isfrules("test", folder)
    assert result.exit_code == 1
    assert "✗ Feil\n  regler/a.isf:" in result.stdout
    assert "svar er nei etter ellers_nei, ikke ja" in result.stdout
    assert "0 av 1 eksempler holder" in result.stdout
    assert "Ikke nådd" in result.stdout
    assert "\n  en: " in result.stdout
    found = json.loads(isfrules("test", folder, "--format", "json").stdout)
    assert found["schema"] == "isfrules.test/1"
    edition = found["editions"][0]
    assert edition["edition"] == "prøve@2020"
    assert [(each["title"], each["holds"]) for each in edition["examples"]] == [("Feil", False)]
    assert edition["examples"][0]["failures"] == ["svar er nei etter ellers_nei, ikke ja"]
    assert [each["punkt"] for each in edition["unreached"]] == ["en"]


def test_an_example_without_one_answer_fails(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=HEAD + ONE + TWO + EXAMPLE.format(name="Hull", a="nei", answer="ja"))
    assert isfrules("test", folder).exit_code == 1


def test_a_broken_edition_does_not_hide_the_examples_of_another(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=TESTED, b=NEXT_YEAR + "\npunkt x «X»\n  ifølge oss\n  svar er kanskje\n")
    result = isfrules("test", folder)
    assert result.exit_code == 1
    assert "2 av 2 eksempler holder" in result.stdout
    assert "ISF201" in result.stderr


def test_examples_of_one_file(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=TESTED, b=TESTED.replace("2020", "2021"))
    assert isfrules("test", folder / "b.isf").stdout.startswith("prøve@2021: 2 av 2")


def test_examples_of_one_edition_or_of_a_rulebook(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=TESTED, b=TESTED.replace("2020", "2021"))

    def tried(name: str) -> list[str]:
        return re.findall("^(.*): 2 av 2", isfrules("--rulebooks", folder, "test", name).stdout, re.MULTILINE)
    assert tried("prøve@2021") == ["prøve@2021"]
    assert tried("prøve") == ["prøve@2020", "prøve@2021"]
    for name, said in (("prøve@2031", "Her finnes prøve@2020"), ("prove", "Mente du «prøve»?"),
                       ("hest", "isfrules show"), ("ikke/her.isf", "--rulebooks")):
        result = isfrules("--rulebooks", folder, "test", name)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr


# ── show ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_show_lists_editions_and_where_they_are(isfrules: Isfrules, regler: Path) -> None:
    result = isfrules("--rulebooks", regler, "show")
    assert result.exit_code == 0
    assert result.stdout == (f"Regelverk i {regler} (--rulebooks)\n\n"
                             "  prøve@2020   2020-01-01 til 2020-12-31  Prøve 2020\n")
    found = json.loads(isfrules("--rulebooks", regler, "show", "--format", "json").stdout)
    assert found["schema"] == "isfrules.editions/1"
    assert found["editions"] == [{"id": "prøve@2020", "title": "Prøve 2020", "valid_from": "2020-01-01",
                                  "valid_to": "2020-12-31", "file": "regler/a.isf", "known_from": None,
                                  "corrected": []}]
    assert "variabelen ISFRULES_RULEBOOKS" in isfrules("show", ISFRULES_RULEBOOKS=str(regler)).stdout


def test_show_the_editions_of_one_rulebook(isfrules: Isfrules, tmp_path: Path) -> None:
    other = (HEAD + FALLBACK).replace("regelverk prøve", "regelverk annet")
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + FALLBACK, c=other)
    listed = isfrules("--rulebooks", folder, "show", "prøve").stdout
    assert [line.split()[0] for line in listed.splitlines()[2:]] == ["prøve@2020", "prøve@2021"]
    found = json.loads(isfrules("--rulebooks", folder, "show", "annet", "--format", "json").stdout)
    assert [each["id"] for each in found["editions"]] == ["annet@2020"]


def test_an_edition_in_place_of_its_file(isfrules: Isfrules) -> None:
    for command in ("check", "fmt"):
        result = isfrules(command, "isf@2020")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "Utgaven isf@2020 står i regelverk/isf/2020.isf. Oppgi filen." in result.stderr
        assert "Oppgi mappen med --rulebooks." in isfrules(command, "isf@1999").stderr


def test_show_tells_of_files_that_cannot_be_read(isfrules: Isfrules, tmp_path: Path) -> None:
    """Their editions are not known, and might be the ones that are looked for."""
    text = HEAD + FALLBACK
    folder = write(tmp_path / "regler", a=text, b=text.replace("gjelder", "gjeldr"), c="# «é»".encode("latin-1"))
    listed = isfrules("--rulebooks", folder, "show")
    assert listed.exit_code == 1
    assert "  prøve@2020 " in listed.stdout
    assert listed.stdout.endswith("  regler/b.isf kan ikke leses; kjør «isfrules check»\n"
                                  "  regler/c.isf kan ikke leses; kjør «isfrules check»\n")
    assert json.loads(isfrules("--rulebooks", folder, "show", "--format", "json").stdout)["unread"] == [
        "regler/b.isf", "regler/c.isf"]
    asked = isfrules("--rulebooks", folder, "show", "prøve@2021")
    assert asked.exit_code == 2
    assert "regler/b.isf og regler/c.isf kan ikke leses; kjør «isfrules check»." in asked.stderr
    assert "ISF105" not in isfrules("check", folder).stdout


def test_show_an_edition_whole(isfrules: Isfrules, regler: Path) -> None:
    whole = isfrules("--rulebooks", regler, "show", "prøve@2020").stdout
    for part in ("regelverk prøve 2020", "kodeverk Farge", "punkt ellers_nei", "unntak fra ellers_nei", "«Ja»"):
        assert part in whole
    assert "# prøve@2020 · regler/a.isf:21\npunkt ellers_nei «Ellers»\n" in whole
    own = isfrules("show", "isf@2020")
    assert own.exit_code == 0
    assert "punkt 4.3.6" in own.stdout
    assert "kodeverk Kontakttype" in own.stdout


def test_show_a_clause(isfrules: Isfrules, regler: Path) -> None:
    one = isfrules("--rulebooks", regler, "show", "prøve@2020", "en")
    assert one.stdout.startswith("# prøve@2020 · regler/a.isf:25\npunkt en «En»\n")
    assert "ellers_nei «" not in one.stdout
    found = json.loads(isfrules("show", "isf@2020", "4.3.6", "--format", "json").stdout)
    assert found["schema"] == "isfrules.edition/1"
    assert [part["punkt"] for part in found["parts"]] == ["4.3.6"]
    assert found["parts"][0]["text"].startswith("punkt 4.3.6 «")


@pytest.mark.parametrize(("name", "first"), [
    ("enhetspris", "sats enhetspris : "), ("Debitor", "kodeverk Debitor "), ("kostnadsvekt", "tabell kostnadsvekt "),
    ("refusjon", "punkt refusjon "),
])
def test_show_what_is_no_clause(isfrules: Isfrules, name: str, first: str) -> None:
    """By its name, and the clause before all else."""
    shown = isfrules("show", "isf@2020", name).stdout.splitlines()
    assert shown[1].startswith(first)


def test_show_what_is_not_there(isfrules: Isfrules) -> None:
    for call, said in {"isf@2020x": "Mente du «isf@2020»?", "isf@2031": "Her finnes isf@2017,", "x": ", isf, ",
                       "isf 4.3.6": "Her finnes isf@2017,", "isf@2020 4.3.7": "Mente du «4.3.6»?",
                       "isf@2020 hovedregl": "Mente du «hovedregel»?"}.items():
        result = isfrules("show", *call.split())
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr


def test_show_cleans_what_would_steer_the_terminal(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK.replace("«Ellers»", "«El\x1b[31mlers»"))
    for call in (["show", "prøve@2020"], ["show"], ["check", str(folder)], ["test", str(folder)],
                 ["show", "prøve@2020", "--format", "json"]):
        assert "\x1b" not in isfrules("--rulebooks", folder, *call).output


# ── schema ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_examples_fit_the_schema(isfrules: Isfrules) -> None:
    schema = json.loads(isfrules("schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    of_edition = {"": validator}
    for path in EXAMPLES:
        text = path.read_text(encoding="utf-8")
        for one in text.splitlines() if path.suffix == ".jsonl" else [text]:
            cases = explain_text(SHIPPED, one, path.name, Question(alternatives=False)).cases
            editions = {case.edition for case in cases}
            for edition in editions - set(of_edition):
                own = isfrules("schema", "--edition", edition)
                of_edition[edition] = jsonschema.Draft202012Validator(json.loads(own.stdout))
            # A course over New Year has codes that only one of its editions knows.
            assert any(of_edition[edition].is_valid(json.loads(one)) for edition in editions), path.name
    for wrong in ({"utdato": "2020-06-01", "debitr": 1}, {"utdato": "1.6.2020"}, {"drg": "442"}, [1]):
        assert not validator.is_valid(wrong)


def test_the_schema_of_one_edition_and_of_explanations(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + FALLBACK)
    newest = json.loads(isfrules("--rulebooks", folder, "schema").stdout)
    assert newest["title"] == "Saker for Prøve 2021"
    older = json.loads(isfrules("--rulebooks", folder, "schema", "--edition", "prøve@2020").stdout)
    assert older["title"] == "Saker for Prøve 2020"
    write(folder, c=HEAD.replace("prøve 2020", "annen 2020") + FALLBACK)
    several = json.loads(isfrules("--rulebooks", folder, "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(several)
    assert [each["title"] for each in several["anyOf"]] == ["Saker for Prøve 2020", "Saker for Prøve 2021"]
    assert jsonschema.Draft202012Validator(several).is_valid({"dato": "2020-06-01"})
    assert json.loads(isfrules("--rulebooks", folder, "schema", "--edition", "prøve").stdout) == newest
    wrong = isfrules("--rulebooks", folder, "schema", "--edition", "prøve@202")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "Her finnes prøve@2020, prøve@2021." in wrong.stderr
    explanation = json.loads(isfrules("schema", "--explanation").stdout)
    jsonschema.Draft202012Validator.check_schema(explanation)
