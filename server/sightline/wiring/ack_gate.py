"""Acknowledge messages once history has them, and keep live news going while it has not."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.history.pending_records import AckReceipt
from sightline.history.recorder import Recorder
from sightline.live.hub import Hub
from sightline.model.kind import Arrival
from sightline.mqtt.bridge import Bridge
from sightline.mqtt.options import BrokerOptions
from sightline.wiring.clock import now


class AckGate:
    """Acknowledge nothing of one bridge before history has it.

    Used around the handling of what arrived; `received` gets the bridge's receipts.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._before = 0
        self._whole = True

    def __enter__(self) -> None:
        self._before = self._recorder.lost

    def __exit__(self, *_: object) -> None:
        if self._recorder.lost != self._before:
            self._whole = False

    def received(self, receipt: AckReceipt) -> None:
        """Have history settle this receipt: everything before it was handled."""
        self._recorder.when_stored(receipt, self._whole)
        self._whole = True


class FallbackConnection(Service):
    """A second connection at QoS 0, for as long as history does not keep up.

    A broker sends only so many messages that are not acknowledged. While the store fails, those
    would soon be all that we hear; so what the map needs comes by this way, and history gets it
    later, by the other.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        options: BrokerOptions,
        client_id: str,
        filters: Sequence[tuple[str, int]],
        hub: Hub,
    ) -> None:
        self._reactor = reactor
        self._hub = hub
        self._options = dataclasses.replace(
            options,
            client_id=client_id,
            clean=True,
            late_ack=False,
            qos=0,
        )
        self._filters = [(name, 0) for name, qos in filters if qos]
        self._bridge: Bridge | None = None

    def needed(self, late: bool) -> None:
        """Connect or disconnect, as history keeps up or not."""
        if not late:
            self._stop()
        elif self._bridge is None and self.running:
            self._log.info("Broker {broker}: a second way for live news", broker=self._options.name)
            self._bridge = Bridge(
                self._reactor,
                self._options,
                self._filters,
                self._arrived,
                lambda link: None,
                now,
            )
            self._bridge.startService()

    def _arrived(self, arrivals: list[Arrival]) -> None:
        self._hub.arrived(arrivals, keep=False)

    def _stop(self) -> Deferred[None] | None:
        bridge, self._bridge = self._bridge, None
        return None if bridge is None else bridge.stopService()

    def stopService(self) -> Deferred[None] | None:
        super().stopService()
        return self._stop()
