"""Names that tables could not tell apart: to an engine of tables they and their columns are called the same in small
and large letters, and so are files to some machines."""

from collections.abc import Iterable, Iterator

from rulesdsl.check.names import Names
from rulesdsl.diagnostics import Problems
from rulesdsl.syntax import ast

TAKEN = {"rad": "er kolonnen med radens nummer i en tabell", "utgave": "er kolonnen med utgaven i en tabell"}
"""What a table calls its own columns."""


def check_alike(names: Names, problems: Problems) -> None:
    """Two names that differ by letter case alone, and a value that has the name of a column of every table."""
    values = [*_values(names)]
    taken = [name for name in values if name.text.casefold() in TAKEN]
    for entity in names.entities.values():
        fields = [each.name for each in entity.fields]
        taken += [name for name in fields if name.text.casefold() in TAKEN]
        _tell_apart([*values, *fields], problems)
    for post in names.posts.values():
        _tell_apart([each.name for each in post.fields], problems)
    for table in names.tables.values():
        _tell_apart([each.name for each in table.columns], problems)
    _tell_apart([each.name for each in names.tables.values()], problems)
    _tell_apart([each.name for each in names.entities.values()], problems)
    _tell_apart([each.plural for each in names.entities.values() if each.plural], problems)
    for name in taken:
        problems.add("ISF203", name.span, TAKEN[name.text.casefold()], detail=name.text, hint="Velg et annet navn.")


def _values(names: Names) -> Iterator[ast.Name]:
    """What rules call their values: satser, results, the columns of tables, and the parts and requirements of
    clauses."""
    for decl in [*names.rates.values(), *names.results.values()]:
        yield decl.name
    for table in names.tables.values():
        yield from (each.name for each in table.columns)
    for clause in names.clauses.values():
        if isinstance(clause, ast.ClauseDecl):
            yield from (each.name for each in clause.items if isinstance(each, ast.PartDecl | ast.RequirementDecl))


def _tell_apart(names: Iterable[ast.Name], problems: Problems) -> None:
    seen: dict[str, ast.Name] = {}
    for name in names:
        there = seen.setdefault(name.text.casefold(), name)
        if there.text != name.text:
            problems.add("ISF213", name.span, f"skiller seg fra {there.text} bare ved stor og liten bokstav",
                         detail=name.text, also=[(there.span, "det andre navnet")],
                         hint="Velg et navn som er et annet også når det leses høyt.")
