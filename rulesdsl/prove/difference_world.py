"""Cases that two editions read alike: their facts are of the fields that both have, and their codes are valid in both.
What only one of them can read is left out, and said to be; so is what they read as different things."""

import datetime
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from rulesdsl.core import ir, types
from rulesdsl.core.types import Type, type_name
from rulesdsl.core.values import spoken
from rulesdsl.prove.cases import Path, Thing, World
from rulesdsl.prove.sym import UNKNOWN, NotProvable, Sym
from rulesdsl.prove.terms import Logic
from rulesdsl.prove.words import Words, list_uses


@frozen
class Apart:
    """Data that both editions read, but not alike: ``text`` says what each takes it for. It is of a field, or of the
    codes of a kodeverk."""

    text: str
    field: str = ""
    kodeverk: str = ""

    def is_read(self, nodes: Iterable[ir.Expr]) -> bool:
        """Whether some expressions may read it."""
        for node in nodes:
            if isinstance(node, ir.Field | ir.Item):
                kind = node.type.item if isinstance(node.type, types.ListOf) else node.type
                if self.field in node.path or (isinstance(kind, types.Code) and kind.kodeverk == self.kodeverk):
                    return True
        return False


class Both(World):
    """The cases of two editions. ``left_out`` says what other cases there are; ``apart`` those of them that both
    editions read, but not alike."""

    def __init__(self, before: ir.Edition, after: ir.Edition) -> None:
        shared = _Shared(before, after)
        super().__init__(shared.edition, Words(before, after), list_uses(before, after))
        self.apart = shared.apart
        self.left_out = [*shared.left_out, *(each.text for each in shared.apart)]
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
        kodeverk = next(name for name, found in self.edition.kodeverk.items()
                        if any(each is member for each in found.members))  # another kodeverk may have an equal one
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
        self.apart: list[Apart] = []
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
                first, second, called = before[name].type, decl.type, f"feltet {name} i {where}"
                kind = self._type(first, second)
                if kind is not None:
                    found.append(evolve(decl, type=kind))
                    self._say_narrower(called, first, second)
                elif _is_number(first, second):
                    self.left_out.append(f"{called}, som ikke kan ha samme tall i de to utgavene")
                elif _both_read(first, second):
                    self.apart.append(Apart(f"{called}: {type_name(first)} i {self.before.id}, "
                                            f"{type_name(second)} i {self.after.id}", name))
                else:
                    self.left_out.append(f"{called}, som er av hver sin type")
        return tuple(found)

    def _type(self, old: Type, new: Type) -> Type | None:
        """The values that are of both types; None where that is not a type too."""
        match old, new:
            case types.Number(scale, unit, bound), types.Number(other, same, limit) if unit == same:
                least, most = max(old.range[0], new.range[0]), min(old.range[1], new.range[1])
                low = None if old.low is None and new.low is None else least
                high = None if old.high is None and new.high is None else most
                made = types.within(types.Number(min(scale, other), unit, min(bound, limit)), low, high)
                return made if made.steps[0] <= made.steps[1] else None
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

    def _say_narrower(self, called: str, old: Type, new: Type) -> None:
        """Which numbers of a field only one of the editions lets in."""
        while isinstance(old, types.ListOf) and isinstance(new, types.ListOf):
            old, new = old.item, new.item
        if not (isinstance(old, types.Number) and isinstance(new, types.Number)):
            return
        if old.scale != new.scale:
            wider, scale = (self.before if old.scale > new.scale else self.after).id, min(old.scale, new.scale)
            many = f"flere enn {scale} desimaler" if scale > 1 else "mer enn én desimal" if scale else "desimaler"
            self.left_out.append(f"tall med {many} i {called}, som bare {wider} godtar")
        wide = [edition.id for edition, one, other in ((self.before, old, new), (self.after, new, old))
                if one.range[0] < other.range[0] or one.range[1] > other.range[1]]
        if wide:
            self.left_out.append(f"tall i {called} som bare {wide[0] if len(wide) == 1 else 'den ene utgaven'} godtar")

    def _lone(self, what: str, old: Mapping[str, object], new: Mapping[str, object]) -> None:
        for one, other, edition in ((old, new, self.before), (new, old, self.after)):
            for name in one:
                if name not in other:
                    first, _, rest = what.partition(" i ")
                    place = f" i {rest}" if rest else ""
                    self.left_out.append(f"{first} {name}{place}, som bare {edition.id} har")

    # ── Codes ────────────────────────────────────────────────────────────────────────────────────────────────

    def _kodeverk(self, old: ir.Kodeverk, new: ir.Kodeverk) -> ir.Kodeverk:
        """The members that both have, on the days that they are valid in both, each written so that both read it."""
        before = {each.name: each for each in old.members}
        first, second = old.written(), new.written()
        made = []
        for member in new.members:
            other = before.get(member.name)
            if other is None:
                continue
            code = next((word for word in (member.code, other.code, member.name) if all(
                {each.name for each in written.get(word, ())} == {member.name} for written in (first, second))), None)
            if code is not None:
                starts = [each.valid_from for each in (member, other) if each.valid_from is not None]
                ends = [each.valid_to for each in (member, other) if each.valid_to is not None]
                made.append(evolve(member, code=code, valid_from=max(starts, default=None),
                                   valid_to=min(ends, default=None)))
        return evolve(new, members=tuple(made))

    def _say_codes(self) -> None:
        """Which codes of the fields are left out on some day that the cases may have."""
        decls = (*(each for entity in self.edition.entities.values() for each in entity.fields),
                 *(each for record in self.records.values() for each in record.fields))
        used = {kind.kodeverk for each in decls
                for kind in (each.type.item if isinstance(each.type, types.ListOf) else each.type,)
                if isinstance(kind, types.Code)}
        for name in sorted(used):
            apart = self._say_apart(name)
            old, new = ({each.name: each for each in side.kodeverk[name].members}
                        for side in (self.before, self.after))
            for member in dict.fromkeys((*old, *new)):
                first, second = old.get(member), new.get(member)
                if first is None or second is None:
                    only = self.before if second is None else self.after
                    self.left_out.append(f"koden {spoken(member)} i {name}, som bare {only.id} har")
                elif (first.valid_from, first.valid_to) != (second.valid_from, second.valid_to):
                    self.left_out.append(f"koden {spoken(member)} i {name} de dagene bare den ene utgaven har den")
                elif first.code != second.code and not {first.code, second.code} <= apart:
                    self.left_out.append(f"koden til {spoken(member)} i {name}, som er en annen i hver utgave")

    def _say_apart(self, name: str) -> set[str]:
        """What data may write for a code, and the editions take for different codes on some day that both do."""
        first, second = (side.kodeverk[name].written() for side in (self.before, self.after))
        found: set[str] = set()
        for word in first:
            pairs = [(one, other) for one in first[word] for other in second.get(word, ())
                     if one.name != other.name and _overlap(one, other, days_of(self.before, self.after))]
            if pairs:
                found.add(word)
                one, other = pairs[0]
                self.apart.append(Apart(f"koden {word} i {name}: {spoken(one.name)} i {self.before.id}, "
                                        f"{spoken(other.name)} i {self.after.id}", kodeverk=name))
        return found


def _overlap(one: ir.Member, other: ir.Member, days: tuple[datetime.date, datetime.date]) -> bool:
    """Whether there is one of some days on which two members are valid."""
    first, last = days
    starts = [each.valid_from or first for each in (one, other)]
    ends = [each.valid_to or last for each in (one, other)]
    return max(first, *starts) <= min(last, *ends)


def _is_number(old: Type, new: Type) -> bool:
    """Whether two types are both of numbers with the same unit."""
    while isinstance(old, types.ListOf) and isinstance(new, types.ListOf):
        old, new = old.item, new.item
    return isinstance(old, types.Number) and isinstance(new, types.Number) and old.unit == new.unit


def _both_read(old: Type, new: Type) -> bool:
    """Whether there is anything in a document that is read as the one type and as the other."""
    match old, new:
        case types.ListOf(item), types.ListOf(other):
            return _both_read(item, other)
        case (types.Number() | types.Code(), types.Number() | types.Code()):
            return True
        case (types.Text() | types.Date() | types.Code(), types.Text() | types.Date() | types.Code()):
            return True
        case _:
            return isinstance(old, types.Record) and isinstance(new, types.Record)
