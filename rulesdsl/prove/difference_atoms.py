"""The words that the difference between two editions is told in: conditions that the author wrote, and results.

Of two ways to say a thing the one of lower rank is kept: results that people know before the conditions behind them,
what is changed before what is not, a whole condition before its parts.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve, fields, frozen

from rulesdsl.compare.changes import Change, Way
from rulesdsl.core import ir, types
from rulesdsl.core.trees import all_groups, expressions
from rulesdsl.core.types import BOOL
from rulesdsl.core.values import spoken
from rulesdsl.evaluate.case import Thing as Given
from rulesdsl.evaluate.facts import flattened
from rulesdsl.evaluate.interpreter import evaluate
from rulesdsl.evaluate.kleene import Unknown
from rulesdsl.evaluate.trace import Run
from rulesdsl.evaluate.wording import stated
from rulesdsl.prove.cases import Thing
from rulesdsl.prove.difference import Decided
from rulesdsl.prove.encode import Encoder
from rulesdsl.prove.sym import NotProvable, Sym, equal, logic
from rulesdsl.prove.terms import conj

SHARED, OWN, CHANGED, OTHER, PART, FALLEN, OTHER_PART, LAST = range(8)
"""The ranks: a result that both editions have alike; that one of them has; a condition of a changed clause, and of
another; a part of the former; a result that is nei; a part of the latter, and one that rests on what is changed."""

FEW_ROWS = 12
"""So many changed rows of a table are named one by one."""

@frozen(eq=False)
class Atom:
    """A statement that is ja, nei or ukjent of a case. ``told`` is it in words when it holds, ``denied`` when it does
    not. ``rank`` and ``denied_rank`` are how readily it is said so. ``clause`` and ``part`` are where it is written,
    and ``changed`` what happened to it. ``given`` reads it off a case that is decided in both editions."""

    told: str
    denied: str
    value: Sym
    rank: int
    denied_rank: int
    given: Callable[[Decided], bool | None]
    clause: str = ""
    part: str = ""
    changed: Way | None = None

    @property
    def name(self) -> tuple[str, str]:
        """By which it is told from the other atoms of any question about the same editions."""
        return self.told, self.denied


@frozen(eq=False)
class Side:
    """One of the editions, as logic, over the things of a question: the one that is decided, and those above it."""

    edition: ir.Edition
    encoder: Encoder
    things: Mapping[str, Thing]
    at: int
    called: str

    def value(self, node: ir.Expr, entity: str) -> Sym:
        return self.encoder.evaluate(node, self.encoder.frame(self.things[entity]))

    def reader(self, node: ir.Expr, entity: str) -> Callable[[Decided], bool | None]:
        """Reads a ja/nei off a decided case, as the interpreter has it."""
        at = self.at

        def given(decided: Decided) -> bool | None:
            run, thing = above(decided[at], entity)
            found = evaluate(node, run.frames[thing])
            return None if isinstance(found, Unknown) else bool(found)

        return given


def above(decided: tuple[Run, Given], entity: str) -> tuple[Run, Given]:
    """The thing of an entity that a decided thing is, or belongs to."""
    run, thing = decided
    while thing.entity != entity:
        assert thing.parent is not None
        thing = thing.parent
    return run, thing


class Vocabulary:
    """Every atom of a question. ``alike`` are the results that mean the same in both editions."""

    def __init__(self, sides: tuple[Side, Side], results: tuple[str, ...], alike: Mapping[str, bool],
                 changes: tuple[Change, ...]) -> None:
        self.sides, self.alike = sides, alike
        self._changed = {(each.kind, name): each for each in changes for name in (each.name, each.formerly)}
        self.relevant = tuple(relevant(side.edition, results) for side in sides)
        self._final = results
        self._unlike = _unlike_names(*(side.edition for side in sides))
        self._found: dict[Any, tuple[Atom, ir.Expr, Side]] = {}
        for side in sides:
            for name in self.relevant[side.at]:
                result = side.edition.results[name]
                if result.entity in side.things:
                    self._result(result, side)
                    self._rules(result, side)
        self._rates()
        self.atoms = tuple(self._told_apart())

    # ── Adding ───────────────────────────────────────────────────────────────────────────────────────────────

    def _add(self, made: Atom, node: ir.Expr, side: Side) -> None:
        """An atom, unless it is fixed, or a better one says the same."""
        known, value = made.value.known, made.value.value
        if known is False or (known is True and isinstance(value, bool)):
            return
        key = _id(known), _id(value)
        old = self._found.get(key)
        if old is None or made.rank < old[0].rank:
            self._found[key] = made, node, side

    def _told_apart(self) -> Iterator[Atom]:
        """The atoms, each with its edition where one of the other edition is told in the same words and is not known
        to mean the same."""
        words: dict[str, list[tuple[ir.Expr, Side]]] = {}
        for atom, node, side in self._found.values():
            for text in (atom.told, atom.denied):
                words.setdefault(text, []).append((node, side))

        def told(text: str, node: ir.Expr, side: Side) -> str:
            other = any(each.at != side.at and there != node for there, each in words[text])
            return f"{text} etter {side.called}" if other else text

        for atom, node, side in self._found.values():
            yield evolve(atom, told=told(atom.told, node, side), denied=told(atom.denied, node, side))

    def _say(self, node: ir.Expr, entity: str, side: Side, ranks: tuple[int, int], clause: str = "", part: str = "",
             changed: Way | None = None) -> None:
        try:
            value = side.value(node, entity)
        except NotProvable:
            return
        after = self._after(node, side)
        whole = clause and not part and isinstance(node, ir.And | ir.Or)
        denied = f"{spoken(clause)} gjelder ikke" if whole else _denied(node)
        fallen = after or (f" etter {side.called}" if whole and changed else "")  # the other edition has it otherwise
        self._add(Atom(stated(node, True) + after, denied + fallen, value, *ranks,
                       side.reader(node, entity), clause, part, changed), node, side)

    def _after(self, node: ir.Expr, side: Side) -> str:
        """Which edition has it so, where it rests on what the two have differently."""
        unlike = any((isinstance(each, ir.ResultOf) and not self.alike.get(each.name, False))
                     or (isinstance(each, ir.Part | ir.OneOf) and (type(each), each.name) in self._unlike)
                     for each in ir.walk(node))
        return f" etter {side.called}" if unlike or self._tables(node) else ""

    def _tables(self, node: ir.Expr) -> bool:
        return any((isinstance(each, ir.Lookup) and ("tabell", each.table) in self._changed)
                   or (isinstance(each, ir.RateOf) and ("sats", each.name) in self._changed) for each in ir.walk(node))

    # ── Results ──────────────────────────────────────────────────────────────────────────────────────────────

    def _result(self, result: ir.Result, side: Side) -> None:
        if result.name in self._final:
            return
        alike = self.alike.get(result.name, False)
        rank, other = (SHARED, SHARED) if alike else (OWN, FALLEN)
        asked = ir.ResultOf(result.type, ir.This(), result.name)
        match result.type:
            case types.Bool():
                self._say(asked, result.entity, side, (rank, other))
            case types.Number():
                zero = ir.Const(result.type, Decimal(0))
                self._say(ir.Compare(BOOL, "≠", asked, zero), result.entity, side, (rank, other))
                if not alike and side.at and result.name in self.relevant[0]:
                    self._equal(result, asked)
            case types.Code(kodeverk):
                for member in side.edition.kodeverk[kodeverk].members:
                    option = ir.Const(result.type, member.name)
                    self._say(ir.Compare(BOOL, "=", asked, option), result.entity, side,
                              (PART, PART) if alike else (PART, FALLEN))
            case _:
                pass

    def _equal(self, result: ir.Result, asked: ir.ResultOf) -> None:
        """Whether a number is the same in both editions, where both have it of the same thing in the same unit."""
        other = self.sides[0].edition.results[result.name]
        if other.entity != result.entity or not comparable(other.type, result.type):
            return
        try:
            first, second = (side.value(asked, result.entity) for side in self.sides)
            value = logic(conj((first.known, second.known)), equal(first, second))
        except NotProvable:
            return
        entity, name = result.entity, result.name

        def given(decided: Decided) -> bool | None:
            found = []
            for each in decided:
                run, thing = above(each, entity)
                outcome = run.outcomes[thing, name]
                found.append(outcome.value if outcome.status == "known" else None)
            return None if None in found else found[0] == found[1]

        said = spoken(name)
        self._add(Atom(f"{said} er det samme i begge utgavene", f"{said} er ikke det samme i de to utgavene", value,
                       OWN, FALLEN, given), asked, self.sides[1])

    # ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────

    def _rules(self, result: ir.Result, side: Side) -> None:
        entity = result.entity
        for group in all_groups(result.groups):
            clause = side.edition.clauses[group.clause]
            change = self._changed.get(("punkt", group.clause))
            changed = change.way if change is not None else None
            whole, part = (CHANGED, PART) if changed else (OTHER, OTHER_PART)
            if clause.guard is not None:
                self._condition(clause.guard, entity, side, whole, part, clause.number, "", changed)
            for one in clause.requirements:
                self._condition(one.holds, entity, side, whole, part, clause.number, one.name, changed)
            for rule in group.rules:
                for condition in rule.conditions:
                    self._parts(condition, entity, side, part, clause.number, rule.name, changed)
        for root in expressions(result.groups):
            for node in ir.walk(root):
                if isinstance(node, ir.If) and _free(node.test):
                    self._parts(node.test, entity, side, OTHER_PART, "", "", None)
                if isinstance(node, ir.Lookup) and _free(node):
                    self._rows(node, entity, side)

    def _condition(self, node: ir.Expr, entity: str, side: Side, whole: int, part: int, clause: str, name: str,
                   changed: Way | None) -> None:
        self._say(node, entity, side, (whole, whole), clause, name, changed)
        self._parts(node, entity, side, part, clause, name, changed)

    def _parts(self, node: ir.Expr, entity: str, side: Side, rank: int, clause: str, name: str,
               changed: Way | None) -> None:
        for each in _leaves(node):
            other = LAST if rank == OTHER_PART and self._after(each, side) else rank
            self._say(each, entity, side, (other, other), clause, name, changed)

    def _rows(self, node: ir.Lookup, entity: str, side: Side) -> None:
        """Whether a look-up comes to a row that is changed."""
        before, after = (each.edition.tables.get(node.table) for each in self.sides)
        if before is None or after is None or before.keys != after.keys:
            return
        keys = [key for key in dict.fromkeys((*before.rows, *after.rows))
                if _cell(before, key, node.column) != _cell(after, key, node.column)]
        if not keys:
            return
        named = len(keys) <= FEW_ROWS
        self._say(_among(node, keys, "" if named else f"de endrede radene i {node.table}"), entity, side,
                  (CHANGED, CHANGED))
        if 1 < len(keys) <= FEW_ROWS:
            for key in keys:
                self._say(_among(node, [key], ""), entity, side, (PART, PART))

    def _rates(self) -> None:
        """The days within an edition from which a sats is another, of the things that have results."""
        for side in self.sides:
            decided = {side.edition.results[name].entity for name in self.relevant[side.at]}
            for entity in [each for each in side.things if each in decided]:
                date = side.edition.entities[entity].date
                for rate in side.edition.rates.values() if date else ():
                    for value in rate.values:
                        if side.edition.valid_from < value.valid_from <= side.edition.valid_to:
                            day = ir.Field(types.Date(), ir.This(), (date,), spoken=spoken(date))
                            first = ir.Const(types.Date(), value.valid_from)
                            self._say(ir.Compare(BOOL, ">=", day, first), entity, side, (OTHER, OTHER))


def relevant(edition: ir.Edition, results: tuple[str, ...]) -> tuple[str, ...]:
    """The results that some rest on, themselves among them."""
    found: dict[str, None] = {}
    pending = list(results)
    while pending:
        name = pending.pop()
        if name not in found and name in edition.results:
            found[name] = None
            pending += [node.name for root in expressions(edition.results[name].groups) for node in ir.walk(root)
                        if isinstance(node, ir.ResultOf)]
    return tuple(name for name in edition.results if name in found)


def _leaves(node: ir.Expr) -> Iterator[ir.Expr]:
    """The conditions that a condition is made of."""
    match node:
        case ir.And(_, items) | ir.Or(_, items):
            for item in items:
                yield from _leaves(item)
        case ir.Not(_, value):
            yield from _leaves(value)
        case ir.If(_, test, then, otherwise):
            for each in (test, then, otherwise):
                yield from _leaves(each)
        case _:
            if flattened(node) == (node,) and _free(node):
                yield node


def _denied(node: ir.Expr) -> str:
    """A condition that does not hold, as a statement: of ``x mangler eller x``, ``x er nei``."""
    if not isinstance(node, ir.Or):
        return stated(node, False)
    known = [each.value.value for each in node.items if isinstance(each, ir.Not) and isinstance(each.value, ir.Known)]
    rest = [each for each in node.items
            if not (isinstance(each, ir.Not) and isinstance(each.value, ir.Known))]
    said = [each for value in known for each in rest if value in tuple(ir.walk(each))]
    items = rest if len(said) >= len(known) else node.items
    return " og ".join(stated(each, False) for each in items)


def _free(node: ir.Expr) -> bool:
    """Whether an expression stands for itself, outside any quantifier."""
    bound = {each.var for each in ir.walk(node)
             if isinstance(each, ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick)}
    for each in ir.walk(node):
        if isinstance(each, ir.Item) and each.name not in bound:
            return False
        if any(isinstance(ref, ir.Bound) and ref.name not in bound for ref in _refs(each)):
            return False
    return True


def _refs(node: ir.Expr) -> Iterator[ir.Ref]:
    """The things that a node itself speaks of, each as the thing it is reached from."""
    for attribute in fields(type(node)):
        ref = getattr(node, attribute.name)
        if isinstance(ref, ir.Children):
            ref = ref.of
        while isinstance(ref, ir.Parent):
            ref = ref.of
        if isinstance(ref, ir.This | ir.Bound):
            yield ref


def _unlike_names(*editions: ir.Edition) -> set[tuple[type, str]]:
    """The named parts of clauses, and the kodesett, that do not stand for the same in both editions."""
    found: list[dict[tuple[type, str], list[object]]] = []
    for edition in editions:
        names: dict[tuple[type, str], list[object]] = {}
        for result in edition.results.values():
            for root in expressions(result.groups):
                for node in ir.walk(root):
                    match node:
                        case ir.Part(_, name, value) | ir.OneOf(_, _, value, name) if name:
                            meant = names.setdefault((type(node), name), [])
                            if value not in meant:
                                meant.append(value)
                        case _:
                            pass
        found.append(names)
    first, second = found
    return {each for each in first.keys() & second.keys()
            if len(first[each]) != len(second[each]) or any(one not in second[each] for one in first[each])}


def comparable(first: types.Type, second: types.Type) -> bool:
    """Whether values of two types can be the same."""
    match first, second:
        case types.Number(_, unit), types.Number(_, other):
            return unit == other
        case _:
            return first == second


def _cell(table: ir.Table, key: tuple[ir.Value, ...], column: str) -> ir.Value | None:
    row = table.rows.get(key)
    return row.values.get(column) if row is not None else None


def _among(node: ir.Lookup, rows: list[tuple[ir.Value, ...]], name: str) -> ir.Expr:
    """Whether the keys of a look-up are those of one of some rows."""
    if len(node.keys) == 1:
        return ir.OneOf(BOOL, node.keys[0], tuple(row[0] for row in rows), name)
    each = [ir.And(BOOL, tuple(ir.Compare(BOOL, "=", key, ir.Const(key.type, value))
                               for key, value in zip(node.keys, row, strict=True))) for row in rows]
    return each[0] if len(each) == 1 else ir.Or(BOOL, tuple(each))


def _id(term: Any) -> Any:
    return term if isinstance(term, bool) else term.get_id()
