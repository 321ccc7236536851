"""Declarations as lines, with their columns aligned."""

import re
from collections.abc import Sequence
from typing import assert_never

from rulesdsl.syntax import ast
from rulesdsl.syntax.build_expressions import RESERVED
from rulesdsl.syntax.phrases import Line, Phrase, Phrases, digits, lay, parted, quoted, type_text
from rulesdsl.syntax.places import Places


def lines_of(node: ast.Declaration, at: Places) -> list[Line]:
    """The lines of a declaration that could be read."""
    match node:
        case ast.Header():
            return _header(node, at)
        case ast.KildeDecl():
            return _kilde(node, at)
        case ast.UnitDecl(name, title, short, scale):
            return [_first(node, f"enhet {name.text}{_titled(title)} forkortet {short.text}{digits(scale)}")]
        case ast.KodeverkDecl(name, title, members):
            rows = [_member(member) for member in members]
            return [_first(node, f"kodeverk {name.text}{_titled(title)}"), *_aligned(rows, members)]
        case ast.KodesettDecl():
            return _kodesett(node, at)
        case ast.PostDecl(name, title, fields):
            return [_first(node, f"post {name.text}{_titled(title)}"), *_fields(fields, at)]
        case ast.EntityDecl(name, parent, plural, title, fields):
            inside = f" i {parent.text}" if parent else ""
            inside += f" som {plural.text}" if plural else ""
            return [_first(node, f"entitet {name.text}{inside}{_titled(title)}"), *_fields(fields, at)]
        case ast.RateDecl():
            return _sats(node, at)
        case ast.TableDecl(name, title, columns, file, cites):
            rows = [[f"{column.role} {column.name.text}", f": {type_text(column.type)}"] for column in columns]
            last = parted([Phrase(f"fil {quoted(file.value)}", at.anchor(file.span.start, 1)), *_cites(cites, "  ")])
            return [
                _first(node, f"tabell {name.text}{_titled(title)}"), *_aligned(rows, columns), *lay(last, 2, at),
            ]
        case ast.ResultDecl(name, type_, entity, title, payer):
            paid = f" betales av {quoted(payer.value)}" if payer is not None else ""
            return [_first(node, f"resultat {name.text} : {type_text(type_)} for {entity.text}{_titled(title)}{paid}")]
        case ast.ClauseDecl():
            return _clause(node, at)
        case ast.DecisionDecl():
            return _decision(node, at)
        case ast.RepealDecl(kind, names, cites):
            head = Phrase(f"opphev {kind} {'; '.join(name.text for name in names)}", node.span.start)
            return lay(parted([head, *_cites(cites, "  ")]), 0, at)
        case ast.PropertyDecl():
            return _property(node, at)
        case ast.ExampleDecl():
            return _example(node, at)
        case ast.BrokenDecl():
            return [Line(0, line) for line in node.span.text.rstrip().split("\n")]
        case _:
            assert_never(node)


def _first(node: ast.Declaration, text: str) -> Line:
    return Line(0, text, node.span.start)


def _titled(title: str, before: str = " ") -> str:
    return f"{before}{quoted(title)}" if title else ""


def _aligned(
    rows: Sequence[Sequence[str]], nodes: Sequence[ast.MemberDecl | ast.ColumnDecl | ast.FieldDecl]
) -> list[Line]:
    """One line a node, its cells in columns; an empty cell leaves its column empty."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        Line(2, " ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True) if w).rstrip(), node.span.start)
        for row, node in zip(rows, nodes, strict=True)
    ]


def _cites(cites: Sequence[ast.Cite], before: str = "") -> list[Phrase]:
    return [_cite(cite).before(before if index == 0 else "") for index, cite in enumerate(cites)]


def _cite(cite: ast.Cite) -> Phrase:
    standing = f" {cite.standing}" if cite.standing else ""
    return Phrase(f"ifølge {cite.kilde.text}{standing}{_titled(cite.note)}", cite.span.start)


# ── Head of a file, sources and data ─────────────────────────────────────────────────────────────────────────


def _header(node: ast.Header, at: Places) -> list[Line]:
    word = "felles" if node.edition is None else "rettelse" if node.corrects else "regelverk"
    edition = "" if node.edition is None else f" {node.edition.text}"
    lines = [_first(node, f"{word} {node.name.text}{edition}{_titled(node.title)}")]
    if node.valid:
        first, last = node.valid
        lines.append(Line(2, f"gjelder {first.value} til {last.value}", at.anchor(first.span.start, 1)))
    if node.known_from:
        lines.append(Line(2, f"kjent fra {node.known_from.value}", at.anchor(node.known_from.span.start, 2)))
    if node.changes:
        changed = node.changes
        text = f"endrer {changed.rulebook.text} {changed.edition.text}"
        lines.append(Line(2, text, at.anchor(changed.rulebook.span.start, 1)))
    if node.uses:
        names = "; ".join(name.text for name in node.uses)
        lines.append(Line(2, f"bruker {names}", at.anchor(node.uses[0].span.start, 1)))
    return lines


def _kilde(node: ast.KildeDecl, at: Places) -> list[Line]:
    publisher = ""
    if node.year is not None:
        bare = re.fullmatch(r"[^\W\d]\w*", node.publisher) and node.publisher not in RESERVED | {"status", "merknad"}
        publisher = f" {node.publisher if bare else quoted(node.publisher)} {node.year}{_titled(node.url)}"
    parts = [Phrase(f"kilde {node.name.text} {quoted(node.title)}{publisher}", node.span.start)]
    if node.standing:
        parts.append(Phrase(f"status {node.standing}", at.find_last("status")))
    if node.note:
        parts.append(Phrase(f"merknad {quoted(node.note)}", at.find_last("merknad")))
    return lay(parted(parts), 0, at)


def _member(node: ast.MemberDecl) -> list[str]:
    code = quoted(node.code) if node.code_is_text else node.code
    valid_from = f"fra {node.valid_from.value}" if node.valid_from else ""
    valid_to = f"til {node.valid_to.value}" if node.valid_to else ""
    return [node.name.text, f"= {code}", quoted(node.title) if node.title else "", valid_from, valid_to]


def _kodesett(node: ast.KodesettDecl, at: Places) -> list[Line]:
    head = Phrase(f"kodesett {node.name.text} : {type_text(node.type)}{_titled(node.title)}", node.span.start)
    items = Phrases(at).braced(node.items)
    items = items.before("", at.anchor(node.items[0].span.start, 1))
    return lay(parted([head, *_cites(node.cites), items]), 0, at)


def _fields(fields: Sequence[ast.FieldDecl], at: Places) -> list[Line]:
    rows = []
    for field in fields:
        role = f"{field.role} " if field.role else ""
        flags = " valgfri" * field.optional + " skjønn" * field.skjonn + " uforanderlig" * field.fixed
        title = quoted(field.title) if field.title else ""
        rows.append([role + field.name.text, f": {type_text(field.type)}{_bounds(field, at)}{flags}", title])
    return _aligned(rows, fields)


def _bounds(field: ast.FieldDecl, at: Places) -> str:
    low, high = (Phrases(at).operand(each).text if each is not None else "" for each in (field.low, field.high))
    if low and high:
        return f" mellom {low} og {high}"
    return f" minst {low}" if low else f" høyst {high}" if high else ""


def _sats(node: ast.RateDecl, at: Places) -> list[Line]:
    lines = [_first(node, f"sats {node.name.text} : {type_text(node.type)}{_titled(node.title)}")]
    values = [Phrases(at).operand(value.value) for value in node.values]
    plain = all(isinstance(value.value, ast.NumberLiteral) for value in node.values)
    width = max(len(value.text) for value in values)
    for value, shown in zip(node.values, values, strict=True):
        if plain:
            shown = Phrase(shown.text.rjust(width), shown.anchor)
        shown = shown.before(f"fra {value.valid_from.value}: ", value.span.start)
        if value.cites:
            shown = parted([shown, *_cites(value.cites, "  ")])
        lines += lay(shown, 2, at)
    return lines


# ── Clauses ──────────────────────────────────────────────────────────────────────────────────────────────────


def _clause(node: ast.ClauseDecl, at: Places) -> list[Line]:
    former = "; ".join(number.text for number in node.formerly)
    lines = [_first(node, f"punkt {node.number.text}{_titled(node.title)}{f' tidligere {former}' if former else ''}")]
    for index, item in enumerate(node.items):
        # A «der» that follows would be taken for that of an «antall» without one.
        part_follows = index + 1 < len(node.items) and isinstance(node.items[index + 1], ast.PartDecl)
        lines += _clause_item(item, part_follows, at)
    return lines


def _clause_item(item: ast.ClauseItem, part_follows: bool, at: Places) -> list[Line]:
    phrases, start = Phrases(at), item.span.start
    match item:
        case ast.Cite():
            return lay(_cite(item), 2, at)
        case ast.Summary(text):
            return [Line(2, f"omtale {quoted(text)}", start)]
        case ast.ExceptionTo(targets):
            named = [f"{t.clause.text}, {t.part.text}" if t.part else t.clause.text for t in targets]
            return [Line(2, f"unntak fra {'; '.join(named)}", start)]
        case ast.Guard(condition):
            return lay(phrases.of(condition, der=part_follows).before("når ", start), 2, at)
        case ast.PartDecl(name, value):
            return lay(phrases.of(value, der=part_follows).before(f"der {name.text} er ", start), 2, at)
        case ast.RequirementDecl(name, text, condition):
            wanted = phrases.of(condition, der=part_follows)
            return [Line(2, f"krav {name.text} {quoted(text)}", start), *lay(wanted, 4, at)]
        case ast.RuleDecl(result, value, condition, label, otherwise):
            head = "ellers " * otherwise + (f"regel {label.text}: " if label else "") + f"{result.text} er "
            if condition is None:
                return lay(phrases.of(value, der=part_follows).before(head, start), 2, at)
            given = phrases.of(condition, der=part_follows).before("når ", at.anchor(condition.span.start, 1))
            return lay(parted([phrases.of(value).before(head, start), given]), 2, at)
        case _:
            assert_never(item)


# ── Decision tables ──────────────────────────────────────────────────────────────────────────────────────────


def _decision(node: ast.DecisionDecl, at: Places) -> list[Line]:
    head = f"beslutning {node.name.text} : {type_text(node.type)} for {node.entity.text}{_titled(node.title)}"
    lines = [_first(node, f"{head}   treff {node.policy}")]
    for item in node.items:
        lines += _clause_item(item, False, at)
    phrases = Phrases(at)
    heads = [phrases.operand(column).text for column in node.columns]
    rows = [[*heads, node.outcome_title.text]]
    rows += [[*(_cell(cell, phrases) for cell in row.cells), phrases.of(row.outcome).text] for row in node.rows]
    widths = [max((len(row[i]) for row in rows if i < len(row) - 1), default=0) for i in range(max(map(len, rows)) - 1)]
    last = max(len(row[-1]) for row in rows)
    anchors = [at.anchor(node.columns[0].span.start, 1), *(row.span.start for row in node.rows)]
    for row, anchor in zip(rows, anchors, strict=True):
        cells = "".join(f"| {cell.ljust(w)} " for cell, w in zip(row[:-1], widths, strict=False))
        lines.append(Line(2, f"{cells}|| {row[-1].ljust(last)} |", anchor))
    return lines


def _cell(cell: ast.Cell, phrases: Phrases) -> str:
    match cell:
        case ast.AnyCell():
            return "-"
        case ast.TestCell(op, value):
            shown = phrases.operand(value).text
            return shown if op == "er" else f"{op} {shown}"
        case ast.BetweenCell(low, high):
            return f"mellom {phrases.operand(low).text} og {phrases.operand(high).text}"
        case ast.SetCell(options):
            return phrases.braced(options).text
        case ast.KnownCell(missing):
            return "mangler" if missing else "finnes"
        case _:
            assert_never(cell)


# ── Properties ───────────────────────────────────────────────────────────────────────────────────────────────


def _property(node: ast.PropertyDecl, at: Places) -> list[Line]:
    day = f" fra {node.promised_from.value}" if node.promised_from else ""
    head = Phrase(f"egenskap {node.name.text}{_titled(node.title)}{day}", node.span.start)
    lines = lay(parted([head, *_cites(node.cites, "  ")]), 0, at)
    inside = f" i samme {node.together.text}" if node.together else ""
    things = f"for alle {node.entity.text} {', '.join(name.text for name in node.names)}{inside}"
    lines.append(Line(2, things, at.anchor(node.entity.span.start, 2)))
    phrases, where = Phrases(at), node.where
    if node.likeness:
        left, right, but = node.likeness.left, node.likeness.right, node.likeness.but
        fields = "; ".join(".".join(name.text for name in path) for path in but)
        text = f"der {left.text} er som {right.text}{f' unntatt {fields}' if fields else ''}"
        lines.append(Line(2, text, at.anchor(left.span.start, 1)))
        also = () if where is None else where.items if isinstance(where, ast.AndExpr) else (where,)
        for each in also:
            lines += lay(phrases.conjunct(each).before("og ", at.anchor(each.span.start, 1)), 4, at)
    elif where is not None:
        lines += lay(phrases.of(where).before("der ", at.anchor(where.span.start, 1)), 2, at)
    return lines + lay(phrases.of(node.holds).before("gjelder ", at.anchor(node.holds.span.start, 1)), 2, at)


# ── Examples ─────────────────────────────────────────────────────────────────────────────────────────────────


def _example(node: ast.ExampleDecl, at: Places) -> list[Line]:
    head = Phrase(f"eksempel {quoted(node.title)}", node.span.start)
    lines = lay(parted([head, *_cites(node.cites, " ")]), 0, at)
    phrases = Phrases(at)
    for index, thing in enumerate(node.things):
        word = "og" if index else "gitt"
        lines.append(Line(2, f"{word} {thing.entity.text}", at.anchor(thing.span.start, 1)))
        for fact in thing.facts:
            path = ".".join(name.text for name in fact.path)
            lines += lay(_stated(fact, phrases).before(f"{path} er ", fact.span.start), 4, at)
    for expect in node.expects:
        clause = f" etter {expect.clause.text}" if expect.clause else ""
        lines += lay(_stated(expect, phrases).before(f"så {expect.result.text} er ", expect.span.start).after(clause),
                     2, at)
    return lines


def _stated(node: ast.Given | ast.Expect, phrases: Phrases) -> Phrase:
    """The value of a fact, or of what is expected."""
    if node.value is None or node.value == ():
        return Phrase("ukjent" if node.value is None else "{}", node.span.start)
    return phrases.braced(node.value) if isinstance(node.value, tuple) else phrases.operand(node.value)
