"""What is changed between two editions, for programs: all that the other formats show, and every row and case."""

from typing import Any

from rulesdsl.compare.cases import Answer, Answers, CasesCompared, Compared, Total
from rulesdsl.compare.differences import Detail, Differences, Figure, Head, PartDifference
from rulesdsl.core.types import type_name
from rulesdsl.core.values import exact, shown
from rulesdsl.evaluate.explanation import CaseError, Written
from rulesdsl.publish.differences import happened, summary

SCHEMA = "isfrules.diff/1"

Json = dict[str, Any]


def differences_json(found: Differences, cases: CasesCompared | None, engine: str) -> Json:
    """The whole answer. ``data`` is null where no cases were given."""
    return {
        "schema": SCHEMA, "engine": engine, "before": head_json(found.before), "after": head_json(found.after),
        "summary": summary(found), "changes": [_part(each) for each in found.parts],
        "data": _cases(cases) if cases else None,
    }


def head_json(head: Head) -> Json:
    return {"edition": head.id, "title": head.title, "valid_from": str(head.valid_from),
            "valid_to": str(head.valid_to), "known_from": str(head.known_from) if head.known_from else None}


def _part(part: PartDifference) -> Json:
    return {
        "kind": part.kind, "name": part.name, "formerly": part.formerly if part.moved else None, "title": part.title,
        "happened": part.way, "text": happened(part), "affects_outcome": part.affects_outcome,
        "before": _written(part.before), "after": _written(part.after),
        "details": [_detail(each) for each in part.details],
    }


def _written(written: Written | None) -> Json | None:
    if written is None:
        return None
    place = written.place
    return {"edition": written.edition, "place": {"file": place.file, "line": place.line} if place else None}


def _detail(each: Detail) -> Json:
    return {
        "aspect": each.aspect, "name": each.name or None, "happened": each.way, "sentence": each.sentence,
        "before": each.before or None, "after": each.after or None, "wording": each.wording,
        "figure": _figure(each.figure) if each.figure else None,
    }


def _figure(figure: Figure) -> Json:
    """Both values and the change between them, exactly."""
    return {
        "type": type_name(figure.type), "before": exact(figure.type, figure.before),
        "after": exact(figure.type, figure.after), "change": exact(figure.type, figure.change),
        "percent": str(figure.percent) if figure.percent is not None else None,
    }


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────


def _cases(cases: CasesCompared) -> Json:
    return {
        "file": cases.name, "decided": cases.decided, "differing": len(cases.differing),
        "failed": len(cases.failed), "errors": [_error(each) for each in cases.errors],
        "totals": [_total(each) for each in cases.totals], "cases": [_case(each) for each in cases.cases],
    }


def _total(total: Total) -> Json:
    return {
        "result": total.result, "title": total.called, **_figure(total.figure), "type": type_name(total.type),
        "counted": total.counted, "left_out": total.left_out, "differing": total.differing,
    }


def _case(case: Compared) -> Json:
    return {
        "entity": case.entity, "key": case.key, "place": case.place or None, "heading": case.heading,
        "differs": case.differs, "results": {each.result: _answers(each) for each in case.answers},
        "involved": [{"kind": kind, "name": name} for kind, name in case.involved],
        "errors": {"before": [_error(each) for each in case.errors_before],
                   "after": [_error(each) for each in case.errors_after]},
    }


def _answers(each: Answers) -> Json:
    figure = each.figure
    return {
        "before": answer_json(each.before), "after": answer_json(each.after), "differs": each.differ,
        "change": exact(figure.type, figure.change) if figure else None,
        "percent": str(figure.percent) if figure and figure.percent is not None else None,
    }


def answer_json(answer: Answer | None) -> Json | None:
    if answer is None:
        return None
    return {
        "value": exact(answer.type, answer.value), "text": shown(answer.type, answer.value),
        "type": type_name(answer.type), "status": answer.status, "punkt": answer.clause or None,
        "rule": answer.rule or None,
    }


def _error(error: CaseError) -> Json:
    return {
        "code": error.code, "message": error.message, "field": error.field, "value": error.value, "hint": error.hint,
    }
