"""Make long answers in small pieces: in turn for all readers, one piece in a turn of the reactor.

A handler that makes a long answer begins it (`Reads.begin`), which may have to wait: each reader
has so many at once, and all together have so many. Then it does a piece of the work, of a few
milliseconds at most, and waits for its turn again (`LongRead.turn`):

    read = await reads.begin(who)
    try:
        for some in pieces(entries):
            await read.turn()
            out(writer.some(some))
    finally:
        read.end()

Between two pieces the reactor looks after everything else once. So a ping, or a robot's stop, waits
for one piece, however many read, and one reader with twenty answers is as slow as twenty, not the
others. The work is done on the reactor's thread on purpose: on another it would be no faster, as
Python runs one thread at a time, and the reactor would wait up to 5 ms for each of its own steps.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

EACH = 3
"""Long answers that are made for one reader at once; the next ones wait."""
AT_ONCE = 32
"""Long answers that are made at once, of all readers together."""
WAITING_EACH = 32
"""Answers of one reader that wait to be begun; a reader who asks for more is told to come later."""
WAITING = 256
"""Answers that wait to be begun, of all readers together."""
PIECE = 50
"""Entries in a piece of work."""
SCAN = 1_000
"""Things looked through in a piece of work, where little is done with each: about 1 ms."""
PIECE_BYTES = 65_536
"""Bytes of entries in a piece of work, where entries are long."""

T = TypeVar("T")
Turn = Callable[[], Awaitable[None]]
"""Waits until the next piece of work may be done."""


class Busy(Exception):
    """Too many long answers wait already."""


async def at_once() -> None:
    """Wait for nothing: for work that holds nobody up, as of a command line."""


def pieces(
    whole: Sequence[T], size: Callable[[T], int] | None = None, most: int = PIECE
) -> Iterator[Sequence[T]]:
    """Cut into pieces of ``most``, or of `PIECE` and `PIECE_BYTES` where ``size`` tells bytes."""
    if size is None:
        for first in range(0, len(whole), most):
            yield whole[first : first + most]
        return
    some: list[T] = []
    left = PIECE_BYTES
    for one in whole:
        some.append(one)
        left -= size(one)
        if len(some) == PIECE or left <= 0:
            yield some
            some, left = [], PIECE_BYTES
    if some:
        yield some


class LongRead:
    """One long answer that is being made."""

    def __init__(self, reads: Reads, who: str) -> None:
        self._reads = reads
        self._who = who
        self._ended = False

    def turn(self) -> Deferred[None]:
        """Fire when the next piece may be made; nobody else's is made in the same turn."""
        return self._reads._wait(self._who)

    def end(self) -> None:
        """Say that it is made, or is wanted no more; twice is once."""
        if not self._ended:
            self._ended = True
            self._reads._left(self._who)


class Reads:
    """All long answers. Readers have names: an account, an address. ``reactor`` runs the pieces."""

    def __init__(
        self,
        reactor: Any,
        *,
        each: int = EACH,
        at_once: int = AT_ONCE,
        waiting_each: int = WAITING_EACH,
        waiting: int = WAITING,
    ) -> None:
        self._reactor = reactor
        self._each = each
        self._at_once = at_once
        self._most_waiting = waiting_each, waiting
        self._running: Counter[str] = Counter()
        self._entrance: deque[tuple[str, Deferred[None]]] = deque()
        self._lines: dict[str, deque[Deferred[None]]] = {}  # whose turn is next stands first
        self._due: IDelayedCall | None = None

    @property
    def running(self) -> int:
        """Tell how many are being made."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """Tell how many wait to be begun."""
        return len(self._entrance)

    async def begin(self, who: str) -> LongRead:
        """Begin a long answer for a reader, when it is its time.

        Raises `Busy` when too many wait already.
        """
        if not self._has_room(who) or any(name == who for name, _ in self._entrance):
            each, whole = self._most_waiting
            mine = sum(name == who for name, _ in self._entrance)
            if mine >= each or len(self._entrance) >= whole:
                raise Busy
            waiting: Deferred[None] = Deferred()
            self._entrance.append((who, waiting))
            await waiting  # it is counted where it is let in
        else:
            self._running[who] += 1
        return LongRead(self, who)

    def _has_room(self, who: str) -> bool:
        return self._running[who] < self._each and self.running < self._at_once

    def _left(self, who: str) -> None:
        self._running[who] -= 1
        if not self._running[who]:
            del self._running[who]
        for place, (name, waiting) in enumerate(self._entrance):
            if self._has_room(name):
                del self._entrance[place]
                self._running[name] += 1
                waiting.callback(None)
                return

    def _wait(self, who: str) -> Deferred[None]:
        waiting: Deferred[None] = Deferred()
        self._lines.setdefault(who, deque()).append(waiting)
        if self._due is None:
            self._due = self._reactor.callLater(0, self._next)
        return waiting

    def _next(self) -> None:
        """Let the next reader do a piece."""
        who, line = next(iter(self._lines.items()))
        waiting = line.popleft()
        del self._lines[who]
        if line:
            self._lines[who] = line  # behind all others
        self._due = self._reactor.callLater(0, self._next) if self._lines else None
        waiting.callback(None)
