"""Where a step changes an amount by much: each value is found, none is missed, and cases that are decided show it."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import z3
from conftest import Isfrules
from prove.promises import edition as visits

from rulesdsl.core import ir
from rulesdsl.core.values import shown
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.counterexample import counterexample
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.prove.cases import World
from rulesdsl.prove.decode import Decoder
from rulesdsl.prove.spans import merged, without
from rulesdsl.prove.stepped import after
from rulesdsl.prove.thresholds import Thresholds, find_thresholds, values
from rulesdsl.prove.words import Words, list_uses
from rulesdsl.proving import thresholds
from rulesdsl.publish.terminal import render_page_plain
from rulesdsl.publish.thresholds import page, thresholds_json
from rulesdsl.workspace import Workspace
from tests.shipped import shipped

HEAD = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

post Opplegg «Opplegg»
  andel : tall med 2 desimaler valgfri

entitet Kurs «Kurs»
  nøkkel kurs_id  : tekst
  rettsdato dagen : dato
  start           : dato valgfri
  undervisning    : timer valgfri
  permisjon       : døgn valgfri
  vekt            : poeng valgfri
  annet           : tall valgfri
  sted            : tekst valgfri
  opplegg         : Opplegg valgfri

sats pris : kroner per poeng
  fra 2020-01-01: 40 000   ifølge oss
  fra 2020-07-01: 42 500   ifølge oss

resultat betaling : kroner for Kurs «Betaling»

punkt 7 «Betaling»
  ifølge oss
  betaling er """

HOURS = "hvis undervisning >= 7 timer så 5 000 kr ellers 0 kr"
SEVERAL = ("(hvis undervisning >= 7 timer så 5 000 kr ellers 0 kr) "
           "+ (hvis undervisning > 19 timer så 900 kr ellers 0 kr) "
           "- (hvis undervisning mellom 30 timer og 33 timer så 2 000 kr ellers 0 kr)")
LEAVE = ("hvis permisjon er 1 døgn så 8 000 kr ellers hvis permisjon er 2 døgn så 6 000 kr "
         "ellers hvis permisjon er 3 døgn så 4 000 kr ellers 10 000 kr")
STEEP = "avrund(min(maks(vekt; 0 poeng); 5 poeng) * pris * 100; 2)"


def rules(folder: Path, betaling: str) -> ir.Edition:
    (folder / "prøve.isf").write_text(HEAD + betaling + "\n", encoding="utf-8")
    workspace = Workspace(folder)
    made = workspace.edition("prøve@2020")
    assert made is not None, [(each.code, each.labels) for each in workspace.checked.problems]
    return made


def found(made: ir.Edition, field: str, more_than: str = "1000", **limits: Any) -> Thresholds:
    return thresholds(made, made.results["betaling"], tuple(field.split(".")), Decimal(more_than), **limits)


def told(one: Thresholds) -> list[tuple[str, Any, Any]]:
    return [(each.way, each.first, each.last) for each in one.stretches]


@pytest.mark.parametrize(("betaling", "field", "wanted"), [
    (HOURS, "undervisning", [("opp", 6, 6)]),
    ("hvis opplegg.andel >= 80 % så 5 000 kr ellers 0 kr", "opplegg.andel",
     [("opp", Decimal("0.79"), Decimal("0.79"))]),
    ("avrund(1 poeng * pris; 2)", "dagen", [("opp", date(2020, 6, 30), date(2020, 6, 30))]),
    (LEAVE, "permisjon", [("opp", 3, 3), ("ned", 0, 2)]),
    (SEVERAL, "undervisning", [("opp", 6, 6), ("opp", 33, 33), ("ned", 29, 29)]),
    (STEEP, "vekt", [("opp", 0, Decimal("4.999"))]),
    ("hvis start > 2020-03-01 så 0 kr ellers 2 000 kr", "start", [("ned", date(2020, 3, 1), date(2020, 3, 1))]),
    ("hvis dagen - start > 14 døgn så 0 kr ellers 2 000 kr", "start",
     [("opp", date(2019, 12, 17), date(2020, 12, 16))]),
], ids=["hours", "share", "price", "leave", "several", "steep", "day", "distance"])
def test_every_threshold_is_found(
    tmp_path: Path, betaling: str, field: str, wanted: list[tuple[str, Any, Any]]
) -> None:
    one = found(rules(tmp_path, betaling), field)
    assert (told(one), one.complete, one.reason) == (wanted, True, "")


def test_a_smaller_limit_finds_more(tmp_path: Path) -> None:
    made = rules(tmp_path, SEVERAL)
    assert ("opp", 19, 19) in told(found(made, "undervisning", "899.99"))
    assert ("opp", 19, 19) not in told(found(made, "undervisning", "900"))


def test_just_what_every_value_shows(tmp_path: Path) -> None:
    """The same as trying each value, where nothing else counts."""
    made = rules(tmp_path, SEVERAL)

    def paid(hours: int) -> Decimal:
        case = load(Document({"dagen": "2020-02-01", "undervisning": Decimal(hours)}), made)
        (outcome,) = decide(made, case).outcomes.values()
        value: Decimal = outcome.value
        return value

    steps = {hours: paid(hours + 1) - paid(hours) for hours in range(60)}
    one = found(made, "undervisning", "500")
    spread = {"opp": set[int](), "ned": set[int]()}
    for each in one.stretches:
        spread[each.way] |= set(range(int(each.first), int(each.last) + 1))  # type: ignore[arg-type]
    assert spread == {"opp": {hours for hours, step in steps.items() if step > 500},
                      "ned": {hours for hours, step in steps.items() if step < -500}}


# ── What is shown of each ────────────────────────────────────────────────────────────────────────────────────


def test_two_cases_that_show_it_are_decided(tmp_path: Path) -> None:
    (stretch,) = found(rules(tmp_path, HOURS), "undervisning").stretches
    before, after = stretch.documents
    assert {key for key in after if before.get(key) != after[key]} == {"undervisning"}
    tried = stretch.tried
    outcomes = [run.outcomes[thing, "betaling"] for run, thing in zip(tried.runs, tried.things, strict=True)]
    assert [(each.value, each.rule and each.rule.clause) for each in outcomes] == [(0, "7"), (5000, "7")]


@pytest.mark.parametrize(("betaling", "field", "amount"), [
    (HOURS, "undervisning", "5000"), (LEAVE, "permisjon", "6000"), (STEEP, "vekt", "4250"),
    ("avrund(min(maks(vekt; 0 poeng); 3 poeng) * pris; 2)", "dagen", "7500"),
])
def test_the_largest_change(tmp_path: Path, betaling: str, field: str, amount: str) -> None:
    largest = found(rules(tmp_path, betaling), field).stretches[0].largest
    assert largest is not None
    assert (largest.amount, largest.known, largest.beyond) == (Decimal(amount), True, False)


def test_a_change_without_a_limit(tmp_path: Path) -> None:
    """Where a number can be anything, the largest is that of the cases where it is ukjent."""
    betaling = ("hvis undervisning < 7 timer så 0 kr ellers hvis vekt finnes så avrund(vekt * pris * 1000; 2) "
                "ellers 3 000 kr")
    stretch = found(rules(tmp_path, betaling), "undervisning").stretches[0]
    assert stretch.largest is not None
    assert (stretch.largest.beyond, stretch.largest.without) == (True, ("vekt",))
    assert (stretch.largest.amount, stretch.largest.known) == (Decimal(3000), True)


def test_below_zero_is_told_as_such(tmp_path: Path) -> None:
    betaling = "hvis undervisning < 7 timer så 0 kr ellers min(avrund(vekt * pris; 2); 0 kr)"
    (stretch,) = found(rules(tmp_path, betaling), "undervisning").stretches
    assert (stretch.way, stretch.first, stretch.cases, stretch.largest) == ("ned", 6, "negative", None)


# ── Nothing, or not all ──────────────────────────────────────────────────────────────────────────────────────


def test_a_field_that_no_rule_asks_for(tmp_path: Path) -> None:
    one = found(rules(tmp_path, HOURS), "annet")
    assert (one.read, one.stretches, one.complete) == (False, (), True)


def test_a_field_that_changes_too_little(tmp_path: Path) -> None:
    one = found(rules(tmp_path, HOURS), "undervisning", "5000")
    assert (one.read, one.stretches, one.complete) == (True, (), True)


def test_that_something_becomes_known_is_no_step(tmp_path: Path) -> None:
    one = found(rules(tmp_path, "hvis undervisning finnes så 5 000 kr ellers 0 kr"), "undervisning")
    assert (one.stretches, one.complete) == ((), True)


def test_a_limit_of_time_is_told(tmp_path: Path) -> None:
    made = rules(tmp_path, HOURS)
    one = find_thresholds(made, made.results["betaling"], ("undervisning",), Decimal(1000), seconds=0)
    assert (one.complete, one.reason) == (False, "tidsgrensen på 0 sekunder for feltet ble nådd.")
    assert "Det kan være flere: tidsgrensen" in "".join(render_page_plain(page([one]), 100))


def test_a_limit_of_findings_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rulesdsl.prove.thresholds.MOST_FOUND", 1)
    one = found(rules(tmp_path, SEVERAL), "undervisning")
    assert (len([each for each in one.stretches if each.way == "opp"]), one.complete, one.reason) == (
        1, False, "det ble lett 1 ganger.")


# ── Things that stand together ───────────────────────────────────────────────────────────────────────────────


def test_what_only_others_beside_it_bring(tmp_path: Path) -> None:
    """A price changes on one day; another visit can begin or end to be the only one on any day."""
    one = found(visits(tmp_path), "dagen", count=2)
    alone = [(each.first, each.last) for each in one.stretches if each.cases == "alene"]
    assert alone == [(date(2020, 6, 30), date(2020, 6, 30))]
    together = [(each.first, each.last) for each in one.stretches if each.cases == "flere" and each.way == "opp"]
    assert together == [(date(2020, 1, 1), date(2020, 6, 29)), (date(2020, 7, 1), date(2020, 12, 30))]
    assert one.complete
    text = "".join(render_page_plain(page([one]), 100))
    assert "30. juni 2020 → 1. juli 2020  opp\n" in text
    assert "bare sammen med andre besøk" in text
    assert "sammen med  en som er lik" in text


def test_of_what_others_belong_to(tmp_path: Path) -> None:
    """A patient who pays for each visit: how many visits there are is not a step, but what a step means grows."""
    made = visits(tmp_path, more="""
resultat egenandel : kroner for Pasient «Egenandel»

punkt egenandel «Egenandel»
  ifølge oss
  egenandel er (sum (hvis alder >= 16 så 600 kr ellers 0 kr) for b i besøk)
""", fields="\n  rettsdato kjent : dato\n  alder : tall valgfri")
    one = thresholds(made, made.results["egenandel"], ("alder",), Decimal(1000))
    (stretch,) = one.stretches
    assert (stretch.first, stretch.cases) == (Decimal(15), "flere")
    assert stretch.largest is not None
    assert stretch.largest.amount == Decimal(1800)
    text = "".join(render_page_plain(page([one]), 100))
    assert "bare med flere av samme slag i saken" in text
    assert "Bevist for alle pasienter med inntil 3 besøk." in text
    assert "Ikke prøvd, for de står i lister: besøk.mengder." in " ".join(text.split())
    assert thresholds_json([one])["not_tried"] == ["besøk.mengder"]


AROUND = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Person «Person»
  nøkkel person_id : tekst
  født             : dato valgfri

entitet Regning i Person som regninger «Regning»
  nøkkel regning_id : tekst
  rettsdato dagen   : dato
  varighet          : tall

entitet Linje i Regning som linjer «Linje»
  nøkkel linje_id     : tekst
  rettsdato linjedato : dato
  ganger              : tall

resultat beløp : kroner for Linje «Beløp»
resultat samlet : kroner for Regning «Samlet»

punkt 1 «Beløp»
  ifølge oss
  regel mange: beløp er 5 000 kr når ganger >= 3 og regning.varighet < 10
  regel få: beløp er 100 kr når ikke (ganger >= 3 og regning.varighet < 10)

punkt 1.2 «Barn»
  ifølge oss
  unntak fra 1
  når regning.person.født > 2004-06-15
  beløp er 9 000 kr

punkt 2 «Samlet»
  ifølge oss
  samlet er (sum l.beløp for l i linjer)
"""


@pytest.mark.parametrize(("result", "field", "wanted"), [
    ("beløp", "regning.varighet", [("ned", 9, 9, "alene")]),
    ("beløp", "regning.person.født", [("opp", date(2004, 6, 15), date(2004, 6, 15), "alene")]),
    ("samlet", "varighet", [("ned", 9, 9, "alene")]),
    ("samlet", "person.født", [("opp", date(2004, 6, 15), date(2004, 6, 15), "alene")]),
    ("samlet", "linjer.ganger", [("opp", 2, 2, "alene")]),
    ("samlet", "linjer.linjedato", []),
])
def test_of_things_around_it(
    tmp_path: Path, result: str, field: str, wanted: list[tuple[str, Any, Any, str]]
) -> None:
    """What a thing belongs to has numbers and dates too, and so has what belongs to it."""
    (tmp_path / "prøve.isf").write_text(AROUND, encoding="utf-8")
    made = Workspace(tmp_path).edition("prøve@2020")
    assert made is not None
    one = thresholds(made, made.results[result], tuple(field.split(".")), Decimal(1000), count=2)
    assert [(each.way, each.first, each.last, each.cases) for each in one.stretches] == wanted
    assert one.complete
    for stretch in one.stretches:
        first, then = values(one, stretch)
        assert (first, then) == (stretch.first, after(one.kind, first))
        sides = [side.facts for side in counterexample(stretch.tried).sides]
        named = field.replace("linjer", "linjer[0]")
        assert sides == [(f"{named} er {shown(one.kind, each)}",) for each in (first, then)]
    assert not thresholds_json([one])["not_tried"]


def test_names_stand_in_the_order_the_solver_has_them(tmp_path: Path) -> None:
    """A text that the rules mention may be a key too, and is not at its place among names that are made up."""
    made = visits(tmp_path)
    world = World(made, Words(made), list_uses(made))
    first, second = world.case("Besøk", "a", 2, None, named=2)
    solver = z3.Solver()
    keys = world.key(first), world.key(second)
    solver.add(*(each for each in world.demands if not isinstance(each, bool)))
    for smaller, larger in (keys, keys[::-1]):
        solver.push()
        solver.add(larger == world.words.number("D3"), smaller < 0)
        assert solver.check() == z3.sat
        document = Decoder(solver.model(), world).document(first)
        names = [str(each["besøk_id"]) for each in document["besøk"]]  # type: ignore[index,union-attr,call-overload]
        assert (names == sorted(names)) == (smaller is keys[0])
        solver.pop()


def test_stretches_are_joined_and_taken_apart() -> None:
    assert merged([(5, 7), (1, 2), (3, 3), (6, 9)]) == [(1, 3), (5, 9)]
    assert without([(1, 9)], [(3, 4), (9, 9)]) == [(1, 2), (5, 8)]
    assert without([(1, 9)], [(0, 20)]) == []
    assert without([(1, 3)], [(5, 6)]) == [(1, 3)]


def test_the_course_of_seven_hours() -> None:
    """Of the real rules: seven hours of teaching are needed, and no other number of hours matters."""
    made = shipped("isf@2020")
    one = thresholds(made, made.results["refusjon"], ("opplaering", "undervisning"), Decimal(1000), count=1)
    assert {(each.first, each.last) for each in one.stretches} == {(6, 6)}
    assert one.complete
    plain = one.stretches[0]
    assert (plain.way, plain.cases) == ("opp", "alene")
    assert [run.outcomes[thing, "tellende"].value for run, thing in
            zip(plain.tried.runs, plain.tried.things, strict=True)] == [False, True]


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────


def test_as_a_reviewer_reads_it(isfrules: Isfrules, tmp_path: Path) -> None:
    rules(tmp_path, HOURS)
    result = isfrules("--rulebooks", tmp_path, "thresholds", COLUMNS="100")
    assert result.exit_code == 0
    assert "prøve@2020 · der ett steg endrer betaling med mer enn 1 000,00 kr" in result.output.replace("\xa0", " ")
    assert "undervisning  ett steg er 1 time\n  6 timer → 7 timer  opp\n" in result.output.replace("\xa0", " ")
    assert "Ellers ingen. Bevist for alle kurser." in result.output
    assert "ingen: reglene for betaling spør ikke etter feltet." in result.output
    assert "Uten terskler" in result.output


def test_for_programs(isfrules: Isfrules, tmp_path: Path) -> None:
    rules(tmp_path, HOURS)
    made = json.loads(isfrules("--rulebooks", tmp_path, "thresholds", "undervisning", "--format", "json").output)
    assert made["schema"] == "isfrules.thresholds/1"
    (field,) = made["fields"]
    assert (field["field"], field["step"], field["more_than"]) == ("undervisning", "1", "1000.00")
    assert (field["read"], field["complete"], field["reason"], field["count"]) == (True, True, None, None)
    (stretch,) = field["stretches"]
    assert (stretch["direction"], stretch["first"], stretch["last"], stretch["cases"]) == ("up", "6", "6", "alone")
    assert stretch["largest"] == {"amount": "5000.00", "proved": True, "unbounded": False, "when_unknown": None}
    assert (stretch["example"]["values"], stretch["example"]["results"]) == (["6", "7"], ["0.00", "5000.00"])
    assert stretch["example"]["clauses"] == ["7", "7"]


def test_the_edition_may_stand_first(isfrules: Isfrules, tmp_path: Path) -> None:
    rules(tmp_path, HOURS)
    told, named = (isfrules("--rulebooks", tmp_path, "thresholds", *words, "--format", "markdown").stdout
                   for words in (("prøve@2020", "undervisning"), ("undervisning", "--edition", "prøve@2020")))
    assert told == named
    assert "| `undervisning` |" in told


def test_as_a_table(isfrules: Isfrules, tmp_path: Path) -> None:
    rules(tmp_path, LEAVE)
    result = isfrules("--rulebooks", tmp_path, "thresholds", "permisjon", "--format", "markdown")
    text = result.output.replace("\xa0", " ")
    assert "| `permisjon` | hvert steg fra 0 døgn til 3 døgn | ned | 2 000,00 kr |" in text
    assert "- `permisjon` (betaling): ellers ingen. Bevist for alle kurser." in text


@pytest.mark.parametrize(("words", "message"), [
    (("undervising",), "Feltet «undervising» finnes ikke i Kurs.\n  Mente du «undervisning»?"),
    (("sted",), "Feltet «sted» er ikke et tall eller en dato, men tekst.\n  Tall og datoer er dagen, start, "),
    (("opplegg",), "Feltet «opplegg» er ikke et tall eller en dato, men Opplegg."),
    (("--result", "betalt"), "Resultatet «betalt» finnes ikke i prøve@2020.\n  Mente du «betaling»?"),
    (("--edition", "prøve@2019"), "ISF413  Utgaven «prøve@2019» finnes ikke."),
    (("prøve@2019", "undervisning"), "ISF413  Utgaven «prøve@2019» finnes ikke."),
    (("prøve@2019", "--edition", "prøve@2020"), "Én utgave om gangen, ikke prøve@2020 og prøve@2019."),
    (("--more-than", "mye"), "«mye» er ikke et beløp.\n  Skriv et tall fra 0"),
    (("--more-than", "-1"), "«-1» er ikke et beløp."),
    (("--format", "html"), "Velg en av text, json, markdown."),
])
def test_a_call_that_is_wrong(isfrules: Isfrules, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    rules(tmp_path, HOURS)
    result = isfrules("--rulebooks", tmp_path, "thresholds", *words)
    assert result.exit_code == 2
    assert message in result.output


def test_which_edition(isfrules: Isfrules) -> None:
    result = isfrules("--rulebooks", "regelverk/isf", "thresholds")
    assert result.exit_code == 2
    assert "Hvilken utgave?\n  Skriv den først, som i «isfrules thresholds " in result.output
    assert " Her finnes isf@2017, " in result.output


def test_days_are_one_apart(tmp_path: Path) -> None:
    (stretch,) = found(rules(tmp_path, "avrund(1 poeng * pris; 2)"), "dagen").stretches
    days = [thing.facts["dagen",] for thing in stretch.tried.things]
    assert days == [date(2020, 6, 30), date(2020, 6, 30) + timedelta(days=1)]
