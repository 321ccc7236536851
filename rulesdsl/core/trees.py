"""Rules by clause, and the trees of exceptions they make: taken apart, and put together."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve

from rulesdsl.core.ir import Edition, Expr, Group, Rule

Target = tuple[str, str]
"""What a clause is an exception to: a clause, and the rule or requirement of it, or nothing for all of it."""


def applies_to(target: Target, clause: str, own: Mapping[str, Group]) -> bool:
    """Whether what a clause is an exception to gives this result too; ``own`` are the clauses that do."""
    name, part = target
    return name in own and name != clause and (not part or any(is_part(part, rule) for rule in own[name].rules))


def is_part(part: str, rule: Rule) -> bool:
    """Whether a rule is the one, or follows from the requirement, that an exception names."""
    return part in (rule.name, rule.requirement)


def assemble(own: Mapping[str, Group], targets: Mapping[str, Sequence[Target]]) -> tuple[Group, ...]:
    """The groups of one result, from the bare group of each clause and what each clause is an exception to: those
    that are an exception to nothing, with the others upon them. Nothing may be an exception to itself by a detour."""
    upon: dict[str, list[Target]] = {clause: [] for clause in own}
    roots = []
    for clause in own:
        here = [each for each in targets.get(clause, ()) if applies_to(each, clause, own)]
        for name, part in here:
            upon[name].append((clause, part))
        if not here:
            roots.append(clause)
    made: dict[str, Group] = {}

    def with_exceptions(clause: str) -> Group:
        if clause not in made:
            bare = own[clause]
            rules = tuple(
                evolve(rule, exceptions=tuple(with_exceptions(each) for each, part in upon[clause]
                                              if part and is_part(part, rule)))
                for rule in bare.rules
            )
            whole = tuple(with_exceptions(each) for each, part in upon[clause] if not part)
            made[clause] = Group(clause, bare.policy, rules, whole)
        return made[clause]

    return tuple(with_exceptions(clause) for clause in roots)


def bare_groups(edition: Edition) -> dict[str, dict[str, Group]]:
    """The rules of an edition by result and clause, without the exceptions to them: ``assemble`` undone."""
    return {
        name: {group.clause: Group(group.clause, group.policy,
                                   tuple(evolve(rule, exceptions=()) for rule in group.rules))
               for group in all_groups(result.groups)}
        for name, result in edition.results.items()
    }


def all_groups(groups: Sequence[Group]) -> Iterator[Group]:
    """Some groups and all that are exceptions to them, each once."""
    seen: set[int] = set()
    pending = list(groups)
    while pending:
        group = pending.pop(0)
        if id(group) not in seen:
            seen.add(id(group))
            yield group
            pending += [*group.exceptions, *(each for rule in group.rules for each in rule.exceptions)]


def expressions(groups: Sequence[Group]) -> Iterator[Expr]:
    """The conditions and values of all rules of some groups and of the exceptions in them."""
    for group in all_groups(groups):
        for rule in group.rules:
            yield from rule.conditions
            yield rule.value
