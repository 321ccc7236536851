"""Expressions and types as phrases: a text on one line, and where it may be broken when it is too long.

Parentheses are put where the grammar needs them and nowhere else, so that what is read back is what was written.
"""

import re
from typing import assert_never

from attrs import evolve, frozen

from rulesdsl.syntax import ast
from rulesdsl.syntax.places import Places

WIDTH = 100

# Levels of the grammar, loosest first: what stands at a tighter place than its own level takes parentheses.
_EXPR, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY, _UNDER, _POSTFIX = range(10)


@frozen
class Line:
    """A line of output; ``anchor`` is where its first sign stands in the source, -1 when it is not from there."""

    indent: int
    text: str
    anchor: int = -1


@frozen
class Phrase:
    """A text, and the parts it may be broken into: joined by spaces they are the text. ``fill`` phrases (sets) keep
    as many parts on a line as there is room for."""

    text: str
    anchor: int = -1
    parts: tuple["Phrase", ...] = ()
    fill: bool = False

    def before(self, prefix: str, anchor: int | None = None) -> "Phrase":
        """The phrase with ``prefix`` in front; ``anchor`` is where that stands."""
        at = self.anchor if anchor is None else anchor
        parts = (self.parts[0].before(prefix, at), *self.parts[1:]) if self.parts else ()
        return evolve(self, text=prefix + self.text, anchor=at, parts=parts)

    def after(self, suffix: str) -> "Phrase":
        parts = (*self.parts[:-1], self.parts[-1].after(suffix)) if self.parts else ()
        return evolve(self, text=self.text + suffix, parts=parts)

    def then(self, between: str, other: "Phrase") -> "Phrase":
        """This phrase and another on one line, broken where the last of them that can be broken is."""
        if other.parts:
            return other.before(self.text + between, self.anchor)
        return self.after(between + other.text)


def parted(parts: list[Phrase], fill: bool = False) -> Phrase:
    return Phrase(" ".join(part.text for part in parts), parts[0].anchor, tuple(parts), fill)


def lay(phrase: Phrase, indent: int, places: Places, hanging: int | None = None) -> list[Line]:
    """The lines of a phrase: one when it fits and no comment stands between its parts."""
    hanging = indent + 2 if hanging is None else hanging
    if not phrase.parts or not (indent + len(phrase.text) > WIDTH or _must_break(phrase, places)):
        return [Line(indent, phrase.text, phrase.anchor)]
    if phrase.fill:
        return _filled(phrase, indent, places)
    lines = lay(phrase.parts[0], indent, places, hanging + 2)
    for part in phrase.parts[1:]:
        lines += lay(part, hanging, places)
    return lines


def _must_break(phrase: Phrase, places: Places) -> bool:
    return any(_must_break(part, places) for part in phrase.parts) or any(
        _comment_between(a, b, places) for a, b in zip(phrase.parts, phrase.parts[1:], strict=False)
    )


def _comment_between(one: Phrase, other: Phrase, places: Places) -> bool:
    return places.comment_between(one.anchor, other.anchor)


def _filled(phrase: Phrase, indent: int, places: Places) -> list[Line]:
    lines = [Line(indent, phrase.parts[0].text, phrase.parts[0].anchor)]
    for previous, part in zip(phrase.parts, phrase.parts[1:], strict=False):
        last = lines[-1]
        full = last.indent + len(last.text) + 1 + len(part.text) > WIDTH
        if full or _comment_between(previous, part, places):
            lines.append(Line(indent + 2, part.text, part.anchor))
        else:
            lines[-1] = evolve(last, text=f"{last.text} {part.text}")
    return lines


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────


def quoted(text: str) -> str:
    return f"«{text}»"


def number(literal: ast.NumberLiteral) -> str:
    """``30 403 kr``, ``0,50``, ``40 %``: grouped from five digits, amounts of money from four."""
    whole, _, fraction = f"{literal.value:f}".partition(".")
    is_money = literal.unit is not None and literal.unit.over[0] not in NO_MONEY
    if len(whole) >= (4 if is_money else 5):
        whole = f"{int(whole):,}".replace(",", " ")
    figure = f"{whole},{fraction}" if fraction else whole
    if literal.percent:
        return f"{figure} %"
    if literal.unit is None:
        return figure
    written = unit(literal.unit)
    return f"{figure} {'kr' if written == 'kroner' else written}"


NO_MONEY = ("poeng", "døgn", "timer")
"""The units that are there from the start and count something else than money."""


def digits(scale: int | None) -> str:
    return "" if scale is None else f" med {scale} {'desimal' if scale == 1 else 'desimaler'}"


def unit(name: ast.UnitName) -> str:
    return " per ".join((*name.over, *name.under))


def type_text(node: ast.TypeExpr) -> str:
    match node:
        case ast.BasicType(name) | ast.NamedType(name):
            return name
        case ast.NumberType(of, scale):
            base = "tall" if of is None else unit(of)
            return base + digits(scale)
        case ast.ListType(item):
            return f"liste av {type_text(item)}"
        case _:
            assert_never(node)


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class Phrases:
    """Makes phrases of the expressions of one declaration.

    The flags that go down with an expression say what stands after it or around it, outside any parentheses:
    ``more``: an «og» or «eller» may follow; ``der``: a «der» may follow; ``owned``: the next «ellers» belongs to an
    open «hvis», «maks» or «første».
    """

    places: Places

    def of(self, node: ast.Expr, level: int = _EXPR, *, more: bool = False, der: bool = False,
           owned: bool = False) -> Phrase:
        if _needs_parentheses(node, level, more, der, owned):
            return self._phrase(node, False, False, False).before("(").after(")")
        return self._phrase(node, more, der, owned)

    def operand(self, node: ast.Expr) -> Phrase:
        """What stands in a cell, a head of a column, a sats or a fact."""
        return self.of(node, _SUM)

    def conjunct(self, node: ast.Expr) -> Phrase:
        """What stands after an «og» that has a line of its own."""
        return self.of(node, _NOT, more=True)

    def braced(self, items: tuple[ast.Expr, ...]) -> Phrase:
        return self._listed(items, "{", "}", _SUM, fill=True)

    def _at(self, node: ast.Expr, words: int = 0) -> int:
        return self.places.anchor(node.span.start, words)

    def _led(self, word: str, node: ast.Expr, level: int = _EXPR, *, more: bool = False, der: bool = False,
             owned: bool = False) -> Phrase:
        """A keyword and the expression after it."""
        return self.of(node, level, more=more, der=der, owned=owned).before(word + " ", self._at(node, 1))

    def _listed(self, items: tuple[ast.Expr, ...], opened: str, closed: str, level: int = _EXPR,
                fill: bool = False) -> Phrase:
        parts = [self.of(item, level).after(";") for item in items[:-1]] + [self.of(items[-1], level).after(closed)]
        parts[0] = parts[0].before(opened)
        return parted(parts, fill) if len(parts) > 1 else parts[0]

    def _phrase(self, node: ast.Expr, more: bool, der: bool, owned: bool) -> Phrase:
        at = self._at(node)
        match node:
            case ast.NumberLiteral():
                return Phrase(number(node), at)
            case ast.TextLiteral(value):
                return Phrase(quoted(value), at)
            case ast.DateLiteral(value):
                return Phrase(value.isoformat(), at)
            case ast.BoolLiteral(value):
                return Phrase("ja" if value else "nei", at)
            case ast.NameRef(name):
                return Phrase(name, at)
            case ast.Access(of, name):
                return self.of(of, _POSTFIX).after("." + name.text)
            case ast.UnderExpr(value, rulebook, edition):
                return self.of(value, _POSTFIX).after(f" etter {rulebook.text} {edition.text}")
            case ast.LookupExpr(table, keys, column, otherwise):
                found = self._listed(keys, table.text + "[", f"].{column.text}")
                return self._with_otherwise(found.before("", at), otherwise, owned)
            case ast.Call(function, args, otherwise):
                called = self._listed(args, function.text + "(", ")")
                return self._with_otherwise(called.before("", at), otherwise, owned)
            case ast.NotExpr(value):
                return self.of(value, _NOT, more=more, der=der, owned=owned).before("ikke ", at)
            case ast.AndExpr(items):
                return self._row(items, "og", _NOT, more, der, owned)
            case ast.OrExpr(items):
                return self._row(items, "eller", _AND, more, der, owned)
            case ast.IfExpr(test, then, otherwise):
                return parted([
                    self.of(test).before("hvis ", at),
                    self._led("så", then, owned=True),
                    self._led("ellers", otherwise, more=more, der=der, owned=owned),
                ])
            case ast.CompareExpr(op, left, right):
                first = self.of(left, _SUM, owned=owned)
                if op in ("er", "er ikke") and re.search(r"ellers [^\W\d]\w*$", first.text):
                    first = self._phrase(left, False, False, False).before("(").after(")")
                return first.then(f" {op} ", self.of(right, _SUM, owned=owned))
            case ast.BetweenExpr(value, low, high):
                bounds = self.of(low, _SUM, owned=owned).then(" og ", self.of(high, _SUM, owned=owned))
                return self.of(value, _SUM, owned=owned).then(" mellom ", bounds)
            case ast.OneOfExpr(value, options):
                return self.of(value, _SUM, owned=owned).then(" er en av ", self.braced(options))
            case ast.InExpr(value, of):
                return self.of(value, _SUM, owned=owned).then(" i ", self.of(of, _SUM, owned=owned))
            case ast.KnownExpr(value, missing):
                return self.of(value, _SUM, owned=owned).after(" mangler" if missing else " finnes")
            case ast.SumExpr(signs, items):
                terms = [self.of(items[0], _PRODUCT, owned=owned)]
                terms += [self._led(s, i, _PRODUCT, owned=owned) for s, i in zip(signs[1:], items[1:], strict=True)]
                return parted(terms)
            case ast.ProductExpr(items):
                first_level = _PRODUCT if isinstance(items[0], ast.DivideExpr) else _UNARY
                factors = [self.of(items[0], first_level, owned=owned)]
                return parted(factors + [self._led("*", item, _UNARY, owned=owned) for item in items[1:]])
            case ast.DivideExpr(left, right):
                level = _PRODUCT if isinstance(left, ast.ProductExpr | ast.DivideExpr) else _UNARY
                return self.of(left, level, owned=owned).then(" / ", self.of(right, _UNARY, owned=owned))
            case ast.NegateExpr(value):
                return self.of(value, _UNARY, owned=owned).before("-", at)
            case ast.QuantifierExpr():
                return self._quantifier(node, at, more, der, owned)
            case _:
                assert_never(node)

    def _with_otherwise(self, base: Phrase, otherwise: ast.Expr | None, owned: bool) -> Phrase:
        if otherwise is None:
            return base
        return base.then(" ellers ", self.of(otherwise, _UNARY, owned=owned))

    def _row(self, items: tuple[ast.Expr, ...], word: str, level: int, more: bool, der: bool, owned: bool) -> Phrase:
        parts = [self.of(items[0], level, more=True, owned=owned)]
        parts += [self._led(word, item, level, more=True, owned=owned) for item in items[1:-1]]
        return parted([*parts, self._led(word, items[-1], level, more=more, der=der, owned=owned)])

    def _quantifier(self, node: ast.QuantifierExpr, at: int, more: bool, der: bool, owned: bool) -> Phrase:
        picks = node.kind in ("første", "siste")
        extreme = node.kind in ("maks", "min")
        head = f"denne er {node.kind}" if node.is_this else node.kind
        if node.take is not None:
            head = f"{head} {self.of(node.take, _SUM, owned=owned and node.kind == 'sum').text} for"
        # Which «ellers» is whose changes at «for» and «etter» (ellers.py).
        inner_owned = extreme or (owned and not picks)
        over = self.of(node.over, _POSTFIX, owned=inner_owned)
        parts = [Phrase(f"{head} {node.var.text} i {over.text}", at)]
        ends_here = node.kind in ("antall", "finnes", "sum")
        if node.where is not None:
            parts.append(self._led("der", node.where, more=more and ends_here, der=der and ends_here,
                                   owned=inner_owned))
        if node.test is not None:
            parts.append(self._led("har", node.test, more=more, der=der, owned=owned))
        if node.key is not None:
            parts.append(self._led("etter", node.key, _SUM, owned=owned or not node.is_this))
        if node.otherwise is not None:
            parts.append(self._led("ellers", node.otherwise, more=more, der=der, owned=owned))
        return parted(parts)


def _needs_parentheses(node: ast.Expr, level: int, more: bool, der: bool, owned: bool) -> bool:
    if _level(node) < level:
        return True
    match node:
        case ast.QuantifierExpr(is_this=False, where=where):
            reaches = where is not None or node.test is not None or node.otherwise is not None
            return (more and reaches) or (der and not reaches)
        case ast.LookupExpr(otherwise=otherwise) | ast.Call(otherwise=otherwise):
            # `level` is that of a postfix when something is read of it: the «ellers» would take the dot.
            return otherwise is not None and (owned or level == _POSTFIX)
        case _:
            return False


def _level(node: ast.Expr) -> int:
    match node:
        case ast.IfExpr():
            return _EXPR
        case ast.OrExpr():
            return _OR
        case ast.AndExpr():
            return _AND
        case ast.NotExpr():
            return _NOT
        case ast.QuantifierExpr(is_this=is_this):
            return _COMPARISON if is_this else _NOT
        case ast.CompareExpr() | ast.BetweenExpr() | ast.OneOfExpr() | ast.InExpr() | ast.KnownExpr():
            return _COMPARISON
        case ast.SumExpr():
            return _SUM
        case ast.ProductExpr() | ast.DivideExpr():
            return _PRODUCT
        case ast.NegateExpr():
            return _UNARY
        case ast.UnderExpr():
            return _UNDER
        case (
            ast.NumberLiteral() | ast.TextLiteral() | ast.DateLiteral() | ast.BoolLiteral() | ast.NameRef()
            | ast.Access() | ast.LookupExpr() | ast.Call()
        ):
            return _POSTFIX
        case _:
            assert_never(node)
