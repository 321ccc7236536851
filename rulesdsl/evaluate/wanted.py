"""What somebody wants of a result: as it is asked, and in words."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from attrs import frozen

from rulesdsl.core import ir, types
from rulesdsl.core.ir import Value
from rulesdsl.core.ops import COMPARE, EXACT
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.evaluate.trace import Outcome
from rulesdsl.evaluate.what_if import parse_value
from rulesdsl.evaluate.wording import result_called, said

Op = Literal["=", ">", ">=", "<", "<="]


@frozen
class Wanted:
    """What is wanted of a result. ``by_default`` where nobody said it."""

    result: str
    op: Op
    value: Value
    by_default: bool = False


class CannotReach(Exception):
    """What was asked for cannot be: ``message`` and ``hint`` say why and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


_ASKED = re.compile(r"\s*([^\s=<>]+)\s*(>=|<=|=\s*\+|=|>|<)\s*(.+?)\s*")


def wanted_of(asked: str, edition: ir.Edition, outcomes: Mapping[str, Outcome]) -> Wanted:
    """What was asked, as ``tellende=ja``, ``refusjon>=10000`` or ``refusjon=+10000``. Raises ``CannotReach``."""
    found = _ASKED.fullmatch(asked)
    if found is None:
        raise CannotReach(f"«{asked}» er ikke et resultat og en verdi.",
                          "Skriv for eksempel tellende=ja, «refusjon>=10000» eller refusjon=+10000.")
    name, op, text = found.groups()
    if name not in outcomes:
        raise CannotReach(f"«{name}» er ikke et resultat i {edition.id}.", did_you_mean(name, outcomes))
    kind = edition.results[name].type
    value = parse_value(edition, kind, text)
    if isinstance(value, CaseError) or value is None:
        hint = value.hint if isinstance(value, CaseError) else "Skriv en verdi."
        raise CannotReach(f"«{text}» kan ikke være {name}, som er {types.type_name(kind)}.", hint)
    if op not in ("=",) and not isinstance(kind, types.Number | types.Date):
        raise CannotReach(f"{name} har ingen rekkefølge.", f"Skriv {name}={text}.")
    if op.endswith("+"):
        return _more(name, value, outcomes[name])
    return Wanted(name, op, value)  # type: ignore[arg-type]


def _more(name: str, value: Any, outcome: Outcome) -> Wanted:
    """So much more than it is."""
    if not isinstance(value, Decimal):
        raise CannotReach(f"{name} er ikke et tall.", f"Skriv {name}={value}.")
    if outcome.status != "known":
        raise CannotReach(f"{name} er ikke kjent i saken, så det er ingenting å legge til.", f"Skriv «{name}>=…».")
    return Wanted(name, ">=", EXACT.add(outcome.value, value))


_WORDS: dict[Op, str] = {"=": "er", ">": "er over", ">=": "er minst", "<": "er under", "<=": "er høyst"}


def in_words(result: ir.Result, wanted: Wanted) -> str:
    """``refusjon er minst 10 000,00 kr``."""
    called = result_called(result)
    return f"{called[:1].lower() if not called[:2].isupper() else called[:1]}{called[1:]} {_WORDS[wanted.op]} " + said(
        result.type, wanted.value)


def is_so(value: Any, wanted: Wanted) -> bool:
    """Whether a known value is as wanted."""
    return COMPARE[wanted.op](value, wanted.value)


def default_wanted(edition: ir.Edition, outcomes: Mapping[str, Outcome]) -> Wanted | None:
    """What somebody who asks why not most likely wants: that the main result that is nei were ja, or else that an
    amount that is 0 were more. ``outcomes`` are those of the thing, by result."""
    main = [name for name in edition.shown if name in edition.main and name in outcomes]
    for name in main:
        kind, outcome = edition.results[name].type, outcomes[name]
        if isinstance(kind, types.Bool) and outcome.status == "known" and outcome.value is False:
            return Wanted(name, "=", True, by_default=True)
    for name in _amounts(edition, main):
        outcome = outcomes[name]
        if outcome.status != "known" or outcome.value == 0:
            return Wanted(name, ">", Decimal(0), by_default=True)
    return None


def _amounts(edition: ir.Edition, names: list[str]) -> Iterator[str]:
    found = [name for name in names if isinstance(edition.results[name].type, types.Number)]
    yield from sorted(found, key=lambda name: name not in edition.final)
