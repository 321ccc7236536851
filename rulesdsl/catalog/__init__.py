"""The catalogue of messages: for each code what it says, why, a wrong example and a right one.

``entry(code)`` gives one; ``CATALOG`` holds all. The examples are tried by the tests, and the author's handbook is
made from them. One file a series: 1xx syntax, 2xx names, 3xx types, 4xx editions and sources, 5xx data.
"""

from rulesdsl.catalog.data import DATA
from rulesdsl.catalog.entry import Entry
from rulesdsl.catalog.syntax import SYNTAX

CATALOG: dict[str, Entry] = {item.code: item for item in (*SYNTAX, *DATA)}


def entry(code: str) -> Entry:
    return CATALOG.get(code) or Entry(code, "Melding", "", "", "")
