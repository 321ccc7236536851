"""Laws of meaning: what holds for every rulebook that the checks accept, and every case.

| law | says |
|---|---|
| total | check(r) ⇒ publish(explain(decide(r, c))) is a value, for every c |
| monotone | decide(r, c) = v known ∧ c ⊑ c′ ⇒ decide(r, c′) = v (r without finnes and mangler) |
| order | decide(shuffle r, shuffle c) = decide(r, c) |
| missing | unknown ⇒ missing ∪ stuck ≠ ∅; missing ∩ facts(c) = ∅; filling it asks for others, and ends |
| exact | no float below any outcome, and no more digits than the core holds |
| agreement | json(explain(run)) = run: value, status, punkt, missing, truth of every condition |
| what-if | setting f to what it is changes nothing; an alternative's facts give what it said |

The laws of default logic, Kleene's logic and arithmetic stand in ``test_default_laws.py``.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any, get_args

from attrs import fields, has
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from rule_expressions import EPISODE, POOL, written
from rulebooks import Rulebook, documents, rulebooks

from rulesdsl.core import ir
from rulesdsl.core.types import MAX_DIGITS, Bool, Code, Date, ListOf, Number, Record, Text, Type
from rulesdsl.evaluate.alternatives import values_of
from rulesdsl.evaluate.case import Case, Thing, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain, explain_changed
from rulesdsl.evaluate.explanation import CaseExplanation, ClauseReason, Condition, Explanation
from rulesdsl.evaluate.facts import path_of
from rulesdsl.evaluate.interpreter import decide, evaluate
from rulesdsl.evaluate.kleene import Unknown, conjunction
from rulesdsl.evaluate.trace import Frame, Outcome, Run
from rulesdsl.evaluate.what_if import Change, set_fact
from rulesdsl.publish.json import to_json

LAW = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
CHANCE = st.integers(0, 2**32).map(random.Random)
FEW = settings(LAW, max_examples=40)


def shape(run: Run) -> dict[tuple[str | None, str], tuple[object, ...]]:
    """What is asked for of a run: value, status, clause and missing fields of every result of every thing."""
    return {
        (thing.key, name): (
            made.status, made.value, made.rule.clause if made.rule else "",
            tuple(sorted(path_of(each, thing) for each in made.waits.missing)),
        )
        for (thing, name), made in run.outcomes.items()
    }


# ── Every rulebook, every case ───────────────────────────────────────────────────────────────────────────────


@given(rulebooks(), documents())
@settings(LAW, max_examples=80)
def test_total(book: Rulebook, document: Document) -> None:
    """check(r) ⇒ decide, explain and publish give a value for every case."""
    edition = book.edition()
    case = load(document, edition)
    assert case.errors == ()
    run = decide(edition, case)
    explained = Explanation("prøve", tuple(explain(run, thing) for thing in case.things))
    text = json.dumps(to_json(explained), ensure_ascii=False)
    assert '"cases"' in text
    for made in run.outcomes.values():
        event(made.status)
        assert no_floats(made)


def no_floats(value: object) -> bool:
    """No float anywhere below a value, and no more digits than the core holds."""
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.as_tuple().digits) <= MAX_DIGITS
    if isinstance(value, tuple):
        return all(no_floats(each) for each in value)
    if isinstance(value, Outcome):
        return no_floats(value.value) and all(no_floats(group) for group in value.groups)
    if has(type(value)) and type(value).__module__.endswith("trace"):
        return all(no_floats(getattr(value, attribute.name)) for attribute in fields(type(value)))
    return not isinstance(value, float)


def test_the_strategies_reach_every_node_and_every_status() -> None:
    """Every expression of the core, every policy and every status occurs in some hundred rulebooks."""
    nodes: Counter[type] = Counter()
    others: Counter[str] = Counter()

    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(rulebooks(), documents())
    def count(book: Rulebook, document: Document) -> None:
        edition = book.edition()
        run = decide(edition, load(document, edition))
        others.update(made.status for made in run.outcomes.values())
        for result in edition.results.values():
            for group in groups_of(result.groups):
                others[group.policy] += 1
                for rule in group.rules:
                    others["unntak fra en regel"] += bool(rule.exceptions)
                    others["krav"] += bool(rule.requirement)
                    for root in (*rule.conditions, rule.value):
                        nodes.update(type(node) for node in ir.walk(root))

    count()
    assert set(nodes) == set(get_args(ir.Expr))
    assert {"known", "unknown", "conflict", "no_rule", *get_args(ir.Policy), "unntak fra en regel", "krav"} <= {
        name for name, times in others.items() if times
    }


def groups_of(groups: tuple[ir.Group, ...]) -> Iterator[ir.Group]:
    for group in groups:
        yield group
        yield from groups_of(group.exceptions)
        for rule in group.rules:
            yield from groups_of(rule.exceptions)


# ── Knowing more ─────────────────────────────────────────────────────────────────────────────────────────────


def any_value(kind: Type, edition: ir.Edition, chance: random.Random) -> Any:
    """A value of a type, from the pools that the rules are made of."""
    match kind:
        case Bool():
            return chance.random() < 0.5
        case Text():
            return chance.choice(POOL["text"])
        case Date():
            return chance.choice(POOL["date"])
        case Code():
            return chance.choice(("rod", "gul"))
        case Number(scale):
            return Decimal(chance.choice((0, 1, 2, 7, -3))).scaleb(-min(scale, chance.choice((0, 1))))
        case ListOf(Record()):
            return ()
        case ListOf(item):
            return tuple(any_value(item, edition, chance) for _ in range(chance.randrange(3)))
        case _:
            return True


def fill(thing: Thing, path: tuple[str, ...], edition: ir.Edition, chance: random.Random) -> None:
    """Make one missing fact known."""
    kind: Type | None = None
    decls = edition.entities[thing.entity].fields
    for name in path:
        kind = next(decl.type for decl in decls if decl.name == name.partition("[")[0])
        inner = kind.item if isinstance(kind, ListOf) else kind
        decls = edition.records[inner.name].fields if isinstance(inner, Record) else ()
    assert kind is not None
    value = any_value(kind, edition, chance)
    if "[" in path[0]:
        name, _, index = path[0].rstrip("]").partition("[")
        elements = thing.facts[name,]
        assert isinstance(elements, tuple)
        elements[int(index)][path[1]] = value  # type: ignore[index,call-overload]
    else:
        for depth in range(1, len(path)):
            thing.facts[path[:depth]] = True
        thing.facts[path] = value


def is_absent(thing: Thing, path: tuple[str, ...]) -> bool:
    if "[" in path[0]:
        name, _, index = path[0].rstrip("]").partition("[")
        return path[1] not in thing.facts[name,][int(index)]  # type: ignore[index,operator]
    return path not in thing.facts


def holes(case: Case, edition: ir.Edition) -> list[tuple[Thing, tuple[str, ...]]]:
    """Every plain fact that is not known, of every thing."""
    found = []
    for thing in {id(each): each for each in (case.root, *case.things)}.values():
        for decl in edition.entities[thing.entity].fields:
            if isinstance(decl.type, Record):
                found += [(thing, (decl.name, inner.name)) for inner in edition.records[decl.type.name].fields]
            else:
                found.append((thing, (decl.name,)))
    keys = {edition.entities[thing.entity].key for thing in (case.root, *case.things)}
    return [(thing, path) for thing, path in found if path not in thing.facts and path[0] not in keys]


@given(rulebooks(monotone=True), documents(), CHANCE)
@settings(LAW, max_examples=60)
def test_monotone(book: Rulebook, document: Document, chance: random.Random) -> None:
    """c ⊑ c′ ⇒ what decide(c) settles, decide(c′) settles alike: more facts never turn one answer into another."""
    edition = book.edition()
    case = load(document, edition)
    before = decide(edition, case)
    unknown = holes(case, edition)
    for thing, path in chance.sample(unknown, chance.randint(0, len(unknown))):
        fill(thing, path, edition, chance)
    after = decide(edition, case)
    for key, made in before.outcomes.items():
        if made.status != "unknown":
            assert (after.outcomes[key].status, after.outcomes[key].value) == (made.status, made.value)


@given(rulebooks(), documents(), CHANCE)
@settings(LAW, max_examples=60)
def test_order_never_matters(book: Rulebook, document: Document, chance: random.Random) -> None:
    """decide(shuffle r, shuffle c) = decide(r, c): declarations, clauses, rules of a clause, and episodes."""
    edition = book.edition()
    before = shape(decide(edition, load(document, edition)))
    chance.shuffle(book.declarations)
    chance.shuffle(book.clauses)
    for clause in book.clauses:
        if clause.head.startswith("punkt"):
            chance.shuffle(clause.rules)
    raw = dict(document.raw)
    if isinstance(raw.get("episoder"), list):
        raw["episoder"] = chance.sample(raw["episoder"], len(raw["episoder"]))
    shuffled = book.edition()
    assert shape(decide(shuffled, load(Document(raw), shuffled))) == before


@given(rulebooks(), documents(holes=3), CHANCE)
@settings(LAW, max_examples=60)
def test_missing_is_sound_and_leads_on(book: Rulebook, document: Document, chance: random.Random) -> None:
    """unknown ⇒ it names something; all it names is absent; giving it asks for other things, until it is settled."""
    edition = book.edition()
    case = load(document, edition)
    run = decide(edition, case)
    for key in run.outcomes:
        asked: set[tuple[Thing, tuple[str, ...]]] = set()
        rounds = 0
        while (made := run.outcomes[key]).status == "unknown" and made.waits.missing:
            for thing, path in sorted(made.waits.missing, key=lambda each: (each[0].key or "", each[1])):
                assert thing in (case.root, *case.things)
                assert is_absent(thing, path)
                assert (thing, path) not in asked
                fill(thing, path, edition, chance)
            asked |= made.waits.missing
            run = decide(edition, case)
            rounds += 1
        event(f"{rounds} rounds")
        if made.status == "unknown":
            assert made.waits.stuck
            assert all(run.outcomes[each].status in ("conflict", "no_rule") for each in made.waits.stuck)


# ── The explanation is the decision ──────────────────────────────────────────────────────────────────────────


@given(rulebooks(), documents())
@settings(LAW, max_examples=60)
def test_the_explanation_agrees_with_the_decision(book: Rulebook, document: Document) -> None:
    """json(explain(run)) = run; the deciding clause stands in «because»; each truth is that of the trace."""
    edition = book.edition()
    case = load(document, edition)
    run = decide(edition, case)
    for thing in case.things:
        explained = explain(run, thing)
        (published,) = to_json(Explanation("prøve", (explained,)))["cases"]
        assert list(published["results"]) == list(edition.shown)
        for result in explained.results:
            made, shown = run.outcomes[thing, result.name], published["results"][result.name]
            assert (shown["status"], shown["punkt"]) == (made.status, made.rule.clause if made.rule else None)
            assert (shown["value"] is None) == (made.value is None)
            assert result.value == (made.value if made.status == "known" else None)
            assert shown["missing"] == sorted(path_of(each, thing) for each in made.waits.missing)
            roles = {(clause.number, clause.role) for clause in below(result.reasons)}
            deciding = {number for number, role in roles if role == "decides"}
            assert deciding == ({made.rule.clause} if made.rule else set())
            if made.status == "conflict":
                assert sum(role == "conflicts" for _, role in roles) >= 1
            if made.status == "unknown":
                assert any(role == "waits" for _, role in roles)
            assert result.sentence.count(".") >= 1
            assert "None" not in json.dumps(shown["because"], ensure_ascii=False)
        conditions_agree(explained, run, thing)


def below(reasons: tuple[ClauseReason, ...]) -> Iterator[ClauseReason]:
    for reason in reasons:
        yield reason
        yield from below(reason.exceptions)


def conditions_agree(explained: CaseExplanation, run: Run, thing: Thing) -> None:
    """The truth of every guard, requirement and rule that is shown is what the run made of it."""
    frame = run.frames[thing]
    for result in explained.results:
        told = {clause.number: clause for clause in below(result.reasons)}
        for group in groups_of(run.edition.results[result.name].groups):
            clause, reason = run.edition.clauses[group.clause], told[group.clause]
            if clause.guard is not None:
                assert same_truth(reason.applies, clause.guard, frame)
                assert reason.applies is conjunction_of(reason.guard)
            for requirement, shown in zip(clause.requirements, reason.requirements, strict=True):
                assert (shown.requirement, shown.text) == (requirement.name, requirement.text)
                assert same_truth(shown.holds, requirement.holds, frame)
            # No row of «treff første» is asked after the first that surely holds.
            asked = len(reason.rules)
            assert asked == len(group.rules) or (group.policy == "første" and reason.rules[-1].role != "fell")
            for rule, said in zip(group.rules[:asked], reason.rules, strict=True):
                holds = conjunction([evaluate(each, frame) for each in rule.conditions])
                assert (said.role == "fell") == (holds is False)
                if holds is not False:
                    value = evaluate(rule.value, frame)
                    assert said.gives.value == (None if isinstance(value, Unknown) else value)


def same_truth(shown: bool | None, node: ir.Expr, frame: Frame) -> bool:
    value = evaluate(node, frame)
    return shown is (None if isinstance(value, Unknown) else value)


def conjunction_of(conditions: tuple[Condition, ...]) -> bool | None:
    truths = [each.holds for each in conditions]
    return False if False in truths else None if None in truths else True


# ── What if ──────────────────────────────────────────────────────────────────────────────────────────────────


def settings_of(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """The plain facts of an episode as ``--what-if`` writes them."""
    found = []
    for tag, names in EPISODE.items():
        for name in names:
            value: Any = raw
            for part in name.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None and value != "":
                found.append((name, value if isinstance(value, str) else written(tag, value)))
    return found


@given(rulebooks(), documents())
@FEW
def test_setting_a_fact_to_what_it_is_changes_nothing(book: Rulebook, document: Document) -> None:
    """what_if(c, f = f(c)) = c, for every fact of the first episode at once."""
    edition = book.edition()
    case = load(document, edition)
    if not case.things:
        return
    thing = case.things[0]
    raw = document.raw["episoder"][0] if "episoder" in document.raw else document.raw  # type: ignore[index,call-overload]
    before = explain(decide(edition, case), thing)
    facts = dict(thing.facts)
    made = [set_fact(thing, edition, *setting) for setting in settings_of(raw)]
    changes = [each for each in made if isinstance(each, Change)]
    assert len(changes) == len(made)
    assert thing.facts == facts
    after = explain_changed(before, decide(edition, case), thing, changes)
    assert after.differences == ()
    assert after.changed is not None
    assert after.changed.results == before.results


@given(rulebooks(), documents(holes=8))
@settings(LAW, max_examples=60)
def test_an_alternative_says_what_would_be(book: Rulebook, document: Document) -> None:
    """alternative(f = v) says r ⇒ decide(c with f = v) = r, and where it says r whatever f is, for all v; and looking
    for alternatives leaves c as it was."""
    edition = book.edition()
    case = load(document, edition)
    run = decide(edition, case)
    for number, thing in enumerate(case.things):
        before = [dict(each.facts) for each in (case.root, *case.things)]
        explained = explain(run, thing)
        assert [dict(each.facts) for each in (case.root, *case.things)] == before
        for result in explained.results:
            missing = sorted(run.outcomes[thing, result.name].waits.missing, key=lambda each: path_of(each, thing))
            for alternative in result.alternatives:
                told = [[(fact.path, fact.value) for fact in alternative.facts]]
                if not alternative.facts:
                    told = [[(path_of(each, thing), value) for each, value in zip(missing, values, strict=True)]
                            for values in product(*(values_of(each, run) for each in missing))]
                for facts in told:
                    other = load(document, edition)
                    for name, value in facts:
                        owner, path = holder(name, other, number)
                        for depth in range(1, len(path)):
                            owner.facts[path[:depth]] = True
                        owner.facts[path] = value  # type: ignore[assignment]
                    made = decide(edition, other).outcomes[other.things[number], result.name]
                    event(f"{result.status} to {made.status}{'' if alternative.facts else ', whatever the facts are'}")
                    assert (made.status, made.value) == (alternative.status, alternative.value)
                    clause = made.rule.clause if made.rule else ""
                    assert alternative.clause == clause or not (alternative.facts or alternative.clause)


def holder(written_path: str, case: Case, number: int) -> tuple[Thing, tuple[str, ...]]:
    """The thing and the fact that a path of an explanation means."""
    if written_path.startswith("pasient.episoder["):
        key, _, rest = written_path.removeprefix("pasient.episoder[").partition("].")
        return next(thing for thing in case.things if thing.key == key), tuple(rest.split("."))
    if written_path.startswith("pasient."):
        return case.root, (written_path.removeprefix("pasient."),)
    return case.things[number], tuple(written_path.split("."))
