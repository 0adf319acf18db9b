"""The brokers with driven robots, and what watches over each of them."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sightline.driving.broker_ports import BrokerPort
from sightline.driving.echo_monitor import EchoMonitor
from sightline.driving.peers import OtherServers
from sightline.driving.stop_bounds import MeasuredTimes
from sightline.driving.sweep import Sweep
from sightline.driving.will_probe import WillProbe
from sightline.kinds.probots.bases import RobotTopics


@dataclass(frozen=True, slots=True)
class DrivingBroker:
    """One broker: the way to its robots and the watch over it.

    ``sweep`` clears its command topics; None where driving is switched off: there we hear no
    commands and must not send any.
    """

    port: BrokerPort
    monitor: EchoMonitor
    probe: WillProbe
    other_servers: OtherServers
    sweep: Sweep | None

    @property
    def name(self) -> str:
        """Return the broker's name in the settings."""
        return self.port.name

    def measured(self) -> MeasuredTimes:
        """Return what was measured of the ways in which a robot is stopped there."""
        return MeasuredTimes(
            trip=self.monitor.longest_trip,
            guarded=self.monitor.guarded(),
            reaction=self.monitor.reaction,
            will_delay=self.probe.longest,
        )


class DrivingBrokers:
    """All brokers, by name.

    ``store`` gives a fingerprint of what several servers share; empty: nothing. ``excused`` says
    whether another server of ours drives a robot. ``topics`` are the bases of their topics.
    """

    def __init__(
        self,
        clock: IReactorTime,
        store: Callable[[], str],
        excused: Callable[[str], bool],
        topics: RobotTopics,
    ) -> None:
        self.topics = topics
        self._clock: Any = clock
        self._store = store
        self._excused = excused
        self._id = secrets.token_hex(8)
        self._brokers: dict[str, DrivingBroker] = {}

    def __iter__(self) -> Iterator[DrivingBroker]:
        return iter(self._brokers.values())

    def __getitem__(self, name: str) -> DrivingBroker:
        return self._brokers[name]

    def get(self, name: str) -> DrivingBroker | None:
        """Return a broker; None when there is none of this name."""
        return self._brokers.get(name)

    def sweep(self, name: str) -> Sweep | None:
        """Return what clears the command topics of a broker, if anything does."""
        broker = self._brokers.get(name)
        return None if broker is None else broker.sweep

    def sweep_all(self) -> None:
        """Look up and clear what is due on the command topics of all brokers."""
        for broker in self._brokers.values():
            if broker.sweep is not None:
                broker.sweep.look()

    def add(self, port: BrokerPort) -> DrivingBroker:
        """Begin to watch over a broker."""
        seconds = self._clock.seconds
        monitor = EchoMonitor(seconds, self._excused, self.topics)

        def note(topic: str, payload: bytes) -> None:
            monitor.echoes.sent(topic, payload, seconds(), "sweep")

        broker = self._brokers[port.name] = DrivingBroker(
            port=port,
            monitor=monitor,
            probe=WillProbe(seconds, port, monitor),
            other_servers=OtherServers(seconds, self._id, self._store, socket.gethostname()),
            sweep=None if port.no_driving else Sweep(seconds, port, note, topics=self.topics),
        )
        return broker
