"""Keeps compiled editions between runs, by the hash of all that they were compiled from.

What is read back is never trusted blindly: the file must be this user's own, whole (its own hash is checked), made
by this version of the engine from just these files, and hold nothing but the core's data. Anything else is passed
over and compiled again. Files appear whole or not at all, so that two processes never see half of one.
"""

import datetime
import gc
import hashlib
import io
import os
import pickle
import sys
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import attrs

import rulesdsl
from rulesdsl.core import ir, types

_MAGIC = b"isfrules compiled 1\n"
_KEEP = 20
"""How many versions of the rulebooks are kept."""

_DATA: dict[tuple[str, str], type] = {("decimal", "Decimal"): Decimal, ("datetime", "date"): datetime.date}
_DATA |= {
    (core.__name__, name): kind
    for core in (ir, types) for name, kind in vars(core).items()
    if isinstance(kind, type) and attrs.has(kind) and kind.__module__ == core.__name__
}

T = TypeVar("T")


def folder() -> Path:
    """Where compiled editions are kept: ``ISFRULES_CACHE``, else the user's cache folder."""
    named = os.environ.get("ISFRULES_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isfrules"


def key_of(contents: Mapping[str, bytes]) -> str:
    """The hash of the engine and of all files, their names included."""
    digest = hashlib.sha256(_engine())
    for name, content in contents.items():
        digest.update(f"{len(name)} {name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()


def _engine() -> bytes:
    """The version of the engine and when its own code last changed, so that a developer's edit counts too."""
    package = Path(rulesdsl.__file__).parent
    stamps = [
        f"{path.name} {stat.st_mtime_ns} {stat.st_size}"
        for part in ("check", "core", "syntax") for path in sorted((package / part).iterdir())
        if path.suffix in (".py", ".lark") and (stat := path.stat())
    ]
    return "\n".join([rulesdsl.__version__, sys.version, *stamps]).encode()


def load(key: str, name: str, kind: type[T]) -> T | None:
    """What was kept under a name, or None."""
    path = folder() / key / f"{name}.bin"
    try:
        with path.open("rb") as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
                return None
            content = file.read()
        head, digest, payload = content[: len(_MAGIC)], content[len(_MAGIC) :][:32], content[len(_MAGIC) + 32 :]
        if head != _MAGIC or digest != hashlib.sha256(payload).digest():
            return None
        value = _unpickle(payload)
    except Exception:  # whatever is wrong with a kept file, it is made anew
        return None
    return value if isinstance(value, kind) else None


def _unpickle(payload: bytes) -> Any:
    paused = gc.isenabled()
    gc.disable()  # a rulebook is many small objects and no garbage
    try:
        return _Data(io.BytesIO(payload)).load()
    finally:
        if paused:
            gc.enable()


class _Data(pickle.Unpickler):
    """Reads the core's own data and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _DATA:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return _DATA[module, name]


def save(key: str, name: str, value: object) -> None:
    """Keeps a value; where that cannot be done, nothing is lost but time."""
    try:
        home = folder() / key
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        payload = pickle.dumps(value, protocol=5)
        handle, temporary = tempfile.mkstemp(dir=home)
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + hashlib.sha256(payload).digest() + payload)
        os.replace(temporary, home / f"{name}.bin")
        _forget_old(folder())
    except OSError:
        return


def _forget_old(home: Path) -> None:
    """Only the latest few are kept."""
    kept = sorted(home.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in kept[_KEEP:]:
        for file in old.iterdir():
            file.unlink(missing_ok=True)
        old.rmdir()
