"""The author's handbook is true: its blocks are a rulebook that works, and it holds the messages of today.

``ISFRULES_UPDATE=1`` writes the messages.
"""

import os
import re
from pathlib import Path

from rulesdsl.catalog.manual import START, in_handbook
from rulesdsl.evaluate.examples import try_examples
from rulesdsl.workspace import Workspace

HANDBOOK = Path(__file__).parent.parent / "regelverk" / "README.md"


def blocks(kind: str) -> list[str]:
    """What stands in the fences of a kind, before the chapter of messages."""
    text = HANDBOOK.read_text(encoding="utf-8").partition(START)[0]
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_the_blocks_are_a_rulebook_that_works(tmp_path: Path) -> None:
    parts = blocks("isf")
    head = next(number for number, part in enumerate(parts) if part.startswith("regelverk "))
    (tmp_path / "felles.isf").write_text("\n".join(parts[:head]), encoding="utf-8")
    (tmp_path / "laere.isf").write_text("\n".join(parts[head:]), encoding="utf-8")
    (tmp_path / "vekter.csv").write_text(blocks("csv")[0], encoding="utf-8")
    workspace = Workspace(tmp_path, cache=False)
    assert [problem.code for problem in workspace.checked.problems] == []
    edition = workspace.edition(workspace.index[0].id)
    assert edition is not None
    outcomes = try_examples(edition)
    assert outcomes
    assert [(each.example.title, each.failures) for each in outcomes if each.failures] == []


def test_the_handbook_holds_every_message() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    wanted = in_handbook(text)
    if os.environ.get("ISFRULES_UPDATE"):
        HANDBOOK.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted
