"""What must hold whenever two editions are compared, whatever they say."""

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st
from rulebooks import documents, rulebooks

from rulesdsl.check.editions import check
from rulesdsl.compare.changes import pair
from rulesdsl.compare.comparison import Comparer
from rulesdsl.compare.mixed import Mixer
from rulesdsl.compare.mixtures import Mixtures, at, read_differently
from rulesdsl.compare.split import rounded_parts, shares
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import Comparison
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Run
from rulesdsl.source import Source
from rulesdsl.syntax.parser import parse

# ── Two editions of one rulebook ─────────────────────────────────────────────────────────────────────────────


@dataclass
class Drawn:
    """The declarations of an edition, in any order, and the CSV of its table."""

    year: int
    declarations: list[str]
    csv: str

    def edition(self, shuffled: int | None = None) -> Edition:
        texts = list(self.declarations)
        rows = self.csv.splitlines()
        if shuffled is not None:
            random.Random(shuffled).shuffle(texts)
            rows = [rows[0], *reversed(rows[1:])]
        head = f"regelverk p {self.year} «P»\n  gjelder {self.year}-01-01 til {self.year}-12-31\n"
        text, problems = "\n".join([head, *texts]), Problems()
        file = parse(Source("p.isf", text), problems)
        checked = check([file], lambda beside, name: "\n".join(rows).encode(), problems)
        errors = [problem for problem in checked.problems if problem.is_error]
        if errors and {problem.code for problem in errors} <= {"ISF417", "ISF423"}:
            reject()
        assert not errors, "\n".join([*(f"{e.code} {e.detail} {e.labels} {e.hint}" for e in errors), text])
        return checked.editions[f"p@{self.year}"]


@st.composite
def editions(draw: st.DrawFn, year: int) -> Drawn:
    """An edition of one rulebook. Whatever two of these have differently makes a change: values, rows, conditions,
    codes, clauses and results that only one has, what is an exception to what, and what rests on what."""

    def pick(*options: Any) -> Any:
        return draw(st.sampled_from(options))

    start = f"{year}-01-01"
    found = [
        "kilde k «K» status eksempel",
        f"kodeverk Form «Form»\n  fysisk = 1\n  {(skjerm := pick('video', 'digital'))} = 2",
        "entitet Pasient «P»\n  nøkkel pasient_id : tekst",
        "entitet Sak i Pasient som saker «Sak»\n  nøkkel sak_id : tekst\n  rettsdato dato : dato\n  x : tall\n"
        "  y : ja/nei\n  form : Form",
        f"sats pris : kroner\n  fra {start}: {pick('10', '20,05', '33,33')} ifølge k",
        f"sats tillegg : kroner\n  fra {start}: {pick('1', '2,50')} ifølge k",
        f"sats ubrukt : kroner\n  fra {start}: {pick('1', '2', '3')} ifølge k",
        "tabell vekt «Vekt»\n  nøkkel x : tall\n  kolonne tyngde : poeng\n  fil «vekt.csv» ifølge k",
        "resultat regnes : ja/nei for Sak «Med»", "resultat grunn : kroner for Sak «Grunn»",
        "resultat sum_ : kroner for Sak «Sum»",
        "resultat ene : tall for Sak «En»", "resultat andre : tall for Sak «To»",
        "punkt 1 «En»\n  ifølge k\n  regnes er ja",
        f"punkt 4 «Fire»\n  ifølge k\n  når x < {pick(3, 5)}\n  grunn er avrund(pris * {pick('1', '1,5', '2')}; 2)",
        f"punkt 5 «Fem»\n  ifølge k\n  når x >= {pick(3, 5)}\n  grunn er "
        + pick("pris + tillegg", "tillegg", "7,00 kr"),
        f"beslutning faktor : tall med 1 desimal for Sak treff første\n  ifølge k\n  | y || ut |\n"
        f"  | ja || {pick('1,0', '2,0')} |\n  | - || {pick('1,0', '1,5')} |",
        "punkt 99 «Aldri»\n  ifølge k\n  unntak fra 1\n  når x > 1000 + "
        f"{pick(1, 2)}\n  regnes er nei",
    ]
    if draw(st.booleans()):
        found.append(f"punkt 2 «To»\n  ifølge k\n  unntak fra 1\n  når x > {pick(1, 4)}\n  regnes er nei")
        if draw(st.booleans()):
            found.append(f"punkt 3 «Tre»\n  ifølge k\n  unntak fra {pick('1', '2')}\n  når form er {skjerm}\n"
                         f"  regnes er {pick('ja', 'nei')}")
    ring = pick((1, "ene + 1"), ("andre + 2", 1), (1, 2), (3, 2))
    found += [f"punkt 6 «Seks»\n  ifølge k\n  ene er {ring[0]}", f"punkt 7 «Sju»\n  ifølge k\n  andre er {ring[1]}"]
    extra = "0,00 kr"
    if draw(st.booleans()):
        extra = "ekstra"
        found += ["resultat ekstra : kroner for Sak «Ekstra»",
                  f"punkt 8 «Åtte»\n  ifølge k\n  ekstra er {pick('tillegg * 2', '4,00 kr')}"]
    others = pick("0", "antall e i pasient.saker", "antall e i pasient.saker der e.regnes")
    found.append(
        "punkt 9 «Ni»\n  ifølge k\n  sum_ er hvis regnes så avrund(grunn * faktor * (vekt[x].tyngde ellers "
        f"{pick('0', '1')} poeng) / 1 poeng; 2) + {extra} + 1,00 kr * ene * andre + 1,00 kr * ({others}) ellers 0,00 kr"
    )
    rows = [f"{number};{pick('0,100', '1,000', '1,333')}" for number in range(6) if pick(True, True, False)]
    return Drawn(year, found, "\n".join(["x;tyngde", *rows]) + "\n")


@st.composite
def cases(draw: st.DrawFn) -> Document:
    """A case that both editions can decide, now and then with a fact that is missing; or a patient with two."""
    def one(key: str) -> dict[str, Any]:
        made = {"sak_id": key, "dato": draw(st.sampled_from(("2020-03-01", "2021-06-01"))),
                "x": Decimal(draw(st.integers(0, 6))), "y": draw(st.booleans()),
                "form": Decimal(draw(st.sampled_from((1, 2))))}
        if draw(st.integers(0, 5)) == 0:
            del made[draw(st.sampled_from(("x", "y", "form")))]
        return made

    return Document(one("A") if draw(st.booleans()) else {"pasient_id": "P", "saker": [one("A"), one("B")]})


def runs(document: Document, *both: Edition) -> list[Run]:
    return [decide(edition, load(document, edition)) for edition in both]


def comparisons(document: Document, first: Edition, second: Edition) -> list[Comparison]:
    before, after = runs(document, first, second)
    comparer = Comparer(second)
    made = [comparer.comparison(before, thing, explain(before, thing, False), after) for thing in before.case.things]
    assert not any(compared.other.errors for compared in made)
    return made


def parts(compared: Comparison) -> dict[tuple[str, Any], Decimal]:
    """The parts of every split, by result and what caused them."""
    return {(split.result, frozenset((one.kind, one.name) for one in part.changes)): part.amount
            for split in compared.splits for part in split.parts}


EDITIONS = editions(2020), editions(2021)

# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=40, deadline=None)
@given(*EDITIONS, cases())
def test_the_parts_come_to_the_difference_and_the_way_back_is_the_opposite(
    first: Drawn, second: Drawn, document: Document
) -> None:
    there, back = first.edition(), second.edition()
    for one, opposite in zip(comparisons(document, there, back), comparisons(document, back, there), strict=True):
        totals = {difference.result: difference for difference in one.differences}
        for split in one.splits:
            assert sum(part.amount for part in split.parts) == split.total
            assert all(part.amount for part in split.parts)
            sides = totals.get(split.result)
            assert split.total == (sides.after.value - sides.before.value if sides else 0)  # type: ignore[operator]
        known = {name for name, each in totals.items() if each.before.status == each.after.status == "known"
                 and isinstance(each.before.value, Decimal) and each.before.value != each.after.value
                 and each.before.main}
        assert known <= {split.result for split in one.splits}
        assert parts(opposite) == {key: -amount for key, amount in parts(one).items()}


@settings(max_examples=40, deadline=None)
@given(*EDITIONS, cases(), st.integers(0, 99))
def test_the_order_of_declarations_changes_no_part(
    first: Drawn, second: Drawn, document: Document, seed: int
) -> None:
    plain = comparisons(document, first.edition(), second.edition())
    mixed = comparisons(document, first.edition(seed), second.edition(seed + 1))
    assert list(map(parts, plain)) == list(map(parts, mixed))


@settings(max_examples=40, deadline=None)
@given(*EDITIONS, cases())
def test_what_touches_nothing_gets_nothing(first: Drawn, second: Drawn, document: Document) -> None:
    for compared in comparisons(document, first.edition(), second.edition()):
        named = {(one.kind, one.name) for split in compared.splits for part in split.parts for one in part.changes}
        assert not named & {("sats", "ubrukt"), ("punkt", "99")}


def outcomes(run: Run) -> dict[object, object]:
    """Every outcome: value, status, deciding clause and rule, missing facts."""
    return {
        (at(thing), name): (each.status, each.value if each.status == "known" else None,
                            each.rule and (each.rule.clause, each.rule.name),
                            sorted((*at(owner), *path) for owner, path in each.waits.missing))
        for (thing, name), each in run.outcomes.items()
    }


def check_ends(first: Edition, second: Edition, document: Document, choice: random.Random) -> None:
    before, after = runs(document, first, second)
    mixer = Mixer(pair(first, second), read_differently(before.case, after.case))
    mixtures = Mixtures(mixer, before, after)
    players, case = mixtures.mixer.players, mixtures._cases
    none, everything = mixtures.mixer.mixture(frozenset()), mixtures.mixer.mixture(frozenset(players))
    for mixture, read, plain in ((none, case[0], before), (everything, case[1], after)):
        made = outcomes(decide(mixture, read))
        assert {key: made[key] for key in outcomes(plain)} == outcomes(plain)
        assert set(mixture.results) == set(plain.edition.results)
    for _ in range(6):
        mixtures.outcomes(frozenset(choice.sample(players, choice.randint(0, len(players)))))


@settings(max_examples=40, deadline=None)
@given(*EDITIONS, cases(), st.randoms(use_true_random=False))
def test_no_change_is_the_one_edition_and_all_changes_are_the_other(
    first: Drawn, second: Drawn, document: Document, choice: random.Random
) -> None:
    check_ends(first.edition(), second.edition(), document, choice)


@settings(max_examples=40, deadline=None)
@given(rulebooks(), rulebooks(), documents(), st.randoms(use_true_random=False))
def test_any_two_rulebooks_can_be_mixed(first: Any, second: Any, document: Document, choice: random.Random) -> None:
    """Two that were not made from each other have all but a few changes joined; still every mixture decides."""
    check_ends(first.edition(), second.edition(), document, choice)


# ── The arithmetic ───────────────────────────────────────────────────────────────────────────────────────────

KNOWN = st.decimals(-9, 9, places=2)


@st.composite
def games(draw: st.DrawFn) -> list[Decimal | None]:
    """An answer for every set of up to four changes; none for some of those in between."""
    count = draw(st.integers(1, 4))
    between = st.one_of(KNOWN, KNOWN, st.none())
    return [draw(KNOWN if chosen in (0, 2**count - 1) else between) for chosen in range(2**count)]


def by_hand(game: list[Decimal | None]) -> dict[int, Fraction]:
    """The average over all orders of all ways to go from an answer to the next, each by a smallest step."""
    full = len(game) - 1
    orders: list[list[int]] = []

    def go(at_: int, steps: list[int]) -> None:
        if at_ == full:
            orders.append(steps)
            return
        larger = [to for to in range(full + 1) if to & at_ == at_ and to != at_ and game[to] is not None]
        for to in larger:
            if not any(over != to and over & to == over for over in larger):
                go(to, [*steps, to])

    go(0, [0])
    found: dict[int, Fraction] = {}
    for order in orders:
        for here, there in pairwise(order):
            moved = Fraction(game[there]) - Fraction(game[here])  # type: ignore[arg-type]
            found[there ^ here] = found.get(there ^ here, Fraction()) + moved / len(orders)
    return {step: part for step, part in found.items() if part}


@given(games())
def test_shares_are_the_average_over_all_orders(game: list[Decimal | None]) -> None:
    count = len(game).bit_length() - 1
    assert shares(count, game.__getitem__) == by_hand(game)


@given(st.lists(KNOWN, min_size=8, max_size=8))
def test_shares_are_the_shapley_value(game: list[Decimal]) -> None:
    found = {1 << each: Fraction() for each in range(3)}
    for order in permutations(range(3)):
        made = 0
        for each in order:
            found[1 << each] += (Fraction(game[made | 1 << each]) - Fraction(game[made])) / 6
            made |= 1 << each
    assert shares(3, game.__getitem__) == {change: part for change, part in found.items() if part}


FRACTIONS = st.dictionaries(st.sampled_from("abcdef"), st.fractions(-5, 5, max_denominator=60), min_size=1)


@given(FRACTIONS, st.integers(0, 3))
def test_rounded_parts_sum_to_the_total_and_are_near_and_turn_with_the_sign(
    exact: dict[str, Fraction], scale: int
) -> None:
    unit = Fraction(1, 10**scale)
    rest = sum(exact.values()) % unit
    exact["a"] = exact.get("a", Fraction()) - rest
    total = Decimal(int(sum(exact.values()) / unit)).scaleb(-scale)
    found = rounded_parts(exact, total, scale, sorted(exact))
    assert sum(found.values()) == total
    assert all(abs(Fraction(found.get(key, Decimal(0))) - part) < unit for key, part in exact.items())
    opposite = rounded_parts({key: -part for key, part in exact.items()}, -total, scale, sorted(exact))
    assert opposite == {key: -amount for key, amount in found.items()}


def test_of_parts_that_lose_as_much_the_first_in_order_is_rounded_up() -> None:
    halves = {name: Fraction(1, 2) for name in "ab"}
    assert rounded_parts(halves, Decimal(1), 0, ["b", "a"]) == {"b": Decimal(1)}
    assert rounded_parts(halves, Decimal(1), 0, ["a", "b"]) == {"a": Decimal(1)}
