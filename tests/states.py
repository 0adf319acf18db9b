"""Small states and readings to play with."""

from __future__ import annotations

import msgspec

from sightline.model.kind import Present, State


class Spot(Present, frozen=True, omit_defaults=True, kw_only=True):
    """Something with a value that can fall silent."""

    value: int


def spot(value: int = 0) -> Spot:
    return Spot(value=value, presence="live")


class Says(msgspec.Struct, frozen=True):
    """A reading that sets a value; None removes the thing."""

    thing: str
    value: int | None
    heard: float | None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        if self.value is None:
            return None
        if isinstance(before, Spot) and before.value == self.value:
            return before
        return spot(self.value)
