"""Pieces of SQL, folded where they can be: Kleene's logic is SQL's own, and NULL is ukjent."""

from collections.abc import Iterable, Iterator

from sqlglot import exp

TRUE, FALSE, NULL = exp.true(), exp.false(), exp.null()


def column(name: str, table: str = "") -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table or None)


def refs(*values: exp.Expr, but: str = "") -> set[str]:
    """The columns that some expressions speak of, but those of one table."""
    return {each.name for value in values for each in value.find_all(exp.Column)
            if not but or each.table != but}


def named(value: exp.Expr, name: str) -> exp.Expr:
    """A column of a query: a value under a name."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def paren(part: exp.Expr) -> exp.Expr:
    """A piece within parentheses. Pieces are shared, not copied: nothing that is once made is changed."""
    return exp.Paren(this=part)


_PLAIN = exp.Column | exp.Literal | exp.Boolean | exp.Null | exp.Paren | exp.Func | exp.Cast | exp.Array | exp.Dot


def closed(part: exp.Expr) -> exp.Expr:
    """A piece that can stand beside any operator."""
    return part if isinstance(part, _PLAIN) and not isinstance(part, exp.Case) else paren(part)


def both(*parts: exp.Expr) -> exp.Expr:
    """``og``."""
    left = list(_once(part for part in parts if part != TRUE))
    if FALSE in left or not left:
        return FALSE if left else TRUE
    return exp.and_(*left, copy=False)


def either(*parts: exp.Expr) -> exp.Expr:
    """``eller``."""
    left = list(_once(part for part in parts if part != FALSE))
    if TRUE in left or not left:
        return TRUE if left else FALSE
    return exp.or_(*left, copy=False)


def opposite(part: exp.Expr) -> exp.Expr:
    """``ikke``."""
    if part == TRUE:
        return FALSE
    if part == FALSE:
        return TRUE
    return part.this if isinstance(part, exp.Not) else exp.not_(part, copy=False)


def _once(parts: Iterable[exp.Expr]) -> Iterator[exp.Expr]:
    seen: set[exp.Expr] = set()
    for part in parts:
        if part not in seen:
            seen.add(part)
            yield part


def is_null(part: exp.Expr) -> exp.Expr:
    """Whether a value is ukjent: never NULL itself."""
    if is_certain(part):
        return FALSE
    return TRUE if isinstance(part, exp.Null) else exp.Is(this=closed(part), expression=exp.null())


def is_known(part: exp.Expr) -> exp.Expr:
    return opposite(is_null(part))


def surely(part: exp.Expr) -> exp.Expr:
    """Whether a condition surely holds: never NULL itself."""
    return part if is_certain(part) else FALSE if part == NULL else exp.Is(this=closed(part), expression=exp.true())


def maybe(part: exp.Expr) -> exp.Expr:
    """Whether a condition holds or may hold: never NULL itself."""
    if is_certain(part):
        return part
    return TRUE if part == NULL else exp.not_(exp.Is(this=closed(part), expression=exp.false()))


CERTAIN = "certain"
"""Marks a column that is never NULL."""


def is_certain(part: exp.Expr) -> bool:
    """Whether a piece is never NULL, as far as its form tells."""
    if isinstance(part, exp.Paren):
        return is_certain(part.this)
    if isinstance(part, exp.Not):
        return is_certain(part.this)
    if isinstance(part, exp.And | exp.Or):
        return all(is_certain(each) for each in part.flatten())
    if isinstance(part, exp.Case):
        outcomes = [part.args.get("default"), *(each.args["true"] for each in part.args["ifs"])]
        return all(each is not None and is_certain(each) for each in outcomes)
    if isinstance(part, exp.Column):
        return bool(part.meta.get(CERTAIN))
    return isinstance(part, exp.Boolean | exp.Literal | exp.Is)


def case(*whens: tuple[exp.Expr, exp.Expr], otherwise: exp.Expr = NULL) -> exp.Expr:
    """``CASE``: what can be settled without looking at a row is."""
    left: list[tuple[exp.Expr, exp.Expr]] = []
    for test, value in whens:
        if test == FALSE:
            continue
        if test == TRUE:
            otherwise = value
            break
        left.append((test, value))
    while left and left[-1][1] == otherwise:
        left.pop()
    if not left:
        return otherwise
    made = exp.Case()
    for test, value in left:
        made = made.when(test, value, copy=False)
    return made if otherwise == NULL else made.else_(otherwise, copy=False)


def least(values: Iterable[exp.Expr]) -> exp.Expr:
    """The smallest of those that are known."""
    return _extreme(exp.Least, values)


def greatest(values: Iterable[exp.Expr]) -> exp.Expr:
    return _extreme(exp.Greatest, values)


def _extreme(kind: type[exp.Expr], values: Iterable[exp.Expr]) -> exp.Expr:
    left = [value for value in _once(values) if value != NULL]
    if len(left) < 2:
        return left[0] if left else NULL
    return kind(this=left[0], expressions=left[1:], ignore_nulls=True)


def coalesce(*values: exp.Expr) -> exp.Expr:
    left = [value for value in _once(values) if value != NULL]
    if len(left) < 2:
        return left[0] if left else NULL
    return exp.Coalesce(this=left[0], expressions=left[1:])


def whole(number: int) -> exp.Expr:
    return exp.Literal.number(number)


def text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def joined_text(*parts: exp.Expr) -> exp.Expr:
    """Texts, one after the other."""
    made = parts[0]
    for part in parts[1:]:
        made = exp.DPipe(this=made, expression=part)
    return made


def listed(values: Iterable[exp.Expr]) -> exp.Expr:
    return exp.Array(expressions=list(values))


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    if kind not in _TYPES:
        _TYPES[kind] = exp.DataType.build(kind)
    return exp.cast(value, _TYPES[kind], copy=False)


_TYPES: dict[str, exp.DataType] = {}
"""Types by what they are called: to read them again for each piece would take longer than all else."""
