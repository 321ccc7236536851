"""What each clause gave or took, in every row of a run and over all of them; and a run that tells no reasons."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Isfrules
from national_cases import make

from rulesdsl.batch.run import Job, run
from rulesdsl.batch.summary import Line, Summary, given_by, to_json, to_text
from tests.shipped import SHIPPED

ROOT = Path(__file__).parents[1]

RULEBOOK = """\
regelverk prøve {year} «Prøve»
  gjelder {year}-01-01 til {year}-12-31

kilde oss «Oss» status eksempel

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  beløp             : kroner
  kommune           : ja/nei
  avtale            : ja/nei

resultat teller : ja/nei for Episode «Teller»
resultat refusjon : kroner for Episode «Refusjon»

punkt en «En»
  ifølge oss
  teller er ja

punkt to «To»
  ifølge oss
  unntak fra en
  når kommune
  krav avtale «avtalen er der» avtale
  ellers teller er nei

punkt tre «Tre»
  ifølge oss
  regel innenfor: refusjon er beløp når teller
  regel utenfor: refusjon er 0 kr når ikke teller

punkt fire «Fire»
  ifølge oss
  unntak fra tre, innenfor
  når teller og beløp > {most} kr
  refusjon er {most} kr
"""

DATA = """\
episode_id;utdato;beløp;kommune;avtale
A;2020-05-01;50,25;nei;
B;2020-05-02;50,25;ja;nei
C;2020-05-03;150,00;nei;
D;2020-05-04;150,00;ja;nei
E;2020-05-05;150,00;ja;
F;2021-05-05;0,00;nei;
G;2021-05-06;300,10;ja;ja
"""


@pytest.fixture
def ran(isfrules: Isfrules, tmp_path: Path) -> Path:
    for year, most in ((2020, 100), (2021, 200)):
        (tmp_path / f"{year}.isf").write_text(RULEBOOK.format(year=year, most=most), encoding="utf-8")
    (tmp_path / "inn.csv").write_text(DATA, encoding="utf-8")
    done = isfrules("--rulebooks", tmp_path, "run", tmp_path / "inn.csv", "-o", tmp_path / "ut.parquet")
    assert done.exit_code == 0, done.output
    return tmp_path


def rows(query: str) -> list[Any]:
    with duckdb.connect() as con:
        return con.execute(query).fetchall()


def test_each_row_tells_what_each_clause_gave_or_took(ran: Path) -> None:
    found = dict(rows(
        f"SELECT episode_id, \"refusjon.bidrag\" FROM '{ran / 'ut.parquet'}'"))
    assert {key: given and [(each["punkt"], each["kroner"]) for each in given] for key, given in found.items()} == {
        "A": [("tre", Decimal("50.25"))],
        "B": [("tre", Decimal("50.25")), ("to", Decimal("-50.25"))],
        "C": [("tre", Decimal("150.00")), ("fire", Decimal("-50.00"))],
        "D": [("tre", Decimal("150.00")), ("to", Decimal("-150.00"))],
        "E": None,
        "F": [],
        "G": [("tre", Decimal("300.10")), ("fire", Decimal("-100.10"))],
    }


def test_the_sums_by_edition_and_over_all(ran: Path) -> None:
    sums = json.loads((ran / "ut-sum.json").read_text(encoding="utf-8"))
    by_edition = {each["edition"]: each["results"]["refusjon"]["contributions"] for each in sums["editions"]}
    assert by_edition["prøve@2020"] == [
        {"punkt": "tre", "rows": 4, "amount": "400.50"}, {"punkt": "to", "rows": 2, "amount": "-200.25"},
        {"punkt": "fire", "rows": 1, "amount": "-50.00"},
    ]
    assert by_edition["prøve@2021"] == [
        {"punkt": "tre", "rows": 1, "amount": "300.10"}, {"punkt": "fire", "rows": 1, "amount": "-100.10"}]
    together = sums["results"]["refusjon"]
    assert sum(Decimal(each["amount"]) for each in together["contributions"]) == Decimal(together["total"])


def test_the_sums_in_words(isfrules: Isfrules, ran: Path) -> None:
    done = isfrules("--rulebooks", ran, "run", ran / "inn.csv", "-o", ran / "ut.parquet", "--overwrite")
    said = done.output.replace("\u00a0", " ")
    block = said[said.index("prøve@2020"):said.index("prøve@2021")]
    assert "Det punktene ga og tok\n      +400,50 kr  tre         (4 rader)\n" in block
    assert "      −200,25 kr  to          (2 rader)\n       −50,00 kr  fire        (1 rad)\n" in block
    assert "       150,25 kr  til sammen\n" in block


@pytest.mark.parametrize("short_way", [True, False])
def test_a_year_of_the_nation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_way: bool) -> None:
    """The parts of each row come to its refusjon, and those of all rows to the whole, whichever way rows go."""
    if not short_way:
        monkeypatch.setattr("rulesdsl.batch.decide.look", lambda con, task: None)
    folder = make(tmp_path, 1500, seed=5)
    job = Job(str(folder / "episoder.parquet"), tmp_path / "ut.parquet", edition="isf@2020",
              parents=str(folder / "pasienter.parquet"))
    summary = run(job, SHIPPED)
    of_row = "list_sum(list_transform(\"refusjon.bidrag\", lambda each: each.kroner))"
    (known, wrong, several), = rows(
        f"SELECT count(refusjon), count(*) FILTER (coalesce({of_row}, 0) <> refusjon OR (refusjon IS NULL) <> "
        f"(\"refusjon.bidrag\" IS NULL)), count(*) FILTER (len(\"refusjon.bidrag\") > 1) FROM '{job.out}'")
    assert (known > 1000, wrong, several > 300) == (True, 0, True)
    given = given_by(summary, "refusjon", None)
    assert sum(each.total for each in given) == Decimal(to_json(summary)["results"]["refusjon"]["total"])
    assert len(given) > 10
    assert any("andre punkter" in line for line in to_text(summary))


def test_a_run_without_reasons(isfrules: Isfrules, ran: Path) -> None:
    done = isfrules("--rulebooks", ran, "run", ran / "inn.csv", "-o", ran / "kort.parquet", "--brief")
    assert done.exit_code == 0
    assert "Det punktene ga" not in done.output
    names = [name for name, *_ in rows(f"DESCRIBE SELECT * FROM '{ran / 'kort.parquet'}'")]
    assert names == ["rad", "episode_id", "utgave", "teller", "teller.status", "refusjon", "refusjon.status"]
    said = ", ".join(f'"{name}"' for name in names)
    assert rows(f"SELECT {said} FROM '{ran / 'kort.parquet'}' ORDER BY rad") == rows(
        f"SELECT {said} FROM '{ran / 'ut.parquet'}' ORDER BY rad")


def test_a_row_of_a_run_without_reasons_is_explained(isfrules: Isfrules, ran: Path) -> None:
    """There is less to hold it against: what is not in the file does not differ."""
    isfrules("--rulebooks", ran, "run", ran / "inn.csv", "-o", ran / "kort.parquet", "--brief")
    done = isfrules("--rulebooks", ran, "explain", "--from", ran / "kort.parquet", "--row", "B")
    assert done.exit_code == 0, done.output
    assert "samme svar" in done.output.lower()


def told(lines: tuple[Line, ...], waiting: int = 0) -> list[str]:
    """The summary of some lines of ISF in 2020, with so many facts that are waited for."""
    edition = SHIPPED.edition("isf@2020")
    assert edition is not None
    missing = tuple(("isf_poeng", f"felt_{number}", 3) for number in range(waiting))
    summary = Summary("inn", 99, 99, 0, 0, {edition.id: 99}, lines, (), missing, edition.results,
                      frozenset(edition.main))
    return [line.replace("\u00a0", " ") for line in to_text(summary)]


def points(clauses: int) -> tuple[Line, ...]:
    unknown = Line("isf@2020", "isf_poeng", "unknown", None, 50, None)
    return (unknown, *(Line("isf@2020", "isf_poeng", "known", f"4.{number}", 20 - number, Decimal(number))
                       for number in range(1, clauses + 1)))


def test_the_clauses_that_are_left_out_are_counted() -> None:
    """Rows without a clause take the place of none."""
    five = told(points(5))
    assert five[3].startswith("  ISF-poeng  15 poeng  (")
    assert five[4:10] == [*(f"    4.{number}: {20 - number} rader, {number} poeng" for number in range(1, 6)), ""]
    assert told(points(6))[9] == "    og ett annet punkt: 14 rader, 6 poeng"
    assert told(points(8))[9:11] == ["    og 3 andre punkter: 39 rader, 21 poeng", ""]


@pytest.mark.parametrize(("waiting", "rest"), [(5, []), (7, ["  og 2 til"]), (20, ["  og 15 til"])])
def test_the_facts_that_are_left_out_are_counted(waiting: int, rest: list[str]) -> None:
    lines = told(points(1), waiting)
    start = lines.index("Mangler") + 1
    assert lines[start] == "  ISF-poeng venter på felt_0: 3 rader"
    assert lines[start + 5:] == [*rest, ""]
