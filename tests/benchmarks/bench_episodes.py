"""Deciding and explaining on the 2020 edition, for each episode, as patients have more and more of them."""

import datetime
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.publish.json import case_json
from rulesdsl.workspace import Workspace

ROOT = Path(__file__).parents[2]
LONGEST = 30.0
"""Seconds; a patient for whom the last took longer than a fourth of this is not made larger still."""


def episode(number: int) -> dict[str, Any]:
    """A visit to an outpatient clinic; every fifth belongs to a group that is paid by the period."""
    day = str(datetime.date(2020, 1, 1) + datetime.timedelta(days=number % 360))
    return {
        "episode_id": f"E{number}", "sektor": "somatikk", "omsorgsniva": "3", "kontakttype": "2", "sted_aktivitet": "1",
        "debitor": "1", "inndato": day, "utdato": day, "drg": "923O", "hdg": None, "utforende": ["1"],
        "utfort_av": "helseforetak", "journalfort": True, "rapportert_npr": True, "bosatt_i_norge": True,
    }


def test_episodes_of_a_patient() -> None:
    edition = Workspace(ROOT / "regelverk").edition("isf@2020")
    assert edition is not None
    print()
    for many in (1, 10, 50, 200, 500, 1000, 2000):
        raw: Any = {"pasient_id": "P", "fodselsdato": "1980-01-01", "episoder": [episode(each) for each in range(many)]}
        times = [time.perf_counter()]
        case = load(Document(raw), edition)
        assert not case.errors, case.errors[:1]
        times.append(time.perf_counter())
        run = decide(edition, case)
        times.append(time.perf_counter())
        reasons = [explain(run, thing) for thing in case.things]
        times.append(time.perf_counter())
        for reason in reasons:
            case_json(reason)
        times.append(time.perf_counter())
        steps = [(after - before) / many * 1e6 for before, after in pairwise(times)]
        print(f"{many:5} episodes: {times[-1] - times[0]:6.2f} s; µs an episode: load {steps[0]:.0f}, "
              f"decide {steps[1]:.0f}, explain {steps[2]:.0f}, JSON {steps[3]:.0f}")
        if times[-1] - times[0] > LONGEST / 4:
            break
