"""What a column of data holds, whatever engine it stands in: its kind, and whether it can carry a field of a type."""

from typing import Literal

from attrs import field

from rulesdsl.core import types
from rulesdsl.core.ir import Edition, FieldDecl
from rulesdsl.core.types import Number, Type, type_name
from rulesdsl.source import frozen

KindName = Literal[
    "text", "whole", "decimal", "float", "truth", "date", "time", "zoned", "list", "record", "empty", "other"
]


@frozen
class Kind:
    """The kind of a column. ``said`` is what the engine calls its type. A list has an ``item``, a record ``fields``, a
    decimal its ``scale``. An ``empty`` column holds no value; a ``time`` has no time zone, a ``zoned`` one has."""

    name: KindName
    said: str = field(default="", eq=False)
    item: "Kind | None" = None
    fields: tuple[tuple[str, "Kind"], ...] = ()
    scale: int = 0


TEXT = Kind("text", "VARCHAR")
EMPTY = Kind("empty", "NULL")


@frozen
class Place:
    """A field of an entity by its path, dotted within records. A record stands before its own fields."""

    path: str
    type: Type
    decl: FieldDecl


def places(edition: Edition, entity: str) -> tuple[Place, ...]:
    """Every field of an entity, those within records included, in the order they are declared."""
    return _places(edition, edition.entities[entity].fields, "")


def _places(edition: Edition, fields: tuple[FieldDecl, ...], above: str) -> tuple[Place, ...]:
    found: list[Place] = []
    for decl in fields:
        path = f"{above}{decl.name}"
        found.append(Place(path, decl.type, decl))
        if isinstance(decl.type, types.Record):
            found += _places(edition, edition.records[decl.type.name].fields, f"{path}.")
    return tuple(found)


# ── Whether a column can carry a field ───────────────────────────────────────────────────────────────────────

_SAID: dict[KindName, str] = {
    "text": "tekst", "whole": "hele tall", "decimal": "desimaltall", "float": "flyttall", "truth": "ja/nei",
    "date": "datoer", "time": "tidspunkter", "zoned": "tidspunkter med tidssone", "list": "lister",
    "record": "poster", "empty": "ingenting", "other": "noe annet",
}

_FITTING: dict[type, tuple[KindName, ...]] = {
    types.Bool: ("truth", "text", "whole"),
    types.Text: ("text",),
    types.Date: ("date", "time", "text"),
    types.Number: ("whole", "decimal", "float", "text"),
    types.Code: ("text", "whole", "decimal", "float"),
    types.Record: ("truth", "text", "whole"),
}


def kind_said(kind: Kind) -> str:
    """``hele tall (BIGINT)``."""
    return f"{_SAID[kind.name]} ({kind.said})" if kind.said else _SAID[kind.name]


def why_unfit(type_: Type, kind: Kind, edition: Edition, key: bool = False) -> tuple[str, str] | None:
    """Why a column of a kind cannot carry a field of a type, and what to do; None where it can. A ``key`` may be whole
    numbers: it is only ever compared."""
    if kind.name == "empty" or (key and kind.name == "whole"):
        return None
    if isinstance(type_, types.ListOf):
        return _unfit_list(type_, kind, edition)
    if kind.name in _FITTING.get(type(type_), ()):
        return None
    wrong = f"har {kind_said(kind)}, men feltet er {type_name(type_)}"
    if kind.name == "zoned":
        return wrong, "Hvilken dag det er, kommer an på sonen. Gjør kolonnen om til DATE først."
    if isinstance(type_, types.Text) and kind.name in ("whole", "decimal", "float"):
        return wrong, "Foranstilte nuller kan være borte. Ta uttrekket på nytt med kolonnen som tekst."
    if kind.name == "float":
        return wrong, "Et flyttall er ikke nøyaktig. Skriv kolonnen som DECIMAL eller tekst."
    return wrong, f"Gjør kolonnen om til {_wanted(type_)}."


def _unfit_list(type_: types.ListOf, kind: Kind, edition: Edition) -> tuple[str, str] | None:
    wrong = f"har {kind_said(kind)}, men feltet er {type_name(type_)}"
    if isinstance(type_.item, types.Record):
        item = kind.item
        if kind.name != "list" or item is None or item.name not in ("record", "empty"):
            return wrong, "En liste av poster må være en liste av STRUCT, som i Parquet."
        fields = {decl.name: decl for decl in edition.records[type_.item.name].fields}
        for name, inner in item.fields:
            why = why_unfit(fields[name].type, inner, edition) if name in fields else None
            if why is not None:
                return f"har feltet {name}, som {why[0]}", why[1]
        return None
    if kind.name == "text":
        return None
    if kind.name != "list" or kind.item is None:
        return wrong, "Gjør kolonnen om til en liste, eller til tekst med semikolon mellom elementene."
    why = why_unfit(type_.item, kind.item, edition)
    return None if why is None else (wrong, why[1])


def _wanted(type_: Type) -> str:
    match type_:
        case types.Bool() | types.Record():
            return "BOOLEAN"
        case types.Date():
            return "DATE"
        case Number():
            return "DECIMAL"
        case _:
            return "tekst"


def has_floats(kind: Kind) -> bool:
    """Whether a column holds floats, which must then be whole."""
    return kind.name == "float" or (kind.item is not None and has_floats(kind.item)) or any(
        has_floats(inner) for _, inner in kind.fields)
