"""Deciding doctors' bills on DuckDB: combinations of lines both ways, repetitions, and caps over a patient's bills.

``BENCH_BILLS`` says how many bills, one number or several (``10000 50000 1000000``), each with ten lines; a patient has
four. The two queries, one for the lines and one for the bills, are compiled once, without what is missing, and their
answers are written to Parquet. What grows is told beside what the number of bills grew by.
"""

import os
import time
from pathlib import Path

import duckdb

from rulesdsl.batch.decide import ENGINE_SETTINGS
from rulesdsl.core import ir
from rulesdsl.sql.compile import given_columns
from rulesdsl.sql.entities import compile_for, decided_entities, needed_entities
from rulesdsl.workspace import Workspace

ROOT = Path(__file__).parents[2]
MANY = [int(word) for word in os.environ.get("BENCH_BILLS", "10000 50000").split()]
LINES, BILLS_OF_A_PATIENT = 10, 4
CODES = ("1ad", "1bd", "1e", "1f", "2ad", "2cd", "2dd", "2ld", "612a", "701a", "701a", "701c", "701d", "703", "705g",
         "705k", "706f", "706k", "K01a", "K02a")

_BILL = {
    "regning_id": "'R' || b", "dato": "DATE '2023-09-04' + CAST(b % 200 AS INT)", "praksistype":
    "CASE WHEN b % 7 = 0 THEN 'legevakt' WHEN b % 11 = 0 THEN 'spesialist' ELSE 'fastlege' END",
    "klokketime": "8 + b % 10", "helligdag": "false", "kontaktmaate":
    "CASE WHEN b % 5 = 0 THEN 'telefon' ELSE 'oppmote' END", "frikort": "b % 3 = 0", "varighet": "15 + b % 40",
    "raad_gitt": "b % 4 > 0", "ga_resept_mv": "b % 2 = 0", "samarbeid_med": "['kommunal_omsorg']",
    "driftsavtale": "true", "tilstedevakt": "false", "samtykke_kveldspris": "true", "betalt_i_aaret": "b % 4000",
}
_LINE = {
    "linje_id": "'L' || n", "linjedato": "DATE '2023-09-04' + CAST(b % 200 AS INT)", "nr": "n",
    "takstkode": f"list_extract({list(CODES)}, CAST(1 + hash(b, n) % {len(CODES)} AS BIGINT))",
    "ganger": "1 + hash(n, b) % 3", "oppgitt_honorar": "50 + hash(b, n, 1) % 200", "oppgitt_egenandel": "b % 20",
    "brukt_av_legen_i_aaret": "b % 520",
}
_PATIENT = {"pasient_id": f"'P' || CAST(b / {BILLS_OF_A_PATIENT} AS BIGINT)", "fodselsdato":
            "DATE '1950-01-01' + CAST(b % 24000 AS INT)"}
FACTS = {
    "Regning": _BILL | {f"pasient.{name}": made for name, made in _PATIENT.items()},
    "Linje": _LINE | {f"regning.{name}": made for name, made in _BILL.items()}
    | {f"regning.pasient.{name}": made for name, made in _PATIENT.items()},
}


def fill(con: duckdb.DuckDBPyConnection, edition: ir.Edition, many: int) -> dict[str, str]:
    """Tables of typed facts: the name of each."""
    tables = {}
    for name in needed_entities(edition):
        source = f"range({many}) AS bills(b)" + (f", range(1, {LINES + 1}) AS lines(n)" if name == "Linje" else "")
        row = f"b * {LINES} + n" if name == "Linje" else "b + 1"
        wanted = [each for each in given_columns(edition, edition.entities[name]) if not each.startswith(("rad", "§"))]
        made = ", ".join(f'{FACTS[name].get(each, "NULL")} AS "{each}"' for each in wanted)
        tables[name] = f"fakta {name}"
        con.execute(f'CREATE TABLE "{tables[name]}" AS SELECT {row} AS rad, {made} FROM {source}')
    return tables


def test_bills(tmp_path: Path) -> None:
    edition = Workspace(ROOT / "regelverk" / "takst_lege").edition("takst_lege@2023")
    assert edition is not None
    start = time.perf_counter()
    named = {name: f"fakta {name}" for name in needed_entities(edition)}
    queries = {name: compile_for(edition, name, named, waits=False).sql("duckdb") for name in decided_entities(edition)}
    print(f"\ncompiled in {time.perf_counter() - start:.1f} s")
    before: tuple[int, float] | None = None
    for many in MANY:
        with duckdb.connect(str(tmp_path / f"{many}.duckdb")) as con:
            con.execute(ENGINE_SETTINGS)
            fill(con, edition, many)
            seconds = {}
            for name, query in queries.items():
                start = time.perf_counter()
                con.execute(f"COPY ({query}) TO '{tmp_path}/{name}.parquet' (FORMAT parquet)")
                seconds[name] = time.perf_counter() - start
            lines, stand, fell = con.execute(
                'SELECT count(*), count(*) FILTER ("står"), count(*) FILTER ("står.punkt" = \'ugyldig_kombinasjon\') '
                f"FROM '{tmp_path}/Linje.parquet'").fetchone() or (0, 0, 0)
            (bills,) = con.execute(f"SELECT count(*) FROM '{tmp_path}/Regning.parquet'").fetchone() or (0,)
        assert (lines, bills) == (many * LINES, many)
        assert 0 < fell < lines - stand
        took = sum(seconds.values())
        grown = f"; {many / before[0]:.0f} times the bills, {took / before[1]:.1f} times the time" if before else ""
        each = ", ".join(f"{name} {found:.1f} s" for name, found in seconds.items())
        print(f"{many:8} bills, {lines} lines: {took:6.1f} s ({each}), {took / lines * 1e6:.0f} µs a line{grown}; "
              f"{stand} lines stand, {fell} fell for another")
        before = many, took
