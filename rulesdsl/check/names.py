"""Who is called what: the declarations of an edition by kind and name, and the messages for names that clash."""

from collections.abc import Iterable
from typing import Any

from attrs import define, field

from rulesdsl.diagnostics import Problems
from rulesdsl.syntax import ast

RESERVED = frozenset({
    "og", "eller", "ikke", "hvis", "så", "ellers", "er", "i", "finnes", "mangler", "mellom", "antall", "alle", "sum",
    "maks", "min", "første", "siste", "der", "når", "krav", "regel", "unntak", "fra", "for", "etter", "har", "denne",
    "annen", "ja", "nei", "kr", "kroner", "poeng", "døgn", "timer", "gitt", "ukjent", "omtale", "ifølge",
})
"""Words that a name may not be, because a reader (or the grammar) would take them for something else."""


@define
class Names:
    """The declarations that an edition sees, by name. Clauses and decision tables share their names."""

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
    broken_clauses: bool = False
    """Whether a clause could not be read, so that a name that is not found may stand in it."""


def collect(files: Iterable[ast.File], problems: Problems) -> Names:
    """The names of all files. A name used twice is a message at the second place; the first one counts."""
    names = Names()
    values: dict[str, ast.Name] = {}
    for file in files:
        for declaration in file.declarations:
            _collect(declaration, names, values, problems)
    return names


def _collect(
    declaration: ast.Declaration, names: Names, values: dict[str, ast.Name], problems: Problems
) -> None:
    match declaration:
        case ast.KildeDecl():
            _add(names.kilder, declaration.name, declaration, problems)
        case ast.KodeverkDecl():
            _add(names.kodeverk, declaration.name, declaration, problems)
        case ast.PostDecl():
            _add(names.posts, declaration.name, declaration, problems)
        case ast.EntityDecl():
            _add(names.entities, declaration.name, declaration, problems)
        case ast.KodesettDecl() if _is_new_value(declaration.name, values, problems):
            names.kodesett[declaration.name.text] = declaration
        case ast.RateDecl() if _is_new_value(declaration.name, values, problems):
            names.rates[declaration.name.text] = declaration
        case ast.TableDecl() if _is_new_value(declaration.name, values, problems):
            names.tables[declaration.name.text] = declaration
        case ast.ResultDecl() if _is_new_value(declaration.name, values, problems):
            names.results[declaration.name.text] = declaration
        case ast.ClauseDecl():
            _add(names.clauses, declaration.number, declaration, problems, is_clause=True)
        case ast.DecisionDecl():
            if _is_new_value(declaration.name, values, problems):
                names.results[declaration.name.text] = declaration
                _add(names.clauses, declaration.name, declaration, problems, is_clause=True)
        case ast.ExampleDecl():
            names.examples.append(declaration)
        case ast.BrokenDecl(keyword):
            names.broken_clauses |= keyword not in ("kilde", "kodeverk", "eksempel")
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


def _is_new_value(name: ast.Name, values: dict[str, ast.Name], problems: Problems) -> bool:
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
