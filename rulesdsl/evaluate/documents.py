"""The text of a case file to documents. Its main difference with plain JSON is that nothing is lost or guessed:
numbers are exact, a key that stands twice is a message, and one bad document does not take the others with it.

Places count from 0 in lists, as JSON does (``[2]`` is the third), and from 1 in lines.
"""

import decimal
import json
import re
from collections.abc import Iterator
from decimal import Decimal

from attrs import define, evolve, field, frozen

from rulesdsl.core.ops import EXACT
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.source import Source, canonical_name

Json = None | bool | str | Decimal | list["Json"] | dict[str, "Json"]
"""What JSON can hold, with exact numbers."""

MAX_DEPTH = 100
"""How many lists and objects may stand within each other; no case comes near."""

MAX_NUMBER = 100
"""How many signs a number may have; more are not a number of anything in a case."""

MAX_SHOWN = 60
"""How many signs of a value a message shows."""

# A string always matches as far as it goes, so that no text makes the search go back. One that is not ended ends with
# its line, as it does for JSON.
_STRING = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?'
_BRACKET = re.compile(_STRING + r"|[\[\]{}]")
_MARK = re.compile(_STRING + r"|[\[\]{},]")
_TOKEN = re.compile(rf"({_STRING}|[\[\]{{}}]|-?(?:NaN|Infinity|[0-9][0-9.eE+-]*+))(\s*+:)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAYBE_SURROGATE = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")
_BLANK = " \t\r\n"


@frozen(eq=False)
class Document:
    """One case as it was read. ``place`` is where in the file it stands: ``[2]``, ``linje 3``, or nothing."""

    raw: dict[str, Json]
    place: str = ""


def read_documents(text: str, name: str) -> tuple[tuple[Document, ...], tuple[CaseError, ...]]:
    """The cases of a file: one JSON object, a list of them, or one on each line (JSON Lines).

    What cannot be read is a message with its place; the rest still comes. No text makes this raise.
    """
    source = Source(name, text.removeprefix("\ufeff"))
    reading = _Reading(source)
    reading.read()
    return tuple(reading.documents), tuple(reading.errors)


def read_json(text: str, name: str, depth: int) -> tuple[Json, tuple[CaseError, ...]]:
    """One JSON value of any kind, at most so deep, with its numbers exact; None where the text is not JSON at all.
    Else the value can be used, whatever the messages: of a key that stands twice it has the last."""
    reading = _Reading(Source(name, text.removeprefix("\ufeff")), parser=_Parser(depth))
    return reading.one(), tuple(reading.errors)


def shown(value: Json) -> str:
    """A value as a message shows it: on one line, at most 60 signs."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case list():
            return f"liste med {len(value)} {'element' if len(value) == 1 else 'elementer'}"
        case dict():
            return f"objekt med {len(value)} {'felt' if len(value) == 1 else 'felter'}"
        case _:
            return shortened(str(value))


def shortened(text: str) -> str:
    """A text on one line, at most 60 signs, and none that moves the cursor of a terminal."""
    cut = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return cut if cut.isprintable() else "".join(sign if sign.isprintable() else "·" for sign in cut)


@frozen
class _Flaw:
    """What is wrong with a piece of text, and at which offset where that is known."""

    code: str
    message: str
    value: str = ""
    hint: str = ""
    offset: int | None = None
    token: str = ""
    """What to look for in the text where the offset is not known yet: a number, or the key of an object."""


@define
class _Parser:
    """JSON with exact numbers. The flaws of one text are collected; only what is not JSON at all stops it."""

    depth: int = MAX_DEPTH
    flaws: list[_Flaw] = field(factory=list)
    _decoder: json.JSONDecoder = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=self._number, parse_int=self._number,
            parse_constant=self._constant,
        )

    def parse(self, text: str) -> tuple[Json, list[_Flaw]]:
        """The value of a text, and its flaws; with flaws the value is not to be used."""
        self.flaws = []
        deep = _too_deep(text, self.depth)
        if deep is not None:
            said = f"mer enn {self.depth} lister og objekter står inne i hverandre"
            return None, [_Flaw("ISF506", said, offset=deep)]
        try:
            value: Json = self._decoder.decode(text)
        except json.JSONDecodeError as error:
            offset = error.pos
            if error.msg.startswith("Illegal trailing comma"):  # from Python 3.13, which points at the comma itself
                offset += len(text[offset:]) - len(text[offset:].removeprefix(",").lstrip(_BLANK))
            reason, hint = _reason(error.msg, text, offset)
            return None, [_Flaw("ISF502", reason, hint=hint, offset=offset)]
        if self.flaws:
            self.flaws = _placed(self.flaws, text)
        if _MAYBE_SURROGATE.search(text):
            self.flaws.extend(
                _Flaw("ISF507", f"{where or 'teksten'} har et halvt tegn (et løst surrogat)", shown(bad),
                      "Lagre filen på nytt som UTF-8 fra programmet den kommer fra.")
                for where, bad in _broken_texts(value, "")
            )
        return value, self.flaws

    def _object(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        if not all(map(str.isascii, made)):
            pairs = [(canonical_name(key), value) for key, value in pairs]
            made = dict(pairs)
        if len(made) < len(pairs):
            seen: set[str] = set()
            for key, value in pairs:
                if key in seen:
                    self.flaws.append(_Flaw("ISF504", f"«{shortened(key)}» står to ganger i samme objekt", shown(value),
                                            "Behold den som er riktig.", token=key))
                seen.add(key)
        return made

    def _number(self, text: str) -> Decimal:
        if len(text) <= MAX_NUMBER:
            try:
                return EXACT.create_decimal(text)
            except decimal.DecimalException:
                pass
        self.flaws.append(_Flaw("ISF505", "tallet er for langt eller for stort til å leses", shortened(text),
                                token=text))
        return Decimal(0)

    def _constant(self, text: str) -> None:
        self.flaws.append(_Flaw("ISF505", f"{text} er ikke et tall", text, "Skriv null der verdien ikke er kjent.",
                                token=text))


@define
class _Reading:
    """The reading of one file. The whole is tried first; only where that fails is it taken piece by piece."""

    source: Source
    documents: list[Document] = field(factory=list)
    errors: list[CaseError] = field(factory=list)
    parser: _Parser = field(factory=_Parser)

    def one(self) -> Json:
        """The whole text as one value."""
        if self._is_empty():
            return None
        value, flaws = self.parser.parse(self.source.text)
        self._note(flaws, "", 0)
        return value

    def _is_empty(self) -> bool:
        if self.source.text.strip(_BLANK):
            return False
        self.errors.append(CaseError("ISF501", f"{self.source.name} er tom", "", ""))
        return True

    def read(self) -> None:
        text = self.source.text
        if self._is_empty():
            return
        value, flaws = self.parser.parse(text)
        start = len(text) - len(text.lstrip(_BLANK))
        if not flaws and value == []:
            self.errors.append(CaseError("ISF501", f"{self.source.name} har ingen saker", "", ""))
        elif not flaws and isinstance(value, list):
            for index, item in enumerate(value):
                self._add(item, f"[{index}]")
        elif not flaws:
            self._add(value, "")
        elif text[start] == "[":
            self._elements(start)
        elif self._has_lines():
            self._lines()
        else:
            self._note(flaws, "", 0)

    def _has_lines(self) -> bool:
        """Whether a text that is not one JSON value is meant as JSON Lines."""
        lines = [line for line in map(str.strip, self.source.text.split("\n")) if line]
        objects = sum(line[0] == "{" and line[-1] == "}" for line in lines)
        named = self.source.name.lower().endswith((".jsonl", ".ndjson"))
        return named or (len(lines) > 1 and 2 * objects >= len(lines))

    def _lines(self) -> None:
        start = 0
        for number, line in enumerate(self.source.text.split("\n"), 1):
            if line.strip(_BLANK):
                self._piece(line, f"linje {number}", start)
            start += len(line) + 1

    def _elements(self, start: int) -> None:
        """The list that opens at ``start``, element by element."""
        text = self.source.text
        pieces, end = _split(text, start)
        for index, (first, last) in enumerate(pieces):
            piece = text[first:last]
            if index and index == len(pieces) - 1 and not piece.strip(_BLANK):
                self._note([_Flaw("ISF502", "det står et komma for mye sist i listen", hint="Fjern kommaet.",
                                  offset=first - 1)], f"[{index}]", 0)
            else:
                self._piece(piece, f"[{index}]", first)
        if end is None and not self.errors:
            self._note([_Flaw("ISF502", "listen er ikke avsluttet", hint="Skriv ] etter det siste elementet.",
                              offset=len(text))], "", 0)
        elif end is not None and text[end:].strip(_BLANK):
            rest = len(text) - len(text[end:].lstrip(_BLANK))
            self._note([_Flaw("ISF502", "det står mer etter slutten av listen", offset=rest)], "", 0)

    def _piece(self, text: str, place: str, start: int) -> None:
        value, flaws = self.parser.parse(text)
        if flaws:
            self._note(flaws, place, start)
        else:
            self._add(value, place)

    def _add(self, value: Json, place: str) -> None:
        if isinstance(value, dict):
            self.documents.append(Document(value, place))
        else:
            self._note([_Flaw("ISF503", "en sak er et objekt med felter", shown(value),
                              "Skriv saken mellom { og }.")], place, 0)

    def _note(self, flaws: list[_Flaw], place: str, start: int) -> None:
        """Note the flaws of a piece that begins at ``start``."""
        for flaw in flaws:
            at = place
            if flaw.offset is not None:
                line, column = self.source.position(start + flaw.offset)
                at = f"linje {line}, tegn {column}"
            message = f"{at}: {flaw.message}" if at else flaw.message
            self.errors.append(CaseError(flaw.code, message, place, flaw.value, flaw.hint))


def _placed(flaws: list[_Flaw], text: str) -> list[_Flaw]:
    """The flaws with their offsets, found by going through the text once more; the JSON reader does not tell them."""
    found: dict[str, list[int]] = {}
    keys: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        sign = token[1]
        if sign in "[{":
            keys.append(set())
        elif sign in "]}":
            keys.pop()
        elif token[2]:
            key = canonical_name(json.loads(sign))
            if key in keys[-1]:
                found.setdefault(key, []).append(token.start())
            keys[-1].add(key)
        elif sign[0] != '"':
            found.setdefault(sign, []).append(token.start())
    return [evolve(flaw, offset=found[flaw.token].pop(0)) if found.get(flaw.token) else flaw for flaw in flaws]


def _too_deep(text: str, most: int) -> int | None:
    """The offset of the bracket that goes too deep; JSON itself would give up in its own way."""
    if text.count("[") + text.count("{") <= most:
        return None
    depth = 0
    for found in _BRACKET.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
            if depth > most:
                return found.start()
        elif sign in "]}":
            depth -= 1
    return None


def _split(text: str, start: int) -> tuple[list[tuple[int, int]], int | None]:
    """Where the elements of the list that opens at ``start`` stand, and where the list ends, if it does.

    A closing bracket closes what is open within it, and one of the wrong kind closes what is open, so that a mistake
    costs one element only.
    """
    pieces: list[tuple[int, int]] = []
    final = len(text.rstrip(_BLANK))
    begin = start + 1
    stack: list[str] = []
    pending = {"[": 0, "{": 0}
    for found in _MARK.finditer(text, start):
        sign = found[0]
        if sign in "[{":
            stack.append(sign)
            pending[sign] += 1
        elif sign in "]}":
            opener = "[" if sign == "]" else "{"
            if sign == "]" and len(stack) > 1 == pending["["] and found.end() < final:
                opener = "{"
            while pending[opener]:
                closed = stack.pop()
                pending[closed] -= 1
                if closed == opener:
                    break
            if not stack:
                pieces.append((begin, found.start()))
                return pieces, found.end()
        elif sign == "," and len(stack) == 1:
            pieces.append((begin, found.start()))
            begin = found.end()
    pieces.append((begin, len(text)))
    return pieces, None


def _broken_texts(value: Json, where: str) -> Iterator[tuple[str, str]]:
    """The texts that hold half a sign, with their places; a field's name may be one."""
    match value:
        case str():
            if _SURROGATE.search(value):
                yield where, value
        case list():
            for index, item in enumerate(value):
                yield from _broken_texts(item, f"{where}[{index}]")
        case dict():
            for key, item in value.items():
                yield from _broken_texts(key, where)
                yield from _broken_texts(item, f"{where}.{shortened(key)}" if where else shortened(key))


_REASONS = {
    "Expecting value": ("her skulle det stått en verdi",
                        "Skriv tekst i anførselstegn, og ja og nei som true og false."),
    "Expecting property name": ("her skulle det stått et feltnavn i anførselstegn", 'Skriv feltnavnet som "drg".'),
    "Expecting ':'": ("her mangler det et kolon etter feltnavnet", "Skriv : mellom feltnavn og verdi."),
    "Expecting ','": ("her mangler det et komma, eller noe er ikke avsluttet", "Skriv komma mellom feltene."),
    "Unterminated string": ("teksten som begynner her, er ikke avsluttet", 'Skriv " der teksten slutter.'),
    "Invalid control character": ("her er teksten brutt av et linjeskift eller et styretegn",
                                  "Skriv hele teksten på én linje."),
    "Invalid \\": ("omvendt skråstrek må stå dobbelt i en tekst", "Skriv \\\\ for én omvendt skråstrek."),
    "Illegal trailing comma": ("det står et komma for mye", "Fjern kommaet."),
    "Extra data": ("det står mer etter slutten av saken",
                   "Skriv flere saker som en liste, eller som ett objekt på hver linje."),
}


def _reason(message: str, text: str, offset: int) -> tuple[str, str]:
    """Why JSON stopped, in Norwegian, and what to do."""
    before, sign = text[:offset].rstrip(_BLANK)[-40:], text[offset : offset + 1]
    if sign.isdigit() and re.search(r"[0-9],$", before) and message.startswith("Expecting property"):
        return "tall skrives ikke med desimalkomma i JSON", "Skriv punktum, som i 155.11."
    if sign.isdigit() and re.search(r"(^|[^0-9.])0$", before):
        return "et tall begynner ikke med 0", 'Skriv koden i anførselstegn, som i "010".'
    if sign in ("}", "]") and before.endswith(","):
        return "det står et komma for mye foran " + sign, "Fjern kommaet."
    if not sign:
        return "teksten slutter før saken er ferdig", "Se etter en } eller ] som mangler."
    found = next((said for start, said in _REASONS.items() if message.startswith(start)), None)
    return found or ("dette er ikke JSON", "")
