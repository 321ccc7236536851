"""``python -m tests.benchmarks``: all benchmarks, or those whose names are given (``decision shell``)."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    chosen = [HERE / f"bench_{name}.py" for name in names] if names else sorted(HERE.glob("bench_*.py"))
    return int(pytest.main(["-q", "-s", "-p", "no:cacheprovider", *map(str, chosen)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
