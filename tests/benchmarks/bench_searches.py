"""One patient with more and more episodes under the 2020 edition, as SQL: the searches among them grow as they do."""

import time
from pathlib import Path

import duckdb

from rulesdsl.sql.compile import compile_edition
from rulesdsl.workspace import Workspace
from tests.backends.typed_facts import relation

ROOT = Path(__file__).parents[2]
LONGEST = 60.0
"""Seconds; no patient is made larger than one for whom it took half of this."""

FACTS = """
INSERT INTO fakta BY NAME SELECT
    i AS rad, 'E' || i AS episode_id, DATE '2020-01-01' + CAST(i % 360 AS INT) AS utdato, utdato AS inndato,
    'P' AS "pasient.pasient_id", DATE '1980-01-01' AS "pasient.fodselsdato", 'somatikk' AS sektor,
    'poliklinisk' AS omsorgsniva, 'behandling' AS kontakttype, 'egen_institusjon' AS sted_aktivitet,
    'ordinær' AS debitor, ['lege'] AS utforende, 'helseforetak' AS utfort_av, TRUE AS journalfort,
    TRUE AS rapportert_npr, TRUE AS bosatt_i_norge, CASE WHEN i % 2 = 0 THEN 'AT01' END AS tfg,
    CASE WHEN i % 2 = 1 THEN '923O' END AS drg
FROM range(?) AS r(i)
"""
"""Visits to an outpatient clinic; every other belongs to a group that is paid by the period."""


def test_searches_of_one_patient() -> None:
    edition = Workspace(ROOT / "regelverk").edition("isf@2020")
    assert edition is not None
    columns = ", ".join(f'"{name}" {kind}' for name, kind in relation(edition, edition.entities["Episode"]).items())
    query = compile_edition(edition, {"Episode": "fakta"}, waits=False).sql("duckdb")
    con, many, seconds = duckdb.connect(), 1000, 0.0
    print()
    while many <= 64_000 and seconds < LONGEST / 2:
        con.execute(f"CREATE OR REPLACE TABLE fakta ({columns})")
        con.execute(FACTS, [many])
        start = time.perf_counter()
        found = con.execute(f"SELECT count(refusjon), count_if(refusjon > 0) FROM ({query})").fetchone()
        seconds = time.perf_counter() - start
        assert found is not None
        print(f"{many:6} episodes of one patient: {seconds:6.2f} s; {found[0]} decided, {found[1]} paid")
        many *= 2
