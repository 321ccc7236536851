"""What is decided at a glance is what the interpreter decides, and most rows are; what is not, is decided with care."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from backends.typed_facts import answers_of, decided, given_of, relation, stored
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, amounts, documents, rulebooks

from rulesdsl.batch.careful import FAULTS, FEW, Parents, Task, decide_with_care
from rulesdsl.batch.engine import ENGINE_SETTINGS
from rulesdsl.batch.glance import answers, careful_of, everything_with_care, look, seen
from rulesdsl.batch.keep_tables import keep_tables
from rulesdsl.core import ir
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.generate.drawing import draw_facts, draw_family, lone, together
from rulesdsl.generate.plan import plan
from rulesdsl.sql.duckdb import kind_of
from rulesdsl.sql.facts import Rows, parent_key
from rulesdsl.workspace import Workspace
from tests.shipped import shipped

Found = tuple[dict[int, dict[str, Any]], set[int], int]
"""The answers by row, the rows that were set aside, and how many needed care (-1: there is no short way)."""


def by_glance(edition: ir.Edition, entity: ir.Entity, rows: Sequence[Sequence[Any]], few: int) -> Found:
    columns = relation(edition, entity)
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(ENGINE_SETTINGS)
        stored(con, "rader", columns, rows)
        con.execute(f"CREATE TABLE {FAULTS} (entitet VARCHAR, rad BIGINT, code VARCHAR, field VARCHAR, value VARCHAR, "
                    "message VARCHAR)")
        kinds = {name: kind_of(kind) for name, kind in columns.items() if name != "rad"}
        group = parent_key(edition, entity.name)
        parents = homes(con, edition, entity, group) if group else None
        task = Task(edition, entity.name, Rows("rader", kinds), parents, group, "", "", dictionaries=len(rows) % 2 == 0,
                    few=few)
        keep_tables(con, edition)
        sure = look(con, task)
        if sure is None:
            everything_with_care(con, task)
        number = con.execute(f'SELECT count(*) FROM "{careful_of(task)}"').fetchone()
        careful = decide_with_care(con, task, careful_of(task), seen(con, task, sure) if sure else None, True)
        nothing = "SELECT rad FROM rader WHERE false"
        queries = [nothing, *([f'FROM "{careful}"'] if careful else []), *([answers(con, sure, task)] if sure else [])]
        cursor = con.execute(" UNION ALL BY NAME ".join(f"({query})" for query in queries) + " ORDER BY rad")
        names = [each[0] for each in cursor.description or ()]
        answered = cursor.fetchall()
        aside = {row[0] for row in con.execute(f"SELECT DISTINCT rad FROM {FAULTS}").fetchall()}
    rads = [int(row[names.index("rad")]) for row in answered]
    assert number is not None
    told = dict(zip(rads, [answer | given for answer, given in zip(
        answers_of(edition, entity, names, answered), given_of(names, answered), strict=True)], strict=True))
    return told, aside, int(number[0]) if sure else -1


def homes(con: duckdb.DuckDBPyConnection, edition: ir.Edition, entity: ir.Entity, group: str) -> Parents:
    """What the rows belong to, as a relation of its own. A row that came alone gets one that is nobody else's."""
    con.execute(f"UPDATE rader SET \"{group}\" = 'alene ' || rad WHERE \"{group}\" IS NULL")
    above, key = edition.entities[entity.parent], edition.entities[entity.parent].key
    front = group.removesuffix(key)
    names = [name for name in relation(edition, above) if name != "rad"]
    told = ", ".join(f'any_value("{front}{name}") AS "{name}"' for name in names if name != key)
    con.execute(f'CREATE TABLE hjem AS SELECT row_number() OVER () AS rad, "{group}" AS "{key}"'
                f'{", " + told if told else ""} FROM rader GROUP BY "{group}"')
    con.execute(f'CREATE TABLE "to ganger" AS SELECT "{key}" FROM hjem WHERE false')
    return Parents("hjem", key, "to ganger")


def differences(edition: ir.Edition, entity: ir.Entity, found: list[Document]) -> tuple[list[Any], Found]:
    """Each result that the interpreter answers otherwise, and rows that are neither answered nor set aside; whether
    rows in doubt are asked about at once or in two looks."""
    wanted = decided(edition, entity, [load(document, edition) for document in found])
    wrong: list[Any] = []
    for few in (0, FEW):
        made = by_glance(edition, entity, wanted.rows, few)
        told, aside, _ = made
        wrong += [(few, rad) for rad in range(1, len(wanted.rows) + 1) if (rad in told) == (rad in aside)]
        for rad, answer in enumerate(wanted.answers, start=1):
            if answer is not None and rad in told:
                wanted_of = answer | wanted.given[rad - 1]
                wrong += [(few, rad, name, each, told[rad][name]) for name, each in wanted_of.items()
                          if each != told[rad][name]]
    return wrong, made


def drawn(edition: ir.Edition, count: int, seed: int) -> list[Document]:
    """Documents near the edition's examples and at its borders: most of them whole, as a register is."""
    chance, made = random.Random(seed), plan(edition)
    kind, choose = made.kind(None), random.Random(seed).randrange
    found: list[Document] = []
    for _ in range(count):
        whole = chance.choice([1, 1, 1, 0.97, 0.5])
        if chance.random() < 0.5:
            found.append(Document(lone(made, kind, choose, draw_facts(made, kind, choose, None, whole))))
        else:
            family = draw_family(made, kind, choose, 2 + choose(4), None, whole)
            found.append(Document(together(made, kind, choose, family)))
    return found


@pytest.mark.parametrize("name", ["isf@2018", "isf@2020"])
def test_the_real_editions(name: str) -> None:
    edition = shipped(name)
    wrong, (told, _, careful) = differences(edition, edition.entities["Episode"],
                                            drawn(edition, 200, seed=edition.valid_from.year))
    assert wrong == []
    assert 0 < careful < len(told)


EPISODES = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  merke             : tekst
"""

CHAIN = EPISODES + """
resultat først : ja/nei for Episode «Først med sitt merke»
resultat flere : ja/nei for Episode «Flere med merket er først»
resultat alene : tall for Episode «Hvor mange med merket det er flere av»

punkt en «En»
  ifølge oss
  først er denne er første e i pasient.episoder der e.merke er merke etter e.utdato

punkt to «To»
  ifølge oss
  flere er finnes annen i pasient.episoder der annen.merke er merke og annen.først

punkt tre «Tre»
  ifølge oss
  alene er antall e i pasient.episoder der e.merke er merke og e.flere
"""

ALL_OTHERS = EPISODES + """
resultat andre : tall for Episode «Hvor mange andre med et merke»

punkt en «En»
  ifølge oss
  andre er antall annen i pasient.episoder der annen.merke er «A»
"""


TWO_KEYS = EPISODES + """
  sted              : tekst
  teller            : ja/nei
  spurt             : ja/nei

resultat flere : ja/nei for Episode «En annen teller med samme merke og sted»
resultat sist : ja/nei for Episode «Siste som teller med sitt merke og sted»

punkt en «En»
  ifølge oss
  flere er spurt og finnes annen i pasient.episoder der annen.merke er merke og annen.sted er sted og annen.teller

punkt to «To»
  ifølge oss
  sist er spurt og denne er siste e i pasient.episoder der e.merke er merke og e.sted er sted og e.teller etter e.utdato
"""


def some_patients(count: int) -> list[Document]:
    """Patients with some episodes each, of which a few have no mark."""
    chance = random.Random(1)
    return [Document({"pasient_id": f"P{number}", "episoder": [
        {"episode_id": f"E{each}", "utdato": f"2020-0{chance.randint(1, 9)}-01"}
        | ({"merke": chance.choice("AB")} if chance.random() < 0.95 else {}) for each in range(chance.randint(1, 5))]})
        for number in range(count)]


def test_a_search_among_all_others(tmp_path: Path) -> None:
    """It has no key that a row could lack."""
    (tmp_path / "prøve.isf").write_text(ALL_OTHERS, encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    wrong, (told, _, careful) = differences(edition, edition.entities["Episode"], some_patients(40))
    assert wrong == []
    assert 0 < careful < len(told)


def test_searches_with_two_keys_of_which_rows_lack_one_or_the_other(tmp_path: Path) -> None:
    (tmp_path / "prøve.isf").write_text(TWO_KEYS, encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    chance = random.Random(1)

    def episode(number: int) -> Document:
        own = {"merke": chance.choice("AB"), "sted": chance.choice("XYZ"), "teller": chance.random() < 0.7,
               "spurt": chance.random() < 0.5}
        return {"episode_id": f"E{number}", "utdato": f"2020-0{chance.randint(1, 9)}-01"} | {
            name: value for name, value in own.items() if chance.random() < 0.85}

    patients = [Document({"pasient_id": f"P{number}", "episoder": [episode(each) for each in range(2 + number % 7)]})
                for number in range(120)]
    wrong, _ = differences(edition, edition.entities["Episode"], patients)
    assert wrong == []


def test_a_row_that_lacks_a_key_leaves_others_in_doubt_only_where_it_may_share_theirs(tmp_path: Path) -> None:
    (tmp_path / "prøve.isf").write_text(TWO_KEYS, encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    told = [{"merke": "A", "sted": "X"}, {"merke": "A", "sted": "Y"}, {"merke": "B", "sted": "Y"}, {"sted": "Y"}]
    patient = Document({"pasient_id": "P1", "episoder": [
        {"episode_id": f"E{number}", "utdato": "2020-01-01", "teller": True, "spurt": True} | each
        for number, each in enumerate(told)]})
    wrong, (answered, _, careful) = differences(edition, edition.entities["Episode"], [patient])
    assert wrong == []
    assert (len(answered), careful) == (4, 3)


def test_searches_that_rest_on_one_another(tmp_path: Path) -> None:
    """Each with the keys of the last, and answers of its own."""
    (tmp_path / "prøve.isf").write_text(CHAIN, encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    wrong, (told, _, careful) = differences(edition, edition.entities["Episode"], some_patients(120))
    assert wrong == []
    assert 0 < careful < len(told) / 2


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts(), st.lists(documents(), min_size=1, max_size=8))
def test_what_each_clause_gave_or_took(book: Rulebook, found: list[Document]) -> None:
    edition = book.edition()
    wrong, _ = differences(edition, edition.entities["Episode"], found)
    assert wrong == []


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.lists(documents(), min_size=1, max_size=8))
def test_generated_rulebooks(book: Rulebook, found: list[Document]) -> None:
    edition = book.edition()
    entity = next(edition.entities[result.entity] for result in edition.results.values())
    wrong, _ = differences(edition, entity, found)
    assert wrong == []


LINKED = EPISODES + """\
  sted              : tekst
  hast              : ja/nei

resultat møter : ja/nei for Episode «En annen på stedet hadde hast»
resultat flere : ja/nei for Episode «En med merket møter noen»
resultat igjen : tall for Episode «Hvor mange på dagen det er flere av»

punkt en «En»
  ifølge oss
  møter er finnes annen i pasient.episoder der annen.sted er sted og annen.hast

punkt to «To»
  ifølge oss
  regel spurt: flere er finnes annen i pasient.episoder der annen.merke er merke og annen.møter når hast
  regel ikke_spurt: flere er nei når ikke hast

punkt tre «Tre»
  ifølge oss
  regel spurt: igjen er antall e i pasient.episoder der e.utdato er utdato og e.flere når hast
  regel ikke_spurt: igjen er 0 når ikke hast
"""


@pytest.mark.parametrize("seed", range(6))
def test_searches_that_rest_on_others_with_other_keys(tmp_path: Path, seed: int) -> None:
    """What one finds may rest on what those it finds have found, of whom the first knows nothing."""
    (tmp_path / "prøve.isf").write_text(LINKED, encoding="utf-8")
    edition = Workspace(tmp_path).edition("prøve@2020")
    assert edition is not None
    chance = random.Random(seed)
    found = [Document({"pasient_id": f"P{number}", "episoder": [
        {"episode_id": f"E{each}", "utdato": f"2020-0{chance.randint(1, 3)}-01"} | {
            name: value for name, value in (("merke", chance.choice("ABC")), ("sted", chance.choice("KLM")),
                                            ("hast", chance.random() < 0.4)) if chance.random() < 0.93}
        for each in range(chance.randint(2, 8))]}) for number in range(150)]
    wrong, (_, _, careful) = differences(edition, edition.entities["Episode"], found)
    assert wrong == []
    assert careful > 0
