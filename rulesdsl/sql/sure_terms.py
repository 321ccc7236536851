"""Expressions where nothing is in doubt, as SQL: they cost less than those with all of the meaning."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field
from sqlglot import exp

from rulesdsl.core import ir, types
from rulesdsl.sql import direct
from rulesdsl.sql import duckdb as engine
from rulesdsl.sql.logic import (
    FALSE,
    NULL,
    TRUE,
    both,
    case,
    column,
    is_known,
    is_null,
    maybe,
    opposite,
    paren,
    text,
    whole,
)
from rulesdsl.sql.terms import Terms


@define
class SureTerms(Terms):
    """Expressions where nothing is in doubt: that something is not known is only sure of a field. What costs is asked
    only where it can matter, for an engine asks both sides of ``og`` and ``eller``."""

    bits: Mapping[str, direct.Bits] = field(factory=dict)
    dictionaries: frozenset[str] = frozenset()
    late: set[str] = field(factory=set)
    _chosen: dict[str, tuple[exp.Expr, Mapping[int, str]]] = field(factory=dict)

    def chosen(self, name: str, by: exp.Expr, values: Mapping[int, exp.Expr]) -> None:
        """A result whose value is a text that follows from a number: then the number is asked, and not the text."""
        if all(isinstance(each, exp.Literal) and each.is_string for each in values.values()):
            self._chosen[name] = by, {number: each.name for number, each in values.items()}

    def meaning(self, node: ir.Expr) -> exp.Expr:
        match node:
            case ir.Contains(_, ir.Field(of=ir.This(), path=(name,)), ir.Const(_, str(word))) if name in self.bits:
                return self._has_one_of(name, [word])
            case ir.Or(_, (ir.Contains(_, ir.Field(of=ir.This(), path=(name,)) as items), *_) as each) if (
                    name in self.bits and all(_asks_of(one, items) for one in each)):
                return self._has_one_of(name, [asked for one in each if (asked := _asks_of(one, items)) is not None])
            case ir.Compare(_, "=" | "≠" as op, ir.Field(of=ir.This(), path=(name,)) as asked,
                            ir.Const(_, str(word))) if name in self.dictionaries:
                return self._is_among(asked, {word}, op == "=")
            case ir.OneOf(_, ir.Field(of=ir.This(), path=(name,)) as asked, options) if name in self.dictionaries:
                return self._is_among(asked, set(options), True)
            case ir.Compare(_, "=" | "≠" as op, ir.ResultOf(of=ir.This(), name=name), ir.Const(_, str(word))) if (
                    name in self._chosen):
                return self._is_by(name, {word}, op == "=")
            case ir.OneOf(_, ir.ResultOf(of=ir.This(), name=name), options) if name in self._chosen:
                return self._is_by(name, set(options), True)
            case ir.Known() if not isinstance(bare(node.value), ir.Field):
                return case((super().meaning(node), TRUE))
            case ir.And():
                parts = list(_each_of(node))
                cheap = [self.value(each) for each in parts if not self._costs(each)]
                dear = [self.value(each) for each in parts if self._costs(each)]
                if not cheap or not dear:
                    return super().meaning(node)
                said = paren(both(*cheap))
                return case((opposite(maybe(said)), FALSE), otherwise=paren(both(said, *dear)))
            case ir.Or(_, items) if len({each.items for each in items if isinstance(each, ir.Contains)}) == 1 and all(
                    isinstance(each, ir.Contains) for each in items):
                first = items[0]
                assert isinstance(first, ir.Contains)
                return case((is_null(self.value(first.items)), NULL), *((self.value(each), TRUE) for each in items),
                            otherwise=FALSE)
            case _:
                return super().meaning(node)

    def _is_among(self, asked: ir.Field, some: set[ir.Value], among: bool) -> exp.Expr:
        """Whether a code is one of some, or none of them."""
        assert isinstance(asked.type, types.Code)
        words = [each.name for each in self.edition.kodeverk[asked.type.kodeverk].members]
        held = (exp.convert((word in some) == among) for word in words)
        return engine.looked_up(map(text, words), held, self.value(asked))

    def _is_by(self, name: str, some: set[ir.Value], among: bool) -> exp.Expr:
        """Whether a result is one of some texts, or none of them; NULL where no rule decides it."""
        by, words = self._chosen[name]
        kept = self.sheet.add(f"{name}.nummer kjent", exp.Nullif(this=by, expression=whole(0)))
        self.late.add(kept.name)
        numbers = [whole(number) for number, word in words.items() if (word in some) == among]
        return exp.In(this=kept, expressions=numbers) if numbers else case((is_known(kept), FALSE))

    def _has_one_of(self, name: str, words: Sequence[str]) -> exp.Expr:
        """Whether a list of codes that stands as bits has one of some."""
        asked = sum({self.bits[name].by_name.get(each, 0) for each in words})
        has = exp.BitwiseAnd(this=column(direct.as_bits(name)), expression=whole(asked))
        return paren(exp.NEQ(this=paren(has), expression=whole(0)))

    def _costs(self, node: ir.Expr) -> bool:
        """Whether a list is looked through."""
        return any(
            (isinstance(each, ir.Contains) and not (
                isinstance(each.items, ir.Field) and each.items.path[-1] in self.bits and each.items.of == ir.This()))
            or isinstance(getattr(each, "over", None), ir.Elements) for each in ir.walk(node))


def _each_of(node: ir.And) -> Iterator[ir.Expr]:
    """What must hold, also within one that is part of another."""
    for each in node.items:
        if isinstance(each, ir.And):
            yield from _each_of(each)
        else:
            yield each


def _asks_of(node: ir.Expr, items: ir.Field) -> str | None:
    """The word that is asked for in a list."""
    match node:
        case ir.Contains(_, asked, ir.Const(_, str(word))) if asked == items:
            return word
        case _:
            return None


def bare(node: ir.Expr) -> ir.Expr:
    """A condition or value without the names that it was given."""
    while isinstance(node, ir.Part):
        node = node.value
    return node
