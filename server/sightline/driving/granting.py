"""Who gets the lease of a robot: taken when it is free, taken over, or handed over."""

from __future__ import annotations

from sightline.contract.errors import Refused
from sightline.driving import contract
from sightline.driving.foundations import Foundations
from sightline.driving.leases import KEEP, SILENCE, AlreadyHeld, Lease
from sightline.driving.session import DrivingSession
from sightline.driving.stop_bounds import stops_within
from sightline.driving.watch import DrivenWatch
from sightline.kinds.probots import commands
from sightline.live.requests import Asker, Fields

FRAMES_PER_SECOND = 60
"""As many driving frames a page may send."""


class LeaseGranting:
    """Give out leases, each with a connection of its own to the broker."""

    def __init__(self, base: Foundations, watch: DrivenWatch) -> None:
        self._clock = base.clock
        self._wall = base.wall
        self._leases = base.leases
        self._hindrances = base.hindrances
        self._sharing = base.sharing
        self._settling = base.settling
        self._display = base.display
        self._log = base.log
        self._watch = watch

    async def take(self, asker: Asker, robot: str, thing: str) -> Fields:
        """Give ``asker`` a robot that nobody else holds. Raise `Refused`."""
        session = self._hindrances.admit(robot, thing)
        name, now = asker.user.name, self._clock.seconds
        try:
            self._leases.check(thing, asker, name, now())
            fence = await self._sharing.lock(thing, name)
            lease = self._leases.take(thing, asker, name, fence, now())
        except AlreadyHeld as held:
            self._settling.settle()
            raise Refused("held", f"{robot} is driven by {held.lease.name}") from None
        return await self._begin(session, asker, lease, "take")

    async def take_over(self, asker: Asker, robot: str, thing: str) -> Fields:
        """Give ``asker`` a robot, also when somebody else holds it. Raise `Refused`."""
        session = self._hindrances.admit(robot, thing)
        name = asker.user.name
        fence = await self._sharing.take_over(thing, name)
        lease = self._leases.take_over(
            thing, asker, name, f"{name} took over", fence, self._clock.seconds()
        )
        return await self._begin(session, asker, lease, "takeover")

    async def hand_over(self, session: DrivingSession, lease: Lease, to: Asker) -> Fields:
        """Give ``to`` the robot, as its driver here has agreed. Raise `Refused`."""
        name, thing = to.user.name, session.thing
        fence = await self._sharing.lock(thing, name)
        if self._leases.fence(thing) != lease.fence:
            raise Refused("held", f"{session.robot} went to somebody else")
        new = self._leases.take_over(
            thing, to, name, f"handed over to {name}", fence, self._clock.seconds()
        )
        return await self._begin(session, to, new, "take")

    async def ask_elsewhere(
        self, asker: Asker, robot: str, thing: str, *, seconds: float
    ) -> Fields:
        """Ask the driver at another server for the robot, and take it. Raise `Refused`."""
        session = self._hindrances.admit(robot, thing)
        if not await self._sharing.holds(thing):
            raise Refused("free", f"nobody drives {robot}: take it")
        fence = await self._sharing.ask(thing, asker, seconds)
        now = self._clock.seconds()
        try:
            lease = self._leases.take(thing, asker, asker.user.name, fence, now)
        except AlreadyHeld as held:  # somebody here was quicker
            raise Refused("held", f"{robot} is driven by {held.lease.name}") from None
        return await self._begin(session, asker, lease, "take")

    async def _begin(
        self, session: DrivingSession, asker: Asker, lease: Lease, what: str
    ) -> Fields:
        """Open the connection of a new lease; return the answer. Raise `Refused`."""
        self._settling.settle()  # the stop of the driver before
        session.publisher.aim()
        session.asker, session.since = asker, self._wall()
        session.telemetry_at = self._clock.seconds()
        session.last_answer = ("", "")
        await self._connect(session, lease.fence)
        self._log.write(asker.user.name, what, session.robot, lease=lease.fence)
        self._leases.hinder(session.thing, self._hindrances.of(session, self._clock.seconds()))
        self._watch.wake()
        self._settling.settle()
        self._display.lease(session)
        return contract.LeaseGiven(
            lease=lease.fence,
            silence=round(SILENCE * 1000),
            keep=round(KEEP * 1000),
            most=commands.MOST,
            rate=FRAMES_PER_SECOND,
            stops_within=stops_within(session.broker.measured()),
        )

    async def _connect(self, session: DrivingSession, fence: int) -> None:
        """Open the connection whose will is the stop. Raise `Refused`; then the lease is over."""
        thing = session.thing

        def lost(why: str) -> None:
            if self._leases.fence(thing) == fence:
                self._settling.end(thing, f"the connection of this lease was lost: {why}")

        connection = session.broker.port.will_connection(
            session.publisher.topic, commands.STOP, lost
        )
        try:
            await connection.open()
        except Exception as why:
            if self._leases.fence(thing) == fence:
                self._leases.end(thing, "the broker gives no connection for it")
            self._settling.settle()
            raise Refused("no_lifeline", f"the broker gives no connection for it: {why}") from None
        if self._leases.fence(thing) != fence:
            self._settling.close(connection)
            raise Refused("ended", f"the lease of {session.robot} ended at once")
        session.publisher.will_connection = connection
