"""README tells the truth: its commands run and show what stands there, its map is the tree, its tables are complete.

In what a command shows, a line ``…`` stands for any lines and ``…`` within a line for any text.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[tuple[int, str]]:
    """The fenced blocks of a kind, each with the line it begins on."""
    found = re.finditer(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [(README.count("\n", 0, each.start()) + 2, each[1]) for each in found]


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block, and what it shows."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def plain(text: str) -> str:
    """With ordinary spaces; those within a number are such that no line breaks there."""
    return text.replace("\u00a0", " ")


def matches(wanted: str, shown: str) -> bool:
    """Whether a text is as wanted. The kind of a space, and the spaces that end a line, do not count."""
    pattern = ""
    for line in wanted.rstrip().split("\n"):
        within = r"[^\n]*?".join(map(re.escape, line.split("…")))
        pattern += r"(?:[^\n]*\n)*?" if line.strip() == "…" else rf"{within}[ ]*\n"
    text = "\n".join(line.rstrip() for line in plain(shown).rstrip().split("\n")) + "\n"
    return re.fullmatch(pattern, text) is not None


@pytest.mark.parametrize(("wanted", "shown", "same"), [
    ("a\nb\n", "a\nb\n", True), ("a\n…\n", "a\nb\nc", True), ("a\n…\nc", "a\nc", True), ("a  …  b", "a  x  b  ", True),
    ("a", "a\nb", False), ("a\n…\nc", "a\nb", False), ("a  … b", "a\nb", False), ("(a)", "a", False),
])
def test_elision(wanted: str, shown: str, same: bool) -> None:
    assert matches(wanted, shown) == same


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a newcomer has: the rulebooks and the cases, in a folder of their own."""
    for folder in ("regelverk", "examples"):
        shutil.copytree(ROOT / folder, tmp_path / "clone" / folder)
    return tmp_path / "clone"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A shell where ``isfrules`` is the code of this tree."""
    program = tmp_path / "bin" / "isfrules"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m rulesdsl "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ISFRULES_", "FORCE_"))}
    return kept | {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1",
        "ISFRULES_CACHE": str(tmp_path / "cache"), "COLUMNS": "100", "NO_COLOR": "1",
    }


@pytest.mark.parametrize(("line", "block"), [pytest.param(*each, id=f"line {each[0]}") for each in blocks("console")])
def test_the_tour_shows_what_happens(line: int, block: str, clone: Path, environment: dict[str, str]) -> None:
    for command, wanted in commands(block):
        run = subprocess.run(["sh", "-c", command], cwd=clone, env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, encoding="utf-8")
        assert "Traceback" not in run.stdout, run.stdout
        if not matches(wanted, run.stdout):
            pytest.fail(f"README.md:{line}: $ {command}\n{run.stdout[:6000]}", pytrace=False)


class _AnySpace(doctest.OutputChecker):
    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(want, plain(got), optionflags)


def test_python_does_as_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("ISFRULES_CACHE", str(tmp_path))
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(_AnySpace())
    shown: list[str] = []
    for line, block in blocks("pycon"):
        runner.run(parser.get_doctest(block, {}, "README.md", "README.md", line), out=shown.append)
    assert not runner.summarize(verbose=False).failed, "".join(shown)


def test_the_test_with_generated_cases_runs(clone: Path, environment: dict[str, str]) -> None:
    ((_, text),) = blocks("python")
    assert len([line for line in text.splitlines() if line.strip()]) <= 10
    (clone / "test_generated.py").write_text(text, encoding="utf-8")
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "test_generated.py"], cwd=clone, env=environment,
                         capture_output=True, text=True, encoding="utf-8")
    assert "1 passed" in run.stdout, run.stdout + run.stderr


def test_the_case_of_readme_gives_the_published_figure(clone: Path, environment: dict[str, str]) -> None:
    ((_, case),) = blocks("json")
    run = subprocess.run(["sh", "-c", "isfrules explain -"], input=case, cwd=clone, env=environment,
                         capture_output=True, text=True, encoding="utf-8")
    assert "Refusjon    3 552 639,44 kr" in plain(run.stdout), run.stdout + run.stderr


# ── The commands at the top ──────────────────────────────────────────────────────────────────────────────────


def test_the_commands_come_first_and_ci_runs_the_one_for_tests() -> None:
    (_, explain), (_, explain_by_uv), (_, tests), (last, tests_by_uv) = blocks("sh")
    assert last < 35
    assert all(each.startswith("python3 -m venv .venv && .venv/bin/pip install ") for each in (explain, tests))
    assert all(each.startswith("uv") for each in (explain_by_uv, tests_by_uv))
    assert explain.partition("isfrules explain ")[2] == explain_by_uv.partition("isfrules explain ")[2]
    assert (ROOT / explain.split()[-1]).is_file()
    (pattern,) = re.findall(r"grep -m 1 -E '([^']*)' README", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    (run,) = [line for line in README.splitlines() if re.search(pattern, line)]
    assert run == tests.strip()


# ── The map ──────────────────────────────────────────────────────────────────────────────────────────────────

def on_the_map() -> set[str]:
    """Every path that the map names. A line is names with `` · `` between, and then what they are."""
    ((_, text),) = blocks("text")
    found, above = set(), list[str]()
    for line in text.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.split(r"  +", line.strip())[0].split(" · ")
        above = [*above[:depth], names[0].rstrip("/")]
        found |= {"/".join([*above[:depth], name.rstrip("/")]) for name in names}
    return found


def test_the_map_names_nothing_else_than_the_tree() -> None:
    gone = sorted(path for path in on_the_map() if not (ROOT / path).exists())
    assert not gone, "the map names what is not there"


def test_the_map_names_every_module() -> None:
    named = on_the_map()
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "rulesdsl").rglob("*")
            if path.suffix in (".py", ".lark", ".json") or (path.is_dir() and any(path.glob("[!_]*")))}
    wanted = {path for path in code if "__" not in path}
    wanted |= {f"tests/{path.name}" for path in (ROOT / "tests").iterdir() if path.is_dir() and "__" not in path.name}
    lacking = sorted(wanted - named)
    assert not lacking, "the map lacks these"


def test_the_layers_of_readme_are_those_that_hold() -> None:
    from test_layers import LAYERS

    rows = re.findall(r"^\| (\d) \| ([^|]*) \|", section("Layers"), re.MULTILINE)
    stated = {name.removesuffix("/").removesuffix(".py"): int(layer)
              for layer, rooms in rows for name in re.findall(r"`([^`]*)`", rooms)}
    assert stated == {room: layer for room, layer in LAYERS.items() if not room.startswith("__")}


# ── The tables ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_law_has_its_test() -> None:
    tests = {name for path in (ROOT / "tests").rglob("test_*.py")
             for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    stated = set(re.findall(r"`(test_\w+)`", section("Properties")))
    assert stated
    assert stated <= tests


def test_the_glossary_holds_every_keyword() -> None:
    grammar = (ROOT / "rulesdsl" / "syntax" / "grammar.lark").read_text(encoding="utf-8")
    keywords = set(re.findall(r'^_?[A-Z_]+(?:\.\d)?: "([^\W\d_]+)"', grammar, re.MULTILINE))
    explained = set(re.findall(r"[^\W\d_]+", " ".join(re.findall(r"`([^`]*)`", section("Glossary")))))
    assert len(keywords) > 50
    assert not keywords - explained


def test_every_scheme_is_listed() -> None:
    editions = {path.stem for path in (ROOT / "regelverk" / "isf").glob("*.isf") if path.stem.isdigit()}
    assert {f"isf@{name}" for name in editions} == set(re.findall(r"isf@\d+", section("Schemes")))


def test_statuses_and_formats_are_documented() -> None:
    from typing import get_args

    from rulesdsl.evaluate.explanation import Role, Status

    text = section("An explanation")
    assert all(f"`{each}`" in text for each in (*get_args(Status), *get_args(Role)))


def test_every_field_of_a_result_is_documented() -> None:
    from rulesdsl.publish.json import explanation_schema

    defined = explanation_schema()["$defs"]
    text = section("An explanation")
    fields = {name for part in ("case", "result", "error") for name in defined[part]["properties"]}
    assert not {name for name in fields if f"`{name}`" not in text}


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#\s]+)\)", README)
    assert not [each for each in targets if "://" not in each and not (ROOT / each).exists()]
    titles = re.findall(r"^## (.*)$", README, re.MULTILINE)
    headings = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]*)\)", README)) <= headings
