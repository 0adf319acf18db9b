"""Tell people: accept what is to be told, send it by each channel, again until it is taken.

One transaction on the thread accepts what came since the last one, notes what came of messages sent
meanwhile, and holds what is due now. So nothing waits for a disk more often than it must, and what
was accepted is told at least once, whatever ends the server.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, gatherResults
from twisted.internet.interfaces import IDelayedCall

from sightline.channels import retries, wording
from sightline.channels.access import ChannelAccess
from sightline.channels.options import GIVE_UP, ChannelOptions, ChannelType, Outcome
from sightline.channels.records import Channel, ChannelStatus, Job
from sightline.channels.sending import ChannelSender
from sightline.channels.store import ChannelStore
from sightline.channels.waiting import delivered
from sightline.model.faults import CannotOpen, Unavailable
from sightline.model.notification import DeliveryReport, Notification
from sightline.model.sealing import CannotUnseal
from sightline.model.server import Telling

AT_ONCE = 64
"""Messages under way, of all accounts."""
MOST = 10_000
"""Notifications that wait in memory to be accepted, while the disk or the database is away."""
_AGAIN = 1.0  # s until a database that is away is tried again
_LOOK = 5.0  # s between looks at what other servers left
_LONGEST = 600.0  # s between looks at all
_TIDY = 3600.0  # s
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of a job at ``at`` (epoch s), and when it is tried again if it is."""

    job: Job
    outcome: Outcome
    at: float
    due: float

    def note(self, store: ChannelStore) -> list[DeliveryReport]:
        """Write it down; return what is known of notifications by it."""
        outcome, queue = self.outcome, store.queue
        if outcome.result == "done":
            return queue.done(self.job, self.at)
        if outcome.result == "gone":
            return store.remove(self.job.channel.id, outcome.why)
        if outcome.result == "never" or self.due - self.job.since > GIVE_UP:
            return queue.give_up(self.job, outcome.why, self.at)
        queue.later(self.job, outcome.why, self.due)
        return []


class ChannelService:
    """All channels. ``senders`` are the ways of telling, by type.

    ``report`` hears how far each notification has got. ``wall`` gives epoch s.
    """

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        access: ChannelAccess,
        senders: Mapping[ChannelType, ChannelSender],
        report: Callable[[DeliveryReport], None],
        *,
        look: bool = False,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.wall = wall
        self.access = access
        self.options: ChannelOptions = access.options
        self.sent = self.failed = 0
        self._reactor = reactor
        self._senders = senders
        self._report = report
        self._longest = _LOOK if look else _LONGEST
        self._chance = chance
        self._new: list[Notification] = []
        self._results: list[_Result] = []
        self._busy: dict[str, str] = {}
        self._flying: dict[str, Deferred[None]] = {}
        self._working = self._again = self._stopped = False
        self._call: IDelayedCall | None = None
        self._tidy_due = 0.0
        self._counts = (0, 0, 0, 0)
        self._log = access._log
        access.ready.addCallback(lambda _: self._go())

    # -- for others

    def tell(self, notification: Notification) -> None:
        """Tell somebody by all their channels. ``report`` hears ``waiting`` when it is accepted."""
        if self._stopped or len(self._new) >= MOST:
            self._report(delivered(notification, "failed", "the server cannot take more just now"))
            return
        self._new.append(notification)
        self._go()

    async def forget(self, thing: str) -> None:
        """Forget everything about a thing."""
        self._new = [each for each in self._new if not _within(each.thing, thing)]
        await self.access.transact(lambda store: store.forget(thing), scrub=True)

    async def forget_account(self, account: str) -> None:
        """Forget the channels of an account, and all that was to be told to it."""
        self._new = [each for each in self._new if each.account != account]
        for id, owner in list(self._busy.items()):
            if owner == account and id in self._flying:
                self._flying[id].cancel()
        await self.access.transact(lambda store: store.forget_account(account), scrub=True)
        self._go()

    async def owners(self) -> set[str]:
        """Return the accounts that have channels, or are to be told anything."""
        return await self.access.transact(lambda store: store.accounts())

    async def change(self, do: Callable[[ChannelStore], T], *, scrub: bool = False) -> T:
        """Return what ``do`` changes, and look at once at what follows from it."""
        done = await self.access.transact(do, scrub=scrub)
        self._go()
        return done

    async def removed(self, channel: Channel, why: str) -> None:
        """Remove a channel; what waited for it is told by others, or not at all."""
        if (flying := self._flying.get(channel.id)) is not None:
            flying.cancel()
        self.heard(await self.change(lambda store: store.remove(channel.id, why), scrub=True))

    def heard(self, found: Iterable[DeliveryReport]) -> None:
        """Tell how far notifications have got."""
        for each in found:
            self._report(each)

    async def try_now(self, channel: Channel, sealed: str, notification: Notification) -> Outcome:
        """Send a notification by this channel at once and once; return what came of it."""
        outcome = await self._attempt(Job(channel, sealed, (notification,)))
        now = self.wall()

        def note(store: ChannelStore) -> None:
            if outcome.result == "done":
                store.queue.worked(channel.id, now)
            else:
                store.queue.failed(channel.id, outcome.why)

        if outcome.result == "gone":
            await self.removed(channel, outcome.why)
        else:
            await self.change(note)
        return outcome

    async def statuses(self, account: str | None = None) -> list[ChannelStatus]:
        """Return how channels stand, those of one account or all."""
        return await self.access.transact(lambda store: store.statuses(account))

    def figures(self) -> Telling:
        """Return how the channels are, for the server's own state."""
        channels, failing, waiting, dead = self._counts
        why = self.access.away or (
            ""
            if self.access.vapid is not None or not self.access.ready.called
            else "the key that seals secrets is not the right one"
        )
        return Telling(
            channels=channels,
            failing=failing,
            waiting=waiting + len(self._new),
            dead=dead,
            sent=self.sent,
            failed=self.failed,
            why=why or None,
        )

    def stop(self) -> Deferred[Any]:
        """Send nothing any more; what waits is sent after the next start."""
        self._stopped = True
        if self._call is not None:
            self._call.cancel()
            self._call = None
        for flying in list(self._flying.values()):
            flying.cancel()
        return Deferred.fromCoroutine(self._end())

    async def _end(self) -> None:
        await gatherResults(list(self._flying.values()), consumeErrors=True)
        new, results = self._new, self._results
        if not (new or results):
            return
        now = self.wall()

        def last(store: ChannelStore) -> list[DeliveryReport]:
            found = store.queue.accept(new, now)
            return found + [each for result in results for each in result.note(store)]

        try:
            found = await self.access.transact(last)
        except Unavailable as why:
            self._log.warn("What was to be told last is lost: {why}", why=str(why))
        else:
            self.heard(found)

    # -- working

    def _go(self) -> None:
        """Do what is to be done, at once or right after what is being done."""
        if self._stopped or not self.access.ready.called:
            return
        if self._working:
            self._again = True
            return
        self._working, self._again = True, False
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None
        working = Deferred.fromCoroutine(self._work())
        working.addErrback(lambda failure: self._log.failure("Could not tell anybody", failure))
        working.addBoth(self._worked)

    def _worked(self, wait: float | None) -> None:
        self._working = False
        if self._stopped:
            return
        if self._again:
            self._go()
        else:
            self._call = self._reactor.callLater(_AGAIN if wait is None else wait, self._go)

    async def _work(self) -> float | None:
        """Accept, note and hold in one transaction; return after how many s to look again."""
        new, self._new = self._new, []
        results, self._results = self._results, []
        now = self.wall()
        for result in results:
            self._busy.pop(result.job.channel.id, None)
        busy, room = dict(self._busy), AT_ONCE - len(self._busy)
        if self.access.vapid is None:  # our key is not the one of all: the others can tell it
            room = 0
        tidy = now >= self._tidy_due

        def work(store: ChannelStore) -> tuple[list[DeliveryReport], list[Job], float | None, Any]:
            found = store.queue.accept(new, now)
            for result in results:
                found += result.note(store)
            if tidy:
                store.tidy(now)
            jobs = store.queue.reserve(now, busy, room)
            held = [*busy, *(job.channel.id for job in jobs)]
            return found, jobs, store.queue.next_due(now, held), store.counts()

        try:
            found, jobs, due, self._counts = await self.access.transact(work)
        except Unavailable:
            self._new, self._results = [*new, *self._new], [*results, *self._results]
            for result in results:  # its channel stays as it was: under way
                self._busy[result.job.channel.id] = result.job.channel.account
            return None
        if tidy:
            self._tidy_due = now + _TIDY
        for job in jobs:
            self._start(job)
        self.heard(found)
        if self.access.vapid is None:
            return self._longest
        # What is due while all hands are busy is looked at when one of them is free.
        least = 1.0 if self._busy else 0.02
        return self._longest if due is None else min(self._longest, max(least, due - self.wall()))

    def _start(self, job: Job) -> None:
        id = job.channel.id
        self._busy[id] = job.channel.account
        flying = Deferred.fromCoroutine(self._fly(job))
        if not flying.called:
            self._flying[id] = flying
        flying.addBoth(self._landed, id)

    def _landed(self, result: Any, id: str) -> None:
        self._flying.pop(id, None)
        if result is not None:  # it was cancelled: what it was about is forgotten, or waits
            self._busy.pop(id, None)
        self._go()

    async def _fly(self, job: Job) -> None:
        outcome = await self._attempt(job)
        now = self.wall()
        wait = retries.pause(self.options.first, job.attempts + 1, self._chance(), outcome.wait)
        self._results.append(_Result(job, outcome, now, now + wait))

    async def _attempt(self, job: Job) -> Outcome:
        channel = job.channel
        try:
            secret = self.access.unseal(job.secret, channel.id)
            notification = wording.summary(job.notifications, channel)
            outcome = await self._senders[channel.type].send(channel, secret, notification)
        except (CannotUnseal, CannotOpen) as why:
            outcome = Outcome("later", f"its secret cannot be read: {why}")
        except CancelledError:
            raise
        except Exception:
            self._log.failure("A channel's attempt failed as we did not foresee")
            outcome = Outcome("later", "something went wrong in the server; it is in its log")
        if outcome.result == "done":
            self.sent += 1
        else:
            self.failed += 1
        return outcome


def _within(thing: str, of: str) -> bool:
    return thing == of or thing.startswith(f"{of}/")
