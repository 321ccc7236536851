"""The condition under which two editions can differ, for programs."""

from typing import Any

from rulesdsl.core.types import type_name
from rulesdsl.core.values import exact
from rulesdsl.prove.difference import Difference, Extreme, Missing, Part, Proof, Said, Witness
from rulesdsl.publish.difference import conclusion, extreme, summary
from rulesdsl.publish.differences_json import answer_json, head_json

SCHEMA = "isfrules.difference/1"

Json = dict[str, Any]


def difference_json(found: Proof, engine: str) -> Json:
    """The whole answer. The numbers of a witness's document are exact (``Decimal``)."""
    return {
        "schema": SCHEMA, "engine": engine, "before": head_json(found.before), "after": head_json(found.after),
        "proved": found.done, "seconds": round(found.seconds, 1),
        "results": [_difference(each) for each in found.differences],
        "left_out": list(found.left_out), "read_differently": list(found.apart), "limits": list(found.limits),
        "not_compared": list(found.not_compared),
    }


def _difference(each: Difference) -> Json:
    kinds = {"likt": "same", "ulikt": "different", "ikke ferdig": "open"}
    return {
        "result": each.result, "title": each.called, "type": type_name(each.type), "verdict": kinds[each.answered],
        "summary": summary(each), "conclusion": conclusion(each), "reason": each.reason or None,
        "parts": [_part(part) for part in each.parts], "missing": _missing(each.missing) if each.missing else None,
        "largest_increase": _extreme(each, each.up, up=True), "largest_decrease": _extreme(each, each.down, up=False),
    }


def _part(part: Part) -> Json:
    return {
        "always": part.always, "unless_unknown_in_both": part.if_known,
        "all_of": [_said(each) for each in part.said],
        "any_of": [_said(each) for each in part.either], "witness": _witness(part.witness),
    }


def _said(said: Said) -> Json:
    return {"text": said.text, "punkt": said.clause or None, "part": said.part or None, "changed": said.changed}


def _witness(witness: Witness | None) -> Json | None:
    if witness is None:
        return None
    return {
        "case": witness.document, "place": witness.place or None,
        "facts": [{"thing": called, "facts": list(facts)} for called, facts in witness.facts],
        "before": answer_json(witness.answers.before), "after": answer_json(witness.answers.after),
    }


def _missing(missing: Missing) -> Json:
    return {"fields": list(missing.fields), "results": list(missing.results), "witness": _witness(missing.witness)}


def _extreme(each: Difference, found: Extreme | None, up: bool) -> Json | None:
    if found is None:
        return None
    return {
        "amount": exact(each.type, found.amount), "grows_with": list(found.grows_with),
        "by_one": exact(each.type, found.by_one), "reason": found.reason or None, "text": extreme(each, found, up),
    }
