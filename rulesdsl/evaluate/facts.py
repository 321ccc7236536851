"""What a condition or calculation read, and how it fell: read off the trace of the run, never evaluated again."""

from collections.abc import Iterable, Iterator
from typing import Any

from rulesdsl.core.ir import (
    And,
    Const,
    Count,
    Expr,
    ExtremeOver,
    Field,
    Item,
    Lookup,
    Not,
    Or,
    Part,
    Pick,
    Quantified,
    RateOf,
    ResultOf,
    SumOver,
    children,
)
from rulesdsl.core.types import BOOL
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.explanation import Calculation, Condition, Fact, Truth
from rulesdsl.evaluate.interpreter import refer
from rulesdsl.evaluate.kleene import Missing, Unknown
from rulesdsl.evaluate.trace import Frame
from rulesdsl.evaluate.wording import words

MOST_ELEMENTS = 5
"""How many elements of a quantifier are shown; the rest are counted in its value."""

_MANY = (Quantified, Count, SumOver, ExtremeOver, Pick)


def known(value: Any) -> Any:
    """A value for the explanation: None where it is ukjent."""
    return None if isinstance(value, Unknown) else value


def truth(value: Any) -> Truth:
    return value if isinstance(value, bool) else None


def path_of(missing: Missing, asker: Thing) -> str:
    """The path of a fact as the one who asks would write it: ``avtale.forankret``, ``pasient.episoder[E2].stg``."""
    thing, path = missing
    return _prefix(thing, asker) + ".".join(path)


def _prefix(thing: Thing, asker: Thing) -> str:
    if thing is asker:
        return ""
    if thing is asker.parent:
        return f"{thing.entity.lower()}."
    if thing.parent is not None and thing.parent is asker.parent:
        return f"{thing.parent.entity.lower()}.{thing.place.partition('[')[0]}[{thing.key or thing.place}]."
    return f"{thing.label}."


# ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────────


def facts_of(roots: Iterable[Expr], frame: Frame) -> tuple[Fact, ...]:
    """Every fact that some expressions read, each once, in the order of the text."""
    found: dict[tuple[str, str], Fact] = {}
    for root in roots:
        for fact in _facts(root, frame):
            found.setdefault((fact.kind, fact.path or fact.name), fact)
    return tuple(found.values())


def _facts(node: Expr, frame: Frame) -> Iterator[Fact]:
    seen = known(frame.seen.get(id(node)))
    match node:
        case Field(kind, of, path, skjonn):
            missing = (refer(of, frame), path)
            yield Fact("field", words(node), path_of(missing, frame.this), kind, seen, skjonn=skjonn)
        case Item(kind):
            yield Fact("field", words(node), words(node), kind, seen)
        case ResultOf(kind, of, name):
            thing = refer(of, frame)
            yield Fact("result", words(node), _prefix(thing, frame.this) + name, kind, seen)
        case RateOf(kind, name):
            rate = frame.run.edition.rates[name]
            cites = rate.on(frame.day).citations if frame.day is not None else ()
            yield Fact("rate", words(node), name, kind, seen, cites)
        case Lookup(kind, table, keys, column, otherwise):
            for key in keys:
                yield from _facts(key, frame)
            values = tuple(frame.seen.get(id(key)) for key in keys)
            if any(isinstance(value, Unknown) for value in values):
                return
            row = frame.run.edition.tables[table].rows.get(values)  # type: ignore[arg-type]
            if row is None or row.values[column] is None:
                yield from _facts(otherwise, frame)
                return
            shown = f"{table}[{'; '.join(str(value) for value in values)}].{column}"
            yield Fact("table", shown.replace("_", " "), shown, kind, seen, row.citations)
        case Part(kind, name, value):
            yield Fact("part", words(node), name, kind, seen)
            yield from _facts(value, frame)
        case Quantified(kind) | Count(kind) | SumOver(kind) | ExtremeOver(kind) | Pick(kind):
            yield Fact("computed", words(node), "", kind, seen)
        case _:
            for below in children(node):
                if id(below) in frame.seen or isinstance(below, Field | RateOf):
                    yield from _facts(below, frame)


# ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────


def condition(node: Expr, frame: Frame, depth: int = 0) -> Condition:
    """A condition in words, how it fell, and the conditions it is made of."""
    holds = truth(frame.seen.get(id(node)))
    match node:
        case And(_, items) | Or(_, items):
            parts = tuple(condition(item, frame, depth) for item in items)
        case Not(_, And() | Or() as inner):
            parts = condition(inner, frame, depth).parts
        case Part(_, _, value) if value.type == BOOL:
            parts = condition(value, frame, depth).parts
        case Not(_, inner) if isinstance(inner, _MANY):
            parts = _elements(inner, frame, depth)
        case _:
            parts = _elements(node, frame, depth) if isinstance(node, _MANY) else ()
    return Condition(words(node), holds, () if parts else facts_of((node,), frame), parts)


def conjuncts(node: Expr | None, frame: Frame) -> tuple[Condition, ...]:
    """The conditions that must all hold, each by itself."""
    if node is None:
        return ()
    if isinstance(node, And):
        return tuple(each for item in node.items for each in conjuncts(item, frame))
    return (condition(node, frame),)


def _elements(node: Any, frame: Frame, depth: int) -> tuple[Condition, ...]:
    """The elements that settle a quantifier: those it holds for, or those that break it."""
    shown: list[Condition] = []
    if depth:
        return ()
    for element in frame.inner.get(id(node), ()):
        test = node.test if isinstance(node, Quantified) else node.where
        fell = element.seen.get(id(test)) if test is not None else True
        breaks = isinstance(node, Quantified) and node.kind == "alle"
        if (fell is False) != breaks or (breaks and fell is None):
            continue
        holds = truth(fell)
        facts = tuple(fact for fact in facts_of((test,), element) if fact.kind != "computed") if test else ()
        shown.append(Condition(_called(element.bound[node.var]), holds, facts))
    return tuple(shown[:MOST_ELEMENTS])


def _called(element: Any) -> str:
    return element.label if isinstance(element, Thing) else str(element)


def calculation(node: Expr, frame: Frame, with_value: bool = True) -> Calculation:
    """How a value came about. Where the rule does not hold, the value was never asked for."""
    if not with_value:
        return Calculation(words(node), node.type, None)
    value = node.value if isinstance(node, Const) else known(frame.seen.get(id(node)))
    return Calculation(words(node), node.type, value, facts_of((node,), frame))

