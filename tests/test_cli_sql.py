"""``isfrules sql``: the rules as a query that an engineer can read, with clause numbers, in each dialect."""

import pytest
import sqlglot
from conftest import Isfrules


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "postgres"])
def test_the_query_can_be_read_back_and_names_its_clauses(isfrules: Isfrules, dialect: str) -> None:
    result = isfrules("sql", "isf@2019", "--dialect", dialect, "--no-missing")
    assert result.exit_code == 0
    assert result.stdout.startswith("-- isf@2019 · Innsatsstyrt finansiering 2019 · regelverk ")
    assert "/* punkt 4.3.6 */" in result.stdout
    (query,) = sqlglot.parse(result.stdout, read=dialect)
    assert {"refusjon", "refusjon.status", "refusjon.punkt"} <= {each.alias for each in query.selects}


def test_the_table_is_named_by_whoever_asks(isfrules: Isfrules) -> None:
    assert 'FROM "uttrekk"' in isfrules("sql", "isf@2019", "--table", "uttrekk").stdout


def test_an_edition_that_is_not_there(isfrules: Isfrules) -> None:
    result = isfrules("sql", "isf@2109")
    assert result.exit_code == 2
    assert "ISF413" in result.stderr
