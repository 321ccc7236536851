"""``eksempel`` blocks to core: facts and expected results, typed by the fields and results they name."""

from rulesdsl.check.declare import Declared, place
from rulesdsl.check.fits import fold, require
from rulesdsl.check.groups import Lowered
from rulesdsl.check.infer import infer
from rulesdsl.check.scope import BoundThing, Scope
from rulesdsl.core import ir, types
from rulesdsl.core.types import Broken, ListOf
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.syntax import ast


def lower_examples(declared: Declared, lowered: Lowered) -> tuple[ir.Example, ...]:
    """All examples of an edition; one that does not fit is a message and is left out."""
    found = []
    for example in declared.names.examples:
        before = len(declared.problems)
        made = _example(example, declared, lowered)
        if made is not None and len(declared.problems) == before:
            found.append(made)
    return tuple(found)


def _example(example: ast.ExampleDecl, declared: Declared, lowered: Lowered) -> ir.Example | None:
    things = []
    for thing in example.things:
        entity = declared.entities.get(thing.entity.text)
        if entity is None:
            declared.problems.add("ISF201", thing.entity.span, "er ikke en entitet", detail=thing.entity.text,
                                  hint=did_you_mean(thing.entity.text, declared.entities))
            return None
        scope = Scope(declared, entity, lambda name: lowered.results[name].type, infer)
        facts = [fact for given in thing.facts if (fact := _fact(given, scope)) is not None]
        for path in {fact.path for fact in facts if sum(each.path == fact.path for each in facts) > 1}:
            scope.report("ISF202", thing.span, f"gir {'.'.join(path)} to ganger")
        things.append(ir.Thing(entity.name, tuple(facts)))
    if not lowered.results:
        return None
    expects = [
        made for expect in example.expects if (made := _expectation(expect, things[0], declared, lowered)) is not None
    ]
    cites = declared.citations(example.cites, example.span, f"eksempel «{example.title}»")
    return ir.Example(example.title, tuple(things), tuple(expects), cites, place(example.span))


def _fact(given: ast.Given, scope: Scope) -> ir.Fact | None:
    path = tuple(name.text for name in given.path)
    field = scope.member(BoundThing(ir.This(), scope.entity), path[0])
    for name in path[1:]:
        field = scope.within(field, name) if field is not None else None
    if not isinstance(field, ir.Field):
        scope.report("ISF201", given.path[0].span.to(given.path[-1].span), f"er ikke et felt i {scope.entity.name}",
                     did_you_mean(path[0], [decl.name for decl in scope.entity.fields]), ".".join(path))
        return None
    if isinstance(given.value, ast.NameRef) and given.value.name == "ukjent":
        return None
    if isinstance(given.value, tuple):
        if not isinstance(field.type, ListOf):
            scope.report("ISF301", given.span, f"er {types.type_name(field.type)}, ikke en liste")
            return None
        values = [_fixed(item, field.type.item, scope) for item in given.value]
        return ir.Fact(path, tuple(value for value in values if value is not None))
    wanted = field.type
    if isinstance(wanted, ListOf):
        scope.report("ISF301", given.span, "er en liste", "Skriv verdiene i klammer: {a; b}.")
        return None
    value = _fixed(given.value, wanted, scope)
    return None if value is None else ir.Fact(path, value)


def _fixed(node: ast.Expr, wanted: types.Type, scope: Scope) -> ir.Value | None:
    value = require(infer(node, scope, wanted), wanted, node.span, scope)
    if isinstance(value.type, Broken):
        return None
    fixed = fold(value)
    if fixed is None:
        scope.report("ISF311", node.span, "er ikke en fast verdi")
    return fixed


def _expectation(
    expect: ast.Expect, thing: ir.Thing, declared: Declared, lowered: Lowered
) -> ir.Expectation | None:
    name = expect.result.text
    result = lowered.results.get(name)
    if result is None or result.entity != thing.entity:
        if name not in declared.names.results:
            declared.problems.add("ISF201", expect.result.span, f"er ikke et resultat for {thing.entity}", detail=name,
                                  hint=did_you_mean(name, lowered.results))
        return None
    clause = expect.clause.text if expect.clause else ""
    if expect.clause and clause not in declared.names.clauses:
        declared.problems.add("ISF204", expect.clause.span, "er ikke et punkt i utgaven", detail=clause,
                              hint=did_you_mean(clause, declared.names.clauses))
    if expect.value is None:
        return ir.Expectation(name, None, clause)
    scope = Scope(declared, declared.entities[thing.entity], lambda other: lowered.results[other].type, infer)
    value = _fixed(expect.value, result.type, scope)
    return None if value is None else ir.Expectation(name, value, clause)
