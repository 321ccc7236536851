"""Laws of ``isfrules diff``: it tells all that can change an outcome, and says so of nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, rulebooks

from rulesdsl.compare.between import differences_between
from rulesdsl.compare.changes import settled
from rulesdsl.compare.differences import Differences
from rulesdsl.core import ir
from rulesdsl.core.canonical import meanings


def told_to_affect(found: Differences) -> set[tuple[str, str]]:
    return {("punkt" if each.kind == "beslutning" else each.kind, each.name) for each in found.parts
            if each.affects_outcome}


def unlike(before: ir.Edition, after: ir.Edition) -> set[tuple[str, str]]:
    """The parts whose digest differs; the result that a decision table is counts as the table."""
    first, second = meanings(settled(before)), meanings(settled(after))
    found = {part for part in first.keys() | second.keys() if first.get(part) != second.get(part)}
    results = [each for edition in (before, after) for each in edition.results.values()]
    tables = {each.name for each in results} - {each.name for each in results if not each.is_decision}
    return {("punkt" if kind == "resultat" and name in tables else kind, name) for kind, name in found}


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_what_affects_outcomes_is_what_means_something_else(data: st.DataObject) -> None:
    one = data.draw(rulebooks())
    other = data.draw(st.one_of(rulebooks(), st.just(one)))
    clauses = [each for each in one.clauses if data.draw(st.booleans())]
    mixed = Rulebook(one.declarations, [*clauses, *(each for each in one.clauses if each not in clauses)], other.csv)
    before = one.edition()
    for book in (other, mixed):
        after = book.edition()
        found = differences_between(before, after)
        assert told_to_affect(found) == unlike(before, after)
        assert all(each.details for each in found.parts if each.affects_outcome)
        back = differences_between(after, before)
        assert told_to_affect(back) == told_to_affect(found)
    assert differences_between(before, before).parts == ()
