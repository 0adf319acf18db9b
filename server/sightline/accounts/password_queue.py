"""Choose whose password is checked next, when many wait for the few threads that do it. Pure.

Known devices first; the others in turn by client: a client that sends many waits for its own.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 200
"""Checks that may wait: 5 s with two threads and the shipped cost."""
OF_ONE = 16
"""Jobs of one client that may wait."""


class QueueFull(Exception):
    """The queue has no room for this job."""


class PasswordQueue(Generic[T]):
    """A queue in which at most ``most`` jobs wait, ``of_one`` of one client."""

    def __init__(self, most: int = MOST, of_one: int = OF_ONE) -> None:
        self._most = most
        self._of_one = of_one
        self._known: OrderedDict[str, deque[T]] = OrderedDict()
        self._unknown: OrderedDict[str, deque[T]] = OrderedDict()

    def __len__(self) -> int:
        lanes = (*self._known.values(), *self._unknown.values())
        return sum(map(len, lanes))

    def put(self, job: T, client: str, *, known: bool) -> T | None:
        """Let ``job`` wait; return the one that has to go instead, if there is no room for both.

        Raises `QueueFull` when the new one has the least right to be there.
        """
        lane = self._known if known else self._unknown
        mine = len(lane.get(client, ()))
        if mine >= self._of_one:
            raise QueueFull
        dropped = self._make_room(0 if known else mine + 1) if len(self) >= self._most else None
        lane.setdefault(client, deque()).append(job)
        return dropped

    def next(self) -> T | None:
        """Take the next job out; None: none waits."""
        for lane in (self._known, self._unknown):
            if lane:
                client, jobs = lane.popitem(last=False)
                job = jobs.popleft()
                if jobs:
                    lane[client] = jobs  # behind all others
                return job
        return None

    def _make_room(self, mine: int) -> T:
        """Take the latest of the client that has the most waiting: more than ``mine``."""
        client = max(self._unknown, key=lambda one: len(self._unknown[one]), default=None)
        if client is None or len(self._unknown[client]) <= mine:
            raise QueueFull
        jobs = self._unknown[client]
        job = jobs.pop()
        if not jobs:
            del self._unknown[client]
        return job
