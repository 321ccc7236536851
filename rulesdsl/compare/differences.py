"""What is changed from one edition to another, as plain data: the parts that differ, and what differs within each."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from rulesdsl.core.ir import Edition, Value
from rulesdsl.core.ops import EXACT, rounded
from rulesdsl.core.types import Type
from rulesdsl.core.values import change as grown
from rulesdsl.core.values import spoken
from rulesdsl.evaluate.explanation import Written
from rulesdsl.source import frozen

PartKind = Literal[
    "punkt", "beslutning", "sats", "tabell", "kodeverk", "entitet", "post", "resultat", "egenskap", "kilde",
]

KINDS: tuple[PartKind, ...] = (
    "punkt", "beslutning", "sats", "tabell", "kodeverk", "entitet", "post", "resultat", "egenskap", "kilde",
)
"""The kinds of parts, in the order they are told."""

Way = Literal["new", "gone", "moved", "changed", "reworded"]
"""What happened: ``moved`` is to another number, ``reworded`` leaves every outcome as it is."""


@frozen
class Figure:
    """A value that became another, exactly."""

    type: Type
    before: Value | None
    after: Value | None

    @property
    def change(self) -> Decimal | None:
        """How much a number grew."""
        return grown(self.type, self.before, self.after)

    @property
    def percent(self) -> Decimal | None:
        """The same in per cent of what it was, with one digit; None where it was nothing."""
        if self.change is None or not isinstance(self.before, Decimal) or not self.before:
            return None
        return rounded("avrund", 1, EXACT.multiply(self.change, Decimal(100)), self.before.copy_abs())


@frozen
class Detail:
    """One thing that differs within a part.

    ``aspect`` says of what kind (``når``, ``krav``, ``regel``, ``rad`` …), ``name`` which one. ``sentence`` tells it;
    ``before`` and ``after`` are the two texts, which stand below the sentence where they are ``apart`` and in it
    otherwise. ``wording``: it is only words or sources. A ``minor`` one is left out where there are many.
    """

    aspect: str
    name: str
    way: Way
    sentence: str
    before: str = ""
    after: str = ""
    figure: Figure | None = None
    apart: bool = False
    wording: bool = False
    minor: bool = False


@frozen
class PartDifference:
    """A part that differs. ``name`` is what the later edition calls it and ``formerly`` the earlier; ``before`` and
    ``after`` are where it is written, None on the side that lacks it. ``affects_outcome``: it means something else,
    so that a case can be decided otherwise; without it only words, sources or the number are others."""

    kind: PartKind
    name: str
    formerly: str
    title: str
    way: Way
    affects_outcome: bool
    before: Written | None
    after: Written | None
    details: tuple[Detail, ...]

    @property
    def moved(self) -> bool:
        """Whether it has another number than it had."""
        return self.name != self.formerly


@frozen
class Head:
    """An edition by its id, title and days."""

    id: str
    rulebook: str
    name: str
    title: str
    valid_from: datetime.date
    valid_to: datetime.date
    known_from: datetime.date | None

    @property
    def called(self) -> str:
        """``ISF 2020``."""
        return f"{spoken(self.rulebook).upper()} {self.name}"


def head_of(edition: Edition) -> Head:
    return Head(edition.id, edition.rulebook, edition.name, edition.title, edition.valid_from, edition.valid_to,
                edition.known_from)


@frozen
class Differences:
    """All parts that two editions have differently, by kind and then in the order of their numbers."""

    before: Head
    after: Head
    parts: tuple[PartDifference, ...]

    def of_kind(self, kind: PartKind, affecting: bool) -> tuple[PartDifference, ...]:
        """The parts of a kind that change an outcome, or those that do not."""
        return tuple(each for each in self.parts if each.kind == kind and each.affects_outcome is affecting)

    def by_kind(self) -> Iterator[tuple[PartKind, tuple[PartDifference, ...]]]:
        """The parts that change an outcome, by kind."""
        for kind in KINDS:
            if found := self.of_kind(kind, affecting=True):
                yield kind, found

    @property
    def harmless(self) -> tuple[PartDifference, ...]:
        """The parts whose change leaves every outcome as it is."""
        return tuple(each for each in self.parts if not each.affects_outcome)
