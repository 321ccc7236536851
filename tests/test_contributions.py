"""What each clause gave or took of an amount: of real cases, and of each way in which exceptions meet."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Isfrules
from test_interpreter import case_of, edition_of

from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import KRONER, Number
from rulesdsl.deciding import explain_text
from rulesdsl.evaluate.contributions import contributions
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import CaseExplanation, ResultReason
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED

Facts = dict[str, Any]


def given(rules: str, facts: Facts | list[Facts], name: str = "r") -> dict[str, Decimal]:
    """What each clause gave of an amount of the first episode."""
    edition = edition_of(rules)
    case = case_of(edition, facts)
    assert case.errors == ()
    run = decide(edition, case)
    found = contributions(run.outcomes[case.things[0], name], run, case.things[0])
    return {each.clause: each.amount for each in found}


def clause(number: str, *lines: str, to: str = "", when: str = "") -> str:
    head = [f"punkt {number} «Punkt {number}»", "ifølge k"]
    head += [f"unntak fra {to}"] if to else []
    head += [f"når {when}"] if when else []
    return "\n  ".join([*head, *lines]) + "\n\n"


# ── Real cases ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return SHIPPED


def cases_of(workspace: Workspace, name: str) -> tuple[CaseExplanation, ...]:
    return explain_text(workspace, (ROOT / "examples" / name).read_text(encoding="utf-8"), name).cases


def refusjon(case: CaseExplanation) -> ResultReason:
    return next(result for result in case.results if result.name == "refusjon")


def told(case: CaseExplanation) -> list[tuple[str, str, str]]:
    return [(each.clause, each.title, str(each.amount)) for each in refusjon(case).contributions]


def test_a_refusal_takes_all_that_the_episode_would_have_given(workspace: Workspace) -> None:
    (case,) = cases_of(workspace, "kommune-avtale-ikke-forankret.json")
    assert told(case) == [
        ("refusjon", "Refusjon", "130987.98"),
        ("poeng_fra_uttrekk", "Korrigerte poeng fra uttrekket", "3421651.46"),
        ("4.3.6", "Spesialisthelsetjenester utført av kommuner", "-3552639.44"),
    ]
    assert case.notes == ()  # only the amount before the refusal looked at other episodes


def test_a_published_amount_gives_what_it_is_more_than_the_calculated_one(workspace: Workspace) -> None:
    assert [told(case) for case in cases_of(workspace, "publiserte-belop-2023.json")] == [
        [("refusjon", "Refusjon", start), ("publisert_beløp", "Refusjon som er publisert i kroner", more)]
        for start, more in (("30042.00", "361.00"), ("1750.00", "3125.00"), ("34047.60", "1402.40"))
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.json*")), ids=lambda path: path.stem)
def test_the_parts_of_every_example_come_to_its_amount(path: Path, workspace: Workspace) -> None:
    for case in cases_of(workspace, path.name):
        for result in case.results:
            amounts = [each.amount for each in result.contributions]
            assert all(amounts)
            kroner = isinstance(result.type, Number) and result.type.unit == KRONER
            told = kroner and result.main and result.status == "known"
            assert sum(amounts) == (result.value if told else 0)


def test_what_is_doubtful_in_a_part_is_told_though_the_answer_does_not_rest_on_it(workspace: Workspace) -> None:
    """The points of the settlement are known; the weight that they replace is made up."""
    *_, case = cases_of(workspace, "avregning-2020.json")
    result = refusjon(case)
    assert {mark.kind for mark in result.marks} == {"skjønn", "ubekreftet"}
    assert [(each.clause, [mark.what for mark in each.marks if mark.kind == "eksempel"])
            for each in result.contributions] == [
        ("refusjon", ["kostnadsvekt[908A].vekt"]), ("poeng_fra_uttrekk", ["kostnadsvekt[908A].vekt"])]


def test_one_case_alone_and_as_another_would_have_it(workspace: Workspace) -> None:
    """What another episode of the patient comes to is as it is: its exceptions are never left out."""
    first, second, *_ = cases_of(workspace, "stg-sovnapne-to-tertialer.json")
    assert told(first) == [("refusjon", "Refusjon", "2290.40")]
    assert [(number, amount) for number, _, amount in told(second)] == [
        ("refusjon", "2290.40"), ("stg_periode", "-2290.40")]


# ── How exceptions meet ──────────────────────────────────────────────────────────────────────────────────────

AMOUNT = "resultat r : kroner for Episode «Beløp»\n\n"
MAIN = AMOUNT + clause("1", "r er 100 kr")


def test_without_exceptions_the_deciding_clause_gives_all() -> None:
    assert given(MAIN, {}) == {"1": 100}
    assert given(MAIN + clause("2", "r er 250 kr", to="1", when="a"), {"a": False}) == {"1": 100}


def test_an_exception_gives_or_takes_what_it_moves_the_amount_by() -> None:
    rules = MAIN + clause("2", "r er 250 kr", to="1", when="a") + clause("3", "r er 0 kr", to="1", when="b")
    assert given(rules, {"a": True, "b": False}) == {"1": 100, "2": 150}
    assert given(rules, {"a": False, "b": True}) == {"1": 100, "3": -100}
    assert given(rules, {"a": True, "b": True}) == {}  # the two stand against each other


def test_of_an_exception_to_an_exception_the_one_that_decides_has_the_step() -> None:
    rules = (MAIN + clause("2", "r er 250 kr", to="1", when="a") + clause("3", "r er 130 kr", to="2", when="b"))
    assert given(rules, {"a": True, "b": True}) == {"1": 100, "3": 30}
    assert given(rules, {"a": True, "b": False}) == {"1": 100, "2": 150}


def test_an_exception_to_one_rule_is_let_in_as_any_other() -> None:
    rules = (AMOUNT + clause("1", "regel dyr: r er 100 kr når a", "regel billig: r er 10 kr når ikke a")
             + clause("2", "r er 70 kr", to="1, dyr", when="b"))
    assert given(rules, {"a": True, "b": True}) == {"1": 100, "2": -30}
    # What is an exception to a rule goes before it, though the rule itself does not hold.
    assert given(rules, {"a": True, "b": False}) == {"1": 100}


RESTS = AMOUNT + "resultat grunn : kroner for Episode «Grunn»\n\nresultat teller : ja/nei for Episode «Teller»\n\n"


def resting(*more: str) -> str:
    return RESTS + clause("1", "r er grunn når teller", "r er 0 kr når ikke teller") + clause(
        "2", "grunn er 100 kr") + clause("3", "teller er ja") + "".join(more)


def test_what_takes_an_amount_out_takes_all_of_it() -> None:
    rules = resting(clause("4", "grunn er 180 kr", to="2", when="a"), clause("5", "teller er nei", to="3", when="b"))
    assert given(rules, {"a": True, "b": True}) == {"1": 100, "4": 80, "5": -180}
    assert given(rules, {"a": True, "b": False}) == {"1": 100, "4": 80}
    assert given(rules, {"a": False, "b": True}) == {"1": 100, "5": -100}


def test_the_amounts_own_exceptions_come_last() -> None:
    rules = resting(clause("4", "grunn er 180 kr", to="2", when="a"), clause("5", "teller er nei", to="3", when="b"),
                    clause("6", "r er 40 kr", to="1", when="c"))
    assert given(rules, {"a": True, "b": True, "c": True}) == {
        "1": 100, "4": 80, "5": -180, "6": 40}


def test_a_clause_that_gives_in_two_ways_is_told_once() -> None:
    both = clause("4", "grunn er 180 kr", "teller er nei", to="2; 3", when="a")
    assert given(resting(both), {"a": True}) == {"1": 100, "4": -100}


def test_what_a_clause_gives_and_takes_again_is_nothing() -> None:
    rules = (RESTS + clause("1", "r er grunn når teller", "r er 100 kr når ikke teller")
             + clause("2", "grunn er 100 kr") + clause("3", "teller er ja")
             + clause("4", "grunn er 180 kr", "teller er nei", to="2; 3", when="a"))
    assert given(rules, {"a": True}) == {"1": 100}


def test_an_exception_that_changes_nothing_is_not_told() -> None:
    assert given(MAIN + clause("2", "r er 100 kr", to="1", when="a"), {"a": True}) == {"1": 100}


def test_an_amount_of_nothing_has_no_parts_or_parts_that_come_to_nothing() -> None:
    rules = AMOUNT + clause("1", "r er belop") + clause("2", "r er 0 kr", to="1", when="a")
    assert given(rules, {"belop": 0, "a": False}) == {}
    assert given(rules, {"belop": 0, "a": True}) == {}
    assert given(rules, {"belop": 7.5, "a": True}) == {"1": Decimal("7.5"), "2": Decimal("-7.5")}


def test_a_step_where_the_amount_is_not_known_is_passed_over() -> None:
    """What would have been is ukjent; so is what the exception was worth beside it."""
    rules = resting(clause("4", "grunn er belop", to="2", when="a"), clause("5", "teller er nei", to="3", when="b"))
    assert given(rules, {"a": True, "b": True}) == {"1": 100, "5": -100}
    first = RESTS + clause("1", "r er grunn når teller", "r er 0 kr når ikke teller") + clause(
        "2", "grunn er belop") + clause("3", "teller er ja") + clause("4", "grunn er 180 kr", to="2", when="a")
    assert given(first, {"a": True}) == {"1": 180}


def test_a_step_in_conflict_is_passed_over() -> None:
    rules = MAIN + clause("2", "r er 70 kr") + clause("3", "r er 100 kr", to="2", when="a")
    assert given(rules, {"a": False}) == {}
    assert given(rules, {"a": True}) == {"1": 100}
    either = MAIN + clause("2", "r er 70 kr") + clause("3", "r er 40 kr", to="1; 2", when="a")
    assert given(either, {"a": True}) == {"3": 40}


def test_where_an_exception_may_apply_the_amount_is_told_if_it_is_known() -> None:
    rules = resting(clause("4", "grunn er 180 kr", to="2", when="a"), clause("5", "teller er nei", to="3", when="b"))
    assert given(rules, {"b": True}) == {"1": 100, "5": -100}
    assert given(rules, {"a": True}) == {}  # whether it counts is not known, and so the amount is not


def test_what_is_no_amount_that_people_ask_for_has_no_parts() -> None:
    rules = resting(clause("4", "grunn er 180 kr", to="2", when="a"))
    assert given(rules, {"a": True}, "teller") == {}
    assert given(rules, {"a": True}, "grunn") == {"2": 100, "4": 80}
    helper = rules.replace("resultat grunn : kroner for Episode «Grunn»\n\n", "").replace(
        clause("2", "grunn er 100 kr"), "beslutning grunn : kroner for Episode   treff første\n  ifølge k\n"
        "  | a || ut |\n  | ja || 180 kr |\n  | - || 100 kr |\n\n").replace(
        clause("4", "grunn er 180 kr", to="2", when="a"), "")
    assert given(helper, {"a": True}) == {"1": 180}
    assert given(helper, {"a": True}, "grunn") == {}


def test_other_episodes_are_as_they_are() -> None:
    """Only the episode's own exceptions are left out: 70 kr of the other's are there from the first step."""
    rules = (RESTS + clause("1", "r er (sum e.grunn for e i pasient.episoder) + grunn") + clause("2", "grunn er 100 kr")
             + clause("3", "teller er ja") + clause("4", "grunn er 70 kr", to="2", when="a"))
    assert given(rules, [{"a": True}, {"a": True}]) == {"1": 240, "4": -30}


# ── The ladder ───────────────────────────────────────────────────────────────────────────────────────────────


def test_only_what_an_amount_rests_on_is_made_once_more() -> None:
    rules = resting(clause("4", "grunn er 180 kr", to="2", when="a"), clause("5", "teller er nei", to="3", when="b"))
    made = ladders_of(edition_of(rules))
    ladder = made.ladders["r"]
    assert ladder.excepted == ("grunn", "teller")
    assert [step.decided for step in ladder.steps] == ["grunn", "teller"]
    assert ladder.rungs == ("grunn§0", "teller§0", "r§0", "r§1")
    assert made.ladders["grunn"].rungs == ("grunn§0",)
    assert set(made.results) == {"grunn§0", "teller§0", "r§0", "r§1"}


def test_what_only_an_exception_uses_is_let_in_with_it() -> None:
    rules = (MAIN + "resultat ekstra : kroner for Episode «Ekstra»\n\n" + clause("2", "r er ekstra", to="1", when="a")
             + clause("3", "ekstra er 5 kr") + clause("4", "ekstra er 9 kr", to="3", when="b"))
    assert given(rules, {"a": True, "b": True}) == {"1": 100, "2": -91}
    assert given(rules, {"a": False, "b": True}) == {"1": 100}


def long_rulebook(count: int) -> str:
    """Each result uses the two before it, and all have an exception."""
    declared = "".join(f"resultat x{at} : ja/nei for Episode «Ledd {at}»\n\n" for at in range(count))
    clauses = "".join(
        clause(f"{at}.1", f"x{at} er " + (f"x{at - 1} og x{at - 2}" if at > 1 else "a"))
        + clause(f"{at}.2", f"x{at} er ja", to=f"{at}.1", when="b") for at in range(count))
    return AMOUNT + declared + clauses + clause("1", f"r er 1 kr når x{count - 1}", f"r er 0 kr når ikke x{count - 1}")


def test_a_long_ladder_is_made_step_by_step() -> None:
    rules = long_rulebook(40)
    assert len(ladders_of(edition_of(rules)).ladders["r"].steps) == 40
    assert given(rules, {"a": False, "b": True}) == {"1.2": 1}  # from there on all that use one another are ja


def test_ladders_are_kept_for_an_edition_and_made_anew_for_another() -> None:
    first, second = edition_of(MAIN), edition_of(MAIN + clause("2", "r er 1 kr", to="1", when="a"))
    assert ladders_of(first) is ladders_of(first)
    assert ladders_of(first).ladders["r"].steps == ()
    assert len(ladders_of(second).ladders["r"].steps) == 1


def explained(edition: Edition, facts: Facts) -> ResultReason:
    case = case_of(edition, facts)
    return next(result for result in explain(decide(edition, case), case.things[0]).results if result.name == "r")


def test_an_explanation_has_them_and_one_that_is_not_known_has_none() -> None:
    edition = edition_of(resting(clause("4", "grunn er 180 kr", to="2", when="a")))
    assert [(each.clause, each.amount, each.title) for each in explained(edition, {"a": True}).contributions] == [
        ("1", Decimal(100), "Punkt 1"), ("4", Decimal(80), "Punkt 4")]
    assert explained(edition, {}).contributions == ()


# ── As it is shown ───────────────────────────────────────────────────────────────────────────────────────────

KOMMUNE = ROOT / "examples" / "kommune-avtale-ikke-forankret.json"
SHOWN = """\
Hva hvert punkt ga eller tok
    +130 987,98 kr  Refusjon
  +3 421 651,46 kr  poeng_fra_uttrekk – Korrigerte poeng fra uttrekket
  −3 552 639,44 kr  4.3.6 Spesialisthelsetjenester utført av kommuner    ubekreftet
           0,00 kr  til sammen

Hvorfor
"""


def test_the_command_shows_them_between_the_answer_and_the_reasons(isfrules: Isfrules) -> None:
    for detail, shows in (("short", False), ("medium", True), ("full", True)):
        shown = isfrules("explain", KOMMUNE, "--detail", detail, COLUMNS="120").stdout.replace("\u00a0", " ")
        assert (SHOWN in shown) == shows
    plain = isfrules("explain", ROOT / "examples" / "drg-442-publisert-vekt.json", COLUMNS="120").stdout
    assert "ga eller tok" not in plain


def test_they_stand_in_json_and_what_was_written_before_still_verifies(isfrules: Isfrules) -> None:
    document = json.loads(isfrules("explain", KOMMUNE, "--format", "json").stdout)
    results = document["cases"][0]["results"]
    assert [(each["punkt"], each["amount"]) for each in results["refusjon"]["contributions"]] == [
        ("refusjon", "130987.98"), ("poeng_fra_uttrekk", "3421651.46"), ("4.3.6", "-3552639.44")]
    assert results["isf_poeng"]["contributions"] == []
    assert isfrules("verify", "-", given=json.dumps(document)).exit_code == 0
    for result in results.values():
        del result["contributions"]
    assert isfrules("verify", "-", given=json.dumps(document)).exit_code == 0
