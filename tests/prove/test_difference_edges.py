"""Where two editions can differ, at the edges: data they read differently, words that mean two things, amounts without
cases, time that runs out. Each was wrong once."""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Isfrules
from sample_rulebook import write

from rulesdsl.core.ir import Edition
from rulesdsl.prove import solving
from rulesdsl.prove.difference import Difference, Extreme, Proof
from rulesdsl.prove.difference_proof import prove_difference
from rulesdsl.publish.difference import APART, page
from rulesdsl.publish.difference_json import difference_json
from rulesdsl.publish.terminal import render_page_plain
from rulesdsl.workspace import Workspace

HEAD = """\
regelverk p {year} «Prøve {year}»
  gjelder {year}-01-01 til {year}-12-31

kilde oss «Oss» Kontoret 2020 status eksempel

"""

SAK = """\
entitet Sak «Sak»
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  lege           : ja/nei
  mote           : ja/nei
  alder          : tall
  drg            : tekst
  beløp          : kroner
"""

TREE = """\
entitet Pasient «Pasient»
  nøkkel pid : tekst
  rettsdato inn : dato
  innbetalt  : kroner
  kronisk    : ja/nei

entitet Episode i Pasient som episoder «Episode»
  nøkkel eid     : tekst
  rettsdato dato : dato
  beløp          : kroner
  akutt          : ja/nei

entitet Linje i Episode som linjer «Linje»
  nøkkel lid : tekst
  hoved      : ja/nei

"""

GOODS = """\
post Vare «Vare»
  pris  : kroner
  frukt : ja/nei

entitet Sak «Sak»
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  varer          : liste av Vare

"""

YES_NO, MONEY = "\nresultat t : ja/nei for Sak «T»\n", "\nresultat t : kroner for Sak «T»\n"

Between = Callable[..., Proof]


def punkt(*rules: str, name: str = "h") -> str:
    return "\n".join([f"\npunkt {name} «H»", "  ifølge oss", *(f"  {rule}" for rule in rules)]) + "\n"


def field(kind: str) -> str:
    return f"entitet Sak «Sak»\n  nøkkel sak_id : tekst\n  rettsdato dato : dato\n  x : {kind}\n{YES_NO}"


def codes(*members: str, name: str = "K") -> str:
    return "\n".join([f"kodeverk {name} «{name}»", *(f"  {each}" for each in members)]) + "\n\n"


@pytest.fixture
def editions(tmp_path: Path) -> Callable[[str, str], tuple[Edition, Edition]]:
    def made(first: str, second: str) -> tuple[Edition, Edition]:
        workspace = Workspace(write(tmp_path / "r", a=HEAD.format(year=2020) + first,
                                    b=HEAD.format(year=2021) + second))
        before, after = workspace.edition("p@2020"), workspace.edition("p@2021")
        assert before is not None, workspace.checked.problems
        assert after is not None, workspace.checked.problems
        return before, after

    return made


@pytest.fixture
def between(editions: Callable[[str, str], tuple[Edition, Edition]]) -> Between:
    def proved(first: str, second: str, *results: str, **limits: Any) -> Proof:
        return prove_difference(*editions(first, second), results, **limits)

    return proved


def only(found: Proof) -> Difference:
    (made,) = found.differences
    return made


def told(found: Proof) -> list[list[str]]:
    return [sorted(each.text.replace("\u00a0", " ") for each in part.said) for part in only(found).parts]


def text_of(found: Proof) -> str:
    return "".join(line for lines in render_page_plain(page(found), 400) for line in lines)


# ── What the editions read ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("first", "second", "apart"), [
    (codes("utredning = 1", "behandling = 2") + field("K") + punkt("t er x er utredning"),
     codes("utredning = 2", "behandling = 1") + field("K") + punkt("t er x er utredning"),
     ("koden 1 i K: utredning i p@2020, behandling i p@2021", "koden 2 i K: behandling i p@2020, utredning i p@2021")),
    (codes("utredning = 1", "video = 6") + field("K") + punkt("t er x er video"),
     codes("utredning = 1", "video = 7", "tlf = 6") + field("K") + punkt("t er x er video"),
     ("koden 6 i K: video i p@2020, tlf i p@2021",)),
    (field("tall") + punkt("t er x > 3"), field("kroner") + punkt("t er x > 5 kr"),
     ("feltet x i Sak: tall i p@2020, kroner i p@2021",)),
    (codes("aa = 1", "bb = 2") + field("tekst") + punkt("t er x er «1»"),
     codes("aa = 1", "bb = 2") + field("K") + punkt("t er x er bb"),
     ("feltet x i Sak: tekst i p@2020, K i p@2021",)),
], ids=["swap", "recode", "unit", "text to code"])
def test_what_both_read_differently_is_not_called_alike(
    between: Between, first: str, second: str, apart: tuple[str, ...]
) -> None:
    found = between(first, second)
    assert found.apart == only(found).apart == apart
    assert not found.done
    assert APART in text_of(found)
    assert "som bare den ene utgaven kan lese, med feltet" not in text_of(found)
    made = difference_json(found, "x")
    (result,) = made["results"]
    assert (made["proved"], result["verdict"]) == (False, "open")
    assert "leser likt, ellers ikke avgjort" in result["summary"]
    assert apart[0] in result["conclusion"]
    assert set(apart) <= set(made["left_out"])


def test_what_no_rule_of_the_result_reads_does_not_matter_to_it(between: Between) -> None:
    first, second = (codes(*each) + SAK + "  form : K\n" + YES_NO + punkt("t er lege")
                     for each in (("a = 1", "b = 2"), ("a = 2", "b = 1")))
    found = between(first, second)
    assert (only(found).answered, only(found).apart, found.done) == ("likt", (), True)
    assert len(found.apart) == 2


@pytest.mark.parametrize(("first", "second", "left_out"), [
    ("tall mellom 0 og 10", "tall mellom 0 og 3", "tall i feltet x i Sak som bare p@2020 godtar"),
    ("tall med 1 desimal", "tall", "tall med desimaler i feltet x i Sak, som bare p@2020 godtar"),
    ("tall mellom 0 og 10", "tall mellom 20 og 30", "feltet x i Sak, som ikke kan ha samme tall i de to utgavene"),
])
def test_numbers_that_only_one_edition_lets_in(between: Between, first: str, second: str, left_out: str) -> None:
    found = between(field(first) + punkt("t er x > 3"), field(second) + punkt("t er x > 3"))
    assert (found.left_out, found.apart, only(found).answered) == ((left_out,), (), "likt")


def test_codes_that_are_alike_in_two_kodeverk(between: Between) -> None:
    """Each is valid by its own kodeverk, in both editions for b though not for a."""
    def both(a: str, b: str, test: str) -> str:
        return (codes(f"m = 1 «M» {a}", "n = 2 «N»", name="A") + codes(f"m = 1 «M» {b}", "n = 2 «N»", name="B")
                + "entitet Episode «Episode»\n  nøkkel eid : tekst\n  rettsdato dato : dato\n  a : A\n\n"
                "entitet Linje i Episode som linjer «Linje»\n  nøkkel lid : tekst\n  b : B\n\n"
                "resultat t : ja/nei for Episode «T»\n" + punkt(f"t er finnes l i linjer der {test}"))

    made = only(between(both("fra 2022-01-01", "fra 2020-01-01", "l.b er m"),
                        both("fra 2020-01-01", "fra 2020-01-01", "l.b er n og l.b er m"), count=1))
    assert made.answered == "ulikt"
    first = both("fra 2021-07-01", "", "l.b er m")
    assert only(between(first, both("", "fra 2021-07-01", "l.b er n og l.b er m"), count=1)).answered == "ulikt"


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_words_for_what_differs_have_their_edition(between: Between) -> None:
    of = [SAK + YES_NO + punkt(f"der gammel er alder > {age}", "t er ja når gammel", "t er nei når ikke gammel")
          for age in (10, 12)]
    assert told(between(*of)) == [["gammel er ja etter P 2020", "gammel er nei etter P 2021"]]


def test_a_kodesett_that_is_changed_has_its_edition(between: Between) -> None:
    of = [f"kodesett ks : tekst «KS»\n  ifølge oss\n  {{{each}}}\n\n" + SAK + YES_NO
          + punkt("t er ja når drg i ks", "t er nei når ikke (drg i ks)") for each in ("«A»; «B»", "«A»; «C»")]
    assert sorted(told(between(*of))) == [["drg er i ks etter P 2020", "drg er ikke i ks etter P 2021"],
                                          ["drg er i ks etter P 2021", "drg er ikke i ks etter P 2020"]]


def test_a_changed_clause_that_does_not_apply_has_its_edition(between: Between) -> None:
    of = [SAK + YES_NO + punkt("t er ja") + punkt("unntak fra h", f"når {guard}", "t er nei", name="4.3")
          for guard in ("lege og alder > 10", "mote og alder > 12")]
    assert sorted(told(between(*of))) == [["4.3 gjelder ikke etter P 2020", "mote og alder > 12"],
                                          ["4.3 gjelder ikke etter P 2021", "lege og alder > 10"]]


def test_always_but_where_neither_has_an_answer(between: Between) -> None:
    found = between(SAK + MONEY + punkt("t er beløp"),
                    SAK + MONEY + punkt("t er beløp + 1 kr når lege", "t er beløp når ikke lege"))
    (part,) = only(found).parts
    assert (part.always, part.if_known) == (True, True)
    assert "Alltid ulikt når svaret ikke er ukjent i begge utgavene, og" in text_of(found)


def test_a_part_of_all_cases_says_so(between: Between) -> None:
    found = between(SAK + MONEY + punkt("t er 1 kr"), SAK + MONEY + punkt("t er 2 kr"))
    assert "1. Alltid ulikt, i alle saker" in text_of(found)


def test_a_field_of_an_element_may_be_what_is_missing(between: Between) -> None:
    made = only(between(GOODS + MONEY + punkt("t er 0 kr"),
                        GOODS + MONEY + punkt("t er sum v.pris for v i varer der v.frukt")))
    assert made.missing is not None
    assert made.missing.fields == ("varer", "varer.frukt", "varer.pris")


# ── Amounts ──────────────────────────────────────────────────────────────────────────────────────────────────


def effects(found: Proof) -> tuple[Extreme, Extreme]:
    made = only(found)
    assert made.up is not None
    assert made.down is not None
    return made.up, made.down


EPISODE = TREE + "resultat t : kroner for Episode «T»\n"


def test_an_amount_that_is_never_known_in_both(between: Between) -> None:
    up, down = effects(between(EPISODE + punkt("t er beløp når beløp > 0 kr"),
                               EPISODE + punkt("t er beløp når beløp <= 0 kr")))
    assert up.reason == down.reason == "svaret er aldri kjent i begge utgavene"


def test_an_amount_that_grows_with_what_the_thing_belongs_to(between: Between) -> None:
    up, _ = effects(between(EPISODE + punkt("t er 0 kr"), EPISODE + punkt(
        "t er pasient.innbetalt når beløp > 0 kr", "t er 0 kr når beløp <= 0 kr")))
    assert (up.amount, up.grows_with, up.by_one) == (None, ("pasient.innbetalt",), Decimal("1.00"))


def test_an_amount_that_grows_with_the_elements_of_a_list(between: Between) -> None:
    up, _ = effects(between(GOODS + MONEY + punkt("t er 0 kr"),
                            GOODS + MONEY + punkt("t er sum v.pris for v i varer der v.frukt")))
    assert (up.amount, up.grows_with) == (None, ("varer.pris",))


@pytest.mark.parametrize(("limits", "value", "most"), [
    (("mellom 20 og 24", "mellom 0 og 24"), "hvis x > 22 timer så 100 kr ellers 0 kr", "100.00"),
    (("mellom 0 og 24", "mellom 0 og 24"), "x * s", "24000.00"),
    (("mellom 0 og 24", "mellom 0 og 1"), "x * s", "1000.00"),
    (("", ""), "hvis x > 900000 timer så 100 kr ellers 0 kr", "100.00"),
])
def test_an_amount_that_a_limit_of_a_field_limits(
    between: Between, limits: tuple[str, str], value: str, most: str
) -> None:
    first, second = (
        "sats s : kroner per timer «S»\n  fra 2020-01-01: 1000 ifølge oss\n\n"
        + field(f"timer {limit}").replace("t : ja/nei", "t : kroner") for limit in limits)
    up, down = effects(between(first + punkt("t er 0 kr"), second + punkt(f"t er {value}")))
    assert (up, down) == (Extreme(Decimal(most)), Extreme(Decimal(0)))


def test_an_amount_that_grows_with_two_numbers_together(between: Between) -> None:
    more = SAK + "  tak : kroner\n" + MONEY
    up, _ = effects(between(more + punkt("t er 0 kr"), more + punkt("t er maks(0 kr; min(beløp; tak))")))
    assert (up.amount, set(up.grows_with)) == (None, {"beløp", "tak"})


def test_a_change_that_is_the_same_for_all(between: Between) -> None:
    first, second = (SAK + MONEY + f"\nsats s : kroner «S»\n  fra {year}-01-01: {value} ifølge oss\n" + punkt("t er s")
                     for year, value in ((2020, 100), (2021, 200)))
    found = between(first, second)
    assert effects(found) == (Extreme(Decimal("100.00")), Extreme(Decimal("0.00")))
    assert [part.always for part in only(found).parts] == [True]


def test_amounts_in_another_currency(between: Between) -> None:
    more = ("enhet danske_kroner «danske kroner» forkortet dkk med 2 desimaler\n\n" + SAK
            + "\nresultat t : danske_kroner for Sak «T»\n")
    up, _ = effects(between(more + punkt("t er 1 dkk"), more + punkt("t er 3 dkk")))
    assert up.amount == Decimal(2)


# ── What once fell ───────────────────────────────────────────────────────────────────────────────────────────


def test_conditions_within_quantifiers(between: Between) -> None:
    of = [TREE + "resultat t : tall for Pasient «T»\n" + punkt(
        f"t er sum (hvis finnes d i e.linjer der d.hoved så {each} ellers 0) for e i episoder") for each in (1, 2)]
    assert only(between(*of, count=1)).answered == "ulikt"


def test_a_sats_by_the_day_of_a_thing_without_results(between: Between) -> None:
    rate = ("sats s : kroner «S»\n  fra 2020-01-01: 100 ifølge oss\n  fra 2020-07-01: 200 ifølge oss\n\n"
            "resultat t : ja/nei for Episode «T»\n")
    found = between(TREE + rate + punkt("t er nei"),
                    TREE + rate + punkt("t er akutt og pasient.inn >= 2020-07-01"))
    assert only(found).answered == "ulikt"


def test_a_result_that_is_of_another_thing_than_before(between: Between) -> None:
    tree = TREE + "resultat t : kroner for Episode «T»\nresultat m : kroner for {} «M»\n"
    found = between(tree.format("Pasient") + punkt("t er pasient.m") + punkt("m er 5 kr", name="m"),
                    tree.format("Episode") + punkt("t er m") + punkt("m er beløp", name="m"), "t")
    assert only(found).answered == "ulikt"


def test_a_key_that_is_missing(between: Between) -> None:
    tree = TREE + "resultat t : ja/nei for Episode «T»\n"
    (part,) = only(between(tree + punkt("t er nei"), tree + punkt("t er eid mangler"))).parts
    assert part.witness is not None
    assert "eid" not in str(part.witness.document)


def test_a_case_shows_what_stands_beside_the_thing(between: Between) -> None:
    tree = TREE + "entitet Resept i Pasient som resepter «Resept»\n  nøkkel rid : tekst\n  blå : ja/nei\n\n" \
                  "resultat t : ja/nei for Episode «T»\nresultat m : ja/nei for Pasient «M»\n" \
                + punkt("m er kronisk", name="m")
    (part,) = only(between(tree + punkt("t er nei"), tree + punkt(
        "t er pasient.innbetalt > 5 kr og finnes r i pasient.resepter der r.blå"), "t", count=1)).parts
    assert part.witness is not None
    assert [called for called, _ in part.witness.facts] == ["Episode", "Resept"]
    assert part.witness.facts[1][1] == ("blå er ja",)


def test_limits_are_of_what_the_result_rests_on(between: Between) -> None:
    more = GOODS.replace("liste av Vare", "liste av Vare\n  lege : ja/nei") + YES_NO \
        + "resultat u : kroner for Sak «U»\n" + punkt("u er sum v.pris for v i varer", name="u")
    assert between(more + punkt("t er lege"), more + punkt("t er ikke lege"), "t").limits == ()


def test_nothing_that_can_be_compared(between: Between) -> None:
    found = between(SAK + MONEY.replace(" t ", " u ") + punkt("u er 1 kr"), SAK + MONEY + punkt("t er 1 kr"))
    assert not found.done
    assert "Ingenting er sammenlignet" in text_of(found)


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_time_is_for_everything_together(between: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that takes all the time that it is given gets no more than there is."""
    def slow(self: solving.Solving, asked: object) -> solving.Found:
        time.sleep(self.seconds)
        return solving.Found("ikke avgjort", None, self._late())

    monkeypatch.setattr(solving.Solving, "_asked", slow)
    results = "".join(f"\nresultat t{at} : kroner for Sak «T{at}»\n" for at in range(4))
    first, second = (SAK + results + "".join(punkt(f"t{at} er beløp + {more} kr", name=f"h{at}") for at in range(4))
                     for more in (1, 2))
    begun = time.monotonic()
    found = between(first, second, seconds=0.5)
    assert time.monotonic() - begun < 1.5
    assert {each.reason for each in found.differences} == {"tidsgrensen på 0.5 sekunder ble nådd"}


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e9", "mye"])
@pytest.mark.parametrize("call", [["diff", "p@2020", "p@2021", "--prove"], ["check", "--prove"], ["prove"]])
def test_a_limit_that_is_none(isfrules: Isfrules, call: list[str], seconds: str) -> None:
    ran = isfrules(*call, "--seconds", seconds)
    assert ran.exit_code == 2
    assert f"«{seconds}» er ikke et antall sekunder" in ran.output


def test_the_command_does_not_call_it_proved(isfrules: Isfrules, tmp_path: Path) -> None:
    root = write(tmp_path / "r", a=HEAD.format(year=2020) + field("tall") + punkt("t er x > 3"),
                 b=HEAD.format(year=2021) + field("kroner") + punkt("t er x > 5 kr"))
    ran = isfrules("--rulebooks", root, "diff", "p@2020", "p@2021", "--prove", "--format", "json")
    assert (ran.exit_code, json.loads(ran.output)["proved"]) == (1, False)
