"""What an edition means, without how it is written: a SHA-256 of each named part, and of the whole.

In it is all that can change an outcome (value, status, deciding clause and rule, missing fields) and nothing else.
Two editions with the same ``meaning_of`` decide every case alike. The reverse is not promised: ``a < b`` and
``b > a`` are two ways to say one thing, and count as two.

Left out, since no outcome depends on them: places, titles, summaries, citations, standings, notes, words for
explanations, examples, properties, files, the order of declarations, which edition a text comes from, ``valgfri`` and
``skjønn``, and the type of an expression, whose scale and unit the checks have used already. So:

- A number counts by its value (1, 1.0 and 1.00 are one), a text in NFC, as the language compares them.
- The unit and scale of a field or result count: an answer of 5 døgn is not one of 5 timer. So does who pays it.
- A part (``der NAVN er …``) counts by its value: an explanation shows the name, and no outcome knows it. The same
  holds for the name of a kodesett. The name that a quantifier gives an element counts, for a field that the element
  lacks may be missing under that name.
- The rules of a clause count in their order, for the first of several that agree is named as the one that decides;
  but neighbours with the same name may change places. What ``og``, ``eller``, plus and times join has no order.
- Of a sats, the value in force on the first day counts and those that follow within the edition's days.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, assert_never, get_args

from attrs import define, field, fields

from rulesdsl.core import ir
from rulesdsl.core.ops import EXACT
from rulesdsl.core.trees import bare_groups
from rulesdsl.core.types import Bool, Broken, Code, Date, ListOf, Number, Record, Text, Type
from rulesdsl.source import canonical_name

Plain = None | bool | str | Sequence["Plain"]
"""What is hashed: JSON without numbers, which not all programs write alike."""

@define
class Digests:
    """The digest of every expression so far, by identity: the same one often stands in many rules, and in many
    editions. What has one is kept, so that its identity stays its own."""

    of: dict[int, str] = field(factory=dict)
    _kept: list[ir.Expr] = field(factory=list)

    def put(self, node: ir.Expr, digest: str) -> None:
        self.of[id(node)] = digest
        self._kept.append(node)


def number(value: Decimal) -> str:
    """The one way to write a number, whatever its scale: 1, 1.0 and 1.00 are ``1``."""
    return str(EXACT.normalize(value)) if value else "0"


def meanings(edition: ir.Edition, seen: Digests | None = None) -> dict[tuple[str, str], str]:
    """The SHA-256 of each part by kind and name: ``("punkt", "4.3.6")``, ``("sats", "enhetspris")``. A decision
    table is a ``punkt``; the other kinds are ``tabell``, ``kodeverk``, ``post``, ``entitet`` and ``resultat``. ``seen``
    has what was made for editions that share clauses with this one."""
    found: dict[tuple[str, str], Plain] = {}
    for name, kodeverk in edition.kodeverk.items():
        # Of two members with one code the first that is valid counts, so they keep their order.
        members = sorted(kodeverk.members, key=lambda member: member.code)
        found["kodeverk", name] = [[member.code, canonical_name(member.name), *_days(member)] for member in members]
    for name, record in edition.records.items():
        found["post", name] = _fields(record.fields)
    for name, entity in edition.entities.items():
        found["entitet", name] = [entity.parent, entity.plural, entity.key, entity.date, _fields(entity.fields)]
    for name, rate in edition.rates.items():
        found["sats", name] = _rate(rate, edition)
    for name, table in edition.tables.items():
        found["tabell", name] = _rows(table)
    for name, result in edition.results.items():
        paid_by: list[Plain] = [canonical_name(result.payer)] if result.payer else []
        found["resultat", name] = [result.entity, _type(result.type), *paid_by]
    seen = seen or Digests()
    rules: dict[str, list[Plain]] = {name: [] for name in edition.clauses}
    for result_name, groups in sorted(bare_groups(edition).items()):
        for clause, group in groups.items():
            rules[clause].append([result_name, group.policy, _rules(group, seen)])
    for name, each in edition.clauses.items():
        found["punkt", name] = [[[*target] for target in sorted(set(each.exception_to))], rules[name]]
    return {key: _digest([*key, value]) for key, value in found.items()}


def meaning_of(edition: ir.Edition, seen: Digests | None = None) -> str:
    """The SHA-256 of an edition: its id, its days, and all its parts."""
    parts: list[Plain] = [[*key, digest] for key, digest in sorted(meanings(edition, seen).items())]
    return _digest([edition.id, edition.valid_from.isoformat(), edition.valid_to.isoformat(), parts])


def _digest(value: Plain) -> str:
    """The SHA-256 of a structure. JSON keeps each text apart from its neighbours, so that no two are written alike."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


# ── Data ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _days(member: ir.Member) -> list[Plain]:
    return [day.isoformat() if day else None for day in (member.valid_from, member.valid_to)]


def _fields(decls: Iterable[ir.FieldDecl]) -> Plain:
    return [[decl.name, _type(decl.type), *_limits(decl.type)] for decl in sorted(decls, key=lambda decl: decl.name)]


def _limits(type_: Type) -> list[Plain]:
    """What may stand in a field, where its author says so: other data are refused."""
    if not isinstance(type_, Number) or type_.low is type_.high is None:
        return []
    return [None if each is None else number(each) for each in (type_.low, type_.high)]


def _type(type_: Type) -> Plain:
    match type_:
        case Number(scale, unit):
            return ["tall", str(scale), [[name, str(power)] for name, power in unit]]
        case Code(kodeverk):
            return ["kode", kodeverk]
        case Record(name):
            return ["post", name]
        case ListOf(item):
            return ["liste", _type(item)]
        case Bool() | Text() | Date() | Broken():
            return [type(type_).__name__]
        case _:
            assert_never(type_)


def _rate(rate: ir.Rate, edition: ir.Edition) -> Plain:
    """The values of a sats that a day of the edition can have, each with its first day but for the first of them."""
    later = [each for each in rate.values if edition.valid_from < each.valid_from <= edition.valid_to]
    first: list[Plain] = [number(rate.on(edition.valid_from).value)]
    return [*first, *([each.valid_from.isoformat(), number(each.value)] for each in later)]


def _rows(table: ir.Table) -> Plain:
    """The cells that hold something. A row without any is none, for a look-up then gives what it says of no row."""
    rows: list[tuple[str, Plain]] = []
    for keys, row in table.rows.items():
        held = sorted((column, _value(value)) for column, value in row.values.items() if value is not None)
        key = [_value(each) for each in keys]
        if held:
            rows.append((json.dumps(key), [key, [[column, value] for column, value in held]]))
    return [row for _, row in sorted(rows, key=lambda each: each[0])]


# ── Rules and expressions ────────────────────────────────────────────────────────────────────────────────────


def _rules(group: ir.Group, seen: Digests) -> Plain:
    written: list[Plain] = []
    for name, named in groupby(group.rules, key=lambda rule: (rule.name, rule.requirement)):
        alike = [_digest([sorted({_expression(each, seen) for each in rule.conditions}),
                          _expression(rule.value, seen)]) for rule in named]
        written.append([*name, *(sorted(alike) if group.policy == "sammen" else alike)])
    return written


_SILENT = {("Part", "name"), ("OneOf", "name"), ("Field", "skjonn"), ("Field", "spoken"), ("Children", "plural")}
"""What an expression holds for explanations only, as its ``type`` does. All else counts, that of new nodes too."""

_NODES = (*get_args(ir.Expr), *get_args(ir.Domain), *get_args(ir.Ref))
_TELLING = {
    kind: tuple(each.name for each in fields(kind)
                if each.name != "type" and (kind.__name__, each.name) not in _SILENT)
    for kind in _NODES
}

_UNORDERED = (ir.And, ir.Or, ir.Sum, ir.Product, ir.Extreme)


def _expression(root: ir.Expr, seen: Digests) -> str:
    """The digest of an expression. Each node is taken once, after those below it, so that no depth is too deep."""
    pending = [root]
    while pending:
        node = pending[-1]
        below = [each for each in ir.children(node) if id(each) not in seen.of] if id(node) not in seen.of else []
        if below:
            pending += below
            continue
        pending.pop()
        if id(node) not in seen.of:
            same = seen.of.get(id(node.value)) if isinstance(node, ir.Part) else None
            seen.put(node, same or _digest(_written(node, seen)))
    return seen.of[id(root)]


def _written(node: Any, seen: Digests) -> Plain:
    """A node by its kind and what it tells; the expressions below it by their digests."""
    if isinstance(node, ir.Const):
        return ["Const", _value(node.value)]
    if isinstance(node, ir.OneOf):
        options = sorted({json.dumps(_value(option)) for option in node.options})
        return ["OneOf", seen.of[id(node.value)], [*options]]
    told = [_told(getattr(node, name), seen) for name in _TELLING[type(node)]]
    if isinstance(node, _UNORDERED):
        told = [sorted(each) if isinstance(each, list) else each for each in told]
    return [type(node).__name__, *told]


def _told(value: Any, seen: Digests) -> Plain:
    if isinstance(value, ir.Expr) and id(value) in seen.of:
        return seen.of[id(value)]
    if isinstance(value, tuple):
        return [_told(each, seen) for each in value]
    if type(value) in _TELLING:
        return _written(value, seen)
    return None if value is None else canonical_name(str(value))


def _value(value: ir.Value) -> Plain:
    match value:
        case bool():
            return value
        case str():
            return ["tekst", canonical_name(value)]
        case Decimal():
            return ["tall", number(value)]
        case datetime.date():
            return ["dato", value.isoformat()]
        case tuple():
            return ["liste", *(_value(each) for each in value)]
        case _:
            assert_never(value)
