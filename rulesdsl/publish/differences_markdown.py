"""What is changed between two editions, as the draft of a chapter: the one in which each year's regelverk tells what
is new. Sections are numbered as there, satser stand in a table, and what changes nothing comes last."""

from collections.abc import Iterator, Sequence

from rulesdsl.compare.cases import Answers, CasesCompared, Total
from rulesdsl.compare.differences import Detail, Differences, PartDifference
from rulesdsl.compare.phrases import percent_shown
from rulesdsl.core.types import Number
from rulesdsl.core.values import capital, shown
from rulesdsl.publish.differences import (
    HARMLESS,
    HARMLESS_SAID,
    MOST_CASES,
    NOUNS,
    by,
    cases_said,
    happened,
    part_named,
    summary,
    told,
    valid,
)
from rulesdsl.publish.line import clean, plain
from rulesdsl.publish.markdown import escape

CHAPTER = 2
"""The number of the chapter on changes."""


def differences_markdown(found: Differences, cases: CasesCompared | None, engine: str) -> str:
    """The chapter, ready to be pasted and edited."""
    blocks = [
        f"# {CHAPTER} Endringer fra {_safe(found.before.called)} til {_safe(found.after.called)}",
        f"{_safe(found.after.title)} gjelder {valid(found.after)}, og er her sammenlignet med "
        f"{_safe(found.before.title)}, som gjelder {valid(found.before)}.",
        _safe(summary(found)) + ("" if summary(found).endswith(".") else "."),
    ]
    number = 0
    for kind, parts in found.by_kind():
        number += 1
        blocks.append(f"## {CHAPTER}.{number} {capital(NOUNS[kind][1])}")
        blocks += _rates(parts, found) if kind == "sats" else [block for part in parts for block in _part(part)]
    if cases is not None:
        number += 1
        blocks += [f"## {CHAPTER}.{number} Hva det betyr for sakene i {_safe(cases.name)}", *_cases(cases)]
    if found.harmless:
        number += 1
        blocks += [f"## {CHAPTER}.{number} {HARMLESS}", HARMLESS_SAID,
                   *(block for part in found.harmless for block in _part(part, kind_too=True))]
    return "\n\n".join([*blocks, f"---\n\nUtkast laget av {escape(engine)}"]) + "\n"


def _safe(text: str) -> str:
    return escape(clean(text))


def _part(part: PartDifference, kind_too: bool = False) -> Iterator[str]:
    kind = f"{capital(part.kind)} " if kind_too else ""
    yield f"### {kind}{_safe(plain(part_named(part)))} ({_safe(happened(part))})"
    yield from _details(told(part))


def _details(details: Sequence[Detail]) -> Iterator[str]:
    """The sentences one after another; two texts that stand apart come as a list of two."""
    running: list[str] = []
    rows = [each for each in details if each.aspect in ("rad", "celle", "kode") and not each.apart]
    for each in details:
        if each.apart or (each in rows and len(rows) > 1):
            if running:
                yield " ".join(running)
                running = []
            if each.apart:
                yield _safe(each.sentence)
                yield "\n".join(f"- *{label}:* {_safe(text)}" for label, text in (("før", each.before),
                                                                                 ("nå", each.after)) if text)
            elif each is rows[0]:
                yield "\n".join(f"- {_safe(row.sentence)}" for row in rows)
        else:
            running.append(_safe(each.sentence))
    if running:
        yield " ".join(running)


def _rates(parts: Sequence[PartDifference], found: Differences) -> list[str]:
    """The satser with one value a year in a table; below it what else is said of them."""
    rows, below = [], []
    for part in parts:
        figures = [each for each in part.details if each.figure and not each.apart]
        rest = [each for each in part.details if each not in figures]
        named = _cell(part.title or part.name)
        for each in figures:
            figure = each.figure
            assert figure is not None
            name = f"{named}, fra {each.name}" if each.name else named
            values = [_cell(text) or "–" for text in (each.before, each.after)]
            change = by(figure) or happened(part)
            rows.append(f"| {name} | {values[0]} | {values[1]} | {_cell(change)} | {percent_shown(figure) or '–'} |")
        if rest:
            below += [f"### {_safe(plain(part_named(part)))}", *_details(rest)]
    head = [f"| Sats | {_cell(found.before.called)} | {_cell(found.after.called)} | Endring | Prosent |",
            "|---|--:|--:|--:|--:|"]
    return (["\n".join([*head, *rows])] if rows else []) + below


def _cell(text: str) -> str:
    """A cell of a table. What stands in one cannot begin a list, so a sign of plus or minus is left as it is."""
    return _safe(f".{text}")[1:]


def _cases(cases: CasesCompared) -> Iterator[str]:
    yield _safe(cases_said(cases).replace(": se nederst", ""))
    if cases.totals:
        yield "\n".join(["| Resultat | Før | Nå | Endring | Prosent | Ulike |", "|---|--:|--:|--:|--:|--:|",
                         *(_total(each) for each in cases.totals)])
    if cases.differing:
        few = cases.differing[:MOST_CASES]
        rows = [f"| {_cell(case.heading)} | {_cell(each.called)} | {_answer(each, 0)} | {_answer(each, 1)} |"
                for case in few for each in case.answers if each.differ]
        yield "\n".join(["| Sak | Resultat | Før | Nå |", "|---|---|--:|--:|", *rows])
    errors = [*cases.errors, *(error for case in cases.failed[:MOST_CASES]
                               for error in dict.fromkeys((*case.errors_before, *case.errors_after)))]
    if errors:
        yield "\n".join(f"- {_safe(f'{error.code} {error.message}')}" for error in errors)


def _total(total: Total) -> str:
    figure = total.figure
    start = "" if isinstance(total.type, Number) else "ja i "
    values = [start + _cell(shown(figure.type, each)) for each in (figure.before, figure.after)]
    change = by(figure) or "–"
    return (f"| {_cell(total.called)} | {values[0]} | {values[1]} | {_cell(change)} | {percent_shown(figure) or '–'} | "
            f"{total.differing} |")


def _answer(each: Answers, side: int) -> str:
    """A value with the clause that gives it."""
    answer = (each.before, each.after)[side]
    if answer is None:
        return "finnes ikke"
    words = {"known": shown(answer.type, answer.value), "unknown": "ukjent", "conflict": "konflikt"}
    said = words.get(answer.status, "ingen regel")
    return _cell(f"{said} ({answer.clause})" if answer.clause else said)
