"""What a case lacks, where its answer is ukjent in one edition alone: fields that are not known, or results that its
answer rests on and that no rule gives."""

from collections.abc import Sequence

from rulesdsl.core import ir, types
from rulesdsl.core.trees import expressions
from rulesdsl.core.values import spoken
from rulesdsl.prove.difference import Missing
from rulesdsl.prove.difference_atoms import Side, relevant
from rulesdsl.prove.difference_search import Search
from rulesdsl.prove.difference_world import Both
from rulesdsl.prove.sym import Items
from rulesdsl.prove.terms import Logic, conj, disj, neg


class Lacking:
    """``fields``: of each field, but those whose lack is an answer, that it is known of every thing that has it.
    ``results``: of each result that the answer rests on, that some rule gives it, and no rules are in conflict."""

    def __init__(self, world: Both, sides: tuple[Side, Side], name: str) -> None:
        self.world = world
        self._rank = _reading(*(side.edition for side in sides))
        self.fields = self._fields(sides[1].edition, name)
        self.results = self._results(sides, name)

    @property
    def nothing(self) -> Logic:
        """That a case lacks nothing."""
        return conj((*self.fields.values(), *self.results.values()))

    def _fields(self, edition: ir.Edition, name: str) -> dict[str, Logic]:
        found: dict[str, list[Logic]] = {}
        for thing in self.world.things():
            own = thing.entity == edition.results[name].entity
            for path, fact in thing.facts.items():
                field = ".".join(path)
                key = path == (edition.entities[thing.entity].key,)
                record = isinstance(self.world.kind(thing, path), types.Record)
                called = field if own else f"{thing.entity.lower()}.{field}"
                if fact.known is not True and not key and not record and self._rank.get(field, 0) < 2:
                    found.setdefault(called, []).append(disj((neg(thing.there), fact.known)))
                for slot in fact.value.slots if isinstance(fact.value, Items) else ():
                    for part, value in slot.value.value.items() if isinstance(slot.value.value, dict) else ():
                        rank = self._rank[f"{called}.{part}"] = self._rank.get(f"[].{part}", 0)
                        if rank < 2:
                            there = conj((thing.there, fact.known, slot.there))
                            found.setdefault(f"{called}.{part}", []).append(disj((neg(there), value.known)))
        return {called: conj(each) for called, each in found.items()}

    def _results(self, sides: tuple[Side, Side], name: str) -> dict[str, Logic]:
        found: dict[str, list[Logic]] = {}
        for side in sides:
            for each in relevant(side.edition, (name,)):
                for thing in self.world.things():
                    if thing.entity == side.edition.results[each].entity and each != name:
                        outcome = side.encoder.outcome(thing, each)
                        well = neg(conj((thing.there, disj((outcome.no_rule, outcome.conflict)))))
                        if well is not True:
                            found.setdefault(f"{spoken(each)} i {side.called}", []).append(well)
        return {called: conj(each) for called, each in found.items()}

    def found(self, search: Search, loose: Logic) -> Missing | None:
        """As little as can be said of what every case that is ``loose`` lacks; None where there is no such case."""
        held = search.flag(loose)
        if search.exists(held) is None:
            return None
        flags = {name: search.flag(each) for name, each in {**self.fields, **self.results}.items()}

        def ruling_out(names: Sequence[str]) -> list[str]:
            core = {each.get_id() for each in search.ask([held, *(flags[name] for name in names)]).core}
            return [name for name in names if flags[name].get_id() in core]

        names = ruling_out([name for name in flags if not self._rank.get(name, 0)]) or ruling_out(list(flags))
        for name in sorted(names, key=lambda each: -self._rank.get(each, 0)):
            if name in names:
                names = ruling_out([each for each in names if each != name]) or names
        order = {".".join(path): at for at, (_, path) in enumerate(self.world.paths())}
        fields = sorted((name for name in names if name in self.fields), key=lambda name: order.get(name, len(order)))
        return Missing(tuple(fields), tuple(name for name in names if name in self.results), None)


def _reading(*editions: ir.Edition) -> dict[str, int]:
    """How the rules read each field: 0 its value, 1 also whether it is there, 2 that alone. Fields of the elements of
    lists stand as ``[].name``, whatever the list."""
    read: set[str] = set()
    asked: set[str] = set()
    for edition in editions:
        for result in edition.results.values():
            for root in expressions(result.groups):
                within = {id(node.value) for node in ir.walk(root) if isinstance(node, ir.Known)}
                for node in ir.walk(root):
                    if isinstance(node, ir.Field) or (isinstance(node, ir.Item) and node.path):
                        path = node.path if isinstance(node, ir.Field) else ("[]", *node.path)
                        (asked if id(node) in within else read).add(".".join(path))
    return {name: 2 if name not in read else 1 if name in asked else 0 for name in read | asked}
