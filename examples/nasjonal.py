"""Made-up episodes in the size of the nation, for trying how rules run over many rows.

Nobody is behind them. Proportions are those of 2019 (SSB): of somatic episodes 798 390 stays, 342 432 day treatments
and 6 356 168 outpatient contacts, for 1 987 263 patients; mental health care and addiction treatment come to about
three million contacts beside them. ``--rows 10496990`` is such a year.

Two files come out: the episodes, their columns named as the fields of a case (``avtale.forankret`` for a field of a
record, lists as lists, codes as NPR writes them), and the patients. Everything is one query, and its only source of
chance is ``hash(row, seed and name of the draw)``: the same seed gives the same bytes. How many rows there are of each
kind, how many have an error and how many a hole is not chance at all, but exact: rows are dealt out in an order that a
multiplication scatters (``scattered``).
"""

import csv
import math
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
import duckdb

ROOT = Path(__file__).parents[1]
YEARS = (2017, 2025)

STAYS, DAYS, OUTPATIENTS = 798_390, 342_432, 6_356_168
SOMATIC = STAYS + DAYS + OUTPATIENTS
OTHER_SECTORS = 3_000_000
PATIENTS = 1_987_263
CONTACTS_OF_A_PATIENT = 12
"""In mental health care and addiction treatment, on average."""

GROUPS: tuple[tuple[str, str, int, str, str, str, str, int], ...] = (
    # where · DRG · HDG · fagområde · ages · diagnosis · procedure · share
    ("stay", "88", 4, "170", "34", "J441", "", 90),
    ("stay", "89", 4, "170", "1234", "J189", "", 90),
    ("stay", "127", 5, "150", "34", "I509", "", 90),
    ("stay", "209U", 8, "050", "34", "M169", "NFB40", 60),
    ("stay", "290", 10, "105", "234", "E042", "BAA40", 40),
    ("stay", "371", 14, "200", "2", "O820", "MCA10", 80),
    ("stay", "373", 14, "200", "2", "O800", "", 200),
    ("stay", "391", 15, "220", "0", "Z380", "", 800),
    ("stay", "442", 21, "050", "1234", "T846", "NFU49", 30),
    ("stay", "302", 11, "340", "234", "N185", "KAS20", 5),
    ("stay", "462A", 40, "230", "234", "Z508", "", 30),
    ("stay", "462B", 40, "230", "234", "Z508", "", 30),
    ("stay", "222O", 8, "050", "234", "M232", "NGD11", 15),
    ("stay", "290O", 10, "105", "234", "E042", "BAA25", 15),
    ("day", "317O", 11, "180", "234", "Z491", "", 300),
    ("day", "222O", 8, "050", "1234", "M232", "NGD11", 150),
    ("day", "222P", 8, "050", "234", "S835", "NGE41", 80),
    ("day", "290O", 10, "105", "234", "E042", "BAA25", 40),
    ("day", "39Q", 2, "300", "34", "H251", "CJE20", 250),
    ("day", "959W", 17, "380", "34", "C349", "", 40),
    ("day", "801W", 1, "250", "1234", "G243", "", 60),
    ("day", "391", 15, "220", "0", "Z380", "", 100),
    ("clinic", "803U", 3, "290", "01234", "H903", "", 80),
    ("clinic", "901A", 1, "250", "1234", "G439", "", 50),
    ("clinic", "901O", 1, "250", "1234", "G409", "", 90),
    ("clinic", "904B", 4, "170", "34", "J449", "", 80),
    ("clinic", "905D", 5, "150", "34", "I509", "", 110),
    ("clinic", "906B", 6, "140", "1234", "K509", "", 80),
    ("clinic", "908A", 8, "050", "1234", "S525", "", 120),
    ("clinic", "908C", 8, "190", "234", "M069", "", 90),
    ("clinic", "908O", 8, "050", "01234", "M545", "", 120),
    ("clinic", "914O", 14, "200", "2", "Z340", "", 180),
    ("clinic", "923O", 23, "900", "01234", "Z098", "", 140),
    ("clinic", "992O", 8, "230", "234", "M797", "", 30),
    ("clinic", "996O", 23, "230", "234", "Z508", "", 20),
    ("clinic", "997O", 23, "233", "01234", "R628", "", 20),
    ("phv", "TD01A", 19, "320", "234", "F329", "", 80),
    ("phv", "TD32A", 19, "320", "234", "F329", "", 300),
    ("phv", "TD40A", 19, "320", "1234", "F411", "", 300),
    ("tsb", "TD01A", 19, "360", "234", "F109", "", 100),
    ("tsb", "TD32A", 19, "365", "1234", "F112", "", 300),
)
"""What episodes are grouped as: the groups that have a weight in the rulebook, and one (302) that has none.

Ages: 0 newborn, 1 child, 2 up to 45, 3 up to 67, 4 older.
"""

UNLISTED = {"302": 8500}
"""Thousandths of a point, for groups that are not in the list of weights; they always come with points."""

SERVICES = {
    "somatikk": ("AS02", "CS01", "ES01", "HS02", "JS03", "MS01", "MS02", "XS05", "XS06", "XS07"),
    "phv": ("TS02", "TS04", "TS05", "TS06"),
}
"""Særtjenestegrupper."""

LABORATORY = ("821", "822", "823", "830", "851", "852", "860")
SPECIAL_PURPOSES = (
    "forskning", "legemiddel_basis", "amk", "behandlingshjelpemiddel", "syketransport", "salg_utleie",
    "kompetansesenter", "registerdrift",
)
PARTNERS = {
    "kommunal_omsorg": 50, "fastlege": 15, "barnevern": 8, "nav": 10, "skole": 7, "andre_utenfor": 5, "spesialist": 10,
}
COOPERATION = ("B0044", "B0045", "IEAD00", "WPBA10", "WPBA15", "WPBA20", "WRBA24")
"""The codes of cooperation; the first two are særkoder, the others procedures."""


# ── Chance ───────────────────────────────────────────────────────────────────────────────────────────────────


class Chance:
    """Writes SQL that draws. Each draw has a name, and the same name gives the same draw within a row (or patient)."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def bits(self, name: str, of: str = "nr") -> str:
        """64 bits of chance."""
        return f"hash({of}, {zlib.crc32(f'{self.seed} {name}'.encode())}::UINTEGER)"

    def below(self, name: str, many: int, of: str = "nr") -> str:
        """A whole number from 0, below ``many``."""
        return f"({self.bits(name, of)} % {many})::INTEGER"

    def share(self, name: str, share: float, of: str = "nr") -> str:
        """True for a share of the rows."""
        return f"({self.bits(name, of)} % 1000000 < {round(share * 1_000_000)})"

    def among(self, name: str, values: Iterable[object], of: str = "nr") -> str:
        """One of some values, all as likely."""
        items = [sql(value) for value in values]
        return f"[{', '.join(items)}][1 + {self.below(name, len(items), of)}]"

    def weighted(self, name: str, weights: Mapping[object, float], of: str = "nr") -> str:
        """One of some values, by weight."""
        total, reached, arms = sum(weights.values()), 0.0, []
        drawn = f"{self.bits(name, of)} % 1000000"
        for value, weight in weights.items():
            reached += weight
            arms.append(f"WHEN {drawn} < {round(reached / total * 1_000_000)} THEN {sql(value)}")
        return f"CASE {' '.join(arms)} END"


def sql(value: object) -> str:
    """A value as SQL writes it."""
    match value:
        case None:
            return "NULL"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case tuple():
            return f"[{', '.join(map(sql, value))}]"
        case _:
            return str(value).upper()


def scattered(place: str, many: int, name: str, chance: Chance) -> str:
    """The place in another order: one to one on 0 … ``many`` - 1, far from where it was."""
    key = zlib.crc32(f"{chance.seed} {name}".encode())
    step = max(1, int(many * (0.3 + 0.4 * (key % 10_007) / 10_007)))
    while math.gcd(step, many) != 1:
        step += 1
    return f"(({place})::BIGINT * {step} + {key % max(many, 1)}) % {max(many, 1)}"


# ── How many of each ─────────────────────────────────────────────────────────────────────────────────────────


class Sizes:
    """How many rows there are of each kind, and how many patients, for a number of rows in all."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.somatic = round(rows * SOMATIC / (SOMATIC + OTHER_SECTORS))
        self.other = rows - self.somatic
        self.stays = round(self.somatic * STAYS / SOMATIC)
        self.days = round(self.somatic * DAYS / SOMATIC)
        self.patients = min(max(1, round(self.somatic * PATIENTS / SOMATIC)), max(1, self.somatic))
        self.other_patients = min(max(1, self.other // CONTACTS_OF_A_PATIENT), self.patients)


# ── The query ────────────────────────────────────────────────────────────────────────────────────────────────


def catalogue() -> str:
    """The groups as a query: a row for each thousandth of what comes to an age and place."""
    with (ROOT / "regelverk" / "isf" / "kostnadsvekt-2020.csv").open(encoding="utf-8", newline="") as file:
        weights = {row["drg"]: int(row["vekt"].replace(",", "")) for row in csv.DictReader(file, delimiter=";")}
    rows = []
    for place in dict.fromkeys(group[0] for group in GROUPS):
        for age in range(5):
            fitting = [group for group in GROUPS if group[0] == place and str(age) in group[4]]
            fitting = fitting or [group for group in GROUPS if group[0] == place]
            total, reached = sum(group[-1] for group in fitting), 0
            for _, drg, hdg, speciality, _, diagnosis, procedure, share in fitting:
                first, reached = reached, reached + share
                milli = weights.get(drg, UNLISTED.get(drg))
                bounds = f"{round(first / total * 1000)}, {round(reached / total * 1000)}"
                texts = ", ".join(map(sql, (drg, speciality, diagnosis, procedure or None)))
                rows.append(f"('{place}', {age}, {bounds}, {texts}, {hdg}, {milli}, {sql(drg in weights)})")
    names = "place, age, first, last, drg, fagomrade, tilstand, prosedyre, hdg, milli, listed"
    return f"SELECT *, unnest(range(first, last))::INTEGER AS slot FROM (VALUES {', '.join(rows)}) AS g ({names})"


def skewed(patients: int, name: str, chance: Chance, draws: int) -> str:
    """A patient; the first have many times as many episodes as the last, as a product of even draws falls."""
    bits = chance.bits(name)
    parts = [f"(({bits} >> {21 * draw}) & 2097151)::DOUBLE / 2097152" for draw in range(draws)]
    return f"floor({patients}.0 * {' * '.join(parts)})::BIGINT"


def rows_query(sizes: Sizes, chance: Chance) -> str:
    """Rows with what everything else hangs on: the patient, the sector and the level of care."""
    own = scattered("slot", max(sizes.somatic, 1), "own patient", chance)
    own_other = scattered(f"slot - {sizes.somatic}", max(sizes.other, 1), "own patient, other sectors", chance)
    apart = max(1, sizes.patients // sizes.other_patients)
    age = chance.below("age", 1000, "patient")
    return f"""
      SELECT nr, CASE
          WHEN slot < {sizes.somatic} THEN
            CASE WHEN {own} < {sizes.patients} THEN {own} ELSE {skewed(sizes.patients, "patient", chance, 3)} END
          ELSE {apart} * CASE WHEN {own_other} < {sizes.other_patients} THEN {own_other}
                         ELSE {skewed(sizes.other_patients, "patient, other sectors", chance, 2)} END
        END AS patient,
        CASE WHEN {age} < 25 THEN 0 WHEN {age} < 150 THEN 1 WHEN {age} < 450 THEN 2 WHEN {age} < 740 THEN 3
             ELSE 4 END AS age,
        CASE WHEN slot < {sizes.somatic} THEN 'somatikk'
             WHEN {chance.share("sector", 0.15, "patient")} THEN 'tsb' ELSE 'phv' END AS sektor,
        CASE WHEN slot < {sizes.stays} THEN 1 WHEN slot < {sizes.stays + sizes.days} THEN 2
             WHEN slot < {sizes.somatic} THEN CASE WHEN {chance.share("radiation", 0.001)} THEN 8 ELSE 3 END
             WHEN {chance.share("other stay", 0.02)} THEN 1 WHEN {chance.share("other day", 0.01)} THEN 2
             ELSE 3 END AS omsorgsniva
      FROM (SELECT range AS nr, {scattered("range", sizes.rows, "kind", chance)} AS slot FROM range({sizes.rows}))"""


def contacts_query(year: int, chance: Chance) -> str:
    """What kind of contact it was (``art``), who carried it out, when, and what it was grouped as."""
    programme = chance.below("programme", 1000, "patient")
    services = "CASE WHEN sektor = 'somatikk' THEN {} ELSE {} END".format(
        *(chance.among("service", SERVICES[sector], "patient") for sector in ("somatikk", "phv")))
    ordinary = chance.weighted("art", {
        "course": 14, "cooperation": 32, "laboratory": 12, "video": 30, "telephone": 50, "call": 25, "letter": 15,
        "meeting": 8, "technical": 3, "indirect": 6, "visit": 805,
    })
    length = 366 if year % 4 == 0 else 365
    day = f"DATE '{year}-01-01' + CASE WHEN {chance.share('usual day', 0.06)}" \
          f" THEN {chance.below('usual day', length, 'patient')} ELSE {chance.below('day', length)} END"
    nights = chance.among("nights", (1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 9, 12, 20))
    return f"""
      SELECT *, least(day + CASE WHEN omsorgsniva <> 1 AND isodow(day) > 5 THEN 8 - isodow(day)::INTEGER ELSE 0 END,
                      DATE '{year}-12-31')::DATE AS utdato
      FROM (
        SELECT rows.*, g.* EXCLUDE (place, age, first, last, slot), {services} AS service, ({day})::DATE AS day,
          CASE WHEN omsorgsniva IN (1, 2) THEN 'stay'
               WHEN {programme} < 30 AND {chance.share("in programme", 0.4)} AND {year} >= 2018 THEN 'service'
               WHEN {programme} BETWEEN 30 AND 34 AND sektor = 'somatikk' AND {chance.share("in programme", 0.5)}
                 AND {year} >= 2020 THEN 'pathway'
               ELSE {ordinary} END AS art,
          CASE WHEN omsorgsniva = 1 THEN {nights} ELSE 0 END AS nights,
          {chance.weighted("enterprise", {
              "helseforetak": 870, "privat_med_avtale": 70, "avtalespesialist": 35, "kommune": 18, "annen": 7,
          })} AS utfort_av
        FROM rows JOIN catalogue AS g ON g.age = rows.age AND g.slot = {chance.below("group", 1000)}
          AND g.place = CASE WHEN sektor <> 'somatikk' THEN sektor WHEN omsorgsniva = 1 THEN 'stay'
                             WHEN omsorgsniva = 2 THEN 'day' ELSE 'clinic' END)"""


def valid_in(year: int, codes: Mapping[int, tuple[int, float]]) -> dict[object, float]:
    """Codes with the year each came, as weights of those that had."""
    return {code: weight for code, (since, weight) in codes.items() if since <= year}


def columns(year: int, chance: Chance) -> dict[str, str]:
    """Each column of an episode, and how it is made."""
    clinic = "(omsorgsniva = 3 AND art <> 'stay')"
    in_form = {"video": 6, "telephone": 7} if year >= 2021 else {}
    forms = {
        **({"video": 17} if year <= 2020 else {}), **({"telephone": 13} if year == 2020 else {}), "technical": 21,
    }
    payers = valid_in(year, {
        1: (0, 960), 11: (0, 3), 12: (0, 2), 13: (2020, 2), 20: (0, 3), 22: (0, 2), 24: (0, 2), 30: (0, 3), 32: (0, 2),
        40: (0, 4), 43: (0, 2), 44: (0, 2), 45: (0, 2), 47: (0, 3), 51: (2020, 2), 60: (0, 4), 70: (0, 2), 80: (0, 3),
        90: (0, 2), 99: (0, 2),
    })
    performers: dict[object, float] = {
        (1,): 480, (2,): 190, (1, 2): 90, (8,): 45, (14,): 60, (13,): 25, (15,): 20, (11,): 20, (3,): 6, (16,): 5,
        (1, 14): 12, (14, 13): 6, (2, 15): 6,
        **{(code,): 2 for first, last, since in ((22, 30, 2020), (31, 31, 2023), (32, 43, 2024)) if since <= year
           for code in range(first, last + 1)},
    }
    other_performers: dict[object, float] = {
        (4,): 350, (1,): 150, (2,): 150, (5,): 120, (7,): 80, (3,): 60, (6,): 30, (1, 4): 40, (13,): 20,
    }
    code = chance.among("cooperation", COOPERATION)
    more = chance.among("cooperation", (*COOPERATION[1:], COOPERATION[0]))
    course = "art = 'course'"
    promise = "utfort_av = 'kommune'"
    # Leave is rare, but not in rehabilitation, from hospital at home, or after what is else done by day.
    on_leave = f"omsorgsniva = 1 AND sektor = 'somatikk' AND CASE WHEN drg IN ('462A', '462B', '222O', '290O')" \
               f" OR {chance.share('at home', 0.03)} THEN {chance.share('leave', 0.4)}" \
               f" ELSE {chance.share('leave', 0.06)} END"
    milli = f"(milli::BIGINT * (900 + {chance.below('correction', 201)}) // 1000)"
    known_team = chance.share("team known", 0.7)
    return {
        "pasient_id": "'P' || lpad(patient::VARCHAR, 8, '0')",
        "episode_id": "'E' || lpad(nr::VARCHAR, 9, '0')",
        "utdato": "utdato",
        "inndato": "(utdato - nights)::DATE",
        "sektor": "sektor",
        "omsorgsniva": "omsorgsniva",
        "kontakttype": f"""CASE
            WHEN art = 'stay' THEN {chance.weighted("contact", {1: 10, 2: 90})}
            WHEN art = 'service' THEN 12 WHEN {course} THEN 13 WHEN art IN ('cooperation', 'indirect') THEN 5
            {" ".join(f"WHEN art = '{art}' THEN {kind}" for art, kind in in_form.items())}
            ELSE {chance.weighted("contact", {1: 22, 2: 38, 3: 38, 14: 1, 99: 1})} END""",
        "sted_aktivitet": f"""CASE
            WHEN omsorgsniva = 1 THEN CASE WHEN {chance.share("at home", 0.03)} THEN {chance.among("home", (4, 4, 5))}
                                           ELSE {chance.weighted("place", {1: 995, 2: 5})} END
            WHEN art IN ('video', 'telephone') THEN {chance.weighted("place", {1: 700, 3: 250, 6: 50})}
            WHEN sektor = 'somatikk' THEN {chance.weighted("place", {1: 960, 2: 15, 4: 12, 5: 5, 9: 8})}
            ELSE {chance.weighted("place", {1: 880, 2: 30, 4: 50, 5: 30, 9: 10})} END""",
        "debitor": f"""CASE
            WHEN utfort_av = 'avtalespesialist' THEN {chance.weighted("payer", {50: 95, 1: 5})}
            WHEN utfort_av = 'annen' THEN {chance.weighted("payer", {90: 60, 60: 15, 30: 10, 1: 15})}
            ELSE {chance.weighted("payer", payers)} END""",
        "innmate_hast": f"""CASE
            WHEN omsorgsniva = 1 THEN {chance.weighted("urgency", {1: 48, 2: 8, 3: 6, 4: 35, 5: 3})}
            ELSE {chance.weighted("urgency", {1: 6, 4: 94})} END""",
        "inntilstand": f"CASE WHEN omsorgsniva = 1 THEN CASE WHEN drg = '391' THEN 3 "
                       f"WHEN {chance.share('dead', 0.002)} THEN 2 ELSE 1 END END",
        "uttilstand": f"CASE WHEN omsorgsniva = 1 THEN {chance.weighted('state', {1: 980, 2: 19.5, 3: 0.5})} END",
        "fagomrade": f"CASE WHEN art = 'laboratory' THEN {chance.among('laboratory', LABORATORY)} ELSE fagomrade END",
        "pol_indir": f"""CASE
            {" ".join(f"WHEN art = '{art}' THEN {kind}" for art, kind in forms.items())}
            WHEN art = 'call' THEN {chance.weighted("call", {12: 70, 11: 10, 18: 20})}
            WHEN art = 'letter' THEN {chance.weighted("letter", {1: 20, 5: 60, 6: 20})}
            WHEN art = 'meeting' THEN {chance.weighted("meeting", {2: 50, 3: 10, 7: 30, 8: 10})}
            WHEN art = 'cooperation'
              THEN {chance.weighted("cooperation form", {22: 40, 23: 20, 71: 20, None: 20})} END""",
        "pol_kon_aktivitet": f"CASE WHEN {clinic} THEN CASE WHEN {course} THEN 4 "
                             f"ELSE {chance.weighted('activity', {1: 92, 2: 1, 3: 3, 4: 3, 8: 1})} END END",
        "utforende": f"""CASE
            WHEN sektor <> 'somatikk' THEN {chance.weighted("performers", other_performers)}
            WHEN omsorgsniva IN (1, 2) THEN {chance.weighted("performers", {(1, 2): 70, (1,): 20, (1, 2, 14): 10})}
            ELSE {chance.weighted("performers", performers)} END""",
        "fritt_behandlingsvalg": f"CASE WHEN utfort_av = 'annen' THEN 1 "
                                 f"ELSE {chance.weighted('free choice', {2: 90, 9: 2, None: 8})} END",
        "utfort_av": "utfort_av",
        "avtale.mellom_nivaaer": f"CASE WHEN {promise} THEN NOT {chance.share('no agreement', 0.1)} END",
        "avtale.forankret": f"CASE WHEN {promise} THEN NOT {chance.share('not anchored', 0.12)} END",
        "avtale.sikrer_rapportering": f"CASE WHEN {promise} THEN NOT {chance.share('no reporting', 0.1)} END",
        "journalfort": f"NOT {chance.share('not in the journal', 0.004)}",
        "rapportert_npr": f"NOT {chance.share('not reported', 0.003)}",
        "bosatt_i_norge": f"NOT {chance.share('abroad', 0.007)}",
        "drg": f"CASE WHEN art IN ('service', 'pathway') THEN NULL WHEN {course} THEN"
               " CASE WHEN sektor = 'somatikk' THEN '998O' ELSE 'TD998A' END"
               " WHEN art = 'cooperation' AND sektor <> 'somatikk' THEN 'TD93A' ELSE drg END",
        "hdg": f"CASE WHEN {course} AND sektor = 'somatikk' THEN 23 ELSE hdg END",
        "dag_kir": "CASE WHEN omsorgsniva IN (1, 2) AND sektor = 'somatikk' THEN prosedyre IS NOT NULL END",
        "stg": "CASE WHEN art = 'service' THEN service END",
        "tfg": "CASE WHEN art = 'pathway' THEN 'AT01' END",
        "korrigerte_poeng": f"CASE WHEN art IN ('stay', 'visit', 'video', 'telephone') "
                            f"AND (NOT listed OR {chance.share('corrected', 0.25)})"
                            f" THEN ({milli}::DECIMAL(9, 0) * 0.001)::DECIMAL(9, 3) END",
        "permisjonsdogn": f"CASE WHEN {on_leave} THEN CASE WHEN nights <= 3 AND {chance.share('all on leave', 0.7)}"
                          f" THEN nights ELSE {chance.below('leave', 3)} END END",
        "tilstander": "[tilstand]",
        "prosedyrer": f"CASE WHEN art = 'cooperation' THEN list_filter([{code}, CASE WHEN {chance.share('two', 0.1)}"
                      f" THEN {more} END], lambda c: c NOT LIKE 'B%') WHEN prosedyre IS NOT NULL THEN [prosedyre] END",
        "sarkoder": f"CASE WHEN {course} THEN ['A0099'] WHEN art = 'cooperation' AND {code} LIKE 'B%' THEN [{code}]"
                    f" WHEN {chance.share('other code', 0.01)} THEN ['A0001'] END",
        "saerformaal": f"CASE WHEN {chance.share('special', 0.003)} THEN"
                       f" {chance.among('special purpose', SPECIAL_PURPOSES)} END",
        "personrettet": f"CASE WHEN art IN ('cooperation', 'meeting') THEN NOT {chance.share('general', 0.06)} END",
        "samarbeidspart": f"CASE WHEN art = 'cooperation' AND {chance.share('partner known', 0.85)}"
                          f" THEN {chance.weighted('partner', PARTNERS)} END",
        **{
            f"team.{name}": f"CASE WHEN art = 'cooperation' AND {known_team} THEN NOT {chance.share(name, 0.25)} END"
            for name in ("sikrer_overganger", "paa_tvers_av_nivaaer", "ambulant_oppsokende")
        },
        "opplaering.henvist_av_lege": f"CASE WHEN {course} THEN NOT {chance.share('not referred', 0.07)} END",
        "opplaering.undervisning":
            f"CASE WHEN {course} THEN {chance.among('hours', (5, 7, 8, 8, 9, 10, 10, 12, 12, 14, 15, 16, 18, 20))} END",
        "opplaering.oppmote": f"CASE WHEN {course} THEN ((100 - CASE WHEN {chance.share('absent', 0.07)} THEN 25"
                              f" ELSE {chance.below('attendance', 21)} END) * 0.01)::DECIMAL(3, 2) END",
        "opplaering.tverrfaglig": f"CASE WHEN {course} THEN NOT {chance.share('one profession', 0.07)} END",
        "opplaering.plan_videre": f"CASE WHEN {course} THEN NOT {chance.share('no plan', 0.07)} END",
        "opplaering.medisinsk_ansvarlig": f"CASE WHEN {course} THEN NOT {chance.share('nobody responsible', 0.07)} END",
        "opplaering.bare_roykeslutt":
            f"CASE WHEN {course} AND {chance.share('content known', 0.5)} THEN {chance.share('smoking', 0.15)} END",
        "video_i_sanntid": f"CASE WHEN art = 'video' AND {chance.share('video known', 0.4)}"
                           f" THEN NOT {chance.share('not live', 0.1)} END",
        "video_sikkert_utstyr": f"CASE WHEN art = 'video' AND {chance.share('video known', 0.4)}"
                                f" THEN NOT {chance.share('not safe', 0.1)} END",
    }


# ── What is wrong, and what is missing ───────────────────────────────────────────────────────────────────────

HOLES = (
    "debitor", "sektor", "omsorgsniva", "journalfort", "rapportert_npr", "bosatt_i_norge", "utfort_av", "utforende",
    "sted_aktivitet", "kontakttype", "inndato", "innmate_hast", "drg",
)
"""What a hole takes away, all as often. With the DRG go the other groups and the points; where a municipality carried
the contact out, what is not known is always whether its agreement is anchored."""

WITH_THE_GROUP = ("drg", "stg", "tfg", "korrigerte_poeng")


def errors(year: int, as_text: bool) -> tuple[tuple[str, str], ...]:
    """The kinds of error: a column, and what stands in it instead."""
    return (
        ("debitor", "98"),
        ("omsorgsniva", "7"),
        ("fagomrade", "'15'"),  # a zero was lost
        ("utforende", "[1, 99]"),
        ("utdato", "NULL"),
        ("kontakttype", "6") if year < 2021 else ("pol_indir", "17"),  # not valid that year
        *((("korrigerte_poeng", "'1,2 poeng'"), ("permisjonsdogn", "'to'")) if as_text else ()),
    )


def episodes_query(rows: int, year: int, seed: int, error_share: float, hole_share: float, as_text: bool) -> str:
    """All episodes, one row each."""
    chance = Chance(seed)
    wrong = errors(year, as_text)
    first_hole = round(rows * error_share)
    end_hole = first_hole + round(rows * hole_share)
    flaw = scattered("nr", rows, "flaw", chance)
    shown = []
    for name, made in columns(year, chance).items():
        value, arms = (f"({made})::VARCHAR", []) if as_text else (made, [])
        for place, (column, other) in enumerate(wrong):
            if column == name:
                wrong_value = f"({other})::VARCHAR" if as_text else other
                arms.append(f"WHEN flaw < {first_hole} AND flaw % {len(wrong)} = {place} THEN {wrong_value}")
        hole = f"flaw BETWEEN {first_hole} AND {end_hole - 1}"
        if name == "avtale.forankret":
            arms.append(f"WHEN {hole} AND utfort_av = 'kommune' THEN NULL")
        for place, column in enumerate(HOLES):
            if column == name or (column == "drg" and name in WITH_THE_GROUP):
                arms.append(f"WHEN {hole} AND utfort_av <> 'kommune' AND flaw % {len(HOLES)} = {place} THEN NULL")
        if arms:
            value = f"CASE {' '.join(arms)} ELSE {value} END"
        shown.append(f'{value} AS "{name}"')
    sizes = Sizes(rows)
    return f"""
    WITH catalogue AS MATERIALIZED ({catalogue()}),
    rows AS ({rows_query(sizes, chance)}),
    contacts AS ({contacts_query(year, chance)})
    SELECT {", ".join(shown)} FROM (SELECT *, {flaw} AS flaw FROM contacts)"""


def patients_query(rows: int, year: int, seed: int) -> str:
    """The patients, born so that they have the age that their episodes were drawn for."""
    chance = Chance(seed)
    age = chance.below("age", 1000, "patient")
    born = chance.bits("born", "patient")
    return f"""
    SELECT 'P' || lpad(patient::VARCHAR, 8, '0') AS pasient_id, (DATE '{year}-01-01' - CASE
        WHEN {age} < 25 THEN ({born} % 60)::INTEGER
        WHEN {age} < 150 THEN 365 + ({born} % 6000)::INTEGER
        WHEN {age} < 450 THEN 6600 + ({born} % 10000)::INTEGER
        WHEN {age} < 740 THEN 16800 + ({born} % 7800)::INTEGER
        ELSE 24600 + ({born} % 10000)::INTEGER END)::DATE AS fodselsdato
    FROM (SELECT range AS patient FROM range({Sizes(rows).patients}))"""


def write(
    output: Path, rows: int, year: int = 2020, seed: int = 1, error_share: float = 0.0, hole_share: float = 0.0
) -> tuple[Path, Path]:
    """Make the two files, and say where they are. A name that ends in .csv gives text, a list as ``[1, 14]``."""
    if output.suffix in (".parquet", ".csv"):
        episodes, patients = output, output.with_name(f"{output.stem}-pasienter{output.suffix}")
    else:
        episodes, patients = output / "episoder.parquet", output / "pasienter.parquet"
    episodes.parent.mkdir(parents=True, exist_ok=True)
    as_text = output.suffix == ".csv"
    form = "FORMAT csv, HEADER" if as_text else "FORMAT parquet, COMPRESSION zstd"
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        query = episodes_query(rows, year, seed, error_share, hole_share, as_text)
        for path, made in ((episodes, query), (patients, patients_query(rows, year, seed))):
            connection.execute(f"COPY ({made}) TO {sql(str(path))} ({form})")
    return episodes, patients


@click.command(help="Lager oppdiktede episoder i nasjonal størrelse, til å prøve regelverket på.")
@click.option("--rows", default=10_496_990, show_default=True, type=click.IntRange(min=1), help="Antall episoder.")
@click.option("--year", default=2020, show_default=True, type=click.IntRange(*YEARS), help="Året de er avsluttet i.")
@click.option("--seed", default=1, show_default=True, help="Samme tall gir samme filer.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help="Mappe for de to filene, eller navnet på filen med episoder (.parquet eller .csv).")
@click.option("--errors", "error_share", default=0.001, show_default=True, type=click.FloatRange(0, 0.5),
              help="Andel episoder med en feil, som en kode som ikke finnes.")
@click.option("--holes", "hole_share", default=0.01, show_default=True, type=click.FloatRange(0, 0.5),
              help="Andel episoder der noe regelverket trenger, ikke er kjent.")
def main(rows: int, year: int, seed: int, output: Path, error_share: float, hole_share: float) -> None:
    for path in write(output, rows, year, seed, error_share, hole_share):
        click.echo(path)


if __name__ == "__main__":
    main()
