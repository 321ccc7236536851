"""``isfrules verify``: decides the cases of an explanation again and says whether its receipts hold."""

import sys
from pathlib import Path
from typing import Any

import click

from rulesdsl.cli.explain import read_file, shown_name
from rulesdsl.cli.invocation import FINDINGS, USAGE, open_workspace, say, write_json
from rulesdsl.cli.norwegian import Choice, Command
from rulesdsl.deciding import ENGINE
from rulesdsl.evaluate.documents import shortened
from rulesdsl.evaluate.explanation import CaseError
from rulesdsl.verifying import Disagreement, Finding, NoExplanation, Verification, Verified, verify_text

SCHEMA = "isfrules.verification/1"

SIGNS = {True: "✓", False: "✗", None: "–"}

WORDS = {
    "value": "verdi", "text": "tekst", "status": "status", "punkt": "punkt", "rule": "regel", "missing": "mangler",
    "entity": "entitet", "key": "nøkkel", "heading": "overskrift", "edition": "utgave", "errors": "feil",
}
"""The members of a case and a result as people call them."""


@click.command(
    "verify", cls=Command, help="Avgjør sakene i en forklaring (JSON; «-» er standard inn) på nytt og sier om "
    "kvitteringene holder."
)
@click.argument("file", metavar="FIL", type=click.Path(readable=False, path_type=Path, allow_dash=True))
@click.option("--format", "form", metavar="FORM", type=Choice(["text", "json"]), default="text",
              help="Formen på svaret: text eller json.")
@click.pass_obj
def command(rulebooks: Path | None, file: Path, form: str) -> None:
    text = read_file(file, "en forklaring")
    workspace = open_workspace(rulebooks)
    try:
        verification = verify_text(workspace, text, shown_name(file))
    except NoExplanation as error:
        for each in error.errors:
            say_error(each, stderr=True)
        sys.exit(USAGE)
    if form == "json":
        write_json(_json(verification))
    else:
        _show(verification)
    if not verification.holds:
        sys.exit(FINDINGS)


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────


def say_error(error: CaseError, stderr: bool = False) -> None:
    from rulesdsl.publish.line import clean

    lines = [f"{error.code}  {error.message}", *([f"        {error.hint}"] if error.hint else [])]
    click.echo("\n".join(map(clean, lines)), err=stderr)


def _show(verification: Verification) -> None:
    for error in verification.errors:
        say_error(error)
    for case in verification.cases:
        say(f"{SIGNS[case.holds]} {case.heading or case.key or 'Sak uten navn'}")
        for finding in case.findings:
            _show_finding(finding)
        for note in case.notes:
            say(f"  {note}")
    tried = [case for case in verification.cases if case.holds is not None]
    held = sum(case.holds is True for case in tried)
    say(f"\n{held} av {len(tried)} kvitteringer holder." if tried else "\nIngen kvitteringer å prøve.")


def _show_finding(finding: Finding) -> None:
    say(f"  {finding.code}  {finding.message}")
    for each in finding.disagreements:
        for line in _lines(each):
            say(f"          {line}")
    if finding.hint:
        say(f"          {finding.hint}")


def _lines(each: Disagreement) -> list[str]:
    name = each.result or "saken"
    if each.stated is None or each.given is None:
        return [f"{name} {'mangler i filen' if each.stated is None else 'er lagt til i filen'}"]
    return [f"{name}, {WORDS.get(member, member)}: filen sier {_said(each.stated[member])}, "
            f"regelverket gir {_said(each.given[member])}" for member in each.given]


def _said(value: object) -> str:
    """A member as it stands in JSON, in words where there is one."""
    match value:
        case None:
            return "ingen"
        case bool():
            return "ja" if value else "nei"
        case dict():
            return " ".join(_said(value[name]) for name in ("code", "field") if value.get(name))
        case list():
            return ", ".join(map(_said, value)) or "ingen"
        case _:
            return shortened(str(value)) or "«»"


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _json(verification: Verification) -> dict[str, Any]:
    return {
        "schema": SCHEMA, "engine": ENGINE, "holds": verification.holds,
        "errors": [{"code": each.code, "message": each.message, "hint": each.hint} for each in verification.errors],
        "cases": [_case(case) for case in verification.cases],
    }


def _case(case: Verified) -> dict[str, Any]:
    return {
        "entity": case.entity, "key": case.key, "heading": case.heading, "edition": case.edition, "place": case.place,
        "holds": case.holds, "same_today": case.same_today,
        "findings": [
            {"code": each.code, "message": each.message, "hint": each.hint,
             "disagreements": [{"result": one.result or None, "stated": one.stated, "given": one.given}
                               for one in each.disagreements]}
            for each in case.findings
        ],
        "notes": list(case.notes),
    }
