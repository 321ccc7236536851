"""A run decides once what rows have in common, and comes to the same as where each row is decided by itself."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from national_cases import make

from rulesdsl.batch import patterns
from rulesdsl.batch.run import Job, run
from rulesdsl.sql.patterns import PATTERN, as_read
from tests.shipped import SHIPPED

ROOT = Path(__file__).parents[1]
ALWAYS, NEVER = 0, 10**9


@pytest.fixture
def by_patterns(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each reading was by patterns."""
    found: list[bool] = []
    looked = patterns.look_by_patterns

    def look(*given: Any) -> bool:
        found.append(looked(*given))
        return found[-1]

    monkeypatch.setattr("rulesdsl.batch.glance.look_by_patterns", look)
    return found


@pytest.mark.parametrize(("year", "form"), [(2020, "parquet"), (2024, "csv")])
def test_patterns_change_no_answer(
    year: int, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_patterns: list[bool]
) -> None:
    folder = make(tmp_path, 2500, year=year, seed=7, error_share=0.05, hole_share=0.2)
    data = folder / "episoder.parquet"
    if form == "csv":
        data = as_csv(data)
    outs = {}
    for rows_to_one in (ALWAYS, NEVER):
        monkeypatch.setattr(patterns, "ROWS_TO_ONE", rows_to_one)
        outs[rows_to_one] = tmp_path / f"ut{rows_to_one}.parquet"
        run(Job(str(data), outs[rows_to_one], edition=f"isf@{year}", parents=str(folder / "pasienter.parquet")),
            SHIPPED)
    assert by_patterns == [True, False]
    assert len(rows(f"FROM '{outs[ALWAYS]}'")) > 2000
    for stem in ("ut{}", "ut{}-feil"):
        one, other = (f"FROM '{tmp_path / stem.format(each)}.parquet'" for each in (ALWAYS, NEVER))
        assert rows(f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})") == []


def test_two_patterns_with_one_mark_are_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "ROWS_TO_ONE", ALWAYS)
    for marks, told_apart in (((1, 2), True), ((1, 1), False)):
        with duckdb.connect(config={"threads": 1}) as con:
            con.execute(f"CREATE VIEW \"smal, merket\" AS SELECT unnest(['a', 'b', 'b']) AS \"{as_read('felt')}\", "
                        f"unnest([{marks[0]}, {marks[1]}, {marks[1]}]) AS \"{PATTERN}\"")
            assert patterns._gathered(con, ["felt"], [], "smal") is told_apart


def as_csv(data: Path) -> Path:
    """The same rows as text, lists with semicolon between elements."""
    file = data.with_suffix(".csv")
    with duckdb.connect() as con:
        columns = ", ".join(
            f"array_to_string(\"{name}\", ';') AS \"{name}\"" if kind.endswith("[]") else f"\"{name}\""
            for name, kind, *_ in con.execute(f"DESCRIBE FROM '{data}'").fetchall())
        con.execute(f"COPY (SELECT {columns} FROM '{data}') TO '{file}' (HEADER, DELIMITER '\t')")
    return file


def rows(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(query).fetchall()
