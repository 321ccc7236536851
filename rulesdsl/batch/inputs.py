"""Where a table comes from: a Parquet file, a CSV file, or a table in a DuckDB file. Each is a relation with ``rad``.

A line of a CSV file that cannot be read is set aside by its number; the rest is read.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from rulesdsl.batch.columns import Match
from rulesdsl.batch.problems import cannot
from rulesdsl.source import frozen

DATABASES = (".duckdb", ".db", ".ddb")
TEXTS = (".csv", ".txt", ".tsv")
MOST_HEADER = 1_000_000
"""How many bytes the first line of a CSV file may have."""


@frozen
class Source:
    """A table as it stands. ``relation`` is what to read from, ``columns`` the names and types. ``count`` is a query
    for how many rows there are, where that can be known beforehand; of a CSV file it cannot: ``text_file`` names it.
    ``row`` is the number of a row, from 1, where the source itself has it: then it can be read as often as one
    likes."""

    name: str
    relation: str
    columns: tuple[tuple[str, str], ...]
    count: str = ""
    text_file: str = ""
    row: str = ""

    @property
    def is_parquet(self) -> bool:
        return self.relation.startswith("read_parquet(")


def open_source(con: duckdb.DuckDBPyConnection, given: str, alias: str) -> Source:
    """The table that a user named. ``alias`` keeps two DuckDB files apart."""
    path, _, table = given.rpartition(":")
    if path and not Path(given).exists() and Path(path).suffix.lower() in DATABASES:
        return _table(con, Path(path), table, alias)
    file = Path(given)
    if not file.exists():
        raise cannot(f"«{given}» finnes ikke.", "Oppgi en fil i Parquet eller CSV, eller fil.duckdb:tabell.")
    if not file.is_file():
        raise cannot(f"«{given}» er ikke en fil.", "Oppgi en fil i Parquet eller CSV, eller fil.duckdb:tabell.")
    suffix = file.suffix.lower()
    if suffix in DATABASES:
        return _table(con, file, "", alias)
    if suffix == ".parquet":
        return _parquet(con, file)
    if suffix in TEXTS:
        return _csv(file)
    if suffix in (".json", ".jsonl"):
        raise cannot(f"«{given}» er saker i JSON, ikke en tabell.", f"Skriv isfrules explain {given}.")
    raise cannot(f"«{given}» er ikke en slags fil som kan kjøres.",
                 "Oppgi en fil i Parquet (.parquet) eller CSV (.csv), eller fil.duckdb:tabell.")


def _table(con: duckdb.DuckDBPyConnection, file: Path, table: str, alias: str) -> Source:
    """A table of a DuckDB file, by its name, after that of its schema where that is not the first one; without a name
    the only one there is. Large and small letters are the same, as they are to the engine."""
    if not file.is_file():
        raise cannot(f"«{file}» finnes ikke.")
    try:
        con.execute(f"ATTACH {quoted(str(file))} AS {alias} (READ_ONLY)")
    except duckdb.Error:
        raise cannot(f"«{file}» kan ikke åpnes som en DuckDB-fil.",
                     "Se etter at ingen andre skriver i den, og at den er laget av DuckDB.") from None
    there = con.execute("SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = ? "
                        "ORDER BY ALL", [alias]).fetchall()
    called = {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in there}
    here = f"Her er {', '.join(called) or 'ingen tabeller'}."
    if not table and len(called) > 1:
        raise cannot(f"«{file}» har flere tabeller.", f"{here} Skriv hvilken, som i {file}:{next(iter(called))}.")
    found = next((one for one, place in called.items()
                  if not table or table.lower() in (one.lower(), ".".join(place).lower())), None)
    if found is None:
        raise cannot(f"«{file}» har ingen tabell «{table}»." if table else f"«{file}» har ingen tabell.", here)
    relation = ".".join((alias, *map(identifier, called[found])))
    return Source(f"{file}:{found}", relation, _described(con, relation), f"SELECT count(*) FROM {relation}")


def _parquet(con: duckdb.DuckDBPyConnection, file: Path) -> Source:
    relation = f"read_parquet({quoted(_plain(file))})"
    try:
        columns = _described(con, relation)
        names = pq.read_schema(file).names
    except (duckdb.Error, pa.ArrowException):
        raise cannot(f"«{file}» kan ikke leses som Parquet.",
                     "Filen kan være ufullstendig. Ta uttrekket på nytt.") from None
    check_names(names, str(file))
    count = f"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({quoted(_plain(file))})"
    own = "file_row_number"
    row = f"{own} + 1" if own not in (name.lower() for name, _ in columns) else ""
    return Source(str(file), relation, columns, count, row=row)


def _described(con: duckdb.DuckDBPyConnection, relation: str) -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall())


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _csv(file: Path) -> Source:
    """A CSV file, all of it as text: what a value is, is for the fields to say."""
    header, mark = _header(file)
    names = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in header)
    relation = (
        f"read_csv({quoted(_plain(file))}, auto_detect = false, header = true, delim = {quoted(mark)}, quote = '\"', "
        f"escape = '\"', columns = {{{names}}}, store_rejects = true, rejects_limit = 0, null_padding = false)")
    columns = tuple((name, "VARCHAR") for name in header)
    return Source(str(file), relation, columns, text_file=str(file.resolve()))


def _header(file: Path) -> tuple[list[str], str]:
    """The names of the columns, and what stands between them: of semicolon, comma and tab the one there is most of. A
    column without a name is called by its number, which no field is."""
    try:
        with file.open("rb") as opened:
            line = opened.readline(MOST_HEADER).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise cannot(f"ISF102  «{file}» er ikke UTF-8.", "Lagre filen som UTF-8.") from None
    if not line.strip():
        raise cannot(f"«{file}» er tom.", "Første linje skal ha navnene på kolonnene.")
    mark = max(";,\t", key=line.count)
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=mark))
    except csv.Error:
        raise cannot(f"Første linje i «{file}» kan ikke leses.", "Lagre filen med linjeskift LF eller CRLF.") from None
    names = [name.strip() or f"kolonne {number}" for number, name in enumerate(cells, start=1)]
    check_names(names, str(file))
    return names, mark


def check_names(names: Sequence[str], table: str) -> None:
    """That no two columns have one name, to which large and small letters are the same: nobody knows which is meant."""
    times = Counter(name.lower() for name in names)
    twice = next((name for name in names if times[name.lower()] > 1), None)
    if twice is not None:
        raise cannot(f"Kolonnen «{twice}» står flere ganger i «{table}».", "Gi hver kolonne sitt eget navn.")


def broken_lines(con: duckdb.DuckDBPyConnection) -> str:
    """A query for the lines of the CSV files read so far that could not be: their number, why, and the text."""
    made = {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()}
    if not {"reject_errors", "reject_scans"} <= made:
        return "SELECT NULL::BIGINT AS linje, '' AS grunn, '' AS tekst, '' AS fil WHERE false"
    reasons = "".join(f" WHEN {quoted(name)} THEN {quoted(said)}" for name, said in _BROKEN.items())
    return (
        f"SELECT e.line::BIGINT AS linje, min(CASE e.error_type::VARCHAR{reasons} ELSE 'linjen kan ikke leses' END)"
        " AS grunn, min(e.csv_line) AS tekst, min(s.file_path) AS fil FROM reject_errors AS e JOIN reject_scans AS s"
        " USING (scan_id, file_id) GROUP BY e.scan_id, e.file_id, e.line")


_BROKEN = {
    "MISSING COLUMNS": "linjen har for få verdier",
    "TOO MANY COLUMNS": "linjen har for mange verdier",
    "UNQUOTED VALUE": "et anførselstegn er ikke avsluttet, eller har tekst etter seg",
    "LINE SIZE OVER MAXIMUM": "linjen er for lang",
    "INVALID ENCODING": "linjen er ikke UTF-8; lagre filen som UTF-8",
}


# ── Columns to fields ────────────────────────────────────────────────────────────────────────────────────────


def renamed(source: Source, matches: tuple[Match, ...]) -> str:
    """A query for the matched columns under the names of their fields, with ``rad``."""
    row = source.row or "row_number() OVER ()"
    columns = [f"{row} AS rad", *(f"{_value(each)} AS {identifier(each.path)}" for each in matches)]
    return f"SELECT {', '.join(columns)} FROM {source.relation}"


def _value(each: Match) -> str:
    value = identifier(each.column) + "".join(f"[{quoted(name)}]" for name in each.within)
    if each.kind.said.startswith("UUID"):  # the engine takes it for no text, alone or in a list
        value = f"CAST({value} AS {each.kind.said.replace('UUID', 'VARCHAR')})"
    if not each.values:
        return value
    written = f"CAST({value} AS VARCHAR)"
    whens = "".join(f" WHEN {quoted(text)} THEN {quoted(meant)}" for text, meant in each.values)
    return f"CASE {written}{whens} ELSE {written} END"


def quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def _plain(file: Path) -> str:
    """A path that the engine takes for one file, whatever signs are in its name."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(file.resolve()))
