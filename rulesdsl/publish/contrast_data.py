"""What a change is worth over a table, for programs: a document with everything, and a sheet for Excel."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rulesdsl.compare.contrast import Breakdown, Cell, Clauses, Contrast, LeftOut, Rest, Sums, Worth
from rulesdsl.compare.differences import Head
from rulesdsl.core.types import Number, type_name
from rulesdsl.core.values import exact
from rulesdsl.evaluate.explanation import Split
from rulesdsl.publish.contrast import EVERYTHING, left_out, together
from rulesdsl.publish.differences import summary

SCHEMA = "isfrules.contrast/1"

Json = dict[str, Any]


def to_json(found: Contrast, engine: str) -> Json:
    """The whole answer, with every group that is told one by one."""
    heads = found.differences
    return {
        "schema": SCHEMA, "engine": engine, "before": _head(heads.before), "after": _head(heads.after),
        "summary": summary(heads), "data": found.data,
        "rows": {"in": found.rows_in, "decided": found.decided, "only_before": found.only_before,
                 "only_after": found.only_after, "neither": found.neither, "broken_lines": found.broken},
        "results": {each.result: _worth(each) for each in found.worths}, "notes": list(found.notes),
    }


def _head(head: Head) -> Json:
    return {"edition": head.id, "title": head.title, "valid_from": str(head.valid_from),
            "valid_to": str(head.valid_to), "known_from": str(head.known_from) if head.known_from else None}


def _worth(worth: Worth) -> Json:
    return {
        "title": worth.called, "type": type_name(worth.type), **_sums(worth.total, worth.type),
        "left_out_by": [_left_out(each, worth.type) for each in worth.left_out],
        "breakdowns": [_breakdown(each, worth.type) for each in worth.breakdowns],
        "most_changed": [_cell(each, worth.type) for each in worth.cells],
    }


def _sums(sums: Sums, kind: Number) -> Json:
    percent = sums.figure(kind).percent
    return {
        "rows": sums.rows, "compared": sums.compared, "left_out": sums.left_out, "up": sums.up, "down": sums.down,
        "same": sums.same, **{name: exact(kind, value) for name, value in (
            ("before", sums.before), ("after", sums.after), ("change", sums.change), ("gain", sums.gain),
            ("loss", sums.loss))}, "percent": str(percent) if percent is not None else None,
    }


def _left_out(each: LeftOut, kind: Number) -> Json:
    return {"before": each.before, "after": each.after, "rows": each.rows,
            "total_before": exact(kind, each.total_before), "total_after": exact(kind, each.total_after)}


def _breakdown(each: Breakdown, kind: Number) -> Json:
    def values(group: tuple[str | None, ...]) -> Json:
        return {"value": group[0]} if each.by == "column" else {"before_punkt": group[0], "after_punkt": group[1]}

    return {
        "by": each.by, "name": each.name, "title": each.title,
        "groups": [{**values(group.values), "label": group.label, **_sums(group.sums, kind)} for group in each.groups],
        "rest": _rest(each.rest, kind) if each.rest else None,
    }


def _rest(rest: Rest, kind: Number) -> Json:
    return {"groups": rest.groups, **_sums(rest.sums, kind)}


def _cell(cell: Cell, kind: Number) -> Json:
    example = cell.example
    return {
        "group": [{"name": name, "label": label} for name, label in cell.parts], **_sums(cell.sums, kind),
        "example": {
            "row": example.row, "keys": dict(example.keys), "before": exact(kind, example.before),
            "after": exact(kind, example.after), "change": exact(kind, example.change),
            "punkt": {each.result: _clauses(each) for each in example.clauses},
            "split": _split(example.split) if example.split else None, "note": example.note or None,
        },
    }


def _clauses(each: Clauses) -> Json:
    return {side: {"punkt": clause or None, "rule": rule or None}
            for side, (clause, rule) in (("before", each.before), ("after", each.after))}


def _split(split: Split) -> Json:
    return {
        "change": exact(split.type, split.total), "notes": list(split.notes),
        "parts": [{"change": exact(split.type, part.amount), "text": part.text,
                   "because": [{"kind": each.kind, "name": each.name} for each in part.changes]}
                  for part in split.parts],
    }


# ── For Excel ────────────────────────────────────────────────────────────────────────────────────────────────

CSV_HEADS = ("resultat", "oppdeling", "gruppe", "rader", "sammenlignet", "før", "nå", "endring", "prosent", "får mer",
             "får mindre", "rader med mer", "rader med mindre", "rader med det samme", "ikke sammenlignet")

MARK = "\ufeff"
"""Stands first, so that Excel reads the file as UTF-8."""


def to_csv(found: Contrast) -> str:
    """A line for each group, and before them one for all rows and one for each way not to be compared. As Excel wants
    it where commas are decimal: semicolons between, a comma in numbers, and UTF-8 that says so."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_HEADS)
    for worth in found.worths:
        writer.writerow(_line(worth.called, "", EVERYTHING, worth.total, worth.type))
        for each in worth.left_out:
            writer.writerow([_text(worth.called), "ikke sammenlignet", left_out(each), each.rows, 0,
                             _decimal(each.total_before, worth.type), _decimal(each.total_after, worth.type),
                             *[""] * 7, each.rows])
        for breakdown in worth.breakdowns:
            writer.writerows(_lines(worth, breakdown))
    return MARK + text.getvalue()


def _lines(worth: Worth, breakdown: Breakdown) -> Iterator[list[object]]:
    for group in breakdown.groups:
        yield _line(worth.called, breakdown.title, group.label, group.sums, worth.type)
    if breakdown.rest:
        said = f"{breakdown.rest.groups} andre grupper"
        yield _line(worth.called, breakdown.title, said, together([breakdown.rest.sums]), worth.type)


def _line(called: str, breakdown: str, label: str, sums: Sums, kind: Number) -> list[object]:
    percent = sums.figure(kind).percent
    return [
        _text(called), _text(breakdown), _text(label), sums.rows, sums.compared,
        *(_decimal(each, kind) for each in (sums.before, sums.after, sums.change)),
        "" if percent is None else f"{percent:f}".replace(".", ","),
        *(_decimal(each, kind) for each in (sums.gain, sums.loss)), sums.up, sums.down, sums.same, sums.left_out,
    ]


def _decimal(value: Decimal | None, kind: Number) -> str:
    return "" if value is None else str(exact(kind, value)).replace(".", ",")


def _text(text: str) -> str:
    """A text that Excel does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
