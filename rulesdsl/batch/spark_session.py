"""A session of Apache Spark: one beside the one there is, or one on this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rulesdsl.batch.problems import cannot
from rulesdsl.sql.spark import SETTINGS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

INSTALL = "pip install 'isfrules[spark]'"

READING = {
    "spark.sql.caseSensitive": "true",  # as names are matched with fields: by us
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # «01» in the name of a folder is no number
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.mergeSchema": "true",  # a file of a folder may have a column that the others have not
}
"""What else must hold in a session for rows to be taken in as they stand."""

QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "OFF",
         "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
"""What a session of our own on this machine has besides."""

RETAINED = {"spark.sql.ui.retainedExecutions": "1", "spark.ui.retainedJobs": "1", "spark.ui.retainedStages": "1",
            "spark.ui.retainedTasks": "1"}
"""That nothing is kept in memory of what has been done."""


@contextmanager
def session(folder: Path, beside: "SparkSession | None" = None) -> "Iterator[SparkSession]":
    """A session with all that must hold. Where there is one (``beside``, or the active one), it is a new one on the
    same machines, so that nothing is changed for those who use the other, neither settings nor names of views. Else
    Spark is started, and stopped afterwards: its own configuration (``PYSPARK_SUBMIT_ARGS``, ``SPARK_CONF_DIR``) says
    where; without it that is this machine, and ``folder`` has what there is no room for in memory."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise cannot("«--engine spark» trenger pyspark, som ikke er installert.", f"Installer med {INSTALL}") from None
    there = beside or SparkSession.getActiveSession()
    if there is None and shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise cannot("«--engine spark» trenger Java, som ikke er installert.", "Installer Java 17 eller nyere.")
    spark = _new(there) if there else _started(SparkSession.builder.appName("isfrules"), folder)
    try:
        for name, value in (SETTINGS | READING).items():
            spark.conf.set(name, value)
        yield spark
    finally:
        if there is None:
            spark.stop()


def _new(there: "SparkSession") -> "SparkSession":
    """A session with the settings of another."""
    made = there.newSession()
    for name, value in there.conf.getAll.items():
        if there.conf.isModifiable(name):
            made.conf.set(name, value)
    return made


def _started(builder: Any, folder: Path) -> "SparkSession":
    own = not {"PYSPARK_SUBMIT_ARGS", "SPARK_CONF_DIR", "SPARK_REMOTE"} & os.environ.keys()
    if own:
        half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**21
        cores = str(os.cpu_count() or 1)
        mine = {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse"),
                "spark.driver.memory": f"{half}m", "spark.sql.shuffle.partitions": cores}
        for name, value in (QUIET | RETAINED | mine).items():
            builder = builder.config(name, value)
    try:
        with _silent():
            made: SparkSession = builder.getOrCreate()
        return made
    except Exception as error:  # py4j and pyspark have an exception for each way to fail
        raise cannot(f"Spark lot seg ikke starte ({str(error).splitlines()[0]}).",
                     "Se etter at Java er versjon 17 eller nyere.") from None


@contextmanager
def _silent() -> Iterator[None]:
    """Nothing on the terminal from Java, which takes over our stderr as it starts, and talks before it can be told."""
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
