"""Tables decided from Python, and the same as ``isfrules run`` says of a file of them."""

import datetime
import gc
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import test_run
from test_run import Runs

from rulesdsl.batch.api import Rulebook
from rulesdsl.batch.problems import CannotRun
from rulesdsl.deciding import NoEdition

rulebook, runs = test_run.rulebook, test_run.runs

ROWS: dict[str, list[Any]] = {
    "pasient_id": ["P1", "P1", "P2", "P2"], "episode_id": ["A", "B", "A", "C"],
    "utdato": [datetime.date(2020, 5, 1), datetime.date(2021, 5, 1), None, datetime.date(2020, 5, 1)],
    "betalt": [True, None, True, False], "beløp": [Decimal("12.50"), Decimal("1.00"), Decimal("2.00"), None],
}


def table() -> pa.Table:
    return pa.table({name: pa.array(values, pa.decimal128(9, 2) if name == "beløp" else None)
                     for name, values in ROWS.items()})


def test_a_table_of_arrow(runs: Runs) -> None:
    decided = Rulebook.open(runs.rulebook).decide(table())
    assert isinstance(decided.answers, pa.Table)
    found = decided.answers.to_pylist()
    assert [(row["rad"], row["pasient_id"], row["utgave"], row["refusjon"], row["refusjon.status"],
             row["refusjon.punkt"], row["refusjon.mangler"]) for row in found] == [
        (1, "P1", "prøve@2020", Decimal("12.50"), "known", "to", []),
        (2, "P1", "prøve@2021", Decimal("1.00"), "known", "to", []),
        (4, "P2", "prøve@2020", Decimal("0.00"), "known", "to", [])]
    aside = decided.set_aside.to_pylist()
    assert [(row["rad"], row["key"], row["code"], row["field"]) for row in aside] == [(3, "A", "ISF512", "utdato")]


def test_a_relation_of_duckdb_is_answered_by_one() -> None:
    """Which can be asked further, also when nothing else is left of what made it."""
    connection = duckdb.connect()
    connection.register("episoder", table())
    decided = Rulebook.open(edition="isf@2020").decide(connection.sql(
        "SELECT pasient_id, episode_id, utdato FROM episoder WHERE utdato IS NOT NULL"))
    assert isinstance(decided.answers, duckdb.DuckDBPyRelation)
    connection.close()
    gc.collect()
    assert decided.answers.filter("\"tellende.status\" = 'unknown'").aggregate("count(*)").fetchall() == [(3,)]
    assert decided.set_aside.fetchall() == []


def test_the_same_as_a_file_of_it(runs: Runs) -> None:
    pq.write_table(table(), runs.folder / "inn.parquet")
    patients = pa.table({"pasient_id": ["P1"], "fodselsdato": [datetime.date(1990, 1, 1)]})
    pq.write_table(patients, runs.folder / "inn-pasienter.parquet")
    runs(runs.folder / "inn.parquet", "--patients", runs.folder / "inn-pasienter.parquet")
    decided = Rulebook.open(runs.rulebook).decide(table(), patients)
    written = pq.read_table(runs.out).sort_by("rad")
    assert decided.answers.to_pylist() == written.to_pylist()
    aside = pq.read_table(runs.folder / "ut-feil.parquet").drop_columns(["linje"])

    def place(row: dict[str, Any]) -> tuple[int, str]:
        return row["rad"], row["field"]

    assert sorted(decided.set_aside.to_pylist(), key=place) == sorted(aside.to_pylist(), key=place)
    assert {row["code"] for row in aside.to_pylist()} == {"ISF512", "ISF530"}


def test_columns_and_values_of_other_names(runs: Runs) -> None:
    given = pa.table({"id": ["A"], "ut": [datetime.date(2020, 5, 1)], "betalt": ["J"]})
    decided = Rulebook.open(runs.rulebook).decide(given, columns={"id": "episode_id", "ut": "utdato"},
                                                  values={"betalt": {"J": "ja"}})
    assert decided.answers.column("teller").to_pylist() == [True]


@pytest.mark.parametrize("relation", [False, True])
def test_only_values_and_statuses(runs: Runs, relation: bool) -> None:
    given: Any = duckdb.from_arrow(table()) if relation else table()
    rulebook = Rulebook.open(runs.rulebook)
    brief, whole = (rulebook.decide(given, brief=short).answers for short in (True, False))
    names = brief.columns if relation else brief.column_names
    assert names == ["rad", "pasient_id", "episode_id", "utgave", "teller", "teller.status", "refusjon",
                     "refusjon.status"]
    assert listed(brief) == [{name: row[name] for name in names} for row in listed(whole)]
    assert [row["refusjon.bidrag"] for row in listed(whole)] == [
        [{"punkt": "to", "kroner": Decimal("12.50")}], [{"punkt": "to", "kroner": Decimal("1.00")}], []]


def listed(given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (given if isinstance(given, pa.Table) else given.to_arrow_table()).to_pylist()
    return found


def test_as_readme_shows_it() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall("```py\n(.*?)```", readme, re.DOTALL)
    patients = pa.table({"pasient_id": ["P1", "P2"]})
    names: dict[str, Any] = {"table": table().drop_columns(["betalt", "beløp"]), "patients": patients}
    exec(shown, names)
    assert set(names["decided"].answers.column("utgave").to_pylist()) == {"isf@2020"}


def test_what_cannot_be_decided(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"ingen kolonne utdato.* si hvilken kolonne det er, i columns"):
        Rulebook.open(runs.rulebook).decide(pa.table({"betalt": [True]}))
    with pytest.raises(CannotRun, match="columns navngir kolonnen «x», som ikke er i dataene"):
        Rulebook.open(runs.rulebook).decide(table(), columns={"x": "betalt"})
    with pytest.raises(CannotRun, match="values sier hva verdier betyr i «x», som regelverket ikke har"):
        Rulebook.open(runs.rulebook).decide(table(), values={"x": {"J": "ja"}})
    with pytest.raises(NoEdition, match=r"prøve@1999.* Her finnes prøve@2020"):
        Rulebook.open(runs.rulebook, edition="prøve@1999")
    assert Rulebook.open(runs.rulebook, edition="prøve").decide(table()).answers.num_rows == 3
    with pytest.raises(CannotRun, match="Fant ingen regelverk"):
        Rulebook.open(tmp_path / "borte")
    alone = test_run.RULEBOOK.format(year=2020, least=0).replace(" i Pasient som episoder", "")
    (tmp_path / "alene.isf").write_text(alone, encoding="utf-8")
    with pytest.raises(CannotRun, match="Episode hører ikke til noe"):
        Rulebook.open(tmp_path).decide(table(), table())
