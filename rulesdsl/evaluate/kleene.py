"""Not knowing: ukjent, what it waits for, and Kleene's logic with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from rulesdsl.evaluate.case import Thing

Missing = tuple[Thing, tuple[str, ...]]
"""A fact that is not known: the thing, and the path of the field."""


@frozen
class Unknown:
    """ukjent: the facts it waits for, and the results that cannot be told for another reason (a conflict, a gap)."""

    missing: frozenset[Missing] = frozenset()
    stuck: frozenset[tuple[Thing, str]] = frozenset()


NOTHING = Unknown()
"""Waits for nothing."""


def unknown_of(items: Iterable[Any]) -> Unknown:
    """The ukjent that waits for all that the ukjent ones among ``items`` wait for."""
    missing: frozenset[Missing] = frozenset()
    stuck: frozenset[tuple[Thing, str]] = frozenset()
    for item in items:
        if isinstance(item, Unknown):
            missing, stuck = missing | item.missing, stuck | item.stuck
    return Unknown(missing, stuck)


def conjunction(items: Sequence[Any]) -> bool | Unknown:
    """``og``: nei if one is nei, else ukjent if one is ukjent, else ja."""
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else unknown_of(items)


def disjunction(items: Sequence[Any]) -> bool | Unknown:
    """``eller``: ja if one is ja, else ukjent if one is ukjent, else nei."""
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else unknown_of(items)


def negation(item: Any) -> bool | Unknown:
    return item if isinstance(item, Unknown) else not item


def strict(meaning: Any, *items: Any) -> Any:
    """An operator of ``ops``: ukjent if an argument is."""
    return unknown_of(items) if any(isinstance(item, Unknown) for item in items) else meaning(*items)
