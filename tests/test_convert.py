"""Open data to tables: lists of codes and what they mean, mappings, sources of both kinds, and messages."""

import json
from pathlib import Path

import pytest
from conftest import Isfrules
from hypothesis import given
from hypothesis import strategies as st

from rulesdsl.convert.combinations import meant
from rulesdsl.convert.mapping import Mapping, Unusable, read_mapping
from rulesdsl.convert.rows import on_day, read_rows
from rulesdsl.convert.tables import make_tables

ROOT = Path(__file__).parents[1]
OFFICIAL = ROOT / "regelverk" / "takst_lege" / "apne-data.toml"
KNOWN = (
    "1ad", "1ad2", "1ak", "1bd", "1bk", "1e", "1f", "2ad", "2ak", "2cd", "3ad", "11ad", "11e", "11f", "14",
    "14d", "21", "217c", "612a", "612b", "621", "624a", "701a", "701c", "703", "708a", "708c", "708f", "712",
    "713", "K01a", "K02a", "K10a", "H1",
)
FIELDS = (
    "takst_id", "takstkode", "fagomraade", "fradato", "tildato", "honorar", "refusjon", "egenandel",
    "pasient_egenbetaling", "maks_repetisjoner", "repetisjonsprosent", "redusert_ref_fra_repetisjon",
    "redusert_repetisjonsprosent", "spesialisttakst", "ugyldig_kombinasjon", "krever_takst", "krever_prosedyre",
    "krever_diagnose", "maks_antall_per_aar", "maks_antall_per_kalender_aar", "maks_antall_gjelder_pasient",
    "minimum_tidsbruk", "beskrivelse",
)
"""The fields of the official open data, as their README lists them."""


# ── Lists of codes ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("text", "expected"), [
    ("", ""),
    ("2ad", "2ad"),
    ("2AD; h1", "2ad H1"),
    ("2ak, 1f og 3", "2ak 1f 3ad"),
    ("1", "1ad 1ad2 1ak 1bd 1bk 1e 1f"),
    ("1b", "1bd 1bk"),
    ("1ad", "1ad"),
    ("14", "14 14d"),
    ("2", "2ad 2ak 2cd"),
    ("612", "612a 612b"),
    ("612a/b", "612a 612b"),
    ("1ak,b,f", "1ak 1bd 1bk 1f"),
    ("11 (unntatt 11e)", "11ad 11f"),
    ("11 (unntatt 11e og 11f), 21", "11ad 21"),
    ("11 unntatt 11e", "11ad 11f"),
    ("621-624", "621 624a"),
    ("11–14", "11ad 11e 11f 14 14d"),
    ("701a t.o.m. 712", "701a 701c 703 708a 708c 708f 712"),
    ("701c til og med 703", "701c 703"),
    ("708a-e", "708a 708c"),
    ("K01-K02", "K01a K02a"),
    ("alle", " ".join(KNOWN)),
    ("Alle takster", " ".join(KNOWN)),
    ("alle bortsett fra 3ad", " ".join(code for code in KNOWN if code != "3ad")),
    ("Alle unntatt 701a t.o.m. 712.", " ".join(code for code in KNOWN if code[:2] != "70" and code != "712")),
    ("alle unntatt 11 (unntatt 11e)", " ".join(code for code in KNOWN if code not in ("11ad", "11f"))),
])
def test_what_a_list_means(text: str, expected: str) -> None:
    found = meant(text, KNOWN)
    assert sorted(found.codes) == sorted(expected.split())
    assert (found.unmatched, found.unread) == ((), ())


@pytest.mark.parametrize(("text", "unmatched"), [
    ("2ad, 99", ("99",)), ("900-950", ("900-950",)), ("alle unntatt 5", ("5",)),
])
def test_a_code_that_nothing_has_is_told(text: str, unmatched: tuple[str, ...]) -> None:
    assert meant(text, KNOWN).unmatched == unmatched


@pytest.mark.parametrize("text", ["se merknad", "alle, men ikke 2ad", "b", "712-701", "2ad eller 2ak"])
def test_what_is_no_list_is_told(text: str) -> None:
    assert meant(text, KNOWN).unread


@given(st.text(alphabet="12ad,;()-– bcunt og.KH/", max_size=40))
def test_no_text_makes_the_reading_fail(text: str) -> None:
    assert meant(text, KNOWN).codes <= set(KNOWN)


@given(st.sets(st.sampled_from(KNOWN), min_size=1))
def test_all_but_some_is_the_others(codes: set[str]) -> None:
    some = {code for code in codes if not code[-1].isdigit()}  # a number alone is its family
    said = ", ".join(sorted(some))
    if said:
        assert meant(f"alle unntatt {said}", KNOWN).codes == set(KNOWN) - some
        assert meant(said, KNOWN).codes == some


# ── Mappings ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("text", "said"), [
    ("[[tabell]", "er ikke TOML"),
    ("", "sier ikke hvilke tabeller"),
    ("[[tabel]]\nfil = 'a.csv'", "«tabel» er ikke noe som kan stå her"),
    ("[[tabell]]\nfil = '../a.csv'", "skal være navnet på en CSV-fil"),
    ("[[tabell]]\nfil = 'a.csv'", "har ingen"),
    ("[[tabell]]\nfil = 'a.csv'\n[[tabell.kolonne]]\nfra = 'x'", "mangler «navn»"),
    ("[[tabell]]\nfil = 'a.csv'\n[[tabell.kolonne]]\nnavn = 'x'\nslag = 'penger'", "«penger» er ikke et slag"),
    ("[[tabell]]\nfil = 'a.csv'\n[[tabell.kolonne]]\nnavn = 'x'\nslag = 'kode'", "«koder» og slaget"),
    ("[velg]\nx = 'LE'\n[[tabell]]\nfil = 'a.csv'\n[[tabell.kolonne]]\nnavn = 'x'", "liste av tekster"),
])
def test_a_mapping_that_cannot_be_meant_says_where(text: str, said: str) -> None:
    with pytest.raises(Unusable) as caught:
        read_mapping(text, "m.toml")
    assert said in caught.value.message
    assert "m.toml" in caught.value.message


def mapping(*columns: str, head: str = "") -> Mapping:
    return read_mapping(head + "[[tabell]]\nfil = 'a.csv'\n" + "".join(
        f"[[tabell.kolonne]]\n{column}\n" for column in columns), "m.toml")


@pytest.mark.parametrize("source", [
    "kode;pris\n2ad;175,50\n2ak;328,00\n", "kode,pris\n2ad,\"175,50\"\n2ak,\"328,00\"\n",
    '[{"kode": "2ad", "pris": "175,50"}, {"kode": "2ak", "pris": "328,00"}]',
])
def test_sources_of_both_kinds_give_the_same(source: str) -> None:
    found = mapping("navn = 'kode'", "navn = 'pris'\nslag = 'tall'")
    (made,) = make_tables(read_rows(source, "kilde", found), found)
    assert made.text == "kode;pris\n2ad;175,50\n2ak;328\n"


def test_numbers_of_json_are_exact() -> None:
    found = mapping("navn = 'pris'\nslag = 'tall'", head="[kilde]\ndesimal = '.'\n")
    (made,) = make_tables(read_rows('[{"pris": 0.10}, {"pris": 12345678901234.56}, {"pris": null}]', "k", found), found)
    assert made.text == 'pris\n0,10\n12345678901234,56\n""\n'


def test_columns_of_each_kind() -> None:
    found = mapping(
        "navn = 'dag'\nslag = 'dato'", "navn = 'halv'\nslag = 'prosent'", "navn = 'spes'\nslag = 'ja/nei'",
        "navn = 'hvem'\nfra = 'spes'\nslag = 'kode'\nkoder = {J = 'spesialist', N = 'enhver'}",
        "navn = 'bare_spes'\nfra = 'halv'\nder = {spes = ['J']}", "navn = 'kilde'\nfast = 'data'")
    (made,) = make_tables(read_rows("dag;halv;spes\n2024-07-01T00:00:00;50;J\n;;N\n", "k", found), found)
    assert made.text == ("dag;halv;spes;hvem;bare_spes;kilde\n2024-07-01;50 %;ja;spesialist;50;data\n"
                         ";;nei;enhver;;data\n")


@pytest.mark.parametrize(("source", "said"), [
    ("kode;pris\n2ad;mye\n", "«mye» er ikke et tall"), ("kode;pris\n2ad\n", "linje 2, har 1 felter, ikke 2"),
    ("kode;pris\n", "har ingen rader"), ("[1, 2]", "ikke en liste av objekter"), ("[{", "er ikke JSON"),
    ("kode;prs\n2ad;1\n", "har ikke kolonnen pris"),
])
def test_a_source_that_cannot_be_used_says_why(source: str, said: str) -> None:
    found = mapping("navn = 'kode'", "navn = 'pris'\nslag = 'tall'")
    with pytest.raises(Unusable) as caught:
        make_tables(read_rows(source, "kilde", found), found)
    assert said in caught.value.message


# ── The official layout ──────────────────────────────────────────────────────────────────────────────────────


def official(**facts: str | int | float | None) -> dict[str, str | int | float | None]:
    return dict.fromkeys(FIELDS) | {"fagomraade": "LE", "spesialisttakst": "N", "fradato": "2023-07-01",
                                    "maks_antall_gjelder_pasient": "N"} | facts


OFFICIAL_ROWS = [
    official(takstkode="1ad", honorar=80, refusjon=19, egenandel=61, maks_repetisjoner=0, ugyldig_kombinasjon="1ak, 2"),
    official(takstkode="2ad", honorar=175.5, refusjon=15.5, egenandel=160, ugyldig_kombinasjon="Alle unntatt 2cd"),
    official(takstkode="2cd", honorar=100, refusjon=100, egenandel=0, repetisjonsprosent=50, minimum_tidsbruk=20),
    official(takstkode="K01a", honorar=6774, spesialisttakst="J", maks_antall_per_kalender_aar=500),
    official(takstkode="870", honorar=223, maks_antall_per_kalender_aar=1, maks_antall_gjelder_pasient="J"),
    official(takstkode="2ae", honorar=9, fradato="2024-07-01"),
    official(takstkode="A1a", honorar=300, fagomraade="FY"),
]


def test_the_official_layout_gives_what_the_rules_read(isfrules: Isfrules,
                                                       tmp_path: Path) -> None:
    source = tmp_path / "takstkoder.json"
    source.write_text(json.dumps(OFFICIAL_ROWS), encoding="utf-8")
    result = isfrules("convert", OFFICIAL, source, "--out", tmp_path, "--date", "2023-09-01")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "takst-apne-data.csv: 5 rader" in result.stdout
    lines = (tmp_path / "takst-apne-data.csv").read_text(encoding="utf-8").splitlines()
    head = lines[0].split(";")
    table = {row["takstkode"]: row for row in (dict(zip(head, line.split(";"), strict=True)) for line in lines[1:])}
    assert list(table) == ["1ad", "2ad", "2cd", "K01a", "870"]
    assert (table["2ad"]["honorar"], table["2cd"]["repetisjonsprosent"]) == ("175,5", "50 %")
    assert (table["K01a"]["krever"], table["K01a"]["maks_per_aar_for_legen"]) == ("spesialist", "500")
    assert (table["870"]["maks_per_aar_for_legen"], table["870"]["maks_per_aar_for_pasienten"]) == ("", "1")
    pairs = (tmp_path / "kombinasjoner-apne-data.csv").read_text(encoding="utf-8").splitlines()
    assert "1ad;2ad;ja;nei;1ad og 2ad;oppgitt av begge" in pairs
    assert "2cd;1ad;ja;nei;1ad;speilet" in pairs
    assert not [pair for pair in pairs if pair.startswith("2ad;2cd;")]
    again = isfrules("convert", OFFICIAL, source, "--out", tmp_path, "--date", "2023-09-01", "--check")
    assert again.exit_code == 0


def test_the_tables_of_the_rules_have_the_columns_the_official_layout_gives() -> None:
    text = (ROOT / "regelverk" / "takst_lege" / "takst-2024.csv").read_text(encoding="utf-8")
    made = {each.name for each in read_mapping(OFFICIAL.read_text(encoding="utf-8"), "m").tables[0].columns}
    shipped = set(text.partition("\n")[0].split(";"))
    # What only our own files have: the lists as they were written, and notes.
    assert shipped - made == {"ugyldig_kombinasjon", "ugyldig_paa_legevakt", "kilde_kombinasjon", "merknad"}
    assert made <= shipped


def test_an_older_layout_says_which_columns_are_missing(isfrules: Isfrules,
                                                        tmp_path: Path) -> None:
    source = tmp_path / "gammel.csv"
    source.write_text("takstkode;fagomraade;honorar;refusjon\n2ad;LE;154;1\n", encoding="utf-8")
    result = isfrules("convert", OFFICIAL, source, "--out", tmp_path)
    assert result.exit_code == 2
    assert "har ikke kolonnene egenandel, spesialisttakst, maks_repetisjoner" in result.stderr
    assert "eldre oppsett" in result.stderr
    assert not list(tmp_path.glob("*data.csv"))


def test_all_lists_that_cannot_be_read_are_named_at_once() -> None:
    found = read_mapping(OFFICIAL.read_text(encoding="utf-8"), "m")
    broken = [{**row, "ugyldig_kombinasjon": "se merknad"} for row in OFFICIAL_ROWS]
    with pytest.raises(Unusable) as caught:
        make_tables(on_day(read_rows(json.dumps(broken), "k", found), found, "2023-09-01"), found)
    assert "1ad, ugyldig_kombinasjon: «se merknad»; 2ad" in caught.value.message


@pytest.mark.parametrize(("arguments", "said"), [
    (("nei.toml", "x.json"), "kan ikke leses"), ((OFFICIAL, "nei.json"), "kan ikke leses"),
    ((OFFICIAL, "x.json", "--out", "nei"), "finnes ikke"),
])
def test_a_call_that_cannot_be_done(isfrules: Isfrules,
                                    arguments: tuple[str | Path, ...], said: str) -> None:
    result = isfrules("convert", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
