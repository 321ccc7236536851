"""What a change is worth over a table, as one page that needs nothing else: no network, no scripts. Beside each chart
stands a table with the same figures."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from rulesdsl.compare.contrast import Cell, Contrast, Worth
from rulesdsl.core.values import capital, signed
from rulesdsl.publish import contrast as told
from rulesdsl.publish.contrast_charts import NARROW, WIDE, chart
from rulesdsl.publish.differences import happened, part_named, summary, valid
from rulesdsl.publish.differences import told as details
from rulesdsl.publish.line import clean, plain

if TYPE_CHECKING:
    from jinja2 import Template

MOST_BARS = 15
MOST_GROUPS = 300


def to_html(found: Contrast, engine: str) -> str:
    """The page; every text of the data and the rulebook is escaped."""
    heads = found.differences
    parts = [{"name": plain(part_named(each)), "happened": f"{each.kind}, {happened(each)}",
              "details": [clean(detail.sentence) for detail in details(each)]}
             for _, some in heads.by_kind() for each in some]
    page: str = _template().render(
        title=told.title(found), account=told.account(found), summary=summary(heads), parts=parts, engine=engine,
        heads=[("Fra", clean(heads.before.title), valid(heads.before)),
               ("Til", clean(heads.after.title), valid(heads.after))],
        worths=[_worth(each, f"r{at}") for at, each in enumerate(found.worths)], notes=found.notes,
        texts=told, how=told.how_to_explain(found), cells=any(each.cells for each in found.worths),
    )
    return page.strip() + "\n"


def _worth(worth: Worth, id: str) -> dict[str, Any]:
    change = told.sheet(worth, worth.breakdowns[0], 0).total if worth.breakdowns else ()
    return {
        "called": worth.called, "cards": list(_cards(worth)), "changed": worth.changed,
        "figure": f"{change[4]}\u00a0{told.unit(worth.type)}" if change else "",
        "basis": told.summed(worth).partition(" (")[0],
        "percent": change[5] if change else "", "left_out": told.left_out_sheet(worth) if worth.left_out else None,
        "left_out_rows": capital(told.rows(worth.total.left_out)), "unit": told.unit(worth.type),
        "breakdowns": [_breakdown(worth, at, f"{id}-{at}") for at in range(len(worth.breakdowns))],
        "cells": [_cell(each, worth) for each in worth.cells],
    }


def _cards(worth: Worth) -> Iterator[tuple[str, str, str]]:
    """Who gets more and who less, the others, and those that are not compared."""
    if worth.changed:
        for count, way, value, tone in ((worth.total.up, "får mer", worth.total.gain, "more"),
                                        (worth.total.down, "får mindre", worth.total.loss, "less")):
            yield f"{capital(told.rows(count))} {way}", signed(worth.type, value), tone
        yield f"{capital(told.rows(worth.total.same))} får det samme", signed(worth.type, Decimal(0)), "faint"
    else:
        yield from ((text, "", "") for text in told.gained(worth))


def _breakdown(worth: Worth, at: int, id: str) -> dict[str, Any]:
    breakdown = worth.breakdowns[at]
    made = told.sheet(worth, breakdown, MOST_GROUPS)
    return {
        "title": made.title, "sheet": made,
        "charts": [chart(worth, breakdown, MOST_BARS, size, f"{id}-{size.name}") for size in (WIDE, NARROW)],
        "groups": told.number(len(breakdown.groups) + (breakdown.rest.groups if breakdown.rest else 0)),
    }


def _cell(cell: Cell, worth: Worth) -> dict[str, Any]:
    example = cell.example
    return {
        "summed": told.cell_summed(cell, worth), "parts": cell.parts, "example": told.example_called(example),
        "example_summed": told.example_summed(example, worth), "shares": told.shares(example, worth),
        "clauses": [told.clauses_said(each) for each in example.clauses],
    }


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # takes longer to import than all the rest

    environment = Environment(
        loader=PackageLoader("rulesdsl.publish", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=lambda value: clean(value) if type(value) is str else value,
    )
    return environment.get_template("contrast.html.j2")
