"""``isfrules run``: a table in, an answer for every row or a reason why not, and never half a file."""

import datetime
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs import evolve
from conftest import Isfrules

from rulesdsl.batch import decide as deciding_rows
from rulesdsl.batch import run as running
from rulesdsl.batch.api import Rulebook
from rulesdsl.batch.problems import CannotRun
from rulesdsl.batch.run import Job, run
from rulesdsl.batch.standing import standing_notes
from rulesdsl.core.ir import Citation, Kilde, Standing
from rulesdsl.deciding import explain_text
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED, shipped

ROOT = Path(__file__).parents[1]
DAY = datetime.date

RULEBOOK = """\
regelverk prøve {year} «Prøve {year}»
  gjelder {year}-01-01 til {year}-12-31

kilde oss «Oss» status eksempel

kodeverk Farge
  rød  = 1
  blå  = 2
  ny   = 3 fra 2021-01-01

post Avtale «Avtale»
  skrevet : ja/nei

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst
  fodselsdato       : dato valgfri

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  betalt            : ja/nei
  beløp             : kroner
  farge             : Farge valgfri
  merke             : tekst valgfri
  avtale            : Avtale valgfri

resultat teller : ja/nei for Episode «Teller»
resultat refusjon : kroner for Episode «Refusjon»

punkt en «En»
  ifølge oss
  teller er betalt

punkt to «To»
  ifølge oss
  refusjon er hvis teller så beløp ellers {least} kroner
"""

HEAD = "pasient_id;episode_id;utdato;betalt;beløp;farge\n"


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prøve")
    for year, least in ((2020, 0), (2021, 1)):
        (folder / f"{year}.isf").write_text(RULEBOOK.format(year=year, least=least), encoding="utf-8")
    return folder


class Runs:
    """Runs tables in a folder of their own."""

    def __init__(self, isfrules: Isfrules, rulebook: Path, folder: Path) -> None:
        self.isfrules, self.rulebook, self.folder = isfrules, rulebook, folder
        self.out = folder / "ut.parquet"

    def csv(self, text: str, name: str = "inn.csv") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode())
        return path

    def parquet(self, query: str, name: str = "inn.parquet") -> Path:
        with duckdb.connect() as con:
            con.execute(f"COPY ({query}) TO '{self.folder / name}' (FORMAT parquet)")
        return self.folder / name

    def __call__(self, data: Path | str, *options: str | Path, out: bool = True) -> click.testing.Result:
        where = ("-o", self.out) if out else ()
        return self.isfrules("--rulebooks", self.rulebook, "run", data, *where, *options)

    def answers(self, columns: str = 'rad, utgave, teller, refusjon, "refusjon.status"') -> list[Any]:
        return rows(f"SELECT {columns} FROM '{self.out}' ORDER BY rad")

    def aside(self, columns: str = "rad, linje, code, field, value") -> list[Any]:
        return rows(f"SELECT {columns} FROM '{self.folder / 'ut-feil.parquet'}'")

    def sums(self) -> Any:
        return json.loads((self.folder / "ut-sum.json").read_text(encoding="utf-8"))

    def left(self) -> set[str]:
        return {path.name for path in self.folder.iterdir() if not path.name.startswith("inn")}


def rows(query: str) -> list[Any]:
    with duckdb.connect() as con:
        return con.execute(query).fetchall()


@pytest.fixture
def runs(isfrules: Isfrules, rulebook: Path, tmp_path: Path) -> Runs:
    return Runs(isfrules, rulebook, tmp_path)


def said(result: click.testing.Result, *parts: str, code: int = 2) -> str:
    assert result.exit_code == code, result.output
    for part in parts:
        assert part in result.output
    return result.output


# ── A run ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_table_of_two_years(runs: Runs) -> None:
    result = runs(runs.csv(HEAD + "P1;A;2020-05-01;ja;100,50;1\nP1;B;2021-05-01;nei;200.25;ny\n;C;2020-05-01;;1;\n"))
    said(result, "3 rader inn = 3 rader avgjort + 0 rader lagt til side", "101,50", code=0)
    said(result, "Refusjon venter på betalt: 1 rad", code=0)
    assert [(row[0], row[1], row[2], row[3] and str(row[3]), row[4]) for row in runs.answers()] == [
        (1, "prøve@2020", True, "100.50", "known"), (2, "prøve@2021", False, "1.00", "known"),
        (3, "prøve@2020", None, None, "unknown")]
    assert runs.answers('pasient_id, episode_id, "refusjon.punkt", "refusjon.mangler"') == [
        ("P1", "A", "to", []), ("P1", "B", "to", []), (None, "C", None, ["betalt"])]
    assert runs.aside() == []
    sums = runs.sums()
    assert sums["rows"] == {"in": 3, "decided": 3, "set_aside": 0, "broken_lines": 0}
    assert sums["results"]["refusjon"]["total"] == "101.50"
    assert sums["results"]["refusjon"]["status"] == {"known": 2, "unknown": 1}
    assert {each["edition"]: each["rows"] for each in sums["editions"]} == {"prøve@2020": 2, "prøve@2021": 1}
    assert runs.left() == {"ut.parquet", "ut-feil.parquet", "ut-sum.json"}


def test_a_row_with_a_fault_is_set_aside_with_every_reason(runs: Runs) -> None:
    lines = ("P1;A;2020-05-01;ja;100,505;3", "P1;A;2020-05-02;ja;1;", "P1;;2020-05-02;ja;1;", ";D;;ja;1;9",
             ";E;2019-05-02;ja;1;")
    result = runs(runs.csv(HEAD + "\n".join(lines)))
    said(result, "5 rader inn = 0 rader avgjort + 5 rader lagt til side", "ISF412", code=1)
    assert runs.answers() == []
    assert [(row, code, field) for row, _, code, field, _ in runs.aside()] == [
        (1, "ISF515", "beløp"), (1, "ISF511", "episode_id"), (1, "ISF518", "farge"),
        (2, "ISF511", "episode_id"), (3, "ISF510", "episode_id"),
        (4, "ISF517", "farge"), (4, "ISF512", "utdato"), (5, "ISF412", "utdato")]
    assert [key for _, key in sorted(set(runs.aside("rad, key")))] == ["A", "A", None, "D", "E"]


def test_parquet_and_duckdb_tables(runs: Runs, tmp_path: Path) -> None:
    query = """SELECT * FROM (VALUES
               ('P1', 1, DATE '2020-05-01', true, 12.50::DECIMAL(9,2), 2::TINYINT, {'skrevet': true}),
               ('P1', 2, DATE '2020-05-02', false, NULL, NULL, NULL))
               AS t(PASIENT_ID, episode_id, utdato, betalt, "beløp", farge, avtale)"""
    said(runs(runs.parquet(query)), "2 rader inn = 2 rader avgjort", code=0)
    first = runs.answers()
    with duckdb.connect(str(tmp_path / "inn.duckdb")) as con:
        con.execute(f"CREATE TABLE \"mine episoder\" AS {query}")
    said(runs(f"{tmp_path / 'inn.duckdb'}:mine episoder", "--overwrite"), "2 rader inn = 2 rader avgjort", code=0)
    assert runs.answers() == first
    assert [str(row[3]) for row in first] == ["12.50", "0.00"]
    said(runs(f"{tmp_path / 'inn.duckdb'}:andre", "--overwrite"), "ingen tabell «andre»", "mine episoder")


def test_rows_keep_their_numbers_however_they_are_stored(runs: Runs) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT range::VARCHAR AS episode_id, DATE '2020-05-01' AS utdato, "
                    "true AS betalt, range AS \"beløp\" FROM range(300000)")
        con.execute(f"COPY t TO '{runs.folder / 'inn.parquet'}' (FORMAT parquet, ROW_GROUP_SIZE 20000)")
    said(runs(runs.folder / "inn.parquet"), code=0)
    assert rows(f"SELECT count(*), count(*) FILTER (rad = refusjon + 1) FROM '{runs.out}'") == [(300000, 300000)]


def test_the_same_as_explaining_each_case(isfrules: Isfrules, tmp_path: Path) -> None:
    """An extract of ISF, with a patient of two years, and what ``explain`` says of the same."""
    case: dict[str, Any] = {
        "sektor": "somatikk", "omsorgsniva": 1, "kontakttype": 2, "sted_aktivitet": 1, "debitor": 1, "innmate_hast": 4,
        "inndato": "2019-05-28", "drg": "442", "utforende": [1], "utfort_av": "helseforetak", "journalfort": True,
        "rapportert_npr": True, "bosatt_i_norge": True, "korrigerte_poeng": 155.11}
    episodes = [case | {"episode_id": "A", "utdato": "2019-06-01"}, case | {"episode_id": "B", "utdato": "2020-06-01"}]
    (tmp_path / "inn.json").write_text(json.dumps([each | {"pasient_id": "P1"} for each in episodes]), encoding="utf-8")
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT * REPLACE (korrigerte_poeng::VARCHAR AS korrigerte_poeng) FROM read_json("
                    f"'{tmp_path / 'inn.json'}')) TO '{tmp_path / 'inn.parquet'}' (FORMAT parquet)")
    result = isfrules("run", tmp_path / "inn.parquet", "-o", tmp_path / "ut.parquet")
    assert result.exit_code == 0, result.output
    text = json.dumps({"pasient_id": "P1", "episoder": episodes})
    explained = [{one.name: (one.value, one.status, one.clause or None, list(one.missing)) for one in each.results}
                 for each in explain_text(SHIPPED, text, "").cases]
    out = tmp_path / "ut.parquet"
    for name in ("refusjon", "tellende", "isf_poeng"):
        columns = f'"{name}", "{name}.status", "{name}.punkt", "{name}.mangler"'
        found = rows(f"SELECT {columns} FROM '{out}' ORDER BY rad")
        assert found == [each[name] for each in explained]


def test_a_forced_edition_and_one_that_is_not_there(runs: Runs) -> None:
    data = runs.csv(HEAD + ";A;2021-05-01;nei;1;\n")
    said(runs(data, "--edition", "prøve@1999"), "ISF413", "prøve@1999")
    said(runs(data, "--edition", "prøve@2020"), code=0)
    assert [(row[1], str(row[3])) for row in runs.answers()] == [("prøve@2020", "0.00")]


# ── What cannot be run ───────────────────────────────────────────────────────────────────────────────────────


def test_a_column_that_is_needed_is_missing(runs: Runs) -> None:
    said(runs(runs.csv("episode_id;utdatoo\nA;2020-05-01\n")), "ingen kolonne utdato", "Mente du «utdatoo»?")
    assert runs.left() == set()


@pytest.mark.parametrize(("column", "parts"), [
    ("12.5::DOUBLE AS \"beløp\"", ("beløp", "1 av verdiene", "DECIMAL")),
    ("'NaN'::FLOAT AS \"beløp\"", ("beløp", "1 av verdiene", "DECIMAL")),
    ("442 AS merke", ("merke", "hele tall (INTEGER)", "Foranstilte nuller")),
    ("DATE '2020-01-01' AS betalt", ("betalt", "datoer (DATE)", "BOOLEAN")),
    ("[1] AS farge", ("farge", "lister")),
])
def test_a_column_of_the_wrong_type(runs: Runs, column: str, parts: tuple[str, ...]) -> None:
    said(runs(runs.parquet(f"SELECT DATE '2020-05-01' AS utdato, {column}")), *parts)
    assert runs.left() == set()


def test_floats_that_are_whole_are_said_to_be_so(runs: Runs) -> None:
    data = runs.parquet("SELECT DATE '2020-05-01' AS utdato, true AS betalt, 12::DOUBLE AS \"beløp\", "
                        "NULL::INTEGER AS merke")
    said(runs(data, "--plan", out=False), "«beløp» er flyttall (DOUBLE) med bare hele tall", code=0)
    said(runs(data), "12,00", code=0)


def test_time_zones(runs: Runs) -> None:
    zoned = runs.parquet("SELECT TIMESTAMPTZ '2020-05-01 00:30:00+02' AS utdato")
    said(runs(zoned), "utdato", "tidssone", "DATE")
    mixed = runs.csv("utdato\n2020-05-01T00:30:00+02:00\n2020-11-01T00:30:00+01:00\n")
    said(runs(mixed), "ISF514", "2 rader, som «2020-05-01T00:30:00+02:00»", code=1)
    assert [row[2] for row in runs.aside()] == ["ISF514", "ISF514"]
    plain = runs.parquet("SELECT TIMESTAMP '2020-05-01 23:30:00' AS utdato, true AS betalt")
    said(runs(plain, "--overwrite"), "bare datoen brukes", code=0)


def test_broken_lines_are_set_aside_with_their_numbers(runs: Runs) -> None:
    lines = ["P1;A;2020-05-01;ja;1;", "P1;B;2020-05-01", "P1;C;2020-05-01;ja;1;;x", "P2;D;2020-05-01;ja;1;"]
    data = runs.csv(HEAD + "\n".join(lines) + "\n")
    data.write_bytes(data.read_bytes() + b"P3;\xe6;2020-05-01;ja;1;\n")
    said(runs(data), "5 rader inn = 2 rader avgjort + 3 rader lagt til side", "ISF531",
         "Merk: 1 linje kan ikke leses: linjen er ikke UTF-8; lagre filen som UTF-8.", code=1)
    assert runs.answers("rad, episode_id") == [(1, "A"), (2, "D")]
    assert [(line, code) for _, line, code, _, _ in runs.aside()] == [(3, "ISF531"), (4, "ISF531"), (6, "ISF531")]
    assert runs.sums()["rows"]["broken_lines"] == 3


def test_an_empty_table(runs: Runs) -> None:
    said(runs(runs.csv(HEAD)), "0 rader inn = 0 rader avgjort + 0 rader lagt til side", code=0)
    assert runs.answers() == []
    names = [row[0] for row in rows(f"DESCRIBE SELECT * FROM '{runs.out}'")]
    assert names == ["rad", "pasient_id", "episode_id", "utgave", *(
        f"{name}{part}" for name in ("teller", "refusjon") for part in ("", ".status", ".punkt", ".regel", ".mangler")),
        "refusjon.bidrag"]
    said(runs(runs.csv(""), "--overwrite"), "er tom")


@pytest.mark.parametrize(("name", "content", "parts"), [
    ("borte.csv", None, ("finnes ikke",)), ("inn.xlsx", b"x", ("er ikke en slags fil",)),
    ("inn.json", b"{}", ("er saker i JSON, ikke en tabell", "isfrules explain")),
    ("inn.parquet", b"PAR1", ("kan ikke leses som Parquet",)),
    ("inn.duckdb", b"x", ("kan ikke åpnes som en DuckDB-fil",)),
    ("inn.csv", b"utdato;\xe6\n", ("ISF102", "UTF-8")), ("inn.csv", b"utdato;Utdato\n", ("står flere ganger",)),
])
def test_files_that_cannot_be_read(runs: Runs, name: str, content: bytes | None, parts: tuple[str, ...]) -> None:
    if content is not None:
        (runs.folder / name).write_bytes(content)
    said(runs(runs.folder / name), *parts)


def test_patients_of_their_own_and_an_orphan(runs: Runs) -> None:
    data = runs.csv(HEAD + "P1;A;2020-05-01;ja;1;\nP9;B;2020-05-01;ja;1;\n")
    people = runs.csv("pasient_id,fodselsdato\nP1,1950-01-01\nP2,x\n", "inn-pasienter.csv")
    said(runs(data, "--patients", people), "ISF530", "I tabellen som ble gitt med --patients, er det feil i 1 rad.",
         code=1)
    assert runs.answers("episode_id") == [("A",)]
    assert runs.aside("entitet, rad, key, code, field") == [
        ("Episode", 2, "B", "ISF530", "pasient.pasient_id"), ("Pasient", 2, "P2", "ISF514", "fodselsdato")]
    without = runs.csv("navn\nP1\n", "inn-uten.csv")
    said(runs(data, "--patients", without, "--overwrite"), "ingen kolonne pasient_id")
    fine = runs.csv(HEAD + "P1;A;2020-05-01;ja;1;\n", "inn-uten-feil.csv")
    said(runs(fine, "--patients", people, "--overwrite"), "lagt til side, i", "-feil.parquet", code=1)


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_of_names(runs: Runs) -> None:
    data = runs.csv("DATO;KR;OK;betalt;beløb\n2020-05-01;5;J;nei;9\n")
    names = runs.csv(json.dumps({"columns": {"DATO": "utdato", "KR": "beløp", "OK": "betalt", "betalt": None},
                                 "values": {"betalt": {"J": "ja", "N": "nei"}}}), "inn-navn.json")
    said(runs(data, "--map", names), code=0)
    assert [(row[2], str(row[3])) for row in runs.answers()] == [(True, "5.00")]
    wrong = runs.csv('{"columns": {"DATE": "utdato", "DATO": "utdat"}, "values": {"betal": {}}}', "inn-feil.json")
    said(runs(data, "--map", wrong, "--overwrite"), "«DATE»", *(
        f"Mente du «{name}»?" for name in ("DATO", "utdato", "betalt")))


@pytest.mark.parametrize(("text", "why"), [
    ("[1]", "innholdet er liste med 1 element, ikke et objekt"),
    ('{"kolonner": {}}', "«kolonner» er verken columns eller values"),
    ('{"columns": {"OK": true}}', "feltet til «OK» er true, ikke en tekst"),
    ('{"values": {"betalt": "J"}}', "«betalt» i values er J, ikke et objekt"),
    ('{"values": {"betalt": {"J": true}}}', "betydningen av «J» i «betalt» er true, ikke en tekst"),
    ('{"columns": {\n  "A": "b"\n  "C": "d"}}', "linje 3, tegn 3: her mangler det et komma"),
    ('{"columns": {"A": "b", "A": "c"}}', "«A» står to ganger i samme objekt"),
])
def test_what_is_no_file_of_names(runs: Runs, text: str, why: str) -> None:
    data = runs.csv("utdato;betalt\n2020-05-01;ja\n")
    said(runs(data, "--map", runs.csv(text, "inn-navn.json")), "inn-navn.json", why)


def test_two_columns_of_one_field(runs: Runs) -> None:
    data = runs.csv("utdato;betalt;Mine\n2020-05-01;ja;nei\n")
    names = runs.csv('{"columns": {"Mine": "betalt"}}', "inn-navn.json")
    said(runs(data, "--map", names), "Feltet betalt er i flere kolonner", "«betalt» og «Mine»")


def test_the_plan(runs: Runs) -> None:
    data = runs.csv("Utdato;betaltt;avtale.skrevet;annet\n2020-05-01;ja;;x\n2021-01-01;ja;;x\n2019-01-01;;;\nx;;;\n")
    said(runs(data, "--plan", out=False), "Utdato → utdato", "Mente du «betalt»?", "annet", "prøve@2020  1 rad",
         "ISF412", "Uten dato som kan leses: 1 rad", code=0)
    plan = json.loads(runs(data, "--plan", "--format", "json", out=False).stdout)
    assert [each["field"] for each in plan["columns"]] == ["utdato", "avtale.skrevet"]
    assert (plan["rows"], plan["ignored"], plan["without_date"]) == (4, ["betaltt", "annet"], 1)
    assert [(each["edition"], each["rows"]) for each in plan["editions"]] == [("prøve@2020", 1), ("prøve@2021", 1)]
    assert "beløp" in plan["missing"]
    assert runs.left() == set()


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_there_is_not_written_over(runs: Runs) -> None:
    data = runs.csv(HEAD + ";A;2020-05-01;ja;1;\n")
    runs.out.write_text("mitt", encoding="utf-8")
    said(runs(data), "finnes allerede", "--overwrite")
    assert runs.out.read_text(encoding="utf-8") == "mitt"
    said(runs(data, "--overwrite"), code=0)
    assert len(runs.answers()) == 1


def test_where_answers_cannot_be(runs: Runs) -> None:
    data = runs.parquet("SELECT DATE '2020-05-01' AS utdato")
    said(runs(data, out=False), "-o mangler")
    said(runs(data, "-o", runs.folder / "ut.csv", out=False), ".parquet")
    said(runs(data, "-o", runs.folder / "borte" / "ut.parquet", out=False), "finnes ikke")
    said(runs(data, "-o", data, "--overwrite", out=False), "skrevet over dataene")


STEPS = ("Leser", "Avgjør etter prøve@2020", "Teller", "Skriver")


@pytest.mark.parametrize("at", STEPS)
def test_a_run_that_is_killed_leaves_nothing_half(runs: Runs, at: str) -> None:
    data = runs.csv(HEAD + ";A;2020-05-01;ja;1;\n")
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom rulesdsl.batch.run import Job, run\n"
        "from rulesdsl.workspace import Workspace\n"
        "def step(what, done, of):\n    if what == sys.argv[4]:\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "run(Job(sys.argv[1], Path(sys.argv[2])), Workspace(Path(sys.argv[3])), step)\n")
    done = subprocess.run([sys.executable, "-c", code, str(data), str(runs.out), str(runs.rulebook), at],
                          env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert all(name.startswith(".ut.parquet.") for name in runs.left())
    said(runs(data), code=0)
    done_ = {name for name in runs.left() if not name.startswith(".")}
    assert done_ == {"ut.parquet", "ut-feil.parquet", "ut-sum.json"}


def failing(error: Exception) -> Callable[..., None]:
    def fail(*given: object) -> None:
        raise error
    return fail


@pytest.mark.parametrize(("error", "said_"), [
    (duckdb.IOException("Could not write: No space left on device"), "Disken er full"),
    (OSError(28, "No space left on device"), "Disken er full"),
    (duckdb.OutOfMemoryException("could not allocate block"), "ikke nok minne"),
    (PermissionError(13, "Permission denied", "ut"), "Kunne ikke skrive"),
])
def test_a_run_that_fails_leaves_nothing(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, error: Exception, said_: str
) -> None:
    monkeypatch.setattr(running, "_copy", failing(error))
    data = runs.csv(HEAD + ";A;2020-05-01;ja;1;\n")
    said(runs(data), said_)
    assert runs.left() == set()


def test_ctrl_c_is_quiet(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine says of itself that it was interrupted."""
    monkeypatch.setattr(running, "_copy", failing(RuntimeError("Query interrupted")))
    result = runs(runs.csv(HEAD + ";A;2020-05-01;ja;1;\n"))
    assert (result.exit_code, result.output, runs.left()) == (130, "", set())


def test_rules_without_a_short_way(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is then decided with care, of which there may be none."""
    lines = HEAD + "P1;A;2020-05-01;ja;1;\nP1;B;2020-05-01;;;\nP1;;2020-05-01;ja;1;\n"
    said(runs(runs.csv(lines)), "3 rader inn = 2 rader avgjort + 1 rad lagt til side", code=1)
    first = runs.answers()
    monkeypatch.setattr(deciding_rows, "look", lambda *given: None)
    said(runs(runs.csv(lines), "--overwrite"), "3 rader inn = 2 rader avgjort + 1 rad lagt til side", code=1)
    assert runs.answers() == first
    said(runs(runs.csv(HEAD), "--overwrite"), "0 rader inn = 0 rader avgjort + 0 rader lagt til side", code=0)


@pytest.mark.parametrize(("lost", "found"), [("false", 0), ("episode_id <> 'B'", 1)])
def test_rows_that_are_lost_stop_the_run(runs: Runs, monkeypatch: pytest.MonkeyPatch, lost: str, found: int) -> None:
    """Also where another is there twice, so that there are as many as there should be."""
    whole = running.decide_rows
    more = " UNION ALL BY NAME SELECT * FROM ({0}) WHERE episode_id = 'A'" if found else ""

    def losing(*given: Any) -> list[str]:
        made = " UNION ALL BY NAME ".join(f"({query})" for query in whole(*given))
        return [f"SELECT * FROM ({made}) WHERE {lost}" + more.format(made)]

    monkeypatch.setattr(running, "decide_rows", losing)
    data = runs.csv(HEAD + ";A;2020-05-01;ja;1;\n;B;2020-05-01;ja;1;\n")
    with pytest.raises(CannotRun, match=f"Regnskapet går ikke opp: 2 rader inn, {2 * found} avgjort"):
        run(Job(str(data), runs.out), Workspace(runs.rulebook))
    assert runs.left() == set()


def test_without_the_extra(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    said(runs("inn.csv"), "trenger duckdb", "pip install 'isfrules[batch]'")


# ── Tables by other names ────────────────────────────────────────────────────────────────────────────────────


def test_tables_of_any_schema(runs: Runs, tmp_path: Path) -> None:
    only, both = tmp_path / "en.duckdb", tmp_path / "to.duckdb"
    for file, tables in ((only, ["mart.episoder"]), (both, ["episoder", "mart.episoder"])):
        with duckdb.connect(str(file)) as con:
            con.execute("CREATE SCHEMA mart")
            for number, table in enumerate(tables):
                con.execute(f"CREATE TABLE {table} AS SELECT 'E{number}' AS episode_id, DATE '2020-05-01' AS utdato, "
                            "true AS betalt, 5 AS \"beløp\"")
    for given, key in ((f"{only}", "E0"), (f"{only}:mart.episoder", "E0"), (f"{only}:Mart.EPISODER", "E0"),
                       (f"{both}:episoder", "E0"), (f"{both}:main.episoder", "E0"), (f"{both}:mart.episoder", "E1")):
        said(runs(given, "--overwrite"), "1 rad avgjort", code=0)
        assert runs.answers("episode_id") == [(key,)]
    said(runs(f"{both}", "--overwrite"), "har flere tabeller", "Her er episoder, mart.episoder")
    said(runs(f"{only}:episoder", "--overwrite"), "ingen tabell «episoder»", "Her er mart.episoder")


def test_two_columns_of_one_name(runs: Runs, tmp_path: Path) -> None:
    """A Parquet file may have them; which is meant nobody knows."""
    data = tmp_path / "to.parquet"
    table = pa.table([["E1"], ["2020-05-01"], ["2019-05-01"]], names=["episode_id", "utdato", "UTDATO"])
    pq.write_table(table, data)
    said(runs(data), "Kolonnen «utdato» står flere ganger", "Gi hver kolonne sitt eget navn")
    with pytest.raises(CannotRun, match="står flere ganger"):
        Rulebook(Workspace(runs.rulebook)).decide(table)


def test_columns_that_another_sign_stands_between(isfrules: Isfrules, tmp_path: Path) -> None:
    (tmp_path / "inn.csv").write_text("pasient_id|episode_id|utdato\nP1|E1|2020-05-01\n", encoding="utf-8")
    said(isfrules("run", tmp_path / "inn.csv", "-o", tmp_path / "ut.parquet"), "skilt med «|»", "semikolon")


@pytest.mark.parametrize("given", [None, [], {"utdato": []}, "inn.csv"])
def test_what_is_no_table(runs: Runs, given: Any) -> None:
    with pytest.raises(CannotRun, match="ikke en tabell"):
        Rulebook(Workspace(runs.rulebook)).decide(given)


def test_tables_that_cannot_be_read(runs: Runs) -> None:
    book = Rulebook(Workspace(runs.rulebook))
    with pytest.raises(CannotRun, match="ingen kolonner"):
        book.decide(pa.table({}))
    con = duckdb.connect()
    relation = con.sql("SELECT 'E1' AS episode_id, DATE '2020-05-01' AS utdato")
    con.close()
    with pytest.raises(CannotRun, match="kan ikke leses"):
        book.decide(relation)


# ── What a run leaves out, and what its sums rest on ─────────────────────────────────────────────────────────


def test_columns_that_are_not_used_and_fields_that_are_not_there_are_told(runs: Runs) -> None:
    """Each may cost money, and no row says a word of it."""
    data = runs.csv("pasient_id;episode_id;utdato;betalt;ANNET;xyz\nP1;E1;2020-05-01;ja;100;x\n")
    told = said(runs(data), "Merk: Kolonnene ANNET og xyz er ikke felt og brukes ikke.",
                "Merk: Ingen kolonne er beløp, ", code=0)
    assert "hver rad er avgjort alene" not in told
    notes = runs.sums()["notes"]
    assert "Kolonnene ANNET og xyz er ikke felt og brukes ikke." in notes
    (runs.folder / "map.json").write_text(
        '{"columns": {"ANNET": "beløp", "xyz": null}}', encoding="utf-8")
    told = said(runs(data, "--map", runs.folder / "map.json", "--overwrite"), "1 rad avgjort", code=0)
    assert "brukes ikke" not in told


def test_rows_that_nobody_says_belong_together_are_told_of(runs: Runs) -> None:
    alone = ("Merk: Ingen kolonne er pasient.pasient_id, så hver rad er avgjort alene; regler som ser på andre "
             "episoder, ser ingen.")
    head, one = "episode_id;utdato;betalt\n", "E1;2020-05-01;ja\n"
    assert "flere ganger" not in said(runs(runs.csv(f"{head}{one};2020-05-01;ja\n;2020-05-01;ja\n")), alone, code=0)
    said(runs(runs.csv(f"{head}{one}E2;2020-05-01;ja\n{one}"), "--overwrite"), alone,
         "Merk: 2 rader har en episode_id som står flere ganger. Uten pasient.pasient_id avgjøres hver for seg, og det "
         "samme kan bli betalt to ganger.", code=0)


def test_what_sums_rest_on_is_told(isfrules: Isfrules, tmp_path: Path) -> None:
    """A sum of amounts by made-up weights is no real sum."""
    (tmp_path / "inn.csv").write_text("episode_id;utdato;drg\nE1;2020-05-01;442\n", encoding="utf-8")
    told = said(isfrules("run", tmp_path / "inn.csv", "-o", tmp_path / "ut.parquet"), "Merk: Tall i kostnadsvekt, ",
                "er laget for at reglene skal kunne prøves; beløp som hviler på dem, er ikke ekte.",
                "er ikke bekreftet av en publisert kilde.", code=0)
    assert "offisiell" not in told


def test_only_values_of_the_edition_s_own_days_count_among_what_sums_rest_on() -> None:
    def cited(standing: Standing) -> Citation:
        return Citation(Kilde("k", "K", "", 2020, "", standing), standing)

    edition = shipped("isf@2020")
    (rate, *_) = edition.rates.values()
    old = evolve(rate.values[0], valid_from=datetime.date(2015, 1, 1), citations=(cited("eksempel"),))
    new = evolve(old, valid_from=edition.valid_from, citations=(cited("offisiell"),))
    alone = evolve(edition, tables={}, clauses={}, rates={rate.name: evolve(rate, values=(old, new))})
    assert standing_notes([alone]) == ()
    later_on = evolve(new, valid_from=edition.valid_from + datetime.timedelta(days=1))
    mixed = evolve(alone, rates={rate.name: evolve(rate, values=(old, later_on))})
    assert [*standing_notes([mixed])] == [
        f"Tall i {rate.name} er laget for at reglene skal kunne prøves; beløp som hviler på dem, er ikke ekte."]
