"""A model of the solver to a document: the case as a user would have written it."""

import datetime
from decimal import Decimal
from typing import Any

import z3

from rulesdsl.core import ir, types
from rulesdsl.core.ops import EXACT
from rulesdsl.core.types import Type
from rulesdsl.evaluate.documents import Json
from rulesdsl.prove.cases import Path, Thing, World
from rulesdsl.prove.sym import Items, Sym

Document = dict[str, Json]


class Decoder:
    """Reads cases off a model. Only facts that the question rests on are there."""

    def __init__(self, model: z3.ModelRef, world: World) -> None:
        self.model, self.world, self.edition = model, world, world.edition

    def document(self, thing: Thing) -> Document:
        """The document of the case that a thing stands in."""
        while (above := self._above(thing)) is not None:
            thing = above
        return self._thing(thing)

    def _above(self, thing: Thing) -> Thing | None:
        """What a thing belongs to, where that is in its case."""
        return thing.parent if thing.parent is not None and not self.holds(thing.parent.alone) else None

    def place(self, thing: Thing) -> str:
        """Where in its document a thing stands."""
        parts: list[str] = []
        while (above := self._above(thing)) is not None:
            present = [each for each in above.children[thing.entity] if self.holds(each.there)]
            plural = self.edition.entities[thing.entity].plural
            parts.append(f"{plural}[{next(at for at, each in enumerate(present) if each is thing)}]")
            thing = above
        return ".".join(reversed(parts))

    def holds(self, term: Any) -> bool:
        if isinstance(term, bool):
            return term
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))

    def _thing(self, thing: Thing) -> Document:
        entity = self.edition.entities[thing.entity]
        made: Document = {}
        for path, fact in sorted(self._facts(thing).items()):
            value = self._fact(fact, entity.fields, path)
            if value is not None:
                self._put(made, path, value)
        for child, things in thing.children.items():
            present = [each for each in things if self.holds(each.there)]
            documents = [self._thing(each) for each in present]
            self._name(documents, child, present)
            if documents:
                made[self.edition.entities[child].plural] = documents  # type: ignore[assignment]
        return made

    def _facts(self, thing: Thing) -> dict[Path, Sym]:
        """The facts of a thing that were asked for: its own, and those it shares."""
        found: dict[Path, Sym] = {}
        if thing.like is not None:
            found = {path: fact for path, fact in self._facts(thing.like).items()
                     if not any(path[: len(each)] == each for each in thing.but)}
        return found | thing.facts

    def _name(self, documents: list[Document], child: str, things: list[Thing]) -> None:
        """Give things that stand together the keys that order them as the solver has it."""
        key = self.edition.entities[child].key
        keys = {id(thing): self._facts(thing).get((key,)) for thing in things}
        order = {thing: self._number(fact.value) for thing, fact in keys.items()
                 if fact is not None and self.holds(fact.known)}
        ranked = sorted(order.values())
        spelt = {number: self.world.words.spelt(number) or f"{child[0]}{at}" for at, number in enumerate(ranked, 1)}
        if [spelt[number] for number in ranked] != sorted(spelt.values()):  # by text they would stand otherwise
            spelt = {number: f"{child[0]}{at}" for at, number in enumerate(ranked, 1)}
        for at, (thing, document) in enumerate(zip(things, documents, strict=True)):
            number = order.get(id(thing))
            if number is not None:
                document[key] = spelt[number]
            elif len(documents) > 1:
                document[key] = f"{child[0]}{len(ranked) + at + 1}"

    def _put(self, made: Document, path: Path, value: Json) -> None:
        for name in path[:-1]:
            inner = made.setdefault(name, {})
            assert isinstance(inner, dict)
            made = inner
        if value == {} and isinstance(made.get(path[-1]), dict):
            return
        made[path[-1]] = value

    # ── Values ───────────────────────────────────────────────────────────────────────────────────────────────

    def _fact(self, fact: Sym, fields: tuple[ir.FieldDecl, ...], path: Path) -> Json:
        if not self.holds(fact.known):
            return None
        kind = self._type(fields, path)
        return {} if isinstance(kind, types.Record) else self.value(kind, fact)

    def _type(self, fields: tuple[ir.FieldDecl, ...], path: Path) -> Type:
        found = next(each for each in fields if each.name == path[0]).type
        if len(path) == 1:
            return found
        assert isinstance(found, types.Record)
        return self._type(self.edition.records[found.name].fields, path[1:])

    def value(self, kind: Type, fact: Sym) -> Json:
        """A known value as a document writes it."""
        match kind:
            case types.ListOf(item):
                assert isinstance(fact.value, Items)
                return [self._element(item, slot.value) for slot in fact.value.slots if self.holds(slot.there)]
            case types.Bool():
                return self.holds(fact.value)
            case types.Text():
                return self.world.words.text(self._number(fact.value))
            case types.Date():
                return datetime.date.fromordinal(self._number(fact.value)).isoformat()
            case types.Number():
                return EXACT.scaleb(Decimal(self._number(fact.value)), -fact.scale)
            case types.Code(kodeverk):
                term = self.model.eval(fact.value, model_completion=True)
                name = next(name for name, each in self.world.words.members(kodeverk).items() if each.eq(term))
                return next(each.code for each in self.edition.kodeverk[kodeverk].members if each.name == name)
            case types.Record() | types.Broken():
                return {}

    def _element(self, kind: Type, value: Sym) -> Json:
        if not isinstance(kind, types.Record):
            return self.value(kind, value)
        fields = {each.name: each.type for each in self.edition.records[kind.name].fields}
        return {name: self.value(fields[name], each) for name, each in value.value.items() if self.holds(each.known)}

    def _number(self, term: Any) -> int:
        return term if isinstance(term, int) else int(self.model.eval(term, model_completion=True).as_long())
