"""What one run remembers: the values of every node and the outcome of every rule.

The explanation is read off this; nothing is evaluated a second time.
"""

import datetime
from typing import Any, Literal

from attrs import define, field, frozen

from rulesdsl.core.ir import Edition, Group, Result, Rule
from rulesdsl.evaluate.case import Case, Thing
from rulesdsl.evaluate.kleene import NOTHING, Unknown


@define(eq=False)
class Frame:
    """One thing that is being decided, or one element of a quantifier within it.

    ``seen`` has the value of every node that was asked, by identity; ``inner`` the frames of a quantifier's
    elements; ``groups`` how groups fell, for a clause may be an exception to several; ``bound`` are the
    things and elements that quantifiers have named.
    """

    run: "Run"
    this: Thing
    day: datetime.date | None
    bound: dict[str, Any] = field(factory=dict)
    seen: dict[int, Any] = field(factory=dict)
    inner: dict[int, list["Frame"]] = field(factory=dict)
    groups: "dict[int, GroupOutcome]" = field(factory=dict)

    def with_element(self, node: object, name: str, element: Any) -> "Frame":
        frame = Frame(self.run, self.this, self.day, {**self.bound, name: element})
        self.inner.setdefault(id(node), []).append(frame)
        return frame


Emptiness = Literal["no", "maybe", "yes"]


class Conflict:
    """The value of rules that stand against each other."""


CONFLICT = Conflict()


@frozen
class State:
    """What some rules come to together.

    ``empty``: whether no rule applies. ``value``: the value if one applies: a known value, ``CONFLICT``, or an
    ``Unknown``. ``by`` is the rule that decides, where there is one; ``waits`` is what would settle the rest.
    """

    empty: Emptiness
    value: Any = None
    by: Rule | None = None
    waits: Unknown = NOTHING


@frozen
class RuleOutcome:
    """A rule as it fell: ``holds`` (ja, nei or ukjent), its own state, and those of its exceptions."""

    rule: Rule
    holds: bool | Unknown
    state: State
    exceptions: tuple["GroupOutcome", ...]


@frozen
class GroupOutcome:
    """The rules of a clause for one result: each outcome, what they come to without exceptions, and with them."""

    group: Group
    rules: tuple[RuleOutcome, ...]
    exceptions: tuple["GroupOutcome", ...]
    own: State
    state: State


@frozen
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
    """One decision of one case under one edition."""

    edition: Edition
    case: Case
    frames: dict[Thing, Frame] = field(factory=dict)
    outcomes: dict[tuple[Thing, str], Outcome] = field(factory=dict)
