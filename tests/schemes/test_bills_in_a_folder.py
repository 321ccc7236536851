"""Doctors' bills decided as a folder of tables, in parts, held to the interpreter row by row."""

import datetime
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_bills import write

from rulesdsl.batch import together
from rulesdsl.batch.run import Job
from rulesdsl.batch.several import run_folder
from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.workspace import Workspace

FOLDER = Path(__file__).parents[2] / "regelverk" / "takst_lege"
PLURAL = {"Regning": "regninger", "Linje": "linjer"}


def rows(file: Path) -> list[dict[str, Any]]:
    cursor = duckdb.execute(f"SELECT * FROM read_parquet('{file}') ORDER BY rad" if file.parent.name == "svar" else
                            f"SELECT file_row_number + 1 AS rad, * FROM read_parquet('{file}') ORDER BY 1")
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def as_written(value: Any) -> Any:
    """A value as a document has it."""
    if isinstance(value, datetime.date):
        return str(value)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def documents(data: Path) -> Iterator[tuple[dict[str, Any], list[tuple[str, int]]]]:
    """Each patient as a document, and what row each thing of it stood in, in the order of the document."""
    def facts(row: dict[str, Any], owner: str = "") -> dict[str, Any]:
        return {name: as_written(value) for name, value in row.items()
                if value is not None and name not in ("rad", owner)}

    patients, bills, lines = (rows(data / f"{name}.parquet") for name in ("pasienter", "regninger", "linjer"))
    for patient in patients:
        document, order = facts(patient), []
        document["regninger"] = []
        for bill in bills:
            if bill["pasient_id"] == patient["pasient_id"]:
                own = [line for line in lines if line["regning_id"] == bill["regning_id"]]
                order += [("Regning", bill["rad"]), *(("Linje", line["rad"]) for line in own)]
                document["regninger"].append(facts(bill, "pasient_id") | {
                    "linjer": [facts(line, "regning_id") for line in own]})
        yield document, order


def wanted(data: Path, editions: list[Edition]) -> dict[tuple[str, int], dict[str, Any]]:
    """What the interpreter says of each row that has no fault, under the edition of its day."""
    found = {}
    for document, order in documents(data):
        runs = {each.id: decide(each, load(Document(document), each)) for each in editions}
        for at, place in enumerate(order):
            for edition in editions:
                run = runs[edition.id]
                thing = run.case.things[at]
                day = thing.facts.get((edition.entities[thing.entity].date,))
                if thing.errors or not isinstance(day, datetime.date):
                    continue
                if edition.valid_from <= day <= edition.valid_to:
                    found[place] = answers(run.outcomes, thing) | {"utgave": edition.id}
    return found


def answers(outcomes: Any, thing: Thing) -> dict[str, Any]:
    told = {}
    for (each, name), outcome in outcomes.items():
        if each is thing:
            known = outcome.status == "known"
            rule = outcome.rule if known else None
            told |= {name: outcome.value if known else None, f"{name}.status": outcome.status,
                     f"{name}.punkt": rule.clause if rule else None, f"{name}.regel": rule.name if rule else None,
                     f"{name}.mangler": sorted(path_of(each, thing) for each in outcome.waits.missing) if (
                         outcome.status == "unknown") else []}
    return told


def test_a_folder_in_parts_is_decided_as_by_the_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a new year of the tariff, so that two editions decide and some patients have bills under both."""
    monkeypatch.setattr(together, "PART", 150)
    monkeypatch.setattr(together, "FEW", 0)
    workspace = Workspace(FOLDER)
    data, out = tmp_path / "data", tmp_path / "svar"
    write(data, 20, seed=3, first_day="2023-06-15", days=30, holes=50, faults=60)
    run_folder(Job(str(data), out), workspace)
    editions = [each for name in ("2022", "2023") if (each := workspace.edition(f"takst_lege@{name}")) is not None]
    expected = wanted(data, editions)
    found = {(name, row["rad"]): row for name, plural in PLURAL.items() for row in rows(out / f"{plural}.parquet")}
    assert found.keys() == expected.keys()
    assert {row["utgave"] for row in found.values()} == {each.id for each in editions}
    wrong = [(place, name, value, found[place][name]) for place, told in expected.items()
             for name, value in told.items() if found[place][name] != value]
    assert wrong == []
    statuses = {row["refusjon.status"] for row in found.values() if "refusjon.status" in row}
    assert statuses == {"known", "unknown"}
    sums = json.loads((out / "sum.json").read_text(encoding="utf-8"))
    assert sums["Linje"]["rows"]["set_aside"] > 0
