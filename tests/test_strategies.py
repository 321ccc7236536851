"""Cases made from a rulebook: always valid, mostly telling, at the borders of the rules, and plain when shrunk."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from rulesdsl.check.editions import check
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import GroupOutcome, Run
from rulesdsl.generate.kinds import nested
from rulesdsl.generate.plan import plan
from rulesdsl.source import Source
from rulesdsl.strategies import episodes, pairs, patients, results
from rulesdsl.syntax.parser import parse
from tests.shipped import shipped

ROOT = Path(__file__).parents[1]

Drawn = dict[str, Any]


@cache
def isf() -> Edition:
    return shipped("isf@2020")


def edition_of(text: str, name: str) -> Edition:
    problems = Problems()
    checked = check([parse(Source("prove.isf", text), problems)], lambda beside, name: None, problems)
    assert not [f"{each.code} {each.detail}" for each in checked.problems if each.is_error]
    return checked.editions[name]


BILLS = """\
regelverk takst 2024 «Takster»
  gjelder 2024-01-01 til 2024-12-31

kilde k «Prøve» status eksempel

kodeverk Slag «Slag»
  a = 1 «A»
  b = 2 «B»  fra 2024-07-01
  c = 3 «C»  til 2024-03-31
  d = «b» «Har navnet til en annen som kode»

post Del «Del»
  slag : Slag
  mengde : tall med 2 desimaler

entitet Regning «Regning»
  nøkkel regning_id : tekst
  rettsdato dag : dato
  fodt : dato

entitet Linje i Regning som linjer «Linje»
  nøkkel linje_id : tekst
  rettsdato dag : dato
  slag : Slag valgfri
  antall_ganger : tall
  deler : liste av Del
  frister : liste av dato
  utstyr : Del

resultat belop : kroner for Linje «Beløp»
resultat alder : tall for Regning «Alder»

punkt en «En»
  ifølge k
  belop er 0 kr

punkt to «To»
  ifølge k
  unntak fra en
  når antall_ganger >= 3 og slag finnes og slag er a
    og (finnes annen i regning.linjer der annen.slag er slag)
    og (finnes d i deler der d.mengde > 2,50 og d.slag er b)
  belop er 100 kr

punkt tre «Tre»
  ifølge k
  unntak fra en
  når år_mellom(regning.fodt; dag) < 16 og ukedag(dag) er 7 og måned(dag) er 5 og (finnes f i frister der f < dag)
  belop er 50 kr

punkt fire «Fire»
  ifølge k
  alder er år_mellom(fodt; dag) når år_mellom(fodt; dag) < 16
"""


@cache
def bills() -> Edition:
    return edition_of(BILLS, "takst@2024")


def decided(edition: Edition, document: Drawn) -> Run:
    case = load(Document(document), edition)
    assert not case.errors, [error.message for error in case.errors]
    return decide(edition, case)


def draws(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """The same draws each time, without shrinking."""
    found: list[Any] = []

    @settings(max_examples=count, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(drawn: Any) -> None:
        found.append(drawn)

    collect()
    return found


# ── Always valid ─────────────────────────────────────────────────────────────────────────────────────────────


STRATEGIES: dict[str, Callable[[Edition], st.SearchStrategy[Any]]] = {
    "episodes": episodes,
    "holes": lambda edition: episodes(edition, complete=0.2),
    "patients": patients,
    "last day": lambda edition: episodes(edition, on=edition.valid_to),
}


@pytest.mark.parametrize("edition", [isf, bills])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_is_drawn_loads_without_errors(edition: Callable[[], Edition], strategy: str) -> None:
    for drawn in draws(STRATEGIES[strategy](edition()), 150):
        decided(edition(), drawn)


def test_numbers_are_exact_and_dates_are_text() -> None:
    def kinds(value: Any) -> Iterator[type]:
        if isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                yield from kinds(each)
        else:
            yield type(value)

    found = {kind for drawn in draws(patients(isf()), 200) for kind in kinds(drawn)}
    assert found == {str, bool, Decimal}


def test_an_entity_that_is_named_stands_alone_or_with_others() -> None:
    alone = draws(episodes(bills(), entity="Linje"), 50)
    assert all("regning_id" in each and len(each["linjer"]) == 1 for each in alone), "rules ask of its Regning"
    whole = draws(episodes(bills()), 50)
    assert all("fodt" in each for each in whole if len(each) > 2)
    assert {len(each["linjer"]) for each in whole} == {0, 1, 2}
    assert {len(each["linjer"]) for each in draws(patients(bills(), max_size=3), 50)} == {2, 3}


def test_a_lone_episode_of_isf_is_no_patient() -> None:
    assert all("utdato" in each and "episoder" not in each for each in draws(episodes(isf()), 50))


def test_keys_are_unique_and_come_in_either_order() -> None:
    keys = [tuple(each["episode_id"] for each in drawn["episoder"]) for drawn in draws(patients(isf()), 100)]
    assert all(len(set(each)) == len(each) for each in keys)
    assert ("E1", "E2") in keys
    assert ("E2", "E1") in keys


def test_what_is_fixed_stays() -> None:
    fixed = {"avtale.forankret": False, "kontakttype": None, "utdato": "2020-02-29"}
    for drawn in draws(episodes(isf(), fixed=fixed), 60):
        assert drawn["avtale"]["forankret"] is False
        assert "kontakttype" not in drawn
        assert drawn["utdato"] == "2020-02-29"


@pytest.mark.parametrize(("call", "message"), [
    (lambda: episodes(isf(), fixed={"debitr": 1}), "no field 'debitr'"),
    (lambda: episodes(isf(), entity="Kontakt"), "no entity 'Kontakt'"),
    (lambda: episodes(isf(), on=datetime.date(2021, 1, 1)), "not valid on 2021-01-01"),
    (lambda: patients(isf(), entity="Pasient"), "belongs to nothing"),
    (lambda: patients(isf(), max_size=1), "at least 2"),
    (lambda: pairs(isf(), differing=["avtale.x"]), "no field 'avtale.x'"),
    (lambda: results(isf(), {"utdato": "2020-06-01", "debitor": "x"}), "debitor"),
])
def test_a_wrong_call_says_what_is_wrong(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_most_whole_episodes_of_isf_are_paid() -> None:
    drawn = draws(episodes(isf(), complete=1), 400)
    paid = [each for (each,) in (results(isf(), episode) for episode in drawn) if each["tellende"] and each["refusjon"]]
    assert len(paid) >= 0.6 * len(drawn)


def test_some_lack_facts_where_that_is_asked_for() -> None:
    lacking = [each for each in draws(episodes(isf(), complete=0.5), 300) if "innmate_hast" not in each]
    assert 5 < len(lacking) < 150


def holding(run: Run) -> Iterator[str]:
    """The clauses of which some rule holds."""
    pending: list[GroupOutcome] = [group for outcome in run.outcomes.values() for group in outcome.groups]
    while pending:
        group = pending.pop()
        if any(rule.holds is True for rule in group.rules):
            yield group.group.clause
        pending.extend((*group.exceptions, *(each for rule in group.rules for each in rule.exceptions)))


def test_every_clause_is_reached() -> None:
    """Nearly all by 500 lone episodes, which cannot reach those that ask of others; all with 1 000 patients."""
    edition = isf()
    lone = {name for drawn in draws(episodes(edition), 500) for name in holding(decided(edition, drawn))}
    print("no lone episode reaches:", *(name for name in edition.clauses if name not in lone))
    assert len(lone) >= 0.75 * len(edition.clauses)
    many = {name for drawn in draws(patients(edition), 1000) for name in holding(decided(edition, drawn))}
    print("no patient reaches:", *(name for name in edition.clauses if name not in many))
    assert {"samme_dag", "stg_periode", "tfg_periode"} <= many
    assert len(set(edition.clauses) - lone - many) <= 1


def test_rules_without_examples_are_reached_too() -> None:
    reached = {name for drawn in draws(patients(bills()), 500) for name in holding(decided(bills(), drawn))}
    assert {"en", "fire"} <= reached
    assert len(reached) >= 3


def values(drawn: list[Drawn], *path: str) -> set[Any]:
    found = set()
    for value in drawn:
        for name in path:
            value = value.get(name, {})
        found.add(repr(value) if isinstance(value, dict | list) else value)
    return found


def test_borders_are_drawn() -> None:
    drawn = draws(episodes(isf()), 1000)
    assert {"2020-01-01", "2020-12-31", "2020-04-30", "2020-05-01", "2020-06-01"} <= values(drawn, "utdato")
    assert {"462A", "462B"} & values(drawn, "drg"), "texts that rules name"
    assert {"CS01", "Z", ""} <= set(plan(isf()).kind(None).slots[("stg",)].options), "keys, and one that no table has"
    assert {Decimal(6), Decimal(7), Decimal(8)} & values(drawn, "opplaering", "undervisning")
    assert {"indirekte", "kontroll"} <= values(drawn, "kontakttype")
    assert "'A0099'" in " ".join(values(drawn, "sarkoder"))
    assert any(isinstance(each, Decimal) for name in ("debitor", "kontakttype", "sted_aktivitet", "hdg", "innmate_hast")
               for each in values(drawn, name)), "codes come as numbers too"


def test_ages_and_dates_of_codes_are_borders() -> None:
    drawn = draws(episodes(bills(), entity="Linje"), 600)
    days = {(each["linjer"][0]["dag"], each["fodt"]) for each in drawn if "fodt" in each}
    sixteen = {(day[:4], born[:4]) for day, born in days if day[5:] == born[5:]}
    assert ("2024", "2008") in sixteen
    assert {"2024-06-30", "2024-07-01", "2024-03-31", "2024-04-01"} <= {each["linjer"][0]["dag"] for each in drawn}
    slag = {each["linjer"][0].get("slag") for each in drawn}
    assert {"a", "2"} <= slag <= {"a", "2", "b", "c", "d", Decimal(1), None}, "b is d, for a code goes before a name"


# ── Pairs ────────────────────────────────────────────────────────────────────────────────────────────────────

DIFFERING = ("kontakttype", "avtale.forankret", "utforende", "utdato", "episode_id", "team")


@pytest.mark.parametrize("differing", [(name,) for name in DIFFERING] + [DIFFERING])
def test_pairs_differ_in_the_named_fields_only(differing: tuple[str, ...]) -> None:
    def rest(document: Drawn) -> Drawn:
        kept = dict(document)
        for name in differing:
            first, _, second = name.partition(".")
            if second and isinstance(kept.get(first), dict):
                kept[first] = {each: value for each, value in kept[first].items() if each != second}
                if not kept[first]:
                    del kept[first]
            else:
                kept.pop(first, None)
        return kept

    drawn = draws(pairs(isf(), differing=differing), 100)
    for one, other in drawn:
        assert rest(one) == rest(other)
        decided(isf(), one)
        decided(isf(), other)
    assert sum(one != other for one, other in drawn) > 80


def test_pairs_of_a_thing_within_another() -> None:
    for one, other in draws(pairs(bills(), entity="Linje", differing=("deler", "dag", "utstyr")), 60):
        assert one["fodt"] == other["fodt"]
        decided(bills(), one)
        decided(bills(), other)


# ── Plain ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draw_shrinks_to_an_example() -> None:
    plain = find(episodes(isf()), lambda drawn: True)
    seeds = [nested(facts) for facts in plan(isf()).kind(None).seeds]
    assert plain == {"episode_id": "E1", **seeds[0]}
    found = find(episodes(isf()), lambda drawn: drawn["utdato"] == "2020-12-31" and drawn.get("utfort_av") == "kommune",
                 settings=settings(max_examples=3000, database=None, deadline=None, derandomize=True))
    assert min(len(unlike(found, seed)) for seed in seeds) <= 5, "the key, two dates, and what was asked for"


def unlike(one: Drawn, other: Drawn) -> list[str]:
    return [name for name in {**one, **other} if one.get(name) != other.get(name)]


def test_drawing_is_the_same_for_an_edition_made_twice() -> None:
    again = edition_of(BILLS, "takst@2024")
    assert draws(patients(again), 20) == draws(patients(bills()), 20)
