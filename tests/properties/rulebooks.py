"""Rulebooks as text, well typed by construction, and cases for them.

Satser, tables, kodesett, results, clauses and decision tables are drawn; the entities and records are those of
``rule_expressions.DATA``. Everything goes through the parser and the checks. ``monotone`` rulebooks ask nothing with
``finnes`` or ``mangler``.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from rule_expressions import (
    DATA,
    EPISODE,
    FAMILY,
    HEAD,
    LISTS,
    ORDERED,
    PASIENT,
    POOL,
    RATES,
    TJENESTE,
    TYPES,
    Maker,
    Scope,
    below,
)

from rulesdsl.check.editions import check
from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Problems
from rulesdsl.evaluate.documents import Document
from rulesdsl.source import Source
from rulesdsl.syntax import ast
from rulesdsl.syntax.parser import parse


@dataclass
class Clause:
    """A clause: its parts in an order that may be changed (``rules``) and in one that may not."""

    head: str
    fixed: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "\n  ".join([self.head, *self.fixed, *self.rules]) + "\n"


@dataclass
class Rulebook:
    """The text of a rulebook, in declarations, and the CSV of its table; ``several`` says whose data it speaks of."""

    declarations: list[str]
    clauses: list[Clause]
    csv: str
    several: bool = False

    @property
    def text(self) -> str:
        return "\n".join([HEAD, *self.declarations, *(clause.text() for clause in self.clauses)])

    def edition(self) -> Edition:
        """The rulebook, read and checked. What is sure to conflict is a message, and no rulebook."""
        problems = Problems()
        file = parse(Source("prove.isf", self.text), problems)
        checked = check([_data(self.several), file], lambda beside, name: self.csv.encode(), problems)
        errors = [problem for problem in checked.problems if problem.is_error]
        if errors and {problem.code for problem in errors} <= {"ISF417", "ISF423"}:
            reject()
        assert not errors, "\n".join([*(f"{e.code} {e.detail} {e.labels} {e.hint}" for e in errors), self.text])
        return checked.editions["prove@2020"]


@cache
def _data(several: bool) -> ast.File:
    problems = Problems()
    file = parse(Source("data.isf", FAMILY if several else DATA), problems)
    assert not problems.found
    return file


class RuleMaker(Maker):
    """Draws clauses and decision tables."""

    def value(self, tag: str, scope: Scope) -> str:
        """What a rule gives; often a literal, so that rules agree and differ."""
        return self.literal(tag) if self.often(3) else self.expr(tag, scope, 2)

    def clause(
        self, number: str, tags: dict[str, str], scope: Scope, targets: Sequence[str]
    ) -> tuple[Clause, list[str]]:
        """A clause that gives some results, and the names of its parts that exceptions may be to."""
        head = [f"punkt {number} «Punkt {number}»", "ifølge k"]
        if targets:
            head.append("unntak fra " + "; ".join(targets))
        parts = []
        for _ in range(self.draw(below(3)) // 2):
            kind = self.pick(tuple(TYPES))
            name = self.fresh("d")
            parts.append(f"der {name} er {self.expr(kind, scope, 2, bare=True)}")
            scope = replace(scope, parts=(*scope.parts, (name, kind)))
        if self.often(4):
            head.append(f"når {self.bool(scope, self.draw(below(3)))}")
        made, names = Clause("\n  ".join(head), parts), []
        wants = self.draw(below(5)) // 2
        for _ in range(wants):
            name = self.fresh("krav")
            made.fixed.append(f"krav {name} «{name}» {self.bool(scope, self.draw(below(3)))}")
            names.append(name)
        for result, tag in tags.items():
            if wants:
                name = self.fresh("ellers") if not self.often(4) else ""
                label = f"regel {name}: " if name else ""
                made.rules.append(f"ellers {label}{result} er {self.value(tag, scope)}{self._when(scope)}")
            for _ in range(self.draw(below(3)) + (not wants)):
                label = ""
                if self.often():
                    names.append(self.fresh("r"))
                    label = f"regel {names[-1]}: "
                made.rules.append(f"{label}{result} er {self.value(tag, scope)}{self._when(scope)}")
        return made, names

    def plain(self, scope: Scope) -> str:
        """A condition that is one fact, or one earlier result."""
        results = [name for name, tag, _ in scope.results if tag == "bool"]
        fact = str(self.pick(results)) if results and self.often() else self.field("bool", scope)
        return fact if self.often() else f"ikke {fact}"

    def resting(self, tag: str, scope: Scope) -> str:
        """A value that rests on earlier results, where there are any."""
        of_kind = [name for name, each, _ in scope.results if each == tag]
        then = str(self.pick(of_kind)) if of_kind and self.often(4) else self.literal(tag)
        if tag == "kr" and self.often():
            then += f" + {self.literal(tag)}"
        return f"hvis {self.plain(scope)} så {then} ellers {self.literal(tag)}" if self.often() else then

    def _when(self, scope: Scope) -> str:
        return f" når {self.bool(scope, 1)}" if self.often() else ""

    def decision(self, name: str, tag: str, scope: Scope, policy: str) -> Clause:
        columns = [self.pick(("bool", "code", "text", "tall", "kr", "date", "koder", "farger"))
                   for _ in range(1 + self.draw(below(3)))]
        # Rows of «treff én» that are seen to overlap are a message: a list is not looked into, and codes part them.
        apart = policy == "én" and self.often()
        if policy == "én":
            columns[0] = "farger" if not apart else "code"
        heads = [column if column in LISTS else self.expr(column, scope, 1, bare=True) for column in columns]
        kind = f"liste av {TYPES[tag]}" if policy == "alle" else TYPES[tag]
        head = (f"beslutning {name} : {kind} for {scope.entity}   treff {policy}\n  ifølge k\n"
                f"  | {' | '.join(heads)} || ut |")
        rows = []
        for number in range(1 + self.draw(below(3 if apart else 4))):
            cells = [self.cell(column) for column in columns]
            if apart:
                cells[0] = POOL["code"][number]
            rows.append(f"| {' | '.join(cells)} || {self.value(tag, scope)} |")
        return Clause(head, rows)

    def cell(self, column: str) -> str:
        if not self.often(3):
            return "-"
        tag = LISTS.get(column, column)
        some = "{" + "; ".join(self.literal(tag) for _ in range(1 + self.draw(below(2)))) + "}"
        ways = [self.literal(tag), some, f"er ikke {self.literal(tag)}"]
        if column in ORDERED:
            ways += [f"{self.pick(('<', '<=', '>', '>='))} {self.literal(tag)}",
                     f"mellom {self.literal(tag)} og {self.literal(tag)}"]
        if not self.monotone:
            ways += ["finnes", "mangler"]
        return str(self.pick(ways))


@st.composite
def rulebooks(draw: st.DrawFn, monotone: bool = False, several: bool = False) -> Rulebook:
    """A well-typed rulebook: up to four results, each with up to five clauses, or a decision table. With ``several``
    the results are for patients, episodes and samples."""
    make = RuleMaker(draw, monotone)
    declarations = _figures(make)
    clauses: list[Clause] = []
    scopes = {each.entity: each for each in (SEVERAL if several else (Scope(),))}
    for index in range(1 + several + draw(below(4))):
        name, tag = f"res{index}", make.pick(tuple(TYPES))
        scope = make.pick(tuple(scopes.values()))
        if not make.often(3):
            policy = make.pick(("første", "én", "alle"))
            clauses.append(make.decision(name, tag, scope, policy))
            targets = [name]
        else:
            policy = ""
            declarations.append(f"resultat {name} : {TYPES[tag]} for {scope.entity} «Resultat {index}»")
            targets = []
        if policy != "alle":
            for number in range(draw(below(5)) + (not policy)):
                chosen = [make.pick(targets) for _ in range(draw(below(3)))] if targets else []
                made, names = make.clause(f"{index}.{number}", {name: tag}, scope, tuple(dict.fromkeys(chosen)))
                clauses.append(made)
                targets += [f"{index}.{number}", *(f"{index}.{number}, {each}" for each in names)]
            for each in scopes.values():
                scopes[each.entity] = replace(each, results=(*each.results, (name, tag, scope.entity)))
        else:
            scopes[scope.entity] = replace(scope, lists=(*scope.lists, (name, tag)))
    return Rulebook(declarations, clauses, _csv(make), several)


@st.composite
def amounts(draw: st.DrawFn, monotone: bool = False) -> Rulebook:
    """A rulebook of an amount, which rests on up to three other results. Each has a clause that always gives a value,
    and up to three that are exceptions to it or to one another. Exceptions may be of any form, but most are plain."""
    make = RuleMaker(draw, monotone)
    declarations, clauses, scope = _figures(make), list[Clause](), Scope()
    others = 1 + draw(below(3))
    for index in range(others + 1):
        name, tag = f"res{index}", "kr" if index == others else make.pick(("bool", "kr"))
        declarations.append(f"resultat {name} : {TYPES[tag]} for Episode «Resultat {index}»")
        clauses.append(Clause(f"punkt {index}.0 «Punkt {index}.0»\n  ifølge k", [],
                              [f"regel h{index}: {name} er {make.resting(tag, scope)}"]))
        targets = [f"{index}.0", f"{index}.0, h{index}"]
        for number in range(1, 1 + draw(below(4))):
            chosen, names = (make.pick(targets),), list[str]()
            if make.often(6):
                head = f"punkt {index}.{number} «Punkt {index}.{number}»\n  ifølge k\n  unntak fra {chosen[0]}"
                made = Clause(f"{head}\n  når {make.plain(scope)}", [], [f"{name} er {make.resting(tag, scope)}"])
            else:
                made, names = make.clause(f"{index}.{number}", {name: tag}, scope, chosen)
            clauses.append(made)
            targets += [f"{index}.{number}", *(f"{index}.{number}, {each}" for each in names)]
        scope = replace(scope, results=(*scope.results, (name, tag, "Episode")))
    return Rulebook(declarations, clauses, _csv(make))


_KINDS = (("Episode", "episoder"), ("Prove", "prover"))
SEVERAL = (Scope("Pasient", (), ("Pasient",)), *(Scope(name, _KINDS, (name,)) for name, _ in _KINDS))
"""What rules for patients, episodes and samples may speak of."""


def _figures(make: RuleMaker) -> list[str]:
    """What every rulebook has beside its results."""
    return [
        *_rates(make),
        "kodesett varme : Farge ifølge k {rod; gul}",
        "tabell vekt «Vekter»\n  nøkkel drg : tekst\n  nøkkel farge : Farge\n  kolonne tyngde : poeng\n"
        "  kolonne lik : ja/nei\n  kolonne frist : dato\n  kolonne klasse : Farge\n  fil «vekt.csv» ifølge k",
    ]


def _rates(make: RuleMaker) -> list[str]:
    days = ("2020-01-01", "2020-05-01", "2020-09-01")
    found = []
    for name, kind in RATES.items():
        chosen = [days[0], *(day for day in days[1:] if make.often())]
        values = [make.pick(("45 808", "30 403", "1") if name == "pris" else ("0,40", "0,50", "1,00")) for _ in chosen]
        lines = [f"  fra {day}: {value} ifølge k" for day, value in zip(chosen, values, strict=True)]
        found.append("\n".join([f"sats {name} : {kind}", *lines]))
    return found


def _csv(make: RuleMaker) -> str:
    rows = ["drg;farge;tyngde;lik;frist;klasse"]
    for drg in ("A", "442"):
        for farge in ("rod", "gul"):
            if make.often(4):
                rows.append(f"{drg};{farge};{make.pick(('1,500', '0,215', ''))};{make.pick(('ja', 'nei', ''))};"
                            f"{make.pick(('2020-05-01', ''))};{make.pick(('rod', 'bla', ''))}")
    return "\n".join(rows) + "\n"


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────


def json_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _value(draw: st.DrawFn, tag: str) -> Any:
    return json_value(POOL[tag][draw(below(len(POOL[tag])))])


@st.composite
def episodes(draw: st.DrawFn, key: str = "E1", holes: int = 3, named: str = "episode_id") -> dict[str, Any]:
    """An episode. One of every ``holes`` fields is not known (0: none)."""
    utdato = POOL["date"][draw(st.sampled_from((0, 1, 2, 3, 6)))]
    made: dict[str, Any] = {named: key, "utdato": utdato.isoformat()}

    def known() -> bool:
        return not holes or draw(below(holes)) > 0

    def code() -> Any:
        return ("rod", "gul", "bla")[draw(below(3 if utdato >= POOL["date"][3] else 2))]

    for tag, names in EPISODE.items():
        for name in names:
            if name != "utdato" and known():
                value = code() if tag == "code" else _value(draw, tag)
                if "." in name:
                    made.setdefault("avtale", {})[name.partition(".")[2]] = value
                else:
                    made[name] = value
    if "avtale" not in made and known():
        made["avtale"] = {}
    for name, tag in LISTS.items():
        if known():
            size = range(draw(below(4)))
            if tag == "Tjeneste":
                made[name] = [_tjeneste(draw, known) for _ in size]
            else:
                made[name] = [code() if tag == "code" else _value(draw, tag) for _ in size]
    return made


def _tjeneste(draw: st.DrawFn, known: Callable[[], bool]) -> dict[str, Any]:
    made = {name: _value(draw, tag) for name, tag in TJENESTE if known()}
    if known():
        made["tillegg"] = [_value(draw, "text") for _ in range(draw(below(3)))]
    return made


@st.composite
def documents(draw: st.DrawFn, holes: int | None = None) -> Document:
    """A lone episode, or a patient with up to three. How much is not known is drawn, unless it is said."""
    holes = draw(st.sampled_from((0, 3, 8))) if holes is None else holes
    if draw(below(3)) == 0:
        return Document(draw(episodes(holes=holes)))
    count = draw(below(4))
    made: dict[str, Any] = {"pasient_id": "P1"}
    for tag, (name,) in PASIENT.items():
        if not holes or draw(below(holes)) > 0:
            made[name] = _value(draw, tag)
    made["episoder"] = [draw(episodes(f"E{index}", holes)) for index in range(1, count + 1)]
    return Document(made)


@st.composite
def families(draw: st.DrawFn) -> Document:
    """A patient with episodes and samples, or one of these alone."""
    holes = draw(st.sampled_from((0, 3, 8)))
    if draw(below(4)) == 0:
        return Document(draw(episodes(holes=holes, named=draw(st.sampled_from(("episode_id", "prove_id"))))))
    made = draw(episodes("P1", holes, "pasient_id"))
    for tag, (name,) in PASIENT.items():
        if not holes or draw(below(holes)) > 0:
            made[name] = _value(draw, tag)
    for plural, named in (("episoder", "episode_id"), ("prover", "prove_id")):
        made[plural] = [draw(episodes(f"E{index}", holes, named)) for index in range(1, 1 + draw(below(4)))]
    return Document(made)
