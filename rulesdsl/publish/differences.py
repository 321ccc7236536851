"""What is changed between two editions, as lines: what is said, in which order and how much of it, for all formats."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rulesdsl.compare.cases import Answer, Answers, CasesCompared, Compared, Part, Total
from rulesdsl.compare.differences import (
    KINDS,
    Detail,
    Differences,
    Figure,
    Head,
    PartDifference,
    PartKind,
    Way,
)
from rulesdsl.compare.phrases import counted, percent_shown
from rulesdsl.core.types import Date, Number
from rulesdsl.core.values import capital, shown
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.publish.line import Line, Piece, Pieces, joined, piece, word
from rulesdsl.publish.reasons import clause_named

MOST_CASES = 10
"""So many cases are told one by one: those that differ most, and the first that have errors."""

NOTHING = "Ingen forskjell."
HARMLESS = "Endrer ikke noe utfall"
HARMLESS_SAID = "Ord, kilder, status eller nummer er andre, men ingen sak avgjøres på en annen måte."

NOUNS: dict[PartKind, tuple[str, str]] = {
    "punkt": ("punkt", "punkter"), "beslutning": ("beslutning", "beslutninger"), "sats": ("sats", "satser"),
    "tabell": ("tabell", "tabeller"), "kodeverk": ("kodeverk", "kodeverk"), "entitet": ("entitet", "entiteter"),
    "post": ("post", "poster"), "resultat": ("resultat", "resultater"), "egenskap": ("egenskap", "egenskaper"),
    "kilde": ("kilde", "kilder"),
}
NEUTER: tuple[PartKind, ...] = ("punkt", "kodeverk", "resultat")

_ADJECTIVES: dict[Way, tuple[str, str]] = {
    "new": ("ny", "nye"), "moved": ("flyttet", "flyttede"), "changed": ("endret", "endrede"),
    "gone": ("opphevet", "opphevede"), "reworded": ("omskrevet", "omskrevne"),
}


def happened(part: PartDifference) -> str:
    """``nytt``, ``flyttet fra 6.2 og endret``, ``opphevet`` …"""
    if part.way == "moved":
        return f"flyttet fra {part.formerly}" + (" og endret" if part.affects_outcome else "")
    return adjective(part.way, part.kind)


def adjective(way: Way, kind: PartKind, many: bool = False) -> str:
    if way == "new" and kind in NEUTER and not many:
        return "nytt"
    return _ADJECTIVES[way][many]


def summary(found: Differences) -> str:
    """``12 punkter: 3 nye, 1 flyttet, 7 endret, 1 opphevet · 4 endrede satser · 5 endringer er bare i ordlyden``."""
    said = []
    for kind in KINDS:
        ways: Counter[Way] = Counter(each.way for each in found.parts if each.kind == kind and each.way != "reworded")
        if ways:
            said.append(_counted(kind, ways))
    if reworded := sum(each.way == "reworded" for each in found.parts):
        said.append(counted(reworded, "én endring er", "endringer er") + " bare i ordlyden")
    return " · ".join(said) or NOTHING


def _counted(kind: PartKind, ways: "Counter[Way]") -> str:
    total = ways.total()
    noun = NOUNS[kind][total > 1]
    if len(ways) == 1:
        (way,) = ways
        return f"{total} {adjective(way, kind, total > 1)} {noun}"
    each = [f"{ways[way]} {adjective(way, kind, way == 'new' and ways[way] > 1)}" for way in _ADJECTIVES if ways[way]]
    return f"{total} {noun}: {', '.join(each)}"


def valid(head: Head) -> str:
    """``1. januar 2020 til 31. desember 2020``."""
    return f"{shown(Date(), head.valid_from)} til {shown(Date(), head.valid_to)}"


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────


def page(found: Differences, cases: CasesCompared | None) -> Line:
    """The whole answer, as a page of lines."""
    heads = Line("answers", children=tuple(
        Line("answer", (piece(head.title, "strong"),), label=f"{label} {head.id}", aside=(word(valid(head)),))
        for label, head in (("Fra", found.before), ("Til", found.after))
    ))
    parts = [heads, Line("section", (word(summary(found)),))]
    for kind, changed in found.by_kind():
        title = capital(NOUNS[kind][1])
        parts.append(_section(title, [_part(each, found) for each in changed]))
    if found.harmless:
        said = Line("note", (Piece(HARMLESS_SAID, "faint"),))
        parts.append(_section(HARMLESS, [said, *(_part(each, found, kind_too=True) for each in found.harmless)]))
    if cases is not None:
        parts += _cases(cases, found)
    title = f"Endringer fra {found.before.called} til {found.after.called}"
    return Line("case", (piece(title, "strong"),), children=tuple(parts))


def _section(title: str, lines: Sequence[Line]) -> Line:
    return Line("section", (word(title),), children=tuple(lines))


def part_named(part: PartDifference) -> Pieces:
    return clause_named(part.name, part.title)


def _part(part: PartDifference, found: Differences, kind_too: bool = False) -> Line:
    said = f"{part.kind}, {happened(part)}" if kind_too else happened(part)
    return Line("clause", part_named(part), aside=(piece(said + _since(part, found), "faint"),),
                children=tuple(_detail(each) for each in told(part)))


def _since(part: PartDifference, found: Differences) -> str:
    """Between editions that are far apart, which of those between made the change."""
    old, new = part.before, part.after
    if new is None or new.edition == found.after.id or (old is not None and old.edition == new.edition):
        return ""
    return "" if new.edition == found.before.id else f" i {new.edition}"


def told(part: PartDifference) -> list[Detail]:
    """What is told of a part, but for the many small changes of a long table."""
    details = [each for each in part.details if not each.minor]
    left = len(part.details) - len(details)
    if left:
        details.insert(_last_shown(details), Detail("antall", "", "changed", f"Og {counted(left, 'én til', 'til')}."))
    if part.moved and not part.affects_outcome:
        details.insert(0, Detail("nummer", "", "moved", "Har fått et nytt nummer. Reglene er de samme."))
    return details


def _last_shown(details: Sequence[Detail]) -> int:
    """After the last of the rows or codes."""
    return max((at for at, each in enumerate(details, 1) if each.aspect in ("rad", "celle", "kode")),
               default=len(details))


def _detail(each: Detail) -> Line:
    below = []
    if each.apart:
        for label, text in (("før", each.before), ("nå", each.after)):
            if text:
                below.append(Line("fact", (piece(text, "faint" if label == "før" else "text"),), label=label))
    return Line("note", (piece(each.sentence, "faint" if each.wording else "text"),), children=tuple(below))


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────


def cases_said(cases: CasesCompared) -> str:
    """How many were decided, and how many of them come out otherwise."""
    many, failed = len(cases.differing), len(cases.failed) + len(cases.errors)
    decided = counted(cases.decided, "Én sak er avgjort", "saker er avgjort") + " etter begge utgavene"
    other = counted(many, "én", "av dem") + " får et annet svar" if many else "ingen får et annet svar"
    wrong = f" {counted(failed, 'Én feil', 'feil')} i dataene: se nederst." if failed else ""
    return f"{decided}; {other}.{wrong}"


def _cases(cases: CasesCompared, found: Differences) -> list[Line]:
    parts = [_section(f"Sakene i {cases.name}", [
        Line("note", (piece(cases_said(cases)),)),
        *(Line("difference", _total_said(total), label=total.called, aside=_total_aside(total))
          for total in cases.totals),
    ])]
    if cases.differing:
        few = len(cases.differing) <= MOST_CASES
        title = "Saker med et annet svar" if few else f"De {MOST_CASES} største forskjellene"
        parts.append(_section(title, [_case(each) for each in cases.differing[:MOST_CASES]]))
    if cases.failed or cases.errors:
        lines = [*(_error(each) for each in cases.errors), *(line for each in cases.failed[:MOST_CASES]
                                                             for line in _errors(each, found))]
        if len(cases.failed) > MOST_CASES:
            lines.append(Line("note", (word(f"Og {len(cases.failed) - MOST_CASES} saker til med feil."),)))
        parts.append(_section("Kan ikke avgjøres", lines))
    return parts


def _total_said(total: Total) -> Pieces:
    figure = total.figure
    values = [shown(figure.type, each) for each in (figure.before, figure.after)]
    start = "" if isinstance(total.type, Number) else "ja i "
    change = by(figure)
    percent = f", {percent_shown(figure)}" if figure.percent else ""
    aside = f" ({change}{percent})" if change else ""
    return word(start), piece(values[0], "value"), word(" → "), piece(values[1], "value"), word(aside)


def by(figure: Figure | None) -> str:
    """A change with its sign; nothing where there is none."""
    if figure is None or not figure.change:
        return ""
    return ("+" if figure.change > 0 else "") + shown(figure.type, figure.change)


def _total_aside(total: Total) -> Pieces:
    said = f"{counted(total.differing, 'én sak', 'saker')} er ulike" if total.differing != 1 else "én sak er ulik"
    out = f" · {counted(total.left_out, 'én', 'saker')} uten kjent svar er ikke med" if total.left_out else ""
    return (piece(said + out, "faint"),)


def _case(case: Compared) -> Line:
    lines = [Line("difference", _answers_said(each), label=each.called, aside=_ground(each))
             for each in case.answers if each.differ]
    if case.involved:
        named = joined([(piece(_part_said(each)),) for each in case.involved], ", ")
        lines.append(Line("note", (word("Endret: "), *named)))
    return Line("clause", (piece(case.heading, "strong"),), children=tuple(lines))


def _part_said(part: Part) -> str:
    return " ".join(part)


def _answers_said(each: Answers) -> Pieces:
    change = by(each.figure)
    return _answer_said(each.before), word(" → "), _answer_said(each.after), word(f" ({change})" if change else "")


def _answer_said(answer: Answer | None) -> Piece:
    if answer is None:
        return Piece("finnes ikke", "faint")
    match answer.status:
        case "known":
            return piece(shown(answer.type, answer.value), "value")
        case "unknown":
            return Piece("ukjent", "doubt")
        case "conflict":
            return Piece("konflikt", "bad")
        case _:
            return Piece("ingen regel", "bad")


def _ground(each: Answers) -> Pieces:
    """The clause that decides, or the one that did and the one that does."""
    first, second = (answer.clause if answer else "" for answer in (each.before, each.after))
    if not first and not second:
        return ()
    if first == second:
        return word("etter "), piece(second)
    return word("før etter "), piece(first or "ingen"), word(", nå etter "), piece(second or "ingen")


def _errors(case: Compared, found: Differences) -> Iterator[Line]:
    for error in dict.fromkeys((*case.errors_before, *case.errors_after)):
        both = error in case.errors_before and error in case.errors_after
        where = "" if both else found.before.id if error in case.errors_before else found.after.id
        yield _error(error, where)


def _error(error: CaseError, where: str = "") -> Line:
    below = (Line("note", (piece(error.hint),)),) if error.hint else ()
    aside = (word("etter "), piece(where)) if where else ()
    return Line("error", (piece(error.message),), label=error.code, aside=aside, children=below)
