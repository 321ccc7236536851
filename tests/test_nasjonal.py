"""The made-up national data are what they promise: the same each time, in proportion, and all over the rules."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from benchmarks.handwritten import beside, run_all
from benchmarks.handwritten import run as run_by_hand
from click.testing import CliRunner
from national_cases import MADE, cases, make

from rulesdsl.batch.run import Job, run
from rulesdsl.core import ir
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.evaluate.trace import GroupOutcome
from tests.shipped import SHIPPED, shipped

ROOT = Path(__file__).parents[1]
ROWS = 20_000
KEPT = ("debitor", "sektor", "omsorgsniva", "journalfort", "rapportert_npr", "bosatt_i_norge", "utfort_av", "utforende",
        "sted_aktivitet", "kontakttype", "inndato", "innmate_hast")
"""What every episode has when nothing was taken away."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made"), ROWS, seed=1)


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("flawed"), ROWS, seed=2, error_share=0.004, hole_share=0.03)


def edition(year: int) -> ir.Edition:
    return shipped(f"isf@{year}")


def ask(query: str) -> tuple[object, ...]:
    with duckdb.connect() as connection:
        found = connection.execute(query).fetchone()
    assert found is not None
    return found


def test_the_same_seed_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    again, other = make(tmp_path / "again", ROWS, seed=1), make(tmp_path / "other", ROWS, seed=2)
    for name in ("episoder.parquet", "pasienter.parquet"):
        assert (again / name).read_bytes() == (made / name).read_bytes()
        assert (other / name).read_bytes() != (made / name).read_bytes()


@pytest.mark.parametrize("rows", [1, 2, 7, 1000, ROWS])
def test_there_are_as_many_rows_as_asked(rows: int, tmp_path: Path) -> None:
    folder = make(tmp_path, rows, error_share=0.1, hole_share=0.1)
    assert ask(f"SELECT count(*), count(DISTINCT episode_id) FROM '{folder}/episoder.parquet'") == (rows, rows)
    orphans = f"FROM '{folder}/episoder.parquet' ANTI JOIN '{folder}/pasienter.parquet' USING (pasient_id)"
    assert ask(f"SELECT count(*) {orphans}") == (0,)


def test_proportions_are_those_of_2019(made: Path) -> None:
    kinds = "sektor = 'somatikk'", "omsorgsniva = 1", "omsorgsniva = 2", "omsorgsniva IN (3, 8)"
    counts = [f"count(*) FILTER ({kind} AND sektor = 'somatikk')" for kind in kinds]
    counts += ["count(*)", "count(DISTINCT pasient_id) FILTER (sektor = 'somatikk')"]
    found = ask(f"SELECT {', '.join(counts)} FROM '{made}/episoder.parquet'")
    whole = 7_496_990 + 3_000_000
    for count, real in zip(found, (7_496_990, 798_390, 342_432, 6_356_168, whole, 1_987_263), strict=True):
        assert count == pytest.approx(ROWS * real / whole, rel=0.01)


def test_some_patients_have_many_episodes_and_most_have_few(made: Path) -> None:
    many = f"SELECT count(*) AS n FROM '{made}/episoder.parquet' WHERE sektor = 'somatikk' GROUP BY pasient_id"
    most, median = ask(f"SELECT max(n), median(n) FROM ({many})")
    assert 30 < int(str(most)) < 300
    assert median == 2


def rules_of(groups: tuple[ir.Group, ...]) -> Iterator[ir.Rule]:
    for group in groups:
        for rule in group.rules:
            yield rule
            yield from rules_of(rule.exceptions)
        yield from rules_of(group.exceptions)


def held(groups: tuple[GroupOutcome, ...]) -> Iterator[ir.Rule]:
    for group in groups:
        for rule in group.rules:
            if rule.holds is True:
                yield rule.rule
            yield from held(rule.exceptions)
        yield from held(group.exceptions)


def test_every_rule_of_2020_is_reached(made: Path, tmp_path: Path) -> None:
    """Each rule, requirement and row of a table decides some episode; nothing is unknown, for nothing is missing.
    Rows of a table that collects all that hold decide together: there it is enough to hold. A run over all tells which
    patients may show it, and these are decided by the interpreter."""
    rules, out = edition(2020), tmp_path / "svar.parquet"
    results = rules.results.values()
    left = {(result.name, rule.clause, rule.name) for result in results for rule in rules_of(result.groups)}
    collected = {result.name for result in results if any(group.policy == "alle" for group in result.groups)}
    run(Job(str(made / "episoder.parquet"), out, edition=rules.id, parents=str(made / "pasienter.parquet")),
        SHIPPED)
    telling: set[str] = set()
    with duckdb.connect() as connection:
        for name in rules.results:
            told = f'"{name}"' if name in collected else f'"{name}.punkt", "{name}.regel"'
            found = connection.execute(f"SELECT any_value(pasient_id), bool_and(\"{name}.status\" = 'known') "
                                       f"FROM read_parquet('{out}') GROUP BY {told}").fetchall()
            assert all(known for _, known in found), name
            telling |= {patient for patient, _ in found}
    for case in cases(made, rules, telling):
        assert not case.errors
        for (_, name), outcome in decide(rules, case).outcomes.items():
            assert outcome.status == "known"
            if outcome.rule is not None:
                left.discard((name, outcome.rule.clause, outcome.rule.name))
            if name in collected:
                left -= {(name, rule.clause, rule.name) for rule in held(outcome.groups)}
    assert not left


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2021, 2022, 2023, 2024, 2025])
def test_codes_are_valid_in_every_year(year: int, tmp_path: Path) -> None:
    rules = edition(year)
    for case in cases(make(tmp_path, 1500, year=year, seed=3), rules):
        assert not case.errors


def test_errors_and_holes_are_as_many_as_asked(flawed: Path) -> None:
    rules = edition(2020)
    wrong = [thing for case in cases(flawed, rules) for thing in case.things if thing.errors]
    assert len(wrong) == round(ROWS * 0.004)
    assert {error.code for thing in wrong for error in thing.errors} == {"ISF512", "ISF517", "ISF518"}
    empty = [f"{name} IS NULL" for name in KEPT]
    empty += ["coalesce(drg, stg, tfg) IS NULL", "utfort_av = 'kommune' AND \"avtale.forankret\" IS NULL"]
    assert ask(f"SELECT count(*) FROM '{flawed}/episoder.parquet' WHERE {' OR '.join(empty)}") == (round(ROWS * 0.03),)


def test_text_in_numbers_where_everything_is_text(tmp_path: Path) -> None:
    arguments = ["--rows", "2000", "--errors", "0.05", "-o", str(tmp_path / "episoder.csv")]
    result = CliRunner().invoke(MADE["main"], arguments)
    assert result.output.split() == [str(tmp_path / "episoder.csv"), str(tmp_path / "episoder-pasienter.csv")]
    found = ask(f"SELECT count(*), count(*) FILTER (korrigerte_poeng = '1,2 poeng'), any_value(utforende)"
                f" FROM read_csv('{tmp_path}/episoder.csv', all_varchar = true)")
    assert found[0] == 2000
    assert found[1]
    assert str(found[2]).startswith("[")


def test_the_handwritten_query_decides_as_the_rules_do(tmp_path: Path) -> None:
    """To the øre, wherever the answer is known: it is what the compiled rules are measured against."""
    rules, names = edition(2020), ("tellende", "isf_poeng", "refusjon")
    folder, by_hand, known = make(tmp_path, 6000, seed=4, error_share=0.004, hole_share=0.03), tmp_path / "by_hand", 0
    run_by_hand(folder / "episoder.parquet", by_hand)
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT episode_id, {', '.join(names)} FROM read_parquet('{by_hand}')").fetchall()
    given = {key: dict(zip(names, values, strict=True)) for key, *values in found}
    assert len(given) == 6000
    for case in cases(folder, rules):
        if not case.errors:
            for (thing, name), outcome in decide(rules, case).outcomes.items():
                if name in names and outcome.status == "known":
                    assert thing.key is not None
                    assert (thing.key, name, outcome.value) == (thing.key, name, given[thing.key][name])
                    known += name == "refusjon"
    assert known > 6000 * 0.8


CROWDED = """
    SELECT * REPLACE (
      'P' || lpad((lott % 200)::VARCHAR, 8, '0') AS pasient_id,
      CASE WHEN utdato IS NOT NULL THEN DATE '2020-04-20' + (lott % 30)::INTEGER END AS utdato,
      CASE WHEN inndato IS NOT NULL THEN DATE '2020-04-20' + (lott % 30)::INTEGER - nights END AS inndato,
      CASE WHEN lott % 5 < 3 THEN 1 ELSE omsorgsniva END AS omsorgsniva,
      CASE WHEN lott % 7 < 5 THEN (nights + lott % 13 // 11)::INTEGER END AS permisjonsdogn,
      CASE WHEN lott % 11 < 3 THEN korrigerte_poeng WHEN lott % 11 = 3 THEN 0 END AS korrigerte_poeng,
      CASE WHEN lott % 17 < 12 THEN lott % 2 = 0 END AS dag_kir,
      CASE WHEN lott % 19 < 10 THEN ['317O', '88', '222O', '462A', 'ukjent'][1 + (lott // 19 % 5)::INTEGER] ELSE drg END
        AS drg
    )
    FROM (SELECT *, hash(episode_id) // 100 AS lott, (1 + hash(episode_id) // 7 % 4)::INTEGER AS nights FROM '{}')"""
"""Episodes of few patients on few days, with more leave and less known than there ever is."""


@pytest.mark.parametrize("crowded", [False, True])
def test_the_handwritten_query_for_everything_does_as_the_rules_do(crowded: bool, tmp_path: Path) -> None:
    """Every value, NULL where it is not known, and the rows that are set aside, with what is wrong with them."""
    rules, answers = edition(2020), tmp_path / "by_hand.parquet"
    folder = make(tmp_path, 1500, seed=5, error_share=0.03, hole_share=0.4)
    episodes, patients = folder / "episoder.parquet", folder / "pasienter.parquet"
    if crowded:
        with duckdb.connect() as connection:
            made = CROWDED.format(episodes.rename(folder / "uvanlige.parquet"))
            connection.execute(f"COPY (SELECT * EXCLUDE (lott, nights) FROM ({made})) TO '{episodes}'")
    run_all(episodes, patients, answers)
    with duckdb.connect() as connection:
        names = ", ".join(f'"{name}"' for name in rules.results)
        rows = connection.execute(f"SELECT episode_id, {names} FROM '{answers}'").fetchall()
        numbered = f"SELECT *, file_row_number + 1 AS rad FROM read_parquet('{episodes}', file_row_number = true)"
        aside = set(connection.execute(
            f"SELECT episode_id, felt FROM '{beside(answers)}' JOIN ({numbered}) USING (rad)").fetchall())
    given = {key: dict(zip(rules.results, values, strict=True)) for key, *values in rows}
    decided, wrong, unknown = 0, set(), 0
    for case in cases(folder, rules):
        outcomes = decide(rules, case).outcomes
        for thing in case.things:
            assert thing.key is not None
            wrong |= {(thing.key, error.field.partition("].")[2].partition("[")[0]) for error in thing.errors}
            if thing.errors:
                assert thing.key not in given
                continue
            values = {name: outcomes[thing, name].value for name in rules.results}
            values["samhandlingstiltak"] = [*values["samhandlingstiltak"]]
            assert (thing.key, given[thing.key]) == (thing.key, values)
            decided += 1
            unknown += values["refusjon"] is None
    assert aside == wrong
    assert 25 < len(wrong) == 1500 - decided
    assert 0.2 < unknown / decided < 0.9


def test_the_handwritten_query_sets_aside_keys_that_stand_twice_and_patients_nobody_knows(tmp_path: Path) -> None:
    folder, answers = make(tmp_path / "made", 900, seed=6), tmp_path / "by_hand.parquet"
    episodes, patients = tmp_path / "episoder.parquet", tmp_path / "pasienter.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM '{folder}/episoder.parquet' UNION ALL (FROM '{folder}/episoder.parquet' "
                           f"LIMIT 3)) TO '{episodes}'")
        connection.execute(f"COPY (FROM '{folder}/pasienter.parquet' WHERE pasient_id <> 'P00000000') TO '{patients}'")
        unknown = connection.execute(f"SELECT file_row_number + 1 FROM read_parquet('{episodes}', file_row_number = "
                                     "true) WHERE pasient_id = 'P00000000'").fetchall()
        run_all(episodes, patients, answers)
        found = connection.execute(f"SELECT rad, felt FROM '{beside(answers)}'").fetchall()
        assert sorted(found) == sorted([(row, "pasient.pasient_id") for (row,) in unknown]
                                       + [(row, "episode_id") for row in (901, 902, 903)])
        left = connection.execute(f"SELECT rad FROM '{answers}' ORDER BY rad").fetchall()
    assert [row for (row,) in left] == sorted(set(range(1, 901)) - {row for (row,) in unknown})
    assert unknown
