"""Somebody walks into a region and out of it: browsers, MQTT and a webhook hear of it, once."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from typing import Any

import paho.mqtt.client as paho
import pytest_twisted
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet import reactor as _reactor
from twisted.internet.threads import deferToThread

from broker import Broker
from browser import Browser
from receiver import Receiver
from sightline.mqtt.paho_client import stop_loop
from sightline_process import SightlineProcess
from test_accounts_journey import GOOD, call, sightline
from test_journey import publish
from waits import until

reactor: Any = _reactor
SECRET = "a-secret-of-some-length"
HOME, AWAY = 48.5, 48.515  # nearer than what nobody gets to in a second
WALK = "owntracks/jane/phone"


class Walk:
    """Jane's phone; each fix is a second later than the one before."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._tst = int(time.time()) - 600

    def is_at(self, lat: float, **more: Any) -> None:
        self._tst += 1
        said = {"_type": "location", "lat": lat, "lon": 2.25, "acc": 10, "tst": self._tst}
        publish(self._broker, WALK, json.dumps(said | more), "-q", "1", "-r")

    def says(self, event: str, desc: str) -> None:
        self._tst += 1
        said = {"_type": "transition", "event": event, "desc": desc, "tst": self._tst, "acc": 20}
        publish(self._broker, WALK + "/event", json.dumps(said), "-q", "1")


class Listener:
    """Somebody who reads the crossings at the broker."""

    def __init__(self, broker: Broker) -> None:
        self.heard: list[tuple[str, bytes]] = []
        ready = threading.Event()
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_message = lambda c, u, m: self.heard.append((m.topic, m.payload))
        client.on_subscribe = lambda *_: ready.set()
        client.connect("127.0.0.1", broker.port)
        client.subscribe("sightline/crossing/#", 1)
        client.loop_start()
        assert ready.wait(60)

    def leaves(self) -> None:
        self._client.disconnect()
        stop_loop(self._client)


def crossings(browser: Browser) -> list[tuple[str, str, str]]:
    lines = [t for k, t in browser.picture.things.items() if k.startswith("crossing/")]
    return [(line["event"], line["by"], line["name"]) for line in lines]


def visits(browser: Browser) -> list[str]:
    return sorted(key for key in browser.picture.things if key.startswith("stay/"))


async def signed_in(server: SightlineProcess, name: str) -> Browser:
    said = {"name": name, "password": GOOD}
    _, _, cookie = await deferToThread(call, server, "api/1/session", said)
    return await Browser(server.port).enters(headers={"Cookie": cookie})


async def asked(server: SightlineProcess, name: str, path: str) -> dict[str, Any]:
    """What somebody is told over HTTP."""
    said = {"name": name, "password": GOOD}
    _, _, cookie = await deferToThread(call, server, "api/1/session", said)
    _, answer, _ = await deferToThread(call, server, f"api/1/{path}", None, cookie)
    return dict(answer)


@pytest_twisted.ensureDeferred
async def test_a_friend_walks_in_and_out_and_whoever_may_know_is_told(tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    with Broker() as broker, Receiver() as receiver:
        settings = f"""
            [accounts]
            hash_memory = 1024
            hash_passes = 1
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
            [webhook.house]
            url = "{receiver.url}"
            secret_file = "{tmp_path}/secret"
            private = true
        """
        listener = Listener(broker)
        with SightlineProcess(settings) as server:
            await walk(server, broker, receiver, listener)
        listener.leaves()
        (topic,) = {topic for topic, _ in listener.heard}
        assert topic.startswith("sightline/crossing/")
        assert topic.endswith("/jane/phone")
        told = [json.loads(payload) for _, payload in listener.heard]
        assert [(each["event"], each["by"]) for each in told] == [
            ("enter", "server"), ("leave", "server"), ("enter", "phone"),
        ]  # fmt: skip


async def walk(
    server: SightlineProcess, broker: Broker, receiver: Receiver, listener: Listener
) -> None:
    for words in (
        ("olga", "--role", "operator", "--see", "*"),
        ("vera", "--see", "region"),
        ("jane", "--own", "friend/jane"),
    ):
        await deferToThread(sightline, server, "user", "add", *words)
    olga, vera, jane = [await signed_in(server, name) for name in ("olga", "vera", "jane")]
    home = {"name": "Home", "shape": "circle", "lat": HOME, "lon": 2.25, "rad": 200}
    made = await olga.asks("region", shared=True, colour=3, **home)
    assert (made["ok"], made["version"]) == (True, 1), made
    region = made["thing"].removeprefix("region/")
    await vera.sees(lambda things: things.get(f"region/{region}", {}).get("name") == "Home")
    # Personal: jane alone and who sees all regions; she is let in anew to see her own.
    mine = await jane.asks("region", **(home | {"name": "Mine"}))
    assert mine["thing"].startswith("region/jane/")
    assert (await jane.is_closed()).code == 4001
    jane = await signed_in(server, "jane")
    await jane.sees(lambda things: mine["thing"] in things)
    assert f"region/{region}" not in jane.picture.things

    drawn = time.time()
    friend = Walk(broker)
    friend.is_at(AWAY)
    friend.is_at(HOME)
    await olga.sees(lambda things: things.get("friend/jane/phone", {}).get("lat") == HOME)
    assert visits(olga) == []  # one fix is no proof
    friend.is_at(HOME + 0.0001)
    await olga.sees(lambda things: len(visits(olga)) == 2)
    own = mine["thing"].removeprefix("region/")
    await jane.sees(lambda things: visits(jane) == [f"stay/friend/jane/phone/{own}"])
    friend.is_at(AWAY)
    friend.is_at(AWAY + 0.0001)
    await olga.sees(lambda things: not visits(olga))
    assert sorted(crossings(olga)) == sorted(
        (event, "server", name) for event in ("enter", "leave") for name in ("Home", "Mine")
    )
    await jane.sees(lambda things: len(crossings(jane)) == 2)
    assert {name for _, _, name in crossings(jane)} == {"Mine"}
    # Vera sees regions and no friends.
    assert not [key for key in vera.picture.things if key.startswith(("stay/", "crossing/"))]

    # The phone has its own opinion.
    friend.says("enter", "Home")
    await olga.sees(lambda things: ("enter", "phone", "Home") in crossings(olga))
    stay = olga.picture.things[f"stay/friend/jane/phone/{region}"]
    assert (stay["by"], stay["thing"], stay["region"]) == ("phone", "friend/jane/phone", region)

    # A restart announces nobody, and knows who is where.
    await until(lambda: len(receiver.posts) == len(listener.heard) == 3)
    for browser in (olga, vera, jane):
        await browser.leaves()
    await deferToThread(server.restart)
    olga = await signed_in(server, "olga")
    await olga.sees(lambda things: f"stay/friend/jane/phone/{region}" in things)
    assert crossings(olga) == []
    assert {made["thing"], mine["thing"]} < set(olga.picture.things)
    stale = await olga.asks("region", thing=made["thing"], version=7, shared=True, **home)
    assert stale["code"] == "stale"
    moved = home | {"lat": AWAY}
    again = await olga.asks("region", thing=made["thing"], version=1, shared=True, **moved)
    assert (again["thing"], again["version"]) == (made["thing"], 2)
    await olga.sees(lambda things: things[f"stay/friend/jane/phone/{region}"]["by"] == "both")
    gone = await olga.asks("unregion", thing=made["thing"], version=2)
    assert gone["ok"], gone
    await olga.sees(lambda things: not visits(olga))
    assert crossings(olga) == []

    posts = [json.loads(post.body) for post in receiver.posts]
    assert [(each["event"], each["by"]) for each in posts] == [
        ("enter", "server"), ("leave", "server"), ("enter", "phone"),
    ]  # fmt: skip
    for post in receiver.posts:
        signed = post.headers["sightline-timestamp"].encode() + b"." + post.body
        right = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert post.headers["sightline-signature"] == f"v1={right}"
    await olga.leaves()

    # The past is as it was, for each who may know of it.
    for name, regions in (("olga", {"Home", "Mine"}), ("jane", {"Mine"}), ("vera", set())):
        events = (await asked(server, name, "events?kind=crossing"))["events"]
        assert {each["name"] for each in events} == regions, name
    scene = (await asked(server, "olga", f"scene?at={time.time()}"))["things"]
    assert {each["id"] for each in scene if each["k"] == "region"} == {own}
    before = (await asked(server, "olga", f"scene?at={drawn}"))["things"]
    assert {each["id"] for each in before if each["k"] == "region"} == {region, own}
