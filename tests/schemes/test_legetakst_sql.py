"""Doctors' bills in SQL over bills and lines, held to the interpreter."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from backends.typed_facts import decided, together_by_duckdb

from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document, read_documents
from rulesdsl.sql.entities import needed_entities
from tests.shipped import shipped

FOLDER = Path(__file__).parents[2] / "regelverk" / "takst_lege"
CODES = (
    "1ad", "1ak", "1bd", "1be", "1e", "1f", "1g", "2ad", "2ae", "2aek", "2ak", "2bd", "2cd", "2ck", "2gd",
    "2ld", "11ad", "11e", "14d", "600", "605", "612a", "701a", "701c", "705g", "706f", "708a", "801", "870",
    "9zz", "K01a", "K02a", "K02b",
)
DAYS = {"2023": "2023-09-0"}
"""The edition with the most clauses; all of them are tried on cases that are made up from the rules."""


def patients(edition: str, count: int) -> list[Document]:
    """Patients with some bills of some lines; every third has holes, and lines may be wrong in any way."""
    found = []
    for seed in range(count):
        chance, number = random.Random(f"{edition} {seed}"), iter(range(1, 1000))
        pick = chance.choice

        def known(facts: dict[str, Any], odds: int = seed % 3, chance: random.Random = chance) -> dict[str, Any]:
            return {name: value for name, value in facts.items() if odds or chance.random() > 0.2}

        bills = []
        for _ in range(pick((1, 1, 2, 3))):
            day = f"{DAYS[edition]}{pick('123456789')}"
            lines = [{
                "linje_id": f"L{next(number)}", "linjedato": pick((day, day, day, f"{DAYS[edition]}1")),
                **known({"nr": place, "takstkode": pick(CODES), "ganger": pick((1, 1, 1, 2, 3, 0, -1))}),
                **known({"oppgitt_honorar": pick((50, 100, 175)), "oppgitt_egenandel": pick((0, 20))}),
                **known({"brukt_av_legen_i_aaret": pick((0, 499, 500))}),
            } for place in range(1, pick((1, 2, 3, 4, 6)) + 1)]
            bills.append({
                "regning_id": f"R{seed}-{next(number)}", "dato": day, "linjer": lines,
                **known({
                    "praksistype": pick(("FALE", "LEVA", "SPES")), "klokketime": pick((7, 10, 15, 16, 23)),
                    "kontaktmaate": pick(("oppmote", "video", "telefon", "elektronisk")),
                    "frikort": pick((True, False)),
                    "helligdag": pick((True, False)), "varighet": pick((20, 21, 40)), "raad_gitt": True,
                    "ga_resept_mv": pick((True, False)), "samarbeid_med": pick((["nav"], ["ambulanse"], [])),
                    "tilstedevakt": False, "driftsavtale": True, "samtykke_kveldspris": pick((True, False)),
                    "betalt_i_aaret": pick((0, 5000)),
                }),
            })
        found.append({"pasient_id": f"P{seed}", "regninger": bills,
                      **known({"fodselsdato": pick(("1980-05-17", "2010-01-01"))})})
    documents, errors = read_documents(json.dumps(found), "pasienter.json")
    assert not errors
    return list(documents)


@pytest.mark.parametrize("name", DAYS)
def test_bills_in_sql_are_decided_as_by_the_interpreter(name: str) -> None:
    edition = shipped(f"takst_lege@{name}")
    cases = [load(each, edition) for each in patients(name, 60)]
    wanted = {each: decided(edition, edition.entities[each], cases) for each in needed_entities(edition)}
    for each, answers in together_by_duckdb(edition, {one: held.rows for one, held in wanted.items()}).items():
        assert wanted[each].differences(answers) == []
        statuses = {answer[0] for row in wanted[each].answers if row for answer in row.values()}
        assert statuses >= {"known", "unknown"}
