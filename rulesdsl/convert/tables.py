"""Rows of a source to the CSV texts of tables: semicolons, decimal comma, a line of names first."""

import csv
import datetime
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rulesdsl.convert.combinations import meant
from rulesdsl.convert.mapping import Column, Mapping, PairMap, TableMap, Unusable
from rulesdsl.convert.rows import Row
from rulesdsl.source import frozen

SAYS, ORIGIN, CITED = "oppgitt_av", "opphav", "kilde"
"""Columns of a table of pairs: which code's own list says so; whether the row is stated or mirrored; its source."""

_NUMBER = re.compile(r"[-−]?\d+([.,]\d+)?")


@frozen
class Made:
    """A table's file, and what whoever made it should know."""

    file: str
    text: str
    rows: int
    notes: tuple[str, ...] = ()


def make_tables(rows: Sequence[Row], mapping: Mapping) -> tuple[Made, ...]:
    """All tables of a mapping, from the rows of its source."""
    return (*(_table(each, rows, mapping.decimal) for each in mapping.tables),
            *(_pairs(each, rows) for each in mapping.pairs))


def _table(table: TableMap, rows: Sequence[Row], decimal: str) -> Made:
    seen: Counter[tuple[str, str]] = Counter()
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append([_cell(column, row, decimal, number) for column in table.columns])
        for at, column in enumerate(table.columns):
            if column.kind == "nummer":  # which time, counted in the order of the source, its value stands
                seen[column.name, row.get(column.source, "")] += 1
                lines[-1][at] = str(seen[column.name, row.get(column.source, "")])
    return Made(table.file, _csv([each.name for each in table.columns], lines), len(lines))


def _cell(column: Column, row: Row, decimal: str, number: int) -> str:
    if column.fixed is not None:
        return column.fixed
    written = row.get(column.source, "")
    if any(row.get(name, "") not in values for name, values in column.where.items()):
        return ""
    match column.kind:
        case "kode":
            if written not in column.codes:
                raise Unusable(f"Rad {number}, {column.source}: «{written}» står ikke blant kodene i avbildningen.",
                               f"Kodene er {', '.join(column.codes)}. Legg den til under «koder».")
            return column.codes[written]
        case "ja/nei":
            return "ja" if written in column.yes else "nei"
        case _ if not written:
            return ""
        case "tall" | "prosent":
            plain = "".join(written.split()).replace(",", ".") if decimal == "," else "".join(written.split())
            if not _NUMBER.fullmatch(plain):
                raise Unusable(f"Rad {number}, {column.source}: «{written}» er ikke et tall.",
                               f"Kilden skal ha «{decimal}» som desimaltegn; rett «desimal» i [kilde].")
            whole, _, part = plain.partition(".")
            made = f"{whole},{part}" if part.strip("0") else whole
            return f"{made} %" if column.kind == "prosent" else made
        case "dato":
            try:
                return datetime.date.fromisoformat(written[:10]).isoformat()
            except ValueError:
                raise Unusable(f"Rad {number}, {column.source}: «{written}» er ikke en dato.",
                               "Datoer skrives 2024-07-01.") from None
        case _:
            return written


def _pairs(pair: PairMap, rows: Sequence[Row]) -> Made:
    """Every pair that a list of codes speaks of, both ways. A code that stands with itself is a matter of repetition,
    not of combination, and is left out."""
    codes = list(dict.fromkeys(row[pair.code] for row in rows if row[pair.code]))
    stated: dict[tuple[str, str], set[str]] = {}
    cited: dict[str, list[str]] = {}
    notes: list[str] = []
    unread: list[str] = []
    for row in rows:
        code = row[pair.code]
        cited.setdefault(code, []).append(row.get(pair.cited, ""))
        for column in pair.columns:
            found = meant(row.get(column.source, ""), codes)
            if found.unread:
                unread.append(f"{code}, {column.source}: «{', '.join(found.unread)}»")
            if found.unmatched:
                notes.append(f"{code}, {column.source}: ingen kode i kilden passer til {', '.join(found.unmatched)}.")
            for other in found.codes - {code}:
                stated.setdefault((code, other), set()).add(column.name)
    if unread:
        more = f" og {len(unread) - 5} til" if len(unread) > 5 else ""
        raise Unusable(f"Dette kan ikke leses som koder: {'; '.join(unread[:5])}{more}.",
                       "Skriv koder med komma mellom, «alle», «alle unntatt …» eller et intervall.")
    keys = sorted({*stated, *((other, code) for code, other in stated)})
    head = [pair.code, pair.other, *(each.name for each in pair.columns), SAYS, ORIGIN]
    head += [CITED] if pair.cited else []
    lines = []
    for code, other in keys:
        own, theirs = stated.get((code, other), set()), stated.get((other, code), set())
        by = [each for each, said in ((code, own), (other, theirs)) if said]
        origin = "oppgitt av begge" if own and theirs else "oppgitt" if own else "speilet"
        line = [code, other, *("ja" if each.name in own | theirs else "nei" for each in pair.columns)]
        line += [" og ".join(by), origin]
        lines.append(line + ([cited[by[0]][0]] if pair.cited else []))
    return Made(pair.file, _csv(head, lines), len(lines), tuple(notes))


def _csv(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return out.getvalue()
