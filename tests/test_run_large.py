"""Rulebooks larger than those that are shipped: many results, and tables of thousands of rows, which each edition has
its own of. Each row of a run is answered as the case is when it comes alone."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import Isfrules
from test_run import rows

from rulesdsl.deciding import explain_text
from rulesdsl.workspace import Workspace

RESULTS, PRICES = 60, 3000

HEAD = """\
regelverk stor {year} «Stor»
  gjelder {year}-01-01 til {year}-12-31

kilde oss «Oss» status eksempel

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  vare              : tekst
  mengde            : tall mellom 0 og 99

tabell Pris «Pris»
  nøkkel vare    : tekst
  kolonne beløp  : kroner
  fil «pris-{year}.csv»   ifølge oss

tabell Pris_til «Pris til»
  nøkkel vare    : tekst
  kolonne beløp  : kroner
  fil «til-{year}.csv»   ifølge oss

resultat pris : kroner for Episode «Pris»
{declared}

punkt pris «Pris»
  ifølge oss
  pris er mengde * (Pris[vare].beløp ellers {year} kr) + (Pris_til[vare].beløp ellers 0 kr)
"""

ONE = """
punkt nr_{at} «Punkt {at}»
  ifølge oss
  regel mange: r_{at} er {value} når mengde > {at}
  regel få: r_{at} er 0 kr når mengde <= {at}
"""

WARES = [("V 1", 0), ("V 2", 1), ("v 2", 1), (f"V {PRICES}", 30), (f"V {PRICES + 1}", 59), ("V 7", None), (None, 60),
         (None, None)]
CASES = [(f"E{at}", day, *given) for at, (day, given) in enumerate(
    (day, given) for day in ("2020-05-01", "2021-05-01") for given in WARES)]


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stor")
    for year, least in ((2020, 1), (2021, 2)):
        declared = "\n".join(f"resultat r_{at} : kroner for Episode «R {at}»" for at in range(RESULTS))
        texts = [HEAD.format(year=year, declared=declared)]
        for at in range(RESULTS):
            value = f"{at + least} kr" if at % 3 else f"pris + {at} kr" if at % 2 or not at else f"r_{at - 1} + 1 kr"
            texts.append(ONE.format(at=at, value=value))
        (folder / f"{year}.isf").write_text("".join(texts), encoding="utf-8")
        prices = "".join(f"V {at};{at * least},50\n" for at in range(1, PRICES + least))
        for name, lines in (("pris", prices), ("til", f"V 1;{year}\n")):
            (folder / f"{name}-{year}.csv").write_text(f"vare;beløp\n{lines}", encoding="utf-8")
    return folder


@pytest.mark.parametrize("brief", [False, True])
def test_each_row_is_answered_as_the_case_alone(
    rulebook: Path, tmp_path: Path, isfrules: Isfrules, brief: bool
) -> None:
    data, out = tmp_path / "inn.csv", tmp_path / "ut.parquet"
    lines = [";".join("" if value is None else str(value) for value in case) for case in CASES]
    data.write_text("\n".join(["episode_id;utdato;vare;mengde", *lines]) + "\n", encoding="utf-8")
    run = isfrules("--rulebooks", rulebook, "run", data, "-o", out, *["--brief"] * brief)
    assert run.exit_code == 0, run.output
    names = ["episode_id", "utdato", "vare", "mengde"]
    documents = [{name: value for name, value in zip(names, case, strict=True) if value is not None} for case in CASES]
    explained = explain_text(Workspace(rulebook), json.dumps(documents), "").cases
    assert [each.edition for each in explained] == ["stor@2020"] * 8 + ["stor@2021"] * 8
    for number, each in enumerate(explained[0].results):
        wanted = [(case.results[number].value, case.results[number].status) for case in explained]
        assert rows(f"SELECT \"{each.name}\", \"{each.name}.status\" FROM '{out}' ORDER BY rad") == wanted
        if not brief:
            told = [(case.results[number].clause or None, list(case.results[number].missing)) for case in explained]
            assert rows(f"SELECT \"{each.name}.punkt\", \"{each.name}.mangler\" FROM '{out}' ORDER BY rad") == told
    assert len(explained[0].results) == RESULTS + 1
    assert rows(f"SELECT rad, pris FROM '{out}' WHERE rad IN (4, 5, 12, 13) ORDER BY rad") == [
        (4, Decimal(30 * PRICES) + 15), (5, Decimal(59 * 2020)), (12, Decimal(60 * PRICES) + 15),
        (13, Decimal(59 * 2 * (PRICES + 1)) + Decimal("29.50"))]
