"""What a query reads: its tables, which may stand in a schema, and their columns as an engineer is told of them."""

from collections.abc import Collection, Iterator, Sequence
from textwrap import wrap

from sqlglot import exp

from rulesdsl.core import types
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Type, unit_name
from rulesdsl.sql.facts import above
from rulesdsl.sql.kinds import Place, places
from rulesdsl.sql.names import ROW
from rulesdsl.sql.types import sql_type

MOST_CODES = 100
"""How many codes a kodeverk may have for all of them to be told; of a larger one, only how many."""

WIDE = 110
"""How many signs a line of codes has at most."""

_NO_BREAK = "\N{NO-BREAK SPACE}"


def in_schemas(query: exp.Select, relations: Collection[str]) -> exp.Select:
    """The query with its own tables named part by part: ``mart.fakta`` is the table ``fakta`` of a schema ``mart``."""
    apart = {name: name.split(".") for name in relations if "." in name}

    def named(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Table) or node.name not in apart:
            return node
        *front, own = (exp.to_identifier(part, quoted=True) for part in apart[node.name])
        return exp.Table(this=own, db=front[-1] if front else None, catalog=front[0] if len(front) > 1 else None,
                         alias=node.args.get("alias"))

    if not apart:
        return query
    made = query.transform(named)
    assert isinstance(made, exp.Select)
    return made


def columns_told(relation: str, entity: str, editions: Sequence[Edition], dialect: str) -> Iterator[str]:
    """The lines that say what a table of facts has: each column, its type, and what stands in it. Of several editions
    that read it, the latest says what a column is."""
    found: dict[str, tuple[Edition, Place]] = {}
    for edition in editions:
        if entity in edition.entities:
            found |= {each.path: (edition, each) for each in (*places(edition, entity), *above(edition, entity))}
    yield f"{relation} har én rad for hver {entity}, med NULL der noe ikke er kjent."
    yield "Koder står med navnet de har i kodeverket, ikke med koden; spørringen prøver ikke om navnet finnes."
    coded: dict[str, Edition] = {}
    lines = [(ROW, "BIGINT", "radens nummer, som ingen andre rader har")]
    for edition, each in found.values():
        own = edition.entities[entity]
        said = _said(each.type, edition)
        if said in edition.kodeverk:
            coded[said] = edition
        if each.path in (own.key, own.date):
            said = "nøkkelen" if each.path == own.key else "rettsdatoen"
        lines.append((each.path, exp.DataType.build(sql_type(each.type, edition), dialect="duckdb").sql(dialect),
                      said))
    wide, typed = (max(len(line[at]) for line in lines) for at in (0, 1))
    for name, kind, said in lines:
        yield f"  {name:{wide}}  {kind:{typed}}  {said}".rstrip()
    if coded:
        yield "Navnene på kodene:"
    for name, edition in coded.items():
        members = edition.kodeverk[name].members
        pairs = (each.name if each.code == each.name else f"{each.code}{_NO_BREAK}{each.name}" for each in members)
        told = ", ".join(pairs) if len(members) <= MOST_CODES else f"{len(members)} koder, som står i regelverket"
        for line in wrap(f"{name}: {told}", WIDE, initial_indent="  ", subsequent_indent="    "):
            yield line.replace(_NO_BREAK, " ")


def _said(kind: Type, edition: Edition) -> str:
    match kind:
        case types.Code(name):
            return name
        case types.ListOf(item):
            return _said(item, edition)
        case types.Record(name):
            inner = edition.records[name].fields
            return f"ja der {name} er oppgitt, som der noe står i .{inner[0].name}" if inner else ""
        case types.Number(unit=unit) if unit:
            return unit_name(unit)
    return ""
