"""Not knowing: ukjent, what it waits for, and Kleene's logic with it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import define

from rulesdsl.evaluate.case import Thing

Missing = tuple[Thing, tuple[str, ...]]
"""A fact that is not known: the thing, and the path of the field."""


@define(eq=False)
class Unknown:
    """ukjent: the facts it waits for, and the results that cannot be told for another reason (a conflict, a gap).

    It is never changed; it is not frozen because a decision makes hundreds.
    """

    missing: frozenset[Missing] = frozenset()
    stuck: frozenset[tuple[Thing, str]] = frozenset()


NOTHING = Unknown()
"""Waits for nothing."""


def unknown_of(items: Iterable[Any]) -> Unknown:
    """The ukjent that waits for all that the ukjent ones among ``items`` wait for."""
    found = NOTHING
    for item in items:
        if isinstance(item, Unknown) and item is not NOTHING and item is not found:
            first = found is NOTHING
            found = item if first else Unknown(found.missing | item.missing, found.stuck | item.stuck)
    return found


def conjunction(items: Iterable[Any]) -> bool | Unknown:
    """``og``: nei if one is nei, else ukjent if one is ukjent, else ja. No item is asked for after a nei."""
    unknown = []
    for item in items:
        if item is False:
            return False
        if item is not True:
            unknown.append(item)
    return unknown_of(unknown) if unknown else True


def disjunction(items: Iterable[Any]) -> bool | Unknown:
    """``eller``: ja if one is ja, else ukjent if one is ukjent, else nei. No item is asked for after a ja."""
    unknown = []
    for item in items:
        if item is True:
            return True
        if item is not False:
            unknown.append(item)
    return unknown_of(unknown) if unknown else False


def negation(item: Any) -> bool | Unknown:
    """``ikke``: ukjent stays ukjent."""
    return item if isinstance(item, Unknown) else not item


def strict(meaning: Callable[..., Any], *items: Any) -> Any:
    """An operator of ``ops``: ukjent if an argument is."""
    for item in items:
        if isinstance(item, Unknown):
            return unknown_of(items)
    return meaning(*items)


def many(meaning: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> Any:
    """An operator of ``ops`` that takes any number of arguments: ukjent if one is."""
    for item in items:
        if isinstance(item, Unknown):
            return unknown_of(items)
    return meaning(items)
