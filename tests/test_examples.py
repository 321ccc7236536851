"""The examples are what their README says: every file is listed, and every amount it names comes out."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from rulesdsl.deciding import explain_text
from tests.shipped import SHIPPED

FOLDER = Path(__file__).parent.parent / "examples"
ROW = re.compile(r"^\| \[`([\w.-]+)`\]\([\w.-]+\) \| .*? \| (.*) \|$", re.MULTILINE)
ROWS: dict[str, str] = dict(ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8")))


CASES = sorted(name for name in ROWS if not name.endswith((".py", ".csv")))
"""The rows that are cases; the others are scripts and tables, with tests of their own."""


def test_every_example_is_listed() -> None:
    assert sorted(ROWS) == sorted(path.name for path in (
        each for kind in ("*.json*", "*.py", "*.csv") for each in FOLDER.glob(kind)))


@pytest.mark.parametrize("name", CASES)
def test_an_example_gives_what_is_said(name: str) -> None:
    explained = explain_text(SHIPPED, (FOLDER / name).read_text(encoding="utf-8"), name)
    results = [{result.name: result for result in case.results} for case in explained.cases]
    errors = [error for case in explained.cases for error in case.errors]
    assert [error.code for error in errors] == re.findall(r"feil (ISF\d+)", ROWS[name])
    assert all(hint in errors[0].hint for hint in re.findall(r"den nærmeste er ([\w@]+)", ROWS[name]))
    if errors:
        return
    found = [result for each in results for result in each.values()]
    values = [value for each in found for value in (each, *each.alternatives)]
    given = {f"{each.value:.2f}" for each in values if isinstance(each.value, Decimal)}
    amounts = re.findall(r"\d[\d \u00a0]*,\d\d\b", ROWS[name])
    promised = {re.sub(r"[ \u00a0]", "", amount).replace(",", ".") for amount in amounts}
    assert promised <= given
    clauses = {each.clause for each in found}
    assert set(re.findall(r"(?:teller|godtas|oppfylles) ikke etter ([\w.]+)", ROWS[name])) <= clauses
    if "ukjent" in ROWS[name]:
        missing = {path for each in found for path in each.missing}
        assert set(re.findall(r"`([\w.]+)`", ROWS[name])) <= missing
