"""What is shown of a course: who pays, then every contact in order of date, then by which clauses.

``short`` is who pays what and what is not settled; ``medium`` adds the contacts and the clauses; ``full`` every
contact's own explanation, which stands after the course.
"""

from collections.abc import Iterable, Iterator

from rulesdsl.core.types import Date, Number
from rulesdsl.core.values import shown
from rulesdsl.evaluate.course import Contact, Course, Payment, Share, Total, Waiting
from rulesdsl.evaluate.explanation import CaseError, Mark, ResultReason
from rulesdsl.publish.line import Detail, Line, Piece, Pieces, joined, piece, word
from rulesdsl.publish.marks import gathered
from rulesdsl.publish.reasons import clause_named, result_name, value_piece

NOBODY = "Regelverket sier ikke hvem som betaler"


def course_line(course: Course, detail: Detail) -> Line:
    """All that is said of a course."""
    told = detail != "short"
    sections: list[tuple[str, str, Iterable[Line]]] = [
        ("errors", "Kan ikke avgjøres", _errors(course)),
        ("missing", "Hva som ikke er med i summene", _open(course)),
        ("contacts", "Forløpet", [_contact(each) for each in course.contacts] if told else ()),
        ("payers", "Hvem betaler hva", [_total(each) for each in course.totals if each.payments] if told else ()),
        ("marks", "Merk", _marks(course)),
        ("notes", "Forutsetninger", [Line("note", (piece(note),)) for note in course.notes]),
    ]
    parts = [Line("answers", children=tuple(_answers(course)), role="amounts")] if course.totals else []
    for role, title, lines in sections:
        if below := tuple(lines):
            parts.append(Line("section", (word(title),), children=below, role=role))
    return Line("case", (piece(_heading(course), "strong"),), children=tuple(parts))


def _heading(course: Course) -> str:
    """``Forløp P1 · 13. januar 2023 til 12. desember 2023``."""
    days = [each.day for each in course.contacts if each.day is not None]
    span = dict.fromkeys(shown(Date(), day) for day in (min(days), max(days))) if days else {}
    alone = course.contacts[0].called if len(course.contacts) == 1 and not course.contacts[0].place else ""
    named = alone or f"Forløp {course.key or course.place}".strip()
    return " · ".join([named, *([" til ".join(span)] if span else [])])


# ── Who pays ─────────────────────────────────────────────────────────────────────────────────────────────────


def _answers(course: Course) -> Iterator[Line]:
    """Each payer with what is known, and how much is not; then what all pay, for each unit of money."""
    for kind, amount in course.sums:
        own = [each for each in course.totals if each.type.unit == kind.unit]
        for each in own:
            known = value_piece(each.type, each.amount if each.shares else None)
            yield Line("answer", (known,), label=each.payer, aside=_counted(each))
        if len(own) > 1:
            left = sum(len(each.waiting) for each in own)
            more = (piece(f"+ {_number(left, 'én', '')} som ikke er med", "doubt"),) if left else ()
            yield Line("answer", (value_piece(kind, amount),), label="Til sammen", aside=more)
    broken = sum(bool(each.errors) for each in course.contacts)
    if broken:
        said = Piece(_number(broken, "én kontakt", "kontakter"), "bad")
        yield Line("answer", (said,), label="Ikke avgjort")


def _counted(total: Total) -> Pieces:
    said: list[Pieces] = [(word(_number(total.payments, "én betaling", "betalinger")),)] if total.payments else []
    wrong = [each for each in total.waiting
             if each.contact.left_out or each.payment.result.status in ("conflict", "no_rule")]
    open_ = [each for each in total.waiting if each not in wrong]
    if open_:
        names = dict.fromkeys(name for each in open_ for name in _awaited(each.payment))
        few = ", ".join(list(names)[:FEW]) + (" …" if len(names) > FEW else "")
        said.append((piece(f"+ {_number(len(open_), 'én', '')} som venter på {few}", "doubt"),))
    if wrong:
        said.append((piece(f"+ {_number(len(wrong), 'én', '')} som ikke kan avgjøres", "bad"),))
    return joined(said, " · ")


FEW = 2
"""So many of the facts that payments wait for are named beside the sum."""


def _number(count: int, one: str, many: str) -> str:
    return one if count == 1 else f"{count} {many}".strip()


def _awaited(payment: Payment) -> tuple[str, ...]:
    return payment.waits or payment.result.missing or (payment.result.status,)


def _total(total: Total) -> Line:
    shares = [_share(total.type, each) for each in total.shares if each.payments]
    return Line("group", (piece(total.payer, "strong"),), aside=(value_piece(total.type, total.amount),),
                children=tuple(shares), role="payer")


def _share(kind: Number, share: Share) -> Line:
    counted = () if share.payments == 1 else (word(_number(share.payments, "", "betalinger")),)
    named = (piece(share.rulebook, "faint"), word("  "), *clause_named(share.clause, share.title))
    return Line("share", named, shown(kind, share.amount), aside=counted)


# ── The contacts ─────────────────────────────────────────────────────────────────────────────────────────────


def _contact(contact: Contact) -> Line:
    day = (piece(shown(Date(), contact.day)), word("  ")) if contact.day else ()
    lines = [_payment(contact, each) for each in _worth_telling(contact.payments)]
    if not lines and not contact.errors:
        lines = [Line("note", (word(NOBODY),)), *_without_payer(contact)]
    if contact.errors:
        lines.append(Line("note", (Piece("Kan ikke avgjøres", "bad"),)))
    named = contact.edition or contact.rulebook
    on = (word(" på "), piece(", ".join(contact.on))) if contact.on else ()
    return Line("group", (*day, piece(contact.called, "strong"), *on), aside=(piece(named, "faint"),),
                children=tuple(lines), role="contact")


def _worth_telling(payments: tuple[Payment, ...]) -> list[Payment]:
    """The payments; what somebody pays nothing of is left out where somebody else pays for the same thing."""
    paid = {each.of for each in payments if each.amount != 0}
    return [each for each in payments if each.amount != 0 or each.of not in paid]


def _without_payer(contact: Contact) -> Iterator[Line]:
    for case in contact.cases:
        for result in case.results:
            if result.main:
                yield Line("share", (piece(result_name(result)), *_after(result)), shown(result.type, result.value))


def _payment(contact: Contact, payment: Payment) -> Line:
    result = payment.result
    what = result_name(result)
    of = f" · {payment.of}" if payment.of != contact.called else ""
    said = (piece(result.payer, "strong"), word(" · "), piece(f"{what}{of}"), *_after(result))
    amount = shown(result.type, result.value)
    match result.status:
        case "known" if payment.waits:
            return Line("share", said, amount, aside=(piece(f"venter på {', '.join(payment.waits)}", "doubt"),))
        case "known":
            kinds = [(piece(kind, "doubt"),) for kind in dict.fromkeys(mark.kind for mark in result.marks)]
            return Line("share", said, amount, aside=joined(kinds, ", "))
        case "unknown":
            missing = f"mangler {', '.join(result.missing)}" if result.missing else ""
            return Line("share", said, "ukjent", aside=(piece(missing, "doubt"),) if missing else ())
        case "conflict":
            return Line("share", said, "konflikt", aside=(piece("punkter gir ulike svar", "bad"),))
        case "no_rule":
            return Line("share", said, "ingen regel", aside=(piece("ikke noe punkt gjelder", "bad"),))


def _after(result: ResultReason) -> Pieces:
    if not result.clause or result.clause == result.name:
        return ()
    return (word(" etter "), piece(result.clause))


# ── What is not settled ──────────────────────────────────────────────────────────────────────────────────────


def _errors(course: Course) -> Iterator[Line]:
    for error in dict.fromkeys([*course.errors, *(error for each in course.contacts for error in each.errors)]):
        yield _error(error)


def _error(error: CaseError) -> Line:
    below = [Line("note", (word("felt "), piece(error.field, "strong")))] if error.field else []
    below += [Line("note", (piece(error.hint),))] if error.hint else []
    return Line("error", (piece(error.message),), label=error.code, children=tuple(below))


def _open(course: Course) -> Iterator[Line]:
    """Each payment that is in no sum, with what it waits for."""
    for total in course.totals:
        for each in total.waiting:
            yield _waiting(total, each)


def _waiting(total: Total, waiting: Waiting) -> Line:
    payment, contact = waiting.payment, waiting.contact
    of = f"{contact.called}, {payment.of}" if payment.of != contact.called else contact.called
    said: Pieces = (piece(total.payer, "strong"), word(" · "), piece(of), word(" · "),
                    piece(result_name(payment.result)))
    if contact.left_out:
        why = "kan ikke avgjøres"
    elif payment.waits or payment.result.missing:
        why = f"venter på {', '.join(_awaited(payment))}"
    else:
        why = payment.result.sentence
    return Line("missing", said, aside=(piece(why, "doubt"),))


def _marks(course: Course) -> Iterator[Line]:
    """All that is doubtful in what is paid, each once for each rulebook."""
    found: dict[str, list[Mark]] = {}
    for contact in course.contacts:
        for payment in contact.payments:
            found.setdefault(contact.rulebook, []).extend(payment.result.marks)
    for rulebook, marks in sorted(found.items()):
        for kind, text in gathered(marks):
            yield Line("mark", (piece(f"{rulebook}: ", "faint"), piece(text)), label=kind)
