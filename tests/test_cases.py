"""Rulebooks with mistakes and the messages they give, beside each other in ``cases/bad``; those of ``cases/good`` give
none. ``ISFRULES_UPDATE=1`` writes the messages of today: read them before they are kept.

A case is a file, or a folder where it takes several. All may use ``felles ramme``, the frame of the catalogue.
"""

import os
from pathlib import Path

import pytest

from rulesdsl.catalog.frame import FILES, FRAME
from rulesdsl.check.editions import Checked, check
from rulesdsl.diagnostics import Problems, render_plain
from rulesdsl.syntax.parser import parse, read_text

CASES = Path(__file__).parent / "cases"
SHARED = "felles ramme «Ramme for prøvene»\n" + FRAME[FRAME.index("\n\n"):]


TABLES = "tabeller"
"""The folder of the CSV files that the cases name."""


def cases(kind: str) -> list[Path]:
    found = (CASES / kind).iterdir()
    return sorted(path for path in found if path.suffix == ".isf" or (path.is_dir() and path.name != TABLES))


def checked(path: Path) -> Checked:
    """The check of a case, with the frame beside it."""
    problems, home = Problems(), path if path.is_dir() else path.parent
    contents = {each.name: each.read_bytes() for each in (sorted(path.glob("*.isf")) if path.is_dir() else [path])}
    contents["ramme.isf"] = SHARED.encode()
    files = [parse(read_text(name, content, problems), problems) for name, content in contents.items()]

    def read(_: str, name: str) -> bytes | None:
        table = home / name
        return FILES[name].encode() if name in FILES else table.read_bytes() if table.is_file() else None

    return check(files, read, problems)


@pytest.mark.parametrize("path", cases("bad"), ids=lambda path: path.stem)
def test_bad(path: Path) -> None:
    found = checked(path).problems
    shown = "\n\n".join(map(render_plain, found)) + "\n"
    expected = path.with_suffix(".txt")
    if os.environ.get("ISFRULES_UPDATE"):
        expected.write_text(shown, encoding="utf-8")
    assert found
    assert shown == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", cases("good"), ids=lambda path: path.stem)
def test_good(path: Path) -> None:
    found = checked(path)
    assert "\n\n".join(map(render_plain, found.problems)) == ""
    assert found.editions


def test_every_list_of_messages_has_its_case() -> None:
    assert {path.stem for path in (CASES / "bad").glob("*.txt")} == {path.stem for path in cases("bad")}
