"""Runs the hand-written query of ISF 2020 (``handwritten_2020.sql``) from file to file."""

from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
QUERY = Path(__file__).with_name("handwritten_2020.sql")


def run(episodes: Path, output: Path) -> None:
    """The results of every episode of a Parquet file, written to another."""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = false")
        prepare(connection, episodes)
        connection.execute(f"COPY ({QUERY.read_text(encoding='utf-8')}) TO '{output}' (FORMAT parquet)")


def prepare(connection: duckdb.DuckDBPyConnection, episodes: Path) -> None:
    """The tables that the query reads: the file itself, and the weights of the regelverk."""
    connection.execute(f"CREATE VIEW episoder AS FROM '{episodes}'")
    parts = []
    for kind, name in (("DRG", "kostnadsvekt-2020"), ("STG", "stg-vekt-eksempel"), ("TFG", "tfg-vekt-eksempel")):
        same = "lik_dagvekt = 'ja'" if kind == "DRG" else "NULL"
        file = ROOT / "regelverk" / "isf" / f"{name}.csv"
        parts.append(
            f"SELECT '{kind}' AS slag, {kind.lower()} AS kode, replace(vekt, ',', '.')::DECIMAL(9, 3) AS vekt,"
            f" {same} AS lik_dagvekt FROM read_csv('{file}', delim = ';', all_varchar = true)")
    connection.execute(f"CREATE TABLE vekt AS {' UNION ALL '.join(parts)}")
