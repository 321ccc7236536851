"""What is promised is proved or broken, and every case that breaks it is decided again."""

from pathlib import Path

import pytest
from prove.promises import edition, promise

from rulesdsl.prove.properties import Verdict, prove_property
from rulesdsl.prove.solving import Found, Solving
from rulesdsl.prove.terms import Logic
from rulesdsl.proving import prove
from tests.shipped import shipped

PLAIN = "a er som b unntatt form"


def verdict(folder: Path, body: str, names: str = "a", rows: int = 3, more: str = "", **limits: float) -> Verdict:
    made = edition(folder, promise(body, names), rows=rows, more=more)
    return prove(made.properties["løftet"], made, **limits)  # type: ignore[arg-type]


def test_neutrality_that_holds(tmp_path: Path) -> None:
    found = verdict(tmp_path, f"der {PLAIN} og a.form er telefon og b.form er oppmøte gjelder a.betaling er b.betaling",
                    "a, b")
    assert (found.verdict, found.speaks_of) == ("bevist", "alle pasienter med inntil 3 besøk")


def test_neutrality_that_falls(tmp_path: Path) -> None:
    found = verdict(tmp_path, f"der {PLAIN} og a.form er video og b.form er oppmøte gjelder a.betaling er b.betaling",
                    "a, b")
    assert found.verdict == "motbevist"
    assert found.counterexample is not None
    assert found.counterexample.verdict == "brutt"
    first, second = found.documents
    assert {key for key in first if first[key] != second.get(key)} == {"form"}
    assert found.clauses == (("6.2",),)


def test_what_would_hold_without_several_clauses(tmp_path: Path) -> None:
    more = ("punkt 7 «Telefon»\n  ifølge oss\n  unntak fra hovedregel\n  når form er telefon\n  teller er nei\n")
    found = verdict(tmp_path, f"der {PLAIN} og b.form er oppmøte gjelder a.betaling er b.betaling", "a, b", more=more)
    assert found.clauses == (("6.2", "7"),)


@pytest.mark.parametrize(("body", "names", "wanted"), [
    ("der ikke a.teller gjelder a.betaling er 0 kr", "a", "bevist"),
    ("der a.form er video gjelder ikke a.teller", "a", "motbevist"),
    ("der a.oppgitt mangler eller a.oppgitt >= 0 poeng gjelder a.betaling >= 0 kr", "a", "bevist"),
    ("gjelder a.betaling >= 0 kr", "a", "motbevist"),
    ("der a.drg er «D3» og a.teller gjelder a.betaling <= 75 000 kr", "a", "bevist"),
    ("der a.drg er «D3» og a.teller gjelder a.betaling <= 74 999,99 kr", "a", "motbevist"),
    ("der a.drg er «D3» og a.dagen < 2020-07-01 gjelder a.betaling <= 68 712 kr", "a", "bevist"),
    ("der a.drg er «D3» og a.dagen < 2020-07-01 gjelder a.betaling < 68 712 kr", "a", "motbevist"),
    ("der a er som b unntatt oppgitt og a.oppgitt >= b.oppgitt og b.oppgitt >= 0 poeng "
     "gjelder a.betaling >= b.betaling", "a, b", "bevist"),
    ("der a er som b unntatt oppgitt og a.oppgitt >= b.oppgitt gjelder a.betaling > b.betaling", "a, b", "motbevist"),
    ("der a er som b unntatt oppgitt og a.oppgitt er b.oppgitt + 0,001 poeng "
     "gjelder a.betaling - b.betaling <= 25,01 kr", "a, b", "bevist"),
    ("gjelder a.høyest >= 100 kr", "a", "bevist"),
    ("gjelder a.høyest > 100 kr", "a", "motbevist"),
    ("der a.form er telefon gjelder a.dagen >= 2020-07-01", "a", "bevist"),
    ("der a.form er video gjelder a.dagen >= 2020-07-01", "a", "motbevist"),
    ("der «A» i a.koder gjelder a.koder finnes", "a", "bevist"),
    ("der a.koder finnes gjelder «A» i a.koder", "a", "motbevist"),
    ("der måned(a.dagen) er 2 gjelder a.dagen < 2020-03-01", "a", "bevist"),
    ("der måned(a.dagen) er 2 gjelder a.dagen < 2020-02-29", "a", "motbevist"),
    ("der ukedag(a.dagen) er 7 gjelder a.dagen er ikke 2020-06-06", "a", "bevist"),
    ("der ukedag(a.dagen) er 6 gjelder a.dagen er ikke 2020-06-06", "a", "motbevist"),
], ids=str)
def test_each_form(tmp_path: Path, body: str, names: str, wanted: str) -> None:
    found = verdict(tmp_path, body, names)
    assert found.verdict == wanted
    assert (found.counterexample is not None) == (wanted == "motbevist")


def test_two_of_the_same_parent(tmp_path: Path) -> None:
    made = edition(tmp_path, """
egenskap løftet «Løftet»   ifølge oss
  for alle Besøk a, b i samme Pasient
  der a.dagen er b.dagen
  gjelder a.betaling er 0 kr eller b.betaling er 0 kr
""")
    found = prove_property(made.properties["løftet"], made, count=4)
    assert (found.verdict, found.speaks_of) == ("bevist", "alle pasienter med inntil 4 besøk")


def test_a_promise_about_two_that_falls(tmp_path: Path) -> None:
    made = edition(tmp_path, """
egenskap løftet «Løftet»   ifølge oss
  for alle Besøk a, b i samme Pasient
  der a.form er b.form
  gjelder a.betaling er 0 kr eller b.betaling er 0 kr
""")
    found = prove(made.properties["løftet"], made)
    assert found.verdict == "motbevist"
    (document,) = found.documents
    days = [each["dagen"] for each in document["besøk"]]  # type: ignore[index,union-attr,call-overload]
    assert len(days) == len(set(days)) == 2


# ── A large table ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("most", "wanted"), [("12 500 000", "bevist"), ("12 499 999,99", "motbevist")])
def test_a_table_is_not_told_at_once(tmp_path: Path, most: str, wanted: str) -> None:
    """Five hundred rows: the largest weight, of the dearest price, is found among them."""
    body = f"der a.oppgitt mangler og a.teller gjelder a.betaling <= {most} kr"
    found = verdict(tmp_path, body, rows=500)
    assert found.verdict == wanted
    if found.counterexample:
        assert found.documents[0]["drg"] == "D500"


def test_the_gaps_between_the_rows_are_known(tmp_path: Path) -> None:
    """No row weighs 2,5 poeng, though lighter and heavier ones are there."""
    body = ("der a.oppgitt mangler og a.drg finnes og a.teller og a.dagen >= 2020-07-01 "
            "og a.betaling mellom 60 000 kr og 70 000 kr gjelder a.betaling er 0 kr")
    assert verdict(tmp_path, body, rows=80).verdict == "tom"


# ── What cannot be settled, and what says nothing ────────────────────────────────────────────────────────────


def test_a_condition_that_can_never_hold(tmp_path: Path) -> None:
    found = verdict(tmp_path, "der a.form er video og a.form er telefon gjelder a.betaling er 0 kr")
    assert (found.verdict, found.reason) == ("tom", "vilkåret kan aldri være oppfylt, så egenskapen lover ingenting.")


def test_a_promise_that_is_never_known(tmp_path: Path) -> None:
    found = verdict(tmp_path, "der a.lege mangler gjelder a.lege")
    assert (found.verdict, found.reason) == ("tom", "det den lover, er aldri kjent for noen sak den gjelder.")


def test_a_limit_of_time(tmp_path: Path) -> None:
    """Cubes of whole numbers held against each other: a question without a known way to an answer."""
    body = ("der a.oppgitt > 1 poeng og b.oppgitt > 1 poeng gjelder a.oppgitt * a.oppgitt * a.oppgitt er ikke "
            "2 * (b.oppgitt * b.oppgitt * b.oppgitt) + 0,000000002 * (a.oppgitt * b.oppgitt * b.oppgitt)")
    found = verdict(tmp_path, body, "a, b", seconds=1)
    assert found.verdict == "ikke avgjort"
    assert found.reason.startswith("tidsgrensen på 1 sekunder ble nådd. Holdt i ")
    assert found.reason.endswith("Det er ikke et bevis.")


def test_what_the_solver_cannot_settle_may_be_broken_by_a_case_that_is_made_up(tmp_path: Path) -> None:
    found = verdict(tmp_path, "der a.form er video og ikke a.lege gjelder a.teller", seconds=0.0001)
    assert found.verdict == "motbevist"
    assert found.counterexample is not None


def test_lists_that_are_counted_are_limited_and_it_is_said(tmp_path: Path) -> None:
    found = verdict(tmp_path, "gjelder (antall t i a.mengder der t > 0) <= (antall t i a.mengder)")
    assert (found.verdict, found.limits) == ("bevist", ("lister med inntil 3 elementer",))


# ── The real editions ────────────────────────────────────────────────────────────────────────────────────────

TECHNOLOGY = {
    "isf@2017": "motbevist", "isf@2018": "motbevist", "isf@2019": "motbevist", "isf@2020": "bevist",
    "isf@2022": "bevist", "isf@2025": "bevist",
}


@pytest.mark.parametrize(("name", "wanted"), TECHNOLOGY.items())
def test_technology_neutrality_is_the_true_story(name: str, wanted: str) -> None:
    made = shipped(name)
    found = prove(made.properties["teknologinøytral"], made)
    assert found.verdict == wanted
    assert found.clauses == {"isf@2017": (("poliklinisk_form", "6.2"),), "isf@2018": (("poliklinisk_form", "6.2"),),
                             "isf@2019": (("poliklinisk_form",),)}.get(name)


# ── What takes too long ──────────────────────────────────────────────────────────────────────────────────────


def late_from(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Every question from the one of a number on, counted from 1, takes too long."""
    asked, real = [0], Solving.find

    def find(self: Solving, *items: Logic) -> Found:
        asked[0] += 1
        return real(self, *items) if asked[0] < number else Found("ikke avgjort", None, "tiden gikk")

    monkeypatch.setattr(Solving, "find", find)


def test_what_no_case_breaks_is_not_empty_because_time_ran_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = edition(tmp_path, promise("der ikke a.teller gjelder a.betaling er 0 kr"))
    late_from(monkeypatch, 2)
    found = prove_property(made.properties["løftet"], made)
    assert (found.verdict, found.unbroken) == ("ikke avgjort", True)
    monkeypatch.undo()
    late_from(monkeypatch, 2)
    assert prove(made.properties["løftet"], made).verdict == "bevist"  # a made-up case keeps it


def test_an_empty_one_that_took_too_long_is_not_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = edition(tmp_path, promise("der a.dagen < 2020-01-01 gjelder a.betaling er 0 kr"))
    late_from(monkeypatch, 1)
    found = prove(made.properties["løftet"], made)
    assert (found.verdict, found.unbroken) == ("ikke avgjort", False)
    assert "Ikke prøvd" in found.reason


def test_what_is_too_much_of_three_is_proved_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = edition(tmp_path, promise("der ikke a.teller gjelder a.betaling er 0 kr"))
    real = Solving.find

    def find(self: Solving, *items: Logic) -> Found:
        three = any(len(each) > 2 for thing in self.world.things() for each in thing.children.values())
        return Found("ikke avgjort", None, "tiden gikk") if three else real(self, *items)

    monkeypatch.setattr(Solving, "find", find)
    found = prove(made.properties["løftet"], made)
    assert (found.verdict, found.speaks_of) == ("bevist", "alle pasienter med inntil 2 besøk")
    assert found.limits == ("for 3 sammen var tiden for kort",)


# ── Tables that say little ───────────────────────────────────────────────────────────────────────────────────


def test_pairs_of_codes_in_a_large_table(tmp_path: Path) -> None:
    """Two keys and two hundred rows of ja and nei: what is in no row is nei, and what is in one is as it says."""
    codes = [f"K{number}" for number in range(20)]
    rows = [f"{one};{other};{'nei' if one == 'K7' else 'ja'}" for one in codes for other in codes[:10]]
    (tmp_path / "par.csv").write_text("den;andre;ugyldig\n" + "\n".join(rows) + "\n", encoding="utf-8")
    more = """
tabell par
  nøkkel den      : tekst
  nøkkel andre    : tekst
  kolonne ugyldig : ja/nei
  fil «par.csv»   ifølge oss

resultat strider : ja/nei for Besøk

punkt strider «Strider»
  ifølge oss
  strider er finnes annen i pasient.besøk der par[drg; annen.drg].ugyldig ellers nei
"""
    for body, wanted in (
        ("der a.drg er «K7» gjelder ikke a.strider", "bevist"),
        ("der a.drg er «K8» gjelder ikke a.strider", "motbevist"),
        ("der a.drg er «ikke her» gjelder ikke a.strider", "bevist"),
        ("der alle b i a.pasient.besøk har b.drg er «K12» gjelder ikke a.strider", "bevist"),
        ("der alle b i a.pasient.besøk har b.drg er «K2» gjelder ikke a.strider", "motbevist"),
    ):
        assert verdict(tmp_path, body, more=more).verdict == wanted, body
