"""People who come home by their fixes, and a webhook that is told of it: for whole servers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from receiver import Receiver
from sightline.mqtt.paho_client import stop_loop
from waits import DEADLINE

REGION: dict[str, Any] = {
    "name": "Home", "shape": "circle", "lat": 48.5, "lon": 2.25, "rad": 100, "shared": True
}  # fmt: skip
INSIDE, OUTSIDE = 48.5, 48.503
"""Degrees of latitude; 330 m apart, which somebody walks in some minutes."""
SETTINGS = """
[driving]
guard = false
[regions]
fixes = 1
[channels]
private = true
[accounts]
hash_memory = 1024
hash_passes = 1
"""


class Phones:
    """The phones of a family at a broker."""

    def __init__(self, port: int) -> None:
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", port)
        client.loop_start()

    def are_at(self, lat: float, tst: float, who: Iterable[str]) -> None:
        """Each says where it was at ``tst``; the broker has it all."""
        said = {"_type": "location", "lat": lat, "lon": 2.25, "acc": 5, "tst": int(tst)}
        sent = [
            self._client.publish(f"owntracks/{name}/phone", json.dumps(said).encode(), 1)
            for name in who
        ]
        for each in sent:
            each.wait_for_publish(DEADLINE)

    def close(self) -> None:
        self._client.disconnect()
        stop_loop(self._client)


def told(hook: Receiver) -> list[dict[str, Any]]:
    """What the webhook was told, in order."""
    return [json.loads(post.body) for post in hook.posts]


def about(hook: Receiver, name: str) -> list[dict[str, Any]]:
    """What it was told of one person."""
    return [each for each in told(hook) if each["thing"] == f"friend/{name}/phone"]


def more_than_once(hook: Receiver) -> dict[str, int]:
    """By their ids, the notifications that came more than once, and how often more."""
    return {id: n - 1 for id, n in Counter(each["id"] for each in told(hook)).items() if n > 1}


def alerts(things: dict[str, Any], name: str = "") -> dict[str, Any]:
    """The alerts among what a browser sees, of one person or of all."""
    thing = f"friend/{name}/phone"
    return {
        key: state
        for key, state in things.items()
        if key.startswith("alert/") and (not name or state["thing"] == thing)
    }
