"""No scheme is a special case of the engine: its code names none of them."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCHEMES = sorted(path.name for path in (ROOT / "regelverk").iterdir() if path.is_dir())
CODE = sorted(path for path in (ROOT / "rulesdsl").rglob("*.py") if "catalog" not in path.parts)
"""All of the code but the catalogue, whose examples are of ISF, for authors to recognise."""


def texts(path: Path) -> list[str]:
    """The texts that the code works with: not its docstrings, nor what a user reads (which has spaces)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
            and " " not in node.value]


def test_there_are_schemes_to_name() -> None:
    assert len(SCHEMES) > 10
    assert "isf" in SCHEMES


def test_the_engine_names_no_scheme() -> None:
    named = re.compile(rf"(?:{'|'.join(map(re.escape, SCHEMES))})(?:@.*)?")
    found = {path.relative_to(ROOT).as_posix(): each for path in CODE for each in texts(path) if named.fullmatch(each)}
    assert found == {}


def test_nothing_but_isf_is_ever_mentioned() -> None:
    """Not even in a comment: those of ISF are examples of what a name looks like."""
    others = [name for name in SCHEMES if name != "isf"]
    found = [path.name for path in CODE for name in others
             if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8"))]
    assert found == []
