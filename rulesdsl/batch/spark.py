"""A table decided on Apache Spark, for when one machine is too small: the same files with the same answers.

All that is not finished stands in a hidden folder beside the output, which every machine of a cluster must reach. The
files get their names when all of them are whole, the answers last.
"""

import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rulesdsl.batch.belonging import read_by
from rulesdsl.batch.origin import origin
from rulesdsl.batch.plan import Plan, plan, rulebook_of
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.run import Job, Step, check_out
from rulesdsl.batch.spark_decide import FAULTS, decide_rows
from rulesdsl.batch.spark_session import session
from rulesdsl.batch.spark_sums import summed
from rulesdsl.batch.spark_tables import ASIDE_ORDER, ORDER, Broken, Tables, by_spark, keys, opened, ticked, united, uri
from rulesdsl.batch.summary import Summary, to_json
from rulesdsl.batch.workplace import work_beside
from rulesdsl.publish.json import written
from rulesdsl.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_IN_ONE = 20_000_000
"""How many rows stand in one file; more become a folder of files, each with as many at most."""


def planned(job: Job, workspace: Workspace) -> Plan:
    """The plan alone: nothing is written."""
    with tempfile.TemporaryDirectory() as folder, session(Path(folder)) as spark:
        return _plan(Tables(spark, Path(folder)), job, workspace, keep=False)[0]


def run(job: Job, workspace: Workspace, step: Step = lambda what, done, of: None) -> Summary:
    """Decide the table and write the files. Raises ``CannotRun`` and ``NoEdition``; then nothing was written."""
    check_out(job)
    with work_beside(job.out) as work, _explained(), session(work / "mellomlager") as spark:
        tables = Tables(spark, work)
        step("Leser", 0, 1)
        made, broken = _plan(tables, job, workspace, keep=True)
        total = 3 * len(read_by(made)) + 3
        count = iter(range(1, total + 1))

        def told(what: str) -> None:
            step(what, next(count), total)

        answers = decide_rows(tables, made, broken, told, job.brief)
        told("Teller")
        summary = summed(tables, made, answers, job.data, broken, job.brief)
        told("Skriver")
        _write(tables, made, job, work, summary, answers)
    step("Ferdig", total, total)
    return summary


def _plan(
    tables: Tables, job: Job, workspace: Workspace, keep: bool
) -> tuple[Plan, tuple[tuple[Broken, ...], tuple[Broken, ...]]]:
    """The plan, and the lines of both tables that could not be read."""
    source, broken = opened(tables, job.data, "kilde")
    rulebook = rulebook_of(workspace, job.edition, job.known, job.naming.named(name for name, _ in source.columns))
    if job.parents is not None and not rulebook.parent:
        raise cannot(f"{rulebook.entity} hører ikke til noe i {rulebook.latest.id}.", "Utelat --patients.")
    parents, above = opened(tables, job.parents, "kilde2") if job.parents is not None else (None, ())
    con: Any = tables  # what a plan asks of DuckDB, the tables answer
    return plan(con, workspace, rulebook, source, parents, job.naming, keep), (broken, above)


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _write(tables: Tables, made: Plan, job: Job, work: Path, summary: Summary, answers: dict[str, str]) -> None:
    """All three in the hidden folder; then each gets its name."""
    together = united([tables.spark.table(ticked(name)) for name in answers.values()])
    found = {
        "svar": _written(together, ORDER, summary.decided, work / "svar"),
        "feil": _written(tables.spark.table(ticked(FAULTS)), ("linje", *ASIDE_ORDER),
                         tables.asked(f"SELECT count(*) FROM {ticked(FAULTS)}")[0][0], work / "feil"),
        "sum": work / "sum.json",
    }
    sums = to_json(summary) | {"origin": origin(job, made)}
    found["sum"].write_text(written(sums, indent=2) + "\n", encoding="utf-8")
    job.out.unlink(missing_ok=True)
    for name, path in job.outputs.items():
        found[name].replace(path)


def _written(frame: "DataFrame", order: Sequence[str], count: int, place: Path) -> Path:
    """The rows in order: one file where they are few, and a folder where they are many."""
    if count <= MOST_IN_ONE:
        frame.repartition(1).sortWithinPartitions(*keys(order)).write.parquet(uri(place))
        (file,) = place.glob("part-*.parquet")
        return file
    parts = -(-count // MOST_IN_ONE)
    frame.repartitionByRange(parts, *keys(order)).sortWithinPartitions(*keys(order)).write.parquet(uri(place))
    for each in place.iterdir():
        if each.suffix != ".parquet":
            each.unlink()
    return place


@contextmanager
def _explained() -> Iterator[None]:
    """What stops Spark, where it is the disk or the memory, as it would be said of any other engine."""
    try:
        yield
    except Exception as error:
        if not by_spark(error):
            raise
        said = str(error)
        if "No space left on device" in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        if "OutOfMemoryError" in said:
            raise cannot("Spark har ikke nok minne til disse dataene.",
                         "Gi den mer, som i PYSPARK_SUBMIT_ARGS='--driver-memory 16g pyspark-shell'.") from None
        raise
