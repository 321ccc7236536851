"""Files to editions: finds the rulebooks, reads and checks them, and keeps what was compiled.

The only place below the command line that touches files.
"""

import datetime
import os
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve, field

import rulesdsl
from rulesdsl.core.ir import Edition, Property
from rulesdsl.core.values import listed
from rulesdsl.diagnostics import Diagnostic, did_you_mean
from rulesdsl.source import frozen

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
    known_from: datetime.date | None = None
    earlier: tuple[datetime.date, ...] = ()
    """The days on which its text was corrected, the oldest first: before each, another text was known."""

    @property
    def id(self) -> str:
        return f"{self.rulebook}@{self.name}"

    def is_known(self, known: datetime.date | None) -> bool:
        """Whether it had been published by a day; None is now."""
        return known is None or self.known_from is None or self.known_from <= known

    def text_known(self, known: datetime.date | None) -> datetime.date | None:
        """Which of its texts was known on a day: the one until the day given, or (None) the latest."""
        return next((until for until in self.earlier if known is not None and known < until), None)


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
        """All rule files and tables by the name shown to users, in order of name; a root that is a file comes first."""
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
        from rulesdsl import read_before
        from rulesdsl.diagnostics import Problems
        from rulesdsl.syntax.parser import parse, read_text

        problems = Problems()
        before = read_before.Files(str(self.root.resolve())) if self.cache else None
        files: dict[str, File] = {}
        for name in self.rule_files():
            content = self.contents[name]
            file = before.get(name, content) if before else None
            if file is None:
                found = Problems()
                file = parse(read_text(name, content, found), found)
                problems.extend(found)
                if before and not found.found:
                    before.keep(name, content, file)
            files[name] = file
        return files, tuple(problems)

    @cached_property
    def checked(self) -> "Checked":
        """The whole check of all files."""
        from rulesdsl.check.editions import check

        files, problems = self.parsed
        return check(list(files.values()), self.read_table, problems)

    # ── editions ──

    @property
    def index(self) -> tuple[EditionInfo, ...]:
        """The editions that can be used, by rulebook and time. Those with errors are not among them."""
        return self._editions[0]

    @property
    def broken(self) -> tuple[EditionInfo, ...]:
        """The editions that have errors."""
        return self._editions[1]

    @property
    def unread(self) -> tuple[str, ...]:
        """The rule files whose head cannot be read, so that nobody knows what editions they hold."""
        return self._editions[2]

    @cached_property
    def _editions(self) -> tuple[tuple[EditionInfo, ...], tuple[EditionInfo, ...], tuple[str, ...]]:
        if self.cache:
            from rulesdsl import compiled

            kept = compiled.load(self._key, "index", tuple)
            if kept is not None:
                good, broken, unread = kept
                return tuple(EditionInfo(*row) for row in good), tuple(EditionInfo(*row) for row in broken), unread
        from rulesdsl.syntax.ast import Header

        editions = sorted(self.checked.editions.values(), key=lambda each: (each.rulebook, each.valid_from))
        good = [(each.rulebook, each.name, each.title, each.valid_from, each.valid_to,
                 self.checked.known[each.id].own.span.source.name, each.known_from,
                 tuple(earlier.until for earlier in self.checked.earlier[each.id])) for each in editions]
        broken = [(*name.split("@", 1), each.header.title, each.first_day, each.last_day, each.own.span.source.name)
                  for name, each in self.checked.known.items() if name not in self.checked.editions]
        unread = tuple(name for name, file in self.parsed[0].items()
                       if not any(isinstance(each, Header) for each in file.declarations))
        if self.cache:
            for each in editions:
                compiled.save(self._key, each.id, each)
                for earlier in self.checked.earlier[each.id]:
                    compiled.save(self._key, _kept_as(each.id, earlier.until), earlier.edition)
            compiled.save(self._key, "index", (tuple(good), tuple(broken), unread))
        return tuple(EditionInfo(*row) for row in good), tuple(EditionInfo(*row) for row in broken), unread

    @cached_property
    def _key(self) -> str:
        from rulesdsl import compiled

        return compiled.key_of(self.contents)

    def info(self, name: str) -> EditionInfo | None:
        """What is listed of an edition without errors, by its id."""
        return next((each for each in self.index if each.id == name), None)

    def edition(self, name: str, known: datetime.date | None = None) -> Edition | None:
        """A whole edition by its id (``isf@2020``), compiled now or before; None where there is none, or it was not
        yet published on the day ``known``. With ``known`` its text is the one that was known that day."""
        info = self.info(name)
        if info is None or not info.is_known(known):
            return None
        until = info.text_known(known)
        kept_as = _kept_as(name, until)
        if kept_as not in self._loaded:
            from rulesdsl import compiled

            kept = compiled.load(self._key, kept_as, Edition) if self.cache else None
            if kept is None:
                earlier = {each.until: each.edition for each in self.checked.earlier[name]}
                kept = self.checked.editions[name] if until is None else earlier[until]
                if self.cache:
                    compiled.save(self._key, kept_as, kept)
            self._loaded[kept_as] = kept
        return self._loaded[kept_as]

    def promises(self, edition: Edition) -> dict[str, Property]:
        """The properties of an edition, each that speaks of two with the other beside it. One whose other edition has
        errors is left out."""
        found: dict[str, Property] = {}
        for name, promise in edition.properties.items():
            other = self.edition(promise.between) if promise.between else None
            if other is not None or not promise.between:
                found[name] = evolve(promise, other=other)
        return found

    def rulebooks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.rulebook for each in self.index))

    def on(self, rulebook: str, day: datetime.date) -> tuple[EditionInfo, ...]:
        """The editions of a rulebook that are valid on a day, published by now or not; never the nearest one. Two are
        the author's mistake."""
        own = [each for each in self.index if each.rulebook == rulebook]
        return tuple(each for each in own if each.valid_from <= day <= each.valid_to)

    def not_found(self, name: str) -> tuple[str, str]:
        """Why there is no edition of a name to decide by, and what to do."""
        if any(each.id == name for each in self.broken):
            return f"Utgaven «{name}» har feil.", "Kjør «isfrules check» og rett feilene først."
        return f"ISF413  Utgaven «{name}» finnes ikke.", self.in_place_of(name, [each.id for each in self.index])

    def in_place_of(self, name: str, ids: Collection[str]) -> str:
        """What there is in place of an edition that is not among some, and which files it may be hidden in."""
        hidden = f" {listed(self.unread)} kan ikke leses; kjør «isfrules check»." if self.unread else ""
        return there_is(name, ids) + hidden


def there_is(name: str, ids: Collection[str]) -> str:
    """What there is in place of an edition that is not: the one that was likely meant, or what else there is of its
    rulebook; else the rulebooks, for of them all there may be very many editions."""
    books: dict[str, list[str]] = {}
    for each in ids:
        books.setdefault(each.rpartition("@")[0], []).append(each)
    book, _, year = name.rpartition("@")
    near = "" if year.isdecimal() and book in books else did_you_mean(name, ids)  # one year is near to any other
    own = books.get(book) or books.get(name) or (next(iter(books.values())) if len(books) == 1 else [])
    if near or own:
        return near or f"Her finnes {', '.join(own)}."
    return f"Her finnes utgaver av {', '.join(sorted(books))}. Se dem med «isfrules show»." if books else ""


def _kept_as(name: str, until: datetime.date | None) -> str:
    """The name under which an edition is kept; an earlier text of it has the day until which it was known."""
    return name if until is None else f"{name}~{until}"


def _files(folder: Path) -> list[Path]:
    """The rule files and tables below a folder. A folder that is reached twice, by a link, is read once."""
    seen: set[Path] = set()

    def found(below: Path) -> Iterator[Path]:
        if (place := below.resolve()) in seen:
            return
        seen.add(place)
        for entry in sorted(below.iterdir()):
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from found(entry)
            elif entry.suffix in (".isf", ".csv") and (entry.is_file() or entry.is_symlink()):
                yield entry

    return list(found(folder))
