"""Who is called what: the declarations of an edition by kind and name, and the messages for names that clash."""

import re
from collections.abc import Iterable
from typing import Any

from attrs import define, field

from rulesdsl.diagnostics import Problems
from rulesdsl.syntax import ast
from rulesdsl.syntax.build_expressions import UNITS

RESERVED = UNITS | {"annen"}
"""Words that can be read where names stand, and mean something else there; other keywords the parser turns down."""

_NO_CLAUSES = ("kilde", "kodeverk", "kodesett", "post", "entitet", "sats", "tabell", "resultat", "eksempel")
"""The declarations that hold no rules; a keyword that is none of ours may be a clause's, misspelled."""


@define
class Names:
    """The declarations that an edition sees, by name. Clauses and decision tables share their names; so do all that
    are types (kodeverk, posts, entities), and all that are values (satser, tables, results, kodesett)."""

    kilder: dict[str, ast.KildeDecl] = field(factory=dict)
    kodeverk: dict[str, ast.KodeverkDecl] = field(factory=dict)
    kodesett: dict[str, ast.KodesettDecl] = field(factory=dict)
    posts: dict[str, ast.PostDecl] = field(factory=dict)
    entities: dict[str, ast.EntityDecl] = field(factory=dict)
    rates: dict[str, ast.RateDecl] = field(factory=dict)
    tables: dict[str, ast.TableDecl] = field(factory=dict)
    results: dict[str, ast.ResultDecl | ast.DecisionDecl] = field(factory=dict)
    clauses: dict[str, ast.ClauseDecl | ast.DecisionDecl] = field(factory=dict)
    examples: list[ast.ExampleDecl] = field(factory=list)
    broken: set[str] = field(factory=set)
    """The names of declarations that are not there, for a reason that has its message; a use has none of its own."""
    broken_clauses: bool = False
    """Whether a clause could not be read, so that a result without rules may have them there."""


def collect(files: Iterable[ast.File], problems: Problems) -> Names:
    """The names of all files. A name used twice is a message at the second place; the first one counts."""
    names = Names()
    values: dict[str, ast.Name] = {}
    kinds: dict[str, ast.Name] = {}
    for file in files:
        for declaration in file.declarations:
            _collect(declaration, names, values, kinds, problems)
    return names


def broken_name(declaration: ast.BrokenDecl) -> str:
    """The name of a declaration that could not be read: the word after its keyword."""
    found = re.match(r"\w+\s+([^\W]\w*(?:\.\w+)*)", declaration.span.text)
    return found[1] if found else ""


def _collect(
    declaration: ast.Declaration, names: Names, values: dict[str, ast.Name], kinds: dict[str, ast.Name],
    problems: Problems,
) -> None:
    match declaration:
        case ast.KildeDecl():
            _add(names.kilder, declaration.name, declaration, problems)
        case ast.KodeverkDecl() if _is_new(declaration.name, kinds, problems):
            names.kodeverk[declaration.name.text] = declaration
        case ast.PostDecl() if _is_new(declaration.name, kinds, problems):
            names.posts[declaration.name.text] = declaration
        case ast.EntityDecl() if _is_new(declaration.name, kinds, problems):
            names.entities[declaration.name.text] = declaration
        case ast.KodesettDecl() if _is_new(declaration.name, values, problems):
            names.kodesett[declaration.name.text] = declaration
        case ast.RateDecl() if _is_new(declaration.name, values, problems):
            names.rates[declaration.name.text] = declaration
        case ast.TableDecl() if _is_new(declaration.name, values, problems):
            names.tables[declaration.name.text] = declaration
        case ast.ResultDecl() if _is_new(declaration.name, values, problems):
            names.results[declaration.name.text] = declaration
        case ast.ClauseDecl():
            _add(names.clauses, declaration.number, declaration, problems, is_clause=True)
        case ast.DecisionDecl():
            if _is_new(declaration.name, values, problems):
                _add(names.clauses, declaration.name, declaration, problems, is_clause=True)
                if names.clauses[declaration.name.text] is declaration:
                    names.results[declaration.name.text] = declaration
                else:
                    names.broken.add(declaration.name.text)
        case ast.ExampleDecl():
            names.examples.append(declaration)
        case ast.BrokenDecl(keyword):
            names.broken.add(broken_name(declaration))
            names.broken_clauses |= keyword not in _NO_CLAUSES
        case _:
            pass


def _add(
    known: dict[str, Any], name: ast.Name, declaration: ast.Declaration, problems: Problems, is_clause: bool = False
) -> None:
    if not is_clause:
        check_reserved(name, problems)
    if name.text in known:
        first = known[name.text]
        place = first.number if isinstance(first, ast.ClauseDecl) else first.name
        problems.add(
            "ISF202", name.span, "er brukt en gang til", detail=name.text, also=[(place.span, "først her")],
            clause=name.text if is_clause else "",
        )
    else:
        known[name.text] = declaration


def _is_new(name: ast.Name, values: dict[str, ast.Name], problems: Problems) -> bool:
    check_reserved(name, problems)
    if name.text in values:
        problems.add(
            "ISF202", name.span, "er brukt en gang til", detail=name.text,
            also=[(values[name.text].span, "først her")],
        )
        return False
    values[name.text] = name
    return True


def check_reserved(name: ast.Name, problems: Problems, allowed: str = "") -> None:
    """A name that is a word of the language is a message; ``allowed`` is one that is no word in this place."""
    if name.text in RESERVED and name.text != allowed:
        problems.add("ISF203", name.span, "er et ord i språket", detail=name.text, hint="Velg et annet navn.")
