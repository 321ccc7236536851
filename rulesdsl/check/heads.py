"""Which file is what: shared files, editions and corrections; what each edition changes, uses, and when it is valid."""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import define, field, frozen

from rulesdsl.check.declare import FIRST_DAY, LAST_DAY
from rulesdsl.check.names import broken_name
from rulesdsl.check.order import cycle_in, ordered
from rulesdsl.diagnostics import Problems, did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast

ALL_DAYS = (FIRST_DAY, LAST_DAY)


@frozen
class EditionFiles:
    """The files of one edition: its own, the shared ones that it is the first to use, and its corrections, oldest
    first; the edition it changes, and when it is valid. ``whole`` is whether all that it builds on is there; where it
    is not, nothing can be said of the names in it. ``doubtful`` is whether there is a correction that could not be put
    in its place: the rest can be checked, but nobody should be decided by it."""

    id: str
    header: ast.Header
    own: ast.File
    shared: tuple[ast.File, ...]
    corrections: tuple[ast.File, ...]
    base: "EditionFiles | None"
    first_day: datetime.date
    last_day: datetime.date
    whole: bool = True
    doubtful: bool = False

    @property
    def known_from(self) -> datetime.date | None:
        return self.header.known_from.value if self.header.known_from else None

    @property
    def files(self) -> tuple[ast.File, ...]:
        """All files that the edition is made of, those of the edition it changes first."""
        before = self.base.files if self.base else ()
        return (*before, *self.shared, self.own, *self.corrections)


@define
class Heads:
    """The shared files by name, and the editions by id, each after the one it changes."""

    shared: dict[str, ast.File] = field(factory=dict)
    editions: dict[str, EditionFiles] = field(factory=dict)


def header_of(file: ast.File) -> ast.Header | None:
    return next((each for each in file.declarations if isinstance(each, ast.Header)), None)


def read_heads(files: Sequence[ast.File], problems: Problems) -> Heads:
    """What the heads of the files say; what does not fit together is a message."""
    shared, own, corrections = _sorted_out(files, problems)
    named = _named(own, problems)
    bases = _bases(named, problems)
    doubtful = set(_unreadable_corrections(files))
    corrected = _corrections(corrections, named, doubtful, problems)
    heads = Heads(shared)
    for name in ordered({name: {base} if base else set() for name, base in bases.items()}):
        header, file = named[name]
        base = heads.editions.get(bases[name] or "")
        used, whole = used_files(header, shared, problems)
        for each in corrected[name]:
            more, found = used_files(header_of(each), shared, problems)
            used, whole = tuple(dict.fromkeys((*used, *more))), whole and found
        before = base.files if base else ()
        new = tuple(each for each in used if not any(each is other for other in before))
        whole = whole and (header.changes is None or (base is not None and base.whole))
        first, last = _validity(name, header, problems)
        heads.editions[name] = EditionFiles(
            name, header, file, new, tuple(corrected[name]), base, first, last, whole,
            name in doubtful or (base is not None and base.doubtful),
        )
    _check_overlaps(heads.editions.values(), problems)
    return heads


def _sorted_out(
    files: Sequence[ast.File], problems: Problems
) -> tuple[dict[str, ast.File], list[ast.File], list[ast.File]]:
    """The shared files by name, the files of editions, and the corrections."""
    shared: dict[str, ast.File] = {}
    own: list[ast.File] = []
    corrections: list[ast.File] = []
    for file in files:
        heads = [each for each in file.declarations if isinstance(each, ast.Header)]
        for extra in heads[1:]:
            problems.add("ISF410", extra.name.span, "er et hode til", hint="Hver fil har ett hode.")
        first = file.declarations[0] if file.declarations else None
        if not heads or first is not heads[0]:
            broken_head = isinstance(first, ast.BrokenDecl) and first.keyword in ("regelverk", "felles", "rettelse")
            if first is not None and not broken_head:
                problems.add("ISF410", _start(first.span), "er ikke et hode",
                             hint="Begynn filen med «regelverk NAVN UTGAVE» eller «felles NAVN».")
        if not heads:
            if isinstance(first, ast.BrokenDecl) and first.keyword == "felles":
                shared.setdefault(broken_name(first), file)  # what uses it has no mistake of its own
            continue
        if heads[0].corrects:
            corrections.append(file)
        elif heads[0].edition is not None:
            own.append(file)
        elif heads[0].name.text in shared:
            first_head = header_of(shared[heads[0].name.text])
            problems.add("ISF202", heads[0].name.span, "er brukt en gang til", detail=heads[0].name.text,
                         also=[(first_head.name.span, "først her")] if first_head else ())
        else:
            shared[heads[0].name.text] = file
    return shared, own, corrections


def _start(span: Span) -> Span:
    return Span(span.source, span.start, min(span.end, span.start + len(span.text.split()[0])))


def _id(header: ast.Header) -> str:
    return f"{header.name.text}@{header.edition.text if header.edition else ''}"


def _named(own: Sequence[ast.File], problems: Problems) -> dict[str, tuple[ast.Header, ast.File]]:
    """The editions by id; one that is there already is a message."""
    named: dict[str, tuple[ast.Header, ast.File]] = {}
    for file in own:
        header = header_of(file)
        assert header is not None
        assert header.edition is not None
        name = _id(header)
        if name in named:
            first = named[name][0]
            problems.add("ISF202", header.edition.span, "er brukt en gang til", detail=name,
                         also=[((first.edition or first.name).span, "først her")])
        else:
            named[name] = header, file
    return named


def _bases(named: Mapping[str, tuple[ast.Header, ast.File]], problems: Problems) -> dict[str, str | None]:
    """The edition that each edition changes; one that is not there, or changes itself by a detour, is a message."""
    bases: dict[str, str | None] = {}
    for name, (header, _) in named.items():
        changed = header.changes
        bases[name] = changed.id if changed else None
        if changed and changed.id not in named:
            problems.add("ISF433", changed.span, "er ikke blant utgavene her", detail=changed.id,
                         hint=those_there(other for other in named if other != name))
            bases[name] = None
    while ring := cycle_in({name: {base} if base else set() for name, base in bases.items()}):
        changed = named[ring[0]][0].changes
        assert changed is not None
        problems.add("ISF432", changed.span, "endrer til slutt seg selv", detail=" → ".join([*ring, ring[0]]),
                     hint="Den eldste utgaven endrer ingen annen.")
        for name in ring:
            bases[name] = None
    return bases


def those_there(names: Iterable[str]) -> str:
    """The editions there are: the name of a year is near to that of any other, so a guess would not help."""
    there = ", ".join(sorted(names))
    return f"Her finnes {there}." if there else ""


def _corrections(
    files: Sequence[ast.File], named: Mapping[str, tuple[ast.Header, ast.File]], doubtful: set[str], problems: Problems
) -> dict[str, list[ast.File]]:
    """The corrections of each edition, oldest first. An edition with one that has no place becomes ``doubtful``."""
    found: dict[str, list[tuple[ast.DateLiteral, ast.File]]] = {name: [] for name in named}
    for file in files:
        header = header_of(file)
        assert header is not None
        assert header.edition is not None
        name = _id(header)
        if name not in named:
            problems.add("ISF433", header.edition.span, "er ikke blant utgavene her", detail=name,
                         hint=those_there(named))
            continue
        known, of, before = header.known_from, named[name][0].known_from, len(problems)
        if known is None:
            problems.add("ISF435", header.name.span, "sier ikke når rettelsen ble kjent", detail=name,
                         hint="Skriv «kjent fra 2019-01-10».")
        elif of is not None and known.value < of.value:
            problems.add("ISF434", known.span, f"utgaven ble kjent {of.value}", detail=name,
                         also=[(of.span, "her")], hint="En rettelse kommer etter det den retter.")
        elif same := next((other for other, _ in found[name] if other.value == known.value), None):
            problems.add("ISF435", known.span, "er samme dag som en annen rettelse", detail=name,
                         also=[(same.span, "her")], hint="Slå rettelsene sammen til én.")
        else:
            found[name].append((known, file))
        if len(problems) > before:
            doubtful.add(name)
    return {
        name: [file for _, file in sorted(each, key=lambda pair: pair[0].value)] for name, each in found.items()
    }


def _unreadable_corrections(files: Iterable[ast.File]) -> Iterator[str]:
    """The editions that a correction is of, as far as can be seen, where its head could not be read."""
    for file in files:
        first = file.declarations[0] if file.declarations else None
        if isinstance(first, ast.BrokenDecl) and first.keyword == "rettelse":
            said = re.match(r"rettelse\s+(\w+)\s+([\w.]+)", first.span.text)
            if said:
                yield f"{said[1]}@{said[2]}"


def _validity(
    name: str, header: ast.Header, problems: Problems
) -> tuple[datetime.date, datetime.date]:
    if header.valid is None:
        problems.add("ISF405", header.name.span, "sier ikke når utgaven gjelder", detail=name,
                     hint="Skriv «gjelder 2020-01-01 til 2020-12-31».")
        return ALL_DAYS
    first, last = header.valid[0].value, header.valid[1].value
    if first > last:
        problems.add("ISF405", header.valid[0].span, "er etter den siste dagen", detail=name,
                     hint="Skriv den første dagen først.")
        return last, first
    return first, last


def used_files(
    header: ast.Header | None, shared: Mapping[str, ast.File], problems: Problems
) -> tuple[tuple[ast.File, ...], bool]:
    """The shared files that a file uses, and those they use, each once; and whether they are all there."""
    found: dict[str, ast.File] = {}
    pending, whole = list(header.uses if header else ()), True
    while pending:
        name = pending.pop(0)
        if name.text not in shared:
            problems.add("ISF208", name.span, "er ikke en felles fil", detail=name.text,
                         hint=did_you_mean(name.text, shared) or f"Lag en fil som begynner med «felles {name.text}».")
            whole = False
        elif name.text not in found:
            found[name.text] = shared[name.text]
            inner = header_of(shared[name.text])
            pending.extend(inner.uses if inner else ())
    return tuple(found.values()), whole


def _check_overlaps(editions: Iterable[EditionFiles], problems: Problems) -> None:
    """Two editions of one rulebook must not be valid on the same day."""
    by_rulebook: dict[str, list[EditionFiles]] = {}
    for each in editions:
        by_rulebook.setdefault(each.header.name.text, []).append(each)
    for own in by_rulebook.values():
        own.sort(key=lambda each: each.first_day)
        for earlier, later in pairwise(own):
            if later.first_day <= earlier.last_day and later.header.valid and earlier.header.valid:
                problems.add("ISF411", later.header.valid[0].span, f"{earlier.id} gjelder også da", detail=later.id,
                             also=[(earlier.header.valid[1].span, "til og med her")])
