"""An edition without some of its clauses: their rules never hold, and what they are exceptions to stands."""

from collections.abc import Collection

from attrs import evolve

from rulesdsl.core import ir
from rulesdsl.core.types import BOOL

_NEVER = ir.Const(BOOL, False)


def without_clauses(edition: ir.Edition, names: Collection[str]) -> ir.Edition:
    """The same edition, but no rule of the named clauses ever holds."""
    made: dict[int, ir.Group] = {}

    def group_of(group: ir.Group) -> ir.Group:
        if id(group) not in made:
            rules = tuple(rule_of(rule) for rule in group.rules)
            made[id(group)] = evolve(group, rules=rules, exceptions=tuple(group_of(each) for each in group.exceptions))
        return made[id(group)]

    def rule_of(rule: ir.Rule) -> ir.Rule:
        conditions = (_NEVER,) if rule.clause in names else rule.conditions
        return evolve(rule, conditions=conditions, exceptions=tuple(group_of(each) for each in rule.exceptions))

    results = {name: evolve(result, groups=tuple(group_of(each) for each in result.groups))
               for name, result in edition.results.items()}
    return evolve(edition, results=results)
