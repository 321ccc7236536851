"""Rows to typed facts on Spark: the queries of ``facts``, which are said in DuckDB's words, in words that Spark has.

A text must be in NFC before it comes here (``nfc``): Spark cannot make it so within a list.
"""

from sqlglot import exp

from rulesdsl.sql.logic import text
from rulesdsl.sql.spark import said_by_spark
from rulesdsl.sql.steps import said_anew

NUMBER = "§rad"
"""The column by which a relation as it came has the number of each row; ``row_number() OVER ()`` asks for it."""

_BESIDE = "§der"
_DOUBTFUL = r"r'[\x{300}-\x{10FFFF}]'"
"""Signs that a text in NFC may not have, or not after one another: below U+0300 there are none."""


def in_spark(query: exp.Expr) -> str:
    """A query for typed facts, for faults, or for the matched columns, as Spark runs it."""
    return said_by_spark(said_anew(query.copy(), _said)).sql("spark", pretty=True)


def nfc(value: str) -> str:
    """A text in NFC, in Spark's own words. Spark brings the library, but no function."""
    return f"CASE WHEN {value} RLIKE {_DOUBTFUL} THEN {_composed(value)} ELSE {value} END"


def nfc_within(value: str, kind: str) -> str:
    """Texts within a list or a record of a type of Spark, in NFC. They are composed together: no sign of JSON is one
    that composes with another."""
    written, named = f"to_json({value})", kind.replace("'", "\\'")
    return f"CASE WHEN {written} RLIKE {_DOUBTFUL} THEN from_json({_composed(written)}, '{named}') ELSE {value} END"


def _composed(value: str) -> str:
    return f"reflect('com.ibm.icu.text.Normalizer', 'compose', {value}, false)"


def _said(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.Anonymous():
            return _function(node)
        case exp.Struct():
            named = [each for field in node.expressions for each in (text(field.this.name), field.expression)]
            return exp.Anonymous(this="NAMED_STRUCT", expressions=named)
        case exp.RegexpLike() | exp.RegexpSplit() | exp.RegexpReplace():
            node.set("expression", text(_pattern(node.expression.name)))
            if isinstance(node, exp.RegexpReplace):
                node.set("modifiers", None)  # all of them, which for a pattern that ends the text is the one
            return node
        case exp.TryCast():
            node.set("safe", True)  # else it is made a cast like others
            return node
        case exp.Window() if isinstance(node.this, exp.RowNumber):
            return exp.column(exp.to_identifier(NUMBER, quoted=True))
        case exp.Not(this=exp.In() as within) if isinstance(within.args.get("query"), exp.Query):
            return _nowhere(within.this, within.args["query"])
        case exp.Select():
            return _exploded(node)
        case _:
            return node


def _function(node: exp.Anonymous) -> exp.Expr:
    first = node.expressions[0] if node.expressions else exp.null()
    assert isinstance(first, exp.Expr)
    match node.name.upper():
        case "NFC_NORMALIZE":
            return first
        case "LIST_COUNT":
            return exp.Anonymous(this="SIZE", expressions=[exp.Anonymous(this="ARRAY_COMPACT", expressions=[first])])
        case "ISFINITE":  # NaN is more than all numbers
            return exp.LT(this=exp.Abs(this=first), expression=exp.cast(text("Infinity"), "DOUBLE"))
        case "LEN":
            return exp.Anonymous(this="SIZE", expressions=[first])
        case "STRUCT_EXTRACT":
            return exp.Dot(this=first, expression=exp.to_identifier(node.expressions[1].name, quoted=True))
        case _:
            return node


def _pattern(pattern: str) -> str:
    """A pattern that means in Java what it means to DuckDB: ``$`` is the end of the text, ``\\s`` is ASCII's."""
    return pattern.replace("$", r"\z").replace(r"\s", r"[\t\n\f\r ]")


def _nowhere(value: exp.Expr, among: exp.Query) -> exp.Expr:
    """``NOT IN`` of values and rows that are all known: Spark can join for ``NOT EXISTS`` however many there are."""
    inner = among.unnest()
    assert isinstance(inner, exp.Select)
    (asked,) = inner.expressions
    renamed = inner.select(exp.alias_(asked.copy(), _BESIDE, quoted=True), append=False)
    there = exp.column(exp.to_identifier(_BESIDE, quoted=True), table="n")
    found = exp.select("1").from_(exp.Subquery(this=renamed, alias="n")).where(
        exp.EQ(this=there, expression=value.copy()))
    return exp.not_(exp.Exists(this=found))


def _exploded(select: exp.Select) -> exp.Expr:
    """Two columns that make a row of each element are one call to Spark, which also counts from 0."""
    each = next((one for one in select.expressions if _calls(one, "UNNEST")), None)
    number = next((one for one in select.expressions if _calls(one, "GENERATE_SUBSCRIPTS")), None)
    if each is None or number is None:
        return select
    items = each.this.expressions[0]
    both = exp.Anonymous(this="POSEXPLODE", expressions=[items.copy()])
    names = [exp.to_identifier(one.alias, quoted=True) for one in (number, each)]
    kept = [one for one in select.expressions if one not in (each, number)]
    select.set("expressions", [*kept, exp.Aliases(this=both, expressions=names)])
    return select


def _calls(alias: exp.Expr, name: str) -> bool:
    return any(call.name.upper() == name for call in alias.find_all(exp.Anonymous))
