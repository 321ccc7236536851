"""One explained decision in this process, against a traced evaluation of an equal decision table by ``zen-engine``.

Both take a dict of facts and give a dict with the answer and all that led to it. The inputs go through all rows.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from benchmarks.timing import median, ratio, take_turns

from rulesdsl.core.ir import Edition
from rulesdsl.evaluate.case import load
from rulesdsl.evaluate.documents import Document
from rulesdsl.evaluate.explain import explain
from rulesdsl.evaluate.explanation import Explanation
from rulesdsl.evaluate.interpreter import decide
from rulesdsl.publish.json import to_json
from rulesdsl.workspace import Workspace

FAG = ("lege", "sykepleier", "fysioterapeut", "ergoterapeut", "audiograf", "jordmor", "psykolog")

ROWS: list[tuple[tuple[str, ...], tuple[int, ...], bool | None]] = [
    (("lege", "sykepleier"), (1, 2), True),
    (("lege", "sykepleier"), (1, 2), None),
    (("lege",), (3, 4, 5), None),
    (("sykepleier",), (3, 4, 5), False),
    (("fysioterapeut",), (1, 5, 8), None),
    (("ergoterapeut",), (1, 8), True),
    (("audiograf",), (3,), None),
    (("jordmor", "psykolog"), (), True),
    (("jordmor",), (10, 11), False),
    ((), (), None),
]
"""Faggrupper, hoveddiagnosegrupper and whether it is urgent; nothing matches anything. Row n gives ``r`` n."""

CASES: list[dict[str, Any]] = [
    {"fag": "lege", "hdg": 2, "haster": True}, {"fag": "sykepleier", "hdg": 1, "haster": False},
    {"fag": "lege", "hdg": 5, "haster": True}, {"fag": "sykepleier", "hdg": 4, "haster": False},
    {"fag": "fysioterapeut", "hdg": 8, "haster": True}, {"fag": "ergoterapeut", "hdg": 8, "haster": True},
    {"fag": "audiograf", "hdg": 3, "haster": False}, {"fag": "psykolog", "hdg": 9, "haster": True},
    {"fag": "jordmor", "hdg": 11, "haster": False}, {"fag": "audiograf", "hdg": 20, "haster": False},
]
"""A case for each row."""


def rulebook() -> str:
    lines = ["regelverk prøve 2020 «Prøve»", "  gjelder 2020-01-01 til 2020-12-31", "kilde oss «Oss» status eksempel"]
    lines += ["kodeverk Fag", *(f"  {name} = {number}" for number, name in enumerate(FAG))]
    lines += ["kodeverk Utfall", *(f"  r{number} = {number}" for number in range(len(ROWS)))]
    lines += ["entitet Sak", "  nøkkel sak_id : tekst", "  rettsdato dato : dato", "  fag : Fag", "  hdg : tall",
              "  haster : ja/nei"]
    lines += ["beslutning svar : Utfall for Sak «Svaret» treff første", "  ifølge oss",
              "  | fag | hdg | haster || utfall |"]
    for number, (fag, hdg, haster) in enumerate(ROWS):
        cells = [f"{{{'; '.join(map(str, many))}}}" if many else "-" for many in (fag, hdg)]
        cells.append("-" if haster is None else "ja" if haster else "nei")
        lines.append(f"  | {' | '.join(cells)} || r{number} |")
    return "\n".join(lines) + "\n"


def zen_table() -> dict[str, Any]:
    rules = [
        {"_id": f"r{number}", "fag": ",".join(f'"{each}"' for each in fag), "hdg": ",".join(map(str, hdg)),
         "haster": "" if haster is None else str(haster).lower(), "svar": f'"r{number}"'}
        for number, (fag, hdg, haster) in enumerate(ROWS)
    ]
    inputs = [{"id": name, "name": name, "type": "expression", "field": name} for name in ("fag", "hdg", "haster")]
    at = {"x": 0, "y": 0}
    table = {"hitPolicy": "first", "inputs": inputs, "rules": rules,
             "outputs": [{"id": "svar", "name": "svar", "type": "expression", "field": "svar"}]}
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [{"id": "in", "type": "inputNode", "name": "in", "position": at},
                  {"id": "table", "type": "decisionTableNode", "name": "table", "position": at, "content": table},
                  {"id": "out", "type": "outputNode", "name": "out", "position": at}],
        "edges": [{"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
                  {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"}],
    }


def explained(edition: Edition, document: Document) -> dict[str, Any]:
    case = load(document, edition)
    return to_json(Explanation("isfrules", (explain(decide(edition, case), case.things[0]),)))


def test_an_explained_decision(tmp_path: Path) -> None:
    zen = pytest.importorskip("zen")
    (tmp_path / "prøve.isf").write_text(rulebook(), encoding="utf-8")
    edition = Workspace(tmp_path, cache=False).edition("prøve@2020")
    assert edition is not None
    decision = zen.ZenEngine().create_decision(json.dumps(zen_table()))
    documents = [
        Document({"sak_id": "S", "dato": "2020-05-05", **case, "hdg": Decimal(case["hdg"])}) for case in CASES
    ]
    for number, (case, document) in enumerate(zip(CASES, documents, strict=True)):
        traced = decision.evaluate(case, {"trace": True})
        assert traced["result"]["svar"] == f"r{number}"
        assert traced["trace"]
        result = explained(edition, document)["cases"][0]["results"]["svar"]
        assert (result["value"], result["rule"]) == (f"r{number}", f"rad {number + 1}")

    def ours() -> None:
        for _ in range(10):
            for document in documents:
                explained(edition, document)

    def theirs() -> None:
        for _ in range(10):
            for case in CASES:
                decision.evaluate(case, {"trace": True})

    own, other = take_turns([ours, theirs], 60)
    print(f"\nOne explained decision: {median(own, 1e4):.0f} µs, zen-engine with trace: {median(other, 1e4):.0f} µs, "
          f"ratio {ratio(own, other)}")
