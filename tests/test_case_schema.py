"""The JSON Schema of cases: valid itself, true to what loads, and exact."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sample_cases import ANY_VALUE, CALM, EDITION, KEYS, episodes, quoted, written_object

from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import read_documents
from rulesdsl.publish.case_schema import case_schema

SCHEMA = case_schema(EDITION)
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def is_valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(json.loads(text)))


def nodes(schema: object) -> Iterator[object]:
    yield schema
    for below in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nodes(below)


def test_it_is_a_schema_and_holds_no_binary_fractions() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert not [node for node in nodes(SCHEMA) if isinstance(node, float)]
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_field_is_told_of_in_words() -> None:
    fields = SCHEMA["$defs"]["Episode"]["properties"]
    assert set(fields) == {decl.name for decl in EDITION.entities["Episode"].fields}
    assert all(field["title"] and field["description"] for field in fields.values())
    assert fields["utdato"]["title"] == "Dato for utskriving"
    assert "skjønn" in fields["journalfort"]["description"]
    assert fields["korrigerte_poeng"]["description"] == "poeng; høyst 3 desimaler"
    assert fields["klokketime"]["description"] == "tall; hele tall; mellom 0 og 23"
    assert (fields["klokketime"]["minimum"], fields["klokketime"]["maximum"]) == (0, 23)
    assert fields["temperatur"]["description"].endswith("høyst 1 desimal; minst \u22122,5")
    assert fields["temperatur"]["minimum"] == -3
    assert "6 Videokonsultasjon (fra 2021-01-01)" in fields["kontakttype"]["description"]


def test_a_code_has_all_its_ways_and_only_codes_of_the_edition() -> None:
    fields = SCHEMA["$defs"]["Episode"]["properties"]
    assert fields["fagomrade"]["enum"] == ["010", "kirurgi", "070", "urologi", None]
    assert fields["kontakttype"]["enum"][:3] == [1, "1", "utredning"]
    assert "henvist" in fields["kontakttype"]["enum"]
    assert "brev" not in fields["kontakttype"]["enum"]


@pytest.mark.parametrize(
    "text",
    [
        "{}", "3", "[3]", '{"pasient_id": "P1"}',
        '{"utdato": null}', '{"utdato": "01.06.2020"}', '{"utdato": "1799-06-01"}', '{"utdato": "2020-02-30"}',
        '{"utdato": "2020-06-01", "episode_id": null}', '{"utdato": "2020-06-01", "episode_id": " "}',
        '{"utdato": "2020-06-01", "drgg": "442"}', '{"utdato": "2020-06-01", "drg": 442}',
        '{"utdato": "2020-06-01", "fagomrade": 10}', '{"utdato": "2020-06-01", "kontakttype": true}',
        '{"utdato": "2020-06-01", "korrigerte_poeng": "1"}', '{"utdato": "2020-06-01", "korrigerte_poeng": 1000001}',
        '{"utdato": "2020-06-01", "omsorgsniva": 1.5}', '{"utdato": "2020-06-01", "avtale": {"x": 1}}',
        '{"utdato": "2020-06-01", "sarkoder": [null]}', '{"utdato": "2020-06-01", "tjenester": [null]}',
        '{"utdato": "2020-06-01", "utforende": [' + ", ".join(["1"] * 1001) + "]}",
        '{"episoder": [{"utdato": "2020-06-01"}, {"utdato": "2020-06-01"}]}', '{"episoder": [{}]}',
    ],
)
def test_what_does_not_load_is_not_valid(text: str) -> None:
    assert not is_valid(text)


@CALM
@given(episodes())
def test_a_valid_episode_is_valid_alone_and_in_a_list(episode: tuple[dict[str, str], Any]) -> None:
    text = written_object(episode[0])
    assert is_valid(text)
    assert is_valid(f"[{text}]")


@CALM
@given(st.lists(KEYS, max_size=3, unique=True).flatmap(lambda keys: st.tuples(*(episodes(key=key) for key in keys))))
def test_a_valid_patient_is_valid(pairs: tuple[tuple[dict[str, str], Any], ...]) -> None:
    inner = ", ".join(written_object(texts) for texts, _ in pairs)
    assert is_valid(f'{{"pasient_id": {quoted("P1")}, "fodselsdato": null, "episoder": [{inner}]}}')


@CALM
@given(episodes(), st.data())
def test_what_loads_is_valid(episode: tuple[dict[str, str], Any], data: st.DataObject) -> None:
    texts = dict(episode[0])
    name = data.draw(st.sampled_from([*texts, "drg", "avtale", "tjenester", "omsorgsniva"]))
    value = data.draw(ANY_VALUE)
    if name == "episode_id" and value is None:
        del texts[name]
    else:
        texts[name] = json.dumps(value)
    text = written_object(texts)
    (document,), _ = read_documents(text, "sak.json")
    assert is_valid(text) or load(document, EDITION).errors
