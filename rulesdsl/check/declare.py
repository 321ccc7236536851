"""Data declarations to core: sources, kodeverk, records, entities, satser, tables. Their types are settled here."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

from attrs import define, field

from rulesdsl.check.alike import check_alike
from rulesdsl.check.names import Names, check_reserved
from rulesdsl.core import ir, types
from rulesdsl.core.types import Broken, Number, Type
from rulesdsl.diagnostics import Problems, did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast, hints

FIELD_BOUND = {"kroner": 10**9, "poeng": 10**6, "døgn": 99_999, "timer": 10**6}
"""How large a fact of a case may be, by unit; plain numbers may be up to ``PLAIN_BOUND``."""

PLAIN_BOUND = 10**9

FIRST_DAY, LAST_DAY = datetime.date(types.FIRST_YEAR, 1, 1), datetime.date(types.LAST_YEAR, 12, 31)
"""All days, for what belongs to no edition."""

_BASIC: dict[str, Type] = {"ja/nei": types.Bool(), "tekst": types.Text(), "dato": types.Date()}


@define
class Declared:
    """The data of an edition, typed, and where it stands in time."""

    names: Names
    problems: Problems
    first_day: datetime.date
    last_day: datetime.date
    units: dict[str, ast.UnitDecl] = field(factory=dict)
    kilder: dict[str, ir.Kilde] = field(factory=dict)
    kodeverk: dict[str, ir.Kodeverk] = field(factory=dict)
    records: dict[str, ir.RecordDecl] = field(factory=dict)
    entities: dict[str, ir.Entity] = field(factory=dict)
    rates: dict[str, ir.Rate] = field(factory=dict)
    tables: dict[str, ir.Table] = field(factory=dict)
    kodesett: dict[str, tuple[ir.Value, ...]] = field(factory=dict)

    _fields: dict[tuple[str, str], ir.FieldDecl] = field(factory=dict)

    def field_of(self, entity: str, name: str) -> ir.FieldDecl | None:
        """A field of an entity by name."""
        return self._fields.get((entity, name))

    def is_current(self, member: ir.Member) -> bool:
        """Whether a member of a kodeverk is valid on some day of the edition."""
        first, last = member.valid_from, member.valid_to
        return (first is None or first <= self.last_day) and (last is None or last >= self.first_day)

    def kodeverk_with(self, name: str) -> str:
        """A kodeverk that has a member of that name."""
        return next((k.name for k in self.kodeverk.values() if any(m.name == name for m in k.members)), "")

    def add_entity(self, entity: ir.Entity) -> None:
        self.entities[entity.name] = entity
        self._fields.update(((entity.name, found.name), found) for found in entity.fields)

    def citations(self, cites: Sequence[ast.Cite], at: Span, what: str, clause: str = "") -> tuple[ir.Citation, ...]:
        """The citations of a value or clause; none is a message, for every figure and clause carries its source."""
        if not cites:
            self.problems.add(
                "ISF401", at, "mangler «ifølge»", detail=what, clause=clause,
                hint="Skriv «ifølge» og navnet på en kilde.",
            )
        found = []
        for cite in cites:
            kilde = self.kilder.get(cite.kilde.text)
            if kilde is None and cite.kilde.text in self.names.broken:
                continue
            if kilde is None:
                self.problems.add(
                    "ISF402", cite.kilde.span, "er ikke en kilde", clause=clause, detail=cite.kilde.text,
                    hint=did_you_mean(cite.kilde.text, self.kilder) or "Deklarer kilden med «kilde».",
                )
                continue
            standing: ir.Standing = cite.standing or kilde.standing  # type: ignore[assignment]
            found.append(ir.Citation(kilde, standing, cite.note))
        return tuple(found)

    def unit_of(self, written: ast.UnitName | None) -> types.Unit | None:
        """The unit that was written; a declared one goes by its short name. None of what is not a unit, which is a
        message."""
        unit: types.Unit | None = types.NO_UNIT
        named = [*((name, 1) for name in written.over), *((name, -1) for name in written.under)] if written else []
        for name, sign in named:
            base = name if name in types.UNIT_SCALE else self.units[name].short.text if name in self.units else ""
            if not base and written and name not in self.names.broken:
                known = [*types.UNIT_SCALE, *self.units, "og", "eller", "ellers", "når", "etter", "for"]
                hint = hints.UNITS.get(name) or did_you_mean(name, known) or "Deklarer enheten med «enhet»."
                self.problems.add("ISF201", written.span, "er ikke en enhet", detail=name, hint=hint)
            unit = types.unit_product(unit, ((base, 1),), sign) if base and unit is not None else None
        return unit

    def _number_type(self, written: ast.UnitName | None, scale: int | None) -> Type:
        unit, first = self.unit_of(written), written.over[0] if written else ""
        if unit is None:
            return Broken()
        if scale is None and first in self.units:
            scale = types.MONEY_SCALE if self.units[first].scale is None else self.units[first].scale
        if scale is None:
            scale = types.UNIT_SCALE.get(first, 0)
        return Number(scale, unit, FIELD_BOUND.get(first, PLAIN_BOUND))

    def type_of(self, written: ast.TypeExpr) -> Type:
        """The type that was written; an unknown name is a message."""
        match written:
            case ast.BasicType(name):
                return _BASIC[name]
            case ast.NumberType(unit, scale):
                return self._number_type(unit, scale)
            case ast.ListType(item):
                return types.ListOf(self.type_of(item))
            case ast.NamedType(name):
                if name in self.names.kodeverk:
                    return types.Code(name)
                if name in self.names.posts:
                    return types.Record(name)
                if name in self.units:
                    return self._number_type(ast.UnitName((name,), span=written.span), None)
                if name not in self.names.broken:
                    what = "er en entitet, ikke en type" if name in self.names.entities else (
                        "er verken et kodeverk eller en post")
                    known = [*self.names.kodeverk, *self.names.posts, *self.names.units, *self.names.broken, "tekst",
                             "dato", "tall", "kroner", "poeng"]
                    hint = hints.TYPES.get(name) or did_you_mean(name, known) or hints.KNOWN_TYPES
                    self.problems.add("ISF201", written.span, what, detail=name, hint=hint)
                return Broken()
            case _:
                assert_never(written)


def _declare_units(declared: Declared) -> None:
    """The units of an edition, by name and by short name."""
    for decl in declared.names.units.values():
        check_reserved(decl.short, declared.problems)
        for name in (decl.name, decl.short):
            there = declared.units.setdefault(name.text, decl)
            if there is not decl:
                declared.problems.add("ISF202", name.span, "er alt en enhet", detail=name.text,
                                      also=[(there.name.span, "først her")], hint="Velg et annet navn.")


def declare(names: Names, first_day: datetime.date, last_day: datetime.date, problems: Problems) -> Declared:
    """All data declarations of an edition that is valid from the first to the last day, but for the tables."""
    declared = Declared(names, problems, first_day, last_day)
    _declare_units(declared)
    for kilde in names.kilder.values():
        declared.kilder[kilde.name.text] = _kilde(kilde, problems)
    for kodeverk in names.kodeverk.values():
        declared.kodeverk[kodeverk.name.text] = _kodeverk(kodeverk, problems)
    for post in names.posts.values():
        declared.records[post.name.text] = ir.RecordDecl(
            post.name.text, post.title, _fields(post.fields, declared, in_record=True)
        )
    for entity in names.entities.values():
        declared.add_entity(_entity(entity, declared))
    for rate in names.rates.values():
        declared.rates[rate.name.text] = _rate(rate, declared)
    _check_fields(names, problems)
    check_alike(names, problems)
    return declared


def place(span: Span) -> ir.Place:
    return ir.Place(span.source.name, span.line)


def _kilde(decl: ast.KildeDecl, problems: Problems) -> ir.Kilde:
    standing: ir.Standing = decl.standing or "offisiell"  # type: ignore[assignment]
    if standing == "offisiell" and not (decl.publisher and decl.year and decl.url):
        problems.add(
            "ISF403", decl.name.span, "sier ikke hvem, når og hvor",
            hint="Skriv utgiver, år og adresse etter tittelen, eller gi kilden en annen status.",
        )
    return ir.Kilde(decl.name.text, decl.title, decl.publisher, decl.year or 0, decl.url, standing, decl.note)


def _kodeverk(decl: ast.KodeverkDecl, problems: Problems) -> ir.Kodeverk:
    members: dict[str, ir.Member] = {}
    codes: dict[str, list[ast.MemberDecl]] = {}
    for member in decl.members:
        check_reserved(member.name, problems, allowed="annen")
        first, last = member.valid_from, member.valid_to
        if first and last and first.value > last.value:
            problems.add("ISF405", first.span, "er etter «til»", detail=member.name.text)
        if member.name.text in members:
            problems.add("ISF202", member.name.span, "er brukt en gang til i kodeverket", detail=member.name.text)
            continue
        for other in codes.setdefault(member.code, []):
            if _overlap(member, other):
                problems.add("ISF202", member.span, f"koden {member.code} er brukt en gang til", detail=member.code,
                             also=[(other.span, "først her")], hint="Samme kode kan bare brukes igjen i en annen tid.")
                break
        codes[member.code].append(member)
        members[member.name.text] = ir.Member(
            member.name.text, member.code, member.title, first.value if first else None, last.value if last else None
        )
    return ir.Kodeverk(decl.name.text, decl.title, tuple(members.values()))


def _overlap(one: ast.MemberDecl, other: ast.MemberDecl) -> bool:
    """Whether two members are valid on the same day."""
    def ends(member: ast.MemberDecl) -> tuple[datetime.date, datetime.date]:
        first, last = member.valid_from, member.valid_to
        return first.value if first else datetime.date.min, last.value if last else datetime.date.max

    return ends(one)[0] <= ends(other)[1] and ends(other)[0] <= ends(one)[1]


def _check_fields(names: Names, problems: Problems) -> None:
    """Names that would hide one another in a rule: a field, and a value or a thing of the same name."""
    values = {**names.rates, **names.kodesett, **names.results}
    for entity in names.entities.values():
        many = {each.plural.text if each.plural else plural_of(each.name.text): each.name
                for each in names.entities.values() if each.parent and each.parent.text == entity.name.text}
        parent = {accessor(entity.parent.text): entity.parent} if entity.parent else {}
        for name, below in many.items():
            decl = values.get(name)
            if decl is not None and not _is_of_another(decl, entity):
                problems.add("ISF202", decl.name.span, f"er også navnet på {below.text} i reglene for "
                             f"{entity.name.text}", detail=name, also=[(below.span, "entiteten")],
                             hint="Velg et annet navn.")
        for each in entity.fields:
            decl = values.get(each.name.text)
            if decl is not None and not _is_of_another(decl, entity):
                problems.add("ISF202", decl.name.span, f"er også et felt i {entity.name.text}", detail=each.name.text,
                             also=[(each.name.span, "feltet")], hint="Velg et annet navn.")
            taken = many.get(each.name.text) or parent.get(each.name.text)
            if taken is not None:
                problems.add("ISF202", each.name.span, f"er også navnet på {taken.text} i reglene",
                             detail=each.name.text, hint="Velg et annet navn.")


def _is_of_another(decl: ast.RateDecl | ast.KodesettDecl | ast.ResultDecl | ast.DecisionDecl,
                   entity: ast.EntityDecl) -> bool:
    """Whether a value is a result of another entity, and so hides nothing in the rules for this one."""
    return isinstance(decl, ast.ResultDecl | ast.DecisionDecl) and decl.entity.text != entity.name.text


def accessor(entity: str) -> str:
    """The name by which rules speak of the parent: ``pasient`` for Pasient."""
    return entity[:1].lower() + entity[1:]


def _fields(decls: Sequence[ast.FieldDecl], declared: Declared, in_record: bool = False) -> tuple[ir.FieldDecl, ...]:
    fields: dict[str, ir.FieldDecl] = {}
    for decl in decls:
        check_reserved(decl.name, declared.problems)
        if decl.name.text in fields:
            declared.problems.add("ISF202", decl.name.span, "er brukt en gang til", detail=decl.name.text)
            continue
        kind = declared.type_of(decl.type)
        nested = isinstance(kind, types.Record) or (isinstance(kind, types.ListOf) and not _is_plain(kind.item))
        if nested and (in_record or isinstance(kind, types.ListOf)) and not _is_list_of_records(kind, in_record):
            declared.problems.add("ISF317", decl.type.span, "er sammensatt i for mange ledd",
                                  hint="En post kan bare ha enkle felter og enkle lister.")
            kind = Broken()
        kind = _limited(decl, kind, declared)
        if decl.role and (in_record or not isinstance(kind, types.Text if decl.role == "nøkkel" else types.Date)):
            wanted = "tekst" if decl.role == "nøkkel" else "dato"
            declared.problems.add("ISF418", decl.type.span, f"«{decl.role}» hører til et felt av type {wanted} "
                                  "i en entitet")
        fields[decl.name.text] = ir.FieldDecl(decl.name.text, kind, decl.title, decl.optional, decl.skjonn, decl.fixed)
    return tuple(fields.values())


def _limited(decl: ast.FieldDecl, kind: Type, declared: Declared) -> Type:
    """The type of a field, with the least and the most that may stand in it."""
    written = [each for each in (decl.low, decl.high) if each is not None]
    if not written or isinstance(kind, Broken):
        return kind
    span = written[0].span.to(written[-1].span)
    if not isinstance(kind, Number):
        declared.problems.add("ISF320", span, f"gjelder et tall, og feltet er {types.type_name(kind)}",
                              detail=decl.name.text, hint="Ta bort grensene.")
        return kind
    low, high = (literal_number(each, kind, declared) if each is not None else None for each in (decl.low, decl.high))
    for each, value in ((decl.low, low), (decl.high, high)):
        if each is not None and value is not None and abs(value) > kind.bound:
            declared.problems.add("ISF320", each.span, f"er mer enn et felt kan ha ({kind.bound:,})".replace(",", " "),
                                  detail=decl.name.text)
            return kind
    if low is not None and high is not None and low > high:
        declared.problems.add("ISF320", span, "slipper ingen verdi gjennom", detail=decl.name.text,
                              hint="Skriv den minste grensen først.")
        return kind
    return types.within(kind, low, high)


def _is_plain(kind: Type) -> bool:
    return not isinstance(kind, types.Record | types.ListOf)


def _is_list_of_records(kind: Type, in_record: bool) -> bool:
    return not in_record and isinstance(kind, types.ListOf) and isinstance(kind.item, types.Record)


def plural_of(name: str) -> str:
    """The name of several, as Norwegian nouns mostly go: Episode, episoder; Regning, regninger. ``som`` says else."""
    low = name[:1].lower() + name[1:]
    return low + ("r" if low.endswith("e") else "er")


def _entity(decl: ast.EntityDecl, declared: Declared) -> ir.Entity:
    problems, names = declared.problems, declared.names
    parent = decl.parent.text if decl.parent else ""
    if decl.parent and parent not in names.entities:
        if parent not in names.broken:
            problems.add("ISF201", decl.parent.span, "er ikke en entitet", detail=parent,
                         hint=did_you_mean(parent, names.entities))
        parent = ""
    elif decl.parent and (ring := _ring(decl, names)):
        if decl.name.text == next(each for each in names.entities if each in ring):  # one message for all of them
            label = f"hører selv til {decl.name.text}" if len(ring) > 1 else "er entiteten selv"
            problems.add("ISF418", decl.parent.span, label, hint="Den øverste entiteten står for seg selv, uten «i».")
        parent = ""
    keys = [each for each in decl.fields if each.role == "nøkkel"]
    dates = [each for each in decl.fields if each.role == "rettsdato"]
    if len(keys) != 1 or len(dates) > 1:
        wanted = "én «nøkkel»" if len(keys) != 1 else "høyst én «rettsdato»"
        problems.add("ISF418", decl.name.span, f"skal ha {wanted}")
    return ir.Entity(
        decl.name.text, decl.title, parent, decl.plural.text if decl.plural else plural_of(decl.name.text),
        keys[0].name.text if keys else "", dates[0].name.text if dates else "", _fields(decl.fields, declared),
    )


def _ring(decl: ast.EntityDecl, names: Names) -> list[str]:
    """The entities from one up to itself, where it belongs to itself in the end."""
    found: list[str] = []
    above = decl.parent
    while above is not None and above.text in names.entities and above.text not in found:
        found.append(above.text)
        if above.text == decl.name.text:
            return found
        above = names.entities[above.text].parent
    return []


def _rate(decl: ast.RateDecl, declared: Declared) -> ir.Rate:
    problems, kind = declared.problems, declared.type_of(decl.type)
    if not isinstance(kind, Number):
        if not isinstance(kind, Broken):
            problems.add("ISF301", decl.type.span, "en sats er et tall", hint="Skriv for eksempel «kroner per poeng».")
        kind = Number(0)
    values: list[ir.RateValue] = []
    for written in decl.values:
        cites = declared.citations(written.cites, written.span, f"sats {decl.name.text}")
        value = literal_number(written.value, kind, declared)
        day = written.valid_from.value
        if values and day <= values[-1].valid_from:
            problems.add("ISF415", written.valid_from.span, "skal være etter datoen før", detail=decl.name.text,
                         hint="Skriv verdiene i rekkefølge, den eldste først.")
            continue
        if value is not None:
            values.append(ir.RateValue(day, value, cites))
    first = decl.values[0].valid_from.value
    if first > declared.first_day != FIRST_DAY:  # an edition whose days are not known has its own message
        problems.add(
            "ISF404", decl.values[0].valid_from.span, f"utgaven gjelder fra {declared.first_day}",
            detail=decl.name.text, hint="Gi satsen en verdi fra utgavens første dag.",
        )
    bound = max((int(abs(value.value)) + 1 for value in values), default=1)
    return ir.Rate(decl.name.text, decl.title, Number(kind.scale, kind.unit, bound), tuple(values), place(decl.span))


def literal_number(written: ast.Expr, kind: Number, declared: Declared) -> Decimal | None:
    """A number that is written out; in a sats the unit may be left out, for the sats states it."""
    sign, problems = 1, declared.problems
    node = written
    if isinstance(node, ast.NegateExpr):
        sign, node = -1, node.value
    if not isinstance(node, ast.NumberLiteral):
        problems.add("ISF301", written.span, "skal være et tall")
        return None
    value = sign * (node.value.scaleb(-2) if node.percent else node.value)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > kind.scale and value != round(value, kind.scale):
        problems.add("ISF303", written.span, f"har flere desimaler enn {types.type_name(kind)}",
                     hint=f"Skriv typen «med {-exponent} desimaler».")
        return None
    unit = declared.unit_of(node.unit) if node.unit is not None else kind.unit
    if unit is None:
        return None
    if unit != kind.unit:
        have, wanted = types.unit_name(unit), types.unit_name(kind.unit) or "et tall uten enhet"
        problems.add("ISF302", written.span, f"er {have}, ikke {wanted}")
        return None
    return value
