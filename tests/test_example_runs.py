"""``eksempel`` blocks tried: what fails is said as a sentence, and what no example reaches is named with its reason."""


import pytest
from test_interpreter import edition_of

from rulesdsl.evaluate.examples import try_examples, unreached
from rulesdsl.evaluate.wording import stated
from tests.shipped import SHIPPED, shipped

RULES = """
resultat r : tall for Episode

punkt base «Base»
  ifølge k
  r er n når a

punkt 2 «To»
  ifølge k
  unntak fra base
  når b og a
  krav forst «første» c
  krav andre «andre» n > 1
  ellers r er 0

punkt 3 «Tre»
  ifølge k
  unntak fra base
  når drg er «A» og drg er «B»
  r er 9
"""


def example(facts: str, *expected: str, more: str = "") -> str:
    lines = [f"    {fact}" for fact in ("utdato er 2020-06-01", *facts.split(", "))]
    return "\n".join(["", "eksempel «Prøve»  ifølge k", "  gitt Episode", *lines, *more.splitlines(),
                      *(f"  så {each}" for each in expected), ""])


@pytest.mark.parametrize(("facts", "expected", "failures"), [
    ("a er ja, b er nei, n er 3, drg er «C»", "r er 3 etter base", ()),
    ("a er ja, b er nei, n er 3, drg er «C»", "r er 4", ("r er 3 etter base, ikke 4",)),
    ("a er ja, b er nei, n er 3, drg er «C»", "r er 3 etter 2", ("r avgjøres av base, ikke 2",)),
    ("a er nei, drg er «C»", "r er 1", ("r er uten en regel som gjelder, ikke 1",)),
    ("a er ja, b er nei, drg er «C»", "r er ukjent", ()),
    ("a er ja, b er nei, drg er «C»", "r er 1", ("r er ukjent, ikke 1",)),
])
def test_an_example_is_tried(facts: str, expected: str, failures: tuple[str, ...]) -> None:
    (made,) = try_examples(edition_of(RULES + example(facts, expected)))
    assert made.failures == failures


def test_siblings_and_the_parent_stand_beside_the_one_that_is_decided() -> None:
    rules = """
resultat r : tall for Episode

punkt p «P»
  ifølge k
  r er (antall e i pasient.episoder der «X» i e.koder) + år(pasient.fodt) + (sum t for t i tall_liste)
"""
    more = "  og Episode\n    utdato er 2020-06-02\n    koder er {«X»; «Y»}\n  og Pasient\n    fodt er 2000-01-01"
    (made,) = try_examples(edition_of(rules + example("koder er {«Z»}, tall_liste er {1; 2}", "r er 2004", more=more)))
    assert made.failures == ()


def test_what_no_example_reaches_is_named_with_its_reason() -> None:
    edition = edition_of(RULES + example("a er ja, b er ja, c er nei, n er 1, drg er «A»", "r er 0"))
    found = {(each.clause, each.part): each.why for each in unreached(edition, try_examples(edition))}
    assert found == {
        ("2", "forst"): "faller i alle eksempler; ingen viser at det holder",
        ("2", "andre"): "faller i alle eksempler; ingen viser at det holder",
        ("3", ""): "«drg er «B»» holder ikke i noe eksempel",
    }
    holding = edition_of(RULES + example("a er ja, b er ja, c er ja, n er 2, drg er «C»", "r er 2"))
    found = {(each.clause, each.part): each.why for each in unreached(holding, try_examples(holding))}
    assert found["2", ""] == "ingen av reglene holder i noe eksempel"
    assert found["2", "forst"] == "er oppfylt i alle eksempler; ingen viser at det faller"
    clauses = [each for each in unreached(edition_of(RULES), ()) if not each.part]
    assert {(each.clause, each.why) for each in clauses} == {
        (number, "utgaven har ingen eksempler") for number in ("base", "2", "3")
    }


@pytest.mark.parametrize("name", [each.id for each in SHIPPED.index])
def test_the_examples_of_the_regelverk_hold(name: str) -> None:
    """They hold, and reach every clause and requirement that is new or changed in their edition."""
    edition = shipped(name)
    outcomes = try_examples(edition)
    assert [(made.example.title, made.failures) for made in outcomes if made.failures] == []
    missing = [each.clause for each in unreached(edition, outcomes)]
    assert [each for each in missing if edition.clauses[each].edition == edition.id] == []


@pytest.mark.parametrize(("condition", "holding", "failing"), [
    ("a", "a er ja", "a er nei"),
    ("ikke a", "a er nei", "a er ja"),
    ("n er 1", "n er 1", "n er ikke 1"),
    ("n < 1", "n < 1", "n ≥ 1"),
    ("n >= 1", "n ≥ 1", "n < 1"),
    ("a finnes", "a finnes", "a mangler"),
    ("a mangler", "a mangler", "a finnes"),
    ("farge er en av {rod; gul}", "farge er rod eller gul", "farge er ikke rod eller gul"),
    ("«X» i koder", "«X» er i koder", "«X» er ikke i koder"),
    ("finnes k i koder der k er «X»", "det finnes k i koder der k er «X»", "det finnes ikke k i koder der k er «X»"),
    ("a eller b", "a eller b", "det er ikke slik at a eller b"),
])
def test_a_condition_is_stated_as_it_fell(condition: str, holding: str, failing: str) -> None:
    edition = edition_of(f"\nresultat r : tall for Episode\n\npunkt p «P»\n  ifølge k\n  når {condition}\n  r er 1\n")
    guard = edition.clauses["p"].guard
    assert guard is not None
    assert (stated(guard, True), stated(guard, False)) == (holding, failing)


LISTS = """
beslutning grupper : liste av tekst for Episode «Grupper»   treff alle
  ifølge k
  | drg || grupper |
  | «A» || «a»     |
  | «A» || «b»     |
  | «B» || «b»     |
"""


@pytest.mark.parametrize(("drg", "expected", "failures"), [
    ("A", "{«a»; «b»}", ()),
    ("A", "{«b»; «a»}", ("grupper er a, b etter grupper, ikke b, a",)),
    ("C", "{}", ()),
    ("B", "{}", ("grupper er b etter grupper, ikke ingen",)),
])
def test_a_list_can_be_expected(drg: str, expected: str, failures: tuple[str, ...]) -> None:
    (made,) = try_examples(edition_of(LISTS + example(f"drg er «{drg}»", f"grupper er {expected}")))
    assert made.failures == failures
