"""Who may see what: the one question that push, snapshot, resume and every API ask."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.model.kind import kind_of


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer may see. Viewers with equal sight share one fan-out group.

    ``kinds`` and ``things`` add up; ``kinds`` None means every kind. A thing's key is
    ``kind/id``.
    """

    kinds: frozenset[str] | None = None
    things: frozenset[str] = frozenset()

    @property
    def all(self) -> bool:
        """Whether nothing is hidden from it."""
        return self.kinds is None

    def sees(self, key: str) -> bool:
        """Whether the thing with this key may be shown."""
        return self.kinds is None or kind_of(key) in self.kinds or key in self.things


EVERYTHING = Sight()
NOTHING = Sight(kinds=frozenset())
