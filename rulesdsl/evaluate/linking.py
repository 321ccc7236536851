"""Contacts of a course that speak of one another: a payment that stands on a bill names the bill, by a field that is
called as the bill's key is.

The one corrects the other, so both must be there and settled, and what they come to together must make sense.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import evolve

from rulesdsl.core.ir import Edition, Entity
from rulesdsl.core.ops import EXACT
from rulesdsl.core.values import listed, shown
from rulesdsl.evaluate.course import Contact
from rulesdsl.evaluate.documents import Json
from rulesdsl.evaluate.documents import shown as written
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.source import canonical_name, frozen

Name = tuple[str, str]
"""How others call a thing: the name of its key, and the key."""


@frozen(eq=False)
class Told:
    """A contact with what its document says of it."""

    contact: Contact
    edition: Edition
    raw: Mapping[str, Json]

    @property
    def entity(self) -> Entity | None:
        case = self.contact.cases[0] if self.contact.cases else None
        return self.edition.entities.get(case.entity) if case else None


def linked(told: Sequence[Told], latest: Iterable[Edition]) -> tuple[list[Contact], tuple[str, ...]]:
    """The contacts, where those that name others wait for these, or say what is wrong; and what might be counted twice
    because nobody says that the one stands on the other."""
    keys = {entity.key for edition in latest for entity in edition.entities.values() if entity.parent}
    by_name: dict[Name, Told] = {}
    for each in told:
        if each.entity is not None:
            by_name |= dict.fromkeys(_names(each.raw, each.entity, each.edition), each)
    found: list[Contact] = []
    referring: dict[Name, list[Told]] = {}
    for each in told:
        for name in _named(each, keys):
            referring.setdefault(name, []).append(each)
    for each in told:
        contact = each.contact
        for name in _named(each, keys):
            contact = _held_to(contact, name, by_name.get(name), referring[name])
        found.append(contact)
    return found, tuple(_doubtful(told, keys))


def _names(raw: Mapping[str, Json], entity: Entity, edition: Edition) -> Iterator[Name]:
    """What a thing and all that belongs to it are called."""
    key = raw.get(entity.key)
    if isinstance(key, str):
        yield entity.key, canonical_name(key)
    for child in edition.entities.values():
        items = raw.get(child.plural) if child.parent == entity.name else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield from _names(item, child, edition)


def _links(each: Told, keys: set[str]) -> list[str]:
    """The fields by which a contact can name another."""
    entity = each.entity
    return [decl.name for decl in entity.fields if decl.name in keys and decl.name != entity.key] if entity else []


def _named(each: Told, keys: set[str]) -> list[Name]:
    named = [(name, each.raw.get(name)) for name in _links(each, keys)]
    return [(name, canonical_name(value)) for name, value in named if isinstance(value, str)]


def _held_to(contact: Contact, name: Name, other: Told | None, referring: Sequence[Told]) -> Contact:
    """A contact that names another: with an error where that is not there or the two do not fit, and waiting for it
    where it is not settled."""
    place = f"{contact.place}.{name[0]}"
    contact = evolve(contact, on=(*contact.on, other.contact.called if other else name[1]))
    if other is None:
        said = f"{contact.called}: {name[0]} «{name[1]}» er ikke i forløpet"
        error = CaseError("ISF534", said, place, written(name[1]),
                          "Ta med det den viser til, eller ta bort feltet.")
        return evolve(contact, errors=(*contact.errors, error), left_out=True)
    if not other.contact.settled:
        waits = tuple(evolve(each, waits=(*each.waits, other.contact.called)) for each in contact.payments)
        return evolve(contact, payments=waits)
    for payer, amount in _together([other.contact, *(each.contact for each in referring)]).items():
        if amount < 0:
            kind = next(each.result.type for each in contact.payments if each.result.payer == payer)
            both = f"{contact.called} og {other.contact.called}"
            said = f"{both}: til sammen skulle {payer} ha betalt {shown(kind, amount)}"
            error = CaseError("ISF535", said, place, written(name[1]),
                              "Se om beløpet er det samme som på det den viser til.")
            return evolve(contact, errors=(*contact.errors, error), left_out=True)
    return contact


def _together(contacts: Iterable[Contact]) -> dict[str, Decimal]:
    """What each pays for some contacts together; where the rulebooks have several units of money, these do not meet in
    one that corrects another."""
    found: dict[str, Decimal] = {}
    for contact in contacts:
        for payment in contact.payments:
            if payment.amount is not None:
                found[payment.result.payer] = EXACT.add(found.get(payment.result.payer, Decimal(0)), payment.amount)
    return found


def _doubtful(told: Sequence[Told], keys: set[str]) -> Iterator[str]:
    """Two contacts of one day for which the same one pays, where the one could say that it stands on the other."""
    by_day: dict[datetime.date | None, list[Told]] = {}
    for each in told:
        if each.entity is not None and each.contact.payments:
            by_day.setdefault(each.contact.day, []).append(each)
    for each in told:
        links = [name for name in _links(each, keys) if each.raw.get(name) is None]
        if not links or len(links) < len(_links(each, keys)):
            continue
        for other in by_day.get(each.contact.day, ()):
            names = _names(other.raw, other.entity, other.edition) if other.entity is not None else ()
            key = next((name for name, _ in names if name in links), None)
            both = _paying(each.contact) & _paying(other.contact)
            if other is not each and key and both and each.contact.day is not None:
                yield (f"{each.contact.called} og {other.contact.called} er samme dag, og {listed(sorted(both))} "
                       f"betaler for begge. Er det samme betaling, skriv {key} på {each.contact.called}.")


def _paying(contact: Contact) -> set[str]:
    return {each.result.payer for each in contact.payments if each.amount}
