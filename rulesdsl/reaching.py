"""``--why-not``: what was asked, in words and as a question to the solver, and the answer as part of an explanation."""

from typing import Any

from attrs import evolve

from rulesdsl.core.types import Bool
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explanation import CaseExplanation, Fact, OtherFact, Way, WhyNot
from rulesdsl.evaluate.trace import Run
from rulesdsl.evaluate.wanted import default_wanted, in_words, is_so, wanted_of
from rulesdsl.prove.why_not import Changed, why_not
from rulesdsl.prove.why_not import WhyNot as Found

SECONDS = 20.0
"""How long the search may take for one case."""

NOTHING_BETTER = ("Her er det ikke noe som nektes og ikke noe beløp som er 0 eller ukjent. Si hva du vil ha, som "
                  "resultat=verdi etter --why-not.")
"""What is said where the thing got what there is to get, and nobody said what else to want."""


def reach(explained: CaseExplanation, run: Run, thing: Thing, document: Document, asked: str) -> CaseExplanation:
    """The explanation of a thing, with what it would take for a result to come out as asked. Raises ``CannotReach``."""
    outcomes = {name: run.outcomes[thing, name] for name in run.edition.results if (thing, name) in run.outcomes}
    wanted = wanted_of(asked, run.edition, outcomes) if asked.strip() else default_wanted(run.edition, outcomes)
    if wanted is None:
        return evolve(explained, why_not=WhyNot("", Bool(), "", (), NOTHING_BETTER))
    result, outcome = run.edition.results[wanted.result], outcomes[wanted.result]
    words = in_words(result, wanted)
    if outcome.status == "known" and is_so(outcome.value, wanted):
        return evolve(explained, why_not=WhyNot(wanted.result, result.type, words, (), "Det er slik allerede."))
    found = why_not(run.edition, thing, document, wanted, seconds=SECONDS)
    ways = tuple(Way(tuple(_other(each, thing) for each in way.facts), way.value, way.clause) for way in found.ways)
    return evolve(explained, why_not=WhyNot(wanted.result, result.type, words, ways, _note(found, _others(run, thing))))


# ── The answer ───────────────────────────────────────────────────────────────────────────────────────────────


def _other(changed: Changed, thing: Thing) -> OtherFact:
    name = ".".join(changed.path).replace("_", " ")
    spoken = changed.field.title if len(changed.path) == 1 and changed.field.title else name

    def fact(value: Any) -> Fact:
        return Fact("field", spoken, ".".join(changed.path), changed.field.type, value, skjonn=changed.field.skjonn)

    return OtherFact(fact(changed.before), fact(changed.after), changed.options, changed.values)


_COUNTED = {1: "én opplysning", 2: "to opplysninger", 3: "tre opplysninger"}


def _others(run: Run, thing: Thing) -> str:
    """What is let be besides the thing that is asked about, where it belongs to something."""
    about = run.edition.entities[thing.entity]
    return f" Andre {about.plural.replace('_', ' ')} er som de er." if about.parent and about.plural else ""


def _note(found: Found, others: str) -> str:
    if found.reason:
        return f"Ikke avgjort om det finnes flere måter: {found.reason}"
    counted = _COUNTED.get(found.most, f"{found.most} opplysninger")
    if not found.ways:
        return f"Ingen endring av inntil {counted} ville gitt det. Det er bevist.{others}"
    let_be = f"Det som ikke kan gjøres om, er latt være.{others}"
    if found.complete:
        return (f"Enhver måte med inntil {counted} endrer de samme opplysningene som en av disse, eller flere. "
                f"Det er bevist. {let_be}")
    return f"Det finnes flere måter; disse er blant de korteste. {let_be}"
