"""The parser's tree to the abstract syntax: declarations. One method a rule; nothing but shape is decided here."""

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from rulesdsl.syntax import ast
from rulesdsl.syntax.build_expressions import (
    NO_FIELDS,
    UNITS,
    ExpressionBuilder,
    Titled,
    all_of,
    plain,
    tagged,
    title_of,
)


def _stated(item: Any) -> Any:
    """What an example says: an expression, a tuple of them, or None for ukjent."""
    if isinstance(item, Titled):
        return item[1]
    return None if isinstance(item, Token) else item


@v_args(meta=True)
class Builder(ExpressionBuilder):
    """Builds the declaration of one piece of a file."""

    # ── head, sources and data ──

    def header(self, meta: Meta, items: list[Any]) -> ast.Header:
        name = self.name_of(items[0])
        return ast.Header(
            name, tagged("edition", items), title_of(items), tagged("valid", items), tagged("known", items),
            tagged("changes", items), tagged("uses", items) or (), span=self.place_of(meta),
        )

    def correction(self, meta: Meta, items: list[Any]) -> ast.Header:
        return ast.Header(
            self.name_of(items[0]), tagged("edition", items), title_of(items), None, tagged("known", items),
            None, tagged("uses", items) or (), corrects=True, span=self.place_of(meta),
        )

    def changes(self, meta: Meta, items: list[Any]) -> Titled:
        named = ast.EditionName(self.name_of(items[0]), tagged("edition", items), span=self.place_of(meta))
        return Titled(("changes", named))

    def shared(self, meta: Meta, items: list[Any]) -> ast.Header:
        name = self.name_of(items[0])
        return ast.Header(name, None, title_of(items), uses=tagged("uses", items) or (), span=self.place_of(meta))

    def edition(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("edition", self.name_of(items[0])))

    def valid(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("valid", (self.date_of(items[0]), self.date_of(items[1]))))

    def known_from(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("known", self.date_of(items[0])))

    def uses(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("uses", tuple(self.names_of(items))))

    def kilde(self, meta: Meta, items: list[Any]) -> ast.KildeDecl:
        publisher, year, url = tagged("publisher", items) or ("", None, "")
        return ast.KildeDecl(
            self.name_of(items[0]), plain(items[1]), publisher, year, url, tagged("standing", items) or "",
            tagged("note", items) or "", span=self.place_of(meta),
        )

    def publisher(self, meta: Meta, items: list[Token]) -> Titled:
        name = plain(items[0]) if items[0].type == "TEXT" else str(items[0])
        year = self.decimal_of(items[1])
        if year != int(year) or not 1800 <= year <= 2199:
            self._problems.add("ISF111", self.place_of(items[1]), "er ikke et årstall")
        return Titled(("publisher", (name, int(year), plain(items[2]) if len(items) > 2 else "")))

    def standing(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("standing", str(items[0])))

    def note(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("note", plain(items[0])))

    def enhet(self, meta: Meta, items: list[Any]) -> ast.UnitDecl:
        name, short = self.names_of(items)
        return ast.UnitDecl(name, title_of(items), short, tagged("digits", items), span=self.place_of(meta))

    def kodeverk(self, meta: Meta, items: list[Any]) -> ast.KodeverkDecl:
        members = all_of(ast.MemberDecl, items)
        return ast.KodeverkDecl(self.name_of(items[0]), title_of(items), members, span=self.place_of(meta))

    def member(self, meta: Meta, items: list[Any]) -> ast.MemberDecl:
        name, code = items[0], items[1]
        is_text = code.type == "TEXT"
        return ast.MemberDecl(
            self.name_of(name), plain(code) if is_text else str(code), is_text, title_of(items[2:]),
            tagged("from", items), tagged("to", items), span=self.place_of(meta),
        )

    def from_day(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("from", self.date_of(items[0])))

    def to_day(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("to", self.date_of(items[0])))

    def kodesett(self, meta: Meta, items: list[Any]) -> ast.KodesettDecl:
        cites = all_of(ast.Cite, items)
        return ast.KodesettDecl(
            self.name_of(items[0]), items[1], title_of(items), cites, tagged("set", items), span=self.place_of(meta)
        )

    def post(self, meta: Meta, items: list[Any]) -> ast.PostDecl:
        fields = all_of(ast.FieldDecl, items)
        return ast.PostDecl(self.name_of(items[0]), title_of(items), fields, span=self.place_of(meta))

    def entitet(self, meta: Meta, items: list[Any]) -> ast.EntityDecl:
        names = self.names_of(items)
        return ast.EntityDecl(
            names[0], names[1] if len(names) > 1 else None, tagged("plural", items), title_of(items),
            all_of(ast.FieldDecl, items), span=self.place_of(meta),
        )

    def plural(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("plural", self.name_of(items[0])))

    def field(self, meta: Meta, items: list[Any]) -> ast.FieldDecl:
        role = str(items.pop(0)) if items[0].type in ("KEY", "DECISIVE") else ""
        flags = [str(item[1]) for item in items if isinstance(item, Titled) and item[0] == "flag"]
        return ast.FieldDecl(
            self.name_of(items[0], NO_FIELDS), items[1], role, tagged("low", items), tagged("high", items),  # type: ignore[arg-type]
            "valgfri" in flags, "skjønn" in flags, "uforanderlig" in flags, title_of(items[2:]),
            span=self.place_of(meta),
        )

    def at_least(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("low", items[0]))

    def at_most(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("high", items[0]))

    def flag(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("flag", str(items[0])))

    def sats(self, meta: Meta, items: list[Any]) -> ast.RateDecl:
        return ast.RateDecl(
            self.name_of(items[0]), items[1], title_of(items), all_of(ast.RateValueDecl, items),
            span=self.place_of(meta),
        )

    def sats_value(self, meta: Meta, items: list[Any]) -> ast.RateValueDecl:
        return ast.RateValueDecl(self.date_of(items[0]), items[1], all_of(ast.Cite, items), span=self.place_of(meta))

    def tabell(self, meta: Meta, items: list[Any]) -> ast.TableDecl:
        texts = [item for item in items if isinstance(item, Token) and item.type == "TEXT"]
        title = plain(texts[0]) if len(texts) > 1 else ""
        file = ast.TextLiteral(plain(texts[-1]), span=self.place_of(texts[-1]))
        return ast.TableDecl(
            self.name_of(items[0]), title, all_of(ast.ColumnDecl, items), file, all_of(ast.Cite, items),
            span=self.place_of(meta),
        )

    def column(self, meta: Meta, items: list[Any]) -> ast.ColumnDecl:
        return ast.ColumnDecl(str(items[0]), self.name_of(items[1]), items[2], span=self.place_of(meta))  # type: ignore[arg-type]

    def resultat(self, meta: Meta, items: list[Any]) -> ast.ResultDecl:
        payer = next((item for item in items if isinstance(item, ast.TextLiteral)), None)
        return ast.ResultDecl(
            self.name_of(items[0], UNITS), items[1], self.name_of(items[2]), title_of(items), payer,
            span=self.place_of(meta),
        )

    def payer(self, meta: Meta, items: list[Token]) -> ast.TextLiteral:
        return ast.TextLiteral(plain(items[0]), span=self.place_of(items[0]))

    def cite(self, meta: Meta, items: list[Token]) -> ast.Cite:
        standing = next((str(item) for item in items[1:] if item.type == "STANDING"), "")
        return ast.Cite(self.name_of(items[0]), standing, title_of(items), span=self.place_of(meta))

    # ── clauses ──

    def punkt(self, meta: Meta, items: list[Any]) -> ast.ClauseDecl:
        return ast.ClauseDecl(
            items[0], title_of(items), all_of(ast.ClauseItem, items), tagged("former", items) or (),
            span=self.place_of(meta),
        )

    def former(self, meta: Meta, items: list[ast.Name]) -> Titled:
        return Titled(("former", tuple(items)))

    def clause_number(self, meta: Meta, items: list[Token]) -> ast.Name:
        return self.name_of(items[0])

    def summary(self, meta: Meta, items: list[Token]) -> ast.Summary:
        return ast.Summary(plain(items[0]), span=self.place_of(meta))

    def exception(self, meta: Meta, items: list[ast.Target]) -> ast.ExceptionTo:
        return ast.ExceptionTo(tuple(items), span=self.place_of(meta))

    def target(self, meta: Meta, items: list[Any]) -> ast.Target:
        part = self.name_of(items[1]) if len(items) > 1 else None
        return ast.Target(items[0], part, span=self.place_of(meta))

    def guard(self, meta: Meta, items: list[ast.Expr]) -> ast.Guard:
        return ast.Guard(items[0], span=self.place_of(meta))

    def part(self, meta: Meta, items: list[Any]) -> ast.PartDecl:
        return ast.PartDecl(self.name_of(items[0]), items[1], span=self.place_of(meta))

    def requirement(self, meta: Meta, items: list[Any]) -> ast.RequirementDecl:
        return ast.RequirementDecl(self.name_of(items[0]), plain(items[1]), items[2], span=self.place_of(meta))

    def rule(self, meta: Meta, items: list[Any], otherwise: bool = False) -> ast.RuleDecl:
        label = tagged("label", items)
        result, value = (item for item in items if not isinstance(item, Titled))
        return ast.RuleDecl(
            self.name_of(result, UNITS), value, tagged("condition", items), label, otherwise, span=self.place_of(meta)
        )

    def otherwise_rule(self, meta: Meta, items: list[Any]) -> ast.RuleDecl:
        return self.rule(meta, items, otherwise=True)

    def label(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("label", self.name_of(items[0])))

    def condition(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("condition", items[0]))

    # ── decision tables ──

    def beslutning(self, meta: Meta, items: list[Any]) -> ast.DecisionDecl:
        columns, outcome = tagged("head", items)
        return ast.DecisionDecl(
            self.name_of(items[0], UNITS), items[1], self.name_of(items[2]), title_of(items), tagged("policy", items),
            all_of(ast.Cite | ast.Summary, items), columns, outcome, all_of(ast.RowDecl, items),
            span=self.place_of(meta),
        )

    def policy(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("policy", str(items[0])))

    def table_head(self, meta: Meta, items: list[Any]) -> Titled:
        return Titled(("head", (tuple(items[:-1]), self.name_of(items[-1]))))

    def table_row(self, meta: Meta, items: list[Any]) -> ast.RowDecl:
        return ast.RowDecl(tuple(items[:-1]), items[-1], span=self.place_of(meta))

    def any_cell(self, meta: Meta, items: list[Token]) -> ast.AnyCell:
        return ast.AnyCell(span=self.place_of(meta))

    def equal_cell(self, meta: Meta, items: list[ast.Expr]) -> ast.TestCell:
        return ast.TestCell("er", items[0], span=self.place_of(meta))

    def test_cell(self, meta: Meta, items: list[Any]) -> ast.TestCell:
        return ast.TestCell(items[0], items[1], span=self.place_of(meta))

    def between_cell(self, meta: Meta, items: list[ast.Expr]) -> ast.BetweenCell:
        return ast.BetweenCell(items[0], items[1], span=self.place_of(meta))

    def set_cell(self, meta: Meta, items: list[Titled]) -> ast.SetCell:
        return ast.SetCell(items[0][1], span=self.place_of(meta))

    def known_cell(self, meta: Meta, items: list[Token]) -> ast.KnownCell:
        return ast.KnownCell(missing=False, span=self.place_of(meta))

    def missing_cell(self, meta: Meta, items: list[Token]) -> ast.KnownCell:
        return ast.KnownCell(missing=True, span=self.place_of(meta))

    # ── what is taken out, and what is promised ──

    def opphev(self, meta: Meta, items: list[Any]) -> ast.RepealDecl:
        return ast.RepealDecl(
            tagged("kind", items), all_of(ast.Name, items), all_of(ast.Cite, items), span=self.place_of(meta)
        )

    def clause_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "punkt"))

    def decision_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "beslutning"))

    def rate_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "sats"))

    def table_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "tabell"))

    def kodeverk_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "kodeverk"))

    def kodesett_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "kodesett"))

    def post_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "post"))

    def entity_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "entitet"))

    def result_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "resultat"))

    def property_kind(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("kind", "egenskap"))

    def egenskap(self, meta: Meta, items: list[Any]) -> ast.PropertyDecl:
        names = [self.name_of(item) for item in items if isinstance(item, Token) and item.type == "NAME"]
        also = [item[1] for item in items if isinstance(item, Titled) and item[0] == "also"]
        where = tagged("where", items)
        if also:
            where = also[0] if len(also) == 1 else ast.AndExpr(tuple(also), span=also[0].span.to(also[-1].span))
        return ast.PropertyDecl(
            names[0], title_of(items), tagged("from", items), all_of(ast.Cite, items), names[1], tuple(names[2:]),
            tagged("together", items), next(iter(all_of(ast.LikenessDecl, items)), None), where,
            tagged("promise", items), span=self.place_of(meta),
        )

    def together(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("together", self.name_of(items[0])))

    def likeness(self, meta: Meta, items: list[Any]) -> ast.LikenessDecl:
        but = tuple(item[1] for item in items[2:])
        return ast.LikenessDecl(self.name_of(items[0]), self.name_of(items[1]), but, span=self.place_of(meta))

    def path(self, meta: Meta, items: list[Token]) -> Titled:
        return Titled(("path", tuple(self.names_of(items))))

    def also(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("also", items[0]))

    def promise_where(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("where", items[0]))

    def promise(self, meta: Meta, items: list[ast.Expr]) -> Titled:
        return Titled(("promise", items[0]))

    # ── examples ──

    def eksempel(self, meta: Meta, items: list[Any]) -> ast.ExampleDecl:
        return ast.ExampleDecl(
            title_of(items), all_of(ast.Cite, items), all_of(ast.ThingDecl, items), all_of(ast.Expect, items),
            span=self.place_of(meta),
        )

    def thing(self, meta: Meta, items: list[Any]) -> ast.ThingDecl:
        return ast.ThingDecl(self.name_of(items[0]), all_of(ast.Given, items), span=self.place_of(meta))

    def given(self, meta: Meta, items: list[Any]) -> ast.Given:
        return ast.Given(tuple(self.names_of(items[:-1])), _stated(items[-1]), span=self.place_of(meta))

    def expect(self, meta: Meta, items: list[Any]) -> ast.Expect:
        return ast.Expect(self.name_of(items[0]), _stated(items[1]), tagged("clause", items), span=self.place_of(meta))

    def expect_clause(self, meta: Meta, items: list[ast.Name]) -> Titled:
        return Titled(("clause", items[0]))
