"""An edition that looks at things of several entities, as a query: each entity has a chain of steps of its own.

Results are made in stages, each of one entity: all that can be made of what the stages before it gave. A stage reads
the latest step of the other entities, and what is decided of a thing is handed down to those that belong to it. Where
things belong to one that no row is of, a row is made for it, of which only their number of it is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from attrs import define, field
from sqlglot import exp

from rulesdsl.core import ir
from rulesdsl.core.trees import all_groups
from rulesdsl.source import frozen
from rulesdsl.sql.compile import Rules, compile_edition, deciding, given_columns, numbered
from rulesdsl.sql.each import of_each
from rulesdsl.sql.logic import both, case, cast, coalesce, column, joined_text, named, paren, text, whole
from rulesdsl.sql.many import over_many
from rulesdsl.sql.names import DAY, HOME, ROW, SELF, SEPARATOR, above, accessor, identities
from rulesdsl.sql.sheet import Sheet, kept, table, with_steps
from rulesdsl.sql.steps import taken_apart
from rulesdsl.sql.tables import tables_of
from rulesdsl.sql.terms import Many, Relation, Terms
from rulesdsl.sql.types import constant

READ = "§lest"
"""Whether a row was there, and is not made for those that belong to it."""

_NOBODY = "\x1d"
_FIRST = "§nr"

Level = tuple[ir.Entity, str]
"""An entity, and what stands before its columns in a row."""


def compile_for(
    edition: ir.Edition, entity: str, tables: Mapping[str, str], *, waits: bool = True, only: exp.Expr | None = None
) -> exp.Select:
    """The query of the results of an entity. ``tables`` has the relations of typed facts of the entities that are
    decided or looked at; of what others belong to it may be left out."""
    if not has_several(edition):
        return compile_edition(edition, tables, waits=waits, only=only)
    chains = _Chains.made(edition, tables, waits)
    return kept(with_steps(chains.answers(entity, only), chains.all_steps()))


@frozen
class Together:
    """The queries of the results of several entities, by entity, and the steps that all of them read."""

    steps: tuple[tuple[str, exp.Query], ...]
    answers: Mapping[str, exp.Select]


def compile_together(
    edition: ir.Edition, entities: Sequence[str], tables: Mapping[str, str], *, waits: bool = True,
    tables_kept: bool = False,
) -> Together:
    """As ``compile_for`` for each of some entities, with each step once. ``tables_kept``: those of the rulebook stand
    in relations (``tables``)."""
    if not has_several(edition):
        steps, answer = taken_apart(compile_edition(edition, tables, waits=waits, tables_kept=tables_kept))
        return Together(tuple(steps), dict.fromkeys(entities, answer))
    chains = _Chains.made(edition, tables, waits, tables_kept)
    made: list[tuple[str, exp.Query]] = []
    for name, step in chains.all_steps():
        more, own = taken_apart(step)
        made += [*more, (name, own)]
    return Together(tuple(made), {name: chains.answers(name, None) for name in entities})


def decided_entities(edition: ir.Edition) -> tuple[str, ...]:
    """The entities that have results, in the order of the edition."""
    decided = {result.entity for result in edition.results.values()}
    return tuple(name for name in edition.entities if name in decided)


def needed_entities(edition: ir.Edition) -> tuple[str, ...]:
    """The entities whose rows a query reads."""
    searched = {entity for result in edition.results.values() for entity in _searched(result)}
    decided = decided_entities(edition)
    return tuple(name for name in edition.entities if name in decided or name in searched)


def has_several(edition: ir.Edition) -> bool:
    """Whether the rows of several entities are read."""
    return len(needed_entities(edition)) > 1


def _expressions(result: ir.Result) -> Iterator[ir.Expr]:
    for group in all_groups(result.groups):
        for rule in group.rules:
            for root in (*rule.conditions, rule.value):
                yield from ir.walk(root)


def _searched(result: ir.Result) -> set[str]:
    """The entities whose things a result looks through."""
    domains = [each.over for each in _expressions(result) if isinstance(each, Many)]
    return {each.entity for each in domains if isinstance(each, ir.Children)}


# ── Stages ───────────────────────────────────────────────────────────────────────────────────────────────────


def stages_of(edition: ir.Edition) -> Iterator[tuple[str, list[ir.Result]]]:
    """The results by entity, each after those it uses. What looks at another entity's things, which may look back,
    finds there what the stages before it gave."""
    left = list(edition.results.values())
    uses = {each.name: {node.name for node in _expressions(each) if isinstance(node, ir.ResultOf)} for each in left}
    done: set[str] = set()
    while left:
        entity, stage = left[0].entity, []
        made: set[str] = set()
        for each in left:
            among_own = not uses[each.name] & made or not _looks_elsewhere(each)
            if each.entity == entity and uses[each.name] <= done | made and among_own:
                stage.append(each)
                made.add(each.name)
        done |= made
        left = [each for each in left if each.name not in made]
        yield entity, stage


def _looks_elsewhere(result: ir.Result) -> bool:
    return bool(_searched(result) - {result.entity})


# ── The chains ───────────────────────────────────────────────────────────────────────────────────────────────


@define
class _Chains:
    """The steps of all entities, and the latest of each."""

    edition: ir.Edition
    tables: Mapping[str, str]
    waits: bool
    tables_kept: bool = False
    steps: list[tuple[str, exp.Query]] = field(factory=list)
    latest: dict[str, Relation] = field(factory=dict)
    numbers: Iterator[int] = field(factory=lambda: count(1))

    @classmethod
    def made(cls, edition: ir.Edition, tables: Mapping[str, str], waits: bool, tables_kept: bool = False) -> "_Chains":
        """The chains with the results of all entities."""
        chains = cls(edition, tables, waits, tables_kept)
        needed = [edition.entities[name] for name in needed_entities(edition)]
        for each in sorted(needed, key=lambda one: -len(above(edition, one))):  # those that belong to others first
            who = identities(edition, each)
            chains._step(each.name, chains._rows(each), frozenset({*given_columns(edition, each), *who, READ}))
        for decided, stage in stages_of(edition):
            chains._stage(decided, stage)
        return chains

    def all_steps(self) -> list[tuple[str, exp.Query]]:
        """The steps, and before them the tables of the rulebook."""
        return [*tables_of(self.edition, self.tables_kept).items(), *self.steps]

    def answers(self, entity: str, only: exp.Expr | None) -> exp.Select:
        """What is asked of the last step of an entity."""
        asked = self.edition.entities[entity]
        wanted: list[exp.Expr] = [column(ROW)]
        for result in self.edition.results.values():
            if result.entity == entity:
                wanted += [column(f"{result.name}{part}") for part in ("", ".status")]
                wanted += [named(made, name) for name, made in deciding(result)]
                if self.waits:
                    missing = _missing(column(f"{result.name}.venter"), asked, self.edition)
                    wanted.append(exp.alias_(missing, f"{result.name}.mangler", quoted=True))
        made = exp.select(*wanted).from_(table(self.latest[entity].name)).where(column(READ))
        return made.where(only) if only is not None else made

    def _step(self, entity: str, made: exp.Query, columns: frozenset[str]) -> None:
        name = f"{entity} {next(self.numbers)}"
        own = made.args.get("with_")
        made.set("with_", None)
        self.steps += [(each.alias, each.this) for each in own.expressions] if own is not None else []
        self.steps.append((name, made))
        self.latest[entity] = Relation(name, columns)

    def _stage(self, name: str, results: list[ir.Result]) -> None:
        """Some results of an entity, and for those that belong to it what they ask of them."""
        entity, before = self.edition.entities[name], self.latest[name]
        sheet = Sheet(before.columns, prefix=f"{name} {next(self.numbers)} ")
        terms = Terms(self.edition, entity, sheet, over_many, self.waits, self.latest, self.numbers)
        wanted = [(each, column(each)) for each in sorted(before.columns)]
        answers: list[tuple[str, exp.Expr]] = []
        for result in results:
            rules = Rules(self.edition, entity, sheet, terms, self.waits, numbered(result))
            rules.outcome(result)
            parts = ("", ".status", ".nummer", *((".venter",) if self.waits else ()))
            answers += [(f"{result.name}{part}", column(f"{result.name}{part}")) for part in parts]
        made = sheet.query(before.name, [*wanted, *answers])
        self._step(name, made, before.columns | {each for each, _ in answers})
        asked = [each.name for each in results if each.name in self._asked_from_below()]
        given = [f"{each}{part}" for each in asked for part in ("", ".venter") if part == "" or self.waits]
        for child in self._below(entity) if asked else ():
            self._hand_down(self.edition.entities[child], given)

    def _asked_from_below(self) -> set[str]:
        return {node.name for result in self.edition.results.values() for node in _expressions(result)
                if isinstance(node, ir.ResultOf) and isinstance(node.of, ir.Parent)}

    def _hand_down(self, child: ir.Entity, results: Sequence[str]) -> None:
        """Gives those that belong to others columns of these, and so on down."""
        before, over = self.latest[child.name], self.latest[child.parent]
        given = {f"{accessor(child.parent)}.{name}": column(name, "o") for name in results}
        made = exp.select(
            exp.Column(this=exp.Star(), table=exp.to_identifier("r")),
            *(exp.alias_(value, name, quoted=True) for name, value in given.items()),
        ).from_(table(before.name, "r")).join(
            table(over.name, "o"), on=exp.EQ(this=column(HOME, "r"), expression=column(SELF, "o")), join_type="left")
        self._step(child.name, made, before.columns | set(given))
        for below in self._below(child):
            self._hand_down(self.edition.entities[below], list(given))

    def _below(self, entity: ir.Entity) -> list[str]:
        return [each for each in self.latest if self.edition.entities[each].parent == entity.name]

    # ── facts ──

    def _rows(self, entity: ir.Entity) -> exp.Query:
        """The things of an entity: those that there are rows of, and those that only others speak of, for they belong
        to them."""
        parts: list[exp.Select] = []
        if entity.name in self.tables:
            parts.append(self._there(entity))
        below = self._below(entity)
        if below:
            parts.append(self._spoken_of(entity, below))
        made = parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False)
        return exp.select(exp.Star()).from_(made.subquery("r"))

    def _there(self, entity: ir.Entity) -> exp.Select:
        """The rows that there are, with what tells who each is, and who it belongs to."""
        edition, paths = self.edition, _paths(entity, self.edition)
        holds = any(each.parent == entity.name for each in edition.entities.values())
        who = coalesce(column(entity.key), _nobody(entity)) if holds else cast(column(ROW), "TEXT")
        found = [exp.alias_(who, SELF, quoted=True)]
        for (owner, _), (each, over), name in _steps_up(edition, entity):
            who = coalesce(column(over + each.key), joined_text(text(f"{_NOBODY}{owner.name} "), who))
            found.append(exp.alias_(who, name, quoted=True))
        return exp.select(
            column(ROW), *map(column, paths), *_day(entity, edition, column(entity.date)), *found,
            *([] if entity.parent else [exp.alias_(text(""), HOME, quoted=True)]),
            exp.alias_(exp.true(), READ, quoted=True)).from_(table(self.tables[entity.name]))

    def _spoken_of(self, entity: ir.Entity, below: list[str]) -> exp.Select:
        """A row for each that others belong to and that there is no row of, as the first that speaks of it has it."""
        edition, front = self.edition, accessor(entity.name)
        named = [*_paths(entity, edition), *identities(edition, entity)[1:]]
        each = [exp.select(exp.alias_(column(HOME), SELF, quoted=True), column(ROW),
                           *(exp.alias_(column(f"{front}.{name}"), name, quoted=True) for name in named)
                           ).from_(table(self.latest[name].name)) for name in below]
        all_ = each[0] if len(each) == 1 else exp.union(*each, distinct=False)
        first = exp.Window(this=exp.RowNumber(), partition_by=[column(SELF)],
                           order=exp.Order(expressions=[exp.Ordered(this=column(ROW))]))
        told = exp.select(exp.Star(), exp.alias_(first, _FIRST, quoted=True)).from_(all_.subquery("b"))
        found = exp.select(column(SELF), *map(column, named)).from_(told.subquery("b")).where(
            exp.EQ(this=column(_FIRST), expression=whole(1)))
        if entity.name in self.tables:
            known = exp.select(coalesce(column(entity.key), _nobody(entity))).from_(table(self.tables[entity.name]))
            found = found.where(exp.not_(exp.In(this=column(SELF), query=exp.Subquery(this=known))))
        number = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=column(SELF))]))
        return exp.select(
            exp.alias_(exp.Neg(this=number), ROW, quoted=True), *map(column, _paths(entity, edition)),
            *_day(entity, edition, column(entity.date)), *map(column, identities(edition, entity)),
            *([] if entity.parent else [exp.alias_(text(""), HOME, quoted=True)]),
            exp.alias_(exp.false(), READ, quoted=True),
        ).from_(found.subquery("h"))


def _paths(entity: ir.Entity, edition: ir.Edition) -> list[str]:
    """The columns of an entity's own fields, and of those of what it belongs to."""
    return [name for name in given_columns(edition, entity) if name not in (ROW, DAY, HOME)]


def _steps_up(edition: ir.Edition, entity: ir.Entity) -> Iterator[tuple[Level, Level, str]]:
    """Each step from a thing to what it belongs to, and the column that tells who that is."""
    levels = above(edition, entity)
    yield from zip(levels, levels[1:], identities(edition, entity)[1:], strict=False)


def _nobody(entity: ir.Entity) -> exp.Expr:
    """What stands for the self of a row whose key is not known."""
    return joined_text(text(f"{_NOBODY}{entity.name} "), cast(column(ROW), "TEXT"))


def _day(entity: ir.Entity, edition: ir.Edition, day: exp.Expr) -> list[exp.Expr]:
    """The day whose satser count, within the edition."""
    if not entity.date:
        return [exp.alias_(cast(exp.null(), "DATE"), DAY, quoted=True)]
    first, last = constant(edition.valid_from), constant(edition.valid_to)
    within = case((exp.LT(this=day, expression=first), first), (exp.GT(this=day, expression=last), last),
                  otherwise=day)
    return [exp.alias_(within, DAY, quoted=True)]


# ── Missing facts ────────────────────────────────────────────────────────────────────────────────────────────


def _missing(names: exp.Expr, asker: ir.Entity, edition: ir.Edition) -> exp.Expr:
    """The facts as the one who asks would write them, each once and in order: up to the nearest that it shares with
    whose fact it is, and from there down."""
    shown = of_each(names, lambda said: _shown(said, asker, edition))
    return exp.ArraySort(this=exp.ArrayDistinct(this=shown))


def _shown(said: exp.Expr, asker: ir.Entity, edition: ir.Edition) -> exp.Expr:
    def part(at: int) -> exp.Expr:
        return exp.SplitPart(this=said, delimiter=text(SEPARATOR), part_index=whole(at))

    mine, whos = above(edition, asker), identities(edition, asker)
    ways: list[tuple[exp.Expr, exp.Expr]] = []
    for owner in edition.entities.values():
        is_it = exp.EQ(this=part(1), expression=text(owner.name))
        theirs = above(edition, owner)
        down: list[exp.Expr] = []
        for at, (each, _) in enumerate(theirs):
            shared = next((number for number, (one, _) in enumerate(mine) if one.name == each.name), None)
            if shared is not None:
                same = exp.EQ(this=part(2 + 2 * at), expression=column(whos[shared]))
                named = [text(mine[shared][1]), *down, part(2 + 2 * len(theirs))]
                ways.append((both(is_it, same), joined_text(*named)))
            key = part(3 + 2 * at)
            none = exp.EQ(this=key, expression=text(""))
            down = [text(f"{each.plural}["), paren(case((none, text("0")), otherwise=key)), text("]."), *down]
    return case(*ways)
