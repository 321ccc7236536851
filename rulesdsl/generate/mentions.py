"""What the rules of an edition compare its fields with: where their borders lie.

A field is known here by its path alone. Two entities with a field of the same name share its borders, which does no
harm: a border too many is a value like any other.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from attrs import define, field

from rulesdsl.core import ir
from rulesdsl.core.ir import Value
from rulesdsl.core.types import Bool, Code, Date, Number, Text, Type

Path = tuple[str, ...]

Ordered = dict[Value, None]
"""Values in the order in which they were met, each once."""


@define
class Mentions:
    """``values`` are the constants that a field meets, ``keys`` those of the tables it is looked up in. A date is also
    met by numbers: of ``days`` or ``years`` from another date, or of its ``parts``. ``asked`` counts how often rules
    speak of a field, ``above`` are the entities that rules reach from what belongs to them."""

    values: dict[Path, Ordered] = field(factory=dict)
    keys: dict[Path, Ordered] = field(factory=dict)
    days: dict[Path, dict[int, None]] = field(factory=dict)
    years: dict[Path, dict[int, None]] = field(factory=dict)
    parts: dict[Path, dict[tuple[ir.DatePart, int], None]] = field(factory=dict)
    asked: Counter[Path] = field(factory=Counter)
    above: set[str] = field(factory=set)


def rules_of(edition: ir.Edition) -> Iterator[tuple[ir.Result, ir.Rule]]:
    """Every rule, each once, with the result it gives."""
    seen: set[int] = set()
    for result in edition.results.values():
        pending = list(result.groups)
        while pending:
            group = pending.pop()
            if id(group) in seen:
                continue
            seen.add(id(group))
            pending.extend(group.exceptions)
            for rule in group.rules:
                pending.extend(rule.exceptions)
                yield result, rule


def mine(edition: ir.Edition) -> Mentions:
    """The mentions of all rules."""
    found = Mentions()
    met: dict[str, Ordered] = {}
    rules = list(rules_of(edition))
    seen: set[int] = set()
    for _, rule in rules:
        for root in (*rule.conditions, rule.value):
            if id(root) not in seen:
                seen.add(id(root))
                _expression(root, edition, found, met)
    # What a result is compared with is a border of the fields that it is made of.
    for result, rule in rules:
        for leaf in ir.walk(rule.value) if result.name in met else ():
            if isinstance(leaf, ir.Field) and leaf.type == result.type:
                found.values.setdefault(leaf.path, {}).update(met[result.name])
    return found


def _expression(root: ir.Expr, edition: ir.Edition, found: Mentions, met: dict[str, Ordered]) -> None:
    nodes = list(ir.walk(root))
    lists = {node.var: path for node in nodes if (path := _list_of(node)) is not None
             and isinstance(node, ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick)}
    for node in nodes:
        path = path_of(node, lists)
        if path is not None:
            found.asked[path] += 1
        match node:
            case ir.Field(of=ir.Parent(entity=entity)) | ir.ResultOf(of=ir.Parent(entity=entity)):
                found.above.add(entity)
            case ir.Lookup(table=table, keys=keys):
                for index, key in enumerate(keys):
                    path = path_of(bare(key), lists)
                    if path is not None:
                        column = {row[index]: None for row in edition.tables[table].rows}
                        found.keys.setdefault(path, {}).update(column)
            case ir.Compare() | ir.OneOf() | ir.Contains() | ir.Extreme():
                _atom(node, edition, found, met, lists)
            case ir.PartOfDate(part=part, date=date):
                path = path_of(bare(date), lists)
                if path is not None and part != "år":
                    found.parts.setdefault(path, {}).setdefault((part, 1))


def _atom(
    atom: ir.Expr, edition: ir.Edition, found: Mentions, met: dict[str, Ordered], lists: dict[str, Path]
) -> None:
    """Every field below a comparison meets every constant of its kind below it."""
    nodes = list(ir.walk(atom))
    constants = [(node.type, node.value) for node in nodes if isinstance(node, ir.Const)]
    constants += [(node.value.type, each) for node in nodes if isinstance(node, ir.OneOf) for each in node.options]
    for node in nodes:
        if isinstance(node, ir.RateOf):
            constants += [(node.type, each.value) for each in edition.rates[node.name].values]
    whole = [int(value) for _, value in constants if isinstance(value, Decimal)]
    for node in nodes:
        if isinstance(node, ir.ResultOf):
            met.setdefault(node.name, {}).update({value: None for kind, value in constants if kin(kind, node.type)})
        path = path_of(node, lists)
        if path is not None:
            kind = _item(node.type)
            values = {value: None for type_, value in constants if kin(type_, kind)}
            if values:
                found.values.setdefault(path, {}).update(values)
        for date, into in _measured(node, found):
            path = path_of(bare(date), lists)
            if path is not None:
                into.setdefault(path, {}).update(dict.fromkeys(whole))
        if isinstance(node, ir.PartOfDate):
            path = path_of(bare(node.date), lists)
            if path is not None:
                found.parts.setdefault(path, {}).update({(node.part, number): None for number in whole})


def _measured(node: ir.Expr, found: Mentions) -> Iterator[tuple[ir.Expr, dict[Path, dict[int, None]]]]:
    match node:
        case ir.DaysBetween(left=left, right=right):
            yield from ((left, found.days), (right, found.days))
        case ir.ShiftDate(date=date):
            yield date, found.days
        case ir.YearsBetween(start=start, end=end):
            yield from ((start, found.years), (end, found.years))


def bare(node: ir.Expr) -> ir.Expr:
    """What a named part stands for."""
    while isinstance(node, ir.Part):
        node = node.value
    return node


def path_of(node: ir.Expr, lists: dict[str, Path]) -> Path | None:
    """The path of a field, or of what the elements of a list are or have."""
    match node:
        case ir.Field(path=path):
            return path
        case ir.Item(name=name, path=path) if name in lists:
            return (*lists[name], *path)
    return None


def _list_of(node: ir.Expr) -> Path | None:
    match getattr(node, "over", None):
        case ir.Elements(items=items):
            inner = bare(items)
            return inner.path if isinstance(inner, ir.Field) else None
    return None


def _item(type_: Type) -> Type:
    return getattr(type_, "item", type_)


def kin(one: Type, other: Type) -> bool:
    """Whether values of two types can be compared."""
    match one, other:
        case Number(unit=unit), Number(unit=another):
            return unit == another
        case Code(kodeverk=name), Code(kodeverk=another_name):
            return name == another_name
        case (Text(), Text()) | (Date(), Date()) | (Bool(), Bool()):
            return True
    return False
