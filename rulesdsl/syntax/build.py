"""The parser's tree to the abstract syntax. One method a rule; nothing but shape is decided here."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar, get_args

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
    "omtale", "ifølge", "etter", "per", "fra", "til", "med", "valgfri", "skjønn", "offisiell", "avledet",
    "ubekreftet", "eksempel", "fil", "kolonne", "nøkkel", "rettsdato",
})
"""Keywords that cannot be names: somewhere a name can stand beside each of them."""

UNITS = frozenset({"kr", "kroner", "poeng", "døgn", "timer"})
"""Nor can these begin a line: ``3`` and then ``poeng er 5`` would read as three points."""

T = TypeVar("T")


class _Titled(tuple[str, Any]):
    """A piece of a declaration that has no node of its own: its tag and content."""


def _all(kind: Any, items: Sequence[object]) -> tuple[Any, ...]:
    kinds = get_args(kind) or kind
    return tuple(item for item in items if isinstance(item, kinds))


def _first(kind: type[T], items: Sequence[object]) -> T | None:
    return next((item for item in items if isinstance(item, kind)), None)


def _tag(name: str, items: Sequence[object]) -> Any:
    return next((item[1] for item in items if isinstance(item, _Titled) and item[0] == name), None)


def _plain(token: Token | str) -> str:
    """The content of a text; line breaks inside it and the space around them are one space."""
    return re.sub(r"\s*\n\s*", " ", token[1:-1]).strip()


def _title(items: Sequence[object]) -> str:
    token = next((item for item in items if isinstance(item, Token) and item.type == "TEXT"), None)
    return _plain(token) if token is not None else ""


@v_args(meta=True)
class Builder(Transformer[Token, Any]):
    """Builds the nodes of one piece of a file, which begins at ``base``."""

    def __init__(self, base: Span, problems: Problems) -> None:
        super().__init__(visit_tokens=False)
        self._base = base
        self._problems = problems

    # ── places, names and literals ──

    def _span(self, place: Meta | Token) -> Span:
        if isinstance(place, Token):
            return self._at(place.start_pos or 0, place.end_pos or 0)
        if place.empty:
            return self._at(0, 0)
        return self._at(place.start_pos, place.end_pos)

    def _at(self, start: int, end: int) -> Span:
        return Span(self._base.source, self._base.start + start, self._base.start + end)

    def _name(self, token: Token, begins_line: bool = False) -> ast.Name:
        self._reserved(token, begins_line)
        return ast.Name(str(token), span=self._span(token))

    def _reserved(self, token: Token, begins_line: bool = False) -> None:
        if token.type == "NAME" and (token in RESERVED or (begins_line and token in UNITS)):
            self._problems.add("ISF113", self._span(token), "kan ikke være et navn", hint="Velg et annet navn.")

    def _names(self, items: Sequence[object]) -> list[ast.Name]:
        return [self._name(i) for i in items if isinstance(i, Token) and i.type in ("NAME", "NUMBER", "CLAUSENO")]

    def _date(self, token: Token) -> ast.DateLiteral:
        span = self._span(token)
        try:
            return ast.DateLiteral(datetime.date.fromisoformat(token), span=span)
        except ValueError:
            self._problems.add("ISF109", span, "finnes ikke i kalenderen")
            return ast.DateLiteral(datetime.date.min, span=span)

    def _decimal(self, token: Token) -> Decimal:
        digits = re.sub(r"[ \u00a0\u202f]", "", token).replace(",", ".")
        if sum(map(str.isdigit, digits)) > MAX_DIGITS:
            self._problems.add("ISF110", self._span(token), f"har mer enn {MAX_DIGITS} sifre")
            return Decimal(0)
        return Decimal(digits)

    # ── head, sources and data ──

    def header(self, meta: Meta, items: list[Any]) -> ast.Header:
        name = self._name(items[0])
        return ast.Header(
            name, _tag("edition", items), _title(items), _tag("valid", items), _tag("known", items),
            _tag("uses", items) or (), span=self._span(meta),
        )

    def shared(self, meta: Meta, items: list[Any]) -> ast.Header:
        name = self._name(items[0])
        return ast.Header(name, None, _title(items), uses=_tag("uses", items) or (), span=self._span(meta))

    def edition(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("edition", self._name(items[0])))

    def valid(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("valid", (self._date(items[0]), self._date(items[1]))))

    def known_from(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("known", self._date(items[0])))

    def uses(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("uses", tuple(self._names(items))))

    def kilde(self, meta: Meta, items: list[Any]) -> ast.KildeDecl:
        publisher, year, url = _tag("publisher", items) or ("", None, "")
        return ast.KildeDecl(
            self._name(items[0]), _plain(items[1]), publisher, year, url, _tag("standing", items) or "",
            _tag("note", items) or "", span=self._span(meta),
        )

    def publisher(self, meta: Meta, items: list[Token]) -> _Titled:
        name = _plain(items[0]) if items[0].type == "TEXT" else str(items[0])
        year = self._decimal(items[1])
        if year != int(year) or not 1800 <= year <= 2199:
            self._problems.add("ISF111", self._span(items[1]), "er ikke et årstall")
        return _Titled(("publisher", (name, int(year), _plain(items[2]) if len(items) > 2 else "")))

    def standing(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("standing", str(items[0])))

    def note(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("note", _plain(items[0])))

    def kodeverk(self, meta: Meta, items: list[Any]) -> ast.KodeverkDecl:
        members = _all(ast.MemberDecl, items)
        return ast.KodeverkDecl(self._name(items[0]), _title(items), members, span=self._span(meta))

    def member(self, meta: Meta, items: list[Any]) -> ast.MemberDecl:
        name, code = items[0], items[1]
        is_text = code.type == "TEXT"
        return ast.MemberDecl(
            self._name(name), _plain(code) if is_text else str(code), is_text, _title(items[2:]),
            _tag("from", items), _tag("to", items), span=self._span(meta),
        )

    def from_day(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("from", self._date(items[0])))

    def to_day(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("to", self._date(items[0])))

    def kodesett(self, meta: Meta, items: list[Any]) -> ast.KodesettDecl:
        cites = _all(ast.Cite, items)
        return ast.KodesettDecl(
            self._name(items[0]), items[1], _title(items), cites, _tag("set", items), span=self._span(meta)
        )

    def post(self, meta: Meta, items: list[Any]) -> ast.PostDecl:
        return ast.PostDecl(self._name(items[0]), _title(items), _all(ast.FieldDecl, items), span=self._span(meta))

    def entitet(self, meta: Meta, items: list[Any]) -> ast.EntityDecl:
        names = self._names(items)
        return ast.EntityDecl(
            names[0], names[1] if len(names) > 1 else None, _tag("plural", items), _title(items),
            _all(ast.FieldDecl, items), span=self._span(meta),
        )

    def plural(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("plural", self._name(items[0])))

    def field(self, meta: Meta, items: list[Any]) -> ast.FieldDecl:
        role = str(items.pop(0)) if items[0].type in ("KEY", "DECISIVE") else ""
        flags = [str(item[1]) for item in items if isinstance(item, _Titled)]
        return ast.FieldDecl(
            self._name(items[0], True), items[1], role, "valgfri" in flags, "skjønn" in flags,  # type: ignore[arg-type]
            _title(items[2:]), span=self._span(meta),
        )

    def flag(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("flag", str(items[0])))

    def sats(self, meta: Meta, items: list[Any]) -> ast.RateDecl:
        return ast.RateDecl(
            self._name(items[0]), items[1], _title(items), _all(ast.RateValueDecl, items), span=self._span(meta)
        )

    def sats_value(self, meta: Meta, items: list[Any]) -> ast.RateValueDecl:
        return ast.RateValueDecl(self._date(items[0]), items[1], _all(ast.Cite, items), span=self._span(meta))

    def tabell(self, meta: Meta, items: list[Any]) -> ast.TableDecl:
        texts = [item for item in items if isinstance(item, Token) and item.type == "TEXT"]
        title = _plain(texts[0]) if len(texts) > 1 else ""
        file = ast.TextLiteral(_plain(texts[-1]), span=self._span(texts[-1]))
        return ast.TableDecl(
            self._name(items[0]), title, _all(ast.ColumnDecl, items), file, _all(ast.Cite, items),
            span=self._span(meta),
        )

    def column(self, meta: Meta, items: list[Any]) -> ast.ColumnDecl:
        return ast.ColumnDecl(str(items[0]), self._name(items[1]), items[2], span=self._span(meta))  # type: ignore[arg-type]

    def resultat(self, meta: Meta, items: list[Any]) -> ast.ResultDecl:
        return ast.ResultDecl(
            self._name(items[0], True), items[1], self._name(items[2]), _title(items), span=self._span(meta)
        )

    def cite(self, meta: Meta, items: list[Token]) -> ast.Cite:
        standing = next((str(item) for item in items[1:] if item.type == "STANDING"), "")
        return ast.Cite(self._name(items[0]), standing, _title(items), span=self._span(meta))

    # ── types ──

    def basic_type(self, meta: Meta, items: list[Token]) -> ast.BasicType:
        return ast.BasicType(str(items[0]), span=self._span(meta))  # type: ignore[arg-type]

    def plain_type(self, meta: Meta, items: list[Any]) -> ast.NumberType:
        return ast.NumberType(None, _tag("digits", items), span=self._span(meta))

    def unit_type(self, meta: Meta, items: list[Any]) -> ast.NumberType:
        return ast.NumberType(items[0], _tag("digits", items), span=self._span(meta))

    def list_type(self, meta: Meta, items: list[Any]) -> ast.ListType:
        return ast.ListType(items[0], span=self._span(meta))

    def named_type(self, meta: Meta, items: list[Token]) -> ast.NamedType:
        return ast.NamedType(str(items[0]), span=self._span(meta))

    def digits(self, meta: Meta, items: list[Token]) -> _Titled:
        number = self._decimal(items[0])
        if number != int(number) or number > 12:
            self._problems.add("ISF112", self._span(items[0]), "må være et helt tall fra 0 til 12")
        return _Titled(("digits", int(min(number, Decimal(12)))))

    def unit(self, meta: Meta, items: list[Token]) -> ast.UnitName:
        names = ["kroner" if item == "kr" else str(item) for item in items]
        return ast.UnitName((names[0],), tuple(names[1:]), span=self._span(meta))

    # ── clauses ──

    def punkt(self, meta: Meta, items: list[Any]) -> ast.ClauseDecl:
        return ast.ClauseDecl(items[0], _title(items), _all(ast.ClauseItem, items), span=self._span(meta))

    def clause_number(self, meta: Meta, items: list[Token]) -> ast.Name:
        return self._name(items[0])

    def summary(self, meta: Meta, items: list[Token]) -> ast.Summary:
        return ast.Summary(_plain(items[0]), span=self._span(meta))

    def exception(self, meta: Meta, items: list[ast.Target]) -> ast.ExceptionTo:
        return ast.ExceptionTo(tuple(items), span=self._span(meta))

    def target(self, meta: Meta, items: list[Any]) -> ast.Target:
        part = self._name(items[1]) if len(items) > 1 else None
        return ast.Target(items[0], part, span=self._span(meta))

    def guard(self, meta: Meta, items: list[ast.Expr]) -> ast.Guard:
        return ast.Guard(items[0], span=self._span(meta))

    def part(self, meta: Meta, items: list[Any]) -> ast.PartDecl:
        return ast.PartDecl(self._name(items[0]), items[1], span=self._span(meta))

    def requirement(self, meta: Meta, items: list[Any]) -> ast.RequirementDecl:
        return ast.RequirementDecl(self._name(items[0]), _plain(items[1]), items[2], span=self._span(meta))

    def rule(self, meta: Meta, items: list[Any], otherwise: bool = False) -> ast.RuleDecl:
        label = _tag("label", items)
        result, value = (item for item in items if not isinstance(item, _Titled))
        return ast.RuleDecl(
            self._name(result, True), value, _tag("condition", items), label, otherwise, span=self._span(meta)
        )

    def otherwise_rule(self, meta: Meta, items: list[Any]) -> ast.RuleDecl:
        return self.rule(meta, items, otherwise=True)

    def label(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("label", self._name(items[0])))

    def condition(self, meta: Meta, items: list[ast.Expr]) -> _Titled:
        return _Titled(("condition", items[0]))

    # ── decision tables ──

    def beslutning(self, meta: Meta, items: list[Any]) -> ast.DecisionDecl:
        columns, outcome = _tag("head", items)
        return ast.DecisionDecl(
            self._name(items[0], True), items[1], self._name(items[2]), _title(items), _tag("policy", items),
            _all(ast.Cite | ast.Summary, items), columns, outcome, _all(ast.RowDecl, items), span=self._span(meta),
        )

    def policy(self, meta: Meta, items: list[Token]) -> _Titled:
        return _Titled(("policy", str(items[0])))

    def table_head(self, meta: Meta, items: list[Any]) -> _Titled:
        return _Titled(("head", (tuple(items[:-1]), self._name(items[-1]))))

    def table_row(self, meta: Meta, items: list[Any]) -> ast.RowDecl:
        return ast.RowDecl(tuple(items[:-1]), items[-1], span=self._span(meta))

    def any_cell(self, meta: Meta, items: list[Token]) -> ast.AnyCell:
        return ast.AnyCell(span=self._span(meta))

    def equal_cell(self, meta: Meta, items: list[ast.Expr]) -> ast.TestCell:
        return ast.TestCell("er", items[0], span=self._span(meta))

    def test_cell(self, meta: Meta, items: list[Any]) -> ast.TestCell:
        return ast.TestCell(items[0], items[1], span=self._span(meta))

    def between_cell(self, meta: Meta, items: list[ast.Expr]) -> ast.BetweenCell:
        return ast.BetweenCell(items[0], items[1], span=self._span(meta))

    def set_cell(self, meta: Meta, items: list[_Titled]) -> ast.SetCell:
        return ast.SetCell(items[0][1], span=self._span(meta))

    def known_cell(self, meta: Meta, items: list[Token]) -> ast.KnownCell:
        return ast.KnownCell(missing=False, span=self._span(meta))

    def missing_cell(self, meta: Meta, items: list[Token]) -> ast.KnownCell:
        return ast.KnownCell(missing=True, span=self._span(meta))

    # ── examples ──

    def eksempel(self, meta: Meta, items: list[Any]) -> ast.ExampleDecl:
        return ast.ExampleDecl(
            _title(items), _all(ast.Cite, items), _all(ast.ThingDecl, items), _all(ast.Expect, items),
            span=self._span(meta),
        )

    def thing(self, meta: Meta, items: list[Any]) -> ast.ThingDecl:
        return ast.ThingDecl(self._name(items[0]), _all(ast.Given, items), span=self._span(meta))

    def given(self, meta: Meta, items: list[Any]) -> ast.Given:
        value = items[-1][1] if isinstance(items[-1], _Titled) else items[-1]
        return ast.Given(tuple(self._names(items[:-1])), value, span=self._span(meta))

    def expect(self, meta: Meta, items: list[Any]) -> ast.Expect:
        value = None if isinstance(items[1], Token) else items[1]
        return ast.Expect(self._name(items[0]), value, _tag("clause", items), span=self._span(meta))

    def expect_clause(self, meta: Meta, items: list[ast.Name]) -> _Titled:
        return _Titled(("clause", items[0]))

    # ── expressions ──

    def if_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.IfExpr:
        return ast.IfExpr(items[0], items[1], items[2], span=self._span(meta))

    def or_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.OrExpr:
        return ast.OrExpr(tuple(items), span=self._span(meta))

    def and_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.AndExpr:
        return ast.AndExpr(tuple(items), span=self._span(meta))

    def not_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.NotExpr:
        return ast.NotExpr(items[0], span=self._span(meta))

    def compare(self, meta: Meta, items: list[Any]) -> ast.CompareExpr:
        return ast.CompareExpr(items[1], items[0], items[2], span=self._span(meta))

    def is_op(self, meta: Meta, items: list[Token]) -> str:
        return "er"

    def compare_op(self, meta: Meta, items: list[Token]) -> str:
        return "er ikke" if items[0].type == "ER_IKKE" else str(items[0])

    def between(self, meta: Meta, items: list[ast.Expr]) -> ast.BetweenExpr:
        return ast.BetweenExpr(items[0], items[1], items[2], span=self._span(meta))

    def one_of(self, meta: Meta, items: list[Any]) -> ast.OneOfExpr:
        return ast.OneOfExpr(items[0], items[1][1], span=self._span(meta))

    def in_expr(self, meta: Meta, items: list[ast.Expr]) -> ast.InExpr:
        return ast.InExpr(items[0], items[1], span=self._span(meta))

    def known(self, meta: Meta, items: list[Any]) -> ast.KnownExpr:
        return ast.KnownExpr(items[0], missing=False, span=self._span(meta))

    def missing(self, meta: Meta, items: list[Any]) -> ast.KnownExpr:
        return ast.KnownExpr(items[0], missing=True, span=self._span(meta))

    def set(self, meta: Meta, items: list[ast.Expr]) -> _Titled:
        return _Titled(("set", tuple(items)))

    def _over(self, kind: Any, meta: Meta, items: list[Any], **more: Any) -> ast.QuantifierExpr:
        var, over = _tag("over", items)
        return ast.QuantifierExpr(kind, var, over, _tag("where", items), span=self._span(meta), **more)

    def over(self, meta: Meta, items: list[Any]) -> _Titled:
        return _Titled(("over", (self._name(items[0]), items[1])))

    def where(self, meta: Meta, items: list[ast.Expr]) -> _Titled:
        return _Titled(("where", items[0]))

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
        return items[0]

    def sum(self, meta: Meta, items: list[Any]) -> ast.SumExpr:
        signs = ("+", *(str(sign) for sign in items[1::2]))
        return ast.SumExpr(signs, tuple(items[0::2]), span=self._span(meta))  # type: ignore[arg-type]

    def product(self, meta: Meta, items: list[Any]) -> ast.ProductExpr | ast.DivideExpr:
        span = self._span(meta)
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
        return ast.NegateExpr(items[-1], span=self._span(meta))

    def access(self, meta: Meta, items: list[Any]) -> ast.Access:
        return ast.Access(items[0], self._name(items[1]), span=self._span(meta))

    def call(self, meta: Meta, items: list[Any]) -> ast.Call:
        args = tuple(item for item in items[1:] if not isinstance(item, _Titled))
        return ast.Call(items[0], args, _tag("otherwise", items), span=self._span(meta))

    def extreme_call(self, meta: Meta, items: list[Any]) -> ast.Call:
        return ast.Call(self._name(items[0]), tuple(items[1:]), span=self._span(meta))

    def function(self, meta: Meta, items: list[Token]) -> ast.Name:
        return self._name(items[0])

    def lookup(self, meta: Meta, items: list[Any]) -> ast.LookupExpr:
        plain = [item for item in items if not isinstance(item, _Titled)]
        return ast.LookupExpr(
            self._name(plain[0]), tuple(plain[1:-1]), self._name(plain[-1]), _tag("otherwise", items),
            span=self._span(meta),
        )

    def otherwise(self, meta: Meta, items: list[ast.Expr]) -> _Titled:
        return _Titled(("otherwise", items[0]))

    def number(self, meta: Meta, items: list[Any]) -> ast.NumberLiteral:
        unit = _first(ast.UnitName, items)
        percent = any(isinstance(item, Token) and item.type == "PERCENT" for item in items)
        return ast.NumberLiteral(self._decimal(items[0]), unit, percent, span=self._span(meta))

    def text(self, meta: Meta, items: list[Token]) -> ast.TextLiteral:
        return ast.TextLiteral(_plain(items[0]), span=self._span(meta))

    def date(self, meta: Meta, items: list[Token]) -> ast.DateLiteral:
        return self._date(items[0])

    def yes(self, meta: Meta, items: list[Token]) -> ast.BoolLiteral:
        return ast.BoolLiteral(True, span=self._span(meta))

    def no(self, meta: Meta, items: list[Token]) -> ast.BoolLiteral:
        return ast.BoolLiteral(False, span=self._span(meta))

    def name(self, meta: Meta, items: list[Token]) -> ast.NameRef:
        self._reserved(items[0])
        return ast.NameRef(str(items[0]), span=self._span(meta))
