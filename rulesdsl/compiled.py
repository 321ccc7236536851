"""Keeps compiled editions between runs, by the hash of all that they were compiled from, and files that were parsed.

What is read back is never trusted blindly: the file must be this user's own, whole (its own hash is checked), made
by this version of the engine from just these files, and hold nothing but data of the kinds that belong there.
Anything else is passed over and made again. Files appear whole or not at all, so that two processes never see half of
one.
"""

import contextlib
import datetime
import gc
import hashlib
import io
import os
import pickle
import re
import stat
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import attrs

import rulesdsl
from rulesdsl.core import ir, types

_MAGIC = b"isfrules compiled 1\n"
_KEEP, _BYTES = 200, 200_000_000
"""How many versions of rulebooks are kept, and folders of parsed files, and their bytes in all: those used last."""

_KEY = re.compile("[0-9a-f]{64}")

Kinds = Mapping[tuple[str, str], type]
"""Classes by module and name: what a kept file may hold."""

T = TypeVar("T")


def kinds_of(*modules: ModuleType) -> Kinds:
    """The data classes of some modules, beside plain values, decimals and days."""
    found: dict[tuple[str, str], type] = {("decimal", "Decimal"): Decimal, ("datetime", "date"): datetime.date}
    return found | {
        (module.__name__, name): kind
        for module in modules for name, kind in vars(module).items()
        if isinstance(kind, type) and attrs.has(kind) and kind.__module__ == module.__name__
    }


_CORE = kinds_of(ir, types)


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
        digest.update(f"{len(name)} {name} {len(content)} ".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _engine() -> bytes:
    """The version of the engine and when its own code last changed, so that a developer's edit counts too."""
    package = os.path.dirname(rulesdsl.__file__)
    stamps = []
    for part in ("", "check", "core", "syntax"):
        for entry in os.scandir(os.path.join(package, part)):
            if entry.name.endswith((".py", ".lark")):
                found = entry.stat()
                # A copy may keep the time of its original; the inode's own time it cannot keep.
                stamps.append(f"{part} {entry.name} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_size}")
    stamps.sort()
    return "\n".join([rulesdsl.__version__, sys.version, *stamps]).encode()


def load(key: str, name: str, kind: type[T], within: Kinds = _CORE) -> T | None:
    """What was kept under a name, or None; ``within`` it there is nothing but data of these kinds."""
    try:
        path = folder() / key / f"{name}.bin"
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not _is_own(about) or not stat.S_ISREG(about.st_mode):
                return None
            content = file.read()
        head, digest, payload = content[: len(_MAGIC)], content[len(_MAGIC) :][:32], content[len(_MAGIC) + 32 :]
        if head != _MAGIC or digest != hashlib.sha256(payload).digest():
            return None
        value = _unpickle(payload, within)
    except Exception:  # whatever is wrong with a kept file, it is made anew
        return None
    with contextlib.suppress(OSError):
        os.utime(path.parent)  # what is in use is not forgotten
    return value if isinstance(value, kind) else None


def _is_own(about: os.stat_result) -> bool:
    """Whether this user alone could have written a file."""
    if not hasattr(os, "getuid"):
        return True
    return about.st_uid == os.getuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _unpickle(payload: bytes, kinds: Kinds) -> Any:
    paused = gc.isenabled()
    gc.disable()  # a rulebook is many small objects and no garbage
    try:
        return _Data(io.BytesIO(payload), kinds).load()
    finally:
        if paused:
            gc.enable()


class _Data(pickle.Unpickler):
    """Reads data of some kinds and nothing else."""

    def __init__(self, payload: io.BytesIO, kinds: Kinds) -> None:
        super().__init__(payload)
        self._kinds = kinds

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._kinds:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return self._kinds[module, name]


def save(key: str, name: str, value: object) -> None:
    """Keeps a value; where that cannot be done, nothing is lost but time."""
    import tempfile  # takes a while, and only the first run needs it

    try:
        home = folder() / key
        if not home.exists():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(OSError):
                _forget_old(folder())
        payload = pickle.dumps(value, protocol=5)
        handle, temporary = tempfile.mkstemp(dir=home, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(payload).digest() + payload)
            os.replace(temporary, home / f"{name}.bin")
        except BaseException:
            os.unlink(temporary)
            raise
    except (OSError, RuntimeError):  # the latter: who has no home has no folder
        return


def _forget_old(home: Path) -> None:
    """Only those that were used last are kept. Nothing is removed but what was written here: the folder may hold other
    things."""
    ours = [each for each in home.iterdir() if _KEY.fullmatch(each.name)]
    size = 0
    for count, each in enumerate(sorted(ours, key=lambda each: each.stat().st_mtime, reverse=True), start=1):
        files = [file for file in each.iterdir() if file.suffix in (".bin", ".tmp")]
        size += sum(file.stat().st_size for file in files)
        if count > _KEEP or (size > _BYTES and count > 3):
            for file in files:
                file.unlink(missing_ok=True)
            each.rmdir()
