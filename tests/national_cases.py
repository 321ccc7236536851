"""What examples/nasjonal.py makes, as documents that the interpreter reads."""

import datetime
import runpy
from collections.abc import Container, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from rulesdsl.core import ir
from rulesdsl.evaluate.case import Case, reader
from rulesdsl.evaluate.documents import Document

ROOT = Path(__file__).parents[1]
MADE = runpy.run_path(str(ROOT / "examples" / "nasjonal.py"))
"""The names of the script, which is no module of a package."""


def make(folder: Path, rows: int, **options: Any) -> Path:
    """Made-up episodes and patients in a folder."""
    MADE["write"](folder, rows, **options)
    return folder


def cases(folder: Path, edition: ir.Edition, patients: Container[str] | None = None) -> Iterator[Case]:
    """A case for each patient, or for some, with all episodes in their order in the file."""
    reads = reader(edition)
    for document in documents(folder):
        if patients is None or document["pasient_id"] in patients:
            yield reads.load(Document(document))


def documents(folder: Path) -> Iterator[dict[str, Any]]:
    """Patients as a case file has them; a record is there when one of its fields is."""
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT p.fodselsdato, e.* FROM '{folder}/episoder.parquet' e JOIN '{folder}/pasienter.parquet' p"
            " USING (pasient_id) ORDER BY pasient_id, episode_id")
        names = [column[0] for column in found.description or ()]
        patient: dict[str, Any] = {}
        for row in found.fetchall():
            episode: dict[str, Any] = {}
            for name, value in zip(names, row, strict=True):
                record, _, field = name.rpartition(".")
                if value is not None:
                    (episode.setdefault(record, {}) if record else episode)[field] = as_json(value)
            born, key = episode.pop("fodselsdato"), episode.pop("pasient_id")
            if patient.get("pasient_id") != key:
                if patient:
                    yield patient
                patient = {"pasient_id": key, "fodselsdato": born, "episoder": []}
            patient["episoder"].append(episode)
        if patient:
            yield patient


def as_json(value: Any) -> Any:
    """A value of a column as JSON has it, numbers exact."""
    match value:
        case bool() | str() | Decimal():
            return value
        case int():
            return Decimal(value)
        case datetime.date():
            return str(value)
        case list():
            return [as_json(item) for item in value]
        case _:
            raise TypeError(value)
