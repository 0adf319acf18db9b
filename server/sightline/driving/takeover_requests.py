"""Asking a robot's driver for the robot: here or at another server, answered or not in time."""

from __future__ import annotations

from collections.abc import Awaitable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from sightline.auth.permissions import may
from sightline.cluster.locks import LockRequest
from sightline.contract.errors import Refused
from sightline.driving.foundations import Foundations
from sightline.driving.granting import LeaseGranting
from sightline.driving.session import DrivingSession, TakeOverRequest
from sightline.live.requests import Asker, Fields

ASK_SECONDS = 20.0
"""How long an asker waits for the answer of a robot's driver."""


class TakeOverRequests:
    """The questions that are open, kept with the session of their robot."""

    def __init__(self, base: Foundations, granting: LeaseGranting) -> None:
        self._clock = base.clock
        self._leases = base.leases
        self._sessions = base.sessions
        self._sharing = base.sharing
        self._locks = base.locks
        self._settling = base.settling
        self._display = base.display
        self._granting = granting

    def ask(self, asker: Asker, robot: str, thing: str) -> Awaitable[Fields]:
        """Ask the driver; the answer comes with the robot. Raise `Refused`."""
        lease = self._leases.get(thing)
        session = self._sessions.get(thing)
        if lease is None and not self._locks.alone:
            return self._granting.ask_elsewhere(asker, robot, thing, seconds=ASK_SECONDS)
        if lease is None or session is None:
            raise Refused("free", f"nobody drives {robot}: take it")
        if lease.who == asker:
            raise Refused("yours", f"you drive {robot}")
        if any(ask.asker == asker for ask in session.asks):
            raise Refused("asked", "you have asked already")
        return self._open(session, asker.user.name, asker)

    def ask_from_elsewhere(self, thing: str, wanted: LockRequest) -> None:
        """Ask our driver for somebody at another server, which wants the lock of ``thing``."""
        session = self._sessions.get(thing)
        if session is None or self._leases.get(thing) is None:
            self._sharing.ended(thing, 0.0)
            return
        if wanted.over:
            self._settling.end(thing, f"{wanted.who} took over")
            return

        def refused(failure: Failure) -> None:
            why = failure.value
            if isinstance(why, Refused) and why.code == "declined":
                self._locks.decline(thing, wanted.n)

        self._open(session, wanted.who, None).addErrback(refused)

    def _open(self, session: DrivingSession, name: str, asker: Asker | None) -> Deferred[Fields]:
        answer: Deferred[Fields] = Deferred()
        until = self._clock.seconds() + ASK_SECONDS
        session.asks.append(TakeOverRequest(name, asker, until, answer))
        self._display.lease(session)
        return answer

    def reply(self, asker: Asker, thing: str, fence: int | None, name: object, yes: bool) -> None:
        """Give the driver's answer to the person called ``name``. Raise `Refused`."""
        session = self._sessions.held(thing, fence)
        lease = self._leases.get(thing)
        if lease is None or lease.who != asker or lease.fence != fence:
            raise self._sessions.not_yours(session.robot)
        ask = next((a for a in session.asks if a.name == name), None)
        if ask is None:
            raise Refused("not_asking", "that person does not ask any more")
        session.asks.remove(ask)
        if not yes:
            self._display.lease(session)
            ask.answer.errback(Refused("declined", f"{asker.user.name} keeps {session.robot}"))
        elif ask.asker is None:  # the other server takes it as soon as it is free
            self._settling.end(thing, f"handed over to {name}")
        elif not may(ask.asker.user, "drive", thing):
            raise Refused("forbidden", "that person may not drive it")
        else:
            handed = Deferred.fromCoroutine(self._granting.hand_over(session, lease, ask.asker))
            handed.addCallbacks(ask.answer.callback, ask.answer.errback)

    def left(self, asker: Asker) -> None:
        """Take back the questions of a browser that is gone."""
        for session in self._sessions:
            for ask in [ask for ask in session.asks if ask.asker == asker]:
                session.asks.remove(ask)
                ask.answer.errback(Refused("gone", "you are gone"))
                self._display.lease(session)
        self._sharing.left(asker)

    def look(self) -> None:
        """Answer the askers that have waited long enough."""
        now = self._clock.seconds()
        for session in self._sessions:
            for ask in [ask for ask in session.asks if now >= ask.until]:
                session.asks.remove(ask)
                ask.answer.errback(Refused("no_answer", "the driver did not answer"))
                self._display.lease(session)
