"""Limit what one sender may take of the world, and what the world takes of the server's memory.

A sender is the one a thing comes from, as far as its key tells: the user level of an OwnTracks
topic (``friend/jane/phone`` is of ``owntracks/jane``), which is also the most that a phone's token
can post for. What Sightline makes itself, and robots, have no sender: they always have room,
however full the world is. There are few of them: a robot's name has at most four digits, the rest
is bounded where it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sightline.kinds import THING_TYPES

RESERVED = frozenset(name for name, each in THING_TYPES.items() if each.reserve)
"""Types of things that always have room."""
BY_USER = {name: each.sender for name, each in THING_TYPES.items() if each.sender}
"""Types whose sender is the first level of their id, and the word before that in its name."""
MOST_SENDERS = 50_000
"""Senders of whom nothing is left in the world are remembered for a day, but no more than these,
or as many as there are of whom something is."""
DAY = 86_400.0
"""Seconds of a day, over which new things and rows are counted."""
_NO_LIMIT = 1 << 62


class WorldFull(Exception):
    """No room is left for another thing, or for a larger one."""


class OverQuota(WorldFull):
    """A sender used up its quota. ``why`` names it and the limit, for people."""

    def __init__(self, sender: str, what: str, why: str) -> None:
        super().__init__(sender, what)
        self.sender = sender
        self.what = what
        """The quota: devices, bytes, new or rows."""
        self.why = why


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits of each sender.

    ``devices`` and ``bytes`` at once; ``new`` things and stored ``rows`` in a day.
    """

    devices: int = _NO_LIMIT
    bytes: int = _NO_LIMIT
    new: int = _NO_LIMIT
    rows: int = _NO_LIMIT


class Sender:
    """The use of one sender. ``rows`` and ``new`` are what is left of today's."""

    __slots__ = ("bytes", "name", "new", "quota", "rows", "things")

    def __init__(self, name: str, quota: Quota) -> None:
        self.name = name
        self.quota = quota
        self.things: dict[str, int] = {}  # by kind
        self.bytes = 0
        self.fresh()

    def fresh(self) -> None:
        """Give back the quota of a day."""
        self.new = self.quota.new
        self.rows = self.quota.rows

    def over(self, what: str) -> OverQuota:
        """Return the error to raise when this quota is used up."""
        limit = getattr(self.quota, what)
        words = {
            "devices": f"{limit:,} devices",
            "bytes": f"{limit:,} bytes in memory",
            "new": f"{limit:,} new things a day",
            "rows": f"{limit:,} messages for history a day",
        }
        return OverQuota(self.name, what, f"{self.name} has used up its quota of {words[what]}")

    def enter(self, kind: str, weight: int) -> None:
        """Count one more thing of this kind and weight (bytes). Raises `OverQuota`."""
        count = self.things.get(kind, 0)
        if count >= self.quota.devices:
            raise self.over("devices")
        if self.bytes + weight > self.quota.bytes:
            raise self.over("bytes")
        if self.new <= 0:
            raise self.over("new")
        self.new -= 1
        self.things[kind] = count + 1
        self.bytes += weight

    def leave(self, kind: str, weight: int) -> None:
        """Count one thing less of this kind and weight."""
        self.things[kind] -= 1
        self.bytes -= weight


class Senders:
    """All senders, by name. Things of no particular sender are counted under one name."""

    def __init__(self, quota: Quota | None = None) -> None:
        self._quota = quota or Quota()
        self._known: dict[str, Sender] = {}
        self._most = MOST_SENDERS
        self._nobody = Sender("", Quota())

    def __len__(self) -> int:
        return len(self._known)

    def of(self, key: str) -> Sender | None:
        """Return the sender of this thing; None: the server itself, which always has room."""
        kind, _, rest = key.partition("/")
        if kind in RESERVED:
            return None
        if (word := BY_USER.get(kind)) is None:
            return self._nobody
        name = f"{word}/{rest.partition('/')[0]}"
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= self._most:
                self._forget()
            found = self._known[name] = Sender(name, self._quota)
        return found

    def new_day(self) -> None:
        """Give back the quota of a day to every sender."""
        self._forget()
        for sender in self._known.values():
            sender.fresh()

    def _forget(self) -> None:
        self._known = {name: one for name, one in self._known.items() if any(one.things.values())}
        # Never a search for each one more: twice as many as have something.
        self._most = max(MOST_SENDERS, 2 * len(self._known))


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes: of the world in all, of all things of some types in it, and of one sender's things."""

    world: int
    of_types: Mapping[str, int]
    sender: int


def budget(memory: int) -> Budget:
    """Return the share of the world in ``memory`` bytes for the whole server.

    The rest is the program itself (about 80 MB), the guard (30 MB), what waits for history and
    archive (96 MB at most by default) and what is on its way to browsers.
    """
    shares = {name: memory // each.share for name, each in THING_TYPES.items() if each.share}
    return Budget(world=memory * 3 // 8, of_types=shares, sender=memory // 32)
