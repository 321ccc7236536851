"""The regelverk of 2020 decided: the requirements of 4.3.6 in full, the published figures, and several episodes."""

import datetime
import json
from decimal import Decimal
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

from rulesdsl.core.ir import Edition
from rulesdsl.deciding import explain_text
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import read_documents
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import CaseExplanation, ClauseReason, Explanation, ResultReason
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.read_value import is_valid
from rulesdsl.publish.json import to_json
from tests.shipped import SHIPPED, shipped

HOME = Path(__file__).parents[1]
EPISODE = {
    "episode_id": "E1", "sektor": "somatikk", "omsorgsniva": 1, "kontakttype": 2, "sted_aktivitet": 1, "debitor": 1,
    "innmate_hast": 4, "inndato": "2020-05-28", "utdato": "2020-06-01", "drg": "442", "utforende": [1],
    "utfort_av": "helseforetak", "journalfort": True, "rapportert_npr": True, "bosatt_i_norge": True,
}
REQUIREMENTS = {"avtale": "mellom_nivaaer", "forankring": "forankret", "rapportering": "sikrer_rapportering"}


@pytest.fixture(scope="module")
def edition() -> Edition:
    return shipped("isf@2020")


def explained(edition: Edition, text: str) -> list[CaseExplanation]:
    """Every thing of every case of a text of JSON."""
    documents, errors = read_documents(text, "saker.json")
    assert errors == ()
    made = []
    for document in documents:
        case = load(document, edition)
        run = decide(edition, case)
        made += [explain(run, thing) for thing in case.things]
    return made


def one(edition: Edition, **facts: Any) -> dict[str, ResultReason]:
    (case,) = explained(edition, json.dumps(EPISODE | facts))
    assert case.errors == ()
    return {result.name: result for result in case.results}


def clause_of(result: ResultReason, number: str) -> ClauseReason:
    pending = list(result.reasons)
    while pending:
        each = pending.pop()
        if each.number == number:
            return each
        pending.extend(each.exceptions)
    raise AssertionError(number)


@pytest.mark.parametrize("known", list(product((True, False, None), repeat=3)))
def test_the_three_requirements_of_a_municipal_service(edition: Edition, known: tuple[bool | None, ...]) -> None:
    """4.3.6: a requirement that falls decides whatever the others are; else what is not known is waited for."""
    agreement = {field: fact for field, fact in zip(REQUIREMENTS.values(), known, strict=True) if fact is not None}
    result = one(edition, utfort_av="kommune", avtale=agreement, korrigerte_poeng=1)["tellende"]
    fallen = [name for name, fact in zip(REQUIREMENTS, known, strict=True) if fact is False]
    clause = clause_of(result, "4.3.6")
    assert [each.holds for each in clause.requirements] == list(known)
    if fallen:
        assert (result.status, result.value, result.clause) == ("known", False, "4.3.6")
        assert (result.rule, result.missing) == (f"krav {fallen[0]}", ())
        roles = {rule.name: rule.role for rule in clause.rules if rule.name.startswith("krav ")}
        assert roles[f"krav {fallen[0]}"] == "decides"
        assert all(roles[f"krav {name}"] == "agrees" for name in fallen[1:])
        assert ("kravet" if len(fallen) == 1 else "kravene") in clause.sentence
        assert all(name in clause.sentence for name in fallen)
    elif None in known:
        waits = [f"avtale.{field}" for field, fact in zip(REQUIREMENTS.values(), known, strict=True) if fact is None]
        assert (result.status, result.value, result.clause) == ("unknown", None, "")
        assert result.missing == tuple(sorted(waits))
        assert clause.role == "waits"
    else:
        assert (result.status, result.value, result.clause) == ("known", True, "hovedregel")
        assert clause.role == "fell"
        assert clause.sentence.endswith("stenger ikke, for alle krav er oppfylt.")


def test_no_agreement_is_not_the_same_as_nothing_known(edition: Edition) -> None:
    assert one(edition, utfort_av="kommune", avtale=None)["tellende"].missing == (
        "avtale.forankret", "avtale.mellom_nivaaer", "avtale.sikrer_rapportering",
    )
    assert one(edition, utfort_av="kommune", avtale={"mellom_nivaaer": False})["tellende"].value is False
    assert one(edition, avtale=None)["tellende"].value is True


def test_what_it_would_have_taken(edition: Edition) -> None:
    agreement = {"mellom_nivaaer": True, "forankret": False, "sikrer_rapportering": True}
    results = one(edition, utfort_av="kommune", avtale=agreement, korrigerte_poeng=155.11)
    (alternative,) = results["tellende"].alternatives
    assert (alternative.status, alternative.value, alternative.clause) == ("known", True, "hovedregel")
    assert [(fact.path, fact.value) for fact in alternative.facts] == [("avtale.forankret", True)]
    (alternative,) = results["refusjon"].alternatives
    assert alternative.value == Decimal("3552639.44")


def test_a_code_is_only_proposed_on_days_when_it_is_valid(edition: Edition) -> None:
    (case,) = explained(edition, json.dumps({**EPISODE, "debitor": None}))
    tellende = next(result for result in case.results if result.name == "tellende")
    proposed = {fact.value for each in tellende.alternatives for fact in each.facts}
    day = datetime.date(2020, 6, 1)
    valid = {member.name for member in edition.kodeverk["Debitor"].members if is_valid(member, day, day)}
    assert proposed <= valid


def test_the_published_settlement_through_json_text(edition: Edition) -> None:
    """The four published lines, from text to text, to the øre."""
    cases = explained(edition, (HOME / "examples" / "avregning-2020.json").read_text("utf-8"))
    published = json.loads(json.dumps(to_json(Explanation("isfrules", tuple(cases)))))["cases"]
    shown = [case["results"]["refusjon"] for case in published]
    assert [each["value"] for each in shown] == ["6957090.00", "2031287.05", "3552639.44", "306638.75"]
    assert [each["text"].replace("\u00a0", " ") for each in shown] == [
        "6 957 090,00 kr", "2 031 287,05 kr", "3 552 639,44 kr", "306 638,75 kr",
    ]
    assert {(case["results"]["tellende"]["value"], case["results"]["tellende"]["punkt"]) for case in published} == {
        (True, "hovedregel"),
    }


def test_a_special_service_is_paid_once_in_each_tertial(edition: Edition) -> None:
    """Three contacts in one tertial and one in the next: paid twice, and each explanation says why."""
    months = {"januar": "2020-01-15", "februar": "2020-02-12", "april": "2020-04-30", "mai": "2020-05-01"}
    episodes = [
        {**EPISODE, "episode_id": month, "omsorgsniva": 3, "kontakttype": 12, "inndato": day, "utdato": day,
         "drg": None, "stg": "CS01"}
        for month, day in months.items()
    ]
    cases = explained(edition, json.dumps({"pasient_id": "P1", "episoder": episodes[::-1]}))
    paid = {case.key: next(result for result in case.results if result.name == "refusjon") for case in cases}
    assert {key: (str(result.value), result.clause) for key, result in paid.items()} == {
        "januar": ("2290.40", "refusjon"), "februar": ("0", "stg_periode"), "april": ("0", "stg_periode"),
        "mai": ("2290.40", "refusjon"),
    }
    for key, result in paid.items():
        period = clause_of(result, "stg_periode")
        assert (period.role, period.applies) == (("fell", False) if key in ("januar", "mai") else ("decides", True))
        if period.role == "decides":
            assert period.overridden_by == ()
            assert clause_of(result, "refusjon").overridden_by == ("stg_periode",)
            assert "første" in period.sentence


def test_of_several_episodes_on_a_day_the_one_with_most_points_is_paid(edition: Edition) -> None:
    def episode(key: str, day: str, points: float | None) -> dict[str, Any]:
        return {**EPISODE, "episode_id": key, "inndato": day, "utdato": day, "korrigerte_poeng": points, "drg": "999X"}

    def paid(*episodes: dict[str, Any]) -> dict[str, tuple[str, Any]]:
        cases = explained(edition, json.dumps({"pasient_id": "P1", "episoder": list(episodes)}))
        results = {case.key: next(each for each in case.results if each.name == "refusjon") for case in cases}
        return {key: (each.clause, each.missing) for key, each in results.items()}

    day, after = "2020-06-09", "2020-06-10"
    assert paid(episode("A", day, 1), episode("B", day, 2), episode("C", after, 1)) == {
        "A": ("samme_dag", ()), "B": ("refusjon", ()), "C": ("refusjon", ()),
    }
    # As many points: the first by key is paid, in whatever order they come.
    assert paid(episode("B", day, 1), episode("A", day, 1)) == {"A": ("refusjon", ()), "B": ("samme_dag", ())}
    # One whose points are not known leaves both open, and both say what they wait for.
    assert paid(episode("A", day, 1), episode("B", day, None)) == {
        "A": ("", ("pasient.episoder[B].korrigerte_poeng",)), "B": ("", ("korrigerte_poeng",)),
    }


def test_a_patient_with_episodes_before_the_edition_is_decided_for_those_within_it(edition: Edition) -> None:
    episodes = [{**EPISODE, "episode_id": "før", "utdato": "2019-12-31"}, {**EPISODE, "korrigerte_poeng": 1}]
    cases = explained(edition, json.dumps({"pasient_id": "P1", "episoder": episodes}))
    within = {result.name: result for result in cases[1].results}
    assert within["refusjon"].value == Decimal("22904.00")


def test_what_is_wrong_with_a_sibling_does_not_stop_the_others(edition: Edition) -> None:
    wrong = {**EPISODE, "episode_id": "E2", "debitor": 777, "utdato": "2020-07-01"}
    episodes = [{**EPISODE, "korrigerte_poeng": 1}, wrong]
    first, second = explained(edition, json.dumps({"pasient_id": "P1", "episoder": episodes}))
    assert {result.name: result.value for result in first.results}["refusjon"] == Decimal("22904.00")
    assert first.notes == ("Feil i Episode E2: feltene det gjelder, regnes som ukjente her.",)
    assert (second.results, [error.code for error in second.errors]) == ((), ["ISF517"])


def test_sentences_are_said_once_and_end_with_a_full_stop() -> None:
    """Every sentence of every example ends as a sentence, doubles no word, and shows nothing of the machine."""
    for path in sorted((HOME / "examples").glob("*.json*")):
        for case in explain_text(SHIPPED, path.read_text("utf-8"), path.name).cases:
            for result in case.results:
                said = [result.sentence, *(each.sentence for each in result.alternatives)]
                said += [mark.text for mark in result.marks]
                pending = list(result.reasons)
                while pending:
                    each = pending.pop()
                    said.append(each.sentence)
                    pending += each.exceptions
                for sentence in said:
                    words = sentence.replace(",", "").split()
                    doubled = [one for one, two in pairwise(words) if one == two and one.isalpha()]
                    assert (sentence[-1], doubled) == (".", []), sentence
                    assert not {"None", "True", "False"} & set(words), sentence
                    assert "  " not in sentence
                    assert ".." not in sentence
