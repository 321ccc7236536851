"""An explanation as it stands in a file, before anything in it is believed: its cases, receipts and documents."""

import datetime
import re
from collections.abc import Sequence
from typing import Any

from attrs import define, field

from rulesdsl.evaluate.documents import MAX_DEPTH, Json
from rulesdsl.evaluate.read_value import Wrong, read_date
from rulesdsl.evaluate.receipt import case_hash
from rulesdsl.source import frozen

_SHA256 = re.compile("[0-9a-f]{64}")

Object = dict[str, Json]

_MEMBERS = ("engine", "edition", "known", "corrections", "meaning", "case", "place", "forced", "document")

NEEDED = frozenset({"receipt", "edition", "known", "place", "forced", "document"})
"""Without these members of a receipt nothing can be decided again."""


@frozen(eq=False)
class Stated:
    """A case as it stands in the file. ``wrong`` are the members of its receipt that cannot be read; ``receipt`` is
    None where it has none."""

    case: Object
    receipt: Object | None = None
    wrong: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: Json) -> "Stated":
        case = raw if isinstance(raw, dict) else {}
        receipt = case.get("receipt")
        if receipt is None:
            return cls(case)
        if not isinstance(receipt, dict):
            return cls(case, {}, ("receipt",))
        return cls(case, receipt, tuple(name for name in _MEMBERS if not _fits(name, receipt.get(name))))

    def text(self, name: str) -> str:
        """A member of the receipt that is a text, or nothing."""
        value = (self.receipt or {}).get(name)
        return value if isinstance(value, str) else ""

    @property
    def document(self) -> Object | None:
        value = (self.receipt or {}).get("document")
        return value if isinstance(value, dict) else None

    @property
    def forced(self) -> bool:
        return (self.receipt or {}).get("forced") is True

    @property
    def known(self) -> datetime.date | None:
        """The day whose knowledge of the rules counts; None is now."""
        return datetime.date.fromisoformat(self.text("known")) if self.text("known") else None

    def of_case(self, name: str) -> str:
        value = self.case.get(name)
        return value if isinstance(value, str) else ""


def _fits(name: str, value: Json) -> bool:
    match name:
        case "meaning" | "case":
            return isinstance(value, str) and _SHA256.fullmatch(value) is not None
        case "known":
            return value is None or (isinstance(value, str) and not isinstance(read_date(value), Wrong))
        case "forced":
            return isinstance(value, bool)
        case "corrections":
            return isinstance(value, list) and all(isinstance(each, dict) for each in value)
        case "document":
            return value is None or (isinstance(value, dict) and not _is_deep(value))
        case _:
            return isinstance(value, str)


def _is_deep(value: Json) -> bool:
    """Whether a document is deeper than any case."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [below for each in level if isinstance(each, dict | list)
                 for below in (each.values() if isinstance(each, dict) else each)]
    return bool(level)


@define(eq=False)
class Source:
    """One document of the file, the cases that came from it by place, those that have been tried, and how the
    document comes out: by edition, whether that was asked for by name, and the day whose knowledge counts."""

    document: Object
    hash: str
    places: set[str] = field(factory=set)
    tried: set[str] = field(factory=set)
    answers: dict[tuple[str, bool, datetime.date | None], Any] = field(factory=dict)


def sources_of(cases: Sequence[Stated]) -> list[Source | None]:
    """For each case the document it came from: its own, else the latest before it in the file with its hash."""
    own = {id(case): Source(case.document, case_hash(case.document)) for case in cases
           if case.document is not None and "document" not in case.wrong}
    by_hash: dict[str, Source] = {}
    for case in reversed(cases):  # what stands first is found where nothing came before
        if source := own.get(id(case)):
            by_hash[source.hash] = by_hash[case.text("case") or source.hash] = source
    found: list[Source | None] = []
    for case in cases:
        if source := own.get(id(case)):
            by_hash[source.hash] = by_hash[case.text("case") or source.hash] = source
        elif case.receipt is not None:
            source = by_hash.get(case.text("case"))
        if source is not None:
            source.places.add(case.text("place"))
        found.append(source)
    return found
