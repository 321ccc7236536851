"""An explanation as JSON: all that the other formats show, and the exact values. ``explanation_schema`` says how.

A value stands twice: ``value`` is exact, for programs, and ``text`` is as people read it.
"""

import json
import re
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rulesdsl.core.ir import Citation, Place, Value
from rulesdsl.core.types import Number, Type, type_name, unit_name
from rulesdsl.core.values import change, exact, shown, signed
from rulesdsl.evaluate.explanation import (
    Alternative,
    Calculation,
    CaseError,
    CaseExplanation,
    ClauseReason,
    Comparison,
    Condition,
    Contribution,
    Difference,
    Explanation,
    Fact,
    Mark,
    PartChange,
    ResultReason,
    RuleReason,
    SharePart,
    Split,
    WhyNot,
    Written,
)
from rulesdsl.publish.course_json import courses_json

if TYPE_CHECKING:
    from rulesdsl.evaluate.receipt import Receipt

SCHEMA = "isfrules.explanation/1"

Json = dict[str, Any]


def to_json(explanation: Explanation) -> Json:
    """The explanation as a document that fits ``explanation_schema()``. The numbers of a receipt's case are exact
    (``Decimal``); ``written`` writes them so."""
    return {"schema": SCHEMA, "engine": explanation.engine,
            "cases": [case_json(case) for case in explanation.cases],
            "courses": courses_json(explanation)}


def written(document: Any, indent: int | None = None) -> str:
    """A document as JSON text. Its main difference with ``json.dumps`` is that a ``Decimal`` is a number with just the
    digits it has, which no float has touched."""
    numbers: list[str] = []

    def keep(value: object) -> float:
        if not isinstance(value, Decimal):
            raise TypeError(f"{type(value).__name__} is not JSON")
        numbers.append(str(value))
        return NO_NUMBER

    text = json.dumps(document, ensure_ascii=False, indent=indent, default=keep)
    taken = iter(numbers)
    return _NO_NUMBER.sub(lambda found: found[1] + next(taken), text, count=len(numbers)) if numbers else text


NO_NUMBER = float("nan")
"""Stands where an exact number goes until the text is there: nothing else that is written gives a bare ``NaN``."""

_NO_NUMBER = re.compile(r'((?:[^"N]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+)NaN')


def explanation_schema() -> Json:
    """The JSON Schema of what ``to_json`` gives."""
    text = files("rulesdsl.publish").joinpath("explanation.schema.json").read_text("utf-8")
    schema: Json = json.loads(text)
    return schema


def case_json(case: CaseExplanation) -> Json:
    """One case of the document."""
    return {
        "entity": case.entity,
        "key": case.key,
        "heading": case.heading,
        "edition": case.edition,
        "edition_title": case.edition_title,
        "receipt": _receipt(case.receipt) if case.receipt else None,
        "results": {result.name: _result(result) for result in case.results},
        "errors": [_error(error) for error in case.errors],
        "notes": list(case.notes),
        "what_if": [_fact(fact) for fact in case.what_if],
        "changed": case_json(case.changed) if case.changed else None,
        "differences": [_difference(one) for one in case.differences],
        "compared": _compared(case.compared) if case.compared else None,
        "why_not": _why_not(case.why_not) if case.why_not else None,
    }


def _why_not(found: WhyNot) -> Json:
    return {
        "result": found.result, "wanted": found.wanted, "note": found.note,
        "ways": [
            {"facts": [{"now": _fact(each.now), "then": _fact(each.then), "options": list(each.options),
                        "values": [exact(found.type, value) for value in each.values]} for each in way.facts],
             "value": exact(found.type, way.value), "text": shown(found.type, way.value), "punkt": way.clause or None}
            for way in found.ways
        ],
    }


def _receipt(receipt: "Receipt") -> Json:
    return {
        "engine": receipt.engine,
        "edition": receipt.edition,
        "known": receipt.known,
        "corrections": [
            {"edition": each.edition, "known_from": each.known_from.isoformat(), "title": each.title}
            for each in receipt.corrections
        ],
        "meaning": receipt.meaning,
        "case": receipt.case,
        "place": receipt.place,
        "forced": receipt.forced,
        "document": receipt.document,
    }


def _result(result: ResultReason) -> Json:
    return {
        **_value(result.type, result.value),
        "status": result.status,
        "punkt": result.clause or None,
        "rule": result.rule or None,
        "missing": list(result.missing),
        "title": result.title,
        "main": result.main,
        "payer": result.payer or None,
        "sentence": result.sentence,
        "because": [_clause(clause) for clause in result.reasons],
        "uses": list(result.uses),
        "alternatives": [_alternative(one, result.type) for one in result.alternatives],
        "marks": [_mark(mark) for mark in result.marks],
        "contributions": [_contribution(each, result.type) for each in result.contributions],
    }


def _contribution(one: Contribution, type_: Type) -> Json:
    return {
        "punkt": one.clause, "title": one.title, "amount": exact(type_, one.amount),
        "text": signed(type_, one.amount), "marks": [_mark(mark) for mark in one.marks],
    }


def _clause(clause: ClauseReason) -> Json:
    return {
        "punkt": clause.number,
        "title": clause.title,
        "summary": clause.summary,
        "edition": clause.edition,
        "standing": clause.standing,
        "role": clause.role,
        "applies": clause.applies,
        "sentence": clause.sentence,
        "exception_to": list(clause.exception_to),
        "overridden_by": list(clause.overridden_by),
        "guard": [_condition(one) for one in clause.guard],
        "requirements": [_condition(one) for one in clause.requirements],
        "rules": [_rule(rule) for rule in clause.rules],
        "exceptions": [_clause(exception) for exception in clause.exceptions],
        "sources": [_citation(citation) for citation in clause.citations],
        "place": _place(clause.place),
    }


def _rule(rule: RuleReason) -> Json:
    return {
        "rule": rule.name,
        "role": rule.role,
        "conditions": [_condition(one) for one in rule.conditions],
        "gives": _calculation(rule.gives),
        "place": _place(rule.place),
    }


def _condition(one: Condition) -> Json:
    return {
        "condition": one.text,
        "requirement": one.requirement,
        "holds": one.holds,
        "facts": [_fact(fact) for fact in one.facts],
        "parts": [_condition(part) for part in one.parts],
    }


def _calculation(made: Calculation) -> Json:
    return {
        "expression": made.text, **_value(made.type, made.value), "facts": [_fact(fact) for fact in made.facts],
    }


def _fact(fact: Fact) -> Json:
    return {
        "kind": fact.kind,
        "name": fact.name,
        "path": fact.path,
        **_value(fact.type, fact.value),
        "skjonn": fact.skjonn,
        "sources": [_citation(citation) for citation in fact.citations],
    }


def _value(type_: Type, value: Value | None) -> Json:
    """A value, exactly and as people read it. The same few values come again and again, so the latest are kept."""
    if isinstance(value, tuple):
        return _written(type_, value)
    key = id(type_), type(value), value
    kept = _kept.get(key)
    if kept is None:
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        # The type is kept as well: while it lives, no other object can have its identity.
        kept = _kept[key] = type_, _written(type_, value)
    return kept[1]


MOST_KEPT = 4096
_kept: dict[tuple[int, type, Value | None], tuple[Type, Json]] = {}


def _written(type_: Type, value: Value | None) -> Json:
    return {
        "value": exact(type_, value),
        "text": shown(type_, value),
        "type": type_name(type_),
        "unit": unit_name(type_.unit) or None if isinstance(type_, Number) else None,
    }


def _citation(citation: Citation) -> Json:
    kilde = citation.kilde
    return {
        "source": kilde.name,
        "title": kilde.title,
        "publisher": kilde.publisher,
        "year": kilde.year,
        "url": kilde.url,
        "source_standing": kilde.standing,
        "source_note": kilde.note,
        "standing": citation.standing,
        "note": citation.note,
    }


def _place(place: Place) -> Json:
    return {"file": place.file, "line": place.line}


def _mark(mark: Mark) -> Json:
    return {"kind": mark.kind, "what": mark.what, "sentence": mark.text}


def _alternative(one: Alternative, type_: Type) -> Json:
    return {
        "facts": [_fact(fact) for fact in one.facts],
        "status": one.status,
        "value": exact(type_, one.value),
        "text": shown(type_, one.value),
        "punkt": one.clause or None,
        "sentence": one.sentence,
    }


def _error(error: CaseError) -> Json:
    return {
        "code": error.code, "message": error.message, "field": error.field, "value": error.value, "hint": error.hint,
    }


def _compared(compared: Comparison) -> Json:
    return {
        "edition": compared.other.edition,
        "called": compared.called,
        "same": compared.same,
        "case": None if compared.same else case_json(compared.other),
        "differences": [_difference(one) for one in compared.differences],
        "splits": [_split(one) for one in compared.splits],
    }


def _split(split: Split) -> Json:
    return {
        "result": split.result,
        "change": exact(split.type, split.total),
        "change_text": signed(split.type, split.total),
        "parts": [_share(part, split.type) for part in split.parts],
        "notes": list(split.notes),
    }


def _share(part: SharePart, type_: Type) -> Json:
    return {
        "change": exact(type_, part.amount),
        "change_text": signed(type_, part.amount),
        "text": part.text,
        "because": [_part_change(one) for one in part.changes],
    }


def _part_change(one: PartChange) -> Json:
    return {
        "kind": one.kind, "name": one.name, "way": one.way, "text": one.text,
        "before": _written_in(one.before), "after": _written_in(one.after),
    }


def _written_in(written: Written | None) -> Json | None:
    if written is None:
        return None
    return {"edition": written.edition, "place": _place(written.place) if written.place else None}


def _difference(one: Difference) -> Json:
    """The two sides in short: all of both stands in the case and in its ``changed``."""
    moved = change(one.after.type, one.before.value, one.after.value)
    return {
        "result": one.result,
        "before": _side(one.before),
        "after": _side(one.after),
        "change": exact(one.after.type, moved),
        "change_text": shown(one.after.type, moved) if moved is not None else None,
        "sentence": one.sentence,
    }


def _side(result: ResultReason) -> Json:
    return {
        "value": exact(result.type, result.value),
        "text": shown(result.type, result.value),
        "status": result.status,
        "punkt": result.clause or None,
        "rule": result.rule or None,
        "missing": list(result.missing),
    }
