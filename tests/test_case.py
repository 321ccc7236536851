"""Documents to facts: each field by its type, every error found and named, and the good facts kept."""

import datetime
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from sample_cases import ANY_VALUE, CALM, EDITION, KEYS, episodes, quoted, written_object

from rulesdsl.catalog import CATALOG
from rulesdsl.catalog.data import DATA
from rulesdsl.core.ir import Kodeverk, Member, Result
from rulesdsl.core.types import Bool
from rulesdsl.evaluate import case as case_module
from rulesdsl.evaluate.case import Case, Reader, load, reader, rettsdatoer
from rulesdsl.evaluate.documents import Document, read_documents

DAY = datetime.date
READER = Reader(EDITION)


def document(text: str) -> Document:
    documents, errors = read_documents(text, "sak.json")
    assert errors == ()
    return documents[0]


def loaded(text: str) -> Case:
    return READER.load(document(text))


def with_field(name: str, value: str, utdato: str = "2020-06-01") -> Case:
    return loaded(f'{{"episode_id": "E1", "utdato": "{utdato}", "{name}": {value}}}')


# ── The shape of a case ──────────────────────────────────────────────────────────────────────────────────────


def test_a_lone_episode_gets_an_empty_patient() -> None:
    case = loaded('{"episode_id": "E1", "utdato": "2020-06-01"}')
    (episode,) = case.things
    assert (case.alone, case.root.entity, case.root.facts, case.root.key) == (True, "Pasient", {}, None)
    assert episode.parent is case.root
    assert case.root.children == {"Episode": [episode]}
    assert (episode.entity, episode.key, episode.place, episode.label) == ("Episode", "E1", "", "Episode E1")
    assert case.errors == ()


def test_a_patient_has_its_episodes_in_order() -> None:
    case = loaded(
        '{"pasient_id": "P1", "fodselsdato": "1950-01-02", "siste_type": "video", "episoder": '
        '[{"episode_id": "B", "utdato": "2021-06-01"}, {"episode_id": "A", "utdato": "2020-06-01"}]}'
    )
    assert not case.alone
    assert case.errors == ()
    assert [(thing.key, thing.place) for thing in case.things] == [("B", "episoder[0]"), ("A", "episoder[1]")]
    assert case.root.children["Episode"] == list(case.things)
    assert case.root.facts == {
        ("pasient_id",): "P1", ("fodselsdato",): DAY(1950, 1, 2), ("siste_type",): "video",
    }
    assert all(thing.parent is case.root for thing in case.things)


@pytest.mark.parametrize("episodes", ["null", "[]"])
def test_a_patient_may_have_no_episodes(episodes: str) -> None:
    case = loaded(f'{{"pasient_id": "P1", "episoder": {episodes}}}')
    assert (case.things, case.errors, case.root.children) == ((), (), {"Episode": []})


def test_an_entity_with_results_is_among_the_things_before_its_children() -> None:
    results = {**EDITION.results, "egenandelstak": Result("egenandelstak", "Pasient", Bool(), "", ())}
    case = load(document('{"episoder": [{"utdato": "2020-06-01"}]}'), evolve(EDITION, results=results))
    assert [thing.entity for thing in case.things] == ["Pasient", "Episode"]
    alone = load(document('{"utdato": "2020-06-01"}'), evolve(EDITION, results=results))
    assert [thing.entity for thing in alone.things] == ["Episode"]


def test_the_place_of_the_document_is_kept() -> None:
    assert READER.load(Document({"utdato": "2020-06-01"}, "linje 3")).place == "linje 3"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{}", "Ta med utdato eller episoder."),
        ('{"pasient_id": "P1", "episodar": []}', "Mente du «episoder»?"),
        ('{"utdatoo": "2020-06-01"}', "Mente du «utdato»?"),
        ('{"pasient_id": "P1"}', "Ta med utdato eller episoder."),
    ],
)
def test_a_document_that_is_nothing_is_said_to_be_so(text: str, hint: str) -> None:
    case = loaded(text)
    assert case.things == ()
    assert [(error.code, error.hint) for error in case.errors] == [("ISF508", hint)]


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "fact"),
    [
        ("journalfort", "true", True),
        ("journalfort", "false", False),
        ("inndato", '"1800-01-01"', DAY(1800, 1, 1)),
        ("inndato", '"2199-12-31"', DAY(2199, 12, 31)),
        ("inndato", '"2020-02-29"', DAY(2020, 2, 29)),
        ("drg", '"442"', "442"),
        ("drg", '""', ""),
        ("korrigerte_poeng", "155.11", "155.110"),
        ("korrigerte_poeng", "155.1100000", "155.110"),
        ("korrigerte_poeng", "-1000000", "-1000000.000"),
        ("korrigerte_poeng", "1e3", "1000.000"),
        ("korrigerte_poeng", "-0.0", "0.000"),
        ("omsorgsniva", "1.0", "1"),
        ("kontakttype", "2", "behandling"),
        ("kontakttype", '"2"', "behandling"),
        ("kontakttype", "2.0", "behandling"),
        ("kontakttype", '"behandling"', "behandling"),
        ("fagomrade", '"010"', "kirurgi"),
        ("utforende", "[1, 2, 1]", ("lege", "sykepleier", "lege")),
        ("utforende", "[]", ()),
        ("sarkoder", '["A", ""]', ("A", "")),
        ("tjenester", '[{"kode": "A", "antall": 2, "tillegg": ["x"]}, {"kode": null}]',
         ({"kode": "A", "antall": Decimal(2), "tillegg": ("x",)}, {})),
    ],
)
def test_a_value_is_read_by_its_type(name: str, value: str, fact: object) -> None:
    case = with_field(name, value)
    assert case.errors == ()
    known = case.things[0].facts[(name,)]
    # The digits of a number are those of its type, so that the same number is always written the same way.
    assert (str(known) if isinstance(known, Decimal) else known) == fact


@pytest.mark.parametrize("name", [decl.name for decl in EDITION.entities["Episode"].fields if decl.name != "utdato"])
def test_null_is_the_same_as_absent(name: str) -> None:
    case = loaded(f'{{"utdato": "2020-06-01", "{name}": null}}')
    assert case.errors == ()
    assert set(case.things[0].facts) == {("utdato",)}


def test_a_record_is_flattened_and_stands_under_its_own_name() -> None:
    case = with_field("avtale", '{"forankret": false, "inngatt": "2019-01-01", "mellom_nivaaer": null}')
    facts = {path: value for path, value in case.things[0].facts.items() if path[0] == "avtale"}
    assert facts == {("avtale",): True, ("avtale", "forankret"): False, ("avtale", "inngatt"): DAY(2019, 1, 1)}
    assert ("avtale",) in with_field("avtale", "{}").things[0].facts
    assert ("avtale",) not in with_field("avtale", "null").things[0].facts


@pytest.mark.parametrize(
    ("name", "value", "code", "said", "hint"),
    [
        ("journalfort", '"ja"', "ISF513", "true eller false, ikke en tekst", "Skriv true, "),
        ("journalfort", "0", "ISF513", "ikke et tall", "Skriv false, "),
        ("journalfort", "[]", "ISF513", "ikke en liste", "Skriv true eller false"),
        ("inndato", "20200601", "ISF513", "skal være en dato", "2020-06-01"),
        ("inndato", '"2021-02-29"', "ISF514", "kalenderen", "2020-06-01"),
        ("inndato", '"20200601"', "ISF514", "år-måned-dag", 'Skriv "2020-06-01".'),
        ("inndato", '"1.6.2020"', "ISF514", "år-måned-dag", 'Skriv "2020-06-01".'),
        ("inndato", '"2020-06-01T10:00"', "ISF514", "år-måned-dag", 'Skriv "2020-06-01".'),
        ("inndato", '"2020-W23-1"', "ISF514", "år-måned-dag", ""),
        ("inndato", '"1799-12-31"', "ISF514", "1800 til 2199", ""),
        ("inndato", '"2200-01-01"', "ISF514", "1800 til 2199", ""),
        ("drg", "442", "ISF513", "en tekst, ikke et tall", "Skriv «442» i anførselstegn."),
        ("drg", "true", "ISF513", "ikke true", ""),
        ("korrigerte_poeng", '"155,11"', "ISF513", "ikke en tekst", "Skriv 155.11, uten anførselstegn."),
        ("korrigerte_poeng", '"155.11"', "ISF513", "ikke en tekst", "Skriv 155.11, uten anførselstegn."),
        ("korrigerte_poeng", "true", "ISF513", "ikke true", ""),
        ("korrigerte_poeng", "155.1101", "ISF515", "høyst 3 desimaler", ""),
        ("korrigerte_poeng", "1e-900", "ISF515", "høyst 3 desimaler", ""),
        ("korrigerte_poeng", "1000000.001", "ISF516", "større enn 1000000", ""),
        ("korrigerte_poeng", "-1e900", "ISF516", "mindre enn -1000000", ""),
        ("omsorgsniva", "1.5", "ISF515", "helt tall", ""),
        ("klokketime", "24", "ISF516", "skal være mellom 0 og 23", ""),
        ("klokketime", "-1", "ISF516", "skal være mellom 0 og 23", ""),
        ("klokketime", "1e900", "ISF516", "skal være mellom 0 og 23", ""),
        ("klokketime", "-0.5", "ISF515", "helt tall", ""),
        ("temperatur", "-2.6", "ISF516", "skal være minst \u22122,5", ""),
        ("kontakttype", "3", "ISF517", "kodeverket Kontakttype", "Velg en av 1 (utredning), "),
        ("kontakttype", "2.5", "ISF517", "«2.5»", ""),
        ("kontakttype", '"2.0"', "ISF517", "«2.0»", ""),
        ("kontakttype", "true", "ISF513", "en kode eller et navn", ""),
        ("fagomrade", "10", "ISF517", "«10»", 'Skriv "010" i anførselstegn.'),
        ("utfort_av", '"komune"', "ISF517", "«komune»", "Mente du «kommune»?"),
        ("kontakttype", "6", "ISF518", "6 (video), som gjelder fra 2021-01-01, ikke 2020-06-01", ""),
        ("kontakttype", '"brev"', "ISF518", "12 (brev), som gjelder til 2016-12-31", ""),
        ("utforende", "1", "ISF513", "skal være en liste", "["),
        ("utforende", json.dumps([1] * 1001), "ISF519", "flere enn 1000", ""),
        ("avtale", "true", "ISF513", "skal være et objekt", "{"),
        ("tjenester", "{}", "ISF513", "skal være en liste", "["),
        ("drgg", "1", "ISF509", "finnes ikke i isf@2020", "Mente du «drg»?"),
        ("fodselsdato", "null", "ISF509", "finnes ikke", "Pasient"),
        ("pasient", '{"fodselsdato": "1950-01-01"}', "ISF509", "finnes ikke",
         'Det hører til Pasient. Skriv saken som {"pasient_id": …, "episoder": [{…}]}.'),
        ("x", "1", "ISF509", "finnes ikke", ""),
    ],
)
def test_a_value_that_cannot_stand(name: str, value: str, code: str, said: str, hint: str) -> None:
    case = with_field(name, value)
    assert [(error.code, error.field) for error in case.errors] == [(code, name)]
    error = case.errors[0]
    assert error.message.startswith(f"Episode E1: {name} ")
    assert said in error.message
    assert hint in error.hint
    if not hint:
        assert "Mente" not in error.hint
    assert error.value
    assert set(case.things[0].facts) == {("episode_id",), ("utdato",)}


@pytest.mark.parametrize(
    ("name", "value", "errors"),
    [
        ("avtale", '{"forankret": 1, "forankre": true, "part": "x", "mellom_nivaaer": true}',
         [("ISF513", "avtale.forankret"), ("ISF509", "avtale.forankre"), ("ISF517", "avtale.part")]),
        ("sarkoder", '["A", null, 3]', [("ISF520", "sarkoder[1]"), ("ISF513", "sarkoder[2]")]),
        ("utforende", "[1, 9, [1]]", [("ISF517", "utforende[1]"), ("ISF513", "utforende[2]")]),
        ("tjenester", '[{"antall": 1001}, null, 1, {"type": 7, "kod": "x", "tillegg": [null]}]',
         [("ISF516", "tjenester[0].antall"), ("ISF520", "tjenester[1]"), ("ISF513", "tjenester[2]"),
          ("ISF518", "tjenester[3].type"), ("ISF509", "tjenester[3].kod"), ("ISF520", "tjenester[3].tillegg[0]")]),
    ],
)
def test_every_error_within_a_field_is_found(name: str, value: str, errors: list[tuple[str, str]]) -> None:
    case = with_field(name, value)
    assert [(error.code, error.field) for error in case.errors] == errors
    if name == "avtale":
        assert case.things[0].facts[("avtale", "mellom_nivaaer")] is True
        assert ("avtale", "forankret") not in case.things[0].facts
    else:
        assert (name,) not in case.things[0].facts


def test_a_list_may_have_a_thousand_elements() -> None:
    case = with_field("sarkoder", json.dumps(["A"] * 1000))
    assert case.errors == ()
    assert len(case.things[0].facts[("sarkoder",)]) == 1000  # type: ignore[arg-type]


def test_a_code_goes_before_a_name_that_is_spelt_like_it() -> None:
    crossed = Kodeverk("Utforer", "", (Member("a", "b", ""), Member("b", "a", ""), Member("c", "d", "")))
    edition = evolve(EDITION, kodeverk={**EDITION.kodeverk, "Utforer": crossed})
    for text, name in (("a", "b"), ("b", "a"), ("c", "c"), ("d", "c")):
        case = load(document(f'{{"utdato": "2020-06-01", "utfort_av": "{text}"}}'), edition)
        assert case.things[0].facts[("utfort_av",)] == name


def test_a_code_is_judged_on_the_day_of_its_own_episode() -> None:
    case = loaded(
        '{"episoder": [{"episode_id": "A", "utdato": "2020-12-31", "kontakttype": "video"},'
        ' {"episode_id": "B", "utdato": "2021-01-01", "kontakttype": "video"},'
        ' {"episode_id": "C", "utdato": "2020-06-30", "kontakttype": 9},'
        ' {"episode_id": "D", "utdato": "2020-07-01", "kontakttype": 9}]}'
    )
    assert [(error.code, error.field) for error in case.errors] == [
        ("ISF518", "episoder[0].kontakttype"), ("ISF518", "episoder[3].kontakttype"),
    ]


def test_without_a_date_of_its_own_a_thing_is_judged_by_the_edition() -> None:
    assert loaded('{"siste_type": 6, "episoder": []}').errors == ()
    case = loaded('{"siste_type": 12, "episoder": []}')
    assert [(error.code, error.field) for error in case.errors] == [("ISF518", "siste_type")]


def test_where_the_date_is_missing_codes_are_not_judged_by_day() -> None:
    for date, code in (("null", "ISF512"), ('"i går"', "ISF514")):
        case = loaded(f'{{"utdato": {date}, "kontakttype": 6}}')
        assert [(error.code, error.field) for error in case.errors] == [(code, "utdato")]
        assert case.things[0].facts == {("kontakttype",): "video"}


def test_keys_are_needed_where_there_are_several() -> None:
    assert loaded('{"episoder": [{"utdato": "2020-06-01"}]}').errors == ()
    case = loaded(
        '{"episoder": [{"utdato": "2020-06-01", "drg": "1"}, {"episode_id": "A", "utdato": "2020-06-01"},'
        ' {"episode_id": "A", "utdato": "2020-06-01"}, {"episode_id": " ", "utdato": "2020-06-01"},'
        ' {"episode_id": 4, "utdato": "2020-06-01"}]}'
    )
    assert [(error.code, error.field, error.value) for error in case.errors] == [
        ("ISF510", "episoder[0].episode_id", "null"), ("ISF511", "episoder[1].episode_id", "A"),
        ("ISF511", "episoder[2].episode_id", "A"), ("ISF510", "episoder[3].episode_id", " "),
        ("ISF513", "episoder[4].episode_id", "4"),
    ]
    assert case.errors[0].message.startswith("Episode i episoder[0]: ")
    assert case.things[0].facts[("drg",)] == "1"
    assert [thing.key for thing in case.things] == [None, "A", "A", None, None]
    assert ("episode_id",) not in case.things[3].facts


def test_an_element_that_is_no_episode_leaves_the_others() -> None:
    case = loaded('{"episoder": [null, {"episode_id": "A", "utdato": "2020-06-01"}, 3]}')
    assert [[(error.code, error.field) for error in thing.errors] for thing in case.things] == [
        [("ISF520", "episoder[0]")], [], [("ISF503", "episoder[2]")],
    ]
    assert case.things[1].facts[("utdato",)] == DAY(2020, 6, 1)


def test_a_list_of_episodes_must_be_a_list_of_a_possible_length(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [error.code for error in loaded('{"episoder": {}}').errors] == ["ISF513"]
    monkeypatch.setattr(case_module, "MAX_MANY", 1)
    case = loaded('{"episoder": [{"utdato": "2020-06-01"}, {"utdato": "2020-06-01"}]}')
    assert [(error.code, error.field) for error in case.errors] == [("ISF519", "episoder")]


def test_a_message_holds_no_sign_that_moves_the_cursor() -> None:
    case = loaded('{"utdato": "2020-06-01", "episode_id": "E\\n\\u001b1", "a\\u001b[2J": "\\r' + "x" * 100 + '"}')
    (error,) = case.errors
    assert (error.message + error.field + error.value).isprintable()
    assert len(error.value) == 60


def test_many_unknown_fields_do_not_take_long_to_say() -> None:
    fields = ", ".join(f'"drg{number}": 1' for number in range(2000))
    case = loaded(f'{{"utdato": "2020-06-01", {fields}}}')
    assert len(case.errors) == 2000
    assert case.errors[0].hint == "Mente du «drg»?"
    assert case.errors[-1].hint == ""


# ── Dates before an edition is picked ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ('{"utdato": "2020-06-01"}', [("", DAY(2020, 6, 1))]),
        ('{"drg": "1"}', [("", None)]),
        ('{"utdato": "2020-13-01"}', [("", None)]),
        ('{"episoder": [{"utdato": "2020-06-01"}, {}, 3, {"utdato": "2021-06-01"}]}',
         [("episoder[0]", DAY(2020, 6, 1)), ("episoder[1]", None), ("episoder[2]", None),
          ("episoder[3]", DAY(2021, 6, 1))]),
        ('{"episoder": 3}', []),
        ('{"noe": 3}', []),
    ],
)
def test_dates_are_read_alone(text: str, dates: list[tuple[str, datetime.date | None]]) -> None:
    assert rettsdatoer(document(text), EDITION.entities) == dates
    assert [thing.place for thing in loaded(text).things] == [place for place, _ in dates]


# ── The catalogue ────────────────────────────────────────────────────────────────────────────────────────────


def codes_of(text: str) -> list[str]:
    documents, errors = read_documents(text, "sak.json")
    return [error.code for error in errors] + [
        error.code for each in documents for error in READER.load(each).errors
    ]


@pytest.mark.parametrize("entry", [each for each in DATA if each.code < "ISF521"], ids=lambda entry: entry.code)
def test_the_examples_of_the_catalogue_are_true(entry: Any) -> None:
    assert set(codes_of(entry.wrong)) == {entry.code}
    assert codes_of(entry.right) == []
    assert CATALOG[entry.code] is entry


def test_texts_and_keys_are_compared_in_nfc() -> None:
    one, other = (loaded(json.dumps({"episode_id": f"E{text}", "utdato": "2020-06-01", "drg": text}))
                  for text in ("å", "a\u030a"))
    assert one.things[0].facts == other.things[0].facts
    assert one.things[0].key == other.things[0].key == "Eå"


def test_readers_are_kept_by_edition() -> None:
    editions = [evolve(EDITION, name=str(number)) for number in range(20)]
    readers = [reader(edition) for edition in editions]
    assert [kept.edition for kept in readers] == editions
    assert reader(editions[-1]) is readers[-1]


# ── Any case ─────────────────────────────────────────────────────────────────────────────────────────────────


@CALM
@given(episodes())
def test_a_valid_episode_gives_just_its_facts(episode: tuple[dict[str, str], Mapping[tuple[str, ...], Any]]) -> None:
    texts, facts = episode
    case = loaded(written_object(texts))
    assert case.errors == ()
    assert case.things[0].facts == facts
    assert case.things[0].key == facts[("episode_id",)]


@CALM
@given(st.lists(KEYS, min_size=1, max_size=3, unique=True).flatmap(
    lambda keys: st.tuples(*(episodes(key=key) for key in keys))
))
def test_a_valid_patient_gives_just_the_facts_of_each(
    pairs: tuple[tuple[dict[str, str], Mapping[tuple[str, ...], Any]], ...],
) -> None:
    case = loaded('{"episoder": [' + ", ".join(written_object(texts) for texts, _ in pairs) + "]}")
    assert case.errors == ()
    assert [thing.facts for thing in case.things] == [facts for _, facts in pairs]


@CALM
@given(episodes(), st.data())
def test_one_bad_field_costs_only_itself(
    episode: tuple[dict[str, str], dict[tuple[str, ...], Any]], data: st.DataObject,
) -> None:
    texts, facts = episode
    name = data.draw(st.sampled_from([*texts, "episode_idd"]).filter(lambda name: name != "utdato"))
    mutated = json.dumps(data.draw(ANY_VALUE))
    case = loaded(written_object({**texts, name: mutated}))
    for error in case.errors:
        assert error.field == name or error.field.startswith((f"{name}.", f"{name}["))
        assert error.code in CATALOG
    kept = {path: value for path, value in case.things[0].facts.items() if path[0] != name}
    assert kept == {path: value for path, value in facts.items() if path[0] != name}
    if name == "episode_idd":
        assert [error.code for error in case.errors] == ["ISF509"]


@CALM
@given(episodes(), ANY_VALUE.filter(lambda value: value != "2020-06-01"))
def test_one_bad_date_costs_only_itself(
    episode: tuple[dict[str, str], dict[tuple[str, ...], Any]], value: object,
) -> None:
    texts, facts = episode
    case = loaded(written_object({**texts, "utdato": json.dumps(value)}))
    assert [error.field for error in case.errors] == ["utdato"]
    assert case.things[0].facts == {path: known for path, known in facts.items() if path != ("utdato",)}


@CALM
@given(st.dictionaries(st.sampled_from([quoted("utdato"), quoted("episoder"), quoted("drg"), quoted("å")]), ANY_VALUE))
def test_nothing_that_is_json_makes_it_raise(raw: dict[str, object]) -> None:
    text = "{" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in raw.items()) + "}"
    case = loaded(text)
    assert len(rettsdatoer(document(text), EDITION.entities)) == len(case.things)
    assert all(error.code in CATALOG and error.message for error in case.errors)


def test_a_field_of_the_patient_in_an_episode_of_hers() -> None:
    """The patient is there already, so there is nothing to say of how to write her."""
    found = loaded('{"pasient_id": "P1", "episoder": [{"utdato": "2020-06-01", "pasient_id": "P1"}]}')
    (error,) = found.things[0].errors
    assert (error.code, error.hint) == ("ISF509", "Flytt feltet til Pasient, det hører til der.")
