"""What is shipped: the wheel holds the code, the rulebooks and what the code reads, and runs on its own."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import distribution, packages_distributions, requires
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


def brought_along(names: set[str]) -> set[str]:
    """The distributions that come with some, themselves included, where nothing extra is asked for."""
    found: set[str] = set()
    while names - found:
        name = min(names - found)
        found.add(name)
        names = names | {re.split(r"[^\w.-]", each)[0].lower() for each in requires(name) or () if ";" not in each}
    return found


BARE = """
import sys
sys.modules.update(dict.fromkeys({absent}))
sys.argv[0] = "isfrules"
from rulesdsl.cli import main
main()
"""


@pytest.mark.parametrize(("words", "code", "said"), [
    ("explain {root}/examples/drg-442-korrigerte-poeng.json", 0, "3 552 639,44"),
    ("explain {root}/examples/forlop.json --all --format html", 0, "<html"),
    ("check {root}/regelverk/takst_jordmor", 0, "I orden"),
    ("check --prove", 2, "isfrules[prove]"),
    ("fmt --check {root}/regelverk/takst_jordmor", 0, ""),
    ("test takst_jordmor@2023 --mistakes --save {folder}/nye.isf", 0, "Eksemplene merker"),
    ("test takst_jordmor@2023 --mistakes --prove", 2, "isfrules[prove]"),
    ("show isf@2020 4.3.6", 0, "kommuner"),
    ("diff takst_jordmor@2022 takst_jordmor@2023", 0, "takst_jordmor@2023"),
    ("diff isf@2019 isf@2020 --prove", 2, "isfrules[prove]"),
    ("diff isf@2019 isf@2020 --data x.csv", 2, "isfrules[batch]"),
    ("prove isf@2020", 2, "isfrules[prove]"),
    ("thresholds isf@2020", 2, "isfrules[prove]"),
    ("run x.csv -o {folder}/x.parquet", 2, "isfrules[batch]"),
    ("explain --from x.parquet --row 1", 2, "isfrules[batch]"),
    ("sql isf@2020", 2, "isfrules[batch]"),
    ("schema --edition isf@2020", 0, "$schema"),
    ("verify {root}/examples/nothing.json", 2, "nothing.json"),
    ("convert --help", 0, "isfrules convert"),
])
def test_the_commands_where_nothing_extra_is_installed(words: str, code: int, said: str, tmp_path: Path) -> None:
    """Each does its work, or says what to install."""
    needed = brought_along({"lark", "attrs", "click", "rich", "jinja2"})
    own = sys.stdlib_module_names | {"rulesdsl"}
    absent = [module for module, sources in packages_distributions().items()
              if module not in own and not needed & {each.lower() for each in sources}]
    assert {"z3", "duckdb", "sqlglot", "pyarrow"} <= set(absent)
    arguments = [each.format(root=ROOT, folder=tmp_path) for each in words.split()]
    bare = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    run = subprocess.run([sys.executable, "-P", "-c", BARE.format(absent=absent), *arguments], cwd=ROOT, env=bare,
                         capture_output=True, text=True, encoding="utf-8")
    assert (run.returncode, "Traceback" in run.stderr) == (code, False), run.stderr
    assert said.replace(" ", "\xa0") in (run.stdout + run.stderr).replace(" ", "\xa0")


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
