"""The numbers and dates of a case that a step can be taken in, and what a step is.

They are those of the thing that is decided, of what it belongs to (``pasient.fodselsdato``), and of what belongs to it
(``linjer.ganger``), where the step is taken in the first of them.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeVar

from attrs import frozen

from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.evaluate import case
from rulesdsl.prove import cases
from rulesdsl.prove.cases import Path

AnyThing = TypeVar("AnyThing", case.Thing, cases.Thing)


@frozen(eq=False)
class Stepped:
    """A field to take a step in. ``name`` is how it is called from the thing that is decided, and ``path`` how from its
    ``owner``. ``up`` are the entities that one asks for, each what the one before belongs to, to come from the one to
    the other; ``down`` those on the way where the owner belongs to the thing."""

    name: Path
    owner: str
    path: Path
    decl: ir.FieldDecl
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()

    def of(self, thing: AnyThing) -> AnyThing | None:
        """The owner in the case of a thing; None where there is none."""
        found: AnyThing | None = thing
        for _ in self.up:
            found = found.parent if found is not None else None
        for entity in self.down:
            found = next(iter(found.children.get(entity, ())), None) if found is not None else None
        return found

    def seen_from(self, name: str) -> ir.Expr | None:
        """The field of a thing that an expression has a name for; None where it is one of several things' below it."""
        ref: ir.Ref = ir.Bound(name)
        for each in self.up:
            ref = ir.Parent(ref, each)
        return None if self.down else ir.Field(self.decl.type, ref, self.path)


def stepped_fields(edition: ir.Edition, entity: str) -> dict[Path, Stepped]:
    """The numbers and dates that a result of an entity may rest on, by name."""
    return {name: each for name, each in fields_around(edition, entity).items()
            if isinstance(each.decl.type, types.Number | types.Date)}


def not_stepped(edition: ir.Edition, entity: str) -> list[str]:
    """The numbers and dates in lists, by name: a step is never taken in them."""
    found: list[str] = []
    for name, each in fields_around(edition, entity).items():
        match each.decl.type:
            case types.ListOf(types.Record(record)):
                inner = declared(edition, edition.records[record].fields)
                found += [".".join((*name, *path)) for path, decl in inner
                          if isinstance(decl.type, types.Number | types.Date)]
            case types.ListOf(types.Number() | types.Date()):
                found.append(".".join(name))
    return found


def fields_around(edition: ir.Edition, entity: str) -> dict[Path, Stepped]:
    """All fields that a result of an entity may rest on, by name: its own first, then those of what it belongs to, then
    those of what belongs to it."""
    found: dict[Path, Stepped] = {}
    for front, owner, up, down in _around(edition, entity):
        for path, decl in declared(edition, edition.entities[owner].fields):
            found.setdefault((*front, *path), Stepped((*front, *path), owner, path, decl, up, down))
    return found


def declared(
    edition: ir.Edition, fields: tuple[ir.FieldDecl, ...], above: Path = ()
) -> Iterator[tuple[Path, ir.FieldDecl]]:
    """All fields by path, those of records too."""
    for decl in fields:
        yield (*above, decl.name), decl
        if isinstance(decl.type, types.Record):
            yield from declared(edition, edition.records[decl.type.name].fields, (*above, decl.name))


def step_of(kind: types.Type) -> Decimal:
    """The smallest step of a type: of a date one day."""
    return EXACT.scaleb(Decimal(1), -kind.scale) if isinstance(kind, types.Number) else Decimal(1)


def after(kind: types.Type, value: ir.Value) -> ir.Value:
    """The value a step later."""
    if isinstance(value, Decimal):
        return EXACT.add(value, step_of(kind))
    assert isinstance(value, datetime.date)
    return value + datetime.timedelta(days=1)


def value_of(kind: types.Type, steps: int) -> ir.Value:
    """So many steps as a value."""
    if isinstance(kind, types.Number):
        return EXACT.scaleb(Decimal(steps), -kind.scale)
    return datetime.date.fromordinal(steps)


# ── Things around a thing ────────────────────────────────────────────────────────────────────────────────────


_Place = tuple[Path, str, tuple[str, ...], tuple[str, ...]]


def _around(edition: ir.Edition, entity: str) -> Iterator[_Place]:
    """How each kind of thing is called from a thing, which it is, and the way to it."""
    yield (), entity, (), ()
    up: tuple[str, ...] = ()
    owner = entity
    while owner := edition.entities[owner].parent:
        up = (*up, owner)
        yield tuple(each[:1].lower() + each[1:] for each in up), owner, up, ()
    yield from _under(edition, entity, (), ())


def _under(edition: ir.Edition, entity: str, front: Path, way: tuple[str, ...]
           ) -> Iterator[_Place]:
    for each in edition.entities.values():
        if each.parent == entity:
            down = (*way, each.name)
            yield (*front, each.plural), each.name, (), down
            yield from _under(edition, each.name, (*front, each.plural), down)
