"""What is shipped: the wheel holds the code, the rulebooks and what the code reads, and runs on its own."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

import rulesdsl
from rulesdsl.workspace import find_root

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def build(target: str, source: Path, into: Path) -> Path:
    """The wheel or sdist of a source tree, built by the build backend itself, without a network."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)], cwd=source,
                   check=True, capture_output=True)
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def tree(folder: Path, *suffixes: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix in suffixes}


def content(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_code_and_all_that_it_reads(wheel: Path) -> None:
    code = tree(Path("rulesdsl"), ".py", ".lark", ".json", ".j2", ".typed")
    assert {"rulesdsl/syntax/grammar.lark", "rulesdsl/publish/explanation.schema.json", "rulesdsl/py.typed"} <= code
    assert code <= content(wheel)


def test_the_wheel_holds_the_rulebooks(wheel: Path) -> None:
    rulebooks = {name.replace("regelverk/", "rulesdsl/_regelverk/", 1)
                 for name in tree(Path("regelverk"), ".isf", ".csv", ".md")}
    assert "rulesdsl/_regelverk/isf/2020.isf" in rulebooks
    assert rulebooks <= content(wheel)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    assert {name.partition("/")[0] for name in content(wheel)} == {
        "rulesdsl", f"isfrules-{rulesdsl.__version__}.dist-info"}


def test_the_wheel_explains_a_case_in_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked alone in a folder, it finds the rulebooks that it ships."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    case = (ROOT / "examples" / "drg-442-korrigerte-poeng.json").read_text(encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ISFRULES_", "COV_"))}
    environment |= {"PYTHONPATH": str(tmp_path / "site"), "ISFRULES_CACHE": str(tmp_path / "cache")}
    run = subprocess.run([sys.executable, "-P", "-m", "rulesdsl", "explain", "-", "--format", "json"], input=case,
                         cwd=tmp_path / "empty", env=environment, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    (decided,) = json.loads(run.stdout)["cases"]
    assert decided["results"]["refusjon"]["value"] == "3552639.44"


def test_the_sdist_holds_what_the_tests_need(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "CHANGELOG.md", "pyproject.toml", ".ci/run", "tests/test_package.py"} <= names
    assert tree(Path("regelverk"), ".isf", ".csv") | tree(Path("examples"), ".json", ".jsonl") <= names


def test_a_wheel_of_the_sdist_is_the_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "tarfile", "-e", str(sdist), str(tmp_path)], check=True)
    (unpacked,) = tmp_path.iterdir()
    (tmp_path / "dist").mkdir()
    assert content(build("wheel", unpacked, tmp_path / "dist")) == content(wheel)


def test_the_version_is_one() -> None:
    installed = distribution("isfrules")
    assert installed.version == rulesdsl.__version__
    assert rulesdsl.__version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_command_is_installed() -> None:
    (entry,) = [each for each in distribution("isfrules").entry_points if each.group == "console_scripts"]
    assert (entry.name, entry.value) == ("isfrules", "rulesdsl.cli:main")
    assert callable(entry.load())


def test_users_need_no_more_than_these() -> None:
    names = {re.split(r"[<>=]", each)[0] for each in PROJECT["dependencies"]}
    assert names == {"lark", "attrs", "click", "rich", "jinja2"}


def test_where_rulebooks_are_found(tmp_path: Path) -> None:
    """The order: ``--rulebooks``, the variable, the nearest ``regelverk/`` here or above, those that are installed."""
    given, named, near, below = (tmp_path / name for name in ("a", "b", "c/regelverk", "c/d/e"))
    for folder in (given, named, near, below):
        folder.mkdir(parents=True)
    variable = {"ISFRULES_RULEBOOKS": str(named)}
    found = [find_root(given, variable, below), find_root(None, variable, below), find_root(None, {}, below)]
    assert [root.path for root in found if root] == [given, named, near]
    shipped = find_root(None, {}, tmp_path)
    assert shipped is not None
    assert (shipped.path / "isf" / "2020.isf").is_file()
    assert find_root(tmp_path / "nothing", variable, below) is None
