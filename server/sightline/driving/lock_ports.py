"""What driving needs to know of other servers that drive the same robots; and a server alone.

A lease is given out only by the server that holds the claim of its robot (`sightline.cluster.locks`,
`sightline.replicas`), under the fence that came with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from sightline.cluster.locks import Lock, LockRequest


class LockPort(Protocol):
    """The claims of this server, by the robots' things."""

    def listen(
        self, *, lost: Callable[[str, str], None], wanted: Callable[[str, LockRequest], None]
    ) -> None:
        """Call ``lost`` with each lock that we hold no more, and why.

        Call ``wanted``, once, with each request for a lock that we hold.
        """

    @property
    def alone(self) -> bool:
        """Whether there are no other servers."""

    async def take(self, name: str, who: str) -> int:
        """Hold it, for this person; its fence. Raises `HeldElsewhere` or `Unavailable`."""

    async def win(self, name: str, who: str, *, over: bool, seconds: float) -> int:
        """Have it from whoever holds it; its fence. Unless ``over``, its driver is asked.

        Raises `HeldElsewhere` (in vain), `Declined` or `Unavailable`.
        """

    def release(self, name: str) -> None:
        """Hold it no more."""

    def decline(self, name: str, n: str) -> None:
        """Say no to a `LockRequest`."""

    def holds(self, name: str) -> bool:
        """Whether we may act on it just now. Safe to ask from any thread."""

    def tell(self, name: str, told: str) -> None:
        """What the others are to know of it (JSON)."""

    def elsewhere(self, name: str) -> Lock | None:
        """The claim, if another server was seen to hold it."""

    def all_elsewhere(self) -> Iterable[Lock]:
        """All those."""

    async def look_at(self, name: str) -> Lock | None:
        """One as it is now. Raises `Unavailable`."""


class NoLocks:
    """There is no other server: all is ours. ``first`` is above the fences of any run before."""

    alone = True

    def __init__(self, first: int = 1) -> None:
        self._next = first

    def listen(
        self, *, lost: Callable[[str, str], None], wanted: Callable[[str, LockRequest], None]
    ) -> None:
        """Do nothing: no lock is lost to another server, and none is wanted."""

    async def take(self, name: str, who: str) -> int:
        """The next fence."""
        fence, self._next = self._next, self._next + 1
        return fence

    async def win(self, name: str, who: str, *, over: bool, seconds: float) -> int:
        """The next fence."""
        return await self.take(name, who)

    def release(self, name: str) -> None:
        """Nobody else wants it."""

    def decline(self, name: str, n: str) -> None:
        """Nobody else wants it."""

    def holds(self, name: str) -> bool:
        """Always."""
        return True

    def tell(self, name: str, told: str) -> None:
        """There is nobody to tell."""

    def elsewhere(self, name: str) -> Lock | None:
        """Never."""
        return None

    def all_elsewhere(self) -> Iterable[Lock]:
        """None."""
        return ()

    async def look_at(self, name: str) -> Lock | None:
        """There is none."""
        return None
