"""The two loops of driving: over the robots that are driven, and over all that concerns them.

A mistake of ours must never end the watch: it is logged, all driven robots are stopped, and the
loop goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.application.service import Service

from sightline.auth.permissions import may
from sightline.driving.brokers import DrivingBroker
from sightline.driving.foundations import Foundations
from sightline.driving.session import DrivingSession
from sightline.kinds.probots.model import ProBot
from sightline.live.periodic import Periodic

PULSE = 0.02
"""How often driven robots are looked at, s."""
BEAT = 0.25
"""How often everything else is: guards, round trips, alarms, s."""
SHOW_EVERY = 0.2
"""A lease is shown no more often than this while nothing changes, s."""
_IDLE_PROBE = 2.0  # s, while nobody drives
_OWED = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # s after the broker is back
_FAULT = "a fault in the server"


class DrivenWatch(Service):
    """Every 20 ms, while anybody holds a lease: may each driven robot move on?"""

    def __init__(self, base: Foundations) -> None:
        self._clock = base.clock
        self._world = base.hub.world
        self._leases = base.leases
        self._sessions = base.sessions
        self._locks = base.locks
        self._hindrances = base.hindrances
        self._settling = base.settling
        self._display = base.display
        self._loop = Periodic(
            base.clock,
            PULSE,
            self.look,
            "The watch over the driven robots",
            failed=lambda _: base.settling.end_all(_FAULT),
        )

    def wake(self) -> None:
        """Begin to look: somebody holds a lease."""
        self._loop.start()

    def stopService(self) -> None:
        """Stop watching the driven robots."""
        super().stopService()
        self.stop()

    def stop(self) -> None:
        """End the loop; what is still to be sent goes out."""
        self._loop.stop()

    def look(self) -> None:
        """Stop the robots that must not move on, and end the leases that are over."""
        now = self._clock.seconds()
        for lease in self._leases:
            session = self._sessions[lease.thing]
            asker = session.asker
            if asker is not None and not may(asker.user, "drive", lease.thing):
                self._leases.end(lease.thing, f"{lease.name} may not drive any more")
            elif not self._locks.holds(lease.thing):
                self._leases.end(lease.thing, "the servers' common store did not answer in time")
            elif session.publisher.strayed:
                self._leases.end(lease.thing, f"{session.robot} is heard below another base topic")
            else:
                self._leases.hinder(lease.thing, self._hindrances.of(session, now))
                self._note_angle(session)
        self._leases.tick(now)
        self._settling.settle()
        for lease in self._leases:
            session = self._sessions[lease.thing]
            if now - session.shown_at >= SHOW_EVERY:
                self._display.lease(session)
        if not len(self._leases):
            self._loop.stop()

    def _note_angle(self, session: DrivingSession) -> None:
        if session.motion is not None:
            state = self._world.state(session.thing)
            if isinstance(state, ProBot):
                session.motion.angle(state.angle)


class SurroundingsWatch(Service):
    """Every quarter of a second: the brokers, and what else is to be done now and then.

    ``looks`` are called at each beat, in this order.
    """

    def __init__(self, base: Foundations, looks: Sequence[Callable[[], None]]) -> None:
        self._clock = base.clock
        self._leases = base.leases
        self._sessions = base.sessions
        self._brokers = base.brokers
        self._display = base.display
        self._looks = looks
        self._probed = 0.0
        self._trip_shown = 0.0
        self._loop = Periodic(
            base.clock,
            BEAT,
            self._look,
            "The watch over the robots' surroundings",
            failed=lambda _: base.settling.end_all(_FAULT),
        )

    def startService(self) -> None:
        """Begin to watch the brokers."""
        super().startService()
        self._loop.start()

    def stopService(self) -> None:
        """Stop watching the brokers."""
        super().stopService()
        self.stop()

    def stop(self) -> None:
        """End the loop; what is still to be sent goes out."""
        self._loop.stop()

    def cut(self, broker: DrivingBroker) -> None:
        """Have the robots stopped anew at a broker that is lost, once it is back."""
        for session in self._sessions:
            if session.broker is broker:
                session.publisher.cut()

    def pay(self, broker: DrivingBroker) -> None:
        """Send the stops that could not be sent, at a broker that is back."""
        for session in self._sessions:
            if session.broker is broker and session.publisher.owes:
                session.publisher.owes = False
                for delay in _OWED:
                    self._clock.callLater(delay, self._stop_again, session)

    def _stop_again(self, session: DrivingSession) -> None:
        """Send an owed stop; the robot needs its time to come back, too."""
        lease = self._leases.get(session.thing)
        if self._loop.running and (lease is None or lease.state != "moving"):
            session.publisher.stop()

    def _look(self) -> None:
        now = self._clock.seconds()
        if len(self._leases) or now - self._probed >= _IDLE_PROBE:
            self._probed = now
            for broker in self._brokers:
                if not broker.port.no_driving and not broker.port.broken:
                    broker.monitor.probe(broker.port.send)
        if now - self._trip_shown >= 1.0:
            self._trip_shown = now
            for broker in self._brokers:
                self._display.trip(broker)
        for broker in self._brokers:
            broker.probe.look()
            self._display.guard(broker)
        for look in self._looks:
            look()
