"""Cases to explanations: reads a file of cases, picks the edition of each by its rettsdato, decides and explains."""

import datetime
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve

import rulesdsl
from rulesdsl.core.ir import Edition
from rulesdsl.core.shelves import shelves_of
from rulesdsl.core.values import listed, spoken
from rulesdsl.evaluate.case import Case, Thing, fits, load, rettsdatoer
from rulesdsl.evaluate.documents import Document, read_documents
from rulesdsl.evaluate.explain import explain, explain_changed
from rulesdsl.evaluate.explanation import CaseError, CaseExplanation, Explanation
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.receipt import case_hash, receipt_of, with_document
from rulesdsl.evaluate.trace import Run
from rulesdsl.evaluate.what_if import Change, set_fact, setting_of
from rulesdsl.source import frozen
from rulesdsl.workspace import EditionInfo, Workspace

if TYPE_CHECKING:
    from rulesdsl.compare.comparison import Comparer

ENGINE = f"isfrules {rulesdsl.__version__}"


class NoEdition(Exception):
    """There is no edition to decide by at all: ``message`` and ``hint`` say what the user can do. ``broken`` is
    whether the errors of the rulebook are the reason."""

    def __init__(self, message: str, hint: str, broken: bool = False) -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message, self.hint, self.broken = message, hint, broken


@frozen
class Question:
    """How a file of cases is to be decided. ``edition`` is None where the rettsdato picks it, and may also be the name
    of the rulebook whose editions the rettsdato picks among; ``what_if`` are
    settings as ``felt=verdi``; ``alternatives`` whether to try what missing facts could bring; ``known`` the day whose
    knowledge of the rules counts (None: now); ``compare`` the id of an edition to hold the answer against; ``why_not``
    the result that somebody wants, as ``resultat=verdi`` (empty: what one would most likely want); ``rulebook`` the
    rulebook that decides, where it is not to be known from the fields of the case."""

    edition: str | None = None
    what_if: tuple[str, ...] = ()
    alternatives: bool = True
    known: datetime.date | None = None
    compare: str | None = None
    why_not: str | None = None
    rulebook: str | None = None


def explain_text(workspace: Workspace, text: str, name: str, question: Question | None = None) -> Explanation:
    """Every case of a file, explained; what is wrong with one never hides the others. Raises ``NoEdition``."""
    return Explanation(ENGINE, tuple(explain_each(workspace, text, name, question)))


def explain_each(
    workspace: Workspace, text: str, name: str, question: Question | None = None
) -> Iterator[CaseExplanation]:
    """The same, one case at a time, so that a large file need not be held in memory with all its reasons."""
    asked = _among(workspace, question or Question())
    rulebooks = rulebooks_for(workspace, asked)
    comparer = _comparer(workspace, rulebooks, asked)
    documents, errors = read_documents(text, name)
    if comparer:
        _check_compared(comparer.other, documents, rulebooks, workspace)
    for error in errors:
        yield CaseExplanation("", "", error.field or name, "", "", (), (error,))
    for document in documents:
        picked = rulebook_of(document, rulebooks, workspace)
        if isinstance(picked, Edition):
            picked = other_lists(document, picked, workspace) or picked
        if isinstance(picked, CaseError):
            yield CaseExplanation("", "", document.place or name, "", "", (), (picked,))
        else:
            yield from explain_document(document, workspace, picked.rulebook, picked, asked, comparer)


def explain_one(workspace: Workspace, document: Document, place: str, question: Question) -> CaseExplanation:
    """The thing at one place of a document, decided with all the others in sight. Raises ``NoEdition``."""
    asked = _among(workspace, question)
    rulebooks = rulebooks_for(workspace, asked)
    comparer = _comparer(workspace, rulebooks, asked)
    if comparer:
        _check_compared(comparer.other, (document,), rulebooks, workspace)
    picked = rulebook_of(document, rulebooks, workspace)
    if isinstance(picked, CaseError):
        return CaseExplanation("", "", place, "", "", (), (picked,))
    return explain_document(document, workspace, picked.rulebook, picked, asked, comparer, only=place)[-1]


def _among(workspace: Workspace, asked: Question) -> Question:
    """The same question, where what was given for an edition is the name of a rulebook: asked of that one."""
    named = asked.edition in workspace.rulebooks()
    return evolve(asked, edition=None, rulebook=asked.edition) if named else asked


def rulebooks_for(workspace: Workspace, asked: Question) -> tuple[Edition, ...]:
    """The rulebooks that may decide, each by its latest edition, which its entities are known from."""
    if asked.edition is not None:
        return (edition_named(asked.edition, workspace, asked.known),)
    latest = {each.rulebook: each.id for each in workspace.index if asked.rulebook in (None, each.rulebook)}
    if not latest:
        raise NoEdition("Her er ingen utgave uten feil.", "Kjør «isfrules check» og rett feilene først.", broken=True)
    found = [workspace.edition(each) for each in latest.values()]
    return tuple(each for each in found if each is not None)


def rulebook_of(document: Document, rulebooks: tuple[Edition, ...], workspace: Workspace) -> Edition | CaseError:
    """The rulebook that a document is for: the one that knows most of its fields, and of those alike, the one that can
    read most of its values. What no rulebook knows is told of as the first would."""
    if len(rulebooks) == 1:
        return rulebooks[0]
    known = [fits(document, each.entities) for each in rulebooks]
    best = [each for each, score in zip(rulebooks, known, strict=True) if score == max(known)]
    if len(best) == 1 or not any(known):
        return best[0]
    wrong = [_errors(document, each, workspace) for each in best]
    read = [each for each, count in zip(best, wrong, strict=True) if count == min(wrong)]
    if len(read) == 1:
        return read[0]
    both = ", ".join(each.rulebook for each in read)
    return CaseError("ISF508", f"Saken passer i flere regelverk: {both}", document.place, "",
                     f"Velg med --edition, for eksempel --edition {read[0].rulebook}.")


def other_lists(document: Document, picked: Edition, workspace: Workspace) -> CaseError | None:
    """That a document has lists of other rulebooks than the one that is to decide it alone, where it has."""
    entities = picked.entities.values()
    own = {each.plural for each in entities} | {decl.name for each in entities for decl in each.fields}
    strange = [name for name, value in document.raw.items() if isinstance(value, list) and name not in own]
    if not strange:
        return None
    shelves = shelves_of(rulebooks_for(workspace, Question()))
    theirs = [f"{name} ({', '.join(each.edition.rulebook for each in shelves[name])})"
              for name in strange if name in shelves]
    if not theirs:
        return None
    said = f"Saken har lister som {picked.rulebook} ikke kjenner, men andre regelverk: {', '.join(theirs)}"
    return CaseError("ISF532", said, document.place, "", "Avgjør alt sammen med --all.")


def _errors(document: Document, latest: Edition, workspace: Workspace) -> int:
    """How much of a document a rulebook cannot read, by the edition of its first rettsdato."""
    days = [day for _, day in rettsdatoer(document, latest.entities) if day is not None]
    picked = on_day(days[0], latest.rulebook, workspace) if days else latest
    return len(load(document, latest if isinstance(picked, CaseError) else picked).errors)


def edition_named(name: str, workspace: Workspace, known: datetime.date | None) -> Edition:
    """The edition that was asked for by its id."""
    edition, info = workspace.edition(name, known), workspace.info(name)
    if edition is None and info is not None:
        raise NoEdition(f"ISF436  {_not_yet(info, known)}", _KNOWN_HINT)
    if edition is None:
        raise NoEdition(*workspace.not_found(name), name in [each.id for each in workspace.broken])
    return edition


def _comparer(workspace: Workspace, rulebooks: tuple[Edition, ...], asked: Question) -> "Comparer | None":
    """What compares with the edition that was asked for, where one was."""
    if asked.compare is None:
        return None
    from rulesdsl.compare.comparison import Comparer  # nobody else has use for it, and a short command waits for it

    other = edition_named(asked.compare, workspace, asked.known)
    if other.rulebook not in [each.rulebook for each in rulebooks]:
        raise _of_another(other, rulebooks[0])
    return Comparer(other)


def _of_another(other: Edition, own: Edition) -> NoEdition:
    return NoEdition(f"{other.id} er av et annet regelverk enn saken, {own.rulebook}.",
                     "Sammenlign med en utgave av samme regelverk.")


def _check_compared(
    other: Edition, documents: Iterable[Document], rulebooks: tuple[Edition, ...], workspace: Workspace
) -> None:
    """That no document is of another rulebook than the one it is held against. One that no rulebook knows a field of is
    told of as it is. All are asked before any is decided, so that nothing is written and then refused."""
    for document in documents:
        picked = rulebook_of(document, rulebooks, workspace)
        if isinstance(picked, Edition) and picked.rulebook != other.rulebook and fits(document, picked.entities):
            raise _of_another(other, picked)


def explain_document(
    document: Document, workspace: Workspace, rulebook: str, entities_from: Edition, asked: Question,
    comparer: "Comparer | None" = None, only: str | None = None,
) -> list[CaseExplanation]:
    """The things of one document, each under its own edition, in the order of the document; or ``only`` the one that
    stands at a place."""
    hashed = case_hash(document.raw)
    days = dict(rettsdatoer(document, entities_from.entities))
    runs: dict[str, Run] = {}
    found: list[CaseExplanation] = []
    first = load(document, entities_from)
    later = decide(comparer.other, load(document, comparer.other)) if comparer else None
    for number, thing in enumerate(first.things or (first.root,)):
        if only is not None and thing.place != only:
            continue
        day = days.get(thing.place)
        edition = entities_from
        if asked.edition is None and day is None and thing.errors:
            # No edition was picked for it, and so none is named.
            found.append(explain_broken(thing, entities_from, tuple(thing.errors)))
            continue
        if asked.edition is None and day is not None:
            picked = on_day(day, rulebook, workspace, asked.known)
            if isinstance(picked, CaseError):
                broken = explain_broken(thing, entities_from, (*thing.errors, picked))
                found.append(evolve(broken, day=day))
                continue
            edition = picked
        if edition.id not in runs:
            case = first if edition is entities_from else load(document, edition)
            runs[edition.id] = decide(edition, case)
        run = runs[edition.id]
        if not run.case.things:
            found.append(explain_broken(run.case.root, edition, run.case.errors))
            continue
        explained = _thing(document, run, number, workspace, asked)
        if comparer and later:
            compared = comparer.comparison(run, run.case.things[number], explained, later)
            explained = evolve(explained, compared=compared)
        receipt = receipt_of(ENGINE, edition, hashed, thing.place, asked.edition is not None, asked.known)
        found.append(evolve(explained, receipt=receipt, place=thing.place, day=day))
    others = [each for each in first.everything if first.things and each.errors and each not in first.things]
    found = [*(explain_broken(each, entities_from, tuple(each.errors)) for each in others), *found]
    for number, each in enumerate(found):
        if each.receipt is not None:
            found[number] = evolve(each, receipt=with_document(each.receipt, document.raw))
            break
    return found


def explain_broken(thing: Thing, edition: Edition, errors: tuple[CaseError, ...]) -> CaseExplanation:
    """A thing that cannot be decided, with all that is wrong with it."""
    called = spoken(edition.rulebook).upper()
    return CaseExplanation(thing.entity, thing.key or "", thing.label, "", called, (), errors, place=thing.place)


_KNOWN_HINT = "Velg en senere dag med --known, eller utelat den."


def _not_yet(info: EditionInfo, known: datetime.date | None) -> str:
    return f"Utgaven {info.id} ble kjent {info.known_from}, og saken skal avgjøres slik reglene var kjent {known}."


def on_day(
    day: datetime.date, rulebook: str, workspace: Workspace, known: datetime.date | None = None
) -> Edition | CaseError:
    """The edition of a day, as it was known on another. Where none covers it the message names the nearest ones, and
    none of them decides."""
    infos = workspace.on(rulebook, day)
    edition = workspace.edition(infos[0].id, known) if len(infos) == 1 else None
    if edition is not None:
        return edition
    if len(infos) == 1:
        return CaseError("ISF436", _not_yet(infos[0], known), "", str(day), _KNOWN_HINT)
    mend = "Kjør «isfrules check» og rett feilene først."
    broken = [each for each in workspace.broken
              if each.rulebook == rulebook and each.valid_from <= day <= each.valid_to]
    if infos:
        both = listed(each.id for each in infos)
        return CaseError("ISF411", f"Flere utgaver gjelder {day}: {both}.", "", str(day), mend)
    if broken:
        return CaseError("ISF412", f"Utgaven {broken[0].id} gjelder {day}, men har feil.", "", str(day), mend)
    editions = [each for each in workspace.index if each.rulebook == rulebook]
    nearest = sorted(editions, key=lambda each: _distance(day, each))[:2]
    near = " og ".join(f"{each.id} ({each.valid_from} til {each.valid_to})" for each in nearest)
    return CaseError("ISF412", f"Ingen utgave av {rulebook} gjelder {day}.", "", str(day), f"Nærmest er {near}.")


def _distance(day: datetime.date, info: EditionInfo) -> int:
    return max((info.valid_from - day).days, (day - info.valid_to).days)


def _thing(document: Document, run: Run, number: int, workspace: Workspace, asked: Question) -> CaseExplanation:
    thing = run.case.things[number]
    explained = explain(run, thing, asked.alternatives)
    if asked.why_not is not None and not explained.errors:
        from rulesdsl.reaching import reach  # it needs a solver, which only who asks for it must have

        explained = reach(explained, run, thing, document, asked.why_not)
    if not asked.what_if or explained.errors:
        return explained
    return _changed(explained, document, number, run.edition, workspace, asked)


def _changed(
    before: CaseExplanation, document: Document, number: int, edition: Edition, workspace: Workspace, asked: Question
) -> CaseExplanation:
    """The same thing with some facts set, decided under the edition that its date then picks."""
    changed, thing, changes, errors = _with_changes(document, number, edition, asked.what_if)
    day = thing.facts.get((edition.entities[thing.entity].date,))
    if not errors and asked.edition is None and isinstance(day, datetime.date):
        picked = on_day(day, edition.rulebook, workspace, asked.known)
        if isinstance(picked, CaseError):
            errors = [picked]
        elif picked is not edition:
            edition = picked
            changed, thing, changes, errors = _with_changes(document, number, edition, asked.what_if)
    if errors:
        return evolve(before, errors=tuple(errors))
    return explain_changed(before, decide(edition, changed), thing, changes)


def _with_changes(
    document: Document, number: int, edition: Edition, settings: tuple[str, ...]
) -> tuple[Case, Thing, list[Change], list[CaseError]]:
    case = load(document, edition)
    thing = case.things[number]
    changes: list[Change] = []
    errors: list[CaseError] = []
    for setting in settings:
        made = set_fact(thing, edition, *setting_of(setting))
        if isinstance(made, CaseError):
            errors.append(made)
        else:
            changes.append(made)
    return case, thing, changes, errors
