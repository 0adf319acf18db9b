"""Bring what is to be recorded into the store, and say when it is safe there.

    queue ── batch ── store.write ── kept: receipts are sent, the broker lets go of the messages
                         │
                         └── failed: the same batch again after a wait, until it is kept

A batch is written as soon as the store is idle, so batches grow only under load. Few records soon
behind a batch wait a little for more; the first after a while, for the end of the turn alone. The
queue is bounded, and what finds no room is counted. A message whose record found no room is not
acknowledged; its broker is asked to send it again once there is room. Everything here runs on the
reactor thread and takes next to no time.

The present states go along with the records they come from, in the same transaction, so that the
world of the next start is never behind its history.

Of several servers with one store each writes what messages say, and the store knows it again, and
with it the state that it led to: what one of them has acknowledged, its next start must know. What
each would say in its own way (`Record.alike`), samples and the other present states are written by
the one on duty; the others keep them for a while, in case duty falls to them
(`sightline.cluster.leader`). But what is of the same time for all of them (`Record.shared_time`)
each writes together with the state: a server that starts from that state cannot find it any more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.cluster.leader import Leadership, LeaderWork
from sightline.database.trouble import Degraded
from sightline.history.handover import Received, missing
from sightline.history.pending_records import (
    MOST_BYTES,
    MOST_ROWS,
    AckReceipt,
    Bounds,
    PendingRecords,
    RecordBatch,
    SafeReceipt,
)
from sightline.history.record import LastState
from sightline.history.sampling import CurrentStates, Sampler
from sightline.history.store import Store
from sightline.live.ingest import News
from sightline.model.faults import Unavailable
from sightline.model.record import Record

RETRY_MIN, RETRY_MAX = 0.25, 10.0
"""The shortest and the longest wait between two attempts, s."""
LATE = 1.0
"""A record that waits longer than this (s) says that the store does not keep up."""
GATHER = 0.01
"""What comes within so long (s) shares a commit: each one costs as much as dozens of entries."""
_QUIET = 2  # times as long without a commit: what comes then likely shares it with nothing
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


_encode = msgspec.json.Encoder().encode


class Recorder:
    """Keep in ``store`` what it is given.

    ``clock`` is the reactor, ``wall`` gives epoch s. ``restored_kinds`` are the kinds whose present
    states are kept. ``sampled`` are kinds whose states go into history now and then: the sort, and
    the least time between two of a thing, s. ``own`` are things that each of several servers has
    for itself, and what they are called in history. ``gather`` (s): how long fewer than `ENOUGH`
    records wait for more, soon behind a commit. ``no_room`` says why nothing may be written just
    now; empty: it may.
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
        self._ripe, self._begun = False, clock.seconds()
        self._leadership = leadership or Leadership()
        self._leader_work: LeaderWork[Received] = LeaderWork(self._leadership, most=MOST_BYTES)
        self._known = known
        self._clock = clock
        self._wall = wall
        self._pending = PendingRecords(bounds or Bounds(), self._leader_work, clock.seconds)
        self._restored_kinds = tuple(f"{kind}/" for kind in restored_kinds)
        self._sampler = Sampler(
            known, sampled or {}, own or {}, self._leadership, self._pending.add
        )
        self._jitter = jitter
        self._dirty: dict[str, LastState] = {}  # last states to be stored, by thing
        self._beside: dict[str, LastState] = {}  # and while another server leads
        self._led_to: list[Received] = []  # found out in this turn, while another server leads
        self._batch: RecordBatch | None = None
        self._retry: Any = None
        self._again: list[AckReceipt] = []
        self._drained: list[Deferred[None]] = []
        self._fails = 0
        self.why = ""
        """Why nothing can be kept just now; empty: all is well."""
        self.trouble: Degraded | None = None
        """The state of the disk or the file by which nothing can be kept, if it is that."""
        self.stored = 0
        """Entries that were new in the store."""

    # -- what is to be remembered

    def take(self, news: Iterable[News]) -> None:
        """Record what a batch of messages said."""
        restored, sampled = self._restored_kinds, self._sampler.prefixes
        add, changed, acknowledged = self._pending.add, {}, set()
        for thing, at, heard, record in news:
            if thing.startswith(restored):
                changed[thing] = at if heard is None else heard
            if record is not None:
                add(record, at)
                acknowledged.add(thing)
            elif thing.startswith(sampled):
                self._sampler.sample(thing, at)
        state, leads = self._known.state, self._leadership.leads
        for found, at in self._led_to:
            if found.thing in acknowledged:
                self._pending.add_now(found, at)
        self._led_to.clear()
        for thing, at in changed.items():
            # Now, while the processor still has it at hand: later it takes five times as long.
            now = state(thing)
            last = LastState(thing, at, None if now is None else _encode(now))
            self._dirty[thing] = last
            if not leads and thing in acknowledged:
                self._beside[thing] = replace(last, beside=True)
        self._pump()

    def remember(self, record: Record) -> None:
        """Record an event that no message told."""
        at = self._wall()
        if record.shared_time and not self._leadership.leads:
            if not self._led_to:
                self._clock.callLater(0, self._led_to.clear)
            self._led_to.append((record, at))
        self._pending.add(record, at)
        self._pump()

    def when_stored(self, receipt: AckReceipt, whole: bool = True) -> None:
        """Acknowledge, once all that was given before is safe.

        ``whole`` false: something of it found no room, so it has to come again.
        """
        if whole:
            self._pending.mark(receipt)
        else:
            self._again.append(receipt)
        self._pump()

    def recorded(self) -> Deferred[None]:
        """Fire once all that was given before is safe, or will not be."""
        receipt = SafeReceipt()
        self.when_stored(receipt)
        return receipt.done

    def sample(self, thing: str) -> None:
        """Note that this thing may have changed without a message."""
        self._sampler.sample_once(thing, self._wall())

    def forget(self, things: Container[str]) -> None:
        """Drop what waits about these things: they are to be erased."""
        self._pending.forget(things)
        for states in (self._dirty, self._beside):
            for thing in [thing for thing in states if thing in things]:
                del states[thing]
        self._leader_work.forget(lambda each: each[0].thing in things)
        if self._batch is not None and self._retry is not None:  # not with the store just now
            batch = self._batch
            batch.entries[:] = [entry for entry in batch.entries if entry.thing not in things]
            batch.last_states[:] = [one for one in batch.last_states if one.thing not in things]

    def tick(self) -> None:
        """Record the last state of what has come to rest. To be called about once a second."""
        now = self._wall()
        if waited := self._leader_work.due(self._clock.seconds()):
            Deferred.fromCoroutine(self._take_over(waited)).addErrback(
                lambda failure: self._log.failure("Could not take over", failure)
            )
        if not self._leadership.leads:
            self._drop_settled(now)
        self._sampler.tick(now)
        self._pending.note_time()
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
                self._pending.add(record, at)
            self._pump()

    def _drop_settled(self, now: float) -> None:
        """Forget what the leader has long written."""
        mono = self._clock.seconds()

        def settled(at: float) -> bool:
            return self._leadership.is_settled(mono - (now - at), mono)

        self._dirty = {thing: one for thing, one in self._dirty.items() if not settled(one.at)}
        self._sampler.drop(settled)

    # -- how it goes

    @property
    def backlog(self) -> int:
        """Count the records that are not safe yet."""
        return self._pending.waiting + (len(self._batch.entries) if self._batch else 0)

    @property
    def age(self) -> float:
        """Tell how long the oldest of them has waited, s; to the second or so. 0: none waits."""
        if self._batch is not None:
            return self._clock.seconds() - self._batch.since
        oldest = self._pending.oldest
        return 0.0 if oldest is None else self._clock.seconds() - oldest

    @property
    def lost(self) -> int:
        """Count the records that found no room, or that the store could not take at all."""
        return self._pending.lost

    @property
    def late(self) -> bool:
        """Tell whether the store does not keep up, or fails."""
        return bool(self.why) or self.age > LATE or bool(self._again)

    # -- to the store

    def _pump(self) -> None:
        """Write, unless the store is busy or we wait before another attempt."""
        if self._batch is not None:
            return
        if self._again and self._pending.waiting <= self._pending.bounds.rows * _HALF:
            again, self._again = self._again, []
            for receipt in again:
                receipt.again()
        if not self._pending and not (self._dirty and self._leadership.leads):
            self._rest()
            return
        if self._waits_for_more():
            return
        self._batch, self._begun = self._pending.take(), self._clock.seconds()
        self._batch.last_states = self._last_states()
        self._write()

    def _waits_for_more(self) -> bool:
        few = self._pending.waiting < ENOUGH
        if not (self._gather and self._pending.open and few) or self._ripe:
            return False
        if self._gathering is None:
            quiet = self._clock.seconds() - self._begun >= _QUIET * self._gather
            self._gathering = self._clock.callLater(0 if quiet else self._gather, self._gathered)
        return True

    def _gathered(self) -> None:
        self._gathering, self._ripe = None, True
        self._pump()
        self._ripe = False

    def _last_states(self) -> list[LastState]:
        last_states: list[LastState] = []
        waiting = self._beside
        if self._leadership.leads:
            waiting = self._dirty
            self._beside.clear()  # all of it is among them, or was written long ago
        while waiting and len(last_states) < MOST_ROWS:
            last_states.append(waiting.popitem()[1])
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
        self._pending.written(batch)
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
        if not self._pending.open:  # no time for another attempt
            self._pending.lost += len(batch.entries)
            self._batch = None
            self._pending.clear()
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

    def _without(self, batch: RecordBatch) -> None:
        """Write the records one by one: the store stumbled over one, and only that is left out."""
        self._batch = None
        if len(batch.entries) + len(batch.last_states) <= 1:
            self._pending.lost += len(batch.entries)
            for receipt in batch.receipts:
                receipt.acknowledge()  # or it would come again and again
        else:
            self._pending.put_back(batch)
        self._pump()

    # -- the end

    def drain(self) -> Deferred[None]:
        """Take nothing more; fires when all is kept, or when it cannot be."""
        self._pending.open = False
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
