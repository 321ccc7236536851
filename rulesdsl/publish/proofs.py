"""What was proved, as lines: a table of editions and properties, and each verdict with what breaks it."""

from collections.abc import Iterator, Sequence

from rulesdsl.core.values import listed
from rulesdsl.evaluate.counterexample import counterexample
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import CaseExplanation
from rulesdsl.prove.properties import Proved, Verdict
from rulesdsl.publish.line import Detail, Line, Piece, Tone, piece, word
from rulesdsl.publish.outline import case_line

SIGNS: dict[Proved, str] = {"bevist": "✓", "motbevist": "✗", "tom": "–", "ikke avgjort": "?"}
TONES: dict[Proved, Tone] = {"bevist": "good", "motbevist": "bad", "tom": "faint", "ikke avgjort": "doubt"}

LEGEND = ("✓ bevist   ✗ motbevist   (✗) motbevist, men ikke lovet ennå   – sier ingenting om denne utgaven   "
          "? ikke avgjort")


def assumed(verdicts: Sequence[Verdict]) -> str:
    """What a proof leaves aside, in a sentence; nothing where nothing was proved."""
    proved = [each for each in verdicts if each.verdict == "bevist"]
    clashing = listed(dict.fromkeys(name for each in proved for name in each.clashing))
    clash = f", eller der reglene for {clashing} står mot hverandre" if clashing else ""
    return f"En sak der svaret er ukjent{clash}, bryter ikke egenskapen." if proved else ""


def is_finding(verdict: Verdict) -> bool:
    """Whether an author should look at it: what is promised does not hold, says nothing, or could not be settled."""
    return verdict.promised and verdict.verdict != "bevist"


def mark(verdict: Verdict) -> str:
    """How it is shown in the table: ``✓``, ``(✗)`` …"""
    sign = SIGNS[verdict.verdict]
    return f"({sign})" if verdict.verdict == "motbevist" and not verdict.promised else sign


def sentence(verdict: Verdict) -> str:
    """The verdict in words: ``Bevist for alle pasienter med inntil 3 episoder.``"""
    whole = ", ".join([verdict.speaks_of, *verdict.limits])
    match verdict.verdict:
        case "bevist":
            return f"Bevist for {whole}."
        case "motbevist" if not verdict.promised:
            return f"Holder ikke i denne utgaven; den er lovet først fra {verdict.promise.promised_from}."
        case "motbevist":
            return "Motbevist: saken under bryter den."
        case "tom" if not verdict.promised:
            return f"Sier ingenting om denne utgaven; den er lovet først fra {verdict.promise.promised_from}."
        case "tom":
            return f"Ikke noe bevis: {verdict.reason}"
        case "ikke avgjort":
            return f"Ikke avgjort: {verdict.reason}"


def without(verdict: Verdict) -> str:
    """The clauses that make it fall, in a sentence; nothing where that was not asked."""
    if verdict.clauses is None:
        return ""
    if not verdict.clauses:
        return "Vi fant ikke noen få punkter som er skyld i det."
    said = ", eller uten ".join(listed(names) for names in verdict.clauses)
    both = " i begge utgavene" if verdict.promise.between else ""
    return f"Uten {said}{both} ville den vært bevist for {verdict.speaks_of}."


def page(verdicts: Sequence[Verdict], detail: Detail) -> Line:
    """Verdicts one by one, as a page."""
    parts = [_verdict(each, detail) for each in verdicts]
    if said := assumed(verdicts):
        rest = [*dict.fromkeys(filter(None, map(_days, verdicts))), said]
        parts.append(Line("section", (word("Forutsetninger"),),
                          children=tuple(Line("note", (piece(each),)) for each in rest)))
    return Line("case", (), children=tuple(parts))


def _verdict(verdict: Verdict, detail: Detail) -> Line:
    promise = verdict.promise
    title = (piece(f"{mark(verdict)} ", TONES[verdict.verdict]), piece(promise.name, "strong"),
             *((word("  "), piece(promise.title)) if promise.title else ()), Piece(f"  {verdict.edition.id}", "faint"))
    took = Piece(f"  {verdict.seconds:.1f} s".replace(".", ","), "faint")
    said = Line("note", (piece(sentence(verdict), TONES[verdict.verdict]), took))
    return Line("section", title, children=(said, *_below(verdict, detail)))


def _below(verdict: Verdict, detail: Detail) -> Iterator[Line]:
    if verdict.counterexample is None:
        return
    found = counterexample(verdict.counterexample)
    between = verdict.promise.between
    for side in found.sides:
        if not between:
            yield Line("fact", (piece("; ".join(side.facts) or "ingenting skiller den ut"),), label=side.name)
        yield from (Line("fact", (piece(other),), label="sammen med") for other in side.beside)
        for number, result in enumerate(side.results):
            label = "→" if number or not between else side.name
            yield Line("fact", (piece(result, "value"),), label=label)
    yield from (Line("fact", (piece(other),), label="sammen med") for other in found.beside)
    if found.shared:
        yield Line("fact", (piece("; ".join(found.shared)),), label="saken" if between else "likt")
    if said := without(verdict):
        yield Line("note", (piece(said),))
    yield Line("place", (Piece(f"{verdict.promise.place.file}:{verdict.promise.place.line}", "faint"),))
    if detail != "short":
        yield from (case_line(each, "short" if detail == "medium" else "full") for each in explanations(verdict))


def _days(verdict: Verdict) -> str:
    """The days that the cases are of."""
    dated, edition = verdict.edition.entities[verdict.promise.entity].date, verdict.edition
    return f"{edition.id}: {dated} er fra {edition.valid_from} til {edition.valid_to}." if dated else ""


def explanations(verdict: Verdict) -> Iterator[CaseExplanation]:
    """Both sides of a counterexample, explained."""
    tried = verdict.counterexample
    if tried is not None:
        for thing, run in zip(tried.things, tried.runs, strict=True):
            yield explain(run, thing, alternatives=False)


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────


def table(verdicts: Sequence[Verdict]) -> tuple[list[str], list[list[str]]]:
    """The names of the properties, and for each edition its id and how they fell; nothing where it has none. Those that
    speak of two editions stand in one edition alone, and are left to ``between``."""
    alone = [each for each in verdicts if not each.promise.between]
    names = list(dict.fromkeys(each.promise.name for each in alone))
    rows = []
    for edition in dict.fromkeys(each.edition.id for each in alone):
        found = {each.promise.name: mark(each) for each in alone if each.edition.id == edition}
        rows.append([edition, *(found.get(name, "") for name in names)])
    return names, rows


def between(verdicts: Sequence[Verdict]) -> list[tuple[str, str, str, str, str]]:
    """Of each property that speaks of two editions: how it fell, the two, its name and its title."""
    return [(mark(each), each.edition.id, each.promise.between, each.promise.name, each.promise.title)
            for each in verdicts if each.promise.between]


def to_markdown(verdicts: Sequence[Verdict]) -> str:
    """The table as Markdown, for the handbook."""
    names, rows = table(verdicts)
    titles = {each.promise.name: each.promise.title for each in verdicts}
    lines = []
    if names:
        lines += [f"| utgave | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
        lines += [f"| {row[0]} | {' | '.join(cell or ' ' for cell in row[1:])} |" for row in rows]
        lines += [""]
    if held := between(verdicts):
        lines += ["| utgave | holdt mot | egenskap | |", "|---|---|---|---|"]
        lines += [f"| {edition} | {other} | `{name}`: {title} | {sign} |" for sign, edition, other, name, title in held]
        lines += [""]
    lines += [LEGEND.replace("   ", " · ")]
    if said := assumed(verdicts):
        lines += ["", said]
    if names:
        lines += ["", *(f"- `{name}`: {titles[name]}" for name in names)]
    return "\n".join(lines) + "\n"
