"""Laws of what each clause gave or took of an amount.

| law | says |
|---|---|
| sum | Σ contributions(v) = v, none of them 0, no clause twice; of what is no known amount there are none |
| ladder | contributions(v) = what v differs by between editions without the exceptions to fewer and fewer results |
| plain | no exception decides ⇒ all is given by the clause that decides |
| order | contributions ∘ shuffle = contributions |
| apart | asking changes nothing: neither the outcomes nor what the case was seen to look at |
"""

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, amounts, documents, episodes, families, rulebooks

from rulesdsl import strategies
from rulesdsl.core import ir
from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.types import KRONER, Number
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.contributions import contributions
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome, Run
from tests.shipped import shipped

LAW = settings(deadline=None, print_blob=True, max_examples=80,
               suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
CHANCE = st.integers(0, 2**32).map(random.Random)
DOCUMENTS = st.one_of(episodes(holes=0).map(Document), documents())

Given = dict[str, Decimal]


def given_by(run: Run, thing: Thing, name: str) -> Given:
    found = contributions(run.outcomes[thing, name], run, thing)
    told = {each.clause: each.amount for each in found}
    assert len(told) == len(found)
    return told


def amounts_of(run: Run) -> Iterator[tuple[Thing, str, Outcome]]:
    """The known amounts that people ask for."""
    for (thing, name), outcome in run.outcomes.items():
        kind = outcome.result.type
        if isinstance(kind, Number) and kind.unit == KRONER and name in run.edition.main and outcome.status == "known":
            yield thing, name, outcome


# ── The sum ──────────────────────────────────────────────────────────────────────────────────────────────────


def check_sums(run: Run) -> None:
    asked = {(thing, name) for thing, name, _ in amounts_of(run)}
    for (thing, name), outcome in run.outcomes.items():
        found = given_by(run, thing, name)
        if (thing, name) not in asked:
            assert found == {}
            continue
        event(f"{len(found)} clauses")
        assert sum(found.values()) == outcome.value
        assert all(found.values())


@given(amounts(), DOCUMENTS)
@LAW
def test_what_the_clauses_gave_comes_to_the_amount(book: Rulebook, document: Document) -> None:
    edition = book.edition()
    check_sums(decide(edition, load(document, edition)))


@given(rulebooks(several=True), families())
@settings(LAW, max_examples=30)
def test_it_does_so_in_every_rulebook(book: Rulebook, document: Document) -> None:
    edition = book.edition()
    check_sums(decide(edition, load(document, edition)))


@pytest.mark.parametrize("year", [2017, 2020, 2023])
@given(data=st.data())
@settings(LAW, max_examples=25, suppress_health_check=list(HealthCheck))
def test_and_in_the_regelverk(year: int, data: st.DataObject) -> None:
    edition = shipped(f"isf@{year}")
    document = data.draw(st.one_of(strategies.episodes(edition), strategies.patients(edition)))
    case = load(Document(document), edition)
    assume(not case.errors)
    check_sums(decide(edition, case))


# ── The ladder ───────────────────────────────────────────────────────────────────────────────────────────────


def without(book: Rulebook, let_in: set[str]) -> ir.Edition:
    """The edition from which all exceptions to other results are taken out: in the rulebooks of ``amounts`` every
    clause of ``res1`` but ``1.0``."""
    def stays(head: str) -> bool:
        result, _, number = head.split()[1].partition(".")
        return number == "0" or f"res{result}" in let_in

    return Rulebook(book.declarations, [each for each in book.clauses if stays(each.head)], book.csv).edition()


@given(amounts(monotone=True), DOCUMENTS)
@LAW
def test_a_step_is_what_the_edition_with_one_more_results_exceptions_gives(book: Rulebook, document: Document) -> None:
    edition = book.edition()
    run = decide(edition, load(document, edition))
    for name, ladder in ladders_of(edition).ladders.items():
        editions = [without(book, set(ladder.excepted[:at])) for at in range(len(ladder.excepted) + 1)]
        runs = [decide(each, load(document, each)) for each in editions]
        for number, thing in enumerate(run.case.things):
            found: Given = {}
            before = None
            for each, let_in in zip(runs, (None, *ladder.excepted), strict=True):
                amount = each.outcomes[each.case.things[number], name]
                if run.outcomes[thing, name].status == amount.status == "known":
                    decided = amount
                    if before is not None and let_in is not None:
                        decided = each.outcomes[each.case.things[number], let_in]
                    by = decided.rule or amount.rule
                    assert by is not None
                    found[by.clause] = found.get(by.clause, Decimal(0)) + amount.value - (before or 0)
                    before = amount.value
            event(f"{sum(map(bool, found.values()))} clauses")
            assert given_by(run, thing, name) == {clause: amount for clause, amount in found.items() if amount}


@given(amounts(), DOCUMENTS)
@LAW
def test_where_no_exception_decides_the_deciding_clause_gives_all(book: Rulebook, document: Document) -> None:
    edition = book.edition()
    run = decide(edition, load(document, edition))
    for thing, name, outcome in amounts_of(run):
        clauses = [run.outcomes[thing, each].rule for each in ladders_of(edition).ladders[name].excepted]
        if all(rule is not None and rule.clause.endswith(".0") for rule in clauses):
            assert outcome.rule is not None
            assert given_by(run, thing, name) == ({outcome.rule.clause: outcome.value} if outcome.value else {})


@given(amounts())
@LAW
def test_a_ladder_lets_numbers_in_first_and_the_amounts_own_exceptions_last(book: Rulebook) -> None:
    edition = book.edition()
    made = ladders_of(edition)
    for name, ladder in made.ladders.items():
        kinds = [2 if each == name else 0 if isinstance(edition.results[each].type, Number) else 1
                 for each in ladder.excepted]
        assert kinds == sorted(kinds)
        assert len(ladder.steps) <= len(ladder.excepted)
        assert {each for step in ladder.steps for each in (step.amount, step.decided)} <= {
            *ladder.rungs, *edition.results}
    assert {each for ladder in made.ladders.values() for each in ladder.rungs} == set(made.results)
    known = set(edition.results)
    for name, result in made.results.items():
        assert result.name == name
        for group in result.groups:
            for rule in group.rules:
                used = {node.name for root in (*rule.conditions, rule.value) for node in ir.walk(root)
                        if isinstance(node, ir.ResultOf)}
                assert used <= known
        known.add(name)


# ── Order, and leaving things as they are ────────────────────────────────────────────────────────────────────


@given(amounts(), DOCUMENTS, CHANCE)
@LAW
def test_the_order_of_declarations_changes_no_contribution(
    book: Rulebook, document: Document, chance: random.Random
) -> None:
    edition = book.edition()
    run = decide(edition, load(document, edition))
    chance.shuffle(book.declarations)
    chance.shuffle(book.clauses)
    shuffled = book.edition()
    again = decide(shuffled, load(document, shuffled))
    for thing, same in zip(run.case.things, again.case.things, strict=True):
        for name in edition.results:
            found = contributions(run.outcomes[thing, name], run, thing)
            assert found == contributions(again.outcomes[same, name], again, same)


@given(st.one_of(amounts(), rulebooks()), DOCUMENTS)
@LAW
def test_asking_leaves_the_run_as_it_was(book: Rulebook, document: Document) -> None:
    edition = book.edition()
    case = load(document, edition)
    run = decide(edition, case)
    before = dict(run.outcomes), [(set(frame.looked), dict(frame.seen)) for frame in run.frames.values()]
    for thing in case.things:
        for name in edition.results:
            contributions(run.outcomes[thing, name], run, thing)
    assert (dict(run.outcomes), [(set(frame.looked), dict(frame.seen)) for frame in run.frames.values()]) == before
    for thing in case.things:
        for result in explain(run, thing).results:
            plain = contributions(run.outcomes[thing, result.name], run, thing)
            assert [(each.clause, each.amount, each.title) for each in result.contributions] == [
                (each.clause, each.amount, each.title) for each in plain]
    assert dict(run.outcomes) == before[0]
