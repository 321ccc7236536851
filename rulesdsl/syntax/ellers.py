"""Whose an «ellers» is.

Four things take one: ``hvis``, ``maks``/``min``/``første``/``siste`` over a list, a look-up or rounding, and a clause.
An open ``hvis … så`` or ``maks … for`` within the same parentheses comes first, so that
``hvis a så avrund(b; 2) ellers 0`` reads as it looks; then ``ellers NAVN er`` is a rule of the clause.
"""

from collections.abc import Iterator

from lark import Token

_OPENS = {"_LPAR": "_RPAR", "_LBRACK": "_RBRACK", "_LBRACE": "_RBRACE"}
_CLOSES = set(_OPENS.values())
# What must have been read before the «ellers» of each can come.
_AWAITS: dict[str, tuple[str, ...]] = {
    "_HVIS": ("_SAA",), "EXTREME": ("_FOR",), "FORSTE": ("_FOR", "_ETTER"), "SISTE": ("_FOR", "_ETTER"),
}
_PICK = ("_ETTER", "nothing")  # «denne er første … etter K» takes none, and hides those outside it until then


class EllersOwner:
    """Lark's hook between lexer and parser."""

    always_accept = ("_ELLERS", "_ELLERS_REGEL")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        # Each entry is an open bracket (None) or what an opened construct still waits for before its «ellers».
        still: list[tuple[str, ...] | None] = []
        before: tuple[str, str] = ("", "")
        for token in stream:
            kind = token.type
            if kind == "_LPAR" and before[1] == "EXTREME":
                still.pop()
            if kind in _OPENS:
                still.append(None)
            elif kind in _CLOSES:
                while still and still.pop() is not None:
                    pass
            elif kind in _AWAITS:
                still.append(_PICK if before == ("_DENNE", "_ER") else _AWAITS[kind])
            elif kind == "_ETTER" and still and still[-1] is _PICK:
                still.pop()
            elif kind in ("_ELLERS", "_ELLERS_REGEL"):
                if still and still[-1] == ():
                    still.pop()
                    token = Token.new_borrow_pos("_ELLERS_DEL", token, token)
            elif still and still[-1] and still[-1][0] == kind:
                still[-1] = still[-1][1:]
            before = (before[1], kind)
            yield token
