"""The mapping of a source's layout to tables, as TOML: which columns become which, and of what kind they are."""

import tomllib
from typing import Any

from rulesdsl.source import frozen

KINDS = ("tekst", "tall", "prosent", "dato", "ja/nei", "kode", "nummer")


class Unusable(Exception):
    """A mapping or a source that cannot be used: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@frozen
class Column:
    """A column of a table: where it comes from, or what stands in every row. ``codes`` say what each code of the source
    is called here. The cell is empty but where each column of ``where`` has one of its values."""

    name: str
    source: str
    kind: str
    optional: bool
    yes: frozenset[str]
    fixed: str | None
    codes: dict[str, str]
    where: dict[str, frozenset[str]]


@frozen
class TableMap:
    file: str
    columns: tuple[Column, ...]


@frozen
class PairMap:
    """A table of pairs: ``code`` of each row together with the codes that its lists mean, both ways."""

    file: str
    code: str
    other: str
    columns: tuple[Column, ...]
    cited: str = ""


@frozen
class Mapping:
    decimal: str
    inside: str
    keep: dict[str, frozenset[str]]
    valid_from: str
    valid_to: str
    tables: tuple[TableMap, ...]
    pairs: tuple[PairMap, ...]

    def asked(self) -> list[str]:
        """The columns that a source must have, each once."""
        columns = [each for table in self.tables for each in table.columns]
        columns += [each for pair in self.pairs for each in pair.columns]
        needed = [each.source for each in columns if each.fixed is None and not each.optional]
        beside = [name for each in columns for name in each.where]
        return list(dict.fromkeys([*self.keep, *needed, *beside, *(pair.code for pair in self.pairs)]))


def read_mapping(text: str, name: str) -> Mapping:
    """The mapping of a TOML text. What it cannot mean is a message that names the place."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unusable(f"«{name}» er ikke TOML: {error}", "Rett linjen som er nevnt.") from None
    reading = _Reading(name)
    reading.only(raw, "filen", ("omtale", "kilde", "velg", "gyldig", "tabell", "par"))
    source, valid = reading.group(raw, "kilde"), reading.group(raw, "gyldig")
    reading.only(source, "[kilde]", ("desimal", "liste"))
    reading.only(valid, "[gyldig]", ("fra", "til"))
    keep = {column: reading.texts(values, f"[velg] {column}") for column, values in reading.group(raw, "velg").items()}
    made = Mapping(
        reading.text(source, "desimal", "[kilde]", ","), reading.text(source, "liste", "[kilde]", ""), keep,
        reading.text(valid, "fra", "[gyldig]", ""), reading.text(valid, "til", "[gyldig]", ""),
        tuple(reading.table(each, f"[[tabell]] nr. {at}") for at, each in enumerate(reading.groups(raw, "tabell"), 1)),
        tuple(reading.pair(each, f"[[par]] nr. {at}") for at, each in enumerate(reading.groups(raw, "par"), 1)),
    )
    if not made.tables and not made.pairs:
        raise Unusable(f"«{name}» sier ikke hvilke tabeller som skal lages.",
                       "Skriv minst én [[tabell]] eller [[par]].")
    return made


@frozen
class _Reading:
    name: str

    def wrong(self, where: str, message: str) -> Unusable:
        return Unusable(f"«{self.name}», {where}: {message}")

    def only(self, raw: dict[str, Any], where: str, known: tuple[str, ...]) -> None:
        for each in raw:
            if each not in known:
                raise self.wrong(where, f"«{each}» er ikke noe som kan stå her. Her kan stå {', '.join(known)}.")

    def group(self, raw: dict[str, Any], key: str) -> dict[str, Any]:
        found = raw.get(key, {})
        if not isinstance(found, dict):
            raise self.wrong(key, f"skal skrives som [{key}].")
        return found

    def groups(self, raw: dict[str, Any], key: str) -> list[dict[str, Any]]:
        found = raw.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.wrong(key, f"skal skrives som [[{key}]].")
        return found

    def text(self, raw: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
        found = raw.get(key, default)
        if found is None:
            raise self.wrong(where, f"mangler «{key}».")
        if not isinstance(found, str):
            raise self.wrong(where, f"«{key}» skal være en tekst.")
        return found

    def texts(self, found: Any, where: str) -> frozenset[str]:
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.wrong(where, "skal være en liste av tekster.")
        return frozenset(found)

    def table(self, raw: dict[str, Any], where: str) -> TableMap:
        self.only(raw, where, ("fil", "kolonne"))
        return TableMap(self.file(raw, where), self.columns(raw, where))

    def pair(self, raw: dict[str, Any], where: str) -> PairMap:
        self.only(raw, where, ("fil", "kode", "annen", "kilde", "kolonne"))
        return PairMap(self.file(raw, where), self.text(raw, "kode", where), self.text(raw, "annen", where),
                       self.columns(raw, where), self.text(raw, "kilde", where, ""))

    def file(self, raw: dict[str, Any], where: str) -> str:
        found = self.text(raw, "fil", where)
        if "/" in found or "\\" in found or not found.endswith(".csv"):
            raise self.wrong(where, f"«{found}» skal være navnet på en CSV-fil, uten mappe.")
        return found

    def columns(self, raw: dict[str, Any], where: str) -> tuple[Column, ...]:
        found = tuple(self.column(each, f"{where}, kolonne nr. {at}")
                      for at, each in enumerate(self.groups(raw, "kolonne"), 1))
        if not found:
            raise self.wrong(where, "har ingen [[…kolonne]].")
        return found

    def column(self, raw: dict[str, Any], where: str) -> Column:
        self.only(raw, where, ("navn", "fra", "slag", "valgfri", "ja", "fast", "koder", "der"))
        name = self.text(raw, "navn", where)
        kind, optional = self.text(raw, "slag", where, "tekst"), raw.get("valgfri", False)
        if kind not in KINDS:
            raise self.wrong(where, f"«{kind}» er ikke et slag. Slagene er {', '.join(KINDS)}.")
        if not isinstance(optional, bool):
            raise self.wrong(where, "«valgfri» skal være true eller false.")
        fixed = self.text(raw, "fast", where) if "fast" in raw else None
        codes = {code: self.text(self.group(raw, "koder"), code, where) for code in self.group(raw, "koder")}
        if (kind == "kode") != bool(codes):
            raise self.wrong(where, "«koder» og slaget «kode» hører sammen.")
        beside = {column: self.texts(values, where) for column, values in self.group(raw, "der").items()}
        return Column(name, self.text(raw, "fra", where, name), kind, optional,
                      self.texts(raw.get("ja", ["ja", "true", "J", "1"]), where), fixed, codes, beside)
