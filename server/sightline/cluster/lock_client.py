"""Be this server among several: take locks, keep them by a beat, see those of the others.

The rules are in `sightline.cluster.locks`; what the store is made of is its own matter
(`LockStore`). Who acts on a lock asks `holds` each time: that costs nothing and is true on any
thread.

One lock is no robot's: the server that holds `DUTY` leads, and does what only one of us should do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from sightline.cluster.lock_beats import LockBeats
from sightline.cluster.lock_store import LockStore
from sightline.cluster.lock_watch import LockWatch, TwinFinder
from sightline.cluster.locks import BEAT, Declined, HeldElsewhere, Lock, LockRequest, Locks
from sightline.cluster.store_calls import StoreCalls
from sightline.live.periodic import Periodic

DUTY = "duty"
_TRIES = 3
_OVER = 0.1  # s between looks of who takes something over
_ASKING = 0.3  # … and of who asked for it and waits for a person
_GOODBYE = 2.0  # s for giving everything back when we stop


def _nothing(*_: object) -> None:
    pass


class LockClient(Service):
    """``server`` is this server's name among them.

    ``hint`` is called when the other servers have a reason to look, ``leader_seen`` with the time
    (monotonic s) when another server was seen to lead.
    """

    name = "locks"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        store: LockStore,
        server: str,
        *,
        hint: Callable[[], None] = _nothing,
        leader_seen: Callable[[float], None] = _nothing,
    ) -> None:
        self._clock: Any = clock
        self._store = store
        self._hint, self._leader_seen = hint, leader_seen
        # A run of its own: what an earlier one held must become old, it may still be in the air.
        self._rules = Locks(f"{server}/{secrets.token_hex(6)}")
        self._calls = StoreCalls(clock)
        self._watch = LockWatch(clock, store, self._calls, self._saw)
        self._twins = TwinFinder(server, self._rules.me)
        self._beats = LockBeats(
            clock,
            store,
            self._rules,
            self._calls,
            lost=self._lose,
            wanted=lambda name, want: self._wanted(name, want),
            hint=hint,
        )
        self._turns: dict[str, DeferredLock] = {}
        self._seeking = False
        self._loop = Periodic(clock, BEAT, self._tick, "the beat of the locks")
        self._lost: Callable[[str, str], None] = _nothing
        self._wanted: Callable[[str, LockRequest], None] = _nothing

    def listen(
        self, *, lost: Callable[[str, str], None], wanted: Callable[[str, LockRequest], None]
    ) -> None:
        """Call ``lost`` with each lock that we hold no more, and why.

        Call ``wanted``, once, with each request for a lock that we hold.
        """
        self._lost, self._wanted = lost, wanted

    @property
    def trouble(self) -> str:
        """Tell why the store cannot be asked; empty when it can."""
        return self._calls.trouble

    @property
    def twin(self) -> bool:
        """Tell whether there is another server of our name."""
        return self._twins.found

    # -- the service

    def startService(self) -> None:
        """Begin to look and to beat."""
        super().startService()
        self._twins.begin(self._clock.seconds())
        self._watch.begin()
        self._loop.start()

    def stopService(self) -> Deferred[Any]:
        """Give everything back, so that nobody has to wait until it is old."""
        super().stopService()
        self._loop.stop()
        self._watch.end()
        for lock in self._rules.held():
            self.release(lock.name)
        return self._calls.all_done(_GOODBYE)

    # -- to hold

    @property
    def alone(self) -> bool:
        """Return False: there are other servers."""
        return False

    @property
    def on_duty(self) -> bool:
        """Tell whether we are the one of all that does what only one should do."""
        return self.holds(DUTY)

    def holds(self, name: str) -> bool:
        """Tell whether we may act on this lock just now. Safe to ask from any thread."""
        return self._rules.holds(name, self._clock.seconds())

    async def take(self, name: str, who: str) -> int:
        """Hold it, for this person; its fence. Raises `HeldElsewhere` or `Unavailable`.

        Taken again it gets a new fence.
        """
        turn = self._turns.setdefault(name, DeferredLock())
        await turn.acquire()
        try:
            lock = await self._take(name, who)
        finally:
            turn.release()
        self._beats.begin(name)
        self._hint()
        return lock.fence

    async def _take(self, name: str, who: str) -> Lock:
        lock = None
        if self.elsewhere(name) is not None:  # when last seen: it may be free by now
            await self.look_at(name)
        for _ in range(_TRIES):
            asked = self._clock.seconds()
            was = self._rules.to_take(name, asked)
            taken = await self._store.take(was, self._rules.me, who)
            if taken is not None:
                self._rules.granted(taken, asked, self._clock.seconds())
                return taken
            lock = await self.look_at(name)
        raise HeldElsewhere(lock or Lock(name))

    async def win(self, name: str, who: str, *, over: bool, seconds: float) -> int:
        """Have it from its holder, within so many seconds; its fence.

        Unless ``over``, its driver is asked. Raises `HeldElsewhere` (in vain), `Declined` or
        `Unavailable`. Cancelled, the wish is taken back.
        """
        want = LockRequest(self._rules.me, who, secrets.token_hex(6), over)
        until = self._clock.seconds() + seconds
        told = False
        try:
            while True:
                try:
                    return await self.take(name, who)
                except HeldElsewhere as held:
                    lock = held.lock
                if lock.declined == want.n:
                    raise Declined
                if self._clock.seconds() >= until:
                    raise HeldElsewhere(lock)
                if want.goes_before(lock.wanted) and await self._store.want(lock, want):
                    told = True
                    self._hint()
                await deferLater(self._clock, _OVER if over else _ASKING)
                await self.look_at(name)
        finally:
            left = self._rules.get(name)
            if told and left is not None and left.wanted == want:
                self._calls.begin(self._store.want(left, None))

    def release(self, name: str) -> None:
        """Hold it no more. The store is told at once, and nobody waits for that."""
        lock = self._rules.get(name)
        if lock is not None and lock.holder == self._rules.me:
            self._rules.let_go(name)
            self._calls.begin(self._give_back(lock))

    async def _give_back(self, lock: Lock) -> None:
        await self._store.release(lock)
        self._hint()

    def tell(self, name: str, told: str) -> None:
        """Let the others know this of it (JSON), with the next beat, at first at once."""
        self._beats.tell(name, told)

    def decline(self, name: str, n: str) -> None:
        """Say no to a wish."""
        self._beats.decline(name, n)

    # -- the others

    def elsewhere(self, name: str) -> Lock | None:
        """Return the lock, if another server was seen to hold it."""
        return self._rules.elsewhere(name, self._clock.seconds())

    def all_elsewhere(self) -> Iterable[Lock]:
        """Return every lock that another server was seen to hold."""
        return self._rules.all_elsewhere(self._clock.seconds())

    async def look_at(self, name: str) -> Lock | None:
        """Return one lock as the store has it now. Raises `Unavailable`."""
        return await self._watch.look_at(name)

    def look(self) -> None:
        """Look at all of them soon: somebody says that it is worth it."""
        self._watch.look()

    # -- as time goes by

    def _tick(self) -> None:
        now = self._clock.seconds()
        for lock in self._rules.held():
            if self._rules.holds(lock.name, now):
                self._beats.beat(lock.name)
            else:
                self._lose(lock, f"the servers' common store did not answer: {self.trouble}")
        if not self._seeking and not self.on_duty and self.elsewhere(DUTY) is None:
            self._seeking = True
            self._calls.begin(self._seek_leadership())
        self._watch.look()

    async def _seek_leadership(self) -> None:
        try:
            await self.take(DUTY, "")
        except HeldElsewhere:
            return
        finally:
            self._seeking = False
        self._log.info("On duty among the servers")

    def _saw(self, lock: Lock) -> None:
        now = self._clock.seconds()
        if self._rules.saw(lock, now):
            self._lost(lock.name, "another server has taken it")
        elif self.holds(lock.name):
            self._beats.heed(lock)
        if lock.name == DUTY and self.elsewhere(DUTY) is not None:
            self._leader_seen(now)
        self._twins.saw(lock, now)

    def _lose(self, lock: Lock, why: str) -> None:
        self.release(lock.name)
        self._lost(lock.name, why)
