"""``explain --why-not``: the fewest facts to change, each way decided again, and what cannot change left alone."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import Isfrules
from prove.promises import edition

from rulesdsl.publish.json import explanation_schema

ROOT = Path(__file__).parents[2]
VIDEO = {"besøk_id": "B1", "dagen": "2020-03-01", "form": "video", "lege": False, "oppgitt": 1, "drg": "D99"}


def asked(isfrules: Isfrules, folder: Path, case: Any, *words: str) -> dict[str, Any]:
    """What the first case of the answer says it would take."""
    file = folder / "sak.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    result = isfrules("--rulebooks", folder, "explain", file, "--format", "json", *words)
    made = json.loads(result.output)
    jsonschema.validate(made, explanation_schema())
    return made["cases"][0]["why_not"]  # type: ignore[no-any-return]


def facts(way: dict[str, Any]) -> dict[str, Any]:
    return {each["then"]["path"]: each["then"]["value"] for each in way["facts"]}


def test_a_refusal(isfrules: Isfrules, tmp_path: Path) -> None:
    edition(tmp_path)
    found = asked(isfrules, tmp_path, VIDEO, "--why-not", "teller=ja")
    assert found["wanted"] == "teller er ja"
    assert [facts(way) for way in found["ways"]] in ([{"form": "oppmøte"}, {"lege": True}],
                                                     [{"lege": True}, {"form": "oppmøte"}])
    assert all(way["value"] is True for way in found["ways"])
    assert found["note"].startswith("Enhver måte med inntil")
    # Telephone has no code before July.
    assert {tuple(each["options"]) for way in found["ways"] for each in way["facts"]} == {(), ("oppmøte",)}


def test_an_amount_is_reached_just_so(isfrules: Isfrules, tmp_path: Path) -> None:
    """45 808 kr per poeng and 50 %: 22 904 kr the point, so that 10 000 kr more asks for 0,437 poeng more."""
    edition(tmp_path)
    found = asked(isfrules, tmp_path, VIDEO | {"lege": True}, "--why-not", "betaling=+10000")
    assert found["wanted"] == "betaling er minst 32\u00a0904,00\u00a0kr"
    assert {"oppgitt": "1.437"} in [facts(way) for way in found["ways"]]
    assert {"drg"} in [set(facts(way)) for way in found["ways"]]


def test_what_nothing_brings(isfrules: Isfrules, tmp_path: Path) -> None:
    edition(tmp_path)
    found = asked(isfrules, tmp_path, VIDEO, "--why-not", "høyest<100")
    assert found["ways"] == []
    assert found["note"] == (
        "Ingen endring av inntil tre opplysninger ville gitt det. Det er bevist. Andre besøk er som de er.")


def test_what_is_so_already(isfrules: Isfrules, tmp_path: Path) -> None:
    edition(tmp_path)
    assert asked(isfrules, tmp_path, VIDEO, "--why-not", "teller=nei")["note"] == "Det er slik allerede."


@pytest.mark.parametrize("form", ["tree", "markdown", "html"])
def test_where_there_is_nothing_better_it_is_said(isfrules: Isfrules, tmp_path: Path, form: str) -> None:
    edition(tmp_path)
    case = VIDEO | {"lege": True}
    found = asked(isfrules, tmp_path, case, "--why-not")
    assert (found["result"], found["wanted"], found["ways"]) == ("", "", [])
    assert found["note"].startswith("Her er det ikke noe som nektes")
    result = isfrules("--rulebooks", tmp_path, "explain", tmp_path / "sak.json", "--why-not", "--format", form,
                      COLUMNS="200")
    assert "Hva som skulle til" in result.output
    assert "Hva som skulle til for at" not in result.output
    assert "Her er det ikke noe som nektes" in result.output


def test_a_missing_fact_is_found_out_and_a_known_one_not_forgotten(isfrules: Isfrules, tmp_path: Path) -> None:
    edition(tmp_path)
    case = {key: value for key, value in VIDEO.items() if key not in ("lege", "oppgitt")}
    found = asked(isfrules, tmp_path, case, "--why-not", "teller=nei")
    assert [facts(way) for way in found["ways"]] == [{"lege": False}]
    unknown = asked(isfrules, tmp_path, VIDEO, "--why-not", "betaling>0")
    assert all(each["then"]["value"] is not None for way in unknown["ways"] for each in way["facts"]
               if each["then"]["path"] == "form")


def test_others_of_the_patient_stay_as_they_are(isfrules: Isfrules, tmp_path: Path) -> None:
    edition(tmp_path)
    first = VIDEO | {"lege": True}
    case = {"pasient_id": "P1", "besøk": [first | {"besøk_id": "B2", "form": "oppmøte"}, first]}
    file = tmp_path / "sak.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    result = isfrules("--rulebooks", tmp_path, "explain", file, "--format", "json", "--why-not", "betaling>0")
    second = next(each for each in json.loads(result.output)["cases"] if each["results"]["betaling"]["value"] == "0.00")
    # Its day is fixed, and the other one is paid that day, whatever this one is.
    assert second["why_not"]["ways"] == []


def test_each_way_is_the_smallest(isfrules: Isfrules, tmp_path: Path) -> None:
    """No part of a way would do."""
    edition(tmp_path)
    case = {"besøk_id": "B1", "dagen": "2020-08-01", "form": "video", "lege": False}
    found = asked(isfrules, tmp_path, case, "--why-not", "betaling>=50000")
    assert found["ways"]
    sets = [frozenset(facts(way)) for way in found["ways"]]
    assert not any(one < other for one, other in combinations(sorted(sets, key=len), 2))


@pytest.mark.parametrize("form", ["tree", "markdown", "html"])
def test_every_format_says_it(isfrules: Isfrules, form: str) -> None:
    case = ROOT / "examples" / "kommune-avtale-ikke-forankret.json"
    result = isfrules("explain", case, "--why-not", "--format", form, COLUMNS="120")
    assert "Hva som skulle til for at tellende er ja" in result.output
    assert "helseforetak" in result.output


def test_what_cannot_change_is_left_alone(isfrules: Isfrules) -> None:
    case = ROOT / "examples" / "kommune-avtale-ikke-forankret.json"
    result = isfrules("explain", case, "--why-not", "refusjon=+1000000", "--format", "json")
    ways = json.loads(result.output)["cases"][0]["why_not"]["ways"]
    changed = {each["then"]["path"] for way in ways for each in way["facts"]}
    assert changed
    assert not changed & {"utdato", "inndato", "innmate_hast", "inntilstand", "uttilstand", "episode_id"}


@pytest.mark.parametrize(("words", "message"), [
    ("telende=ja", "«telende» er ikke et resultat i isf@2020.\n  Mente du «tellende»?"),
    ("tellende", "«tellende» er ikke et resultat og en verdi."),
    ("tellende=kanskje", "«kanskje» kan ikke være tellende, som er ja/nei."),
    ("tellende>ja", "tellende har ingen rekkefølge."),
    ("refusjon=mye", "«mye» kan ikke være refusjon, som er kroner."),
])
def test_a_wish_that_cannot_be(isfrules: Isfrules, words: str, message: str) -> None:
    result = isfrules("explain", ROOT / "examples" / "kommune-avtale-ikke-forankret.json", "--why-not", words)
    assert result.exit_code == 2
    assert message in result.output
