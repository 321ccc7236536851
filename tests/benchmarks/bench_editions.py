"""Ten editions of 2 000 clauses, each a change to the last: checking should grow with the number of changes."""

from pathlib import Path

from benchmarks.bench_check import CLAUSE, HEAD
from benchmarks.timing import median, take_turns

from rulesdsl.check.heads import read_heads
from rulesdsl.check.inherit import Version, versions
from rulesdsl.diagnostics import Problems
from rulesdsl.workspace import Workspace

CLAUSES, EDITIONS = 2_000, 10

CHANGED_HEAD = """\
regelverk prøve {year} «Prøve»
  gjelder {year}-01-01 til {year}-12-31
  endrer prøve {before}

sats pris : kroner per poeng
  fra {year}-01-01: {year}   ifølge oss
"""


def write(folder: Path, changes: int) -> None:
    """A first edition, and those after it with so many changed clauses each; each changes other ones."""
    folder.mkdir()
    first = HEAD + "".join(CLAUSE.format(number=number) for number in range(CLAUSES // 2 - 1))
    (folder / "2020.isf").write_text(first, encoding="utf-8")
    for year in range(2021, 2020 + EDITIONS):
        at = (year - 2021) * changes // 2
        clauses = (CLAUSE.format(number=number).replace("* 0,5", "* 0,4") for number in range(at, at + changes // 2))
        text = CHANGED_HEAD.format(year=year, before=year - 1) + "".join(clauses)
        (folder / f"{year}.isf").write_text(text, encoding="utf-8")


def test_ten_generations_of_changes(tmp_path: Path) -> None:
    print()
    for changes in (0, 20, 40, 80, 160):
        folder = tmp_path / str(changes)
        write(folder, changes)

        read = Workspace(folder, cache=False)
        assert len(read.parsed[0]) == EDITIONS

        def resolve(read: Workspace = read) -> None:
            files, _ = read.parsed
            problems, texts = Problems(), dict[str, tuple[Version, ...]]()
            for name, each in read_heads(list(files.values()), problems).editions.items():
                texts[name] = versions(each, texts[each.base.id] if each.base else (), problems)
            assert len(texts) == EDITIONS
            assert not list(problems)

        def check(folder: Path = folder) -> None:
            workspace = Workspace(folder, cache=False)
            assert len(workspace.index) == EDITIONS, workspace.checked.problems[:1]

        resolved, checked = take_turns([resolve, check], 3)
        print(f"{EDITIONS} editions of {CLAUSES} clauses, {changes:3} changes each: resolving "
              f"{median(resolved, 1e3):6.1f} ms, reading and checking all {median(checked, 1e3):6.0f} ms")
