"""The friends as the Recorder's API shows them to one viewer: the world, seen by their rights."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

from sightline.auth.permissions import VisibleScope
from sightline.kinds.friends.model import Face, Friend
from sightline.kinds.friends.phone import Phone
from sightline.live.world import World
from sightline.model.kind import id_of
from sightline.owntracks.fixes import said
from sightline.owntracks.times import geohash, iso, shown

MOST_REMEMBERED = 100_000
"""Friends whose order is known; of more the ones heard first are left to the next look."""
SEEDED_FOR = 600.0
"""Seconds after which we look again for friends that came into the world without a fix."""


class LatestPositions:
    """All friends."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._order: dict[str, None] = {}  # keys, the latest heard last
        self._groups: dict[str, set[str]] = {}  # the same keys by friend/user
        self._seed_at = float("-inf")

    def heard(self, key: str) -> None:
        """A fix of this friend came."""
        if key in self._order:
            del self._order[key]
        else:
            self._groups.setdefault(_group(key), set()).add(key)
            if len(self._order) >= MOST_REMEMBERED:
                self.forget(next(iter(self._order)))
        self._order[key] = None

    def forget(self, key: str) -> None:
        """This friend is erased."""
        self._order.pop(key, None)
        group = self._groups.get(_group(key), set())
        group.discard(key)
        if not group:
            self._groups.pop(_group(key), None)

    def latest(self, sight: VisibleScope, most: int, now: float) -> list[tuple[str, Friend]]:
        """Those with a position who may be seen and were heard last, the latest first.

        ``now`` is of a clock that is never stepped, s.
        """
        if now >= self._seed_at:
            # From before we listened, or brought back from the store: these are not the latest.
            self._seed_at = now + SEEDED_FOR
            known = [key for key, state in self._world if isinstance(state, Friend)]
            later = list(self._order)
            for key in (*known, *later):
                self.heard(key)
        found = []
        for key in self._among(sight):
            friend = self._world.state(key)
            if isinstance(friend, Friend) and friend.lat is not None and sight.sees(key):
                found.append((key, friend))
                if len(found) == most:
                    break
        return found

    def _among(self, sight: VisibleScope) -> Iterable[str]:
        """Keys among which all are that may be seen, the latest first: often few of many."""
        if sight.kinds is None or "friend" in sight.kinds:
            return reversed(self._order)
        keys = {key for key in sight.things if key in self._order}
        for group in sight.things:
            keys |= self._groups.get(group, set())
        return sorted(keys, key=self._at, reverse=True)

    def _at(self, key: str) -> float:
        state = self._world.state(key)
        return (state.at or 0) if isinstance(state, Friend) else 0

    def friends(self, sight: VisibleScope) -> Iterator[tuple[str, Friend]]:
        """Those who may be seen: key and state."""
        for key, state in self._world:
            if isinstance(state, Friend) and sight.sees(key):
                yield key, state

    def friend(self, key: str, sight: VisibleScope) -> Friend | None:
        """One of them; None also when it must not be seen."""
        state = self._world.state(key)
        return state if isinstance(state, Friend) and sight.sees(key) else None

    def face(self, device: str) -> Face | None:
        """The picture of ``user/device``."""
        state = self._world.state(f"face/{device}")
        return state if isinstance(state, Face) else None

    def phone(self, device: str) -> Phone:
        """Our dealings with it."""
        state = self._world.state(f"phone/{device}")
        return state if isinstance(state, Phone) else Phone()

    def users(self, sight: VisibleScope) -> list[str]:
        """Names of users, each once."""
        return sorted({id_of(key).partition("/")[0] for key, _ in self.friends(sight)})

    def find(self, sight: VisibleScope, user: str, device: str = "") -> list[tuple[str, Friend]]:
        """Friends of this user (and device), whatever the case of the letters."""
        key = f"friend/{user}/{device}"
        if device and (friend := self.friend(key, sight)) is not None:
            return [(key, friend)]  # written as it is, as nearly always: nobody is looked through
        found = [
            (key, friend)
            for key, friend in self.friends(sight)
            if _is(id_of(key).partition("/")[0], user)
            and (not device or _is(id_of(key).partition("/")[2], device))
        ]
        return found

    def keys(self, sight: VisibleScope, user: str, device: str) -> list[str]:
        """The keys under which there may be a past of this device, in whatever letters.

        A Recorder knows names in small letters only, and so does what was brought in from one.
        """
        found = [key for key, _ in self.find(sight, user, device)][:1]
        small = f"friend/{user}/{device}".lower()
        if small not in found and small not in self._world and sight.sees(small):
            found.append(small)
        return found

    def position(self, key: str, friend: Friend) -> dict[str, Any]:
        """The location of a friend with all that goes with it; empty without a position."""
        device = id_of(key)
        phone = self.phone(device)
        location = said(friend, http=phone.transport == "http", decrypted=phone.encrypted)
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

    def last(self, key: str, friend: Friend) -> dict[str, Any]:
        """The same as ``/api/0/last`` has it."""
        location = self.position(key, friend)
        if location:
            tst = friend.tst or 0
            location |= {"isotst": iso(tst), "disptst": shown(tst)} | self.card(key, friend)
        return location

    def weight(self, one: tuple[str, Friend]) -> int:
        """About how many bytes `last` is long: those of the face, if any."""
        face = self.face(id_of(one[0]))
        return 0 if face is None else len(face.data)

    def card(self, key: str, friend: Friend) -> dict[str, str]:
        """Name and face, as far as known."""
        found = {} if friend.name is None else {"name": friend.name}
        face = self.face(id_of(key))
        return found if face is None else found | {"face": b64encode(face.data).decode()}


def _group(key: str) -> str:
    """``friend/user`` of ``friend/user/device``."""
    return key.rpartition("/")[0]


def _is(name: str, asked: str) -> bool:
    return name == asked or name.casefold() == asked.casefold()
