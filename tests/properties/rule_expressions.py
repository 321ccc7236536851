"""Expressions of every type and form, as text, well typed by construction.

The data that they speak of (``DATA``) is the same in every rulebook and read once. Literals of the rules and values
of the cases come from the same small pools, so that borders are hit.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

DATA = """\
felles data «Det reglene taler om»

kilde k «Prøve» status eksempel

kodeverk Farge «Farger»
  rod = 1 «Rød»
  gul = 2 «Gul»
  bla = 3 «Blå» fra 2020-05-01

post Avtale «Avtale»
  gyldig : ja/nei
  inngatt : dato
  sum_avtalt : kroner
  art : Farge

post Tjeneste «Tjeneste»
  sort : tekst
  antall_ganger : tall
  utfort : ja/nei
  tillegg : liste av tekst

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst
  fodselsdato : dato
  kommune : tekst
  aktiv : ja/nei

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato : dato
  inndato : dato
  hast : ja/nei
  innlagt : ja/nei
  vurdert : ja/nei skjønn
  farge : Farge
  merke : Farge valgfri
  drg : tekst
  navn : tekst
  n : tall
  m : tall mellom -3 og 7
  grad : tall med 2 desimaler
  belop : kroner
  poengsum : poeng minst -0,125
  liggetid : døgn
  koder : liste av tekst
  farger : liste av Farge
  antallsliste : liste av tall
  tjenester : liste av Tjeneste
  avtale : Avtale valgfri
"""

_FIELDS = DATA.partition("  nøkkel episode_id : tekst\n")[2]
FAMILY = DATA.replace("  nøkkel pasient_id : tekst\n", f"  nøkkel pasient_id : tekst\n{_FIELDS}") + f"""
entitet Prove i Pasient som prover «Prøve»
  nøkkel prove_id : tekst
{_FIELDS}"""
"""The same data, where patients have episodes and samples, and all three have the same fields and may be decided."""

HEAD = "regelverk prove 2020 «Prøve»\n  gjelder 2020-01-01 til 2020-12-31\n  bruker data\n"

TYPES = {
    "bool": "ja/nei", "text": "tekst", "date": "dato", "code": "Farge", "tall": "tall",
    "tall2": "tall med 2 desimaler", "kr": "kroner", "poeng": "poeng", "dogn": "døgn",
}
NUMBERS = {"tall": ("", 0), "tall2": ("", 2), "kr": (" kr", 2), "poeng": (" poeng", 3), "dogn": (" døgn", 0)}
ORDERED = ("date", *NUMBERS)

EPISODE = {
    "bool": ("hast", "innlagt", "vurdert", "avtale.gyldig"), "text": ("drg", "navn"),
    "date": ("utdato", "inndato", "avtale.inngatt"), "code": ("farge", "merke", "avtale.art"), "tall": ("n", "m"),
    "tall2": ("grad",), "kr": ("belop", "avtale.sum_avtalt"), "poeng": ("poengsum",), "dogn": ("liggetid",),
}
PASIENT = {"bool": ("aktiv",), "text": ("kommune",), "date": ("fodselsdato",)}
LISTS = {"koder": "text", "farger": "code", "antallsliste": "tall", "tjenester": "Tjeneste"}
TJENESTE = (("sort", "text"), ("antall_ganger", "tall"), ("utfort", "bool"))
RATES = {"pris": "kroner per poeng", "andel": "tall med 2 desimaler", "paslag": "kroner"}
COLUMNS = {"poeng": "tyngde", "bool": "lik", "date": "frist", "code": "klasse"}

POOL: dict[str, tuple[Any, ...]] = {
    "bool": (True, False),
    "text": ("A", "B", "442", ""),
    "date": tuple(map(datetime.date.fromisoformat, (
        "2020-01-01", "2020-02-29", "2020-04-30", "2020-05-01", "2019-02-28", "2021-03-01", "2020-12-31",
    ))),
    "code": ("rod", "gul", "bla"),
    "tall": tuple(map(Decimal, ("0", "1", "2", "7", "-3"))),
    "tall2": tuple(map(Decimal, ("0.00", "0.50", "1.00", "-2.55"))),
    "kr": tuple(map(Decimal, ("0.00", "0.05", "2.50", "-2.55", "30403.00"))),
    "poeng": tuple(map(Decimal, ("0.000", "0.215", "1.500", "-0.125"))),
    "dogn": tuple(map(Decimal, ("0", "1", "3", "-1"))),
}


@cache
def below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


@dataclass(frozen=True)
class Scope:
    """What an expression may speak of. ``things`` are prefixes (``e1.``), ``owners`` the entity of each; ``items``
    elements and their parts. ``entity`` is what is decided, ``kinds`` what its patient has of it and of others."""

    entity: str = "Episode"
    kinds: tuple[tuple[str, str], ...] = (("Episode", "episoder"),)
    owners: tuple[str, ...] = ("Episode",)
    results: tuple[tuple[str, str, str], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    things: tuple[str, ...] = ("",)
    items: tuple[tuple[str, str], ...] = ()
    item_lists: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


class Maker:
    """Draws expressions of a type. Every expression it gives is an atom, or stands in parentheses."""

    def __init__(self, draw: st.DrawFn, monotone: bool) -> None:
        self.draw, self.monotone, self.count = draw, monotone, 0

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.draw(below(len(options)))]

    def often(self, odds: int = 2) -> bool:
        return self.draw(below(odds)) > 0

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    # ── Atoms ──

    def literal(self, tag: str) -> str:
        return written(tag, self.pick(POOL[tag]))

    def field(self, tag: str, scope: Scope) -> str:
        """A field of the thing at hand, of one that a quantifier named, or of the patient."""
        prefix = self.pick(scope.things)
        if tag in PASIENT and scope.kinds and not self.often(4):
            return f"{prefix}pasient.{self.pick(PASIENT[tag])}"
        return prefix + self.pick(EPISODE[tag])

    def atom(self, tag: str, scope: Scope, bare: bool = False) -> str:
        """``bare``: nothing that needs its place to say what it means."""
        found = [name for name, kind in (*scope.items, *scope.parts) if kind == tag]
        for name, kind, entity in scope.results:
            own = [prefix for prefix, owner in zip(scope.things, scope.owners, strict=True) if owner == entity]
            above = [f"{prefix}pasient." for prefix in scope.things if scope.kinds and entity == "Pasient"]
            found += [prefix + name for prefix in (*own, *above) if kind == tag]
        if found and self.often():
            return str(self.pick(found))
        if self.often(4) or (bare and tag == "code"):
            return self.field(tag, scope)
        return self.literal(tag)

    # ── Expressions ──

    def expr(self, tag: str, scope: Scope, depth: int, bare: bool = False) -> str:
        if depth <= 0 or not self.often(5):
            return self.atom(tag, scope, bare)
        ways: list[Callable[[str, Scope, int], str]] = [self._own(tag)] * 4
        ways += [self._pick, self._if, self._if] if not (bare and tag == "code") else []
        ways += [self._lookup] if tag in COLUMNS and not (bare and tag == "code") else []
        ways += [self._extreme, self._extreme_over] if tag in ORDERED else []
        return f"({self.pick(ways)(tag, scope, depth - 1)})"

    def _own(self, tag: str) -> Callable[[str, Scope, int], str]:
        if tag == "bool":
            return self._bool
        if tag == "date":
            return self._date
        return self._number if tag in NUMBERS else lambda of, scope, depth: self.atom(of, scope, bare=True)

    def _if(self, tag: str, scope: Scope, depth: int) -> str:
        test, then, otherwise = self.bool(scope, depth), self.expr(tag, scope, depth), self.expr(tag, scope, depth)
        return f"hvis {test} så {then} ellers {otherwise}"

    def bool(self, scope: Scope, depth: int) -> str:
        return self.expr("bool", scope, depth)

    def _bool(self, tag: str, scope: Scope, depth: int) -> str:
        ways = [self._all, self._any, self._not, self._compare, self._compare, self._one_of, self._between, self._in,
                self._exists, self._for_all]
        ways += [self._this_is] if scope.kinds else []
        ways += [self._crossing] * 4 if len(scope.things) > 1 else []
        return str(self.pick(ways if self.monotone else [*ways, self._known])(scope, depth))

    def _all(self, scope: Scope, depth: int) -> str:
        return " og ".join(self.bool(scope, depth) for _ in range(2 + self.draw(below(2))))

    def _any(self, scope: Scope, depth: int) -> str:
        return " eller ".join(self.bool(scope, depth) for _ in range(2 + self.draw(below(2))))

    def _not(self, scope: Scope, depth: int) -> str:
        return f"ikke {self.bool(scope, depth)}"

    def _compare(self, scope: Scope, depth: int) -> str:
        tag = self.pick(tuple(TYPES))
        op = self.pick(("er", "er ikke", "<", "<=", ">", ">=") if tag in ORDERED else ("er", "er ikke"))
        return f"{self.expr(tag, scope, depth, bare=True)} {op} {self.expr(tag, scope, depth)}"

    def _crossing(self, scope: Scope, depth: int) -> str:
        """What speaks of several things at once: a comparison, a look-up, or a search within the search."""
        first, last, name = self.pick(scope.things[:-1]), scope.things[-1], self.fresh("e")
        both = f"{self._alike(f'{name}.', last)} og {self._alike(f'{name}.', first)}"
        among = f"{name} i {last}pasient.{self.pick(scope.kinds)[1]} der {both}"
        key = self.pick([item for item, tag in scope.items if tag == "text"] or [f"{first}drg"])
        return str(self.pick((
            self._alike(first, last), f"år({first}utdato) er år({last}inndato) og {self._alike(first, last)}",
            f"år_mellom({first}inndato; {last}utdato) >= {last}n",
            f"vekt[{key}; {last}farge].lik ellers {last}hast", f"finnes {among}",
            f"(antall {among}) > {self.literal('tall')}", f"(sum {name}.n for {among}) >= {first}n",
            f"(siste {name}.belop for {among} etter {first}n + {name}.m ellers {last}belop) < {first}belop",
        )))

    def _alike(self, one: str, other: str) -> str:
        tag = self.pick(tuple(TYPES))
        op = self.pick(("er", "er", "er ikke", "<=") if tag in ORDERED else ("er", "er", "er ikke"))
        return f"({one}{self.pick(EPISODE[tag])} {op} {other}{self.pick(EPISODE[tag])})"

    def _one_of(self, scope: Scope, depth: int) -> str:
        tag = self.pick(tuple(TYPES))
        options = "; ".join(self.literal(tag) for _ in range(1 + self.draw(below(3))))
        return f"{self.expr(tag, scope, depth, bare=True)} er en av {{{options}}}"

    def _between(self, scope: Scope, depth: int) -> str:
        tag = self.pick(ORDERED)
        return (f"{self.expr(tag, scope, depth)} mellom {self.expr(tag, scope, depth)} og "
                f"{self.expr(tag, scope, depth)}")

    def _in(self, scope: Scope, depth: int) -> str:
        if not self.often(3):
            return f"{self.expr('code', scope, depth, bare=True)} i varme"
        where, tag = self.items(scope, plain=True)
        return f"{self.expr(tag, scope, depth)} i {where}"

    def _known(self, scope: Scope, depth: int) -> str:
        tag = self.pick(tuple(TYPES))
        what = self.pick(("avtale", "koder", "tjenester")) if not self.often(4) else self.atom(tag, scope, bare=True)
        return f"{what} {self.pick(('finnes', 'mangler'))}"

    # ── Numbers and dates ──

    def _number(self, tag: str, scope: Scope, depth: int) -> str:
        ways = [self._sum, self._negate, self._round, self._share, self._sum_over, self._product]
        if tag == "tall":
            ways += [self._part_of_date, self._years, self._count] * 3
        if tag == "dogn":
            ways += [self._days] * 3
        if tag in ("kr", "poeng", "tall2"):
            ways += [self._rate] * 2
        return str(self.pick(ways)(tag, scope, depth))

    def _sum(self, tag: str, scope: Scope, depth: int) -> str:
        terms = [self.expr(tag, scope, depth) for _ in range(2 + self.draw(below(2)))]
        return terms[0] + "".join(f" {self.pick('+-')} {term}" for term in terms[1:])

    def _negate(self, tag: str, scope: Scope, depth: int) -> str:
        return f"-{self.expr(tag, scope, depth)}"

    def _round(self, tag: str, scope: Scope, depth: int) -> str:
        return f"{self._mode()}({self.expr(tag, scope, depth)}; {self.draw(below(NUMBERS[tag][1] + 1))})"

    def _mode(self) -> str:
        return str(self.pick(("avrund", "avrund_ned", "avrund_opp")))

    def _share(self, tag: str, scope: Scope, depth: int) -> str:
        """A rounded division. Its numbers are plain facts, so that no size outgrows what is held exactly."""
        over, under = self.field(tag, scope), self.pick((self.field("tall", scope), "antallet"))
        if under == "antallet":
            domain = f"pasient.{self.pick(scope.kinds)[1]}" if scope.kinds else "koder"
            under = f"(antall {self.fresh('s')} i {domain})"
        return (f"{self._mode()}({over} / {under}; {self.draw(below(NUMBERS[tag][1] + 1))}) "
                f"ellers {self.atom(tag, scope)}")

    def _product(self, tag: str, scope: Scope, depth: int) -> str:
        return f"{self.field('tall', scope)} * {self.pick((self.field(tag, scope), self.literal(tag)))}"

    def _rate(self, tag: str, scope: Scope, depth: int) -> str:
        points = self.field("poeng", scope)
        if tag == "kr":
            return str(self.pick(("paslag", f"{self._mode()}({points} * pris * andel; 2)")))
        if tag == "poeng":
            return f"{self._mode()}({self.field('kr', scope)} / pris; 3)"
        return "andel"

    def _part_of_date(self, tag: str, scope: Scope, depth: int) -> str:
        return f"{self.pick(('år', 'måned', 'tertial', 'ukedag'))}({self.expr('date', scope, depth)})"

    def _years(self, tag: str, scope: Scope, depth: int) -> str:
        return f"år_mellom({self.expr('date', scope, depth)}; {self.expr('date', scope, depth)})"

    def _days(self, tag: str, scope: Scope, depth: int) -> str:
        return f"{self.expr('date', scope, depth)} - {self.expr('date', scope, depth)}"

    def _date(self, tag: str, scope: Scope, depth: int) -> str:
        step = self.pick((self.field("dogn", scope), self.literal("dogn")))
        return f"{self.field('date', scope)} {self.pick('+-')} {step}"

    def _extreme(self, tag: str, scope: Scope, depth: int) -> str:
        return f"{self.pick(('maks', 'min'))}({self.expr(tag, scope, depth)}; {self.expr(tag, scope, depth)})"

    # ── Look-ups and quantifiers ──

    def _lookup(self, tag: str, scope: Scope, depth: int) -> str:
        keys = f"{self.expr('text', scope, depth)}; {self.expr('code', scope, depth)}"
        return f"vekt[{keys}].{COLUMNS[tag]} ellers {self.atom(tag, scope)}"

    def items(self, scope: Scope, plain: bool = False) -> tuple[str, str]:
        """A list and the type of its elements."""
        found = [(name, "text") for name in scope.item_lists] + list(scope.lists)
        if found and self.often():
            name, tag = self.pick(found)
            return str(name), str(tag)
        name = self.pick([name for name in LISTS if not plain or name != "tjenester"])
        return self.pick(scope.things) + name, LISTS[name]

    def over(self, scope: Scope) -> tuple[str, str, Scope]:
        """A quantifier's name, domain and what may be said within it."""
        if scope.kinds and self.often():
            entity, plural = self.pick(scope.kinds)
            other = entity == scope.entity and "annen." not in scope.things and not self.often(4)
            name, holder = "annen" if other else self.fresh("e"), self.pick(scope.things)
            return name, f"{holder}pasient.{plural}", _with_thing(scope, name, entity)
        where, tag = self.items(scope)
        name = self.fresh("x")
        if tag == "Tjeneste":
            items = tuple((f"{name}.{part}", kind) for part, kind in TJENESTE)
            return name, where, replace(
                scope, items=(*scope.items, *items), item_lists=(*scope.item_lists, f"{name}.tillegg"),
            )
        return name, where, replace(scope, items=(*scope.items, (name, tag)))

    def _where(self, scope: Scope, depth: int) -> str:
        return f" der {self._within(scope, depth)}" if self.often(3) else ""

    def _within(self, scope: Scope, depth: int) -> str:
        """A condition within a quantifier; it often speaks of both sides."""
        crossing = len(scope.things) > 1 and not self.often()
        return f"({self._crossing(scope, depth)})" if crossing else self.bool(scope, depth)

    def _exists(self, scope: Scope, depth: int) -> str:
        name, domain, inner = self.over(scope)
        return f"finnes {name} i {domain} der {self._within(inner, depth)}"

    def _for_all(self, scope: Scope, depth: int) -> str:
        name, domain, inner = self.over(scope)
        return f"alle {name} i {domain}{self._where(inner, depth)} har {self.bool(inner, depth)}"

    def _this_is(self, scope: Scope, depth: int) -> str:
        name = self.fresh("e")
        inner = _with_thing(scope, name, scope.entity)
        key = self.expr(self.pick(ORDERED), inner, depth)
        kind = self.pick(("første", "siste"))
        domain = f"pasient.{dict(scope.kinds)[scope.entity]}"
        return f"denne er {kind} {name} i {domain}{self._where(inner, depth)} etter {key}"

    def _count(self, tag: str, scope: Scope, depth: int) -> str:
        name, domain, inner = self.over(scope)
        return f"antall {name} i {domain}{self._where(inner, depth)}"

    def _sum_over(self, tag: str, scope: Scope, depth: int) -> str:
        name, domain, inner = self.over(scope)
        take = self.field(tag, inner)
        return f"sum {take} for {name} i {domain}{self._where(inner, depth)}"

    def _extreme_over(self, tag: str, scope: Scope, depth: int) -> str:
        name, domain, inner = self.over(scope)
        take, otherwise = self.expr(tag, inner, depth), self.expr(tag, scope, depth)
        kind = self.pick(("maks", "min"))
        return f"{kind} {take} for {name} i {domain}{self._where(inner, depth)} ellers {otherwise}"

    def _pick(self, tag: str, scope: Scope, depth: int) -> str:
        name, domain, inner = self.over(scope)
        take, otherwise = self.expr(tag, inner, depth, bare=True), self.expr(tag, scope, depth)
        kind, key = self.pick(("første", "siste")), self.expr(self.pick(ORDERED), inner, depth)
        return f"{kind} {take} for {name} i {domain}{self._where(inner, depth)} etter {key} ellers {otherwise}"


def _with_thing(scope: Scope, name: str, entity: str) -> Scope:
    return replace(scope, things=(*scope.things, f"{name}."), owners=(*scope.owners, entity))


def written(tag: str, value: Any) -> str:
    """A value as an author writes it."""
    if tag == "bool":
        return "ja" if value else "nei"
    if tag == "text":
        return f"«{value}»"
    if tag in NUMBERS:
        unit, scale = NUMBERS[tag]
        return f"{value:.{scale}f}".replace(".", ",") + unit
    return str(value)
