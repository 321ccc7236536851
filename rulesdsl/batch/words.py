"""The texts that answers are made of: statuses, clauses, rules, names of codes, editions.

They are few, and the same in row after row. The engine keeps them as numbers of a type of its own until they are
written, which is several times as quick as to handle them as texts.
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb
from sqlglot import exp

from rulesdsl.batch.inputs import identifier, quoted
from rulesdsl.batch.problems import cannot
from rulesdsl.core.ir import Edition
from rulesdsl.core.trees import all_groups
from rulesdsl.core.types import Code
from rulesdsl.source import frozen
from rulesdsl.sql.by_date import result_types
from rulesdsl.sql.logic import text
from rulesdsl.sql.terms import NotInSql

STATUSES = ("known", "unknown", "conflict", "no_rule")


@frozen
class Words:
    """The type of each column of answers that holds such texts. None where there is no type: then they are texts."""

    types: Mapping[str, str] = {}

    def word(self, name: str, word: str) -> exp.Expr:
        """A text in a column."""
        return self.cast(name, text(word))

    def cast(self, name: str, value: exp.Expr) -> exp.Expr:
        """What stands in a column."""
        if name not in self.types:
            return value
        return exp.Cast(this=value, to=exp.DataType.build(identifier(self.types[name]), dialect="duckdb", udt=True))

    def fixed(self, name: str, value: exp.Expr) -> exp.Expr:
        """What stands in a column, of an expression that chooses among fixed texts."""
        def said(node: exp.Expr) -> exp.Expr:
            return self.cast(name, node) if isinstance(node, exp.Literal) and node.is_string else node

        return value.transform(said) if name in self.types else value

    def said(self, name: str, value: str) -> str:
        """The same for an expression that is written out."""
        return f"CAST({value} AS {identifier(self.types[name])})" if name in self.types else value


def words_of(con: duckdb.DuckDBPyConnection, editions: Iterable[Edition], entity: str, called: str = "ord") -> Words:
    """The types of the columns of answers, with the words of all editions, made where the engine can see them. What
    they are ``called`` tells those of several entities apart."""
    words: dict[str, set[str]] = {}
    texts: set[str] = set()
    for edition in editions:
        words.setdefault("utgave", set()).add(edition.id)
        for name, result in edition.results.items():
            if result.entity != entity:
                continue
            rules = [rule for group in all_groups(result.groups) for rule in group.rules]
            words.setdefault(f"{name}.status", set()).update(STATUSES)
            words.setdefault(f"{name}.punkt", set()).update(rule.clause for rule in rules)
            words.setdefault(f"{name}.regel", set()).update(rule.name for rule in rules)
            if isinstance(result.type, Code):
                words.setdefault(name, set()).update(
                    each.name for each in edition.kodeverk[result.type.kodeverk].members)
            else:
                texts.add(name)  # what is a code in one edition may be any text in another
    types: dict[tuple[str, ...], str] = {}
    for name in texts:
        words.pop(name, None)
    for found in words.values():
        listed = tuple(sorted(found))
        if listed and listed not in types:
            types[listed] = f"{called} {len(types) + 1}"
            con.execute(f"CREATE TYPE {identifier(types[listed])} AS ENUM ({', '.join(map(quoted, listed))})")
    return Words({name: types[tuple(sorted(found))] for name, found in words.items() if found})


def check_kinds(editions: Sequence[Edition], entity: str) -> None:
    """Raises where editions call two things the same that cannot stand in one column: a value of the one would be
    written as one of the other."""
    try:
        result_types(editions, entity)
    except NotInSql as unlike:
        raise cannot(f"Svarene kan ikke stå i én tabell: {unlike.what}.",
                     "Del dataene etter utgave, og kjør hver del for seg.") from None
