"""Files to editions: which file is what, what an edition sees, and the whole check of each.

An edition stands alone; it sees its own file and the shared files that it uses.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import evolve, field, frozen

from rulesdsl.check.declare import FIRST_DAY, LAST_DAY, declare
from rulesdsl.check.examples import lower_examples
from rulesdsl.check.groups import lower
from rulesdsl.check.names import broken_name, collect
from rulesdsl.check.tables import ReadTable, read_tables
from rulesdsl.core import ir
from rulesdsl.diagnostics import Diagnostic, Problems, did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast

ALL_DAYS = (FIRST_DAY, LAST_DAY)


@frozen
class EditionFiles:
    """The files of one edition: its own and those it uses, and when it is valid. ``whole`` is whether all that it
    uses is there; where it is not, nothing can be said of the names in it."""

    id: str
    header: ast.Header
    own: ast.File
    shared: tuple[ast.File, ...]
    first_day: datetime.date
    last_day: datetime.date
    whole: bool = True

    @property
    def files(self) -> tuple[ast.File, ...]:
        return (*self.shared, self.own)


@frozen
class Checked:
    """What a set of files came to: the editions without errors, all edition names with their files, all messages."""

    editions: dict[str, ir.Edition] = field(factory=dict)
    known: dict[str, EditionFiles] = field(factory=dict)
    problems: tuple[Diagnostic, ...] = ()


def check(files: Sequence[ast.File], read: ReadTable, parsed: Iterable[Diagnostic] = ()) -> Checked:
    """The editions of all files. ``parsed`` are the messages of reading them; each message is given once."""
    problems = Problems(list(parsed))
    shared, own = _heads(files, problems)
    known = _editions(shared, own, problems)
    editions: dict[str, ir.Edition] = {}
    broken = {label.span.source.name for problem in problems if problem.is_error for label in problem.labels}
    used = {file.span.source.name for each in known.values() for file in each.shared}
    for name, each in known.items():
        if not each.whole:
            continue
        found = Problems()
        edition = _check_edition(each, read, found)
        problems.extend(found)
        clean = not any(file.span.source.name in broken for file in each.files)
        if clean and not found.has_errors:
            editions[name] = edition
    for file in shared.values():
        if file.span.source.name not in used and header_of(file) is not None:
            _check_unused(file, shared, read, problems)
    _check_overlaps(known, problems)
    once = {(each.code, each.detail, each.labels, each.path): each for each in problems}
    return Checked(editions, known, tuple(sorted(once.values(), key=_place)))


def _place(problem: Diagnostic) -> tuple[str, int]:
    """Messages come in the order of the text; those of one place, as of a table's file, as they were found."""
    span = problem.labels[0].span
    return span.source.name, span.start


def header_of(file: ast.File) -> ast.Header | None:
    return next((each for each in file.declarations if isinstance(each, ast.Header)), None)


def _heads(files: Sequence[ast.File], problems: Problems) -> tuple[dict[str, ast.File], list[ast.File]]:
    """The shared files by name, and the files of editions."""
    shared: dict[str, ast.File] = {}
    own: list[ast.File] = []
    for file in files:
        heads = [each for each in file.declarations if isinstance(each, ast.Header)]
        for extra in heads[1:]:
            problems.add("ISF410", extra.name.span, "er et hode til", hint="Hver fil har ett hode.")
        first = file.declarations[0] if file.declarations else None
        if not heads or first is not heads[0]:
            broken_head = isinstance(first, ast.BrokenDecl) and first.keyword in ("regelverk", "felles")
            if first is not None and not broken_head:
                problems.add("ISF410", _start(first.span), "er ikke et hode",
                             hint="Begynn filen med «regelverk NAVN UTGAVE» eller «felles NAVN».")
        if not heads:
            if isinstance(first, ast.BrokenDecl) and first.keyword == "felles":
                shared.setdefault(broken_name(first), file)  # what uses it has no mistake of its own
            continue
        if heads[0].edition is not None:
            own.append(file)
        elif heads[0].name.text in shared:
            first_head = header_of(shared[heads[0].name.text])
            problems.add("ISF202", heads[0].name.span, "er brukt en gang til", detail=heads[0].name.text,
                         also=[(first_head.name.span, "først her")] if first_head else ())
        else:
            shared[heads[0].name.text] = file
    return shared, own


def _start(span: Span) -> Span:
    return Span(span.source, span.start, min(span.end, span.start + len(span.text.split()[0])))


def _editions(shared: Mapping[str, ast.File], own: Sequence[ast.File], problems: Problems) -> dict[str, EditionFiles]:
    known: dict[str, EditionFiles] = {}
    for file in own:
        header = header_of(file)
        assert header is not None
        assert header.edition is not None
        name = f"{header.name.text}@{header.edition.text}"
        if name in known:
            problems.add("ISF202", header.edition.span, "er brukt en gang til", detail=name,
                         also=[((known[name].header.edition or known[name].header.name).span, "først her")])
            continue
        first, last = ALL_DAYS
        if header.valid is None:
            problems.add("ISF405", header.name.span, "sier ikke når utgaven gjelder", detail=name,
                         hint="Skriv «gjelder 2020-01-01 til 2020-12-31».")
        else:
            first, last = header.valid[0].value, header.valid[1].value
            if first > last:
                problems.add("ISF405", header.valid[0].span, "er etter den siste dagen", detail=name,
                             hint="Skriv den første dagen først.")
                first, last = last, first
        files, whole = _used_files(header, shared, problems)
        known[name] = EditionFiles(name, header, file, files, first, last, whole)
    return known


def _used_files(
    header: ast.Header, shared: Mapping[str, ast.File], problems: Problems
) -> tuple[tuple[ast.File, ...], bool]:
    """The shared files that a file uses, and those they use, each once; and whether they are all there."""
    found: dict[str, ast.File] = {}
    pending, whole = list(header.uses), True
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


def _check_edition(each: EditionFiles, read: ReadTable, problems: Problems) -> ir.Edition:
    """Names, data, clauses and examples of one edition."""
    names = collect(each.files, problems)
    declared = declare(names, each.first_day, each.last_day, problems)
    read_tables(declared, read)
    lowered = lower(declared)
    examples = lower_examples(declared, lowered)
    header = each.header
    uses = lowered.uses
    final = frozenset(uses) - frozenset(name for used in uses.values() for name in used)
    direct = {name for one in final for name in uses[one] if name in uses and not lowered.results[name].is_decision}
    return ir.Edition(
        header.name.text, header.edition.text if header.edition else "", header.title, each.first_day, each.last_day,
        header.known_from.value if header.known_from else None, declared.kodeverk, declared.records,
        declared.entities, declared.rates, declared.tables,
        {name: evolve(clause, edition=each.id) for name, clause in lowered.clauses.items()},
        lowered.results, tuple(name for name in names.results if name in lowered.results), examples,
        tuple(file.span.source.name for file in each.files), final, final | direct,
    )


def _check_unused(file: ast.File, shared: Mapping[str, ast.File], read: ReadTable, problems: Problems) -> None:
    """A shared file that no edition uses is checked by itself."""
    header = header_of(file)
    assert header is not None
    uses, whole = _used_files(header, shared, problems)
    if not whole:
        return
    files = (*(each for each in uses if each is not file), file)
    declared = declare(collect(files, problems), *ALL_DAYS, problems)
    read_tables(declared, read)
    lower_examples(declared, lower(declared))


def _check_overlaps(known: Mapping[str, EditionFiles], problems: Problems) -> None:
    """Two editions of one rulebook must not be valid on the same day."""
    by_rulebook: dict[str, list[EditionFiles]] = {}
    for each in known.values():
        by_rulebook.setdefault(each.header.name.text, []).append(each)
    for editions in by_rulebook.values():
        editions.sort(key=lambda each: each.first_day)
        for earlier, later in pairwise(editions):
            if later.first_day <= earlier.last_day and later.header.valid and earlier.header.valid:
                problems.add("ISF411", later.header.valid[0].span, f"{earlier.id} gjelder også da", detail=later.id,
                             also=[(earlier.header.valid[1].span, "til og med her")])
