"""A sheet of columns, each a small expression over others, and the query that computes it.

The rules become many small columns. Those that rest on none are computed first, then those that rest on these, and so
on: a query of few levels, in which nothing is computed twice and every column has a name that a reader knows.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from attrs import define, field
from sqlglot import exp

from rulesdsl.sql.logic import CERTAIN, column, is_certain, named, refs


@define(eq=False)
class Join:
    """A relation that a level is joined with, row by row: ``on`` compares its columns, under ``alias``, with those of
    the sheet, which stand bare. A row that has none keeps its place."""

    alias: str
    relation: exp.Expr
    on: exp.Expr


@define(eq=False)
class Column:
    """A column: its name, its expression over other columns of the sheet or of its join, what it is, for a reader of
    the query, and the level at which it can be computed: how many joins it needs, one after the other, and how many
    steps after the last of them. What needs no join is computed before any, on columns as the source has them."""

    name: str
    value: exp.Expr
    says: str = ""
    join: Join | None = None
    level: tuple[int, int] = (0, 0)


@define
class Sheet:
    """Columns by name, over a source whose columns are ``given``. ``prefix`` begins the names of its levels. Where it
    is ``lean``, a level hands on only what is read later: an engine plans that sooner, a reader sees longer lists."""

    given: frozenset[str]
    prefix: str = ""
    lean: bool = False
    columns: dict[str, Column] = field(factory=dict)
    _by_text: dict[str, str] = field(factory=dict)
    _under: dict[str, set[str]] = field(factory=dict)
    _folded: set[str] = field(factory=set)
    """All names as an engine sees them, to which large and small letters are the same."""

    def __attrs_post_init__(self) -> None:
        self._folded |= {name.casefold() for name in (*self.given, *self.columns)}

    def add(self, name: str, value: exp.Expr, says: str = "", join: Join | None = None,
            rests_on: Iterable[str] = ()) -> exp.Expr:
        """A column, and how others refer to it. What is a constant or another column needs none of its own; the same
        expression twice is one column. ``rests_on`` names what a join looks at besides its own condition."""
        if join is None and isinstance(value, exp.Column | exp.Boolean | exp.Null | exp.Literal):
            return value
        text = value.sql(copy=False) if join is None else f"{value.sql(copy=False)} of {id(join)}"
        known = self._by_text.get(text)
        if known is None:
            known = self._free(name)
            self._folded.add(known.casefold())
            self._by_text[text] = known
            under = {*rests_on, *(refs(value) if join is None else refs(join.on, but=join.alias))}
            self.columns[known] = Column(known, value, says, join, self._after(under, join))
        made = column(known)
        if join is None and is_certain(value):
            made.meta[CERTAIN] = True
        return made

    def alias(self, name: str, value: exp.Expr) -> exp.Expr:
        """A column of just this name, which nothing else has."""
        assert name not in self.columns, name
        self._folded.add(name.casefold())
        if (known := self._by_text.get(value.sql(copy=False))) is not None:
            value = column(known)
        self.columns[name] = Column(name, value, level=self._after(refs(value), None))
        return column(name)

    def is_alias(self, name: str) -> bool:
        """Whether a column is but another name for one."""
        return name in self.columns and isinstance(self.columns[name].value, exp.Column) and not self.columns[name].join

    def _after(self, under: Iterable[str], join: Join | None) -> tuple[int, int]:
        joins, steps = max((self.level(each) for each in under), default=(0, 0))
        return (joins + 1, 0) if join is not None else (joins, steps + 1)

    def _free(self, name: str) -> str:
        free, number = name, 1
        while free.casefold() in self._folded:
            number += 1
            free = f"{name} ({number})"
        return free

    def level(self, name: str) -> tuple[int, int]:
        """The level after which a column is there; the source's own are there from the start."""
        found = self.columns.get(name)
        return found.level if found else (0, 0)

    def query(self, source: str, wanted: Sequence[tuple[str, exp.Expr]],
              only: exp.Expr | None = None, ready: Collection[str] = ()) -> exp.Select:
        """The query that gives the wanted columns for the rows where ``only`` holds, and computes no others. The source
        has those that are ``ready`` as well as what is given."""
        values = [value for _, value in wanted] + ([only] if only is not None else [])
        needed = self.needed(refs(*values), ready)
        levels: dict[tuple[int, int], list[Column]] = {}
        for each in self.columns.values():
            if each.name in needed:
                levels.setdefault(each.level, []).append(each)
        steps: list[tuple[str, exp.Select]] = []
        before = source
        ordered = [levels[level] for level in sorted(levels)]
        done = self._done_with(ordered, refs(*values)) if self.lean else {}
        for number, level in enumerate(ordered, start=1):
            steps.append((self.prefix + level_name(number), self._step(before, level, done.get(number, ()))))
            before = self.prefix + level_name(number)
        asked = [named(value, name) for name, value in wanted]
        outer = exp.select(*asked, copy=False).from_(table(before), copy=False)
        if only is not None:
            outer = outer.where(only, copy=False)
        return with_steps(outer, steps)

    def _done_with(self, levels: Sequence[Sequence[Column]], wanted: set[str]) -> dict[int, list[str]]:
        """By the number of a level, the columns that come to it and that no later one reads."""
        made = dict.fromkeys(self.given, 0)
        last = dict.fromkeys(self.given, 1)
        for number, level in enumerate(levels, start=1):
            for each in level:
                last |= dict.fromkeys((self.under(each.name) | refs(each.value)) & made.keys(), number)
            made |= dict.fromkeys((each.name for each in level), number)
        found: dict[int, list[str]] = {}
        for name, number in sorted(last.items()):
            if name not in wanted and number > made[name]:
                found.setdefault(number, []).append(name)
        return found

    def _step(self, before: str, columns: Sequence[Column], but: Iterable[str]) -> exp.Select:
        left_out = [exp.to_identifier(name, quoted=True) for name in but]
        star = exp.Column(this=exp.Star(except_=left_out) if left_out else exp.Star(), table=exp.to_identifier("r"))
        select = exp.select(star, copy=False).from_(table(before, "r"), copy=False)
        joins = {each.join.alias: each.join for each in columns if each.join is not None}
        for each in columns:
            value = self._own(each.value) if joins else each.value
            made = named(value, each.name)
            if each.says:
                made.add_comments([each.says])
            select = select.select(made, copy=False)
        for join in joins.values():
            relation = join.relation.transform(lambda node: _here(node, before))
            select = select.join(relation, on=self._own(join.on), join_type="left", copy=False)
        return select

    def _own(self, value: exp.Expr) -> exp.Expr:
        """An expression whose bare columns are said to be the sheet's, beside those of joins."""
        def said(node: exp.Expr) -> exp.Expr:
            bare = isinstance(node, exp.Column) and not node.table
            return column(node.name, "r") if bare and (node.name in self.columns or node.name in self.given) else node

        return value.transform(said)

    def needed(self, names: Iterable[str], ready: Collection[str] = ()) -> set[str]:
        """The columns of the sheet that some columns rest on, themselves among them, but those that are ready."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name in self.columns and name not in found and name not in ready:
                found.add(name)
                pending += self.under(name)
        return found

    def under(self, name: str) -> set[str]:
        """What a column looks at."""
        if name not in self._under:
            each = self.columns[name]
            joined = refs(each.join.on, each.join.relation) if each.join is not None else set()
            self._under[name] = refs(each.value) | joined
        return self._under[name]


def with_steps(query: exp.Select, steps: Iterable[tuple[str, exp.Expr]]) -> exp.Select:
    """The query with steps that it reads, before those it has."""
    own = query.args.get("with_")
    made = [
        exp.CTE(this=step, alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True))) for name, step in steps
    ]
    query.set("with_", exp.With(expressions=[*made, *(own.expressions if own else ())]))
    return query


def kept(query: exp.Select) -> exp.Select:
    """The query with steps that are read more than once made once and for all. An engine that writes steps into one
    another may take minutes to plan what it then does in no time."""
    read = Counter(each.name for each in query.find_all(exp.Table))
    for step in query.args["with_"].expressions:
        if read[step.alias] > 1:
            step.set("materialized", True)
    return query


def level_name(level: int) -> str:
    return f"trinn {level}"


def table(name: str, alias: str = "") -> exp.Table:
    return exp.table_(exp.to_identifier(name, quoted=True), alias=alias or None)


BEFORE = "§før"
"""Stands, within a join, for the columns made so far."""


def _here(node: exp.Expr, before: str) -> exp.Expr:
    if isinstance(node, exp.Table) and node.name == BEFORE:
        return table(before, node.alias)
    return node
