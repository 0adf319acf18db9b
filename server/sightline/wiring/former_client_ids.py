"""Empty the session that an earlier version left at a broker under an id that can be guessed.

The broker goes on to fill that session, so nothing is lost in between: the new connection
subscribes first, then the old session is told to take no more, what it holds is taken over, and
when all of it is safe in history the session is removed. Both may bring the same message for a
moment; history keeps it once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.history.recorder import Recorder
from sightline.live.periodic import Periodic
from sightline.model.kind import Arrival
from sightline.mqtt.bridge import Bridge
from sightline.mqtt.connection import MqttConnection
from sightline.mqtt.connection_events import Event, Receipt, Up
from sightline.mqtt.inbox import Inbox
from sightline.mqtt.options import BrokerOptions
from sightline.wiring.ack_gate import AckGate
from sightline.wiring.clock import now

_LOOK = 0.25  # s
QUIET = 2.0
"""Nothing more comes when nothing came for so long (s)."""


class _Counted:
    """A receipt that counts as unsettled until history has decided."""

    def __init__(self, receipt: Receipt, settled: Callable[[], None]) -> None:
        self._receipt = receipt
        self._settled = settled

    def acknowledge(self) -> None:
        self._receipt.acknowledge()
        self._settled()

    def again(self) -> None:
        """Have the messages sent again."""
        self._receipt.again()
        self._settled()


class FormerSession(Service):
    """Take over what the session of ``former`` holds, beside the bridge ``new``.

    ``arrived`` handles messages; ``drained`` is called once the session is gone.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        options: BrokerOptions,
        former: str,
        arrived: Callable[[list[Arrival]], None],
        recorder: Recorder,
        new: Bridge,
        drained: Callable[[], None],
    ) -> None:
        self._reactor = reactor
        self._new = new
        self._drained = drained
        self._handle = arrived
        self._ack_gate = AckGate(recorder)
        self._unsettled = 0
        self._taken = 0
        self._asked_to_stop = False
        self._quiet_since = 0.0
        self._options = dataclasses.replace(options, client_id=former)
        self._bridge = Bridge(
            reactor,
            self._options,
            (),  # the session has its own subscriptions
            self._arrived,
            lambda link: None,
            now,
            received=self._received,
            quiet=True,
        )
        self._loop = Periodic(reactor, _LOOK, self.look, "the watch over a former session")

    def startService(self) -> None:
        """Connect under the former id."""
        super().startService()
        self._bridge.startService()
        self._loop.start(now=False)

    def stopService(self) -> Deferred[None]:
        """Disconnect. The rest is taken over at the next start."""
        super().stopService()
        self._loop.stop()
        return self._bridge.stopService()

    def look(self) -> None:
        """Finish once the session is empty and all of it is safe."""
        now = self._reactor.seconds()
        if self._bridge.session is None or self._new.link.state != "connected":
            self._quiet_since, self._asked_to_stop = now, False
            return
        if not self._bridge.session:
            self._finish()
        elif not self._asked_to_stop:
            self._asked_to_stop = True
            self._quiet_since = now
            self._bridge.drop(self._new.filters)
        elif now - self._quiet_since >= QUIET and not self._unsettled and not self._bridge.queued:
            self._finish()

    def _arrived(self, arrivals: list[Arrival]) -> None:
        self._quiet_since = self._reactor.seconds()
        self._taken += len(arrivals)
        with self._ack_gate:
            self._handle(arrivals)

    def _received(self, receipt: Receipt) -> None:
        self._quiet_since = self._reactor.seconds()
        self._unsettled += 1
        self._ack_gate.received(_Counted(receipt, self._settled))

    def _settled(self) -> None:
        self._unsettled -= 1
        self._quiet_since = self._reactor.seconds()

    def _finish(self) -> None:
        self._loop.stop()
        self._bridge.stopService().addCallback(lambda _: self._remove())

    def _remove(self) -> None:
        """Remove the session: a clean one under its id, ended at once, leaves none behind."""
        own = dataclasses.replace(self._options, clean=True, late_ack=False)

        def event_came(event: Event) -> None:
            if isinstance(event, Up):
                connection.stop()
                self._log.info(
                    "Broker {name}: came under a new client id that nobody can guess; {count}"
                    " messages of the former session ({former}) were taken over, it is removed",
                    name=self._options.name,
                    count=self._taken,
                    former=self._options.client_id,
                )
                self._drained()

        inbox: Inbox[Event] = Inbox(self._reactor, 100, lambda arrivals: None, event_came)
        connection = MqttConnection(own, (), inbox, now)
        connection.start()
