"""What a condition or calculation read, and how it fell: read off the trace of the run. What the decision had no need
to ask (the rest of an «og» after a nei) is asked here, when it is shown.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from rulesdsl.core import ir, ops
from rulesdsl.core.ir import (
    And,
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
)
from rulesdsl.core.types import BOOL, COUNT, ListOf, Record, Text
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.explanation import Calculation, Condition, Fact, Truth
from rulesdsl.evaluate.interpreter import Many, evaluate, refer
from rulesdsl.evaluate.kleene import Missing, Unknown, many
from rulesdsl.evaluate.trace import Frame
from rulesdsl.evaluate.wording import below, looks_at_many, only_field, words

MOST_ELEMENTS = 5
"""How many elements of a quantifier are shown; the rest are counted in its value."""

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
    """What stands before the fields of a thing where another asks for them: ``pasient.episoder[E2].``."""
    mine, theirs = (asker, *asker.above), (thing, *thing.above)
    shared = next((each for each in mine if each in theirs), None)
    if shared is None:
        return f"{thing.label}."
    up = [each.entity.lower() for each in mine[1 : mine.index(shared) + 1]]
    down = [among_others(each) for each in reversed(theirs[: theirs.index(shared)])]
    return "".join(f"{each}." for each in (*up, *down))


def among_others(thing: Thing) -> str:
    """A thing as one of those that stand with it: ``episoder[E2]``; by its number where it has no key."""
    plural, _, number = thing.place.rpartition(".")[2].partition("[")
    return f"{plural}[{thing.key or number.rstrip(']')}]"


# ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────────


def facts_of(roots: Iterable[Expr], frame: Frame) -> tuple[Fact, ...]:
    """Every fact that some expressions read, each once, in the order of the text."""
    found: dict[tuple[str, str], Fact] = {}
    for root in roots:
        _collect(root, frame, found)
    return tuple(found.values())


def _field(node: Field, frame: Frame) -> Fact:
    """A field that was read. Many rules read the same, and each is told once."""
    told: Fact | None = frame.told.get(id(node))
    if told is None:
        seen, kind = evaluate(node, frame), node.type
        value = None if isinstance(seen, Unknown) else seen
        if isinstance(kind, ListOf) and isinstance(kind.item, Record):
            kind, value = COUNT, None if value is None else Decimal(len(value))  # records are told by how many
        path = path_of((refer(node.of, frame), node.path), frame.this)
        told = frame.told[id(node)] = Fact("field", words(node), path, kind, value, skjonn=node.skjonn)
    return told


def _collect(node: Expr, frame: Frame, found: dict[tuple[str, str], Fact], whole: bool = False) -> None:
    """Add the facts that a node read; what it did not come to ask (the other way of a «hvis») is none of them. Of the
    ``whole`` of a calculation the value is told already."""
    seen = frame.seen.get(id(node))
    value = None if isinstance(seen, Unknown) else seen
    match node:
        case Field():
            _add(found, _field(node, frame))
        case Item():
            _add(found, Fact("field", words(node), words(node), node.type, value))
        case ResultOf():
            thing = refer(node.of, frame)
            path = _prefix(thing, frame.this) + node.name
            if thing is not frame.this:
                frame.run.frames[frame.this].others[path] = thing, node.name
            _add(found, Fact("result", words(node), path, node.type, value))
        case RateOf():
            rate = frame.run.edition.rates[node.name]
            cites = rate.on(frame.day).citations if frame.day is not None else ()
            _add(found, Fact("rate", words(node), node.name, node.type, value, cites))
        case Lookup():
            for key in node.keys:
                _collect(key, frame, found)
            keys = tuple([evaluate(key, frame) for key in node.keys])
            row = frame.run.edition.tables[node.table].rows.get(keys)
            if row is not None and row.values[node.column] is not None:
                shown = cell_path(node.table, keys, node.column)
                _add(found, Fact("table", shown.replace("_", " "), shown, node.type, value, row.citations))
            elif not any(isinstance(key, Unknown) for key in keys):
                _collect(node.otherwise, frame, found)
        case Part():
            _add(found, Fact("part", words(node), node.name, node.type, value))
            _collect(node.value, frame, found)
        case Pick() if (picked := _picked(node, frame)) is not None:
            name = "den første av dem" if node.which == "første" else "den siste av dem"
            _add(found, Fact("computed", name, "", Text(), _called(picked.bound[node.var])))
        case Quantified() | Count() | SumOver() | ExtremeOver() | Pick():
            if not whole:
                _add(found, Fact("computed", words(node), "", node.type, value))
            if isinstance(node.over, ir.Children):
                for fact in _counted(node, frame):
                    _add(found, fact)
        case _:
            for each in below(node):
                if id(each) in frame.seen:
                    _collect(each, frame, found)


def _picked(node: Pick, frame: Frame) -> Frame | None:
    """The element that was picked: the only one whose value was asked for."""
    return next((each for each in frame.inner.get(id(node), ()) if id(node.take) in each.seen), None)


def _add(found: dict[tuple[str, str], Fact], fact: Fact) -> None:
    found.setdefault((fact.kind, fact.path or fact.name), fact)


def cell_path(table: str, keys: Iterable[ir.Value], column: str) -> str:
    """A cell of a table by its keys: ``kostnadsvekt[442].vekt``."""
    return f"{table}[{'; '.join(map(key_shown, keys))}].{column}"


def key_shown(key: ir.Value) -> str:
    """A key of a table in brackets; ja and nei as in the rules."""
    return ("nei", "ja")[key] if isinstance(key, bool) else str(key)


# ── Of many things ───────────────────────────────────────────────────────────────────────────────────────────

MOST_SUMMED = 20
"""How many parts of a sum are shown; the rest are told as one."""


def _counted(node: Many, frame: Frame) -> Iterator[Fact]:
    """The things that counted: in a sum each with what it gave, else by name."""
    among = list(_those_that_count(node, frame))
    match node:
        case SumOver():
            shown = among if len(among) <= MOST_SUMMED else among[: MOST_SUMMED - 1]
            for element in shown:
                thing = element.bound[node.var]
                path = _prefix(thing, frame.this).rstrip(".")
                yield Fact("computed", thing.label, path, node.take.type, known(evaluate(node.take, element)))
            if rest := among[len(shown) :]:
                total = many(ops.total, [evaluate(node.take, element) for element in rest])
                yield Fact("computed", f"{len(rest)} til", "", node.type, known(total))
        case ExtremeOver():
            value = known(evaluate(node, frame))
            those = [each for each in among if value is not None and evaluate(node.take, each) == value]
            yield from _named("den største av dem" if node.which == "maks" else "den minste av dem", node, those[:1])
        case Count():
            yield from _named("de som telles", node, among)
        case Quantified(_, "finnes"):
            yield from _named("holder for", node, among)
        case Quantified():
            yield from _named("holder ikke for", node, among)
        case Pick():
            pass  # the one that was picked is told where it is known


def _named(name: str, node: Many, those: list[Frame]) -> Iterator[Fact]:
    labels = [each.bound[node.var].label for each in those[:MOST_ELEMENTS]]
    more = [f"{len(those) - MOST_ELEMENTS} til"] if len(those) > MOST_ELEMENTS else []
    if labels:
        yield Fact("computed", name, "", Text(), ", ".join(labels + more))


def _those_that_count(node: Many, frame: Frame) -> Iterator[Frame]:
    """The elements that are counted, or that settle a «finnes» or an «alle»."""
    for element in frame.inner.get(id(node), ()):
        beside = node.where is not None and evaluate(node.where, element) is not True
        settles = not isinstance(node, Quantified) or evaluate(node.test, element) is (node.kind == "finnes")
        if settles and not beside:
            yield element


def _within(root: Expr, frame: Frame) -> Iterator[Fact]:
    """What the quantifiers of an expression read of each thing that counted, where it may be doubtful."""
    for node in ir.walk(root):
        if isinstance(node, Many) and isinstance(node.over, ir.Children):
            for element in _those_that_count(node, frame):
                for each in below(node):
                    if id(each) in element.seen:
                        facts: dict[tuple[str, str], Fact] = {}
                        _collect(each, element, facts)
                        yield from (fact for fact in facts.values()
                                    if fact.kind == "result" or fact.citations or fact.skjonn)
                        yield from _within(each, element)


# ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────


def condition(node: Expr, frame: Frame) -> Condition:
    """A condition in words, how it fell, and the conditions it is made of."""
    holds = truth(evaluate(node, frame))
    field = only_field(node)
    if field is not None:
        return Condition(words(node), holds, (_field(field, frame),))
    parts: tuple[Condition, ...] = ()
    inner = node.value if isinstance(node, Not) else node
    match inner:
        case And() | Or():
            parts = tuple([condition(item, frame) for item in inner.items])
        case Part() if inner is node and inner.type == BOOL:
            parts = condition(inner.value, frame).parts
        case Quantified() | Count() | SumOver() | ExtremeOver() | Pick():
            parts = _elements(inner, frame)
        case _:
            pass
    return Condition(words(node), holds, () if parts else facts_of((node,), frame), parts)


def flattened(node: Expr | None) -> tuple[Expr, ...]:
    """The conditions of an «og», and of those within it; none of no condition."""
    if node is None:
        return ()
    return tuple(each for item in node.items for each in flattened(item)) if isinstance(node, And) else (node,)


def conjuncts(node: Expr | None, frame: Frame) -> tuple[Condition, ...]:
    """The conditions that must all hold, each by itself. After one that is nei, those that look at many things and
    that the decision did not ask are left out: they changed nothing, and asking them takes time."""
    made: list[Condition] = []
    fell = False
    for each in flattened(node):
        if not (fell and id(each) not in frame.seen and looks_at_many(each)):
            made.append(condition(each, frame))
            fell = fell or made[-1].holds is False
    return tuple(made)


def _elements(node: Any, frame: Frame) -> tuple[Condition, ...]:
    """The elements that settle a quantifier: those it holds for, or those that break it."""
    shown: list[Condition] = []
    for element in frame.inner.get(id(node), ()):
        test = node.test if isinstance(node, Quantified) else node.where
        fell = evaluate(test, element) if test is not None else True
        breaks = isinstance(node, Quantified) and node.kind == "alle"
        beside = breaks and node.where is not None and evaluate(node.where, element) is False
        if (fell is False) != breaks or beside:
            continue
        if len(shown) == MOST_ELEMENTS:
            break
        holds = truth(fell)
        facts = tuple(fact for fact in facts_of((test,), element) if fact.kind != "computed") if test else ()
        shown.append(Condition(_called(element.bound[node.var]), holds, facts))
    return tuple(shown)


def _called(element: Any) -> str:
    return element.label if isinstance(element, Thing) else str(element)


def calculation(node: Expr, frame: Frame, with_value: bool = True) -> Calculation:
    """How a value came about. Where the rule does not hold, the value was never asked for."""
    if not with_value:
        return Calculation(words(node), node.type, None)
    value, found = known(evaluate(node, frame)), dict[tuple[str, str], Fact]()
    _collect(node, frame, found, whole=isinstance(node, Many) and isinstance(node.over, ir.Children))
    within = dict.fromkeys(_within(node, frame) if looks_at_many(node) else ())
    return Calculation(words(node), node.type, value, tuple(found.values()), tuple(within))
