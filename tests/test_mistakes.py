"""Small mistakes in rules: which there are, which examples notice them, and the examples that would."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from conftest import Isfrules
from sample_rulebook import write

from rulesdsl.core.ir import Edition
from rulesdsl.core.mistakes import Mistake, mistakes
from rulesdsl.core.values import NBSP
from rulesdsl.evaluate.examples import failures, try_examples
from rulesdsl.evaluate.guarding import guarded
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.publish.mistakes import by_place, where
from rulesdsl.publish.mistakes import said as worded
from rulesdsl.suggesting import suggest
from rulesdsl.workspace import Workspace
from tests.shipped import ROOT, shipped

RULES = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Farge
  rød   = 1
  blå   = 2
  grønn = 3

entitet Sak
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  tid            : timer
  frist          : dato
  farge          : Farge
  haster         : ja/nei

resultat svar : ja/nei for Sak «Svaret»

resultat pris : kroner for Sak «Prisen»

sats grunnbeløp : kroner
  fra 2019-01-01: 90 kr  ifølge oss
  fra 2020-01-01: 100 kr  ifølge oss

punkt 1 «Hovedregel»
  ifølge oss
  svar er nei

punkt 2 «De som haster»
  ifølge oss
  unntak fra 1
  når haster og tid >= 7 timer
  krav tidlig «før fristen» frist <= 2020-03-01
  svar er ja når farge er en av {rød; blå}
  ellers svar er nei

punkt 3 «Prisen»
  ifølge oss
  pris er grunnbeløp + 10 kr
"""

EXAMPLE = """
eksempel «Akkurat nok»  ifølge oss
  gitt Sak
    dato er 2020-06-01
    tid er 7 timer
    frist er 2020-03-01
    farge er blå
    haster er ja
  så svar er ja etter 2
"""


def said(mistake: Mistake) -> str:
    return worded(mistake).replace(NBSP, " ")


def edition(folder: Path, text: str = RULES) -> Edition:
    """The edition of a text, which must be in order."""
    workspace = Workspace(write(folder, prøve=text))
    found = workspace.edition("prøve@2020")
    assert found is not None, [str(each) for each in workspace.checked.problems]
    return found


def test_each_small_mistake_is_made_once(tmp_path: Path) -> None:
    made = mistakes(edition(tmp_path))
    told = [f"{where(each)}: {said(each)}" for each in made]
    assert len(set(told)) == len(told)
    assert set(told) == {
        "1: uten regelen", "1: ja i stedet for nei",
        "2: uten regelen", "2: nei i stedet for ja", "2, krav tidlig: uten regelen",
        "2, krav tidlig: ja i stedet for nei",
        "2, når: uten vilkåret haster", "2, når: uten vilkåret tid ≥ 7 timer",
        "2, når: tid ≥ 8 timer i stedet for tid ≥ 7 timer", "2, når: tid ≥ 6 timer i stedet for tid ≥ 7 timer",
        "2, krav tidlig: uten vilkåret frist ≤ 1. mars 2020",
        "2, krav tidlig: frist ≤ 2. mars 2020 i stedet for frist ≤ 1. mars 2020",
        "2, krav tidlig: frist ≤ 29. februar 2020 i stedet for frist ≤ 1. mars 2020",
        "2: uten vilkåret farge er rød eller blå",
        "2: uten rød blant det farge kan være", "2: uten blå blant det farge kan være",
        "3: uten regelen", "3: grunnbeløp i stedet for grunnbeløp + 10 kr", "3: 10 kr i stedet for grunnbeløp + 10 kr",
        "3: 11 kr i stedet for 10 kr", "grunnbeløp: 100,01 kr i stedet for 100,00 kr",
    }


def test_an_example_at_the_border_notices_what_one_beside_it_does_not(tmp_path: Path) -> None:
    def unnoticed(text: str) -> set[str]:
        made = edition(tmp_path, RULES + text)
        return {said(each.mistake) for each in guarded(made, try_examples(made)) if each.by is None}

    at, beside = unnoticed(EXAMPLE), unnoticed(EXAMPLE.replace("7 timer", "9 timer"))
    higher, lower = ("tid ≥ 8 timer i stedet for tid ≥ 7 timer", "tid ≥ 6 timer i stedet for tid ≥ 7 timer")
    assert beside - at == {higher}
    assert lower in at & beside
    assert "uten vilkåret haster" in at
    assert "uten blå blant det farge kan være" not in at
    below = EXAMPLE.replace("«Akk", "«Ikke akk").replace("tid er 7", "tid er 6").replace("ja etter 2", "nei etter 1")
    assert unnoticed(EXAMPLE + below) == at - {lower, "uten vilkåret tid ≥ 7 timer", "ja i stedet for nei"} | {
        "ja i stedet for nei"}  # that of the requirement


@pytest.mark.parametrize(("name", "every"), [
    ("isf@2018", 2), ("takst_kiropraktor@2020", 2), ("utskrivningsklare@2012", 2), ("egenandel@2011", 6)])
def test_what_examples_cannot_notice_is_passed_over_and_nothing_else(name: str, every: int) -> None:
    found = shipped(name)
    outcomes = try_examples(found)
    for each in [*guarded(found, outcomes)][::every]:
        made = each.mistake.made()
        falls = [one.example for one in outcomes if one.run is not None and one.thing is not None
                 and any(failures(one.example, decide(made, one.run.case), one.thing))]
        assert (each.by is None) == (not falls), said(each.mistake)
        assert each.by is None or each.by in falls


def test_what_an_edition_has_from_another_is_that_ones_to_guard() -> None:
    found = shipped("isf@2019")
    assert {each.spot.place.file.rpartition("/")[2] for each in mistakes(found)} == {"2019.isf"}


def test_codes_of_one_set_are_told_together(tmp_path: Path) -> None:
    made = edition(tmp_path)
    told = by_place(mistakes(made))
    (codes,) = (each for lines in told.values() for each in lines if "farge kan være" in each)
    assert codes == "uten en av rød og blå blant det farge kan være"


def test_an_edition_without_rules_of_its_own_has_no_mistakes(tmp_path: Path, isfrules: Isfrules) -> None:
    later = RULES[:RULES.index("kilde")].replace("2020", "2021") + "  endrer prøve 2020\n"
    folder = write(tmp_path / "regler", a=RULES, b=later)
    result = isfrules("test", folder, "--mistakes")
    assert result.exit_code == 0
    assert "Utgaven har ingen egne regler å lage småfeil i." in result.stdout


REDUNDANT = """
punkt 4 «Det samme en gang til»
  ifølge oss
  unntak fra 1
  når tid >= 9 timer og tid >= 8 timer
  svar er nei
"""


def test_what_makes_no_difference_is_proved(tmp_path: Path, isfrules: Isfrules) -> None:
    folder = write(tmp_path / "regler", a=RULES.replace("når haster", "når ikke haster").replace(
        "  krav tidlig «før fristen» frist <= 2020-03-01\n", "").replace("  ellers svar er nei\n", "") + REDUNDANT)
    result = isfrules("test", folder, "--mistakes", "--prove", COLUMNS="100")
    assert result.exit_code == 0, result.output
    shown = result.stdout.replace(NBSP, " ")
    told = shown[shown.index("Gir samme svar i alle saker, bevist, så det som står der, kan være unødvendig:"):]
    assert "uten vilkåret tid ≥ 8 timer" in told
    assert "uten vilkåret tid ≥ 9 timer" not in told
    assert "uten vilkåret haster" not in told
    found = json.loads(isfrules("test", folder, "--mistakes", "--prove", "--format", "json").stdout)
    every = found["editions"][0]["mistakes"]["unnoticed"]
    (one,) = (each for each in every if each["text"].replace(NBSP, " ") == "uten vilkåret tid ≥ 8 timer")
    assert (one["no_case_differs"], one["up_to"], one["example"]) == (True, None, False)


# ── Examples that would notice ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["isf@2019", "takst_kiropraktor@2020", "utskrivningsklare@2012"])
def test_a_suggestion_notices_what_it_says(name: str) -> None:
    found = shipped(name)
    unnoticed = [each.mistake for each in guarded(found, try_examples(found)) if each.by is None][:12]
    told: Counter[int] = Counter()
    suggested = suggest(found, unnoticed)
    for each in suggested.examples:
        assert not each.run.case.errors
        for mistake in each.notices:
            told[id(mistake)] += 1
            other = decide(mistake.made(), each.run.case)
            pairs = [(each.run.outcomes[each.thing, one], other.outcomes[each.thing, one]) for one in each.results]
            assert any((a.status, a.value, a.rule) != (b.status, b.value, b.rule) for a, b in pairs), said(mistake)
    assert set(told.values()) <= {1}
    assert not suggested.alike
    assert len(told) + len(suggested.left) == len(unnoticed)


@pytest.mark.parametrize(("name", "rules"), [
    ("takst_kiropraktor@2020", "2020.isf"), ("naerhedsfinansiering@2019", "2019.isf"),
    ("utskrivningsklare@2012", "2012.isf"),
])
def test_saved_examples_hold_and_notice_what_was_promised(
    tmp_path: Path, isfrules: Isfrules, name: str, rules: str
) -> None:
    copied = shutil.copytree(ROOT / "regelverk", tmp_path / "regelverk")
    folder, saved = copied / name.partition("@")[0], tmp_path / "forslag.isf"
    file = folder / rules
    for each in folder.glob("*.isf"):  # with one example in each file there is much that none notices
        parts = re.split(r"(?m)^(?=eksempel )", each.read_text(encoding="utf-8"))
        each.write_text("".join(parts[:2]), encoding="utf-8")

    def tried(*more: str) -> dict[str, object]:
        result = isfrules("test", file, "--cases", "0", "--mistakes", "--format", "json", *more)
        assert result.exit_code == 0, result.output
        found = next(each for each in json.loads(result.stdout)["editions"] if each["edition"] == name)
        return found["mistakes"] | {"examples": len(found["examples"])}

    before = tried("--save", str(saved))
    text = saved.read_text(encoding="utf-8")
    (text,) = (each for each in text.split("# ── ") if each.startswith(f"{name}:"))
    text = f"# {text}"
    promised = text.count("\neksempel «Merker") + text.count("\n  # Merker også")
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")
    after = tried()
    assert promised > 0
    assert after["examples"] == before["examples"] + text.count("\neksempel «Merker")  # type: ignore[operator]
    assert after["noticed"] >= before["noticed"] + promised  # type: ignore[operator]


def test_the_same_seed_gives_the_same_examples(tmp_path: Path, isfrules: Isfrules) -> None:
    folder = write(tmp_path / "regler", a=RULES + EXAMPLE)
    files = [tmp_path / f"{at}.isf" for at in range(3)]
    for file, seed in zip(files, "001", strict=True):
        isfrules("test", folder, "--mistakes", "--save", file, "--seed", seed)
    assert files[0].read_text(encoding="utf-8") == files[1].read_text(encoding="utf-8")
    assert "eksempel «Merker" in files[2].read_text(encoding="utf-8")


def test_on_the_terminal(tmp_path: Path, isfrules: Isfrules) -> None:
    folder = write(tmp_path / "regler", a=RULES + EXAMPLE)
    result = isfrules("test", folder, "--mistakes", COLUMNS="60")
    assert result.exit_code == 0
    assert "Eksemplene merker 5 av 21 småfeil som kunne stått i reglene (23 %)." in result.stdout
    assert "  2, når  (regler/a.isf:" in result.stdout
    assert "    uten vilkåret haster\n" in result.stdout
    assert "--save FIL" in result.stdout
    assert max(map(len, result.stdout[result.stdout.index("Ingen av dem"):].splitlines())) <= 70
    found = json.loads(isfrules("test", folder, "--mistakes", "--format", "json").stdout)["editions"][0]["mistakes"]
    assert (found["made"], found["noticed"], len(found["unnoticed"])) == (21, 5, 16)
    one = next(each for each in found["unnoticed"] if each["text"] == "uten vilkåret haster")
    assert (one["kind"], one["punkt"], one["part"]) == ("condition", "2", "når")
    assert one["file"].endswith("a.isf")
    assert (folder / "a.isf").read_text(encoding="utf-8").splitlines()[one["line"] - 1].startswith("punkt 2")
    assert json.loads(isfrules("test", folder, "--format", "json").stdout)["editions"][0]["mistakes"] is None


@pytest.mark.parametrize("asked", [("--save", "x.isf"), ("--prove",)])
def test_what_goes_with_mistakes_alone_is_a_slip(isfrules: Isfrules, asked: tuple[str, ...]) -> None:
    result = isfrules("test", *asked)
    assert result.exit_code == 2
    assert "krever --mistakes" in result.output


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path, isfrules: Isfrules) -> None:
    folder = write(tmp_path / "regler", a=RULES + EXAMPLE)
    result = isfrules("test", folder, "--mistakes", "--save", tmp_path / "no" / "x.isf")
    assert result.exit_code == 2
    assert "Kunne ikke skrive" in result.output


def test_an_example_has_all_that_stands_with_a_thing_and_tells_what_belongs_to_what(tmp_path: Path) -> None:
    from rulesdsl.publish.example_text import block

    found = shipped("takst_kiropraktor@2020")
    for one in try_examples(found):
        assert one.run is not None
        assert one.thing is not None
        lines = [*block("«x»", one.thing, one.run, [each.result for each in one.example.expects])]
        things = [line.split()[1] for line in lines if line.startswith(("  gitt ", "  og "))]
        wanted = [each.entity for each in one.run.case.everything if each is one.thing or any(
            path != (found.entities[each.entity].key,) for path in each.facts)]
        assert sorted(things) == sorted(wanted), lines
