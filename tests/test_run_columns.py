"""A run of columns of many types, of keys written in two ways, and of fields with names that an engine may use too."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Isfrules

from rulesdsl.batch import patterns
from rulesdsl.batch.problems import CannotRun
from rulesdsl.batch.run import Job, run
from rulesdsl.workspace import Workspace

RULEBOOK = """\
regelverk prøve {year} «Prøve»
  gjelder {year}-01-01 til {year}-12-31

kilde oss «Oss» status eksempel

kodeverk Farge
  ny   = 0
  rød  = 1
  blå  = 2
  stor = 300
  minus = «-1»

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  farge             : Farge valgfri
  farger            : liste av Farge valgfri

resultat fargen : Farge for Episode «Fargen»
resultat blå_der : ja/nei for Episode «Blå der»
resultat andre : tall for Episode «Andre»

punkt en «En»
  ifølge oss
  fargen er farge
  blå_der er finnes f i farger der f er en av {{blå; stor}}
  andre er antall annen i pasient.episoder der annen.farge er farge
"""

ROW = "'P' AS pasient_id, 'E' || {number} AS episode_id, DATE '2020-05-01' AS utdato"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for year in (2020, 2021):
        (tmp_path / f"{year}.isf").write_text(RULEBOOK.format(year=year), encoding="utf-8")
    return Workspace(tmp_path)


@pytest.fixture(params=["short way", "patterns", "with care"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Rows are decided each of the ways that there are."""
    monkeypatch.setattr(patterns, "ROWS_TO_ONE", 0 if request.param == "patterns" else 10**9)
    if request.param == "with care":
        monkeypatch.setattr("rulesdsl.batch.decide.look", lambda con, task: None)
    return str(request.param)


def ran(workspace: Workspace, data: str | Path, folder: Path) -> None:
    run(Job(str(data), folder / "ut.parquet"), workspace)


def rows(query: str) -> list[Any]:
    with duckdb.connect() as con:
        return con.execute(query).fetchall()


def parquet(folder: Path, query: str) -> Path:
    rows(f"COPY ({query}) TO '{folder / 'inn.parquet'}' (FORMAT parquet)")
    return folder / "inn.parquet"


SMALL = ("TINYINT", "UTINYINT")
WHOLE = (*SMALL, "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT")


@pytest.mark.parametrize("kind", WHOLE)
def test_codes_in_whole_numbers_of_every_type(workspace: Workspace, tmp_path: Path, kind: str, way: str) -> None:
    """Also where a code of the kodeverk is more than the type can hold, or less."""
    most = {"TINYINT": 2**7, "UTINYINT": 2**8, "SMALLINT": 2**15, "USMALLINT": 2**16, "INTEGER": 2**31,
            "UINTEGER": 2**32, "BIGINT": 2**63, "UBIGINT": 2**64, "HUGEINT": 2**127, "UHUGEINT": 2**128}[kind] - 1
    values = [("2", "[1, 2]"), ("1", "[0]"), ("0", "[]"), ("NULL", "NULL"), (f"{most}", "[1]"), ("1", f"[{most}]")]
    if kind not in SMALL:
        values.append(("300", "[300, 1]"))
    made = " UNION ALL ".join(
        f"SELECT {ROW.format(number=number)}, CAST({one} AS {kind}) AS farge, CAST({many} AS {kind}[]) AS farger"
        for number, (one, many) in enumerate(values))
    with duckdb.connect(str(tmp_path / "inn.duckdb")) as con:  # a file of Parquet has not all the types
        con.execute(f"CREATE TABLE t AS {made}")
    ran(workspace, f"{tmp_path / 'inn.duckdb'}:t", tmp_path)
    assert rows(f"SELECT episode_id, fargen, \"blå_der\" FROM '{tmp_path / 'ut.parquet'}' ORDER BY 1") == [
        ("E0", "blå", True), ("E1", "rød", False), ("E2", "ny", False), ("E3", None, None),
        *([("E6", "stor", True)] if kind not in SMALL else [])]
    assert rows(f"SELECT rad, code, field, value FROM '{tmp_path / 'ut-feil.parquet'}' ORDER BY 1") == [
        (5, "ISF517", "farge", f"{most}"), (6, "ISF517", "farger[0]", f"{most}")]


@pytest.mark.parametrize("kind", ["TINYINT", "UTINYINT", "UINTEGER", "UBIGINT"])
def test_the_same_of_parquet(workspace: Workspace, tmp_path: Path, kind: str, way: str) -> None:
    ran(workspace, parquet(tmp_path, f"SELECT {ROW.format(number=1)}, CAST(2 AS {kind}) AS farge, CAST([1, 2] AS "
                                     f"{kind}[]) AS farger"), tmp_path)
    assert rows(f"SELECT fargen, \"blå_der\" FROM '{tmp_path / 'ut.parquet'}'") == [("blå", True)]


def test_one_key_written_in_two_ways_in_two_editions(workspace: Workspace, tmp_path: Path, way: str) -> None:
    """An å of one sign and one of two are the same letter: the rows belong together in whatever edition they are."""
    keys = [("\u00e5", "2020-05-01"), ("a\u030a", "2021-05-01"), ("b", "2021-05-01")]
    ran(workspace, parquet(tmp_path, " UNION ALL ".join(
        f"SELECT '{key}' AS pasient_id, 'E{number}' AS episode_id, DATE '{day}' AS utdato, 1 AS farge"
        for number, (key, day) in enumerate(keys))), tmp_path)
    found = rows(f"SELECT episode_id, utgave, andre FROM '{tmp_path / 'ut.parquet'}' ORDER BY 1")
    assert found == [("E0", "prøve@2020", 1), ("E1", "prøve@2021", 1), ("E2", "prøve@2021", 0)]


# ── Editions that call two things the same ───────────────────────────────────────────────────────────────────

UNLIKE = """\
regelverk prøve {year} «Prøve»
  gjelder {year}-01-01 til {year}-12-31

kilde oss «Oss» status eksempel

kodeverk Farge
  rød = 1

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  felt              : {kind}

resultat svar : {kind} for Episode «Svar»

punkt en «En»
  ifølge oss
  svar er felt
"""


@pytest.mark.parametrize(("first", "second", "cells", "answers"), [
    ("tall", "kroner", ("7", "7,50"), [7, Decimal("7.50")]),
    ("Farge", "tekst", ("1", "grønn"), ["rød", "grønn"]),
    ("tekst", "Farge", ("grønn", "1"), ["grønn", "rød"]),
])
def test_a_result_that_is_another_in_another_edition(
    tmp_path: Path, first: str, second: str, cells: tuple[str, str], answers: list[Any], way: str
) -> None:
    ran(unlike(tmp_path, first, second), table(tmp_path, cells), tmp_path)
    assert rows(f"SELECT svar FROM '{tmp_path / 'ut.parquet'}' ORDER BY rad") == [(each,) for each in answers]


@pytest.mark.parametrize(("first", "second", "cells"), [
    ("tall", "tekst", ("7", "a")), ("dato", "kroner", ("2020-05-01", "7")), ("liste av tall", "tall", ("7", "7")),
    ("liste av tall", "liste av tekst", ("7", "7")), ("ja/nei", "tall", ("1", "7")),
])
def test_results_that_cannot_stand_in_one_column(
    tmp_path: Path, isfrules: Isfrules, first: str, second: str, cells: tuple[str, str]
) -> None:
    """A number would else be written as a text, or stop the engine."""
    book, data = unlike(tmp_path, first, second), table(tmp_path, cells)
    with pytest.raises(CannotRun, match=f"svar er {first} i prøve@2020 og {second} i prøve@2021") as raised:
        ran(book, data, tmp_path)
    assert "Del dataene etter utgave" in raised.value.problems[0].hint
    assert not (tmp_path / "ut.parquet").exists()
    (tmp_path / "data").mkdir()
    data.rename(tmp_path / "data" / "episoder.csv")
    said = isfrules("--rulebooks", tmp_path, "run", tmp_path / "data", "-o", tmp_path / "svar")
    assert (said.exit_code, said.output.count(f"svar er {first} i prøve@2020")) == (2, 1)
    one = table(tmp_path, cells[:1])
    ran(book, one, tmp_path)
    assert rows(f"SELECT utgave FROM '{tmp_path / 'ut.parquet'}'") == [("prøve@2020",)]


def unlike(folder: Path, *kinds: str) -> Workspace:
    for year, kind in zip((2020, 2021), kinds, strict=True):
        (folder / f"{year}.isf").write_text(UNLIKE.format(year=year, kind=kind), encoding="utf-8")
    return Workspace(folder)


def table(folder: Path, cells: Sequence[str]) -> Path:
    lines = [f"E{year};{year}-05-01;{cell}" for year, cell in enumerate(cells, start=2020)]
    (folder / "inn.csv").write_text("\n".join(["episode_id;utdato;felt", *lines, ""]), encoding="utf-8")
    return folder / "inn.csv"


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────

NAMED = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel
{sats}
entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  {felt}             : kroner
  hjemme            : ja/nei

resultat {resultat} : kroner for Episode «Svar»

punkt en «En»
  ifølge oss
  {der}
  {resultat} er {felt} + {verdi}

punkt to «To»
  ifølge oss
  unntak fra en
  når hjemme
  {resultat} er {felt}
"""
PLAIN = {"sats": "", "felt": "beløp", "der": "", "resultat": "svar", "verdi": "1 kr"}
CALLED = {
    "felt": {"felt": "{}"}, "resultat": {"resultat": "{}"}, "der": {"der": "der {} er 1 kr", "verdi": "{}"},
    "sats": {"sats": "\nsats {} : kroner\n  fra 2020-01-01: 1 ifølge oss\n", "verdi": "{}"},
}


@pytest.mark.parametrize("name", ["x", "e", "e0", "u"])
@pytest.mark.parametrize("what", CALLED)
def test_anything_may_be_called_by_one_letter(tmp_path: Path, what: str, name: str, way: str) -> None:
    """What the engine calls the elements of a list is nothing that an author can write."""
    parts = PLAIN | {part: said.format(name) for part, said in CALLED[what].items()}
    (tmp_path / "prøve.isf").write_text(NAMED.format(**parts), encoding="utf-8")
    data = tmp_path / "inn.csv"
    data.write_text(f"pasient_id;episode_id;utdato;{parts['felt']};hjemme\nP;A;2020-05-01;10;nei\nP;B;2020-05-02;20;ja\n"
                    "P;C;2020-05-02;;ja\n", encoding="utf-8")
    ran(Workspace(tmp_path), data, tmp_path)
    result = parts["resultat"]
    found = rows(f'SELECT episode_id, "{result}", "{result}.mangler", "{result}.bidrag" FROM '
                 f"'{tmp_path / 'ut.parquet'}' ORDER BY 1")
    assert [(key, value and int(value), missing) for key, value, missing, _ in found] == [
        ("A", 11, []), ("B", 20, []), ("C", None, [parts["felt"]])]
    assert [given and [(each["punkt"], int(each["kroner"])) for each in given] for *_, given in found] == [
        [("en", 11)], [("en", 21), ("to", -1)], None]
