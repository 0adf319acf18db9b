"""Choose what a posting phone is told of its friends."""

from __future__ import annotations

from collections.abc import Callable

from sightline.auth.permissions import VisibleScope
from sightline.kinds.friends import reply
from sightline.model.kind import id_of
from sightline.owntracks.latest import LatestPositions

VISIBLE = 2.0
"""For so many s the choice of friends for a reply holds."""
RECIPIENTS = 1_000
"""Phones whose friends' TIDs are remembered."""


class FriendReplies:
    """The friends that each phone is told of. ``clock`` gives s and never jumps."""

    def __init__(self, people: LatestPositions, clock: Callable[[], float]) -> None:
        self._people = people
        self._clock = clock
        self._named: dict[str, dict[str, reply.RecipientTid]] = {}
        self._visible: dict[VisibleScope, tuple[float, list[str]]] = {}

    def friends_for(self, device: str, scope: VisibleScope) -> list[dict[str, object]]:
        """Return cards and locations for the phone ``user/device``, whose account sees a scope."""
        own = f"friend/{device}"
        now = self._clock()
        until, keys = self._visible.get(scope, (now, []))
        if now >= until:
            keys = [key for key, _ in self._people.latest(scope, reply.MOST_FRIENDS, now)]
            if len(self._visible) > RECIPIENTS:
                self._visible.clear()
            self._visible[scope] = now + VISIBLE, keys
        everybody = VisibleScope()
        known = [
            (key, friend)
            for key in dict.fromkeys((own, *keys))
            if (friend := self._people.friend(key, everybody)) is not None
        ]
        friends = reply.shown(known, own)
        named = reply.tids(friends, self._named.pop(device, {}))
        self._named[device] = named
        if len(self._named) > RECIPIENTS:
            del self._named[next(iter(self._named))]
        faces = {
            id_of(key): face
            for key, _ in friends
            if (face := self._people.face(id_of(key))) is not None
        }
        return reply.about(friends, faces, named)

    def forget(self, thing: str) -> None:
        """Forget a friend who is erased: as a phone, and as somebody phones are told of."""
        self._named.pop(id_of(thing), None)
        for named in self._named.values():
            named.pop(thing, None)
        self._visible.clear()
