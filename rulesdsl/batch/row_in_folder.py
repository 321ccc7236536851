"""From a row of the answers of a folder back to its reasons: the row with all that belong with it, from every table,
read again and decided as a case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from attrs import evolve

from rulesdsl.batch.answered import ROW, Answers, Keyed, differing, number_of, only_one, splits
from rulesdsl.batch.case_of import filled, typed_query
from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.origin import Origin, changed, read_origin
from rulesdsl.batch.plan import Rulebook, editions_of
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.reasons_of import Again, aside_said, edition_of, meant_otherwise
from rulesdsl.batch.several import Table, opened
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import Question, explain_one
from rulesdsl.evaluate.documents import Document, Json
from rulesdsl.source import canonical_name, frozen
from rulesdsl.sql.duckdb import DIALECT
from rulesdsl.sql.entities import decided_entities
from rulesdsl.sql.facts import Rows, day, parent_key
from rulesdsl.sql.kinds import places
from rulesdsl.workspace import Workspace

Place = tuple[str, ...]
Row = dict[str, Any]


def explain_in_folder(out: Path, asked: str, workspace: Workspace, question: Question) -> Again:
    """The reasons of one row of a folder run. Raises ``CannotRun`` and ``NoEdition``."""
    found = read_origin(out)
    editions, forced = editions_of(workspace, found.edition, found.known, name=found.rulebook)
    with duckdb.connect(":memory:") as con:
        asked_of = _Asked(con, out, found, editions, forced, workspace)
        stood = asked_of.row(asked)
        called = f"Rad {stood.rad} i {asked_of.answers(stood.entity).out.stem}"
        answer = asked_of.answers(stood.entity).answer(stood.rad)
        if answer is None:
            label = f"{stood.entity} {stood.key}" if stood.key else f"{stood.entity} i rad {stood.rad}"
            faults = asked_of.answers(stood.entity).faults(stood.rad)
            return Again(aside_said(editions[-1], stood.entity, label, stood.key or "", faults), called, (), None)
        edition, raw, place = asked_of.case(stood.entity, stood.rad)
        told = evolve(question, edition=found.edition, known=found.known, rulebook=edition.rulebook)
        explained = explain_one(workspace, Document(raw), place, told)
        notes = (*changed(found, None), *meant_otherwise(found, edition))
        return Again(explained, called, notes, differing(answer, explained, edition))


@frozen
class _Stood:
    """A row of answers, or of what was set aside: of which entity it is, its number, and its key."""

    entity: str
    rad: int
    key: str | None


@frozen
class _Asked:
    """A run of a folder, opened again."""

    con: duckdb.DuckDBPyConnection
    out: Path
    found: Origin
    editions: tuple[Edition, ...]
    forced: Edition | None
    workspace: Workspace

    @property
    def latest(self) -> Edition:
        return self.editions[-1]

    def answers(self, name: str) -> Answers:
        about = self.latest.entities[name]
        group = parent_key(self.latest, name).rpartition(".")[2] if about.parent else ""
        out, aside = self.out / f"{about.plural}.parquet", self.out / "feil.parquet"
        return Answers(self.con, out, name, group, about.key, aside)

    # ── which row ──

    def row(self, asked: str) -> _Stood:
        """The row that a user means: by its key, or what it belongs to and its key, or ``rad:`` and its number; with
        the name of the table in front (``linjer:``) where several tables may have it."""
        tables = {self.latest.entities[name].plural: name for name in decided_entities(self.latest)
                  if (self.out / f"{self.latest.entities[name].plural}.parquet").is_file()}
        if not tables:
            raise cannot(f"«{self.out}» har ingen svar fra «isfrules run».", "Oppgi mappen som ble gitt med -o.")
        front, _, rest = asked.partition(":")
        if front.strip() in tables and rest.strip():
            tables, asked = {front.strip(): tables[front.strip()]}, rest.strip()
        found = [one for name in tables.values() for one in self._named(name, asked)]
        if not found:
            raise cannot(f"Ingen rad har nøkkelen «{asked}».",
                         f"Et radnummer skrives {next(iter(tables))}:{ROW}12.")
        if len(found) > 1:
            ways = ", ".join(f"{self.latest.entities[one.entity].plural}:{asked}" for one in found)
            raise cannot(f"Flere tabeller har «{asked}».", f"Skriv hvilken med --row: {ways}.")
        return found[0]

    def _named(self, name: str, asked: str) -> Iterator[_Stood]:
        """The row of an entity that is meant, if there is one."""
        answers = self.answers(name)
        rad = number_of(asked, ROW)
        if rad is not None:
            stood = answers.keyed("rad = ?", rad)
            if stood or answers.faults(rad):
                yield _Stood(name, rad, stood[0].key if stood else None)
            return
        for group, key in [(None, asked), *(splits(asked) if answers.group else [])]:
            condition, given = '"nøkkel" = ?', [canonical_name(key)]
            if group is not None:
                condition, given = f"{condition} AND gruppe = ?", [*given, canonical_name(group)]
            rows = answers.keyed(condition, *given)
            if not rows:
                rows = self._set_aside(name, answers, key, group)
            chosen = only_one(asked, rows, {each.rad for each in rows})
            if chosen is not None:
                yield _Stood(name, chosen.rad, chosen.key)
                return

    def _set_aside(self, name: str, answers: Answers, key: str, group: str | None) -> list[Keyed]:
        """Rows of the data with a key that the run set aside."""
        table = self._open(name)
        about, owner = self.latest.entities[name], parent_key(self.latest, name) if group is not None else ""
        if table is None or not {about.key, *filter(None, [owner])} <= table.rows.columns.keys():
            return []
        found = self.con.execute(
            f"SELECT rad, {_text(about.key)} FROM {identifier(table.rows.relation)} WHERE {_text(about.key)} = ?"
            + (f" AND {_text(owner)} = {quoted(canonical_name(group))}" if group is not None else "")
            + " ORDER BY rad", [canonical_name(key)]).fetchall()
        aside = answers.set_aside([rad for rad, _ in found])
        return [Keyed(rad, group, own) for rad, own in found if rad in aside]

    # ── the case ──

    def _open(self, name: str) -> Table | None:
        """A table of the data, opened once."""
        data = self.found.tables.get(name)
        if data is None:
            return None
        book = Rulebook(self.editions, name, self.latest, self.forced, self.found.known)
        relation = f"rader {name}"
        there = self.con.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = ?", [relation]).fetchone()
        there_too = self.con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [relation]).fetchone()
        if (there and there[0]) or (there_too and there_too[0]):
            self.con.execute(f"DROP {'VIEW' if there and there[0] else 'TABLE'} {identifier(relation)}")
        return opened(self.con, book, data.name, self.found.naming)

    def case(self, name: str, rad: int) -> tuple[Edition, dict[str, Json], str]:
        """The edition of a row, the document that it is part of, and where in that it stands."""
        tables = {each: table for each in self.found.tables if (table := self._open(each)) is not None}
        near = _near(self.con, self.latest, tables, name, rad)
        own = self.con.execute(
            f"SELECT {day(self.latest, name, near[name]).sql(DIALECT)} FROM {identifier(near[name].relation)} "
            f"WHERE rad = {rad}").fetchone()
        if own is None:
            raise cannot(f"«{self.found.data.given}» har ikke lenger rad {rad}.", "Kjør dataene på nytt.")
        edition = edition_of(own[0], Rulebook(self.editions, name, self.latest, self.forced, self.found.known),
                             self.workspace)
        rows = _typed(self.con, edition, near)
        raw, place = _document(edition, rows, name, rad)
        return edition, raw, place


def _text(path: str) -> str:
    """A key as the typed relation has it."""
    return f"nfc_normalize(CAST({identifier(path)} AS VARCHAR))"


# ── The rows that belong together ────────────────────────────────────────────────────────────────────────────


def _near(con: duckdb.DuckDBPyConnection, edition: Edition, tables: Mapping[str, Table], name: str, rad: int
          ) -> dict[str, Rows]:
    """A row and all that belong with it, table by table: up to the topmost that is known, and from there down."""
    about, relation = edition.entities[name], identifier(tables[name].rows.relation)
    asked = {name: f"rad = {rad}"}
    at, key = name, None
    while about.parent:
        group = parent_key(edition, at)
        known = _one(con, f"SELECT {_text(group)} FROM {relation} WHERE {asked[at]}") if (
            group in tables[at].rows.columns) else None
        if known is None:
            break
        at, about, key = about.parent, edition.entities[about.parent], known
        asked[at] = f"{_text(about.key)} = {quoted(key)}"
        if at not in tables:
            break
        relation = identifier(tables[at].rows.relation)
    if key is None and about.key in tables[at].rows.columns:
        key = _one(con, f"SELECT {_text(about.key)} FROM {relation} WHERE {asked[at]}")
    if key is not None:
        asked |= dict(_below(con, edition, tables, at, [key]))
    made: dict[str, Rows] = {}
    for each, table in tables.items():
        called = f"nære {each}"
        con.execute(f"CREATE TEMP TABLE {identifier(called)} AS SELECT * FROM {identifier(table.rows.relation)} "
                    f"WHERE {asked.get(each, 'false')}")
        if any(one.parent == each for one in edition.entities.values()):
            _drop_those_of_one_key(con, identifier(called), identifier(table.rows.relation), edition.entities[each].key)
        made[each] = Rows(called, table.rows.columns)
    return made


def _below(con: duckdb.DuckDBPyConnection, edition: Edition, tables: Mapping[str, Table], name: str,
           keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What to ask of the tables of those that belong to some things, and so on down."""
    for each, about in edition.entities.items():
        group = parent_key(edition, each) if about.parent == name else ""
        if not group or each not in tables or group not in tables[each].rows.columns:
            continue
        listed = ", ".join(map(quoted, keys)) or "NULL"
        asked = f"{_text(group)} IN ({listed})"
        yield each, asked
        found = con.execute(f"SELECT DISTINCT {_text(about.key)} FROM {identifier(tables[each].rows.relation)} WHERE "
                            f"{asked}").fetchall() if about.key in tables[each].rows.columns else []
        yield from _below(con, edition, tables, each, [key for (key,) in found if key is not None])


def _drop_those_of_one_key(con: duckdb.DuckDBPyConnection, near: str, rows: str, key: str) -> None:
    """Of two rows of one key that others may belong to, a run lets no one see either."""
    con.execute(f"DELETE FROM {near} WHERE {_text(key)} IN (SELECT {_text(key)} FROM {rows} WHERE {_text(key)} IN "
                f"(SELECT {_text(key)} FROM {near}) GROUP BY 1 HAVING count(*) > 1)")


def _one(con: duckdb.DuckDBPyConnection, query: str) -> str | None:
    row = con.execute(query).fetchone()
    return row[0] if row else None


# ── The document ─────────────────────────────────────────────────────────────────────────────────────────────


def _typed(con: duckdb.DuckDBPyConnection, edition: Edition, near: Mapping[str, Rows]) -> dict[str, list[Row]]:
    """The typed facts of the rows of each entity, those that others belong to first."""
    found: dict[str, list[Row]] = {}
    for name, rows in near.items():
        over = edition.entities[name].parent
        called = f"fakta {name}"
        query = typed_query(edition, name, rows, f"fakta {over}" if over in found else None)
        con.execute(f"CREATE TEMP TABLE {identifier(called)} AS {query}")
        result = con.execute(f"SELECT * FROM {identifier(called)} ORDER BY rad")
        names = [each[0] for each in result.description or ()]
        found[name] = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return found


def _document(edition: Edition, rows: Mapping[str, list[Row]], name: str, rad: int) -> tuple[dict[str, Json], str]:
    """The things as a document, each within what it belongs to, and where in it the row stands. What is only spoken of
    has its key alone."""
    mine = next(row for row in rows[name] if row["rad"] == rad)
    chain = [name]
    while over := edition.entities[chain[-1]].parent:
        if mine.get(_front(edition, chain) + edition.entities[over].key) is None:
            break
        chain.append(over)
    top = chain[-1]
    front = "".join(f"{each.lower()}." for each in chain[1:])
    key = mine.get(front + edition.entities[top].key)
    own = next((row for row in rows.get(top, ()) if row.get(edition.entities[top].key) == key), None)
    if top == name:
        own = mine
    if own is None:
        own = {edition.entities[top].key: key}
    return _filled(edition, rows, top, own, (name, rad), "")


def _front(edition: Edition, chain: Sequence[str]) -> str:
    """What stands before the columns of what the last of a chain belongs to, in a row of the first."""
    return "".join(f"{each.lower()}." for each in (*chain[1:], edition.entities[chain[-1]].parent))


def _filled(edition: Edition, rows: Mapping[str, list[Row]], name: str, row: Row, wanted: tuple[str, int], place: str
            ) -> tuple[dict[str, Json], str]:
    """A thing with those that belong to it, and the place of the wanted row where it is among them."""
    made = filled(places(edition, name), row, edition)
    found = place if (name, row.get("rad")) == wanted else "?"
    key = row.get(edition.entities[name].key)
    for below, about in edition.entities.items():
        if about.parent != name or below not in rows or key is None:
            continue
        things: list[Json] = []
        for each in _members(edition, rows, below, key):
            at = f"{place}.{about.plural}[{len(things)}]".removeprefix(".")
            thing, where = _filled(edition, rows, below, each, wanted, at)
            things.append(thing)
            found = where if where != "?" else found
        if things:
            made[about.plural] = things
    return made, found


def _members(edition: Edition, rows: Mapping[str, list[Row]], name: str, key: str) -> Iterable[Row]:
    """The rows of an entity that belong to the thing with a key."""
    group = parent_key(edition, name)
    return [row for row in rows[name] if row.get(group) == key]
