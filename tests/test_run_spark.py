"""``isfrules run --engine spark``: the same files as DuckDB gives, row for row, and never half a file. From Python, a
DataFrame is answered as a table of Arrow is."""

import datetime
import gc
import json
import os
import sys
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click.testing
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import test_tables
from backends.spark_session import missing
from backends.spark_session import spark as spark
from conftest import Isfrules
from flat_tables import table
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from national_cases import make
from sample_cases import EDITION
from test_facts_sql import doubtful, rows_of
from test_run import HEAD, RULEBOOK, Runs, failing, rows, said

from rulesdsl.batch import spark as running
from rulesdsl.batch import spark_decide as deciding
from rulesdsl.batch.api import Rulebook
from rulesdsl.batch.problems import CannotRun
from rulesdsl.batch.run import Job, planned, run
from rulesdsl.batch.spark_session import session
from rulesdsl.batch.spark_tables import Tables, opened
from rulesdsl.batch.summary import Summary
from rulesdsl.cli.run_plan import plan_json
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import faults, typed
from rulesdsl.sql.spark_values import in_spark
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


EXCEPTIONS = """
punkt tre «Tre»
  ifølge oss
  unntak fra to
  når beløp >= 200 kr
  refusjon er 3 * beløp

punkt fire «Fire»
  ifølge oss
  unntak fra en
  når beløp er 7 kr
  teller er nei
"""


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prøve")
    for year, least, more in ((2020, 0, EXCEPTIONS), (2021, 1, "")):
        (folder / f"{year}.isf").write_text(RULEBOOK.format(year=year, least=least) + more, encoding="utf-8")
    return folder


class SparkRuns(Runs):
    """Runs tables on Spark."""

    def __call__(self, data: Path | str, *options: str | Path, out: bool = True) -> click.testing.Result:
        return super().__call__(data, "--engine", "spark", *options, out=out)


@pytest.fixture
def runs(spark: Any, isfrules: Isfrules, rulebook: Path, tmp_path: Path) -> SparkRuns:
    return SparkRuns(isfrules, rulebook, tmp_path)


def both(
    workspace: Workspace, folder: Path, data: Path, parents: Path | None = None, on_spark: Path | None = None,
    brief: bool = False,
) -> Summary:
    """Run a table on both engines, and hold all three files of the one to those of the other."""
    job = Job(str(data), folder / "duckdb.parquet", parents=str(parents) if parents else None, brief=brief)
    other = attrs.evolve(job, data=str(on_spark or data), out=folder / "spark.parquet")
    wanted, found = run(job, workspace), running.run(other, workspace)
    assert attrs.evolve(found, data=job.data) == wanted
    for part in ("", "-feil"):
        assert told(folder / f"spark{part}.parquet") == told(folder / f"duckdb{part}.parquet")
    if on_spark is None:
        first, second = (json.loads((folder / f"{name}-sum.json").read_text("utf-8")) for name in ("duckdb", "spark"))
        assert first == second
    assert rows(f"SELECT rad FROM '{other.out}'") == rows(f"SELECT rad FROM '{other.out}' ORDER BY rad")
    return wanted


def told(file: Path) -> tuple[list[Any], list[Any]]:
    """The columns with their types, and the rows."""
    return rows(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{file}')"), rows(f"FROM '{file}' ORDER BY ALL")


# ── The same answers ─────────────────────────────────────────────────────────────────────────────────────────


def test_two_years_with_everything_that_can_be_wrong(spark: Any, runs: SparkRuns) -> None:
    """Faults of values, keys and dates, an orphan, holes, siblings of two editions, composed and decomposed letters,
    and lines that cannot be read."""
    lines = (
        "P1;A;2020-05-01;ja;100,505;3", "P1;A;2020-05-02;ja;1;", "P1;;2020-05-02;ja;1;", ";D;;ja;1;9",
        ";E;2019-05-02;ja;1;", "P2;A;2020-05-01;ja;100,50;1", "P2;B;2021-05-01;nei;200.25;ny", ";C;2020-05-01;;1;",
        "P3;B;2020-05-01", "\u00e5;\u00e5;2021-05-01;;1;bla\u030a", "a\u030a;a\u030a;2021-05-01;ja;1;r\u00f8d",
        "P9;X;2020-02-30;JA;1e5;r\u00f8d", "P3;Y;2021-12-31;tja; 1;", "P3; ;1799-01-01;nei;99999999999999999999;4",
        "P3;Q;2021-12-31;1;-0,10000;3", "P4;B;2020-05-01;ja;1;;x", "«;\"b\\'\"\"\";2020-05-01;ja;1;",
        "«;d;2020-05-01;ja;200;", "«;e;2020-05-01;ja;7,00;", "«;f;2020-05-01;;7;")
    data = runs.csv(HEAD + "\n".join(lines) + "\n")
    people = runs.csv("pasient_id,fodselsdato\nP1,1950-01-01\nP2,x\nP3,\n\u00e5,\n«,\n", "inn-pasienter.csv")
    summary = both(Workspace(runs.rulebook), runs.folder, data, people)
    assert summary.broken == 2
    assert {each.code for each in summary.aside} >= {"ISF510", "ISF511", "ISF512", "ISF514", "ISF515", "ISF530"}
    assert summary.decided >= 4
    assert summary.missing
    assert [(each.punkt, each.rows, each.total) for each in summary.given if each.edition == "prøve@2020"] == [
        ("tre", 1, 400), ("to", 4, Decimal("308.50")), ("fire", 1, -7)]


@pytest.mark.skipif(os.environ.get("ISFRULES_BIG") != "1", reason="takes minutes; set ISFRULES_BIG=1")
def test_episodes_of_isf_in_a_folder_of_files(spark: Any, tmp_path: Path) -> None:
    for year in (2019, 2020):
        make(tmp_path / str(year), 100, year=year, seed=year, error_share=0.1, hole_share=0.2)
    folder, whole = tmp_path / "episoder [1]", tmp_path / "alle.parquet"
    folder.mkdir()
    with duckdb.connect() as con:
        for year in (2019, 2020):
            con.execute(f"COPY (SELECT * REPLACE ('{year}-' || episode_id AS episode_id) FROM "
                        f"'{tmp_path}/{year}/episoder.parquet') TO '{folder}/{year}.parquet' (FORMAT parquet)")
        con.execute(f"COPY (FROM '{folder}/2019.parquet' UNION ALL BY NAME FROM '{folder}/2020.parquet') TO '{whole}' "
                    "(FORMAT parquet)")
        con.execute(f"COPY (SELECT DISTINCT ON (pasient_id) * FROM read_parquet('{tmp_path}/20*/pasienter.parquet')) "
                    f"TO '{tmp_path}/pasienter.parquet' (FORMAT parquet)")
    summary = both(SHIPPED, tmp_path, whole, tmp_path / "pasienter.parquet", folder)
    assert summary.set_aside >= 10
    assert {each.status for each in summary.lines} >= {"known", "unknown"}
    assert set(summary.editions) >= {"isf@2019", "isf@2020"}


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(things=st.lists(doubtful(), min_size=25, max_size=40))
def test_doubtful_values_are_read_alike(
    spark: Any, tmp_path_factory: pytest.TempPathFactory, things: list[dict[str, Any]]
) -> None:
    """Every type, in lists and records too: the typed facts, and what is wrong."""
    folder = tmp_path_factory.mktemp("tvil")
    documents = [{"pasient_id": "P1", "episoder": things}]
    with duckdb.connect() as con, session(folder) as own:
        rows_ = table(con, EDITION, "Episode", rows_of(documents))
        con.execute(f"COPY raw TO '{folder}/raw.parquet' (FORMAT parquet)")
        con.execute(f"CREATE TABLE fakta AS {typed(EDITION, 'Episode', rows_).sql(DIALECT)}")
        tables = Tables(own, folder)
        opened(tables, str(folder / "raw.parquet"), "raw")
        tables.keep("fakta", in_spark(typed(EDITION, "Episode", rows_)))
        wanted = [*map(plain, con.execute("FROM fakta ORDER BY rad").fetchall())]
        assert [*map(plain, tables.asked("SELECT * FROM fakta ORDER BY rad"))] == wanted
        wrong = faults(EDITION, "Episode", rows_, "fakta")
        assert {*map(plain, tables.asked(in_spark(wrong)))} == {
            tuple(each and unicodedata.normalize("NFC", each) if isinstance(each, str) else each for each in row)
            for row in con.execute(wrong.sql(DIALECT)).fetchall()}


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row with records as DuckDB gives them."""
    return tuple([one.asDict() if hasattr(one, "asDict") else one for one in each] if isinstance(each, list) else each
                 for each in row)


def test_columns_of_many_types_and_only_values(spark: Any, runs: SparkRuns) -> None:
    """Types of Parquet, a record, a name that the fields have otherwise, and values that mean others; no reasons are
    asked for."""
    data = runs.parquet("""SELECT * FROM (VALUES
        ('P1', 1, TIMESTAMP '2020-05-01 23:30:00', 1::TINYINT, 12.50::DECIMAL(9,2), 2.0::DOUBLE, {'skrevet': true}),
        ('P1', 2, TIMESTAMP '2020-05-02 00:00:00', 0::TINYINT, NULL, NULL, NULL),
        ('P2', 2, TIMESTAMP '2020-05-03 00:00:00', 7::TINYINT, 3.25::DECIMAL(9,2), 9.0::DOUBLE, {'skrevet': NULL}))
        AS t(PASIENT_ID, episode_id, utdato, betalt, "beløp", farge, avtale)""")
    workspace = Workspace(runs.rulebook)
    both(workspace, runs.folder, data, brief=True)
    job = Job(str(data), runs.out)
    assert plan_json(running.planned(job, workspace)) == plan_json(planned(job, workspace))


def test_many_rows_become_a_folder_of_files_in_order(
    spark: Any, runs: SparkRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file has its name before all are whole: a run that is killed, whenever that is, leaves nothing half."""
    named: list[str] = []
    replace = Path.replace

    def naming(path: Path, target: Path) -> Path:
        assert named or all(name.startswith(".ut.parquet.") for name in runs.left())
        named.append(target.name)
        return replace(path, target)

    monkeypatch.setattr(running, "MOST_IN_ONE", 3)
    monkeypatch.setattr(Path, "replace", naming)
    data = runs.csv(HEAD + "".join(f";{number};2020-05-01;ja;{10 * number};\n" for number in range(1, 8)))
    said(runs(data, "--brief"), "7 rader inn = 7 rader avgjort", "280,00", code=0)
    assert named == ["ut-feil.parquet", "ut-sum.json", "ut.parquet"]
    assert runs.left() == {*named}
    parts = sorted(runs.out.iterdir())
    assert len(parts) == 3
    assert [row for part in parts for row in rows(f"SELECT rad FROM '{part}'")] == [(number,) for number in range(1, 8)]
    said(runs(data, "--overwrite"), "er en mappe")


def test_an_empty_table(spark: Any, runs: SparkRuns) -> None:
    both(Workspace(runs.rulebook), runs.folder, runs.csv(HEAD))


def test_rows_that_nobody_says_belong_together(spark: Any, runs: SparkRuns) -> None:
    data = runs.csv("episode_id;utdato;betalt\nA;2020-05-01;ja\nB;2020-05-01;ja\nA;2020-05-01;ja\n;;\n")
    assert "2 rader har en episode_id" in both(Workspace(runs.rulebook), runs.folder, data).notes[0]


# ── From Python ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dataframe_is_answered_by_one_as_arrow_is(spark: Any, runs: SparkRuns) -> None:
    """In the session that it is of, where nothing else is changed; the answers stand when what made them is gone."""
    patients = pa.table({"pasient_id": ["P1"], "fodselsdato": [datetime.date(1990, 1, 1)]})
    rulebook = Rulebook.open(runs.rulebook, edition="prøve@2020")
    wanted = rulebook.decide(test_tables.table(), patients)
    own = spark.newSession()
    own.conf.set("spark.sql.ansi.enabled", "false")
    own.sql("SELECT 'min' AS hva").createOrReplaceTempView("svar")
    for name, each in (("episoder", test_tables.table()), ("pasienter", patients)):
        pq.write_table(each, runs.folder / f"{name}.parquet")
    before = own.getActiveSession()
    episodes = own.read.parquet(f"file://{runs.folder}/episoder.parquet")
    decided = rulebook.decide(
        episodes.selectExpr("*", "NULL AS farge", "1 AS annet", "NULL AS annet"),
        own.read.parquet(f"file://{runs.folder}/pasienter.parquet"))
    assert listed(decided.answers) == wanted.answers.to_pylist()
    assert listed(decided.set_aside) == wanted.set_aside.to_pylist()
    unused, absent, *others = decided.notes
    assert unused == "«annet» er ikke et felt og brukes ikke."
    assert (absent.replace("er merke", "er farge, merke"), *others) == wanted.notes
    assert own.getActiveSession() is before
    assert own.conf.get("spark.sql.ansi.enabled") == "false"
    assert [row.hva for row in own.table("svar").collect()] == ["min"]
    assert [row.viewName for row in own.sql("SHOW VIEWS").collect()] == ["svar"]
    left = decided.answers.where("`teller.status` = 'known'")
    assert left.sparkSession is own
    del decided
    gc.collect()
    assert left.count() == wanted.answers.column("teller.status").to_pylist().count("known") > 0


def test_a_dataframe_and_only_values(spark: Any, runs: SparkRuns) -> None:
    frame = spark.sql("SELECT 'A' AS id, DATE '2020-05-01' AS utdato, 'J' AS betalt, '12,50' AS `beløp`")
    decided = Rulebook.open(runs.rulebook).decide(frame, columns={"id": "episode_id"}, values={"betalt": {"J": "ja"}},
                                                  brief=True)
    assert listed(decided.answers) == [
        {"rad": 1, "pasient_id": None, "episode_id": "A", "utgave": "prøve@2020", "teller": True,
         "teller.status": "known", "refusjon": Decimal("12.50"), "refusjon.status": "known"}]
    assert listed(decided.set_aside) == []


def test_dataframes_that_cannot_be_decided(spark: Any, runs: SparkRuns) -> None:
    rulebook = Rulebook.open(runs.rulebook)
    with pytest.raises(CannotRun, match="«table» har ingen kolonne utdato"):
        rulebook.decide(spark.sql("SELECT raise_error('regnet ut') AS betalt"))
    twice = spark.sql("SELECT DATE '2020-05-01' AS utdato, true AS betalt, false AS Betalt, 1 AS merke, 2 AS merke")
    with pytest.raises(CannotRun, match="Feltet betalt er i flere kolonner"):
        rulebook.decide(twice)
    with pytest.raises(CannotRun, match="Kolonnen «merke» står flere ganger"):
        rulebook.decide(twice, columns={"Betalt": None})
    with pytest.raises(CannotRun, match="betalt» har lister"):
        rulebook.decide(spark.sql("SELECT DATE '2020-05-01' AS utdato, array(true) AS betalt"))


def listed(frame: Any) -> list[dict[str, Any]]:
    """The rows of a DataFrame, as Arrow lists them."""
    return [row.asDict(recursive=True) for row in frame.collect()]


# ── What stops a run ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_cannot_be_run(spark: Any, runs: SparkRuns) -> None:
    said(runs(runs.csv("episode_id;utdatoo\nA;2020-05-01\n")), "ingen kolonne utdato", "Mente du «utdatoo»?")
    zoned = runs.parquet("SELECT TIMESTAMPTZ '2020-05-01 00:30:00+02' AS utdato")
    said(runs(zoned), "utdato", "tidssone", "DATE")
    said(runs(runs.parquet("SELECT DATE '2020-05-01' AS utdato, 12.5::DOUBLE AS \"beløp\"")), "1 av verdiene")
    broken = runs.folder / "inn-brutt.parquet"
    broken.write_bytes(b"PAR1")
    said(runs(broken), "kan ikke leses som Parquet")
    empty = runs.folder / "inn-tom"
    empty.mkdir()
    said(runs(empty), "kan ikke leses som Parquet")
    said(runs(runs.folder / "borte.csv"), "finnes ikke")
    assert runs.left() == set()


def test_the_plan(spark: Any, runs: SparkRuns) -> None:
    data = runs.csv("Utdato;betaltt;avtale.skrevet;annet\n2020-05-01;ja;;x\n2021-01-01;ja;;x\n2019-01-01;;;\nx;;;\n")
    found, wanted = (runs(data, "--plan", "--format", "json", "--engine", engine, out=False)
                     for engine in ("spark", "duckdb"))
    assert (found.exit_code, found.stdout) == (0, wanted.stdout)
    assert runs.left() == set()


def test_a_run_that_fails_leaves_nothing(spark: Any, runs: SparkRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.errors import PySparkException

    data, before = runs.csv(HEAD + ";A;2020-05-01;ja;1;\n"), spark.sql("SHOW VIEWS").collect()
    for stopped, told in ((OSError(28, "No space left on device"), "Disken er full"),
                          (PySparkException("No space left on device"), "Disken er full"),
                          (PySparkException("java.lang.OutOfMemoryError"), "ikke nok minne")):
        monkeypatch.setattr(running, "decide_rows", failing(stopped))
        said(runs(data), told)
        assert runs.left() == set()
    monkeypatch.setattr(running, "decide_rows", failing(KeyboardInterrupt()))  # type: ignore[arg-type]
    assert runs(data).exit_code == 130
    assert runs.left() == set()
    assert spark.sql("SHOW VIEWS").collect() == before


def test_rows_that_are_lost_stop_the_run(spark: Any, runs: SparkRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = deciding._answer

    def losing(tables: Tables, *given: Any) -> str:
        name = whole(tables, *given)
        tables.view("tapt", f"SELECT * FROM `{name}` WHERE episode_id <> 'B'")
        return "tapt"

    monkeypatch.setattr(deciding, "_answer", losing)
    data = runs.csv(HEAD + ";A;2020-05-01;ja;1;\n;B;2020-05-01;ja;1;\n")
    with pytest.raises(CannotRun, match="Regnskapet går ikke opp: 2 rader inn, 1 avgjort"):
        running.run(Job(str(data), runs.out, brief=True), Workspace(runs.rulebook))
    assert runs.left() == set()


def test_without_spark_or_java(runs: SparkRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    data = runs.csv(HEAD)
    with monkeypatch.context() as patched:
        patched.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
        patched.setenv("PATH", "")
        patched.delenv("JAVA_HOME", raising=False)
        said(runs(data), "trenger Java", "Java 17")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    said(runs(data), "trenger pyspark", "pip install 'isfrules[spark]'")
    assert runs.left() == set()
