"""Whether an ``egenskap`` speaks of any case."""

from collections.abc import Sequence

from rulesdsl.core import ir
from rulesdsl.prove.asking import Asking, Finding, Spot, Unsettled
from rulesdsl.prove.free import FreeEncoder
from rulesdsl.prove.properties import COUNT, Question, looks_around
from rulesdsl.prove.sym import NotProvable


def is_empty(promise: ir.Property, edition: ir.Edition, seconds: float) -> bool | str:
    """Whether no case is among those that a property speaks of; a text is why that is not settled."""
    around = looks_around(promise, edition)
    room = COUNT if promise.together or around else 0
    try:
        least = len(promise.names) if promise.together else 1
        question = Question(promise, edition, least, seconds)
        found, count = question.within(), max(room, least)
        if found.answer != "finnes" and count > least:
            question = Question(promise, edition, count, seconds)
            found = question.within()
        if found.answer == "finnes ikke" and (around or question.world.limits):
            found = Question(promise, edition, count, seconds, FreeEncoder).within()
            if found.answer == "finnes":
                return f"ingen sak der inntil {COUNT} står sammen, er slik; flere er ikke prøvd"
    except NotProvable as error:
        return error.reason
    return found.answer == "finnes ikke" if found.answer != "ikke avgjort" else found.reason


def promises(work: Asking, editions: Sequence[ir.Edition]) -> None:
    """Properties of this edition that speak of no case, here or in any edition that has them and promises them."""
    for promise in work.edition.properties.values():
        if promise.where is None or promise.edition != work.edition.id or (promise.between and promise.other is None):
            continue  # one that speaks of two editions is asked where the other one was given
        work.asked += 1
        having = [(each, own) for each in editions if (own := each.properties.get(promise.name)) is not None
                  and own.edition == promise.edition
                  and (own.promised_from is None or own.promised_from <= each.valid_to)]
        answers = []
        for each, own in having:
            answers.append(is_empty(own, each, work.seconds))
            if answers[-1] is False:
                break
        open_ = [each for each in answers if isinstance(each, str)]
        if False not in answers and open_:
            work.unsettled.append(Unsettled(f"om egenskapen {promise.name} gjelder noen sak", open_[0]))
        elif having and False not in answers:
            work.tell(Finding("ISF621", "", Spot(promise.place, "ingen sak oppfyller vilkårene i «der»"),
                               promise.name, hint="Rett vilkårene; slik de står, lover egenskapen ingenting."))
