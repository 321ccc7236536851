"""``isfrules sql``: the rules as a query that an engineer can read, with clause numbers, in each dialect."""

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot
from conftest import Isfrules
from sample_rulebook import HEAD, NEXT_YEAR, ONE, TWO, write

from rulesdsl.sql.printable import printable

COLUMN = r"(?:BIGINT|TEXT|DATE|BOOLEAN|DECIMAL\(\d+, \d+\))(?:\[\])?"


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "postgres"])
def test_the_query_can_be_read_back_and_names_its_clauses(isfrules: Isfrules, dialect: str) -> None:
    result = isfrules("sql", "isf@2019", "--dialect", dialect, "--no-missing")
    assert result.exit_code == 0
    assert result.stdout.startswith("-- isf@2019 · Innsatsstyrt finansiering 2019 · regelverk ")
    assert "/* punkt 4.3.6 */" in result.stdout
    *steps, query = sqlglot.parse(result.stdout, read=dialect)
    assert query is not None
    assert bool(steps) == (dialect == "spark")
    assert {"refusjon", "refusjon.status", "refusjon.punkt"} <= {each.alias for each in query.selects}


def test_the_table_is_named_by_whoever_asks(isfrules: Isfrules) -> None:
    assert 'FROM "uttrekk"' in isfrules("sql", "isf@2019", "--table", "uttrekk").stdout


def test_an_edition_that_is_not_there(isfrules: Isfrules) -> None:
    result = isfrules("sql", "isf@2109")
    assert result.exit_code == 2
    assert "ISF413" in result.stderr


def test_a_rulebook_is_all_its_editions_by_the_day_of_each_row(isfrules: Isfrules, tmp_path: Path) -> None:
    rules = tmp_path / "regler"
    write(rules, en=HEAD + ONE, to=NEXT_YEAR.replace("regelverk prøve 2020", "regelverk prøve 2021") + TWO)
    result = isfrules("--rulebooks", rules, "sql", "prøve", "--table", "fakta_{utgave}")
    assert result.exit_code == 0
    assert result.stdout.count("-- prøve@") == 2
    con = duckdb.connect()
    for year in (2020, 2021):
        con.execute(f"CREATE TABLE fakta_{year} (rad BIGINT, sak_id TEXT, dato DATE, a BOOLEAN, b BOOLEAN, "
                    "\"beløp\" DECIMAL(14, 2), farge TEXT)")
        con.execute(f"INSERT INTO fakta_{year} SELECT i, 'S' || i, make_date(2019 + i, 5, 1), TRUE, i < 3, 0, 'rød' "
                    "FROM range(4) AS r(i)")
    answers = con.execute(f"SELECT rad, utgave, svar, \"svar.punkt\" FROM ({result.stdout}) ORDER BY rad").fetchall()
    assert answers == [(1, "prøve@2020", True, "en"), (2, "prøve@2021", False, "to")]


def test_things_of_several_kinds_have_a_table_and_a_query_each(isfrules: Isfrules, tmp_path: Path) -> None:
    rules = tmp_path / "regler"
    write(rules, en="""\
regelverk prøve 2020 «Prøve 2020»
  gjelder 2020-01-01 til 2020-12-31
kilde oss «Oss» status eksempel
entitet Person
  nøkkel person_id : tekst
  rettsdato start : dato
  n : tall
entitet Besøk i Person som besøkene
  nøkkel besøk_id : tekst
  rettsdato dag : dato
  n : tall
resultat dobbelt : tall for Person «Dobbelt»
resultat mer : ja/nei for Besøk «Mer»
punkt en «En»
  ifølge oss
  dobbelt er 2 * n
punkt to «To»
  ifølge oss
  mer er n > person.dobbelt
""")
    result = isfrules("--rulebooks", rules, "sql", "prøve@2020")
    assert result.exit_code == 0
    first, second = sqlglot.parse(result.stdout, read="duckdb")
    assert first is not None
    assert second is not None
    assert {each.alias_or_name for each in first.selects} >= {"dobbelt", "dobbelt.mangler"}
    assert {each.alias_or_name for each in second.selects} >= {"mer", "mer.punkt"}
    tables = {each.name for each in second.find_all(sqlglot.exp.Table)}
    assert {"fakta_person", "fakta_besøk"} <= tables


@pytest.mark.parametrize("name", ["isf@2020", "takst_lege@2024"])
def test_a_table_with_just_the_columns_that_are_told_can_be_read(isfrules: Isfrules, name: str) -> None:
    """The head of the query is enough to make the tables by, also in a schema; and without a column it cannot be."""
    text = isfrules("sql", name, "--table", "mart.fakta", "--no-missing").stdout
    told = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("-- ")]
    con = duckdb.connect()
    con.execute("CREATE SCHEMA mart")
    for line in told:
        if " har én rad for hver " in line:
            table = line.split()[0]
            con.execute(f"CREATE TABLE {table} (drop_me INT)")
        elif found := re.match(rf"  (\S+) +({COLUMN})(?: |$)", line):
            con.execute(f'ALTER TABLE {table} ADD COLUMN "{found[1]}" {found[2]}')
    tables = {row[0]: row[1] for row in con.execute(
        "SELECT table_name, count(*) FROM duckdb_columns() WHERE schema_name = 'mart' GROUP BY 1").fetchall()}
    assert min(tables.values()) > 3
    queries = [each for each in text.split(";\n\n") if each.strip()]
    for query in queries:
        assert con.execute(query).fetchall() == []
    first = next(iter(tables))
    con.execute(f'ALTER TABLE mart."{first}" DROP COLUMN rad')
    with pytest.raises(duckdb.BinderException, match="rad"):
        con.execute(queries[0])


def test_the_head_says_how_codes_stand(isfrules: Isfrules) -> None:
    head = isfrules("sql", "isf@2020", "--dialect", "spark").stdout.partition("SET ")[0]
    assert re.search(r"-- +omsorgsniva +STRING +Omsorgsniva\n", head)
    assert re.search(r"-- +Omsorgsniva: 1 døgnopphold, 2 dagbehandling, 3 poliklinisk, 8 stråleterapi\n", head)
    assert re.search(r"-- +Sektor: somatikk, phv, tsb\n", head)
    assert re.search(r"-- +korrigerte_poeng +DECIMAL\(\d+, 3\) +poeng\n", head)
    assert re.search(r"-- +utforende +ARRAY<STRING> +UtforendeHelsepersonell\n", head)
    assert "Koder står med navnet" in head
    assert max(map(len, head.splitlines())) <= 155


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_no_sign_in_a_query_is_one_that_nobody_sees(isfrules: Isfrules, dialect: str) -> None:
    """It would be lost where the query is pasted, and the query would go on without a word."""
    text = isfrules("sql", "isf@2020", "--dialect", dialect).stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


@pytest.mark.parametrize(("dialect", "text"), [
    ("duckdb", "SELECT '\x1f', 'a\x1fb', 'it''s \x1f', \"\x1f'\" -- it's \x1f\n, 'c\x1f\x1f'"),
    ("spark", "SELECT '\x1f', 'a\\'\x1fb' -- it's\n, `x'` || '\x1f'"),
])
def test_unseen_signs_of_literals_are_written_as_functions(dialect: str, text: str) -> None:
    said = {"duckdb": "SELECT chr(31), ('a' || chr(31) || 'b'), ('it''s ' || chr(31)), \"\x1f'\" -- it's \x1f\n"
                      ", ('c' || chr(31) || chr(31))",
            "spark": "SELECT char(31), ('a\\'' || char(31) || 'b') -- it's\n, `x'` || char(31)"}
    assert printable(text, dialect) == said[dialect]


@pytest.mark.parametrize("name", ["", "mart..fakta", ".fakta", "a.b.c.d"])
def test_what_is_no_name_of_a_table(isfrules: Isfrules, name: str) -> None:
    refused = isfrules("sql", "isf@2020", "--table", name)
    assert refused.exit_code == 2
    assert f"«{name}» er ikke navnet på en tabell" in refused.stderr
