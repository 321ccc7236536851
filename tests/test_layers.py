"""The order of the rooms: imports go strictly downwards, what touches the world stands on top, and no file is a heap.

The layers are those of README's «Layers». The imports are read from the source, so that a lazy one counts too.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rulesdsl"

LAYERS = {
    "source": 0,
    "diagnostics": 1, "catalog": 1,
    "syntax": 2, "core": 2,
    "check": 3,
    "evaluate": 4, "compare": 4, "sql": 4, "prove": 4, "publish": 4, "convert": 4,
    "workspace": 5, "compiled": 5, "read_before": 5, "deciding": 5, "courses": 5, "verifying": 5,
    "generate": 5, "trying": 5, "suggesting": 5, "proving": 5, "reaching": 5, "batch": 5,
    "cli": 6, "strategies": 6,
    "__main__": 7,
}

SIDEWAYS = {
    ("diagnostics", "catalog"): "a message takes its title from the catalogue",
    ("workspace", "compiled"): "a workspace keeps what it compiled",
    ("workspace", "read_before"): "and what it read",
    ("read_before", "compiled"): "kept in the same way",
    ("deciding", "workspace"): "the edition of a case is looked up where the editions are",
    ("courses", "deciding"): "each rulebook decides its part of a course as it does a case that comes alone",
    ("courses", "workspace"): "and its edition is looked up where the editions are",
    ("verifying", "deciding"): "a receipt is tried by deciding the case again",
    ("verifying", "workspace"): "the edition of a receipt is looked up where the editions are",
    ("trying", "generate"): "a property is tried on cases that are made up",
    ("suggesting", "generate"): "so are the cases by which a mistake is told",
    ("deciding", "reaching"): "an explanation may say what it would take",
    ("proving", "trying"): "a case that breaks a property is made as simple as can be",
    ("batch", "deciding"): "the edition of a row is that of its day, as for a case",
    ("batch", "workspace"): "and is looked up where the editions are",
    ("sql", "evaluate.documents"): "a value is shown as messages about cases show it",
    ("sql", "evaluate.read_value"): "a code is valid, and a list too long, just when reading a case says so",
    ("prove", "evaluate"): "a counterexample is decided again before anybody sees it",
    ("prove.difference", "compare"): "what is proved of two editions is told as other differences between them are",
    ("prove.difference_atoms", "compare"): "what is changed is said before what is not",
    ("prove.difference_proof", "compare"): "and found as for a case that is decided in both",
    ("prove.difference_witness", "compare"): "a case that shows it has the answers of one that was given",
    ("compare", "evaluate"): "both editions decide, and the words of the explanation say what parts them",
    ("publish", "evaluate.explanation"): "the explanation is what is published",
    ("publish.course", "evaluate.course"): "so is what a course comes to",
    ("publish.course_json", "evaluate.course"): "for programs as for people",
    ("publish.differences", "compare"): "what is changed between editions is published too",
    ("publish.differences_json", "compare"): "for programs as for people",
    ("publish.differences_markdown", "compare"): "and as a chapter",
    ("publish.contrast", "compare"): "what a change is worth over a table is published too",
    ("publish.contrast_text", "compare"): "for a terminal",
    ("publish.contrast_markdown", "compare"): "as Markdown",
    ("publish.contrast_data", "compare"): "for programs and for Excel",
    ("publish.contrast_html", "compare"): "as a page",
    ("publish.contrast_charts", "compare"): "and the charts in it",
    ("publish.proofs", "prove"): "what was proved is published too",
    ("publish.proofs", "evaluate"): "with the cases that break it, explained",
    ("publish.proofs_json", "prove"): "for programs as for people",
    ("publish.proofs_json", "evaluate"): "with the same cases",
    ("publish.thresholds", "prove"): "where a step changes a result by much is published too",
    ("publish.thresholds", "evaluate"): "with cases that show it",
    ("publish.example_text", "prove"): "and these cases as an author writes examples",
    ("publish.example_text", "evaluate"): "with the facts and results they had",
    ("publish.mistakes", "evaluate"): "mistakes that no example notices are published too, with examples that would",
    ("publish.difference", "compare"): "and so is what is proved of the change",
    ("publish.difference", "prove.difference"): "which is plain data, without the solver",
    ("publish.difference_json", "prove.difference"): "for programs as for people",
    ("publish.difference_markdown", "prove.difference"): "and as Markdown",
    ("publish.json", "evaluate.receipt"): "and so is the receipt it carries",
    ("publish.case_schema", "evaluate.read_value"): "a schema says of values just what reading them demands",
}
"""What may import within its own layer, and why."""

LONG = {
    "core/ir.py": "the core language, one class a node",
    "syntax/ast.py": "the syntax, one class a node",
}
"""Files past 400 lines, and the reason."""

WORLD = {"os", "sys", "pathlib", "shutil", "tempfile", "glob", "locale", "time", "random", "secrets", "socket",
         "subprocess", "threading", "asyncio", "multiprocessing", "signal", "getpass", "platform", "urllib", "http",
         "curses", "logging", "sqlite3", "click"}
"""Modules by which a program reaches files, the clock, the locale, the terminal or chance."""

CHANCE = {
    ("trying", "random"): "cases are made up by chance, and by the same chance for the same seed",
    ("suggesting", "random"): "as for trying",
    ("prove.solving", "time"): "a question to the solver has a limit of time",
    ("prove.difference_search", "time"): "and so has a search by many questions",
    ("prove.difference_proof", "time"): "which says how long it took",
    ("prove.properties", "time"): "and says how long it took",
    ("prove.why_not", "time"): "and so have several in a row",
    ("prove.thresholds", "time"): "as have those that look for one value after another",
}
"""What may reach for one of these after all, and why."""

FILES = sorted(PACKAGE.rglob("*.py"))


@frozen
class Import:
    """One import of our own: the module that has it, the module it names, and the line."""

    by: str
    of: str
    line: int

    def __str__(self) -> str:
        return f"{self.by}:{self.line} imports {self.of}"


def module_of(path: Path) -> str:
    """``check/infer.py`` is ``check.infer``; a package is called by its folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {module_of(path): path for path in FILES}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for name, path in MODULES.items():
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports(typing_too: bool = True) -> Iterator[Import]:
    """Every import of one of our modules by another; of the package itself only ``__version__`` and its place."""
    for by, tree in trees():
        hidden = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.If)
                  and ast.unparse(node.test) == "TYPE_CHECKING" for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if id(node) in hidden and not typing_too:
                continue
            match node:
                case ast.ImportFrom(module="rulesdsl", names=names):
                    found = [alias.name for alias in names]
                case ast.ImportFrom(module=str(module), names=names, level=0) if module.startswith("rulesdsl."):
                    inner = module.removeprefix("rulesdsl.")
                    found = [full if (full := f"{inner}.{alias.name}") in MODULES else inner for alias in names]
                case ast.Import(names=names):
                    found = [alias.name.removeprefix("rulesdsl.") for alias in names
                             if alias.name.startswith("rulesdsl.")]
                case ast.ImportFrom(level=level) if level > 0:
                    raise AssertionError(f"{by}:{node.lineno}: imports are written in full")
                case _:
                    continue
            yield from (Import(by, of, node.lineno) for of in found if of != "__version__")


def room(module: str) -> str:
    return module.partition(".")[0]


def within(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}.")


IMPORTS = [each for each in imports() if each.by]


def test_every_room_has_a_layer() -> None:
    assert {room(name) for name in MODULES if name} == set(LAYERS)


def test_imports_go_strictly_downwards() -> None:
    wrong = [
        str(each) for each in IMPORTS
        if room(each.by) != room(each.of) and LAYERS[room(each.by)] <= LAYERS[room(each.of)]
        and not any(within(each.by, by) and within(each.of, of) for by, of in SIDEWAYS)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_exception_is_used() -> None:
    unused = [pair for pair in SIDEWAYS
              if not any(within(each.by, pair[0]) and within(each.of, pair[1]) for each in IMPORTS)]
    assert not unused


@pytest.mark.parametrize(("seer", "unseen"), [
    ("core", ("diagnostics", "catalog", "syntax")),
    ("evaluate", ("syntax", "check")),
    ("compare", ("syntax", "check")),
    ("publish", ("syntax", "check")),
    ("syntax", ("core",)),
])
def test_what_a_room_never_sees(seer: str, unseen: tuple[str, ...]) -> None:
    wrong = [str(each) for each in IMPORTS if room(each.by) == seer and room(each.of) in unseen]
    assert not wrong, "\n".join(wrong)


def test_no_module_imports_itself_by_a_detour() -> None:
    """Lazy imports count: what must wait to be imported is in the wrong place. A package may import its modules."""
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for each in imports(typing_too=False):
        if each.of in graph and each.of != each.by:
            graph[each.by].add(each.of)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_nothing_below_the_workspace_touches_the_world() -> None:
    """No files, clock, locale, terminal or chance. ``importlib.resources`` reads the package's own data only."""
    wrong = []
    for name, tree in trees():
        if not name or room(name) in ("workspace", "compiled", "batch", "cli", "__main__"):
            continue
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [f"{name}:{node.lineno} imports {each}" for each in names  # type: ignore[attr-defined]
                      if each.partition(".")[0] in WORLD and (name, each) not in CHANCE]
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("open", "print", "input") or called.endswith((".today", ".now", ".utcnow")):
                    wrong.append(f"{name}:{node.lineno} calls {called}")
    assert not wrong, "\n".join(wrong)


def test_explaining_a_known_rulebook_reads_no_grammar(tmp_path: Path) -> None:
    """Once compiled, ``explain`` imports neither the parser nor what only pages and tests need."""
    case = str(ROOT / "examples" / "drg-442-korrigerte-poeng.json")
    code = (
        "import contextlib, io, json, sys\n"
        "from rulesdsl.cli import group\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    group.main(['explain', {case!r}], prog_name='isfrules', standalone_mode=False)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules}\n"
        "    | {name for name in sys.modules if name.startswith('rulesdsl.')})))\n"
    )
    environment = os.environ | {"ISFRULES_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environment.pop("COVERAGE_PROCESS_START", None)
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True,
                       encoding="utf-8", check=True).stdout
        for _ in range(2)
    ]
    first, second = (set(json.loads(run)) for run in runs)
    assert "lark" in first
    unwanted = {"lark", "jinja2", "hypothesis", "rulesdsl.check", "rulesdsl.syntax"}
    assert not second & unwanted


def test_files_are_short_or_have_a_reason() -> None:
    long = {path.relative_to(PACKAGE).as_posix() for path in FILES
            if len(path.read_text(encoding="utf-8").splitlines()) > 400}
    assert long == set(LONG)


def test_the_interpreter_can_be_read_in_one_sitting() -> None:
    assert len((PACKAGE / "evaluate" / "interpreter.py").read_text(encoding="utf-8").splitlines()) < 250


def test_no_module_is_a_heap() -> None:
    heaps = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base", "stuff"}
    assert not [name for name in MODULES if heaps & set(name.split("."))]


@pytest.mark.parametrize("name", [name for name in MODULES if name != "__main__"])
def test_every_module_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))
