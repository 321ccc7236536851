"""The author's handbook is true: its blocks are a rulebook that works, and it holds the messages of today.

``ISFRULES_UPDATE=1`` writes the messages.
"""

import os
import re
from pathlib import Path

import pytest
from conftest import Isfrules

from rulesdsl.catalog.manual import START, in_handbook
from rulesdsl.evaluate.examples import try_examples
from rulesdsl.trying import search
from rulesdsl.workspace import Workspace

HANDBOOK = Path(__file__).parent.parent / "regelverk" / "README.md"


def blocks(kind: str) -> list[str]:
    """What stands in the fences of a kind, before the chapter of messages."""
    text = HANDBOOK.read_text(encoding="utf-8").partition(START)[0]
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_the_blocks_are_a_rulebook_that_works(tmp_path: Path) -> None:
    files: list[list[str]] = []
    for part in blocks("isf"):
        if part.startswith(("felles ", "regelverk ", "rettelse ")):
            files.append([])
        files[-1].append(part)
    for number, parts in enumerate(files):
        (tmp_path / f"{number}.isf").write_text("\n".join(parts), encoding="utf-8")
    (tmp_path / "vekter.csv").write_text(blocks("csv")[0], encoding="utf-8")
    workspace = Workspace(tmp_path, cache=False)
    assert [problem.code for problem in workspace.checked.problems] == []
    editions = [edition for each in workspace.index if (edition := workspace.edition(each.id))]
    assert [edition.id for edition in editions] == ["laere@2020", "laere@2021"]
    outcomes = [each for edition in editions for each in try_examples(edition)]
    assert len(outcomes) > 4
    assert [(each.example.title, each.failures) for each in outcomes if each.failures] == []
    for edition in editions:
        assert {search(promise, edition).verdict for promise in workspace.promises(edition).values()} == {"holdt"}


def proved() -> list[str]:
    """The table of what is proved, line by line."""
    text = HANDBOOK.read_text(encoding="utf-8")
    start, end = "<!-- egenskapene: begynnelse -->\n", "<!-- egenskapene: slutt -->"
    return text.partition(start)[2].partition(end)[0].splitlines()


@pytest.mark.parametrize("name", [f"isf@{year}" for year in range(2017, 2026)])
def test_the_handbook_says_what_is_proved_of_each_edition(isfrules: Isfrules, name: str) -> None:
    """What is promised is proved, too: the command would end with a finding."""
    pytest.importorskip("z3", reason="proving needs the extra prove")
    result = isfrules("prove", "--edition", name, "--format", "markdown")
    made = result.output.splitlines()
    assert result.exit_code == 0
    assert {line for line in made if not line.startswith("| isf@")} <= set(proved())
    assert [line for line in made if line.startswith("| isf@")] == [
        line for line in proved() if line.startswith(f"| {name} ")]


def test_the_handbook_holds_every_message() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    wanted = in_handbook(text)
    if os.environ.get("ISFRULES_UPDATE"):
        HANDBOOK.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted
