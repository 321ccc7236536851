"""``isfrules explain`` from the shell with a warm cache, against Python that imports the libraries and does nothing.

Both run from compiled Python files, as they do when pip has installed them.
"""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.timing import median, ratio, take_turns

ROOT = Path(__file__).parents[2]
SCRIPT = "import sys\nfrom rulesdsl.cli import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
CASE = "examples/kommune-avtale-ikke-forankret.json"


def test_explain_from_the_shell(tmp_path: Path) -> None:
    script = tmp_path / "isfrules"
    script.write_text(SCRIPT)  # what pip makes of the entry point
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def run(*command: str) -> None:
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)

    ways = [
        lambda: run("-c", "import lark, attrs, click, rich"),
        lambda: run(str(script), "explain", CASE),
        lambda: run(str(script), "explain", CASE, "--format", "json"),
        lambda: run(str(script), "explain", CASE, "--format", "html"),
        lambda: run("-m", "rulesdsl", "explain", CASE),
    ]
    for way in ways:
        way()
    base, *others = take_turns(ways, 30)
    print(f"\nimport lark, attrs, click, rich: {median(base, 1e3):.0f} ms")
    names = ("explain", "explain --format json", "explain --format html", "python -m rulesdsl explain")
    for name, seconds in zip(names, others, strict=True):
        print(f"{name}: {median(seconds, 1e3):.0f} ms; ratio {ratio(seconds, base)}")
