"""What is broken by some case is never called proved: keys of tables that are no texts, lists by way of others, and a
thing that comes without what it belongs to."""

from pathlib import Path

import pytest

from rulesdsl.core.ir import Edition
from rulesdsl.prove.properties import Verdict
from rulesdsl.proving import prove
from rulesdsl.workspace import Workspace

HEAD = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Nummer «Nummer»
""" + "".join(f"  m{each} = {each}\n" for each in range(70)) + """
entitet Pasient «Pasient»
  nøkkel pasient_id : tekst
  rettsdato inn     : dato
  innbetalt         : kroner

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato dagen   : dato
  pris              : kroner
  antallet          : tall
  nummer            : Nummer
  en                : tekst
  to                : tekst
  hast              : ja/nei
  første_liste      : liste av tekst
  andre_liste       : liste av tekst

resultat svar : ja/nei for Episode «Svaret»
resultat begge : liste av tekst for Episode «Begge»

punkt begge «Begge»
  ifølge oss
  begge er første_liste
"""


def edition(folder: Path, rest: str, rows: int = 70) -> Edition:
    table = "\n".join(f"{each if '@' not in rest else f'm{each}'};{100 + each}" for each in range(rows))
    (folder / "a.csv").write_text(f"nøkkelen;verdi\n{table}\n", encoding="utf-8")
    (folder / "prøve.isf").write_text(HEAD + rest.replace("@", ""), encoding="utf-8")
    workspace = Workspace(folder, cache=False)
    made = workspace.edition("prøve@2020")
    assert made is not None, [(each.code, each.labels) for each in workspace.checked.problems]
    return made


def promised(folder: Path, rules: str, promise: str) -> Verdict:
    made = edition(folder, f"{rules}\negenskap løftet «Løftet»\n  for alle Episode e\n  gjelder {promise}\n")
    return prove(made.properties["løftet"], made)


LOOK_UP = """
tabell verdier
  nøkkel nøkkelen : {kind}
  kolonne verdi   : kroner
  fil «a.csv» ifølge oss

punkt svar «Svaret»
  ifølge oss
  svar er verdier[{key}].verdi ellers 0 kr er 160 kr
"""


@pytest.mark.parametrize(("kind", "key"), [("kroner", "pris"), ("tall", "antallet"), ("@Nummer", "nummer")])
def test_rows_of_a_large_table_are_found_by_any_key(tmp_path: Path, kind: str, key: str) -> None:
    found = promised(tmp_path, LOOK_UP.format(kind=kind, key=key), "ikke e.svar")
    assert found.verdict == "motbevist"
    assert str(found.documents[0][key]).removesuffix(".00") == "60"
    other = tmp_path / "annen"
    other.mkdir()
    held = promised(other, LOOK_UP.format(kind=kind, key=key), f"ikke e.svar eller e.{key} er "
                    + {"pris": "60 kr", "antallet": "60", "nummer": "m60"}[key])
    assert held.verdict == "bevist"


@pytest.mark.parametrize("lists", ["første_liste", "begge", "(hvis hast så første_liste ellers andre_liste)"])
def test_two_texts_in_a_list_may_be_two(tmp_path: Path, lists: str) -> None:
    rules = f"\npunkt svar «Svaret»\n  ifølge oss\n  svar er en i {lists} og to i {lists} og en er ikke to\n"
    found = promised(tmp_path, rules, "ikke e.svar")
    assert found.verdict == "motbevist"
    (document,) = found.documents
    assert document["en"] != document["to"]


def test_an_episode_may_come_without_its_patient(tmp_path: Path) -> None:
    rules = "\npunkt svar «Svaret»\n  ifølge oss\n  svar er pasient.inn finnes\n"
    found = promised(tmp_path, rules, "e.svar")
    assert found.verdict == "motbevist"
    assert all("episoder" not in document for document in found.documents)
    both = tmp_path / "begge"
    both.mkdir()
    assert promised(both, rules, "e.svar eller e.pasient.innbetalt mangler").verdict == "bevist"
