"""The cases that an answer is for, in words."""

from rulesdsl.core import ir
from rulesdsl.core.values import listed, spoken


def speaks_of(edition: ir.Edition, name: str, count: int) -> str:
    """All cases of an entity: ``alle pasienter med inntil 3 episoder``; without a count each stands alone."""
    entity = edition.entities[name]
    if not count:
        return f"alle {_many(entity)}"
    top = entity
    while top.parent:
        top = edition.entities[top.parent]
    kinds, below = [top.name], list[str]()
    for each in kinds:
        inner = [other for other in edition.entities.values() if other.parent == each]
        kinds += [other.name for other in inner]
        below += [_many(other) for other in inner]
    return f"alle {_many(top)} med inntil {count} {listed(below) or 'av hvert slag'}"


def _many(entity: ir.Entity) -> str:
    """``episoder``, ``pasienter``."""
    if entity.plural:
        return spoken(entity.plural)
    name = entity.name.lower()
    return f"{name}r" if name.endswith("e") else f"{name}er"
