"""Fold the log into the store: in its order, from where the store is, at most seconds behind.

What is appended is folded about once a second, or at once when a reader waits for it; by a process
of its own where there is much. With the rows the store keeps the position they lead to, in the same
commit, as a present state of a thing that nobody has (`POSITION`); so whatever dies when, nothing
is left out, and what is folded twice is there once. A store that fails is asked again; nothing is
lost meanwhile, for the log has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
from twisted.internet.defer import CancelledError, Deferred, DeferredLock
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.database.trouble import Degraded
from sightline.history.log.durable import HistoryLog
from sightline.history.log.folding import POSITION, FoldJob, FoldResult
from sightline.history.log.folding_process import FoldingProcess
from sightline.history.log.reader import first_number, is_there
from sightline.history.log.segments import LogPosition
from sightline.history.log.store_folder import StoreFolder
from sightline.history.store import Store
from sightline.model.faults import Unavailable

PAUSE = 1.0
"""s that what is appended may wait for more, so that few records cost few commits."""
LATE = 5.0
"""s after which another server may have written newer present states."""
MANY = 4_000
"""Lines that wait from which on they are worth a process of their own."""
RETRY = (1.0, 30.0)
"""The first and the longest wait (s) before a store that failed is asked again."""
_NOTE = 0.25  # s between notes of when something came
_MOST_NOTES = 4_096
_STOP = 3.0  # s that stopping may take


class _WaitingReader:
    """Somebody who waits until the store has line ``n``."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.done: Deferred[None] = Deferred()
        self.timer: Any = None

    def release(self) -> None:
        if self.timer is not None and self.timer.active():
            self.timer.cancel()
        if not self.done.called:
            self.done.callback(None)


class Indexer:
    """Bring what is in ``log`` into ``store``. ``server`` names whose log it is.

    Where ``many`` lines or more wait, ``process`` folds them, if there is one. ``shared``: other
    servers write into the store, too. ``pause`` and ``retry`` as `PAUSE` and `RETRY`.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        log: HistoryLog,
        store: Store,
        server: str = "main",
        *,
        process: FoldingProcess | None = None,
        shared: bool = False,
        many: int = MANY,
        pause: float = PAUSE,
        retry: tuple[float, float] = RETRY,
    ) -> None:
        self._reactor = reactor
        self._durable = log
        self.store = store
        """What it is brought into."""
        self.shared = shared
        """Whether other servers write into the store, too."""
        self.key = POSITION + server
        """What the store keeps the position under."""
        self._process = process
        self._many = many
        self._here = StoreFolder(log.folder, store, shared=shared)
        self._pause = pause
        self._retry = retry
        self._position: LogPosition | None = None
        self._at = 0  # the line that the store has
        self._first = 0  # the last line from before the start
        self._known = False  # where the store is
        self._with_states = True
        self._started = self._closing = False
        self._working: Deferred[None] | None = None
        self._call: Any = None
        self._fails = 0
        self.order = DeferredLock()
        """Held by what folds, erases or writes into the store past the log."""
        self._waiting: list[_WaitingReader] = []
        self._came: deque[tuple[int, float]] = deque()  # (line, when it was there)
        self.why = ""
        """Why the store takes nothing just now; empty: it does."""
        self.trouble: Degraded | None = None
        """The state of the disk or the file by which it takes nothing, if it is that."""
        self.new = 0
        """Entries that were not in the store yet."""
        self.damaged = 0
        """Places in the log that could not be used."""

    @property
    def left_out(self) -> int:
        """Count the entries and states that the store could not take at all."""
        return self._here.left_out

    @property
    def behind(self) -> int:
        """Count the lines that the store does not have yet; as far as is known, of this run."""
        return max(0, self._durable.end.n - (self._at if self._known else self._first))

    @property
    def position(self) -> LogPosition | None:
        """Return where the store is; None: at the beginning, or it is not known yet."""
        return self._position

    @property
    def has_former(self) -> bool:
        """Tell whether the store has all that was in the log at the start."""
        return self.has(self._first)

    def has(self, n: int) -> bool:
        """Tell whether the store has line ``n``."""
        return self._known and self._at >= n

    @property
    def age(self) -> float:
        """Tell for how long the oldest of them has waited, s; to half a second or so."""
        return self._reactor.seconds() - self._came[0][1] if self._came and self.behind else 0.0

    # -- when

    def start(self) -> None:
        """Begin: the log is open, and the store is or will be."""
        self._started = True
        self._first = self._durable.end.n
        # Once the reactor runs: a start that fails has to end, and a thread would keep it.
        self._later(0.0)

    def nudge(self) -> None:
        """Note that something was appended."""
        now = self._reactor.seconds()
        if not self._came or now - self._came[-1][1] >= _NOTE:
            self._came.append((self._durable.end.n, now))
            if len(self._came) > _MOST_NOTES:  # what waits for long is told less exactly
                self._came = deque(list(self._came)[::2])
        if self._working is None and self._call is None:
            self._later(self._pause)

    def reach(self, n: int, most: float) -> Deferred[None]:
        """Fire when the store has line ``n``, after ``most`` s, or when it fails."""
        reader = _WaitingReader(n)
        if self.has(n) or self.why or self._closing or not self._started:
            reader.release()
            return reader.done
        reader.timer = self._reactor.callLater(most, reader.release)
        self._waiting = [each for each in self._waiting if not each.done.called]
        self._waiting.append(reader)
        if self._working is None:
            self._begin()
        return reader.done

    def _later(self, wait: float) -> None:
        if self._started and not self._closing:
            self._call = self._reactor.callLater(wait, self._begin)

    def _begin(self) -> None:
        call, self._call = self._call, None
        if call is not None and call.active():
            call.cancel()
        if self._working is not None or not self._started or self._closing:
            return
        working = Deferred.fromCoroutine(self._work())
        if not working.called:
            self._working = working
        working.addErrback(lambda failure: self._log.failure("The indexer failed", failure))
        working.addBoth(self._rests)

    def _rests(self, _: object) -> None:
        self._working = None
        if self.why:
            first, longest = self._retry
            self._later(min(longest, first * 2 ** min(self._fails - 1, 16)))
        elif self.behind:
            self._later(self._pause)

    async def _work(self) -> None:
        """Fold what was there when this began, and what a reader waits for."""
        end = self._durable.end.n
        much = False
        while not self._closing and (not self._known or self._at < max(end, self._wanted)):
            await self.order.acquire()
            try:
                if not self._known:
                    await self._find()
                much = much or self.behind >= self._many
                await self._fold(much)
            except Unavailable as why:
                self.failed(why)
                return
            except CancelledError:  # we are at the end
                return
            except Exception as why:  # a fault of ours must not end this for good
                self._log.failure("The indexer stumbled")
                self.failed(Unavailable(f"{type(why).__name__}: {why}"))
                return
            finally:
                self.order.release()
            if self.why:
                self._log.info("The store takes what is in the log again")
            self.why, self.trouble, self._fails = "", None, 0
            self._release()

    @property
    def _wanted(self) -> int:
        """Return the line that readers wait for; 0: nobody waits."""
        return max((each.n for each in self._waiting), default=0)

    def failed(self, why: Unavailable) -> None:
        """Note that the store takes nothing."""
        self._fails += 1
        if str(why) != self.why:
            self._log.warn("What is in the log waits for the store: {why}", why=str(why))
        self.why = str(why) or "it is away"
        self.trouble = why if isinstance(why, Degraded) else None
        for reader in self._waiting:
            reader.release()
        self._waiting.clear()

    def _release(self) -> None:
        while self._came and self._came[0][0] <= self._at:
            self._came.popleft()
        for reader in self._waiting:
            if reader.n <= self._at:
                reader.release()
        self._waiting = [each for each in self._waiting if not each.done.called]

    # -- what

    async def _fold(self, much: bool) -> None:
        """Bring the next piece of the log into the store."""
        job = FoldJob(self.key, self._position, self._durable.end)
        done = FoldResult(fault="it does not run")
        if much and self._process is not None:
            done = await self._process.fold(job)
            if done.why:
                raise Degraded(done.reason, done.why) if done.reason else Unavailable(done.why)
        if done.fault:
            done = await self._here.fold(job, late=self._is_late, states=self._with_states)
        self._note(job, done)
        await self.tidy()

    def _note(self, job: FoldJob, done: FoldResult) -> None:
        """Note what was done."""
        self.new += done.new
        self.damaged += done.damaged
        for text in done.damage:
            self._log.error("The log of the history is damaged: {where}", where=text)
        if done.position is not None:
            self._position = done.position
            self._at = max(self._at, done.position.n)
        if done.at_end:
            self._at = max(self._at, job.end.n)
        self._durable.stored(self._at)

    @property
    def _is_late(self) -> bool:
        """Tell whether others may have written meanwhile what this server has in its log."""
        return bool(self._fails) or self.age > LATE or self._at < self._first

    async def _find(self) -> None:
        """Ask the store where it is."""
        after: str | None = None
        while True:
            states, after = await self.store.last_states(after=after)
            found = next((each for each in states if each.thing == self.key), None)
            if found is not None or after is None:
                break
        self._position = None if found is None else _position(found.body)
        if self._position is not None and self._position.n > self._first:
            self._position = None  # of a log that had more in it: this is an older copy
        self._durable.begin(self._position)
        if self._position is not None and is_there(self._durable.folder, self._position):
            self._at = self._position.n
        self._known = True

    # -- for others

    async def rebuild(self, *, states: bool) -> AsyncIterator[tuple[float, int]]:
        """Fold all of the log again, whatever the store has; ``states``: the present states, too.

        Yields how much is done (0 to 1), and how many lines that are. To be used instead of
        `start`. Raises `Unavailable`.
        """
        first = await deferToThread(first_number, self._durable.folder)
        # All of it is from before: meanwhile others may have written it, or erased somebody.
        self._first = self._durable.end.n if self.shared else 0
        self._with_states, self._known, self._at = states, True, max(0, first - 1)
        whole = self.behind
        while self.behind:
            await self._fold(False)
            done = whole - self.behind
            yield done / whole, done
        self._here.close()

    @property
    def waits(self) -> bool:
        """Tell whether what comes has to go behind what is in the log."""
        return not self._known or bool(self.behind) or bool(self.why)

    async def tidy(self) -> None:
        """Let go, now and then, of files that are needed no more."""
        if self._position is not None and (tidying := self._durable.tidy(self._position, self._at)):
            try:
                await tidying
            except Unavailable as why:
                self._log.warn("Old files of the log stay: {why}", why=str(why))

    async def alone(self, work: Callable[[], Awaitable[int]]) -> int:
        """Do this while nothing is folded; files may be replaced by it."""
        await self.order.acquire()
        try:
            return await work()
        finally:
            # The program numbers things as the store did before; the next one asks anew.
            if self._process is not None:
                self._process.end()
            self._here.forget()
            self.order.release()

    async def finish(self) -> None:
        """Fold what is left, if the store takes it soon; the next start has the rest."""
        if self.behind and not self.why:
            await self.reach(self._durable.end.n, _STOP)
        self.halt()

    def halt(self) -> None:
        """Fold nothing more; the next start has what is left."""
        self._closing = True
        if self._call is not None and self._call.active():
            self._call.cancel()
        for reader in self._waiting:
            reader.release()

    async def ended(self) -> None:
        """Give up what is being folded: the store is closed. The next start does it again."""
        if (working := self._working) is not None:
            done: Deferred[object] = Deferred()
            working.addBoth(done.callback)
            working.cancel()
            await done
        if self._process is not None:
            self._process.end()
        self._here.close()


def _position(body: bytes | None) -> LogPosition | None:
    """Return a position as a store has it; None: it makes no sense."""
    try:
        return msgspec.json.decode(body or b"", type=LogPosition)
    except msgspec.DecodeError:
        return None
