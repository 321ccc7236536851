"""Messages on a terminal: the very text of ``diagnostics.render_plain``, with colour laid on."""

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.text import Text

from rulesdsl.core.values import listed
from rulesdsl.diagnostics import Diagnostic, render_plain
from rulesdsl.publish.line import clean

_SHOWN = re.compile(r"^  +\d+ │ ")
_UNDER = re.compile(r"^  +│ +(\^+)")
LEAST_ROOM = 24
"""So many columns there must be below a mark for anything to be said there."""
_HEAD = re.compile(r"^(feil|advarsel) \S+")


def render_problem(problem: Diagnostic, colour: bool, width: int = 0) -> Text:
    """One message: severity and code, place, the line underlined, the hint. With a ``width`` what is said of the line
    stands below the mark, in lines of its own, where there is no room beside it."""
    text = Text(overflow="fold")
    lines = [clean(line) for line in render_plain(problem).split("\n")]
    for number, line in enumerate(lines):
        hint = bool(problem.hint) and number == len(lines) - 1
        styled = _styled(line, number == 0, hint, problem.is_error) if colour else Text(line)
        text.append_text(_below(styled, width) if 0 < width < cell_len(line) else styled)
        if number < len(lines) - 1:
            text.append("\n")
    return text


def _below(line: Text, width: int) -> Text:
    """What is said of an underlined line, below the mark; any other line as it is."""
    found = _UNDER.match(line.plain)
    if found is None or not line.plain[found.end():].strip() or width - found.start(1) < LEAST_ROOM:
        return line
    mark, said = line[: found.end()], line[found.end() + 1:]
    front = line[: found.start(1)]
    for part in said.wrap(Console(), width - found.start(1)):
        mark = Text("\n").join([mark, front + part])
    return mark


def render_problems(problems: Sequence[Diagnostic], colour: bool, width: int = 0) -> RenderableType:
    """All messages with a blank line between, and how many there were."""
    texts: list[Text] = []
    for problem in problems:
        texts += [render_problem(problem, colour, width), Text()]
    return Group(*texts, Text(tally(problems), "bold" if colour and problems else ""))


def plain_problems(problems: Sequence[Diagnostic]) -> str:
    """The same without colour; no line is broken, so that a program finds the places."""
    texts = ["\n".join([clean(line) for line in render_plain(problem).split("\n")]) for problem in problems]
    return "\n\n".join([*texts, tally(problems)]) + "\n"


def tally(problems: Iterable[Diagnostic]) -> str:
    """``3 feil og 1 advarsel``."""
    errors = [problem.is_error for problem in problems]
    faults, warnings = errors.count(True), errors.count(False)
    parts = [f"{faults} feil"] if faults else []
    parts += [f"{warnings} {'advarsel' if warnings == 1 else 'advarsler'}"] if warnings else []
    return listed(parts) or "Ingen feil"


def _styled(line: str, head: bool, hint: bool, error: bool) -> Text:
    text = Text(line)
    signal = "bold red" if error else "bold yellow"
    if head:
        text.stylize("bold")
        if found := _HEAD.match(line):
            text.stylize(signal, *found.span())
    elif hint:
        text.stylize("green")
    elif found := _UNDER.match(line):
        text.stylize("dim", 0, found.start(1))
        text.stylize(signal, found.start(1), len(line))
    elif found := _SHOWN.match(line):
        text.stylize("dim", 0, found.end())
    else:
        text.stylize("cyan")
    return text
