"""Bring what is to be recorded into the store, and say when it is safe there.

    queue ── batch ── store.write ── kept: receipts are sent, the broker lets go of the messages
                         │
                         └── failed: the same batch again after a wait, until it is kept

A batch is written as soon as the store is idle, so batches grow only under load. Nobody who tells
the recorder something waits for the store: the queue is bounded, and what finds no room is counted.
A message whose record found no room is not acknowledged; its broker is asked to send it again once
there is room. Everything here runs on the reactor thread and takes next to no time.

The present states go along with the records they come from, in the same transaction, so that the
world of the next start is never behind its history.

Of several servers with one store each writes what messages say, and the store knows it again. What
each would say in its own way (`Record.alike`), samples and present states are written by the one on
duty; the others keep them for a while, in case duty falls to them (`sightline.cluster.leader`).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.cluster.leader import Leadership, LeaderWork
from sightline.history.handover import Received, missing
from sightline.history.record import HistoryEntry, LastState, digest
from sightline.history.store import Store
from sightline.journal.trouble import Degraded
from sightline.live.ingest import News
from sightline.model.faults import Unavailable
from sightline.model.kind import State, kind_of
from sightline.model.record import Record

MOST_ROWS = 2_000
"""Entries in a batch, and present states in a batch."""
MOST_BYTES = 4_194_304
"""Bodies in a batch, bytes."""
ROW_BYTES = 200
"""What an entry costs besides its body, about."""
RETRY_MIN, RETRY_MAX = 0.25, 10.0
"""s between attempts."""
LATE = 1.0
"""A record that waits longer than this (s) says that the store does not keep up."""
GATHER = 0.01
"""What comes within so long (s) shares a commit: each one costs as much as dozens of entries."""
ENOUGH = 16
"""Records that are written without waiting: mosquitto sends 20 before it wants the first
acknowledgement, unless it is told otherwise."""
_HALF = 0.5
_SLICE = 500  # records looked for at once when duty falls to us


class RecorderClock(Protocol):
    """What the recorder needs of a reactor."""

    def seconds(self) -> float:
        """Return a clock that is never stepped."""

    def callLater(self, delay: float, f: Callable[..., Any], /, *args: object, **kw: object) -> Any:
        """Call ``f`` after ``delay`` s."""


class AckReceipt(Protocol):
    """Messages that a broker wants acknowledged."""

    def acknowledge(self) -> None:
        """Acknowledge: all of it is safe."""

    def again(self) -> None:
        """Have all of it sent again: some of it was not recorded."""


class CurrentStates(Protocol):
    """What the recorder needs of the world: the present states."""

    def state(self, key: str) -> State | None:
        """Return a thing's state; None when there is no such thing."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of what waits for the store. ``bytes`` counts bodies and `ROW_BYTES` for each."""

    rows: int = 200_000
    bytes: int = 67_108_864


@dataclass(frozen=True, slots=True)
class _AckMark:
    """A mark in the queue behind the records whose messages it acknowledges."""

    receipt: AckReceipt


@dataclass(slots=True)
class _Batch:
    records: list[Record]
    entries: list[HistoryEntry]
    """Of these records, one each."""
    last_states: list[LastState]
    receipts: list[AckReceipt]
    since: float
    """When its oldest record came, s."""


_encode = msgspec.json.Encoder().encode


class Recorder:
    """Keep in ``store`` what it is given.

    ``clock`` is the reactor, ``wall`` gives epoch s. ``restored_kinds`` are the kinds whose present
    states are kept. ``sampled`` are kinds whose states go into history now and then: the sort, and
    the least time between two of a thing, s. ``own`` are things that each of several servers has
    for itself, and what they are called in history. ``gather`` (s): how long fewer than `ENOUGH`
    records wait for more. ``no_room`` says why nothing may be written just now; empty: it may.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        known: CurrentStates,
        clock: RecorderClock,
        wall: Callable[[], float],
        bounds: Bounds | None = None,
        *,
        restored_kinds: Iterable[str] = (),
        sampled: Mapping[str, tuple[str, float]] | None = None,
        own: Mapping[str, str] | None = None,
        leadership: Leadership | None = None,
        gather: float = 0.0,
        no_room: Callable[[], str] = str,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._gather = gather
        self._no_room = no_room
        self._gathering: Any = None
        self._ripe = False
        self._own = dict(own or {})
        self._leadership = leadership or Leadership()
        self._leader_work: LeaderWork[Received] = LeaderWork(self._leadership, most=MOST_BYTES)
        self._known = known
        self._clock = clock
        self._wall = wall
        self._bounds = bounds or Bounds()
        self._restored_kinds = tuple(f"{kind}/" for kind in restored_kinds)
        self._sampled = dict(sampled or {})
        self._sampling = tuple(f"{kind}/" for kind in self._sampled)
        self._last_sample: dict[str, float] = {}
        self._due: dict[str, float] = {}  # things to be sampled later, and when they changed
        self._jitter = jitter
        # In the order in which it came: records, each with its receipt time, and receipts.
        self._queue: deque[tuple[Record, float] | _AckMark] = deque()
        self._times: deque[tuple[int, float]] = deque()  # (record number, when it came)
        self._dirty: dict[str, float] = {}
        self._queued = 0  # records that were queued, ever
        self._taken = 0  # records that left the queue
        self._bytes = 0
        self._batch: _Batch | None = None
        self._retry: Any = None
        self._careful = 0
        self._open = True
        self._again: list[AckReceipt] = []
        self._drained: list[Deferred[None]] = []
        self._fails = 0
        self.why = ""
        self.trouble: Degraded | None = None
        """The state of the disk or the file by which nothing can be kept, if it is that."""
        """Why nothing can be kept just now; empty: all is well."""
        self.stored = 0
        """Entries that were new in the store."""
        self.lost = 0
        """Records that found no room, or that the store could not take at all."""

    # -- what is to be remembered

    def take(self, news: Iterable[News]) -> None:
        """Record what a batch of messages said."""
        for thing, at, heard, record in news:
            if thing.startswith(self._restored_kinds):
                self._dirty[thing] = at if heard is None else heard
            if record is not None:
                self._add(record, at)
            elif thing.startswith(self._sampling):
                self._sample(thing, at)
        self._pump()

    def remember(self, record: Record) -> None:
        """Record an event that no message told."""
        self._add(record, self._wall())
        self._pump()

    def when_stored(self, receipt: AckReceipt, whole: bool = True) -> None:
        """Acknowledge, once all that was given before is safe.

        ``whole`` false: something of it found no room, so it has to come again.
        """
        if whole:
            self._queue.append(_AckMark(receipt))
        else:
            self._again.append(receipt)
        self._pump()

    def _add(self, record: Record, at: float) -> None:
        size = len(record.body) + ROW_BYTES
        if record.alike and not self._leader_work.do_now((record, at), self._clock.seconds(), size):
            return
        if (
            self._queued - self._taken >= self._bounds.rows
            or self._bytes + size > self._bounds.bytes
            or not self._open
        ):
            self.lost += 1
            return
        self._bytes += size
        self._queued += 1
        self._queue.append((record, at))

    def sample(self, thing: str) -> None:
        """Note that this thing may have changed without a message."""
        self._sample(thing, self._wall())
        self._due.pop(thing, None)

    def forget(self, things: Container[str]) -> None:
        """Drop what waits about these things: they are to be erased."""
        waited: deque[tuple[Record, float] | _AckMark] = deque()
        for item in self._queue:
            if isinstance(item, tuple) and item[0].thing in things:
                self._taken += 1
                self._bytes -= len(item[0].body) + ROW_BYTES
            else:
                waited.append(item)
        self._queue = waited
        self._dirty = {thing: at for thing, at in self._dirty.items() if thing not in things}
        self._leader_work.forget(lambda each: each[0].thing in things)
        if self._batch is not None and self._retry is not None:  # not with the store just now
            batch = self._batch
            batch.records[:] = [record for record in batch.records if record.thing not in things]
            batch.entries[:] = [entry for entry in batch.entries if entry.thing not in things]
            batch.last_states[:] = [one for one in batch.last_states if one.thing not in things]

    def _sample(self, thing: str, at: float) -> None:
        """Keep this thing's state, if the last one kept is old enough; else when it is."""
        sort, every = self._sampled[kind_of(thing)]
        if not self._is_for_us(thing) or at - self._last_sample.get(thing, float("-inf")) < every:
            self._due[thing] = at
            return
        state = self._known.state(thing)
        if state is None:
            return
        self._last_sample[thing] = at
        self._due.pop(thing, None)
        self._add(Record(self._own.get(thing, thing), sort, at, _encode(state)), at)

    def tick(self) -> None:
        """Record the last state of what has come to rest. To be called about once a second."""
        now = self._wall()
        if waited := self._leader_work.due(self._clock.seconds()):
            Deferred.fromCoroutine(self._take_over(waited)).addErrback(
                lambda failure: self._log.failure("Could not take over", failure)
            )
        if not self._leadership.leads:
            self._drop_settled(now)
        for thing in [t for t, at in self._due.items() if now - at >= self._every(t)]:
            if not self._is_for_us(thing):
                continue
            del self._due[thing]
            self._last_sample.pop(thing, None)
            self._sample(thing, now)
        self._times_pass()
        self._pump()

    async def _take_over(self, waited: Sequence[Received]) -> None:
        """Write what nobody did: this server became the leader."""
        for first in range(0, len(waited), _SLICE):
            some = waited[first : first + _SLICE]
            try:
                some = await missing(self._store, some)
            except Unavailable:
                pass  # rather twice than not at all
            for record, at in some:
                self._add(record, at)
            self._pump()

    def _drop_settled(self, now: float) -> None:
        """Forget what whoever is on duty has long written."""
        mono = self._clock.seconds()

        def settled(at: float) -> bool:
            return self._leadership.is_settled(mono - (now - at), mono)

        self._dirty = {thing: at for thing, at in self._dirty.items() if not settled(at)}
        self._due = {
            thing: at for thing, at in self._due.items() if thing in self._own or not settled(at)
        }

    def _is_for_us(self, thing: str) -> bool:
        """Tell whether we write down how this thing is."""
        return thing in self._own or self._leadership.leads

    def _every(self, thing: str) -> float:
        return self._sampled[kind_of(thing)][1]

    # -- how it goes

    @property
    def backlog(self) -> int:
        """Count the records that are not safe yet."""
        return self._queued - self._taken + (len(self._batch.entries) if self._batch else 0)

    @property
    def age(self) -> float:
        """Tell how long the oldest of them has waited, s; to the second or so. 0: none waits."""
        if self._batch is not None:
            return self._clock.seconds() - self._batch.since
        return self._clock.seconds() - self._times[0][1] if self._queue and self._times else 0.0

    @property
    def late(self) -> bool:
        """Tell whether the store does not keep up, or fails."""
        return bool(self.why) or self.age > LATE or bool(self._again)

    # -- to the store

    def _times_pass(self) -> None:
        """Note how far the queue is now, so that its age is known without a time for each."""
        if self._queued > self._taken and (not self._times or self._times[-1][0] < self._queued):
            self._times.append((self._queued, self._clock.seconds()))

    def _pump(self) -> None:
        """Write, unless the store is busy or we wait before another attempt."""
        if self._batch is not None:
            return
        if self._again and self._queued - self._taken <= self._bounds.rows * _HALF:
            again, self._again = self._again, []
            for receipt in again:
                receipt.again()
        if not self._queue and not (self._dirty and self._leadership.leads):
            self._rest()
            return
        if self._waits_for_more():
            return
        self._batch = self._next()
        self._write()

    def _waits_for_more(self) -> bool:
        few = self._queued - self._taken < ENOUGH
        if not (self._gather and self._open and few) or self._ripe:
            return False
        if self._gathering is None:
            self._gathering = self._clock.callLater(self._gather, self._gathered)
        return True

    def _gathered(self) -> None:
        self._gathering, self._ripe = None, True
        self._pump()
        self._ripe = False

    def _next(self) -> _Batch:
        records: list[Record] = []
        entries: list[HistoryEntry] = []
        receipts: list[AckReceipt] = []
        size = 0
        most = 1 if self._careful else MOST_ROWS
        queue = self._queue
        while queue and len(entries) < most and size < MOST_BYTES:
            item = queue.popleft()
            if isinstance(item, _AckMark):
                receipts.append(item.receipt)
                continue
            record, at = item
            body = record.body
            size += len(body)
            self._bytes -= len(body) + ROW_BYTES
            self._taken += 1
            records.append(record)
            hashed = digest(record.alike or body)
            entries.append(HistoryEntry(record.thing, record.sort, record.tst, at, body, hashed))
        while queue and isinstance(mark := queue[0], _AckMark):
            receipts.append(mark.receipt)  # nothing of theirs waits any more
            queue.popleft()
        now = self._clock.seconds()
        since = now
        while self._times and self._times[0][0] <= self._taken:
            since = min(since, self._times.popleft()[1])
        return _Batch(records, entries, self._last_states(), receipts, since)

    def _last_states(self) -> list[LastState]:
        last_states: list[LastState] = []
        if not self._leadership.leads:
            return last_states
        state = self._known.state
        dirty = self._dirty
        while dirty and len(last_states) < MOST_ROWS:
            thing, at = dirty.popitem()
            now = state(thing)
            last_states.append(LastState(thing, at, None if now is None else _encode(now)))
        return last_states

    def _write(self) -> None:
        self._retry = None
        batch = self._batch
        assert batch is not None
        if why := self._no_room():
            self._failed(Failure(Unavailable(why)))
            return
        try:
            writing = self._store.write(batch.entries, batch.last_states)
        except Exception:
            self._failed(Failure())
            return
        writing.addCallbacks(self._stored, self._failed)
        writing.addErrback(lambda failure: self._log.failure("The recorder failed", failure))

    def _stored(self, new: int) -> None:
        batch, self._batch = self._batch, None
        if batch is None:
            return
        self.stored += new
        self._careful = max(0, self._careful - len(batch.entries))
        if self.why:
            self._log.info("History is kept again; {count} wait", count=self.backlog)
        self.why, self.trouble, self._fails = "", None, 0
        for receipt in batch.receipts:
            receipt.acknowledge()
        self._pump()

    def _failed(self, failure: Failure) -> None:
        batch = self._batch
        if batch is None:
            return
        if failure.check(Unavailable) is None:
            self._log.failure("The store failed", failure)
            self._without(batch)
            return
        if not self._open:  # no time for another attempt
            self.lost += len(batch.entries)
            self._batch = None
            self._queue.clear()
            self._dirty.clear()
            self._rest()
            return
        self._fails += 1
        why = failure.getErrorMessage()
        if why != self.why:
            self._log.error("History cannot be kept: {why}; trying again", why=why)
        self.why = why
        self.trouble = failure.value if isinstance(failure.value, Degraded) else None
        wait = min(RETRY_MAX, RETRY_MIN * 2 ** min(self._fails - 1, 16))
        self._retry = self._clock.callLater(wait * (1 - self._jitter() / 4), self._write)

    def _without(self, batch: _Batch) -> None:
        """Write the records one by one: the store stumbled over one, and only that is left out."""
        self._batch = None
        if len(batch.entries) + len(batch.last_states) <= 1:
            self.lost += len(batch.entries)
            for receipt in batch.receipts:
                receipt.acknowledge()  # or it would come again and again
        else:
            self._queue.extendleft(map(_AckMark, reversed(batch.receipts)))
            for record, entry in zip(reversed(batch.records), reversed(batch.entries), strict=True):
                self._queue.appendleft((record, entry.at))
                self._taken -= 1
                self._bytes += len(entry.body) + ROW_BYTES
            self._careful = max(self._careful, len(batch.entries))
        self._pump()

    # -- the end

    def drain(self) -> Deferred[None]:
        """Take nothing more; fires when all is kept, or when it cannot be."""
        self._open = False
        done: Deferred[None] = Deferred()
        self._drained.append(done)
        if self._gathering is not None:
            gathering, self._gathering = self._gathering, None
            gathering.cancel()
        if self._retry is not None:
            retry, self._retry = self._retry, None
            retry.cancel()
            self._write()
        else:
            self._pump()
        return done

    def _rest(self) -> None:
        drained, self._drained = self._drained, []
        for done in drained:
            done.callback(None)
