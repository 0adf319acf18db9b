"""Run the archive as a service: a bounded queue, and a thread that writes what is in it.

The reactor only appends to the queue. A disk that is slow, full or gone therefore holds up nobody:
the thread tries again each second, and what finds no room meanwhile is dropped and counted.
"""

from __future__ import annotations

import errno
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.history.archive import erasures
from sightline.history.archive.folder import Folder, day_of
from sightline.history.archive.line import written
from sightline.history.retention import DAY
from sightline.history.rewind.reader import make_indexes
from sightline.kinds import redacted
from sightline.model.filters import matches
from sightline.model.kind import Arrival, id_of

_AT_ONCE = 500  # messages written at once
_AGAIN = 1.0  # s, after a failure
_GATHER, _GATHER_FEW = 0.05, 0.2
"""More comes meanwhile (s): each turn of this thread costs the reactor its own. The second is for
where less than `_FEW` came in the last turn."""
_FEW = 40
_SYNC = 5.0  # s between the times when the disk is made to take it
_STOP = 10.0  # s that stopping may take
_KNOWN = 32_768  # topics whose fate is remembered
_OWN_TOPICS = "sightline/"
"""Below this our own servers and tools talk: echoes, guards, servers to each other, transitions.

That is several messages a second which nobody sent, so ``#`` does not mean it. What people command
through us (``keys/…``, ``owntracks/…/cmd``) is theirs, and kept like everything else.
"""
_Chore = Generator[None, None, None]


def _is_of_first_level(name: str) -> bool:
    """Tell whether this filter asks for no more of a topic than its first level."""
    first, slash, rest = name.partition("/")
    return first == "#" or (slash != "" and rest == "#")


def _head(topic: str | bytes) -> str:
    """Return the first level of a topic, with the slash behind it; empty: it has no slash, or is no
    text.
    """
    if not isinstance(topic, str):
        return ""
    first, slash, _ = topic.partition("/")
    return first + slash if slash else ""


def sent_by(topic: str | bytes, thing: str) -> bool:
    """Tell whether a topic has a friend's user and device behind its first level."""
    text = topic if isinstance(topic, str) else topic.decode("utf-8", "replace")
    return text.removeprefix("/").split("/")[1:3] == id_of(thing).split("/")


class _Order(NamedTuple):
    """Work on the files, piece by piece, once so many messages are written.

    What ``must`` be done is tried until it is, and before we stop.
    """

    after: int
    work: Callable[[], _Chore]
    must: bool


class Archive(Service):
    """Keep the messages whose topics match one of ``topics`` in ``folder``.

    Our own talk below ``sightline/`` is kept only where one of ``topics`` begins like that.

    ``days`` and ``most`` (bytes) bound what is kept; ``queue`` (messages) and ``queue_bytes`` what
    waits. ``wall`` gives epoch s and is called on the archive's thread, too, as is ``no_room``: why
    nothing may be written just now (empty: it may).
    What is too old goes by ``purge_clock`` (epoch s), if that is earlier. ``sent_by`` tells whether
    a topic is one of this friend's (called on the archive's thread).
    """

    _log = Logger()
    name = "archive"

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        folder: Path,
        topics: Sequence[str],
        *,
        days: int,
        most: int,
        queue: int = 50_000,
        queue_bytes: int = 33_554_432,
        no_room: Callable[[], str] = str,
        purge_clock: Callable[[], float] | None = None,
        sent_by: Callable[[str | bytes, str], bool] = sent_by,
    ) -> None:
        self._reactor = reactor
        self._wall = wall
        self._purge_clock = purge_clock or wall
        self._sent_by = sent_by
        self._topics = tuple(topics)
        self._path = folder
        self._limit = queue
        self._no_room = no_room
        self._limit_bytes = queue_bytes
        self._files = Folder(
            folder, days=days, most=most, part=min(max(most // 8, 1_048_576), 67_108_864)
        )
        # Mostly the first level of a topic decides: then a few are remembered, not thousands.
        self._by_level = all(_is_of_first_level(name) for name in topics)
        self._wanted: dict[str | bytes, bool] = {}
        self._queue: deque[Arrival] = deque()
        self._orders: deque[_Order] = deque()
        self._bell = threading.Event()
        self.erasures = erasures.ErasureQueue(reactor, folder, self._bell.set)
        """Who is to be taken out of the files."""
        self._thread: threading.Thread | None = None
        self._stopping = False
        # the archive's thread only
        self._chore: _Chore | None = None
        self._order = _Order(0, self._tidy, False)
        self._tidying = False
        self._synced = 0.0
        self._day = ""
        # Each is written by one thread only, so neither needs a lock.
        self._put = self._put_bytes = 0
        self._taken = self._taken_bytes = 0
        self.lost = 0
        self.why = ""
        """What is wrong, in words; empty: nothing."""

    # ---- reactor thread below

    @property
    def waiting(self) -> int:
        """Return messages in the queue."""
        return self._put - self._taken

    @property
    def idle(self) -> bool:
        """Return whether everything is written, and no work on the files is left."""
        waits = self.waiting or self._files.untidy or self._orders or self._chore or self.erasures
        return not waits

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Keep those of these messages that are wanted; what finds no room is counted."""
        head, wants = "", False  # the first level of the topics before, where that decides
        for arrival in arrivals:
            topic = arrival.topic
            if not head or type(topic) is not str or not topic.startswith(head):
                wants = self._is_wanted(topic)
                head = _head(topic) if self._by_level else ""
            if not wants:
                continue
            arrival = redacted(arrival)
            size = len(arrival.payload)
            if (
                self._put - self._taken >= self._limit
                or self._put_bytes + size - self._taken_bytes > self._limit_bytes
            ):
                self.lost += 1
                continue
            self._put += 1
            self._put_bytes += size
            self._queue.append(arrival)
        if self._queue and not self._bell.is_set():
            self._bell.set()

    def _is_wanted(self, topic: str | bytes) -> bool:
        """Look up whether messages of a topic are kept; find it out the first time."""
        wanted = self._wanted
        if (found := wanted.get(topic)) is None:
            if len(wanted) >= _KNOWN:
                wanted.clear()
            found = wanted[topic] = self._wants(topic)
        return found

    def _wants(self, topic: str | bytes) -> bool:
        text = topic if isinstance(topic, str) else topic.decode("utf-8", "replace")
        names = self._topics
        if text.startswith(_OWN_TOPICS):
            names = tuple(name for name in names if name.startswith(_OWN_TOPICS))
        return any(matches(name, text) for name in names)

    def erase(self, thing: str) -> Deferred[None]:
        """Take every message of this friend out of the files, soon; fires once that is noted on
        disk. Fails with `Unavailable`.

        Lines that cannot be read go, too. What comes before this is begun may go or stay.
        """
        return self.erasures.ask(thing)

    def startService(self) -> None:
        super().startService()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="archive", daemon=True)
        self._thread.start()

    def stopService(self) -> Deferred[None] | None:
        """Write what waits, then end the thread."""
        super().stopService()
        thread, self._thread = self._thread, None
        if thread is None:
            return None
        self._stopping = True
        self._bell.set()
        ended = deferToThreadPool(self._reactor, self._reactor.getThreadPool(), thread.join, _STOP)
        return ended.addCallback(self._ended)

    def _ended(self, _: None) -> None:
        self.erasures.give_up()
        if self.waiting:
            self._log.warn(
                "{count} messages did not get into the archive: {why}",
                count=self.waiting,
                why=self.why or "there was no time",
            )

    def _failed(self, why: str, fault: Failure | None) -> None:
        if fault is not None:
            self._log.failure("The message archive failed", fault)
        else:
            self._log.warn("The message archive cannot be written: {why}", why=why)

    def _works(self) -> None:
        self._log.info("The message archive can be written again")

    # ---- the archive's thread below

    def _run(self) -> None:
        opened, counted = False, 0
        while True:
            try:
                things = self.erasures.note_all()
                if not opened:
                    self._files.open()
                    things, opened = erasures.noted(self._path), True
                named = (
                    erasures.work_of(self._files, self._path, thing, self._sent_by)
                    for thing in things
                )
                for work in (*named, *self.erasures.missed(self._files)):
                    self._orders.append(_Order(self._put, work, True))
                    self._orders.append(_Order(self._put, partial(make_indexes, self._path), False))
                self._write()
                self._look_at_the_clock()  # by which the next tells what is old
                self._work()
                self._well()
                if self._stopping and not self._queue:
                    self._finish()
                    return
            except Exception as fault:
                self._ill(fault)
                if self._stopping:
                    return
                self._bell.wait(_AGAIN)
            else:
                if not (self._queue or self._chore or self._due()):
                    self._bell.wait(_SYNC)
                    if not self._stopping:
                        few, counted = self._taken - counted < _FEW, self._taken
                        time.sleep(_GATHER_FEW if few else _GATHER)
            self._bell.clear()

    def _write(self) -> None:
        """Write the next messages; they leave the queue once they are in a file."""
        queue = self._queue
        if queue and (why := self._no_room()):
            raise OSError(errno.ENOSPC, why)
        # Not by an iterator: the reactor appends meanwhile.
        batch = [queue[at] for at in range(min(len(queue), _AT_ONCE))]
        for _, some in groupby(batch, lambda arrival: arrival.at // DAY):
            messages = list(some)
            self._files.append(day_of(messages[0].at), b"".join(map(written, messages)))
            for message in messages:
                queue.popleft()
                self._taken_bytes += len(message.payload)
            self._taken += len(messages)
        if self._files.untidy and not self._tidying:
            self._tidying = True
            self._orders.append(_Order(0, self._tidy, False))

    def _due(self) -> bool:
        return bool(self._orders) and self._orders[0].after <= self._taken

    def _work(self) -> None:
        """Do one piece of the work on the files, so that messages never wait long for it."""
        if self._chore is None:
            if not self._due():
                return
            self._order = self._orders[0]
            self._chore = self._order.work()
            self._orders.popleft()
        try:
            next(self._chore)
        except StopIteration:
            self._chore = None
        except Exception:
            self._chore = None
            if self._order.must:
                self._orders.append(self._order)  # what else is to be done does not wait for it
            else:
                self._tidying, self._files.untidy = False, True
            raise

    def _finish(self) -> None:
        """Do the last things before the thread ends; tidying up can wait for the next start."""
        if self._chore is not None and self._order.must:
            self._orders.appendleft(self._order)
        if self._chore is not None:
            self._chore.close()
        for order in self._orders:
            if order.must:
                for _ in order.work():
                    pass
        self._orders.clear()
        self._files.sync()
        self._files.close()

    def _look_at_the_clock(self) -> None:
        now = self._wall()
        if abs(now - self._synced) >= _SYNC:
            self._synced = now
            self._files.sync()
        today = day_of(now)
        if today != self._day:
            self._day = today
            self._files.untidy = True

    def _tidy(self) -> _Chore:
        """Compress what is closed, and let go of what is too old or too much."""
        self._prune()
        yield from self._files.compress(self._day)
        self._prune()
        self._tidying = False
        yield from make_indexes(self._path)

    def _prune(self) -> None:
        """Delete what is old by a clock that is surely not ahead."""
        surely = min(self._wall(), self._purge_clock())
        if surely > 0:
            self._files.prune(min(self._day, day_of(surely)))

    def _ill(self, fault: Exception) -> None:
        """Say what is wrong, once. What is no fault of the disk is ours: that ends no thread."""
        failure = None if isinstance(fault, OSError) else Failure(fault)
        why = getattr(fault, "strerror", None) or str(fault) or repr(fault)
        if why != self.why:
            self.why = why
            self._reactor.callFromThread(self._failed, why, failure)

    def _well(self) -> None:
        if self.why:
            self.why = ""
            self._reactor.callFromThread(self._works)
