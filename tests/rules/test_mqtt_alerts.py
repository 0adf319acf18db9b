"""Alerts as they are published by MQTT."""

from __future__ import annotations

import json

import pytest_twisted

from rules.rule_server import RuleServer
from rules.scene import JANE
from rules.test_watching import crosses
from sightline.rules.mqtt_alerts import MqttAlerts, body, topic


@pytest_twisted.ensureDeferred
async def test_alerts_wait_for_the_broker_and_have_an_id_of_their_own(where):
    kept = await RuleServer(**where).opens()
    id = await kept.makes()
    crosses(kept)
    await kept.settles()
    alert = kept.shown("alert")[f"alert/{id}.1"]
    sent: list[tuple[str, bytes]] = []
    up = False

    def publish(where: str, payload: bytes) -> bool:
        if up:
            sent.append((where, payload))
        return up

    published = MqttAlerts(kept.clock, publish, "all")
    published.startService()
    published.happened(f"{id}.1", alert, "fired")
    assert sent == []
    up = True
    kept.clock.advance(1.1)
    ((where, payload),) = sent
    assert where == topic(f"{id}.1") == f"sightline/alert/{id}.1"
    said = json.loads(payload)
    assert (said["event"], said["alert"], said["thing"]) == ("fired", f"alert/{id}.1", JANE)
    assert said["id"] == json.loads(body(f"{id}.1", alert, "fired"))["id"]
    assert said["id"] != json.loads(body(f"{id}.1", alert, "resolved"))["id"]
    MqttAlerts(kept.clock, publish, "none").happened(f"{id}.1", alert, "fired")
    assert len(sent) == 1
    assert topic("ja+ne/x.1") is None
    published.stopService()
    await kept.closes()
