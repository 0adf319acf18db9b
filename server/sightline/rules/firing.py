"""Say what the engine found out: a rule fired, must be told again, or what it told of is over.

All times are epoch s.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal, TypeAlias

import msgspec

from sightline.kinds.rules.model import Condition

LATE = 120.0
"""What was found out more than so many s after it happened is told as late."""


class Firing(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A rule has fired. Its fields are those of `sightline.kinds.rules.model.Alert`."""

    id: str
    """The same at every server that finds the same, and in a back-test."""
    rule: str
    thing: str
    condition: Condition
    at: float
    """When it happened, epoch s."""
    found: float
    """When it was found out."""
    value: float | None = None
    """What was measured, in the unit of the limit; of silence s."""
    limit: float | None = None
    """The limit, where it was learned: the usual silence, s."""
    place: str | None = None
    """The name of the region or of the other thing, else the client or the topic."""
    lat: float | None = None
    lon: float | None = None
    urgent: bool = False
    lasting: bool = False
    """A `Resolution` follows when it is over."""
    tell: tuple[str, ...] = ()
    """The accounts that are told at once."""

    @property
    def late(self) -> float | None:
        """Return when it was found out, where that was much later."""
        return self.found if self.found - self.at > LATE else None


class Reminder(msgspec.Struct, frozen=True, kw_only=True):
    """A firing that nobody acknowledged must be told: again, or to those who come next."""

    id: str
    """The id of the firing that it is about."""
    rule: str
    thing: str
    at: float
    """When it is due."""
    why: Literal["again", "escalate"]
    n: int
    """Which reminder of this firing it is, from 1 on."""
    tell: tuple[str, ...]


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What a firing told of is over."""

    id: str
    """The id of the firing that it is about."""
    rule: str
    thing: str
    at: float
    """When it was over."""
    found: float
    why: Literal["over", "gone", "rule"]
    """It is over; the thing is gone; the rule was changed, switched off or removed."""


Event: TypeAlias = Firing | Reminder | Resolution


def firing_id(rule: str, thing: str, mark: str, at: float) -> str:
    """Return the id of a firing, by what it is about and the second in which it happened."""
    said = "\n".join((rule, thing, mark, f"{at:.0f}"))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
