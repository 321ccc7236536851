"""The plan of a run, for people and for programs: the columns that are fields, and the editions of the rows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rulesdsl.cli.invocation import say, write_json

if TYPE_CHECKING:
    import datetime

    from rulesdsl.batch.columns import Matching
    from rulesdsl.batch.inputs import Source
    from rulesdsl.batch.plan import Days, Plan
    from rulesdsl.batch.several import Table


def show_plan(plan: "Plan", form: str) -> None:
    """The plan of one table, and of those that its rows belong to."""
    if form == "json":
        write_json(plan_json(plan))
        return
    _table_said(plan.source, plan.matching, sum(plan.days.rows.values()))
    if plan.parents and plan.parent_matching:
        _table_said(plan.parents, plan.parent_matching, None)
    say("Utgaver")
    _days_said(plan.days)
    _notes_said(plan.notes)


def show_folder_plan(tables: "Sequence[Table]", form: str) -> None:
    """The plan of a folder, table by table."""
    if form == "json":
        write_json({"schema": "isfrules.folder_plan/1", "tables": {
            table.book.entity: {
                **_table_json(table.source, table.matching), "rows": table.count,
                **(_days_json(table.days) if table.days else {}), "notes": list(table.notes)} for table in tables}})
        return
    for table in tables:
        _table_said(table.source, table.matching, table.count)
        if table.days:
            say("  Utgaver")
            _days_said(table.days)
            say()
    _notes_said([note for table in tables for note in table.notes])


# ── For people ───────────────────────────────────────────────────────────────────────────────────────────────


def _table_said(source: "Source", matching: "Matching", rows: int | None) -> None:
    from rulesdsl.batch.plan import kept
    from rulesdsl.batch.summary import rows_said
    from rulesdsl.sql.kinds import kind_said

    say(f"{source.name}\n")
    if rows is not None:
        say(f"  {rows_said(rows)}")
    say("  Kolonner som er felt")
    for each in matching.matches:
        say(f"    {kept(each)}  {kind_said(each.kind)}")
    for title, names in (("Felt som ingen kolonne er (ukjent i alle rader)", list(matching.missing)),
                         ("Kolonner som ikke brukes", [name for name, _ in matching.ignored])):
        if names:
            say(f"  {title}\n    {', '.join(names)}")
    say()


def _days_said(days: "Days") -> None:
    from rulesdsl.batch.summary import rows_said

    for name, rows in days.rows_by_edition().items():
        say(f"  {name}  {rows_said(rows)}")
    for day, error in list(days.refused.items())[:10]:
        say(f"  {error.code}  {error.message} {rows_said(days.rows[day])}")
    if undated := days.rows.get(None, 0):
        say(f"  Uten dato som kan leses: {rows_said(undated)}")


def _notes_said(notes: Sequence[str]) -> None:
    for note in notes:
        say(f"Merk: {note}")


# ── For programs ─────────────────────────────────────────────────────────────────────────────────────────────


def plan_json(plan: "Plan") -> dict[str, Any]:
    """The plan of one table as a document."""
    above = _table_json(plan.parents, plan.parent_matching) if plan.parents and plan.parent_matching else None
    return {
        "schema": "isfrules.plan/1", **_table_json(plan.source, plan.matching),
        "rows": sum(plan.days.rows.values()), "patients": above, **_days_json(plan.days), "notes": list(plan.notes),
    }


def _table_json(source: "Source", matching: "Matching") -> dict[str, Any]:
    return {
        "data": source.name,
        "columns": [{"column": each.called, "field": each.path, "type": each.kind.said} for each in matching.matches],
        "missing": list(matching.missing), "ignored": [name for name, _ in matching.ignored],
    }


def _days_json(days: "Days") -> dict[str, Any]:
    rows: Mapping[datetime.date | None, int] = days.rows
    return {
        "editions": [{"edition": name, "rows": count} for name, count in days.rows_by_edition().items()],
        "without_edition": [{"date": str(day), "code": error.code, "rows": rows[day]}
                            for day, error in days.refused.items()],
        "without_date": rows.get(None, 0),
    }
