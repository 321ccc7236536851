"""What one run remembers: the values of every node and the outcome of every rule.

The explanation is read off this; nothing is evaluated a second time. Nothing here is changed once it is made; the
classes are not frozen, because a decision makes hundreds of them.
"""

import datetime
from typing import Any, Literal

from attrs import define, field

from rulesdsl.core.ir import Edition, Group, Result, Rule
from rulesdsl.evaluate.case import Case, Thing
from rulesdsl.evaluate.kleene import NOTHING, Missing, Unknown


@define(eq=False)
class Frame:
    """One thing that is being decided, or one element of a quantifier within it.

    ``seen`` has the value of every node that was asked, by identity; ``inner`` the frames of a quantifier's
    elements; ``groups`` how groups fell, for a clause may be an exception to several; ``told`` the facts that the
    explanation has made. ``bound`` are the things and elements that quantifiers have named, ``places`` where in the
    case those elements stand. ``looked`` tells what a rule of this thing looked through: all things of an entity that
    belong to one; ``others`` the results of other things that the explanation came upon, by how they are called.
    """

    run: "Run"
    this: Thing
    day: datetime.date | None
    bound: dict[str, Any] = field(factory=dict)
    places: dict[str, Missing] = field(factory=dict)
    seen: dict[int, Any] = field(factory=dict)
    inner: dict[int, list["Frame"]] = field(factory=dict)
    groups: "dict[int, GroupOutcome]" = field(factory=dict)
    told: dict[int, Any] = field(factory=dict)
    looked: set[tuple[Thing | None, str]] = field(factory=set)
    others: dict[str, tuple[Thing, str]] = field(factory=dict)

    def with_thing(self, name: str, thing: Thing) -> "Frame":
        """The frame of one thing of a quantifier."""
        self.run.frames[self.this].looked.add((thing.parent, thing.entity))
        return Frame(self.run, self.this, self.day, {**self.bound, name: thing}, self.places)

    def with_element(self, name: str, element: Any, items: Missing, index: int) -> "Frame":
        """The frame of one element of the list that stands at ``items``."""
        thing, path = items
        place = (thing, (*path[:-1], f"{path[-1]}[{index}]"))
        bound, places = {**self.bound, name: element}, {**self.places, name: place}
        return Frame(self.run, self.this, self.day, bound, places)


Emptiness = Literal["no", "maybe", "yes"]


class Conflict:
    """The value of rules that stand against each other."""


CONFLICT = Conflict()


@define(eq=False)
class State:
    """What some rules come to together.

    ``empty``: whether no rule applies. ``value``: the value if one applies: a known value, ``CONFLICT``, or an
    ``Unknown``. ``by`` is the rule that decides, where there is one; ``waits`` is what would settle the rest.
    """

    empty: Emptiness
    value: Any = None
    by: Rule | None = None
    waits: Unknown = NOTHING


@define(eq=False)
class RuleOutcome:
    """A rule as it fell: ``holds`` (ja, nei or ukjent), its own state, its exceptions, and what they come to."""

    rule: Rule
    holds: bool | Unknown
    state: State
    exceptions: tuple["GroupOutcome", ...]
    excepted: State


@define(eq=False)
class GroupOutcome:
    """The rules of a clause for one result: the outcome of each, its exceptions, and what all come to together."""

    group: Group
    rules: tuple[RuleOutcome, ...]
    exceptions: tuple["GroupOutcome", ...]
    state: State


@define(eq=False)
class Outcome:
    """A result of a thing: status, value, the deciding rule, what it waits for, and how its groups fell."""

    result: Result
    status: Literal["known", "unknown", "conflict", "no_rule"]
    value: Any
    rule: Rule | None
    waits: Unknown
    groups: tuple[GroupOutcome, ...]


@define(eq=False)
class Run:
    """One decision of one case under one edition. ``reasons`` and ``marks`` are those of results, once they
    have been made."""

    edition: Edition
    case: Case
    frames: dict[Thing, Frame] = field(factory=dict)
    outcomes: dict[tuple[Thing, str], Outcome] = field(factory=dict)
    reasons: dict[tuple[Thing, str], Any] = field(factory=dict)
    marks: dict[tuple[Thing, str], Any] = field(factory=dict)


def day_of(thing: Thing, edition: Edition) -> datetime.date | None:
    """The day whose satser count: the rettsdato, or the nearest day of an edition that was asked for by name."""
    day = thing.facts.get((edition.entities[thing.entity].date,))
    return min(max(day, edition.valid_from), edition.valid_to) if isinstance(day, datetime.date) else None
