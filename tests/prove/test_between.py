"""A property that holds its own edition against another: what it means, what is proved of it, and what is told."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from rulesdsl.core.ir import Edition, Property
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.properties import try_property
from rulesdsl.prove.properties import Verdict
from rulesdsl.proving import prove
from rulesdsl.publish.example_text import examples_of
from rulesdsl.trying import Search, search
from rulesdsl.workspace import Workspace

ROOT = Path(__file__).parents[2]

OLD = """\
regelverk prøve 2019 «Prøve 2019»
  gjelder 2019-01-01 til 2019-12-31

kilde oss «Oss» status eksempel

kodeverk Form
  oppmøte = 1
  video   = 2
  telefon = 3 fra 2020-07-01

entitet Pasient
  nøkkel pasient_id : tekst

entitet Besøk i Pasient som besøk
  nøkkel besøk_id : tekst
  rettsdato dagen : dato
  form            : Form
  lege            : ja/nei
  poengsum        : poeng

sats pris : kroner per poeng
  fra 2019-01-01: 100   ifølge oss

resultat teller : ja/nei for Besøk
resultat betaling : kroner for Besøk
resultat flere : ja/nei for Besøk

punkt hovedregel «Alle teller»
  ifølge oss
  teller er ja

punkt 6.2 «Video uten lege»
  ifølge oss
  unntak fra hovedregel
  når form er video
  krav lege «en lege er med»
    lege
  ellers teller er nei

punkt betaling «Betaling»
  ifølge oss
  regel teller: betaling er avrund(poengsum * pris; 2) når teller
  regel ikke_teller: betaling er 0 kr når ikke teller

punkt flere «Flere samme dag»
  ifølge oss
  flere er finnes annen i pasient.besøk der annen.dagen er dagen og annen.teller
"""

NEW = """\
regelverk prøve 2020 «Prøve 2020»
  gjelder 2020-01-01 til 2020-12-31
  endrer prøve 2019

entitet Besøk i Pasient som besøk
  nøkkel besøk_id : tekst
  rettsdato dagen : dato
  form            : Form
  lege            : ja/nei
  tolk            : ja/nei
  poengsum        : poeng

sats pris : kroner per poeng
  fra 2020-01-01: 110   ifølge oss

resultat tolket : ja/nei for Besøk

punkt tolket «Tolk»
  ifølge oss
  tolket er tolk

punkt 6.2 «Video»
  ifølge oss
  unntak fra hovedregel
  når form er video og ikke lege
  teller er ja
"""


def written(folder: Path, promise: str, old: str = OLD, new: str = NEW) -> Workspace:
    (folder / "2019.isf").write_text(old, encoding="utf-8")
    (folder / "2020.isf").write_text(f"{new}\n{promise}", encoding="utf-8")
    return Workspace(folder)


def promised(body: str, things: str = "a") -> str:
    return f"egenskap løftet «Løftet»\n  for alle Besøk {things}\n  {body}\n"


def asked(folder: Path, body: str) -> tuple[Property, Edition]:
    workspace = written(folder, promised(body))
    edition = workspace.edition("prøve@2020")
    assert edition is not None, [(each.code, each.labels) for each in workspace.checked.problems]
    return workspace.promises(edition)["løftet"], edition


def proved(folder: Path, body: str) -> Verdict:
    return prove(*asked(folder, body))


def tried(folder: Path, body: str) -> Search:
    return search(*asked(folder, body))


# ── What it means ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("body", "wanted", "made_up"), [
    ("der a.form er oppmøte gjelder a.teller er a.teller etter prøve 2019", "bevist", "holdt"),
    ("gjelder a.teller er a.teller etter prøve 2019", "motbevist", "brutt"),
    ("der a.teller etter prøve 2019 gjelder a.teller", "bevist", "holdt"),
    ("der a.teller gjelder a.teller etter prøve 2019", "motbevist", "brutt"),
    ("der a.teller er a.teller etter prøve 2019 og a.poengsum >= 0 poeng "
     "gjelder a.betaling >= a.betaling etter prøve 2019", "bevist", "holdt"),
    ("der a.form er oppmøte og a.poengsum er 1 poeng gjelder a.betaling er a.betaling etter prøve 2019 + 10 kr",
     "bevist", "holdt"),
    ("der a.form er oppmøte gjelder a.betaling er a.betaling etter prøve 2019", "motbevist", "brutt"),
    ("der a.form er oppmøte og ikke a.flere gjelder ikke a.flere etter prøve 2019", "bevist", "holdt"),
    ("der a.form er oppmøte gjelder a.flere er a.flere etter prøve 2019", "motbevist", "brutt"),
    ("gjelder (antall b i a.pasient.besøk der b.teller) >= (antall b i a.pasient.besøk der b.teller) etter prøve 2019",
     "bevist", "holdt"),
], ids=str)
def test_it_is_proved_and_tried_alike(tmp_path: Path, body: str, wanted: str, made_up: str) -> None:
    found = proved(tmp_path, body)
    assert (found.verdict, found.reason) == (wanted, "")
    assert (found.counterexample is not None) == (wanted == "motbevist")
    assert tried(tmp_path, body).verdict == made_up


def test_the_same_case_is_decided_with_the_rates_of_either(tmp_path: Path) -> None:
    promise, edition = asked(tmp_path, "gjelder a.betaling er a.betaling etter prøve 2019")
    document = Document({"besøk_id": "B", "dagen": "2020-03-01", "form": "oppmøte", "poengsum": Decimal(2)})
    found = try_property(promise, edition, [document, document])
    assert found is not None
    values = [str(run.outcomes[thing, "betaling"].value) for thing, run in zip(found.things, found.runs, strict=True)]
    assert (found.verdict, values) == ("brutt", ["220.00", "200.00"])


def test_a_field_of_one_edition_alone_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    found = proved(tmp_path, "der a.form er oppmøte gjelder a.teller er a.teller etter prøve 2019")
    assert found.limits == (
        "det de to utgavene ikke har likt, holdt utenfor (feltet tolk i Besøk, som bare prøve@2020 har)",)
    empty = proved(tmp_path, "der a.tolk gjelder a.teller er a.teller etter prøve 2019")
    assert empty.verdict == "tom"


def test_what_breaks_it_is_one_case_and_both_answers(tmp_path: Path) -> None:
    found = proved(tmp_path, "gjelder a.teller er a.teller etter prøve 2019")
    assert found.documents[0] == found.documents[1]
    assert found.clauses == (("6.2",),)
    assert found.counterexample is not None
    assert [run.edition.id for run in found.counterexample.runs] == ["prøve@2020", "prøve@2019"]
    text = examples_of([found])
    assert text.count("eksempel «") == 1
    assert "  så teller er ja" in text
    assert "\n  # prøve@2019: teller er nei etter 6.2\n" in text


def test_without_the_other_edition_it_says_so(tmp_path: Path) -> None:
    _, edition = asked(tmp_path, "gjelder a.teller er a.teller etter prøve 2019")
    with pytest.raises(ValueError, match="prøve@2019"):
        search(edition.properties["løftet"], edition)


# ── What does not fit ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("body", "things", "code", "label", "hint"), [
    ("gjelder a.teller er a.teller etter prøve 2018", "a", "ISF413", "finnes ikke",
     "Her finnes prøve 2019, prøve 2020."),
    ("gjelder a.teller er a.teller etter isf 2019", "a", "ISF413", "finnes ikke",
     "Her finnes prøve 2019, prøve 2020."),
    ("gjelder a.teller er a.teller etter prøve 2020", "a", "ISF427", "er denne utgaven",
     "Nevn en annen utgave, eller ta bort «etter»."),
    ("gjelder a.teller er b.teller etter prøve 2019", "a, b", "ISF427", "er en ting til",
     "En egenskap om to utgaver gjelder én ting: den samme saken etter begge."),
    ("gjelder a.teller er a.teler etter prøve 2019", "a", "ISF201", "er ikke et felt i Besøk", "Mente du «teller»?"),
    ("gjelder a.tolket er a.tolket etter prøve 2019", "a", "ISF201", "er ikke et felt i Besøk", ""),
    ("gjelder a.betaling er (a.poengsum * pris) etter prøve 2019", "a", "ISF428", "er en sats eller et oppslag",
     "Spør om et resultat eller et felt."),
    ("gjelder (a.teller etter prøve 2019) etter prøve 2019", "a", "ISF428", "spør en annen utgave",
     "Skriv det i en «egenskap»."),
], ids=str)
def test_what_does_not_fit_is_a_message(
    tmp_path: Path, body: str, things: str, code: str, label: str, hint: str
) -> None:
    workspace = written(tmp_path, promised(body, things))
    (problem,) = workspace.checked.problems
    assert (problem.code, problem.labels[0].text, problem.hint) == (code, label, hint)
    assert [info.id for info in workspace.index] == ["prøve@2019"]


def test_an_edition_with_errors_takes_the_property_with_it_and_nothing_else(tmp_path: Path) -> None:
    broken = OLD.replace("  teller er ja", "  teller er jo")
    workspace = written(tmp_path, promised("gjelder a.teller er a.teller etter prøve 2019"), old=broken)
    assert {problem.labels[0].span.source.name.split("/")[-1] for problem in workspace.checked.problems} == {"2019.isf"}


def test_an_older_edition_may_speak_of_a_newer_one(tmp_path: Path) -> None:
    promise = promised("der a.form er oppmøte gjelder a.teller er a.teller etter prøve 2020")
    workspace = written(tmp_path, "", old=f"{OLD}\n{promise}")
    edition = workspace.edition("prøve@2019")
    assert edition is not None
    assert prove(workspace.promises(edition)["løftet"], edition).verdict == "bevist"
    later = workspace.edition("prøve@2020")
    assert later is not None
    assert not later.properties  # it speaks of two editions by name, and the next is neither the one nor the other


def test_what_is_kept_follows_the_other_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The property stands in one file, and what it promises hangs on another."""
    monkeypatch.setenv("ISFRULES_CACHE", str(tmp_path / "kept"))
    rules = tmp_path / "regler"
    rules.mkdir()
    promise = promised("der a.form er video og a.lege gjelder a.teller er a.teller etter prøve 2019")
    verdicts = []
    for old in (OLD, OLD, OLD.replace("    lege\n", "    ikke lege\n"), OLD):
        workspace = written(rules, promise, old=old)
        edition = workspace.edition("prøve@2020")
        assert edition is not None
        verdicts.append(prove(workspace.promises(edition)["løftet"], edition).verdict)
    assert verdicts == ["bevist", "bevist", "motbevist", "bevist"]


# ── What is told ─────────────────────────────────────────────────────────────────────────────────────────────


def run(folder: Path, *call: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "rulesdsl", "--rulebooks", str(folder), *call], cwd=ROOT,
                          capture_output=True, text=True, timeout=120)


def test_both_answers_stand_under_their_editions(tmp_path: Path) -> None:
    written(tmp_path, promised("gjelder a.teller er a.teller etter prøve 2019"))
    told = run(tmp_path, "prove", "--edition", "prøve@2020")
    assert told.returncode == 1
    lines = [line.split(maxsplit=1) for line in told.stdout.splitlines() if line.strip()]
    assert ["prøve@2020", "Teller er ja etter 6.2"] in lines
    assert ["prøve@2019", "Teller er nei etter 6.2"] in lines
    assert "Uten 6.2 i begge utgavene ville den vært bevist for alle besøk" in told.stdout
    (verdict,) = json.loads(run(tmp_path, "prove", "--format", "json").stdout)["verdicts"]
    assert (verdict["edition"], verdict["other_edition"]) == ("prøve@2020", "prøve@2019")
    assert [side["name"] for side in verdict["counterexample"]["sides"]] == ["prøve@2020", "prøve@2019"]


def test_the_tries_of_test_and_check_know_it_too(tmp_path: Path) -> None:
    written(tmp_path, promised("gjelder a.teller er a.teller etter prøve 2019"))
    told = run(tmp_path, "test")
    assert "  etter prøve@2019\n     → Teller er nei etter 6.2\n" in told.stdout
    written(tmp_path, promised("der a.teller og ikke a.teller etter prøve 2019 og a.form er oppmøte gjelder a.flere"))
    assert "ISF621" in run(tmp_path, "check", "--prove").stdout


def test_the_next_edition_has_not_lost_a_promise(tmp_path: Path) -> None:
    written(tmp_path, "", old=f"{OLD}\n{promised('gjelder a.teller er a.teller etter prøve 2020')}")
    assert "løftet" not in run(tmp_path, "diff", "prøve@2019", "prøve@2020").stdout
