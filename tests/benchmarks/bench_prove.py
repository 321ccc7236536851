"""Proving: every property of isf@2020, ``check --prove`` of each of our editions, and of 100 to 500 clauses."""

import time
from pathlib import Path

from benchmarks.bench_check import CLAUSE, HEAD

from rulesdsl.prove.findings import find
from rulesdsl.prove.properties import prove_property
from rulesdsl.workspace import Workspace

ROOT = Path(__file__).parents[2]


def test_properties() -> None:
    workspace = Workspace(ROOT / "regelverk")
    edition = workspace.edition("isf@2020")
    assert edition is not None
    print()
    for promise in workspace.promises(edition).values():
        made = prove_property(promise, edition)
        print(f"{promise.name:24} {made.verdict:12} {made.seconds:6.2f} s, for {made.speaks_of}")


def test_our_editions() -> None:
    workspace = Workspace(ROOT / "regelverk")
    editions = [edition for each in workspace.index if (edition := workspace.edition(each.id)) is not None]
    print()
    start = time.perf_counter()
    for report in find(editions, seconds=20):
        seconds, start = time.perf_counter() - start, time.perf_counter()
        print(f"{report.edition.id:10} {report.asked:4} questions, {len(report.findings)} findings, "
              f"{len(report.unsettled)} not settled: {seconds:5.1f} s")


def test_many_clauses(tmp_path: Path) -> None:
    print()
    for clauses in (100, 200, 500):
        folder = tmp_path / str(clauses)
        folder.mkdir()
        text = HEAD + "".join(CLAUSE.format(number=number) for number in range(clauses // 2 - 1))
        (folder / "prøve.isf").write_text(text, encoding="utf-8")
        edition = Workspace(folder, cache=False).edition("prøve@2020")
        assert edition is not None
        start = time.perf_counter()
        (report,) = find([edition], seconds=20)
        seconds = time.perf_counter() - start
        print(f"{clauses:4} clauses: {report.asked:4} questions, {len(report.findings)} findings, "
              f"{len(report.unsettled)} not settled: {seconds:6.1f} s, {seconds / clauses * 1e3:5.0f} ms a clause")
