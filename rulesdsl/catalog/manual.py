"""The messages as a chapter of the author's handbook, in Markdown. The handbook holds just this text between two
markers; a test compares them."""

from collections.abc import Iterator

from rulesdsl.catalog import CATALOG
from rulesdsl.catalog.entry import Entry

START, END = "<!-- meldinger:start -->", "<!-- meldinger:slutt -->"

SERIES = {
    "1": "Det som ikke kan leses", "2": "Navn", "3": "Typer, enheter og tall", "4": "Utgaver, kilder og tabeller",
    "5": "Saker", "6": "Avgjørelser og bevis",
}


def manual() -> str:
    """Every message by series: what it says, why, a wrong example and a right one."""
    lines: list[str] = []
    for first, title in SERIES.items():
        entries = [each for code, each in sorted(CATALOG.items()) if code[3] == first]
        lines += [f"### {title}", "", *(line for each in entries for line in _entry(each))]
    return "\n".join(lines).rstrip() + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    kind = "" if entry.severity == "feil" else f" ({entry.severity})"
    yield from (f"#### {entry.code} {entry.title}{kind}", "", entry.why, "")
    fence = "json" if entry.code[3] == "5" else "isf"
    for label, text in (("Galt", entry.wrong), ("Riktig", entry.right)):
        if text.strip():
            yield from (f"{label}:", "", f"```{fence}", text.strip("\n"), "```", "")


def in_handbook(handbook: str) -> str:
    """The handbook with the chapter of today between its markers."""
    before, _, rest = handbook.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{manual()}\n{END}{after}"
