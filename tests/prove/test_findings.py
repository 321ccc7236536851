"""``check --prove``: each message in a small rulebook that deserves it and one that does not, and its case in words."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rulesdsl.check.editions import check
from rulesdsl.diagnostics import Problems
from rulesdsl.prove import rooms
from rulesdsl.prove.asking import Finding
from rulesdsl.prove.findings import Report, find
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse
from tests.shipped import shipped

ROOT = Path(__file__).parents[2]

HEAD = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Utforer
  helseforetak = 1
  kommune      = 2
  privat       = 3

entitet Pasient
  nøkkel pasient_id : tekst
  fodselsdato       : dato

entitet Episode i Pasient som episoder
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  utfort_av         : Utforer
  dogn              : tall
  minutter             : tall valgfri
  koder             : liste av tekst
  journalfort       : ja/nei

resultat teller : ja/nei for Episode

punkt 1 «Alt teller»
  ifølge oss
  teller er ja
"""

EXCEPTION = "\npunkt {} «Punkt {}»\n  ifølge oss\n  unntak fra {}\n"


def clause(number: str, of: str, *lines: str) -> str:
    return EXCEPTION.format(number, number, of) + "".join(f"  {line}\n" for line in lines)


def result(name: str, *lines: str, kind: str = "tall") -> str:
    return f"\nresultat {name} : {kind} for Episode\n\npunkt {name} «{name}»\n  ifølge oss\n" + "".join(
        f"  {line}\n" for line in lines)


def reports(*texts: str, seconds: float = 20) -> list[Report]:
    problems = Problems()
    files = [parse(Source(f"{number}.isf", text), problems) for number, text in enumerate(texts)]
    checked = check(files, lambda beside, name: None, problems)
    assert not [each for each in checked.problems if each.is_error], checked.problems
    known = frozenset((each.code, each.labels[0].span.source.name, each.labels[0].span.line)
                      for each in checked.problems)
    return list(find(list(checked.editions.values()), known, seconds=seconds))


def findings(text: str) -> list[Finding]:
    (report,) = reports(HEAD + text)
    assert report.unsettled == ()
    return list(report.findings)


def one(text: str, code: str) -> Finding:
    (found,) = findings(text)
    assert found.code == code
    return found


def test_the_rulebook_that_all_begin_with_has_nothing_to_tell() -> None:
    assert findings("") == []


# ── Conflicts ────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_clauses_stand_against_each_other() -> None:
    text = clause("2", "1", "når dogn > 10 og utfort_av er kommune", "teller er nei") + clause(
        "3", "1", "når dogn > 15", "teller er ja")
    found = one(text, "ISF610")
    assert (found.clause, found.detail) == ("3", "teller")
    assert found.spot.label == "gir ja, mens 2 gir nei"
    assert found.also[0].label == "gir nei"
    assert found.case == "utdato er 1. januar 2020; utfort_av er kommune; dogn er 20."
    assert found.hint == "Skriv «unntak fra 2» i 3, eller gi dem vilkår som ikke gjelder samtidig."
    assert findings(text.replace("unntak fra 1\n  når dogn > 15", "unntak fra 1; 2\n  når dogn > 15")) == []
    assert findings(text.replace("dogn > 15", "dogn < 5")) == []


def test_every_pair_of_clauses_is_told_once() -> None:
    text = "".join(clause(str(number), "1", f"når dogn mellom {days}", f"teller er {value}")
                   for number, days, value in ((2, "2 og 30", "nei"), (3, "3 og 5", "ja"), (4, "10 og 15", "ja")))
    pairs = {(found.clause, found.spot.label) for found in findings(text)}
    assert pairs == {("3", "gir ja, mens 2 gir nei"), ("4", "gir ja, mens 2 gir nei")}


def test_a_conflict_that_takes_another_episode_to_be_seen() -> None:
    text = clause("2", "1", "når finnes annen i pasient.episoder der annen.dogn > dogn", "teller er nei") + clause(
        "3", "1", "når dogn < 0 eller utfort_av er privat", "teller er ja")
    found = one(text, "ISF610")
    assert "utfort_av er privat; dogn er 0" in found.case
    assert "Episode 2: utdato er 1. januar 2020; dogn er 1" in found.case


def test_what_the_check_says_itself_is_not_said_again() -> None:
    text = clause("2", "1", "når dogn > 10", "teller er nei") + clause("2a", "2", "når dogn > 20", "teller er ja")
    text += clause("3", "1", "når dogn > 10", "teller er ja")
    problems = Problems()
    checked = check([parse(Source("0.isf", HEAD + text), problems)], lambda beside, name: None, problems)
    assert [each.code for each in checked.problems] == ["ISF426"]
    assert findings(text) == []


# ── Gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_case_without_a_rule() -> None:
    text = result("sum_av", "sum_av er 1 når dogn < 5", "sum_av er 2 når dogn > 5 og journalfort", "sum_av er 3 når "
                  "dogn > 5 og utfort_av er kommune")
    text = text.replace("sum_av er 3 når", "sum_av er 2 når")
    found = one(text, "ISF611")
    assert (found.clause, found.case) == ("sum_av", "utdato er 1. januar 2020; dogn er 5.")
    mended = text.replace("dogn < 5", "dogn <= 5 eller ikke journalfort og utfort_av er ikke kommune")
    assert findings(mended.replace("sum_av er 1", "sum_av er 2")) == []


def test_a_gap_below_zero_is_not_worth_a_word() -> None:
    assert findings(result("fast", "fast er 1 når dogn >= 0")) == []


def test_a_gap_where_a_fact_lacks() -> None:
    found = one(result("fast", "fast er 1 når minutter finnes"), "ISF611")
    assert found.case == "utdato er 1. januar 2020; minutter mangler."
    assert one(result("fast", "fast er 1 når journalfort finnes"), "ISF611").case == (
        "utdato er 1. januar 2020; journalfort mangler.")


# ── What is never reached ────────────────────────────────────────────────────────────────────────────────────


def test_a_clause_that_never_applies() -> None:
    text = clause("2", "1", "når dogn > 10 og dogn < 5", "krav journal «ført»", "  journalfort", "ellers teller er nei")
    found = one(text, "ISF612")
    assert (found.clause, found.spot.label) == ("2", "ingen sak oppfyller vilkårene i «når»")
    assert findings(text.replace("dogn < 5", "dogn < 50")) == []


def test_a_rule_that_never_applies() -> None:
    text = clause("2", "1", "når dogn > 10", "regel kort: teller er nei når dogn < 5",
                  "regel lang: teller er nei når dogn > 50")
    found = one(text, "ISF613")
    assert (found.clause, found.detail) == ("2", "kort")
    assert findings(text.replace("dogn < 5 ", "dogn < 15 ").replace("dogn < 5\n", "dogn < 15\n")) == []


@pytest.mark.parametrize(("guard", "code", "label"), [
    ("dogn > 10", "ISF614", "er oppfylt i alle saker som punktet gjelder"),
    ("dogn < 0", "ISF615", "er ikke oppfylt i noen sak som punktet gjelder"),
])
def test_a_requirement_that_says_nothing(guard: str, code: str, label: str) -> None:
    text = clause("2", "1", f"når {guard}", "krav lengde «minst ett døgn»", "  dogn >= 1", "ellers teller er nei")
    found = one(text, code)
    assert (found.clause, found.detail, found.spot.word, found.spot.label) == ("2", "lengde", "krav lengde", label)
    assert findings(text.replace(guard, "dogn < 10")) == []


def test_exceptions_that_always_apply() -> None:
    text = clause("2", "1", "når dogn > 10", "teller er nei") + clause(
        "3", "2", "når dogn > 5 og journalfort", "teller er ja") + clause(
        "4", "2", "når dogn > 0 og ikke journalfort", "teller er ja")
    found = one(text, "ISF616")
    assert found.clause == "2"
    assert found.spot.label == "får aldri virkning: 3 og 4 gjelder til sammen alltid der 2 gjelder"
    found = one(text.replace(" og journalfort", ""), "ISF616")
    assert found.spot.label == "får aldri virkning: 3 gjelder alltid der 2 gjelder"
    assert findings(text.replace("dogn > 5", "dogn > 15")) == []


def test_what_is_reached_in_an_edition_that_inherits_it_is_there_for_that_one() -> None:
    rate = "\nsats grense : tall\n  fra 2020-01-01: {}   ifølge oss\n"
    first = HEAD + rate.format(0) + clause("2", "1", "når dogn > 5 og dogn < grense", "teller er nei")
    heir = """\
regelverk prøve 2021 «Prøve»
  gjelder 2021-01-01 til 2021-12-31
  endrer prøve 2020
"""
    later = "\nsats grense : tall\n  fra 2021-01-01: {}   ifølge oss\n"
    one_, other = reports(first, heir + later.format(10))
    assert (one_.findings, other.findings) == ((), ())
    one_, other = reports(first, heir + later.format(1))
    assert [each.code for each in one_.findings] == ["ISF612"]
    assert other.findings == ()


def test_a_conflict_is_told_where_it_is_first_so() -> None:
    first = HEAD + clause("2", "1", "når dogn > 10", "teller er nei")
    heir = "regelverk prøve {0} «Prøve»\n  gjelder {0}-01-01 til {0}-12-31\n  endrer prøve {1}\n"
    second = heir.format(2021, 2020) + clause("3", "1", "når dogn > 15", "teller er ja").replace("oss", "oss")
    found = reports(first, second, heir.format(2022, 2021))
    assert [[each.code for each in report.findings] for report in found] == [[], ["ISF610"], []]


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def table(policy: str, *rows: str) -> str:
    return (f"\nbeslutning slag : tall for Episode   treff {policy}\n  ifølge oss\n  | dogn | dogn * 2 || utfall |\n"
            + "".join(f"  | {row} |\n" for row in rows))


def test_rows_that_overlap_where_columns_read_the_same_fact() -> None:
    found = one(table("én", "<= 5 | - || 1", "> 5 | - || 2", "- | > 18 || 3"), "ISF617")
    assert (found.spot.label, found.case) == ("rad 2 og rad 3 treffer begge", "utdato er 1. januar 2020; dogn er 10.")
    assert findings(table("én", "<= 5 | - || 1", "> 5 | <= 18 || 2", "- | > 18 || 3")) == []


def test_rows_that_are_shadowed() -> None:
    found = one(table("første", "> 10 | - || 1", "- | > 30 || 2", "- | - || 3"), "ISF618")
    assert (found.detail, found.spot.label) == ("rad 2", "radene over tar alle saker som passer her")
    found = one(table("første", "> 10 | < 10 || 1", "- | - || 3"), "ISF618")
    assert (found.detail, found.spot.label) == ("rad 1", "ingen verdier passer med alle cellene")
    assert findings(table("første", "> 10 | - || 1", "- | > 10 || 2", "- | - || 3")) == []


def test_a_gap_in_a_table() -> None:
    found = one(table("én", "<= 5 | - || 1", "- | > 12 || 2"), "ISF619")
    assert (found.clause, found.case) == ("slag", "utdato er 1. januar 2020; dogn er 6.")
    assert findings(table("én", "<= 5 | - || 1", "- | > 10 || 2")) == []


# ── Values and promises ──────────────────────────────────────────────────────────────────────────────────────


def test_a_value_that_is_always_zero() -> None:
    text = result("andel", "når dogn mellom 0 og 31", "andel er avrund_ned(dogn / 365; 0) ellers 1") + clause(
        "andre", "andel", "når ikke dogn mellom 0 og 31", "andel er 1")
    found = one(text, "ISF620")
    assert (found.detail, found.spot.label) == ("andel", "gir 0 i alle saker der regelen gjelder")
    assert findings(text.replace("avrund_ned", "avrund_opp")) == []


def test_a_property_that_speaks_of_no_case() -> None:
    text = ("\negenskap lange «Lange teller»\n  for alle Episode a\n  der a.dogn > 10 og a.dogn < 5\n"
            "  gjelder a.teller\n")
    found = one(text, "ISF621")
    assert (found.detail, found.spot.label) == ("lange", "ingen sak oppfyller vilkårene i «der»")
    assert findings(text.replace("< 5", "> 5")) == []


# ── What is not sure is not said ─────────────────────────────────────────────────────────────────────────────


def test_a_clause_for_more_than_there_is_room_for_is_not_said_to_be_dead() -> None:
    text = clause("2", "1", "når (antall e i pasient.episoder der e.dogn > 1) > 10", "teller er nei")
    (report,) = reports(HEAD + text)
    assert report.findings == ()
    assert [each.asked for each in report.unsettled] == ["om 2 kan gjelde"]
    assert "flere er ikke prøvd" in report.unsettled[0].reason
    never = clause("2", "1", "når (antall e i pasient.episoder der e.dogn > 1) < 0", "teller er nei")
    assert one(never, "ISF612").clause == "2"


def test_a_list_may_be_longer_than_there_is_room_for() -> None:
    text = clause("2", "1", "når (antall k i koder) > 8 og «A» i koder", "teller er nei")
    (report,) = reports(HEAD + text)
    assert report.findings == ()
    assert len(report.unsettled) == 1


def test_a_witness_that_the_interpreter_decides_otherwise_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    real = rooms.replayed

    def other(document: dict[str, Any], *rest: Any) -> Any:
        (episode,) = document["episoder"]
        return real({"episoder": [{"utdato": episode["utdato"]}]}, *rest)

    monkeypatch.setattr(rooms, "replayed", other)
    (report,) = reports(HEAD + result("fast", "fast er 1 når dogn < 5", "fast er 2 når dogn > 5"))
    assert report.findings == ()
    reasons = {each.reason for each in report.unsettled}
    assert reasons == {"saken som ble funnet, ble en annen da den ble avgjort på nytt"}


def test_a_question_that_takes_too_long_is_counted() -> None:
    cubes = "(dogn * dogn * dogn) + (minutter * minutter * minutter)"
    text = result("fast", f"fast er 1 når {cubes} er ikke 114", f"fast er 2 når {cubes} er 114")
    (report,) = reports(HEAD + text, seconds=0.001)
    assert report.findings == ()
    assert any("tidsgrensen" in each.reason for each in report.unsettled)


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────


def run(*words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    start = f"{code}\nimport sys\nfrom rulesdsl.cli import main\nsys.argv = ['isfrules', *{list(words)!r}]\nmain()"
    return subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
                          check=False)


def test_the_command(tmp_path: Path) -> None:
    text = HEAD + clause("2", "1", "når dogn > 10", "krav lengde «minst ett døgn»", "  dogn >= 1",
                         "ellers teller er nei")
    text += clause("3", "1", "når dogn > 20", "teller er nei") + clause("4", "1", "når dogn > 25", "teller er ja")
    (tmp_path / "a.isf").write_text(text, encoding="utf-8")
    made = run("check", "--prove", str(tmp_path))
    folder = tmp_path.name
    assert made.returncode == 1, made.stderr
    assert "advarsel ISF614  Kravet er alltid oppfylt: lengde\n" in made.stdout
    assert "│   krav lengde «minst ett døgn»\n" in made.stdout
    assert "feil ISF610  To punkter står mot hverandre: teller\n" in made.stdout
    assert f"{folder}/a.isf:" in made.stdout
    assert "  Sak: utdato er 1. januar 2020; dogn er 50.\n" in made.stdout
    assert "1 feil og 1 advarsel" in made.stdout
    assert "prøve@2020: " in made.stdout
    assert " spørsmål om alle saker, 2 funn." in made.stdout
    assert run("check", str(tmp_path)).returncode == 0


def test_without_the_solver() -> None:
    made = run("check", "--prove", code="import sys\nsys.modules['z3'] = None")
    assert made.returncode == 2
    assert "pip install 'isfrules[prove]'" in made.stderr


def test_the_solver_is_imported_only_when_it_is_asked() -> None:
    made = run("check", code="import atexit, sys\natexit.register(lambda: print('z3' in sys.modules))")
    assert made.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("name", ["isf@2017", "isf@2020", "isf@2023"])
def test_our_own_editions_have_nothing_to_tell(name: str) -> None:
    edition = shipped(name)
    (report,) = find([edition], seconds=60)
    assert report.findings == ()
    assert report.unsettled == ()
