"""Facts set by hand, written as authors write values."""

import datetime
from decimal import Decimal

import pytest
from sample_cases import EDITION

from rulesdsl.core.types import KRONER, NO_UNIT, POENG, Bool, Code, Date, ListOf, Number, Record, Text, Type
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.documents import Document, read_documents
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.what_if import Change, parse_value, set_fact, setting_of

DAY = datetime.date


def episode() -> Thing:
    text = (
        '{"pasient_id": "P1", "episoder": [{"episode_id": "E1", "utdato": "2021-06-01", "kontakttype": 6,'
        ' "utforende": [1], "tjenester": [{"kode": "A", "type": 7}], "avtale": {"forankret": false}}]}'
    )
    return load(read_documents(text, "sak.json")[0][0], EDITION).things[0]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Bool(), "ja", True),
        (Bool(), " nei ", False),
        (Bool(), "ukjent", None),
        (Text(), "442", "442"),
        (Text(), "«442»", "442"),
        (Text(), '"ukjent"', "ukjent"),
        (Date(), "2020-06-01", DAY(2020, 6, 1)),
        (Number(3, POENG), "155,11", "155.110"),
        (Number(3, POENG), "155,11 poeng", "155.110"),
        (Number(2, KRONER), "3 552 639,44 kr", "3552639.44"),
        (Number(2, KRONER), "3\u00a0552 kroner", "3552.00"),
        (Number(0), "-3", "-3"),
        (Number(0), "−3", "-3"),
        (Number(2, NO_UNIT), "40 %", "0.40"),
        (Code("Utforer"), "kommune", "kommune"),
        (Code("Kontakttype"), "2", "behandling"),
        (Code("Fagomrade"), "010", "kirurgi"),
        (ListOf(Text()), "a; b", ("a", "b")),
        (ListOf(Text()), "{a; b}", ("a", "b")),
        (ListOf(Text()), "{}", ()),
        (ListOf(Code("Helsepersonell")), "lege;2", ("lege", "sykepleier")),
        (ListOf(Number(1)), "1,5;2", (Decimal("1.5"), Decimal("2.0"))),
    ],
)
def test_a_value_is_read_as_it_is_typed(kind: Type, text: str, value: object) -> None:
    parsed = parse_value(EDITION, kind, text)
    assert (str(parsed) if isinstance(parsed, Decimal) else parsed) == value


@pytest.mark.parametrize(
    ("kind", "text", "code", "hint"),
    [
        (Bool(), "true", "ISF513", ""),
        (Bool(), "neii", "ISF513", "Mente du «nei»?"),
        (Text(), "", "ISF513", "ukjent"),
        (Date(), "1.6.2020", "ISF514", "2020-06-01"),
        (Number(3, POENG), "155.11", "ISF513", "komma"),
        (Number(3, POENG), "155,1111", "ISF515", ""),
        (Number(3, POENG), "155 kr", "ISF513", "Skriv tallet i poeng."),
        (Number(0), "3 kr", "ISF513", ""),
        (Number(2, KRONER), "40 %", "ISF513", "kroner"),
        (Number(0), "12 34", "ISF513", ""),
        (Number(0), "9" * 2_000_000, "ISF513", ""),
        (Number(0, (), 10), "11", "ISF516", ""),
        (Code("Utforer"), "komune", "ISF517", "Mente du «kommune»?"),
        (ListOf(Text()), "a;ukjent", "ISF520", ""),
        (ListOf(Text()), "a;", "ISF513", "ukjent"),
        (ListOf(Number(0)), "1;x", "ISF513", ""),
        (ListOf(Text()), ";".join("a" * 1001), "ISF519", ""),
        (Record("Avtale"), "ja", "ISF513", "felt"),
        (ListOf(Record("Tjeneste")), "a", "ISF513", "felt"),
    ],
)
def test_a_text_that_is_no_value_says_why(kind: Type, text: str, code: str, hint: str) -> None:
    error = parse_value(EDITION, kind, text)
    assert isinstance(error, CaseError)
    assert error.code == code
    assert hint in error.hint
    assert len(error.value) <= 60


def test_a_code_must_be_valid_on_the_days_given() -> None:
    early, late = DAY(2020, 6, 1), DAY(2021, 6, 1)
    assert parse_value(EDITION, Code("Kontakttype"), "video", (late, late)) == "video"
    error = parse_value(EDITION, Code("Kontakttype"), "video", (early, early))
    assert isinstance(error, CaseError)
    assert error.code == "ISF518"


def test_a_fact_is_set_and_says_what_it_was() -> None:
    thing = episode()
    change = set_fact(thing, EDITION, "avtale.forankret", "ja")
    assert isinstance(change, Change)
    assert (change.thing, change.path, change.before, change.value) == (thing, ("avtale", "forankret"), False, True)
    assert change.field.type == Bool()
    assert thing.facts[("avtale", "forankret")] is True


def test_a_field_of_a_record_brings_the_record_and_ukjent_takes_it_away() -> None:
    thing = episode()
    set_fact(thing, EDITION, "avtale", "ukjent")
    assert not [path for path in thing.facts if path[0] == "avtale"]
    set_fact(thing, EDITION, "avtale.forankret", "ukjent")
    assert ("avtale",) not in thing.facts
    set_fact(thing, EDITION, "avtale.forankret", "nei")
    assert thing.facts[("avtale",)] is True


def test_a_fact_of_the_patient_is_set_through_its_name() -> None:
    thing = episode()
    change = set_fact(thing, EDITION, "pasient.fodselsdato", "1950-01-02")
    assert isinstance(change, Change)
    assert change.thing is thing.parent
    assert change.thing.facts[("fodselsdato",)] == DAY(1950, 1, 2)


def test_a_fact_of_another_is_set_as_explanations_write_it() -> None:
    case = load(Document({"pasient_id": "P1", "episoder": [
        {"episode_id": "A", "utdato": "2020-06-01"}, {"episode_id": "B.1=x", "utdato": "2020-06-01"}]}), EDITION)
    first, second = case.things
    path = path_of((second, ("avtale", "forankret")), first)
    change = set_fact(first, EDITION, *setting_of(f" {path} = ja"))
    assert isinstance(change, Change)
    assert (change.thing, path_of((change.thing, change.path), first)) == (second, path)
    assert second.facts[("avtale", "forankret")] is True
    error = set_fact(first, EDITION, "pasient.episoder[C].drg", "442")
    assert isinstance(error, CaseError)
    assert (error.code, error.hint) == ("ISF509", "Mente du «episoder[A]»?")
    assert "finnes ikke i saken" in error.message


@pytest.mark.parametrize(("text", "split"), [
    ("a=b", ("a", "b")), ("a = b=c", ("a", "b=c")), ("a", ("", "")), ("=b", ("", "b")), ("a[x=y].b=", ("a[x=y].b", "")),
    ("a=[x", ("a", "[x")), ("a[x=y", ("", "")),
])
def test_a_setting_is_a_path_and_a_value(text: str, split: tuple[str, str]) -> None:
    assert setting_of(text) == split


def test_the_key_follows_its_field() -> None:
    thing = episode()
    set_fact(thing, EDITION, "episode_id", "E2")
    assert thing.label == "Episode E2"
    set_fact(thing, EDITION, "episode_id", "ukjent")
    assert thing.key is None


@pytest.mark.parametrize(
    ("path", "text", "code", "field", "hint"),
    [
        ("drgg", "442", "ISF509", "drgg", "Mente du «drg»?"),
        ("", "442", "ISF509", "", ""),
        ("avtale.forankre", "ja", "ISF509", "avtale.forankre", "Mente du «forankret»?"),
        ("drg.x", "ja", "ISF509", "drg.x", ""),
        ("tjenester.kode", "ja", "ISF509", "tjenester.kode", ""),
        ("pasint.fodselsdato", "1950-01-02", "ISF509", "pasint.fodselsdato", "Mente du «pasient»?"),
        ("pasient.fodseldato", "1950-01-02", "ISF509", "fodseldato", "Mente du «fodselsdato»?"),
        ("avtale", "ja", "ISF513", "avtale", "felt"),
        ("avtale.forankret", "kanskje", "ISF513", "avtale.forankret", ""),
        ("kontakttype", "henvist", "ISF518", "kontakttype", ""),
        ("pasient.siste_type", "brev", "ISF518", "siste_type", ""),
        ("utdato", "ukjent", "ISF512", "utdato", ""),
        ("utdato", "2020-06-01", "ISF518", "kontakttype", ""),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(path: str, text: str, code: str, field: str, hint: str) -> None:
    thing = episode()
    before = dict(thing.facts)
    error = set_fact(thing, EDITION, path, text)
    assert isinstance(error, CaseError)
    assert (error.code, error.field.removeprefix("episoder[0]").removeprefix(".")) == (code, field)
    assert hint in error.hint
    assert thing.facts == before


def test_a_new_date_is_judged_with_the_codes_within_lists_and_records() -> None:
    thing = episode()
    set_fact(thing, EDITION, "kontakttype", "2")
    error = set_fact(thing, EDITION, "utdato", "2020-06-01")
    assert isinstance(error, CaseError)
    assert error.code == "ISF518"
    set_fact(thing, EDITION, "tjenester", "{}")
    assert isinstance(set_fact(thing, EDITION, "utdato", "2020-06-01"), Change)
    assert thing.facts[("utdato",)] == DAY(2020, 6, 1)
