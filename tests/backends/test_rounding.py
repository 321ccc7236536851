"""Rounded divisions of the largest numbers there are, in every engine: nothing is lost, and nothing stops."""

from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from backends.held import Engine
from backends.postgres_server import by_postgres, postgres  # noqa: F401
from backends.spark_session import by_spark, spark  # noqa: F401
from backends.typed_facts import by_duckdb, decided

from rulesdsl.core import ir
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.workspace import Workspace

MODES = ("avrund", "avrund_ned", "avrund_opp")
FORMULAS = {
    "tall": ("n * n / (n * h); 0", "n * h / n; 0", "h / n; 0", "h / (n * n); 0", "n * n / (h + 1); 0",
             "n / (n * n * n); 0"),
    "tall med 4 desimaler": ("n / m; 4", "h / (m * h); 4", "m * h / h; 4", "n * m / n; 4"),
    "kroner": ("a / h; 2", "a / n; 2"),
}
LONG = {"tall med 12 desimaler": ("n / m; 12", "h / m; 12", "m / h; 12"), "tall": ("n * n / h; 0",),
        "kroner": ("a * h / n; 2", "a * n / h; 2")}
"""Those of more than 20 digits, which Spark does not divide."""

HEAD = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  a                 : kroner
  n                 : tall
  m                 : tall
  h                 : tall med 12 desimaler

"""


def rulebook(folder: Path, formulas: dict[str, tuple[str, ...]]) -> Workspace:
    each = [(kind, mode, formula) for kind, these in formulas.items() for formula in these for mode in MODES]
    results = [f"resultat del_{number} : {kind} for Episode «Del»" for number, (kind, _, _) in enumerate(each)]
    rules = [f"  del_{number} er {mode}({formula}) ellers {'-1 kr' if kind == 'kroner' else '-1'}"
             for number, (kind, mode, formula) in enumerate(each)]
    (folder / "prøve.isf").write_text(
        "\n".join((HEAD, *results, "\npunkt p «P»\n  ifølge oss", *rules, "")), encoding="utf-8")
    return Workspace(folder)


def edition(folder: Path, formulas: dict[str, tuple[str, ...]]) -> ir.Edition:
    workspace = rulebook(folder, formulas)
    made = workspace.edition("prøve@2020")
    assert made is not None, [(each.code, each.labels) for each in workspace.checked.problems]
    return made


FINEST = Decimal("0.000000000001")


def agrees(edition: ir.Edition, engine: Engine, *finest: Decimal) -> None:
    small = (Decimal(0), Decimal(-3), Decimal(1_000_000_000))
    whole = (*small, Decimal(1), Decimal(999_999_999), Decimal(-1_000_000_000))
    fine = (*small, Decimal("999999999.999999999999"), Decimal("-0.5"), *finest)
    amounts = (Decimal(1_000_000_000), Decimal("-0.05"))
    given = [dict(zip("anmh", each, strict=True)) for each in product(amounts, whole, small, fine)]
    cases = [load(Document({"episode_id": f"{number}", "utdato": "2020-05-01"} | each), edition)
             for number, each in enumerate(given)]
    wanted = decided(edition, edition.entities["Episode"], cases)
    assert None not in wanted.answers
    assert wanted.differences(engine(edition, edition.entities["Episode"], wanted.rows)) == []


@pytest.mark.parametrize("formulas", [FORMULAS, LONG])
def test_on_duckdb(tmp_path: Path, formulas: dict[str, tuple[str, ...]]) -> None:
    agrees(edition(tmp_path, formulas), by_duckdb, FINEST)


@pytest.mark.parametrize("formulas", [FORMULAS, LONG])
def test_on_postgres(tmp_path: Path, by_postgres: Engine, formulas: dict[str, tuple[str, ...]]) -> None:  # noqa: F811
    agrees(edition(tmp_path, formulas), by_postgres, FINEST)


def test_on_spark(tmp_path: Path, by_spark: Engine) -> None:  # noqa: F811
    agrees(edition(tmp_path, FORMULAS), by_spark)


def test_a_divisor_without_room_for_its_steps_is_refused(tmp_path: Path) -> None:
    """Twelve digits after the comma by a number of 28 before it, in whole numbers of the same step."""
    problems = rulebook(tmp_path, {"tall": ("h / (n * n * m); 0",)}).checked.problems
    assert [each.code for each in problems] == ["ISF306"] * len(MODES)
    assert "kan trenge 40 sifre; 38 er det meste" in str(problems[0].labels)
