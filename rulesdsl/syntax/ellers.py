"""Whose an «ellers» is.

Four things take one: ``hvis``, ``maks``/``min``/``første``/``siste`` over a list, a look-up or rounding, and a clause.
An open ``hvis … så`` or ``maks … for`` within the same parentheses comes first, so that
``hvis a så avrund(b; 2) ellers 0`` reads as it looks; then ``ellers NAVN er`` is a rule of the clause.
"""

from collections.abc import Iterator

from lark import Token

_OPENS = {"_LPAR", "_LBRACK", "_LBRACE"}
_CLOSES = {"_RPAR", "_RBRACK", "_RBRACE"}
# What is still to be read before the «ellers» of each can come.
_AWAITS: dict[str, tuple[str, ...]] = {
    "_HVIS": ("_SAA",), "EXTREME": ("_FOR",), "FORSTE": ("_FOR", "_ETTER"), "SISTE": ("_FOR", "_ETTER"),
}
_PICK = ("_ETTER", "nothing")  # «denne er første … etter K» takes none, and hides those outside it until then
_BRACKET = ("bracket",)
_MAYBE_CALL = ("maks(",)  # «maks (a) for …» or «maks(a; b)»: the semicolon tells
_CALL = ("maks(;",)


class EllersOwner:
    """Lark's hook between lexer and parser."""

    always_accept = ("_ELLERS", "_ELLERS_REGEL")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        still: list[tuple[str, ...]] = []
        before = ("", "")
        for token in stream:
            kind = token.type
            if kind in _OPENS:
                still.append(_MAYBE_CALL if before[1] == "EXTREME" else _BRACKET)
            elif kind in _CLOSES:
                _close(still)
            elif kind in _AWAITS:
                still.append(_PICK if before == ("_DENNE", "_ER") else _AWAITS[kind])
            elif kind in ("_ELLERS", "_ELLERS_REGEL"):
                if still and still[-1] == ():
                    still.pop()
                    token = Token.new_borrow_pos("_ELLERS_DEL", token, token)
            elif still and still[-1] and still[-1][0] == kind:
                still[-1] = still[-1][1:]
                if still[-1] == ("nothing",):
                    still.pop()
            elif kind == "_SEMI" and still and still[-1] is _MAYBE_CALL:
                still[-1] = _CALL
            before = (before[1], kind)
            yield token


def _close(still: list[tuple[str, ...]]) -> None:
    """Takes off what the bracket opened, and the «maks» before it when that was a function."""
    while still:
        last = still.pop()
        if last is _CALL:
            still.pop()
        if last in (_BRACKET, _MAYBE_CALL, _CALL):
            return
