"""What the sums of a run rest on that is no published figure: made-up examples, and what nobody has confirmed.

Each row says it of itself when it is explained. A sum does not, and is what is passed on.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rulesdsl.core.ir import Edition, Rate, RateValue, Standing
from rulesdsl.core.values import listed
from rulesdsl.evaluate.reasons import standing_of

MOST_NAMED = 5

_SAID: tuple[tuple[Standing, str], ...] = (
    ("eksempel", "er laget for at reglene skal kunne prøves; beløp som hviler på {}, er ikke ekte"),
    ("ubekreftet", "er ikke bekreftet av en publisert kilde"),
)


def standing_notes(used: Sequence[Edition]) -> tuple[str, ...]:
    """A sentence for the figures and one for the clauses of each standing below published, of the editions that decided
    some row."""
    notes = []
    for standing, said in _SAID:
        figures = list(dict.fromkeys(each for edition in used for each in _figures(edition, standing)))
        clauses = list(dict.fromkeys(number for edition in used for number, clause in edition.clauses.items()
                                     if standing_of(clause.citations) == standing))
        if figures:
            notes.append(f"Tall i {_some(figures)} {said.format('dem')}.")
        if clauses:
            where = "punktene" if len(clauses) > 1 else "punkt"
            notes.append(f"Det som står i {where} {_some(clauses)} {said.format('det')}.")
    return tuple(notes)


def _figures(edition: Edition, standing: Standing) -> Iterator[str]:
    """The tables and rates that have such a figure."""
    for name, table in edition.tables.items():
        if any(standing_of(row.citations) == standing for row in table.rows.values()):
            yield name
    for name, rate in edition.rates.items():
        if any(standing_of(value.citations) == standing for value in _in_force(rate, edition)):
            yield name


def _in_force(rate: Rate, edition: Edition) -> Iterator[RateValue]:
    """The values that hold on some day of an edition."""
    for value, later in pairwise((*rate.values, None)):
        if value and value.valid_from <= edition.valid_to and (later is None or later.valid_from > edition.valid_from):
            yield value


def _some(names: Sequence[str]) -> str:
    return listed([*names[:MOST_NAMED], *([f"{len(names) - MOST_NAMED} til"] if len(names) > MOST_NAMED else [])])
