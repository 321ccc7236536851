"""The condition under which two editions can differ, proved, as plain data: nothing here needs the solver."""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from attrs import field

from rulesdsl.compare.cases import Answers
from rulesdsl.compare.changes import Way
from rulesdsl.compare.differences import Head
from rulesdsl.core.types import Type
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.documents import Json
from rulesdsl.evaluate.trace import Run
from rulesdsl.source import frozen

INSTALL = "pip install 'isfrules[prove]'"

SECONDS = 300.0
"""How long a proof may take, unless another limit is asked for."""

PARTS = 20
"""How many parts a condition may have, unless another limit is asked for."""

COUNT = 3
"""How many things of a kind a case may have, unless another limit is asked for."""

Answered = Literal["likt", "ulikt", "ikke ferdig"]
"""``likt``: no case differs. ``ulikt``: the parts are all that can. ``ikke ferdig``: there may be more than is told."""


Decided = tuple[tuple[Run, Thing], tuple[Run, Thing]]
"""How the interpreter decided a thing in either edition."""


@frozen
class Said:
    """A statement, the clause where the author wrote it and which requirement or rule of it, and what happened to
    that clause, if anything did."""

    text: str
    clause: str = ""
    part: str = ""
    changed: Way | None = None


@frozen
class Witness:
    """A case, decided in both editions. ``facts`` is what is known of each thing of it in words, the decided one
    first; ``place`` is where that stands in ``document``."""

    document: dict[str, Json] = field(repr=False)
    place: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    answers: Answers


@frozen
class Part:
    """Cases of which all of ``said`` holds, and at least one of ``either`` where there are any. ``always``: every
    such case has another answer, or (``if_known``) every one whose answer is known; else it may have. ``holds`` reads
    off a case that was decided in both editions whether it is one of them."""

    said: tuple[Said, ...]
    either: tuple[Said, ...]
    always: bool
    witness: Witness | None
    holds: Callable[[Decided], bool] = field(eq=False, repr=False)
    if_known: bool = False


@frozen
class Missing:
    """When the answer can be ukjent in one edition alone: only where one of ``fields`` is missing, or one of
    ``results`` has no answer."""

    fields: tuple[str, ...]
    results: tuple[str, ...]
    witness: Witness | None


@frozen
class Extreme:
    """The most that an amount can change by, in one direction. ``amount`` is None where there is no limit to it, and
    then ``grows_with`` names the facts, and ``by_one`` is the most with one unit of each; ``reason`` is why it is not
    known."""

    amount: Decimal | None
    grows_with: tuple[str, ...] = ()
    by_one: Decimal | None = None
    reason: str = ""


@frozen
class Difference:
    """What was found of a result. ``reason`` is why it is not done. ``up`` and ``down`` are of amounts alone.
    ``apart`` is the data that it may rest on and that both editions read, but not alike: of cases with such data
    nothing is found. Where they are all that is not done, there is no other reason."""

    result: str
    called: str
    type: Type
    entity: str
    answered: Answered
    speaks_of: str
    parts: tuple[Part, ...] = ()
    missing: Missing | None = None
    up: Extreme | None = None
    down: Extreme | None = None
    reason: str = ""
    apart: tuple[str, ...] = ()


@frozen
class Proof:
    """The whole answer. ``left_out`` are the cases that not both editions can read, and ``apart`` those of them that
    both read, but not alike; ``limits`` what the cases were limited to; ``not_compared`` the results that only one of
    the editions has."""

    before: Head
    after: Head
    differences: tuple[Difference, ...]
    left_out: tuple[str, ...]
    limits: tuple[str, ...]
    not_compared: tuple[str, ...]
    seconds: float
    apart: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether everything that was asked is settled; where nothing could be compared, nothing is."""
        return bool(self.differences) and all(each.answered != "ikke ferdig" and not each.apart
                                              for each in self.differences)
