"""A PostgreSQL server of our own for a while, and the answers that it gives."""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from backends.held import Engine
from backends.typed_facts import answers_of, relation
from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.sql.dialects import in_dialect
from rulesdsl.sql.entities import compile_for


@cache
def binaries() -> Path | None:
    """Where the server's programs are; Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return found[-1] if found and (found[-1] / "initdb").exists() else None


def _owner() -> str | None:
    """Whom the server runs as: it refuses to be root, and Debian's package makes a user for it."""
    if os.geteuid() != 0:
        return None
    if not any(each.pw_name == "postgres" for each in pwd.getpwall()):
        pytest.skip("PostgreSQL kan ikke kjøres som root, og her er ingen bruker postgres")
    return "postgres"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg er ikke installert")
    programs = binaries()
    if programs is None:
        pytest.skip("her er ingen PostgreSQL-tjener")
    owner = _owner()
    # A folder with a short name: the path of a socket has room for some hundred letters.
    folder = Path(tempfile.mkdtemp(prefix="isfrules-"))
    if owner is not None:
        os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)

    def run(*words: str) -> None:
        subprocess.run([str(programs / words[0]), *words[1:]], user=owner, cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    data = str(folder / "data")
    settings = f"-k {folder} -h '' -c fsync=off -c jit=off"
    run("initdb", "-D", data, "-A", "trust", "-U", "isfrules", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    try:
        run("pg_ctl", "-D", data, "-o", settings, "-l", str(folder / "log"), "-w", "start")
        with psycopg.connect(host=str(folder), user="isfrules", dbname="postgres", autocommit=True) as connection:
            yield connection
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def by_postgres(postgres: Any) -> Engine:
    """The answers of the compiled edition."""
    def answer(
        edition: ir.Edition, entity: ir.Entity, rows: list[list[Any]],
        others: Mapping[str, list[list[Any]]] | None = None,
    ) -> list[dict[str, Any]]:
        given = {**(others or {}), entity.name: rows}
        text = in_dialect(compile_for(edition, entity.name, {name: f"fakta {name}" for name in given}), "postgres")
        with postgres.cursor() as cursor:
            for name, found in given.items():
                _stored(cursor, f"fakta {name}", relation(edition, edition.entities[name]), found)
            cursor.execute(text)
            return [*answers_of(edition, entity, [each.name for each in cursor.description], cursor.fetchall())]

    return answer


def _stored(cursor: Any, table: str, columns: Mapping[str, str], rows: list[list[Any]]) -> None:
    kinds = ["JSONB[]" if kind.startswith("STRUCT") else exp.DataType.build(kind, dialect="duckdb").sql("postgres")
             for kind in columns.values()]
    said = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, kinds, strict=True))
    cursor.execute(f'DROP TABLE IF EXISTS "{table}"')
    cursor.execute(f'CREATE TEMPORARY TABLE "{table}" ({said})')
    if rows:
        places = ", ".join(f"%s::{kind}" for kind in kinds)
        cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', [
            [_value(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows])


def _value(value: Any, kind: str) -> Any:
    return [json.dumps(each, default=str) for each in value] if kind == "JSONB[]" and value is not None else value
