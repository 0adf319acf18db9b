"""Do what the rules ask for: every stop is sent, every ended lease is wound up."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from sightline.contract.errors import Refused
from sightline.driving.broker_ports import WillPort
from sightline.driving.brokers import DrivingBrokers
from sightline.driving.command_log import CommandLog
from sightline.driving.display import DrivingDisplay
from sightline.driving.lease_sharing import LeaseSharing
from sightline.driving.leases import Lease, LeaseEnded, Leases, LeaseStop
from sightline.driving.session import DrivingSession
from sightline.driving.sessions import DrivingSessions
from sightline.kinds.probots import commands
from sightline.model.kind import id_of

_CLOSE_AFTER = 0.15  # s after the end of a lease: then its three stops have been sent


class Settling:
    """To be called after each call of the rules (`driving.leases`) that may stop a robot."""

    def __init__(
        self,
        clock: IReactorTime,
        *,
        leases: Leases,
        sessions: DrivingSessions,
        brokers: DrivingBrokers,
        sharing: LeaseSharing,
        log: CommandLog,
        display: DrivingDisplay,
    ) -> None:
        self._clock: Any = clock
        self._leases = leases
        self._sessions = sessions
        self._brokers = brokers
        self._sharing = sharing
        self._log = log
        self._display = display
        self._closing: set[Deferred[Any]] = set()

    def settle(self) -> None:
        """Do what the rules ask for, then show the leases that changed."""
        touched: dict[str, None] = {}
        for event in self._leases.happened():
            match event:
                case LeaseStop():
                    self._stop(event)
                    touched[event.thing] = None
                case LeaseEnded(lease=lease, why=why):
                    self._wind_up(lease, why)
                    touched[lease.thing] = None
        for thing in touched:
            if (session := self._sessions.get(thing)) is not None:
                self._display.lease(session)

    def end(self, thing: str, why: str) -> None:
        """End the lease of ``thing``, if there is one, and stop the robot."""
        if self._leases.get(thing) is not None:
            self._leases.end(thing, why)
            self.settle()

    def end_all(self, why: str) -> None:
        """End every lease and stop every driven robot."""
        for lease in self._leases:
            self._leases.end(lease.thing, why)
        self.settle()

    def close(self, connection: WillPort) -> None:
        """Close the connection of a lease without its will."""
        self._await_closed(connection.close())

    def finish(self, driven: bool) -> Deferred[Any]:
        """Fire when the last stops are sent and all connections of leases are closed.

        ``driven`` tells whether a lease has just ended.
        """
        wait = _CLOSE_AFTER + 0.02 if driven or self._closing else 0.0
        for broker in self._brokers:
            if (closing := broker.probe.stop()) is not None:
                self._closing.add(closing)

        def close(_: object) -> Deferred[Any]:
            return gatherResults(list(self._closing))

        return deferLater(self._clock, wait).addCallback(close)

    def _stop(self, stop: LeaseStop) -> None:
        session = self._sessions.get(stop.thing) or self._sessions.find(stop.thing)
        if session is None:
            self._stop_everywhere(id_of(stop.thing))
            self._log_stop(stop)
            return
        session.publisher.stop()
        session.sent = commands.STOP.decode()
        if session.motion is None:
            self._log_stop(stop)
        else:
            self._log_motion(stop, session)

    def _stop_everywhere(self, robot: str) -> None:
        """Stop a robot that was never heard, so that its broker is not known: at all of them."""
        for base in self._brokers.topics.bases:
            topic = commands.keys_topic(robot, base)
            for broker in self._brokers:
                broker.monitor.echoes.sent(topic, commands.STOP, self._clock.seconds())
                broker.port.send(topic, commands.STOP, urgent=True)

    # One line for one stop: with the motion it ended, or because a person wanted it.

    def _log_stop(self, stop: LeaseStop) -> None:
        if stop.by:
            fence = stop.lease.fence if stop.lease else None
            self._log.write(
                stop.by, "stop", id_of(stop.thing), lease=fence, sent=commands.STOP.decode()
            )

    def _log_motion(self, stop: LeaseStop, session: DrivingSession) -> None:
        motion, session.motion = session.motion, None
        if motion is None:
            return
        driver = stop.lease.name if stop.asked and stop.lease else "Sightline"
        self._log.write(
            stop.by or driver,
            "stop",
            session.robot,
            lease=stop.lease.fence if stop.lease else None,
            why=None if stop.by else stop.why,
            sent=commands.payload(motion.furthest).decode(),
            seconds=self._clock.seconds() - motion.began,
            effect=motion.effect(session.trip),
        )

    def _wind_up(self, lease: Lease, why: str) -> None:
        """Close what belonged to an ended lease, and answer those who asked for the robot."""
        session = self._sessions[lease.thing]
        publisher = session.publisher
        connection, publisher.will_connection = publisher.will_connection, None
        if connection is not None:
            self._clock.callLater(_CLOSE_AFTER, self.close, connection)
        self._sharing.ended(lease.thing, _CLOSE_AFTER)
        if (sweep := session.broker.sweep) is not None:
            # Somebody else may have said the very same, retained, and been taken for us.
            sweep.suspect(publisher.topic)
        self._log.write(lease.name, "end", session.robot, lease=lease.fence, why=why)
        asks, session.asks = session.asks, []
        for ask in asks:
            if self._leases.get(lease.thing) is None:
                ask.answer.errback(Refused("free", f"{session.robot} is free now: take it"))
            else:
                ask.answer.errback(Refused("held", f"{session.robot} went to somebody else"))

    def _await_closed(self, closing: Deferred[Any]) -> None:
        self._closing.add(closing)

        def closed(_: object) -> None:
            self._closing.discard(closing)

        closing.addBoth(closed)
