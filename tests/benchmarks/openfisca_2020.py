"""A slice of ISF 2020 in OpenFisca, from file to file: stays and day treatments in somatic care that have a DRG.

Runs as a process of its own, under a Python that has openfisca-core and pyarrow:
``openfisca_2020.py EPISODES WEIGHTS OUTPUT``.
"""

import csv
import json
import resource
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core.entities import Entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Episode = Entity("episode", "episoder", "Én kontakt eller ett opphold", "")
YEAR = "2020"
SLICE = (pc.field("sektor") == "somatikk") & pc.field("omsorgsniva").isin([1, 2]) & pc.field("drg").is_valid()
OTHER_PAYERS = np.array([11, 12, 13, 20, 22, 24, 30, 32, 51, 60, 70, 99])


def fact(name: str, kind: type) -> type[Variable]:
    return type(name, (Variable,), {"value_type": kind, "entity": Episode, "definition_period": DateUnit.YEAR})


class tellende(Variable):
    value_type, entity, definition_period = bool, Episode, DateUnit.YEAR

    def formula(episoder, period):
        debitor, utfort_av = episoder("debitor", period), episoder("utfort_av", period)
        avtale = (episoder("mellom_nivaaer", period) * episoder("forankret", period)
                  * episoder("sikrer_rapportering", period))
        return (
            episoder("journalfort", period) * episoder("rapportert_npr", period) * episoder("bosatt_i_norge", period)
            * ~np.isin(debitor, OTHER_PAYERS)
            * ~((utfort_av == "annen") * (debitor != 90))
            * ~((utfort_av == "kommune") * ~avtale)
            * ~episoder("saerformaal", period)
        )


class refusjon(Variable):
    value_type, entity, definition_period = float, Episode, DateUnit.YEAR

    def formula(episoder, period, parameters):
        isf = parameters(period).isf
        return np.round(
            episoder("tellende", period) * episoder("isf_poeng", period) * isf.enhetspris * isf.refusjonssats, 2)


def system() -> TaxBenefitSystem:
    made = TaxBenefitSystem([Episode])
    rates = {name: {"values": {"2020-01-01": {"value": value}}}
             for name, value in (("enhetspris", 45808), ("refusjonssats", 0.5))}
    made.parameters = ParameterNode("", data={"isf": rates})
    facts = {"debitor": int, "utfort_av": str, "saerformaal": bool, "isf_poeng": float}
    facts |= dict.fromkeys(("journalfort", "rapportert_npr", "bosatt_i_norge", "mellom_nivaaer", "forankret",
                            "sikrer_rapportering"), bool)
    made.add_variables(*(fact(name, kind) for name, kind in facts.items()), tellende, refusjon)
    return made


def main(episodes: str, weights: str, output: str) -> None:
    names = ["episode_id", "debitor", "utfort_av", "saerformaal", "drg", "korrigerte_poeng", "journalfort",
             "rapportert_npr", "bosatt_i_norge"]
    records = ["mellom_nivaaer", "forankret", "sikrer_rapportering"]
    found = pq.read_table(episodes, columns=[*names, "sektor", "omsorgsniva", *(f"avtale.{name}" for name in records)],
                          filters=SLICE)
    with open(weights, encoding="utf-8", newline="") as file:
        listed = {row["drg"]: float(row["vekt"].replace(",", ".")) for row in csv.DictReader(file, delimiter=";")}
    groups = found["drg"].combine_chunks().dictionary_encode()
    by_group = np.array([listed.get(drg.as_py(), np.nan) for drg in groups.dictionary])
    points = found["korrigerte_poeng"].cast(pa.float64()).to_numpy()
    facts = {name: found[name].to_numpy() for name in ("debitor", "journalfort", "rapportert_npr", "bosatt_i_norge")}
    facts["utfort_av"] = found["utfort_av"].to_numpy().astype(str)
    facts["saerformaal"] = found["saerformaal"].is_valid().to_numpy()
    facts["isf_poeng"] = np.where(np.isnan(points), by_group[groups.indices.to_numpy()], points)
    facts |= {name: pc.fill_null(found[f"avtale.{name}"], False).to_numpy() for name in records}
    simulation = SimulationBuilder().build_default_simulation(system(), found.num_rows)
    for name, values in facts.items():
        simulation.set_input(name, YEAR, values)
    results = {name: simulation.calculate(name, YEAR) for name in ("tellende", "refusjon")}
    pq.write_table(pa.table({"episode_id": found["episode_id"], **results}), output)


if __name__ == "__main__":
    start = time.perf_counter()
    main(*sys.argv[1:])
    print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
