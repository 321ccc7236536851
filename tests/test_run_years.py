"""Rows of several years in one run: each is decided by its own edition, with all of its patient in sight, whichever
edition most rows have, and whether or not any has the others."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from test_run import Runs, rows, said

from rulesdsl.deciding import explain_text
from rulesdsl.workspace import Workspace

RULES = """\
regelverk prøve {year} «Prøve {year}»
  gjelder {year}-01-01 til {year}-12-31

kilde oss «Oss» status eksempel

entitet Pasient «Pasient»
  nøkkel pasient_id : tekst

entitet Episode i Pasient som episoder «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  sted              : tekst
  beløp             : kroner

resultat lik : tall for Episode «Andre på samme sted»
resultat refusjon : kroner for Episode «Refusjon»

punkt lik «Lik»
  ifølge oss
  lik er antall annen i pasient.episoder der annen.sted er sted

punkt refusjon «Refusjon»
  ifølge oss
  regel først: refusjon er beløp + {year} kr når lik er 0
  regel siden: refusjon er beløp når lik > 0
"""

DAYS = {year: [f"{year}-{month:02}-{day:02}" for month in (1, 6, 12) for day in (1, 31 - month // 6)]
        for year in (2019, 2020, 2021, 2022)}
"""Some days of each year; 2019 has no edition."""


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("år")
    for year in (2020, 2021, 2022):
        (folder / f"{year}.isf").write_text(RULES.format(year=year), encoding="utf-8")
    return folder


@pytest.fixture
def runs(isfrules: Any, rulebook: Path, tmp_path: Path) -> Runs:
    return Runs(isfrules, rulebook, tmp_path)


def drawn(shares: dict[int, int], seed: int) -> list[dict[str, Any]]:
    """Patients with episodes of several years, some without a day, and some with the key of another."""
    random_ = random.Random(seed)
    years, weights = list(shares), list(shares.values())
    found = []
    for number in range(40):
        episodes = []
        for at in range(random_.randint(1, 4)):
            (year,) = random_.choices(years, weights)
            key = f"{number}-{at - (random_.random() < 0.25)}"
            episode = {"episode_id": key, "utdato": random_.choice(DAYS[year]) if year else None,
                       "sted": random_.choice("AB"), "beløp": f"{random_.randint(0, 900)},50"}
            episodes.append({name: value for name, value in episode.items() if value is not None})
        found.append({"pasient_id": f"P{number}", "episoder": episodes})
    return found


@pytest.mark.parametrize("shares", [
    {2020: 9, 2021: 1}, {2020: 1, 2022: 9}, {2020: 1, 2021: 1, 2022: 1}, {2019: 3, 2020: 2, 2021: 1},
    {2019: 1, 2022: 2}, {2019: 3, 2021: 3, 2022: 4}, {0: 1, 2020: 4, 2021: 2}, {0: 1, 2022: 9}, {2021: 1},
    {2019: 1, 0: 1}, {0: 1, 2019: 1, 2020: 1, 2021: 1, 2022: 1},
], ids=str)
@pytest.mark.parametrize("brief", [False, True])
def test_each_row_by_its_own_year_with_the_patient_in_sight(
    runs: Runs, rulebook: Path, shares: dict[int, int], brief: bool
) -> None:
    documents = drawn(shares, len(shares) + brief)
    names = ("episode_id", "utdato", "sted", "beløp")
    lines = ["pasient_id;" + ";".join(names)]
    lines += [";".join([each["pasient_id"], *(episode.get(name, "") for name in names)])
              for each in documents for episode in each["episoder"]]
    said(runs(runs.csv("\n".join(lines) + "\n"), *["--brief"] * brief), code=1)
    for each in documents:
        for episode in each["episoder"]:
            episode["beløp"] = float(episode["beløp"].replace(",", "."))
    cases = [case for case in explain_text(Workspace(rulebook), json.dumps(documents), "").cases
             if case.entity == "Episode"]
    good = [case for case in cases if not case.errors]
    wanted = [(case.key, case.edition, *((one.value, one.status) for one in case.results)) for case in good]
    found = rows(f'SELECT episode_id, utgave, lik, "lik.status", refusjon, "refusjon.status" FROM \'{runs.out}\' '
                 "ORDER BY rad")
    assert [(key, edition, (lik, a), (refusjon, b)) for key, edition, lik, a, refusjon, b in found] == wanted
    aside = rows(f"SELECT key, code FROM '{runs.folder / 'ut-feil.parquet'}' ORDER BY key, code")
    assert aside == sorted((case.key, error.code) for case in cases for error in case.errors)
