"""The lines of a CSV file, counted: a quotation mark that nobody ended takes the lines after it into itself, and they
would be gone without a word."""

from collections.abc import Mapping
from pathlib import Path

from rulesdsl.batch.problems import cannot

_PIECE = 1 << 23


def check_lines(file: Path, name: str, read: int) -> None:
    """Stop where lines of a text are neither its first line, nor among those ``read`` (as rows, or as lines that could
    not be), nor empty."""
    lost = lost_lines(file, read)
    if lost:
        said = "egen rad: den" if lost == 1 else "egne rader: de"
        raise cannot(f"{lines_said(lost)} i «{name}» er ikke lest som {said} står inne i anførselstegn.",
                     "Se etter et anførselstegn som ikke er avsluttet, og skriv tekst over flere linjer på én.")


def lines_said(number: int) -> str:
    """So many lines, in words."""
    return "1 linje" if number == 1 else f"{number} linjer"


def broken_notes(reasons: Mapping[str, int]) -> tuple[str, ...]:
    """Why lines could not be read, with how many there are of each reason, those of most lines first."""
    found = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return tuple(f"{lines_said(many)} kan ikke leses: {why}." for why, many in found)


def lost_lines(file: Path, read: int) -> int:
    """How many lines those are."""
    ends = _line_ends(file)
    if ends <= read + 1:
        return 0
    with file.open("rb") as opened:  # slower, as empty lines must be told from others
        whole = sum(1 for line in opened if line.strip(b"\r\n"))
    return max(0, whole - read - 1)


def _line_ends(file: Path) -> int:
    """How many lines there are; the last need not end with a line break."""
    count, last = 0, b"\n"
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            count += piece.count(b"\n")
            last = piece[-1:]
    return count + (last != b"\n")
