"""What was proved, for programs."""

from collections.abc import Sequence
from typing import Any

from rulesdsl.evaluate.counterexample import counterexample
from rulesdsl.prove.properties import Proved, Verdict
from rulesdsl.publish.proofs import assumed

_VERDICTS: dict[Proved, str] = {"bevist": "proved", "motbevist": "refuted", "tom": "empty", "ikke avgjort": "unsettled"}


def proofs_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Every verdict: the property, the edition, how it fell, what it is limited to, and what breaks it."""
    return {"schema": "isfrules.proofs/1", "verdicts": [_verdict(each) for each in verdicts]}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    promise, tried = verdict.promise, verdict.counterexample
    found = counterexample(tried) if tried is not None else None
    return {
        "edition": verdict.edition.id, "other_edition": promise.between or None,
        "property": promise.name, "title": promise.title, "file": promise.place.file,
        "line": promise.place.line, "promised_from": str(promise.promised_from) if promise.promised_from else None,
        "promised": verdict.promised, "verdict": _VERDICTS[verdict.verdict], "reason": verdict.reason or None,
        "for": verdict.speaks_of, "count": verdict.count or None, "limits": list(verdict.limits),
        "assumed": assumed([verdict]) or None, "clashing": list(verdict.clashing),
        "seconds": round(verdict.seconds, 3),
        "holds_without": [list(each) for each in verdict.clauses] if verdict.clauses is not None else None,
        "counterexample": None if found is None else {
            "documents": list(verdict.documents),
            "sides": [{"name": side.name, "facts": list(side.facts), "results": list(side.results),
                       "beside": list(side.beside)} for side in found.sides],
            "shared": list(found.shared), "beside": list(found.beside),
        },
    }
