"""A slice of ISF 2020 in OpenFisca beside exact SQL, from file to file: how long it takes, and what float32 costs.

The slice is stays and day treatments in somatic care: what counts, points and price; no rule that looks at several
episodes. OpenFisca runs under a Python of its own, for it has demands on numpy of its own: ``BENCH_OPENFISCA`` names
it. ``BENCH_MILLIONS`` says how many rows there are in all, in millions; about 11 % of them are in the slice.
"""

import json
import os
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.handwritten import prepare
from tests.national_cases import make

ROOT = Path(__file__).parents[2]
PYTHON = os.environ.get("BENCH_OPENFISCA", "")
MILLIONS = float(os.environ.get("BENCH_MILLIONS", "1").split()[0])

EXACT = """
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
  WHERE sektor = 'somatikk' AND omsorgsniva IN (1, 2) AND drg IS NOT NULL
)
"""


@pytest.mark.skipif(not PYTHON, reason="BENCH_OPENFISCA names no Python with openfisca-core")
def test_a_slice_in_openfisca(tmp_path: Path) -> None:
    folder = make(tmp_path / "data", round(MILLIONS * 1_000_000))
    episodes, theirs, exact = folder / "episoder.parquet", tmp_path / "openfisca.parquet", tmp_path / "exact.parquet"
    program = Path(__file__).with_name("openfisca_2020.py")
    weights = ROOT / "regelverk" / "isf" / "kostnadsvekt-2020.csv"
    done = subprocess.run([PYTHON, program, episodes, weights, theirs], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, kilobytes = json.loads(done.stdout.splitlines()[-1])
    with duckdb.connect() as connection:
        start = time.perf_counter()
        prepare(connection, episodes)
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
    print(f"\n{rows:,} rows of the slice: OpenFisca {seconds:.2f} s and {kilobytes / 1024:.0f} MB, "
          f"exact SQL {taken:.2f} s")
    print(f"tellende differs in {differ:,} rows; refusjon is not right to the øre in {off:,} ({off / rows:.1%}), "
          f"at most {most * 100:.2f} øre off; in all {away:+,.2f} of {total:,.2f} kr")
