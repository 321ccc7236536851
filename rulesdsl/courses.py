"""A file of courses to explanations under all rulebooks at once: what each rulebook knows of a patient is decided by
it, and what all of it comes to is told by who pays (``evaluate/course.py``).

A document has the lists of several rulebooks side by side. The name of a list says whose it is; where several
rulebooks have a list of that name, the fields of each thing in it do, as for a case that comes alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from rulesdsl.core.ir import Edition
from rulesdsl.core.shelves import Shelf, shelves_of
from rulesdsl.deciding import ENGINE, NoEdition, Question, explain_document, rulebook_of, rulebooks_for
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.case import fits
from rulesdsl.evaluate.course import Contact, Course, course_of, payments_of
from rulesdsl.evaluate.documents import Document, Json, read_documents, shortened, shown
from rulesdsl.evaluate.explanation import CaseError, CaseExplanation, Explanation
from rulesdsl.evaluate.linking import Told, linked
from rulesdsl.source import frozen
from rulesdsl.workspace import Workspace


def explain_courses(workspace: Workspace, text: str, name: str, question: Question | None = None) -> Explanation:
    """Every course of a file, decided under all rulebooks; what is wrong with one contact never hides the others. Of
    the question only ``alternatives`` and ``known`` have a meaning for several rulebooks. Raises ``NoEdition``."""
    asked = question or Question()
    for what, option in ((asked.edition, "--edition"), (asked.what_if, "--what-if"), (asked.compare, "--compare"),
                         (asked.why_not, "--why-not"), (asked.rulebook, "rulebook")):
        if what not in (None, ()):
            raise NoEdition(f"{option} kan ikke brukes sammen med --all, som avgjør etter alle regelverk.",
                            "Avgjør den ene kontakten alene, uten --all.")
    latest = rulebooks_for(workspace, asked)
    documents, errors = read_documents(text, name)
    broken = [CaseExplanation("", "", error.field or name, "", "", (), (error,)) for error in errors]
    courses = [_course(document, latest, workspace, asked) for document in documents]
    cases = [case for course in courses for contact in course.contacts for case in contact.cases]
    return Explanation(ENGINE, (*broken, *cases), tuple(courses))


@frozen
class Part:
    """What one rulebook decides of a course: a document of its own, and for each list where its things stand in the
    whole: ``takstlinjer[1]`` of this part may be ``takstlinjer[4]`` there."""

    edition: Edition
    document: Document
    places: Mapping[str, tuple[str, ...]]

    def place(self, place: str) -> str:
        """A place in the part as a place in the whole."""
        own, dot, below = place.partition(".")
        plural, _, number = own.removesuffix("]").partition("[")
        places = self.places.get(plural, ())
        return places[int(number)] + dot + below if number and places else place


# ── The parts of a document ──────────────────────────────────────────────────────────────────────────────────


@frozen
class Split:
    """What each rulebook has of a document, what is wrong with the rest, and the fields that nobody here asks for."""

    parts: tuple[Part, ...]
    errors: tuple[CaseError, ...]
    unused: tuple[str, ...] = ()


def _split(document: Document, latest: tuple[Edition, ...], workspace: Workspace) -> Split:
    shelves = shelves_of(latest)
    named = {name: value for name, value in document.raw.items() if name in shelves and value is not None}
    if not named and any(fits(document, each.entities) for each in latest):
        picked = rulebook_of(document, latest, workspace)
        return Split((), (picked,)) if isinstance(picked, CaseError) else Split((Part(picked, document, {}),), ())
    taken: dict[str, dict[str, list[tuple[str, Json]]]] = {}
    known: dict[str, set[str]] = {}
    errors: list[CaseError] = []
    for name, value in named.items():
        for place, item, shelf in _sorted_out(name, value, shelves[name], workspace, errors):
            taken.setdefault(shelf.edition.rulebook, {}).setdefault(shelf.entity.plural, []).append((place, item))
            known.setdefault(shelf.edition.rulebook, set()).update(decl.name for decl in shelf.holder.fields)
    fields = {name: value for name, value in document.raw.items() if name not in shelves}
    errors += _unknown(fields, bool(named), shelves, latest)
    parts = []
    for edition in latest:
        lists = taken.get(edition.rulebook)
        if lists:
            raw: dict[str, Json] = {name: value for name, value in fields.items() if name in known[edition.rulebook]}
            raw |= {plural: [item for _, item in items] for plural, items in lists.items()}
            places = {plural: tuple(place for place, _ in items) for plural, items in lists.items()}
            parts.append(Part(edition, Document(raw, document.place), places))
    used = set().union(*known.values())
    wrong = {error.field for error in errors}
    unused = tuple(name for name, value in fields.items() if value is not None and name not in used | wrong)
    return Split(tuple(parts), tuple(errors), unused)


def _sorted_out(
    name: str, value: Json, shelves: Sequence[Shelf], workspace: Workspace, errors: list[CaseError]
) -> Iterator[tuple[str, Json, Shelf]]:
    """The things of a list with their places, each with the shelf it goes to; what goes to none is an error."""
    if not isinstance(value, list):
        errors.append(CaseError("ISF513", f"{name} skal være en liste", name, shown(value),
                                "Skriv verdiene mellom [ og ]."))
        return
    by_rulebook = {each.edition.rulebook: each for each in shelves}
    for number, item in enumerate(value):
        place = f"{name}[{number}]"
        if len(shelves) == 1 or not isinstance(item, dict):
            yield place, item, shelves[0]
            continue
        alone = Document({shelves[0].entity.plural: [item]}, place)
        picked = rulebook_of(alone, tuple(each.edition for each in shelves), workspace)
        if isinstance(picked, CaseError):
            ways = " eller ".join(f"«{each.full_name}»" for each in shelves)
            errors.append(evolve(picked, field=place, hint=f"Kall listen {ways}."))
        else:
            yield place, item, by_rulebook[picked.rulebook]


def _unknown(
    fields: Mapping[str, Json], known: bool, shelves: Mapping[str, list[Shelf]], latest: Iterable[Edition],
) -> Iterator[CaseError]:
    """What stands beside the lists and no rulebook knows at all, or that there are no lists."""
    tops = {decl.name for edition in latest for entity in edition.entities.values() if not entity.parent
            for decl in entity.fields}
    strange = [name for name, value in fields.items() if name not in tops and value is not None]
    for name in strange:
        near = did_you_mean(name, [*shelves, *tops]) if len(name) <= MAX_NAME else ""
        yield CaseError("ISF533", f"Ingen regelverk kjenner {shortened(name)} her", shortened(name),
                        shown(fields[name]), near)
    if not known and not strange:
        yield CaseError("ISF508", "Her er ingen lister som et regelverk kjenner", "", shown(dict(fields)),
                        f"Ta med {', '.join(sorted(name for name in shelves if '.' not in name))}.")


MAX_NAME = 60
"""Names of fields are not longer; what is, is not compared with them."""


# ── The course ───────────────────────────────────────────────────────────────────────────────────────────────


def _course(document: Document, latest: tuple[Edition, ...], workspace: Workspace, asked: Question) -> Course:
    split = _split(document, latest, workspace)
    told = [each for part in split.parts for each in _told(part, workspace, asked)]
    contacts, notes = linked(told, latest)
    if split.unused:
        notes = (*notes, f"Ingen av regelverkene her spør etter {', '.join(map(shortened, split.unused))}.")
    return course_of(_key(document, split.parts), document.place, _once(contacts), split.errors, notes)


def _key(document: Document, parts: Iterable[Part]) -> str:
    """The key of what the course is of."""
    names = [entity.key for part in parts for entity in part.edition.entities.values() if not entity.parent]
    keys = [document.raw.get(name) for name in names]
    return next((shortened(key) for key in keys if isinstance(key, str)), "")


def _once(contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts, where what is wrong with the patient is told once and not by every rulebook."""
    seen: set[CaseError] = set()
    found = []
    for each in contacts:
        if each.place or each.payments or not seen.issuperset(each.errors):
            found.append(each)
        seen.update(each.errors)
    return found


def _told(part: Part, workspace: Workspace, asked: Question) -> Iterator[Told]:
    """The things of a part, each with what belongs to it. What is wrong with the patient is a contact of its own."""
    cases = explain_document(part.document, workspace, part.edition.rulebook, part.edition, asked)
    found: dict[str, list[CaseExplanation]] = {}
    for case in cases:
        own = case.place.partition(".")[0] if part.places else ""
        errors = tuple(evolve(error, field=part.place(error.field)) for error in case.errors)
        found.setdefault(own, []).append(evolve(case, place=part.place(case.place), errors=errors))
    for own, group in found.items():
        group.sort(key=lambda case: case.place.count("."))
        called = group[0].heading.partition(" · ")[0]
        day = next((case.day for case in group if case.day is not None), None)
        errors = tuple(error for case in group for error in case.errors)
        contact = Contact(part.edition.rulebook, part.place(own), called, day, tuple(group),
                          payments_of(group, called), errors)
        yield Told(contact, part.edition, _raw(part.document.raw, own))


def _raw(document: Mapping[str, Json], place: str) -> Mapping[str, Json]:
    """What stands at a place of a document: the whole, or a thing of one of its lists."""
    plural, _, number = place.removesuffix("]").partition("[")
    items = document.get(plural)
    item = items[int(number)] if number and isinstance(items, list) else document
    return item if isinstance(item, dict) else {}
