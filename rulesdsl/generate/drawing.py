"""Draws facts: near a seed, with a few fields at the borders of the rules, and sometimes aimed at a rule."""

import datetime
from collections.abc import Iterable, Mapping, Sequence

from rulesdsl.core.types import Record
from rulesdsl.evaluate.documents import Json
from rulesdsl.generate.aims import Choose, Stage, aim
from rulesdsl.generate.fields import Facts, Slot
from rulesdsl.generate.kinds import Kind, Plan, When, complete, moved, needed_above, nested, ordinary, resolve
from rulesdsl.generate.mentions import Path

Thing = dict[str, Json]
"""A thing as a case file has it."""

WHOLE = 0.95
"""How many of the things have every fact that is not optional, where nothing is said."""

MAX_CHANGES = 6
"""How many fields of a seed are redrawn at most."""


# ── Facts of one thing ───────────────────────────────────────────────────────────────────────────────────────


def draw_facts(plan: Plan, kind: Kind, choose: Choose, day: datetime.date | None, whole: float = 1.0) -> Facts:
    """The facts of one thing on a day, or on one of its own choice. ``whole`` is how often, from 0 to 1, it has every
    fact that is not optional."""
    facts = kind.seeds[choose(len(kind.seeds))]
    when = plan.when(kind, day or draw_day(kind, choose, _day(facts, kind)))
    facts = moved(facts, kind, when)
    aimed = choose(2) == 1
    if aimed:
        aim_at_some_rule(facts, kind, plan, when, choose)
    change(facts, kind, when, choose, 1 if aimed else MAX_CHANGES)
    facts = complete(facts, kind, when)
    if choose(100) >= whole * 100:
        for path in [path for path in facts if path != kind.date and choose(4) == 1]:
            del facts[path]
    return facts


def _day(facts: Facts, kind: Kind) -> datetime.date:
    day = facts.get(kind.date)
    return datetime.date.fromisoformat(day) if isinstance(day, str) else kind.usual_day


def draw_day(kind: Kind, choose: Choose, usual: datetime.date) -> datetime.date:
    """The usual day, or one at a border."""
    at = choose(2 * len(kind.days))
    return usual if at < len(kind.days) else kind.days[at - len(kind.days)]


def aim_at_some_rule(facts: Facts, kind: Kind, plan: Plan, when: When, choose: Choose) -> None:
    """Make the conditions of a rule of some clause likely to hold."""
    clauses = plan.clauses.get(kind.entity.name, ())
    if clauses:
        stage = Stage(plan, {"": facts}, {"": kind}, {"": when}, choose)
        rules = clauses[choose(len(clauses))]
        for condition in rules[choose(len(rules))].conditions:
            aim(condition, True, stage)


def change(facts: Facts, kind: Kind, when: When, choose: Choose, most: int = MAX_CHANGES) -> None:
    """Redraw a few fields."""
    for _ in range(most if kind.telling else 0):
        if choose(3) == 0:
            break
        redraw(facts, kind.telling[choose(len(kind.telling))], kind, when, choose)


def redraw(facts: Facts, slot: Slot, kind: Kind, when: When, choose: Choose) -> None:
    """Give a field another value; an optional one may also be gone."""
    if isinstance(slot.type, Record) and not slot.many:
        for path in [path for path in facts if path[: len(slot.path)] == slot.path]:
            del facts[path]
        way = choose(3) if slot.optional else 1 + choose(2)
        if way:
            facts[slot.path] = {}
        if way == 1:
            _fill(facts, slot.fields, when)
        return
    value = None if slot.optional and choose(4) == 0 else draw_value(slot, choose, when)
    if value is None:
        facts.pop(slot.path, None)
    else:
        facts[slot.path] = value


def _fill(facts: Facts, fields: Sequence[Slot], when: When) -> None:
    for slot in fields:
        value = None if slot.optional else ordinary(slot, when)
        if value is not None:
            facts[slot.path] = value
            _fill(facts, () if slot.many else slot.fields, when)


def draw_value(slot: Slot, choose: Choose, when: When) -> Json:
    """A value of a field; None where no code of its kodeverk is valid."""
    if slot.many:
        size = choose(5)
        if size == 0:
            return ordinary(slot, when)
        items = [_element(slot, choose, when) for _ in range(size % 4)]
        return [item for item in items if item is not None]
    return resolve(slot, choose(len(slot.options)), when) if slot.options else None


def _element(slot: Slot, choose: Choose, when: When) -> Json:
    if not slot.fields:
        return resolve(slot, choose(len(slot.options)), when) if slot.options else None
    made: Thing = {}
    for each in slot.fields:
        if isinstance(each.type, Record) and not each.many:
            value: Json = None if each.optional and choose(2) == 0 else _element(each, choose, when)
        else:
            value = None if each.optional and choose(2) == 0 else draw_value(each, choose, when)
        if value is not None:
            made[each.path[-1]] = value
    return made


# ── Things that stand together ───────────────────────────────────────────────────────────────────────────────


def draw_family(
    plan: Plan, kind: Kind, choose: Choose, size: int, day: datetime.date | None, whole: float = 1.0,
    first: Facts | None = None,
) -> list[Facts]:
    """Things of one parent. Most are much like the first, and on the same day or near it: that is where they meet."""
    if first is not None:
        found = [first]
    elif kind.families and choose(3) == 1:
        family = kind.families[choose(len(kind.families))][:size]
        found = [moved(facts, kind, plan.when(kind, day or _day(facts, kind))) for facts in family]
        change(found[choose(len(found))], kind, plan.when(kind, _day(found[0], kind)), choose, 2)
        found = [moved(facts, kind, plan.when(kind, _day(facts, kind))) for facts in found]
    else:
        found = [draw_facts(plan, kind, choose, day, whole)]
    while len(found) < size:
        found.append(_sibling(plan, kind, choose, found[0], day, whole))
    return found


def _sibling(
    plan: Plan, kind: Kind, choose: Choose, first: Facts, day: datetime.date | None, whole: float
) -> Facts:
    if choose(4) == 3:
        return draw_facts(plan, kind, choose, day, whole)
    own, how = _day(first, kind), choose(4)
    if day is None and how == 1:
        near = (1, -1, 7, -7, 30)[choose(5)]
        own = min(max(own + datetime.timedelta(near), plan.edition.valid_from), plan.edition.valid_to)
    elif day is None and how == 2:
        own = draw_day(kind, choose, own)
    when = plan.when(kind, own)
    facts = moved(first, kind, when)
    change(facts, kind, when, choose, 2)
    return complete(facts, kind, when) if whole >= 1 else facts


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────────────


def thing_of(plan: Plan, kind: Kind, choose: Choose, facts: Facts, key: str) -> Thing:
    """A thing with its key, and with a few of what belongs to it."""
    made: Thing = {kind.entity.key: key, **nested(facts)}
    for name in kind.children:
        below = plan.kinds[name]
        day = datetime.date.fromisoformat(str(made[kind.entity.date])) if kind.entity.date else None
        drawn = draw_family(plan, below, choose, size, day) if (size := choose(3)) else []
        made[below.entity.plural] = things_of(plan, below, choose, drawn)
    return made


def things_of(plan: Plan, kind: Kind, choose: Choose, drawn: Iterable[Facts]) -> list[Json]:
    """Things that stand together, each with a key of its own. Keys break ties, so they come in either order."""
    facts = list(drawn)
    turned = len(facts) > 1 and choose(2) == 1
    keys = [f"{kind.entity.name[0]}{len(facts) - at if turned else at + 1}" for at in range(len(facts))]
    return [thing_of(plan, kind, choose, each, key) for each, key in zip(facts, keys, strict=True)]


def lone(plan: Plan, kind: Kind, choose: Choose, facts: Facts) -> Thing:
    """A document of one thing: by itself, or within what it belongs to where rules ask of that."""
    (made,) = things_of(plan, kind, choose, [facts])
    assert isinstance(made, dict)
    day = _day(facts, kind)
    for above in needed_above(kind, plan):
        made, kind = _around(plan, kind, above, choose, [made], day), above
    return made


def alone_or_not(plan: Plan, kind: Kind, choose: Choose, facts: Facts) -> Thing:
    """A document of one thing, alone or sometimes with others of its parent beside it."""
    if kind.entity.parent and choose(3) == 2:
        family = draw_family(plan, kind, choose, 2 + choose(2), None, WHOLE, first=facts)
        return together(plan, kind, choose, family)
    return lone(plan, kind, choose, facts)


def together(plan: Plan, kind: Kind, choose: Choose, drawn: Sequence[Facts]) -> Thing:
    """A document of things with the parent they share."""
    day = _day(drawn[0], kind) if drawn else kind.usual_day
    return _around(plan, kind, plan.kinds[kind.entity.parent], choose, things_of(plan, kind, choose, drawn), day)


def _around(plan: Plan, kind: Kind, above: Kind, choose: Choose, below: list[Json], day: datetime.date) -> Thing:
    facts = nested(draw_facts(plan, above, choose, day))
    return {above.entity.key: f"{above.entity.name[0]}1", **facts, kind.entity.plural: below}


# ── Facts set by hand ────────────────────────────────────────────────────────────────────────────────────────


def fixed_facts(kind: Kind, fixed: Mapping[str, Json]) -> dict[Path, Json]:
    """Dotted names to paths. A name that is no field of the entity is an error of the caller."""
    found = {}
    for name, value in fixed.items():
        path = tuple(name.split("."))
        if path not in kind.slots and path not in ((kind.entity.key,), kind.date):
            raise ValueError(f"{kind.entity.name} has no field {name!r}")
        found[path] = value
    return found


def fix(facts: Facts, fixed: Mapping[Path, Json]) -> Facts:
    """The facts with some set, or taken away where they are None."""
    made = dict(facts)
    for path, value in fixed.items():
        for other in [each for each in made if each[: len(path)] == path]:
            del made[other]
        if value is not None:
            made[path] = value
    return made
