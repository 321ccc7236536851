"""An explanation tried against its receipts: is it the same case, by the same rules, with the same outcome?

Nothing is signed. What is found out is whether the rules that are here give what stands in the file.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import cast

from attrs import evolve

from rulesdsl.core.ir import Edition
from rulesdsl.core.values import exact, shown
from rulesdsl.deciding import ENGINE, Question, explain_document
from rulesdsl.evaluate.case import rettsdatoer
from rulesdsl.evaluate.documents import Document, Json, read_json, shortened
from rulesdsl.evaluate.explanation import CaseError, CaseExplanation, ResultReason
from rulesdsl.evaluate.stated import NEEDED, Object, Source, Stated, sources_of
from rulesdsl.source import frozen
from rulesdsl.workspace import Workspace

EXPLANATION = "isfrules.explanation/1"

MAX_NESTED = 400
"""How many lists and objects of an explanation may stand within each other; its conditions go deeper than a case."""


class NoExplanation(Exception):
    """The file is no explanation at all; ``errors`` say why."""

    def __init__(self, errors: tuple[CaseError, ...]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@frozen
class Disagreement:
    """Where the file and the rules part: ``stated`` and ``given`` have the same members, and None where there is no
    such result. ``result`` is empty where it is about the case itself."""

    result: str
    stated: Object | None
    given: Object | None


@frozen
class Finding:
    """What is wrong with a case of the file: a message of the 5xx series, and where the two part, if they do."""

    code: str
    message: str
    hint: str = ""
    disagreements: tuple[Disagreement, ...] = ()


@frozen
class Verified:
    """A case of the file. ``holds`` is None where there was nothing to try. ``same_today`` is whether the case comes
    out as the file says by the rules that are here, where these are not those that the receipt names."""

    entity: str
    key: str
    heading: str
    edition: str
    place: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    holds: bool | None = None
    same_today: bool | None = None


@frozen
class Verification:
    """All cases of a file, and what is wrong with the file as a whole."""

    cases: tuple[Verified, ...]
    errors: tuple[CaseError, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.errors and all(case.holds is not False for case in self.cases)


def verify_text(workspace: Workspace, text: str, name: str) -> Verification:
    """Every case of an explanation, tried; what is wrong with one never hides the others. Raises ``NoExplanation``."""
    value, errors = read_json(text, name, MAX_NESTED)
    if value is None and errors:
        raise NoExplanation(errors)
    if not isinstance(value, dict) or value.get("schema") != EXPLANATION or not isinstance(value.get("cases"), list):
        hint = "Lag den med «isfrules explain FILE --format json»."
        raise NoExplanation((CaseError("ISF521", f"{name} er ikke en forklaring", "", "", hint),))
    cases = [Stated.read(each) for each in cast(list[Json], value["cases"])]
    sources = sources_of(cases)
    verified = [_verified(case, source, workspace) for case, source in zip(cases, sources, strict=True)]
    return Verification(tuple(verified), errors)


# ── What the rules give ──────────────────────────────────────────────────────────────────────────────────────


@frozen
class _Answer:
    """A thing decided again, without its reasons."""

    entity: str
    key: str
    heading: str
    edition: str
    meaning: str
    corrections: tuple[tuple[str, str], ...]
    results: dict[str, Object]
    errors: list[Json]


_Answers = dict[str, "_Answer | None"]
"""By place; None for a thing whose day no edition covers."""


def _answers(
    source: Source, stated: Stated, workspace: Workspace, known: datetime.date | None
) -> "_Answers | Finding":
    """The things of a document, decided again as the receipt says, by the rules as they were known on a day."""
    asked = stated.text("edition"), stated.forced, known
    if asked not in source.answers:
        source.answers[asked] = _decided(source.document, *asked, workspace)
    found: _Answers | Finding = source.answers[asked]
    return found


def _decided(
    raw: Object, edition_id: str, forced: bool, known: datetime.date | None, workspace: Workspace
) -> "_Answers | Finding":
    edition = workspace.edition(edition_id, known)
    if edition is None:
        message, hint = workspace.not_found(edition_id)
        if workspace.info(edition_id) is not None:
            message, hint = f"Utgaven {edition_id} var ikke kjent {known}.", ""
        return Finding("ISF526", message.removeprefix("ISF413").strip(), hint)
    document = Document(raw)
    entities_from = edition if forced else _latest(edition, workspace)
    asked = Question(edition_id if forced else None, alternatives=False, known=known)
    found: _Answers = {place: None for place, _ in rettsdatoer(document, entities_from.entities)}
    for each in explain_document(document, workspace, edition.rulebook, entities_from, asked):
        if each.receipt is not None:
            found[each.receipt.place] = _answer(each)
    return found


def _latest(edition: Edition, workspace: Workspace) -> Edition:
    """The edition whose entities a document is read by where its date picks the edition."""
    names = [each.id for each in workspace.index if each.rulebook == edition.rulebook]
    return workspace.edition(names[-1]) or edition


def _answer(case: CaseExplanation) -> _Answer:
    assert case.receipt is not None
    corrections = tuple((each.edition, each.known_from.isoformat()) for each in case.receipt.corrections)
    return _Answer(case.entity, case.key, case.heading, case.edition, case.receipt.meaning, corrections,
                   {result.name: _outcome(result) for result in case.results},
                   [{"code": each.code, "field": each.field, "value": each.value} for each in case.errors])


def _outcome(result: ResultReason) -> Object:
    return {
        "value": cast(Json, exact(result.type, result.value)), "text": shown(result.type, result.value),
        "status": result.status, "punkt": result.clause or None, "rule": result.rule or None,
        "missing": list(result.missing),
    }


# ── The two held against each other ──────────────────────────────────────────────────────────────────────────


def _verified(stated: Stated, source: Source | None, workspace: Workspace) -> Verified:
    case = Verified(stated.of_case("entity"), stated.of_case("key"), stated.of_case("heading"),
                    stated.of_case("edition"), stated.text("place"))
    if stated.receipt is None:
        return _without_receipt(case, stated)
    findings: list[Finding] = []
    if stated.wrong:
        named = ", ".join(stated.wrong)
        findings.append(Finding("ISF523", f"Kvitteringen kan ikke leses: {named} er ikke som ventet.",
                                "Hent forklaringen på nytt fra den som laget den."))
    if NEEDED & set(stated.wrong):
        return evolve(case, findings=tuple(findings), holds=False)
    if source is None:
        findings.append(Finding("ISF529", "Dokumentet som saken kom fra, er ikke med i filen.",
                                "Det står i den første saken fra samme dokument."))
        return evolve(case, findings=tuple(findings), holds=False)
    if "case" not in stated.wrong and stated.text("case") != source.hash:
        findings.append(Finding("ISF524", "Saken er endret: dokumentet i filen er ikke det kvitteringen gjelder.",
                                f"Kvitteringen gjelder {stated.text('case')[:12]}, dokumentet er {source.hash[:12]}."))
    same_today = None
    answers = _answers(source, stated, workspace, stated.known)
    if isinstance(answers, Finding):
        findings.append(answers)
    else:
        found, same_today = _compared(stated, answers)
        findings += found
        if same_today is not None:
            findings += _as_it_was(stated, source, workspace)
        findings += _lacking(stated, source, answers)
    return evolve(case, findings=tuple(findings), notes=_notes(stated), holds=not findings, same_today=same_today)


def _as_it_was(stated: Stated, source: Source, workspace: Workspace) -> Iterator[Finding]:
    """What is wrong with the outcome by the very rules of the receipt, where these have been corrected since and their
    earlier text is still here."""
    info = workspace.info(stated.text("edition"))
    for until in info.earlier if info and stated.known is None else ():
        known = until - datetime.timedelta(days=1)
        edition = workspace.edition(stated.text("edition"), known)
        answers = _answers(source, stated, workspace, known) if edition else None
        answer = answers.get(stated.text("place")) if isinstance(answers, dict) else None
        if answer is not None and (answer.edition, answer.meaning) == (stated.text("edition"), stated.text("meaning")):
            if disagreements := _disagreements(stated, answer):
                said = f"Resultatet i filen er heller ikke det regelverket ga før rettelsen {until}."
                yield Finding("ISF527", said, "", disagreements)
            return


def _without_receipt(case: Verified, stated: Stated) -> Verified:
    if not case.edition and not stated.case.get("results") and stated.case.get("errors"):
        return evolve(case, notes=("Saken ble ikke avgjort etter noen utgave, så det er ingenting å prøve.",))
    found = Finding("ISF522", "Saken har ingen kvittering.", "Lag forklaringen på nytt med «isfrules explain».")
    return evolve(case, findings=(found,), holds=False)


def _compared(stated: Stated, answers: "_Answers") -> tuple[list[Finding], bool | None]:
    """What is wrong with the rules and the outcome of a case, and whether it comes out the same where the rules are
    not those of the receipt."""
    place, edition = stated.text("place"), stated.text("edition")
    if place not in answers:
        where = f"Dokumentet har ingenting i «{shortened(place)}»." if place else "Dokumentet er ikke en sak for seg."
        return [Finding("ISF528", f"Saken er lagt til. {where}")], None
    answer = answers[place]
    changed = f"Regelverket {edition} er endret siden."
    if answer is None:
        return [Finding("ISF525", f"{changed} Ingen utgave gjelder nå for datoen i saken.")], False
    disagreements = _disagreements(stated, answer)
    picked = answer.edition != edition
    other = "meaning" not in stated.wrong and stated.text("meaning") != answer.meaning
    if picked or other or ("corrections" not in stated.wrong and _corrections(stated) != answer.corrections):
        which = f"Datoen i saken velger nå {answer.edition}, ikke {edition}." if picked else changed
        come = "et annet svar" if disagreements else "samme svar"
        return [Finding("ISF525", f"{which} Etter dagens regler får saken {come}.", "", disagreements)], (
            not disagreements)
    if disagreements:
        return [Finding("ISF527", "Resultatet i filen er ikke det regelverket gir.", "", disagreements)], None
    return [], None


def _corrections(stated: Stated) -> tuple[tuple[Json, Json], ...]:
    listed = cast(list[Object], (stated.receipt or {})["corrections"])
    return tuple((each.get("edition"), each.get("known_from")) for each in listed)


def _lacking(stated: Stated, source: Source, answers: "_Answers") -> Iterator[Finding]:
    """What is wrong with the cases of a document together: said once, with the first of them; one that stands twice
    is said with the second."""
    place, first = stated.text("place"), not source.tried
    if place in source.tried:
        yield Finding("ISF528", "Saken står to ganger i filen.")
    source.tried.add(place)
    if first and (gone := [answer.heading for at, answer in answers.items() if answer and at not in source.places]):
        named = ", ".join(gone[:5]) + (f" og {len(gone) - 5} til" if len(gone) > 5 else "")
        yield Finding("ISF528", f"Saker fra samme dokument mangler i filen: {named}.")


def _disagreements(stated: Stated, answer: _Answer) -> tuple[Disagreement, ...]:
    """All on which a case of the file is not what the rules give. Texts count where the same engine wrote them."""
    alike = stated.text("engine") == ENGINE
    head = ("entity", "key", "edition", *(("heading",) if alike else ()))
    given = {name: cast(Json, getattr(answer, name)) for name in head}
    found = [_parted("", {name: stated.case.get(name) for name in head}, given)]
    results = stated.case.get("results")
    told: Mapping[str, Json] = results if isinstance(results, dict) else {}
    for name in dict.fromkeys((*answer.results, *told)):
        one, other = told.get(name), answer.results.get(name)
        if isinstance(one, dict) and other is not None:
            members = [member for member in other if alike or member != "text"]
            found.append(_parted(name, {each: one.get(each) for each in members},
                                 {each: other[each] for each in members}))
        else:
            found.append(Disagreement(name, one if isinstance(one, dict) else None, other))
    errors = stated.case.get("errors")
    if not _is_of_change(stated, answer):
        told_errors: list[Json] = [
            {name: each.get(name) for name in ("code", "field", "value")} if isinstance(each, dict) else each
            for each in (errors if isinstance(errors, list) else [])
        ]
        found.append(_parted("", {"errors": told_errors}, {"errors": answer.errors}))
    return tuple(each for each in found if each is not None)


def _parted(result: str, stated: Object, given: Object) -> Disagreement | None:
    apart = [name for name in given if stated[name] != given[name]]
    if not apart:
        return None
    return Disagreement(result, {name: stated[name] for name in apart}, {name: given[name] for name in apart})


def _is_of_change(stated: Stated, answer: _Answer) -> bool:
    """Whether the errors of a case are those of a change to it (``--what-if``), of which the receipt says nothing."""
    return bool(stated.case.get("results")) and not answer.errors and bool(stated.case.get("errors"))


def _notes(stated: Stated) -> tuple[str, ...]:
    """What is worth knowing and no fault."""
    notes = []
    engine = stated.text("engine")
    if engine != ENGINE:
        notes.append(f"Avgjort av {shortened(engine) or 'en ukjent versjon'}, prøvd av {ENGINE}.")
    more = any(stated.case.get(name) for name in ("what_if", "changed", "compared", "differences"))
    if more or (stated.case.get("results") and stated.case.get("errors")):
        notes.append("Kvitteringen dekker saken slik den står, ikke det den er sammenlignet med.")
    return tuple(notes)
