"""Five ways of paying for results, courses and shared risk: published figures, borders, what is missing, bad input."""

import datetime
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rulesdsl.batch.reasons_of import explain_row
from rulesdsl.batch.run import Job, run
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import Question, explain_text
from rulesdsl.evaluate.examples import try_examples, unreached
from rulesdsl.evaluate.explanation import CaseExplanation, ResultReason
from rulesdsl.trying import search
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED, shipped

ROOT = Path(__file__).parents[2]
SCHEMES = {
    "rbf": ("2019", "2020", "2021", "2022", "2023", "2024"),
    "naerhedsfinansiering": ("2019", "2020", "2021", "2022", "2023"),
    "samhandlingsbudsjett": ("2023", "2025", "2026"),
    "pakkebetaling": ("2016", "2020", "2022", "2027"),
    "risikodeling": ("2014", "2015", "2023"),
}
EDITIONS = [(scheme, year) for scheme, years in SCHEMES.items() for year in years]
CRITERIA = ("forlop_per_borger", "aktivitet_kronikere", "akutte_reinnleggelser", "virtuelle_forlop")

few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def edition_of(scheme: str, year: str) -> Edition:
    return shipped(f"{scheme}@{year}")


def cases(scheme: str, document: object) -> tuple[CaseExplanation, ...]:
    return explain_text(SHIPPED, json.dumps(document), "sak.json", Question(alternatives=False)).cases


def results(scheme: str, document: object) -> list[dict[str, ResultReason]]:
    """The results of each thing of a document, which has no errors."""
    found = cases(scheme, document)
    assert [case.errors for case in found if case.errors] == []
    return [{result.name: result for result in case.results} for case in found]


def standing(result: ResultReason) -> tuple[object, set[str]]:
    """The value of a result, and the kinds of what it rests on that is not official."""
    return result.value, {mark.kind for mark in result.marks}


def one(scheme: str, document: object) -> dict[str, Any]:
    """The known values of the first thing of a document."""
    return {name: result.value for name, result in results(scheme, document)[0].items() if result.status == "known"}


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_files_are_without_messages(scheme: str) -> None:
    workspace = Workspace(ROOT / "regelverk" / scheme)
    assert [problem.code for problem in workspace.checked.problems] == []
    assert tuple(each.name for each in workspace.index) == SCHEMES[scheme]


@pytest.mark.parametrize(("scheme", "year"), EDITIONS)
def test_examples_hold_and_reach_all_that_is_new(scheme: str, year: str) -> None:
    edition = edition_of(scheme, year)
    outcomes = try_examples(edition)
    assert outcomes
    assert [(made.example.title, made.failures) for made in outcomes if made.failures] == []
    assert [each for each in unreached(edition, outcomes) if edition.clauses[each.clause].edition == edition.id] == []


@pytest.mark.parametrize(("scheme", "year"), EDITIONS)
def test_promises_are_kept(scheme: str, year: str) -> None:
    edition = edition_of(scheme, year)
    assert len(edition.properties) >= 4
    for promise in edition.properties.values():
        assert search(promise, edition, cases=15, seed=7).verdict != "brutt", promise.name


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_example_file_is_decided(scheme: str) -> None:
    files = sorted((ROOT / "examples").glob(f"{scheme}-*.json*"))
    assert len(files) >= 4
    for file in files:
        found = explain_text(SHIPPED, file.read_text(encoding="utf-8"), file.name).cases
        assert found
        wrong = {error.code for case in found for error in case.errors}
        assert wrong == ({"ISF412"} if file.stem.endswith("for-ordningen") else set())
        assert not {result.status for case in found for result in case.results} & {"conflict", "no_rule"}


TABLES: dict[str, tuple[str, str, str]] = {
    "rbf": ("fordeling_id,maaling_id,budsjettdato,region,indikator,verdi,datakompletthet\n"
            "F,A,2023-01-01,vest,laget_samhandling_1,70,1\nF,B,2023-01-01,nord,laget_samhandling_1,60,0.5\n"
            "F,C,2023-01-01,midt,laget_samhandling_1,,1\n", "", "tildeling"),
    "naerhedsfinansiering": (
        "oppgjor_id,oppgjorsdato,region,andel_av_puljen," + ",".join(f"{each}.forrige,{each}.ny" for each in CRITERIA)
        + "\nA,2021-12-31,nordjylland,0.11,2,1,2,1,2,2,1,1\nB,2022-12-31,nordjylland,0.11,2,1,2,1,2,2,,1\n",
        "", "etter_kriteriene"),
    "samhandlingsbudsjett": (
        "budsjett_id,part_id,oppgjorsdato,slag,inntektskilde,bidrag,kostnad,andel,forpliktelse_holdt\n"
        "B,H,2023-12-31,helseforetak,isf,500,300,0.5,ja\nB,K,2023-12-31,kommune,inntektssystemet,300,290,0.3,nei\n"
        "B,F,2023-12-31,fastlege,legetakster,100,110,0.2,ja\n",
        "budsjett_id,maalgruppe,avtale.organisering,avtale.oppgaveansvar,avtale.okonomisk_ansvar,avtale.risiko\n"
        "B,kronisk_syke,ja,ja,ja,ja\n", "oppgjør"),
    "pakkebetaling": (
        "pasient_id,tjeneste_id,inndato,utdato,slag,belop,vilkaar\n"
        "P,O,2023-01-09,2023-01-12,operasjon,150000,norsk_hofte\nP,F,2023-04-12,2023-04-12,fysioterapi,30000,\n"
        "Q,O,2023-01-09,2023-01-12,operasjon,,norsk_hofte\n", "", "oppgjør"),
    "risikodeling": (
        "pulje_id,deltaker_id,regnskapsdato,inntekter,administrasjon,kostnader\n"
        "P,A,2014-12-31,999999999,1,900000000\nP,B,2014-12-31,999999999,1,999999999\n"
        "P,C,2014-12-31,700000000,0,999999999.99\n", "pulje_id,alle_med\nP,ja\n", "oppgjør"),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_table_is_decided_and_each_row_explained_alike(scheme: str, tmp_path: Path) -> None:
    rows, parents, asked = TABLES[scheme]
    (tmp_path / "inn.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "over.csv").write_text(parents, encoding="utf-8")
    out = tmp_path / "ut.parquet"
    run(Job(str(tmp_path / "inn.csv"), out, parents=str(tmp_path / "over.csv") if parents else None),
        SHIPPED)
    found = [explain_row(out, f"rad:{number}", SHIPPED, Question(alternatives=False))
             for number in range(1, rows.count("\n"))]
    assert all(each.differences == () for each in found)
    assert {result.status for each in found for result in each.explained.results if result.name == asked} <= {
        "known", "unknown"}


# ── RBF ──────────────────────────────────────────────────────────────────────────────────────────────────────


def measured(year: int, indicator: str, **values: object) -> dict[str, Any]:
    return {"fordeling_id": "F", "maalinger": [
        {"maaling_id": region, "budsjettdato": f"{year}-01-01", "region": region, "indikator": indicator,
         "verdi": value, "datakompletthet": 1, "datagrunnlag": "tertial_1"} for region, value in values.items()]}


@pytest.mark.parametrize(("indicator", "pot"), [
    ("hba1c_over_9", "283200000.00"), ("pakkeforlop_26", "169920000.00"), ("bup_erfaring", "113280000.00"),
])
def test_the_published_weights_of_2020_divide_the_pot(indicator: str, pot: str) -> None:
    found = one("rbf", measured(2020, indicator, vest=50))
    share = {"hba1c_over_9": Decimal("0.25"), "pakkeforlop_26": Decimal("0.20"), "bup_erfaring": Decimal(1)}
    alone = Decimal(pot) * share[indicator]
    assert found["for_plassering"] == alone * Decimal("0.60")


@pytest.mark.parametrize(("year", "placing"), [(2022, "0.90"), (2023, "0.90"), (2024, "0.95")])
def test_placing_and_completeness_share_the_pot_as_published(year: int, placing: str) -> None:
    found = one("rbf", measured(year, "laget_samhandling_1", vest=50))
    number, pot = (9, 646_000_000) if year == 2024 else (7, 600_000_000)
    of_indicator = Decimal(pot * 100 // number) / 100
    assert abs(found["for_plassering"] - of_indicator * Decimal(placing)) < Decimal("0.01")
    assert found["for_plassering"] + found["for_kompletthet"] <= of_indicator


def test_low_is_better_where_it_is_and_equals_share_a_place() -> None:
    found = results("rbf", measured(2020, "hba1c_over_9", **{"sor-ost": 14, "vest": 12, "midt": 14, "nord": 20}))
    amounts = [each["for_plassering"].value for each in found]
    assert amounts[1] > amounts[0] == amounts[2] > amounts[3] == 0
    high = results("rbf", measured(2020, "bup_erfaring", **{"sor-ost": 14, "nord": 20}))
    assert high[1]["for_plassering"].value > high[0]["for_plassering"].value


@pytest.mark.parametrize("indicator", ["fode_barsel", "barnediabetes", "tsb_1", "tsb_2", "tsb_3"])
def test_what_was_taken_out_in_2020_is_out_but_unconfirmed(indicator: str) -> None:
    assert standing(results("rbf", measured(2019, indicator, vest=50))[0]["inngår"]) == (True, {"avledet"})
    for year in (2020, 2021):
        assert standing(results("rbf", measured(year, indicator, vest=50))[0]["inngår"]) == (False, {"ubekreftet"})


@pytest.mark.parametrize(("year", "indicator", "within", "mark"), [
    (2019, "andel_video", False, "ubekreftet"), (2020, "andel_video", False, "ubekreftet"),
    (2020, "pakkeforlop_26", True, "ubekreftet"), (2022, "andel_video", False, "eksempel"),
    (2024, "andel_video", False, "eksempel"), (2024, "laget_samhandling_9", True, "eksempel"),
])
def test_who_is_in_the_scheme_has_the_standing_of_the_list(
    year: int, indicator: str, within: bool, mark: str
) -> None:
    value, marks = standing(results("rbf", measured(year, indicator, vest=50))[0]["inngår"])
    assert value is within
    assert mark in marks


def test_the_two_distributions_of_2024_do_not_touch_each_other() -> None:
    def both(**other: object) -> list[dict[str, ResultReason]]:
        first = measured(2024, "laget_samhandling_9", vest=80, nord=75)["maalinger"]
        year = [each | {"maaling_id": f"{each['region']}-år", "datagrunnlag": "aar", "verdi": value} | other
                for each, value in zip(first, (78, 79), strict=True)]
        return results("rbf", {"fordeling_id": "F", "maalinger": first + year})

    alone = results("rbf", measured(2024, "laget_samhandling_9", vest=80, nord=75))
    found = both()
    assert [each["plass"].value for each in found] == [1, 2, 2, 1]
    assert [each["tildeling"].value for each in found[:2]] == [each["tildeling"].value for each in alone]
    same = both(datagrunnlag="tertial_1")
    assert [(each["inngår"].value, each["inngår"].clause) for each in same] == [(False, "dobbel_måling")] * 4


def test_a_missing_value_is_named_and_only_it() -> None:
    document = measured(2023, "laget_samhandling_1", vest=50, nord=None)
    found = results("rbf", document)
    assert found[0]["tildeling"].missing == ("fordeling.maalinger[nord].verdi",)
    assert found[1]["tildeling"].missing == ("verdi",)
    assert found[0]["for_kompletthet"].status == "known"


# ── Nærhedsfinansiering ──────────────────────────────────────────────────────────────────────────────────────


def region(year: int, *better: bool | None, share: float = 1.0) -> dict[str, Any]:
    found: dict[str, Any] = {"oppgjor_id": "R", "oppgjorsdato": f"{year}-12-31", "region": "midtjylland",
                             "andel_av_puljen": share}
    for name, each in zip(CRITERIA, better, strict=True):
        if each is not None:
            change = 1 if name == "virtuelle_forlop" else -1
            found[name] = {"forrige": 10, "ny": 10 + change * each}
    return found


@pytest.mark.parametrize(("number", "kept"), [
    (0, "0"), (1, "495000000"), (2, "990000000"), (3, "1500000000"), (4, "1500000000"),
])
def test_what_none_to_four_criteria_give(number: int, kept: str) -> None:
    for first in range(5 - number):
        met = [first <= at < first + number for at in range(4)]
        found = one("naerhedsfinansiering", region(2021, *met))
        assert found["etter_kriteriene"] == Decimal(kept)
        assert (found["beholder"], found["tilbakebetaling"]) == (Decimal(1_500_000_000), 0)


def test_three_criteria_do_not_wait_for_the_fourth() -> None:
    assert one("naerhedsfinansiering", region(2021, True, True, True, None))["beholdt_andel"] == 1
    found = results("naerhedsfinansiering", region(2021, True, True, None, False))[0]["beholdt_andel"]
    assert found.missing == ("akutte_reinnleggelser.forrige", "akutte_reinnleggelser.ny")


@pytest.mark.parametrize(("year", "confirmed"), [(2019, False), (2020, False), (2021, True), (2022, False)])
def test_the_standing_of_what_a_region_keeps_follows_the_year(year: int, confirmed: bool) -> None:
    found = results("naerhedsfinansiering", region(year, True, False, False, False))[0]
    kept, paid = ({mark.what for mark in found[name].marks} for name in ("beholdt_andel", "regionens_del"))
    assert ({"punkt beholdt_andel", "andel ved ett"} <= kept, "pulje" in paid) == (not confirmed, not confirmed)


@pytest.mark.parametrize("year", [2019, 2021, 2023])
def test_how_much_better_is_better_is_our_reading(year: int) -> None:
    found = results("naerhedsfinansiering", region(year, True, False, True, False))[0]
    for name in ("færre_forløp", "mindre_aktivitet", "færre_reinnleggelser", "flere_virtuelle"):
        assert "ubekreftet" in standing(found[name])[1], name


def test_amounts_are_danish_kroner() -> None:
    found = results("naerhedsfinansiering", region(2023, True, True, False, False, share=0.31))[0]
    said = found["etter_kriteriene"].sentence.replace("\N{NO-BREAK SPACE}", " ")
    assert "306 900 000,00 dkk" in said


# ── Samhandlingsbudsjett ─────────────────────────────────────────────────────────────────────────────────────

KINDS = (("helseforetak", "isf"), ("kommune", "inntektssystemet"), ("fastlege", "basistilskudd"))
BINDING = {"organisering": True, "oppgaveansvar": True, "okonomisk_ansvar": True, "risiko": True}


def budget(
    parts: list[tuple[int, int, int, bool]], group: str = "skropelige_eldre", **agreement: bool
) -> dict[str, Any]:
    """A budget of three parties: øre put in, øre spent, percent, and whether the party did as it had promised."""
    return {"budsjett_id": "B", "maalgruppe": group, "avtale": BINDING | agreement, "parter": [
        {"part_id": kind, "oppgjorsdato": "2023-12-31", "slag": kind, "inntektskilde": source, "bidrag": paid / 100,
         "kostnad": spent / 100, "andel": share / 100, "forpliktelse_holdt": kept}
        for (kind, source), (paid, spent, share, kept) in zip(KINDS, parts, strict=True)]}


@few
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.booleans()), min_size=3, max_size=3),
       st.integers(1, 98), st.data())
def test_what_some_get_the_others_pay(parts: list[tuple[int, int, bool]], first: int, data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 99 - first))
    shares = (first, second, 100 - first - second)
    found = results("samhandlingsbudsjett", budget([
        (paid, spent, share, kept) for (paid, spent, kept), share in zip(parts, shares, strict=True)]))
    amounts = [each["oppgjør"].value for each in found]
    surplus = sum(paid - spent for paid, spent, _ in parts)
    left = Decimal(surplus) / 100 if surplus > 0 and not any(kept for *_, kept in parts) else Decimal(0)
    assert abs(sum(amounts) + left) <= Decimal("0.01")
    for (paid, spent, kept), amount in zip(parts, amounts, strict=True):
        if surplus >= 0 and not kept:
            assert amount == Decimal(spent - paid) / 100


@pytest.mark.parametrize("promise", BINDING)
def test_an_agreement_that_lacks_something_binds_nobody(promise: str) -> None:
    parts = [(100, 50, 50, True), (100, 50, 50, True), (100, 50, 0, True)]
    found = results("samhandlingsbudsjett", budget(parts, **{promise: False}))
    assert [(each["gyldig"].value, each["gyldig"].clause, each["oppgjør"].value) for each in found] == [
        (False, "forpliktende_avtale", 0)] * 3


def test_a_judgement_nobody_has_made_is_asked_for() -> None:
    document = budget([(100, 50, 50, True), (100, 50, 30, True), (100, 50, 20, True)])
    del document["parter"][2]["forpliktelse_holdt"]
    found = results("samhandlingsbudsjett", document)
    assert found[0]["oppgjør"].missing == ("budsjett.parter[fastlege].forpliktelse_holdt",)
    assert found[2]["oppgjør"].missing == ("forpliktelse_holdt",)


def test_the_frame_of_the_country_is_the_most_that_a_budget_gets() -> None:
    def grants(*wages: int) -> list[ResultReason]:
        return [each["sekretariatstilskudd"] for each in results("samhandlingsbudsjett", {
            "budsjett_id": "B", "parter": [{"part_id": str(at), "oppgjorsdato": "2025-12-31", "slag": "kommune",
                                            "sekretariat_lonn": wage} for at, wage in enumerate(wages)]})]

    assert [standing(each) for each in grants(10_000_000, 900_000)] == [
        (10_000_000, {"avledet"}), (900_000, {"avledet"})]
    over = grants(10_000_000, 10_000_000, 1_800_000)
    assert [standing(each) for each in over] == [
        (5_000_000, {"eksempel"}), (5_000_000, {"eksempel"}), (900_000, {"eksempel"})]


# ── Pakkebetaling ────────────────────────────────────────────────────────────────────────────────────────────


def service(key: str, day: datetime.date, kind: str, amount: int | None = 100, **more: object) -> dict[str, Any]:
    return {"tjeneste_id": key, "inndato": day.isoformat(), "utdato": day.isoformat(), "slag": kind, "belop": amount,
            **more}


@pytest.mark.parametrize(("scheme", "start", "within", "length"), [
    ("cjr", "operasjon", "fysioterapi", 89), ("norsk_hofte", "operasjon", "poliklinikk", 90),
    ("kjede", "innmelding", "fastlegekontakt", 364),
])
def test_the_first_and_the_last_day_of_a_course(scheme: str, start: str, within: str, length: int) -> None:
    opened = datetime.date(2018, 5, 3)
    days = {"før": -1, "første": 0, "siste": length, "etter": length + 1}
    found = results("pakkebetaling", {"pasient_id": "P", "tjenester": [
        service("start", opened, start, vilkaar=scheme, ms_drg="470", hoftebrudd=False),
        *(service(key, opened + datetime.timedelta(days=at), within) for key, at in days.items())]})
    assert [each["i_forløp"].value for each in found] == [True, False, True, True, False]
    assert found[0]["forløpets_slutt"].value == opened + datetime.timedelta(days=length)


@pytest.mark.parametrize(("scheme", "day", "group", "price", "off"), [
    ("cjr", "2016-04-01", "470", 200_000, 3), ("cjr", "2021-12-31", "522", 300_000, 3),
    ("cjr", "2024-12-31", "470", 200_000, 3), ("cjr_x", "2027-10-01", None, 210_000, 2),
])
def test_the_price_is_set_down_as_published(scheme: str, day: str, group: str | None, price: int, off: int) -> None:
    limit = Decimal(price) * (100 - off) / 100 * Decimal("0.20")
    for spent, wanted in ((0, limit), (999_999, -limit)):
        document = service("O", datetime.date.fromisoformat(day), "operasjon", spent, vilkaar=scheme, ms_drg=group,
                           hoftebrudd=False)
        found = one("pakkebetaling", document)
        assert (found["oppgjør"], found["grense"]) == (wanted, limit)
        assert found["differanse"] == Decimal(price) * (100 - off) / 100 - spent


def test_courses_follow_one_another_without_meeting() -> None:
    opened = datetime.date(2023, 1, 1)
    found = results("pakkebetaling", {"pasient_id": "P", "tjenester": [
        service(key, opened + datetime.timedelta(days=at), "operasjon", vilkaar="norsk_hofte")
        for key, at in (("A", 0), ("B", 0), ("C", 90), ("D", 200))]})
    assert [each["åpner"].value for each in found] == [True, False, False, True]
    assert all(each["i_forløp"].value for each in found)


def test_courses_under_other_terms_do_not_stand_in_the_way() -> None:
    day = datetime.date(2017, 3, 6)
    found = results("pakkebetaling", {"pasient_id": "P", "tjenester": [
        service("år", day - datetime.timedelta(days=60), "innmelding", vilkaar="kjede"),
        service("hofte", day, "operasjon", vilkaar="norsk_hofte"),
        service("kne", day, "operasjon", vilkaar="cjr", ms_drg="470", hoftebrudd=False),
        service("igjen", day + datetime.timedelta(days=30), "operasjon", vilkaar="norsk_hofte")]})
    assert [each["åpner"].value for each in found] == [True, True, True, False]


@pytest.mark.parametrize(("day", "group", "opens"), [
    ("2020-09-30", "470", True), ("2020-09-30", "521", False), ("2020-10-01", "521", True), ("2020-10-01", "522", True),
    ("2020-10-01", "291", False), ("2016-04-01", "469", True), ("2016-04-01", "483", False),
    ("2024-01-01", "522", True),
])
def test_a_course_of_cjr_opens_in_its_own_groups_only(day: str, group: str, opens: bool) -> None:
    found = one("pakkebetaling", service("O", datetime.date.fromisoformat(day), "operasjon", vilkaar="cjr",
                                         ms_drg=group, hoftebrudd=False))
    assert (found["starthendelse"], found["åpner"]) == (opens, opens)


@pytest.mark.parametrize(("terms", "day", "opens", "clause"), [
    ("cjr", "2024-12-31", True, "starthendelse"), ("cjr", "2025-01-01", False, "cjr_slutt"),
    ("cjr_x", "2027-09-30", False, "cjr_x_start"), ("cjr_x", "2027-10-01", True, "starthendelse"),
])
def test_the_first_and_the_last_day_of_terms_are_unconfirmed(terms: str, day: str, opens: bool, clause: str) -> None:
    found = results("pakkebetaling", service("O", datetime.date.fromisoformat(day), "operasjon", vilkaar=terms,
                                             ms_drg="470"))[0]["starthendelse"]
    assert (*standing(found), found.clause) == (opens, {"ubekreftet"}, clause)


@pytest.mark.parametrize(("day", "confirmed"), [("2017-01-01", True), ("2021-01-01", False), ("2023-01-01", False)])
def test_the_discount_is_published_for_the_first_years(day: str, confirmed: bool) -> None:
    found = results("pakkebetaling", service("O", datetime.date.fromisoformat(day), "operasjon", vilkaar="cjr",
                                             ms_drg="470", hoftebrudd=False))[0]["målpris"]
    assert ("rabatt[cjr].andel" in {mark.what for mark in found.marks}) is not confirmed


def test_an_amount_that_is_missing_stops_its_own_course_only() -> None:
    day = datetime.date(2023, 1, 9)
    found = results("pakkebetaling", {"pasient_id": "P", "tjenester": [
        service("O", day, "operasjon", vilkaar="norsk_hofte"), service("F", day, "fysioterapi", None),
        service("T", day, "urelatert", None)]})
    assert found[0]["oppgjør"].missing == ("pasient.tjenester[F].belop",)
    assert found[1]["oppgjør"].value == 0


# ── Risikodeling ─────────────────────────────────────────────────────────────────────────────────────────────


def corridor(cost: Fraction, target: Fraction, year: int) -> tuple[Fraction, Fraction]:
    """What a participant may claim and what it owes, told from the outer border inwards."""
    inner, outer, half, most = ((3, 8, 50, 80) if year < 2023 else (2, 6, 50, 75))
    over, under = cost - target, target - cost

    def shared(gap: Fraction) -> Fraction:
        first = max(min(gap, target * outer / 100) - target * inner / 100, Fraction(0))
        return first * half / 100 + max(gap - target * outer / 100, Fraction(0)) * most / 100

    return shared(over), shared(under)


def participant(key: str, year: int, cost: Decimal, income: int = 120_000_000) -> dict[str, Any]:
    return {"deltaker_id": key, "regnskapsdato": f"{year}-12-31", "inntekter": income, "administrasjon": 20_000_000,
            "kostnader": float(cost)}


ZONES = [("92", "under_delt"), ("97", "nær_målet"), ("100", "nær_målet"), ("103", "nær_målet"), ("108", "over_delt")]


@pytest.mark.parametrize(("percent", "at"), ZONES)
def test_a_border_belongs_to_the_zone_nearest_the_target(percent: str, at: str) -> None:
    assert one("risikodeling", {"pulje_id": "P", "alle_med": False, "deltakere": [
        participant("A", 2014, Decimal(percent) * 1_000_000)]})["sone"] == at


@pytest.mark.parametrize(("cost", "zone"), [
    ("91999999.99", "langt_under"), ("96999999.99", "under_delt"), ("103000000.01", "over_delt"),
    ("108000000.01", "langt_over"),
])
def test_an_øre_past_a_border_is_in_the_next_zone(cost: str, zone: str) -> None:
    assert one("risikodeling", {"pulje_id": "P", "alle_med": False, "deltakere": [
        participant("A", 2014, Decimal(cost))]})["sone"] == zone


def test_of_the_claims_of_2014_the_published_share_was_paid() -> None:
    found = one("risikodeling", {"pulje_id": "P", "alle_med": False, "deltakere": [
        participant("A", 2014, Decimal(108_000_000))]})
    assert found["oppgjør"] == Decimal(2_500_000) * Decimal("0.126") == Decimal(315_000)
    later = results("risikodeling", {"pulje_id": "P", "alle_med": False, "deltakere": [
        participant("A", 2016, Decimal(108_000_000))]})[0]["oppgjør"]
    assert later.missing == ("pulje.dekning",)


@few
@given(st.sampled_from([2014, 2015, 2023]), st.lists(st.integers(60_000_000, 140_000_000), min_size=1, max_size=4))
def test_the_corridor_is_what_it_says_and_pays_no_more_than_comes_in(year: int, costs: list[int]) -> None:
    found = results("risikodeling", {"pulje_id": "P", "alle_med": True, "deltakere": [
        participant(str(at), year, Decimal(cost)) for at, cost in enumerate(costs)]})
    wanted = [corridor(Fraction(cost), Fraction(100_000_000), year) for cost in costs]
    claimed, owed = (sum(each) for each in zip(*wanted, strict=True))
    paid = [each["utbetaling"].value for each in found]
    covered = {each["dekning"].value for each in found}
    assert [each["skylder"].value for each in found] == [Decimal(round(owes * 100)) / 100 for _, owes in wanted]
    assert sum(paid) <= owed
    share = min(Fraction(1), Fraction(owed) / claimed) if claimed else Fraction(0)
    for (claim, _), amount in zip(wanted, paid, strict=True):
        assert abs(Fraction(amount) - claim * share) <= Fraction(1, 100)
    assert covered == {Decimal(int(share * 1000) if claimed else 1000) / 1000}


# ── Bad input ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("scheme", "document", "code", "said"), [
    ("rbf", measured(2024, "laget_samhandling_1", sør=1), "ISF517", "region"),
    ("rbf", {"maaling_id": "M", "budsjettdato": "2018-12-31", "region": "vest"}, "ISF412", "rbf@2019"),
    ("rbf", {"maaling_id": "M", "budsjettdato": "2024-01-01", "verdi": 1.234}, "ISF515", "verdi"),
    ("rbf", {"maaling_id": "M", "budsjettdato": "2024-01-01", "datakompletthet": 95}, "ISF516", "datakompletthet"),
    ("naerhedsfinansiering", region(2021, True, True, True, True, share=31), "ISF516", "andel_av_puljen"),
    ("samhandlingsbudsjett", {"part_id": "P", "oppgjorsdato": "2023-12-31", "andel": -0.1}, "ISF516", "andel"),
    ("samhandlingsbudsjett", {"part_id": "P", "oppgjorsdato": "2025-12-31", "sekretariat_lonn": -1}, "ISF516",
     "sekretariat_lonn"),
    ("risikodeling", {"pulje_id": "P", "alle_med": False, "dekning": 12.6, "deltakere": [
        {"deltaker_id": "A", "regnskapsdato": "2014-12-31"}]}, "ISF516", "dekning"),
    ("naerhedsfinansiering", region(2024, True, True, True, True), "ISF412", "naerhedsfinansiering@2023"),
    ("naerhedsfinansiering", region(2021, True, True, True, True) | {"forlop_per_borgere": 1}, "ISF509",
     "forlop_per_borger"),
    ("samhandlingsbudsjett", {"part_id": "P", "oppgjorsdato": "2023-12-31", "slag": "fylke"}, "ISF517", "slag"),
    ("samhandlingsbudsjett", {"part_id": "P", "oppgjorsdato": "2024-12-31", "slag": "fastlege",
                              "inntektskilde": "driftstilskudd"}, "ISF518", "inntektskilde"),
    ("pakkebetaling", service("O", datetime.date(2026, 12, 31), "operasjon", vilkaar="cjr_x"), "ISF518", "vilkaar"),
    ("pakkebetaling", {"tjeneste_id": "O", "slag": "operasjon"}, "ISF512", "inndato"),
    ("risikodeling", {"deltaker_id": "A", "regnskapsdato": "2019-12-31", "kostnader": 1}, "ISF412", "2019"),
    ("risikodeling", {"deltaker_id": "A", "regnskapsdato": "2014-12-31", "kostnader": "mye"}, "ISF513", "kostnader"),
])
def test_bad_input_is_told_by_code_field_and_value(scheme: str, document: object, code: str, said: str) -> None:
    errors = [error for case in cases(scheme, document) for error in case.errors]
    assert [error.code for error in errors] == [code]
    assert said in f"{errors[0].message} {errors[0].hint} {errors[0].field}"
