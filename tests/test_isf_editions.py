"""The nine editions of ISF: what each states, what its figures are worth, and what came and went from year to year."""

import datetime
import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rulesdsl.check.names import name_of
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import Question, explain_text
from rulesdsl.evaluate.examples import try_examples
from rulesdsl.evaluate.explanation import CaseExplanation, ResultReason
from rulesdsl.evaluate.reasons import standing_of
from rulesdsl.syntax import ast
from rulesdsl.trying import search
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED

HOME = Path(__file__).parents[1]
YEARS = tuple(range(2017, 2026))
STAY: dict[str, Any] = {
    "episode_id": "E1", "sektor": "somatikk", "omsorgsniva": 1, "kontakttype": 2, "sted_aktivitet": 1, "debitor": 1,
    "innmate_hast": 4, "utforende": [1], "utfort_av": "helseforetak", "journalfort": True, "rapportert_npr": True,
    "bosatt_i_norge": True,
}
CONTACT = STAY | {"omsorgsniva": 3, "kontakttype": 3, "drg": "908A"}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return SHIPPED


def edition_of(workspace: Workspace, year: int) -> Edition:
    found = workspace.edition(f"isf@{year}")
    assert found is not None
    return found


def cases_of(
    workspace: Workspace, *episodes: dict[str, Any], edition: str | None = None
) -> tuple[CaseExplanation, ...]:
    text = json.dumps(episodes[0] if len(episodes) == 1 else {"pasient_id": "P1", "episoder": list(episodes)})
    return explain_text(workspace, text, "sak.json", Question(edition=edition)).cases


def one(workspace: Workspace, episode: dict[str, Any], edition: str | None = None) -> dict[str, ResultReason]:
    (case,) = cases_of(workspace, episode, edition=edition)
    assert case.errors == ()
    return {result.name: result for result in case.results}


def in_year(year: int, episode: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {**episode, "utdato": f"{year}-06-01", "inndato": f"{year}-06-01", **facts}


# ── What the files say ───────────────────────────────────────────────────────────────────────────────────────


def test_all_days_of_nine_years_have_one_edition(workspace: Workspace) -> None:
    editions = [each for each in workspace.index if each.rulebook == "isf"]
    assert [each.id for each in editions] == [f"isf@{year}" for year in YEARS]
    for earlier, later in pairwise(editions):
        assert later.valid_from - earlier.valid_to == datetime.timedelta(days=1)
    assert not [problem.code for problem in workspace.checked.problems]


def test_an_edition_states_only_what_it_changes(workspace: Workspace) -> None:
    """No clause, sats, table or other declaration of a file is what its edition would have inherited anyway."""
    checked = workspace.checked
    for year in YEARS[1:]:
        known = checked.known[f"isf@{year}"]
        assert known.base is not None
        assert known.base.id == f"isf@{year - 1}"
        inherited = checked.texts[known.base.id][-1].names.parts
        own = {slot: each for slot, each in checked.texts[known.id][-1].names.parts.items()
               if each.span.source.name in {file.span.source.name for file in (known.own, *known.corrections)}}
        assert own
        assert [name_of(each).text for slot, each in own.items() if inherited.get(slot) == each] == []


def test_no_clause_stands_twice_in_the_editions(workspace: Workspace) -> None:
    """The text of a clause, sats or decision table is in one file: what comes again has changed."""
    seen: dict[object, str] = {}
    for year in YEARS:
        known = workspace.checked.known[f"isf@{year}"]
        for file in (known.own, *known.corrections):
            for each in file.declarations:
                if isinstance(each, (ast.ClauseDecl, ast.DecisionDecl, ast.RateDecl, ast.TableDecl)):
                    assert seen.setdefault(each, file.span.source.name) == file.span.source.name, each.span.text
    assert len(seen) > 60


def test_an_edition_whole_has_each_clause_once(workspace: Workspace) -> None:
    edition = edition_of(workspace, 2024)
    origins = {clause.edition for clause in edition.clauses.values()}
    assert origins == {"isf@2017", "isf@2018", "isf@2020", "isf@2021", "isf@2023", "isf@2024"}
    assert edition.clauses["5.24"].formerly == ("6.2",)
    assert "publisert_beløp" in edition_of(workspace, 2023).clauses
    assert "publisert_beløp" not in edition.clauses
    assert "publisert_beløp" not in edition.tables


# ── Prices, shares and their standing ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("year", "price", "share", "standings"), [
    (2017, "42753", "0.50", ("ubekreftet", "avledet")),
    (2018, "43428", "0.50", ("offisiell", "offisiell")),
    (2019, "44654", "0.50", ("ubekreftet", "avledet")),
    (2020, "45808", "0.50", ("offisiell", "offisiell")),
    (2021, "46719", "0.50", ("ubekreftet", "avledet")),
    (2022, "47742", "0.50", ("ubekreftet", "offisiell")),
    (2023, "50070", "0.40", ("eksempel", "offisiell")),
    (2024, "52248", "0.40", ("offisiell", "offisiell")),
    (2025, "52248", "0.30", ("eksempel", "ubekreftet")),
])
def test_price_and_share_of_somatic_care(
    workspace: Workspace, year: int, price: str, share: str, standings: tuple[str, str]
) -> None:
    rates = edition_of(workspace, year).rates
    found = [rates[name].on(datetime.date(year, 6, 1)) for name in ("enhetspris", "refusjonssats")]
    assert [each.value for each in found] == [Decimal(price), Decimal(share)]
    assert tuple(standing_of(each.citations) for each in found) == standings


@pytest.mark.parametrize(("year", "price", "share", "standings"), [
    (2017, "2354", "0.20", ("eksempel", "eksempel")),
    (2018, "2354", "0.20", ("offisiell", "eksempel")),
    (2019, "2354", "0.20", ("eksempel", "eksempel")),
    (2020, "3160", "0.25", ("offisiell", "eksempel")),
    (2021, "3160", "0.25", ("eksempel", "eksempel")),
    (2022, "3160", "0.25", ("eksempel", "eksempel")),
    (2023, "3500", "0.25", ("eksempel", "offisiell")),
    (2024, "3675", "0.25", ("offisiell", "offisiell")),
    (2025, "3675", "0.25", ("eksempel", "ubekreftet")),
])
def test_price_and_share_of_mental_health_care_and_treatment_of_addiction(
    workspace: Workspace, year: int, price: str, share: str, standings: tuple[str, str]
) -> None:
    rates = edition_of(workspace, year).rates
    found = [rates[name].on(datetime.date(year, 6, 1)) for name in ("enhetspris_phv_tsb", "refusjonssats_phv_tsb")]
    assert [each.value for each in found] == [Decimal(price), Decimal(share)]
    assert tuple(standing_of(each.citations) for each in found) == standings


@pytest.mark.parametrize(("year", "refund"), [(2018, "21714.00"), (2020, "22904.00"), (2024, "20899.20")])
def test_the_refund_of_one_point(workspace: Workspace, year: int, refund: str) -> None:
    refusjon = one(workspace, in_year(year, STAY, korrigerte_poeng=1))["refusjon"]
    assert refusjon.value == Decimal(refund)
    assert not {mark.kind for mark in refusjon.marks} & {"ubekreftet", "eksempel"}


def test_the_refund_of_one_point_in_mental_health_care(workspace: Workspace) -> None:
    contact = in_year(2024, CONTACT, sektor="phv", korrigerte_poeng=1)
    assert one(workspace, contact)["refusjon"].value == Decimal("918.75")


def test_the_published_settlement_of_2020(workspace: Workspace) -> None:
    rows = {"303.75": "6957090.00", "88.687": "2031287.05", "155.11": "3552639.44", "13.388": "306638.75"}
    for points, refund in rows.items():
        text = json.dumps(in_year(2020, STAY)).replace("}", f', "korrigerte_poeng": {points}}}')
        (case,) = explain_text(workspace, text, "sak.json").cases
        assert {each.name: each.value for each in case.results}["refusjon"] == Decimal(refund)
    outcomes = try_examples(edition_of(workspace, 2020))
    assert (len(outcomes), [each for each in outcomes if each.failures]) == (178, [])


def test_what_is_official_for_2020_is_not_so_for_other_years(workspace: Workspace) -> None:
    """The weight of DRG 442, the average weights and the rules of the settlement were published for 2020 alone, and the
    rule of one day for two institutions. What the description of a year says, holds for years between by inference."""
    for year in YEARS:
        edition = edition_of(workspace, year)
        values = [edition.tables["kostnadsvekt"].rows["442",].citations]
        values += [value.citations for name, rate in edition.rates.items() if name.startswith("snitt_")
                   for value in rate.values]
        values += [edition.clauses[name].citations for name in ("refusjon", "ett_permisjonsdøgn")
                   if name in edition.clauses]
        assert {standing_of(each) == "offisiell" for each in values} == {year == 2020}
        described = "ubekreftet" if year == 2025 else "avledet" if year in (2019, 2021, 2022, 2023) else "offisiell"
        assert standing_of(edition.clauses["hovedregel"].citations) == described
        if year >= 2020:
            assert standing_of(edition.clauses["samme_dag"].citations) == "ubekreftet"


def test_weights_are_made_up_but_one(workspace: Workspace) -> None:
    for year in YEARS:
        edition = edition_of(workspace, year)
        for name in {"kostnadsvekt", "stg_vekt", "tfg_vekt"} & set(edition.tables):
            for (group, *_), row in edition.tables[name].rows.items():
                official = (year, group) == (2020, "442")
                assert standing_of(row.citations) == ("offisiell" if official else "eksempel")


# ── Video and telephone ──────────────────────────────────────────────────────────────────────────────────────

OLD_CODES: dict[str, dict[str, Any]] = {"oppmøte": {}, "video": {"pol_indir": 17}, "samtale": {"pol_indir": 12}}
CODES: dict[int, dict[str, dict[str, Any]]] = {
    **dict.fromkeys((2017, 2018, 2019), OLD_CODES),
    2020: {**OLD_CODES, "telefon": {"pol_indir": 13}},
    **{year: {**OLD_CODES, "video": {"kontakttype": 6}, "telefon": {"kontakttype": 7}} for year in YEARS[4:]},
}
"""How each form of contact is coded, year by year."""

PAID = {
    2017: {"oppmøte"}, 2018: {"oppmøte"}, 2019: {"oppmøte", "video"},
    **{year: {"oppmøte", "video", "telefon"} for year in YEARS[3:]},
}
"""The forms that are paid without a doctor."""


@pytest.mark.parametrize("year", YEARS)
def test_the_story_of_video_and_telephone(workspace: Workspace, year: int) -> None:
    """In 2018 video wants a doctor, from 2019 it is like attendance, from 2020 so is the telephone."""
    refunds = {}
    for form, codes in CODES[year].items():
        for performer in (1, 2):
            results = one(workspace, in_year(year, CONTACT, **codes, utforende=[performer]))
            assert (results["kontaktform"].value == form) is (form != "samtale")
            refunds[form, performer] = results["refusjon"].value
    attendance = refunds["oppmøte", 1]
    assert isinstance(attendance, Decimal)
    assert attendance > 0
    assert attendance == refunds["oppmøte", 2]
    for (form, performer), refund in refunds.items():
        paid = form in PAID[year] or (form, performer) == ("video", 1)
        assert refund == (attendance if paid else 0), (form, performer)


def test_the_codes_move_when_they_do(workspace: Workspace) -> None:
    for year, codes in ((2019, {"pol_indir": 13}), (2020, {"kontakttype": 6}), (2021, {"pol_indir": 17}),
                        (2021, {"pol_indir": 13})):
        (case,) = cases_of(workspace, in_year(year, CONTACT, **codes))
        assert [error.code for error in case.errors] == ["ISF518"]


def test_video_without_a_doctor_before_and_after(workspace: Workspace) -> None:
    case = json.loads((HOME / "examples" / "video-uten-lege.json").read_text("utf-8"))
    before, after = one(workspace, case), one(workspace, case, "isf@2019")
    assert (before["tellende"].value, before["tellende"].clause, before["tellende"].rule) == (False, "6.2", "krav lege")
    assert (after["tellende"].value, after["tellende"].clause) == (True, "hovedregel")


# ── Performers, groups and amounts ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("first", "codes"), [
    (2017, [1, 2, 8]), (2020, [*range(22, 31)]), (2023, [31]), (2024, [*range(32, 44)]),
])
def test_performers_come_in_and_stay(workspace: Workspace, first: int, codes: list[int]) -> None:
    for year in YEARS:
        for code in codes:
            (case,) = cases_of(workspace, in_year(year, CONTACT, utforende=[code]))
            results = {each.name: each.value for each in case.results}
            assert results.get("tellende") is (True if year >= first else None), (year, code)
            assert bool(case.errors) is (year < first)


def test_special_services_from_2018_and_courses_from_2020(workspace: Workspace) -> None:
    for year in YEARS:
        kinds = [one(workspace, in_year(year, CONTACT, **{group: code}))["gruppeslag"].value
                 for group, code in (("stg", "CS01"), ("tfg", "AT01"))]
        assert kinds == ["særtjeneste" if year >= 2018 else "opphold", "tjenesteforløp" if year >= 2020 else "opphold"]


@pytest.mark.parametrize(("facts", "amount", "later"), [
    ({"omsorgsniva": 1, "drg": "290"}, "30403.00", "2023-06-02"),
    ({"sektor": "phv", "drg": None, "stg": "TS02"}, "4875.00", "2023-08-31"),
    ({"drg": None, "tfg": "AT01"}, "35450.00", "2023-12-31"),
])
def test_the_published_amounts(workspace: Workspace, facts: dict[str, Any], amount: str, later: str) -> None:
    """They decide in 2023, for what counts, once a period; and only where the extract brings no points."""
    first = in_year(2023, CONTACT, **facts)
    results = one(workspace, first)
    assert (results["refusjon"].value, results["refusjon"].clause) == (Decimal(amount), "publisert_beløp")
    assert "eksempel" not in {mark.kind for mark in results["refusjon"].marks}
    assert one(workspace, {**first, "journalfort": False})["refusjon"].value == 0
    assert one(workspace, {**first, "korrigerte_poeng": 1})["refusjon"].clause == "refusjon"
    assert one(workspace, in_year(2024, CONTACT, **facts))["refusjon"].clause == "refusjon"
    again = {**first, "episode_id": "E2", "inndato": later, "utdato": later}
    paid = [{each.name: each.value for each in case.results}["refusjon"] for case in cases_of(workspace, first, again)]
    assert paid == [Decimal(amount), Decimal(amount) if facts["drg"] else 0]


def test_a_municipal_service_wants_its_agreement_in_every_year(workspace: Workspace) -> None:
    agreed = {"mellom_nivaaer": True, "forankret": True, "sikrer_rapportering": True}
    for year in YEARS:
        for fallen in (None, *agreed):
            agreement = {name: name != fallen for name in agreed}
            case = in_year(year, STAY, utfort_av="kommune", avtale=agreement, korrigerte_poeng=1)
            tellende = one(workspace, case)["tellende"]
            assert (tellende.value, tellende.clause) == ((False, "4.3.6") if fallen else (True, "hovedregel"))


# ── The correction, and days without an edition ──────────────────────────────────────────────────────────────


def test_the_correction_changes_words_and_no_outcome(workspace: Workspace) -> None:
    day = datetime.date(2019, 1, 10)
    before, after = (workspace.edition("isf@2018", known) for known in (day - datetime.timedelta(days=1), day))
    assert before is not None
    assert after is not None
    assert [each.known_from for each in before.corrections] == []
    assert [each.known_from for each in after.corrections] == [day]
    assert before.clauses["6.2"].summary != after.clauses["6.2"].summary
    contacts = [in_year(2018, CONTACT, utforende=[performer], **codes)
                for performer in (1, 2, 14) for codes in OLD_CODES.values()]
    outcomes = []
    for known in (day - datetime.timedelta(days=1), day):
        asked = Question(known=known)
        cases = [explain_text(workspace, json.dumps(contact), "", asked).cases[0] for contact in contacts]
        outcomes.append([[(each.name, each.status, each.value, each.clause) for each in case.results]
                         for case in cases])
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("day", ["2016-12-31", "2016-06-01", "2026-01-01"])
def test_a_day_without_an_edition(workspace: Workspace, day: str) -> None:
    (case,) = cases_of(workspace, {**STAY, "utdato": day})
    assert [(error.code, case.results) for error in case.errors] == [("ISF412", ())]
    assert ("isf@2017" if day < "2017" else "isf@2025") in case.errors[0].hint


@pytest.mark.parametrize("field", ["permisjonsdogn", "korrigerte_poeng"])
def test_less_than_nothing_is_no_leave_and_no_points(workspace: Workspace, field: str) -> None:
    (case,) = cases_of(workspace, in_year(2020, STAY, **{field: -1}))
    assert [(error.code, error.field, case.results) for error in case.errors] == [("ISF516", field, ())]


# ── What is promised ─────────────────────────────────────────────────────────────────────────────────────────


def test_promises_begin_when_the_rules_do(workspace: Workspace) -> None:
    """A year before it was promised, each of these had a counterexample."""
    for name, year in {"videonøytral": 2018, "samme_dag_en_gang": 2019}.items():
        edition = edition_of(workspace, year)
        assert search(edition.properties[name], edition).verdict == "brutt"


def test_a_mark_is_not_lost_below_an_exception_that_fell(workspace: Workspace) -> None:
    """Points from the extract are an exception to several clauses, one of which is an exception to another."""
    points = one(workspace, in_year(2021, STAY, korrigerte_poeng=2))["isf_poeng"]
    assert points.clause == "poeng_fra_uttrekk"
    assert [(mark.kind, mark.what) for mark in points.marks] == [("avledet", "punkt poeng_fra_uttrekk")]
