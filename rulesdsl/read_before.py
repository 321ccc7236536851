"""Keeps files that were parsed between runs: after an author's change one file is read again, and not all.

Only what was read without a message is kept.
"""

import hashlib

from rulesdsl import compiled, source
from rulesdsl.syntax import ast


class Files:
    """The parsed files of one workspace, which its root names."""

    def __init__(self, root: str) -> None:
        self._key = compiled.key_of({root: b""})
        self._kinds = compiled.kinds_of(ast, source)

    def get(self, name: str, content: bytes) -> ast.File | None:
        """The syntax of a file, if this very text was read before."""
        kept = compiled.load(self._key, _digest(name.encode("utf-8", "surrogateescape")), tuple, self._kinds)
        match kept:
            case (str(text), ast.File() as file) if text == _digest(content) and file.span.source.name == name:
                return file
        return None

    def keep(self, name: str, content: bytes, file: ast.File) -> None:
        """Keeps a file in the place of an earlier text of it."""
        compiled.save(self._key, _digest(name.encode("utf-8", "surrogateescape")), (_digest(content), file))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
