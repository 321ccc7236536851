"""What the solver can show an author of an edition: where rules stand against each other or leave a gap, and what is
never reached. Each finding is for all cases; one that is about a case shows it, decided again by the interpreter.

An edition answers for its own clauses; what it inherits is that edition's to answer for. What two clauses do to each
other is told where it is first so.
"""

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.prove.asking import Asking, Finding, Known, Unsettled, key_of
from rulesdsl.prove.clashes import clashes
from rulesdsl.prove.promises import promises
from rulesdsl.prove.unreached import unreached


@frozen
class Report:
    """What came of an edition: ``asked`` questions, of which ``limited`` are settled for cases of a limited size."""

    edition: ir.Edition
    findings: tuple[Finding, ...]
    asked: int
    limited: int
    unsettled: tuple[Unsettled, ...]


def find(
    editions: Sequence[ir.Edition], known: Known = frozenset(), *, seconds: float,
    wanted: Callable[[ir.Edition], bool] = lambda _: True,
) -> Iterator[Report]:
    """The findings of each edition, the oldest first, without those that are ``known`` already."""
    told_of: set[tuple[object, ...]] = set()
    for edition in editions:
        if wanted(edition):
            family = [each for each in editions if each.rulebook == edition.rulebook]
            work = Asking(edition, known, seconds, told_of, edition.id)
            unreached(work)
            _without_use_elsewhere(work, family)
            promises(work, family)
            clashes(work)
            yield Report(edition, tuple(work.found), work.asked, work.limited, tuple(work.unsettled))


def _without_use_elsewhere(work: Asking, editions: Sequence[ir.Edition]) -> None:
    """Leave out what is reached in another edition that has the same text: it is there for that one."""
    for heir in editions:
        clauses = frozenset(name for each in work.found if (name := each.clause) in heir.clauses
                            and heir.clauses[name].edition == work.own)
        if heir is work.edition or not clauses:
            continue
        there = Asking(heir, work.known, work.seconds, set(), work.own, clauses)
        unreached(there)
        never = {key_of(each) for each in there.found}
        work.found[:] = [each for each in work.found if each.clause not in clauses or key_of(each) in never]
