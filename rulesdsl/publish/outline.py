"""What is shown at each level of detail, decided once for all formats.

``short`` is the answer, the deciding clause, what is missing and what is doubtful; ``medium`` adds why; ``full``
every clause asked, every fact, and where each thing is written.
"""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import evolve

from rulesdsl.core.types import KRONER, Date, Number, Type
from rulesdsl.core.values import change, shown, signed, spoken
from rulesdsl.evaluate.explanation import (
    Alternative,
    CaseError,
    CaseExplanation,
    Comparison,
    Difference,
    Explanation,
    Fact,
    Mark,
    OtherFact,
    ResultReason,
    Split,
    Way,
    WhyNot,
    Written,
)
from rulesdsl.publish.course import course_line
from rulesdsl.publish.line import Detail, Line, Piece, Pieces, enumerated, joined, piece, word
from rulesdsl.publish.marks import gathered, marks_told
from rulesdsl.publish.reasons import (
    Reasons,
    all_clauses,
    clause_named,
    clause_title,
    in_order,
    place_pieces,
    result_name,
    value_piece,
)


def outline(explanation: Explanation, detail: Detail) -> tuple[Line, ...]:
    """One line of kind ``case`` for each case; all that is said of it stands below. Of courses the cases themselves are
    only shown in full, after them, each with as much as is told of a case where nobody asks for more."""
    decided = {id(case) for course in explanation.courses for each in course.contacts for case in each.cases}
    apart = [case_line(case, detail) for case in explanation.cases if id(case) not in decided]
    below = [case_line(case, "medium") for case in explanation.cases if detail == "full" and id(case) in decided]
    return (*apart, *(course_line(course, detail) for course in explanation.courses), *below)


MOST_OPTIONS = 4
"""So many of the codes that would do are told."""

CONTRIBUTIONS = "Hva hvert punkt ga eller tok"


def case_line(case: CaseExplanation, detail: Detail) -> Line:
    changed = case.changed if detail == "full" else None
    compared = case.compared
    other = compared.other if compared and not compared.same and detail == "full" else None
    sections: list[tuple[str, str, Iterable[Line]]] = [
        ("errors", "Kan ikke avgjøres" + (" med endringen" if case.results else ""),
         [_error(error) for error in case.errors]),
        ("what_if", "Hva om", _what_if(case, detail)),
        ("compared", f"Sammenlignet med {compared.called}" if compared else "",
         _compared(case, compared, detail) if compared else ()),
        ("contributions", CONTRIBUTIONS, _contributions(case, detail)),
        ("why", "Hvorfor", _reasons(case, detail)),
        ("missing", "Hva som mangler", _missing(case, detail)),
        ("would_take", "Hva som skulle til", _would_take(case, detail)),
        ("why_not", _why_not_titled(case.why_not) if case.why_not else "",
         _why_not(case.why_not) if case.why_not else ()),
        *(("marks", title, [Line("mark", (piece(text),), label=kind) for kind, text in gathered(marks)])
          for title, marks in marks_told(case, detail)),
        ("notes", "Forutsetninger", [Line("note", (piece(note),)) for note in case.notes if detail != "short"]),
        ("contributions", f"{CONTRIBUTIONS}, med endringen", _contributions(changed, detail) if changed else ()),
        ("why", "Hvorfor, med endringen", _reasons(changed, detail) if changed else ()),
        ("contributions", f"{CONTRIBUTIONS}, etter {compared.called}" if compared else "",
         _contributions(other, detail) if other else ()),
        ("why", f"Hvorfor, etter {compared.called}" if compared else "", _reasons(other, detail) if other else ()),
        ("sources", "Kilder", _sources(case) if detail == "full" else ()),
        ("receipt", "Kvittering" if detail == "full" else "", _receipt(case, detail)),
    ]
    answers = Line("answers", children=tuple(_answer(result) for result in in_order(case)))
    parts = [answers] if answers.children else []
    for role, title, lines in sections:
        if below := tuple(lines):
            parts.append(Line("section", (word(title),) if title else (), children=below, role=role))
    return Line("case", (piece(case.heading or case.key, "strong"),), children=tuple(parts))


def _answer(result: ResultReason) -> Line:
    return Line("answer", (_outcome(result),), label=result_name(result), aside=_basis(result))


def _outcome(result: ResultReason) -> Piece:
    match result.status:
        case "known":
            return value_piece(result.type, result.value)
        case "unknown":
            return Piece("ukjent", "doubt")
        case "conflict":
            return Piece("konflikt", "bad")
        case "no_rule":
            return Piece("ingen regel", "bad")


def _basis(result: ResultReason) -> Pieces:
    """What stands beside the answer: the marks it carries, and the clause it follows from or what it waits for."""
    kinds = _kinds(result.marks)
    said: list[Pieces] = [kinds] if kinds else []
    match result.status:
        case "known":
            named = clause_named(result.clause, clause_title(result, result.clause))
            said += [(word("etter "), *named)] if result.clause else []
        case "unknown":
            said += [(word("mangler "), *joined([(piece(name),) for name in result.missing], ", "))]
        case "conflict":
            against = [clause.number for clause in all_clauses(result.reasons) if clause.role == "conflicts"]
            numbers = enumerated([(piece(number),) for number in dict.fromkeys(against)])
            said += [(*numbers, word(" gir ulike svar"))]
        case "no_rule":
            said += [(word("ikke noe punkt gjelder for dette tilfellet"),)]
    return joined(said, " · ")


def _kinds(marks: Iterable[Mark]) -> Pieces:
    """Which kinds of doubt some marks are of."""
    return joined([(piece(kind, "doubt"),) for kind in dict.fromkeys(mark.kind for mark in marks)], ", ")


def _contributions(case: CaseExplanation, detail: Detail) -> list[Line]:
    """What each clause gave or took, of the amounts to which more than one did. Where there are several amounts each
    is named."""
    if detail == "short":
        return []
    amounts = [result for result in in_order(case) if isinstance(result.type, Number) and result.type.unit == KRONER]
    lines: list[Line] = []
    for result in amounts:
        shares = _shares([
            Line("share", clause_named(each.clause, each.title), signed(result.type, each.amount),
                 aside=_kinds(each.marks))
            for each in result.contributions
        ], shown(result.type, result.value))
        if len(shares) > 1:
            named = Line("difference", (_outcome(result),), result_name(result), children=shares)
            lines += (named,) if len(amounts) > 1 else shares
    return lines


def _shares(parts: list[Line], total: str) -> tuple[Line, ...]:
    """Parts, and what they come to where there are several."""
    return (*parts, *([Line("share", (word("til sammen"),), total)] if len(parts) > 1 else []))


def _reasons(case: CaseExplanation, detail: Detail) -> tuple[Line, ...]:
    if detail == "short":
        return ()
    return Reasons({result.name: result for result in case.results}, detail, case.edition).roots()


def _missing(case: CaseExplanation, detail: Detail) -> list[Line]:
    waiting = [result for result in in_order(case) if result.missing and result.status == "unknown"]
    names = {fact.path: fact.name for result in waiting for fact in _facts_asked(result)}
    lines = []
    for path in dict.fromkeys(path for result in waiting for path in result.missing):
        owner, _, own = path.rpartition(".")
        name = names.get(path, own).removeprefix(f"{owner}.").removesuffix(f" ({owner})")
        said = (word(" ("), piece(name, "faint"), word(")")) if name not in (own, spoken(own), path) else ()
        called: Pieces = (piece(path, "strong"), *said)
        wanted_by = [(piece(result_name(result)),) for result in waiting if path in result.missing]
        lines.append(Line("missing", called, aside=(word("trengs for "), *enumerated(wanted_by))))
    if detail != "short":
        lines += _alternatives(case, detail, lambda result: result.status == "unknown")
    return lines


def _facts_asked(result: ResultReason) -> list[Fact]:
    """All facts that stand in conditions and calculations."""
    found: list[Fact] = []
    for clause in all_clauses(result.reasons):
        pending = [*clause.guard, *clause.requirements, *(one for rule in clause.rules for one in rule.conditions)]
        while pending:
            one = pending.pop()
            found += one.facts
            pending += one.parts
        found += [fact for rule in clause.rules for fact in rule.gives.facts]
    return found


def _would_take(case: CaseExplanation, detail: Detail) -> list[Line]:
    return [] if detail == "short" else _alternatives(case, detail, lambda result: result.status != "unknown")


def _why_not_titled(found: WhyNot) -> str:
    return "Hva som skulle til" + (f" for at {found.wanted}" if found.wanted else "")


def _why_not(found: WhyNot) -> list[Line]:
    """The ways to a result, each with what it then is."""
    lines = []
    for number, way in enumerate(found.ways, start=1):
        facts = enumerated([_other_fact(each) for each in way.facts])
        value = (*_given(found.type, way), *((word(" etter "), piece(way.clause)) if way.clause else ()))
        lines.append(Line("fact", facts, label=str(number), aside=value))
    return [*lines, Line("note", (piece(found.note),))]


def _given(kind: Type, way: Way) -> Pieces:
    """``gir 650,00 kr``, or ``gir fra 650,00 kr til 2 700,00 kr`` where it hangs on which code is chosen."""
    values: list[Any] = [value for each in way.facts for value in each.values]
    if not isinstance(kind, Number | Date) or len(set(values)) < 2:
        return word("gir "), value_piece(kind, way.value)
    return word("gir fra "), value_piece(kind, min(values)), word(" til "), value_piece(kind, max(values))


def _other_fact(each: OtherFact) -> Pieces:
    """``utført av er helseforetak eller avtalespesialist (nå kommune)``."""
    kind, values = each.then.type, each.options or (each.then.value,)
    if each.then.value is None:
        wanted: Pieces = (word(" mangler"),)
    else:
        said = [(value_piece(kind, value),) for value in values[:MOST_OPTIONS]]
        more = f" eller {len(values) - MOST_OPTIONS} til" if len(values) > MOST_OPTIONS else ""
        last = () if more or len(said) < 2 else (word(" eller "), *said.pop())
        wanted = (word(" er "), *joined(said, ", "), *last, *((word(more),) if more else ()))
    now = (word(" (nå "), value_piece(kind, each.now.value), word(")"))
    return (piece(each.then.name), *wanted, *now)


def _alternatives(case: CaseExplanation, detail: Detail, wanted: Callable[[ResultReason], bool]) -> list[Line]:
    lines = []
    for result in in_order(case):
        lines += [_alternative(one, result, detail) for one in result.alternatives if wanted(result)]
    return list(dict.fromkeys(lines))


def _alternative(one: Alternative, result: ResultReason, detail: Detail) -> Line:
    facts = enumerated([(piece(f.name), word(" er "), value_piece(f.type, f.value)) for f in one.facts])
    value = value_piece(result.type, one.value)
    said = (piece(one.sentence),) if one.sentence else (*facts, word(" gir "), piece(result_name(result)),
                                                        word(" "), value)
    after = (word("etter "), piece(one.clause)) if one.clause else ()
    below = (Line("note", facts),) if detail == "full" and one.sentence and facts else ()
    return Line("alternative", said, aside=after, children=below)


def _sides(case: CaseExplanation) -> list[CaseExplanation]:
    """The case, and what it is set against."""
    other = case.compared.other if case.compared and not case.compared.same else None
    return [side for side in (case, case.changed, other) if side]


def _sources(case: CaseExplanation) -> list[Line]:
    """Each source that was cited, once, with all that is known of it."""
    sides = _sides(case)
    results = [result for side in sides for result in side.results]
    cited = [one for result in results for clause in all_clauses(result.reasons) for one in clause.citations]
    cited += [one for result in results for fact in _facts_asked(result) for one in fact.citations]
    lines = []
    for kilde in dict.fromkeys(one.kilde for one in cited):
        published = joined([(piece(text),) for text in (kilde.publisher, str(kilde.year or "")) if text], " ")
        said: list[Pieces] = [(piece(kilde.title, "strong"),), published]
        said.append((piece(kilde.standing, "faint" if kilde.standing == "offisiell" else "doubt"),))
        below = [Line("note", (piece(kilde.note),))] if kilde.note else []
        below += [Line("note", (piece(kilde.url, "faint", kilde.url),))] if kilde.url else []
        lines.append(Line("source", joined(said, " · "), children=tuple(below)))
    return lines


BRIEF = 12
"""So many digits of a hash tell it from any other at a glance."""


def _receipt(case: CaseExplanation, detail: Detail) -> list[Line]:
    """By which rules it was decided, and which case it was."""
    receipt = case.receipt
    if receipt is None or detail == "short":
        return []
    if detail == "medium":
        hashes = (word("regelverk "), piece(receipt.meaning[:BRIEF], "faint"), word(" · sak "),
                  piece(receipt.case[:BRIEF], "faint"))
        return [Line("note", hashes, label="kvittering")]
    picked = "valgt med --edition" if receipt.forced else "valgt av datoen"
    rows: list[tuple[str, Pieces]] = [
        ("avgjort av", (piece(receipt.engine),)),
        ("utgave", (piece(receipt.edition), word(f" · {picked}"))),
        *([("kjent", (piece(receipt.known),))] if receipt.known else []),
        *(("rettelse", (piece(each.title), word(" · "), piece(each.edition), word(", kjent fra "),
                        piece(each.known_from.isoformat()))) for each in receipt.corrections),
        ("regelverk", (piece(receipt.meaning, "faint"),)),
        ("sak", (piece(receipt.case, "faint"),)),
        *([("sted", (piece(receipt.place),))] if receipt.place else []),
    ]
    return [Line("note", said, label=label) for label, said in rows]


def _error(error: CaseError) -> Line:
    below = []
    if error.field:
        stands = (word(" = "), piece(error.value, "value")) if error.value else ()
        below.append(Line("note", (word("felt "), piece(error.field, "strong"), *stands)))
    elif error.value and error.value not in error.message:
        below.append(Line("note", (word("står "), piece(error.value, "value"))))
    if error.hint:
        below.append(Line("note", (piece(error.hint),)))
    return Line("error", (piece(error.message),), label=error.code, children=tuple(below))


# ── Two runs set against one another ─────────────────────────────────────────────────────────────────────────


def _what_if(case: CaseExplanation, detail: Detail) -> list[Line]:
    if case.changed is None and not case.differences:
        return []
    supposed = enumerated([(piece(f.name), word(" er "), value_piece(f.type, f.value)) for f in case.what_if])
    lines = [Line("note", supposed)] if supposed else []
    lines += [_error(error) for error in (case.changed.errors if case.changed else ())]
    rank = {result.name: number for number, result in enumerate(in_order(case))}
    lines += [_difference(one, detail) for one in sorted(case.differences, key=lambda d: rank.get(d.result, len(rank)))]
    if not case.differences and case.changed and not case.changed.errors:
        lines.append(Line("note", (word("Det gir de samme svarene."),)))
    return lines


def _difference(one: Difference, detail: Detail) -> Line:
    before, after = one.before, one.after
    if (before.status, before.value) == (after.status, after.value):
        # Only the ground is another: without the sentence nothing would tell of it.
        return Line("difference", (_outcome(after),), label=result_name(before), aside=(word("likt i begge"),),
                    children=(Line("summary", (piece(one.sentence),)),))
    moved = change(after.type, before.value, after.value)
    plus = "+" if moved is not None and moved > 0 else ""
    by = (word(f" ({plus}"), piece(shown(after.type, moved)), word(")")) if moved is not None else ()
    sentence = (Line("summary", (piece(one.sentence),)),) if one.sentence and detail != "short" else ()
    return Line(
        "difference", (_outcome(before), word(" → "), _outcome(after), *by), label=result_name(one.before),
        aside=_basis(after), children=sentence,
    )


# ── Two editions set against one another ─────────────────────────────────────────────────────────────────────


def _compared(case: CaseExplanation, compared: Comparison, detail: Detail) -> list[Line]:
    """Both answers of each result that people ask for, with what each change is worth; then where the reasons part."""
    if compared.same:
        return [Line("note", (word("Det er utgaven saken er avgjort etter."),))]
    other, differing = compared.other, {one.result: one for one in compared.differences}
    splits = {split.result: split for split in compared.splits}
    after = {result.name: result for result in in_order(other)}
    lines = [_error(error) for error in other.errors]
    for result in in_order(case):
        if result.name in differing:
            lines.append(_compared_result(differing[result.name], splits.get(result.name), detail))
        elif not other.errors:
            gone = result.name not in {one.name for one in other.results}
            told = result.name in splits and detail != "short"
            same = "likt i begge, for endringene oppveier hverandre" if told else "likt i begge"
            said = "ikke i den utgaven" if gone else same
            even = _split(splits[result.name], detail) if told else ()
            lines.append(Line("difference", (_outcome(result),), result_name(result), aside=(word(said),),
                              children=even))
    had = {result.name for result in case.results}
    lines += [Line("difference", (_outcome(result),), result_name(result), aside=(word("bare i "),
              piece(compared.called))) for result in after.values() if result.name not in had]
    if detail != "short":
        asked = {result.name for result in in_order(case)}
        lines += [Line("note", (piece(one.sentence),)) for one in compared.differences if one.result not in asked]
        notes = dict.fromkeys(note for split in compared.splits for note in split.notes)
        lines += [Line("note", (piece(note, "faint"),)) for note in notes]
    return lines


def _compared_result(one: Difference, split: Split | None, detail: Detail) -> Line:
    line = _difference(one, detail)
    return evolve(line, children=(*_split(split, detail), *line.children)) if split else line


def _split(split: Split, detail: Detail) -> tuple[Line, ...]:
    """Each part of a difference with what causes it, and the sum of them."""
    lines = []
    for part in split.parts:
        places = [_written(one.before, one.after) for one in part.changes] if detail == "full" else []
        below = tuple(Line("place", pieces) for pieces in places if pieces)
        lines.append(Line("share", (piece(part.text),), signed(split.type, part.amount), children=below))
    return _shares(lines, signed(split.type, split.total))


def _written(before: Written | None, after: Written | None) -> Pieces:
    """Where both texts of a change stand: ``isf@2020 regelverk/isf/2020.isf:12 → isf@2021 …``."""
    sides: list[Pieces] = [
        (piece(side.edition), word(" "), *place_pieces(side.place)) for side in (before, after) if side and side.place
    ]
    return joined(sides, " → ")
