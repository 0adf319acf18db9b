"""Keep what waits for the store: entries, and receipts behind them.

The queue is bounded; what finds no room is counted. A batch is taken from its front, and put back
there when the store stumbled over one of its entries.

An entry is made of a record as it comes, while the processor still has it at hand: made of a whole
batch at once, later, it takes three times as long.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Protocol

from twisted.internet.defer import Deferred

from sightline.cluster.leader import LeaderWork
from sightline.history.handover import Received
from sightline.history.record import HistoryEntry, LastState, digest
from sightline.model.record import Record

MOST_ROWS = 2_000
"""Entries in a batch, and present states in a batch."""
MOST_BYTES = 4_194_304
"""Bodies in a batch, bytes."""
ROW_BYTES = 200
"""What an entry costs besides its body, about."""


class AckReceipt(Protocol):
    """Messages that a broker wants acknowledged."""

    def acknowledge(self) -> None:
        """Acknowledge: all of it is safe."""

    def again(self) -> None:
        """Have all of it sent again: some of it was not recorded."""


class SafeReceipt:
    """A receipt for who waits: ``done`` fires once all before it is safe, or will not be."""

    def __init__(self) -> None:
        self.done: Deferred[None] = Deferred()

    def acknowledge(self) -> None:
        """Fire: all of it is safe."""
        self.done.callback(None)

    def again(self) -> None:
        """Fire, too: nobody waits for ever."""
        self.done.callback(None)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of what waits for the store. ``bytes`` counts bodies and `ROW_BYTES` for each."""

    rows: int = 200_000
    bytes: int = 67_108_864


@dataclass(frozen=True, slots=True)
class AckMark:
    """A mark in the queue behind the records whose messages it acknowledges."""

    receipt: AckReceipt


@dataclass(slots=True)
class RecordBatch:
    """What is written at once, and the receipts of the messages it came from."""

    entries: list[HistoryEntry]
    receipts: list[AckReceipt]
    since: float
    """When its oldest entry came, monotonic s."""
    last_states: list[LastState] = field(default_factory=list)


class PendingRecords:
    """The queue of a recorder. ``seconds`` is a clock that is never stepped.

    ``leader_work`` gets the records that only one of several servers should write.
    """

    def __init__(
        self,
        bounds: Bounds,
        leader_work: LeaderWork[Received],
        seconds: Callable[[], float],
    ) -> None:
        self.bounds = bounds
        self._leader_work = leader_work
        self._seconds = seconds
        self._queue: deque[HistoryEntry | AckMark] = deque()  # in the order in which it came
        self._times: deque[tuple[int, float]] = deque()  # (record number, when it came)
        self._queued = 0  # records that were queued, ever
        self._taken = 0  # records that left the queue
        self._bytes = 0
        self._careful = 0  # so many are written one by one
        self.open = True
        """False: nothing more is taken."""
        self.lost = 0
        """Records that found no room, or that the store could not take at all."""

    def __bool__(self) -> bool:
        return bool(self._queue)

    @property
    def waiting(self) -> int:
        """Count the records in the queue."""
        return self._queued - self._taken

    @property
    def oldest(self) -> float | None:
        """Return when the oldest record came, monotonic s, to the second or so; None: unknown."""
        return self._times[0][1] if self._queue and self._times else None

    def add(self, record: Record, at: float) -> None:
        """Queue a record that came at ``at`` (epoch s), if this server writes it."""
        if record.alike:
            size = len(record.body) + ROW_BYTES
            if not self._leader_work.do_now((record, at), self._seconds(), size):
                return
        self.add_now(record, at)

    def add_now(self, record: Record, at: float) -> None:
        """Queue a record as `add` does, no matter who leads."""
        body, alike = record.body, record.alike
        size = len(body) + ROW_BYTES
        bounds = self.bounds
        if (
            self._queued - self._taken >= bounds.rows
            or self._bytes + size > bounds.bytes
            or not self.open
        ):
            self.lost += 1
            return
        self._bytes += size
        self._queued += 1
        said = digest(alike or body)
        self._queue.append(HistoryEntry(record.thing, record.sort, record.tst, at, body, said))

    def mark(self, receipt: AckReceipt) -> None:
        """Queue a receipt behind what was given before."""
        self._queue.append(AckMark(receipt))

    def forget(self, things: Container[str]) -> None:
        """Drop the records about these things."""
        left: deque[HistoryEntry | AckMark] = deque()
        for item in self._queue:
            if isinstance(item, HistoryEntry) and item.thing in things:
                self._taken += 1
                self._bytes -= len(item.body) + ROW_BYTES
            else:
                left.append(item)
        self._queue = left

    def clear(self) -> None:
        """Drop everything: there is no time for another attempt."""
        self._queue.clear()

    def note_time(self) -> None:
        """Note how far the queue is now, so that its age is known without a time for each."""
        if self._queued > self._taken and (not self._times or self._times[-1][0] < self._queued):
            self._times.append((self._queued, self._seconds()))

    def take(self) -> RecordBatch:
        """Take the next batch from the queue."""
        entries: list[HistoryEntry] = []
        receipts: list[AckReceipt] = []
        size = 0
        most = 1 if self._careful else MOST_ROWS
        queue = self._queue
        popleft, append = queue.popleft, entries.append
        # This loop runs for every message: what it counts is noted once, behind it.
        while queue and len(entries) < most and size < MOST_BYTES:
            item = popleft()
            if isinstance(item, AckMark):
                receipts.append(item.receipt)
            else:
                size += len(item.body)
                append(item)
        self._bytes -= size + ROW_BYTES * len(entries)
        self._taken += len(entries)
        while queue and isinstance(mark := queue[0], AckMark):
            receipts.append(mark.receipt)  # nothing of theirs waits any more
            queue.popleft()
        now = self._seconds()
        since = now
        while self._times and self._times[0][0] <= self._taken:
            since = min(since, self._times.popleft()[1])
        return RecordBatch(entries, receipts, since)

    def put_back(self, batch: RecordBatch) -> None:
        """Put a batch back: the store stumbled over an entry, so they are written one by one."""
        self._queue.extendleft(map(AckMark, reversed(batch.receipts)))
        self._queue.extendleft(reversed(batch.entries))
        self._taken -= len(batch.entries)
        self._bytes += sum(len(entry.body) + ROW_BYTES for entry in batch.entries)
        self._careful = max(self._careful, len(batch.entries))

    def written(self, batch: RecordBatch) -> None:
        """Note that the store has a batch."""
        self._careful = max(0, self._careful - len(batch.entries))
