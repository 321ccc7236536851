"""Editions as changes: what is inherited, replaced, repealed and moved, what was known when, and what does not fit."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Isfrules
from sample_rulebook import write

from rulesdsl.catalog import entry
from rulesdsl.check.editions import Checked
from rulesdsl.check.inherit import whole
from rulesdsl.core import ir
from rulesdsl.core.canonical import meanings
from rulesdsl.core.ir import Edition
from rulesdsl.core.trees import expressions
from rulesdsl.core.types import Number
from rulesdsl.deciding import NoEdition, Question, explain_text
from rulesdsl.diagnostics import render_plain
from rulesdsl.syntax import ast
from rulesdsl.syntax.formatter import format_tree
from rulesdsl.workspace import Workspace

FIRST = """\
regelverk prøve 2018 «Prøve 2018»
  gjelder 2018-01-01 til 2018-12-31
  kjent fra 2017-12-15

kilde oss «Oss» status eksempel

kodeverk Form
  oppmøte = 1
  video   = 6
  telefon = 7

entitet Sak
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  form           : Form
  med_lege       : ja/nei
  vekt           : poeng

sats pris : kroner per poeng
  fra 2018-01-01: 100   ifølge oss

resultat teller : ja/nei for Sak «Saken teller»
resultat beløp : kroner for Sak «Beløp»

punkt hovedregel «Alt teller»
  ifølge oss
  teller er ja

punkt 6.2 «Video»
  ifølge oss
  unntak fra hovedregel
  når form er video
  krav lege «en lege deltar»
    med_lege
  ellers teller er nei

punkt 6.3 «Tung video»
  ifølge oss
  unntak fra 6.2
  når form er video og vekt > 10 poeng
  teller er ja

punkt beløp «Beløp»
  ifølge oss
  regel teller: beløp er avrund(vekt * pris; 2) når teller
  regel utenfor: beløp er 0 kr når ikke teller

eksempel «Oppmøte»  ifølge oss
  gitt Sak
    dato er 2018-06-01
    form er oppmøte
    vekt er 2 poeng
  så beløp er 200 kr
"""

SECOND = """\
regelverk prøve 2019 «Prøve 2019»
  gjelder 2019-01-01 til 2019-12-31
  kjent fra 2018-12-20
  endrer prøve 2018

sats pris : kroner per poeng
  fra 2019-01-01: 110   ifølge oss

punkt 5.24 «Video» tidligere 6.2
  ifølge oss
  unntak fra hovedregel
  når form er video
  teller er ja
"""

THIRD = """\
regelverk prøve 2020 «Prøve 2020»
  gjelder 2020-01-01 til 2020-12-31
  endrer prøve 2019

opphev punkt 6.3

punkt 7.1 «Telefon»
  ifølge oss
  unntak fra hovedregel
  når form er telefon
  teller er nei
"""

CORRECTION = """\
rettelse prøve 2018 «Rettet 6.2»
  kjent fra 2019-01-10

punkt 6.2 «Video»
  ifølge oss
  unntak fra hovedregel
  når form er video
  krav lege «en lege deltar i samtalen»
    med_lege
  ellers teller er nei
"""


def checked(folder: Path, **files: str) -> Checked:
    return Workspace(write(folder / "regler", **files), cache=False).checked


def three(folder: Path) -> Checked:
    return checked(folder, a=FIRST, b=SECOND, c=THIRD)


def codes(found: Checked) -> list[str]:
    return [problem.code for problem in found.problems]


# ── What an edition has ──────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_named_is_inherited_and_says_where_from(tmp_path: Path) -> None:
    found = three(tmp_path)
    assert not found.problems
    second = found.editions["prøve@2019"]
    assert {name: clause.edition for name, clause in second.clauses.items()} == {
        "hovedregel": "prøve@2018", "5.24": "prøve@2019", "6.3": "prøve@2018", "beløp": "prøve@2018",
    }
    assert second.rates["pris"].edition == "prøve@2019"
    assert second.rates["pris"].values[0].value == 110
    assert second.changes == "prøve@2018"
    assert found.editions["prøve@2018"].rates["pris"].values[0].value == 100
    assert found.editions["prøve@2020"].clauses["5.24"].edition == "prøve@2019"


def test_a_moved_clause_takes_the_place_of_what_it_was(tmp_path: Path) -> None:
    found = three(tmp_path)
    for name in ("prøve@2019", "prøve@2020"):
        assert found.editions[name].clauses["5.24"].formerly == ("6.2",)
        assert "6.2" not in found.editions[name].clauses
    assert found.editions["prøve@2019"].clauses["6.3"].exception_to == (("5.24", ""),)
    text = whole(found.texts["prøve@2019"][-1].names)
    order = [each.number.text for each in text if isinstance(each, ast.ClauseDecl)]
    assert order == ["hovedregel", "5.24", "6.3", "beløp"]


def test_a_clause_moved_twice_remembers_both_numbers(tmp_path: Path) -> None:
    again = THIRD + SECOND[SECOND.index("punkt") :].replace("5.24", "4.1").replace("tidligere 6.2", "tidligere 5.24")
    found = checked(tmp_path, a=FIRST, b=SECOND, c=again)
    assert not found.problems
    assert found.editions["prøve@2020"].clauses["4.1"].formerly == ("5.24", "6.2")


def test_two_clauses_may_change_numbers_with_one_another(tmp_path: Path) -> None:
    text = """\
regelverk prøve 2019 «Prøve 2019»
  gjelder 2019-01-01 til 2019-12-31
  endrer prøve 2018

punkt 6.2 «Tung video» tidligere 6.3
  ifølge oss
  unntak fra 6.3
  når form er video og vekt > 10 poeng
  teller er ja

punkt 6.3 «Video» tidligere 6.2
  ifølge oss
  unntak fra hovedregel
  når form er video
  teller er nei
"""
    found = checked(tmp_path, a=FIRST, b=text)
    assert not found.problems
    clauses = found.editions["prøve@2019"].clauses
    assert clauses["6.2"].title == "Tung video"
    assert (clauses["6.2"].formerly, clauses["6.3"].formerly) == (("6.3",), ("6.2",))


def test_what_is_repealed_is_gone_in_later_editions_too(tmp_path: Path) -> None:
    found = three(tmp_path)
    assert "6.3" in found.editions["prøve@2019"].clauses
    assert "6.3" not in found.editions["prøve@2020"].clauses
    assert "7.1" in found.editions["prøve@2020"].clauses
    later = THIRD.replace("2020", "2021").replace("2019", "2020").replace("opphev punkt 6.3", "opphev punkt 7.1")
    later = later[: later.index("punkt 7.1 «")]
    found = checked(tmp_path / "b", a=FIRST, b=SECOND, c=THIRD, d=later)
    assert not found.problems
    assert found.editions["prøve@2021"].clauses.keys() == {"hovedregel", "5.24", "beløp"}


def test_every_kind_can_be_replaced_and_repealed(tmp_path: Path) -> None:
    more = FIRST + """
kodesett rare : Form
  ifølge oss
  {video; telefon}
post Rest
  a : ja/nei
kodeverk Ubrukt
  en = 1
sats ekstra : poeng
  fra 2018-01-01: 1   ifølge oss
resultat annet : ja/nei for Sak
punkt annet
  ifølge oss
  annet er ja
beslutning tabellen : ja/nei for Sak   treff første
  ifølge oss
  | form || utfall |
  | -    || ja     |
egenskap pen
  for alle Sak a
  gjelder a.beløp >= 0 kr
"""
    head = "regelverk prøve 2019 «Prøve 2019»\n  gjelder 2019-01-01 til 2019-12-31\n  endrer prøve 2018\n"
    gone = ["kodesett rare", "post Rest", "kodeverk Ubrukt", "sats ekstra", "resultat annet", "punkt annet",
            "beslutning tabellen", "egenskap pen"]
    found = checked(tmp_path, a=more, b=head + "".join(f"opphev {each}\n" for each in gone))
    assert not found.problems
    edition = found.editions["prøve@2019"]
    assert edition.results.keys() == {"teller", "beløp"}
    assert not edition.properties
    assert not edition.records
    replaced = more[more.index("kodesett rare") :].replace("{video; telefon}", "{video}").replace("2018-", "2019-")
    found = checked(tmp_path / "b", a=more, b=head + replaced)
    assert not found.problems
    assert len(found.texts["prøve@2019"][-1].names.parts) == len(found.texts["prøve@2018"][-1].names.parts)


def test_a_clause_can_become_a_decision_table_and_back(tmp_path: Path) -> None:
    head = "regelverk prøve 2019 «Prøve 2019»\n  gjelder 2019-01-01 til 2019-12-31\n  endrer prøve 2018\n"
    table = ("opphev punkt hovedregel; 6.2; 6.3\nbeslutning teller : ja/nei for Sak   treff første\n  ifølge oss\n"
             "  | form  || utfall |\n  | video || nei    |\n  | -     || ja     |\n")
    found = checked(tmp_path, a=FIRST, b=head + table)
    assert not found.problems
    edition = found.editions["prøve@2019"]
    assert edition.results["teller"].is_decision
    back = head.replace("2019", "2020").replace("2018", "2019") + (
        "resultat teller : ja/nei for Sak\npunkt hovedregel\n  ifølge oss\n  teller er ja\n")
    found = checked(tmp_path / "b", a=FIRST, b=head + table, c=back)
    assert not found.problems
    assert found.editions["prøve@2020"].clauses.keys() == {"beløp", "hovedregel"}


def test_examples_are_not_inherited(tmp_path: Path) -> None:
    found = three(tmp_path)
    assert [len(found.editions[f"prøve@{year}"].examples) for year in (2018, 2019, 2020)] == [1, 0, 0]


def test_an_edition_by_changes_is_the_edition_written_whole(tmp_path: Path) -> None:
    found = three(tmp_path)
    for name in ("prøve@2019", "prøve@2020"):
        assert meanings(standing_alone(found, name, tmp_path / name)) == meanings(found.editions[name])


GROWS = SECOND + """
punkt andel «Andel»
  ifølge oss
  andel er vekt * 1 000 000 000
"""
SMALL = FIRST + """
resultat andel : poeng med 3 desimaler for Sak «Andel»
resultat sum_av : poeng med 3 desimaler for Sak «Sum»

punkt andel «Andel»
  ifølge oss
  andel er vekt

punkt sum_av «Sum»
  ifølge oss
  sum_av er andel * {}
"""


def sizes(edition: Edition) -> dict[str, list[int]]:
    """How large the value of each rule may be, and of all that it is worked out of."""
    return {name: sorted(node.type.bound for root in expressions(result.groups) for node in ir.walk(root)
                         if isinstance(node.type, Number)) for name, result in edition.results.items()}


def test_a_clause_is_as_large_as_the_results_that_it_inherits_are_now(tmp_path: Path) -> None:
    """A result that grew makes what is worked out of it larger too, and back ends hold no more than is said."""
    found = checked(tmp_path, a=SMALL.format(1000), b=GROWS)
    assert not found.problems
    before, after = (found.editions[f"prøve@{year}"].results["sum_av"].type for year in (2018, 2019))
    assert isinstance(before, Number)
    assert isinstance(after, Number)
    assert after.bound > before.bound * 10**8
    assert sizes(found.editions["prøve@2019"]) == sizes(standing_alone(found, "prøve@2019", tmp_path / "alone"))


def test_what_an_inherited_clause_makes_too_large_is_told_of_the_edition_where_it_is(tmp_path: Path) -> None:
    found = checked(tmp_path, a=SMALL.format("10 000 000 000 000 000 000 000"), b=GROWS)
    assert codes(found) == ["ISF306"]
    assert [*found.editions] == ["prøve@2018"]


def standing_alone(found: Checked, name: str, folder: Path):  # type: ignore[no-untyped-def]
    """An edition as ``show`` prints it, checked by itself."""
    files = found.known[name]
    parts = [each for each in whole(found.texts[name][-1].names) if not isinstance(each, ast.ExampleDecl)]
    text = format_tree(ast.File(tuple(parts), span=files.own.span)).replace(" tidligere 6.2", "")
    head = f"regelverk prøve {files.header.edition.text}\n  gjelder {files.first_day} til {files.last_day}\n"  # type: ignore[union-attr]
    alone = checked(folder, a=head + text)
    assert not alone.problems
    return alone.editions[name]


def test_an_edition_may_change_one_that_comes_later_in_time(tmp_path: Path) -> None:
    older = SECOND.replace("2019-", "2017-").replace("prøve 2019", "prøve 2017").replace("  kjent fra 2018-12-20\n", "")
    found = checked(tmp_path, a=FIRST, b=older)
    assert not found.problems
    assert found.editions["prøve@2017"].rates["pris"].values[0].value == 110


# ── What was known when ──────────────────────────────────────────────────────────────────────────────────────


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture
def corrected(tmp_path: Path) -> Workspace:
    return Workspace(write(tmp_path / "regler", a=FIRST, b=SECOND, c=CORRECTION), cache=False)


def test_a_correction_counts_from_its_own_day(corrected: Workspace) -> None:
    assert not corrected.checked.problems
    before = corrected.edition("prøve@2018", day("2019-01-09"))
    after = corrected.edition("prøve@2018", day("2019-01-10"))
    assert before is not None
    assert after is corrected.edition("prøve@2018")
    assert after is not None
    assert [each.requirements[0].text for each in (before.clauses["6.2"], after.clauses["6.2"])] == [
        "en lege deltar", "en lege deltar i samtalen"]
    assert before.corrections == ()
    assert [(each.edition, each.known_from, each.title) for each in after.corrections] == [
        ("prøve@2018", day("2019-01-10"), "Rettet 6.2")]
    assert (before.valid_from, before.valid_to) == (after.valid_from, after.valid_to)
    assert before.meaning == after.meaning != ""


def test_a_correction_that_nothing_of_is_left_leaves_later_editions_alone(corrected: Workspace) -> None:
    assert corrected.checked.earlier["prøve@2019"] == ()
    assert corrected.edition("prøve@2019").corrections == ()  # type: ignore[union-attr]


def test_what_is_inherited_is_inherited_as_corrected(tmp_path: Path) -> None:
    second = SECOND[: SECOND.index("punkt 5.24")].replace("  kjent fra 2018-12-20\n", "")
    workspace = Workspace(write(tmp_path / "regler", a=FIRST, b=second, c=CORRECTION), cache=False)
    assert not workspace.checked.problems
    texts = [workspace.edition("prøve@2019", known) for known in (day("2019-01-09"), None)]
    assert [each.clauses["6.2"].requirements[0].text for each in texts if each] == [
        "en lege deltar", "en lege deltar i samtalen"]


def test_two_corrections_come_one_upon_the_other(tmp_path: Path) -> None:
    second = CORRECTION.replace("2019-01-10", "2019-03-01").replace("i samtalen", "hele tiden")
    workspace = Workspace(write(tmp_path / "regler", a=FIRST, b=second, c=CORRECTION), cache=False)
    assert not workspace.checked.problems
    info = workspace.info("prøve@2018")
    assert info is not None
    assert info.earlier == (day("2019-01-10"), day("2019-03-01"))
    found = [workspace.edition("prøve@2018", day(known)) for known in ("2018-06-01", "2019-02-01", "2019-03-01")]
    assert [len(each.corrections) for each in found if each] == [0, 1, 2]
    assert [each.clauses["6.2"].requirements[0].text for each in found if each] == [
        "en lege deltar", "en lege deltar i samtalen", "en lege deltar hele tiden"]


def test_earlier_texts_are_kept_between_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISFRULES_CACHE", str(tmp_path / "cache"))
    folder = write(tmp_path / "regler", a=FIRST, b=SECOND, c=CORRECTION)
    fresh = Workspace(folder).edition("prøve@2018", day("2019-01-09"))
    kept = Workspace(folder)
    assert kept.edition("prøve@2018", day("2019-01-09")) == fresh
    assert kept.edition("prøve@2018") != fresh
    monkeypatch.setattr(Workspace, "checked", property(lambda _: pytest.fail("checked again")))


CASE = json.dumps({"sak_id": "S1", "dato": "2018-06-01", "form": "video", "med_lege": False, "vekt": 1})


def test_a_case_is_decided_as_the_rules_were_known(corrected: Workspace) -> None:
    for known, words in ((day("2019-01-09"), "en lege deltar"), (None, "en lege deltar i samtalen")):
        (case,) = explain_text(corrected, CASE, "", Question(known=known)).cases
        teller = next(each for each in case.results if each.name == "teller")
        assert teller.clause == "6.2"
        told = {each.text for reason in teller.reasons for inner in reason.exceptions for each in inner.requirements}
        assert told == {words}


def test_an_edition_that_was_not_yet_published_decides_nothing(corrected: Workspace) -> None:
    (case,) = explain_text(corrected, CASE, "", Question(known=day("2017-12-14"))).cases
    assert [each.code for each in case.errors] == ["ISF436"]
    assert "2017-12-15" in case.errors[0].message
    with pytest.raises(NoEdition, match="ISF436"):
        explain_text(corrected, CASE, "", Question("prøve@2019", known=day("2018-12-19")))


def test_a_day_without_an_edition_names_the_nearest(corrected: Workspace) -> None:
    (case,) = explain_text(corrected, CASE.replace("2018-06", "2016-06"), "").cases
    assert [each.code for each in case.errors] == ["ISF412"]
    assert "prøve@2018 (2018-01-01 til 2018-12-31) og prøve@2019" in case.errors[0].hint


# ── What does not fit ────────────────────────────────────────────────────────────────────────────────────────


def heading(text: str) -> Callable[[str], str]:
    return lambda rest: text + rest


CHANGED = heading("regelverk prøve 2019 «P»\n  gjelder 2019-01-01 til 2019-12-31\n  endrer prøve 2018\n")
CLAUSE = "punkt {}\n  ifølge oss\n  unntak fra hovedregel\n  når form er telefon\n  teller er nei\n"


@pytest.mark.parametrize(("files", "code", "line", "says"), [
    ({"b": CHANGED("opphev punkt 6.22\n")}, "ISF431", "opphev punkt 6.22", "Mente du «6.2»?"),
    ({"b": CHANGED("opphev sats prs\n")}, "ISF431", "opphev sats prs", "Mente du «pris»?"),
    ({"b": CHANGED("opphev beslutning 6.2\n")}, "ISF431", "opphev beslutning 6.2", "finnes ikke i utgaven som endres"),
    ({"b": CHANGED(CLAUSE.format("9.1 tidligere 9.9"))}, "ISF431", "punkt 9.1 tidligere 9.9", "finnes ikke"),
    ({"b": CHANGED(CLAUSE.format("6.2 tidligere 6.2"))}, "ISF431", "punkt 6.2 tidligere 6.2", "eget nummer"),
    ({"a": FIRST + "\nopphev punkt 6.9\n"}, "ISF431", "opphev punkt 6.9", "Skriv «endrer» i hodet av filen."),
    ({"b": CHANGED("opphev punkt 6.3\n" + CLAUSE.format("6.3"))}, "ISF430", "opphev punkt 6.3", "endres to ganger"),
    ({"b": CHANGED("opphev punkt 6.3\nopphev punkt 6.3\n")}, "ISF430", "opphev punkt 6.3", "endres to ganger"),
    ({"b": CHANGED("opphev punkt 6.3\n" + CLAUSE.format("9.1 tidligere 6.3"))}, "ISF430",
     "punkt 9.1 tidligere 6.3", "endres to ganger"),
    ({"b": CHANGED(CLAUSE.format("9.1 tidligere 6.3") + CLAUSE.format("9.2 tidligere 6.3"))}, "ISF430",
     "punkt 9.2 tidligere 6.3", "endres to ganger"),
    ({"b": CHANGED(CLAUSE.format("6.3") + CLAUSE.format("6.3"))}, "ISF202", "punkt 6.3", "er brukt en gang til"),
    ({"b": CHANGED("").replace("endrer prøve 2018", "endrer prøve 2017")}, "ISF433", "  endrer prøve 2017",
     "Her finnes prøve@2018."),
    ({"b": CORRECTION.replace("prøve 2018", "prøve 2013")}, "ISF433", "rettelse prøve 2013 «Rettet 6.2»", "prøve@2018"),
    ({"b": CORRECTION.replace("2019-01-10", "2017-12-14")}, "ISF434", "  kjent fra 2017-12-14", "2017-12-15"),
    ({"b": CORRECTION.replace("  kjent fra 2019-01-10\n", "")}, "ISF435", "rettelse prøve 2018 «Rettet 6.2»",
     "Skriv «kjent fra 2019-01-10»."),
    ({"b": CORRECTION, "c": CORRECTION}, "ISF435", "  kjent fra 2019-01-10", "Slå rettelsene sammen"),
    ({"b": CHANGED("").replace("gjelder 2019-01-01", "gjelder 2018-07-01")}, "ISF411",
     "  gjelder 2018-07-01 til 2019-12-31", "prøve@2018 gjelder også da"),
    ({"a": FIRST.replace("  kjent fra 2017-12-15\n", "  endrer prøve 2019\n"), "b": CHANGED("")}, "ISF432",
     "  endrer prøve 2019", "prøve@2018 → prøve@2019 → prøve@2018"),
])
def test_a_mistake_has_its_message_at_its_place(
    files: dict[str, str], code: str, line: str, says: str, tmp_path: Path
) -> None:
    found = checked(tmp_path, **{"a": FIRST, **files})
    assert codes(found) == [code]
    label = found.problems[0].labels[0]
    assert label.span.source.line(label.span.line) == line
    told = render_plain(found.problems[0])
    assert says in told
    assert entry(code).title in told
    if "a" not in files:
        undecided = ("ISF434", "ISF435")  # the text that should decide is not known
        assert ("prøve@2018" in found.editions) == (code not in undecided), "the first edition is not lost"


def test_an_edition_whose_correction_cannot_be_read_decides_nothing(tmp_path: Path) -> None:
    for wrong in (CORRECTION.replace("2019-01-10", "2019-01-100"), CORRECTION.replace("form er video", "form er vido")):
        found = checked(tmp_path / str(len(wrong)), a=FIRST, b=SECOND, c=wrong)
        assert "prøve@2018" not in found.editions
        assert len(found.problems) == 1


def test_a_repeal_that_others_lean_on_says_who_inherits_them(tmp_path: Path) -> None:
    found = checked(tmp_path, a=FIRST, b=CHANGED("opphev punkt 6.2\n"))
    assert codes(found) == ["ISF204"]
    told = render_plain(found.problems[0])
    assert "regler/a.isf" in told
    assert "slik prøve@2019 arver det" in told
    assert found.editions.keys() == {"prøve@2018"}


def test_a_mistake_that_is_inherited_is_told_once(tmp_path: Path) -> None:
    found = checked(tmp_path, a=FIRST.replace("form er video\n  krav", "form er vido\n  krav"), b=CHANGED(""))
    assert codes(found) == ["ISF201"]
    assert not found.editions


def test_a_mistake_that_a_later_edition_replaces_is_not_its_own(tmp_path: Path) -> None:
    found = checked(tmp_path, a=FIRST.replace("form er video\n  krav", "form er vido\n  krav"), b=SECOND)
    assert codes(found) == ["ISF201"]
    assert found.editions.keys() == {"prøve@2019"}


# ── As a user meets them ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def regler(tmp_path: Path) -> Path:
    return write(tmp_path / "regler", a=FIRST, b=SECOND, c=THIRD, d=CORRECTION)


def test_show_prints_an_edition_whole_with_the_origin_of_each_part(isfrules: Isfrules, regler: Path) -> None:
    shown = isfrules("--rulebooks", regler, "show", "prøve@2020").stdout
    assert "# prøve@2018 · regler/a.isf:25\npunkt hovedregel" in shown
    assert "# prøve@2019 · regler/b.isf:9\npunkt 5.24 «Video» tidligere 6.2\n" in shown
    assert "# prøve@2019 · regler/b.isf:6\nsats pris" in shown
    assert "# prøve@2020 · regler/c.isf:7\npunkt 7.1" in shown
    assert "punkt 6.3" not in shown
    assert "eksempel" not in shown.replace("status eksempel", "")


def test_show_knows_what_was_known(isfrules: Isfrules, regler: Path) -> None:
    before = isfrules("--rulebooks", regler, "show", "prøve@2018", "6.2", "--known", "2019-01-09").stdout
    after = isfrules("--rulebooks", regler, "show", "prøve@2018", "6.2").stdout
    assert "# prøve@2018 · regler/a.isf" in before
    assert "# prøve@2018 · regler/d.isf" in after
    early = isfrules("--rulebooks", regler, "show", "prøve@2018", "--known", "2017-01-01")
    assert early.exit_code == 2
    assert "ISF436" in early.stderr
    found = json.loads(isfrules("--rulebooks", regler, "show", "prøve@2018", "--format", "json").stdout)
    assert [each["known_from"] for each in found["corrections"]] == ["2019-01-10"]
    listed = isfrules("--rulebooks", regler, "show").stdout
    assert "Prøve 2018 (rettet 2019-01-10)" in listed


def test_a_day_is_written_as_a_day(isfrules: Isfrules, regler: Path) -> None:
    for wrong in ("10.1.2019", "2019-13-01", "i går"):
        result = isfrules("--rulebooks", regler, "show", "prøve@2018", "--known", wrong)
        assert result.exit_code == 2
        assert f"«{wrong}» er ikke en dato. Skriv den som 2019-01-31." in result.stderr
