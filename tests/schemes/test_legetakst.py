"""Fees of GPs, emergency rooms and contract specialists: published figures, dates, combinations, caps and bad bills."""

import csv
import json
import shutil
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rulesdsl.convert.mapping import read_mapping
from rulesdsl.convert.rows import read_rows
from rulesdsl.convert.tables import make_tables
from rulesdsl.deciding import explain_text
from rulesdsl.evaluate.examples import try_examples, unreached
from rulesdsl.evaluate.explanation import CaseExplanation, ResultReason
from rulesdsl.publish.terminal import render_plain
from rulesdsl.workspace import Workspace

HOME = Path(__file__).parents[2]
FOLDER = HOME / "regelverk" / "takst_lege"
EDITIONS = ("2019", "mars2020", "2020", "2021", "2022", "2023", "2024")

Results = dict[str, ResultReason]


@cache
def workspace() -> Workspace:
    return Workspace(FOLDER)


def bill(day: str, *codes: str | dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A bill; a line is a code, or a code with what else stands on it."""
    lines = []
    for number, code in enumerate(codes, start=1):
        own = {"takstkode": code} if isinstance(code, str) else dict(code)
        lines.append({"linje_id": f"L{number}", "linjedato": day, "nr": number, "ganger": 1} | own)
    return {"regning_id": "R1", "dato": day, "praksistype": "FALE", "klokketime": 10, "kontaktmaate": "oppmote",
            "frikort": False, "linjer": lines} | facts


def cases(*bills: dict[str, Any], of: Workspace | None = None, **patient: Any) -> tuple[CaseExplanation, ...]:
    text = json.dumps({"pasient_id": "P1", **patient, "regninger": list(bills)})
    return explain_text(of or workspace(), text, "sak.json").cases


def lines(*bills: dict[str, Any], of: Workspace | None = None, **patient: Any) -> dict[str, Results]:
    """The results of each line by its key; of the last bill where several have a line of that name."""
    found = {}
    for case in cases(*bills, of=of, **patient):
        assert case.errors == (), case.errors
        if case.entity == "Linje":
            found[case.key or ""] = {result.name: result for result in case.results}
    return found


def line(*bills: dict[str, Any], of: Workspace | None = None, **patient: Any) -> Results:
    """The results of the first line of the only bill."""
    return lines(*bills, of=of, **patient)["L1"]


def amounts(found: Results) -> tuple[Any, Any, Any]:
    return tuple(found[name].value for name in ("honorar", "refusjon", "egenandel"))  # type: ignore[return-value]


def refused(found: Results) -> tuple[Any, str]:
    """Whether a line may be claimed by itself, and by which clause."""
    return found["gyldig"].value, found["gyldig"].clause


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


# ── What the files say ───────────────────────────────────────────────────────────────────────────────────────


def test_all_days_have_one_edition() -> None:
    assert [each.id for each in workspace().index] == [f"takst_lege@{name}" for name in EDITIONS]
    for earlier, later in pairwise(workspace().index):
        assert (later.valid_from - earlier.valid_to).days == 1
    assert not workspace().checked.problems


@pytest.mark.parametrize("name", EDITIONS)
def test_the_examples_hold_and_reach_every_clause(name: str) -> None:
    edition = workspace().edition(f"takst_lege@{name}")
    assert edition is not None
    outcomes = try_examples(edition)
    assert [failure for each in outcomes for failure in each.failures] == []
    # No combination of the tables that are shipped makes a chain of five; the clause is tried below.
    assert {each.clause for each in unreached(edition, outcomes)} <= {"lang_kjede"}


@pytest.mark.parametrize("name", EDITIONS)
def test_a_fee_is_what_the_state_and_the_patient_pay(name: str) -> None:
    whole = [row for row in rows(f"takst-{name}.csv") if row["honorar"] and row["refusjon"] and row["egenandel"]]
    assert whole or name in ("2022", "2024")
    for row in whole:
        assert int(row["honorar"]) == int(row["refusjon"]) + int(row["egenandel"]), row["takstkode"]


@pytest.mark.parametrize("name", EDITIONS)
def test_the_pairs_are_those_the_lists_mean(name: str) -> None:
    mapping = read_mapping((FOLDER / "kombinasjoner.toml").read_text(encoding="utf-8"), "kombinasjoner.toml")
    text = (FOLDER / f"takst-{name}.csv").read_text(encoding="utf-8")
    (made,) = make_tables(read_rows(text, f"takst-{name}.csv", mapping), mapping)
    assert made.text == (FOLDER / f"kombinasjoner-{name}.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EDITIONS)
def test_each_pair_stands_both_ways(name: str) -> None:
    found = {(row["takstkode"], row["annen_takst"]): (row["ugyldig"], row["ugyldig_paa_legevakt"], row["opphav"])
             for row in rows(f"kombinasjoner-{name}.csv")}
    other = {"oppgitt": "speilet", "speilet": "oppgitt", "oppgitt av begge": "oppgitt av begge"}
    for (one, two), (invalid, there, origin) in found.items():
        assert found[two, one] == (invalid, there, other[origin])
        assert one != two


def test_the_official_open_data_take_the_place_of_the_tables(tmp_path: Path) -> None:
    """What ``convert`` makes of them is read and decided upon, with the fees to the øre."""
    fields = {"fagomraade": "LE", "spesialisttakst": "N", "krever_takst": None, "minimum_tidsbruk": None,
              "maks_antall_per_kalender_aar": None, "maks_antall_gjelder_pasient": "N", "fradato": "2023-07-01",
              "tildato": None, "repetisjonsprosent": None, "maks_repetisjoner": 0, "ugyldig_kombinasjon": None}
    source = [fields | {"takstkode": "1ad", "honorar": 80, "refusjon": 19, "egenandel": 61},
              fields | {"takstkode": "2ad", "honorar": 190.5, "refusjon": 20.5, "egenandel": 170,
                        "ugyldig_kombinasjon": "alle unntatt 2cd"},
              fields | {"takstkode": "2cd", "honorar": 100, "refusjon": 100, "egenandel": 0}]
    shutil.copytree(FOLDER, tmp_path / "takst_lege")
    mapping = read_mapping((FOLDER / "apne-data.toml").read_text(encoding="utf-8"), "apne-data.toml")
    for made in make_tables(read_rows(json.dumps(source), "takstkoder.json", mapping), mapping):
        (tmp_path / "takst_lege" / made.file.replace("apne-data", "2023")).write_text(made.text, encoding="utf-8")
    there = Workspace(tmp_path / "takst_lege", cache=False)
    found = lines(bill("2023-09-04", "1ad", "2ad", "2cd", raad_gitt=True), of=there)
    assert [each["står"].value for each in found.values()] == [False, True, True]
    assert amounts(found["L2"]) == (Decimal("190.50"), Decimal("20.50"), 170)
    assert (found["L1"]["utelukket_av_takst"].value, found["L1"]["utelukket_ifølge"].value) == ("2ad", "2ad")


# ── Published figures ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("day", "code", "expected", "facts"), [
    ("2020-10-05", "1ad", (73, 15, 58), {"ga_resept_mv": False}),
    ("2020-10-05", "1ad2", (73, 15, 58), {}),
    ("2020-10-05", "1ak", (91, 34, 57), {"klokketime": 18, "ga_resept_mv": False}),
    ("2020-10-05", "1bd", (64, 64, 0), {"kontaktmaate": "telefon"}),
    ("2020-10-05", "1be", (65, 65, 0), {"kontaktmaate": "elektronisk", "ga_resept_mv": False}),
    ("2020-10-05", "1bk", (79, 79, 0), {"kontaktmaate": "telefon", "klokketime": 18}),
    ("2020-10-05", "701a", (60, 1, 59), {}),
    ("2020-10-05", "2ae", (170, 10, 160), {"kontaktmaate": "video"}),
    ("2021-09-06", "2ad", (175, 15, 160), {}),
    ("2021-09-06", "2ae", (175, 15, 160), {"kontaktmaate": "video"}),
    ("2021-09-06", "2ak", (328, 48, 280), {"klokketime": 16}),
    ("2021-09-06", "2aek", (324, 44, 280), {"klokketime": 16, "kontaktmaate": "video"}),
    ("2021-09-06", "2bd", (126, 10, 116), {}),
    ("2023-09-04", "1ad", (80, 19, 61), {"raad_gitt": True}),
    ("2023-09-04", "1ak", (106, 47, 59), {"raad_gitt": True, "klokketime": 7}),
    ("2023-09-04", "1bd", (72, 72, 0), {"kontaktmaate": "elektronisk"}),
    ("2023-09-04", "1bk", (89, 89, 0), {"kontaktmaate": "telefon", "klokketime": 23}),
    ("2023-09-04", "1e", (69, 10, 59), {}),
    ("2023-09-04", "701a", (72, 11, 61), {}),
])
def test_a_published_fee(day: str, code: str, expected: tuple[int, int, int], facts: dict[str, Any]) -> None:
    assert amounts(line(bill(day, code, **facts))) == expected


def test_with_frikort_the_state_pays_all() -> None:
    assert amounts(line(bill("2021-09-06", "2ad", frikort=True))) == (175, 175, 0)


@pytest.mark.parametrize(("born", "expected"), [("2005-09-07", (175, 175, 0)), ("2005-09-06", (175, 15, 160))])
def test_a_child_below_16_pays_nothing(born: str, expected: tuple[int, int, int]) -> None:
    assert amounts(line(bill("2021-09-06", "2ad"), fodselsdato=born)) == expected


@pytest.mark.parametrize(("day", "paid", "free"), [
    ("2019-10-07", 2369, True), ("2019-10-07", 2368.99, False), ("2020-10-05", 2460, True), ("2022-02-07", 2921, True),
    ("2021-12-31", 2921, True), ("2022-01-01", 2920, False), ("2023-09-04", 3040, True), ("2024-02-05", 3164, False),
])
def test_the_ceiling_of_the_calendar_year(day: str, paid: float, free: bool) -> None:
    assert line(bill(day, "2ld", betalt_i_aaret=paid))["fritatt"].value is free


# ── Days ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("day", "code", "facts", "expected"), [
    ("2020-03-13", "2ae", {"kontaktmaate": "telefon"}, "e_konsultasjon"),
    ("2020-03-16", "2ae", {"kontaktmaate": "telefon"}, "hovedregel"),
    ("2022-06-30", "2ae", {"kontaktmaate": "telefon"}, "hovedregel"),
    ("2022-07-01", "2ae", {"kontaktmaate": "telefon"}, "e_konsultasjon"),
    ("2020-07-05", "2ae", {"kontaktmaate": "video", "klokketime": 17}, "hovedregel"),
    ("2020-07-06", "2ae", {"kontaktmaate": "video", "klokketime": 17}, "tid_på_døgnet"),
    ("2020-03-31", "2aek", {"kontaktmaate": "video", "klokketime": 17}, "gyldighet"),
    ("2020-04-01", "2aek", {"kontaktmaate": "video", "klokketime": 17}, "hovedregel"),
    ("2022-06-30", "1bd", {"kontaktmaate": "elektronisk"}, "form"),
    ("2022-07-01", "1bd", {"kontaktmaate": "elektronisk"}, "hovedregel"),
    ("2023-06-30", "1bd", {"kontaktmaate": "telefon", "raad_gitt": False}, "hovedregel"),
    ("2023-07-03", "1bd", {"kontaktmaate": "telefon", "raad_gitt": False}, "1bd"),
    ("2020-03-13", "2ae", {"kontaktmaate": "video", "praksistype": "LEVA"}, "hvem"),
    ("2020-03-16", "2ae", {"kontaktmaate": "video", "praksistype": "LEVA"}, "hovedregel"),
    ("2020-04-03", "2af", {"kontaktmaate": "video", "samarbeid_med": ["ambulanse"]}, "gyldighet"),
    ("2020-04-06", "2af", {"kontaktmaate": "video", "samarbeid_med": ["ambulanse"]}, "hovedregel"),
    ("2022-06-30", "2af", {"kontaktmaate": "video", "samarbeid_med": ["ambulanse"]}, "hovedregel"),
    ("2022-07-01", "2af", {"kontaktmaate": "video", "samarbeid_med": ["ambulanse"]}, "gyldighet"),
    ("2022-06-30", "1be", {"kontaktmaate": "elektronisk", "ga_sykmelding_mv": False}, "hovedregel"),
    ("2022-06-30", "1be", {"kontaktmaate": "elektronisk", "ga_resept_mv": True, "ga_sykmelding_mv": True}, "1be"),
    ("2022-07-01", "1be", {"kontaktmaate": "elektronisk"}, "gyldighet"),
    ("2023-06-30", "1k", {}, "gyldighet"),
    ("2023-07-03", "1k", {}, "hovedregel"),
    ("2022-06-30", "1ad", {"ga_resept_mv": True, "raad_gitt": True}, "1ad"),
    ("2022-07-01", "1ad", {"ga_resept_mv": True, "raad_gitt": True}, "hovedregel"),
    ("2022-06-30", "1ad", {"ga_resept_mv": False, "raad_gitt": False}, "hovedregel"),
    ("2022-07-01", "1ad", {"ga_resept_mv": False, "raad_gitt": False}, "1ad"),
])
def test_what_changes_at_the_border_of_a_day(day: str, code: str, facts: dict[str, Any], expected: str) -> None:
    found = line(bill(day, code, **facts))
    assert refused(found) == (expected == "hovedregel", expected)


@pytest.mark.parametrize(("day", "code", "expected"), [
    ("2024-06-28", "2aef", (False, "samtykke")), ("2024-07-01", "2aef", (True, "hovedregel")),
    ("2020-07-03", "2aek", (True, "hovedregel")), ("2020-07-06", "2aek", (False, "samtykke")),
])
def test_a_higher_price_in_the_evening_asked_for_consent(day: str, code: str, expected: tuple[bool, str]) -> None:
    found = line(bill(day, code, klokketime=20, kontaktmaate="elektronisk", samtykke_kveldspris=False))
    assert refused(found) == expected


def test_since_2024_an_evening_costs_the_patient_what_a_day_does() -> None:
    found = [line(bill("2024-09-02", {"takstkode": code, "oppgitt_honorar": 200}, kontaktmaate="video",
                       klokketime=hour)) for code, hour in (("2ae", 10), ("2aef", 21))]
    assert [each["egenandel"].value for each in found] == [177, 177]


@pytest.mark.parametrize(("day", "hour", "evening"), [
    ("2021-09-06", 7, True), ("2021-09-06", 8, False), ("2021-09-06", 15, False), ("2021-09-06", 16, True),
    ("2021-09-10", 15, False), ("2021-09-11", 12, True), ("2021-09-12", 12, True),
])
def test_evening_night_and_weekend(day: str, hour: int, evening: bool) -> None:
    found = line(bill(day, "2ad", klokketime=hour))
    assert found["kveldstid"].value is evening
    assert found["gyldig"].value is not evening
    assert line(bill(day, "2ak", klokketime=hour))["gyldig"].value is evening


# ── Combinations ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("day", "stands", "falls", "facts"), [
    ("2020-10-05", "1bd", "701a", {"kontaktmaate": "telefon"}),
    ("2023-09-04", "701a", "1e", {}),
    ("2023-09-04", "706f", "705g", {}),
    ("2023-09-04", "K02a", "K02b", {"praksistype": "SPES", "driftsavtale": True, "frikort": True}),
    ("2023-09-04", "K02g", "K02f", {"praksistype": "SPES", "driftsavtale": True, "frikort": True}),
    ("2019-10-07", "600", "605", {"praksistype": "SPNE", "frikort": True}),
])
def test_of_two_that_exclude_each_other_the_larger_fee_stands(
    day: str, stands: str, falls: str, facts: dict[str, Any]
) -> None:
    first, second = lines(bill(day, stands, falls, **facts)), lines(bill(day, falls, stands, **facts))
    for winner, loser, name in ((first["L1"], first["L2"], "L1"), (second["L2"], second["L1"], "L2")):
        assert winner["står"].value is True
        assert loser["står"].value is False
        assert loser["står"].clause == "ugyldig_kombinasjon"
        assert (loser["utelukket_av"].value, loser["utelukket_av_takst"].value) == (name, stands)
        assert amounts(loser) == (0, 0, 0)
        assert loser["tapt_honorar"].value == loser["takst_honorar"].value


@pytest.mark.parametrize("codes", [("2ad", "2bd"), ("2bd", "2ad"), ("701a", "701d"), ("701d", "701a")])
def test_two_that_go_together_both_stand(codes: tuple[str, str]) -> None:
    rows_of = [{"takstkode": code, "oppgitt_honorar": 500, "oppgitt_egenandel": 0} for code in codes]
    assert all(each["står"].value for each in lines(bill("2021-09-06", *rows_of)).values())


@pytest.mark.parametrize(("one", "two"), [("2ad", "14d"), ("14d", "2ad")])
def test_of_two_equal_fees_the_first_one_stands(one: str, two: str) -> None:
    own = [{"takstkode": each, "oppgitt_honorar": 154} for each in (one, two)]
    found = lines(bill("2019-10-07", *own, frikort=True))
    assert found["L1"]["takst_honorar"].value == found["L2"]["takst_honorar"].value == 154
    assert [found[name]["står"].value for name in ("L1", "L2")] == [True, False]
    assert found["L2"]["utelukket_av"].value == "L1"


@pytest.mark.parametrize(("codes", "practice", "stands"), [
    (("2ae", "2ld"), "FALE", True), (("2ae", "2ld"), "LEVA", False),
    (("2ae", "612a"), "LEVA", True), (("2ae", "612b"), "LEVA", False), (("2ae", "612b"), "FALE", True),
    (("2aek", "612b"), "LEVA", True), (("2aek", "2ck"), "LEVA", True), (("2aek", "2cd"), "FALE", False),
    (("2ae", "708c"), "FALE", True), (("2ae", "2gd"), "FALE", False),
])
def test_what_an_e_consultation_may_stand_with_depends_on_the_setting(
    codes: tuple[str, str], practice: str, stands: bool
) -> None:
    hour = 20 if codes[0] == "2aek" else 10
    other = {"takstkode": codes[1], "oppgitt_honorar": 100}
    facts: dict[str, Any] = {"praksistype": practice, "kontaktmaate": "video", "klokketime": hour, "varighet": 30}
    bills = bill("2021-09-06", codes[0], other, **facts), bill("2021-09-06", other, codes[0], **facts)
    for each, name in zip(bills, ("L2", "L1"), strict=True):
        found = lines(each)
        invalid = found[name]["gyldig"].value is False  # 2cd in the evening is refused by itself
        assert found[name]["står"].value is stands
        assert invalid or stands or found[name]["utelukket_av_takst"].value == codes[0]


def test_a_line_that_falls_excludes_nobody() -> None:
    """2ad excludes 1ad, and 1ad excludes 612a: with 2ad on the bill, 612a stands."""
    codes = ({"takstkode": "2ad", "oppgitt_honorar": 190}, "1ad", {"takstkode": "612a", "oppgitt_honorar": 70,
                                                                     "oppgitt_egenandel": 0})
    with_it = lines(bill("2023-09-04", *codes, raad_gitt=True))
    assert [with_it[name]["står"].value for name in ("L1", "L2", "L3")] == [True, False, True]
    without = lines(bill("2023-09-04", *codes[1:], raad_gitt=True))
    assert [without[name]["står"].value for name in ("L1", "L2")] == [True, False]


def test_an_unknown_fee_leaves_the_choice_open_and_asks_for_it() -> None:
    found = lines(bill("2022-09-05", "2ad", "1ad", raad_gitt=True))
    assert found["L1"]["står"].status == "unknown"
    assert set(found["L1"]["står"].missing) == {"oppgitt_honorar", "regning.linjer[L2].oppgitt_honorar"}


def test_a_long_chain_is_left_to_a_person(tmp_path: Path) -> None:
    """Five lines, each of which excludes the next: two rounds settle four of them."""
    shutil.copytree(FOLDER, tmp_path / "takst_lege")
    chain = ("100", "101", "102", "105", "110")
    file = tmp_path / "takst_lege" / "kombinasjoner-2023.csv"
    text = file.read_text(encoding="utf-8").splitlines()
    kept = [row for row in text if not set(row.split(";")[:2]) <= set(chain)]
    made = [f"{one};{two};ja;nei;{one};oppgitt;lf_2023" for pair in pairwise(chain) for one, two in (pair, pair[::-1])]
    file.write_text("\n".join([*kept, *made]) + "\n", encoding="utf-8")
    codes = [{"takstkode": code, "oppgitt_honorar": 100 - at} for at, code in enumerate(chain)]
    found = lines(bill("2023-09-04", *codes, frikort=True), of=Workspace(tmp_path / "takst_lege", cache=False))
    assert [each["står"].value for each in found.values()] == [True, False, True, False, False]
    assert found["L4"]["utelukket_av"].value == "L3"
    assert found["L5"]["står"].clause == "lang_kjede"


def test_the_text_names_the_other_line_and_the_clause() -> None:
    (_, one, _) = cases(bill("2021-09-06", {"takstkode": "14d", "oppgitt_honorar": 150}, "2ad"))
    shown = "\n".join(render_plain((one,), "isfrules", "medium", 100))
    assert "Linje L1" in shown
    assert "Utelukket av         L2" in shown
    assert "Utelukket av takst   2ad" in shown
    assert "Taksten kan ikke stå sammen med en annen på regningen" in shown


# ── Repetitions and caps ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("code", "times", "expected"), [
    ("701a", 1, 1), ("701a", 3, 1), ("801", 2, 2), ("801", 5, 2), ("2ld", 2, 1),
])
def test_how_often_a_fee_may_be_claimed(code: str, times: int, expected: int) -> None:
    found = line(bill("2020-10-05", {"takstkode": code, "ganger": times, "oppgitt_honorar": 10}, praksistype="SPRA"
                      if code == "801" else "FALE", frikort=True))
    assert found["godkjent_antall"].value == expected


def test_free_repetition_and_what_it_builds_upon() -> None:
    found = lines(bill("2023-09-04", "701a", {"takstkode": "701c", "ganger": 4}, {"takstkode": "701c", "ganger": 2}))
    assert [found[name]["honorar"].value for name in ("L1", "L2", "L3")] == [72, 96, 48]
    alone = line(bill("2023-09-04", "701c"))
    assert refused(alone) == (False, "krever_takst")


def test_the_same_fee_on_two_lines_is_paid_once() -> None:
    found = lines(bill("2023-09-04", "701a", "701a"))
    assert [found[name]["honorar"].value for name in ("L1", "L2")] == [72, 0]


def test_a_repetition_at_half_the_fee(tmp_path: Path) -> None:
    """«rep 50 %» and «50 %», which no row that is shipped has."""
    shutil.copytree(FOLDER, tmp_path / "takst_lege")
    file = tmp_path / "takst_lege" / "takst-2023.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        table = list(csv.DictReader(opened, delimiter=";"))
    for row in table:
        if row["takstkode"] == "701d":
            row |= {"repetisjonsprosent": "50 %", "maks_repetisjoner": "1"}
        if row["takstkode"] == "703":
            row |= {"repetisjonsprosent": "50 %", "maks_repetisjoner": "", "fri_repetisjon": "ja"}
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, table[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(table)
    half = Workspace(tmp_path / "takst_lege", cache=False)
    found = lines(bill("2023-09-04", {"takstkode": "701d", "ganger": 3}, {"takstkode": "703", "ganger": 4},
                       {"takstkode": "703", "ganger": 1}), of=half)
    assert [found[name]["honorar"].value for name in ("L1", "L2", "L3")] == [24, Decimal("52.50"), Decimal("10.50")]


@pytest.mark.parametrize(("minutes", "expected"), [(20, 0), (21, 1), (35, 1), (36, 2), (50, 2), (51, 3)])
def test_a_supplement_for_each_quarter_begun(minutes: int, expected: int) -> None:
    found = lines(bill("2019-10-07", "2ad", {"takstkode": "2cd", "ganger": 3}, varighet=minutes, frikort=True))
    assert found["L2"]["honorar"].value == expected * 187


@pytest.mark.parametrize(("used", "lifted", "times", "expected"), [
    (0, None, 1, 1), (499, None, 1, 1), (499, None, 2, 1), (500, None, 1, 0), (500, 600, 2, 2), (599, 600, 2, 1),
])
def test_500_cataracts_a_year(used: int, lifted: int | None, times: int, expected: int) -> None:
    row = {"takstkode": "K01a", "ganger": times, "brukt_av_legen_i_aaret": used, "tak_hevet_til": lifted}
    found = line(bill("2023-11-13", row, praksistype="SPES", driftsavtale=True, frikort=True))
    assert found["honorar"].value == expected * 6774


def test_a_cap_counts_the_lines_before_on_the_bill() -> None:
    row = {"takstkode": "K01a", "brukt_av_legen_i_aaret": 499}
    found = lines(bill("2023-11-13", row, row, praksistype="SPES", driftsavtale=True, frikort=True))
    assert [found[name]["honorar"].value for name in ("L1", "L2")] == [6774, 0]


@pytest.mark.parametrize(("day", "code", "fee"), [("2023-11-13", "K02a", 8480), ("2020-10-05", "870", 223)])
@pytest.mark.parametrize(("hours", "paid"), [((10, 12, 14), "L1"), ((14, 12, 10), "L3"), ((10, 10, 10), "L1"),
                                             ((12, 10, 10), "L2")])
def test_a_cap_counts_the_bills_before_on_the_day(
    day: str, code: str, fee: int, hours: tuple[int, ...], paid: str
) -> None:
    """Those of the same hour come in the order of their keys."""
    bills = [bill(day, {"takstkode": code, "linje_id": f"L{at}"}, regning_id=f"R{at}", klokketime=hour,
                  praksistype="SPES", driftsavtale=True, frikort=True) for at, hour in enumerate(hours, start=1)]
    found = lines(*bills)
    assert {name: each["honorar"].value for name, each in found.items()} == {
        name: fee if name == paid else 0 for name in ("L1", "L2", "L3")}


def test_once_for_a_patient() -> None:
    facts = {"praksistype": "SPES", "driftsavtale": True, "frikort": True}
    first = bill("2023-08-14", "K02a", **facts)
    second = bill("2024-02-12", "K02a", **facts) | {"regning_id": "R2"}
    second["linjer"][0]["linje_id"] = "L2"
    found = lines(second, first)
    assert [found[name]["honorar"].value for name in ("L1", "L2")] == [8480, 0]
    assert found["L2"]["rom_hos_pasienten"].clause == "en_gang_for_pasienten"


def test_what_fell_does_not_use_up_the_patients_cap() -> None:
    facts = {"praksistype": "SPES", "driftsavtale": True, "frikort": True}
    first = bill("2023-08-14", "K02g", {"takstkode": "K02a", "linje_id": "X"}, **facts)
    second = bill("2024-02-12", {"takstkode": "K02a", "linje_id": "L2"}, **facts) | {"regning_id": "R2"}
    found = lines(first, second)
    assert [found[name]["honorar"].value for name in ("L1", "X", "L2")] == [8904, 0, 8480]


# ── The whole bill ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_bill_is_the_sum_of_its_lines() -> None:
    (whole, *_) = cases(bill("2023-09-04", "1e", "701a", "705k", {"takstkode": "701c", "ganger": 2}))
    found = {result.name: result.value for result in whole.results}
    assert whole.entity == "Regning"
    assert (found["samlet_honorar"], found["samlet_refusjon"], found["samlet_egenandel"]) == (171, 110, 61)
    assert (found["falt_bort"], found["kontakttype"]) == (69, "enkel")


@pytest.mark.parametrize(("codes", "expected"), [
    (("2ad",), "konsultasjon"), (("701a",), "enkel"), (("705k",), "ingen"), (("1f",), "tverrfaglig"),
])
def test_the_kind_of_contact_is_that_of_the_highest_line(codes: tuple[str, ...], expected: str) -> None:
    own = [{"takstkode": code, "oppgitt_honorar": 500, "oppgitt_egenandel": 0} for code in codes]
    (whole, *_) = cases(bill("2023-09-04", *own, samarbeid_med=["nav"]))
    assert {result.name: result.value for result in whole.results}["kontakttype"] == expected


# ── Bad bills ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("row", "clause"), [
    ({"takstkode": "9zz"}, "ukjent_takst"), ({"takstkode": "2ak"}, "tid_på_døgnet"),
    ({"takstkode": "2fk"}, "hvem"), ({"takstkode": "701a", "ganger": -1}, "antallet"),
    ({"takstkode": "701a", "ganger": 0}, "antallet"), ({"takstkode": "701a", "ganger": 1000}, "antallet"),
    ({"takstkode": "701a", "linjedato": "2023-09-05"}, "samme_dag"),
])
def test_a_line_that_cannot_be_claimed_says_why(row: dict[str, Any], clause: str) -> None:
    found = line(bill("2023-09-04", row))
    assert refused(found) == (False, clause)
    assert found["står"].clause == "kan_ikke_kreves"
    assert amounts(found) == (0, 0, 0)


def test_a_bill_needs_its_date() -> None:
    broken = bill("2023-09-04", "701a")
    del broken["dato"]
    errors = [error for case in cases(broken) for error in case.errors]
    assert ("ISF512", "dato") in {(error.code, error.field.rpartition(".")[2]) for error in errors}
    assert any("mangler" in error.message and "R1" in error.message for error in errors)


@pytest.mark.parametrize(("facts", "code", "said"), [
    ({"praksistype": "FALEN"}, "ISF517", "FALEN"), ({"frikortt": True}, "ISF509", "Mente du «frikort»?"),
])
def test_a_fact_that_cannot_be_right(facts: dict[str, Any], code: str, said: str) -> None:
    errors = [error for case in cases(bill("2023-09-04", "701a", **facts)) for error in case.errors]
    assert {error.code for error in errors} == {code}
    assert said in errors[0].hint + str(errors[0].value)


def test_no_edition_for_a_day_is_an_error() -> None:
    errors = [error for case in cases(bill("2019-06-30", "2ad")) for error in case.errors]
    assert {error.code for error in errors} == {"ISF412"}


# ── Examples ─────────────────────────────────────────────────────────────────────────────────────────────────

AMOUNTS = {
    "legetakst-konsultasjon-og-enkel-kontakt.json": (225,),
    "legetakst-telefon-og-prove.json": (64,),
    "legetakst-ekonsultasjon-paa-legevakt.json": (235,),
    "legetakst-tverrfaglig-konsultasjon.json": (None,),
    "legetakst-resept-2020-og-2023.jsonl": (0, 80),
    "legetakst-kveldspris-uten-samtykke.jsonl": (0, 200),
    "legetakst-katarakt-nummer-501.json": (6774,),
    "legetakst-tonsillektomi-to-ganger.json": (8480, 0),
    "legetakst-samhandling-1f.json": (0,),
    "legetakst-repetisjon.json": (220,),
    "legetakst-feil-paa-regningen.json": (0,),
}


def test_all_examples_are_here() -> None:
    assert set(AMOUNTS) == {path.name for path in (HOME / "examples").glob("legetakst-*")}


@pytest.mark.parametrize("name", AMOUNTS)
def test_an_example_gives(name: str) -> None:
    explained = explain_text(workspace(), (HOME / "examples" / name).read_text(encoding="utf-8"), name)
    assert [error for case in explained.cases for error in case.errors] == []
    wholes = [case for case in explained.cases if case.entity == "Regning"]
    assert tuple({result.name: result.value for result in each.results}["samlet_honorar"] for each in wholes) == (
        AMOUNTS[name])
