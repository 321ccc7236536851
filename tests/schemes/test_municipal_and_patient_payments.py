"""The schemes around ISF decided: laboratory and radiology, patient shares, patients ready for discharge, and municipal
co-financing. Published figures to the øre, the borders of dates, and what bad data are told."""

import csv
import json
import shutil
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Isfrules

from rulesdsl.batch.columns import Naming
from rulesdsl.batch.reasons_of import explain_row
from rulesdsl.batch.run import Job, run
from rulesdsl.deciding import Question, explain_text
from rulesdsl.evaluate.examples import try_examples, unreached
from rulesdsl.evaluate.explanation import CaseExplanation, ResultReason
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED

SCHEMES = ("egenandel", "lab_og_radiologi", "medfinansiering", "utskrivningsklare")
OFFICIAL = ROOT.parent / "shared" / "data"
"""Lists that are not committed."""


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return SHIPPED


def cases(workspace: Workspace, document: object) -> tuple[CaseExplanation, ...]:
    return explain_text(workspace, json.dumps(document), "sak.json", Question(alternatives=False)).cases


def results(workspace: Workspace, document: object) -> list[dict[str, ResultReason]]:
    """The results of every thing of a document, which has no errors."""
    found = cases(workspace, document)
    assert [case.errors for case in found if case.errors] == []
    return [{result.name: result for result in case.results} for case in found]


def one(workspace: Workspace, document: object) -> dict[str, ResultReason]:
    (found,) = results(workspace, document)
    return found


def errors(workspace: Workspace, document: object) -> list[tuple[str, str]]:
    return [(error.code, error.field) for case in cases(workspace, document) for error in case.errors]


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_examples_of_a_scheme_hold_and_reach_all_that_is_new(workspace: Workspace, scheme: str) -> None:
    infos = [each for each in workspace.index if each.rulebook == scheme]
    assert infos
    for info in infos:
        edition = workspace.edition(info.id)
        assert edition is not None
        outcomes = try_examples(edition)
        assert [(made.example.title, made.failures) for made in outcomes if made.failures] == []
        assert [each for each in unreached(edition, outcomes)
                if edition.clauses[each.clause].edition == edition.id] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_promises_something_and_has_cases_to_try(workspace: Workspace, scheme: str) -> None:
    latest = [each.id for each in workspace.index if each.rulebook == scheme][-1]
    edition = workspace.edition(latest)
    assert edition is not None
    assert len(edition.properties) >= 5
    files = sorted((ROOT / "examples").glob(f"{scheme}*.json*"))
    assert len(files) >= 4
    for file in files:
        found = explain_text(workspace, file.read_text(encoding="utf-8"), file.name).cases
        assert {case.edition.partition("@")[0] for case in found} == {scheme}
        assert not [case.errors for case in found if case.errors]
        assert not [result.name for case in found for result in case.results
                    if result.status in ("conflict", "no_rule")]


TABLES = {
    "lab_og_radiologi": (
        "undersokelse_id;pasient_id;utfort_dato;slag;utfort_ved;rekvirent;nlk_kode;antall_analyser;modalitet;"
        "oppgitt_sats\n"
        "U1;P1;2023-03-01;laboratorium;PO;lege;NPU27300;2;;\nU2;P1;2023-07-01;laboratorium;LR;lege;NOR05043;1;;\n"
        "U3;P1;2023-03-01;radiologi;PO;lege;;;CT;600\nU4;P1;2023-03-01;radiologi;PO;lege;;;CT;600\n"
        "U5;P1;2024-03-01;radiologi;PO;lege;;;CT;600\n", "refusjon", 4, 1),
    "egenandel": (
        "betaling_id;pasient_id;betalt_dato;slag;oppgitt_egenandel;pasient.fodselsdato\n"
        "B1;P1;2023-02-01;lege;2900;1970-01-01\nB2;P1;2023-08-01;poliklinikk;;1970-01-01\n"
        "B3;P1;2023-09-01;poliklinikk;;1970-01-01\nB4;P2;2023-09-01;poliklinikk;;2015-01-01\n", "egenandel", 4, 0),
    "utskrivningsklare": (
        "venting_id;utskrivningsklar;tjeneste;hjemkommune;oppholdskommune;varslet_innlagt;varslet_utskrivningsklar;"
        "ferdigbehandlet;utskrevet\nV1;2022-12-30;phv;A;B;2022-12-01;2022-12-30;ja;2023-01-02\n"
        "V2;2018-03-01;phv;A;B;2018-02-01;2018-03-01;ja;2018-03-04\n", "betaling", 2, 0),
    "medfinansiering": (
        "behandling_id;utskrevet_dato;tjeneste;behandlet_av;kontaktslag;folkeregistrert;drg;drg_poeng\n"
        "M1;2012-06-01;somatikk;offentlig_sykehus;innleggelse;ja;88;9,5\n"
        "M2;2012-06-01;somatikk;offentlig_sykehus;innleggelse;ja;373;1\n", "medfinansiering", 2, 0),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_table_gives_what_each_case_gives(workspace: Workspace, tmp_path: Path, scheme: str) -> None:
    text, result, decided, aside = TABLES[scheme]
    data, out = tmp_path / "inn.csv", tmp_path / "ut.parquet"
    data.write_text(text.replace(";pasient.fodselsdato", ""), encoding="utf-8")
    parents = None
    if scheme == "egenandel":
        lines = [line.split(";") for line in text.splitlines()[1:]]
        data.write_text("\n".join([text.splitlines()[0].rpartition(";")[0], *(";".join(line[:-1]) for line in lines)]),
                        encoding="utf-8")
        (tmp_path / "pasienter.csv").write_text("\n".join(
            ["pasient_id;fodselsdato", *dict.fromkeys(f"{line[1]};{line[-1]}" for line in lines)]), encoding="utf-8")
        parents = str(tmp_path / "pasienter.csv")
    summary = run(Job(str(data), out, Naming(), parents=parents), workspace)
    assert (summary.decided, summary.set_aside) == (decided, aside)
    assert result in summary.main
    for number in range(1, decided + 1):
        assert explain_row(out, f"rad:{number}", workspace, Question(alternatives=False)).differences == ()


# ── Laboratory and radiology ─────────────────────────────────────────────────────────────────────────────────

ANALYSIS: dict[str, Any] = {
    "undersokelse_id": "A", "utfort_dato": "2023-02-01", "slag": "laboratorium", "utfort_ved": "PO",
    "rekvirent": "lege", "nlk_kode": "NPU27300", "antall_analyser": 1,
}
IMAGE: dict[str, Any] = {
    "utfort_dato": "2020-02-03", "slag": "radiologi", "utfort_ved": "PO", "rekvirent": "lege", "modalitet": "CT",
    "oppgitt_sats": 600,
}


@pytest.mark.parametrize(("code", "public", "private"), [
    ("NPU27300", "23.18", "21.50"), ("NPU19748", "9.53", "8.81"), ("NPU18016", "5.16", "4.77"),
    ("NPU03577", "23.18", "21.50"), ("NOR05172", "9.53", "8.81"), ("NOR25420", "2724.87", "0"),
])
def test_an_analysis_has_the_rate_of_its_category(workspace: Workspace, code: str, public: str, private: str) -> None:
    for performer, rate in (("PO", public), ("LR", private)):
        found = one(workspace, ANALYSIS | {"nlk_kode": code, "utfort_ved": performer})
        assert found["refusjon"].value == Decimal(rate)


def test_all_58_categories_have_the_published_rates(workspace: Workspace) -> None:
    official = OFFICIAL / "nlk_refusjonskategori_2023.csv"
    if not official.is_file():
        pytest.skip(f"{official} er ikke her")
    edition = workspace.edition("lab_og_radiologi@2023")
    assert edition is not None
    own = {key[0]: row.values for key, row in edition.tables["refusjonskategori"].rows.items()}
    with official.open(encoding="utf-8") as file:
        published = {row["refusjonskategori"]: row for row in csv.DictReader(file)}
    assert len(own) == 58
    assert {name: (row["offentlig"], row["privat"]) for name, row in own.items()} == {
        name: (Decimal(row["sats_stat_PO_2023"]), Decimal(row["sats_privat_LR_2023"]))
        for name, row in published.items()}


@pytest.mark.parametrize(("code", "day", "amount", "clause", "successor"), [
    ("NOR05043", "2023-06-30", "12.61", "hovedregel", "ingen"),
    ("NOR05043", "2023-07-01", "0", "utgått_kode", "NPU19964"),
    ("NPU19964", "2023-05-22", "0", "utgått_kode", "ingen"),
    ("NPU19964", "2023-05-23", "12.61", "hovedregel", "ingen"),
    ("NPU61124", "2023-05-31", "32.44", "hovedregel", "ingen"),
    ("NPU61124", "2023-06-01", "116.30", "hovedregel", "ingen"),
    ("NPU99999", "2023-02-01", "0", "ukjent_kode", "ingen"),
])
def test_a_code_is_paid_on_the_days_it_is_valid(
    workspace: Workspace, code: str, day: str, amount: str, clause: str, successor: str
) -> None:
    found = one(workspace, ANALYSIS | {"nlk_kode": code, "utfort_dato": day})
    assert (found["refusjon"].value, found["refunderes"].clause) == (Decimal(amount), clause)
    assert found["bruk_i_stedet"].value == successor


def test_one_ct_a_day_unless_another_is_independent(workspace: Workspace) -> None:
    def paid(*facts: dict[str, Any]) -> list[Decimal | None]:
        things = [IMAGE | {"undersokelse_id": str(at)} | each for at, each in enumerate(facts)]
        return [each["refusjon"].value for each in results(workspace, {"pasient_id": "P", "undersokelser": things})]

    assert paid({"selvstendig": False}, {"selvstendig": False}) == [600, 0]
    assert paid({"selvstendig": False}, {"selvstendig": True}) == [600, 600]
    assert paid({"kroppsregion": 1}, {"kroppsregion": 1}) == [600, 0]
    assert paid({"kroppsregion": 1}, {"kroppsregion": 2}) == [600, None]
    assert paid({}, {"modalitet": "MR"}) == [600, 600]
    assert paid({}, {"utfort_dato": "2020-02-04"}) == [600, 600]
    assert paid({"rekvirent": "jordmor"}, {}) == [0, 600]
    visit = {"modalitet": "RG", "ambulant": True, "pasientkontakt": "K"}
    assert paid(visit, visit, visit | {"pasientkontakt": "L"}) == [700, 600, 700]


def test_bad_laboratory_data_are_told(workspace: Workspace) -> None:
    found = one(workspace, ANALYSIS | {"antall_analyser": -1})
    assert (found["refusjon"].value, found["refunderes"].clause) == (Decimal(0), "antall_feil")
    assert errors(workspace, {**ANALYSIS, "utfort_dato": None}) == [("ISF512", "utfort_dato")]
    assert errors(workspace, ANALYSIS | {"utfort_dato": "2024-01-01"}) == [("ISF412", "")]
    assert errors(workspace, IMAGE | {"kroppsregion": 10}) == [("ISF517", "kroppsregion")]
    assert errors(workspace, ANALYSIS | {"nlk_kod": "NPU27300"})[0][0] == "ISF509"


def test_the_official_list_of_codes_takes_the_place_of_the_sample(tmp_path: Path, isfrules: Isfrules) -> None:
    official = OFFICIAL / "nlk_2023.csv"
    if not official.is_file():
        pytest.skip(f"{official} er ikke her")
    rules = tmp_path / "regelverk"
    shutil.copytree(ROOT / "regelverk" / "lab_og_radiologi", rules / "lab_og_radiologi")
    made = isfrules("convert", rules / "lab_og_radiologi" / "nlk.toml", official)
    assert made.stdout == "nlk.csv: 9187 rader\n"
    with official.open(encoding="utf-8") as file:
        codes = list(csv.DictReader(file))
    lines = [ANALYSIS | {"undersokelse_id": f"U{at}", "nlk_kode": row["kode"],
                         "utfort_dato": row["tildato"] or "2023-06-30"} for at, row in enumerate(codes)]
    own, begun = Workspace(rules), time.perf_counter()
    one(own, lines[0])
    first = time.perf_counter()
    # One in fifty, and all that end or are special, each by itself: a list of documents.
    chosen = [line for at, (line, row) in enumerate(zip(lines, codes, strict=True))
              if at % 50 == 0 or row["tildato"] or row["ugyldig_komb"] or not row["refusjonskategori"]]
    decided = results(own, chosen)
    taken = time.perf_counter() - first
    print(f"9187 koder lest på {first - begun:.2f} s, {len(chosen)} linjer avgjort på {taken:.2f} s")
    # Pathology has no category in the list: it is paid otherwise, and its rate is asked for.
    rates = {row["kode"] + (row["tildato"] or "2023-06-30"):
             Decimal(row["refusjon_stat_2023"]) if row["refusjonskategori"] else None for row in codes}
    assert [each["refusjon"].value for each in decided] == [
        rates[line["nlk_kode"] + line["utfort_dato"]] for line in chosen]
    ended = [row for row in codes if row["tildato"] == "2023-06-30"]
    assert len(ended) == 33
    for row, each in zip(ended, results(own, [ANALYSIS | {"nlk_kode": row["kode"], "utfort_dato": "2023-07-01"}
                                              for row in ended]), strict=True):
        assert (each["refunderes"].clause, each["bruk_i_stedet"].value) == ("utgått_kode", row["erstattes_av"])


def test_a_list_of_an_older_layout_is_told_what_it_lacks(tmp_path: Path, isfrules: Isfrules) -> None:
    older = tmp_path / "nlk_2018.csv"
    older.write_text("kode,navn,fradato,tildato,refusjonskategori\nNPU27300,HbA1c,2017-11-23,,MB6\n", encoding="utf-8")
    found = isfrules("convert", ROOT / "regelverk" / "lab_og_radiologi" / "nlk.toml", older, "--out", tmp_path)
    assert found.exit_code == 2
    for column in ("norsk_bruksnavn", "fagomraade_nlk", "erstattes_av", "stjernekode", "ugyldig_komb"):
        assert column in found.stderr
    assert "«nlk_2018.csv» har ikke kolonnene" in found.stderr
    assert not (tmp_path / "nlk.csv").exists()


def test_a_code_that_stands_twice_is_numbered(tmp_path: Path, isfrules: Isfrules) -> None:
    mapping = tmp_path / "a.toml"
    mapping.write_text('[[tabell]]\nfil = "t.csv"\n[[tabell.kolonne]]\nnavn = "kode"\n'
                       '[[tabell.kolonne]]\nnavn = "gang"\nfra = "kode"\nslag = "nummer"\n', encoding="utf-8")
    (tmp_path / "k.csv").write_text("kode\nA\nB\nA\n", encoding="utf-8")
    assert isfrules("convert", mapping, tmp_path / "k.csv").exit_code == 0
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == "kode;gang\nA;1\nB;1\nA;2\n"


# ── Patient shares ───────────────────────────────────────────────────────────────────────────────────────────


def payments(
    workspace: Workspace, *facts: dict[str, Any], born: str | None = "1970-01-01"
) -> list[dict[str, ResultReason]]:
    things = [{"betaling_id": f"B{at}", "slag": "lege"} | each for at, each in enumerate(facts)]
    return results(workspace, {"pasient_id": "P", "fodselsdato": born, "betalinger": things})


@pytest.mark.parametrize(("kind", "day", "amount"), [
    ("poliklinikk", "2022-01-01", 375), ("poliklinikk", "2023-06-30", 375), ("poliklinikk", "2023-07-01", 386),
    ("poliklinikk", "2024-06-30", 386), ("poliklinikk", "2024-07-01", 403), ("radiologi", "2023-06-30", 267),
    ("radiologi", "2023-07-01", 275), ("radiologi", "2024-07-01", 287), ("ikke_mott", "2022-12-31", 1125),
    ("ikke_mott", "2023-01-01", 1500), ("ikke_mott", "2023-06-30", 1500), ("ikke_mott", "2023-07-01", 1544),
])
def test_amounts_change_on_their_days(workspace: Workspace, kind: str, day: str, amount: int) -> None:
    (found,) = payments(workspace, {"slag": kind, "betalt_dato": day})
    assert found["egenandel"].value == amount


@pytest.mark.parametrize(("year", "kind", "ceiling"), [
    (2011, "lege", 1880), (2012, "lege", 1980), (2015, "lege", 2185), (2019, "lege", 2369),
    (2019, "fysioterapi", 2085), (2020, "lege", 2460), (2020, "fysioterapi", 2176), (2021, "fysioterapi", 2460),
    (2022, "lege", 2921), (2023, "lege", 3040), (2024, "lege", 3165), (2026, "lege", 3278),
])
def test_the_payment_that_crosses_the_ceiling_is_split(
    workspace: Workspace, year: int, kind: str, ceiling: int
) -> None:
    first = {"slag": kind, "betalt_dato": f"{year}-02-01", "oppgitt_egenandel": ceiling - 120}
    crossing = {"slag": kind, "betalt_dato": f"{year}-05-01", "oppgitt_egenandel": 200}
    after = crossing | {"betalt_dato": f"{year}-12-31"}
    next_year = crossing | {"betalt_dato": f"{year + 1}-01-01", "oppgitt_tak": 9999}
    found = payments(workspace, first, crossing, after, *([next_year] if year < 2026 else []))
    assert [(each["egenandel"].value, each["dekket"].value) for each in found[:3]] == [
        (ceiling - 120, 0), (120, 80), (0, 200)]
    assert [each["har_frikort"].value for each in found[:3]] == [False, True, True]
    assert [each["egenandel"].value for each in found[3:]] == [200] * (year < 2026)


def test_two_ceilings_until_2020_and_one_from_2021(workspace: Workspace) -> None:
    for year, paid in ((2020, 400), (2021, 0)):
        found = payments(workspace, {"betalt_dato": f"{year}-02-01", "oppgitt_egenandel": 2460},
                         {"slag": "fysioterapi", "betalt_dato": f"{year}-03-01", "oppgitt_egenandel": 400})
        assert found[1]["egenandel"].value == paid


def test_the_order_of_a_day_matters_only_where_the_ceiling_is_crossed(workspace: Workspace) -> None:
    day = {"betalt_dato": "2023-05-01"}
    found = payments(workspace, day | {"oppgitt_egenandel": 300}, day | {"oppgitt_egenandel": 200})
    assert [each["egenandel"].value for each in found] == [300, 200]
    found = payments(workspace, day | {"oppgitt_egenandel": 3000}, day | {"oppgitt_egenandel": 200})
    assert [each["egenandel"].status for each in found] == ["unknown", "unknown"]
    assert "lopenummer" in found[0]["egenandel"].missing
    found = payments(workspace, day | {"oppgitt_egenandel": 3000, "lopenummer": 2},
                     day | {"oppgitt_egenandel": 200, "lopenummer": 1})
    assert [each["egenandel"].value for each in found] == [2840, 200]


def test_children_are_outside(workspace: Workspace) -> None:
    visit = {"slag": "poliklinikk", "betalt_dato": "2023-09-01"}
    for born, amount in (("2007-09-02", 0), ("2007-09-01", 386)):
        assert payments(workspace, visit, born=born)[0]["egenandel"].value == amount
    (young,) = payments(workspace, visit | {"psykisk_helsevern": True}, born="2006-01-01")
    assert (young["egenandel"].value, young["kan_kreves"].clause) == (Decimal(0), "unge_i_psykisk_helsevern")
    (unknown,) = payments(workspace, visit, born=None)
    assert (unknown["egenandel"].status, unknown["egenandel"].missing) == ("unknown", ("pasient.fodselsdato",))


def test_the_exempt_pay_what_is_not_an_egenandel(workspace: Workspace) -> None:
    own: dict[str, Any] = {"slag": "pasientbetaling", "betalt_dato": "2024-09-01"}
    for facts, amount in (
        (own | {"ytelse": "rituell_omskjaering"}, 4000), (own | {"ytelse": "implantat"}, 6500),
        (own | {"ytelse": "bandasje"}, 75), ({"slag": "uteblitt", "betalt_dato": "2024-09-01"}, 1612),
        ({"slag": "provesvar", "betalt_dato": "2024-09-01", "oppgitt_egenandel": 59}, 59),
        ({"slag": "poliklinikk", "betalt_dato": "2024-09-01"}, 0),
        ({"slag": "radiologi", "betalt_dato": "2024-09-01"}, 0),
    ):
        assert payments(workspace, facts, born="2024-05-01")[0]["egenandel"].value == amount
        (pregnant,) = payments(workspace, facts | {"fritak": ["svangerskap"]}, born="1990-05-01")
        assert pregnant["egenandel"].value == amount


def test_one_share_for_a_condition_at_many_places_and_one_at_each_hospital(workspace: Workspace) -> None:
    def shares(*visits: tuple[str, str, str]) -> list[Any]:
        found = payments(workspace, *({"betalt_dato": "2023-10-04", "slag": kind, "tilstand": condition,
                                       "behandlingssted": place} for kind, condition, place in visits))
        return [each["grunnlag"].value for each in found]

    clinic = "poliklinikk"
    assert shares((clinic, "brudd", "A"), (clinic, "brudd", "B"), (clinic, "øye", "B")) == [386, 0, 386]
    assert shares((clinic, "brudd", "A"), (clinic, "øye", "A")) == [386, 0]
    assert shares(("radiologi", "brudd", "A"), ("radiologi", "brudd", "A")) == [275, 275]
    assert shares(("radiologi", "brudd", "A"), ("radiologi", "brudd", "B")) == [275, 0]


def test_small_amounts_are_paid_out_from_2022(workspace: Workspace) -> None:
    for day, paid, back in (("2021-12-31", 499, 0), ("2021-12-31", 500, 200), ("2022-01-01", 301, 1)):
        (found,) = payments(workspace, {"betalt_dato": day, "oppgitt_egenandel": 300, "betalt_belop": paid})
        assert found["utbetales"].value == back


def test_bad_payments_are_told(workspace: Workspace) -> None:
    negative = {"betaling_id": "B", "betalt_dato": "2023-05-01", "slag": "lege", "oppgitt_egenandel": -10}
    assert errors(workspace, negative) == [("ISF516", "oppgitt_egenandel")]
    assert errors(workspace, {"pasient_id": "P", "betalinger": [{"betaling_id": "B", "slag": "lege"}]}) == [
        ("ISF512", "betalinger[0].betalt_dato")]
    payment = {"betaling_id": "B", "betalt_dato": "2023-05-01", "slag": "lege"}
    assert errors(workspace, payment | {"slag": "frisør"}) == [("ISF517", "slag")]
    assert errors(workspace, payment | {"betalt_dato": "2010-12-31"}) == [("ISF412", "")]


# ── Patients ready for discharge, and co-financing ───────────────────────────────────────────────────────────

WAITING: dict[str, Any] = {
    "venting_id": "V", "tjeneste": "somatikk", "hjemkommune": "A", "oppholdskommune": "B", "ferdigbehandlet": True,
}


def waiting(day: str, left: str, **facts: Any) -> dict[str, Any]:
    return WAITING | {"utskrivningsklar": day, "varslet_innlagt": day, "varslet_utskrivningsklar": day,
                      "utskrevet": left} | facts


@pytest.mark.parametrize(("year", "price"), [
    (2012, 4000), (2014, 4255), (2015, 4387), (2016, 4505), (2017, 4622), (2018, 4747), (2019, 4885), (2020, 5036),
    (2021, 5167), (2022, 5306), (2023, 5508), (2024, 5745),
])
def test_the_day_prices(workspace: Workspace, year: int, price: int) -> None:
    assert one(workspace, waiting(f"{year}-01-01", f"{year}-01-02"))["betaling"].value == price
    if year < 2024:
        across = one(workspace, waiting(f"{year}-12-31", f"{year + 1}-01-02"))["betaling"].value
        following = one(workspace, waiting(f"{year + 1}-01-01", f"{year + 1}-01-02"))["betaling"].value
        assert across == price + following


def test_the_worked_example_of_the_ministry(workspace: Workspace) -> None:
    found = one(workspace, waiting("2012-03-05", "2012-03-08", kan_ta_imot="2012-03-08"))
    assert (found["betalingsdøgn"].value, found["betaling"].value) == (Decimal(3), Decimal(12_000))


@pytest.mark.parametrize(("facts", "days"), [
    ({"avmeldt": "2020-03-07"}, 2), ({"kan_ta_imot": "2020-03-06"}, 1), ({"kan_ta_imot": "2020-03-05"}, 0),
    ({"kan_ikke_ta_imot": "2020-03-05", "kan_ta_imot": "2020-03-09"}, 4),
    ({"varslet_utskrivningsklar": "2020-03-08"}, 7), ({"varslet_utskrivningsklar": None}, 0),
    ({"varslet_innlagt": None}, 0), ({"varslet_innlagt": "2020-03-08"}, 7),
    ({"varslet_innlagt": "2020-03-08", "varslet_utskrivningsklar": "2020-03-10"}, 5),
    ({"ferdigbehandlet": False}, 0), ({"utskrevet": "2020-03-01"}, 0),
])
def test_when_the_duty_begins_and_lapses(workspace: Workspace, facts: dict[str, Any], days: int) -> None:
    assert one(workspace, waiting("2020-03-05", "2020-03-15") | facts)["betalingsdøgn"].value == days


def test_who_pays_and_for_whom_changed_in_2019(workspace: Workspace) -> None:
    for year, payer, amount in ((2018, "A", 0), (2019, "B", 4885)):
        for service in ("phv", "tsb"):
            found = one(workspace, waiting(f"{year}-05-01", f"{year}-05-02", tjeneste=service))
            assert (found["betaler"].value, found["betaling"].value) == (payer, Decimal(amount))


def test_a_wait_over_the_new_year_of_2019_is_decided_by_our_own_reading(workspace: Workspace) -> None:
    for left, own in (("2019-01-01", False), ("2019-01-02", True)):
        for service, result, value in (("somatikk", "betaler", "A"), ("phv", "betalingspliktig", False)):
            found = one(workspace, waiting("2018-12-31", left, tjeneste=service))[result]
            assert found.value == value
            assert ("ubekreftet" in {mark.kind for mark in found.marks}) is own


def test_a_price_that_is_not_published_waits_for_the_figure_of_the_case(workspace: Workspace) -> None:
    case = waiting("2024-12-31", "2025-01-02")
    assert one(workspace, case)["betaling"].missing == ("oppgitt_dognpris",)
    assert one(workspace, case | {"oppgitt_dognpris": 6000})["betaling"].value == 11_745
    assert errors(workspace, waiting("2025-01-01", "2025-01-02")) == [("ISF412", "")]
    assert errors(workspace, WAITING | {"utskrevet": "2020-01-01"}) == [("ISF512", "utskrivningsklar")]


@pytest.mark.parametrize(("day", "points", "amount"), [
    ("2012-01-01", "1", "7641.80"), ("2013-12-31", "1", "7889.40"), ("2014-01-01", "1", "8154.40"),
    ("2014-12-31", "4", "32617.60"), ("2014-12-31", "17.5", "32617.60"), ("2012-06-01", "0.045", "343.88"),
])
def test_the_municipality_pays_a_fifth_up_to_the_ceiling(
    workspace: Workspace, day: str, points: str, amount: str
) -> None:
    case = {"behandling_id": "M", "utskrevet_dato": day, "tjeneste": "somatikk", "behandlet_av": "offentlig_sykehus",
            "kontaktslag": "innleggelse", "folkeregistrert": True, "drg": "88"}
    text = json.dumps(case).replace("}", f', "drg_poeng": {points}}}')
    (decided,) = explain_text(workspace, text, "sak.json").cases
    found = next(each for each in decided.results if each.name == "medfinansiering")
    assert found.value == Decimal(amount)
    assert "ubekreftet" in {mark.kind for mark in found.marks}
    for left_out in ({"drg": "373"}, {"tjeneste": "phv"}, {"behandlet_av": "avtalespesialist"},
                     {"folkeregistrert": False}, {"kontaktslag": "lab_og_rontgen"}):
        assert one(workspace, case | left_out)["medfinansiering"].value == 0
