"""Files to editions: the whole check of each edition, as it is known now and as it was known before each correction."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from rulesdsl.check.between import Ready, asking, lower_between
from rulesdsl.check.declare import declare
from rulesdsl.check.examples import lower_examples
from rulesdsl.check.groups import lower
from rulesdsl.check.heads import ALL_DAYS, EditionFiles, header_of, read_heads, used_files
from rulesdsl.check.inherit import Version, versions
from rulesdsl.check.names import collect
from rulesdsl.check.payers import check_spelling
from rulesdsl.check.properties import lower_properties
from rulesdsl.check.reuse import Memory
from rulesdsl.check.tables import ReadTable, read_tables
from rulesdsl.core import ir
from rulesdsl.core.canonical import meaning_of
from rulesdsl.diagnostics import Diagnostic, Problems
from rulesdsl.syntax import ast


@frozen
class Earlier:
    """An edition as it was known before a day, when the text it then had was corrected."""

    until: datetime.date
    edition: ir.Edition


@frozen
class Checked:
    """What a set of files came to: the editions without errors, as known now and (``earlier``, the oldest first) as
    known before; all edition names with their files; the texts of each edition; all messages."""

    editions: dict[str, ir.Edition] = field(factory=dict)
    earlier: dict[str, tuple[Earlier, ...]] = field(factory=dict)
    known: dict[str, EditionFiles] = field(factory=dict)
    texts: dict[str, tuple[Version, ...]] = field(factory=dict)
    problems: tuple[Diagnostic, ...] = ()


def check(files: Sequence[ast.File], read: ReadTable, parsed: Iterable[Diagnostic] = ()) -> Checked:
    """The editions of all files. ``parsed`` are the messages of reading them; each message is given once."""
    problems = Problems(list(parsed))
    heads = read_heads(files, problems)
    checked, memory = Checked(known=heads.editions), Memory()
    broken = set(_broken_files(problems))
    asked = asking(files)
    ready: dict[str, list[Ready]] = {}
    for name, each in heads.editions.items():
        if each.whole:
            found = _check_versions(name, each, broken, checked, read, memory, problems)
            if asked:
                ready[name] = found
    if asked:
        _check_between(checked, ready, problems)
    used = {file.span.source.name for each in heads.editions.values() for file in each.files}
    for file in heads.shared.values():
        if file.span.source.name not in used and header_of(file) is not None:
            _check_unused(file, heads.shared, read, problems)
    check_spelling(files, problems)
    once = {(each.code, each.detail, each.labels, each.path): each for each in problems}
    return evolve(checked, problems=tuple(sorted(once.values(), key=_place)))


def texts_of(files: Sequence[ast.File], edition: str) -> tuple[EditionFiles, tuple[Version, ...]]:
    """The files and the texts of one edition, which there is, and nothing checked: to be read."""
    problems = Problems()
    each = read_heads(files, problems).editions[edition]
    chain = [each]
    while chain[-1].base is not None:
        chain.append(chain[-1].base)
    texts: tuple[Version, ...] = ()
    for one in reversed(chain):
        texts = versions(one, texts, problems)
    return each, texts


def _broken_files(problems: Problems) -> Iterator[str]:
    """The files that a message is about. Two editions that are valid on the same day are whole by themselves: each may
    decide by name, and neither by that day."""
    for problem in problems:
        if problem.is_error and problem.code != "ISF411" and problem.labels:
            yield problem.labels[0].span.source.name


def _place(problem: Diagnostic) -> tuple[str, int]:
    """Messages come in the order of the text; those of one place, as of a table's file, as they were found."""
    span = problem.labels[0].span
    return span.source.name, span.start


def _check_versions(
    name: str, each: EditionFiles, broken: set[str], checked: Checked, read: ReadTable, memory: Memory,
    problems: Problems,
) -> list[Ready]:
    """Every text of one edition. Where one of them has errors there is no edition: nobody should be decided by the
    wrong text because the right one could not be read."""
    own = Problems()
    texts = versions(each, checked.texts[each.base.id] if each.base else (), own)
    checked.texts[name] = texts
    clean = not own.has_errors and not each.doubtful and not any(file.span.source.name in broken for file in each.files)
    found = [_check_edition(each, text, read, memory, own) for text in texts]
    if clean and not own.has_errors:
        made = [(text.until, evolve(edition, meaning=meaning_of(edition, memory.digests)))
                for text, (edition, _) in zip(texts, found, strict=True)]
        checked.editions[name] = made[-1][1]
        checked.earlier[name] = tuple(Earlier(until, edition) for until, edition in made if until is not None)
    _add_new(own, each, problems)
    return [ready for _, ready in found]


def _check_between(checked: Checked, ready: Mapping[str, list[Ready]], problems: Problems) -> None:
    """The properties that speak of two editions. One that does not fit leaves its edition with an error."""
    whole = {name: ready[name][-1] for name in checked.editions}
    for name, texts in ready.items():
        own, each = Problems(), checked.known[name]
        made = [lower_between(each, text, whole, checked.known, own) for text in texts]
        _add_new(own, each, problems)
        if own.has_errors:
            checked.editions.pop(name, None)
            checked.earlier.pop(name, None)
        elif name in checked.editions and any(made):
            *earlier, now = made
            checked.editions[name] = _promising(checked.editions[name], each, now, texts[-1])
            checked.earlier[name] = tuple(
                evolve(one, edition=_promising(one.edition, each, more, text))
                for one, more, text in zip(checked.earlier[name], earlier, texts, strict=False))


def _promising(
    edition: ir.Edition, each: EditionFiles, more: Mapping[str, ir.Property], text: Ready
) -> ir.Edition:
    """An edition with more properties, in the order in which they are declared."""
    written_in = origins(each)
    found = {**edition.properties,
             **{name: evolve(one, edition=written_in[one.place.file]) for name, one in more.items()}}
    return evolve(edition, properties={name: found[name] for name in text.declared.names.properties if name in found})


def _add_new(found: Problems, each: EditionFiles, problems: Problems) -> None:
    """The messages that no edition has had yet. One about an inherited text says by which edition it is inherited."""
    before = {(problem.code, problem.detail, problem.labels) for problem in problems}
    inherited = {file.span.source.name for file in each.base.files} if each.base else set()
    for problem in found:
        if (problem.code, problem.detail, problem.labels) in before and not problem.path:
            continue
        far = not problem.path and problem.labels and problem.labels[0].span.source.name in inherited
        problems.extend([evolve(problem, path=f"slik {each.id} arver det") if far else problem])


def _check_edition(
    each: EditionFiles, text: Version, read: ReadTable, memory: Memory, problems: Problems
) -> tuple[ir.Edition, Ready]:
    """Names, data, clauses and examples of one edition as it was known, and what its expressions are read with."""
    names, header = text.names, each.header
    declared = declare(names, each.first_day, each.last_day, problems)
    read_tables(declared, read)
    lowered = lower(declared, memory)
    examples = lower_examples(declared, lowered)
    properties = lower_properties(declared, lowered)
    uses = lowered.uses
    final = frozenset(uses) - frozenset(
        name for one, used in uses.items() for name in used
        if name in lowered.results and lowered.results[name].entity == lowered.results[one].entity)
    direct = {name for one in final for name in uses[one] if name in uses and not lowered.results[name].is_decision}
    written_in = origins(each)
    edition = ir.Edition(
        header.name.text, header.edition.text if header.edition else "", header.title, each.first_day, each.last_day,
        each.known_from, declared.kodeverk, declared.records, declared.entities,
        {name: evolve(rate, edition=written_in[rate.place.file]) for name, rate in declared.rates.items()},
        {name: evolve(table, edition=written_in[table.place.file]) for name, table in declared.tables.items()},
        {name: evolve(clause, edition=written_in[clause.place.file], formerly=names.formerly.get(name, ()))
         for name, clause in lowered.clauses.items()},
        lowered.results, tuple(name for name in names.results if name in lowered.results), examples,
        _files(each, text), final, final | direct, each.base.id if each.base else "", _corrections(text),
        {name: evolve(each, edition=written_in[each.place.file]) for name, each in properties.items()},
    )
    return edition, Ready(declared, lowered)


def origins(each: EditionFiles) -> dict[str, str]:
    """The edition that each file belongs to; a shared file, to the first that uses it."""
    before = origins(each.base) if each.base else {}
    own = (*each.shared, each.own, *each.corrections)
    return before | {file.span.source.name: each.id for file in own}


def _files(each: EditionFiles, text: Version) -> tuple[str, ...]:
    """The files of an edition, those of the edition it changes first. Corrections that were not known are not there."""
    unknown = {file.span.source.name for file in each.corrections} - {
        file.span.source.name for file in text.corrections}
    return tuple(name for file in each.files if (name := file.span.source.name) not in unknown)


def _corrections(text: Version) -> tuple[ir.Correction, ...]:
    found = []
    for file in text.corrections:
        header = header_of(file)
        assert header is not None
        assert header.edition is not None
        assert header.known_from is not None
        place = ir.Place(file.span.source.name, header.span.line)
        of = f"{header.name.text}@{header.edition.text}"
        found.append(ir.Correction(of, header.known_from.value, header.title, place))
    return tuple(found)


def _check_unused(file: ast.File, shared: Mapping[str, ast.File], read: ReadTable, problems: Problems) -> None:
    """A shared file that no edition uses is checked by itself."""
    header = header_of(file)
    assert header is not None
    uses, whole = used_files(header, shared, problems)
    if not whole:
        return
    files = (*(each for each in uses if each is not file), file)
    declared = declare(collect(files, problems), *ALL_DAYS, problems)
    read_tables(declared, read)
    lowered = lower(declared, Memory())
    lower_examples(declared, lowered)
    lower_properties(declared, lowered)
