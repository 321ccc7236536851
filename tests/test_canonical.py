"""What an edition means: the same however it is written, and another as soon as an outcome can be another."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from unicodedata import normalize

import pytest
from attrs import evolve
from conftest import ROOT
from sample_rulebook import write

from rulesdsl.core import ir
from rulesdsl.core.canonical import meaning_of, meanings, number
from rulesdsl.workspace import Workspace
from tests.shipped import shipped

HEAD = """\
regelverk prøve 2020 «Prøve 2020»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel
"""

FARGE = """
kodeverk Farge «Farger»
  rød  = 1 «rød»
  blå  = 2
  ny   = 3 fra 2020-03-01
"""

AVTALE = """
post Avtale
  forankret : ja/nei
  hvor_mange : tall
"""

SAK = """
entitet Sak «Sak»
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  a              : ja/nei «a»
  b              : ja/nei
  beløp          : kroner
  tekst          : tekst
  farge          : Farge
  avtale         : Avtale
  tidsbruk       : liste av tall
"""

SATS = """
sats pris : kroner «Prisen»
  fra 2019-01-01: 90 kroner ifølge oss
  fra 2020-01-01: 100 kroner ifølge oss
  fra 2020-07-01: 110 kroner ifølge oss
  fra 2021-01-01: 120 kroner ifølge oss
"""

VEKT = """
tabell vekt «Vekter»
  nøkkel kode : tekst
  kolonne verdi : kroner
  fil «a.csv»
  ifølge oss
"""

RESULTAT = """
resultat svar : ja/nei for Sak «Svaret»

resultat sum_kr : kroner for Sak «Summen»
"""

HOVED = """
punkt hoved «Hovedregel»
  ifølge oss
  omtale «Det som gjelder.»
  svar er ja når a
  svar er ja når b
"""

KRAV = """
punkt 4.1 «Krav»
  ifølge oss
  unntak fra hoved
  når farge er en av {rød; blå} og beløp > 10 kroner
  krav avtale «avtalen er forankret» avtale.forankret
  krav mange «de er mange» avtale.hvor_mange >= 2
  ellers svar er nei
"""

SUM = """
punkt pengene «Summen»
  ifølge oss
  der ekstra er avrund(beløp * 0,5; 2)
  sum_kr er pris + ekstra + vekt[tekst].verdi ellers 0 kroner
"""

TABELL = """
beslutning slag : tekst for Sak «Slaget» treff første
  ifølge oss
  | farge | beløp        || utfall |
  | rød   | > 100 kroner || «A»    |
  | blå   | -            || «B»    |
  | -     | -            || «C»    |
"""

PARTS = [FARGE, AVTALE, SAK, SATS, VEKT, RESULTAT, HOVED, KRAV, SUM, TABELL]
CSV = "kode;verdi\nX;10,50\nY;20\n"


def edition(folder: Path, text: str, table: str = CSV) -> ir.Edition:
    folder = write(folder, a=text, a_csv=table)
    workspace = Workspace(folder, cache=False)
    found = workspace.edition("prøve@2020")
    assert found is not None, [(each.code, each.labels[0].span.text, each.hint) for each in workspace.checked.problems]
    return found


@pytest.fixture
def base(tmp_path: Path) -> ir.Edition:
    return edition(tmp_path / "base", HEAD + "".join(PARTS))


def test_an_edition_carries_its_meaning(base: ir.Edition) -> None:
    assert base.meaning == meaning_of(base)
    assert len(base.meaning) == 64
    kinds = {kind for kind, _ in meanings(base)}
    assert kinds == {"punkt", "sats", "tabell", "kodeverk", "post", "entitet", "resultat"}
    assert ("punkt", "slag") in meanings(base)


# ── The same ─────────────────────────────────────────────────────────────────────────────────────────────────

SAME = {
    "title of the edition": (HEAD, HEAD.replace("«Prøve 2020»", "«Noe annet»")),
    "title of a clause": ("«Hovedregel»", "«En annen tittel»"),
    "summary": ("«Det som gjelder.»", "«Slik er det.»"),
    "comment": ("  svar er ja når a\n", "  # hva som gjelder\n  svar er ja når a   # her\n"),
    "spaces": ("når farge er en av {rød; blå} og beløp > 10 kroner",
               "når  farge er en av { rød;blå }   og beløp > 10 kroner"),
    "digits": ("beløp > 10 kroner", "beløp > 10,00 kroner"),
    "order of a set": ("{rød; blå}", "{blå; rød}"),
    "order of og": ("når farge er en av {rød; blå} og beløp > 10 kroner",
                    "når beløp > 10 kroner og farge er en av {rød; blå}"),
    "order of plus": ("pris + ekstra", "ekstra + pris"),
    "name of a part": ("ekstra", "tillegg"),
    "order of rules without names": ("  svar er ja når a\n  svar er ja når b\n",
                                     "  svar er ja når b\n  svar er ja når a\n"),
    "words of a krav": ("«avtalen er forankret»", "«forankret»"),
    "citation": ("punkt pengene «Summen»\n  ifølge oss", "punkt pengene «Summen»\n  ifølge oss «side 3»"),
    "standing": ("«Oss» status eksempel", "«Oss» status ubekreftet"),
    "title of a field": ("ja/nei «a»", "ja/nei «noe»"),
    "title of a member": ("rød  = 1 «rød»", "rød  = 1"),
    "order of fields": ("  b              : ja/nei\n  beløp          : kroner\n",
                        "  beløp          : kroner\n  b              : ja/nei\n"),
    "optional": ("  b              : ja/nei\n", "  b              : ja/nei valgfri\n"),
    "skjønn": ("  b              : ja/nei\n", "  b              : ja/nei skjønn\n"),
    "a rate before the edition": ("fra 2019-01-01: 90 kroner", "fra 2018-01-01: 80 kroner"),
    "a rate after the edition": ("fra 2021-01-01: 120 kroner", "fra 2022-01-01: 130 kroner"),
}


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_what_decides_nothing_is_not_in_it(old: str, new: str, base: ir.Edition, tmp_path: Path) -> None:
    text = HEAD + "".join(PARTS)
    assert old in text
    made = edition(tmp_path / "ny", text.replace(old, new))
    assert made.meaning == base.meaning
    assert meanings(made) == meanings(base)


def test_the_order_of_declarations_is_not_in_it(base: ir.Edition, tmp_path: Path) -> None:
    made = edition(tmp_path / "ny", HEAD + "".join(reversed(PARTS)), "kode;verdi\nY;20,00\nX;10,5\n")
    assert made.meaning == base.meaning


def test_an_example_and_another_file_are_not_in_it(base: ir.Edition, tmp_path: Path) -> None:
    example = ("\neksempel «Et»  ifølge oss\n  gitt Sak\n    dato er 2020-05-05\n    a er ja\n    farge er ny\n"
               "  så svar er ja\n")
    shared = write(tmp_path / "ny", f="felles datoer\n" + FARGE, a_csv=CSV)
    head = HEAD.replace("2020-12-31\n", "2020-12-31\n  bruker datoer\n")
    (shared / "a.isf").write_text(head + "".join(PARTS[1:]) + example, encoding="utf-8")
    workspace = Workspace(shared, cache=False)
    made = workspace.edition("prøve@2020")
    assert made is not None, workspace.checked.problems
    assert made.examples
    assert made.meaning == base.meaning


# ── Another ──────────────────────────────────────────────────────────────────────────────────────────────────

OTHER = {
    "number in a condition": ("beløp > 10 kroner", "beløp > 11 kroner", ("punkt", "4.1")),
    "comparison": ("beløp > 10 kroner", "beløp >= 10 kroner", ("punkt", "4.1")),
    "set": ("{rød; blå}", "{rød}", ("punkt", "4.1")),
    "og to eller": ("} og beløp", "} eller beløp", ("punkt", "4.1")),
    "field": ("svar er ja når b", "svar er ja når ikke a", ("punkt", "hoved")),
    "value": ("  svar er ja når b\n", "  svar er nei når b\n", ("punkt", "hoved")),
    "a rule more": ("  svar er ja når b\n", "  svar er ja når b\n  svar er ja når a og b\n", ("punkt", "hoved")),
    "the name of a rule": ("  svar er ja når b\n", "  regel andre: svar er ja når b\n", ("punkt", "hoved")),
    "exception": ("  unntak fra hoved\n", "", ("punkt", "4.1")),
    "name of a krav": ("krav mange", "krav flere", ("punkt", "4.1")),
    "order of krav": ("  krav avtale «avtalen er forankret» avtale.forankret\n  krav mange «de er mange» "
                      "avtale.hvor_mange >= 2\n", "  krav mange «de er mange» avtale.hvor_mange >= 2\n"
                      "  krav avtale «avtalen er forankret» avtale.forankret\n", ("punkt", "4.1")),
    "condition of a krav": (">= 2", ">= 3", ("punkt", "4.1")),
    "factor": ("beløp * 0,5", "beløp * 0,6", ("punkt", "pengene")),
    "rounding": ("er avrund(", "er avrund_ned(", ("punkt", "pengene")),
    "digits of a rounding": ("0,5; 2)", "0,5; 1)", ("punkt", "pengene")),
    "what a look-up falls back on": ("ellers 0 kroner", "ellers 1 kroner", ("punkt", "pengene")),
    "cell of a decision": ("> 100 kroner", "> 99 kroner", ("punkt", "slag")),
    "outcome of a decision": ("«B»", "«D»", ("punkt", "slag")),
    "rows in another order": ("  | rød   | > 100 kroner || «A»    |\n  | blå   | -            || «B»    |\n",
                              "  | blå   | -            || «B»    |\n  | rød   | > 100 kroner || «A»    |\n",
                              ("punkt", "slag")),
    "rate": ("110 kroner", "111 kroner", ("sats", "pris")),
    "day of a rate": ("2020-07-01", "2020-08-01", ("sats", "pris")),
    "code": ("blå  = 2", "blå  = 4", ("kodeverk", "Farge")),
    "day of a code": ("fra 2020-03-01", "fra 2020-04-01", ("kodeverk", "Farge")),
    "a code more": ("  blå  = 2\n", "  blå  = 2\n  grå  = 9\n", ("kodeverk", "Farge")),
    "a field more": ("  b              : ja/nei\n", "  b              : ja/nei\n  c : ja/nei\n", ("entitet", "Sak")),
    "unit of a field": ("hvor_mange : tall", "hvor_mange : døgn", None),
    "digits of a field": ("hvor_mange : tall", "hvor_mange : tall med 1 desimal", ("post", "Avtale")),
    "least of a field": ("hvor_mange : tall", "hvor_mange : tall minst 0", ("post", "Avtale")),
    "most of a field": ("  beløp          : kroner\n", "  beløp          : kroner høyst 99,5 kr\n", ("entitet", "Sak")),
    "name of a kind": ("entitet Sak «Sak»", "entitet Sak som saker_her «Sak»", ("entitet", "Sak")),
    "days of the edition": ("2020-12-31", "2020-11-30", None),
}


@pytest.mark.parametrize(("old", "new", "part"), OTHER.values(), ids=OTHER)
def test_what_decides_is_in_it(
    old: str, new: str, part: tuple[str, str] | None, base: ir.Edition, tmp_path: Path
) -> None:
    text = HEAD + "".join(PARTS)
    assert old in text
    if "hvor_mange : døgn" in new:
        text = text.replace(">= 2", ">= 2 døgn")
    made = edition(tmp_path / "ny", text.replace(old, new))
    assert made.meaning != base.meaning
    if part is not None:
        before, after = meanings(base), meanings(made)
        assert {key for key in before | after if before.get(key) != after.get(key)} == {part}


def test_the_policy_of_a_decision_is_in_it(base: ir.Edition) -> None:
    slag = base.results["slag"]
    for policy in ("sammen", "én", "alle"):
        groups = (evolve(slag.groups[0], policy=policy),)
        made = evolve(base, results={**base.results, "slag": evolve(slag, groups=groups)})
        assert meanings(made)["punkt", "slag"] != meanings(base)["punkt", "slag"]


@pytest.mark.parametrize("rows", ["X;10,51\nY;20\n", "X;10,50\n", "X;10,50\nZ;20\n", "X;10,50\nY;20\nZ;1\n",
                                  "X;20\nY;10,50\n"])
def test_every_cell_of_a_table_is_in_it(rows: str, base: ir.Edition, tmp_path: Path) -> None:
    made = edition(tmp_path / "ny", HEAD + "".join(PARTS), "kode;verdi\n" + rows)
    assert made.meaning != base.meaning
    assert meanings(made)["tabell", "vekt"] != meanings(base)["tabell", "vekt"]


def test_names_of_editions_are_in_the_whole_and_not_in_its_parts(base: ir.Edition, tmp_path: Path) -> None:
    folder = write(tmp_path / "ny", a=HEAD.replace("prøve 2020", "prøve b") + "".join(PARTS), a_csv=CSV)
    made = Workspace(folder, cache=False).edition("prøve@b")
    assert made is not None
    assert meanings(made) == meanings(base)
    assert made.meaning != base.meaning


# ── How it is made ───────────────────────────────────────────────────────────────────────────────────────────


def test_numbers_count_by_value() -> None:
    for alike in (["1", "1.0", "1.00", "1E0"], ["100", "1E+2", "100.0"], ["0", "-0", "0.000"], ["-0.5", "-5E-1"]):
        assert len({number(Decimal(each)) for each in alike}) == 1
    assert len({number(Decimal(each)) for each in ("1", "10", "0.1", "-1", "0", "1.01")}) == 6
    assert number(Decimal("9" * 100)) == "9" * 100


def test_texts_count_in_nfc(base: ir.Edition, tmp_path: Path) -> None:
    composed = HEAD + "".join(PARTS).replace("«A»", "«å»")
    table = "kode;verdi\nå;10,50\n"
    made = edition(tmp_path / "c", composed, table)
    assert made.meaning == edition(tmp_path / "d", normalize("NFD", composed), normalize("NFD", table)).meaning
    assert made.meaning != base.meaning


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_it_is_the_same_in_every_process(seed: str) -> None:
    code = ("from pathlib import Path\nfrom rulesdsl.workspace import Workspace\n"
            "print(Workspace(Path('regelverk/isf'), cache=False).edition('isf@2020').meaning)")
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True,
                         check=True)
    here = shipped("isf@2020")
    assert run.stdout.strip() == here.meaning


def test_a_deep_expression_that_shares_its_parts_is_taken_once_a_node(tmp_path: Path) -> None:
    """Each part names the one before twice: written out it would be a hundred thousand times as long."""
    parts = "".join(f"  der p{at + 1} er p{at} og (p{at} eller a)\n" for at in range(18))
    deep = f"\npunkt dypt «Dypt»\n  ifølge oss\n  unntak fra hoved\n  der p0 er b\n{parts}  svar er nei når p18\n"
    made = edition(tmp_path / "ny", HEAD + "".join(PARTS) + deep)
    assert meanings(made)["punkt", "dypt"]
