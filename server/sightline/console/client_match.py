"""Which thing a broker's client feeds, as far as that can be known.

The log tells a client's id, user and address, never what it publishes. Known by:

- its user: ``jane`` feeds ``friend/jane/…``, ``ProBot1`` feeds ``probot/ProBot1`` (our ACL makes
  it so); of several devices of one user, the one whose name is in the client id;
- its client id: OwnTracks' own is user and device in one word;
- its address: a robot tells its own in its telemetry.

Where more than one thing fits, none is named.
"""

from __future__ import annotations

from collections import defaultdict

from sightline.live.world import World
from sightline.model.kind import State, id_of, kind_of


class ClientMatcher:
    """Knows the friends and robots of the world; asked about one client at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0
        self._devices: dict[str, set[str]] = defaultdict(set)  # by user
        self._words: dict[str, str] = {}  # user+device in one word, lower case
        self._robots: set[str] = set()
        self._addresses: dict[str, set[str]] = defaultdict(set)  # robots by what they say
        self._address_of: dict[str, str] = {}

    def look(self) -> None:
        """See what has changed in the world."""
        for entry in self._world.since(self._seen):
            kind = kind_of(entry.key)
            if kind == "friend":
                self._friend(entry.key, there=entry.state is not None)
            elif kind == "probot":
                self._robot(entry.key, entry.state)
        self._seen = self._world.seq

    def _friend(self, key: str, *, there: bool) -> None:
        user, _, device = id_of(key).partition("/")
        word = (user + device).casefold()
        if there:
            self._devices[user.casefold()].add(key)
            self._words[word] = key
        else:
            self._devices[user.casefold()].discard(key)
            self._words.pop(word, None)

    def _robot(self, key: str, state: State | None) -> None:
        address = getattr(state, "ip", None)
        before = self._address_of.get(key)
        if address != before:
            if before is not None:
                self._addresses[before].discard(key)
                del self._address_of[key]
            if isinstance(address, str):
                self._addresses[address].add(key)
                self._address_of[key] = address
        if state is None:
            self._robots.discard(key)
        else:
            self._robots.add(key)

    def feeds(self, client: str, user: str | None, address: str | None) -> str | None:
        """Return the key of the one thing that this client feeds, or None."""
        if user:
            if (robot := f"probot/{user}") in self._robots:
                return robot
            devices = self._devices.get(user.casefold(), set())
            if len(devices) == 1:
                return next(iter(devices))
            named = [
                one for one in devices if one.rpartition("/")[2].casefold() in client.casefold()
            ]
            return named[0] if len(named) == 1 else None
        if (robot := f"probot/{client}") in self._robots:
            return robot
        word = client.casefold().replace("/", "").replace("-", "").replace("_", "")
        if found := self._words.get(word) or self._words.get(client.casefold()):
            return found
        host = (address or "").rpartition(":")[0]
        robots = self._addresses.get(host, set()) if host else set()
        return next(iter(robots)) if len(robots) == 1 else None
