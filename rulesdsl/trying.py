"""An ``egenskap`` tried on cases that are made up, to find one that breaks it. Not finding one is no proof.

The same seed gives the same cases in every process, whatever else is imported; the strategies for tests, which look
at the same borders, leave the choice to hypothesis instead.
"""

import copy
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, assert_never

from attrs import frozen

from rulesdsl.core import ir
from rulesdsl.core.ir import Edition, Likeness, Property
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.properties import Tried, try_each
from rulesdsl.generate.aims import Choose, Stage, aim
from rulesdsl.generate.drawing import WHOLE, Thing, alone_or_not, change, draw_facts, draw_family, together
from rulesdsl.generate.fields import Facts
from rulesdsl.generate.kinds import Kind, Plan, moved, when_of
from rulesdsl.generate.mentions import Path
from rulesdsl.generate.plan import plan
from rulesdsl.generate.simpler import simpler
from rulesdsl.generate.variations import facts_of, fields_in, things_in, varied, with_facts, without_fields

Found = Literal["brutt", "holdt", "uavklart", "ikke prøvd"]
"""``brutt``: a counterexample was found. ``holdt``: none was, which is no proof. ``uavklart``: what is promised was
ukjent wherever the property speaks. ``ikke prøvd``: no case was among those it speaks of."""

MAX_STEPS = 600
"""How many simpler cases are tried in place of a counterexample."""

@frozen(eq=False)
class Search:
    """What came of trying a property. ``cases`` is how many were made up, ``within`` how many of them it speaks of,
    ``unsettled`` for how many of these what is promised is ukjent. ``documents`` are the counterexample, as simple as
    it can be made, and ``counterexample`` how it fell."""

    promise: Property
    verdict: Found
    cases: int
    within: int
    unsettled: int
    documents: tuple[Thing, ...] = ()
    counterexample: Tried | None = None

    @property
    def sentence(self) -> str:
        """The outcome in a sentence or two."""
        match self.verdict:
            case "brutt":
                return f"Brutt: sak nummer {self.cases} viser at det ikke alltid er slik."
            case "holdt":
                unsettled = f", og var uavklart i {self.unsettled}" if self.unsettled else ""
                held = self.within - self.unsettled
                return f"Holdt i {held} av {self.cases} saker{unsettled}. Det er ikke et bevis."
            case "uavklart":
                return f"Uavklart: svaret var ukjent i alle de {self.within} sakene egenskapen gjelder."
            case "ikke prøvd":
                return f"Ikke prøvd: ingen av {self.cases} saker oppfylte vilkårene, så egenskapen kan være tom."
            case _:
                assert_never(self.verdict)


def search(property_: Property, edition: Edition, *, cases: int = 200, seed: int = 0) -> Search:
    """Try a property on cases near the edition's examples and at the borders of its rules, and make the first that
    breaks it as simple as can be."""
    made, chance = plan(edition), random.Random(seed)
    kind = made.kind(property_.entity)
    within = unsettled = 0
    for number in range(1, cases + 1):
        documents = _draw(property_, made, kind, chance.randrange)
        tried = [each for each in _read(property_, edition, documents) if each.verdict != "utenfor"]
        broken = next((each for each in tried if each.verdict == "brutt"), None)
        within += bool(tried)
        unsettled += bool(tried) and all(each.verdict == "uavklart" for each in tried)
        if broken is not None:
            documents, broken = _simplest(property_, edition, made, kind, documents, broken)
            return Search(property_, "brutt", number, within, unsettled, documents, broken)
    verdict: Found = "ikke prøvd" if not within else "uavklart" if within == unsettled else "holdt"
    return Search(property_, verdict, cases, within, unsettled)


def _read(property_: Property, edition: Edition, documents: Iterable[Thing]) -> list[Tried]:
    """The same; a case that the other of two editions cannot read is not among those that a property speaks of."""
    try:
        return list(_each(property_, edition, documents))
    except ValueError:
        if not property_.between:
            raise
        return []


def _each(property_: Property, edition: Edition, documents: Iterable[Thing]) -> Iterator[Tried]:
    return try_each(property_, edition, [Document(document) for document in documents])


# ── Drawing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _draw(property_: Property, made: Plan, kind: Kind, choose: Choose) -> tuple[Thing, ...]:
    """The documents of one case: mostly such that the property speaks of them."""
    names, likeness = property_.names, property_.likeness
    if property_.between:
        return _in_both(property_, made, kind, choose)
    if property_.together:
        family = draw_family(made, kind, choose, len(names) + choose(3), None, WHOLE)
        _aimed(property_, made, kind, choose, dict(zip(names, family, strict=False)))
        return (together(made, kind, choose, family),)
    if likeness is not None:
        return _alike(property_, likeness, made, kind, choose)
    if len(names) == 1 and kind.families and _looks_around(property_) and choose(3) == 1:
        return (_as_in_an_example(made, kind, choose),)
    if len(names) == 1:
        facts = draw_facts(made, kind, choose, None, WHOLE)
        _aimed(property_, made, kind, choose, {names[0]: facts})
        return (alone_or_not(made, kind, choose, facts),)
    drawn = draw_family(made, kind, choose, len(names), None, WHOLE)
    _aimed(property_, made, kind, choose, dict(zip(names, drawn, strict=True)))
    return tuple(alone_or_not(made, kind, choose, facts) for facts in drawn)


def _looks_around(property_: Property) -> bool:
    """Whether a property asks of the others that belong to the same."""
    roots = [each for each in (property_.where, property_.holds) if each is not None]
    return any(isinstance(getattr(node, "over", None), ir.Children) for root in roots for node in ir.walk(root))


def _as_in_an_example(made: Plan, kind: Kind, choose: Choose) -> Thing:
    """All the things of an example that stand together, with a few changes or none: what must add up does so there."""
    found = kind.families[choose(len(kind.families))]
    whens = [when_of(facts, kind, made) for facts in found]
    family = [moved(facts, kind, when) for facts, when in zip(found, whens, strict=True)]
    if choose(2) == 1:
        at = choose(len(family))
        change(family[at], kind, whens[at], choose, 2)
    return together(made, kind, choose, family)


def _in_both(property_: Property, made: Plan, kind: Kind, choose: Choose) -> tuple[Thing, ...]:
    """One document twice, for either edition, without the fields that only the first of them has."""
    facts = draw_facts(made, kind, choose, None, WHOLE)
    _aimed(property_, made, kind, choose, dict.fromkeys(property_.names, facts))
    other = property_.decided_by(property_.names[-1], made.edition)
    document = without_fields(alone_or_not(made, kind, choose, facts), fields_in(made.edition) - fields_in(other))
    return document, copy.deepcopy(document)


def _alike(
    property_: Property, likeness: Likeness, made: Plan, kind: Kind, choose: Choose
) -> tuple[Thing, ...]:
    """Two documents that are the same but for what the property names; the fields named are aimed at in both."""
    first = draw_facts(made, kind, choose, None, WHOLE)
    # What is asked of either holds for the facts that the two share.
    _aimed(property_, made, kind, choose, {likeness.right: first, likeness.left: first})
    other = varied(first, kind, made, likeness.but, choose)
    changed = dict(other)
    _aimed(property_, made, kind, choose, {likeness.right: dict(first), likeness.left: changed})
    kept = {path: value for path, value in first.items() if not _among(path, likeness.but)}
    second = kept | {path: value for path, value in changed.items() if _among(path, likeness.but)}
    document = alone_or_not(made, kind, choose, first)
    keyed = facts_of(things_in(document, kind)[0], kind)
    key = (kind.entity.key,)
    second.setdefault(key, keyed[key])
    made_alike = {likeness.right: document, likeness.left: with_facts(document, kind, second)}
    return tuple(made_alike[name] for name in property_.names)


def _among(path: Path, named: Iterable[Path]) -> bool:
    """Whether a path is one of those named, or lies within a record that is."""
    return any(path[: len(each)] == each for each in named)


def _aimed(property_: Property, made: Plan, kind: Kind, choose: Choose, things: dict[str, Facts]) -> None:
    """Change the facts so that the property is likely to speak of them, and sometimes so that it may well break."""
    whens = {name: when_of(facts, kind, made) for name, facts in things.items()}
    stage = Stage(made, things, dict.fromkeys(things, kind), whens, choose)
    if choose(4) == 3:
        aim(property_.holds, False, stage)
    if property_.where is not None and choose(8) < 7:
        aim(property_.where, True, stage)


# ── Making a counterexample simple ───────────────────────────────────────────────────────────────────────────


def simplest(
    property_: Property, edition: Edition, documents: tuple[Thing, ...], broken: Tried
) -> tuple[tuple[Thing, ...], Tried]:
    """The same for a counterexample that was found in another way."""
    made = plan(edition)
    kind = made.kind(property_.entity)
    keyed = tuple(_keyed(each, kind) for each in documents)
    still = _broken(property_, edition, keyed)
    if still is not None:
        documents, broken = keyed, still
    return _simplest(property_, edition, made, kind, documents, broken)


def _keyed(document: Thing, kind: Kind) -> Thing:
    """The document, its things with a key where they have none: by it a thing is found where it stands alone."""
    made = copy.deepcopy(document)
    found = things_in(made, kind) or ([made] if not kind.entity.parent else [])
    for number, thing in enumerate(found, 1):
        thing.setdefault(kind.entity.key, f"{kind.entity.name[0]}{number}")
    return made


def _simplest(
    property_: Property, edition: Edition, made: Plan, kind: Kind, documents: tuple[Thing, ...], broken: Tried
) -> tuple[tuple[Thing, ...], Tried]:
    """The documents as near the plainest seed as they can come and still break the property."""
    steps, better = 0, True
    while better:
        better = False
        for plainer in simpler(property_, made, kind, documents):
            candidate = copy.deepcopy(documents)
            if not plainer(candidate) or candidate == documents:
                continue
            if steps == MAX_STEPS:
                return documents, broken
            steps += 1
            still = _broken(property_, edition, candidate)
            if still is not None:
                documents, broken, better = candidate, still, True
    return documents, broken


def _broken(property_: Property, edition: Edition, documents: Sequence[Thing]) -> Tried | None:
    """How documents break a property; None where they do not, or cannot stand."""
    try:
        return next((each for each in _each(property_, edition, documents) if each.verdict == "brutt"), None)
    except ValueError:
        return None
