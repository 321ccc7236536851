"""A rulebook with a result for each form that back ends may say differently, and cases for it, the same each time."""

import random
from collections.abc import Iterator
from typing import Any

from rule_expressions import EPISODE, LISTS, PASIENT, POOL, TJENESTE, TYPES
from rulebooks import Clause, Rulebook, json_value

from rulesdsl.evaluate.documents import Document

_MODES = ("avrund", "avrund_ned", "avrund_opp")

FORMS: tuple[tuple[str, str], ...] = (
    *(("kr", f"{mode}(belop; {digits})") for mode in _MODES for digits in (0, 1)),
    *(("kr", f"{mode}(belop / n; 2) ellers 1,00 kr") for mode in _MODES),
    *(("tall", f"{mode}(grad / m; 0) ellers n") for mode in _MODES),
    *(("poeng", f"{mode}(belop / pris; 3)") for mode in _MODES),
    *(("kr", f"{mode}(poengsum * pris * andel; 2)") for mode in _MODES),
    ("tall", "ukedag(utdato)"), ("tall", "tertial(inndato)"), ("tall", "måned(inndato) + år(utdato)"),
    ("tall", "år_mellom(inndato; utdato)"), ("tall", "år_mellom(pasient.fodselsdato; utdato)"),
    ("dogn", "utdato - inndato"), ("date", "inndato + liggetid"), ("date", "maks(inndato; utdato - 1 døgn)"),
    ("kr", "min(belop; avtale.sum_avtalt)"), ("kr", "-(belop + avtale.sum_avtalt)"), ("tall2", "m * grad"),
    ("bool", "«A» i koder"), ("bool", "finnes x i koder der x er en av {«A»; «442»}"),
    ("bool", "finnes x i koder der x er drg"), ("bool", "alle x i antallsliste har x > n"),
    ("bool", "finnes t i tjenester der t.utfort og t.sort er drg"),
    ("bool", "alle t i tjenester har t.antall_ganger >= n"),
    ("tall", "antall x i koder der x er ikke «A»"), ("tall", "antall x i antallsliste"),
    ("tall", "sum x for x i antallsliste der x > 0"), ("tall", "maks x for x i antallsliste ellers n"),
    ("text", "første t.sort for t i tjenester der t.utfort etter t.antall_ganger ellers navn"),
    ("tall", "siste t.antall_ganger for t i tjenester etter t.antall_ganger ellers m"),
    ("bool", "finnes annen i pasient.episoder der annen.drg er drg og annen.utdato < utdato"),
    ("bool", "alle annen i pasient.episoder der annen.hast har annen.innlagt"),
    ("tall", "antall annen i pasient.episoder der annen.farge er farge"),
    ("kr", "sum annen.belop for annen i pasient.episoder der annen.hast"),
    ("date", "maks annen.inndato for annen i pasient.episoder der annen.hast ellers utdato"),
    ("text", "første annen.navn for annen i pasient.episoder der annen.hast etter annen.utdato ellers «»"),
    ("bool", "denne er siste annen i pasient.episoder etter annen.poengsum"),
    ("bool", "finnes annen i pasient.episoder der "
             "((antall e i annen.pasient.episoder der (e.drg er annen.drg) og (e.n er n)) > 1)"),
    ("poeng", "vekt[drg; farge].tyngde ellers poengsum"), ("bool", "vekt[navn; merke].lik ellers hast"),
    ("date", "vekt[drg; gul].frist ellers inndato"), ("code", "hvis hast så farge ellers merke"),
    ("text", "hvis avtale finnes så navn ellers pasient.kommune"), ("bool", "farge i varme eller (merke mangler)"),
    ("bool", "drg er navn"), ("bool", "belop mellom 0,00 kr og avtale.sum_avtalt"),
)

_TABLES = """\
beslutning {policy}_rader : {kind} for Episode   treff {policy}
  ifølge k
  | farge | n | koder || ut |
  | rod | <= 1 | - || {one} |
  | {{rod; gul}} | - | «A» || {two} |
  | - | finnes | mangler || {one} |
"""

_CLAUSES = """\
punkt 90 «Hovedregel»
  ifølge k
  samlet er belop når hast
  samlet er 2,50 kr når innlagt

punkt 90.1 «Unntak»
  ifølge k
  unntak fra 90
  når farge er gul
  krav merket «er merket» merke finnes
  krav avtalt «er avtalt» avtale.gyldig
  ellers samlet er 0,00 kr
"""


def rulebook(without: str = "nothing") -> Rulebook:
    """``without``: forms that speak of this are left out."""
    forms = [(tag, said) for tag, said in FORMS if without not in said]
    declarations = [
        "sats pris : kroner per poeng\n  fra 2020-01-01: 45 808 ifølge k\n  fra 2020-05-01: 30 403 ifølge k",
        "sats andel : tall med 2 desimaler\n  fra 2020-01-01: 0,40 ifølge k\n  fra 2020-09-01: 0,50 ifølge k",
        "kodesett varme : Farge ifølge k {rod; gul}",
        "tabell vekt «Vekter»\n  nøkkel drg : tekst\n  nøkkel farge : Farge\n  kolonne tyngde : poeng\n"
        "  kolonne lik : ja/nei\n  kolonne frist : dato\n  fil «vekt.csv» ifølge k",
        *(f"resultat form{number} : {TYPES[tag]} for Episode «Form {number}»"
          for number, (tag, _) in enumerate(forms, start=1)),
        "resultat samlet : kroner for Episode «Samlet»",
    ]
    clauses = [Clause(f"punkt {number} «Form {number}»", [], ["ifølge k", f"form{number} er {said}"])
               for number, (_, said) in enumerate(forms, start=1)]
    tables = [_TABLES.format(policy=policy, kind=kind, one=one, two=two) for policy, kind, one, two in (
        ("første", "tekst", "drg", "«to»"), ("alle", "liste av tekst", "drg", "«to»"))]
    csv = "drg;farge;tyngde;lik;frist\nA;rod;1,500;ja;2020-05-01\n442;gul;0,215;;\nA;gul;;nei;\n"
    return Rulebook([*declarations, *tables, _CLAUSES], clauses, csv)


def cases(count: int) -> Iterator[Document]:
    """Lone episodes and patients with several, with few holes and with many."""
    chance = random.Random(2020)
    for number in range(count):
        holes = (0, 0.1, 0.4)[number % 3]
        several = number % 2 == 0
        if several:
            patient = {"pasient_id": f"P{number}"} | {
                name: _value(chance, tag) for tag, (name,) in PASIENT.items() if chance.random() >= holes}
            yield Document({**patient, "episoder": [
                _episode(chance, f"E{index}", holes) for index in range(chance.randrange(5))]})
        else:
            yield Document(_episode(chance, "E1", holes))


def _value(chance: random.Random, tag: str) -> Any:
    return json_value(chance.choice(POOL[tag][:2] if tag == "code" else POOL[tag]))


def _episode(chance: random.Random, key: str, holes: float) -> dict[str, Any]:
    made: dict[str, Any] = {"episode_id": key, "utdato": f"2020-0{chance.randrange(1, 10)}-1{chance.randrange(10)}"}
    for tag, names in EPISODE.items():
        for name in names:
            if name != "utdato" and chance.random() >= holes:
                first, _, rest = name.partition(".")
                holder = made.setdefault(first, {}) if rest else made
                holder[rest or name] = _value(chance, tag)
    for name, tag in LISTS.items():
        if chance.random() >= holes:
            made[name] = [
                {part: _value(chance, kind) for part, kind in TJENESTE if chance.random() >= holes}
                if tag == "Tjeneste" else _value(chance, tag) for _ in range(chance.randrange(4))]
    return made
