"""An ``egenskap`` proved, or broken by a case as simple as can be, with the clauses that make it fall; and thresholds,
each shown by such cases.

Nothing but the property and the edition counts; ``trying`` looks for the same among cases that are made up.
"""

from decimal import Decimal

from attrs import evolve

from rulesdsl.core import ir
from rulesdsl.core.without import without_clauses
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.properties import Tried, try_property
from rulesdsl.evaluate.trace import GroupOutcome
from rulesdsl.prove.properties import COUNT, SECONDS, Verdict, prove_property
from rulesdsl.prove.thresholds import Stretch, Thresholds, find_thresholds, takes_a_step
from rulesdsl.trying import search, simplest

FEWEST = 2
"""How few things together a property is asked of, where more could not be settled."""

CASES = 200
"""How many cases a property is tried on where the solver could not settle it."""

MOST_TRIES, MOST_TOGETHER = 12, 3
"""How many sets of clauses are left out to see whether the property would hold without them, and how large ones."""


def prove(
    promise: ir.Property, edition: ir.Edition, *, seconds: float = SECONDS, count: int = COUNT, reasons: bool = True
) -> Verdict:
    """Whether a property holds for every case of an edition; where it does not, a plain case that breaks it.

    With ``reasons`` also the clauses without which it would hold. ``seconds`` is the limit of each question, ``count``
    how many things of a kind may stand together. What the solver cannot settle is asked of fewer together, and what is
    still open is tried on cases that are made up.
    """
    found = _of_fewer(prove_property(promise, edition, seconds=seconds, count=count), seconds)
    if found.verdict == "ikke avgjort":
        return _tried(found)
    if found.counterexample is None:
        return found
    documents, tried = simplest(promise, edition, found.documents, found.counterexample)
    found = evolve(found, documents=documents, counterexample=tried)
    if not reasons:
        return found
    return evolve(found, clauses=_culprits(found, seconds, count))


def _of_fewer(found: Verdict, seconds: float) -> Verdict:
    """The answer for fewer things together, where it was not settled for as many as were asked for."""
    least = max(FEWEST, len(found.promise.names) if found.promise.together else 0)
    for count in range(found.count - 1, least - 1, -1):
        if found.verdict != "ikke avgjort" or found.unbroken:
            break
        fewer = prove_property(found.promise, found.edition, seconds=seconds, count=count)
        took = found.seconds + fewer.seconds
        if fewer.verdict in ("bevist", "motbevist"):
            return evolve(fewer, seconds=took, limits=(*fewer.limits, f"for {found.count} sammen var tiden for kort"))
        found = evolve(found, seconds=took)
    return found


def _tried(found: Verdict) -> Verdict:
    """A property that was not settled, tried on cases that are made up: one of them may break it, or be the case that
    keeps it."""
    made = search(found.promise, found.edition, cases=CASES)
    if found.unbroken and made.verdict == "holdt":
        return evolve(found, verdict="bevist", reason="", documents=())
    if made.verdict == "brutt":
        return evolve(found, verdict="motbevist", reason="", documents=made.documents,
                      counterexample=made.counterexample)
    return evolve(found, reason=f"{found.reason} {made.sentence}", documents=())


def thresholds(
    edition: ir.Edition, result: ir.Result, path: tuple[str, ...], more_than: Decimal, *,
    seconds: float = SECONDS, count: int = COUNT,
) -> Thresholds:
    """Where one step of a number or a date changes a result by more than an amount, each with plain cases that show it.
    ``path`` is the field. ``seconds`` is the limit of each question."""
    found = find_thresholds(edition, result, path, more_than, seconds=seconds, count=count)
    return evolve(found, stretches=tuple(_plainer(found, each) for each in found.stretches))


def _plainer(found: Thresholds, stretch: Stretch) -> Stretch:
    """The same with plainer cases; those it has, where the field has other values in the plainer."""
    documents, tried = simplest(stretch.promise, found.edition, stretch.documents, stretch.tried)
    plainer = evolve(stretch, documents=documents, tried=tried)
    return plainer if takes_a_step(found, plainer) else stretch


def _culprits(found: Verdict, seconds: float, count: int) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of clauses without which a property holds for every case, and for the one that broke it.

    A clause that lets this case hold when it is left out may leave another that does not; then the search goes on from
    that one.
    """
    pending: list[tuple[tuple[str, ...], Verdict]] = [((), found)]
    sets: list[tuple[str, ...]] = []
    tries = 0
    while pending and tries < MOST_TRIES:
        left, broken = pending.pop(0)
        if sets and len(left) + 1 > len(sets[0]):
            break
        assert broken.counterexample is not None
        clauses = dict.fromkeys(name for run in broken.counterexample.runs for name in run.edition.clauses)
        for name in _suspects(broken.counterexample):
            names = tuple(each for each in clauses if each in (*left, name))
            if tries == MOST_TRIES or names in sets or not _mends(names, broken):
                continue
            tries += 1
            without = prove_property(*_without(found, names), seconds=seconds, count=count)
            if without.verdict == "bevist":
                sets.append(names)
            elif without.counterexample is not None and len(names) < MOST_TOGETHER:
                pending.append((names, without))
    return tuple(sets)


def _suspects(tried: Tried) -> list[str]:
    """The clauses with a rule that held for one of the things, in the order of the edition."""
    held: set[str] = set()
    for run in dict.fromkeys(tried.runs):
        pending: list[GroupOutcome] = [group for outcome in run.outcomes.values() for group in outcome.groups]
        while pending:
            group = pending.pop()
            pending += group.exceptions
            for rule in group.rules:
                pending += rule.exceptions
                if rule.holds is True:
                    held.add(rule.rule.clause)
    return list(dict.fromkeys(name for run in tried.runs for name in run.edition.clauses if name in held))


def _without(found: Verdict, names: tuple[str, ...]) -> tuple[ir.Property, ir.Edition]:
    """A property and its edition without some clauses; the other edition, where it speaks of two, is without them too,
    for what they give in one alone would else still part the two."""
    promise, other = found.promise, found.promise.other
    if other is not None:
        promise = evolve(promise, other=without_clauses(other, names))
    return promise, without_clauses(found.edition, names)


def _mends(names: tuple[str, ...], broken: Verdict) -> bool:
    """Whether what broke a property holds once some clauses are left out. Where nothing is known any more, nothing is
    broken either, and that mends nothing."""
    tried = try_property(*_without(broken, names), [Document(each) for each in broken.documents])
    return tried is not None and tried.verdict == "holder"
