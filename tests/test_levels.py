"""Things in three levels: a patient, the patient's bills, and the lines of each. Rules of any of them look up, down and
to the side, and tell what they rest on."""

from decimal import Decimal
from typing import Any

import pytest
from test_cases import CASES, checked

from rulesdsl.core import ir
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.examples import try_examples
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Run
from rulesdsl.publish.terminal import render_plain


@pytest.fixture(scope="module")
def edition() -> ir.Edition:
    return checked(CASES / "good" / "tre_ledd.isf").editions["prøve@2020"]


def line(number: int, **facts: Any) -> dict[str, Any]:
    return {"linje_id": f"L{number}", "utfort": f"2020-02-0{number}", "takst": "2ad", "belop": Decimal(100),
            "godkjent": True, **facts}


def bill(number: int, *lines: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"regning_id": f"R{number}", "dato": f"2020-02-0{number}", "tak": Decimal(300), "linjer": list(lines),
            **facts}


def patient(*bills: dict[str, Any]) -> dict[str, Any]:
    return {"pasient_id": "P1", "siste_dag": "2020-12-31", "regninger": list(bills)}


def decided(edition: ir.Edition, raw: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The outcome of every result by whose it is and its name: the value, or what it waits for."""
    run = decide(edition, load(Document(raw), edition))
    found: dict[str, dict[str, Any]] = {}
    for (thing, name), outcome in run.outcomes.items():
        waits = sorted(path_of(each, thing) for each in outcome.waits.missing)
        found.setdefault(thing.place, {})[name] = outcome.value if outcome.status == "known" else waits
    return found


def test_rules_look_up_down_and_to_the_side(edition: ir.Edition) -> None:
    found = decided(edition, patient(
        bill(1, line(1, belop=Decimal(500)), line(2, takst="2ae", godkjent=False), line(3)), bill(2)))
    assert found["regninger[0]"] == {
        "refusjon_tak": 300, "regningen": 500, "godkjente": 2, "alt_godkjent": False, "storste": 300,
        "forste_takst": "2ad", "forste_regning": True,
    }
    assert found["regninger[1]"] == {
        "refusjon_tak": 300, "regningen": 0, "godkjente": 0, "alt_godkjent": True, "storste": 0,
        "forste_takst": "ingen", "forste_regning": False,
    }
    assert found["regninger[0].linjer[0]"] == {"refusjon": 300, "alene": False, "linjer_i_alt": 2}
    assert found["regninger[0].linjer[1]"]["alene"] is True
    assert found[""] == {"aret": 500, "har_dyr": False}


def test_a_fact_that_one_line_lacks_is_lacked_by_all_that_rests_on_it(edition: ir.Edition) -> None:
    hole = line(1)
    del hole["belop"]
    found = decided(edition, patient(bill(1, hole, line(2, takst="2ae")), bill(2, line(1))))
    assert found["regninger[0].linjer[0]"]["refusjon"] == ["belop"]
    assert found["regninger[0].linjer[1]"]["refusjon"] == 100
    assert found["regninger[0]"]["regningen"] == ["linjer[L1].belop"]
    assert found["regninger[1]"]["regningen"] == 100
    assert found[""]["aret"] == ["regninger[R1].linjer[L1].belop"]


def test_what_is_above_and_beside_is_called_by_the_way_there(edition: ir.Edition) -> None:
    hole = line(1)
    del hole["godkjent"]
    found = decided(edition, patient(bill(1, hole), {**bill(2, line(1)), "tak": None}))
    assert found["regninger[1].linjer[0]"]["refusjon"] == ["regning.tak"]
    assert found["regninger[1].linjer[0]"]["linjer_i_alt"] == ["regning.pasient.regninger[R1].linjer[L1].godkjent"]
    assert found["regninger[1]"]["forste_regning"] == ["pasient.regninger[R1].linjer[L1].godkjent"]


def test_one_that_comes_alone(edition: ir.Edition) -> None:
    assert decided(edition, bill(1, line(1), line(2, takst="2ae")))[""]["regningen"] == 200
    run = decide(edition, load(Document(line(1)), edition))
    (thing,) = run.case.things
    waits = run.outcomes[thing, "refusjon"].waits
    assert [path_of(each, thing) for each in waits.missing] == ["regning.tak"]


# ── Explanations ─────────────────────────────────────────────────────────────────────────────────────────────


def explained(edition: ir.Edition, raw: dict[str, Any], place: str, width: int = 80) -> str:
    run = decide(edition, load(Document(raw), edition))
    return "".join(render_plain([explain(run, _at(run, place))], "prøve", "medium", width)).replace("\u00a0", " ")


def _at(run: Run, place: str) -> Thing:
    return next(thing for thing in run.case.things if thing.place == place)


@pytest.mark.parametrize("width", [80, 120])
def test_a_sum_tells_what_each_line_gave(edition: ir.Edition, width: int) -> None:
    said = explained(edition, patient(bill(1, line(1, belop=Decimal("250.50")), line(2, godkjent=False))),
                     "regninger[0]", width)
    assert "350,50 kr = summen av l.refusjon for l i linjer\n" in said
    rows = [row.split() for row in said.splitlines()]
    assert ["Linje", "L1", "250,50", "kr"] in rows
    assert ["Linje", "L2", "100,00", "kr"] in rows
    assert ["de", "som", "telles", "Linje", "L1"] in rows
    assert ["holder", "ikke", "for", "Linje", "L2"] in rows
    assert all(len(row) <= width for row in said.splitlines())


def test_a_long_sum_tells_the_last_of_it_as_one(edition: ir.Edition) -> None:
    lines = [line(1, linje_id=f"L{number}", belop=Decimal(number)) for number in range(1, 31)]
    said = explained(edition, patient(bill(1, *lines)), "regninger[0]")
    rows = [row.split() for row in said.splitlines()]
    assert ["Linje", "L19", "19,00", "kr"] in rows
    assert ["11", "til", "275,00", "kr"] in rows
    assert ["Linje", "L20", "20,00", "kr"] not in rows


def test_the_marks_of_lines_are_marks_of_what_rests_on_them(edition: ir.Edition) -> None:
    run = decide(edition, load(Document(patient(bill(1, line(1)))), edition))
    (aret,) = (each for each in explain(run, run.case.root).results if each.name == "aret")
    assert {mark.what for mark in aret.marks} == {"punkt pasienten", "punkt alt", "punkt linjen"}


def test_only_a_search_among_those_that_are_not_there_is_noted(edition: ir.Edition) -> None:
    said = explained(edition, bill(1, line(1)), "")
    assert "regler som ser på andre regninger, ser ingen" in said
    assert "andre linjer" not in said


# ── Examples ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_examples_of_things_in_levels(edition: ir.Edition) -> None:
    assert [outcome.failures for outcome in try_examples(edition)] == [()]
