"""The condition under which two outcomes can differ: few statements that hold of all cases in which they do.

A case in which they differ is found; of what is so of it as little is kept as makes every such case differ (a part);
then a case outside the parts is sought, until there is none. What remains is thereby complete.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import z3
from attrs import field, frozen

from rulesdsl.prove.difference import Decided
from rulesdsl.prove.difference_atoms import OWN, SHARED, Atom
from rulesdsl.prove.solving import Found, Solving
from rulesdsl.prove.sym import is_no, is_yes
from rulesdsl.prove.terms import Logic, conj, disj, implies, neg

Form = Literal["ja", "nei", "ikke ja", "ikke nei"]

WEAKER: dict[Form, Form] = {"ja": "ikke nei", "nei": "ikke ja"}


@frozen
class Claim:
    """That an atom is ja, is nei, or is not known to be the one or the other."""

    atom: Atom = field(eq=True)
    form: Form

    @property
    def rank(self) -> int:
        return self.atom.rank if self.form in ("ja", "ikke nei") else self.atom.denied_rank

    def holds(self, decided: Decided) -> bool:
        """Whether a case that is decided in both editions is so."""
        found = self.atom.given(decided)
        match self.form:
            case "ja":
                return found is True
            case "nei":
                return found is False
            case "ikke ja":
                return found is not True
            case "ikke nei":
                return found is not False


Cube = tuple[Claim, ...]


@frozen(eq=False)
class Region:
    """A part of the condition: the cases of which all of ``cube`` holds, and one of ``either`` where there are any.
    ``always``: each of its cases differs; else some do."""

    cube: Cube
    always: bool
    either: Cube = ()

    def holds(self, decided: Decided) -> bool:
        """Whether a case that is decided in both editions is in it."""
        return all(each.holds(decided) for each in self.cube) and (
            not self.either or any(each.holds(decided) for each in self.either))


class OutOfTime(Exception):
    """The solver gave no answer within the time there was."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Search:
    """One question: ``differ`` says of a case that its two outcomes do. It is asked of the cases ``among`` alone."""

    def __init__(self, solving: Solving, atoms: Sequence[Atom], differ: Logic, among: Logic, ends: float) -> None:
        self.solving, self.atoms, self.ends = solving, atoms, ends
        self._made = 0
        self._flags: dict[tuple[int, bool], z3.BoolRef] = {}
        self.differ = self.flag(conj((among, differ)))
        self.same = self.flag(conj((among, neg(differ))))

    # ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────

    def flag(self, said: Logic) -> z3.BoolRef:
        """A ja/nei that says the same as a term."""
        self._made += 1
        made = z3.Bool(f"sagt!{self._made}")
        self.solving.demand(made == said if not isinstance(said, bool) else (made if said else z3.Not(made)))
        return made

    def held(self, said: Logic) -> z3.BoolRef:
        """A ja/nei that is ja only where a term is: all that it takes to hold cases to the term, and no burden else."""
        self._made += 1
        made = z3.Bool(f"sagt!{self._made}")
        self.solving.demand(implies(made, said))
        return made

    def literal(self, claim: Claim) -> z3.BoolRef:
        yes = claim.form in ("ja", "ikke ja")
        key = id(claim.atom), yes
        if key not in self._flags:
            self._flags[key] = self.flag((is_yes if yes else is_no)(claim.atom.value))
        made = self._flags[key]
        return made if claim.form in ("ja", "nei") else z3.Not(made)

    def ask(self, flags: Iterable[z3.BoolRef]) -> Found:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise OutOfTime("tidsgrensen ble nådd")
        self.solving.seconds = left
        found = self.solving.together(flags)
        if found.answer == "ikke avgjort":
            raise OutOfTime(found.reason)
        return found

    def exists(self, *flags: z3.BoolRef, cube: Iterable[Claim] = ()) -> z3.ModelRef | None:
        """A case with some flags in a region."""
        return self.ask((*flags, *(self.literal(each) for each in cube))).model

    def known(self, cube: Cube) -> Cube | None:
        """The same claims of a smaller question, in the atoms of this one; None where it has not all of them."""
        own = {each.name: each for each in self.atoms}
        made = [Claim(own[each.atom.name], each.form) for each in cube if each.atom.name in own]
        return tuple(made) if len(made) == len(cube) else None

    # ── Parts ────────────────────────────────────────────────────────────────────────────────────────────────

    def regions(self, seeds: Iterable[Cube] = ()) -> Iterator[Region]:
        """The parts of the condition, until they are all there is. ``seeds`` are tried first."""
        for atom in self.atoms:
            for form in ("ja", "nei"):
                self.literal(Claim(atom, form))
        outside: list[z3.BoolRef] = []
        for cube in seeds:
            if self.exists(self.same, cube=cube) is None and self.exists(self.differ, *outside, cube=cube) is not None:
                region = Region(cube, always=True)
                outside.append(self.outside(region))
                yield region
        while (model := self._next(outside)) is not None:
            region = self._region(model)
            outside.append(self.outside(region))
            yield region

    def outside(self, region: Region) -> z3.BoolRef:
        """The flag of the cases that a part does not have."""
        return self.flag(neg(self.within(region)))

    def inside(self, region: Region) -> z3.BoolRef:
        """The flag of the cases of a part that differ."""
        return self.flag(conj((self.differ, self.within(region))))

    def within(self, region: Region) -> Logic:
        """That a case is in a part, whether it differs or not."""
        return conj((*map(self.literal, region.cube),
                     disj(map(self.literal, region.either)) if region.either else True))

    def _next(self, outside: list[z3.BoolRef]) -> z3.ModelRef | None:
        """A case that differs and is in no part yet; one of which as much holds of what people know, if there is."""
        held = [self.differ, *outside]
        model = self.exists(*held)
        if model is None:
            return None
        for atom in self.atoms:
            if atom.rank in (SHARED, OWN):
                wish = self.literal(Claim(atom, "ja"))
                better = self.exists(*held, wish)
                if better is not None:
                    held.append(wish)
                    model = better
        return model

    def so_of(self, model: z3.ModelRef) -> list[Claim]:
        """All that is so of a case, the most telling first."""
        found: list[Claim] = []
        for atom in self.atoms:
            yes, no = (z3.is_true(model.eval(self.literal(Claim(atom, form)), model_completion=True))
                       for form in ("ja", "nei"))
            forms: tuple[Form, ...] = ("ja",) if yes else ("nei",) if no else ("ikke ja", "ikke nei")
            found += [Claim(atom, form) for form in forms]
        return sorted(found, key=lambda each: each.rank)

    def _region(self, model: z3.ModelRef) -> Region:
        claims = self.so_of(model)
        cube = self._least(claims, [self.same])
        if cube is not None:
            return Region(self._weakened(cube), always=True)
        return Region(self._likely(model, claims), always=False)

    def _least(self, claims: Sequence[Claim], against: list[z3.BoolRef]) -> Cube | None:
        """As few of some claims as rule out what is ``against`` them, of the lowest ranks; None where all do not."""
        core: list[Claim] | None = None
        for rank in sorted({each.rank for each in claims}) or [SHARED]:  # without claims too, all may be ruled out
            within = [each for each in claims if each.rank <= rank]
            found = self.ask([*against, *map(self.literal, within)])
            if found.model is None:
                core = self._named(found, within)
                break
        if core is None:
            return None
        for each in sorted(core, key=lambda claim: (-claim.rank, claim.form == "ja")):
            if each in core:
                rest = [other for other in core if other is not each]
                found = self.ask([*against, *map(self.literal, rest)])
                if found.model is None:
                    core = self._named(found, rest)
        return tuple(core)

    def _named(self, found: Found, among: Sequence[Claim]) -> list[Claim]:
        ids = {each.get_id() for each in found.core}
        return [each for each in among if self.literal(each).get_id() in ids]

    def _weakened(self, cube: Cube) -> Cube:
        """The same with what is not known let in, where that brings other cases that differ and none that do not."""
        made = list(cube)
        for at, each in enumerate(made):
            if each.form in WEAKER:
                rest = [*made[:at], *made[at + 1:]]
                weaker = Claim(each.atom, WEAKER[each.form])
                unknown = [weaker, Claim(each.atom, OPPOSITE[each.form])]
                if (self.exists(self.same, cube=[weaker, *rest]) is None
                        and self.exists(self.differ, cube=[*unknown, *rest]) is not None):
                    made[at] = weaker
        return tuple(made)

    # ── Where words do not settle it ─────────────────────────────────────────────────────────────────────────

    def _likely(self, model: z3.ModelRef, claims: Sequence[Claim]) -> Cube:
        """What makes cases with the numbers of this one differ, and what no case like it differs without."""
        pins = self._pins(model)
        cube: Cube | None = self._least(claims, [self.same, pins]) if pins is not None else None
        made = list(cube if cube is not None else claims)
        for each in claims:
            if each not in made:
                others = [*made, Claim(each.atom, OPPOSITE[each.form])]
                if self.exists(self.differ, cube=others) is None and self.exists(self.same, cube=others) is not None:
                    made.append(each)
        return tuple(made)

    def _pins(self, model: z3.ModelRef) -> z3.BoolRef | None:
        """The flag of the cases whose numbers are those of one."""
        facts = [fact for thing in self.solving.world.things() for fact in thing.facts.values()]
        terms = [fact.value for fact in facts if isinstance(fact.value, z3.ArithRef)]
        return self.flag(z3.And([term == model.eval(term, model_completion=True) for term in terms])) if terms else None

    # ── All together ─────────────────────────────────────────────────────────────────────────────────────────

    def needed(self, regions: Sequence[Region]) -> list[Region]:
        """The parts without those that the others cover."""
        kept = list(regions)
        flags = {id(each): self.outside(each) for each in regions}
        for each in sorted(regions, key=_worst):
            rest = [other for other in kept if other is not each]
            if self.exists(self.differ, *(flags[id(other)] for other in rest)) is None:
                kept = rest
        return kept


def merged(regions: Sequence[Region]) -> list[Region]:
    """The parts, with those made one that are alike but for one statement, which is of the same clause in all."""
    pending = list(regions)
    found: list[Region] = []
    while pending:
        first = pending.pop(0)
        best: tuple[Claim, list[Region]] | None = None
        for out in first.cube:
            others = [each for each in pending if _alike_but(first, each, out)]
            if len(first.cube) > 1 and others and (best is None or len(others) > len(best[1])):
                best = out, others
        if best is not None:
            out, others = best
            pending = [each for each in pending if each not in others]
            rest = tuple(each for each in first.cube if each is not out)
            either = (out, *(each for region in others for each in region.cube if each not in rest))
            first = Region(rest, first.always, either)
        found.append(first)
    return found


def _alike_but(first: Region, other: Region, out: Claim) -> bool:
    """Whether two parts are alike but for one statement, and both say that of one clause."""
    if first.always is not other.always or len(first.cube) != len(other.cube) or not out.atom.clause:
        return False
    instead = [each for each in other.cube if each not in first.cube]
    return len(instead) == 1 and out not in other.cube and instead[0].atom.clause == out.atom.clause


def _worst(region: Region) -> tuple[bool, int, int]:
    """An order in which the parts that tell least come first."""
    return region.always, -max((each.rank for each in region.cube), default=0), -len(region.cube)


OPPOSITE: dict[Form, Form] = {"ja": "ikke ja", "nei": "ikke nei", "ikke ja": "ja", "ikke nei": "nei"}
