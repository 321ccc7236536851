"""Tables: their CSV files to rows. A cell that cannot be read is a message with its line; an empty one is no value."""

import csv
import datetime
import io
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import assert_never

from attrs import define

from rulesdsl.check.declare import Declared, place
from rulesdsl.check.names import check_reserved
from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import FIRST_YEAR, LAST_YEAR, Broken, Number, Type
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.source import canonical_name
from rulesdsl.syntax import ast

ReadTable = Callable[[str, str], "bytes | None"]
"""Gives the content of a table's file: the name of the ``.isf`` file that names it, and the name as written there."""

SOURCE_COLUMN = "kilde"
"""The column of a row's own source."""

MOST_SHOWN = 5
"""How many bad rows of one file are shown; a file of the wrong kind has the same mistake on every line."""

CELL_BOUND = 10**18

Columns = Sequence[tuple[str, Type]]
"""The names of some columns and the types of their cells."""

_NUMBER = re.compile(r"[-−]?([0-9]{1,3}([ \u00a0\u202f][0-9]{3})+|[0-9]{1,18})(,[0-9]{1,18})?\s?%?")


def read_tables(declared: Declared, read: ReadTable) -> None:
    """All tables of an edition, with their rows."""
    for table in declared.names.tables.values():
        declared.tables[table.name.text] = _table(table, declared, read)


def _table(decl: ast.TableDecl, declared: Declared, read: ReadTable) -> ir.Table:
    problems = declared.problems
    columns = [(each.name.text, declared.type_of(each.type), each) for each in decl.columns]
    seen: set[str] = set()
    for name, kind, each in columns:
        if name in seen:
            problems.add("ISF202", each.name.span, "er brukt en gang til i tabellen", detail=name)
        seen.add(name)
        check_reserved(each.name, problems)
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
        problems.add("ISF406", decl.file.span, "finnes ikke ved siden av regelverksfilen",
                     hint="Legg filen i samme mappe som regelverksfilen, eller rett navnet.")
    else:
        reading = _Reading(declared, decl.file)
        try:
            rows = _rows(content.decode("utf-8-sig"), keys, cells, cites, reading)
        except UnicodeDecodeError as error:
            label = f"byte {error.start + 1} er ikke UTF-8"
            problems.add("ISF102", decl.file.span, label, path=decl.file.value, hint="Lagre filen som UTF-8.")
        except csv.Error:
            problems.add("ISF408", decl.file.span, "kan ikke leses som CSV", path=decl.file.value,
                         hint="Lagre filen på nytt som CSV med semikolon.")
        reading.finish()
    bounded = tuple((name, _bounded(kind, [row.values[name] for row in rows.values()])) for name, kind in cells)
    return ir.Table(decl.name.text, decl.title, keys, bounded, rows, place(decl.span))


def _bounded(kind: Type, values: Sequence[ir.Value | None]) -> Type:
    if not isinstance(kind, Number):
        return kind
    bound = max((int(abs(value)) + 1 for value in values if isinstance(value, Decimal)), default=1)
    return Number(kind.scale, kind.unit, bound)


@define
class _Reading:
    """The messages of one file: each has the line, and those past the first few are counted."""

    declared: Declared
    file: ast.TextLiteral
    found: int = 0

    def fault(self, code: str, label: str, line: int, column: str = "", hint: str = "", detail: str = "") -> None:
        self.found += 1
        if self.found <= MOST_SHOWN:
            path = f"{self.file.value}:{line}" + (f", {column}" if column else "")
            self.declared.problems.add(code, self.file.span, label, path=path, hint=hint, detail=detail)

    def finish(self) -> None:
        more = self.found - MOST_SHOWN
        if more > 0:
            self.declared.problems.add("ISF408", self.file.span, f"har {more} feil til", path=self.file.value,
                                       hint="Rett de første, og kontroller på nytt.")


def _rows(
    text: str, keys: Columns, cells: Columns, cites: tuple[ir.Citation, ...], reading: _Reading
) -> dict[tuple[ir.Value, ...], ir.Row]:
    """The rows of a CSV file: semicolons, decimal comma, one line of names; ``kilde`` may name a row's own source."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    head = [canonical_name(name.strip()) for name in next(lines, [])]
    if not _head_fits(head, [name for name, _ in (*keys, *cells)], reading):
        return {}
    rows: dict[tuple[ir.Value, ...], ir.Row] = {}
    first: dict[tuple[ir.Value | None, ...], int] = {}
    for line in lines:
        number = lines.line_num
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(head):
            many = "1 felt" if len(line) == 1 else f"{len(line)} felter"
            reading.fault("ISF408", f"linje {number} har {many}, ikke {len(head)}", number,
                          hint="Raden skal ha ett felt for hver kolonne, med semikolon mellom.")
            continue
        written = dict(zip(head, (canonical_name(cell.strip()) for cell in line), strict=True))
        before = reading.found
        key = tuple(_cell(written[name], kind, name, number, reading) for name, kind in keys)
        values = {name: _cell(written[name], kind, name, number, reading) for name, kind in cells}
        own = _row_citation(written.get(SOURCE_COLUMN, ""), number, reading)
        if reading.found > before:
            continue
        if any(part is None for part in key):
            reading.fault("ISF408", "nøkkelen er tom", number, hint="Fyll ut nøkkelen, eller ta bort raden.")
        elif key in first:
            reading.fault("ISF409", f"nøkkelen står også på linje {first[key]}", number, hint="Ta bort en av radene.",
                          detail="; ".join(map(_shown, key)))
        else:
            first[key] = number
            rows[key] = ir.Row(values, own or cites)  # type: ignore[index]
    return rows


def _head_fits(head: list[str], wanted: Sequence[str], reading: _Reading) -> bool:
    """Whether the first line names every column once."""
    missing = next((name for name in wanted if name not in head), None)
    twice = next((name for name in wanted if head.count(name) > 1), None)
    if missing is not None:
        near = did_you_mean(missing, head)
        if len(head) == 1 and ("," in head[0] or "\t" in head[0]):
            near = "Lagre filen med semikolon mellom feltene."
        reading.fault("ISF407", f"har ikke kolonnen «{missing}»", 1,
                      hint=near or "Første linje skal ha kolonnenes navn, med semikolon mellom.")
    elif twice is not None:
        reading.fault("ISF409", f"har kolonnen «{twice}» to ganger", 1, detail=twice,
                      hint="Ta bort en av kolonnene.")
    return missing is None and twice is None


def _shown(value: ir.Value | None) -> str:
    return str(value).replace(".", ",") if isinstance(value, Decimal) else str(value)


def _row_citation(name: str, line: int, reading: _Reading) -> tuple[ir.Citation, ...]:
    if not name or name in reading.declared.names.broken:
        return ()
    kilde = reading.declared.kilder.get(name)
    if kilde is None:
        hint = did_you_mean(name, reading.declared.kilder) or "Deklarer kilden med «kilde»."
        reading.fault("ISF402", f"«{name}» er ikke en kilde", line, SOURCE_COLUMN, hint)
        return ()
    return (ir.Citation(kilde, kilde.standing),)


def _cell(written: str, kind: Type, name: str, line: int, reading: _Reading) -> ir.Value | None:
    """The value of a cell; an empty one is none."""
    if not written:
        return None
    hint = ""
    match kind:
        case types.Text() | Broken():
            return written
        case types.Bool():
            if written in ("ja", "nei"):
                return written == "ja"
            hint = "Skriv ja eller nei."
        case types.Number():
            number = _number(written, kind)
            if isinstance(number, Decimal):
                return number
            hint = number
        case types.Date():
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
                with suppress(ValueError):
                    day = datetime.date.fromisoformat(written)
                    if FIRST_YEAR <= day.year <= LAST_YEAR:
                        return day
            hint = "Skriv datoen som 2020-01-31."
        case types.Code(kodeverk):
            members = reading.declared.kodeverk[kodeverk].members
            # A code goes before a name that is spelt like it, as in the data of a case.
            for member in (*(m for m in members if m.code == written), *(m for m in members if m.name == written)):
                return member.name
            hint = did_you_mean(written, [member.name for member in members])
        case types.ListOf() | types.Record():
            return None  # the column has its own message
        case _:
            assert_never(kind)
    wanted = f"en kode i {kind.kodeverk}" if isinstance(kind, types.Code) else types.type_name(kind)
    reading.fault("ISF408", f"«{written}» er ikke {wanted}", line, name, hint)
    return None


def _number(written: str, kind: Number) -> Decimal | str:
    """The number of a cell, or what to do where it cannot be read."""
    if not _NUMBER.fullmatch(written):
        plain = re.fullmatch(r"-?[0-9]+\.[0-9]+", written)
        return f"Desimaltegnet er komma: {written.replace('.', ',')}." if plain else "Skriv tallet med sifre og komma."
    plain_text = re.sub(r"[ \u00a0\u202f%]", "", written).replace(",", ".").replace("−", "-")
    value = EXACT.scaleb(Decimal(plain_text), -2) if written.endswith("%") else Decimal(plain_text)
    if abs(value) >= CELL_BOUND:
        return "Tallet er for stort."
    if value.as_integer_ratio()[1] > 1 and EXACT.scaleb(value, kind.scale) % 1:
        many = "desimal" if kind.scale == 1 else "desimaler"
        return f"Rund av til {kind.scale} {many}." if kind.scale else "Skriv et helt tall."
    return value
