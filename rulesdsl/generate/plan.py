"""What is worked out once for an edition, so that drawing is fast: its fields, its telling days, and its seeds.

A seed is a thing of an example with what the example left out filled in. Those that come to something (a final result
that is neither zero nor nei) are drawn most, for rules about payment say little of what is not paid. Where no example
does, things are aimed at one rule after another until some do.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator

from attrs import evolve

from rulesdsl.core import ir
from rulesdsl.core.ir import Edition, Entity, Value
from rulesdsl.core.types import Record
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.generate.aims import Choose, Stage, aim
from rulesdsl.generate.fields import Away, Facts, Option, Slot, days_of, slots, written
from rulesdsl.generate.kinds import Kind, Plan, alone, complete, moved, nested
from rulesdsl.generate.mentions import Mentions, Path, mine, rules_of


def plan(edition: Edition) -> Plan:
    """The plan of an edition. The latest are kept, by identity: an edition is large and cannot be hashed."""
    global _kept
    found = next((kept for kept in _kept if kept.edition is edition), None)
    if found is None:
        found = _plan(edition)
        _kept = (found, *_kept[: MAX_KEPT - 1])
    return found


MAX_KEPT = 8
_kept: tuple[Plan, ...] = ()


def _plan(edition: Edition) -> Plan:
    mentions = mine(edition)
    rules: dict[str, list[ir.Rule]] = {}
    clauses: dict[str, dict[str, list[ir.Rule]]] = {}
    for result, rule in rules_of(edition):
        rules.setdefault(result.name, []).append(rule)
        clauses.setdefault(result.entity, {}).setdefault(rule.clause, []).append(rule)
    kinds = {entity.name: _kind(entity, edition, mentions) for entity in edition.entities.values()}
    above = set(mentions.above)
    for entity in edition.entities.values():
        # Two entities of which one has the other's key could be taken for each other when they stand alone.
        if entity.parent and any(decl.name == entity.key for each in edition.entities.values()
                                 if each is not entity for decl in each.fields):
            above.add(entity.parent)
    made = Plan(edition, kinds, frozenset(above), {name: tuple(each) for name, each in rules.items()},
                {name: tuple(map(tuple, each.values())) for name, each in clauses.items()})
    return evolve(made, kinds={name: _with_lively_first(kind, made) for name, kind in kinds.items()})


def _kind(entity: Entity, edition: Edition, mentions: Mentions) -> Kind:
    things = [(example, thing) for example in edition.examples for thing in example.things
              if thing.entity == entity.name]
    shown: dict[Path, Counter[Option]] = {}
    lists: dict[Path, Counter[tuple[Option, ...]]] = {}
    for _, thing in things:
        day = next((fact.value for fact in thing.facts if fact.path == (entity.date,)), None)
        for fact in thing.facts:
            from_day = day if fact.path != (entity.date,) else None
            values = [_option(value, from_day) for value in
                      (fact.value if isinstance(fact.value, tuple) else (fact.value,))]
            shown.setdefault(fact.path, Counter()).update(values)
            if isinstance(fact.value, tuple):
                lists.setdefault(fact.path, Counter())[tuple(values)] += 1
    found = {slot.path: slot for slot in _flat(slots(entity.fields, edition, mentions, shown, lists))
             if slot.path not in ((entity.key,), (entity.date,))}
    telling = [slot for slot in found.values() for _ in range(3 if _asked(slot, mentions) else 1)
               if slot.options or slot.fields]
    days = days_of(edition, (entity.date,), mentions)
    usual = _usual_day(shown.get((entity.date,), Counter()), edition)
    seeds = [_facts(thing, entity) for _, thing in things] or [{}]
    families: dict[int, list[Facts]] = {}
    for (example, _), facts in zip(things, seeds, strict=False):
        families.setdefault(id(example), []).append(facts)
    together = tuple(tuple(each) for each in families.values() if len(each) > 1)
    children = tuple(each.name for each in edition.entities.values() if each.parent == entity.name)
    return Kind(entity, found, tuple(telling), days, usual, tuple(seeds), together, children)


def _asked(slot: Slot, mentions: Mentions) -> bool:
    return any(path[: len(slot.path)] == slot.path for path in mentions.asked)


def _option(value: Value, day: Value | None) -> Option:
    """A value of an example; a date by its distance from the rettsdato ``day``, where there is one."""
    if isinstance(value, datetime.date):
        return Away(0, (value - day).days) if isinstance(day, datetime.date) else value.isoformat()
    assert not isinstance(value, tuple), "a list holds no lists"
    return value


def _flat(found: Iterable[Slot]) -> Iterator[Slot]:
    """The fields, and after a record its own."""
    for slot in found:
        yield slot
        if isinstance(slot.type, Record) and not slot.many:
            yield from _flat(slot.fields)


def _usual_day(shown: Counter[Option], edition: Edition) -> datetime.date:
    days = [datetime.date.fromisoformat(day) for day, _ in shown.most_common() if isinstance(day, str)]
    middle = edition.valid_from + (edition.valid_to - edition.valid_from) // 2
    return next((day for day in days if edition.valid_from <= day <= edition.valid_to), middle)


def _facts(thing: ir.Thing, entity: Entity) -> Facts:
    return {fact.path: written(fact.value) for fact in thing.facts if fact.path != (entity.key,)}


# ── Seeds ────────────────────────────────────────────────────────────────────────────────────────────────────


def _with_lively_first(kind: Kind, made: Plan) -> Kind:
    """The seeds filled in, and in such an order and number that most of what is drawn comes to something."""
    filled = [_seed(facts, kind, made) for facts in kind.seeds]
    ranked = sorted(filled, key=lambda facts: _strangeness(facts, filled))
    lively = [facts for facts in ranked if _comes_to_something(facts, kind, made)]
    lively = lively or list(_bred(ranked[0], kind, made))
    dull = [facts for facts in ranked if facts not in lively]
    times = 1 + 6 * len(dull) // len(lively) if lively else 0
    families = tuple(tuple(_seed(facts, kind, made) for facts in family) for family in kind.families)
    return evolve(kind, seeds=tuple(lively * times + dull), families=families)


def _seed(facts: Facts, kind: Kind, made: Plan) -> Facts:
    day = facts.get(kind.date)
    own = datetime.date.fromisoformat(day) if isinstance(day, str) else kind.usual_day
    if not made.edition.valid_from <= own <= made.edition.valid_to:
        own = kind.usual_day
    when = made.when(kind, own)
    return complete(moved(facts, kind, when), kind, when)


def _strangeness(facts: Facts, among: list[Facts]) -> int:
    """How little a seed is like the others: the more facts it shares with them, the plainer it is."""
    shared = sum(other.get(path) == value for other in among for path, value in facts.items())
    return len(among) * len(facts) - 2 * shared


def _comes_to_something(facts: Facts, kind: Kind, made: Plan) -> bool:
    """Whether some final result of the thing, standing alone, is known and is neither zero, nei nor nothing."""
    edition = made.edition
    wanted = {name for name, result in edition.results.items() if result.entity == kind.entity.name}
    wanted = wanted & edition.final or wanted
    if not wanted:
        return False
    run = decide(edition, load(Document(alone(nested(facts), kind, made)), edition))
    outcomes = [each for (thing, name), each in run.outcomes.items()
                if thing.entity == kind.entity.name and name in wanted]
    return any(each.status == "known" and each.value not in (False, (), "") and each.value != 0 for each in outcomes)


def _bred(plain: Facts, kind: Kind, made: Plan) -> Iterator[Facts]:
    """Things that come to something, each made from the plainest one by aiming at a rule."""
    when = made.when(kind, kind.usual_day)
    rules = [rule for clause in made.clauses.get(kind.entity.name, ()) for rule in clause]
    for number, rule in enumerate(rules[:MAX_BRED]):
        facts = dict(plain)
        stage = Stage(made, {"": facts}, {"": kind}, {"": when}, _in_turn(number))
        for condition in rule.conditions:
            aim(condition, True, stage)
        facts = complete(facts, kind, when)
        if _comes_to_something(facts, kind, made):
            yield facts


MAX_BRED = 100
"""How many rules are aimed at to find things that come to something."""


def _in_turn(start: int) -> Choose:
    """Choices that go through what there is, one after another."""
    at = start

    def choose(count: int) -> int:
        nonlocal at
        at += 1
        return at % count

    return choose
