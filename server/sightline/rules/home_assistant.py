"""Say in MQTT what Home Assistant finds by itself (MQTT discovery): alerts and presence.

Of each rule a sensor or an event, of each friend a tracker, of each robot and broker a sensor of
its connection; all retained, below ``sightline/ha``. Pure: topics and payloads only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from sightline import __version__
from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.kinds.probots.model import ProBot
from sightline.kinds.rules.model import Alert, Rule
from sightline.model.kind import State, id_of, kind_of
from sightline.rules.alert_changes import EventName
from sightline.rules.fields import lasts

BASE = "sightline/ha"
STATUS = f"{BASE}/status"
"""``online`` while a server tells anything; else ``offline``, by its will where it was killed."""
ONLINE, OFFLINE = b"online", b"offline"
_COMPONENTS = ("device_tracker", "binary_sensor", "event")
_BIRTH = "homeassistant/status"
"""Home Assistant says here that it has started, whatever its prefix is."""
_DEVICE = {"identifiers": ["sightline"], "name": "Sightline", "manufacturer": "Sightline"}
_ORIGIN = {"name": "Sightline", "sw_version": __version__}
_EVENTS = ["fired", "acknowledged", "resolved", "reopened"]

_SLUG = r"sightline_[a-z0-9_]+_[0-9a-f]{8}"
Messages = dict[str, bytes]
"""Payloads by topic, to be retained; empty: forget what was there."""


def slug(key: str) -> str:
    """Return a name for a thing that fits in a topic and that nothing else has."""
    plain = re.sub(r"[^a-z0-9]+", "_", key.lower()).strip("_")[:60]
    return f"sightline_{plain}_{blake2b(key.encode(), digest_size=4).hexdigest()}"


def topic(key: str) -> str:
    """Return where the state of a thing is told."""
    return f"{BASE}/{slug(key)}"


def of_thing(prefix: str, key: str, state: State) -> Messages:
    """Announce a friend, a robot or a broker, and tell its state; of others nothing."""
    found = _shown(key, state)
    if found is None:
        return {}
    component, told, attributes, more = found
    where = topic(key)
    config = {"name": _name(key, state), "json_attributes_topic": f"{where}/attributes", **more}
    if told is not None:
        config["state_topic"] = where
    messages = {_config(prefix, component, key): _announced(key, config)}
    if told is not None:
        messages[where] = told
    messages[f"{where}/attributes"] = msgspec.json.encode(attributes)
    return messages


def _shown(key: str, state: State) -> tuple[str, bytes | None, Mapping[str, Any], Any] | None:
    if isinstance(state, Friend):
        attributes = {
            "latitude": state.lat,
            "longitude": state.lon,
            "gps_accuracy": state.acc,
            "battery_level": state.batt,
            "seen": state.tst,
            "presence": state.presence,
        }
        known = {name: value for name, value in attributes.items() if value is not None}
        return "device_tracker", None, known, {"source_type": "gps"}
    if isinstance(state, ProBot):
        told = b"ON" if state.presence == "live" else b"OFF"
        known = {} if state.batt is None else {"battery_level": state.batt}
        return "binary_sensor", told, known, {"device_class": "connectivity"}
    if isinstance(state, Broker):
        link = state.link
        told = b"ON" if link is not None and link.state == "connected" else b"OFF"
        why = {} if link is None or link.why is None else {"why": link.why}
        return "binary_sensor", told, why, {"device_class": "connectivity"}
    return None


def of_rule(prefix: str, id: str, rule: Rule, open_alerts: int) -> Messages:
    """Announce a rule: a sensor that is on while an alert of it is open, or an event.

    A rule that was changed may have been the other before: nothing is left of that.
    """
    key = f"rule/{id}"
    where = topic(key)
    name = rule.name or f"{rule.condition.type}: {', '.join(rule.about)}"
    if lasts(rule.condition):
        config = {"name": name, "state_topic": where, "device_class": "problem"}
        return {
            _config(prefix, "event", key): b"",
            _config(prefix, "binary_sensor", key): _announced(key, config),
            where: b"ON" if open_alerts else b"OFF",
        }
    events: dict[str, Any] = {"name": name, "state_topic": where, "event_types": _EVENTS}
    return {
        _config(prefix, "binary_sensor", key): b"",
        where: b"",
        _config(prefix, "event", key): _announced(key, events),
    }


def of_alert(id: str, alert: Alert, event: EventName) -> tuple[str, bytes]:
    """Tell what became of an alert of a rule that has events; not retained."""
    fields = {"event_type": event, "title": alert.title, "thing": alert.thing, "at": alert.at}
    where = {} if alert.lat is None else {"latitude": alert.lat, "longitude": alert.lon}
    body = msgspec.json.encode({**fields, **where, "alert": f"alert/{id}"})
    return topic(alert.rule), body


def forgotten(prefix: str, key: str) -> Messages:
    """Have nothing left at the broker of a thing or rule that is no more."""
    where = topic(key)
    found = dict.fromkeys((where, f"{where}/attributes"), b"")
    for component in _COMPONENTS:
        found[_config(prefix, component, key)] = b""
    return found


def births(prefix: str) -> tuple[str, ...]:
    """Return the topics on which Home Assistant says that it has started."""
    return tuple(dict.fromkeys((_BIRTH, f"{prefix}/status")))


def config_filters(prefix: str) -> list[str]:
    """Return the filters of all announcements that may be ours."""
    return [f"{prefix}/{component}/+/config" for component in _COMPONENTS]


def left_behind(prefix: str, config: str) -> tuple[str, ...]:
    """Return the topics of an announcement that nobody may look after any more; none: not ours.

    ``config`` is where it was made, which comes last.
    """
    found = re.fullmatch(f"{re.escape(prefix)}/[a-z_]+/({_SLUG})/config", config)
    return () if found is None else (f"{BASE}/{found[1]}", f"{BASE}/{found[1]}/attributes", config)


def is_of_rule(config: str) -> bool:
    """Tell whether an announcement is that of a rule, and not of a thing."""
    return "/sightline_rule_" in config


def _config(prefix: str, component: str, key: str) -> str:
    return f"{prefix}/{component}/{slug(key)}/config"


def _announced(key: str, config: Mapping[str, Any]) -> bytes:
    common = {
        "unique_id": slug(key),
        "device": _DEVICE,
        "origin": _ORIGIN,
        "availability_topic": STATUS,
    }
    return msgspec.json.encode({**config, **common})


def _name(key: str, state: State) -> str:
    name = getattr(state, "name", None)
    return str(name) if name else id_of(key) if kind_of(key) != "broker" else f"Broker {id_of(key)}"
