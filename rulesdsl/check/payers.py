"""Who pays a result: only an amount of money is paid, and a payer is written in one way only."""

from collections.abc import Iterable

from rulesdsl.check.declare import Declared
from rulesdsl.core import types
from rulesdsl.diagnostics import Problems
from rulesdsl.syntax import ast


def check_payers(declared: Declared) -> None:
    """The payers of an edition's results."""
    for decl in declared.names.results.values():
        if not isinstance(decl, ast.ResultDecl) or decl.payer is None:
            continue
        kind = declared.type_of(decl.type)
        if (isinstance(kind, types.Number) and not types.is_money(kind.unit)) or not isinstance(
                kind, types.Number | types.Broken):
            declared.problems.add("ISF319", decl.type.span, "er ikke et beløp", detail=decl.name.text,
                                  hint="Ta bort «betales av», eller gi resultatet i kroner.")
        elif not decl.payer.value.strip():
            declared.problems.add("ISF319", decl.payer.span, "sier ikke hvem", detail=decl.name.text,
                                  hint="Skriv hvem som betaler, for eksempel «Staten».")


def check_spelling(files: Iterable[ast.File], problems: Problems) -> None:
    """Two names of payers, in any rulebooks, that differ only by case or blanks are meant as one."""
    first: dict[str, ast.TextLiteral] = {}
    for file in files:
        for decl in file.declarations:
            if isinstance(decl, ast.ResultDecl) and decl.payer is not None:
                one = first.setdefault(" ".join(decl.payer.value.split()).casefold(), decl.payer)
                if one.value != decl.payer.value:
                    problems.add("ISF212", decl.payer.span, "skrevet slik her", detail=decl.payer.value,
                                 also=[(one.span, "først her")], hint=f"Skriv «{one.value}».")
