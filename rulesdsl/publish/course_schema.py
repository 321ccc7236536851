"""The JSON Schema of courses: what ``explain --all`` reads, with the lists of several rulebooks side by side."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rulesdsl.core.ir import Edition
from rulesdsl.core.shelves import Shelf, shelves_of
from rulesdsl.publish.case_schema import Schema, case_schema


def course_schema(editions: Sequence[Edition]) -> Schema:
    """JSON Schema 2020-12 of a file of courses for an edition of each rulebook: a course, or a list of them. A case of
    one rulebook alone is a course too."""
    schemas = {edition.rulebook: case_schema(edition) for edition in editions}
    lists = shelves_of(editions)
    properties = _fields(lists, schemas) | {name: _list(name, shelves) for name, shelves in lists.items()}
    course = {
        "title": "Et forløp",
        "description": "Listene til flere regelverk side om side. Har flere regelverk en liste med samme navn, sier "
                       "feltene hvilket hver ting hører til, eller regelverkets navn foran (regelverk.liste).",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "anyOf": [{"required": [name], "properties": {name: {"type": "array"}}} for name in lists],
    }
    found = [{"$ref": "#/$defs/§forløp"}, *({"$ref": _named(name)} for name in schemas)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Forløp under alle regelverk",
        "anyOf": [*found, {"type": "array", "title": "Flere forløp", "items": {"anyOf": found}}],
        "$defs": {"§forløp": course, **{name: {"$id": _named(name), **each} for name, each in schemas.items()}},
    }


def _named(rulebook: str) -> str:
    return f"urn:isfrules:{rulebook}"


def _list(name: str, shelves: Iterable[Shelf]) -> Schema:
    items = [{"$ref": f"{_named(each.edition.rulebook)}#/$defs/{each.entity.name}"} for each in shelves]
    title = " eller ".join(dict.fromkeys(each.entity.title or name for each in shelves))
    return {"title": title, "type": ["array", "null"], "items": items[0] if len(items) == 1 else {"anyOf": items}}


def _fields(lists: dict[str, list[Shelf]], schemas: dict[str, Schema]) -> Schema:
    """The fields of those that lists belong to; one that rulebooks describe differently may be as any of them says."""
    ways: dict[str, dict[str, Any]] = {}
    for shelf in (each for shelves in lists.values() for each in shelves):
        known = schemas[shelf.edition.rulebook]["$defs"][shelf.holder.name]["properties"]
        for decl in shelf.holder.fields:
            ways.setdefault(decl.name, {})[json.dumps(known[decl.name], sort_keys=True)] = known[decl.name]
    return {name: each[0] if len(each) == 1 else {"anyOf": each}
            for name, each in ((name, list(found.values())) for name, found in ways.items())}
