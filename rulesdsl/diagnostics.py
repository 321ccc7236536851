"""Messages as data: what went wrong, where, and the one action that helps.

A message is made once, where it is found, and rendered by whoever shows it. Its title and reason stand in the
catalogue (``rulesdsl.catalog``) under its code.
"""

import errno
from collections.abc import Iterable, Iterator, Sequence

from attrs import field

from rulesdsl.source import Span, frozen


@frozen
class Label:
    """A place and what is to be said of it, in a few words."""

    span: Span
    text: str


@frozen
class Diagnostic:
    """One message.

    ``code`` is the stable catalogue code; ``detail`` names what it is about; ``labels`` are the places in
    ``.isf`` texts, the first the main one; ``path`` is the place in a case (``episoder[2].drg``) or in a table
    (``kostnadsvekt-2020.csv:3``); ``clause`` is the clause at fault; ``hint`` is at most one action. ``case`` is a
    case in words that shows it.
    """

    code: str
    detail: str = ""
    labels: tuple[Label, ...] = ()
    path: str = ""
    clause: str = ""
    hint: str = ""
    case: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the message stops the work; warnings (``ISF…`` with severity advarsel) do not."""
        from rulesdsl.catalog import entry

        return entry(self.code).severity == "feil"

    def sort_key(self) -> tuple[str, int, str, str]:
        if not self.labels:
            return ("", 0, self.path, self.code)
        span = self.labels[0].span
        return (span.source.name, span.start, self.path, self.code)


@frozen
class Problems:
    """The messages of one pass, in the order they were found."""

    found: list[Diagnostic] = field(factory=list)

    def add(
        self, code: str, span: Span | None = None, label: str = "", *, detail: str = "", hint: str = "",
        path: str = "", clause: str = "", also: Sequence[tuple[Span, str]] = (),
    ) -> None:
        """Note a message; ``also`` names further places."""
        labels = ((Label(span, label),) if span is not None else ()) + tuple(Label(s, t) for s, t in also)
        self.found.append(Diagnostic(code, detail, labels, path, clause, hint))

    def extend(self, others: Iterable[Diagnostic]) -> None:
        self.found.extend(others)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.found)


_SYSTEM = {
    errno.ENOENT: "finnes ikke", errno.EEXIST: "finnes alt", errno.EISDIR: "er en mappe",
    errno.ENOTDIR: "er ikke en mappe", errno.ENAMETOOLONG: "navnet er for langt", errno.ELOOP: "lenker i ring",
    errno.EACCES: "ingen tilgang", errno.EPERM: "ikke tillatt", errno.EROFS: "disken kan bare leses",
    errno.ENOSPC: "disken er full", errno.EDQUOT: "kvoten er brukt opp", errno.EMFILE: "for mange filer er åpne",
    errno.EIO: "feil ved lesing eller skriving",
}


def os_said(error: OSError) -> str:
    """Why the system would not read or write, in Norwegian where that is known."""
    return _SYSTEM.get(error.errno or 0) or error.strerror or str(error)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``Mente du «kommune»?`` when a known name is near, else nothing. Large and small letters are alike, and ``ae``,
    ``oe`` and ``aa`` are as good as the letters they stand for."""
    from difflib import get_close_matches  # takes a while, and most runs have no mistake

    names = {_plain(each): each for each in sorted(set(known), reverse=True)}
    near = get_close_matches(_plain(name), sorted(names), n=1, cutoff=0.7)
    return f"Mente du «{names[near[0]]}»?" if near else ""


def _plain(name: str) -> str:
    """A name as it is on a keyboard without Norwegian letters."""
    for letter, plain in (("æ", "ae"), ("ø", "o"), ("oe", "o"), ("å", "a"), ("aa", "a")):
        name = name.casefold().replace(letter, plain)
    return name


def render_plain(problem: Diagnostic) -> str:
    """The message as plain text: severity, code and title; place; the line underlined; the hint."""
    from rulesdsl.catalog import entry

    about = entry(problem.code)
    lines = [f"{about.severity} {problem.code}  {about.title}" + (f": {problem.detail}" if problem.detail else "")]
    if not problem.labels and (problem.path or problem.clause):
        lines.append("  " + " · ".join(filter(None, [problem.path, _clause(problem.clause)])))
    for number, label in enumerate(problem.labels):
        source = label.span.source
        line, column = source.position(label.span.start)
        place = f"{source.name}:{line}"
        extra = [_clause(problem.clause), problem.path] if number == 0 else []
        lines.append("  " + " · ".join(filter(None, [place, *extra])))
        shown, column = _window(source.line(line).expandtabs(1), column)
        width = max(1, min(label.span.end - label.span.start, len(shown) - column + 1))
        lines.append(f"  {line:>5} │ {shown}")
        underline = " " * (column - 1) + "^" * width
        lines.append(f"  {'':>5} │ {underline} {label.text}".rstrip())
    if problem.case:
        lines.append(f"  Sak: {problem.case}")
    if problem.hint:
        lines.append(f"  {problem.hint}")
    return "\n".join(lines)


def _clause(clause: str) -> str:
    return f"punkt {clause}" if clause else ""


def _window(line: str, column: int, width: int = 140) -> tuple[str, int]:
    """A very long line is cut to a window around the place."""
    if len(line) <= width:
        return line, column
    start = max(0, column - 1 - width // 2)
    return ("…" if start else "") + line[start : start + width], column - start + (1 if start else 0)
