"""A course across schemes: who pays what is what each rulebook gives alone, to the øre, and no krone counts twice."""

import copy
import datetime
import json
import random
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import Isfrules
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from rulesdsl.courses import explain_courses
from rulesdsl.deciding import NoEdition, Question, explain_text
from rulesdsl.evaluate.course import Course
from rulesdsl.publish.course_schema import course_schema
from rulesdsl.publish.json import explanation_schema
from rulesdsl.workspace import Workspace
from tests.shipped import SHIPPED

ROOT = Path(__file__).parents[2]
FILE = ROOT / "examples" / "forlop.json"
LISTS = {"regninger": "takst_lege", "undersokelser": "lab_og_radiologi", "episoder": "isf",
         "ventinger": "utskrivningsklare", "betalinger": "egenandel"}

Document = dict[str, Any]


@cache
def workspace() -> Workspace:
    return SHIPPED


@pytest.fixture
def document() -> Document:
    found: Document = json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def written(document: object) -> str:
    return json.dumps(document, default=float)


def course(document: object) -> Course:
    (found,) = explain_courses(workspace(), written(document), "prøve.json", Question(alternatives=False)).courses
    return found


def totals(found: Course) -> dict[str, Decimal]:
    return {each.payer: each.amount for each in found.totals}


def parts(found: Course) -> dict[tuple[str, str], Decimal]:
    """What comes by each rulebook, by rulebook and payer."""
    made: dict[tuple[str, str], Decimal] = {}
    for total in found.totals:
        assert sum(share.amount for share in total.shares) == total.amount
        for share in total.shares:
            key = share.rulebook, total.payer
            made[key] = made.get(key, Decimal(0)) + share.amount
    return made


def codes(found: Course) -> list[str]:
    return [error.code for error in (*found.errors, *(error for each in found.contacts for error in each.errors))]


def alone(document: Document) -> dict[tuple[str, str], Decimal]:
    """What each rulebook gives by itself, by rulebook and payer."""
    found: dict[tuple[str, str], Decimal] = {}
    fields = {name: value for name, value in document.items() if not isinstance(value, list)}
    for name, rulebook in LISTS.items():
        if name not in document:
            continue
        own = {key: value for key, value in fields.items() if key == "pasient_id" or name in WITH_BIRTH}
        question = Question(alternatives=False, rulebook=rulebook)
        for case in explain_text(workspace(), written({**own, name: document[name]}), name, question).cases:
            for result in case.results:
                if result.payer and result.status == "known":
                    assert isinstance(result.value, Decimal)
                    key = rulebook, result.payer
                    found[key] = found.get(key, Decimal(0)) + result.value
    return found


WITH_BIRTH = ("regninger", "episoder", "betalinger")
"""The lists whose rulebook knows the patient's day of birth."""


# ── What it comes to ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_totals_of_the_example(document: Document) -> None:
    """Staten: 30 403 published, and 0,045 points of 50 070 kr at 40 %. Kommunen: three days of 5 508. The patient: just
    the ceiling of 2023. Folketrygden: the doctor's 17 + 11 + 51, 17 + 11 and 72; the laboratory's 23,18 and 5,16; 29
    of the egenandel that crosses the ceiling, and 386 of the one after."""
    found = course(document)
    assert totals(found) == {
        "Staten": Decimal("31304.26"), "Kommunen": Decimal("16524.00"), "Pasienten": Decimal("3040.00"),
        "Folketrygden": Decimal("179.00") + Decimal("28.34") + Decimal("415.00"),
    }
    assert [amount for _, amount in found.sums] == [Decimal("51490.60")]
    assert codes(found) == []
    assert found.notes == ()


def test_each_rulebook_gives_the_same_alone(document: Document) -> None:
    assert parts(course(document)) == alone(document)


def test_contacts_come_in_order_of_date_and_corrections_after_what_they_correct(document: Document) -> None:
    contacts = course(document).contacts
    assert len(contacts) == sum(len(document[name]) for name in LISTS)
    days = [each.day for each in contacts if each.day is not None]
    assert days == sorted(days)
    assert len(days) == len(contacts)
    order = [each.called for each in contacts]
    assert order.index("Regning lege november") < order.index("Betaling egenandel lege november")


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_the_order_of_lists_does_not_matter(order: random.Random) -> None:
    document: Document = json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    names = list(document)
    order.shuffle(names)
    mixed = {name: document[name] for name in names}
    for name in LISTS:
        order.shuffle(mixed[name])
    found, plain = course(mixed), course(document)
    assert totals(found) == totals(plain)
    assert [each.called for each in found.contacts] == [each.called for each in plain.contacts]


# ── Nothing counts twice ─────────────────────────────────────────────────────────────────────────────────────


def test_the_ceiling_only_moves_who_pays(document: Document) -> None:
    """With a frikort from the start of the year the patient pays nothing more of it, and all pay together the same."""
    before = course(document)
    document["betalinger"].insert(0, {"betaling_id": "før", "betalt_dato": "2023-01-02", "slag": "apotek",
                                      "oppgitt_egenandel": 3040})
    after = course(document)
    assert totals(after)["Pasienten"] == Decimal("3040.00")
    assert after.sums[0][1] == before.sums[0][1] + 3040
    assert totals(after)["Folketrygden"] == totals(before)["Folketrygden"] + 3040


def test_a_payment_on_a_bill_is_the_same_money(document: Document) -> None:
    """Below the ceiling the payment adds nothing to what stands on the bill."""
    for each in (document["regninger"], document["betalinger"]):
        del each[1:]
    found = course({**document, "episoder": [], "undersokelser": [], "ventinger": []})
    assert totals(found) == {"Pasienten": Decimal("231.00"), "Folketrygden": Decimal("79.00")}


def test_a_payment_that_does_not_say_so_is_asked_about(document: Document) -> None:
    del document["betalinger"][0]["regning_id"]
    (note,) = course(document).notes
    assert "skriv regning_id på Betaling egenandel lege august" in note


def test_a_bill_that_is_corrected_must_be_there(document: Document) -> None:
    del document["regninger"][1]
    found = course(document)
    assert codes(found) == ["ISF534"]
    assert totals(found)["Pasienten"] == Decimal("3040.00") - (231 - 29)


def test_a_bill_that_already_has_the_frikort_is_not_corrected_twice(document: Document) -> None:
    document["regninger"][1]["frikort"] = True
    found = course(document)
    assert codes(found) == ["ISF535"]
    assert totals(found)["Pasienten"] == Decimal("3040.00") - (231 - 29)
    assert found.sums[0][1] == Decimal("51490.60")


# ── What is not settled ──────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_known_waits_and_is_not_nought(document: Document) -> None:
    del document["episoder"][0]["rapportert_npr"]
    staten = next(each for each in course(document).totals if each.payer == "Staten")
    assert staten.amount == Decimal("901.26")
    (waiting,) = staten.waiting
    assert waiting.contact.called == "Episode skjoldbruskkjertel"
    assert waiting.payment.result.missing == ("rapportert_npr",)


def test_a_correction_waits_for_its_bill(document: Document) -> None:
    del document["regninger"][1]["linjer"][0]["oppgitt_honorar"]
    waiting = [(each.payer, one.payment.of, one.payment.waits or one.payment.result.missing)
               for each in course(document).totals for one in each.waiting]
    assert sorted(waiting) == [
        ("Folketrygden", "Betaling egenandel lege november", ("Regning lege november",)),
        ("Folketrygden", "Linje konsultasjon november", ("oppgitt_honorar",)),
        ("Pasienten", "Betaling egenandel lege november", ("Regning lege november",)),
    ]


@pytest.mark.parametrize(("name", "field", "value"), [
    ("episoder", "debitor", 999), ("ventinger", "utskrevet", "2023-13-01"), ("undersokelser", "slag", "tull"),
    ("episoder", "utdato", "2031-01-01"),
])
def test_an_error_in_one_scheme_leaves_the_others(document: Document, name: str, field: str, value: object) -> None:
    plain = alone(document)
    document[name][0][field] = value
    found = course(document)
    assert len(codes(found)) == 1
    others = {key: amount for key, amount in plain.items() if key[0] != LISTS[name]}
    assert {key: amount for key, amount in parts(found).items() if key[0] != LISTS[name]} == others


def test_what_no_rulebook_knows_is_an_error_that_says_what_was_meant(document: Document) -> None:
    document["episodr"] = document.pop("episoder")
    document["skostorrelse"] = 43
    found = course(document)
    assert [(error.code, error.field, error.hint) for error in found.errors] == [
        ("ISF533", "episodr", "Mente du «episoder»?"), ("ISF533", "skostorrelse", "")]
    assert "Staten" not in totals(found)
    assert totals(found)["Pasienten"] == Decimal("3040.00")


def test_a_field_that_nobody_here_asks_for_is_said(document: Document) -> None:
    found = course({"pasient_id": "P1", "fodselsdato": "1951-02-11", "ventinger": document["ventinger"]})
    assert found.notes == ("Ingen av regelverkene her spør etter fodselsdato.",)
    assert totals(found) == {"Kommunen": Decimal("16524.00")}


def test_a_wrong_fact_of_the_patient_is_told_once(document: Document) -> None:
    document["fodselsdato"] = "1951-02-31"
    assert codes(course(document)) == ["ISF514"]


# ── Lists of the same name, and other documents ──────────────────────────────────────────────────────────────


def same_name(stem: str, number: int = 0) -> tuple[Document, Document]:
    found: Document = json.loads((ROOT / "examples" / f"{stem}.json").read_text(encoding="utf-8"))
    return found, found["takstlinjer"][number]


def test_each_thing_of_a_list_goes_to_the_rulebook_that_can_read_it() -> None:
    patient, first = same_name("fysioterapeut-video-2020")
    _, second = same_name("logoped-ny-takst-2021")
    _, third = same_name("kiropraktor-mote")
    found = course({**patient, "takstlinjer": [third, first, second, patient["takstlinjer"][1]]})
    assert {each.place: each.rulebook for each in found.contacts} == {
        "takstlinjer[0]": "takst_kiropraktor", "takstlinjer[1]": "takst_fysioterapeut",
        "takstlinjer[2]": "takst_logoped", "takstlinjer[3]": "takst_fysioterapeut",
    }
    assert codes(found) == []


def test_an_error_is_told_by_its_place_in_the_whole_list() -> None:
    patient, first = same_name("fysioterapeut-video-2020")
    _, second = same_name("kiropraktor-mote")
    broken = {**first, "linje_id": "feil", "frikort": "kanskje"}
    found = course({**patient, "takstlinjer": [second, broken]})
    (error,) = [error for each in found.contacts for error in each.errors]
    assert error.field == "takstlinjer[1].frikort"


def test_the_name_of_a_rulebook_before_the_list_settles_whose_it_is() -> None:
    patient, first = same_name("fysioterapeut-video-2020")
    named = {name: value for name, value in patient.items() if name != "takstlinjer"}
    found = course({**named, "takst_fysioterapeut.takstlinjer": [first]})
    assert [(each.rulebook, each.place) for each in found.contacts] == [
        ("takst_fysioterapeut", "takst_fysioterapeut.takstlinjer[0]")]
    assert totals(found) == totals(course({**patient, "takstlinjer": [first]}))


def test_a_thing_that_fits_several_rulebooks_is_asked_about() -> None:
    (error,) = course({"pasient_id": "P1", "takstlinjer": [{"linje_id": "L1", "dato": "2020-10-05"}]}).errors
    assert error.code == "ISF508"
    assert "takst_logoped.takstlinjer" in error.hint


def test_other_money_is_totalled_apart(document: Document) -> None:
    region = json.loads((ROOT / "examples" / "naerhedsfinansiering-2023.json").read_text(encoding="utf-8"))
    region = region[0] if isinstance(region, list) else region
    norwegian, danish = explain_courses(workspace(), written([document, region]), "to.json").courses
    assert [kind.unit for kind, _ in norwegian.sums] == [(("kroner", 1),)]
    assert [kind.unit for kind, _ in danish.sums] == [(("dkk", 1),)]
    assert totals(danish) == {"Den danske staten": Decimal("465000000.00")}


def test_a_rulebook_that_does_not_say_who_pays_is_not_passed_over(isfrules: Isfrules) -> None:
    shown = isfrules("explain", ROOT / "examples" / "pakkebetaling-hofteprotese-2023.json", "--all").stdout
    assert "Regelverket sier ikke hvem som betaler" in shown
    assert "Oppgjør" in shown


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────


def test_without_all_the_file_says_so(isfrules: Isfrules) -> None:
    result = isfrules("explain", FILE)
    assert result.exit_code == 1
    assert "ISF532" in result.stdout
    assert "--all" in result.stdout


@pytest.mark.parametrize("form", ["tree", "markdown", "html"])
def test_every_form_and_detail(form: str, isfrules: Isfrules) -> None:
    sizes = []
    for detail in ("short", "medium", "full"):
        result = isfrules("explain", FILE, "--all", "--format", form, "--detail", detail)
        assert result.exit_code == 0
        text = result.stdout.replace("\u00a0", " ")
        assert "Pasienten" in text
        assert "3 040,00 kr" in text
        sizes.append(len(text))
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_the_lines_keep_to_the_width(columns: int, isfrules: Isfrules) -> None:
    lines = isfrules("explain", FILE, "--all", COLUMNS=str(columns)).stdout.splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)


def test_json_has_the_shape_of_its_schema_and_can_be_verified(isfrules: Isfrules, tmp_path: Path) -> None:
    text = isfrules("explain", FILE, "--all", "--format", "json").stdout
    found = json.loads(text)
    jsonschema.validate(found, explanation_schema(), cls=jsonschema.Draft202012Validator)
    (made,) = found["courses"]
    assert [each["payer"] for each in made["totals"]] == ["Staten", "Kommunen", "Pasienten", "Folketrygden"]
    for contact in made["contacts"]:
        assert found["cases"][contact["cases"][0]]["heading"].startswith(contact["called"])
        assert contact["payments"] != []
        assert all(payment["counted"] for payment in contact["payments"])
    (tmp_path / "svar.json").write_text(text, encoding="utf-8")
    assert isfrules("verify", tmp_path / "svar.json").exit_code == 0
    changed = copy.deepcopy(found)
    number = next(number for number, each in enumerate(changed["cases"]) if "refusjon" in each["results"])
    changed["cases"][number]["results"]["refusjon"]["value"] = "1.00"
    (tmp_path / "endret.json").write_text(json.dumps(changed), encoding="utf-8")
    assert isfrules("verify", tmp_path / "endret.json").exit_code == 1


def test_findings_end_with_exit_code_one(document: Document, isfrules: Isfrules) -> None:
    del document["episoder"][0]["rapportert_npr"]
    assert isfrules("explain", "-", "--all", given=written(document)).exit_code == 0
    document["tull"] = 1
    assert isfrules("explain", "-", "--all", given=written(document)).exit_code == 1


@pytest.mark.parametrize("option", [
    ("--edition", "isf@2020"), ("--what-if", "drg=290"), ("--compare", "isf@2020"), ("--why-not", "tellende=ja"),
    ("--from", "svar.parquet"), ("--row", "1"),
])
def test_what_is_of_one_rulebook_is_refused(option: tuple[str, str], isfrules: Isfrules) -> None:
    result = isfrules("explain", FILE, "--all", *option)
    assert result.exit_code == 2
    assert "--all" in result.stderr
    if option[0] == "--edition":
        with pytest.raises(NoEdition):
            explain_courses(workspace(), "{}", "tom.json", Question(edition=option[1]))


def test_known_is_the_day_whose_rules_count(document: Document) -> None:
    question = Question(alternatives=False, known=datetime.date(2023, 6, 1))
    (found,) = explain_courses(workspace(), written(document), "prøve.json", question).courses
    assert {error.code for each in found.contacts for error in each.errors} == {"ISF436"}


# ── The shape of a course ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shape() -> jsonschema.Draft202012Validator:
    latest = {each.rulebook: each.id for each in workspace().index}
    editions = [found for name in latest.values() if (found := workspace().edition(name))]
    schema = course_schema(editions)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_example_has_the_shape_of_a_course(shape: jsonschema.Draft202012Validator, document: Document) -> None:
    plain = json.loads(written(document))
    for valid in (plain, [plain, plain], plain | {"ventinger": None}, {"isf.episoder": plain["episoder"]},
                  plain["episoder"][0]):
        assert shape.is_valid(valid)


def test_what_is_no_course(shape: jsonschema.Draft202012Validator, document: Document) -> None:
    plain = json.loads(written(document))
    for key, value in (("episodr", []), ("episoder", {}), ("episoder", [{"utdato": "2023-10-07", "drgg": "1"}]),
                       ("fodselsdato", 1951), ("undersokelser", [3])):
        assert not shape.is_valid(plain | {key: value}), key
    assert not shape.is_valid({"pasient_id": "P1"})


def test_the_command_gives_the_shape_of_a_course(isfrules: Isfrules) -> None:
    made = json.loads(isfrules("schema", "--all").stdout)
    assert made["title"] == "Forløp under alle regelverk"
    assert {"isf", "takst_lege", "egenandel"} <= made["$defs"].keys()
    wrong = isfrules("schema", "--all", "--edition", "isf@2020")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "--edition kan ikke brukes sammen med --all" in wrong.stderr
