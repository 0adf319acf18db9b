"""Messages that are acknowledged by whoever keeps them, not by the connection.

Covers mqtt/orders.py, mqtt/paho_client.py, mqtt/paho_thread.py.
"""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from mqtt.scene import Scene
from sightline.mqtt.connection_events import Receipt
from sightline.mqtt.paho_client import stop_loop


def lasting(scene: Scene, port: int, **more: object) -> None:
    options = {"client_id": "keeper", "clean": False, "late_ack": True, **more}
    scene.bridge("a/#", port=port, qos=1, **options)


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
@pytest_twisted.ensureDeferred
async def test_what_is_not_acknowledged_comes_again_and_the_rest_does_not(
    scene, broker, publisher, fast, protocol
):
    receipts: list[Receipt] = []
    scene.received = receipts.append
    lasting(scene, broker.port, fast_reading=fast, protocol=protocol)
    await scene.connected()
    publisher.send("a/1", b"kept", qos=1)
    await scene.until(lambda: len(receipts) == 1)
    publisher.send("a/2", b"not kept", qos=1)
    await scene.until(lambda: len(receipts) == 2)
    assert [a.payload for a in scene.arrivals] == [b"kept", b"not kept"]
    receipts[0].acknowledge()
    scene.forget()
    receipts[1].again()
    await scene.connected()
    await scene.until(lambda: scene.arrivals)
    assert [a.payload for a in scene.arrivals] == [b"not kept"]
    scene.received = Receipt.acknowledge
    await scene.until(lambda: len(receipts) == 3)
    receipts[2].acknowledge()
    publisher.send("a/3", b"last", qos=1)
    await scene.until(lambda: scene.arrivals[-1].payload == b"last")
    await scene.bridges[0].stopService()
    scene.forget()
    lasting(scene, broker.port, fast_reading=fast, protocol=protocol)
    await scene.connected()
    publisher.send("a/4", b"new", qos=1)
    await scene.until(lambda: scene.arrivals)
    assert [a.payload for a in scene.arrivals] == [b"new"]


@pytest_twisted.ensureDeferred
async def test_messages_at_qos_0_need_no_receipt(scene, broker, publisher):
    receipts: list[Receipt] = []
    scene.received = receipts.append
    lasting(scene, broker.port)
    await scene.connected()
    publisher.send("a/0", b"x")
    publisher.send("a/1", b"y", qos=1)
    await scene.until(lambda: len(scene.arrivals) == 2 and receipts)
    assert len(receipts) == 1
    assert len(receipts[0].acks) == 4


def test_a_thread_of_paho_that_ends_this_moment_by_itself_is_no_fault():
    class Ending(Client):
        def loop_stop(self) -> Any:
            raise AttributeError("'NoneType' object has no attribute 'join'")

    stop_loop(Ending(CallbackAPIVersion.VERSION2))
