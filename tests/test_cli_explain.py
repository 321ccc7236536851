"""``isfrules explain`` as a user meets it: every flag, every form, from a file and from standard input."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT, Isfrules
from rich.cells import cell_len
from sample_rulebook import FALLBACK, HEAD, NEXT_YEAR, case, write

from rulesdsl.deciding import ENGINE, explain_text
from rulesdsl.evaluate.explanation import Explanation
from rulesdsl.publish.html import to_html
from rulesdsl.publish.json import explanation_schema
from rulesdsl.publish.line import Detail
from rulesdsl.publish.markdown import to_markdown
from rulesdsl.publish.terminal import render_plain
from tests.shipped import SHIPPED

FILES = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in (".json", ".jsonl"))
EXAMPLES = [path for path in FILES
            if path.stem not in ("dato-uten-utgave", "naerhedsfinansiering-for-ordningen", "forlop")]
"""Those that can be decided, by one rulebook each."""
EVERY_EXAMPLE = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
KOMMUNE = ROOT / "examples" / "kommune-avtale-ikke-forankret.json"
FORMS = ("tree", "json", "markdown", "html")
DETAILS: tuple[Detail, ...] = ("short", "medium", "full")


def document(isfrules: Isfrules, *args: str | Path, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(isfrules("explain", *args, "--format", "json", **more).stdout)
    return found


def results(isfrules: Isfrules, *args: str | Path, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = document(isfrules, *args, **more)["cases"][0]["results"]
    return found


def episode(**facts: object) -> dict[str, object]:
    return {**json.loads(KOMMUNE.read_text(encoding="utf-8")), **facts}


# ── What comes out ───────────────────────────────────────────────────────────────────────────────────────────


@EVERY_EXAMPLE
def test_every_example_is_explained_as_its_schema_says(path: Path, isfrules: Isfrules) -> None:
    result = isfrules("explain", path, "--format", "json")
    assert result.exit_code == 0
    assert result.stderr == ""
    found = json.loads(result.stdout)
    jsonschema.validate(found, explanation_schema(), cls=jsonschema.Draft202012Validator)
    assert found["schema"] == "isfrules.explanation/1"
    assert found["engine"].startswith("isfrules ")


@cache
def explained(path: Path) -> Explanation:
    """An example, explained once for all its forms, as that takes the longest."""
    return explain_text(SHIPPED, path.read_text(encoding="utf-8"), path.name)


def shown(path: Path, form: str, detail: Detail, width: int = 80) -> str:
    """What the command writes."""
    match form:
        case "tree":
            return "".join(render_plain(explained(path).cases, ENGINE, detail, width))
        case "markdown":
            return to_markdown(explained(path), detail)
        case _:
            return to_html(explained(path), detail)


@EVERY_EXAMPLE
def test_every_example_in_every_form_and_detail(path: Path) -> None:
    for form in ("tree", "markdown", "html"):
        pages = [shown(path, form, detail) for detail in DETAILS]
        assert all("\x1b" not in page and page.endswith("\n") for page in pages)
        assert sorted(pages, key=len) == pages


@pytest.mark.parametrize("path", EXAMPLES[::16], ids=lambda path: path.stem)
def test_the_command_writes_them(path: Path, isfrules: Isfrules) -> None:
    for form in ("tree", "markdown", "html"):
        for detail in DETAILS:
            result = isfrules("explain", path, "--format", form, "--detail", detail, COLUMNS="100")
            assert (result.exit_code, result.stdout) == (0, shown(path, form, detail, 100))


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("columns", [40, 60, 80, 140])
def test_the_tree_keeps_to_the_width(columns: int, detail: Detail) -> None:
    for path in EXAMPLES[::3]:
        lines = shown(path, "tree", detail, columns).splitlines()
        assert max(map(cell_len, lines)) <= columns
        assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("columns", ["", "0", "-5", "mange", "9" * 30, "²"])
def test_a_width_that_is_none_is_passed_over(columns: str, isfrules: Isfrules) -> None:
    assert isfrules("explain", KOMMUNE, COLUMNS=columns).exit_code == 0


def test_the_same_decision_however_it_is_read(isfrules: Isfrules, tmp_path: Path) -> None:
    text = KOMMUNE.read_text(encoding="utf-8")
    one = document(isfrules, KOMMUNE)["cases"]
    assert document(isfrules, "-", given=text)["cases"] == one
    assert document(isfrules, "-", given="\ufeff" + text)["cases"] == one
    assert document(isfrules, "-", given=f"[{text}]")["cases"] == one
    compact = json.dumps(json.loads(text))
    assert document(isfrules, "-", given=f"{compact}\n\n{compact}\r\n")["cases"] == one * 2
    for number in (20, 21, 50):
        many = document(isfrules, "-", given="[" + ",".join([compact] * number) + "]")
        assert many["cases"] == one * number
        jsonschema.validate(many, explanation_schema(), cls=jsonschema.Draft202012Validator)


def test_the_contract_of_a_decision(isfrules: Isfrules) -> None:
    facts = episode(utfort_av="helseforetak", korrigerte_poeng=155.11, avtale=None)
    found = document(isfrules, "-", given=json.dumps(facts))["cases"][0]
    assert (found["entity"], found["edition"]) == ("Episode", "isf@2020")
    assert found["results"]["refusjon"]["value"] == "3552639.44"
    assert found["results"]["tellende"]["value"] is True
    assert found["results"]["tellende"]["status"] == "known"
    assert found["results"]["tellende"]["missing"] == []
    refused = results(isfrules, KOMMUNE)
    assert (refused["tellende"]["value"], refused["tellende"]["punkt"]) == (False, "4.3.6")
    assert refused["refusjon"]["value"] == "0.00"


def test_a_patient_is_decided_episode_by_episode(isfrules: Isfrules) -> None:
    facts = [episode(episode_id=f"E{number}") for number in range(3)]
    patient = json.dumps({"pasient_id": "P1", "episoder": facts})
    assert [each["key"] for each in document(isfrules, "-", given=patient)["cases"]] == ["E0", "E1", "E2"]


# ── Which edition ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_date_or_the_flag_picks_the_edition(isfrules: Isfrules, tmp_path: Path) -> None:
    flipped = FALLBACK.replace("svar er ja", "svar er x").replace("svar er nei", "svar er ja").replace("er x", "er nei")
    regler = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + flipped)

    def decided(*flags: str, **facts: object) -> tuple[object, object]:
        result = isfrules("--rulebooks", regler, "explain", "-", "--format", "json", *flags,
                          given=json.dumps(case(a=True, **facts)))
        one = json.loads(result.stdout)["cases"][0]
        return one["edition"], (one["changed"] or one)["results"]["svar"]["value"]

    assert decided() == ("prøve@2020", True)
    assert decided(dato="2021-01-01") == ("prøve@2021", False)
    assert decided("--edition", "prøve@2021") == ("prøve@2021", False)
    assert decided("--edition", "prøve@2020", dato="2021-01-01") == ("prøve@2020", True)
    assert decided("--what-if", "dato=2021-06-01") == ("prøve@2020", False)
    assert decided("--what-if", "a=nei", dato="2021-06-01") == ("prøve@2021", True)


def test_an_edition_that_is_not_there(isfrules: Isfrules) -> None:
    result = isfrules("explain", KOMMUNE, "--edition", "isf@2020x")
    assert result.exit_code == 2
    assert "Mente du «isf@2020»?" in result.stderr
    assert result.stdout == ""
    assert ", isf, " in isfrules("explain", KOMMUNE, "--edition", "x").stderr
    assert "isf@2017, isf@2018, " in isfrules("explain", KOMMUNE, "--edition", "isf@2031").stderr


def test_the_fields_of_a_case_say_which_rulebook_it_is_for(isfrules: Isfrules, tmp_path: Path) -> None:
    other = HEAD.replace("prøve 2020", "annen 2020").replace("b              : ja/nei", "c              : ja/nei")
    other = other.replace("ny   = 3 fra 2021-01-01", "grå  = 4")
    regler = write(tmp_path / "regler", a=HEAD + FALLBACK, b=other + FALLBACK)
    for field, value, edition in (("b", True, "prøve@2020"), ("c", True, "annen@2020"), ("farge", 4, "annen@2020")):
        given = json.dumps([{"dato": "2020-06-01", field: value}])
        found = json.loads(isfrules("--rulebooks", regler, "explain", "-", "--format", "json", given=given).stdout)
        assert [each["edition"] for each in found["cases"]] == [edition]


def test_a_case_that_fits_several_rulebooks_asks_for_a_choice(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + FALLBACK, b=HEAD.replace("prøve 2020", "annen 2020") + FALLBACK)
    result = isfrules("--rulebooks", regler, "explain", "-", given=json.dumps(case()))
    assert result.exit_code == 1
    assert "ISF508  Saken passer i flere regelverk: annen, prøve" in result.stdout
    assert "Velg med --edition, for eksempel --edition annen." in result.stdout
    for chosen in ("annen@2020", "annen"):
        answer = isfrules("--rulebooks", regler, "explain", "-", "--edition", chosen, "--format", "json",
                          given=json.dumps(case()))
        assert answer.exit_code == 0
        (found,) = json.loads(answer.stdout)["cases"]
        assert found["edition"] == "annen@2020"
        assert found["receipt"]["forced"] is (chosen == "annen@2020")


# ── What if ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_shows_both_outcomes(isfrules: Isfrules) -> None:
    found = document(isfrules, KOMMUNE, "--what-if", "avtale.forankret=ja")["cases"][0]
    assert found["results"]["tellende"]["value"] is False
    assert found["changed"]["results"]["tellende"]["value"] is True
    assert "tellende" in [each["result"] for each in found["differences"]]
    tree = isfrules("explain", KOMMUNE, "--what-if", "avtale.forankret=ja").stdout
    assert "Hva om" in tree
    assert "går fra nei til ja" in re.sub(r"\s+[│ ]*", " ", tree)


def test_changes_can_be_many_and_to_ukjent(isfrules: Isfrules) -> None:
    found = document(isfrules, KOMMUNE, "--what-if", "avtale.forankret = ukjent", "--what-if", "korrigerte_poeng=1")
    changed = found["cases"][0]["changed"]["results"]
    assert changed["tellende"]["status"] == "unknown"
    assert changed["tellende"]["missing"] == ["avtale.forankret"]
    again = document(isfrules, KOMMUNE, "--what-if", "avtale.forankret=ja", "--what-if", "korrigerte_poeng=2",
                     "--what-if", "korrigerte_poeng=1,000")["cases"][0]["changed"]["results"]
    assert again["refusjon"]["value"] == "22904.00"
    gone = document(isfrules, KOMMUNE, "--what-if", "avtale=ukjent")["cases"][0]["changed"]["results"]["tellende"]
    assert gone["status"] == "unknown"


def test_a_change_of_the_patient_counts_for_each_episode(isfrules: Isfrules) -> None:
    patient = json.dumps({"pasient_id": "P", "fodselsdato": "1980-01-01",
                          "episoder": [episode(episode_id="E1"), episode(episode_id="E2")]})
    found = document(isfrules, "-", "--what-if", "pasient.fodselsdato=2010-01-01", given=patient)["cases"]
    assert [[fact["value"] for fact in each["what_if"]] for each in found] == [["2010-01-01"]] * 2


DEMANDS = """
punkt grunn «Grunn»
  ifølge oss
  svar er ja

punkt krevd «Krevd»
  ifølge oss
  unntak fra grunn
  krav først «a er der» a
  krav sist «b er der» b
  ellers svar er nei
"""


def test_a_change_of_the_ground_alone_says_what_changed(isfrules: Isfrules, tmp_path: Path) -> None:
    regler = write(tmp_path / "regler", a=HEAD + DEMANDS)
    given = json.dumps(case(a=False, b=True))
    changes = ("--what-if", "a=ja", "--what-if", "b=nei")
    tree = isfrules("--rulebooks", regler, "explain", "-", *changes, "--detail", "short", given=given).stdout
    assert "Svar  nei    likt i begge\n" in tree
    assert "Svar er nei i begge: etter krevd, krav sist, ikke etter krevd, krav\n        først.\n" in tree


def test_another_row_that_gives_the_same_is_no_difference(isfrules: Isfrules) -> None:
    """The tables of the two years have their rows in other places."""
    path = ROOT / "examples" / "drg-442-publisert-vekt.json"
    (found,) = document(isfrules, path, "--what-if", "utdato=2021-03-03")["cases"]
    rules = [{name: each["rule"] for name, each in side["results"].items()} for side in (found, found["changed"])]
    assert rules[0] != rules[1]
    assert found["differences"]
    assert all(each["before"]["text"] != each["after"]["text"] for each in found["differences"])


def test_a_wrong_change_leaves_the_decision(isfrules: Isfrules) -> None:
    found = isfrules("explain", KOMMUNE, "--what-if", "avtale.forankrt=ja", "--format", "json")
    assert found.exit_code == 1
    one = json.loads(found.stdout)["cases"][0]
    assert one["results"]["tellende"]["value"] is False
    assert one["errors"][0]["code"] == "ISF509"
    assert "forankret" in one["errors"][0]["hint"]
    assert one["changed"] is None


# ── The terminal ─────────────────────────────────────────────────────────────────────────────────────────────


def run(program: list[str], *args: str, given: bytes = b"", **variables: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([*program, *args], cwd=ROOT, input=given, capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **variables})


def on_terminal(program: list[str], *args: str, **variables: str) -> str:
    """What a user sees: both ends of the program on a terminal of 80 columns."""
    import fcntl
    import pty
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **variables}
    streams = {"stdin": child, "stdout": child, "stderr": child}
    with subprocess.Popen([*program, *args], cwd=ROOT, env=environment, **streams) as running:
        os.close(child)
        found = b""
        while True:
            try:
                part = os.read(parent, 65536)
            except OSError:
                break
            if not part:
                break
            found += part
        running.wait()
    os.close(parent)
    return found.decode().replace("\r\n", "\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_colour_on_a_terminal_only(program: list[str], isfrules: Isfrules) -> None:
    plain = isfrules("explain", KOMMUNE).stdout
    coloured = on_terminal(program, "explain", str(KOMMUNE))
    assert "\x1b[" in coloured
    stripped = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()
    assert on_terminal(program, "explain", str(KOMMUNE), NO_COLOR="1") == plain
    assert on_terminal(program, "explain", str(KOMMUNE), TERM="dumb") == plain
    assert run(program, "explain", str(KOMMUNE)).stdout.decode() == plain


def test_colour_where_somebody_insists(isfrules: Isfrules) -> None:
    assert "\x1b[" in isfrules("explain", KOMMUNE, FORCE_COLOR="1").stdout
    assert "\x1b[" not in isfrules("explain", KOMMUNE, FORCE_COLOR="1", NO_COLOR="1").stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_is_piped_is_utf8_whatever_the_surroundings_say(encoding: str, program: list[str]) -> None:
    found = run(program, "explain", str(KOMMUNE), PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C")
    assert found.returncode == 0
    assert "✗ forankring" in found.stdout.decode("utf-8")


def test_a_reader_that_goes_away_is_no_trouble(program: list[str], tmp_path: Path) -> None:
    path = tmp_path / "saker.json"
    path.write_text("[" + ",".join([json.dumps(episode())] * 100) + "]")
    for form in ("tree", "json"):
        with subprocess.Popen([*program, "explain", str(path), "--format", form, "--detail", "full"], cwd=ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "PYTHONPATH": str(ROOT)}) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.read(10)
            running.stdout.close()
            assert running.stderr.read() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_is_quiet(program: list[str]) -> None:
    import signal

    with subprocess.Popen([*program, "explain", "-"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as running:
        import time

        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=20)
        assert (running.returncode, stdout, stderr.strip()) == (130, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_message(program: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        found = subprocess.run([*program, "explain", str(KOMMUNE)], cwd=ROOT, stdout=full, stderr=subprocess.PIPE,
                               env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert found.returncode == 2
    assert b"Traceback" not in found.stderr
    assert "Kunne ikke" in found.stderr.decode()
