"""The condition under which two editions can differ, as lines: what is said, in which order, for all formats."""

from collections.abc import Iterator, Sequence

from rulesdsl.compare.cases import Answer, Answers
from rulesdsl.core.values import capital, listed, shown, signed, spoken
from rulesdsl.prove.difference import Difference, Extreme, Missing, Part, Proof, Said, Witness
from rulesdsl.publish.differences import by, valid
from rulesdsl.publish.line import Line, Pieces, piece, word

ALWAYS = "Alltid ulikt når"
PERHAPS = "Kan være ulikt når"
APART = "Koder og felter som de to utgavene leser forskjellig"
UNKNOWN = "Ukjent svar"
MOST_APART = 3
"""So many kinds of data that the editions read differently are told beside what is proved; below stand all."""

MOST_LEFT_OUT = 8
"""So many kinds of cases that only one edition can read are told one by one."""


def page(found: Proof) -> Line:
    """The whole answer, as a page of lines."""
    heads = Line("answers", children=tuple(
        Line("answer", (piece(head.title, "strong"),), label=f"{label} {head.id}", aside=(word(valid(head)),))
        for label, head in (("Fra", found.before), ("Til", found.after))
    ))
    parts = [heads]
    for each in found.differences:
        parts += _difference(each, found)
    if not found.differences:
        parts.append(_section("Ingenting er sammenlignet", [Line("note", (word("Utgavene har ingen av resultatene "
                                                                               "felles."),))]))
    if found.apart:
        parts.append(_section(APART, [Line("note", (piece(f"{capital(each)}."),)) for each in found.apart]))
    if notes := list(_notes(found)):
        parts.append(_section("Dette er ikke med", notes))
    title = f"Hvor {found.before.called} og {found.after.called} kan gi ulikt svar"
    return Line("case", (piece(title, "strong"),), children=tuple(parts))


def _section(title: str, lines: Sequence[Line]) -> Line:
    return Line("section", (word(title),), children=tuple(lines))


def _difference(each: Difference, found: Proof) -> Iterator[Line]:
    yield _section(summary(each), [Line("note", (piece(conclusion(each)),)),
                                   *(_part(at, part, each) for at, part in enumerate(each.parts, 1))])
    if each.missing is not None:
        yield _section(UNKNOWN, list(_missing(each.missing)))
    effects = [line for line in (_extreme(each, each.up, up=True), _extreme(each, each.down, up=False)) if line]
    if effects:
        yield _section(f"Hvor mye {each.called.lower()} kan endre seg for én {each.entity.lower()}", effects)


def summary(each: Difference) -> str:
    """The answer in a line."""
    match each.answered:
        case _ if _alike_but_apart(each):
            return f"{each.called}: likt for saker som de to utgavene leser likt, ellers ikke avgjort"
        case "likt":
            return f"{each.called}: likt, bevist"
        case "ulikt":
            many = len(each.parts)
            when = "ett tilfelle" if many == 1 else f"{many} tilfeller"
            if not many:
                return f"{each.called}: ulikt bare når svaret er ukjent, bevist"
            return f"{each.called}: ulikt i {when}, bevist"
        case _:
            return f"{each.called}: ikke ferdig"


def conclusion(each: Difference) -> str:
    """What is proved, and of which cases; or why nothing is."""
    speaks_of, but = each.speaks_of, ""
    if each.apart:
        speaks_of += ", så langt de to utgavene leser dem likt"
        more = len(each.apart) - MOST_APART
        told = f"{'; '.join(each.apart[:MOST_APART])}{f'; og {more} til' if more > 0 else ''}"
        but = f" Hva som skjer der de ikke gjør det, er ikke avgjort: {told}."
    match each.answered:
        case "likt":
            return f"Utfallet er likt for {speaks_of}, hva som enn er kjent."
        case _ if _alike_but_apart(each):
            return f"Utfallet er likt for {speaks_of}, hva som enn er kjent.{but}"
        case "ulikt":
            where = ["tilfellene nedenfor"] if len(each.parts) > 1 else ["tilfellet nedenfor"] if each.parts else []
            where += ["det som står om ukjent svar"] if each.missing else []
            return f"Utenfor {' og '.join(where)}{',' if each.missing else ''} er utfallet likt for {speaks_of}.{but}"
        case _:
            told = "Det kan være ulikt også ellers" if each.parts else "Om det er likt eller ulikt, er ikke avgjort"
            return f"{told}: {each.reason}."


def _alike_but_apart(each: Difference) -> bool:
    """Whether no case differs of those that both editions read alike, and there are others."""
    return each.answered == "ikke ferdig" and not each.reason


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────────────


def _part(at: int, part: Part, of: Difference) -> Line:
    lines = [_statement(each) for each in part.said]
    if part.either:
        lines.append(Line("requirement", (word("og minst ett av dette:"),), label="–",
                          children=tuple(map(_statement, part.either))))
    if part.witness is not None:
        lines.append(_witness(part.witness))
    return Line("clause", (word(f"{at}. {_heading(part)}"),), children=tuple(lines))


def _heading(part: Part) -> str:
    """``Alltid ulikt når``, before its statements; of all cases where it has none."""
    stated = bool(part.said or part.either)
    if part.always and part.if_known:
        return f"{ALWAYS} svaret ikke er ukjent i begge utgavene{', og' if stated else ''}"
    if not stated:
        return "Alltid ulikt, i alle saker" if part.always else "Kan være ulikt i alle saker"
    return ALWAYS if part.always else PERHAPS


def _statement(said: Said) -> Line:
    return Line("requirement", (piece(said.text),), sign="", label="–", aside=tuple(_where(said)))


def _where(said: Said) -> Pieces:
    """The changed clause that it is written in."""
    if said.changed is None or not said.clause:
        return ()
    part = f", {spoken(said.part)}" if said.part else ""
    happened = {"new": "nytt", "gone": "opphevet", "changed": "endret"}[said.changed]
    return (piece(f"{happened}: {spoken(said.clause)}{part}", "faint"),)


def _witness(witness: Witness) -> Line:
    lines = [Line("note", (piece(changed(witness.answers), "value"),), aside=_ground(witness.answers))]
    for called, facts in witness.facts:
        start = "" if called == witness.facts[0][0] else f"{called}: "
        lines.append(Line("note", (word(start), piece(", ".join(facts), "faint"))))
    return Line("note", (word("Eksempel:"),), children=tuple(lines))


def changed(answers: Answers) -> str:
    """``Refusjon 0,00 kr → 941,60 kr (+941,60 kr)``."""
    change = by(answers.figure)
    return (f"{answers.called} {answer(answers.before)} → {answer(answers.after)}"
            + (f" ({change})" if change else ""))


def answer(found: Answer | None) -> str:
    if found is None:
        return "finnes ikke"
    said = {"unknown": "ukjent", "conflict": "konflikt", "no_rule": "ingen regel"}
    return said.get(found.status) or shown(found.type, found.value)


def _ground(answers: Answers) -> Pieces:
    first, second = (each.clause if each else "" for each in (answers.before, answers.after))
    if first == second or not (first and second):
        return ()
    return word("før etter "), piece(first), word(", nå etter "), piece(second)


def _missing(missing: Missing) -> Iterator[Line]:
    when = []
    if missing.fields:
        when.append(f"noe av dette mangler: {', '.join(missing.fields)}")
    if missing.results:
        when.append(f"regelverket ikke har svar på {' eller '.join(missing.results)}")
    yield Line("note", (word("Svaret kan være ukjent i bare den ene utgaven, men bare når "),
                        piece(", eller når ".join(when)), word(".")))
    if missing.witness is not None:
        yield _witness(missing.witness)


# ── Amounts ──────────────────────────────────────────────────────────────────────────────────────────────────


def _extreme(of: Difference, found: Extreme | None, up: bool) -> Line | None:
    if found is None:
        return None
    return Line("difference", (piece(extreme(of, found, up)),), label="Mest opp" if up else "Mest ned")


def extreme(of: Difference, found: Extreme, up: bool) -> str:
    """``+613,00 kr``, or what it grows with."""
    if found.reason:
        return f"ikke regnet ut: {found.reason}"
    if found.amount is not None:
        return signed(of.type, found.amount) if found.amount else f"ingen får {'mer' if up else 'mindre'}"
    if not found.grows_with:
        return "ingen grense"
    named = listed(found.grows_with)
    if found.by_one is None:
        return f"vokser med {named} uten grense"
    said = f"{'' if found.by_one else 'men '}{signed(of.type, found.by_one)} når {named} er 1"
    return f"vokser med {named} uten grense{':' if found.by_one else ','} {said}"


# ── What is not in it ────────────────────────────────────────────────────────────────────────────────────────


def _notes(found: Proof) -> Iterator[Line]:
    for each in left_out(found):
        yield Line("note", (piece(each),))


def left_out(found: Proof) -> Iterator[str]:
    """What the answer does not speak of, in sentences."""
    alone = [each for each in found.left_out if each not in found.apart]
    if alone:
        few = alone[:MOST_LEFT_OUT]
        more = len(alone) - len(few)
        rest = f"; og {more} til" if more else ""
        yield f"Saker som bare den ene utgaven kan lese, med {'; '.join(few)}{rest}."
    if found.limits:
        yield f"Saker utenfor disse grensene: {', '.join(found.limits)}."
    for each in found.not_compared:
        yield f"Resultatet {each}."
