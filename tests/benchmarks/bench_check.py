"""Reading and checking rulebooks of 250 to 2 000 clauses: the time for a clause should stay the same."""

from pathlib import Path

from benchmarks.timing import median, take_turns

from rulesdsl.workspace import Workspace

HEAD = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Utforer
  helseforetak = 1
  kommune      = 2
  annen        = 3

entitet Sak
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  utfort_av      : Utforer
  drg            : tekst
  journalfort    : ja/nei
  avtale         : ja/nei
  poeng_fra_npr  : poeng

sats pris : kroner per poeng
  fra 2020-01-01: 45 808   ifølge oss

resultat teller : ja/nei for Sak
resultat beløp : kroner for Sak

punkt hovedregel «Hovedregel»
  ifølge oss
  teller er ja

punkt beløp «Beløp»
  ifølge oss
  beløp er 0 kr
"""

CLAUSE = """
punkt p{number} «Punkt {number}»
  ifølge oss
  omtale «Et punkt om DRG {number}, med et krav og et unntak.»
  unntak fra hovedregel
  når utfort_av er kommune og drg er «{number}»
  krav avtale «regulert i avtale»
    avtale
  krav journal «ført i journalen»
    journalfort
  ellers teller er nei

punkt b{number} «Beløp {number}»
  ifølge oss
  unntak fra beløp
  når drg er «{number}» og teller og poeng_fra_npr finnes
  beløp er avrund(poeng_fra_npr * pris * 0,5; 2)
"""


def test_checking_grows_linearly(tmp_path: Path) -> None:
    print()
    for clauses in (250, 500, 1000, 2000):
        folder = tmp_path / str(clauses)
        folder.mkdir()
        text = HEAD + "".join(CLAUSE.format(number=number) for number in range(clauses // 2 - 1))
        (folder / "prøve.isf").write_text(text, encoding="utf-8")

        def check(folder: Path = folder) -> None:
            workspace = Workspace(folder, cache=False)
            assert [each.id for each in workspace.index] == ["prøve@2020"], workspace.checked.problems[:1]

        (seconds,) = take_turns([check], 3)
        print(f"{clauses:5} clauses: {median(seconds, 1e3):6.0f} ms, {median(seconds, 1e6) / clauses:5.0f} µs a clause")
