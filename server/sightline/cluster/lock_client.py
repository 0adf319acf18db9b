"""Be this server among several: take locks, keep them by a beat, see those of the others.

The rules are in `sightline.cluster.locks`; what the store is made of is its own matter
(`LockStore`). Who acts on a lock asks `holds` each time: that costs nothing and is true on any
thread.

One lock is no robot's: the server that holds `DUTY` does what only one of us should do.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from sightline.cluster.locks import (
    BEAT,
    DEAD_AFTER,
    Declined,
    HeldElsewhere,
    Lock,
    LockRequest,
    Locks,
)
from sightline.live.periodic import Periodic
from sightline.model.faults import Unavailable

DUTY = "duty"
_TRIES = 3
_OVER = 0.1  # s between looks of who takes something over
_ASKING = 0.3  # … and of who asked for it and waits for a person
_CLOSELY = 0.05  # s: hints make us look no more often than this
_GOODBYE = 2.0  # s for giving everything back when we stop


class LockStore(Protocol):
    """Rows with conditional writes. Everything may fail with `Unavailable`."""

    async def all(self) -> list[Lock]:
        """Return all locks as they are now."""

    async def get(self, name: str) -> Lock | None:
        """Return one lock as it is now."""

    async def take(self, was: Lock, me: str, who: str) -> Lock | None:
        """Give it to ``me`` if it still is as it ``was``; None: it is not."""

    async def beat(self, lock: Lock, told: str, declined: str) -> Lock | None:
        """Say that its holder is there; None: that is another one now."""

    async def release(self, lock: Lock) -> None:
        """Have nobody hold it, if its holder still does."""

    async def want(self, lock: Lock, want: LockRequest | None) -> bool:
        """Put a wish down with whoever holds it (None: take it back); False: another does."""


class LockClient(Service):
    """``server`` is this server's name among them."""

    name = "claims"
    _log = Logger()

    def __init__(self, clock: IReactorTime, store: LockStore, server: str) -> None:
        self._clock: Any = clock
        self._store = store
        # A run of its own: what an earlier one held must become old, it may still be in the air.
        self._rules = Locks(f"{server}/{secrets.token_hex(6)}")
        self._server = server
        self._began = 0.0
        self._twins: dict[str, Lock] = {}
        self.twin = False
        """Whether there is another server of our name."""
        self._locks: dict[str, DeferredLock] = {}
        self._beating: set[str] = set()
        self._notices: dict[str, str] = {}
        self._declined: dict[str, str] = {}
        self._heeded: dict[str, str] = {}
        self._looking = False
        self._again = False
        self._resting: Any = None
        self._seeking = False
        self._works: set[Deferred[Any]] = set()
        self._loop = Periodic(clock, BEAT, self._tick, "the beat of the locks")
        self.trouble = ""
        """Why the store cannot be asked; empty when it can."""
        self._lost: Callable[[str, str], None] = lambda name, why: None
        self._wanted: Callable[[str, LockRequest], None] = lambda name, want: None
        self._hint: Callable[[], None] = lambda: None
        self._leader_seen: Callable[[float], None] = lambda now: None

    def listen(
        self, *, lost: Callable[[str, str], None], wanted: Callable[[str, LockRequest], None]
    ) -> None:
        """Call ``lost`` with each lock that we hold no more, and why.

        Call ``wanted``, once, with each request for a lock that we hold.
        """
        self._lost, self._wanted = lost, wanted

    def when_hinted(self, hint: Callable[[], None]) -> None:
        """Call ``hint`` when the other servers have a reason to look."""
        self._hint = hint

    def when_leader_seen(self, seen: Callable[[float], None]) -> None:
        """Call ``seen`` with the time (monotonic s) when another server was seen to lead."""
        self._leader_seen = seen

    # -- the service

    def startService(self) -> None:
        """Begin to look and to beat."""
        super().startService()
        self._began = self._clock.seconds()
        self._loop.start()

    def stopService(self) -> Deferred[Any]:
        """Give everything back, so that nobody has to wait until it is old."""
        super().stopService()
        self._loop.stop()
        if self._resting is not None and self._resting.active():
            self._resting.cancel()
        for lock in self._rules.held():
            self.release(lock.name)
        waiting: Deferred[Any] = DeferredList(list(self._works), consumeErrors=True)
        return waiting.addTimeout(_GOODBYE, self._clock).addErrback(lambda _: None)

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
        turn = self._locks.setdefault(name, DeferredLock())
        await turn.acquire()
        try:
            lock = await self._take(name, who)
        finally:
            turn.release()
        self._notices.pop(name, None)
        self._declined.pop(name, None)
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
        """Have it from whoever holds it, within so many seconds; its fence.

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
                if self._may_want(lock, want) and await self._store.want(lock, want):
                    told = True
                    self._hint()
                await deferLater(self._clock, _OVER if over else _ASKING)
                await self.look_at(name)
        finally:
            left = self._rules.get(name)
            if told and left is not None and left.wanted == want:
                self._spawn(self._store.want(left, None))

    def _may_want(self, lock: Lock, want: LockRequest) -> bool:
        """Tell whether to put it down: one wish at a time; a take-over goes before a question."""
        there = lock.wanted
        return there is None or (want.over and not there.over)

    def release(self, name: str) -> None:
        """Hold it no more. The store is told at once, and nobody waits for that."""
        lock = self._rules.get(name)
        if lock is not None and lock.holder == self._rules.me:
            self._rules.let_go(name)
            self._spawn(self._give_back(lock))

    async def _give_back(self, lock: Lock) -> None:
        await self._store.release(lock)
        self._hint()

    def tell(self, name: str, told: str) -> None:
        """Let the others know this of it (JSON), with the next beat, at first at once."""
        first = name not in self._notices
        self._notices[name] = told
        if first:
            self._beat_now(name, news=True)

    def decline(self, name: str, n: str) -> None:
        """Say no to a wish."""
        self._declined[name] = n
        self._beat_now(name, news=True)

    # -- the others

    def elsewhere(self, name: str) -> Lock | None:
        """Return the lock, if another server was seen to hold it."""
        return self._rules.elsewhere(name, self._clock.seconds())

    def all_elsewhere(self) -> Iterable[Lock]:
        """Return every lock that another server was seen to hold."""
        return self._rules.all_elsewhere(self._clock.seconds())

    async def look_at(self, name: str) -> Lock | None:
        """Return one lock as the store has it now. Raises `Unavailable`."""
        lock = await self._store.get(name)
        if lock is not None:
            self._saw(lock)
        return lock

    def look(self) -> None:
        """Look at all of them soon: somebody says that it is worth it."""
        if self._looking:
            self._again = True
        else:
            self._look_now()

    # -- as time goes by

    def _tick(self) -> None:
        now = self._clock.seconds()
        for lock in self._rules.held():
            if self._rules.holds(lock.name, now):
                self._beat_now(lock.name)
            else:
                self._lose(lock, f"the servers' common store did not answer: {self.trouble}")
        self._seek_leadership()
        self.look()

    def _beat_now(self, name: str, *, news: bool = False) -> None:
        lock = self._rules.get(name)
        if lock is not None and self.holds(name) and name not in self._beating:
            self._beating.add(name)
            self._spawn(self._beat(lock, news), lambda: self._beating.discard(name))

    async def _beat(self, lock: Lock, news: bool) -> None:
        name, asked = lock.name, self._clock.seconds()
        told, declined = self._notices.get(name, ""), self._declined.get(name, "")
        beaten = await self._store.beat(lock, told, declined)
        self.trouble = ""
        if beaten is None:
            now = self._rules.get(name)
            if now is not None and (now.holder, now.fence) == (lock.holder, lock.fence):
                self._lose(lock, "another server has taken it")
        elif self._rules.beaten(beaten, asked, self._clock.seconds()):
            self._heed(beaten)
            if news:
                self._hint()

    def _seek_leadership(self) -> None:
        if not self._seeking and not self.holds(DUTY) and self.elsewhere(DUTY) is None:
            self._seeking = True
            self._spawn(self._seek_duty(), self._sought)

    async def _seek_duty(self) -> None:
        try:
            await self.take(DUTY, "")
        except HeldElsewhere:
            return
        self._log.info("On duty among the servers")

    def _sought(self) -> None:
        self._seeking = False

    def _look_now(self) -> None:
        self._looking, self._again = True, False
        self._spawn(self._look_at_all(), self._rest)

    async def _look_at_all(self) -> None:
        for lock in await self._store.all():
            self._saw(lock)
            self._look_for_twins(lock)
        self.trouble = ""
        if self.elsewhere(DUTY) is not None:
            self._leader_seen(self._clock.seconds())

    def _look_for_twins(self, lock: Lock) -> None:
        """Find a server of our name: the locks of an earlier run of ours stand still."""
        if lock.server != self._server or lock.holder == self._rules.me:
            return
        if self._clock.seconds() - self._began < DEAD_AFTER:
            return  # what such a run sent last may still come
        before = self._twins.setdefault(lock.holder, lock)
        if lock.name == before.name and lock.age != before.age and not self.twin:
            self.twin = True
            self._log.error(
                "Another server is called {name}, too: give each a replicas.name of its own",
                name=self._server,
            )

    def _rest(self) -> None:
        if self.running:
            self._resting = self._clock.callLater(_CLOSELY, self._looked)

    def _looked(self) -> None:
        self._looking = False
        if self._again:
            self._look_now()

    def _saw(self, lock: Lock) -> None:
        if self._rules.saw(lock, self._clock.seconds()):
            self._lost(lock.name, "another server has taken it")
        elif self.holds(lock.name):
            self._heed(lock)

    def _heed(self, lock: Lock) -> None:
        want = lock.wanted
        if want is not None and self._heeded.get(lock.name) != want.n:
            self._heeded[lock.name] = want.n
            self._wanted(lock.name, want)

    def _lose(self, lock: Lock, why: str) -> None:
        self.release(lock.name)
        self._lost(lock.name, why)

    def _spawn(self, work: Awaitable[Any], after: Callable[[], None] = lambda: None) -> None:
        """Do it in the background. What the store cannot do is remembered, and tried again."""

        async def done() -> None:
            try:
                await work
            except Unavailable as why:
                if not self.trouble:
                    self._log.warn("The servers' common store: {why}", why=str(why))
                self.trouble = str(why)

        doing = Deferred.fromCoroutine(done())
        self._works.add(doing)

        def ended(result: Any) -> Any:
            self._works.discard(doing)
            after()
            return result

        doing.addBoth(ended)
        doing.addErrback(lambda failure: self._log.failure("A fault of the claims", failure))
