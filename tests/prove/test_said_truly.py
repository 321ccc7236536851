"""What is said of a proof, a search and a way to a result is no more than what was seen."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Isfrules

HEAD = """\
regelverk a 2026 «A 2026»
  gjelder 2026-01-01 til 2026-12-31

kilde k «Kilde» status eksempel

kodeverk Slag «Slag»
  x = 1 «X»
  y = 2 «Y»
  z = 3 «Z»

entitet Tur «Tur»
  nøkkel tur_id : tekst
  rettsdato dato : dato
  slag : Slag
  km : tall minst 0
  haster : ja/nei

resultat r : kroner for Tur «R»
"""

GROUPED = HEAD.replace("entitet Tur «Tur»", "entitet Pas «Pas»\n  nøkkel pas_id : tekst\n\n"
                       "entitet Tur i Pas som turer «Tur»")


def rules(folder: Path, text: str, head: str = HEAD) -> Path:
    (folder / "a").mkdir(exist_ok=True)
    (folder / "a" / "2026.isf").write_text(head + text, encoding="utf-8")
    return folder


def proved(isfrules: Isfrules, folder: Path, *words: str) -> dict[str, Any]:
    made = json.loads(isfrules("--rulebooks", folder, "prove", *words, "--format", "json").stdout)
    return made["verdicts"][0]  # type: ignore[no-any-return]


# ── Rules that stand against each other ──────────────────────────────────────────────────────────────────────

PROMISED = """
egenskap e «E» ifølge k
  for alle Tur a
  der a.haster
  gjelder a.r er 1 kr
"""
CLASHES = """
punkt a1 «A» ifølge k
  r er 1 kr når haster
  r er 2 kr når km > 5
  r er 1 kr når ikke haster og km <= 5
""" + PROMISED
AGREES = CLASHES.replace("når km > 5", "når km > 5 og ikke haster")
CLASHES_ELSEWHERE = AGREES.replace("\n" + PROMISED, "\n  r er 3 kr når km > 7 og ikke haster\n" + PROMISED)

LEFT_ASIDE = "En sak der svaret er ukjent, eller der reglene for r står mot hverandre, bryter ikke egenskapen."
PLAIN = "En sak der svaret er ukjent, bryter ikke egenskapen."


@pytest.mark.parametrize(("text", "said", "clashing"), [
    (CLASHES, LEFT_ASIDE, ["r"]), (AGREES, PLAIN, []), (CLASHES_ELSEWHERE, PLAIN, []),
])
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_proof_says_where_rules_may_stand_against_each_other(
    isfrules: Isfrules, tmp_path: Path, text: str, said: str, clashing: list[str], form: str
) -> None:
    """Such a case is no counterexample; that it can be there is said, and only then."""
    folder = rules(tmp_path, text)
    shown = isfrules("--rulebooks", folder, "prove", "--format", form, COLUMNS="200")
    assert shown.exit_code == 0
    assert said in shown.stdout
    found = proved(isfrules, folder)
    assert (found["verdict"], found["assumed"], found["clashing"]) == ("proved", said, clashing)


def test_a_table_of_editions_says_it_too(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = rules(tmp_path, CLASHES)
    (folder / "a" / "2027.isf").write_text((HEAD + CLASHES).replace("2026", "2027"), encoding="utf-8")
    assert LEFT_ASIDE in isfrules("--rulebooks", folder, "prove", COLUMNS="200").stdout


def test_rules_behind_the_result_may_stand_against_each_other(isfrules: Isfrules, tmp_path: Path) -> None:
    behind = CLASHES.replace("  r er", "  s er") + "\nresultat s : kroner for Tur «S»\npunkt b «B» ifølge k\n  r er s\n"
    assert proved(isfrules, rules(tmp_path, behind))["clashing"] == ["s"]


# ── As many as were looked at ────────────────────────────────────────────────────────────────────────────────

MANY = """
punkt a1 «A» ifølge k
  r er hvis (antall t i pas.turer der t.haster) > 3 så 0 kr ellers 9 kr

egenskap e «E» ifølge k
  for alle Tur a
  der (antall t i a.pas.turer der t.haster) > 3
  gjelder a.r er 9 kr
"""


def test_that_no_case_of_so_many_is_like_that_says_no_more(isfrules: Isfrules, tmp_path: Path) -> None:
    folder = rules(tmp_path, MANY, GROUPED)
    found = proved(isfrules, folder)
    assert (found["verdict"], found["reason"]) == ("empty", (
        "ingen sak oppfyller vilkåret. Det gjelder alle paser med inntil 3 turer; flere er ikke prøvd. "
        "Prøv flere med --count."))
    assert proved(isfrules, folder, "--count", "4")["verdict"] == "refuted"


def test_what_no_number_brings_is_said_of_all(isfrules: Isfrules, tmp_path: Path) -> None:
    never = MANY.replace("> 3\n  gjelder", "> 3 og a.haster og ikke a.haster\n  gjelder")
    reason = proved(isfrules, rules(tmp_path, never, GROUPED))["reason"]
    assert reason == "vilkåret kan aldri være oppfylt, så egenskapen lover ingenting."


# ── What is wrong with the rulebooks ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", [(), ("e",)])
def test_an_error_that_hides_the_properties_is_shown(
    isfrules: Isfrules, tmp_path: Path, words: tuple[str, ...]
) -> None:
    folder = rules(tmp_path, CLASHES.replace("r er 1 kr når haster", "r er er 1 kr når haster"))
    result = isfrules("--rulebooks", folder, "prove", *words)
    assert result.exit_code == 2
    assert "ISF107" in result.stderr
    assert "Det som har feil, er ikke lest. Rett feilene først." in result.stderr


# ── What it would take ───────────────────────────────────────────────────────────────────────────────────────

CODED = """
punkt a1 «A» ifølge k
  r er 0 kr når slag er x og km < 5
  r er 5 kr når slag er x og km >= 5
  r er 650 kr når slag er y

punkt a2 «A2» ifølge k
  r er 2 700 kr når slag er z
"""


def test_codes_that_give_different_amounts_are_told_so(isfrules: Isfrules, tmp_path: Path) -> None:
    folder, case = rules(tmp_path, CODED), tmp_path / "sak.json"
    case.write_text('{"tur_id": "1", "dato": "2026-04-01", "slag": "x", "km": 2, "haster": true}', encoding="utf-8")
    words = ("--rulebooks", folder, "explain", case, "--why-not")
    told = " ".join(isfrules(*words, COLUMNS="200").stdout.replace("\u00a0", " ").split())
    assert "slag er y eller z (nå x) gir fra 650,00 kr til 2 700,00 kr" in told
    assert "til 2 700,00 kr etter" not in told
    assert "km er 5 (nå 2) gir 5,00 kr etter a1" in told
    assert ("Enhver måte med inntil to opplysninger endrer de samme opplysningene som en av disse, eller flere. "
            "Det er bevist.") in told
    found = json.loads(isfrules(*words, "--format", "json").stdout)["cases"][0]["why_not"]
    way = next(each for each in found["ways"] if each["facts"][0]["then"]["path"] == "slag")
    assert (way["facts"][0]["options"], way["facts"][0]["values"], way["punkt"]) == (
        ["y", "z"], ["650.00", "2700.00"], None)


# ── Cases that a property was tried on ───────────────────────────────────────────────────────────────────────

TRIED = """
punkt a1 «A» ifølge k
  r er 1 kr

egenskap e «E» ifølge k
  for alle Tur a, b
  der a.km er b.km * 1001
  gjelder a.r >= 0 kr
"""


def test_how_few_cases_a_property_was_tried_on_is_said(isfrules: Isfrules, tmp_path: Path) -> None:
    told = isfrules("--rulebooks", rules(tmp_path, TRIED), "test").stdout
    assert "1 av 1 egenskaper holdt" in told
    assert "  – e: prøvd på bare 2 av sakene, for i de andre gjaldt den ikke" in told
    many = TRIED.replace("der a.km er b.km * 1001", "der a.km >= b.km")
    assert "prøvd på bare" not in isfrules("--rulebooks", rules(tmp_path, many), "test").stdout


# ── Why a step changes an amount ─────────────────────────────────────────────────────────────────────────────

RESTING = """
resultat g : kroner for Tur «G»
resultat e : kroner for Tur «E»
punkt g1 «G» ifølge k
  g er avrund(25 kr * km; 2)
punkt a1 «A» ifølge k
  r er g + 1 kr
punkt a2 «A2» ifølge k
  e er 2 * r
"""


def test_a_cause_is_what_the_result_rests_on(isfrules: Isfrules, tmp_path: Path) -> None:
    words = ("thresholds", "a@2026", "km", "--result", "r", "--more-than", "20")
    told = isfrules("--rulebooks", rules(tmp_path, RESTING), *words).stdout.replace("\u00a0", " ")
    assert "g går fra 25,00 kr (g1) til 50,00 kr (g1)" in told
    assert "e går fra" not in told


TWICE = """
punkt a1 «A» ifølge k
  r er 0 kr når km <= 10
  r er 100 kr når km > 10 og slag er x
  r er 300 kr når km > 10 og slag er y
  r er 900 kr når km > 10 og slag er z
"""


def test_what_the_example_shows_is_said_where_it_is_not_the_most(isfrules: Isfrules, tmp_path: Path) -> None:
    words = ("thresholds", "a@2026", "km", "--result", "r", "--more-than", "20")
    told = isfrules("--rulebooks", rules(tmp_path, TWICE), *words, COLUMNS="200").stdout.replace("\u00a0", " ")
    after = re.findall(r"etter +km er 11.*: R er ([\d ]+),00 kr", told)
    said = re.findall(r"høyst +900,00 kr(?:; i eksempelet ([\d ]+),00 kr)?\n", told)
    assert len(after) == len(said) == 1
    assert [each or "900" for each in said] == after
    assert {*after} - {"900"}, "this rulebook's examples show the most; the test wants one that does not"
