"""A phone from its set-up to its regions: a real server, a real broker, a phone on either way."""

from __future__ import annotations

import base64
import json
import queue
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import unquote

import paho.mqtt.client as paho
import pytest_twisted
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet.threads import deferToThread

from broker import Broker
from browser import Browser
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.mqtt.paho_client import stop_loop
from sightline_process import SightlineProcess
from test_accounts_journey import sightline
from waits import until

SECRET = "a shared secret"
JANE = "friend/jane/phone"


class MqttPhone:
    """Listens to its commands."""

    def __init__(self, port: int, device: str) -> None:
        self.topic = f"owntracks/{device}"
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        ready: queue.Queue[bool] = queue.Queue()
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_message = lambda c, u, message: self.commands.put(json.loads(message.payload))
        client.on_subscribe = lambda *_: ready.put(True)
        client.connect("127.0.0.1", port)
        client.loop_start()
        client.subscribe(f"{self.topic}/cmd", 1)
        ready.get(timeout=60)

    def says(self, message: Any, part: str = "") -> None:
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        self._client.publish(self.topic + part, data, 1).wait_for_publish(60)

    async def hears(self) -> dict[str, Any]:
        return await deferToThread(self.commands.get, True, 60)

    def leaves(self) -> None:
        self._client.disconnect()
        stop_loop(self._client)


def location(**more: Any) -> dict[str, Any]:
    return {
        "_type": "location",
        "lat": 52.1,
        "lon": 5.1,
        "tst": int(time.time()),
        "tid": "JA",
    } | more


def ask(url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def login(configuration: dict[str, Any]) -> dict[str, str]:
    pair = f"{configuration['username']}:{configuration['password']}".encode()
    return {
        "Authorization": "Basic " + base64.b64encode(pair).decode(),
        "X-Limit-U": configuration["username"],
        "X-Limit-D": configuration["deviceId"],
    }


async def state_of(browser: Browser, do: str, state: str) -> None:
    def reached(things: dict[str, dict[str, Any]]) -> bool:
        commands = things.get("phone/jane/phone", {}).get("commands", [])
        return any((one["do"], one["state"]) == (do, state) for one in commands)

    await browser.sees(reached, f"{do} is {state}")


@pytest_twisted.ensureDeferred
async def test_a_phone_is_set_up_asked_and_answered_by_mqtt_and_by_http():
    with Broker() as broker:
        server = SightlineProcess(
            f'[broker.main]\nhost = "127.0.0.1"\nport = {broker.port}\n'
            '[friends]\nkeys_file = "keys.toml"\n[driving]\nguard = false\n'
            '[accounts]\nguest = "admin"\nhash_memory = 1024\nhash_passes = 1\n'
        )
        (server.folder / "keys.toml").write_text(f'"jane/phone" = "{SECRET}"\n')
        (server.folder / "keys.toml").chmod(0o600)
        with server:
            await journey(server, broker)
            assert SECRET not in server.logged
            await deferToThread(server.restart)
            span = f"{server.url}api/0/locations?user=jane&device=phone"
            _, fixes = await deferToThread(ask, span)
            assert fixes["count"] == 5  # a yes to a phone means that it is kept


async def journey(server: SightlineProcess, broker: Broker) -> None:
    phone = MqttPhone(broker.port, "jane/phone")
    browser = await Browser(server.port).enters()
    try:
        await browser.sees(lambda t: "connected" in json.dumps(t.get("broker/main")))
        phone.says(location())
        await browser.sees(lambda things: JANE in things)

        # By MQTT.
        assert (await browser.asks("locate", thing=JANE))["ok"]
        assert await phone.hears() == {"_type": "cmd", "action": "reportLocation"}
        await state_of(browser, "locate", "sent")
        phone.says(location(t="r"))
        await state_of(browser, "locate", "done")

        # Encrypted.
        keys = EncryptionKeys({"jane/phone": SECRET})
        phone.says(keys.seal("jane/phone", json.dumps(location(lat=52.10001)).encode()))
        await browser.sees(lambda things: things[JANE]["lat"] == 52.10001)
        assert (await browser.asks("phonestatus", thing=JANE))["ok"]
        box = await phone.hears()
        assert json.loads(keys.open("jane/phone", box["data"]))["action"] == "status"

        # By HTTP, with the token of the link.
        no = await browser.asks("setup", thing=JANE, mode="http", base=server.url)
        assert no["code"] == "no_owner"
        await deferToThread(sightline, server, "user", "add", "jane", "--own", "friend/jane")
        link = await linked(browser, server)
        said = json.loads(base64.b64decode(unquote(link.partition("inline=")[2])))
        assert said["encryptionKey"] == SECRET
        status, friends = await deferToThread(
            ask, said["url"], location(lat=52.10002), **login(said)
        )
        assert status == 200
        assert [one["topic"] for one in friends] == ["owntracks/jane/phone"]
        await browser.sees(lambda things: things[JANE]["lat"] == 52.10002)
        assert (await browser.asks("locate", thing=JANE))["ok"]
        status, friends = await deferToThread(
            ask, said["url"], location(lat=52.10003), **login(said)
        )
        assert [one["_type"] for one in friends] == ["location", "cmd"]
        assert (await linked(browser, server)) != link
        assert (await deferToThread(ask, said["url"], location(), **login(said)))[0] == 401

        # The Recorder's API, and what the log says.
        status, last = await deferToThread(ask, f"{server.url}api/0/last")
        assert (status, last[0]["_http"], last[0]["topic"]) == (200, True, "owntracks/jane/phone")
        span = "user=jane&device=phone"
        status, fixes = await deferToThread(ask, f"{server.url}api/0/locations?{span}")
        assert fixes["count"] == 5
        audit = await deferToThread(sightline, server, "audit")
        assert "setup" in audit
        assert "make token" in audit
        assert said["password"] not in audit + server.logged
    finally:
        await browser.leaves()
        phone.leaves()


async def linked(browser: Browser, server: SightlineProcess) -> str:
    """A set-up link; the server notices the new account within a second or two."""
    answer = await until(
        lambda: browser.asks("setup", thing=JANE, mode="http", base=server.url),
        "a link",
        every=0.1,
        such=lambda answer: answer["ok"],
    )
    return str(answer["link"])
