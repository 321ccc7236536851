"""What no case reaches: clauses, requirements, rules and rows, clauses that exceptions always replace, and values that
are always 0."""

from collections.abc import Iterable, Sequence

from rulesdsl.core import ir, types
from rulesdsl.core.trees import all_groups
from rulesdsl.core.values import listed
from rulesdsl.prove import goals
from rulesdsl.prove.asking import Asking, Finding, Spot


def unreached(work: Asking) -> None:
    """Clauses, requirements, rules and rows that no case reaches."""
    for clause in work.edition.clauses.values():
        groups = [(result, group) for result in work.edition.results.values()
                  for group in all_groups(result.groups) if group.clause == clause.number]
        if work.is_own(clause.number) and groups and _applies(work, clause, groups[0][0].entity):
            fallen = _requirements(work, clause, groups[0][0].entity)
            for result, group in groups:
                _rules(work, clause, result, group, fallen)
    for result in work.edition.results.values():
        for group in all_groups(result.groups):
            _effect(work, result, group)


def _applies(work: Asking, clause: ir.Clause, entity: str) -> bool:
    question = f"om {clause.number} kan gjelde"
    if clause.guard is None or not work.never(goals.condition(clause.guard, entity, question)):
        return True
    work.tell(Finding("ISF612", clause.number, Spot(clause.place, "ingen sak oppfyller vilkårene i «når»"),
                      hint="Rett vilkårene, eller ta bort punktet."))
    return False


def _requirements(work: Asking, clause: ir.Clause, entity: str) -> bool:
    """Whether a requirement says nothing, so that what follows from it need not be told too."""
    said_so = False
    for each in clause.requirements:
        word = f"krav {each.name}"
        if work.never(goals.requirement(clause, each, entity, False)):
            spot = Spot(clause.place, "er oppfylt i alle saker som punktet gjelder", word)
            work.tell(Finding("ISF614", clause.number, spot, each.name, hint="Ta bort kravet, eller rett det."))
            said_so = True
        elif work.never(goals.requirement(clause, each, entity, True)):
            spot = Spot(clause.place, "er ikke oppfylt i noen sak som punktet gjelder", word)
            work.tell(Finding("ISF615", clause.number, spot, each.name,
                              hint="Rett kravet. Skal det aldri holde, trengs ikke noe krav."))
            said_so = True
    return said_so


def _rules(work: Asking, clause: ir.Clause, result: ir.Result, group: ir.Group, fallen: bool) -> None:
    units: dict[tuple[int, str], list[int]] = {}
    for number, rule in enumerate(group.rules):
        name = "" if rule.requirement else rule.name
        units.setdefault((rule.place.line, name), []).append(number)
    for numbers in units.values():
        rules = [group.rules[number] for number in numbers]
        rule = rules[0]
        if fallen or work.is_known("ISF425", rule.place):
            continue
        if clause.is_decision:
            _row(work, clause, group, numbers[0], result)
        elif rule.conditions and not (len(rule.conditions) == 1 and rule.conditions[0] is clause.guard):
            named = f"regelen {rule.name} i {clause.number}" if rule.name and not rule.requirement else (
                f"regelen på linje {rule.place.line} i {clause.number}")
            if work.never(goals.rules(rules, result.entity, f"om {named} kan gjelde")):
                work.tell(Finding("ISF613", clause.number, Spot(rule.place, "ingen sak oppfyller vilkårene"),
                                  rule.name if not rule.requirement else "",
                                  hint="Rett vilkårene, eller ta bort regelen."))
                continue
        if _is_worked_out(rule.value):
            _zero(work, clause, rule, result)


def _row(work: Asking, clause: ir.Clause, group: ir.Group, number: int, result: ir.Result) -> None:
    rule = group.rules[number]
    question = f"om {rule.name} i {clause.number} kan nås"
    if not rule.conditions and (number == 0 or group.policy != "første"):
        return
    if group.policy == "første" and number:
        if not work.never(goals.row(number, group, result.entity, question)):
            return
        alone = goals.rules([rule], result.entity, question)
        label = "ingen verdier passer med alle cellene" if work.never(alone) else (
            "radene over tar alle saker som passer her")
    elif work.never(goals.rules([rule], result.entity, question)):
        label = "ingen verdier passer med alle cellene"
    else:
        return
    work.tell(Finding("ISF618", clause.number, Spot(rule.place, label), rule.name,
                      hint="Ta bort raden, eller rett cellene."))


def _zero(work: Asking, clause: ir.Clause, rule: ir.Rule, result: ir.Result) -> None:
    question = f"om verdien på linje {rule.place.line} i {clause.number} kan være noe annet enn 0"
    if work.never(goals.not_zero(rule, result.entity, question)):
        work.tell(Finding("ISF620", clause.number, Spot(rule.place, "gir 0 i alle saker der regelen gjelder"),
                          result.name, hint="Se etter avrundingen og rekkefølgen i regnestykket."))


# ── Exceptions ───────────────────────────────────────────────────────────────────────────────────────────────


def _effect(work: Asking, result: ir.Result, group: ir.Group) -> None:
    """A clause, or a rule of it, that never has its say, because exceptions to it always apply where it does."""
    if group.exceptions and _concerns(work, group.clause, group.exceptions):
        question = f"om {group.clause} kan virke ved siden av unntakene fra det"
        if work.never(goals.effect(group, group.exceptions, result.entity, question)):
            _say_taken(work, result, group, group.exceptions, group.clause)
    for rule in group.rules:
        if rule.exceptions and _concerns(work, group.clause, rule.exceptions):
            part = rule.name or rule.requirement
            question = f"om {group.clause}, {part} kan virke ved siden av unntakene fra det"
            if work.never(goals.rule_effect(rule, group, result.entity, question)):
                _say_taken(work, result, group, rule.exceptions, f"{group.clause}, {part}")


def _concerns(work: Asking, clause: str, exceptions: Iterable[ir.Group]) -> bool:
    return work.is_own(clause) or any(work.is_own(each.clause) for each in exceptions)


def _say_taken(
    work: Asking, result: ir.Result, group: ir.Group, exceptions: Sequence[ir.Group], named: str
) -> None:
    """Told where the clause is, or where the newest exception is to one that is inherited; not of what could not apply
    at all, which has been said."""
    if any(each.clause == group.clause and each.code in ("ISF612", "ISF613", "ISF615", "ISF618")
           for each in work.found):
        return
    alone = [each for each in exceptions if len(exceptions) > 1 and _takes_all(work, result, group, each)]
    takers = alone or list(exceptions)
    names = listed(dict.fromkeys(each.clause for each in takers))
    together = " til sammen" if len(takers) > 1 and not alone else ""
    label = f"får aldri virkning: {names} gjelder{together} alltid der {named} gjelder"
    own = next((each.clause for each in takers if work.is_own(each.clause)), group.clause)
    here, others = work.edition.clauses[group.clause if work.is_own(group.clause) else own], takers[:3]
    also: tuple[Spot, ...]
    if here.number != group.clause:
        label = f"{names} gjelder{together} alltid der {named} gjelder, som da aldri får virkning"
        also = (Spot(work.edition.clauses[group.clause].place, "får aldri virkning"),)
    else:
        also = tuple(Spot(work.edition.clauses[each.clause].place, "er unntak fra det") for each in others)
    work.tell(Finding("ISF616", here.number, Spot(here.place, label), result.name, also,
                     hint="Gjør unntaket smalere, eller ta bort det som aldri virker."))


def _takes_all(work: Asking, result: ir.Result, group: ir.Group, exception: ir.Group) -> bool:
    """Whether an exception to the whole clause always applies where it does."""
    if not any(each is exception for each in group.exceptions):
        return False
    goal = goals.effect(group, (exception,), result.entity, "")
    return not work.is_seen(goal) and work.find(goal).none


def _is_worked_out(value: ir.Expr) -> bool:
    """Whether a number is rounded, and made from what a case says."""
    nodes = list(ir.walk(value))
    return (isinstance(value.type, types.Number) and any(isinstance(node, ir.Round) for node in nodes)
            and any(isinstance(node, ir.Field | ir.ResultOf | ir.Item) for node in nodes))
