"""What the dialects call things that sqlglot writes alike for all of them."""

from sqlglot import exp


def in_dialect(query: exp.Select, dialect: str) -> str:
    """The text of a query, laid out for reading."""
    return query.transform(lambda node: _called(node, dialect)).sql(dialect, pretty=True)


def _called(node: exp.Expr, dialect: str) -> exp.Expr:
    if dialect == "spark" and isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="ARRAYS_OVERLAP", expressions=[node.this, node.expression])
    return node
