"""Bound what one browser has not taken yet, beyond the little that its transport holds.

Frames that many browsers get stay where they are, in one copy; only a piece at a time is copied for
the transport. So a crowd of browsers that do not read costs a piece each, and a budget bounds that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from sightline.web.connection_limits import Pool

PIECE = 16 * 1024  # bytes, where the transport asks for each piece
PIECE_PUSHED = 64 * 1024 + 1  # bytes: one more than it holds without saying that it is full
MOST = 4 * 1024 * 1024  # bytes of one browser


class Outflow:
    """The way out of one connection. ``write`` is the transport's; ``over`` ends the connection.

    ``asks``: whether the transport calls for each piece when it is empty (TCP). Else it only says
    when it is full (TLS), and then when it is empty again.
    """

    def __init__(
        self,
        write: Callable[[bytes], None],
        over: Callable[[], None],
        pool: Pool,
        client: str,
        *,
        asks: bool,
    ) -> None:
        self._write = write
        self._over = over
        self._pool = pool
        self._client = client
        self._asks = asks
        self._piece = PIECE if asks else PIECE_PUSHED
        self._queue: deque[tuple[bytes | memoryview, bool]] = deque()
        self._size = 0  # bytes in the queue
        self._held = 0  # bytes that are counted in the pool
        self._blocked = False
        self._ended = False

    @property
    def empty(self) -> bool:
        """Tell whether nothing waits, here or in the transport, as far as we know."""
        return not self._queue and not self._blocked

    def add(self, data: bytes | memoryview) -> None:
        """Send ``data`` behind what waits already. A memoryview is of bytes that many share."""
        if self._ended:
            return
        shared = isinstance(data, memoryview)
        self._size += len(data)
        self._queue.append((data if len(data) <= self._piece else memoryview(data), shared))
        if not shared:
            self._hold(len(data))
        self._pump()
        if self._size > MOST or not self._pool.has_room(self._client):
            self.end()
            self._over()

    def full(self) -> None:
        """Note that the transport takes no more just now."""
        self._blocked = True

    def drained(self) -> bool:
        """Give the empty transport the next piece; return whether all has been sent."""
        self._blocked = False
        if self._queue or self._held:
            self._hold(-self._held + self._own())
            self._pump()
        return self.empty

    def end(self) -> None:
        """Send nothing any more."""
        self._ended = True
        self._queue.clear()
        self._size = 0
        self._hold(-self._held)

    def _own(self) -> int:
        return sum(len(data) for data, shared in self._queue if not shared)

    def _hold(self, size: int) -> None:
        self._held += size
        self._pool.hold(self._client, size)

    def _pump(self) -> None:
        while self._queue and not self._blocked:
            data, shared = self._queue.popleft()
            if len(data) > self._piece:
                self._queue.appendleft((data[self._piece :], shared))
            piece = bytes(data[: self._piece])
            self._size -= len(piece)
            if shared:
                self._hold(len(piece))  # it is a copy from here on
            self._blocked = self._asks
            self._write(piece)
