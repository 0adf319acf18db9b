"""Keep a copy at the end of its journal and its outbox empty, and know whether that works.

Each half second it looks what the others did, and at once when told that there is something. While
the journal cannot be reached, changes are refused at once (`Copy.trouble`), and looking goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from sightline.journal.copy import Copy
from sightline.journal.entries import BadEntry, Journal
from sightline.model.faults import Unavailable

LOOK = 0.5  # s
_SAY = 5.0  # s between two words of the log while nobody can be let in
_OTHERS = 60.0  # s that whoever erased somebody has to empty the journal, before we do it

_AT_ONCE = 4  # who may wait for news at the same time; the threads for it are others', too

T = TypeVar("T")


class Follower:
    """``what`` is what the copy holds, in the log's words; ``clock`` is never stepped.

    ``run`` does something on the copy's thread. ``changed`` is awaited with the tables that were
    touched after others' changes, or what waited in the outbox, were done here.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        clock: IReactorTime,
        what: str,
        copy: Copy,
        journal: Journal,
        run: Callable[[Callable[[], Any]], Awaitable[Any]],
        changed: Callable[[set[str]], Awaitable[None]],
    ) -> None:
        self.ready: Deferred[None] = Deferred()
        """Fires when the copy has caught up for the first time."""
        self._reactor = reactor
        self._clock = clock
        self._what = what
        self._copy = copy
        self._journal = journal
        self._run = run
        self._changed = changed
        self._running = self._busy = self._asked = False
        self._idle: list[Deferred[None]] = []
        self._told = self._refreshing = 0
        self._appended: list[Callable[[], None]] = []
        self._say_due = 0.0
        self._behind = False
        self._scrub: tuple[int, float] | None = None  # which, and when we saw it first
        self._loop = LoopingCall(self.look)
        self._loop.clock = clock

    # -- start and stop

    def start(self) -> None:
        """Begin to follow the journal."""
        self._running = True
        self._say_due = self._clock.seconds() + _SAY
        self._loop.start(LOOK).addErrback(
            lambda failure: self._log.failure("Nobody follows the other servers", failure)
        )

    def stop(self) -> Deferred[None]:
        """Follow no more; fires when nothing is under way."""
        self._running = False
        if self._loop.running:
            self._loop.stop()
        idle: Deferred[None] = Deferred()
        self._idle.append(idle)
        self._rest()
        return idle

    def when_appended(self, appended: Callable[[], None]) -> None:
        """Call ``appended`` after something of ours has come into the journal."""
        self._appended.append(appended)

    @property
    def trouble(self) -> str:
        """Tell why nothing can be changed just now; "" when it can."""
        return self._copy.behind or self._copy.trouble

    # -- what we do

    async def share(self, work: Callable[[], T]) -> T:
        """Return what ``work`` does with the copy, on its thread. Raises `Unavailable`."""
        try:
            done: T = await self._run(work)
        except (Unavailable, BadEntry) as why:
            self._away(why)
            raise Unavailable(str(why)) from why
        self._tell()
        await self._follow()
        return done

    def look(self) -> None:
        """Look for news in the journal and in the outbox."""
        self._asked = True
        if self._busy or not self._running:
            return
        self._busy = True
        working = Deferred.fromCoroutine(self._work())
        working.addErrback(
            lambda failure: self._log.failure("Could not follow the other servers", failure)
        )
        working.addBoth(self._worked)

    def _worked(self, _: object) -> None:
        self._busy = False
        self._rest()

    def _rest(self) -> None:
        """Tell those who wait that nothing is under way: no thread may wait for AWS then."""
        if not self._busy and not self._refreshing:
            idle, self._idle = self._idle, []
            for each in idle:
                each.callback(None)

    async def refresh(self) -> None:
        """Apply what the others changed until now, if that can be known and not too many ask."""
        if self.trouble or not self.ready.called or not self._running:
            return
        if self._refreshing >= _AT_ONCE:
            return
        self._refreshing += 1
        try:
            await self._take_news()
        except (Unavailable, BadEntry) as why:
            self._away(why)
        finally:
            self._refreshing -= 1
            self._rest()

    async def _work(self) -> None:
        while self._asked and self._running:
            self._asked = False
            try:
                await self._turn()
            except (Unavailable, BadEntry) as why:
                self._away(why)

    async def _turn(self) -> None:
        if not self.ready.called:
            how = await self._run(self._copy.join)
            self._log.info("The {what} of all servers: {how}", what=self._what, how=how)
            await self._follow()
            self._well()
            self.ready.callback(None)
        elif await self._take_news():
            self._asked = True  # there may be more
        self._well()
        if self.trouble:
            return
        if await self._run(self._copy.waiting):
            await self._drain()
        if self._copy.due or self._long_due():
            await self._run(self._copy.compact)
            self._log.info(
                "The journal of the {what} begins at {n} now", what=self._what, n=self._copy.number
            )

    async def _take_news(self) -> bool:
        pool = self._reactor.getThreadPool()
        news = await deferToThreadPool(self._reactor, pool, self._journal.look, self._copy.number)
        taken: bool = await self._run(lambda: self._copy.take(news))
        await self._follow()
        return taken

    async def _follow(self) -> None:
        if self._copy.touched:
            await self._changed(await self._run(self._copy.touches))

    async def _drain(self) -> None:
        for why in await self._run(self._copy.drain):
            self._log.error(
                "What the command line wanted of the {what} cannot be done: {why}",
                what=self._what,
                why=why,
            )
        self._tell()
        await self._follow()

    def _long_due(self) -> bool:
        """Tell whether an erasure waits to be finished, as the server that began it is gone."""
        scrub, now = self._copy.scrub, self._clock.seconds()
        if scrub is None:
            self._scrub = None
        elif self._scrub is None or self._scrub[0] != scrub:
            self._scrub = scrub, now
        return self._scrub is not None and now - self._scrub[1] >= _OTHERS

    def _tell(self) -> None:
        if self._copy.appended != self._told:
            self._told = self._copy.appended
            for appended in self._appended:
                appended()

    # -- how it goes

    def _away(self, why: Exception) -> None:
        known, self._copy.trouble = self._copy.trouble, str(why)
        now = self._clock.seconds()
        if not self.ready.called:
            if now >= self._say_due:
                self._say_due = now + _SAY
                self._log.warn(
                    "Nobody is let in yet: waiting for the {what} of the other servers: {why}",
                    what=self._what,
                    why=str(why),
                )
        elif not known:
            self._log.warn(
                "The {what} cannot be changed just now: {why}", what=self._what, why=str(why)
            )

    def _well(self) -> None:
        if self._copy.behind and not self._behind:
            self._behind = True
            self._log.error(
                "The {what} are not followed any more: {why}",
                what=self._what,
                why=self._copy.behind,
            )
        known, self._copy.trouble = self._copy.trouble, ""
        if known and self.ready.called:
            self._log.info("The {what} can be changed again", what=self._what)
