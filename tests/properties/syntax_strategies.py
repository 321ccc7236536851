"""Well-formed syntax trees of every kind, for the laws of the parser and the formatter."""

import datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from rulesdsl.source import Source, Span, canonical_name
from rulesdsl.syntax import ast
from rulesdsl.syntax.build_expressions import RESERVED, UNITS

NOWHERE = Span(Source("", ""), 0, 0)
_LETTERS = "abcdefghijklmnopqrstuvwxyzæøåABCDEÆØÅé"


def _made(node: Any, *parts: Any, **named: Any) -> st.SearchStrategy[Any]:
    """Nodes of one kind. A composite, because the printed form of nested ``builds`` grows without bound."""

    @st.composite
    def made(draw: Any) -> Any:
        return node(*map(draw, parts), **{name: draw(part) for name, part in named.items()}, span=NOWHERE)

    return made()


words = st.one_of(
    st.sampled_from(["drg", "utdato", "episoder", "år", "kjønn", "utført_av", "dato", "tekst", "status", "post",
                     "kilde", "én", "elleve", "erling", "ikkeB", "orden", "regelen", "x1"]),
    st.text(_LETTERS + "_0123456789", min_size=1, max_size=6).filter(
        lambda w: not w[0].isdigit() and w not in RESERVED and w not in UNITS and canonical_name(w) == w
    ),
)
names = _made(ast.Name, words)
numbers_of_clauses = st.sampled_from(["4.3.6", "2ae", "7", "2021", "1.10b", "hovedregel"])
clauses = _made(ast.Name, numbers_of_clauses)
dated = _made(ast.Name, st.sampled_from(["2019", "2020.7", "mars2020", "2ae", "07"]))
texts = st.one_of(
    st.sampled_from(["", "Én kontakt", "a # b", 'sa "ja"', "; | || {}"]),
    st.text(st.characters(codec="utf-8", exclude_characters="«»\r\n", exclude_categories=["Cs", "Cc", "Zl", "Zp"]),
            max_size=12).map(lambda t: canonical_name(t).strip()),
)
dates = _made(ast.DateLiteral, st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
unit_words = st.sampled_from(["kroner", "poeng", "døgn", "timer"])
units = _made(ast.UnitName, st.tuples(unit_words), st.lists(unit_words, max_size=2).map(tuple))
decimals = st.builds(
    lambda whole, scale: Decimal(whole).scaleb(-scale), st.integers(0, 10**14), st.integers(0, 8)
)
numbers = st.one_of(
    _made(ast.NumberLiteral, decimals, st.none() | units),
    _made(ast.NumberLiteral, decimals, st.none(), st.just(True)),
)
atoms = st.one_of(
    _made(ast.NameRef, words), numbers, _made(ast.TextLiteral, texts), dates, _made(ast.BoolLiteral, st.booleans()),
)


def _many(items: st.SearchStrategy[Any], least: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


@st.composite
def _sums(draw: Any, items: st.SearchStrategy[Any]) -> ast.SumExpr:
    terms = draw(_many(items))
    signs = ("+", *(draw(st.sampled_from("+-")) for _ in terms[1:]))
    return ast.SumExpr(signs, terms, span=NOWHERE)


def _quantifiers(e: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    maybe = st.none() | e

    def of(kinds: list[str], **more: Any) -> st.SearchStrategy[Any]:
        return _made(ast.QuantifierExpr, st.sampled_from(kinds), names, e, **more)

    return st.one_of(
        of(["antall"], where=maybe), of(["finnes"], where=e), of(["alle"], where=maybe, test=e),
        of(["sum"], where=maybe, take=e), of(["maks", "min"], where=maybe, take=e, otherwise=e),
        of(["første", "siste"], where=maybe, take=e, key=e, otherwise=e),
        of(["første", "siste"], where=maybe, key=e, is_this=st.just(True)),
    )


def _larger(e: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    maybe = st.none() | e
    return st.one_of(
        _made(ast.Access, e, names), _made(ast.UnderExpr, e, names, dated),
        _made(ast.LookupExpr, names, _many(e, 1), names, maybe),
        _made(ast.Call, names, _many(e, 1), maybe),
        _made(ast.Call, _made(ast.Name, st.sampled_from(["maks", "min"])), _many(e)),
        _made(ast.NotExpr, e), _made(ast.AndExpr, _many(e)), _made(ast.OrExpr, _many(e)), _made(ast.IfExpr, e, e, e),
        _made(ast.CompareExpr, st.sampled_from(["er", "er ikke", "<", "<=", ">", ">="]), e, e),
        _made(ast.BetweenExpr, e, e, e), _made(ast.OneOfExpr, e, _many(e, 1)), _made(ast.InExpr, e, e),
        _made(ast.KnownExpr, e, st.booleans()), _sums(e),
        _made(ast.ProductExpr, _many(e)), _made(ast.DivideExpr, e, e), _made(ast.NegateExpr, e),
        _quantifiers(e),
    )


expressions: st.SearchStrategy[Any] = st.recursive(atoms, _larger, max_leaves=12)

types = st.recursive(
    st.one_of(
        _made(ast.BasicType, st.sampled_from(["ja/nei", "tekst", "dato"])),
        _made(ast.NamedType, words.filter(lambda word: word not in ("dato", "tekst", "tall", "liste"))),
        _made(ast.NumberType, st.none() | units, st.none() | st.integers(0, 12)),
    ),
    lambda inner: _made(ast.ListType, inner), max_leaves=3,
)

cites = _made(ast.Cite, names, st.sampled_from(["", *ast.STANDINGS]), texts)
cite_lists = st.lists(cites, max_size=2).map(tuple)

headers = st.one_of(
    _made(ast.Header, names, clauses | names, texts, st.none() | st.tuples(dates, dates), st.none() | dates,
          st.none() | _made(ast.EditionName, names, clauses | names), _many(names, 0)),
    _made(ast.Header, names, clauses | names, texts, known_from=st.none() | dates, uses=_many(names, 0),
          corrects=st.just(True)),
    _made(ast.Header, names, st.none(), texts, uses=_many(names, 0)),
)
_standings = st.sampled_from(["", *ast.STANDINGS])
sources = st.one_of(
    _made(ast.KildeDecl, names, texts, standing=_standings, note=texts),
    _made(ast.KildeDecl, names, texts, texts | words, st.integers(1800, 2199), texts, _standings, texts),
)
members = st.one_of(
    _made(ast.MemberDecl, names, st.sampled_from(["1", "07", "2ae", "4.1", "1 000"]), st.just(False), texts,
          st.none() | dates, st.none() | dates),
    _made(ast.MemberDecl, names, texts, st.just(True), texts, st.none() | dates, st.none() | dates),
)
fields = _made(ast.FieldDecl, names, types, st.sampled_from(["", "nøkkel", "rettsdato"]), st.none() | expressions,
               st.none() | expressions, st.booleans(), st.booleans(), st.booleans(), texts)
columns = _made(ast.ColumnDecl, st.sampled_from(["nøkkel", "kolonne"]), names, types)
data = st.one_of(
    sources, _made(ast.KodeverkDecl, names, texts, _many(members, 1)),
    _made(ast.KodesettDecl, names, types, texts, cite_lists, _many(expressions, 1)),
    _made(ast.PostDecl, names, texts, _many(fields, 1)),
    _made(ast.EntityDecl, names, st.none() | names, st.none() | names, texts, _many(fields, 1)),
    _made(ast.RateDecl, names, types, texts, _many(_made(ast.RateValueDecl, dates, expressions, cite_lists), 1)),
    _made(ast.TableDecl, names, texts, _many(columns, 1), _made(ast.TextLiteral, texts), cite_lists),
    _made(ast.ResultDecl, names, types, names, texts, st.none() | _made(ast.TextLiteral, texts)),
)

_targets = _made(ast.Target, clauses | names, st.none() | names)
_heads = st.one_of(
    cites, _made(ast.Summary, texts), _made(ast.ExceptionTo, _many(_targets, 1)), _made(ast.Guard, expressions)
)
_bodies = st.one_of(
    _made(ast.PartDecl, names, expressions), _made(ast.RequirementDecl, names, texts, expressions),
    _made(ast.RuleDecl, names, expressions, st.none() | expressions, st.none() | names, st.booleans()),
)
_items = st.builds(lambda a, b: a + b, _many(_heads, 0), _many(_bodies, 0))
rules = _made(ast.ClauseDecl, clauses | names, texts, _items, _many(clauses | names, 0))
repeals = _made(
    ast.RepealDecl, st.sampled_from(get_args(ast.RepealKind)), _many(clauses | names, 1), cite_lists,
)
_things = st.lists(names, min_size=1, max_size=2).map(tuple)
_likenesses = _made(ast.LikenessDecl, names, names, _many(_many(names, 1), 0))
properties = _made(
    ast.PropertyDecl, names, texts, st.none() | dates, cite_lists, names, _things, st.none() | names,
    st.none() | _likenesses, st.none() | expressions, expressions,
)

_cells = st.one_of(
    _made(ast.AnyCell), _made(ast.KnownCell, st.booleans()), _made(ast.BetweenCell, expressions, expressions),
    _made(ast.SetCell, _many(expressions, 1)),
    _made(ast.TestCell, st.sampled_from(["er", "er ikke", "<", "<=", ">", ">="]), expressions),
)
decisions = _made(
    ast.DecisionDecl, names, types, names, texts, st.sampled_from(["én", "første", "alle"]),
    st.lists(cites | _made(ast.Summary, texts), max_size=2).map(tuple), _many(expressions, 1), names,
    _many(_made(ast.RowDecl, _many(_cells, 1), expressions), 1),
)

_facts = _made(ast.Given, _many(names, 1), expressions | _many(expressions, 0) | st.none())
examples = _made(
    ast.ExampleDecl, texts, cite_lists, _many(_made(ast.ThingDecl, names, _many(_facts, 0)), 1),
    _many(_made(ast.Expect, names, st.none() | expressions | _many(expressions, 0), st.none() | clauses | names), 1),
)

declarations: st.SearchStrategy[Any] = st.one_of(headers, data, rules, decisions, repeals, properties, examples)
trees = _made(ast.File, st.lists(declarations, max_size=3).map(tuple))
