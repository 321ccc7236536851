"""Reading the text of a case file: exactly, every document by itself, and never a traceback."""

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_cases import CALM

from rulesdsl.evaluate.documents import MAX_DEPTH, MAX_SHOWN, Json, read_documents, shown

NESTED = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)


def codes(text: str, name: str = "sak.json") -> list[str]:
    return [error.code for error in read_documents(text, name)[1]]


def raws(text: str, name: str = "sak.json") -> dict[str, dict[str, Json]]:
    return {document.place: document.raw for document in read_documents(text, name)[0]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"": {"a": Decimal(1)}}),
        ('\ufeff {"a": 1} \r\n', {"": {"a": Decimal(1)}}),
        ('[{"a": 1}, {"b": null}]', {"[0]": {"a": Decimal(1)}, "[1]": {"b": None}}),
        ('{"a": 1}\n\n{"b": true}\r\n', {"linje 1": {"a": Decimal(1)}, "linje 3": {"b": True}}),
        ('\ufeff{"a": 1}\n{"b": 2}', {"linje 1": {"a": Decimal(1)}, "linje 2": {"b": Decimal(2)}}),
        ('{\n"a": 1\n}', {"": {"a": Decimal(1)}}),
        ('{"a": "\u2028{[\\"\\\\"}\n{"b": "}"}', {"linje 1": {"a": '\u2028{["\\'}, "linje 2": {"b": "}"}}),
        ('{"a": ' + NESTED + "}", {"": {"a": json.loads(NESTED)}}),
        ('{"a": ' + NESTED + ', "b": []}', {"": {"a": json.loads(NESTED), "b": []}}),
        ('{"a": "' + "[" * 1000 + '"}', {"": {"a": "[" * 1000}}),
        ('{"a": "\\ud83d\\ude00"}', {"": {"a": "😀"}}),
    ],
)
def test_every_form_of_a_file_gives_its_documents(text: str, expected: dict[str, dict[str, Json]]) -> None:
    assert codes(text) == []
    assert raws(text) == expected


@pytest.mark.parametrize("text", ["[]", " [\n] "])
def test_a_list_of_nothing_is_said_to_have_no_cases(text: str) -> None:
    documents, (error,) = read_documents(text, "sak.json")
    assert documents == ()
    assert (error.code, error.message) == ("ISF501", "sak.json har ingen saker")


def test_numbers_are_exact() -> None:
    text = '{"a": 0.1, "b": 12345678901234567890.123456789, "c": 1e2, "d": -0.10, "e": 3}'
    values = raws(text)[""]
    assert {name: str(value) for name, value in values.items()} == {
        "a": "0.1", "b": "12345678901234567890.123456789", "c": "1E+2", "d": "-0.10", "e": "3",
    }
    assert all(type(value) is Decimal for value in values.values())


def test_names_are_compared_in_nfc() -> None:
    assert raws('{"fa\u030a": 1}') == {"": {"få": Decimal(1)}}
    assert codes('{"fa\u030a": 1, "få": 2}') == ["ISF504"]


@pytest.mark.parametrize(
    ("text", "at", "reason", "hint"),
    [
        ('{"drg": "442"', (1, 14), "slutter før", "mangler"),
        ('{\n  "a": 155,11\n}', (2, 12), "desimalkomma", "punktum"),
        ('{"a": 1,}', (1, 9), "komma for mye", "Fjern"),
        ('{"a": [1,]}', (1, 10), "komma for mye", "Fjern"),
        ('{"a": 010}', (1, 8), "begynner ikke med 0", '"010"'),
        ('{"a": ja}', (1, 7), "en verdi", "true"),
        ("{'a': 1}", (1, 2), "feltnavn", '"drg"'),
        ('{"a" 1}', (1, 6), "kolon", ":"),
        ('{"a": 1 "b": 2}', (1, 9), "komma", "komma"),
        ('{"a": "x}', (1, 7), "ikke avsluttet", '"'),
        ('{"a": "x\ty"}', (1, 9), "styretegn", "én linje"),
        ('{"a": "\\q"}', (1, 8), "skråstrek", "\\\\"),
        ('{"a": 1} {"b": 2}', (1, 10), "etter slutten", "liste"),
        ("æ", (1, 1), "en verdi", ""),
    ],
)
def test_a_syntax_error_has_place_reason_and_action(text: str, at: tuple[int, int], reason: str, hint: str) -> None:
    documents, errors = read_documents(text, "sak.json")
    assert documents == ()
    assert [error.code for error in errors] == ["ISF502"]
    assert errors[0].message.startswith(f"linje {at[0]}, tegn {at[1]}: ")
    assert reason in errors[0].message
    assert hint in errors[0].hint


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("", "ISF501", "sak.json"),
        ("\ufeff \n", "ISF501", "sak.json"),
        ("442", "ISF503", "objekt"),
        ("null", "ISF503", "objekt"),
        ('{"a": {"drg": 1, "drg": 1}}', "ISF504", "«drg»"),
        ('{"a": NaN}', "ISF505", "NaN"),
        ('{"a": -Infinity}', "ISF505", "-Infinity"),
        ('{"a": 0.' + "0" * 100 + "}", "ISF505", "tallet"),
        ('{"a": 1e99999999999999999999}', "ISF505", "tallet"),
        ('{"a": 1e-99999999999999999999}', "ISF505", "tallet"),
        ('{"a": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}", "ISF506", "linje 1"),
        ('{"a": [{"b": "\\ud800"}]}', "ISF507", "a[0].b"),
        ('{"a": "x\udc00"}', "ISF507", "a"),
        ('{"\\uDFFF": 1}', "ISF507", "teksten"),
    ],
)
def test_what_is_wrong_is_named(text: str, code: str, named: str) -> None:
    documents, errors = read_documents(text, "sak.json")
    assert documents == ()
    assert [error.code for error in errors] == [code]
    assert named in errors[0].message


def test_all_flaws_of_a_document_are_found() -> None:
    text = '{"a": NaN, "a": 1, "b": 2, "b": Infinity, "c": "\\ud800"}'
    assert codes(text) == ["ISF505", "ISF505", "ISF504", "ISF504", "ISF507"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("1", "ISF503"), ("null", "ISF503"), ("[]", "ISF503"), ("{x}", "ISF502"), ('{"a": NaN}', "ISF505"),
        ('{"a": [1}', "ISF502"), ('{"a": {"b": 1]}', "ISF502"), ('{"a": 1, "a": 2}', "ISF504"),
        ('{"a": "\\ud800"}', "ISF507"), ('{"a": 1]', "ISF502"),
        ('{"a": ' + "[" * 5000 + "}", "ISF506"), ("", "ISF502"),
    ],
)
def test_a_bad_element_leaves_the_others(bad: str, code: str) -> None:
    text = f'[{{"n": "],[}}{{"}}, {bad},\n {{"n": 2}}]'
    documents, errors = read_documents(text, "sak.json")
    assert [(document.place, document.raw) for document in documents] == [
        ("[0]", {"n": "],[}{"}), ("[2]", {"n": Decimal(2)}),
    ]
    assert [(error.code, error.field) for error in errors] == [(code, "[1]")]


@pytest.mark.parametrize(
    ("bad", "code"),
    [("1", "ISF503"), ("{x}", "ISF502"), ('{"a": "', "ISF502"), ("[" * 5000, "ISF506"), ("}", "ISF502")],
)
def test_a_bad_line_leaves_the_others(bad: str, code: str) -> None:
    documents, errors = read_documents(f'{{"n": 1}}\n{bad}\n{{"n": 3}}\n', "uttrekk.jsonl")
    assert [(document.place, document.raw["n"]) for document in documents] == [
        ("linje 1", Decimal(1)), ("linje 3", Decimal(3)),
    ]
    assert [(error.code, error.field) for error in errors] == [(code, "linje 2")]
    if code in ("ISF502", "ISF506"):
        assert errors[0].message.startswith("linje 2, tegn ")


@pytest.mark.parametrize(
    ("text", "count", "at"),
    [
        ('[{"a": 1},]', 1, "linje 1, tegn 10: "),
        ('[{"a": 1},\n{"b": 2}', 2, "linje 2, tegn 9: "),
        ('[{"a": 1}]\n  x', 1, "linje 2, tegn 3: "),
    ],
)
def test_a_list_that_ends_badly_keeps_its_elements(text: str, count: int, at: str) -> None:
    documents, errors = read_documents(text, "sak.json")
    assert len(documents) == count
    assert [error.code for error in errors] == ["ISF502"]
    assert errors[0].message.startswith(at)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ' + "1" * 2_000_000 + "}",
        '{"a": 1e' + "9" * 2_000_000 + "}",
        "[" * 2_000_000,
        "[" * 500_000 + "}" * 500_000,
        '"\\"' * 500_000,
        '{"a": "' + '\\"' * 500_000,
        "[" + "{x}," * 50_000 + "{}]",
        "{]}\n" * 50_000,
        "{" + ",".join(['"a":1'] * 50_000) + "}",
    ],
    ids=["digits", "exponent", "deep", "crossed", "quotes", "open text", "elements", "lines", "duplicates"],
)
def test_hostile_texts_are_refused_in_time_that_grows_with_the_text(text: str) -> None:
    started = time.perf_counter()
    assert codes(text)
    # A quadratic reader needs minutes for any of these; this one less than a second.
    assert time.perf_counter() - started < 20


@CALM
@given(st.text(st.characters()))
def test_no_text_makes_it_raise(text: str) -> None:
    documents, errors = read_documents(text, "sak.json")
    assert documents or errors or text.removeprefix("\ufeff").split() == ["[]"] or text.split() == ["[", "]"]


@CALM
@given(st.text(st.sampled_from('[]{}",:\\ud8a0-9.eE+ \n\r\ttrue'), max_size=60))
def test_no_text_of_json_signs_makes_it_raise(text: str) -> None:
    documents, errors = read_documents(text, "sak.jsonl")
    assert documents or errors or "".join(text.split()) == "[]"
    for document in documents:
        json.dumps(document.raw, default=str).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@CALM
@given(st.lists(st.dictionaries(st.text("abcæ", max_size=4), JSON, max_size=4), max_size=5), st.data())
def test_a_bad_one_costs_only_itself(items: list[dict[str, Json]], data: st.DataObject) -> None:
    texts = [json.dumps(item, ensure_ascii=data.draw(st.booleans())) for item in items]
    at = data.draw(st.integers(0, len(texts)))
    bad = [*texts[:at], "{!}", *texts[at:]]
    for text in ("[" + ", ".join(bad) + "]", "\n".join(bad)):
        documents, errors = read_documents(text, "x.jsonl")
        assert [document.raw for document in documents] == items
        assert [error.code for error in errors] == ["ISF502"]
        assert all(error.field in (f"[{at}]", f"linje {at + 1}", "") for error in errors)


@CALM
@given(JSON)
def test_a_shown_value_is_short_and_on_one_line(value: Json) -> None:
    assert len(shown(value)) <= MAX_SHOWN
    assert shown(value).isprintable()


def test_a_long_value_is_cut() -> None:
    assert shown("x" * 61) == "x" * 59 + "…"
    assert shown("\x1b[31m\n") == "·[31m·"
    assert [shown(value) for value in (None, True, [1], {"a": 1, "b": 2})] == [
        "null", "true", "liste med 1 element", "objekt med 2 felter",
    ]
