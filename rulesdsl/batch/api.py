"""Tables decided from Python: a rulebook that is open, and the answers of a table in the form that it came in.

>>> rulebook = Rulebook.open(edition="isf@2020")
>>> decided = rulebook.decide(pyarrow.parquet.read_table("episoder.parquet"))
>>> decided.answers.column("refusjon")
"""

import datetime
from collections.abc import Mapping
from os import environ
from pathlib import Path
from typing import Generic, Self, TypeVar

import duckdb
import pyarrow as pa
from attrs import field

from rulesdsl.batch.careful import FAULTS
from rulesdsl.batch.columns import Naming
from rulesdsl.batch.decide import ENGINE_SETTINGS, decide_rows
from rulesdsl.batch.inputs import Source, identifier
from rulesdsl.batch.plan import plan, readable, rulebook_of
from rulesdsl.batch.problems import cannot
from rulesdsl.source import frozen
from rulesdsl.workspace import Workspace, find_root

Table = TypeVar("Table", pa.Table, duckdb.DuckDBPyRelation)
"""What a table may be: a table of Arrow, or a relation of DuckDB."""


@frozen
class Decided(Generic[Table]):
    """The rows of a table. ``answers`` has one for each row that could be decided: ``rad`` (its number in the table,
    from 1), the keys, ``utgave``, and for each result its value, ``.status``, ``.punkt``, ``.regel`` and ``.mangler``.
    ``set_aside`` has the others, a row for each fault: ``entitet``, ``rad``, ``code``, ``field``, ``value`` and
    ``message``. Kroner and points are decimals. ``notes`` are what one had better know of the columns."""

    answers: Table
    set_aside: Table
    notes: tuple[str, ...] = ()


@frozen
class Rulebook:
    """A rulebook that decides tables: by ``edition``, or each row by the edition of its rettsdato; as the rules were
    known on a day, or as they are."""

    workspace: Workspace
    edition: str | None = None
    known: datetime.date | None = field(default=None)

    @classmethod
    def open(cls, rulebooks: Path | str | None = None, *, edition: str | None = None, known: datetime.date | None = None
             ) -> Self:
        """The rulebooks in a folder; without one, the nearest ``regelverk/``, or those that came with the program.
        Raises ``CannotRun`` where there are none."""
        root = find_root(Path(rulebooks) if rulebooks is not None else None, dict(environ), Path.cwd())
        if root is None:
            raise cannot("Fant ingen regelverk.", "Oppgi mappen de ligger i.")
        return cls(Workspace(root.path), edition, known)

    def decide(
        self, table: Table, patients: Table | None = None, *, columns: Mapping[str, str | None] | None = None,
        values: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Decided[Table]:
        """Decides every row of a table, as ``isfrules run`` does a file. ``patients`` are what the rows belong to.
        ``columns`` gives columns the names of fields (None: not used), and ``values`` says by field what its values
        mean. Raises ``CannotRun`` where a column is missing or has the wrong type, and ``NoEdition``.

        A relation of DuckDB is read into memory first; larger tables are for ``isfrules run``."""
        con = duckdb.connect()
        con.execute(ENGINE_SETTINGS)
        book = rulebook_of(self.workspace, self.edition, self.known)
        source = _source(con, table, "table")
        above = _source(con, patients, "patients") if patients is not None else None
        naming = Naming(columns or {}, values or {})
        made = plan(con, self.workspace, book, source, above, naming, keep=True)
        with readable(source):
            answers = decide_rows(con, made, lambda step: None)
            decided = con.sql(" UNION ALL BY NAME ".join(f"({query})" for query in answers)).order("rad")
            aside = con.sql(f"FROM {identifier(FAULTS)}").order("entitet, rad, field, code")
            if isinstance(table, pa.Table):
                return Decided(decided.to_arrow_table(), aside.to_arrow_table(), made.notes)
            return Decided(decided, aside, made.notes)


def _source(con: duckdb.DuckDBPyConnection, table: pa.Table | duckdb.DuckDBPyRelation, name: str) -> Source:
    """A table as a source of rows."""
    con.register(name, table if isinstance(table, pa.Table) else table.to_arrow_table())
    described = con.execute(f"DESCRIBE SELECT * FROM {identifier(name)}").fetchall()
    return Source(name, identifier(name), tuple((row[0], row[1]) for row in described),
                  f"SELECT count(*) FROM {identifier(name)}")
