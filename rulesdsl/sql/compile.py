"""An edition as one query: every result of every thing of an entity, with its status, clause, rule and missing facts.

The query reads a relation of typed facts: ``rad``, the number of the row; a column for each field by its dotted path,
those of what the thing belongs to with its name in front (``pasient.fodselsdato``); NULL where nothing is known. It
keeps the interpreter's arms, their order and their names, so that one can be read against the other.
"""

from collections.abc import Mapping

from attrs import define, field
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.trees import all_groups
from rulesdsl.core.types import BOOL
from rulesdsl.core.values import natural_key
from rulesdsl.sql import defaults
from rulesdsl.sql.answered import Answered, unanswered
from rulesdsl.sql.contributions import CONTRIBUTIONS, Found, asks_if_known, contributions
from rulesdsl.sql.defaults import State
from rulesdsl.sql.each import of_each
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    both,
    case,
    cast,
    closed,
    coalesce,
    column,
    either,
    is_null,
    joined_text,
    maybe,
    named,
    opposite,
    paren,
    surely,
    text,
    whole,
)
from rulesdsl.sql.many import over_many
from rulesdsl.sql.names import DAY, HOME, ROW, SEPARATOR, Waits, above, accessor, empty, gathered
from rulesdsl.sql.sheet import Sheet, kept, table, with_steps
from rulesdsl.sql.tables import tables_of
from rulesdsl.sql.terms import NotInSql, Terms
from rulesdsl.sql.types import constant, sql_type, to_type

FACTS = "§fakta"
"""The source with the columns that every rule may ask for."""


@define
class Rules:
    """The rules of one entity on their way to columns. ``numbers`` has the number of each rule: they are counted in the
    order in which clauses are named when several agree."""

    edition: ir.Edition
    entity: ir.Entity
    sheet: Sheet
    terms: Terms
    with_waits: bool
    numbers: Mapping[tuple[str, str, int], int]
    found: dict[str, Found] = field(factory=dict)
    answered: Answered | None = None
    unanswered: dict[str, list[exp.Expr]] = field(factory=dict)
    _groups: dict[int, tuple[ir.Group, State]] = field(factory=dict)

    def outcome(self, result: ir.Result) -> list[tuple[str, exp.Expr]]:
        """The columns of a result: value, status, clause, rule, and what it waits for."""
        keep = self._keeping(result.name)
        state = keep(defaults.side_by_side([self._group(group, result) for group in result.groups], keep))
        settled = both(state.surely, opposite(closed(state.conflict)))
        value = to_type(case((settled, state.value)), result.type)
        name = result.name
        made = self.sheet.add(name, paren(value) if isinstance(value, exp.Column) else value, result.title)
        assert isinstance(made, exp.Expr)
        if not isinstance(made, exp.Column) or made.name != name:
            self.sheet.alias(name, made)
        unknown = exp.Is(this=column(name), expression=exp.null())
        status = case(
            (opposite(closed(state.live)), text("no_rule")), (both(state.surely, state.conflict), text("conflict")),
            (unknown, text("unknown")), otherwise=text("known"),
        )
        self.sheet.alias(f"{name}.status", status)
        by = case((exp.EQ(this=column(f"{name}.status"), expression=text("known")), state.by))
        self.sheet.alias(f"{name}.nummer", by)
        self.found[name] = Found.of(result, column(name), column(f"{name}.nummer"), self.numbers)
        if self.with_waits:
            open_ = exp.EQ(this=column(f"{name}.status"), expression=text("unknown"))
            kept = state.waits if state.waits != NULL else empty()
            self.sheet.alias(f"{name}.venter", case((open_, exp.ArrayDistinct(this=kept)), otherwise=empty()))
        return self._answers(result)

    def _answers(self, result: ir.Result) -> list[tuple[str, exp.Expr]]:
        name = result.name
        answers = [(name, column(name)), (f"{name}.status", column(f"{name}.status")), *deciding(result)]
        if self.with_waits:
            answers.append((f"{name}.mangler", self._missing(column(f"{name}.venter"))))
        return answers

    def _missing(self, names: exp.Expr) -> exp.Expr:
        """The facts as the one who asks would write them, each once and in order."""
        return exp.ArraySort(this=exp.ArrayDistinct(this=of_each(names, self._shown)))

    def _shown(self, name: exp.Expr) -> exp.Expr:
        parts = [exp.SplitPart(this=name, delimiter=text(SEPARATOR), part_index=whole(at)) for at in (1, 2, 3)]
        parent = accessor(self.entity.parent)
        no_key = exp.EQ(this=parts[1], expression=text(""))
        called = paren(case((no_key, joined_text(text("rad "), parts[0])), otherwise=parts[1]))
        other = joined_text(text(f"{parent}.{self.entity.plural}["), called, text("]."), parts[2])
        own = exp.EQ(this=parts[0], expression=cast(column(ROW), "TEXT"))
        nobody = exp.EQ(this=parts[0], expression=text(""))
        return case((own, parts[2]), (nobody, parts[2]), otherwise=other)

    # ── rules ──

    def _group(self, group: ir.Group, result: ir.Result) -> State:
        """The rules of a clause under its policy, and the clauses that are exceptions to it."""
        made = self._groups.get(id(group))
        if made is None:
            keep = self._keeping(f"{result.name} · {group.clause}")
            exceptions = defaults.side_by_side([self._group(each, result) for each in group.exceptions], keep)
            states = []
            for rule in group.rules:
                excepted = defaults.side_by_side([self._group(each, result) for each in rule.exceptions], keep)
                states.append(defaults.overridden(excepted, self._rule(rule, result), keep))
            none = cast(exp.Array(expressions=[]), sql_type(result.type, self.edition))
            own = defaults.together(group.policy, states, none, keep)
            made = self._groups[id(group)] = group, defaults.overridden(exceptions, own, keep)
        return made[1]

    def _rule(self, rule: ir.Rule, result: ir.Result) -> State:
        """A rule holds when all its conditions do; then it gives its value."""
        called = " ".join(filter(None, [rule.clause, rule.name]))
        condition = rule.conditions[0] if len(rule.conditions) == 1 else ir.And(BOOL, rule.conditions)
        holds = self.sheet.add(f"{called} gjelder", self.terms.value(condition), f"punkt {rule.clause}") if (
            rule.conditions) else exp.true()
        value = self.terms.value(rule.value)
        if not isinstance(rule.value, ir.Const):
            item = result.type.item if isinstance(result.type, types.ListOf) and not isinstance(
                rule.value.type, types.ListOf) else result.type
            value = self.sheet.add(f"{called} gir", to_type(value, item))
        else:
            value = to_type(value, result.type) if isinstance(result.type, types.Number) else value
        entries: Waits = []
        if self.with_waits:
            if rule.conditions:
                entries += [(both(is_null(holds), test), names) for test, names in self.terms.waits(condition)]
            entries += [(both(maybe(holds), test), names) for test, names in self.terms.of(maybe(holds), rule.value)]
        waits = gathered(entries)
        if waits != NULL:
            waits = self.sheet.add(f"{called} venter", waits)
        number = whole(self.numbers[rule.clause, rule.name, id(rule)])
        if self.answered is not None:
            for name, hangs in self.answered.hangs(rule, holds, value):
                self.unanswered.setdefault(name, []).append(paren(hangs))
        return State(surely(holds), maybe(holds), value, FALSE, number, waits)

    def _keeping(self, name: str) -> defaults.Keep:
        return defaults.Keep(self.sheet.add, name)


def numbered(result: ir.Result) -> dict[tuple[str, str, int], int]:
    """A number for each rule of a result, which its clause, name and identity tell: by its clause in the order people
    count, then by its place."""
    rules = [rule for group in all_groups(result.groups) for rule in group.rules]
    order = sorted(rules, key=lambda rule: natural_key(rule.clause))
    return {(rule.clause, rule.name, id(rule)): number for number, rule in enumerate(order, start=1)}


def deciding(result: ir.Result) -> list[tuple[str, exp.Expr]]:
    """The clause and rule that decide a result, by the number of the rule."""
    clauses, rules = [], []
    for (clause, rule, _), number in numbered(result).items():
        test = exp.EQ(this=column(f"{result.name}.nummer"), expression=whole(number))
        clauses.append((test, text(clause)))
        rules.append((test, text(rule)))
    return [(f"{result.name}.punkt", case(*clauses)), (f"{result.name}.regel", case(*rules))]


# ── The whole ────────────────────────────────────────────────────────────────────────────────────────────────


def compile_edition(
    edition: ir.Edition, tables: Mapping[str, str], *, waits: bool = True, only: exp.Expr | None = None,
    with_contributions: bool = False, answered: Answered | None = None, lean: bool = False,
    tables_kept: bool = False,
) -> exp.Select:
    """The query of an edition. ``tables`` has the relation of typed facts of each entity; ``only`` says which rows are
    to be given, where rules look at others as well; without ``waits`` it is not said what is missing;
    ``with_contributions`` says what each clause gave or took of each amount. With ``answered`` the facts have the
    answers of searches, and columns say of rows which they hang on that have none. ``lean`` is for an engine that knows
    ``EXCLUDE`` (``Sheet``). ``tables_kept``: those of the rulebook stand in relations (``tables``). Raises ``NotInSql``
    for what has no form yet."""
    decided = {result.entity for result in edition.results.values()}
    if len(decided) != 1:
        raise NotInSql("resultater for flere entiteter")
    entity = edition.entities[decided.pop()]
    found_before = [name for _, name in answered.columns] if answered else []
    sheet = Sheet(frozenset([*given_columns(edition, entity), *found_before]), lean=lean)
    many = answered.many if answered else over_many
    answers: list[tuple[str, exp.Expr]] = [(ROW, column(ROW))]
    found: dict[str, Found] = {}
    open_: dict[str, list[exp.Expr]] = {}
    terms = Terms(edition, entity, sheet, many, waits)
    for result in edition.results.values():
        rules = Rules(edition, entity, sheet, terms, waits, numbered(result), found, answered, open_)
        answers += rules.outcome(result)
    if with_contributions:
        terms = Terms(edition, entity, sheet, many, False, numbers=terms.numbers)
        for result in ladders_of(edition).results.values():
            Rules(edition, entity, sheet, terms, False, numbered(result), found, answered, open_).outcome(result)
        answers += _contributions(edition, sheet, found)
    if answered:
        answers += [(unanswered(name), either(*open_.get(name, ()))) for _, name in answered.columns]
    query = sheet.query(FACTS, answers, only)
    steps = {**tables_of(edition, tables_kept), FACTS: _facts(edition, entity, tables[entity.name])}
    return kept(with_steps(query, steps.items()))


def _contributions(edition: ir.Edition, sheet: Sheet, found: dict[str, Found]) -> list[tuple[str, exp.Expr]]:
    """The columns of what each clause gave or took."""
    made = ladders_of(edition)
    asks = asks_if_known(made.results.values())
    return [(f"{name}.{CONTRIBUTIONS}",
             contributions(edition.results[name], ladder, found.__getitem__, sheet.add, asks))
            for name, ladder in made.ladders.items()]


def given_columns(edition: ir.Edition, entity: ir.Entity) -> list[str]:
    """The columns that the relation of typed facts has, and those that are made of them first."""
    def paths(fields: tuple[ir.FieldDecl, ...], above: tuple[str, ...]) -> list[str]:
        found = []
        for decl in fields:
            found.append(".".join((*above, decl.name)))
            if isinstance(decl.type, types.Record):
                found += paths(edition.records[decl.type.name].fields, (*above, decl.name))
        return found

    levels = above(edition, entity)
    return [ROW, DAY, HOME, *(front + path for each, front in levels for path in paths(each.fields, ()))]


def _facts(edition: ir.Edition, entity: ir.Entity, source: str) -> exp.Select:
    """The typed facts with the day whose satser count, within the edition, and what each row belongs to."""
    day = column(entity.date)
    first, last = constant(edition.valid_from), constant(edition.valid_to)
    clamped = case((exp.LT(this=day, expression=first), first), (exp.GT(this=day, expression=last), last),
                   otherwise=day)
    alone = joined_text(text(SEPARATOR), cast(column(ROW), "TEXT"))
    home: exp.Expr = alone
    if entity.parent:
        key = f"{accessor(entity.parent)}.{edition.entities[entity.parent].key}"
        home = coalesce(column(key), alone)
    return exp.select(exp.Star(), named(clamped, DAY), named(home, HOME), copy=False).from_(table(source), copy=False)
