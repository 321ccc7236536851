"""Given cases decided in both editions: each answer before and after, and what all of them come to together."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import define, field

from rulesdsl.compare.changes import moves
from rulesdsl.compare.differences import Differences, Figure
from rulesdsl.core import ir
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import Bool, Date, Number, Type
from rulesdsl.core.values import shown
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.documents import Document, read_documents
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.evaluate.wording import result_called
from rulesdsl.source import frozen

Part = tuple[str, str]
"""A kind of part, and what the later edition calls it: ``("punkt", "4.3.6")``."""


@frozen
class Answer:
    """A result in one edition: its status and value, and the clause and rule that decide."""

    type: Type
    status: str
    value: ir.Value | None
    clause: str
    rule: str


@frozen
class Answers:
    """A result that people ask for, in both editions; None where the edition has no such result."""

    result: str
    called: str
    before: Answer | None
    after: Answer | None

    @property
    def differ(self) -> bool:
        """Whether the answer is another. That another clause gives the same is no other answer."""
        first, second = self.before, self.after
        return (first and (first.status, first.value)) != (second and (second.status, second.value))

    @property
    def figure(self) -> Figure | None:
        """The two values, where both are known and of the same unit."""
        first, second = self.before, self.after
        if first is None or second is None or not first.status == second.status == "known":
            return None
        if isinstance(first.type, Number) and isinstance(second.type, Number):
            if first.type.unit != second.type.unit:
                return None
            return Figure(max(first.type, second.type, key=_scale), first.value, second.value)
        return Figure(second.type, first.value, second.value)


def _scale(kind: Type) -> int:
    return kind.scale if isinstance(kind, Number) else 0


@frozen
class Compared:
    """A thing of the data in both editions. With errors it has no answers. ``involved`` are the changed clauses that
    decide a result of it that both editions have and that differs, and the changed satser and tables they read."""

    entity: str
    key: str
    place: str
    heading: str
    answers: tuple[Answers, ...]
    involved: tuple[Part, ...]
    errors_before: tuple[CaseError, ...]
    errors_after: tuple[CaseError, ...]

    @property
    def has_errors(self) -> bool:
        return bool(self.errors_before or self.errors_after)

    @property
    def differs(self) -> bool:
        return any(each.differ for each in self.answers)

    @property
    def unclear(self) -> bool:
        """Whether rules stand against each other, or none applies, for something that people ask for."""
        sides = [side for each in self.answers for side in (each.before, each.after) if side]
        return any(side.status in ("conflict", "no_rule") for side in sides)


@frozen
class Total:
    """A result over all things: of a number the sum, of ja/nei how many are ja. Only things with a known value in both
    editions are in ``before`` and ``after``; ``counted`` are they, ``left_out`` the others. ``differing`` are the
    things with another answer."""

    result: str
    called: str
    type: Type
    before: Decimal
    after: Decimal
    counted: int
    left_out: int
    differing: int

    @property
    def figure(self) -> Figure:
        kind = self.type if isinstance(self.type, Number) else Number(0)
        return Figure(kind, self.before, self.after)


@frozen
class CasesCompared:
    """All things of a file in both editions, in the order of the file. ``errors`` are of the file itself."""

    name: str
    cases: tuple[Compared, ...]
    totals: tuple[Total, ...]
    errors: tuple[CaseError, ...]

    @property
    def differing(self) -> tuple[Compared, ...]:
        """Those with another answer, the largest difference first: in the first number that people ask for."""
        return tuple(sorted((each for each in self.cases if each.differs), key=_size))

    @property
    def failed(self) -> tuple[Compared, ...]:
        return tuple(each for each in self.cases if each.has_errors)

    @property
    def decided(self) -> int:
        return len(self.cases) - len(self.failed)


def _size(case: Compared) -> Decimal:
    changes = [each.figure.change for each in case.answers if each.differ and each.figure]
    return -next((each.copy_abs() for each in changes if each is not None), Decimal(0))


def compare_cases(
    text: str, name: str, before: ir.Edition, after: ir.Edition, differences: Differences
) -> CasesCompared:
    """Every case of a file, decided in both editions whatever its day."""
    documents, errors = read_documents(text, name)
    comparing = _Comparing(before, after, differences)
    cases = tuple(case for document in documents for case in comparing.document(document))
    return CasesCompared(name, cases, tuple(_totals(cases)), errors)


@define(eq=False)
class _Comparing:
    """What is looked up once for all cases."""

    before: ir.Edition
    after: ir.Edition
    differences: Differences
    _renumbered: dict[str, str] = field(factory=dict)
    _changed: dict[Part, Part] = field(factory=dict)
    _reads: dict[int, tuple[Part, ...]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._renumbered = moves(self.before.clauses, self.after.clauses)
        for each in self.differences.parts:
            if each.affects_outcome and each.kind in ("punkt", "beslutning", "sats", "tabell"):
                kind = "punkt" if each.kind == "beslutning" else each.kind
                self._changed[kind, each.name] = each.kind, each.name

    # ── One document ─────────────────────────────────────────────────────────────────────────────────────────

    def document(self, document: Document) -> Iterator[Compared]:
        """Its things in both readings; one that only one of them has is an error of the other."""
        first, second = (decide(edition, load(document, edition)) for edition in (self.before, self.after))
        things = [{(thing.entity, thing.place): thing for thing in _shown(run)} for run in (first, second)]
        for at in dict.fromkeys((*things[0], *things[1])):
            sides = [found.get(at) for found in things]
            thing = sides[0] or sides[1]
            assert thing is not None
            errors = [tuple(side.errors) if side else run.case.errors
                      for side, run in zip(sides, (first, second), strict=True)]
            place = " · ".join(filter(None, (document.place, thing.place)))
            if sides[0] is None or sides[1] is None or any(errors):
                yield Compared(thing.entity, thing.key or "", place, self._heading(thing), (), (), *errors)
            else:
                yield self._compared(first, sides[0], second, sides[1], place)

    def _compared(self, first: Run, thing: Thing, second: Run, other: Thing, place: str) -> Compared:
        sides = [{name: run.outcomes[each, name] for name, result in run.edition.results.items()
                  if result.entity == each.entity} for run, each in ((first, thing), (second, other))]
        names = dict.fromkeys((*self.after.shown, *self.before.shown))
        main = sorted((name for name in names if name in self.before.main | self.after.main
                       and (name in sides[0] or name in sides[1])),
                      key=lambda name: name not in self.before.final | self.after.final)
        answers = tuple(Answers(name, self._called(name), *(_answer(side.get(name)) for side in sides))
                        for name in main)
        return Compared(thing.entity, thing.key or "", place, self._heading(thing), answers,
                        self._involved(sides[0], sides[1]), (), ())

    def _called(self, name: str) -> str:
        return result_called(self.after.results.get(name) or self.before.results[name])

    def _heading(self, thing: Thing) -> str:
        entity = self.before.entities.get(thing.entity) or self.after.entities.get(thing.entity)
        day = thing.facts.get((entity.date,)) if entity else None
        return f"{thing.label} · {shown(Date(), day)}" if isinstance(day, datetime.date) else thing.label

    # ── What is behind a difference ──────────────────────────────────────────────────────────────────────────

    def _involved(self, first: Mapping[str, Outcome], second: Mapping[str, Outcome]) -> tuple[Part, ...]:
        found: dict[Part, None] = {}
        for name in dict.fromkeys((*first, *second)):
            sides = first.get(name), second.get(name)
            if sides[0] is None or sides[1] is None or self._same(sides[0], sides[1]):
                continue
            for outcome, renumbered in zip((sides[0], sides[1]), (self._renumbered, {}), strict=True):
                rule = outcome.rule
                if rule is not None:
                    clause = "punkt", renumbered.get(rule.clause, rule.clause)
                    found |= dict.fromkeys(self._changed[part] for part in (clause, *self._read(rule))
                                           if part in self._changed)
        return tuple(found)

    def _same(self, first: Outcome, second: Outcome) -> bool:
        """Whether a result comes out alike, by what is the same clause."""
        clauses = [outcome.rule.clause if outcome.rule else "" for outcome in (first, second)]
        return (_said(first) == _said(second)
                and self._renumbered.get(clauses[0], clauses[0]) == clauses[1])

    def _read(self, rule: ir.Rule) -> tuple[Part, ...]:
        """The satser and tables that a rule reads."""
        if id(rule) not in self._reads:
            nodes = [node for root in (*rule.conditions, rule.value) for node in ir.walk(root)]
            rates = [("sats", node.name) for node in nodes if isinstance(node, ir.RateOf)]
            tables = [("tabell", node.table) for node in nodes if isinstance(node, ir.Lookup)]
            self._reads[id(rule)] = tuple(dict.fromkeys((*rates, *tables)))
        return self._reads[id(rule)]


def _shown(run: Run) -> Iterable[Thing]:
    """The things that are decided, and what they belong to where that has errors."""
    case = run.case
    above = (case.root,) if not case.things or (case.root not in case.things and case.root.errors) else ()
    return (*above, *case.things)


def _said(outcome: Outcome) -> tuple[str, Any]:
    return outcome.status, outcome.value if outcome.status == "known" else None


def _answer(outcome: Outcome | None) -> Answer | None:
    if outcome is None:
        return None
    rule = outcome.rule
    return Answer(outcome.result.type, *_said(outcome), rule.clause if rule else "", rule.name if rule else "")


# ── All together ─────────────────────────────────────────────────────────────────────────────────────────────


def _totals(cases: Sequence[Compared]) -> Iterator[Total]:
    """The numbers first, each in the order of the first thing that has it."""
    by_result: dict[str, list[Answers]] = {}
    for case in cases:
        for each in case.answers:
            by_result.setdefault(each.result, []).append(each)
    made = [total for found in by_result.values() if (total := _total(found)) is not None]
    yield from sorted(made, key=lambda total: not isinstance(total.type, Number))


def _total(found: Sequence[Answers]) -> Total | None:
    """None for a result that cannot be summed: a text, a date, a code."""
    kinds = [side.type for side in (found[0].after, found[0].before) if side]
    kind = max(kinds, key=_scale)
    if not isinstance(kind, Number | Bool):
        return None
    figures = [each.figure for each in found if each.figure is not None]
    before, after = (_sum(values) for values in ((each.before for each in figures), (each.after for each in figures)))
    return Total(found[0].result, found[0].called, kind, before, after, len(figures), len(found) - len(figures),
                 sum(each.differ for each in found))


def _sum(values: Iterable[ir.Value | None]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value if isinstance(value, Decimal) else Decimal(value is True))
    return total
