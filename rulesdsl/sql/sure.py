"""Deciding what is sure, as SQL: the rules of an entity for rows about which nothing is in doubt.

Its main difference with ``compile`` is that it may leave rows undecided. Most rows of a register say all that is asked
of them; for these the rules are two-valued, one number says which rule decides, and what others of the same parent come
to is found by groups. Every row that is not such is in doubt: the whole meaning must decide it. A rulebook with
something that has no short way raises ``NotSure``, and is decided in full.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import define, field
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.trees import all_groups
from rulesdsl.core.types import BOOL
from rulesdsl.sql import choices, direct
from rulesdsl.sql.answered import Answered, can_be_answered
from rulesdsl.sql.choices import Choice
from rulesdsl.sql.compile import FACTS, given_columns, numbered
from rulesdsl.sql.contributions import Found, asks_if_known, contributions
from rulesdsl.sql.logic import (
    TRUE,
    both,
    case,
    cast,
    column,
    either,
    is_null,
    named,
    paren,
    refs,
    whole,
)
from rulesdsl.sql.names import DAY, HOME, ROW, Waits, accessor
from rulesdsl.sql.sheet import Join, Sheet, table, with_steps
from rulesdsl.sql.sure_searches import NotSure, SureSearch
from rulesdsl.sql.sure_terms import SureTerms, bare
from rulesdsl.sql.tables import tables_of
from rulesdsl.sql.terms import Many, Terms
from rulesdsl.sql.types import constant, sql_type, to_type


@define(eq=False)
class Decided:
    """A result: the number of the rule that decides, its value, and the clause and rule of each number. ``fixed``: the
    value follows from the number."""

    result: ir.Result
    by: exp.Expr
    value: exp.Expr
    rules: Mapping[int, tuple[str, str]]
    choice: Choice
    fixed: bool


@define(eq=False)
class Amount:
    """What each clause gave or took of an amount, and whether that cannot be told."""

    result: ir.Result
    contributions: exp.Expr
    doubt: exp.Expr


@define(eq=False)
class Sure:
    """The rules of an entity as columns: of ``facts``, typed by the short way, and of what is found by groups.
    ``numbers`` are the columns that hold numbers of rules. ``late`` are those that cost less to compute, from what
    they look at, than to keep. ``settled`` are those that patterns of rows tell (``patterns``), where these are few,
    and ``settled_after_all`` those that they tell with what is ``asked_after_all`` of searches."""

    edition: ir.Edition
    entity: ir.Entity
    sheet: Sheet
    results: list[Decided] = field(factory=list)
    amounts: list[Amount] = field(factory=list)
    searches: list[SureSearch] = field(factory=list)
    numbers: set[str] = field(factory=set)
    late: set[str] = field(factory=set)
    settled: frozenset[str] = frozenset()
    settled_after_all: frozenset[str] = frozenset()
    asked_after_all: tuple[str, ...] = ()

    def facts(self, typed: exp.Select, some_day: bool = False) -> exp.Select:
        """The typed facts with the day whose satser count and what each row belongs to. ``some_day``: of the edition,
        whatever the facts say."""
        day: exp.Expr = cast(exp.null(), "DATE")
        if self.entity.date and some_day:
            day = constant(self.edition.valid_from)
        elif self.entity.date:
            first, last = constant(self.edition.valid_from), constant(self.edition.valid_to)
            date = column(self.entity.date)
            day = case((exp.LT(this=date, expression=first), first), (exp.GT(this=date, expression=last), last),
                       otherwise=date)
        home: exp.Expr = cast(exp.null(), "TEXT")
        if self.entity.parent:
            home = column(f"{accessor(self.entity.parent)}.{self.edition.entities[self.entity.parent].key}")
        return exp.select(exp.Star(), named(day, DAY), named(home, HOME), copy=False).from_(
            exp.Subquery(this=typed, alias="f"), copy=False)

    def of_facts(self, typed: exp.Select, wanted: Sequence[tuple[str, exp.Expr]], ready: Collection[str] = (),
                 some_day: bool = False) -> exp.Select:
        """Some columns of the typed facts, which have those that are ``ready`` too."""
        return with_steps(self.sheet.query(FACTS, wanted, ready=ready),
                          {**self.tables, FACTS: self.facts(typed, some_day)}.items())

    @property
    def tables(self) -> Mapping[str, exp.Select]:
        """The tables of the rulebook, which are kept beside the data."""
        return tables_of(self.edition, kept=True)

    def of_border(self, relation: str, wanted: Sequence[tuple[str, exp.Expr]], only: exp.Expr | None = None
                  ) -> exp.Select:
        """Some columns of a relation that has the columns of the border."""
        return with_steps(self.sheet.query(relation, wanted, only, self.border), self.tables.items())

    @property
    def doubt_at_once(self) -> exp.Expr:
        """Whether a result that rests on no search cannot be told."""
        return either(*self._doubts(False))

    def doubts_at_once(self, told: Collection[str]) -> tuple[exp.Expr, exp.Expr]:
        """The same in two: for what rests on some columns alone, and for the rest."""
        parts = [(each, refs(each) <= set(told)) for each in self._doubts(False)]
        return either(*(each for each, alone in parts if alone)), either(*(each for each, alone in parts if not alone))

    @property
    def doubt_after_all(self) -> exp.Expr:
        """Whether a result that rests on a search cannot be told."""
        return either(*self._doubts(True))

    def _doubts(self, above: bool) -> list[exp.Expr]:
        found: list[exp.Expr] = []
        for each in self.results:
            if bool(self.searched(refs(each.by, each.value))) == above:
                may_be_null = isinstance(each.value, exp.Column)
                found.append(paren(choices.unsettled(each.by, each.value, may_be_null)))
        found += [paren(each.doubt) for each in self.amounts if bool(self.searched(refs(each.doubt))) == above]
        return found

    def told_after_all(self, *values: exp.Expr) -> bool:
        """Whether some expressions rest on nothing but what rows that are alike have in common."""
        known = self.sheet.given | self.sheet.columns.keys()
        return bool(self.settled_after_all) and refs(*values) & known <= self.settled_after_all

    def searched(self, names: Iterable[str]) -> set[str]:
        """Those of some columns, and of what they rest on, that rest on a search."""
        needed, columns = self.sheet.needed(names), self.sheet.columns
        relations = {each.relation for each in self.searches}
        found = {name for name in needed if (join := columns[name].join) is not None and join.alias in relations}
        more = True
        while more:
            above = {name for name in needed - found if self.sheet.under(name) & found}
            more, found = bool(above), found | above
        return found

    def answers(self, relation: str, only: exp.Expr) -> tuple[Answered, exp.Select] | None:
        """The searches with their answers, and the query for these; None where a rule must know more of a search."""
        results = (*self.edition.results.values(), *ladders_of(self.edition).results.values())
        if not can_be_answered(results):
            return None
        columns = tuple((each.node, each.answer) for each in self.searches)
        wanted = [(ROW, column(ROW)), *((each.answer, each.found) for each in self.searches)]
        return Answered(columns), self.of_border(relation, wanted, only)

    @property
    def asks_above(self) -> bool:
        """Whether the rules look at more of what a thing belongs to than its key."""
        front = f"{accessor(self.entity.parent)}." if self.entity.parent else ""
        asked = {name for each in self.sheet.columns for name in self.sheet.under(each)}
        key = f"{front}{self.edition.entities[self.entity.parent].key}" if front else ""
        return bool(front) and any(name.startswith(front) and name != key for name in asked)

    @property
    def border(self) -> list[str]:
        """The columns that rest on no search, and that answers, searches and what rests on them look at: where these
        are at hand, the facts are not asked again."""
        names = {name for each in self.results for name in refs(each.by, each.value)}
        for each in self.amounts:
            names |= refs(each.contributions)
            names |= refs(each.doubt) if self.searched(refs(each.doubt)) else set()
        for search in self.searches:
            names |= search.inputs
        above = self.searched(names)
        found: set[str] = set()
        passed: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name in above or name in self.late or self.sheet.is_alias(name):
                pending += () if name in passed else self.sheet.under(name)
                passed.add(name)
            else:
                found.add(name)
        mine = self.sheet.columns.keys() | self.sheet.given
        return sorted((found - {ROW, HOME}) & mine)


def compile_sure(
    edition: ir.Edition, entity: ir.Entity, bits: Mapping[str, direct.Bits],
    with_contributions: bool = False, dictionaries: frozenset[str] = frozenset(),
) -> Sure:
    """The rules of an entity, as far as they can be told at a glance. ``bits`` are the lists of codes that
    stand as bits too (``direct.as_bits``). ``with_contributions`` adds what each clause gave or took of each amount.
    ``dictionaries`` are the codes of which each word is at hand once. Raises ``NotSure`` and ``NotInSql``."""
    sheet = Sheet(frozenset([*given_columns(edition, entity), *map(direct.as_bits, bits)]))
    made = Sure(edition, entity, sheet)
    joins: dict[str, Join] = {}

    def over_many(node: Many, terms: Terms) -> tuple[exp.Expr, Waits]:
        if isinstance(node.over, ir.Elements):
            from rulesdsl.sql.many import over_many as in_full
            return in_full(node, terms)
        search = SureSearch.of(node, terms, len(made.searches) + 1)
        rests_on = sheet.needed(search.inputs)
        search.round = 1 + max((each.round for each in made.searches if each.answer in rests_on), default=0)
        made.searches.append(search)
        if made.searched(search.keys):
            raise NotSure("et søk etter noe som et søk har funnet")
        name = search.relation
        join = joins.setdefault(name, Join(name, table(name), exp.EQ(this=column(ROW, name), expression=column(ROW))))
        search.found = search.value(sheet, join)
        return search.found, []

    terms = SureTerms(edition, entity, sheet, over_many, False, bits=bits, dictionaries=dictionaries, late=made.late)
    for result in edition.results.values():
        if result.entity != entity.name:
            raise NotSure(f"resultater for {result.entity}")
        made.results.append(_Rules(terms, numbered(result), made).outcome(result))
    if with_contributions:
        _climb(made, terms)
    return made


def _climb(made: Sure, terms: SureTerms) -> None:
    """The amounts, by the results of their ladders. That such a result is not known is sure too where a rule surely
    decides and what it gives is not: nobody has to be told what it waits for."""
    edition, ladders = made.edition, ladders_of(made.edition)
    numbers = {result.name: numbered(result) for result in (*edition.results.values(), *ladders.results.values())}
    decided = {each.result.name: each for each in made.results}
    for result in ladders.results.values():
        decided[result.name] = _Rules(terms, numbers[result.name], made).outcome(result)

    def found(name: str) -> Found:
        each = decided[name]
        return Found.of(each.result, each.value, each.by, numbers[name])

    def late(name: str, value: exp.Expr) -> exp.Expr:
        kept = made.sheet.add(name, value)
        made.late |= refs(kept) & made.sheet.columns.keys()
        return kept

    asks = asks_if_known(ladders.results.values())
    for name, ladder in ladders.ladders.items():
        rungs = [ladders.results[each] for each in ladder.rungs]
        hole = either(*(is_null(decided[step.amount].value) for step in ladder.steps))
        untold = [is_null(decided[each].by) for each in ladder.rungs] if _tells_holes(rungs) else [TRUE]
        others = [is_null(decided[step.decided].by) for step in ladder.steps if step.decided in ladder.rungs]
        doubt = either(both(paren(hole), paren(either(*untold))), *others)
        listed = contributions(edition.results[name], ladder, found, late, asks)
        made.amounts.append(Amount(edition.results[name], listed, doubt))


def _tells_holes(results: Iterable[ir.Result]) -> bool:
    """Whether what some rules give is NULL only where it is not known."""
    values = [rule.value for result in results for group in all_groups(result.groups) for rule in group.rules]
    return not any(
        isinstance(getattr(node, "over", None), ir.Children) or (
            isinstance(node, ir.Known) and not isinstance(bare(node.value), ir.Field))
        for value in values for node in ir.walk(value))


@define
class _Rules:
    terms: SureTerms
    numbers: Mapping[tuple[str, str, int], int]
    sure: Sure
    _groups: dict[int, tuple[ir.Group, Choice]] = field(factory=dict)

    def outcome(self, result: ir.Result) -> Decided:
        sheet = self.terms.sheet
        choice = self._kept(result.name, choices.side_by_side([self._group(each, result) for each in result.groups]))
        by = sheet.alias(f"{result.name}.nummer", choice.by)
        self.sure.numbers.add(f"{result.name}.nummer")
        value = self._value(choice, choice.by if isinstance(choice.by, exp.Column) else by, result)
        made = sheet.alias(result.name, value)
        rules = {number: (clause, rule) for (clause, rule, _), number in self.numbers.items()}
        fixed = not any(list(each.find_all(exp.Column)) for each in choice.values.values())
        if fixed and isinstance(result.type, types.Code):
            self.terms.chosen(result.name, by, choice.values)
        return Decided(result, by, value if fixed else made, rules, choice, fixed)

    def _value(self, choice: Choice, by: exp.Expr, result: ir.Result) -> exp.Expr:
        """What the deciding rule gives."""
        whens: list[tuple[exp.Expr, exp.Expr]] = []
        by_value: dict[str, tuple[exp.Expr, list[int]]] = {}
        for number, value in choice.values.items():
            by_value.setdefault(value.sql(copy=False), (value, []))[1].append(number)
        ordered = sorted(by_value.values(), key=lambda each: len(each[1]))
        for value, numbers in ordered[:-1]:
            whens.append((_among(by, numbers), value))
        for value, _ in ordered[-1:]:
            whens.append((exp.NEQ(this=by, expression=whole(0)), value))
        value = case(*whens)
        return to_type(value, result.type) if isinstance(result.type, types.Number) else value

    def _group(self, group: ir.Group, result: ir.Result) -> Choice:
        made = self._groups.get(id(group))
        if made is None:
            name = f"{result.name} · {group.clause}"
            exceptions = self._kept(f"{name} unntak", choices.side_by_side(
                [self._group(each, result) for each in group.exceptions]))
            own = []
            for rule in group.rules:
                excepted = choices.side_by_side([self._group(each, result) for each in rule.exceptions])
                own.append(choices.overridden(self._kept(f"{name} unntak", excepted), self._rule(rule, result)))
            empty = cast(exp.Array(expressions=[]), sql_type(result.type, self.terms.edition))
            together = self._kept(name, choices.together(group.policy, own, empty))
            together = self._valued(name, together, exceptions, result)
            made = self._groups[id(group)] = group, self._kept(name, choices.overridden(exceptions, together))
        return made[1]

    def _valued(self, name: str, base: Choice, over: Choice, result: ir.Result) -> Choice:
        """A choice with its value as one column, where searches have to tell whether there is an exception to it: so
        nothing else that the value is made from needs to be at hand when they have."""
        values = refs(*base.values.values())
        if not values or not self.sure.searched(refs(over.by)) or self.sure.searched(values | refs(base.by)):
            return base
        value = self.terms.sheet.add(f"{name} verdi", self._value(base, base.by, result))
        return Choice(base.by, dict.fromkeys(base.values, value), base.rule, base.holds)

    def _rule(self, rule: ir.Rule, result: ir.Result) -> Choice:
        terms = self.terms
        condition = rule.conditions[0] if len(rule.conditions) == 1 else ir.And(BOOL, rule.conditions)
        called = " ".join(filter(None, [rule.clause, rule.name]))
        holds = terms.sheet.add(f"{called} gjelder", terms.value(condition), f"punkt {rule.clause}") if (
            rule.conditions) else exp.true()
        value = terms.value(rule.value)
        if isinstance(result.type, types.Number):
            value = to_type(value, result.type)
        elif isinstance(result.type, types.ListOf) and not isinstance(rule.value.type, types.ListOf):
            value = to_type(value, result.type.item)
        return choices.single(rule, holds, self.numbers[rule.clause, rule.name, id(rule)], value)

    def _kept(self, name: str, choice: Choice) -> Choice:
        """A choice whose number is a column, so that what rests on it says no more than its name."""
        if choice.rule is not None or not refs(choice.by):
            return choice
        kept = self.terms.sheet.add(f"{name} etter", choice.by)
        self.sure.numbers |= refs(kept)
        return Choice(kept, choice.values)


def _among(by: exp.Expr, numbers: list[int]) -> exp.Expr:
    if len(numbers) == 1:
        return exp.EQ(this=by, expression=whole(numbers[0]))
    return exp.In(this=by, expressions=[whole(each) for each in sorted(numbers)])

