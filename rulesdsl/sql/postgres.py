"""What PostgreSQL says in its own way. Lists are arrays, read by subqueries.

The parts of records in a list have no form here; a column that holds such a list may be an array of anything.
"""

from hashlib import sha256

from sqlglot import exp

from rulesdsl.sql.logic import TRUE, case, cast, closed, is_known, paren, text, whole
from rulesdsl.sql.steps import said_anew, taken_apart
from rulesdsl.sql.terms import NotInSql

LONGEST = 63
"""How many bytes a name may have; PostgreSQL cuts off the rest, and two names may become one."""
BETWEEN = "\x1e"
"""Stands between the names of missing facts where several lists are made one."""


def rewritten(query: exp.Select) -> exp.Select:
    """The query in PostgreSQL's words. Each step is worked out once: else it would be put wherever it is read."""
    steps, answer = taken_apart(query)
    made = [exp.CTE(this=_rewritten(step), alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True)),
                    materialized=True) for name, step in steps]
    whole_ = _rewritten(answer)
    if made:
        whole_.set("with_", exp.With(expressions=made))
    for name in whole_.find_all(exp.Identifier):
        name.set("this", _short(name.name))
    return whole_


def _rewritten(step: exp.Select) -> exp.Select:
    step = step.copy()
    records = any(each.this == exp.DataType.Type.STRUCT for each in step.find_all(exp.DataType))
    if records or not all(map(_is_picked, step.find_all(exp.Dot))):
        raise NotInSql("lister av poster, i PostgreSQL")
    return said_anew(step, _said)


def _short(name: str) -> str:
    """A name that fits; one that is cut ends in what tells it from all others."""
    if len(name.encode()) <= LONGEST:
        return name
    tail = "~" + sha256(name.encode()).hexdigest()[:12]
    return name.encode()[: LONGEST - len(tail)].decode(errors="ignore") + tail


def _is_picked(node: exp.Dot) -> bool:
    """Whether a part is that of the one that ``første`` or ``siste`` found."""
    inner = node.find_ancestor(exp.Lambda)
    return node.expression.name == "v" and not node.expression.args.get("quoted") and inner is None


def _said(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.DataType(this=exp.DataType.Type.INT128):
            return exp.DataType.build("DECIMAL")
        case exp.IntDiv():
            under = exp.Nullif(this=node.expression.copy(), expression=whole(0))
            return exp.Anonymous(this="DIV", expressions=[cast(node.this, "DECIMAL"), under])
        case exp.DateDiff():
            return paren(exp.Sub(this=node.this, expression=node.expression))
        case exp.DateAdd():
            return paren(exp.Add(this=node.this, expression=node.expression))
        case exp.ArrayContains():
            among = exp.EQ(this=closed(node.expression), expression=exp.Anonymous(this="ANY", expressions=[node.this]))
            return paren(case((is_known(node.expression), among)))
        case exp.ArraySize():
            return exp.Anonymous(this="CARDINALITY", expressions=[node.this])
        case exp.ArrayFilter(this=items, expression=exp.Lambda(this=test, expressions=[name])):
            kept = _elements(items, name, exp.Column(this=name.copy()), where=test)
            return case((is_known(items), kept))
        case exp.Transform(this=items, expression=exp.Lambda(this=made, expressions=[name])):
            return _elements(items, name, made)
        case exp.ArrayDistinct():
            return _elements(node.this, _X, exp.Distinct(expressions=[exp.Column(this=_X.copy())]))
        case exp.ArraySort():
            return _elements(node.this, _X, exp.Column(this=_X.copy()), order=_collated(exp.Column(this=_X.copy())))
        case exp.Flatten():
            return _one_list(node.this)
        case exp.Dot(this=exp.Expr() as found) if _is_picked(node):
            return found
        case exp.Filter(this=exp.ArgMin() | exp.ArgMax() as chosen, expression=exp.Where(this=test)):
            return _picked(chosen, test)
        case exp.ArgMin() | exp.ArgMax() if not isinstance(node.parent, exp.Filter):
            return _picked(node, TRUE)
        case _:
            return node


_X = exp.to_identifier("x")


def _elements(items: exp.Expr, name: exp.Expr, made: exp.Expr, where: exp.Expr | None = None,
              order: exp.Expr | None = None) -> exp.Expr:
    """A list of what is made of each element of another."""
    alias = exp.TableAlias(this=exp.to_identifier("u"), columns=[name.copy()])
    select: exp.Select = exp.Select().from_(exp.Unnest(expressions=[items.copy()], alias=alias))
    if isinstance(made, exp.Distinct):
        select = select.select(*made.expressions).distinct()
    else:
        select = select.select(made.copy())
    if where is not None:
        select = select.where(where.copy())
    return exp.Array(expressions=[select.order_by(order) if order is not None else select])


def _collated(value: exp.Expr) -> exp.Expr:
    """A text in the order of its code points, whatever the language of the database."""
    return exp.Collate(this=value, expression=exp.to_identifier("C", quoted=True))


def _one_list(made: exp.Expr) -> exp.Expr:
    """The elements of lists that are gathered from many rows: as text, for arrays of several lengths make no array."""
    test = made.expression.this if isinstance(made, exp.Filter) else TRUE
    lists = made.this.this if isinstance(made, exp.Filter) else made.this
    some = exp.GT(this=exp.Anonymous(this="CARDINALITY", expressions=[lists.copy()]), expression=whole(0))
    each = exp.Anonymous(this="STRING_AGG", expressions=[_as_text(lists), text(BETWEEN)])
    return _as_list(exp.Filter(this=each, expression=exp.Where(this=exp.and_(test, some))))


def _as_text(items: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="ARRAY_TO_STRING", expressions=[items.copy(), text(BETWEEN)])


def _as_list(value: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="STRING_TO_ARRAY", expressions=[value, text(BETWEEN)])


def _picked(node: exp.Expr, test: exp.Expr) -> exp.Expr:
    """The value of the first row by some keys, or of the last."""
    (value,), keys = _parts(node.this), _parts(node.expression)
    value = cast(value, "TEXT") if isinstance(value, exp.Literal) and value.is_string else value
    last = isinstance(node, exp.ArgMax)
    by = [exp.Ordered(this=_collated(key) if isinstance(key, exp.Coalesce) else key, desc=last, nulls_first=False)
          for key in keys]
    alias = node.find_ancestor(exp.Alias)
    names = alias is not None and alias.alias == "venter selv"
    order = exp.Order(this=_as_text(value) if names else value, expressions=by)
    rows = exp.Filter(this=exp.ArrayAgg(this=order), expression=exp.Where(this=test.copy()))
    first = exp.Bracket(this=paren(rows), expressions=[whole(1)], offset=1)
    return _as_list(first) if names else first


def _parts(struct: exp.Expr) -> list[exp.Expr]:
    return [each.expression.copy() for each in struct.expressions]
