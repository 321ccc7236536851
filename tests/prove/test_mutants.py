"""A rulebook with one small mistake is told from the one without: by a case that both interpreters decide as the solver
says. Where the solver says that no case tells them apart, made-up cases do not either."""

from collections import Counter
from functools import cache
from typing import Any

import pytest
from backends.test_agreement import drawn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prove.mutants import Mutant, kinds_of, mutants, outcomes, replayed_apart
from rulebooks import Rulebook, rulebooks

from rulesdsl.check.editions import check
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import Case
from rulesdsl.prove.cases import MOST_ITEMS
from rulesdsl.prove.mistakes import judge
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse

RICH = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Utforer
  helseforetak = 1
  kommune      = 2
  privat       = 3

kodeverk Hast
  akutt    = 1
  planlagt = 2 til 2020-06-30
  valgt    = 3 fra 2020-07-01

post Avtale
  gyldig    : ja/nei
  forankret : ja/nei

entitet Pasient
  nøkkel pasient_id : tekst
  fodselsdato       : dato

entitet Episode i Pasient som episoder
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  inndato           : dato
  utfort_av         : Utforer
  hast              : Hast
  drg               : tekst
  koder             : liste av tekst
  poengsum          : poeng
  journalfort       : ja/nei
  avtale            : Avtale valgfri

sats pris : kroner per poeng
  fra 2020-01-01: 45 808   ifølge oss
  fra 2020-07-01: 46 719   ifølge oss

sats andel : tall med 2 desimaler
  fra 2020-01-01: 40 %   ifølge oss

resultat teller : ja/nei for Episode
resultat dogn : døgn for Episode
resultat poeng_ut : poeng for Episode
resultat betaling : kroner for Episode

punkt alt «Alt teller»
  ifølge oss
  teller er ja

punkt 2 «Kommuner»
  ifølge oss
  unntak fra alt
  når utfort_av er kommune
  krav gyldig «avtalen gjelder»
    avtale.gyldig
  krav forankret «avtalen er forankret»
    avtale.forankret
  ellers teller er nei

punkt 3 «Det som ikke er ført»
  ifølge oss
  unntak fra alt; 2
  når ikke journalfort og utfort_av er ikke privat
  teller er nei

punkt 4 «Øyeblikkelig hjelp»
  ifølge oss
  unntak fra 2; 3
  når hast er akutt og «Ø» i koder
  teller er ja

punkt 5 «Barn»
  ifølge oss
  unntak fra 3
  når år_mellom(pasient.fodselsdato; utdato) < 18 og ikke (hast er akutt)
  teller er ja

punkt lengde «Døgn»
  ifølge oss
  dogn er maks(0 døgn; utdato - inndato)

beslutning sone : tall for Episode   treff første
  ifølge oss
  | utfort_av         | hast    || sone |
  | {kommune; privat} | akutt   || 1    |
  | helseforetak      | -       || 2    |
  | -                 | -       || 3    |

beslutning trinn : tall for Episode   treff én
  ifølge oss
  | dogn              || trinn |
  | < 2 døgn          || 0     |
  | mellom 2 døgn og 10 døgn || 1 |
  | > 10 døgn         || 2     |

punkt poeng «Poeng»
  ifølge oss
  poeng_ut er avrund(poengsum * 0,5; 3)

punkt avkortet «Samme gruppe en gang til»
  ifølge oss
  unntak fra poeng
  når finnes annen i pasient.episoder der annen.drg er drg og annen.utdato < utdato
  poeng_ut er 0 poeng

punkt betaling «Betaling»
  ifølge oss
  regel vanlig: betaling er avrund(poeng_ut * pris * andel; 2) når teller og trinn < 2
  regel lang: betaling er avrund(poeng_ut * pris * andel; 2) + 100 kr * sone når teller og trinn >= 2
  regel ingen: betaling er 0 kr når ikke teller
"""

CASES = 10_000
"""How many made-up cases the rulebooks that are proved the same are held to, all together."""

SAME = [
    ("dogn er maks(0 døgn; utdato - inndato)", "dogn er hvis utdato < inndato så 0 døgn ellers utdato - inndato"),
    ("| > 10 døgn         ||", "| >= 11 døgn        ||"),
    ("og trinn < 2", "og trinn <= 1"),
    ("når ikke journalfort og utfort_av er ikke privat",
     "når ikke (journalfort eller utfort_av er privat)"),
    ("| -                 | -       || 3    |", "| {kommune; privat} | {planlagt; valgt} || 3 |"),
    ("  når hast er akutt og «Ø» i koder", "  når hast er akutt og finnes k i koder der k er «Ø»"),
    ("40 %   ifølge oss", "0,40   ifølge oss"),
    ("annen.drg er drg og annen.utdato < utdato", "ikke (annen.drg er ikke drg eller annen.utdato >= utdato)"),
]
"""What can be written otherwise and mean the same."""


def edition_of(text: str) -> Edition:
    problems = Problems()
    checked = check([parse(Source("prøve.isf", text), problems)], lambda beside, name: None, problems)
    assert not [each for each in checked.problems if each.is_error], checked.problems
    return checked.editions["prøve@2020"]


BOOK = edition_of(RICH)
MUTANTS = list(mutants(BOOK))


def fits(case: Case, count: int) -> bool:
    lists = (value for thing in case.things for value in thing.facts.values() if isinstance(value, tuple))
    return not case.errors and len(case.things) <= count and all(len(each) <= MOST_ITEMS for each in lists)


@cache
def made_up() -> list[tuple[Case, Any]]:
    """Cases for the rulebook, and what comes of each."""
    cases = [case for case in drawn(BOOK, CASES // len(SAME), 7) if not case.errors]
    return [(case, outcomes(BOOK, case)) for case in cases]


def test_the_rulebook_is_rich() -> None:
    assert kinds_of(BOOK) == {"sammen", "første", "én"}
    assert len(made_up()) * len(SAME) > CASES * 0.9
    kinds = Counter(each.kind for each in MUTANTS)
    assert kinds.keys() == {"grense", "snudd", "krav", "unntak", "sats"}
    assert len(MUTANTS) > 40


@pytest.mark.parametrize("mutant", MUTANTS, ids=[f"{each.kind}-{number}" for number, each in enumerate(MUTANTS)])
def test_a_mistake_is_told_or_makes_no_difference(mutant: Mutant) -> None:
    judged = judge(BOOK, mutant.edition, "Episode", 2)
    if judged.document is not None:
        assert replayed_apart(BOOK, mutant.edition, judged.document), mutant.said
    else:
        assert judged.verdict == "like", (mutant.said, judged.reason)
        assert all(outcomes(mutant.edition, case) == wanted for case, wanted in made_up() if fits(case, 2))


def test_most_mistakes_are_told() -> None:
    """Those of the limits of tables may make no difference; one that is left out or turned does."""
    sure = [each for each in MUTANTS if each.kind in ("krav", "sats")]
    assert [judge(BOOK, each.edition, "Episode", 2).verdict for each in sure] == ["ulike"] * len(sure)


@pytest.mark.parametrize(("written", "otherwise"), SAME)
def test_what_means_the_same_is_proved_the_same(written: str, otherwise: str) -> None:
    assert written in RICH
    other = edition_of(RICH.replace(written, otherwise))
    assert judge(BOOK, other, "Episode", 2).verdict == "like"
    assert all(outcomes(other, case) == wanted for case, wanted in made_up())


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulebooks(), st.data())
def test_generated_rulebooks(book: Rulebook, data: st.DataObject) -> None:
    edition = book.edition()
    entity = next(result.entity for result in edition.results.values())
    found = list(mutants(edition))
    for at in data.draw(st.lists(st.integers(0, max(0, len(found) - 1)), max_size=4, unique=True)):
        if at >= len(found):
            continue
        judged = judge(edition, found[at].edition, entity, 2, seconds=5)
        if judged.document is not None:
            assert replayed_apart(edition, found[at].edition, judged.document), found[at].said
        elif judged.verdict == "like":
            for case in drawn(edition, 60, at):
                if fits(case, 2):
                    assert outcomes(edition, case) == outcomes(found[at].edition, case), found[at].said
