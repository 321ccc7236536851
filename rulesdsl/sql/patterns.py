"""What rests on few fields alone: rows that are alike in these have a pattern in common, and need be decided but once.

The fields of a pattern are read by themselves, whatever else a row says. Columns that rest on nothing else are settled:
a table of patterns has them, and the rows have the number of their pattern.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlglot import exp

from rulesdsl.core.types import Bool, Code, Record
from rulesdsl.sql import direct
from rulesdsl.sql.facts import Rows, parent_key
from rulesdsl.sql.kinds import places
from rulesdsl.sql.logic import column, refs
from rulesdsl.sql.names import DAY, HOME, ROW
from rulesdsl.sql.sheet import table
from rulesdsl.sql.sure import Sure

PATTERN = "§mønster"
"""The column that tells patterns apart, while rows are read."""


def possible(sure: Sure, rows: Rows, within: bool) -> tuple[str, ...]:
    """The columns of the data that a pattern may have: those that the rules look at and that are read by themselves.
    ``within``: no row has a day outside the edition."""
    edition, entity = sure.edition, sure.entity
    columns = sure.sheet.columns
    asked = {name for each in columns for name in sure.sheet.under(each)} | refs(*(
        value for each in sure.results for value in (each.by, each.value)))
    alone = direct.read_by_themselves(edition, entity.name, rows, within)
    own = {entity.key, entity.date, parent_key(edition, entity.name)}
    wanted = {raw for name in asked for raw in _read_for(sure, rows, name)}
    return tuple(name for name in rows.columns if name in wanted & alone and name not in own)


def settled(sure: Sure, rows: Rows, fields: Collection[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The columns that rest on some fields alone, and on a few more columns, the second, which are part of a pattern as
    the fields are: conditions and the like that ask of something else in a row. What the data have nothing of is the
    same in all rows; and whether a row has a day is no question, for one without is read with care."""
    sheet = sure.sheet
    own = {sure.entity.key, sure.entity.date, parent_key(sure.edition, sure.entity.name)}
    found = {name for each in places(sure.edition, sure.entity.name) if each.path not in own
             for name in (each.path, direct.as_bits(each.path))
             if name in sheet.given and _read_for(sure, rows, name) <= set(fields)}
    return _resting_on(sure, found, sure.searched(sheet.columns))


def settled_after_all(sure: Sure) -> tuple[frozenset[str], tuple[str, ...]]:
    """The same when searches have been answered: what asks of their answers is part of a pattern too."""
    return _resting_on(sure, set(sure.settled), ())


def _resting_on(sure: Sure, found: set[str], but: Collection[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    sheet, early = sure.sheet, []
    known = sheet.given | sheet.columns.keys()
    for name, each in sheet.columns.items():  # each stands after those it rests on
        if name not in but and name not in found:
            rests_on = (sheet.under(name) & known) - found
            if each.join is not None and each.join.alias in {search.relation for search in sure.searches}:
                continue
            if rests_on and not (rests_on == {DAY} and _asks_for_no_day(each.value)):
                if not _of_few_values(sure, name, each.value):
                    continue
                early.append(name)
            found.add(name)
    return frozenset(found), tuple(early)


def _of_few_values(sure: Sure, name: str, value: exp.Expr) -> bool:
    """Whether a column is ja or nei, a code, or the number of a rule."""
    result = sure.edition.results.get(name)
    logical = isinstance(value.unnest(), exp.Connector | exp.Predicate | exp.Not)
    return logical or name in sure.numbers or (result is not None and isinstance(result.type, Bool | Code))


def _asks_for_no_day(value: exp.Expr) -> bool:
    """Whether an expression asks no more of the day than if there is one."""
    asked = [each for each in value.find_all(exp.Is) if each.this == column(DAY) and each.expression == exp.null()]
    return len(asked) == sum(1 for each in value.find_all(exp.Column) if each.name == DAY)


def _read_for(sure: Sure, rows: Rows, name: str) -> set[str]:
    """The columns of the data that a typed fact is read from."""
    for each in places(sure.edition, sure.entity.name):
        if name in (each.path, direct.as_bits(each.path)):
            within = (path for path in rows.columns if path.startswith(f"{each.path}."))
            found = {each.path, *(within if isinstance(each.type, Record) else ())}
            return {path for path in found if path in rows.columns and rows.columns[path].name != "empty"}
    return set()


def looked_at(sure: Sure, told: Collection[str], values: Iterable[exp.Expr]) -> set[str]:
    """The settled columns that some expressions, or what is not settled of what they rest on, look at."""
    found: set[str] = set()
    passed: set[str] = set()
    pending = [*refs(*values)]
    while pending:
        name = pending.pop()
        if name in told:
            found.add(name)
        elif name in sure.sheet.columns and name not in passed:
            passed.add(name)
            pending += sure.sheet.under(name)
    return found


# ── Codes that the rules do not tell apart ───────────────────────────────────────────────────────────────────


def questions(sure: Sure, name: str) -> list[exp.Expr] | None:
    """All that is asked of a column by itself; None where it is also held against others, or given as it is."""
    found: dict[str, exp.Expr] = {}
    every = [each.value for each in sure.sheet.columns.values()]
    every += [value for each in sure.results for value in (each.by, each.value)]
    every += [value for each in sure.amounts for value in (each.contributions, each.doubt)]
    joined = {name for each in sure.sheet.columns.values() if each.join is not None for name in refs(each.join.on)}
    kept = {name for each in sure.searches for name in each.inputs} | joined
    if name in kept or not all(_asked(each, name, found) for each in every if name in refs(each)):
        return None
    return list(found.values())


def _asked(node: exp.Expr, name: str, found: dict[str, exp.Expr]) -> bool:
    """Collects the largest parts of an expression that speak of nothing but a column; no where one is the column."""
    about = refs(node)
    if name not in about:
        return True
    if about == {name} and isinstance(node, exp.Condition) and not isinstance(node, exp.If | exp.PropertyEQ):
        found[node.sql(copy=False)] = node
        return not isinstance(node.unnest(), exp.Column)
    return all(_asked(each, name, found) for each in node.iter_expressions())


def as_read(path: str) -> str:
    """The column that has what the data say of a field, beside what it means."""
    return f"{path} §rå"


def marked(sure: Sure, typed: exp.Select, fields: Mapping[str, exp.Expr], early: Sequence[str], told: AbstractSet[str]
           ) -> exp.Select:
    """The typed facts that are not told by patterns, and what tells the pattern of each row: the same for rows that are
    alike, and hardly ever for others. ``typed`` has the fields ``as_read``, from which those of patterns are made."""
    of_pattern = {as_read(name): value for name, value in fields.items()} | {name: column(name) for name in early}
    mark = exp.Anonymous(this="HASH", expressions=list(of_pattern.values()))
    kept = [ROW, DAY, HOME, direct.UNREAD, *sorted(sure.sheet.given - told - {ROW, DAY, HOME})]
    return sure.of_facts(typed, [*of_pattern.items(), (PATTERN, mark),
                                 *((name, column(name)) for name in kept)])


def beside(rows: str, patterns: str, early: Iterable[str]) -> exp.Select:
    """The rows that are marked, each beside its pattern, which tells what they have in common."""
    mark = exp.to_identifier(PATTERN, quoted=True)
    common = [exp.to_identifier(name, quoted=True) for name in early]
    of_rows = exp.Column(this=exp.Star(except_=common) if common else exp.Star(), table=exp.to_identifier("f"))
    of_patterns = exp.Column(this=exp.Star(except_=[mark]), table=exp.to_identifier("m"))
    same = exp.EQ(this=column(PATTERN, "f"), expression=column(PATTERN, "m"))
    return exp.select(of_rows, of_patterns, copy=False).from_(table(rows, "f"), copy=False).join(
        table(patterns, "m"), on=same, copy=False)
