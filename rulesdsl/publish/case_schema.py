"""The JSON Schema of the cases of an edition. Its main difference with loading is what a schema cannot say: whether a
code is valid on the very day of an episode, whether a day is in the calendar, and whether a key stands twice.
"""

import re
from collections.abc import Sequence
from math import ceil, floor
from typing import Any, assert_never

from rulesdsl.core.ir import Edition, Entity, FieldDecl, Kodeverk, Member
from rulesdsl.core.types import Bool, Broken, Code, Date, ListOf, Number, Record, Text, Type, type_name
from rulesdsl.core.values import limits_said
from rulesdsl.evaluate.read_value import MAX_ITEMS, is_valid, validity

Schema = dict[str, Any]

DATE_PATTERN = "^(1[89]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
"""The years 1800 to 2199, as every date of a case."""


def case_schema(edition: Edition) -> Schema:
    """JSON Schema 2020-12 of a file for an edition: a case, or a list of them."""
    decided = {result.entity for result in edition.results.values()}
    names = [name for name in edition.entities if name in decided or _children(edition, name)]
    cases: list[Schema] = [{"$ref": f"#/$defs/{name}"} for name in names]
    definitions: Schema = {}
    for entity in edition.entities.values():
        definitions[entity.name] = _entity(entity, edition, entity.name not in decided)
    for record in edition.records.values():
        definitions[record.name] = _object(record.title or record.name, _properties(record.fields, edition))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Saker for {edition.title}",
        "description": f"Én sak eller en liste av saker for {edition.id}, som gjelder {edition.valid_from} til "
                       f"{edition.valid_to}. Tall leses eksakt. null og et felt som ikke står der, betyr ikke kjent.",
        "anyOf": [*cases, {"type": "array", "title": "Flere saker", "items": {"anyOf": cases}}],
        "$defs": definitions,
    }


def one_of_several(schemas: Sequence[Schema]) -> Schema:
    """JSON Schema of a file for any of several editions, each with definitions of its own."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Saker for ett av regelverkene",
        "description": "Feltene sier hvilket regelverk en sak hører til.",
        "anyOf": [{"$id": f"urn:isfrules:{number}", **schema} for number, schema in enumerate(schemas)],
    }


def _children(edition: Edition, name: str) -> list[Entity]:
    return [entity for entity in edition.entities.values() if entity.parent == name and entity.plural]


def _entity(entity: Entity, edition: Edition, must_hold: bool) -> Schema:
    """``must_hold``: a thing without results is only a case by what it holds."""
    properties = _properties(entity.fields, edition)
    children = _children(edition, entity.name)
    for decl in entity.fields:
        if decl.name == entity.key:
            properties[decl.name] = _described({"type": "string", "pattern": r"\S"}, decl, edition, "nøkkel")
        elif decl.name == entity.date:
            properties[decl.name] = _described(_date(), decl, edition, "velger utgave")
    for child in children:
        properties[child.plural] = {
            "title": child.title or child.plural,
            "description": f"Er det flere, har hver sin egen {child.key}.",
            "type": ["array", "null"],
            "items": {"$ref": f"#/$defs/{child.name}"},
            "anyOf": [{"maxItems": 1}, {"items": {"required": [child.key]}}],
        }
    schema = _object(entity.title or entity.name, properties)
    if entity.date:
        schema["required"] = [entity.date]
    if must_hold and children:
        schema["anyOf"] = [{"required": [child.plural]} for child in children]
    return schema


def _object(title: str, properties: Schema) -> Schema:
    return {"title": title, "type": "object", "properties": properties, "additionalProperties": False}


def _properties(fields: tuple[FieldDecl, ...], edition: Edition) -> Schema:
    return {decl.name: _described(_nullable(_schema(decl.type, edition)), decl, edition) for decl in fields}


def _described(schema: Schema, decl: FieldDecl, edition: Edition, role: str = "") -> Schema:
    kind = decl.type.item if isinstance(decl.type, ListOf) else decl.type
    parts = [type_name(decl.type), role]
    if isinstance(kind, Number):
        many = "desimal" if kind.scale == 1 else "desimaler"
        parts.append(f"høyst {kind.scale} {many}" if kind.scale else "hele tall")
        parts.append(limits_said(kind))
    if decl.skjonn:
        parts.append("skjønn: et menneske må avgjøre det")
    if decl.fixed:
        parts.append("uforanderlig: kan ikke gjøres om")
    if isinstance(kind, Code):
        parts.append(", ".join(_said(member) for member in _members(edition.kodeverk[kind.kodeverk], edition)))
    return {"title": decl.title or decl.name, "description": "; ".join(filter(None, parts)), **schema}


def _schema(type_: Type, edition: Edition) -> Schema:
    match type_:
        case Bool():
            return {"type": "boolean"}
        case Text():
            return {"type": "string"}
        case Date():
            return _date()
        case Number(scale):
            # A multipleOf of 0,01 would be a binary fraction to most readers, so the digits stand in the description;
            # so do limits that are no whole numbers.
            least, most = type_.range
            return {"type": "number" if scale else "integer", "minimum": floor(least), "maximum": ceil(most)}
        case Code(name):
            return {"enum": _codes(_members(edition.kodeverk[name], edition))}
        case ListOf(item):
            return {"type": "array", "maxItems": MAX_ITEMS, "items": _schema(item, edition)}
        case Record(name):
            return {"$ref": f"#/$defs/{name}"}
        case Broken():
            return {}
        case _:
            assert_never(type_)


def _date() -> Schema:
    return {"type": "string", "format": "date", "pattern": DATE_PATTERN}


def _nullable(schema: Schema) -> Schema:
    """The same schema, or null."""
    match schema:
        case {"type": str(kind)}:
            return {**schema, "type": [kind, "null"]}
        case {"enum": list(values)}:
            return {**schema, "enum": [*values, None]}
        case _:
            return {"anyOf": [schema, {"type": "null"}]}


def _members(kodeverk: Kodeverk, edition: Edition) -> list[Member]:
    """The members that are valid on some day of the edition."""
    return [member for member in kodeverk.members if is_valid(member, edition.valid_from, edition.valid_to)]


def _codes(members: list[Member]) -> list[str | int | None]:
    """Every way to write a member: its code as number and as text, and its name."""
    ways: dict[str | int | None, None] = {}
    for member in members:
        if re.fullmatch(r"0|-?[1-9][0-9]{0,98}", member.code):
            ways[int(member.code)] = None
        ways[member.code] = None
        ways[member.name] = None
    return list(ways)


def _said(member: Member) -> str:
    days = validity(member)
    name = member.title or member.name
    return f"{member.code} {name}" + (f" ({days})" if days else "")
