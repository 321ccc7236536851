"""Which lists a document may hold for which rulebook: those of the things that belong to a patient, or to whatever else
stands at the top."""

from collections.abc import Iterable

from rulesdsl.core.ir import Edition, Entity
from rulesdsl.source import frozen


@frozen(eq=False)
class Shelf:
    """A list that a rulebook knows: the entity of the things in it, which belong to ``holder``."""

    edition: Edition
    entity: Entity
    holder: Entity

    @property
    def full_name(self) -> str:
        """The name of the list with its rulebook's, for where several rulebooks have one so called."""
        return f"{self.edition.rulebook}.{self.entity.plural}"


def shelves_of(latest: Iterable[Edition]) -> dict[str, list[Shelf]]:
    """The lists that rulebooks know, by name, plain and with the rulebook's."""
    found: dict[str, list[Shelf]] = {}
    for edition in latest:
        for entity in edition.entities.values():
            if entity.parent and not edition.entities[entity.parent].parent:
                shelf = Shelf(edition, entity, edition.entities[entity.parent])
                found.setdefault(entity.plural, []).append(shelf)
                found.setdefault(shelf.full_name, []).append(shelf)
    return found
