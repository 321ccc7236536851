"""How a change is said: sentences that more than one kind of part has use for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from rulesdsl.compare.differences import Detail, Figure, Way
from rulesdsl.core.ir import Citation, Value
from rulesdsl.core.types import NO_UNIT, Number, Type
from rulesdsl.core.values import MINUS, NBSP, capital, shown, unit_shown
from rulesdsl.evaluate.wording import constant


def counted(many: int, one: str, more: str) -> str:
    """``én rad``, ``3 rader``."""
    return one if many == 1 else f"{shown(Number(0), Decimal(many))}{NBSP}{more}"


def bare(kind: Type, value: Value) -> str:
    """A value without its unit, for a sentence that has the unit once."""
    text = shown(kind, value)
    if isinstance(kind, Number) and kind.unit != NO_UNIT:
        for one in (True, False):
            text = text.removesuffix(NBSP + unit_shown(kind.unit, one))
    return text


def percent_shown(figure: Figure) -> str:
    """``+2,8 %``."""
    if figure.percent is None:
        return ""
    sign = "+" if figure.percent > 0 else ""
    text = f"{figure.percent:.1f}".replace("-", MINUS).replace(".", ",")
    return f"{sign}{text}{NBSP}%"


def went(figure: Figure) -> str:
    """``går fra 43 428 til 44 654 kr per poeng, opp 1 226 (+2,8 %)``."""
    before, after = figure.before, figure.after
    if before is None or after is None:
        sides = ["tom" if each is None else constant(figure.type, each) for each in (before, after)]
        return f"går fra {sides[0]} til {sides[1]}"
    if figure.change is None:
        return f"går fra {constant(figure.type, before)} til {constant(figure.type, after)}"
    way = "opp" if figure.change > 0 else "ned"
    percent = percent_shown(figure)
    by = f", {way} {bare(figure.type, figure.change.copy_abs())}" + (f" ({percent})" if percent else "")
    return f"går fra {bare(figure.type, before)} til {shown(figure.type, after)}{by}"


def retitled(before: str, after: str) -> list[Detail]:
    """That a title is another."""
    if before == after:
        return []
    return [Detail("tittel", "", "reworded", "Tittelen er endret.", before, after, apart=True, wording=True)]


def resummarised(before: str, after: str) -> list[Detail]:
    """That the author's summary is another."""
    if before == after:
        return []
    said = "Omtalen er endret." if before and after else "Omtalen er ny." if after else "Omtalen er tatt bort."
    return [Detail("omtale", "", "reworded", said, before, after, apart=True, wording=True)]


def recited(before: Iterable[Citation], after: Iterable[Citation], who: str = "") -> list[Detail]:
    """That something rests on other sources, or on the same with another standing or note. What changed about the
    source itself is not told here: it has changed for all who rest on it."""
    old, new = {each.kilde.name: each for each in before}, {each.kilde.name: each for each in after}
    titles = {each.kilde.title: name for name, each in new.items() if name not in old}
    old = {titles.get(each.kilde.title, name) if name not in new else name: each for name, each in old.items()}
    added = [each for name, each in new.items() if name not in old]
    gone = [each for name, each in old.items() if name not in new]
    start = f"{who}: " if who else ""
    found: list[Detail] = []
    if len(added) == len(gone) == 1:
        first, second = gone[0], added[0]
        said = f"{start}kilden er nå «{second.kilde.title}» ({second.standing}), før «{first.kilde.title}»."
        found.append(_source(said, "reworded", second, first.kilde.title, second.kilde.title))
    else:
        found += [_source(f"{start}kilden «{each.kilde.title}» er ny ({each.standing}).", "new", each, "",
                          each.kilde.title) for each in added]
        found += [_source(f"{start}kilden «{each.kilde.title}» er tatt bort.", "gone", each, each.kilde.title, "")
                  for each in gone]
    for name, first in old.items():
        if name in new:
            found += _restated(first, new[name], start)
    return found


def _restated(old: Citation, new: Citation, start: str) -> list[Detail]:
    called = f"{start}kilden «{new.kilde.title}»"
    found: list[Detail] = []
    follows = old.standing == old.kilde.standing and new.standing == new.kilde.standing
    if old.standing != new.standing and not (follows and old.kilde.name == new.kilde.name):
        said = f"{called} går fra {old.standing} til {new.standing}."
        found.append(_source(said, "reworded", new, old.standing, new.standing))
    if old.note != new.note and (old.note, new.note) != (old.kilde.note, new.kilde.note):
        told = "har en annen merknad" if old.note and new.note else "har fått en merknad" if new.note else "har ikke " \
               "lenger en merknad"
        found.append(_source(f"{called} {told}.", "reworded", new, old.note, new.note, apart=True))
    return found


def rests_on(citations: Iterable[Citation]) -> list[Detail]:
    """What something new rests on."""
    return [_source(f"Kilde: «{each.kilde.title}», {each.standing}.", "new", each, "", each.kilde.title)
            for each in citations]


def _source(sentence: str, way: Way, citation: Citation, before: str, after: str, apart: bool = False) -> Detail:
    return Detail("kilde", citation.kilde.name, way, capital(sentence), before, after, apart=apart, wording=True)


def gone_and_new(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """The texts that only one side has, in order; one that stands twice counts twice."""
    return _beyond(before, after), _beyond(after, before)


def _beyond(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    left = Counter(others)
    found = []
    for text in texts:
        if left[text]:
            left[text] -= 1
        else:
            found.append(text)
    return found
