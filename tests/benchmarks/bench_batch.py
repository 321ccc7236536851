"""Deciding a table of national size under ISF 2020, from file to file: the compiled rules beside queries by hand.

Two queries are the yardsticks. ``handwritten_2020_all.sql`` gives every result as the compiled rules do, also of rows
with holes, and sets the same rows aside, but gives no reasons; ``handwritten_2020.sql`` gives three results of rows of
which all is known, and looks for no errors: what somebody would write who wants an answer today. The compiled rules are
also run in their brief form (values and statuses alone), which tells what the reasons cost. ``BENCH_MILLIONS`` says how
many rows, in millions, one number or several (``1 3 7.5``); ``BENCH_ERRORS`` and ``BENCH_HOLES`` how large a share of
them has an error, or lacks something (``0.001``, ``0.01``; else none). Each run is a process of its own, so that memory
is its own too; they take turns, and the first round, which fills the caches of the machine, does not count.
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
ERRORS, HOLES = (float(os.environ.get(name, "0")) for name in ("BENCH_ERRORS", "BENCH_HOLES"))

MEASURED = """
import json, sys, time
from pathlib import Path
episodes, patients, output = map(Path, sys.argv[1:])
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps([seconds, int(peak)]))
"""
"""Peak memory as Linux tells it: that of ``getrusage`` is at least what the process took that started this one."""

THREE = "from tests.benchmarks.handwritten import run; run(episodes, output)"
ALL = "from tests.benchmarks.handwritten import run_all; run_all(episodes, patients, output)"
COMPILED = """
from rulesdsl.batch.run import Job, run
from rulesdsl.workspace import Workspace
run(Job(str(episodes), output, edition="isf@2020", parents=str(patients), overwrite=True, brief={brief}),
    Workspace(Path("regelverk")))
"""
WAYS = {
    "by hand, three results": THREE, "by hand, all results": ALL,
    "compiled, brief": COMPILED.format(brief=True), "compiled": COMPILED.format(brief=False),
}
COMPARED = (
    ("compiled", "by hand, all results"), ("compiled, brief", "by hand, all results"),
    ("compiled", "by hand, three results"), ("compiled", "compiled, brief"),
    ("by hand, all results", "by hand, three results"),
)


def measured(work: str, folder: Path, output: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of a run of its own, imports included."""
    program = MEASURED.format(work=work.strip())
    files = (folder / "episoder.parquet", folder / "pasienter.parquet", output)
    done = subprocess.run([sys.executable, "-c", program, *map(str, files)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, kilobytes = json.loads(done.stdout.splitlines()[-1])
    return seconds, kilobytes / 1024


def agreement(one: Path, other: Path) -> str:
    """How many rows of two outputs have the same values, in all columns that both have."""
    with duckdb.connect() as connection:
        mine, theirs = ({each[0] for each in connection.execute(f"DESCRIBE FROM '{file}'").fetchall()}
                        for file in (one, other))
        same = " AND ".join(f'a."{name}" IS NOT DISTINCT FROM b."{name}"' for name in sorted(mine & theirs))
        found = connection.execute(
            f"SELECT (SELECT count(*) FROM '{one}'), (SELECT count(*) FROM '{other}'), count(*) FILTER ({same})"
            f" FROM '{one}' a JOIN '{other}' b USING (episode_id)").fetchone()
    assert found is not None
    return f"{found[0]:,} and {found[1]:,} rows, of which {found[2]:,} are the same"


@pytest.mark.parametrize("millions", MILLIONS)
def test_a_year_of_the_nation(millions: float, tmp_path: Path) -> None:
    rows = round(millions * 1_000_000)
    folder = make(tmp_path / "data", rows, error_share=ERRORS, hole_share=HOLES)
    outputs = {name: tmp_path / f"{name.replace(', ', '-').replace(' ', '_')}.parquet" for name in WAYS}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for turn in range(ROUNDS + 1):
        for name, work in WAYS.items():
            seconds = measured(work, folder, outputs[name])
            if turn:
                found[name].append(seconds)
    print()
    for name, runs in found.items():
        seconds = statistics.median(each for each, _ in runs)
        print(f"{rows:>10,} rows, {name:22}: {seconds:6.2f} s, {rows / seconds / 1e6:5.2f} million rows a second, "
              f"{max(memory for _, memory in runs):6.0f} MB at most")
    for one, other in COMPARED:
        times = [[seconds for seconds, _ in found[name]] for name in (one, other)]
        print(f"{'':10} {one} / {other}: {ratio(*times)}; {agreement(outputs[one], outputs[other])}")
