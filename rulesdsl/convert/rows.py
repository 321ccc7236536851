"""The rows of a source, CSV or JSON, as texts by column; numbers stand as they were written."""

import csv
import io
import json
from typing import Any

from rulesdsl.convert.mapping import Mapping, Unusable
from rulesdsl.diagnostics import did_you_mean

Row = dict[str, str]


def read_rows(text: str, name: str, mapping: Mapping) -> list[Row]:
    """The rows that the mapping keeps. A source that lacks columns is a message that names all of them."""
    text = text.removeprefix("\ufeff")
    rows = _from_json(text, name, mapping.inside) if text.lstrip()[:1] in ("[", "{") else _from_csv(text, name)
    if not rows:
        raise Unusable(f"«{name}» har ingen rader.", "Last ned filen på nytt.")
    has = list(dict.fromkeys(column for row in rows for column in row))
    missing = [column for column in mapping.asked() if column not in has]
    if missing:
        near = did_you_mean(missing[0], has) if len(missing) == 1 else ""
        what = "kolonnen" if len(missing) == 1 else "kolonnene"
        raise Unusable(
            f"«{name}» har ikke {what} {', '.join(missing)}. Den har {', '.join(has[:40])}.",
            near or "Filen kan ha et eldre oppsett enn avbildningen. Last ned filen på nytt, eller rett avbildningen.")
    return [row for row in rows if all(row.get(column, "") in values for column, values in mapping.keep.items())]


def on_day(rows: list[Row], mapping: Mapping, day: str) -> list[Row]:
    """Those that are valid on a day."""
    if not mapping.valid_from and not mapping.valid_to:
        raise Unusable("Avbildningen sier ikke hvilke kolonner som har gyldighet.", "Skriv [gyldig] med fra og til.")
    return [row for row in rows if (row.get(mapping.valid_from, "")[:10] or "0") <= day
            <= (row.get(mapping.valid_to, "")[:10] or "9")]


def _from_csv(text: str, name: str) -> list[Row]:
    head = text.partition("\n")[0]
    mark = max(";,\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        columns = [each.strip() for each in next(lines, [])]
        found = []
        for line in lines:
            if not any(each.strip() for each in line):
                continue
            if len(line) != len(columns):
                raise Unusable(f"«{name}», linje {lines.line_num}, har {len(line)} felter, ikke {len(columns)}.",
                               "Last ned filen på nytt.")
            found.append({column: each.strip() for column, each in zip(columns, line, strict=True)})
    except csv.Error as error:
        raise Unusable(f"«{name}» kan ikke leses som CSV: {error}") from None
    return found


def _from_json(text: str, name: str, inside: str) -> list[Row]:
    try:
        raw: Any = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unusable(f"«{name}» er ikke JSON: {error}", "Last ned filen på nytt.") from None
    if inside and isinstance(raw, dict):
        if inside not in raw:
            raise Unusable(f"«{name}» har ikke listen «{inside}».", f"Filen har {', '.join(map(str, raw))}.")
        raw = raw[inside]
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise Unusable(f"«{name}» er ikke en liste av objekter.", "Si med «liste» i [kilde] hvor radene står.")
    return [{column: _text(value) for column, value in each.items()} for each in raw]


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(map(_text, value))
        case _:
            return str(value).strip()
