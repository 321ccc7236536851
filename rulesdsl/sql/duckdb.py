"""What DuckDB says in its own way: the functions that other engines call something else, and what its types are.

Another engine says these anew, as ``spark_values`` does.
"""

from collections.abc import Iterable, Mapping

from sqlglot import exp

from rulesdsl.sql.kinds import EMPTY, Kind
from rulesdsl.sql.logic import listed

DIALECT = "duckdb"

_KINDS = {
    "text": ("VARCHAR", "TEXT", "CHAR", "BPCHAR", "NCHAR", "NVARCHAR", "ENUM", "UUID"),
    "whole": ("TINYINT", "SMALLINT", "INT", "BIGINT", "INT128", "UTINYINT", "USMALLINT", "UINT", "UBIGINT", "UINT128"),
    "float": ("FLOAT", "DOUBLE"),
    "truth": ("BOOLEAN",),
    "date": ("DATE",),
    "time": ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPNTZ", "DATETIME"),
    "zoned": ("TIMESTAMPTZ", "TIMESTAMPLTZ"),
    "empty": ("NULL",),
}
_BY_TYPE = {type_: kind for kind, types in _KINDS.items() for type_ in types}


def kind_of(said: str) -> Kind:
    """The kind of a column whose type DuckDB calls so."""
    if said.strip('"') == "NULL":
        return EMPTY
    return _kind(exp.DataType.build(said, dialect=DIALECT, udt=True), said)


def _kind(type_: exp.DataType, said: str) -> Kind:
    name = type_.this.value if isinstance(type_.this, exp.DataType.Type) else str(type_.this)
    inner = type_.expressions
    if name in ("ARRAY", "LIST"):
        (item,) = inner[:1]
        return Kind("list", said, _kind(item, item.sql(DIALECT)))
    if name == "STRUCT":
        fields = tuple((each.name, _kind(each.args["kind"], each.args["kind"].sql(DIALECT))) for each in inner)
        return Kind("record", said, fields=fields)
    if name == "DECIMAL":
        scale = int(inner[1].name) if len(inner) > 1 else 3 if not inner else 0
        return Kind("decimal", said, scale=scale)
    return Kind(_BY_TYPE.get(name, "other"), said)  # type: ignore[arg-type]


def composed(text: exp.Expr) -> exp.Expr:
    """A text in NFC."""
    return exp.Anonymous(this="NFC_NORMALIZE", expressions=[text])


def split(text: exp.Expr, pattern: str) -> exp.Expr:
    """A text to a list of texts."""
    return exp.RegexpSplit(this=text, expression=exp.Literal.string(pattern))


def all_known(items: exp.Expr) -> exp.Expr:
    """Whether no element of a list is NULL."""
    return exp.EQ(this=exp.Anonymous(this="LIST_COUNT", expressions=[items]), expression=length(items))


def length(items: exp.Expr) -> exp.Expr:
    """How many elements a list has, those that are NULL included."""
    return exp.Anonymous(this="LEN", expressions=[items])


def looked_up(keys: Iterable[exp.Expr], values: Iterable[exp.Expr], x: exp.Expr) -> exp.Expr:
    """The value of a key; NULL where it is none of them. Of a dictionary each word is looked up once."""
    made = exp.Map(keys=listed(keys), values=listed(values))
    return exp.Anonymous(this="MAP_EXTRACT_VALUE", expressions=[made, x])


def record(fields: Mapping[str, exp.Expr]) -> exp.Expr:
    """A record of values by name."""
    return exp.Struct(expressions=[
        exp.PropertyEQ(this=exp.Literal.string(name), expression=value) for name, value in fields.items()])


def part(of: exp.Expr, name: str) -> exp.Expr:
    """A field of a record."""
    return exp.Anonymous(this="STRUCT_EXTRACT", expressions=[of, exp.Literal.string(name)])


def elements(items: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    """Two columns that make a row of each element of a list: the element, and its number from 0."""
    number = exp.Anonymous(this="GENERATE_SUBSCRIPTS", expressions=[items, exp.Literal.number(1)])
    return (exp.Anonymous(this="UNNEST", expressions=[items]),
            exp.Sub(this=number, expression=exp.Literal.number(1)))
