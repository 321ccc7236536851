"""``isfrules run`` where things go wrong: killed in the middle, two at once, a full disk, and data that are broken."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import test_run
from test_run import HEAD, ROOT, Runs, rows, said

from rulesdsl.batch import workplace
from rulesdsl.batch.lines import check_lines, lost_lines
from rulesdsl.batch.problems import CannotRun
from rulesdsl.batch.run import Job, run
from rulesdsl.batch.workplace import LOCK, work_beside
from rulesdsl.workspace import Workspace

rulebook, runs = test_run.rulebook, test_run.runs
"""The rulebook and the folder of runs that tables are tried with."""

THREE = {"ut.parquet", "ut-feil.parquet", "ut-sum.json"}
GOOD = HEAD + ";A;2020-05-01;ja;1;\n"


def many(count: int) -> str:
    """A query for rows that take room, in no order."""
    return (f"SELECT 'P' || (range // 3) AS pasient_id, 'E' || range AS episode_id, DATE '2020-05-01' AS utdato, true "
            f'AS betalt, (range * 7919 % {count}) AS "beløp", md5(range::VARCHAR) AS merke FROM range({count})')


# ── Killed ───────────────────────────────────────────────────────────────────────────────────────────────────

CHILD = """\
import os, signal, sys
from pathlib import Path
from rulesdsl.batch import run as running
from rulesdsl.workspace import Workspace

data, out, rules, moment, number = sys.argv[1:]
left = int(number)

def now(what):
    global left
    if what == moment:
        left -= 1
        if left < 0:
            print("her", flush=True)
            sys.stdin.read(1) if number == "0" and moment == "Teller" else os.kill(os.getpid(), signal.SIGKILL)

for name in ("replace", "unlink"):
    def told(self, *given, _whole=getattr(Path, name), _name=name, **more):
        now(_name)
        return _whole(self, *given, **more)
    setattr(Path, name, told)
running.run(running.Job(data, Path(out), overwrite=True), Workspace(Path(rules)), lambda what, done, of: now(what))
"""


def child(runs: Runs, data: Path, moment: str, number: int = 0) -> "subprocess.Popen[bytes]":
    """A run that is killed at a moment; at «Teller» it waits until somebody writes to it."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(data), str(runs.out), str(runs.rulebook), moment, str(number)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


@pytest.mark.parametrize(("moment", "number"), [("unlink", 0), ("replace", 0), ("replace", 1), ("replace", 2)])
@pytest.mark.parametrize("before", [False, True])
def test_killed_while_the_files_get_their_names(runs: Runs, moment: str, number: int, before: bool) -> None:
    """Where the answers are, all is, and of one run."""
    if before:
        said(runs(runs.csv(HEAD)), code=0)
    data = runs.csv(GOOD)
    with child(runs, data, moment, number) as killed:
        _, told = killed.communicate()
    assert killed.returncode == -signal.SIGKILL, told.decode()
    if runs.out.exists():
        assert before
        assert moment == "unlink"
        assert (runs.answers("rad"), runs.sums()["rows"]["in"]) == ([], 0)
    assert sum(name.startswith(".ut.parquet.") for name in runs.left()) == 1
    said(runs(data, "--overwrite"), code=0)
    assert runs.left() == THREE
    assert (runs.answers("rad"), runs.sums()["rows"]["in"]) == ([(1,)], 1)


def test_what_a_killed_run_left_is_removed_by_the_next(runs: Runs) -> None:
    data = runs.csv(GOOD)
    for _ in range(2):
        with child(runs, data, "Teller") as killed:
            assert killed.stdout is not None
            assert killed.stdout.readline() == b"her\n"
            (left,) = runs.left()
            killed.kill()
        assert runs.left() == {left}
    said(runs(data), code=0)
    assert runs.left() == THREE


def test_two_at_once(runs: Runs) -> None:
    data = runs.csv(GOOD)
    with child(runs, data, "Teller") as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"her\n"
        (working,) = runs.left()
        said(runs(data), "En annen kjøring skriver til", "ut.parquet» nå", "-o")
        assert runs.left() == {working}
        said(runs(data, "-o", runs.folder / "ut2.parquet", out=False), code=0)
        _, told = first.communicate(b"x")
    assert first.returncode == 0, told.decode()
    assert runs.left() == THREE | {name.replace("ut", "ut2", 1) for name in THREE}
    assert len(runs.answers()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
@pytest.mark.parametrize("moment", ["Leser", "Teller"])
def test_ctrl_c_in_the_middle(runs: Runs, moment: str) -> None:
    data = runs.csv(GOOD)
    code = ("import os, signal, sys\nfrom rulesdsl.batch import run as running\n"
            "from rulesdsl import cli\n"
            "whole, moment = running.run, sys.argv[1]\n"
            "def stopped(job, workspace, step):\n"
            "    return whole(job, workspace, lambda what, done, of: what == moment and\n"
            "                 signal.raise_signal(signal.SIGINT))\n"
            "running.run = stopped\nsys.argv = ['isfrules', *sys.argv[2:]]\ncli.main()\n")
    done = subprocess.run([sys.executable, "-c", code, moment, "--rulebooks", str(runs.rulebook), "run", str(data),
                           "-o", str(runs.out)], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, b"", b"")
    assert runs.left() == set()


# ── The folder of a run ──────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_is_there_while_it_is_used(tmp_path: Path) -> None:
    out = tmp_path / "ut.parquet"
    with work_beside(out) as work:
        assert work.parent == tmp_path
        assert work.name.startswith(".ut.parquet.")
        (work / "noe").write_text("x", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_only_folders_of_dead_runs_to_the_same_output_are_removed(tmp_path: Path) -> None:
    out = tmp_path / "ut.parquet"
    kept = [".ut.parquet.x.parquet.abcdefgh", ".ut.parquet.kort", ".ut.parquet.ABCDEFGH", ".utxparquet.abcdefgh",
            "ut.parquet.abcdefgh"]
    for name in (".ut.parquet.abcdefgh", ".ut.parquet.uten_laas", *kept):
        (tmp_path / name).mkdir()
        (tmp_path / name / "arbeid.duckdb").write_text("x", encoding="utf-8")
    (tmp_path / ".ut.parquet.uten_laas").rename(tmp_path / ".ut.parquet.utenlaas")
    (tmp_path / ".ut.parquet.abcdefgh" / LOCK).touch()
    (tmp_path / ".ut.parquet.lenkelen").symlink_to(tmp_path / kept[0])
    (tmp_path / ".ut.parquet.enfilher").write_text("x", encoding="utf-8")
    with work_beside(out) as work:
        there = {each.name for each in tmp_path.iterdir()} - {work.name}
    assert there == {*kept, ".ut.parquet.lenkelen", ".ut.parquet.enfilher"}
    assert {each.name for each in tmp_path.iterdir()} == there
    assert (tmp_path / kept[0] / "arbeid.duckdb").exists()


def test_a_living_folder_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "ut.parquet"
    with work_beside(out) as work:
        with pytest.raises(CannotRun, match="En annen kjøring skriver"), work_beside(out):
            pass
        with work_beside(tmp_path / "annen.parquet"), work_beside(tmp_path / "ut.parquet.x.parquet"):
            assert (work / LOCK).exists()
    with work_beside(out):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["no locks", "no lock on a folder"])
def test_where_there_are_no_locks_nothing_is_removed(tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "no locks":
        monkeypatch.setattr(workplace, "fcntl", None)
    else:
        assert workplace.fcntl is not None

        def refuse(*given: object) -> None:
            raise OSError(9, "Bad file descriptor")
        monkeypatch.setattr(workplace.fcntl, "flock", refuse)
    (tmp_path / ".ut.parquet.abcdefgh").mkdir()
    with work_beside(tmp_path / "ut.parquet") as one, work_beside(tmp_path / "ut.parquet") as other:
        assert one != other
    assert [each.name for each in tmp_path.iterdir()] == [".ut.parquet.abcdefgh"]


@pytest.mark.parametrize(("error", "told"), [
    (duckdb.TransactionException("Failed to commit: Could not write file: No space left on device"), "Disken er full"),
    (OSError(122, "Disk quota exceeded"), "Disken er full"),
    (duckdb.OutOfMemoryException("failed to offload: see 'max_temp_directory_size'"), "Disken er full"),
    (duckdb.OutOfMemoryException("could not allocate block"), "ikke nok minne"),
    (PermissionError(13, "Permission denied", "ut"), "Kunne ikke skrive «ut»"),
])
def test_what_stops_the_work_is_a_message(tmp_path: Path, error: Exception, told: str) -> None:
    with pytest.raises(CannotRun, match=told), work_beside(tmp_path / "ut.parquet"):
        raise error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [
    duckdb.IOException("Could not read /mnt/disk1/inn.parquet"), duckdb.InterruptException("Interrupted"),
    FileNotFoundError(2, "No such file", "inn"), KeyError("x"), KeyboardInterrupt(),
])
def test_what_is_not_known_goes_on(tmp_path: Path, error: BaseException) -> None:
    """A path that has the word disk in it fills no disk."""
    with pytest.raises(type(error)) as raised, work_beside(tmp_path / "ut.parquet"):
        raise error
    assert raised.value is error
    assert list(tmp_path.iterdir()) == []


# ── Disks ────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def disk(where: Path, megabytes: int) -> Iterator[Path]:
    """A small disk of its own; only root may make one."""
    where.mkdir()
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(where)],
                          capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk here: {made.stderr.strip()}")
    try:
        yield where
    finally:
        subprocess.run(["umount", "--lazy", str(where)], check=True)


@pytest.mark.parametrize(("kind", "count", "megabytes"), [
    ("csv", 60_000, 2), ("csv", 200_000, 4), ("parquet", 200_000, 1), ("parquet", 400_000, 2),
])
def test_a_full_disk(runs: Runs, kind: str, count: int, megabytes: int) -> None:
    """At several steps: it fills while rows are taken in, decided, or written. What was there before still is."""
    data = runs.parquet(many(count))
    if kind == "csv":
        with duckdb.connect() as con:
            con.execute(f"COPY (FROM '{data}') TO '{runs.folder / 'inn.csv'}' (DELIMITER ';')")
        data = runs.folder / "inn.csv"
    with disk(runs.folder / "inn-liten", megabytes) as small:
        out = small / "ut.parquet"
        out.write_text("mitt", encoding="utf-8")
        said(runs(data, "-o", out, "--overwrite", out=False), f"Disken er full der «{out}» skal ligge",
             "Ingenting er skrevet")
        assert [path.name for path in small.iterdir()] == ["ut.parquet"]
        assert out.read_text(encoding="utf-8") == "mitt"


def test_a_full_disk_for_what_there_is_no_memory_for(runs: Runs) -> None:
    data = runs.parquet(many(300_000))
    with disk(runs.folder / "inn-liten", 1) as small:
        def step(what: str, done: int, of: int) -> None:
            (work,) = runs.folder.glob(".ut.parquet.*")
            spill = work / "mellomlager"
            if not spill.is_symlink():
                spill.symlink_to(small, target_is_directory=True)
        with pytest.raises(CannotRun, match=r"Disken er full|ikke nok minne"):
            run(Job(str(data), runs.out, memory="60MB"), Workspace(runs.rulebook), step)
    assert runs.left() == set()


def test_memory_that_is_no_amount(runs: Runs) -> None:
    said(runs(runs.csv(HEAD), "--memory", "mye"), "«mye» er ikke en mengde minne", "--memory 8GB")
    assert runs.left() == set()


def test_answers_on_another_disk_than_the_temporary_files(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """All work is done beside the answers: a temporary folder that is full, or elsewhere, is no matter."""
    data = runs.parquet(many(50_000))
    with disk(runs.folder / "inn-temp", 1) as small:
        monkeypatch.setenv("TMPDIR", str(small))
        monkeypatch.setattr("tempfile.tempdir", None)
        said(runs(data), code=0)
        assert list(small.iterdir()) == []
        assert runs.left() == THREE


def test_a_folder_that_may_not_be_written_in(runs: Runs) -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    data = runs.csv(GOOD)
    shut = runs.folder / "inn-stengt"
    shut.mkdir(mode=0o500)
    said(runs(data, "-o", shut / "ut.parquet", out=False), "Kunne ikke skrive")
    assert list(shut.iterdir()) == []


# ── Broken data ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_parquet_file_with_a_broken_page(runs: Runs) -> None:
    path = runs.parquet(many(20_000))
    whole = path.read_bytes()
    for at in (len(whole) // 2, len(whole) - 3000):
        path.write_bytes(whole[:at] + b"\xff" * 64 + whole[at + 64:])
        said(runs(path), "inn.parquet» kan ikke leses")
        assert runs.left() == set()
    path.write_bytes(whole[: len(whole) // 2])
    said(runs(path), "inn.parquet» kan ikke leses som Parquet", "Ta uttrekket på nytt")


def test_a_duckdb_file_that_another_program_has_open(runs: Runs) -> None:
    file = runs.folder / "inn.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(f"CREATE TABLE t AS {many(3)}")
    code = f"import duckdb, sys\ncon = duckdb.connect({str(file)!r})\nprint('her', flush=True)\nsys.stdin.read(1)\n"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"her\n"
        said(runs(f"{file}:t"), "kan ikke åpnes som en DuckDB-fil", "ingen andre skriver i den")
        other.communicate(b"x")
    said(runs(f"{file}:t"), "3 rader avgjort", code=0)


def test_days_with_several_zones(runs: Runs) -> None:
    days = ("2020-05-01T00:30:00+02:00", "2020-05-01 00:30:00-11", "2020-05-01T00:30:00Z", "2020-05-01 00:30",
            "20200501", "01.05.2020")
    text = HEAD + "".join(f";E{number};{day};ja;1;\n" for number, day in enumerate(days)) + ";X;2020-05-01;ja;1;\n"
    said(runs(runs.csv(text)), "7 rader inn = 1 rad avgjort + 6 rader lagt til side", code=1)
    assert [row[2:] for row in runs.aside()] == [("ISF514", "utdato", day) for day in days]
    people = runs.parquet("SELECT 'P1' AS pasient_id, TIMESTAMPTZ '1950-01-01 00:30:00+02' AS fodselsdato",
                          "inn-pasienter.parquet")
    said(runs(runs.csv(GOOD), "--patients", people, "--overwrite"), "fodselsdato", "tidssone", "DATE")


def test_a_key_that_stands_twice_in_two_editions(runs: Runs) -> None:
    text = (HEAD + "P1;A;2020-05-01;ja;1;\nP1;A;2021-05-01;ja;2;\nP2;A;2020-05-01;ja;3;\nP1;B;2021-05-02;ja;4;\n"
            ";A;2020-05-01;ja;5;\n;A;2020-05-01;ja;6;\n")
    said(runs(runs.csv(text)), "6 rader inn = 4 rader avgjort + 2 rader lagt til side", code=1)
    assert runs.aside("rad, code, field, value") == [(row, "ISF511", "episode_id", "A") for row in (1, 2)]
    assert [row[0] for row in runs.answers("rad")] == [3, 4, 5, 6]


def test_patients_that_are_nobody_and_twice(runs: Runs) -> None:
    data = runs.csv(HEAD + "P1;A;2020-05-01;ja;1;\nP2;B;2020-05-01;ja;1;\n;C;2020-05-01;ja;1;\n")
    nobody = runs.csv("pasient_id;fodselsdato\n", "inn-pasienter.csv")
    said(runs(data, "--patients", nobody), "1 rad avgjort + 2 rader lagt til side", code=1)
    assert runs.aside("rad, code") == [(1, "ISF530"), (2, "ISF530")]
    twice = runs.csv("pasient_id;fodselsdato\nP1;1950-01-01\nP1;1951-01-01\nP2;x\n", "inn-pasienter.csv")
    said(runs(data, "--patients", twice, "--overwrite"), "3 rader avgjort + 0 rader lagt til side", code=1)
    assert runs.aside("entitet, rad, code, field") == [
        ("Pasient", 1, "ISF511", "pasient_id"), ("Pasient", 2, "ISF511", "pasient_id"),
        ("Pasient", 3, "ISF514", "fodselsdato")]
    wrong = runs.parquet("SELECT ['P1'] AS pasient_id", "inn-pasienter.parquet")
    said(runs(data, "--patients", wrong, "--overwrite"), "pasient_id", "lister")


def test_tables_without_rows(runs: Runs) -> None:
    empty = runs.parquet(f"SELECT * FROM ({many(1)}) WHERE false")
    for data in (empty, runs.csv(HEAD.rstrip()), runs.csv(HEAD + "\n\n")):
        said(runs(data, "--overwrite"), "0 rader inn = 0 rader avgjort + 0 rader lagt til side", code=0)
        assert (runs.answers(), runs.aside()) == ([], [])
        assert runs.left() == THREE
        assert runs.sums()["rows"]["in"] == 0
    with duckdb.connect(str(runs.folder / "inn.duckdb")) as con:
        con.execute(f"CREATE TABLE t AS SELECT * FROM '{empty}'")
    said(runs(f"{runs.folder / 'inn.duckdb'}:t", "--overwrite"), "0 rader inn", code=0)


# ── Large texts ──────────────────────────────────────────────────────────────────────────────────────────────

WIDE = HEAD.rstrip() + ";notat\n"
BROKEN = {
    "few": (b"P1;X;2020-05-01\n", "for få verdier"), "many": (b"P1;X;2020-05-01;ja;1;;;x\n", "for mange verdier"),
    "signs": (b"P1;\xe6;2020-05-01;ja;1;;\n", "ikke UTF-8"), "quote": (b'P1;"X"y;2020-05-01;ja;1;;\n', "anførselstegn"),
    "long": (b"P1;" + b"x" * 3_000_000 + b";2020-05-01;ja;1;;\n", "for lang"),
}


def write_broken(path: Path, broken: bytes, half: int, width: int = 0) -> None:
    """A CSV file with a broken line between two halves, each of so many lines. ``width`` is that of a column that is no
    field."""
    with path.open("wb") as file:
        file.write(WIDE.encode())
        for part in range(2):
            for start in range(0, half, 10_000):
                file.write(b"".join(
                    b"P%d%d;E%d;2020-05-01;ja;%d,50;1;%s\n" % (part, each // 5, each, each % 997, b"x" * width)
                    for each in range(start, min(start + 10_000, half))))
            if part == 0:
                file.write(broken)


def check_broken(runs: Runs, data: Path, half: int, why: str) -> None:
    said(runs(data), "+ 1 rad lagt til side", "ISF531", code=1)
    assert runs.sums()["rows"] == {"in": 2 * half + 1, "decided": 2 * half, "set_aside": 1, "broken_lines": 1}
    (found,) = runs.aside("rad, linje, code, message")
    assert found[:3] == (None, half + 2, "ISF531")
    assert why in found[3]
    assert rows(f"SELECT count(*), min(rad), max(rad), count(DISTINCT rad) FROM '{runs.out}'") == [
        (2 * half, 1, 2 * half, 2 * half)]
    # The rows after the broken line are those that stand there.
    assert rows(f"SELECT pasient_id, episode_id FROM '{runs.out}' WHERE rad IN ({half}, {half + 1}) ORDER BY rad") == [
        (f"P0{(half - 1) // 5}", f"E{half - 1}"), ("P10", "E0")]


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_line_in_the_middle_of_a_text(runs: Runs, kind: str) -> None:
    broken, why = BROKEN[kind]
    data = runs.folder / "inn.csv"
    write_broken(data, broken, 50_000)
    check_broken(runs, data, 50_000, why)


@pytest.mark.skipif(os.environ.get("ISFRULES_BIG") != "1", reason="writes 2 GB and takes minutes; set ISFRULES_BIG=1")
def test_a_broken_line_in_the_middle_of_a_large_text(runs: Runs) -> None:
    data = runs.folder / "inn.csv"
    try:
        write_broken(data, BROKEN["few"][0], 5_000_000, 165)
        assert data.stat().st_size > 2_000_000_000
        check_broken(runs, data, 5_000_000, BROKEN["few"][1])
    finally:
        data.unlink()


LINES = b"a;b\n1;2\n3;4\n"


@pytest.mark.parametrize(("text", "read", "lost"), [
    (LINES, 2, 0), (LINES.rstrip(), 2, 0), (LINES.replace(b"\n", b"\r\n"), 2, 0), (b"\n" + LINES + b"\n\r\n\n", 2, 0),
    (LINES, 1, 1), (LINES.rstrip(), 1, 1), (LINES + b"\n5;6\n", 2, 1), (LINES, 0, 2), (b"a;b", 0, 0), (b"a;b\n", 0, 0),
    (b"a\n" + b"1\n" * 5_000_000, 4_999_990, 10),
])
def test_lines_that_are_lost(tmp_path: Path, text: bytes, read: int, lost: int) -> None:
    """A quotation mark that is not ended takes the lines after it into itself."""
    file = tmp_path / "inn.csv"
    file.write_bytes(text)
    assert lost_lines(file, read) == lost
    if lost:
        said = "1 linje i «inn» er ikke lest som egen rad: den" if lost == 1 else (
            f"{lost} linjer i «inn» er ikke lest som egne rader: de")
        with pytest.raises(CannotRun, match=said):
            check_lines(file, "inn", read)
    else:
        check_lines(file, "inn", read)


# ── Adopted with the proposals ───────────────────────────────────────────────────────────────────────────────


def test_a_quotation_mark_that_nobody_ended(runs: Runs) -> None:
    """Lines that it takes into itself are not lost without a word, whether a second mark ends it or not."""
    lines = [f"P{number};E{number};2020-05-01;ja;{number};\n" for number in range(6)]
    for end in ("", ';Y";2020-05-01;ja;1;\n'):
        text = HEAD + "".join(lines[:2]) + ';"X;2020-05-01;ja;1;\n' + "".join(lines[2:4]) + end + "".join(lines[4:])
        said(runs(runs.csv(text)), "er ikke lest som egne rader", "et anførselstegn som ikke er avsluttet")
        assert runs.left() == set()
    said(runs(runs.csv(HEAD + "".join(lines) + ';"X\nY";2020-05-01;ja;1;\n')), "1 linje i", "anførselstegn")


def test_lines_that_end_in_two_ways(runs: Runs) -> None:
    text = (HEAD + ";A;2020-05-01;ja;1;\n" * 3).replace("\n", "\r\n") + ";B;2020-\n05-01;ja;1;\r\n"
    said(runs(runs.csv(text)), "kan ikke leses", "LF eller CRLF")


def test_the_table_that_is_broken_is_the_one_that_is_named(runs: Runs) -> None:
    people = runs.parquet(many(20_000), "inn-pasienter.parquet")
    whole = people.read_bytes()
    people.write_bytes(whole[:4] + whole[len(whole) // 2:])
    said(runs(runs.csv(GOOD), "--patients", people), "inn-pasienter.parquet» kan ikke leses", "Ta uttrekket på nytt")
    said(runs(people), "inn-pasienter.parquet» kan ikke leses")


@pytest.mark.parametrize("name", ["ut.parquet", "ut-feil.parquet", "ut-sum.json"])
def test_a_folder_has_one_of_the_names(runs: Runs, name: str) -> None:
    """Known before anything is done, so that no answers of before are lost."""
    (runs.folder / name).mkdir()
    said(runs(runs.csv(GOOD), "--overwrite"), f"{name}» er en mappe")
    assert runs.left() == {name}
