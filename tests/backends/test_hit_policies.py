"""Decision tables with many rows: a query says of all rows at once what the interpreter asks row by row."""

from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import pytest
from backends.typed_facts import by_duckdb, decided
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from rulesdsl.batch.run import Job, run
from rulesdsl.check.editions import check
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse
from rulesdsl.workspace import Workspace

HEAD = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  a                 : ja/nei
  b                 : tall
  verdi             : tall

beslutning svar : {kind} for Episode   treff {policy}
  ifølge oss
  | a | b || ut |
"""

ONE, TWO = Decimal(1), Decimal(2)
FACTS = {"a": (True, False, None), "b": (ONE, TWO, None), "verdi": (ONE, TWO, None)}
DOCUMENTS = [
    Document({"episode_id": f"E{number}", "utdato": "2020-05-01"} | {
        name: value for name, value in zip(FACTS, values, strict=True) if value is not None})
    for number, values in enumerate(product(*FACTS.values()))]
"""Every way in which the facts can be, each of them missing too."""

Row = tuple[str, str, str]
ROWS = st.tuples(st.sampled_from(("-", "ja", "nei")), st.sampled_from(("-", "1", "2")),
                 st.sampled_from(("1", "1", "2", "verdi")))


def rulebook(policy: str, rows: list[Row]) -> str:
    head = HEAD.format(kind="liste av tall" if policy == "alle" else "tall", policy=policy)
    return head + "".join(f"  | {a} | {b} || {ut} |\n" for a, b, ut in rows)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(("første", "første", "alle")), st.lists(ROWS, min_size=2, max_size=8))
def test_rows_that_overlap(policy: str, rows: list[Row]) -> None:
    problems = Problems()
    checked = check([parse(Source("prøve.isf", rulebook(policy, rows)), problems)], lambda beside, name: b"", problems)
    if any(problem.is_error for problem in checked.problems):
        reject()  # a row that is never reached
    edition = checked.editions["prøve@2020"]
    episode = edition.entities["Episode"]
    cases = [load(document, edition) for document in DOCUMENTS]
    assert not any(case.errors for case in cases)
    wanted = decided(edition, episode, cases)
    assert wanted.differences(by_duckdb(edition, episode, wanted.rows)) == []


@pytest.mark.parametrize("policy", ["første", "alle", "én"])
def test_as_many_rows_as_a_list_of_codes(policy: str, tmp_path: Path) -> None:
    """As deep as they are many would be more than an engine takes."""
    (tmp_path / "prøve.isf").write_text(
        rulebook(policy, [("-", str(number), f"{number % 7}") for number in range(400)]), encoding="utf-8")
    (tmp_path / "inn.csv").write_text(
        "episode_id;utdato;b\nA;2020-05-01;0\nB;2020-05-01;399\nC;2020-05-01;400\nD;2020-05-01;\n", encoding="utf-8")
    run(Job(str(tmp_path / "inn.csv"), tmp_path / "ut.parquet"), Workspace(tmp_path))
    with duckdb.connect() as con:
        columns = '"svar.status", "svar.regel", "svar.mangler"'
        found = con.execute(f"SELECT {columns} FROM '{tmp_path / 'ut.parquet'}' ORDER BY rad").fetchall()
    none = ("known", None, []) if policy == "alle" else ("no_rule", None, [])
    assert found == [("known", "rad 1", []), ("known", "rad 400", []), none, ("unknown", None, ["b"])]
