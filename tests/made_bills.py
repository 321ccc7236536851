"""Made-up bills of doctors as three tables, for folder runs at any size: a seed gives the same bills each time.

A patient has some four bills, and a bill has ten lines: codes that may not stand together, the same code on several
lines, codes with a cap for the patient or for the doctor, evenings, emergency rooms and exemption. Some facts are
missing, and some rows have a fault: a code that is not in the kodeverk, a bill without a date, a count below nought, or
a key that stands twice.
"""

from pathlib import Path

import duckdb

LINES = 10
CODES = ("1ad", "1ak", "1bd", "1be", "1e", "1f", "2ad", "2ae", "2ak", "2cd", "2ck", "2dd", "2ld", "11ad", "14d", "600",
         "612a", "701a", "701a", "701c", "701d", "703", "705g", "705k", "706f", "706k", "708a", "870", "K01a", "K02a",
         "9zz")


def write(folder: Path, bills: int, seed: int = 1, first_day: str = "2023-09-04", days: int = 200, holes: int = 1000,
          faults: int = 1000) -> None:
    """Write ``pasienter``, ``regninger`` and ``linjer`` as Parquet. One fact in ``holes`` is missing, of those that may
    be, and one in ``faults`` has a fault."""
    def some(salt: str, of: str, many: int) -> str:
        return f"hash({of}, '{salt}', {seed}) % {many}"

    def one_of(salt: str, of: str, values: tuple[str, ...]) -> str:
        listed = ", ".join(f"'{each}'" for each in values)
        return f"list_extract([{listed}], CAST(1 + {some(salt, of, len(values))} AS BIGINT))"

    def known(salt: str, of: str, value: str) -> str:
        return f"CASE WHEN {some(salt + ' hull', of, holes)} > 0 THEN {value} END"

    def wrong(salt: str, of: str, value: str, other: str) -> str:
        return f"CASE WHEN {some(salt + ' feil', of, faults)} = 0 THEN {other} ELSE {value} END"

    patient = "CAST(floor(b / 4 + (hash(b, 'pasient') % 3) / 4) AS BIGINT)"
    day = f"DATE '{first_day}' + CAST({some('dag', 'b', days)} AS INT)"
    bill = {
        "regning_id": "'R' || b", "pasient_id": f"'P' || {patient}", "dato": wrong("dato", "b", day, "NULL"),
        "praksistype": known("praksis", "b", wrong("praksis", "b", one_of(
            "praksis", "b", ("FALE", "FALE", "FALE", "FALO", "LEVA", "SPES")), "'XXXX'")),
        "klokketime": known("time", "b", f"CAST(7 + {some('time', 'b', 17)} AS INT)"),
        "helligdag": f"{some('helligdag', 'b', 30)} = 0",
        "kontaktmaate": known("måte", "b", one_of("måte", "b", (
            "oppmote", "oppmote", "oppmote", "video", "telefon", "elektronisk", "sykebesok"))),
        "frikort": known("frikort", "b", f"{some('frikort', 'b', 3)} = 0"),
        "varighet": known("varighet", "b", f"CAST(10 + {some('varighet', 'b', 60)} AS INT)"),
        "raad_gitt": f"{some('råd', 'b', 4)} > 0",
        "ga_resept_mv": known("resept", "b", f"{some('resept', 'b', 2)} = 0"),
        "samarbeid_med": f"CASE WHEN {some('part', 'b', 2)} = 0 THEN ['nav'] ELSE ['ambulanse'] END",
        "tilstedevakt": "false", "driftsavtale": f"{some('avtale', 'b', 10)} > 0", "samtykke_kveldspris": "true",
        "betalt_i_aaret": f"CAST({some('betalt', 'b', 4000)} AS DECIMAL(9, 2))",
    }
    line = {
        "linje_id": wrong("linje", "(b, n)", "'L' || b || '-' || n", f"'L' || b || '-' || (n % {LINES} + 1)"),
        "regning_id": "'R' || b", "linjedato": day, "nr": "CAST(n AS INT)",
        "takstkode": one_of("takst", "(b, n)", CODES),
        "ganger": known("ganger", "(b, n)", wrong("ganger", "(b, n)", f"CAST(1 + {some('ganger', '(b, n)', 2)} * "
                                                  f"{some('flere', '(b, n)', 3)} AS INT)", "-1")),
        "oppgitt_honorar": f"CAST(50 + {some('honorar', '(b, n)', 200)} AS DECIMAL(9, 2))",
        "oppgitt_egenandel": f"CAST({some('egenandel', '(b, n)', 20)} AS DECIMAL(9, 2))",
        "brukt_av_legen_i_aaret": f"CAST({some('brukt', 'b', 520)} AS INT)",
    }
    rows = f"range({bills}) AS bills(b)"
    tables = {
        "pasienter": f"SELECT DISTINCT 'P' || {patient} AS pasient_id, DATE '1940-01-01' + "
                     f"CAST({some('født', patient, 29000)} AS INT) AS fodselsdato FROM {rows} ORDER BY 1",
        "regninger": f"SELECT {_columns(bill)} FROM {rows} ORDER BY b",
        "linjer": f"SELECT {_columns(line)} FROM {rows}, range(1, {LINES + 1}) AS lines(n) ORDER BY b, n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:", config={"memory_limit": "2GB", "temp_directory": str(folder.parent)}) as con:
        for name, query in tables.items():
            con.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")


def _columns(row: dict[str, str]) -> str:
    return ", ".join(f'{value} AS "{name}"' for name, value in row.items())
