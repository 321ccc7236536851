"""Where two editions can differ: known answers for small changes, and cases that were decided again."""

import json
import random
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import Isfrules
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_rulebook import write
from test_compare_laws import Drawn, cases, editions

from rulesdsl.compare.mixtures import read_differently
from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.generate.drawing import draw_facts, lone
from rulesdsl.generate.plan import plan
from rulesdsl.prove.difference import Difference, Proof, Said
from rulesdsl.prove.difference_proof import prove_difference
from rulesdsl.publish.difference import page
from rulesdsl.publish.terminal import render_page_plain
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED, shipped

FIRST = """\
regelverk p 2020 «Prøve 2020»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» Kontoret 2020 status eksempel

kodeverk Form «Form»
  oppmøte = 1
  video   = 2
  telefon = 3

entitet Sak «Sak»
  nøkkel sak_id  : tekst
  rettsdato dato : dato
  form           : Form
  lege           : ja/nei
  journal        : ja/nei
  varighet       : timer
  gruppe         : tekst

sats pris : kroner per poeng «Pris»
  fra 2020-01-01: 100 ifølge oss

tabell vekt «Vekter»
  nøkkel gruppe : tekst
  kolonne vekt : poeng
  fil «vekt_a.csv» ifølge oss

resultat tellende : ja/nei for Sak «Tellende»
resultat vekting : poeng for Sak «Poeng»
resultat refusjon : kroner for Sak «Refusjon»

punkt hoved «Hovedregel»
  ifølge oss
  tellende er ja

punkt journal «Journal»
  ifølge oss
  unntak fra hoved
  når ikke journal
  tellende er nei

punkt 6.2 «Video»
  ifølge oss
  unntak fra hoved
  når form er video
  krav lege «en lege er med»
    lege
  ellers tellende er nei

punkt 7 «Korte kontakter»
  ifølge oss
  unntak fra hoved
  når varighet < 2 timer
  tellende er nei

punkt vekting «Poeng»
  ifølge oss
  vekting er vekt[gruppe].vekt ellers 0 poeng

punkt betaling «Betaling»
  ifølge oss
  regel betalt: refusjon er avrund(vekting * pris; 2) når tellende
  regel ikke_betalt: refusjon er 0 kr når ikke tellende
"""

SECOND = """\
regelverk p 2021 «Prøve 2021»
  gjelder 2021-01-01 til 2021-12-31
  endrer p 2020

"""

WEIGHTS = "gruppe;vekt\nA;1,000\nB;2,000\nC;0,000\n"
NEW_WEIGHTS = "gruppe;vekt\nA;1,000\nB;2,500\nC;0,000\n"

Proving = Callable[..., Proof]


@pytest.fixture
def proving(tmp_path: Path) -> Proving:
    """Proves what a change does, and decides every case that is shown once more."""

    def prove(change: str, *results: str, first: str = FIRST, weights: str = NEW_WEIGHTS) -> Proof:
        root = write(tmp_path / "r", a=first, b=SECOND + change)
        (root / "vekt_a.csv").write_text(WEIGHTS, encoding="utf-8")
        (root / "vekt_b.csv").write_text(weights, encoding="utf-8")
        workspace = Workspace(root)
        before, after = workspace.edition("p@2020"), workspace.edition("p@2021")
        assert before is not None, workspace.checked.problems
        assert after is not None, workspace.checked.problems
        found = prove_difference(before, after, results)
        replayed(found, workspace)
        return found

    return prove


def replayed(found: Proof, workspace: Workspace) -> None:
    """Every case that is shown is decided as it says, and otherwise by the other edition."""
    editions = [workspace.edition(each.id) for each in (found.before, found.after)]
    for each in found.differences:
        witnesses = [part.witness for part in each.parts] + ([each.missing.witness] if each.missing else [])
        for witness in witnesses:
            assert witness is not None
            said = []
            for edition, answer in zip(editions, (witness.answers.before, witness.answers.after), strict=True):
                assert edition is not None
                assert answer is not None
                case = load(Document(witness.document), edition)
                assert not case.errors
                thing = next(one for one in case.things if one.place == witness.place)
                outcome = decide(edition, case).outcomes[thing, each.result]
                assert outcome.status == answer.status
                said.append((outcome.status, outcome.value if outcome.status == "known" else None))
                assert said[-1][1] == answer.value
            assert said[0] != said[1]


def only(found: Proof) -> Difference:
    (made,) = found.differences
    return made


def texts(said: tuple[Said, ...]) -> set[str]:
    return {each.text.replace("\u00a0", " ") for each in said}


def told(made: Difference) -> list[set[str]]:
    return [texts(part.said) for part in made.parts]


PRICE = "sats pris : kroner per poeng «Pris»\n  fra 2021-01-01: 110 ifølge oss\n"


def test_a_price(proving: Proving) -> None:
    made = only(proving(PRICE))
    assert made.answered == "ulikt"
    assert told(made) == [{"tellende er ja", "vekting er ikke 0 poeng"}]
    assert made.parts[0].always
    assert made.missing is None
    assert made.up is not None
    assert made.down is not None
    assert (made.up.amount, made.down.amount) == (Decimal("20.00"), Decimal(0))


def test_a_price_that_rounding_may_hide(proving: Proving) -> None:
    """Of 0,001 poeng a price of 100,01 gives the same øre as one of 100."""
    price = "sats pris : kroner per poeng «Pris»\n  fra 2021-01-01: 100,01 ifølge oss\n"
    made = only(proving(price, first=FIRST.replace("ellers 0 poeng", "ellers 0,001 poeng")))
    assert made.answered == "ulikt"
    assert [part.always for part in made.parts] == [False]
    assert told(made) == [{"tellende er ja", "vekting er ikke 0 poeng"}]


def test_a_requirement_is_dropped(proving: Proving) -> None:
    made = only(proving("opphev punkt 6.2\n"))
    assert made.answered == "ulikt"
    (part,) = made.parts
    assert {"form er video", "lege er nei"} <= texts(part.said)
    assert [each.text for each in part.said if each.changed] == ["form er video", "lege er nei"]
    assert part.always
    assert made.missing is not None
    assert "lege" in made.missing.fields
    assert made.missing.results == ()


def test_a_new_exception(proving: Proving) -> None:
    made = only(proving("""\
punkt telefon «Telefon»
  ifølge oss
  unntak fra hoved
  når form er telefon
  tellende er nei
"""))
    assert [each for each in told(made) if "form er telefon" in each] == told(made)
    assert len(made.parts) == 1


def test_a_limit_that_is_moved_by_one(proving: Proving) -> None:
    made = only(proving("""\
punkt 7 «Korte kontakter»
  ifølge oss
  unntak fra hoved
  når varighet < 3 timer
  tellende er nei
"""))
    assert made.answered == "ulikt"
    (part,) = made.parts
    assert {"varighet < 3 timer", "vekting er ikke 0 poeng"} <= texts(part.said)
    assert part.witness is not None
    assert part.witness.document["varighet"] == Decimal(2)


def test_editions_that_mean_the_same(proving: Proving) -> None:
    found = proving("""\
punkt 7 «Korte kontakter, skrevet på en annen måte»
  ifølge oss
  unntak fra hoved
  når ikke (varighet >= 2 timer)
  tellende er nei

sats pris : kroner per poeng «Pris»
  fra 2021-01-01: 100 ifølge oss
""")
    assert only(found).answered == "likt"
    assert only(found).parts == ()
    assert "Utfallet er likt for alle saker" in text_of(found)


def test_a_cell_of_a_table(proving: Proving) -> None:
    made = only(proving("""\
tabell vekt «Vekter»
  nøkkel gruppe : tekst
  kolonne vekt : poeng
  fil «vekt_b.csv» ifølge oss
"""))
    assert told(made) == [{"tellende er ja", "gruppe er «B»"}]
    assert made.up is not None
    assert made.up.amount == Decimal("50.00")


def test_a_code_that_only_one_edition_has_is_left_out_and_said_to_be(proving: Proving) -> None:
    found = proving("""\
kodeverk Form «Form»
  oppmøte = 1
  video   = 2
  telefon = 3
  brev    = 4

punkt brev «Brev»
  ifølge oss
  unntak fra hoved
  når form er brev
  tellende er nei
""")
    made = only(found)
    assert (made.answered, made.parts) == ("ulikt", ())
    assert made.missing is not None
    assert made.missing.fields == ("form",)  # of a form that is not known only the later edition asks if it is brev
    assert found.left_out == ("koden brev i Form, som bare p@2021 har",)
    assert "koden brev i Form, som bare p@2021 har" in text_of(found)


def test_a_result_by_name_and_one_that_is_new(proving: Proving) -> None:
    found = proving("opphev punkt 6.2\n\nresultat ekstra : ja/nei for Sak «Ekstra»\n\n"
                    "punkt ekstra «Ekstra»\n  ifølge oss\n  ekstra er ja\n", "tellende", "ekstra")
    assert [each.result for each in found.differences] == ["tellende"]
    assert found.not_compared == ("ekstra, som bare p@2021 har",)


def test_an_amount_that_grows_with_a_fact(proving: Proving) -> None:
    first = FIRST.replace("vekting er vekt[gruppe].vekt ellers 0 poeng", "vekting er vekt[gruppe].vekt ellers uttrekk")
    made = only(proving(PRICE, first=first.replace("  gruppe         : tekst", "  gruppe : tekst\n  uttrekk : poeng")))
    assert made.up is not None
    assert (made.up.amount, made.up.grows_with, made.up.by_one) == (None, ("uttrekk",), Decimal("20.00"))


def test_an_amount_that_a_rule_limits_upward_alone(proving: Proving) -> None:
    first = FIRST.replace("vekting er vekt[gruppe].vekt ellers 0 poeng", "vekting er min(stykker; 1000) * 1 poeng")
    first = first.replace("  gruppe         : tekst", "  gruppe : tekst\n  stykker : tall")
    made = only(proving(PRICE, first=first))
    assert made.up is not None
    assert (made.up.amount, made.up.grows_with) == (Decimal("10000.00"), ())
    assert made.down is not None
    assert (made.down.amount, made.down.grows_with) == (None, ("stykker",))


def test_a_limit_on_parts_says_that_there_may_be_more(tmp_path: Path) -> None:
    change = "opphev punkt 6.2\n\nopphev punkt 7\n"
    root = write(tmp_path / "r", a=FIRST, b=SECOND + change)
    (root / "vekt_a.csv").write_text(WEIGHTS, encoding="utf-8")
    workspace = Workspace(root)
    before, after = workspace.edition("p@2020"), workspace.edition("p@2021")
    assert before is not None
    assert after is not None
    made = only(prove_difference(before, after, parts=1))
    assert (made.answered, len(made.parts), made.reason) == ("ikke ferdig", 1, "det er flere enn 1 deler")
    assert only(prove_difference(before, after, seconds=0.001)).answered == "ikke ferdig"


def text_of(found: Proof) -> str:
    return "".join(line for lines in render_page_plain(page(found), 200) for line in lines)


# ── Cases that were not found by the solver ──────────────────────────────────────────────────────────────────


def agreeing(made: Difference, before: Edition, after: Edition, document: Document) -> int:
    """Holds every thing of a case to what is proved; how many had another answer."""
    cases = [load(document, edition) for edition in (before, after)]
    if any(case.errors for case in cases) or read_differently(*cases) or any(len(case.things) > 3 for case in cases):
        return 0
    runs = [decide(edition, case) for edition, case in zip((before, after), cases, strict=True)]
    differing = 0
    for first, second in zip(cases[0].things, cases[1].things, strict=True):
        if first.entity != made.entity:
            continue
        decided = (runs[0], first), (runs[1], second)
        outcomes = [run.outcomes[thing, made.result] for run, thing in decided]
        said = [(each.status, each.value if each.status == "known" else None) for each in outcomes]
        differ, settled = said[0] != said[1], all(status != "unknown" for status, _ in said)
        inside = [part for part in made.parts if part.holds(decided)]
        if differ and settled:
            assert inside
        elif differ and not inside:
            assert made.missing is not None
            stuck = any(outcome.status in ("no_rule", "conflict") for run in runs for outcome in run.outcomes.values())
            lacks = any(tuple(name.split(".")) not in thing.facts for name in made.missing.fields
                        for thing in cases[0].things)
            assert lacks or (stuck and made.missing.results)
        if settled:
            assert differ or not any(part.always for part in inside)
        differing += differ
    return differing


@pytest.mark.parametrize(("names", "clauses"), [(("isf@2018", "isf@2019"), {"6.2"}), (("isf@2019", "isf@2020"), set())])
def test_the_real_editions(names: tuple[str, str], clauses: set[str]) -> None:
    before, after = (shipped(name) for name in names)
    found = prove_difference(before, after, count=2)
    replayed(found, SHIPPED)
    made = only(found)
    assert made.answered == "ulikt"
    assert clauses <= {each.clause for part in made.parts for each in part.said if each.changed}
    assert made.up is not None
    assert made.up.grows_with == ("korrigerte_poeng",)
    differing = 0
    for at, edition in enumerate((before, after)):
        chance, drawing = random.Random(at), plan(edition)
        kind, choose = drawing.kind(None), random.Random(at + 7).randrange
        for _ in range(150):
            whole = chance.choice([1, 0.9, 0.3])
            facts = draw_facts(drawing, kind, choose, None, whole)
            differing += agreeing(made, before, after, Document(lone(drawing, kind, choose, facts)))
    assert differing > 10


def test_video_without_a_doctor_is_a_part_of_what_2019_changed() -> None:
    before, after = shipped("isf@2018"), shipped("isf@2019")
    made = only(prove_difference(before, after, count=1))
    assert {"isf poeng er ikke 0 poeng", "tellende er ja etter ISF 2019", "lege er ikke i utførende helsepersonell",
            "omsorgsnivå er poliklinisk og kontaktform er video"} in told(made)
    assert all(part.always for part in made.parts)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(editions(2020), editions(2021), st.lists(cases(), min_size=5, max_size=25))
def test_generated_editions(first: Drawn, second: Drawn, documents: list[Document]) -> None:
    before, after = first.edition(), second.edition()
    for made in prove_difference(before, after, count=2).differences:
        assert made.answered != "ikke ferdig", made.reason
        assert made.answered == "ulikt" or not made.parts
        for document in documents:
            differing = agreeing(made, before, after, document)
            assert not differing or made.answered == "ulikt"


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command(isfrules: Isfrules, tmp_path: Path) -> None:
    root = write(tmp_path / "r", a=FIRST, b=SECOND + PRICE)
    (root / "vekt_a.csv").write_text(WEIGHTS, encoding="utf-8")
    ran = isfrules("--rulebooks", root, "diff", "p@2020", "p@2021", "--prove")
    assert ran.exit_code == 0, ran.output
    assert "Refusjon: ulikt i ett tilfelle, bevist" in ran.output
    assert "tellende er ja" in ran.output
    made = json.loads(isfrules("--rulebooks", root, "diff", "p@2020", "p@2021", "--prove", "--format", "json").output)
    assert (made["schema"], made["proved"]) == ("isfrules.difference/1", True)
    (result,) = made["results"]
    assert result["verdict"] == "different"
    assert result["largest_increase"]["amount"] == "20.00"
    assert [each["text"] for each in result["parts"][0]["all_of"]] == ["tellende er ja", "vekting er ikke 0\u00a0poeng"]
    text = isfrules("--rulebooks", root, "diff", "p@2020", "p@2021", "--prove", "--format", "markdown").output
    assert "### 1\\. Alltid ulikt når" in text


def test_a_call_that_is_wrong(isfrules: Isfrules, tmp_path: Path) -> None:
    root = write(tmp_path / "r", a=FIRST, b=SECOND + PRICE)
    (root / "vekt_a.csv").write_text(WEIGHTS, encoding="utf-8")
    call = ("--rulebooks", root, "diff", "p@2020", "p@2021")
    assert "--parts er for --prove." in isfrules(*call, "--parts", "3").output
    ran = isfrules(*call, "--prove", "--result", "refusjo")
    assert ran.exit_code == 2
    assert "Mente du «refusjon»?" in ran.output
    assert isfrules(*call, "--prove", "--data", "x.json").exit_code == 2


def test_without_the_solver(isfrules: Isfrules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "r", a=FIRST, b=SECOND + PRICE)
    (root / "vekt_a.csv").write_text(WEIGHTS, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "z3", None)
    ran = isfrules("--rulebooks", root, "diff", "p@2020", "p@2021", "--prove")
    assert ran.exit_code == 2
    assert "pip install 'isfrules[prove]'" in ran.output
    assert isfrules("--rulebooks", root, "diff", "p@2020", "p@2021").exit_code == 0
