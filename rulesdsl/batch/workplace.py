"""Where a run works before its files get their names: a hidden folder beside the output, one run at a time.

A folder is held by a lock that ends with the process, however it ends. So a folder that nobody holds was left by a run
that was killed, and is removed by the next one; and where somebody holds one, another run to the same output waits for
no one: it is refused.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from rulesdsl.batch.problems import cannot
from rulesdsl.diagnostics import os_said

try:
    import fcntl
except ImportError:  # without locks nothing is removed, and nobody is refused
    fcntl = None  # type: ignore[assignment]

LOCK = "lås"
"""The file in a folder that a living run holds."""


@contextmanager
def work_beside(out: Path) -> Iterator[Path]:
    """A hidden folder for all that is not finished, gone afterwards. What stops the work is a message, where it is the
    disk, the memory or the rights."""
    work: Path | None = None
    held: int | None = None
    try:
        work, held = _made(out)
        yield work
    except (duckdb.Error, OSError) as error:
        _explain(error, out)
        raise
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)
        if held is not None:
            os.close(held)


def _made(out: Path) -> tuple[Path, int | None]:
    """A folder of our own, with the lock that holds it. What dead runs left is removed, and a living one is refused.
    All of this is done by one at a time, so that nobody sees a folder before it is held."""
    with _alone(out.parent) as alone:
        if alone:
            for each in _others(out):
                _remove_dead(each, out)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            return work, _hold(work)
        except OSError:
            shutil.rmtree(work, ignore_errors=True)
            raise


def _others(out: Path) -> list[Path]:
    """The folders of other runs to the same output."""
    named = re.compile(re.escape(f".{out.name}.") + r"[a-z0-9_]{8}")
    return [each for each in out.parent.iterdir()
            if named.fullmatch(each.name) and each.is_dir() and not each.is_symlink()]


def _remove_dead(work: Path, out: Path) -> None:
    try:
        held = _hold(work)
    except OSError:  # another user's
        return
    if held is None and (work / LOCK).exists():
        raise cannot(f"En annen kjøring skriver til «{out}» nå.", "Vent til den er ferdig, eller velg et annet navn "
                     "med -o.")
    shutil.rmtree(work, ignore_errors=True)
    if held is not None:
        os.close(held)


def _hold(work: Path) -> int | None:
    """Hold a folder; None where another does, or where nobody can."""
    if fcntl is None:
        return None
    lock = -1
    try:
        lock = os.open(work / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if lock >= 0:
            os.close(lock)
        if isinstance(error, BlockingIOError) or lock >= 0:
            return None
        raise
    return lock


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether we are the only one to make and remove folders in a folder; no where it cannot be locked."""
    if fcntl is None:
        yield False
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        locked = False
        with suppress(OSError):  # not every file system can lock a folder
            fcntl.flock(opened, fcntl.LOCK_EX)
            locked = True
        yield locked
    finally:
        os.close(opened)


_FULL = ("no space left", "max_temp_directory_size", "disk quota exceeded", "disk full")


def _explain(error: Exception, out: Path) -> None:
    """What stopped the work, as a message, where that is known."""
    said = str(error).lower()
    if any(each in said for each in _FULL):
        raise cannot(f"Disken er full der «{out}» skal ligge.", "Gi plass, eller velg et annet sted med -o. "
                     "Ingenting er skrevet.") from None
    if isinstance(error, duckdb.OutOfMemoryException):
        raise cannot("Det er ikke nok minne til disse dataene.",
                     "Gi mer med --memory, eller del dataene på flere filer, slik at en pasients episoder blir i samme "
                     "fil.") from None
    if isinstance(error, OSError) and error.filename is not None and not isinstance(error, FileNotFoundError):
        raise cannot(f"Kunne ikke skrive «{error.filename}» ({os_said(error)}).") from None
