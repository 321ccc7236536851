"""Cases that two editions can both read: their facts are of the fields that both have, and their codes are valid in
both. What only one of them can read is left out, and said to be."""

import datetime
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from rulesdsl.core import ir, types
from rulesdsl.core.types import Type
from rulesdsl.core.values import spoken
from rulesdsl.prove.cases import Path, Thing, World
from rulesdsl.prove.sym import UNKNOWN, NotProvable, Sym
from rulesdsl.prove.terms import Logic
from rulesdsl.prove.words import Words, list_uses


class Both(World):
    """The cases of two editions. ``left_out`` says what other cases there are, of one edition alone."""

    def __init__(self, before: ir.Edition, after: ir.Edition) -> None:
        shared = _Shared(before, after)
        super().__init__(shared.edition, Words(before, after), list_uses(before, after))
        self.left_out = shared.left_out
        self._sides = before, after
        self._types = shared.types

    def fact(self, thing: Thing, path: Path, type_: Type) -> Sym:
        """A fact of a thing; nothing is known of a field that only one of the editions has."""
        kind = self._types.get((thing.entity, path))
        return UNKNOWN if kind is None else super().fact(thing, path, kind)

    def kind(self, thing: Thing, path: Path) -> Type | None:
        """The type of a fact that both editions have."""
        return self._types.get((thing.entity, path))

    def paths(self) -> Iterable[tuple[str, Path]]:
        """The entity and path of every field that both have, as they are declared."""
        return self._types

    def _valid(self, thing: Thing, member: ir.Member) -> Logic:
        if self._date(thing) != ("",):
            return super()._valid(thing, member)
        kodeverk = next(name for name, each in self.edition.kodeverk.items() if member in each.members)
        return all(
            (each.valid_from is None or each.valid_from <= side.valid_to)
            and (each.valid_to is None or each.valid_to >= side.valid_from)
            for side in self._sides for each in side.kodeverk[kodeverk].members if each.name == member.name
        )


def days_of(before: ir.Edition, after: ir.Edition) -> tuple[datetime.date, datetime.date]:
    """The days of the cases: from the first of either edition to the last."""
    return min(before.valid_from, after.valid_from), max(before.valid_to, after.valid_to)


class _Shared:
    """What two editions have in common of how a case is read."""

    def __init__(self, before: ir.Edition, after: ir.Edition) -> None:
        self.before, self.after = before, after
        self.left_out: list[str] = []
        self.kodeverk = {name: self._kodeverk(before.kodeverk[name], other)
                         for name, other in after.kodeverk.items() if name in before.kodeverk}
        self.records: dict[str, ir.RecordDecl] = {}
        entities = {name: self._entity(before.entities[name], other)
                    for name, other in after.entities.items() if name in before.entities}
        self._lone("entiteten", before.entities, after.entities)
        first, last = days_of(before, after)
        self.edition = evolve(after, valid_from=first, valid_to=last, kodeverk=self.kodeverk,
                              records=self.records, entities=entities)
        self.types = {(entity.name, path): kind for entity in entities.values()
                      for path, kind in self._paths(entity.fields, ())}
        self._say_codes()

    def _entity(self, old: ir.Entity, new: ir.Entity) -> ir.Entity:
        if (old.key, old.date, old.parent, old.plural) != (new.key, new.date, new.parent, new.plural):
            raise NotProvable(f"{new.name} har en annen nøkkel, rettsdato eller plass i de to utgavene")
        return evolve(new, fields=self._fields(old.fields, new.fields, new.name))

    def _fields(
        self, old: tuple[ir.FieldDecl, ...], new: tuple[ir.FieldDecl, ...], where: str
    ) -> tuple[ir.FieldDecl, ...]:
        before, after = ({each.name: each for each in side} for side in (old, new))
        self._lone(f"feltet i {where}", before, after)
        found = []
        for name, decl in after.items():
            if name in before:
                kind = self._type(before[name].type, decl.type)
                if kind is None:
                    self.left_out.append(f"feltet {name} i {where}, som er av hver sin type")
                else:
                    found.append(evolve(decl, type=kind))
        return tuple(found)

    def _type(self, old: Type, new: Type) -> Type | None:
        """The values that are of both types; None where that is not a type too."""
        match old, new:
            case types.Number(scale, unit), types.Number(other, same) if unit == same:
                least, most = (max(old.range[0], new.range[0]), min(old.range[1], new.range[1]))
                return types.within(types.Number(min(scale, other), unit), least, most) if least <= most else None
            case types.ListOf(item), types.ListOf(other):
                inner = self._type(item, other)
                return None if inner is None else types.ListOf(inner)
            case types.Record(name), types.Record(other) if name == other:
                if name not in self.records:
                    before, after = self.before.records[name], self.after.records[name]
                    self.records[name] = evolve(after, fields=self._fields(before.fields, after.fields, name))
                return new
            case types.Code(name), types.Code(other) if name == other:
                return new if name in self.kodeverk else None
            case _:
                return new if old == new else None

    def _paths(self, fields: Iterable[ir.FieldDecl], above: Path) -> Iterator[tuple[Path, Type]]:
        for decl in fields:
            yield (*above, decl.name), decl.type
            if isinstance(decl.type, types.Record):
                yield from self._paths(self.records[decl.type.name].fields, (*above, decl.name))

    def _lone(self, what: str, old: Mapping[str, object], new: Mapping[str, object]) -> None:
        for one, other, edition in ((old, new, self.before), (new, old, self.after)):
            for name in one:
                if name not in other:
                    first, _, rest = what.partition(" i ")
                    place = f" i {rest}" if rest else ""
                    self.left_out.append(f"{first} {name}{place}, som bare {edition.id} har")

    # ── Codes ────────────────────────────────────────────────────────────────────────────────────────────────

    def _kodeverk(self, old: ir.Kodeverk, new: ir.Kodeverk) -> ir.Kodeverk:
        """The members that both have, on the days that they are valid in both."""
        before = {each.name: each for each in old.members}
        made = []
        for member in new.members:
            other = before.get(member.name)
            if other is not None:
                starts = [each.valid_from for each in (member, other) if each.valid_from is not None]
                ends = [each.valid_to for each in (member, other) if each.valid_to is not None]
                code = member.code if member.code == other.code else member.name
                made.append(evolve(member, code=code, valid_from=max(starts, default=None),
                                   valid_to=min(ends, default=None)))
        return evolve(new, members=tuple(made))

    def _say_codes(self) -> None:
        """Which codes of the fields are left out on some day that the cases may have."""
        used = {kind.kodeverk for each in self.types.values()
                for kind in (each.item if isinstance(each, types.ListOf) else each,) if isinstance(kind, types.Code)}
        for name in sorted(used):
            old, new = ({each.name: each for each in side.kodeverk[name].members}
                        for side in (self.before, self.after))
            for member in dict.fromkeys((*old, *new)):
                first, second = old.get(member), new.get(member)
                if first is None or second is None:
                    only = self.before if second is None else self.after
                    self.left_out.append(f"koden {spoken(member)} i {name}, som bare {only.id} har")
                elif (first.valid_from, first.valid_to) != (second.valid_from, second.valid_to):
                    self.left_out.append(f"koden {spoken(member)} i {name} de dagene bare den ene utgaven har den")
                elif first.code != second.code:
                    self.left_out.append(f"koden til {spoken(member)} i {name}, som er en annen i hver utgave")
