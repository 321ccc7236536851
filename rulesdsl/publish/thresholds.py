"""Where a step changes a result by much, as lines, as a table and for programs."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.core.values import exact, listed, shown
from rulesdsl.evaluate.counterexample import counterexample
from rulesdsl.evaluate.trace import Outcome
from rulesdsl.evaluate.wording import result_called, said
from rulesdsl.prove.difference_atoms import relevant
from rulesdsl.prove.speaks_of import speaks_of
from rulesdsl.prove.stepped import after, not_stepped, step_of
from rulesdsl.prove.thresholds import FAR, Cases, Largest, Stretch, Thresholds, Way, values
from rulesdsl.publish.line import Line, Piece, Pieces, piece, word

SCHEMA = "isfrules.thresholds/1"


def page(found: Sequence[Thresholds]) -> Line:
    """Fields with what was found of each, those without anything last, as a page."""
    many = len({each.result.name for each in found}) > 1
    parts = [_section(each, many) for each in found if each.stretches or not each.complete]
    plain = [each for each in found if not each.stretches and each.complete]
    if plain:
        lines = tuple(Line("fact", (piece(_nothing(each)),), label=_called(each, many)) for each in plain)
        parts.append(Line("section", (word("Uten terskler"),), children=lines))
    parts.append(Line("section", (word("Forutsetninger"),),
                      children=tuple(Line("note", (piece(each),)) for each in _assumed(found))))
    return Line("case", (piece(_heading(found)),), children=tuple(parts))


def _heading(found: Sequence[Thresholds]) -> str:
    one = found[0]
    names = listed(dict.fromkeys(result_called(each.result).lower() for each in found))
    return f"{one.edition.id} · der ett steg endrer {names} med mer enn {shown(one.result.type, one.more_than)}"


def _called(one: Thresholds, many: bool) -> str:
    name = ".".join(one.stepped.name)
    return f"{name} · {one.result.name}" if many else name


def _section(one: Thresholds, many: bool) -> Line:
    step = shown_step(one.kind)
    title: Pieces = (piece(_called(one, many), "strong"), Piece(f"  ett steg er {step}", "faint"))
    lines = [line for stretch in one.stretches for line in _stretch(one, stretch)]
    return Line("section", title, children=(*lines, Line("note", (piece(_rest(one)), took(one)))))


def took(one: Thresholds) -> Piece:
    return Piece(f"  {one.seconds:.1f} s".replace(".", ","), "faint")


def shown_step(kind: types.Type) -> str:
    return shown(kind, step_of(kind)) if isinstance(kind, types.Number) else "én dag"


def _stretch(one: Thresholds, stretch: Stretch) -> Iterator[Line]:
    head = (piece(where(one, stretch), "strong"), piece(f"  {stretch.way}"), piece(_only(one, stretch)))
    yield Line("note", head, children=() if stretch.cases == "negative" else tuple(_shown(one, stretch)))


def _shown(one: Thresholds, stretch: Stretch) -> Iterator[Line]:
    """How much, and two cases that show it: what they come to, what lies between, and what they share."""
    here = shown(one.result.type, _here(one, stretch))
    most = size(one, stretch)
    yield Line("fact", (piece(most, "value"), piece("" if here == most else f"; i eksempelet {here}")), label="høyst")
    told = counterexample(stretch.tried)
    for side in told.sides:
        yield Line("fact", (piece(f"{'; '.join(side.facts)}: "), piece("; ".join(side.results), "value")),
                   label=side.name)
    if because := "; ".join(between(stretch)):
        yield Line("fact", (piece(because),), label="fordi")
    for other in told.beside or told.sides[0].beside:
        yield Line("fact", (piece(other),), label="sammen med")
    if told.shared:
        yield Line("fact", (piece("; ".join(told.shared)),), label="likt")


def between(stretch: Stretch) -> Iterator[str]:
    """The results of the thing that the one asked for rests on and that the step changes, in the author's order: value
    and clause on both sides."""
    (first, second), runs, edition = stretch.tried.things, stretch.tried.runs, stretch.tried.runs[0].edition
    asked = {node.name for node in ir.walk(stretch.promise.holds) if isinstance(node, ir.ResultOf)}
    causes = set(relevant(edition, tuple(asked))) - asked
    for name in edition.shown:
        result = edition.results[name]
        if name not in causes or result.entity != first.entity:
            continue
        before, after_ = runs[0].outcomes[first, name], runs[1].outcomes[second, name]
        if (before.status, before.value) != (after_.status, after_.value):
            yield f"{name} går fra {_outcome(before)} til {_outcome(after_)}"


def _outcome(outcome: Outcome) -> str:
    value = said(outcome.result.type, outcome.value) if outcome.status == "known" else "ukjent"
    return value + (f" ({outcome.rule.clause})" if outcome.rule else "")


def where(one: Thresholds, stretch: Stretch) -> str:
    """``6 timer → 7 timer``, or the stretch: ``hvert steg fra 1 døgn til 4 døgn``."""
    kind = one.kind
    first, last, then = (shown(kind, each) for each in (stretch.first, stretch.last, after(kind, stretch.last)))
    if first == last:
        return f"{first} → {then}"
    return f"{'hver dag' if isinstance(kind, types.Date) else 'hvert steg'} fra {first} til {then}"


def _only(one: Thresholds, stretch: Stretch) -> str:
    """What must be so of the cases, where the plainest do not show it."""
    match stretch.cases:
        case "alene":
            return ""
        case "flere":
            return f", bare {_among(one)}"
        case "negative":
            below = dict.fromkeys(".".join(path) for run in stretch.tried.runs for thing in run.case.things
                                  for path, value in thing.facts.items() if isinstance(value, Decimal) and value < 0)
            return f", bare når et tall i saken er under null (her {', '.join(below)})"


def size(one: Thresholds, stretch: Stretch) -> str:
    """How much a step changes the result at the most."""
    largest, alone = stretch.largest, stretch.alone
    if largest is None:
        return ""
    whole = _size(one, largest)
    if alone is None or _size(one, alone) == whole:
        return whole
    return f"{_size(one, alone)} alene; {_among(one)} {whole}"


def _here(one: Thresholds, stretch: Stretch) -> Decimal:
    """How much the step changes the result in the case that is shown."""
    before, after_ = (run.outcomes[thing, one.result.name].value
                      for run, thing in zip(stretch.tried.runs, stretch.tried.things, strict=True))
    assert isinstance(before, Decimal)
    assert isinstance(after_, Decimal)
    return abs(EXACT.subtract(after_, before))


def _among(one: Thresholds) -> str:
    """Where others stand beside the thing, or more than one of a kind belongs to it."""
    entity = one.edition.entities[one.result.entity]
    return f"sammen med andre {entity.plural.replace('_', ' ')}" if entity.parent else "med flere av samme slag i saken"


def _size(one: Thresholds, largest: Largest) -> str:
    amount = shown(one.result.type, largest.amount)
    if not largest.known:
        amount = f"ikke avgjort, men minst {amount}"
    if not largest.beyond:
        return amount
    if not largest.without:
        return "uten grense"
    return f"{amount} når {'.'.join(largest.without)} er ukjent, ellers uten grense"


def _rest(one: Thresholds) -> str:
    """What is to be said beside what was found."""
    if not one.complete:
        return f"Det kan være flere: {one.reason}"
    return f"Ellers ingen. Bevist for {_cases(one)}."


def _nothing(one: Thresholds) -> str:
    if not one.read:
        return f"ingen: reglene for {one.result.name} spør ikke etter feltet."
    return f"ingen, bevist for {_cases(one)}."


def _cases(one: Thresholds) -> str:
    return ", ".join([speaks_of(one.edition, one.result.entity, one.count), *one.limits])


def _assumed(found: Sequence[Thresholds]) -> Iterator[str]:
    edition, entity = found[0].edition, found[0].edition.entities[found[0].result.entity]
    if entity.date:
        yield f"{entity.date} er fra {edition.valid_from} til {edition.valid_to}, før steget og etter det."
    yield ("De to sakene er like i alt annet enn feltet, og svaret er kjent i begge. At et felt blir kjent eller "
           "ukjent, er ikke et steg.")
    if aside := not_tried(found):
        yield f"Ikke prøvd, for de står i lister: {', '.join(aside)}."
    largest = [stretch.largest for each in found for stretch in each.stretches if stretch.largest]
    if largest:
        yield "Hvor mye det er høyst, gjelder saker uten tall under null."
    if any(each.beyond for each in largest):
        yield f"Uten grense vil si at endringen kan være mer enn {shown(found[0].result.type, Decimal(FAR))}."


def not_tried(found: Sequence[Thresholds]) -> list[str]:
    """The numbers and dates of the cases that no step is taken in, by how they are called."""
    return list(dict.fromkeys(name for each in found for name in not_stepped(each.edition, each.result.entity)))


# ── A table ──────────────────────────────────────────────────────────────────────────────────────────────────


def to_markdown(found: Sequence[Thresholds]) -> str:
    """The thresholds as a table in Markdown."""
    lines = [f"## {_heading(found)}", "", "| felt | steg | vei | høyst | før | etter |", "|---|---|---|---|---|---|"]
    for one in found:
        for stretch in one.stretches:
            sides = [side.results[0] for side in counterexample(stretch.tried).sides]
            cells = [f"`{_called(one, False)}`", where(one, stretch), stretch.way + _only(one, stretch),
                     size(one, stretch), *sides]
            lines.append(f"| {' | '.join(cell or ' ' for cell in cells)} |")
    lines.append("")
    for one in found:
        rest = _rest(one) if one.stretches or not one.complete else _nothing(one)
        lines.append(f"- `{_called(one, False)}` ({one.result.name}): {rest[:1].lower()}{rest[1:]}")
    return "\n".join([*lines, "", *_assumed(found)]) + "\n"


# ── For programs ─────────────────────────────────────────────────────────────────────────────────────────────

_WAYS: dict[Way, str] = {"opp": "up", "ned": "down"}
_CASES: dict[Cases, str] = {"alene": "alone", "flere": "together", "negative": "negative"}


def thresholds_json(found: Sequence[Thresholds]) -> dict[str, Any]:
    """Every field with what was found. Values and amounts are exact, as text."""
    return {"schema": SCHEMA, "fields": [_field(each) for each in found], "not_tried": not_tried(found)}


def _field(one: Thresholds) -> dict[str, Any]:
    kind = one.kind
    return {
        "edition": one.edition.id, "result": one.result.name, "field": ".".join(one.stepped.name),
        "title": one.stepped.decl.title, "type": types.type_name(kind), "step": exact(kind, step_of(kind)),
        "more_than": exact(one.result.type, one.more_than), "read": one.read, "complete": one.complete,
        "reason": one.reason or None, "for": speaks_of(one.edition, one.result.entity, one.count),
        "count": one.count or None, "limits": list(one.limits), "seconds": round(one.seconds, 3),
        "stretches": [_stretch_json(one, each) for each in one.stretches],
    }


def _stretch_json(one: Thresholds, stretch: Stretch) -> dict[str, Any]:
    kind, result, tried = one.kind, one.result, stretch.tried
    outcomes = [run.outcomes[thing, result.name] for run, thing in zip(tried.runs, tried.things, strict=True)]
    return {
        "direction": _WAYS[stretch.way], "first": exact(kind, stretch.first), "last": exact(kind, stretch.last),
        "cases": _CASES[stretch.cases], "largest": _largest(one, stretch.largest),
        "largest_alone": _largest(one, stretch.alone),
        "example": {
            "documents": list(stretch.documents),
            "values": [exact(kind, each) for each in values(one, stretch)],
            "results": [exact(result.type, each.value) for each in outcomes],
            "clauses": [each.rule.clause if each.rule else None for each in outcomes],
        },
    }


def _largest(one: Thresholds, largest: Largest | None) -> dict[str, Any] | None:
    """How large the change is at the most; where ``unbounded`` it is so when the field ``when_unknown`` is ukjent."""
    if largest is None:
        return None
    told = exact(one.result.type, largest.amount) if not largest.beyond or largest.without else None
    return {"amount": told, "proved": largest.known, "unbounded": largest.beyond,
            "when_unknown": ".".join(largest.without) or None}
