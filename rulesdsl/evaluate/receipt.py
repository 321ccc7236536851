"""The receipt of a decision: by which rules a case was decided, and just which case it was.

A receipt is no signature: whoever can change an explanation can also write a new receipt. What it proves is that
these rules give this answer to this case, for anybody can decide it again.
"""

import datetime
import hashlib
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted
from typing import assert_never

from attrs import evolve

from rulesdsl.core.canonical import number
from rulesdsl.core.ir import Correction, Edition
from rulesdsl.evaluate.documents import Json
from rulesdsl.source import canonical_name, frozen


@frozen
class Receipt:
    """By what a case was decided. ``engine`` and ``edition`` are who and what decided; ``known`` is the day on which
    the rules were to be known, where one was asked for; ``corrections`` are those that the edition's text holds;
    ``meaning`` is the SHA-256 of what its rules mean.

    ``case`` is the SHA-256 of the whole document that the case came from, ``place`` where in it this thing stands
    (``episoder[2]``, or nothing for the top). ``forced`` is whether the edition was asked for by name. ``document`` is
    the document itself, exact, in the first case of each document; the other cases of it have the same ``case``.
    """

    engine: str
    edition: str
    known: str | None
    corrections: tuple[Correction, ...]
    meaning: str
    case: str
    place: str
    forced: bool
    document: dict[str, Json] | None = None


def receipt_of(
    engine: str, edition: Edition, case: str, place: str, forced: bool, known: datetime.date | None = None
) -> Receipt:
    """The receipt of a thing that was decided under an edition; ``case`` is the ``case_hash`` of its document."""
    day = known.isoformat() if known else None
    return Receipt(engine, edition.id, day, edition.corrections, edition.meaning, case, place, forced)


def with_document(receipt: Receipt, document: dict[str, Json]) -> Receipt:
    """The receipt of the first case of a document, which holds the document itself."""
    return evolve(receipt, document=document)


def case_hash(document: dict[str, Json]) -> str:
    """The SHA-256 of a document: the same for every way to write the same case.

    It is that of JSON without spaces, signs other than ASCII as ``\\uXXXX``: keys in order, texts in NFC, numbers by
    value (1, 1.0 and 1.00 are ``1``, and 100 is ``1E+2``), and no member that is null, for null and absent mean the
    same. Lists keep their order.
    """
    return hashlib.sha256(_canonical(document).encode("ascii")).hexdigest()


def _canonical(value: Json) -> str:
    match value:
        case str():
            return quoted(canonical_name(value))
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number(value)
        case dict():
            members = [f"{quoted(key)}:{_canonical(value[key])}" for key in sorted(value) if value[key] is not None]
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join([_canonical(item) for item in value]) + "]"
        case None:
            return "null"
        case _:
            assert_never(value)
