"""What Home Assistant finds at the broker, by real messages of ours and none of others."""

from __future__ import annotations

import json

import pytest_twisted

from rules.kept import Kept
from rules.scene import JANE, NOW
from rules.test_watching import crosses
from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.model.link import Link
from sightline.rules import home_assistant
from sightline.rules.announcing import HomeAssistant


@pytest_twisted.ensureDeferred
async def test_presence_and_alerts_appear_change_and_go(tmp_path):
    kept = Kept(tmp_path)
    broker: dict[str, bytes] = {}
    events: list[tuple[str, dict]] = []
    up = True

    def publish(where: str, payload: bytes, retain: bool) -> bool:
        if up and retain:
            broker[where] = payload
        elif up:
            events.append((where, json.loads(payload)))
        return up

    told = HomeAssistant(
        kept.clock, kept.hub, kept.rules, kept.alerts, publish, kept.leadership,
        prefix="homeassistant", presence=("friend", "broker"), accounts=("jane",),
    )  # fmt: skip
    await kept.opens()
    told.startService()
    kept.hub.place(JANE, Friend(presence="live", lat=48.5, lon=2.25, tst=NOW, at=NOW, batt=70))
    kept.hub.place("broker/main", Broker(link=Link(state="connected", since=NOW)))
    id, his = await kept.makes(name="School"), await kept.makes("bob", tell=[{"account": "bob"}])
    told.flush()
    assert broker[home_assistant.STATUS] == b"online"
    slug = home_assistant.slug(JANE)
    config = json.loads(broker[f"homeassistant/device_tracker/{slug}/config"])
    assert config["availability_topic"] == home_assistant.STATUS
    where = json.loads(broker[config["json_attributes_topic"]])
    assert (where["latitude"], where["longitude"], where["battery_level"]) == (48.5, 2.25, 70)
    link = json.loads(
        broker[f"homeassistant/binary_sensor/{home_assistant.slug('broker/main')}/config"]
    )
    assert broker[link["state_topic"]] == b"ON"
    rule = json.loads(broker[f"homeassistant/event/{home_assistant.slug(f'rule/{id}')}/config"])
    assert rule["name"] == "School"
    assert not any(
        home_assistant.slug(f"rule/{his}") in name and data for name, data in broker.items()
    )
    crosses(kept)
    await kept.settles()
    told.happened(f"{id}.1", kept.shown("alert")[f"alert/{id}.1"], "fired")
    up = False
    kept.hub.place(JANE, None)
    told.flush()
    assert broker[f"homeassistant/device_tracker/{slug}/config"]
    up = True
    told.flush()
    assert broker[f"homeassistant/device_tracker/{slug}/config"] == b""
    assert [(where, said["event_type"]) for where, said in events] == [
        (rule["state_topic"], "fired")
    ]
    await kept.rules.remove(id, 1)
    told.flush()
    assert broker[f"homeassistant/event/{home_assistant.slug(f'rule/{id}')}/config"] == b""
    told.stopService()
    assert broker[home_assistant.STATUS] == b"offline"
    await kept.closes()
