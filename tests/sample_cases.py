"""Cases of the sample edition: as JSON text that is valid, with the facts it must give."""

import datetime
import json
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from sample_edition import sample_edition

from rulesdsl.core.ir import Edition, FieldDecl, Member
from rulesdsl.core.types import Bool, Code, Date, ListOf, Number, Record, Text, Type
from rulesdsl.source import canonical_name

EDITION = sample_edition()

TEXTS = st.text(max_size=12)
DAYS = st.dates(datetime.date(1800, 1, 1), datetime.date(2199, 12, 31))
KEYS = st.text(min_size=1, max_size=8).filter(str.strip).map(canonical_name)

CALM = settings(deadline=None)
"""Many tests run side by side, so how long one example takes says nothing."""

ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4)
    | st.sampled_from(["2020-06-01", "6", "010", "kommune"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["forankret", "kode", "x"]), inner),
    max_leaves=4,
)
"""JSON that may or may not stand in a field."""

Written = tuple[str, Any]
"""JSON text, and the value that it means (None for unknown)."""


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=len(text) % 2 == 0)


def written_object(parts: dict[str, str]) -> str:
    return "{" + ", ".join(f"{quoted(name)}: {text}" for name, text in parts.items()) + "}"


def written(type_: Type, day: datetime.date, edition: Edition = EDITION) -> st.SearchStrategy[Written]:
    """A known value of a plain type, or a list, in one of the ways that it may be written."""
    match type_:
        case Bool():
            return st.sampled_from([("true", True), ("false", False)])
        case Text():
            return TEXTS.map(lambda text: (quoted(text), canonical_name(text)))
        case Date():
            return DAYS.map(lambda date: (f'"{date}"', date))
        case Number(scale):
            units = st.integers(*type_.steps)
            return st.tuples(units, st.integers(0, 3)).map(lambda pair: _number(pair[0], scale, pair[1]))
        case Code(name):
            valid = [member for member in edition.kodeverk[name].members if _valid(member, day)]
            ways = [(way, member.name) for member in valid for way in _ways(member)]
            return st.sampled_from(ways)
        case ListOf(Record(name)):
            return st.lists(written_fields(edition.records[name].fields, day), max_size=3).map(
                lambda items: ("[" + ", ".join(written_object(texts) for texts, _ in items) + "]",
                               tuple({path[0]: value for path, value in facts.items()} for _, facts in items))
            )
        case ListOf(item):
            return st.lists(written(item, day), max_size=4).map(
                lambda items: ("[" + ", ".join(text for text, _ in items) + "]", tuple(value for _, value in items))
            )
        case _:
            raise AssertionError(type_)


@st.composite
def written_fields(
    draw: st.DrawFn, fields: tuple[FieldDecl, ...], day: datetime.date, above: tuple[str, ...] = (),
) -> tuple[dict[str, str], dict[tuple[str, ...], Any]]:
    """Some of the fields: known, null or absent."""
    texts: dict[str, str] = {}
    facts: dict[tuple[str, ...], Any] = {}
    for decl in fields:
        state = draw(st.sampled_from(["known", "known", "null", "absent"]))
        path = (*above, decl.name)
        if state == "null":
            texts[decl.name] = "null"
        elif state == "known" and isinstance(decl.type, Record):
            inner, below = draw(written_fields(EDITION.records[decl.type.name].fields, day, path))
            texts[decl.name] = written_object(inner)
            facts |= {path: True} | below
        elif state == "known":
            texts[decl.name], facts[path] = draw(written(decl.type, day))
    return texts, facts


@st.composite
def episodes(draw: st.DrawFn, key: str | None = None) -> tuple[dict[str, str], dict[tuple[str, ...], Any]]:
    """An episode: its fields as JSON texts, and its facts."""
    entity = EDITION.entities["Episode"]
    day = draw(st.dates(EDITION.valid_from, EDITION.valid_to))
    plain = tuple(decl for decl in entity.fields if decl.name not in (entity.key, entity.date))
    texts, facts = draw(written_fields(plain, day))
    texts["utdato"], facts[("utdato",)] = f'"{day}"', day
    key = draw(KEYS) if key is None else key
    texts["episode_id"], facts[("episode_id",)] = quoted(key), key
    return texts, facts


def _number(units: int, scale: int, zeros: int) -> Written:
    value = Decimal(units).scaleb(-scale)
    text = f"{value:f}" + ("." if not scale and zeros else "") + "0" * zeros
    return text, value


def _valid(member: Member, day: datetime.date) -> bool:
    return (member.valid_from or day) <= day <= (member.valid_to or day)


def _ways(member: Member) -> list[str]:
    numbers = [member.code] if member.code.isdigit() and member.code[0] != "0" else []
    return [f'"{member.code}"', f'"{member.name}"', *numbers]
