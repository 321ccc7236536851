"""What is shown at each level of detail, decided once for all formats.

``short`` is the answer, the deciding clause, what is missing and what is doubtful; ``medium`` adds why; ``full``
every clause asked, every fact, and where each thing is written.
"""

from collections.abc import Callable, Iterable

from rulesdsl.core.values import change, shown, spoken
from rulesdsl.evaluate.explanation import (
    Alternative,
    CaseError,
    CaseExplanation,
    Difference,
    Explanation,
    Fact,
    Mark,
    ResultReason,
)
from rulesdsl.publish.line import Detail, Line, Piece, Pieces, joined, piece, word
from rulesdsl.publish.reasons import Reasons, all_clauses, clause_named, clause_title, result_name, value_piece


def outline(explanation: Explanation, detail: Detail) -> tuple[Line, ...]:
    """One line of kind ``case`` for each case; all that is said of it stands below."""
    return tuple(case_line(case, detail) for case in explanation.cases)


def case_line(case: CaseExplanation, detail: Detail) -> Line:
    changed = case.changed if detail == "full" else None
    sections: list[tuple[str, str, Iterable[Line]]] = [
        ("errors", "Kan ikke avgjøres", [_error(error) for error in case.errors]),
        ("what_if", _what_if_heading(case), _what_if(case, detail)),
        ("why", "Hvorfor", _reasons(case, detail)),
        ("missing", "Hva som mangler", _missing(case, detail)),
        ("would_take", "Hva som skulle til", _would_take(case, detail)),
        ("marks", "Merk", [_mark(mark) for mark in _marks(case)]),
        ("notes", "Forutsetninger", [Line("note", (piece(note),)) for note in case.notes if detail != "short"]),
        ("why", "Hvorfor, med endringen", _reasons(changed, detail) if changed else ()),
        ("sources", "Kilder", _sources(case) if detail == "full" else ()),
    ]
    answers = Line("answers", children=tuple(_answer(result) for result in _in_order(case)))
    parts = [answers] if answers.children else []
    for role, title, lines in sections:
        if below := tuple(lines):
            parts.append(Line("section", (word(title),), children=below, role=role))
    return Line("case", (piece(case.heading or case.key, "strong"),), children=tuple(parts))


def _in_order(case: CaseExplanation) -> list[ResultReason]:
    """The results that people ask for: first those that no other rests on."""
    main = [result for result in case.results if result.main] or list(case.results)
    return sorted(main, key=lambda result: not result.final)


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
    kinds = list(dict.fromkeys(mark.kind for mark in result.marks))
    said: list[Pieces] = [joined([(piece(kind, "doubt"),) for kind in kinds], ", ")] if kinds else []
    match result.status:
        case "known":
            named = clause_named(result.clause, clause_title(result, result.clause))
            said += [(word("etter "), *named)] if result.clause else []
        case "unknown":
            said += [(word("mangler "), *joined([(piece(name),) for name in result.missing], ", "))]
        case "conflict":
            against = [clause.number for clause in all_clauses(result.reasons) if clause.role == "conflicts"]
            numbers = joined([(piece(number),) for number in dict.fromkeys(against)], " og ")
            said += [(*numbers, word(" gir ulike svar"))]
        case "no_rule":
            said += [(word("ikke noe punkt gjelder for dette tilfellet"),)]
    return joined(said, " · ")


def _reasons(case: CaseExplanation, detail: Detail) -> tuple[Line, ...]:
    if detail == "short":
        return ()
    return Reasons({result.name: result for result in case.results}, detail, case.edition).roots()


def _missing(case: CaseExplanation, detail: Detail) -> list[Line]:
    waiting = [result for result in _in_order(case) if result.missing and result.status == "unknown"]
    names = {fact.path: fact.name for result in waiting for fact in _facts_asked(result)}
    lines = []
    for path in dict.fromkeys(path for result in waiting for path in result.missing):
        name = names.get(path) or path
        said = (word(" ("), piece(name, "faint"), word(")")) if spoken(path) != name != path else ()
        called: Pieces = (piece(path, "strong"), *said)
        wanted_by = [(piece(result_name(result)),) for result in waiting if path in result.missing]
        lines.append(Line("missing", called, aside=(word("trengs for "), *joined(wanted_by, " og "))))
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


def _alternatives(case: CaseExplanation, detail: Detail, wanted: Callable[[ResultReason], bool]) -> list[Line]:
    lines = []
    for result in _in_order(case):
        lines += [_alternative(one, result, detail) for one in result.alternatives if wanted(result)]
    return list(dict.fromkeys(lines))


def _alternative(one: Alternative, result: ResultReason, detail: Detail) -> Line:
    facts = joined([(piece(f.name), word(" er "), value_piece(f.type, f.value)) for f in one.facts], " og ")
    value = value_piece(result.type, one.value)
    said = (piece(one.sentence),) if one.sentence else (*facts, word(" gir "), piece(result_name(result)),
                                                        word(" "), value)
    after = (word("etter "), piece(one.clause)) if one.clause else ()
    below = (Line("note", facts),) if detail == "full" and one.sentence and facts else ()
    return Line("alternative", said, aside=after, children=below)


def _marks(case: CaseExplanation) -> list[Mark]:
    sides = [case, case.changed] if case.changed else [case]
    return list(dict.fromkeys(mark for side in sides for result in _in_order(side) for mark in result.marks))


def _mark(mark: Mark) -> Line:
    return Line("mark", (piece(mark.text),), label=mark.kind)


def _sources(case: CaseExplanation) -> list[Line]:
    """Each source that was cited, once, with all that is known of it."""
    sides = [case, case.changed] if case.changed else [case]
    results = [result for side in sides for result in side.results]
    cited = [one for result in results for clause in all_clauses(result.reasons) for one in clause.citations]
    cited += [one for result in results for fact in _facts_asked(result) for one in fact.citations]
    lines = []
    for kilde in dict.fromkeys(one.kilde for one in cited):
        published = joined([(piece(text),) for text in (kilde.publisher, str(kilde.year)) if text], " ")
        said: list[Pieces] = [(piece(kilde.title, "strong"),), published]
        said.append((piece(kilde.standing, "faint" if kilde.standing == "offisiell" else "doubt"),))
        below = [Line("note", (piece(kilde.note),))] if kilde.note else []
        below += [Line("note", (piece(kilde.url, "faint", kilde.url),))] if kilde.url else []
        lines.append(Line("source", joined(said, " · "), children=tuple(below)))
    return lines


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


def _what_if_heading(case: CaseExplanation) -> str:
    return "Hva om" if case.what_if or not case.changed else "Sammenlignet"


def _what_if(case: CaseExplanation, detail: Detail) -> list[Line]:
    if case.changed is None and not case.differences:
        return []
    supposed = joined([(piece(f.name), word(" er "), value_piece(f.type, f.value)) for f in case.what_if], " og ")
    lines = [Line("note", supposed)] if supposed else []
    if case.changed and not case.what_if:
        lines.append(Line("note", (word("med "), piece(case.changed.edition_title or case.changed.edition, "strong"))))
    lines += [_error(error) for error in (case.changed.errors if case.changed else ())]
    rank = {result.name: number for number, result in enumerate(_in_order(case))}
    lines += [_difference(one, detail) for one in sorted(case.differences, key=lambda d: rank.get(d.result, len(rank)))]
    if not case.differences and case.changed and not case.changed.errors:
        lines.append(Line("note", (word("Det gir de samme svarene."),)))
    return lines


def _difference(one: Difference, detail: Detail) -> Line:
    before, after = one.before, one.after
    moved = change(after.type, before.value, after.value)
    plus = "+" if moved is not None and moved > 0 else ""
    by = (word(f" ({plus}"), piece(shown(after.type, moved)), word(")")) if moved is not None else ()
    sentence = (Line("summary", (piece(one.sentence),)),) if one.sentence and detail != "short" else ()
    return Line(
        "difference", (_outcome(before), word(" → "), _outcome(after), *by), label=result_name(one.before),
        aside=_basis(after), children=sentence,
    )

