"""The core in words: expressions as a case worker reads them aloud, near to what the author wrote."""

from typing import assert_never

from attrs import define

from rulesdsl.core import ir
from rulesdsl.core.ir import (
    And,
    Bound,
    Children,
    Compare,
    Const,
    Contains,
    Count,
    DaysBetween,
    Elements,
    Expr,
    Extreme,
    ExtremeOver,
    Field,
    If,
    Item,
    Known,
    Lookup,
    Negate,
    Not,
    OneOf,
    Or,
    Parent,
    Part,
    PartOfDate,
    Pick,
    Product,
    Quantified,
    RateOf,
    Ref,
    ResultOf,
    Round,
    Same,
    ShiftDate,
    Sum,
    SumOver,
    This,
    YearsBetween,
    children,
)
from rulesdsl.core.types import Text, Type
from rulesdsl.core.values import UNKNOWN, shown, spoken

_OPS = {"=": "er", "≠": "er ikke", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


MOST_KEPT = 100_000
"""How many nodes are kept in words; then all are forgotten. No rulebook comes near."""


@define(eq=False)
class _Kept:
    """A node, kept alive so that its identity stays its own, and what never changes about it."""

    node: Expr
    words: str
    below: tuple[Expr, ...]
    only: Field | None
    many: bool


_kept: dict[int, _Kept] = {}


def _of(node: Expr) -> _Kept:
    found = _kept.get(id(node))
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[id(node)] = _Kept(node, _words(node), tuple(children(node)), _only(node), _is_many(node))
    return found


def words(node: Expr) -> str:
    """An expression in words. They are the same for every case, and kept."""
    return _of(node).words


def below(node: Expr) -> tuple[Expr, ...]:
    """The expressions directly below a node, kept."""
    return _of(node).below


def only_field(node: Expr) -> Field | None:
    """The one field that a plain condition reads beside fixed values; None where there is more to it. Kept."""
    return _of(node).only


def looks_at_many(node: Expr) -> bool:
    """Whether a quantifier stands somewhere in it. Kept."""
    return _of(node).many


def _is_many(node: Expr) -> bool:
    many = Quantified | Count | SumOver | ExtremeOver | Pick
    return isinstance(node, many) or any(map(looks_at_many, children(node)))


def _only(node: Expr) -> Field | None:
    if isinstance(node, Field):
        return node
    if not isinstance(node, Compare | OneOf | Contains | Known | Not):
        return None
    read = [each for each in children(node) if not isinstance(each, Const)]
    return _only(read[0]) if len(read) == 1 else None


def _words(node: Expr) -> str:
    match node:
        case Const(kind, value):
            return constant(kind, value)
        case Field(_, Parent() as of, _, _, in_words) if " " in in_words:
            return f"{in_words} ({_thing(of)}){_elsewhere(of)}"
        case Field(_, of, _, _, in_words):
            return _owner(of) + in_words + _elsewhere(of)
        case Item(_, item, path):
            return ".".join(spoken(each) for each in (item, *path))
        case ResultOf(_, of, result):
            return _owner(of) + spoken(result) + _elsewhere(of)
        case RateOf(_, rate) | Part(_, rate, _):
            return spoken(rate)
        case Lookup(_, table, keys, column, _):
            return f"{spoken(table)}[{'; '.join(words(key) for key in keys)}].{spoken(column)}"
        case Not(_, Known(_, value)):
            return f"{words(value)} mangler"
        case Not(_, Contains(_, items, value)):
            return f"{words(value)} er ikke i {words(items)}"
        case Not(_, OneOf(_, value, options, name)):
            return f"{words(value)} er ikke {_options(value.type, options, name)}"
        case Not(_, Quantified(_, "finnes") as inner):
            return "ikke " + words(inner)
        case Not(_, value):
            return f"ikke {_operand(value)}"
        case And(_, (Compare(_, ">=", value, low), Compare(_, "<=", same, high))) if value is same:
            return f"{words(value)} er mellom {words(low)} og {words(high)}"
        case And(_, items):
            return " og ".join(_operand(item) for item in items)
        case Or(_, items):
            return " eller ".join(_operand(item) for item in items)
        case If(_, test, then, otherwise):
            return f"hvis {words(test)} så {words(then)} ellers {words(otherwise)}"
        case Compare(_, op, left, right):
            return f"{_side(left)} {_OPS[op]} {_side(right)}"
        case OneOf(_, value, options, name):
            return f"{words(value)} er {_options(value.type, options, name)}"
        case Contains(_, items, value):
            return f"{words(value)} er i {words(items)}"
        case Known(_, value):
            return f"{words(value)} finnes"
        case Sum(_, items):
            first, *rest = items
            return words(first) + "".join(
                f" − {_factor(item.value)}" if isinstance(item, Negate) else f" + {words(item)}" for item in rest
            )
        case Negate(_, value):
            return f"−{_factor(value)}"
        case Product(_, items):
            return " × ".join(_factor(item) for item in items)
        case Round(_, mode, scale, value, divisor, _):
            number = words(value) if divisor is None else f"{_factor(value)} / {_factor(divisor)}"
            way = {"avrund": "rundet av", "avrund_ned": "rundet ned", "avrund_opp": "rundet opp"}[mode]
            return f"{number}, {way} til {scale} {'desimal' if scale == 1 else 'desimaler'}"
        case Extreme(_, which, items):
            return f"{'det største' if which == 'maks' else 'det minste'} av " + " og ".join(map(words, items))
        case DaysBetween(_, left, right):
            return f"døgn fra {words(right)} til {words(left)}"
        case ShiftDate(_, date, Negate(_, days)):
            return f"{words(date)} − {words(days)}"
        case ShiftDate(_, date, days):
            return f"{words(date)} + {words(days)}"
        case PartOfDate(_, part, date):
            return f"{part} for {words(date)}"
        case YearsBetween(_, start, end):
            return f"hele år fra {words(start)} til {words(end)}"
        case Same(_, left, right):
            return f"{_thing(left)} er {_thing(right)}"
        case Quantified() | Count() | SumOver() | ExtremeOver() | Pick():
            return _many(node)
        case _:
            assert_never(node)


_OPPOSITE: dict[ir.Comparison, ir.Comparison] = {"=": "≠", "≠": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def stated(node: Expr, holds: bool) -> str:
    """A condition that holds, or does not, as a statement that is true of the case: ``journalført er nei``."""
    match node:
        case Not(_, value):
            return stated(value, not holds)
        case Field() | Item() | ResultOf() | Part() | Lookup():
            return f"{words(node)} er {'ja' if holds else 'nei'}"
        case Compare(kind, op, left, right) if not holds:
            return _words(Compare(kind, _OPPOSITE[op], left, right))
        case Known() | OneOf() | Contains() if not holds:
            return _words(Not(node.type, node))
        case Quantified(_, "finnes") if not holds:
            return "det finnes ikke " + words(node).removeprefix("det finnes ")
        case _:
            return words(node) if holds else f"det er ikke slik at {words(node)}"


def constant(kind: Type, value: ir.Value) -> str:
    """A fixed value as it is read in a sentence; a text stands in guillemets."""
    return f"«{value}»" if isinstance(kind, Text) else shown(kind, value)


def _options(kind: Type, options: tuple[ir.Value, ...], name: str) -> str:
    if name:
        return f"i {spoken(name)}"
    shown = [constant(kind, option) for option in options]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " eller " + shown[-1]


def _operand(node: Expr) -> str:
    """Words that can stand beside «og», «eller» and «ikke» without being misread."""
    text = words(node)
    return f"({text})" if isinstance(node, And | Or | If | Quantified | Count | SumOver | ExtremeOver) else text


def _side(node: Expr) -> str:
    """Words that can stand beside «er», which they may have in them themselves."""
    judged = isinstance(node, Not | Compare | OneOf | Contains | Known | Same)
    return f"({words(node)})" if judged else _operand(node)


def _factor(node: Expr) -> str:
    text = words(node)
    return f"({text})" if isinstance(node, Sum | If | Round | Extreme) else text


def _owner(ref: Ref) -> str:
    return "" if isinstance(ref, This) else f"{_thing(ref)}."


def _elsewhere(ref: Ref) -> str:
    """By which edition, where a property asks it of another than its own: that is said last."""
    while isinstance(ref, Parent):
        ref = ref.of
    edition = ref.name.partition(" etter ")[2] if isinstance(ref, Bound) else ""
    return f" etter {edition}" if edition else ""


def _thing(ref: Ref) -> str:
    match ref:
        case This():
            return "denne"
        case Bound(name):
            return spoken(name.partition(" etter ")[0])
        case Parent(This(), entity):
            return entity.lower()
        case Parent(of, entity):
            return f"{_thing(of)}.{entity.lower()}"
        case _:
            assert_never(ref)


def _domain(over: ir.Domain) -> str:
    match over:
        case Children(of, _, plural):
            return f"{_owner(of)}{plural}"
        case Elements(items):
            return words(items)


def _many(node: Quantified | Count | SumOver | ExtremeOver | Pick) -> str:
    name, where = spoken(node.var), node.where
    such = f" der {words(where)}" if where is not None else ""
    match node:
        case Quantified(_, "finnes", _, over, _, test):
            return f"det finnes {name} i {_domain(over)} der {words(test)}"
        case Quantified(_, _, _, over, _, test):
            return f"alle {name} i {_domain(over)}{such} har {words(test)}"
        case Count(_, _, over):
            return f"antall {name} i {_domain(over)}{such}"
        case SumOver(_, _, over, _, take):
            return f"summen av {words(take)} for {name} i {_domain(over)}{such}"
        case ExtremeOver(_, which, _, over, _, take, _):
            return f"{'største' if which == 'maks' else 'minste'} {words(take)} for {name} i {_domain(over)}{such}"
        case Pick(_, which, _, over, _, key, Same(), _):
            return f"denne er {which} {name} i {_domain(over)}{such} etter {words(key)}"
        case Pick(_, which, _, over, _, key, take, _):
            return f"{words(take)} for {which} {name} i {_domain(over)}{such} etter {words(key)}"
        case _:
            assert_never(node)


def result_called(result: ir.Result) -> str:
    """A result in a heading: its title where that is its name set right (ISF-poeng for isf_poeng), else its name."""
    name = spoken(result.name)
    if result.title.lower().replace("-", " ") == name:
        return result.title
    return name[:1].upper() + name[1:]


def said(kind: Type, value: ir.Value | None) -> str:
    """A value in a sentence; None is ukjent."""
    return UNKNOWN if value is None else constant(kind, value)
