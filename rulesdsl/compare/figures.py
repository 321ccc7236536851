"""What differs within a sats and a tabell: old values and new, and by how much."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from attrs import evolve

from rulesdsl.compare.differences import Detail, Figure, Way
from rulesdsl.compare.phrases import counted, recited, rests_on, retitled, went
from rulesdsl.core import ir
from rulesdsl.core.types import Date, Type, type_name
from rulesdsl.core.values import capital, listed, shown, spoken
from rulesdsl.evaluate.facts import key_shown
from rulesdsl.evaluate.wording import constant

FEW = 10
"""So many rows are told one by one; of more, those that changed most."""

# ── Satser ───────────────────────────────────────────────────────────────────────────────────────────────────


def rate_details(old: ir.Rate, new: ir.Rate) -> tuple[Detail, ...]:
    """Both as they are within the days of their editions: the first value counts from the first of those days."""
    found: list[Detail] = []
    before, after = old.values, new.values
    if old.type != new.type:
        found.append(_retyped(old.type, new.type))
    if [each.value for each in before] != [each.value for each in after] or _days(before) != _days(after):
        if len(before) == len(after) and _days(before) == _days(after):
            found += [_went(first, second, new.type, at > 0)
                      for at, (first, second) in enumerate(zip(before, after, strict=True))
                      if first.value != second.value]
        else:
            found.append(Detail("verdi", "", "changed", "Satsen har andre verdier.", _listed(old), _listed(new),
                                Figure(new.type, before[0].value, after[0].value), apart=True))
    found += retitled(old.title, new.title)
    if len(before) == len(after):
        cited = [each for first, second in zip(before, after, strict=True)
                 for each in recited(first.citations, second.citations)]
    else:
        cited = recited((one for each in before for one in each.citations),
                        (one for each in after for one in each.citations))
    return (*found, *dict.fromkeys(cited))


def rate_told(rate: ir.Rate, new: bool) -> tuple[Detail, ...]:
    """A sats that is new, or gone: its values."""
    values, first = _listed(rate), rate.values[0].value
    if not new:
        return (Detail("verdi", "", "gone", f"Satsen var {values}.", values, "", Figure(rate.type, first, None)),)
    told = Detail("verdi", "", "new", f"Satsen er {values}.", "", values, Figure(rate.type, None, first))
    return (told, *rests_on(rate.values[0].citations))


def _days(values: Sequence[ir.RateValue]) -> list[tuple[int, int]]:
    """The days of the year from which the values after the first count."""
    return [(each.valid_from.month, each.valid_from.day) for each in values[1:]]


def _went(old: ir.RateValue, new: ir.RateValue, kind: Type, dated: bool) -> Detail:
    figure = Figure(kind, old.value, new.value)
    day = shown(Date(), new.valid_from) if dated else ""
    who = f"Fra {day} går satsen" if dated else "Satsen går"
    said = f"{who}{went(figure).removeprefix('går')}."
    return Detail("verdi", day, "changed", said, shown(kind, old.value), shown(kind, new.value), figure)


def _listed(rate: ir.Rate) -> str:
    """``100 kr, og 120 kr fra 1. juli 2020``."""
    return ", og ".join(
        shown(rate.type, each.value) + (f" fra {shown(Date(), each.valid_from)}" if at else "")
        for at, each in enumerate(rate.values)
    )


def _retyped(old: Type, new: Type, name: str = "") -> Detail:
    who = f"{spoken(name)}: typen" if name else "Typen"
    return Detail("type", name, "changed", f"{capital(who)} går fra {type_name(old)} til {type_name(new)}.",
                  type_name(old), type_name(new))


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────

Key = tuple[ir.Value, ...]


def table_details(old: ir.Table, new: ir.Table) -> tuple[Detail, ...]:
    found = _columns(old, new)
    gone = sorted((key for key in old.rows if key not in new.rows), key=_called)
    added = sorted((key for key in new.rows if key not in old.rows), key=_called)
    cells = sorted((each for key in old.rows if key in new.rows for each in _cells(key, old, new)), key=_size)
    rows = [Detail("rad", _called(key), "new", f"Ny rad {_called(key)}: {_held(key, new)}.", "", _held(key, new),
                   _only(new, key, True)) for key in added]
    rows += [Detail("rad", _called(key), "gone", f"Rad {_called(key)} er tatt bort; den hadde {_held(key, old)}.",
                    _held(key, old), "", _only(old, key, False)) for key in gone]
    told = [*cells, *rows]
    if len(told) > FEW:
        changed = len({each.name.partition(", ")[0] for each in cells})
        many = [counted(len(added), "én rad er ny", "rader er nye") if added else "",
                counted(len(gone), "én rad er tatt bort", "rader er tatt bort") if gone else "",
                counted(changed, "én rad er endret", "rader er endret") if cells else ""]
        shown_ = f" De {FEW} største endringene:" if len(cells) > FEW else ""
        found.append(Detail("antall", "", "changed", f"{capital(listed([each for each in many if each]))}.{shown_}"))
        told = [evolve(each, minor=at >= FEW) for at, each in enumerate(told)]
    return (*found, *told, *retitled(old.title, new.title), *_row_sources(old, new))


def table_told(table: ir.Table, new: bool) -> tuple[Detail, ...]:
    """A table that is new, or gone: how large it is, and its rows."""
    way: Way = "new" if new else "gone"
    said = f"{'Har' if new else 'Hadde'} {counted(len(table.rows), 'én rad', 'rader')}."
    keys = sorted(table.rows, key=_called)
    rows = (Detail("rad", _called(key), way, f"Rad {_called(key)}: {_held(key, table)}.",
                   "" if new else _held(key, table), _held(key, table) if new else "", _only(table, key, new),
                   minor=len(keys) > FEW) for key in keys)
    return (Detail("antall", "", way, said), *rows)


def _columns(old: ir.Table, new: ir.Table) -> list[Detail]:
    found: list[Detail] = []
    for what, first, second in (("nøkkel", dict(old.keys), dict(new.keys)),
                                ("kolonne", dict(old.columns), dict(new.columns))):
        found += [Detail(what, name, "new", f"Ny {what} «{spoken(name)}».") for name in second if name not in first]
        found += [Detail(what, name, "gone", f"{capital(what)} «{spoken(name)}» er tatt bort.")
                  for name in first if name not in second]
        found += [_retyped(first[name], second[name], name) for name in first
                  if name in second and first[name] != second[name]]
    return found


def _called(key: Key) -> str:
    return "; ".join(key_shown(each) for each in key)


def _held(key: Key, table: ir.Table) -> str:
    row, kinds = table.rows[key], dict(table.columns)
    cells = [f"{spoken(name)} {constant(kinds[name], value)}" for name, value in row.values.items()
             if value is not None]
    return listed(cells) if cells else "ingen verdier"


def _only(table: ir.Table, key: Key, new: bool) -> Figure | None:
    """The one number of a row, where it has just one column of them."""
    if len(table.columns) != 1:
        return None
    name, kind = table.columns[0]
    value = table.rows[key].values.get(name)
    return Figure(kind, None, value) if new else Figure(kind, value, None)


def _cells(key: Key, old: ir.Table, new: ir.Table) -> Iterator[Detail]:
    kinds, before, after = dict(new.columns), old.rows[key].values, new.rows[key].values
    former = dict(old.columns)
    for name, kind in kinds.items():
        first, second = before.get(name), after.get(name)
        if name in former and first != second:
            figure = Figure(kind, first, second)
            sides = ["" if each is None else constant(kind, each) for each in (first, second)]
            yield Detail("celle", f"{_called(key)}, {name}", "changed",
                         f"Rad {_called(key)}: {spoken(name)} {went(figure)}.", sides[0], sides[1], figure)


def _size(each: Detail) -> tuple[Decimal, str]:
    """The largest in per cent first; what is no number, or came from nothing, before all."""
    percent = each.figure.percent if each.figure else None
    return -percent.copy_abs() if percent is not None else Decimal("-Infinity"), each.name


def _row_sources(old: ir.Table, new: ir.Table) -> list[Detail]:
    """Rows that rest on other sources; said once where all do alike."""
    by_change: dict[tuple[Detail, ...], list[Key]] = {}
    for key in old.rows:
        if key in new.rows and (found := tuple(recited(old.rows[key].citations, new.rows[key].citations))):
            by_change.setdefault(found, []).append(key)
    told: list[Detail] = []
    for changes, keys in by_change.items():
        every = len(keys) == len(new.rows)
        named = f"Rad {listed(sorted(map(_called, keys)))}" if len(keys) <= 3 else f"{len(keys)} rader"
        for each in changes:
            if every:
                told.append(each)
            else:
                said = f"{named}: {each.sentence[:1].lower()}{each.sentence[1:]}"
                told.append(Detail("kilde", each.name, each.way, said, each.before, each.after, apart=each.apart,
                                   wording=True))
    return told
