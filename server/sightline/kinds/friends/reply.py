"""Answer a phone in HTTP mode about its friends: cards and locations, and who is which TID.

Both apps know an HTTP friend by its TID alone (``owntracks/http/<tid>``), so two friends with one
would become one on the map: every recipient gets TIDs that are unique for it, and that stay.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sightline.kinds.friends.model import Face, Friend
from sightline.kinds.friends.spots import order
from sightline.model.kind import id_of

MOST_FRIENDS = 100
"""In one reply: the ones heard of last."""
MOST_FACES = 262_144
"""Characters of pictures in one reply."""
_FIT = re.compile(r"[^/+#\s]{1,4}")  # it becomes a level of a topic
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Known = tuple[str, Friend]
"""A friend's key and state."""


class RecipientTid(NamedTuple):
    """The TID of a friend for one recipient, and the one it would have liked."""

    wish: str
    tid: str


def shown(friends: Iterable[Known], own: str) -> list[Known]:
    """Return those a phone is told about: with a position, the newest; itself (``own``) first."""
    placed = [(key, friend) for key, friend in friends if friend.lat is not None]
    placed.sort(key=lambda known: (known[0] != own, -order(known[1])))
    chosen = placed[:MOST_FRIENDS]
    # In an order that does not change with every fix.
    return sorted(chosen, key=lambda known: (known[0] != own, known[0]))


def tids(friends: Sequence[Known], before: Mapping[str, RecipientTid]) -> dict[str, RecipientTid]:
    """Return a TID for each of them, no two alike.

    Who had one ``before`` and still wishes for the same keeps it; so nobody's mark on the map turns
    into somebody else's when friends come and go.
    """
    given = {
        key: before[key]
        for key, friend in friends
        if key in before and before[key].wish == _wish(key, friend)
    }
    taken = {named.tid for named in given.values()}
    for key, friend in friends:
        if key not in given:
            wish = _wish(key, friend)
            given[key] = RecipientTid(wish, _free(wish, taken))
            taken.add(given[key].tid)
    return given


def _wish(key: str, friend: Friend) -> str:
    for wish in (friend.tid or "", key[-2:]):
        if _FIT.fullmatch(wish):
            return wish
    return "??"


def _free(wish: str, taken: set[str]) -> str:
    if wish not in taken:
        return wish
    first = wish[0]
    more = chain(
        (first + letter for letter in _LETTERS),
        (one + two for one in _LETTERS for two in _LETTERS),
    )
    return next(name for name in more if name not in taken)  # there are more than `MOST_FRIENDS`


def _length(face: Face) -> int:
    """Return the length in characters of base64."""
    return (len(face.data) + 2) // 3 * 4


def about(
    friends: Sequence[Known], faces: Mapping[str, Face], names: Mapping[str, RecipientTid]
) -> list[dict[str, Any]]:
    """Return the cards and locations; ``faces`` by id, ``names`` by key."""
    said: list[dict[str, Any]] = []
    room = MOST_FACES
    for key, friend in friends:
        tid = names[key].tid
        face = faces.get(id_of(key))
        if face is not None and friend.name is not None and _length(face) <= room:
            room -= _length(face)
            picture = b64encode(face.data).decode()
            said.append({"_type": "card", "tid": tid, "face": picture, "name": friend.name})
        location: dict[str, Any] = {"_type": "location", "tid": tid}
        for field in ("lat", "lon", "tst", "vel", "alt", "cog", "acc", "vac"):
            value = getattr(friend, field)
            if value is not None:
                # Android takes whole numbers only, where it means whole numbers.
                location[field] = value if field in ("lat", "lon") else round(value)
        said.append(location | {"topic": f"owntracks/{id_of(key)}"})
    return said
