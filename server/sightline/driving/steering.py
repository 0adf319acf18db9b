"""The driving frames of a driver, and the driver's own stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET

from sightline.auth.permissions import may
from sightline.contract.errors import Refused
from sightline.driving import contract
from sightline.driving.foundations import Foundations
from sightline.driving.leases import NotYours
from sightline.driving.session import DrivingSession, Motion
from sightline.kinds.probots import commands
from sightline.live.requests import Asker, Fields

ANSWER_EVERY = 0.2
"""Driving frames are answered no more often than this while nothing changes, s."""


@dataclass(frozen=True, slots=True)
class DrivingFrame:
    """What the driver wants now.

    ``n`` counts the frames up; ``sent`` is the time on the page's own monotonic clock, s.
    """

    keys: commands.Keys
    n: int
    sent: float | None


class Steering:
    """What a driver does with a robot, checked by the lease and sent to the robot."""

    def __init__(self, base: Foundations) -> None:
        self._clock = base.clock
        self._leases = base.leases
        self._sessions = base.sessions
        self._settling = base.settling
        self._display = base.display
        self._log = base.log

    def drive(
        self, asker: Asker, thing: str, fence: int | None, frame: DrivingFrame
    ) -> Fields | None:
        """Let the robot move as the frame says; return the answer, if one is due.

        Raise `Refused`.
        """
        session = self._may_drive(asker, thing, fence)
        now = self._clock.seconds()
        lease_number = fence or 0
        try:
            verdict = self._leases.drive(
                thing, asker, lease_number, frame.n, frame.keys.moving, now, frame.sent
            )
        except NotYours:
            raise self._sessions.not_yours(session.robot) from None
        finally:
            self._settling.settle()
        if verdict == "go":
            self._move(session, frame.keys, lease_number, now)
        elif verdict == "still":
            session.sent = commands.STOP.decode()
        return self._progress(session, verdict, frame.n, now)

    def refuse_frame(self, asker: Asker, thing: str, fence: int | None, why: str) -> Refused:
        """Stop the robot of a driver whose frame makes no sense; return the refusal.

        Raise `Refused` for an asker that may not drive it.
        """
        self._may_drive(asker, thing, fence)
        lease = self._leases.get(thing)
        if lease is not None and lease.who == asker and lease.fence == fence:
            self._leases.stop(thing, "a driving frame made no sense")
            self._settling.settle()
        return Refused("bad_frame", why)

    def release(self, asker: Asker, thing: str, fence: int | None) -> None:
        """End the driver's lease. Raise `Refused`."""
        session = self._sessions.held(thing, fence)
        self._as_holder(session, lambda: self._leases.release(thing, asker, fence or 0))

    def halt(self, asker: Asker, thing: str, fence: int | None, why: str, *, asked: bool) -> None:
        """Stop the robot and keep the lease. Raise `Refused`.

        ``asked``: the driver wanted the stop.
        """
        session = self._sessions.held(thing, fence)
        self._as_holder(
            session, lambda: self._leases.halt(thing, asker, fence or 0, why, asked=asked)
        )

    def _as_holder(self, session: DrivingSession, act: Callable[[], None]) -> None:
        try:
            act()
        except NotYours:
            raise self._sessions.not_yours(session.robot) from None
        finally:
            self._settling.settle()

    def _may_drive(self, asker: Asker, thing: str, fence: int | None) -> DrivingSession:
        """Return the session; end the lease of a driver that lost the right to it."""
        session = self._sessions.held(thing, fence)
        if not may(asker.user, "drive", thing):
            lease = self._leases.get(thing)
            if lease is not None and lease.who == asker:
                self._settling.end(thing, f"{lease.name} may not drive any more")
            raise Refused("forbidden", f"you may not drive {session.robot}")
        return session

    def _move(self, session: DrivingSession, keys: commands.Keys, fence: int, now: float) -> None:
        if not session.publisher.move(keys, fence):
            self._leases.stop(session.thing, "the broker does not take the commands")
            self._settling.settle()
            return
        session.sent = commands.payload(keys).decode()
        if session.motion is None:
            session.motion = Motion(now)
            lease = self._leases.get(session.thing)
            name = lease.name if lease else ""
            self._log.write(name, "drive", session.robot, lease=fence, sent=session.sent)
            self._display.lease(session)
        session.motion.keys(keys)

    def _progress(self, session: DrivingSession, verdict: str, n: int, now: float) -> Fields | None:
        """Make the answer to a driving frame, a few times a second or when something is new."""
        lease = self._leases.get(session.thing)
        answer = (verdict, lease.why if lease else "")
        if answer == session.last_answer and now - session.answered_at < ANSWER_EVERY:
            return None
        session.last_answer, session.answered_at = answer, now
        trip = session.trip
        return contract.Progress(
            n=n,
            state=verdict,
            sent=session.sent,
            why=lease.why if verdict == "parked" and lease is not None and lease.why else UNSET,
            trip=UNSET if trip is None else round(trip * 1000, 1),
        )
