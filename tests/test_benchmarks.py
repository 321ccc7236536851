"""The benchmarks are run by hand; that they can be, is seen here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_benchmark_can_be_collected() -> None:
    files = sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py"))
    done = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider",
                           *map(str, files)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(f"{each.name}::" in done.stdout for each in files)
