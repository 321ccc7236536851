"""Tables on Spark: each is kept as Parquet in the folder of work, and asked by its name.

What a table is kept as can be read again by any machine of a cluster, and Spark plans from it alone.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp, parse_one

from rulesdsl.batch.columns import Matching
from rulesdsl.batch.inputs import Source, broken_lines, identifier, open_source, quoted
from rulesdsl.batch.plan import readable
from rulesdsl.batch.problems import cannot
from rulesdsl.sql.duckdb import DIALECT, kind_of
from rulesdsl.sql.kinds import Kind
from rulesdsl.sql.spark_values import NUMBER, in_spark, nfc, nfc_within

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import DataType

Broken = tuple[int, str, str]
"""A line that could not be read: its number, why, and the text."""

ORDER, ASIDE_ORDER = ("rad",), ("entitet", "rad", "field", "code")
"""How answers stand, and what is set aside."""


_IN_ARROW = {"STRING": pa.string(), "BIGINT": pa.int64(), "DATE": pa.date32()}


class Tables:
    """The tables of a run by name. It answers what DuckDB answers (``execute``), so that a plan is made by the same
    code: a query in DuckDB's words, and a table or a view of one."""

    def __init__(self, spark: "SparkSession", folder: Path) -> None:
        self.spark, self.folder = spark, folder
        self._kept: dict[str, Path | None] = {}
        self._made = 0
        self._answer: DataFrame | None = None

    def keep(self, name: str, query: str) -> None:
        """A table of a query."""
        self.forget(name)
        place = self.place()
        frame = self.spark.sql(query)
        frame.write.parquet(uri(place))
        self._named(name, self.spark.read.schema(frame.schema).parquet(uri(place)), place)

    def view(self, name: str, query: "str | DataFrame") -> None:
        """A query by name."""
        self._named(name, self.spark.sql(query) if isinstance(query, str) else query, None)

    def rows(self, name: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
        """A table of a few rows, of columns with types."""
        place = self.place()
        place.mkdir()
        lists = zip(*rows, strict=True) if rows else ([] for _ in columns)
        given = [pa.array(each, _IN_ARROW[type_]) for each, type_ in zip(lists, columns.values(), strict=True)]
        pq.write_table(pa.table(given, [*columns]), place / "rader.parquet")
        schema = ", ".join(f"{ticked(column)} {type_}" for column, type_ in columns.items())
        self._named(name, self.spark.read.schema(schema).parquet(uri(place)), place)

    def place(self) -> Path:
        """A new place in the folder of work."""
        self._made += 1
        return self.folder / f"tabell-{self._made}"

    def _named(self, name: str, frame: "DataFrame", place: Path | None) -> None:
        frame.createOrReplaceTempView(ticked(name))
        self._kept[name] = place

    def forget(self, *names: str) -> None:
        """Tables that are not needed more."""
        for name in names:
            if name in self._kept:
                self.spark.catalog.dropTempView(name)
                place = self._kept.pop(name)
                if place is not None:
                    shutil.rmtree(place, ignore_errors=True)

    def handed(self, name: str, to: "SparkSession") -> "DataFrame":
        """A table in another session."""
        place = self._kept[name]
        assert place is not None
        return to.read.schema(self.spark.table(ticked(name)).schema).parquet(uri(place))

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of an answer, which are few."""
        return [tuple(row) for row in self.spark.sql(query).collect()]

    # ── As DuckDB is asked ──

    def execute(self, said: str) -> "Tables":
        query = parse_one(said, dialect=DIALECT)
        if not isinstance(query, exp.Create):
            self._answer = self.spark.sql(in_spark(query))
        elif query.kind == "VIEW":
            self.view(query.this.name, in_spark(query.expression))
        else:
            self.keep(query.this.name, in_spark(query.expression))
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        assert self._answer is not None
        return [tuple(row) for row in self._answer.collect()]

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(iter(self.fetchall()), None)


def ticked(name: str) -> str:
    """A name in Spark's SQL."""
    return "`" + name.replace("`", "``") + "`"


def uri(place: Path) -> str:
    return f"file://{place.resolve()}"


def read(spark: "SparkSession", place: Path) -> "DataFrame":
    """A file or a folder of Parquet, whatever signs are in its name."""
    return spark.read.option("__globPaths__", "false").parquet(uri(place))


def united(frames: "Sequence[DataFrame]") -> "DataFrame":
    """The answers of all editions, each with the results that it has."""
    first, *more = frames
    for each in more:
        first = first.unionByName(each, allowMissingColumns=True)
    return first


def keys(order: Sequence[str]) -> "list[Column]":
    """What to sort by, so that what is not known comes last."""
    from pyspark.sql.functions import expr

    return [expr(name).asc_nulls_last() for name in order]


# ── Where a table comes from ─────────────────────────────────────────────────────────────────────────────────


def opened(tables: Tables, given: str, alias: str) -> tuple[Source, tuple[Broken, ...]]:
    """The table that a user named, as a view with the number of each row, and the lines that could not be read. What
    is not Parquet is made so first, by DuckDB, row by row: then a line is broken just where it is for that engine."""
    file = Path(given)
    if file.is_dir() or (file.is_file() and file.suffix.lower() == ".parquet"):
        return viewed(tables, file, given, alias), ()
    place = tables.place().with_suffix(".parquet")
    with duckdb.connect(":memory:") as con:
        con.execute(f"SET temp_directory = {quoted(str(tables.folder))}")
        source = open_source(con, given, alias)
        with readable(source):
            con.execute(f"COPY (SELECT * FROM {source.relation}) TO {quoted(str(place))} (FORMAT parquet)")
        broken = con.execute(f"SELECT linje, grunn, tekst FROM ({broken_lines(con)})").fetchall()
    return viewed(tables, place, source.name, alias, source.text_file), tuple(broken)


def described(frame: "DataFrame", name: str) -> Source:
    """A table that came as one of Spark, as it will be viewed."""
    return Source(name, identifier(name), tuple((each.name, _in_duckdb(each.dataType)) for each in frame.schema.fields))


def written(frame: "DataFrame", matching: Matching, place: Path) -> None:
    """The columns of such a table that are fields, worked out once by its own session. A file has no column without a
    type."""
    columns: list[str] = []
    for name in dict.fromkeys(each.column for each in matching.matches):
        if frame.columns.count(name) > 1:
            raise cannot(f"Kolonnen «{name}» står flere ganger i tabellen.", "Gi hver kolonne sitt eget navn.")
        at = frame.columns.index(name)
        value = f"CAST(k{at} AS STRING)" if _said(frame.schema.fields[at].dataType) == "void" else f"k{at}"
        columns.append(f"{value} AS {ticked(name)}")
    numbered = (f"k{at}" for at in range(len(frame.columns)))  # others may differ from ours only in case
    frame.toDF(*numbered).selectExpr(*columns).write.parquet(uri(place))


def viewed(tables: Tables, place: Path, name: str, alias: str, text_file: str = "") -> Source:
    """A file or a folder of Parquet, as a view with the number of each row."""
    with _readable(name):
        raw = read(tables.spark, place)
        types = {each.name: each.dataType for each in raw.schema.fields}
        first = _firsts(raw)
    said = {column: _in_duckdb(type_) for column, type_ in types.items()}
    columns = [f"{_composed(column, kind_of(said[column]), _said(type_))} AS {ticked(column)}"
               for column, type_ in types.items()]
    tables.view(f"{alias} rå", raw.selectExpr("*", "_metadata.row_index AS `§nr`", "_metadata.file_path AS `§fil`"))
    tables.rows(f"{alias} filer", {"§sti": "STRING", "§før": "BIGINT"}, first)
    tables.view(alias, f"SELECT {', '.join([f'`§før` + `§nr` + 1 AS {ticked(NUMBER)}', *columns])} FROM "
                       f"{ticked(f'{alias} rå')} JOIN {ticked(f'{alias} filer')} ON `§fil` = `§sti`")
    return Source(name, identifier(alias), tuple(said.items()), text_file=text_file)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Files that Spark gives up on are a message."""
    try:
        yield
    except Exception as error:
        if not by_spark(error) or "No space left" in str(error):
            raise
        raise cannot(f"«{name}» kan ikke leses som Parquet.",
                     "Filen kan være ufullstendig. Ta uttrekket på nytt.") from None


def by_spark(error: Exception) -> bool:
    """Whether Spark stopped: it has an exception for each way to, in two packages."""
    return type(error).__module__.partition(".")[0] in ("pyspark", "py4j")


def _firsts(raw: "DataFrame") -> list[tuple[str, int]]:
    """The files by their names, and how many rows are before each."""
    found: list[tuple[str, int]] = []
    before = 0
    counted = raw.selectExpr("_metadata.file_path AS `§fil`").groupBy("§fil").count().collect()
    for path, count in sorted(counted):
        found.append((path, before))
        before += count
    return found


def _said(type_: "DataType") -> str:
    """A type as Spark's SQL has it, whatever signs are in the names of its fields."""
    from pyspark.sql.types import ArrayType, StructType

    if isinstance(type_, ArrayType):
        return f"array<{_said(type_.elementType)}>"
    if isinstance(type_, StructType):
        return f"struct<{', '.join(f'{ticked(each.name)}: {_said(each.dataType)}' for each in type_.fields)}>"
    return type_.simpleString()


_IN_DUCKDB = {
    "void": '"NULL"', "string": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE", "timestamp_ntz": "TIMESTAMP",
    "timestamp": "TIMESTAMP WITH TIME ZONE", "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER",
    "bigint": "BIGINT", "float": "FLOAT", "double": "DOUBLE", "binary": "BLOB",
}


def _in_duckdb(type_: "DataType") -> str:
    """A type of Spark as DuckDB calls it, and as messages do."""
    from pyspark.sql.types import ArrayType, StructType

    if isinstance(type_, ArrayType):
        return f"{_in_duckdb(type_.elementType)}[]"
    if isinstance(type_, StructType):
        return f"STRUCT({', '.join(f'{identifier(each.name)} {_in_duckdb(each.dataType)}' for each in type_.fields)})"
    said = type_.simpleString()
    return _IN_DUCKDB.get(said, said.upper())


def _composed(column: str, kind: Kind, type_: str) -> str:
    name = ticked(column)
    if kind.name == "text":
        return nfc(name)
    return nfc_within(name, type_) if kind.name in ("list", "record") and _has_text(kind) else name


def _has_text(kind: Kind) -> bool:
    return kind.name == "text" or (kind.item is not None and _has_text(kind.item)) or any(
        _has_text(inner) for _, inner in kind.fields)
