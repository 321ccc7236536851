"""1xx: what cannot be read."""

from rulesdsl.catalog.entry import Entry

SYNTAX: tuple[Entry, ...] = ()
