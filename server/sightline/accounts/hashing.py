"""Hash passwords on a few threads, in turn: a hash takes much memory and time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread, deferToThreadPool
from twisted.python.threadpool import ThreadPool

from sightline.accounts.password_queue import PasswordQueue, QueueFull
from sightline.contract.errors import Refused

T = TypeVar("T")
_HASHERS = 2  # threads, and so the most hashes' memory at once


class PasswordThreads:
    """The threads for passwords, and the queue before them."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._threads = ThreadPool(0, _HASHERS, "passwords")
        self._running = 0
        self._queue: PasswordQueue[Deferred[None]] = PasswordQueue()

    def start(self) -> None:
        """Start the threads as they are needed."""
        self._threads.start()

    async def stop(self) -> None:
        """End the threads once their work is done."""
        await deferToThread(self._threads.stop)

    async def run(
        self, work: Callable[..., T], *args: Any, client: str = "", known: bool = True
    ) -> T:
        """Work with passwords, on one of the few threads for it.

        Those of ``client`` who are not ``known`` wait in turn with all others, behind the known.
        Raises `Refused` (``busy``) when too many wait.
        """
        if self._running >= _HASHERS:
            turn: Deferred[None] = Deferred()
            try:
                dropped = self._queue.put(turn, client, known=known)
            except QueueFull:
                raise _busy() from None
            if dropped is not None:
                dropped.errback(_busy())
            await turn
        self._running += 1
        try:
            return await deferToThreadPool(self._reactor, self._threads, work, *args)
        finally:
            self._running -= 1
            following = self._queue.next()
            if following is not None:
                following.callback(None)


def _busy() -> Refused:
    return Refused("busy", "Too many people sign in just now. Try again in a moment.", wait=2)
