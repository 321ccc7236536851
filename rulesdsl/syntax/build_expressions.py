"""The parser's tree to the abstract syntax: names, literals, types and expressions. One method a rule."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar, get_args

from attrs import evolve
from lark import Token, Transformer, v_args
from lark.tree import Meta

from rulesdsl.diagnostics import Problems
from rulesdsl.source import Span
from rulesdsl.syntax import ast

MAX_DIGITS = 24
"""Digits that a number in a rulebook may have."""

RESERVED = frozenset({
    "hvis", "så", "ellers", "eller", "og", "ikke", "mellom", "er", "i", "finnes", "mangler", "denne", "antall", "sum",
    "maks", "min", "har", "ja", "nei", "alle", "første", "siste", "der", "for", "når", "krav", "regel", "unntak",
    "omtale", "ifølge", "etter", "per", "fra", "til", "med", "valgfri", "skjønn", "uforanderlig", "offisiell",
    "avledet", "ubekreftet", "eksempel", "ukjent", "fil", "kolonne", "nøkkel", "rettsdato", "som",
    "tidligere",
})
"""Keywords that cannot be names: somewhere a name can stand beside each of them."""

_MEANT = {"ikke": "Sett «ikke» foran: «ikke a er b».", "ukjent": "Skriv «x mangler».",
          "denne": "«finnes annen i pasient.episoder der …» ser bort fra denne."}
"""What is meant where they stand as names after all."""

UNITS = frozenset({"kr", "kroner", "poeng", "døgn", "timer"})
"""Nor can these begin a line: ``3`` and then ``poeng er 5`` would read as three points."""

NO_FIELDS = UNITS | {"minst", "høyst"}
"""Nor can these be fields: after the type of the field before they would read as its limits."""

T = TypeVar("T")


class Titled(tuple[str, Any]):
    """A piece of a declaration that has no node of its own: its tag and content."""


def all_of(kind: Any, items: Sequence[object]) -> tuple[Any, ...]:
    kinds = get_args(kind) or kind
    return tuple(item for item in items if isinstance(item, kinds))


def first_of(kind: type[T], items: Sequence[object]) -> T | None:
    return next((item for item in items if isinstance(item, kind)), None)


def tagged(name: str, items: Sequence[object]) -> Any:
    return next((item[1] for item in items if isinstance(item, Titled) and item[0] == name), None)


def plain(token: Token | str) -> str:
    """The content of a text; line breaks inside it and the space around them are one space."""
    return re.sub(r"\s*\n\s*", " ", token[1:-1]).strip()


def title_of(items: Sequence[object]) -> str:
    token = next((item for item in items if isinstance(item, Token) and item.type == "TEXT"), None)
    return plain(token) if token is not None else ""


@v_args(meta=True)
class ExpressionBuilder(Transformer[Token, Any]):
    """Builds the nodes of one piece of a file, which begins at ``base``."""

    def __init__(self, base: Span, problems: Problems) -> None:
        super().__init__(visit_tokens=False)
        self._base = base
        self._problems = problems

    # ── places, names and literals ──

    def place_of(self, place: Meta | Token) -> Span:
        if isinstance(place, Token):
            return self.at(place.start_pos or 0, place.end_pos or 0)
        if place.empty:
            return self.at(0, 0)
        return self.at(place.start_pos, place.end_pos)

    def at(self, start: int, end: int) -> Span:
        return Span(self._base.source, self._base.start + start, self._base.start + end)

    def name_of(self, token: Token, not_these: frozenset[str] = frozenset()) -> ast.Name:
        self._reserved(token, not_these)
        return ast.Name(str(token), span=self.place_of(token))

    def _reserved(self, token: Token, not_these: frozenset[str] = frozenset()) -> None:
        if token.type == "NAME" and (token in RESERVED or token in not_these):
            hint = _MEANT.get(token, "Velg et annet navn.")
            self._problems.add("ISF113", self.place_of(token), "kan ikke være et navn", hint=hint)

    def names_of(self, items: Sequence[object]) -> list[ast.Name]:
        return [self.name_of(i) for i in items if isinstance(i, Token) and i.type in ("NAME", "NUMBER", "CLAUSENO")]

    def date_of(self, token: Token) -> ast.DateLiteral:
        span = self.place_of(token)
        try:
            return ast.DateLiteral(datetime.date.fromisoformat(token), span=span)
        except ValueError:
            self._problems.add("ISF109", span, "finnes ikke i kalenderen")
            return ast.DateLiteral(datetime.date.min, span=span)

    def decimal_of(self, token: Token) -> Decimal:
        digits = re.sub(r"[ \u00a0\u202f]", "", token).replace(",", ".")
        if sum(map(str.isdigit, digits)) > MAX_DIGITS:
            self._problems.add("ISF110", self.place_of(token), f"har mer enn {MAX_DIGITS} sifre")
            return Decimal(0)
        return Decimal(digits)

    # ── types ──

    def basic_type(self, meta: Meta, items: list[Token]) -> ast.BasicType:
        return ast.BasicType(str(items[0]), span=self.place_of(meta))  # type: ignore[arg-type]

    def plain_type(self, meta: Meta, items: list[Any]) -> ast.NumberType:
        return ast.NumberType(None, tagged("digits", items), span=self.place_of(meta))

    def unit_type(self, meta: Meta, items: list[Any]) -> ast.NumberType:
        return ast.NumberType(items[0], tagged("digits", items), span=self.place_of(meta))

    def list_type(self, meta: Meta, items: list[Any]) -> ast.ListType:
        return ast.ListType(items[0], span=self.place_of(meta))

    def named_type(self, meta: Meta, items: list[Token]) -> ast.NamedType:
        return ast.NamedType(str(items[0]), span=self.place_of(meta))

    def digits(self, meta: Meta, items: list[Token]) -> Titled:
        number = self.decimal_of(items[0])
        if number != int(number) or number > 12:
            self._problems.add("ISF112", self.place_of(items[0]), "må være et helt tall fra 0 til 12")
        return Titled(("digits", int(min(number, Decimal(12)))))

    def unit(self, meta: Meta, items: list[Token]) -> ast.UnitName:
        names = ["kroner" if item == "kr" else str(item) for item in items]
        return ast.UnitName((names[0],), tuple(names[1:]), span=self.place_of(meta))

    # ── expressions ──

    def if_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.IfExpr:
        return ast.IfExpr(items[0], items[1], items[2], span=self.place_of(meta))

    def or_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.OrExpr:
        return ast.OrExpr(tuple(items), span=self.place_of(meta))

    def and_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.AndExpr:
        return ast.AndExpr(tuple(items), span=self.place_of(meta))

    def not_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.NotExpr:
        return ast.NotExpr(items[0], span=self.place_of(meta))

    def compare(self, meta: Meta, items: list[Any]) -> ast.CompareExpr:
        return ast.CompareExpr(items[1], items[0], items[2], span=self.place_of(meta))

    def is_op(self, meta: Meta, items: list[Token]) -> str:
        return "er"

    def compare_op(self, meta: Meta, items: list[Token]) -> str:
        return "er ikke" if items[0].type == "ER_IKKE" else str(items[0])

    def between(self, meta: Meta, items: list[ast.Expr]) -> ast.BetweenExpr:
        return ast.BetweenExpr(items[0], items[1], items[2], span=self.place_of(meta))

    def one_of(self, meta: Meta, items: list[Any]) -> ast.OneOfExpr:
        return ast.OneOfExpr(items[0], items[1][1], span=self.place_of(meta))

    def in_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.InExpr:
        return ast.InExpr(items[0], items[1], span=self.place_of(meta))

    def known(self, meta: Meta, items: list[Any]) -> ast.KnownExpr:
        return ast.KnownExpr(items[0], missing=False, span=self.place_of(meta))

    def missing(self, meta: Meta, items: list[Any]) -> ast.KnownExpr:
        return ast.KnownExpr(items[0], missing=True, span=self.place_of(meta))

    def set(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("set", tuple(items)))

    def empty(self, meta: Meta, items: list[Any]) -> Titled:
        return Titled(("set", ()))

    def _over(self, kind: Any, meta: Meta, items: list[Any], **more: Any) -> ast.QuantifierExpr:
        var, over = tagged("over", items)
        return ast.QuantifierExpr(kind, var, over, tagged("where", items), span=self.place_of(meta), **more)

    def over(self, meta: Meta, items: list[Any]) -> Titled:
        return Titled(("over", (self.name_of(items[0]), items[1])))

    def where(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("where", items[0]))

    def count(self, meta: Meta, items: list[Any]) -> ast.QuantifierExpr:
        return self._over("antall", meta, items)

    def exists(self, meta: Meta, items: list[Any]) -> ast.QuantifierExpr:
        return self._over("finnes", meta, items)

    def for_all(self, meta: Meta, items: list[Any]) -> ast.QuantifierExpr:
        return self._over("alle", meta, items, test=items[-1])

    def sum_over(self, meta: Meta, items: list[Any]) -> ast.QuantifierExpr:
        return self._over("sum", meta, items, take=items[1])

    def extreme_over(self, meta: Meta, items: list[Any]) -> ast.QuantifierExpr:
        return self._over(str(items[0]), meta, items, take=items[1], otherwise=items[-1])

    def pick_over(self, meta: Meta, items: list[Any]) -> ast.QuantifierExpr:
        return self._over(items[0], meta, items, take=items[1], key=items[-2], otherwise=items[-1])

    def pick(self, meta: Meta, items: list[Any]) -> ast.QuantifierExpr:
        return self._over(items[0], meta, items, key=items[-1], is_this=True)

    def pick_kind(self, meta: Meta, items: list[Token]) -> str:
        return str(items[0])

    def this_is(self, meta: Meta, items: list[ast.QuantifierExpr]) -> ast.QuantifierExpr:
        return evolve(items[0], span=self.place_of(meta))

    def sum(self, meta: Meta, items: list[Any]) -> ast.SumExpr:
        signs = ("+", *(str(sign) for sign in items[1::2]))
        return ast.SumExpr(signs, tuple(items[0::2]), span=self.place_of(meta))  # type: ignore[arg-type]

    def product(self, meta: Meta, items: list[Any]) -> ast.ProductExpr | ast.DivideExpr:
        span = self.place_of(meta)
        value: Any = None
        run: list[ast.Expr] = [items[0]]
        for sign, item in zip(items[1::2], items[2::2], strict=True):
            if sign.type == "TIMES":
                run.append(item)
                continue
            value = run[0] if len(run) == 1 else ast.ProductExpr(tuple(run), span=span)
            run = [ast.DivideExpr(value, item, span=span)]
        return run[0] if len(run) == 1 else ast.ProductExpr(tuple(run), span=span)  # type: ignore[return-value]

    def negate(self, meta: Meta, items: list[Any]) -> ast.NegateExpr:
        return ast.NegateExpr(items[-1], span=self.place_of(meta))

    def access(self, meta: Meta, items: list[Any]) -> ast.Access:
        return ast.Access(items[0], self.name_of(items[1]), span=self.place_of(meta))

    def under(self, meta: Meta, items: list[Any]) -> ast.UnderExpr:
        return ast.UnderExpr(items[0], self.name_of(items[1]), items[2][1], span=self.place_of(meta))

    def call(self, meta: Meta, items: list[Any]) -> ast.Call:
        args = tuple(item for item in items[1:] if not isinstance(item, Titled))
        return ast.Call(items[0], args, tagged("otherwise", items), span=self.place_of(meta))

    def extreme_call(self, meta: Meta, items: list[Any]) -> ast.Call:
        return ast.Call(self.name_of(items[0]), tuple(items[1:]), span=self.place_of(meta))

    def function(self, meta: Meta, items: list[Token]) -> ast.Name:
        return self.name_of(items[0])

    def lookup(self, meta: Meta, items: list[Any]) -> ast.LookupExpr:
        plain = [item for item in items if not isinstance(item, Titled)]
        return ast.LookupExpr(
            self.name_of(plain[0]), tuple(plain[1:-1]), self.name_of(plain[-1]), tagged("otherwise", items),
            span=self.place_of(meta),
        )

    def otherwise(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("otherwise", items[0]))

    def number(self, meta: Meta, items: list[Any]) -> ast.NumberLiteral:
        unit = first_of(ast.UnitName, items)
        percent = any(isinstance(item, Token) and item.type == "PERCENT" for item in items)
        return ast.NumberLiteral(self.decimal_of(items[0]), unit, percent, span=self.place_of(meta))

    def text(self, meta: Meta, items: list[Token]) -> ast.TextLiteral:
        return ast.TextLiteral(plain(items[0]), span=self.place_of(meta))

    def date(self, meta: Meta, items: list[Token]) -> ast.DateLiteral:
        return self.date_of(items[0])

    def yes(self, meta: Meta, items: list[Token]) -> ast.BoolLiteral:
        return ast.BoolLiteral(True, span=self.place_of(meta))

    def no(self, meta: Meta, items: list[Token]) -> ast.BoolLiteral:
        return ast.BoolLiteral(False, span=self.place_of(meta))

    def name(self, meta: Meta, items: list[Token]) -> ast.NameRef:
        self._reserved(items[0])
        return ast.NameRef(str(items[0]), span=self.place_of(meta))
