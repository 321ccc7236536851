"""Files to editions: finds the rulebooks, reads and checks them, and keeps what was compiled.

The only place below the command line that touches files.
"""

import datetime
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field, frozen

import rulesdsl
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Diagnostic, did_you_mean

if TYPE_CHECKING:
    from rulesdsl.check.editions import Checked
    from rulesdsl.syntax.ast import File

VARIABLE = "ISFRULES_RULEBOOKS"
FOLDER = "regelverk"


@frozen
class Root:
    """A folder of rulebooks, and how it was found, in words for ``isfrules show``."""

    path: Path
    found_by: str


def find_root(given: Path | None, environment: dict[str, str], here: Path) -> Root | None:
    """``given``, else the variable, else the nearest ``regelverk/`` here or above, else those that are installed."""
    if given is not None:
        return Root(given, "--rulebooks") if given.exists() else None
    named = environment.get(VARIABLE)
    if named:
        return Root(Path(named), f"variabelen {VARIABLE}") if Path(named).exists() else None
    for folder in (here, *here.parents):
        if (folder / FOLDER).is_dir():
            return Root(folder / FOLDER, f"nærmeste {FOLDER}/")
    package = Path(rulesdsl.__file__).parent
    for installed in (package / "_regelverk", package.parent / FOLDER):
        if installed.is_dir():
            return Root(installed, "fulgte med programmet")
    return None


@frozen
class EditionInfo:
    """What ``show`` lists of an edition."""

    rulebook: str
    name: str
    title: str
    valid_from: datetime.date
    valid_to: datetime.date
    file: str

    @property
    def id(self) -> str:
        return f"{self.rulebook}@{self.name}"


@define
class Workspace:
    """The rulebooks below one folder, or of one file."""

    root: Path
    cache: bool = True
    _loaded: dict[str, Edition] = field(factory=dict)

    # ── files ──

    @cached_property
    def _base(self) -> Path:
        """The folder that the files' shown names start from: the one that holds the root."""
        return self.root.resolve().parent

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """All rule files and tables by the name shown to users, in order of name."""
        top = self.root.resolve()
        paths = [top] if top.is_file() else _files(top)
        if top.is_file():
            paths += [path for path in _files(top.parent) if path != top]
        return {path.relative_to(self._base).as_posix(): path.read_bytes() for path in paths}

    def rule_files(self) -> list[str]:
        return [name for name in self.contents if name.endswith(".isf")]

    def path_of(self, name: str) -> Path:
        return self._base / name

    def read_table(self, beside: str, name: str) -> bytes | None:
        """A table's file, named relative to the rule file; only files below the root are read."""
        place = os.path.normpath(os.path.join(os.path.dirname(beside), name)).replace(os.sep, "/")
        return self.contents.get(place)

    # ── checking ──

    @cached_property
    def parsed(self) -> "tuple[dict[str, File], tuple[Diagnostic, ...]]":
        """Each rule file's syntax, and the messages of reading them."""
        from rulesdsl.diagnostics import Problems
        from rulesdsl.syntax.parser import parse, read_text

        problems = Problems()
        files = {name: parse(read_text(name, self.contents[name], problems), problems) for name in self.rule_files()}
        return files, tuple(problems)

    @cached_property
    def checked(self) -> "Checked":
        """The whole check of all files."""
        from rulesdsl.check.editions import check

        files, problems = self.parsed
        return check(list(files.values()), self.read_table, problems)

    # ── editions ──

    @cached_property
    def index(self) -> tuple[EditionInfo, ...]:
        """The editions that can be used, by rulebook and time. Those with errors are not among them."""
        from rulesdsl import compiled

        key = compiled.key_of(self.contents)
        kept = compiled.load(key, "index", tuple) if self.cache else None
        if kept is not None:
            return tuple(EditionInfo(*row) for row in kept)
        editions = sorted(self.checked.editions.values(), key=lambda each: (each.rulebook, each.valid_from))
        rows = tuple(
            (each.rulebook, each.name, each.title, each.valid_from, each.valid_to, each.files[-1]) for each in editions
        )
        if self.cache and not any(problem.is_error for problem in self.checked.problems):
            for each in editions:
                compiled.save(key, each.id, each)
            compiled.save(key, "index", rows)
        return tuple(EditionInfo(*row) for row in rows)

    def edition(self, name: str) -> Edition | None:
        """A whole edition by its id (``isf@2020``), compiled now or before."""
        if name not in self._loaded:
            from rulesdsl import compiled

            known = name in {each.id for each in self.index}
            kept = compiled.load(compiled.key_of(self.contents), name, Edition) if self.cache and known else None
            edition = kept or self.checked.editions.get(name)
            if edition is None:
                return None
            self._loaded[name] = edition
        return self._loaded[name]

    def rulebooks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.rulebook for each in self.index))

    def on(self, rulebook: str, day: datetime.date) -> EditionInfo | None:
        """The edition of a rulebook that is valid on a day; never the nearest one."""
        return next(
            (each for each in self.index if each.rulebook == rulebook and each.valid_from <= day <= each.valid_to), None
        )

    def near(self, name: str) -> str:
        """A hint that names an edition near a name that is not there."""
        ids = [each.id for each in self.index]
        return did_you_mean(name, ids) or (f"Her finnes {', '.join(ids)}." if ids else "")


def _files(folder: Path) -> list[Path]:
    def found(below: Path) -> Iterator[Path]:
        for entry in sorted(below.iterdir()):
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from found(entry)
            elif entry.suffix in (".isf", ".csv"):
                yield entry

    return list(found(folder))
