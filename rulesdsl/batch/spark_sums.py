"""What a run on Spark came to, counted by Spark from the answers as they will be written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from rulesdsl.batch.inputs import quoted
from rulesdsl.batch.lines import broken_notes, check_lines
from rulesdsl.batch.plan import Plan
from rulesdsl.batch.problems import cannot
from rulesdsl.batch.spark_decide import FAULTS
from rulesdsl.batch.spark_tables import Broken, Tables, ticked
from rulesdsl.batch.summary import Aside, Given, Line, Summary
from rulesdsl.core.contributions import ladders_of
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Number
from rulesdsl.sql.contributions import AMOUNT, CLAUSE, CONTRIBUTIONS


def summed(
    tables: Tables, made: Plan, answers: Mapping[str, str], data: str,
    broken: tuple[Sequence[Broken], Sequence[Broken]], brief: bool = False,
) -> Summary:
    """Count everything. Rows that are lost, or there twice, stop the run."""
    entity, own = made.rulebook.entity, len(broken[0])
    rows = " UNION ALL ".join(f"SELECT rad, {quoted(name)} AS utgave FROM {ticked(table)}"
                              for name, table in answers.items())
    decided = dict.fromkeys(answers, 0) | dict(_asked(tables, f"SELECT utgave, count(*) FROM ({rows}) GROUP BY 1"))
    ((distinct,),) = tables.asked(f"SELECT count(DISTINCT rad) FROM ({rows})")
    faulty = dict(_asked(tables, f"SELECT entitet, count(DISTINCT rad) FROM {FAULTS} GROUP BY 1"))
    ((taken,),) = tables.asked(f"SELECT count(*) FROM {ticked(made.source.relation.strip(chr(34)))}")
    if made.source.text_file:
        check_lines(Path(made.source.text_file), made.source.name, taken + own)
    total, aside = sum(decided.values()), faulty.get(entity, 0) + own
    if taken + own != total + aside or total != distinct:
        raise cannot(f"Regnskapet går ikke opp: {taken + own} rader inn, {total} avgjort og {aside} lagt til side.",
                     "Ingenting er skrevet. Dette er en feil i programmet; meld fra om den.")
    results = {name: result for each in made.used for name, result in each.results.items() if result.entity == entity}
    main = frozenset(name for each in made.used for name in each.main if name in results)
    lines = tuple(line for each in made.used for line in _lines(tables, each, answers[each.id], entity, brief))
    given = () if brief else tuple(one for each in made.used for one in _given(tables, each, answers[each.id]))
    above = sum(count for name, count in faulty.items() if name != entity) + len(broken[1])
    notes = (*made.told, *broken_notes(Counter(why for _, why, _ in broken[0])))
    return Summary(data, taken + own, total, aside, own, decided, lines, _aside(tables, entity, own),
                   () if brief else _missing(tables, made, answers), results, main, notes, above, given)


def _lines(tables: Tables, edition: Edition, table: str, entity: str, brief: bool) -> list[Line]:
    parts = []
    for name, result in edition.results.items():
        if result.entity == entity:
            total = f"CAST(sum({ticked(name)}) AS STRING)" if isinstance(result.type, Number) else "NULL"
            clause = "NULL" if brief else ticked(f"{name}.punkt")
            parts.append(f"SELECT {quoted(name)}, {ticked(f'{name}.status')}, {clause}, count(*), {total} "
                         f"FROM {ticked(table)} GROUP BY 1, 2, 3")
    order = {name: at for at, name in enumerate(edition.results)}
    found = [Line(edition.id, name, status, punkt, rows, None if total is None else Decimal(total))
             for name, status, punkt, rows, total in tables.asked(" UNION ALL ".join(parts))]
    return sorted(found, key=lambda each: (
        order[each.result], -each.rows, each.status, each.punkt is None, each.punkt or ""))


def _given(tables: Tables, edition: Edition, table: str) -> list[Given]:
    """Those that moved most first. They are added up exactly."""
    parts = []
    for name in ladders_of(edition).ladders:
        each = f"SELECT explode({ticked(f'{name}.{CONTRIBUTIONS}')}) AS del FROM {ticked(table)}"
        parts.append(f"SELECT {quoted(name)}, del.{CLAUSE}, count(*), CAST(sum(del.{AMOUNT}) AS STRING) FROM ({each}) "
                     "GROUP BY 1, 2")
    found = [Given(edition.id, name, punkt, rows, Decimal(total))
             for name, punkt, rows, total in (tables.asked(" UNION ALL ".join(parts)) if parts else ())]
    return sorted(found, key=lambda each: (each.result, -abs(each.total), each.punkt))


def _aside(tables: Tables, entity: str, broken: int) -> tuple[Aside, ...]:
    found = tables.asked(
        f"SELECT code, regexp_replace(field, r'\\[[0-9]+\\]', '') AS felt, count(DISTINCT rad) AS rader, "
        f"min(value) AS verdi FROM {FAULTS} WHERE entitet = {quoted(entity)} AND rad IS NOT NULL "
        "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2")
    return tuple(Aside(*row) for row in found) + ((Aside("ISF531", None, broken),) if broken else ())


def _missing(tables: Tables, made: Plan, answers: Mapping[str, str]) -> tuple[tuple[str, str, int], ...]:
    """The facts that the results people ask for wait for."""
    parts = [f"SELECT {quoted(name)} AS resultat, explode({ticked(f'{name}.mangler')}) AS felt FROM "
             f"{ticked(answers[each.id])}" for each in made.used for name in sorted(each.main)
             if each.results[name].entity == made.rulebook.entity]
    if not parts:
        return ()
    found = tables.asked(
        "SELECT resultat, regexp_replace(felt, r'\\[[^\\]]*\\]', '[…]') AS felt, count(*) AS rader FROM ("
        + " UNION ALL ".join(parts) + ") GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2")
    return tuple((result, path, rows) for result, path, rows in found)


def _asked(tables: Tables, query: str) -> list[tuple[str, int]]:
    return [(name, int(count)) for name, count in tables.asked(query)]
