"""Which column is which field: by name, or as a file says. Nothing is guessed; a name that is near is only told."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import field

from rulesdsl.batch.problems import CannotRun, Problem, cannot
from rulesdsl.core.ir import Edition
from rulesdsl.core.types import Type
from rulesdsl.core.values import listed
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.evaluate.documents import MAX_DEPTH, Json, read_json, shown
from rulesdsl.source import canonical_name, frozen
from rulesdsl.sql.duckdb import kind_of
from rulesdsl.sql.facts import accessor
from rulesdsl.sql.kinds import TEXT, Kind, places


@frozen
class Naming:
    """What a user says of the columns: the field of each (None: it is not to be used), and what its values mean, by
    field and then by the text they stand as. ``said`` is how messages call where the user said it, of columns and of
    values."""

    columns: Mapping[str, str | None] = field(factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(factory=dict)
    said: tuple[str, str] = ("--map", "--map")

    def named(self, columns: Iterable[str]) -> list[str]:
        """The names of the fields that some columns may be."""
        found = [self.columns.get(canonical_name(name), name) for name in columns]
        return [name for name in found if name is not None]


@frozen
class Field:
    """A field that a column may be: its path, its type in each edition that has it, and whether it is a key."""

    path: str
    types: Mapping[str, Type]
    is_key: bool = False


@frozen
class Match:
    """A column and the field that it is. ``within`` are the names to follow where the column is a STRUCT. ``values``
    are what its texts mean, where the user said so."""

    column: str
    path: str
    kind: Kind
    within: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    @property
    def called(self) -> str:
        """How messages name it."""
        return ".".join((self.column, *self.within))


@frozen
class Matching:
    """Every column's fate. ``ignored`` are those that are no field, with a name that is near, if one is; ``missing``
    the fields that no column is; ``unwanted`` those that the user said are not to be used."""

    matches: tuple[Match, ...]
    ignored: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


def fields_of(editions: Sequence[Edition], entity: str, with_parent: bool = True) -> dict[str, Field]:
    """The fields of an entity in some editions, by path; of what it belongs to just the key, with its accessor."""
    types: dict[str, dict[str, Type]] = {}
    keys: set[str] = set()
    for edition in editions:
        about = edition.entities[entity]
        for place in places(edition, entity):
            types.setdefault(place.path, {})[edition.id] = place.type
        keys.add(about.key)
        if about.parent and with_parent:
            above = edition.entities[about.parent]
            key = accessor(edition, entity) + above.key
            keys.add(key)
            types.setdefault(key, {})[edition.id] = next(
                each.type for each in above.fields if each.name == above.key)
    return {path: Field(path, by, path in keys) for path, by in types.items()}


def read_naming(text: str, name: str) -> Naming:
    """A file of names: ``{"columns": {"DEB": "debitor", "gammel": null}, "values": {"journalfort": {"J": "ja"}}}``."""
    read, errors = read_json(text, name, MAX_DEPTH)
    if errors:
        raise CannotRun(*(Problem(f"{each.code}  «{name}», {each.message}.", each.hint) for each in errors))

    def wrong(why: str) -> CannotRun:
        return cannot(f"«{name}» er ikke en fil med navn: {why}.",
                      'Skriv {"columns": {"kolonnen din": "felt"}, "values": {"felt": {"din verdi": "verdi"}}}.')

    def named(value: Json, what: str) -> dict[str, Json]:
        if not isinstance(value, dict):
            raise wrong(f"{what} er {shown(value)}, ikke et objekt")
        return value

    def written(value: Json, what: str) -> str:
        if not isinstance(value, str):
            raise wrong(f"{what} er {shown(value)}, ikke en tekst")
        return value

    parts = named(read, "innholdet")
    if strange := sorted(parts.keys() - {"columns", "values"}):
        raise wrong(f"«{strange[0]}» er verken columns eller values")
    return Naming(
        {canonical_name(column): None if path is None else canonical_name(written(path, f"feltet til «{column}»"))
         for column, path in named(parts.get("columns", {}), "columns").items()},
        {canonical_name(path): {text: written(value, f"betydningen av «{text}» i «{path}»")
                                for text, value in named(meant, f"«{path}» i values").items()}
         for path, meant in named(parts.get("values", {}), "values").items()})


def match(columns: Iterable[tuple[str, str]], fields: Mapping[str, Field], naming: Naming, key: str = "") -> Matching:
    """Match columns (name, and type as the engine calls it) with fields. ``key`` is the field that tells which rows
    belong together; a column may be called by its last name (``pasient_id``)."""
    given = {canonical_name(name): (name, kind_of(said)) for name, said in columns}
    shapes = {canonical_name(name).lower(): name for name in fields}
    if key:
        shapes.setdefault(key.rpartition(".")[2].lower(), key)
    found: list[Match] = []
    ignored: list[tuple[str, str]] = []
    for called, (name, kind) in given.items():
        meant = naming.columns.get(called, called if called not in naming.columns else None)
        path = None if meant is None else shapes.get(meant.lower())
        inner = list(_inside(name, (), kind, path or meant or "", fields)) if kind.name == "record" and meant else []
        if inner:
            found += inner
        elif path is not None:
            found.append(Match(name, path, kind))
        else:
            ignored.append((name, "" if meant is None else called))
    problems = [*_wrong_names(naming, given, shapes, fields), *_twice(found, naming)]
    if problems:
        raise CannotRun(*problems)
    with_values = tuple(_with_values(each, naming) for each in found)
    paths = {each.path for each in found}
    missing = tuple(path for path in fields
                    if path not in paths and not any(one.startswith(f"{path}.") for one in paths))
    free = [path for path in missing if "." not in path]
    told = tuple((name, did_you_mean(called.lower(), free) if called else "") for name, called in ignored)
    return Matching(with_values, told, missing, tuple(name for name, called in ignored if not called))


def _inside(name: str, within: tuple[str, ...], kind: Kind, path: str, fields: Mapping[str, Field]) -> Iterable[Match]:
    """The fields of a record that stands in one column."""
    for inner, below in kind.fields:
        deeper, place = (*within, inner), f"{path}.{canonical_name(inner)}"
        if below.name == "record" and any(each.startswith(f"{place}.") for each in fields):
            yield from _inside(name, deeper, below, place, fields)
        elif place in fields:
            yield Match(name, place, below, deeper)


def _with_values(each: Match, naming: Naming) -> Match:
    meant = naming.values.get(each.path)
    return each if not meant else Match(each.column, each.path, TEXT, each.within, tuple(meant.items()))


def _wrong_names(
    naming: Naming, given: Mapping[str, object], shapes: Mapping[str, str], fields: Mapping[str, Field]
) -> Iterable[Problem]:
    for column, path in naming.columns.items():
        if column not in given:
            yield Problem(f"{naming.said[0]} navngir kolonnen «{column}», som ikke er i dataene.",
                          did_you_mean(column, given))
        if path is not None and path.lower() not in shapes and not any(each.startswith(f"{path}.") for each in fields):
            yield Problem(f"{naming.said[0]} gir «{column}» feltet «{path}», som regelverket ikke har.",
                          did_you_mean(path, fields))
    for path in naming.values:
        if path not in fields:
            yield Problem(f"{naming.said[1]} sier hva verdier betyr i «{path}», som regelverket ikke har.",
                          did_you_mean(path, fields))


def _twice(found: Iterable[Match], naming: Naming) -> Iterable[Problem]:
    by: dict[str, list[str]] = {}
    for each in found:
        by.setdefault(each.path, []).append(each.called)
    for path, names in by.items():
        if len(names) > 1:
            said = listed(f"«{name}»" for name in names)
            yield Problem(f"Feltet {path} er i flere kolonner: {said}.",
                          f"Velg en av dem med {naming.said[0]}, og gi den andre null.")
