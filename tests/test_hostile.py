"""Every hostile message of the corpus, through a real broker, against the whole server.

Covers live/pipeline.py.
"""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.client import topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion

from broker import Broker
from kinds.test_corpus import verdict
from sightline.mqtt.paho_client import stop_loop
from sightline_process import ROOT, SightlineProcess
from waits import wait_until

CORPUS = ROOT.parent / "shared" / "corpus" / "hostile.jsonl"
FILTERS = ("owntracks/+/+", "owntracks/+/+/+", "telemetry", "ClientStatus")
ROBOTS = [f"ProBot{number}" for number in range(1, 7)]


def payload(case: dict[str, Any]) -> bytes:
    if "payload_b64" in case:
        return base64.b64decode(case["payload_b64"])
    if "gen" in case:
        gen = case["gen"]
        text = gen.get("prefix", "") + gen["repeat"] * gen["n"] + gen.get("suffix", "")
        return str(text).encode("utf-8", "surrogatepass")
    text = re.sub(
        r'"\$now\+(\d+)"', lambda match: str(int(time.time()) + int(match[1])), case["payload"]
    )
    return text.encode("utf-8", "surrogatepass")


def reaches_us(case: dict[str, Any]) -> bool:
    """Whether mosquitto takes the message and one of our subscriptions gets it as it is."""
    topic = case.get("topic")
    if topic is None or "broker" in case or case.get("retain"):
        return False
    if re.search("[\x00-\x1f\x7f-\x9f]", topic) or topic.count("/") > 200:
        return False  # mosquitto ends the connection of who publishes there
    return any(topic_matches_sub(wanted, topic) for wanted in FILTERS)


@pytest.fixture
def cases() -> list[dict[str, Any]]:
    if not CORPUS.exists():
        pytest.skip(f"the corpus is not here: {CORPUS}")
    return [case for case in map(json.loads, CORPUS.read_text().splitlines()) if reaches_us(case)]


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker(
        "max_queued_messages 100000", "max_packet_size 20000000", "sys_interval 0"
    ) as broker:
        yield broker


def metrics(sightline: SightlineProcess) -> dict[str, float]:
    text = urllib.request.urlopen(sightline.url + "metrics", timeout=60).read().decode()
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def wait_until_heard(sightline: SightlineProcess, messages: int) -> dict[str, float]:
    def all_of_them() -> dict[str, float] | None:
        figures = metrics(sightline)
        return figures if figures["sightline_received_total"] >= messages else None

    found = wait_until(all_of_them, lambda: f"{messages} messages: {metrics(sightline)}")
    assert found is not None
    return found


def test_each_is_counted_as_it_should_be_and_the_server_lives_on(cases, broker):
    settings = f"""
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
        [probots]
        known = {json.dumps(ROBOTS)}
    """
    with SightlineProcess(settings) as sightline:
        wait_until(lambda: "connected to" in sightline.logged, lambda: sightline.logged)
        before = metrics(sightline)["sightline_received_total"]
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.max_queued_messages_set(0)
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        expected: Counter[str] = Counter()
        sent = 0
        for case in cases:
            times = case.get("repeat", 1)
            data = payload(case)
            for _ in range(times):
                client.publish(case["topic"], data, qos=1)
            sent += times
            if (end := verdict(case))["outcome"] == "rejected":
                expected[end["counter"]] += times
        heard = wait_until_heard(sightline, int(before) + sent)
        counted = {
            name.partition('reason="')[2].rstrip('"}'): int(value)
            for name, value in heard.items()
            if name.startswith("sightline_rejected_total{")
        }
        assert counted == dict(expected)
        assert heard["sightline_overflow_total"] == 0
        good = {"_type": "location", "lat": 1, "lon": 2, "tst": int(time.time())}
        client.publish("owntracks/good/phone", json.dumps(good), qos=1).wait_for_publish(60)
        client.disconnect()
        stop_loop(client)
        after = wait_until_heard(sightline, int(before) + sent + 1)
        assert after["sightline_accepted_total"] == before + sent + 1 - sum(expected.values())
        for text in ("<script>", "onerror", "hunter2", "Traceback"):
            assert text not in sightline.logged
        control = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202e]")
        assert not control.search(sightline.logged)
        assert Path(f"/proc/{sightline.pid}").exists()
