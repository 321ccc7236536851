"""Fixed values as the solver has them."""

import datetime
from decimal import Decimal

from rulesdsl.core import ops, types
from rulesdsl.core.ir import Value
from rulesdsl.prove.sym import NO, YES, Items, NotProvable, Slot, Sym
from rulesdsl.prove.words import Words


def constant(type_: types.Type, value: Value, words: Words) -> Sym:
    """A value of a plain type or of a list of them."""
    if isinstance(type_, types.ListOf):
        assert isinstance(value, tuple)
        return Sym(True, Items(tuple(Slot(True, constant(type_.item, each, words)) for each in value)))
    match value:
        case bool():
            return YES if value else NO
        case str():
            code = isinstance(type_, types.Code)
            return Sym(True, words.member(type_.kodeverk, value) if code else words.number(value))  # type: ignore[union-attr]
        case datetime.date():
            return Sym(True, value.toordinal())
        case Decimal():
            exponent = value.as_tuple().exponent
            scale = max(0, -exponent) if isinstance(exponent, int) else 0
            return Sym(True, int(value.scaleb(scale, ops.EXACT)), scale)
        case _:
            raise NotProvable("en liste står der det skulle stå én verdi")
