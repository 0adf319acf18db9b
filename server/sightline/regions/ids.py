"""Name regions: ids of ours, ids of what a phone drew, and the times by which phones know both.

The id of a shared region is eight letters; that of a region with an owner begins with the owner.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Container
from hashlib import blake2b

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def new_id(owner: str | None, taken: Container[str]) -> str:
    """Return an id that is not taken."""
    while True:
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        id = letters if owner is None else f"{owner}/{letters}"
        if id not in taken:
            return id


def id_for(owner: str, name: str) -> str:
    """Return an id that is the same on all servers, for what a phone calls by this name of its
    own.
    """
    digest = blake2b(f"{owner} {name}".encode(), digest_size=8).digest()
    return f"{owner}/" + "".join(_LETTERS[byte % 32] for byte in digest)


def letters_of(id: str) -> str:
    """Return the last part of a region's id: what phones know it by."""
    return id.rpartition("/")[2]


class WaypointTimes:
    """Give each region a time that no other one has: Android phones know a waypoint by it.

    ``wall`` gives epoch s.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._latest = 0

    def new(self) -> int:
        """Return a time that was not given yet, epoch s."""
        self._latest = max(self._latest + 1, int(self._wall()))
        return self._latest

    def saw(self, tst: int) -> None:
        """Note a time that a region has."""
        self._latest = max(self._latest, tst)
