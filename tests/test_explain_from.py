"""``isfrules explain --from``: a row of a run is explained from the data it came from, and comes to the same answer."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import click.testing
import duckdb
import pytest
import test_run
from conftest import Isfrules
from national_cases import make
from test_run import HEAD, ROOT, Runs, rows

from rulesdsl.batch import case_of
from rulesdsl.batch.answered import Answers, differing
from rulesdsl.batch.case_of import document, near, opened
from rulesdsl.batch.origin import read_origin
from rulesdsl.batch.plan import rulebook_of
from rulesdsl.batch.reasons_of import explain_row
from rulesdsl.batch.run import Job, run
from rulesdsl.core.ir import Edition
from rulesdsl.deciding import Question, explain_document
from rulesdsl.evaluate.documents import Document
from rulesdsl.sql.facts import Rows
from tests.shipped import SHIPPED

rulebook, runs = test_run.rulebook, test_run.runs
"""The rulebook and the folder of runs that tables are tried with."""


def explained(runs: Runs, row: str, *options: str | Path) -> click.testing.Result:
    return runs.isfrules("--rulebooks", runs.rulebook, "explain", "--from", runs.out, "--row", row, *options)


def said(result: click.testing.Result, *parts: str, code: int = 2) -> None:
    assert result.exit_code == code, result.output
    for part in parts:
        assert part in result.output.replace("\N{NO-BREAK SPACE}", " ")


def one(result: click.testing.Result) -> dict[str, Any]:
    (found,) = json.loads(result.stdout)["cases"]
    assert isinstance(found, dict)
    return found


# ── The same answer ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of the same patients, with errors and holes, and the answers."""
    folder = tmp_path_factory.mktemp("nasjonal")
    parts = []
    for year in (2019, 2020):
        made = make(folder / f"{year}", 150, year=year, seed=year, error_share=0.05, hole_share=0.1)
        parts.append(f"SELECT * REPLACE ('{year}' || episode_id AS episode_id) FROM '{made / 'episoder.parquet'}'")
    with duckdb.connect() as con:
        con.execute(f"COPY ({' UNION ALL '.join(parts)}) TO '{folder / 'inn.parquet'}' (FORMAT parquet)")
    patients = str(folder / "2020" / "pasienter.parquet")
    run(Job(str(folder / "inn.parquet"), folder / "ut.parquet", parents=patients), SHIPPED)
    return folder


def test_every_row_of_a_national_table(national: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patient by patient, for time: a document has all the patient's rows, and is asked for each of them."""
    out = national / "ut.parquet"
    found = read_origin(out)
    book = rulebook_of(SHIPPED, found.edition, found.known, name=found.rulebook)
    kept: dict[tuple[str, str], str] = {}
    query = case_of.typed_query

    def once(edition: Edition, entity: str, table: Rows, parents: str | None) -> str:
        if (edition.id, entity) not in kept:
            kept[edition.id, entity] = query(edition, entity, table, parents)
        return kept[edition.id, entity]

    monkeypatch.setattr(case_of, "typed_query", once)
    compared = 0
    with duckdb.connect() as con:
        assert found.parents is not None
        table, above = opened(con, book, found.data.name, found.parents.name, found.naming)
        answers = Answers(con, out, "Episode", "pasient_id", "episode_id")
        groups: dict[str | None, list[int]] = {}
        for each in answers.keyed("true"):
            groups.setdefault(each.group, []).append(each.rad)
        for group, rads in groups.items():
            taken = near(book, table, above, rads[0], group)
            order = [row[0] for row in con.execute(f'SELECT rad FROM "{case_of.NEAR}" ORDER BY rad').fetchall()]
            for each in book.editions:
                own = [rad for rad in rads if answers.answer(rad)["utgave"] == each.id]  # type: ignore[index]
                if not own:
                    continue
                raw, _ = document(taken, each)
                things = explain_document(Document(raw), SHIPPED, "isf", book.latest, Question(alternatives=False))
                at = {case.receipt.place: case for case in things if case.receipt is not None}
                for rad in own:
                    answer = answers.answer(rad)
                    assert answer is not None
                    assert differing(answer, at[f"episoder[{order.index(rad)}]"], each) == ()
                    compared += 1
            for name in (case_of.NEAR, case_of.ABOVE):
                con.execute(f'DROP TABLE "{name}"; DROP TABLE "{name} fra filen"')
    assert compared == rows(f"SELECT count(*) FROM '{out}'")[0][0] > 250
    statuses = rows(f"SELECT count(DISTINCT utgave), count(DISTINCT \"refusjon.status\") FROM '{out}'")
    assert statuses == [(2, 2)]


def test_some_rows_of_a_national_table_as_a_user_meets_them(national: Path, isfrules: Isfrules) -> None:
    out = national / "ut.parquet"
    picked = rows(f"SELECT utgave, \"refusjon.status\", min(episode_id) FROM '{out}' GROUP BY 1, 2 ORDER BY 1, 2")
    assert len(picked) == 4
    for edition, status, key in picked:
        result = isfrules("explain", "--from", out, "--row", key, "--format", "json")
        assert (result.exit_code, result.stderr.count("samme svar")) == (0, 1)
        found = one(result)
        assert (found["key"], found["edition"], found["results"]["refusjon"]["status"]) == (key, edition, status)


def test_every_aside_row_of_a_national_table(national: Path) -> None:
    out = national / "ut.parquet"
    wrong = rows(f"SELECT rad, list((code, field, coalesce(value, ''), message) ORDER BY field, code) "
                 f"FROM '{national / 'ut-feil.parquet'}' GROUP BY 1 ORDER BY 1")
    assert len(wrong) == 16
    for rad, faults in wrong:
        again = explain_row(out, f"rad:{rad}", SHIPPED, Question())
        assert again.differences is None
        assert [(each.code, each.field, each.value, each.message) for each in again.explained.errors] == faults


def test_siblings_are_in_sight(isfrules: Isfrules, tmp_path: Path) -> None:
    """The service is paid once a tertial: only the patient's other rows tell."""
    case = json.loads((ROOT / "examples" / "stg-sovnapne-to-tertialer.json").read_text(encoding="utf-8"))
    table = [each | {"pasient_id": case["pasient_id"]} for each in case["episoder"]]
    (tmp_path / "inn.json").write_text(json.dumps(table), encoding="utf-8")
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT * FROM read_json('{tmp_path / 'inn.json'}')) TO '{tmp_path / 'inn.parquet'}'")
    out = tmp_path / "ut.parquet"
    assert isfrules("run", tmp_path / "inn.parquet", "-o", out).exit_code == 0
    paid = {}
    for key in ("januar", "februar", "mars", "mai"):
        result = isfrules("explain", "--from", out, "--row", key, "--format", "json")
        assert "samme svar" in result.stderr
        paid[key] = one(result)["results"]["refusjon"]["value"]
    assert paid == {"januar": "2290.40", "februar": "0.00", "mars": "0.00", "mai": "2290.40"}


def test_tables_of_every_sort(runs: Runs, tmp_path: Path) -> None:
    text = runs.csv("PID;episode_id;utdato;OK;beløp;farge;avtale.skrevet\nP1;A;2020-05-01;J;100,50;1;ja\n"
                    "P1;B;2021-05-01;N;7;ny;\nbrutt\nP2;C;2020-02-01;J;9;blå;\n")
    names = runs.csv(json.dumps({"columns": {"PID": "pasient.pasient_id", "OK": "betalt"},
                                 "values": {"betalt": {"J": "ja", "N": "nei"}}}), "inn-navn.json")
    struct = runs.parquet("SELECT 7 AS pasient_id, 12 AS episode_id, TIMESTAMP '2020-05-01 11:00:00' AS utdato, "
                          "1::TINYINT AS betalt, 12::DOUBLE AS \"beløp\", 2 AS farge, {'skrevet': false} AS avtale")
    with duckdb.connect(str(tmp_path / "inn.duckdb")) as con:
        con.execute(f"CREATE TABLE \"mine rader\" AS SELECT * FROM '{struct}'")
        con.execute("CREATE VIEW \"se her\" AS SELECT * FROM \"mine rader\"")
    tables: list[tuple[list[str | Path], dict[str, tuple[bool, str]]]] = [
        ([text, "--map", names], {"A": (True, "100.50"), "B": (False, "1.00"), "C": (True, "9.00")}),
        ([struct], {"12": (True, "12.00")}),
        ([f"{tmp_path / 'inn.duckdb'}:mine rader"], {"12": (True, "12.00")}),
        ([f"{tmp_path / 'inn.duckdb'}:se her"], {"12": (True, "12.00")}),
    ]
    for options, keys in tables:
        said(runs(*options, "--overwrite"), code=1 if text in options else 0)
        for key, (counts, refund) in keys.items():
            result = explained(runs, key, "--format", "json")
            assert (result.exit_code, "samme svar" in result.stderr) == (0, True), result.output
            found = one(result)["results"]
            assert (found["teller"]["value"], found["refusjon"]["value"]) == (counts, refund)
            assert "mangler" not in result.stderr


LISTS = """\
regelverk prøve 2020 «Prøve»
  gjelder 2020-01-01 til 2020-12-31

kilde oss «Oss» status eksempel

kodeverk Farge
  rød  = 2
  gul  = «rød»

post Del «Del»
  beløp : kroner
  farge : Farge valgfri

entitet Episode «Episode»
  nøkkel episode_id : tekst
  rettsdato utdato  : dato
  deler             : liste av Del
  farge             : Farge valgfri

resultat refusjon : kroner for Episode «Refusjon»

punkt en «En»
  ifølge oss
  refusjon er hvis farge er gul så sum d.beløp for d i deler ellers 1 kroner
"""
def test_a_record_and_a_list_of_records(isfrules: Isfrules, tmp_path: Path) -> None:
    """A code goes before a name that is spelt like it, and amounts come through to the øre."""
    (tmp_path / "prøve.isf").write_text(LISTS, encoding="utf-8")
    with duckdb.connect() as con:
        con.execute("COPY (SELECT 'A' AS episode_id, DATE '2020-02-03' AS utdato, 'rød' AS farge, [{'beløp': "
                    "0.1::DECIMAL(4,2), 'farge': '2'}, {'beløp': 0.2, 'farge': NULL}] AS deler) TO "
                    f"'{tmp_path / 'inn.parquet'}'")
    out = tmp_path / "ut.parquet"
    result = isfrules("--rulebooks", tmp_path / "prøve.isf", "run", tmp_path / "inn.parquet", "-o", out)
    assert result.exit_code == 0, result.output
    result = isfrules("--rulebooks", tmp_path / "prøve.isf", "explain", "--from", out, "--row", "A", "--format", "json")
    assert "samme svar" in result.stderr, result.output
    found = one(result)
    assert found["results"]["refusjon"]["value"] == "0.30"
    assert found["receipt"]["document"] == {
        "episode_id": "A", "utdato": "2020-02-03", "farge": "gul",
        "deler": [{"beløp": 0.1, "farge": "2"}, {"beløp": 0.2}]}


# ── Which row ────────────────────────────────────────────────────────────────────────────────────────────────


def test_keys_and_numbers(runs: Runs) -> None:
    lines = ("P1;A;2020-05-01;ja;1;", "P2;A;2020-05-01;ja;2;", "P2;B;2020-05-02;ja;3;", "P2;B;2020-05-03;ja;4;",
             ";2;2020-05-01;ja;5;", "P/1;C/D;2020-05-01;ja;6;", ";;2020-05-01;ja;7;")
    said(runs(runs.csv(HEAD + "\n".join(lines) + "\n")), "2 rader lagt til side", code=1)
    said(explained(runs, "A"), "2 rader har nøkkelen «A»", "P1/A, P2/A")
    for key, amount in (("P1/A", "1,00"), ("P2/A", "2,00"), ("2", "5,00"), ("C/D", "6,00"),
                        ("P/1/C/D", "6,00"), ("rad:2", "2,00"), ("7", "7,00"), ("rad: 7", "7,00")):
        result = explained(runs, key, "--detail", "short")
        said(result, f"{amount} kr", "samme svar", code=0)
    said(explained(runs, "rad:4"), "ISF511", "B", "lagt til side", code=1)
    said(explained(runs, "P9/A"), "Ingen rad har nøkkelen «P9/A»")
    said(explained(runs, "99"), "Kjøringen har ingen rad 99")
    said(explained(runs, "rad:99"), "Kjøringen har ingen rad 99")
    said(explained(runs, "rad:0"), "Ingen rad har nøkkelen «rad:0»", "telles fra 1")


def test_rows_that_were_set_aside(runs: Runs) -> None:
    lines = ("P1;A;2020-05-01;ja;100,505;3", "P1;B", "P1;C;2019-05-01;ja;1;", "P2;D;2020-05-01;ja;1;")
    people = runs.csv("pasient_id,fodselsdato\nP1,1950-01-01\n", "inn-pasienter.csv")
    said(runs(runs.csv(HEAD + "\n".join(lines) + "\n"), "--patients", people), code=1)
    result = explained(runs, "A", "--format", "json")
    assert (result.exit_code, "lagt til side" in result.stderr) == (1, True)
    found = one(result)
    assert (found["entity"], found["key"], found["results"]) == ("Episode", "A", {})
    assert [(each["code"], each["field"], each["value"]) for each in found["errors"]] == [
        ("ISF515", "beløp", "100,505"), ("ISF518", "farge", "3")]
    said(explained(runs, "rad:1"), "ISF515", "100,505", code=1)
    said(explained(runs, "C"), "ISF412", code=1)
    said(explained(runs, "P2/D"), "ISF530", "P2", code=1)
    said(explained(runs, "linje:3"), "ISF531", "for få verdier", code=1)
    said(explained(runs, "linje:4"), "Ingen linje 4 er lagt til side")


# ── What goes with it ────────────────────────────────────────────────────────────────────────────────────────


def test_every_form_and_what_if_and_compare(runs: Runs) -> None:
    said(runs(runs.csv(HEAD + "P1;A;2020-05-01;ja;100,50;1\nP1;B;2020-05-01;;9;\n")), code=0)
    for form in ("tree", "markdown", "html", "json"):
        for detail in ("short", "full"):
            result = explained(runs, "A", "--format", form, "--detail", detail)
            assert (result.exit_code, result.stderr.strip()) == (0, f"Rad 1 i {runs.out}: samme svar.")
            assert "100,50" in result.stdout
    changed = one(explained(runs, "A", "--what-if", "betalt=nei", "--format", "json"))
    assert [each["results"]["refusjon"]["value"] for each in (changed, changed["changed"])] == ["100.50", "0.00"]
    compared = one(explained(runs, "A", "--what-if", "betalt=nei", "--compare", "prøve@2021", "--format", "json"))
    assert compared["compared"]["edition"] == "prøve@2021"
    waits = one(explained(runs, "B", "--format", "json"))["results"]["refusjon"]
    assert (waits["status"], waits["missing"]) == ("unknown", ["betalt"])
    wrong = explained(runs, "A", "--what-if", "betalt=kanskje")
    said(wrong, "ISF513", "betalt = kanskje", code=1)
    assert wrong.stderr.strip() == f"Rad 1 i {runs.out}: samme svar."


def test_the_receipt_can_be_verified(runs: Runs) -> None:
    said(runs(runs.csv(HEAD + "P1;A;2020-05-01;ja;100,50;1\nP2;B;2020-05-01;;9;\n")), code=0)
    kept = runs.folder / "inn-svar.json"
    kept.write_text(explained(runs, "B", "--format", "json").stdout, encoding="utf-8")
    result = runs.isfrules("--rulebooks", runs.rulebook, "verify", kept)
    assert result.exit_code == 0, result.output


def test_the_edition_and_the_day_of_the_run_count(runs: Runs) -> None:
    said(runs(runs.csv(HEAD + "P1;A;2021-05-01;nei;100,50;1\n"), "--edition", "prøve@2020", "--known", "2024-01-01"),
         code=0)
    found = one(explained(runs, "A", "--format", "json"))
    receipt = found["receipt"]
    assert (found["edition"], receipt["forced"], receipt["known"]) == ("prøve@2020", True, "2024-01-01")
    assert found["results"]["refusjon"]["value"] == "0.00"


@pytest.mark.parametrize(("options", "parts"), [
    (("--from", "ut.parquet"), ("--row mangler",)), (("--row", "A"), ("--from mangler",)),
    (("sak.json", "--from", "ut.parquet", "--row", "A"), ("kan ikke stå sammen",)),
    (("--from", "ut.parquet", "--row", "A", "--edition", "isf@2020"), ("--edition og --from", "--compare")),
    (("--from", "ut.parquet", "--row", "A", "--known", "2020-01-01"), ("--known og --from", "--compare")),
    (("--from", "borte.parquet", "--row", "A"), ("«borte.parquet» finnes ikke",)),
    ((), ("FIL mangler",)),
])
def test_a_call_that_is_wrong(options: tuple[str, ...], parts: tuple[str, ...], isfrules: Isfrules) -> None:
    said(isfrules("explain", *options), *parts)


def test_without_the_extra(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    said(explained(runs, "A"), "trenger duckdb", "pip install 'isfrules[batch]'")


# ── What has changed since ───────────────────────────────────────────────────────────────────────────────────


ONE = "SELECT 'P1' AS pasient_id, 'A' AS episode_id, DATE '2020-05-01' AS utdato, true AS betalt, {} AS \"beløp\""


def test_data_that_were_written_again(runs: Runs) -> None:
    data = runs.parquet(ONE.format(5))
    said(runs(data), code=0)
    os.utime(data, ns=(0, 1))
    said(explained(runs, "A"), "er skrevet på nytt siden kjøringen (1970-01-01", "samme svar", code=0)
    other = ONE.format(7).replace("'A'", "'B'")
    runs.parquet(f"{ONE.format(5)} UNION ALL {other}")
    said(explained(runs, "A"), "er endret siden kjøringen: den hadde 1 rader og har nå 2", "samme svar", code=0)


def test_a_row_that_moved_and_one_that_is_gone(runs: Runs) -> None:
    other = ONE.format(7).replace("'A'", "'B'")
    said(runs(runs.parquet(f"{ONE.format(5)} UNION ALL {other}")), code=0)
    runs.parquet(f"{other} UNION ALL {ONE.format(5)}")
    said(explained(runs, "A"), "Rad 1 i", "samme svar", "5,00", code=0)
    said(explained(runs, "rad:2"), "Rad 2 i", "samme svar", "7,00", code=0)
    runs.parquet(other)
    said(explained(runs, "A"), "har ikke lenger raden P1/A", "Kjør dataene på nytt")
    said(explained(runs, "rad:1"), "har ikke lenger raden P1/A")


def test_another_answer_is_a_finding(runs: Runs) -> None:
    said(runs(runs.parquet(ONE.format(5))), code=0)
    runs.parquet(ONE.format(6))
    result = explained(runs, "A")
    said(result, "et annet svar enn det som står der", "Refusjon: 5,00 kr i svarene, 6,00 kr nå.", code=1)
    runs.parquet(ONE.format(6).replace("true", "NULL::BOOLEAN"))
    said(explained(runs, "A"), "Teller: ja etter en i svarene, ukjent (mangler betalt) nå.", code=1)
    runs.parquet(ONE.format(6).replace("2020", "2021"))
    said(explained(runs, "A"), "Utgave: prøve@2020 i svarene, prøve@2021 nå.", code=1)
    runs.parquet(ONE.format("'x'"))
    said(explained(runs, "A"), "Refusjon: 5,00 kr etter to i svarene, ukjent (mangler beløp) nå.", code=1)


def test_rules_and_an_engine_that_are_others(isfrules: Isfrules, runs: Runs, tmp_path: Path) -> None:
    said(runs(runs.parquet(ONE.format(5).replace("true", "false"))), code=0)
    newer = shutil.copytree(runs.rulebook, tmp_path / "nye")
    text = (newer / "2020.isf").read_text(encoding="utf-8")
    (newer / "2020.isf").write_text(text.replace("ellers 0 kroner", "ellers 2 kroner"), encoding="utf-8")
    result = isfrules("--rulebooks", newer, "explain", "--from", runs.out, "--row", "A")
    said(result, "Reglene i prøve@2020 er endret siden kjøringen", "Refusjon: 0,00 kr i svarene, 2,00 kr nå.", code=1)
    sums = runs.folder / "ut-sum.json"
    sums.write_text(sums.read_text(encoding="utf-8").replace('"engine": "isfrules ', '"engine": "isfrules 0.'))
    said(explained(runs, "A"), "Svarene er fra isfrules 0.", "samme svar", code=0)


def test_a_folder_that_was_moved(runs: Runs, tmp_path: Path) -> None:
    said(runs(runs.parquet(ONE.format(5))), code=0)
    moved = tmp_path.with_name(f"{tmp_path.name}-flyttet")
    shutil.move(tmp_path, moved)
    result = runs.isfrules("--rulebooks", runs.rulebook, "explain", "--from", moved / "ut.parquet", "--row", "A")
    said(result, "samme svar", code=0)
    (moved / "inn.parquet").unlink()
    result = runs.isfrules("--rulebooks", runs.rulebook, "explain", "--from", moved / "ut.parquet", "--row", "A")
    said(result, "inn.parquet» finnes ikke")


def test_answers_that_do_not_say_where_they_came_from(runs: Runs) -> None:
    said(runs(runs.parquet(ONE.format(5))), code=0)
    sums = runs.folder / "ut-sum.json"
    told = json.loads(sums.read_text(encoding="utf-8"))
    for wrong in ("{", "[]", json.dumps(told | {"origin": None}), json.dumps(told | {"origin": {"data": {}}})):
        sums.write_text(wrong, encoding="utf-8")
        said(explained(runs, "A"), "ut-sum.json» sier ikke hvor dataene kom fra", "Kjør dataene på nytt")
    aside = runs.out.with_name("ut-feil.parquet")
    of_aside = runs.isfrules("--rulebooks", runs.rulebook, "explain", "--from", aside, "--row", "A")
    said(of_aside, "det som ble lagt til side", f"Skriv --from {runs.out}")
    data = runs.isfrules("--rulebooks", runs.rulebook, "explain", runs.out)
    said(data, "er en tabell, ikke saker i JSON", f"isfrules run {runs.out}")
    sums.unlink()
    said(explained(runs, "A"), "ut-sum.json» finnes ikke")
    sums.write_text(json.dumps(told), encoding="utf-8")
    runs.out.write_bytes(b"PAR1")
    said(explained(runs, "A"), "kan ikke leses som svar")
    runs.out.write_bytes(b"")
    said(explained(runs, "rad:1"), "kan ikke leses som svar")


@pytest.mark.parametrize("error", [RuntimeError("Query interrupted"), duckdb.InterruptException("Interrupted!")])
def test_ctrl_c_is_quiet(runs: Runs, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The engine says of itself that it was interrupted."""
    said(runs(runs.parquet(ONE.format(5))), code=0)

    def interrupted(*given: object) -> None:
        raise error
    monkeypatch.setattr(case_of.Table, "keyed", interrupted)
    result = explained(runs, "A")
    assert (result.exit_code, result.output) == (130, "")


def test_a_page_that_was_broken_since(runs: Runs) -> None:
    said(runs(runs.parquet(ONE.format(5))), code=0)
    data = runs.folder / "inn.parquet"
    whole = data.read_bytes()
    data.write_bytes(whole[:4] + b"\xff" * 60 + whole[64:])
    said(explained(runs, "A"), "inn.parquet» kan ikke leses")


# ── What has no key, or that of another ──────────────────────────────────────────────────────────────────────


SHORT = ("pasient_id;episode_id;utdato;sektor;omsorgsniva;debitor;drg;korrigerte_poeng;utfort_av;journalfort;"
         "rapportert_npr;bosatt_i_norge;kontakttype;sted_aktivitet;innmate_hast;utforende\n"
         "P1;E1;2020-06-01;somatikk;1;1;442;1,5;helseforetak;ja;ja;ja;2;1;4;1\n")


@pytest.mark.parametrize(("others", "missing"), [
    (["", ""], ["pasient.episoder[rad 2].utdato", "pasient.episoder[rad 3].utdato"]),
    (["E3", "E3"], ["pasient.episoder[E3].utdato"]),
    (["E3", "E2"], ["pasient.episoder[E2].utdato", "pasient.episoder[E3].utdato"]),
])
def test_what_others_lack_is_told_alike_by_the_row_and_the_case(
    others: list[str], missing: list[str], isfrules: Isfrules, tmp_path: Path
) -> None:
    lines = [f"P1;{key};;somatikk;1;1;442;2,0;helseforetak;ja;ja;ja;2;1;4;1" for key in others]
    (tmp_path / "inn.csv").write_text(SHORT + "\n".join(lines) + "\n", encoding="utf-8")
    out = tmp_path / "ut.parquet"
    isfrules("run", tmp_path / "inn.csv", "--edition", "isf@2020", "-o", out)
    assert rows(f'SELECT "refusjon.mangler" FROM \'{out}\'') == [(missing,)]
    result = isfrules("explain", "--from", out, "--row", "rad:1", "--format", "json")
    said(result, "samme svar", code=0)
    (case,) = json.loads(result.stdout)["cases"]
    assert len(case["results"]["refusjon"]["missing"]) == len(missing)
