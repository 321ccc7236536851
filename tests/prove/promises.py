"""A small rulebook to make promises about: what is paid for a visit, by its form, its points and what else was done."""

from pathlib import Path

from rulesdsl.core.ir import Edition
from rulesdsl.workspace import Workspace

HEAD = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Form «Form»
  oppmøte = 1 «Oppmøte»
  video   = 2 «Video»
  telefon = 3 «Telefon» fra 2020-07-01

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Besøk i Pasient som besøk «Besøk»
  nøkkel besøk_id : tekst
  rettsdato dagen : dato
  form            : Form
  lege            : ja/nei valgfri
  oppgitt         : poeng valgfri
  drg             : tekst valgfri
  koder           : liste av tekst valgfri
  mengder         : liste av tall valgfri

sats pris : kroner per poeng
  fra 2020-01-01: 45 808   ifølge oss
  fra 2020-07-01: 50 000   ifølge oss

tabell vekt «Vekter»
  nøkkel drg   : tekst
  kolonne vekt : poeng
  fil «vekt.csv»   ifølge oss

resultat teller : ja/nei for Besøk «Teller»
resultat betaling : kroner for Besøk «Betaling»
resultat høyest : kroner for Besøk «Høyest»

punkt hovedregel «Alle teller»
  ifølge oss
  teller er ja

punkt 6.2 «Video uten lege»
  ifølge oss
  unntak fra hovedregel
  når form er video
  krav lege «en lege er med»
    lege
  ellers teller er nei

punkt betaling «Betaling»
  ifølge oss
  regel teller: betaling er avrund((vekt[drg].vekt ellers oppgitt) * pris * 50 %; 2) når teller
  regel teller_ikke: betaling er 0 kr når ikke teller

punkt samme_dag «Bare ett besøk om dagen»
  ifølge oss
  unntak fra betaling
  når teller og ikke (denne er første b i pasient.besøk der b.dagen er dagen og b.teller etter b.dagen)
  betaling er 0 kr

punkt høyest «Høyest»
  ifølge oss
  høyest er maks(betaling; 100 kr)
"""


def edition(folder: Path, *promises: str, rows: int = 3, more: str = "", fields: str = "") -> Edition:
    """The rulebook with these promises. The table has so many rows, of weights 1, 2, 3 … poeng. ``fields`` are more
    fields of the patient."""
    weights = "".join(f"D{number};{number},000\n" for number in range(1, rows + 1))
    (folder / "vekt.csv").write_text(f"drg;vekt\n{weights}", encoding="utf-8")
    head = HEAD.replace("  nøkkel pasient_id : tekst", f"  nøkkel pasient_id : tekst{fields}")
    (folder / "prøve.isf").write_text("\n".join([head, more, *promises]), encoding="utf-8")
    workspace = Workspace(folder)
    made = workspace.edition("prøve@2020")
    assert made is not None, [(each.code, each.labels) for each in workspace.checked.problems]
    return made


def promise(body: str, names: str = "a", name: str = "løftet") -> str:
    """A property as an author writes it."""
    return f"\negenskap {name} «Løftet»   ifølge oss\n  for alle Besøk {names}\n  {body}\n"
