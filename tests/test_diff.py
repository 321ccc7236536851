"""``isfrules diff``: every change is told in words, what changes no outcome is said to, and cases are weighed."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compared_rulebooks import FELLES, FIRST, NEW_WEIGHTS, SECOND, WEIGHTS
from conftest import Isfrules
from sample_rulebook import write

from rulesdsl.compare.between import differences_between
from rulesdsl.compare.differences import Differences, PartDifference
from rulesdsl.workspace import Workspace

BASE = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» Kontoret 2020 status eksempel

kilde lov «Loven» Stortinget 2020 «https://lovdata.no»

kodeverk Farge «Farger»
  rød  = 1 «Rød»
  blå  = 2
  grå  = 3 fra 2019-01-01

kodesett varme : Farge ifølge oss {rød; grå}

post Avtale «Avtalen»
  skriftlig : ja/nei

entitet Sak «Sak»
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  a              : ja/nei
  b              : ja/nei
  beløp          : kroner
  farge          : Farge
  avtale         : Avtale

sats pris : kroner «Pris»
  fra 2020-01-01: 43 428,00 ifølge oss

tabell vekt «Vekter»
  nøkkel farge : Farge
  kolonne tall : poeng
  fil «vekt.csv» ifølge oss

resultat svar : ja/nei for Sak «Svaret»

resultat betaling : kroner for Sak «Summen»

punkt hoved «Hovedregel»
  ifølge oss
  omtale «Alle får nei.»
  svar er nei

punkt 4.3 «Ja til noen»
  ifølge oss
  unntak fra hoved
  når a og b
  krav lege «lege deltar i behandlingen»
    farge er rød
  krav avtale «det er en avtale»
    avtale.skriftlig
  svar er ja
  ellers svar er nei

punkt beregning «Beregning»
  ifølge oss
  der grunn er pris
  regel liten: betaling er grunn når beløp < 100,00 kr
  regel stor: betaling er beløp når beløp >= 100,00 kr

punkt 5.1 «Varme farger»
  ifølge oss
  unntak fra hoved
  når farge i varme og ikke a
  svar er ja

beslutning nivå : tekst for Sak «Nivå»   treff første
  ifølge oss
  | farge | a  || nivå   |
  | rød   | ja || «høyt» |
  | blå   | -  || «midt» |
  | -     | -  || «lavt» |

egenskap lov «Svaret holder»
  ifølge oss
  for alle Sak s
  gjelder s.svar eller ikke s.svar
"""
WEIGHT = "farge;tall\nrød;1,000\nblå;2,000\n"

LATER = BASE.replace("prøve 2020", "prøve 2021").replace("2020-01-01 til 2020-12-31", "2021-01-01 til 2021-12-31")
LATER = LATER.replace("fra 2020-01-01: 43 428", "fra 2021-01-01: 43 428")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Differences]:
    """What differs when some texts of the later edition are replaced by others. ``weight`` is its table."""

    def make(*pairs: tuple[str, str], weight: str = WEIGHT, before: str = BASE, formerly: str = "",
             old_weight: str = WEIGHT) -> Differences:
        text = LATER
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        text = text.replace("vekt.csv", "vekt2.csv")
        if formerly:
            text = text.replace("  gjelder 2021-01-01 til 2021-12-31\n",
                                "  gjelder 2021-01-01 til 2021-12-31\n  endrer prøve 2020\n", 1)
        folder = write(tmp_path / "regler", a=before, b=text, vekt_csv=old_weight, vekt2_csv=weight)
        workspace = Workspace(folder, cache=False)
        first, second = workspace.edition("prøve@2020"), workspace.edition("prøve@2021")
        assert first, [(each.code, each.detail) for each in workspace.checked.problems]
        assert second, [(each.code, each.detail) for each in workspace.checked.problems]
        return differences_between(first, second)

    return make


def only(found: Differences) -> PartDifference:
    assert [(each.kind, each.name) for each in found.parts][1:] == []
    return found.parts[0]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def sentences(part: PartDifference) -> list[str]:
    return [plain(each.sentence) for each in part.details]


# ── Each kind of change ──────────────────────────────────────────────────────────────────────────────────────

AFFECTING: dict[str, tuple[tuple[str, str], tuple[str, str, str], str]] = {
    "a condition is gone": (("når a og b", "når a"), ("punkt", "4.3", "changed"), "Vilkåret «b» er tatt bort."),
    "a condition is new": (("når a og b", "når a og b og beløp > 5,00 kr"), ("punkt", "4.3", "changed"),
                           "Nytt vilkår: beløp > 5,00 kr."),
    "a condition is another": (("når a og b", "når a og ikke b"), ("punkt", "4.3", "changed"),
                               "Ett av vilkårene er nå «ikke b», før «b»."),
    "a requirement is gone": (("  krav lege «lege deltar i behandlingen»\n    farge er rød\n", ""),
                              ("punkt", "4.3", "changed"), "Kravet «lege» er tatt bort: lege deltar i behandlingen."),
    "a requirement asks something else": (("    farge er rød", "    farge er blå"), ("punkt", "4.3", "changed"),
                                          "Kravet «lege»: gjelder når farge er blå, ikke når farge er rød."),
    "a requirement is called otherwise": (("krav lege", "krav doktor"), ("punkt", "4.3", "changed"),
                                          "Kravet «lege» heter nå «doktor»."),
    "a rule gives another value": (("  ellers svar er nei", "  ellers svar er ja"), ("punkt", "4.3", "changed"),
                                   "Regelen for svar når et krav ikke holder gir noe annet: ja, ikke nei."),
    "a rule by its name has another condition": (("er grunn når beløp < 100,00", "er grunn når beløp < 99,00"),
                                                 ("punkt", "beregning", "changed"), "Regelen «liten»: gjelder når "
                                                 "beløp < 99,00 kr, ikke når beløp < 100,00 kr."),
    "a named part is another": (("der grunn er pris", "der grunn er 2 * pris"), ("punkt", "beregning", "changed"),
                                "Delen «grunn» er en annen."),
    "a set of codes is larger": (("Farge ifølge oss {rød; grå}", "Farge ifølge oss {rød; blå}"),
                                 ("punkt", "5.1", "changed"),
                                 "Kodesettet «varme»: blå er med, og grå er ikke lenger med."),
    "an exception is to something else": (("  unntak fra hoved\n  når farge", "  unntak fra 4.3\n  når farge"),
                                          ("punkt", "5.1", "changed"), "Er ikke lenger unntak fra hoved."),
    "a row is new": (("  | -     | -  || «lavt» |", "  | grå   | -  || «grått» |\n  | -     | -  || «lavt» |"),
                     ("beslutning", "nivå", "changed"), "Ny rad 3: farge er grå → «grått»."),
    "a row is gone": (("  | blå   | -  || «midt» |\n", ""), ("beslutning", "nivå", "changed"),
                      "Rad 2 er tatt bort: farge er blå → «midt»."),
    "a cell is another": (("| rød   | ja || «høyt»", "| rød   | nei || «høyt»"), ("beslutning", "nivå", "changed"),
                          "Rad 1 gjelder når a er nei, ikke når a er ja."),
    "a row gives something else": (("| blå   | -  || «midt»", "| blå   | -  || «middels»"),
                                   ("beslutning", "nivå", "changed"),
                                   "Rad 2 gir «middels», ikke «midt» (farge er blå)."),
    "a row is moved": (("  | rød   | ja || «høyt» |\n  | blå   | -  || «midt» |",
                        "  | blå   | -  || «midt» |\n  | rød   | ja || «høyt» |"), ("beslutning", "nivå", "changed"),
                       " er flyttet til rad "),
    "rows hit in another way": (("treff første", "treff alle"), ("beslutning", "nivå", "changed"),
                                "Treff går fra «første» til «alle»."),
    "a rate rises": (("43 428,00", "44 654,00"), ("sats", "pris", "changed"),
                     "Satsen går fra 43 428,00 til 44 654,00 kr, opp 1 226,00 (+2,8 %)."),
    "a rate changes within the year": (("43 428,00 ifølge oss", "43 428,00 ifølge oss\n  fra 2021-07-01: 5,00 ifølge "
                                        "oss"), ("sats", "pris", "changed"), "Satsen har andre verdier."),
    "a code is new": (("  blå  = 2\n", "  blå  = 2\n  gul  = 4 «Gul farge»\n"), ("kodeverk", "Farge", "changed"),
                      "Ny kode 4 «gul», Gul farge."),
    "a code ends": (("  blå  = 2\n", "  blå  = 2 til 2021-06-30\n"), ("kodeverk", "Farge", "changed"),
                    "Koden 2 «blå» opphører 30. juni 2021."),
    "a code is another": (("  blå  = 2\n", "  blå  = 7\n"), ("kodeverk", "Farge", "changed"),
                          "Koden for «blå» går fra 2 til 7."),
    "a field is new": (("  b              : ja/nei", "  b              : ja/nei\n  c : dato"),
                       ("entitet", "Sak", "changed"), "Nytt felt «c» (dato)."),
    "a field has limits": (("  beløp          : kroner", "  beløp          : kroner mellom 0 og 100,50"),
                           ("entitet", "Sak", "changed"),
                           "Feltet «beløp» går fra ingen grenser til mellom 0,00 kr og 100,50 kr."),
    "a field of a record is new": (("  skriftlig : ja/nei", "  skriftlig : ja/nei\n  muntlig : ja/nei"),
                                   ("post", "Avtale", "changed"), "Nytt felt «muntlig» (ja/nei)."),
    "a result is of another kind": (("resultat betaling : kroner", "resultat betaling : kroner med 4 desimaler"),
                                    ("resultat", "betaling", "changed"),
                                    "Typen går fra kroner til kroner med 4 desimaler."),
    "a payer is named": (("«Summen»", "«Summen» betales av «Staten»"), ("resultat", "betaling", "changed"),
                         "Betales av Staten, før var det ikke sagt av hvem."),
    "a clause is new": (("punkt 5.1 «Varme", "punkt 6.1 «Ny»\n  ifølge oss\n  unntak fra 4.3, lege\n  når b\n"
                         "  svar er ja\n\npunkt 5.1 «Varme"), ("punkt", "6.1", "new"), "Gjelder når b."),
}


@pytest.mark.parametrize(("now", "sentence"), [
    (" betales av «Kommunen»", "Betales av Kommunen, før av Staten."),
    ("", "Det er ikke lenger sagt hvem som betaler; før var det Staten."),
])
def test_another_payer_is_told(now: str, sentence: str, changed: Callable[..., Differences]) -> None:
    before = BASE.replace("«Summen»", "«Summen» betales av «Staten»")
    part = only(changed(("«Summen»", f"«Summen»{now}"), before=before))
    assert (part.kind, part.name, part.affects_outcome) == ("resultat", "betaling", True)
    assert sentences(part) == [sentence]


DECISION_TYPE = {"rows hit in another way": ("nivå : tekst", "nivå : liste av tekst")}


@pytest.mark.parametrize("what", AFFECTING)
def test_a_change_that_can_move_an_outcome(what: str, changed: Callable[..., Differences]) -> None:
    pair, (kind, name, way), sentence = AFFECTING[what]
    also = [DECISION_TYPE[what]] if what in DECISION_TYPE else []
    found = changed(pair, *also)
    part = next(each for each in found.parts if (each.kind, each.name) == (kind, name))
    assert (part.way, part.affects_outcome) == (way, True)
    assert any(sentence in each for each in sentences(part)), sentences(part)
    assert all(each.affects_outcome for each in found.parts)


WORDS: dict[str, tuple[tuple[str, str], tuple[str, str], str]] = {
    "a title": (("«Ja til noen»", "«Ja til flere»"), ("punkt", "4.3"), "Tittelen er endret."),
    "a summary": (("«Alle får nei.»", "«Ingen får ja.»"), ("punkt", "hoved"), "Omtalen er endret."),
    "the text of a requirement": (("«det er en avtale»", "«avtalen finnes»"), ("punkt", "4.3"),
                                  "Kravet «avtale» har en annen tekst."),
    "a source": (("«Hovedregel»\n  ifølge oss", "«Hovedregel»\n  ifølge lov"), ("punkt", "hoved"),
                 "Kilden er nå «Loven» (offisiell), før «Oss»."),
    "a standing": (("«Hovedregel»\n  ifølge oss", "«Hovedregel»\n  ifølge oss ubekreftet"), ("punkt", "hoved"),
                   "Kilden «Oss» går fra eksempel til ubekreftet."),
    "the standing of a source": (("«Oss» Kontoret 2020 status eksempel", "«Oss» Kontoret 2020 status avledet"),
                                 ("kilde", "oss"), "Statusen går fra eksempel til avledet."),
    "the source of a rate": (("43 428,00 ifølge oss", "43 428,00 ifølge lov"), ("sats", "pris"),
                             "Kilden er nå «Loven» (offisiell), før «Oss»."),
    "the source of a table": (("fil «vekt.csv» ifølge oss", "fil «vekt.csv» ifølge lov"), ("tabell", "vekt"),
                              "Kilden er nå «Loven» (offisiell), før «Oss»."),
    "the title of a code": (("1 «Rød»", "1 «Rødt»"), ("kodeverk", "Farge"), "Koden 1 «rød» har en annen tittel."),
    "a field that is often empty": (("  beløp          : kroner", "  beløp          : kroner valgfri"),
                                    ("entitet", "Sak"), "Feltet «beløp» er nå merket valgfri."),
    "the name of a part": (("der grunn er pris\n  regel liten: betaling er grunn",
                            "der bunn er pris\n  regel liten: betaling er bunn"), ("punkt", "beregning"),
                           "Delen «grunn» er tatt bort."),
}


@pytest.mark.parametrize("what", WORDS)
def test_a_change_of_words_is_said_to_change_nothing(what: str, changed: Callable[..., Differences]) -> None:
    pair, (kind, name), sentence = WORDS[what]
    part = only(changed(pair))
    assert (part.kind, part.name, part.way, part.affects_outcome) == (kind, name, "reworded", False)
    assert sentence in sentences(part)
    assert all(each.wording for each in part.details)


@pytest.mark.parametrize("pair", [
    ("  når a og b\n", "  # et notat\n  når a og b\n"), ("  når a og b\n", "  når a\n    og b\n"),
    ("  ifølge oss\n  unntak fra hoved\n  når a og b", "  unntak fra hoved\n  når a og b\n  ifølge oss"),
])
def test_layout_and_comments_are_no_difference(pair: tuple[str, str], changed: Callable[..., Differences]) -> None:
    assert changed(pair).parts == ()


def test_a_property_is_told_and_decides_nothing(changed: Callable[..., Differences]) -> None:
    part = only(changed(("gjelder s.svar eller ikke s.svar", "gjelder ikke s.svar eller s.svar")))
    assert (part.kind, part.way, part.affects_outcome) == ("egenskap", "changed", False)
    assert sentences(part) == ["Lover noe annet."]


def test_a_table_by_its_rows(changed: Callable[..., Differences]) -> None:
    part = only(changed(weight="farge;tall\nrød;1,100\ngrå;3,000\n"))
    assert sentences(part) == [
        "Rad rød: tall går fra 1 til 1,100 poeng, opp 0,100 (+10,0 %).",
        "Ny rad grå: tall 3 poeng.", "Rad blå er tatt bort; den hadde tall 2 poeng.",
    ]


def test_a_long_table_is_counted_and_the_largest_changes_told(changed: Callable[..., Differences]) -> None:
    def weights(first: int, by: int) -> str:
        return "farge;tall\n" + "".join(f"x{n:02};{100 + by * n},000\n" for n in range(first, first + 30))

    text = "nøkkel farge : Farge", "nøkkel farge : tekst"
    found = changed(text, weight=weights(2, 1), before=BASE.replace(*text), old_weight=weights(1, 0))
    part = only(found)
    assert sentences(part)[0] == ("Én rad er ny, én rad er tatt bort og 29 rader er endret. De 10 største endringene:")
    assert sentences(part)[1] == "Rad x30: tall går fra 100 til 130 poeng, opp 30 (+30,0 %)."
    assert [each.name for each in part.details if not each.minor][1:] == [f"x{n}, tall" for n in range(30, 20, -1)]
    assert len(part.details) == 1 + 29 + 2


def test_renumbering_only_changes_no_outcome(changed: Callable[..., Differences]) -> None:
    found = changed(("punkt 4.3 «Ja til noen»", "punkt 5.24 «Ja til noen» tidligere 4.3"), formerly="4.3")
    part = only(found)
    assert (part.name, part.formerly, part.way, part.affects_outcome) == ("5.24", "4.3", "moved", False)
    assert part.details == ()


def test_a_clause_that_is_moved_and_changed(changed: Callable[..., Differences]) -> None:
    found = changed(("punkt 4.3 «Ja til noen»", "punkt 5.24 «Ja til noen» tidligere 4.3"), ("når a og b", "når a"),
                    formerly="4.3")
    part = only(found)
    assert (part.way, part.affects_outcome, sentences(part)) == ("moved", True, ["Vilkåret «b» er tatt bort."])


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def regler(tmp_path: Path) -> Path:
    folder = write(tmp_path / "regler", data=FELLES, a=FIRST, b=SECOND)
    (folder / "vekt_2020.csv").write_text(WEIGHTS)
    (folder / "vekt_2021.csv").write_text(NEW_WEIGHTS)
    return folder


def diff(isfrules: Isfrules, folder: Path, *args: str | Path, **more: Any) -> Any:
    return isfrules("--rulebooks", folder, "diff", *args, **more)


def test_an_edition_and_itself(isfrules: Isfrules, regler: Path) -> None:
    result = diff(isfrules, regler, "prøve@2020", "prøve@2020")
    assert result.exit_code == 0
    assert result.stdout.rstrip().endswith("Ingen forskjell.")
    assert "Ingen forskjell." in diff(isfrules, regler, "prøve@2020", "prøve@2020", "--format", "markdown").stdout


def test_the_summary_comes_first_and_differences_are_no_findings(isfrules: Isfrules, regler: Path) -> None:
    result = diff(isfrules, regler, "prøve@2020", "prøve@2021", COLUMNS="200")
    assert result.exit_code == 0
    assert ("4 punkter: 2 nye, 1 endret, 1 opphevet · 1 endret beslutning · 2 satser: 1 ny, 1 endret · 1 endret tabell"
            " · 1 endret kodeverk") in " ".join(result.stdout.split())
    assert result.stdout.index("Punkter") < result.stdout.index("Satser") < result.stdout.index("Tabeller")
    back = diff(isfrules, regler, "prøve@2021", "prøve@2020", COLUMNS="200").stdout
    assert "4 punkter: 1 nytt, 1 endret, 2 opphevet" in back


@pytest.mark.parametrize("columns", ["40", "80", "120"])
def test_no_line_is_wider_than_the_terminal(columns: str, isfrules: Isfrules, regler: Path) -> None:
    text = diff(isfrules, regler, "prøve@2020", "prøve@2021", COLUMNS=columns).stdout
    assert max(map(len, text.splitlines())) <= int(columns)
    coloured = diff(isfrules, regler, "prøve@2020", "prøve@2021", COLUMNS=columns, FORCE_COLOR="1").stdout
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text


def test_json_holds_all_and_is_stable(isfrules: Isfrules, regler: Path) -> None:
    outputs = {diff(isfrules, regler, "prøve@2020", "prøve@2021", "--format", "json").stdout for _ in range(2)}
    found = json.loads(outputs.pop())
    assert not outputs
    assert found["schema"] == "isfrules.diff/1"
    assert set(found) == {"schema", "engine", "before", "after", "summary", "changes", "data"}
    assert found["before"] == {"edition": "prøve@2020", "title": "Prøveordningen 2020", "valid_from": "2020-01-01",
                               "valid_to": "2020-12-31", "known_from": None}
    price = next(each for each in found["changes"] if each["name"] == "enhetspris")
    assert price["happened"] == "changed"
    assert price["after"]["place"]["file"] == "regler/b.isf"
    assert price["details"][0]["figure"] == {
        "type": "kroner per poeng", "before": "45808.00", "after": "46719.00", "change": "911.00", "percent": "2.0",
    }
    text = plain(" ".join(diff(isfrules, regler, "prøve@2020", "prøve@2021").stdout.split()))
    for change in found["changes"]:
        for detail in change["details"]:
            assert plain(" ".join(detail["sentence"].split())) in text


def test_markdown_is_a_chapter(isfrules: Isfrules, regler: Path) -> None:
    text = diff(isfrules, regler, "prøve@2020", "prøve@2021", "--format", "markdown").stdout
    assert text.startswith("# 2 Endringer fra PRØVE 2020 til PRØVE 2021\n")
    assert "## 2.1 Punkter" in text
    assert "| Pris | 45 808 kr per poeng | 46 719 kr per poeng | +911 kr per poeng | +2,0 % |" in plain(text)
    assert re.findall(r"^(#+) ", text, re.MULTILINE)[0] == "#"


@pytest.mark.parametrize(("names", "message", "hint"), [
    (("prøve@2020", "prøve@2022"), "ISF413  Utgaven «prøve@2022» finnes ikke.", "Her finnes prøve@2020, prøve@2021."),
    (("prove@2020", "prøve@2021"), "ISF413  Utgaven «prove@2020» finnes ikke.", "Mente du «prøve@2020»?"),
])
def test_an_edition_that_is_not_there(
    names: tuple[str, str], message: str, hint: str, isfrules: Isfrules, regler: Path
) -> None:
    result = diff(isfrules, regler, *names)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert hint in result.stderr


def test_an_edition_that_was_not_yet_known(isfrules: Isfrules) -> None:
    result = isfrules("diff", "isf@2018", "isf@2020", "--known", "2018-06-01")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "ISF436  Utgaven isf@2020 ble kjent 2019-12-17." in result.stderr


def test_two_rulebooks_are_not_compared(isfrules: Isfrules, regler: Path) -> None:
    write(regler, c=BASE.replace("regelverk prøve", "regelverk annet"), vekt_csv=WEIGHT)
    result = diff(isfrules, regler, "prøve@2020", "annet@2020")
    assert result.exit_code == 2
    assert "av hvert sitt regelverk" in result.stderr


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────

FACTS = {"utdato": "2020-05-05", "form": 1, "alder": 30, "akutt": False, "hjemme": False}
DIFFERS = {"episode_id": "E1", "drg": "442", **FACTS}
SAME = {"episode_id": "E2", "drg": "10", **FACTS, "form": 2, "utdato": "2021-02-02"}


def weigh(isfrules: Isfrules, folder: Path, cases: object, *args: str) -> Any:
    return diff(isfrules, folder, "prøve@2020", "prøve@2021", "--data", "-", *args, given=json.dumps(cases))


def test_cases_are_decided_in_both(isfrules: Isfrules, regler: Path) -> None:
    result = weigh(isfrules, regler, [DIFFERS, {"pasient_id": "P1", "episoder": [DIFFERS]}], "--format", "json")
    assert result.exit_code == 0
    data = json.loads(result.stdout)["data"]
    assert (data["decided"], data["differing"], data["failed"]) == (2, 2, 0)
    refusjon = data["cases"][0]["results"]["refusjon"]
    assert refusjon["before"] == {"value": "104790.38", "text": "104\u00a0790,38\u00a0kr", "type": "kroner",
                                  "status": "known", "punkt": "6.2", "rule": None}
    assert (refusjon["after"]["value"], refusjon["change"]) == ("110256.84", "5466.46")
    assert {"kind": "sats", "name": "enhetspris"} in data["cases"][0]["involved"]
    assert {"kind": "tabell", "name": "vekt"} in data["cases"][0]["involved"]
    total = next(each for each in data["totals"] if each["result"] == "refusjon")
    assert (total["before"], total["after"], total["change"], total["differing"]) == (
        "209580.76", "220513.68", "10932.92", 2)
    assert data["cases"][1]["place"] == "[1] · episoder[0]"


def test_a_case_that_comes_out_alike(isfrules: Isfrules, regler: Path) -> None:
    nothing = {**SAME, "drg": "99", "form": 1}
    result = weigh(isfrules, regler, nothing, "--format", "json")
    data = json.loads(result.stdout)["data"]
    assert (data["decided"], data["differing"]) == (1, 0)
    assert data["cases"][0]["results"]["refusjon"]["differs"] is False
    assert "ingen får et annet svar" in weigh(isfrules, regler, nothing).stdout


def test_a_case_with_errors_is_listed_and_is_a_finding(isfrules: Isfrules, regler: Path) -> None:
    wrong, half = {**DIFFERS, "drgg": "1"}, {**DIFFERS, "form": 3}
    result = weigh(isfrules, regler, [DIFFERS, wrong, half])
    assert result.exit_code == 1
    assert "Én sak er avgjort etter begge utgavene" in result.stdout
    assert "Mente du «drg»?" in result.stdout
    assert "etter prøve@2020" in result.stdout
    data = json.loads(weigh(isfrules, regler, [DIFFERS, wrong, half], "--format", "json").stdout)["data"]
    errors = data["cases"][2]["errors"]
    assert [each["code"] for each in errors["before"]] == ["ISF517"]
    assert errors["after"] == []
    assert data["cases"][2]["results"] == {}


def test_what_is_not_json_is_a_finding(isfrules: Isfrules, regler: Path) -> None:
    result = diff(isfrules, regler, "prøve@2020", "prøve@2021", "--data", "-", given="{")
    assert result.exit_code == 1
    assert "Kan ikke avgjøres" in result.stdout


def test_of_many_cases_the_largest_differences_are_told(isfrules: Isfrules, regler: Path) -> None:
    cases = [{**DIFFERS, "episode_id": f"E{number:03}", "drg": "10" if number % 2 else "442"} for number in range(60)]
    text = weigh(isfrules, regler, cases).stdout
    assert "60 saker er avgjort etter begge utgavene; 60 av dem får et annet svar." in plain(text)
    told = re.findall(r"^  Episode (E\d+)", text, re.MULTILINE)
    assert told == [f"E{number:03}" for number in range(0, 20, 2)]
    data = json.loads(weigh(isfrules, regler, cases, "--format", "json").stdout)["data"]
    assert len(data["cases"]) == 60


# ── Our own ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_video_clause_of_2019_and_its_new_number_of_2020(isfrules: Isfrules) -> None:
    first = isfrules("diff", "isf@2018", "isf@2019", COLUMNS="100").stdout
    assert "6.2 Videokonsultasjoner    endret\n     Kravet «lege» er tatt bort:" in first
    assert "Satsen går fra 43 428 til 44 654 kr per poeng, opp 1 226 (+2,8 %)." in plain(first)
    second = isfrules("diff", "isf@2018", "isf@2020", COLUMNS="100").stdout
    assert "5.24 Videokonsultasjoner    flyttet fra 6.2 og endret" in second
    third = isfrules("diff", "isf@2019", "isf@2020", COLUMNS="100").stdout
    assert "5.24 Videokonsultasjoner    " in third


def test_a_clause_that_is_only_moved_is_said_to_be_the_same(
    isfrules: Isfrules, tmp_path: Path, changed: Callable[..., Differences]
) -> None:
    changed(("punkt 4.3 «Ja til noen»", "punkt 5.24 «Ja til noen» tidligere 4.3"), formerly="4.3")
    text = diff(isfrules, tmp_path / "regler", "prøve@2020", "prøve@2021").stdout
    harmless = text.partition("Endrer ikke noe utfall")[2]
    assert ("5.24 Ja til noen    punkt, flyttet fra 4.3\n     Har fått et nytt nummer. Reglene er de samme."
            in harmless)
    assert "1 flyttet punkt" in text
