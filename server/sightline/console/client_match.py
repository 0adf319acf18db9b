"""Find which thing a broker's client feeds, as far as that can be known.

The log tells a client's id, user and address, never what it publishes. By what things are known,
their kinds say (`sightline.model.kind.Clues`):

- its user: ``jane`` feeds ``friend/jane/…``, ``ProBot1`` feeds ``probot/ProBot1`` (our ACL makes
  it so); of several devices of one user, the one whose name is in the client id;
- its client id: OwnTracks' own is user and device in one word (of two things with the same word,
  as ``ab/c`` and ``a/bc`` have, neither is meant);
- its address: a robot tells its own in its telemetry.

All names of a device count. Where more than one thing fits, none is named as the one that the
client feeds; those that fit are told, so that an admin can see why.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.kinds import THING_TYPES
from sightline.kinds.friends.names import DeviceNames, folded
from sightline.live.world import World
from sightline.model.groups import Groups
from sightline.model.kind import Clues, State, id_of, kind_of

_CLUES = {name: each.clues for name, each in THING_TYPES.items() if each.clues is not None}
_STEADY = frozenset(name for name, each in THING_TYPES.items() if each.steady_clues)
_ANY = State()  # for those whose state tells nothing
_PIECE = 500  # things that are looked at in one go: about 3 ms if all of them are new


class ClientMatcher:
    """Know the things of the world that give clues, and match one client at a time."""

    def __init__(self, world: World, names: DeviceNames | None = None) -> None:
        self._world = world
        self._device_names = names or DeviceNames()
        self._device_names.when_changed(self._anew)
        self._seen = 0
        self._clear()

    def _clear(self) -> None:
        # By key; None: they are made anew when they are wanted, which is seldom.
        self._known: dict[str, tuple[Clues, ...] | None] = {}
        self._names = Groups()  # keys by name
        self._users = Groups()
        self._words = Groups()  # user+device in one word, folded
        self._addresses = Groups()

    def _anew(self) -> None:
        """Forget all: devices have other names."""
        self._seen = 0
        self._clear()

    def look(self) -> None:
        """See what has changed in the world."""
        for _ in self.look_in_pieces():
            pass

    def look_in_pieces(self) -> Iterator[None]:
        """See what has changed in the world by now, and let others work between two pieces."""
        changed = self._world.since(self._seen)
        self._seen = self._world.seq
        left = _PIECE
        for entry in changed:
            kind = entry.kind
            if kind not in _CLUES or (
                # All friends there are may have moved: each costs next to nothing.
                kind in _STEADY and entry.key in self._known and entry.state is not None
            ):
                continue
            if not left:
                yield
                left = _PIECE
            left -= 1
            if self._world.current(entry):  # else it comes again, as it is now
                self._know(entry.key, entry.state)

    def _know(self, key: str, state: State | None) -> None:
        clues = () if state is None else self._clues(key, state)
        before = self._before(key)
        if clues == before:
            return
        for each in before:
            for table, value in self._tables(each):
                table.discard(value, key)
        self._known.pop(key, None)
        if clues:
            self._known[key] = None if kind_of(key) in _STEADY else clues
        for each in clues:
            for table, value in self._tables(each):
                table.add(value, key)

    def _before(self, key: str) -> tuple[Clues, ...]:
        """Return the clues by which a thing is known; none, if it is not."""
        clues = self._known.get(key, ())
        return self._clues(key, _ANY) if clues is None else clues

    def _clues(self, key: str, state: State) -> tuple[Clues, ...]:
        """Return the clues that a thing gives, by each of its names."""
        make = _CLUES[kind_of(key)]
        return tuple(make(id_of(each), state) for each in self._device_names.things(key))

    def _tables(self, clues: Clues) -> list[tuple[Groups, str]]:
        """Return where a clue is looked up, and under what."""
        found = [
            (self._names, clues.name),
            (self._users, folded(clues.user)),
            (self._words, _word(clues) if clues.user else ""),
            (self._addresses, clues.address),
        ]
        return [(table, value) for table, value in found if value]

    def feeds(self, client: str, user: str | None, address: str | None) -> str | None:
        """Return the key of the one thing that this client feeds, or None."""
        found = self.fitting(client, user, address)
        return next(iter(found)) if len(found) == 1 else None

    def fitting(self, client: str, user: str | None, address: str | None) -> frozenset[str]:
        """Return the keys of all things that this client may feed, by the best clue there is."""
        if user:
            if named := self._names.of(user):
                return frozenset(named)
            devices = self._users.of(folded(user))
            if len(devices) <= 1:
                return frozenset(devices)
            inside = folded(client)
            return frozenset(
                one
                for one in devices
                if any(folded(clues.device) in inside for clues in self._before(one))
            )
        if named := self._names.of(client):
            return frozenset(named)
        plain = folded(client)
        word = plain.replace("/", "").replace("-", "").replace("_", "")
        if fits := {*self._words.of(word), *self._words.of(plain)}:
            return frozenset(fits)
        host = (address or "").rpartition(":")[0]
        return frozenset(self._addresses.of(host) if host else ())


def _word(clues: Clues) -> str:
    return folded(clues.user + clues.device)
