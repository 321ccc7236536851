"""A slice of ISF 2020 in OpenFisca beside ``isfrules run``, from file to file: how long each takes, and what float32
costs, held against exact SQL.

The slice is stays and day treatments in somatic care: what counts, points and price; no rule that looks at several
episodes. ``isfrules`` decides it by the same rules (``openfisca_2020.isf``), and by all of the regelverk with every
result. ``pip install '.[bench]'`` brings
OpenFisca; ``BENCH_OPENFISCA`` may name another Python that has it. ``BENCH_MILLIONS`` says how many rows there are in
all, in millions; about 11 % of them are in the slice.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from rulesdsl.batch.run import Job, run
from rulesdsl.workspace import Workspace
from tests.benchmarks.handwritten import opened
from tests.national_cases import make

ROOT = Path(__file__).parents[2]
PYTHON = os.environ.get("BENCH_OPENFISCA", sys.executable if find_spec("openfisca_core") else "")
SLICE = "sektor = 'somatikk' AND omsorgsniva IN (1, 2) AND drg IS NOT NULL"
MILLIONS = float(os.environ.get("BENCH_MILLIONS", "1").split()[0])

EXACT = f"""
SELECT episode_id, tellende,
  CASE WHEN tellende THEN round(coalesce(korrigerte_poeng, vekt) * 45808 * 0.50, 2) ELSE 0 END::DECIMAL(18, 2)
    AS refusjon
FROM (
  SELECT e.*, v.vekt,
    journalfort AND rapportert_npr AND bosatt_i_norge
    AND debitor NOT IN (11, 12, 13, 20, 22, 24, 30, 32, 51, 60, 70, 99)
    AND NOT (utfort_av = 'annen' AND debitor <> 90)
    AND (utfort_av <> 'kommune' OR "avtale.mellom_nivaaer" AND "avtale.forankret" AND "avtale.sikrer_rapportering")
    AND saerformaal IS NULL AS tellende
  FROM episoder e LEFT JOIN vekt v ON v.slag = 'DRG' AND v.kode = e.drg
  WHERE {SLICE}
)
"""


@pytest.mark.skipif(not PYTHON, reason="OpenFisca is not installed: pip install '.[bench]'")
def test_a_slice_in_openfisca(tmp_path: Path) -> None:
    folder = make(tmp_path / "data", round(MILLIONS * 1_000_000))
    episodes, theirs, exact = tmp_path / "utsnitt.parquet", tmp_path / "openfisca.parquet", tmp_path / "exact.parquet"
    with duckdb.connect() as connection:
        of_all = f"FROM '{folder / 'episoder.parquet'}' WHERE {SLICE}"
        connection.execute(f"COPY ({of_all}) TO '{episodes}' (FORMAT parquet)")
    program = Path(__file__).with_name("openfisca_2020.py")
    weights = ROOT / "regelverk" / "isf" / "kostnadsvekt-2020.csv"
    done = subprocess.run([PYTHON, program, episodes, weights, theirs], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, kilobytes = json.loads(done.stdout.splitlines()[-1])
    start = time.perf_counter()
    with opened(episodes) as connection:
        connection.execute(f"COPY ({EXACT}) TO '{exact}' (FORMAT parquet)")
        taken = time.perf_counter() - start
        found = connection.execute(
            f"""SELECT count(*), count(*) FILTER (a.tellende <> b.tellende),
                  count(*) FILTER (round(b.refusjon::DOUBLE, 2)::DECIMAL(18, 2) <> a.refusjon),
                  max(abs(b.refusjon::DOUBLE::DECIMAL(18, 6) - a.refusjon)),
                  sum(a.refusjon), sum(b.refusjon::DOUBLE)::DECIMAL(18, 2) - sum(a.refusjon)
                FROM '{exact}' a JOIN '{theirs}' b USING (episode_id)""").fetchone()
    assert found is not None
    rows, differ, off, most, total, away = found
    patients = folder / "pasienter.parquet"
    Workspace(ROOT / "regelverk").edition("isf@2020")  # compiled before, as it is but the first time
    compiled, brief = (_by_isfrules(episodes, patients, tmp_path, brief) for brief in (False, True))
    same, same_brief = (_by_the_same_rules(episodes, tmp_path, brief) for brief in (False, True))
    with duckdb.connect() as connection:
        wrong = connection.execute(
            f"SELECT count(*) FROM '{exact}' a JOIN '{tmp_path / 'samme.parquet'}' b USING (episode_id) "
            "WHERE a.tellende IS DISTINCT FROM b.tellende OR a.refusjon IS DISTINCT FROM b.refusjon").fetchone()
    assert wrong == (0,)
    print(f"\n{rows:,} rows of the slice: OpenFisca {seconds:.2f} s and {kilobytes / 1024:.0f} MB; isfrules by the "
          f"same rules {same:.2f} s with reasons, {same_brief:.2f} s without, right to the øre in all; by all of the "
          f"regelverk {compiled:.2f} s with every result and its reasons, {brief:.2f} s without; "
          f"exact SQL {taken:.2f} s")
    print(f"tellende differs in {differ:,} rows; refusjon is not right to the øre in {off:,} ({off / rows:.1%}), "
          f"at most {most * 100:.2f} øre off; in all {away:+,.2f} of {total:,.2f} kr")


def _by_isfrules(episodes: Path, patients: Path, folder: Path, brief: bool) -> float:
    """Seconds of a run with all of the regelverk."""
    job = Job(str(episodes), folder / "ut.parquet", edition="isf@2020", parents=str(patients), overwrite=True,
              brief=brief)
    start = time.perf_counter()
    run(job, Workspace(ROOT / "regelverk"))
    return time.perf_counter() - start


def _by_the_same_rules(episodes: Path, folder: Path, brief: bool) -> float:
    """Seconds of a run with the rules that OpenFisca has."""
    rules = folder / "regler"
    rules.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("openfisca_2020.isf"), rules / "utsnitt.isf")
    with duckdb.connect() as connection:
        weights = f"read_csv('{ROOT / 'regelverk' / 'isf' / 'kostnadsvekt-2020.csv'}', delim = ';', all_varchar = true)"
        connection.execute(f"COPY (SELECT drg, vekt FROM {weights}) TO '{rules / 'kostnadsvekt-2020.csv'}' "
                           "(FORMAT csv, DELIMITER ';')")
    workspace = Workspace(rules)
    assert workspace.edition("utsnitt@2020") is not None
    start = time.perf_counter()
    run(Job(str(episodes), folder / "samme.parquet", overwrite=True, brief=brief), workspace)
    return time.perf_counter() - start
