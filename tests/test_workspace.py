"""Where rulebooks are found, and the cache of compiled ones: quick where nothing has changed, and never stale."""

import datetime
import hashlib
import io
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from sample_rulebook import FALLBACK, HEAD, NEXT_YEAR, case, write

import rulesdsl
from rulesdsl import compiled
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import explain_text
from rulesdsl.diagnostics import Problems
from rulesdsl.source import Source, Span
from rulesdsl.syntax import ast
from rulesdsl.workspace import Workspace, find_root

SHOWN = json.dumps(case(a=True))


@pytest.fixture(autouse=True)
def _own_cache(_own_surroundings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """These are about the cache, and each has its own."""
    monkeypatch.setenv("ISFRULES_CACHE", str(tmp_path / "hurtiglager"))


@pytest.fixture
def regler(tmp_path: Path) -> Path:
    return write(tmp_path / "regler", a=HEAD + FALLBACK)


def answer(folder: Path, text: str = SHOWN, cache: bool = True) -> object:
    explained = explain_text(Workspace(folder, cache), text, "sak.json").cases[0]
    return explained.results[0].value if explained.results else explained.errors[0].code


# ── Where rulebooks are found ────────────────────────────────────────────────────────────────────────────────


def test_the_first_place_that_is_named_counts(tmp_path: Path) -> None:
    here, given, named = tmp_path / "a" / "b", tmp_path / "gitt", tmp_path / "variabel"
    for folder in (here, given, named, tmp_path / "a" / "regelverk", tmp_path / "regelverk"):
        folder.mkdir(parents=True)
    variable = {"ISFRULES_RULEBOOKS": str(named)}
    found = [find_root(given, variable, here), find_root(None, variable, here), find_root(None, {}, here)]
    assert [root.path for root in found if root] == [given, named, tmp_path / "a" / "regelverk"]
    assert [root.found_by for root in found if root] == [
        "--rulebooks", "variabelen ISFRULES_RULEBOOKS", "nærmeste regelverk/",
    ]
    (tmp_path / "a" / "regelverk").rmdir()
    above = find_root(None, {}, here)
    assert above is not None
    assert above.path == tmp_path / "regelverk"


def test_what_is_named_but_not_there_is_not_replaced_by_another(tmp_path: Path) -> None:
    (tmp_path / "regelverk").mkdir()
    assert find_root(tmp_path / "nei", {}, tmp_path) is None
    assert find_root(None, {"ISFRULES_RULEBOOKS": str(tmp_path / "nei")}, tmp_path) is None
    empty = find_root(None, {"ISFRULES_RULEBOOKS": ""}, tmp_path)
    assert empty is not None
    assert empty.found_by == "nærmeste regelverk/"


def test_the_rulebooks_that_came_along_are_the_last_resort(tmp_path: Path) -> None:
    root = find_root(None, {}, tmp_path)
    assert root is not None
    assert root.found_by == "fulgte med programmet"
    assert (root.path / "isf").is_dir()


def test_the_rulebooks_inside_an_installed_package_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "site" / "rulesdsl"
    (installed / "_regelverk").mkdir(parents=True)
    monkeypatch.setattr(rulesdsl, "__file__", str(installed / "__init__.py"))
    root = find_root(None, {}, tmp_path)
    assert root is not None
    assert root.path == installed / "_regelverk"


def test_a_file_is_read_with_its_neighbours(tmp_path: Path) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + FALLBACK)
    (folder / ".skjult.isf").write_text("x")
    workspace = Workspace(folder / "b.isf")
    assert workspace.rule_files() == ["b.isf", "a.isf"]
    assert [each.id for each in workspace.index] == ["prøve@2020", "prøve@2021"]


def test_tables_outside_the_rulebooks_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "hemmelig.csv").write_text("k;v\na;1\n")
    workspace = Workspace(write(tmp_path / "regler", a=HEAD + FALLBACK))
    assert workspace.read_table("regler/a.isf", "../hemmelig.csv") is None
    assert workspace.read_table("regler/a.isf", str(tmp_path / "hemmelig.csv")) is None


# ── The cache ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def compiles(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How often rulebooks were checked, as a list that grows."""
    import rulesdsl.check.editions as editions

    counted: list[int] = []
    check = editions.check

    def counting(*args: object, **kwargs: object) -> object:
        counted.append(1)
        return check(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(editions, "check", counting)
    return iter([counted]).__next__()  # type: ignore[return-value]


def kept() -> list[Path]:
    """The compiled editions, and the list of them."""
    return sorted(path for path in compiled.folder().glob("*/*") if not re.fullmatch(PARSED, path.name))


PARSED = "[0-9a-f]{64}.bin"


def parsed() -> list[Path]:
    return sorted(path for path in compiled.folder().glob("*/*") if re.fullmatch(PARSED, path.name))


def test_a_rulebook_is_compiled_once(regler: Path, compiles: list[int]) -> None:
    assert [answer(regler) for _ in range(3)] == [True] * 3
    assert len(compiles) == 1
    assert sorted(path.name for path in kept()) == ["index.bin", "prøve@2020.bin"]
    first, second = Workspace(regler, cache=False).edition("prøve@2020"), Workspace(regler).edition("prøve@2020")
    assert first == second


def test_a_change_of_any_file_counts(regler: Path, compiles: list[int]) -> None:
    assert answer(regler) is True
    path, stamp = regler / "a.isf", (regler / "a.isf").stat()
    # As many bytes, and the time put back: only the content tells.
    path.write_text((HEAD + FALLBACK).replace("når a", "når b"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert answer(regler) is None
    path.write_text(HEAD + FALLBACK)
    assert answer(regler) is True
    assert len(compiles) == 2
    path.rename(regler / "c.isf")
    assert answer(regler) is True
    assert len(compiles) == 3
    (regler / "vekt.csv").write_text("k;v\n")
    assert answer(regler) is True
    assert len(compiles) == 4
    (regler / "c.isf").write_text("regelverk")
    with pytest.raises(Exception, match="ingen utgave uten feil"):
        answer(regler)


def test_a_change_of_the_engine_counts(regler: Path, compiles: list[int], monkeypatch: pytest.MonkeyPatch,
                                       tmp_path: Path) -> None:
    before = compiled.key_of({})
    copy = tmp_path / "rulesdsl"
    shutil.copytree(Path(rulesdsl.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(rulesdsl, "__file__", str(copy / "__init__.py"))
    copied = compiled.key_of({})
    assert compiled.key_of({}) == copied != before
    (copy / "core" / "ops.py").touch()
    touched = compiled.key_of({})
    assert touched != copied
    (copy / "syntax" / "new.lark").write_text("")
    assert compiled.key_of({}) != touched
    monkeypatch.setattr(rulesdsl, "__version__", "99")
    assert compiled.key_of({}) not in (before, copied, touched)


def test_names_and_contents_do_not_run_together() -> None:
    keys = [compiled.key_of(files) for files in (
        {"a": b"bc"}, {"ab": b"c"}, {"a": b"", "b": b"c"}, {"a": b"b", "c": b""}, {"a": b"b 1 c 0 "}, {},
    )]
    assert len(set(keys)) == len(keys)


DAMAGES = {
    "empty": lambda content: b"",
    "cut short": lambda content: content[:-1],
    "head only": lambda content: content[:25],
    "a byte turned": lambda content: content[:80] + bytes([content[80] ^ 1]) + content[81:],
    "another format": lambda content: content.replace(b"compiled 1", b"compiled 2"),
    "more at the end": lambda content: content + b"x",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(damage: str, regler: Path, compiles: list[int]) -> None:
    answer(regler)
    for path in kept():
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert answer(regler) is True
    assert answer(regler) is True
    assert len(compiles) == 2
    kept()[1].write_bytes(b"")
    assert [answer(regler), answer(regler)] == [True, True]
    assert len(compiles) == 3


def sealed(payload: bytes) -> bytes:
    return compiled._MAGIC + hashlib.sha256(payload).digest() + payload


class Harm:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("harmful", [
    lambda path: pickle.dumps(Harm(path)),
    lambda path: pickle.dumps((Harm(path),), protocol=0),
    lambda path: b"\x80\x04cbuiltins\neval\n(V__import__('os').mkdir('" + str(path).encode() + b"')\ntR.",
    lambda path: b"\x80\x04\x8c\x15rulesdsl.core.ir.attrs\x8c\x06fields\x93.",
    lambda path: pickle.dumps(io.BytesIO(b"x")),
    lambda path: b"not a pickle",
    lambda path: b"." * 1000,
])
def test_a_kept_file_cannot_do_anything(harmful: object, regler: Path, tmp_path: Path, compiles: list[int]) -> None:
    answer(regler)
    mark = tmp_path / "merke"
    for path in kept():
        path.write_bytes(sealed(harmful(mark)))  # type: ignore[operator]
    assert answer(regler) is True
    assert not mark.exists()
    assert len(compiles) == 2


# ── Parsed files ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were parsed, as a list that grows."""
    import rulesdsl.syntax.parser as parser

    counted: list[str] = []
    parse = parser.parse

    def counting(source: Source, problems: Problems) -> ast.File:
        counted.append(source.name)
        return parse(source, problems)

    monkeypatch.setattr(parser, "parse", counting)
    return counted


def test_after_a_change_one_file_is_read_again(tmp_path: Path, parses: list[str]) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + FALLBACK)
    first = Workspace(folder).parsed
    assert parses == ["regler/a.isf", "regler/b.isf"]
    assert Workspace(folder).parsed == first == Workspace(folder, cache=False).parsed
    del parses[:]
    (folder / "b.isf").write_text(NEXT_YEAR + FALLBACK.replace("Ellers", "Ellers nå"))
    changed = Workspace(folder).parsed
    assert parses == ["regler/b.isf"]
    assert changed == Workspace(folder, cache=False).parsed != first
    assert len(parsed()) == 2  # a file takes the place of its earlier text


def test_a_file_with_a_message_is_read_each_time(tmp_path: Path, parses: list[str]) -> None:
    folder = write(tmp_path / "regler", a=HEAD + FALLBACK, b=NEXT_YEAR + "\npunkt\n")
    first, again = Workspace(folder).parsed, Workspace(folder).parsed
    assert first == again
    assert again[1]
    assert parses == ["regler/a.isf", "regler/b.isf", "regler/b.isf"]


def test_a_file_of_the_same_text_elsewhere_is_another(tmp_path: Path) -> None:
    one, other = (write(tmp_path / name / "regler", a=HEAD + FALLBACK) for name in ("en", "to"))
    renamed = write(tmp_path / "en" / "andre", a=HEAD + FALLBACK)
    for folder, name in ((one, "regler/a.isf"), (other, "regler/a.isf"), (renamed, "andre/a.isf")):
        for _ in range(2):
            files, _ = Workspace(folder).parsed
            assert {file.span.source.name for file in files.values()} == {name}


@pytest.mark.parametrize("damage", [
    *DAMAGES.values(), lambda content: sealed(pickle.dumps(("x", ast.File((), span=Span(Source("x", ""), 0, 0))))),
    lambda content: sealed(pickle.dumps(("x", Edition))), lambda content: sealed(pickle.dumps(("x",))),
])
def test_a_damaged_parsed_file_is_read_again(damage: Callable[[bytes], bytes], regler: Path, parses: list[str]) -> None:
    first = Workspace(regler).parsed
    for path in parsed():
        path.write_bytes(damage(path.read_bytes()))
    assert [Workspace(regler).parsed for _ in range(2)] == [first] * 2
    assert len(parses) == 2


def test_a_kept_parsed_file_cannot_do_anything(regler: Path, tmp_path: Path) -> None:
    first, mark = Workspace(regler).parsed, tmp_path / "merke"
    digest = hashlib.sha256((regler / "a.isf").read_bytes()).hexdigest()
    for path in parsed():
        path.write_bytes(sealed(pickle.dumps((digest, Harm(mark)))))
    assert Workspace(regler).parsed == first
    assert not mark.exists()


def test_only_the_expected_kind_is_taken(regler: Path) -> None:
    compiled.save("0" * 64, "x", (1, 2))
    assert compiled.load("0" * 64, "x", tuple) == (1, 2)
    assert compiled.load("0" * 64, "x", Edition) is None
    assert compiled.load("0" * 64, "y", tuple) is None
    compiled.save("0" * 64, "day", (datetime.date(2020, 1, 1),))
    assert compiled.load("0" * 64, "day", tuple) == (datetime.date(2020, 1, 1),)


def test_a_file_that_others_may_write_is_not_trusted(regler: Path, compiles: list[int]) -> None:
    answer(regler)
    for path in kept():
        assert path.stat().st_mode & 0o077 == 0
        path.chmod(0o666)
    assert answer(regler) is True
    assert len(compiles) == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can give a file away")
def test_a_file_of_another_user_is_not_trusted(regler: Path, compiles: list[int]) -> None:
    answer(regler)
    for path in kept():
        os.chown(path, 12345, 12345)
    assert answer(regler) is True
    assert len(compiles) == 2


@pytest.mark.parametrize("place", ["/dev/null", "/dev/null/x", "/proc/nei", "x" * 5000])
def test_where_nothing_can_be_kept_only_time_is_lost(
    place: str, regler: Path, compiles: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "folder", lambda: Path(place))
    assert [answer(regler), answer(regler)] == [True, True]
    assert len(compiles) == 2


def test_the_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ISFRULES_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compiled.folder() == tmp_path / "isfrules"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert compiled.folder() == tmp_path / ".cache" / "isfrules"


def keys() -> list[int]:
    """What is kept, where a version is called by its number."""
    return sorted(int(path.name, 16) for path in compiled.folder().iterdir() if len(path.name) == 64)


def keep(number: int, size: int = 1) -> None:
    """Keeps a version of so many bytes, which was used last when its number says."""
    key = f"{number:064x}"
    compiled.save(key, "index", ("x" * size,))
    os.utime(compiled.folder() / key, (number, number))


def test_old_versions_are_forgotten_and_nothing_else_is_touched() -> None:
    home = compiled.folder()
    (home / "notater").mkdir(parents=True)
    (home / "notater" / "viktig.bin").write_text("x")
    (home / "viktig.txt").write_text("x")
    for number in range(250):
        keep(number)
    assert keys() == [*range(50, 250)]
    assert (home / "notater" / "viktig.bin").exists()
    assert (home / "viktig.txt").exists()


def test_large_versions_are_forgotten_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_BYTES", 10_000)
    for number in range(10):
        keep(number, size=3_000)
    assert keys() == [6, 7, 8, 9]  # the last was empty yet when they were weighed
    keep(10, size=30_000)
    keep(11)
    keep(12)
    assert keys() == [10, 11, 12]


def test_what_is_in_use_is_not_forgotten() -> None:
    keep(0)
    for number in range(1, 250):
        os.utime(compiled.folder() / f"{0:064x}", (0, 0))
        assert compiled.load(f"{0:064x}", "index", tuple) == ("x",)
        keep(number)


def test_processes_that_compile_at_once_all_answer_alike(tmp_path: Path) -> None:
    environment = {**os.environ, "ISFRULES_CACHE": str(tmp_path / "tom"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rulesdsl", "explain", "examples/kommune-avtale-ikke-forankret.json",
               "--format", "json"]
    running = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for _ in range(6)]
    results = [process.communicate() for process in running]
    assert {process.returncode for process in running} == {0}, results[0][1]
    assert len({stdout for stdout, _ in results}) == 1
    assert {stderr for _, stderr in results} == {b""}
    left = [path.name for path in (tmp_path / "tom").glob("*/*")]
    assert {"index.bin", "isf@2020.bin"} <= set(left)
    assert {name[-4:] for name in left} == {".bin"}
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert again.stdout == results[0][0]


def test_who_has_no_home_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in some containers: every run compiles anew, and none fails."""
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")
    for name in ("ISFRULES_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert Workspace(ROOT / "regelverk").edition("takst_jordmor@2023") is not None
