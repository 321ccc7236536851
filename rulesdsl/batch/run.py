"""A table decided: rows taken in, typed and checked under the edition of their day, decided, written, and counted.

All work is done in a hidden folder beside the output. The files get their names when all of them are whole: what was
set aside and the sums first, the answers last, so that where the answers are, all is.
"""

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from rulesdsl.batch.aside import keys_of, set_aside
from rulesdsl.batch.belonging import read_by
from rulesdsl.batch.columns import Naming
from rulesdsl.batch.decide import decide_rows
from rulesdsl.batch.engine import ENGINE_SETTINGS, share_few_rows
from rulesdsl.batch.inputs import open_source, quoted
from rulesdsl.batch.origin import origin
from rulesdsl.batch.plan import Plan, plan, readable, rulebook_of
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.summary import Summary, summed, to_json
from rulesdsl.batch.workplace import work_beside
from rulesdsl.core.values import listed
from rulesdsl.publish.json import written
from rulesdsl.source import frozen
from rulesdsl.workspace import Workspace

MEMORY = "2.5GiB"
"""How much memory the engine of a run may take where nothing is said; what there is no room for is put on disk. A run
of any size then stays under 4 GiB in all."""

Step = Callable[[str, int, int], None]
"""Told of each step: what is being done, how many steps are done, and of how many."""


@frozen
class Job:
    """What was asked for. ``out`` is the file of answers; the other two stand beside it. ``brief``: only values and
    statuses, no reasons. ``memory`` is how much the engine may take, as ``8GB`` or ``60%``."""

    data: str
    out: Path
    naming: Naming = Naming()
    edition: str | None = None
    known: datetime.date | None = None
    parents: str | None = None
    overwrite: bool = False
    brief: bool = False
    memory: str = MEMORY

    @property
    def outputs(self) -> dict[str, Path]:
        """The files of a run, in the order in which they get their names: the answers last."""
        stem = self.out.with_suffix("")
        return {"feil": stem.with_name(f"{stem.name}-feil.parquet"), "sum": stem.with_name(f"{stem.name}-sum.json"),
                "svar": self.out}


def planned(job: Job, workspace: Workspace) -> Plan:
    """The plan alone: nothing is written."""
    with duckdb.connect(":memory:") as con:
        _limit(con, job)
        return _plan(con, job, workspace, keep=False)


def run(job: Job, workspace: Workspace, step: Step = lambda what, done, of: None) -> Summary:
    """Decide the table and write the files. Raises ``CannotRun`` and ``NoEdition``; then nothing was written."""
    check_out(job)
    with work_beside(job.out) as work, duckdb.connect(str(work / "arbeid.duckdb")) as con:
        _limit(con, job)
        con.execute(f"SET temp_directory = {quoted(str(work / 'mellomlager'))}")
        con.execute(ENGINE_SETTINGS)
        share_few_rows(con, work)
        step("Leser", 0, 1)
        made = _plan(con, job, workspace, keep=True)
        came_from = origin(job, made)
        steps = 3 * len(read_by(made)) + 2
        count = iter(range(1, steps + 1))

        def told(what: str) -> None:
            step(what, next(count), steps)

        temporary = {name: work / path.name for name, path in job.outputs.items()}
        with readable(made.source):
            answers = decide_rows(con, made, told, job.brief)
            told("Skriver")
            _copy(con, " UNION ALL BY NAME ".join(f"({query})" for query in answers), temporary["svar"])
        told("Teller")
        summary = summed(con, made, temporary["svar"], job.data, job.brief)
        _write(con, made, job, temporary, to_json(summary) | {"origin": came_from})
    step("Ferdig", steps, steps)
    return summary


def _plan(con: duckdb.DuckDBPyConnection, job: Job, workspace: Workspace, keep: bool) -> Plan:
    source = open_source(con, job.data, "kilde")
    rulebook = rulebook_of(workspace, job.edition, job.known, job.naming.named(name for name, _ in source.columns))
    if job.parents is not None and not rulebook.parent:
        raise cannot(f"{rulebook.entity} hører ikke til noe i {rulebook.latest.id}.", "Utelat --patients.")
    parents = open_source(con, job.parents, "kilde2") if job.parents is not None else None
    return plan(con, workspace, rulebook, source, parents, job.naming, keep)


def _limit(con: duckdb.DuckDBPyConnection, job: Job) -> None:
    try:
        con.execute(f"SET memory_limit = {quoted(job.memory)}")
    except duckdb.Error:
        raise cannot(f"«{job.memory}» er ikke en mengde minne.", "Skriv for eksempel --memory 8GB.") from None


def check_out(job: Job) -> None:
    """Raises where the outputs cannot be, or would take the place of something."""
    if job.out.suffix != ".parquet":
        raise cannot(f"«{job.out}» er ikke en .parquet-fil.", f"Skriv -o {job.out.with_suffix('.parquet')}.")
    if not job.out.parent.is_dir():
        raise cannot(f"Mappen «{job.out.parent}» finnes ikke.")
    there = [path for path in job.outputs.values() if path.exists()]
    given = {Path(each).resolve() for each in (job.data, job.parents) if each}
    if any(path.resolve() in given for path in job.outputs.values()):
        raise cannot(f"«{job.out}» ville skrevet over dataene.", "Velg et annet navn med -o.")
    if folder := next((path for path in there if path.is_dir()), None):
        raise cannot(f"«{folder}» er en mappe.", "Velg et annet navn med -o.")
    if there and not job.overwrite:
        raise cannot(f"{listed(f'«{path}»' for path in there)} finnes allerede.",
                     "Velg et annet navn med -o, eller skriv over med --overwrite.")


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _write(con: duckdb.DuckDBPyConnection, made: Plan, job: Job, temporary: Mapping[str, Path], sums: Mapping[str, Any]
           ) -> None:
    """The other two files in the hidden folder; then each of the three gets its name."""
    query = set_aside(keys_of(made))
    _copy(con, f"SELECT * FROM ({query}) ORDER BY linje, entitet, rad, field, code", temporary["feil"])
    temporary["sum"].write_text(written(sums, indent=2) + "\n", encoding="utf-8")
    job.out.unlink(missing_ok=True)
    for name, path in job.outputs.items():
        temporary[name].replace(path)


def _copy(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    con.execute(f"COPY ({query}) TO {quoted(str(file))} (FORMAT parquet)")
