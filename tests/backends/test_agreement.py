"""One suite, every back end: value, status, clause, rule and missing facts are the interpreter's, with no tolerance."""

import random
from collections import Counter
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from backends import every_form
from backends.typed_facts import by_duckdb, decided, together_by_duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, amounts, documents, families, rulebooks

from rulesdsl.core import ir
from rulesdsl.evaluate.case import Case, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.generate.drawing import draw_facts, draw_family, lone, together
from rulesdsl.generate.plan import plan
from rulesdsl.sql.compile import compile_edition
from rulesdsl.sql.entities import decided_entities, needed_entities
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED, shipped

CASES = {"isf@2017": 12_000, "isf@2018": 12_000, "isf@2019": 12_000}
FEWER = 2_600
"""How many documents each real edition is tried on: fewer of those since 2020, which take three times as long to decide
one by one. Most are of one episode, others of several; with those of every form they come to more than 100 000
episodes."""

SMALL = 200
"""And how many the editions of the other schemes, which are small and many."""


def drawn(edition: ir.Edition, count: int, seed: int) -> list[Case]:
    """Cases near the edition's examples and at its borders, with many holes; some of them patients."""
    chance, made = random.Random(seed), plan(edition)
    kind, choose = made.kind(None), random.Random(seed).randrange
    found = []
    for _ in range(count):
        whole = chance.choice([1, 0.9, 0.3])
        if chance.random() < 0.6 or not kind.entity.parent:
            document = lone(made, kind, choose, draw_facts(made, kind, choose, None, whole))
        else:
            document = together(made, kind, choose, draw_family(made, kind, choose, 2 + choose(4), None, whole))
            siblings = document[kind.entity.plural]
            if chance.random() < 0.1 and isinstance(siblings, list):
                siblings[0].pop(kind.entity.date)  # a row with a fault, which the others still see
        told_apart(document, edition, len(found))
        found.append(load(Document(document), edition))
    return found


def told_apart(thing: dict[str, Any], edition: ir.Edition, case: int) -> None:
    """Give things that belong to something, and have others belong to them, a key that is in no other case: in a table
    others say whom they belong to by that alone."""
    for entity in edition.entities.values():
        if entity.parent and entity.key in thing and any(
                each.parent == entity.name for each in edition.entities.values()):
            thing[entity.key] = f"{case}-{thing[entity.key]}"
        for each in thing.get(entity.plural) or ():
            told_apart(each, edition, case)


IN_LEVELS = {"takst_lege"}
"""Rulebooks that look at things in several levels."""


@pytest.mark.parametrize("name", [each.id for each in SHIPPED.index if each.rulebook in IN_LEVELS])
def test_the_real_editions_in_levels(name: str) -> None:
    """Decided as a run of a folder does: each step once for all entities."""
    edition = shipped(name)
    cases = drawn(edition, SMALL, seed=edition.valid_from.year)
    wanted = {each: decided(edition, edition.entities[each], cases) for each in needed_entities(edition)}
    found = together_by_duckdb(edition, {each: one.rows for each, one in wanted.items()})
    assert found.keys() == {*decided_entities(edition)}
    for each, answers in found.items():
        assert wanted[each].differences(answers) == []
        statuses = {answer[0] for row in wanted[each].answers if row for answer in row.values()}
        assert {"known", "unknown"} <= statuses


@pytest.mark.parametrize("name", [each.id for each in SHIPPED.index if each.rulebook not in IN_LEVELS])
def test_the_real_editions(name: str) -> None:
    edition = shipped(name)
    (decides,) = decided_entities(edition)
    entity = edition.entities[decides]
    count = CASES.get(name, FEWER if edition.rulebook == "isf" else SMALL)
    wanted = decided(edition, entity, drawn(edition, count, seed=edition.valid_from.year))
    found = by_duckdb(edition, entity, wanted.rows)
    assert wanted.differences(found) == []
    statuses = Counter(answer[0] for row in wanted.answers if row for answer in row.values())
    assert statuses["known"] > 0
    assert statuses["unknown"] > 0


def test_every_form() -> None:
    edition = every_form.rulebook().edition()
    entity = edition.entities["Episode"]
    wanted = decided(edition, entity, [load(document, edition) for document in every_form.cases(4000)])
    assert wanted.differences(by_duckdb(edition, entity, wanted.rows)) == []


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.lists(documents(), min_size=1, max_size=8))
def test_generated_rulebooks(book: Rulebook, found: list[Document]) -> None:
    edition = book.edition()
    cases = [load(document, edition) for document in found]
    entity = next(edition.entities[result.entity] for result in edition.results.values())
    wanted = decided(edition, entity, cases)
    assert wanted.differences(by_duckdb(edition, entity, wanted.rows)) == []


SEARCHED = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  fri               : ja/nei
  rang              : tall
  poster            : liste av tekst

resultat refusjon : kroner for Episode «Refusjon»

punkt en «En»
  ifølge oss
  refusjon er hvis (første nei for p i poster etter rang ellers ja) så 2 kr ellers 1 kr

punkt to «To»
  ifølge oss
  unntak fra en
  når fri
  refusjon er 0 kr
"""


def test_a_search_on_the_way_to_an_amount(tmp_path: Path) -> None:
    """What it waits for is told, though the steps towards the amount, which need not tell it, search alike."""
    (tmp_path / "prøve.isf").write_text(SEARCHED, encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    rows = [{"fri": fri, "rang": rang, "poster": items} for fri in (True, False, None) for rang in (Decimal(1), None)
            for items in ([], ["a", "b"], None)]
    cases = [load(Document({"episode_id": f"E{number}", "utdato": "2020-05-01"} | {
        name: value for name, value in row.items() if value is not None}), edition) for number, row in enumerate(rows)]
    wanted = decided(edition, edition.entities["Episode"], cases)
    assert wanted.differences(by_duckdb(edition, edition.entities["Episode"], wanted.rows)) == []
    assert any("rang" in answer["refusjon"][4] for answer in wanted.answers if answer)


PARTS = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  p                 : ja/nei
  q                 : ja/nei
  n                 : tall

resultat svar : ja/nei for Episode «Svar»
resultat tall_svar : tall for Episode «Tall»

punkt en «En»
  ifølge oss
  der a0 er p
  {parts}
  svar er a{last}

punkt to «To»
  ifølge oss
  der b0 er n
  der b1 er hvis p så n ellers 2 * n
  {numbers}
  tall_svar er b{last}
"""


def test_parts_that_build_upon_one_another(tmp_path: Path) -> None:
    """Each says more than once what is under it; all that it waits for is told, and a query is no longer for that."""
    deep = 14
    parts = [f"der a{each} er (a{each - 1} og q) eller (ikke a{each - 1} og p)" for each in range(1, deep + 1)]
    numbers = [f"der b{each} er hvis b{each - 1} > b{each - 2} så min(b{each - 1} + 1; 99) ellers b{each - 2}"
               for each in range(2, deep + 1)]
    (tmp_path / "prøve.isf").write_text(
        PARTS.format(parts="\n  ".join(parts), numbers="\n  ".join(numbers), last=deep), encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    cases = [load(Document({"episode_id": f"E{number}", "utdato": "2020-05-01"} | {
        name: value for name, value in zip("pqn", values, strict=True) if value is not None}), edition)
        for number, values in enumerate(product(*2 * [(True, False, None)], (Decimal(3), Decimal(-3), None)))]
    wanted = decided(edition, edition.entities["Episode"], cases)
    assert wanted.differences(by_duckdb(edition, edition.entities["Episode"], wanted.rows)) == []
    assert {tuple(answer["tall_svar"][4]) for answer in wanted.answers if answer} == {(), ("n",), ("n", "p"), ("p",)}


WIDE = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  p                 : ja/nei
  n                 : tall
  m                 : tall

resultat dypt : tall for Episode «Dypt»
resultat bredt : ja/nei for Episode «Bredt»
resultat langt : tall for Episode «Langt»

punkt en «En»
  ifølge oss
  dypt er {deep}

punkt to «To»
  ifølge oss
  bredt er {wide}

punkt tre «Tre»
  ifølge oss
  langt er {long}
"""


def test_expressions_that_are_deep_and_wide(tmp_path: Path) -> None:
    """A query is as long as they are, and no longer."""
    deep = "m"
    for each in range(14):
        deep = f"hvis n er {each} så {each} ellers min(({deep}); hvis p så m ellers {each})"
    (tmp_path / "prøve.isf").write_text(WIDE.format(
        deep=deep, wide=" eller ".join(f"n er {each} og m er {each}" for each in range(60)),
        long=" + ".join(f"maks(n; {each})" for each in range(60))), encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    numbers = (Decimal(3), Decimal(59), None)
    cases = [load(Document({"episode_id": f"E{number}", "utdato": "2020-05-01"} | {
        name: value for name, value in zip("pnm", values, strict=True) if value is not None}), edition)
        for number, values in enumerate(product((True, False, None), numbers, numbers))]
    wanted = decided(edition, edition.entities["Episode"], cases)
    assert None not in wanted.answers
    assert wanted.differences(by_duckdb(edition, edition.entities["Episode"], wanted.rows)) == []
    assert len(compile_edition(edition, {"Episode": "fakta"}).sql("duckdb")) < 200_000


LARGE = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

sats andel : tall med 3 desimaler «Andel»
  fra 2020-01-01: 12,6 % ifølge oss

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  kreves            : kroner
  betalt            : kroner
  samlet            : kroner

resultat andel_av : kroner for Episode «Andel»
resultat del : kroner for Episode «Del»
resultat avviket : kroner for Episode «Avviket»
resultat dekket : kroner for Episode «Dekket»

punkt andel_av «Andel»
  ifølge oss
  andel_av er avrund(kreves * andel * 1,0000; 2)

punkt del «Del»
  ifølge oss
  del er avrund_ned(kreves * betalt / samlet; 2) ellers 0 kr

punkt avviket «Avviket»
  ifølge oss
  avviket er avrund(
    maks(min(kreves; betalt * 1,08) - betalt * 1,03; 0 kr) * 0,50 + maks(kreves - betalt; 0 kr) * 0,80; 2)

punkt dekket «Dekket»
  ifølge oss
  dekket er avrund_ned(avviket * samlet / (avviket + betalt); 2) ellers 0 kr
"""


def test_products_of_more_than_18_digits(tmp_path: Path) -> None:
    """Kroner times kroner has more digits than DuckDB gives a product of two narrow numbers."""
    (tmp_path / "prøve.isf").write_text(LARGE, encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    amounts = (Decimal(0), Decimal(1), Decimal("-70800000.07"), Decimal("999999999.99"))
    cases = [load(Document({"episode_id": f"{number}", "utdato": "2020-05-01", "kreves": claim, "betalt": paid,
                            "samlet": of}), edition) for number, (claim, paid, of)
             in enumerate(product(amounts, repeat=3))]
    wanted = decided(edition, edition.entities["Episode"], cases)
    assert None not in wanted.answers
    assert wanted.differences(by_duckdb(edition, edition.entities["Episode"], wanted.rows)) == []


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts(), st.lists(documents(), min_size=1, max_size=8))
def test_what_each_clause_gave_or_took(book: Rulebook, found: list[Document]) -> None:
    edition = book.edition()
    wanted = decided(edition, edition.entities["Episode"], [load(document, edition) for document in found])
    assert any(wanted.given) or not wanted.rows
    assert wanted.differences(by_duckdb(edition, edition.entities["Episode"], wanted.rows)) == []


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(several=True), st.lists(families(), min_size=1, max_size=6), st.integers(0, 2))
def test_generated_rulebooks_for_several_entities(book: Rulebook, found: list[Document], which: int) -> None:
    edition = book.edition()
    cases = [load(document, edition) for document in found]
    wanted = {name: decided(edition, edition.entities[name], cases) for name in needed_entities(edition)}
    rows = {name: each.rows for name, each in wanted.items()}
    names = decided_entities(edition)
    asked = names[which % len(names)]
    assert wanted[asked].differences(by_duckdb(edition, edition.entities[asked], rows[asked], rows)) == []
