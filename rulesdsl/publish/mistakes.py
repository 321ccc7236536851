"""Small mistakes in rules that no example notices, in words; and examples that would, as text for an ``.isf`` file."""

from collections.abc import Iterator, Sequence

from rulesdsl.core import ir
from rulesdsl.core.mistakes import Mistake
from rulesdsl.core.types import Text
from rulesdsl.core.values import listed, shown
from rulesdsl.evaluate.guarding import Suggestion
from rulesdsl.evaluate.trace import Outcome
from rulesdsl.evaluate.wording import words
from rulesdsl.publish.example_text import block, literal


def said(mistake: Mistake) -> str:
    """What the mistake is: ``uten vilkåret tellende``, ``3 161 kr i stedet for 3 160 kr``."""
    before, after = mistake.before, mistake.after
    if before is None:
        return "uten raden" if mistake.spot.part.startswith("rad ") else "uten regelen"
    match mistake.kind:
        case "vilkår":
            return f"uten vilkåret {words(before)}"
        case "alternativ":
            return f"uten alternativet {words(before)}"
        case "kode" if isinstance(before, ir.OneOf):
            return f"uten {_left_out(mistake)} blant det {words(before.value)} kan være"
        case "verdi" if isinstance(before.type, Text):
            return f"en annen tekst enn {words(before)}"
    assert after is not None
    return f"{words(after)} i stedet for {words(before)}"


def _left_out(mistake: Mistake) -> str:
    before, after = mistake.before, mistake.after
    assert isinstance(before, ir.OneOf)
    assert isinstance(after, ir.OneOf)
    return shown(before.value.type, next(each for each in before.options if each not in after.options))


def where(mistake: Mistake) -> str:
    """The clause, and which part of it: ``4.3.6, krav forankring``."""
    spot = mistake.spot
    return ", ".join(each for each in (spot.clause, spot.part) if each) or mistake.rate


def by_place(unnoticed: Sequence[Mistake]) -> dict[str, list[str]]:
    """What mistakes are, by where they stand with the place of the text; the codes of one set are told together."""
    found: dict[str, list[str]] = {}
    codes: dict[int, list[Mistake]] = {}
    for each in unnoticed:
        told = found.setdefault(f"{where(each)}  ({each.spot.place.file}:{each.spot.place.line})", [])
        if each.kind != "kode":
            told.append(said(each))
        elif id(each.before) not in codes:
            codes[id(each.before)] = [one for one in unnoticed if one.before is each.before and one.kind == "kode"]
            told.append(_said_together(codes[id(each.before)]))
    return found


def _said_together(codes: Sequence[Mistake]) -> str:
    first = codes[0].before
    assert isinstance(first, ir.OneOf)
    if len(codes) == 1:
        return said(codes[0])
    return f"uten en av {listed(map(_left_out, codes))} blant det {words(first.value)} kan være"


def examples_of(suggestions: Sequence[Suggestion]) -> Iterator[str]:
    """Examples as text, each with what it is for: what the answer would be with the mistake."""
    for each in suggestions:
        first = each.notices[0]
        title = f"Merker {where(first)}: {said(first)}".translate({ord("«"): None, ord("»"): None, ord("\n"): " "})
        lines = [*block(f"«{title}»{_source(first, each.run.edition)}", each.thing, each.run, each.results)]
        lines += [f"  # Med feilen ville {_fell(each.mistaken.outcomes[each.thing, name])}" for name in each.results]
        lines += [f"  # Merker også {where(also)}: {said(also)}" for also in each.notices[1:]]
        yield "\n".join(lines)


def _source(mistake: Mistake, edition: ir.Edition) -> str:
    """The source of what the example guards."""
    cited = (edition.clauses[mistake.spot.clause].citations if mistake.spot.clause
             else edition.rates[mistake.rate].values[-1].citations)
    return "".join(f"  ifølge {each.kilde.name}" for each in cited[:1])


def _fell(outcome: Outcome) -> str:
    name, by = outcome.result.name, f" etter {outcome.rule.clause}" if outcome.rule else ""
    match outcome.status:
        case "known":
            return f"{name} vært {literal(outcome.result.type, outcome.value)}{by}"
        case "unknown":
            return f"{name} vært ukjent"
        case "conflict":
            return f"{name} vært i konflikt"
        case "no_rule":
            return f"{name} vært uten en regel som gjelder"
