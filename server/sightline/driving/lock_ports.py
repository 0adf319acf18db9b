"""What driving needs to know of other servers that drive the same robots; and a server alone.

A lease is given out only by the server that holds the lock of its robot (`sightline.cluster.locks`,
`sightline.cluster.lock_client`), under the fence that came with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from sightline.cluster.locks import Lock, LockRequest


class LockPort(Protocol):
    """The locks of this server, by the robots' things."""

    def listen(
        self, *, lost: Callable[[str, str], None], wanted: Callable[[str, LockRequest], None]
    ) -> None:
        """Call ``lost`` with each lock that we hold no more, and why.

        Call ``wanted``, once, with each request for a lock that we hold.
        """

    @property
    def alone(self) -> bool:
        """Tell whether there are no other servers."""

    async def take(self, name: str, who: str) -> int:
        """Lock it for this person; return its fence. Raise `HeldElsewhere` or `Unavailable`."""

    async def win(self, name: str, who: str, *, over: bool, seconds: float) -> int:
        """Get the lock from its holder; return its fence. Unless ``over``, its driver is asked.

        Raise `HeldElsewhere` (in vain), `Declined` or `Unavailable`.
        """

    def release(self, name: str) -> None:
        """Give the lock back."""

    def decline(self, name: str, n: str) -> None:
        """Say no to a `LockRequest`."""

    def holds(self, name: str) -> bool:
        """Tell whether we may act on it just now. Safe to ask from any thread."""

    def tell(self, name: str, told: str) -> None:
        """Let the others know this of it (JSON)."""

    def elsewhere(self, name: str) -> Lock | None:
        """Return the lock if another server was seen to hold it."""

    def all_elsewhere(self) -> Iterable[Lock]:
        """List all locks that other servers were seen to hold."""

    async def look_at(self, name: str) -> Lock | None:
        """Return the lock as it is now. Raise `Unavailable`."""


class NoLocks:
    """The locks of a server alone: all are ours. ``first`` is above the fences of former runs."""

    alone = True

    def __init__(self, first: int = 1) -> None:
        self._next = first

    def listen(
        self, *, lost: Callable[[str, str], None], wanted: Callable[[str, LockRequest], None]
    ) -> None:
        """Do nothing: no lock is lost to another server, and none is wanted."""

    async def take(self, name: str, who: str) -> int:
        """Return the next fence."""
        fence, self._next = self._next, self._next + 1
        return fence

    async def win(self, name: str, who: str, *, over: bool, seconds: float) -> int:
        """Return the next fence."""
        return await self.take(name, who)

    def release(self, name: str) -> None:
        """Do nothing: no other server wants it."""

    def decline(self, name: str, n: str) -> None:
        """Do nothing: no other server wants it."""

    def holds(self, name: str) -> bool:
        """Return True: all locks are ours."""
        return True

    def tell(self, name: str, told: str) -> None:
        """Do nothing: there is no other server to tell."""

    def elsewhere(self, name: str) -> Lock | None:
        """Return None: no other server holds it."""
        return None

    def all_elsewhere(self) -> Iterable[Lock]:
        """List nothing: there is no other server."""
        return ()

    async def look_at(self, name: str) -> Lock | None:
        """Return None: no other server holds it."""
        return None
