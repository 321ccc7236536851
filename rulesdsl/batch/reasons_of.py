"""From a row of answers back to its reasons: the data it came from read again, and decided as a case."""

import datetime
from pathlib import Path

import duckdb
from attrs import evolve

from rulesdsl.batch.answered import LINE, ROW, Answers, Keyed, differing, number_of, only_one, splits
from rulesdsl.batch.case_of import Table, document, near, opened
from rulesdsl.batch.origin import Origin, changed, read_origin
from rulesdsl.batch.plan import Rulebook, rulebook_of
from rulesdsl.batch.problems import cannot
from rulesdsl.core.ir import Edition
from rulesdsl.core.values import spoken
from rulesdsl.deciding import Question, explain_one, on_day
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explanation import CaseError, CaseExplanation
from rulesdsl.source import canonical_name, frozen
from rulesdsl.workspace import Workspace


@frozen
class Again:
    """A row taken up again: the explanation, which row it is, and what is not as it was when the run was done.
    ``differences`` are between the answer that stands and the one it comes to now; None where there was no answer to
    compare with, as the row was set aside."""

    explained: CaseExplanation
    row: str
    notes: tuple[str, ...]
    differences: tuple[str, ...] | None


def explain_row(out: Path, asked: str, workspace: Workspace, question: Question) -> Again:
    """The reasons of one row of a run. Raises ``CannotRun`` and ``NoEdition``."""
    found = read_origin(out)
    rulebook = rulebook_of(workspace, found.edition, found.known, name=found.rulebook)
    with duckdb.connect(":memory:") as con:
        key = rulebook.latest.entities[rulebook.entity].key
        answers = Answers(con, out, rulebook.entity, rulebook.group.rpartition(".")[2], key)
        line = number_of(asked, LINE)
        if line is not None:
            broken = answers.broken(line)
            if not broken:
                raise cannot(f"Ingen linje {line} er lagt til side i kjøringen.",
                             f"«{answers.aside}» har linjene som er det.")
            aside = aside_said(rulebook.latest, rulebook.entity, f"Linje {line}", "", broken)
            return Again(aside, f"Linje {line}", (), None)
        table, above = opened(con, rulebook, found.data.name, found.parents.name if found.parents else None,
                              found.naming)
        return _explained(asked, answers, found, rulebook, table, above, workspace, question)


def _explained(
    asked: str, answers: Answers, found: Origin, rulebook: Rulebook, table: Table, above: Table | None,
    workspace: Workspace, question: Question,
) -> Again:
    try:
        notes = changed(found, table.count())
        stood, now = _row(asked, answers, table)
        row = f"Rad {stood.rad}"
        answer = answers.answer(stood.rad)
        if answer is None:
            faults = answers.faults(stood.rad)
            if not faults:
                raise cannot(f"Kjøringen har ingen rad {stood.rad}.")
            label = f"{rulebook.entity} {stood.key}" if stood.key is not None else f"{rulebook.entity} i {row.lower()}"
            return Again(aside_said(rulebook.latest, rulebook.entity, label, stood.key or "", faults), row, notes, None)
        if now is None:
            raise cannot(f"«{found.data.given}» har ikke lenger raden {stood.said}.", "Kjør dataene på nytt.")
        taken = near(rulebook, table, above, now.rad, now.group)
        edition = edition_of(taken.day(), rulebook, workspace)
        raw, place = document(taken, edition)
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise cannot(f"«{found.data.given}» kan ikke leses: {str(error).splitlines()[0]}") from None
    asked_of = evolve(question, edition=found.edition, known=found.known, rulebook=edition.rulebook)
    explained = explain_one(workspace, Document(raw), place, asked_of)
    return Again(explained, row, (*notes, *meant_otherwise(found, edition)), differing(answer, explained, edition))


def edition_of(day: datetime.date | None, rulebook: Rulebook, workspace: Workspace) -> Edition:
    """The edition of a row; the latest where none is its own, which the explanation then says."""
    if rulebook.forced is not None:
        return rulebook.forced
    picked = on_day(day, rulebook.latest.rulebook, workspace, rulebook.known) if day is not None else rulebook.latest
    return rulebook.latest if isinstance(picked, CaseError) else picked


def meant_otherwise(found: Origin, edition: Edition) -> tuple[str, ...]:
    meaning = found.meanings.get(edition.id)
    return (f"Reglene i {edition.id} er endret siden kjøringen.",) if meaning not in (None, edition.meaning) else ()


def aside_said(edition: Edition, entity: str, label: str, key: str, faults: tuple[CaseError, ...]) -> CaseExplanation:
    """A row that was set aside, as a case that cannot be decided."""
    return CaseExplanation(entity, key, label, "", spoken(edition.rulebook).upper(), (), faults)


# ── Which row ────────────────────────────────────────────────────────────────────────────────────────────────


Found = tuple[Keyed, Keyed | None]
"""A row as the run had it, and as the data have it now; None where they have it no more."""


def _row(asked: str, answers: Answers, table: Table) -> Found:
    """The row that a user means: by ``rad:``, by its key, by what it belongs to and its key, or by a plain number that
    is no key."""
    rad = number_of(asked, ROW)
    if rad is None:
        for group, key in [(None, asked), *splits(asked)]:
            found = _by_key(asked, group, key, answers, table)
            if found is not None:
                return found
        rad = number_of(f"{ROW}{asked}", ROW)
    if rad is None:
        counted = "Radene telles fra 1." if asked.strip().startswith(ROW) else f"Et radnummer skrives {ROW}12."
        raise cannot(f"Ingen rad har nøkkelen «{asked}».", counted)
    stood, now = answers.keyed("rad = ?", rad), table.keyed("rad = ?", rad)
    if not stood and not now:
        raise cannot(f"Kjøringen har ingen rad {rad}.")
    if stood and stood[0].key is not None and stood != now:
        now = table.keyed('gruppe IS NOT DISTINCT FROM ? AND "nøkkel" = ?', stood[0].group, stood[0].key)
    return (stood or now)[0], now[0] if now else None


def _by_key(asked: str, group: str | None, key: str, answers: Answers, table: Table) -> Found | None:
    """The row with a key: one that was decided, or that the data have and the run set aside."""
    condition, given = '"nøkkel" = ?', [canonical_name(key)]
    if group is not None:
        condition, given = f"{condition} AND gruppe = ?", [*given, canonical_name(group)]
    decided, rows = answers.keyed(condition, *given), table.keyed(condition, *given)
    stood = {each.rad for each in decided}
    aside = answers.set_aside([each.rad for each in rows]) - stood
    chosen = only_one(asked, [*decided, *(each for each in rows if each.rad in aside)], stood)
    if chosen is None:
        return None
    same = [each for each in rows if (each.group, each.key) == (chosen.group, chosen.key)]
    return chosen, next((each for each in same if each.rad == chosen.rad), same[0] if same else None)
