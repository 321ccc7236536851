"""Deciding a table of national size under ISF 2020, from file to file: the compiled rules beside a query by hand.

The hand-written query (``handwritten_2020.sql``) gives three columns and no reasons; the compiled rules give every
result with its clause and what it waits for, and set rows with errors aside. ``BENCH_MILLIONS`` says how many rows, in
millions, one number or several (``1 3 7.5``). Each run is a process of its own, so that memory is its own too; they
take turns, and the first round, which fills the caches of the machine, does not count.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.timing import ratio
from tests.national_cases import make

ROOT = Path(__file__).parents[2]
ROUNDS = 3
MILLIONS = [float(word) for word in os.environ.get("BENCH_MILLIONS", "1").split()]

MEASURED = """
import json, resource, sys, time
from pathlib import Path
episodes, patients, output = map(Path, sys.argv[1:])
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""

BY_HAND = "from tests.benchmarks.handwritten import run; run(episodes, output)"
COMPILED = """
from rulesdsl.batch.run import Job, run
from rulesdsl.workspace import Workspace
run(Job(str(episodes), output, edition="isf@2020", parents=str(patients), overwrite=True), Workspace(Path("regelverk")))
"""
WAYS = {"by hand": BY_HAND, "compiled": COMPILED}


def measured(work: str, folder: Path, output: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of a run of its own, imports included."""
    program = MEASURED.format(work=work.strip())
    files = (folder / "episoder.parquet", folder / "pasienter.parquet", output)
    done = subprocess.run([sys.executable, "-c", program, *map(str, files)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, kilobytes = json.loads(done.stdout.splitlines()[-1])
    return seconds, kilobytes / 1024


def agreement(one: Path, other: Path) -> str:
    """How many rows of two outputs have the same refusjon."""
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT count(*), count(*) FILTER (a.refusjon IS NOT DISTINCT FROM b.refusjon)"
            f" FROM '{one}' a JOIN '{other}' b USING (episode_id)").fetchone()
    assert found is not None
    return f"{found[1]:,} of {found[0]:,} rows have the same refusjon"


@pytest.mark.parametrize("millions", MILLIONS)
def test_a_year_of_the_nation(millions: float, tmp_path: Path) -> None:
    rows = round(millions * 1_000_000)
    folder = make(tmp_path / "data", rows)
    ways = {name: work for name, work in WAYS.items() if name != "compiled" or has_compiled()}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, work in ways.items():
            seconds = measured(work, folder, tmp_path / f"{name.replace(' ', '_')}.parquet")
            if turn:
                found[name].append(seconds)
    print()
    for name, runs in found.items():
        seconds = statistics.median(each for each, _ in runs)
        print(f"{rows:>10,} rows, {name:8}: {seconds:6.2f} s, {rows / seconds / 1e6:5.2f} million rows a second, "
              f"{max(memory for _, memory in runs):6.0f} MB at most")
    if "compiled" in found:
        times = [[seconds for seconds, _ in found[name]] for name in ("compiled", "by hand")]
        print(f"{'':10} compiled / by hand: {ratio(*times)}; "
              + agreement(tmp_path / "by_hand.parquet", tmp_path / "compiled.parquet"))


def has_compiled() -> bool:
    try:
        import rulesdsl.batch.run  # noqa: F401
    except ImportError:
        return False
    return True
