"""The author's handbook holds the messages of today. ``ISFRULES_UPDATE=1`` writes them."""

import os
from pathlib import Path

from rulesdsl.catalog.manual import in_handbook

HANDBOOK = Path(__file__).parent.parent / "regelverk" / "README.md"


def test_the_handbook_holds_every_message() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    wanted = in_handbook(text)
    if os.environ.get("ISFRULES_UPDATE"):
        HANDBOOK.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted
