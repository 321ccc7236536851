"""Names that a table could not tell apart are refused, for an engine of tables sees no difference of letter case."""

import pytest
from sqlglot import exp

from rulesdsl.check.editions import check
from rulesdsl.diagnostics import Problems
from rulesdsl.source import Source
from rulesdsl.sql.logic import column
from rulesdsl.sql.sheet import Sheet
from rulesdsl.syntax.parser import parse

RULES = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

post Avtale
  skrevet : ja/nei

entitet Pasient
  nøkkel pasient_id : tekst

entitet Sak i Pasient som saker
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  beløp          : kroner
  avtale         : Avtale

sats pris : kroner
  fra 2020-01-01: 5 kr   ifølge oss

resultat svar : kroner for Sak

tabell vekt
  nøkkel  kode : tekst
  kolonne vekt : poeng
  fil «vekt.csv»   ifølge oss

punkt p «P»
  ifølge oss
  krav nok «nok» beløp > 0 kr
  der samlet er beløp + pris
  svar er samlet
  ellers svar er 0 kr
"""


def codes(text: str) -> list[tuple[str, str]]:
    problems = Problems()
    found = check([parse(Source("prøve.isf", text), problems)], lambda *_: b"kode;vekt;andel;KODE\nA;1;2;B\n", problems)
    return [(each.code, each.detail) for each in found.problems
            if each.is_error and each.code != "ISF414"]  # a result without rules


@pytest.mark.parametrize(("before", "after", "found"), [
    ("", "", []),
    ("samlet er beløp + pris\n  svar er samlet", "Beløp er beløp + pris\n  svar er Beløp", [("ISF213", "beløp")]),
    ("der samlet er", "der samlet er pris\n  der Samlet er", [("ISF213", "Samlet")]),
    ("krav nok «nok» beløp > 0 kr", "krav NOK «nok» beløp > 0 kr\n  krav nok «nok» beløp > 1 kr", [("ISF213", "nok")]),
    ("resultat svar", "resultat Svar : kroner for Sak\n\nresultat svar", [("ISF213", "svar")]),
    ("sats pris", "sats PRIS : kroner\n  fra 2020-01-01: 6 kr   ifølge oss\n\nsats pris", [("ISF213", "pris")]),
    ("  beløp ", "  Beløp : kroner\n  beløp ", [("ISF213", "beløp")]),
    ("  skrevet ", "  Skrevet : ja/nei\n  skrevet ", [("ISF213", "skrevet")]),
    ("tabell vekt", "tabell Vekt\n  nøkkel kode : tekst\n  kolonne andel : tekst\n  fil «v.csv»  ifølge oss\n\n"
     "tabell vekt", [("ISF213", "vekt")]),
    ("kolonne vekt", "kolonne KODE : tekst\n  kolonne vekt", [("ISF213", "KODE")]),
    ("entitet Pasient\n", "entitet pasient\n  nøkkel nr : tekst\n\nentitet Pasient\n", [("ISF213", "Pasient")]),
    ("i Pasient som saker", "i Pasient som sak", []),
    ("  skrevet ", "  Beløp : kroner\n  skrevet ", []),  # a field of a record is called by both their names
    ("  avtale ", "  rad : tall\n  avtale ", [("ISF203", "rad")]),
    ("  avtale ", "  Rad : tall\n  avtale ", [("ISF203", "Rad")]),
    ("resultat svar", "resultat utgave : kroner for Sak\n\nresultat svar", [("ISF203", "utgave")]),
])
def test_names_that_a_table_could_not_tell_apart(before: str, after: str, found: list[tuple[str, str]]) -> None:
    assert codes(RULES.replace(before, after, 1) if before else RULES) == found


def test_a_column_gets_a_name_that_differs_by_more_than_letter_case() -> None:
    sheet = Sheet(frozenset({"beløp"}))
    value = exp.Add(this=column("beløp"), expression=exp.Literal.number(1))
    assert sheet.add("Beløp", value).name == "Beløp (2)"
    assert sheet.add("BELØP", exp.Neg(this=value.copy())).name == "BELØP (3)"
