"""``isfrules diff --data TABLE``: what a change is worth over a table, to the øre, with every row accounted for."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import click.testing
import duckdb
import national_cases
import pytest
from conftest import Isfrules
from sample_rulebook import write

from rulesdsl.batch import contrast_sums
from rulesdsl.batch.contrast import Asked, contrast
from rulesdsl.compare.between import differences_between
from rulesdsl.compare.cases import CasesCompared, compare_cases
from rulesdsl.compare.contrast import Contrast
from rulesdsl.publish.contrast_charts import NARROW, WIDE, chart
from rulesdsl.publish.json import written
from tests.shipped import SHIPPED, shipped

ROOT = Path(__file__).parents[1]

FIRST = """\
regelverk prøve 2020 «Prøve 2020»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Farge
  rød  = 1
  blå  = 2

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  betalt            : ja/nei
  antall_timer      : tall
  farge             : Farge valgfri

sats pris : kroner «Pris»
  fra 2020-01-01: 100,50 ifølge oss

resultat teller : ja/nei for Episode «Teller»
resultat refusjon : kroner for Episode «Refusjon»
resultat vekt : poeng for Episode «Vekt»

punkt 1.1 «Alle teller»
  ifølge oss
  teller er betalt

punkt 2.1 «Refusjon»
  ifølge oss
  refusjon er hvis teller så antall_timer * pris ellers 0 kr

punkt 3.1 «Vekt»
  ifølge oss
  vekt er 0,125 poeng
"""

SECOND = (
    FIRST.replace("prøve 2020 «Prøve 2020»", "prøve 2021 «Prøve 2021»")
    .replace("2020-01-01 til 2020", "2021-01-01 til 2021")
    .replace("  fra 2020-01-01: 100,50", "  fra 2021-01-01: 110,25").replace("blå  = 2", "blå  = 2\n  grå  = 3")
    .replace("0,125", "0,250")
    + """
punkt 1.2 «Røde teller ikke»
  ifølge oss
  unntak fra 1.1
  når farge er rød
  teller er nei
"""
)

HEAD = "pasient_id;episode_id;utdato;betalt;antall_timer;farge;hf\n"
LINES = (
    "P1;A;2020-05-01;ja;2;2;Nord",  # 201,00 → 220,50
    "P1;B;2020-05-02;ja;1;1;Nord",  # 100,50 → 0,00
    "P2;C;2020-05-03;nei;9;2;Sør",  # 0,00 → 0,00
    "P3;D;2020-05-04;;1;2;Sør",  # waits in both
    "P4;E;2020-05-05;ja;4;;=1+1",  # 402,00, and then it waits for farge
    "P5;F;2020-05-06;ja;1;3;",  # a colour that only the later edition has
    "P6;G;2020-05-07;ja;1;9;",  # and one that neither has
    "P7;H;2020-05-08;ja;10;blå;Nord",  # 1 005,00 → 1 102,50
)


class Diffs:
    """Runs ``diff`` on tables in a folder of their own."""

    def __init__(self, isfrules: Isfrules, rulebook: Path, folder: Path) -> None:
        self.isfrules, self.rulebook, self.folder = isfrules, rulebook, folder

    def csv(self, *lines: str, head: str = HEAD, name: str = "inn.csv") -> Path:
        path = self.folder / name
        path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    def __call__(self, data: Path | str, *options: str | Path, code: int = 0, after: str = "prøve@2021"
                 ) -> click.testing.Result:
        result = self.isfrules("--rulebooks", self.rulebook, "diff", "prøve@2020", after, "--data", data, *options)
        assert result.exit_code == code, result.output
        return result

    def json(self, data: Path | str, *options: str | Path, code: int = 0) -> Any:
        return json.loads(self(data, "--format", "json", *options, code=code).stdout)


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("prøve"), a=FIRST, b=SECOND)


@pytest.fixture
def diffs(isfrules: Isfrules, rulebook: Path, tmp_path: Path) -> Diffs:
    return Diffs(isfrules, rulebook, tmp_path)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# ── The sums are those of the interpreter ────────────────────────────────────────────────────────────────────


class National:
    """Made-up episodes of the size of a small hospital, summed, and decided one by one."""

    def __init__(self, folder: Path) -> None:
        national_cases.make(folder, 500, year=2020, seed=7, error_share=0.02, hole_share=0.08)
        before, after = shipped("isf@2019"), shipped("isf@2020")
        found = differences_between(before, after)
        asked = Asked(str(folder / "episoder.parquet"), parents=str(folder / "pasienter.parquet"),
                      results=("refusjon", "isf_poeng"))
        self.made: Contrast = contrast(asked, found, before, after, SHIPPED)
        documents = list(national_cases.documents(folder))
        self.cases: CasesCompared = compare_cases(written(documents), "alle", before, after, found)
        with duckdb.connect() as con:
            self.columns: dict[str, tuple[str, str]] = {row[0]: (row[1], row[2]) for row in con.execute(
                f"SELECT episode_id, sektor, drg FROM '{folder}/episoder.parquet'").fetchall()}


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> National:
    return National(tmp_path_factory.mktemp("nasjonal"))


@pytest.mark.parametrize("name", ["refusjon", "isf_poeng"])
def test_totals_are_those_of_the_interpreter(national: National, name: str) -> None:
    (worth,) = [each for each in national.made.worths if each.result == name]
    (total,) = [each for each in national.cases.totals if each.result == name]
    assert (worth.total.before, worth.total.after, worth.total.compared) == (total.before, total.after, total.counted)
    assert worth.total.rows == len(national.cases.cases) == 500
    changes = [figure.change for case in national.cases.cases for each in case.answers
               if each.result == name and (figure := each.figure) is not None and figure.change is not None]
    assert worth.total.gain == sum(each for each in changes if each > 0)
    assert worth.total.loss == sum(each for each in changes if each < 0)
    assert (worth.total.up, worth.total.down) == (sum(each > 0 for each in changes), sum(each < 0 for each in changes))
    assert worth.total.up
    assert worth.total.down


def test_every_row_is_accounted_for(national: National) -> None:
    made = national.made
    assert made.rows_in == made.decided + made.only_before + made.only_after + made.neither == 500
    assert made.neither == len(national.cases.failed) > 0
    for worth in made.worths:
        assert worth.total.left_out == sum(each.rows for each in worth.left_out) > made.neither
        assert {(each.before, each.after): each.rows for each in worth.left_out} == _left_out(national, worth.result)


def _left_out(national: National, name: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for case in national.cases.cases:
        answers = [each for each in case.answers if each.result == name]
        sides = [(side.status if side else "") for each in answers for side in (each.before, each.after)]
        status = ("set_aside", "set_aside") if case.has_errors else (sides[0], sides[1])
        if status != ("known", "known"):
            found[status] = found.get(status, 0) + 1
    return found


def test_groups_sum_to_the_total_and_each_is_that_of_the_interpreter(national: National) -> None:
    for worth in national.made.worths:
        for breakdown in worth.breakdowns:
            for name in ("rows", "compared", "before", "after", "gain", "loss", "up", "down"):
                assert sum(getattr(each, name) for each in breakdown.all) == getattr(worth.total, name)
    worth = national.made.worths[0]
    for at, column in enumerate(("sektor", "drg")):
        (breakdown,) = [each for each in worth.breakdowns if each.name == column]
        wanted: dict[str | None, Decimal] = {}
        for case in national.cases.cases:
            value = national.columns[case.key][at]
            figure = next((each.figure for each in case.answers if each.result == "refusjon"), None)
            wanted[value] = wanted.get(value, Decimal(0)) + ((figure.change if figure else None) or Decimal(0))
        assert {each.values[0]: each.sums.change for each in breakdown.groups} == wanted
    (clauses,) = [each for each in worth.breakdowns if each.by == "punkt" and each.name == "refusjon"]
    pairs: dict[tuple[str | None, ...], int] = {}
    for case in national.cases.cases:
        (each,) = [each for each in case.answers if each.result == "refusjon"] or [None]
        sides = (each.before, each.after) if each else (None, None)
        pair = tuple((side.clause or None) if side else None for side in sides)
        pairs[pair] = pairs.get(pair, 0) + 1
    assert {each.values: each.sums.rows for each in clauses.groups} == pairs


def test_examples_are_explained_by_what_was_changed(national: National) -> None:
    for worth in national.made.worths:
        assert len({cell.parts for cell in worth.cells}) == len(worth.cells) <= 10
        sizes = [abs(cell.sums.change) for cell in worth.cells]
        assert sizes == sorted(sizes, reverse=True)
        for cell in worth.cells:
            example = cell.example
            (case,) = [each for each in national.cases.cases if each.key == example.keys["episode_id"]]
            (answers,) = [each for each in case.answers if each.result == worth.result]
            assert answers.figure
            assert (example.before, example.after) == (answers.figure.before, answers.figure.after)
            assert example.split is not None or example.note
            if example.split:
                assert sum(part.amount for part in example.split.parts) == example.change == example.split.total
    assert any(cell.example.split for cell in national.made.worths[0].cells)


# ── A small rulebook ─────────────────────────────────────────────────────────────────────────────────────────


def test_text(diffs: Diffs) -> None:
    shown = plain(diffs(diffs.csv(*LINES), "--by", "hf", code=1).output)
    assert "8 rader i " in shown
    assert "= 6 avgjort etter begge utgavene + 1 bare etter PRØVE 2021 + 1 lagt til side." in shown
    assert "Refusjon  1 306,50 kr → 1 323,00 kr (+16,50 kr, +1,3 %)" in shown
    assert "2 rader får mer: +117,00 kr." in shown
    assert "Én rad får mindre: −100,50 kr." in shown
    assert "Én rad får det samme." in shown
    assert re.search(r"Kjent før, ukjent nå +1 +402,00 +–", shown)
    assert re.search(r"Lagt til side før, kjent nå +1 +– +110,25", shown)
    assert re.search(r"Nord +3 +\+16,50 +\+1,3 %", shown)
    assert re.search(r"1\.1 → 1\.2 +1 +−100,50 +−100,0 %", shown)
    assert "Rad 8, pasient_id P7, episode_id H: 1 005,00 kr → 1 102,50 kr (+97,50 kr)" in shown
    assert "−100,50 kr  punkt 1.2 Røde teller ikke" not in shown, "the price has its part in it"
    assert "isfrules explain FIL --edition prøve@2020 --compare prøve@2021" in shown


def test_no_line_of_a_sheet_is_too_wide(diffs: Diffs) -> None:
    long = "Et helseforetak med et navn som aldri tar slutt og enda litt til"
    table = diffs.csv("P1;A;2020-05-01;ja;2;2;" + long)
    for width in ("60", "80", "200"):
        shown = diffs.isfrules("--rulebooks", diffs.rulebook, "diff", "prøve@2020", "prøve@2021", "--data", table,
                               "--by", "hf", COLUMNS=width).output
        sheet = shown.partition("Refusjon etter hf")[2].partition("\n\n")[0].splitlines()
        assert max(map(len, sheet)) <= int(width)
        assert ("…" in "".join(sheet)) == (width != "200")
        assert ("Får mindre" in shown) == (width == "200")


def test_json(diffs: Diffs) -> None:
    made = diffs.json(diffs.csv(*LINES), "--by", "hf", "--by", "FARGE", code=1)
    assert made["schema"] == "isfrules.contrast/1"
    assert (made["before"]["edition"], made["after"]["edition"]) == ("prøve@2020", "prøve@2021")
    assert made["rows"] == {"in": 8, "decided": 6, "only_before": 0, "only_after": 1, "neither": 1, "broken_lines": 0}
    (name, worth), = made["results"].items()
    assert (name, worth["before"], worth["after"], worth["change"]) == ("refusjon", "1306.50", "1323.00", "16.50")
    assert {(each["before"], each["after"]): each["rows"] for each in worth["left_out_by"]} == {
        ("unknown", "unknown"): 1, ("known", "unknown"): 1, ("set_aside", "known"): 1, ("set_aside", "set_aside"): 1}
    by = {each["name"]: each for each in worth["breakdowns"] if each["by"] == "column"}
    assert list(by) == ["hf", "farge"]
    assert {each["value"]: (each["rows"], each["change"]) for each in by["hf"]["groups"]} == {
        "Nord": (3, "16.50"), "Sør": (2, "0.00"), "=1+1": (1, "0.00"), None: (2, "0.00")}
    assert {each["value"]: each["label"] for each in by["farge"]["groups"]} == {
        "1": "rød", "2": "blå", "3": "grå", "9": "9", "blå": "blå", None: "ikke oppgitt"}
    clauses = next(each for each in worth["breakdowns"] if each["name"] == "teller")
    assert {(each["before_punkt"], each["after_punkt"]): each["change"] for each in clauses["groups"]
            if each["compared"]} == {("1.1", "1.1"): "117.00", ("1.1", "1.2"): "-100.50"}
    assert [each["change"] for each in worth["most_changed"]] == ["-100.50", "97.50", "19.50"]
    red, dear, _ = (each["example"] for each in worth["most_changed"])
    assert (red["row"], red["keys"]) == (2, {"pasient_id": "P1", "episode_id": "B"})
    assert red["punkt"]["teller"] == {"before": {"punkt": "1.1", "rule": None}, "after": {"punkt": "1.2", "rule": None}}
    assert [(part["because"][0]["name"], part["change"]) for part in red["split"]["parts"]] == [
        ("1.2", "-105.38"), ("pris", "4.88")]
    assert dear["split"]["parts"][0]["because"] == [{"kind": "sats", "name": "pris"}]
    assert "document" not in json.dumps(made), "what is known of a patient is written only where it was asked for"


def test_csv_is_as_excel_wants_it(diffs: Diffs) -> None:
    raw = diffs(diffs.csv(*LINES), "--by", "hf", "--format", "csv", code=1).stdout_bytes
    assert raw.startswith(b"\xef\xbb\xbfresultat;oppdeling;gruppe;")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    first = lines[0]
    assert (first["gruppe"], first["rader"], first["nå"], first["endring"]) == ("Til sammen", "8", "1323,00", "16,50")
    groups = [each for each in lines if each["oppdeling"] == "hf"]
    assert {each["gruppe"] for each in groups} == {"Nord", "Sør", "'=1+1", "ikke oppgitt"}
    assert sum(Decimal(each["endring"].replace(",", ".")) for each in groups) == Decimal("16.50")
    assert sum(int(each["rader med mindre"]) for each in groups) == 1
    left = [each for each in lines if each["oppdeling"] == "ikke sammenlignet"]
    assert sum(int(each["rader"]) for each in left) == int(first["ikke sammenlignet"]) == 4


def test_markdown(diffs: Diffs) -> None:
    shown = plain(diffs(diffs.csv(*LINES), "--by", "hf", "--format", "markdown", code=1).output)
    assert "# Hva endringene fra PRØVE 2020 til PRØVE 2021 er verdt" in shown
    assert "| Nord | 3 | 1 306,50 | 1 323,00 | +16,50 | +1,3 % | +117,00 | −100,50 | 0 |" in shown
    assert "| Til sammen | 8 |" in shown


def test_the_page_needs_nothing_else(diffs: Diffs) -> None:
    lines = (*LINES, 'P8;I;2020-05-08;ja;3;2;"<script>alert(1)</script>"')
    page = diffs(diffs.csv(*lines), "--by", "hf", "--format", "html", code=1).output
    assert page.startswith("<!doctype html>\n<html lang=\"nb\">")
    assert "<script" not in page
    assert not re.findall(r'(?:src|href|xlink:href|url\()', page)
    assert page.count('<svg class="chart wide"') == page.count('<svg class="chart narrow"') > 2
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert re.search(r'role="img" aria-labelledby="(\S+) (\S+)"><title id="\1">[^<]+</title><desc id="\2">[^<]+<',
                         svg)
        assert "#0000a" not in svg, "every colour is one of the page's"
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert "<td>+16,50</td>" in plain(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_charts_show_norwegian_numbers_and_names(national: National) -> None:
    worth = national.made.worths[0]
    (by,) = [each for each in worth.breakdowns if each.name == "sektor"]
    for size in (WIDE, NARROW):
        drawn = chart(worth, by, 15, size, "x")
        shown = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
        assert {"somatikk", "phv", "tusen kr"} <= set(shown)
        assert any(re.fullmatch(r"[+−]\d+,\d", each) for each in shown)
        assert not any(re.search(r"\d\.\d|-\d|\d,\d{3}", each) for each in shown)
        assert drawn.count('class="fill-more"') >= 2


def test_nothing_is_changed(diffs: Diffs) -> None:
    table = diffs.csv(*(line for line in LINES if line[1] in "12378"), head=HEAD)
    result = diffs(table, after="prøve@2020")
    assert "Ingen rad får et annet svar." in result.output
    assert "mest endrede" not in result.output
    assert "Ingen rad får et annet svar." in diffs(table, "--format", "html", after="prøve@2020").output
    made = json.loads(diffs(table, "--format", "json", after="prøve@2020").stdout)["results"]["refusjon"]
    assert (made["up"], made["down"], made["change"], made["most_changed"]) == (0, 0, "0.00", [])


def test_a_table_without_rows(diffs: Diffs) -> None:
    assert "Ingen rad har et kjent svar i begge utgavene." in diffs(diffs.csv(head=HEAD.rstrip("\n"))).output


def test_other_results_when_asked(diffs: Diffs) -> None:
    made = diffs.json(diffs.csv(*LINES), "--result", "vekt", "--by", "hf", code=1)
    assert list(made["results"]) == ["vekt"]
    assert (made["results"]["vekt"]["type"], made["results"]["vekt"]["change"]) == ("poeng", "0.750")
    shown = diffs(diffs.csv(*LINES), "--result", "teller", code=2).output
    assert "prøve@2020 og prøve@2021 har ikke begge et tall som heter «teller»." in shown
    assert "refusjon" in shown


def test_the_usual_columns(diffs: Diffs) -> None:
    lines = [f"P{at};E{at};2020-05-01;ja;{at};2;{'Nord' if at % 2 else 'Sør'};Ett;{at}" for at in range(1, 9)]
    made = diffs.json(diffs.csv(*lines, head=HEAD.replace("hf", "HF;region;drg")))
    names = [each["name"] for each in made["results"]["refusjon"]["breakdowns"] if each["by"] == "column"]
    assert names == ["HF", "drg"], "region has only one value"


@pytest.mark.parametrize(("name", "hint"), [("hff", "Mente du «hf»?"), ("bydel", "Her er pasient_id, episode_id")])
def test_a_column_that_is_not_there(diffs: Diffs, name: str, hint: str) -> None:
    shown = diffs(diffs.csv(*LINES), "--by", name, code=2).output
    assert f"har ingen kolonne «{name}»." in shown
    assert hint in shown


def test_groups_beyond_the_most_are_one_line(diffs: Diffs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contrast_sums, "MOST_GROUPS", 2)
    worth = diffs.json(diffs.csv(*LINES), "--by", "episode_id", code=1)["results"]["refusjon"]
    by = next(each for each in worth["breakdowns"] if each["by"] == "column")
    assert [each["value"] for each in by["groups"]] == ["B", "H"]
    assert (by["rest"]["groups"], by["rest"]["rows"], by["rest"]["change"]) == (6, 6, "19.50")
    assert all(len(each["group"]) == 3 for each in worth["most_changed"]), "single rows are no groups"


# ── What is read ─────────────────────────────────────────────────────────────────────────────────────────────


def test_lines_that_cannot_be_read_are_counted(diffs: Diffs) -> None:
    made = diffs.json(diffs.csv(LINES[0], "P9;X;for kort", LINES[7]), code=1)
    assert made["rows"] == {"in": 3, "decided": 2, "only_before": 0, "only_after": 0, "neither": 1, "broken_lines": 1}
    worth = made["results"]["refusjon"]
    assert (worth["rows"], worth["compared"], worth["change"]) == (3, 2, "117.00")
    assert worth["left_out_by"] == [
        {"before": "broken", "after": "broken", "rows": 1, "total_before": None, "total_after": None}]


def test_rows_are_numbered_alike_or_not_at_all(diffs: Diffs) -> None:
    table = diffs.csv(*LINES)
    table.write_bytes(table.read_bytes().replace(b"Nord", b"N\xf8rd", 1))
    shown = diffs(table, "--by", "hf", code=2).output
    assert "har linjer som ikke kan leses når alle kolonnene er med" in shown


def test_parquet_duckdb_patients_and_names(diffs: Diffs, tmp_path: Path) -> None:
    file, parents, names = tmp_path / "inn.parquet", tmp_path / "p.parquet", tmp_path / "navn.json"
    names.write_text('{"columns": {"KODE": "farge", "pid": "pasient_id"}, "values": {"farge": {"R": "rød"}}}',
                     encoding="utf-8")
    rows = ("SELECT * FROM (VALUES ('P1', 'A', DATE '2020-05-01', true, 2, 'R', 0.5::DOUBLE), "
            "('P2', 'B', DATE '2020-05-01', true, 4, 'blå', NULL)) AS t(pid, episode_id, utdato, betalt, antall_timer, "
            "KODE, vekt)")
    with duckdb.connect(str(tmp_path / "inn.duckdb")) as con:
        con.execute(f"COPY ({rows}) TO '{file}' (FORMAT parquet); CREATE TABLE episoder AS {rows}; "
                    f"COPY (SELECT 'P1' AS pasient_id UNION ALL SELECT 'P2') TO '{parents}' (FORMAT parquet)")
    options = ("--map", names, "--by", "kode", "--by", "vekt")
    wanted = None
    for data in (str(file), f"{tmp_path / 'inn.duckdb'}:episoder"):
        made = diffs.json(data, *options, "--patients", parents)["results"]["refusjon"]
        by = {each["name"]: {group["label"]: group["change"] for group in each["groups"]}
              for each in made["breakdowns"] if each["by"] == "column"}
        assert by == {"KODE": {"rød": "-201.00", "blå": "39.00"}, "vekt": {"0.5": "-201.00", "ikke oppgitt": "39.00"}}
        assert wanted in (None, made)
        wanted = made


def test_examples_can_be_explained(diffs: Diffs, tmp_path: Path) -> None:
    file = tmp_path / "eksempler.json"
    made = diffs.json(diffs.csv(*LINES), "--by", "hf", "--examples", file, code=1)
    examples = {each["example"]["keys"]["episode_id"]: each["example"] for each in
                made["results"]["refusjon"]["most_changed"]}
    told = json.loads(diffs.isfrules("--rulebooks", diffs.rulebook, "explain", file, "--edition", "prøve@2020",
                                     "--compare", "prøve@2021", "--format", "json").stdout)["cases"]
    explained = {case["key"]: case for case in told}
    assert examples.keys() <= explained.keys()
    for key, example in examples.items():
        assert explained[key]["results"]["refusjon"]["value"] == example["before"]
        (split,) = [each for each in explained[key]["compared"]["splits"] if each["result"] == "refusjon"]
        assert split["change"] == example["change"]
    assert "finnes allerede" in diffs(diffs.csv(*LINES), "--examples", file, code=2).output


def test_what_is_only_for_tables(diffs: Diffs, tmp_path: Path) -> None:
    cases = tmp_path / "saker.txt"
    cases.write_text('{"episode_id": "A", "utdato": "2020-05-01"}', encoding="utf-8")
    for options in (("--by", "hf"), ("--result", "vekt"), ("--patients", "x"), ("--examples", "x"), ("--format", "csv"),
                    ("--format", "html")):
        assert "er for en tabell." in diffs(cases, *options, code=2).output
    assert "Sakene i saker.txt" in diffs(cases).output
    assert "finnes ikke" in diffs(tmp_path / "borte.parquet", code=2).output


def test_a_column_that_only_one_edition_knows_is_told(isfrules: Isfrules, tmp_path: Path) -> None:
    later = SECOND.replace("  farge             : Farge valgfri", "  farge : Farge valgfri\n  hf : tekst")
    folder = write(tmp_path / "regler", a=FIRST, b=later)
    table = tmp_path / "inn.csv"
    table.write_text(HEAD + LINES[0] + "\n", encoding="utf-8")
    shown = isfrules("--rulebooks", folder, "diff", "prøve@2020", "prøve@2021", "--data", table, "--by", "hf").output
    assert re.search(r"Nord +1 +\+19,50", shown)


def test_rows_that_belong_to_nothing(diffs: Diffs, isfrules: Isfrules, tmp_path: Path) -> None:
    made = diffs.json(diffs.csv("A;2020-05-01;ja;2;2", "B;2020-05-01;ja;4;1", name="inn.txt",
                                head="episode_id;utdato;betalt;antall_timer;farge\n"))["results"]["refusjon"]
    assert (made["change"], made["most_changed"][1]["example"]["keys"]) == (
        "-382.50", {"pasient_id": None, "episode_id": "A"})
    alone = [text.replace("entitet Pasient «Pasient»\n  nøkkel pasient_id : tekst\n\n", "")
             .replace("Episode i Pasient som episoder", "Episode") for text in (FIRST, SECOND)]
    assert all("Pasient" not in text for text in alone)
    folder = write(tmp_path / "alene", a=alone[0], b=alone[1])
    file = tmp_path / "saker.json"
    result = isfrules("--rulebooks", folder, "diff", "prøve@2020", "prøve@2021", "--data", diffs.csv(*LINES),
                      "--format", "json", "--examples", file)
    worth = json.loads(result.stdout)["results"]["refusjon"]
    assert worth["change"] == "16.50"
    assert [each["example"]["keys"] for each in worth["most_changed"]] == [
        {"episode_id": "A"}, {"episode_id": "B"}]
    assert [each["episode_id"] for each in json.loads(file.read_text(encoding="utf-8"))] == ["A", "B"]


def test_every_row_of_a_patient_is_in_the_example(isfrules: Isfrules, tmp_path: Path) -> None:
    """A clause that looks at the patient's other rows decides the example as it decides the table."""
    rule = """
punkt 2.2 «Bare den første»
  ifølge oss
  unntak fra 2.1
  når finnes annen i pasient.episoder der annen.utdato < utdato
  refusjon er 0 kr
"""
    folder = write(tmp_path / "regler", a=FIRST, b=SECOND + rule)
    table = tmp_path / "inn.csv"
    table.write_text(HEAD + "\n".join(("P1;A;2020-05-02;ja;4;2;", "P2;C;2020-05-03;ja;1;2;", "P1;B;2020-05-01;;1;2;"))
                     + "\n", encoding="utf-8")
    result = isfrules("--rulebooks", folder, "diff", "prøve@2020", "prøve@2021", "--data", table, "--format", "json")
    worth = json.loads(result.stdout)["results"]["refusjon"]
    first = worth["most_changed"][0]["example"]
    assert (first["keys"]["episode_id"], first["before"], first["after"]) == ("A", "402.00", "0.00")
    assert {part["because"][0]["name"] for part in first["split"]["parts"]} == {"2.2", "pris"}
