"""What the catalogue says of one message."""

from typing import Literal

from attrs import frozen


@frozen
class Entry:
    """``title`` says what is wrong in a few words, ``why`` why it matters. ``wrong`` is a text that gives the
    message and ``right`` the same text mended: ``.isf`` declarations, or a case in JSON for the 5xx series."""

    code: str
    title: str
    why: str
    wrong: str
    right: str
    severity: Literal["feil", "advarsel"] = "feil"
