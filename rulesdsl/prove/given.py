"""One case with some of its facts let loose: the same things as in a document, of which one may have other facts.

Its main difference with ``cases`` is that everything is fixed but what may be changed, and that each such fact says
whether it is.
"""

from typing import Any

from attrs import define

from rulesdsl.core import ir, types
from rulesdsl.core.fields import field_at
from rulesdsl.core.types import Type
from rulesdsl.evaluate.case import Thing as Given
from rulesdsl.prove.cases import Path, Thing, World
from rulesdsl.prove.constants import constant
from rulesdsl.prove.sym import Items, Slot, Sym
from rulesdsl.prove.terms import Logic, among, conj, disj, implies, neg, same
from rulesdsl.prove.words import OTHER, Words, texts_by_field


@define(eq=False)
class Loose:
    """A fact that may be changed: what it was (None for ukjent), what it is now, and whether it is another."""

    path: Path
    field: ir.FieldDecl
    before: Any
    fact: Sym
    changed: Logic


class GivenWorld(World):
    """The things of a case. Facts of ``loose_thing`` may be others, but for those that nobody can change."""

    def __init__(self, edition: ir.Edition, words: Words, uses: dict[Path, bool], thing: Given) -> None:
        super().__init__(edition, words, uses)
        self.given: dict[int, Given] = {}
        self.loose: dict[Path, Loose] = {}
        self._records: dict[Path, Sym] = {}
        self._held = texts_by_field(edition)
        top = thing
        while top.parent is not None:
            top = top.parent
        self._of: dict[int, Thing] = {}
        self.tops.append(self._mirrored(top, None))
        self.thing = self._of[id(thing)]

    def _mirrored(self, given: Given, parent: Thing | None) -> Thing:
        thing = Thing(given.entity, given.key or given.entity, True, parent)
        self.given[id(thing)], self._of[id(given)] = given, thing
        thing.children = {entity: [self._mirrored(each, thing) for each in found]
                          for entity, found in given.children.items()}
        return thing

    def _new(self, thing: Thing, path: Path, type_: Type) -> Sym:
        value = self.given[id(thing)].facts.get(path)
        decl = field_at(self.edition.entities[thing.entity].fields, self.edition.records, path)
        assert decl is not None
        if thing is self.thing and value is None and isinstance(decl.type, types.Record):
            self._records[path] = Sym(self.truth(f"{'.'.join(path)}?"))
            return self._records[path]
        if thing is self.thing and self._may_change(path, decl):
            return self._let_loose(thing, path, decl, value)
        return self._fixed(decl.type, value)

    def key(self, thing: Thing) -> Any:
        """Keys in the order that the case has them."""
        siblings = thing.parent.children[thing.entity] if thing.parent is not None else [thing]
        names = sorted({self.given[id(each)].key or "" for each in siblings})
        return names.index(self.given[id(thing)].key or "")

    def records_are_their_facts(self) -> list[Logic]:
        """A record that was not there is there when one of its facts is."""
        return [same(record.known, disj(each.fact.known for each in self.loose.values() if each.path[:-1] == path))
                for path, record in self._records.items()]

    # ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────

    def _fixed(self, type_: Type, value: Any) -> Sym:
        if value is None:
            return Sym(False, False)
        if isinstance(type_, types.Record):
            return Sym(True)
        if isinstance(type_, types.ListOf) and isinstance(type_.item, types.Record):
            fields = {each.name: each.type for each in self.edition.records[type_.item.name].fields}
            return Sym(True, _elements([{name: self._fixed(kind, each.get(name)) for name, kind in fields.items()}
                                        for each in value]))
        return constant(type_, value, self.words)

    def _may_change(self, path: Path, decl: ir.FieldDecl) -> bool:
        entity = self.edition.entities[self.thing.entity]
        if decl.fixed or path in ((entity.key,), (entity.date,)):
            return False
        if isinstance(decl.type, types.ListOf):
            return self.uses.get(path, True) and isinstance(decl.type.item, types.Code | types.Text)
        return not isinstance(decl.type, types.Record)

    def _let_loose(self, thing: Thing, path: Path, decl: ir.FieldDecl, value: Any) -> Sym:
        fact = super()._new(thing, path, decl.type)
        # What was known stays so, unless a case may do without it; a fact can be found out and not forgotten.
        if value is not None and not decl.optional:
            self.demands.append(fact.known)
        if isinstance(decl.type, types.Text):
            self.demands.append(implies(fact.known, among(fact.value, self._texts(path, value))))
        self.loose[path] = Loose(path, decl, value, fact, neg(self._unchanged(decl.type, fact, value)))
        return fact

    def _texts(self, path: Path, value: Any) -> list[int]:
        """The texts that rules or tables know of a field; any other says as much as the one that stands there."""
        held = self._held.get(path)
        known = [self.words.number(text) for text in held] if held else [*self.words.known.values()]
        return [*known, *([self.words.number(value)] if value is not None else [])]

    def _unchanged(self, type_: Type, fact: Sym, value: Any) -> Logic:
        if value is None:
            return neg(fact.known)
        if isinstance(fact.value, Items):
            assert isinstance(type_, types.ListOf)
            return conj((fact.known, self._same_list(type_.item, fact.value, value)))
        return conj((fact.known, same(fact.value, self._level(fact, constant(type_, value, self.words)))))

    @staticmethod
    def _level(fact: Sym, fixed: Sym) -> Any:
        return fixed.value * 10 ** (fact.scale - fixed.scale) if fact.scale != fixed.scale else fixed.value

    def _same_list(self, item: Type, items: Items, values: tuple[Any, ...]) -> Logic:
        held = [constant(item, self._said(item, value), self.words).value for value in values]
        return conj(
            slot.there if disj(same(slot.value.value, each) for each in held) is True else neg(slot.there)
            for slot in items.slots
        )

    def _said(self, item: Type, value: Any) -> Any:
        """All texts that no rule mentions are one."""
        return OTHER if isinstance(item, types.Text) and value not in self.words.said else value


def _elements(elements: list[dict[str, Sym]]) -> Items:
    return Items(tuple(Slot(True, Sym(True, each)) for each in elements))
