"""The catalogue of messages: for each code what it says, why, a wrong example and a right one.

``entry(code)`` gives one; ``CATALOG`` holds all. The examples are tried by the tests, and the author's handbook is
made from them. One file a series: 1xx syntax, 2xx names, 3xx types, 4xx editions and sources, 5xx data, 6xx decisions
and proofs.
"""

from rulesdsl.catalog.data import DATA
from rulesdsl.catalog.decisions import DECISIONS
from rulesdsl.catalog.editions import EDITIONS
from rulesdsl.catalog.entry import Entry
from rulesdsl.catalog.names import NAMES
from rulesdsl.catalog.proof import PROOF
from rulesdsl.catalog.syntax import SYNTAX
from rulesdsl.catalog.types import TYPES

SERIES: dict[str, tuple[Entry, ...]] = {
    "1": SYNTAX, "2": NAMES, "3": TYPES, "4": EDITIONS, "5": DATA, "6": (*DECISIONS, *PROOF),
}
"""The entries by the first digit of their codes."""

CATALOG: dict[str, Entry] = {item.code: item for series in SERIES.values() for item in series}


def entry(code: str) -> Entry:
    """The entry of a code; every code that is given has one."""
    return CATALOG[code]
