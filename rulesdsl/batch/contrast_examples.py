"""Rows made cases again: a row with all that belong with it as a document, decided by the interpreter in both editions,
and its difference split over the changes that cause it.

A document holds the typed facts of the rows, not what the columns had, and each edition reads its own: so what is
explained is what was decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb
from attrs import define, field

from rulesdsl.batch.case_of import filled
from rulesdsl.batch.contrast_sums import Measure
from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.plan import Plan
from rulesdsl.batch.problems import cannot
from rulesdsl.compare.comparison import Comparer
from rulesdsl.compare.contrast import Clauses, Example
from rulesdsl.compare.phrases import counted
from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.case import Thing, load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import Split
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import Outcome, Run
from rulesdsl.evaluate.wording import result_called
from rulesdsl.source import frozen
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.facts import Rows, accessor, typed
from rulesdsl.sql.kinds import places

MOST_TOGETHER = 30
"""A row that belongs with more others than these is not split: every mixture of the editions decides them all."""

_FEW, _FEW_PARENTS = "få rader", "få overordnede"


@frozen
class Reading:
    """A table as an edition reads it."""

    edition: Edition
    plan: Plan


Facts = dict[int, dict[str, Any]]
"""The typed facts of rows, by the number of the row and then by path."""


@define(eq=False)
class Examples:
    """Explains rows of the table. ``rows`` and ``parents`` are the relations they stand in, under their fields' names;
    all rows that will be asked for are ``wanted``, and are taken out once."""

    con: duckdb.DuckDBPyConnection
    before: Reading
    after: Reading
    rows: str
    parents: str | None
    _facts: tuple[Facts, Facts] = field(init=False)
    _comparer: Comparer = field(init=False)

    def take(self, wanted: Iterable[int]) -> None:
        """Take out rows, and those that belong with them."""
        numbers = ", ".join(map(str, sorted({*wanted}))) or "NULL"
        group = self._group
        near = f"rad IN ({numbers})"
        if group:
            key = _key(group)
            near += f" OR {key} IN (SELECT {key} FROM {self.rows} WHERE rad IN ({numbers}))"
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(_FEW)} AS SELECT * FROM {self.rows} WHERE {near}")
        if self.parents is not None and group:
            name = self.after.edition.entities[self.after.plan.rulebook.parent].key
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE {identifier(_FEW_PARENTS)} AS SELECT * FROM {self.parents} WHERE "
                f"{_key(name)} IN (SELECT {_key(group)} FROM {identifier(_FEW)})")
        self._facts = self._typed(self.before), self._typed(self.after)
        self._comparer = Comparer(self.after.edition)

    @property
    def _group(self) -> str:
        group = self.after.plan.rulebook.group
        return group if group in self.after.plan.rows.columns else ""

    def _typed(self, reading: Reading) -> Facts:
        book, parents = reading.plan.rulebook, None
        if self.parents is not None and reading.plan.parent_rows is not None:
            parents = "typede overordnede"
            rows = Rows(_FEW_PARENTS, reading.plan.parent_rows.columns)
            made = typed(reading.edition, book.parent, rows).sql(DIALECT)
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(parents)} AS {made}")
        query = typed(reading.edition, book.entity, Rows(_FEW, reading.plan.rows.columns), parents).sql(DIALECT)
        found = self.con.execute(f"SELECT * FROM ({query}) ORDER BY rad")
        names = [each[0] for each in found.description or ()]
        return {row[names.index("rad")]: dict(zip(names, row, strict=True)) for row in found.fetchall()}

    def together(self, row: int) -> list[int]:
        """The rows that belong with a row, itself among them, in their order."""
        facts, group = self._facts[1], self.after.plan.rulebook.group
        mine = facts[row].get(group) if group else None
        return [row] if mine is None else [each for each, known in facts.items() if known.get(group) == mine]

    # ── One row ──────────────────────────────────────────────────────────────────────────────────────────────

    def example(self, row: int, measure: Measure, deciders: Sequence[str], keys: Mapping[str, str | None],
                values: tuple[Decimal, Decimal]) -> Example:
        """A row explained. ``values`` are what the table gave it; that the interpreter gives the same is made sure."""
        siblings = self.together(row)
        documents = [self._document(reading, facts, siblings) for reading, facts in
                     zip((self.before, self.after), self._facts, strict=True)]
        first, second = (decide(reading.edition, load(document, reading.edition)) for reading, document in
                         zip((self.before, self.after), documents, strict=True))
        number = siblings.index(row)
        thing, other = first.case.things[number], second.case.things[number]
        given = [run.outcomes[each, measure.name] for run, each in ((first, thing), (second, other))]
        if [each.status == "known" and each.value for each in given] != list(values):
            raise cannot(f"Rad {row} får et annet svar som sak enn i tabellen.",
                         "Dette er en feil i programmet; meld fra om den.")
        split, note = None, ""
        if len(siblings) > MOST_TOGETHER:
            others = counted(len(siblings) - 1, "", "andre")
            note = f"Ikke delt opp på endringer, for raden avgjøres sammen med {others}."
        else:
            split = self._split(first, thing, second, measure.name)
        told = tuple(self._clauses(name, first.outcomes.get((thing, name)), second.outcomes.get((other, name)))
                     for name in deciders)
        return Example(row, keys, *values, told, split, note, documents[1].raw)

    def _split(self, first: Run, thing: Thing, second: Run, name: str) -> Split | None:
        compared = self._comparer.comparison(first, thing, explain(first, thing, alternatives=False), second)
        return next((each for each in compared.splits if each.result == name), None)

    def _clauses(self, name: str, before: Outcome | None, after: Outcome | None) -> Clauses:
        sides = [(each.rule.clause, each.rule.name) if each is not None and each.rule is not None else ("", "")
                 for each in (before, after)]
        return Clauses(name, result_called(self.after.edition.results[name]), *sides)

    def _document(self, reading: Reading, facts: Facts, siblings: Sequence[int]) -> Document:
        """The rows as a case; one that belongs to nothing stands alone."""
        edition, book = reading.edition, reading.plan.rulebook
        own = places(edition, book.entity)
        things = [filled(own, facts[each], edition) for each in siblings]
        front, first = accessor(edition, book.entity), facts[siblings[0]]
        owner = {name.removeprefix(front): value for name, value in first.items() if name.startswith(front)}
        above = filled(places(edition, book.parent), owner, edition) if book.parent else {}
        if not above:
            (alone,) = things
            return Document(alone)
        return Document({**above, edition.entities[book.entity].plural: [*things]})


def _key(name: str) -> str:
    """A key as it may be compared before it is typed: never too few are found."""
    return f"nfc_normalize(CAST({identifier(name)} AS VARCHAR))"


def fewest_together(con: duckdb.DuckDBPyConnection, answers: str, group: str, candidates: Sequence[int]) -> int:
    """Of some rows the one that is decided with the fewest others; of these the first. ``group`` is the key, in the
    file of answers, of what rows belong to."""
    if not group or len(candidates) == 1:
        return candidates[0]
    name, numbers = identifier(group), ", ".join(map(str, candidates))
    rows = con.execute(
        f"WITH mine AS (SELECT rad, {name} AS til FROM read_parquet({quoted(answers)}) WHERE rad IN ({numbers})), "
        f"many AS (SELECT {name} AS til, count(*) AS antall FROM read_parquet({quoted(answers)}) WHERE {name} IN "
        "(SELECT til FROM mine) GROUP BY 1) SELECT rad, coalesce(antall, 1) FROM mine LEFT JOIN many USING (til)"
    ).fetchall()
    together = dict(rows)
    return min(candidates, key=lambda row: (together.get(row, 1), candidates.index(row)))
