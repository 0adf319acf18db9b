"""What Home Assistant finds at the broker, by real messages of ours and none of others."""

from __future__ import annotations

import json
from typing import Any

import pytest_twisted

from rules.rule_server import RuleServer
from rules.scene import JANE, NOW
from rules.test_watching import crosses
from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.model.link import Link
from sightline.rules import home_assistant
from sightline.rules.announcing import HomeAssistant
from sightline.rules.home_assistant import STATUS


class AnnouncingScene:
    """What a broker was given, and Home Assistant's part of the server; ``up``: it takes it."""

    def __init__(self, kept: RuleServer, **more: Any) -> None:
        self.broker: dict[str, bytes] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.count = 0
        self.up = True
        options: dict[str, Any] = {"presence": ("friend", "broker"), "accounts": ("jane",)}
        self.part = HomeAssistant(
            kept.clock, kept.hub, kept.rules, kept.alerts, self._publish,
            prefix="homeassistant", **(options | more),
        )  # fmt: skip

    def _publish(self, where: str, payload: bytes, retain: bool) -> bool:
        if self.up and retain:
            self.broker[where] = payload
            self.count += 1
        elif self.up:
            self.events.append((where, json.loads(payload)))
        return self.up

    def config(self, component: str, key: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.broker[place(component, key)])
        return told


def place(component: str, key: str) -> str:
    return f"homeassistant/{component}/{home_assistant.slug(key)}/config"


def friend(**more: Any) -> Friend:
    return Friend(presence="live", lat=48.5, lon=2.25, tst=NOW, at=NOW, **more)


@pytest_twisted.ensureDeferred
async def test_presence_and_alerts_appear_change_and_go(where):
    kept = RuleServer(**where)
    told = AnnouncingScene(kept)
    await kept.opens()
    told.part.startService()
    kept.hub.place(JANE, friend(batt=70))
    kept.hub.place("broker/main", Broker(link=Link(state="connected", since=NOW)))
    id, his = await kept.makes(name="School"), await kept.makes("bob", tell=[{"account": "bob"}])
    told.part.connected()
    told.part.flush()
    assert told.broker == {}, "it is not yet known what there is"
    told.part.begin()
    told.part.flush()
    assert told.broker[STATUS] == b"online"
    config = told.config("device_tracker", JANE)
    assert config["availability_topic"] == STATUS
    spot = json.loads(told.broker[config["json_attributes_topic"]])
    assert (spot["latitude"], spot["longitude"], spot["battery_level"]) == (48.5, 2.25, 70)
    link = told.config("binary_sensor", "broker/main")
    assert told.broker[link["state_topic"]] == b"ON"
    rule = told.config("event", f"rule/{id}")
    assert rule["name"] == "School"
    assert not any(
        home_assistant.slug(f"rule/{his}") in name and data for name, data in told.broker.items()
    )
    crosses(kept)
    await kept.settles()
    told.part.happened(f"{id}.1", kept.shown("alert")[f"alert/{id}.1"], "fired")
    told.up = False
    kept.hub.place(JANE, None)
    told.part.flush()
    assert told.broker[place("device_tracker", JANE)]
    told.up = True
    told.part.flush()
    assert told.broker[place("device_tracker", JANE)] == b""
    assert [(where, said["event_type"]) for where, said in told.events] == [
        (rule["state_topic"], "fired")
    ]
    await kept.rules.remove(id, 1)
    told.part.flush()
    assert told.broker[place("event", f"rule/{id}")] == b""
    told.part.stopService()
    assert told.broker[STATUS] == b"offline"
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_only_what_changed_is_told_until_home_assistant_starts_anew(where):
    kept = RuleServer(**where)
    told = AnnouncingScene(kept)
    await kept.opens()
    kept.hub.place(JANE, friend())
    told.part.begin()
    told.part.connected()
    told.part.flush()
    assert told.count == 3  # the status, the announcement, its attributes
    kept.hub.place(JANE, friend())
    told.part.flush()
    assert told.count == 3
    told.part.heard("homeassistant/status", b"offline", False)
    told.part.heard("homeassistant/status", b"online", True)
    told.part.flush()
    assert told.count == 3, "that was no start"
    told.part.heard("homeassistant/status", b"online", False)
    told.part.flush()
    assert told.count == 5
    told.part.heard(STATUS, b"online", False)
    told.part.flush()
    assert told.count == 5
    told.part.heard(STATUS, b"offline", False)
    told.part.flush()
    assert (told.count, told.broker[STATUS]) == (6, b"online")
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_who_went_while_the_broker_was_away_is_taken_back_when_it_comes(where):
    kept = RuleServer(**where)
    told = AnnouncingScene(kept)
    await kept.opens()
    kept.hub.place(JANE, friend())
    told.part.begin()
    told.part.connected()
    told.part.flush()
    told.part.disconnected()
    kept.hub.place(JANE, None)
    told.part.flush()
    assert told.broker[place("device_tracker", JANE)]
    told.part.connected()
    told.part.flush()
    assert told.broker[place("device_tracker", JANE)] == b""
    assert set(told.broker.values()) == {b"online", b""}
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_what_is_retained_of_nobody_is_taken_back_unless_they_may_come_again(where):
    kept = RuleServer(**where)
    await kept.opens()
    kept.hub.place(JANE, friend())
    gone, rule = "friend/gone/phone", "rule/jane/gone"
    others = "homeassistant/event/of_others/config"
    for remembers in (True, False):
        told = AnnouncingScene(kept, remembers=remembers)
        told.part.connected()
        for where in (place("device_tracker", gone), place("event", rule), others):
            told.part.heard(where, b"{}", True)
        told.part.heard(place("device_tracker", JANE), b"{}", True)
        told.part.begin()
        told.part.flush()
        taken = {where for where, payload in told.broker.items() if not payload}
        topics = {place("event", rule), home_assistant.topic(rule)}
        topics |= {f"{home_assistant.topic(rule)}/attributes"}
        if remembers:
            topics |= {place("device_tracker", gone), home_assistant.topic(gone)}
            topics |= {f"{home_assistant.topic(gone)}/attributes"}
        # Jane's tracker has no state, only attributes: what it may have had goes, too.
        assert taken - {home_assistant.topic(JANE)} == topics
        assert told.broker[place("device_tracker", JANE)]
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_an_event_that_cannot_be_told_for_long_is_told_no_more(where):
    kept = RuleServer(**where)
    told = AnnouncingScene(kept)
    await kept.opens()
    id = await kept.makes()
    crosses(kept)
    await kept.settles()
    alert = kept.shown("alert")[f"alert/{id}.1"]
    told.part.begin()
    told.part.happened(f"{id}.1", alert, "fired")
    kept.clock.advance(121)
    told.part.happened(f"{id}.1", alert, "acknowledged")
    told.part.connected()
    told.part.flush()
    assert [said["event_type"] for _, said in told.events] == ["acknowledged"]
    await kept.closes()
