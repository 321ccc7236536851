"""What may stand in a number, as its author says: what is beyond is refused, and nothing is promised of it."""

import random
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import Isfrules

from rulesdsl.check.editions import check
from rulesdsl.core import types
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.generate.drawing import draw_facts, lone
from rulesdsl.generate.plan import plan
from rulesdsl.proving import prove, thresholds
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse

BOOK = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

post Linje «Linje»
  ganger : tall mellom 1 og 20

post Avtale «Avtale»
  egenandel : kroner minst 0 kr

entitet Vakt som vakter «Vakt»
  nøkkel vakt_id : tekst
  rettsdato dag  : dato
  klokketime     : tall mellom 0 og 23          «timen vakten begynte»
  andel          : tall med 2 desimaler høyst 1
  avtale         : Avtale
  linjer         : liste av Linje

resultat natt : ja/nei for Vakt «Natt»
resultat beløp : kroner for Vakt «Beløp»

punkt natt «Natt»
  ifølge oss
  natt er klokketime >= 22 eller klokketime < 6

punkt beløp «Beløp»
  ifølge oss
  beløp er avrund(avtale.egenandel * andel; 2) + 100 kr * klokketime

egenskap tak «Beløpet er høyst egenandelen og prisen av timene»
  ifølge oss
  for alle Vakt v
  gjelder v.beløp <= v.avtale.egenandel + 2 300 kr

egenskap under «Og aldri så mye mindre»
  ifølge oss
  for alle Vakt v
  gjelder v.beløp < v.avtale.egenandel + 2 300 kr

egenskap linjer «Ingen linje er tatt mer enn tjue ganger»
  ifølge oss
  for alle Vakt v
  gjelder alle e i v.linjer har e.ganger <= 20
"""


def made(text: str = BOOK) -> Edition:
    problems = Problems()
    checked = check([parse(Source("prøve.isf", text), problems)], lambda beside, name: None, problems)
    assert not [each for each in checked.problems if each.is_error], checked.problems
    return checked.editions["prøve@2020"]


def test_a_proof_is_of_what_may_stand() -> None:
    edition = made()
    verdicts = {name: prove(edition.properties[name], edition) for name in edition.properties}
    assert {name: each.verdict for name, each in verdicts.items()} == {
        "tak": "bevist", "under": "motbevist", "linjer": "bevist"}
    (case,) = verdicts["under"].documents
    assert case["klokketime"] == 23
    assert prove(edition.properties["tak"], made(BOOK.replace(" høyst 1\n", "\n"))).verdict == "motbevist"


def test_no_step_is_taken_out_of_them() -> None:
    edition = made()
    found = thresholds(edition, edition.results["beløp"], ("klokketime",), Decimal(50))
    assert [(each.way, each.first, each.last) for each in found.stretches] == [("opp", 0, 22)]
    assert found.complete


@pytest.mark.parametrize(("field", "value", "wrong"), [
    ("klokketime", 23, ""), ("klokketime", 24, "skal være mellom 0 og 23"), ("andel", "1.01", "skal være høyst 1"),
    ("andel", "-7", ""), ("avtale.egenandel", "-0.01", "skal være minst 0,00\u00a0kr"), ("avtale.egenandel", 0, ""),
])
def test_what_is_beyond_is_refused(
    isfrules: Isfrules, tmp_path: Path, field: str, value: object, wrong: str
) -> None:
    (tmp_path / "prøve.isf").write_text(BOOK, encoding="utf-8")
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT 'A' AS vakt_id, DATE '2020-02-02' AS dag, '{value}' AS \"{field}\") TO "
                    f"'{tmp_path / 'inn.parquet'}' (FORMAT parquet)")
        result = isfrules("--rulebooks", tmp_path, "run", tmp_path / "inn.parquet", "-o", tmp_path / "ut.parquet")
        assert result.exit_code == bool(wrong), result.output
        told = con.execute(f"SELECT code, field, message FROM '{tmp_path / 'ut-feil.parquet'}'").fetchall()
    assert [(code, name) for code, name, _ in told] == ([("ISF516", field)] if wrong else [])
    assert all(wrong in message for *_, message in told)


def test_what_is_made_up_stands_within() -> None:
    edition = made()
    ways, choose, hours = plan(edition), random.Random(1).randrange, set()
    for _ in range(300):
        facts = draw_facts(ways, ways.kind(None), choose, None)
        case = load(Document(lone(ways, ways.kind(None), choose, facts)), edition)
        assert not [each for thing in case.things for each in thing.errors]
        hours |= {thing.facts.get(("klokketime",)) for thing in case.things}
    assert {0, 23} < hours


def test_what_is_made_of_a_field_has_no_limits() -> None:
    (rule,) = made().results["beløp"].groups[0].rules
    assert isinstance(rule.value.type, types.Number)
    assert rule.value.type.low is rule.value.type.high is None
