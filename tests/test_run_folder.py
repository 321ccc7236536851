"""A folder with a table for each entity, decided as the same things are decided one document at a time."""

import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result
from conftest import Isfrules
from test_cases import CASES
from test_levels import bill, line, patient

from rulesdsl.batch import together
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.workspace import Workspace

PATIENTS = [
    patient(bill(1, line(1, belop=None), line(2, takst="2ae", godkjent=False)), bill(2), bill(3, line(1), tak=None))
    | {"pasient_id": "P1"},
    patient(bill(4, line(1), line(2), line(3, godkjent=None))) | {"pasient_id": "P2"},
    patient() | {"pasient_id": "P3"},
]


def rows(things: Iterable[Mapping[str, Any]], below: str, link: tuple[str, str] | None = None) -> list[dict[str, str]]:
    """Things as rows of text, without what belongs to them."""
    found = []
    for thing in things:
        facts = {name: value for name, value in thing.items() if name != below and value is not None}
        said = {name: ("nei", "ja")[value] if isinstance(value, bool) else str(value).replace(".", ",")
                for name, value in facts.items()}
        found.append(said | ({link[0]: link[1]} if link else {}))
    return found


def write(file: Path, found: list[dict[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in found for name in row))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, names, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    book = tmp_path / "regelverk"
    book.mkdir()
    shutil.copy(CASES / "good" / "tre_ledd.isf", book)
    data = tmp_path / "data"
    data.mkdir()
    bills = [(each, one) for each in PATIENTS for one in each["regninger"]]
    write(data / "pasienter.csv", rows(PATIENTS, "regninger"))
    write(data / "regninger.csv", [row for each, one in bills
                                   for row in rows([one], "linjer", ("pasient_id", each["pasient_id"]))])
    write(data / "linjer.csv", [row for _, one in bills for row in rows(
        one["linjer"], "", ("regning_id", one["regning_id"]))])
    return tmp_path


def answers(folder: Path, name: str) -> list[dict[str, Any]]:
    cursor = duckdb.execute(f"SELECT * FROM read_parquet('{folder}/svar/{name}.parquet')")
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize(("part", "few"), [(300_000, 20_000), (5, 0), (1, 0)], ids=["at once", "parts", "single"])
def test_each_table_is_decided_with_the_others_in_sight(
    folder: Path, isfrules: Isfrules, monkeypatch: pytest.MonkeyPatch, part: int, few: int
) -> None:
    monkeypatch.setattr(together, "PART", part)
    monkeypatch.setattr(together, "FEW", few)
    result = isfrules("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar")
    assert result.exit_code == 0, result.output
    assert "4 rader inn = 4 rader avgjort" in result.output
    edition = Workspace(folder / "regelverk").edition("prøve@2020")
    assert edition is not None
    wanted: dict[str, list[dict[str, Any]]] = {}
    for raw in PATIENTS:
        run = decide(edition, load(Document(raw), edition))
        for thing in run.case.things:
            told: dict[str, Any] = {}
            for (whose, name), outcome in run.outcomes.items():
                if whose is thing:
                    told[name] = outcome.value if outcome.status == "known" else None
                    told[f"{name}.status"] = outcome.status
                    told[f"{name}.mangler"] = sorted(path_of(each, thing) for each in outcome.waits.missing)
            wanted.setdefault(thing.entity, []).append(told)
    for entity, plural in (("Pasient", "pasienter"), ("Regning", "regninger"), ("Linje", "linjer")):
        given = answers(folder, plural)
        assert [{name: row[name] for name in told} for row, told in zip(given, wanted[entity], strict=True)] == (
            wanted[entity])
    assert [row["regning_id"] for row in answers(folder, "linjer")] == ["R1", "R1", "R3", "R4", "R4", "R4"]
    sums = json.loads((folder / "svar" / "sum.json").read_text(encoding="utf-8"))
    assert sums["Linje"]["rows"] == {"in": 6, "decided": 6, "set_aside": 0, "broken_lines": 0}


def test_the_tables_of_a_folder_say_which_rulebook_it_is_for(folder: Path, isfrules: Isfrules) -> None:
    other = (CASES / "good" / "tre_ledd.isf").read_text(encoding="utf-8").replace("regelverk prøve", "regelverk annen")
    (folder / "regelverk" / "annen.isf").write_text(other.replace("linjer", "poster"), encoding="utf-8")
    result = isfrules("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar")
    assert "prøve@2020  " in result.output
    (folder / "data" / "linjer.csv").rename(folder / "data" / "poster.csv")
    call = ("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar", "--overwrite")
    assert "annen@2020  " in isfrules(*call).output
    assert "annen@2020  " in isfrules(*call, "--edition", "annen").output
    for name in ("poster", "pasienter"):
        (folder / "data" / f"{name}.csv").unlink()
    result = isfrules(*call)
    assert (result.exit_code, result.output) == (
        2, "feil  Her er flere regelverk: annen, prøve.\n  Velg med --edition, for eksempel --edition annen.\n")


def test_a_row_that_cannot_be_decided_is_set_aside_and_the_others_see_what_it_has(
    folder: Path, isfrules: Isfrules
) -> None:
    file = folder / "data" / "linjer.csv"
    text = file.read_text(encoding="utf-8").splitlines()
    text[4] = text[4].removesuffix("100") + "mye"
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    result = isfrules("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar")
    assert result.exit_code == 1
    assert [row["rad"] for row in answers(folder, "linjer")] == [1, 2, 3, 5, 6]
    aside = answers(folder, "feil")
    assert [(row["entitet"], row["rad"], row["key"], row["field"]) for row in aside] == [("Linje", 4, "L1", "belop")]
    (fourth,) = (row for row in answers(folder, "regninger") if row["regning_id"] == "R4")
    assert fourth["regningen.mangler"] == ["linjer[L1].belop"]


def test_bills_of_one_key_are_nobodys(folder: Path, isfrules: Isfrules) -> None:
    """Lines tell which bill they belong to by its key alone; of two such nobody knows which."""
    file = folder / "data" / "regninger.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("R3;", "R4;"), encoding="utf-8")
    lines = folder / "data" / "linjer.csv"
    lines.write_text(lines.read_text(encoding="utf-8").replace("R3", "R1"), encoding="utf-8")
    result = isfrules("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar")
    assert result.exit_code == 1
    assert [row["regning_id"] for row in answers(folder, "regninger")] == ["R1", "R2"]
    assert {(row["entitet"], row["key"], row["code"], row["value"]) for row in answers(folder, "feil")} >= {
        ("Regning", "R4", "ISF511", "R4")}
    of_it = [row for row in answers(folder, "linjer") if row["regning_id"] == "R4"]
    assert [row["refusjon.mangler"] for row in of_it] == [["regning.tak"]] * 3


@pytest.mark.parametrize(("file", "said"), [
    ("lnijer.csv", "Mente du «linjer»?"), ("linje.csv", "begge tabeller over Linje"),
])
def test_a_file_that_is_none_of_them_is_told(folder: Path, isfrules: Isfrules, file: str, said: str) -> None:
    shutil.copy(folder / "data" / "linjer.csv", folder / "data" / file)
    result = isfrules("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar")
    assert result.exit_code == 2
    assert said in result.output
    assert not (folder / "svar").exists()


def test_one_table_alone_says_that_a_folder_is_wanted(folder: Path, isfrules: Isfrules) -> None:
    result = isfrules("--rulebooks", folder / "regelverk", "run", folder / "data" / "linjer.csv", "-o",
                      folder / "svar.parquet")
    assert result.exit_code == 2
    assert "Legg en tabell for hver i en mappe" in result.output


# ── One row again ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ran(folder: Path, isfrules: Isfrules) -> Path:
    file = folder / "data" / "linjer.csv"
    text = file.read_text(encoding="utf-8").splitlines()
    text[5] = text[5].removesuffix("100") + "mye"
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    result = isfrules("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar")
    assert result.exit_code == 1
    return folder


def test_a_row_of_any_table_is_taken_up_again(ran: Path, isfrules: Isfrules) -> None:
    def asked(row: str) -> Result:
        return isfrules("--rulebooks", ran / "regelverk", "explain", "--from", ran / "svar", "--row", row)

    for row, heading in [
        ("R1/L2", "Linje L2"), ("linjer:rad:3", "Linje L1"), ("regninger:R3", "Regning R3"), ("R2", "Regning R2"),
        ("P1/R1", "Regning R1"), ("pasienter:P3", "Pasient P3"), ("P2", "Pasient P2"), ("R4/L3", "Linje L3"),
    ]:
        result = asked(row)
        assert heading in result.output, row
        assert "samme svar." in result.output, row
    for row, said in [
        ("L1", "R1/L1, R3/L1, R4/L1"), ("rad:1", "regninger:rad:1"), ("L9", "Ingen rad har nøkkelen «L9»"),
    ]:
        result = asked(row)
        assert result.exit_code == 2, row
        assert said in result.output


def test_a_row_that_was_set_aside_says_why(ran: Path, isfrules: Isfrules) -> None:
    for row in ("R4/L2", "linjer:rad:5"):
        result = isfrules("--rulebooks", ran / "regelverk", "explain", "--from", ran / "svar", "--row", row)
        assert result.exit_code == 1
        assert "belop" in result.output
        assert "lagt til side" in result.output


def test_what_has_changed_since_is_told(ran: Path, isfrules: Isfrules) -> None:
    lines = ran / "data" / "linjer.csv"
    lines.write_text(lines.read_text(encoding="utf-8").replace("R1;", "R2;", 1), encoding="utf-8")
    result = isfrules("--rulebooks", ran / "regelverk", "explain", "--from", ran / "svar", "--row", "R2")
    assert "skrevet på nytt siden kjøringen" in result.output
    shutil.move(ran / "data", ran / "flyttet")
    result = isfrules("--rulebooks", ran / "regelverk", "explain", "--from", ran / "svar", "--row", "R2")
    assert result.exit_code == 2
    assert "finnes ikke" in result.output


def test_the_plan_of_a_folder_writes_nothing(folder: Path, isfrules: Isfrules) -> None:
    before = {*folder.rglob("*")}
    given = ("--rulebooks", folder / "regelverk", "run", folder / "data", "--plan")
    said = isfrules(*given)
    assert said.exit_code == 0, said.output
    assert "linjer.csv" in said.output
    assert "prøve@2020  4 rader" in said.output
    assert "Kolonner som ikke brukes" not in said.output
    told = json.loads(isfrules(*given, "--format", "json").output)
    assert {name: table["rows"] for name, table in told["tables"].items()} == {
        "Pasient": 3, "Regning": 4, "Linje": 6}
    assert told["tables"]["Regning"]["editions"] == [{"edition": "prøve@2020", "rows": 4}]
    assert {*folder.rglob("*")} == before


@pytest.mark.parametrize("again", [False, True], ids=["new", "overwritten"])
def test_a_run_that_is_stopped_among_its_files_was_not_done(
    folder: Path, isfrules: Isfrules, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    call = ("--rulebooks", folder / "regelverk", "run", folder / "data", "-o", folder / "svar", "--overwrite")
    if again:
        assert isfrules(*call).exit_code == 0
    put = Path.replace

    def stopped(self: Path, target: Path) -> Path:
        if target.name == "linjer.parquet":
            raise KeyboardInterrupt
        return put(self, target)

    monkeypatch.setattr(Path, "replace", stopped)
    assert isfrules(*call).exit_code == 130
    assert (folder / "svar").exists() == again
    assert not (folder / "svar" / "sum.json").exists()
    monkeypatch.undo()
    assert isfrules(*call).exit_code == 0
    assert len(answers(folder, "linjer")) == 6
    assert {each.name for each in folder.iterdir()} == {"regelverk", "data", "svar"}


def test_editions_are_not_compared_on_a_folder(folder: Path, isfrules: Isfrules) -> None:
    result = isfrules("diff", "isf@2019", "isf@2020", "--data", folder / "data")
    assert result.exit_code == 2
    assert "er en mappe" in result.output
    assert "isfrules run" in result.output
