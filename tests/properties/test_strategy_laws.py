"""Cases made from generated rulebooks are valid, and pairs are alike but for what is named."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rulebooks import Rulebook, rulebooks

from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.strategies import episodes, pairs, patients

DIFFERING = ("farge", "avtale.art", "farger", "utdato", "tjenester")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.data())
def test_what_strategies_draw_is_valid(rulebook: Rulebook, data: st.DataObject) -> None:
    edition = rulebook.edition()
    drawn: list[dict[str, Any]] = [
        data.draw(episodes(edition)), data.draw(episodes(edition, complete=0.3)), data.draw(patients(edition)),
        *data.draw(pairs(edition, differing=DIFFERING)),
    ]
    for document in drawn:
        case = load(Document(document), edition)
        assert not case.errors
        decide(edition, case)
