"""Who is called what: the declarations of an edition by kind and name, and the messages for names that clash."""

import re
from collections.abc import Iterable
from copy import copy
from typing import Any

from attrs import define, field, fields

from rulesdsl.diagnostics import Problems
from rulesdsl.syntax import ast
from rulesdsl.syntax.build_expressions import UNITS

RESERVED = UNITS | {"annen"}
"""Words that can be read where names stand, and mean something else there; other keywords the parser turns down."""

_NO_CLAUSES = (
    "kilde", "enhet", "kodeverk", "kodesett", "post", "entitet", "sats", "tabell", "resultat", "egenskap", "eksempel",
)
"""The declarations that hold no rules; a keyword that is none of ours may be a clause's, misspelled."""


SLOTS: dict[type, tuple[tuple[str, str], ...]] = {
    ast.KildeDecl: (("kilde", "kilder"),),
    ast.UnitDecl: (("type", "units"),),
    ast.KodeverkDecl: (("type", "kodeverk"),),
    ast.PostDecl: (("type", "posts"),),
    ast.EntityDecl: (("type", "entities"),),
    ast.KodesettDecl: (("value", "kodesett"),),
    ast.RateDecl: (("value", "rates"),),
    ast.TableDecl: (("value", "tables"),),
    ast.ResultDecl: (("value", "results"),),
    ast.ClauseDecl: (("clause", "clauses"),),
    ast.DecisionDecl: (("value", "results"), ("clause", "clauses")),
    ast.PropertyDecl: (("property", "properties"),),
}
"""For each declaration that has a name the kinds of name it takes, and where ``Names`` keeps it. Two declarations that
take the same kind of name cannot both have it."""


@define
class Names:
    """The declarations that an edition sees, by name. Clauses and decision tables share their names; so do all that
    are types (units, kodeverk, posts, entities), and all that are values (satser, tables, results, kodesett)."""

    kilder: dict[str, ast.KildeDecl] = field(factory=dict)
    units: dict[str, ast.UnitDecl] = field(factory=dict)
    kodeverk: dict[str, ast.KodeverkDecl] = field(factory=dict)
    kodesett: dict[str, ast.KodesettDecl] = field(factory=dict)
    posts: dict[str, ast.PostDecl] = field(factory=dict)
    entities: dict[str, ast.EntityDecl] = field(factory=dict)
    rates: dict[str, ast.RateDecl] = field(factory=dict)
    tables: dict[str, ast.TableDecl] = field(factory=dict)
    results: dict[str, ast.ResultDecl | ast.DecisionDecl] = field(factory=dict)
    clauses: dict[str, ast.ClauseDecl | ast.DecisionDecl] = field(factory=dict)
    properties: dict[str, ast.PropertyDecl] = field(factory=dict)
    repeals: list[ast.RepealDecl] = field(factory=list)
    formerly: dict[str, tuple[str, ...]] = field(factory=dict)
    """The numbers that a clause had before it was moved, the latest first."""
    examples: list[ast.ExampleDecl] = field(factory=list)
    broken: set[str] = field(factory=set)
    """The names of declarations that are not there, for a reason that has its message; a use has none of its own."""
    broken_clauses: bool = False
    """Whether a clause could not be read, so that a result without rules may have them there."""
    parts: dict[tuple[str, str], ast.Declaration] = field(factory=dict)
    """All declarations but heads, repeals and examples, by kind of name and name, in the order of the text."""

    def copied(self) -> "Names":
        """Names of its own that hold the same declarations."""
        return Names(**{each.name: copy(getattr(self, each.name)) for each in fields(Names)})

    def put(self, declaration: ast.Declaration) -> None:
        """Takes a declaration in. What had its name is gone; one of the same kind gives it its place in the order."""
        name = name_of(declaration).text
        for kind, _ in SLOTS[type(declaration)]:
            there = self.parts.get((kind, name))
            if there is not None and type(there) is not type(declaration):
                self.take_out(there)
        for kind, where in SLOTS[type(declaration)]:
            self.parts[kind, name] = declaration
            getattr(self, where)[name] = declaration

    def take_out(self, declaration: ast.Declaration) -> None:
        name = name_of(declaration).text
        for kind, where in SLOTS[type(declaration)]:
            del self.parts[kind, name]
            del getattr(self, where)[name]


def collect(files: Iterable[ast.File], problems: Problems) -> Names:
    """The names of all files. A name used twice is a message at the second place; the first one counts."""
    names = Names()
    for file in files:
        for declaration in file.declarations:
            _collect(declaration, names, problems)
    return names


def broken_name(declaration: ast.BrokenDecl) -> str:
    """The name of a declaration that could not be read: the word after its keyword."""
    found = re.match(r"\w+\s+([^\W]\w*(?:\.\w+)*)", declaration.span.text)
    return found[1] if found else ""


def name_of(declaration: Any) -> ast.Name:
    """The name of a declaration that has one: of a clause, its number."""
    return declaration.number if isinstance(declaration, ast.ClauseDecl) else declaration.name


def _collect(declaration: ast.Declaration, names: Names, problems: Problems) -> None:
    match declaration:
        case ast.RepealDecl():
            names.repeals.append(declaration)
        case ast.ExampleDecl():
            names.examples.append(declaration)
        case ast.BrokenDecl(keyword):
            names.broken.add(broken_name(declaration))
            names.broken_clauses |= keyword not in _NO_CLAUSES
        case ast.Header():
            pass
        case _ if _is_new(declaration, names, problems):
            names.put(declaration)


def _is_new(declaration: ast.Declaration, names: Names, problems: Problems) -> bool:
    name = name_of(declaration)
    if not isinstance(declaration, ast.ClauseDecl):
        check_reserved(name, problems)
    for kind, _ in SLOTS[type(declaration)]:
        there = names.parts.get((kind, name.text))
        if there is not None:
            problems.add(
                "ISF202", name.span, "er brukt en gang til", detail=name.text,
                also=[(name_of(there).span, "først her")], clause=name.text if kind == "clause" else "",
            )
            if isinstance(declaration, ast.DecisionDecl) and name.text not in names.results:
                names.broken.add(name.text)
            return False
    return True


def check_reserved(name: ast.Name, problems: Problems, allowed: str = "") -> None:
    """A name that is a word of the language is a message; ``allowed`` is one that is no word in this place."""
    if name.text in RESERVED and name.text != allowed:
        problems.add("ISF203", name.span, "er et ord i språket", detail=name.text, hint="Velg et annet navn.")
