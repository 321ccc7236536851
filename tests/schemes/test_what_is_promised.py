"""Every ``egenskap`` of every rulebook, tried on generated cases: none is broken, and none is promised in vain."""


import pytest

from rulesdsl.trying import search
from tests.shipped import SHIPPED

FEW, TURNS = 20, 60
"""Most speak of one case in a few; those that speak of fewer are tried in more turns, until they do."""


@pytest.mark.parametrize("rulebook", SHIPPED.rulebooks())
def test_what_is_promised_holds_where_it_speaks(rulebook: str) -> None:
    editions = [SHIPPED.edition(each.id) for each in SHIPPED.index if each.rulebook == rulebook]
    tried = 0
    for edition in filter(None, editions):
        for promise in SHIPPED.promises(edition).values():
            if promise.promised_from is not None and promise.promised_from > edition.valid_to:
                continue
            turns = (search(promise, edition, cases=FEW, seed=seed) for seed in range(TURNS))
            found = next((each for each in turns if each.verdict not in ("ikke prøvd", "uavklart")), None)
            assert found is not None, f"{edition.id} {promise.name} ble ikke prøvd"
            assert found.verdict == "holdt", f"{edition.id} {promise.name}: {found.sentence}"
            tried += 1
    assert tried
