"""Hand the bytes of one WebSocket to its parser: first a budget, then slices in turns.

A client that sends more than the budget allows is closed before anything of it is parsed. One that
sends much within the budget is not read on until that has been worked off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sightline.model.token_bucket import TokenBucket, TokenBuckets
from sightline.web.frame_meter import FrameMeter
from sightline.web.turns import Turns

_SLICE = 16  # frames for the parser in one step: 0.3 ms when they are pings
_BYTES = 16_384  # bytes for it in one step
_DEAF = 1_048_576  # bytes that are read and dropped before the connection is cut off


@dataclass(frozen=True, slots=True)
class Allowance:
    """The rate of a connection: ``frames`` and ``bytes`` per s on average; ``burst`` times as much
    at once.
    """

    frames: float
    bytes: float
    burst: float = 2.0


@dataclass(frozen=True, slots=True)
class Ends:
    """The actions of an inflow on its connection: ``feed`` the parser, stop and go on reading,
    close for sending too much (``over``), cut it off (``abort``).
    """

    feed: Callable[[bytes], None]
    pause: Callable[[], None]
    resume: Callable[[], None]
    over: Callable[[str], None]
    abort: Callable[[], None]


class Inflow:
    """The way in of one connection.

    ``shared`` counts the frames of all connections of ``client``.
    """

    def __init__(
        self,
        allowance: Allowance,
        turns: Turns,
        client: str,
        ends: Ends,
        now: float,
        shared: TokenBuckets | None = None,
    ) -> None:
        self._frames = TokenBucket(allowance.frames, allowance.burst * allowance.frames, now)
        self._bytes = TokenBucket(allowance.bytes, allowance.burst * allowance.bytes, now)
        self._shared = shared
        self._turns = turns
        self._client = client
        self._ends = ends
        self._meter = FrameMeter()
        self._slices: list[bytes] = []  # the next one last
        self._paused = False
        self._dropped: int | None = None  # bytes, since it was told that this is too much

    def received(self, data: bytes, now: float) -> None:
        """Count, then feed the parser: at once, or the rest in later turns."""
        if self._dropped is not None:
            self._dropped += len(data)
            if self._dropped > _DEAF:
                self._ends.abort()
            return
        slices = self._slices_of(data, now)
        if slices is None:
            return self._over()
        slices.reverse()
        waiting = bool(self._slices)
        self._slices[:0] = slices
        if not waiting:
            self._turns.run(self._client, self._step)
            if self._slices and not self._paused:
                self._paused = True
                self._ends.pause()

    def stop(self) -> None:
        """Feed nothing any more: the connection is gone."""
        self._slices.clear()

    def _slices_of(self, data: bytes, now: float) -> list[bytes] | None:
        """Cut ``data`` for the parser; None if it is more than the budget allows."""
        if not self._bytes.take(now, len(data)):
            return None
        slices, at = [], 0
        while at < len(data):
            start = at
            at, begun = self._meter.walk(data, at, _SLICE)
            if begun and not self._may(begun, now):
                return None
            slices += [data[i : min(i + _BYTES, at)] for i in range(start, at, _BYTES)]
        return slices

    def _may(self, frames: int, now: float) -> bool:
        if not self._frames.take(now, frames):
            return False
        return self._shared is None or self._shared.take(self._client, now, frames)

    def _over(self) -> None:
        self._dropped = 0
        self._slices.clear()
        self._go_on()
        self._ends.over("too many messages")

    def _step(self) -> bool:
        if self._slices:
            self._ends.feed(self._slices.pop())
        if self._slices:
            return True
        self._go_on()
        return False

    def _go_on(self) -> None:
        if self._paused:
            self._paused = False
            self._ends.resume()
