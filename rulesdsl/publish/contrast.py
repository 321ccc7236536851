"""What a change of the rules is worth over a table, in words and sheets: what is said, in which order and how much of
it, for all formats that people read."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rulesdsl.compare.contrast import Breakdown, Cell, Clauses, Contrast, Example, LeftOut, Sums, Worth
from rulesdsl.compare.phrases import bare, counted, percent_shown
from rulesdsl.core.types import NO_UNIT, Number
from rulesdsl.core.values import capital, shown, signed, unit_shown
from rulesdsl.publish.differences import by
from rulesdsl.source import frozen

NOTHING_CHANGED = "Ingen rad får et annet svar."
NOTHING_COMPARED = "Ingen rad har et kjent svar i begge utgavene."
EVERYTHING = "Til sammen"
CELLS = "De mest endrede gruppene"
CELLS_SAID = "Radene i en gruppe er like i alt som er delt opp over. Eksemplet er en rad midt blant endringene."
NOT_COMPARED = "Ikke sammenlignet"
KEYS_SAID = "Her er nøkler til enkelte rader. Del det som om det var dataene."

_STATUS = {
    "known": "kjent", "unknown": "ukjent", "conflict": "konflikt", "no_rule": "ingen regel",
    "set_aside": "lagt til side", "broken": "linjer som ikke kan leses",
}

_ROWS = Number(0, NO_UNIT, 10**15)


def number(count: int) -> str:
    """A count, its digits in groups."""
    return bare(_ROWS, Decimal(count)) if count < 10_000 else shown(_ROWS, Decimal(count))


def rows(count: int) -> str:
    return "én rad" if count == 1 else f"{number(count)} rader"


# ── Sentences ────────────────────────────────────────────────────────────────────────────────────────────────


def title(found: Contrast) -> str:
    heads = found.differences
    return f"Hva endringene fra {heads.before.called} til {heads.after.called} er verdt"


def account(found: Contrast) -> str:
    """Every row of the table by what became of it."""
    before, after = found.differences.before.called, found.differences.after.called
    parts = [f"{number(found.decided)} avgjort etter begge utgavene"]
    if found.only_before:
        parts.append(f"{number(found.only_before)} bare etter {before}")
    if found.only_after:
        parts.append(f"{number(found.only_after)} bare etter {after}")
    if aside := found.neither - found.broken:
        parts.append(f"{number(aside)} lagt til side")
    if found.broken:
        parts.append(f"{number(found.broken)} som ikke kan leses")
    return f"{capital(rows(found.rows_in))} i {found.data} = {' + '.join(parts)}."


def summed(worth: Worth) -> str:
    """``78 241 046,80 kr → 80 832 835,08 kr (+2 591 788,28 kr, +3,3 %)``."""
    figure = worth.figure
    change = by(figure)
    percent = f", {percent_shown(figure)}" if figure.percent else ""
    values = " → ".join(shown(worth.type, each) for each in (worth.total.before, worth.total.after))
    return values + (f" ({change}{percent})" if change else "")


def gained(worth: Worth) -> list[str]:
    """Who gets more, who gets less, and who gets the same."""
    total = worth.total
    if not total.compared:
        return [NOTHING_COMPARED]
    if not worth.changed:
        return [NOTHING_CHANGED]
    more = f"{capital(rows(total.up))} får mer: {signed(worth.type, total.gain)}."
    less = f"{capital(rows(total.down))} får mindre: {signed(worth.type, total.loss)}."
    return [more if total.up else "Ingen får mer.", less if total.down else "Ingen får mindre.",
            f"{capital(rows(total.same))} får det samme."]


def left_out(each: LeftOut) -> str:
    """``ukjent før, kjent nå``."""
    first, second = _STATUS[each.before], _STATUS[each.after]
    if each.before == each.after:
        return first if each.before in ("broken", "set_aside") else f"{first} i begge utgavene"
    return f"{first} før, {second} nå"


# ── Sheets ───────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class Sheet:
    """A table: the first column says what a row is, the others are figures. ``total`` is the line below it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    more: str = ""


NARROW = ("Rader", "Endring", "Prosent")
"""The figures of a sheet where there is little room."""

WIDE = ("Rader", "Før", "Nå", "Endring", "Prosent", "Får mer", "Får mindre", NOT_COMPARED)


def unit(kind: Number) -> str:
    return unit_shown(kind.unit)


def sheet(worth: Worth, breakdown: Breakdown, most: int, figures: Sequence[str] = WIDE) -> Sheet:
    """The most changed groups of a breakdown, the others in a line, and the sum of all."""
    heads = (breakdown.title if breakdown.by == "column" else "Punkt", *figures)
    groups = breakdown.groups[:most]
    made = [(each.label, *_cells(each.sums, worth.type, figures)) for each in groups]
    others = [each.sums for each in breakdown.groups[most:]] + ([breakdown.rest.sums] if breakdown.rest else [])
    count = len(breakdown.groups) - len(groups) + (breakdown.rest.groups if breakdown.rest else 0)
    if others:
        made.append((counted(count, "én gruppe til", "grupper til"), *_cells(together(others), worth.type, figures)))
    total = (EVERYTHING, *_cells(together(breakdown.all), worth.type, figures))
    return Sheet(f"{worth.called} etter {breakdown.title}" if breakdown.by == "column" else breakdown.title, heads,
                 tuple(made), total)


def together(some: Sequence[Sums]) -> Sums:
    """The sums of several groups as one."""
    zero = Decimal(0)
    return Sums(
        sum(each.rows for each in some), sum(each.compared for each in some),
        sum((each.before for each in some), zero), sum((each.after for each in some), zero),
        sum((each.gain for each in some), zero), sum((each.loss for each in some), zero),
        sum(each.up for each in some), sum(each.down for each in some))


def _cells(sums: Sums, kind: Number, figures: Sequence[str]) -> Iterator[str]:
    figure = sums.figure(kind)
    for each in figures:
        match each:
            case "Rader":
                yield number(sums.rows)
            case "Før" | "Nå":
                yield bare(kind, sums.before if each == "Før" else sums.after)
            case "Endring":
                yield amount(kind, sums.change)
            case "Prosent":
                yield percent_shown(figure) or "–"
            case "Får mer" | "Får mindre":
                yield amount(kind, sums.gain if each == "Får mer" else sums.loss)
            case _:
                yield number(sums.left_out)


def amount(kind: Number, value: Decimal) -> str:
    """A change with its sign, without the unit."""
    return ("+" if value > 0 else "") + bare(kind, value)


def left_out_sheet(worth: Worth) -> Sheet:
    """The rows that are not compared, by why not."""
    made = [(capital(left_out(each)), number(each.rows),
             *("–" if value is None else bare(worth.type, value) for value in (each.total_before, each.total_after)))
            for each in worth.left_out]
    return Sheet(NOT_COMPARED, ("Hvorfor", "Rader", "Før", "Nå"), tuple(made),
                 (EVERYTHING, number(worth.total.left_out), "", ""))


# ── The most changed groups ──────────────────────────────────────────────────────────────────────────────────


def cell_called(cell: Cell) -> str:
    return " · ".join(f"{name}: {label}" for name, label in cell.parts)


def cell_summed(cell: Cell, worth: Worth) -> str:
    percent = percent_shown(cell.sums.figure(worth.type))
    said = f"{signed(worth.type, cell.sums.change)} i {rows(cell.sums.compared)}"
    return said + (f" ({percent})" if percent else "")


def example_called(example: Example) -> str:
    keys = ", ".join(f"{name} {value}" for name, value in example.keys.items() if value is not None)
    return f"Rad {shown(_ROWS, Decimal(example.row))}" + (f", {keys}" if keys else "")


def example_summed(example: Example, worth: Worth) -> str:
    values = " → ".join(shown(worth.type, each) for each in (example.before, example.after))
    return f"{values} ({signed(worth.type, example.change)})"


def shares(example: Example, worth: Worth) -> list[tuple[str, str]]:
    """What each change of the rules moves the example by, and the change; the sum where they are several."""
    if example.split is None:
        return [("", example.note)] if example.note else []
    made = [(signed(worth.type, part.amount), part.text) for part in example.split.parts]
    return [*made, (signed(worth.type, example.split.total), "til sammen")] if len(made) > 1 else made


def clauses_said(each: Clauses) -> str:
    """``Refusjon: refusjon (somatikk) → samme_dag``."""
    sides = [clause + (f" ({rule})" if rule else "") if clause else "ingen"
             for clause, rule in (each.before, each.after)]
    return f"{each.called}: " + (sides[0] if sides[0] == sides[1] else " → ".join(sides))


def how_to_explain(found: Contrast) -> str:
    """How a reader goes on from an example."""
    heads = found.differences
    return ("Skriv eksemplene som saker med --examples FIL, og se hele begrunnelsen med "
            f"«isfrules explain FIL --edition {heads.before.id} --compare {heads.after.id}».")
