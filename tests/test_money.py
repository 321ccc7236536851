"""Money of another country: a unit that a rulebook declares."""

from decimal import Decimal
from typing import Any

import pytest
from backends.test_searches import agrees
from test_cases import CASES, checked

from rulesdsl.check.editions import check
from rulesdsl.core import ir
from rulesdsl.core.types import Number, type_name
from rulesdsl.core.values import shown
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.examples import try_examples
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.read_value import Wrong
from rulesdsl.evaluate.what_if import parse_value
from rulesdsl.publish.case_schema import case_schema
from rulesdsl.publish.json import case_json
from rulesdsl.publish.terminal import render_plain
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse

TEXT = (CASES / "good" / "penger_fra_et_annet_land.isf").read_text(encoding="utf-8")
REGION: dict[str, Any] = {
    "region_id": "R1", "dag": "2020-08-01", "budsjett": Decimal("12345.5"), "aktivitet": Decimal(5), "beholder": True,
    "i_yen": Decimal(1000), "i_euro": Decimal(9),
}


@pytest.fixture(scope="module")
def edition() -> ir.Edition:
    return checked(CASES / "good" / "penger_fra_et_annet_land.isf").editions["prøve@2020"]


def read(text: str) -> ir.Edition:
    problems = Problems()
    found = check([parse(Source("prøve.isf", text), problems)], lambda beside, name: None, problems)
    assert not [each for each in found.problems if each.is_error]
    return found.editions["prøve@2020"]


def test_the_example_holds(edition: ir.Edition) -> None:
    assert [outcome.failures for outcome in try_examples(edition)] == [()]


def test_amounts_are_shown_with_the_short_name_and_all_their_decimals(edition: ir.Edition) -> None:
    run = decide(edition, load(Document(REGION), edition))
    explained = explain(run, run.case.root)
    said = "".join(render_plain([explained], "prøve", "medium", 80)).replace("\u00a0", " ")
    assert "7 752,50 dkk" in said
    assert "11 102,36 kr" in said
    assert "1 550,50 dkk per poeng" in said
    assert "1 003 jpy" in said
    given = case_json(explained)["results"]["beholdt"]
    assert (given["value"], given["text"], given["unit"], given["type"]) == (
        "7752.50", "7\u00a0752,50\u00a0dkk", "dkk", "dkk")


def test_its_decimals_are_those_declared(edition: ir.Edition) -> None:
    fields = {each.name: each.type for each in edition.entities["Region"].fields}
    scales = {name: kind.scale for name, kind in fields.items() if isinstance(kind, Number)}
    assert scales == {"budsjett": 2, "utbetalt": 3, "i_yen": 0, "i_euro": 2, "aktivitet": 3}
    assert type_name(fields["utbetalt"]) == "dkk med 3 desimaler"
    assert shown(fields["budsjett"], Decimal("-2")) == "\u22122,00\u00a0dkk"
    described = case_schema(edition)["$defs"]["Region"]["properties"]["budsjett"]["description"]
    assert "dkk" in described


def test_a_value_may_be_written_with_it(edition: ir.Edition) -> None:
    kind = next(each.type for each in edition.entities["Region"].fields if each.name == "budsjett")
    assert parse_value(edition, kind, "1 500,50 dkk") == Decimal("1500.50")
    assert not isinstance(parse_value(edition, kind, "3"), Wrong)
    assert getattr(parse_value(edition, kind, "3 kr"), "code", "").startswith("ISF5")


def test_what_it_is_called_means_nothing_and_what_it_is_does(edition: ir.Edition) -> None:
    assert read(TEXT.replace("«danske kroner»", "«kroner fra Danmark»")).meaning == edition.meaning
    assert read(TEXT.replace("danske_kroner", "danske_penger")).meaning == edition.meaning
    assert read(TEXT.replace("dkk", "dk")).meaning != edition.meaning
    assert read(TEXT.replace("forkortet eur", "forkortet eur med 3 desimaler")).meaning != edition.meaning


@pytest.mark.parametrize("rule", [
    "a er 3 dkk", "a er 3 dkk\n  når b", "a er hvis b så 3 dkk ellers 4 danske_kroner", "a er maks(3 dkk; 4 dkk)",
    "a er 3\u00a0dkk  # merknad", "a er 3 dkk når 3 dkk < c\n  d er 3\n  b er ja", "a er 3 dkk d er 3 b er ja",
    "a er 3 dkk når b er ja og c mellom 1 dkk og 2 dkk eller b",
])
def test_a_name_after_a_number_is_a_unit_where_no_rule_begins(rule: str) -> None:
    text = ("regelverk prøve 2020 «P»\n  gjelder 2020-01-01 til 2020-12-31\nkilde k «K» status eksempel\n"
            "enhet danske_kroner forkortet dkk\nentitet Region\n  nøkkel id : tekst\n  rettsdato dag : dato\n"
            "  bb : ja/nei\n  c : danske_kroner\nresultat a : danske_kroner for Region\n"
            f"resultat b : ja/nei for Region\nresultat d : tall for Region\npunkt en «P» ifølge k\n  {rule}\n")
    if "b er ja" not in rule or " og c" in rule:
        text += "punkt to «P» ifølge k\n  b er bb\n"
    if "d er 3" not in rule:
        text += "punkt tre «P» ifølge k\n  d er 3\n"
    assert read(text).results["a"].type == read(text).entities["Region"].fields[3].type


def test_it_is_decided_alike_as_sql(edition: ir.Edition) -> None:
    documents = [{**REGION, "dag": day, "budsjett": amount, "i_yen": amount and amount.to_integral_value()}
                 for day in ("2020-02-01", "2020-08-01") for amount in (None, Decimal(1), Decimal("1500.01"))]
    agrees(edition, [load(Document(each), edition) for each in documents])
