"""Lists of codes as a tariff prints them, to the codes they mean: ``alle unntatt 701a t.o.m. 712``, ``11 (unntatt
11e)``.

A number alone is its whole family: 612 is 612a and 612b, 2 is 2ad and 2bd but not 21. A code that nothing has exactly
is a family too: 1b is 1bd and 1bk. A letter alone goes on from the code before it: ``1ak, b, f`` is 1ak, 1b and 1f.
"""

import re
from collections.abc import Iterable, Iterator

from rulesdsl.source import frozen

_ALL = re.compile(r"alle(\s+takster)?(?=$|[\s:,(])\s*:?\s*", re.IGNORECASE)
_BUT = re.compile(r"[\s(]*(unntatt|bortsett\s+fra|unntak)\s*:?\s*", re.IGNORECASE)
_INTERVAL = re.compile(r"\s*(?:t\.?\s?o\.?\s?m\.?|[-–])\s*", re.IGNORECASE)
_UP_TO = re.compile(r"\btil og med\b", re.IGNORECASE)
_CODE = re.compile(r"([^\W\d_]*)(\d+)([^\W\d_]*)(\d*)")
_LETTERS = re.compile(r"[^\W\d_]+")


@frozen
class Meant:
    """What a list of codes means among those that are known. ``unmatched`` are its codes that none of them is;
    ``unread`` what is no code, interval or exception."""

    codes: frozenset[str]
    unmatched: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def meant(text: str, known: Iterable[str]) -> Meant:
    """The known codes that a text means."""
    reading = _Reading(tuple(known))
    said = _UP_TO.sub("t.o.m.", " ".join(text.split()).rstrip("."))
    every = _ALL.match(said)
    if every is None:
        return reading.done(reading.codes(said))
    rest = said[every.end():]
    if not rest:
        return reading.done(set(reading.known))
    but = _BUT.match(rest)
    if but is None:
        reading.unread.append(said)
        return reading.done(set())
    closing = rest[but.end():]
    return reading.done(set(reading.known) - reading.codes(closing.rstrip(")") if "(" not in closing else closing))


class _Reading:
    def __init__(self, known: tuple[str, ...]) -> None:
        self.known = known
        self.parts = {code: _parts(code) for code in known}
        self.exact = {code.casefold() for code in known}
        self.unmatched: list[str] = []
        self.unread: list[str] = []

    def done(self, codes: set[str]) -> Meant:
        return Meant(frozenset(codes), tuple(dict.fromkeys(self.unmatched)), tuple(dict.fromkeys(self.unread)))

    def codes(self, text: str) -> set[str]:
        """The codes of a list without «alle»."""
        found: set[str] = set()
        before = ""
        for item in _items(text):
            one, excepted = item, ""
            at = re.search(r"[\s(]+(?:unntatt|bortsett\s+fra)\s*:?\s*", item, re.IGNORECASE)
            if at is not None:
                one, excepted = item[: at.start()], item[at.end():].rstrip(") ")
            several, before = self._one(one.strip(), before)
            found |= several - (self.codes(excepted) if excepted else set())
        return found

    def _one(self, item: str, before: str) -> tuple[set[str], str]:
        """The codes of one item, and the number that letters alone go on from."""
        ends = _INTERVAL.split(item)
        if len(ends) == 2 and all(ends):
            first = self._whole(ends[0], before)
            last = self._whole(ends[1], first)
            if first and last:
                return self._between(first, last), last
        parts = item.split("/")
        found: set[str] = set()
        for part in parts:
            code = self._whole(part.strip(), before)
            if not code:
                self.unread.append(item)
                return set(), before
            found |= self._family(code)
            before = code
        return found, before

    def _whole(self, part: str, before: str) -> str:
        """A code; letters alone take the number of the code before them. Nothing where it is none."""
        if _CODE.fullmatch(part):
            return part
        front = _CODE.fullmatch(before)
        return f"{front[1]}{front[2]}{part}" if front and len(part) <= 2 and _LETTERS.fullmatch(part) else ""

    def _family(self, code: str) -> set[str]:
        sought = code.casefold()
        if sought in self.exact and not sought[-1].isdigit():
            return {each for each in self.known if each.casefold() == sought}
        last = sought[-1].isdigit()
        found = {each for each in self.known if each.casefold().startswith(sought) and (
            not each[len(sought):] or not (last and each[len(sought)].isdigit()))}
        if not found:
            self.unmatched.append(code)
        return found

    def _between(self, first: str, last: str) -> set[str]:
        low, high = _parts(first), _parts(last)
        if low[0] != high[0] or low > (high[0], high[1], high[2] or "\uffff", high[3]):
            self.unread.append(f"{first}-{last}")
            return set()
        found = {code for code, at in self.parts.items() if at[0] == low[0] and low <= at and (
            at[:2] <= high[:2] if not high[2] else at <= high or at[:3] == high[:3])}
        if not found:
            self.unmatched.append(f"{first}-{last}")
        return found


def _items(text: str) -> Iterator[str]:
    """What stands between commas, semicolons and «og», but not those within parentheses."""
    item, depth = "", 0
    for piece in re.split(r"([,;()]|\s+og\s+)", text):
        depth += (piece == "(") - (piece == ")")
        if depth <= 0 and (piece in (",", ";") or piece.strip() == "og"):
            if item.strip():
                yield item.strip()
            item = ""
        else:
            item += piece
    if item.strip():
        yield item.strip()


def _parts(code: str) -> tuple[str, int, str, str]:
    """A code in an order that people would put it in: K2 before K10, 701a before 701c."""
    found = _CODE.fullmatch(code.casefold())
    return (found[1], int(found[2]), found[3], found[4]) if found else (code.casefold(), -1, "", "")
