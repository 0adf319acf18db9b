"""Home Assistant as far as it reads MQTT discovery, and by the letter of its documentation.

    with HomeAssistantReader(broker) as home:
        home.entities            # by unique id; what is wrong with an announcement is in `refused`
        home.starts()            # says on homeassistant/status that it has started

An announcement is at ``<prefix>/<component>/[<node>/]<object>/config``; what it must and may hold
is below. An empty one removes its entity. An event that is retained is none.
"""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from broker import Broker
from sightline.mqtt.paho_client import stop_loop
from waits import DEADLINE

_TOPIC = re.compile(r"homeassistant/([a-z_]+)/(?:([a-zA-Z0-9_-]+)/)?([a-zA-Z0-9_-]+)/config")
_COMMON = {
    "name", "unique_id", "device", "origin", "availability_topic", "json_attributes_topic",
    "state_topic",
}  # fmt: skip
_NEEDS = {
    "binary_sensor": {"state_topic"},
    "device_tracker": {"json_attributes_topic"},
    "event": {"state_topic", "event_types"},
}
_MAY = {
    "binary_sensor": {"device_class"},
    "device_tracker": {"source_type"},
    "event": {"event_types"},
}
_CLASSES = {"connectivity", "problem"}
_SOURCES = {"gps", "router", "bluetooth", "bluetooth_le"}


class Entity:
    """One thing that Home Assistant shows."""

    def __init__(self, component: str, config: dict[str, Any]) -> None:
        self.component = component
        self.config = config
        self.available: bool | None = None
        self.state: str | None = None
        self.attributes: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []

    @property
    def name(self) -> str:
        return str(self.config["name"])


def fault(component: str, config: Any) -> str:
    """What Home Assistant would refuse an announcement for; empty: nothing."""
    if component not in _NEEDS:
        return f"no component {component}"
    if not isinstance(config, dict):
        return "no object"
    if missing := (_NEEDS[component] | {"unique_id"}) - config.keys():
        return f"misses {sorted(missing)}"
    if unknown := config.keys() - _COMMON - _MAY[component]:
        return f"does not know {sorted(unknown)}"
    if not all(isinstance(config[name], str) and config[name] for name in ("name", "unique_id")):
        return "name or unique_id is no text"
    device = config.get("device", {})
    if not (device.get("identifiers") or device.get("connections")):
        return "the device cannot be told from others"
    if not config.get("origin", {}).get("name"):
        return "it is of nobody"
    if component == "binary_sensor" and config.get("device_class") not in _CLASSES:
        return f"no device_class {config.get('device_class')}"
    if component == "device_tracker" and config.get("source_type", "gps") not in _SOURCES:
        return f"no source_type {config.get('source_type')}"
    if component == "event" and not all(isinstance(each, str) for each in config["event_types"]):
        return "event_types is no list of texts"
    topics = [value for name, value in config.items() if name.endswith("_topic")]
    if not all(isinstance(each, str) and each and not set(each) & set("+#") for each in topics):
        return "a topic is none"
    return ""


class HomeAssistantReader:
    """A client that reads as Home Assistant does. What it holds is changed by paho's thread."""

    def __init__(self, broker: Broker) -> None:
        self.entities: dict[str, Entity] = {}
        self.refused: list[str] = []
        self.announced = 0
        """Announcements that came while it listened, and not as what was retained."""
        self.says: list[tuple[str, str, bool]] = []
        """What came on `sightline/ha/status` and `sightline/alert/…`: topic, payload, retained."""
        self._places: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._lock = threading.RLock()
        ready = threading.Event()
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_connect = self._connected
        client.on_message = self._heard
        client.on_subscribe = lambda *_: ready.set()
        client.reconnect_delay_set(1, 1)
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        assert ready.wait(DEADLINE)

    def __enter__(self) -> HomeAssistantReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        stop_loop(self._client)

    def starts(self) -> None:
        """Say that it has started, as it does by default: not retained."""
        self._client.publish("homeassistant/status", "online")

    def named(self, name: str, component: str = "") -> Entity | None:
        """The entity of this name, and of this component if one is given."""
        with self._lock:
            found = [
                each
                for each in self.entities.values()
                if each.name == name and component in ("", each.component)
            ]
        assert len(found) < 2, f"there are {len(found)} of {name}"
        return found[0] if found else None

    def alerts(self) -> list[dict[str, Any]]:
        """What became of alerts, in order."""
        found = [said for said in list(self.says) if said[0].startswith("sightline/alert/")]
        assert not any(retained for _, _, retained in found)
        return [json.loads(payload) | {"topic": topic} for topic, payload, _ in found]

    def statuses(self) -> list[str]:
        """What `sightline/ha/status` said, in order."""
        return [payload for topic, payload, _ in list(self.says) if topic == "sightline/ha/status"]

    def _connected(self, client: paho.Client, *_: Any) -> None:
        client.subscribe([("homeassistant/#", 1), ("sightline/ha/#", 1), ("sightline/alert/#", 1)])

    def _heard(self, client: Any, _: Any, message: paho.MQTTMessage) -> None:
        topic, payload = message.topic, message.payload.decode()
        with self._lock:
            if topic.startswith("sightline/alert/") or topic == "sightline/ha/status":
                self.says.append((topic, payload, bool(message.retain)))
            if topic.startswith("homeassistant/"):
                if topic != "homeassistant/status":
                    self.announced += not message.retain
                    self._announced(topic, payload)
                return
            if not topic.startswith("sightline/ha/"):
                return
            if message.retain or topic == "sightline/ha/status" or payload:
                self._seen[topic] = payload
            for entity in self.entities.values():
                self._tell(entity, topic, payload, bool(message.retain))

    def _announced(self, topic: str, payload: str) -> None:
        found = _TOPIC.fullmatch(topic)
        if found is None:
            self.refused.append(f"{topic}: no topic of an announcement")
            return
        if not payload:
            self.entities.pop(self._places.pop(topic, ""), None)
            return
        config = json.loads(payload)
        why = fault(found[1], config)
        id = config.get("unique_id", "")
        if not why and self._places.get(topic, id) != id:
            why = "another unique id at the same place"
        if not why and any(place != topic and each == id for place, each in self._places.items()):
            why = "its unique id is another's"
        if why:
            self.refused.append(f"{topic}: {why}: {payload}")
            return
        self._places[topic] = id
        before = self.entities.get(id)
        self.entities[id] = entity = before or Entity(found[1], config)
        entity.config = config
        if before is None:
            for seen, said in self._seen.items():
                self._tell(entity, seen, said, True)

    def _tell(self, entity: Entity, topic: str, payload: str, retained: bool) -> None:
        config = entity.config
        if topic == config["availability_topic"]:
            entity.available = {"online": True, "offline": False}.get(payload, entity.available)
        elif topic == config.get("json_attributes_topic"):
            entity.attributes = json.loads(payload) if payload else {}
        elif topic == config.get("state_topic") and payload:
            if entity.component != "event":
                entity.state = payload
            elif not retained:
                event = json.loads(payload)
                assert event["event_type"] in config["event_types"]
                entity.events.append(event)


def retained(broker: Broker, *filters: str) -> dict[str, bytes]:
    """What a newcomer is handed of these topics."""
    found: dict[str, bytes] = {}
    done = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2)

    def heard(_: Any, __: Any, message: paho.MQTTMessage) -> None:
        if message.topic == "test/behind":
            done.set()  # on one connection it comes after what was retained
        elif message.retain:
            found[message.topic] = message.payload

    client.on_message = heard
    client.on_subscribe = lambda *_: client.publish("test/behind", b"")
    client.connect("127.0.0.1", broker.port)
    client.subscribe([(each, 1) for each in (*filters, "test/behind")])
    client.loop_start()
    assert done.wait(DEADLINE)
    client.disconnect()
    stop_loop(client)
    return found
