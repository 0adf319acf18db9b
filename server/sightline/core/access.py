"""Who may see and do what: the questions that push, snapshot, resume, requests and APIs ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sightline.model.kind import kind_of

Role = Literal["viewer", "operator", "admin"]
_RANK: dict[Role, int] = {"viewer": 0, "operator": 1, "admin": 2}

# The least role that may do a thing. What is not listed, nobody may. Whoever may watch a robot may
# stop it: stopping is not a privilege.
LEAST_ROLE: dict[str, Role] = {
    "see": "viewer",
    "stop": "viewer",
    "drive": "operator",
    "takeover": "admin",
    "drivers": "admin",
    "shutdown": "admin",
    "routine": "admin",
}


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


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who is connected. ``drives`` None means every robot they see."""

    name: str
    role: Role = "viewer"
    sight: Sight = EVERYTHING
    drives: frozenset[str] | None = None


GUEST = User("guest")


def may(user: User, verb: str, thing: str) -> bool:
    """Whether ``user`` may do ``verb`` to ``thing``. Nobody may do anything to what they don't see.

    A verb nobody listed is refused to everybody.
    """
    least = LEAST_ROLE.get(verb)
    if least is None or not user.sight.sees(thing) or _RANK[user.role] < _RANK[least]:
        return False
    return verb != "drive" or user.drives is None or thing in user.drives
