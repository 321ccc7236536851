"""An edition's declarations, from those of the edition it changes and its own.

What is declared again by the same name is replaced whole, what is taken out (``opphev``) is gone, a clause that was
moved (``tidligere 6.2``) takes the place of the one it was, and the rest is inherited. Examples are not: they speak of
days of their own edition.
"""

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from attrs import evolve, frozen

from rulesdsl.check.heads import EditionFiles
from rulesdsl.check.names import Names, collect, name_of
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
    texts = [Version(old.until, inherit(old.names, own, bool(base), problems), old.corrections) for old in before]
    for file in each.corrections:
        texts = _corrected(texts, file, problems)
    known = each.known_from
    texts = [text for text in texts if text.until is None or known is None or text.until > known]
    return tuple(_that_differ([evolve(text, corrections=_held(text, each)) for text in texts]))


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
    gone: dict[Slot, Span] = {}
    for repeal in own.repeals:
        for name in repeal.names:
            _repeal(repeal.kind, name, names, own, changes, gone, problems)
    moved: dict[str, str] = {}
    for clause in own.clauses.values():
        if isinstance(clause, ast.ClauseDecl):
            for number in clause.formerly:
                _move(number, clause, names, base, own, changes, gone, moved, problems)
    for declaration in own.parts.values():
        names.put(declaration)
    if moved:
        _follow(moved, own, names)
        names.parts = _in_place(names.parts, [(kind, moved.get(name, name) if kind == "clause" else name)
                                              for kind, name in base.parts])
        names.clauses = _in_place(names.clauses, [moved.get(number, number) for number in base.clauses])
    return names


def _in_place(found: dict[K, V], order: Sequence[K]) -> dict[K, V]:
    """What was moved, where it stood before."""
    return {key: found[key] for key in (*dict.fromkeys(order), *found) if key in found}


def _repeal(
    word: str, name: ast.Name, names: Names, own: Names, changes: bool, gone: dict[Slot, Span], problems: Problems
) -> None:
    kind, wanted = _REPEALED[word]
    slot = kind, name.text
    there = names.parts.get(slot)
    clause = name.text if kind == "clause" else ""
    if slot in gone or slot in own.parts:
        other = gone.get(slot) or name_of(own.parts[slot]).span
        problems.add("ISF430", name.span, "endres to ganger", detail=f"{word} {name.text}", clause=clause,
                     also=[(other, "også her")], hint="Behold én av endringene.")
    elif there is None or not isinstance(there, wanted):
        known = [each for at, each in names.parts if at == kind and isinstance(names.parts[at, each], wanted)]
        label = "finnes ikke i utgaven som endres" if changes else "kan ikke oppheves: utgaven endrer ingen annen"
        problems.add("ISF431", name.span, label, detail=f"{word} {name.text}", clause=clause,
                     hint=did_you_mean(name.text, known) if changes else "Skriv «endrer» i hodet av filen.")
    else:
        gone[slot] = name.span
        names.take_out(there)
        names.formerly.pop(name.text, None)


def _move(
    number: ast.Name, clause: ast.ClauseDecl, names: Names, base: Names, own: Names, changes: bool,
    gone: dict[Slot, Span], moved: dict[str, str], problems: Problems,
) -> None:
    """The clause that had a number gives way to the one that it has become."""
    slot, new = ("clause", number.text), clause.number.text
    if slot in gone:
        problems.add("ISF430", number.span, "endres to ganger", detail=f"punkt {number.text}", clause=new,
                     also=[(gone[slot], "også her")], hint="Behold én av endringene.")
    elif slot not in base.parts or number.text == new:
        known = [each for at, each in base.parts if at == "clause"]
        label = "finnes ikke i utgaven som endres" if changes else "kan ikke være flyttet: utgaven endrer ingen annen"
        label = "er punktets eget nummer" if number.text == new else label
        problems.add("ISF431", number.span, label, detail=f"punkt {number.text}", clause=new,
                     hint="" if number.text == new else did_you_mean(number.text, known))
    else:
        gone[slot] = number.span
        moved[number.text] = new
        names.take_out(base.parts[slot])
        names.formerly.pop(number.text, None)
        names.formerly[new] = (number.text, *base.formerly.get(number.text, ()), *names.formerly.get(new, ()))


def _follow(moved: dict[str, str], own: Names, names: Names) -> None:
    """What is inherited and is an exception to a clause that was moved, is one to what it has become."""
    for number, clause in list(names.clauses.items()):
        if isinstance(clause, ast.ClauseDecl) and number not in own.clauses:
            items = tuple(_followed(item, moved) for item in clause.items)
            if any(new is not old for new, old in zip(items, clause.items, strict=True)):
                names.put(evolve(clause, items=items))


def _followed(item: ast.ClauseItem, moved: dict[str, str]) -> ast.ClauseItem:
    if not isinstance(item, ast.ExceptionTo) or not any(each.clause.text in moved for each in item.targets):
        return item
    targets = tuple(
        evolve(each, clause=evolve(each.clause, text=moved[each.clause.text])) if each.clause.text in moved else each
        for each in item.targets
    )
    return evolve(item, targets=targets)
