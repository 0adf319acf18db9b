"""A client whose id nobody else can have comes back at once, however often the broker restarts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest_twisted
from twisted.internet import reactor

from broker import Broker
from driving.scene import until
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge
from sightline.mqtt.options import BrokerOptions

RESTARTS = 6


@pytest_twisted.ensureDeferred
async def test_the_guards_and_the_beacons_connection_waits_no_minute(tmp_path: Path) -> None:
    waits: list[float] = []

    def linked(link: Link) -> None:
        if link.state == "lost" and link.next is not None:
            waits.append(link.next - time.time())

    clock: Any = reactor
    with Broker(folder=tmp_path) as broker:
        options = BrokerOptions(
            port=broker.port,
            client_id="made-up",
            reconnect_min=0.1,
            reconnect_max=1.0,
            unshared=True,
        )
        bridge = Bridge(clock, options, [("x", 0)], lambda _: None, linked, time.time)
        bridge.startService()
        try:
            for _ in range(RESTARTS):
                await until(lambda: bridge.link.state == "connected", "the bridge", 15)
                broker.restart()
                await until(lambda: bridge.link.state != "connected", "the loss", 15)
            await until(lambda: bridge.link.state == "connected", "the bridge", 15)
        finally:
            await bridge.stopService()
    assert len(waits) >= RESTARTS
    assert max(waits) < 5.0
