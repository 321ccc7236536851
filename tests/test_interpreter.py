"""The meaning of every node and every rule of the language, one exact fact each, and of the regelverk of 2020."""

import datetime
import json
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any, get_args

import pytest

from rulesdsl.check.editions import check
from rulesdsl.core import ir
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import Case, load
from rulesdsl.evaluate.documents import Document, read_documents
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome
from rulesdsl.evaluate.wording import words
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse

DATA = """\
regelverk prove 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde k «Prøve» status eksempel

kodeverk Farge «Farger»
  rod = 1
  gul = 2
  bla = 3

kodesett varme : Farge ifølge k {rod; gul}

post Avtale «Avtale»
  gyldig : ja/nei
  merknad : tekst

post Tjeneste «Tjeneste»
  sort : tekst
  ganger : tall

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst
  fodt : dato

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato : dato
  inndato : dato
  a : ja/nei
  b : ja/nei
  c : ja/nei
  farge : Farge
  drg : tekst
  n : tall
  m : tall
  grad : tall med 2 desimaler
  belop : kroner
  p : poeng
  dager : døgn
  koder : liste av tekst
  tall_liste : liste av tall
  tjenester : liste av Tjeneste
  avtale : Avtale valgfri

sats pris : kroner per poeng
  fra 2020-01-01: 100 ifølge k
  fra 2020-07-01: 200 ifølge k

tabell vekt «Vekter»
  nøkkel drg : tekst
  nøkkel farge : Farge
  kolonne tyngde : poeng
  fil «vekt.csv» ifølge k
"""
CSV = b"drg;farge;tyngde\nA;rod;1,500\nA;gul;\n"
DAY = datetime.date


@cache
def edition_of(rules: str) -> ir.Edition:
    problems = Problems()
    file = parse(Source("prove.isf", DATA + rules), problems)
    checked = check([file], lambda beside, name: CSV, problems)
    assert not [f"{each.code} {each.detail} {each.labels}" for each in checked.problems if each.is_error]
    return checked.editions["prove@2020"]


def case_of(edition: ir.Edition, facts: dict[str, Any] | list[dict[str, Any]]) -> Case:
    """A lone episode, or a patient with several."""
    def numbered(raw: dict[str, Any], number: int) -> dict[str, Any]:
        return {"episode_id": f"E{number}", "utdato": "2020-06-01"} | raw

    if isinstance(facts, dict):
        return load(Document(exact(numbered(facts, 1))), edition)
    episodes = [numbered(each, number) for number, each in enumerate(facts, 1)]
    return load(Document(exact({"pasient_id": "P", "episoder": episodes})), edition)


def exact(raw: Any) -> Any:
    """JSON as it is read: numbers are decimals."""
    return read_documents(json.dumps({"x": raw}), "x")[0][0].raw["x"]


def outcomes(rules: str, facts: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Outcome]:
    """The outcomes of the first episode by result."""
    edition = edition_of(rules)
    case = case_of(edition, facts)
    assert case.errors == ()
    run = decide(edition, case)
    return {name: made for (thing, name), made in run.outcomes.items() if thing is case.things[0]}


def missing(made: Outcome) -> set[str]:
    return {".".join(path) for _, path in made.waits.missing}


def value(kind: str, expression: str, facts: dict[str, Any] | list[dict[str, Any]]) -> Any:
    """The value of an expression; where it is ukjent, the names of what it waits for."""
    rules = f"\nresultat r : {kind} for Episode\n\npunkt p «P»\n  ifølge k\n  r er {expression}\n"
    made = outcomes(rules, facts)["r"]
    return made.value if made.status == "known" else missing(made)


THREE = [{"n": 1, "a": True, "m": 5}, {"n": 3, "a": False, "m": 5}, {"n": 2, "a": True}]
TIES = [{"episode_id": "B", "n": 1, "m": 2}, {"episode_id": "A", "n": 2, "m": 2}, {"episode_id": "C", "n": 3, "m": 1}]

CASES: list[tuple[str, str, Any, Any]] = [
    # Facts and fixed values
    ("ja/nei", "a", {"a": True}, True),
    ("ja/nei", "a", {}, {"a"}),
    ("ja/nei", "avtale.gyldig", {"avtale": {"gyldig": False}}, False),
    ("ja/nei", "avtale.gyldig", {}, {"avtale.gyldig"}),
    ("ja/nei", "avtale.gyldig", {"avtale": {}}, {"avtale.gyldig"}),
    ("Farge", "gul", {}, "gul"),
    ("dato", "pasient.fodt", {}, {"fodt"}),
    # Known or not
    ("ja/nei", "a finnes", {"a": False}, True),
    ("ja/nei", "a mangler", {}, True),
    ("ja/nei", "avtale finnes", {"avtale": {}}, True),
    ("ja/nei", "avtale finnes", {}, False),
    ("ja/nei", "avtale.gyldig mangler", {"avtale": {}}, True),
    ("ja/nei", "koder finnes", {"koder": []}, True),
    ("ja/nei", "(n + m) finnes", {"n": 1}, False),
    # Logic
    ("ja/nei", "a og b", {"a": False}, False),
    ("ja/nei", "a og b og c", {"a": True}, {"b", "c"}),
    ("ja/nei", "a eller b", {"b": True}, True),
    ("ja/nei", "a eller b", {"b": False}, {"a"}),
    ("ja/nei", "ikke a", {"a": False}, True),
    ("ja/nei", "ikke a", {}, {"a"}),
    ("tall", "hvis a så n ellers m", {"a": True, "n": 1}, 1),
    ("tall", "hvis a så n ellers m", {"a": False, "m": 2}, 2),
    ("tall", "hvis a så n ellers m", {"n": 2, "m": 2}, 2),
    ("tall", "hvis a så n ellers m", {"n": 1, "m": 2}, {"a"}),
    ("tall", "hvis a så n ellers m", {"n": 1}, {"a", "m"}),
    # Comparisons
    ("ja/nei", "n er 2", {"n": 2}, True),
    ("ja/nei", "n er ikke 2", {"n": 2}, False),
    ("ja/nei", "grad er 0,5", {"grad": 0.50}, True),
    ("ja/nei", "n < 2", {"n": 2}, False),
    ("ja/nei", "n <= 2", {"n": 2}, True),
    ("ja/nei", "utdato > 2020-06-01", {}, False),
    ("ja/nei", "utdato >= 2020-06-01", {}, True),
    ("ja/nei", "n < m", {"m": 1}, {"n"}),
    ("ja/nei", "n mellom 1 og 3", {"n": 3}, True),
    ("ja/nei", "n mellom 1 og 3", {"n": 4}, False),
    ("ja/nei", "farge er en av {rod; bla}", {"farge": 3}, True),
    ("ja/nei", "farge i varme", {"farge": 3}, False),
    ("ja/nei", "farge i varme", {}, {"farge"}),
    ("ja/nei", "«X» i koder", {"koder": ["Y", "X"]}, True),
    ("ja/nei", "«X» i koder", {"koder": []}, False),
    ("ja/nei", "drg i koder", {}, {"drg", "koder"}),
    # Numbers
    ("tall", "n + m - 4", {"n": 1, "m": 2}, -1),
    ("tall", "-n", {"n": 3}, -3),
    ("tall", "n + m", {"n": 1}, {"m"}),
    ("kroner", "avrund(p * pris; 2)", {"p": 1.125}, Decimal("112.50")),
    ("tall med 2 desimaler", "40 %", {}, Decimal("0.40")),
    ("tall", "avrund(grad; 0)", {"grad": -2.5}, -3),
    ("tall", "avrund(grad; 0)", {"grad": 2.5}, 3),
    ("tall", "avrund_ned(grad; 0)", {"grad": -2.5}, -3),
    ("tall", "avrund_opp(grad; 0)", {"grad": -2.5}, -2),
    ("tall med 1 desimal", "avrund(n / 3; 1)", {"n": -1}, Decimal("-0.3")),
    ("tall", "avrund(n / m; 0) ellers 7", {"n": 1, "m": 0}, 7),
    ("tall", "avrund(n / m; 0) ellers 7", {"m": 0}, 7),
    ("tall", "avrund(n / m; 0) ellers 7", {"n": 5, "m": -2}, -3),
    ("tall", "avrund(n / m; 0) ellers 7", {"n": 5}, {"m"}),
    ("tall", "maks(n; m)", {"n": 1, "m": 2}, 2),
    ("tall", "min(n; m)", {"n": 1, "m": 2}, 1),
    ("tall", "maks(n; m)", {"n": 1}, {"m"}),
    # Dates
    ("døgn", "utdato - inndato", {"inndato": "2020-02-28"}, 94),
    ("dato", "inndato + 2 døgn", {"inndato": "2020-02-28"}, DAY(2020, 3, 1)),
    ("dato", "inndato - 1 døgn", {"inndato": "2020-03-01"}, DAY(2020, 2, 29)),
    ("tall", "år(inndato)", {"inndato": "2019-12-31"}, 2019),
    ("tall", "måned(inndato)", {"inndato": "2019-12-31"}, 12),
    ("tall", "tertial(inndato)", {"inndato": "2020-04-30"}, 1),
    ("tall", "tertial(inndato)", {"inndato": "2020-05-01"}, 2),
    ("tall", "ukedag(utdato)", {}, 1),
    ("tall", "år_mellom(inndato; 2019-02-28)", {"inndato": "2000-02-29"}, 18),
    ("tall", "år_mellom(inndato; 2019-03-01)", {"inndato": "2000-02-29"}, 19),
    ("tall", "år_mellom(inndato; 2020-02-29)", {"inndato": "2000-02-29"}, 20),
    ("tall", "år_mellom(utdato; inndato)", {}, {"inndato"}),
    # Satser by rettsdato, and tables
    ("kroner per poeng", "pris", {"utdato": "2020-06-30"}, 100),
    ("kroner per poeng", "pris", {"utdato": "2020-07-01"}, 200),
    ("kroner per poeng", "pris", {"utdato": "2019-07-01"}, 100),
    ("poeng", "vekt[drg; farge].tyngde ellers 0 poeng", {"drg": "A", "farge": 1}, Decimal("1.5")),
    ("poeng", "vekt[drg; farge].tyngde ellers 0 poeng", {"drg": "A", "farge": 2}, 0),
    ("poeng", "vekt[drg; farge].tyngde ellers p", {"drg": "B", "farge": 1}, {"p"}),
    ("poeng", "vekt[drg; farge].tyngde ellers p", {"drg": "B"}, {"farge"}),
    # Many
    ("tall", "antall e i pasient.episoder der e.a", THREE, 2),
    ("tall", "antall e i pasient.episoder", {}, 1),
    ("tall", "antall annen i pasient.episoder der annen.a", THREE, 1),
    ("tall", "antall e i pasient.episoder der e.a", [{"a": True}, {}], {"a"}),
    ("tall", "antall k i koder der k er «X»", {"koder": ["X", "Y", "X"]}, 2),
    ("tall", "antall k i koder der k er «X»", {}, {"koder"}),
    ("ja/nei", "finnes e i pasient.episoder der e.n > 2", THREE, True),
    ("ja/nei", "finnes annen i pasient.episoder der annen.n er n", THREE, False),
    ("ja/nei", "finnes e i pasient.episoder der e.m er 9", THREE, {"m"}),
    ("ja/nei", "finnes e i pasient.episoder der e.m er 5", THREE, True),
    ("ja/nei", "finnes k i koder der k er «X»", {"koder": []}, False),
    ("ja/nei", "alle e i pasient.episoder har e.n > 0", THREE, True),
    ("ja/nei", "alle e i pasient.episoder der e.a har e.n < 3", THREE, True),
    ("ja/nei", "alle e i pasient.episoder har e.m er 5", THREE, {"m"}),
    ("ja/nei", "alle e i pasient.episoder der e.n er 9 har e.a", THREE, True),
    ("ja/nei", "alle e i pasient.episoder der e.b har e.n er 9", [{"n": 1}], {"b"}),
    ("ja/nei", "alle e i pasient.episoder der e.b har e.n er 1", [{"n": 1}], True),
    ("tall", "sum e.n for e i pasient.episoder der e.a", THREE, 3),
    ("tall", "sum e.n for e i pasient.episoder der e.n er 9", THREE, 0),
    ("tall", "sum e.m for e i pasient.episoder", THREE, {"m"}),
    ("tall", "maks e.n for e i pasient.episoder ellers 0", THREE, 3),
    ("tall", "min t for t i tall_liste ellers -1", {"tall_liste": [4, 2]}, 2),
    ("tall", "min t for t i tall_liste ellers -1", {"tall_liste": []}, -1),
    ("tall", "første e.n for e i pasient.episoder der e.a etter -e.n ellers 0", THREE, 2),
    ("tall", "siste e.n for e i pasient.episoder etter e.n ellers 0", THREE, 3),
    ("tall", "første e.n for e i pasient.episoder der e.n er 9 etter e.n ellers 0", THREE, 0),
    ("tall", "første e.n for e i pasient.episoder etter e.m ellers 0", THREE, {"m"}),
    # Where two have the same key, the smaller key of the entity comes first; of the elements of a list, the first.
    ("tall", "første e.n for e i pasient.episoder etter -e.m ellers 0", TIES, 2),
    ("tall", "siste e.n for e i pasient.episoder etter e.m ellers 0", TIES, 1),
    ("tekst", "første k for k i koder etter 1 ellers «»", {"koder": ["Z", "Y"]}, "Z"),
    ("ja/nei", "denne er første e i pasient.episoder etter e.n", THREE, True),
    ("ja/nei", "denne er siste e i pasient.episoder etter e.n", THREE, False),
    # Records in lists: what is missing is named with its place
    ("tall", "sum t.ganger for t i tjenester der t.sort er «X»",
     {"tjenester": [{"sort": "X", "ganger": 2}, {"sort": "Y"}, {"sort": "X", "ganger": 3}]}, 5),
    ("tall", "sum t.ganger for t i tjenester", {"tjenester": [{"ganger": 1}, {"sort": "X"}]}, {"tjenester[1].ganger"}),
    ("ja/nei", "finnes e i pasient.episoder der finnes t i e.tjenester der t.ganger > e.n",
     [{"n": 1, "tjenester": [{"ganger": 2}]}], True),
]


@pytest.mark.parametrize(("kind", "expression", "facts", "expected"), CASES, ids=[case[1] for case in CASES])
def test_an_expression_means(kind: str, expression: str, facts: Any, expected: Any) -> None:
    got = value(kind, expression, facts)
    assert got == expected
    assert type(got) in (bool, str, datetime.date, Decimal, set)


def test_every_node_of_the_core_has_its_fact() -> None:
    found: set[type] = set()
    for kind, expression, _, _ in CASES:
        edition = edition_of(f"\nresultat r : {kind} for Episode\n\npunkt p «P»\n  ifølge k\n  r er {expression}\n")
        (group,) = edition.results["r"].groups
        found.update(type(node) for node in ir.walk(group.rules[0].value))
    # A named part and another result need a clause of their own, below.
    assert found == set(get_args(ir.Expr)) - {ir.Part, ir.ResultOf}


def test_a_named_part_means_what_it_names_and_missing_elements_keep_their_place() -> None:
    rules = """
resultat r : tall for Episode

punkt p «P»
  ifølge k
  der mine er tjenester
  der dobbel er 2 * n
  r er dobbel + (sum t.ganger for t i mine)
"""
    assert outcomes(rules, {"n": 2, "tjenester": [{"ganger": 1}]})["r"].value == 5
    assert missing(outcomes(rules, {"tjenester": [{}]})["r"]) == {"n", "tjenester[0].ganger"}


@pytest.mark.parametrize(("condition", "told"), [
    ("(farge er rod) er (a og b)", "(farge er rod) er (a og b)"),
    ("(ikke a) er ikke b", "(ikke a) er ikke b"),
    ("(n finnes) er (n > 2)", "(n finnes) er (n > 2)"),
])
def test_what_stands_beside_er_and_has_one_itself_is_told_apart(condition: str, told: str) -> None:
    edition = edition_of(rules_of(f"x: når {condition}\n  r er 1"))
    (group,) = edition.results["r"].groups
    assert words(group.rules[0].conditions[0]) == told


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────


def rules_of(*clauses: str) -> str:
    """Clauses as «number: body»."""
    made = "\nresultat r : tall for Episode\n"
    for clause in clauses:
        number, _, body = clause.partition(": ")
        made += f"\npunkt {number}\n  ifølge k\n  {body}\n"
    return made


def answer(rules: str, facts: dict[str, Any]) -> tuple[Any, ...]:
    """Status, value, clause and rule, and what is missing."""
    made = outcomes(rules, facts)["r"]
    where = (made.rule.clause, made.rule.name) if made.rule else ("", "")
    return made.status, made.value, *where, missing(made)


SIDES = rules_of("x: når a\n  r er 1", "y: når b\n  r er n")


def test_side_by_side() -> None:
    assert answer(SIDES, {"a": True, "b": False}) == ("known", 1, "x", "", set())
    assert answer(SIDES, {"a": True, "b": True, "n": 1}) == ("known", 1, "x", "", set())
    assert answer(SIDES, {"a": True, "b": True, "n": 2}) == ("conflict", None, "", "", set())
    assert answer(SIDES, {"a": False, "b": False}) == ("no_rule", None, "", "", set())
    assert answer(SIDES, {"a": True, "b": True}) == ("unknown", None, "", "", {"n"})
    # y may hold and would say the same: the answer is known, and waits for nothing.
    assert answer(SIDES, {"a": True, "n": 1}) == ("known", 1, "x", "", set())
    assert answer(SIDES, {"a": True, "n": 2}) == ("unknown", None, "", "", {"b"})
    assert answer(SIDES, {"n": 1}) == ("unknown", None, "", "", {"a", "b"})


def test_a_conflict_names_both_and_their_places() -> None:
    edition = edition_of(SIDES)
    case = case_of(edition, {"a": True, "b": True, "n": 2})
    run = decide(edition, case)
    (result,) = explain(run, case.things[0]).results
    lines = [edition.results["r"].groups[i].rules[0].place.line for i in (0, 1)]
    assert result.sentence == (
        f"ISF601 R er i konflikt: x (prove.isf:{lines[0]}) gir 1, og y (prove.isf:{lines[1]}) gir 2. "
        "Ingen av dem er unntak fra den andre."
    )
    assert [reason.role for reason in result.reasons] == ["conflicts", "conflicts"]


def test_a_gap_says_so() -> None:
    edition = edition_of(SIDES)
    case = case_of(edition, {"a": False, "b": False})
    (result,) = explain(decide(edition, case), case.things[0]).results
    assert result.sentence == "ISF602 R får ingen verdi: ingen regel gjelder for denne saken."


EXCEPTIONS = rules_of(
    "base: r er 1", "ex: unntak fra base\n  når a\n  r er 2", "exex: unntak fra ex\n  når b\n  r er 3",
)


@pytest.mark.parametrize(("a", "b"), list(product((True, False, None), repeat=2)))
def test_nested_exceptions(a: bool | None, b: bool | None) -> None:
    """An exception replaces what it is an exception to, whether or not that would apply."""
    facts = {name: fact for name, fact in (("a", a), ("b", b)) if fact is not None}
    expected = {
        True: ("known", 3, "exex", "", set()),
        False: {True: ("known", 2, "ex", "", set()), False: ("known", 1, "base", "", set()),
                None: ("unknown", None, "", "", {"a"})}[a],
        None: ("unknown", None, "", "", {"a", "b"} if a is None else {"b"}),
    }[b]
    assert answer(EXCEPTIONS, facts) == expected


KRAV = rules_of(
    "base: r er 1",
    "vilkar: unntak fra base\n  når a\n  krav forst «første» b\n  krav andre «andre» c\n  ellers r er 0",
    "mildt: unntak fra vilkar, forst\n  når n er 1\n  r er 5",
)


@pytest.mark.parametrize(("facts", "expected"), [
    ({"a": False, "n": 0}, ("known", 1, "base", "")),
    ({"a": False, "n": 1}, ("known", 5, "mildt", "")),
    ({"a": True, "b": True, "c": True, "n": 0}, ("known", 1, "base", "")),
    ({"a": True, "b": False, "c": True, "n": 0}, ("known", 0, "vilkar", "krav forst")),
    ({"a": True, "b": True, "c": False, "n": 0}, ("known", 0, "vilkar", "krav andre")),
    ({"a": True, "b": False, "c": False, "n": 0}, ("known", 0, "vilkar", "krav forst")),
    ({"a": True, "b": False, "n": 0}, ("known", 0, "vilkar", "krav forst")),
    ({"a": True, "b": False, "c": True, "n": 1}, ("known", 5, "mildt", "")),
    ({"a": True, "b": False, "c": False, "n": 1}, ("conflict", None, "", "")),
])
def test_requirements_and_an_exception_to_one(facts: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """An exception to one requirement leaves the fall of another where it was."""
    assert answer(KRAV, facts)[:4] == expected


def table(policy: str, *rows: str, kind: str = "tall") -> str:
    return f"\nbeslutning r : {kind} for Episode   treff {policy}\n  ifølge k\n" + "\n".join(f"  {row}" for row in rows)


FIRST = table("første", "| a | b || ut |", "| ja | - || 1 |", "| - | ja || 2 |", "| - | - || 1 |")
ONE = table("én", "| koder || ut |", "| «X» || 1 |", "| «Y» || 1 |")
ALL = table("alle", "| a | b || ut |", "| ja | - || 1 |", "| - | ja || 2 |", kind="liste av tall")


@pytest.mark.parametrize(("rules", "facts", "expected"), [
    (FIRST, {"a": True}, ("known", 1, "r", "rad 1", set())),
    (FIRST, {"a": False, "b": True}, ("known", 2, "r", "rad 2", set())),
    (FIRST, {"b": False}, ("known", 1, "r", "rad 3", set())),
    (FIRST, {"b": True}, ("unknown", None, "", "", {"a"})),
    (FIRST, {}, ("unknown", None, "", "", {"a", "b"})),
    (ONE, {"koder": ["X"]}, ("known", 1, "r", "rad 1", set())),
    (ONE, {"koder": ["X", "Y"]}, ("conflict", None, "", "", set())),
    (ONE, {"koder": []}, ("no_rule", None, "", "", set())),
    (ONE, {}, ("unknown", None, "", "", {"koder"})),
    (ALL, {"a": True, "b": True}, ("known", (1, 2), "r", "rad 1", set())),
    (ALL, {"a": False, "b": False}, ("known", (), "", "", set())),
    (ALL, {"a": False}, ("unknown", None, "", "", {"b"})),
])
def test_decision_tables(rules: str, facts: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert answer(rules, facts) == expected


def test_results_use_results_and_what_is_stuck_is_said() -> None:
    rules = SIDES + "\nresultat s : tall for Episode\n\npunkt z «Z»\n  ifølge k\n  s er r + m\n"
    made = outcomes(rules, {"a": True, "b": False, "m": 4})
    assert (made["r"].value, made["s"].value) == (1, 5)
    made = outcomes(rules, {"a": False, "b": False})
    assert made["s"].status == "unknown"
    assert (missing(made["s"]), {name for _, name in made["s"].waits.stuck}) == ({"m"}, {"r"})
    edition = edition_of(rules)
    case = case_of(edition, {"a": False, "b": False, "m": 1})
    explained = explain(decide(edition, case), case.things[0])
    (sentence,) = [each.sentence for each in explained.results if each.name == "s"]
    assert sentence == "S er ukjent, for r kan ikke avgjøres."


def test_results_of_a_parent_are_asked_of_a_thing_that_came_alone() -> None:
    rules = """
entitet Henvisning «Henvisning»
  nøkkel henvisning_id : tekst
  rettsdato mottatt : dato
  haster : ja/nei

entitet Time i Henvisning som timer «Time»
  nøkkel time_id : tekst
  rettsdato dag : dato
  ny : ja/nei

resultat rask : ja/nei for Henvisning
resultat fort : ja/nei for Time
resultat dyr : kroner for Henvisning

punkt h «H»
  ifølge k
  rask er haster

punkt d «D»
  ifølge k
  dyr er avrund(1,0 poeng * pris; 2)

punkt t «T»
  ifølge k
  fort er henvisning.rask og ny og henvisning.dyr > 1 kr
"""
    edition = edition_of(rules)
    case = load(Document({"time_id": "T", "dag": "2020-06-01", "ny": True}), edition)
    run = decide(edition, case)
    made = run.outcomes[case.things[0], "fort"]
    assert {path_of(each, case.things[0]) for each in made.waits.missing} == {"henvisning.haster", "henvisning.mottatt"}


@pytest.mark.parametrize(("rules", "clause", "told"), [
    (("x: når a eller ikke a\n  r er 1",), "x", "Uansett hva a er, er r 1."),
    (("x: når a\n  r er 1", "y: når ikke a\n  r er 1"), "", "Uansett hva a er, er r 1."),
    (("x: når a eller ikke a\n  r er 1", "y: når b eller ikke b\n  r er 2"), "",
     "Uansett hva a og b er, er r i konflikt."),
    (("x: når a og ikke a\n  r er 1",), "", "Uansett hva a er, er ingen regel som gjelder."),
    (("x: når farge er rod\n  r er 1", "y: når farge er ikke rod\n  r er 1"), "", "Uansett hva farge er, er r 1."),
])
def test_what_is_ukjent_and_the_same_whatever_the_facts_are(rules: tuple[str, ...], clause: str, told: str) -> None:
    """Rules are asked one by one, and do not see that conditions hang together; the explanation does."""
    edition = edition_of(rules_of(*rules))
    case = case_of(edition, {})
    (result,) = explain(decide(edition, case), case.things[0]).results
    (alternative,) = result.alternatives
    assert (result.status, alternative.facts, alternative.clause, alternative.sentence) == ("unknown", (), clause, told)


def test_notes_say_what_the_answer_presupposes() -> None:
    around = "\nresultat r : tall for Episode\n\npunkt p «P»\n  ifølge k\n  r er antall e i pasient.episoder der e.a\n"
    edition = edition_of(around)
    alone = case_of(edition, {"a": True})
    assert explain(decide(edition, alone), alone.things[0]).notes == (
        "Saken er oppgitt alene; regler som ser på andre episoder, ser ingen.",
    )
    both = case_of(edition, [{"a": True}, {"a": "kanskje"}])
    run = decide(edition, both)
    first, second = (explain(run, thing) for thing in both.things)
    assert first.notes == ("Feil i Episode E2: feltene det gjelder, regnes som ukjente her.",)
    assert (first.results[0].status, first.results[0].missing) == ("unknown", ("pasient.episoder[E2].a",))
    assert second.results == ()
    assert [error.code for error in second.errors] == ["ISF513"]
