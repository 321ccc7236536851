"""``eksempel`` blocks to core: facts and expected results, typed by the fields and results they name."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from rulesdsl.check.declare import Declared, place
from rulesdsl.check.fits import fold, require, write
from rulesdsl.check.groups import Lowered
from rulesdsl.check.infer import infer
from rulesdsl.check.scope import BoundThing, Scope
from rulesdsl.core import ir, types
from rulesdsl.core.fields import field_at
from rulesdsl.core.types import Broken, ListOf, Number
from rulesdsl.core.values import limits_said
from rulesdsl.diagnostics import did_you_mean
from rulesdsl.source import Span
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
    things: list[ir.Thing] = []
    for thing in example.things:
        entity = declared.entities.get(thing.entity.text)
        if entity is None and thing.entity.text in declared.names.broken:
            return None
        if entity is None:
            declared.problems.add("ISF201", thing.entity.span, "er ikke en entitet", detail=thing.entity.text,
                                  hint=did_you_mean(thing.entity.text, declared.entities))
            return None
        scope = _scope(declared, entity, lowered)
        facts = [fact for given in thing.facts if (fact := _fact(given, scope)) is not None]
        seen: dict[str, Span] = {}
        for given in thing.facts:
            path, at = ".".join(name.text for name in given.path), given.path[0].span.to(given.path[-1].span)
            if path in seen:
                declared.problems.add("ISF202", at, "er gitt en gang til", detail=path,
                                      also=[(seen[path], "først her")])
            seen.setdefault(path, at)
            if not things:
                _check_day(given, scope)
        things.append(ir.Thing(entity.name, tuple(facts)))
    if not lowered.results:
        return None
    expects = [
        made for expect in example.expects if (made := _expectation(expect, things[0], declared, lowered)) is not None
    ]
    cites = declared.citations(example.cites, example.span, f"eksempel «{example.title}»")
    return ir.Example(example.title, tuple(things), tuple(expects), cites, place(example.span))


def _scope(declared: Declared, entity: ir.Entity, lowered: Lowered) -> Scope:
    def result_type(name: str) -> types.Type:
        return lowered.results[name].type if name in lowered.results else Broken()

    return Scope(declared, entity, result_type, infer)


def _fact(given: ast.Given, scope: Scope) -> ir.Fact | None:
    path = tuple(name.text for name in given.path)
    field = scope.member(BoundThing(ir.This(), scope.entity), path[0])
    for index, name in enumerate(path[1:], start=1):
        inner = scope.within(field, name) if field is not None else None
        if field is not None and inner is None and isinstance(field.type, types.Record):
            known = [decl.name for decl in scope.declared.records[field.type.name].fields]
            scope.report("ISF201", given.path[index].span, f"er ikke et felt i {field.type.name}",
                         did_you_mean(name, known), name)
            return None
        field = inner
    if isinstance(field, ir.Field) and isinstance(field.type, Broken):
        return None  # the declaration has its own message
    if not isinstance(field, ir.Field):
        scope.report("ISF201", given.path[0].span.to(given.path[-1].span), f"er ikke et felt i {scope.entity.name}",
                     did_you_mean(path[0], [decl.name for decl in scope.entity.fields]), ".".join(path))
        return None
    if given.value is None:
        return None
    if isinstance(given.value, tuple):
        if not isinstance(field.type, ListOf):
            scope.report("ISF301", given.span, f"er {types.type_name(field.type)}, ikke en liste")
            return None
        return ir.Fact(path, _fixed_list(given.value, field.type, scope))
    wanted = field.type
    if isinstance(wanted, ListOf):
        scope.report("ISF301", given.span, "er en liste", write(f"{{{given.value.span.text}}}"))
        return None
    value = _fixed(given.value, wanted, scope)
    if isinstance(wanted, Number) and isinstance(value, Decimal):
        _check_size(given, value, path, scope)
    if isinstance(value, datetime.date) and not types.FIRST_YEAR <= value.year <= types.LAST_YEAR:
        scope.report("ISF315", given.value.span, f"ligger utenfor årene {types.FIRST_YEAR} til {types.LAST_YEAR}")
    return None if value is None else ir.Fact(path, value)


def _check_size(given: ast.Given, value: Decimal, path: tuple[str, ...], scope: Scope) -> None:
    """A number is one that the field can have."""
    decl = field_at(scope.entity.fields, scope.declared.records, path)
    assert isinstance(given.value, ast.Expr)
    assert decl is not None
    assert isinstance(decl.type, Number)
    kind = decl.type
    if abs(value) > kind.bound and kind.low is kind.high is None:
        scope.report("ISF306", given.value.span, f"er mer enn feltet kan ha ({kind.bound:,})".replace(",", " "))
    elif not kind.range[0] <= value <= kind.range[1]:
        scope.report("ISF320", given.value.span, f"skal være {limits_said(kind)}", "", ".".join(path))


def _check_day(given: ast.Given, scope: Scope) -> None:
    """The thing that is decided belongs to the edition by its rettsdato."""
    day, declared = given.value, scope.declared
    if not isinstance(day, ast.DateLiteral) or [name.text for name in given.path] != [scope.entity.date]:
        return
    if not declared.first_day <= day.value <= declared.last_day:
        scope.report("ISF412", given.span, f"utgaven gjelder {declared.first_day} til {declared.last_day}",
                     "Skriv en dag i utgaven, eller flytt eksemplet.")


def _fixed_list(items: Iterable[ast.Expr], wanted: ListOf, scope: Scope) -> tuple[ir.Value, ...]:
    return tuple(value for item in items if (value := _fixed(item, wanted.item, scope)) is not None)


def _fixed(node: ast.Expr, wanted: types.Type, scope: Scope) -> ir.Value | None:
    value = require(infer(node, scope, wanted), wanted, node.span, scope)
    if isinstance(value.type, Broken):
        return None
    fixed = fold(value)
    if fixed is None:
        scope.report("ISF311", node.span, "er ikke en fast verdi", "Skriv verdien selv.")
        return None
    return fixed


def _expectation(
    expect: ast.Expect, thing: ir.Thing, declared: Declared, lowered: Lowered
) -> ir.Expectation | None:
    name = expect.result.text
    result = lowered.results.get(name)
    if result is None or result.entity != thing.entity:
        written = declared.names.results.get(name)
        # A result of this entity that is not there has its own message, and so has an entity that is not.
        quiet = written is not None and written.entity.text in (thing.entity, *declared.names.broken)
        if name not in declared.names.broken and not quiet:
            label, hint = f"er ikke et resultat for {thing.entity}", did_you_mean(name, lowered.results)
            if written is not None:
                label = f"er et resultat for {written.entity.text}, ikke for {thing.entity}"
                hint = f"Det som avgjøres, står etter «gitt»: her er det {thing.entity}."
            declared.problems.add("ISF201", expect.result.span, label, detail=name, hint=hint)
        return None
    clause = expect.clause.text if expect.clause else ""
    if expect.clause and clause not in declared.names.clauses and clause not in declared.names.broken:
        declared.problems.add("ISF204", expect.clause.span, "er ikke et punkt i utgaven", detail=clause,
                              hint=did_you_mean(clause, declared.names.clauses))
    if expect.value is None:
        return ir.Expectation(name, None, clause)
    scope = _scope(declared, declared.entities[thing.entity], lowered)
    if isinstance(expect.value, tuple) or isinstance(result.type, ListOf):
        if not isinstance(result.type, ListOf):
            scope.report("ISF301", expect.span, f"er {types.type_name(result.type)}, ikke en liste")
            return None
        if not isinstance(expect.value, tuple):
            scope.report("ISF301", expect.span, "er en liste", write(f"{{{expect.value.span.text}}}"))
            return None
        return ir.Expectation(name, _fixed_list(expect.value, result.type, scope), clause)
    value = _fixed(expect.value, result.type, scope)
    return None if value is None else ir.Expectation(name, value, clause)
