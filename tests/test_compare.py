"""One case under two editions: both answers, the difference split over the changes, and where the reasons part."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from compared_rulebooks import FELLES, FIRST, NEW_WEIGHTS, SECOND, WEIGHTS
from conftest import Isfrules
from sample_rulebook import write

from rulesdsl.compare.changes import moves, pair
from rulesdsl.compare.comparison import Comparer
from rulesdsl.compare.mixed import players
from rulesdsl.compare.mixtures import MOST_PLAYERS
from rulesdsl.core.ir import Clause, Edition, Place
from rulesdsl.deciding import NoEdition, Question, explain_text
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import Comparison, Split
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.workspace import Workspace

A, B = "prøve@2020", "prøve@2021"
ADULT = {"episode_id": "E1", "utdato": "2020-06-01", "drg": "442", "form": 1, "alder": 40, "akutt": False,
         "hjemme": False}


def rulebooks(folder: Path, first: str = FIRST, second: str = SECOND, **more: str | bytes) -> Path:
    tables: dict[str, str | bytes] = {"vekt_2020_csv": WEIGHTS, "vekt_2021_csv": NEW_WEIGHTS}
    return write(folder, data=FELLES, a=first, b=second, **{**tables, **more})


@pytest.fixture(scope="module")
def regler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rulebooks(tmp_path_factory.mktemp("regler"))


def compared(folder: Path, other: str = B, edition: str | None = None, **facts: object) -> Comparison:
    text = json.dumps(ADULT | facts)
    question = Question(edition, alternatives=False, compare=other)
    (case,) = explain_text(Workspace(folder, cache=False), text, "sak.json", question).cases
    assert case.compared is not None
    return case.compared


def split(comparison: Comparison, result: str = "refusjon") -> Split:
    return next(each for each in comparison.splits if each.result == result)


def parts(comparison: Comparison, result: str = "refusjon") -> dict[str, str]:
    return {part.text.replace("\u00a0", " "): str(part.amount) for part in split(comparison, result).parts}


# ── The split ────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_change_has_its_part_in_words_and_they_sum_to_the_difference(regler: Path) -> None:
    found = compared(regler)
    assert parts(found) == {
        "tabell vekt, rad 442: 5,719 poeng → 5,900 poeng": "3349.48",
        "sats enhetspris: 45 808 kr per poeng → 46 719 kr per poeng": "2116.98",
    }
    # 0,4 × 5,719 × 45 808 = 104 790,38 and 0,4 × 5,900 × 46 719 = 110 256,84
    assert split(found).total == Decimal("5466.46")


def test_a_part_knows_where_both_its_texts_stand(regler: Path) -> None:
    rate = next(part for part in split(compared(regler)).parts if part.text.startswith("sats")).changes[0]
    assert rate.before is not None
    assert rate.after is not None
    assert (rate.kind, rate.name, rate.way) == ("sats", "enhetspris", "changed")
    assert (rate.before.edition, rate.after.edition) == (A, B)
    places = [side.place for side in (rate.before, rate.after)]
    assert [place.file.rpartition("/")[2] for place in places if place] == ["a.isf", "b.isf"]


def test_one_change_has_the_whole_difference(regler: Path) -> None:
    found = compared(regler, drg="10")
    assert parts(found) == {"sats enhetspris: 45 808 kr per poeng → 46 719 kr per poeng": "364.40"}
    assert split(found).notes == ()


def test_two_changes_that_multiply_share_what_neither_makes_alone(regler: Path) -> None:
    """0,4 × (5,9 − 5,719) × the mean of the prices; 0,4 × 911 × the mean of the weights."""
    found = {name.partition(" ")[0]: Decimal(amount) for name, amount in parts(compared(regler)).items()}
    assert found["tabell"] == pytest.approx(Decimal("0.4") * Decimal("0.181") * Decimal("46263.5"), abs=Decimal("0.02"))
    assert found["sats"] == pytest.approx(Decimal("0.4") * 911 * Decimal("5.8095"), abs=Decimal("0.02"))


def test_a_decision_table_and_clauses_that_come_and_go(regler: Path) -> None:
    found = parts(compared(regler, alder=17, akutt=True, hjemme=True))
    assert "beslutning faktor – Faktor for alder" in found
    new = "punkt 6.3 Refusjon: nytt; punkt 6.4 Tillegg hjemme: nytt; sats tillegg: ny, 250,00 kr"
    assert found[f"punkt 6.2 Refusjon: opphevet; {new}"] == "250.00"


def test_a_code_that_is_called_something_else_goes_with_the_clause_that_names_it(regler: Path) -> None:
    """Code 2 is «digital», which is not paid, and then «video», which is."""
    found = compared(regler, form=2)
    (first, *_) = split(found).parts
    assert {(each.kind, each.name) for each in first.changes} >= {("kodeverk", "Form"), ("punkt", "4.2")}
    assert first.text == "punkt 4.2 Digitale kontakter"


def test_what_the_case_does_not_touch_is_not_named(regler: Path) -> None:
    found = compared(regler, drg="10", hjemme=True, alder=40)
    assert not [part for part in split(found).parts for one in part.changes if one.kind == "tabell"]


def test_a_sats_that_changes_within_a_shared_text_counts_by_the_day_each_edition_reads_it(tmp_path: Path) -> None:
    """The same text in both editions: the first reads it on its own day, the other on the nearest of its days."""
    shared = "\nsats felles_pris : kroner per poeng «Pris»\n" \
             "  fra 2020-01-01: 10 ifølge oss\n  fra 2021-01-01: 20 ifølge oss\n"
    first, second = (text.replace("* enhetspris *", "* felles_pris *") for text in (FIRST, SECOND))
    folder = write(tmp_path, data=FELLES + shared, a=first, b=second, vekt_2020_csv=WEIGHTS, vekt_2021_csv=WEIGHTS)
    assert parts(compared(folder)) == {"sats felles_pris: 10 kr per poeng → 20 kr per poeng": "22.87"}


def test_the_way_back_is_the_opposite(regler: Path) -> None:
    facts: dict[str, object] = {"alder": 17, "akutt": True, "hjemme": True, "form": 2}
    there, back = compared(regler, B, A, **facts), compared(regler, A, B, **facts)
    amounts = [sorted(part.amount for part in split(each).parts) for each in (there, back)]
    assert amounts[0] == sorted(-amount for amount in amounts[1])


def test_a_result_that_is_not_known_is_not_split(regler: Path) -> None:
    found = compared(regler, drg=None)
    assert "refusjon" not in [each.result for each in found.splits]
    assert found.other.errors == ()


def test_many_changes_are_taken_together_and_it_is_said(tmp_path: Path) -> None:
    names = [f"pris_{number}" for number in range(MOST_PLAYERS + 2)]
    body = "\n".join(f"sats {name} : kroner\n  fra YEAR-01-01: {{}},00 ifølge oss\n" for name in names)
    body += f"\npunkt 8 «Sum»\n  ifølge oss\n  unntak fra 7.1\n  trekk er {' + '.join(names)}\n"
    more = [body.replace("YEAR", year).replace("{}", amount) for year, amount in (("2020", "1"), ("2021", "3"))]
    found = compared(rulebooks(tmp_path, FIRST + more[0], SECOND + more[1]))
    (part,) = split(found, "trekk").parts
    assert part.amount == Decimal("28.00")
    assert part.text.endswith("; 10 andre endringer")
    assert "Satsene er regnet som én endring." in split(found, "trekk").notes


# ── Changes that give an answer only together ────────────────────────────────────────────────────────────────

AGES = "\nresultat satt : kroner for Episode «Satt»\n" \
       "\npunkt 8 «Unge»\n  ifølge oss\n  når alder < 18\n  satt er 0,00 kr\n" \
       "\npunkt 9 «Voksne»\n  ifølge oss\n  når alder >= 18\n  satt er 50,00 kr\n"


def test_changes_that_give_an_answer_only_together_are_one_part(tmp_path: Path) -> None:
    """The border moves in two clauses. With only one of them moved, seventeen is in neither or in both."""
    folder = rulebooks(tmp_path, FIRST + AGES, SECOND + AGES.replace("18", "16"))
    assert parts(compared(folder, alder=17), "satt") == {"punkt 8 Unge; punkt 9 Voksne": "50.00"}
    assert "satt" not in [each.result for each in compared(folder, alder=40).splits]


def test_only_orders_with_an_answer_at_every_step_count(tmp_path: Path) -> None:
    """With a main rule, seventeen falls back on it when the first clause moves; the other clause cannot move first."""
    ages = AGES.replace("\npunkt 8", "\npunkt 7.9 «Alle»\n  ifølge oss\n  satt er 100,00 kr\n\npunkt 8")
    ages = ages.replace("  når", "  unntak fra 7.9\n  når")
    folder = rulebooks(tmp_path, FIRST + ages, SECOND + ages.replace("18", "16"))
    assert parts(compared(folder, alder=17), "satt") == {"punkt 8 Unge": "100.00", "punkt 9 Voksne": "-50.00"}


# ── Players ──────────────────────────────────────────────────────────────────────────────────────────────────


def edition(folder: Path, name: str) -> Edition:
    found = Workspace(folder, cache=False).edition(name)
    assert found is not None
    return found


def test_a_clause_comes_with_the_sats_and_the_clause_that_it_needs(regler: Path) -> None:
    made = players(pair(edition(regler, A), edition(regler, B)), reading=False)
    together = next(player for player in made if ("punkt", "6.4") in [change.part for change in player])
    assert {(change.kind, change.name, change.way) for change in together} == {
        ("punkt", "6.3", "new"), ("punkt", "6.4", "new"), ("sats", "tillegg", "new"),
    }
    assert not [change for player in made for change in player if change.kind in ("kodeverk", "post", "entitet")]


def clause(number: str, *formerly: str) -> Clause:
    return Clause(number, "", "", "", Place("a.isf", 1), (), formerly=formerly)


@pytest.mark.parametrize(("before", "after", "found"), [
    ([clause("6.2")], [clause("6.3", "6.2")], {"6.2": "6.3"}),
    ([clause("6.2")], [clause("6.2"), clause("6.3", "6.2")], {}),
    ([clause("6.3", "6.2")], [clause("6.2")], {"6.3": "6.2"}),
    ([clause("6.3", "6.2")], [clause("6.4", "6.1", "6.2")], {"6.3": "6.4"}),
    ([clause("6.2")], [clause("6.3", "6.2"), clause("6.4", "6.2")], {"6.2": "6.3"}),
    ([clause("6.2")], [clause("6.3")], {}),
])
def test_a_moved_clause_is_found_by_the_numbers_it_had(
    before: list[Clause], after: list[Clause], found: dict[str, str]
) -> None:
    assert moves({each.number: each for each in before}, {each.number: each for each in after}) == found


def test_a_clause_that_only_moved_is_no_change_and_is_said_to_be_the_same(regler: Path) -> None:
    first, second = edition(regler, A), edition(regler, B)
    second = evolve(second, clauses={**second.clauses, "6.3": evolve(second.clauses["6.3"], formerly=("6.2",))})
    assert ("punkt", "6.3") not in [change.part for change in pair(first, second).changes]
    document = Document({"episode_id": "E", "utdato": "2020-06-01", "drg": "442", "form": "oppmøte",
                         "alder": Decimal(40), "akutt": False, "hjemme": False})
    before, after = (decide(each, load(document, each)) for each in (first, second))
    thing = before.case.things[0]
    found = Comparer(second).comparison(before, thing, explain(before, thing), after)
    (sentence,) = [one.sentence for one in found.differences if one.result == "refusjon"]
    assert sentence.endswith("etter 6.3, som før var 6.2.")
    assert len(split(found).parts) == 2


# ── What the data may do ─────────────────────────────────────────────────────────────────────────────────────


def test_data_that_the_other_edition_does_not_take_are_shown_there(isfrules: Isfrules, tmp_path: Path) -> None:
    second = SECOND.replace("video    = 2\n", "video    = 2 fra 2020-09-01\n")
    result = explained(isfrules, rulebooks(tmp_path, second=second), "--compare", B, form=2)
    assert result.exit_code == 1
    assert "Refusjon    0,00\u00a0kr" in result.stdout
    below = result.stdout.partition("Sammenlignet med PRØVE 2021")[2]
    assert "ISF518  Episode E1: form er 2 (video), som gjelder fra 2020-09-01" in below


def test_results_that_only_one_edition_has_are_named(tmp_path: Path) -> None:
    more = "\nresultat nytt : kroner for Episode «Nytt»\n\npunkt 20 «Nytt»\n  ifølge oss\n  nytt er 5,00 kr\n"
    there = compared(rulebooks(tmp_path, second=SECOND + more))
    assert "nytt" in [result.name for result in there.other.results]
    assert "nytt" not in [one.result for one in there.differences]


def explained(isfrules: Isfrules, folder: Path, *flags: str, **facts: object) -> Any:
    return isfrules("--rulebooks", folder, "explain", "-", *flags, given=json.dumps(ADULT | facts), COLUMNS="100")


def test_results_that_only_one_edition_has_are_shown_with_it(isfrules: Isfrules, tmp_path: Path) -> None:
    more = "\nresultat nytt : kroner for Episode «Nytt»\n\npunkt 20 «Nytt»\n  ifølge oss\n  nytt er 5,00 kr\n"
    folder = rulebooks(tmp_path, second=SECOND + more)
    assert "bare i PRØVE 2021" in explained(isfrules, folder, "--compare", B).stdout
    back = explained(isfrules, folder, "--compare", A, "--edition", B).stdout
    assert "Nytt        5,00\u00a0kr" in back
    assert "ikke i den utgaven" in back


def test_each_episode_of_a_patient_is_compared_among_its_own(tmp_path: Path) -> None:
    """The trekk of an episode counts the patient's episodes that are tellende, each in the same edition."""
    count = "\npunkt 8 «Etter antall»\n  ifølge oss\n  unntak fra 7.1\n" \
            "  trekk er 1,00 kr * (antall e i pasient.episoder der e.tellende)\n"
    folder = rulebooks(tmp_path, FIRST + count, SECOND + count)
    episodes = [ADULT | {"episode_id": f"E{number}", "form": number} for number in (1, 2)]
    text = json.dumps({"pasient_id": "P", "episoder": episodes})
    cases = explain_text(Workspace(folder, cache=False), text, "", Question(compare=B)).cases
    found = [case.compared for case in cases]
    assert [(each.differences and split(each, "trekk").total) for each in found if each] == [Decimal(1), Decimal(1)]


# ── Which edition ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_case_is_compared_with_its_own_edition(isfrules: Isfrules, regler: Path) -> None:
    assert compared(regler, A).same
    shown = explained(isfrules, regler, "--compare", A)
    assert shown.exit_code == 0
    assert "Sammenlignet med PRØVE 2020\n  Det er utgaven saken er avgjort etter." in shown.stdout


def test_an_edition_that_is_not_there(isfrules: Isfrules, regler: Path) -> None:
    result = explained(isfrules, regler, "--compare", "prøve@202")
    assert result.exit_code == 2
    assert "ISF413  Utgaven «prøve@202» finnes ikke." in result.stderr
    assert "Her finnes prøve@2020, prøve@2021." in result.stderr


def test_an_edition_of_another_rulebook(tmp_path: Path) -> None:
    other = FIRST.replace("regelverk prøve 2020", "regelverk annet 2020")
    folder = rulebooks(tmp_path, c=other)
    with pytest.raises(NoEdition, match="annet@2020 er av et annet regelverk enn saken, prøve"):
        compared(folder, "annet@2020", A)


def test_an_edition_of_another_rulebook_where_the_fields_pick_the_rulebook(isfrules: Isfrules) -> None:
    episode = {"episode_id": "E1", "utdato": "2020-06-01", "debitor": 1}
    of_nothing: dict[str, object] = {}
    refused = isfrules("explain", "-", "--compare", "takst_lege@2020", given=json.dumps([of_nothing, episode]))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "takst_lege@2020 er av et annet regelverk enn saken, isf." in refused.stderr
    unknown = isfrules("explain", "-", "--compare", "takst_lege@2020", given=json.dumps(of_nothing))
    assert unknown.exit_code == 1
    assert "ISF508" in unknown.stdout


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_parts_stand_below_one_another_by_their_last_digit(isfrules: Isfrules, regler: Path) -> None:
    shown = explained(isfrules, regler, "--compare", B, "--detail", "short", alder=17, akutt=True).stdout
    lines = shown.replace("\u00a0", " ").partition("Refusjon   1")[2].splitlines()[1:5]
    assert [line.index(" kr  ") for line in lines] == [lines[0].index(" kr  ")] * 4
    assert lines[-1].endswith("kr  til sammen")
    assert "Hver del er" not in shown


def test_more_detail_says_more(isfrules: Isfrules, regler: Path) -> None:
    medium = explained(isfrules, regler, "--compare", B, alder=17).stdout
    assert "Faktor går fra" in medium
    assert "Hver del er gjennomsnittet over alle rekkefølger endringene kan gjøres i." in medium
    assert "Hvorfor, etter PRØVE 2021" not in medium
    full = explained(isfrules, regler, "--compare", B, "--detail", "full", alder=17).stdout
    assert "Hvorfor, etter PRØVE 2021" in full
    assert "a.isf:9 → prøve@2021" in full


def test_json_holds_both_answers_and_the_parts(isfrules: Isfrules, regler: Path) -> None:
    (case,) = json.loads(explained(isfrules, regler, "--compare", B, "--format", "json").stdout)["cases"]
    made = case["compared"]
    assert (case["edition"], made["edition"], made["case"]["edition"]) == (A, B, B)
    found = next(each for each in made["splits"] if each["result"] == "refusjon")
    assert sum(Decimal(part["change"]) for part in found["parts"]) == Decimal(found["change"])
    assert found["parts"][0]["because"][0]["kind"] == "tabell"
    values = [one["results"]["refusjon"]["value"] for one in (case, made["case"])]
    assert Decimal(values[1]) - Decimal(values[0]) == Decimal(found["change"])
    (plain,) = json.loads(explained(isfrules, regler, "--format", "json").stdout)["cases"]
    assert plain["compared"] is None


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_pages_hold_it_too(isfrules: Isfrules, regler: Path, form: str) -> None:
    page = explained(isfrules, regler, "--compare", B, "--format", form).stdout
    assert "Sammenlignet med PRØVE 2021" in page
    assert "tabell vekt, rad 442" in page
