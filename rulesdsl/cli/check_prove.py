"""``check --prove``: what the solver can show of all cases, as messages beside those of the check."""

from attrs import evolve

from rulesdsl.core.ir import Edition
from rulesdsl.diagnostics import Diagnostic, Label
from rulesdsl.source import Source, Span
from rulesdsl.workspace import Workspace


def prove(workspace: Workspace, seconds: float) -> tuple[list[Diagnostic], list[str]]:
    """The messages about the editions that have no errors, and what is to be said of each edition."""
    from rulesdsl.prove.findings import find

    editions = [evolve(edition, properties=workspace.promises(edition))
                for info in workspace.index if (edition := workspace.edition(info.id)) is not None]
    known = frozenset((problem.code, label.span.source.name, label.span.line)
                      for problem in workspace.checked.problems for label in problem.labels[:1])
    sources = {name: file.span.source for name, file in workspace.parsed[0].items()}
    problems: list[Diagnostic] = []
    lines: list[str] = []
    for report in find(editions, known, seconds=seconds, wanted=lambda edition: _is_asked(edition, workspace)):
        for each in report.findings:
            spots = [each.spot, *each.also]
            labels = tuple(Label(_line(sources[spot.place.file], spot.place.line, spot.word), spot.label)
                           for spot in spots)
            problems.append(Diagnostic(each.code, each.detail, labels, "", each.clause, each.hint, each.case))
        lines += _summary(report.edition.id, report.asked, len(report.findings), report.limited)
        lines += [f"  ? {each.asked}: ikke avgjort, for {each.reason}" for each in report.unsettled]
    return problems, lines


def _is_asked(edition: Edition, workspace: Workspace) -> bool:
    return workspace.root.is_dir() or workspace.rule_files()[0] in edition.files


def _summary(edition: str, asked: int, found: int, limited: int) -> list[str]:
    from rulesdsl.prove.rooms import MOST

    text = f"{edition}: {asked} spørsmål om alle saker, {found} funn."
    if limited:
        text += f" {limited} av dem er vist bare for saker der inntil {MOST} står sammen."
    return [text]


def _line(source: Source, number: int, word: str) -> Span:
    """A line, or the first one from there on that begins with a word."""
    at = number
    if word:
        lines = source.text.split("\n")
        at = next((each for each in range(number, len(lines) + 1) if _begins(lines[each - 1], word)), number)
    text = source.line(at)
    start = source.offset(at) + len(text) - len(text.lstrip())
    return Span(source, start, start + len(text.strip()))


def _begins(line: str, word: str) -> bool:
    return line.split()[: len(word.split())] == word.split()

