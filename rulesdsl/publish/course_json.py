"""Courses as JSON, beside the cases of the explanation: who pays what, in exact amounts."""

from typing import Any

from rulesdsl.core.types import unit_name
from rulesdsl.core.values import exact, shown
from rulesdsl.evaluate.course import Contact, Course, Payment, Share, Total, Waiting
from rulesdsl.evaluate.explanation import CaseError, Explanation

Json = dict[str, Any]


def courses_json(explanation: Explanation) -> list[Json]:
    """The courses of an explanation, whose cases are the last ones of it, course by course."""
    first = len(explanation.cases) - sum(len(each.cases) for one in explanation.courses for each in one.contacts)
    made = []
    for course in explanation.courses:
        made.append(_course(course, first))
        first += sum(len(each.cases) for each in course.contacts)
    return made


def _course(course: Course, first: int) -> Json:
    """One course. ``first`` is the number of its first case among the cases of the explanation."""
    contacts = []
    for each in course.contacts:
        contacts.append(_contact(each, first))
        first += len(each.cases)
    return {
        "key": course.key,
        "place": course.place,
        "contacts": contacts,
        "totals": [_total(each) for each in course.totals],
        "sums": [{"unit": unit_name(kind.unit), "amount": exact(kind, amount), "text": shown(kind, amount)}
                 for kind, amount in course.sums],
        "errors": [error_json(error) for error in course.errors],
        "notes": list(course.notes),
    }


def error_json(error: CaseError) -> Json:
    return {"code": error.code, "message": error.message, "field": error.field, "value": error.value,
            "hint": error.hint}


def _contact(contact: Contact, first: int) -> Json:
    return {
        "rulebook": contact.rulebook,
        "edition": contact.edition,
        "place": contact.place,
        "called": contact.called,
        "day": contact.day.isoformat() if contact.day else None,
        "on": list(contact.on),
        "cases": list(range(first, first + len(contact.cases))),
        "payments": [_payment(contact, each) for each in contact.payments],
        "errors": [error_json(error) for error in contact.errors],
    }


def _payment(contact: Contact, payment: Payment) -> Json:
    result = payment.result
    return {
        "of": payment.of,
        "result": result.name,
        "payer": result.payer,
        "unit": unit_name(result.type.unit),  # type: ignore[union-attr]  # only amounts of money have a payer
        "amount": exact(result.type, result.value),
        "text": shown(result.type, result.value),
        "status": result.status,
        "counted": payment.amount is not None and not contact.left_out,
        "punkt": result.clause or None,
        "waits_for": [*payment.waits, *result.missing],
    }


def _total(total: Total) -> Json:
    amount = total.amount if total.shares else None
    return {
        "payer": total.payer,
        "unit": unit_name(total.type.unit),
        "amount": exact(total.type, amount),
        "text": shown(total.type, amount),
        "payments": total.payments,
        "parts": [_share(total, each) for each in total.shares],
        "waiting": [_waiting(each) for each in total.waiting],
    }


def _share(total: Total, share: Share) -> Json:
    return {
        "rulebook": share.rulebook, "punkt": share.clause, "title": share.title,
        "amount": exact(total.type, share.amount), "text": shown(total.type, share.amount),
        "payments": share.payments,
    }


def _waiting(waiting: Waiting) -> Json:
    payment = waiting.payment
    return {
        "rulebook": waiting.contact.rulebook, "place": waiting.contact.place, "of": payment.of,
        "result": payment.result.name, "status": payment.result.status,
        "waits_for": [*payment.waits, *payment.result.missing],
    }
