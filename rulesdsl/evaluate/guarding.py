"""How well the examples of an edition guard its rules: which small mistakes some example would notice."""

from collections.abc import Iterator, Sequence

from rulesdsl.core import ir
from rulesdsl.core.mistakes import Mistake, mistakes
from rulesdsl.core.trees import expressions
from rulesdsl.evaluate.case import Thing
from rulesdsl.evaluate.examples import ExampleOutcome, failures
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Frame, GroupOutcome, Run
from rulesdsl.source import frozen


@frozen(eq=False)
class Guarded:
    """A mistake, and an example that falls by it; None where none does."""

    mistake: Mistake
    by: ir.Example | None


@frozen(eq=False)
class Suggestion:
    """An example: a case as the edition decides it, and as it would with the first of the mistakes that it notices;
    and the results that it expects of a thing."""

    run: Run
    mistaken: Run
    thing: Thing
    results: tuple[str, ...]
    notices: tuple[Mistake, ...]


def guarded(edition: ir.Edition, outcomes: Sequence[ExampleOutcome]) -> Iterator[Guarded]:
    """Each small mistake in an edition, tried on those of its examples that hold."""
    held = [(each, Asked(each.run)) for each in outcomes if each.run is not None and not each.failures]
    for mistake in mistakes(edition):
        made = mistake.made()
        by = next((each.example for each, asked in held if asked.may_notice(mistake) and _falls(each, made)), None)
        yield Guarded(mistake, by)


def _falls(outcome: ExampleOutcome, edition: ir.Edition) -> bool:
    assert outcome.run is not None
    assert outcome.thing is not None
    return any(failures(outcome.example, decide(edition, outcome.run.case), outcome.thing))


class Asked:
    """What a run asked of the rules. A mistake in what it never asked cannot change its answer. What a quantifier asked
    of elements that it passed over is not remembered, so where one was asked, all that stands in it was."""

    def __init__(self, run: Run) -> None:
        self._nodes = {seen for frame in _frames(run) for seen in frame.seen}
        groups = [group for outcome in run.outcomes.values() for group in outcome.groups]
        self._rules = {id(each) for each in _not_fallen(groups)}
        rates, many = _telling(run.edition)
        self._rates = {node.name for node in rates if id(node) in self._nodes}
        for node, within in many:
            if id(node) in self._nodes:
                self._nodes |= within
                self._rates |= {each.name for each in rates if id(each) in within}

    def may_notice(self, mistake: Mistake) -> bool:
        if mistake.rule is not None:
            return id(mistake.rule) in self._rules
        if mistake.rate:
            return mistake.rate in self._rates
        return id(mistake.before) in self._nodes


_Telling = tuple[tuple[ir.RateOf, ...], tuple[tuple[ir.Expr, frozenset[int]], ...]]
_kept: tuple[ir.Edition, _Telling] | None = None


def _telling(edition: ir.Edition) -> _Telling:
    """The nodes of an edition that read a sats; and its quantifiers, with all that stands in each. Kept for the latest,
    by identity."""
    global _kept
    if _kept is None or _kept[0] is not edition:
        nodes = {id(node): node for result in edition.results.values() for part in expressions(result.groups)
                 for node in ir.walk(part)}
        rates = tuple(node for node in nodes.values() if isinstance(node, ir.RateOf))
        many = tuple((node, frozenset(map(id, ir.walk(node)))) for node in nodes.values()
                     if isinstance(node, ir.Quantified | ir.Count | ir.SumOver | ir.ExtremeOver | ir.Pick))
        _kept = edition, (rates, many)
    return _kept[1]


def _frames(run: Run) -> Iterator[Frame]:
    pending = list(run.frames.values())
    while pending:
        frame = pending.pop()
        yield frame
        pending += [inner for frames in frame.inner.values() for inner in frames]


def _not_fallen(groups: Sequence[GroupOutcome]) -> Iterator[ir.Rule]:
    pending = list(groups)
    while pending:
        group = pending.pop()
        for each in group.rules:
            if each.holds is not False:
                yield each.rule
            pending += each.exceptions
        pending += group.exceptions
