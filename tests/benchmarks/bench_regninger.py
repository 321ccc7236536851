"""A folder run over doctors' bills: combinations of lines both ways, repetitions, and caps over a patient's bills.

``BENCH_BILLS`` says how many bills, one number or several (``10000 100000 1000000``), each with ten lines; a patient
has some four. What is measured is the whole command: reading, checking, deciding lines and bills with what is missing,
writing, and the account. Told are also what the time grew by beside the number of bills, and the most memory.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
from made_bills import LINES, write

ROOT = Path(__file__).parents[2]
MANY = [int(word) for word in os.environ.get("BENCH_BILLS", "10000").split()]


def test_bills(tmp_path: Path) -> None:
    before: tuple[int, float] | None = None
    print()
    for many in MANY:
        data, out = tmp_path / f"regninger {many}", tmp_path / f"svar {many}"
        write(data, many)
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "rulesdsl", "--rulebooks", str(ROOT / "regelverk" / "takst_lege"), "run",
                        str(data), "-o", str(out), "--format", "json"], cwd=ROOT, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        lines, stand, fell, wait = duckdb.execute(
            'SELECT count(*), count(*) FILTER ("står"), count(*) FILTER ("står.punkt" = \'ugyldig_kombinasjon\'), '
            f"count(*) FILTER (\"refusjon.status\" = 'unknown') FROM '{out}/linjer.parquet'").fetchone() or (0, 0, 0, 0)
        assert many * LINES * 0.99 < lines <= many * LINES
        assert 0 < fell < lines - stand
        grown = f"; {many / before[0]:.0f} times the bills, {took / before[1]:.1f} times the time" if before else ""
        print(f"{many:8} bills, {lines} lines: {took:6.1f} s, {took / lines * 1e6:.0f} µs a line, at most "
              f"{memory:.2f} GiB{grown}; {stand} lines stand, {fell} fell for another, {wait} wait")
        before = many, took
