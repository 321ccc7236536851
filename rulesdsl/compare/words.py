"""Changes of the regelverk in the words of those who write it, as they bear on one case."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence

from rulesdsl.compare.changes import Change, Pair
from rulesdsl.core.ir import Clause, Edition, Rate, Table, Value
from rulesdsl.core.types import Type
from rulesdsl.core.values import shown, spoken
from rulesdsl.evaluate.explanation import (
    Calculation,
    Condition,
    Difference,
    Fact,
    PartChange,
    ResultReason,
    RuleReason,
    Written,
)
from rulesdsl.evaluate.facts import cell_path, key_shown
from rulesdsl.evaluate.wording import said

FEW = 4
"""So many rows of a table, or changes that come together, are named; the rest are counted."""

NEUTER = ("punkt", "kodeverk", "resultat")


def part_change(
    change: Change, pair: Pair, editions: tuple[Edition, Edition], day: datetime.date | None, cells: Collection[str]
) -> PartChange:
    """A change, with the two values where it is one of a value: a sats on ``day``, the rows of a table that the case
    came to (``cells``)."""
    first, second = pair.earlier.edition, pair.later.edition
    match change.kind:
        case "punkt":
            old, new = first.clauses.get(change.name), second.clauses.get(change.name)
            return _clause(change, old, new, editions)
        case "sats":
            old_rate, new_rate = first.rates.get(change.name), second.rates.get(change.name)
            return _made(change, _rate(old_rate, new_rate, day), old_rate, new_rate, editions)
        case "tabell":
            old_table, new_table = first.tables.get(change.name), second.tables.get(change.name)
            return _made(change, _rows(change.name, old_table, new_table, cells), old_table, new_table, editions)
        case _:
            sides = [Written(edition.id, None) for edition in editions]
            return PartChange(
                change.kind, change.name, change.way, f"{change.kind} {change.name}{_way(change)}",
                sides[0] if change.way != "new" else None, sides[1] if change.way != "gone" else None,
            )


def _clause(change: Change, old: Clause | None, new: Clause | None, editions: tuple[Edition, Edition]) -> PartChange:
    clause = new or old
    assert clause is not None
    kind = "beslutning" if clause.is_decision else "punkt"
    name = change.name if new is not None else change.formerly
    between = " " if name[:1].isdigit() else " – "
    title = between + clause.title if clause.title and clause.title.lower() != spoken(name).lower() else ""
    moved = f" (før {change.formerly})" if old is not None and change.formerly != change.name else ""
    return PartChange(
        kind, name, change.way, f"{kind} {name}{title}{moved}{_way(change, kind)}",
        _written(old, editions[0]), _written(new, editions[1]),
    )


def _made(
    change: Change, values: str, old: Rate | Table | None, new: Rate | Table | None, editions: tuple[Edition, Edition]
) -> PartChange:
    text = f"{change.kind} {change.name}{values or _way(change)}"
    return PartChange(
        change.kind, change.name, change.way, text,
        _written(old, editions[0]), _written(new, editions[1]),
    )


def _way(change: Change, kind: str = "") -> str:
    match change.way:
        case "new":
            return ": nytt" if (kind or change.kind) in NEUTER else ": ny"
        case "gone":
            return ": opphevet"
        case "changed":
            return ""


def _written(part: Clause | Rate | Table | None, edition: Edition) -> Written | None:
    return None if part is None else Written(part.edition or edition.id, part.place)


def _rate(old: Rate | None, new: Rate | None, day: datetime.date | None) -> str:
    """``: 45 808 kr per poeng → 46 719 kr per poeng``."""
    if day is None:
        return ""
    before, after = (shown(rate.type, rate.on(day).value) if rate else "" for rate in (old, new))
    return f": {before} → {after}" if before and after else f": ny, {after}" if after else f": opphevet, var {before}"


def _rows(name: str, old: Table | None, new: Table | None, cells: Collection[str]) -> str:
    """``, rad 442: 5,719 poeng → 5,900 poeng``: the rows that the case came to, where they are few."""
    if old is None or new is None:
        return ""
    changed = [(keys, column, before, after) for keys, column, before, after in _cells(old, new)
               if cell_path(name, keys, column) in cells]
    if not changed or len(changed) > FEW:
        return ""
    kinds = dict(new.columns)
    told = []
    for keys, column, before, after in changed:
        where = "; ".join(key_shown(key) for key in keys) + (f", {spoken(column)}" if len(kinds) > 1 else "")
        told.append(f"rad {where}: {_cell(kinds[column], before)} → {_cell(kinds[column], after)}")
    return ", " + "; ".join(told)


def _cells(old: Table, new: Table) -> Iterator[tuple[tuple[Value, ...], str, Value | None, Value | None]]:
    """The cells that two tables have differently."""
    columns = [name for name, _ in new.columns if name in dict(old.columns)]
    for keys in sorted(old.rows.keys() | new.rows.keys(), key=lambda keys: tuple(map(key_shown, keys))):
        sides = [table.rows[keys].values if keys in table.rows else {} for table in (old, new)]
        for column in columns:
            before, after = sides[0].get(column), sides[1].get(column)
            if before != after:
                yield keys, column, before, after


def _cell(kind: Type, value: Value | None) -> str:
    return "ingen" if value is None else shown(kind, value)


def named(changes: Sequence[PartChange]) -> str:
    """Some changes that count as one. Those that only make room for a clause, sats or tabell are left out."""
    telling = [each for each in changes if each.kind in ("punkt", "beslutning", "sats", "tabell")] or list(changes)
    told = [each.text for each in telling[:FEW]]
    rest = len(telling) - len(told)
    if rest:
        told.append("én endring til" if rest == 1 else f"{rest} andre endringer")
    return "; ".join(told)


# ── What a case came to ──────────────────────────────────────────────────────────────────────────────────────


def cells_of(results: Sequence[ResultReason]) -> set[str]:
    """The cells of tables that some results read."""
    return {fact.path for result in results for fact in _facts(result) if fact.kind == "table"}


def _facts(result: ResultReason) -> Iterator[Fact]:
    pending = list(result.reasons)
    while pending:
        clause = pending.pop()
        pending += clause.exceptions
        rules: Sequence[RuleReason] = clause.rules
        yield from _read((*clause.guard, *clause.requirements, *(one for rule in rules for one in rule.conditions)))
        calculations: list[Calculation] = [rule.gives for rule in rules]
        yield from (fact for made in calculations for fact in made.facts)


def _read(conditions: Sequence[Condition]) -> Iterator[Fact]:
    for one in conditions:
        yield from one.facts
        yield from _read(one.parts)


# ── Where the reasons part ───────────────────────────────────────────────────────────────────────────────────


def differences(
    before: Sequence[ResultReason], after: Sequence[ResultReason], formerly: Mapping[str, str]
) -> tuple[Difference, ...]:
    """The results that both have and that differ in value, status, or the clause and rule that decide."""
    others = {result.name: result for result in after}
    both = [(result, others[result.name]) for result in before if result.name in others]
    return tuple(
        Difference(first.name, first, second, _parting(first, second, formerly)) for first, second in both
        if (first.status, first.value, first.clause, first.rule)
        != (second.status, second.value, second.clause, second.rule)
    )


def _parting(first: ResultReason, second: ResultReason, formerly: Mapping[str, str]) -> str:
    """What a result was and is, and which clause decides it in the place of which."""
    before, after = _said(first), _said(second)
    same = (first.status, first.value) == (second.status, second.value)
    start = f"{first.called} er {after} i begge" if same else f"{first.called} går fra {before} til {after}"
    old, new = _ground(first), _ground(second)
    if old == new:
        return f"{start}, begge etter {new}."
    if first.clause and formerly.get(second.clause) == first.clause:
        return f"{start}, etter {new}, som før var {old}."
    return f"{start}: etter {new}, ikke etter {old}."


def _said(result: ResultReason) -> str:
    match result.status:
        case "known" | "unknown":
            return said(result.type, result.value)
        case "conflict":
            return "konflikt"
        case "no_rule":
            return "ingen verdi"


def _ground(result: ResultReason) -> str:
    """The clause that decides, and its row or requirement."""
    if not result.clause:
        return "noen regel"
    rule = f", {spoken(result.rule)}" if result.rule else ""
    return f"{spoken(result.clause)}{rule}"
