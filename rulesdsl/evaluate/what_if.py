"""Facts set by hand: ``--what-if avtale.forankret=ja``. Its main difference with loading is that the text is written
as authors write values, not as JSON.
"""

import datetime
import re
from collections.abc import Iterator

from attrs import frozen

from rulesdsl.core.ir import Edition, Entity, FieldDecl, Value
from rulesdsl.core.types import Code, ListOf, Type
from rulesdsl.evaluate.case import Element, Facts, Slot, Thing, error_of, near, reader
from rulesdsl.evaluate.documents import shortened
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.evaluate.facts import among_others
from rulesdsl.evaluate.read_value import MAX_ITEMS, Days, Wrong, converter, typed
from rulesdsl.source import canonical_name


@frozen(eq=False)
class Change:
    """A fact that was set: whose, which, and its values before and after (None for ukjent)."""

    thing: Thing
    path: tuple[str, ...]
    field: FieldDecl
    before: Value | tuple[Element, ...] | None
    value: Value | None


def parse_value(edition: Edition, type_: Type, text: str, days: Days = None) -> Value | CaseError | None:
    """The value that a text means; None for ``ukjent``. A code must be valid on some day of ``days``, if given."""
    value = _parsed(edition, type_, text, days)
    if isinstance(value, Wrong):
        return CaseError(value.code, f"Verdien {value.message}", "", shortened(text), value.hint)
    return value


def setting_of(text: str) -> tuple[str, str]:
    """The path and the value of ``felt=verdi``; a key in the path may have ``=`` in it."""
    found = _SETTING.fullmatch(text)
    path, value = found.groups() if found else ("", "")
    return path.strip(), value.strip()


_SETTING = re.compile(r"((?:\[[^\]]*\]|[^=\[])*)=(.*)", re.DOTALL)


def set_fact(thing: Thing, edition: Edition, path_text: str, text: str) -> Change | CaseError:
    """Change a fact of a thing, of what it belongs to (``pasient.fodselsdato``), or of another that belongs to that
    (``pasient.episoder[E2].stg``), as explanations write them. With an error nothing changes."""
    path_text = path_text.strip()
    below = {among_others(each): each for children in thing.children.values() for each in children}
    for name, child in below.items():
        if path_text.startswith(f"{name}."):
            return set_fact(child, edition, path_text.removeprefix(f"{name}."), text)
    names = [canonical_name(name.strip()) for name in path_text.split(".")]
    plans = reader(edition).plans
    above = thing.parent
    owner = above.entity.lower() if above is not None else ""
    if above is not None and len(names) > 1 and names[0] == owner and owner not in plans[thing.entity].slots:
        return set_fact(above, edition, ".".join(names[1:]), text)
    slots, found = plans[thing.entity].slots, None
    for depth, name in enumerate(names):
        if name not in slots:
            known = (*slots, *below, owner) if owner and not depth else (*slots, *below)
            where = "saken" if "[" in name else edition.id
            wrong = Wrong("ISF509", f"finnes ikke i {where}", near(shortened(name), known))
            return error_of(thing, shortened(path_text), wrong, text)
        found = slots[name]
        slots = {} if found.many else found.fields
    assert found is not None, "a split text has a part"
    return _set(thing, edition, found, text)


def _set(thing: Thing, edition: Edition, slot: Slot, text: str) -> Change | CaseError:
    plan = reader(edition).plans[thing.entity]
    key, date = (plan.entity.key,), (plan.entity.date,)
    where = ".".join(slot.path)
    value = _parsed(edition, slot.decl.type, text, _days(thing, plan.entity, edition))
    if value is None and slot.path == date:
        value = Wrong("ISF512", "kan ikke være ukjent, for den velger utgave")
    if isinstance(value, Wrong):
        return error_of(thing, where, value, text)
    if isinstance(value, datetime.date) and slot.path == date:
        for field, wrong, code in _no_longer_valid(plan.slots, thing.facts, (value, value)):
            return error_of(thing, field, wrong, code)
    before = thing.facts.get(slot.path)
    if value is None:
        for path in [path for path in thing.facts if path[: len(slot.path)] == slot.path]:
            del thing.facts[path]
    else:
        thing.facts[slot.path] = value
        if len(slot.path) > 1:
            thing.facts[slot.path[:-1]] = True
    if slot.path == key:
        thing.key = value if isinstance(value, str) else None
    return Change(thing, slot.path, slot.decl, before, value)


def _parsed(edition: Edition, type_: Type, text: str, days: Days) -> Value | Wrong | None:
    raw = typed(type_, text)
    if raw is None or isinstance(raw, Wrong):
        return raw
    if not isinstance(type_, ListOf):
        return converter(type_, edition)(raw, days)
    convert, items = converter(type_.item, edition), raw if isinstance(raw, list) else []
    if len(items) > MAX_ITEMS:
        return Wrong("ISF519", f"har flere enn {MAX_ITEMS} elementer")
    values: list[Value] = []
    for item in items:
        value = Wrong("ISF520", "har et tomt element") if item is None else convert(item, days)
        if isinstance(value, Wrong):
            return value
        values.append(value)
    return tuple(values)


def _days(thing: Thing, entity: Entity, edition: Edition) -> Days:
    if not entity.date:
        return edition.valid_from, edition.valid_to
    day = thing.facts.get((entity.date,))
    return (day, day) if isinstance(day, datetime.date) else None


def _no_longer_valid(slots: dict[str, Slot], facts: Facts, days: Days) -> Iterator[tuple[str, Wrong, str]]:
    """The codes of a thing that are not valid on other days."""
    for slot in slots.values():
        value = facts.get(slot.path)
        kind = slot.decl.type.item if isinstance(slot.decl.type, ListOf) else slot.decl.type
        if slot.convert is not None and isinstance(kind, Code):
            for code in value if isinstance(value, tuple) else (value,):
                wrong = slot.convert(code, days) if isinstance(code, str) else None
                if isinstance(wrong, Wrong):
                    yield ".".join(slot.path), wrong, str(code)
        elif slot.many and isinstance(value, tuple):
            for element in value:
                if isinstance(element, dict):
                    inner: Facts = {(name,): each for name, each in element.items()}
                    yield from _no_longer_valid(slot.fields, inner, days)
        else:
            yield from _no_longer_valid(slot.fields, facts, days)
