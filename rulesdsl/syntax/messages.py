"""What the parser did not expect, in the author's words: the place, what was awaited, and one thing to do."""

import re
from collections.abc import Callable

from attrs import frozen
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from rulesdsl.diagnostics import Problems, did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax.hints import near
from rulesdsl.syntax.split import BODY_KEYWORDS, TOP_KEYWORDS, Piece

_KINDS = {
    "NAME": "et navn", "NUMBER": "et tall", "TEXT": "en «tekst»", "DATE": "en dato (2020-01-31)",
    "CLAUSENO": "et punktnummer", "UNIT": "en enhet (kr, poeng, døgn, timer)",
    "OTHER_UNIT": "en enhet",
    "BASIC_TYPE": "en type (ja/nei, tekst, dato)", "STANDING": "status (offisiell, avledet, ubekreftet, eksempel)",
    "EXTREME": "«maks»", "_ER_EN_AV": "«er en av»", "ER_IKKE": "«er ikke»", "_DESIMALER": "«desimaler»",
    "_ELLERS": "«ellers»", "_ETTER_UTGAVE": "«etter»", "_ELLERS_DEL": "«ellers»", "_ELLERS_REGEL": "«ellers»",
}
_VALUE_STARTS = {"NAME", "NUMBER", "TEXT", "DATE", "JA", "NEI", "_LPAR"}
_TYPE_STARTS = {"BASIC_TYPE", "_TALL", "_LISTE"}
# What may stand after nearly any value; to list it helps nobody.
_AFTER_VALUE = {
    "PLUS", "MINUS", "TIMES", "SLASH", "_DOT", "_LPAR", "_LBRACK", "LE", "GE", "LT", "GT", "PERCENT", "UNIT",
    "OTHER_UNIT", "_ETTER_UTGAVE",
}
_KEYWORDS = (
    *BODY_KEYWORDS, "hvis", "eller", "ikke", "mellom", "er", "finnes", "mangler", "denne", "antall", "har", "første",
    "siste", "alle", "valgfri", "skjønn", "uforanderlig", "minst", "høyst", "tekst", "dato", "status", "merknad",
)
FOREIGN = {
    "and": "og", "or": "eller", "not": "ikke", "if": "hvis", "then": "så", "else": "ellers", "is": "er", "in": "i",
    "lik": "er", "prosent": "%", "nar": "når", "naar": "når", "nokkel": "nøkkel", "ifolge": "ifølge", "sa": "så",
    "saa": "så", "hvor": "der", "where": "der", "when": "når", "da": "så",
}
OUTCOME = "Skriv «||» før utfallet."


@frozen
class _Message:
    start: int
    end: int
    label: str
    hint: str = ""


def report(error: UnexpectedInput, piece: Piece, keyword: Callable[[str], str], problems: Problems) -> None:
    """The message of a declaration that did not parse; ``keyword`` gives the text of a terminal."""
    text = piece.span.text
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        at, found, code = error.token.start_pos or 0, str(error.token), "ISF107"
        expected = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        at = error.pos_in_stream or 0
        sign = re.compile(r"\w+|.", re.DOTALL).match(text, at)
        found, code = sign[0] if sign else "", "ISF107"
        expected = set(error.allowed or ())
    else:
        at, found, code = _end_of_code(text), "", "ISF108"
        expected = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or ())
    message = _message(text, at, found, expected, keyword)
    base = piece.span.start
    problems.add(
        code, Span(piece.span.source, base + message.start, base + message.end), message.label, hint=message.hint,
        clause=clause_of(piece),
    )


def clause_of(piece: Piece) -> str:
    """The clause a declaration is, when it is one."""
    named = re.match(r"(?:punkt|beslutning)\s+([\w.]+)", piece.span.text)
    return named[1] if named else ""


def _message(text: str, at: int, found: str, expected: set[str], keyword: Callable[[str], str]) -> _Message:
    awaited = _awaited(expected, keyword)
    if top := _indented_top(text, at + len(found)):
        return _Message(top.start(1), top.end(1), "begynner en ny deklarasjon",
                        f"Flytt «{top[1]}» helt til venstre.")
    if pointed := _pointed_number(text, at) or _row_without_outcome(text, at):
        return pointed
    start = _last_word(text, at)
    word = text[start:at].rstrip()
    hint = near(_without_comments(text)[:at], text[at:] if found else "", expected)
    of_word = hint.text if hint.of_word else _hint_of_word(word, expected, near_by=not hint.text)
    if of_word:
        return _Message(start, start + len(word), "passer ikke her", of_word)
    if not found:
        return _Message(start, at, f"her slutter det; {awaited}", hint.text or _hint_at_end(text))
    return _Message(at, at + len(found), awaited, hint.text or _hint_of_found(found, expected, keyword))


def _awaited(expected: set[str], keyword: Callable[[str], str]) -> str:
    if expected >= _VALUE_STARTS:
        return "her ventes et uttrykk"
    if expected >= _TYPE_STARTS:
        return "her ventes en type (ja/nei, tekst, dato, tall, kroner, poeng …)"
    left = expected - {"$END", "COMMENT", "SPACE"}
    if "PLUS" in expected:
        left -= _AFTER_VALUE | {"NAME"}
    names = sorted({_shown(name, keyword) for name in left})
    if not names or len(names) > 6:
        return "passer ikke her"
    return "her ventes " + (", ".join(names[:-1]) + " eller " + names[-1] if len(names) > 1 else names[0])


def _shown(terminal: str, keyword: Callable[[str], str]) -> str:
    return _KINDS.get(terminal) or f"«{keyword(terminal)}»"


def _indented_top(text: str, end: int) -> re.Match[str] | None:
    """The nearest line above that begins with a top-level keyword, but not at the margin."""
    tops = "|".join(TOP_KEYWORDS)
    found = list(re.finditer(rf"(?<=\n)[ \t]+({tops})[ \t]+(?!er\b|[:=.|])(?=[«\w])", text[: end + 40]))
    return next((top for top in reversed(found) if top.end(1) <= end), None)


def _pointed_number(text: str, at: int) -> _Message | None:
    """``0.5``, ``43.428``, ``1,260.50`` or ``01.02.2020``; not the number of a clause."""
    for number in re.finditer(r"(?<![\w.])\d+(?: \d{3})*(?:[.,]\d+)*\.\d+(?:,\d+)?", text):
        if number.start() <= at <= number.end():
            break
    else:
        return None
    written = number[0]
    if re.fullmatch(r"(punkt|opphev)\s+", text[: number.start()]):
        return None
    if day := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", written):
        hint = f"Skriv datoen som {day[3]}-{int(day[2]):02}-{int(day[1]):02}."
    elif not written.startswith("0") and (
        both := re.fullmatch(r"(\d{1,3}(?:,\d{3})+)\.(\d+)|(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?", written)
    ):
        whole, fraction = re.sub("[.,]", " ", both[1] or both[3]), both[2] or both[4]
        hint = f"Skill tusener med mellomrom: {whole}{f',{fraction}' if fraction else ''}. Desimaltegnet er komma."
    else:
        hint = f"Desimaltegnet er komma: {written.replace('.', ',')}."
    return _Message(number.start(), number.end(), "er skrevet med punktum", hint)


def _row_without_outcome(text: str, at: int) -> _Message | None:
    """A row of a table that ends before what was found, and has no ``||``."""
    before = _without_comments(text)[:at].rstrip()
    row = before[before.rfind("\n") + 1 :]
    if not text.startswith("beslutning") or "\n" not in text[len(before) : at] or not row.lstrip().startswith("|"):
        return None
    mark = row.rstrip("|").rfind("|")
    if "||" in row or mark < 0:
        return None
    start = before.rfind("\n") + 1 + mark
    return _Message(start, start + 1, "her ventes «||»", OUTCOME)


def _hint_of_word(word: str, expected: set[str], near_by: bool) -> str:
    """The word before was read as a name that begins a line, though it was meant as a keyword: in another language,
    or (``near_by``) nearly as it is written."""
    if not re.fullmatch(r"[^\W\d]\w*", word) or not expected & {"_ER", "_COLON"} or "PLUS" in expected:
        return ""
    if word.lower() in FOREIGN:
        return f"Skriv «{FOREIGN[word.lower()]}»."
    return did_you_mean(word, _KEYWORDS) if near_by and word not in _KEYWORDS else ""


def _hint_of_found(found: str, expected: set[str], keyword: Callable[[str], str]) -> str:
    words = [_shown(name, keyword).strip("«»") for name in expected - {"$END", "COMMENT", "SPACE"}]
    meant = FOREIGN.get(found.lower())
    if meant in words:
        return f"Skriv «{meant}»."
    return did_you_mean(found, [word for word in words if word.isalpha()]) if found not in _KEYWORDS else ""


def _hint_at_end(text: str) -> str:
    last = text[: _end_of_code(text)].rsplit("\n", 1)[-1].strip()
    if last.startswith("|") and "||" not in last:
        return OUTCOME
    return ""


def _end_of_code(text: str) -> int:
    """Where the last word ends, comments left out."""
    return len(_without_comments(text).rstrip())


def _last_word(text: str, end: int) -> int:
    """Where the last word before ``end`` begins."""
    found = list(re.finditer(r"\S+", _without_comments(text)[:end]))
    return found[-1].start() if found else 0


def _without_comments(text: str) -> str:
    return re.sub(r"«[^«»]*»|\"[^\"\n]*\"|#[^\n]*", lambda f: " " * len(f[0]) if f[0][0] == "#" else f[0], text)
