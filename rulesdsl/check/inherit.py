"""An edition's declarations, from those of the edition it changes and its own.

What is declared again by the same name is replaced whole, what is taken out (``opphev``) is gone, a clause that was
moved (``tidligere 6.2``) takes the place of the one it was, and the rest is inherited. Examples are not: they speak of
days of their own edition. Nor are properties that hold it against another edition.
"""

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from attrs import define, evolve, field, frozen

from rulesdsl.check.heads import EditionFiles
from rulesdsl.check.names import Names, collect, name_of
from rulesdsl.check.order import editions_asked
from rulesdsl.diagnostics import Problems, did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast

K = TypeVar("K")
V = TypeVar("V")

Slot = tuple[str, str]
"""A kind of name, and a name: two declarations that share one cannot both be there."""

_REPEALED: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "punkt": ("clause", (ast.ClauseDecl, ast.DecisionDecl)),
    "beslutning": ("clause", ast.DecisionDecl),
    "sats": ("value", ast.RateDecl),
    "tabell": ("value", ast.TableDecl),
    "kodeverk": ("type", ast.KodeverkDecl),
    "kodesett": ("value", ast.KodesettDecl),
    "post": ("type", ast.PostDecl),
    "entitet": ("type", ast.EntityDecl),
    "resultat": ("value", ast.ResultDecl),
    "egenskap": ("property", ast.PropertyDecl),
}
"""For each word after ``opphev`` the kind of name, and what stands under it."""


@frozen
class Version:
    """The text of an edition as it was known: the latest has no ``until``, an earlier one was known before that day.
    ``corrections`` are the files of corrections that it holds, oldest first."""

    until: datetime.date | None
    names: Names
    corrections: tuple[ast.File, ...]


def versions(each: EditionFiles, base: Sequence[Version], problems: Problems) -> tuple[Version, ...]:
    """The texts of an edition as they were known, the earliest first; ``base`` are those of the edition it changes."""
    own = collect((*each.shared, each.own), problems)
    before = base or (Version(None, Names(), ()),)
    texts = [Version(old.until, inherit(_inherited(old.names), own, bool(base), problems), old.corrections)
             for old in before]
    for file in each.corrections:
        texts = _corrected(texts, file, problems)
    known = each.known_from
    texts = [text for text in texts if text.until is None or known is None or text.until > known]
    return tuple(_that_differ([evolve(text, corrections=_held(text, each)) for text in texts]))


def _inherited(names: Names) -> Names:
    """What an edition takes over from the one it changes."""
    between = [decl for decl in names.properties.values() if editions_asked(decl)]
    if between:
        names = names.copied()
        for decl in between:
            names.take_out(decl)
    return names


def _corrected(texts: list[Version], file: ast.File, problems: Problems) -> list[Version]:
    """The texts with a correction, from the day it became known."""
    day = _known(file)
    found: list[Version] = []
    for text in texts:
        begins = found[-1].until if found else None
        if text.until is not None and text.until <= day:
            found.append(text)
            continue
        if begins is None or begins < day:
            found.append(evolve(text, until=day))
        names = inherit(text.names, collect((file,), problems), True, problems)
        names.examples = [*text.names.examples, *names.examples]
        found.append(Version(text.until, names, (*text.corrections, file)))
    return found


def _known(file: ast.File) -> datetime.date:
    header = next(each for each in file.declarations if isinstance(each, ast.Header))
    assert header.known_from is not None
    return header.known_from.value


def _held(text: Version, each: EditionFiles) -> tuple[ast.File, ...]:
    """The corrections that a text holds something of; those of the edition itself always."""
    stands = {declaration.span.source.name for declaration in whole(text.names)}
    own = [file.span.source.name for file in each.corrections]
    held = [file for file in text.corrections if file.span.source.name in stands or file.span.source.name in own]
    return tuple(sorted(held, key=_known))


def _that_differ(texts: list[Version]) -> Iterator[Version]:
    """Of texts that are the same one after the other, the last."""
    for text, following in pairwise(texts):
        if not _same(text.names, following.names):
            yield text
    yield texts[-1]


def _same(one: Names, other: Names) -> bool:
    """Whether two texts say the same, in the same files: a correction counts even where it changes only words."""
    return one.parts.keys() == other.parts.keys() and all(
        declaration is other.parts[slot] or (
            declaration == other.parts[slot]
            and declaration.span.source.name == other.parts[slot].span.source.name)
        for slot, declaration in one.parts.items()
    )


def whole(names: Names) -> tuple[ast.Declaration, ...]:
    """The declarations of an edition, those of the oldest file first, each once; its own examples last."""
    once = {id(declaration): declaration for declaration in (*names.parts.values(), *names.examples)}
    return tuple(once.values())


# ── One change ───────────────────────────────────────────────────────────────────────────────────────────────


def inherit(base: Names, own: Names, changes: bool, problems: Problems) -> Names:
    """The names of an edition that ``changes`` another, ``base``; of a first edition, where base is empty, its own."""
    names = base.copied()
    names.broken, names.broken_clauses = base.broken | own.broken, base.broken_clauses or own.broken_clauses
    names.examples, names.repeals = list(own.examples), []
    work = _Change(base, own, changes, names, problems)
    for repeal in own.repeals:
        for name in repeal.names:
            work.repeal(repeal.kind, name)
    for clause in own.clauses.values():
        if isinstance(clause, ast.ClauseDecl):
            for number in clause.formerly:
                work.move(number, clause.number.text)
    for declaration in own.parts.values():
        names.put(declaration)
    if work.moved:
        work.follow()
        work.remember()
        names.parts = _in_place(names.parts, [
            (kind, work.moved.get(name, name) if kind == "clause" else name) for kind, name in base.parts])
        names.clauses = _in_place(names.clauses, [work.moved.get(number, number) for number in base.clauses])
    return names


def _in_place(found: dict[K, V], order: Sequence[K]) -> dict[K, V]:
    """What was moved, where it stood before."""
    return {key: found[key] for key in (*dict.fromkeys(order), *found) if key in found}


@define
class _Change:
    """One change at work: ``names`` are those of ``base`` on their way to becoming the new edition's. ``gone`` is what
    has been taken out or moved, and where it says so; ``moved`` has the new number of a clause by its old one."""

    base: Names
    own: Names
    changes: bool
    names: Names
    problems: Problems
    gone: dict[Slot, Span] = field(factory=dict)
    moved: dict[str, str] = field(factory=dict)

    def repeal(self, word: str, name: ast.Name) -> None:
        """``opphev``: takes out what is there by that name."""
        kind, wanted = _REPEALED[word]
        slot, said = (kind, name.text), f"{word} {name.text}"
        there = self.names.parts.get(slot)
        clause = name.text if kind == "clause" else ""
        if slot in self.gone or slot in self.own.parts:
            self._twice(name, said, clause, self.gone.get(slot) or name_of(self.own.parts[slot]).span)
        elif there is None or not isinstance(there, wanted):
            known = [each for (at, each), decl in self.names.parts.items() if at == kind and isinstance(decl, wanted)]
            label, hint = "finnes ikke i utgaven som endres", did_you_mean(name.text, known)
            if not self.changes:
                label, hint = "kan ikke oppheves: utgaven endrer ingen annen", "Skriv «endrer» i hodet av filen."
            self.problems.add("ISF431", name.span, label, detail=said, clause=clause, hint=hint)
        else:
            self.gone[slot] = name.span
            self.names.take_out(there)
            self.names.formerly.pop(name.text, None)

    def move(self, number: ast.Name, new: str) -> None:
        """``tidligere``: the clause that had the number gives way to the one that it has become."""
        slot = "clause", number.text
        if slot in self.gone:
            self._twice(number, f"punkt {number.text}", new, self.gone[slot])
        elif slot in self.base.parts and number.text != new:
            self.gone[slot] = number.span
            self.moved[number.text] = new
            self.names.take_out(self.base.parts[slot])
        else:
            known = [each for at, each in self.base.parts if at == "clause" and each != new]
            label, hint = "finnes ikke i utgaven som endres", did_you_mean(number.text, known)
            if number.text == new:
                label, hint = "er punktets eget nummer", "Ta bort «tidligere»."
            elif not self.changes:
                label, hint = "kan ikke være flyttet: utgaven endrer ingen annen", "Skriv «endrer» i hodet av filen."
            self.problems.add("ISF431", number.span, label, detail=f"punkt {number.text}", clause=new, hint=hint)

    def _twice(self, name: ast.Name, said: str, clause: str, also: Span) -> None:
        self.problems.add("ISF430", name.span, "endres to ganger", detail=said, clause=clause,
                          also=[(also, "også her")], hint="Behold én av endringene.")

    def follow(self) -> None:
        """What is inherited and is an exception to a clause that was moved, is one to what it has become."""
        for number, clause in list(self.names.clauses.items()):
            if isinstance(clause, ast.ClauseDecl) and number not in self.own.clauses:
                items = tuple(self._followed(item) for item in clause.items)
                if any(new is not old for new, old in zip(items, clause.items, strict=True)):
                    self.names.put(evolve(clause, items=items))

    def _followed(self, item: ast.ClauseItem) -> ast.ClauseItem:
        if not isinstance(item, ast.ExceptionTo) or not any(each.clause.text in self.moved for each in item.targets):
            return item
        return evolve(item, targets=tuple(
            evolve(each, clause=evolve(each.clause, text=self.moved.get(each.clause.text, each.clause.text)))
            for each in item.targets
        ))

    def remember(self) -> None:
        """The numbers that the moved clauses had, and those that had theirs before."""
        formerly = self.names.formerly
        for number in self.moved:
            formerly.pop(number, None)
        for number, new in self.moved.items():
            formerly[new] = (*formerly.get(new, ()), number, *self.base.formerly.get(number, ()))
