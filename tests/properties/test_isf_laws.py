"""Laws of the real editions of ISF, each by its name, on episodes made up from their own rules."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rulesdsl.core import ir, types
from rulesdsl.core.canonical import meanings
from rulesdsl.core.ops import EXACT
from rulesdsl.deciding import Question, explain_text
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Frame, GroupOutcome, Run
from rulesdsl.publish.json import written
from rulesdsl.strategies import episodes, pairs, patients, results
from rulesdsl.trying import search
from tests.shipped import SHIPPED, shipped

YEARS = tuple(range(2017, 2026))
IDS = [f"isf@{year}" for year in YEARS]

few = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def edition(name: str) -> ir.Edition:
    return shipped(name)


def decided(under: ir.Edition, document: dict[str, object]) -> Run:
    case = load(Document(document), under)  # type: ignore[arg-type]
    assume(not case.errors)
    return decide(under, case)


def told(run: Run, thing: Thing) -> dict[str, tuple[object, ...]]:
    """All that a thing comes to: value, status, and the rule that decides."""
    return {
        name: (outcome.status, outcome.value, outcome.rule.clause if outcome.rule else "",
               outcome.rule.name if outcome.rule else "")
        for (each, name), outcome in run.outcomes.items() if each is thing
    }


# ── What a change touches ────────────────────────────────────────────────────────────────────────────────────


def changed_between(one: ir.Edition, other: ir.Edition) -> set[tuple[str, str]]:
    """The parts that mean something else, or are there in one of the two only."""
    here, there = meanings(one), meanings(other)
    return {key for key in here.keys() | there.keys() if here.get(key) != there.get(key)}


def touched(run: Run, thing: Thing) -> dict[str, set[tuple[str, str]]]:
    """For each result the parts that it rests on in a decision: the clauses of which a rule holds or may hold, the
    satser and tables that were looked in, and all that the results which it asked for rest on. Rules that look at other
    things rest on everything, for those may be decided by any part."""
    found: dict[str, set[tuple[str, str]]] = {}
    asked = {id_ for frame in _frames(run) for id_ in frame.seen}
    for name, result in run.edition.results.items():
        if result.entity != thing.entity:
            continue
        parts: set[tuple[str, str]] = set()
        groups: list[GroupOutcome] = list(run.outcomes[thing, name].groups)
        while groups:
            group = groups.pop()
            if any(rule.holds is not False for rule in group.rules):
                parts.add(("punkt", group.group.clause))
            groups += [*group.exceptions, *(each for rule in group.rules for each in rule.exceptions)]
        for node in nodes(result.groups):
            if id(node) not in asked:
                continue
            match node:
                case ir.RateOf():
                    parts.add(("sats", node.name))
                case ir.Lookup():
                    parts.add(("tabell", node.table))
                case ir.ResultOf():
                    parts |= found.get(node.name, set())
        found[name] = parts
    return found


def _frames(run: Run) -> Iterator[Frame]:
    pending = list(run.frames.values())
    while pending:
        frame = pending.pop()
        yield frame
        pending += [each for inner in frame.inner.values() for each in inner]


def nodes(groups: tuple[ir.Group, ...]) -> Iterator[ir.Expr]:
    for group in groups:
        for rule in group.rules:
            for root in (*rule.conditions, rule.value):
                yield from ir.walk(root)
            yield from nodes(rule.exceptions)
        yield from nodes(group.exceptions)


@pytest.mark.parametrize(("before", "after"), list(pairwise(IDS)))
def test_what_no_changed_part_touches_is_decided_alike(before: str, after: str) -> None:
    one, other = edition(before), edition(after)
    changed, alike = changed_between(one, other), set()

    @few
    @given(episodes(one))
    def law(document: dict[str, object]) -> None:
        here, there = decided(one, document), decided(other, document)
        before, after = here.case.things[0], there.case.things[0]
        left, right = told(here, before), told(there, after)
        rests, on = touched(here, before), touched(there, after)
        for name in left.keys() & right.keys():
            if not changed & (rests[name] | on[name]):
                assert left[name] == right[name], name
                alike.add(name)

    law()
    assert alike, "the law spoke of something"


rare = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("before", "after"), list(pairwise(IDS)))
def test_every_difference_is_attributed_to_listed_changes(before: str, after: str) -> None:
    one, other = edition(before), edition(after)
    changed = changed_between(one, other)
    listed = {*changed, *(("beslutning", name) for kind, name in changed if kind == "punkt")}
    seen = 0

    @rare
    @given(episodes(one, complete=1))
    def law(document: dict[str, object]) -> None:
        nonlocal seen
        text = written(document)
        question = Question(edition=before, compare=after, alternatives=False)
        for case in explain_text(SHIPPED, text, "sak.json", question).cases:
            assume(not case.errors and case.compared is not None and not case.compared.other.errors)
            assert case.compared is not None
            for difference in case.compared.differences:
                left, right = difference.before.value, difference.after.value
                if not isinstance(left, Decimal) or not isinstance(right, Decimal) or left == right:
                    continue
                split = next(each for each in case.compared.splits if each.result == difference.result)
                assert sum(part.amount for part in split.parts) == split.total == right - left
                assert all(part.changes for part in split.parts)
                named = {(each.kind, each.name) for part in split.parts for each in part.changes}
                assert named <= listed | {("sak", "lesning")}
                seen += 1

    law()
    assert seen, "there was a difference to attribute"


# ── What the regelverk promises ──────────────────────────────────────────────────────────────────────────────


def promise(name: str, under: str, cases: int = 300) -> str:
    found = edition(under)
    return search(found.properties[name], found, cases=cases, seed=1).verdict


@pytest.mark.parametrize("year", YEARS)
def test_technology_neutrality_holds_where_it_should_and_breaks_where_it_should_not(year: int) -> None:
    name = f"isf@{year}"
    assert promise("videonøytral", name) == ("brutt" if year < 2019 else "holdt")
    assert promise("teknologinøytral", name) == ("brutt" if year < 2020 else "holdt")


def test_in_2018_it_is_the_doctor_and_in_2019_only_the_telephone_that_breaks_it() -> None:
    told: dict[int, set[object]] = {2018: set(), 2019: set()}
    for year, forms in told.items():
        found = edition(f"isf@{year}")
        for seed in range(8):
            tried = search(found.properties["teknologinøytral"], found, cases=300, seed=seed).counterexample
            assert tried is not None
            run, thing = tried.runs[0], tried.things[0]
            assert run.outcomes[thing, "tellende"].value is False
            forms.add(run.outcomes[thing, "kontaktform"].value)
    assert told == {2018: {"video", "telefon"}, 2019: {"telefon"}}


@pytest.mark.parametrize("name", IDS)
def test_no_two_episodes_of_one_stg_period_are_both_paid(name: str) -> None:
    assert promise("stg_en_gang", name) == ("ikke prøvd" if name == "isf@2017" else "holdt")


@pytest.mark.parametrize("name", IDS)
def test_refusjon_is_never_negative(name: str) -> None:
    under = edition(name)

    @few
    @given(episodes(under) | patients(under, max_size=3))
    def law(document: dict[str, object]) -> None:
        for each in results(under, document):  # type: ignore[arg-type]
            paid = each["refusjon"]
            assert paid is None or paid >= 0  # type: ignore[operator]

    law()


REQUIRED = {
    "2017": ("avtale.mellom_nivaaer", "avtale.forankret", "avtale.sikrer_rapportering"),
    "2020": ("video_i_sanntid", "video_sikkert_utstyr", "opplaering.henvist_av_lege", "team.sikrer_overganger"),
}
"""Facts that requirements ask for, and the first year that has the requirement."""


@pytest.mark.parametrize("name", IDS)
def test_refusjon_never_grows_when_a_requirement_is_withdrawn(name: str) -> None:
    under = edition(name)
    fields = [field for since, names in REQUIRED.items() if since <= under.name for field in names]

    @few
    @given(st.sampled_from(fields).flatmap(lambda field: st.tuples(st.just(field), pairs(under, differing=[field]))))
    def law(drawn: tuple[str, tuple[dict[str, object], dict[str, object]]]) -> None:
        field, both = drawn
        facts = [decided(under, document).case.things[0].facts.get(tuple(field.split("."))) for document in both]
        assume(set(facts) == {True, False})
        with_it, without = (both[facts.index(held)] for held in (True, False))
        (kept,), (withdrawn,) = results(under, with_it), results(under, without)  # type: ignore[arg-type]
        if kept["refusjon"] is not None and withdrawn["refusjon"] is not None:
            assert withdrawn["refusjon"] <= kept["refusjon"]  # type: ignore[operator]

    law()


@pytest.mark.parametrize("name", IDS)
def test_points_scale_refusjon_linearly_up_to_rounding(name: str) -> None:
    under, seen = edition(name), []

    @few
    @given(episodes(under, complete=1), st.integers(1, 10**6), st.integers(2, 50))
    def law(document: dict[str, object], thousandths: int, times: int) -> None:
        points = Decimal(thousandths).scaleb(-3)
        runs = [decided(under, document | {"korrigerte_poeng": each}) for each in (points, points * times)]
        outcomes = [run.outcomes[run.case.things[0], "refusjon"] for run in runs if len(run.case.things) == 1]
        assume(len(outcomes) == 2)
        assume(all(each.rule is not None and each.rule.clause == "refusjon" for each in outcomes))
        once, more = (each.value for each in outcomes)
        seen.append(once > 0)
        # Half an øre on each side, and the first one's half øre counted so many times.
        assert abs(more - EXACT.multiply(once, Decimal(times))) <= Decimal("0.005") * (times + 1)

    law()
    assert any(seen), "some of them were paid"


@pytest.mark.parametrize("name", IDS)
def test_the_two_parts_of_the_scheme_are_kept_apart(name: str) -> None:
    """A price of somatikk moves no krone in psykisk helsevern and rusbehandling, and theirs none in somatikk."""
    under = edition(name)
    own = {"somatikk": ("enhetspris", "refusjonssats"), "phv_tsb": ("enhetspris_phv_tsb", "refusjonssats_phv_tsb")}

    def doubled(names: tuple[str, ...]) -> ir.Edition:
        rates = dict(under.rates)
        for each in names:
            rate = rates[each]
            values = tuple(evolve(value, value=value.value * 2) for value in rate.values)
            rates[each] = evolve(rate, values=values)
        return evolve(under, rates=rates)

    dearer = {part: doubled(names) for part, names in own.items()}

    @few
    @given(episodes(under, complete=1))
    def law(document: dict[str, object]) -> None:
        sector = decided(under, document).case.things[0].facts.get(("sektor",))
        assume(sector is not None)
        other = dearer["phv_tsb" if sector == "somatikk" else "somatikk"]
        assert results(other, document) == results(under, document)  # type: ignore[arg-type]

    law()


# ── The editions among themselves ────────────────────────────────────────────────────────────────────────────


def test_satser_are_of_the_type_that_they_always_had() -> None:
    kinds: dict[str, types.Type] = {}
    for name in IDS:
        for rate in edition(name).rates.values():
            assert kinds.setdefault(rate.name, rate.type) == rate.type
