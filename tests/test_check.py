"""What the checker promises beyond its messages: bounds that hold, depths that every pass can follow, and time that
grows with the text."""

import cProfile
import datetime
import pickle
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulesdsl.catalog.frame import FILES, in_frame
from rulesdsl.check.editions import Checked, check
from rulesdsl.check.order import cycle_in, ordered
from rulesdsl.core import ir, ops, types
from rulesdsl.core.values import natural_key
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse

DAY = datetime.date


def checked(text: str) -> Checked:
    problems = Problems()
    file = parse(Source("prøve.isf", in_frame(text)), problems)
    return check([file], lambda _, name: FILES[name].encode() if name in FILES else None, problems)


def edition_of(text: str) -> ir.Edition:
    found = checked(text)
    assert [(each.code, each.labels[0].span.line) for each in found.problems if each.is_error] == []
    return found.editions["prøve@2020"]


def codes(text: str) -> list[str]:
    return [problem.code for problem in checked(text).problems]


def result(name: str, kind: str, rules: str) -> str:
    return f"resultat {name} : {kind} for Episode\n\npunkt om_{name} «Om {name}»\n  ifølge hdir\n{rules}"


def decided(text: str, name: str, **facts: object) -> tuple[str, object]:
    """The status and value of a result for one episode."""
    edition = edition_of(text)
    case = load(Document({"episode_id": "E1", "utdato": "2020-06-01", **facts}), edition)  # type: ignore[dict-item]
    assert not case.errors
    run = decide(edition, case)
    outcome = run.outcomes[case.things[0], name]
    explain(run, case.things[0])
    return outcome.status, outcome.value


# ── Bounds ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "expression", "bound"),
    [
        ("kroner", "pris + pris", 2 * 10**9),
        ("kroner", "pris - 5 kr", 10**9 + 6),
        ("kroner", "maks(pris; 3 000 000 000 kr)", 3_000_000_001),
        ("kroner", "hvis journalfort så pris ellers 7 000 000 000 kr", 7_000_000_001),
        ("kroner", "avrund(pris; 0)", 10**9 + 1),
        ("kroner", "avrund(pris / hdg; 2) ellers 0 kr", 10**9 + 1),
        ("kroner", "sum e.pris for e i pasient.episoder", 10**9 * types.MAX_MANY),
        ("tall", "antall e i pasient.episoder der e.journalfort", types.MAX_MANY),
        ("poeng", "vekter[drg].vekt ellers 1 poeng", 2),
        ("poeng med 6 desimaler", "korrigerte_poeng * 2,500", 3 * 10**6),
    ],
)
def test_a_result_is_no_larger_than_what_its_rules_can_give(kind: str, expression: str, bound: int) -> None:
    found = edition_of(result("prøvd", kind, f"  prøvd er {expression}\n")).results["prøvd"].type
    assert isinstance(found, types.Number)
    assert found.bound == bound
    assert found.digits <= types.MAX_DIGITS


@given(
    left=st.decimals(-(10**9), 10**9, places=2), divisor=st.integers(-(10**9), 10**9).filter(bool),
    mode=st.sampled_from(["avrund", "avrund_ned", "avrund_opp"]), scale=st.integers(0, 12),
)
def test_a_rounded_division_stays_within_its_bound(left: Decimal, divisor: int, mode: ir.RoundMode, scale: int) -> None:
    value = ops.rounded(mode, scale, left, Decimal(divisor))
    assert abs(value) <= 10**9 + 1
    assert abs(value * divisor - left) <= abs(divisor) * Decimal(1).scaleb(-scale)


def test_lists_and_dates_keep_their_bounds_through_results() -> None:
    edition = edition_of(
        "beslutning trinn : liste av tall for Episode   treff alle\n  ifølge hdir\n"
        "  | hdg || u |\n  | > 1 || 10 000 000 000 |\n"
        + result("samlet", "tall", "  samlet er sum t for t i trinn\n")
        + result("frist", "dato", "  frist er utdato + 90 000 døgn\n")
        + result("dager", "døgn", "  dager er frist - inndato\n")
    )
    samlet, frist, dager = (edition.results[name].type for name in ("samlet", "frist", "dager"))
    assert isinstance(samlet, types.Number)
    assert samlet.bound >= 10**10 * 1000
    assert isinstance(frist, types.Date)
    assert frist.reach >= 90_000
    assert isinstance(dager, types.Number)
    assert dager.bound >= types.MAX_DAYS + 90_000


@pytest.mark.parametrize("day", [DAY(1800, 1, 1), DAY(2199, 12, 31)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_date_that_is_moved_as_far_as_it_may_stays_in_the_calendar(day: datetime.date, sign: int) -> None:
    assert ops.shifted(day, Decimal(sign * types.MAX_REACH)).year in range(1, 10_000)


def test_numbers_must_fit_with_the_decimals_they_are_compared_with() -> None:
    assert codes(result("lik", "ja/nei", "  lik er hdg * hdg * hdg > 0,123456789012\n")) == ["ISF306"]
    assert codes(result("lik", "ja/nei", "  lik er hdg * hdg * hdg > 0\n")) == []


# ── Depth ────────────────────────────────────────────────────────────────────────────────────────────────────


DEEPEST = 56
"""Nearly as many brackets within one another as the parser takes."""


def test_the_deepest_rules_can_be_decided_explained_and_kept() -> None:
    parts = "".join(f"  der d{i} er {f'd{i - 1}' if i else 'pris'} + 1 kr\n" for i in range(29))
    deep = "(" * DEEPEST + "d28" + " + 1 kr)" * DEEPEST
    text = result("dyp", "kroner", f"{parts}  dyp er {deep}\n")
    assert decided(text, "dyp", pris=Decimal(10)) == ("known", Decimal(10 + 29 + DEEPEST))
    edition = edition_of(text)
    assert pickle.loads(pickle.dumps(edition)) == edition


def test_parts_that_use_each_other_twice_take_no_time() -> None:
    chain = "".join(f"  der d{i} er d{i - 1} og ikke d{i - 1}\n" for i in range(1, 18))
    rules = "  ja_da er ja når d17\n  ja_da er nei når ikke d17\n"
    started = time.process_time()
    assert codes(result("ja_da", "ja/nei", f"  der d0 er hdg > 0\n{chain}{rules}")) == []
    assert time.process_time() - started < 5


def test_exceptions_to_several_clauses_take_no_time() -> None:
    def clause(i: int) -> str:
        to = "hovedregel" if i < 2 else f"p{i - 1}; p{i - 2}"
        return (f"punkt p{i} «P»\n  ifølge hdir\n  unntak fra {to}\n  når hdg > {i}\n"
                f"  tellende er {'ja' if i % 2 else 'nei'}\n")

    text = "".join(map(clause, range(28)))
    assert decided(text, "tellende", hdg=Decimal(3))[0] == "known"


# ── Exceptions ───────────────────────────────────────────────────────────────────────────────────────────────

KRAV = (
    "punkt 4.3.6 «Kommuner»\n  ifølge hdir\n  unntak fra hovedregel\n  når utfort_av er kommune\n"
    "  krav avtale «avtale»\n    avtale.mellom_nivaaer\n  krav forankring «forankring»\n    avtale.forankret\n"
    "  ellers tellende er nei\n"
    "punkt 4.3.7 «Journalført»\n  ifølge hdir\n  unntak fra 4.3.6, forankring\n  når journalfort\n  tellende er ja\n"
)


@pytest.mark.parametrize(
    ("mellom", "forankret", "journalfort", "expected"),
    [
        (True, True, False, ("known", True)),
        (True, False, False, ("known", False)),
        (True, False, True, ("known", True)),
        (False, True, False, ("known", False)),
        (False, False, False, ("known", False)),
        (False, False, True, ("conflict", None)),
    ],
)
def test_an_exception_to_a_requirement_replaces_what_its_fall_gives(
    mellom: bool, forankret: bool, journalfort: bool, expected: tuple[str, object]
) -> None:
    avtale = {"mellom_nivaaer": mellom, "forankret": forankret}
    facts = {"utfort_av": "kommune", "avtale": avtale, "journalfort": journalfort}
    assert decided(KRAV, "tellende", **facts) == expected


def test_an_exception_to_a_rule_of_one_result_keeps_its_rules_for_another() -> None:
    text = (
        "resultat gebyr : kroner for Episode\nresultat tak : kroner for Episode\n"
        "punkt 6.1 «Gebyr»\n  ifølge hdir\n  regel fast: gebyr er 100 kr\n  regel oppe: tak er 300 kr når hdg > 5\n"
        "punkt 6.2 «Fritak»\n  ifølge hdir\n  unntak fra 6.1, fast\n  gebyr er 0 kr når journalfort\n"
        "  tak er 200 kr når hdg < 5\n"
    )
    assert decided(text, "gebyr", journalfort=True) == ("known", Decimal(0))
    assert decided(text, "tak", hdg=Decimal(1)) == ("known", Decimal(200))
    assert decided(text, "tak", hdg=Decimal(6)) == ("known", Decimal(300))


# ── Decision tables ──────────────────────────────────────────────────────────────────────────────────────────


def table(policy: str, columns: str, *rows: str, kind: str = "ja/nei") -> str:
    body = "".join(f"  | {row} |\n" for row in rows)
    return f"beslutning valg : {kind} for Episode   treff {policy}\n  ifølge hdir\n  | {columns} || utfall |\n{body}"


def labels(text: str) -> list[tuple[str, str]]:
    return [(problem.code, problem.labels[0].text) for problem in checked(text).problems]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("< 5 || ja", ">= 5 || nei"), []),
        (("< 5 || ja", "> 5 || nei"), [("ISF424", "ingen rad treffer når hdg er 5")]),
        (("<= 5 || ja", ">= 5 || nei"), [("ISF423", "rad 1 og rad 2 treffer begge når hdg er 5")]),
        (("mellom 0 og 3 || ja", "> 3 || nei"), []),  # below zero is not worth a word
        (("mellom -1 og 3 || ja", "> 3 || nei"), [("ISF424", "ingen rad treffer når hdg er -2")]),
        (("{1; 2} || ja", "3 || nei", "er ikke 3 || ja"),
         [("ISF423", "rad 1 og rad 3 treffer begge når hdg er 1")]),
        (("finnes || ja", "mangler || nei"), []),
        (("finnes || ja",), [("ISF424", "ingen rad treffer når hdg mangler")]),
        (("- || ja", "- || nei"), [("ISF423", "rad 1 og rad 2 treffer begge alltid")]),
        (("<= 0,5 || ja", "> 0,5 || nei"), []),
        (("< 0,5 || ja", "0,5 || nei", "> 0,5 || ja"), [("ISF425", "ingen verdier passer med alle cellene")]),
    ],
)
def test_rows_over_a_number(rows: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert labels(table("én", "hdg", *rows)) == expected


def test_columns_with_one_expression_are_one() -> None:
    rows = ("> 1 | < 5 || ja", "<= 1 | - || nei", "- | >= 5 || nei")
    assert labels(table("én", "hdg | hdg", *rows)) == []


def test_columns_that_read_the_same_fact_are_left_alone() -> None:
    assert labels(table("én", "hdg | hdg + 1", "1 | 5 || ja", "1 | 5 || nei")) == []


def test_large_tables_are_left_alone() -> None:
    columns = "hdg | permisjonsdogn | varighet | pris | korrigerte_poeng | drg"
    rows = [f"{i} | {i} døgn | {i} timer | {i} kr | {i} poeng | «{i}» || ja" for i in range(1, 4)]
    assert labels(table("én", columns, *rows)) == []
    assert [code for code, _ in labels(table("én", columns, *rows, rows[0]))] == ["ISF423"]


def test_every_combination_that_a_table_gives_an_answer_for_is_found_right() -> None:
    text = table("én", "utfort_av | journalfort", "kommune | - || nei", "{helseforetak; privat} | ja || ja",
                 "{helseforetak; privat} | nei || nei")
    assert decided(text, "valg", utfort_av="privat", journalfort=True) == ("known", True)
    assert decided(text, "valg", utfort_av="kommune") == ("known", False)


# ── Order and cycles ─────────────────────────────────────────────────────────────────────────────────────────


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"))))
def test_a_cycle_is_found_exactly_where_there_is_one(graph: dict[str, set[str]]) -> None:
    uses = {name: {each for each in below if each in graph} for name, below in graph.items()}
    ring, order = cycle_in(uses), ordered(uses)
    assert sorted(order) == sorted(uses)
    if ring:
        assert all(after in uses[name] for name, after in zip(ring, [*ring[1:], ring[0]], strict=True))
    else:
        assert all(order.index(each) < order.index(name) for name, below in uses.items() for each in below)


def test_clauses_are_counted_as_people_count() -> None:
    assert sorted(["4.3.10", "hovedregel", "4.3.6", "2ae", "10"], key=natural_key) == [
        "hovedregel", "2ae", "4.3.6", "4.3.10", "10"
    ]


# ── The core's own ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("avrund", "2.5", "3"), ("avrund", "-2.5", "-3"), ("avrund", "2.4", "2"),
        ("avrund_ned", "2.9", "2"), ("avrund_ned", "-2.1", "-3"),
        ("avrund_opp", "2.1", "3"), ("avrund_opp", "-2.9", "-2"),
    ],
)
def test_rounding(mode: ir.RoundMode, value: str, expected: str) -> None:
    assert ops.rounded(mode, 0, Decimal(value)) == Decimal(expected)
    assert ops.rounded(mode, 0, -Decimal(value), Decimal(-1)) == Decimal(expected)


def test_the_arithmetic_is_exact() -> None:
    assert ops.total([]) == 0
    assert ops.total([Decimal("0.1")] * 3) == Decimal("0.3")
    assert ops.product([Decimal("1.5"), Decimal("-2")]) == Decimal("-3.0")
    assert (ops.extreme("maks", [1, 3, 2]), ops.extreme("min", [1, 3, 2])) == (3, 1)


@pytest.mark.parametrize(
    ("op", "holds"), [("=", False), ("≠", True), ("<", True), ("<=", True), (">", False), (">=", False)]
)
def test_comparisons(op: ir.Comparison, holds: bool) -> None:
    assert ops.COMPARE[op](Decimal(1), Decimal(2)) is holds


def test_dates() -> None:
    leap = DAY(2020, 2, 29)
    assert ops.days_between(DAY(2020, 3, 1), leap) == 1
    assert ops.years_between(leap, DAY(2021, 2, 28)) == 0
    assert ops.years_between(leap, DAY(2021, 3, 1)) == 1
    assert ops.years_between(DAY(2021, 3, 1), leap) == -1
    day = DAY(2020, 5, 3)
    parts = [ops.part_of_date(part, day) for part in ("år", "måned", "tertial", "ukedag")]  # type: ignore[arg-type]
    assert parts == [2020, 5, 2, 7]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (types.Number(2, types.KRONER), "kroner"),
        (types.Number(1, types.KRONER), "kroner med 1 desimal"),
        (types.Number(2, (("kroner", 1), ("poeng", -1))), "kroner per poeng"),
        (types.Number(0), "tall"),
        (types.Number(3), "tall med 3 desimaler"),
        (types.Number(0, (("døgn", -1),)), "1 per døgn"),
        (types.Number(5, (("kroner", 1), ("poeng", 1))), "kroner ganger poeng med 5 desimaler"),
        (types.ListOf(types.Code("Utforer")), "liste av Utforer"),
        (types.Record("Avtale"), "Avtale"),
        (types.Date(), "dato"),
        (types.Broken(), "ukjent type"),
    ],
)
def test_types_are_named_as_authors_write_them(kind: types.Type, name: str) -> None:
    assert types.type_name(kind) == name


def test_a_rate_on_a_day() -> None:
    edition = edition_of("sats grense : kroner\n  fra 2019-01-01: 1 kr   ifølge hdir\n"
                         "  fra 2020-07-01: 2 kr   ifølge hdir\n")
    rate = edition.rates["grense"]
    values = [rate.on(day).value for day in (DAY(2020, 6, 30), DAY(2020, 7, 1))]  # type: ignore[union-attr]
    assert values == [1, 2]


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────


def many_clauses(number: int) -> str:
    """Clauses with exceptions, requirements and results, each upon the one before."""
    return "".join(
        f"resultat r{i} : kroner for Episode\n\n"
        f"punkt c{i} «C»\n  ifølge hdir\n  unntak fra {'hovedregel' if i % 5 == 0 else f'c{i - 1}'}\n"
        f"  når utfort_av er kommune og hdg > {i}\n  der d{i} er pris + {i} kr\n"
        f"  krav k «k»\n    avtale.forankret og hdg < {i + 100}\n  ellers tellende er {'nei' if i % 2 else 'ja'}\n"
        f"  r{i} er {'pris' if i % 10 == 0 else f'maks(r{i - 1}; d{i})'}\n"
        for i in range(number)
    )


def test_the_work_grows_with_the_text() -> None:
    """Counted in calls, which are the same on every machine: eight times the text takes about eight times as many."""

    def calls(number: int) -> int:
        problems = Problems()
        file = parse(Source("prøve.isf", in_frame(many_clauses(number))), problems)
        counted = cProfile.Profile(builtins=False)
        found = counted.runcall(check, [file], lambda _, name: FILES[name].encode(), problems)
        assert not found.problems
        return sum(each.callcount for each in counted.getstats())

    calls(20)
    few, many = calls(50), calls(400)
    assert many < 9 * few
