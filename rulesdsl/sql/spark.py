"""What Apache Spark says in its own way: the same query in words that Spark has, as steps that it can plan.

Spark puts what a step says wherever the step is read, and the rules of a year are some thirty steps, several of which
read the one before three times or more: as one query they would not be planned in hours. So each step is a table.
"""

from collections import Counter

from sqlglot import exp

from rulesdsl.source import frozen
from rulesdsl.sql.logic import paren, whole
from rulesdsl.sql.steps import Query, said_anew, taken_apart

SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # what does not fit is an error, never an unknown answer
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",  # no digit after the comma is given up
    "spark.sql.codegen.wholeStage": "false",  # a step is asked once: to make code of it takes longer than to run it
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.maxPlanStringLength": "2000",  # a plan is kept as text too, which of ours is larger than the rows
}
"""What must hold in a session for the answers to be exact, and for the steps to be quick."""


THROUGH = 6
"""How many steps in a row, each read by just one, may stand in one plan: fewer cost tables, more cost planning."""


@frozen
class Step:
    """A query, and the name that later ones read it by. ``kept`` is whether it must be a table; else it may be a
    view."""

    name: str
    text: str
    kept: bool


def steps(query: exp.Select) -> list[tuple[str, str]]:
    """The queries that give the answer, one after the other: each with the name of the table that later ones read.
    The last is the answer, and has none."""
    return [(step.name, step.text) for step in planned_steps(query)]


def planned_steps(query: exp.Select) -> list[Step]:
    """The same, and which of them need not be tables."""
    made, answer = taken_apart(query)
    called = {name: f"isfrules_{number}" for number, (name, _) in enumerate(made, start=1)}
    reads = [[read.name for read in step.find_all(exp.Table) if read.name in called]
             for step in (*(step for _, step in made), answer)]
    times = Counter(name for each in reads for name in each)
    behind: dict[str, int] = {}
    found: list[Step] = []
    for (name, step), read in zip(made, reads[:-1], strict=True):
        deep = 1 + max((behind[each] for each in read), default=0)
        kept = times[name] > 1 or deep >= THROUGH
        behind[name] = 0 if kept else deep
        found.append(Step(called[name], _text(step, called), kept))
    return [*found, Step("", _text(answer, called), kept=True)]


def script(query: exp.Select) -> str:
    """The statements that give the answer, for reading and for Spark's own command line."""
    said = [f"SET {name} = {value}" for name, value in SETTINGS.items()]
    *made, (_, answer) = steps(query)
    for name, text in made:
        said += [f"DROP TABLE IF EXISTS {name}", f"CREATE TABLE {name} USING parquet AS\n{text}"]
    return ";\n".join([*said, answer])


def _text(step: exp.Select, called: dict[str, str]) -> str:
    for read in step.find_all(exp.Table):
        if read.name in called:
            read.set("this", exp.to_identifier(called[read.name]))
    return said_by_spark(step).sql("spark", pretty=True)


def said_by_spark(query: Query) -> Query:
    """A query said as Spark says it."""
    for each in query.find_all(exp.Unnest):
        _count_from_one(each)
    return said_anew(query.copy(), _said)


def _said(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.ArrayOverlaps():
            return exp.Anonymous(this="ARRAYS_OVERLAP", expressions=[node.this, node.expression])
        case exp.DataType(this=exp.DataType.Type.INT128):
            return exp.DataType.build("DECIMAL(38, 0)")
        case exp.IntDiv() if not isinstance(node.expression, exp.Literal):
            return _quotient(node)
        case exp.Extract() if node.name.upper() == "ISODOW":
            day = exp.Anonymous(this="WEEKDAY", expressions=[node.expression])
            return paren(exp.Add(this=day, expression=whole(1)))
        case _:
            return node


def _quotient(node: exp.IntDiv) -> exp.Expr:
    """``DIV`` gives 19 digits at most; what is divisible divides exactly. No rule asks for a quotient by nought, but
    Spark may work it out beside the condition."""
    over = node.this
    under = exp.Nullif(this=node.expression.copy(), expression=whole(0))
    rest = paren(exp.Mod(this=over.copy(), expression=under.copy()))
    exact = exp.Div(this=paren(exp.Sub(this=over.copy(), expression=rest)), expression=under)
    return exp.cast(exact, "DECIMAL(38, 0)")


def _count_from_one(each: exp.Unnest) -> None:
    """The number of an element: Spark counts from 0."""
    number = each.args.get("offset")
    select = each.find_ancestor(exp.Select)
    if not isinstance(number, exp.Identifier) or select is None:
        return
    for read in list(select.find_all(exp.Column)):
        if read.name == number.name and read.table == each.alias:
            read.replace(paren(exp.Add(this=read.copy(), expression=whole(1))))
