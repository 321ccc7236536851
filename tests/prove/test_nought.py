"""Divisions by what is surely nought, as logic: they are what stands after ``ellers``."""

from pathlib import Path

import pytest
from prove.pinned import Pinned

from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.proving import prove
from rulesdsl.workspace import Workspace

RULEBOOK = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

sats plasser : tall «Plasser»
  fra 2020-01-01: 0 ifølge oss

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  a                 : kroner valgfri
  b                 : ja/nei valgfri

resultat del : kroner for Episode «Del»

punkt p «P»
  ifølge oss
  del er {mode}({formula}; 2) ellers {otherwise}

egenskap ikke_negativ «Aldri under null»
  for alle Episode e
  gjelder e.del >= 0 kr
"""
MODES = ("avrund", "avrund_ned", "avrund_opp")
FORMULAS = ("a / plasser", "100 kr / plasser", "100 kr / (0 * plasser)", "a / (hvis b så plasser ellers 0)",
            "100 kr / (hvis b så 0 ellers plasser)", "a / (hvis b så 0 ellers 3)")


def edition(folder: Path, mode: str, formula: str, otherwise: str) -> Edition:
    (folder / "prøve.isf").write_text(
        RULEBOOK.format(mode=mode, formula=formula, otherwise=otherwise), encoding="utf-8")
    made = Workspace(folder).edition("prøve@2020")
    assert made is not None
    return made


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("formula", FORMULAS)
def test_it_is_what_the_interpreter_says(tmp_path: Path, mode: str, formula: str) -> None:
    made = edition(tmp_path, mode, formula, "7 kr")
    pinned = Pinned(made, "Episode", 1)
    for number, (a, b) in enumerate((a, b) for a in (None, 5, -100) for b in (None, True, False)):
        told = {name: value for name, value in (("a", a), ("b", b)) if value is not None}
        case = load(Document({"episode_id": f"{number}", "utdato": "2020-05-01"} | told), made)
        assert pinned.differences(case) == []


@pytest.mark.parametrize(("otherwise", "verdict"), [("7 kr", "bevist"), ("-7 kr", "motbevist")])
def test_a_property_of_it(tmp_path: Path, otherwise: str, verdict: str) -> None:
    made = edition(tmp_path, "avrund", "a / plasser", otherwise)
    assert prove(made.properties["ikke_negativ"], made).verdict == verdict
