"""Bars of who gets more and who gets less, as SVG that stands in a page: drawn by vega-lite, with the colours of the
page, in its light and its dark. Lengths are whole numbers of the smallest unit; every figure that is read is text.
"""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any

import altair as alt
import vl_convert

from rulesdsl.compare.contrast import Breakdown, Sums, Worth
from rulesdsl.compare.phrases import counted
from rulesdsl.core.ops import rounded
from rulesdsl.core.types import KRONER, Number
from rulesdsl.core.values import MINUS, NBSP, shown
from rulesdsl.publish.contrast import amount, together, unit
from rulesdsl.publish.line import clean
from rulesdsl.source import frozen

COLOURS = {"#0000a1": "more", "#0000a2": "less", "#0000a3": "ink", "#0000a4": "soft", "#0000a5": "line"}
"""What stands for the colours of the page until the chart is drawn: each becomes a class, which CSS colours."""

_MORE, _LESS, _INK, _SOFT, _LINE = COLOURS

LOCALE = {"decimal": ",", "thousands": NBSP, "grouping": [3], "currency": ["", f"{NBSP}kr"], "minus": MINUS}
"""Numbers on the axis as Norwegian writes them."""

@frozen
class Size:
    """How much room a chart has. Where it is ``wide`` the names stand beside the bars, and have so much of it at most;
    else each stands above its bar."""

    name: str
    room: int
    step: int
    ticks: int
    names: int = 0


WIDE, NARROW = Size("wide", 890, 26, 7, names=300), Size("narrow", 330, 44, 4)

FIGURE = 74
"""The room for the figure to the right of a bar."""

LETTER = 7
"""About how wide a letter is."""


@frozen
class Unit:
    """What the axis counts in: so many of the smallest unit to one, and what it is called."""

    one: Decimal
    called: str


def chart(worth: Worth, breakdown: Breakdown, most: int, size: Size, id: str) -> str:
    """The most changed groups of a breakdown: a bar to the right for what some rows get more, one to the left for what
    others get less, a mark where the two come out, and that figure. Nothing is drawn where nothing is changed."""
    bars = _bars(worth, breakdown, most)
    largest = max((max(sums.gain, -sums.loss) for _, sums in bars), default=Decimal(0))
    if not largest:
        return ""
    counted_in = _unit(worth.type, largest)
    spec = _spec(bars, worth.type, counted_in, size)
    drawn = vl_convert.vegalite_to_svg(spec, format_locale=LOCALE)
    title = f"{worth.called} etter {breakdown.title}, endring i {counted_in.called}"
    told = "; ".join(f"{label}: {amount(worth.type, sums.change)} {unit(worth.type)}" for label, sums in bars)
    return _in_page(drawn, size, id, title, told)


def _bars(worth: Worth, breakdown: Breakdown, most: int) -> list[tuple[str, Sums]]:
    """The groups that move, and the others as one, where they move too. Each has a name of its own."""
    groups = [each for each in breakdown.groups if each.sums.up or each.sums.down]
    made = [(clean(each.label), each.sums) for each in groups[:most]]
    others = [each.sums for each in groups[most:]] + ([breakdown.rest.sums] if breakdown.rest else [])
    count = len(groups[most:]) + (breakdown.rest.groups if breakdown.rest else 0)
    if others:
        made.append((counted(count, "én gruppe til", "grupper til"), together(others)))
    return made


def _unit(kind: Number, largest: Decimal) -> Unit:
    """Large sums of kroner are counted in thousands or millions."""
    smallest = Decimal(1).scaleb(kind.scale)
    if kind.unit == KRONER:
        for size, called in ((Decimal(10**6), "mill. kr"), (Decimal(10**3), "tusen kr")):
            if largest >= 2 * size:
                return Unit(smallest * size, called)
    return Unit(smallest, unit(kind))


def _short(kind: Number, value: Decimal, counted_in: Unit) -> str:
    """A figure at the end of a bar: three digits or so of what the axis counts in."""
    whole = value.scaleb(kind.scale)
    places = 2 if abs(whole) < 10 * counted_in.one else 1 if abs(whole) < 1000 * counted_in.one else 0
    made = rounded("avrund", places, whole, counted_in.one)
    if value and not made:
        return f"≈{NBSP}0"
    text = shown(Number(places, kind.unit), made).rpartition(NBSP)[0]
    return ("+" if made > 0 else "") + text


def _whole(kind: Number, value: Decimal) -> int:
    return int(value.scaleb(kind.scale))


def _spec(bars: Sequence[tuple[str, Sums]], kind: Number, counted_in: Unit, size: Size) -> dict[str, Any]:
    rows = [{"nr": at, "navn": label, "mer": _whole(kind, sums.gain), "mindre": _whole(kind, sums.loss),
             "netto": _whole(kind, sums.change), "tall": _short(kind, sums.change, counted_in)}
            for at, (label, sums) in enumerate(bars)]
    longest = min(size.names, LETTER * max(len(label) for label, _ in bars))
    length = size.room - (longest + FIGURE if size.names else 0)
    names = alt.Axis(title=None, domain=False, ticks=False, labelLimit=longest, labelPadding=8,
                     labelExpr=f"{json.dumps([label for label, _ in bars])}[datum.value]") if size.names else None
    y = alt.Y("nr:O", axis=names, sort=None)
    ticks = alt.Axis(title=counted_in.called, grid=True, tickCount=size.ticks, domain=False, ticks=False,
                     labelExpr=f"format(datum.value / {counted_in.one:f}, ',~g')")
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    text = base.mark_text(color=_INK, align="left", dx=8) if size.names else base.mark_text(
        color=_INK, align="right", dy=-15)
    above = [] if size.names else [
        base.mark_text(align="left", dy=-15, color=_INK, limit=length - FIGURE).encode(text="navn:N", x=alt.value(0))]
    drop = 0 if size.names else 4
    chart = alt.layer(
        base.mark_bar(color=_MORE, height=14, yOffset=drop).encode(x=alt.X("mer:Q", axis=ticks)),
        base.mark_bar(color=_LESS, height=14, yOffset=drop).encode(x=alt.X("mindre:Q", axis=ticks)),
        base.mark_rule(color=_SOFT).encode(x=alt.datum(0)),
        base.mark_tick(color=_INK, thickness=3, height=20, yOffset=drop).encode(x=alt.X("netto:Q", axis=ticks)),
        text.encode(text="tall:N", x=alt.value(length)), *above,
    ).properties(width=length, height=alt.Step(size.step)).configure(
        aria=False, background="transparent", font="sans-serif",
        padding={"left": 18 if size.names else 4, "right": 4, "top": 4, "bottom": 4},
    ).configure_view(stroke=None).configure_axis(
        labelColor=_INK, titleColor=_SOFT, gridColor=_LINE, labelFontSize=13, titleFontSize=12,
        titleFontWeight="normal",
    ).configure_text(fontSize=13)
    made: dict[str, Any] = chart.to_dict()
    return made


# ── In the page ──────────────────────────────────────────────────────────────────────────────────────────────

_COLOUR = re.compile(r'(fill|stroke)="(#0000a[1-5])"')
_TOLD = re.compile(r' (?:font-family|role|aria-roledescription|aria-hidden|pointer-events|opacity|class)="[^"]*"')
_EMPTY = re.compile(r'<path(?: class="(?:back|fore)ground")?(?: d="[^"]*")?(?: display="none")?/>')
_PLACED = re.compile(r'(?<= )(?:transform|d|x2|y2)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d+")


def _in_page(drawn: str, size: Size, id: str, title: str, told: str) -> str:
    """The drawing as a part of a page, with a title and a description for those who do not see it."""
    start, end = drawn.index("<svg"), drawn.index(">", drawn.index("<svg"))
    opened = re.search(r'viewBox="([^"]*)"', drawn[start:end])
    assert opened is not None
    wide = opened[1].split()[2]
    inner = _EMPTY.sub("", _TOLD.sub("", drawn[end + 1 :]))
    inner = _COLOUR.sub(lambda found: f'class="{found[1]}-{COLOURS[found[2]]}"', inner)
    inner = _PLACED.sub(lambda found: _LONG.sub(lambda long: f"{float(long[0]):.1f}", found[0]), inner)
    return (f'<svg class="chart {size.name}" viewBox="{opened[1]}" style="max-width: {wide}px" role="img" '
            f'aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{escape(title)}</title>'
            f'<desc id="{id}-d">{escape(told)}</desc>{inner}')
