"""Show friends as the Recorder's API does to one viewer: the world, seen by their rights."""

from __future__ import annotations

from base64 import b64encode
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from sightline.auth.permissions import VisibleScope
from sightline.kinds.friends.model import Face, Friend
from sightline.kinds.friends.names import DeviceNames, folded
from sightline.kinds.friends.phone import Phone
from sightline.live.world import World
from sightline.model.groups import Groups
from sightline.model.kind import id_of
from sightline.owntracks.fixes import fix_fields
from sightline.owntracks.times import geohash, iso, shown
from sightline.web.reads import SCAN, Turn, pieces

MOST_REMEMBERED = 100_000
"""Friends whose order is known; of more the ones heard first are left to the next look."""
SEEDED_FOR = 600.0
"""Seconds after which we look again for friends that came into the world without a fix."""


Soon = Callable[[Callable[[], object]], object]
"""Calls what it is given in the next turn of the reactor."""


class LatestPositions:
    """The friends with their latest positions; ``names`` are those of their devices.

    ``soon`` lets others work between two pieces of a look through a large world; without it, each
    look is done at once.
    """

    def __init__(
        self, world: World, soon: Soon | None = None, names: DeviceNames | None = None
    ) -> None:
        self._world = world
        self._names = names or DeviceNames()
        self._soon = soon
        self._order: OrderedDict[str, None] = OrderedDict()  # keys, the latest heard last
        self._groups = Groups()  # the same keys by friend/user
        self._seed_at = float("-inf")

    def note(self, key: str) -> None:
        """Note that a fix of this friend came."""
        try:
            self._order.move_to_end(key)
            return
        except KeyError:
            pass  # it is the first
        self._groups.add(_group(key), key)
        if len(self._order) >= MOST_REMEMBERED:
            self.forget(next(iter(self._order)))
        self._order[key] = None

    def forget(self, key: str) -> None:
        """Forget a friend who is erased."""
        self._order.pop(key, None)
        self._groups.discard(_group(key), key)

    def latest(self, scope: VisibleScope, most: int, now: float) -> list[tuple[str, Friend]]:
        """Return those with a position who may be seen and were heard last, the latest first.

        ``now`` is of a clock that is never stepped, s.
        """
        if now >= self._seed_at:
            self._seed_at = now + SEEDED_FOR
            keys = self._world.all_keys()
            keys.reverse()
            self._seed(pieces(keys, most=SCAN))
        found = []
        for key in self._among(scope):
            friend = self._world.state(key)
            if isinstance(friend, Friend) and friend.lat is not None and scope.sees(key):
                found.append((key, friend))
                if len(found) == most:
                    break
        return found

    def _seed(self, some: Iterator[Sequence[str]]) -> None:
        """Put friends from before we listened, or brought back from the store, behind the others.

        What changed last is looked at first, so that the first piece has the latest of them.
        """
        for keys in some:
            for key in keys:
                if key not in self._order and isinstance(self._world.state(key), Friend):
                    if len(self._order) >= MOST_REMEMBERED:
                        return
                    self._groups.add(_group(key), key)
                    self._order[key] = None
                    self._order.move_to_end(key, last=False)
            if self._soon is not None:
                self._soon(lambda: self._seed(some))
                return

    def _among(self, scope: VisibleScope) -> Iterable[str]:
        """Return keys among which all visible ones are, the latest first: often few of many."""
        if scope.kinds is None or "friend" in scope.kinds:
            return reversed(self._order)
        keys = {key for key in scope.things if key in self._order}
        for group in scope.things:
            keys |= self._groups.of(group)
        return sorted(keys, key=self._at, reverse=True)

    def _at(self, key: str) -> float:
        state = self._world.state(key)
        return (state.at or 0) if isinstance(state, Friend) else 0

    async def friends(
        self, scope: VisibleScope, turn: Turn
    ) -> AsyncIterator[list[tuple[str, Friend]]]:
        """Yield those that may be seen, key and state: looked for in pieces, each at its ``turn``.

        A world of one piece is looked through at once, so that it is answered without waiting.
        """
        whole = self._world.all_keys()
        for keys in pieces(whole, most=SCAN):
            if len(whole) > SCAN:
                await turn()
            yield [
                (key, state)
                for key in keys
                if isinstance(state := self._world.state(key), Friend) and scope.sees(key)
            ]

    def friend(self, key: str, scope: VisibleScope) -> Friend | None:
        """Return one of them; None also when it must not be seen."""
        state = self._world.state(key)
        return state if isinstance(state, Friend) and scope.sees(key) else None

    def face(self, device: str) -> Face | None:
        """Return the picture of ``user/device``."""
        state = self._world.state(self._names.thing(f"face/{device}"))
        return state if isinstance(state, Face) else None

    def phone(self, device: str) -> Phone:
        """Return our dealings with it."""
        state = self._world.state(f"phone/{device}")
        return state if isinstance(state, Phone) else Phone()

    async def users(self, scope: VisibleScope, turn: Turn) -> list[str]:
        """Names of users, each once."""
        known: set[str] = set()
        sorted_runs: list[list[str]] = []
        async for some in self.friends(scope, turn):
            new = {id_of(key).partition("/")[0] for key, _ in some} - known
            known |= new
            sorted_runs.append(sorted(new))
        merged = merge(*sorted_runs)
        found: list[str] = []
        while names := list(islice(merged, SCAN)):
            found += names
            if len(names) == SCAN:
                await turn()
        return found

    async def find(
        self, scope: VisibleScope, turn: Turn, user: str, device: str = ""
    ) -> list[tuple[str, Friend]]:
        """Friends of this user (and device), by any of their names, in any letters."""
        key = self._names.thing(f"friend/{user}/{device}")
        if device and (friend := self.friend(key, scope)) is not None:
            return [(key, friend)]  # written as it is, as nearly always: nobody is looked through
        found: list[tuple[str, Friend]] = []
        async for some in self.friends(scope, turn):
            found += [
                (key, friend)
                for key, friend in some
                if any(_is(name, user, device) for name in self._names.all(id_of(key)))
            ]
        return found

    async def keys(self, scope: VisibleScope, turn: Turn, user: str, device: str) -> list[str]:
        """Return the keys under which there may be a past of this device, in whatever letters.

        A Recorder knows names in small letters only, and so does what was brought in from one.
        """
        found = [key for key, _ in await self.find(scope, turn, user, device)][:1]
        for name in (f"friend/{user}/{device}", f"friend/{user}/{device}".lower()):
            key = self._names.thing(name)
            if key not in found and key not in self._world and scope.sees(key):
                found.append(key)
        return found

    def position(self, key: str, friend: Friend) -> dict[str, Any]:
        """Return the location of a friend with all that goes with it; empty without a position."""
        device = id_of(key)
        phone = self.phone(device)
        location = fix_fields(friend, http=phone.transport == "http", decrypted=phone.encrypted)
        if not location:
            return {}
        user, _, name = device.partition("/")
        location |= {
            "topic": f"owntracks/{device}",
            "username": user,
            "device": name,
            "ghash": geohash(location["lat"], location["lon"]),
        }
        return location

    def last(
        self, key: str, friend: Friend, local: Callable[[float, float, float], dict[str, str]]
    ) -> dict[str, Any]:
        """Return a friend as ``/api/0/last`` has it. ``local`` tells the time zone there."""
        location = self.position(key, friend)
        if location:
            tst = friend.tst or 0
            location |= {"isotst": iso(tst), "disptst": shown(tst)}
            location |= local(location["lat"], location["lon"], tst) | self.card(key, friend)
        return location

    def weight(self, one: tuple[str, Friend]) -> int:
        """Return about how many bytes `last` is long: those of the face, if any."""
        face = self.face(id_of(one[0]))
        return 0 if face is None else len(face.data)

    def card(self, key: str, friend: Friend) -> dict[str, str]:
        """Name and face, as far as known."""
        found = {} if friend.name is None else {"name": friend.name}
        face = self.face(id_of(key))
        return found if face is None else found | {"face": b64encode(face.data).decode()}


def _group(key: str) -> str:
    """Return ``friend/user`` for ``friend/user/device``."""
    return key.rpartition("/")[0]


def _is(name: str, user: str, device: str) -> bool:
    """Tell whether a device is of this user, and called so if that is asked."""
    own, _, last = folded(name).partition("/")
    return own == folded(user) and (not device or last == folded(device))
