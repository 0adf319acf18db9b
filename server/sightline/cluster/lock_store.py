"""Declare the rows that the servers' locks are, as those who ask for locks see them."""

from __future__ import annotations

from typing import Protocol

from sightline.cluster.locks import Lock, LockRequest


class LockStore(Protocol):
    """Rows with conditional writes. Everything may fail with `Unavailable`."""

    async def all(self) -> list[Lock]:
        """Return all locks as they are now."""

    async def get(self, name: str) -> Lock | None:
        """Return one lock as it is now."""

    async def take(self, was: Lock, me: str, who: str) -> Lock | None:
        """Give it to ``me`` if it still is as it ``was``; None: it is not."""

    async def beat(self, lock: Lock, told: str, declined: str) -> Lock | None:
        """Say that its holder is there; None: that is another one now."""

    async def release(self, lock: Lock) -> None:
        """Have nobody hold it, if its holder still does."""

    async def want(self, lock: Lock, want: LockRequest | None) -> bool:
        """Put a wish down with its present holder (None: take it back); False: another has it."""
