"""Where the answers of a run came from: kept beside them, so that a row can be taken up again with its reasons."""

import datetime
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field

from rulesdsl.batch.columns import Naming
from rulesdsl.batch.inputs import DATABASES
from rulesdsl.batch.plan import Plan
from rulesdsl.batch.problems import cannot
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import ENGINE
from rulesdsl.source import frozen

if TYPE_CHECKING:
    from rulesdsl.batch.run import Job


@frozen
class Data:
    """A table as a run found it: the name it was given by, the file, how large that was and when it was written.
    ``rows`` is how many rows could be read; None where nobody counted."""

    given: str
    path: Path
    table: str
    size: int
    modified: str
    rows: int | None

    @property
    def name(self) -> str:
        """What to open it by."""
        return f"{self.path}:{self.table}" if self.table else str(self.path)


@frozen
class Origin:
    """What a run was asked, and of which data. ``meanings`` has what the rules of each edition meant, ``engine`` who
    decided. Of a folder ``data`` is the folder, and ``tables`` are the tables in it by entity."""

    data: Data
    parents: Data | None
    naming: Naming
    edition: str | None
    known: datetime.date | None
    meanings: Mapping[str, str]
    engine: str
    tables: Mapping[str, Data] = field(factory=dict)

    @property
    def rulebook(self) -> str | None:
        """The rulebook that decided."""
        return next((each.partition("@")[0] for each in self.meanings), None)


def origin(job: "Job", made: Plan) -> dict[str, Any]:
    """Where a run's data came from, as it stands in the sums."""
    beside = job.out.resolve().parent
    return {
        "data": _told(job.data, beside, sum(made.days.rows.values())),
        "patients": _told(job.parents, beside, None) if job.parents is not None else None,
        **_asked(job, made.rulebook.forced, made.used),
    }


def origin_of_folder(job: "Job", tables: Mapping[str, tuple[str, int]], forced: Edition | None,
                     used: Iterable[Edition]) -> dict[str, Any]:
    """The same of a folder. ``tables`` have the file of each entity, and how many rows it has."""
    beside = job.out.resolve()
    return {
        "data": _told(job.data, beside, None), "patients": None,
        "tables": {name: _told(file, beside, rows) for name, (file, rows) in tables.items()},
        **_asked(job, forced, used),
    }


def _asked(job: "Job", forced: Edition | None, used: Iterable[Edition]) -> dict[str, Any]:
    return {
        "naming": {"columns": dict(job.naming.columns),
                   "values": {path: dict(meant) for path, meant in job.naming.values.items()}},
        "edition": forced.id if forced else None, "known": str(job.known) if job.known else None,
        "meanings": {each.id: each.meaning for each in used},
    }


def _told(given: str, beside: Path, rows: int | None) -> dict[str, Any]:
    """``beside`` is where the answers stand: a folder that is moved takes both with it."""
    path, table = _parted(given)
    whole = path.resolve()
    try:
        near: str | None = os.path.relpath(whole, beside)
    except ValueError:  # on another drive
        near = None
    size, modified = _written(whole)
    return {"given": given, "path": str(whole), "near": near, "table": table, "bytes": size, "modified": modified,
            "rows": rows}


def _parted(given: str) -> tuple[Path, str]:
    """The file that was named, and the table within it, where it has several."""
    path, _, table = given.rpartition(":")
    if path and not Path(given).exists() and Path(path).suffix.lower() in DATABASES:
        return Path(path), table
    return Path(given), ""


def _written(path: Path) -> tuple[int, str]:
    """How large a file is, and when it was last written, to the nanosecond."""
    found = path.stat()
    whole, part = divmod(found.st_mtime_ns, 1_000_000_000)
    day = datetime.datetime.fromtimestamp(whole, datetime.UTC)
    return found.st_size, f"{day:%Y-%m-%dT%H:%M:%S}.{part:09d}Z"


def sums_of(out: Path) -> Path:
    """The file of sums that stands beside a file of answers, or in a folder of them."""
    if out.is_dir():
        return out / "sum.json"
    return out.with_name(f"{out.with_suffix('').name}-sum.json")


def read_origin(out: Path) -> Origin:
    """Where the answers in a file came from. Raises ``CannotRun``."""
    if not out.exists():
        raise cannot(f"«{out}» finnes ikke.", "Oppgi filen eller mappen med svar fra «isfrules run».")
    sums = sums_of(out)
    beside = sums.resolve().parent
    try:
        read = json.loads(sums.read_text(encoding="utf-8"))
        found, engine = read["origin"], read["engine"]
        parents = found["patients"]
        return Origin(
            _data(found["data"], beside), _data(parents, beside) if parents is not None else None,
            Naming(found["naming"]["columns"], found["naming"]["values"]), found["edition"],
            datetime.date.fromisoformat(found["known"]) if found["known"] else None, found["meanings"], engine,
            {name: _data(each, beside) for name, each in found.get("tables", {}).items()})
    except FileNotFoundError:
        answers = out.with_name(f"{out.stem.removesuffix('-feil')}.parquet")
        if answers != out and answers.exists():
            raise cannot(f"«{out}» har ikke svar, men det som ble lagt til side.", f"Skriv --from {answers}.") from None
        raise cannot(f"«{sums}» finnes ikke.", "Den skal stå ved siden av svarene. Kjør dataene på nytt.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise cannot(f"«{sums}» sier ikke hvor dataene kom fra.", "Kjør dataene på nytt.") from None


def _data(read: Mapping[str, Any], beside: Path) -> Data:
    """A table where it was, or, if it is not there, where it was as seen from the answers."""
    path = Path(read["path"])
    moved = beside / read["near"] if read["near"] is not None else path
    if not path.exists() and moved.exists():
        path = moved.resolve()
    return Data(read["given"], path, read["table"], read["bytes"], read["modified"], read["rows"])


def changed(found: Origin, rows: int | None) -> tuple[str, ...]:
    """What is not as it was when the run was done, in sentences. ``rows`` is how many rows the data have now, where
    that is known."""
    said: list[str] = []
    one = ((found.data, rows), (found.parents, None))
    for each, now in ((table, None) for table in found.tables.values()) if found.tables else one:
        if each is None:
            continue
        size, modified = _written(each.path)
        if each.rows is not None and now is not None and each.rows != now:
            said.append(f"«{each.given}» er endret siden kjøringen: den hadde {each.rows} rader og har nå {now}.")
        elif size != each.size:
            said.append(f"«{each.given}» er endret siden kjøringen: den var på {each.size} byte og er nå på {size}.")
        elif modified != each.modified:
            said.append(f"«{each.given}» er skrevet på nytt siden kjøringen ({modified[:10]} kl. {modified[11:19]}, "
                        "verdenstid).")
    if found.engine != ENGINE:
        said.append(f"Svarene er fra {found.engine}, og dette er {ENGINE}.")
    return tuple(said)
