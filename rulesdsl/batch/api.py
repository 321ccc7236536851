"""Tables decided from Python: a rulebook that is open, and the answers of a table in the form that it came in.

>>> rulebook = Rulebook.open(edition="isf@2020")
>>> decided = rulebook.decide(pyarrow.parquet.read_table("episoder.parquet"))
>>> decided.answers.column("refusjon")
"""

import datetime
import tempfile
from collections.abc import Callable, Mapping
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import duckdb
import pyarrow as pa
from attrs import field

from rulesdsl.batch.aside import keys_of, set_aside
from rulesdsl.batch.columns import Naming
from rulesdsl.batch.decide import decide_rows
from rulesdsl.batch.engine import ENGINE_SETTINGS
from rulesdsl.batch.inputs import Source, check_names, identifier
from rulesdsl.batch.plan import Rulebook as Editions
from rulesdsl.batch.plan import matched, plan, readable, rulebook_of
from rulesdsl.batch.problems import CannotRun, cannot
from rulesdsl.batch.spark_decide import FAULTS as SET_ASIDE
from rulesdsl.batch.spark_decide import decide_rows as decide_on_spark
from rulesdsl.batch.spark_session import session
from rulesdsl.batch.spark_tables import ASIDE_ORDER, ORDER, Tables, described, keys, united, viewed, written
from rulesdsl.deciding import edition_named
from rulesdsl.source import frozen
from rulesdsl.workspace import Workspace, find_root

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Table = TypeVar("Table", pa.Table, duckdb.DuckDBPyRelation, "DataFrame")
"""What a table may be: a table of Arrow, a relation of DuckDB, or a DataFrame of Spark."""


@frozen
class Decided(Generic[Table]):
    """The rows of a table. ``answers`` has one for each row that could be decided: ``rad`` (its number in the table,
    from 1), the keys, ``utgave``, and for each result its value, ``.status``, ``.punkt``, ``.regel`` and ``.mangler``;
    for an amount also ``.bidrag``, what each clause gave or took of it. ``set_aside`` has the others, a row for each
    fault: ``entitet``, ``rad``, ``key``, ``code``, ``field``, ``value`` and ``message``. Kroner and points are
    decimals. ``notes`` are what one had better know of the columns."""

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
        Raises ``CannotRun`` where there are none, and ``NoEdition``."""
        root = find_root(Path(rulebooks) if rulebooks is not None else None, dict(environ), Path.cwd())
        if root is None:
            raise cannot("Fant ingen regelverk.", "Oppgi mappen de ligger i.")
        workspace = Workspace(root.path)
        if edition is not None and edition not in workspace.rulebooks():
            edition_named(edition, workspace, known)
        return cls(workspace, edition, known)

    def decide(
        self, table: Table, patients: Table | None = None, *, columns: Mapping[str, str | None] | None = None,
        values: Mapping[str, Mapping[str, str]] | None = None, brief: bool = False,
    ) -> Decided[Table]:
        """Decides every row of a table, as ``isfrules run`` does a file. ``patients`` are what the rows belong to.
        ``columns`` gives columns the names of fields (None: not used), and ``values`` says by field what its values
        mean. ``brief``: only the value and status of each result. Raises ``CannotRun`` where a column is missing or has
        the wrong type, and ``NoEdition``.

        A relation of DuckDB is read into memory first; larger tables are for ``isfrules run``.

        A DataFrame of Spark is worked out once, by its session; that settles the order in which its rows are numbered.
        It is decided beside that session, which stays as it is, and the answers come back to it, kept by Spark until
        nothing needs them. Meanwhile tables stand in a temporary folder (``TMPDIR``), which all machines must reach."""
        naming = Naming(columns or {}, values or {}, said=("columns", "values"))
        names = _names(table)
        if patients is not None:
            _names(patients)
        book = rulebook_of(self.workspace, self.edition, self.known, naming.named(names))
        if patients is not None and not book.parent:
            raise cannot(f"{book.entity} hører ikke til noe i {book.latest.id}.", "Utelat patients.")
        on_duckdb = isinstance(table, pa.Table | duckdb.DuckDBPyRelation)
        decide: Callable[..., Decided[Any]] = self._on_duckdb if on_duckdb else self._on_spark
        return decide(table, patients, book, naming, brief)

    def _on_duckdb(self, table: Any, patients: Any, book: Editions, naming: Naming, brief: bool) -> Decided[Any]:
        con = duckdb.connect()
        con.execute(ENGINE_SETTINGS)
        source = _source(con, table, "table")
        above = _source(con, patients, "patients") if patients is not None else None
        made = plan(con, self.workspace, book, source, above, naming, keep=True)
        with readable(source):
            answers = decide_rows(con, made, lambda step: None, brief)
            decided = con.sql(" UNION ALL BY NAME ".join(f"({query})" for query in answers)).order("rad")
            aside = con.sql(f"SELECT * EXCLUDE (linje) FROM ({set_aside(keys_of(made))})").order(", ".join(ASIDE_ORDER))
            if isinstance(table, pa.Table):
                return Decided(decided.to_arrow_table(), aside.to_arrow_table(), made.told)
            return Decided(decided, aside, made.told)

    def _on_spark(
        self, table: "DataFrame", patients: "DataFrame | None", book: Editions, naming: Naming, brief: bool
    ) -> "Decided[DataFrame]":
        own = table.sparkSession
        given = {"table": table} if patients is None else {"table": table, "patients": patients}
        sources = {name: described(frame, name) for name, frame in given.items()}
        found = matched(book, sources["table"], sources.get("patients"), naming)
        with tempfile.TemporaryDirectory(prefix="isfrules-") as folder:
            work = Path(folder)
            for name, matching in zip(given, found, strict=False):
                assert matching is not None
                written(given[name], matching, work / name)
            with session(work, own) as spark:
                tables = Tables(spark, work)
                con: Any = tables  # what a plan asks of DuckDB, the tables answer
                for name in given:
                    viewed(tables, work / name, name, name)
                made = plan(con, self.workspace, book, sources["table"], sources.get("patients"), naming, keep=True)
                answers = decide_on_spark(tables, made, ((), ()), lambda step: None, brief)
                decided = united([tables.handed(name, own) for name in answers.values()]).orderBy(*keys(ORDER))
                aside = tables.handed(SET_ASIDE, own).drop("linje").orderBy(*keys(ASIDE_ORDER))
                return Decided(decided.localCheckpoint(), aside.localCheckpoint(), made.told)


def _names(table: Any) -> list[str]:
    """The columns of a table; what is no table, or has no columns, is a message."""
    if not isinstance(table, pa.Table | duckdb.DuckDBPyRelation) and not hasattr(table, "sparkSession"):
        raise cannot(f"Det som skal avgjøres, er {type(table).__name__}, ikke en tabell.",
                     "Gi en pyarrow.Table, en relasjon i DuckDB eller en DataFrame i Spark.")
    try:
        names = list(table.column_names if isinstance(table, pa.Table) else table.columns)
    except duckdb.Error as error:
        raise _unread(error) from None
    if not names:
        raise cannot("Tabellen har ingen kolonner.", "Gi hvert felt en kolonne med feltets navn.")
    if isinstance(table, pa.Table | duckdb.DuckDBPyRelation):
        check_names(names, "tabellen")  # in Spark two columns that are no field may have one name
    return names


def _unread(error: duckdb.Error) -> CannotRun:
    return cannot(f"Relasjonen kan ikke leses ({error}).", "Er forbindelsen til DuckDB lukket?")


def _source(con: duckdb.DuckDBPyConnection, table: pa.Table | duckdb.DuckDBPyRelation, name: str) -> Source:
    """A table as a source of rows."""
    try:
        con.register(name, table if isinstance(table, pa.Table) else table.to_arrow_table())
    except duckdb.Error as error:
        raise _unread(error) from None
    columns = con.execute(f"DESCRIBE SELECT * FROM {identifier(name)}").fetchall()
    return Source(name, identifier(name), tuple((row[0], row[1]) for row in columns),
                  f"SELECT count(*) FROM {identifier(name)}")
