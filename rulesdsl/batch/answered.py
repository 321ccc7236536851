"""The answers of a run, read again: which row a user means, what stands there, and whether it still is the answer."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.problems import cannot
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Type
from rulesdsl.core.values import shown
from rulesdsl.evaluate.explanation import CaseError, CaseExplanation, ResultReason
from rulesdsl.source import frozen
from rulesdsl.sql.contributions import AMOUNT, CLAUSE, CONTRIBUTIONS

ROW, LINE = "rad:", "linje:"
"""What stands before a number that is no key: that of a row, or of a line in a CSV file that could not be read."""


@frozen
class Keyed:
    """A row by its number and its keys. ``group`` tells what it belongs to; None where it stands alone."""

    rad: int
    group: str | None
    key: str | None

    @property
    def said(self) -> str:
        return f"{self.group}/{self.key}" if self.group is not None else str(self.key)


@frozen
class Answers:
    """The files of a run. ``group`` and ``key`` are the names of the columns that say which row is which; ``beside`` is
    the file of what was set aside, where it does not stand under the name of the answers."""

    con: duckdb.DuckDBPyConnection
    out: Path
    entity: str
    group: str
    key: str
    beside: Path | None = None

    @property
    def aside(self) -> Path:
        return self.beside or self.out.with_name(f"{self.out.with_suffix('').name}-feil.parquet")

    def keyed(self, condition: str, *given: object) -> list[Keyed]:
        """The decided rows for which a condition holds on ``rad``, ``gruppe`` and ``nøkkel``."""
        names = {name for name, *_ in self._read(f"DESCRIBE SELECT * FROM {_file(self.out)}")}
        own, above = (f"CAST({identifier(each)} AS VARCHAR)" if each in names else "NULL::VARCHAR"
                      for each in (self.key, self.group))
        return [Keyed(*row) for row in self._read(
            f'SELECT * FROM (SELECT rad, {above} AS gruppe, {own} AS "nøkkel" FROM {_file(self.out)}) '
            f"WHERE {condition} ORDER BY rad", *given)]

    def answer(self, rad: int) -> Mapping[str, Any] | None:
        """All that stands in the row of answers; None where the row was not decided."""
        rows = self._read(f"SELECT * FROM {_file(self.out)} WHERE rad = ?", rad)
        names = [each[0] for each in self.con.description or ()]
        return dict(zip(names, rows[0], strict=True)) if rows else None

    def faults(self, rad: int) -> tuple[CaseError, ...]:
        """Why a row was set aside; none where it was not."""
        return self._faults("rad = ? AND entitet = ?", rad, self.entity)

    def broken(self, line: int) -> tuple[CaseError, ...]:
        """Why a line could not be read."""
        return self._faults("linje = ? AND entitet = ?", line, self.entity)

    def set_aside(self, rads: list[int]) -> set[int]:
        """Those of some rows that were set aside."""
        if not rads or not self.aside.is_file():
            return set()
        return {row[0] for row in self._read(
            f"SELECT DISTINCT rad FROM {_file(self.aside)} WHERE entitet = ? AND list_contains(?::BIGINT[], rad)",
            self.entity, rads)}

    def _faults(self, condition: str, *given: object) -> tuple[CaseError, ...]:
        if not self.aside.is_file():
            return ()
        return tuple(CaseError(code, message, field or "", value or "") for code, field, value, message in self._read(
            f"SELECT code, field, value, message FROM {_file(self.aside)} WHERE {condition} ORDER BY field, code",
            *given))

    def _read(self, query: str, *given: object) -> list[Any]:
        try:
            return self.con.execute(query, [*given]).fetchall()
        except duckdb.Error:
            raise cannot(f"«{self.out}» kan ikke leses som svar fra «isfrules run».",
                         "Oppgi filen som ble gitt med -o.") from None


def _file(path: Path) -> str:
    plain = "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.resolve()))
    return f"read_parquet({quoted(plain)})"


# ── Which row ────────────────────────────────────────────────────────────────────────────────────────────────


def number_of(asked: str, front: str) -> int | None:
    """The number after ``rad:`` or ``linje:``."""
    found = re.fullmatch(rf"{re.escape(front)}\s*([1-9][0-9]{{0,17}})", asked.strip())
    return int(found[1]) if found else None


def splits(asked: str) -> list[tuple[str, str]]:
    """The ways to read ``P1/E1`` as what a row belongs to and its own key; a key may itself hold the sign."""
    return [(asked[:at], asked[at + 1:]) for at, sign in enumerate(asked) if sign == "/"]


def only_one(asked: str, found: list[Keyed], decided: set[int]) -> Keyed | None:
    """The one row that is meant, of those that have the key. Where a key stands twice with the same owner, the row that
    was decided goes before those that were set aside for it. Several is a message."""
    owners = {each.group for each in found}
    if len(owners) <= 1:
        chosen = [each for each in found if each.rad in decided] or found
        if len(chosen) <= 1:
            return chosen[0] if chosen else None
        ways = [f"{ROW}{each.rad}" for each in chosen]
    else:
        ways = sorted(each.said if each.group is not None else f"{ROW}{each.rad}" for each in found)
    shown_ = ", ".join(ways[:5]) + (f" og {len(ways) - 5} til" if len(ways) > 5 else "")
    raise cannot(f"{len(found)} rader har nøkkelen «{asked}».", f"Skriv hvilken med --row: {shown_}.")


# ── Whether it is still the answer ───────────────────────────────────────────────────────────────────────────


def differing(answer: Mapping[str, Any], now: CaseExplanation, edition: Edition) -> tuple[str, ...]:
    """What stands otherwise in a row of answers than the row comes to now, result by result; nothing where all of
    value, status, clause, rule, missing facts, and what each clause gave or took, are the same. What does not stand in
    the row, as where a run told no reasons, is not held against it."""
    if answer["utgave"] != now.edition:
        return (f"Utgave: {answer['utgave']} i svarene, {now.edition} nå.",)
    if now.errors and not now.results:  # else they are of what was to be set beside the answer
        return tuple(f"Nå: {each.code} {each.message}." for each in now.errors)
    own = {name for name, each in edition.results.items() if each.entity == now.entity}
    found: list[str] = []
    for each in now.results:
        if each.name not in own:
            continue
        before, after = _stands(answer, each.name), _comes_to(each)
        if f"{each.name}.punkt" not in answer:
            before, after = (*before[:2], None, None, ()), (*after[:2], None, None, ())
        if before[:4] != after[:4] or _by_number(before[4]) != _by_number(after[4]):
            found.append(f"{each.called}: {_said(each.type, before, after)} i svarene, "
                         f"{_said(each.type, after, before)} nå.")
        elif (given := answer.get(f"{each.name}.{CONTRIBUTIONS}")) is not None:
            found += _given_otherwise(each, {one[CLAUSE]: one[AMOUNT] for one in given})
    return tuple(found)


def _by_number(missing: tuple[str, ...]) -> set[str]:
    """Missing facts, where all that have a number in place of a key are alike: a table counts its rows, and a case what
    stands together."""
    return {re.sub(r"\[(rad )?\d*\]", "[]", each) for each in missing}


def _given_otherwise(each: ResultReason, before: Mapping[str, Decimal]) -> list[str]:
    """What clauses gave or took otherwise of an amount that is the same."""
    after = {one.clause: one.amount for one in each.contributions}
    return [f"{each.called}: {clause} ga {shown(each.type, before.get(clause, Decimal(0)))} i svarene, "
            f"{shown(each.type, after.get(clause, Decimal(0)))} nå."
            for clause in sorted({*before, *after}) if before.get(clause) != after.get(clause)]


Five = tuple[Any, str | None, str | None, str | None, tuple[str, ...]]
"""A result: value, status, clause, rule, and what is missing."""

_STATUS = {"known": "avgjort", "unknown": "ukjent", "conflict": "i strid", "no_rule": "uten regel", None: "ikke med"}


def _stands(answer: Mapping[str, Any], name: str) -> Five:
    value, status, clause, rule = (answer.get(f"{name}{part}") for part in ("", ".status", ".punkt", ".regel"))
    missing = answer.get(f"{name}.mangler") or []
    return (tuple(value) if isinstance(value, list) else value, status, clause or None, rule or None,
            tuple(sorted(missing)))


def _comes_to(each: ResultReason) -> Five:
    if each.status != "known":
        return None, each.status, None, None, tuple(sorted(each.missing)) if each.status == "unknown" else ()
    return each.value, each.status, each.clause or None, each.rule or None, ()


def _said(type_: Type, five: Five, other: Five) -> str:
    """A result in words, with what makes it another than ``other``."""
    value, status, clause, rule, missing = five
    said = shown(type_, value) if status == "known" else _STATUS.get(status, str(status))
    if clause and (clause, rule) != (other[2], other[3]):
        said += f" etter {clause}" + (f", {rule}" if rule and rule != other[3] else "")
    return said + (f" (mangler {', '.join(missing)})" if missing and missing != other[4] else "")
