"""What the parts of an edition name, and what those names stand for: by this it is seen which changes need each other.

A name that stands for the same in both editions is there in every mixture of them. One that does not belongs to the
part that changed what it stands for, and whoever uses it must change together with that part.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from rulesdsl.core import ir
from rulesdsl.core.types import Code

Part = tuple[str, str]
"""A kind of part, and its name: ``("punkt", "4.3.6")``."""

Use = tuple[str, ...]
"""A kind of name, and the name: ``("sats", "enhetspris")``, ``("kolonne", "kostnadsvekt", "vekt")``."""

Own = Mapping[str, Mapping[str, ir.Group]]
"""The rules of an edition by result and clause, without the exceptions to them."""


def owner(use: Use) -> Part | None:
    """The part that says what a name stands for; None for a name by which a case is read."""
    match use:
        case ("sats" | "resultat" as kind, name):
            return kind, name
        case ("tabell" | "kolonne", name, *_):
            return "tabell", name
        case _:
            return None


def signatures(edition: ir.Edition) -> dict[Use, object]:
    """What every name of an edition stands for, as far as whoever uses it needs to know."""
    found: dict[Use, object] = {("sats", name): rate.type for name, rate in edition.rates.items()}
    for name, table in edition.tables.items():
        found["tabell", name] = tuple(kind for _, kind in table.keys)
        found |= {("kolonne", name, column): kind for column, kind in table.columns}
    found |= {("resultat", name): (result.entity, result.type) for name, result in edition.results.items()}
    fields = [each for entity in edition.entities.values() for each in entity.fields]
    fields += [each for record in edition.records.values() for each in record.fields]
    found |= {("felt", each.name): {other.type for other in fields if other.name == each.name} for each in fields}
    for kodeverk in edition.kodeverk.values():
        found |= {("kode", kodeverk.name, member.name): True for member in kodeverk.members}
    for entity in edition.entities.values():
        found["entitet", entity.name] = entity.parent, entity.plural, entity.date
    return found


def uses_of_clause(clause: ir.Clause, own: Own) -> Iterator[Use]:
    """Every name that a clause uses: what it gives, and what its rules read."""
    for result, groups in own.items():
        if clause.number in groups:
            yield "resultat", result
            for rule in groups[clause.number].rules:
                for root in (*rule.conditions, rule.value):
                    for node in ir.walk(root):
                        yield from _named(node)


def results_used(group: ir.Group) -> Iterator[str]:
    """The results that the rules of a clause read."""
    for rule in group.rules:
        for root in (*rule.conditions, rule.value):
            yield from (node.name for node in ir.walk(root) if isinstance(node, ir.ResultOf))


def uses_of_table(table: ir.Table) -> Iterator[Use]:
    """The codes that stand in a table."""
    kinds = dict(table.columns)
    for keys, row in table.rows.items():
        cells = [*zip((kind for _, kind in table.keys), keys, strict=True),
                 *((kinds[column], value) for column, value in row.values.items())]
        for kind, value in cells:
            if isinstance(kind, Code) and isinstance(value, str):
                yield "kode", kind.kodeverk, value


def _named(node: ir.Expr) -> Iterator[Use]:
    match node:
        case ir.RateOf():
            yield "sats", node.name
        case ir.Lookup():
            yield "tabell", node.table
            yield "kolonne", node.table, node.column
        case ir.ResultOf():
            yield "resultat", node.name
            yield from _things(node.of)
        case ir.Field():
            yield from (("felt", name) for name in node.path)
            yield from _things(node.of)
        case ir.Item():
            yield from (("felt", name) for name in node.path)
        case ir.Same():
            yield from _things(node.left)
            yield from _things(node.right)
        case ir.Const() | ir.OneOf():
            kind = node.type if isinstance(node, ir.Const) else node.value.type
            values = (node.value,) if isinstance(node, ir.Const) else node.options
            yield from (("kode", kind.kodeverk, value) for value in values
                        if isinstance(kind, Code) and isinstance(value, str))
        case ir.Quantified() | ir.Count() | ir.SumOver() | ir.ExtremeOver() | ir.Pick():
            if isinstance(node.over, ir.Children):
                yield "entitet", node.over.entity
                yield from _things(node.over.of)
        case _:
            return


def _things(ref: ir.Ref) -> Iterator[Use]:
    match ref:
        case ir.Parent(of, entity):
            yield "entitet", entity
            yield from _things(of)
        case ir.This() | ir.Bound():
            return
        case _:
            assert_never(ref)
