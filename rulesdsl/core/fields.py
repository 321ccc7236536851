"""Fields by their path, those within records too."""

from collections.abc import Iterable, Mapping

from rulesdsl.core.ir import FieldDecl, RecordDecl
from rulesdsl.core.types import Record


def field_at(fields: Iterable[FieldDecl], records: Mapping[str, RecordDecl], path: tuple[str, ...]) -> FieldDecl | None:
    """The field that a path leads to, from some fields; None where there is none."""
    found: FieldDecl | None = None
    for name in path:
        found = next((each for each in fields if each.name == name), None)
        fields = records[found.type.name].fields if found is not None and isinstance(found.type, Record) else ()
    return found
