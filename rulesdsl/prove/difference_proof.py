"""Two editions put to the solver: under which condition the same case can be decided differently by them.

A case is one that both can read, on any day of either; each decides it with its own satser, as when a file of cases is
held against two editions. Of cases whose answer is settled in both the condition is told in statements; of the
others, by the facts that are missing.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import z3
from attrs import evolve

from rulesdsl.compare.changes import Pair, pair
from rulesdsl.compare.differences import head_of
from rulesdsl.core import ir, types
from rulesdsl.core.trees import expressions
from rulesdsl.core.types import Date, is_money
from rulesdsl.core.values import shown
from rulesdsl.evaluate.wording import result_called
from rulesdsl.prove.cases import Thing
from rulesdsl.prove.difference import COUNT, PARTS, SECONDS, Difference, Extreme, Missing, Part, Proof, Said
from rulesdsl.prove.difference_atoms import Side, Vocabulary, comparable, relevant
from rulesdsl.prove.difference_effect import Effects
from rulesdsl.prove.difference_missing import Lacking
from rulesdsl.prove.difference_search import Claim, Cube, OutOfTime, Region, Search, merged
from rulesdsl.prove.difference_witness import Replaying
from rulesdsl.prove.difference_world import Both, days_of
from rulesdsl.prove.encode import Encoder, Outcome
from rulesdsl.prove.solving import Found, Solving
from rulesdsl.prove.speaks_of import speaks_of
from rulesdsl.prove.sym import NotProvable, equal, level
from rulesdsl.prove.terms import Logic, conj, disj, neg, same

NEVER = Extreme(None, reason="svaret er aldri kjent i begge utgavene")

Step = Callable[[str, int, int], None]

FIRST_ROOM = 2
"""How many things of a kind a case has where parts are first looked for."""

FOR_PARTS = 0.7
"""How much of the time goes to finding the parts; the rest is for their cases, and for amounts."""

FOR_SEEDS = 0.4
"""How much of that goes to finding them among cases with fewer things first."""


def prove_difference(
    before: ir.Edition, after: ir.Edition, results: Sequence[str] = (), *, parts: int = PARTS,
    seconds: float = SECONDS, count: int = COUNT, step: Step = lambda what, done, of: None,
) -> Proof:
    """Where two editions can differ: in some results, or else in those that no other uses. ``step`` is told what is
    being looked for, and how many of the results are done."""
    begun = time.monotonic()
    ready = pair(before, after)
    asked, alone = _asked(before, after, results)
    made: list[Difference] = []
    left_out: dict[str, None] = {}
    limits: dict[str, None] = {}
    apart: dict[str, None] = {}
    for at, name in enumerate(asked):
        def told(what: str, at: int = at) -> None:
            step(what, at, len(asked))

        question = _Question(before, after, ready, name, parts, begun + seconds, seconds, count, told)
        made.append(question.answer())
        left_out |= dict.fromkeys(question.left_out)
        apart |= dict.fromkeys(question.apart)
        limits |= dict.fromkeys(question.limits)
    return Proof(head_of(before), head_of(after), tuple(made), tuple(left_out), tuple(sorted(limits)), alone,
                 time.monotonic() - begun, tuple(apart))


def _asked(before: ir.Edition, after: ir.Edition, results: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The results to compare, and those that only one of the editions has."""
    names = results or [name for name in dict.fromkeys((*after.shown, *before.shown))
                        if name in before.final | after.final]
    both = tuple(name for name in names if name in before.results and name in after.results)
    alone = tuple(f"{name}, som bare {(before if name in before.results else after).id} har"
                  for name in names if name not in both)
    return both, alone


class _Question:
    """One result."""

    def __init__(
        self, before: ir.Edition, after: ir.Edition, ready: Pair, name: str, parts: int, ends: float, seconds: float,
        count: int, told: Callable[[str], None],
    ) -> None:
        self.tell = told
        self.before, self.after, self.ready, self.name, self.parts = before, after, ready, name, parts
        self.ends, self.seconds = ends, seconds
        self.result = after.results[name]
        self.room = count if any(_looks_around(edition, name) for edition in (before, after)) else 0
        self.left_out: tuple[str, ...] = ()
        self.apart: tuple[str, ...] = ()
        self.limits: tuple[str, ...] = ()

    def answer(self) -> Difference:
        first, last = (shown(Date(), day) for day in days_of(self.before, self.after))
        blank = Difference(self.name, result_called(self.result), self.result.type, self.result.entity, "ikke ferdig",
                           f"{speaks_of(self.after, self.result.entity, self.room)} fra {first} til {last}")
        if self.before.results[self.name].entity != self.result.entity:
            return evolve(blank, reason="resultatet gjelder ikke det samme i de to utgavene")
        if not comparable(self.before.results[self.name].type, self.result.type):
            return evolve(blank, reason="resultatet er ikke av samme type i de to utgavene")
        self.tell(f"{blank.called}: leser reglene")
        try:
            self._encode()
            return self._answered(evolve(blank, apart=self._read_apart()))
        except NotProvable as error:
            return evolve(blank, reason=error.reason)
        except OutOfTime as error:
            return evolve(blank, reason=self._late(error))

    def _late(self, error: OutOfTime) -> str:
        late = error.reason.startswith("tidsgrensen")
        return f"tidsgrensen på {self.seconds:g} sekunder ble nådd" if late else error.reason

    def _find(self, said: Logic) -> Found:
        """A case of which something holds, within what is left of the time for everything."""
        self.solving.seconds = self.ends - time.monotonic()
        if self.solving.seconds <= 0:
            raise OutOfTime("tidsgrensen ble nådd")
        return self.solving.find(said)

    def _read_apart(self) -> tuple[str, ...]:
        """The data that this result may rest on, in either edition, and that they do not read alike."""
        nodes = [node for edition in (self.before, self.after) for name in relevant(edition, (self.name,))
                 for root in expressions(edition.results[name].groups) for node in ir.walk(root)]
        return tuple(each.text for each in self.world.apart if each.is_read(nodes))

    # ── As logic ─────────────────────────────────────────────────────────────────────────────────────────────

    def _encode(self) -> None:
        self.world = Both(self.before, self.after)
        self.left_out = tuple(self.world.left_out)
        self.apart = tuple(each.text for each in self.world.apart)
        self.thing = self.world.case(self.result.entity, "a", self.room, days_of(self.before, self.after))[0]
        clauses = {**self.before.clauses, **self.after.clauses}  # by which clauses are ordered, the same in both
        things = {each.entity: each for each in _upwards(self.thing)}
        first, second = (
            Side(edition, Encoder(evolve(edition, clauses=clauses), self.world), things, at,
                 f"{edition.rulebook.upper()} {edition.name}")
            for at, edition in enumerate((self.before, self.after)))
        self.sides = first, second
        self.outcomes = tuple(side.encoder.outcome(self.thing, self.name) for side in self.sides)
        self.solving = Solving(*(side.encoder for side in self.sides), seconds=self.seconds)
        self.differ = _unlike(*self.outcomes)
        self.settled = conj(neg(outcome.unknown) for outcome in self.outcomes)

    def _vocabulary(self) -> Vocabulary:
        names = {name for side in self.sides for name in relevant(side.edition, (self.name,))}
        alike = {name: self._alike(name) for name in self.before.results
                 if name in names and name in self.after.results}
        return Vocabulary(self.sides, (self.name,), alike, self.ready.changes)

    def _alike(self, name: str) -> bool:
        """Whether a result is the same in both editions, for every case."""
        first, second = (edition.results[name] for edition in (self.before, self.after))
        if first.entity != second.entity or first.entity not in self.sides[0].things:
            return False
        if not comparable(first.type, second.type):
            return False
        thing = self.sides[0].things[first.entity]
        try:
            unlike = _unlike(*(side.encoder.outcome(thing, name) for side in self.sides))
        except NotProvable:
            return False
        return self._find(unlike).answer == "finnes ikke"

    # ── The answer ───────────────────────────────────────────────────────────────────────────────────────────

    def _answered(self, blank: Difference) -> Difference:
        self.limits = tuple(self.world.limits)
        found = self._find(self.differ)
        if found.answer == "finnes ikke":
            return blank if blank.apart else evolve(blank, answered="likt")
        if found.answer == "ikke avgjort":
            raise OutOfTime(found.reason)
        return self._different(blank)

    def _different(self, blank: Difference) -> Difference:
        """Where it can differ."""
        self._search()
        found: list[Region] = []
        reason = ""
        try:
            for region in self.search.regions(self._seeds()):
                if len(found) == self.parts:
                    reason = f"det er flere enn {self.parts} deler"
                    break
                found.append(region)
                self.tell(f"{result_called(self.result)}: fant del {len(found)}")
            if not reason:
                found = merged(self.search.needed(found))
        except OutOfTime as error:
            reason = self._late(error)
        self.search.ends = self.ends
        self.tell(f"{result_called(self.result)}: finner eksempler")
        parts = sorted((self._part(region, found) for region in found), key=_simplest)
        if not reason and any(part.witness is None for part in parts):
            reason = "et eksempel ble ikke funnet, eller holdt ikke da det ble avgjort på nytt"
        missing: Missing | None = None
        try:
            missing = None if reason else self._missing()
        except OutOfTime as error:
            reason = self._late(error)
        self.tell(f"{result_called(self.result)}: finner hvor mye")
        up, down = self._effects()
        return evolve(blank, answered="ikke ferdig" if reason else "ulikt", parts=tuple(parts), missing=missing,
                      up=up, down=down, reason=reason)

    def _search(self) -> None:
        """Make the search for parts ready."""
        vocabulary = self._vocabulary()
        self.lacking = Lacking(self.world, self.sides, self.name)
        self.told = disj((self.settled, self.lacking.nothing))
        now = time.monotonic()
        ends = now + (self.ends - now) * FOR_PARTS
        self.search = Search(self.solving, vocabulary.atoms, self.differ, self.told, ends)
        self.limits = tuple(self.world.limits)

    def _seeds(self) -> list[Cube]:
        """The parts among cases with fewer things, which are found much sooner, and mostly hold of all."""
        if self.room <= FIRST_ROOM:
            return []
        now = time.monotonic()
        first = _Question(self.before, self.after, self.ready, self.name, self.parts,
                          now + (self.search.ends - now) * FOR_SEEDS, self.seconds, FIRST_ROOM, self.tell)
        found: list[Region] = []
        try:
            first._encode()
            if first.differ is False or first._find(first.differ).answer != "finnes":
                return []
            first._search()
            first.search.ends = first.ends
            found.extend(islice(first.search.regions(), self.parts))
            found = first.search.needed(found)
        except OutOfTime:
            pass  # what was found so far is worth trying
        cubes = [self.search.known(region.cube) for region in found if region.always]
        return [cube for cube in cubes if cube is not None]

    def _part(self, region: Region, regions: Sequence[Region]) -> Part:
        """A part with a case that stands for it, and for no other part if there is one."""
        part = _untold(region, self._if_known(region))
        held = [self.search.inside(region)]
        apart = [self.search.outside(each) for each in regions if each is not region]
        try:
            model = self._plain(self.search, [*held, *apart]) or self._plain(self.search, held)
        except OutOfTime:
            model = None
        witness = None if model is None else self._replaying.witness(self.world, model, self.thing, region.holds)
        return evolve(part, witness=witness)

    def _if_known(self, region: Region) -> bool:
        """Whether there may be cases of a part that differ always, with an answer that is ukjent in both editions."""
        if not region.always:
            return False
        try:
            return self.search.exists(self.search.flag(self.search.within(region)), self.search.flag(
                conj((neg(self.differ), neg(self.told))))) is not None
        except OutOfTime:
            return True

    @property
    def _replaying(self) -> Replaying:
        return Replaying(self.before, self.after, self.name, self.result.entity)

    def _plain(self, search: Search, held: list[z3.BoolRef]) -> z3.ModelRef | None:
        """A case of which as much as can be is plain: it stands alone, and its numbers are small."""
        model = search.exists(*held)
        if model is None:
            return None
        for wish in self._wishes():
            flag = search.held(wish)
            better = search.exists(*held, flag)
            if better is not None:
                held.append(flag)
                model = better
        return model

    def _wishes(self) -> Iterator[Logic]:
        yield conj(outcome.known for outcome in self.outcomes)
        yield disj(outcome.known for outcome in self.outcomes)
        others = [each.there for each in self.world.things() if isinstance(each.there, z3.BoolRef)]
        yield from (neg(there) for there in reversed(others))
        for thing in (self.thing, *(each for each in self.world.things() if each is not self.thing)):
            for path, fact in thing.facts.items():
                if isinstance(self.world.kind(thing, path), types.Number) and isinstance(fact.value, z3.ArithRef):
                    yield fact.value == 10**fact.scale
                    yield conj((fact.value >= 0, fact.value <= 100 * 10**fact.scale))

    def _missing(self) -> Missing | None:
        """When a case that is not told of by the parts differs."""
        search = self._apart()
        found = self.lacking.found(search, conj((self.differ, neg(self.told))))
        if found is None:
            return None
        model = self._plain(search, [search.flag(conj((self.differ, neg(self.told))))])
        witness = None if model is None else self._replaying.witness(self.world, model, self.thing, lambda _: True)
        return evolve(found, witness=witness)

    def _apart(self) -> Search:
        """The same cases to a solver that has no parts to mind: it answers what is not about them much sooner."""
        alone = Solving(*(side.encoder for side in self.sides), seconds=self.seconds)
        return Search(alone, (), self.differ, among=True, ends=self.ends)

    # ── Effects ──────────────────────────────────────────────────────────────────────────────────────────────

    def _effects(self) -> tuple[Extreme | None, Extreme | None]:
        kind = self.result.type
        if not isinstance(kind, types.Number) or not is_money(kind.unit):
            return None, None
        first, second = (outcome.value for outcome in self.outcomes)
        if first.known is False or second.known is False:
            return NEVER, NEVER
        (one, other), scale = level((first, second))
        effects = Effects(self._apart(), self.world, self.thing, conj((first.known, second.known)), other - one, scale)
        found: list[Extreme] = []
        for sign in (1, -1):
            try:
                if sign > 0 and effects.never():
                    return NEVER, NEVER
                found.append(effects.extreme(sign))
            except OutOfTime as error:
                found.append(Extreme(None, reason=self._late(error)))
        up, down = found
        return up, down


# ── What is asked ────────────────────────────────────────────────────────────────────────────────────────────


def _unlike(first: Outcome, second: Outcome) -> Logic:
    """Whether two outcomes differ in status, or in value where both are known."""
    return neg(conj((
        same(first.no_rule, second.no_rule), same(first.conflict, second.conflict), same(first.known, second.known),
        disj((neg(first.known), equal(first.value, second.value))),
    )))


def _untold(region: Region, if_known: bool) -> Part:
    """A part in words, without a case."""
    said, either = (tuple(_claimed(each) for each in sorted(cube, key=lambda claim: claim.rank))
                    for cube in (region.cube, region.either))
    return Part(said, either, region.always, None, region.holds, if_known)


def _simplest(part: Part) -> tuple[int, int]:
    """An order in which the parts that need the fewest things and words come first."""
    return len(part.witness.facts) if part.witness else 0, len(part.said) + len(part.either)


def _claimed(claim: Claim) -> Said:
    atom = claim.atom
    text = atom.told if claim.form in ("ja", "ikke nei") else atom.denied
    doubt = "" if claim.form in ("ja", "nei") else ", eller det er ukjent"
    return Said(text + doubt, atom.clause, atom.part, atom.changed)


def _upwards(thing: Thing) -> Iterator[Thing]:
    above: Thing | None = thing
    while above is not None:
        yield above
        above = above.parent


def _looks_around(edition: ir.Edition, name: str) -> bool:
    """Whether anything that a result rests on looks at other things than its own."""
    seen, pending = set(), [name]
    while pending:
        each = pending.pop()
        if each not in seen:
            seen.add(each)
            for root in expressions(edition.results[each].groups):
                for node in ir.walk(root):
                    if isinstance(getattr(node, "over", None), ir.Children):
                        return True
                    if isinstance(node, ir.ResultOf):
                        pending.append(node.name)
    return False
