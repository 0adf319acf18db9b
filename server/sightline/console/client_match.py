"""Find which thing a broker's client feeds, as far as that can be known.

The log tells a client's id, user and address, never what it publishes. By what things are known,
their kinds say (`sightline.model.kind.Clues`):

- its user: ``jane`` feeds ``friend/jane/…``, ``ProBot1`` feeds ``probot/ProBot1`` (our ACL makes
  it so); of several devices of one user, the one whose name is in the client id;
- its client id: OwnTracks' own is user and device in one word;
- its address: a robot tells its own in its telemetry.

Where more than one thing fits, none is named.
"""

from __future__ import annotations

from collections import defaultdict

from sightline.kinds import THING_TYPES
from sightline.live.world import World
from sightline.model.kind import Clues, State, id_of, kind_of

_CLUES = {name: each.clues for name, each in THING_TYPES.items() if each.clues is not None}


class ClientMatcher:
    """Know the things of the world that give clues, and match one client at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0
        self._known: dict[str, Clues] = {}  # by key
        self._names: dict[str, str] = {}  # keys by name
        self._users: dict[str, set[str]] = defaultdict(set)
        self._words: dict[str, str] = {}  # user+device in one word, lower case
        self._addresses: dict[str, set[str]] = defaultdict(set)

    def look(self) -> None:
        """See what has changed in the world."""
        for entry in self._world.since(self._seen):
            if kind_of(entry.key) in _CLUES:
                self._know(entry.key, entry.state)
        self._seen = self._world.seq

    def _know(self, key: str, state: State | None) -> None:
        clues = None if state is None else _CLUES[kind_of(key)](id_of(key), state)
        before = self._known.get(key)
        if clues == before:
            return
        if before is not None:
            self._forget(key, before)
        if clues is None:
            self._known.pop(key, None)
            return
        self._known[key] = clues
        if clues.name:
            self._names[clues.name] = key
        if clues.user:
            self._users[clues.user.casefold()].add(key)
            self._words[_word(clues)] = key
        if clues.address:
            self._addresses[clues.address].add(key)

    def _forget(self, key: str, clues: Clues) -> None:
        self._names.pop(clues.name, None)
        self._users[clues.user.casefold()].discard(key)
        self._words.pop(_word(clues), None)
        self._addresses[clues.address].discard(key)

    def feeds(self, client: str, user: str | None, address: str | None) -> str | None:
        """Return the key of the one thing that this client feeds, or None."""
        if user:
            if (named := self._names.get(user)) is not None:
                return named
            devices = self._users.get(user.casefold(), set())
            if len(devices) == 1:
                return next(iter(devices))
            fields = [
                one for one in devices if self._known[one].device.casefold() in client.casefold()
            ]
            return fields[0] if len(fields) == 1 else None
        if (named := self._names.get(client)) is not None:
            return named
        word = client.casefold().replace("/", "").replace("-", "").replace("_", "")
        if found := self._words.get(word) or self._words.get(client.casefold()):
            return found
        host = (address or "").rpartition(":")[0]
        there = self._addresses.get(host, set()) if host else set()
        return next(iter(there)) if len(there) == 1 else None


def _word(clues: Clues) -> str:
    return (clues.user + clues.device).casefold()
