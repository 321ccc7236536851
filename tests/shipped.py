"""The rulebooks that are shipped, compiled once for all tests of a process."""

from pathlib import Path

from rulesdsl.core.ir import Edition
from rulesdsl.workspace import Workspace

ROOT = Path(__file__).parents[1]
SHIPPED = Workspace(ROOT / "regelverk")


def shipped(name: str) -> Edition:
    """An edition by its id, such as ``isf@2020``."""
    edition = SHIPPED.edition(name)
    assert edition is not None, name
    return edition
