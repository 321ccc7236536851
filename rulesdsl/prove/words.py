"""Texts and codes as the solver has them: a text is a number, and each kodeverk a finite sort.

Texts are only ever held against each other for being the same, so that any numbering will do; those that the rules
mention have the numbers from 0.
"""

from collections.abc import Iterator
from functools import cache

import z3

from rulesdsl.core import ir
from rulesdsl.core.trees import all_groups, expressions
from rulesdsl.core.types import ListOf, Text

OTHER = "noe annet"
"""A text of a list that the rules do not mention."""


class Words:
    """The texts of an edition, or of several that are held against each other, and the sorts of their kodeverk."""

    def __init__(self, *editions: ir.Edition) -> None:
        texts = {text for edition in editions for text in _texts(edition)}
        self.known = {text: number for number, text in enumerate(sorted(texts))}
        self.said = sorted({text for edition in editions for node in _nodes(edition) for text in _mentioned(node)})
        members: dict[str, dict[str, ir.Member]] = {}
        for edition in editions:
            for name, kodeverk in edition.kodeverk.items():
                members.setdefault(name, {}).update({each.name: each for each in kodeverk.members})
        self._members = {name: list(found) for name, found in members.items()}
        self._sorts: dict[str, tuple[z3.DatatypeSortRef, dict[str, z3.DatatypeRef]]] = {}

    def number(self, text: str) -> int:
        """The number of a text; one that was not known before gets the next."""
        return self.known.setdefault(text, len(self.known))

    def spelt(self, number: int) -> str | None:
        """The text of a number, if it is one that the rules mention."""
        return next((text for text, each in self.known.items() if each == number), None)

    def text(self, number: int) -> str:
        """The text of a number that the solver chose."""
        found = self.spelt(number)
        return found if found is not None else self._fresh(number)

    def _fresh(self, number: int) -> str:
        made = f"annen {number if number >= 0 else f'm{-number}'}"
        while made in self.known:
            made += "x"
        return made

    def sort(self, kodeverk: str) -> z3.DatatypeSortRef:
        return self._made(kodeverk)[0]

    def member(self, kodeverk: str, name: str) -> z3.DatatypeRef:
        return self._made(kodeverk)[1][name]

    def members(self, kodeverk: str) -> dict[str, z3.DatatypeRef]:
        return self._made(kodeverk)[1]

    def _made(self, kodeverk: str) -> tuple[z3.DatatypeSortRef, dict[str, z3.DatatypeRef]]:
        found = self._sorts.get(kodeverk)
        if found is None:
            found = self._sorts[kodeverk] = _sort(kodeverk, tuple(self._members[kodeverk]))
        return found


@cache
def _sort(name: str, members: tuple[str, ...]) -> tuple[z3.DatatypeSortRef, dict[str, z3.DatatypeRef]]:
    """A finite sort. The solver tells sorts and members apart by name in all of the process, so each has one of its
    own, and the same kodeverk is the same sort."""
    number = _sort.cache_info().currsize
    sort, terms = z3.EnumSort(f"{name}!{number}", [f"{name}.{each}!{number}" for each in members])
    return sort, dict(zip(members, terms, strict=True))


def _nodes(edition: ir.Edition) -> Iterator[ir.Expr]:
    """Every expression of an edition's rules and promises."""
    for result in edition.results.values():
        for part in expressions(result.groups):
            yield from ir.walk(part)
    for promise in edition.properties.values():
        for said in (promise.where, promise.holds):
            if said is not None:
                yield from ir.walk(said)


def _mentioned(node: ir.Expr) -> Iterator[str]:
    match node:
        case ir.Const(_, str(text)):
            yield text
        case ir.Const(_, tuple(values)):
            yield from (value for value in values if isinstance(value, str))
        case ir.OneOf():
            yield from (value for value in node.options if isinstance(value, str))
        case _:
            pass


def _texts(edition: ir.Edition) -> Iterator[str]:
    for node in _nodes(edition):
        yield from _mentioned(node)
    for table in edition.tables.values():
        for keys, row in table.rows.items():
            yield from (key for key in keys if isinstance(key, str))
            yield from (value for value in row.values.values() if isinstance(value, str))


def texts_by_field(edition: ir.Edition) -> dict[tuple[str, ...], set[str]]:
    """The texts that rules hold each field against, by its path: fixed ones, and the keys of tables it is
    looked up in."""
    found: dict[tuple[str, ...], set[str]] = {}
    for node in _nodes(edition):
        match node:
            case ir.Compare(_, _, left, right):
                pairs = [(left, _mentioned(right)), (right, _mentioned(left))]
            case ir.OneOf(_, value):
                pairs = [(value, _mentioned(node))]
            case ir.Lookup(_, name, keys):
                rows = edition.tables[name].rows
                pairs = [(key, (row[at] for row in rows if isinstance(row[at], str)))  # type: ignore[misc]
                         for at, key in enumerate(keys)]
            case _:
                continue
        for side, texts in pairs:
            if isinstance(side, ir.Field):
                found.setdefault(side.path, set()).update(texts)
    return found


def list_uses(*editions: ir.Edition) -> dict[tuple[str, ...], bool]:
    """The fields that are lists, by path, and whether the rules only ask what is in them: then any list is one of
    finitely many, whatever its length."""
    found: dict[tuple[str, ...], bool] = {}
    for edition in editions:
        for node in _nodes(edition):
            for items, plain in _asked(node):
                for path in _lists(items, edition):
                    found[path] = found.get(path, True) and plain
    return found


def _lists(items: ir.Expr, edition: ir.Edition) -> Iterator[tuple[str, ...]]:
    """The fields whose lists an expression may give: itself, or one that is chosen, or that a result has."""
    for node in ir.walk(items):
        if isinstance(node, ir.Field) and isinstance(node.type, ListOf):
            yield node.path
        elif isinstance(node, ir.ResultOf) and isinstance(node.type, ListOf):
            for group in all_groups(edition.results[node.name].groups):
                for rule in group.rules:
                    yield from _lists(rule.value, edition)


def _asked(node: ir.Expr) -> Iterator[tuple[ir.Expr, bool]]:
    """The lists that a node asks of, and whether it only asks what is in them."""
    match node:
        case ir.Contains(_, items, value):
            yield items, _fixed(value)
        case ir.Quantified(_, _, var, ir.Elements(items), where, test):
            tests = [part for part in (where, test) if part is not None]
            yield items, all(_told_apart(part, var) for part in tests)
        case ir.Count(over=ir.Elements(items)) | ir.SumOver(over=ir.Elements(items)) | ir.Pick(over=ir.Elements(items)):
            yield items, False
        case ir.ExtremeOver(over=ir.Elements(items)):
            yield items, False
        case _:
            pass


def _fixed(node: ir.Expr) -> bool:
    return isinstance(node, ir.Const) or not isinstance(node.type, Text)


def _told_apart(node: ir.Expr, var: str) -> bool:
    """Whether an expression holds the element against fixed values alone."""
    for each in ir.walk(node):
        match each:
            case ir.Compare(_, _, left, right):
                for side, other in ((left, right), (right, left)):
                    if isinstance(side, ir.Item) and side.name == var and not _fixed(other):
                        return False
            case ir.Lookup(_, _, keys) if any(isinstance(key, ir.Item) and key.name == var for key in keys):
                return False
            case ir.Contains(_, _, value) if isinstance(value, ir.Item) and value.name == var:
                return False
            case _:
                pass
    return True
