"""``isfrules prove`` as a user meets it."""

import builtins
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Isfrules
from prove.promises import edition, promise

HOLDS = promise("der ikke a.teller gjelder a.betaling er 0 kr", name="holder")
FALLS = promise("der a er som b unntatt form og b.form er oppmøte gjelder a.betaling er b.betaling", "a, b", "faller")
EMPTY = promise("der a.form er video og a.form er telefon gjelder a.betaling er 0 kr", name="tom")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    edition(tmp_path, HOLDS, FALLS)
    return tmp_path


def test_what_holds_and_what_falls(isfrules: Isfrules, rules: Path) -> None:
    result = isfrules("--rulebooks", rules, "prove")
    assert result.exit_code == 1
    assert "✓ holder  Løftet  prøve@2020\n  Bevist for alle besøk." in result.output or (
        "✓ holder  Løftet  prøve@2020\n  Bevist for alle pasienter med inntil 3 besøk." in result.output)
    assert "✗ faller  Løftet  prøve@2020\n  Motbevist: saken under bryter den." in result.output
    assert "Uten 6.2 ville den vært bevist" in result.output
    assert "En sak der svaret er ukjent, bryter ikke egenskapen." in result.output


def test_only_what_holds(isfrules: Isfrules, rules: Path) -> None:
    result = isfrules("--rulebooks", rules, "prove", "holder")
    assert result.exit_code == 0
    assert "faller" not in result.output


def test_only_a_rulebook(isfrules: Isfrules, rules: Path) -> None:
    for chosen in ("prøve", "prøve@2020"):
        result = isfrules("--rulebooks", rules, "prove", "holder", "--edition", chosen)
        assert result.exit_code == 0, result.output


def test_a_promise_that_says_nothing_is_a_finding(isfrules: Isfrules, tmp_path: Path) -> None:
    edition(tmp_path, EMPTY)
    result = isfrules("--rulebooks", tmp_path, "prove", COLUMNS="120")
    assert result.exit_code == 1
    assert "Ikke noe bevis: vilkåret kan aldri være oppfylt, så egenskapen lover ingenting." in result.output


def test_for_programs(isfrules: Isfrules, rules: Path) -> None:
    result = isfrules("--rulebooks", rules, "prove", "--format", "json")
    made = json.loads(result.output)
    assert made["schema"] == "isfrules.proofs/1"
    assert [each["verdict"] for each in made["verdicts"]] == ["proved", "refuted"]
    falls = made["verdicts"][1]
    assert falls["holds_without"] == [["6.2"]]
    assert len(falls["counterexample"]["documents"]) == 2
    assert made["verdicts"][0]["counterexample"] is None


ONE_A_DAY = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Kontakt i Pasient som kontakter «Kontakt»
  nøkkel kontakt_id : tekst
  rettsdato dato    : dato
  video             : ja/nei

resultat refusjon : kroner for Kontakt «Refusjon»

punkt 1 «Refusjon»
  ifølge oss
  refusjon er 100 kr

punkt 2 «Bare den første på en dag»
  ifølge oss
  unntak fra 1
  når finnes annen i pasient.kontakter der annen.dato er dato og ikke annen.video
  refusjon er 0 kr

egenskap nøytral «Video er som oppmøte»
  for alle Kontakt a, b der ikke a.video og b.video og a.dato er b.dato gjelder a.refusjon er b.refusjon
"""


def test_what_stands_together_with_the_things_of_a_case(isfrules: Isfrules, tmp_path: Path) -> None:
    """Without it one would not see why the two are paid otherwise."""
    (tmp_path / "prøve.isf").write_text(ONE_A_DAY, encoding="utf-8")
    proved = isfrules("--rulebooks", tmp_path, "prove", COLUMNS="120").output
    assert re.search(r"sammen med +en som er lik", proved)
    sides = json.loads(isfrules("--rulebooks", tmp_path, "prove", "--format", "json").output)[
        "verdicts"][0]["counterexample"]["sides"]
    assert sorted(len(each["beside"]) for each in sides) == [0, 1]
    tried = isfrules("--rulebooks", tmp_path, "test", COLUMNS="120").output
    assert "sammen med en som er lik" in tried


def test_what_falls_is_saved_as_examples_that_hold(isfrules: Isfrules, rules: Path, tmp_path: Path) -> None:
    saved = tmp_path / "motbevis.txt"
    isfrules("--rulebooks", rules, "prove", "--save", saved)
    text = saved.read_text(encoding="utf-8")
    rulebook = rules / "prøve.isf"
    rulebook.write_text(rulebook.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
    result = isfrules("--rulebooks", rules, "test", "--cases", "0")
    assert (result.exit_code, "2 av 2 eksempler holder" in result.output) == (0, True), result.output


def test_the_edition_may_stand_first(isfrules: Isfrules, rules: Path) -> None:
    for words in (("prøve@2020", "holder"), ("holder", "--edition", "prøve@2020")):
        told = isfrules("--rulebooks", rules, "prove", *words).stdout
        assert "✓ holder  Løftet  prøve@2020\n" in told
        assert "faller" not in told


def test_of_very_many_properties_an_edition_is_asked_for(isfrules: Isfrules) -> None:
    assert "Velg en utgave, for eksempel «isfrules prove isf@2020»" in isfrules("prove", "qqqqqqqq").stderr


def test_the_table_of_the_handbook(isfrules: Isfrules, rules: Path) -> None:
    result = isfrules("--rulebooks", rules, "prove", "--format", "markdown")
    assert result.output.startswith("| utgave | holder | faller |\n|---|---|---|\n| prøve@2020 | ✓ | ✗ |\n")


@pytest.mark.parametrize(("words", "message"), [
    (("prove", "hodler"), "Egenskapen «hodler» finnes ikke.\n  Mente du «holder»?"),
    (("prove", "--edition", "prøve@2019"), "prøve@2019"),
    (("prove", "prøve@2019"), "ISF413  Utgaven «prøve@2019» finnes ikke."),
    (("prove", "qqqqqqqq"), "Her finnes holder, faller."),
    (("prove", "--count", "0"), "--count"),
    (("prove", "--format", "xml"), "Velg en av text, json, markdown."),
])
def test_a_call_that_is_wrong(isfrules: Isfrules, rules: Path, words: tuple[str, ...], message: str) -> None:
    result = isfrules("--rulebooks", rules, *words)
    assert result.exit_code == 2
    assert message in result.output


def test_a_property_that_names_an_unknown_field(isfrules: Isfrules, tmp_path: Path) -> None:
    (tmp_path / "vekt.csv").write_text("drg;vekt\nD1;1,000\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="ISF201"):
        edition(tmp_path, promise("gjelder a.betalign er 0 kr"))
    result = isfrules("--rulebooks", tmp_path, "prove")
    assert result.exit_code == 2
    assert "ISF201" in result.output or "feil" in result.output


def test_without_the_solver(isfrules: Isfrules, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "z3":
            raise ImportError(name="z3")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    result = isfrules("--rulebooks", rules, "prove")
    assert result.exit_code == 2
    assert "pip install 'isfrules[prove]'" in result.output
