"""Tables to typed facts: the queries give what the loader of documents gives for the same cases made flat."""

import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from flat_tables import Told, made, table, told
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from sample_cases import CALM, EDITION, episodes, written_object
from sqlglot import parse_one

from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document, read_documents
from rulesdsl.sql.duckdb import kind_of
from rulesdsl.sql.facts import Rows, faults, parent_key, typed
from rulesdsl.sql.kinds import TEXT, Kind, places, why_unfit
from rulesdsl.strategies import patients
from tests.shipped import shipped

ISF = shipped("isf@2020")
DAY = datetime.date
QUICK = settings(CALM, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""A query takes its time, and making an example plain takes hundreds of them."""


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def read(text: str) -> dict[str, Any]:
    documents, errors = read_documents(text, "sak.json")
    assert errors == ()
    return documents[0].raw


def loaded(edition: Edition, documents: list[dict[str, Any]]) -> Told:
    """What the loader says of some documents, told as of a table in which their episodes are rows."""
    facts: dict[int, dict[tuple[str, ...], Any]] = {}
    wrong: set[tuple[int, str, str]] = set()
    row = 0
    key = tuple(parent_key(edition, "Episode").split("."))
    for document in documents:
        for thing in load(Document(document), edition).things:
            row += 1
            facts[row] = dict(thing.facts)
            if thing.parent is not None and thing.parent.key is not None:
                facts[row][key] = thing.parent.key
            front = f"{thing.place}." if thing.place else ""
            wrong |= {(row, error.code, error.field.removeprefix(front)) for error in thing.errors}
    return facts, wrong


def rows_of(documents: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(thing, document if "episoder" in document else None)
            for document in documents for thing in (document.get("episoder") or [document])]


def agrees(con: duckdb.DuckDBPyConnection, edition: Edition, documents: list[dict[str, Any]]) -> None:
    facts, wrong = told(con, edition, "Episode", table(con, edition, "Episode", rows_of(documents)))
    wanted, wanted_wrong = loaded(edition, documents)
    assert facts == wanted
    assert wrong == wanted_wrong
    for row, known in facts.items():
        digits = {path: str(value) for path, value in known.items() if isinstance(value, Decimal)}
        assert digits == {path: str(wanted[row][path]) for path in digits}


# ── Agreement with the loader ────────────────────────────────────────────────────────────────────────────────


@settings(QUICK, max_examples=8)
@given(drawn=st.lists(episodes(), min_size=1, max_size=4), together=st.booleans())
def test_valid_cases_have_the_same_facts(drawn: list[tuple[dict[str, str], Any]], together: bool) -> None:
    # A text of a table ends at a NUL sign.
    assume(not any("\\u0000" in text or "\0" in text for texts, _ in drawn for text in texts.values()))
    things = [read(written_object(texts)) for texts, _ in drawn]
    documents = [{"pasient_id": "P1", "episoder": things}] if together else things
    with duckdb.connect() as con:
        agrees(con, EDITION, documents)


@settings(QUICK, max_examples=8)
@given(st.lists(patients(ISF), min_size=1, max_size=3))
def test_drawn_patients_have_the_same_facts(drawn: list[Any]) -> None:
    for number, each in enumerate(drawn):
        each["pasient_id"] = f"P{number}"
    with duckdb.connect() as con:
        agrees(con, ISF, drawn)


BAD = ("", " ", "x", "0", "2", "6", "9", "2.0", "12", "010", "10", "kommune", "Kommune", "video", "a\u030a",
       "2020-06-01", "2020-6-1", "2021-02-29", "1799-12-31", "2200-01-01", "2020-06-01T10:00", "20200601", "x" * 80)
NUMBERS = ("0", "-0.0", "-1", "-0.5", "-2.5", "-2.6", "-2.55", "23", "23.0", "23.5", "24",
           "1.5", "99", "99.0", "99.01", "-99.5", "100", "1000000.001", "1000000.0009", "-1000000",
           "155.1101", "0.0001", "9" * 40, "1e-900", "999.9999")


@st.composite
def doubtful(draw: st.DrawFn) -> dict[str, Any]:
    """An episode with values of which many cannot stand."""
    texts, numbers = st.sampled_from(BAD), st.sampled_from(NUMBERS).map(Decimal)
    lists = st.none() | st.lists(st.none() | texts, max_size=3)
    service = st.fixed_dictionaries({}, optional={
        "kode": texts, "antall": numbers, "type": texts, "tillegg": lists})
    return draw(st.fixed_dictionaries({}, optional={
        "episode_id": st.sampled_from(["A", "B", "", " ", "\u00a0", "a\u030a", "\u00e5"]),
        "utdato": texts | st.just("2020-06-01"), "inndato": texts, "kontakttype": texts, "fagomrade": texts,
        "utfort_av": texts, "drg": texts, "debitor": numbers, "klokketime": numbers, "temperatur": numbers,
        "korrigerte_poeng": numbers, "egenandel": numbers, "utforende": lists, "sarkoder": lists,
        "tjenester": st.none() | st.lists(st.none() | service, max_size=2), "journalfort": st.none() | st.booleans(),
        "avtale": st.none() | st.fixed_dictionaries({}, optional={"part": texts, "forankret": st.booleans(),
                                                                  "inngatt": texts}),
    }))


def test_numbers_without_an_exponent(con: duckdb.DuckDBPyConnection) -> None:
    assert told(con, EDITION, "Episode", made(con, "raw", {"utdato": ("VARCHAR", ["2020-06-01"]),
                                                           "debitor": ("VARCHAR", ["1e1"])}))[1] == {
        (1, "ISF513", "debitor")}


@settings(QUICK, max_examples=20)
@given(st.lists(doubtful(), min_size=1, max_size=4), st.booleans())
def test_doubtful_cases_have_the_same_facts_and_errors(things: list[dict[str, Any]], together: bool) -> None:
    documents = [{"pasient_id": "P1", "episoder": things}] if together else [each | {"drg": "1"} for each in things]
    with duckdb.connect() as con:
        agrees(con, EDITION, documents)


def test_a_list_may_have_a_thousand_elements(con: duckdb.DuckDBPyConnection) -> None:
    agrees(con, EDITION, [{"utdato": "2020-06-01", "sarkoder": ["A"] * count} for count in (1000, 1001)])


# ── What a table can hold and JSON cannot ────────────────────────────────────────────────────────────────────


def column(con: duckdb.DuckDBPyConnection, path: str, type_: str, values: list[Any]) -> tuple[list[Any], list[str]]:
    """The facts of a field from a column of a type, and the codes of what is wrong."""
    columns = {"utdato": ("DATE", [DAY(2020, 6, 1)] * len(values)), path: (type_, values)}
    facts, wrong = told(con, EDITION, "Episode", made(con, "raw", columns))
    return ([known.get(tuple(path.split("."))) for known in facts.values()],
            [next((code for row, code, _ in wrong if row == number), "") for number in facts])


@pytest.mark.parametrize(("path", "type_", "values", "facts", "codes"), [
    ("journalfort", "VARCHAR", ["ja", "Nei", "TRUE", "false", "1", "0", "kanskje", None],
     [True, False, True, False, True, False, None, None], ["", "", "", "", "", "", "ISF513", ""]),
    ("journalfort", "TINYINT", [1, 0, 2, None], [True, False, None, None], ["", "", "ISF513", ""]),
    ("inndato", "DATE", [DAY(2020, 6, 1), DAY(1799, 12, 31), None], [DAY(2020, 6, 1), None, None], ["", "ISF514", ""]),
    ("inndato", "TIMESTAMP", [datetime.datetime(2020, 6, 1, 14, 30)], [DAY(2020, 6, 1)], [""]),
    ("korrigerte_poeng", "VARCHAR", ["155,11", "155.11", "1 000", "1.000,5", "-0"],
     [Decimal("155.110"), Decimal("155.110"), None, None, Decimal(0)], ["", "", "ISF513", "ISF513", ""]),
    ("korrigerte_poeng", "DECIMAL(18, 2)", [Decimal("155.11"), Decimal("1000000.01")], [Decimal("155.110"), None],
     ["", "ISF516"]),
    ("korrigerte_poeng", "DECIMAL(18, 5)", [Decimal("155.11"), Decimal("155.11001")], [Decimal("155.110"), None],
     ["", "ISF515"]),
    ("korrigerte_poeng", "BIGINT", [155, 10**7], [Decimal(155), None], ["", "ISF516"]),
    ("klokketime", "INTEGER", [0, 23, 24, -1, 25], [0, 23, None, None, None], ["", "", "ISF516", "ISF516", "ISF516"]),
    ("klokketime", "VARCHAR", ["0", "23,0", "24", "-1", "-0,5"], [0, 23, None, None, None],
     ["", "", "ISF516", "ISF516", "ISF515"]),
    ("temperatur", "DECIMAL(8, 2)", [Decimal("-2.5"), Decimal("-2.6"), Decimal("-2.55")],
     [Decimal("-2.5"), None, None], ["", "ISF516", "ISF515"]),
    ("egenandel", "DOUBLE", [40.0, 1e300, None], [Decimal(40), None, None], ["", "ISF516", ""]),
    ("kontakttype", "INTEGER", [2, 3, 6], ["behandling", None, None], ["", "ISF517", "ISF518"]),
    ("kontakttype", "DOUBLE", [2.0, 2.5], ["behandling", None], ["", "ISF517"]),
    ("kontakttype", "DECIMAL(5, 1)", [Decimal("2.0"), Decimal("2.5")], ["behandling", None], ["", "ISF517"]),
    ("fagomrade", "VARCHAR", ["010", "10"], ["kirurgi", None], ["", "ISF517"]),
    ("utforende", "VARCHAR", ["1", "1;2", "[1, 2]", "1 | lege", "[]", "1;;2", "9"],
     [("lege",), ("lege", "sykepleier"), ("lege", "sykepleier"), ("lege", "lege"), (), None, None],
     ["", "", "", "", "", "ISF517", "ISF517"]),
    ("utforende", "INTEGER[]", [[1, 2], [3]], [("lege", "sykepleier"), None], ["", "ISF517"]),
    ("avtale", "BOOLEAN", [True, False, None], [True, None, None], ["", "", ""]),
    ("avtale.forankret", "BOOLEAN", [True, False, None], [True, False, None], ["", "", ""]),
    ("episode_id", "BIGINT", [17, None], ["17", None], ["", ""]),
])
def test_a_value_is_read_by_its_column(
    con: duckdb.DuckDBPyConnection, path: str, type_: str, values: list[Any], facts: list[Any], codes: list[str]
) -> None:
    assert column(con, path, type_, values) == (facts, codes)


@pytest.mark.parametrize(("path", "type_", "said"), [
    ("drg", "INTEGER", "Foranstilte nuller"), ("drg", "DOUBLE", "Foranstilte nuller"),
    ("inndato", "TIMESTAMPTZ", "sonen"),
    ("inndato", "INTEGER", "DATE"), ("journalfort", "DATE", "BOOLEAN"), ("korrigerte_poeng", "BOOLEAN", "DECIMAL"),
    ("utforende", "INTEGER", "liste"), ("tjenester", "VARCHAR", "STRUCT"), ("sarkoder", "INTEGER[]", "nuller"),
    ("kontakttype", "BLOB", "tekst"),
])
def test_a_column_that_cannot_be_the_field(path: str, type_: str, said: str) -> None:
    place = next(each for each in places(EDITION, "Episode") if each.path == path)
    why = why_unfit(place.type, kind_of(type_), EDITION)
    assert why is not None
    assert said in why[1]


def test_kinds_of_types() -> None:
    assert kind_of("STRUCT(a VARCHAR, b DECIMAL(9,2))[]") == Kind("list", item=Kind("record", fields=(
        ("a", Kind("text")), ("b", Kind("decimal", scale=2)))))
    assert [kind_of(each).name for each in (
        "ENUM('a', 'b')", "HUGEINT", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", '"NULL"', "BLOB",
        "MAP(VARCHAR, INTEGER)", "FLOAT", "UUID", "TIME")] == [
        "text", "whole", "zoned", "time", "empty", "other", "other", "float", "text", "other"]


# ── What rows belong to ──────────────────────────────────────────────────────────────────────────────────────


def test_patients_of_their_own(con: duckdb.DuckDBPyConnection) -> None:
    above = made(con, "over", {
        "pasient_id": ("VARCHAR", ["P1", "P2", "P2", None]),
        "fodselsdato": ("VARCHAR", ["1950-01-02", "1960-01-01", None, None]),
        "siste_type": ("VARCHAR", ["6", "12", None, None])})
    facts, wrong = told(con, EDITION, "Pasient", above)
    assert facts[1] == {("pasient_id",): "P1", ("fodselsdato",): DAY(1950, 1, 2), ("siste_type",): "video"}
    assert wrong == {(2, "ISF518", "siste_type"), (2, "ISF511", "pasient_id"), (3, "ISF511", "pasient_id"),
                     (4, "ISF510", "pasient_id")}
    rows = made(con, "raw", {
        "pasient.pasient_id": ("VARCHAR", ["P1", "P2", "P9", None]), "utdato": ("DATE", [DAY(2020, 6, 1)] * 4)})
    facts, wrong = told(con, EDITION, "Episode", rows, "typed Pasient")
    assert wrong == {(3, "ISF530", "pasient.pasient_id")}
    assert facts[1][("pasient", "fodselsdato")] == DAY(1950, 1, 2)
    assert [("pasient", "fodselsdato") in known for known in facts.values()] == [True, False, False, False]
    assert [known.get(("pasient", "pasient_id")) for known in facts.values()] == ["P1", "P2", "P9", None]


def test_a_condition_chooses_the_rows_whose_faults_are_told(con: duckdb.DuckDBPyConnection) -> None:
    rows = made(con, "raw", {
        "pasient.pasient_id": ("VARCHAR", ["P1"] * 3), "episode_id": ("VARCHAR", ["A", "A", "A"]),
        "utdato": ("VARCHAR", ["2020-06-01", "x", "y"])})
    told(con, EDITION, "Episode", rows)
    query = faults(EDITION, "Episode", rows, "typed Episode", only=parse_one("rad = 3")).sql("duckdb")
    assert {row[:2] for row in con.execute(query).fetchall()} == {(3, "ISF514"), (3, "ISF511")}
    chosen = typed(EDITION, "Episode", rows, only=parse_one("rad > 1")).sql("duckdb")
    assert [row[0] for row in con.execute(f"SELECT rad FROM ({chosen}) ORDER BY 1").fetchall()] == [2, 3]


def test_other_engines_can_say_it() -> None:
    rows = Rows("raw", {"utdato": TEXT, "debitor": TEXT, "kontakttype": TEXT})
    for dialect in ("spark", "postgres"):
        assert "utdato" in typed(EDITION, "Episode", rows).sql(dialect)


def test_messages_name_the_field_and_shorten_the_value(con: duckdb.DuckDBPyConnection) -> None:
    rows = made(con, "raw", {"utdato": ("VARCHAR", ["2020-06-01"]), "kontakttype": ("VARCHAR", ["x" * 80])})
    told(con, EDITION, "Episode", rows)
    ((_, _, _, value, message),) = con.execute(
        faults(EDITION, "Episode", rows, "typed Episode").sql("duckdb")).fetchall()
    assert value == "x" * 59 + "…"
    assert message == "kontakttype står ikke i kodeverket Kontakttype"
