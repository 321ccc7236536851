"""The fees of speech therapists, physiotherapists, psychologists, midwives and chiropractors: published figures to the
øre, the days on which something changes, bad data, and the same answers from tables as from cases."""

import csv
import datetime
import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT

from rulesdsl.batch.run import Job, run
from rulesdsl.deciding import Question, explain_text
from rulesdsl.evaluate.explanation import CaseError, CaseExplanation, ResultReason
from tests.shipped import SHIPPED

SCHEMES = ("logoped", "fysioterapeut", "psykolog", "jordmor", "kiropraktor")
OWN: dict[str, dict[str, Any]] = {
    "logoped": {"behandling_nr": 1}, "fysioterapeut": {"sykdom": "L92"}, "psykolog": {"starttid": 900},
    "jordmor": {"kontakt": "C"}, "kiropraktor": {"konsultasjon": "C"},
}
"""A field that only this scheme has."""
NAMES = {"logoped": "LOGO", "fysioterapeut": "FY", "psykolog": "PS", "jordmor": "JO", "kiropraktor": "KI"}


def cases(document: Any, known: str | None = None) -> tuple[CaseExplanation, ...]:
    question = Question(alternatives=False, known=datetime.date.fromisoformat(known) if known else None)
    return explain_text(SHIPPED, json.dumps(document), "sak.json", question).cases


def results(scheme: str, day: str, born: str | None = None, known: str | None = None, **facts: Any
            ) -> dict[str, ResultReason]:
    """The results of one line, alone or with the day its patient was born."""
    line = {"dato": day, "fagomraade": NAMES[scheme], **facts}
    plural = "behandlinger" if scheme == "psykolog" else "takstlinjer"
    (case,) = cases({"pasient_id": "P", "fodselsdato": born, plural: [line]} if born else line, known)
    assert case.errors == ()
    assert case.edition.startswith(f"takst_{scheme}@")
    return {each.name: each for each in case.results}


def errors(scheme: str, day: str | None, **facts: Any) -> tuple[CaseError, ...]:
    line = {"fagomraade": NAMES[scheme], **facts} | ({"dato": day} if day else {})
    (case,) = cases(line)
    return case.errors


def kinds(result: ResultReason) -> set[str]:
    return {mark.kind for mark in result.marks}


def day_before(day: str) -> str:
    return str(datetime.date.fromisoformat(day) - datetime.timedelta(days=1))


# ── Logoped: a long series of dated values ───────────────────────────────────────────────────────────────────

SERIES = {
    "2013-07-01": "A1 1355, A2 678, A3 898, A4a 1355",
    "2014-07-01": "A1 1427, A2 714, A3 946, A4a 1427",
    "2016-07-01": "A1 1499, A2 750, A3 994, A4a 1447, A4b 15",
    "2018-07-01": "A1 1562, A2 782, A3 1036, A4a 1508, A4b 16, A5a 325, A5b 325, A6 63",
    "2019-07-01": "A1 1573, A2 787, A3 1043, A4a 1519, A4b 16, A5a 327, A5b 327, A6 63",
    "2020-11-01": "A1 1636, A2 819, A3 1085, A4a 1580, A4b 17, A5a 340, A5b 340, A6 66, A7a 819, A7b 1085, A7c 271",
    "2021-01-01": "A1 1594, A2 798, A3 1057, A4a 1539, A4b 16, A5a 331, A5b 331, A6 64, A7a 798, A7b 1057, A7c 264",
    "2021-07-01": "A1 1650, A2 825, A3 1092, A4a 1590, A4b 24, A5a 390, A5b 390, A6 100, A7a 825, A7b 1092, A7c 274, "
                  "B10 137, B1 9, B2 9, B4 14",
}
PERIODS = [*pairwise([*SERIES, "2022-01-01"])]
VIDEO = {"A7a": 787, "A7b": 1043, "A7c": 261}


@pytest.mark.parametrize(("first", "after"), PERIODS)
def test_every_fee_of_a_speech_therapist_on_its_first_and_last_day(first: str, after: str) -> None:
    for code, amount in (each.split() for each in SERIES[first].split(", ")):
        for day in (first, day_before(after)):
            found = results("logoped", day, takstkode=code, kilometer=1)["honorar"]
            assert (found.value, found.missing) == (Decimal(amount), ()), (code, day)


def test_the_fees_of_video_from_the_day_they_came_until_they_were_raised() -> None:
    for code, amount in VIDEO.items():
        for day in ("2020-03-23", "2020-10-31"):
            assert results("logoped", day, takstkode=code)["honorar"].value == amount
        (error,) = errors("logoped", "2020-03-22", takstkode=code)
        assert (error.code, error.field) == ("ISF518", "takstkode")
        assert f"takstkode er {code}, som gjelder fra 2020-03-23, ikke 2020-03-22" in error.message


def test_published_fees_are_marked_as_nothing_but_published() -> None:
    for day in SERIES:
        assert results("logoped", day, takstkode="A1")["honorar"].marks == ()


@pytest.mark.parametrize(("day", "code", "said"), [
    ("2016-06-30", "A4b", "som gjelder fra 2016-07-01, ikke 2016-06-30"),
    ("2018-06-30", "A6", "som gjelder fra 2018-07-01, ikke 2018-06-30"),
    ("2021-06-30", "B10", "som gjelder fra 2021-07-01, ikke 2021-06-30"),
    ("2021-12-31", "A2b", "som gjelder fra 2022-01-01, ikke 2021-12-31"),
    ("2022-01-01", "A1", "som gjelder til 2021-12-31, ikke 2022-01-01"),
])
def test_a_fee_that_is_not_valid_that_day(day: str, code: str, said: str) -> None:
    (error,) = errors("logoped", day, takstkode=code)
    assert error.code == "ISF518"
    assert said in error.message


def test_what_the_rules_of_speech_therapists_cover() -> None:
    for day, nearest in (("2013-06-30", "takst_logoped@2013"), ("2023-07-01", "takst_logoped@2022.7")):
        (error,) = (each for each in errors("logoped", day, takstkode="A4a") if each.code == "ISF412")
        assert nearest in error.hint


@pytest.mark.parametrize(("day", "repetitions", "paid"), [
    ("2020-04-01", 0, 1), ("2020-04-01", 1, 2), ("2020-04-01", 2, 2), ("2021-12-31", 5, 2), ("2022-06-30", 5, 2),
    ("2022-07-01", 5, 6)])
def test_guidance_may_be_repeated_once_until_july_2022(day: str, repetitions: int, paid: int) -> None:
    found = results("logoped", day, takstkode="A7c", repetisjoner=repetitions, oppgitt_honorar=280)
    assert found["gjentatt"].value == paid - 1
    short = results("logoped", day, takstkode="A7c", repetisjoner=repetitions, tidsbruk=15, oppgitt_honorar=280)
    assert short["gjentatt"].value == 0


REFERRED: dict[str, Any] = {"sprak_eller_tale": True, "henvist_av_lege": True, "spesialistuttalelse": True}


@pytest.mark.parametrize(("day", "facts", "clause"), [
    ("2021-12-31", {"behandling_nr": 25}, "hovedregel"),
    ("2021-12-31", {"behandling_nr": 26, "dokumentert_av_lege": False}, "over_25_behandlinger"),
    ("2021-12-31", {"behandling_nr": 26, "dokumentert_av_lege": True}, "hovedregel"),
    ("2021-12-31", {"behandling_nr": 1, "spesialistuttalelse": False}, "henvisning"),
    ("2022-01-01", {"behandling_nr": 26, "dokumentert_av_lege": False}, "hovedregel"),
    ("2022-01-01", {"spesialistuttalelse": False, "sprak_eller_tale": False}, "hovedregel"),
    ("2022-01-01", {"henvist_av_lege": False}, "henvisning"),
])
def test_the_terms_until_and_from_2022(day: str, facts: dict[str, Any], clause: str) -> None:
    code = "A2" if day < "2022" else "A2a"
    found = results("logoped", day, "1960-01-01", takstkode=code, **{**REFERRED, **facts})
    assert found["godtatt"].clause == clause
    assert found["godtatt"].value is (clause == "hovedregel")


@pytest.mark.parametrize(("day", "people", "accepted"), [
    ("2022-06-30", 5, True), ("2022-06-30", 6, False), ("2022-07-01", 8, True), ("2022-07-01", 9, False)])
def test_the_size_of_a_group(day: str, people: int, accepted: bool) -> None:
    found = results("logoped", day, "1960-01-01", takstkode="A4a", deltakere=people, behandling_nr=1, **REFERRED)
    assert found["godtatt"].value is accepted


# ── Fysioterapeut, kiropraktor, jordmor ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("day", "code", "fee", "refund", "share"), [
    ("2019-07-01", "A1a", 309, 136, 173), ("2019-07-01", "A1c", 150, 150, 0), ("2019-07-01", "A1d", 393, 220, 173),
    ("2020-03-23", "B1a", 160, 37, 123), ("2020-06-30", "B1a", 160, 37, 123),
    ("2020-04-21", "B0a", 309, 136, 173), ("2020-04-21", "B0c", 150, 150, 0),
    ("2020-04-21", "B0d", 393, 220, 173), ("2020-06-30", "B0f", 185, 185, 0),
])
def test_the_published_fees_of_physiotherapists(day: str, code: str, fee: int, refund: int, share: int) -> None:
    base = {"B0c": "B0a", "B0f": "B0d"}.get(code)
    lines = [{"linje_id": each, "dato": day, "fagomraade": "FY", "takstkode": each, "regning": "R", "sykdom": "L92",
              "frikort": False, "rett_til_a8_a9_a2k": True, "tidsbruk": 31} for each in (code, base) if each]
    case = cases({"pasient_id": "P", "fodselsdato": "1980-01-01", "takstlinjer": lines})[0]
    found = {each.name: each for each in case.results}
    assert [found[name].value for name in ("honorar", "refusjon", "egenandel")] == [fee, refund, share]
    assert found["refusjon"].marks == ()


@pytest.mark.parametrize(("day", "code", "said"), [
    ("2020-03-22", "B1a", "som gjelder fra 2020-03-23"), ("2020-04-20", "B0a", "som gjelder fra 2020-04-21"),
    ("2021-06-30", "H10", "som gjelder fra 2021-07-01"), ("2022-01-01", "H10", "til 2021-12-31"),
])
def test_a_fee_of_a_physiotherapist_that_is_not_valid_that_day(day: str, code: str, said: str) -> None:
    (error,) = errors("fysioterapeut", day, takstkode=code)
    assert (error.code, said in error.message) == ("ISF518", True)


def test_amounts_after_july_2020_are_not_passed_off_as_published() -> None:
    facts: dict[str, Any] = {"takstkode": "B1a", "regning": "R", "sykdom": "L92", "frikort": False}
    before = results("fysioterapeut", "2020-06-30", "1980-01-01", **facts)["refusjon"]
    after = results("fysioterapeut", "2020-07-01", "1980-01-01", **facts)["refusjon"]
    assert before.marks == ()
    assert "eksempel" in kinds(after)
    stated = results("fysioterapeut", "2020-07-01", "1980-01-01", **facts, oppgitt_honorar=170, oppgitt_egenandel=131)
    assert stated["refusjon"].value == 39
    assert "eksempel" not in kinds(stated["refusjon"])


@pytest.mark.parametrize(("code", "amount"), [
    ("K1", 150), ("K2", 69), ("K3a", 353), ("K3b", 353), ("K4", 58), ("K5", 64), ("K6", 69)])
@pytest.mark.parametrize("day", ["2021-01-01", "2021-06-30"])
def test_the_published_fees_of_chiropractors(day: str, code: str, amount: int) -> None:
    found = results("kiropraktor", day, takstkode=code, konsultasjon="C", behandlingsserie="S", tidsbruk=30, pris=500,
                    raad_eller_veiledning=True)
    assert (found["refusjon"].value, found["egenandel"].value) == (amount, 500 - amount)
    assert "eksempel" not in kinds(found["refusjon"])


@pytest.mark.parametrize(("day", "known", "accepted"), [
    ("2020-08-31", "2020-06-01", True), ("2020-09-01", "2020-06-01", False), ("2020-09-01", "2020-09-01", True),
    ("2020-10-31", "2020-09-01", True), ("2020-11-01", "2020-09-01", False), ("2020-11-01", None, True),
    ("2020-12-31", None, True), ("2021-01-01", None, True), ("2021-07-01", None, True),
])
def test_video_of_chiropractors_as_it_was_prolonged(day: str, known: str | None, accepted: bool) -> None:
    found = results("kiropraktor", day, known=known, takstkode="K6", konsultasjon="C", behandlingsserie="S")
    assert found["godtatt"].value is accepted


@pytest.mark.parametrize(("code", "amount"), [("1a", 316), ("1b", 159), ("1c", 109), ("1d", 54), ("3a", 727)])
def test_the_known_fees_of_midwives(code: str, amount: int) -> None:
    found = results("jordmor", "2014-03-03", takstkode=code, kontakt="C", svangerskap="S", gjelder_hva="svangerskap",
                    form="oppmote", tilknytning="ansatt")
    assert found["refusjon"].value == amount
    assert "ubekreftet" in kinds(found["refusjon"])


@pytest.mark.parametrize(("day", "code", "agreed", "accepted"), [
    ("2020-03-22", "1b", True, False), ("2020-03-23", "1b", True, True), ("2020-03-23", "1b", False, False),
    ("2021-07-01", "1c", True, True), ("2023-07-01", "1b", True, True), ("2024-06-30", "1b", False, False),
])
def test_a_midwife_on_the_telephone(day: str, code: str, agreed: bool, accepted: bool) -> None:
    found = results("jordmor", day, takstkode=code, kontakt="C", svangerskap="S", gjelder_hva="svangerskap",
                    form="telefon", avtalt_paa_forhaand=agreed, tilknytning="ansatt")
    assert found["godtatt"].value is accepted
    assert found["oppfylt"].clause == ("hovedregel" if accepted else "A1")


INVALID = {"1a": "1b 2", "1b": "1a 2", "1c": "2", "1d": "2", "2": "1a 1b 1c 1d", "4a": "3a 3b 6a 6b 8",
           "4b": "3a 3b 6a 6b 8"}
CODES = ("1a", "1b", "1c", "1d", "2", "3a", "3b", "4a", "4b", "6a", "6b", "8")


@pytest.mark.parametrize("code", CODES)
def test_every_pair_of_fees_on_one_contact_with_a_midwife(code: str) -> None:
    for other in CODES:
        lines = [{"linje_id": key, "dato": "2022-09-12", "fagomraade": "JO", "kontakt": "C", "svangerskap": "S",
                  "takstkode": each, "gjelder_hva": "svangerskap", "form": "oppmote", "tilknytning": "ansatt",
                  "fodested": "hjemme"} for key, each in (("1", code), ("2", other))]
        first, _ = cases({"pasient_id": "P", "takstlinjer": lines})
        (fulfilled,) = (each for each in first.results if each.name == "oppfylt")
        invalid = other in INVALID.get(code, "").split()
        assert (fulfilled.clause == "kombinasjon", fulfilled.value is False) == (invalid, invalid), (code, other)


def test_the_second_midwife_of_a_birth_takes_her_own_fee() -> None:
    for second, first_paid in (("J2", True), ("J1", False)):
        lines = [{"linje_id": code, "dato": "2022-09-12", "fagomraade": "JO", "kontakt": "C", "svangerskap": "S",
                  "takstkode": code, "gjelder_hva": "fodsel", "form": "oppmote", "tilknytning": "ansatt",
                  "fodested": "hjemme", "jordmor": midwife} for code, midwife in (("4a", "J1"), ("8", second))]
        first, _ = cases({"pasient_id": "P", "takstlinjer": lines})
        assert next(each for each in first.results if each.name == "godtatt").value is first_paid


def test_five_examinations_by_video_are_never_all_paid_and_those_refused_are_not_counted() -> None:
    days = ("2020-05-04", "2020-05-11", "2020-05-18", "2020-06-29", "2020-06-29")

    def paid(*facts: dict[str, Any]) -> list[Any]:
        lines = [{"linje_id": str(at), "dato": day, "regning": str(at), "fagomraade": "FY", "takstkode": "B0a",
                  "sykdom": "L92", "frikort": False, **(facts[at] if at < len(facts) else {})}
                 for at, day in enumerate(days)]
        found = cases({"pasient_id": "P", "fodselsdato": "1980-01-01", "takstlinjer": lines})
        return [next(each.value for each in case.results if each.name == "godtatt") for case in found]

    assert paid() == [True, True, True, None, None]
    assert paid({}, {}, {}, {"lopenummer": 1}, {"lopenummer": 2}) == [True, True, True, True, False]
    assert paid({}, {}, {}, {"lopenummer": 2}, {"lopenummer": 1}) == [True, True, True, False, True]
    assert paid({}, {"sikker_video": False}) == [True, False, True, True, True]


# ── Psykolog ─────────────────────────────────────────────────────────────────────────────────────────────────

TREATED: dict[str, Any] = {
    "starttid": 900, "henvist_av": "lege", "psykologspesialist": True, "driftsavtale_rhf": True, "hiv": False,
    "frikort": False, "honorartakst": 1500,
}


@pytest.mark.parametrize(("day", "shares"), [
    ("2019-07-01", (351, 351, 527, 702, 878, 1053)), ("2020-06-30", (351, 351, 527, 702, 878, 1053)),
    ("2020-07-01", (375, 375, 563, 750, 938, 1125)), ("2021-07-01", (375, 375, 563, 750, 938, 1125)),
    ("2022-06-30", (375, 375, 563, 750, 938, 1125)),
])
def test_the_share_of_a_psychologists_patient_by_the_hour(day: str, shares: tuple[int, ...]) -> None:
    for hours, share in zip((0.5, 1, 1.5, 2, 2.5, 3), shares, strict=True):
        found = results("psykolog", day, "1980-01-01", behandlingsform="individuell", varighet=hours, **TREATED)
        assert (found["egenandel"].value, found["refusjon"].value) == (share, 1500 - share)
    for hours, share in ((2, shares[0]), (3, shares[2])):
        found = results("psykolog", day, "1980-01-01", behandlingsform="gruppe", varighet=hours, **TREATED)
        assert found["egenandel"].value == share


# ── Bad data ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("scheme", "code"), [
    ("logoped", "A9"), ("fysioterapeut", "B0"), ("jordmor", "1e"), ("kiropraktor", "K7")])
def test_an_unknown_fee(scheme: str, code: str) -> None:
    (error,) = errors(scheme, "2021-03-01", takstkode=code, **OWN[scheme])
    assert (error.code, error.field) == ("ISF517", "takstkode")
    assert f"takstkode er «{code}», som ikke står i kodeverket" in error.message


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_date_and_a_misspelt_field(scheme: str) -> None:
    assert [each.code for each in errors(scheme, None, **OWN[scheme])] == ["ISF512"]
    (error,) = errors(scheme, "2021-03-01", fagomrade="X", **OWN[scheme])
    assert (error.code, error.hint) == ("ISF509", "Mente du «fagomraade»?")


def test_a_fee_of_two_schemes_and_nothing_that_tells_them_apart() -> None:
    (case,) = cases({"dato": "2021-03-01", "takstkode": "A8", "fagomraade": "LOGO"})
    assert [each.code for each in case.errors] == ["ISF508"]
    assert case.errors[0].message == "Saken passer i flere regelverk: takst_fysioterapeut, takst_logoped"


@pytest.mark.parametrize(("scheme", "field", "value", "least"), [
    ("logoped", "repetisjoner", -1, "0"), ("logoped", "kilometer", -1, "0"), ("logoped", "tidsbruk", -1, "0"),
    ("logoped", "deltakere", 0, "1"), ("logoped", "behandling_nr", 0, "1"),
    ("logoped", "oppgitt_honorar", -1, "0,00 kr"),
    ("fysioterapeut", "tidsbruk", -1, "0"), ("fysioterapeut", "oppgitt_egenandel", -1, "0,00 kr"),
    ("jordmor", "varighet", -1, "0 timer"), ("jordmor", "oppgitt_honorar", -1, "0,00 kr"),
    ("kiropraktor", "tidsbruk", -30, "0"), ("kiropraktor", "pris", -1, "0,00 kr"),
])
def test_a_number_that_is_nonsense_is_told(scheme: str, field: str, value: int, least: str) -> None:
    codes = {"logoped": "A7c", "fysioterapeut": "A1a", "jordmor": "1b", "kiropraktor": "K3a"}
    (error,) = errors(scheme, "2021-03-01", takstkode=codes[scheme], **{**OWN[scheme], field: value})
    assert (error.code, error.field) == ("ISF516", field)
    assert error.message.replace("\u00a0", " ").endswith(f"{field} skal være minst {least}")


@pytest.mark.parametrize(("scheme", "facts", "clause"), [
    ("psykolog", {"behandlingsform": "individuell", "varighet": -1, **TREATED}, "feil_i_regningen"),
])
def test_what_is_below_zero_is_refused_and_never_paid(scheme: str, facts: dict[str, Any], clause: str) -> None:
    born = None if scheme in ("jordmor", "kiropraktor") else "1980-01-01"
    found = results(scheme, "2021-03-01", born, **facts)
    refused = found["oppfylt" if scheme == "psykolog" else "godtatt"]
    assert (refused.value, refused.clause) == (False, clause)
    assert found["refusjon"].value == 0


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_table_gives_what_the_cases_give(scheme: str, tmp_path: Path) -> None:
    """The example cases of a scheme as rows: the columns tell which rulebook decides, and every row is as its case."""
    wanted: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    rows: list[dict[str, Any]] = []
    patients: list[dict[str, Any]] = []
    for path in sorted((ROOT / "examples").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        for case in explain_text(SHIPPED, text, path.name, Question(alternatives=False)).cases:
            if case.edition.startswith(f"takst_{scheme}@"):
                wanted[path.stem, case.key] = (case.edition, {each.name: each.value for each in case.results})
    for name in {name for name, _ in wanted}:
        read = json.loads((ROOT / "examples" / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)
        for document in read if isinstance(read, list) else [read]:
            plural = next((each for each in ("takstlinjer", "behandlinger") if each in document), None)
            patient = f"{name} {document.get('pasient_id', len(rows))}"
            for line in document[plural] if plural else [document]:
                key = "behandling_id" if scheme == "psykolog" else "linje_id"
                rows.append({**line, key: f"{name}/{line[key]}", "pasient_id": patient})
            patients.append({"pasient_id": patient, "fodselsdato": document.get("fodselsdato")})
    _write(tmp_path / "linjer.csv", rows)
    _write(tmp_path / "pasienter.csv", patients)
    with_patients = str(tmp_path / "pasienter.csv") if any(each["fodselsdato"] for each in patients) else None
    run(Job(str(tmp_path / "linjer.csv"), tmp_path / "ut.parquet", parents=with_patients), SHIPPED)
    with duckdb.connect() as con:
        found = con.execute(f"FROM '{tmp_path / 'ut.parquet'}'").fetchall()
        names = [each[0] for each in con.description or ()]
    assert len(found) == len(rows) == len(wanted) > 10
    for row in found:
        answers = dict(zip(names, row, strict=True))
        name, _, key = answers["behandling_id" if scheme == "psykolog" else "linje_id"].partition("/")
        edition, values = wanted[name, key]
        assert answers["utgave"] == edition
        assert {each: answers[each] for each in values} == values, (name, key)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name, value in row.items() if value is not None))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: str(value).lower() if isinstance(value, bool) else value
                          for name, value in row.items()} for row in rows)
