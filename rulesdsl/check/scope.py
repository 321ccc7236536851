"""What a name can mean where an expression stands, and how a name is looked up."""

from collections.abc import Callable, Iterable

from attrs import define, evolve, field

from rulesdsl.check.declare import Declared, accessor
from rulesdsl.core import ir
from rulesdsl.core.types import Broken, Record, Type, unlimited
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.source import Span
from rulesdsl.syntax import ast


@define
class BoundThing:
    """A quantifier's thing: its reference and its entity."""

    ref: ir.Ref
    entity: ir.Entity


@define
class BoundItem:
    """A quantifier's element of a list."""

    name: str
    type: Type


@define
class Scope:
    """The names of a rule for ``entity``: its fields, results, satser, the clause's parts, quantifiers' things.

    ``result_type`` gives the type of a result; ``inferring`` the core of an expression below the one at hand.
    ``clause`` is named in messages. ``elsewhere`` gives what another edition decides, where that may be asked.
    """

    declared: Declared
    entity: ir.Entity
    result_type: Callable[[str], Type]
    inferring: "Callable[[ast.Expr, Scope, Type | None], ir.Expr]"
    clause: str = ""
    parts: dict[str, ir.Part] = field(factory=dict)
    bound: dict[str, BoundThing | BoundItem] = field(factory=dict)
    depths: dict[str, int] = field(factory=dict)
    elsewhere: "Callable[[ast.UnderExpr, Type | None], ir.Expr] | None" = None

    def deepened(self, name: str, value: ir.Expr) -> int:
        """How deep a part of the clause goes, with the parts that it builds upon; remembered under its name."""
        known: dict[int, int] = {}

        def depth(node: ir.Expr) -> int:
            if isinstance(node, ir.Part):
                return 1 + self.depths[node.name]
            if id(node) not in known:
                known[id(node)] = 1 + max(map(depth, ir.children(node)), default=0)
            return known[id(node)]

        self.depths[name] = depth(value)
        return self.depths[name]

    def binding(self, name: str, what: BoundThing | BoundItem) -> "Scope":
        return evolve(self, bound={**self.bound, name: what})

    def infer(self, node: ast.Expr, wanted: Type | None = None) -> ir.Expr:
        """The core of an expression in this scope."""
        return self.inferring(node, self, wanted)

    def report(self, code: str, span: Span, label: str, hint: str = "", detail: str = "") -> ir.Expr:
        """A message about this clause; the broken expression that stands in for what failed."""
        self.declared.problems.add(code, span, label, hint=hint, detail=detail, clause=self.clause)
        return ir.Const(Broken(), False)

    # ── what names mean ──

    def thing(self, name: str) -> BoundThing | None:
        """A name that means a thing: a quantifier's, or the parent of the one that is decided."""
        bound = self.bound.get(name)
        if isinstance(bound, BoundThing):
            return bound
        if self.entity.parent and name == accessor(self.entity.parent):
            return BoundThing(ir.Parent(ir.This(), self.entity.parent), self.declared.entities[self.entity.parent])
        return None

    def parent_of(self, thing: BoundThing, name: str) -> BoundThing | None:
        if thing.entity.parent and name == accessor(thing.entity.parent):
            return BoundThing(ir.Parent(thing.ref, thing.entity.parent), self.declared.entities[thing.entity.parent])
        return None

    def many_of(self, thing: BoundThing, name: str) -> ir.Entity | None:
        """The entity whose things ``thing.name`` is all of."""
        for entity in self.declared.entities.values():
            if entity.parent == thing.entity.name and entity.plural == name:
                return entity
        return None

    def own_many(self, name: str) -> ir.Entity | None:
        """The entity whose things a bare name is all of: those that belong to the one that is decided."""
        return self.many_of(BoundThing(ir.This(), self.entity), name)

    def way_to(self, entity: str) -> str:
        """How rules speak of an entity that this one belongs to (``regning.pasient``); nothing where it does not."""
        way, above = [], self.entity
        while above.parent:
            way.append(accessor(above.parent))
            above = self.declared.entities[above.parent]
            if above.name == entity:
                return ".".join(way)
        return ""

    def value(self, name: str) -> ir.Expr | None:
        """A bare name that means a value."""
        bound = self.bound.get(name)
        if isinstance(bound, BoundItem):
            return ir.Item(bound.type, bound.name)
        if name in self.parts:
            return self.parts[name]
        found = self.member(BoundThing(ir.This(), self.entity), name)
        if found is None and name in self.declared.rates:
            return ir.RateOf(self.declared.rates[name].type, name)
        return found

    def means(self, name: str) -> bool:
        """Whether a bare name means anything here, or would if what it names could be read."""
        return self.is_taken(name) or name in self.declared.names.broken

    def is_taken(self, name: str) -> bool:
        """Whether a bare name is one of a value, a thing or many things here."""
        return self.value(name) is not None or self.thing(name) is not None or self.own_many(name) is not None

    def member(self, thing: BoundThing, name: str) -> ir.Expr | None:
        """A field or a result of a thing."""
        decl = self.declared.field_of(thing.entity.name, name)
        if decl is not None:
            return ir.Field(unlimited(decl.type), thing.ref, (name,), decl.skjonn, spoken(decl))
        written = self.declared.names.results.get(name)
        if written is not None and written.entity.text == thing.entity.name:
            return ir.ResultOf(self.result_type(name), thing.ref, name)
        return None

    def within(self, value: ir.Expr, name: str) -> ir.Expr | None:
        """A field of a record."""
        if isinstance(value, ir.Part):
            return self.within(value.value, name)
        if not isinstance(value.type, Record):
            return None
        decl = next((each for each in self.declared.records[value.type.name].fields if each.name == name), None)
        if decl is None:
            return None
        if isinstance(value, ir.Field):
            skjonn, said = value.skjonn or decl.skjonn, ".".join((*value.path, name)).replace("_", " ")
            return ir.Field(unlimited(decl.type), value.of, (*value.path, name), skjonn, said)
        if isinstance(value, ir.Item):
            return ir.Item(unlimited(decl.type), value.name, (*value.path, name))
        return None

    # ── near names ──

    def near(self, name: str, more: Iterable[str] = ()) -> str:
        """A hint that names what is near, among all that could stand here."""
        return did_you_mean(name, [*self.known_names(), *more])

    def known_names(self) -> list[str]:
        own = [decl.name for decl in self.entity.fields]
        results = [key for key, decl in self.declared.names.results.items() if decl.entity.text == self.entity.name]
        many = [each.plural for each in self.declared.entities.values() if each.parent == self.entity.name]
        return [*own, *many, *results, *self.declared.rates, *self.parts, *self.bound]

    def member_names(self, thing: BoundThing) -> list[str]:
        fields = [decl.name for decl in thing.entity.fields]
        many = [each.plural for each in self.declared.entities.values() if each.parent == thing.entity.name]
        results = [key for key, decl in self.declared.names.results.items() if decl.entity.text == thing.entity.name]
        return [*fields, *many, *results]


def spoken(decl: ir.FieldDecl) -> str:
    """A field's name in words: its short title where it has one."""
    title = decl.title
    if not title:
        return decl.name.replace("_", " ")
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def thing_of(node: ast.Expr, scope: Scope) -> BoundThing | None:
    """The thing that an expression means (``pasient``, ``e``, ``e.pasient``), if it means one."""
    match node:
        case ast.NameRef(name):
            return scope.thing(name)
        case ast.Access(of, name):
            holder = thing_of(of, scope)
            return scope.parent_of(holder, name.text) if holder else None
        case _:
            return None
