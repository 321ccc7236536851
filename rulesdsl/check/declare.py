"""Data declarations to core: sources, kodeverk, records, entities, satser, tables. Their types are settled here."""

import csv
import datetime
import io
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import assert_never

from attrs import define, field

from rulesdsl.check.names import Names, check_reserved
from rulesdsl.core import ir, types
from rulesdsl.core.types import Broken, Number, Type
from rulesdsl.diagnostics import Problems, did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast

ReadTable = Callable[[str, str], "bytes | None"]
"""Gives the content of a table's file: the name of the ``.isf`` file that names it, and the name as written there."""

FIELD_BOUND = {"kroner": 10**9, "poeng": 10**6, "døgn": 99_999, "timer": 10**6}
"""How large a fact of a case may be, by unit; plain numbers may be up to ``PLAIN_BOUND``."""

PLAIN_BOUND = 10**9

_BASIC: dict[str, Type] = {"ja/nei": types.Bool(), "tekst": types.Text(), "dato": types.Date()}


@define
class Declared:
    """The data of an edition, typed, and where it stands in time."""

    names: Names
    problems: Problems
    first_day: datetime.date
    last_day: datetime.date
    kilder: dict[str, ir.Kilde] = field(factory=dict)
    kodeverk: dict[str, ir.Kodeverk] = field(factory=dict)
    records: dict[str, ir.RecordDecl] = field(factory=dict)
    entities: dict[str, ir.Entity] = field(factory=dict)
    rates: dict[str, ir.Rate] = field(factory=dict)
    tables: dict[str, ir.Table] = field(factory=dict)

    _fields: dict[tuple[str, str], ir.FieldDecl] = field(factory=dict)

    def field_of(self, entity: str, name: str) -> ir.FieldDecl | None:
        """A field of an entity by name."""
        return self._fields.get((entity, name))

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
            if kilde is None:
                self.problems.add(
                    "ISF402", cite.kilde.span, "er ikke en kilde", clause=clause,
                    hint=did_you_mean(cite.kilde.text, self.kilder) or "Deklarer kilden med «kilde».",
                )
                continue
            standing: ir.Standing = cite.standing or kilde.standing  # type: ignore[assignment]
            found.append(ir.Citation(kilde, standing, cite.note))
        return tuple(found)

    def type_of(self, written: ast.TypeExpr) -> Type:
        """The type that was written; an unknown name is a message."""
        match written:
            case ast.BasicType(name):
                return _BASIC[name]
            case ast.NumberType(unit, scale):
                return number_type(unit, scale)
            case ast.ListType(item):
                return types.ListOf(self.type_of(item))
            case ast.NamedType(name):
                if name in self.names.kodeverk:
                    return types.Code(name)
                if name in self.names.posts:
                    return types.Record(name)
                known = [*self.names.kodeverk, *self.names.posts, "tekst", "dato", "tall", "kroner", "poeng"]
                self.problems.add("ISF201", written.span, "er verken et kodeverk eller en post",
                                  hint=did_you_mean(name, known))
                return Broken()
            case _:
                assert_never(written)


def unit_of(written: ast.UnitName | None) -> types.Unit:
    if written is None:
        return types.NO_UNIT
    unit = types.NO_UNIT
    for name in written.over:
        unit = types.unit_product(unit, ((name, 1),))
    for name in written.under:
        unit = types.unit_product(unit, ((name, 1),), -1)
    return unit


def number_type(written: ast.UnitName | None, scale: int | None) -> Number:
    unit = unit_of(written)
    first = written.over[0] if written else ""
    if scale is None:
        scale = types.UNIT_SCALE.get(first, 0)
    return Number(scale, unit, FIELD_BOUND.get(first, PLAIN_BOUND))


def declare(names: Names, first_day: datetime.date, last_day: datetime.date, read: ReadTable,
            problems: Problems) -> Declared:
    """All data declarations of an edition that is valid from the first to the last day."""
    declared = Declared(names, problems, first_day, last_day)
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
    for table in names.tables.values():
        declared.tables[table.name.text] = _table(table, declared, read)
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
    codes: dict[str, ast.MemberDecl] = {}
    for member in decl.members:
        check_reserved(member.name, problems, allowed="annen")
        first, last = member.valid_from, member.valid_to
        if first and last and first.value > last.value:
            problems.add("ISF405", first.span, "er etter «til»", detail=member.name.text)
        if member.name.text in members:
            problems.add("ISF202", member.name.span, "er brukt en gang til i kodeverket", detail=member.name.text)
            continue
        if member.code in codes:
            problems.add("ISF202", member.span, f"koden {member.code} er brukt en gang til", detail=member.code,
                         also=[(codes[member.code].span, "først her")])
        codes.setdefault(member.code, member)
        members[member.name.text] = ir.Member(
            member.name.text, member.code, member.title, first.value if first else None, last.value if last else None
        )
    return ir.Kodeverk(decl.name.text, decl.title, tuple(members.values()))


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
        if decl.role and (in_record or not isinstance(kind, types.Text if decl.role == "nøkkel" else types.Date)):
            wanted = "tekst" if decl.role == "nøkkel" else "dato"
            declared.problems.add("ISF418", decl.type.span, f"«{decl.role}» hører til et felt av type {wanted} "
                                  "i en entitet")
        fields[decl.name.text] = ir.FieldDecl(decl.name.text, kind, decl.title, decl.optional, decl.skjonn)
    return tuple(fields.values())


def _is_plain(kind: Type) -> bool:
    return not isinstance(kind, types.Record | types.ListOf)


def _is_list_of_records(kind: Type, in_record: bool) -> bool:
    return not in_record and isinstance(kind, types.ListOf) and isinstance(kind.item, types.Record)


def _entity(decl: ast.EntityDecl, declared: Declared) -> ir.Entity:
    problems, names = declared.problems, declared.names
    parent = decl.parent.text if decl.parent else ""
    if decl.parent and parent not in names.entities:
        problems.add("ISF201", decl.parent.span, "er ikke en entitet", hint=did_you_mean(parent, names.entities))
        parent = ""
    elif decl.parent and names.entities[parent].parent is not None:
        problems.add("ISF418", decl.parent.span, f"hører selv til {names.entities[parent].parent.text}",  # type: ignore[union-attr]
                     hint="En entitet kan høre til en som står for seg selv.")
        parent = ""
    if decl.parent and not decl.plural:
        problems.add("ISF418", decl.parent.span, "mangler «som» med navnet på flere",
                     hint=f"Skriv «i {decl.parent.text} som episoder», for eksempel.")
    keys = [each for each in decl.fields if each.role == "nøkkel"]
    dates = [each for each in decl.fields if each.role == "rettsdato"]
    if len(keys) != 1 or len(dates) > 1:
        wanted = "én «nøkkel»" if len(keys) != 1 else "høyst én «rettsdato»"
        problems.add("ISF418", decl.name.span, f"skal ha {wanted}")
    return ir.Entity(
        decl.name.text, decl.title, parent, decl.plural.text if decl.plural else "",
        keys[0].name.text if keys else "", dates[0].name.text if dates else "", _fields(decl.fields, declared),
    )


def _rate(decl: ast.RateDecl, declared: Declared) -> ir.Rate:
    problems, kind = declared.problems, declared.type_of(decl.type)
    if not isinstance(kind, Number):
        if not isinstance(kind, Broken):
            problems.add("ISF301", decl.type.span, "en sats er et tall", hint="Skriv for eksempel «kroner per poeng».")
        kind = Number(0)
    values: list[ir.RateValue] = []
    for written in decl.values:
        cites = declared.citations(written.cites, written.span, f"sats {decl.name.text}")
        value = literal_number(written.value, kind, problems)
        day = written.valid_from.value
        if values and day <= values[-1].valid_from:
            problems.add("ISF415", written.valid_from.span, "skal være etter datoen før", detail=decl.name.text)
            continue
        if value is not None:
            values.append(ir.RateValue(day, value, cites))
    if values and values[0].valid_from > declared.first_day:
        problems.add(
            "ISF404", decl.values[0].valid_from.span, f"utgaven gjelder fra {declared.first_day}",
            detail=decl.name.text, hint="Gi satsen en verdi fra utgavens første dag.",
        )
    bound = max((int(abs(value.value)) + 1 for value in values), default=1)
    return ir.Rate(decl.name.text, decl.title, Number(kind.scale, kind.unit, bound), tuple(values), place(decl.span))


def literal_number(written: ast.Expr, kind: Number, problems: Problems) -> Decimal | None:
    """A number that is written out; in a sats the unit may be left out, for the sats states it."""
    sign = 1
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
    if node.unit is not None and unit_of(node.unit) != kind.unit:
        problems.add("ISF302", written.span, f"er ikke {types.unit_name(kind.unit) or 'et tall uten enhet'}")
        return None
    return value


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def _table(decl: ast.TableDecl, declared: Declared, read: ReadTable) -> ir.Table:
    problems = declared.problems
    columns = [(each.name.text, declared.type_of(each.type), each) for each in decl.columns]
    seen: set[str] = set()
    for name, kind, each in columns:
        if name in seen:
            problems.add("ISF202", each.name.span, "er brukt en gang til i tabellen", detail=name)
        seen.add(name)
        if isinstance(kind, types.ListOf | types.Record):
            problems.add("ISF301", each.type.span, "en celle har en enkel verdi")
    keys = tuple((name, kind) for name, kind, each in columns if each.role == "nøkkel")
    cells = tuple((name, kind) for name, kind, each in columns if each.role == "kolonne")
    if not keys or not cells:
        problems.add("ISF418", decl.name.span, "skal ha minst én «nøkkel» og én «kolonne»")
    cites = declared.citations(decl.cites, decl.name.span, f"tabell {decl.name.text}")
    rows: dict[tuple[ir.Value, ...], ir.Row] = {}
    content = read(decl.span.source.name, decl.file.value)
    if content is None:
        problems.add("ISF406", decl.file.span, "finnes ikke ved siden av regelverksfilen")
    else:
        try:
            rows = _rows(content.decode("utf-8-sig"), decl, keys, cells, cites, declared)
        except UnicodeDecodeError as error:
            label = f"byte {error.start + 1} er ikke UTF-8"
            problems.add("ISF102", decl.file.span, label, path=decl.file.value, hint="Lagre filen som UTF-8.")
        except csv.Error:
            problems.add("ISF408", decl.file.span, "kan ikke leses som CSV", path=decl.file.value)
    bounded = tuple((name, _bounded(kind, [row.values[name] for row in rows.values()])) for name, kind in cells)
    return ir.Table(decl.name.text, decl.title, keys, bounded, rows, place(decl.span))


def _bounded(kind: Type, values: Sequence[ir.Value | None]) -> Type:
    if not isinstance(kind, Number):
        return kind
    bound = max((int(abs(value)) + 1 for value in values if isinstance(value, Decimal)), default=1)
    return Number(kind.scale, kind.unit, bound)


def _rows(
    text: str, decl: ast.TableDecl, keys: Sequence[tuple[str, Type]], cells: Sequence[tuple[str, Type]],
    cites: tuple[ir.Citation, ...], declared: Declared,
) -> dict[tuple[ir.Value, ...], ir.Row]:
    """The rows of a CSV file: semicolons, decimal comma, one line of names; ``kilde`` may name a row's own source."""
    problems, file = declared.problems, decl.file
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    head = [name.strip() for name in lines[0]] if lines else []
    missing = [name for name, _ in (*keys, *cells) if name not in head]
    if missing:
        problems.add(
            "ISF407", file.span, f"har ikke kolonnen «{missing[0]}»", path=f"{file.value}:1",
            hint=did_you_mean(missing[0], head) or "Første linje skal ha kolonnenes navn, med semikolon mellom.",
        )
        return {}
    rows: dict[tuple[ir.Value, ...], ir.Row] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        at = f"{file.value}:{number}"
        if len(line) != len(head):
            problems.add("ISF408", file.span, f"linje {number} har {len(line)} felter, ikke {len(head)}", path=at)
            continue
        written = dict(zip(head, (cell.strip() for cell in line), strict=True))
        key = tuple(_cell(written[name], kind, name, at, file, declared) for name, kind in keys)
        values = {name: _cell(written[name], kind, name, at, file, declared) for name, kind in cells}
        if any(part is None for part in key):
            if all(written[name] for name, _ in keys):
                continue
            problems.add("ISF408", file.span, "nøkkelen er tom", path=at)
            continue
        if key in rows:
            problems.add("ISF409", file.span, "nøkkelen står to ganger", path=at, detail="; ".join(map(str, key)))
            continue
        own = _row_citation(written.get("kilde", ""), at, file, declared)
        rows[key] = ir.Row(values, own or cites)  # type: ignore[index]
    return rows


def _row_citation(name: str, at: str, file: ast.TextLiteral, declared: Declared) -> tuple[ir.Citation, ...]:
    if not name:
        return ()
    kilde = declared.kilder.get(name)
    if kilde is None:
        declared.problems.add("ISF402", file.span, f"«{name}» er ikke en kilde", path=at,
                              hint=did_you_mean(name, declared.kilder))
        return ()
    return (ir.Citation(kilde, kilde.standing),)


def _cell(
    written: str, kind: Type, name: str, at: str, file: ast.TextLiteral, declared: Declared
) -> ir.Value | None:
    """The value of a cell; an empty one is none."""
    if not written:
        return None
    match kind:
        case types.Text() | Broken():
            return written
        case types.Bool() if written in ("ja", "nei"):
            return written == "ja"
        case types.Number(scale):
            plain = written.replace(" ", "").replace("\u00a0", "").replace(",", ".")
            percent = plain.endswith("%")
            try:
                value = Decimal(plain.removesuffix("%"))
            except InvalidOperation:
                value = Decimal("NaN")
            if value.is_finite() and abs(value) < 10**18:
                value = value.scaleb(-2) if percent else value
                if value == round(value, scale):
                    return value
        case types.Date():
            try:
                return datetime.date.fromisoformat(written)
            except ValueError:
                pass
        case types.Code(kodeverk):
            for member in declared.kodeverk[kodeverk].members:
                if written in (member.name, member.code):
                    return member.name
        case _:
            pass
    declared.problems.add("ISF408", file.span, f"«{written}» er ikke {types.type_name(kind)}", path=f"{at} {name}")
    return None
