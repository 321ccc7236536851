"""Runs the queries of ISF 2020 that were written by hand, from file to file: ``handwritten_2020.sql`` for three results
of rows of which all is known, ``handwritten_2020_all.sql`` for every result of any row."""

from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
THREE, ALL = (Path(__file__).with_name(name) for name in ("handwritten_2020.sql", "handwritten_2020_all.sql"))


def run(episodes: Path, output: Path) -> None:
    """The three results of every episode of a Parquet file, written to another."""
    with opened(episodes) as connection:
        _copy(connection, THREE.read_text(encoding="utf-8"), output)


def run_all(episodes: Path, patients: Path, output: Path) -> None:
    """Every result of the episodes that can be decided, and beside them what is wrong with the others."""
    with opened(episodes) as connection:
        connection.execute(f"CREATE VIEW pasienter AS FROM '{patients}'")
        *before, answers = connection.extract_statements(ALL.read_text(encoding="utf-8"))
        for statement in before:
            connection.execute(statement)
        _copy(connection, answers.query, output)
        _copy(connection, "FROM avvik", beside(output))


def beside(output: Path) -> Path:
    """The file of what is wrong, which goes with one of answers."""
    return output.with_name(f"{output.stem}-feil{output.suffix}")


def opened(episodes: Path) -> duckdb.DuckDBPyConnection:
    """The tables that the queries read: the file itself, and the weights of the regelverk."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"CREATE VIEW episoder AS FROM read_parquet('{episodes}', file_row_number = true)")
    parts = []
    for kind, name in (("DRG", "kostnadsvekt-2020"), ("STG", "stg-vekt-eksempel"), ("TFG", "tfg-vekt-eksempel")):
        same = "lik_dagvekt = 'ja'" if kind == "DRG" else "NULL"
        file = ROOT / "regelverk" / "isf" / f"{name}.csv"
        parts.append(
            f"SELECT '{kind}' AS slag, {kind.lower()} AS kode, replace(vekt, ',', '.')::DECIMAL(9, 3) AS vekt,"
            f" {same} AS lik_dagvekt FROM read_csv('{file}', delim = ';', all_varchar = true)")
    connection.execute(f"CREATE TABLE vekt AS {' UNION ALL '.join(parts)}")
    return connection


def _copy(connection: duckdb.DuckDBPyConnection, query: str, output: Path) -> None:
    connection.execute(f"COPY ({query.rstrip().rstrip(';')}) TO '{output}' (FORMAT parquet)")
