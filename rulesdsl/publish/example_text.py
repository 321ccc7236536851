"""Cases as ``eksempel`` blocks, ready to stand in an ``.isf`` file."""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rulesdsl.core import ir, types
from rulesdsl.core.types import Type
from rulesdsl.core.values import MINUS, NBSP, shown
from rulesdsl.evaluate.case import Facts, Thing
from rulesdsl.evaluate.trace import Run

if TYPE_CHECKING:
    from rulesdsl.prove.properties import Verdict


def examples_of(verdicts: "Sequence[Verdict]") -> str:
    """The cases that break properties, each thing that a property names as an example of its own, after the source of
    the property. What another edition makes of a case is told in a comment, for an example is decided by its own."""
    blocks: list[str] = []
    for verdict in verdicts:
        tried = verdict.counterexample
        if tried is None:
            continue
        for name, thing, run in zip(tried.promise.names, tried.things, tried.runs, strict=True):
            if run.edition.id != verdict.edition.id:
                blocks[-1] += "".join(f"\n  # {run.edition.id}:{line.removeprefix('  så')}"
                                      for line in expected(thing, run, _asked(verdict, name)))
                continue
            title = f"Bryter {verdict.promise.name} i {verdict.edition.id}: {name}"
            cites = "".join(f"  ifølge {each.kilde.name}" for each in verdict.promise.citations[:1])
            blocks.append("\n".join(block(f"«{title}»{cites}", thing, run, _asked(verdict, name))))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _asked(verdict: "Verdict", name: str) -> list[str]:
    """The results of a thing that the property speaks of."""
    parts = [part for part in (verdict.promise.holds, verdict.promise.where) if part is not None]
    return list(dict.fromkeys(node.name for part in parts for node in ir.walk(part)
                              if isinstance(node, ir.ResultOf) and node.of == ir.Bound(name)))


def block(title: str, thing: Thing, run: Run, results: Sequence[str]) -> Iterator[str]:
    """A case as an example that expects some results of a thing, line by line."""
    edition = run.edition
    yield f"eksempel {title}"
    word = "gitt"
    for each in _together(thing):
        facts = list(_facts(each.facts, _fields(each, edition), (), edition))
        if facts or each is thing:
            yield f"  {word} {each.entity}"
            yield from (f"    {fact}" for fact in facts)
            word = "og"
    yield from expected(thing, run, results)


def expected(thing: Thing, run: Run, results: Sequence[str]) -> Iterator[str]:
    """What a thing came to, as an example expects it."""
    for name in results:
        outcome = run.outcomes[thing, name]
        kind = run.edition.results[name].type
        if outcome.status == "known":
            by = f" etter {outcome.rule.clause}" if outcome.rule else ""
            yield f"  så {name} er {literal(kind, outcome.value)}{by}"
        elif outcome.status == "unknown":
            yield f"  så {name} er ukjent"


def _together(thing: Thing) -> Iterator[Thing]:
    """A thing and all that stand with it, in an order that tells what belongs to what: what is below a thing comes
    after it, then its fellows, then what they belong to."""
    yield from _with_below(thing)
    while thing.parent is not None:
        for each in (each for children in thing.parent.children.values() for each in children if each is not thing):
            yield from _with_below(each)
        thing = thing.parent
        yield thing


def _with_below(thing: Thing) -> Iterator[Thing]:
    yield thing
    for children in thing.children.values():
        for each in children:
            yield from _with_below(each)


def _fields(thing: Thing, edition: ir.Edition) -> list[ir.FieldDecl]:
    """The fields of a thing; its key only where it tells it from others."""
    entity = edition.entities[thing.entity]
    alone = thing.parent is None or len(thing.parent.children.get(thing.entity, ())) < 2
    return [decl for decl in entity.fields if not (alone and decl.name == entity.key)]


def _facts(
    facts: Facts, fields: Sequence[ir.FieldDecl], above: tuple[str, ...], edition: ir.Edition
) -> Iterator[str]:
    """The facts that an example can say: a list of records, and a record without facts, it cannot."""
    for decl in fields:
        path = (*above, decl.name)
        value: Any = facts.get(path)
        if value is None:
            continue
        if isinstance(decl.type, types.Record):
            yield from _facts(facts, edition.records[decl.type.name].fields, path, edition)
        elif not (isinstance(decl.type, types.ListOf) and isinstance(decl.type.item, types.Record)):
            yield f"{'.'.join(path)} er {literal(decl.type, value)}"


def literal(kind: Type, value: Any) -> str:
    """A value as an author writes it."""
    if isinstance(kind, types.ListOf):
        return "{" + "; ".join(literal(kind.item, each) for each in value) + "}"
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, Decimal) and isinstance(kind, types.Number):
        return shown(kind, value).replace(NBSP, " ").replace(MINUS, "-")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(kind, types.Code):
        return str(value)
    return f"«{value}»" if isinstance(value, str) else shown(kind, value)
